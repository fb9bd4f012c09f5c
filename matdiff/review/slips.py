"""What kind of slip a wrong side is: the smallest edit that makes it right, the most common slips first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice

from matdiff import regex as re
from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE, SCALAR, Shape
from matdiff.algebra.expr import Expr, Number, Symbol, postorder, replace, symbols
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.sums import Entry
from matdiff.algebra.simplification import tidy
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.review.causes import Found, causes, lesson
from matdiff.review.chain import Fault, has_increments
from matdiff.review.comparing import factor, is_right
from matdiff.review.conventions import as_is_usual, as_usual
from matdiff.review.edits import MOST_EDITS, Edit, edits, scaled, terms
from matdiff.review.scope import MARK, Scope
from matdiff.review.two_senses import in_letters, in_words

NAMED = rf"{MARK}[a-z]+"  # the name of a derivative, which nobody wrote
MANY = 2  # terms
OUTER = "the gradient by a matrix is a matrix: a column times a row"
SAID = {
    "transpose": "a transpose is missing, or one too many",
    "sign": "the sign is wrong",
    "factor": "a factor is wrong",
    "order": "the factors stand in the wrong order: products of matrices do not commute",
    "extra term": "there is a term too many",
    "missing term": "a term is missing",
    "symmetry": "this holds for symmetric matrices only, and nothing says that they are symmetric",
    "layout": "this is the transpose: it mixes two layouts of derivatives",
    "constant": "a factor that is constant is lost, or something is taken for a constant",
    "shape": "the shapes do not fit",
    "inverse": "this inverse does not exist, or does not undo what it should",
    "domain": "this holds under a condition that is not given",
    "index": "an index stands in the wrong place, as where two sums share theirs or those of an entry are exchanged",
    "function derivative": "the derivative of the function is not this one",
    "chain rule": "the factor of an inner function is missing or stands in the wrong place",
}


class Slip(NamedTuple):
    """A kind of slip, what a tutor would say, and the side as it should be."""

    kind: str
    said: str
    should_be: Expr


def diagnosed(fault: Fault, scope: Scope) -> Slip:
    """The slip that a wrong side is, where the matrices are symmetric that are so by custom."""
    usual = _usual(fault, scope)
    value = None if fault.value is None else usual(fault.value)
    fault = fault._replace(truth=tidy(usual(fault.truth)), value=value)
    found = Found(fault.kind, None, fault.why) if fault.kind else next(_kinds(fault, scope))
    repaired = found.repaired if found.repaired and _inverted(found.repaired) <= _inverted(fault.truth) else None
    should_be = in_letters(tidy(repaired) if repaired else fault.truth)
    should_be = tidy(fault.inside.of_members(should_be)) if fault.inside else should_be
    law = lesson(found.kind, fault)
    said = f"{found.why or SAID[found.kind]}{': ' if law else ''}{law}"
    misfit = f"; {re.sub(NAMED, 'the derivative', fault.error.message)}" if fault.error is not None else ""
    return Slip(found.kind, in_words(f"{said}{misfit}; it should be {should_be}"), should_be)


def _usual(fault: Fault, scope: Scope) -> Callable[[Expr], Expr]:
    """What takes matrices for symmetric by custom, unless a side tells one from its transpose, as ½(C − Cᵀ)x does."""
    usual = as_usual(scope)
    tells = fault.value is not None and str(tidy(usual(fault.value))) != str(tidy(fault.value))
    as_said: Callable[[Expr], Expr] = (lambda e: e) if tells else usual
    return lambda e: as_said(replace(e, fault.apart))


def _inverted(e: Expr) -> set[Shape]:
    """The shapes of what is inverted in an expression: X(XᵀX)⁻¹ is (XXᵀ)⁻¹X only where that one has an inverse too."""
    return {node.shape for node in postorder(e) if isinstance(node, Inverse)}


def _kinds(fault: Fault, scope: Scope) -> Iterator[Found]:
    """The kinds of slip that explain a side, best first."""
    for kind in _by_value(fault):
        yield Found(kind, -fault.value if fault.value is not None and kind == "sign" else None)
    if fault.value is not None and as_is_usual(fault.truth, -fault.value, scope):
        yield Found("sign", -fault.value)
    if _is_spread(fault):
        kept = ((found, found.repaired) for found in by_edit(fault, scope))
        yield from (found for found, e in kept if e is not None and (fault.is_equation or _spread_terms(e)))
        yield Found("shape")
    yield from by_edit(fault, scope)
    yield from _by_edit_of_the_left(fault, scope)
    if fault.value is not None and is_right(fault.value, _turned(fault.truth)):
        yield Found("index" if isinstance(fault.truth, Entry) else "transpose")
    yield from causes(fault, {name: scope.unfolded(e) for name, e in scope.definitions.items()})
    is_plain = fault.error is None and not fault.is_derivative and not has_increments(fault.side, scope)
    yield Found(_by_looks(fault), None, "the two sides are not equal" if is_plain else "")


def _is_spread(fault: Fault) -> bool:
    """Whether a number is added to a vector or a matrix: λ for λI, f(x) for ∇f(x)."""
    found = _spread_terms(fault.value) if fault.value is not None else set()
    meant = _spread_terms(fault.truth)
    return bool(found | meant if fault.is_equation else found - meant)


def _spread_terms(e: Expr) -> set[frozenset[Expr]]:
    """The numbers, each by its letters, that are added to a vector or a matrix somewhere in an expression."""
    added = (node for total in postorder(e) if isinstance(total, Sum) for node in total.operands)
    spread = (node for node in added if isinstance(node, Scale) and isinstance(node.operands[1], Ones))
    return {frozenset(symbols(node.operands[0])) for node in spread if node.operands[0].number is None}


def _by_value(fault: Fault) -> Iterator[str]:
    """−1 and other numbers in front of the whole; a transpose of the whole."""
    value, truth = fault.value, fault.truth
    if value is None:
        return
    if value.shape != truth.shape:
        if value.shape == truth.shape[::-1] and is_right(Transpose(value), truth):
            is_row = any(str(extent) == "1" for extent in truth.shape)
            yield "layout" if is_row else "transpose"
        inner = (s for s in symbols(truth) if s.shape == truth.shape and not s.ranges)
        if value.shape == SCALAR and any(is_right(value * s, truth) for s in inner):
            yield "chain rule"
        return
    if is_right(-value, truth):
        yield "sign"
    c, count = factor(value, truth), len(list(terms(fault.side)))
    if c is not None:
        yield "missing term" if count > 1 and c == 1 + Fraction(1, count) else "factor"
    for s in {*symbols(value), *symbols(truth)}:
        if s.shape == SCALAR and not s.ranges:
            more = _count(s, value) > _count(s, truth)
            times = (s, s * s, s * Fraction(1, 2), s * 2, Power.of(s, Number(Fraction(1, 2))))
            if any(is_right(value, truth * c) or is_right(value * c, truth) for c in times):
                yield "factor" if more else "constant"


def _count(s: Symbol, e: Expr) -> int:
    """How many nodes of an expression a symbol stands in."""
    return sum(s in node.operands for node in postorder(e))


def by_edit(fault: Fault, scope: Scope) -> Iterator[Found]:
    """The kinds of the edits of the text that make the side right; many edits come to a value that was compared."""
    seen, usual = {fault.value}, _usual(fault, scope)
    side, found = fault.side, {s for s in symbols(fault.truth) if ONE not in s.shape}
    lost = [spelt for s in sorted(found, key=str) for spelt in (f"{s}ᵀ", f"{s} ")] if fault.error else []
    known = [*islice(edits(side, fault.left or fault.line), MOST_EDITS), *scaled(side, lost)]
    if fault.error is not None:  # nothing is left out where factors in another order fit
        known.sort(key=lambda edit: edit.kind == "extra term")
    for edit in known:
        with suppress(MatdiffError, RecursionError):
            value = usual(scope.tried(edit.side))
            if value not in seen and (is_right(value, fault.truth) or as_is_usual(fault.truth, value, scope)):
                kind, why = _kind_of(edit, fault, scope)
                yield Found(kind, value, why)
            seen.add(value)


def _kind_of(edit: Edit, fault: Fault, scope: Scope) -> tuple[str, str]:
    """The kind of slip that an edit mends, and what a tutor would say."""
    if edit.kind == "factor" and fault.error is not None:
        return "missing term", "a factor is missing"  # 2Dβ for 2DᵀDβ
    is_of_many = has_increments(edit.side, scope) and len(terms(edit.side)) > MANY  # what is there once, not twice
    if edit.kind == "factor" and not fault.is_derivative and is_of_many:
        return "missing term", edit.why
    if edit.kind == "order" and fault.error is not None and _is_outer(fault.truth):
        return "shape", OUTER
    is_vector = ONE in fault.truth.shape and fault.truth.shape != SCALAR
    if edit.kind == "layout" and not (fault.is_derivative and is_vector):
        return "transpose" if fault.error is None else "shape", ""
    return edit.kind, edit.why


def _is_outer(e: Expr) -> bool:
    """Whether a matrix is a column times a row, and a number."""
    last = e.operands[1] if isinstance(e, Scale) else e
    return isinstance(last, Product) and ONE not in e.shape and any(part.cols is ONE for part in last.operands)


def _by_edit_of_the_left(fault: Fault, scope: Scope) -> Iterator[Found]:
    """The kinds of the edits of the left side that make an equation follow from those before it: nλ for λ too."""
    numbers = {str(s) for s in symbols(fault.truth) if s.shape == SCALAR and not s.ranges}
    known = (*islice(edits(fault.left), MOST_EDITS), *scaled(fault.left, sorted(numbers)))
    for edit in known if fault.follows else ():
        with suppress(MatdiffError, RecursionError):
            value = scope.tried(edit.side)
            if fault.follows and value.shape == fault.truth.shape and fault.follows(value):
                yield Found(_kind_of(edit, fault, scope)[0], value if {*symbols(tidy(value))} else None, edit.why)


def _turned(e: Expr) -> Expr:
    """The transpose; of an entry [i, j] the one at [j, i]."""
    if isinstance(e, Entry) and len(e.operands) == 3:
        return Entry.of(e.operands[0], e.operands[2], e.operands[1])
    return Transpose(e)


def _by_looks(fault: Fault) -> str:
    """What the looks of a side suggest where no small edit repairs it."""
    side, error = fault.side, fault.error
    if len(re.findall(r"[∂d]\w+\s*/\s*[∂d]\w+", fault.line)) > 2 and fault.is_derivative:
        return "chain rule"
    if error is not None:
        if "the index" in error.message:
            return "index"
        if re.search("column vectors|entrywise product", error.message) and re.search(r"⊙|\.\*|odot", side):
            return "order"
        if "square" in error.message:
            return "inverse" if fault.is_equation else "domain"
        is_vector = ONE in fault.truth.shape
        return "layout" if "terms of a sum" in error.message and fault.is_derivative and is_vector else "shape"
    assert fault.value is not None
    if fault.value.shape != fault.truth.shape:
        return "shape"
    if fault.is_equation:
        return "inverse"
    if re.search(r"∑|sum_|sum\(\w=", side) and not re.search(r"exp|log|tanh|sigm|e\^", side):
        return "index"
    plain = (Sum, Scale, Product, Transpose, Symbol, Number)
    has_function = any(not isinstance(node, plain) or isinstance(node, Norm) for node in postorder(fault.truth))
    return "function derivative" if has_function or not fault.is_derivative else "chain rule"
