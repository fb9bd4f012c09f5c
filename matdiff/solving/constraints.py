"""Constraints in the form that the laws of equations take.

X = Xᵀ declares a property, ‖x‖ = r is xᵀx = r², and several equations aᵀx = b for one vector are one Ax = b.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Number, Symbol, postorder
from matdiff.algebra.identities.transposes import growth
from matdiff.algebra.operators.blocks import VerticalStack
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import Power, Product, Sum, Transpose, coefficient
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.simplification import tidy
from matdiff.algebra.walks import exchanged
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple
from matdiff.solving.equations import Equation, product_of, sign_of
from matdiff.solving.linear import linear
from matdiff.solving.terms import holding

NOT_CONVEX = frozenset(("orthogonal", "unit", "simplex", "stochastic", "idempotent", "permutation", "integer"))
SETS: dict[str, Callable[[Expr], tuple[Expr, tuple[Expr, ...]]]] = {
    "orthogonal": lambda q: (Sum.of(Product.of(Transpose(q), q), -Identity(q.cols)), ()),
    "unit": lambda x: (Sum.of(inner(x, x), Number(-1)), ()),
    "simplex": lambda p: (Sum.of(SumOfEntries.of(p), Number(-1)), (p,)),
}


class Question(NamedTuple):
    """minimise or maximise an objective, or neither, where the constraints are 0 and the bounds are not negative.

    solve stands for the constraints alone; ranks are the largest that unknowns may have.
    """

    objective: Expr
    constraints: tuple[Expr, ...]
    variables: Mapping[str, Expr]
    sense: str = ""
    bounds: tuple[Expr, ...] = ()
    ranks: Mapping[str, Size] = {}


def in_standard_form(question: Question) -> Question:
    """The same problem with its constraints in the form that the laws take."""
    question = with_declared_symmetry(with_sets_as_constraints(question))
    constraints = tuple(without_norm(c) for c in question.constraints)
    bounds = tuple(map(without_norm, question.bounds))
    return question._replace(constraints=stacked(constraints, question.variables), bounds=bounds)


def with_sets_as_constraints(question: Question) -> Question:
    """An unknown that is declared orthogonal, of length 1 or on the simplex is constrained to be so."""
    for name, x in question.variables.items():
        known = assumed(x) & SETS.keys()
        if not isinstance(x, Symbol) or not assumed(x) & NOT_CONVEX:
            continue
        if not known:
            what = ", ".join(sorted(x.properties))
            raise UnsupportedError(f"{x} varies in a set ({what}) that no law of equations takes")
        y = Symbol(x.name, x.shape, x.properties - NOT_CONVEX - {"invertible", "nonnegative"}, x.ranges)
        constraint, bounds = SETS[min(known)](y)
        return with_sets_as_constraints(
            question._replace(
                objective=exchanged(question.objective, x, y),
                constraints=(*[exchanged(c, x, y) for c in question.constraints], constraint),
                variables={**question.variables, name: y},
                bounds=(*[exchanged(b, x, y) for b in question.bounds], *bounds),
            )
        )
    return question


def with_declared_symmetry(question: Question) -> Question:
    """A constraint X = ±Xᵀ says in which space X varies: it is declared, without a multiplier."""
    for c in question.constraints:
        for name, x in question.variables.items():
            declared = symmetry(c, x)
            if declared and isinstance(x, Symbol):
                y = Symbol(x.name, x.shape, x.properties | {declared}, x.ranges)
                left = [d for d in question.constraints if d is not c]
                return with_declared_symmetry(
                    question._replace(
                        objective=exchanged(question.objective, x, y),
                        constraints=tuple(exchanged(d, x, y) for d in left),
                        variables={**question.variables, name: y},
                        bounds=tuple(exchanged(b, x, y) for b in question.bounds),
                    )
                )
    return question


def with_usual_properties(question: Question) -> tuple[Question, tuple[str, ...]]:
    """The problem with matrices of quadratic forms symmetric, and definite in constraints and where they divide, as far
    as nothing is declared of them; with what is taken for granted by it, in words.
    """
    f, columns = question.objective, [x for x in question.variables.values() if x.cols is ONE]
    below = [n for n in postorder(f) if isinstance(n, Power) and (n.operands[1].number or 0) < 0]
    definite = {s for e in (*below, *question.constraints) for s in undeclared_forms(e, columns)}
    said = []
    for s in sorted({*definite, *undeclared_forms(f, columns)}, key=str):
        word = "spd" if s in definite else "symmetric"
        y = Symbol(s.name, s.shape, frozenset({word}), s.ranges)
        said.append(f"{s} is {'positive definite' if s in definite else word}")
        constraints = tuple(exchanged(c, s, y) for c in question.constraints)
        question = question._replace(objective=exchanged(question.objective, s, y), constraints=constraints)
    return question, tuple(said)


def undeclared_forms(e: Expr, columns: Sequence[Expr]) -> set[Symbol]:
    """The matrices S of the xᵀSx in an expression of which nothing is declared."""
    products = [n.operands for n in postorder(e) if isinstance(n, Product) and len(n.operands) == 3]
    return {
        s for a, s, x in products if x in columns and a is Transpose(x) and isinstance(s, Symbol) and not assumed(s)
    }


def symmetry(c: Expr, x: Expr) -> str:
    """What X − Xᵀ = 0 or X + Xᵀ = 0 says of X."""
    terms = {rest: k for k, rest in map(coefficient, c.operands)} if isinstance(c, Sum) and len(c.operands) == 2 else {}
    a, b = terms.get(x, Fraction(0)), terms.get(Transpose(x), Fraction(0))
    return "" if a == 0 or abs(a) != abs(b) else "skew" if a == b else "symmetric"


def without_norm(c: Expr) -> Expr:
    """‖a‖ − r as aᵀa − r², and r − ‖a‖ as r² − aᵀa, for an r that is not negative."""
    terms = c.operands if isinstance(c, Sum) else (c,)
    norms = [t for t in terms if isinstance(coefficient(t)[1], Norm)]
    if len(norms) != 1:
        return c
    k, norm = coefficient(norms[0])
    rest = tidy(Sum.of(*[Number(-1 / k) * t for t in terms if t is not norms[0]])) if len(terms) > 1 else Number(0)
    if norm is None or sign_of(rest) not in ("positive", "nonnegative"):
        return c
    a = norm.operands[0]
    squares = Sum.of(inner(a, a), -Power.of(rest, Number(2)))
    return squares if k > 0 else negated(squares)


def negated(e: Expr) -> Expr:
    """−e, term by term."""
    return Sum.of(*[tidy(-t) for t in (e.operands if isinstance(e, Sum) else (e,))])


def stacked(constraints: tuple[Expr, ...], variables: Mapping[str, Expr]) -> tuple[Expr, ...]:
    """Several equations that are linear in the only vector, as one."""
    if len(variables) != 1 or len(constraints) < 2:
        return constraints
    (x,) = variables.values()
    if x.cols is not ONE or x.is_scalar:
        return constraints
    rows, sides = [], []
    for c in constraints:
        form = linear(Equation(c, x)) if c.cols is ONE and holding(x)(c) else None
        if form is None or any(right or t.sums for t, _, right in form.terms):
            return constraints
        parts = [t._replace(factors=left).expression() for t, left, _ in form.terms if product_of(left) is not None]
        if len(parts) != len(form.terms):
            return constraints
        rows.append(tidy(Sum.of(*parts)))
        sides.append(form.right)
    matrix = VerticalStack.of(*rows)
    if growth(matrix) < 0:
        matrix = Transpose(tidy(Transpose(matrix)))  # [a, b]ᵀ of the rows aᵀ and bᵀ
    return (Sum.of(Product.of(matrix, x), -VerticalStack.of(*sides)),)
