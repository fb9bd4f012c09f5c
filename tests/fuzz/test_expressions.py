"""Random well-typed expressions: the gradient, the printed text, the simplification and the replay.

The gradient is compared with differences of values along random directions, computed here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np

import matdiff
from fuzz import in_chunks, seeds
from fuzz.dressed import declarations, dressed
from fuzz.expressions import KNOWN, SIZES, UNSPECIFIED, WHERE, anything, scalar
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol, fold, postorder, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.laws import CATALOGUE
from matdiff.algebra.operators.products import Hadamard, Sum
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.calculus.gradient import gradients
from matdiff.errors import CheckError
from matdiff.numeric.check import check_steps

SPELLINGS = ("unicode", "ascii", "numpy", "latex")

# ---- values and differences -------------------------------------------------------------------------


def projected(s: Symbol, value: Any) -> Any:
    """The part of an array in the space in which a symbol varies."""
    if "symmetric" in s.properties:
        return (value + value.T) / 2
    return value * np.eye(len(value)) if "diagonal" in s.properties else value


def values(seed: int) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    given: dict[str, Any] = {**SIZES, **UNSPECIFIED}
    for s in KNOWN:
        shape = [SIZES[str(d)] for d in (*s.ranges, *s.shape) if d is not ONE]
        value = draw.normal(size=shape) * 0.7
        given[s.name] = abs(value) + 0.3 if "positive" in s.properties else projected(s, value)
    return given


def slope(f: Expr, given: dict[str, Any], name: str, direction: Any) -> float | None:
    """The derivative along a direction by extrapolated central differences; None where they do not settle."""

    def central(step: float) -> float:
        ahead = matdiff.evaluate(f, {**given, name: given[name] + step * direction})
        behind = matdiff.evaluate(f, {**given, name: given[name] - step * direction})
        return float(ahead - behind) / (2 * step)

    coarse, middle, fine = central(4e-4), central(2e-4), central(1e-4)
    best, other = (4 * fine - middle) / 3, (4 * middle - coarse) / 3
    settled = np.isfinite(best) and abs(best - other) <= 1e-7 * max(1.0, abs(best), abs(matdiff.evaluate(f, given)))
    return best if settled else None


def unknown_of(f: Expr, seed: int) -> Symbol | None:
    """One of the symbols, if there are any."""
    found = symbols(f)
    return found[seed % len(found)] if found else None


# ---- gradients --------------------------------------------------------------------------------------


def is_judged(seed: int) -> bool:
    """Whether the differences of a random function settle, so that its gradient was compared with them."""
    f = scalar(seed)
    unknown, at = unknown_of(f, seed), values(seed)
    if unknown is None:
        return False
    found = matdiff.derive(f, unknown)
    assert found.gradient.shape == unknown.shape
    # a family has one gradient for every member
    whole = np.broadcast_to(matdiff.evaluate(found.gradient, at), np.shape(at[unknown.name]))
    directions = np.random.default_rng(seed).normal(size=(3, *np.shape(at[unknown.name])))
    for direction in (projected(unknown, d) for d in directions):
        expected = slope(f, at, unknown.name, direction)
        if expected is None or (found.conditions and not np.all(np.isfinite(whole))):
            return False
        scale = max(1.0, abs(expected), float(np.sum(np.abs(whole * direction))), abs(matdiff.evaluate(f, at)))
        off = abs(float(np.sum(whole * direction)) - expected)
        assert off <= 1e-6 * scale, (seed, str(f), unknown.name, str(found.gradient))
    return True


@in_chunks
def test_the_gradient_is_the_numerical_derivative(chunk: int) -> None:
    tried = seeds(480, chunk)
    with np.errstate(all="ignore"):
        assert sum(map(is_judged, tried)) >= 0.8 * len(tried) - 1


def turned_round(node: Expr, *operands: Expr) -> Expr:
    """The same node with the operands of sums and entrywise products in the opposite order."""
    if isinstance(node, Sum | Hadamard):
        return type(node).of(*reversed(operands))
    return node.rebuild(operands) if operands else node


@in_chunks
def test_a_permuted_function_has_an_equal_gradient(chunk: int) -> None:
    for seed in seeds(60, chunk):
        f = scalar(seed)
        unknown, other = unknown_of(f, seed), fold(f, turned_round)
        if unknown is None or other is f:
            continue
        found, again = matdiff.derive(f, unknown).gradient, matdiff.derive(other, unknown).gradient
        with suppress(CheckError):  # no instance away from the kinks, as for |A − A|
            assert matdiff.equal(found, again).equal is not False, (seed, str(f), str(found), str(again))


@in_chunks
def test_every_replayed_line_is_right(chunk: int) -> None:
    for seed in seeds(60, chunk):
        f = scalar(seed)
        unknown = unknown_of(f, seed)
        if unknown is None:
            continue
        phases = [phase for block in gradients(f, {unknown.name: unknown}).blocks for phase in block.phases]
        for phase in phases:
            for full in (True, False):
                lines = [phase.start, *(line.expression for line in phase.lines(full))]
                assert_equal_in_value(lines, unknown, f"{phase.title} of seed {seed}")


def assert_equal_in_value(lines: list[Expr], unknown: Symbol, title: str) -> None:
    """That each line has the value of the one before it."""
    steps = [Step(CATALOGUE["double_transpose"], a, b) for a, b in pairwise(lines)]
    with suppress(CheckError):  # no instance away from the kinks, as for |A − A|
        error, place = check_steps(steps, [unknown], trials=1)
        assert place is None, (title, str(lines[place]), str(lines[place + 1]), error)


# ---- texts ------------------------------------------------------------------------------------------


def binds_twice(e: Expr) -> bool:
    """Whether a sum stands under another one with the same letter, which text cannot tell apart."""
    sums = [s for s in postorder(e) if isinstance(s, IndexedSum)]
    return any(s.index.name in bound_names(s.operands[0]) for s in sums)


@in_chunks
def test_every_spelling_is_read_as_the_same_node(chunk: int, is_read_back: Callable[..., bool]) -> None:
    for seed in seeds(480, chunk):
        e = dressed(seed)
        if not binds_twice(e):
            spelling = SPELLINGS[seed % len(SPELLINGS)]
            written = format(e, spelling)
            assert spelling == "unicode" or written.isascii()
            assert is_read_back(e, spelling, declarations(e)), (seed, written)


@in_chunks
def test_the_printed_gradient_is_read_as_the_same_node(chunk: int) -> None:
    for seed in seeds(120, chunk):
        f = scalar(seed)
        unknown = unknown_of(f, seed)
        if unknown is not None:
            g = matdiff.derive(f, unknown).gradient
            names = {"N", *(s.name for s in symbols(f))}  # the others are free for pieces of the answer
            known = {name: shape for name, shape in WHERE.items() if name.partition("[")[0] in names}
            assert matdiff.parse(str(g), known) is g, (seed, str(g))


# ---- simplification ---------------------------------------------------------------------------------


@in_chunks
def test_simplification_keeps_the_value_and_comes_to_rest(chunk: int) -> None:
    for seed in seeds(300, chunk):
        e = anything(seed)
        simple, steps = Simplifier(SIMPLIFICATIONS)(e)
        assert simple.shape == e.shape
        again, no_steps = Simplifier(SIMPLIFICATIONS)(simple)
        assert again is simple, seed
        assert not no_steps
        assert all(step.law.kind == "identity" for step in steps)
        with np.errstate(all="ignore"):
            before, after = (matdiff.evaluate(side, values(seed)) for side in (e, simple))
        if np.all(np.isfinite(before)) and np.max(np.abs(before)) < 1e8:
            scale = 1 + float(np.max(np.abs(before)))
            np.testing.assert_allclose(after, before, rtol=1e-7, atol=1e-7 * scale, err_msg=str(seed))
