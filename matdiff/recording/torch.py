"""PyTorch where it differs from NumPy: its own names, and methods with its own arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.recording.arrays import (
    FUNCTIONS,
    OF_TORCH,
    UFUNCS,
    Declared,
    Operation,
    Traced,
    as_traced,
    extent_of,
    lift,
    refuse,
)
from matdiff.recording.axes import broadcast_to, copy, diag, expand_dims, eye, full, ones, reshape, swapaxes, zeros
from matdiff.recording.linear import matrix_norm, norm, vector_norm
from matdiff.recording.operations import matmul
from matdiff.recording.places import item
from matdiff.recording.reductions import axes_of, clip, deviation, largest, smallest, variance
from matdiff.recording.stacking import concatenate, flipped, tile
from matdiff.records import NamedTuple


def torch(*names: str) -> Callable[[Declared], Declared]:
    """Declares what functions and methods of PyTorch with these names mean."""

    def declare(operation: Declared) -> Declared:
        OF_TORCH.update(dict.fromkeys(names, operation))
        return operation

    return declare


def sizes(shape: tuple[Any, ...]) -> Any:
    """A shape, given as one argument or as several."""
    return shape[0] if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape


# ---- constants ------------------------------------------------------------------------------------------


@torch("ones")
def ones_(*shape: Any, dtype: Any = None, device: Any = None) -> Traced:
    return ones(sizes(shape))


@torch("zeros", "empty")
def zeros_(*shape: Any, dtype: Any = None, device: Any = None) -> Traced:
    return zeros(sizes(shape))


@torch("eye")
def eye_(n: Any, m: Any = None, dtype: Any = None, device: Any = None) -> Traced:
    return eye(n, m)


@torch("full")
def full_(size: Any, fill_value: Any, dtype: Any = None) -> Traced:
    return full(size, fill_value)


# ---- statistics ------------------------------------------------------------------------------------------


def freedom(unbiased: Any, correction: Any) -> int:
    """How many degrees of freedom are lost: one, unless the call says otherwise."""
    return int(correction) if unbiased is None else int(bool(unbiased))


@torch("var")
def var(a: Any, axis: Any = None, unbiased: Any = None, correction: Any = 1, keepdims: bool = False) -> Traced:
    if isinstance(axis, bool):
        axis, unbiased = None, axis
    return variance(a, axis_of(axis), ddof=freedom(unbiased, correction), keepdims=keepdims)


@torch("std")
def std(a: Any, axis: Any = None, unbiased: Any = None, correction: Any = 1, keepdims: bool = False) -> Traced:
    if isinstance(axis, bool):
        axis, unbiased = None, axis
    return deviation(a, axis_of(axis), ddof=freedom(unbiased, correction), keepdims=keepdims)


def axis_of(axis: Any) -> Any:
    """A list of axes as a tuple."""
    return tuple(axis) if isinstance(axis, list) else axis


class Extreme(NamedTuple):
    """What x.max(dim) gives."""

    values: Traced
    indices: Any


def extreme(of_entries: str, along: Any) -> Operation:
    """torch.max of all entries, along an axis, or of two arrays."""

    def meaning(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if isinstance(axis, Traced):
            return UFUNCS[of_entries](lift(a), axis)
        found = along(a, axis, keepdims=keepdims)
        return found if axis is None else Extreme(found, None)

    return meaning


OF_TORCH["max"], OF_TORCH["min"] = extreme("maximum", largest), extreme("minimum", smallest)


@torch("norm")
def norm_(a: Any, p: Any = "fro", axis: Any = None, keepdims: bool = False) -> Traced:
    if axis is None:
        return vector_norm(a, ord=2 if p == "fro" else p, keepdims=keepdims) if p != "nuc" else matrix_norm(a, ord=p)
    return norm(a, 2 if p == "fro" else p, axis, keepdims)


@torch("linalg.norm")
def linalg_norm(A: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Traced:
    return norm(A, ord, axis_of(axis), keepdims)


@torch("linalg.vector_norm")
def linalg_vector_norm(x: Any, ord: Any = 2, axis: Any = None, keepdims: bool = False) -> Traced:
    return vector_norm(x, axis=axis_of(axis), keepdims=keepdims, ord=ord)


@torch("dist")
def dist(a: Any, b: Any, p: Any = 2) -> Traced:
    return norm_(lift(a) - lift(b), p)


# ---- products --------------------------------------------------------------------------------------------


@torch("addmm", "addmv")
def addmm(c: Any, a: Any, b: Any, beta: Any = 1, alpha: Any = 1) -> Traced:
    product = matmul(lift(a), lift(b))
    return lift(beta) * lift(c) + lift(alpha) * product if (beta, alpha) != (1, 1) else lift(c) + product


# ---- axes --------------------------------------------------------------------------------------------------


@torch("t")
def t(a: Any) -> Traced:
    return lift(a).T


@torch("permute")
def permute(a: Any, *dims: Any) -> Traced:
    return as_traced(FUNCTIONS["transpose"](a, sizes(dims)))


@torch("view", "reshape")
def view(a: Any, *shape: Any) -> Traced:
    return reshape(a, sizes(shape))


@torch("flatten")
def flatten(a: Any, start_dim: int = 0, end_dim: int = -1) -> Traced:
    x = lift(a)
    first, last = start_dim % x.ndim, end_dim % x.ndim
    return reshape(x, (*x.shape[:first], -1, *x.shape[last + 1 :]))


@torch("contiguous", "requires_grad_")
def same(a: Any) -> Traced:
    return lift(a)


@torch("clone", "float", "double", "to", "type_as")
def clone(a: Any, *types: Any, **options: Any) -> Traced:
    return copy(a)


@torch("expand")
def expand(a: Any, *shape: Any) -> Traced:
    x = lift(a)
    asked = sizes(shape)
    lengths = (ONE,) * (len(asked) - x.ndim) + x.lengths
    kept = [length if k == -1 else extent_of(k) for k, length in zip(asked, lengths, strict=True)]
    return as_traced(FUNCTIONS["broadcast_to lengths"](x, tuple(kept)))


@torch("expand_as")
def expand_as(a: Any, other: Any) -> Traced:
    return broadcast_to(a, lift(other).shape)


@torch("repeat")
def repeat(a: Any, *counts: Any) -> Traced:
    return tile(a, sizes(counts))


@torch("dim")
def dim(a: Any) -> int:
    return lift(a).ndim


# ---- arrays put together and taken apart -----------------------------------------------------------------


@torch("split")
def split(a: Any, size: Any, axis: int = 0) -> tuple[Traced, ...]:
    """Parts of a size; NumPy's split takes the number of parts."""
    x = lift(a)
    (axis,) = axes_of(x, axis)
    length = x.lengths[axis].number
    if isinstance(size, int):
        if length is None:
            refuse(f"the division of the symbolic length {x.lengths[axis]}")
        size = [min(size, length - k) for k in range(0, length, size)]
    return parts_of(x, list(size), axis)


@torch("chunk")
def chunk(a: Any, chunks: int, axis: int = 0) -> tuple[Traced, ...]:
    x = lift(a)
    (axis,) = axes_of(x, axis)
    length = x.lengths[axis].number
    if length is None:
        refuse(f"the division of the symbolic length {x.lengths[axis]}")
    return split(x, -(-length // chunks), axis)


def parts_of(x: Traced, counts: list[Any], axis: int) -> tuple[Traced, ...]:
    """Consecutive parts of some lengths."""
    found, start = [], 0
    for count in counts:
        found.append(item(x, (*[slice(None)] * axis, slice(start, start + count))))
        start = start + count
    return tuple(found)


@torch("unbind")
def unbind(a: Any, axis: int = 0) -> tuple[Traced, ...]:
    return tuple(iter(lift(a) if axis == 0 else lift(a).T))


@torch("index_select")
def index_select(a: Any, axis: int, index: Any) -> Traced:
    return item(lift(a), (*[slice(None)] * (axis % lift(a).ndim), index))


@torch("narrow")
def narrow(a: Any, axis: int, start: Any, length: Any) -> Traced:
    return item(lift(a), (*[slice(None)] * axis, slice(start, start + length)))


@torch("select")
def select(a: Any, axis: int, index: Any) -> Traced:
    return item(lift(a), (*[slice(None)] * axis, index))


@torch("unfold")
def unfold(a: Any, axis: int, size: int, step: int) -> Traced:
    """Windows along an axis, in a new last axis."""
    return as_traced(FUNCTIONS["windows"](lift(a), axis, size, step))


@torch("flip")
def flip_(a: Any, *dims: Any) -> Traced:
    return flipped(a, tuple(sizes(dims)) if isinstance(sizes(dims), (list, tuple)) else dims)


@torch("masked_fill")
def masked_fill(a: Any, mask: Any, value: Any) -> Any:
    return FUNCTIONS["where"](mask, value, a)


@torch("bool")
def bool_(a: Any) -> Traced:
    return UFUNCS["not_equal"](lift(a), lift(0))


def method(name: str) -> Operation | None:
    """A method of tensors: a function of PyTorch of that name."""
    for home in ("", "nn.", "linalg.", "special."):
        operation = OF_TORCH.get(home + name) or FUNCTIONS.get(home + name)
        if operation is not None:
            return operation
    if name in UFUNCS:
        return lambda *arrays: UFUNCS[name](*map(lift, arrays))
    return None


FUNCTIONS["method of torch"] = method

OF_TORCH.update(
    {
        "amax": largest,
        "amin": smallest,
        "tensor": FUNCTIONS["array"],
        "as_tensor": FUNCTIONS["array"],
        "clamp": clip,
        "clamp_min": clip,
        "ger": FUNCTIONS["outer"],
        "transpose": swapaxes,
        "swapdims": swapaxes,
        "unsqueeze": expand_dims,
        "numel": FUNCTIONS["size"],
        "cat": concatenate,
        "diag_embed": diag,
        "diagflat": diag,
    }
)  # what NumPy has under another name; the rest is found under its own

OWN_NAMES = {
    "mul": "multiply", "sub": "subtract", "div": "divide", "neg": "negative", "pow": "power", "gt": "greater",
    "ge": "greater_equal", "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal",
    "mm": "matmul", "bmm": "matmul", "mv": "matmul",
}  # fmt: skip
for _name, _other in OWN_NAMES.items():
    UFUNCS.setdefault(_name, UFUNCS[_other])

OPTIONS = {
    "dim": "axis", "dims": "axis", "keepdim": "keepdims", "diagonal": "k", "shifts": "shift",
    "dim0": "axis1", "dim1": "axis2",
}  # fmt: skip
FIRST, SECOND = ("input", "tensors", "tensor", "self"), ("other", "target")  # places of arrays that have a name
IGNORED = ("dtype", "device", "requires_grad", "memory_format")


def in_places(arguments: Any, options: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arrays that have a name at their places, and the other options: sub(x, other=y) is sub(x, y)."""
    first, second = ([options[k] for k in names if k in options] for names in (FIRST, SECOND))
    rest = {k: v for k, v in options.items() if k not in (*FIRST, *SECOND)}
    return (*first, *arguments, *second), rest


def in_words_of_numpy(arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The arguments of a function of PyTorch under NumPy's names."""
    placed, rest = in_places(arguments, options)
    kept = {OPTIONS.get(k, k): v for k, v in rest.items() if k not in IGNORED}
    return placed, {k: tuple(v) if k == "axis" and isinstance(v, list) else v for k, v in kept.items()}


FUNCTIONS["arguments of torch"] = in_words_of_numpy
