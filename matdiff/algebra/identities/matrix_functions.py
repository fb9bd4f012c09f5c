"""Functions of a matrix: derivatives in directions that commute with it, and what undoes what."""

from __future__ import annotations

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.products import scalars_in_front
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators import spectral_functions
from matdiff.algebra.operators.linear import Directed
from matdiff.algebra.operators.matrix_functions import Expm, FrechetExpm, FrechetLogm, commute
from matdiff.algebra.operators.products import Product, Scale, factors_of
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction
from matdiff.algebra.operators.square import Inverse, Trace
from matdiff.algebra.operators.sylvester import Sylvester
from matdiff.algebra.stated import stated

HALF = Number("1/2")
Kinds = tuple[type[Expr], ...]
OF_FUNCTIONS: Kinds = (FrechetLogm, FrechetOfFunction, FrechetExpm)


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


commuting_direction = stated(  # funm(g, A) is whatever is a function of A, or of what A is a function of
    "frechet_expm(A, funm(g, A)) = funm(g, A)*expm(A)",
    title="L(A, C) = Cf′(A) where AC = CA",
    of_all=True,
    where="A: n x n spd",
    also=(
        "frechet_expm(A, zeros(n, n)) = zeros(n, n)",
        "frechet_logm(A, funm(g, A)) = funm(g, A)*inv(A)",
        "frechet_logm(A, zeros(n, n)) = zeros(n, n)",
        "frechet_funm(f, A, funm(g, A)) = funm(g, A)*funm(f', A)",
        "frechet_funm(f, A, zeros(n, n)) = zeros(n, n)",
    ),
)
commuting_right_side = stated(
    "sylvester(A, A, funm(g, A)) = funm(g, A)*inv(A)/2",
    title="sylvester(A, A, C) = ½CA⁻¹ where AC = CA",
    of_all=True,
    where="A: n x n spd",
    also=("sylvester(A, A, zeros(n, n)) = zeros(n, n)",),
)


@identity(
    "frechet_expm(A, c*E) = c*frechet_expm(A, E)",
    title="L(A, cE) = cL(A, E)",
    where="c: scalar; A, E: n x n",
    also=(
        Statement("frechet_logm(A, c*E) = c*frechet_logm(A, E)", "c: scalar; A: n x n spd; E: n x n"),
        Statement("frechet_funm(f, S, c*E) = c*frechet_funm(f, S, E)", "c: scalar; S: n x n symmetric; E: n x n"),
    ),
    on=OF_FUNCTIONS,
)
def multiple_direction(e: Directed) -> Expr | None:
    """In every direction."""
    return scalars_in_front(e, len(e.operands) - len(e.directions))


@identity(
    "tr(frechet_expm(A, E)*funm(g, A)) = tr(E*funm(g, A)*expm(A))",
    title="Tr(L(A, E)C) = Tr(ECf′(A)) where AC = CA",
    where="A: n x n spd; E: n x n",
    also=(
        "tr(frechet_expm(A, E)) = tr(E*expm(A))",
        "tr(frechet_logm(A, E)*funm(g, A)) = tr(E*funm(g, A)*inv(A))",
        "tr(frechet_logm(A, E)) = tr(E*inv(A))",
        "tr(frechet_funm(f, A, E)*funm(g, A)) = tr(E*funm(g, A)*funm(f', A))",
        "tr(frechet_funm(f, A, E)) = tr(E*funm(f', A))",
    ),
    within=OF_FUNCTIONS,
)
def trace_of_commuting_direction(e: Expr) -> Expr | None:
    return beside_what_commutes(e, OF_FUNCTIONS)


@identity(
    "tr(sylvester(A, A, E)) = tr(E*inv(A))/2",
    title="Tr(sylvester(A, A, E)C) = ½Tr(ECA⁻¹) where AC = CA",
    where="A: n x n spd; E: n x n",
    also=("tr(sylvester(A, A, E)*funm(g, A)) = tr(E*funm(g, A)*inv(A))/2",),
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


product_of_exponentials = stated(
    "expm(A)*expm(funm(g, A)) = expm(A + funm(g, A))",
    title="expm(A)expm(B) = expm(A + B) where AB = BA",
    where="A: n x n spd",
)


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
