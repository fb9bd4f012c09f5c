"""NumPy and SciPy's LAPACK."""

from __future__ import annotations

from matdiff.program.library import Backend

IMPORTS = {
    "np.": "import numpy as np",
    "scipy.linalg.": "import scipy.linalg  # type: ignore[import-untyped]",
    "scipy.special.": "import scipy.special  # type: ignore[import-untyped]",
    "scipy.signal.": "import scipy.signal  # type: ignore[import-untyped]",
    "scipy.spatial.": "import scipy.spatial  # type: ignore[import-untyped]",
    "lapack.": "from scipy.linalg import lapack  # type: ignore[import-untyped]",
    "blas.": "from scipy.linalg import blas  # type: ignore[import-untyped]",
}

FUNCTIONS = {
    "sum": "np.sum", "max_all": "np.max", "min_all": "np.min", "prod_all": "np.prod", "max_along": "np.max",
    "min_along": "np.min", "prod_along": "np.prod", "abs": "np.abs", "erf": "scipy.special.erf",
    "ndtr": "scipy.special.ndtr",
    "gamma": "scipy.special.gamma", "gammaln": "scipy.special.gammaln", "digamma": "scipy.special.digamma",
    "polygamma": "scipy.special.polygamma", "expm": "scipy.linalg.expm", "polar": "scipy.linalg.polar",
    "solve_sylvester": "scipy.linalg.solve_sylvester", "eigvalsh": "np.linalg.eigvalsh", "eigh": "np.linalg.eigh",
    "svd": "np.linalg.svd", "pinv": "np.linalg.pinv", "matrix_power": "np.linalg.matrix_power",
    "matrix_norm": "np.linalg.norm", "batch_inverse": "np.linalg.inv", "batch_det": "np.linalg.det",
    "solve_each": "np.linalg.solve", "copied": "np.array", "flipped": "np.flip",
    "convolve2d": "scipy.signal.convolve2d", "correlate2d": "scipy.signal.correlate2d",
}  # fmt: skip

HELPERS = {
    "floats": '''def _floats(*given):
    """Arrays of numbers of one type, which is no integer; arrays of dask stay such arrays."""
    arrays = [a if hasattr(a, "dask") else np.asarray(a) for a in given]
    kinds = {a.dtype for a in arrays}
    if len(kinds) > 1 or arrays[0].dtype.kind != "f":
        kind = np.result_type(np.float32, *kinds)
        arrays = [a.astype(kind) for a in arrays]
    return arrays''',
    "relu": '''def _relu(a):
    """The positive part."""
    return np.maximum(a, 0)''',
    "indicator": '''def _indicator(holds, a):
    """1 where something holds, else 0, in numbers as those of an array."""
    return np.asarray(holds, np.result_type(a, np.float32))''',
    "sigmoid": '''def _sigmoid(a):
    """1/(1 + exp(−a)), which does not overflow."""
    small = np.exp(-np.abs(a))
    found = np.where(a < 0, small, 1.0)
    small += 1
    found /= small
    return found''',
    "sigmoid_slope": '''def _sigmoid_slope(a):
    """The derivative of 1/(1 + exp(−a)), with all its digits."""
    small = np.exp(-np.abs(a))
    below = 1 + small
    below *= below
    small /= below
    return small''',
    "softplus": '''def _softplus(a):
    """log(1 + exp(a)), which does not overflow."""
    return np.log1p(np.exp(-np.abs(a))) + np.maximum(a, 0)''',
    "norm": '''def _norm(a):
    """The root of the sum of the squares, which does not overflow."""
    return blas.dnrm2(np.ravel(a, order="K"))''',
    "square_distances": '''def _square_distances(a, b):
    """The squares of the distances between the rows of two matrices."""
    if hasattr(a, "dask") or hasattr(b, "dask"):
        return ((a[:, None, :] - b) ** 2).sum(axis=-1)
    found = scipy.spatial.distance.cdist(a, b, "sqeuclidean")
    return found.astype(np.result_type(a, b, np.float32), copy=False)''',
    "weighted_square_distances": '''def _weighted_square_distances(total, large, w, a, b):
    """Σ wᵢⱼ‖aᵢ − bⱼ‖²: the total that large has lost something to, unless it has lost most of it."""
    if not hasattr(total, "dask") and abs(total) > abs(large) / 10:
        return total
    return np.vdot(w, _square_distances(a, b))''',
    "repeated": '''def _repeated(a, shape):
    """An array repeated along further axes."""
    return np.array(np.broadcast_to(a, shape))''',
    "with_sign": '''def _with_sign(v):
    """±v, whose largest entry is positive."""
    return v * np.sign(v[np.argmax(np.abs(v))])''',
    "eigenvectors": '''def _eigenvectors(a):
    """The eigenvectors of a symmetric matrix, whose largest entries are positive."""
    q = np.linalg.eigh(a)[1]
    return q * np.sign(q[np.argmax(np.abs(q), axis=0), np.arange(len(q))])''',
    "logm": '''def _logm(a):
    """The logarithm of a matrix."""
    return np.real(scipy.linalg.logm(a))''',
    "sqrtm": '''def _sqrtm(a):
    """The square root of a matrix."""
    return np.real(scipy.linalg.sqrtm(a))''',
    "expm_frechet": '''def _expm_frechet(a, b):
    """The derivative of exp(A) in the direction B."""
    return scipy.linalg.expm_frechet(a, b, compute_expm=False)''',
    "swapped": '''def _swapped(a):
    """The transposes of matrices."""
    return np.swapaxes(a, -1, -2)''',
    "dilated": '''def _dilated(a, s):
    """Zeros between the entries, which are s places from each other."""
    wide = np.zeros([s * (n - 1) + 1 for n in a.shape], a.dtype)
    wide[(slice(None, None, s),) * a.ndim] = a
    return wide''',
    "correlate_every": '''def _correlate_every(a, k, s):
    """The correlation with a kernel at every s-th place."""
    return np.einsum("abij,ij->ab", np.lib.stride_tricks.sliding_window_view(a, k.shape)[::s, ::s], k)''',
    "windows": '''def _windows(a, p, s):
    """The parts of p entries, s places from each other, as rows."""
    return np.lib.stride_tricks.sliding_window_view(a, p)[::s]''',
    "patches": '''def _patches(a, p, q, s):
    """The parts of p × q entries, s places from each other, as rows, columns stacked."""
    parts = np.lib.stride_tricks.sliding_window_view(a, (p, q))[::s, ::s]
    return np.reshape(np.transpose(parts, (1, 0, 3, 2)), (-1, p * q))''',
    "batch_logdet": '''def _batch_logdet(a):
    """The logarithms of the determinants."""
    return np.linalg.slogdet(a)[1]''',
    "cholesky": '''def _cholesky(a):
    """The lower factor of a positive definite matrix, zeros above."""
    c, info = (lapack.spotrf if a.dtype == np.float32 else lapack.dpotrf)(a.T, lower=1, clean=1)
    if info:
        raise np.linalg.LinAlgError("a matrix is not positive definite")
    return c''',
    "cholesky_solve": '''def _cholesky_solve(c, b):
    """A⁻¹B by the factor of A; many columns by the inverse, which takes half the time."""
    if b.ndim == 2 and b.shape[1] > 2 * len(c):
        return _cholesky_inverse(c) @ b
    return (lapack.spotrs if c.dtype == np.float32 else lapack.dpotrs)(c, b, lower=1)[0]''',
    "cholesky_inverse": '''def _cholesky_inverse(c):
    """A⁻¹ by the factor of A."""
    t = (lapack.spotri if c.dtype == np.float32 else lapack.dpotri)(c, lower=1)[0]
    d = t.diagonal().copy()
    t = t + t.T
    np.fill_diagonal(t, d)
    return t''',
    "cholesky_logdet": '''def _cholesky_logdet(c):
    """log |A| by the factor of A."""
    return 2 * np.log(c.diagonal()).sum()''',
    "cholesky_det": '''def _cholesky_det(c):
    """|A| by the factor of A."""
    return c.diagonal().prod() ** 2''',
    "lu": '''def _lu(a):
    """The factors of Aᵀ, whose entries lie in the order of Fortran, and the rows that were exchanged."""
    f, rows, info = (lapack.sgetrf if a.dtype == np.float32 else lapack.dgetrf)(a.T)
    if info > 0:
        raise np.linalg.LinAlgError("a matrix is singular")
    return f, rows''',
    "lu_solve": '''def _lu_solve(f, b):
    """A⁻¹B by the factors of Aᵀ."""
    return (lapack.sgetrs if f[0].dtype == np.float32 else lapack.dgetrs)(*f, b, trans=1)[0]''',
    "symmetric": '''def _symmetric(a):
    """The lower factor of a positive definite matrix, or the factors of another symmetric one."""
    c, info = (lapack.spotrf if a.dtype == np.float32 else lapack.dpotrf)(a.T, lower=1, clean=1)
    return _lu(a) if info else c''',
    "symmetric_solve": '''def _symmetric_solve(f, b):
    """A⁻¹B by the factors of A."""
    return _lu_solve(f, b) if isinstance(f, tuple) else _cholesky_solve(f, b)''',
    "symmetric_inverse": '''def _symmetric_inverse(f):
    """A⁻¹ by the factors of A."""
    return _lu_inverse(f) if isinstance(f, tuple) else _cholesky_inverse(f)''',
    "symmetric_logdet": '''def _symmetric_logdet(f):
    """log |det A| by the factors of A."""
    return _lu_logdet(f) if isinstance(f, tuple) else _cholesky_logdet(f)''',
    "symmetric_det": '''def _symmetric_det(f):
    """det A by the factors of A."""
    return _lu_det(f) if isinstance(f, tuple) else _cholesky_det(f)''',
    "lu_solve_transposed": '''def _lu_solve_transposed(f, b):
    """A⁻ᵀB by the factors of Aᵀ."""
    return (lapack.sgetrs if f[0].dtype == np.float32 else lapack.dgetrs)(*f, b)[0]''',
    "lu_inverse": '''def _lu_inverse(f):
    """A⁻¹ by the factors of Aᵀ."""
    return (lapack.sgetri if f[0].dtype == np.float32 else lapack.dgetri)(*f)[0].T''',
    "lu_logdet": '''def _lu_logdet(f):
    """log |det A| by the factors of Aᵀ."""
    return np.log(np.abs(f[0].diagonal())).sum()''',
    "lu_det": '''def _lu_det(f):
    """det A by the factors of Aᵀ."""
    return f[0].diagonal().prod() * (-1) ** np.count_nonzero(f[1] != np.arange(len(f[1])))''',
}
for _kind, _lower in (("lower", "True"), ("upper", "False")):
    HELPERS |= {
        f"{_kind}_solve": f'''def _{_kind}_solve(a, b):
    """A⁻¹B for a triangular A."""
    return scipy.linalg.solve_triangular(a, b, lower={_lower}, check_finite=False)''',
        f"{_kind}_solve_transposed": f'''def _{_kind}_solve_transposed(a, b):
    """A⁻ᵀB for a triangular A."""
    return scipy.linalg.solve_triangular(a, b, lower={_lower}, trans=1, check_finite=False)''',
        f"{_kind}_inverse": f'''def _{_kind}_inverse(a):
    """A⁻¹ for a triangular A."""
    return scipy.linalg.solve_triangular(a, np.eye(len(a), dtype=a.dtype), lower={_lower}, check_finite=False)''',
        f"{_kind}_logdet": f'''def _{_kind}_logdet(a):
    """log |det A| for a triangular A."""
    return np.log(np.abs(a.diagonal())).sum()''',
        f"{_kind}_det": f'''def _{_kind}_det(a):
    """det A for a triangular A."""
    return a.diagonal().prod()''',
    }

BACKEND = Backend(
    "np",
    "np.ndarray",
    IMPORTS,
    FUNCTIONS,
    HELPERS,
    convert='{0} = {0} if hasattr({0}, "dask") else np.asarray({0})',  # arrays of dask stay what they are
    convert_all="floats",
    like={"dtype": "result_type(a, float32)"},
    in_place=True,
    expands=True,
    reuses=True,
    halves=True,
)
