"""Gradients by a general member of a family, where neighbours and single members take part."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import postorder
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.numeric.evaluate import evaluate

RNG = np.random.default_rng(7)
A, P, Q = (RNG.normal(size=(3, 3)) for _ in range(3))
X, Z = RNG.normal(size=(5, 3)), RNG.normal(size=3)
S = RNG.normal(size=6)


def differences(f, x):  # type: ignore[no-untyped-def]
    """The gradient by central differences."""
    found = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[at] = 1e-6
        found[at] = (f(x + step) - f(x - step)) / 2e-6
    return found


CHAIN = r"\|x_1 - z\|^2 + \sum_{t=2}^{T} \|x_t - A x_{t-1}\|^2"
LAST = r"x_T^\top P x_T + \sum_{t=1}^{T-1} x_t^\top Q x_t"
SECOND = r"\sum_{i=2}^{n-1} (x_{i-1} - 2x_i + x_{i+1})^4"


@pytest.mark.parametrize(
    ("text", "unknown", "values", "plain"),
    [
        (CHAIN, X, {"A": A, "z": Z}, lambda x: ((x[0] - Z) ** 2).sum() + ((x[1:] - x[:-1] @ A.T) ** 2).sum()),
        (LAST, X, {"P": P, "Q": Q, "T": 5}, lambda x: x[-1] @ P @ x[-1] + sum(v @ Q @ v for v in x[:-1])),
        (SECOND, S, {}, lambda x: ((x[:-2] - 2 * x[1:-1] + x[2:]) ** 4).sum()),
    ],
    ids=["chain", "last", "second differences"],
)
def test_neighbours_and_single_members(text, unknown, values, plain) -> None:  # type: ignore[no-untyped-def]
    found = matdiff.derive(text, wrt="x_i")
    assert found.verify().ok
    value = evaluate(found.gradient, {"x": unknown, **values})
    np.testing.assert_allclose(value, differences(plain, unknown), rtol=1e-6, atol=1e-6)


def test_a_general_member_is_told_by_cases() -> None:
    found = matdiff.derive(r"\sum_{t=1}^{T-1} (x_{t+1} - x_t)^2", wrt="x_t")
    assert str(found.gradient) == "2(cases(x[t] − x[t − 1], t > 1, 0) − cases(x[t + 1] − x[t], t ≤ T − 1, 0))"
    assert "unit" not in found.to_text(steps="full")


@pytest.mark.parametrize("unknown", ["z_j", "z"])
def test_no_sum_of_a_gradient_runs_over_the_letter_of_its_member(unknown: str) -> None:
    """Softmax: exp(z_j)/∑_k exp(z_k), where j is the member that is asked for and i the class."""
    found = matdiff.derive("-log(exp(z_i)/∑_j exp(z_j))", wrt=unknown)
    assert str(found.gradient) == "cases(−1, i = j, 0) + exp(z[j])/(∑_{k=1}^{N} exp(z[k]))"
    assert str(matdiff.derive("log ∑_i exp(x_i)", wrt="x_i").gradient) == "exp(x[i])/(∑_{j=1}^{N} exp(x[j]))"


def test_the_largest_of_no_members_is_refused() -> None:
    e = matdiff.parse("max(i=1..n-1, x[i+1]'w)", "x[i=1..n]: d; w: d")
    assert matdiff.evaluate(e, x=np.array([[1.0, 2.0], [3.0, 5.0]]), w=np.array([1.0, -1.0])) == -2.0
    with pytest.raises(matdiff.MatdiffError, match="max is of no entries"):
        matdiff.evaluate(e, x=np.ones((1, 2)), w=np.ones(2))


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("∑_k (∑_j x_j a_jk) (∑_j y_j a_jk)", "x"),
        ("∑_i a_i ∏_{j≠i} x_j", "x"),
        ("∏_i x_i", "x"),
        ("∑_i log(∑_{j≠i} exp(-‖A x_i - A x_j‖²))", "A"),
    ],
)
def test_no_line_binds_an_index_within_a_sum_over_it(text: str, wrt: str) -> None:
    d = matdiff.derive(text, wrt=wrt)
    sums = {node for line in d.lines for node in postorder(line.expression) if isinstance(node, IndexedSum)}
    assert sums
    assert [str(s) for s in sums if s.index.name in bound_names(s.operands[0])] == []
    assert d.verify().ok


def test_no_index_of_an_answer_is_bound_in_it() -> None:
    """The derivative of the variance of a sample by the sample number i, which also sums elsewhere."""
    found = matdiff.derive("m = 1/n*sum_i x_i; sum_i (x_i - m)^4", "x")
    assert str(found.gradient).endswith("4((x[i] − m)³ − (∑_{k=1}^{n} (x[k] − m)³)/n)")
    assert "∑_{k=1}^{n} (x[k] − m)³" in found.to_text()
    assert found.verify().ok
