r"""Nothing is dropped: every visible sign of a text belongs to something that was read, or has no meaning by itself.

In go a text as it was typed and the places of all that was read in it: tokens, the question, conditions, left sides.
Signs that belong to none of them are refused by name, but for a short list of those that only set a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import compress

from matdiff import regex as re
from matdiff.errors import NotationError

EMPTY = frozenset(" \t\n\r\f\v{}&$~.,;\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{SOFT HYPHEN}\ufeff")
GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
BRACE, LABEL = r"\\(?:under|over)brace\s*(?=\{)", r"\s*[_^]\s*(?=\{)"
SETTING = (  # what only says how a formula looks, or where it stands on the page
    r"\\begin\s*\{[^{}]*\}(?:\s*\{[lcr|@{}\s]*\})?|\\end\s*\{[^{}]*\}"
    rf"|\\(?:tag|label|ref|eqref|color|[hv]space|[hv]?phantom)\*?\s*{GROUP}"
    r"|\\(?:text(?:rm|it|normal)?|mbox|mathrm)\s*\{[\s,]*(?:if|for|when|where|and)[\s,:]*\}"  # as in cases
    r"|\\m?kern\s*-?[\d.]+\s*[a-z]{2}|\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|DeclarePairedDelimiter|def|let)\*?"
    rf"(?:\s*(?:\[[0-9]\]|\\[A-Za-z]+|=|#[0-9]|{GROUP}))+"
    r"|\\(?:quantity|[pb]?qty)(?![A-Za-z])|\\[^A-Za-z]|=\s*\\\\[\s&]*="  # = \\ &=
)
SET = frozenset("space vanish font upright switch accent fence line".split())  # a font belongs to its letter


@lru_cache(maxsize=1)
def _signs() -> str:
    """The pattern of a sign, and of what only sets a formula."""
    from matdiff.language.latex.commands import COMMANDS

    words = (name[1:] for name, (kind, _) in COMMANDS.items() if kind in SET and name[1:].isalpha())
    return rf"{SETTING}|\\(?:{'|'.join(words)})(?![A-Za-z])\*?|(?P<sign>\\[A-Za-z]+|\w+|\S)"


def require_read(text: str, spans: Iterable[tuple[int, int]]) -> None:
    """Raises NotationError for the first sign of a text that belongs to nothing that was read.

    >>> require_read("x' y;", [(0, 2), (3, 4)])
    """
    open_places = bytearray(b"\1") * len(text)
    for start, end in (*spans, *comments(text)):
        open_places[start:end] = bytes(max(end - start, 0))
    if EMPTY.issuperset(compress(text, open_places)):
        return
    for m in re.finditer(_signs(), text):
        if (sign := m.group("sign")) and all(open_places[m.start() : m.end()]) and sign not in EMPTY:
            message = f"{sign} plays no part in the reading"
            raise NotationError(message, text=text, span=m.span(), suggestion="leave it out")


def comments(text: str) -> Iterator[tuple[int, int]]:
    r"""The places of braces that only comment on what they hold, with their labels.

    >>> [r"\underbrace{x'x}_{norm}"[slice(*span)] for span in comments(r"\underbrace{x'x}_{norm}")]
    ['\\underbrace', '_{norm}']
    """
    braces = list(re.finditer(BRACE, text)) if "\\" in text else []
    closing: dict[int, int] = {}
    opened: list[int] = []
    for m in re.finditer(r"\\[{}]|[{}]", text) if braces else ():
        if m.group() == "{":
            opened.append(m.start())
        elif m.group() == "}" and opened:
            closing[opened.pop()] = m.end()
    for brace in braces:
        yield brace.span()
        label = re.compile(LABEL).match(text, closing.get(brace.end(), len(text)))
        if label and label.end() in closing:
            yield label.start(), closing[label.end()]
