"""Where a derivation holds: the fewest conditions that say it, and none too few."""

from __future__ import annotations

import pytest

import matdiff


@pytest.mark.parametrize(
    ("text", "unknown", "where", "conditions"),
    [
        # nothing is said that is declared, or that the form proves
        ("log det(S) + tr(inv(S)*A)", "S", "S: d x d spd; A: d x d", []),
        ("log det(W*W' + s*eye(d))", "W", "W: d x q; s: scalar positive", []),
        ("norm2(A*x - b)^2/(1 + x'*x)", "x", "A: m x n; b: m", []),
        ("sum(log(cosh(x)))", "x", "x: n", []),
        ("sum(log(1 - sigmoid(x)))", "x", "x: n", []),
        ("-y'*log(softmax(z))", "z", "y, z: n", []),
        ("log(sum(exp(x)))", "x", "x: n", []),
        ("sum(i=1..n, w[i]*log(w[i]))", "w", "w: n positive", []),
        ("tr(X^k)", "X", "X: n x n; k: scalar positive integer", []),
        ("tr(logm(S))", "S", "S: n x n spd", []),
        ("norm2(X*w - y)^4", "w", "X: m x n; y: m", []),  # smooth where Xw = y, too
        # each once, in the shortest words
        ("log det(X'*X)", "X", "X: m x n", ["XᵀX is invertible"]),
        ("log det(A)", "A", "A: n x n", ["|A| > 0"]),
        ("x'*A*x/(x'*x)", "x", "A: n x n", ["x ≠ 0"]),
        ("a'*x/norm2(x)", "x", "a, x: n", ["x ≠ 0"]),
        ("log(norm2(x)^2)", "x", "x: n", ["x ≠ 0"]),
        ("1/(2*a)", "a", "a: scalar", ["a ≠ 0"]),
        ("sum(abs(x).^3)^(1/3)", "x", "x: n", ["every entry of x ≠ 0"]),
        ("sum(arcsin(x))", "x", "x: n", ["−1 < every entry of x < 1"]),
        ("tr(inv(X)) + norm2(X)", "X", "X: n x n", ["X is invertible"]),
        ("norm2(A*x) + norm2(x)", "x", "A: m x n; x: n", ["Ax ≠ 0"]),
        # none is missing: powers of inverses, and parts that were not differentiated
        ("tr(A^-2)", "A", "A: n x n", ["A is invertible"]),
        ("t'*(g.*(x - m)/s)", "g", "t, g, x, m: n; s: scalar", ["s ≠ 0"]),
        ("tr(K*L)/(norm2(K)*norm2(L))", "K", "K, L: n x n symmetric", ["K ≠ 0", "L ≠ 0"]),
        # by the names of definitions
        ("J = det(F); log(J)", "F", "F: n x n", ["J > 0"]),
        ("K = exp(-D) + s*eye(n); y'*inv(K)*y", "s", "D: n x n; y: n; s: scalar", ["K is invertible"]),
    ],
)
def test_the_fewest_conditions_are_said(text: str, unknown: str, where: str, conditions: list[str]) -> None:
    assert sorted(matdiff.derive(text, unknown, where).conditions) == sorted(conditions)


def test_a_hessian_says_each_condition_once() -> None:
    assert matdiff.hessian("-sum(log(b - A*x))", "x", "A: m x n; b: m").conditions == ("every entry of b − Ax > 0",)
    assert matdiff.hessian("norm2(x)^4", "x", "x: n").conditions == ()
