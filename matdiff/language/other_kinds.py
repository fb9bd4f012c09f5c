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
    bound: Bound, attempt: Attempt, names: Sequence[Key], columns: list[Node] | None = None, kind: str = "V"
) -> Typed | None:
    """The text as it would be if some names were vectors, or of another kind, where that makes sense."""
    if not names:
        return None
    with suppress(Misfit):
        return Attempt(bound, attempt.assumed | dict.fromkeys(names, kind), columns).run()
    return None
