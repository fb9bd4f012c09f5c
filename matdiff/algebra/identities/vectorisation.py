"""vec, its inverse, and the partial traces: each is taken away where the matrices themselves will do."""

from __future__ import annotations

from itertools import pairwise

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Identity, Ones, Zeros
from matdiff.algebra.identities.kronecker import kronecker_factors
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.laws import Law, identity
from matdiff.algebra.operators.kronecker import Kronecker, PartialTrace1, PartialTrace2, Unvec, Vec
from matdiff.algebra.operators.norms import EntrywiseNorm1, Norm, inner
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import SumOfEntries

# ---- vec -------------------------------------------------------------------------------------------


@identity("vec(cA) = c vec(A)", "vec(c*A) = c*vec(A)", where="c: scalar; A: m x n")
def vec_of_multiple(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Scale(operands=(c, a)):
            return Scale.of(c, Vec.of(a))
        case _:
            return None


@identity("vec(unvec(c)) = c", "vec(unvec(c, m, n)) = c", where="c: m*n")
def vec_of_unvec(e: Expr) -> Expr | None:
    """Also the vec of a matrix of one number."""
    a = e.operands[0]
    if isinstance(a, Ones | Zeros):
        return type(a)(*e.shape)
    return a.operands[0] if isinstance(a, Unvec) else None


@identity("vec(xyᵀ) = y ⊗ x", "vec(x*y') = kron(y, x)", where="x: m; y: n")
def vec_of_outer_product(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Product(operands=f):
            for k in range(1, len(f)):
                if f[k].rows is ONE:
                    return Kronecker(transposed(Product.of(*f[k:])), Product.of(*f[:k]))
    return None


@identity("vec(A) + vec(B) = vec(A + B)", "vec(A) + vec(B) = vec(A + B)", where="A, B: m x n")
def sum_of_vecs(e: Expr) -> Expr | None:
    """Two terms that are multiples of a vec of the same shape."""
    inside = [_inside_vec(t) for t in e.operands]
    for k, a in enumerate(inside):
        for j in range(k + 1, len(inside)):
            b = inside[j]
            if a is not None and b is not None and a.shape == b.shape:
                return Sum.of(*e.operands[:k], Vec(a + b), *e.operands[k + 1 : j], *e.operands[j + 1 :])
    return None


def _inside_vec(e: Expr) -> Expr | None:
    """cA of c vec(A)."""
    match e:
        case Vec(operands=(a,)):
            return a
        case Scale(operands=(c, Vec(operands=(a,)))):
            return Scale.of(c, a)
        case _:
            return None


@identity("(B ⊗ A)vec(X) = vec(AXBᵀ)", "kron(B, A)*vec(X) = vec(A*X*B')", where="A: p x m; X: m x n; B: q x n")
def kronecker_times_vec(e: Expr) -> Expr | None:
    """In a row also vec(X)ᵀ(B ⊗ A) = vec(AᵀXB)ᵀ."""
    f = e.operands
    for k, (left, right) in enumerate(pairwise(f)):
        match left, right:
            case Kronecker(operands=(b, a)), Vec(operands=(x,)) if a.cols is x.rows:
                return Product.of(*f[:k], Vec.of(Product.of(a, x, transposed(b))), *f[k + 2 :])
            case Transpose(operands=(Vec(operands=(x,)),)), Kronecker(operands=(b, a)) if a.rows is x.rows:
                row = Transpose(Vec.of(Product.of(transposed(a), x, b)))
                return Product.of(*f[:k], row, *f[k + 2 :])
    return None


@identity("vec(A)ᵀvec(B) = Tr(AᵀB)", "vec(A)'*vec(B) = tr(A'*B)", where="A, B: m x n")
def inner_product_of_vecs(e: Expr) -> Expr | None:
    match e.operands:
        case (Transpose(operands=(Vec(operands=(a,)),)), Vec(operands=(b,))) if a.shape == b.shape:
            return inner(a, b)
        case _:
            return None


@identity("vec(A)ᵀ(y ⊗ x) = xᵀAy", "vec(A)'*kron(y, x) = x'*A*y", where="A: m x n; x: m; y: n")
def vec_times_kronecker(e: Expr) -> Expr | None:
    """(y ⊗ x)ᵀvec(A) = xᵀAy, in either order."""
    match e.operands:
        case (Transpose(operands=(Vec(operands=(a,)),)), Kronecker(operands=(y, x))) if x.rows is a.rows and _columns(
            x, y
        ):
            return Product.of(Transpose(x), a, y)
        case (Kronecker(operands=(y, x)), Vec(operands=(a,))) if x.cols is a.rows and x.rows is y.rows is ONE:
            return Product.of(x, a, transposed(y))
        case _:
            return None


def _columns(*vectors: Expr) -> bool:
    return all(v.cols is ONE for v in vectors)


def _within_vec(e: Expr) -> Expr | None:
    return e.operands[0].operands[0] if isinstance(e.operands[0], Vec) else None


@identity("‖vec(A)‖ = ‖A‖", "norm2(vec(A)) = norm2(A)", where="A: m x n")
def norm_of_vec(e: Expr) -> Expr | None:
    a = _within_vec(e)
    return Norm(a) if a is not None else None


@identity("‖vec(A)‖₁ = ‖A‖₁", "norm1(vec(A)) = norm1(A)", where="A: m x n")
def norm1_of_vec(e: Expr) -> Expr | None:
    a = _within_vec(e)
    return EntrywiseNorm1(a) if a is not None else None


@identity("sum(vec(A)) = sum(A)", "sum(vec(A)) = sum(A)", where="A: m x n")
def sum_of_vec(e: Expr) -> Expr | None:
    a = _within_vec(e)
    return SumOfEntries(a) if a is not None else None


@identity("f(vec(A)) = vec(f(A))", "exp(vec(A)) = vec(exp(A))", where="A: m x n")
def function_of_vec(e: Expr) -> Expr | None:
    """Entry by entry; also a power, and vec(A) ⊙ vec(B) = vec(A ⊙ B)."""
    inside = [_inside_vec(o) for o in e.operands]
    if isinstance(e, Hadamard):
        if e.is_scalar or any(a is None or a.shape != inside[0].shape for a in inside):  # type: ignore[union-attr]
            return None
        return Vec(Hadamard.of(*[a for a in inside if a is not None]))
    return None if inside[0] is None else Vec(e.rebuild((inside[0], *e.operands[1:])))


@identity("vec(A + unvec(c)) = vec(A) + c", "vec(A + unvec(c, m, n)) = vec(A) + c", where="A: m x n; c: m*n")
def vec_of_sum(e: Expr) -> Expr | None:
    """A sum is opened where terms are multiples of an unvec."""
    match e.operands[0]:
        case Sum(operands=terms):
            known = [Scale.of(t.operands[0], _inside_unvec(t)) if isinstance(t, Scale) else _inside_unvec(t) for t in terms]
            return None
        case _:
            return None


# ---- unvec -----------------------------------------------------------------------------------------


@identity("unvec(vec(A)) = A", "unvec(vec(A), m, n) = A", where="A: m x n")
def unvec_of_vec(e: Expr) -> Expr | None:
    """Also the unvec of a vector of one number."""
    c = e.operands[0]
    if isinstance(c, Ones | Zeros):
        return type(c)(*e.shape)
    return c.operands[0] if isinstance(c, Vec) and c.operands[0].shape == e.shape else None


@identity("unvec(ac) = a unvec(c)", "unvec(a*c, m, n) = a*unvec(c, m, n)", where="a: scalar; c: m*n")
def unvec_of_multiple(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Scale(operands=(a, c)):
            return Scale.of(a, Unvec.of(c, *e.shape))
        case _:
            return None


@identity("unvec(y ⊗ x) = xyᵀ", "unvec(kron(y, x), m, n) = x*y'", where="x: m; y: n")
def unvec_of_kronecker(e: Expr) -> Expr | None:
    pair = kronecker_factors(e.operands[0])
    if not pair or pair[1].rows is not e.rows or not _columns(*pair):
        return None
    return Product.of(pair[1], Transpose(pair[0]))


@identity(
    "unvec((B ⊗ A)c) = A unvec(c)Bᵀ",
    "unvec(kron(B, A)*c, p, q) = A*unvec(c, m, n)*B'",
    where="A: p x m; B: q x n; c: m*n",
)
def unvec_of_kronecker_product(e: Expr) -> Expr | None:
    match e.operands[0]:
        case Product(operands=(Kronecker(operands=(b, a)), *rest)) if a.rows is e.rows:
            return Product.of(a, Unvec.of(Product.of(*rest), a.cols, b.cols), transposed(b))
        case _:
            return None


@identity(
    "unvec(c) + unvec(d) = unvec(c + d)", "unvec(c, m, n) + unvec(d, m, n) = unvec(c + d, m, n)", where="c, d: m*n"
)
def sum_of_unvecs(e: Expr) -> Expr | None:
    places = [k for k, t in enumerate(e.operands) if isinstance(t, Unvec)]
    if len(places) < 2:
        return None
    joined = Unvec.of(Sum.of(*[e.operands[k].operands[0] for k in places]), *e.shape)
    return Sum.of(*[joined if k == places[0] else t for k, t in enumerate(e.operands) if k not in places[1:]])


# ---- partial traces --------------------------------------------------------------------------------


def _scalars_out(e: Expr, cls: type[Expr]) -> Expr | None:
    scalars = [o.operands[0] for o in e.operands if isinstance(o, Scale)]
    if not scalars:
        return None
    return Scale.of(Hadamard.of(*scalars), cls(*[o.operands[1] if isinstance(o, Scale) else o for o in e.operands]))


@identity(
    "ptrace1(cM, A) = c ptrace1(M, A)", "ptrace1(c*M, A) = c*ptrace1(M, A)", where="c: scalar; M: n*q x m*p; A: m x n"
)
def multiple_in_ptrace1(e: Expr) -> Expr | None:
    return _scalars_out(e, PartialTrace1)


@identity(
    "ptrace2(cM, B) = c ptrace2(M, B)", "ptrace2(c*M, B) = c*ptrace2(M, B)", where="c: scalar; M: n*q x m*p; B: p x q"
)
def multiple_in_ptrace2(e: Expr) -> Expr | None:
    return _scalars_out(e, PartialTrace2)


@identity("ptrace1(C ⊗ D, A) = Tr(CA)D", "ptrace1(kron(C, D), A) = tr(C*A)*D", where="C: n x m; D: q x p; A: m x n")
def ptrace1_of_kronecker(e: Expr) -> Expr | None:
    match e.operands:
        case (Kronecker(operands=(c, d)), a) if (c.cols, c.rows) == a.shape:
            return Scale.of(_trace_of_product(c, a), d)
        case (Identity(), a) if a.rows is a.cols:
            return Scale.of(Trace(a), Identity(e.rows))
        case _:
            return None


@identity("ptrace2(C ⊗ D, B) = Tr(DB)C", "ptrace2(kron(C, D), B) = tr(D*B)*C", where="C: n x m; D: q x p; B: p x q")
def ptrace2_of_kronecker(e: Expr) -> Expr | None:
    match e.operands:
        case (Kronecker(operands=(c, d)), b) if (d.cols, d.rows) == b.shape:
            return Scale.of(_trace_of_product(d, b), c)
        case (Identity(), b) if b.rows is b.cols:
            return Scale.of(Trace(b), Identity(e.rows))
        case _:
            return None


def _trace_of_product(a: Expr, b: Expr) -> Expr:
    product = Product.of(a, b)
    return product if product.is_scalar else Trace(product)


@identity(
    "ptrace1(xyᵀ, A) = UAᵀVᵀ",
    "ptrace1(x*y', A) = unvec(x, q, n)*A'*unvec(y, p, m)'",
    where="x: n*q; y: m*p; A: m x n",
)
def ptrace1_of_outer_product(e: Expr) -> Expr | None:
    """With x = vec(U) and y = vec(V)."""
    a = e.operands[1]
    pair = _outer_factors(e.operands[0])
    if pair is None:
        return None
    return Product.of(Unvec.of(pair[0], e.rows, a.cols), transposed(a), Transpose(Unvec.of(pair[1], e.cols, a.rows)))


@identity(
    "ptrace2(xyᵀ, B) = UᵀBᵀV",
    "ptrace2(x*y', B) = unvec(x, q, n)'*B'*unvec(y, p, m)",
    where="x: n*q; y: m*p; B: p x q",
)
def ptrace2_of_outer_product(e: Expr) -> Expr | None:
    """With x = vec(U) and y = vec(V)."""
    b = e.operands[1]
    pair = _outer_factors(e.operands[0])
    if pair is None:
        return None
    return Product.of(Transpose(Unvec.of(pair[0], b.cols, e.rows)), transposed(b), Unvec.of(pair[1], b.rows, e.cols))


def _outer_factors(m: Expr) -> tuple[Expr, Expr] | None:
    """x and y of M = xyᵀ."""
    if isinstance(m, Product):
        for k in range(1, len(m.operands)):
            if m.operands[k].rows is ONE:
                return Product.of(*m.operands[:k]), transposed(Product.of(*m.operands[k:]))
    return None


@identity(
    "ptrace1((C ⊗ D)M, A) = D ptrace1(M, AC)",
    "ptrace1(kron(C, D)*M, A) = D*ptrace1(M, A*C)",
    where="C: n x k; D: q x l; M: k*l x m*p; A: m x n",
)
def kronecker_in_ptrace1(e: Expr) -> Expr | None:
    """A Kronecker product at either end of M."""
    m, a = e.operands
    if not isinstance(m, Product):
        return None
    first, last = kronecker_factors(m.operands[0]), kronecker_factors(m.operands[-1])
    if first and first[0].rows is a.cols:
        return Product.of(first[1], PartialTrace1(Product.of(*m.operands[1:]), Product.of(a, first[0])))
    if last and last[0].cols is a.rows:
        return Product.of(PartialTrace1(Product.of(*m.operands[:-1]), Product.of(last[0], a)), last[1])
    return None


@identity(
    "ptrace2((C ⊗ D)M, B) = C ptrace2(M, BD)",
    "ptrace2(kron(C, D)*M, B) = C*ptrace2(M, B*D)",
    where="C: n x k; D: q x l; M: k*l x m*p; B: p x q",
)
def kronecker_in_ptrace2(e: Expr) -> Expr | None:
    """A Kronecker product at either end of M."""
    m, b = e.operands
    if not isinstance(m, Product):
        return None
    first, last = kronecker_factors(m.operands[0]), kronecker_factors(m.operands[-1])
    if first and first[1].rows is b.cols:
        return Product.of(first[0], PartialTrace2(Product.of(*m.operands[1:]), Product.of(b, first[1])))
    if last and last[1].cols is b.rows:
        return Product.of(PartialTrace2(Product.of(*m.operands[:-1]), Product.of(last[1], b)), last[0])
    return None


LAWS: dict[type[Expr], tuple[Law, ...]] = {
    Vec: (vec_of_multiple, vec_of_unvec, vec_of_outer_product),
    Unvec: (unvec_of_vec, unvec_of_multiple, unvec_of_kronecker, unvec_of_kronecker_product),
    Product: (kronecker_times_vec, inner_product_of_vecs, vec_times_kronecker),
    Sum: (sum_of_vecs, sum_of_unvecs),
    Norm: (norm_of_vec,),
    EntrywiseNorm1: (norm1_of_vec,),
    SumOfEntries: (sum_of_vec,),
    PartialTrace1: (multiple_in_ptrace1, ptrace1_of_kronecker, ptrace1_of_outer_product, kronecker_in_ptrace1),
    PartialTrace2: (multiple_in_ptrace2, ptrace2_of_kronecker, ptrace2_of_outer_product, kronecker_in_ptrace2),
}
EXPANSIONS: dict[type[Expr], tuple[Law, ...]] = {
    Product: (inner_product_of_vecs,),
    Norm: (norm_of_vec,),
    EntrywiseNorm1: (norm1_of_vec,),
    SumOfEntries: (sum_of_vec,),
}
