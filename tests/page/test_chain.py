"""Pages of chains: the differentials of all names first, then δ_h after δ_h, then the answers with their reasons."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from test_models import derivation
from test_naming import QUESTIONS, section

import matdiff

NETWORK = (
    "h = W1 x + b1; z = sigmoid(h); p = softmax(W2 z + b2); -y'log(p)",
    ("W1", "b1", "W2", "b2"),
    "W1: m x n; x: n; b1: m; W2: k x m; b2: k; y: k simplex",
)
CHAINS = {
    **{name: question for name, question in QUESTIONS.items() if name != "attention"},  # whose d is no differential
    "attention": ("½‖softmax_rows(Q Kᵀ) V − Y‖²", ("Q", "K", "V"), "Q, K: n x k; V, Y: n x p"),
    "network": NETWORK,
    "one path": ("h = W x + b; z = sigmoid(h); ‖z − y‖²", ("W", "b"), "W: m x n"),
    "a kernel": (
        "K = G + s^2 I; 1/2 y' inv(K) y + 1/2 log det(K)",
        ("s", "y"),
        "G: n x n psd; y: n; s: scalar positive",
    ),
    "projected": ("K = X'X; log det K + tr(K)", ("X",), "X: n x n lower"),
    "two uses": ("h = A x; z = h + tanh(h); ‖z − y‖² + c'h", ("x", "c"), "A: m x n; c: m"),
}


def test_a_network_is_told_as_in_a_lecture() -> None:
    page = matdiff.derive(*NETWORK).to_text()
    assert section(page, "Differential") == [
        "df = −yᵀ(dp ./ p)",
        "dp = p ⊙ ds − (pᵀ ds)p",
        "ds = dW₂ z + W₂ dz + db₂",
        "dz = z ⊙ (1 − z) ⊙ dh",
        "dh = dW₁ x + db₁",
    ]
    assert section(page, "Chain rule") == [
        "δ_s = ∇_s f = p − y",
        "δ_h = ∇_h f = (W₂ᵀδ_s) ⊙ z ⊙ (1 − z)",
    ]
    assert section(page, "Gradient") == ["∇_W₁ f = δ_h xᵀ", "∇_b₁ f = δ_h", "∇_W₂ f = (p − y)zᵀ", "∇_b₂ f = p − y"]


@pytest.mark.parametrize("question", CHAINS.values(), ids=CHAINS)
def test_every_line_of_a_chain_is_right(question: tuple[str, Sequence[str], str]) -> None:
    """The review reads the page, finds the gradients by itself, and compares them by proof or with numbers."""
    review = matdiff.check(matdiff.derive(*question).to_text(width=1000))
    verdicts = [line.verdict for line in review.lines if "∇_" in line.text.split("=")[0]]
    assert len(verdicts) >= len(question[1])
    assert set(verdicts) <= {"proved", "agrees"}
    assert "wrong" not in {line.verdict for line in review.lines}


def test_the_laws_stand_beside_what_they_lead_to() -> None:
    page = matdiff.derive(*NETWORK).to_text(width=120)
    beside = {row.strip().split("   ")[0]: row.rpartition("   ")[2] for row in page.splitlines()}
    assert beside["δ_s = ∇_s f = p − y"].startswith("a = Tr(a), Tr(Cᵀ(D ⊙ F)) = Tr((C ⊙ D)ᵀF), df = Tr(δᵀdh)")
    assert "(x ⊘ z)ᵀz = 1ᵀx, 1ᵀp = 1" in page
    assert beside["∇_W₁ f = δ_h xᵀ"].strip() == "Tr(AB) = Tr(BA)"
    assert page.count("df = Tr(δᵀdh)") == page.count("a = Tr(a)") == 1
    assert "read off" not in page


def test_what_is_used_once_and_short_is_put_in_with_its_laws() -> None:
    found = matdiff.derive("h = W x; z = tanh(h); s = V z; g's", "W", "W: m x n; x: n; V: k x m; g: k")
    page = found.to_text()
    assert not section(page, "Chain rule")
    assert "Tr(Cᵀ(D ⊙ F)) = Tr((C ⊙ D)ᵀF), Tr(AB) = Tr(BA)" in " ".join(page.split())
    assert "values inserted" not in page  # no line has told of a δ
    assert "δ_s" in found.to_text("full")


@pytest.mark.parametrize(
    ("text", "unknown", "where", "link", "answer"),
    [
        ("b = inv(X'X) X'y; ‖y − X b‖²", "y", "X: m x n", "δ_b = ∇_b f = 0_n", "∇_y f = 2(y − Xb)"),
        (
            "b = inv(X'X) X'y; r = y − X b; r'r/2",
            "X",
            "X: m x n",
            "δ_b = ∇_b f = 0_n",
            "∇_X f = −rbᵀ",
        ),  # variable projection
        ("b = inv(X'W X) X'W y; (y − X b)'W(y − X b)", "y", "W: m x m spd", "δ_b = ∇_b f = 0_n", "∇_y f = 2W(y − Xb)"),
        ("u = inv(Z'Z + s I) Z'v; ‖v − Z u‖² + s ‖u‖²", "s", "Z: m x n", "δ_u = ∇_u f = 0_n", "∇_s f = ‖u‖²"),
    ],
)
def test_a_function_is_stationary_in_the_solution_of_its_normal_equations(
    text: str, unknown: str, where: str, link: str, answer: str
) -> None:
    """The envelope theorem: what the solution changes by does not count."""
    found = matdiff.derive(text, unknown, where)
    assert link in section(found.to_text(), "Chain rule")
    assert answer in section(found.to_text(), "Gradient")
    assert found.verify().ok


def test_a_definition_that_is_asked_for_keeps_its_answer_on_a_page_with_more_names() -> None:
    found = derivation("LSTM cell")
    page = section(found.to_text(), "Gradient")
    assert "∇_c f = δ_c" in page
    assert "∇_Wf f = δ_a xᵀ" in page
    assert found.verify().ok


def test_laws_stand_beside_answers_in_every_form() -> None:
    found = matdiff.derive(*CHAINS["one path"])
    assert r"\nabla_{W} f &= \delta_{h} x^{\top} \tag*{$m\times n,\; \operatorname{Tr} (AB)" in found.to_latex()
    assert '<span class="laws"><span class="law"' in found.to_html()
    assert r"$ (m×n) | $\operatorname{Tr} (AB) = \operatorname{Tr} (BA)$ |" in found.to_markdown()


def test_the_page_of_a_hessian_tells_its_gradient_in_the_same_way() -> None:
    page = matdiff.hessian("h = A x; s = x'h; exp(s)*s", "x", "A: n x n").to_text()
    assert "\nFirst differential\n" in page
    assert "Back through" not in page
    assert "ds = dxᵀh + xᵀ dh" in section(page, "First differential")


def test_a_name_whose_differential_is_zero_has_no_way_to_go_on() -> None:
    found = matdiff.derive("z = step(1 - abs(x)); sum(z .* x.^2 + (1 - z) .* abs(x))", "x", "x: n")
    assert "dz = 0_n" in found.to_text()
    assert found.verify().ok


@pytest.mark.parametrize("form", ["to_text", "to_latex"])
def test_differences_of_neighbours_are_right_on_their_page(form: str) -> None:
    """The member w[i] = x[i + 1] − x[i] runs to n − 1, as the page says, and its d is told apart."""
    where = "x, y: n; c: scalar"
    found = matdiff.derive("½‖x − y‖² + c ∑_{i=1}^{n-1} |x_{i+1} − x_i|", "x", where)
    assert "dw[i] = dx[i + 1] − dx[i]" in found.to_text()
    verdicts = {line.verdict for line in matdiff.check(getattr(found, form)(), where).lines}
    assert verdicts <= {"proved", "agrees", "not a claim"}


@pytest.mark.parametrize("form", ["to_text", "to_latex", "to_markdown"])
@pytest.mark.parametrize(
    ("text", "wrt", "where"), [("sum(log(1 + exp(X*w)))", "w", "X: m x n"), ("tr(X'*A*X)", "X", "A: n x n; X: n x m")]
)
def test_the_page_of_a_hessian_is_right(text: str, wrt: str, where: str, form: str) -> None:
    page = getattr(matdiff.hessian(text, wrt, where), form)()
    verdicts = [line.verdict for line in matdiff.check(page, where).lines]
    assert set(verdicts) <= {"proved", "agrees", "not a claim"}
    assert verdicts.count("proved") + verdicts.count("agrees") > 3


def test_the_page_of_a_jacobian_has_each_heading_once() -> None:
    page = matdiff.jacobian("h = W*x; z = tanh(h); V*z", ("x", "W"), "W: m x n; V: p x m").to_text()
    headings = [row for row in page.splitlines() if row and row[0].isalpha() and row.istitle()]
    assert page.count("\nDifferential\n") == page.count("\nIdentification\n") == page.count("\nSubstitution\n") == 1
    assert section(page, "Differential") == ["dh = dW x + W dx", "dz = (1 − z.^2) ⊙ dh", "df = V dz"]
    assert len(headings) == len(set(headings))
    assert "definition" not in page


def test_a_recurrence_is_told_as_other_chains_are() -> None:
    """Backpropagation through time: δ runs backwards, and the answers are sums of δ[t + 1] with the state before it."""
    text = "h[0] = s; h[t] = tanh(W h[t − 1] + U x[t]); ∑_{t=1}^T ‖h[t] − y[t]‖²"
    found = matdiff.derive(text, ("W", "s"), "x[t=1..T]: p; y[t=1..T]: n; s: n; W: n x n; U: n x p")
    page = found.to_text(width=200)
    assert "Back through" not in page
    assert "Trace form" not in page
    assert "dh[t] = (1 − h[t].^2) ⊙ d(Wh[t − 1] + Ux[t])" in section(page, "Differential")
    assert section(page, "Chain rule") == [
        "δ[T] = 0_n",
        "δ[t − 1] = Wᵀ((δ[t] + 2(h[t] − y[t])) ⊙ (1 − h[t].^2)) for t = T..1",
    ]
    assert "∇_s f = δ[0]" in section(page, "Gradient")
    assert found.verify().ok


def test_the_collected_line_is_of_the_function_and_not_of_a_name() -> None:
    page = matdiff.derive("tr(U'*L*U)/tr(U'*D*U)", "U", "U: n x k; L: n x n symmetric; D: n x n diagonal").to_text()
    assert section(page, "Trace form") == ["df = Tr((2(L − ρD)U/t₁)ᵀ dU)"]
    assert "dt₁ = 2Tr(UᵀD dU)" in section(page, "Differential")
    assert {line.verdict for line in matdiff.check(page).lines} <= {"proved", "agrees", "not a claim"}
