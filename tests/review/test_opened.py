"""Functions that a text does not give, and of whose gradients it speaks: product and chain rules, Lagrangians."""

from __future__ import annotations

import pytest

import matdiff

CLAIMS = [
    ("∇(fg) = f∇g + g∇f", "f∇g + g∇f", "f∇g − g∇f", "sign"),
    ("∇(f/g) = (g∇f − f∇g)/g²", "g∇f − f∇g", "g∇f + f∇g", "sign"),
    (r"\nabla_x f(Ax+b) = A^\top \nabla f(Ax+b)", r"A^\top", "A", "transpose"),
    ("g(x) = f(Ax + b)\n∇²g(x) = Aᵀ ∇²f(Ax + b) A", "Aᵀ", "A", "transpose"),
    ("L(x, ν) = f(x) + νᵀ(Ax − b)\n∇_x L = ∇f(x) + Aᵀν", "Aᵀν", "Aν", "transpose"),
]


@pytest.mark.parametrize(("text", "right", "wrong", "kind"), CLAIMS)
def test_rules_for_open_functions_are_judged(text: str, right: str, wrong: str, kind: str) -> None:
    review = matdiff.check(text)
    assert review.lines[-1].verdict == "proved"
    assert matdiff.check(text.replace(right, wrong)).kind == kind


def test_a_function_whose_gradient_a_text_gives_is_not_open() -> None:
    review = matdiff.check("∇f(x) = 2Ax\nx₊ = x − η∇f(x)\n∇f(x) = 0")
    assert review.ok


def test_a_derivative_by_a_transpose_is_a_row_whatever_stands_behind_it() -> None:
    text = "f = ‖Ax − y‖²\n∂/∂xᵀ f = 2(Ax − y)ᵀA\n∂/∂xᵀ (Ax) = A"
    assert [line.verdict for line in matdiff.check(text, "A: m x n; x: n").lines[1:]] == ["proved", "proved"]
    assert matdiff.check("∂/∂Xᵀ tr(AX) = Aᵀ", "A: n x m; X: m x n").kind == "transpose"


@pytest.mark.parametrize(
    "loss", ["CE(softmax(Wx + b), y)", "CE(y, softmax(Wx + b))", r"\mathrm{CE}(y, \mathrm{softmax}(Wx + b))"]
)
def test_the_cross_entropy_has_its_label_on_either_side(loss: str) -> None:
    right = "softmax(Wx + b) - y"
    assert matdiff.check(f"L = {loss}\n\\nabla_b L = {right}").lines[1].verdict == "proved"
    assert matdiff.check(f"L = {loss}\n\\nabla_b L = y - softmax(Wx + b)").kind == "sign"
