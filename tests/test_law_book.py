"""The law book: it lists every operator and every law, and the stored page is what the program writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import matdiff
from matdiff.algebra.expr import OPERATORS
from matdiff.output.law_book import book, operators

PAGE = Path(__file__).resolve().parents[1] / "grammar" / "LAWS.md"
BASES = {"Entrywise", "Abbreviation", "PartialTrace", "Eigenvalue", "Frechet", "Named"}


def written(form: str) -> str:
    """The book as a fresh process writes it, without operators that tests have added."""
    command = [sys.executable, "-m", "matdiff", "laws", "--format", form]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)
    return done.stdout


def test_the_stored_page_is_what_the_program_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == written("markdown"), (
        "python -m matdiff laws --format markdown > grammar/LAWS.md"
    )


def test_the_page_does_not_depend_on_the_order_of_hashes() -> None:
    assert written("markdown") == written("markdown")


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_every_law_and_every_operator_is_in_the_book(form: str) -> None:
    catalogue = matdiff.laws()  # those of expectations are stated when they are asked for
    page = book(form)
    if form == "json":
        content = json.loads(page)
        assert {law["name"] for law in content["laws"]} >= {law.name for law in catalogue}
        return
    for law in catalogue:
        assert law.statement.replace("|", r"\|" if form == "markdown" else "|") in page, law.name


def test_the_operators_of_the_book_are_those_of_the_table() -> None:
    listed = {entry.title for entry in operators()}
    described = {name for name, cls in OPERATORS.items() if name not in BASES and cls.names}
    assert described <= listed


def test_an_operator_is_shown_in_three_spellings_that_are_read_back() -> None:
    (inverse,) = [entry for entry in operators() if entry.title == "Inverse"]
    assert inverse.spellings == {"text": "A⁻¹", "plain": "A^-1", "LaTeX": "A^{-1}"}
    assert inverse.condition == "A is invertible"
    assert inverse.differential == "d(inv(A)) = -inv(A)*d(A)*inv(A)"
    for entry in operators():
        for spelling in entry.spellings.values():
            assert spelling


def test_another_form_is_refused() -> None:
    with pytest.raises(matdiff.MatdiffError):
        book("poem")


def test_the_book_is_searched_for_a_word() -> None:
    found = book(word="trace of CYCLE")
    assert "tr(A*B) = tr(B*A)" in found
    assert "OPERATORS" not in found
    assert "softmax(" in book(word="softmax")
    with pytest.raises(matdiff.MatdiffError, match="no operator and no law speaks of 'xyzzy'"):
        book(word="xyzzy")
