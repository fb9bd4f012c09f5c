"""Regular expressions that are compiled when they are first used: most texts need few of them."""

from __future__ import annotations

import re
from typing import Any, cast

METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "pattern", "groupindex")


class _Late:
    def __init__(self, text: str, flags: int) -> None:
        self.source = text, flags

    def __getattr__(self, name: str) -> Any:
        """Compiles it; from then on its methods are those of what has been compiled."""
        made = re.compile(*self.source)
        vars(self).update({method: getattr(made, method) for method in METHODS})
        return getattr(made, name)


def regex(text: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression, for the constants of a module.

    >>> regex("(a)(b)?").match("a").groups()
    ('a', None)
    """
    return cast("re.Pattern[str]", _Late(text, flags))
