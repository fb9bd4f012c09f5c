"""Lines that can be read in several ways, and what is left open by a text: a slip is one in all readings."""

from __future__ import annotations

import pytest

import matdiff

TABLE = r"""$$ \begin{align*} \frac{\partial x^T a}{\partial x}&=a \\ \frac{\partial Ax}{\partial x}&=A^T \\
\frac{\partial a^T X^T X b}{\partial X}&=Xb a^T+Xa b^T \end{align*} $$"""


@pytest.mark.parametrize(
    ("text", "where", "kind"),
    [
        ("f(X) = tr(AXXᵀB)\ndf = tr(XᵀBA dX) + tr(BA X dXᵀ)\n= tr(XᵀBA dX) + tr(XᵀBA dX)", "A, B: n x n", "transpose"),
        ("f = tr(X'X X'X)\ndf = tr(dX'X X'X) + tr(X'dX X'X) + tr(X'X dX'X)", "X: m x n", "missing term"),
        ("f = C log(1 + exp(-w'x))\n∇_w f = -x/(1 + exp(w'x))", "w, x: n; C: scalar", "constant"),
        ("f = ½(xᵀx)²\n∇²f = 2(xᵀx) I + 2xxᵀ", "x: n", "factor"),
        ("f = tr(S^-1 (A + B))\ndf/dS = -S^-2 (A + B)", "S: n x n spd; A, B: n x n symmetric", "order"),
    ],
)
def test_the_kind_of_a_slip_is_told(text: str, where: str, kind: str) -> None:
    assert matdiff.check(text, where).kind == kind


def test_what_is_said_once_more_in_other_letters_is_no_slip() -> None:
    text = "y = w'x\n= w'B z\ndy = w' dB z"
    review = matdiff.check(text, "w, x: n; B: n x m; z: m")
    assert [line.verdict for line in review.lines] == ["not a claim", "not a claim", "proved"]
    assert matdiff.check("y = w'x\n= w'x + w'x", "w, x: n").first_wrong == 2


def test_a_loss_that_is_said_elsewhere_is_no_slip() -> None:
    assert matdiff.check("R = XW - Y\n∂L/∂W = 2XᵀR").ok
    assert matdiff.check("Y = XW\n∂L/∂W = Xᵀ ∂L/∂Y + λW").ok  # a penalty may be meant
    assert matdiff.check("F = AX\ndX = A⁻¹ dF", "A: n x n invertible; X: n x m").ok
    assert matdiff.check("P(K) = (I-KH)P(I-KH)^T + KRK^T\n∂tr P/∂K = -2(I-KH)PH^T + 2KR").ok  # the P within is another


def test_a_table_of_identities_may_stand_in_one_row() -> None:
    assert all(line.verdict != "not read" for line in matdiff.check(TABLE).lines)


def test_a_covariance_is_symmetric_and_an_equation_may_be_changed() -> None:
    text = "f = Tr(W Σ Wᵀ)\n∂f/∂W = 2 W Σ"
    assert matdiff.check(text).lines[1].verdict == "right under a convention"
    assert matdiff.check(text, "Σ: n x n; W: m x n").kind == "symmetry"
    normal = "J(θ) = ‖Xθ − y‖²\n∇J = 2Xᵀ(Xθ − y) = 0\nθ = (XᵀX)⁻¹Xᵀy\n{}θ = (XᵀX + 10^{{-8}}I)⁻¹Xᵀy"
    where = "X: m x n; θ: n; y: m"
    assert matdiff.check(normal.format("We add regularization to prevent problems:\n"), where).ok
    assert matdiff.check(normal.format(""), where).first_wrong == 4


def test_a_table_goes_on_behind_a_row_and_an_identity_has_its_size_below_it() -> None:
    """As pages of Hessians and of determinants have them."""
    table = r"\begin{bmatrix} X_{2,2} & -X_{2,1} \\ -X_{1,2} & X_{1,1} \end{bmatrix}^{\top}"
    text = r"$f(X) = \det(X)$" + "\n" + rf"$df = \operatorname{{Tr}}\left({table} \, \mathrm{{d}}X\right)$"
    assert [line.verdict for line in matdiff.check(text, "X: 2 x 2").lines][1] in ("proved", "agrees")
    text = "p = softmax(Wx)\nG = p xᵀ\nd vec G = vec((p ⊙ (dW x) − (pᵀ dW x)p)xᵀ)"
    text += "\n = (x ⊗ I_k)(p ⊙ (dW x)) − (pᵀ dW x)(x ⊗ I_k)p"
    assert [line.verdict for line in matdiff.check(text, "W: k x d; x: d").lines][3] == "proved"


def test_an_identity_may_have_d_rows() -> None:
    """Though d( would be a differential there."""
    text, where = "f(c) = ∑ᵢ ‖xᵢ − c‖²\n∇²f = {}", "x[i=1..N]: d; c: d"
    for said in ("2N I", "2N eye(d)", "N I + N I"):
        assert matdiff.check(text.format(said), where).lines[1].verdict == "proved"
    assert str(matdiff.check(text.format("N I"), where).should_be) == "2N I_d"


def test_what_stands_before_a_bracket_may_be_a_function_whose_letter_is_declared() -> None:
    """P(K) is no product PK where what it is said to be has the shape of P; an f(x) that was given is what it was."""
    line = matdiff.check("P(K) = (I − KH)P(I − KH)ᵀ", "P: n x n spd; H: m x n; K: n x m").lines[0]
    assert (line.verdict, line.reason) == ("not read", "P(K) may be a function, though P is declared")
    assert matdiff.check("PK = (I − KH)P(I − KH)ᵀ", "P: n x n spd; H: m x n; K: n x m").first_wrong == 1
    assert matdiff.check("f(x) = xxᵀb\n∇f = 2x\nf(x) = xᵀx", "x, b: n").first_wrong


def test_a_family_that_a_sum_is_made_of_is_read_with_the_sum() -> None:
    loss = "J(w) = -(1/N) Σ_n [t_n log y_n + (1 - t_n) log(1 - y_n)], y_n = σ(w'x_n)\n"
    right = loss + "∇J = (1/N) Σ_n (y_n - t_n) x_n"
    assert [line.verdict for line in matdiff.check(right).lines] == ["not a claim", "proved"]
    assert matdiff.check(right + "\nH = (1/N) Σ_n y_n (1 - y_n) x_n x_n'").ok  # the x_n were numbers
    assert matdiff.check(right.replace("y_n - t_n", "t_n - y_n")).kind == "sign"


def test_sizes_that_nobody_declares_may_be_equal() -> None:
    assert matdiff.check("y = Ax\nd(xᵀAx) = xᵀA dx + yᵀdx").lines[1].verdict == "proved"


def test_what_is_said_of_entries_off_the_diagonal_is_not_called_wrong() -> None:
    text = "s = softmax(z)\nCase i ≠ j: ∂s_i/∂z_j = −s_i s_j"
    assert matdiff.check(text).ok
    assert not matdiff.check("s = softmax(z)\n∂s_i/∂z_j = −s_i s_j").ok


def test_labels_sum_to_one_where_nothing_else_is_said_of_them() -> None:
    text = "L = -yᵀ log softmax(z)\n∂L/∂z = softmax(z) − y"
    assert matdiff.check(text).lines[1].reason == "right where y sums to 1, as labels do"
    assert matdiff.check(text, "y, z: n positive").kind == "domain"
