"""A function along a line: the slope that the gradient gives is that of the values."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import matdiff
from matdiff.docs.gallery import models
from matdiff.numeric.curves import curves

MODELS = Path(__file__).resolve().parents[1] / "models.toml"


def test_the_slope_of_every_curve_is_that_of_its_values() -> None:
    """A tangent from a wrong gradient would cross its curve; differences of five values are fine enough to tell."""
    seen = 0
    for model in models(MODELS):
        found = model.derivation()
        for curve in curves(found.function, found.unknowns, found.gradients):
            middle, step = curve.places.size // 2, curve.places[1] - curve.places[0]
            near = curve.values[middle - 2 : middle + 3]
            wide, narrow = (near[4] - near[0]) / (4 * step), (near[3] - near[1]) / (2 * step)
            scale = max(abs(curve.slope), float(np.ptp(near)) / step)
            assert abs((4 * narrow - wide) / 3 - curve.slope) <= 0.02 * scale, (model.name, curve.unknown)
            seen += 1
    assert seen >= 100


def test_a_wrong_gradient_has_another_slope() -> None:
    d = matdiff.derive("‖X w‖²", "w", "X: m x n")
    (right,) = curves(d.function, d.unknowns, d.gradients)
    (wrong,) = curves(d.function, d.unknowns, {"w": matdiff.parse("XᵀX w", "X: m x n; w: n")})
    assert np.array_equal(right.values, wrong.values)
    assert abs(right.slope) > 1.5 * abs(wrong.slope)


def test_families_and_sets_that_are_curved_have_no_line() -> None:
    for text, wrt, where in (("∑ᵢ ‖xᵢ‖²", "x", "x[i=1..N]: d"), ("Tr(A Q)", "Q", "Q: n x n orthogonal; A: n x n")):
        d = matdiff.derive(text, wrt, where)
        assert not [*curves(d.function, d.unknowns, d.gradients)]


def test_where_there_is_no_value_a_curve_has_a_gap() -> None:
    d = matdiff.derive("log(x)", "x", "x: scalar positive")
    (curve,) = curves(d.function, d.unknowns, d.gradients)
    assert np.isfinite(curve.values[curve.places.size // 2])
    low, high = curve.heights()
    assert low < high
