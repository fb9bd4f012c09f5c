"""The exponential, the logarithm, the square root and the Cholesky factor of a matrix, and their derivatives.

L(A, E) is the derivative of f at A in the direction E; L(A, E, F) is that of L(A, E) in the direction F, and so on.
With E, F, … above the diagonal L is a block of f of a larger matrix, which gives its value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from matdiff.algebra.constants import Identity
from matdiff.algebra.expr import Expr, Operator, fact
from matdiff.algebra.kinds import is_a
from matdiff.algebra.laws import Law, stated_differential
from matdiff.algebra.notation import Notation, Style, call
from matdiff.algebra.operators.linear import Directed, changed_along, moved_along
from matdiff.algebra.operators.products import Differentials, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import Named
from matdiff.errors import UnsupportedError

PADE = (64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
        670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1)  # fmt: skip
PADE_RADIUS = 5.37  # up to this norm the approximant of order 13 is exact to rounding (Higham 2005)
LOG_NODES, LOG_RADIUS = 7, 0.25  # of log(I + X) = ∫ X(I + tX)⁻¹ dt by Gauss's rule


def norm(np: Any, a: Any) -> float:
    """The largest 1-norm among some matrices."""
    return float(np.abs(a).sum(axis=-2).max(initial=0.0))


def exponential(np: Any, a: Any) -> Any:
    """exp(A) by scaling and squaring with a Padé approximant."""
    size = norm(np, a)
    if not np.isfinite(size):
        return np.full_like(a, np.nan)
    squarings = max(0, int(np.ceil(np.log2(size / PADE_RADIUS)))) if size > 0 else 0
    a = a / 2.0**squarings
    powers = [np.eye(a.shape[-1]) + 0 * a, a @ a]
    powers += [powers[1] @ powers[1], powers[1] @ powers[1] @ powers[1]]
    even, odd = [
        sum(PADE[start + 2 * k] * powers[k] for k in range(4))
        + powers[3] @ sum(PADE[start + 6 + 2 * k] * powers[k] for k in range(1, 4))
        for start in (0, 1)
    ]
    odd = a @ odd
    value = np.linalg.solve(even - odd, even + odd)
    for _ in range(squarings):
        value = value @ value
    return value


def square_root(np: Any, a: Any) -> Any:
    """The principal square root by the product form of the iteration of Denman and Beavers; NaN where there is none."""
    identity = np.eye(a.shape[-1])
    root = product = a
    for _ in range(60):
        inverse = np.linalg.inv(product)
        root = root @ (identity + inverse) / 2
        product = identity / 2 + (product + inverse) / 4
        if not norm(np, product - identity) > 1e-15 * a.shape[-1]:
            break
    off = np.abs(root @ root - a).max(axis=(-2, -1), keepdims=True)
    return np.where(off <= 1e-9 * np.abs(a).max(axis=(-2, -1), keepdims=True), root, np.nan)


def logarithm(np: Any, a: Any) -> Any:
    """The principal logarithm by inverse scaling and squaring; NaN where there is none."""
    identity = np.eye(a.shape[-1])
    rooted = 0
    while norm(np, a - identity) > LOG_RADIUS and rooted < 60:
        a, rooted = square_root(np, a), rooted + 1
    if not norm(np, a - identity) <= LOG_RADIUS:
        return np.full_like(a, np.nan)
    nodes, weights = np.polynomial.legendre.leggauss(LOG_NODES)
    x = a - identity
    parts = [w / 2 * np.linalg.solve(identity + (t + 1) / 2 * x, x) for t, w in zip(nodes, weights, strict=True)]
    return 2.0**rooted * sum(parts)


def off_negative_axis(np: Any, a: Any) -> Any:
    """How far the eigenvalues keep from the real numbers that are not positive."""
    values = np.linalg.eigvals(a)
    distance = np.where(values.real > 0, np.abs(values), np.abs(values.imag))
    return (distance / np.maximum(1.0, np.abs(values))).min(axis=-1)


# ---- functions -------------------------------------------------------------------------------------


class Expm(Operator):
    """expm(A) = I + A + A²/2 + …, the exponential of a matrix."""

    names = ("expm",)
    signature = "n×n → n×n"
    mirrors = True
    code = "expm(a)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return exponential(np, a)

    d = stated_differential(
        "differential_of_matrix_exponential",
        "d(expm(A)) = frechet_expm(A, d(A))",
        where="A: n x n",
        source="Higham, Functions of Matrices, ch. 10; Giles (2008), sec. 2.3",
    )


class Logm(Operator):
    """logm(A), the principal logarithm of a matrix: expm(logm(A)) = A."""

    names = ("logm",)
    signature = "n×n → n×n"
    requires = "{0} has no eigenvalue that is real and ≤ 0"
    mirrors = True
    kink = True
    gap = staticmethod(off_negative_axis)
    code = "logm(a)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return logarithm(np, a)

    d = stated_differential(
        "differential_of_matrix_logarithm",
        "d(logm(A)) = frechet_logm(A, d(A))",
        where="A: n x n spd",
        source="Higham, Functions of Matrices, ch. 11",
    )


class Sqrtm(Operator):
    """sqrtm(A), the principal square root of a matrix: sqrtm(A)² = A."""

    names = ("sqrtm",)
    signature = "n×n → n×n"
    requires = "{0} has no eigenvalue that is real and ≤ 0"
    mirrors = True
    kink = True
    gap = staticmethod(off_negative_axis)
    code = "sqrtm(a)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return square_root(np, a)

    d = stated_differential(
        "differential_of_matrix_square_root",
        "d(sqrtm(A)) = sylvester(sqrtm(A), sqrtm(A), d(A))",
        where="A: n x n spd",
        source="Higham, Functions of Matrices, ch. 6: S dS + dS S = dA",
    )


class Cholesky(Operator):
    """chol(A): the lower triangular L with a positive diagonal and LLᵀ = A."""

    names = ("chol", "cholesky")
    signature = "n×n → n×n"
    requires = "{0} is positive definite"
    definition = "chol(A) is the lower triangular L with a positive diagonal and LLᵀ = A"
    kink = True
    gap = staticmethod(lambda np, a: np.linalg.eigvalsh(a)[..., :1, None])

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        is_definite = np.linalg.eigvalsh(a)[..., :1, None] > 0
        return np.where(is_definite, np.linalg.cholesky(np.where(is_definite, a, np.eye(a.shape[-1]))), np.nan)

    def lower(self, to: Any, a: Any) -> Any:
        return to.cholesky(a, self.shape)

    d = stated_differential(
        "differential_of_cholesky_factor",
        "d(chol(A)) = chol(A)*halftril(inv(chol(A))*d(A)*inv(chol(A))')",
        where="A: n x n spd symmetric",
        requires="A positive definite",
        source="Murray, Differentiation of the Cholesky decomposition, 2016: dA = dL Lᵀ + L dLᵀ",
    )


# ---- Fréchet derivatives ---------------------------------------------------------------------------


class Frechet(Directed):
    """The base of L(A, E, F, …), the derivatives of a function of a matrix in some directions."""

    function: ClassVar[type[Operator]]
    mirrors = True

    def __init_subclass__(cls) -> None:
        cls.signature = "n×n… → n×n"
        name = cls.function.names[0]
        cls.names = (f"frechet_{name}",)
        cls.definition = f"frechet_{name}(A, E, …) is the derivative of {name} at A in the directions E, …"
        super().__init_subclass__()
        cls.d = Law(
            f"differential_of_{cls.names[0]}",
            "d L(A, E)",
            f"d(frechet_{name}(A, E)) = frechet_{name}(A, d(E)) + frechet_{name}(A, E, d(A))",
            "differential",
            _change,
            where="A: n x n spd; E: n x n",
            also=lambda: changed_along(cls)[1:],
        )
        cls.shift = Law(
            f"trace_of_{cls.names[0]}",
            "Tr(H L(A, E)) = Tr(L(A, H)E)",
            f"tr(H*frechet_{name}(A, E)) = tr(frechet_{name}(A, H)*E)",
            "trace",
            lambda e, h, place: cls.make((*e.operands[:place], h, *e.operands[place + 1 :])),
            where="A: n x n spd; E, H: n x n",
            also=lambda: moved_along(cls)[1:],
            source="Higham, Functions of Matrices, sec. 3.2",
        )

    @property
    def directions(self) -> tuple[Expr, ...]:
        return self.operands[1:]

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """Without a direction it is the function itself."""
        return cls.function.of(*operands) if len(operands) == 1 else cls(*operands)

    def notation(self, style: Style) -> Notation:
        return call(self.names[0], self.operands, style)


def _change(e: Expr, da: Differentials, *changes: Differentials) -> Expr:
    """Linear in every direction; a change of A is one direction more."""
    a, *directions = e.operands
    terms = [e.rebuild((a, *directions[:k], c, *directions[k + 1 :])) for k, c in enumerate(changes) if c is not None]
    return Sum.of(*terms, *([e.rebuild((*e.operands, da))] if da is not None else []))


def above_the_diagonal(np: Any, a: Any, directions: tuple[Any, ...]) -> Any:
    """[A E; 0 A], and again with the next direction, whose f has the derivative in its last block of the first row."""
    lead = np.broadcast_shapes(a.shape[:-2], *[e.shape[:-2] for e in directions])
    whole = np.broadcast_to(a, (*lead, *a.shape[-2:]))
    for e in directions:
        copies = whole.shape[-1] // e.shape[-1]
        spread = np.eye(copies)[:, None, :, None] * e[..., None, :, None, :]
        corner = np.broadcast_to(spread.reshape(*e.shape[:-2], *whole.shape[-2:]), whole.shape)
        whole = np.concatenate(
            [np.concatenate([whole, corner], -1), np.concatenate([np.zeros_like(whole), whole], -1)], -2
        )
    return whole


class FrechetExpm(Frechet):
    """frechet_expm(A, E): the derivative of expm at A in the direction E."""

    function = Expm

    @staticmethod
    def numpy(np: Any, a: Any, *directions: Any) -> Any:
        n = a.shape[-1]
        return exponential(np, above_the_diagonal(np, a, directions))[..., :n, -n:]

    def lower(self, to: Any, a: Any, *directions: Any) -> Any:
        if len(directions) != 1:
            raise UnsupportedError("there is no code for higher derivatives of expm yet")
        return to.apply("expm_frechet(a, b)", self.shape, a, *directions)


class FrechetLogm(Frechet):
    """frechet_logm(A, E): the derivative of logm at A in the direction E."""

    function = Logm
    kink = True
    gap = staticmethod(lambda np, a, *directions: off_negative_axis(np, a))

    @staticmethod
    def numpy(np: Any, a: Any, *directions: Any) -> Any:
        n = a.shape[-1]
        return logarithm(np, above_the_diagonal(np, a, directions))[..., :n, -n:]


# ---- what is a function of one matrix ------------------------------------------------------------------


def base(e: Expr) -> tuple[Expr, bool]:
    """B of an e that is a function of B by itself, such as tB, B⁻¹, expm(B)²; and whether it is one of Bᵀ."""
    found, flipped = fact("base", e, _base, closed=(Named,))
    return found or e, flipped


def _base(e: Expr, below: list[tuple[Expr | None, bool]]) -> tuple[Expr | None, bool]:
    if isinstance(e, (Sum, Product)):  # of functions of the same matrix
        inside_all = {(b or o, flipped) for o, (b, flipped) in zip(e.operands, below, strict=True)}
        inside_all = {found for found in inside_all if not isinstance(found[0], Identity)}
        return inside_all.pop() if len(inside_all) == 1 else (None, False)
    if not isinstance(e, (Scale, Transpose, Inverse, MatrixPower, Expm, Logm, Sqrtm)) and not is_a(e, "MatrixFunction"):
        return None, False  # e itself
    place = 1 if isinstance(e, Scale) else 0
    inside, flipped = below[place]
    return inside or e.operands[place], flipped ^ isinstance(e, Transpose)


def commute(a: Expr, factors: Sequence[Expr]) -> bool:
    """Whether a matrix commutes with some factors because they are functions of the same matrix."""
    return all(isinstance(f, Identity) or base(f) == base(a) for f in factors)
