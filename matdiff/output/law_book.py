"""The law book: every operator and every law, from the tables that the program itself works with.

Out comes a page of text, Markdown, or JSON.  An operator is shown in all its spellings, with its shapes, where it
is defined and its differential; a law with its statement, its side condition and its source.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from sys import modules
from typing import Any

from matdiff.algebra.expr import FUNCTIONS, OPERATORS, Expr, Operator
from matdiff.algebra.laws import CATALOGUE, Law
from matdiff.algebra.operators.abbreviations import Abbreviation
from matdiff.errors import MatdiffError
from matdiff.output.text import text
from matdiff.records import NamedTuple

KINDS = {
    "differential": "Laws of the differential",
    "trace": "Laws of the trace",
    "vec": "Laws of vec",
    "identity": "Identities",
    "equation": "Laws of equations",
    "definition": "Definitions and rules of derivation",
}


class Entry(NamedTuple):
    """An operator in the book."""

    title: str
    names: tuple[str, ...]
    meaning: str
    signature: str
    spellings: dict[str, str]
    condition: str
    differential: str
    subject: str


# ---- the entries ------------------------------------------------------------------------------------------------


def operators() -> list[Entry]:
    """All operators and abbreviations, in the order of their subjects."""
    entries = []
    for cls in OPERATORS.values():
        if cls.inputs or cls.shown or "sample" in vars(cls):
            entries.append(_entry(cls, cls.sample()))
        elif cls.names:
            entries.append(_abbreviation(cls))
    entries += [_abbreviation(cls) for cls in dict.fromkeys(FUNCTIONS.values()) if issubclass(cls, Abbreviation)]
    order = {subject: k for k, subject in enumerate(dict.fromkeys(e.subject for e in entries))}
    return sorted(entries, key=lambda e: order[e.subject])


def _entry(cls: type[Operator], node: Expr) -> Entry:
    spellings = {"text": text(node), "plain": text(node, "ascii"), "LaTeX": text(node, "latex")}
    condition = node.condition() if isinstance(node, Operator) and isinstance(node, cls) else ""
    law = cls.d.statement if cls.d is not None else ""
    return Entry(cls.__name__, cls.names, _first_line(cls), _shapes(cls), spellings, condition, law, _subject(cls))


def _abbreviation(cls: type[Operator]) -> Entry:
    """An entry without a sample."""
    law = cls.meaning if issubclass(cls, Abbreviation) else cls.d.statement if cls.d is not None else ""
    return Entry(cls.__name__, cls.names, _first_line(cls), cls.signature, {}, "", law, _subject(cls))


def _shapes(cls: type[Operator]) -> str:
    """The shapes of the operands and of the result."""
    return cls.signature or "".join(relation.text for relation in cls.relations[-1:])


def _first_line(cls: type[Operator]) -> str:
    return (cls.__doc__ or "").strip().partition("\n")[0]


def _subject(thing: Any) -> str:
    """The first sentence of the module in which something is declared."""
    module = modules.get(getattr(thing, "__module__", ""))
    lines = ((module.__doc__ if module is not None else None) or "Own operators").strip().splitlines()
    sentence = " ".join(lines[: lines.index("") if "" in lines else None])
    return sentence.partition(". ")[0].partition(":")[0].rstrip(".")


def laws(kind: str, among: Iterable[Law]) -> Iterator[tuple[str, list[Law]]]:
    """The laws of a kind, grouped by subject."""
    groups: dict[str, list[Law]] = {}
    for law in among:
        if law.kind == kind:
            groups.setdefault(_subject(law.apply), []).append(law)
    yield from groups.items()


# ---- the pages ----------------------------------------------------------------------------------------------------


def book(form: str = "text", word: str = "") -> str:
    """The law book as ``text``, ``markdown`` or ``json``; with a *word* what has it in a name or statement."""
    writers = {"text": _text, "markdown": _markdown, "json": _json}
    if form not in writers:
        raise MatdiffError(f"the law book has no form {form!r}", suggestion=f"Take one of {', '.join(writers)}.")
    found = [
        e for e in operators() if has_word(word, e.title, e.meaning, e.differential, *e.names, *e.spellings.values())
    ]
    chosen = [law for law in CATALOGUE.values() if has_word(word, law.name, law.title, law.statement, law.source)]
    if not found and not chosen:
        raise MatdiffError(f"no operator and no law speaks of {word!r}", suggestion="`matdiff laws` shows all of them.")
    return writers[form](found, chosen)


def has_word(word: str, *texts: str) -> bool:
    """Whether one of the texts has a word, or several in any order, in capitals or not.

    >>> has_word("PRODUCT law", "law of the product"), has_word("trace", "Tr(AB) = Tr(BA)")
    (True, False)
    """
    whole = " ".join(texts).replace("_", " ").casefold()
    return all(part in whole for part in word.replace("_", " ").casefold().split())


def _json(found: list[Entry], chosen: list[Law]) -> str:
    content = {
        "operators": [entry._asdict() for entry in found],
        "laws": [
            {
                "name": law.name,
                "kind": law.kind,
                "title": law.title,
                "statement": law.statement,
                "where": law.where,
                "requires": law.requires,
                "source": law.source,
            }
            for law in chosen
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _text(found: list[Entry], chosen: list[Law]) -> str:
    rows = ["OPERATORS", ""] if found else []
    for entry in found:
        rows.append(f"{entry.spellings.get('text') or entry.names[0]}    {entry.signature}    {entry.meaning}".rstrip())
        facts = {
            "names": ", ".join(entry.names),
            "LaTeX": entry.spellings.get("LaTeX", ""),
            "where": entry.condition,
            "law": entry.differential,
        }
        rows += [f"    {word}: {fact}" for word, fact in facts.items() if fact]
    for kind, heading in KINDS.items():
        groups = list(laws(kind, chosen))
        rows += ["", heading.upper()] if groups else []
        for _, group in groups:
            rows += [row for law in group for row in _law_rows(law)]
    return "\n".join(rows).lstrip("\n") + "\n"


def _law_rows(law: Law) -> Iterator[str]:
    yield f"{law.name}  [{law.kind}]"
    yield f"    {law.statement}"
    facts = [law.where and f"where {law.where}", law.requires and f"requires {law.requires}"]
    if any(facts):
        yield "    " + "; ".join(filter(None, facts))
    if law.source:
        yield f"    source: {law.source}"


def _markdown(found: list[Entry], chosen: list[Law]) -> str:
    rows = ["# The law book of matdiff", "", INTRODUCTION, "", "## Operators"]
    subject = ""
    for entry in found:
        if entry.subject != subject:
            subject = entry.subject
            rows += ["", f"### {subject}", ""]
            rows += _row("operator", "shapes", "plain", "LaTeX", "where", "law", "meaning"), _row(*["---"] * 7)
        spelt = entry.spellings
        names = ", ".join(map(_code, entry.names))
        shown = _code(spelt["text"]) if spelt else _code(f"{entry.names[0]}(…)")
        also = f" ({names})" if names else ""
        plain, latex = _code(spelt.get("plain", "")), _code(spelt.get("LaTeX", ""))
        rows.append(
            _row(shown + also, entry.signature, plain, latex, entry.condition, _code(entry.differential), entry.meaning)
        )
    for kind, heading in KINDS.items():
        rows += ["", f"## {heading}"]
        for title, group in laws(kind, chosen):
            rows += [
                "",
                f"### {title}",
                "",
                _row("law", "statement", "where", "requires", "source"),
                _row(*["---"] * 5),
            ]
            for law in group:
                rows.append(_row(law.title, _code(law.statement), _code(law.where), law.requires, law.source))
    return "\n".join(rows) + "\n"


INTRODUCTION = """Written by `matdiff laws --format markdown` from the tables that the program works with. A law is
applied from left to right. Its statement is in the language of matdiff; capital letters that are not declared are
square matrices of one size. The tests compare both sides of every statement numerically on random instances, and
every differential with differences of values."""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _code(written: str) -> str:
    """A piece of text as code; code with a grave accent inside does not occur."""
    return f"`{written}`" if written else ""
