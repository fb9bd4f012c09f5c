"""Matrices of a few rows and columns of numbers are written as tables of their entries."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.grids import entries_in_a_table
from matdiff.algebra.reading_cost import reading_cost

WHERE = "a, b, c: scalar; y: 3; M: 2 x 2"
TABLES = [
    ("a*unit(1, 2) + b*unit(2, 2)", "vstack(a, b)"),
    ("2*y[1]*unit(1, 3) + y[3]*unit(2, 3) - y[2]*unit(3, 3)", "vstack(2*y[1], y[3], -y[2])"),
    ("a*unit(1, 2)*unit(2, 2)' - b*unit(2, 2)*unit(1, 2)'", "[0, a; -b, 0]"),
    ("a*[unit(1, 2)'; zeros(1, 2)] + b*[zeros(1, 2); unit(2, 2)']", "[a, 0; 0, b]"),
    ("a*eye(3) + b*unit(1, 3)*unit(3, 3)' + c*unit(2, 3)*unit(1, 3)'", "[a, 0, b; c, a, 0; 0, 0, a]"),
    ("(b*unit(1, 2) + a*unit(2, 2))*unit(2, 2)' + c*unit(1, 2)*unit(1, 2)'", "[c, b; 0, a]"),
]


@pytest.mark.parametrize(("sparse", "table"), TABLES)
def test_sums_of_unit_vectors_are_tables(sparse: str, table: str) -> None:
    before, after = matdiff.parse(sparse, WHERE), matdiff.parse(table, WHERE)
    found = entries_in_a_table(before)
    assert isinstance(found, Expr)
    assert found.shape == after.shape
    assert matdiff.equal(found, after)
    assert reading_cost(found) == reading_cost(after) < reading_cost(before)
    assert entries_in_a_table.explains(before, found)
    assert not entries_in_a_table.explains(before, -found)


@pytest.mark.parametrize("short", ["a*unit(1, 5)", "M + a*eye(2)", "unit(1, 2)*unit(2, 2)'", "a*eye(3)"])
def test_what_is_short_stays(short: str) -> None:
    assert entries_in_a_table(matdiff.parse(short, WHERE)) is None


@pytest.mark.parametrize(
    ("f", "where", "answer"),
    [
        ("[p[1]*p[2]; p[2]^3; sin(p[1])]", "p: 2", "[p[2], p[1]; 0, 3*p[2]^2; cos(p[1]), 0]"),
        ("[a*u[2] - u[3]; b*u[1]]", "u: 3; a, b: scalar", "[0, a, -1; b, 0, 0]"),
        ("[r[1]*exp(r[2]); r[1] + r[2]]", "r: 2", "[exp(r[2]), r[1]*exp(r[2]); 1, 1]"),
        ("[w[2]*g[3] - w[3]*g[2]; w[3]*g[1] - w[1]*g[3]; 0]", "w, g: 3", "[0, g[3], -g[2]; -g[3], 0, g[1]; 0, 0, 0]"),
        ("vstack(z[1]^2 - z[2]^2, 2*z[1]*z[2])", "z: 2", "[2*z[1], -2*z[2]; 2*z[2], 2*z[1]]"),
    ],
)
def test_jacobians_of_components_are_tables(f: str, where: str, answer: str) -> None:
    unknown = where[0]
    found = matdiff.jacobian(f, unknown, where)
    assert found.verify().ok
    assert reading_cost(found.result) <= reading_cost(matdiff.parse(answer, where))
    assert matdiff.equal(found.result, matdiff.parse(answer, where))


@pytest.mark.parametrize(
    ("f", "where", "least"),
    [
        ("x[1]*x[3] - x[2]^2", "x: 3", "vstack(x[3], -2*x[2], x[1])"),
        ("(1 - v[1])^2 + 5*v[1]*v[2]", "v: 2", "vstack(5*v[2] - 2*(1 - v[1]), 5*v[1])"),
        ("A[1, 1]*A[2, 2] + A[1, 2]^2", "A: 2 x 2", "[A[2, 2], 2*A[1, 2]; 0, A[1, 1]]"),
    ],
)
def test_gradients_by_entries_are_tables(f: str, where: str, least: str) -> None:
    found = matdiff.derive(f, where[0], where)
    assert found.verify().ok
    assert reading_cost(found.gradient) <= reading_cost(matdiff.parse(least, where))


def test_the_hessian_of_a_function_of_entries_is_a_table() -> None:
    found = matdiff.hessian("x[1]^3*x[2]", "x", "x: 2")
    assert found.verify().ok
    assert matdiff.equal(found.result, matdiff.parse("[6*x[1]*x[2], 3*x[1]^2; 3*x[1]^2, 0]", "x: 2"))
    assert format(found.result, "ascii").count("unit") == 0
