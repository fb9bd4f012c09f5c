"""JAX: what is written can be compiled, mapped over batches and differentiated again."""

from __future__ import annotations

from matdiff.program.library import Backend

IMPORTS = {
    "jax.": "import jax",
    "jnp.": "import jax.numpy as jnp",
}

FUNCTIONS = {
    "max_all": "jnp.max", "min_all": "jnp.min", "prod_all": "jnp.prod", "max_along": "jnp.max", "min_along": "jnp.min",
    "prod_along": "jnp.prod", "abs": "jnp.abs", "erf": "jax.scipy.special.erf", "ndtr": "jax.scipy.special.ndtr",
    "gamma": "jax.scipy.special.gamma", "gammaln": "jax.scipy.special.gammaln",
    "digamma": "jax.scipy.special.digamma", "polygamma": "jax.scipy.special.polygamma", "expm": "jax.scipy.linalg.expm",
    "sqrtm": "jax.scipy.linalg.sqrtm", "eigvalsh": "jnp.linalg.eigvalsh",
    "eigh": "jnp.linalg.eigh", "svd": "jnp.linalg.svd", "pinv": "jnp.linalg.pinv",
    "matrix_power": "jnp.linalg.matrix_power", "norm": "jnp.linalg.norm", "matrix_norm": "jnp.linalg.norm",
    "batch_inverse": "jnp.linalg.inv", "batch_det": "jnp.linalg.det", "relu": "jax.nn.relu",
    "sigmoid": "jax.nn.sigmoid", "softplus": "jax.nn.softplus", "repeated": "jnp.broadcast_to",
    "solve_sylvester": "jax.scipy.linalg.solve_sylvester", "cholesky": "jnp.linalg.cholesky",
    "lu": "jax.scipy.linalg.lu_factor", "lu_solve": "jax.scipy.linalg.lu_solve", "solve_each": "jnp.linalg.solve",
    "copied": "jnp.array", "flipped": "jnp.flip", "scan": "jax.lax.scan",
}  # fmt: skip

HELPERS = {
    "square_distances": '''def _square_distances(a, b):
    """The squares of the distances between the rows of two matrices."""
    return jnp.sum((a[:, None, :] - b) ** 2, axis=-1)''',
    "indicator": '''def _indicator(holds, a):
    """1 where something holds, else 0, in numbers as those of an array."""
    return jnp.asarray(holds, jnp.result_type(a, jnp.float32))''',
    "sigmoid_slope": '''def _sigmoid_slope(a):
    """The derivative of 1/(1 + exp(−a)), with all its digits."""
    return jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)''',
    "polar": '''def _polar(a):
    """The orthogonal part of a matrix of any shape, as a tuple of one."""
    u, _, v = jnp.linalg.svd(a, full_matrices=False)
    return (u @ v,)''',
    "with_sign": '''def _with_sign(v):
    """±v, whose largest entry is positive."""
    return v * jnp.sign(v[jnp.argmax(jnp.abs(v))])''',
    "eigenvectors": '''def _eigenvectors(a):
    """The eigenvectors of a symmetric matrix, whose largest entries are positive."""
    q = jnp.linalg.eigh(a)[1]
    return q * jnp.sign(q[jnp.argmax(jnp.abs(q), axis=0), jnp.arange(len(q))])''',
    "expm_frechet": '''def _expm_frechet(a, b):
    """The derivative of exp(A) in the direction B."""
    return jax.scipy.linalg.expm_frechet(a, b, compute_expm=False)''',
    "swapped": '''def _swapped(a):
    """The transposes of matrices."""
    return jnp.swapaxes(a, -1, -2)''',
    "convolve2d": '''def _convolve2d(a, k, mode):
    """The convolution of matrices."""
    return _correlate2d(a, jnp.flip(k), mode)''',
    "correlate2d": '''def _correlate2d(a, k, mode):
    """The correlation of matrices."""
    around = [(n - 1, n - 1) if mode == "full" else (0, 0) for n in k.shape]
    return jax.lax.conv_general_dilated(a[None, None], k[None, None], (1, 1), around)[0, 0]''',
    "dilated": '''def _dilated(a, s):
    """Zeros between the entries, which are s places from each other."""
    wide = jnp.zeros([s * (n - 1) + 1 for n in a.shape], a.dtype)
    return wide.at[(slice(None, None, s),) * a.ndim].set(a)''',
    "correlate_every": '''def _correlate_every(a, k, s):
    """The correlation with a kernel at every s-th place."""
    return jax.lax.conv_general_dilated(a[None, None], k[None, None], (s, s), "VALID")[0, 0]''',
    "windows": '''def _windows(a, p, s):
    """The parts of p entries, s places from each other, as rows."""
    return a[jnp.arange(0, len(a) - p + 1, s)[:, None] + jnp.arange(p)]''',
    "patches": '''def _patches(a, p, q, s):
    """The parts of p × q entries, s places from each other, as rows, columns stacked."""
    i = jnp.arange(0, a.shape[0] - p + 1, s)[:, None] + jnp.arange(p)
    j = jnp.arange(0, a.shape[1] - q + 1, s)[:, None] + jnp.arange(q)
    return jnp.reshape(a[i[None, :, None, :], j[:, None, :, None]], (-1, p * q))''',
    "batch_logdet": '''def _batch_logdet(a):
    """The logarithms of the determinants."""
    return jnp.linalg.slogdet(a)[1]''',
    "cholesky_solve": '''def _cholesky_solve(c, b):
    """A⁻¹B by the factor of A; many columns by the inverse, which takes half the time."""
    if b.ndim == 2 and b.shape[1] > 2 * len(c):
        return jax.scipy.linalg.cho_solve((c, True), jnp.eye(len(c), dtype=c.dtype)) @ b
    return jax.scipy.linalg.cho_solve((c, True), b)''',
    "cholesky_inverse": '''def _cholesky_inverse(c):
    """A⁻¹ by the factor of A."""
    return jax.scipy.linalg.cho_solve((c, True), jnp.eye(len(c), dtype=c.dtype))''',
    "cholesky_logdet": '''def _cholesky_logdet(c):
    """log |A| by the factor of A."""
    return 2 * jnp.log(jnp.diagonal(c)).sum()''',
    "cholesky_det": '''def _cholesky_det(c):
    """|A| by the factor of A."""
    return jnp.diagonal(c).prod() ** 2''',
    "lu_solve_transposed": '''def _lu_solve_transposed(f, b):
    """A⁻ᵀB by the factors of A."""
    return jax.scipy.linalg.lu_solve(f, b, trans=1)''',
    "lu_inverse": '''def _lu_inverse(f):
    """A⁻¹ by the factors of A."""
    return jax.scipy.linalg.lu_solve(f, jnp.eye(len(f[0]), dtype=f[0].dtype))''',
    "lu_logdet": '''def _lu_logdet(f):
    """log |det A| by the factors of A."""
    return jnp.log(jnp.abs(jnp.diagonal(f[0]))).sum()''',
    "lu_det": '''def _lu_det(f):
    """det A by the factors of A."""
    exchanged = (f[1] != jnp.arange(len(f[1]))).sum()
    return jnp.diagonal(f[0]).prod() * (1 - 2 * (exchanged % 2))''',
}
for _kind, _lower in (("lower", "True"), ("upper", "False")):
    HELPERS |= {
        f"{_kind}_solve": f'''def _{_kind}_solve(a, b):
    """A⁻¹B for a triangular A."""
    return jax.scipy.linalg.solve_triangular(a, b, lower={_lower})''',
        f"{_kind}_solve_transposed": f'''def _{_kind}_solve_transposed(a, b):
    """A⁻ᵀB for a triangular A."""
    return jax.scipy.linalg.solve_triangular(a, b, lower={_lower}, trans=1)''',
        f"{_kind}_inverse": f'''def _{_kind}_inverse(a):
    """A⁻¹ for a triangular A."""
    return jax.scipy.linalg.solve_triangular(a, jnp.eye(len(a), dtype=a.dtype), lower={_lower})''',
        f"{_kind}_logdet": f'''def _{_kind}_logdet(a):
    """log |det A| for a triangular A."""
    return jnp.log(jnp.abs(jnp.diagonal(a))).sum()''',
        f"{_kind}_det": f'''def _{_kind}_det(a):
    """det A for a triangular A."""
    return jnp.diagonal(a).prod()''',
    }

BACKEND = Backend(
    "jnp",
    "jax.Array",
    IMPORTS,
    FUNCTIONS,
    HELPERS,
    convert="{0} = jnp.asarray({0})",
    vectors_first=True,
    like={"dtype": "result_type(a, float32)"},
    scalar="float | jax.Array",
    loop="scan",
    kinds={"symmetric": "lu"},
)
