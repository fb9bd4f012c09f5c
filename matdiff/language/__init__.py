"""From text to a typed expression: ``read``, ``parse``, ``read_pair``, ``read_beside`` and ``read_law``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matdiff.language.answers import Reading, unknown_in
    from matdiff.language.reading import parse, read, read_beside, read_law, read_line, read_pair

__all__ = ["Reading", "parse", "read", "read_beside", "read_law", "read_line", "read_pair", "unknown_in"]


def __getattr__(name: str) -> Any:
    """Loads the front end when it is first asked for; names and sizes are of use without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from matdiff.language import answers, reading

    return getattr(answers if name in ("Reading", "unknown_in") else reading, name)
