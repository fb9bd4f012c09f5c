"""NumPy and SciPy's LAPACK."""

from __future__ import annotations

from matdiff.program.library import Backend, functions, helpers

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
    "sum": "np.sum", "max_along": "np.max", "min_along": "np.min", "erf": "scipy.special.erf",
    "ndtr": "scipy.special.ndtr", "gamma": "scipy.special.gamma", "gammaln": "scipy.special.gammaln",
    "digamma": "scipy.special.digamma", "polygamma": "scipy.special.polygamma", "expm": "scipy.linalg.expm",
    "polar": "scipy.linalg.polar", "solve_sylvester": "scipy.linalg.solve_sylvester", "svd": "np.linalg.svd",
    "copied": "np.array", "convolve2d": "scipy.signal.convolve2d", "correlate2d": "scipy.signal.correlate2d",
}  # fmt: skip

HELPERS = {
    "floats": """
    arrays = [a if hasattr(a, "dask") else np.asarray(a) for a in given]
    kinds = {a.dtype for a in arrays}
    if len(kinds) > 1 or arrays[0].dtype.kind != "f":
        kind = np.result_type(np.float32, *kinds)
        arrays = [a.astype(kind) for a in arrays]
    return arrays""",
    "relu": "np.maximum(a, 0)",
    "sigmoid": """
    small = np.exp(-np.abs(a))
    found = np.where(a < 0, small, 1.0)
    small += 1
    found /= small
    return found""",
    "sigmoid_slope": """
    small = np.exp(-np.abs(a))
    below = 1 + small
    below *= below
    small /= below
    return small""",
    "softplus": "np.log1p(np.exp(-np.abs(a))) + np.maximum(a, 0)",
    "norm": 'blas.dnrm2(np.ravel(a, order="K"))',
    "square_distances": """
    if hasattr(a, "dask") or hasattr(b, "dask"):
        return ((a[:, None, :] - b) ** 2).sum(axis=-1)
    found = scipy.spatial.distance.cdist(a, b, "sqeuclidean")
    return found.astype(np.result_type(a, b, np.float32), copy=False)""",
    "weighted_square_distances": """
    if not hasattr(total, "dask") and abs(total) > abs(large) / 10:
        return total
    return np.vdot(w, _square_distances(a, b))""",
    "repeated": "np.array(np.broadcast_to(a, shape))",
    "logm": "np.real(scipy.linalg.logm(a))",
    "sqrtm": "np.real(scipy.linalg.sqrtm(a))",
    "expm_frechet": "scipy.linalg.expm_frechet(a, b, compute_expm=False)",
    "dilated": """
    wide = np.zeros([s * (n - 1) + 1 for n in a.shape], a.dtype)
    wide[(slice(None, None, s),) * a.ndim] = a
    return wide""",
    "correlate_every": 'np.einsum("abij,ij->ab", np.lib.stride_tricks.sliding_window_view(a, k.shape)[::s, ::s], k)',
    "windows": "np.lib.stride_tricks.sliding_window_view(a, p)[::s]",
    "patches": """
    parts = np.lib.stride_tricks.sliding_window_view(a, (p, q))[::s, ::s]
    return np.reshape(np.transpose(parts, (1, 0, 3, 2)), (-1, p * q))""",
    "cholesky": """
    c, info = (lapack.spotrf if a.dtype == np.float32 else lapack.dpotrf)(a.T, lower=1, clean=1)
    if info:
        raise np.linalg.LinAlgError("a matrix is not positive definite")
    return c""",
    "cholesky_solve": """
    if b.ndim == 2 and b.shape[1] > 2 * len(c):
        return _cholesky_inverse(c) @ b
    return (lapack.spotrs if c.dtype == np.float32 else lapack.dpotrs)(c, b, lower=1)[0]""",
    "cholesky_inverse": """
    t = (lapack.spotri if c.dtype == np.float32 else lapack.dpotri)(c, lower=1)[0]
    d = t.diagonal().copy()
    t = t + t.T
    np.fill_diagonal(t, d)
    return t""",
    "lu": """
    f, rows, info = (lapack.sgetrf if a.dtype == np.float32 else lapack.dgetrf)(a.T)
    if info > 0:
        raise np.linalg.LinAlgError("a matrix is singular")
    return f, rows""",
    "lu_solve": "(lapack.sgetrs if f[0].dtype == np.float32 else lapack.dgetrs)(*f, b, trans=1)[0]",
    "symmetric": """
    c, info = (lapack.spotrf if a.dtype == np.float32 else lapack.dpotrf)(a.T, lower=1, clean=1)
    return _lu(a) if info else c""",
    "symmetric_solve": "_lu_solve(f, b) if isinstance(f, tuple) else _cholesky_solve(f, b)",
    "symmetric_inverse": "_lu_inverse(f) if isinstance(f, tuple) else _cholesky_inverse(f)",
    "symmetric_logdet": "_lu_logdet(f) if isinstance(f, tuple) else _cholesky_logdet(f)",
    "symmetric_det": "_lu_det(f) if isinstance(f, tuple) else _cholesky_det(f)",
    "lu_solve_transposed": "(lapack.sgetrs if f[0].dtype == np.float32 else lapack.dgetrs)(*f, b)[0]",
    "lu_inverse": "(lapack.sgetri if f[0].dtype == np.float32 else lapack.dgetri)(*f)[0].T",
    "lu_det": "f[0].diagonal().prod() * (-1) ** np.count_nonzero(f[1] != np.arange(len(f[1])))",
}
for _kind, _lower in (("lower", "True"), ("upper", "False")):
    _solve = f"scipy.linalg.solve_triangular(a, {{}}, lower={_lower}{{}}, check_finite=False)"
    HELPERS |= {
        f"{_kind}_solve": _solve.format("b", ""),
        f"{_kind}_solve_transposed": _solve.format("b", ", trans=1"),
        f"{_kind}_inverse": _solve.format("np.eye(len(a), dtype=a.dtype)", ""),
    }

BACKEND = Backend(
    "np",
    "np.ndarray",
    IMPORTS,
    functions("np", FUNCTIONS),
    helpers("np", HELPERS),
    convert='{0} = {0} if hasattr({0}, "dask") else np.asarray({0})',  # arrays of dask stay what they are
    convert_all="floats",
    like={"dtype": "result_type(a, float32)"},
    in_place=True,
    expands=True,
    reuses=True,
    halves=True,
)
