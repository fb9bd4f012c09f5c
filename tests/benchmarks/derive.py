"""Deriving in process against SymPy's `.diff`, over textbook functions of one unknown.

matdiff derives an expression that has just been parsed, so nothing is known about its nodes; SymPy's
cache is cleared before every call, and every function has the form that SymPy does best.  SymPy's answer
counts when its value at a random point is the one that central differences give.  Only those rows enter
the ratio.  Run it with `python tests/benchmarks/derive.py`; the exit status is 1 over the bar.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from measure import milliseconds, seconds, table, verdict
from sympy.core.cache import clear_cache
from sympy.matrices.expressions.matexpr import MatrixElement

import matdiff

ROUNDS = 9
SIZES = {"m": 4, "n": 3, "p": 2}
m, n, p = (sp.Symbol(name, integer=True, positive=True) for name in SIZES)
SHAPES = {
    **dict.fromkeys("AB", (n, n)),
    **dict.fromkeys("CDYL", (m, p)),
    **dict.fromkeys("wxz", (n, 1)),
    **dict.fromkeys("uy", (m, 1)),
    "X": (m, n),
    "W": (n, p),
    "R": (p, n),
    "K": (p, p),
    "c": (p, 1),
}
WHERE = {name: f"{rows} x {cols}" for name, (rows, cols) in SHAPES.items()}
SYMBOLS = {name: sp.MatrixSymbol(name, *shape) for name, shape in SHAPES.items()}
A, B, C, D, Y, L, w, x, z, u, y, X, W, R, K, c = SYMBOLS.values()
t = sp.Dummy("t")


class Example(NamedTuple):
    """A function in both languages, and its unknown."""

    text: str
    unknown: str
    in_sympy: Callable[[], Any]


def entry(matrix: Any) -> Any:
    """The only entry of a 1×1 matrix as a scalar."""
    return MatrixElement(matrix, 0, 0)


def square(a: Any) -> Any:
    """‖A‖²"""
    return sp.Trace(a.T * a) if a.shape[1] != 1 else a.T * a


def each(f: Any, a: Any) -> Any:
    """f(A) entry by entry"""
    return a.applyfunc(sp.Lambda(t, f(t)))


def absolute_gram() -> Any:
    """Σ |WᵀW − I|"""
    ones = sp.OneMatrix(p, 1)
    return ones.T * each(sp.Abs, W.T * W - sp.Identity(p)) * ones


def cross_entropy() -> Any:
    """−uᵀ log softmax(Xx)"""
    scores = each(sp.exp, X * x)
    return -u.T * each(sp.log, scores / entry(sp.OneMatrix(1, m) * scores))


EXAMPLES = (
    Example("u'X x", "u", lambda: u.T * X * x),
    Example("u'X x", "x", lambda: u.T * X * x),
    Example("u'X x", "X", lambda: sp.Trace(u.T * X * x)),
    Example("||X w - y||^2", "w", lambda: square(X * w - y)),
    Example("||X w - y||^2", "X", lambda: sp.Trace(square(X * w - y))),
    Example("tr(L'(X W + u 1'))", "X", lambda: sp.Trace(L.T * (X * W + u * sp.OneMatrix(1, p)))),
    Example("tr(L'(X W + u 1'))", "u", lambda: sp.Trace(L.T * (X * W + u * sp.OneMatrix(1, p)))),
    Example("||tanh(X W) - Y||^2", "W", lambda: square(each(sp.tanh, X * W) - Y)),
    Example("||X - D R||^2", "D", lambda: square(X - D * R)),
    Example("||X - D R||^2", "R", lambda: square(X - D * R)),
    Example("x'A x", "A", lambda: sp.Trace(x.T * A * x)),
    Example("||X x||^2", "X", lambda: sp.Trace(square(X * x))),
    Example("||X x||^2", "x", lambda: square(X * x)),
    Example("sum(abs(W'W - I))", "W", absolute_gram),
    Example("x'A sigmoid(inv(B)*z + w)", "B", lambda: x.T * A * each(lambda s: 1 / (1 + sp.exp(-s)), B.I * z + w)),
    Example("x'A sigmoid(inv(B)*z + w)", "z", lambda: x.T * A * each(lambda s: 1 / (1 + sp.exp(-s)), B.I * z + w)),
    Example("-u' log(exp(X x)/(1'exp(X x)))", "X", cross_entropy),
    Example("||C + 1 c'||^2", "c", lambda: square(C + sp.OneMatrix(m, 1) * c.T)),
    Example("||C + u 1'||^2", "u", lambda: square(C + u * sp.OneMatrix(1, p))),
    Example("log det(X'X)", "X", lambda: sp.log(sp.Determinant(X.T * X))),
    Example("det(A)", "A", lambda: sp.Determinant(A)),
    Example("tr(inv(A)*B)", "A", lambda: sp.Trace(A.I * B)),
    Example("tr(A W K W')", "W", lambda: sp.Trace(A * W * K * W.T)),
    Example("tr(A^3)", "A", lambda: sp.Trace(A**3)),
    Example("log(1'exp(x))", "x", lambda: sp.log(entry(sp.OneMatrix(1, n) * each(sp.exp, x)))),
    Example("x'A x/(x'x)", "x", lambda: x.T * A * x * (x.T * x) ** -1),
    Example("||x||", "x", lambda: (x.T * x) ** sp.Rational(1, 2)),
    Example("exp(-||x||^2/2)", "x", lambda: sp.exp(-entry(x.T * x) / 2)),
)


# ---- times ----------------------------------------------------------------------------------------


def matdiff_times(example: Example) -> tuple[float, float]:
    """The times of deriving the parsed expression, and of parsing and deriving."""
    derived, both = [], []
    for _ in range(ROUNDS):
        f = matdiff.parse(example.text, WHERE)
        derived.append(seconds(lambda f=f: matdiff.derive(f, wrt=example.unknown)))
        del f  # its nodes are forgotten, and what was found out about them too
        both.append(seconds(lambda: matdiff.derive(example.text, wrt=example.unknown, where=WHERE)))
    return statistics.median(derived), statistics.median(both)


def sympy_time(example: Example) -> float:
    """The time of SymPy's .diff."""
    times = []
    for _ in range(ROUNDS):
        f = example.in_sympy()
        clear_cache()
        times.append(seconds(lambda f=f: f.diff(SYMBOLS[example.unknown])))
    return statistics.median(times)


# ---- whether SymPy's answer is right --------------------------------------------------------------


def is_solved(example: Example, values: dict[str, Any]) -> bool:
    """Whether SymPy's gradient has the value that central differences of the function give."""
    try:
        gradient = example.in_sympy().diff(SYMBOLS[example.unknown])
        found = value(gradient, values)
    except (TypeError, ValueError, AttributeError, NotImplementedError, IndexError):
        return False
    expected = differences(example, values)
    return found.size == expected.size and bool(np.allclose(found.reshape(expected.shape), expected, rtol=1e-5))


def value(expression: Any, values: dict[str, Any]) -> Any:
    """A SymPy expression at a point, as an array."""
    expression = expression.subs({sp.Symbol(s, integer=True, positive=True): k for s, k in SIZES.items()})
    for name, array in values.items():
        matrix = sp.ImmutableMatrix(array if array.ndim == 2 else array[:, None])
        expression = expression.subs(sp.MatrixSymbol(name, *matrix.shape), matrix)
    expression = expression.doit()
    explicit = expression.as_explicit().doit() if hasattr(expression, "as_explicit") else sp.Matrix([[expression]])
    return np.array(explicit.tolist(), dtype=float)


def differences(example: Example, values: dict[str, Any]) -> Any:
    """Central differences of the function."""
    f, at = matdiff.parse(example.text, WHERE), values[example.unknown]
    result = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        step = np.zeros_like(at)
        step[place] = 1e-6
        ends = [matdiff.evaluate(f, {**values, example.unknown: at + sign * step}) for sign in (1, -1)]
        result[place] = (ends[0] - ends[1]) / 2e-6
    return result


def main() -> int:
    """Measures, prints, judges."""
    draw = np.random.default_rng(0)
    values = {name: 0.3 + draw.random([SIZES[str(s)] for s in shape if s != 1]) for name, shape in SHAPES.items()}
    rows, ours, theirs, read = [], [], [], []
    for example in EXAMPLES:
        derived, both = matdiff_times(example)
        solved = is_solved(example, values)
        other = sympy_time(example) if solved else 0.0
        read.append(both)
        if solved:
            ours.append(derived)
            theirs.append(other)
        shown = [milliseconds(other), f"{derived / other:.3f}"] if solved else ["not solved", ""]
        rows.append([example.text, example.unknown, milliseconds(derived), milliseconds(both), *shown])
    print(table(["function", "wrt", "derive ms", "parse + derive ms", "SymPy ms", "ratio"], rows), end="\n\n")
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    middle, reference, whole = map(statistics.median, (ours, theirs, read))
    print(
        f"SymPy solves {len(theirs)} of {len(EXAMPLES)}, and on those takes {milliseconds(reference)} ms in the median;"
    )
    print(f"matdiff takes {milliseconds(middle)} ms on those, and {milliseconds(whole)} ms with parsing on all.\n")
    good = verdict("median derive / median SymPy", middle / reference, 0.1)
    return 0 if verdict("median of the ratios", statistics.median(ratios), 0.1) and good else 1


if __name__ == "__main__":
    sys.exit(main())
