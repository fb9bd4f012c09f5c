"""Values of expressions against NumPy written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

import matdiff
from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import OPERATORS, Expr, Index, Number, Symbol
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Exp, Unspecified
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, LogDeterminant, MatrixPower, Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries, UnitVector
from matdiff.errors import MatdiffError, ShapeError, UnknownNameError, UnsupportedError
from matdiff.numeric.evaluate import evaluate

m, n, p, N, K = (size(name) for name in "mnpNK")
A, B, C = Symbol("A", (m, n)), Symbol("B", (m, n)), Symbol("C", (n, p))
S, w, y, a = Symbol("S", (n, n)), Symbol("w", (n, ONE)), Symbol("y", (m, ONE)), Symbol("a")
x, R = Symbol("x", (n, ONE), (), (N,)), Symbol("R", ranges=(N, K))
i, j, k = Index("i", N), Index("j", n), Index("k", K)

draw = np.random.default_rng(0)
VALUES = {
    "A": draw.normal(size=(4, 3)),
    "B": draw.normal(size=(4, 3)),
    "C": draw.normal(size=(3, 2)),
    "S": draw.normal(size=(3, 3)) + 3 * np.eye(3),
    "w": draw.normal(size=3),
    "y": draw.normal(size=4),
    "a": 0.7,
    "x": draw.normal(size=(5, 3)),
    "R": draw.normal(size=(5, 6)),
}
V = {name: np.asarray(value) for name, value in VALUES.items()}


def sigmoid(t: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-t))


# operator → (operands, its meaning in NumPy)
MEANING = {
    "Sum": ((A, B), lambda a, b: a + b),
    "Scale": ((a, A), lambda c, b: c * b),
    "Hadamard": ((A, B), lambda a, b: a * b),
    "Product": ((A, C), lambda a, b: a @ b),
    "Power": ((Exp(A), a), lambda a, s: a**s),
    "Transpose": ((A,), lambda a: a.T),
    "Inverse": ((S,), np.linalg.inv),
    "Trace": ((S,), np.trace),
    "Determinant": ((S,), np.linalg.det),
    "LogDeterminant": ((S,), lambda a: math.log(abs(np.linalg.det(a)))),
    "Norm": ((A,), np.linalg.norm),
    "EntrywiseNorm1": ((A,), lambda a: np.abs(a).sum()),
    "Frobenius": ((A, B), lambda a, b: np.trace(a.T @ b)),
    "SumOfEntries": ((A,), np.sum),
    "DiagonalMatrix": ((w,), np.diag),
    "DiagonalVector": ((S,), np.diag),
    "Exp": ((A,), np.exp),
    "Log": ((Exp(A),), np.log),
    "Sqrt": ((Exp(A),), np.sqrt),
    "Sin": ((A,), np.sin),
    "Cos": ((A,), np.cos),
    "Tan": ((A,), np.tan),
    "Arcsin": ((OPERATORS["Sin"](A),), np.arcsin),
    "Arccos": ((OPERATORS["Sin"](A),), np.arccos),
    "Arctan": ((A,), np.arctan),
    "Tanh": ((A,), np.tanh),
    "Sigmoid": ((A,), sigmoid),
    "Softplus": ((A,), lambda a: np.log(1 + np.exp(a))),
    "Abs": ((A,), np.abs),
    "Sign": ((A,), np.sign),
    "Relu": ((A,), lambda a: np.where(a > 0, a, 0)),
}


@pytest.mark.parametrize("name", MEANING)
def test_an_operator_means_what_numpy_says(name: str) -> None:
    operands, meaning = MEANING[name]
    expected = meaning(*[evaluate(o, VALUES) for o in operands])
    got = evaluate(OPERATORS[name](*operands), VALUES)
    assert np.shape(got) == np.shape(expected)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_shapes_are_float_vector_matrix() -> None:
    assert isinstance(evaluate(w.T * w, VALUES), float)
    assert np.shape(evaluate(A * w, VALUES)) == (4,)
    assert np.shape(evaluate(w.T, VALUES)) == (1, 3)
    assert np.shape(evaluate(A * Inverse(S), VALUES)) == (4, 3)


def test_constants_take_their_sizes_from_the_arrays() -> None:
    np.testing.assert_array_equal(evaluate(S - Identity(n), VALUES), V["S"] - np.eye(3))
    np.testing.assert_array_equal(evaluate(A + Ones(m, n) + Zeros(m, n), VALUES), V["A"] + 1)


def test_a_size_that_no_array_of_the_expression_shows_is_found_or_given() -> None:
    r = size("r")
    gradient = matdiff.derive("sum(held)", "held", "held: q").gradient
    np.testing.assert_array_equal(evaluate(gradient, {"held": [1, 2, 3, 4]}), np.ones(4))
    np.testing.assert_array_equal(evaluate(Ones(r), {"r": 2}), np.ones(2))
    with pytest.raises(UnknownNameError, match="size r"):
        evaluate(Ones(r), {"held": [1, 2]})


def test_polynomial_sizes_are_solved() -> None:
    long = Symbol("u", (n * p, ONE))
    assert np.shape(evaluate(Sum.of(long, Ones(n * p)), {"u": np.ones(6)} | {"n": 2, "p": 3})) == (6,)
    padded = Symbol("v", (n + size(1), ONE))
    np.testing.assert_array_equal(evaluate(Product.of(padded, Ones(1, n)), {"v": [1, 1, 1]}), np.ones((3, 2)))
    with pytest.raises(ShapeError, match="whole number"):
        evaluate(Symbol("v", (size(2) * n, ONE)), {"v": [1, 1, 1]})


def test_contradicting_arrays_are_named() -> None:
    with pytest.raises(ShapeError, match=r"w.*n|A.*n"):
        evaluate(A * w, {"A": np.ones((4, 3)), "w": np.ones(4)})
    with pytest.raises(ShapeError, match="axes"):
        evaluate(A, {"A": np.ones(3)})
    with pytest.raises(ShapeError, match="real numbers"):
        evaluate(A, {"A": "text"})
    with pytest.raises(ShapeError, match="real numbers"):
        evaluate(A, {"A": [[1, 2], [3]]})


def test_a_missing_value_is_named() -> None:
    with pytest.raises(UnknownNameError, match="w"):
        evaluate(A * w, {"A": V["A"]})


def test_names_may_be_written_in_greek_or_with_subscripts() -> None:
    sigma, w1 = Symbol("Sigma", (n, n)), Symbol("W1", (n, n))
    for name in ("Sigma", "Σ"):
        assert evaluate(Trace(sigma), {name: np.eye(3)}) == 3.0
    for name in ("W1", "W_1", "W₁"):
        assert evaluate(Trace(w1), {name: np.eye(3)}) == 3.0


def test_a_scalar_with_the_name_of_a_size_is_that_size() -> None:
    mean = Scale.of(Power(Symbol("N"), Number(-1)), IndexedSum(Member(x, i), i))
    np.testing.assert_allclose(evaluate(mean, {"x": V["x"]}), V["x"].mean(0))
    np.testing.assert_allclose(evaluate(mean, {"x": V["x"], "N": 5}), V["x"].mean(0))
    with pytest.raises(ShapeError, match="N is given as 7"):
        evaluate(mean, {"x": V["x"], "N": 7})


def test_sums_run_over_their_index_alone() -> None:
    double = IndexedSum(IndexedSum(Member(R, i, k) * Member(x, i), k), i)
    np.testing.assert_allclose(evaluate(double, VALUES), np.einsum("ik,id->d", V["R"], V["x"]))
    twice = IndexedSum(Hadamard(Member(R, i, Number(2)), IndexedSum(Member(R, i, Number(1)), i)), i)
    np.testing.assert_allclose(evaluate(twice, VALUES), V["R"][:, 1].sum() * V["R"][:, 0].sum())
    np.testing.assert_allclose(evaluate(IndexedSum(a, i), VALUES | {"N": 5}), 5 * 0.7)
    np.testing.assert_allclose(evaluate(IndexedSum(i, i), {"N": 4}), 10.0)


def test_indices_of_one_name_and_two_ranges_are_two_indices() -> None:
    other = Index("i", K)
    both = Hadamard(IndexedSum(Member(R, i, Number(1)), i), IndexedSum(Member(R, Number(1), other), other))
    np.testing.assert_allclose(evaluate(both, VALUES), V["R"][:, 0].sum() * V["R"][0].sum())


def test_a_free_index_becomes_a_leading_axis() -> None:
    np.testing.assert_allclose(evaluate(Member(x, i) + w, VALUES), V["x"] + V["w"])
    np.testing.assert_allclose(evaluate(Member(R, i, k), VALUES), V["R"])
    a_, z_ = Index("z", N), Index("a", K)  # the member decides, not the alphabet
    np.testing.assert_allclose(evaluate(Member(R, a_, z_), VALUES), V["R"])
    np.testing.assert_allclose(evaluate(Member(x, Number(2)), VALUES), V["x"][1])


def test_an_index_may_repeat() -> None:
    Q = Symbol("Q", ranges=(N, N))
    q = np.arange(9.0).reshape(3, 3)
    assert evaluate(IndexedSum(Member(Q, i, i), i), {"Q": q}) == np.trace(q)


def test_entries_and_unit_vectors() -> None:
    row = Index("r", m)
    np.testing.assert_allclose(evaluate(Entry(A, row, j), VALUES), V["A"].T)  # by name: j before r
    np.testing.assert_allclose(evaluate(Entry(A, Number(2), j), VALUES), V["A"][1])
    diagonal = IndexedSum(Entry(S, j, j), j)
    np.testing.assert_allclose(evaluate(diagonal, VALUES), np.trace(V["S"]))
    np.testing.assert_allclose(evaluate(Entry(Member(x, i), j), VALUES), V["x"])
    np.testing.assert_allclose(evaluate(UnitVector(j, n), VALUES | {"n": 3}), np.eye(3))
    with pytest.raises(ShapeError, match="not between 1 and 3"):
        evaluate(Entry(w, Number(4)), VALUES)


def test_operators_with_data() -> None:
    np.testing.assert_allclose(evaluate(MatrixPower(S, 3), VALUES), np.linalg.matrix_power(V["S"], 3))
    np.testing.assert_allclose(evaluate(MatrixPower(S, -2), VALUES), np.linalg.matrix_power(V["S"], -2))
    np.testing.assert_allclose(evaluate(Named("h", A * w), VALUES), V["A"] @ V["w"])


def test_unspecified_functions_are_given_with_their_derivatives() -> None:
    values = VALUES | {"g": np.sin, "g′": np.cos}
    np.testing.assert_allclose(evaluate(Unspecified("g", 0, A), values), np.sin(V["A"]))
    np.testing.assert_allclose(evaluate(Unspecified("g", 1, A), values), np.cos(V["A"]))
    with pytest.raises(UnknownNameError, match="g''"):
        evaluate(Unspecified("g", 2, A), values)


def test_what_is_undefined_is_nan() -> None:
    assert np.isnan(evaluate(Inverse(S), {"S": np.zeros((3, 3))})).all()
    assert np.isnan(evaluate(OPERATORS["Log"](a), {"a": -1.0}))
    assert evaluate(LogDeterminant(S), {"S": np.zeros((2, 2))}) == -np.inf


def test_a_differential_alone_has_no_value() -> None:
    with pytest.raises(UnsupportedError):
        evaluate(Differential(A), VALUES)


def test_depth_and_sharing_do_no_harm() -> None:
    e: Expr = a
    for _ in range(50_000):
        e = OPERATORS["Sin"](e)
    assert 0 < evaluate(e, {"a": 1.0}) < 0.01
    shared: Expr = A
    for _ in range(40):  # a tree of 2⁴⁰ nodes
        shared = Scale(Number("1/2"), Sum(shared, Transpose(Transpose(shared))))
    np.testing.assert_allclose(evaluate(SumOfEntries(shared), VALUES), V["A"].sum())


def test_every_error_is_a_matdiff_error() -> None:
    for values in ({}, {"A": None}, {"A": 1j * np.ones((2, 2))}, {"A": [[]]}, {"A": np.ones((2, 2, 2))}):
        with pytest.raises(MatdiffError):
            evaluate(A * w, values)


def test_a_free_index_with_a_value_is_fixed() -> None:
    rows = {"W": np.arange(6.0).reshape(3, 2)}
    whole = evaluate(matdiff.parse("W[t, :]", "W: m x n"), rows)
    assert np.array_equal(evaluate(matdiff.parse("W[t, :]", "W: m x n"), rows | {"t": 2}), whole[1])
    with pytest.raises(ShapeError, match="between 1 and 3"):
        evaluate(matdiff.parse("W[t, :]", "W: m x n"), rows | {"t": 4})


def test_a_constant_index_is_a_value_counted_from_1() -> None:
    entry = matdiff.parse("z[y]", "z: n; y: index 1..n")
    assert evaluate(entry, {"z": [3.0, 5.0], "y": 2}) == 5.0
    with pytest.raises(ShapeError, match="not between 1 and 2"):
        evaluate(entry, {"z": [3.0, 5.0], "y": 0})
    with pytest.raises(ShapeError, match="whole number"):
        evaluate(entry, {"z": [3.0, 5.0], "y": 1.5})


def test_class_labels_are_whole_numbers() -> None:
    chosen = matdiff.parse("sum(i=1..N, c[y[i]])", "c[k=1..K]: scalar; y[i=1..N]: index 1..K")
    assert evaluate(chosen, {"c": [1.0, 10.0, 100.0], "y": [3, 1, 1, 2]}) == 112.0
