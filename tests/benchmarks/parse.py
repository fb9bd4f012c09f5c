"""How long a text takes to be read, and how that grows with its length.

The reading of a text of 5,000 characters, from characters to the typed expression, is compared with the time
that lark's Earley parser needs for the syntax tree alone, with the same grammar and the same tokens.
Run it with `python tests/benchmarks/parse.py`; the exit status is 1 when a figure is over its bar.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from typing import Any

import lark
from lark.lexer import Lexer as LarkLexer
from measure import exponent, milliseconds, seconds, table, verdict

from matdiff.algebra.expr import FUNCTIONS
from matdiff.language import read, tables
from matdiff.language.declarations import declare
from matdiff.language.lexer import Lexer
from matdiff.language.spelling import transcript
from matdiff.language.syntax import Token, parse_tokens
from matdiff.language.tables import END
from matdiff.language.typing import SPECIAL
from matdiff.language.words import Vocabulary

WHERE = "A, B: n x n; S: n x n spd; X: m x n; w, x, u: n; y: m; a, b: scalar; z[i=1..N]: n"
TERMS = (
    "½xᵀAx",
    "‖Xw − y‖²",
    "a log|S|",
    "tr(AᵀB)",
    "b(x − w)ᵀS⁻¹(x − w)",
    "u'*(A + B)*w/2",
    "sum(exp(-x) .* sin(w))",
    "||A - x*u'||^2",
    "log(1 + exp(−uᵀx))",
    "|aᵀb| ‖w‖",
    "∑ᵢ (uᵀzᵢ − a)²",
)
LENGTHS = (50, 158, 500, 1_581, 5_000, 15_811, 50_000)  # half a power of ten apart
COMPARED = 5_000
ROUNDS = 5


def text_of(length: int) -> str:
    """A sum of terms in several spellings, as long as fits."""
    terms: list[str] = []
    room = length + len(" + ")
    for term in cycle(TERMS):
        room -= len(term) + len(" + ")
        if room < 0:
            return " + ".join(terms)
        terms.append(term)
    raise AssertionError


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text."""
    functions = [*(name for name in FUNCTIONS if name != "d"), *SPECIAL]
    script = transcript(text, functions)
    return Lexer(script, Vocabulary(script.text, declare(WHERE), functions)).run()


class GivenTokens(LarkLexer):
    """Hands on tokens that are made already."""

    def __init__(self, configuration: Any) -> None:
        pass

    def lex(self, tokens: Any, _: Any = None) -> Iterator[lark.Token]:
        return iter(tokens)


def earley() -> Callable[[list[lark.Token]], lark.Tree[lark.Token]]:
    """lark's Earley parser of the grammar of the language."""
    grammar = tables.read_text(tables.grammar_path("expression.lark"))
    parser = lark.Lark(grammar, parser="earley", lexer=GivenTokens)
    return parser.parse


def compare() -> bool:
    """Reading against lark's Earley parser."""
    text = text_of(COMPARED)
    ours = tokens_of(text)
    theirs = [lark.Token(t.type, text[t.start : t.end]) for t in ours if t.type != END]
    parse = earley()
    names = sum(isinstance(t, lark.Token) and t.type == "NAME" for t in parse(theirs).scan_values(lambda _: True))
    assert names == sum(t.type == "NAME" for t in ours), "both parsers read the whole text"
    times = {
        "reading, to the typed expression": statistics.median(
            seconds(lambda: read(text, WHERE)) for _ in range(ROUNDS)
        ),
        "of that: tokens": statistics.median(seconds(lambda: tokens_of(text)) for _ in range(ROUNDS)),
        "of that: syntax tree": statistics.median(seconds(lambda: parse_tokens(ours, text)) for _ in range(ROUNDS)),
        "lark's Earley parser, to the syntax tree": statistics.median(seconds(lambda: parse(theirs)) for _ in range(3)),
    }
    print(f"{len(text)} characters, {len(ours)} tokens")
    print(table(["", "ms"], [[name, milliseconds(t)] for name, t in times.items()]), end="\n\n")
    first, *_, last = times.values()
    return verdict("reading / Earley", first / last, 1 / 20)


def grow() -> bool:
    """Reading texts of growing length."""
    read(text_of(COMPARED), WHERE)  # once untimed: what is loaded on first use is loaded
    times = [min(seconds(partial(read, text_of(length), WHERE)) for _ in range(ROUNDS)) for length in LENGTHS]
    each = [f"{1e6 * t / length:.1f}" for t, length in zip(times, LENGTHS, strict=True)]
    rows = [["ms", *map(milliseconds, times)], ["µs a character", *each]]
    print("\n" + table(["characters", *map(str, LENGTHS)], rows), end="\n\n")
    print(f"the exponent of the last three alone is {exponent(LENGTHS[-3:], times[-3:]):.3f}")
    return verdict("growth exponent of reading", exponent(LENGTHS, times), 1.15)


def main() -> int:
    """Measures, prints, judges."""
    fast = compare()
    return 0 if grow() and fast else 1


if __name__ == "__main__":
    sys.exit(main())
