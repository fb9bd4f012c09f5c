"""Texts in entries alone, whose sizes nobody says: they follow from the indices that letters share."""

from __future__ import annotations

import pytest

import matdiff

TEXTS = [
    ("y_i = ∑_j W_ij x_j\nL = ½ ∑_i (y_i − t_i)²\n∂L/∂W_ij = (y_i − t_i) x_j", ") x_j", ") x_i", ""),
    ("f_i = sum_j A_ij x_j, L = sum_i f_i^2\ndL/dx_k = sum_i 2 f_i A_ik", "A_ik", "A_ki", "index"),
    ("C_{ij} = A_{ik} B_{kj}\nL = G_{ij} C_{ij}\n∂L/∂B_{mn} = A_{im} G_{in}", "= A_{im}", "= -A_{im}", "sign"),
    ("p_i = e^{z_i} / ∑_j e^{z_j}\n∂p_i/∂z_j = p_i (δ_ij − p_j)", "− p_j", "+ p_j", "sign"),
    ("L = -∑_k y_k log p_k\np_k = softmax(z_k)\n∂L/∂z_k = p_k - y_k", "p_k - y_k", "p_k", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "right", "wrong", "kind"), TEXTS)
def test_a_text_in_entries_needs_no_sizes(text: str, right: str, wrong: str, kind: str) -> None:
    review = matdiff.check(text)
    assert review.ok
    assert "not read" not in {line.verdict for line in review.lines}
    slipped = matdiff.check(text.replace(right, wrong))
    assert slipped.first_wrong == len(review.lines)
    assert slipped.kind == kind or not kind


def test_labels_sum_to_one_where_nothing_else_is_said_of_them() -> None:
    text = "L = -yᵀ log softmax(z)\n∂L/∂z = softmax(z) − y"
    assert matdiff.check(text).lines[1].reason == "right where y sums to 1, as labels do"
    assert matdiff.check(text, "y, z: n positive").kind == "domain"
