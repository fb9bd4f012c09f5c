"""Windows that move over a matrix: how their shapes and sizes fit, how such operators are written, and the parts of
an array that a window shows."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.dims import ONE, Shape, Size, divided, shape_text, too_large
from matdiff.algebra.expr import Data, Expr
from matdiff.algebra.notation import Notation, Style, call
from matdiff.algebra.operators.linear import Linear
from matdiff.errors import ShapeError


class Windowed(Linear):
    """The base of the operators that move a window over a matrix; data: the sizes behind the operands."""

    mirrors = True

    def __new__(cls, *arguments: Expr | Size) -> Expr:  # type: ignore[misc]
        operands = tuple([a for a in arguments if isinstance(a, Expr)])
        sizes = [a for a in arguments if isinstance(a, Size)]
        return cls.make(operands, cls.relations[0].completed(sizes))

    @classmethod
    def of(cls, *arguments: Expr | Size) -> Expr:
        """An operator that is simpler for scalars and the stride 1 overrides it."""
        return cls(*arguments)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        shapes = [o.shape for o in operands]
        fitting = (r.fit(shapes, data) for r in cls.relations if len(r.operands) == len(shapes))
        shape = next((s for s in fitting if s is not None), None)
        if shape is None:
            shown = " and ".join(map(shape_text, shapes))
            raise ShapeError(f"{cls.title()} needs {cls.needs(shapes, data)}, not {shown}")
        if too_large(shape):
            raise ShapeError(f"the sizes of {cls.title()} are too large")
        return shape

    def notation(self, style: Style) -> Notation:
        """corr(X, K, 2): sizes at the end that are 1 and may be left out are left out."""
        given, least = list(self.data), len(self.data) - self.relations[0].optional
        while len(given) > least and given[-1] is ONE:
            given.pop()
        usual = call(self.names[0], self.operands, style).parts
        return Notation((*usual[:-1], "".join(f", {s}" for s in given), usual[-1]))


# ---- numbers ----------------------------------------------------------------------------------------


def places(extent: Size, window: Size, stride: Size) -> Size | None:
    """How many windows of a length stand along an extent, in steps of the stride."""
    steps = divided(extent - window, stride)
    return None if steps is None else steps + ONE


def windows(np: Any, x: Any, rows: int, cols: int, stride: int) -> Any:
    """The parts of some matrices that a window shows, at every stride-th place: (…, a, b, rows, cols)."""
    gaps = [extent - inside for extent, inside in zip(x.shape[-2:], (rows, cols), strict=True)]
    refuse_unless(all(gap >= 0 and gap % stride == 0 for gap in gaps), "the kernel does not fit")
    shown = np.lib.stride_tricks.sliding_window_view(x, (rows, cols), axis=(-2, -1))
    return shown[..., ::stride, ::stride, :, :]


def refuse_unless(fits: bool, message: str) -> None:
    """Sizes are names in an expression; the numbers that they stand for may not fit."""
    if not fits:
        raise ShapeError(message)
