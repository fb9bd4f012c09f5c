"""Where a derivation holds: the fewest conditions that say it, and none too few."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.expr import Expr
from matdiff.calculus import possible


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
        ("sum(log(p ./ exp(z)))", "z", "p: n simplex positive; z: n", []),
        ("tr(X^k)", "X", "X: n x n; k: scalar positive integer", []),
        ("tr(logm(S))", "S", "S: n x n spd", []),
        ("(g'*a + c)^q", "g", "a: d; c: scalar; q: scalar positive integer", []),
        ("x^q", "x", "x: scalar; q: scalar integer", ["x ≠ 0"]),
        ("x^q", "q", "x: scalar; q: scalar positive integer", ["x > 0"]),
        ("norm2(X*w - y)^4", "w", "X: m x n; y: m", []),  # smooth where Xw = y, too
        # each once, in the shortest words
        ("log det(X'*X)", "X", "X: m x n", ["XᵀX is invertible"]),
        ("log det(A)", "A", "A: n x n", ["|A| > 0"]),
        ("x'*A*x/(x'*x)", "x", "A: n x n", ["x ≠ 0"]),
        ("a'*x/norm2(x)", "x", "a, x: n", ["x ≠ 0"]),
        ("log(norm2(x)^2)", "x", "x: n", ["x ≠ 0"]),
        ("1/(2*a)", "a", "a: scalar", ["a ≠ 0"]),
        ("log(det(inv(A))) + tr(A)", "A", "A: n x n", ["|A| > 0"]),
        ("log(det(A^2))", "A", "A: n x n", ["A is invertible"]),
        ("log(det(A^3)) + tr(inv(A))", "A", "A: n x n", ["|A| > 0"]),
        ("log(det(A'*A)) + tr(inv(A^2))", "A", "A: n x n", ["A is invertible"]),
        ("tr(inv(A*B)) + tr(inv(B))", "A", "A, B: n x n", ["AB is invertible"]),
        ("sum(abs(x).^3)^(1/3)", "x", "x: n", ["x ≠ 0"]),
        # of products and quadratic forms what their factors have to be
        ("a'*C*b/sqrt((a'*A*a)*(b'*B*b))", "a", "C: m x n; A: m x m spd; B: n x n spd", ["a ≠ 0", "b ≠ 0"]),
        ("x'*A*x/(x'*B*x)", "x", "A: n x n; B: n x n spd", ["x ≠ 0"]),
        ("x'*A*x/(x'*B*x)", "x", "A: n x n; B: n x n symmetric", ["xᵀBx ≠ 0"]),
        ("sqrt(a*b)", "b", "a: scalar positive; b: scalar", ["b > 0"]),
        ("sqrt(a*b)", "b", "a, b: scalar", ["ab > 0"]),
        ("log(w'*P*w)", "w", "P: n x n psd", ["wᵀPw > 0"]),
        ("log(prod(i=1..n, x[i]'*w))", "w", "x[i=1..n]: d", ["∏_{i=1}^{n} x[i]ᵀw > 0"]),
        ("prod(x)^(1/n)", "x", "x: n positive; n: scalar", []),
        ("prod(A*x)", "x", "A: m x n", ["every entry of Ax ≠ 0"]),
        # what has a kink where it is 0 has none when it is squared
        ("sum(max(0, b - A*x).^2)", "x", "A: m x n; b: m", []),
        ("norm2(relu(A*x))^2", "x", "A: m x n", []),
        ("sum(i=1..n, max(0, 1 - y[i]*u[i])^2)", "u", "y, u: n", []),
        ("h = relu(A*x); h'*h", "x", "A: m x n", []),
        ("norm2(relu(x))", "x", "x: n", ["relu(x) ≠ 0"]),
        ("relu(x)'*A*relu(x)", "x", "A: n x n", ["every entry of x ≠ 0"]),
        ("relu(a)^2/a", "a", "a: scalar", ["a ≠ 0"]),
        ("relu(a)^2 + relu(a)", "a", "a: scalar", ["a ≠ 0"]),
        ("sum(arcsin(x))", "x", "x: n", ["−1 < every entry of x < 1"]),
        ("tr(inv(X)) + norm2(X)", "X", "X: n x n", ["X is invertible"]),
        ("norm2(A*x) + norm2(x)", "x", "A: m x n; x: n", ["Ax ≠ 0"]),
        ("log(det(X'*A*X)) - log(det(X'*X))", "X", "A: m x m spd; X: m x n", ["XᵀX is invertible"]),
        ("tr(inv(X'*A*X)*(X'*X)) + tr(inv(X'*B*X))", "X", "A, B: m x m spd; X: m x n", ["XᵀAX is invertible"]),
        ("tr(inv(X'*A*X)*inv(X'*X))", "X", "A: m x m; X: m x n", ["XᵀAX is invertible", "XᵀX is invertible"]),
        ("log(a'*x/(b'*x))", "x", "a, b, x: n", ["aᵀx/(bᵀx) > 0"]),
        ("log(a'*x/(b'*x)) + 1/(c'*x)", "x", "a, b, c, x: n", ["aᵀx/(bᵀx) > 0", "cᵀx ≠ 0"]),
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
    assert matdiff.hessian("sum(relu(x).^3)", "x", "x: n").conditions == ()
    assert matdiff.hessian("norm2(relu(x))^2", "x", "x: n").conditions == ("every entry of x ≠ 0",)


# ---- what nothing meets -------------------------------------------------------------------------------------

NOWHERE = """
det(A) | A: 3 x 3 skew
det(x*x') | x: n
log(det(x*x')) | x: n
det([A, A; A, A]) | A: n x n
det([A, B; A, B]) | A, B: n x n
det(X'*X) | X: 2 x 5
logdet(X*X') | X: 5 x 2
det((eye(n) - ones(n,n)/n)*X) | X: n x n
logdet(X'*(eye(n) - ones(n,n)/n)*X) | X: n x n
det(X'*(eye(n) - 1/n*ones(n,1)*ones(1,n))*X) | X: n x n
logdet(X'*centering(n)*X) | X: n x n
det(B - B') | B: 5 x 5
tr(inv(B - B')*C) | B, C: 3 x 3
det(a*b' + b*a') | a, b: 3
tr(inv(2*x*y')) | x, y: n
norm2(s*(W - W)) | s: scalar; W: n x n
norm2(x - x) | x: n
0^-1*x | x: scalar
x/0 | x: scalar
x/(1 - 1) | x: scalar
sum(log(D)) | D: n x n diagonal
sum(sqrt(L)) | L: n x n lower
sum(1 ./ D) | D: n x n diagonal
norm2(commutator(A, A - A)) | A: n x n
norm2(kron(A - A, A)) | A: n x n
log(-x'*x) | x: n
log(x'*K*x) | x: n; K: n x n skew
sqrt(-1 - x'*x) | x: n
log(sin(x) - 2) | x: scalar
arcsin(2 + x^2) | x: scalar
log(-exp(x)) | x: scalar
"""


@pytest.mark.parametrize("row", NOWHERE.strip().splitlines())
def test_what_holds_nowhere_is_refused(row: str) -> None:
    text, where = row.split(" | ")
    with pytest.raises(matdiff.MatdiffError, match=r"nowhere|divides by 0|division by zero"):
        matdiff.derive(text, where.split(":")[0].split(",")[0], where)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("det(A)", "A: 4 x 4 skew"),
        ("det(A)", "A: n x n skew"),
        ("det(B - B')", "B: 4 x 4"),
        ("det(a*b' + b*a')", "a, b: 2"),
        ("det(X'*X)", "X: 5 x 2"),
        ("det(X'*X)", "X: m x n"),
        ("det(A + x*x')", "A: n x n; x: n"),
        ("logdet(eye(n) + x*x')", "x: n"),
        ("det([A, B; B, A])", "A, B: n x n"),
        ("det(X'*centering(m)*X)", "X: m x n"),
        ("sum(log(diag(L)))", "L: n x n lower"),
        ("norm2(s*(W - V))", "s: scalar; W, V: n x n"),
        ("log(sin(x) - 0.5)", "x: scalar"),
        ("arcsin(0.5 + x^2)", "x: scalar"),
        ("sqrt(1 - x'*x)", "x: n"),
        ("log(x'*K*y)", "x, y: n; K: n x n skew"),
        ("sum(exp(D))", "D: n x n diagonal"),
        ("sum(abs(D))", "D: n x n diagonal"),
        ("norm2(relu(D.^2))", "D: n x n diagonal"),
        ("sum(abs(2*D.^3 - D'))", "D: n x n diagonal"),
        ("norm1(L)", "L: n x n lower"),
        ("sum(relu(diag(x)))", "x: n"),
    ],
)
def test_what_holds_somewhere_is_answered(text: str, where: str) -> None:
    unknown = where.split(":")[0].split(",")[0]
    assert matdiff.derive(text, unknown, where).verify(trials=1).ok


def test_what_an_equation_defines_is_valid_off_its_kinks() -> None:
    found = matdiff.implicit("argmin_w 1/2*norm2(X*w - y)^2 + l*norm1(w)", "w", "l", "X: m x n; w: n; y: m; l: scalar")
    assert "valid where every entry of w ≠ 0, XᵀX is invertible" in found.to_text()


def test_what_several_answers_share_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, looked = matdiff.parse("sin(1/(x'*x))", "x: n"), list[Expr]()
    monkeypatch.setattr(possible, "divides_by_zero", lambda node: looked.append(node))
    possible.require_somewhere(shared, [], [shared, 2 * shared, shared + 1])
    assert looked == [*shared.operands]
