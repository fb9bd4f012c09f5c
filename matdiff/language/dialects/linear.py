"""Functions of arrays by name: arithmetic, linear algebra, and what changes their axes."""

from __future__ import annotations

from functools import reduce
from typing import Any

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.operators.abbreviations import count
from matdiff.errors import AmbiguityError, UnsupportedError
from matdiff.language.dialects import PATHS, arrays, classes, loops, recorded
from matdiff.language.dialects.arrays import Site, axes_of, entrywise, lengths_of, made
from matdiff.language.dialects.functions import TABLE, as_recorded, function, is_torch, of_matrices
from matdiff.language.doubtful_code import names_in
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED
from matdiff.recording.arrays import UFUNCS, Traced
from matdiff.recording.hints import CONSTANT

# ---- arithmetic by name -----------------------------------------------------------------------------

TABLE |= {
    "multiply": arrays.times,
    "divide": arrays.over,
    "power": arrays.power,
    "matmul": arrays.matmul,
    "negative": arrays.negative,
    "item": arrays.item,
}


@function("transpose")
def transpose(site: Site, a: Typed, *order: Any) -> Typed:
    """A.T, A.transpose(0, 1) of PyTorch, np.transpose(A, (1, 0))"""
    return as_recorded("transpose")(site, a, *order) if order else arrays.transpose(site, a)


@function("add", "subtract")
def add(site: Site, a: Typed, b: Typed, alpha: Typed | None = None) -> Typed:
    """A + B, A − B"""
    if alpha is not None:
        b = made(site, lengths_of(b), [alpha, b], UFUNCS["multiply"])
    return entrywise("subtract" if site.node.value.name in ("subtract", "sub") else "add")(site, a, b)


TABLE["clip"] = TABLE["clamp"] = recorded.typed_by(RECORDED["clip"], "clip")

# ---- linear algebra ---------------------------------------------------------------------------------


TABLE["mv"] = as_recorded("matmul")


@function("dot")
def dot(site: Site, a: Typed, b: Typed) -> Typed:
    """xᵀy of vectors, the product of matrices"""
    if lengths_of(a) and lengths_of(b):
        return arrays.matmul(site, a, b)
    site.attempt.penalty(site.node, 5, a, b)  # nobody writes it for a multiple
    return arrays.times(site, a, b)


@function("mm")
def product_of_matrices(site: Site, a: Typed, b: Typed) -> Typed:
    """AB, of matrices only"""
    if not axes_of(a) == axes_of(b) == 2:
        raise site.misfit(f"mm takes two matrices: {site.shown(a)}, {site.shown(b)}", "write @ for other products")
    return arrays.matmul(site, a, b)


@function("bmm", "baddbmm")
def product_of_stacks(site: Site, *operands: Typed) -> Typed:
    raise site.misfit(f"{site.node.value.name} is of arrays with three axes, which are not known", "write A @ B")


of_outer = recorded.typed_by(RECORDED["outer"], "outer")


@function("outer", "ger")
def outer(site: Site, a: Typed, b: Typed) -> Typed:
    """xyᵀ, which nobody writes for a multiple"""
    for number in [x for x in (a, b) if x.is_scalar]:
        site.attempt.penalty(site.node, 5, number)
    return of_outer(site, a, b)


TABLE["inner"] = recorded.typed_by(RECORDED["inner"], "inner")
TABLE["vdot"] = TABLE["vecdot"] = recorded.typed_by(RECORDED["vdot"], "vdot", same=True)


@function("slogdet[0]")
def sign_of_determinant(site: Site, a: Typed) -> Typed:
    """slogdet(A)[0], the sign of det A"""
    return made(site, (), [of_matrices(site, a, name="det")], UFUNCS["sign"])


@function("slogdet")
def pair_of_slogdet(site: Site, a: Typed) -> Typed:
    raise site.misfit("slogdet gives a pair", "slogdet(A)[1] is the logarithm")


@function("cholesky")
def cholesky(site: Site, a: Typed, lower: bool | None = None, upper: bool = False, **options: Any) -> Typed:
    """L of LLᵀ = A; SciPy gives Lᵀ unless it is asked for the lower one"""
    module = site.node.value.module
    if not module and lower is None and not is_torch(site, site.node.value):
        hint = "write np.linalg.cholesky(A), or cholesky(A, lower=True)"
        raise site.misfit("cholesky gives the lower factor in NumPy and the upper one in SciPy", hint, AmbiguityError)
    is_scipy = "scipy" in f"{PATHS[module.partition('.')[0]]}.{module}" if module else lower is not None
    factor = of_matrices(site, a, name="cholesky")
    return arrays.transpose(site, factor) if upper or (is_scipy and not lower) else factor


# ---- shapes -----------------------------------------------------------------------------------------


SAME = "norm vector_norm matrix_norm unsqueeze expand_dims squeeze hstack vstack concatenate concat cat"
TABLE |= {name: as_recorded(name) for name in SAME.split()}


@function("flip")
def reverse(site: Site, a: Typed) -> Typed:
    """the entries from the last to the first, along all axes"""
    if is_torch(site, site.node.value):
        raise site.misfit("torch.flip has axes, which are not known")
    return of_matrices(site, a, name="flip")


@function("len", "shape[0]", "shape[1]", "shape[-1]", "shape[-2]", "shape", "size", "numel")
def extent(site: Site, a: Typed, dim: Typed | None = None) -> Typed:
    """len(x), X.shape[0] and X.size(0) of PyTorch, as a number; how many entries an array has"""
    name: str = site.node.value.name
    if (said := recorded.size_said(site.node)) is not None:
        return made(site, (), [a], lambda x: Traced(count(site.attempt.resolve(said, site.node, "a size")), ()))
    if name in ("size", "numel") and dim is None:
        return made(site, (), [a], lambda x: Traced(count(reduce(lambda m, n: m * n, x.lengths, ONE)), ()))
    if name == "shape" or a.is_scalar:
        raise site.misfit("shape gives a pair", "write X.shape[0]")
    raise site.misfit(f"{site.shown(a)} has no axis {name[6:-1] or site.attempt.written(site.node.parts[-1])}")


@function(classes.PICKED)
def entries_by_label(site: Site, a: Typed, labels: Typed, number: Typed | None = None) -> Typed:
    """(Y ∘ A)1, an entry of each row; the labels are as many as the rows"""
    recorded.require_equal(site, a, labels)
    product = made(site, lengths_of(a), [a, labels], UFUNCS["multiply"])
    require_size(site, number, product.rows)
    return made(site, (product.rows,), [product], lambda x: RECORDED["sum"](x, axis=1))


@function(classes.ONE_HOT, classes.ROWS)
def rows_of_labels(site: Site, labels: Typed, number: Typed | None = None) -> Typed:
    """Y, with a column for every class, or a row for every one of a number of labels"""
    require_size(site, number, labels.cols if site.node.value.name == classes.ONE_HOT else labels.rows)
    return copy(site, labels)


def require_size(site: Site, number: Typed | None, length: Size) -> None:
    """A number of labels or classes is that of an axis."""
    said = number and (recorded.size_said(number.node) or recorded.size_written(number.node))
    if number and not (said and site.unify(said, length)):
        raise site.misfit(f"{site.attempt.written(number.node)} is not the size of the labels")


@function("view_as", "reshape_as", "expand_as")
def like_another(site: Site, a: Typed, other: Typed) -> Typed:
    """the array itself, which has the shape of another one"""
    recorded.require_equal(site, a, other)
    return copy(site, a)


@function(loops.TOLD)
def told(site: Site, place: Typed, term: Typed) -> Typed:
    """the term itself, which stands behind what has a place in every round of its loop"""
    bound = site.attempt.bound
    if others := names_in(bound, place.node) - names_in(bound, term.node) - {*bound.declared}:
        raise site.misfit(f"nothing of {others.pop()} stands in the rounds of the loop")
    return copy(site, term)


@function("detach", "stop_gradient")
def held(site: Site, a: Typed) -> Typed:
    """the array itself, where it is known by what is derived, and has none of that"""
    bound = site.attempt.bound
    if not bound.wrt or bound.wrt & names_in(bound, site.node):
        raise site.misfit(f"{site.attempt.shown(a)} is not to be derived, though it varies", CONSTANT, UnsupportedError)
    return copy(site, a)


@function("copy", "asarray", "array")
def copy(site: Site, a: Typed) -> Typed:
    """the array itself"""
    return made(site, lengths_of(a), [a], lambda x: x)
