r"""A document in, the passages of it out that hold formulas: LaTeX, Markdown, docstrings of Python modules.

What is no formula is blank in a passage, so that the lines and columns are those of the document.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from matdiff import regex as re
from matdiff.errors import MatdiffError
from matdiff.language.latex.commands import DEFINITIONS
from matdiff.language.latex.macros import Macro, Stream, is_word
from matdiff.records import NamedTuple
from matdiff.review.reviewing import HEADING

BLANK = r"verbatim|lstlisting|minted|tikzpicture|thebibliography|filecontents|comment|algorithmic"
DISPLAY = r"equation|align|aligned|alignat|gather|multline|eqnarray|flalign|displaymath|math"
COMMENT = r"(?<!\\)%.*"
FENCE = r"^[ \t]*(?P<fence>```|~~~)(?P<kind>\w*)[^\n]*\n(?P<rows>.*?)^[ \t]*(?P=fence)[ \t]*$"
DEFINING = frozenset(DEFINITIONS)
DOCTEST = r"(?m)^[ \t]*>>>.*(?:\n[ \t]*\S.*)*"
ROLE = r":math:`([^`]*)`"
LITERAL = r"``[^`\n]*``|:[\w:]+:`[^`\n]*`"


DIRECTIVE = r"(?m)^(?P<indent>[ \t]*)\.\. math::(?P<first>.*)\n(?P<rows>(?:[ \t]*\n|(?P=indent)[ \t]+\S.*(?:\n|\Z))*)"
NAMES = r"[A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)*"
NAMED = rf"^\s*(?:[-*]\s+|:param\s+)?(?P<names>{NAMES})\s*(?:\((?P<kind>[^()]*(?:\([^()]*\)[^()]*)?)\))?\s*:"
EXTENT = r"[A-Za-z]\w*|[1-9]\d*"
SHAPE = rf"(?:shape\s*:?[\s=(\[]*|^\s*[(\[])\s*(?P<rows>{EXTENT})\s*(?:[,x×]\s*(?P<cols>{EXTENT})?)?\s*[)\]]"
NUMBER = r"\s*(?:float|double|scalar|real)\b"


class Passage(NamedTuple):
    """A part of a document that is reviewed by itself: its text, the number of its first line, what it declares."""

    text: str
    line: int = 1
    declared: tuple[tuple[str, str], ...] = ()


def passages(name: str, text: str) -> Iterator[Passage]:
    """The passages of a document of this name."""
    suffix = name.rpartition(".")[2].lower()
    yield from READERS.get(suffix, of_markdown)(text)


def of_latex(text: str) -> Iterator[Passage]:
    r"""The formulas and headings of LaTeX, with its macros expanded; comments, preamble and verbatim text are blank.

    >>> [p.text for p in of_latex("\\newcommand{\\tr}{\\operatorname{tr}} % a trace\nLet $f = \\tr(X)$ be\nof use")]
    ['\nLet $f = \\operatorname {tr}(X)$ be\n']
    """
    text = re.sub(COMMENT, "", text)
    macros = _macros(text)
    body = text.find(r"\begin{document}")
    text = _blanked(text[: max(body, 0)]) + text[max(body, 0) :]
    text = re.sub(rf"\\begin\{{({BLANK})\*?\}}.*?\\end\{{\1\*?\}}", lambda m: _blanked(m.group()), text, flags=re.S)
    yield Passage("\n".join(_expanded(row, macros) for row in _with_formulas(text.split("\n"))))


def of_markdown(text: str) -> Iterator[Passage]:
    """The formulas and headings of Markdown, also between $` and `$; code is blank."""
    text = re.sub(FENCE, _of_fence, text, flags=re.S | re.M)
    text = re.sub(r"\$`(.+?)`\$", r"$$\1$$", re.sub(r"\$`(.+?)`\$", r"$\1$", text), flags=re.S)
    text = re.sub(r"(?<!`)`[^`\n]+`(?!`)", lambda m: " " * len(m.group()), text)
    yield Passage("\n".join(_with_formulas(text.split("\n"))))


def of_plain(text: str) -> Iterator[Passage]:
    """A text without markup as it stands."""
    yield Passage(text)


def of_python(text: str) -> Iterator[Passage]:
    """The docstrings of a module."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, holders) and (said := ast.get_docstring(node, clean=False)) is not None:
            yield from (passage._replace(line=node.body[0].lineno) for passage in of_rst(said))


def of_rst(text: str) -> Iterator[Passage]:
    """A text in reStructuredText without its examples, with the shapes that it gives arguments.

    What the role and the directive math hold are formulas in dollars; beside such nothing else is one.
    """
    text = re.sub(DOCTEST, lambda m: _blanked(m.group()), text)
    text = re.sub(LITERAL, lambda m: " " * len(m.group()), re.sub(ROLE, r"$\1$", text))
    rows = re.sub(DIRECTIVE, _of_directive, text).split("\n")
    shown = _with_formulas(rows) if any("$" in row for row in rows) else map(_without_mark, rows)
    yield Passage("\n".join(shown), declared=tuple(_arguments(rows)))


READERS: dict[str, Callable[[str], Iterator[Passage]]] = {
    "tex": of_latex, "ltx": of_latex, "latex": of_latex, "py": of_python, "rst": of_rst, "txt": of_plain,
}  # fmt: skip


def _blanked(text: str) -> str:
    """Nothing but the ends of lines."""
    return "\n" * text.count("\n")


def _of_fence(m: re.Match[str]) -> str:
    """A block between fences: a formula where it is called math."""
    return f"$$\n{m.group('rows')}$$" if m.group("kind") == "math" else _blanked(m.group())


def _of_directive(m: re.Match[str]) -> str:
    """The formulas of a directive, one in each of its paragraphs, in dollars."""
    rows, found = [m.group("first"), *m.group("rows").split("\n")], []
    for k, row in enumerate(rows):
        is_first = bool(row.strip()) and (k == 0 or not rows[k - 1].strip())
        is_last = bool(row.strip()) and (k + 1 == len(rows) or not rows[k + 1].strip())
        found.append("" if row.strip().startswith(":") else f"{'$$' * is_first}{row.strip()}{'$$' * is_last}")
    return "\n".join(found)


def _arguments(rows: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The names of arguments with the shapes that stand beside them: X : ndarray of shape (n, p); c : float."""
    for row in rows:
        m = re.match(NAMED, row)
        if m is None or "=" in row[: m.end()]:
            continue
        kinds = [kind for kind in (m.group("kind"), row[m.end() :]) if kind]
        shape = next((s for s in (re.search(SHAPE, kind) for kind in kinds) if s), None)
        said = " x ".join(filter(None, shape.groups())) if shape else "scalar"
        if shape or any(re.match(NUMBER, kind) for kind in kinds):
            yield from ((name.strip(), said) for name in m.group("names").split(","))


def _with_formulas(rows: list[str]) -> Iterator[str]:
    """The rows that hold a formula or a heading, or stand within a displayed formula; others are blank."""
    is_display = False
    for row in rows:
        marks = len(re.findall(r"(?<!\\)\$\$", row))
        opens = len(re.findall(rf"\\\[|\\begin\{{(?:{DISPLAY})\*?\}}", row))
        closes = len(re.findall(rf"\\\]|\\end\{{(?:{DISPLAY})\*?\}}", row))
        holds = is_display or opens or closes or "$" in row or r"\(" in row or HEADING.match(row)
        yield _without_mark(row) if holds else ""
        is_display = is_display != bool(marks % 2) if marks else (is_display or opens > closes) and not closes > opens


def _without_mark(row: str) -> str:
    """A row without the marks at its front that make it an item or a quotation."""
    return re.sub(r"^\s*(?:(?:>|[-*+])\s+)+", lambda m: " " * len(m.group()), row)


def _macros(text: str) -> dict[str, Macro]:
    """The macros that a document defines; those that matdiff cannot read are left out."""
    known: dict[str, Macro] = {}
    for row in text.split("\n"):
        if _defines(row):
            stream = Stream(row)
            stream.macros = known
            with suppress(MatdiffError):
                while (token := stream.pull()) is not None:
                    if token.text in DEFINING:
                        stream.define(token)
    return known


def _defines(row: str) -> bool:
    """Whether a row begins with the definition of a macro."""
    first = re.match(r"\s*(\\[A-Za-z]+)", row)
    return first is not None and first.group(1) in DEFINING


def _expanded(row: str, macros: dict[str, Macro]) -> str:
    """A row with its macros expanded; the definitions themselves are blank."""
    if _defines(row):
        return ""
    if not any(word in macros for word in re.findall(r"\\(?:[A-Za-z]+|.)", row)):
        return row
    stream, found = Stream(row), ""
    stream.macros = macros
    try:
        while (token := stream.pull()) is not None:
            found += token.text + " " * is_word(token.text)
    except MatdiffError:
        return row
    return found
