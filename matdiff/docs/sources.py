"""The pages of the site in Markdown, by their names: what a checkout holds, and what is made from the program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from matdiff.docs import gallery, law_book, reference
from matdiff.docs.markdown import raw, slug, with_formulas
from matdiff.output.mathml import mathml
from matdiff.records import NamedTuple
from matdiff.regex import regex

OWN = Path(__file__).with_name("text")
FENCE = regex(r"^(`{3,})", re.MULTILINE)
LINK = regex(r"\]\((?!https?:|#|/)([^)#\s]+)")
TARGETS = {
    "GUIDE.md": "/guide/index.md",
    "grammar/README.md": "/language.md",
    "grammar/LAWS.md": "/laws/index.md",
    "notebooks": "/notebooks/index.md",
    "CONTRIBUTING.md": "/contributing.md",
    "CHANGELOG.md": "/changelog.md",
    "expression.lark": "/grammar.md",
    "audiences.md": "/for/index.md",
}
TAG = regex(r"\\tag\*\{\$(.*?)\$\}", re.DOTALL, given=("\\tag",))
SENTENCE = regex(r"\\text\{((?:\$[^$]*\$|\\\^\{\}|\\.|[^{}\\$])*)\}", given=("\\text",))
EARLY = "Conventions"  # the section of the guide that stands before the guide

CONTENTS = {
    "Begin": ("tutorial", "conventions", "for/index", "gallery/index", "notebooks/index"),
    "Guide": ("guide/index",),
    "Reference": ("reference/index", "language", "grammar", "laws/index"),
    "Project": ("comparison", "contributing", "changelog", "security"),
}


class Section(NamedTuple):
    """A part of a page under a heading of the second level, as a page of its own."""

    title: str
    text: str


def pages(root: Path) -> Iterator[tuple[str, str]]:
    """The name and the text of every page."""
    yield (
        "index",
        _page(root / "README.md")
        + "".join(contents(names, caption, hidden=True) for caption, names in CONTENTS.items()),
    )
    for name, file in (
        ("contributing", "CONTRIBUTING.md"),
        ("changelog", "CHANGELOG.md"),
        ("security", "SECURITY.md"),
        ("language", "grammar/README.md"),
    ):
        yield name, _page(root / file)
    lark = (root / "grammar" / "expression.lark").read_text(encoding="utf-8")
    yield "grammar", f"# The grammar\n\nAs the parser reads it, in the notation of lark.\n\n````text\n{lark}````\n"
    yield "tutorial", _page(OWN / "tutorial.md")
    yield "comparison", _page(OWN / "comparison.md")
    yield from _in_sections("for", OWN / "audiences.md")
    yield from _in_sections("guide", root / "GUIDE.md")
    yield from _notebooks(root / "notebooks")
    yield from gallery.pages(root / "tests" / "models.toml")
    yield from law_book.pages(root / "tests" / "models.toml")
    yield from reference.pages()


def contents(names: tuple[str, ...], caption: str = "", hidden: bool = False) -> str:
    """A list of pages, as Sphinx takes it."""
    options = f":caption: {caption}\n" * bool(caption) + ":hidden:\n" * hidden + ":maxdepth: 1\n"
    return "\n```{toctree}\n" + options + "\n" + "\n".join(names) + "\n```\n"


def _page(path: Path) -> str:
    """A file whose links lead to pages of the site."""
    text = path.read_text(encoding="utf-8")
    return LINK.sub(lambda m: f"]({_target(m[1].removeprefix('../../../').rstrip('/'))}", text)


def _target(link: str) -> str:
    """The page of the site that a link in the checkout leads to."""
    return f"/{link.removesuffix('.ipynb')}.md" if link.endswith(".ipynb") else TARGETS[link]


def _in_sections(name: str, path: Path) -> Iterator[tuple[str, str]]:
    """A file as a folder of pages, one for each section; what stands before them is the index."""
    head, sections = sections_of(_page(path))
    introduction = re.sub(r"^- \[.*\]\(#.*\n", "", head, flags=re.MULTILINE)  # the list of the sections itself
    places = {slug(s.title): slug(s.title) if s.title == EARLY else f"{name}/{slug(s.title)}" for s in sections}
    yield f"{name}/index", introduction + contents(tuple(f"/{p}" for p in places.values() if "/" in p))
    for section in sections:
        text = re.sub(r"\]\(#([\w-]+)\)", lambda m: f"](/{places[m[1]]}.md)", section.text)
        yield places[slug(section.title)], f"# {section.title}\n{text}"


def sections_of(text: str) -> tuple[str, list[Section]]:
    """What stands before the first heading of the second level, and the parts under these, their headings raised."""
    head, sections, fence = "", [], ""
    for line in text.splitlines(keepends=True):
        if found := FENCE.match(line):
            fence = "" if fence == found[1] else fence or found[1]
        if not fence and line.startswith("## "):
            sections.append(Section(line[3:].strip(), ""))
        elif sections:
            raised = line[1:] if not fence and line.startswith("###") else line
            sections[-1] = sections[-1]._replace(text=sections[-1].text + raised)
        else:
            head += line
    return head, sections


# ---- notebooks ------------------------------------------------------------------------------------------


def _notebooks(folder: Path) -> Iterator[tuple[str, str]]:
    """The notebooks as they are stored, with what their cells show."""
    paths = sorted(folder.glob("*.ipynb"))
    introduction = "# Notebooks\n\nWorked examples, with every formula checked; the files are in `notebooks/`.\n"
    yield "notebooks/index", introduction + contents(tuple(path.stem for path in paths))
    for path in paths:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield f"notebooks/{path.stem}", "\n\n".join(part for cell in cells for part in _cell(cell))


def _cell(cell: dict[str, object]) -> Iterator[str]:
    """A cell and below it what it shows."""
    text = "".join(cell["source"])  # type: ignore[arg-type]
    if cell["cell_type"] == "markdown":
        yield with_formulas(text)
        return
    yield f"```python\n{text}\n```"
    for output in cell["outputs"]:  # type: ignore[attr-defined]
        data = output.get("data", {})
        if "text/latex" in data:
            lines = aligned("".join(data["text/latex"]))
            yield raw(f'<div class="matdiff"><div class="wide" tabindex="0">{lines}</div></div>')
        elif "image/png" in data:
            picture = "".join(data["image/png"]).strip()
            yield raw(f'<img alt="what the code above draws" src="data:image/png;base64,{picture}">')
        else:
            shown = "".join(output.get("text", data.get("text/plain", ""))).rstrip()
            yield f"```text\n{shown}\n```"


def aligned(latex: str) -> str:
    r"""LaTeX as a table of MathML: an ``align*`` row by row, with its tags at the right; any other formula by itself.

    >>> aligned(r"$x$").count("<math"), aligned("\\begin{align*}\nf &= x \\tag*{$n$}\n\\end{align*}").count("<td")
    (1, 3)
    """
    body = re.fullmatch(r"\s*\\begin\{align\*\}\n(.*)\n\\end\{align\*\}\s*", latex, re.DOTALL)
    if body is None:
        return mathml(latex.strip().strip("$"), display=True)
    rows = "".join(map(_row, re.split(r"\\\\\n(?!& \\tag)", body[1])))
    return f'<table class="lines">{rows}</table>'


def _row(row: str) -> str:
    """A row of an ``align*``: what stands before the sign that aligns, what behind it, and its tags, some below it."""
    formula, _, _ = row.partition(r"\tag*{")
    left, _, right = formula.removesuffix("\\\\\n& ").partition("&")
    cells = (("left", left), ("right", right), ("laws", r",\; ".join(TAG.findall(row))))
    return "<tr>" + "".join(f'<td class="{kind}">{_formula(part.strip())}</td>' for kind, part in cells) + "</tr>"


def _formula(latex: str) -> str:
    """A part of a row; what is left of a row that goes on is nothing."""
    return mathml(SENTENCE.sub(_parted, latex), display=True) if latex else ""


def _parted(sentence: re.Match[str]) -> str:
    r"""A sentence in a formula, with the formulas and the braces in it outside of its words.

    >>> SENTENCE.sub(_parted, r"\text{where $\mu$\_\{1\} > 0}")
    '\\text{where }\\mu\\text{_}\\{\\text{1}\\}\\text{ > 0}'
    """
    words = re.sub(r"\$([^$]*)\$|(\\[{}])", r"}\1\2\\text{", sentence[1])
    return rf"\text{{{words}}}".replace(r"\^{}", "^").replace(r"\_", "_").replace(r"\text{}", "")
