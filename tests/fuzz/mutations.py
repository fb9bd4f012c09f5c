"""Laws with something wrong in what they give: the double, the opposite, the transpose, nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matdiff
from matdiff.algebra.expr import Expr, Index, Number, Symbol, symbols
from matdiff.algebra.laws import CATALOGUE, Law
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Hadamard, Transpose, zero
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.errors import MatdiffError
from matdiff.language import read_law

Change = Callable[[Expr], Expr]
MUTATIONS: dict[str, Change] = {
    "double": lambda e: 2 * e,
    "opposite": lambda e: -e,
    "transpose": lambda e: Transpose.of(e) if e.shape[0] == e.shape[1] else 2 * e,
    "nothing": lambda e: zero(e.shape),
}


@cache
def uses() -> dict[str, tuple[Expr, Symbol]]:
    """The laws of d and of traces, by name, each with a function and an unknown whose derivation applies it.

    The functions are sum(K ⊙ f) of every f of which a law says what d f is.
    """
    found: dict[str, tuple[Expr, Symbol]] = {}
    for law in (law for law in matdiff.laws() if law.kind == "differential"):
        for statement in law.statements:
            left, _ = read_law(statement)
            if not isinstance(left, Differential):
                continue
            inner = left.operands[0]
            f = inner if inner.is_scalar else SumOfEntries.of(Hadamard.of(Symbol("Weights", inner.shape), inner))
            for unknown in (
                s for s in symbols(inner) if not isinstance(s, Index | Number) and "integer" not in s.properties
            ):
                try:
                    steps = matdiff.derive(f, unknown).steps
                except MatdiffError:
                    continue
                for step in steps:
                    if step.law.kind in ("differential", "trace"):
                        found.setdefault(step.law.name, (f, unknown))
    return found


@contextmanager
def mutated(law: Law, change: Change) -> Iterator[None]:
    """A law whose results are changed."""
    apply = law.apply

    def changed(*arguments: Any) -> Any:
        result = apply(*arguments)
        return change(result) if isinstance(result, Expr) else result

    law.apply = changed
    try:
        yield
    finally:
        law.apply = apply


def law_named(name: str) -> Law:
    return CATALOGUE[name]
