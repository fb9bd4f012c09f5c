"""JAX: what is written can be compiled, mapped over batches and differentiated again."""

from __future__ import annotations

from matdiff.program.library import Backend, helpers

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
    "square_distances": "jnp.sum((a[:, None, :] - b) ** 2, axis=-1)",
    "indicator": "jnp.asarray(holds, jnp.result_type(a, jnp.float32))",
    "sigmoid_slope": "jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)",
    "polar": """
    u, _, v = jnp.linalg.svd(a, full_matrices=False)
    return (u @ v,)""",
    "with_sign": "v * jnp.sign(v[jnp.argmax(jnp.abs(v))])",
    "eigenvectors": """
    q = jnp.linalg.eigh(a)[1]
    return q * jnp.sign(q[jnp.argmax(jnp.abs(q), axis=0), jnp.arange(len(q))])""",
    "expm_frechet": "jax.scipy.linalg.expm_frechet(a, b, compute_expm=False)",
    "swapped": "jnp.swapaxes(a, -1, -2)",
    "convolve2d": "_correlate2d(a, jnp.flip(k), mode)",
    "correlate2d": """
    around = [(n - 1, n - 1) if mode == "full" else (0, 0) for n in k.shape]
    return jax.lax.conv_general_dilated(a[None, None], k[None, None], (1, 1), around)[0, 0]""",
    "dilated": """
    wide = jnp.zeros([s * (n - 1) + 1 for n in a.shape], a.dtype)
    return wide.at[(slice(None, None, s),) * a.ndim].set(a)""",
    "correlate_every": 'jax.lax.conv_general_dilated(a[None, None], k[None, None], (s, s), "VALID")[0, 0]',
    "windows": "a[jnp.arange(0, len(a) - p + 1, s)[:, None] + jnp.arange(p)]",
    "patches": """
    i = jnp.arange(0, a.shape[0] - p + 1, s)[:, None] + jnp.arange(p)
    j = jnp.arange(0, a.shape[1] - q + 1, s)[:, None] + jnp.arange(q)
    return jnp.reshape(a[i[None, :, None, :], j[:, None, :, None]], (-1, p * q))""",
    "batch_logdet": "jnp.linalg.slogdet(a)[1]",
    "cholesky_solve": """
    if b.ndim == 2 and b.shape[1] > 2 * len(c):
        return jax.scipy.linalg.cho_solve((c, True), jnp.eye(len(c), dtype=c.dtype)) @ b
    return jax.scipy.linalg.cho_solve((c, True), b)""",
    "cholesky_inverse": "jax.scipy.linalg.cho_solve((c, True), jnp.eye(len(c), dtype=c.dtype))",
    "cholesky_logdet": "2 * jnp.log(jnp.diagonal(c)).sum()",
    "cholesky_det": "jnp.diagonal(c).prod() ** 2",
    "lu_solve_transposed": "jax.scipy.linalg.lu_solve(f, b, trans=1)",
    "lu_inverse": "jax.scipy.linalg.lu_solve(f, jnp.eye(len(f[0]), dtype=f[0].dtype))",
    "lu_logdet": "jnp.log(jnp.abs(jnp.diagonal(f[0]))).sum()",
    "lu_det": """
    exchanged = (f[1] != jnp.arange(len(f[1]))).sum()
    return jnp.diagonal(f[0]).prod() * (1 - 2 * (exchanged % 2))""",
}
for _kind, _lower in (("lower", "True"), ("upper", "False")):
    HELPERS |= {
        f"{_kind}_solve": f"jax.scipy.linalg.solve_triangular(a, b, lower={_lower})",
        f"{_kind}_solve_transposed": f"jax.scipy.linalg.solve_triangular(a, b, lower={_lower}, trans=1)",
        f"{_kind}_inverse": f"jax.scipy.linalg.solve_triangular(a, jnp.eye(len(a), dtype=a.dtype), lower={_lower})",
        f"{_kind}_logdet": "jnp.log(jnp.abs(jnp.diagonal(a))).sum()",
        f"{_kind}_det": "jnp.diagonal(a).prod()",
    }

BACKEND = Backend(
    "jnp",
    "jax.Array",
    IMPORTS,
    FUNCTIONS,
    helpers(HELPERS),
    convert="{0} = jnp.asarray({0})",
    vectors_first=True,
    like={"dtype": "result_type(a, float32)"},
    scalar="float | jax.Array",
    loop="scan",
    kinds={"symmetric": "lu"},
)
