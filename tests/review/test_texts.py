"""Derivations as they stand in lecture notes, questions and answers: what is right is called right, slips are found."""

from __future__ import annotations

import pytest

import matdiff

RIGHT = [
    (  # a term that does not depend on the unknown, between others that do
        r"""J(\theta) = (X\theta - Y)^T(X\theta - Y)
\nabla_{\theta}J(\theta) = \nabla_{\theta}(\theta^T X^T X \theta - 2 Y^T X \theta + Y^T Y)
= \nabla_{\theta} \theta^T X^T X \theta - \nabla_{\theta} 2 Y^T X \theta + \nabla_{\theta} Y^T Y
= 2 X^T X \theta - 2 X^T Y""",
        r"X: m x n; theta: n; Y: m",
    ),
    ("f(X) = ||AX − B||_F\nd(f^2)(X) = 2Aᵀ(AX − B)", "A: m x n; X: n x k; B: m x k"),
    ("f(x) = log(1'exp(Ax))\ndf = 1'(exp(Ax) ⊙ A dx)/(1'exp(Ax))", "A: m x n; x: n"),
    (
        "F(X) = A X B\ndvec F = (B' ⊗ A) dvec X\ndvec(F) = (B' ⊗ A) dvec(X)\n∂vec(AXB)/∂(vec X)' = B' ⊗ A",
        "A: m x n; X: n x p; B: p x q",
    ),
    (  # sums that are left out
        "f = x_i A_{ij} x_j\n"
        "∂f/∂x_k = δ_{ik} A_{ij} x_j + x_i A_{ij} δ_{jk}\n= A_{kj} x_j + x_i A_{ik}\n= [(A + Aᵀ)x]_k",
        "A: n x n; x: n",
    ),
    (
        r"""E(\tilde{w}) = (y - \tilde{X}\tilde{w})^\top (y - \tilde{X}\tilde{w})
$$
\frac{\partial}{\partial \tilde{w}}\big(-2\,y^\top \tilde{X}\tilde{w}\big)
= -2\,\tilde{X}^\top y.
$$""",
        "",
    ),
    (
        r"""$L=\sum_{i=1}^N(\hat{y}_i-y_i)^2$ with $\hat{y}_i=w^Tx_i+b$
$\frac{\partial L}{\partial w}=2\sum_{i=1}^N(\hat{y}_i-y_i)x_i$""",
        "x_i: d; y_i: scalar; b: scalar; w: d",
    ),
    (
        r"""\nabla_{\vec w} R(\vec w) = \nabla_{\vec w} \frac{1}{n} (X \vec w - \vec y)^T (X \vec w - \vec y)
= \frac{1}{n} (2 X^T X \vec w - 2 X^T \vec y)""",
        "X: n x d; w: d; y: n",
    ),
    (
        r"""\phi(X) = \tfrac12 \|AXB - C\|_F^2
\nabla^2_{\operatorname{vec}X}\phi = BB^\top \otimes A^\top A""",
        "A: m x n; X: n x p; B: p x q; C: m x q",
    ),
    (  # in code, where dz2 is short for a gradient
        """z1 = W1 @ x + b1
a1 = relu(z1)
z2 = W2 @ a1 + b2
loss = 0.5 * norm(z2 - y)**2
dz2 = z2 - y
da1 = W2.T @ dz2
dz1 = da1 * (z1 > 0)""",
        "W1: h x n; b1: h; W2: k x h; b2: k; x: n; y: k",
    ),
    ("d² = (x−μ)ᵀ M (x−μ), M ⪰ 0 symmetric\n∂d²/∂x = 2M(x−μ)\n∂d²/∂M = (x−μ)(x−μ)ᵀ", "M: n x n symmetric; x, μ: n"),
    (
        r"""\nabla_xx^TAx = 2Ax \text{, if A symmetric}
\nabla_x^2x^TAx = 2A \text{, if A symmetric}
\nabla_x(\frac12 x^TAx) = \frac{1}{2}2Ax""",
        "",
    ),
    (
        r"""$$J(\theta) = -\sum_{i=1}^n y_i \log \pi_i + (1-y_i)\log (1 - \pi_i)$$
$$\pi_i=\frac{1}{1+\exp(-\theta^T x_i)}$$
$$J(\theta) = \sum_{i=1}^n \log(\exp(\theta^T x_i) + 1) - y_i \theta^T x_i$$
$$\nabla J = \sum_{i=1}^n (\pi_i - y_i) x_i$$""",
        "x_i: d; y_i: scalar; theta: d",
    ),
    (
        r"""\ln L(\beta) = -\frac{n}{2}\ln(2\pi\sigma^2) - \frac{1}{2\sigma^2}(y - X\beta)'(y - X\beta)
\frac{\partial\ln L}{\partial\beta} = \frac{1}{\sigma^2} X'(y - X\beta)
\frac{\partial^2\ln L}{\partial\beta\partial\beta'} = -\frac{1}{\sigma^2} X'X""",
        "X: n x k; y: n; β: k; sigma: positive",
    ),
    ("log L = Σ_i (y_i x_i'β − exp(x_i'β))\n∂ log L/∂β = Σ_i (y_i − exp(x_i'β)) x_i", "x_i: k; y_i: scalar; β: k"),
    ("f(x) = ½‖x − Px‖², P = Pᵀ = P²\n∇f(x) = (I − P)ᵀ(I − P)x = (I − P)x", "P: n x n; x: n"),
    ("M = I − H where H² = H = Hᵀ\nf(x) = ‖Mx − y‖²\n∇f(x) = 2M(Mx − y)\n= 2(Mx − My)", "H, M: n x n; x, y: n"),
    ("M is idempotent and symmetric.\nf(x) = ‖Mx‖²\n∇f(x) = 2Mx", "M: n x n; x: n"),
    ("Q is an orthogonal matrix.\nf(x) = ‖Qx‖²\n∇f(x) = 2x", "Q: n x n; x: n"),
    ("Kᵀ = −K, f(x) = xᵀKy\n∇f(x) = Ky = −Kᵀy", "K: n x n; x, y: n"),
    ("A ≻ 0, f(x) = xᵀAx\n∇f(x) = 2Ax", "A: n x n; x: n"),
    (  # A stands still, as f is a function of x
        r"""d(\alpha A + \beta B)= \alpha dA + \beta dB
f(x)=x^{T}Ax
df = d(x^{T})Ax + x^{T}(dA \cdot x + Adx)
= d(x^{T})Ax + x^{T}Adx
= x^{T}(A+A^{T})dx""",
        "A, B: n x n; x: n",
    ),
    ("f(x) = xxᵀx\ndf = (xᵀx)dx + 2xxᵀdx\n= (Ixᵀx + 2x · xᵀ)dx", "x: n"),
    (r"$$f(X) = \mbox{tr} \left( (AX)^t (AX) \right)$$ has $\nabla_{X}f = 2A^{\top}AX$.", "A: m x n; X: n x k"),
    (r"$$y=Wx \quad \frac{d\vec{y}}{d\vec{x}}=W$$", "W: m x n; x: n"),
    ("f = log det K\nδf = tr(K⁻¹δK)\nδ(K⁻¹) = −K⁻¹ δK K⁻¹", "K: n x n spd"),
    ("∂(X ∘ Y) = (∂X) ∘ Y + X ∘ (∂Y)\n∂(ln(det(X))) = Tr(X⁻¹∂X)", ""),
    ("- f(X) = tr(X^T L X)\n- df = 2 tr(X^T L dX)\n- ∇f = 2 L X", "L: n x n symmetric; X: n x k"),
    (
        "Q(μ) = −½ ∑_k r_k (x_k − μ)ᵀ(x_k − μ)\n∂Q/∂μ = ∑_k r_k (x_k − μ) = 0\n⇒ μ = ∑_k r_k x_k / ∑_k r_k",
        "r_k: scalar; x_k, μ: d",
    ),
    ("V(x) = x'Px, x₊ = Ax\nV(x₊) = x'A'PAx", "P, A: n x n; x: n"),
    (
        "F(X) = A X B\n∂vec(F)/∂vec(X)' = B' ⊗ A\n∂vec F/∂(vec X)' = B' ⊗ A\n∂vec(AXB)/∂vec(X)ᵀ = B' ⊗ A",
        "A: m x n; X: n x p; B: p x q",
    ),
    (  # a covariance, which nobody declared
        r"""-2(H\hat{M}_k)^T+2K_k(H\hat{M}_kH^T+R) = 0
K_k = \hat{M}_kH^T(H\hat{M}_kH^T+R)^{-1}""",
        "",
    ),
]


@pytest.mark.parametrize(("text", "where"), RIGHT)
def test_what_is_right_is_read_and_not_called_wrong(text: str, where: str) -> None:
    review = matdiff.check(text, where or None)
    assert review.ok, review
    assert {line.verdict for line in review.lines} <= {
        "proved",
        "agrees",
        "right under a convention",
        "not a claim",
    }, review


WRONG = [
    (  # 0 = ∇f = …, in a sum over what stands behind a minus; the factor ½ of the quadratic form is lost
        r"""\begin{align}
0 &= \nabla_\Sigma \sum_{i=1}^n -\frac12\ln((2\pi)^d\det(\Sigma)) - (x_i-\mu)^T\Sigma^{-1}(x_i-\mu) \\
&= -\frac n2\nabla_\Sigma \ln(\det(\Sigma)) -\frac12\nabla_\Sigma \operatorname{tr}(\Sigma^{-1}\sum_{i=1}^n(x_i-\mu)(x_i-\mu)^T)
\end{align}""",  # noqa: E501
        "Sigma: d x d spd; x_i: d; mu: d",
        3,
        "factor",
        "-n inv(Sigma)/2 + inv(Sigma) (sum_{i=1}^n (x_i - mu)(x_i - mu)') inv(Sigma)",
    ),
    (
        "f(x) = (x'x)^2\n∇f = 4 (x'x) x\n∇²f = 4 (x'x) I + 4 x x'",
        "x: n",
        3,
        "factor",
        "4 (x'x) I + 8 x x'",
    ),
    (
        r"""E = \sum_i (t_i - w^T \phi_i)^2
\nabla^2 E = 2\sum_i \phi_i^T\phi_i""",
        "phi_i: d; t_i: scalar; w: d",
        2,
        "order",
        "2 sum_i phi_i phi_i'",
    ),
    (
        "z1 = W1 @ x\na1 = relu(z1)\nz2 = W2 @ a1\nloss = 0.5 * norm(z2 - y)**2\ndz2 = z2 - y\nda1 = W2 @ dz2",
        "W1: h x n; W2: k x h; x: n; y: k",
        6,
        "transpose",
        "W2'(W2 relu(W1 x) - y)",
    ),
    (
        r"""J = -\sum_i [t_i \log y_i + (1-t_i)\log(1-y_i)], y_i = \sigma(w^T x_i)
\frac{\partial J}{\partial w} = \sum_i (y_i - t_i) y_i (1 - y_i) x_i""",
        "x_i: d; t_i: scalar; w: d",
        2,
        "chain rule",
        "sum_i (sigmoid(w'x_i) - t_i) x_i",
    ),
    (
        r"""y_i = \sum_j A_{ij}x_j
f = \sum_i y_i^2
\frac{\partial f}{\partial x_k} = 2\sum_i y_i A_{ki}""",
        "A: m x n; x: n",
        3,
        "index",
        "(2A'A x)_k",
    ),
]


@pytest.mark.parametrize(("text", "where", "line", "kind", "should_be"), WRONG)
def test_a_slip_is_found_and_put_right(text: str, where: str, line: int, kind: str, should_be: str) -> None:
    review = matdiff.check(text, where)
    assert (review.first_wrong, review.kind) == (line, kind), review
    assert matdiff.equal(str(review.should_be), should_be, where)


@pytest.mark.parametrize(
    "turned", ["^T", "'", r"^\intercal", r"^{\intercal}", r"^{\prime}", r"^{\mathsf{T}}", r"^\top"]
)
def test_ones_are_transposed_in_any_spelling(turned: str) -> None:
    """log(1ᵀexp(h))·1 is a vector, and its differential has the factor 1 behind it in the next line too."""
    text = r"""\partial z = \partial h - \partial(\log(1^T \exp(h)) \cdot 1)
= \partial h - \frac{1}{1^T \exp(h)} 1^T \partial(\exp(h) \cdot 1)"""
    assert matdiff.check(text.replace("^T", turned), "h: n").first_wrong == 2


def test_a_function_that_is_not_given_has_no_derivative() -> None:
    """ln Lᵢ is said nowhere: ∂ln Lᵢ/∂β was a quotient of increments, and so 0."""
    review = matdiff.check(r"\frac{\partial\ln L_{i}}{\partial\beta}=\left(y_{i}-\lambda_{i}\right)")
    assert [line.verdict for line in review.lines] == ["not read"]


def test_orthonormal_columns_excuse_what_holds_with_them() -> None:
    """No property of a matrix that is not square says that QᵀQ = I, of which it follows; else the line is wrong."""
    text = "f(x) = ‖Qx‖²\n∇f = 2x"
    assert matdiff.check(text, "Q: m x n; x: n").first_wrong == 2
    review = matdiff.check(f"QᵀQ = I\n{text}", "Q: m x n; x: n")
    assert [line.verdict for line in review.lines][2] == "agrees"
    assert matdiff.check(f"QᵀQ = I\n{text}".replace("2x", "x"), "Q: m x n; x: n").first_wrong == 3


def test_what_is_said_of_an_unknown_does_not_hold_beside_it() -> None:
    """RᵀR = I is a constraint where R varies: tr(AᵀR) + tr(RᵀR) has the gradient A + 2R, and no constant in it."""
    text = "RᵀR = I\nf(R) = tr(AᵀR) + tr(RᵀR)\n∂f/∂R = A"
    assert matdiff.check(text, "A, R: n x n").first_wrong == 3


@pytest.mark.parametrize(("gradient", "wrong"), [("2Xᵀ(Xw − y)", None), ("Xᵀ(Xw − y)", 4)])
def test_a_part_without_a_function_speaks_of_the_one_above_its_heading(gradient: str, wrong: int | None) -> None:
    text = f"## Setup\nf(w) = ‖Xw − y‖²\n\n## Gradient\n∇f(w) = {gradient}\n"
    review = matdiff.check(text)
    assert review.first_wrong == wrong
    assert review.lines[3].verdict == ("wrong" if wrong else "proved")


def test_an_example_with_a_number_begins_anew() -> None:
    review = matdiff.check("Example 1\nf(x) = aᵀx\n∇f = a\n\nExample 2\n∇f = b")
    assert review.lines[-1].verdict == "not read"
