"""vec and its inverse, taken away where the matrices themselves will do: (B ⊗ A)vec(X) = vec(AXBᵀ)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matdiff.algebra.dims import Shape
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.kronecker import Unvec, Vec
from matdiff.algebra.operators.products import Scale, Sum
from matdiff.algebra.stated import stated

# ---- vec -------------------------------------------------------------------------------------------


vec_of_multiple = stated("vec(c*A) = c*vec(A)", where="c: scalar; A: m x n")
unvec_within_vec = stated(
    "vec(unvec(c, m, n)) = c", where="c: m*n", also=("vec(ones(m, n)) = ones(m*n)", "vec(zeros(m, n)) = zeros(m*n)")
)
vec_of_outer_product = stated("vec(x*y') = kron(y, x)", where="x: m; y: n")


sum_of_vecs = stated("a*vec(A) + b*vec(B) = vec(a*A + b*B)", where="a, b: scalar; A, B: m x n")


def _inside(e: Expr, cls: type[Expr]) -> Expr | None:
    """cA of c vec(A), or of c unvec(A)."""
    if isinstance(e, Scale) and isinstance(e.operands[1], cls):
        return Scale.of(e.operands[0], e.operands[1].operands[0])
    return e.operands[0] if isinstance(e, cls) else None


kronecker_times_vec = stated(
    "kron(B, A)*vec(X) = vec(A*X*B')",
    where="A: p x m; X: m x n; B: q x n",
    also=(Statement("vec(X)'*kron(B, A) = vec(A'*X*B)'", "A: m x p; X: m x n; B: n x q"),),
)
inner_product_of_vecs = stated("vec(A)'*vec(B) = tr(A'*B)", where="A, B: m x n", under_d=True)
vec_times_kronecker = stated(
    "vec(A)'*kron(y, x) = x'*A*y", where="A: m x n; x: m; y: n", also=("kron(y', x')*vec(A) = x'*A*y",)
)
norm_of_vec = stated("norm2(vec(A)) = norm2(A)", where="A: m x n", under_d=True)
norm1_of_vec = stated("norm1(vec(A)) = norm1(A)", where="A: m x n", under_d=True)
sum_of_vec = stated("sum(vec(A)) = sum(A)", where="A: m x n", under_d=True)
function_of_vec = stated(
    "g(vec(A)) = vec(g(A))",
    title="f(vec(A)) = vec(f(A))",
    where="A, B: m x n",
    also=("vec(A) .* vec(B) = vec(A .* B)",),
)


@identity("vec(A + unvec(c, m, n)) = vec(A) + c", where="A: m x n; c: m*n")
def vec_of_sum(e: Expr) -> Expr | None:
    """A sum is opened where terms are multiples of an unvec."""
    match e.operands[0]:
        case Sum(operands=terms):
            return _opened(terms, [_inside(t, Unvec) for t in terms], Vec.of)
        case _:
            return None


def _opened(terms: Sequence[Expr], opened: Sequence[Expr | None], wrap: Callable[[Expr], Expr]) -> Expr | None:
    """A sum of the terms that have been opened and of the others, wrapped together; None where none has been."""
    rest = [t for t, inside in zip(terms, opened, strict=True) if inside is None]
    if len(rest) == len(terms):
        return None
    wrapped = [wrap(Sum.of(*rest))] if rest else []
    parts: list[Expr] = []
    for inside in opened:
        parts += [inside] if inside is not None else wrapped
        wrapped = wrapped if inside is not None else []
    return Sum.of(*parts)


# ---- unvec -----------------------------------------------------------------------------------------


unvec_of_vec = stated(
    "unvec(vec(A), m, n) = A",
    where="A: m x n",
    also=("unvec(ones(m*n), m, n) = ones(m, n)", "unvec(zeros(m*n), m, n) = zeros(m, n)"),
)
unvec_of_multiple = stated("unvec(a*c, m, n) = a*unvec(c, m, n)", where="a: scalar; c: m*n")
unvec_of_kronecker = stated("unvec(kron(y, x), m, n) = x*y'", where="x: m; y: n")


@identity(
    "unvec(vec(A) + c, m, n) = A + unvec(c, m, n)",
    where="A: m x n; c: m*n",
    also=(
        "unvec(ones(m*n) + c, m, n) = ones(m, n) + unvec(c, m, n)",
        "unvec(ones(m*n) + vec(A), m, n) = ones(m, n) + A",
    ),
)
def unvec_of_sum(e: Expr) -> Expr | None:
    """A sum is opened where terms are multiples of a vec, or of y ⊗ x = vec(xyᵀ)."""
    match e.operands[0]:
        case Sum(operands=terms):
            return _opened(terms, [_matrix_of(t, e.shape) for t in terms], lambda c: Unvec.of(c, *e.shape))
        case _:
            return None


def _matrix_of(c: Expr, shape: Shape) -> Expr | None:
    """A of c = vec(A), where c is written so."""
    scalar, c = c.operands if isinstance(c, Scale) else (None, c)
    laws = (*unvec_of_vec.each, unvec_of_kronecker)
    found = next((a for law in laws if (a := law(Unvec(c, *shape))) is not None), None)
    return found if scalar is None or found is None else Scale.of(scalar, found)


unvec_of_hadamard = stated(
    "unvec(c .* vec(A), m, n) = unvec(c, m, n) .* A",
    where="A: m x n; c: m*n",
    also=(Statement("unvec(c .* kron(b, a), m, n) = unvec(c, m, n) .* (a*b')", "a: m; b: n; c: m*n"),),
)


unvec_of_kronecker_product = stated(
    "unvec(kron(B, A)*c, p, q) = A*unvec(c, m, n)*B'", where="A: p x m; B: q x n; c: m*n"
)


sum_of_unvecs = stated("a*unvec(c, m, n) + b*unvec(d, m, n) = unvec(a*c + b*d, m, n)", where="a, b: scalar; c, d: m*n")
