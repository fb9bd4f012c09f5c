"""What a wrong value comes from: the change of what it should be that explains it, and the law that it misapplies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import combinations, islice

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Operator, Symbol, exchanged, postorder, symbols
from matdiff.algebra.identities.cancelling import multiplied_out
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, zero
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant
from matdiff.algebra.operators.sums import Entry
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.review.chain import Fault, increments, scaled
from matdiff.review.comparing import compared, diagonal_of, is_right
from matdiff.review.derivatives import by_expression, derivative
from matdiff.review.doubts import holds, is_square

OF_FUNCTION = re.compiled(r"d\((\w+)\([A-Za-z]\)\) = (?!\1\(d\([A-Za-z]\)\)$)")  # d(inv(A)), not d(tr(A)) = tr(d(A))
OF_POWER = re.compiled(r"d\([A-Za-z]\^")
MISAPPLIED = frozenset(("function derivative", "inverse", "order"))
GRADIENT = "the gradient G is what has df = Tr(Gᵀ dX)"
HELD = "q_held"  # the symbol in the place of a factor
MOST_NODES = 12
MOST_FACTORS = 5
NOT_LINEAR: dict[type[Operator], tuple[str, str]] = {
    Inverse: ("inverse", "the inverse"),
    Determinant: ("function derivative", "the determinant"),
    LogDeterminant: ("function derivative", "the logarithm of the determinant"),
    Norm: ("function derivative", "the norm"),
}  # an operator → a kind, and what a tutor would call it
ASSUMED: tuple[tuple[str, Callable[[Symbol], bool], str], ...] = (
    ("simplex", lambda s: s.shape[1] is ONE and s.shape != SCALAR, ""),
    ("positive", lambda s: s.shape[1] is ONE, "positive numbers"),
    ("orthogonal", is_square, "orthogonal matrices"),
)  # a property, of what, and how a tutor would call that
Parts = tuple[type[Sum | Scale | Product | Hadamard], ...]
Missing = tuple[tuple[str, str, Parts], ...]  # a kind, what a tutor would say, in what nodes a part is missing
TERMS: Missing = (("chain rule", "", (Hadamard,)), ("missing term", "", (Sum,)))
FACTORS: Missing = (("missing term", "a factor is missing", (Scale, Product, Hadamard)),)
INNER = "the derivative of the inner function, by which the chain rule multiplies, is missing"
EACH_FACTOR = "by the product rule each factor that depends on the unknown has a term of its own, and one is missing"


class Found(NamedTuple):
    """A kind of slip that explains a side; of an edit, the value of the side that it makes right."""

    kind: str
    repaired: Expr | None = None
    why: str = ""


def causes(fault: Fault, named: Mapping[str, Expr]) -> Iterator[Found]:
    """The kinds of slip that explain the value of a side, best first; *named* is what a text defines."""
    value, truth = fault.value, fault.truth
    if value is None:
        return
    yield from _by_linearity(value, truth)
    if value.shape == truth.shape:
        yield from _by_product_rule(fault, value, named)
        yield from _by_parts(value, truth, TERMS)
    yield from _by_chain_rule(fault, value)
    if _has_lost_increments(value, truth):
        yield Found("chain rule", None, "every term of a differential has the increment of an unknown as a factor")
    if value.shape == truth.shape:
        yield from _by_assumption(value, truth)
        yield from _by_parts(value, truth, FACTORS)
        yield from _by_factors(fault, value)
        if holds(value, truth, "diagonal", is_square, of_increments=True):
            yield Found("order")
    if _is_of_second_order(value, truth):
        said = "a product of increments is of second order: each factor has a term of its own"
        yield Found("missing term", None, said)


def _by_linearity(value: Expr, truth: Expr) -> Iterator[Found]:
    """Whether what is no linear function of a sum is taken apart as if it were: A⁻¹ + B⁻¹ for (A + B)⁻¹."""
    for node in postorder(truth):
        inner = node.operands[0] if isinstance(node, tuple(NOT_LINEAR)) else None
        if not isinstance(node, Operator) or not isinstance(inner, Sum):
            continue
        kind, called = NOT_LINEAR[type(node)]
        with suppress(MatdiffError):
            apart = Sum.of(*(type(node).of(part) for part in inner.operands))
            if is_right(value, exchanged(truth, node, apart)):
                yield Found(kind, None, f"{called} of a sum is not the sum of those of its terms")


def _by_chain_rule(fault: Fault, value: Expr) -> Iterator[Found]:
    """Whether a side is the derivative by an inner function, or that where an inner function has the slope 1."""
    origin = fault.origin
    if not origin or origin.order != 1 or origin.function.shape != SCALAR:
        return
    f, (unknown,) = origin.function, origin.unknowns
    inner = (n for n in postorder(f) if isinstance(n, Operator) and not n.free and unknown in symbols(n) and n is not f)
    for node in islice(inner, MOST_NODES):
        with suppress(MatdiffError):
            is_inner = node.shape == value.shape and bool(symbols(derivative(node, unknown, 1)))  # X is, 1bᵀ is not
            if is_inner and is_right(value, by_expression(f, node)):
                yield Found("chain rule", None, INNER)
        for part in node.operands:
            with suppress(MatdiffError):
                if part.shape == node.shape and unknown in symbols(part) and _is_curved(f, node):
                    moved = derivative(exchanged(f, node, part + Symbol(HELD, node.shape)), unknown, 1)
                    if is_right(value, exchanged(moved, Symbol(HELD, node.shape), node - part)):
                        yield Found("chain rule", None, INNER)


def _is_curved(f: Expr, node: Expr) -> bool:
    """Whether a function that is not linear stands around a node, which is no sum or product."""
    slope = derivative(exchanged(f, node, held := Symbol(HELD, node.shape)), held, 1)
    return not isinstance(node, (Sum, Product, Scale)) and held in symbols(slope)


def _by_product_rule(fault: Fault, value: Expr, named: Mapping[str, Expr]) -> Iterator[Found]:
    """Whether a side is the derivative where one factor that depends on the unknown is held constant.

    Where the factor has a name in the text, it was taken for a constant; where not, a term was forgotten.
    """
    origin = fault.origin
    if not origin or not origin.order:
        return
    f, (unknown,), order = origin
    f = derivative(f, unknown, 1) if order == 2 else f
    moving = [e for e in named.values() if unknown in symbols(e)]
    if any(is_right(value, Transpose(e)) for e in moving if e is not f):
        yield Found("constant", None, "what is multiplied depends on the unknown as well, and is taken for a constant")
    products = (n for n in postorder(f) if isinstance(n, (Product, Hadamard, Scale)) and not n.free)
    for node in islice(products, MOST_NODES):
        for k, part in enumerate(node.operands):
            rest = [p for p in node.operands if p is not part and unknown in symbols(p)]
            if not rest or part is unknown or unknown not in symbols(part):
                continue
            held = Symbol(HELD, part.shape)
            parts = [held if j == k else p for j, p in enumerate(node.operands)]
            with suppress(MatdiffError):
                moved = derivative(exchanged(f, node, type(node).of(*parts)), unknown, 1)
                if is_right(value, exchanged(moved, held, part)):
                    is_named = not {*postorder(part)}.isdisjoint(moving)
                    yield Found("constant") if is_named else Found("missing term", None, EACH_FACTOR)


def _by_assumption(value: Expr, truth: Expr) -> Iterator[Found]:
    """What would make a side right: symmetry, weights that sum to 1, numbers that are positive."""
    if holds(value, truth, "symmetric", is_square):
        yield Found("index" if isinstance(truth, Entry) else "symmetry")
    if _is_symmetrised(value, truth):
        yield Found("symmetry")
    for word, applies, of in ASSUMED:
        if holds(value, truth, word, applies):
            yield Found("domain", None, f"this holds for {of} only, and nothing says that they are" if of else "")


def _by_parts(value: Expr, truth: Expr, missing: Missing) -> Iterator[Found]:
    """Terms or factors that are missing."""
    forms = {truth: None, Sum.of(*multiplied_out(truth)): None} if truth.shape != SCALAR else {truth: None}
    for kind, why, kinds in missing:
        less = ((part, rest) for form in forms for part, rest in _with_a_part_less(form, kinds))
        if (part := next((part for part, rest in less if is_right(value, rest)), None)) is not None:
            is_constant = bool(why) and isinstance(part, Symbol) and part.shape == SCALAR and not part.ranges
            yield Found("constant" if is_constant else kind, None, "" if is_constant else why)


def _by_factors(fault: Fault, value: Expr) -> Iterator[Found]:
    """Factors too many, a matrix of which only the diagonal is there, and a missing inverse, wherever it stands."""
    truth = fault.truth
    if fault.is_derivative and any(is_right(less, truth) for less in _with_factors_less(value)):
        yield Found("chain rule", None, "there is a factor too many")
    if truth.shape[0] == truth.shape[1] and truth.shape != SCALAR and is_right(value, diagonal_of(truth)):
        yield Found("missing term")
    for node in postorder(truth):
        if isinstance(node, Inverse) and is_right(value, exchanged(truth, node, node.operands[0])):
            yield Found("inverse", None, "an inverse is missing")


def _has_lost_increments(value: Expr, truth: Expr) -> bool:
    """Whether a side does not vanish where nothing varies, as a differential does."""
    if not increments(truth) or not is_right(scaled(truth, 0), zero(truth.shape)):
        return False
    return value.shape != truth.shape or compared(scaled(value, 0), zero(truth.shape)).equal is False


def _is_of_second_order(value: Expr, truth: Expr) -> bool:
    """Whether a product of increments stands where a differential should, which is linear in them: dA dB for d(AB)."""
    is_linear = bool(increments(value)) and is_right(scaled(truth, 2), truth * 2)
    return is_linear and is_right(scaled(value, 2), value * 4)


def _with_a_part_less(e: Expr, kinds: Parts) -> Iterator[tuple[Expr, Expr]]:
    """The factors or terms of the nodes of these kinds, each with what is left, also of one factor by entries alone."""
    nodes = [n for n in postorder(e) if isinstance(n, kinds) and (n.shape != SCALAR or kinds != (Hadamard,))]
    for node in islice(nodes, MOST_NODES):
        alone = [[part] for part in node.operands] if kinds == (Hadamard,) and len(node.operands) > 2 else []
        parts = node.operands
        for rest in [*([*parts[:k], *parts[k + 1 :]] for k in range(len(parts))), *alone]:
            if isinstance(node, Scale) and node.operands[1] not in rest:
                continue
            with suppress(MatdiffError):
                less = type(node).of(*rest) if len(rest) > 1 else rest[0]
                yield next((part for part in parts if part not in rest), parts[0]), exchanged(e, node, less)


def _with_factors_less(e: Expr) -> Iterator[Expr]:
    """An expression without one or two factors of a node."""
    nodes = [n for n in postorder(e) if isinstance(n, (Scale, Product, Hadamard)) and len(n.operands) <= MOST_FACTORS]
    for node in islice(nodes, MOST_NODES):
        last = node.operands[-1]
        for left in (*combinations(node.operands, 1), *combinations(node.operands, 2)):
            rest = [part for part in node.operands if part not in left]
            is_number = all(part.number is not None for part in left)  # a slip of its own, no chain rule
            if rest and not is_number and not (isinstance(node, Scale) and last not in rest):
                with suppress(MatdiffError):
                    yield exchanged(e, node, type(node).of(*rest) if len(rest) > 1 else rest[0])


def _is_symmetrised(value: Expr, truth: Expr) -> bool:
    """Whether 2P stands where P + Pᵀ should, or the like below x."""
    if truth.shape == SCALAR:
        return False
    if truth.shape[0] == truth.shape[1]:
        is_one = any(is_right(Transpose(e), e) for e in (truth, value))  # and K of a skew matrix is not just lost
        return is_one and is_right(value + Transpose(value), truth + Transpose(truth))
    below = (s for s in symbols(truth) if s.shape == truth.shape and not s.ranges and str(s.shape[1]) == "1")
    pairs = [(Product.of(Transpose(s), value), Product.of(Transpose(s), truth)) for s in below]
    return any(is_right(*pair) and not is_right(pair[1], pair[1] * 2) for pair in pairs)  # xᵀ∇f = 0 says nothing


def lesson(kind: str, fault: Fault) -> str:
    """The law in a clause, where only one can be meant: of an inverse, a determinant, tanh; else nothing.

    >>> from matdiff import check
    >>> print(check("f(X) = tr(X^-1 A)\\ndf = tr(X^-1 dX X^-1 A)", "X, A: n x n").message)
    the sign is wrong: d(A⁻¹) = −A⁻¹ dA A⁻¹; it should be −Tr(X⁻¹dX X⁻¹A)
    """
    if kind == "transpose" and fault.is_derivative and fault.error is None and ONE not in fault.truth.shape:
        return GRADIENT
    laws = {law.name: law for law in _laws(fault)} if kind in MISAPPLIED | {"sign"} else {}
    told = [law for law in laws.values() if kind != "sign" or " = -" in law.statement]
    return Law.printed(told[0]) if len(told) == 1 else ""


def _laws(fault: Fault) -> Iterator[Law]:
    """The laws of functions in the derivation of what a line begins with."""
    try:
        lines = fault.origin.lines() if fault.origin is not None and fault.origin.order < 2 else ()
    except MatdiffError:
        return
    for law in (law for line in lines for law in line.laws):
        if law.kind == "differential" and (OF_FUNCTION.match(law.statement) or OF_POWER.match(law.statement)):
            yield law
