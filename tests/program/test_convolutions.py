"""Code of convolutions and of what their gradients need, run beside the numbers of evaluate."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

CONVOLUTIONS = {  # text, unknowns, declarations, outputs
    "within": ("||conv(x, k) - y||^2", "k,x", "k: p; x: n; y: n-p+1", "value,gradient"),
    "correlation": ("||corr(x, k) - y||^2", "k,x", "k: p; x: n; y: n-p+1", "value,gradient"),
    "full": ("||conv_full(x, k) - y||^2", "k,x", "k: p; x: n; y: n+p-1", "value,gradient"),
    "full correlation": ("||corr_full(x, k) - y||^2", "k,x", "k: p; x: n; y: n+p-1", "value,gradient"),
    "of matrices": ("||corr(X, K) - Y||^2", "K,X", "K: p x q; X: m x n; Y: m-p+1 x n-q+1", "value,gradient"),
    "of steps": ("||corr(x, k, 2) - y||^2", "k,x", "k: p; x: 2*m+p-2; y: m", "value,gradient"),
    "of matrices in steps": ("||conv(X, K, 2) - Y||^2", "K,X", "K: p x q; X: 2*m+p-2 x 2*n+q-2; Y: m x n",
                             "value,gradient"),
    "padded": ("sum(relu(corr(pad(X, 1), K)))", "K,X", "K: 3 x 3; X: m x n", "value,gradient"),
    "curvature": ("||conv(x, k) - y||^2", "k", "k: p; x: n; y: n-p+1", "hessian"),
    "curvature of matrices": ("||corr(X, K) - Y||^2", "K", "K: p x q; X: m x n; Y: m-p+1 x n-q+1", "hessian"),
}  # fmt: skip


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_convolutions_agree_with_the_numbers_of_evaluate(case: str) -> None:
    pytest.importorskip("scipy")
    text, unknowns, where, outputs = CONVOLUTIONS[case]
    assert matdiff.code(text, unknowns, where, outputs=outputs.split(","), check=False).verify(seed=1) < 1e-9


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("case", ["within", "padded", "of matrices in steps", "curvature of matrices"])
def test_convolutions_run_in_other_libraries(case: str, backend: str) -> None:
    pytest.importorskip(backend)
    text, unknowns, where, outputs = CONVOLUTIONS[case]
    made = matdiff.code(text, unknowns, where, backend, outputs.split(","), check=False)
    assert made.verify(seed=1) < 1e-6


def test_a_convolution_is_the_one_of_the_library() -> None:
    made = matdiff.code("||conv(x, k) - y||^2", "k", "k: p; x: n; y: n-p+1", check=False)
    x, k, y = np.arange(5.0), np.array([1.0, -2.0]), np.ones(4)
    residual = np.convolve(x, k, "valid") - y
    value, gradient = made.function(x, k, y)
    assert value == pytest.approx(residual @ residual)
    assert gradient == pytest.approx([2 * residual @ x[1:], 2 * residual @ x[:-1]])


def test_numbers_of_half_the_length_stay_so() -> None:
    made = matdiff.code("sum(relu(A x))", "x", "A: m x n; x: n", check=False)
    a, x = np.ones((2, 3), np.float32), np.ones(3, np.float32)
    assert made.function(a, x)[1].dtype == np.float32
