"""Assertions on derivatives, of functions that are recorded and of those that are not."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.testing import assert_gradient, assert_hessian, assert_jacobian
from matdiff.testing.plugin import matdiff_assert  # noqa: F401 - the fixture, also of a copy that is not installed

X = np.arange(12.0).reshape(4, 3) / 7
Y = np.array([1.0, -2.0, 0.5, 3.0])
B = np.array([[1.0, 2.0, 0.5], [0.0, 1.5, 1.0], [3.0, 1.0, 2.0]])


def loss(w: np.ndarray, A: np.ndarray, b: np.ndarray) -> float:
    return np.sum((A @ w - b) ** 2)


def branching(x: np.ndarray) -> float:
    """A function that cannot be recorded, since it looks at values."""
    return float(sum(v**3 if v > 0 else 2 * v**3 for v in x))


SHAPES = "A: m x n; w: n; b: m"


def test_what_is_right_passes() -> None:
    assert_gradient(loss, lambda w, A, b: 2 * A.T @ (A @ w - b), SHAPES)
    assert_gradient(loss, "2A'(A w - b)", SHAPES, "w")
    assert_gradient("log(det(S))", "inv(S)", "S: n x n spd", "S")


def test_jacobians_and_hessians_pass() -> None:
    assert_hessian(loss, lambda w, A, b: 2 * A.T @ A, at={"w": np.ones(3), "A": X, "b": Y})
    assert_jacobian(lambda x, A: np.tanh(A @ x), lambda x, A: np.diag(1 - np.tanh(A @ x) ** 2) @ A, "x: n; A: m x n")


@pytest.mark.parametrize(
    ("claimed", "said"),
    [
        (lambda w, A, b: A.T @ (A @ w - b), "a factor is wrong"),
        (lambda w, A, b: -2 * A.T @ (A @ w - b), "the sign is wrong"),
    ],
)
def test_a_failure_names_the_slip_and_the_right_formula(claimed: object, said: str) -> None:
    with pytest.raises(AssertionError, match=said) as failure:
        assert_gradient(loss, claimed, SHAPES)  # type: ignore[arg-type]
    assert "2Aᵀ(Aw − b)" in str(failure.value)


def test_a_transpose_is_named() -> None:
    with pytest.raises(AssertionError, match="transpose"):
        assert_gradient(lambda M, a, b: a @ M @ b, lambda M, a, b: np.outer(b, a), "M: n x n; a, b: n")


def test_what_cannot_be_recorded_is_compared_with_numbers() -> None:
    at = {"x": np.array([1.0, -2.0, 3.0])}
    assert_gradient(branching, lambda x: np.where(x > 0, 3 * x**2, 6 * x**2), at=at)
    assert_hessian(branching, lambda x: np.diag(np.where(x > 0, 6 * x, 12 * x)), at=at)
    with pytest.raises(AssertionError, match="it is 5/2 of the right one"):
        assert_gradient(branching, lambda x: np.where(x > 0, 7.5 * x**2, 15 * x**2), at=at)
    with pytest.raises(AssertionError, match="it is 1/2 of the right one"):
        assert_gradient(branching, lambda x: np.where(x > 0, 1.5 * x**2, 3 * x**2), at=at)
    with pytest.raises(AssertionError, match=r"entry \[1\] is 12, it should be 24; 1 of 3"):
        assert_gradient(branching, lambda x: 3 * x**2, at=at)
    with pytest.raises(AssertionError, match=r"its shape is \(2,\)"):
        assert_gradient(branching, lambda x: x[:2], at=at)


def test_a_claim_of_a_text_is_reviewed() -> None:
    review = matdiff.check_gradient("log det X", "X^-1", "X")
    assert (review.ok, review.kind, str(review.should_be)) == (False, "transpose", "X⁻ᵀ")
    assert matdiff.check_gradient(matdiff.parse("x'A x", "A: n x n; x: n"), "(A + A')x", "x").ok


def test_the_fixture_has_the_assertions(matdiff_assert: object) -> None:  # noqa: F811
    matdiff_assert.assert_gradient("x'x", "2x", "x: n", "x")  # type: ignore[attr-defined]


def test_the_data_of_a_function_have_their_names_in_the_message() -> None:
    """Those of a closure, of globals and of an object; numbers that were computed from them are said by their sizes."""
    data, y = np.arange(15.0).reshape(5, 3) / 7, np.arange(5.0) / 3

    class Model:
        def __init__(self) -> None:
            self.A = data

        def loss(self, w: np.ndarray) -> float:
            return np.sum((self.A @ w) ** 2)

        def gradient(self, w: np.ndarray) -> np.ndarray:
            return self.A.T @ (self.A @ w)

    def of_copies(w: np.ndarray) -> float:
        return np.sum((np.array(data.tolist()) @ w) ** 2)

    with pytest.raises(AssertionError, match=r"right      2dataᵀ\(data w − y\)\n  a factor is wrong"):
        assert_gradient(lambda w: ((data @ w - y) ** 2).sum(), lambda w: data.T @ (data @ w - y), where="w: 3")
    with pytest.raises(AssertionError, match=r"claimed    B\n  right      B \+ Bᵀ\n  a term is missing"):
        assert_hessian(lambda x: x @ B @ x, lambda x: B, where="x: 3")
    with pytest.raises(AssertionError, match="right      2AᵀAw"):
        assert_gradient(Model().loss, Model().gradient, where="w: 3")
    with pytest.raises(AssertionError, match=r"right      2 \[3×3 numbers\]w"):
        assert_gradient(of_copies, lambda w: data.T @ (data @ w), where="w: 3")


def test_data_that_make_a_claim_right_do_not_make_it_wrong() -> None:
    symmetric = B + B.T
    assert_gradient(lambda x: x @ symmetric @ x, lambda x: 2 * symmetric @ x, where="x: 3")
    assert_gradient(lambda w, A: np.sum((A @ w) ** 2), lambda w: 2 * X.T @ X @ w, at={"w": np.ones(3), "A": X})


def test_parameters_are_those_of_the_function_by_their_places() -> None:
    jax = pytest.importorskip("jax")
    from scipy.special import logsumexp, softmax

    assert_gradient(lambda w, A: np.sum((A @ w) ** 2), lambda v, M: 2 * M.T @ M @ v, "w: n; A: m x n")
    assert_gradient(lambda x: np.sum((X @ x) ** 2), lambda x, data=X: 2 * data.T @ (data @ x), "x: 3")
    assert_gradient(lambda *a: np.sum(a[0] ** 2), lambda x: 2 * x, "x: 3")
    assert_gradient(logsumexp, softmax, "a: 4")
    assert_jacobian(np.exp, lambda x: np.diag(np.exp(x)), "x: 3")
    assert_gradient(branching_in_jax, jax.grad(branching_in_jax), "x: 4")  # in single precision


def branching_in_jax(x: Any) -> Any:
    import jax.numpy as jnp

    return jnp.sum(jnp.tanh(x) ** 2) if x.shape == (4,) else 0.0


def test_what_cannot_be_compared_is_an_error() -> None:
    values = iter(range(99))
    with pytest.raises(matdiff.MatdiffError, match="other values when it is called again"):
        assert_gradient(lambda x: float(next(values) * x[0]), lambda x: x, at={"x": np.ones(2)})
    with pytest.raises(matdiff.MatdiffError, match=r"<lambda> raised ZeroDivisionError"):
        assert_gradient(lambda x: 1 / 0, lambda x: x, at={"x": np.ones(2)})
    with pytest.raises(AssertionError, match="no array of numbers"):
        assert_gradient(branching, lambda x: [[1], [1, 2]], at={"x": np.ones(2)})


def test_an_array_has_one_layout() -> None:
    """A function gives numbers: the transpose of a square Jacobian is not the Jacobian, whatever a text may mean."""
    a = np.array([[1.0, 2.0, 0.5], [0.0, 1.5, 1.0], [3.0, 1.0, 2.0]])
    assert_jacobian(lambda x: a @ x, lambda x: a, where="x: 3")
    with pytest.raises(AssertionError, match="a transpose is missing"):
        assert_jacobian(lambda x: a @ x, lambda x: a.T, where="x: 3")


@pytest.mark.parametrize("f", [lambda x: np.sum(x**2), lambda x: float(sum(v**2 for v in x.ravel()))])
def test_a_gradient_that_would_be_spread_over_its_argument_is_wrong(f: Any) -> None:
    """A column for (3,) is so, and the flat array for (3, 1); a Jacobian is a row."""
    for x, turned in ((np.ones(3), lambda x: 2 * x[:, None]), (np.ones((3, 1)), lambda x: 2 * x.ravel())):
        assert_gradient(f, lambda x: 2 * x, at={"x": x})
        with pytest.raises(AssertionError, match="NumPy would spread it over"):
            assert_gradient(f, turned, at={"x": x})
    assert_jacobian(f, lambda x: 2 * x.T, at={"x": np.ones((3, 1))})


def test_a_tuple_holds_the_derivatives_by_the_arguments_in_their_order() -> None:
    def f(a: np.ndarray, b: np.ndarray) -> float:
        return np.sum(a * b**2)

    assert_gradient(f, lambda a, b: (b**2, 2 * a * b), where="a, b: 3")
    assert_gradient(f, lambda a, b: (0 * a, 2 * a * b), where="a, b: 3", wrt="b")
    with pytest.raises(AssertionError, match=r"the gradient of f by b is wrong\n(?:.*\n)*  a factor is wrong"):
        assert_gradient(f, lambda a, b: (b**2, a * b), where="a, b: 3")
    with pytest.raises(AssertionError, match=r"the gradient of f by b is wrong"):
        assert_gradient(f, lambda a, b: {"b": a * b, "a": b**2}, where="a, b: 3")


def test_a_list_of_numbers_is_an_array() -> None:
    assert_jacobian(lambda x: [x[0] * x[1], x[0] ** 2], lambda x: [[x[1], x[0]], [2 * x[0], 0]], where="x: 2")
    assert_gradient(lambda x: x[0] ** 2 + 3 * x[1], lambda x: [2 * x[0], 3], where="x: 2")
    with pytest.raises(AssertionError, match="wrong"):
        assert_gradient(lambda x: x[0] ** 2 + 3 * x[1], lambda x: [2 * x[0], 2], where="x: 2")


def test_what_a_function_without_a_name_raises_is_told() -> None:
    def f(x: Any, p: float) -> float:
        raise ValueError("no")

    with pytest.raises(matdiff.MatdiffError, match="the function raised ValueError: no"):
        assert_gradient(partial(f, p=2.0), lambda x: 2 * x, wrt="x", at={"x": np.arange(3.0)})


def test_functions_of_pytorch_are_compared_with_tensors() -> None:
    torch = pytest.importorskip("torch")
    a, x = torch.arange(6.0, dtype=torch.float64).reshape(3, 2), torch.tensor([0.5, -1.0], dtype=torch.float64)

    def loss(x):
        return ((a @ x) ** 2).sum() if x[0].item() > 0 else x.sum()

    with pytest.raises(AssertionError, match="it is 1/2 of the right one"):
        assert_gradient(loss, lambda x: a.T @ (a @ x), at={"x": x})
    with pytest.raises(AssertionError, match="a factor is wrong"):
        assert_gradient(lambda x: ((a @ x) ** 2).sum(), lambda x: a.T @ (a @ x), at={"x": x})
    assert_gradient(loss, 2 * a.T @ (a @ x), at={"x": x})


def test_the_gradient_at_a_point_may_be_an_array() -> None:
    x = np.array([0.5, -1.0, 2.0])
    assert_gradient(lambda x: x @ x, 2 * x, at={"x": x})
    with pytest.raises(AssertionError, match=r"is wrong\n  right      2x\n  its sign is wrong"):
        assert_gradient(lambda x: x @ x, -2 * x, at={"x": x})


@pytest.mark.parametrize("number", [float, lambda value: value])  # of which the first cannot be recorded
def test_the_value_may_stand_in_front_of_the_gradient(number: Any) -> None:
    def f(x: Any) -> Any:
        return number(x @ x)

    assert_gradient(f, lambda x: (f(x), 2 * x), where="x: 3")
    with pytest.raises(AssertionError, match=r"factor is wrong|3/2 of the right one"):
        assert_gradient(f, lambda x: (f(x), 3 * x), where="x: 3")
