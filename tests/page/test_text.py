"""Pages of text fit their width, keep their columns, and can do with ASCII."""

from __future__ import annotations

import re

import pytest
from test_models import MODELS, Model, derivation
from test_naming import section

import matdiff
from matdiff.algebra.expr import postorder
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Sum, coefficient
from matdiff.calculus.gradient import gradients
from matdiff.output.ascii import in_ascii
from matdiff.page.breaking import broken

ATTENTION = "½‖softmax_rows(Q Kᵀ/√d) V − Y‖²", ("Q", "K", "V"), "Q, K: n x k; V, Y: n x p; d: scalar positive"


# ---- width ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_no_line_is_wider_than_the_page(model: Model) -> None:
    derived = derivation(model.name)
    for width in (80, 100):
        for row in derived.to_text(width=width).splitlines():
            assert len(row) <= width, row


@pytest.mark.parametrize("width", [60, 79])
def test_even_long_lines_fit(width: int) -> None:
    for row in matdiff.derive(*ATTENTION).to_text("full", width=width).splitlines():
        assert len(row) <= width, row


def test_no_page_is_narrower_than_sixty() -> None:
    derived = matdiff.derive(*ATTENTION)
    assert derived.to_text(width=1) == derived.to_text(width=60)


def test_a_line_is_broken_before_the_outermost_operators() -> None:
    assert broken("Tr(A + B) − Tr(C + D)", 14, 14) == ["Tr(A + B)", "− Tr(C + D)"]
    assert broken("‖A + B‖² + ‖C + D‖²", 12, 12) == ["‖A + B‖²", "+ ‖C + D‖²"]
    assert broken("a + b", 80, 80) == ["a + b"]


def test_what_is_broken_is_the_same_formula() -> None:
    formula = "Tr(V(softmax(h) − y)ᵀ) + ½∑_{i=1}^{N} (x[i] − μ)ᵀS⁻¹(x[i] − μ) ./ (1 + exp(a))"
    for width in range(8, 60):
        whole = "".join(broken(formula, width, width))
        assert re.sub(" ", "", whole) == re.sub(" ", "", formula)


def test_what_has_no_operator_is_torn() -> None:
    assert max(map(len, broken("x" * 100, 30, 30))) <= 30


def test_a_long_left_side_beside_short_lines_is_no_reason_to_stop() -> None:
    d = matdiff.derive("h_t = tanh(W h_{t-1} + U x_{t-1}), ∑_{t=1}^T ||x_t - V h_t||^2", wrt="W")
    assert all(len(row) <= 100 for row in d.to_text(width=100).splitlines())


def test_what_a_definition_says_gets_no_second_name() -> None:
    text = matdiff.derive("x_{i+1} = r x_i (1 - x_i), x_5", wrt="r").to_text()
    head = text.split("Differential")[0]
    assert "x₄ = r x₃(1 − x₃)" in head
    assert "t₁" not in head


def test_laws_stand_in_one_column() -> None:
    page = matdiff.derive("h = W x; z = h + tanh(h); ‖z − y‖²", "W").to_text()
    rows = [row for row in page.splitlines() if re.search(r"(read off|definition|product law|Tr\(A\))$", row)]
    columns = {re.search(r" {3}(?=\S)(?!.* {3}\S)", row).end() for row in rows}  # type: ignore[union-attr]
    assert len(columns) == 1


# ---- ASCII ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_a_page_in_ascii_is_in_ascii(model: Model) -> None:
    assert derivation(model.name).to_text(ascii=True).isascii()


def test_signs_without_a_spelling_are_question_marks() -> None:
    assert in_ascii("Aᵀ ≥ 0, Σᵢ ⊙ 语") == "A' >= 0, Sigma_i .* ?"


def test_what_turns_a_factor_round_is_no_line_of_its_own() -> None:
    page = matdiff.derive("h = W*x; z = tanh(h); g'*z", "W", "W: m x n; x: n; g: m").to_text()
    assert "Tr((g ⊙ (1 − z.^2))ᵀ" not in page
    assert "ᵀ ⊙ " not in page
    assert "A = (Aᵀ)ᵀ" not in page
    assert page.count("((1 − z.^2) ⊙ g)xᵀ") + page.count("(g ⊙ (1 − z.^2))xᵀ") == 1  # the answer, not said before


def test_constants_leave_a_d_at_once() -> None:
    page = matdiff.derive("-y'*log(softmax(h))/2", "h", "y, h: m").to_text()
    assert "d(yᵀlog(softmax(h)))" not in page
    assert "df = −½yᵀ d(log(softmax(h)))" in page
    full = matdiff.derive("-y'*log(softmax(h))/2", "h", "y, h: m").to_text("full")
    assert "d(yᵀlog(softmax(h)))" in full


@pytest.mark.parametrize("model", MODELS)
def test_told_in_full_a_phase_ends_where_it_ends_in_short(model: Model) -> None:
    derived = derivation(model.name)
    for block in gradients(derived.function, derived.unknowns).blocks:
        for phase in block.phases:
            short, full = list(phase.lines()), list(phase.lines(full=True))
            assert not short or short[-1].expression is full[-1].expression


def test_a_d_that_turns_up_again_is_resolved_in_a_line_of_its_own() -> None:
    full = matdiff.derive("sum(x.^2 - log(x.^2))", "x", "x: n positive").to_text("full")
    assert re.search(r"⊙ d\(x\.\^2\)\) +d log\(A\)\n.*⊙ \(2\(x ⊙ dx\)\)\) +d\(aˢ\)\n", full)


def test_the_words_beside_a_line_are_of_what_it_shows() -> None:
    full = matdiff.derive("½‖tanh(W x) − y‖²", "W").to_text("full")
    assert re.search(r"= ½ d\(‖tanh\(Wx\) − y‖²\) +d\(cA\)\n", full)  # a number is no factor of a product law
    assert "‖x‖² = xᵀx" in full
    assert "‖A‖² = Tr(AᵀA)" in matdiff.derive("‖X − Y‖²", "X").to_text("full")


def test_no_transpose_is_written_to_be_taken_back() -> None:
    full = matdiff.derive("z = sigmoid(h); 3*g'*z", "h").to_text("full")
    assert "ᵀ)ᵀ" not in full
    assert re.search(r"= 3Tr\(gᵀ dz\) .*\n.*= Tr\(\(3g\)ᵀ dz\) +Tr\(cA\) = c Tr\(A\)\n", full)


def test_an_unknown_that_has_been_found_is_called_by_its_name() -> None:
    page = matdiff.solve(
        "maximise -n/2*log(s) - ||y - X b||^2/(2s)", ("b", "s"), "s: scalar positive; X: n x p"
    ).to_text()
    assert "  s = ‖y − Xb‖²/n        scalar" in page
    page = matdiff.solve(
        "maximise -N/2*log det(S) - 1/2*sum(i=1..N, (x_i - m)'inv(S)*(x_i - m))",
        ("m", "S"),
        "x[i=1..N]: d; S: d x d spd; m: d",
    ).to_text()
    assert "  S = (∑_{j=1}^{N} (x[j] − m)(x[j] − m)ᵀ)/N        d×d" in page


@pytest.mark.parametrize("model", MODELS)
def test_the_product_law_leaves_no_term_twice(model: Model) -> None:
    for line in derivation(model.name).lines:
        for e in postorder(line.expression):
            if isinstance(e, Sum) and e.is_scalar and any(isinstance(n, Differential) for n in e.operands[0].operands):
                assert len({key(coefficient(t)[1] or t) for t in e.operands}) == len(e.operands), f"{e}"


def test_least_squares_take_the_lines_of_a_textbook() -> None:
    rows = matdiff.derive("||X w - y||^2", "w").to_text().splitlines()
    assert [row.partition("= ")[2].split("   ")[0] for row in rows if " = " in row][1:] == [
        "d((Xw − y)ᵀ(Xw − y))",
        "2(Xw − y)ᵀ d(Xw − y)",
        "2(Xw − y)ᵀX dw",
        "Tr((2Xᵀ(Xw − y))ᵀ dw)",
        "2Xᵀ(Xw − y)",
    ]


def test_the_moves_to_the_right_end_of_a_trace_are_one_line() -> None:
    found = matdiff.derive("sum(G .* softmax_rows(Q K'))", "Q", "G: m x n; Q: m x d; K: n x d")
    assert found.to_text().count("Tr(AB) = Tr(BA)") == 1
    assert found.to_text("full").count("Tr(AB) = Tr(BA)") > 1


def test_an_answer_that_reads_the_same_is_not_said_again() -> None:
    answers = matdiff.derive("p = softmax(W*x + b); -y'*log(p)", ("W", "b"), "W: k x n; x: n; b: k; y: k simplex")
    rows = answers.to_text().partition("\nGradient\n")[2].splitlines()
    assert [row.split("        ")[0] for row in rows if row] == ["  ∇_W f = (p − y)xᵀ", "  ∇_b f = p − y"]


def test_what_stands_twice_in_the_answers_is_a_link_of_the_chain() -> None:
    found = matdiff.derive("h = W x + b; z = sigmoid(h); ‖z − y‖²", ("W", "b"), "W: m x n")
    assert section(found.to_text(), "Chain rule") == ["δ_h = ∇_h f = 2((z − y) ⊙ z ⊙ (1 − z))"]
    assert section(found.to_text(), "Gradient") == ["∇_W f = δ_h xᵀ", "∇_b f = δ_h"]
    assert "δ_h" not in found.to_text("none")
    page = matdiff.derive("½‖softmax_rows(Q Kᵀ) V − Y‖²", ("Q", "K"), "Q, K: n x k; V, Y: n x p").to_text()
    assert section(page, "Chain rule") == ["δ_P = ∇_P f = EVᵀ", "δ_S = ∇_S f = (δ_P − (δ_P ⊙ P)1·1ᵀ) ⊙ P"]
    assert section(page, "Gradient") == ["∇_Q f = δ_S K", "∇_K f = δ_SᵀQ"]
    page = matdiff.derive("exp(-‖u − c‖²/(2s²))", ("u", "c"), "u, c: n; s: scalar").to_text()
    closed = ["∇_u f = δ_r", "= −exp(−‖u − c‖²/(2s²))(u − c)/s²", "∇_c f = −δ_r", "= exp(−‖u − c‖²/(2s²))(u − c)/s²"]
    assert section(page, "Gradient") == closed  # δ_r alone would say nothing


def test_a_line_that_only_puts_traces_around_terms_is_not_written() -> None:
    page = matdiff.derive("x'A x/(x'x)", "x", "A: n x n symmetric").to_text()
    assert page.partition("Trace form\n")[2].startswith("     = Tr((2(Ax − ρx)/(xᵀx))ᵀ dx)   ")
    assert "− 2(xᵀAx)Tr(xᵀ dx)/(xᵀx)² " in matdiff.derive("x'A x/(x'x)", "x").to_text("full")


@pytest.mark.parametrize(
    ("text", "wrt", "where", "name"),
    [
        ("p = softmax(h/t); -y'*log(p)", ("h", "t"), "h: n; y: n simplex", "s = h/t"),
        ("sum(G .* softmax_rows(Q K'))", ("Q", "K"), "G: m x n; Q: m x d; K: n x d", "S = QKᵀ"),
    ],
)
def test_a_product_of_unknowns_whose_d_would_stand_twice_has_a_name(text: str, wrt: str, where: str, name: str) -> None:
    page = matdiff.derive(text, wrt, where).to_text()
    assert f"\n{name}\n" in page


def test_no_trace_of_nothing_is_written() -> None:
    where = "x, t: n; e: scalar positive"
    page = matdiff.derive("μ = mean(x); s = sqrt(mean((x - μ).^2) + e); z = (x - μ)/s; t'z", "x", where).to_text()
    assert "0ᵀ" not in page
    assert "sum(2" not in page


def test_ones_beside_a_matrix_are_not_written() -> None:
    page = matdiff.derive("-sum(Y .* log(softmax_rows(X W)))", "W", "X: N x d; W: d x K; Y: N x K stochastic").to_text()
    assert "1_{K×N} ⊙" not in page
    assert "−Tr(YᵀX dW)" in page


def test_a_softmax_of_a_letter_has_no_letter_of_its_own() -> None:
    where = "X: N x d; W: d x k; Y: N x k"
    assert "P = softmax" not in matdiff.derive("H = X W; -sum(Y .* log(softmax_rows(H)))", "W", where).to_text()
    assert "\nP = softmax_rows(XW)\n" in matdiff.derive("-sum(Y .* log(softmax_rows(X W)))", "W", where).to_text()


def test_linear_laws_that_follow_each_other_are_one_line() -> None:
    page = matdiff.derive("t'*(g.*z + b)", ("z", "g", "b"), "t, g, z, b: n").to_text()
    assert "\n  df = tᵀ(dg ⊙ z + g ⊙ dz + db) " in page
    assert "tᵀ d(g ⊙ z + b)" in matdiff.derive("t'*(g.*z + b)", ("z", "g", "b"), "t, g, z, b: n").to_text("full")


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("f(W) = ||A W - B||^2; df/dW", "f(W) = ‖AW − B‖²"),
        ("J(w) = ||X w - y||^2; dJ/dw", "J = f(w) = ‖Xw − y‖²"),
        ("h = X w; J = h'h; find dJ/dw", "J = f(w) = hᵀh"),
    ],
)
def test_a_function_that_is_asked_for_by_its_name_is_what_the_name_stands_for(text: str, head: str) -> None:
    assert matdiff.derive(text).to_text().startswith(head)


def test_no_sum_of_an_answer_runs_over_a_letter_below_a_name() -> None:
    """x_i is one name, so that an index i beside it would be read as its own."""
    loss = r"L_i = \sum_{j\neq y_i} \max(0, w_j^Tx_i - w_{y_i}^Tx_i + \Delta)"
    assert "∑_{k=1, k ≠ y_i}^{N}" in matdiff.derive(loss, wrt="w").to_text().partition("Gradient")[2]
