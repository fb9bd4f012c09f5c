"""Functions of JAX in NumPy, which compiles nothing: a recorded expression is compared with a function by them.

They are written down from JAX's documentation, and know nothing of how these functions are recorded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def logsumexp(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log Σ exp(a)"""
    top = np.max(a, axis=axis, keepdims=True)
    found = np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True)) + top
    return found if keepdims else np.squeeze(found, axis=axis)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """log softmax(x)"""
    return x - logsumexp(x, axis, keepdims=True)


def softmax(x: Any, axis: int = -1) -> Any:
    """softmax(x)"""
    return np.exp(log_softmax(x, axis))


def sigmoid(x: Any) -> Any:
    """1/(1 + exp(−x))"""
    return 1 / (1 + np.exp(-x))


def gelu(x: Any, approximate: bool = True) -> Any:
    """x Φ(x), or the formula by tanh that JAX takes unless it is told otherwise."""
    if approximate:
        return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2
    return x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2


def one_hot(x: Any, num_classes: int) -> Any:
    """Rows of the identity matrix."""
    return np.eye(num_classes)[x]


def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False) -> Any:
    """A⁻¹b, or A⁻ᵀb, for the lower or upper triangle A."""
    half = np.tril(a) if lower else np.triu(a)
    if unit_diagonal:
        half = half - np.diag(np.diag(half)) + np.eye(len(half))
    return np.linalg.solve(half if trans in (0, "N") else half.T, b)


def cho_solve(c_and_lower: Any, b: Any) -> Any:
    """A⁻¹b by the factor of A."""
    c, lower = c_and_lower
    half = np.tril(c) if lower else np.triu(c).T
    return np.linalg.solve(half @ half.T, b)


def cho_factor(a: Any, lower: bool = False) -> Any:
    """The factor of A, and which triangle it is."""
    half = np.linalg.cholesky(a)
    return (half if lower else half.T), lower


def normal(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    """The logarithm of the density of a normal distribution."""
    return -(((x - loc) / scale) ** 2) / 2 - np.log(scale) - math.log(2 * math.pi) / 2


def several_normal(x: Any, mean: Any, cov: Any) -> Any:
    """The same in several dimensions, for one point or for rows of them."""
    away = x - mean
    far = np.sum(away * np.linalg.solve(cov, away.T).T, axis=-1)
    return -(far + np.linalg.slogdet(cov)[1] + len(cov) * math.log(2 * math.pi)) / 2


IN_NUMPY: Mapping[str, Callable[..., Any]] = {
    "logsumexp": logsumexp, "log_softmax": log_softmax, "softmax": softmax, "sigmoid": sigmoid, "expit": sigmoid,
    "relu": lambda x: np.maximum(x, 0), "silu": lambda x: x * sigmoid(x), "swish": lambda x: x * sigmoid(x),
    "softplus": lambda x: np.logaddexp(x, 0), "log_sigmoid": lambda x: -np.logaddexp(-x, 0), "gelu": gelu,
    "one_hot": one_hot, "rsqrt": lambda x: 1 / np.sqrt(x), "solve_triangular": solve_triangular,
    "cho_solve": cho_solve, "cho_factor": cho_factor, "norm.logpdf": normal,
    "multivariate_normal.logpdf": several_normal,
    "erf": np.vectorize(math.erf), "gammaln": np.vectorize(math.lgamma), "logit": lambda x: np.log(x) - np.log1p(-x),
    "xlogy": lambda x, y: np.where(x == 0, 0, x * np.log(np.where(x == 0, 1, y))),
}  # fmt: skip
