"""Slips of the kinds that lecture notes and answers in forums hold, as they are written there, beside what is right."""

from __future__ import annotations

import pytest

import matdiff

LAW_OF_THE_DETERMINANT = r"""Let $D \in \mathbb{R}^{N \times N}$ be invertible, $D^*$ its adjugate matrix.
6. $\partial |D| = \frac{1}{N} \text{Tr}(D^* \partial D)$"""
LIKELIHOOD = r"""The data are $\vec{x}_i \in \mathbb{R}^D$.
$$\min_{\Sigma} L(\Sigma) = N \log(|\Sigma|) + \sum_{i=1}^N \vec{x}_i^T \Sigma^{-1} \vec{x}_i.$$
$$\partial L = N/D \text{Tr}(\Sigma^{-1} \partial \Sigma)
 - \sum_{i=1}^N x_i^T \Sigma^{-1} (\partial \Sigma) \Sigma^{-1} x_i$$"""
BRACKETS = r"""$f = \vec{x}^T A \vec{y}$, $\vec{y} = \sigma \odot (\vec{h})$,
$\vec{h} = B^{-1} \vec{z} + \vec{b}$, where $A \in \mathbb{R}^{M \times N}$, $\vec{x} \in \mathbb{R}^M$,
$B^{-1} \in \mathbb{R}^{N \times N}$, $\vec{z}, \vec{b} \in \mathbb{R}^N$,
$\sigma \odot (\vec{y}) := [\sigma(y_1), \dots, \sigma(y_N)]^T$. Then
$$\nabla_B f = -B^{-T} A^T \vec{x} \odot (\sigma \odot (\vec{h})(1 - \sigma \odot (\vec{h}))) \vec{z}^T B^{-T}$$"""
ONES = r"""$\vec{h} \in \mathbb{R}^M$
\partial(\vec{z}) = \partial \vec{h} - \partial(\log(\vec{1}^T \exp \odot (\vec{h})) \cdot \vec{1})
= \partial \vec{h} - \frac{1}{\vec{1}^T \exp \odot (\vec{h})} \vec{1}^T \partial(\exp \odot (\vec{h}) \cdot \vec{1})"""
PRODUCT = r"Let $A : B = \text{Tr}(A^TB) = \text{vec}(A) \text{vec}(B)^T$, the sum of all elements of $A \circ B$."
NETWORK = r"""\[f(W)=\Vert g(X\cdot W)-Y \Vert_F^2\] where $g:\mathbb R\to\mathbb R$ is applied elementwise, and
\[\begin{align} \frac{df}{dW}&=X^T\cdot\frac{d(\Vert g(X\cdot W)-Y \Vert_F^2)}{d(X\cdot W)}\tag 1\\ \
&= 2X^T\cdot (g(X\cdot W)-Y)\odot g'(X\cdot W) \tag{2} \end{align}\]
For $G: X \mapsto W \cdot X$, $W\in\mathbb R^{p\times m}$, it is $\frac{dF}{dX}=W^T\cdot\frac{dF}{dG}$, and
for a row $X\in\mathbb R^{1\times n}$ or a column $X\in\mathbb R^{m\times 1}$ a sum."""

FOUND = [
    (LAW_OF_THE_DETERMINANT, "factor", r"\frac{1}{N}", ""),
    (LIKELIHOOD, "factor", "N/D", "N"),
    (
        BRACKETS,
        "order",
        r"A^T \vec{x} \odot (\sigma \odot (\vec{h})(",
        r"((A^T \vec{x}) \odot \sigma \odot (\vec{h}) \odot (",
    ),
    (ONES, "shape", r"\exp \odot (\vec{h}) \cdot \vec{1})", r"\exp \odot (\vec{h}))"),
    (NETWORK, "order", r"(g(X\cdot W)-Y)\odot g'(X\cdot W)", r"((g(X\cdot W)-Y)\odot g'(X\cdot W))"),
    (PRODUCT, "transpose", r"\text{vec}(A) \text{vec}(B)^T", r"\text{vec}(A)^T \text{vec}(B)"),
]


@pytest.mark.parametrize(("text", "kind", "wrong", "right"), FOUND)
def test_the_slip_is_found_and_what_is_right_is_not_called_wrong(text: str, kind: str, wrong: str, right: str) -> None:
    assert wrong in text
    assert matdiff.check(text).kind == kind
    assert matdiff.check(text.replace(wrong, right)).ok


def test_a_formula_that_is_not_read_leaves_the_others_of_its_line() -> None:
    review = matdiff.check(r"$y = Ax$, $\dim(y) = m$, $f = y^Ty$" + "\n" + r"$\nabla_x f = 2 A y$", "A: m x n; x: n")
    assert [line.verdict for line in review.lines] == ["not read", "wrong"]


def test_a_function_that_is_not_given_stays_one() -> None:
    review = matdiff.check(
        "f = ‖g(Xw) − y‖²\n∇f = 2Xᵀ(g(Xw) − y)\n∇f = 2Xᵀ((g(Xw) − y) ⊙ g′(Xw))", "X: m x n; w: n; y: m"
    )
    assert [line.verdict for line in review.lines[1:]] == ["wrong", "proved"]
    assert str(review.should_be) == "2Xᵀ((g(Xw) − y) ⊙ g′(Xw))"


def test_a_formula_goes_over_rows_between_two_dollars() -> None:
    review = matdiff.check("$f = x^TAx + b^Tx$ and\n$$\\nabla f = (A + A^T)x\n+ 2b$$", "A: n x n; x, b: n")
    assert (review.first_wrong, review.kind) == (3, "factor")


def test_matrices_of_blocks_are_read() -> None:
    z = r"\begin{bmatrix} x \\ y \end{bmatrix}"
    blocks = r"\begin{bmatrix} A & B \\ B^T & A \end{bmatrix}"
    text = rf"$f = {z}^T {blocks} {z}$ so that $\nabla_x f = (A + A^T)x + 2By$ and $\nabla_y f = (A + A^T)y + 2Bx$"
    review = matdiff.check(text, "A, B: n x n; x, y: n")
    assert review.kind == "transpose"
    assert str(review.should_be) == "(A + Aᵀ)y + 2Bᵀx"


@pytest.mark.parametrize(
    "line",
    [
        r"\begin{bmatrix} H & A^T \end{bmatrix} \begin{bmatrix} dx \\ d\nu \end{bmatrix} = -g",
        r"H\,dx + A^T d\nu = -g",
        r"X\,dX + dX\,X = C",
    ],
)
def test_a_linearised_equation_is_no_identity(line: str) -> None:
    assert matdiff.check(f"${line}$", "H, X, C: n x n; A: m x n; x, g: n; nu, r: m").ok


def test_a_bracket_that_is_never_closed_ends_with_its_formula() -> None:
    review = matdiff.check("$(d f = 2 x^T dx$\n\n$f = x^T x$\n\n$\\nabla f = 3 x$")
    assert review.first_wrong == 3


@pytest.mark.parametrize(
    "line", ["∇_h f = a ⊙ (σ(h)(1 − σ(h)))", "∇_h f = a ⊙ s(1 − s)", "wᵀw = ‖w‖² = 1", "‖w‖² = wᵀw = c"]
)
def test_products_by_entries_and_conditions_are_no_slips(line: str) -> None:
    assert matdiff.check(f"f = aᵀs\ns = σ(h)\n{line}", "a, h, w: n; c: scalar").ok


def test_an_expansion_begins_at_the_point_that_it_is_about() -> None:
    """Of an f that nobody gives: where u is 0, f(c + u) is f(c)."""
    review = matdiff.check("$$ f(c + u) = f(x) + f'(c)u + r(u) $$")
    assert (review.first_wrong, str(review.should_be)) == (1, "f(c)")


@pytest.mark.parametrize(
    "line",
    [
        "f(c + u) = f(c) + f'(c)u + r(u)",
        "With x = c we have f(c + u) = f(x) + f'(x)u + r(u)",
        "f(a + b) = f(c)",
        "f(a + b) = f(x) + f(y)",
        "f(x + y) = f(x) + f(y)",
    ],
)
def test_other_equations_of_a_function_that_is_not_given_are_not_wrong(line: str) -> None:
    assert matdiff.check(line).ok


def test_a_letter_that_means_something_else_above_is_read_with_the_formula_of_its_function() -> None:
    text = r"""First we look at $f(W) = \|g(XW) - Y\|_F^2$,
and then at $f(D, R) = \|X - DR\|_F^2$.
If $G(X) = WX$ with a constant $W \in \mathbb{R}^{p \times m}$ and $X \in \mathbb{R}^{m \times n}$, then
$\frac{df}{dX} = W^T \frac{df}{dG}$. For the network
\begin{align} \frac{df}{dW} &= \frac{d(\|g(XW) - Y\|_F^2)}{dW} \\ &= 2X^T ((g(XW) - Y) \odot g'(XW)) \end{align}
and for the dictionary
\begin{align} \frac{df}{dD} &= \frac{d(\|X - DR\|_F^2)}{dD} \\ &= -2(X - DR)R^T \end{align}"""
    slip = matdiff.check(text.replace(r"((g(XW) - Y) \odot g'(XW))", r"(g(XW) - Y) \odot g'(XW)"))
    verdicts = [[review.lines[k].verdict for k in (4, 6)] for review in (matdiff.check(text), slip)]
    assert verdicts == [["proved", "proved"], ["wrong", "proved"]]
    assert str(slip.should_be) == "2Xᵀ((g(XW) − Y) ⊙ g′(XW))"


def test_an_entry_that_stands_for_its_matrix_is_no_slip() -> None:
    """Notes in index notation write ∂(X_ij A_ji)/∂X_kl for the derivative, of which the end is judged."""
    text = r"""$\frac{\partial}{\partial X} \operatorname{tr}(X) = I$
$\frac{\partial \operatorname{tr}(X^TA)}{\partial X} = \frac{\partial X_{ji}}{\partial X_{kl}} A_{ji} = A_{kl} = A^T$"""
    assert [line.verdict for line in matdiff.check(text).lines] == ["proved", "wrong"]
    assert matdiff.check(text.replace("= A^T$", "= A$")).ok
