"""The layouts of derivatives: that of the unknown, and its transpose."""

from __future__ import annotations

import json

import numpy as np
import pytest

import matdiff
from matdiff.cli import main

WHERE = "A: n x n; X: m x n; w: n; y: m; a: scalar"
TEXT = "norm2(X*w - a*y)^2 + w'*A*w"


@pytest.mark.parametrize("name", ["w", "X", "A", "a"])
def test_the_numerator_layout_is_the_transpose(name: str) -> None:
    draw = np.random.default_rng(3).normal
    values = {"A": draw(size=(3, 3)), "X": draw(size=(2, 3)), "w": draw(size=3), "y": draw(size=2), "a": draw()}
    found = matdiff.derive(TEXT, name, WHERE, layout="numerator")
    column, row = (matdiff.evaluate(e, values) for e in (found.gradient, found.derivatives[name]))
    assert found.derivatives[name].shape == found.gradient.shape[::-1]
    assert np.allclose(np.reshape(row, found_shape(row)), np.reshape(column, found_shape(column)).T)
    assert found.verify().ok


def found_shape(value: object) -> tuple[int, int]:
    """The rows and columns of a number, a vector or a matrix."""
    shape = np.shape(value)
    return shape if len(shape) == 2 else (shape[0] if shape else 1, 1)  # type: ignore[return-value]


def test_the_row_of_a_jacobian_is_the_derivative_of_a_scalar() -> None:
    row = matdiff.derive(TEXT, "w", WHERE, layout="numerator").derivatives["w"]
    assert matdiff.equal(row, matdiff.jacobian(TEXT, "w", WHERE).result).equal


def test_the_page_says_which_layout_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "||X w - y||^2", "--wrt", "w", "--layout", "numerator", "--steps", "none"]) == 0
    page = capsys.readouterr().out
    assert "∇_w f = 2Xᵀ(Xw − y)" in page
    assert "∂f/∂w = 2(Xw − y)ᵀX        1×n" in page
    assert "numerator layout" in page
    record = json.loads(matdiff.derive("||X w - y||^2", "w", layout="numerator").to_json())
    assert (record["layout"], record["derivatives"]["w"]["text"]) == ("numerator", "2(Xw − y)ᵀX")
    assert "layout" not in json.loads(matdiff.derive("||X w - y||^2", "w").to_json())


def test_other_layouts_are_refused() -> None:
    with pytest.raises(matdiff.MatdiffError, match="there is no layout"):
        matdiff.derive("x'x", "x", layout="rows")


def test_a_member_and_a_number_in_the_numerator_layout() -> None:
    page = matdiff.derive("sum(i=1..N, a*norm2(x[i] - b)^2)", "x, a", "b: n", layout="numerator").to_text(steps="none")
    assert "∂f/∂x[i] = " in page
    assert "∂f/∂a" not in page
