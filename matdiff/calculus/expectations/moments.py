"""What is random in an expression, and the expectation of two factors that are linear in it.

A random matrix X has the mean M, and its deviation H = X − M has E[Hᵢⱼ Hₖₗ] = Uᵢₖ Vⱼₗ: the covariance of vec(X) is
V ⊗ U.  A vector x has the covariance U = Σ, a scalar the variance U.  In go two pieces that are linear in H, and the
operation in which they meet; out comes the expectation, with the law that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.identities.indexed import fresh_index
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.kronecker import Kronecker, Vec
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector
from matdiff.algebra.operators.sums import IndexedSum, unit
from matdiff.algebra.operators.vectorisation import Commutation, unit_matrix
from matdiff.calculus.expectations.independence import names, put
from matdiff.calculus.varying import Exchange
from matdiff.records import NamedTuple

Factor = Expr | None  # None stands for an unit_matrix matrix, or for the number 1


def _law(name: str, title: str, statement: str, where: str) -> Law:
    """A law of E; its statement says it with E[B(h, h)] = Σᵢ B(eᵢ, Seᵢ) put in, so that numbers can test it."""
    return Law(name, title, statement, "definition", lambda e: e, where=where, requires="S = E[hhᵀ] and E[h] = 0")


expectation_of_quadratic_form = _law(
    "expectation_of_quadratic_form",
    "E[hᵀAh] = Tr(AS)",
    "sum(i=1..n, unit(i, n)'*A*S*unit(i, n)) = tr(A*S)",
    "A: n x n; S: n x n symmetric",
)
expectation_of_outer_product = _law(
    "expectation_of_outer_product",
    "E[hhᵀ] = S",
    "sum(i=1..n, unit(i, n)*(S*unit(i, n))') = S",
    "S: n x n symmetric",
)
expectation_of_linear_forms = _law(
    "expectation_of_linear_forms",
    "E[(aᵀh)(bᵀh)] = aᵀSb",
    "sum(i=1..n, (a'*unit(i, n))*(b'*S*unit(i, n))) = a'*S*b",
    "a, b: n; S: n x n symmetric",
)
expectation_of_hadamard_square = _law(
    "expectation_of_hadamard_square",
    "E[h ⊙ h] = diag(S)",
    "sum(i=1..n, unit(i, n) .* (S*unit(i, n))) = diag(S)",
    "S: n x n symmetric",
)
expectation_of_kronecker_square = _law(
    "expectation_of_kronecker_square",
    "E[h ⊗ h] = vec(S)",
    "sum(i=1..n, kron(unit(i, n), S*unit(i, n))) = vec(S)",
    "S: n x n symmetric",
)
expectation_between_diagonals = _law(
    "expectation_between_diagonals",
    "E[diag(h)A diag(h)] = A ⊙ S",
    "sum(i=1..n, diag(unit(i, n))*A*diag(S*unit(i, n))) = A .* S",
    "A: n x n; S: n x n symmetric",
)
expectation_of_bilinear_map = _law(
    "expectation_of_bilinear_map",
    "E[B(h, h)] = Σᵢ B(eᵢ, Seᵢ)",
    "sum(i=1..n, (A*unit(i, n))*(B*S*unit(i, n))') = A*S*B'",
    "A, B: m x n; S: n x n symmetric",
)


class Piece(NamedTuple):
    """A term that is linear in the deviation H of a *source* x or x[i], summed over the indices that it *bounds*.

    between    left · H · right, where H may be *turned* to Hᵀ, or be its *column* vec(H)
    diagonal   diag(left · H · right), of a column
    multiple   ⟨weight, H⟩ · factor
    other      a *form* in which the source stands for H
    """

    source: Expr
    kind: str = "between"
    left: Factor = None
    right: Factor = None
    turned: bool = False
    column: bool = False
    weight: Factor = None
    factor: Factor = None
    other: Expr | None = None
    bound: tuple[Index, ...] = ()

    def form(self) -> Expr:
        """The piece as an expression, with its source for H."""
        h = self.source
        if self.kind == "other" and self.other is not None:
            return self.other
        if self.kind == "multiple":
            inner = h if self.weight is None else scalar_of(flipped(self.weight), h)
            return inner if self.factor is None else Scale.of(inner, self.factor)
        core = Vec.of(h) if self.column else h
        core = Transpose(core) if self.turned else core
        whole = product_of(self.left, core, self.right)
        return DiagonalMatrix(whole) if self.kind == "diagonal" else whole

    def transposed(self) -> Piece:
        """Its transpose, of left · H · right."""
        return self._replace(left=flipped(self.right), right=flipped(self.left), turned=not self.turned)

    def rebound(self, taken: Collection[str]) -> Piece:
        """The piece with other names for its indices where they are among these."""
        found = self
        for index in self.bound:
            if index.name in taken:
                new = fresh_index(index, {*taken, *names([self.form()]), *(i.name for i in found.bound)})
                fields = {name: put(e, index, new) for name, e in found._asdict().items() if isinstance(e, Expr)}
                bound = tuple(new if i is index else i for i in found.bound)
                found = found._replace(**fields, bound=bound)  # type: ignore[arg-type]
        return found

    def of(self, h: Expr) -> Expr:
        """Its value for an H."""
        return Exchange({self.source: h})(self.form())


class Meeting(NamedTuple):
    """Two pieces and the operation in which they meet, at two *places* among its operands."""

    kind: type[Expr]
    apply: Callable[[Sequence[Expr]], Expr]
    operands: Sequence[Expr]
    places: tuple[int, int]

    def with_factors(self, first: Expr, second: Expr) -> Expr:
        """The operation on these two and the constant operands."""
        chosen = list(self.operands)
        chosen[self.places[0]], chosen[self.places[1]] = first, second
        return self.apply(chosen)


# ---- factors ----------------------------------------------------------------------------------------


def times(*factors: Factor) -> Factor:
    """A product, in which identities are left out and cI beside a matrix is c."""
    left = [f for f in factors if f is not None]
    short = [_multiple_of_identity(f) for f in left]
    matrices = [f for f in short if not f.is_scalar]
    scalars = [f for f in short if f.is_scalar and f.number != 1]
    identities = [Identity(f.rows) for f in left if not f.is_scalar]
    if not matrices and not identities:
        return Product.of(*left) if left else None
    return Product.of(*scalars, *(matrices or identities[:1]))


def _multiple_of_identity(e: Expr) -> Expr:
    """c for cI, anything else as it is."""
    if isinstance(e, Identity):
        return Number(1)
    return e.operands[0] if isinstance(e, Scale) and isinstance(e.operands[1], Identity) else e


def product_of(*factors: Factor) -> Expr:
    """A product in which something stands."""
    whole = times(*factors)
    return Number(1) if whole is None else whole


def flipped(e: Factor) -> Factor:
    """Aᵀ, with the transposes at the factors of a product."""
    if e is None or e.is_scalar or isinstance(e, Identity):
        return e
    if isinstance(e, Scale):
        c, a = e.operands
        return Scale.of(c, a if isinstance(a, Identity) else _flipped_product(a))
    return _flipped_product(e)


def _flipped_product(e: Expr) -> Expr:
    factors = e.operands if isinstance(e, Product) else (e,)
    turned = [f.operands[0] if isinstance(f, Transpose) else Transpose(f) for f in reversed(factors)]
    return Product.of(*turned)


def scalar_of(*factors: Factor) -> Expr:
    """Tr of a product, which starts where a size is 1: Tr(xyᵀA) = yᵀAx."""
    left = [f for f in factors if f is not None]
    whole = product_of(*left)
    if whole.is_scalar:
        return whole
    opened = [g for f in left for g in (f.operands if isinstance(f, Product) else (f,))]
    cut = next((k for k, f in enumerate(opened) if f.rows is ONE and k), None)
    if cut is not None:
        turned = Product.of(*opened[cut:], *opened[:cut])
        return turned if turned.is_scalar else Trace(turned)
    return Trace(whole)


def trace_with(m: Factor, covariance: Factor) -> Factor:
    """Tr(M Σ); None where both stand for 1."""
    return None if m is None and covariance is None else scalar_of(m, covariance)


# ---- two pieces meet --------------------------------------------------------------------------------


def expected(at: Meeting, p: Piece, q: Piece, u: Factor, v: Factor) -> tuple[Law, Expr]:
    """E of an operation on two pieces that have one source, with the U and V of its deviation."""
    rows, cols = u, v
    if p.column and q.column:
        u, v = Kronecker.of(v or unit_matrix(p.source.cols), u or unit_matrix(p.source.rows)), None
    elif p.column or q.column:
        p, q = _as_other(p), _as_other(q)
    for first, second, places in ((q, p, at.places[::-1]), (p, q, at.places)):
        if first.kind == "multiple":
            with_form = weighted(first, second, u, v)
            if with_form is not None:
                factor = Number(1) if first.factor is None else first.factor
                law = expectation_of_linear_forms if with_form.is_scalar else expectation_of_outer_product
                return law, at._replace(places=places).with_factors(factor, with_form)
    if at.kind is Product:
        found = _in_product(at, p, q, u, v)
    elif at.kind is Hadamard:
        found = _in_hadamard(at, p, q, u, v)
    else:
        found = _in_kronecker(p, q, u, v) if at.kind is Kronecker else None
    return found or (expectation_of_bilinear_map, by_unit_vectors(at, p, q, rows, cols))


def _as_other(p: Piece) -> Piece:
    return p if p.kind == "multiple" else Piece(p.source, "other", other=p.form(), bound=p.bound)


def weighted(p: Piece, q: Piece, u: Factor, v: Factor) -> Expr | None:
    """E[⟨K, H⟩ Q] for a piece Q."""
    k = product_of(u, p.weight, v) if p.weight is not None or u is not None or v is not None else None
    if q.kind == "multiple":
        scalar = scalar_of(flipped(q.weight), k)
        return scalar if q.factor is None else Scale.of(scalar, q.factor)
    if q.kind == "other":
        return None if k is None else q.of(k)
    core = flipped(k) if q.turned else k
    whole = product_of(q.left, core, q.right)
    return DiagonalMatrix(whole) if q.kind == "diagonal" else whole


def _core(p: Piece, q: Piece, m: Factor, u: Factor, v: Factor) -> Factor:
    """E[H M H] = U Mᵀ V, E[H M Hᵀ] = Tr(M V) U, E[Hᵀ M H] = Tr(M U) V, E[Hᵀ M Hᵀ] = V Mᵀ U"""
    if p.turned == q.turned:
        return times(v, flipped(m), u) if p.turned else times(u, flipped(m), v)
    return times(trace_with(m, u), v) if p.turned else times(trace_with(m, v), u)


def _in_product(at: Meeting, p: Piece, q: Piece, u: Factor, v: Factor) -> tuple[Law, Expr] | None:
    """E of A P M Q B."""
    k, j = at.places
    before, middle, after = times(*at.operands[:k]), times(*at.operands[k + 1 : j]), times(*at.operands[j + 1 :])
    kinds = p.kind, q.kind
    if kinds == ("between", "between"):
        inner = _core(p, q, times(p.right, middle, q.left), u, v)
        outer = p.turned or not q.turned
        law = expectation_of_quadratic_form if outer else expectation_of_outer_product
        return law, product_of(before, p.left, inner, q.right, after)
    if kinds == ("diagonal", "diagonal"):
        cross = _outer(p, q, u, v)
        inner = Hadamard.of(middle, cross) if middle is not None else DiagonalMatrix(DiagonalVector(cross))
        return expectation_between_diagonals, product_of(before, inner, after)
    if kinds == ("diagonal", "between"):
        return expectation_of_hadamard_square, product_of(before, _beside_diagonal(p, middle, q, u, v), after)
    if kinds == ("between", "diagonal"):
        beside = _beside_diagonal(q, flipped(middle), p.transposed(), u, v)
        return expectation_of_hadamard_square, product_of(before, flipped(beside), after)
    return None


def _outer(p: Piece, q: Piece, u: Factor, v: Factor) -> Expr:
    """E[P Qᵀ]"""
    turned = q.transposed()
    return product_of(p.left, _core(p, turned, times(p.right, turned.left), u, v), turned.right)


def _beside_diagonal(p: Piece, middle: Factor, q: Piece, u: Factor, v: Factor) -> Expr:
    """E[diag(AHb) M HR] = diag(AUMᵀ)bᵀVR, E[diag(AHb) M HᵀR] = diag(MVb)AUR"""
    if p.turned:
        p, q, u, v = p._replace(turned=False), q._replace(turned=not q.turned), v, u
    m = times(middle, q.left)
    if q.turned:
        column = product_of(m, v, p.right)
        return product_of(column if column.is_scalar else DiagonalMatrix(column), p.left, u, q.right)
    return product_of(DiagonalVector(product_of(p.left, u, flipped(m))), flipped(p.right), v, q.right)


def _in_hadamard(at: Meeting, p: Piece, q: Piece, u: Factor, v: Factor) -> tuple[Law, Expr] | None:
    """E[(AHB) ⊙ (CHD)] = diag(AUCᵀ)diag(BᵀVD)ᵀ, E[(AHB) ⊙ (CHᵀD)] = (AUD) ⊙ (CVB)"""
    if p.kind == q.kind == "diagonal":
        inner: Expr = DiagonalMatrix(DiagonalVector(_outer(p, q, u, v)))
    elif p.kind == q.kind == "between":
        inner = _hadamard_of_two(p, q, u, v)
    else:
        return None
    others = [o for place, o in enumerate(at.operands) if place not in at.places]
    return expectation_of_hadamard_square, at.apply([*others, inner]) if others else inner


def _hadamard_of_two(p: Piece, q: Piece, u: Factor, v: Factor) -> Expr:
    if p.turned:
        u, v = v, u
    if p.turned == q.turned:
        left, right = product_of(p.left, u, flipped(q.left)), product_of(flipped(p.right), v, q.right)
        return product_of(_diagonal(left), flipped(_diagonal(right)))
    return Hadamard.of(product_of(p.left, u, q.right), product_of(q.left, v, p.right))


def _diagonal(e: Expr) -> Expr:
    return e if e.is_scalar else DiagonalVector(e)


def _in_kronecker(p: Piece, q: Piece, u: Factor, v: Factor) -> tuple[Law, Expr] | None:
    """E[(AHB) ⊗ (CHD)] = vec(CUAᵀ)vec(DᵀVB)ᵀ, E[(AHB) ⊗ (CHᵀD)] = (A ⊗ C)(U ⊗ V)K(B ⊗ D)"""
    if p.kind != "between" or q.kind != "between":
        return None
    m, n = (p.source.rows * p.source.cols, ONE) if p.column else p.source.shape
    if p.turned:
        u, v, m, n = v, u, n, m
    if p.turned == q.turned:
        left, right = product_of(q.left, u, flipped(p.left)), product_of(flipped(q.right), v, p.right)
        return expectation_of_kronecker_square, product_of(Vec.of(left), flipped(Vec.of(right)))
    both = Kronecker.of(u or unit_matrix(m), v or unit_matrix(n))
    left = Kronecker.of(p.left or unit_matrix(m), q.left or unit_matrix(n))
    right = Kronecker.of(p.right or unit_matrix(n), q.right or unit_matrix(m))
    order = Commutation.of(m, n) if ONE not in (m, n) else None
    return expectation_of_kronecker_square, product_of(left, both, order, right)


def by_unit_vectors(at: Meeting, p: Piece, q: Piece, u: Factor, v: Factor) -> Expr:
    """Σᵢⱼ B(eᵢeⱼᵀ, U eᵢeⱼᵀ V), which needs no more than that both pieces are linear."""
    h = p.source
    taken = names([p.form(), q.form(), *at.operands])
    indices: list[Index] = []
    for size in h.shape:
        if size is not ONE:
            indices.append(fresh_index(Index("i", size), taken | {i.name for i in indices}))
    remaining = list(indices)
    first = None if h.rows is ONE else unit(remaining.pop(0), h.rows)
    second = None if h.cols is ONE else Transpose(unit(remaining.pop(0), h.cols))
    one = product_of(first, second)
    body = at.with_factors(p.of(one), q.of(product_of(u, first, second, v)))
    for index in reversed(indices):
        body = IndexedSum(body, index)
    return body
