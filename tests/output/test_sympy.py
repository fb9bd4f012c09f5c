"""The conversion to SymPy keeps the value: both are computed on small explicit matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import Expr, symbols
from matdiff.errors import UnsupportedError
from matdiff.output.sympy import to_sympy

sympy: Any = pytest.importorskip("sympy")

WHERE = "X: 3 x 2; A, B: 2 x 2; S: 2 x 2 spd; w: 2; y: 3; a: scalar; c: scalar positive"
VALUES: dict[str, Any] = {
    "X": [[1, 2], [0, -1], [3, 1]],
    "A": [[2, 1], [-1, 3]],
    "B": [[1, -2], [1, 1]],
    "S": [[3, 1], [1, 2]],
    "w": [1, -2],
    "y": [2, 1, -1],
    "a": 3,
    "c": 2,
}

TEXTS = [
    "2*a - c/3",
    "X w - y",
    "a*X*A + X*B'",
    "w'A w",
    "‖X w − y‖",
    "‖X‖ + ‖A − B‖²",
    "norm1(X) + norm1(w)",
    "A : B + w : w",
    "tr(A B) + det(A) + logdet(S)",
    "inv(A)*B*A^-2 + A^3",
    "A .* B .* A",
    "A.^2 + (A.*A).^(-1)",
    "exp⊙(A) + sin(A) + cos(A) + tanh(A) + sigmoid(A) + softplus(A) + relu(A) + abs(A) + sign(A) + arctan(A)",
    "log⊙(S) + sqrt⊙(S)",
    "expm1(A) + sinh(A) + cosh(A) + arcsinh(A) + softsign(A) + step(A) + silu(A) + gelu(A) + erf(A) + normcdf(A)",
    "leaky_relu(A) + elu(A, c) + clip(A) + huber(A, c) + normpdf(A) + log1p(S) + log2(S) + log10(S) + arccosh(1 + S)",
    "logsumexp(w) + arctanh(1/a) + logit(1/a)",
    "softmax(w) + softmax_rows(A) w + softmax_cols(B) w",
    "exp(a) + log(c) + sigmoid(a) + sqrt(c) + c^a",
    "A + I + ones(2, 2) + zeros(2, 2)",
    "sum(X) + sum(w)",
    "diag(w) + A",
    "diag(A)",
    "h = A w; h'h",
    "w w'/(w'w)",
    "w'zeros(2, 2)*w + w'I w",
    "A*inv(A)*B - B",
    "kron(A, B)*kron(w, w)",
    "commutator(A, B)",
]


def value(expr: Expr) -> Any:
    """The value of the SymPy expression, as NumPy's numbers."""
    converted = to_sympy(expr)
    if isinstance(converted, sympy.MatrixExpr):
        converted = converted.as_explicit()
    for symbol in symbols(expr):
        name, array = to_sympy(symbol), np.array(VALUES[symbol.name])
        explicit = int(array) if symbol.is_scalar else sympy.ImmutableMatrix(array.reshape(*map(int, name.shape)))
        converted = converted.subs(name, explicit)
    found = converted.doit()
    return np.array(found.tolist() if found.is_Matrix else found, dtype=float)


@pytest.mark.parametrize("text", TEXTS)
def test_value_is_the_same_in_sympy(text: str) -> None:
    expr = matdiff.parse(text, WHERE)
    expected = np.asarray(matdiff.evaluate(expr, VALUES))
    np.testing.assert_allclose(value(expr).reshape(expected.shape), expected, rtol=1e-12, atol=1e-12)


def test_gradient_with_symbolic_sizes_is_a_matrix_expression() -> None:
    gradient = matdiff.derive("||X w - y||^2", wrt="w").to_sympy()
    m, n = (sympy.Symbol(name, integer=True, positive=True) for name in "mn")
    big, w, y = sympy.MatrixSymbol("X", m, n), sympy.MatrixSymbol("w", n, 1), sympy.MatrixSymbol("y", m, 1)
    assert gradient == 2 * big.T * (big * w - y)
    assert gradient.shape == (n, 1)


def test_several_gradients_are_a_dictionary() -> None:
    found = matdiff.derive("x'A y", wrt=("x", "A")).to_sympy()
    assert list(found) == ["x", "A"]


def test_scalar_that_names_a_size_is_that_size() -> None:
    trace = to_sympy(matdiff.parse("n*tr(X)", "X: n x n; n: scalar"))
    assert trace.free_symbols >= {sympy.Symbol("n", integer=True, positive=True)}
    assert sympy.Symbol("n") not in trace.free_symbols


def test_declared_properties_of_scalars_are_kept() -> None:
    assert to_sympy(matdiff.parse("c", "c: scalar positive")).is_positive


@pytest.mark.parametrize("text", ["sum(i=1..N, x[i]'x[i])", "g(X)"])
def test_what_sympy_does_not_have_is_refused_by_name(text: str) -> None:
    with pytest.raises(UnsupportedError, match="cannot be written in SymPy"):
        to_sympy(matdiff.parse(text))


def test_deep_expression_is_refused_politely() -> None:
    deep = matdiff.parse("x", "x: scalar")
    sine = type(matdiff.parse("sin(x)", "x: scalar"))
    for _ in range(5_000):
        deep = sine(deep)
    with pytest.raises(UnsupportedError, match="nested too deeply for SymPy"):
        to_sympy(deep)
