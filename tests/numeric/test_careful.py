"""Linear algebra is never given what is not finite: there the result is NaN, and the rest is as it was."""

from __future__ import annotations

import time

import numpy as np
import pytest

import matdiff
from matdiff.numeric.careful import CAREFUL

GOOD, BAD = np.array([[2.0, 1.0], [0.0, 4.0]]), np.array([[np.inf, 1.0], [np.nan, 0.0]])


@pytest.mark.parametrize("name", ["inv", "det", "eigvalsh", "pinv", "eigvals"])
def test_what_is_not_finite_gives_nan_in_its_place_alone(name: str) -> None:
    both = getattr(CAREFUL.linalg, name)(np.stack([GOOD, BAD]))
    np.testing.assert_allclose(both[0], getattr(np.linalg, name)(GOOD))
    assert np.isnan(both[1]).all()


def test_results_in_several_parts_and_several_matrices() -> None:
    u, s, v = CAREFUL.linalg.svd(np.stack([BAD, GOOD]))
    np.testing.assert_allclose(u[1] * s[1] @ v[1], GOOD, atol=1e-14)
    assert all(np.isnan(part[0]).all() for part in (u, s, v))
    solution = CAREFUL.linalg.solve(np.stack([GOOD, GOOD]), np.stack([GOOD, BAD]))
    np.testing.assert_allclose(solution[0], np.eye(2), atol=1e-15)
    assert np.isnan(solution[1]).all()


@pytest.mark.parametrize("text", ["norm_spec(exp(1000*A))", "norm_nuc(exp(1000*A))", "sum(pinv(exp(1000*A)))"])
def test_a_check_of_what_overflows_ends_soon(text: str) -> None:
    derived = matdiff.derive(text, "A", "A: m x n")
    start = time.process_time()
    try:
        assert derived.verify().ok
    except matdiff.MatdiffError as refusal:
        assert refusal.suggestion  # noqa: PT017
    assert time.process_time() - start < 20
