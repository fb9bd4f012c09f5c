"""PyTorch."""

from __future__ import annotations

from matdiff.program.library import Backend

IMPORTS = {"torch.": "import torch"}

FUNCTIONS = {
    "max_all": "torch.max", "min_all": "torch.min", "prod_all": "torch.prod", "max_along": "torch.amax",
    "min_along": "torch.amin", "prod_along": "torch.prod", "abs": "torch.abs", "erf": "torch.special.erf",
    "ndtr": "torch.special.ndtr", "gammaln": "torch.special.gammaln", "digamma": "torch.special.digamma",
    "polygamma": "torch.special.polygamma", "expm": "torch.linalg.matrix_exp", "eigvalsh": "torch.linalg.eigvalsh",
    "eigh": "torch.linalg.eigh", "pinv": "torch.linalg.pinv", "matrix_power": "torch.linalg.matrix_power",
    "norm": "torch.linalg.norm", "matrix_norm": "torch.linalg.norm", "batch_inverse": "torch.linalg.inv",
    "batch_det": "torch.linalg.det", "relu": "torch.relu", "sigmoid": "torch.sigmoid", "outer": "torch.outer",
    "transpose": "torch.permute", "concatenate": "torch.concatenate", "repeated": "torch.broadcast_to",
    "solve_each": "torch.linalg.solve", "copied": "torch.clone", "cholesky": "torch.linalg.cholesky",
    "lu": "torch.linalg.lu_factor", "flipped": "torch.flip", "clip": "torch.clamp",
}  # fmt: skip

HELPERS = {
    "square_distances": '''def _square_distances(a, b):
    """The squares of the distances between the rows of two matrices."""
    return torch.sum((a[:, None, :] - b) ** 2, dim=-1)''',
    "indicator": '''def _indicator(holds, a):
    """1 where something holds, else 0, in numbers as those of an array."""
    return torch.as_tensor(holds, dtype=torch.result_type(a, 1.0))''',
    "sigmoid_slope": '''def _sigmoid_slope(a):
    """The derivative of 1/(1 + exp(−a)), with all its digits."""
    return torch.sigmoid(a) * torch.sigmoid(-a)''',
    "softplus": '''def _softplus(a):
    """log(1 + exp(a)), which does not overflow."""
    return torch.logaddexp(a, torch.zeros_like(a))''',
    "vdot": '''def _vdot(a, b):
    """The sum of the products of the entries."""
    return (a * b).sum()''',
    "flip": '''def _flip(a):
    """The entries in the opposite order along all axes."""
    return torch.flip(a, tuple(range(a.ndim)))''',
    "gamma": '''def _gamma(a):
    """Γ(a) for a > 0."""
    return torch.exp(torch.special.gammaln(a))''',
    "svd": '''def _svd(a):
    """The singular value decomposition."""
    return torch.linalg.svd(a, full_matrices=False)''',
    "polar": '''def _polar(a):
    """The orthogonal part of a matrix, as a tuple of one."""
    u, _, v = torch.linalg.svd(a, full_matrices=False)
    return (u @ v,)''',
    "with_sign": '''def _with_sign(v):
    """±v, whose largest entry is positive."""
    return v * torch.sign(v[torch.argmax(torch.abs(v))])''',
    "eigenvectors": '''def _eigenvectors(a):
    """The eigenvectors of a symmetric matrix, whose largest entries are positive."""
    q = torch.linalg.eigh(a)[1]
    return q * torch.sign(q[torch.argmax(torch.abs(q), 0), torch.arange(len(q))])''',
    "expm_frechet": '''def _expm_frechet(a, b):
    """The derivative of exp(A) in the direction B, a block of exp([A B; 0 A])."""
    n = len(a)
    top, bottom = torch.cat((a, b), 1), torch.cat((torch.zeros_like(a), a), 1)
    return torch.linalg.matrix_exp(torch.cat((top, bottom)))[:n, n:]''',
    "swapped": '''def _swapped(a):
    """The transposes of matrices."""
    return a.mT''',
    "pad": '''def _pad(a, widths):
    """Zeros around an array."""
    return torch.nn.functional.pad(a, [n for pair in reversed(widths) for n in pair])''',
    "convolve": '''def _convolve(a, k, mode):
    """The convolution of vectors."""
    return _correlate(a, torch.flip(k, (0,)), mode)''',
    "correlate": '''def _correlate(a, k, mode):
    """The correlation of vectors."""
    around = len(k) - 1 if mode == "full" else 0
    return torch.nn.functional.conv1d(a[None, None], k[None, None], padding=around)[0, 0]''',
    "convolve2d": '''def _convolve2d(a, k, mode):
    """The convolution of matrices."""
    return _correlate2d(a, torch.flip(k, (0, 1)), mode)''',
    "correlate2d": '''def _correlate2d(a, k, mode):
    """The correlation of matrices."""
    around = [n - 1 if mode == "full" else 0 for n in k.shape]
    return torch.nn.functional.conv2d(a[None, None], k[None, None], padding=around)[0, 0]''',
    "dilated": '''def _dilated(a, s):
    """Zeros between the entries, which are s places from each other."""
    wide = a.new_zeros([s * (n - 1) + 1 for n in a.shape])
    wide[(slice(None, None, s),) * a.ndim] = a
    return wide''',
    "correlate_every": '''def _correlate_every(a, k, s):
    """The correlation with a kernel at every s-th place."""
    return torch.nn.functional.conv2d(a[None, None], k[None, None], stride=s)[0, 0]''',
    "windows": '''def _windows(a, p, s):
    """The parts of p entries, s places from each other, as rows."""
    return a[torch.arange(0, len(a) - p + 1, s)[:, None] + torch.arange(p)]''',
    "patches": '''def _patches(a, p, q, s):
    """The parts of p × q entries, s places from each other, as rows, columns stacked."""
    i = torch.arange(0, a.shape[0] - p + 1, s)[:, None] + torch.arange(p)
    j = torch.arange(0, a.shape[1] - q + 1, s)[:, None] + torch.arange(q)
    return torch.reshape(a[i[None, :, None, :], j[:, None, :, None]], (-1, p * q))''',
    "batch_logdet": '''def _batch_logdet(a):
    """The logarithms of the determinants."""
    return torch.linalg.slogdet(a)[1]''',
    "cholesky_solve": '''def _cholesky_solve(c, b):
    """A⁻¹B by the factor of A."""
    return torch.cholesky_solve(b[:, None], c)[:, 0] if b.ndim == 1 else torch.cholesky_solve(b, c)''',
    "cholesky_inverse": '''def _cholesky_inverse(c):
    """A⁻¹ by the factor of A."""
    return torch.cholesky_inverse(c)''',
    "cholesky_logdet": '''def _cholesky_logdet(c):
    """log |A| by the factor of A."""
    return 2 * torch.log(torch.diagonal(c)).sum()''',
    "cholesky_det": '''def _cholesky_det(c):
    """|A| by the factor of A."""
    return torch.diagonal(c).prod() ** 2''',
    "lu_solve": '''def _lu_solve(f, b):
    """A⁻¹B by the factors of A."""
    return torch.linalg.lu_solve(*f, b[:, None])[:, 0] if b.ndim == 1 else torch.linalg.lu_solve(*f, b)''',
    "lu_solve_transposed": '''def _lu_solve_transposed(f, b):
    """A⁻ᵀB by the factors of A."""
    b, is_vector = (b[:, None], True) if b.ndim == 1 else (b, False)
    found = torch.linalg.lu_solve(*f, b, adjoint=True)
    return found[:, 0] if is_vector else found''',
    "lu_inverse": '''def _lu_inverse(f):
    """A⁻¹ by the factors of A."""
    return torch.linalg.lu_solve(*f, torch.eye(len(f[0]), dtype=f[0].dtype, device=f[0].device))''',
    "lu_logdet": '''def _lu_logdet(f):
    """log |det A| by the factors of A."""
    return torch.log(torch.abs(torch.diagonal(f[0]))).sum()''',
    "lu_det": '''def _lu_det(f):
    """det A by the factors of A."""
    places = torch.arange(1, len(f[1]) + 1, dtype=f[1].dtype, device=f[1].device)
    return torch.diagonal(f[0]).prod() * (-1) ** (f[1] != places).sum()''',
}
for _kind, _upper in (("lower", "False"), ("upper", "True")):
    HELPERS |= {
        f"{_kind}_solve": f'''def _{_kind}_solve(a, b):
    """A⁻¹B for a triangular A."""
    matrix = b[:, None] if b.ndim == 1 else b
    found = torch.linalg.solve_triangular(a, matrix, upper={_upper})
    return found[:, 0] if b.ndim == 1 else found''',
        f"{_kind}_solve_transposed": f'''def _{_kind}_solve_transposed(a, b):
    """A⁻ᵀB for a triangular A."""
    matrix = b[:, None] if b.ndim == 1 else b
    found = torch.linalg.solve_triangular(a.T, matrix, upper={_upper == "False"})
    return found[:, 0] if b.ndim == 1 else found''',
        f"{_kind}_inverse": f'''def _{_kind}_inverse(a):
    """A⁻¹ for a triangular A."""
    eye = torch.eye(len(a), dtype=a.dtype, device=a.device)
    return torch.linalg.solve_triangular(a, eye, upper={_upper})''',
        f"{_kind}_logdet": f'''def _{_kind}_logdet(a):
    """log |det A| for a triangular A."""
    return torch.log(torch.abs(torch.diagonal(a))).sum()''',
        f"{_kind}_det": f'''def _{_kind}_det(a):
    """det A for a triangular A."""
    return torch.diagonal(a).prod()''',
    }

BACKEND = Backend(
    "torch",
    "torch.Tensor",
    IMPORTS,
    FUNCTIONS,
    HELPERS,
    convert_scalar="{0} = torch.as_tensor({0}, dtype={1})",
    default_type="torch.float64",
    like={"dtype": "a.dtype", "device": "a.device"},
    unlike={"dtype": "float64"},
    scalar="float | torch.Tensor",
    lifts=True,
    loop="list",
    kinds={"symmetric": "lu"},
)
