"""Operators of users: the same block as in matdiff, checked when it is registered, and refused where it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import matdiff
from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import FUNCTIONS, OPERATORS, Expr, Number, Operator
from matdiff.algebra.laws import CATALOGUE, Law, differential
from matdiff.algebra.notation import Notation, Style, call
from matdiff.algebra.operators.entrywise import Entrywise, Exp
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Product, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.numeric.registration import unregister
from matdiff.output.law_book import book


def squares(**changes: Any) -> type[Operator]:
    """An operator for the sum of squares, right but for the changes."""

    class SumOfSquares(Operator):
        """sumsq(A), the sum of the squares of the entries."""

        names = ("sumsq",)
        signature = "m×n → 1×1"

        def notation(self, style: Style) -> Notation:
            return call("sumsq", self.operands, style)

        @staticmethod
        def numpy(np: Any, a: Any) -> Any:
            return np.sum(a * a, axis=(-2, -1), keepdims=True)

        @differential("differential_of_sumsq", "d(sumsq(A)) = 2*tr(A'*d(A))", where="A: m x n")
        def d(self: Expr, da: Expr) -> Expr:
            return 2 * Trace(Transpose(self.operands[0]) * da)

    for name, value in changes.items():
        setattr(SumOfSquares, name, value)
    return SumOfSquares


class Doubled(Linear):
    """doubled(A) = 2A"""

    names = ("doubled",)
    signature = "m×n → m×n"
    numpy = staticmethod(lambda np, a: 2 * a)

    def adjoint(self, h: Expr) -> Expr:
        return 2 * h

    def matrix(self) -> Expr:
        return Number(2)


unregister(Doubled)


def linear(**changes: Any) -> type[Operator]:
    """The same operator again, right but for the changes."""
    OPERATORS.pop("Doubled", None)
    FUNCTIONS.pop("doubled", None)
    for law in ("differential_of_doubled", "trace_of_doubled", "vec_of_doubled"):
        CATALOGUE.pop(law, None)
    return type("Doubled", (Linear,), {**vars(Doubled), **dict.fromkeys(("d", "shift", "vec")), **changes})


def test_an_operator_is_checked_and_at_once_everywhere() -> None:
    cls = matdiff.register(squares())
    assert OPERATORS["SumOfSquares"] is cls
    found = matdiff.derive("sumsq(X w - y)", wrt="w")
    assert str(found.gradient) == "2Xᵀ(Xw − y)"
    assert found.verify().ok
    assert matdiff.equal("sumsq(x)", "2*sumsq(x)", "x: n").equal is False
    assert "sumsq" in book("markdown")
    assert any(law.name == "differential_of_sumsq" for law in matdiff.laws())


def test_a_linear_operator_is_twelve_lines_and_its_laws_follow() -> None:
    matdiff.register(linear())
    found = matdiff.derive("tr(A*doubled(X))", wrt="X")
    assert found.verify().ok
    assert str(found.gradient) == "2Aᵀ"
    jacobian = matdiff.jacobian("doubled(A*x)", wrt="x")
    assert str(jacobian.result) == "2A"
    assert jacobian.verify().ok
    for name in ("differential", "trace", "vec"):
        assert f"{name}_of_doubled" in CATALOGUE
    assert CATALOGUE["trace_of_doubled"].title == "Tr(H doubled(A)) = Tr((2H)A)"
    assert CATALOGUE["trace_of_doubled"].statement == "tr(H*doubled(A)) = tr((2*H)*A)"
    step = next(s for s in found.steps if s.law.name == "trace_of_doubled")
    assert step.law.explains(step.before, step.after)


def test_an_entrywise_function_is_three_lines() -> None:
    class Bell(Entrywise):
        """exp(−a²)"""

        names = ("bell",)
        numpy = staticmethod(lambda np, a: np.exp(-a * a))
        slope = staticmethod(lambda t: -2 * t * Bell(t))

    matdiff.register(Bell)
    found = matdiff.derive("sum(bell(X w))", wrt="w")
    assert str(found.gradient) == "−2Xᵀ((Xw) ⊙ bell(Xw))"
    assert found.verify().ok


def wrong_differential(self: Expr, da: Expr) -> Expr:
    return 3 * Trace(Transpose(self.operands[0]) * da)


LAW = {"name": "wrong", "title": "wrong", "where": "A: m x n"}


def law(function: Callable[..., Expr], statement: str = "d(sumsq(A)) = 2*tr(A'*d(A))") -> object:
    return differential("differential_of_sumsq_again", statement, where="A: m x n")(function)


REFUSED: dict[str, tuple[dict[str, Callable[[], object]], str]] = {
    "no name": ({"names": tuple}, "no name"),
    "not a name": ({"names": lambda: ("sum of squares",)}, "cannot be a name"),
    "a name that is taken": ({"names": lambda: ("tr",)}, "that of Trace"),
    "no docstring": ({"__doc__": str}, "docstring"),
    "wrong shape": ({"output": lambda: ("m", "n")}, "numpy gives an array"),
    "no signature": ({"inputs": tuple}, "signature"),
    "sums over the instances": (
        {"numpy": lambda: staticmethod(lambda np, a: np.sum(a * a).reshape(1, 1))},
        "mixes instances",
    ),
    "wrong differential": ({"d": lambda: law(wrong_differential)}, "law of d is wrong"),
    "a differential that fails": ({"d": lambda: law(lambda self, da: da.nothing)}, "law of d cannot be checked"),
    "wrong statement": (
        {"d": lambda: law(lambda s, da: 2 * Trace(Transpose(s.operands[0]) * da), "d(sumsq(A)) = tr(A'*d(A))")},
        "the statement",
    ),
    "statement that cannot be read": (
        {"d": lambda: law(lambda s, da: 2 * Trace(Transpose(s.operands[0]) * da), "d(sumsq(A)) = 2*tr(")},
        "cannot be read",
    ),
    "printed under another name": ({"notation": lambda: lambda self, style: call("exp", self.operands, style)}, "read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_operator_is_refused_and_leaves_no_trace(case: str) -> None:
    changes, message = REFUSED[case]
    taken = FUNCTIONS["tr"]
    cls = squares(**{name: value() for name, value in changes.items()})
    with pytest.raises(matdiff.MatdiffError, match=message):
        matdiff.register(cls)
    assert "SumOfSquares" not in OPERATORS
    assert FUNCTIONS["tr"] is taken
    assert cls not in FUNCTIONS.values() or case in ("no name", "not a name", "a name that is taken")


WRONG = {
    "adjoint": ({"adjoint": lambda self, h: h}, "its trace law is wrong"),
    "matrix": ({"matrix": lambda self: Number(3)}, "its vec law is wrong"),
    "matrix of another size": ({"matrix": lambda self: Ones(2, 3)}, "the matrix of its vec law is 2×3, not m"),
    "meaning": ({"numpy": staticmethod(lambda np, a: a * a)}, "its law of d is wrong"),
    "differential": ({"change": lambda self, da: 2 * da + da}, "its law of d is wrong"),
    "shapes": ({"signature": "m×n → n×m"}, "numpy gives an array"),
}


@pytest.mark.parametrize("case", WRONG)
def test_whatever_a_linear_operator_says_wrongly_is_refused(case: str) -> None:
    changes, message = WRONG[case]
    with pytest.raises(matdiff.MatdiffError, match=message):
        matdiff.register(linear(**changes))
    assert "Doubled" not in OPERATORS
    assert "vec_of_doubled" not in CATALOGUE


def test_an_operator_that_only_claims_to_be_linear_is_refused() -> None:
    claim = squares(shift=Law("trace_of_sumsq", "", "tr(A) = tr(A)", "trace", lambda e, h, place: h))
    with pytest.raises(matdiff.MatdiffError, match="a trace law, but is not linear"):
        matdiff.register(claim)


def test_a_wrong_slope_is_refused() -> None:
    class Wrong(Entrywise):
        """exp a, with a wrong slope"""

        names = ("wrongexp",)
        numpy = staticmethod(lambda np, a: np.exp(a))
        slope = staticmethod(lambda t: 2 * Exp(t))

    with pytest.raises(matdiff.MatdiffError, match="law of d is wrong"):
        matdiff.register(Wrong)
    with pytest.raises(matdiff.MatdiffError):
        matdiff.parse("wrongexp(x) + [", "x: n")


def test_an_operator_can_be_taken_out() -> None:
    cls = matdiff.register(squares())
    unregister(cls)
    assert "sumsq" not in FUNCTIONS
    assert "differential_of_sumsq" not in CATALOGUE
    matdiff.register(squares())


def test_products_of_own_operators_are_derived() -> None:
    matdiff.register(squares())
    x = matdiff.parse("x", "x: n")
    f = OPERATORS["SumOfSquares"](x) * Product.of(Transpose(x), x)
    assert matdiff.derive(f, wrt="x").verify().ok


def test_a_clash_leaves_everything_as_it_was() -> None:
    before = dict(OPERATORS), dict(FUNCTIONS), dict(CATALOGUE)
    with pytest.raises(matdiff.MatdiffError, match="the name exp is that of Exp"):

        class Mine(Entrywise):
            """exp under another name"""

            names = ("mine", "exp")
            numpy = staticmethod(lambda np, a: np.exp(a))
            slope = staticmethod(lambda t: t)

    with pytest.raises(matdiff.MatdiffError, match="there is one of this name"):
        type("Trace", (Entrywise,), {"names": ("mine",)})
    with pytest.raises(matdiff.MatdiffError, match="the name tr is that of Trace"):

        class Other(Operator):
            """tr(A) again, with a law that is stated before the class is refused"""

            names = ("tr",)
            signature = "n×n → 1×1"

            @differential("differential_of_other", "d(tr(A)) = tr(d(A))", title="d other(A)", where="A: n x n")
            def d(self: Expr, da: Expr) -> Expr:
                return Trace(da)

    assert before == (OPERATORS, FUNCTIONS, CATALOGUE)
    assert str(matdiff.derive("sum(exp(x))", "x", "x: n").gradient) == "exp(x)"


@pytest.mark.parametrize("thing", [None, 3, "exp", b"exp", int, len, Operator, Entrywise, Exp, Trace, [], matdiff])
def test_what_is_no_new_operator_is_refused(thing: Any) -> None:
    before = dict(OPERATORS), dict(FUNCTIONS), dict(CATALOGUE)
    with pytest.raises(matdiff.MatdiffError):
        matdiff.register(thing)
    assert before == (OPERATORS, FUNCTIONS, CATALOGUE)


def test_an_operator_is_registered_once() -> None:
    cls = matdiff.register(squares())
    with pytest.raises(matdiff.MatdiffError, match="registered already"):
        matdiff.register(cls)
    assert OPERATORS["SumOfSquares"] is cls
