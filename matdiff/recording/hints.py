"""What to write instead of an operation that cannot be recorded."""

from __future__ import annotations

from matdiff.errors import UnsupportedError

COMPARE = "Branches depend on values; np.where, np.maximum and np.clip say what most of them are for."
JUMPS = "It jumps, and is constant between its jumps: there is nothing to derive."
ONE_VALUE = "An expression stands for all values at once: leave the conversion out."
CONSTANT = "What is not to vary is a parameter of its own, by which nothing is derived."
OTHER = "What it computes from functions that are known can be recorded; what is not to vary is a parameter."
CHECK = "A check of values is no part of the formula: leave it out."
ORDER = "The order of the entries depends on the values; the largest is max(x)."
COMPARISONS = ("less", "greater", "equal", "not_equal", "logical")  # how their names begin
HINTS = {
    **dict.fromkeys(("detach", "stop_gradient"), CONSTANT),
    **dict.fromkeys(("all", "any", "isnan", "isfinite", "isinf", "allclose", "array_equal", "isclose"), CHECK),
    **dict.fromkeys(("histogram", "digitize", "bincount"), JUMPS),
    **dict.fromkeys(("fft", "ifft", "rfft", "fft2"), "Its values are complex numbers."),
    **dict.fromkeys(("interp", "piecewise", "select"), "Which piece is taken depends on the values; np.where has two."),
    **dict.fromkeys(
        ("apply_along_axis", "vectorize", "frompyfunc"), "A list of the rows, [f(row) for row in X], can be."
    ),
    "qr": "np.linalg.cholesky(A.T @ A).T is R but for signs.",
    **dict.fromkeys(("item", "tolist", "numpy"), ONE_VALUE),
    **dict.fromkeys(("round", "rint", "floor", "ceil", "trunc", "fix", "astype", "mod", "remainder", "fmod"), JUMPS),
    **dict.fromkeys(("argmax", "argmin", "argsort", "sort", "sorted", "unique", "searchsorted", "mode", "topk"), ORDER),
    **dict.fromkeys(("median", "percentile", "quantile", "nanmedian"), "Which entry it is depends on the values."),
    "eig": "np.linalg.eigvalsh has the eigenvalues of a symmetric matrix.",
    "eigvals": "np.linalg.eigvalsh has the eigenvalues of a symmetric matrix.",
    "pdist": "scipy.spatial.distance.cdist(X, X) has the distances of all pairs.",
    "svd": "Of singular values there are norm_nuc(A) and norm_spec(A): np.linalg.norm(A, 'nuc'), norm(A, 2).",
}


class NoSuchAttribute(UnsupportedError, AttributeError):
    """Something that arrays have and traced arrays have not; ``hasattr`` answers no."""


def hint_for(name: str) -> str:
    """What to write instead of a function."""
    last = name.rpartition(".")[2]
    return COMPARE if last.startswith(COMPARISONS) else HINTS.get(last, OTHER)
