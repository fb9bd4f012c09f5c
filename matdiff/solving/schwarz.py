"""Linear functions beside quadratic forms: aᵀx ≤ √(aᵀP⁻¹a) √(xᵀPx), by Cauchy and Schwarz."""

from __future__ import annotations

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, replace
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.products import Product, Scale, Transpose, coefficient, quotient, zero
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.gradient import gradients
from matdiff.solving.equations import form_law, sign_of
from matdiff.solving.quadratics import Bound, quadratic, whole_inverse
from matdiff.solving.terms import holding

equal_in_schwarz = form_law(
    "equality_of_cauchy_and_schwarz",
    "aᵀw ≤ √(aᵀP⁻¹a) √(wᵀPw), equal at w = P⁻¹a",
    "(a'*(inv(P)*a))^2 = (a'*inv(P)*a)*((inv(P)*a)'*P*(inv(P)*a))",
    where="a: n; P: n x n spd",
    requires="a ≠ 0",
)
length_chosen = form_law(
    "length_chosen",
    "bᵀ(kw/bᵀw) = k",
    "b'*((k/(b'*w))*w) = k",
    where="b, w: n positive; k: scalar",
    requires="bᵀw ≠ 0",
)


def of_linear_ratio(above: Expr, below: Expr, x: Expr, sense: str) -> Bound | None:
    """The extreme of aᵀx/√(xᵀPx), at P⁻¹a by the inequality of Cauchy and Schwarz."""
    slope, limit = tidy(gradients(above, {"x": x}).gradients["x"]), quadratic(below, x)
    is_linear = not holding(x)(slope) and tidy(replace(above, {x: zero(x.shape)}.get)).number == 0
    if not is_linear or limit is None or limit.constant.number != 0 or not limit.definite():
        return None
    a = slope if sense == "maximise" else tidy(-slope)
    return by_schwarz(a, x, tidy(Product.of(whole_inverse(limit), a)), "positive scale")


def only_direction(s: Expr | None, sense: str) -> Expr | None:
    """a where S is c aaᵀ for a number c > 0, and xᵀSx is to be large."""
    number, rest = (0, None) if s is None else coefficient(s)
    if sense != "maximise" or not isinstance(rest, Product) or number <= 0:
        return None
    a = Product.of(*rest.operands[: len(rest.operands) // 2])
    return a if a.cols is ONE and rest is tidy(Product.of(a, Transpose(a))) else None


def by_schwarz(a: Expr, x: Expr, value: Expr, up_to: str) -> Bound:
    """What attains the inequality of Cauchy and Schwarz."""
    reason = "the inequality of Cauchy and Schwarz, which it attains, bounds the objective"
    condition = f"{coefficient(a)[1]} ≠ 0"
    return Bound({"x": value}, (Step(equal_in_schwarz, x, value),), "", reason, (condition,), up_to)


def scaled(found: Bound | None, c: Expr, x: Expr) -> Bound | None:
    """The solution of a problem whose objective no scale changes, of the length that bᵀx = k asks for."""
    if found is None or not found.values or not c.is_scalar:
        return None
    slope, at_zero = gradients(c, {"x": x}).gradients["x"], tidy(replace(c, {x: zero(x.shape)}.get))
    if holding(x)(slope) or at_zero.number == 0:
        return None
    w = found.values["x"]
    below = tidy(Product.of(Transpose(slope), w))
    k = tidy(-at_zero)
    factor = tidy(quotient(k, below))
    has_sign = found.up_to == "positive scale"
    condition = f"{below if sign_of(k) == 'positive' else factor} > 0" if has_sign else f"{below} ≠ 0"
    value = tidy(Scale.of(factor, w))
    return found._replace(
        values={"x": value},
        steps=(*found.steps[:-1], Step(length_chosen, x, value)),
        conditions=(*found.conditions, condition),
        up_to="",
        needs=(Sqrt(factor),) if has_sign else (),
    )
