"""A recurrence of the text, z[1] = x; z[k+1] = … for k = 1..K, and what reading one needs of the tree around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.dims import Size, size
from matdiff.errors import MatdiffError
from matdiff.language.recurrences.heads import Steps
from matdiff.language.scopes import Binder, Shifted
from matdiff.language.syntax import Node, postorder

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

MOST_WRITTEN_OUT = 100_000  # nodes of all steps together, where a number of steps is written out


class Recursion:
    """A recurrence of the text.

    name            of the states
    index           the letter that numbers the steps
    count           how many steps there are
    shift           how much more the index is than the number of a step, which counts from 1
    origin          the number of the first state
    forward         whether the steps run upwards
    start, step     the items
    offset          c of the state z[k + c] that a step gives
    is_short        whether the start is a single symbol, which needs no name of its own
    symbols         the names in the start, as x₀ in x[0] = x₀
    used            whether the step has the state that it starts from
    node            of the syntax tree: the start and the step
    together        it and those that it depends on and that depend on it; the starts of all of them, and their
                    steps, are parts of one node
    """

    def __init__(self, step: Node, steps: Steps, offset: int, count: Size, forward: bool) -> None:
        self.name: str = step.value[0].name
        self.step = step
        self.start: Node | None = None
        self.index = steps.letter
        self.count = count
        low = (steps.first if forward else steps.last).number
        assert low is not None
        self.shift = low - 1
        self.forward = forward
        self.origin = self.shift + offset + (not forward)
        self.offset = offset
        self.is_short = False
        self.symbols: frozenset[object] = frozenset()
        self.used = False
        self.node: Node | None = None
        self.together: list[Recursion] = [self]

    @property
    def final(self) -> Size:
        """The number of the last state."""
        return self.count + size(self.origin)

    @property
    def starts_at(self) -> Size:
        """The number of the state that the steps start from."""
        return size(self.origin) if self.forward else self.final

    @property
    def ends_at(self) -> Size:
        """The number of the state that the last step gives."""
        return self.final if self.forward else size(self.origin)

    @property
    def before(self) -> int:
        """How much more the number of the state before a step is than the number of the step."""
        return self.origin - self.forward

    @property
    def after(self) -> int:
        """How much more the number of the state behind a step is than the number of the step."""
        return self.origin - (not self.forward)

    @property
    def is_written_out(self) -> bool:
        """Whether the number of steps is known, so that each of them is a definition."""
        return self.count.number is not None

    def label(self, number: int) -> str:
        """What the definition of a state is called where the steps are written out: z₂."""
        starts = size(number) is self.starts_at
        return f"{self.name}[{number}]" if starts and self.is_short else f"{self.name}{number}"

    def has_label(self, name: str) -> bool:
        """Whether a state that is written out is called so."""
        digits = name.removeprefix(self.name)
        return digits.isdecimal() and self.has(int(digits)) and self.label(int(digits)) == name

    def has(self, number: int) -> bool:
        """Whether there is a state with a number, where the steps are written out."""
        return self.origin <= number <= (self.final.number or 0)

    def require_use(self, bound: Bound) -> None:
        """Raises NotationError where the step does not have the state that it starts from.

        Of states that depend on each other it may be another's step that has it.
        """
        if not (self.used or self.name in bound.coupled):
            message = f"the step of {self.name} does not have {self.state(self.before)}: nothing is repeated"
            raise at_head(bound, self.step, message, f"a step leads from {self.state(self.before)} to the next state")

    def number(self, value: int | None = None) -> Shifted | Binder:
        """The index of the steps by the number of a step; with a value that of one of them."""
        made = Binder(self.index, self.count)
        made.owner, made.value, made.used = self, value, True
        return Shifted(made, self.shift) if self.shift else made

    def state(self, offset: int) -> str:
        """z[k+1], as it is written in the step."""
        more = offset - self.shift
        return f"{self.name}[{self.index}{f'{more:+d}' if more else ''}]"


def at_head(bound: Bound, item: Node, message: str, suggestion: str = "") -> MatdiffError:
    """An error that points at the state which an item defines."""
    return bound.error((item.start, item.value[2]), message, suggestion)


def of_several(bound: Bound, together: Sequence[Recursion]) -> MatdiffError:
    """The error for states that depend on each other, of which there is any number, and which do not go in step."""
    *names, last = [recursion.name for recursion in together]
    message = f"the states {', '.join(names)} and {last} depend on each other, and their steps are numbered differently"
    return at_head(bound, together[-1].step, message, "write all of them for the same k = 1..K")


def spend(bound: Bound, node: Node, copies: int, parts: Node, most: int = MOST_WRITTEN_OUT, hint: str = "") -> None:
    """Counts nodes that are written several times; raises NotationError where there are too many of them."""
    bound.written += copies * sum(1 for _ in postorder(parts))
    if bound.written > most:
        hint = hint or "give the number of steps a name, as in for k = 1..K"
        raise bound.error(node, "this is too much to be written out", hint)
