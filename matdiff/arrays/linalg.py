"""Linear algebra of small matrices."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from operator import mul
from typing import Any

from matdiff.arrays.array import COMPLEX, FLOAT, INTEGER, asarray, broadcast_to, ndarray, number
from matdiff.arrays.building import eye
from matdiff.arrays.places import Shape, broadcast_shapes, divided
from matdiff.arrays.products import matmul
from matdiff.records import NamedTuple

Matrix = list[list[float]]
ROUNDS = 60
NEGLIGIBLE = 1e-14


class LinAlgError(ValueError):
    """What a singular matrix causes."""


class Eigen(NamedTuple):
    eigenvalues: ndarray
    eigenvectors: ndarray


class Singular(NamedTuple):
    U: ndarray
    S: ndarray
    Vh: ndarray


class Factors(NamedTuple):
    Q: ndarray
    R: ndarray


class Sign(NamedTuple):
    sign: Any
    logabsdet: Any


def _matrices(a: Any) -> tuple[Shape, list[Matrix]]:
    """The shape of the leading axes, and every matrix."""
    a = asarray(a)
    m, n = a.shape[-2:]
    rows = [[float(x) for x in a.flat[k : k + n]] for k in range(0, len(a.flat), n)]
    return a.shape[:-2], [rows[k : k + m] for k in range(0, len(rows), m)]


def _array(lead: Shape, matrices: list[Matrix], shape: Shape) -> ndarray:
    return ndarray([x for m in matrices for row in m for x in row], (*lead, *shape), FLOAT)


def _numbers(lead: Shape, values: list[float]) -> Any:
    return ndarray(values, lead, FLOAT) if lead else number(values[0], FLOAT)


def _eliminated(a: Matrix, b: Matrix) -> tuple[float, float, Matrix]:
    """The sign of the determinant, its logarithm, and the solution X of AX = B; it is empty for a singular A."""
    n = len(a)
    rows = [[*r, *s] for r, s in zip(a, b, strict=True)]
    sign, size = 1.0, 0.0
    for k in range(n):
        at = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if not abs(rows[at][k]) > 0:
            return (math.nan, math.nan, []) if rows[at][k] != rows[at][k] else (0.0, -math.inf, [])
        if at != k:
            rows[k], rows[at], sign = rows[at], rows[k], -sign
        pivot = rows[k][k]
        sign, size = math.copysign(sign, sign * pivot), size + math.log(abs(pivot))
        for i in range(k + 1, n):
            factor = rows[i][k] / pivot
            if factor:
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    for k in reversed(range(n)):
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for i in range(k):
            factor = rows[i][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return sign, size, [row[n:] for row in rows]


def solve(a: Any, b: Any) -> Any:
    a, b = asarray(a), asarray(b)
    if b.ndim == 1:
        return solve(a, b[:, None])[..., 0]
    lead = broadcast_shapes(a.shape[:-2], b.shape[:-2])
    _, left = _matrices(broadcast_to(a, (*lead, *a.shape[-2:])))
    _, right = _matrices(broadcast_to(b, (*lead, *b.shape[-2:])))
    found = [_eliminated(x, y)[2] for x, y in zip(left, right, strict=True)]
    if not all(found):
        raise LinAlgError("Singular matrix")
    return _array(lead, found, b.shape[-2:])


def inv(a: Any) -> Any:
    return solve(a, eye(asarray(a).shape[-1]))


def slogdet(a: Any) -> Sign:
    lead, found = _matrices(a)
    signs = [_eliminated(m, [[] for _ in m])[:2] for m in found]
    return Sign(_numbers(lead, [s for s, _ in signs]), _numbers(lead, [size for _, size in signs]))


def det(a: Any) -> Any:
    lead, found = _matrices(a)
    signs = [_eliminated(m, [[] for _ in m])[:2] for m in found]
    return _numbers(lead, [sign * math.exp(min(size, 709.0)) if sign else sign for sign, size in signs])


def matrix_power(a: Any, k: int) -> ndarray:
    a = asarray(a)
    base = inv(a) if k < 0 else a
    made = broadcast_to(eye(a.shape[-1]), a.shape)
    for _ in range(abs(k)):
        made = matmul(made, base)
    return made


def cholesky(a: Any) -> ndarray:
    lead, found = _matrices(a)
    return _array(lead, [_root(m) for m in found], asarray(a).shape[-2:])


def _root(a: Matrix) -> Matrix:
    """The lower triangular L with LLᵀ = A."""
    n = len(a)
    rows = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            left = a[i][j] - sum(x * y for x, y in zip(rows[i][:j], rows[j][:j], strict=True))
            if i == j and not left > 0:
                raise LinAlgError("Matrix is not positive definite")
            rows[i][j] = math.sqrt(left) if i == j else left / rows[j][j]
    return rows


def _turned(a: Matrix) -> tuple[list[float], Matrix]:
    """The eigenvalues of a symmetric matrix and its eigenvectors, by the rotations of Jacobi."""
    n = len(a)
    a = [[a[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]
    v = [[float(i == j) for j in range(n)] for i in range(n)]
    for _ in range(ROUNDS):
        off = sum(a[i][j] ** 2 for i in range(n) for j in range(i))
        if not off > 1e-34 * sum(x * x for row in a for x in row):
            break
        for p in range(n):
            for q in range(p + 1, n):
                if a[p][q]:
                    _rotate(a, v, p, q, *_rotation((a[q][q] - a[p][p]) / 2, a[p][q]))
    order = sorted(range(n), key=lambda k: a[k][k])
    return [a[k][k] for k in order], [[row[k] for k in order] for row in v]


def _rotation(half: float, across: float) -> tuple[float, float]:
    """The cosine and sine of what makes a symmetric 2×2 matrix diagonal, by *half* the difference of its diagonal."""
    theta = half / across
    t = math.copysign(1.0, theta) / (abs(theta) + math.hypot(theta, 1.0))
    return 1 / math.hypot(t, 1.0), t / math.hypot(t, 1.0)


def _rotate(a: Matrix, v: Matrix, p: int, q: int, c: float, s: float) -> None:
    """JᵀAJ and VJ for a rotation J of two axes."""
    for row in (*a, *v):
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
    a[p], a[q] = (
        [c * x - s * y for x, y in zip(a[p], a[q], strict=True)],
        [s * x + c * y for x, y in zip(a[p], a[q], strict=True)],
    )


def eigh(a: Any) -> Eigen:
    lead, found = _matrices(a)
    pairs = [_turned(m) for m in found]
    n = asarray(a).shape[-1]
    return Eigen(_array(lead, [[w] for w, _ in pairs], (n,)), _array(lead, [v for _, v in pairs], (n, n)))


def eigvalsh(a: Any) -> ndarray:
    return eigh(a).eigenvalues


def eigvals(a: Any) -> ndarray:
    """The eigenvalues of any square matrices, which may be complex."""
    lead, found = _matrices(a)
    return ndarray([x for m in found for x in _roots(m)], (*lead, asarray(a).shape[-1]), COMPLEX)


def _roots(a: Matrix) -> list[complex]:
    """The eigenvalues of a matrix one by one, by steps from A − sI = QR to RQ + sI with a shift s near one of them."""
    h = [[complex(x) for x in row] for row in a]
    negligible = 1e-16 * sum(abs(x) for row in h for x in row)
    found: list[complex] = []
    steps = 0
    while h:
        if not sum(map(abs, h[-1][:-1])) > negligible or steps > ROUNDS * len(a):
            found.append(h[-1][-1])
            h = [row[:-1] for row in h[:-1]]
            continue
        steps += 1
        shift = _shift(h) if steps % 10 else h[-1][-1] + abs(h[-1][-2]) * (0.8 + 0.6j)  # now and then out of a circle
        h = _step(h, shift)
    return found


def _shift(h: list[list[complex]]) -> complex:
    """The eigenvalue of the last 2×2 block that is nearer to the last entry."""
    (a, b), (c, d) = h[-2][-2:], h[-1][-2:]
    root = cmath.sqrt((a - d) ** 2 / 4 + b * c)
    return min((a + d) / 2 + root, (a + d) / 2 - root, key=lambda x: abs(x - d))


def _step(h: list[list[complex]], shift: complex) -> list[list[complex]]:
    """RQ + sI for A − sI = QR, by rotations of neighbouring rows and then of the same columns."""
    n = len(h)
    r = [[x - shift * (i == j) for j, x in enumerate(row)] for i, row in enumerate(h)]
    turned = []
    for j in range(n - 1):
        for i in range(n - 1, j, -1):
            x, y = r[i - 1][j], r[i][j]
            if size := math.hypot(abs(x), abs(y)):
                c, s = x / size, y / size
                r[i - 1], r[i] = (
                    [c.conjugate() * u + s.conjugate() * v for u, v in zip(r[i - 1], r[i], strict=True)],
                    [c * v - s * u for u, v in zip(r[i - 1], r[i], strict=True)],
                )
                turned.append((i, c, s))
    for i, c, s in turned:
        for row in r:
            row[i - 1], row[i] = c * row[i - 1] + s * row[i], c.conjugate() * row[i] - s.conjugate() * row[i - 1]
    return [[x + shift * (i == j) for j, x in enumerate(row)] for i, row in enumerate(r)]


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    a = asarray(a)
    if a.shape[-1] > a.shape[-2]:
        found = svd(a.swapaxes(-1, -2), full_matrices, compute_uv)
        return Singular(found.Vh.swapaxes(-1, -2), found.S, found.U.swapaxes(-1, -2)) if compute_uv else found
    m, n = a.shape[-2:]
    lead, found = _matrices(a)
    parts = [_right_angled(_columns(rows)) for rows in found]
    sizes = _array(lead, [[[s] for s, _, _ in part] for part in parts], (n,))
    if not compute_uv:
        return sizes
    wide = m if full_matrices else n
    left = [_columns(_completed([c for s, c, _ in part if s > 1e-15 * part[0][0]], m, wide)) for part in parts]
    right = [[v for _, _, v in part] for part in parts]
    return Singular(_array(lead, left, (m, wide)), sizes, _array(lead, right, (n, n)))


def _right_angled(columns: Matrix) -> list[tuple[float, list[float], list[float]]]:
    """Each singular value with its vectors, the largest first: pairs of columns are turned to be at right angles."""
    m, n = len(columns[0]), len(columns)
    turned = [[*c, *(float(i == j) for i in range(n))] for j, c in enumerate(columns)]
    for _ in range(ROUNDS):
        done = True
        for p in range(n):
            for q in range(p + 1, n):
                x, y = turned[p], turned[q]
                along = sum(u * v for u, v in zip(x[:m], y[:m], strict=True))
                left, right = (sum(u * u for u in z[:m]) for z in (x, y))
                if abs(along) > 1e-16 * math.sqrt(left * right):
                    done = False
                    c, s = _rotation((right - left) / 2, along)
                    turned[p] = [c * u - s * v for u, v in zip(x, y, strict=True)]
                    turned[q] = [s * u + c * v for u, v in zip(x, y, strict=True)]
        if done:
            break
    parts = [(math.hypot(*c[:m]), c[:m], c[m:]) for c in turned]
    return [(s, [divided(x, s) for x in c], v) for s, c, v in sorted(parts, key=lambda part: -part[0])]


def _completed(columns: Matrix, length: int, count: int) -> Matrix:
    """Orthonormal columns and further ones."""
    if len(columns) == count:
        return columns
    others = [[float(i == j) for i in range(length)] for j in range(length)]
    return [*columns, *_orthonormal([_without(c, columns * 2) for c in others], 0.1)[: count - len(columns)]]


def pinv(a: Any, rcond: float = 1e-15) -> Any:
    """The pseudoinverse: A = QCP with orthonormal columns of Q and rows of P, as many as the rank, so A⁺ = PᵀC⁻¹Qᵀ."""
    lead, found = _matrices(a)
    m, n = asarray(a).shape[-2:]
    made: Matrix = []
    for rows in found:
        q = _orthonormal(_columns(rows), max(rcond, NEGLIGIBLE))
        b = [[sum(map(mul, c, column)) for column in _columns(rows)] for c in q]
        p = _orthonormal(b)
        middle = _eliminated([[sum(map(mul, row, c)) for c in p] for row in b], q)[2]
        made += [[sum(map(mul, pi, ci)) for ci in _columns(middle)] for pi in _columns(p)] if q else [[0.0] * m] * n
    return _array(lead, [made], (n, m))


def matrix_rank(a: Any) -> ndarray:
    lead, found = _matrices(a)
    return ndarray([len(_orthonormal(_columns(rows), NEGLIGIBLE)) for rows in found], lead, INTEGER)


def qr(a: Any) -> Any:
    """Q with orthonormal columns and the upper triangular R with A = QR."""
    lead, found = _matrices(a)
    m, n = asarray(a).shape[-2:]
    if m < n:
        raise ModuleNotFoundError("there is no QR of wide matrices on lists", name="numpy.linalg.qr")
    q = _array(lead, [_columns(_orthonormal(_columns(rows))) for rows in found], (m, n))
    return Factors(q, matmul(q.swapaxes(-1, -2), a))


def _columns(rows: Matrix) -> Matrix:
    return [list(c) for c in zip(*rows, strict=True)]


def _without(c: list[float], made: Matrix) -> list[float]:
    """What is left of a column without its parts along orthonormal ones."""
    for q in made:
        along = sum(map(mul, q, c))
        c = [y - along * x for x, y in zip(q, c, strict=True)]
    return c


def _orthonormal(columns: Matrix, negligible: float | None = None) -> Matrix:
    """Columns of length 1 at right angles that span what the given ones do: in their order, or the longest
    remainder first as long as it is no *negligible* part of the first one."""
    made: Matrix = []
    left, first = list(columns), 0.0
    while left:
        at = 0 if negligible is None else max(range(len(left)), key=lambda k: math.hypot(*left[k]))
        c = _without(left.pop(at), made)  # once more, since the difference of near numbers is rounded
        size = math.hypot(*c)
        first = first or size
        if negligible is not None and size <= negligible * first:
            break
        made.append([divided(x, size) for x in c])
        left = [_without(x, made[-1:]) for x in left]
    return made


def norm(a: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    a = asarray(a)
    squares: Any = (a * a).sum(axis, keepdims)
    root: Callable[[float], float] = math.sqrt
    if isinstance(squares, ndarray):
        return ndarray([root(x) for x in squares.flat], squares.shape, FLOAT)
    return number(root(squares), FLOAT)
