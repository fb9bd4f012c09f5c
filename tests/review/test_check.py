"""Verdicts on derivations, right ones and ones with a slip."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

import matdiff
from matdiff.cli import main

LEAST_SQUARES = """f(w) = ||X w - y||^2
df = 2 (X w - y)' X dw
   = 2 (X'(X w - y))' dw
so grad f = 2 X'(X w - y)
"""
SHAPES = "X: m x n; w: n; y: m"


def test_a_right_derivation_is_proved() -> None:
    review = matdiff.check(LEAST_SQUARES, SHAPES)
    assert review.ok
    assert [line.verdict for line in review.lines] == ["not a claim", "proved", "proved", "proved"]


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        (LEAST_SQUARES.replace("grad f = 2 X'", "grad f = -2 X'"), 4, "sign"),
        (LEAST_SQUARES.replace("= 2 (X'(X", "= (X'(X"), 3, "factor"),
        (LEAST_SQUARES.replace("grad f = 2 X'(", "grad f = 2 X("), 4, "transpose"),
    ],
)
def test_a_slip_is_found_and_named(text: str, line: int, kind: str) -> None:
    review = matdiff.check(text, SHAPES)
    assert (review.first_wrong, review.kind) == (line, kind)


LIKELIHOOD = """The log-likelihood is

$$\\ell(S) = -\\tfrac{n}{2}\\log|S| - \\tfrac12 \\operatorname{tr}(S^{-1}C).$$

Its gradient is

$$\\nabla_S\\ell = -\\tfrac n2 S^{-1} + \\tfrac12 S^{-1}CS^{-1},$$

and the estimate follows by
setting it to zero, $S = C/n$."""
LAYERS = """z = W x + b
h = tanh(z)
L = 1/2 ||h - t||^2
dL/dz = (h - t) .* (1 - h.^2)
dL/dW = (dL/dz) x'"""
LAYER = "(tanh(W x + b) - t) .* (1 - tanh(W x + b).^2)"
RIDGE = r"""\begin{align}
L(\beta) &= \|y - X\beta\|_2^2 + \lambda\|\beta\|_2^2 \\
\nabla_\beta L &= -2X^\top(y - X\beta) + 2\lambda\beta \\
0 &= -X^\top y + (X^\top X + \lambda I)\beta \\
\hat\beta &= (X^\top X + \lambda I)^{-1}X^\top y
\end{align}"""
RAYLEIGH = r"""$f(x) = \frac{x^T A x}{x^T x}$ with $A = A^T$.
$\nabla f = \frac{2}{x^Tx}(Ax - f(x) x)$"""

EVIDENCE = """1. L = -1/2 y' K^-1 y - 1/2 log|K|
2. dL = 1/2 y' K^-1 dK K^-1 y - 1/2 tr(K^-1 dK)
3.    = 1/2 tr((alpha alpha' - K^-1) dK), where alpha = K^-1 y
4. dL/dK = 1/2 (alpha alpha' - K^-1)"""
COUNTS = r"""\ell(\beta) = \sum_i \left( y_i x_i^T\beta - e^{x_i^T\beta} \right)
\frac{\partial \ell}{\partial\beta} = \sum_i (y_i - \mu_i) x_i, \quad \mu_i = e^{x_i^T\beta}
\frac{\partial^2 \ell}{\partial\beta\partial\beta^T} = -\sum_i \mu_i x_i x_i^T"""
QUOTIENT = "A: n x n symmetric; B: n x n spd; w: n"
RATIO = "2(A w (w'B w) - B w (w'A w))/(w'B w)^2"
LOG_FORM = "tr((X'A X)^-1 (dX'A X + X'A dX))"
IN_A_TABLE = r"""\frac{\partial}{\partial s} (x - As)^T W (x - As) = -2A^T W(x - As)
\frac{\partial}{\partial x} (x - s)^T W (x - s) = 2W(x - s)"""
MOULD = "c: scalar; F: 3 x 3 invertible"
PREFERENCES = "f(W) = −log(sigmoid(m))\np = softmax(Wx)\nm = uᵀlog(p) − vᵀlog(p)"

RIGHT = [
    (LIKELIHOOD, "S, C: p x p spd; n: scalar positive", "agrees"),
    (LAYERS, "W: m x n; x: n; b, t, z, h: m; L: scalar", "proved"),
    (RIDGE, "X: n x p; y: n; β: p", ""),
    (RAYLEIGH, "", "proved"),
    ("y = X w\nL = ‖X w − y‖²\n∂L/∂w = 2Xᵀ(X w − y)", SHAPES, "proved"),
    ("y = X w + ε\nL = (y − X w)ᵀ(y − X w)\n∂L/∂w = −2Xᵀy + 2XᵀX w = 0", f"{SHAPES}; ε: m", "proved"),
    ("y = X w + e\nL = yᵀy − 2wᵀXᵀy + wᵀXᵀX w\n∂L/∂w = 2Xᵀ(X w − y)", f"{SHAPES}; e: m", "proved"),
    ("$y = Xw + \\varepsilon$\n$f(w) = \\|y - Xw\\|^2$\n$\\nabla f = 2X^\\top(Xw - y)$", "", "proved"),
    ("v = X w\ne = y − v\nL = ½eᵀe\n∂L/∂v = −e\n∂L/∂w = −Xᵀe", f"{SHAPES}; v, e: m; L: scalar", "proved"),
    ("E = −∑ᵢ tᵢ log yᵢ,  y = softmax(z),  ∑ᵢ tᵢ = 1\n∂E/∂z = y − t", "t, y, z: n", ""),
    (f"{LEAST_SQUARES}\nSetting it to zero, for w = c we have nothing", f"{SHAPES}; c: n", ""),
    ("\\frac{\\partial}{\\partial x}", "", ""),
    ("f(x) = x'A x\ngrad f = A x + A'x", "A: n x n; x: n", ""),
    ("A is symmetric\nf(x) = x'A x\ngrad f = 2 A x", "A: n x n; x: n", ""),
    ("f(x) = a'x\ndf/dx = a'", "a, x: n", "right under a convention"),
    ("f(x) = x'x + const\n     = x'x", "x: n", "right under a convention"),
    ("f(X) = log det X\ndf = tr(X^-1 dX)\n∇f = X^-T", "X: n x n", ""),
    ("h = Wx + b, L = ‖h‖²\n∂L/∂h = 2h\n∂L/∂W = ∂L/∂h xᵀ\n∂L/∂b = ∂L/∂h", "W: m x n; x: n; b: m", ""),
    ("\\begin{align}\nf &= \\|Ax-b\\|^2 \\\\\n\\nabla_x f &= 2A^\\top(Ax-b) \\tag{1}\n\\end{align}", "", ""),
    ("f(w) = ‖Xw − y‖²\n∇f = 2Xᵀ(Xw − y) = 0\n⇒ XᵀXw = Xᵀy\n⇒ w = (XᵀX)⁻¹Xᵀy", SHAPES, ""),
    ("Soit f(x) = ‖Ax − b‖².\nOn a df = 2(Ax − b)ᵀA dx", "A: m x n; x: n; b: m", "proved"),
    ("1) f = tr(XᵀAX)\n2) df = tr(dXᵀAX + XᵀA dX)\n3)    = tr((AX + AᵀX)ᵀdX)", "A: m x m; X: m x n", "proved"),
    (EVIDENCE, "K: n x n spd; y, alpha: n", "proved"),
    (COUNTS, "x_i: p; y_i: scalar; beta: p", "proved"),
    (
        "f(x) = ts + t\nh = Ax\ns = xᵀh\nt = exp(s)\n∇_s = t + (s + 1)t\n∇_x f = ∇_s(h + Aᵀx)",
        "A: n x n; x: n",
        "proved",
    ),
    ("f(F) = ½ c Tr(FᵀF)/J\nJ = |F|\n∇_J = −½c Tr(FᵀF)/J²\n∇_F f = cF/J + ∇_J JF⁻ᵀ", MOULD, "proved"),
    (f"{PREFERENCES}\n∇_m = sigmoid(m) − 1\n∇_p = (sigmoid(m) − 1)((u − v) ./ p)", "u, v: n; W: n x k; x: k", ""),
    ("minimise uᵀSu subject to 1ᵀu = 1\nu^* = λ S⁻¹ 1", "S: n x n spd; u: n; λ: scalar", ""),
    (f"W is symmetric\n{IN_A_TABLE}", "", "proved"),
    ("f(u) = uᵀRu + 2xᵀu\n∇f(u) = 2Ru + 2x\nu^* = −R⁻¹x", "R: n x n spd; x, u: n", "agrees"),
    ("minimise uᵀSu subject to aᵀu = b\n∇(uᵀSu) = 2Su\nu^* = b S⁻¹a/(aᵀS⁻¹a)", "S: n x n spd; u, a: n; b: scalar", ""),
]


@pytest.mark.parametrize(("text", "where", "verdict"), RIGHT)
def test_what_is_right_is_not_called_wrong(text: str, where: str, verdict: str) -> None:
    review = matdiff.check(text, where or None)
    assert review.ok
    assert not verdict or review.lines[-1].verdict == verdict


WRONG = [
    ("f(x) = x'A x\ngrad f = 2 A x", "A: n x n; x: n", 2, "symmetry", "(A + A')x"),
    ("f(X) = tr(A X B)\n∂f/∂X = AᵀBᵀ + BᵀAᵀ", "A, X, B: n x n", 2, "extra term", "A'B'"),
    ("f = log det X\ngrad_X f = X^-1", "X: n x n", 2, "transpose", "X^-T"),
    ("f = tr(X^-1 A)\ndf = tr(d(X^-1) A)\n   = tr(X^-1 dX X^-1 A)", "X, A: n x n", 3, "sign", "-tr(X^-1 dX X^-1 A)"),
    ("f(x) = exp(a'x)\n∇f = exp(a'x)", "a, x: n", 2, "chain rule", "exp(a'x) a"),
    (
        "h = tanh(Wx), L = ½‖h‖²\n∂L/∂W = h x'",
        "W: m x n; x: n",
        2,
        "chain rule",
        "(tanh(W x) .* (1 - tanh(W x).^2)) x'",
    ),
    ("f = det(X)\ndf = tr(X⁻¹dX)", "X: n x n", 2, "missing term", "det(X) tr(X^-1 dX)"),
    ("∂(a'X b)/∂X = b a'", "X: n x n; a, b: n", 1, "transpose", "a b'"),
    (
        LEAST_SQUARES + "Setting this to zero: X'X w = X'y\nw = (X'X)^-1 y",
        SHAPES.replace("m", "n"),
        6,
        "inverse",
        "X^-1 y",
    ),
    (LIKELIHOOD.replace("S = C/n", "S = n C"), "S, C: p x p spd; n: scalar positive", 6, "constant", "C/n"),
    (LAYERS.replace("h.^2", "h"), "W: m x n; x: n; b, t, z, h: m; L: scalar", 4, "function derivative", LAYER),
    ("X'(X w - y) = 0\nX w = y\nw = X^-1 y", SHAPES, 2, "inverse", "X (X'X)^-1 X'y"),
    (
        "f(S) = log det S + tr(S⁻¹C)\n∇f = S⁻¹ − S⁻¹C",
        "S: n x n spd; C: n x n symmetric",
        2,
        "missing term",
        "S^-1 - S^-1 C S^-1",
    ),
    ("f(w) = (w'A w)/(w'B w)\n∇f = 2(A w (w'B w) − B w (w'A w))/(w'B w)", QUOTIENT, 2, "missing term", RATIO),
    ("(A + B)^{-1} = A^{-1} + B^{-1}", "A, B: n x n spd", 1, "inverse", "(A + B)^-1"),
    ("f(u) = uᵀRu + 2xᵀu\n∇f(u) = 2Ru + 2x\nu^* = R⁻¹x", "R: n x n spd; x, u: n", 3, "sign", "-R^-1 x"),
    ("f(X) = log det(XᵀAX)\ndf = 2tr((XᵀAX)⁻¹XᵀA dX)", "X: n x k; A: n x n invertible", 2, "symmetry", LOG_FORM),
    (EVIDENCE.replace("   =", "   = -"), "K: n x n spd; y, alpha: n", 3, "sign", "1/2 tr((K^-1 y y' K^-1 - K^-1) dK)"),
]


@pytest.mark.parametrize(("text", "where", "line", "kind", "should_be"), WRONG)
def test_what_is_wrong_is_put_right(text: str, where: str, line: int, kind: str, should_be: str) -> None:
    review = matdiff.check(text, where)
    assert (review.first_wrong, review.kind) == (line, kind)
    assert matdiff.equal(str(review.should_be), should_be, where)


def test_a_line_that_is_not_read_is_not_wrong() -> None:
    review = matdiff.check("f(x) = x'x\ngrad f = 2 x + ???", "x: n")
    assert review.ok
    assert review.lines[1].verdict == "not read"
    assert "not read" in review.message


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("(1) f(x) = x'Ax\n(2) df = x'(A + A')dx\n(3) ∇f = (A + A')x", ""),
        ("L(w) = ‖Φw − t‖²\n∇L = 2Φᵀ(Φw − t)\nΦᵀΦw = Φᵀt\nw = (ΦᵀΦ)⁻¹Φᵀt", ""),
        ("g(W) = tr(W'XX'W), W'W = I\n∇g = 2XX'W", "X: n x m; W: n x k"),
        ("f(x) = max(0, x), f'(x) = 1 for x > 0", "x: scalar"),
        ("φ(t) = f(x + tp) = ½(x + tp)'A(x + tp)\nφ'(t) = p'A(x + tp)", "A: n x n symmetric; x, p: n; t: scalar"),
        ("f(Σ) = log|Σ|\n∂f/∂Σ⁻¹ = −Σ", "Σ: n x n spd"),
        ("f(w) = w'Sw/(w'w)\n∇f = 2Sw/(w'w) - 2(w'Sw)w/(w'w)^2\nSetting it to zero: Sw = λw", "S: n x n symmetric"),
    ],
)
def test_what_holds_under_a_condition_is_no_identity(text: str, where: str) -> None:
    assert matdiff.check(text, where or None).ok


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("∂L/∂A = (∂L/∂w)(∂w/∂A)", True),  # a row of entries
        ("∂L/∂x = (∂L/∂w)(∂w/∂x)", True),  # rows
        ("∂L/∂x = (∂w/∂x)(∂L/∂w)", True),  # columns
        ("∂L/∂x = A (∂L/∂w)", False),
        ("∂L/∂A = x (∂L/∂w)", False),
    ],
)
def test_the_chain_rule_holds_in_the_layout_where_it_fits(line: str, right: bool) -> None:
    assert matdiff.check(f"w = Ax, L = ‖w‖²\n{line}", "A: m x k; x: k").ok is right


def test_what_a_text_says_of_a_declared_vector_is_taken_in() -> None:
    text = "L = −∑_k t_k log p_k, p = softmax(z), ∑_k t_k = 1\n∂L/∂z = p − t"
    assert matdiff.check(text, "z, t: K").ok
    assert matdiff.check(text.replace(", ∑_k t_k = 1", ""), "z, t: K").kind == "domain"


def test_the_lines_after_a_slip_follow_from_it() -> None:
    review = matdiff.check("f(x) = x'x\ndf = x'dx\n = dx'x", "x: n")
    assert [line.verdict for line in review.lines] == ["not a claim", "wrong", "agrees"]


def test_the_command_prints_the_lines_and_fails_for_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "f(x) = x'x\ngrad f = x", "--where", "x: n"]) == 1
    assert "factor" in capsys.readouterr().out
    assert main(["check", "f(x) = x'x\ngrad f = 2x", "--where", "x: n", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


ALONE = [
    ("d/dX tr(AX) = A^T", "", None),
    ("d/dX tr(AX) = A", "", "transpose"),
    ("∂tr(AX)/∂X = A'", "", None),
    ("∇_w log(1 + e^{w'x}) = sigmoid(w'x) x", "", None),
    (r"\frac{\partial}{\partial X} \log\det X = X^{-1}", "", "transpose"),
    (r"\frac{\partial x^\top A x}{\partial x} = (A + A^\top) x", "", None),
    (r"\frac{\partial^2}{\partial x \partial x^\top} x^\top A x = A + A^\top", "", None),
    ("∇_w ‖Xw − y‖² = 2X'(Xw − y)", "", None),
    ("∇²_x xᵀAx = A + Aᵀ", "", None),
    ("∇²_x xᵀAx = 2A", "", "symmetry"),
    ("d(x'Ax) = 2x'A dx", "", "symmetry"),
    ("d log det X = tr(X^-1 dX)", "", None),
    ("D_x (Ax) = A", "", None),
    ("f(x) = x'Ax\nD f(x) = x'(A + A')", "", None),
    ("gradient of ||Xw - y||^2 wrt w is X'(Xw - y)", "", "factor"),
    ("∂(x'Ax)/∂x_i = [(A + A')x]_i", "", None),
    ("L = ‖Wx − y‖²\n∂L/∂W_ij = 2(Wx − y)_i x_j", "W: m x n; x: n; y: m", None),
    ("L = ‖Wx − y‖²\n∂L/∂W_ij = (Wx − y)_i x_j", "W: m x n; x: n; y: m", "factor"),
    ("f = log|S|, S is symmetric\n∂f/∂S_ij = (2S⁻¹ − S⁻¹ ∘ I)_ij", "S: n x n spd", None),
]


@pytest.mark.parametrize(("text", "where", "kind"), ALONE)
def test_a_claim_alone_is_judged(text: str, where: str, kind: str | None) -> None:
    review = matdiff.check(text, where or None)
    assert review.kind == kind
    assert not any(line.verdict == "not read" for line in review.lines)


def test_shapes_that_are_not_declared_are_tried_as_one() -> None:
    """X fits in front of Xw − y where X is square, and is wrong even there."""
    review = matdiff.check("∇_w ‖Xw − y‖² = 2X(Xw − y)")
    assert (review.ok, review.kind, str(review.should_be)) == (False, "transpose", "2Xᵀ(Xw − y)")


PRINTED = [
    ("||x + V relu(W x) - y||^2", "V", "x, y: n; V: n x h; W: h x n"),
    ("(d'x)*sqrt(a'X b)*(y'c)", "X", "X: n x n; a, b, c, d, x, y: n"),
    ("||x + V relu(W x) - y||^2", "W", "x, y: n; V: n x h; W: h x n"),
    ("sum(sigmoid(X'a).^2)", "X", "X: m x n; a: m"),
    ("v'tanh(U tanh(U h0 + W x1) + W x2)", "W", "U: h x h; W: h x n; v, h0: h; x1, x2: n"),
    ("f'a - e*exp(f/e)'K exp(g/e)", "f", "f, a: m; g: n; K: m x n; e: scalar"),
    ("-y'log(sigmoid(X w)) - (1 - y)'log(1 - sigmoid(X w))", "w", "X: m x n; w: n; y: m"),
    ("w'((x - mean(x))/sqrt(var(x) + c))", "x", "x, w: q; c: scalar"),
    ("log(det(S)) + x'inv(S) x", "S", "S: n x n spd; x: n"),
]


@pytest.mark.parametrize("form", ["text", "latex"])
@pytest.mark.parametrize(("expression", "unknown", "where"), PRINTED)
def test_what_matdiff_prints_is_not_called_wrong(expression: str, unknown: str, where: str, form: str) -> None:
    derivation = matdiff.derive(expression, wrt=unknown, where=where)
    printed = derivation.to_text() if form == "text" else derivation.to_latex()
    review = matdiff.check(printed, where)
    assert review.ok, review.message
    assert not any("bracket" in line.reason for line in review.lines)


AS_WRITTEN = [
    ("- objective: `f(x) = norm2(A*x - b)`\n- its gradient: ∇f(x) = A'(A x - b) / ||A x - b||", "A: m x n; x: n; b: m"),
    ("r = b − Ax\n∇½‖r‖² = −Aᵀr\nα = rᵀr/(rᵀAr)", "A: n x n; x, b: n"),
    ("∂/∂x_k ∑_i ∑_j A_ij x_i x_j = ∑_j A_kj x_j + ∑_i A_ik x_i", "A: n x n; x: n"),
    (r"\begin{align} J(w) &= \frac{1}{2}\|X w - y\|^2 \\ \nabla J &= X^T(X w - y) \end{align}", "X: m x n; w: n; y: m"),
    ("f(X) = log det(X)\nf(X + H) - f(X) = log det(I + X^-1 H)", "X, H: n x n"),
    ("F(X) = X⁻¹\nX F = I\ndX F + X dF = 0\ndF = −F dX F", "X: n x n"),
    ("f(x) = (a'x)²\nf(x + h) = (a'x)² + 2(a'x)(a'h) + (a'h)²\ndf = 2(a'x)a'dx", "a, x, h: n"),
    ("f(x) = x'Ax\nd²f = 2dx'A dx\n∇²f = A + A'", "A: n x n; x: n"),
    ("A(t) depends on t. (A⁻¹)' = −A⁻¹A'A⁻¹", "A: n x n"),
    ("′ is d/dt\n(log|K|)′ = Tr(K⁻¹K′)\n(K⁻¹x)′ = −K⁻¹K′K⁻¹x + K⁻¹x′", "K: n x n; x: n"),
    ("∇ ‖x‖² = 2x", "x: n"),
    ("f(W) = sum(relu(Wx))\n∂f/∂W = 1[Wx > 0] x'", "W: m x n; x: n"),
    ("f(x) = g(x)'g(x), g(x) = Bx + c\n∇f = 2B'g(x)", "B: m x n; x: n; c: m"),
    ("f(x) = sum(log(x))\n∇f = 1/x", "x: n positive"),
    ("f(S) = log|S|\n∂f/∂S = 2S⁻¹ − (S⁻¹ ∘ I)", "S: n x n spd"),
]


@pytest.mark.parametrize(("text", "where"), AS_WRITTEN)
def test_the_ways_in_which_people_write_are_read(text: str, where: str) -> None:
    review = matdiff.check(text, where)
    assert review.ok
    assert not any(line.verdict == "not read" for line in review.lines)


def test_a_letter_may_mean_something_else_behind_a_heading() -> None:
    text = "Example 1\nf(x) = a'x\n∇f = a\n\nExample 2\nf(x) = x'x, 4.1. df = 2x'dx\n∇f = x"
    review = matdiff.check(text, "a, x: n")
    assert (review.first_wrong, review.kind) == (6, "factor")
    start, end = review.lines[5].span
    assert text[start:end] == "∇f = x"


@pytest.mark.parametrize(
    ("text", "convention"),
    [
        ("f(x, y) = x'Ay, x ∈ ℝ^m, A ∈ ℝ^{m×n}\n∂f = x'A ∂y + ∂x'A y = x'A ∂y\n∇_y f = A'x", "x does not vary"),
        ("X, A ∈ ℝ^{n×n}\nA is symmetric\nf(X) = tr(X'AX)\n∇f = 2AX", ""),
        ("sum_k y_k = 1\nL = -y'log(softmax(z))\n∂L/∂z = softmax(z) - y", ""),
    ],
)
def test_what_a_text_says_of_its_letters_is_taken_in(text: str, convention: str) -> None:
    review = matdiff.check(text)
    assert review.ok
    assert not convention or any(convention in line.reason for line in review.lines)
    assert not any(line.verdict == "not read" for line in review.lines)


WRITTEN_IN_ENTRIES = [
    (
        "$p_i = \\frac{e^{z_i}}{\\sum_j e^{z_j}}$\n\n$\\frac{\\partial p_i}{\\partial z_j} = p_i(\\delta_{ij} - p_j)$",
        "z: n",
    ),
    ("y_i = ∑_j W_ij x_j, E = ½ ∑_i y_i²\n∂E/∂W_ij = y_i x_j\n∂E/∂W = y xᵀ", "W: m x n; x: n"),
    ("f = ∑ᵢ ∑ⱼ xᵢ aᵢⱼ xⱼ\n∂f/∂xₖ = ∑ⱼ aₖⱼ xⱼ + ∑ᵢ xᵢ aᵢₖ\nso ∇f = Ax + Aᵀx", "A: n x n; x: n"),
    ("f(X) = \\sum_i \\sum_j a_{ij} x_{ij}^2\n\\frac{\\partial f}{\\partial X} = 2 A \\odot X", "A, X: n x n"),
    ("C_ij = ∑_k A_ik B_kj\ndC = dA B + A dB", "A, B: n x n"),
    # words are names, and so is a function that is not called by a letter
    ("err = y - X w\nloss = err'err\ndloss/dw = -2 X'err", "X: m x n; w: n; y: m"),
    ("g(X) = tr(A X^-1 B)\ndg = -tr(A X^-1 dX X^-1 B)", "A, B, X: n x n"),
    ("\\log p(y \\mid X, w) = -\\frac{1}{2}\\|y - Xw\\|^2\n\\nabla_w \\log p(y \\mid X, w) = X^\\top(y - Xw)", ""),
    ("P⁺ = (I − KH)P(I − KH)ᵀ\n∂tr(P⁺)/∂K = −2PHᵀ + 2KHPHᵀ", "P: n x n spd; K: n x m; H: m x n"),
    # what is differentiated by is the customary unknown, and of vec(Y) the Jacobian is that of Y
    ("f = x'A x/(x'x)\n∇f = (A + A')x/(x'x) - 2(x'A x)x/(x'x)^2", "A: n x n; x: n"),
    ("Y = AXB\n∂vec(Y)/∂vec(X) = Bᵀ ⊗ A", "A: m x n; X: n x p; B: p x q"),
    # what is said of letters; a function that is declared and not given; acronyms; log N(x; m, C)
    ("S = LLᵀ, L is lower triangular\ndS = dL Lᵀ + L dLᵀ\nL⁻¹ dS L⁻ᵀ = L⁻¹ dL + (L⁻¹ dL)ᵀ", "S: n x n spd"),
    ("∇f(x) + Aᵀν = 0\nd(∇f(x) + Aᵀν) = ∇²f(x) dx + dAᵀν + Aᵀdν", "f: n -> scalar; x: n; A: m x n; ν: m"),
    ("KL = sum_i p_i log(p_i/q_i)\ndKL/dp_i = log(p_i/q_i) + 1", "p, q: n positive"),
    (
        "$\\log N(x; m, C) = -\\frac12 (x-m)^TC^{-1}(x-m)$\n$\\nabla_m \\log N = C^{-1}(x - m)$",
        "C: d x d spd; x, m: d",
    ),
    ("M(t) = A + tB\nd/dt M⁻¹ = −M⁻¹BM⁻¹\nThe Hessian: ∇²‖Ax‖² = 2AᵀA", "t: scalar; A, B: n x n; x: n"),
    # a constraint is where the Lagrangian is stationary
    ("L(x, ν) = ½xᵀPx + νᵀ(Ax − b)\n∇ₓL = Px + Aᵀν = 0 ⇒ x = −P⁻¹Aᵀν\nAx = b ⇒ −AP⁻¹Aᵀν = b", "P: n x n spd; A: m x n"),
]


@pytest.mark.parametrize(("text", "where"), WRITTEN_IN_ENTRIES)
def test_entries_words_and_constraints_are_read(text: str, where: str) -> None:
    review = matdiff.check(text, where)
    assert review.ok, review.message
    assert not any(line.verdict == "not read" for line in review.lines)


TOLD_APART = [
    (
        "f = \\operatorname{tr}(X^T A X B)\n\\frac{\\partial f}{\\partial X} = AXB + A^TXB",
        "A: n x n; B: m x m; X: n x m",
        2,
        "transpose",
    ),
    ("F = A B\ndF = dA dB", "A: m x n; B: n x p", 2, "missing term"),
    ("∂/∂x_k ∑_i ∑_j A_ij x_i x_j = ∑_j A_jk x_j + ∑_i A_ik x_i", "A: n x n; x: n", 1, "index"),
    ("f(S) = log|S|\n∂f/∂S = S", "S: n x n spd", 2, "inverse"),
    ("$\\frac{\\partial \\log|\\Sigma|}{\\partial\\Sigma} = \\Sigma$", "", 1, "inverse"),
    ("f(X) = det(X)\ndf = det(X) tr(X dX)", "X: n x n", 2, "inverse"),
    ("f(R) = log det(I + R Rᵀ)\n∇f = 2R(I + R Rᵀ)⁻¹", "R: n x k", 2, "transpose"),
    ("f(x) = ‖x‖\n∇f = x", "x: n", 2, "missing term"),
    ("y_i = ∑_j W_ij x_j, E = ½ ∑_i y_i²\n∂E/∂W_ij = y_j x_i", "W: m x n; x: n", 2, "index"),
    ("f(x) = exp(−½xᵀx)\n∇f = −f(x) x\n∇²f = −f(x) I", "x: n", 3, "constant"),
    ("f(X) = tr(XAXᵀB)\n∇f = BᵀXAᵀ", "X: m x n; A: n x n; B: m x m", 2, "missing term"),
    ("f(x) = ‖Ax − b‖² + c‖x‖²\n∇f = 2Aᵀ(Ax − b)", "A: m x n; x: n; b: m; c: scalar", 2, "missing term"),
    ("A : B = vec(A) vec(B)ᵀ", "A, B: m x n", 1, "transpose"),
    ("f(x) = a'x + x'x\n∇f = -a + 2x", "a, x: n", 2, "sign"),
    ("Hx + g + Aᵀν = 0\nHx + Aᵀν = g", "H: n x n; x, g: n; A: m x n; ν: m", 2, "sign"),
    ("f = ‖tanh(XW) − Y‖²\n∂f/∂W = 2Xᵀ(tanh(XW) − Y) ⊙ tanh'(XW)", "X: m x n; W: n x p; Y: m x p", 2, "order"),
]


@pytest.mark.parametrize(("text", "where", "line", "kind"), TOLD_APART)
def test_kinds_of_slips_are_told_apart(text: str, where: str, line: int, kind: str) -> None:
    review = matdiff.check(text, where)
    assert (review.first_wrong, review.kind) == (line, kind)


def test_an_equation_between_different_things_is_a_condition() -> None:
    """Xᵀy stands in one side only: no identity is meant, and nothing above says what follows."""
    assert matdiff.check("X^T X w = X^T y", "X: m x n; w: n; y: m").ok


def test_the_steps_between_lines_are_filled_in_with_their_laws() -> None:
    """From 2Xᵀ(Xw − y), as it is derived, to 2XᵀXw − 2Xᵀy; every step is equal to the one before."""
    review = matdiff.check("f(w) = ‖Xw − y‖²\n∇f = 2XᵀXw − 2Xᵀy\n   = 2Xᵀ(Xw − y)", SHAPES)
    derived, following = review.lines[1], review.lines[2]
    assert str(derived.steps[-1].expression) == "2XᵀXw − 2Xᵀy"
    assert "cA + cB = c(A + B)" in derived.laws
    assert "product law" in derived.laws
    assert [str(step.expression) for step in following.steps] == ["2(XᵀXw − Xᵀy)", "2Xᵀ(Xw − y)"]
    chain = [step.expression for step in following.steps]
    assert all(matdiff.equal(one, other) for one, other in pairwise(chain))


def test_a_wrong_line_has_no_steps() -> None:
    assert matdiff.check("f(x) = x'x\ngrad f = x", "x: n").lines[1].steps == ()


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "json"])
def test_a_review_is_written_with_its_steps(form: str) -> None:
    review = matdiff.check("f(x) = x'A x\ngrad f = A x + A'x", "A: n x n; x: n")
    assert "C" in review.written(form, "full")
    assert len(review.written(form, "full")) > len(review.written(form))
    with pytest.raises(matdiff.MatdiffError):
        review.written(form, "many")


def test_a_table_of_markdown_has_three_cells_in_each_row() -> None:
    review = matdiff.check("f(x) = ||x||^2\ngrad f = 2x", "x: n")
    rows = [row for row in review.to_markdown("full").splitlines() if row.startswith("|")]
    assert all(len(row.replace("\\|", "").split("|")) == 5 for row in rows)


def test_a_name_may_be_given_another_meaning() -> None:
    """What is said behind the next f(x) = … is about that; behind one that is not read, about nothing that is known."""
    text = "f(x) = x'x\n∇f = 2x\nf(x) = x'A x\n∇f = (A + A')x\nf(x) = x'…x\n∇f = 7x"
    review = matdiff.check(text, "A: n x n; x: n")
    assert review.ok
    assert [line.verdict for line in review.lines][1::2] == ["proved", "proved", "not read"]


def test_what_is_no_derivative_is_said_to_be_not_equal() -> None:
    assert matdiff.check("‖a + b‖² = ‖a‖² + ‖b‖²", "a, b: n").message.startswith("the two sides are not equal")


def test_a_word_beside_a_sign_is_no_prose() -> None:
    text = "dL/dh = (yhat - y) @ W2^T, where yhat = h @ W2, L = 0.5*sum((yhat - y)**2)"
    where = "h: n x k; W2: k x m; y: n x m"
    assert matdiff.check(text, where).ok
    assert matdiff.check(text.replace("W2^T", "W2"), where).kind == "transpose"
    assert matdiff.check("f = (foo - y)'(foo - y)\n∇_y f = (bar - y) 2", "y: n").lines[0].verdict == "not read"


def test_behind_a_line_with_a_letter_of_which_nothing_is_said_du_is_an_increment() -> None:
    review = matdiff.check("f(u) = (uᵀu)v\ndf = 2(uᵀ du)v\n   = K du\ndf = 2v uᵀdu\n   = v uᵀdu", where="u: 3; v: 3")
    assert [line.verdict for line in review.lines[1:]] == ["proved", "not read", "proved", "wrong"]


def test_a_derivative_by_a_number_follows_from_the_equation_that_x_solves() -> None:
    text = "A(p) x = b, J = cᵀx\ndx/dp = −A⁻¹ (dA/dp) x\ndJ/dp = −cᵀA⁻¹ (dA/dp) x = −λᵀ (dA/dp) x with Aᵀλ = c"
    assert [line.verdict for line in matdiff.check(text).lines] == ["not a claim", "agrees", "agrees"]


def test_a_hyphen_in_front_of_a_row_may_be_the_sign_of_a_list() -> None:
    found = matdiff.check("f = x'x\n- ∇f = 2x")
    assert found.first_wrong is None
    assert "sign of a list" in found.lines[1].reason
    assert matdiff.check("f = x'x\n- ∇f = 3x").first_wrong == 2


@pytest.mark.parametrize(
    "claim",
    ["f = x'x — gradient of f with respect to x is 3x", "f = x'x  # the gradient is 3x", "f = x'x  // so ∇f is 3x"],
)
def test_a_claim_behind_a_dash_is_no_remark(claim: str) -> None:
    (line,) = matdiff.check(claim).lines
    assert line.verdict in ("not read", "wrong")


def test_a_row_that_begins_with_a_relation_is_no_quotation() -> None:
    found = matdiff.check("f = x'A x, A spd\n∇²f = 2A\n> 0")
    assert found.ok
    assert found.lines[2].text == "> 0"


SLIPS_OF_THE_PEN = [
    r"""f(D) = |D|
= |D| \text{Tr}(D^{-1} \par^tial D)
\nabla_D f = |D| D^{-T}""",  # a command that is none
    r"""$H(q, p) = \frac{1}{2} p^\top M^{-1} p + \frac12 q^\top K q$ with $M, K$ symmetric
$\dot q = \frac{\pairtialH}{\partial p} = M^{-1}p$
$\dot p = -\frac{\partial H}{\partial q} = -Kq$
$\frac{dH}{dt} = p^\top M^{-1}\ α dot p + \dot q^\top K q = 0$""",
    r"""$D = \frc12 \|X - WH\_F^2$

$\nablaW D = (WH - X)H^\top$, $\nabla_H D = W^\top(WH - X)$""",  # bars that stay open
    "f(x + p) ≈ f(x) + g'p + ½p'Hp\nminimi) = f + g'p + ½p'Hp\n∇m(p) = g + Hp = 0",  # a bracket that nothing opens
]


@pytest.mark.parametrize("text", SLIPS_OF_THE_PEN)
def test_a_slip_of_the_pen_is_a_line_that_is_not_read(text: str) -> None:
    assert any(line.verdict == "not read" for line in matdiff.check(text).lines)


def test_how_a_place_moves_is_said_or_not_guessed() -> None:
    told = "E = ½ m v² + U(x){}\ndE/dt = m v v̇ + U'(x) v"
    assert [matdiff.check(told.format(said)).lines[1].verdict for said in (", v = ẋ", "")] == ["proved", "not read"]


@pytest.mark.parametrize(
    ("slip", "derived", "where"),
    [
        ("J = (y - Xb)'(y - Xb)\n= y'y - b'X'y + b'X'Xb", "dJ/db = -X'y + 2X'Xb", "X: n x p; y: n; b: p"),
        ("f(R) = ||R A - B||^2\ndf = 2 tr((R A - B)' A dR)", "df/dR = 2 A'(R A - B)", "R, A, B: n x n"),
        ("f(x) = x'A x\ndf/dx = A x", "d^2f/dx^2 = 1*A", "A: n x n; x: n"),
    ],
)
def test_one_slip_does_not_mark_what_is_derived_from_it(slip: str, derived: str, where: str) -> None:
    *_, wrong, last = matdiff.check(f"{slip}\n{derived}", where=where).lines
    assert (wrong.verdict, last.verdict, last.reason) == (
        "wrong",
        "agrees",
        "it follows from the line above, which is wrong",
    )
    second = derived.replace("2", "7") if "2X" in derived else derived.replace("= ", "= 7*")
    assert matdiff.check(f"{slip}\n{second}", where=where).lines[-1].verdict == "wrong"
