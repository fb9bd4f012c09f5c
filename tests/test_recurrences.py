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


def test_a_jacobian_of_a_recurrence_is_refused() -> None:
    with pytest.raises(matdiff.MatdiffError, match="of a recurrence"):
        matdiff.jacobian("z[1] = x; z[k+1] = tanh(W z[k]) for k = 1..K; z[K+1]", "x")


def test_the_number_of_a_state_cannot_vary() -> None:
    for derived in (matdiff.derive, matdiff.jvp):
        with pytest.raises(matdiff.MatdiffError):
            derived("z[1] = x; z[k+1] = tanh(W z[k]) for k = 1..K; ‖z[K+1]‖²", "K")
