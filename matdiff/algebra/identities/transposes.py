"""Where a transpose goes: through products to the factors, away where it changes nothing, and into a sum
only when the sum gets no longer by it, so that (Xw − y)ᵀ stays as it is and (XᵀX + I)ᵀ loses its sign."""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import OPERATORS, Expr, Number, Operator, Symbol, fact
from matdiff.algebra.kinds import LETTERS, Declared, Mirroring, is_a, known_as
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.linear import stated as stated_as
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.operators.symmetry import assumed, is_symmetric, is_symmetric_definition
from matdiff.algebra.stated import stated


def transposed(e: Expr) -> Expr:
    """eᵀ, written without a double transpose."""
    return e.operands[0] if isinstance(e, Transpose) else Transpose(e)


def untransposed(e: Expr) -> Expr:
    """What stands below a transpose, if there is one."""
    return e.operands[0] if isinstance(e, Transpose) else e


def flipped(e: Expr) -> Expr:
    """eᵀ, with the transpose at the factors of a product."""
    c, a = e.operands if isinstance(e, Scale) else (None, e)
    factors = reversed(a.operands) if isinstance(a, Product) else (a,)
    turned = Product.of(*map(transposed, factors))
    return turned if c is None else Scale.of(c, turned)


def addends(e: Expr) -> tuple[Expr, ...]:
    """The terms of a sum, or of the transpose of one; anything else is its only term."""
    if isinstance(e, Transpose) and isinstance(e.operands[0], Sum):
        return tuple(map(flipped, e.operands[0].operands))
    return e.operands if isinstance(e, Sum) else (e,)


LONGER = known_as(Symbol, Number, Sum, Product, Scale, Hadamard) | (1 << LETTERS) - 1  # what eᵀ of these alone gets


def gets_no_longer(e: Expr) -> bool:
    """Whether a transpose may go inside."""
    a = e.operands[0]
    return a.classes & ~LONGER != 0 and growth(a) <= 0


double_transpose = stated("(A')' = A", where="A: m x n")


@identity("a' = a", title="aᵀ = a", where="a: scalar", on=(Transpose,))
def transpose_of_scalar(e: Expr) -> Expr | None:
    return e.operands[0] if e.is_scalar else None


transpose_of_product = stated("(A*B)' = B'*A'", where="A: m x n; B: n x p")
transpose_of_multiple = stated("(c*A)' = c*A'", where="c: scalar; A: m x n")
transpose_of_identity = stated("eye(n)' = eye(n)")
transpose_of_diagonal_matrix = stated("diag(x)' = diag(x)", where="x: n")
transpose_of_diagonal_part = stated("(eye(n) .* A)' = eye(n) .* A", where="A: n x n")
transpose_of_constant = stated(
    "zeros(m, n)' = zeros(n, m)",
    also=("ones(m, n)' = ones(n, m)",),
    when=lambda e: not isinstance(e.operands[0], Ones) or e.operands[0].cols is not ONE,
)


def is_symmetric_leaf(e: Expr) -> bool:
    """A symbol or a member of a family that is declared symmetric, or a definition of something symmetric."""
    return is_symmetric_definition(e) if type(e) is Named else "symmetric" in assumed(e)


transpose_of_symmetric = stated(
    "S' = S",
    where="S: n x n symmetric",
    requires="S symmetric",
    when=lambda e: is_symmetric_leaf(e.operands[0]),
    among=(Declared, Named, "Path"),
)
transpose_of_skew = stated(
    "A' = -A", where="A: n x n skew", requires="A skew-symmetric", when=lambda e: isinstance(e.operands[0], Symbol)
)
transpose_of_sum = stated("(A + B)' = A' + B'", where="A, B: m x n", when=gets_no_longer)
transpose_of_hadamard = stated("(A .* B)' = A' .* B'", where="A, B: m x n", when=gets_no_longer)
transpose_of_entrywise = stated("g(A)' = g(A')", title="f(A)ᵀ = f(Aᵀ)", where="A: m x n", when=gets_no_longer)
transpose_of_inverse = stated("inv(A)' = inv(A')", title="(A⁻¹)ᵀ = (Aᵀ)⁻¹")
transpose_of_power = stated("(A^k)' = (A')^k", title="(Aᵏ)ᵀ = (Aᵀ)ᵏ", where="A: n x n; k: integer", when=gets_no_longer)


transpose_of_indexed_sum = stated(
    "sum(i=1..N, A[i])' = sum(i=1..N, A[i]')",
    title="(Σᵢ Aᵢ)ᵀ = Σᵢ Aᵢᵀ",
    where="A[i=1..N]: m x n",
    when=gets_no_longer,
)


@identity("sum(i=1..N, x[i]') = sum(i=1..N, x[i])'", title="Σᵢ Aᵢᵀ = (Σᵢ Aᵢ)ᵀ", where="x[i=1..N]: n")
def sum_of_transposes(e: Expr) -> Expr | None:
    """Where the terms get shorter by it, and no transpose goes further inside, which could make them longer again."""
    body, index = e.operands[0], e.data[0]
    term = body.operands[1] if isinstance(body, Scale) else body
    factors = term.operands if isinstance(term, Product) else (term,)
    stays = all(isinstance(f, Transpose) or not f.operands or growth(f) > 0 for f in factors)
    return Transpose(IndexedSum(flipped(body), index)) if stays and growth(body) < 0 else None


def turned_inside(several: bool) -> list[Statement]:
    """f(Aᵀ)ᵀ = f(A), or f(Aᵀ, Bᵀ)ᵀ = f(A, B), for all f that say that they are transposed so; A ⊗ B has its law."""
    kinds = [k for name, k in OPERATORS.items() if k.mirrors and k.names and name != "Kronecker"]
    samples = [e for e in (kind.sample() for kind in kinds) if (len(e.operands) > 1) is several]
    return [stated_as(Transpose(e.rebuild(tuple(map(Transpose, e.operands)))), e) for e in samples]


@identity(
    "pinv(A')' = pinv(A)",
    title="f(A)ᵀ = f(Aᵀ)",
    where="A: m x n",
    also=lambda: turned_inside(several=False),
    among=(Mirroring,),
)
def transpose_of_function(e: Expr) -> Expr | None:
    return transposed_inside(e.operands[0], several=False)


@identity(
    "max(A', B')' = max(A, B)",
    title="f(A, B)ᵀ = f(Aᵀ, Bᵀ)",
    where="A, B: m x n",
    also=lambda: turned_inside(several=True),
    among=(Mirroring,),
)
def transpose_of_function_of_several(e: Expr) -> Expr | None:
    return transposed_inside(e.operands[0], several=True)


def transposed_inside(a: Expr, several: bool) -> Expr | None:
    """f(Aᵀ, Bᵀ) for the transpose of f(A, B) where signs are saved, f(S) for a symmetric S; A ⊗ B has its law."""
    if not isinstance(a, Operator) or not a.mirrors or is_a(a, "Kronecker"):
        return None
    takes_several = len(type(a).sample().operands) > 1  # what is more are parameters
    if takes_several is several and growth(a) <= 0:
        return a.rebuild(tuple([o if o.is_scalar else transposed(o) for o in a.operands]))
    return None


def growth(e: Expr) -> int:
    """How many signs longer eᵀ gets when the transpose is pushed inside."""
    return fact("growth", e, _growth, closed=(Named,))


def _growth(e: Expr, below: list[int]) -> int:
    kind = type(e)
    if kind is Transpose:
        return -1
    if e.is_scalar or (kind is Symbol and is_symmetric_leaf(e)):
        return 0
    if kind is Symbol:
        return 1
    if kind is Product or kind is IndexedSum or is_a(e, "Kronecker"):
        return sum(below)
    if kind is Scale:
        return below[1]
    if is_a(e, "Sum", "Hadamard", "HorizontalStack", "VerticalStack") or (isinstance(e, Operator) and e.mirrors):
        return min(1, sum(below))
    if is_a(e, *SYMMETRIC) or is_symmetric_leaf(e):
        return 0
    if is_a(e, "Slice"):
        return below[0] if below[0] < 0 else int(not is_symmetric(e.operands[0]))
    if kind is Ones:
        return int(e.cols is ONE)
    if kind is Inverse:
        return min(below[0], 0)
    return min(1, below[0]) if isinstance(e, (Entrywise, Power, MatrixPower)) or is_a(e, *PASSES_ON) else 1


SYMMETRIC = (  # but for a sign
    "Identity", "Zeros", "DiagonalMatrix", "SymmetricPart", "SkewPart", "Centering", "OpenHessian",
)  # fmt: skip
PASSES_ON = ("SymbolicPower", "SoftmaxOfRows", "SoftmaxOfColumns", "LowerTriangle", "UpperTriangle")
