"""Gradients with respect to definitions: the links of backpropagation, alone and together with parameters."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, Symbol, postorder, replace, symbols
from matdiff.algebra.operators.structure import Named
from matdiff.cli import main

NETWORK = "h1 = W1 x + b1; z1 = sigmoid(h1); h2 = W2 z1 + b2; −y'log(softmax(h2))"
WHERE = "y: p simplex"


def values() -> dict[str, np.ndarray]:
    draws = np.random.default_rng(3)
    return {
        "W1": draws.normal(size=(4, 3)),
        "b1": draws.normal(size=4),
        "x": draws.normal(size=3),
        "W2": draws.normal(size=(2, 4)),
        "b2": draws.normal(size=2),
        "y": np.array([0.3, 0.7]),
    }


def test_the_chain_of_a_network_link_by_link() -> None:
    derived = matdiff.derive(NETWORK, ("h2", "z1", "h1", "W1", "b1"), WHERE)
    v = values()
    h1 = v["W1"] @ v["x"] + v["b1"]
    z1 = 1 / (1 + np.exp(-h1))
    h2 = v["W2"] @ z1 + v["b2"]
    p = np.exp(h2) / np.exp(h2).sum()
    expected = {"h2": p - v["y"]}
    expected["z1"] = v["W2"].T @ expected["h2"]
    expected["h1"] = expected["z1"] * z1 * (1 - z1)
    expected["W1"] = np.outer(expected["h1"], v["x"])
    expected["b1"] = expected["h1"]
    for name, gradient in derived.gradients.items():
        assert np.allclose(matdiff.evaluate(gradient, v), expected[name], rtol=1e-10), name
    assert derived.verify().ok


@pytest.mark.parametrize("name", ["h1", "z1", "h2"])
def test_a_definition_alone_has_the_gradient_that_it_has_in_company(name: str) -> None:
    alone = matdiff.derive(NETWORK, name, WHERE)
    together = matdiff.derive(NETWORK, (name, "W1"), WHERE)
    assert alone.gradient is together.gradients[name]
    assert alone.verify().ok


def test_a_residual_connection_adds_its_contributions() -> None:
    derived = matdiff.derive("z = tanh(V x); h = W z + z; ‖h − y‖²", "z")
    assert derived.verify().ok
    gradient = matdiff.evaluate(
        derived.gradient, {"V": np.eye(2), "x": [1.0, 2.0], "W": [[0.0, 1.0], [2.0, 0.0]], "y": [0.0, 0.0]}
    )
    z = np.tanh([1.0, 2.0])
    w = np.array([[0.0, 1.0], [2.0, 0.0]]) + np.eye(2)
    assert np.allclose(gradient, 2 * w.T @ (w @ z))


def test_a_wrong_gradient_of_a_definition_is_refuted() -> None:
    derived = matdiff.derive(NETWORK, "h2", WHERE)
    derived.gradients = {"h2": 2 * derived.gradient}
    assert not derived.verify().ok


# ---- answers in terms of the links of the chain ------------------------------------------------------

SPELLINGS = ("unicode", "ascii", "latex", "numpy")
RESIDUAL = "z = tanh(V x); h = W z + z; ‖h − y‖²"
TIED = "h = W x; z = tanh(W h); k = W z; ‖k − y‖²"
SHARED = "a = x'x; b = exp(−a); b·a + a²"
AUTOENCODER = "h = tanh(W x); r = W'h; ½‖r − x‖²"
ATTENTION = "Q = X W; S = Q Q'; P = softmax_rows(S); Y = P Q; ‖Y − T‖²"
PROGRAMS = [
    (NETWORK, ("W1", "b1", "W2"), WHERE, ("h2", "z1", "h1")),
    (RESIDUAL, ("V", "W"), "", ("h", "z")),
    (TIED, ("W", "x"), "W: n x n", ("k", "z", "h")),
    (SHARED, ("x",), "x: n", ("b", "a")),
    (AUTOENCODER, ("W", "x"), "W: m x n", ("r", "h")),
    (ATTENTION, ("W", "X"), "X: N x d; W: d x k", ("Y", "P", "S", "Q")),
]


def drawn(e: Expr, seed: int = 5) -> dict[str, np.ndarray]:
    """Random values of the symbols."""
    draws = np.random.default_rng(seed)
    sizes = {"m": 3, "n": 3, "p": 2, "N": 3, "d": 2, "k": 2, "l": 4}
    return {s.name: draws.normal(size=(s.rows.value(sizes), s.cols.value(sizes))) / 2 for s in symbols(e)}


def valued(e: Expr, given: dict[str, np.ndarray]) -> np.ndarray:
    """The value of an expression as a matrix."""
    shaped = {s.name: given[s.name] if s.cols.number != 1 else given[s.name][:, 0] for s in symbols(e)}
    shaped = {n: v.item() if (v.size, v.ndim) == (1, 1) else v for n, v in shaped.items()}
    found = np.asarray(matdiff.evaluate(e, shaped))
    return found.reshape(-1, 1) if found.ndim < 2 else found


def freed(f: Expr, name: str) -> tuple[Expr, Symbol, Expr]:
    """A function with a definition replaced by a symbol of its own, that symbol, and the definition."""
    definition = next(node for node in postorder(f) if isinstance(node, Named) and node.name == name)
    symbol = Symbol(name, definition.shape)
    return replace(f, lambda node: symbol if node is definition else None), symbol, definition


@pytest.mark.parametrize(("text", "unknowns", "where", "names"), PROGRAMS)
def test_links_are_the_gradients_with_respect_to_the_definitions(
    text: str, unknowns: tuple[str, ...], where: str, names: tuple[str, ...]
) -> None:
    """Differences of the function in which the definition is a variable of its own."""
    derived = matdiff.derive(text, unknowns, where or None, expand=False)
    assert tuple(derived.links) == names
    given = drawn(derived.function)
    if "simplex" in where:
        given["y"] = np.array([[0.3], [0.7]])
    for name, link in derived.links.items():
        f, symbol, definition = freed(derived.function, name)
        at = valued(definition, given)
        change = np.zeros_like(at)
        for place in np.ndindex(at.shape):
            step = np.zeros_like(at)
            step[place] = 1e-5
            above, below = (valued(f, {**given, name: at + s * step}) for s in (1, -1))
            change[place] = (above - below).item() / 2e-5
        assert symbol.shape == link.shape
        assert np.allclose(valued(link, given), change, rtol=1e-6, atol=1e-8), name


@pytest.mark.parametrize(("text", "unknowns", "where", "names"), PROGRAMS)
def test_answers_with_links_have_the_values_of_those_without(
    text: str, unknowns: tuple[str, ...], where: str, names: tuple[str, ...]
) -> None:
    chained = matdiff.derive(text, unknowns, where or None, expand=False)
    closed = matdiff.derive(text, unknowns, where or None)
    assert chained.verify().ok
    given = drawn(closed.function)
    if "simplex" in where:
        given["y"] = np.array([[0.3], [0.7]])
    for name, gradient in closed.gradients.items():
        link = chained.gradients[name]
        assert np.allclose(valued(link, given), valued(gradient, given), rtol=1e-10)
        inside = {node.name for node in postorder(link) if isinstance(node, Named)}
        assert inside & {f"delta_{n}" for n in names}
        assert not any(isinstance(n, Named) and n.name.startswith("delta_") for n in postorder(gradient))
    wrong = matdiff.derive(text, unknowns, where or None, expand=False)
    wrong.gradients = {name: 2 * g for name, g in wrong.gradients.items()}
    assert not wrong.verify().ok


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("text", "unknowns", "where", "names"), PROGRAMS)
def test_answers_with_links_are_read_back(
    text: str, unknowns: tuple[str, ...], where: str, names: tuple[str, ...], spelling: str
) -> None:
    derived = matdiff.derive(text, unknowns, where or None, expand=False)
    for e in (*derived.gradients.values(), *derived.links.values()):
        declared = {s.name: f"{shape_text(s.shape)} {' '.join(s.properties)}" for s in symbols(e)}
        assert matdiff.parse(format(e, spelling), declared) is e


def test_the_spellings_of_a_link() -> None:
    gradient = matdiff.derive("h = W x; z = tanh(h); ‖z − y‖²", "W", expand=False).gradient
    assert str(gradient) == "h = Wx; z = tanh(h); δ_z = 2(z − y); δ_h = δ_z ⊙ (1 − z.^2); δ_h xᵀ"
    assert format(gradient, "latex").endswith(r"\delta_{h} x^{\top}")
    assert format(gradient, "ascii").endswith("delta_h*x'")
    assert format(gradient, "numpy").endswith("np.outer(delta_h, x)")


def test_the_chain_is_written_link_by_link() -> None:
    page = matdiff.derive(TIED, "W", "W: n x n", expand=False).to_text()
    chain = page[page.index("Chain rule") : page.index("Gradient")].splitlines()
    told = [line.strip().split("   ", 1) for line in chain[1:] if line]
    assert [(link, law.strip()) for link, law in told] == [
        ("δ_k = ∇_k f = 2(k − y)", "a = Tr(a)"),
        ("δ_z = ∇_z f = Wᵀδ_k", "df = Tr(δᵀdh)"),
        ("δ_h = ∇_h f = Wᵀ(δ_z ⊙ (1 − z.^2))", "Tr(Cᵀ(D ⊙ F)) = Tr((C ⊙ D)ᵀF)"),
    ]
    assert page.rstrip().endswith("contributions added")
    assert "  ∇_W f = δ_k zᵀ + (δ_z ⊙ (1 − z.^2))hᵀ + δ_h xᵀ" in page
    shared = matdiff.derive(SHARED, "x", "x: n", expand=False).to_text()
    assert any(line.startswith("  δ_a = ") and line.endswith("contributions added") for line in shared.splitlines())


def test_the_chain_is_told_where_the_answer_is_expanded_too() -> None:
    derived = matdiff.derive(RESIDUAL, "V")
    page = derived.to_text()
    assert "δ_h = ∇_h f = 2(h − y)" in page
    assert str(derived.links["z"]).endswith("Wᵀδ_h + δ_h")  # used once, and put in
    assert set(derived.links) == {"h", "z"}
    assert "∇" not in str(derived.gradient)


def test_the_command_leaves_links(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["derive", "h = W x; z = tanh(h); ‖z − y‖²", "--wrt", "W"]
    assert main([*arguments, "--steps", "none", "--no-expand"]) == 0
    page = capsys.readouterr().out
    for line in ("δ_z = 2(z − y)", "δ_h = δ_z ⊙ (1 − z.^2)", "∇_W f = δ_h xᵀ        m×n"):
        assert f"  {line}\n" in page
    assert "checked: " in page
    assert main([*arguments, "--steps", "none"]) == 0
    assert "δ_h" not in capsys.readouterr().out
    assert main([*arguments, "--no-expand", "--format", "json", "--no-check"]) == 0
    content = json.loads(capsys.readouterr().out)["gradients"]["W"]
    assert content["text"].endswith("δ_h xᵀ")
    assert content["latex"].endswith(r"\delta_{h} x^{\top}")
    assert main([*arguments, "--no-expand", "--format", "latex", "--no-check"]) == 0
    assert r"\nabla_{W} f &= \delta_{h} x^{\top}" in capsys.readouterr().out


def test_a_link_does_not_take_the_name_of_a_definition() -> None:
    derived = matdiff.derive("∇_h = A x; h = B x; ‖h‖² + ‖∇_h‖²", "x", "A: m x n; B: p x n", expand=False)
    assert derived.verify().ok
    assert matdiff.parse(str(derived.gradient), "A: m x n; B: p x n; x: n") is derived.gradient
    first = matdiff.derive(RESIDUAL, "V", expand=False).gradient
    second = matdiff.derive(matdiff.parse("tr(G'G)", {"G": "m x n"}), "G").function
    again = matdiff.derive(replace(second, lambda node: first if isinstance(node, Symbol) else None), "V", expand=False)
    assert again.verify().ok
    declared = {s.name: shape_text(s.shape) for s in symbols(again.gradient)}
    assert matdiff.parse(str(again.gradient), declared) is again.gradient


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_definition_that_is_the_answer_is_read_back(spelling: str) -> None:
    gradient = matdiff.derive("h = W x; h'y", "y", "x: n").gradient
    assert str(gradient) == "h = Wx; (h)"
    assert isinstance(gradient, Named)
    assert matdiff.parse(format(gradient, spelling), "x: n; W: m x n") is gradient
    assert matdiff.parse("h = W x; h", "x: n; W: m x n") is gradient.operands[0]


# ---- ∇_h as a name -----------------------------------------------------------------------------------

NAMES = [
    ("∇_h xᵀ", ["nabla_h*x'", "∇_{h} x^T", r"\nabla_h x^\top", r"\nabla_{h} x^{\top}", "∇_h(x)'"], "∇_h: m; x: n"),
    ("∇_h₁ xᵀ", ["∇_h1 xᵀ", "∇_{h_1} x'", r"\nabla_{h_1} x^\top", "nabla_h1 x'"], "nabla_h1: m; x: n"),
    ("∇_t₁ᵀ∇_t₁", ["∇_t1'∇_t1", r"\nabla_{t_1}^\top \nabla_{t_1}", "nabla_t1'nabla_t1"], "∇_t1: n"),
    ("∇_x̂ + x̂", [r"\nabla_{\hat{x}} + \hat{x}", "nabla_x_hat + x_hat"], "∇_x̂, x̂: n"),
    ("∇_loss xᵀ", [r"\nabla_{\mathrm{loss}} x^\top", "∇_{loss} x'"], "∇_loss: m; x: n"),
    ("∇_Σ₁ S", [r"\nabla_{\Sigma_1} S", "nabla_Sigma1 S"], "∇_Σ₁, S: n x n"),
    ("∇_∇_h xᵀ", [r"\nabla_{\nabla_h} x^\top"], "∇_∇_h: m; x: n"),
    ("∇_h x", ["∇_hx", r"\nabla_hx"], "∇_h: m x n; x: n"),
    ("∇_h[2]", ["∇_h_2", "∇_{h}_2", r"{\nabla_h}_2"], "∇_h: n"),
    ("∇_h⁻¹x", ["inv(∇_h) x", r"\nabla_h^{-1} x"], "∇_h: n x n; x: n"),
    ("∇_h + ∇h(x)", ["nabla_h + nabla h(x)"], "∇_h, x: n; h: n -> scalar"),
    ("∇_z = Ax; ∇_z(x − y)ᵀ", [r"\nabla_z = A x; \nabla_z (x - y)^\top", "nabla_z = A x; nabla_z (x - y)'"], "x, y: n"),
    ("∇_h = Ax; ∇_hᵀ∇_h", ["let ∇_h = A x in ∇_h'∇_h", "∇_h'∇_h where ∇_h = A x", "∇_{h} = A x\n∇_h'∇_h"], "x: n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "others", "where"), NAMES)
def test_a_gradient_with_a_name_is_read(
    text: str, others: list[str], where: str, is_read_back: Callable[..., bool]
) -> None:
    e = matdiff.parse(text, where)
    assert str(e) == text
    for other in others:
        assert matdiff.parse(other, where) is e, other
    for spelling in SPELLINGS:
        assert is_read_back(e, spelling, where), format(e, spelling)


def test_declared_in_front_in_a_mapping_and_as_the_unknown() -> None:
    e = matdiff.parse("∇_h xᵀ", {"∇_h": "m", "x": "n"})
    assert matdiff.parse("∇_h: m; x: n; ∇_h xᵀ") is e
    derived = matdiff.derive("‖∇_h xᵀ − A‖²", "∇_h")
    assert str(derived.gradient) == "2(∇_h xᵀ − A)x"
    assert derived.verify().ok
    for name in ("∇_h", "nabla_h"):
        assert matdiff.evaluate(matdiff.parse("∇_h'∇_h", "∇_h: n"), {name: [3.0, 4.0]}) == 25.0


@pytest.mark.parametrize("text", ["∇_h xᵀ", "∇_h = A x; ∇_g xᵀ", "∇_" * 20_000 + "h"])
def test_a_gradient_without_a_definition_is_no_name(text: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match="asked for with wrt") as caught:
        matdiff.parse(text)
    assert caught.value.span is not None
    assert len(str(caught.value)) < 500


def test_long_programs_with_links_are_read_back_in_linear_time() -> None:
    text = "; ".join(["h0 = W x", *[f"h{k} = tanh(W h{k - 1})" for k in range(1, 150)], "h149'h149"])
    gradient = matdiff.derive(text, "x", "W: n x n; x: n", expand=False).gradient
    assert matdiff.parse(str(gradient), "W: n x n; x: n") is gradient
