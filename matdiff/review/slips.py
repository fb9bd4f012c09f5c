"""What kind of slip a wrong side is: the smallest edit that makes it right, the most common slips first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, islice

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, Operator, Symbol, postorder, replace, symbols
from matdiff.algebra.identities.cancelling import multiplied_out
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant
from matdiff.algebra.operators.sums import Entry
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.review.chain import Fault
from matdiff.review.comparing import compared, diagonal_of
from matdiff.review.derivatives import derivative
from matdiff.review.doubts import holds
from matdiff.review.edits import edits, terms
from matdiff.review.operators import LETTER
from matdiff.review.scope import MARK, Scope, has_increments

HELD = "q_held"  # the symbol in the place of a factor
NAMED = rf"{MARK}[a-z]+"  # the name of a derivative, which nobody wrote
INLINE = rf"[∂d]({LETTER})\s*/\s*[∂d]({LETTER})"  # ∂L/∂S, which is one factor
MOST_EDITS = 120
MOST_SUMS = 12
MANY = 2  # terms
MOST_FACTORS = 5
NUMBERS = (
    Fraction(2),
    Fraction(1, 2),
    Fraction(4),
    Fraction(1, 4),
    Fraction(3),
    Fraction(1, 3),
    Fraction(-2),
    Fraction(-1, 2),
)
NOT_LINEAR: dict[type[Operator], tuple[str, str]] = {
    Inverse: ("inverse", "the inverse"),
    Determinant: ("function derivative", "the determinant"),
    LogDeterminant: ("function derivative", "the logarithm of the determinant"),
    Norm: ("function derivative", "the norm"),
}  # an operator → a kind, and what a tutor would call it
PARTS: tuple[tuple[str, str, tuple[type[Sum | Scale | Product | Hadamard], ...]], ...] = (
    ("chain rule", "", (Hadamard,)),
    ("missing term", "", (Sum,)),
    ("missing term", "a factor is missing", (Scale, Product, Hadamard)),
)  # a kind, what a tutor would say, and in nodes of which kinds a part is missing
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
    "index": "an index stands in the wrong place: two sums must not share theirs, a product of sums is a double sum",
    "function derivative": "the derivative of the function is not this one",
    "chain rule": "the factor of an inner function is missing or stands in the wrong place",
}


class Slip(NamedTuple):
    """A kind of slip, what a tutor would say, and the side as it should be."""

    kind: str
    said: str
    should_be: Expr


class Found(NamedTuple):
    """A kind of slip that explains a side; of an edit, the value of the side that it makes right."""

    kind: str
    repaired: Expr | None = None
    why: str = ""


def diagnosed(fault: Fault, scope: Scope) -> Slip:
    """The slip that a wrong side is."""
    found = Found(fault.kind, None, fault.why) if fault.kind else next(_kinds(fault, scope))
    should_be = found.repaired or fault.truth
    misfit = f"; {re.sub(NAMED, 'the derivative', fault.error.message)}" if fault.error is not None else ""
    return Slip(found.kind, f"{found.why or SAID[found.kind]}{misfit}; it should be {should_be}", should_be)


def _kinds(fault: Fault, scope: Scope) -> Iterator[Found]:
    """The kinds of slip that explain a side, best first."""
    yield from map(Found, _by_value(fault))
    if _is_spread(fault):
        yield Found("shape")
    yield from _by_edit(fault, scope)
    yield from _by_edit_of_the_left(fault, scope)
    value = fault.value
    if value is not None and value.shape == fault.truth.shape[::-1] and _is_right(value, _turned(fault.truth)):
        yield Found("index" if isinstance(fault.truth, Entry) else "transpose")
    yield from _by_linearity(fault)
    yield from map(Found, _by_product_rule(fault))
    yield from _by_assumption(fault)
    if _is_of_second_order(fault):
        yield Found(
            "missing term", None, "a product of increments is of second order: each factor has a term of its own"
        )
    is_plain = fault.error is None and not fault.is_derivative and not has_increments(fault.side, scope)
    yield Found(_by_looks(fault), None, "the two sides are not equal" if is_plain else "")


def _by_linearity(fault: Fault) -> Iterator[Found]:
    """Whether what is no linear function of a sum is taken apart as if it were: A⁻¹ + B⁻¹ for (A + B)⁻¹."""
    for node in postorder(fault.truth) if fault.value is not None else ():
        inner = node.operands[0] if isinstance(node, tuple(NOT_LINEAR)) else None
        if fault.value is None or not isinstance(node, Operator) or not isinstance(inner, Sum):
            continue
        kind, called = NOT_LINEAR[type(node)]
        apart: dict[Expr, Expr] = {node: Sum.of(*(type(node).of(part) for part in inner.operands))}
        with suppress(MatdiffError):
            if _is_right(fault.value, replace(fault.truth, apart.get)):
                yield Found(kind, None, f"{called} of a sum is not the sum of those of its terms")


def _is_of_second_order(fault: Fault) -> bool:
    """Whether a product of increments stands where a differential should, which is linear in them: dA dB for d(AB)."""
    value, truth = fault.value, fault.truth
    increments = [s for s in symbols(value) if s.name[0] == "d" and len(s.name) > 1] if value is not None else []
    twice: dict[Expr, Expr] = {s: s * 2 for s in increments}
    is_linear = bool(increments) and _is_right(replace(truth, twice.get), truth * 2)
    return value is not None and is_linear and _is_right(replace(value, twice.get), value * 4)


def _is_right(value: Expr, truth: Expr) -> bool:
    return value.shape == truth.shape and compared(value, truth).equal is True


def _is_spread(fault: Fault) -> bool:
    """Whether a number is added to a vector or a matrix: λ for λI, f(x) for ∇f(x)."""
    found = _spread_terms(fault.value) if fault.value is not None else set()
    meant = _spread_terms(fault.truth)
    return bool(found | meant if fault.is_equation else found - meant)


def _spread_terms(e: Expr) -> set[Expr]:
    """The numbers, each as c 1, that are added to a vector or a matrix somewhere in an expression."""
    added = (node for total in postorder(e) if isinstance(total, Sum) for node in total.operands)
    spread = (node for node in added if isinstance(node, Scale) and isinstance(node.operands[1], Ones))
    return {node for node in spread if node.operands[0].number is None}


def _by_value(fault: Fault) -> Iterator[str]:
    """−1 and other numbers in front of the whole; a transpose of the whole."""
    value, truth = fault.value, fault.truth
    if value is None:
        return
    if value.shape != truth.shape:
        if value.shape == truth.shape[::-1] and _is_right(Transpose(value), truth):
            is_row = any(str(extent) == "1" for extent in truth.shape)
            yield "layout" if is_row else "transpose"
        inner = (s for s in symbols(truth) if s.shape == truth.shape and not s.ranges)
        if value.shape == SCALAR and any(_is_right(value * s, truth) for s in inner):
            yield "chain rule"
        return
    if _is_right(-value, truth):
        yield "sign"
    if any(_is_right(value * c, truth) for c in NUMBERS):
        yield "factor"
    for kind, left, right in (("factor", truth, value), ("constant", value, truth)):
        for s in symbols(value if kind == "factor" else truth):
            if s.shape == SCALAR and not s.ranges and any(_is_right(left, right * c) for c in _powers(s)):
                yield kind


def _powers(s: Symbol) -> Iterator[Expr]:
    yield from (s, s * s, s * Fraction(1, 2), s * 2)


def _tried(side: str, scope: Scope) -> Expr:
    """The value of a side that nobody wrote, whose letters are not declared by it."""
    known = dict(scope.declared.table)
    try:
        return scope.value(side)
    finally:
        scope.declared.table.clear()
        scope.declared.table.update(known)


def _by_edit(fault: Fault, scope: Scope) -> Iterator[Found]:
    """The kinds of the edits of the text that make the side right; many edits come to a value that was compared."""
    seen = {fault.value}
    for edit in islice(edits(re.sub(INLINE, r"((∂\1)/(∂\2))", fault.side)), MOST_EDITS):
        with suppress(MatdiffError, RecursionError):
            value = _tried(edit.side, scope)
            if value not in seen and _is_right(value, fault.truth):
                is_again = edit.kind == "factor" and not fault.is_derivative and _is_one_of_many(edit.side, scope)
                yield Found("missing term" if is_again else edit.kind, value, edit.why)
            seen.add(value)


def _is_one_of_many(side: str, scope: Scope) -> bool:
    """Whether a side is a differential of many terms: what is there once and should be twice is one of them."""
    return has_increments(side, scope) and len(terms(side)) > MANY


def _by_edit_of_the_left(fault: Fault, scope: Scope) -> Iterator[Found]:
    """The kinds of the edits of the left side that make an equation follow from those before it."""
    for edit in islice(edits(fault.left), MOST_EDITS if fault.follows else 0):
        with suppress(MatdiffError, RecursionError):
            value = _tried(edit.side, scope)
            if fault.follows and value.shape == fault.truth.shape and fault.follows(value):
                yield Found(edit.kind, value, edit.why)


def _by_assumption(fault: Fault) -> Iterator[Found]:
    """Terms that are missing, and what would make the side right: symmetry, weights that sum to 1."""
    value, truth = fault.value, fault.truth
    if value is None or value.shape != truth.shape:
        return
    if holds(value, truth, "symmetric", lambda s: s.shape[0] == s.shape[1]):
        yield Found("index" if isinstance(truth, Entry) else "symmetry")
    if _is_symmetrised(value, truth):
        yield Found("symmetry")
    if holds(value, truth, "simplex", lambda s: str(s.shape[1]) == "1" and s.shape != SCALAR):
        yield Found("domain")
    forms = {truth: None, Sum.of(*multiplied_out(truth)): None} if truth.shape != SCALAR else {truth: None}
    for kind, why, kinds in PARTS:
        less = ((part, rest) for form in forms for part, rest in _with_a_part_less(form, kinds))
        if (part := next((part for part, rest in less if _is_right(value, rest)), None)) is not None:
            is_constant = bool(why) and isinstance(part, Symbol) and part.shape == SCALAR and not part.ranges
            yield Found("constant" if is_constant else kind, None, "" if is_constant else why)
    if fault.is_derivative and any(_is_right(less, truth) for less in _with_factors_less(value)):
        yield Found("chain rule", None, "there is a factor too many")
    if truth.shape[0] == truth.shape[1] and truth.shape != SCALAR and _is_right(value, diagonal_of(truth)):
        yield Found("missing term")


def _by_product_rule(fault: Fault) -> Iterator[str]:
    """Whether a side is the derivative where one factor that depends on the unknown is held constant."""
    origin = fault.origin
    if fault.value is None or not origin or not origin.order or fault.value.shape != fault.truth.shape:
        return
    f, (unknown,), order = origin
    f = derivative(f, unknown, 1) if order == 2 else f
    products = (n for n in postorder(f) if isinstance(n, (Product, Hadamard, Scale)) and not n.free)
    for node in islice(products, MOST_SUMS):
        for k, part in enumerate(node.operands):
            rest = [p for p in node.operands if p is not part and unknown in symbols(p)]
            if not rest or part is unknown or unknown not in symbols(part):
                continue
            held = Symbol(HELD, part.shape)
            parts = [held if j == k else p for j, p in enumerate(node.operands)]
            there: dict[Expr, Expr] = {node: type(node).of(*parts)}
            back: dict[Expr, Expr] = {held: part}
            with suppress(MatdiffError):
                if _is_right(fault.value, replace(derivative(replace(f, there.get), unknown, 1), back.get)):
                    yield "constant"


def _turned(e: Expr) -> Expr:
    """The transpose; of an entry [i, j] the one at [j, i]."""
    if isinstance(e, Entry) and len(e.operands) == 3:
        return Entry.of(e.operands[0], e.operands[2], e.operands[1])
    return Transpose(e)


def _with_a_part_less(
    e: Expr, kinds: tuple[type[Sum | Scale | Product | Hadamard], ...]
) -> Iterator[tuple[Expr, Expr]]:
    """The factors or terms of the nodes of these kinds, each with what is left, also of one factor by entries alone."""
    nodes = [n for n in postorder(e) if isinstance(n, kinds) and (n.shape != SCALAR or kinds != (Hadamard,))]
    for node in islice(nodes, MOST_SUMS):
        alone = [[part] for part in node.operands] if kinds == (Hadamard,) and len(node.operands) > 2 else []
        parts = node.operands
        for rest in [*([*parts[:k], *parts[k + 1 :]] for k in range(len(parts))), *alone]:
            if isinstance(node, Scale) and node.operands[1] not in rest:
                continue
            with suppress(MatdiffError):
                table: dict[Expr, Expr] = {node: type(node).of(*rest) if len(rest) > 1 else rest[0]}
                yield next((part for part in parts if part not in rest), parts[0]), replace(e, table.get)


def _with_factors_less(e: Expr) -> Iterator[Expr]:
    """An expression without one or two factors of a node."""
    nodes = [n for n in postorder(e) if isinstance(n, (Scale, Product, Hadamard)) and len(n.operands) <= MOST_FACTORS]
    for node in islice(nodes, MOST_SUMS):
        last = node.operands[-1]
        for left in (*combinations(node.operands, 1), *combinations(node.operands, 2)):
            rest = [part for part in node.operands if part not in left]
            if rest and not (isinstance(node, Scale) and last not in rest):
                with suppress(MatdiffError):
                    table: dict[Expr, Expr] = {node: type(node).of(*rest) if len(rest) > 1 else rest[0]}
                    yield replace(e, table.get)


def _is_symmetrised(value: Expr, truth: Expr) -> bool:
    """Whether 2P stands where P + Pᵀ should, or the like below x."""
    if truth.shape == SCALAR:
        return False
    if truth.shape[0] == truth.shape[1]:
        return _is_right(value + Transpose(value), truth + Transpose(truth))
    below = (s for s in symbols(truth) if s.shape == truth.shape and not s.ranges and str(s.shape[1]) == "1")
    pairs = [(Product.of(Transpose(s), value), Product.of(Transpose(s), truth)) for s in below]
    return any(
        _is_right(*pair) and not _is_right(pair[1], pair[1] * 2) for pair in pairs
    )  # of xᵀ∇f = 0 that says nothing


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
        return "layout" if "terms of a sum" in error.message and fault.is_derivative else "shape"
    assert fault.value is not None
    if fault.value.shape != fault.truth.shape:
        return "shape"
    if fault.is_equation:
        return "inverse"
    if any(sign in side for sign in ("∑", "sum_", "sum(")) and not re.search(r"exp|log|tanh|sigm|e\^", side):
        return "index"
    is_function = not fault.is_derivative or _has_function(fault.truth)
    return "function derivative" if is_function else "chain rule"


def _has_function(e: Expr) -> bool:
    plain = (Sum, Scale, Product, Transpose, Symbol, Number)
    return any(not isinstance(node, plain) or isinstance(node, Norm) for node in postorder(e))
