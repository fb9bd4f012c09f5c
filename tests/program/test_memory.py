"""Code that computes in place: with the memory that it needs no longer, and with no other."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import matdiff

LAYER_NORM = (
    "C = X - X*ones(d)*ones(d)'/d; V = C.^2*ones(d)/d; Z = diag(1./sqrt(V + e))*C*diag(g); ||Z - Y||^2",
    "X,g", "X: n x d; g: d; Y: n x d; e: scalar positive",
)  # fmt: skip
POISSON = ("sum(W*H - V.*log(W*H))", "W,H", "W: m x k positive; H: k x n positive; V: m x n positive")


@pytest.mark.parametrize(
    ("question", "shapes", "most"),
    [
        (LAYER_NORM, {"X": (300, 200), "g": (200,), "Y": (300, 200)}, 4.3),
        (POISSON, {"W": (300, 2), "H": (2, 200), "V": (300, 200)}, 3.1),
        (("||X - tanh(X W)*W'||^2", "W", "X: n x d; W: d x h"), {"X": (300, 200), "W": (200, 2)}, 2.2),
    ],
)
def test_no_more_large_arrays_are_kept_than_are_needed(
    question: tuple[str, str, str], shapes: dict[str, tuple[int, ...]], most: float
) -> None:
    made = matdiff.code(*question)
    rng = np.random.default_rng(0)
    values = {n: rng.uniform(0.5, 1.5, shape) for n, shape in shapes.items()}
    arguments = [values.get(n, 0.1) for n in made.arguments]
    made.function(*arguments)
    tracemalloc.start()
    made.function(*arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < most * 300 * 200 * 8


def test_arguments_are_whole_numbers_or_of_two_types() -> None:
    made = matdiff.code("sum(exp(A - B))", "A", "A: m x n; B: m x n")
    assert "_floats" in made.source
    a, b = np.array([[1, 2], [3, 4]]), np.array([[2, 2], [1, 5]])
    want = made.function(a * 1.0, b * 1.0)
    for x, y in ((a, b), (a, b * 1.0), (a.astype(np.float32), b * 1.0), (a.tolist(), b.tolist())):
        for got, number in zip(made.function(x, y), want, strict=True):
            np.testing.assert_allclose(got, number, rtol=1e-14)
    assert made.function(a.astype(np.float32), b.astype(np.float32))[1].dtype == np.float32


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("sum((A - B).^4 + (A - B).^3)", "A, B: m x n"),  # A·A in place, and (A·A)·A not
        ("sum((A*C - (A*C)').^2 .* (A*C)')", "A, C: n x n"),
        ("tr((A + B)*(A + B)'*exp(A + B))", "A, B: n x n"),
        ("C = A - sum(A)*ones(n)*ones(n)'/n^2; sum(C.^3) + tr(C*C)", "A: n x n"),
        ("D = A*B; sum(D./(1 + D.^2)) + norm2(D*c)^2", "A: m x k; B: k x n; c: n"),
    ],
)
def test_what_is_changed_is_needed_no_longer(text: str, where: str) -> None:
    for outputs in (("value", "gradient"), ("gradient", "value"), ("hvp", "value"), ("value", "hessian")):
        made = matdiff.code(text, "A", where, outputs=outputs, check=False)
        assert made.verify(seed=3) < 1e-9


def test_a_name_that_is_taken_again_gives_its_memory_back() -> None:
    made = matdiff.code("||A P + P A' + Q||^2", "P", "A: n x n; P, Q: n x n symmetric")
    rng = np.random.default_rng(0)
    arguments = [rng.normal(size=(200, 200)) for _ in made.arguments]
    made.function(*arguments)
    tracemalloc.start()
    made.function(*arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * 200 * 200 * 8


def test_what_is_returned_shares_no_memory() -> None:
    made = matdiff.code("D = A - B; sum(D.^2)", "A,B", "A, B: m x n")
    a, b = np.ones((2, 3)), np.zeros((2, 3))
    _, (left, right) = made.function(a, b)
    assert not any(np.shares_memory(x, y) for x, y in ((left, right), (left, a), (right, b), (left, b)))


def test_a_recurrence_keeps_its_states() -> None:
    text = "h[0] = c; h[t] = tanh(W h[t-1] + U x[t]); sum(t=1..T, norm2(h[t] - y[t])^2)"
    where = "W: n x n; U: n x d; c: n; x[t=1..T]: d; y[t=1..T]: n"
    assert matdiff.code(text, "W,U,c", where, check=False).verify(seed=2) < 1e-9


def test_the_source_does_not_depend_on_the_order_of_sets() -> None:
    program = f"import matdiff; print(matdiff.code(*{LAYER_NORM!r}, check=False).source)"
    sources = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    ]
    assert len({*sources}) == 1
