"""The page of the language says what the program does: spellings, names, declarations, aliases, errors.

``grammar/README.md`` is read with plain string handling: tables by their bars, blocks by their fences.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import matdiff
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import MatdiffError
from matdiff.language import tables
from matdiff.language.declarations import PROPERTIES, declare
from matdiff.language.lexer import Lexer
from matdiff.language.spelling import transcript
from matdiff.language.syntax import Node, parse_tokens, postorder
from matdiff.language.typing import SPECIAL
from matdiff.language.words import MAKERS, Vocabulary

PAGE = (Path(__file__).resolve().parents[2] / "grammar" / "README.md").read_text(encoding="utf-8")
ESCAPED_BAR = "\\|"  # a bar in a cell of a table


def section(title: str) -> str:
    """The part of the page below a headline."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def cells(line: str) -> list[str]:
    """The cells of a row of a table."""
    hidden = line.strip().strip("|").replace(ESCAPED_BAR, "\0")
    return [cell.strip().replace("\0", "|") for cell in hidden.split("|")]


def rows(text: str, *head: str) -> list[list[str]]:
    """The rows of the tables of a text that have this head."""
    found: list[list[str]] = []
    inside = False
    for line in text.splitlines():
        if not line.startswith("|"):
            inside = False
        elif [cell.partition(":")[0] for cell in cells(line)] == list(head):
            inside = True
        elif inside and not line.startswith("|---"):
            found.append(cells(line))
    assert found, head
    return found


def spans(cell: str) -> list[str]:
    """The code spans of a cell."""
    return cell.split("`")[1::2]


def blocks(text: str, language: str = "text") -> list[str]:
    """The fenced blocks of a text."""
    return [part.split("\n```", 1)[0] for part in text.split(f"```{language}\n")[1:]]


WHERE = blocks(section("Spellings"))[0]
SPELLINGS = rows(section("Spellings"), "meaning", "plain", "Unicode", "LaTeX")


def named(found: list[list[str]], place: int = 0) -> list[object]:
    return [pytest.param(row, id=row[place]) for row in found]


# ---- spellings, names, declarations -----------------------------------------------------------------


@pytest.mark.parametrize("row", named(SPELLINGS))
def test_all_spellings_of_a_row_are_one_expression(row: list[str]) -> None:
    first, *others = [text for cell in row[1:] for text in spans(cell)]
    assert all(spans(cell) for cell in row[1:])
    for text in others:
        assert matdiff.parse(text, WHERE) is matdiff.parse(first, WHERE), text


def test_all_formulas_in_the_block_of_latex_are_one_expression() -> None:
    texts = blocks(section("Spellings"), "latex")[0].splitlines()
    where = "X: m x n; w: n; y: m"
    assert len({matdiff.parse(text, where) for text in texts}) == 1


@pytest.mark.parametrize("row", named(rows(section("Names"), "name", "other spellings")))
def test_all_spellings_of_a_name_are_one_name(row: list[str]) -> None:
    name, *others = [text for cell in row for text in spans(cell)]
    for text in others:
        assert matdiff.parse(text) is matdiff.parse(name), text
        assert matdiff.parse(text, {name: "k x l"}) is matdiff.parse(name, {name: "k x l"}), text


@pytest.mark.parametrize("row", named(rows(section("Declarations"), "declaration", "other spellings", "meaning")))
def test_all_spellings_of_a_declaration_are_one(row: list[str]) -> None:
    texts = spans(row[0]) + spans(row[1])
    found = []
    for text in texts:
        declared = declare(text)
        found.append([declared[name] for name in declared])
    assert len(found[0]) == 1
    for text, declaration in zip(texts, found, strict=True):
        assert declaration == found[0], text


def test_the_grammar_of_declarations_names_every_property() -> None:
    grammar = blocks(section("Declarations"))[0]
    assert set(re.findall(r"[a-z]{3,}", grammar)) >= set(PROPERTIES)


def test_an_expression_with_declarations_before_it_is_read() -> None:
    text = blocks(section("Declarations"))[1]
    assert matdiff.parse(text) is matdiff.parse(text.splitlines()[-1], "X: m x n; w: n; y: m")


# ---- what a sign means ------------------------------------------------------------------------------

READINGS = [
    *([row[0], row[1]] for row in rows(PAGE, "text", "is read as")),
    *([row[0], row[1]] for row in rows(PAGE, "text", "is read as", "because")),
    *([row[1], row[2]] for row in rows(PAGE, "signs", "example", "is read as")),
]


@pytest.mark.parametrize("row", named(READINGS))
def test_a_text_is_read_as_the_page_says(row: list[str]) -> None:
    (text,), (meaning,) = spans(row[0]), spans(row[1])
    assert matdiff.parse(text, WHERE) is matdiff.parse(meaning, WHERE)


def test_the_definitions_of_the_page_mean_the_same() -> None:
    texts = blocks(section("Definitions"))[0].splitlines()
    assert len(texts) > 3
    assert len({matdiff.parse(text, WHERE) for text in texts}) == 1


# ---- aliases ----------------------------------------------------------------------------------------

ALIASES = rows(section("The grammar"), "alias", "example", "what it means")


def tree(text: str) -> Node:
    """The syntax tree of a text."""
    functions = {*FUNCTIONS, *SPECIAL, *MAKERS} - {"d"}
    script = transcript(text, functions)
    return parse_tokens(Lexer(script, Vocabulary(script.text, declare(WHERE), functions)).run(), text)


def aliases(root: Node) -> set[str]:
    """The aliases of the alternatives that made the nodes of a tree; a chain keeps those of its parts."""
    found = set[str]()
    for node in postorder(root):
        found.add(node.kind)
        if isinstance(node.value, list):
            found.update(node.value)
    return found


@pytest.mark.parametrize("row", named(ALIASES))
def test_the_example_of_an_alias_has_it(row: list[str]) -> None:
    (alias,), (example,) = spans(row[0]), spans(row[1])
    assert alias in aliases(tree(example))


def test_the_page_has_every_alias_of_the_grammar() -> None:
    grammar = tables.read_text(tables.grammar_path("expression.lark"))
    rules = "\n".join(line.partition("//")[0] for line in grammar.splitlines())
    assert {spans(row[0])[0] for row in ALIASES} == set(re.findall(r"-> (\w+)", rules))


# ---- errors -----------------------------------------------------------------------------------------

ERRORS = [entry for block in blocks(section("Errors")) for entry in block.split("\n\n")]


def outcome(text: str, where: str, wrt: str) -> str:
    """What is said of a malformed text."""
    with pytest.raises(MatdiffError) as caught:
        matdiff.derive(text, wrt, where) if wrt else matdiff.parse(text, where)
    return str(caught.value)


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.splitlines()[0]) for entry in ERRORS])
def test_a_malformed_text_has_the_message_of_the_page(entry: str) -> None:
    head, _, message = entry.partition("\n")
    text, *rest = re.split(r" {8}", head.removeprefix("> "))
    wrt = rest.pop().removeprefix("wrt ") if rest and rest[-1].startswith("wrt ") else ""
    assert outcome(text, "".join(rest), wrt) == message


def test_the_table_of_errors_is_long() -> None:
    assert len(ERRORS) > 30
