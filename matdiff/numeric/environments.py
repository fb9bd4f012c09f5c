"""What the symbols of an expression stand for, and its sizes as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Symbol
from matdiff.errors import ShapeError, UnknownNameError
from matdiff.records import NamedTuple

if TYPE_CHECKING:  # numpy.typing takes a while to import
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = np.ndarray
NOTHING: Mapping[Any, Any] = {}


class Environment(NamedTuple):
    """What the symbols stand for.

    sizes       size name → number
    arrays      symbol → array (batch, one axis for each range of a family, rows, columns)
    functions   name of an unspecified function, with its primes → function of an array; None: stand-ins
    directions  unknown → dX, in the axes of *arrays*, for the nodes d(A)
    step        h of the stencil
    scale       how large the values are that were drawn, 1 for nearly all instances
    moved       what becomes of every value, given those of the operands, as rounding would move it
    """

    sizes: Mapping[str, int]
    arrays: Mapping[Symbol, Array]
    functions: Mapping[str, Callable[[Array], Any]] | None = None
    directions: Mapping[Symbol, Array] = NOTHING
    step: float = 0.0
    scale: float = 1.0
    moved: Callable[[Array, list[Array]], Array] | None = None


def sized(data: tuple[Any, ...]) -> bool:
    """Whether the data of a node are sizes, as of unvec(c, m, n)."""
    return bool(data) and isinstance(data[0], Size)


def size_in(environment: Environment, size: Size) -> int:
    """The size as a number."""
    if size.number is not None:
        return size.number
    missing = sorted(size.names() - environment.sizes.keys())
    if missing:
        raise UnknownNameError(
            f"the size {missing[0]} is not determined by the given values", suggestion=f"give a value for {missing[0]}"
        )
    return size.value(environment.sizes)


def shape_in(environment: Environment, node: Expr) -> tuple[int, int]:
    """The shape as numbers."""
    rows, columns = size_in(environment, node.rows), size_in(environment, node.cols)
    if rows < 0 or columns < 0:
        raise ShapeError(f"{node} has a negative size where the others are {dict(environment.sizes)}")
    return rows, columns
