"""The lines of CVX in a problem: variable x(n), variables y(n) t and variable X(n, n) symmetric are declarations."""

from __future__ import annotations

from collections.abc import Iterator

from matdiff import regex as re
from matdiff.language.extents import Excerpt
from matdiff.regex import regex

LINE = r"(?:(?<=[;\n])|^)[ \t]*"
SIZED = r"[A-Za-z]\w*(?:[ \t]*\(\w+(?:,[ \t]*\w+)?\))?"
VARIABLES = regex(rf"{LINE}variable(?P<several>s)?(?P<names>(?:[ \t]+{SIZED})+)[ \t]*(?:;|(?=\n|%))", given="variable")
PROPERTIES = {"semidefinite": "psd", "lower_triangular": "lower", "upper_triangular": "upper"}


def declared_by_cvx(text: str) -> tuple[list[Excerpt], str]:
    """What the lines of CVX declare, and the text with blanks in their place.

    >>> front, rest = declared_by_cvx("variable X(n, n) symmetric\\nminimize(norm(A*X, 'fro'))")
    >>> [item.text for item in front], rest.strip()
    (['X: n x n symmetric'], "minimize(norm(A*X, 'fro'))")
    """
    lines = list(VARIABLES.finditer(text)) if "cvx_" in text or "minimize" in text else []
    said = [Excerpt(item, line.start("names"), text) for line in lines for item in _declarations(line)]
    for line in lines:
        text = text[: line.start()] + " " * len(line[0]) + text[line.end() :]
    return said, text


def _declarations(line: re.Match[str]) -> Iterator[str]:
    """x: n and t: scalar of «variables x(n) t»; X: n x n psd of «variable X(n, n) semidefinite»."""
    names = re.findall(SIZED, line["names"])
    words = [] if line["several"] else [PROPERTIES.get(word, word) for word in names[1:]]
    for piece in names[: len(names) - len(words)]:
        name, _, sizes = piece.rstrip(")").partition("(")
        size = " x ".join(one.strip() for one in sizes.split(",")) or "scalar"
        yield " ".join((f"{name.strip()}: {size}", *words))
