"""Python's operators and NumPy's functions of expressions, and what is said of arguments that make no sense."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError

RNG = np.random.default_rng(7)
A, B = matdiff.parse("A", "A: n x n"), matdiff.parse("B", "B: n x n")
M = matdiff.parse("M", "M: m x n")
x, y, a = matdiff.parse("x", "x: n"), matdiff.parse("y", "y: n"), matdiff.parse("a", "a: scalar")
VALUES: dict[str, Any] = {
    "A": RNG.normal(size=(4, 4)) + 4 * np.eye(4),
    "B": RNG.normal(size=(4, 4)),
    "M": RNG.normal(size=(3, 4)),
    "x": RNG.uniform(1, 2, size=4),
    "y": RNG.uniform(1, 2, size=4),
    "a": 1.7,
}

# What is the same of expressions and of arrays.
SAME: dict[str, Callable[..., Any]] = {
    "x + 1": lambda A, B, M, x, y, a: x + 1,
    "1 - x": lambda A, B, M, x, y, a: 1 - x,
    "A + a": lambda A, B, M, x, y, a: A + a,
    "a - M": lambda A, B, M, x, y, a: a - M,
    "x * 2 / 3": lambda A, B, M, x, y, a: x * 2 / 3,
    "A @ x - M.T @ (M @ y)": lambda A, B, M, x, y, a: A @ x - M.T @ (M @ y),
    "+x": lambda A, B, M, x, y, a: +x,
    "abs(-x)": lambda A, B, M, x, y, a: abs(-x),
    "x ** 3": lambda A, B, M, x, y, a: x**3,
    "x.sum()": lambda A, B, M, x, y, a: x.sum(),
    "A.trace()": lambda A, B, M, x, y, a: A.trace(),
    "np.float64 * x": lambda A, B, M, x, y, a: np.float64(2.5) * x + x * np.int64(3) - np.float32(0.5) * y,
    "np.exp": lambda A, B, M, x, y, a: np.exp(x) + np.log(y) + np.sqrt(x) * a,
    "np.tanh(M)": lambda A, B, M, x, y, a: np.tanh(M),
    "np.sum": lambda A, B, M, x, y, a: np.sum(M) + np.mean(x) + np.prod(y),
    "np.multiply": lambda A, B, M, x, y, a: np.multiply(A, B) + np.add(A, B) - np.divide(A, 2),
    "np.divide": lambda A, B, M, x, y, a: np.divide(x, y),
    "np.square": lambda A, B, M, x, y, a: np.square(x) + np.reciprocal(y) + np.power(x, 2),
    "np.dot": lambda A, B, M, x, y, a: np.dot(A, x) + np.matmul(B, x),
    "np.kron": lambda A, B, M, x, y, a: np.kron(A, M),
    "np.transpose": lambda A, B, M, x, y, a: np.transpose(M),
    "np.linalg": lambda A, B, M, x, y, a: np.linalg.inv(A) * np.linalg.det(A) + np.linalg.norm(M) * np.tril(A),
    "np.diag": lambda A, B, M, x, y, a: np.diag(x) + np.triu(A),
    "np.dot of vectors": lambda A, B, M, x, y, a: np.dot(x, y) + np.inner(x, y) * np.vdot(A, B),
    "np.outer": lambda A, B, M, x, y, a: np.outer(x, y) + np.inner(A, B),
    "np.linalg.solve": lambda A, B, M, x, y, a: np.linalg.solve(A, x),
    "sum": lambda A, B, M, x, y, a: sum([x, y, x]),
    "np.trace": lambda A, B, M, x, y, a: np.trace(A) + np.diag(A),
}


def names(make: Callable[..., Any], given: dict[str, Any]) -> Any:
    return make(**{name: given[name] for name in "ABMxya"})


@pytest.mark.parametrize("text", SAME)
def test_expressions_do_what_arrays_do(text: str) -> None:
    found = names(SAME[text], {"A": A, "B": B, "M": M, "x": x, "y": y, "a": a})
    assert isinstance(found, Expr)
    np.testing.assert_allclose(matdiff.evaluate(found, VALUES), names(SAME[text], VALUES), rtol=1e-12)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (A.inv(), np.linalg.inv(VALUES["A"])),
        (A.det(), np.linalg.det(VALUES["A"])),
        (M.norm(), np.linalg.norm(VALUES["M"])),
        (A.diag(), np.diag(VALUES["A"])),
        (x[1], VALUES["x"][0]),
        (x[2:4], VALUES["x"][1:4]),
        (x[2:], VALUES["x"][1:]),
        (A[1, 2], VALUES["A"][0, 1]),
        (M[2, :], VALUES["M"][1:2]),
        (M[:, 3], VALUES["M"][:, 2]),
        (M[1:2, 3], VALUES["M"][:2, 2]),
        (M[2, 2:], VALUES["M"][1:2, 1:]),
        (M[1:2, 2:4], VALUES["M"][:2, 1:4]),
    ],
    ids=str,
)
def test_methods_and_places(found: Expr, expected: Any) -> None:
    np.testing.assert_allclose(matdiff.evaluate(found, VALUES), expected, rtol=1e-12)


def test_places_are_written_as_they_are_read() -> None:
    for found, declared in ((x[2], "x: n"), (M[1, :], "M: m x n"), (M[1:2, 2:4], "M: m x n")):
        assert matdiff.parse(str(found), declared) is found


def test_a_family_has_members() -> None:
    family = matdiff.parse("∑ᵢ x_i", "x[i=1..N]: d").operands[0].operands[0]
    assert str(family[3]) == "x[3]"
    with pytest.raises(MatdiffError, match="1 place in brackets"):
        family[1, 2]


def test_derivatives_of_what_python_writes() -> None:
    assert str(matdiff.derive((M @ x + 1).T @ (M @ x + 1), x).gradient) == "2Mᵀ(Mx + 1)"
    assert str(matdiff.derive(np.exp(x).sum(), x).gradient) == "exp(x)"


def test_numbers_are_numbers() -> None:
    assert float(matdiff.parse("3/4")) == 0.75
    assert int(matdiff.parse("3")) == 3
    with pytest.raises(MatdiffError, match="no whole number"):
        int(matdiff.parse("3/4"))
    assert str(sum([x, y])) == "x + y"  # without the 0 that sum begins with
    with pytest.raises(MatdiffError, match="a is no number"):
        float(a)
    with pytest.raises(TypeError):
        list(x)


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "product": (lambda: x * y, "both are vectors\nx.T \\* y is the inner product"),
    "quotient": (lambda: x / y, "x / y divides by what is no number"),
    "order": (lambda: a < 1, "a is no number that could be compared"),
    "where order": (lambda: np.where(x >= 0, x, y), "could be compared"),
    "None": (lambda: x + None, "None is no expression"),
    "text": (lambda: x * "y", "'y' is no expression"),
    "complex": (lambda: x + 1j, "1j is no expression and no real number"),
    "nan": (lambda: x * float("nan"), "nan is no real number"),
    "array": (lambda: x + np.ones(4), "no expression and no real number"),
    "array first": (lambda: np.ones((4, 4)) @ x, "value of type ndarray is no expression"),
    "asarray": (lambda: np.asarray(x), "x is no array"),
    "axis": (lambda: np.sum(M, axis=0), "numpy.sum with these arguments"),
    "function": (lambda: np.sort(x), "numpy.sort with these arguments"),
    "reduce": (lambda: np.add.reduce(x), "numpy.add with these arguments"),
    "place 0": (lambda: x[0], "x has no place 0"),
    "place -1": (lambda: x[-1], "x has no place -1"),
    "place 1.5": (lambda: x[1.5], "1.5 is no place"),
    "one place": (lambda: M[1], "M has 2 places in brackets, not 1"),
    "step": (lambda: x[1:4:2], "no such range"),
    "below": (lambda: x[0:2], "no places below 1"),
    "beyond": (lambda: matdiff.parse("z", "z: 3")[4], "those from 1 to 3"),
    "expr": (lambda: matdiff.derive(None, "x"), "expr is None, where a text or an expression is needed"),
    "expr array": (lambda: matdiff.hessian(np.eye(2), "x"), "expr is a value of type ndarray"),
    "text 3": (lambda: matdiff.parse(3), "text is 3, where a text is needed"),
    "problem": (lambda: matdiff.solve(3), "problem is 3"),
    "derivation": (lambda: matdiff.check(None), "text is None"),
    "side": (lambda: matdiff.equal("x", None), "b is None"),
    "wrt": (lambda: matdiff.derive("x'x", 3), "wrt is 3"),
    "wrt list": (lambda: matdiff.derive("x'x", [None]), r"wrt is \[None\], where a name or a list of names is needed"),
    "where": (lambda: matdiff.derive("x'x", "x", where=3), "where is 3"),
    "value None": (lambda: matdiff.evaluate("x'x", x=None), "the value of x is not an array of real numbers"),
    "values": (lambda: matdiff.evaluate("x'x", [1, 2]), r"values is \[1, 2\], where a mapping of names to values"),
}


def test_results_that_say_the_same_are_equal() -> None:
    ask: list[Callable[[str], Any]] = [
        lambda where: matdiff.derive("x'A x", "x", where),
        lambda where: matdiff.hessian("x'A x", "x", where),
        lambda where: matdiff.jacobian("A x", "x", where),
        lambda where: matdiff.solve("minimise x'A x - b'x", "x", where),
        lambda where: matdiff.equal("x'A x", "(A x)'x", where),
    ]
    for make in ask:
        one, same, other = make("A: n x n spd"), make("A: n x n spd"), make("A: 3 x 3 spd")
        assert one == same
        assert hash(one) == hash(same)
        assert one != other
        assert one != "one"
    assert ask[0]("A: n x n") != ask[1]("A: n x n")


@pytest.mark.parametrize("what", BAD)
def test_what_makes_no_sense_is_said_in_a_sentence(what: str) -> None:
    act, message = BAD[what]
    with pytest.raises(MatdiffError, match=message):
        act()


def test_shapes_of_python_and_lists_of_declarations_are_understood() -> None:
    expected = matdiff.parse("x'A x", "x: 3; A: 3 x 3")
    assert matdiff.parse("x'A x", {"x": 3, "A": (3, 3)}) is expected
    assert matdiff.parse("x'A x", ["x: 3", "A: 3 x 3"]) is expected
    assert matdiff.parse("a x", {"x": ("n",), "a": ()}) is matdiff.parse("a x", "x: n; a: scalar")


def test_values_come_by_name_too() -> None:
    assert matdiff.evaluate("a x'x", x=[3, 4], a=2) == 50
    assert (
        matdiff.evaluate("a x'x", {"x": [3, 4]}, a=2) == matdiff.evaluate("a x'x", values={"x": [3, 4], "a": 2}) == 50
    )
    with pytest.raises(MatdiffError, match="no value is given for x"):
        matdiff.evaluate("x'x", {"y": 1})


@pytest.mark.parametrize(
    ("use", "way_out"),
    [
        (lambda x: x // 2, "x/2 divides"),
        (lambda x: 7 // x, "x/2 divides"),
        (lambda x: x % 2, "x/2 divides"),
        (lambda x: divmod(x, 2), "x/2 divides"),
        (round, "matdiff.evaluate"),
        (lambda x: round(x, 2), "matdiff.evaluate"),
        (math.floor, "matdiff.evaluate"),
        (math.ceil, "matdiff.evaluate"),
    ],
)
def test_what_only_numbers_have_is_refused_with_the_way_out(use: Callable[[Expr], Any], way_out: str) -> None:
    with pytest.raises(MatdiffError, match=way_out):
        use(a)


@pytest.mark.parametrize("use", [sum, len, list, max, sorted, lambda e: 1 in e, lambda e: [*e]])
def test_a_formula_is_no_list(use: Callable[[Expr], Any]) -> None:
    with pytest.raises(MatdiffError, match=r"x\.(sum\(\)|shape)") as caught:
        use(x)
    assert isinstance(caught.value, TypeError)  # which Python and NumPy expect
    assert x
    assert (x or a) is x


def test_an_attribute_that_there_is_not_is_named_with_what_is_there() -> None:
    with pytest.raises(MatdiffError, match=r"no attribute solve\n.*A\.inv\(\) \* b"):
        A.solve(x)
    assert not hasattr(A, "anything")
    assert getattr(A, "anything", None) is None


# ---- long numbers and long products -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "gradient"),
    [
        ("x^2*2^(10^9)", "2*2^(10^9)*x"),
        ("3^1000000*x", "3^1000000"),
        ("2^20000*x^2", "2*2^20000*x"),
        ("2^(2^(2^100))*x", "2^(2^(2^100))"),
        ("(2/3)^(10^6)*x^2 + (2/3)^(10^6)*x^2", "4*(2/3)^(10^6)*x"),
        ("(10^50)^60*x", "(10^50)^60"),
        ("1e400*x", "1e400"),
        ("*".join(["x"] * 800), "800*x^799"),
        ("x" * 800, "800*x^799"),
        ("*".join(["x", "y"] * 400), "400*x^399*y^400"),
    ],
)
def test_powers_of_numbers_stay_powers_and_equal_factors_are_one(text: str, gradient: str) -> None:
    found = matdiff.derive(text, "x", "x, y: scalar")
    assert len(str(found.gradient)) < 500
    assert len(found.to_text()) < 20_000
    assert matdiff.equal(found.gradient, matdiff.parse(gradient, "x, y: scalar")).equal


def test_the_differential_of_many_equal_factors_is_that_of_a_power() -> None:
    assert str(matdiff.differential("x" * 300)) == "d(x³⁰⁰) = 300x²⁹⁹ dx"


def test_a_number_that_is_too_long_is_refused_with_a_way_out() -> None:
    with pytest.raises(matdiff.MatdiffError, match=r"too long[\s\S]*10\^\(5000\)"):
        matdiff.derive("1e5000*x", "x")
    with pytest.raises(matdiff.MatdiffError, match="thousands of digits"):
        matdiff.derive("*".join(["1e99"] * 60) + "*x", "x")
