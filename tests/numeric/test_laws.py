"""Every operator's law of d against differences of its values, every trace law against values.

A new operator is tested here without new test code when it has a signature.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import pytest

from matdiff.algebra.dims import ONE, SCALAR, Size, size
from matdiff.algebra.expr import OPERATORS, Expr, Index, Number, Operator, Symbol
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.eigenvalues import Eigenvalues, Eigenvectors
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.kronecker import Unvec, Vech
from matdiff.algebra.operators.matrix_functions import Cholesky
from matdiff.algebra.operators.open_functions import OpenDerivative, OpenFunction, OpenHessian
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.spectral import LargestEigenvector, SmallestEigenvector
from matdiff.algebra.operators.spectral_functions import FrechetOfFunction, MatrixFunction
from matdiff.algebra.operators.square import MatrixPower, Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member
from matdiff.numeric.check import check_steps


class Step(NamedTuple):
    law: object
    before: Expr
    after: Expr


m, n, p, N = (size(name) for name in "mnpN")
LETTERS = "ABCEFG"
X, Y, Z = Symbol("X", (m, n)), Symbol("Y", (n, p)), Symbol("Z", (n, n))
x = Symbol("x", (n, ONE), (), (N,))
i = Index("i", N)

# Operators whose operands no signature describes.
SAMPLES: dict[str, Expr] = {
    "Product": Product(X, Y, Symbol("W", (p, m))),
    "Entry": Entry(X, Number(2), Index("j", n)),
    "IndexedSum": IndexedSum(Product(Transpose(Member(x, i)), Z, Member(x, i)), i),
    "MatrixPower": MatrixPower(Z, 3),
    "Unspecified": Unspecified("g", 1, X),
    "Named": Named("h", Product(X, Y)),
    "Vech": Vech(Z),
    "Unvec": Unvec(Symbol("c", (n * p, ONE)), n, p),
    "Cholesky": Cholesky(Symbol("P", (n, n), ["spd"])),
    "OpenFunction": OpenFunction.make((X, Symbol("y", (p, ONE))), ("f",)),
    "OpenDerivative": OpenDerivative("f", (1, 2), (X, Symbol("y", (p, ONE))), [Symbol("z", (p, ONE))]),
    "OpenHessian": OpenHessian("f", (1, 2, 1), (X, Symbol("y", (p, ONE))), [Symbol("z", (p, ONE))]),
    "MatrixFunction": MatrixFunction.applied("leaky_relu", 0, Symbol("S", (n, n), ["symmetric"]), Symbol("c")),
    "FrechetOfFunction": FrechetOfFunction.make(
        (Symbol("S", (n, n), ["symmetric"]), Symbol("E", (n, n)), Symbol("F", (n, n))), ("f", 0, 2)
    ),
    "Eigenvalues": Eigenvalues(Symbol("S", (n, n), ["symmetric"])),
    "Eigenvectors": Eigenvectors(Symbol("S", (n, n), ["symmetric"])),
    "LargestEigenvector": LargestEigenvector(Symbol("S", (n, n), ["symmetric"])),
    "SmallestEigenvector": SmallestEigenvector(Symbol("S", (n, n), ["symmetric"])),
}


def extent(pattern: str) -> Size:
    """A size of a signature: ``1``, a name, or a product of names."""
    return prod([ONE if word == "1" else size(word) for word in pattern.split("*")], start=ONE)


def sample(name: str) -> Expr | None:
    """An operator applied to symbols that fit."""
    cls = OPERATORS[name]
    if name in SAMPLES or not cls.inputs:
        return SAMPLES.get(name)
    patterns = cls.inputs * (3 if cls.variadic else 1)
    shapes = [tuple(extent(word) for word in pattern) for pattern in patterns]
    return cls(*[Symbol(LETTERS[k], (rows, cols)) for k, (rows, cols) in enumerate(shapes)])


SAMPLED = {name: node for name in OPERATORS if (node := sample(name)) is not None and name != "Differential"}


def unknowns(node: Expr) -> list[Expr]:
    return [x] if isinstance(node, IndexedSum) else [o for o in node.operands if isinstance(o, Symbol)] or [X, Y]


@pytest.mark.parametrize("name", [n for n in SAMPLED if OPERATORS[n].d is not None])
def test_the_law_of_d_agrees_with_differences(name: str) -> None:
    node = SAMPLED[name]
    assert isinstance(node, Operator)
    assert node.d is not None
    after = node.d(node, *[Differential(o) if not isinstance(o, Number | Index) else None for o in node.operands])
    error, place = check_steps([Step(node.d, Differential(node), after)], unknowns(node))
    assert place is None, error
    assert error < 1e-8


CONSTANT = frozenset(("Sign", "Step", "OneHotMax", "OneHotMin"))  # between their jumps


@pytest.mark.parametrize("name", [n for n in SAMPLED if OPERATORS[n].d is not None and n not in CONSTANT])
def test_a_law_of_d_that_is_off_by_a_factor_is_refuted(name: str) -> None:
    node = SAMPLED[name]
    assert isinstance(node, Operator)
    assert node.d is not None
    after = node.d(node, *[Differential(o) if not isinstance(o, Number | Index) else None for o in node.operands])
    assert check_steps([Step(node.d, Differential(node), 2 * after)], unknowns(node))[1] == 0


SHIFTED = [(n, k) for n in SAMPLED if OPERATORS[n].shift is not None for k in range(len(SAMPLED[n].operands))]
# in the operands from this place on
LINEAR_FROM = {
    "OpenDerivative": 2,
    "OpenHessian": 2,
    "FrechetOfFunction": 1,
    "Sylvester": 2,
    "FrechetExpm": 1,
    "FrechetLogm": 1,
}
SHIFTED = [(n, k) for n, k in SHIFTED if k >= LINEAR_FROM.get(n, 0)]
SHIFTED = [(n, k) for n, k in SHIFTED if not isinstance(SAMPLED[n].operands[k], Number | Index)]


@pytest.mark.parametrize(("name", "place"), SHIFTED)
def test_the_trace_law_agrees_in_value(name: str, place: int) -> None:
    node = SAMPLED[name]
    law = OPERATORS[name].shift
    assert law is not None
    h = Symbol("H", (node.cols, node.rows))
    moved = law(node, h, place)
    inner = node.operands[place]
    before = Trace(Product.of(h, node)) if node.shape != SCALAR else Product.of(h, node)
    after = Trace(Product.of(moved, inner)) if inner.shape != SCALAR else Product.of(moved, inner)
    assert check_steps([Step(law, before, after)], [])[1] is None


def test_negative_powers_and_several_indices() -> None:
    node = MatrixPower(Z, -3)
    assert check_steps([Step("", Differential(node), node.d(node, Differential(Z)))], [Z])[1] is None
    R = Symbol("R", (n, p), (), (N, m))
    member = Member(R, i, Index("k", m))
    squares = Trace(Product.of(Transpose(member), member))
    change = 2 * Trace(Product.of(Transpose(member), Differential(member)))
    total = IndexedSum(IndexedSum(squares, Index("k", m)), i)
    after = IndexedSum(IndexedSum(change, Index("k", m)), i)
    assert check_steps([Step("", Differential(total), after)], [R])[1] is None
    assert check_steps([Step("", Differential(squares), change)], [R])[1] is None
