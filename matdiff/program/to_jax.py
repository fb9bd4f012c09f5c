"""JAX: what is written can be compiled, mapped over batches and differentiated again."""

from __future__ import annotations

from matdiff.program.library import WITHOUT_VIEWS, Backend, functions, helpers

IMPORTS = {
    "jax.": "import jax",
    "jnp.": "import jax.numpy as jnp",
}

FUNCTIONS = {
    "max_along": "jnp.max", "min_along": "jnp.min", "erf": "jax.scipy.special.erf", "ndtr": "jax.scipy.special.ndtr",
    "gamma": "jax.scipy.special.gamma", "gammaln": "jax.scipy.special.gammaln",
    "digamma": "jax.scipy.special.digamma", "polygamma": "jax.scipy.special.polygamma", "expm": "jax.scipy.linalg.expm",
    "sqrtm": "jax.scipy.linalg.sqrtm", "svd": "jnp.linalg.svd", "norm": "jnp.linalg.norm", "relu": "jax.nn.relu",
    "sigmoid": "jax.nn.sigmoid", "softplus": "jax.nn.softplus", "repeated": "jnp.broadcast_to",
    "solve_sylvester": "jax.scipy.linalg.solve_sylvester", "cholesky": "jnp.linalg.cholesky",
    "lu": "jax.scipy.linalg.lu_factor", "lu_solve": "jax.scipy.linalg.lu_solve", "copied": "jnp.array",
    "scan": "jax.lax.scan",
}  # fmt: skip

HELPERS = {
    "sigmoid_slope": "jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)",
    "expm_frechet": "jax.scipy.linalg.expm_frechet(a, b, compute_expm=False)",
    "convolve2d": "_correlate2d(a, jnp.flip(k), mode)",
    "correlate2d": """
    around = [(n - 1, n - 1) if mode == "full" else (0, 0) for n in k.shape]
    return jax.lax.conv_general_dilated(a[None, None], k[None, None], (1, 1), around)[0, 0]""",
    "dilated": """
    wide = jnp.zeros([s * (n - 1) + 1 for n in a.shape], a.dtype)
    return wide.at[(slice(None, None, s),) * a.ndim].set(a)""",
    "correlate_every": 'jax.lax.conv_general_dilated(a[None, None], k[None, None], (s, s), "VALID")[0, 0]',
    "cholesky_solve": """
    if b.ndim == 2 and b.shape[1] > 2 * len(c):
        return jax.scipy.linalg.cho_solve((c, True), jnp.eye(len(c), dtype=c.dtype)) @ b
    return jax.scipy.linalg.cho_solve((c, True), b)""",
    "cholesky_inverse": "jax.scipy.linalg.cho_solve((c, True), jnp.eye(len(c), dtype=c.dtype))",
    "lu_solve_transposed": "jax.scipy.linalg.lu_solve(f, b, trans=1)",
    "lu_inverse": "jax.scipy.linalg.lu_solve(f, jnp.eye(len(f[0]), dtype=f[0].dtype))",
    "lu_det": """
    exchanged = (f[1] != jnp.arange(len(f[1]))).sum()
    return jnp.diagonal(f[0]).prod() * (1 - 2 * (exchanged % 2))""",
}
for _kind, _lower in (("lower", "True"), ("upper", "False")):
    HELPERS |= {
        f"{_kind}_solve": f"jax.scipy.linalg.solve_triangular(a, b, lower={_lower})",
        f"{_kind}_solve_transposed": f"jax.scipy.linalg.solve_triangular(a, b, lower={_lower}, trans=1)",
        f"{_kind}_inverse": f"jax.scipy.linalg.solve_triangular(a, jnp.eye(len(a), dtype=a.dtype), lower={_lower})",
    }

BACKEND = Backend(
    "jnp",
    "jax.Array",
    IMPORTS,
    functions("jnp", FUNCTIONS),
    helpers("jnp", WITHOUT_VIEWS | HELPERS),
    convert="{0} = jnp.asarray({0})",
    vectors_first=True,
    like={"dtype": "result_type(a, float32)"},
    scalar="float | jax.Array",
    loop="scan",
    kinds={"symmetric": "lu"},
)
