"""Functions of a matrix: derivatives in directions that commute with it, and what undoes what."""

from __future__ import annotations

from itertools import pairwise

from matdiff.algebra.constants import Identity, Zeros
from matdiff.algebra.expr import Expr, Number, fact
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.identities.transposes import untransposed
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators import spectral_functions
from matdiff.algebra.operators.linear import Directed
from matdiff.algebra.operators.matrix_functions import Expm, FrechetExpm, FrechetLogm, Logm, Sqrtm
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose, factors_of
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction, MatrixFunction
from matdiff.algebra.operators.square import Inverse, MatrixPower, Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sylvester import Sylvester
from matdiff.algebra.stated import stated

HALF = Number("1/2")
Kinds = tuple[type[Expr], ...]
OF_FUNCTIONS: Kinds = (FrechetLogm, FrechetOfFunction, FrechetExpm)


def base(e: Expr) -> tuple[Expr, bool]:
    """B of an e that is a function of B by itself, such as tB, B⁻¹, expm(B)²; and whether it is one of Bᵀ."""
    found, flipped = fact("base", e, _base, closed=(Named,))
    return found or e, flipped


def _base(e: Expr, below: list[tuple[Expr | None, bool]]) -> tuple[Expr | None, bool]:
    if isinstance(e, (Sum, Product)):  # of functions of the same matrix
        inside_all = {(b or o, flipped) for o, (b, flipped) in zip(e.operands, below, strict=True)}
        inside_all = {found for found in inside_all if not isinstance(found[0], Identity)}
        return inside_all.pop() if len(inside_all) == 1 else (None, False)
    if not isinstance(e, (Scale, Transpose, Inverse, MatrixPower, Expm, Logm, Sqrtm, MatrixFunction)):
        return None, False  # e itself
    place = 1 if isinstance(e, Scale) else 0
    inside, flipped = below[place]
    return inside or e.operands[place], flipped ^ isinstance(e, Transpose)


def commute(a: Expr, factors: tuple[Expr, ...]) -> bool:
    """Whether a matrix commutes with some factors because they are functions of the same matrix."""
    return all(isinstance(f, Identity) or base(f) == base(a) for f in factors)


def slope(e: Expr, c: tuple[Expr, ...]) -> Expr | None:
    """L(A, C) = C f′(A) for a direction C that commutes with A, given as factors; for a Sylvester equation ½CA⁻¹."""
    a = e.operands[0]
    if not commute(a, c):
        return None
    if isinstance(e, FrechetOfFunction):
        return Product.of(*c, spectral_functions.slope(e))
    if isinstance(e, FrechetExpm):
        return Product.of(*c, Expm(a))
    if isinstance(e, FrechetLogm):
        return Product.of(*c, Inverse(a))
    return Scale.of(HALF, Product.of(*c, Inverse(a)))


def linear_piece(e: Expr) -> bool:
    """L(A, E) with one direction, or the solution of AX + XA = E."""
    if isinstance(e, Sylvester):
        return e.operands[0] is e.operands[1]
    return isinstance(e, Directed) and len(e.directions) == 1


@identity(
    "frechet_expm(t*A^(k), A^(s)) = A^(s)*expm(t*A^(k))",
    title="L(A, C) = Cf′(A) where AC = CA",
    where="A: n x n; t: scalar; k, s: scalar positive integer",
    also=(
        "frechet_expm(A, expm(A)) = expm(A)*expm(A)",
        "frechet_expm(A, eye(n)) = expm(A)",
        "frechet_expm(A, zeros(n, n)) = zeros(n, n)",
        Statement(
            "frechet_logm(t*A^(k), A^(s)) = A^(s)*inv(t*A^(k))",
            "A: n x n spd; t: scalar positive; k, s: scalar integer",
        ),
        Statement("frechet_logm(A, logm(A)) = logm(A)*inv(A)", "A: n x n spd"),
        Statement("frechet_logm(A, eye(n)) = inv(A)", "A: n x n spd"),
        Statement("frechet_logm(A, zeros(n, n)) = zeros(n, n)", "A: n x n spd"),
        Statement("frechet_funm(f, S, S^(s)) = S^(s)*funm(f', S)", "S: n x n symmetric; s: scalar positive integer"),
        Statement("frechet_funm(f, S, eye(n)) = funm(f', S)", "S: n x n symmetric"),
    ),
)
def commuting_direction(e: Expr) -> Expr | None:
    return in_commuting_direction(e)


@identity(
    "sylvester(A, A, eye(n)) = inv(A)/2",
    title="sylvester(A, A, C) = ½CA⁻¹ where AC = CA",
    where="A: n x n; c: scalar; k: scalar integer",
    also=(
        "sylvester(A, A, A) = A*inv(A)/2",
        "sylvester(A, A, A^k) = A^k*inv(A)/2",
        "sylvester(A, A, c*A^k) = c*A^k*inv(A)/2",
        "sylvester(A, A, expm(A)) = expm(A)*inv(A)/2",
        "sylvester(A, A, zeros(n, n)) = zeros(n, n)",
        Statement("sylvester(sqrtm(A), sqrtm(A), A) = A*inv(sqrtm(A))/2", "A: n x n spd"),
    ),
)
def commuting_right_side(e: Expr) -> Expr | None:
    return in_commuting_direction(e)


def in_commuting_direction(e: Expr) -> Expr | None:
    """L(A, C) of one direction C that commutes with A, or is 0; the same for the right side of a Sylvester equation."""
    if not linear_piece(e):
        return None
    c = e.operands[-1]
    return c if isinstance(c, Zeros) else slope(e, factors_of(c))


@identity(
    "frechet_expm(A, c*E) = c*frechet_expm(A, E)",
    title="L(A, cE) = cL(A, E)",
    where="c: scalar; A, E: n x n",
    also=(Statement("frechet_logm(A, c*E) = c*frechet_logm(A, E)", "c: scalar; A: n x n spd; E: n x n"),),
    on=OF_FUNCTIONS,
)
def multiple_direction(e: Directed) -> Expr | None:
    """In every direction."""
    return scalars_in_front(e, len(e.operands) - len(e.directions))


@identity(
    "tr(frechet_expm(t*A^(k), E)*A^(s)) = tr(E*A^(s)*expm(t*A^(k)))",
    title="Tr(L(A, E)C) = Tr(ECf′(A)) where AC = CA",
    where="A, E: n x n; t: scalar; k, s: scalar positive integer",
    also=(
        "tr(frechet_expm(A, E)) = tr(E*expm(A))",
        Statement("tr(frechet_logm(A, E)) = tr(E*inv(A))", "A: n x n spd; E: n x n"),
        Statement("tr(frechet_funm(f, S, E)) = tr(E*funm(f', S))", "S: n x n symmetric; E: n x n"),
        Statement(
            "tr(frechet_logm(t*A^(k), E)*A^(s)) = tr(E*A^(s)*inv(t*A^(k)))",
            "A: n x n spd; E: n x n; t: scalar positive; k, s: scalar integer",
        ),
    ),
    within=OF_FUNCTIONS,
)
def trace_of_commuting_direction(e: Expr) -> Expr | None:
    return beside_what_commutes(e, OF_FUNCTIONS)


@identity(
    "tr(sylvester(A, A, E)) = tr(E*inv(A))/2",
    title="Tr(sylvester(A, A, E)C) = ½Tr(ECA⁻¹) where AC = CA",
    where="A, E: n x n",
    within=(Sylvester,),
)
def trace_of_commuting_solution(e: Expr) -> Expr | None:
    return beside_what_commutes(e, (Sylvester,))


def beside_what_commutes(e: Expr, kinds: Kinds) -> Expr | None:
    """The trace of a factor of some kinds, where all others commute with its matrix."""
    f = factors_of(e.operands[0])
    for k, piece in enumerate(f):
        if isinstance(piece, kinds) and linear_piece(piece):
            whole = slope(piece, (*f[k + 1 :], *f[:k]) or (Identity(piece.rows),))
            return None if whole is None else Trace(Product.of(piece.operands[-1], whole))
    return None


sum_of_directions = stated(
    "a*frechet_expm(A, E) + b*frechet_expm(A, F) = frechet_expm(A, a*E + b*F)",
    title="L(A, E) + L(A, F) = L(A, E + F)",
    where="a, b: scalar; A, D, E, F: n x n",
    also=[
        Statement(f"a*{f}, E) + b*{f}, F) = {f}, a*E + b*F)", f"a, b: scalar; D, E, F: n x n; A: n x n {kind}")
        for one, kind in (("frechet_expm(A", ""), ("frechet_logm(A", "spd"), ("frechet_funm(f, A", "symmetric"))
        for f in (one, f"{one}, D")
    ][1:],
)
sum_of_right_sides = stated(
    "a*sylvester(A, B, E) + b*sylvester(A, B, F) = sylvester(A, B, a*E + b*F)",
    where="a, b: scalar; A: m x m; B: n x n; E, F: m x n",
)


@identity(
    "expm(A)*expm(2*A) = expm(3*A)", title="expm(A)expm(B) = expm(A + B) where AB = BA", where="A: n x n", among=(Expm,)
)
def product_of_exponentials(e: Expr) -> Expr | None:
    f = e.operands
    for k, (a, b) in enumerate(pairwise(f)):
        match (x := untransposed(a)), (y := untransposed(b)):
            case Expm(operands=(s,)), Expm(operands=(t,)) if (x is a) is (y is b) and commute(s, (t,)):
                whole = Expm(s + t)
                return Product.of(*f[:k], whole if x is a else Transpose(whole), *f[k + 2 :])
    return None


exponential_of_logarithm = stated(
    "expm(logm(A)) = A",
    where="A: n x n spd",
    also=("expm(zeros(n, n)) = eye(n)", Statement("expm(diag(x)) = diag(exp(x))", "x: n")),
)
logarithm_of_identity = stated("logm(eye(n)) = zeros(n, n)")
square_root_of_identity = stated("sqrtm(eye(n)) = eye(n)")


power_of_square_root = stated("sqrtm(A)^(2*k) = A^k", where="A: n x n spd; k: integer")
power_of_exponential = stated("expm(A)^k = expm(k*A)", where="A: n x n; k: scalar integer")
inverse_of_exponential = stated("inv(expm(A)) = expm(-A)", where="A: n x n")
determinant_of_exponential = stated("det(expm(A)) = exp(tr(A))", where="A: n x n", under_d=True)
logdet_of_exponential = stated("logdet(expm(A)) = tr(A)", title="log|expm(A)| = Tr(A)", where="A: n x n", under_d=True)
