"""Gradients from the literature (cookbook.txt): the derived one has the values of the printed one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import Expr, Symbol, symbols

FUNCTIONS = {"f": np.sin, "f'": np.cos, "g": np.sin, "g'": np.cos}
SIZES = {"n": 3, "m": 4, "p": 2, "q": 5, "d": 3, "N": 6}


class Row(NamedTuple):
    """A line of the file."""

    function: str
    where: str
    unknown: str
    gradient: str
    reference: str


def rows() -> list[Row]:
    lines = (Path(__file__).parent / "cookbook.txt").read_text(encoding="utf-8").splitlines()
    found = [Row(*[c.strip() for c in line.split(" ; ")]) for line in lines if line.strip() and line[0] != "#"]
    return [row._replace(where=re.sub(r", (?=\w+(\[[^\]]*\])?:)", "; ", row.where)) for row in found]


ROWS = [pytest.param(row, id=f"{row.reference}: {row.function} by {row.unknown}") for row in rows()]


def random_value(symbol: Symbol, draw: np.random.Generator) -> Any:
    """Entries between 0.2 and 1, squares with positive determinant, properties respected."""
    shape = tuple(SIZES.get(str(s)) or s.value({}) for s in (*symbol.ranges, *symbol.shape))
    a = draw.uniform(0.2, 1.0, size=shape)
    if symbol.rows is symbol.cols and not symbol.is_scalar:
        a = a / 3 + np.diag(1 + np.arange(shape[-1]) / 2)
    if "spd" in symbol.properties or "symmetric" in symbol.properties:
        a = (a + np.swapaxes(a, -1, -2)) / 2
    if "diagonal" in symbol.properties:
        a = np.diag(np.diag(a))
    a = a.reshape(shape[: len(symbol.ranges)] + (() if symbol.is_scalar else shape[-2:]))
    if symbol.name == "b" and not symbol.is_scalar:
        a = a + 4  # the domain of log(b − Ax)
    return a[..., 0] if str(symbol.cols) == "1" and not symbol.is_scalar else a


def values(*expressions: Expr) -> dict[str, Any]:
    draw = np.random.default_rng(7)
    known = {s.name: s for e in expressions for s in symbols(e)}
    return {name: random_value(s, draw) for name, s in known.items()} | {"N": float(SIZES["N"])}


def test_the_file_has_many_rows() -> None:
    assert len(ROWS) >= 75


@pytest.mark.parametrize("row", ROWS)
def test_the_derived_gradient_has_the_values_of_the_one_in_the_literature(row: Row) -> None:
    found = matdiff.derive(row.function, row.unknown, row.where)
    known = matdiff.parse(row.gradient, row.where)
    assert found.gradient.shape == known.shape
    given = {**FUNCTIONS, **values(found.function, known)}
    np.testing.assert_allclose(
        matdiff.evaluate(found.gradient, given), matdiff.evaluate(known, given), rtol=1e-9, atol=1e-11
    )
    outcome = found.verify()
    assert outcome.ok, outcome.failure
