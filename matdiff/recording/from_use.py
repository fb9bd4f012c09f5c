"""Shapes that follow from use: those with which a function can be recorded, the customary kinds first.

In go the parameters of which nothing is said, out come declarations.  Sizes are as different as the function allows:
a recording that fails since two lengths differ is tried again with one for both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice, product

from matdiff.algebra.dims import Size, size
from matdiff.errors import MatdiffError
from matdiff.recording.shapes import LengthsDiffer

AXES = {"S": 0, "V": 1, "M": 2}
MOST, MOST_NAMES = 40, 8  # kinds that are tried together, and of so many parameters
DOUBTFUL = 1  # how much more other kinds may cost that are about as customary
LETTERS = "mnpqrskdlhuvabc"

Kinds = Sequence[tuple[str, int]]
Shapes = dict[str, tuple[Size, ...]]
Recorded = Callable[[Mapping[str, str]], bool]


def shapes_from_use(customs: Mapping[str, Kinds], taken: Collection[str], recorded: Recorded) -> dict[str, str]:
    """Declarations of parameters with which a function is *recorded*, which tells whether its value is a number.

    *customs* are the kinds that each of them may have, with their costs.

    There are none where no shapes fit, or others that are nearly as customary.  What cannot be recorded whatever the
    shapes are, such as a branch on a value, is said by an error.
    """
    found: list[tuple[int, bool, Shapes]] = []
    errors: dict[str, MatdiffError] = {}
    for cost, kinds in islice(_assignments(customs), MOST) if len(customs) <= MOST_NAMES else ():
        if found and cost > found[0][0] + DOUBTFUL:
            break
        try:
            shapes, is_number = _fitted(_fresh([*customs], kinds, {*taken, *customs}), recorded)
            found.append((cost, is_number, shapes))
        except MatdiffError as error:
            errors[error.message] = error
    if len(errors) == 1 and not found:
        raise next(iter(errors.values()))
    rivals = [shapes for _, is_number, shapes in found if is_number is found[0][1]]
    return _written(rivals[0]) if len(rivals) == 1 else {}


def _fitted(shapes: Shapes, recorded: Recorded) -> tuple[Shapes, bool]:
    """The shapes with those sizes tied that a function ties, and whether its value is a number."""
    while True:
        try:
            return shapes, recorded(_written(shapes))
        except LengthsDiffer as error:
            shapes = _joined(shapes, error)


def _assignments(customs: Mapping[str, Kinds]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The kinds that the parameters may have, with what they cost together by custom, the least first."""
    choices = [[(cost, kind) for kind, cost in kinds if kind in AXES] for kinds in customs.values()]
    every = ((sum(cost for cost, _ in taken), tuple(kind for _, kind in taken)) for taken in product(*choices))
    return iter(sorted(every, key=lambda assignment: assignment[0]))


def _fresh(names: Sequence[str], kinds: Sequence[str], taken: Collection[str]) -> Shapes:
    """Shapes of some kinds, all of whose sizes differ."""
    letters = (letter for letter in LETTERS if letter not in taken)
    numbered = (f"n_{k}" for k in range(1, 3 * len(names)))
    sizes = (size(name) for some in (letters, numbered) for name in some)
    return {name: tuple(next(sizes) for _ in range(AXES[kind])) for name, kind in zip(names, kinds, strict=True)}


def _joined(shapes: Shapes, error: LengthsDiffer) -> Shapes:
    """The shapes in which one of two lengths is the other; the error is raised where neither was made up."""
    own = {length for lengths in shapes.values() for length in lengths}
    for length, whole in ((error.other, error.one), (error.one, error.other)):
        name = length.name
        if length in own and name is not None and name not in whole.names():
            return {of: tuple(_replaced(n, name, whole) for n in lengths) for of, lengths in shapes.items()}
    raise error


def _replaced(length: Size, name: str, whole: Size) -> Size:
    return length.substitute(lambda other: whole if other == name else size(other))


def _written(shapes: Shapes) -> dict[str, str]:
    """Shapes as declarations."""
    return {name: " x ".join(map(str, lengths)) if lengths else "scalar" for name, lengths in shapes.items()}
