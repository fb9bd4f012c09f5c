"""Recurrences in a text: how they are written, what they mean, and what is said of those that are none.

Values are compared with loops written here, gradients with differences of these values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import Expr, Symbol, postorder
from matdiff.algebra.operators.recurrence import Iterate, Recurrence
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member
from matdiff.errors import MatdiffError
from matdiff.language import read, read_beside
from matdiff.language.answers import unknown_in

Values = dict[str, Any]
STEPS, ROWS = 4, 3

# ---- spellings ----------------------------------------------------------------------------------------

FORWARD = "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K; norm2(z[K+1] - y)^2"
SPELLINGS = [
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1, …, K; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k=1,…,K; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1, ..., K; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1, 2, ..., K; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]), k = 1..K; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) (k = 1..K); norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k in 1..K; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for all k ∈ {1, …, K}; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1:K; norm2(z[K+1] - y)^2",
    "z[1] = x\nz[k+1] = tanh(W[k] z[k] + b[k])\n  for k = 1..K\nnorm2(z[K+1] - y)^2",
    "z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K; z[1] = x; norm2(z[K+1] - y)^2",
    "z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K with z[1] = x; norm2(z[K+1] - y)^2",
    "norm2(z[K+1] - y)^2 where z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K, z[1] = x",
    "norm2(z[K+1] - y)^2 where z[1] = x and z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K",
    "let z[1] = x, z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K in norm2(z[K+1] - y)^2",
    "z_1 = x; z_{k+1} = tanh(W_k z_k + b_k) for k = 1..K; norm2(z_{K+1} - y)^2",
    "z₁ = x; zₖ₊₁ = tanh(Wₖzₖ + bₖ) for k = 1, …, K; ‖z_{K+1} − y‖²",
    "z[1] = x; z[k] = tanh(W[k-1] z[k-1] + b[k-1]) for k = 2..K+1; norm2(z[K+1] - y)^2",
    "z[1] = x; z[k+2] = tanh(W[k+1] z[k+1] + b[k+1]) for k = 0..K-1; norm2(z[K+1] - y)^2",
    "z[1] = x; a[k] = W[k] z[k] + b[k] for k = 1..K; z[k+1] = tanh(a[k]) for k = 1..K; norm2(z[K+1] - y)^2",
    "z[1] = x; a[k+1] = W[k] z[k] + b[k] for k = 1..K; z[k] = tanh(a[k]) for k = 2..K+1; norm2(z[K+1] - y)^2",
    r"z_1 = x, \quad z_{k+1} = \tanh(W_k z_k + b_k), \quad k = 1,\dots,K \\ \|z_{K+1} - y\|^2",
    r"z_{1} = x; z_{k+1} = \tanh(W_k z_k + b_k) \quad \text{for } k = 1, \ldots, K; \lVert z_{K+1} - y \rVert^2",
    r"z^{(1)} = x; z^{(k+1)} = \tanh(W^{(k)} z^{(k)} + b^{(k)}) \qquad (k = 1, \dotsc, K); \|z^{(K+1)} - y\|^2",
    r"\begin{align} z_1 &= x \\ z_{k+1} &= \tanh(W_k z_k + b_k) \quad \text{for all } k = 1,\ldots,K \\"
    r" & \|z_{K+1} - y\|^2 \end{align}",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_all_spellings_are_one_expression(text: str) -> None:
    where = "W[k=1..K]: n x n; b[k=1..K]: n; x, y: n"
    assert matdiff.parse(text, where) is matdiff.parse(FORWARD, where)
    assert matdiff.parse(text).is_scalar


def test_the_expression_has_the_states_of_one_recurrence() -> None:
    found = matdiff.parse(FORWARD)
    (z,) = (n for n in postorder(found) if isinstance(n, Recurrence))
    assert (z.name, z.index.name, str(z.index.last), z.origin, z.forward) == ("z", "k", "K", 1, True)
    families = {n.operands[0] for n in postorder(found) if isinstance(n, Member)}
    assert {f.name: f.ranges for f in families if isinstance(f, Symbol)} == dict.fromkeys("Wb", (z.index.last,))


def test_a_text_that_ends_in_a_recurrence_is_its_last_state() -> None:
    for text, last in [
        ("z[1] = x; z[k+1] = W z[k] for k = 1..K", "z[K+1]"),
        ("z[0] = x; z[k] = W z[k-1] for k = 1..K", "z[K]"),
        ("z[k] = W z[k-1] for k = 1..K with z[0] = x", "z[K]"),
        ("z[K] = x; z[k-1] = W z[k] for k = K..1", "z[0]"),
        ("z[1] = x; z[k+1] = W z[k] for k = 1..3", "z[4]"),
    ]:
        assert matdiff.parse(text) is matdiff.parse(f"{text}; {last}")


# ---- values and gradients -------------------------------------------------------------------------------


def network(v: Values) -> Any:
    z = v["x"]
    for k in range(STEPS):
        z = np.tanh(v["W"][k] @ z + v["b"][k])
    return np.sum((z - v["y"][0]) ** 2)


def recurrent(v: Values) -> Any:
    h, total = v["x"], 0.0
    for t in range(STEPS):
        h = np.tanh(v["A"] @ h + v["b"][t])
        total += np.sum((h - v["y"][t]) ** 2)
    return total


def descent(v: Values) -> Any:
    x = v["x"]
    for _ in range(STEPS):
        x = x - v["a"] * v["A"].T @ (v["A"] @ x - v["u"])
    return np.sum(x**2)


def residual(v: Values) -> Any:
    z = v["x"]
    for k in range(1, STEPS + 1):
        z = z + np.tanh(v["W"][k - 1] @ z) / k + v["x"]
    return np.sum(z**2)


def products(v: Values) -> Any:
    z = v["u"]
    for k in range(STEPS - 1, -1, -1):
        z = v["W"][k].T @ z
    return v["x"] @ z


def accumulated(v: Values) -> Any:
    h, total = np.zeros(ROWS), 0.0
    for t in range(STEPS):
        previous, h = h, np.tanh(v["A"] @ h + v["b"][t])
        total += h @ previous
    return total


def momentum(v: Values) -> Any:
    x, s = v["x"], v["u"]
    for _ in range(STEPS):
        s = v["a"] * s - v["A"] @ x
        x = x + s
    return np.sum(x**2)


def differences(v: Values) -> Any:
    return sum(np.sum((v["A"] @ (v["b"][i + 1] - v["b"][i])) ** 2) for i in range(STEPS - 1))


PROGRAMS: list[tuple[str, str, Callable[[Values], Any]]] = [
    ("z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K; norm2(z[K+1] - y[1])^2", "W, b, x", network),
    ("z[0] = x; z[k] = tanh(W[k] z[k-1] + b[k]) for k = 1..K; norm2(z[K] - y[1])^2", "W, b, x", network),
    ("z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..4; norm2(z[5] - y[1])^2", "W, b, x", network),
    ("K = 4; z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K; norm2(z[K+1] - y[1])^2", "W, b, x", network),
    ("h[0] = x; h[t] = tanh(A h[t-1] + b[t]) for t = 1..K; sum(t=1..K, norm2(h[t] - y[t])^2)", "A, b, x", recurrent),
    ("h[1] = x; h[t+1] = tanh(A h[t] + b[t]) for t = 1..K; ∑ₜ ‖h[t+1] − y[t]‖²", "A, x", recurrent),
    ("h[0] = x; h[t] = tanh(A h[t-1] + b[t]) for t = 1..4; sum(t=1..4, norm2(h[t] - y[t])^2)", "A, b", recurrent),
    ("p[k+1] = p[k] - a*A'*(A p[k] - u) for k = 0..K-1 with p[0] = x; norm2(p[K])^2", "a, u, x", descent),
    ("z[1] = x; z[k+1] = z[k] + tanh(W[k] z[k])/k + z[1] for k = 1..K; norm2(z[K+1])^2", "W, x", residual),
    ("v[K+1] = u; v[k] = W[k]' v[k+1] for k = K..1; x'v[1]", "W, u, x", products),
    ("v[5] = u; v[k] = W[k]' v[k+1] for k = 4..1; x'v_1", "W, u", products),
    ("h[0] = 0; h[t] = tanh(A h[t-1] + b[t]) for t = 1..K; sum(t=1..K, h[t]'h[t-1])", "A, b", accumulated),
    ("h[0] = 0; h[t] = tanh(A h[t-1] + b[t]) for t = 1..4; ∑_{t=1}^4 h_t'h[t-1]", "A, b", accumulated),
    (
        "p[0] = x; s[0] = u; s[k+1] = a s[k] - A p[k] for k = 0..3; p[k+1] = p[k] + s[k+1] for k = 0..3; norm2(p[4])^2",
        "a, A, x, u",
        momentum,
    ),
    ("sum(i=1..K-1, norm2(A (b[i+1] - b[i]))^2)", "A", differences),
]
WHERE = "W[k=1..K]: n x n; b[k=1..K]: n; y[k=1..K]: n; A: n x n; x, u: n; a: scalar"


def drawn(seed: int) -> Values:
    draw = np.random.default_rng(seed)
    stacked = {"W": (STEPS, ROWS, ROWS), "b": (STEPS, ROWS), "y": (STEPS, ROWS), "A": (ROWS, ROWS)}
    found: Values = {name: draw.normal(size=shape) * 0.6 for name, shape in stacked.items()}
    found |= {name: draw.normal(size=ROWS) for name in "xu"}
    return {**found, "a": 0.3}


def slopes(f: Callable[[Values], Any], v: Values, name: str) -> Any:
    """Central differences of a loop by every entry of one of its inputs."""
    found = np.zeros(np.shape(v[name]))
    for place in np.ndindex(found.shape):
        step = np.zeros(found.shape)
        step[place] = 1e-6
        found[place] = (f({**v, name: v[name] + step}) - f({**v, name: v[name] - step})) / 2e-6
    return found


def declared(text: str) -> str:
    """The declarations of what a program has, with four members where its steps are counted."""
    where = WHERE if "K" in text and "K = 4" not in text else WHERE.replace("1..K", "1..4")
    return ";".join(d for d in where.split(";") if d.split(":")[0].strip()[0] in text or "," in d)


@pytest.mark.parametrize(("text", "wrt", "loop"), PROGRAMS, ids=[p[0] for p in PROGRAMS])
def test_a_program_has_the_value_and_the_gradients_of_a_loop(
    text: str, wrt: str, loop: Callable[[Values], Any]
) -> None:
    where = declared(text)
    f = matdiff.parse(text, where)
    for seed in (1, 2):
        given = drawn(seed)
        inputs = {**given, "K": STEPS}
        assert matdiff.evaluate(f, inputs) == pytest.approx(loop(given), rel=1e-10)
        gradients = matdiff.derive(text, wrt.split(", "), where).gradients
        for name in wrt.split(", "):
            expected = slopes(loop, given, name)
            np.testing.assert_allclose(matdiff.evaluate(gradients[name], inputs), expected, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize(("text", "wrt"), [p[:2] for p in PROGRAMS], ids=[p[0] for p in PROGRAMS])
@pytest.mark.parametrize("spelling", ["", "ascii", "latex"])
def test_what_is_printed_is_read_back(text: str, wrt: str, spelling: str) -> None:
    found = matdiff.derive(text, wrt.split(", "), declared(text))
    for expr in (found.function, *found.gradients.values()):
        if not (spelling == "latex" and "unit(" in str(expr)):  # e_i is a symbol as well
            assert read_beside(expr, format(expr, spelling)) is expr


# ---- steps that are written out ---------------------------------------------------------------------------


def names(expr: Expr) -> list[str]:
    return [n.name for n in postorder(expr) if isinstance(n, Named)]


def test_a_known_number_of_steps_makes_definitions() -> None:
    found = matdiff.parse("z[1] = x; z[k+1] = sigmoid(W[k] z[k] + b[k]) for k = 1..3; norm2(z[4] - y)^2")
    assert names(found) == ["z2", "z3", "z4"]
    layers = "; ".join(f"z{k + 1} = sigmoid(W[{k}] {f'z{k}' if k > 1 else 'x'} + b[{k}])" for k in (1, 2, 3))
    written = f"{layers}; norm2(z4 - y)^2"
    where = "W[k=1..3]: n x n; b[k=1..3]: n; x: n"
    assert read_beside(found, written) is found
    assert matdiff.parse("K = 3; z[1] = x; z[k+1] = W[k] z[k] for k = 1..K; z[K+1]", where) is matdiff.parse(
        "z[1] = x; z[k+1] = W[k] z[k] for k = 1..3; z_4", where
    )
    counted = "z[1] = x; z[k+1] = W z[k] for k = 1..K; sum(z[K+1])"
    assert names(matdiff.parse(counted, "K: 3; W: n x n")) == ["z2", "z3", "z4"]


def test_layers_that_are_written_out_may_have_widths_of_their_own() -> None:
    text = "z[1] = x; z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..2; norm2(z[3])^2"
    where = "W1: 5 x 4; W2: 3 x 5; b1: 5; b2: 3; x: 4"
    assert matdiff.parse(text, where) is matdiff.parse(
        "z2 = tanh(W1 x + b1); z3 = tanh(W2 z2 + b2); norm2(z3)^2", where
    )
    assert matdiff.derive(text, ["W1", "b2"], where).verify().ok


def test_too_many_steps_are_refused_and_not_written_out() -> None:
    text = "z[1] = x; z[k+1] = tanh(W z[k]) for k = 1..100000; sum(z[2])"
    assert "too much to be written out" in refusal(text)
    twice = [f"a{i}[k] = a{i - 1}[k] + a{i - 1}[k] for k=1..K" for i in range(1, 60)]
    doubled = "; ".join(["a0[k] = x for k=1..K", *twice])
    assert "too much to be written out" in refusal(doubled + "; a59[1]")


# ---- states as unknowns -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number"),
    [("z[k]", "k"), ("z_k", "k"), ("z[k+1]", "k + 1"), ("z_{k+1}", "k + 1"), ("zₖ", "k"), ("z^{(k)}", "k"),
     ("z[K+1]", "K + 1"), ("z[2]", "2"), ("z_1", "1")],
)  # fmt: skip
def test_a_state_can_be_named(name: str, number: str) -> None:
    read_text = read(FORWARD)
    for found in (unknown_in(read_text.expr, name), read_text.unknown(name)):
        assert isinstance(found, Iterate)
        assert str(found.operands[1]) == number


def test_all_states_and_those_that_are_written_out_can_be_named() -> None:
    assert isinstance(read(FORWARD).unknown("z"), Recurrence)
    written = read("z[1] = x; z[k+1] = tanh(W z[k]) for k = 1..2; sum(z[3])")
    for name in ("z[2]", "z_2", "z2", "z₂"):
        found = written.unknown(name)
        assert isinstance(found, Named)
        assert found.name == "z2"
    with pytest.raises(MatdiffError, match="cannot be the unknown"):
        written.unknown("z[9]")


# ---- an index and a number more or less ---------------------------------------------------------------------


def test_members_and_entries_have_shifted_indices() -> None:
    family = matdiff.parse("sum(i=1..N-1, (x[i+1] - x[i])^2)", "x[i=1..N]: scalar")
    assert matdiff.evaluate(family, {"x": np.array([1.0, 4.0, 2.0])}) == 9.0 + 4.0
    entries = matdiff.parse(r"\sum_{i=1}^{n-1} (x_{i+1} - x_i)^2", "x: n")
    assert matdiff.evaluate(entries, {"x": np.array([1.0, 4.0, 2.0])}) == 9.0 + 4.0
    assert matdiff.derive(entries, "x").verify().ok
    open_range = matdiff.parse("∑ᵢ xᵢ₊₁xᵢ", "x[i=1..N]: scalar")
    assert matdiff.evaluate(open_range, {"x": np.array([1.0, 4.0, 2.0])}) == 4.0 + 8.0
    undeclared = matdiff.parse("sum(i=1..N, norm2(x[i+2] - x[i]))")
    families = {n.operands[0] for n in postorder(undeclared) if isinstance(n, Member)}
    assert [str(f.ranges[0]) in ("N + 2", "2 + N") for f in families if isinstance(f, Symbol)] == [True]


# ---- what is refused ------------------------------------------------------------------------------------------

REFUSED = [
    ("z[2] = x; z[k+1] = W z[k] for k = 1..K; z[K+1]", "z[2]", "does not start with z[2]"),
    ("z[0] = x; z[k+1] = W z[k] for k = 1..K; z[K+1]", "z[0]", "does not start with z[0]"),
    ("z[1] = x; z[k] = W z[k+1] for k = K..1; z[1]", "z[1]", "does not start with z[1]"),
    ("z[1] = x; z[k+1] = W x for k = 1..K; z[K+1]", "z[k+1]", "nothing is repeated"),
    ("z[1] = x; z[3]", "z[1]", "has no step"),
    ("z[1] = x; z[k+1] = z[k+2] for k = 1..K; z[K+1]", "z[k+2]", "not known in the step"),
    ("z[1] = x; z[k+1] = W z[k+1] for k = 1..K; z[K+1]", "z[k+1]", "not known in the step"),
    ("z[1] = x; z[k+1] = z[k] + z[k-1] for k = 1..K; z[K+1]", "z[k-1]", "not known in the step"),
    ("z[1] = x; z[k+1] = z[k] + z[k-1] for k = 1..3; z[3]", "z[k-1]", "not known in the step"),
    ("z[1] = x; z[k+1] = W z[k]; z[3]", "z[k+1]", "how often"),
    ("z[1] = x; z[k+1] = W z[k] for k; z[3]", "for k", "how often"),
    ("z[1] = x; z[k+1] = W z[k] for k = 1..; z[3]", "for k = 1..", "how often"),
    ("z[1] = x; z[k+1] = W z[k] for k = M..N; z[3]", "z[k+1]", "not one of steps"),
    ("z[1] = x; z[t+1] = W z[t] for k = 1..K; z[3]", "z[t+1]", "numbered by k"),
    ("z[1] = x; z[k+1] = ∑ₖ W[k] z[k] for k = 1..K; z[3]", "∑ₖ W[k] z[k]", "bound twice"),
    ("z[1] = x; z[z+1] = W z[z] for z = 1..K; z[3]", "z[z+1]", "another name"),
    ("z[1] = x; z[1] = y; z[k+1] = W z[k] for k = 1..K; z[3]", "z[1]", "defined twice"),
    ("z[1] = x; z[k+1] = z[k] for k = 1..K; z[k+1] = x for k = 1..K; z[3]", "z[k+1]", "two steps"),
    ("z[1] = z[2]; z[k+1] = W z[k] for k = 1..K; z[3]", "z[1]", "uses z itself"),
    ("z[1] = x; z[k+1] = W z[k] for k = 1..K; z[K+2]", "z[K+2]", "K+2"),
    ("z[1] = x; z[k+1] = W z[k] for k = 1..K; z[0]", "z[0]", "no state of z"),
    ("z[1] = x; z[k+1] = W z[k] for k = 1..3; z[5]", "z[5]", "no state of z"),
    ("z[1] = x; z[k+1] = W z[k] for k = 1..K; sum(k=1..K+2, z[k])", "z[k]", "1 to K+2"),
    ("z[1] = x; z[k+1] = W z[k] for k = 1..K; sum(z)", "z", "has a value for every step"),
    ("z[1] = x; z[k+1] = W[k] z[k] for k = 1..3; z[4] + z2", "z2", "another name"),
    (
        "a[0] = x; b[0] = x; a[k+1] = b[k] + a[k] for k = 0..K-1; b[j+1] = a[j] + b[j] for j = 0..K-1; a[K]",
        "",
        "their steps are numbered differently",
    ),
]


def refusal(text: str, where: str | None = None) -> str:
    with pytest.raises(MatdiffError) as caught:
        matdiff.parse(text, where)
    return str(caught.value)


@pytest.mark.parametrize(("text", "place", "said"), REFUSED)
def test_what_is_no_recurrence_is_refused_with_its_place(text: str, place: str, said: str) -> None:
    with pytest.raises(MatdiffError) as caught:
        matdiff.parse(text)
    error = caught.value
    assert said in error.message
    assert error.text == text
    assert error.span is not None
    assert text[slice(*error.span)].startswith(place)


def test_a_step_that_changes_the_shape_is_refused() -> None:
    text = "z[1] = x; z[k+1] = W z[k] for k = 1..K; norm2(z[K+1])"
    assert "starts as a vector with n rows, and a step gives a vector with m rows" in refusal(text, "W: m x n; x: n")
    assert "there is no place" not in refusal("sum(i=1..N, x[i+1])", "x[i=1..N]: scalar")
    assert "counted from 1" in refusal("sum(i=1..N, x[i-1])", "x[i=1..N]: scalar")


@pytest.mark.parametrize(
    "text",
    [
        "z[1] = x; z[k+1] = " + "tanh(" * 3_000 + "z[k]" + ")" * 3_000 + " for k = 1..K; sum(z[K+1])",
        "z[1] = " + "(" * 3_000 + "x" + ")" * 3_000 + "; z[k+1] = tanh(z[k]) for k = 1..K; sum(z[K+1])",
        "z[1] = x; z[k+1] = z[k] for" + " " * 100_000 + "k = 1..K; sum(z[K+1])",
        "z[1] = x; z[k+1] = tanh(z[k]) for k = 1..2000; sum(k=1..2000, sum(z[k]))",
    ],
    ids=["deep step", "deep start", "spaces", "many steps"],
)
def test_large_texts_are_read(text: str) -> None:
    assert matdiff.parse(text).is_scalar
