"""The form in which a solution is shown: the shortest of a few equal ones."""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import Expr, Number, postorder, replace
from matdiff.algebra.identities.indexed import rebound
from matdiff.algebra.operators.entrywise import Exp, Log, Sqrt
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Scale, Sum, coefficient
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.algebra.simplification import tidy
from matdiff.solving.equations import Equation
from matdiff.solving.scalar_equations import root_of
from matdiff.solving.terms import multiplied_out

MOST = 200  # nodes of an expression that is looked at


def presented(e: Expr) -> Expr:
    """The shortest of the forms of an expression."""
    nodes = list(postorder(e))
    if len(nodes) > MOST:
        return e
    e = replace(e, without_sign) if any(isinstance(n, Norm) for n in nodes) else e
    forms = [e]
    if any(isinstance(n, Exp) and (n.free or not n.is_scalar) for n in nodes):
        forms.append(with_scalars_outside(with_scalars_outside(e)))
    if any(isinstance(n, Sqrt) for n in nodes):
        forms.append(tidy(replace(e, root_taken)))
    if any(isinstance(n, (Scale, Hadamard)) for n in nodes):
        forms.append(with_numbers_spread(with_numbers_spread(e)))
    best = min(forms, key=lambda form: len(str(form)) + (2 if form is not e else 0))
    return rebound(best, {i.name for i in e.free})


def without_sign(e: Expr) -> Expr | None:
    """‖−a‖ as ‖a‖."""
    is_negative = isinstance(e, Norm) and coefficient(e.operands[0])[0] < 0
    return Norm(tidy(-e.operands[0])) if is_negative else None


def with_numbers_spread(e: Expr) -> Expr:
    """c(A + B) as cA + cB for numbers c."""
    done: dict[Expr, Expr] = {}
    for n in postorder(e):
        node = n.rebuild(tuple(done[o] for o in n.operands)) if n.operands else n
        last = node.operands[-1] if node.operands else node
        if isinstance(node, Hadamard) and node.is_scalar and len(node.operands) > 2:
            node = number_absorbed(node)
        is_multiple = isinstance(node, (Scale, Hadamard)) and len(node.operands) == 2
        if is_multiple and isinstance(last, Sum) and node.operands[0].number is not None:
            node = Sum.of(*[tidy(node.rebuild((node.operands[0], t))) for t in last.operands])
        done[n] = node
    return done[e]


def root_taken(e: Expr) -> Expr | None:
    """The root of a number with the roots of squares among its factors taken."""
    return root_of(e.operands[0], Equation(e, Number(0))) if isinstance(e, Sqrt) and e.is_scalar else None


def number_absorbed(e: Expr) -> Expr:
    """½(2a − 2b)/c as (a − b)/c."""
    k, sums = e.operands[0].number, [o for o in e.operands if isinstance(o, Sum)]
    if k is None or len(sums) != 1:
        return e
    others = [o for o in e.operands[1:] if o is not sums[0]]
    return tidy(Hadamard.of(Sum.of(*[tidy(Number(k) * t) for t in sums[0].operands]), *others))


def with_scalars_outside(e: Expr) -> Expr:
    """exp(a + s1) as eˢexp(a), with k for the exponential of log k, and sums of multiples as multiples of sums."""
    done: dict[Expr, Expr] = {}
    for n in postorder(e):
        node = n.rebuild(tuple(done[o] for o in n.operands)) if n.operands else n
        if isinstance(node, Exp) and not node.is_scalar:
            node = parted(node)
        elif isinstance(node, Exp) and node.free:
            node = parted_member(node)
        elif isinstance(node, SumOfEntries) and isinstance(node.operands[0], Scale):
            c, a = node.operands[0].operands
            node = Hadamard.of(c, tidy(SumOfEntries.of(a)))
        done[n] = node
    return tidy(done[e])


def parted(e: Expr) -> Expr:
    """An exponential with what is the same for all entries in front."""
    ones = Ones(*e.shape)
    terms = multiplied_out(e.operands[0], ones)
    scalars = [tidy(t.around(())) for t in terms if t.factors == (ones,)]
    rest = [t.expression() for t in terms if t.factors != (ones,)]
    body = Exp(tidy(Sum.of(*rest))) if rest else ones
    flat = [s for c in scalars for s in (c.operands if isinstance(c, Sum) else (c,))]
    return Scale.of(Hadamard.of(*map(exponential, flat)), body) if flat else e


def parted_member(e: Expr) -> Expr:
    """exp(aᵢ + s) as eˢexp(aᵢ), with what has no index in front."""
    index = min(e.free, key=lambda i: i.name)
    numbers = [tidy(t.expression()) for t in multiplied_out(e.operands[0], index)]
    own = [s for s in numbers if s.free]
    front = [exponential(s) for s in numbers if not s.free]
    return Hadamard.of(*front, Exp(tidy(Sum.of(*own)))) if front and own else e


def exponential(s: Expr) -> Expr:
    """eˢ of a number: k for log k."""
    if isinstance(s, Log):
        return s.operands[0]
    if isinstance(s, Hadamard) and s.operands[0] is Number(-1) and isinstance(s.operands[1], Log):
        return tidy(Power.of(s.operands[1].operands[0], Number(-1)))
    return Exp(s)
