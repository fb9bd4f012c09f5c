"""Programs of MATLAB, Octave and Julia: what frames the statements, and values that are added up."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.language.programs import unframed
from matdiff.language.transcript import Transcript


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("l = 0; l += x'x  # both", "l = x'x"),
        ("l = 0.0; l = l - x'x", "l = - x'x"),
        ("l = a; l += x'x", "l = (a) + (x'x)"),
        ("J = a; J = 2*J + b", "J = 2*(a) + b"),
        ("J = a; J = J(2) + b", "J = a; J = J(2) + b"),  # a place, or a product
        ("J = a; g = J; J = J + g", "J = a; g = J; J = J + g"),
        ("h = W x; h = 2h", "h = W x; h = 2h"),
        ("J = a\n + b; J = J + c", "J = a\n + b; J = J + c"),
        ("function f(x)\nx'x\nend", "x'x"),
        (r"\% x", r"\% x"),
    ],
)
def test_what_is_left_of_a_program(text: str, left: str) -> None:
    found = unframed(Transcript(text, text)).script.text
    assert found.strip(" ;\n") == left


def test_an_error_points_at_what_was_typed() -> None:
    text = "l = 0; l += x'x; l += y'(A + x)"
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.derive(text, "x", "A: m x n; x: n")
    assert caught.value.text == text
