"""Random calls of the public functions: by their signatures, with arguments that fit and with anything else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import numpy as np

import matdiff
from matdiff.errors import shortly

FUNCTIONS = [getattr(matdiff, name) for name in matdiff.__all__ if inspect.isfunction(getattr(matdiff, name))]
TEXTS = [
    "||X w - y||^2", "x'A x", "tr(A B)", "log(det(S))", "sum(exp(x))", "a^2", "X w", "1", "d tr(X'X)", "A x = b",
    "minimise x'A x subject to sum(x) = 1", "d/dx x'x = 2x", r"\sum_i x_i^2", "argmin_w ||w||^2", "x, y",
    "v[k+1] = A v[k] for k = 1..K",
]  # fmt: skip
NAMES = ["w", "x", "A", "X", "S", "a", "b", "zz", "x[2]", "A[1, 2]", ("w", "y"), ["x", "A"], ()]
WHERE = [
    "X: m x n; w: n; y: m",
    "A: n x n; x: n",
    {"x": "n"},
    {"x": (3,)},
    "x",
    "",
    None,
    ["A: n x n", "x: n"],
    {"A": 3},
]
ARRAYS = [np.ones(3), np.eye(2), np.array(1.0), np.zeros((2, 0)), np.array(["a"]), np.array([1j]), np.ones((2, 3, 4))]


def recursive() -> list[Any]:
    """A list that holds itself."""
    found: list[Any] = []
    found.append(found)
    return found


STRANGE = [
    None, True, 0, -1, 3, 10**30, 2.5, float("nan"), float("inf"), 1j, b"x'x", bytearray(b"x"), "", " ", "\0", "'",
    "(" * 400, "é" * 50, "x" * 300, [], {}, set(), frozenset("x"), object(), int, len, lambda x: x @ x, lambda *a: a,
    recursive(), {1: 2}, {"x": None}, ["x", 3], range(3), slice(1), Ellipsis, NotImplemented, ValueError("no"),
    10**5000, {"x": recursive()}, iter("x"), (None,),
]  # fmt: skip
OPTIONS = {
    "dialect": ["plain", "numpy", "latex", "nothing"],
    "backend": ["numpy", "torch", "x"],
    "layout": ["numerator", "x"],
}


class Call(NamedTuple):
    """A function with the arguments of a call."""

    function: Callable[..., Any]
    arguments: list[Any]
    named: dict[str, Any]

    def __str__(self) -> str:
        shown = [shortly(a) for a in self.arguments] + [f"{k}={shortly(v)}" for k, v in self.named.items()]
        return f"{self.function.__name__}({', '.join(shown)})"


def call(seed: int) -> Call:
    """A random call, the same for the same seed."""
    draw = Random(seed)
    function = FUNCTIONS[seed % len(FUNCTIONS)]
    arguments: list[Any] = []
    named: dict[str, Any] = {}
    for p in inspect.signature(function).parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            arguments += [argument(draw, p.name) for _ in range(draw.randint(0, 2))]
        elif p.kind is p.VAR_KEYWORD:
            named.update({draw.choice("xAwab"): argument(draw, "value") for _ in range(draw.randint(0, 2))})
        elif p.default is p.empty or draw.random() < 0.4:
            given = argument(draw, p.name)
            if p.kind is p.KEYWORD_ONLY or (p.default is not p.empty and draw.random() < 0.5) or named:
                named[p.name] = given
            else:
                arguments.append(given)
    return Call(function, arguments, named)


def argument(draw: Random, name: str) -> Any:
    """An argument that fits its parameter, or anything."""
    if draw.random() < 0.3:
        return draw.choice(STRANGE)
    if name in OPTIONS:
        return draw.choice(OPTIONS[name])
    if name in ("wrt", "solve_for", "at"):
        return draw.choice(NAMES)
    if name in ("where", "of"):
        return draw.choice(WHERE)
    if name in ("values", "value", "of", "fixed", "start"):
        return draw.choice([*ARRAYS, {"x": draw.choice(ARRAYS), "A": draw.choice(ARRAYS)}])
    if name in ("seed", "trials", "order"):
        return draw.choice([0, 1, 2])
    return matdiff.parse("x'A x", "x: n; A: n x n") if draw.random() < 0.2 else draw.choice(TEXTS)
