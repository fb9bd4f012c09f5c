r"""Pages as LaTeX for amsmath: an ``align*`` whose lines fit an article, with the names of the laws at the right.

A line is broken before its outermost operators; laws stand beside their line as a tag, or below it where they do not
fit.  Of a *document* this is the body.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import LATEX
from matdiff.calculus.demands import Condition, by_names
from matdiff.opening import without_collector
from matdiff.output.latex import extent, in_words, title, with_mathematics
from matdiff.output.notation import write as write_expression
from matdiff.output.sharing import with_pieces
from matdiff.output.text import declarations
from matdiff.page.model import Answer, Formula, Line, Page, Section, Setting
from matdiff.page.typesetting import TEXT_WIDTH, measure, set_lines, small_brackets
from matdiff.records import NamedTuple
from matdiff.regex import regex

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate
    from matdiff.calculus.definiteness.signs import Claim
    from matdiff.numeric.check import Verification

DOCUMENT = r"""\documentclass{article}
\usepackage{amsmath}
\allowdisplaybreaks
\begin{document}
%s
\end{document}"""
LONGEST_LEFT = 9.0  # em of a left side that the lines below are aligned to
BESIDE = 2.0  # em between a line and its laws
SLACK = 1.5  # em that a line keeps clear
SENTENCE = TEXT_WIDTH - LONGEST_LEFT  # how wide a line of words is


@without_collector
def write(page: Page, check: Verification | None, setting: Setting) -> str:
    """The LaTeX of a page, by itself or as a document; a check is no part of it."""
    rows = list(_rows(page))
    left = max((measure(row.left) for row in rows), default=0.0)
    lines = [line for row in rows for line in _set(row, left)]
    body = "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"
    return DOCUMENT % body if setting.document else body


class _Row(NamedTuple):
    """What stands left of the sign of equality, the sign, what stands right of it, and tags at the margin."""

    left: str
    sign: str
    right: str
    laws: tuple[str, ...] = ()


# ---- lines ----------------------------------------------------------------------------------------------


def _set(row: _Row, left: float) -> Iterator[str]:
    """The lines of a row, where the left sides of all rows are so wide."""
    room = TEXT_WIDTH - SLACK - left - measure(row.sign)
    right = set_lines(row.right, room, room)
    made = [f"{row.left} &{row.sign}{right[0]}".lstrip()]
    made += [rf"&{BELOW * bool(row.sign)}{line}" for line in right[1:]]
    laws = list(row.laws)
    beside = TEXT_WIDTH - left - measure(row.sign) - measure(right[-1]) - BESIDE
    if laws and measure(together := ",\\; ".join(laws)) <= beside:
        made[-1] += rf" \tag*{{${together}$}}"
        return (yield from made)
    yield from made
    for tag in _filled(laws, TEXT_WIDTH - SLACK, ",\\; "):
        yield rf"& \tag*{{${tag}$}}"


BELOW = r"\phantom{=}\ "  # what goes on below a sign of equality


def _filled(items: Iterable[str], room: float, between: str, upright: bool = False) -> list[str]:
    """Items in lines, as many in each as there is room for."""
    made: list[str] = []
    for item in items:
        whole = (made[-1] if made else "") + between + item
        if made and measure(rf"\text{{{whole}}}" if upright else whole) <= room:
            made[-1] += between + item
        else:
            made.append(item)
    return made


def _formula(formula: Formula) -> str:
    return small_brackets(formula(LATEX))


def _sides(left: str, right: str, laws: tuple[str, ...] = ()) -> Iterator[_Row]:
    """left = right; a long left side stands by itself."""
    if measure(left) > LONGEST_LEFT:
        yield _Row("", "", left)
        yield _Row("", "= ", right, laws)
    else:
        yield _Row(left, "= ", right, laws)


WORD = regex(r"(?:\$[^$]*\$|[^ $])+")


def _said(sentence: str) -> Iterator[_Row]:
    """A sentence of LaTeX in lines of words; a formula in it that is wider than a line has lines of its own."""
    words: list[str] = []
    for word in [*WORD.findall(sentence), ""]:
        is_wide = measure(rf"\text{{{word}}}") > SENTENCE
        if word and not is_wide:
            words.append(word)
            continue
        for line in _filled(words, SENTENCE, " ", upright=True):
            yield _Row("", "", rf"\text{{{line}}}")
        words = []
        if is_wide:
            yield from (_Row("", "", line) for line in set_lines(word.strip("$"), SENTENCE, SENTENCE))


def _items(opening: str, items: Sequence[str]) -> Iterator[_Row]:
    """Formulas behind a word, as many in a line as there is room for."""
    for line in _filled([opening + items[0], *items[1:]], SENTENCE, ",\\; ") if items else []:
        yield _Row("", "", line)


# ---- the parts of a page --------------------------------------------------------------------------------


def _rows(page: Page) -> Iterator[_Row]:
    """The rows of a page."""
    first, *others = page.head
    for line in (first, *others):
        yield from _equation(line)
        if line.reading is not None:
            yield from _items(r"\text{with } ", [_declared(*d) for d in declarations(line.reading, LATEX)])
        if line is first:
            yield from (row for note in page.notes for row in _said(in_words(f"note: {note}")))
    for part in page.parts:
        yield from _part(part)
    if page.heading:
        yield from _heading(page.heading)
    for line in page.before:
        yield from _equation(line)
    for answer in page.answers:
        yield from _answer(answer)
    yield from _certificate(page.certificate)
    yield from _conditions(page.conditions)


def _conditions(conditions: Sequence[Condition | str]) -> Iterator[_Row]:
    """Where the page holds; a sentence that is wider than a line is broken between its words."""
    opening = r"\text{valid where } "
    signs = [small_brackets(condition(c)) for c in conditions]
    wide = [measure(opening + s) > SENTENCE and isinstance(c, str) for s, c in zip(signs, conditions, strict=True)]
    yield from _items(opening, [s for s, is_wide in zip(signs, wide, strict=True) if not is_wide])
    for c, is_wide in zip(conditions, wide, strict=True):
        if is_wide:
            yield from _said(in_words(f"valid where {c}" if all(wide) else str(c)))


def _heading(heading: str) -> Iterator[_Row]:
    yield from (
        _Row("", "", rf"\textbf{{{line}}}") for line in _filled(in_words(heading).split(" "), TEXT_WIDTH - 8, " ")
    )


def _declared(name: str, kind: str) -> str:
    """A: m×n symmetric; what is no size is words."""
    size, _, words = kind.partition(" ")
    if size.isalpha() and len(size) > 2:
        size, words = "", kind
    return f"{name}: {extent(size)}" + (rf"\text{{ {in_words(words)}}}" if words else "")


def _text(sentence: str) -> str:
    return rf"\text{{{in_words(sentence)}}}"


def condition(c: Condition | str) -> str:
    """A condition in signs where it has them, else in words."""
    if isinstance(c, str) or c.words:
        return _text(str(c))
    said = c.said(write_expression(by_names(c.about), LATEX), lambda words: rf"\text{{{words}}}")
    return said.replace("≠", r"\neq").replace("−", "-").replace("≤", r"\leq").replace("≥", r"\geq")


def _equation(line: Line, laws: tuple[str, ...] = ()) -> Iterator[_Row]:
    """left = right; without a left side the formula, which may have a place of its own to be aligned at."""
    right = _formula(line.right)
    if line.left is not None:
        yield from _sides(_formula(line.left), right, laws)
    elif "&" in right and not right.startswith(r"\begin"):
        left, _, right = right.partition("&")
        yield _Row(left.strip(), "", right.strip())
    elif (sentence := _sentence(right)) and measure(right) > SENTENCE:
        yield from _said(sentence)
    else:
        yield _Row("", "", right, laws)


def _sentence(latex: str) -> str:
    r"""What stands in a \text{…} that is all there is."""
    opening, depth = r"\text{", 1
    for k, c in enumerate(latex[len(opening) :], len(opening)):
        depth += (c == "{") - (c == "}")
        if depth == 0:
            return latex[len(opening) : k] if latex.startswith(opening) and k == len(latex) - 1 else ""
    return ""


def _part(part: Sequence[Section]) -> Iterator[_Row]:
    """The lines of a part; a left side that stays is not written again."""
    shown = ""
    for section in part:
        yield from _heading(section.heading)
        for line in section.lines:
            laws = tuple(map(title, line.laws))
            left = _formula(line.left) if line.left is not None else ""
            if left and left == shown:
                yield _Row("", "= ", _formula(line.right), laws)
            else:
                yield from _equation(line, laws)
            shown = left


def _value(e: Expr) -> str:
    return small_brackets(with_pieces(e, LATEX, definitions=False))


def _answer(answer: Answer) -> Iterator[_Row]:
    """An answer with its shape, and below it what is said of it."""
    tags = (extent(shape_text(answer.value.shape)), *map(title, answer.laws))
    yield from _sides(_formula(answer.left), _value(answer.value), tags)
    if answer.closed is not None:
        yield _Row("", "= ", _value(answer.closed))
    for sentence, e in answer.remarks:
        yield _Row("", BELOW, _text(sentence) + ("" if e is None else _value(e)))


def _certificate(certificate: Certificate | None) -> Iterator[_Row]:
    """What is known of the sign of a Hessian, with its reasons."""
    if certificate is None:
        return
    facts, last = certificate.facts(), certificate.last_reason
    told = [_fact(c) for c in facts] + [last] * bool(last) if facts is not None else list(certificate.reasons())
    yield from _said(in_words(certificate.heading) + ":" * bool(told))
    for reason in told:
        yield from _said(reason if facts and reason is not last else "".join(with_mathematics(reason)))


def _fact(claim: Claim) -> str:
    """A claim, and its reason in brackets."""
    reason = "".join(with_mathematics(claim.reason))
    return (
        in_words(claim.text("@")).replace("@", f"${small_brackets(write_expression(claim.expr, LATEX))}$")
        + f" ({reason})"
    )
