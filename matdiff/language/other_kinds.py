"""A text as it would be if some of its names were of other kinds, and the errors where it may be either."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.binding import Bound
from matdiff.language.customs import DECLARED, WORDS
from matdiff.language.scopes import BARE
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


def ambiguous(bound: Bound, keys: Sequence[Key], one: Attempt, two: Attempt) -> MatdiffError:
    """The error of two readings at one cost, and the declarations that decide."""
    differing = [key for key in keys if one.assumed[key] != two.assumed[key]]
    shown = [", ".join(f"{_called(key)} {WORDS[a.assumed[key]]}" for key in differing) for a in (one, two)]
    names = [key for key in differing if key in bound.names]
    names = [name for name in names if {one.assumed[name], two.assumed[name]} <= DECLARED.keys()]
    told = ["; ".join(f"{name}: {DECLARED[a.assumed[name]]}" for name in names) for a in (one, two)]
    hint = "declare the sizes to decide, as in X: m x n; w: n; a: scalar"
    hint = f"declare {told[0]} or {told[1]} to decide, or the sizes" if names else hint
    message = f"two readings are possible: {shown[0]}; or {shown[1]}"
    return bound.error(bound.tree, message, hint, KindsError)


def _called(key: Key) -> str:
    """What a choice is about, in words."""
    return "the sum" if key == BARE else key if isinstance(key, str) else "1"


def too_many(bound: Bound, keys: Sequence[Key]) -> MatdiffError:
    """The error of names that may have more kinds than can be tried."""
    undeclared = ", ".join(k for k in keys if isinstance(k, str))
    message = "too many undeclared names to find out their sizes" if undeclared else "too many readings of 1"
    return bound.error(bound.tree, message, f"declare some of {undeclared[:200]}", AmbiguityError)
