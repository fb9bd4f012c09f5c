"""Declarations: what is read from ``where``, and what is said about a wrong one."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.dims import ONE, SCALAR, size
from matdiff.algebra.expr import symbols
from matdiff.errors import DeclarationError
from matdiff.language.declarations import declare


def test_text_and_mapping_declare_the_same() -> None:
    text = declare("X: m x n; S: d x d spd; a: scalar; x[i=1..N]: d; R[i=1..N, k=1..K]: scalar")
    mapping = declare({"X": "m x n", "S": "d x d spd", "a": "scalar", "x[i=1..N]": "d", "R[i=1..N, k=1..K]": "scalar"})
    assert text.table == mapping.table


def test_parts_of_a_declaration() -> None:
    table = declare("b, c: n\nA: n*p × n; M: m×n; S: d x d spd; w: k positive; R[i=1..N, k=1..K]: scalar; Σ₁: 3x3")
    assert table["b"].shape == table["c"].shape == (size("n"), ONE)
    assert table["A"].shape == (size("n") * size("p"), size("n"))
    assert table["S"].properties == {"spd"}
    assert table["w"].properties == {"positive"}
    assert table["R"].shape == SCALAR
    assert table["R"].indices == (("i", size("N")), ("k", size("K")))
    assert table["Sigma1"].shape == (size(3), size(3))


@pytest.mark.parametrize(
    ("family", "whole"),
    [
        ("w[i=1..N, j=1..N]: scalar symmetric", "w: N x N symmetric"),
        ("w[i=1..N, j=1..N]: scalar; w[i, j] = w[j, i]", "w: N x N symmetric"),
        ("w[i=1..N, j=1..N]: scalar positive; w_{ij} = w_{ji}", "w: N x N symmetric positive"),
        ("w: N x N; w_ij = -w_ji", "w: N x N skew"),
        ("p[k=1..K]: scalar simplex", "p: K simplex"),
        ("P[i=1..N, k=1..K]: scalar stochastic", "P: N x K stochastic"),
    ],
)
def test_scalars_that_have_a_property_together_are_the_entries_of_a_whole(family: str, whole: str) -> None:
    assert declare(family).table == declare(whole).table


@pytest.mark.parametrize(
    ("where", "message", "hint"),
    [
        ("X: n x n x n", "3 sizes", "X[i=1..N]"),
        ("X: n x n symetric", "symetric is not a property", "did you mean symmetric?"),
        ("X: n; X: m", "X is declared twice", ""),
        ("X: m x n spd", "only a square matrix can be spd", ""),
        ("w[i=1..N, j=1..M]: scalar symmetric", "only a square matrix can be symmetric", ""),
        ("x: n; x[i, j] = x[j, i]", "only a square matrix can be symmetric", ""),
        ("X", "needs a colon", "name: sizes"),
        (": n", "needs a name", ""),
        ("2x: n", "2x is not a name", ""),
        ("x[1]: n", "not an index", "x[i=1..N]"),
        ("x[i=2..N]: n", "starts at 1 or 0", ""),
        ("x: 0", "at least 1", ""),
        ("x: n**2", "is not a size", ""),
        ("x[i=1..N, i=1..M]: n", "declared twice", ""),
    ],
)
def test_wrong_declaration_is_refused(where: str, message: str, hint: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        declare(where)
    assert message in caught.value.message
    assert hint in caught.value.suggestion
    assert "^" in str(caught.value)


def test_a_declared_name_with_letters_behind_digits_is_one_name() -> None:
    where = "W1b: m x n; x: n"
    (factor, _) = matdiff.parse("W1b x", where).operands
    assert str(factor) == "W1b"
    assert {s.name for s in symbols(matdiff.parse("W1 b", "W1: m x n; b: n"))} == {"W1", "b"}


def test_a_colon_between_what_is_defined_is_a_product() -> None:
    found = matdiff.parse("h = A*B; h : B", "A, B: n x n")
    assert matdiff.equal(found, "tr(B'*A'*B)", "A, B: n x n").equal
    assert matdiff.parse("x'A x; A: n x n symmetric; n = 3", "x: n") is matdiff.parse(
        "x'A x", "x: 3; A: 3 x 3 symmetric"
    )


def test_an_orthogonal_projection_is_symmetric_and_idempotent() -> None:
    for told in ("x'P x where P is an orthogonal projection", "x'P x, P: n x n orthogonal projection matrix"):
        known = next(s for s in symbols(matdiff.parse(told)) if s.name == "P")
        assert known.properties == {"symmetric", "idempotent"}, told
