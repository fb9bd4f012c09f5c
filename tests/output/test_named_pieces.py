"""A piece that an answer has several times is written once, under a name, where that makes the text shorter."""

from __future__ import annotations

import pytest

import matdiff

NAMED = [
    ("1/2*norm2(A*X + X*A' + Q)^2", "A, X, Q: n x n", "X", "R := A*X + X*A' + Q; A'*R + R*A"),
    (
        "1/2*y'*inv(K + s*eye(n))*y + 1/2*log det(K + s*eye(n))",
        "K: n x n spd; y: n; s: scalar positive",
        "K",
        "t1 := (K + s*I)^-1; 1/2*(t1 - t1*y*y'*t1)",
    ),
    (
        "sum(i=1..n-1, (x[i+1] - a*x[i])^2)",
        "x: n; a: scalar",
        "x",
        "r := x[2:n] - a*x[1:n-1]; 2*([0; r] - a*[r; 0])",
    ),
    (
        "1/2*norm2(L*Z*M + M'*Z - R)^2",
        "L, M, Z, R: n x n",
        "Z",
        "R2 := L*Z*M + M'*Z - R; L'*R2*M' + M*R2",
    ),
    (
        "norm2(W*inv(W'*W + a*eye(k))*W'*b - c)^2",
        "W: m x k; b, c: m; a: scalar positive",
        "b",
        "H := W*(W'*W + a*I)^-1*W'; 2*H*(H*b - c)",
    ),
    ("logsumexp(B*x) - c'*B*x", "B: m x n; x: n; c: m", "B", "(softmax(B*x) - c)*x'"),
]


@pytest.mark.parametrize(("f", "where", "unknown", "shown"), NAMED)
def test_what_is_repeated_has_a_name(f: str, where: str, unknown: str, shown: str) -> None:
    answer = matdiff.derive(f, unknown, where).gradient
    assert format(answer, "ascii") == shown
    assert matdiff.parse(str(answer), where) is answer


@pytest.mark.parametrize(
    ("f", "unknown", "where"),
    [
        ("norm2(X*w - y)^2", "w", "X: m x n; w: n; y: m"),
        ("norm2(X*w - y)", "w", "X: m x n; w: n; y: m"),
        ("log det(A*A')", "A", "A: m x n"),
        ("sum(sigmoid(W*x).^2)", "x", "W: m x n; x: n"),
    ],
)
def test_what_is_short_has_none(f: str, unknown: str, where: str) -> None:
    assert ":=" not in str(matdiff.derive(f, unknown, where).gradient)


def test_an_expression_that_is_no_answer_is_written_as_it_is() -> None:
    e = matdiff.parse("A*(A*X + X*A + B)*(A*X + X*A + B)*A", "A, B, X: n x n")
    assert ":=" not in str(e)


def test_a_letter_that_is_customary_is_worth_more() -> None:
    found = matdiff.hessian("logsumexp(A*z)", "A", "A: m x n; z: n").result
    assert format(found, "ascii") == "p := softmax(A*z); (z*z') kron (diag(p) - p*p')"
