"""An array: its numbers in one list, row after row, and its shape."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from typing import Any

from matdiff.arrays.places import Shape, broadcast_shapes, divided, inside, power, spread, strides, transposed
from matdiff.records import NamedTuple

MASK = 2**64 - 1


class Kind(NamedTuple):
    """What the entries of an array are."""

    kind: str
    type: type

    def __eq__(self, other: object) -> bool:
        return self.kind == of_type(other).kind

    def __hash__(self) -> int:
        return hash(self.kind)

    def __call__(self, value: Any) -> Any:
        """A number of this kind."""
        return array(value, self)


FLOAT, INTEGER, BOOL, UINT64 = Kind("f", float), Kind("i", int), Kind("b", bool), Kind("u", int)
COMPLEX = Kind("c", complex)
float64, uint64, intp, bool_ = FLOAT, UINT64, int, bool
integer = int
RANK = "biufc"


def of_type(type_: Any) -> Kind:
    """The kind that a type of Python or of an array stands for."""
    if isinstance(type_, Kind):
        return type_
    return {float: FLOAT, int: INTEGER, bool: BOOL}.get(type_, FLOAT)


def real_kind(kind: Kind) -> Kind:
    """What the size of a number of a kind is."""
    return FLOAT if kind is COMPLEX else kind


class float_(float):
    """A number by itself, which has what arrays without axes have."""

    __slots__ = ()
    shape, ndim, size, dtype = (), 0, 1, FLOAT

    def item(self) -> float:
        return float(self)

    def reshape(self, *shape: Any) -> Any:
        return array(self).reshape(*shape)

    def __truediv__(self, other: Any) -> Any:
        return divided(float(self), float(other)) if isinstance(other, (int, float)) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return divided(float(other), float(self)) if isinstance(other, (int, float)) else NotImplemented


def arithmetic(f: Callable[[Any, Any], Any], kind: Callable[..., Any] = lambda *_: None) -> tuple[Any, Any]:
    """An operator of arrays, whose results are of a kind, and the same with the sides exchanged."""
    return lambda a, b: combined(f, a, b, kind()), lambda a, b: combined(f, b, a, kind())


class ndarray:
    """An array of any number of axes.

    >>> a = array([[1, 2, 3], [4, 5, 6]])
    >>> (a[:, ::-1] * a[0])[..., None].shape, a[a > 2].tolist(), (a @ a.T).tolist()
    ((2, 3, 1), [3, 4, 5, 6], [[14, 32], [32, 77]])
    """

    __slots__ = ("dtype", "flat", "shape")

    def __init__(self, flat: list[Any], shape: Shape, dtype: Kind) -> None:
        self.flat, self.shape, self.dtype = flat, shape, dtype

    __add__, __radd__ = arithmetic(operator.add)
    __sub__, __rsub__ = arithmetic(operator.sub)
    __mul__, __rmul__ = arithmetic(operator.mul)
    __truediv__, __rtruediv__ = arithmetic(lambda a, b: divided(a, b), lambda *_: FLOAT)
    __floordiv__, __rfloordiv__ = arithmetic(operator.floordiv)
    __mod__, __rmod__ = arithmetic(operator.mod)
    __pow__, __rpow__ = arithmetic(lambda a, b: power(a, b))
    __and__, __rand__ = arithmetic(operator.and_)
    __or__, __ror__ = arithmetic(operator.or_)
    __xor__, __rxor__ = arithmetic(operator.xor)
    __rshift__, __rrshift__ = arithmetic(operator.rshift)
    __lt__, _ = arithmetic(operator.lt, lambda *_: BOOL)
    __le__, _ = arithmetic(operator.le, lambda *_: BOOL)
    __gt__, _ = arithmetic(operator.gt, lambda *_: BOOL)
    __ge__, _ = arithmetic(operator.ge, lambda *_: BOOL)
    __eq__, _ = arithmetic(operator.eq, lambda *_: BOOL)
    __ne__, _ = arithmetic(operator.ne, lambda *_: BOOL)
    __hash__ = object.__hash__

    def __neg__(self) -> ndarray:
        return ndarray([-x for x in self.flat], self.shape, self.dtype)

    def __abs__(self) -> ndarray:
        return ndarray([abs(x) for x in self.flat], self.shape, real_kind(self.dtype))

    def __invert__(self) -> ndarray:
        flipped = [not x for x in self.flat] if self.dtype is BOOL else [~x for x in self.flat]
        return ndarray(flipped, self.shape, self.dtype)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise ModuleNotFoundError(f"arrays on lists have no {name}", name=f"numpy.ndarray.{name}")

    # ---- what it is ---------------------------------------------------------------------------------

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return len(self.flat)

    @property
    def real(self) -> ndarray:
        return ndarray([x.real for x in self.flat], self.shape, real_kind(self.dtype))

    @property
    def imag(self) -> ndarray:
        return ndarray([x.imag for x in self.flat], self.shape, real_kind(self.dtype))

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(self.shape[0]))

    def item(self) -> Any:
        (value,) = self.flat
        return value

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return operator.index(self.item())

    def __bool__(self) -> bool:
        return bool(self.item())

    def __format__(self, form: str) -> str:
        return format(self.item(), form)

    def __repr__(self) -> str:
        return f"array({self.tolist()})"

    def tolist(self) -> Any:
        if not self.shape:
            return self.flat[0]
        return [a.tolist() if isinstance(a, ndarray) else a for a in self]

    def setflags(self, write: bool = True) -> None:
        """Nothing: who writes into an array has to know it."""

    def astype(self, type_: Any, copy: bool = True) -> ndarray:
        kind = of_type(type_)
        return self if kind == self.dtype and not copy else ndarray([kind.type(x) for x in self.flat], self.shape, kind)

    def copy(self) -> ndarray:
        return ndarray(self.flat[:], self.shape, self.dtype)

    # ---- its axes -----------------------------------------------------------------------------------

    def reshape(self, *shape: Any) -> ndarray:
        lengths = tuple(shape[0]) if len(shape) == 1 and not isinstance(shape[0], int) else tuple(map(int, shape))
        if -1 in lengths:
            known = prod(n for n in lengths if n != -1)
            lengths = tuple(len(self.flat) // max(known, 1) if n == -1 else n for n in lengths)
        if prod(lengths) != len(self.flat):
            raise ValueError(f"{self.shape} cannot be {lengths}")
        return ndarray(self.flat, lengths, self.dtype)

    def ravel(self) -> ndarray:
        return ndarray(self.flat, (len(self.flat),), self.dtype)

    def transpose(self, *axes: Any) -> ndarray:
        order = tuple(axes[0]) if len(axes) == 1 and not isinstance(axes[0], int) else axes
        order = tuple(k % self.ndim for k in order) if order else tuple(reversed(range(self.ndim)))
        flat = self.flat
        lengths = tuple(self.shape[k] for k in order)
        return ndarray([flat[k] for k in transposed(self.shape, order)], lengths, self.dtype)

    @property
    def T(self) -> ndarray:
        return self.transpose()

    def swapaxes(self, a: int, b: int) -> ndarray:
        order = list(range(self.ndim))
        order[a], order[b] = order[b], order[a]
        return self.transpose(*order)

    # ---- its parts ----------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        offsets, lengths = chosen(self.shape, key)
        flat = self.flat
        if not lengths and not (isinstance(key, tuple) and Ellipsis in [k for k in key if k is Ellipsis]):
            return number(flat[offsets[0]], self.dtype)
        return ndarray([flat[k] for k in offsets], lengths, self.dtype)

    def __setitem__(self, key: Any, value: Any) -> None:
        offsets, lengths = chosen(self.shape, key)
        given = array(value)
        spread = given.flat if given.shape == lengths else broadcast_to(drop(given, len(lengths)), lengths).flat
        for k, x in zip(offsets, spread, strict=True):
            self.flat[k] = self.dtype.type(x)


def drop(a: ndarray, axes: int) -> ndarray:
    """An array without leading axes of length 1 that are too many."""
    return a.reshape(a.shape[a.ndim - axes :]) if a.ndim > axes else a


def number(value: Any, kind: Kind) -> Any:
    """An entry by itself."""
    return float_(value) if kind is FLOAT else array(value, UINT64) if kind is UINT64 else value


# ---- arrays of values ---------------------------------------------------------------------------------


def array(value: Any, dtype: Any = None, copy: bool = True) -> ndarray:
    """The array of numbers, lists of numbers, or arrays."""
    if isinstance(value, ndarray):
        return value.copy() if dtype is None else value.astype(dtype)
    flat, shape = laid_out(value)
    if dtype is not None:
        kind = of_type(dtype)
    elif all(isinstance(x, bool) for x in flat) and flat:
        kind = BOOL
    else:
        kind = INTEGER if flat and all(isinstance(x, int) for x in flat) else FLOAT
    return ndarray([kind.type(x) for x in flat], shape, kind)


def laid_out(value: Any) -> tuple[list[Any], Shape]:
    """The entries of nested lists one after the other, and how they are nested."""
    if isinstance(value, ndarray):
        return value.flat, value.shape
    if isinstance(value, (list, tuple, range)):
        parts = [laid_out(v) for v in value]
        if len({shape for _, shape in parts}) > 1:
            raise ValueError("lists of different lengths are no array")
        return [x for flat, _ in parts for x in flat], (len(parts), *(parts[0][1] if parts else ()))
    if isinstance(value, (int, float)):
        return [value], ()
    if isinstance(value, complex) or not hasattr(value, "__float__"):
        raise TypeError(f"{value!r} is no real number")
    return [float(value)], ()


def asarray(value: Any, dtype: Any = None) -> ndarray:
    """The array itself, or the array of a value."""
    if isinstance(value, ndarray):
        return value if dtype is None else value.astype(dtype, copy=False)
    return array(value, dtype)


def dtype(type_: Any) -> Kind:
    return of_type(type_)


def result_type(*given: Any) -> Kind:
    kinds = [g.dtype if isinstance(g, ndarray) else of_type(g) for g in given]
    return max(kinds, key=lambda k: RANK.index(k.kind))


def shape(value: Any) -> Shape:
    return laid_out(value)[1]


def ndim(value: Any) -> int:
    return len(shape(value))


def size(value: Any) -> int:
    return prod(shape(value))


# ---- places -------------------------------------------------------------------------------------------


def chosen(shape: Shape, key: Any) -> tuple[list[int], Shape]:
    """The places that a key chooses, and their shape."""
    keys = list(key) if isinstance(key, tuple) else [key]
    keys = [k for given in keys for k in (where_true(given) if is_mask(given) else (given,))]
    named = sum(k is not None and k is not Ellipsis for k in keys)
    whole = [slice(None)] * (len(shape) - named)
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    keys[at : at + 1] = whole
    arrays = [asarray(k) for k in keys if isinstance(k, (ndarray, list))]
    together = broadcast_shapes(*[a.shape for a in arrays]) if arrays else ()
    listed = [i for i, k in enumerate(keys) if isinstance(k, (ndarray, list)) or (arrays and is_whole(k))]
    first = listed[0] if listed and listed == list(range(listed[0], listed[-1] + 1)) else 0
    beside, steps = [0] * prod(together), strides(shape)
    axis = 0
    for k in keys:
        if isinstance(k, (ndarray, list)) or (arrays and is_whole(k)):
            picked = broadcast_to(asarray(k), together).flat
            beside = [b + steps[axis] * inside(p, shape[axis]) for b, p in zip(beside, picked, strict=True)]
        axis += k is not None
    offsets, lengths, axis = [0], list[int](), 0
    for i, k in enumerate([*keys, ...]):
        if arrays and i == first:
            offsets = [o + b for o in offsets for b in beside]
            lengths += together
        if k is None:
            lengths.append(1)
        elif isinstance(k, slice):
            along = [steps[axis] * p for p in range(*k.indices(shape[axis]))]
            offsets = [o + a for o in offsets for a in along]
            lengths.append(len(along))
        elif is_whole(k) and not arrays:
            offsets = [o + steps[axis] * inside(k, shape[axis]) for o in offsets]
        axis += k is not None
    return offsets, tuple(lengths)


def is_whole(key: Any) -> bool:
    return isinstance(key, int) and not isinstance(key, bool)


def is_mask(key: Any) -> bool:
    return isinstance(key, ndarray) and key.dtype is BOOL


def where_true(mask: ndarray) -> list[ndarray]:
    """The places at which a mask is true, axis by axis."""
    found = [at for at, x in zip(product(*map(range, mask.shape)), mask.flat, strict=True) if x]
    return [ndarray([at[k] for at in found], (len(found),), INTEGER) for k in range(mask.ndim)]


# ---- several arrays together --------------------------------------------------------------------------


def broadcast_to(a: Any, shape: Shape) -> ndarray:
    a = asarray(a)
    wanted = tuple(map(int, shape)) if not isinstance(shape, int) else (shape,)
    return a if a.shape == wanted else ndarray([a.flat[k] for k in spread(a.shape, wanted)], wanted, a.dtype)


def broadcast_arrays(*arrays: Any) -> list[ndarray]:
    together = broadcast_shapes(*[shape(a) for a in arrays])
    return [broadcast_to(a, together) for a in arrays]


def combined(f: Callable[[Any, Any], Any], a: Any, b: Any, kind: Kind | None = None) -> ndarray:
    """A function of the entries of two arrays."""
    a, b = asarray(a), asarray(b)
    kind = kind or result_type(a, b)
    if a.shape == b.shape:
        flat = list(map(f, a.flat, b.flat))
    elif len(b.flat) == 1 and b.ndim <= a.ndim:
        (y,) = b.flat
        return ndarray(checked([f(x, y) for x in a.flat], kind), a.shape, kind)
    elif len(a.flat) == 1 and a.ndim <= b.ndim:
        (x,) = a.flat
        return ndarray(checked([f(x, y) for y in b.flat], kind), b.shape, kind)
    else:
        a, b = broadcast_arrays(a, b)
        flat = list(map(f, a.flat, b.flat))
    return ndarray(checked(flat, kind), a.shape, kind)


def checked(flat: list[Any], kind: Kind) -> list[Any]:
    """Whole numbers of 64 bits go on from 0."""
    return [x & MASK for x in flat] if kind is UINT64 else flat
