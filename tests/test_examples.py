"""The worked examples: value, closed form, steps and LaTeX of each.

The values are compared with gradients written in NumPy by hand and with central differences of a
function written in NumPy; matdiff's own evaluation only enters on the side that is tested.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import matdiff
from matdiff.algebra.identities.traces import read_off
from matdiff.algebra.laws import CATALOGUE
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Product, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import IndexedSum

Values = dict[str, Any]
Function = Callable[..., Any]

draw = np.random.default_rng(20)
m, n, p, q, N, d = 4, 3, 2, 5, 6, 3
spd = (lambda a: a @ a.T + np.eye(d))(draw.normal(size=(d, d)))
square = draw.normal(size=(n, n)) + 4 * np.eye(n)
inv, det = np.linalg.inv, np.linalg.det


def normal(*shape: int) -> Any:
    return draw.normal(size=shape)


def positive_determinant(a: Any) -> Any:
    return a if det(a) > 0 else a * np.array([-1.0, *[1.0] * (len(a) - 1)])


def sigmoid(t: Any) -> Any:
    return 1 / (1 + np.exp(-t))


class Example(NamedTuple):
    """A text, what its function is in NumPy, and for every unknown the printed and the NumPy gradient."""

    text: str
    values: Values
    f: Function
    gradients: dict[str, tuple[str, Function]]
    where: str | None = None


LIKELIHOOD = {"N": float(N), "Sigma": positive_determinant(square), "x": normal(N, d), "mu": normal(d)}
SYMMETRIC_LIKELIHOOD = {**LIKELIHOOD, "Sigma": spd}
NETWORK = {"x": normal(m), "A": normal(m, n), "B": square, "z": normal(n), "b": normal(n)}


def likelihood(N: float, Sigma: Any, x: Any, mu: Any) -> Any:
    return N * np.log(det(Sigma)) + sum((xi - mu) @ inv(Sigma) @ (xi - mu) for xi in x)


def scatter(x: Any, mu: Any) -> Any:
    return sum(np.outer(xi - mu, xi - mu) for xi in x)


LIKELIHOOD_GRADIENTS = {
    "Σ": (
        "NΣ⁻ᵀ − Σ⁻ᵀ(∑_{i=1}^{N} (x[i] − μ)(x[i] − μ)ᵀ)Σ⁻ᵀ",
        lambda N, Sigma, x, mu: N * inv(Sigma).T - inv(Sigma).T @ scatter(x, mu) @ inv(Sigma).T,
    ),
    "μ": (
        "−(Σ⁻¹ + Σ⁻ᵀ)∑_{i=1}^{N} (x[i] − μ)",
        lambda N, Sigma, x, mu: -(inv(Sigma) + inv(Sigma).T) @ (x - mu).sum(axis=0),
    ),
}


def network(x: Any, A: Any, B: Any, z: Any, b: Any) -> Any:
    return x @ A @ sigmoid(inv(B) @ z + b)


def network_delta(x: Any, A: Any, B: Any, z: Any, b: Any) -> Any:
    s = sigmoid(inv(B) @ z + b)
    return (A.T @ x) * s * (1 - s)


def cross_entropy(W: Any, x: Any, y: Any) -> Any:
    e = np.exp(W @ x)
    return -y @ np.log(e / e.sum())


EXAMPLES = [
    Example(
        "xᵀAy",
        {"x": normal(m), "A": normal(m, n), "y": normal(n)},
        lambda x, A, y: x @ A @ y,
        {
            "x": ("Ay", lambda x, A, y: A @ y),
            "y": ("Aᵀx", lambda x, A, y: A.T @ x),
            "A": ("xyᵀ", lambda x, A, y: np.outer(x, y)),
        },
    ),
    Example(
        "‖Xw − y‖²",
        {"X": normal(m, n), "w": normal(n), "y": normal(m)},
        lambda X, w, y: np.sum((X @ w - y) ** 2),
        {
            "w": ("2Xᵀ(Xw − y)", lambda X, w, y: 2 * X.T @ (X @ w - y)),
            "X": ("2(Xw − y)wᵀ", lambda X, w, y: 2 * np.outer(X @ w - y, w)),
        },
    ),
    Example("N log|Σ| + Σᵢ (xᵢ−μ)ᵀΣ⁻¹(xᵢ−μ)", LIKELIHOOD, likelihood, LIKELIHOOD_GRADIENTS),
    Example("N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)", LIKELIHOOD, likelihood, LIKELIHOOD_GRADIENTS),
    Example(
        "N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)",
        SYMMETRIC_LIKELIHOOD,
        likelihood,
        {
            "Σ": ("Σ⁻¹(NΣ − ∑_{i=1}^{N} (x[i] − μ)(x[i] − μ)ᵀ)Σ⁻¹", LIKELIHOOD_GRADIENTS["Σ"][1]),
            "μ": ("−2Σ⁻¹∑_{i=1}^{N} (x[i] − μ)", LIKELIHOOD_GRADIENTS["μ"][1]),
        },
        "Σ: d x d spd; x[i=1..N]: d; μ: d; N: scalar",
    ),
    Example(
        "Tr(Lᵀ(AX + b1ᵀ))",
        {"L": normal(m, n), "A": normal(m, p), "X": normal(p, n), "b": normal(m)},
        lambda L, A, X, b: np.trace(L.T @ (A @ X + b[:, None])),
        {
            "A": ("LXᵀ", lambda L, A, X, b: L @ X.T),
            "X": ("AᵀL", lambda L, A, X, b: A.T @ L),
            "b": ("L 1", lambda L, A, X, b: L.sum(axis=1)),
            "L": ("AX + b 1ᵀ", lambda L, A, X, b: A @ X + b[:, None]),
        },
    ),
    Example(
        "‖tanh(XW) − Y‖²",
        {"X": normal(m, n), "W": normal(n, p), "Y": normal(m, p)},
        lambda X, W, Y: np.sum((np.tanh(X @ W) - Y) ** 2),
        {
            "W": (
                "2Xᵀ((tanh(XW) − Y) ⊙ (1 − tanh(XW).^2))",
                lambda X, W, Y: 2 * X.T @ ((np.tanh(X @ W) - Y) * (1 - np.tanh(X @ W) ** 2)),
            )
        },
    ),
    Example(
        "‖X − DR‖²",
        {"X": normal(m, n), "D": normal(m, p), "R": normal(p, n)},
        lambda X, D, R: np.sum((X - D @ R) ** 2),
        {
            "D": ("−2(X − DR)Rᵀ", lambda X, D, R: -2 * (X - D @ R) @ R.T),
            "R": ("−2Dᵀ(X − DR)", lambda X, D, R: -2 * D.T @ (X - D @ R)),
        },
    ),
    Example("aᵀXa", {"a": normal(n), "X": square}, lambda a, X: a @ X @ a, {"X": ("aaᵀ", lambda a, X: np.outer(a, a))}),
    Example(
        "‖Ax‖²",
        {"A": normal(m, n), "x": normal(n)},
        lambda A, x: np.sum((A @ x) ** 2),
        {
            "A": ("2Axxᵀ", lambda A, x: 2 * np.outer(A @ x, x)),
            "x": ("2AᵀAx", lambda A, x: 2 * A.T @ A @ x),
        },
    ),
    Example(
        "β Σᵢ Σⱼₖ |ΦᵢᵀΦᵢ − I|ⱼₖ",
        {"beta": 0.7, "Phi": normal(N, m, n)},
        lambda beta, Phi: beta * sum(np.abs(P.T @ P - np.eye(n)).sum() for P in Phi),
        {
            "Φ_i": (
                "2βΦ[i]sign(Φ[i]ᵀΦ[i] − I)",
                lambda beta, Phi: np.array([2 * beta * P @ np.sign(P.T @ P - np.eye(n)) for P in Phi]),
            )
        },
    ),
    Example(
        "xᵀA σ(B⁻¹z + b)",
        NETWORK,
        network,
        {
            "B": (
                "−B⁻ᵀ((Aᵀx) ⊙ sigmoid(B⁻¹z + b) ⊙ (1 − sigmoid(B⁻¹z + b)))zᵀB⁻ᵀ",
                lambda **v: -inv(v["B"]).T @ np.outer(network_delta(**v), v["z"]) @ inv(v["B"]).T,
            ),
            "z": (
                "B⁻ᵀ((Aᵀx) ⊙ sigmoid(B⁻¹z + b) ⊙ (1 − sigmoid(B⁻¹z + b)))",
                lambda **v: inv(v["B"]).T @ network_delta(**v),
            ),
            "b": ("(Aᵀx) ⊙ sigmoid(B⁻¹z + b) ⊙ (1 − sigmoid(B⁻¹z + b))", network_delta),
            "A": ("x sigmoid(B⁻¹z + b)ᵀ", lambda x, A, B, z, b: np.outer(x, sigmoid(inv(B) @ z + b))),
        },
    ),
    Example(
        "−yᵀ log(exp(Wx)/(1ᵀexp(Wx)))",
        {"W": normal(m, n), "x": normal(n), "y": normal(m)},
        cross_entropy,
        {
            "W": (
                "((1ᵀy)softmax(Wx) − y)xᵀ",
                lambda W, x, y: np.outer(y.sum() * np.exp(W @ x) / np.exp(W @ x).sum() - y, x),
            )
        },
    ),
    Example(
        "‖C + 1x‖²",
        {"C": normal(m, n), "x": normal(1, n)},
        lambda C, x: np.sum((C + x) ** 2),
        {"x": ("2·1ᵀ(C + 1x)", lambda C, x: 2 * (C + x).sum(axis=0)[None, :])},
    ),
    Example(
        "‖C + x1ᵀ‖²",
        {"C": normal(m, n), "x": normal(m)},
        lambda C, x: np.sum((C + x[:, None]) ** 2),
        {"x": ("2(C + x 1ᵀ)1", lambda C, x: 2 * (C + x[:, None]).sum(axis=1))},
    ),
    Example(
        "log det(XᵀX)",
        {"X": normal(m, n)},
        lambda X: np.log(det(X.T @ X)),
        {"X": ("2X(XᵀX)⁻¹", lambda X: 2 * X @ inv(X.T @ X))},
    ),
    Example("det X", {"X": square}, lambda X: det(X), {"X": ("|X|X⁻ᵀ", lambda X: det(X) * inv(X).T)}),
    Example(
        "tr(X⁻¹A)",
        {"X": square, "A": normal(n, n)},
        lambda X, A: np.trace(inv(X) @ A),
        {"X": ("−X⁻ᵀAᵀX⁻ᵀ", lambda X, A: -inv(X).T @ A.T @ inv(X).T)},
    ),
    Example(
        "tr(AXBXᵀ)",
        {"A": normal(m, m), "X": normal(m, n), "B": normal(n, n)},
        lambda A, X, B: np.trace(A @ X @ B @ X.T),
        {"X": ("AᵀXBᵀ + AXB", lambda A, X, B: A.T @ X @ B.T + A @ X @ B)},
    ),
    Example(
        "tr(X³)",
        {"X": square},
        lambda X: np.trace(X @ X @ X),
        {"X": ("3(X²)ᵀ", lambda X: 3 * (X @ X).T)},
    ),
    Example(
        "log(1ᵀexp(x))",
        {"x": normal(n)},
        lambda x: np.log(np.exp(x).sum()),
        {"x": ("softmax(x)", lambda x: np.exp(x) / np.exp(x).sum())},
    ),
    Example(
        "xᵀAx/xᵀx",
        {"x": normal(n), "A": normal(n, n)},
        lambda x, A: x @ A @ x / (x @ x),
        {
            "x": (
                "((A + Aᵀ)x − 2(xᵀAx)x/(xᵀx))/(xᵀx)",
                lambda x, A: (A + A.T) @ x / (x @ x) - 2 * (x @ A @ x) * x / (x @ x) ** 2,
            )
        },
    ),
    Example("‖x‖", {"x": normal(n)}, np.linalg.norm, {"x": ("x/‖x‖", lambda x: x / np.linalg.norm(x))}),
    Example(
        "exp(−‖x‖²/2)",
        {"x": normal(n)},
        lambda x: np.exp(-x @ x / 2),
        {"x": ("−exp(−½‖x‖²)x", lambda x: -np.exp(-x @ x / 2) * x)},
    ),
]
UNSPECIFIED = ("‖g(XW) − Y‖²", "W", "2Xᵀ((g(XW) − Y) ⊙ g′(XW))")

CASES = [pytest.param(e, u, id=f"{e.text} by {u}{' spd' * bool(e.where)}") for e in EXAMPLES for u in e.gradients]
ALL = [pytest.param(e, id=f"{e.text}{' spd' * bool(e.where)}") for e in EXAMPLES]


@cache
def derived(text: str, unknowns: tuple[str, ...], where: str | None = None) -> matdiff.Derivation:
    return matdiff.derive(text, unknowns, where)


def together(e: Example) -> matdiff.Derivation:
    """All unknowns of an example in one derivation."""
    return derived(e.text, tuple(e.gradients), e.where)


def canonical(unknown: str) -> str:
    return {"Σ": "Sigma", "μ": "mu", "Φ_i": "Phi"}.get(unknown, unknown)


def central_differences(f: Function, values: Values, name: str, symmetric: bool) -> Any:
    """The gradient of f, entry by entry; of a symmetric unknown along symmetric directions."""
    step = 1e-5
    x = np.asarray(values[name], dtype=float)
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        change = np.zeros_like(x)
        change[place] += step
        if symmetric:
            change = (change + change.T) / 2
        slopes[place] = (f(**{**values, name: x + change}) - f(**{**values, name: x - change})) / (2 * step)
    return slopes


@pytest.mark.parametrize(("example", "unknown"), CASES)
def test_the_value_is_that_of_the_gradient_by_hand(example: Example, unknown: str) -> None:
    gradient = derived(example.text, (unknown,), example.where).gradient
    found = matdiff.evaluate(gradient, example.values)
    by_hand = example.gradients[unknown][1](**example.values)
    assert np.shape(found) == np.shape(by_hand)
    np.testing.assert_allclose(found, by_hand, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("example", "unknown"), CASES)
def test_the_value_is_that_of_central_differences(example: Example, unknown: str) -> None:
    found = matdiff.evaluate(derived(example.text, (unknown,), example.where).gradient, example.values)
    symmetric = example.where is not None and unknown == "Σ"
    slopes = central_differences(example.f, example.values, canonical(unknown), symmetric)
    np.testing.assert_allclose(found, slopes, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("example", "unknown"), CASES)
def test_the_closed_form_is_the_one_that_a_person_writes(example: Example, unknown: str) -> None:
    assert str(derived(example.text, (unknown,), example.where).gradient) == example.gradients[unknown][0]


@pytest.mark.parametrize("example", ALL)
def test_unknowns_derived_together_have_the_gradients_of_each_alone(example: Example) -> None:
    assert {u: str(g) for u, g in together(example).gradients.items()} == {
        u: printed for u, (printed, _) in example.gradients.items()
    }


@pytest.mark.parametrize("example", ALL)
def test_every_step_names_a_law_and_is_right(example: Example) -> None:
    found = together(example)
    assert found.steps
    for step in found.steps:
        assert step.law is CATALOGUE[step.law.name]
        assert step.before is not step.after or step.law is read_off
        assert step.before.shape == step.after.shape
    outcome = found.verify(seed=1)
    assert outcome.ok, outcome.failure
    assert outcome.lines == len(found.steps)


@pytest.mark.parametrize("example", ALL)
def test_the_lines_end_in_the_trace_form_of_the_answer(example: Example) -> None:
    found = together(example)
    assert all(line.laws and line.titles for line in found.lines)
    answers = {**found.gradients, **found.unconstrained}
    trace_forms = dict(_identified(found.lines))
    for name, unknown in found.unknowns.items():
        form = trace_forms[unknown]  # in the names that the derivation gives to what it would repeat
        assert form is answers[name] or matdiff.equal(form, answers[name]).equal, name


def _identified(lines: tuple[Any, ...]) -> Iterator[tuple[Any, Any]]:
    """(X, G) for every term Tr(Gᵀ dX) of the lines; the last of them is the answer."""
    for line in lines:
        e = line.expression
        for term in e.operands if isinstance(e, Sum) else (e,):
            while isinstance(term, IndexedSum):
                term = term.operands[0]
            match term:
                case Trace(operands=(Product(operands=(Transpose(operands=(g,)), Differential(operands=(x,)))),)):
                    yield x, g


def test_a_function_that_is_left_open_is_derived_with_its_derivative() -> None:
    text, unknown, printed = UNSPECIFIED
    found = derived(text, (unknown,))
    assert str(found.gradient) == printed
    assert found.verify().ok


def test_the_sample_is_read_with_one_sign_for_a_matrix_and_a_sum() -> None:
    plain, explicit = EXAMPLES[3], EXAMPLES[2]
    assert together(plain).function is together(explicit).function
    assert set(together(plain).conditions) == {"|Σ| > 0"}


@pytest.mark.parametrize(
    ("text", "unknown", "conditions"),
    [
        ("tr(X⁻¹A)", "X", {"X is invertible"}),
        ("‖x‖", "x", {"x ≠ 0"}),
        ("xᵀAx/xᵀx", "x", {"x ≠ 0"}),
        ("log det(XᵀX)", "X", {"XᵀX is invertible"}),
        ("log det(A)", "A", {"|A| > 0"}),
        ("‖Xw − y‖²", "w", set()),
        ("det X", "X", {"X is invertible"}),
    ],
)
def test_side_conditions_are_told(text: str, unknown: str, conditions: set[str]) -> None:
    assert set(derived(text, (unknown,)).conditions) == conditions


# ---- LaTeX ------------------------------------------------------------------------------------------

LEVELS = ("full", "textbook", "none")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("example", ALL)
def test_latex_is_well_formed(example: Example, level: str) -> None:
    latex = together(example).to_latex(level)
    bare = re.sub(r"\\[{}|]", "", latex)
    depth = 0
    for sign in bare:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert latex.startswith("\\begin{align*}\n")
    assert latex.endswith("\n\\end{align*}")
    for row in latex.splitlines():
        assert row.count(r"\left") - row.count(r"\leftarrow") == row.count(r"\right") - row.count(r"\rightarrow")
        assert row.replace("&&", "").count("&") <= 1
    assert all(sign < "\x80" for sign in latex), "a sign that pdflatex does not know"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(tmp_path: Path) -> None:
    pages = [together(e).to_latex(level) for e in EXAMPLES for level in LEVELS]
    pages.append(derived(*UNSPECIFIED[:1], (UNSPECIFIED[1],)).to_latex())
    pages.append(matdiff.derive("h = Wx + b; z = sigmoid(h); ‖z − y‖²", ["W", "b"]).to_latex())
    source = "\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n%s\n\\end{document}\n"
    (tmp_path / "examples.tex").write_text(source % "\n\n".join(pages), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "examples.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "examples.pdf").stat().st_size > 0
