"""Code of recurrences, and of members beside each other: loops and slices, run beside hand-written NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

RNG = np.random.default_rng(0)

RECURRENCES = {  # text, unknowns, declarations
    "affine": ("h[t] = A h[t-1] + B x[t]; h[0] = c; sum(t=1..T, ||h[t] - y[t]||^2)", "A,B,c",
               "A: n x n; B: n x m; c: n; x[t=1..T]: m; y[t=1..T]: n"),
    "a network": ("h[t] = tanh(A h[t-1] + B x[t]); h[0] = c; sum(t=1..T, ||h[t] - y[t]||^2)", "A",
                  "A: n x n; B: n x m; c: n; x[t=1..T]: m; y[t=1..T]: n"),
    "of matrices": ("h[t] = tanh(A h[t-1] + B x[t]); h[0] = c; sum(t=1..T, ||h[t] - y[t]||^2)", "B",
                    "A: n x n; B: n x m; c: n x N; x[t=1..T]: m x N; y[t=1..T]: n x N"),
    "of numbers": ("s[t] = a*s[t-1] + (1 - a)*y[t]; s[0] = 0; sum(t=1..T, (y[t] - s[t-1])^2)", "a",
                   "a: scalar; y[t=1..T]: scalar"),
    "steps of descent": ("x[k+1] = x[k] - e*A'(A x[k] - b) for k = 1..K; x[1] = z; ||x[K+1] - y||^2", "z,e",
                         "A: m x n; b: m; z: n; y: n; e: scalar"),
    "the number of a step": ("h[t] = h[t-1]/t + B x[t] for t = 1..T; h[0] = c; ||h[T] - y||^2", "B,c",
                             "B: n x m; c: n; x[t=1..T]: m; y: n"),
    "layers": ("z[k+1] = tanh(W[k] z[k] + b[k]) for k = 1..K; z[1] = x; ||z[K+1] - y||^2", "W,b",
               "W[k=1..K]: n x n; b[k=1..K]: n; x: n; y: n"),
}  # fmt: skip


@pytest.mark.parametrize("case", RECURRENCES)
def test_recurrences_agree_with_the_numbers_of_evaluate(case: str) -> None:
    assert matdiff.code(*RECURRENCES[case], check=False).verify(seed=1) < 1e-9


@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("case", ["affine", "steps of descent", "of numbers"])
def test_recurrences_run_in_other_libraries(case: str, backend: str) -> None:
    pytest.importorskip(backend)
    assert matdiff.code(*RECURRENCES[case], backend=backend, check=False).verify(seed=1) < 1e-6


def test_the_gradient_of_a_network_is_the_one_of_a_hand() -> None:
    made = matdiff.code(*RECURRENCES["a network"], check=False)
    a, b, c = RNG.normal(size=(3, 3)), RNG.normal(size=(3, 2)), RNG.normal(size=3)
    x, y = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 3))
    states = [c]
    for row in x:
        states.append(np.tanh(a @ states[-1] + b @ row))
    value, gradient, delta = 0.0, np.zeros_like(a), np.zeros(3)
    for t in range(5, 0, -1):
        value += ((states[t] - y[t - 1]) ** 2).sum()
        back = (delta + 2 * (states[t] - y[t - 1])) * (1 - states[t] ** 2)
        gradient += np.outer(back, states[t - 1])
        delta = a.T @ back
    given = dict(zip("ABcxy", (a, b, c, x, y), strict=True))
    found = made.function(*[given[n] for n in made.arguments])
    assert found[0] == pytest.approx(value)
    assert found[1] == pytest.approx(gradient)


def test_what_does_not_depend_on_the_state_is_computed_before_the_loop() -> None:
    source = matdiff.code(*RECURRENCES["affine"], check=False).source
    before, loop = source.split("for t in range(T):")
    assert "x @ B.T" in before
    assert "B" not in loop.split("\n")[1]
    assert source.count("for t in") == 2  # forwards and backwards


def test_a_state_alone_is_not_kept_with_those_before() -> None:
    text, unknowns, where = RECURRENCES["steps of descent"]
    source = matdiff.code(text, unknowns, where, outputs=["value"], check=False).source
    assert "np.empty" not in source


SERIES = {
    "differences": ("sum(t=2..T, (y[t] - y[t-1])^2)", "y", "y[t=1..T]: scalar"),
    "of entries": ("sum(i=2..n-1, (x[i+1] - 2*x[i] + x[i-1])^2)", "x", "x: n"),
    "of two steps": ("sum(t=3..T, (y[t] - a*y[t-1] - b*y[t-2])^2)", "a,b,y", "y[t=1..T]: scalar; a, b: scalar"),
    "a transition": ("sum(t=1..T-1, ||x[t+1] - A x[t]||^2)", "x,A", "x[t=1..T]: n; A: n x n"),
    "powers of lengths": ("sum(i=1..N, ||x[i] - m||^4)", "x,m", "x[i=1..N]: d; m: d"),
    "other functions": ("sum(t=1..T-1, exp(x[t]'x[t+1]))", "x", "x[t=1..T]: n"),
}  # fmt: skip


@pytest.mark.parametrize("case", SERIES)
def test_members_beside_each_other_are_slices(case: str) -> None:
    made = matdiff.code(*SERIES[case], check=False)
    assert made.verify(seed=1) < 1e-9
    assert "arange" not in made.source
    assert "sqrt" not in made.source
