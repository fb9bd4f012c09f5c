"""The law book, typeset: every operator and every law with its statement, and a step of the gallery that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import CATALOGUE, Law, Statement
from matdiff.algebra.rewriting import Step
from matdiff.docs.gallery import models
from matdiff.docs.markdown import raw, slug
from matdiff.output.law_book import INTRODUCTION, KINDS, Entry, laws, operators
from matdiff.output.mathml import mathml
from matdiff.page.as_html import element
from matdiff.page.typesetting import small_brackets

LONGEST = 90  # signs of an example


def pages(path: Path) -> Iterator[tuple[str, str]]:
    """A page for the operators and one for each kind of laws; the models of a file are where the examples come from."""
    names = ("operators", *map(slug, KINDS.values()))
    listed = "\n".join(names)
    about = INTRODUCTION.replace(" by `matdiff laws --format markdown`", "")
    yield "laws/index", f"# The law book\n\n{about}\n\n```{{toctree}}\n:maxdepth: 2\n\n{listed}\n```\n"
    yield "laws/operators", "\n\n".join(["# Operators", *_operators()]) + "\n"
    examples = shortest_steps(path)
    for kind, heading in KINDS.items():
        parts = [f"# {heading}"]
        for subject, group in laws(kind, CATALOGUE.values()):
            entries = "".join(_law(law, examples.get(law.name)) for law in group)
            parts += [f"## {subject}", raw(element("div", entries, "matdiff laws"))]
        yield f"laws/{slug(heading)}", "\n\n".join(parts) + "\n"


def shortest_steps(path: Path) -> dict[str, Step]:
    """For each law that the models use the shortest step that is an instance of it."""
    found: dict[str, tuple[int, Step]] = {}
    for model in models(path):
        for step in model.derivation().steps:
            length = len(f"{step.before}{step.after}")
            named = ";" in f"{step.before}{step.after}"  # definitions stand before it
            if not named and length < min(LONGEST, found.get(step.law.name, (LONGEST,))[0]):
                found[step.law.name] = length, step
    return {name: step for name, (_, step) in found.items()}


# ---- operators ------------------------------------------------------------------------------------------


def _operators() -> Iterator[str]:
    """The operators, in the order of their subjects."""
    subject = ""
    for entry in operators():
        if entry.subject != subject:
            subject = entry.subject
            yield f"## {subject}"
        yield raw(element("div", _operator(entry), "matdiff laws"))


def _operator(entry: Entry) -> str:
    """An operator: how it is written, what it means, its differential."""
    latex = entry.spellings.get("LaTeX", "")
    shown = mathml(small_brackets(latex)) if latex else element("code", escape(f"{entry.names[0]}(…)"))
    shapes = element("span", escape(entry.signature), "shape") if entry.signature else ""
    names = ", ".join(element("code", escape(name)) for name in entry.names)
    typed = f"{names}; " if names else ""
    plain = element("code", escape(entry.spellings.get("plain", ""))) if entry.spellings else ""
    told = [escape(entry.meaning), f"typed {typed}{plain}".rstrip("; ") if typed or plain else ""]
    told += [f"for {escape(entry.condition)}" if entry.condition else ""]
    below = "".join(element("div", words, "remark") for words in told if words)
    stated = "".join(_statement(law.statements[0]) for law in _stated(entry.differential))
    return element("div", element("div", shown + shapes, "head") + below + stated, "entry")


def _stated(statement: str) -> list[Law]:
    """The law with a statement, if there is one."""
    return [law for law in CATALOGUE.values() if statement and law.statement == statement][:1]


# ---- laws -----------------------------------------------------------------------------------------------


def _law(law: Law, example: Step | None) -> str:
    """A law: its statements typeset, where it holds, where it is from, and a step that uses it."""
    name = element("p", escape(law.name.replace("_", " ")), "heading")
    stated = "".join(map(_statement, law.statements))
    told = [law.where and f"for {law.where}", law.requires and f"where {law.requires}", law.source]
    below = "".join(element("div", escape(words), "remark") for words in told if words)
    shown = "" if example is None else element("div", "as in " + _equal(example.before, example.after), "example")
    return element("div", name + stated + below + shown, "entry", id=law.name.replace("_", "-"))


def _statement(statement: Statement) -> str:
    """A statement in signs, and as it is typed."""
    typed = element("code", escape(statement.statement))
    return element("div", _equal(*Law.read(statement)), "head wide") + element("div", typed, "remark")


def _equal(left: Expr, right: Expr) -> str:
    return mathml(small_brackets(f"{left:latex} = {right:latex}"), display=True)
