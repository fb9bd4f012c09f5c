"""Rewriting comes to rest, or says at once that it never will."""

from __future__ import annotations

import sys

import pytest

import matdiff
from matdiff.algebra import rewriting
from matdiff.algebra.dims import SCALAR, size
from matdiff.algebra.expr import Expr, Index, Leaf, Symbol, replace, symbols
from matdiff.algebra.heads import classes
from matdiff.algebra.identities import SIMPLIFICATIONS, known
from matdiff.algebra.operators.entrywise import Exp
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.rewriting import Rewriter, Simplifier
from matdiff.errors import UnsupportedError

a, b, c = (Symbol(name, SCALAR) for name in "abc")


@pytest.mark.parametrize("circle", [{a: b, b: c, c: a}, {a: Exp(a)}, {Exp(a): Exp(Exp(a))}, {a: Exp(Exp(a))}])
def test_a_circle_is_noticed_at_once(circle: dict[Expr, Expr], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "LIMIT", sys.maxsize)
    with pytest.raises(UnsupportedError, match="did not come to an end"):
        Rewriter(circle.get)(Exp(a))


def test_no_law_is_about_a_letter_or_number_alone() -> None:
    kinds = classes()
    roots = {kinds[root] for law in known() for root in law.roots if root in kinds}
    assert roots
    assert not any(issubclass(kind, Leaf) for kind in roots)


def test_what_leads_to_the_same_form_twice_is_no_circle() -> None:
    assert Rewriter({a: c, b: c}.get)(a + Exp(b) + Exp(Exp(a))) is c + Exp(c) + Exp(Exp(c))


@pytest.mark.parametrize("inner", ["adj(5*I + tanh(J))", "inv(5*I + tanh(J))^2", "J"])
def test_transposes_in_sums_come_to_rest(inner: str) -> None:
    body = matdiff.parse(inner, "J: n x n")
    (unknown,) = symbols(body)
    term = IndexedSum(body, Index("i", size("N")))
    f = matdiff.parse("det(5*I + tanh(inv(5*I + tanh(T))))", "T: n x n")
    assert matdiff.derive(replace(f, lambda e: term if e in symbols(f) else None), unknown).verify(trials=1).ok


def test_a_pseudo_inverse_of_ones_beside_ones_comes_to_rest() -> None:
    found = matdiff.derive("sum(pinv(cosh(wᵀ - wᵀ))) + wᵀw", "w", "w: p")  # of a row of ones, whatever w is
    assert str(found.gradient) == "2w"


VALUES = [
    ("sin(0)", "0"), ("cos(zeros(m, n))", "ones(m, n)"),
    ("sigmoid(zeros(n))", "1/2*ones(n)"), ("log(ones(n))", "zeros(n)"),
    ("step(0)", "0"), ("normcdf(0)", "1/2"), ("det(eye(n))", "1"), ("logdet(eye(n))", "0"), ("tr(zeros(n, n))", "0"),
    ("exp(sin(x - x))", "ones(n)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_function_of_zero_or_one_that_has_a_value_is_that_value(text: str, value: str) -> None:
    where = {"x": "n"} if "x - x" in text else None
    assert Simplifier(SIMPLIFICATIONS)(matdiff.parse(text, where))[0] is matdiff.parse(value)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("(inv(C')[1:n, 1:n] .* A)'", "inv(C)[1:n, 1:n] .* A'"),
        ("(pinv(C')[1:n, 1:n] .* exp(A))'", "pinv(C)[1:n, 1:n] .* exp(A)'"),
        ("(expm(A'*B)[1:3, 1:3] .* S[1:3, 1:3])'", "(expm(A'*B)[1:3, 1:3] .* S[1:3, 1:3])'"),
    ],
)
def test_the_transpose_of_a_product_with_slices_comes_to_rest(text: str, rest: str) -> None:
    where = "A, B: n x n; C: n+1 x n+1; S: n x n symmetric"
    assert Simplifier(SIMPLIFICATIONS)(matdiff.parse(text, where))[0] is matdiff.parse(rest, where)
