"""Problems whose solution attains a bound on eigenvalues or singular values.

xᵀSx ≤ λ_max(S) xᵀx  (Rayleigh and Ritz),
aᵀCb ≤ σ_max(C)‖a‖‖b‖;   those of frames and of low rank are in ``frames``
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.constants import Identity, is_zero
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Operator, replace
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.matrix_functions import Sqrtm
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose, quotient, zero
from matdiff.algebra.operators.spectral import (
    LargestEigenvalue,
    LargestEigenvector,
    SmallestEigenvalue,
    SmallestEigenvector,
)
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.gradient import gradients
from matdiff.calculus.hessian import hessians
from matdiff.records import NamedTuple
from matdiff.solving.equations import form_law, sign_of
from matdiff.solving.frames import of_low_rank, on_frames
from matdiff.solving.quadratics import Bound, Form, curvature, quadratic, root, whole_inverse
from matdiff.solving.schwarz import by_schwarz, of_linear_ratio, only_direction, scaled
from matdiff.solving.terms import holding

eigenvector = form_law(
    "eigenvector_to_an_end",
    "Sx = λx",
    "S*eigvec_max(S) = lambda_max(S)*eigvec_max(S)",
    where="S: n x n symmetric",
    requires="the eigenvalue is simple",
)
quotient_stationary = form_law(
    "stationary_quotient",
    "∇(a/b) = 0 ⇒ ∇a = (a/b)∇b",
    "a = (a/b)*b",
    where="a, b: scalar positive",
    requires="b ≠ 0",
)


def attained(objective: Expr, constraints: tuple[Expr, ...], variables: Mapping[str, Expr], sense: str) -> Bound | None:
    """The bound that solves a problem, where there is one."""
    columns = all(x.cols is ONE and x.rows is not ONE for x in variables.values())
    if len(variables) == 1 and columns:
        x = next(iter(variables.values()))
        if len(constraints) == 1:
            (c,) = constraints
            return on_quadric(objective, c, x, sense) or scaled(of_ratio(objective, x, sense), c, x)
        return of_ratio(objective, x, sense) if not constraints else None
    if len(variables) == 2 and len(constraints) == 2 and columns:
        return of_pair(objective, constraints, variables, sense)
    if len(variables) == 2 and not constraints:
        return of_low_rank(objective, variables, sense)
    if len(variables) == 1 and constraints:
        return on_frames(objective, constraints, next(iter(variables.values())), sense)
    return None


class Extreme(NamedTuple):
    """The end of the spectrum that is asked for."""

    word: str
    value: type[Operator]
    vector: type[Operator]


ENDS = {
    "maximise": Extreme("largest", LargestEigenvalue, LargestEigenvector),
    "minimise": Extreme("smallest", SmallestEigenvalue, SmallestEigenvector),
}


def on_quadric(f: Expr, c: Expr, x: Expr, sense: str) -> Bound | None:
    """The extreme of xᵀSx where xᵀPx = k: an eigenvector, after P has been made I."""
    form, limit = quadratic(f, x), quadratic(c, x)
    if form is None or limit is None or form.matrix is None or not limit.definite():
        return None
    k = tidy(-limit.constant)
    if sign_of(k) != "positive":
        return None
    end = ENDS[sense]
    a = only_direction(form.matrix, sense)
    if a is not None:
        w = tidy(Product.of(whole_inverse(limit), a))
        length = tidy(Product.of(Transpose(a), w))
        w = tidy(Scale.of(Hadamard.of(root(k), Power(root(length), Number(-1))), w))
        return by_schwarz(a, x, w, "sign")
    value, steps, of = extreme(form.matrix, limit, end)
    size = root(k)
    x_value = tidy(Scale.of(size, value))
    kind = "eigenvalue problem" if limit.scalar is not None else "generalised eigenvalue problem"
    pencil = f"λ{x}" if limit.scalar is not None else f"λ{limit.matrix}{x}"
    return Bound(
        {"x": x_value},
        (*steps, Step(eigenvector, x, x_value)),
        f"{kind} {form.matrix}{x} = {pencil}",
        f"the objective lies between the ends of the spectrum (Rayleigh and Ritz), and attains the {end.word}",
        (f"the {end.word} eigenvalue λ of {of} is simple",),
        "sign",
    )


def extreme(s: Expr, limit: Form, end: Extreme) -> tuple[Expr, tuple[Step, ...], Expr]:
    """x with xᵀPx = 1 at which xᵀSx is extreme, the steps, and the matrix whose eigenvector it comes from."""
    if limit.scalar is not None or limit.matrix is None:
        p = limit.scalar or Number(1)
        v = end.vector(s)
        value = tidy(Scale.of(tidy(quotient(Number(1), root(p))), v))
        return value, (Step(eigenvector, Product.of(s, v), Scale.of(end.value(s), v)),), s
    inverse = Inverse(Sqrtm(limit.matrix))
    m = tidy(Product.of(inverse, s, inverse))
    v = end.vector(m)
    step = Step(eigenvector, Product.of(m, v), Scale.of(end.value(m), v))
    return tidy(Product.of(inverse, v)), (step,), m


def of_ratio(f: Expr, x: Expr, sense: str) -> Bound | None:
    """The extreme of (xᵀSx)/(xᵀPx), or of aᵀx/√(xᵀPx); with other terms the problem is only named."""
    whole, holds = f.operands if isinstance(f, (Hadamard, Scale)) else (f,), holding(x)
    parts = [p for p in whole if holds(p) or p.number is not None]
    if any(sign_of(p) != "positive" for p in whole if p not in parts):
        return None
    f = Hadamard.of(*parts)
    below = [p.reciprocal for p in parts if p.reciprocal is not None]
    above = Hadamard.of(*[p for p in parts if p.reciprocal is None]) if len(below) < len(parts) else Number(1)
    if len(below) != 1 or below[0][1] != 1:
        return None
    ((divisor, _),) = below
    if isinstance(divisor, (Sqrt, Norm)):
        (a,) = divisor.operands
        return of_linear_ratio(above, a if isinstance(divisor, Sqrt) else inner(a, a), x, sense)
    form, limit = quadratic(above, x), quadratic(divisor, x)
    if form is None or limit is None or form.constant.number != 0 or limit.constant.number != 0:
        return of_shifted_ratio(f, above, divisor, x, sense)
    return of_quotient(form, limit, x, sense) if limit.definite() else None


def of_quotient(form: Form, limit: Form, x: Expr, sense: str) -> Bound:
    """The extreme of (xᵀSx)/(xᵀPx): an eigenvector, after P has been made I."""
    s, end = form.whole(x), ENDS[sense]
    a = only_direction(s, sense)
    if a is not None:
        return by_schwarz(a, x, tidy(Product.of(whole_inverse(limit), a)), "scale")
    value, steps, of = extreme(s, limit, end)
    return Bound(
        {"x": value},
        (*steps, Step(eigenvector, x, value)),
        f"generalised eigenvalue problem {s}{x} = λ{limit.matrix or ''}{x}",
        f"the quotient lies between the ends of the spectrum (Rayleigh and Ritz), and attains the {end.word}",
        (f"the {end.word} eigenvalue λ of {of} is simple",),
        "scale",
    )


def of_shifted_ratio(f: Expr, above: Expr, divisor: Expr, x: Expr, sense: str) -> Bound | None:
    """A quotient of quadratic functions with other terms, which is named."""
    limit = curvature(divisor, x)
    if curvature(above, x) is None or limit is None or sign_of(limit[0]) != "positive definite":
        return None
    named = "eigenvalue problem of the quadratic forms in (x, 1) above and below the line"
    word = ENDS[sense].word
    condition = f"λ, the value of the quotient, is the {word} eigenvalue, and its eigenvector does not end in 0"
    slopes = [gradients(e, {"x": x}).gradients["x"] for e in (above, divisor)]
    step = Step(quotient_stationary, slopes[0], Scale.of(f, slopes[1]))
    return Bound({}, (step,), named, "", (condition,), "", False)


def of_pair(f: Expr, constraints: tuple[Expr, ...], variables: Mapping[str, Expr], sense: str) -> Bound | None:
    """The extreme of aᵀCb where aᵀPa = j and bᵀRb = k: a pair of singular vectors, after P and R have been made I."""
    (a_name, a), (b_name, b) = variables.items()
    blocks = hessians(f, {"a": a, "b": b}).blocks
    c = tidy(blocks["a", "b"])
    is_bilinear = all(is_zero(blocks[n, n]) for n in "ab") and not holding(a, b)(c)
    own = {x: next((e for e in constraints if holding(x)(e)), None) for x in (a, b)}
    if not is_bilinear or None in own.values() or own[a] is own[b]:
        return None
    limits = [quadratic(e, x) for x, e in own.items() if e is not None]
    if any(x is None or not x.definite() or sign_of(tidy(-x.constant)) != "positive" for x in limits):
        return None
    if tidy(replace(f, {a: zero(a.shape), b: zero(b.shape)}.get)).number != 0 or linear_part(f, a, b):
        return None
    p, r = (x for x in limits if x is not None)
    inverses = [whole_inverse(x) for x in (p, r)]
    left = Sqrtm(inverses[0]) if p.scalar is None else None
    factors = [c, inverses[1], Transpose(c)] if r.scalar is None else [quotient(c, r.scalar), Transpose(c)]
    m = tidy(Product.of(*([left] if left is not None else []), *factors, *([left] if left is not None else [])))
    v = LargestEigenvector(m)
    scale = root(tidy(-p.constant))
    first = tidy(Scale.of(scale, Product.of(left, v) if left is not None else quotient(v, root(p.scalar or Number(1)))))
    turned_back = Product.of(Transpose(c), first)
    second = tidy(turned_back if r.matrix is None else Product.of(inverses[1], turned_back))
    middle = Scale.of(r.scalar or Number(1), Identity(b.rows)) if r.matrix is None else r.matrix
    length = tidy(Product.of(Transpose(second), middle, second))
    sign = Number(1 if sense == "maximise" else -1)
    second = tidy(Scale.of(Hadamard.of(sign, root(tidy(-r.constant)), Power(Sqrt(length), Number(-1))), second))
    return Bound(
        {a_name: first, b_name: second},
        (Step(eigenvector, Product.of(m, v), Scale.of(LargestEigenvalue(m), v)), Step(eigenvector, a, first)),
        f"singular value problem, the eigenvalue problem of {m}",
        "aᵀCb is at most the largest singular value times the two lengths, and attains it",
        (f"the largest eigenvalue λ of {m} is simple and not 0",),
        "sign",
    )


def linear_part(f: Expr, a: Expr, b: Expr) -> bool:
    """Whether a function has linear terms in a or b alone."""
    found = gradients(f, {"a": a, "b": b}).gradients
    at_zero = [tidy(replace(g, {a: zero(a.shape), b: zero(b.shape)}.get)) for g in found.values()]
    return any(g is not zero(g.shape) for g in at_zero)
