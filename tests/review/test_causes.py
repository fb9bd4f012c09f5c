"""What a slip comes from: the kinds that a tutor would name, told from the value alone."""

from __future__ import annotations

import pytest

import matdiff

KINDS = [
    ("f(x) = sum(sin(A x))\ngrad f = cos(A x)", "A: n x n; x: n", 2, "chain rule", "A'cos(A x)"),
    (
        "z = tanh(Wx), L = ½‖z − t‖²\n∂L/∂z = z − t\n∂L/∂W = (z − t)xᵀ",
        "W: m x n; x: n; t: m",
        3,
        "chain rule",
        "((tanh(W x) - t) .* (1 - tanh(W x).^2)) x'",
    ),
    ("f(x) = exp(xᵀx)\n∇f = exp(xᵀx)", "x: n", 2, "chain rule", "2 exp(x'x) x"),
    ("f(x) = log(xᵀAx + c)\n∇f = 1/(xᵀAx + c)", "A: n x n; x: n; c: scalar", 2, "chain rule", "(A + A')x/(x'A x + c)"),
    (
        "h = Wx, L = v'tanh(h)\n∂L/∂x = 1 - tanh(h).^2",
        "W: m x n; x: n; v: m",
        2,
        "shape",
        "W'(v .* (1 - tanh(W x).^2))",
    ),
    ("f = ½c'Cc\n∂f/∂c = ½(C − Cᵀ)c", "", 2, "sign", "(C + C')c/2"),  # who tells C from Cᵀ has no symmetric C
    ("f(X) = (tr X)²\n∇f = 2 tr(X)", "X: n x n", 2, "shape", "2 tr(X) eye(n)"),
    ("h(x) = sum(x .* log(x))\ngrad h = log(x)", "x: n positive", 2, "missing term", "log(x) + vector(1)"),
    (
        "R(x) = xᵀAx / xᵀx\n∇R = 2Ax/(xᵀx)",
        "A: n x n symmetric; x: n",
        2,
        "missing term",
        "2 A x/(x'x) - 2 (x'A x)/(x'x)^2*x",
    ),
    ("f(x) = exp(−xᵀx/2)\n∇f = −f(x) x\n∇²f = −f(x) I", "x: n", 3, "constant", "exp(-x'x/2)*(x x' - eye(n))"),
    (
        "f(X) = tr(X B X)\nwrite f = tr(X M) with M = B X, whose derivative is M'\ngrad f = (B X)' = X'B'",
        "B, X: n x n",
        3,
        "constant",
        "(B X)' + (X B)'",
    ),
    ("f(x) = bᵀx + ½ xᵀCx, C symmetric\n∇f = bᵀ + Cx", "b, x: n; C: n x n symmetric", 2, "layout", "b + C x"),
    ("L = ½‖Wx − y‖²\n∂L/∂W = xᵀ(Wx − y)", "W: m x n; x: n; y: m", 2, "shape", "(W x - y) x'"),
    ("F(X) = X³\ndF = d(X X X)\n   = 3 X² dX", "X: n x n", 3, "order", "dX X X + X dX X + X X dX"),
    ("f(t) = ‖t x‖\n  = t ‖x‖", "t: scalar; x: n", 2, "domain", "norm2(t x)"),
    ("f(Q) = tr(QᵀAQ)\n  = tr(A)", "Q, A: n x n", 2, "domain", "tr(Q'A Q)"),
    (
        "L(w) = ∑ᵢ (yᵢ − xᵢᵀw)²\n∇L = −2 ∑ᵢ (yᵢ − xᵢᵀw) xⱼ",
        "y[i=1..N]: scalar; x[i=1..N]: n; w: n",
        2,
        "index",
        "-2 sum(i=1..N, (y_i - x_i'w) x_i)",
    ),
    (
        "f(Σ) = log|Σ| + tr(Σ⁻¹S)\n∇f = Σ − Σ S Σ",
        "Σ, S: d x d spd",
        2,
        "inverse",
        "Σ^-1 - Σ^-1 S Σ^-1",
    ),
    ("f(y) = μ exp(μ y)\nf'(y) = μ exp(μ y)", "y, μ: scalar", 2, "constant", "μ^2 exp(μ y)"),
]


@pytest.mark.parametrize(("text", "where", "line", "kind", "should_be"), KINDS)
def test_the_kind_of_a_slip_is_what_explains_it(text: str, where: str, line: int, kind: str, should_be: str) -> None:
    review = matdiff.check(text, where)
    assert (review.first_wrong, review.kind) == (line, kind)
    assert review.should_be is not None
    assert matdiff.equal(str(review.should_be), should_be, where).equal is not False


def test_what_a_line_differentiates_varies_and_nothing_else() -> None:
    """No dX stands in the text: A does not vary where d(…) holds X alone, from there on."""
    text = "f = aᵀ log(AX) b\ndf = aᵀ d(log(AX)) b\n   = aᵀ(d(AX) ./ (AX)) b"
    review = matdiff.check(text, "a: m; A: m x n; X: n x p; b: p")
    assert review.ok
    assert [line.verdict for line in review.lines[1:]] == ["right under a convention", "proved"]


def test_a_differential_that_lost_its_increment_is_judged_beside_the_differential() -> None:
    review = matdiff.check("f(X) = log|X| + c\ndf = tr(X⁻¹ dX)\n   = tr(X⁻¹)", "X: n x n; c: scalar")
    assert review.first_wrong == 3
    assert review.kind == "chain rule"
    assert str(review.should_be) == "Tr(X⁻¹dX)"
