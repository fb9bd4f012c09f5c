"""What evaluate refuses: unknown names, values that are not what was declared, answers that are no numbers."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

MATRICES = {
    # property: values that have it, values that do not
    "symmetric": ([[1, 2], [2, 5]], [[1, 2], [3, 4]]),
    "skew": ([[0, 1], [-1, 0]], [[1, 1], [-1, 0]]),
    "diagonal": ([[1, 0], [0, 2]], [[1, 1], [0, 1]]),
    "lower": ([[1, 0], [2, 3]], [[1, 1], [0, 1]]),
    "upper": ([[1, 2], [0, 3]], [[1, 0], [1, 1]]),
    "psd": ([[1, 1], [1, 1]], [[1, 2], [2, 1]]),
    "spd": ([[2, 1], [1, 2]], [[1, 1], [1, 1]]),
    "invertible": ([[0, 1], [1, 0]], [[1, 1], [1, 1]]),
    "orthogonal": ([[0, 1], [-1, 0]], [[1, 1], [0, 1]]),
    "idempotent": ([[1, 0], [0, 0]], [[2, 0], [0, 1]]),
    "stochastic": ([[0.5, 0.5], [1, 0]], [[0.5, 0.6], [1, 0]]),
    "positive": ([[1, 2], [3, 4]], [[0, 2], [3, 4]]),
    "nonnegative": ([[0, 2], [3, 4]], [[-1, 2], [3, 4]]),
    "integer": ([[-1, 2], [3, 4]], [[0.5, 2], [3, 4]]),
}


@pytest.mark.parametrize("word", MATRICES)
def test_a_value_has_what_was_declared(word: str) -> None:
    right, wrong = MATRICES[word]
    e = matdiff.parse("sum(A)", f"A: n x n {word}")
    assert matdiff.evaluate(e, A=right) == np.sum(right)
    with pytest.raises(matdiff.MatdiffError, match=f"A is declared {word}, and its value is not {word}"):
        matdiff.evaluate(e, A=wrong)


def test_every_property_is_looked_at() -> None:
    from matdiff.algebra.assumptions import PROPERTIES, implied

    for p in PROPERTIES.values():
        stated = [PROPERTIES[word] for word in implied(frozenset((p.word,)))]
        assert any(q.held is not None or q.projection is not None for q in stated), p.word


def test_vectors_and_families_have_what_was_declared() -> None:
    shares = matdiff.parse("p'x", "p: n simplex; x: n unit")
    assert matdiff.evaluate(shares, p=[0.5, 0.5], x=[0.6, 0.8]) == pytest.approx(0.7)
    with pytest.raises(matdiff.MatdiffError, match="p is declared simplex"):
        matdiff.evaluate(shares, p=[0.5, 0.6], x=[0.6, 0.8])
    with pytest.raises(matdiff.MatdiffError, match="x is declared unit"):
        matdiff.evaluate(shares, p=[0.5, 0.5], x=[0.6, 0.9])
    family = matdiff.parse("sum(i=1..N, tr(S_i))", "S[i=1..N]: n x n symmetric")
    values = np.array([[[1.0, 2], [2, 3]], [[0, 1], [1, 0]], [[5, 0], [0, 5]]])
    assert matdiff.evaluate(family, S=values) == 14
    values[1, 0, 1] = 7
    with pytest.raises(matdiff.MatdiffError, match="S is declared symmetric"):
        matdiff.evaluate(family, S=values)


def test_rounding_is_no_fault() -> None:
    factor = np.random.default_rng(0).normal(size=(50, 20)).astype(np.float32)
    gram = factor.T @ factor
    assert matdiff.evaluate(matdiff.parse("tr(S)", "S: n x n spd"), S=gram) == pytest.approx(np.trace(gram))


def test_what_is_implied_is_named() -> None:
    with pytest.raises(matdiff.MatdiffError, match="S is declared spd, and its value is not symmetric"):
        matdiff.evaluate(matdiff.parse("log det S", "S: n x n spd"), S=[[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("sum(log(x))", {"x": [1.0, -1.0]}, r"log\(x\) has no value"),
        ("sqrt(a - 2) + a", {"a": 1.0}, r"sqrt\(a − 2\) has no value"),
        ("tr(inv(A))", {"A": np.ones((2, 2))}, "A⁻¹ has no value"),
        ("x'x", {"x": [1.0, np.nan]}, "the value of x has entries that are NaN"),
    ],
)
def test_what_has_no_value_is_an_error_unless_nan_is_asked_for(text: str, values: dict, said: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=said):
        matdiff.evaluate(text, values)
    assert np.isnan(matdiff.evaluate(text, values, allow_nan=True))


def test_a_limit_is_a_value_and_terms_that_are_left_out_do_not_matter() -> None:
    assert matdiff.evaluate("log(a)", a=0.0) == -np.inf
    apart = "sum(i=1..N, sum(j=1..N, j != i, 1/norm2(x_i - x_j)))"
    assert matdiff.evaluate(matdiff.parse(apart, "x[i=1..N]: d"), x=[[0.0], [2.0]]) == 1.0


def test_names_that_are_not_there_are_refused_where_they_are_given_one_by_one() -> None:
    with pytest.raises(matdiff.MatdiffError, match=r"there is no yy in Xw − y\nDid you mean y\?"):
        matdiff.evaluate("X w - y", X=[[1, 2]], w=[1, 2], yy=[1])
    with pytest.raises(matdiff.MatdiffError, match="It has x, n"):
        matdiff.evaluate("x'x", x=[1, 2], momentum=3)
    assert matdiff.evaluate("x'x", {"x": [1, 2], "momentum": 3}) == 5  # one mapping for several expressions
    gradient = matdiff.derive("a'x + b", "x", "b: scalar").gradient
    np.testing.assert_array_equal(matdiff.evaluate(gradient, a=[1, 2], x=[3, 4], b=1), [1, 2])
    assert matdiff.evaluate("sum(g(x))", g=np.cos, x=[0.0, 0.0]) == 2
    assert matdiff.evaluate("1'x", x=[1, 2], n=2) == 3


def test_the_context_of_a_gradient_is_that_of_its_last_derivation() -> None:
    a = matdiff.parse("a", "a: n")
    assert matdiff.evaluate(a, a=[1, 2]).tolist() == [1, 2]
    gradient = matdiff.derive("a'x", "x", "a: n").gradient
    assert gradient is a
    assert matdiff.evaluate(gradient, a=[1, 2], x=[3, 4]).tolist() == [1, 2]


def test_arrays_of_32_bits_give_such_arrays() -> None:
    A, x = np.ones((2, 2), np.float32), np.ones(2, np.float32)
    assert matdiff.evaluate("A x", A=A, x=x).dtype == np.float32
    assert matdiff.evaluate("a A x", A=A, x=x, a=2.0).dtype == np.float32
    assert matdiff.evaluate("A x", A=A, x=x.astype(float)).dtype == np.float64
    assert matdiff.evaluate("A x", A=[[1, 2]], x=np.array([1, 2])).dtype == np.float64


def test_values_are_not_changed() -> None:
    x = np.array([1.0, 2.0])
    found = matdiff.evaluate("x", x=x)
    found[0] = 7
    assert x.tolist() == [1, 2]


def test_pi_is_the_number_unless_a_value_is_given() -> None:
    assert matdiff.evaluate("2 π r^2", r=3.0) == pytest.approx(18 * np.pi)
    assert matdiff.evaluate("2 π r^2", r=3.0, pi=3) == 54
    with pytest.raises(matdiff.MatdiffError, match="there is no pi"):
        matdiff.evaluate("r^2", r=3.0, pi=3)
    p = matdiff.parse("sum_k π_k a_k + log(2π)")
    assert matdiff.evaluate(p, pi=[0.5, 0.25], a=[2, 4]) == pytest.approx(2 + np.log(2 * np.pi))


def test_a_positive_diagonal_is_0_beside_the_diagonal() -> None:
    e = matdiff.parse("sum(A)", "A: n x n diagonal positive")
    assert matdiff.evaluate(e, A=[[1, 0], [0, 4]]) == 5
    for wrong, word in (([[1, 0], [0, 0]], "positive"), ([[1, 1], [0, 4]], "diagonal")):
        with pytest.raises(matdiff.MatdiffError, match=f"its value is not {word}"):
            matdiff.evaluate(e, A=wrong)
