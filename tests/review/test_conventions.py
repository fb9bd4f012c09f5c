"""Sides that are right under a convention of authors."""

from __future__ import annotations

import pytest

import matdiff

MARGINS = "f(w) = ∑_i log(1 + exp(−y_i wᵀx_i))\n∇f(w) = −∑_i y_i σ(−y_i wᵀx_i) x_i\n"
STACKED = "f(w) = sum(log(1 + exp(−t ⊙ (X w))))\n∇f(w) = −Xᵀ(t ⊙ σ(−t ⊙ (X w)))\n"


@pytest.mark.parametrize(
    "text",
    [
        MARGINS + "∇²f(w) = ∑_i σ(wᵀx_i)(1 − σ(wᵀx_i)) x_i x_iᵀ where y_i = ±1",
        STACKED + "∇²f(w) = Xᵀ diag(σ(X w) ⊙ (1 − σ(X w))) X",
    ],
)
def test_labels_of_two_classes_are_signs(text: str) -> None:
    review = matdiff.check(text)
    assert review.ok
    assert review.lines[-1].verdict == "right under a convention"


def test_the_square_of_what_is_no_label_stays() -> None:
    assert matdiff.check("f(w) = ∑_i y_i² (wᵀx_i)²\n∇f(w) = 2∑_i (wᵀx_i) x_i").first_wrong == 2
    scaled = "f(w) = ∑_i log(1 + exp(−c_i wᵀx_i))\n∇²f(w) = ∑_i σ(wᵀx_i)(1 − σ(wᵀx_i)) x_i x_iᵀ"
    assert matdiff.check(scaled).first_wrong == 2


@pytest.mark.parametrize(
    "text",
    [
        "f(w) = ∑_i (y_i − x_iᵀw)²\n∇f(w) = −2∑_i (y_i − x_iᵀw)",
        "E = ½(y − wᵀx)²\n∂E/∂w = −(y − wᵀx)",
        "f(u) = \\log(1 + e^{a^\\top u})\n\\nabla f(u) = \\sigma(a^\\top u)",
    ],
)
def test_a_number_is_no_gradient_by_what_stands_beside_a_transpose(text: str) -> None:
    assert matdiff.check(text).first_wrong == 2


def test_sizes_that_follow_from_those_declared_are_known() -> None:
    text = "L(x, λ) = ½xᵀQx + cᵀx + λᵀ(Ax − b)\n∇_x L = Qx + c + Aλ = 0"
    review = matdiff.check(text, where="Q: n x n spd; A: m x n")
    assert (review.first_wrong, review.kind) == (2, "transpose")


@pytest.mark.parametrize(
    "text",
    [
        "f(P) = tr(P log P), P spd\n∇f = log P + I",
        "f(P) = tr(P log P) with P s.p.d.\n∇f = log P + I",
        "J = Σ_k (d_k − uᵀφ_k)²\n∂J/∂u = −2 Σ_k (d_k − uᵀφ_k) φ_k",
    ],
)
def test_short_words_and_d_with_an_index_are_read(text: str) -> None:
    assert matdiff.check(text).lines[1].verdict in ("proved", "agrees")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("L(w) = ∑_{i=1}^n (y_i − wᵀx_i)²\n∇L(w) = −2Xᵀ(y − Xw)", "right under a convention"),
        ("L(w) = ∑_{i=1}^n (y_i − wᵀx_i)²\n∇L(w) = 2Xᵀ(y − Xw)", "wrong"),
        ("L(w) = ∑_{i=1}^n (y_i − wᵀx_i)²\n∇L(w) = −2Xᵀ(y − Xw) + w", "not read"),  # no simple slip: X may be another
        ("C = ½∑_j (y_j − a_j)²\n∇_a C = a − y", "proved"),
        ("C = ½∑_j (y_j − a_j)²\n∇_a C = y − a", "wrong"),
    ],
)
def test_what_has_an_index_in_a_sum_stands_in_rows_without_it(text: str, verdict: str) -> None:
    assert matdiff.check(text).lines[-1].verdict == verdict


def test_a_likelihood_may_stand_in_braces() -> None:
    text = r"$\log{p(x \mid \mu, s)} = -\frac{1}{2 s} (x-\mu)^2$" + "\n\n"
    claim = r"$\frac{\partial \log{p(x \mid \mu, s)}}{\partial \mu} = %s\frac{1}{s} (x-\mu)$"
    assert matdiff.check(text + claim % "").lines[-1].verdict == "proved"
    assert matdiff.check(text + claim % "-").kind == "sign"


def test_the_matrix_of_half_a_quadratic_form_is_symmetric() -> None:
    text = "f(x) = ½ xᵀ P x + qᵀx\n∇f(x) = P x + q"
    assert matdiff.check(text).lines[-1].reason == "right where P is symmetric, as is usual"
    assert matdiff.check(text, "P: n x n; x, q: n").kind == "symmetry"  # nothing says so of what is declared
    assert matdiff.check("f(x) = ½ xᵀ P x + qᵀx\n∇f(x) = q − P x").kind == "sign"
    assert matdiff.check("f(x) = ½(Ax − b)ᵀW(Ax − b)\n∇f(x) = AᵀW(Ax − b)").ok
    assert matdiff.check("f(Σ) = log|Σ| + tr(Σ⁻¹S)\n∂f/∂Σ = Σ⁻¹ − Σ⁻¹SΣ⁻¹").ok
    assert matdiff.check("J = (x − μ)ᵀΛ(x − μ)\n∂J/∂μ = −2Λ(x − μ)").ok
    assert matdiff.check("f(W) = tr(WᵀLW), L the graph Laplacian\n∇f = 2LW").ok


def test_the_gradient_of_a_function_that_is_not_given_ends_behind_its_argument() -> None:
    assert matdiff.check("f(x) = log(h(x))\n∇f(x) = ∇_x h(x)/h(x)").lines[-1].verdict == "proved"
    assert matdiff.check("f(x) = g(h(x))\n∇f(x) = g'(h(x)) ∇_x h(x)").lines[-1].verdict == "proved"
    assert matdiff.check("f(x) = log(h(x))\n∇f(x) = −∇_x h(x)/h(x)").kind == "sign"


def test_what_is_said_of_equal_indices_is_no_slip() -> None:
    text = "a_j = e^{z_j}/∑_k e^{z_k}\n∂a_j/∂z_i = a_i(1 − a_i),  i = j"
    assert matdiff.check(text).lines[-1].verdict == "agrees"


def test_a_matrix_that_is_said_to_be_diagonal_is_symmetric() -> None:
    loss = "J(θ) = (Xθ − y)ᵀC(Xθ − y)%s\n∇J = 2XᵀC(Xθ − y)"
    assert matdiff.check(loss % " where C is diagonal").lines[-1].verdict == "proved"
    assert matdiff.check(loss % ", with the diagonal of C zero").kind == "symmetry"
