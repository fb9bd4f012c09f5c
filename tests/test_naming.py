"""Pieces that a derivation would repeat get names; the answers stay what they are."""

from __future__ import annotations

from collections import Counter

import pytest

import matdiff
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.reading_cost import reading_cost
from matdiff.calculus.naming import occurrences
from matdiff.page.model import Written

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


def section(page: str, heading: str) -> list[str]:
    """The lines of a section without their laws."""
    rows = page.partition(f"\n{heading}\n")[2].partition("\n\n")[0].splitlines()
    return [row.strip().split("   ")[0] for row in rows if row.startswith("  ") and " = " in row[:40]]


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
    for definition in ("S = QKᵀ/sqrt(d)", "P = softmax_rows(S)", "E = PV − Y", "∇_V f = PᵀE", "δ_P = ∇_P f = EVᵀ"):
        assert definition in page
    assert not names(found.gradients["V"])
    assert found.verify().ok


def test_a_name_is_none_that_the_question_has() -> None:
    text, _, where = ATTENTION
    found = matdiff.derive(text.replace("Y", "S").replace("V", "E"), ("Q", "K", "E"), where.replace("V, Y", "E, S"))
    page = found.to_text()
    assert "P = softmax_rows(S2)" in page.replace("₂", "2")
    assert "E₂ = PE − S" in page


@pytest.mark.parametrize("text", ["‖Xw − y‖²", "x'A x + b'x", "log|A X B| + ‖X‖²"])
def test_what_is_short_has_no_names(text: str) -> None:
    found = matdiff.derive(text, "X" if "X‖" in text else text[1] if text[0] == "‖" else "x")
    assert " = " not in found.to_text().splitlines()[1]


def test_a_sum_of_unknowns_below_a_softmax_has_a_name() -> None:
    where = "W: k x n; x: n; b: k; y: k simplex"
    page = matdiff.derive("p = softmax(W*x + b); -y'*log(p)", ("W", "b"), where).to_text()
    assert "s = Wx + b" in page
    assert "dp = p ⊙ ds − (pᵀ ds)p" in page
    assert "  δ_s = ∇_s f = p − y " in page  # the δ of the literature, before it is used
    assert "s = Wx" not in matdiff.derive("p = softmax(W*x + b); -y'*log(p)", "W", where).to_text()


def test_what_a_definition_divides_is_written_by_its_name() -> None:
    text = "m = sum(x)/n; s = sqrt(sum((x - m*vector(1)).^2)/n + e); z = (x - m*vector(1))/s; t'*z"
    found = matdiff.derive(text, "x", "x, t: n; n: scalar; e: scalar positive")
    assert str(found.gradient).split("; ")[-1] == "(t − ((tᵀz)z + (1ᵀt)1_n)/n)/s"  # Ba, Kiros and Hinton, 2016
    assert found.verify().ok


MEMBERS = {
    "t-SNE": (
        "sum(i=1..N, j=1..N, P[i,j]*log(1 + ‖y[i] − y[j]‖²)) + log(sum(k=1..N, l=1..N, 1/(1 + ‖y[k] − y[l]‖²)))",
        "y",
        "P: N x N symmetric; y[i=1..N]: d",
    ),
    "factorisation": (
        "sum(i=1..n, j=1..m, (R[i,j] − c − a[i] − b[j] − p[i]'q[j])^2)",
        "p",
        "R[i=1..n, j=1..m]: scalar; p[i=1..n]: k; q[j=1..m]: k; a[i=1..n]: scalar; b[j=1..m]: scalar; c: scalar",
    ),
    "mixture": (
        "sum(i=1..N, log(sum(k=1..K, s[k]*exp(−½‖x[i] − μ[k]‖²))))",
        "μ",
        "x[i=1..N]: d; μ[k=1..K]: d; s[k=1..K]: scalar positive",
    ),
}


@pytest.mark.parametrize("question", MEMBERS.values(), ids=MEMBERS)
def test_a_page_repeats_no_long_piece_with_an_index(question: tuple[str, str, str]) -> None:
    page = matdiff.derive(*question).page("textbook")
    formulas = [row.right for part in page.parts for section in part for row in section.lines]
    for formula in [f for f in formulas if isinstance(f, Written)]:
        for piece, times in occurrences(formula.pen.shown(formula.expression)).items():
            assert times == 1 or reading_cost(piece) < 12, f"{piece} stands {times} times in {formula.expression}"


def test_a_piece_with_indices_has_one_name_with_any_of_them() -> None:
    page = matdiff.derive(*MEMBERS["t-SNE"]).to_text(width=200)
    assert "w[i, j] = 1 + ‖r[i, j]‖²" in page
    assert "t₁ = ∑_{k=1}^{N} ∑_{l=1}^{N} 1/w[k, l]" in page
    assert "dt₁ = −∑_{k=1}^{N} ∑_{l=1}^{N} dw[k, l]/w[k, l]²" in page
    assert page.count("dw[i, j] = ") == page.count("dr[i, j] = dy[i] − dy[j] ") == 1
    assert "dw[i, j] = 2r[i, j]ᵀ dr[i, j] " in page
    assert "∇_y[i] f = 4∑_{j=1}^{N} (P[i, j] − 1/(t₁w[i, j]))r[i, j]/w[i, j]" in page  # van der Maaten and Hinton, 2008
    assert "r_{i, j} &= y_{i} - y_{j}" in matdiff.derive(*MEMBERS["t-SNE"]).to_latex()


def test_what_the_names_of_a_page_say_is_the_function() -> None:
    text, wrt, where = MEMBERS["factorisation"]
    rows = matdiff.derive(text, wrt, where).to_text(width=200).splitlines()[:2]
    head, definition = (row.partition("    ")[0] for row in rows)
    again = matdiff.parse(f"{definition}; {head.partition(' = ')[2]}", where)
    assert str(again) == str(matdiff.parse(text, where))


@pytest.mark.parametrize("question", MEMBERS.values(), ids=MEMBERS)
@pytest.mark.parametrize("form", ["to_text", "to_latex", "to_markdown"])
def test_names_with_indices_are_read_back(question: tuple[str, str, str], form: str) -> None:
    """A page says how far the indices of its names run, and a review knows what they stand for."""
    review = matdiff.check(getattr(matdiff.derive(*question), form)())
    assert review.ok, review.to_text()
    assert sum(line.verdict in ("proved", "agrees") for line in review.lines) >= 5, review.to_text()


def test_letters_of_a_question_stay_what_they_are() -> None:
    text = "sum(i=1..n, (x[i]'w − y[i])^2)*r"
    page = matdiff.derive(text, "w", "x[i=1..n]: d; w: d; y: n; r: scalar").to_text()
    assert "h[i] = x[i]ᵀw − y[i]" in page or "s[i] = x[i]ᵀw − y[i]" in page


def test_entries_that_are_listed_one_by_one_stand_below_their_product() -> None:
    page = matdiff.derive("∏_i x_i^{a_i}", wrt="x_j").to_text()
    assert page.startswith("f(x[j]) = ∏_{i=1}^{N} x[i]^a[i] ")
    assert "∇_x[j] f = (∏_{i=1}^{N} x[i]^a[i])a[j]/x[j] " in page  # the logarithmic derivative a_j/x_j


def test_what_is_short_by_the_names_of_other_pieces_gets_none() -> None:
    text = r"\sum_k \omega_k \log(1 + |h_k^\top p_k|^2/(\sum_{j \neq k} |h_k^\top p_j|^2 + \sigma^2))"
    rows = matdiff.derive(text, wrt="p_m").to_text(width=200).split("\n\n")[0].splitlines()
    named = [row.partition(" = ")[2].partition("    ")[0] for row in rows if "] = " in row[:12]]
    assert any("abs" in piece for piece in named)  # |hᵀp| stands in others
    assert not any(piece.startswith("abs(") and piece.endswith("])") for piece in named)


SOFTMAX = [
    ("-sum(Y .* log(softmax_rows(X W)))", "W", "X: N x d; W: d x K; Y: N x K stochastic", "Xᵀ(P − Y)"),
    ("logsumexp(W*h) - w'*h", "h", "W: K x d; w, h: d", "Wᵀp − w"),
    ("logsumexp(W*p) - w'*p", "p", "W: K x d; w, p: d", "Wᵀp₂ − w"),
]


@pytest.mark.parametrize(("text", "wrt", "where", "answer"), SOFTMAX)
def test_a_softmax_that_stands_often_has_its_letter(text: str, wrt: str, where: str, answer: str) -> None:
    """The answer is given with it, and closed below; a letter of the text stays what it is."""
    found = matdiff.derive(text, wrt, where)
    page = found.to_text()
    assert f"∇_{wrt} f = {answer}\n" in page
    assert f" = {found.gradient}        " in page
    assert page.splitlines()[1].startswith(("P = softmax_rows(XW)", "p = softmax(Wh)", "p₂ = softmax(Wp)"))
    assert matdiff.check(page).ok


def test_a_hessian_is_given_in_the_names_of_its_page() -> None:
    page = matdiff.hessian("logsumexp(A*x)", "x", "A: K x d").to_text()
    assert "∂²f/∂x∂xᵀ = Aᵀ(diag(p) − ppᵀ)A\n            = Aᵀ(diag(softmax(Ax))" in page
    assert "∇_x f = Aᵀp\n" in page


def test_answers_are_given_in_the_names_of_the_page_and_closed_below() -> None:
    page = matdiff.derive(*MEMBERS["factorisation"]).to_text(width=200)
    assert "∇_p[i] f = −2∑_{j=1}^{m} r[i, j]q[j]\n           = −2∑_{j=1}^{m} (R[i, j] − c − a[i]" in page


def test_contributions_to_a_member_are_added_in_a_section_of_their_own() -> None:
    text = "sum(i=1..N, j=1..N, exp(-norm2(z[i] - z[j])^2/(2*h^2)))"
    found = matdiff.derive(text, "z", "z[i=1..N]: d; h: scalar positive")
    page = found.to_text(width=200)
    assert page.count("\nGradient\n") == 1
    assert "\nContributions\n  ∇_z[i] f = −(∑" in page
    assert "contributions added" in page
    assert found.verify().ok


QUOTIENTS = [
    ("x'A x/(x'x)", "x", "A: n x n symmetric; x: n", "2(Ax − ρx)/(xᵀx)"),
    ("x'*A*x/(x'*B*x)", "x", "A: n x n; B: n x n spd; x: n", "(A + Aᵀ − 2ρB)x/(xᵀBx)"),
    ("tr(U'*S*U)/tr(U'*U)", "U", "U: d x k; S: d x d symmetric", "2(SU − ρU)/Tr(UᵀU)"),
]


@pytest.mark.parametrize(("text", "wrt", "where", "answer"), QUOTIENTS)
def test_a_quotient_that_its_gradient_has_is_rho(text: str, wrt: str, where: str, answer: str) -> None:
    """As books write the gradient of Rayleigh's quotient."""
    found = matdiff.derive(text, wrt, where)
    page = found.to_text()
    assert page.startswith(f"f({wrt}) = ρ ")
    assert f"∇_{wrt} f = {answer}\n        = {found.gradient}        " in page
    review = matdiff.check(page)
    assert review.ok, review.to_text()
    assert sum(line.verdict == "proved" for line in review.lines) >= 5
    assert "ρ" not in matdiff.derive("a/b", "b", "a, b: scalar").to_text()


def test_a_sum_has_one_name_whatever_the_letters_of_its_indices() -> None:
    page = matdiff.derive("-log(exp(z_y)/sum_j exp(z_j))", "z").to_text()
    assert "t₁ = ∑_{j=1}^{N} exp(z[j])" in page
    assert "  ∇_z[j] f = cases(−1, j = y, 0) + exp(z[j])/t₁\n" in page
    assert "∑_{i=1}^{N}" not in page.rpartition("\n           = ")[0]  # but in the closed answer
    where = "x[i=1..N]: d; m[k=1..K]: d; p[k=1..K]: scalar positive"
    text = "-sum(i=1..N, log(sum(k=1..K, p[k]*exp(-norm2(x[i] - m[k])^2/2))))"
    mixture = matdiff.derive(text, ("p", "m"), where)
    page = mixture.to_text()
    assert section(page, "Gradient")[0].endswith("s[i, k]/w[i]")
    assert page.count("w[i] = ∑_{k=1}^{K} p[k]s[i, k]") == 1
    assert mixture.verify().ok


def test_the_simplified_form_of_a_piece_has_its_name() -> None:
    mixture = matdiff.derive("∑_n log ∑_k π_k N(x_n; μ_k, Σ_k)", "μ_k", "Σ_k: d x d spd; x_n, μ_k: d")
    assert "= π[k]Σ[k]⁻¹∑_{n=1}^{M} exp(s[k, n])r[n, k]/w[n]" in mixture.to_text()
    mixture.verify()
    kernel = matdiff.derive("exp(-(x - c)'*inv(diag(l))^2*(x - c)/2)", "l", "x, c, l: n")
    assert "∇_l f = t₁(r.^2 ./ l.^3)" in kernel.to_text()
    assert "exp(−½rᵀ(r ./ l.^2))" in kernel.to_text(steps="full")  # where each line shows what is rewritten


def test_the_answer_for_a_member_is_written_without_links() -> None:
    """The responsibility of a component, Bishop, Pattern Recognition and Machine Learning, (9.16)."""
    where = "Σ_k: d x d spd; x, μ_k: d; π_k: scalar"
    mixture = matdiff.derive("log sum_k π_k N(x; μ_k, Σ_k)", "μ_k", where)
    assert "∇_μ[k] f = π[k]exp(w[k])Σ[k]⁻¹(x − μ[k])/t₁" in mixture.to_text()
    assert mixture.verify().ok


def test_a_long_product_is_made_of_pieces_with_names() -> None:
    factors, declared = (
        [f"A{k}*X" for k in range(1, 19)],
        "X: n x n; " + "; ".join(f"A{k}: n x n" for k in range(1, 19)),
    )
    found = matdiff.derive(f"tr({'*'.join(factors)})", "X", declared)
    page = found.to_text()
    assert "f(X) = Tr(t₁t₂t₃)" in page
    assert section(page, "Differential")[0] == "df = Tr(dt₁ t₂t₃ + t₁ dt₂ t₃ + t₁t₂ dt₃)"
    assert section(page, "Chain rule")[1] == "δ_t₂ = ∇_t₂ f = t₁ᵀt₃ᵀ"
    assert found.verify().ok
    numbers = matdiff.derive(
        "*".join(f"t{k}" for k in range(1, 41)), "t7", ";".join(f"t{k}: scalar" for k in range(1, 41))
    )
    assert set(names(numbers.gradient)) <= {"t41", "t42", "t43"}
    assert numbers.verify().ok


def test_a_definition_has_one_name() -> None:
    factors, declared = (
        [f"A{k}*X" for k in range(1, 9)],
        "B, X: n x n; " + "; ".join(f"A{k}: n x n" for k in range(1, 9)),
    )
    page = matdiff.derive(f"h = {'*'.join(factors)}; tr(h*B*h)", "X", declared).to_text()
    assert page.count("A₁X A₂X A₃X A₄X A₅X A₆X A₇X A₈X\n") == 1
    assert "t₁" not in page
