"""Customs of authors in whole texts, each read as it is meant; a slip beside it is found."""

from __future__ import annotations

import pytest

import matdiff

WEIGHTED = r"""Q(\beta) = (y - X\beta)^\top \Omega^{-1} (y - X\beta)
\frac{\partial Q}{\partial \beta} = -2 X^\top \Omega^{-1} y + 2 X^\top \Omega^{-1} X \beta
where $\Omega$ is symmetric."""
EXPANDED = r"""$f(X) = \frac12 \| X A^T \|_F^2$
\begin{align*} f(X + \Delta X) &= \frac12 \text{Tr}((X + \Delta X)A^T A (X + \Delta X)^T) \\
&= \frac12 \text{Tr}(XA^TAX^T) + \text{Tr}(\Delta X A^TAX^T) \\ & \qquad + \frac12 \text{Tr}(\Delta X A^T A \Delta X^T)
\end{align*}"""
ENTROPY = """S(P) = -tr(P log P)
dS = -tr(dP log P) - tr(dP)
∇S = -(log P)ᵀ - I"""
LAYER = """Y = X W1, Z = relu(Y)
S = Z W2
L = 1/2 ||S - T||_F^2
dL/dW2 = Z' (S - T)"""
PROCESS = """h = ½ yᵀK⁻¹y
∂h/∂θ = −½ yᵀK⁻¹ ∂K/∂θ K⁻¹y
      = −½ tr(ααᵀ ∂K/∂θ)
with α = K⁻¹y, and K symmetric"""
COLON = r"""$f(A, B) = \|P - AB^T\|^2$ where $A:B = \operatorname{tr}(A^T B)$
$$X = BA^T - P^T, \quad f = X:X, \quad df = 2X:dX = 2X:dB\,A^T = 2XA:dB$$"""
TWO_IN_A_ROW = """z = W x,   p = softmax(z)
∂ℓ/∂z = p − y
∂ℓ/∂x = Wᵀ (p − y)"""
TEXTS = [
    (WEIGHTED, "", "+ 2 X", "- 2 X", 2),
    (EXPANDED, "", "& \\qquad + \\frac12", "& \\qquad + ", 3),
    (ENTROPY, "P: n x n", "- I", "", 3),
    (LAYER, "X: n x d; W1: d x h; W2: h x k; T: n x k", "Z' (S - T)", "Z (S - T)", 4),
    (PROCESS, "", "−½ tr(ααᵀ", "−tr(ααᵀ", 3),
    (COLON, "", "2XA:dB", "XA:dB", 2),
    (TWO_IN_A_ROW, "W: k x d; x: d; y: k", "Wᵀ (p", "W (p", 3),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line"), TEXTS)
def test_a_custom_is_read_and_a_slip_beside_it_is_found(
    text: str, where: str, right: str, wrong: str, line: int
) -> None:
    review = matdiff.check(text, where)
    assert review.ok
    assert "not read" not in {line.verdict for line in review.lines}
    head, _, tail = text.rpartition(right)
    assert matdiff.check(head + wrong + tail, where).first_wrong == line


SYMMETRIC = r"""if $\mathbf{X}$ is symmetric, then
$$\frac{\partial \log |\mathbf{X}|}{\partial \mathbf{X}} = 2 \mathbf{X}^{-1} - (\mathbf{X}^{-1} \circ \mathbf{I})$$"""
STEP = r"""$f(x) = \frac12 x^\top Q x - b^\top x$, $Q$ symmetric, $\phi(t) = f(x + t d)$
$$\phi'(t) = d^\top (Q(x + t d) - b)$$"""
LAYERS = r"""$z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}, \quad a^{(l)} = \sigma(z^{(l)})$
$\frac{\partial C}{\partial W^{(l)}} = \frac{\partial C}{\partial z^{(l)}} (a^{(l-1)})^\top$"""
VARIATION = r"""$\alpha = x^T A x$
$\frac{\delta\alpha}{\delta x} = (A + A^T) x$"""
MORE = [
    (SYMMETRIC, "2 \\mathbf", "3 \\mathbf", 2),
    (STEP, "Q(x + t d) - b", "Q(x + t d) + b", 2),
    (LAYERS, r"= \frac{\partial C}{\partial z", r"= 2 \frac{\partial C}{\partial z", 2),
    (VARIATION, "(A + A^T)", "(A - A^T)", 2),
]


@pytest.mark.parametrize(("text", "right", "wrong", "line"), MORE)
def test_nothing_is_declared_where_a_custom_says_it(text: str, right: str, wrong: str, line: int) -> None:
    review = matdiff.check(text)
    assert review.ok
    assert "not read" not in {line.verdict for line in review.lines}
    head, _, tail = text.rpartition(right)
    assert matdiff.check(head + wrong + tail).first_wrong == line


def test_sizes_that_nobody_declares_may_be_equal() -> None:
    assert matdiff.check("y = Ax\nd(xᵀAx) = xᵀA dx + yᵀdx").lines[1].verdict == "proved"


def test_what_is_said_of_entries_off_the_diagonal_is_not_called_wrong() -> None:
    text = "s = softmax(z)\nCase i ≠ j: ∂s_i/∂z_j = −s_i s_j"
    assert matdiff.check(text).ok
    assert not matdiff.check("s = softmax(z)\n∂s_i/∂z_j = −s_i s_j").ok


EIGEN = """L(w, λ) = wᵀΣw − λ(wᵀw − 1)
∇_w L = 2Σw − 2λw = 0 ⇒ Σw = λw
wᵀΣw = λwᵀw"""
LOGISTIC = """L(w) = -sum(y log p + (1-y) log(1-p)) + lambda/2 ||w||^2, p = sigmoid(X w)
gradient: X^T (p - y) + lambda w
Hessian: X^T diag(p (1-p)) X + lambda I"""
UNSAID = """y = Wx + b
∇_W L = (∇_y L)xᵀ
∇_x L = Wᵀ∇_y L"""
GRAPH = """f = ∑_ij W_ij (x_i − x_j)², W symmetric
∂f/∂x_k = 4 ∑_j W_kj (x_k − x_j)"""
SCATTER = r"""$L = w^T S_B w - \lambda(w^T S_W w - 1)$, where $S_B$ and $S_W$ are symmetric
$\nabla_w L = 2 S_B w - 2 \lambda S_W w$"""
FROM_ZERO = r"""\alpha = \sum_{i=0}^{n-1}\sum_{j=0}^{n-1} x_i a_{ij} x_j
\frac{\partial\alpha}{\partial x_k} = \sum_{i=0}^{n-1} a_{ik} x_i + \sum_{j=0}^{n-1} a_{kj} x_j"""
LAST = [
    ("f(X) = ‖XXᵀ − M‖²_F, M symmetric\n∇f = 4(XXᵀ − M)X\n∇f = 0 ⇒ XXᵀX = MX", "= 4(", "= 2(", 2),
    (GRAPH, "= 4", "= 2", 2),
    (SCATTER, "- 2 \\lambda", "+ 2 \\lambda", 2),
    (FROM_ZERO, "a_{ik} x_i +", "a_{ik} x_i -", 2),
    ("u = A x\nf = sum(u)\ndf/du = 1\ndf/dx = A' 1", "df/du = 1", "df/du = 2", 3),
    (r"J(w) = \|Xw - y\|^2" + "\n" + r"\nabla^2 J = 2X^\top X \succ 0", "= 2X", "= X", 2),
    ("A = tanh(Z)\nL = (1/2n) ||A − Y||²\n∂L/∂A = (A − Y)/n", "(A − Y)/n", "2(A − Y)/n", 3),
    (EIGEN, "2Σw − 2λw", "2Σw − λw", 2),
    (LOGISTIC, "(p - y)", "(y - p)", 2),
    (LOGISTIC, "diag(p (1-p)) X", "diag(p (1-p)) X^T", 3),
    (UNSAID, "Wᵀ∇_y", "2Wᵀ∇_y", 3),
    ("a = 0.1 * 15.333 = 1.533", "1.533", "1.543", 1),
    ("L = ½(x − μ)ᵀS⁻¹(x − μ) + ½log|S|\n∂L/∂μ = −S⁻¹(x − μ)", "= −S⁻¹", "= S⁻¹", 2),
    ("L(x, ν) = f_0(x) + νᵀ(Ax − b)\n∇_x L = ∇f_0(x) + Aᵀν", "+ Aᵀν", "− Aᵀν", 2),
    (r"For $g(X) = \log\det X$ on symmetric matrices, $\nabla g(X) = X^{-1}$.", "= X^{-1}", "= -X^{-1}", 1),
]


@pytest.mark.parametrize(("text", "right", "wrong", "line"), LAST)
def test_what_a_text_leaves_out_is_filled_in(text: str, right: str, wrong: str, line: int) -> None:
    review = matdiff.check(text)
    assert review.ok
    assert "not read" not in {line.verdict for line in review.lines}
    assert matdiff.check(text.replace(right, wrong)).first_wrong == line
