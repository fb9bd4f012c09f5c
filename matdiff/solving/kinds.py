"""What kind of stationary point a solution is, and why: minimum, maximum, saddle, or left open.

Proofs, in the order in which they are tried: the Lagrangian is convex (concave) for the multipliers that were found, so
that its stationary points are minima (maxima) among all points that fulfil the constraints; the same in another
parameter, X⁻¹ or 1/x; and one unknown after the other, min over x and S = min over S of the min over x.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matdiff.algebra.assumptions import convex
from matdiff.algebra.constants import is_zero
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol, replace
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.simplification import tidy
from matdiff.calculus.conditions import size_names
from matdiff.calculus.definiteness.certificate import Certificate, certificate_of
from matdiff.calculus.hessian import Hessians, hessians
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.solving.convexity import Shape, by_composition
from matdiff.solving.equations import fresh_symbol, inverse_of, sign_of
from matdiff.solving.terms import holding

WANTED = {"minimise": "minimum", "maximise": "maximum", "": "stationary", "solve": "solution"}


UPWARDS, DOWNWARDS = ("positive definite", "positive"), ("negative definite", "negative")


class Verdict(NamedTuple):
    """The kind of a stationary point, whether that is proved, and the reason in a sentence."""

    kind: str
    proved: bool = False
    reason: str = ""
    unique: bool = False


def verdict(
    objective: Expr, variables: Mapping[str, Expr], values: Mapping[Expr, Expr], order: Sequence[str], constrained: bool
) -> Verdict:
    """What can be proved of a stationary point of an objective, or of a Lagrangian with the multipliers put in."""
    found = by_curvature(objective, variables, "the Lagrangian with these multipliers" if constrained else "f")
    if found is None:
        found = in_other_parameters(objective, variables)
    if found is None and len(variables) > 1:
        found = one_by_one(objective, variables, values, order)
    if found is None and not constrained:
        found = saddle(objective, variables)
    return found or Verdict("stationary")


def curvature(f: Expr, variables: Mapping[str, Expr]) -> tuple[Hessians, Certificate | None] | None:
    """The Hessian, and what is known of it; None where it cannot be derived."""
    try:
        second = hessians(f, variables)
        return second, certificate_of(second)
    except MatdiffError:
        return None


def by_curvature(f: Expr, variables: Mapping[str, Expr], what: str) -> Verdict | None:
    """A stationary point of a convex function is its minimum."""
    known = curvature(f, variables)
    certificate = None if known is None else known[1]
    if certificate is None or not certificate.conclusion or certificate.on_pieces:
        return composed(f, variables, what)
    said = certificate.conclusion.partition(" is ")[2]
    kind = "minimum" if "convex" in said else "maximum" if "concave" in said else ""
    if not kind:
        return None
    strict = said.startswith("strictly")
    only = ", and the only one" if strict else ""
    return Verdict(kind, True, f"{what} is {said}, so this is its global {kind}{only}", strict)


def composed(f: Expr, variables: Mapping[str, Expr], what: str) -> Verdict | None:
    """The same where the function is convex as a sum of convex functions of affine ones."""
    if not all(convex(assumed(x)) for x in variables.values()):
        return None
    shape = by_composition(f, variables.values(), size_names(f))
    if shape not in (Shape.CONVEX, Shape.CONCAVE):
        return None
    kind, said = ("minimum", "convex") if shape is Shape.CONVEX else ("maximum", "concave")
    reason = f"{what} is {said}, a sum of {said} functions of affine ones, so this is its global {kind}"
    return Verdict(kind, True, reason)


def in_other_parameters(f: Expr, variables: Mapping[str, Expr]) -> Verdict | None:
    """A function that is convex in X⁻¹ has no other stationary point than its minimum."""
    inverted: dict[Expr, Expr] = {}
    others: dict[str, Expr] = {}
    for name, x in variables.items():
        domain = assumed(x)
        if x.rows is x.cols and isinstance(x, Symbol) and domain & {"spd", "positive"}:
            inverted[x] = others[name] = fresh_symbol("Y" if x.cols is not ONE else "t", x, f)
        else:
            others[name] = x
    if not inverted:
        return None

    def placed(node: Expr) -> Expr | None:
        family = node.operands[0] if isinstance(node, Member) else node
        if family not in inverted:
            return None
        y = inverted[family]
        return inverse_of(y if family is node else Member(y, *node.operands[1:]))

    found = by_curvature(tidy(replace(f, placed)), others, "f")
    if found is None:
        return None
    names = " and ".join(f"the inverse of {x}" for x in inverted)
    kind = "convex" if found.kind == "minimum" else "concave"
    reason = f"as a function of {names} f is {'strictly ' * found.unique}{kind}, so this is its global {found.kind}"
    return found._replace(reason=reason)


def one_by_one(
    f: Expr, variables: Mapping[str, Expr], values: Mapping[Expr, Expr], order: Sequence[str]
) -> Verdict | None:
    """min over x and S is the min over S of the min over x, where each of these is proved; unique where these are.

    The values are those that were found one after the other: that of x may hold S.
    """
    kinds, reasons, left, unique = set(), [], dict(variables), True
    for name in (n for n in order if n in variables):
        x = left.pop(name)
        found = by_curvature(f, {name: x}, "f") or in_other_parameters(f, {name: x})
        if found is None:
            return None
        kinds.add(found.kind)
        unique &= found.unique
        reasons.append(found.reason.split(",")[0] + f" in {name}")
        f = tidy(replace(f, {x: values[x]}.get))
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    steps = "; then ".join(reasons)
    return Verdict(kind, True, f"one unknown after the other: {steps}; so this is the global {kind}", unique)


def saddle(f: Expr, variables: Mapping[str, Expr]) -> Verdict | None:
    """A Hessian has eigenvalues of both signs where its diagonal has blocks of both, or one that is 0 beside another
    one that is not.
    """
    known = curvature(f, variables) if len(variables) > 1 else None
    if known is None:
        return None
    blocks, sizes = known[0].blocks, size_names(f)
    signs = {sign_of(blocks[a, a], sizes): a for a in variables}
    up, down = (next((signs[s] for s in signs if s in kinds), None) for kinds in (UPWARDS, DOWNWARDS))
    if up is not None and down is not None:
        return Verdict(
            "saddle", True, f"the Hessian is positive definite in {up} alone and negative definite in {down}"
        )
    for a in variables:
        if not is_zero(blocks[a, a]):
            continue
        for b in variables:
            other = blocks[a, b]
            if b != a and not is_zero(other) and not holding(*variables.values())(other):
                return Verdict(
                    "saddle", True, f"the Hessian is 0 in {a} alone but not in {a} and {b}: it is indefinite"
                )
    return None
