"""Expressions in four spellings: how they are written, and that each of them is read as the same expression.

The random expressions are those of ``tests/test_properties.py``, with other names and sizes, with open
functions of any order, and with definitions put in.  MATDIFF_EXAMPLES is the number of examples (default 300).
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import matdiff
from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Constant, Expr, Index, Symbol, fold, postorder, symbols
from matdiff.algebra.identities.indexed import bound_names
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum

EXAMPLES = int(os.environ.get("MATDIFF_EXAMPLES", "300"))
SPELLINGS = ("unicode", "ascii", "numpy", "latex")


def neighbour(name: str) -> ModuleType:
    """A test module beside this folder; the tests are no package."""
    path = Path(__file__).resolve().parents[1] / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"neighbour_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


random_expressions = neighbour("test_properties")

# ---- random expressions -----------------------------------------------------------------------------

NAMES = [
    "Sigma", "lambda", "x_hat", "X_bar", "mu_tilde", "y_dot", "w_ddot", "q_check", "r_breve", "z_prime", "Theta1", "x_hat1",
    "W12", "y_bar_t", "x_t", "loss_weight", "alpha2", "Omega_hat", "beta_max", "Xw", "xi_prime2", "Beta", "a_in",
]  # fmt: skip
SIZES = {"m": size("m"), "n": size("k") + size(1), "p": size("k") * size("m"), "N": size("N")}
DEFINED = ["h", "Delta", "z2", "u_bar", "Q"]
FUNCTIONS = ["g", "f", "phi"]


class Dress:
    """Draws other names and sizes for the symbols of an expression, and puts definitions into it."""

    def __init__(self, draw: st.DrawFn, e: Expr) -> None:
        self.draw = draw
        known = [s.name for s in symbols(e)]
        names = draw(st.permutations([*known, *NAMES]))
        self.names = dict(zip(known, names, strict=False))
        taken = {*self.names.values()}
        self.functions = [f for f in FUNCTIONS if f not in taken]
        self.fresh = iter([d for d in DEFINED if d not in taken and d not in self.functions])
        inner = [n for n in postorder(e) if n.operands and not n.free and n is not e]
        self.defined = set(draw(st.lists(st.sampled_from(inner), max_size=2))) if inner else set()

    @staticmethod
    def sized(s: Size) -> Size:
        return s.substitute(lambda name: SIZES.get(name, size(name)))

    def __call__(self, node: Expr, *operands: Expr) -> Expr:
        new = self.dressed(node, operands)
        name = next(self.fresh, None) if node in self.defined else None
        return Named(name, new) if name else new

    def dressed(self, node: Expr, operands: tuple[Expr, ...]) -> Expr:
        rows, cols = map(self.sized, node.shape)
        if isinstance(node, Symbol):
            ranges = tuple(map(self.sized, node.ranges))
            return Symbol(self.names[node.name], (rows, cols), node.properties, ranges)
        if isinstance(node, Constant):
            return type(node).make((), (rows, cols))
        if isinstance(node, Index):
            return Index(node.name, self.sized(node.last))
        if isinstance(node, IndexedSum):
            return IndexedSum(operands[0], Index(node.index.name, self.sized(node.index.last)))
        if isinstance(node, Unspecified) and self.functions:
            name, order = self.draw(st.sampled_from(self.functions)), self.draw(st.integers(0, 2))
            return Unspecified(name, order, operands[0])
        return node.rebuild(operands)


@st.composite
def dressed(draw: st.DrawFn) -> Expr:
    e = draw(random_expressions.anything())
    assume(not any(isinstance(s, IndexedSum) and s.index.name in bound_names(s.operands[0]) for s in postorder(e)))
    return fold(e, Dress(draw, e))


def declarations(e: Expr) -> dict[str, str]:
    """What a reader has to be told about the symbols of an expression."""
    told = {}
    for s in symbols(e):
        ranges = ", ".join(f"{i}=1..{last}" for i, last in zip("ij", s.ranges, strict=False))
        shape = "scalar" if s.is_scalar else f"{s.rows}" if s.cols is ONE else f"{s.rows} x {s.cols}"
        told[s.name + (f"[{ranges}]" if ranges else "")] = " ".join([shape, *sorted(s.properties)])
    return told


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(e=dressed())
def test_every_spelling_is_read_as_the_same_node(spelling: str, e: Expr) -> None:
    text = format(e, spelling)
    assert spelling == "unicode" or text.isascii()
    assert matdiff.parse(text, declarations(e)) is e, text
