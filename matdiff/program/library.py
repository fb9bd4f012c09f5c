"""What is known of a library that code is written for: what its functions are called, what stands before a function.

A formula calls a function by one name in all libraries.  It is a helper, which is written out where it is used, or has
another name, or it is the function of the library with that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.program.translating import Language


class Backend(NamedTuple):
    """A library of arrays.

    module      how its functions are reached: np, jnp, torch
    array       the type of an array in annotations
    imports     what a text with a certain word in it needs
    functions   names that differ
    helpers     functions of our own, by name without the underscore before it
    convert     the statement that makes an array of an argument {0}; empty where none is needed
    convert_all a helper that gives all such arguments one type of numbers, for programs that compute in place
    convert_scalar  the same of a scalar; {1} is the type of numbers of an array, or *default_type*
    like        keywords that give a new array the type of numbers of an array a; *unlike* where there is none
    scalar      the type of a scalar in annotations
    lifts       whether functions take no numbers of Python
    in_place    whether arrays may be changed
    expands     whether weighted squares of distances are multiplied out, which has to be tested for lost digits
    reuses      whether what is needed no longer gives its memory to what comes next
    halves      whether ZᵀZ is computed with half the work
    vectors_first  whether vᵀX takes less time than Xᵀv
    loop        how loops are written: into arrays in place, by a scan, or into a list
    language    how the source is translated, where it is no Python
    reserved    names that arguments cannot have
    kinds       what stands for factorisations that the library does not have
    """

    module: str
    array: str
    imports: Mapping[str, str]
    functions: Mapping[str, str]
    helpers: Mapping[str, str]
    convert: str = ""
    convert_all: str = ""
    convert_scalar: str = ""
    default_type: str = ""
    like: Mapping[str, str] = {}
    unlike: Mapping[str, str] = {}
    scalar: str = "float"
    lifts: bool = False
    in_place: bool = False
    expands: bool = False
    reuses: bool = False
    halves: bool = False
    vectors_first: bool = False
    loop: str = "in place"
    kinds: Mapping[str, str] = {}
    language: Language | None = None
    reserved: frozenset[str] = frozenset()


HEADS = {  # what helpers take and what they give, in all libraries
    "floats": ("*given", "Arrays of numbers of one type, which is no integer; arrays of dask stay such arrays."),
    "relu": ("a", "The positive part."),
    "indicator": ("holds, a", "1 where something holds, else 0, in numbers as those of an array."),
    "sigmoid": ("a", "1/(1 + exp(−a)), which does not overflow."),
    "sigmoid_slope": ("a", "The derivative of 1/(1 + exp(−a)), with all its digits."),
    "softplus": ("a", "log(1 + exp(a)), which does not overflow."),
    "norm": ("a", "The root of the sum of the squares, which does not overflow."),
    "square_distances": ("a, b", "The squares of the distances between the rows of two matrices."),
    "weighted_square_distances": (
        "total, large, w, a, b",
        "Σ wᵢⱼ‖aᵢ − bⱼ‖²: the total that large has lost something to, unless it has lost most of it.",
    ),
    "repeated": ("a, shape", "An array repeated along further axes."),
    "with_sign": ("v", "±v, whose largest entry is positive."),
    "eigenvectors": ("a", "The eigenvectors of a symmetric matrix, whose largest entries are positive."),
    "logm": ("a", "The logarithm of a matrix."),
    "sqrtm": ("a", "The square root of a matrix."),
    "expm_frechet": ("a, b", "The derivative of exp(A) in the direction B."),
    "swapped": ("a", "The transposes of matrices."),
    "dilated": ("a, s", "Zeros between the entries, which are s places from each other."),
    "correlate_every": ("a, k, s", "The correlation with a kernel at every s-th place."),
    "windows": ("a, p, s", "The parts of p entries, s places from each other, as rows."),
    "patches": ("a, p, q, s", "The parts of p × q entries, s places from each other, as rows, columns stacked."),
    "batch_logdet": ("a", "The logarithms of the determinants."),
    "cholesky": ("a", "The lower factor of a positive definite matrix, zeros above."),
    "cholesky_solve": ("c, b", "A⁻¹B by the factor of A."),
    "cholesky_inverse": ("c", "A⁻¹ by the factor of A."),
    "cholesky_logdet": ("c", "log |A| by the factor of A."),
    "cholesky_det": ("c", "|A| by the factor of A."),
    "lu": ("a", "The factors of Aᵀ, whose entries lie in the order of Fortran, and the rows that were exchanged."),
    "lu_solve": ("f, b", "A⁻¹B by the factors of lu."),
    "symmetric": ("a", "The lower factor of a positive definite matrix, or the factors of another symmetric one."),
    "symmetric_solve": ("f, b", "A⁻¹B by the factors of A."),
    "symmetric_inverse": ("f", "A⁻¹ by the factors of A."),
    "symmetric_logdet": ("f", "log |det A| by the factors of A."),
    "symmetric_det": ("f", "det A by the factors of A."),
    "lu_solve_transposed": ("f, b", "A⁻ᵀB by the factors of lu."),
    "lu_inverse": ("f", "A⁻¹ by the factors of lu."),
    "lu_logdet": ("f", "log |det A| by the factors of lu."),
    "lu_det": ("f", "det A by the factors of lu."),
    "polar": ("a", "The orthogonal part of a matrix of any shape, as a tuple of one."),
    "convolve2d": ("a, k, mode", "The convolution of matrices."),
    "correlate2d": ("a, k, mode", "The correlation of matrices."),
    "vdot": ("a, b", "The sum of the products of the entries."),
    "flip": ("a", "The entries in the opposite order along all axes."),
    "gamma": ("a", "Γ(a) for a > 0."),
    "svd": ("a", "The singular value decomposition."),
    "pad": ("a, widths", "Zeros around an array."),
    "convolve": ("a, k, mode", "The convolution of vectors."),
    "correlate": ("a, k, mode", "The correlation of vectors."),
}
for _kind in ("lower", "upper"):
    HEADS |= {
        f"{_kind}_solve": ("a, b", "A⁻¹B for a triangular A."),
        f"{_kind}_solve_transposed": ("a, b", "A⁻ᵀB for a triangular A."),
        f"{_kind}_inverse": ("a", "A⁻¹ for a triangular A."),
        f"{_kind}_logdet": ("a", "log |det A| for a triangular A."),
        f"{_kind}_det": ("a", "det A for a triangular A."),
    }


FUNCTIONS = {  # what all libraries of Python call so
    "max_all": "max", "min_all": "min", "prod_all": "prod", "prod_along": "prod", "abs": "abs", "flipped": "flip",
    "batch_inverse": "linalg.inv", "batch_det": "linalg.det", "solve_each": "linalg.solve", "pinv": "linalg.pinv",
    "eigh": "linalg.eigh", "eigvalsh": "linalg.eigvalsh", "matrix_power": "linalg.matrix_power",
    "matrix_norm": "linalg.norm",
}  # fmt: skip

HELPERS = {  # what all libraries of Python say so, for the name of the library in the place of LIBRARY
    "indicator": "LIBRARY.asarray(holds, dtype=LIBRARY.result_type(a, LIBRARY.float32))",
    "with_sign": "v * LIBRARY.sign(v[LIBRARY.argmax(LIBRARY.abs(v))])",
    "eigenvectors": """
    q = LIBRARY.linalg.eigh(a)[1]
    return q * LIBRARY.sign(q[LIBRARY.argmax(LIBRARY.abs(q), 0), LIBRARY.arange(len(q))])""",
    "swapped": "LIBRARY.swapaxes(a, -1, -2)",
    "batch_logdet": "LIBRARY.linalg.slogdet(a)[1]",
    "cholesky_logdet": "2 * LIBRARY.log(c.diagonal()).sum()",
    "cholesky_det": "c.diagonal().prod() ** 2",
    "lu_logdet": "LIBRARY.log(LIBRARY.abs(f[0].diagonal())).sum()",
}
for _kind in ("lower", "upper"):
    HELPERS |= {
        f"{_kind}_logdet": "LIBRARY.log(LIBRARY.abs(a.diagonal())).sum()",
        f"{_kind}_det": "a.diagonal().prod()",
    }

WITHOUT_VIEWS = {  # where no array shows the entries of another in other axes, and distances have no function
    "square_distances": "LIBRARY.sum((a[:, None, :] - b) ** 2, -1)",
    "polar": """
    u, _, v = LIBRARY.linalg.svd(a, full_matrices=False)
    return (u @ v,)""",
    "windows": "a[LIBRARY.arange(0, len(a) - p + 1, s)[:, None] + LIBRARY.arange(p)]",
    "patches": """
    i = LIBRARY.arange(0, a.shape[0] - p + 1, s)[:, None] + LIBRARY.arange(p)
    j = LIBRARY.arange(0, a.shape[1] - q + 1, s)[:, None] + LIBRARY.arange(q)
    return LIBRARY.reshape(a[i[None, :, None, :], j[:, None, :, None]], (-1, p * q))""",
}


def functions(module: str, own: Mapping[str, str]) -> dict[str, str]:
    """The names of functions in a library, its *own* beside those that all libraries share."""
    return {name: f"{module}.{other}" for name, other in FUNCTIONS.items()} | dict(own)


def helpers(module: str, own: Mapping[str, str]) -> dict[str, str]:
    """Functions with their heads, of which it is said what they return, or all lines; the *own* ones come first."""
    texts = {}
    for name, body in (HELPERS | dict(own)).items():
        body = body.replace("LIBRARY", module)
        arguments, gives = HEADS[name]
        lines = body if body.startswith("\n") else f"\n    return {body}"
        texts[name] = f'def _{name}({arguments}):\n    """{gives}"""{lines}'
    return texts
