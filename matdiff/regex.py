"""Regular expressions that are compiled when they are first used: most texts need few of them.

A class of many signs beyond ASCII takes ten times as long to compile as any other, and most texts are typed in ASCII.
For those an expression is compiled without such signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

METHODS = ("match", "fullmatch", "search", "split", "findall", "finditer")
REPLACING = ("sub", "subn")  # which take the text second
CLASS = re.compile(r"\\.|\[\^?\]?(?:[^\\\]]|\\.)*\]", re.DOTALL)
SIGN = re.compile(r"\\[uUx][0-9A-Fa-f]+|\\.|.", re.DOTALL)  # of a class
F = TypeVar("F", bound=Callable[..., Any])
NOTHING, ANYTHING = r"[^\s\S]", r"[\s\S]"
LAST = 0x7F  # of the signs of ASCII
UNFOUND: dict[str, Callable[[str], Any]] = {  # what the methods give for a text in which nothing is found
    "split": lambda text: [text],
    "findall": lambda text: [],
    "finditer": lambda text: iter(()),
    "sub": lambda text: text,
    "subn": lambda text: (text, 0),
}


class _Late:
    def __init__(self, text: str, flags: int, given: Sequence[str]) -> None:
        self.source, self.given = (text, flags), given

    def __getattr__(self, name: str) -> Any:
        """Makes its methods, those of what is compiled where all texts are alike."""
        if name.startswith("__"):
            raise AttributeError(name)  # which inspect asks for
        if not self.given and for_ascii(self.source[0]) == self.source[0]:
            made = compiled(*self.source)
            vars(self).update({method: getattr(made, method) for method in (*METHODS, *REPLACING)})
        else:
            vars(self).update({method: self.method(method, 0) for method in METHODS})
            vars(self).update({method: self.method(method, 1) for method in REPLACING})
        vars(self)["pattern"] = self.source[0]
        return vars(self)[name]

    def method(self, name: str, place: int) -> Callable[..., Any]:
        """A method, which takes the text in that place, of what is compiled for such texts."""

        chosen: dict[bool, Callable[..., Any]] = {}
        given = self.given

        def call(*arguments: Any) -> Any:
            text = arguments[place]
            if given and not any(map(text.__contains__, given)):
                return UNFOUND[name](text) if name in UNFOUND else None
            is_ascii = text.isascii()
            if is_ascii not in chosen:
                chosen[is_ascii] = getattr(compiled(*self.source, is_ascii), name)
            return chosen[is_ascii](*arguments)

        return call


def regex(text: str, flags: int = 0, given: Sequence[str] = "") -> re.Pattern[str]:
    """A regular expression, for the constants of a module.

    Whatever it matches has one of the *given* signs or words: a text without them needs no compiled expression.

    >>> regex("(a)(b)?").match("a").groups(), regex("[.]T", given=".").sub("'", "x.T"), regex("=", given="=").split("x")
    (('a', None), "x'", ['x'])
    """
    return cast("re.Pattern[str]", _Late(text, flags, given))


@lru_cache(maxsize=1 << 13)
def compiled(text: str, flags: int = 0, is_ascii: bool = False) -> re.Pattern[str]:
    """An expression, compiled for all texts or for those in ASCII."""
    return re.compile(for_ascii(text) if is_ascii else text, flags)


def _kept(function: F) -> F:
    """A function of re whose expressions are kept when they are compiled: of many, that forgets all."""
    method = function.__name__

    def call(pattern: str, *given: Any, flags: int = 0, **more: int) -> Any:
        return getattr(compiled(pattern, flags), method)(*given, **more)

    return cast("F", call)


search, match, fullmatch, split = _kept(re.search), _kept(re.match), _kept(re.fullmatch), _kept(re.split)
findall, finditer, sub = _kept(re.findall), _kept(re.finditer), _kept(re.sub)
M, S, IGNORECASE, DOTALL, escape = re.M, re.S, re.IGNORECASE, re.DOTALL, re.escape
compile = compiled
Match = re.Match
Pattern = re.Pattern


def match_at(pattern: str, text: str, place: int = 0) -> re.Match[str] | None:
    """Matches a pattern that most texts do not need."""
    return compiled(pattern, 0, text.isascii()).match(text, place)


def search_in(pattern: str, text: str, place: int = 0) -> re.Match[str] | None:
    """Searches for such a pattern."""
    return compiled(pattern, 0, text.isascii()).search(text, place)


def for_ascii(text: str) -> str:
    """An expression that matches in a text in ASCII what another one does: its classes have no other signs.

    >>> for_ascii("[A-Zα-ω₀₁]+ᵀ?[ϵ][^½]")
    '[A-Z]+ᵀ?[^\\\\s\\\\S][\\\\s\\\\S]'
    """
    return CLASS.sub(_class_for_ascii, text) if not text.isascii() or r"\u" in text or r"\U" in text else text


def _class_for_ascii(m: re.Match[str]) -> str:
    """A class without the signs that no text in ASCII has."""
    written = m.group()
    if written[0] == "\\" or (written.isascii() and r"\u" not in written and r"\U" not in written):
        return written
    negated = written[1] == "^"
    signs = SIGN.findall(written[2 if negated else 1 : -1])
    kept, place = "", 0
    while place < len(signs):
        last = place + 2 if signs[place + 1 : place + 2] == ["-"] and place + 2 < len(signs) else place
        if _code(signs[place]) <= LAST:
            kept += "".join(signs[place:last]) + (signs[last] if _code(signs[last]) <= LAST else r"\x7f")
        place = last + 1
    if not kept:
        return ANYTHING if negated else NOTHING
    return f"[{'^' if negated else ''}{kept}]"


def _code(sign: str) -> int:
    """The number of a sign of a class; an escape such as \\w is of ASCII here."""
    if sign[0] == "\\":
        return int(sign[2:], 16) if sign[1] in "uUx" else 0
    return ord(sign)
