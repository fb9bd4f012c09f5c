"""Derivatives in a direction: Df(X)[H], D_H f(X), D det(X)(H)."""

from __future__ import annotations

import pytest

import matdiff

TEXTS = [
    (r"If $X$ is invertible, $D \det (X) (H) = (\det X) \operatorname{tr} (X^{-1} H)$.", "X^{-1}", "X", "inverse"),
    ("f(X) = tr(X⁻¹A)\nD_H f(X) = -tr(X⁻¹HX⁻¹A)\n  = -tr(X⁻¹AX⁻¹H)", "= -tr(X⁻¹HX⁻¹A)", "= tr(X⁻¹HX⁻¹A)", "sign"),
    ("f(x) = ½xᵀAx + bᵀx\nDf(x)[h] = ½(xᵀAh + hᵀAx) + bᵀh", "+ bᵀh", "", "missing term"),
    ("f(A) = A²\ndf(A)[E] = EA + AE", "EA + AE", "2AE", "order"),
]


@pytest.mark.parametrize(("text", "right", "wrong", "kind"), TEXTS)
def test_a_direction_is_the_increment(text: str, right: str, wrong: str, kind: str) -> None:
    review = matdiff.check(text)
    assert review.lines[-1].verdict == "proved"
    assert matdiff.check(text.replace(right, wrong)).first_wrong == text.count("\n", 0, text.index(right)) + 1


def test_nabla_stands_in_front_of_a_product_without_brackets() -> None:
    text = "f(x) = ½xᵀAx + bᵀx\n∇bᵀx = b\n∇xᵀAx = (A + Aᵀ)x"
    assert [line.verdict for line in matdiff.check(text).lines[1:]] == ["proved", "proved"]
    assert matdiff.check("∇xᵀAx = 2Ax").kind == "symmetry"


def test_a_multiplier_follows_from_the_solution_above() -> None:
    text = "L(w, λ) = ½wᵀΣw − λ(1ᵀw − 1)\n∂L/∂w = Σw − λ1 = 0\n⇒ w = λΣ⁻¹1\n1ᵀw = 1\n⇒ λ = 1/(1ᵀΣ⁻¹1)"
    assert matdiff.check(text, "Σ: n x n spd; w: n; λ: scalar").lines[-1].verdict == "agrees"
    wrong = matdiff.check(text.replace("λ = 1/(1ᵀΣ⁻¹1)", "λ = 2/(1ᵀΣ⁻¹1)"), "Σ: n x n spd; w: n; λ: scalar")
    assert wrong.lines[-1].verdict != "agrees"
