"""Problems whose solution attains a bound on eigenvalues or singular values.

xᵀSx ≤ λ_max(S) xᵀx  (Rayleigh and Ritz),   tr(WᵀSW) ≤ Σ of the k largest λ(S) where WᵀW = I  (Ky Fan),
aᵀCb ≤ σ_max(C)‖a‖‖b‖,   tr(QᵀM) ≤ Σ σ(M) where QᵀQ = I  (von Neumann)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Operator, replace
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.matrix_functions import Sqrtm
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    quotient,
    zero,
)
from matdiff.algebra.operators.singular import Polar
from matdiff.algebra.operators.slices import Slice
from matdiff.algebra.operators.spectral import (
    LargestEigenvalue,
    LargestEigenvector,
    SmallestEigenvalue,
    SmallestEigenvector,
)
from matdiff.algebra.operators.spectral_functions import Eigenvectors
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.rewriting import Step
from matdiff.calculus.gradient import gradients
from matdiff.calculus.hessian import hessians
from matdiff.solving.equations import form_law, sign_of
from matdiff.solving.kinds import is_zero_block
from matdiff.solving.quadratics import (
    Bound,
    Form,
    curvature,
    quadratic,
    root,
    whole_inverse,
)
from matdiff.solving.schwarz import by_schwarz, of_linear_ratio, only_direction, scaled
from matdiff.solving.terms import Term, holding, holding_any, multiplied_out, tidy, total

eigenvector = form_law(
    "eigenvector_to_an_end",
    "Sx = λx",
    "S*eigvec_max(S) = lambda_max(S)*eigvec_max(S)",
    where="S: n x n symmetric",
    requires="the eigenvalue is simple",
)
eigenspace = form_law(
    "columns_that_span_an_eigenspace",
    "SW = W(WᵀSW)",
    "S*eigvecs(S) = eigvecs(S)*(eigvecs(S)'*S*eigvecs(S))",
    where="S: n x n symmetric",
    requires="the columns of W are orthonormal and span a space that S maps into itself",
)
quotient_stationary = form_law(
    "stationary_quotient",
    "∇(a/b) = 0 ⇒ ∇a = (a/b)∇b",
    "a = (a/b)*b",
    where="a, b: scalar positive",
    requires="b ≠ 0",
)
nearest_orthogonal = form_law(
    "polar_factor",
    "M = QH, Q orthogonal, H symmetric",
    "polar(M)*(polar(M)'*M) = M",
    where="M: n x n invertible",
    requires="M has full rank",
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
    if len(variables) == 1 and len(constraints) == 1:
        return on_frames(objective, constraints[0], next(iter(variables.values())), sense)
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
    whole, holds = f.operands if isinstance(f, Hadamard | Scale) else (f,), holding(f, x)
    parts = [p for p in whole if holds(p) or p.number is not None]
    if any(sign_of(p) != "positive" for p in whole if p not in parts):
        return None
    f = Hadamard.of(*parts)
    below = [p.reciprocal for p in parts if p.reciprocal is not None]
    above = Hadamard.of(*[p for p in parts if p.reciprocal is None]) if len(below) < len(parts) else Number(1)
    if len(below) != 1 or below[0][1] != 1:
        return None
    ((divisor, _),) = below
    if isinstance(divisor, Sqrt | Norm):
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
    is_bilinear = all(is_zero_block(blocks[n, n]) for n in "ab") and not holding_any(c, [a, b])(c)
    own = {x: next((e for e in constraints if holding_any(e, [x])(e)), None) for x in (a, b)}
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


# ---- orthonormal columns ------------------------------------------------------------------------------


def on_frames(f: Expr, c: Expr, w: Expr, sense: str) -> Bound | None:
    """The extreme of tr(WᵀM), or of tr(WᵀSW), where WᵀW = I."""
    metric = metric_of(c, w)
    if w.cols is ONE or metric is None:
        return None
    g = gradients(f, {"w": w}).gradients["w"]
    terms = multiplied_out(g, w)
    is_plain = isinstance(metric, Identity)
    parts = [reduced(t, w) for t in terms] if is_plain else terms
    linear = [t for t in parts if w not in t.factors and Transpose(w) not in t.factors]
    rest = [t for t in parts if t not in linear and not (is_plain and is_normal(t, w))]
    if any(t.factors.count(w) != 1 or t.factors[-1] is not w or Transpose(w) in t.factors for t in rest):
        return None
    if rest and not linear:
        s = total([t.around(t.factors[:-1]) for t in rest], (w.rows, w.rows))
        return of_subspace(s, w, sense, metric) if is_symmetric(s) else None
    if linear and not rest and isinstance(metric, Identity):
        return of_polar(total([t.expression() for t in linear], w.shape), w, sense)
    return None


def metric_of(c: Expr, w: Expr) -> Expr | None:
    """The P of a constraint WᵀPW = I that is known to be positive definite; of QQᵀ = I for a square Q it is I."""
    terms = c.operands if isinstance(c, Sum) else ()
    products = [t for t in terms if isinstance(t, Product)]
    if len(terms) != 2 or len(products) != 1 or tidy(-Identity(w.cols)) not in terms:
        return None
    factors = products[0].operands
    if factors in ((Transpose(w), w), *([(w, Transpose(w))] if w.rows is w.cols else [])):
        return Identity(w.rows)
    if len(factors) == 3 and factors[0] is Transpose(w) and factors[2] is w:
        return factors[1] if sign_of(factors[1]) == "positive definite" else None
    return None


def reduced(t: Term, w: Expr) -> Term:
    """A term in which WᵀW is left out."""
    factors = list(t.factors)
    k = 0
    while k + 1 < len(factors):
        if factors[k] is Transpose(w) and factors[k + 1] is w and len(factors) > 2:
            del factors[k : k + 2]
            k = max(0, k - 1)
        else:
            k += 1
    return t._replace(factors=tuple(factors))


def is_normal(t: Term, w: Expr) -> bool:
    """Whether a term is W times a symmetric matrix: along the set where WᵀW = I nothing changes by it."""
    if t.factors == (w,):
        return True
    if t.factors[0] is w and is_symmetric(tidy(t.around(t.factors[1:]))):
        return True
    is_square = w.rows is w.cols
    return is_square and t.factors[-1] is w and is_symmetric(tidy(t.around(t.factors[:-1])))


def of_polar(m: Expr, q: Expr, sense: str) -> Bound | None:
    """The orthogonal Q with the largest tr(QᵀM)."""
    if sense == "minimise":
        m = tidy(-m)
    number, rest = coefficient(m)
    m = rest if rest is not None and number > 0 else m
    value = Polar(m)
    return Bound(
        {"x": value},
        (Step(nearest_orthogonal, q, value),),
        "polar factor, by the singular value decomposition",
        f"the trace of {Product.of(Transpose(q), m)} is at most the sum of the singular values of {m} (von Neumann)",
        (f"{m} is invertible",) if m.rows is m.cols else (f"{m} has full rank",),
        "",
        needs=(Inverse(tidy(Product.of(Transpose(m), m))),),
    )


def of_subspace(s: Expr, w: Expr, sense: str, metric: Expr) -> Bound | None:
    """The columns of W are the eigenvectors to the k eigenvalues at an end of the spectrum."""
    number, rest = coefficient(s)
    is_largest = (sense == "maximise") is (rest is None or number > 0)
    s = s if rest is None else rest
    is_plain = isinstance(metric, Identity)
    right = w if is_plain else Product.of(metric, w)
    root = None if is_plain else Inverse(Sqrtm(metric))
    m = s if root is None else tidy(Product.of(root, s, root))
    columns = Slice.of(Eigenvectors(m), None, (w.rows - w.cols + ONE, w.rows) if is_largest else (ONE, w.cols))
    value = columns if root is None else Product.of(root, columns)
    end, beyond = ("largest", "larger") if is_largest else ("smallest", "smaller")
    whose = f"{s}" if is_plain else f"the pencil ({s}, {metric})"
    return Bound(
        {"x": value},
        (Step(eigenspace, Product.of(s, w), Product.of(right, Transpose(w), s, w)), Step(eigenspace, w, value)),
        f"{'' if is_plain else 'generalised '}eigenvalue problem {s}{w} = {right}Λ",
        f"the trace of WᵀSW is between the sums of the {w.cols} eigenvalues at the ends of the spectrum (Ky Fan); "
        f"the columns of {w} span the space of the eigenvectors to the {w.cols} {end} ones",
        (f"of the {w.cols} {end} eigenvalues λ of {whose} each is {beyond} than the others",),
        "rotation",
    )
