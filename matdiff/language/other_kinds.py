"""A text as it would be if some of its names were of other kinds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from matdiff.errors import AmbiguityError
from matdiff.language.binding import Bound
from matdiff.language.syntax import Node
from matdiff.language.typed import Misfit, Typed
from matdiff.language.typing import Attempt, Key


class KindsError(AmbiguityError):
    """The undeclared names of a text may have two sets of kinds."""


def typed_as(
    bound: Bound,
    attempt: Attempt,
    names: Sequence[Key],
    columns: list[Node] | None = None,
    kind: str = "V",
    numbers: Sequence[Key] = (),
    matrices: Sequence[Key] = (),
) -> Typed | None:
    """The text as it would be with some names as vectors, or of another kind, others as numbers or as matrices.

    None if that has no sense.
    """
    if not names:
        return None
    with suppress(Misfit):
        others = dict.fromkeys(names, kind) | dict.fromkeys(numbers, "S") | dict.fromkeys(matrices, "M")
        return Attempt(bound, attempt.assumed | others, columns).run()
    return None
