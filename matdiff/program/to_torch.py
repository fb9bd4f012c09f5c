"""PyTorch."""

from __future__ import annotations

from matdiff.program.library import WITHOUT_VIEWS, Backend, functions, helpers

IMPORTS = {"torch.": "import torch"}

FUNCTIONS = {
    "max_along": "torch.amax", "min_along": "torch.amin", "erf": "torch.special.erf", "ndtr": "torch.special.ndtr",
    "gammaln": "torch.special.gammaln", "digamma": "torch.special.digamma", "polygamma": "torch.special.polygamma",
    "expm": "torch.linalg.matrix_exp", "norm": "torch.linalg.norm", "relu": "torch.relu", "sigmoid": "torch.sigmoid",
    "outer": "torch.outer", "transpose": "torch.permute", "concatenate": "torch.concatenate",
    "repeated": "torch.broadcast_to", "copied": "torch.clone", "cholesky": "torch.linalg.cholesky",
    "lu": "torch.linalg.lu_factor", "clip": "torch.clamp",
}  # fmt: skip

HELPERS = {
    "indicator": "torch.as_tensor(holds, dtype=torch.result_type(a, 1.0))",
    "sigmoid_slope": "torch.sigmoid(a) * torch.sigmoid(-a)",
    "softplus": "torch.logaddexp(a, torch.zeros_like(a))",
    "vdot": "(a * b).sum()",
    "flip": "torch.flip(a, tuple(range(a.ndim)))",
    "gamma": "torch.exp(torch.special.gammaln(a))",
    "svd": "torch.linalg.svd(a, full_matrices=False)",
    "expm_frechet": """
    n = len(a)
    top, bottom = torch.cat((a, b), 1), torch.cat((torch.zeros_like(a), a), 1)
    return torch.linalg.matrix_exp(torch.cat((top, bottom)))[:n, n:]""",
    "pad": "torch.nn.functional.pad(a, [n for pair in reversed(widths) for n in pair])",
    "convolve": "_correlate(a, torch.flip(k, (0,)), mode)",
    "correlate": """
    around = len(k) - 1 if mode == "full" else 0
    return torch.nn.functional.conv1d(a[None, None], k[None, None], padding=around)[0, 0]""",
    "convolve2d": "_correlate2d(a, torch.flip(k, (0, 1)), mode)",
    "correlate2d": """
    around = [n - 1 if mode == "full" else 0 for n in k.shape]
    return torch.nn.functional.conv2d(a[None, None], k[None, None], padding=around)[0, 0]""",
    "dilated": """
    wide = a.new_zeros([s * (n - 1) + 1 for n in a.shape])
    wide[(slice(None, None, s),) * a.ndim] = a
    return wide""",
    "correlate_every": "torch.nn.functional.conv2d(a[None, None], k[None, None], stride=s)[0, 0]",
    "cholesky_solve": "torch.cholesky_solve(b[:, None], c)[:, 0] if b.ndim == 1 else torch.cholesky_solve(b, c)",
    "cholesky_inverse": "torch.cholesky_inverse(c)",
    "lu_solve": "torch.linalg.lu_solve(*f, b[:, None])[:, 0] if b.ndim == 1 else torch.linalg.lu_solve(*f, b)",
    "lu_solve_transposed": """
    b, is_vector = (b[:, None], True) if b.ndim == 1 else (b, False)
    found = torch.linalg.lu_solve(*f, b, adjoint=True)
    return found[:, 0] if is_vector else found""",
    "lu_inverse": "torch.linalg.lu_solve(*f, torch.eye(len(f[0]), dtype=f[0].dtype, device=f[0].device))",
    "lu_det": """
    places = torch.arange(1, len(f[1]) + 1, dtype=f[1].dtype, device=f[1].device)
    return torch.diagonal(f[0]).prod() * (-1) ** (f[1] != places).sum()""",
}
for _kind, _upper in (("lower", "False"), ("upper", "True")):
    HELPERS |= {
        f"{_kind}_solve": f"""
    matrix = b[:, None] if b.ndim == 1 else b
    found = torch.linalg.solve_triangular(a, matrix, upper={_upper})
    return found[:, 0] if b.ndim == 1 else found""",
        f"{_kind}_solve_transposed": f"""
    matrix = b[:, None] if b.ndim == 1 else b
    found = torch.linalg.solve_triangular(a.T, matrix, upper={_upper == "False"})
    return found[:, 0] if b.ndim == 1 else found""",
        f"{_kind}_inverse": f"""
    eye = torch.eye(len(a), dtype=a.dtype, device=a.device)
    return torch.linalg.solve_triangular(a, eye, upper={_upper})""",
    }

BACKEND = Backend(
    "torch",
    "torch.Tensor",
    IMPORTS,
    functions("torch", FUNCTIONS),
    helpers("torch", WITHOUT_VIEWS | HELPERS),
    convert_scalar="{0} = torch.as_tensor({0}, dtype={1})",
    default_type="torch.float64",
    like={"dtype": "a.dtype", "device": "a.device"},
    unlike={"dtype": "float64"},
    scalar="float | torch.Tensor",
    lifts=True,
    loop="list",
    kinds={"symmetric": "lu"},
)
