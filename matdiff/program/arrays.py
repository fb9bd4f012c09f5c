"""The array program: what is computed, as interned nodes with the lengths of their axes.

A vector has one axis and a scalar none; members of a family are laid along leading axes.  Equal operations on equal
arrays are one node, so that what the value, the gradient and the Hessian share is computed once.

    input       an argument; data: its name                size      the length of an axis, as a number
    number      an exact number                            range     1, 2, …, N
    map         entry by entry; data: the formula, and for each operand the places of its axes in the result
    sum         Σ cₖ Aₖ; data: the numbers cₖ and the places
    contract    one or two arrays multiplied and summed over what the result lacks; data: letters of the axes
    embed       an array laid out in a larger one, with zeros where two places are tied together, or repeated
    add_at      an array and others that are added on its diagonals or at single places
    reshape     the axes joined or split, rows first       select    one place, or a range of places, of an axis
    flip        an axis the other way round
    concatenate arrays one behind the other                apply     a function of the library on whole arrays
    take        the places of an axis from one to another, of which some may not exist: any place stands for them
    factor      a factorisation; data: its kind            solve     by a factorisation
    loop        the states of a recurrence, or the last one; data: what a step computes, the state that it starts from
    state       that state, in a step                      counter   the number of the step, from 1
    inverse, logdet, det  by a factorisation
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from matdiff.algebra.assumptions import implied
from matdiff.algebra.dims import Size

Axes = tuple[Size, ...]


class Array:
    """One array of a program: an operation, its operands, its data, and the lengths of its axes."""

    __slots__ = ("args", "axes", "data", "inner", "op", "place", "symmetric")

    def __init__(self, op: str, args: tuple[Array, ...], data: tuple[Any, ...], axes: Axes, place: int) -> None:
        self.op = op
        self.args = args
        self.data = data
        self.axes = axes
        self.place = place  # in the order in which the arrays were made: operands come before operations
        self.symmetric = self.is_symmetric
        self.inner: bool = op in ("state", "counter") or any(x.inner for x in args)  # whether it is a part of a loop

    @property
    def number(self) -> Fraction | None:
        """The value of a number, None of anything else."""
        value: Fraction | None = self.data[0] if self.op == "number" else None
        return value

    @property
    def is_symmetric(self) -> bool:
        """Whether it is a symmetric matrix by the way it is made."""
        if len(self.axes) != 2 or self.axes[0] is not self.axes[1]:
            return False
        match self.op:
            case "input":
                return "symmetric" in implied(self.data[0].properties)
            case "contract":
                words = zip(self.args, self.data, strict=False)
                if self.data[-1] == "ab" and all(w == "" or (w == "ab" and a.symmetric) for a, w in words):
                    return True
                pair = len(self.args) == 2 and self.args[0] is self.args[1]
                return pair and canonical_letters([self.data[1], self.data[0], self.data[2][::-1]]) == self.data
            case "inverse":
                return bool(self.data[1])
            case "apply":
                return self.data[0] == "square_distances(a, b)" and self.args[0] is self.args[1]
            case "map" | "sum":
                places = zip(self.args, self.data[1], strict=True)
                return all(p == () or (p == (0, 1) and a.symmetric) for a, p in places)
            case "embed" | "add_at":
                diagonal = self.data[-1] == "aa" and self.data[-2] in ("", "a")
                return diagonal and (self.op == "embed" or self.args[0].symmetric)
        return False

    def __repr__(self) -> str:
        operands = ", ".join(f"#{a.place}" for a in self.args)
        return f"#{self.place} = {self.op}({operands}) {self.data} [{', '.join(map(str, self.axes))}]"


class Arrays:
    """The table in which equal operations are one array."""

    def __init__(self) -> None:
        self._table: dict[tuple[Any, ...], Array] = {}

    def known(self, op: str, args: Sequence[Array], data: tuple[Any, ...], axes: Axes = ()) -> Array | None:
        """The array of a product, or of another operation with such axes, if it is computed already."""
        return self._table.get((op, tuple(args), data, axes))

    def make(self, op: str, args: Sequence[Array] = (), data: tuple[Any, ...] = (), axes: Axes = ()) -> Array:
        """The array of an operation."""
        if op in ("map", "sum"):  # a symmetric matrix lies either way
            pairs = zip(args, data[1], strict=True)
            data = data[0], tuple([tuple(sorted(p)) if x.symmetric else p for x, p in pairs])
        key = (op, tuple(args), data, () if op == "contract" else axes)  # 1 is laid out as identities of any size
        found = self._table.get(key)
        if found is None:
            found = self._table[key] = Array(op, tuple(args), data, axes, len(self._table))
        return found

    def number(self, value: Fraction | int) -> Array:
        """A number."""
        return self.make("number", (), (Fraction(value),))

    def size(self, extent: Size) -> Array:
        """The length of an axis as a number."""
        return self.number(extent.number) if extent.number is not None else self.make("size", (), (extent,))

    def map(self, formula: str, args: Sequence[Array], places: Sequence[tuple[int, ...]], axes: Axes) -> Array:
        """A formula in a, b, c, … entry by entry; *places* are those of the axes of the operands in the result."""
        return self.make("map", args, (formula, tuple(places)), axes)

    def contract(self, args: Sequence[Array], letters: Sequence[str], out: str) -> Array:
        """The product of one or two arrays, summed over the letters that *out* lacks."""
        if len(args) == 1 and (letters[0] == out or (letters[0] == out[::-1] and len(out) == 2 and args[0].symmetric)):
            return args[0]
        renamed = canonical_letters([*letters, out])
        lengths = {c: n for a, word in zip(args, letters, strict=True) for c, n in zip(word, a.axes, strict=True)}
        return self.make("contract", args, renamed, tuple([lengths[c] for c in out]))

    def fill(self, value: Fraction | int, axes: Axes) -> Array:
        """An array of one number."""
        return self.make("embed", (self.number(value),), ("", LETTERS[: len(axes)]), axes)

    def reshape(self, a: Array, axes: Axes) -> Array:
        """The same entries, rows first, in other axes."""
        if a.number is not None and axes:
            return self.fill(a.number, axes)
        a = a.args[0] if a.op == "reshape" else a
        return a if a.axes == axes else self.make("reshape", (a,), (axes,), axes)


def canonical_letters(words: Sequence[str]) -> tuple[str, ...]:
    """Letters renamed in the order of their appearance: a product is known whatever its axes are called.

    >>> canonical_letters(["xy", "yz", "xz"])
    ('ab', 'bc', 'ac')
    """
    names: dict[str, str] = {}
    for c in "".join(words):
        names.setdefault(c, LETTERS[len(names)])
    return tuple("".join(names[c] for c in word) for word in words)


LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def in_order(roots: Sequence[Array]) -> list[Array]:
    """The distinct arrays that some need, operands first."""
    return sorted(reachable(roots), key=lambda a: a.place)


def one_by_one(roots: Sequence[Array]) -> list[Array]:
    """The same arrays, all that the first one needs before what only others need: it may give them its memory."""
    seen: set[Array] = set()
    order: list[Array] = []
    stack = [(a, False) for a in reversed(roots)]
    while stack:
        a, is_ready = stack.pop()
        if is_ready:
            order.append(a)
        elif a not in seen:
            seen.add(a)
            stack += [(a, True), *((x, False) for x in reversed(a.args))]
    return order


def reachable(roots: Sequence[Array]) -> Iterator[Array]:
    """The arrays that some are computed from, and these themselves."""
    seen: set[Array] = set()
    stack = list(roots)
    while stack:
        a = stack.pop()
        if a not in seen:
            seen.add(a)
            stack.extend(a.args)
            yield a


def inside(loop: Array) -> list[Array]:
    """The arrays that a step of a loop computes, operands first."""
    return sorted((a for a in reachable([loop.data[0]]) if a.inner), key=lambda a: a.place)


def with_steps(program: Iterable[Array]) -> Iterator[Array]:
    """The arrays of a program, and those of its loops."""
    for a in program:
        yield a
        if a.op == "loop":
            yield from inside(a)
