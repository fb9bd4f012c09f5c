"""Linear equations: Ax = c, XB = C, AXB = C, AX + XB = C, else by vec."""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.kronecker import Kronecker, Unvec
from matdiff.algebra.operators.products import Product, Scale, Transpose, quotient
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.sylvester import Sylvester
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.vecform import as_vec
from matdiff.records import NamedTuple
from matdiff.solving.equations import (
    Demand,
    Demands,
    Equation,
    Root,
    equation_law,
    form_law,
    is_invertible,
    product_of,
    sign_of,
)
from matdiff.solving.terms import Term, total

collected = form_law("unknown_collected", "collect the unknown", "A*X + B*X = (A + B)*X", where="A, B: m x n; X: n x p")


class Linear(NamedTuple):
    """The terms c A X B with their sides, and the right-hand side."""

    terms: tuple[tuple[Term, tuple[Expr, ...], tuple[Expr, ...]], ...]
    right: Expr

    def sides(self) -> set[tuple[bool, bool]]:
        """Whether there are factors to the left of X, and to the right of it, in the terms."""
        return {(bool(a), bool(b)) for _, a, b in self.terms}


def linear(q: Equation) -> Linear | None:
    """The equation in linear form, divided by invertible factors that all terms begin or end with."""
    terms = [t for t in q.terms if t.number != 0]
    x = q.unknown
    if any(Transpose(x) in t.factors for t in terms) and not x.is_scalar:
        if any(x in t.factors for t in terms):
            return None
        terms = [t.transposed() for t in terms]
    terms = cancelled(q, terms)
    found, rest = [], []
    for t in terms:
        places = [k for k, f in enumerate(t.factors) if f is x]
        others = [*t.scalars, *[f for k, f in enumerate(t.factors) if k not in places]]
        if any(map(q.holds, others)) or len(places) > 1:
            return None
        if not places:
            rest.append(t)
            continue
        found.append(parted(t, places[0]))
    if not found:
        return None
    if found[0][0].number < 0:
        found = [(t._replace(number=-t.number), a, b) for t, a, b in found]
        rest = [t._replace(number=-t.number) for t in rest]
    shape = terms[0].expression().shape
    return Linear(tuple(found), total([t._replace(number=-t.number).expression() for t in rest], shape))


def parted(t: Term, place: int) -> tuple[Term, tuple[Expr, ...], tuple[Expr, ...]]:
    """A term with what stands to the left of the unknown, and to the right; a number there is a scalar of the term."""
    left, right = t.factors[:place], t.factors[place + 1 :]
    if right and right[0].rows is ONE and (whole := Product.of(*right)).is_scalar:
        return t.times([tidy(whole)]), left, ()
    if left and left[-1].cols is ONE and (whole := Product.of(*left)).is_scalar:
        return t.times([tidy(whole)]), (), right
    return t, left, right


def cancelled(q: Equation, terms: list[Term]) -> list[Term]:
    """A P X + A c = 0 ⇔ P X + c = 0 for an invertible A, also at the right."""
    for end in (0, -1):
        while all(t.factors for t in terms):
            ends = {t.factors[end] for t in terms}
            f = next(iter(ends))
            if len(ends) > 1 or q.holds(f) or f.free or not is_invertible(f):
                break
            terms = [t._replace(factors=_without(t.factors, end)) for t in terms]
    return terms


def _without(factors: tuple[Expr, ...], end: int) -> tuple[Expr, ...]:
    kept = factors[1:] if end == 0 else factors[:-1]
    return kept or (Identity(factors[0].rows),)


def coefficients(terms: Sequence[tuple[Term, tuple[Expr, ...]]], size_of: Expr, end: int) -> Expr | None:
    """Σ c A, with c I where there is nothing beside the unknown; a scalar where that is all there is."""
    plain = [t.around(()) for t, side in terms if not side]
    matrices = [t.around(side) for t, side in terms if side]
    if not matrices:
        return total(plain, (ONE, ONE)) if plain else None
    identity = Identity(size_of.shape[end])
    return total([*[Scale.of(c, identity) for c in plain], *matrices], matrices[0].shape)


def told(q: Equation, left: Expr, right: Expr, law: Law, value: Expr, conditions: Demands) -> list[Root]:
    """The root with its two steps, collected and solved, or with the first where that is the solution."""
    value = tidy(value)
    solved = () if left is q.unknown and right is value else (Step(law, q.unknown, value),)
    return [Root(value, conditions, (Step(collected, left, right), *solved))]


@equation_law("cX = C ⇒ X = C/c", "c*(C/c) = C", where="c: scalar positive; C: m x n", requires="c ≠ 0")
def divided_by_scalar(q: Equation) -> list[Root] | None:
    form = linear(q)
    if form is None or form.sides() != {(False, False)}:
        return None
    c = coefficients([(t, ()) for t, _, _ in form.terms], q.unknown, 0)
    conditions = None if c is None else q.regular(c)
    if c is None or conditions is None:
        return None
    return told(q, Scale.of(c, q.unknown), form.right, divided_by_scalar, quotient(form.right, c), conditions)


def from_one_side(q: Equation, end: int, law: Law) -> list[Root] | None:
    """The root of MX = C, where no term has a factor at the other end, or of XM = C for the other *end*."""
    form = linear(q)
    if form is None or any(sides[1 - end] for _, *sides in form.terms):
        return None
    m = coefficients([(t, sides[end]) for t, *sides in form.terms], q.unknown, end)
    if m is None or m.rows is not m.cols or (conditions := q.regular(m)) is None:
        return None
    order = slice(None, None, -1) if end else slice(None)
    value, left = (Product.of(*[f, g][order]) for f, g in ((Inverse(m), form.right), (m, q.unknown)))
    return told(q, left, form.right, law, value, conditions)


@equation_law("AX = C ⇒ X = A⁻¹C", "A*(inv(A)*C) = C", where="A: n x n; C: n x m", requires="A is invertible")
def multiplied_from_the_left(q: Equation) -> list[Root] | None:
    return from_one_side(q, 0, multiplied_from_the_left)


@equation_law("XB = C ⇒ X = CB⁻¹", "(C*inv(B))*B = C", where="B: n x n; C: m x n", requires="B is invertible")
def multiplied_from_the_right(q: Equation) -> list[Root] | None:
    return from_one_side(q, 1, multiplied_from_the_right)


@equation_law(
    "AXB = C ⇒ X = A⁻¹CB⁻¹",
    "A*(inv(A)*C*inv(B))*B = C",
    where="A: m x m; B: n x n; C: m x n",
    requires="A and B are invertible",
)
def multiplied_from_both_sides(q: Equation) -> list[Root] | None:
    form = linear(q)
    if form is None or len(form.terms) != 1 or form.terms[0][0].sums:
        return None
    t, left, right = form.terms[0]
    a, b = product_of(left), product_of(right)
    if a is None or b is None or a.rows is not a.cols or b.rows is not b.cols:
        return None
    a, b = tidy(a), tidy(b)
    conditions = [q.regular(t.around(())), q.regular(a), q.regular(b)]
    if None in conditions:
        return None
    value = quotient(Product.of(Inverse(a), form.right, Inverse(b)), t.around(()))
    said = tuple(dict.fromkeys(c for found in conditions for c in found or ()))
    whole = Scale.of(t.around(()), Product.of(a, q.unknown, b))
    return told(q, whole, form.right, multiplied_from_both_sides, value, said)


@equation_law(
    "AX + XB = C ⇒ X = sylvester(A, B, C)",
    "A*sylvester(A, B, C) + sylvester(A, B, C)*B = C",
    where="A: m x m; B: n x n; C: m x n",
    requires="no eigenvalue of A is the negative of one of B",
)
def solved_by_sylvester(q: Equation) -> list[Root] | None:
    form = linear(q)
    if form is None or (True, True) in form.sides() or not {(True, False), (False, True)} <= form.sides():
        return None
    a = coefficients([(t, a) for t, a, b in form.terms if not b], q.unknown, 0)
    b = coefficients([(t, b) for t, a, b in form.terms if b], q.unknown, 1)
    if a is None or b is None:
        return None
    value = Sylvester(a, b, form.right)
    left = Product.of(a, q.unknown) + Product.of(q.unknown, b)
    return told(q, left, form.right, solved_by_sylvester, value, overlap(a, b, q))


def overlap(a: Expr, b: Expr, q: Equation) -> Demands:
    """What makes AX + XB invertible; nothing where both are positive definite."""
    signs = {sign_of(m, q.sizes) for m in (a, b)}
    if signs <= {"positive definite", "positive semidefinite"} and "positive definite" in signs:
        return ()
    if a is b and signs <= {"positive semidefinite"}:
        return (Demand(a, "invertible"),)
    return (Demand(Sylvester(a, b, Ones(a.rows, b.rows)), "spectra"),)


@equation_law(
    "vec(AXB) = (Bᵀ ⊗ A)vec X",
    "vec(A*X*B) = kron(B', A)*vec(X)",
    where="A: m x n; X: n x p; B: p x q",
    requires="the matrix of the map is invertible",
)
def solved_by_vec(q: Equation) -> list[Root] | None:
    form = linear(q)
    x = q.unknown
    if form is None or x.cols is ONE or x.rows is ONE or form.right.shape != x.shape:
        return None
    blocks = []
    for t, a, b in form.terms:
        left = product_of(a) or Identity(x.rows)
        right = product_of(b) or Identity(x.cols)
        blocks.append(t._replace(factors=(Kronecker.of(Transpose(right), left),)).expression())
    m = total(blocks, blocks[0].shape)
    if (conditions := q.regular(m)) is None:
        return None
    value = Unvec.of(Product.of(Inverse(m), as_vec(form.right)), *x.shape)
    return told(q, Product.of(m, as_vec(x)), as_vec(form.right), solved_by_vec, value, conditions)


LINEAR = (
    divided_by_scalar,
    multiplied_from_the_left,
    multiplied_from_the_right,
    multiplied_from_both_sides,
    solved_by_sylvester,
    solved_by_vec,
)
