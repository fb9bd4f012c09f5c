"""From text to a typed expression: ``read``, ``parse``, ``read_pair``, ``read_beside`` and ``read_law``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff.opening import opener

if TYPE_CHECKING:
    from matdiff.language.answers import Reading, unknown_in
    from matdiff.language.reading import parse, read
    from matdiff.language.together import read_beside, read_law, read_line, read_pair

__all__ = ["Reading", "parse", "read", "read_beside", "read_law", "read_line", "read_pair", "unknown_in"]

__getattr__ = opener(  # names and sizes are of use without the front end
    __name__,
    {
        "matdiff.language.answers": "Reading unknown_in",
        "matdiff.language.reading": "parse read",
        "matdiff.language.together": "read_beside read_law read_line read_pair",
    },
)
