"""Equations with X⁻¹ and with X twice: X⁻¹ = C, X⁻¹CX⁻¹ = X⁻¹, XAX = B, cX² + XS = kI."""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Symbol, replace, symbols
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.matrix_functions import Sqrtm
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, coefficient, quotient, zero
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.solving.equations import Demand, Demands, Equation, Root, equation_law, fresh_symbol, sign_of
from matdiff.solving.linear import LINEAR
from matdiff.solving.rational_equations import NUMBERS
from matdiff.solving.terms import Term, total

MOST_SIDES = 4  # how often both sides are multiplied by the unknown


def is_matrix(x: Expr) -> bool:
    """Whether the unknown is a square matrix that is no number."""
    return x.rows is x.cols and x.cols is not ONE


def linear_roots(q: Equation) -> list[Root] | None:
    """The roots by a law of linear equations; vec is left out."""
    return next((found for law in LINEAR[:-1] if (found := law(q)) is not None), None)


def domain_or(conditions: Demands | None, q: Equation) -> Demands | None:
    """The condition that a value is invertible follows from the domain of a definite unknown."""
    return () if "spd" in assumed(q.unknown) else conditions


@equation_law("X⁻¹ = C ⇒ X = C⁻¹", "inv(inv(C)) = C", where="C: n x n invertible", requires="C is invertible")
def solved_for_inverse(q: Equation) -> list[Root] | None:
    x = q.unknown
    if not is_matrix(x):
        return None
    y, inverse = fresh_symbol("Y", x, q.left), Inverse(x)
    within = replace(q.left, lambda node: y if node is inverse else None)
    other = Equation(within, y, q.sizes)
    if other.terms and Equation(within, x, q.sizes).holds(within):
        return None
    found = []
    for root in linear_roots(other) or ():
        conditions = domain_or(q.regular(root.value), q)
        if conditions is None:
            return None
        steps = [
            Step(s.law, replace(s.before, lambda node: inverse if node is y else None), s.after) for s in root.steps
        ]
        value = tidy(Inverse(root.value))
        found.append(Root(value, root.conditions + conditions, (*steps, Step(solved_for_inverse, x, value))))
    return found or None


@equation_law("E = 0 ⇔ Eᵀ = 0", "E'' = E", where="E: m x n")
def transposed(q: Equation) -> list[Root] | None:
    """An equation in Xᵀ and X⁻ᵀ alone, as one in X: X⁻ᵀ = Sᵀ is X⁻¹ = S."""
    x = q.unknown
    y = fresh_symbol("Y", x, q.left) if is_matrix(x) else x
    if y is x or x in symbols(replace(q.left, lambda node: y if node is Transpose(x) else None)):
        return None
    other = Equation(tidy(Transpose.of(q.left)), x, q.sizes)
    roots = solved_for_inverse(other) or linear_roots(other)
    return [r._replace(steps=(Step(transposed, other.left, zero(x.shape)), *r.steps)) for r in roots] if roots else None


@equation_law("I ⊙ E = 0 ⇔ diag(E) = 0", "diag(E.*eye(n)) = diag(E)", where="E: n x n")
def solved_for_diagonal(q: Equation) -> list[Root] | None:
    """The diagonal of a diagonal unknown, entry by entry."""
    x = q.unknown
    if not is_matrix(x) or "diagonal" not in assumed(x):
        return None
    own = DiagonalVector(x)
    d = fresh_symbol("d", own, q.left)
    d = Symbol(d.name, d.shape, frozenset({"positive"} if assumed(x) & {"positive", "spd"} else ()))
    projected = coefficient(q.left)[1] or q.left
    parts = projected.operands if isinstance(projected, Hadamard) else (projected,)
    whole = Hadamard.of(*[p for p in parts if not isinstance(p, Identity)])
    within = DiagonalVector(tidy(replace(whole, lambda node: DiagonalMatrix(d) if node is x else None)))
    other = Equation(within, d, q.sizes)
    found = []
    for root in next((r for law in (*LINEAR[:-1], *NUMBERS) if (r := law(other))), []):
        value = tidy(DiagonalMatrix(root.value))
        steps = [
            Step(s.law, tidy(replace(s.before, lambda node: own if node is d else None)), s.after) for s in root.steps
        ]
        found.append(root._replace(value=value, steps=(*steps, Step(solved_for_diagonal, x, value))))
    return found or None


@equation_law(
    "multiply by X on both sides",
    "X*(inv(X)*C*inv(X))*X = C",
    where="X: n x n invertible; C: n x n",
    requires="X is invertible",
)
def multiplied_by_unknown(q: Equation) -> list[Root] | None:
    x = q.unknown
    cleared = without_inverses(q.terms, x) if is_matrix(x) else None
    if cleared is None:
        return None
    shape = cleared[0].expression().shape
    whole = total([t.expression() for t in cleared], shape)
    other = Equation(whole, x, q.sizes)
    roots = linear_roots(other) or square_root(other) or between_unknowns(other)
    if roots is None:
        return None
    first = [t for t in cleared if x in t.factors]
    sign = -1 if first and first[0].number < 0 else 1
    rest = [t._replace(number=-sign * t.number).expression() for t in cleared if x not in t.factors]
    left = [t._replace(number=sign * t.number).expression() for t in first]
    step = Step(multiplied_by_unknown, total(left, shape), total(rest, shape))
    return [root._replace(steps=(step, *without_repeat(step, root.steps))) for root in roots]


def without_repeat(first: Step, steps: Sequence[Step]) -> Sequence[Step]:
    """The steps behind another one, without those that say the same."""
    return [s for s in steps if (s.before, s.after) != (first.before, first.after)]


def without_inverses(terms: Sequence[Term], x: Expr) -> list[Term] | None:
    """The terms multiplied by X from the left and the right until no X⁻¹ is left; None where that does not help."""
    inverse, found = Inverse(x), list(terms)
    if not any(inverse in t.factors for t in found):
        return None
    for _ in range(MOST_SIDES):
        if any(t.factors and t.factors[0] is inverse for t in found):
            found = [_left(t, x, inverse) for t in found]
        elif any(t.factors and t.factors[-1] is inverse for t in found):
            found = (
                [_left(t.transposed(), x, inverse).transposed() for t in found]
                if is_symmetric(x)
                else None or [_right(t, x, inverse) for t in found]
            )
        else:
            break
    return None if any(inverse in t.factors for t in found) else found


def _left(t: Term, x: Expr, inverse: Expr) -> Term:
    """X times a term."""
    if t.factors and t.factors[0] is inverse:
        return t._replace(factors=t.factors[1:] or (Identity(x.rows),))
    return t._replace(factors=(x, *[f for f in t.factors if not isinstance(f, Identity)]))


def _right(t: Term, x: Expr, inverse: Expr) -> Term:
    """A term times X."""
    if t.factors and t.factors[-1] is inverse:
        return t._replace(factors=t.factors[:-1] or (Identity(x.rows),))
    return t._replace(factors=(*[f for f in t.factors if not isinstance(f, Identity)], x))


# ---- the unknown twice ---------------------------------------------------------------------------------


def by_degree(q: Equation) -> dict[int, list[Term]] | None:
    """The terms by how often the unknown is a factor; None where it stands elsewhere too."""
    found: dict[int, list[Term]] = {}
    for t in q.terms:
        degree = t.factors.count(q.unknown)
        others = [*t.scalars, *[f for f in t.factors if f is not q.unknown]]
        if any(map(q.holds, others)):
            return None
        found.setdefault(degree, []).append(t)
    return found


def definite(e: Expr, q: Equation) -> bool:
    """Whether a matrix or number is known to be positive definite."""
    return sign_of(e, q.sizes) in ("positive definite", "positive")


@equation_law(
    "cX² + XS = kI",
    "(sqrtm(S*S + 4*c*eye(n)) - S)*(sqrtm(S*S + 4*c*eye(n)) - S) + 2*(sqrtm(S*S + 4*c*eye(n)) - S)*S = 4*c*eye(n)",
    where="S: n x n symmetric; c: scalar positive",
    requires="S is symmetric and ck > 0; X is the root that is positive definite, and commutes with S",
)
def square_root(q: Equation) -> list[Root] | None:
    x, parts = q.unknown, by_degree(q) if is_matrix(q.unknown) else None
    if parts is None or not parts.keys() <= {0, 1, 2} or not {0, 2} <= parts.keys():
        return None
    if any(t.factors != (x, x) for t in parts[2]) or not all(
        isinstance(f, Identity) for t in parts[0] for f in t.factors
    ):
        return None
    if any(len(t.factors) > 2 for t in parts.get(1, [])) or "spd" not in assumed(x):
        return None
    c = total([t.around(()) for t in parts[2]], (ONE, ONE))
    k = total([t._replace(number=-t.number).around(()) for t in parts[0]], (ONE, ONE))
    linear = [t.around([f for f in t.factors if f is not x] or [Identity(x.rows)]) for t in parts.get(1, [])]
    s = total(linear, x.shape) if linear else None
    if not (definite(c, q) and definite(k, q)) or (s is not None and not is_symmetric(s)):
        return None
    if s is None:
        value = tidy(Sqrtm(Scale.of(quotient(k, c), Identity(x.rows))))
        return [Root(value, (), (Step(square_root, x, value),))]
    inside = tidy(Sum.of(Product.of(s, s), Scale.of(Hadamard.of(Number(4), c, k), Identity(x.rows))))
    value = tidy(quotient(Sum.of(Sqrtm(inside), Scale.of(Number(-1), s)), Hadamard.of(Number(2), c)))
    return [Root(value, (), (Step(square_root, x, value),))]


@equation_law(
    "XAX = B",
    "sqrtm(sqrtm(A)*B*sqrtm(A))*sqrtm(sqrtm(A)*B*sqrtm(A)) = sqrtm(A)*B*sqrtm(A)",
    where="A, B: n x n spd",
    requires="A and B are positive definite; X is the root that is positive definite",
)
def between_unknowns(q: Equation) -> list[Root] | None:
    x, parts = q.unknown, by_degree(q) if is_matrix(q.unknown) else None
    if parts is None or parts.keys() != {0, 2} or "spd" not in assumed(x):
        return None
    if any(t.factors[0] is not x or t.factors[-1] is not x for t in parts[2]):
        return None
    middle = [t.around(t.factors[1:-1] or [Identity(x.rows)]) for t in parts[2]]
    sign = parts[2][0].number / abs(parts[2][0].number)
    a = tidy(Scale.of(Number(sign), total(middle, x.shape)))
    b = total([t._replace(number=-sign * t.number).expression() for t in parts[0]], x.shape)
    conditions = tuple(Demand(m, "definite") for m in (a, b))
    if not (is_symmetric(a) and is_symmetric(b)):
        return None
    if a is Identity(x.rows):
        value = tidy(Sqrtm(b))
    elif isinstance(a, Scale) and isinstance(a.operands[1], Identity):
        value = tidy(quotient(Sqrtm(b), Sqrt(a.operands[0])))
    else:
        root = tidy(Sqrtm(a))
        outer = Inverse(root)
        value = tidy(Product.of(outer, Sqrtm(Product.of(root, b, root)), outer))
    left = Product.of(x, a, x)
    return [Root(value, conditions, (Step(multiplied_by_unknown, left, b), Step(between_unknowns, x, value)))]


MATRIX = (solved_for_diagonal, solved_for_inverse, transposed, multiplied_by_unknown, square_root, between_unknowns)
