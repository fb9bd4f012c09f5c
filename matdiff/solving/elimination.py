"""Several equations for several unknowns: one is solved for one of them, its value put into the others, and so on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, postorder, replace
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.operators.activations import Step as Heaviside
from matdiff.algebra.operators.entrywise import Entrywise, Exp, Sign, Sqrt
from matdiff.algebra.operators.products import (
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    multiple,
    quotient,
    zero,
)
from matdiff.algebra.operators.singular import Polar
from matdiff.algebra.operators.softmax import Softmax, SoftmaxOfColumns, SoftmaxOfRows
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.sums import Member, substitute_index
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple
from matdiff.solving.equations import Equation, Root, form_law, inverse_of
from matdiff.solving.linear import LINEAR, linear, solved_by_vec
from matdiff.solving.matrix_equations import MATRIX, is_matrix
from matdiff.solving.rational_equations import NUMBERS, polynomial
from matdiff.solving.terms import holding, multiplied_out, total

LAWS = (*LINEAR[:-1], *MATRIX, *NUMBERS, solved_by_vec)
MOST_BRANCHES = 8
shifted = form_law(
    "denominator_of_a_difference",
    "M⁻¹b = c + M⁻¹(b − Mc)",
    "inv(M)*b = c + inv(M)*(b - M*c)",
    where="M: n x n invertible; b, c: n",
    requires="M is invertible",
)
exponential_factor = form_law(
    "exponential_factor",
    "exp(a) ≠ 0: exp(a)b = 0 ⇒ b = 0",
    "exp(a)*b/exp(a) = b",
    where="a, b: scalar",
)
NAMES = {3: " (cubic)", 4: " (quartic)"}  # of polynomial equations
PIECEWISE = (Sign, Heaviside, Polar)  # the gradients of norms and of max(0, x)
TRANSCENDENTAL = (Entrywise, Softmax, SoftmaxOfRows, SoftmaxOfColumns)


class Branch(NamedTuple):
    """The equations that are left, the unknowns without a value, and the roots so far, in order."""

    equations: Mapping[str, Expr]
    unknowns: Mapping[str, Expr]
    roots: tuple[tuple[str, Root], ...] = ()


def roots(q: Equation) -> list[Root]:
    """The roots of an equation by the first law that applies; raises UnsupportedError with the kind of equation."""
    for law in LAWS:
        found: list[Root] | None = law(q)
        if found:
            return found
    if reduced := without_exponentials(q):
        first = Step(exponential_factor, reduced.left, zero(reduced.left.shape))
        return [root._replace(steps=(first, *root.steps)) for root in roots(reduced)]
    raise UnsupportedError(
        f"no law solves it in closed form: it is {kind_of(q)}, {q.left} = 0",
        suggestion="Newton's method solves it step by step: stationary gives the system of a step.",
    )


def without_exponentials(q: Equation) -> Equation | None:
    """The equation divided by an exponential that all its terms have as a factor, which is never 0."""
    factors = [(*t.scalars, *t.factors) for t in q.terms]
    common = [
        f for f in factors[0] if isinstance(f, Exp) and f.is_scalar and not f.free and all(f in o for o in factors)
    ]
    if not common or len(factors) < 2:
        return None
    left = tidy(Sum.of(*[quotient(t.expression(), common[0]) for t in q.terms]))
    return Equation(left, q.unknown, q.sizes)


def kind_of(q: Equation) -> str:
    """What kind of equation it is that no law solves."""
    x = q.unknown
    found = polynomial(q)
    if found is not None and not any(found[0]):
        return "an equation without a solution"
    if found is not None:
        degree = max(found[0])
        return f"a polynomial equation of degree {degree}{NAMES.get(degree, '')} in {x}"
    if linear(q) is not None:
        return f"a linear equation in {x} whose matrix need not be square"
    if x.is_scalar and not any(isinstance(n, PIECEWISE) and q.holds(n) for n in postorder(q.left)):
        return f"a transcendental or secular scalar equation for {x}"
    itself = (x, Transpose(x))
    others = [o for t in q.terms for o in (*t.scalars, *t.factors) if o not in itself]
    degree = max(sum(f in itself for f in t.factors) for t in q.terms)
    if is_matrix(x) and degree == 2 and not any(map(q.holds, others)):
        return f"a quadratic matrix equation (Riccati) in {x}"
    if is_matrix(x) and not any(q.holds(o) and not isinstance(o, Inverse) for o in others):
        return f"a rational matrix equation (discrete Riccati) in {x}"
    held = [n for n in postorder(q.left) if q.holds(n) and not isinstance(n, Sqrt)]
    if any(isinstance(n, PIECEWISE) for n in held):
        return f"an equation with kinks in {x}, where a subgradient has to be 0"
    is_transcendental = any(isinstance(n, TRANSCENDENTAL) for n in held)
    return f"a {'transcendental' if is_transcendental else 'nonlinear'} equation in {x}"


def eliminated(
    equations: Mapping[str, Expr], unknowns: Mapping[str, Expr], sizes: Collection[str] = ()
) -> list[Branch]:
    """All solutions of the equations, each with the values of the unknowns in terms of the data."""
    waiting, done = [Branch(dict(equations), dict(unknowns))], []
    while waiting:
        branch = waiting.pop()
        if not branch.unknowns:
            done.append(branch)
            continue
        waiting += reversed(followed(branch, sizes))
        if len(waiting) + len(done) > MOST_BRANCHES:
            raise UnsupportedError("the equations have too many solutions to be listed")
    return [put_together(b) for b in done]


def followed(branch: Branch, sizes: Collection[str]) -> list[Branch]:
    """The branches after one more unknown has got its value."""
    best: tuple[tuple[int, int], str, str, list[Root]] | None = None
    failure: UnsupportedError | None = None
    for name, unknown in branch.unknowns.items():
        order = sorted(branch.equations, key=lambda e, n=name: e != n)  # type: ignore[misc]
        for place in order:
            e = branch.equations[place]
            q = Equation(e, unknown, sizes)
            if not q.holds(e):
                continue
            try:
                found = roots(q)
            except UnsupportedError as error:
                failure = failure or error
                continue
            rank = (held(found, branch, name), 0 if unknown.is_scalar else 1 if unknown.cols is ONE else 2)
            if best is None or rank < best[0]:
                best = rank, name, place, found
            break
        if best is not None and best[0][0] == 0:
            break
    if best is None:
        raise failure or UnsupportedError(
            "the equations do not determine the unknowns: a condition is missing",
            suggestion="declare what is known of the matrices, as in S: n x n spd",
        )
    return [after(branch, best[1], best[2], root) for root in best[3]]


def put(e: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """An expression with values in the places of unknowns, for a family those of all its members."""
    families = {x.operands[0]: (x, v) for x, v in values.items() if isinstance(x, Member)}
    if not families:
        return tidy(replace(e, values.get))

    def placed(node: Expr) -> Expr | None:
        if not isinstance(node, Member) or node.operands[0] not in families:
            return values.get(node)
        x, value = families[node.operands[0]]
        taken = bound_names(value)
        for old, new in zip(x.operands[1:], node.operands[1:], strict=True):
            if not isinstance(old, Index) or (old is not new and not taken.isdisjoint(i.name for i in new.free)):
                raise UnsupportedError(f"the members of {x.operands[0]} depend on each other")
            value = substitute_index(value, old, new)
        return value

    return tidy(replace(e, placed))


def held(found: list[Root], branch: Branch, name: str) -> int:
    """How many of the other unknowns the roots have."""
    others = [u for n, u in branch.unknowns.items() if n != name]
    return max(sum(holding(u)(root.value) for u in others) for root in found)


def after(branch: Branch, name: str, place: str, root: Root) -> Branch:
    """The root in the other equations, where sums with it are brought over its denominator."""
    x = branch.unknowns[name]
    left = {n: u for n, u in branch.unknowns.items() if n != name}
    gathered = {} if x.is_scalar else over_denominators(branch, x, root.value, [*left.values()])
    others = {n: put(replace(e, gathered.get), {x: root.value}) for n, e in branch.equations.items() if n != place}
    for node, value in gathered.items():
        whole = tidy(value - Sum.of(*[t for t in node.operands if t is not x]))
        root = root._replace(value=whole, steps=(*root.steps, Step(shifted, x, whole)))
    return Branch(others, left, (*branch.roots, (name, root)))


def over_denominators(branch: Branch, x: Expr, value: Expr, unknowns: Sequence[Expr]) -> dict[Expr, Expr]:
    """x − c = M⁻¹(b − Mc) for a value M⁻¹b, or b/s, where b − Mc does not hold the unknown that M holds."""
    number, rest = coefficient(value)
    match rest:
        case Product(operands=(Inverse(operands=(below,)), *others)) if others:
            above = Product.of(*others)
        case Scale(operands=(Power(operands=(below, k)), above)) if k.number == -1:
            pass
        case _:
            return {}
    found: dict[Expr, Expr] = {}
    for u in (u for u in unknowns if holding(u)(below)):
        for node in (n for e in branch.equations.values() for n in postorder(e)):
            if isinstance(node, Sum) and x in node.operands:
                rest = Sum.of(multiple(number, above), *[below * t for t in node.operands if t is not x])
                new = total([t.expression() for t in multiplied_out(rest, u)], x.shape)
                found |= {} if holding(u)(new) else {node: tidy(inverse_of(below) * new)}
    return found


def put_together(branch: Branch) -> Branch:
    """Every root in terms of the data: the later ones put into the earlier ones."""
    values: dict[str, Root] = {}
    known: dict[Expr, Expr] = {}
    for name, root in reversed(branch.roots):
        value = put(root.value, known)
        values[name] = root._replace(value=value)
        known |= {u: value for u in [by_name(branch, name)] if u is not None}
    return branch._replace(roots=tuple((n, values[n]) for n, _ in branch.roots))


def by_name(branch: Branch, name: str) -> Expr | None:
    """The unknown that the steps of a root speak of."""
    return next((s.before for n, root in branch.roots if n == name for s in root.steps[-1:]), None)
