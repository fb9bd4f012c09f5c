"""Deep and long texts are read or refused soon."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import pairwise

import pytest

import matdiff

PATIENCE = 5.0  # seconds of work for one text: most take a tenth of one

DEEP = 1_500  # more than Python's limit of recursion
LONG = 10_000
NESTED = (
    *(
        "( )",
        "[ ]",
        "{ }",
        "| |",
        "‖ ‖",
        "|| ||",
        "A*( )",
        "A( )'",
        "tr(A*( ))",
        "sin( )",
        "-( )",
        "g( )",
        "⟨x,x⟩*( )",
        "√( )",
    ),
    *("x'*(x+ )", "A^( )", "a/( )", "a^ ", "- ", "∑ᵢ( )", "Σ( )", "sum(i=1..N, )", "h=A*( )"),
    *(
        r"\left( \right)",
        r"\frac{1}{ }",
        r"\sqrt{ }",
        r"\left\| \right\|",
        r"\mathbf{ }",
        r"\exp\left( \right)",
        r"\hat{ }",
    ),
)
REPEATED = (
    *("x'A x + ", "A", "1 ", "|x| + ", "‖x‖ + ", "∑ᵢ xᵢ + ", "Σ(x)", "f(x) + ", "tr A + ", "log ", "a^", "A\\"),
    *("x;", "x\n", "\n", " ", "X: m x n; ", "where ", "let ", "a,", "a=", "(", "|", "'", "_", "0.", "1e", "a_", "A*"),
    *("\0", "🙂", "\ud800", "\u0302", "$x$", "\\", r"\alpha ", r"\frac", r"\left", r"\newcommand{\a}{\a}\a"),
    "def f(x):\n    return x\n",
)


def time_of(text: str) -> float:
    """The time until a text is read or refused."""
    start = time.process_time()
    with suppress(matdiff.MatdiffError):
        matdiff.parse(text, "A: n x n; x: n; a: scalar")
    return time.process_time() - start


@pytest.mark.parametrize("brackets", NESTED, ids=ascii)
def test_deep_nesting_is_read_or_refused_soon(brackets: str) -> None:
    opening, _, closing = brackets.partition(" ")
    assert time_of(opening * DEEP + "x" + closing * DEEP) < PATIENCE


@pytest.mark.parametrize("piece", REPEATED, ids=ascii)
def test_a_long_text_is_read_or_refused_soon(piece: str) -> None:
    assert time_of("x'x" + piece * (LONG // len(piece)) + " + x'x") < PATIENCE


def test_signs_below_are_not_tried_in_all_ways() -> None:
    assert time_of("₁" * 1000) < PATIENCE


@pytest.mark.parametrize("name", ["z{}", "z_{{{}}}"])
def test_four_times_as_many_definitions_take_no_eight_times_as_long(name: str) -> None:
    names = [name.format(k) for k in range(801)]
    few, many = (
        "; ".join([f"{names[0]} = A*x", *(f"{b} = sin({a}) + x" for a, b in pairwise(names[: n + 1])), names[n]])
        for n in (200, 800)
    )
    assert time_of(few) > 0  # with what is compiled once
    assert time_of(many) < 8 * time_of(few)
