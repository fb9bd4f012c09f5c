r"""Nothing is dropped: every visible sign of a text belongs to something that was read, or has no meaning by itself.

In go a text as it was typed and the places of all that was read in it: tokens, the question, conditions, left sides.
Signs that belong to none of them are refused by name, but for a short list of those that only set a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import compress

from matdiff.errors import NotationError

EMPTY = frozenset(" \t\n\r\f\v{}&$~.,;\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{SOFT HYPHEN}\ufeff")
WORDS = """
    left right middle qty quantity pqty bqty big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr
    newline cr quad qquad space enspace thinspace
    displaystyle textstyle boxed fbox limits nolimits nonumber notag ensuremath small large normalsize
    mathop mathbin mathrel mathord operatorname mathrm mathit mathnormal mathbf mathcal mathscr mathbb mathbbm mathds
    mathfrak mathsf boldsymbol bm pmb symbf symbb vec bf rm it cal sf text textrm textit textbf textsf mbox hbox tt
    hat bar tilde check dot ddot breve overline widehat widetilde
"""  # a font and an accent belong to their letter
GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
BRACE, LABEL = r"\\(?:under|over)brace\s*(?=\{)", r"\s*[_^]\s*(?=\{)"
SETTING = (  # what only says how a formula looks, or where it stands on the page
    r"\\begin\s*\{[^{}]*\}(?:\s*\{[lcr|@{}\s]*\})?|\\end\s*\{[^{}]*\}|\\(?:tag|label|ref|eqref|color|[hv]space)\*?\s*\{[^{}]*\}"
    r"|\\(?:text(?:rm|it|normal)?|mbox|mathrm)\s*\{[\s,]*(?:if|for|when|where|and)[\s,:]*\}"  # as in cases
    r"|\\m?kern\s*-?[\d.]+\s*[a-z]{2}"
    r"|\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator|DeclarePairedDelimiter|def|let)\*?"
    rf"(?:\s*(?:\[[0-9]\]|\\[A-Za-z]+|=|#[0-9]|{GROUP}))+"
    rf"|\\(?:{'|'.join(WORDS.split())})(?![A-Za-z])\*?|\\[^A-Za-z]|=\s*\\\\[\s&]*="  # = \\ &=
)
SIGN = rf"{SETTING}|(?P<sign>\\[A-Za-z]+|\w+|\S)"


def require_read(text: str, spans: Iterable[tuple[int, int]]) -> None:
    """Raises NotationError for the first sign of a text that belongs to nothing that was read.

    >>> require_read("x' y;", [(0, 2), (3, 4)])
    """
    open_places = bytearray(b"\1") * len(text)
    for start, end in (*spans, *comments(text)):
        open_places[start:end] = bytes(max(end - start, 0))
    if EMPTY.issuperset(compress(text, open_places)):
        return
    for m in re.finditer(SIGN, text):
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
