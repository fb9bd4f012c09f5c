"""Pieces that a derivation would repeat get names; the answers stay what they are."""

from __future__ import annotations

from collections import Counter

import pytest

import matdiff
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.reading_cost import reading_cost
from matdiff.calculus.naming import occurrences

ATTENTION = ("½‖softmax_rows(Q Kᵀ/√d) V − Y‖²", ("Q", "K", "V"), "Q, K: n x k; V, Y: n x p; d: scalar positive")
QUESTIONS = {
    "attention": ATTENTION,
    "layer norm": (
        "c'(g .* ((x − sum(x)/n)/sqrt(sum((x − sum(x)/n).^2)/n + s)) + b)",
        ("x", "g", "b"),
        "x, g, b, c: n; s: scalar positive",
    ),
    "two layers": (
        "−y'log(softmax(W2 sigmoid(W1 x + b1) + b2))",
        ("W1", "W2"),
        "W1: m x n; W2: p x m; x: n; y: p simplex; b1: m; b2: p",
    ),
    "factor analysis": (
        "N/2 log|L L' + D| + ½tr(inv(L L' + D) S)",
        ("L", "D"),
        "S: d x d symmetric; D: d x d diagonal; L: d x k",
    ),
}


def names(e: Expr) -> dict[str, str]:
    """The definitions in an expression."""
    return {n.name: str(n.operands[0]).split("; ")[-1] for n in postorder(e) if isinstance(n, Named)}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_line_repeats_a_long_piece(question: tuple[str, tuple[str, ...], str]) -> None:
    found = matdiff.derive(*question)
    for line in found.lines:
        for piece, times in occurrences(line.expression).items():
            assert times == 1 or reading_cost(piece) < 12, f"{piece} stands {times} times in {line.expression}"


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_page_has_every_heading_once(question: tuple[str, tuple[str, ...], str]) -> None:
    rows = matdiff.derive(*question).to_text().splitlines()
    headings = Counter(row for row in rows[1:] if row and not row.startswith((" ", "valid")) and " = " not in row)
    assert set(headings.values()) == {1}
    assert len(rows) <= 72


def test_attention_is_told_with_the_names_of_the_literature() -> None:
    found = matdiff.derive(*ATTENTION)
    page = found.to_text()
    for definition in ("S = QKᵀ/sqrt(d)", "P = softmax_rows(S)", "E = PV − Y", "∇_V f = PᵀE", "Back through P"):
        assert definition in page
    assert not names(found.gradients["V"])
    assert found.verify().ok


def test_a_name_is_none_that_the_question_has() -> None:
    text, _, where = ATTENTION
    found = matdiff.derive(text.replace("Y", "S").replace("V", "E"), ("Q", "K", "E"), where.replace("V, Y", "E, S"))
    page = found.to_text()
    assert "P = softmax_rows(S2)" in page.replace("₂", "2")
    assert "E₂ = PE − S" in page


@pytest.mark.parametrize("text", ["‖Xw − y‖²", "x'A x/(x'B x)", "log|A X B| + ‖X‖²"])
def test_what_is_short_has_no_names(text: str) -> None:
    found = matdiff.derive(text, "X" if "X‖" in text else text[1] if text[0] == "‖" else "x")
    assert " = " not in found.to_text().splitlines()[1]


def test_a_sum_of_unknowns_below_a_softmax_has_a_name() -> None:
    where = "W: k x n; x: n; b: k; y: k simplex"
    page = matdiff.derive("p = softmax(W*x + b); -y'*log(p)", ("W", "b"), where).to_text()
    assert "s = Wx + b" in page
    assert "dp = p ⊙ ds − (pᵀ ds)p" in page
    assert (
        "= p − y " in page.partition("Back through s")[2].splitlines()[2]
    )  # the δ of the literature, before it is used
    assert "s = Wx" not in matdiff.derive("p = softmax(W*x + b); -y'*log(p)", "W", where).to_text()


def test_what_a_definition_divides_is_written_by_its_name() -> None:
    text = "m = sum(x)/n; s = sqrt(sum((x - m*vector(1)).^2)/n + e); z = (x - m*vector(1))/s; t'*z"
    found = matdiff.derive(text, "x", "x, t: n; n: scalar; e: scalar positive")
    assert str(found.gradient).split("; ")[-1] == "(t − ((tᵀz)z + (1ᵀt)1_n)/n)/s"  # Ba, Kiros and Hinton, 2016
    assert found.verify().ok
