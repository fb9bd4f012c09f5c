"""Products: scalars move to the front, of what else is linear in them too, identities and inverses cancel."""

from __future__ import annotations

from matdiff.algebra.constants import UNITY, Ones, Zeros, is_zero
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.transposes import growth
from matdiff.algebra.kinds import Alike
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.products import Hadamard, Scale, Transpose, zero
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.stated import stated


def scalars_in_front(e: Expr, first: int = 0) -> Expr | None:
    """cd f(A, B) of f(cA, dB), where f is linear in every operand from the *first* on; None where there are none."""
    scalars = [o.operands[0] for o in e.operands[first:] if isinstance(o, Scale)]
    if not scalars:
        return None
    plain = [o.operands[1] if isinstance(o, Scale) else o for o in e.operands[first:]]
    return Scale.of(Hadamard.of(*scalars), e.rebuild((*e.operands[:first], *plain)))


@identity("A*zeros(n, p) = zeros(m, p)", where="A: m x n", among=(Zeros,))
def zero_in_product(e: Expr) -> Expr | None:
    return zero(e.shape) if any(isinstance(f, Zeros) for f in e.operands) else None


@identity("A*(c*B) = c*(A*B)", title="A(cB) = c(AB)", where="c: scalar; A: m x n; B: n x p", among=(Scale,))
def multiple_in_product(e: Expr) -> Expr | None:
    return scalars_in_front(e)


identity_in_product = stated("A*eye(n) = A", where="A: m x n", also=("eye(m)*A = A",))


inverse_in_product = stated(
    "inv(A)*A = eye(n)",
    requires="A invertible",
    where="A: n x n invertible",
    also=("A*inv(A) = eye(n)",),
    within=(Alike,),
)
powers_in_product = stated(
    "A^(k)*A^(s) = A^(k + s)", title="AⁱAʲ = Aⁱ⁺ʲ", where="A: n x n; k, s: integer", among=(), within=(Alike,)
)  # also A⁻¹A² = A, of a matrix that has an inverse


product_beside_its_inverse = stated(  # where a definition may stand for what is inverted
    "inv(A*B)*A*B = eye(m)",
    where="A: m x n; B: n x m; k: integer positive",
    requires="AB invertible",
    also=("A*B*inv(A*B) = eye(m)", "(A*B)^(-k-1)*A*B = (A*B)^(-k)", "A*B*(A*B)^(-k-1) = (A*B)^(-k)"),
    opened=True,
    within=(Alike, Named),
)
factor_beside_inverse = stated(
    "inv(A*B)*A = inv(B)",
    where="A, B: n x n invertible; k: integer positive",
    requires="AB invertible",
    also=("B*inv(A*B) = inv(A)", "(A*B)^(-k-1)*A = (A*B)^(-k)*inv(B)", "B*(A*B)^(-k-1) = inv(A)*(A*B)^(-k)"),
    opened=True,
    within=(Alike, Named),
)


diagonal_times_vector = stated(
    "diag(x)*ones(n) = x",
    where="x, y: n",
    also=("diag(x)*y = x .* y",),
    transposed=True,
    when=lambda e: all(isinstance(f, Transpose) for f in e.operands if f.rows is ONE),
)
diagonal_before_vector = stated(
    "diag(x)*A*y = x .* (A*y)",
    where="x: m; A: m x n; y: n",
    when=lambda e: e.cols is ONE and isinstance(e.operands[0], DiagonalMatrix),
)
product_of_diagonals = stated("diag(x)*diag(y) = diag(x .* y)", where="x, y: n")
reciprocal_in_inner_product = stated("(x ./ z)'*z = ones(n)'*x", title="(x ⊘ z)ᵀz = 1ᵀx", where="x: n; z: n positive")


def is_sum_of_two(e: Expr) -> bool:
    """Whether all there is in a product is a row and a column, one of them of two vectors entry by entry."""
    bodies = [f.operands[0] if isinstance(f, Transpose) else f for f in e.operands]
    return len(bodies) == 2 and any(isinstance(b, Hadamard) and len(b.operands) == 2 for b in bodies)


inner_product_from_ones = stated(
    "ones(n)'*(x .* y) = x'*y", where="x, y: n", also=("(x .* y)'*ones(n) = x'*y",), when=is_sum_of_two
)
scalar_in_product = stated("x*y'*z = (y'*z)*x", title="x(yᵀz) = (yᵀz)x", where="x: m; y, z: n")
diagonal_of_scaled = stated(
    "diag(diag(x)*A) = x .* diag(A)", where="x: n; A: n x n", also=("diag(A*diag(x)) = x .* diag(A)",)
)
diagonal_of_outer_product = stated("diag(x*y') = x .* y", where="x, y: n")
diagonal_of_identity = stated("diag(eye(n)) = ones(n)")


@identity("A .* zeros(m, n) = zeros(m, n)", where="A: m x n", among=(Zeros, Number))
def zero_in_hadamard(e: Expr) -> Expr | None:
    return zero(e.shape) if any(map(is_zero, e.operands)) else None


@identity("A .* (c*B) = c*(A .* B)", where="c: scalar; A, B: m x n", among=(Scale,))
def multiple_in_hadamard(e: Expr) -> Expr | None:
    return scalars_in_front(e)


ones_in_hadamard = stated(
    "A .* ones(m, n) = A", title="A ⊙ 1 = A", where="A: m x n", also=("A .* (ones(m)*ones(n)') = A",)
)
transpose_beside_identity = stated("eye(n) .* A' = eye(n) .* A", where="A: n x n")


transposes_in_hadamard = stated("A' .* B' = (A .* B)'", where="A, B: m x n", when=lambda e: stays_outside(e.operands))


def stays_outside(factors: tuple[Expr, ...]) -> bool:
    """Whether all factors are transposed, and the transpose of their product does not go inside again."""
    inner = [f.operands[0] for f in factors if isinstance(f, Transpose)]
    return len(inner) == len(factors) and growth(Hadamard.of(*inner)) > 0


zero_multiple = stated("0*A = zeros(m, n)", where="A: m x n; c: scalar", also=("c*zeros(m, n) = zeros(m, n)",))


@identity("1*A = A", title="1A = A", where="A: m x n", on=(Scale,), among=(Number,))
def unit_multiple(e: Expr) -> Expr | None:
    c, a = e.operands
    return a if c is UNITY else None


@identity("a*(b*A) = (a*b)*A", title="a(bA) = (ab)A", where="a, b: scalar; A: m x n", among=(Scale,))
def nested_multiple(e: Expr) -> Expr | None:
    c, a = e.operands
    return Scale.of(c, a) if isinstance(a, Scale) else None


multiple_of_operand = stated(  # of what is linear in it
    "kron(c*A, B) = c*kron(A, B)",
    where="c: scalar; A: m x n; B: p x q",
    also=[
        *[
            Statement(f"{f}({before}) = c*{f}(A, B)", f"c: scalar; {shapes}")
            for f, shapes in (
                ("kron", "A: m x n; B: p x q"),
                ("khatri_rao", "A: m x n; B: p x n"),
                ("ptrace1", "A: n*q x m*p; B: m x n"),
                ("ptrace2", "A: n*q x m*p; B: p x q"),
            )
            for before in ("c*A, B", "A, c*B")
        ][1:],
        *[Statement(f"{f}(c*A) = c*{f}(A)", "c: scalar; A: m x n") for f in ("vec", "tril", "triu")],
        *[Statement(f"{f}(c*A) = c*{f}(A)", "c: scalar; A: n x n") for f in "sym skew halftril vech diag".split()],
        Statement("unvec(a*c, m, n) = a*unvec(c, m, n)", "a: scalar; c: m*n"),
        Statement("sylvester(A, B, c*C) = c*sylvester(A, B, C)", "c: scalar; A: m x m; B: n x n; C: m x n"),
    ],
)


def is_ones(e: Expr) -> bool:
    """A column of ones, whichever its length."""
    return isinstance(e, Ones) and e.cols is ONE


def is_row_of_ones(e: Expr) -> bool:
    return isinstance(e, Transpose) and is_ones(e.operands[0])
