"""Texts as people type them (readings/*.toml) are read as they are meant, or refused by name.

A block of such a file is a question:

    [[reading]]
    text = "‖Xw − y‖²"                    # as somebody types it
    where = "X: m x n"                    # the declarations that its author would give; often none
    wrt = "w"
    kind = "gradient"                     # or jacobian, hessian; a gradient when nothing is said
    means = "(X*w - y)'*(X*w - y)"        # the same question in the plain spelling,
    given = "X: m x n; w: n; y: m"        # with everything declared, all sizes by different names
    notes = ["…"]                         # words of notes that have to stand under the echo
    values = { k = 2 }                    # values of fixed indices

or one that has no answer, with words of which the error has to contain one:

    [[reading]]
    text = "𝔼[xᵀAx]"
    wrt = "A"
    refused = ["expectation"]

Both questions are derived, and the two answers compared in value on random instances whose sizes are all distinct, so
that neither a size that was tied to another nor a merged name can pass.  What a text means is written by hand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from questions import READINGS, Reading

import matdiff
from matdiff.algebra.expr import Expr, Symbol
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array
from matdiff.numeric.evaluate import is_vector
from matdiff.numeric.instances import Sampler
from matdiff.numeric.program import Program

SEEDS = (1, 2)


def answered(kind: str, text: str, wrt: str, where: str) -> tuple[Any, Expr]:
    """The result of a question, and the answer in it."""
    unknown: dict[str, Any] = {"wrt": wrt} if wrt else {}
    if kind == "gradient":
        derivation = matdiff.derive(text, where=where or None, **unknown)
        return derivation, derivation.gradient
    result = getattr(matdiff, kind)(text, where=where or None, **unknown)
    return result, result.result


def values_at(means: Reading, answer: Expr, seed: int) -> dict[str, Any]:
    """Random values of all symbols, in the shapes of the contract."""
    f = matdiff.parse(means.means, means.given)
    environment = Sampler(Program([f, answer], lenient=True), ()).instance(Draws(seed)).environment
    return {s.name: plain(s, array[0]) for s, array in environment.arrays.items()} | means.values


def plain(symbol: Symbol, array: Array) -> Any:
    """The value of a symbol: the index of a family first, one axis for a vector, none for a scalar."""
    shape = array.shape[: len(symbol.ranges)]
    if symbol.is_scalar:
        return array.reshape(shape) if shape else float(array.reshape(()))
    return array.reshape(*shape, -1) if is_vector(symbol.shape) else array


@pytest.mark.parametrize("reading", [pytest.param(r, id=f"{r.group}: {r.text}") for r in READINGS if r.means])
def test_read_as_meant(reading: Reading) -> None:
    result, answer = answered(reading.kind, reading.text, reading.wrt, reading.where)
    notes = result.notes  # before the same expression is read from another text
    _, known = answered(reading.kind, reading.means, reading.wrt, reading.given)
    for seed in SEEDS:
        values = values_at(reading, known, seed)
        found, expected = (np.asarray(matdiff.evaluate(e, values), dtype=float) for e in (answer, known))
        assert found.shape == expected.shape, answer
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9, err_msg=str(answer))
    for words in reading.notes:
        assert any(words in note for note in notes), notes


@pytest.mark.parametrize("reading", [pytest.param(r, id=f"{r.group}: {r.text}") for r in READINGS if r.refused])
def test_refused_by_name(reading: Reading) -> None:
    with pytest.raises(matdiff.MatdiffError) as caught:
        answered(reading.kind, reading.text, reading.wrt, reading.where)
    said = f"{caught.value.message} {caught.value.suggestion}".lower()
    assert any(word.lower() in said for word in reading.refused), said


def test_every_block_asks_one_thing() -> None:
    assert [r.text for r in READINGS if bool(r.means) == bool(r.refused)] == []
    assert len({(r.text, r.where, r.wrt, r.kind) for r in READINGS}) == len(READINGS)
