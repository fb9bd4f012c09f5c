"""The calculus of recurrences: adjoints that run backwards, states as unknowns, and tangents that run along.

`tests/language/test_recurrences.py` compares values and gradients with loops; here every step is checked too.
"""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import postorder, symbols
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, place

PROGRAMS = [
    "z[1] = x; z[k+1] = sigmoid(W[k] z[k] + b[k]) for k = 1..K; ‖z[K+1] − y‖²",
    "h[0] = h0; h[t] = tanh(A h[t-1] + B x[t] + c) for t = 1..T; sum(t=1..T, ‖C h[t] − y[t]‖²)",
    "v[K+1] = u; v[k] = tanh(W[k] v[k+1]) for k = K..1; x'v[1]",
    "s[1] = a; s[k+1] = sin(b s[k] + c[k]) for k = 1..K; s[K+1]",
    "v[K+1] = u; v[k] = tanh(W[k] v[k+1]) for k = K..1; sum(k=1..K+1, ‖v[k] − y[k]‖²)",
    "v[K+1] = u; v[k] = tanh(W[k] v[k+1]) for k = K..1; sum(k=1..K, ‖v[k+1] − y[k]‖²)",
    "z[1] = x; z[k+1] = z[k] + tanh(W z[k]) for k = 1..K; ‖z[K+1]‖² + ‖z[1]‖² + ‖z[3]‖²",
    "x[0] = x0; x[k] = x[k-1] − eta*A'(A x[k-1] − b) for k = 1..K; ‖A x[K] − b‖²",
    "z[1] = x; z[k+1] = tanh(W z[k]) for k = 1..K; y[1] = z[K+1]; y[k+1] = tanh(V y[k]) for k=1..L; ‖y[L+1]‖²",
    "z[1] = x; z[k+1] = tanh(W[k] z[k]) for k = 1..K; y[1] = u; y[k+1] = tanh(V y[k] + z[k+1]) for k=1..K; ‖y[K+1]‖²",
    "H[1] = X; H[k+1] = relu(A H[k] W[k]) for k = 1..K; ‖H[K+1] − Y‖²",
    "P[0] = S; P[t] = F P[t-1] F' + Q for t = 1..T; tr(P[T])",
    "A1 = V'V; z[1] = x; z[k+1] = tanh(A1 z[k]) for k = 1..K; ‖A1 z[K+1]‖²",
]


def recurrences(text: str) -> list[Recurrence]:
    return [node for node in postorder(matdiff.parse(text)) if isinstance(node, Recurrence)]


@pytest.mark.parametrize("text", PROGRAMS)
def test_every_step_and_every_gradient_is_right(text: str) -> None:
    f = matdiff.parse(text)
    unknowns = [s.name for s in symbols(f) if s.name not in ("K", "L", "T")]
    assert matdiff.derive(f, unknowns).verify().ok


@pytest.mark.parametrize("text", PROGRAMS)
def test_states_are_unknowns(text: str) -> None:
    for z in recurrences(text):
        for state in (z.first, z.last, z.after, Iterate(z, place(z.index.last, z.origin))):
            assert matdiff.derive(text if isinstance(state, str) else matdiff.parse(text), state).verify().ok


@pytest.mark.parametrize("text", PROGRAMS)
def test_the_tangent_runs_along(text: str) -> None:
    """The directional derivative against ⟨∇f, V⟩, which has been compared with differences above."""
    random = np.random.default_rng(4)
    f = matdiff.parse(text)
    sizes = {"K": 4, "L": 2, "T": 4}
    numbers = {name: 3 for s in symbols(f) for e in (*s.shape, *s.ranges) for name in e.names()} | sizes
    shapes = {
        s.name: tuple(e.value(numbers) for e in (*s.ranges, *s.shape) if e.number != 1)
        for s in symbols(f)
        if s.name not in sizes
    }
    values = {name: 0.5 * random.normal(size=shape) for name, shape in shapes.items()} | sizes
    changes = {name: random.normal(size=shape) for name, shape in shapes.items()}
    tangent = matdiff.evaluate(matdiff.jvp(f, list(shapes)), values | {f"V_{n}": v for n, v in changes.items()})
    gradients = matdiff.derive(f, list(shapes)).gradients
    paired = sum(np.sum(matdiff.evaluate(g, values) * changes[name]) for name, g in gradients.items())
    assert tangent == pytest.approx(paired, rel=1e-9)


def test_the_answer_is_the_one_of_the_textbooks() -> None:
    found = matdiff.derive(PROGRAMS[0], "W")
    *_, start, step, answer = str(found.gradient).split("; ")
    assert start == "δ[K + 1] = 2(z[K + 1] − y)"
    assert step == "δ[k] = W[k]ᵀ(δ[k + 1] ⊙ z[k + 1] ⊙ (1 − z[k + 1])) for k = K..1"
    assert answer == "(δ[k + 1] ⊙ z[k + 1] ⊙ (1 − z[k + 1]))z[k]ᵀ"


def test_sums_over_some_of_the_states_are_refused() -> None:
    text = "z[1] = x; z[k+1] = tanh(W z[k]) for k = 1..K; sum(k=1..K-1, ‖z[k]‖²)"
    with pytest.raises(matdiff.MatdiffError, match="are not all states"):
        matdiff.derive(text, "W")


@pytest.mark.parametrize("text", PROGRAMS)
def test_every_jacobian_is_right(text: str) -> None:
    f = matdiff.parse(text)
    unknowns = [s.name for s in symbols(f) if s.name not in ("K", "L", "T")]
    assert matdiff.jacobian(f, unknowns).verify(trials=1).ok
    assert matdiff.hessian(f, unknowns[0]).verify(trials=1).ok


NETWORK = "h[0] = a; h[t] = tanh(W h[t-1] + U x[t]) for t = 1..T; "


def states(values: dict[str, np.ndarray]) -> list[np.ndarray]:
    """h[0], …, h[T] by a loop."""
    found = [values["a"]]
    for x in values["x"]:
        found.append(np.tanh(values["W"] @ found[-1] + values["U"] @ x))
    return found


FUNCTIONS = {
    "h[T]": lambda h: h[-1],
    "h[2]": lambda h: h[2],
    "sum(t=1..T, t*h[t])": lambda h: sum(t * state for t, state in enumerate(h)),
}


@pytest.mark.parametrize("last", FUNCTIONS)
def test_jacobians_run_forwards(last: str) -> None:
    """Against central differences of a loop, also by every member of a family."""
    random = np.random.default_rng(3)
    shapes = {"a": (3,), "W": (3, 3), "U": (3, 2), "x": (4, 2)}
    values = {name: random.normal(size=shape) for name, shape in shapes.items()}
    found = matdiff.jacobian(NETWORK + last, list(shapes), "a: n; W: n x n; U: n x m; x[t=1..T]: m")
    for name, shape in shapes.items():
        columns = []
        for entry in np.ndindex(*(shape if name == "x" else shape[::-1])):
            step = np.zeros(shape)
            step[entry if name == "x" else entry[::-1]] = 1e-5
            ahead, behind = (FUNCTIONS[last](states({**values, name: values[name] + sign * step})) for sign in (1, -1))
            columns.append((ahead - behind) / 2e-5)
        got = np.asarray(matdiff.evaluate(found.results[name], {**values, "T": 4}))
        if name == "x":
            got = np.concatenate(list(got), axis=1)
        np.testing.assert_allclose(got, np.array(columns).T, atol=1e-8)


def test_the_page_of_a_jacobian_says_its_recurrence() -> None:
    where = "a: n; W: n x n; U: n x m; x[t=1..T]: m"
    found = matdiff.jacobian(NETWORK + "h[T]", "W", where)
    assert "J_h[0] = 0_{n×n*n}" in found.to_text("none")
    assert "= h[t − 1]ᵀ ⊗ H[t] + H[t]W J_h[t − 1]" in found.to_text()
    assert "{J_{h}}_{t}" in found.to_latex()
    assert matdiff.parse(str(found.result), where) is found.result


@pytest.mark.parametrize("state", ["h", "h_2"])
def test_there_is_no_jacobian_by_a_state(state: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=f"{state} is a state of a recurrence"):
        matdiff.jacobian(NETWORK + "h[T]", state, "a: n; W: n x n; U: n x m; x[t=1..T]: m")


def test_the_number_of_a_state_cannot_vary() -> None:
    for derived in (matdiff.derive, matdiff.jvp, matdiff.jacobian, matdiff.hessian):
        with pytest.raises(matdiff.MatdiffError):
            derived("z[1] = x; z[k+1] = tanh(W z[k]) for k = 1..K; ‖z[K+1]‖²", "K")
