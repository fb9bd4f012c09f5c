"""Convolution and cross-correlation: against plain loops, against differences of these loops, against the textbook.

Everything that a result is compared with is written here: sums over the entries of X and K with four loops.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, NamedTuple, cast

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import ONE, Relation, below_one, polynomial, size
from matdiff.algebra.expr import OPERATORS, Expr, Operator, Symbol
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.convolution import Convolution, CrossCorrelation, FullConvolution, FullCrossCorrelation
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.patches import BandMatrix, BandSum, Patches, PatchSum
from matdiff.algebra.operators.products import Product
from matdiff.algebra.operators.resampling import Dilated, Flipped, Padded, Subsampled
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.errors import DeclarationError, MatdiffError, NotationError, ShapeError
from matdiff.numeric.check import check_steps

draw = np.random.default_rng(3)
m, n, p, q = 6, 5, 3, 2
WHERE = """X, Y, T, P: m x n; K, L: p x q; H: m-p+1 x n-q+1; F: m+p-1 x n+q-1; D: 2*m-1 x 2*n-1; r: 1 x n; s: 1 x q;
x, z: m; k: p; h: m-p+1; f: m+p-1; o: 2*m+p-2; a: scalar; Z: 2*m+p-2 x 2*n+q-2;
C: m*n-m*q+m-n*p+n+p*q-p-q+1 x p*q"""
VALUES: dict[str, Any] = {
    **{name: draw.normal(size=(m, n)) for name in "XYTP"}, **{name: draw.normal(size=(p, q)) for name in "KL"},
    "H": draw.normal(size=(m - p + 1, n - q + 1)), "F": draw.normal(size=(m + p - 1, n + q - 1)),
    "x": draw.normal(size=m), "z": draw.normal(size=m), "k": draw.normal(size=p), "h": draw.normal(size=m - p + 1),
    "f": draw.normal(size=m + p - 1), "a": 0.7, "Z": draw.normal(size=(2 * m + p - 2, 2 * n + q - 2)),
    "D": draw.normal(size=(2 * m - 1, 2 * n - 1)), "C": draw.normal(size=((m - p + 1) * (n - q + 1), p * q)),
    "r": draw.normal(size=(1, n)), "s": draw.normal(size=(1, q)), "o": draw.normal(size=2 * m + p - 2),
    "m": m, "n": n, "p": p, "q": q,
}  # fmt: skip


# ---- the definitions, with loops --------------------------------------------------------------------


def within(x: Any, k: Any, stride: int = 1, sign: int = 1) -> Any:
    """Σᵢⱼ X[sa + i, sb + j] K[i, j], with a kernel that is read backwards for the sign −1."""
    rows, cols = (1 + (extent - inside) // stride for extent, inside in zip(x.shape, k.shape, strict=True))
    found = np.zeros((rows, cols))
    for a, b in np.ndindex(rows, cols):
        for i, j in np.ndindex(*k.shape):
            u, v = (i, j) if sign > 0 else (k.shape[0] - 1 - i, k.shape[1] - 1 - j)
            found[a, b] += x[stride * a + i, stride * b + j] * k[u, v]
    return found


def corr(x: Any, k: Any, stride: int = 1) -> Any:
    return within(x, k, stride)


def conv(x: Any, k: Any, stride: int = 1) -> Any:
    return within(x, k, stride, -1)


def conv_full(x: Any, k: Any) -> Any:
    """The coefficients of the product of two polynomials in two variables."""
    found = np.zeros((x.shape[0] + k.shape[0] - 1, x.shape[1] + k.shape[1] - 1))
    for (a, b), (i, j) in ((place, other) for place in np.ndindex(*x.shape) for other in np.ndindex(*k.shape)):
        found[a + i, b + j] += x[a, b] * k[i, j]
    return found


def flip(k: Any) -> Any:
    return np.rot90(k, 2)


def corr_full(x: Any, k: Any) -> Any:
    return conv_full(x, flip(k))


def dilate(x: Any, stride: int) -> Any:
    found = np.zeros([stride * (extent - 1) + 1 for extent in x.shape])
    for a, b in np.ndindex(*x.shape):
        found[stride * a, stride * b] = x[a, b]
    return found


def vec(x: Any) -> Any:
    return x.T.reshape(-1)


def im2col(x: Any, p: int, q: int, stride: int = 1) -> Any:
    places = [(a, b) for b in range(0, x.shape[1] - q + 1, stride) for a in range(0, x.shape[0] - p + 1, stride)]
    return np.array([vec(x[a : a + p, b : b + q]) for a, b in places])


def corr_matrix(k: Any, m: int, n: int, stride: int = 1) -> Any:
    """The columns are the images of the unit matrices, in the order of vec."""
    units = [np.eye(m)[:, [i]] @ np.eye(n)[[j]] for j in range(n) for i in range(m)]
    return np.column_stack([vec(corr(unit, k, stride)) for unit in units])


def col(v: Any) -> Any:
    return v[:, None]


def norm2(a: Any) -> Any:
    return np.sum(a**2)


def parse(text: str) -> Expr:
    return matdiff.parse(text, WHERE)


def value(e: Expr | str) -> Any:
    return matdiff.evaluate(parse(e) if isinstance(e, str) else e, VALUES)


def simplified(text: str) -> Expr:
    return Simplifier(SIMPLIFICATIONS)(parse(text))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("corr(X, K)", lambda X, K, **_: corr(X, K)),
        ("2 X ⋆ K' ⋆ [1; 2]", lambda X, K, **_: corr(corr(2 * X, K.T), np.array([[1.0], [2.0]]))),
        ("conv(X, K)", lambda X, K, **_: conv(X, K)),
        ("conv(X, flip(K))", lambda X, K, **_: corr(X, K)),
        ("conv_full(X, K)", lambda X, K, **_: conv_full(X, K)),
        ("corr_full(X, K)", lambda X, K, **_: corr_full(X, K)),
        ("corr(Z, K, 2)", lambda Z, K, **_: corr(Z, K, 2)),
        ("conv(Z, K, stride=2)", lambda Z, K, **_: conv(Z, K, 2)),
        ("corr(D, 1, 2)", lambda D, **_: D[::2, ::2]),
        ("subsample(D, 2)", lambda D, **_: D[::2, ::2]),
        ("dilate(X, 3)", lambda X, **_: dilate(X, 3)),
        ("flip(X)", lambda X, **_: X[::-1, ::-1]),
        ("flip(x)", lambda x, **_: x[::-1]),
        ("pad(X, 2)", lambda X, **_: np.pad(X, 2)),
        ("pad(x, 2)", lambda x, **_: np.pad(x, 2)),
        ("pad(r, 1)", lambda r, **_: np.pad(r, [(0, 0), (1, 1)])),
        ("im2col(X, p, q)", lambda X, **_: im2col(X, p, q)),
        ("im2col(Z, p, q, 2)", lambda Z, **_: im2col(Z, p, q, 2)),
        ("corr_matrix(K, m, n)", lambda K, **_: corr_matrix(K, m, n)),
        ("corr_matrix(K, 2*m+p-2, 2*n+q-2, 2)", lambda K, **_: corr_matrix(K, 2 * m + p - 2, 2 * n + q - 2, 2)),
        ("exchange(3)", lambda **_: np.fliplr(np.eye(3))),
        # in one dimension, where NumPy has them
        ("corr(x, k)", lambda x, k, **_: np.correlate(x, k, "valid")),
        ("conv(x, k)", lambda x, k, **_: np.convolve(x, k, "valid")),
        ("conv_full(x, k)", lambda x, k, **_: np.convolve(x, k)),
        ("corr_full(x, k)", lambda x, k, **_: np.correlate(x, k, "full")),
        ("corr(o, k, 2)", lambda o, k, **_: np.correlate(o, k, "valid")[::2]),
        ("corr(r, s)", lambda r, s, **_: np.correlate(r[0], s[0], "valid")[None]),
        ("conv_full(x, r)", lambda x, r, **_: np.outer(x, r)),
        ("corr(X, k)", lambda X, k, **_: corr(X, col(k))),
        # with a scalar
        ("corr(X, a)", lambda X, a, **_: a * X),
        ("conv_full(a, K)", lambda K, a, **_: a * K),
        ("corr_full(a, K)", lambda K, a, **_: a * flip(K)),
    ],
)  # fmt: skip
def test_values(text: str, expected: Callable[..., Any]) -> None:
    np.testing.assert_allclose(value(text), expected(**VALUES), rtol=1e-12, atol=1e-12)


def test_what_the_examples_of_the_definition_are() -> None:
    """The convolution of a 3×3 matrix with a 2×2 kernel, entry by entry, as in lectures on deep learning."""
    X, K = np.arange(1.0, 10).reshape(3, 3), np.array([[1.0, -2], [3, 5]])
    H = matdiff.evaluate(matdiff.parse("corr(X, K)", "X: 3 x 3; K: 2 x 2"), {"X": X, "K": K})
    assert H[0, 0] == X[0, 0] * K[0, 0] + X[0, 1] * K[0, 1] + X[1, 0] * K[1, 0] + X[1, 1] * K[1, 1]
    assert H[1, 0] == X[1, 0] * K[0, 0] + X[1, 1] * K[0, 1] + X[2, 0] * K[1, 0] + X[2, 1] * K[1, 1]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("corr(X, K)", ("m-p+1", "n-q+1")),
        ("conv_full(X, K)", ("m+p-1", "n+q-1")),
        ("corr(Z, K, 2)", ("m", "n")),
        ("dilate(X, 3)", ("3*m-2", "3*n-2")),
        ("pad(X, 2)", ("m+4", "n+4")),
        ("pad(x, 2)", ("m+4", "1")),
        ("corr(x, k)", ("m-p+1", "1")),
        ("corr(X, Y)", ("1", "1")),
    ],
)
def test_shapes(text: str, shape: tuple[str, str]) -> None:
    assert parse(text).shape == tuple(map(polynomial, shape))


# ---- gradients --------------------------------------------------------------------------------------


class Example(NamedTuple):
    """A function in the language and with loops, and the printed gradients ("": any)."""

    text: str
    f: Callable[..., Any]
    gradients: dict[str, str]


SQUARE = "‖{} − {}‖²"
EXAMPLES = [
    Example(
        "tr(H'*corr(X, K))",
        lambda X, K, H, **_: np.sum(H * corr(X, K)),
        {"K": "corr(X, H)", "X": "conv_full(H, K)", "H": "corr(X, K)"},
    ),
    Example(
        "tr(H'*conv(X, K))",
        lambda X, K, H, **_: np.sum(H * conv(X, K)),
        {"K": "flip(corr(X, H))", "X": "corr_full(H, K)"},
    ),
    Example(
        "tr(F'*conv_full(X, K))",
        lambda X, K, F, **_: np.sum(F * conv_full(X, K)),
        {"K": "corr(F, X)", "X": "corr(F, K)"},
    ),
    Example(
        "tr(F'*corr_full(X, K))",
        lambda X, K, F, **_: np.sum(F * corr_full(X, K)),
        {"K": "flip(corr(F, X))", "X": "conv(F, K)"},
    ),
    Example(
        "tr(P'*corr(Z, K, 2))",
        lambda Z, K, P, **_: np.sum(P * corr(Z, K, 2)),
        {"K": "corr(Z, dilate(P, 2))", "Z": "conv_full(dilate(P, 2), K)"},
    ),
    Example(
        "tr(P'*conv(Z, K, 2))",
        lambda Z, K, P, **_: np.sum(P * conv(Z, K, 2)),
        {"K": "flip(corr(Z, dilate(P, 2)))", "Z": "corr_full(dilate(P, 2), K)"},
    ),
    Example("h'*corr(x, k)", lambda x, k, h, **_: h @ np.correlate(x, k), {"k": "corr(x, h)", "x": "conv_full(h, k)"}),
    Example("f'*conv_full(x, k)", lambda x, k, f, **_: f @ np.convolve(x, k), {"k": "corr(f, x)", "x": "corr(f, k)"}),
    Example("‖corr(X, K)‖²", lambda X, K, **_: norm2(corr(X, K)), {"K": "2corr(X, corr(X, K))", "X": ""}),
    Example("‖corr(X, K .* L) - H‖²", lambda X, K, L, H, **_: norm2(corr(X, K * L) - H), {"K": "", "L": "", "X": ""}),
    Example("‖conv(X, K)*r[1, 1]‖²", lambda X, K, r, **_: norm2(conv(X, K) * r[0, 0]), {"K": "", "X": "", "r": ""}),
    Example("sum(exp(conv_full(K, L)))", lambda K, L, **_: np.exp(conv_full(K, L)).sum(), {"K": "", "L": ""}),
    Example("sum(exp(conv_full(K, K)))", lambda K, **_: np.exp(conv_full(K, K)).sum(), {"K": ""}),
    Example("sum(sin(corr_full(X, K)))", lambda X, K, **_: np.sin(corr_full(X, K)).sum(), {"K": "", "X": ""}),
    Example("sum(tanh(corr(X, corr(Y, T)*K)))", lambda X, Y, T, K, **_: np.tanh(corr(X, np.sum(Y * T) * K)).sum(),
            {"K": "", "X": "", "Y": ""}),
    Example("corr(X, Y)^2", lambda X, Y, **_: np.sum(X * Y) ** 2, {"X": "2Tr(XᵀY)Y"}),
    Example("conv(X, Y)", lambda X, Y, **_: np.sum(X * flip(Y)), {"X": "flip(Y)", "Y": "flip(X)"}),
    Example("‖flip(X) - Y‖²", lambda X, Y, **_: norm2(flip(X) - Y), {"X": "2flip(flip(X) − Y)"}),
    Example("sum(dilate(X, 2).^2 .* D)", lambda X, D, **_: np.sum(dilate(X, 2) ** 2 * D), {"X": "", "D": ""}),
    Example("sum(subsample(D, 2).^3)", lambda D, **_: np.sum(D[::2, ::2] ** 3), {"D": ""}),
    Example("‖pad(X, 1)‖²", lambda X, **_: norm2(X), {"X": "2X"}),
    Example("sum(exp(pad(x, 2)))", lambda x, **_: np.exp(x).sum() + 4, {"x": ""}),
    Example("sum(exp(corr(pad(X, 1), K)))", lambda X, K, **_: np.exp(corr(np.pad(X, 1), K)).sum(), {"X": "", "K": ""}),
    Example("‖im2col(X, p, q) - C‖²", lambda X, C, **_: norm2(im2col(X, p, q) - C), {"X": "", "C": ""}),
    Example("‖im2col(X, p, q)*vec(K)‖²", lambda X, K, **_: norm2(corr(X, K)), {"K": "2corr(X, corr(X, K))", "X": ""}),
    Example("‖corr_matrix(K, m, n)*vec(X)‖²", lambda X, K, **_: norm2(corr(X, K)), {"K": "2corr(X, corr(X, K))"}),
    Example("sum(corr_matrix(K, m, n).^3)", lambda K, **_: (m - p + 1) * (n - q + 1) * np.sum(K**3), {"K": ""}),
    Example("sum(col2im(C, m, n, p, q).^2)", lambda C, **_: norm2(scattered(C)), {"C": ""}),
    Example("sum(corr(Z, ones(p, q), 2))/6", lambda Z, **_: corr(Z, np.ones((p, q)) / 6, 2).sum(), {"Z": ""}),
]  # fmt: skip


def scattered(c: Any) -> Any:
    found = np.zeros((m, n))
    places = [(a, b) for b in range(n - q + 1) for a in range(m - p + 1)]
    for row, (a, b) in zip(c, places, strict=True):
        found[a : a + p, b : b + q] += row.reshape(q, p).T
    return found


def slopes(f: Callable[..., Any], name: str, values: dict[str, Any] = VALUES) -> Any:
    """The gradient of a function of the values by central differences."""
    start = np.asarray(values[name], dtype=float)
    found = np.zeros_like(start)
    for place in np.ndindex(start.shape):
        step = np.zeros_like(start)
        step[place] = 1e-5
        ahead, behind = ({**values, name: start + sign * step} for sign in (1, -1))
        found[place] = (f(**ahead) - f(**behind)) / 2e-5
    return found


CASES = [pytest.param(e, name, id=f"{e.text} by {name}") for e in EXAMPLES for name in e.gradients]


@pytest.mark.parametrize(("example", "name"), CASES)
def test_gradients(example: Example, name: str) -> None:
    found = matdiff.derive(example.text, name, WHERE)
    np.testing.assert_allclose(value(example.text), example.f(**VALUES), rtol=1e-10)
    gradient = matdiff.evaluate(found.gradient, VALUES)
    np.testing.assert_allclose(gradient, slopes(example.f, name), rtol=1e-5, atol=1e-5)
    if example.gradients[name]:
        assert str(found.gradient) == example.gradients[name]
    assert found.verify().ok


def test_steps_name_the_law_of_the_field() -> None:
    page = matdiff.derive("tr(H'*corr(X, K))", ("K", "X"), WHERE).to_text()
    assert "d corr(X, K)" in page
    assert "Tr(H corr(X, K)) = Tr(conv_full(Hᵀ, K)ᵀX)" in page


def test_average_pooling_is_a_correlation_with_ones() -> None:
    where = "X: 2*k x 2*l; Y: k x l"
    found = matdiff.derive("tr(Y'*corr(X, ones(2, 2), 2))/4", "X", where).gradient
    Y = draw.normal(size=(2, 3))
    spread = matdiff.evaluate(found, {"Y": Y, "X": np.zeros((4, 6)), "k": 2, "l": 3})
    np.testing.assert_allclose(spread, np.kron(Y, np.ones((2, 2))) / 4)


# ---- layers -----------------------------------------------------------------------------------------


def relu(a: Any) -> Any:
    return np.maximum(a, 0)


def cross_entropy(z: Any, y: Any) -> Any:
    return -y @ (z - np.log(np.exp(z).sum()))


def test_a_convolutional_layer_then_a_full_one_and_softmax() -> None:
    text = "H = corr(X, K) + b; Z = relu(H); u = W vec(Z) + c; -y'log(softmax(u))"
    where = "X: 5 x 4; K: 2 x 3; b: scalar; W: 3 x 8; c: 3; y: 3 simplex"
    values = {"X": draw.normal(size=(5, 4)), "K": draw.normal(size=(2, 3)), "b": 0.3, "W": draw.normal(size=(3, 8)),
              "c": draw.normal(size=3), "y": np.array([0.2, 0.5, 0.3])}  # fmt: skip

    def loss(X: Any, K: Any, b: Any, W: Any, c: Any, y: Any) -> Any:
        return cross_entropy(W @ vec(relu(corr(X, K) + b)) + c, y)

    found = matdiff.derive(text, ("K", "X", "b", "W", "c"), where)
    for name, gradient in found.gradients.items():
        np.testing.assert_allclose(matdiff.evaluate(gradient, values), slopes(loss, name, values), rtol=1e-4, atol=1e-6)
    assert found.verify().ok
    links = matdiff.derive(text, ("u", "Z", "H", "K", "X", "b"), where)
    ends = {name: str(gradient).rsplit("; ", 1)[-1] for name, gradient in links.gradients.items()}
    assert ends["u"] == "softmax(u) − y"
    assert ends["Z"] == "unvec(Wᵀ(softmax(u) − y), 4, 2)"
    inner = "unvec(Wᵀ(softmax(u) − y), 4, 2) ⊙ step(H)"
    assert (ends["K"], ends["X"], ends["b"]) == (f"corr(X, {inner})", f"conv_full({inner}, K)", f"sum({inner})")


def test_any_loss_of_a_convolution() -> None:
    """The exercise of the lectures: ∇_K L and ∇_X L for a given ∇_H L, in closed matrix form."""
    where = "L: 2 x 2 -> scalar; X: 3 x 3; K: 2 x 2"
    found = matdiff.derive("H = X ⋆ K; L(H)", ("H", "K", "X"), where)
    ends = {name: str(gradient).rsplit("; ", 1)[-1] for name, gradient in found.gradients.items()}
    assert ends == {"H": "∇L(H)", "K": "corr(X, ∇L(H))", "X": "conv_full(∇L(H), K)"}
    assert found.verify().ok
    matrix = matdiff.jacobian("X ⋆ K", "X", where).result
    assert str(matrix) == "corr_matrix(K, 3, 3)"
    K = draw.normal(size=(2, 2))
    np.testing.assert_allclose(matdiff.evaluate(matrix, {"K": K}), corr_matrix(K, 3, 3))


def test_second_derivatives() -> None:
    found = matdiff.hessian("‖corr(X, K) - H‖²", "K", WHERE)
    assert str(found.result) == "2im2col(X, p, q)ᵀim2col(X, p, q)"
    expected = 2 * im2col(VALUES["X"], p, q).T @ im2col(VALUES["X"], p, q)
    np.testing.assert_allclose(value(found.result), expected, rtol=1e-10)
    found = matdiff.hessian("sum(tanh(conv(X, K)))", "X", WHERE)
    assert found.verify().ok


def test_channels_are_families() -> None:
    text = "sum(o=1..O, ‖sum(c=1..C, corr(X[c], K[o, c])) + b[o] - Y[o]‖²)"
    where = "X[c=1..C]: m x n; K[o=1..O, c=1..C]: p x q; b[o=1..O]: scalar; Y[o=1..O]: m-p+1 x n-q+1"
    values = {"X": draw.normal(size=(2, 5, 4)), "K": draw.normal(size=(3, 2, 2, 3)), "b": draw.normal(size=3),
              "Y": draw.normal(size=(3, 4, 2))}  # fmt: skip

    def loss(X: Any, K: Any, b: Any, Y: Any) -> Any:
        return sum(norm2(sum(corr(x, k) for x, k in zip(X, K[o], strict=True)) + b[o] - Y[o]) for o in range(len(K)))

    found = matdiff.derive(text, ("K", "X", "b"), where)
    assert found.verify().ok
    axes = {"K": (1, 0, 2, 3)}  # the free indices are sorted by name: c, o
    for name, gradient in found.gradients.items():
        expected = slopes(loss, name, values)
        got = matdiff.evaluate(gradient, values)
        got = got if got.shape == expected.shape else got.transpose(axes[name])
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "‖corr(relu(corr(X, K)), L) - Y‖²",
        "‖corr(relu(corr(tanh(corr(X, K)), L)), M)‖²",
        "‖corr(relu(corr(tanh(corr(X, K, 2)), L, 2)), M)‖²",
        "‖conv_full(sigmoid(conv(X, K)), L) + B‖²",
        "sum(corr(x, k, 3))",
    ],
)
def test_sizes_are_found_by_use_and_layers_by_layers_are_checked(text: str) -> None:
    names = sorted({s.name for s in matdiff.algebra.expr.symbols(matdiff.parse(text))})
    assert matdiff.derive(text, names).verify().ok


# ---- the parts: the law of d, the trace law, the law of vec, in all shapes -------------------------

M, N, P, Q, S = (size(name) for name in "mnpqs")
TWO = size(2)
X, K, A = Symbol("X", (M, N)), Symbol("K", (P, Q)), Symbol("A", (TWO * M + P - TWO, TWO * N + Q - TWO))
x, k, row = Symbol("x", (M, ONE)), Symbol("k", (P, ONE)), Symbol("r", (ONE, N))
wide = Symbol("W", (S * M + P - S, S * N + Q - S))
NODES: list[Expr] = [
    *[cls(X, K) for cls in (CrossCorrelation, Convolution, FullConvolution, FullCrossCorrelation)],
    *[cls(x, k) for cls in (CrossCorrelation, Convolution, FullConvolution, FullCrossCorrelation)],
    *[cls(A, K, TWO) for cls in (CrossCorrelation, Convolution)],
    *[cls(wide, K, S) for cls in (CrossCorrelation, Convolution)],
    *[Flipped(e) for e in (X, x, row)],
    *[Dilated(e, size(3)) for e in (X, x, row)],
    *[Padded.of(e, TWO) for e in (X, x, row)],
    *[Subsampled(e, TWO) for e in (Symbol("B", (TWO * M - ONE, TWO * N - ONE)), Symbol("b", (TWO * M - ONE, ONE)))],
    Patches(X, P, Q), Patches(A, P, Q, TWO), BandMatrix(K, M, N), BandMatrix(K, *A.shape, TWO),
    PatchSum(Symbol("C", (M * N, P * Q)), M + P - ONE, N + Q - ONE, P, Q),
    PatchSum(Symbol("C", (M * N, P * Q)), *A.shape, P, Q, TWO),
    BandSum(Symbol("C", (M * N, A.rows * A.cols)), P, Q, *A.shape, TWO),
]  # fmt: skip
IDS = [f"{e} of {', '.join(str(o.shape) for o in e.operands)}" for e in NODES]


@pytest.mark.parametrize("node", NODES, ids=IDS)
def test_the_law_of_d_agrees_with_differences(node: Operator) -> None:
    assert node.d is not None
    after = node.d(node, *map(Differential, node.operands))
    unknowns = list(node.operands)
    assert check_steps([Step(node.d, Differential(node), after)], unknowns)[1] is None
    assert check_steps([Step(node.d, Differential(node), 2 * after)], unknowns)[1] == 0


@pytest.mark.parametrize("node", NODES, ids=IDS)
def test_the_trace_law_agrees_in_value(node: Operator) -> None:
    h = Symbol("H", (node.cols, node.rows))
    for place, operand in enumerate(node.operands):
        assert node.shift is not None
        moved = node.shift(node, h, place)
        before, after = (Trace(Product.of(*pair)) for pair in ((h, node), (moved, operand)))
        assert check_steps([Step(node.shift, before, after)], [])[1] is None
        assert check_steps([Step(node.shift, before, 2 * after)], [])[1] == 0


@pytest.mark.parametrize("node", NODES, ids=IDS)
@pytest.mark.parametrize("spelling", ["unicode", "ascii", "numpy", "latex"])
def test_it_is_read_as_it_is_written(node: Expr, spelling: str) -> None:
    where = {s.name: f"{s.rows} x {s.cols}" for s in node.operands if isinstance(s, Symbol)}
    assert matdiff.parse(format(node, spelling), where) is node


# ---- identities -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flip(flip(X))", "X"),
        ("conv(X, flip(K))", "corr(X, K)"),
        ("corr(X, flip(K))", "conv(X, K)"),
        ("corr_full(X, flip(K))", "conv_full(X, K)"),
        ("flip(conv(flip(X), K))", "corr(X, K)"),
        ("flip(conv_full(flip(X), flip(K)))", "conv_full(X, K)"),
        ("corr(2*X, a*K)", "2*a*corr(X, K)"),
        ("corr(X', K')", "corr(X', K')"),
        ("corr(X, K)'", "corr(X, K)'"),
        ("corr(X, Y)", "tr(X'*Y)"),
        ("subsample(dilate(X, 3), 3)", "X"),
        ("subsample(corr(Z, K), 2)", "corr(Z, K, 2)"),
        ("pad(X, 2)[3:m+2, 3:n+2]", "X"),
        ("im2col(X, p, q)*vec(K)", "vec(corr(X, K))"),
        ("im2col(x, p, 1)*k", "corr(x, k)"),
        ("im2col(Z, p, q, 2)*vec(K)", "vec(corr(Z, K, 2))"),
        ("corr_matrix(K, m, n)*vec(X)", "vec(corr(X, K))"),
        ("corr_matrix(K, m, n)'*vec(H)", "vec(conv_full(H, K))"),
        ("im2col(X, p, q)'*vec(H)", "vec(corr(X, H))"),
        ("im2col(Z, p, q, 2)'*vec(P)", "vec(corr(Z, dilate(P, 2)))"),
        ("vec(K)'*im2col(X, p, q)'", "vec(corr(X, K))'"),
        ("exchange(m)*x", "flip(x)"),
        ("exchange(m)'", "exchange(m)"),
        ("x'*exchange(m)", "flip(x)'"),
        ("exchange(m)*exchange(m)*X", "X"),
        ("tr(X'*ones(m, n))", "sum(X)"),
    ],
)
def test_simplifications(text: str, expected: str) -> None:
    assert simplified(text) is parse(expected)
    np.testing.assert_allclose(value(text), value(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("conv_full(X, K)", "conv_full(K, X)"),
        ("conv_full(conv_full(X, K), L)", "conv_full(X, conv_full(K, L))"),
        ("corr(pad(X, 2), K)", "corr_full(X, K)"),
        ("corr(X, K)'", "corr(X', K')"),
        ("conv(conv(X, K), L)", "conv(conv(X, L), K)"),
        ("corr(corr(X, K), L)", "corr(X, conv_full(K, L))"),
        ("flip(corr(X, K))", "corr(flip(X), flip(K))"),
        ("corr(X + 2*Y, K)", "corr(X, K) + 2*corr(Y, K)"),
        ("conv_full(K + L, K - L)", "conv_full(K, K) - conv_full(L, L)"),
        ("flip(X + Y)", "flip(Y) + flip(X)"),
    ],
)
def test_equalities_are_proved(left: str, right: str) -> None:
    where = "X, Y: 6 x 7; K, L: 3 x 3"
    found = matdiff.equal(left, right, where)
    assert found.equal
    assert found.proof is not None


def test_correlation_does_not_commute_and_is_not_convolution() -> None:
    where = "X: 6 x 7; K: 3 x 3"
    assert matdiff.equal("corr_full(X, K)", "corr_full(K, X)", where).equal is False
    assert matdiff.equal("corr(X, K)", "conv(X, K)", where).equal is False


def test_a_stride_of_one_is_not_written() -> None:
    assert parse("corr(X, K, 1)") is parse("corr(X, K)")
    assert str(parse("conv(Z, K, stride=2)")) == "conv(Z, K, 2)"
    assert parse("dilate(X, 1)") is parse("subsample(X, 1)") is parse("X")


# ---- errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("corr(K, X)", None, ""),  # which of m and p is larger is open
        ("corr(A, B)", ShapeError, "a kernel that is no larger than the matrix"),
        ("corr(x, X)", ShapeError, "a kernel that is no larger than the matrix"),
        ("corr(B, A, 2)", ShapeError, "a matrix of size (2*a + 1)×(2*b + 1) for this kernel and the stride 2"),
        ("corr(X, K, 2)", ShapeError, "for this kernel and the stride 2"),
        ("corr(X)", NotationError, "corr takes 2 operands and one size, which may be left out"),
        ("conv_full(X, K, 2)", NotationError, "conv_full takes 2 operands"),
        ("dilate(X)", NotationError, "dilate takes an operand and one size"),
        ("im2col(X, 2)", NotationError, "im2col takes an operand and 3 sizes, the last of which may be left out"),
        ("corr(X, K, 0)", DeclarationError, "a size is at least 1"),
        ("corr(X, K, steps=2)", NotationError, "steps is no argument of corr"),
        ("corr(X, 'full')", ShapeError, "'full' is no argument of corr"),
        ("subsample(B, 2)", ShapeError, "sizes that exceed 1 by multiples of the stride 2"),
        ("im2col(A, 4, 4)", ShapeError, "a matrix from which 4×4 parts can be taken"),
        ("corr_matrix(B, 3, 3)", ShapeError, "a kernel that fits into 3×3"),
        ("corr_matrix(A, 8, 8, 2)", ShapeError, "a kernel that fits into 8×8 in steps of 2"),
        ("col2im(C, m, n, p, p)", ShapeError, "a row for every p×p part of an m×n matrix"),
        ("unvec(x, m, n)", ShapeError, "unvec needs a vector with m*n rows"),
        ("corr(X, K) + X", ShapeError, "the terms of a sum have different shapes"),
    ],
)
def test_errors(text: str, error: type[MatdiffError] | None, words: str) -> None:
    where = WHERE + "; A: 3 x 3; B: 6 x 6"
    if error is None:
        assert matdiff.parse(text, where)
        return
    with pytest.raises(error) as caught:
        matdiff.parse(text, where)
    assert words in str(caught.value)
    assert caught.value.span is not None


def test_a_matrix_that_is_smaller_than_the_kernel_is_refused_in_numbers() -> None:
    with pytest.raises(ShapeError):
        matdiff.evaluate(parse("corr(X, K)"), {"X": np.ones((2, 2)), "K": np.ones((3, 3))})
    with pytest.raises(ShapeError):
        CrossCorrelation(Symbol("A", (size(2), size(2))), Symbol("B", (size(3), size(3))))


def dilated(e: Expr, times: int) -> Expr:
    return Dilated.of(e, TWO)


def test_deep_nests_are_derived_and_huge_sizes_refused() -> None:
    deep: Expr = Symbol("x", (N, ONE))
    kernel = Symbol("k", (P, ONE))
    for _ in range(500):
        deep = FullConvolution.of(deep, kernel)
    assert matdiff.parse(str(deep), {"x": "n", "k": "p"}) is deep
    assert matdiff.derive(deep.T * deep, "x").gradient.shape == (N, ONE)
    with pytest.raises(ShapeError, match="too large"):
        reduce(dilated, range(100), cast(Expr, X))


# ---- relations of sizes -----------------------------------------------------------------------------


def test_a_relation_finds_the_sizes_that_fit() -> None:
    relation = Relation("s*a-s+p×s*b-s+q, p×q → a×b", "s", optional=1)
    assert relation.fit([(M, N), (P, Q)], ()) == (M - P + ONE, N - Q + ONE)
    assert relation.fit([(size(7), size(9)), (size(3), size(3))], [TWO]) == (size(3), size(4))
    assert relation.fit([(size(8), size(9)), (size(3), size(3))], [TWO]) is None
    assert relation.fit([(size(2), size(9)), (size(3), size(3))], [ONE]) is None
    assert relation.fit([wide.shape, K.shape], [S]) == (M, N)
    equations = Relation("a*b×p*q → m×n", "m n p q", equations="m = a+p-1, n = b+q-1")
    assert equations.fit([(size(6), size(4))], [size(4), size(3), TWO, TWO]) == (size(4), size(3))
    assert equations.fit([(size(5), size(4))], [size(4), size(3), TWO, TWO]) is None


def test_a_size_that_is_below_one_is_known_to_be() -> None:
    assert below_one(size(0))
    assert below_one(TWO - N)
    assert not below_one(size(3) - N)
    assert not below_one(M - N)
    assert not below_one(N - ONE)


def test_every_operator_of_windows_is_tested_here() -> None:
    tested = {type(node) for node in NODES}
    named = {cls for cls in OPERATORS.values() if cls.names}  # the others are bases
    windowed = {cls for cls in named if "Windowed" in {base.__name__ for base in cls.__mro__[1:]}}
    assert windowed == tested
