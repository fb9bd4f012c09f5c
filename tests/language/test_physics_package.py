"""The commands of the LaTeX packages physics and derivative, and macros for letters with an arrow."""

import pytest

import matdiff

SAME = [
    (r"\pdv{}{\vb{x}} \left( \vb{x}^T A \vb{x} \right)", None, "x'A x", "x"),
    (r"\pdv{\vb x} (\vb{x}^T A \vb{x})", None, "x'A x", "x"),
    (r"\dv{x}(x'x)", None, "x'x", "x"),
    (r"\norm{A\vb{x}-\vb{b}}^2", "x", "norm2(A*x - b)^2", "x"),
    (r"\ip{A\vb{x}}{\vb{y}}", "x", "(A*x)'*y", "x"),
    (r"\qty(\vb{w}^T\vb{x} - y)^2", "w", "(w'*x - y)^2", "w"),
    (r"\qty[\tr(AX)]^2", "X", "tr(A*X)^2", "X"),
    (r"\va{g}\vdot\va{d}", "d", "g'*d", "d"),
    (r"\abs{\va{r}-\va{s}}^2", "r", "norm2(r - s)^2", "r"),
    (r"\newcommand{\v}[1]{\vec{#1}} \v{x}\cdot\v{y} + \v{x}^T A \v{x}", "x", "x'*y + x'*A*x", "x"),
    (r"\def\u{\mathbf{u}} \u^\top Q \u", "u", "u'*Q*u", "u"),
    (r"\grad_w \norm{Xw-y}^2", None, "norm2(X*w - y)^2", "w"),
    (r"\newcommand{\qty}{q} \qty^T A \qty", "q", "q'*A*q", "q"),  # the text's own command
]


@pytest.mark.parametrize(("text", "wrt", "plain", "unknown"), SAME)
def test_a_command_is_what_it_stands_for(text: str, wrt: str | None, plain: str, unknown: str) -> None:
    found = matdiff.derive(text, wrt=wrt)
    assert list(found.gradients) == [unknown]
    assert str(found.gradient) == str(matdiff.derive(plain, wrt=unknown).gradient)
    assert found.verify().ok


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (r"\bra{x}A\ket{x}", "complex"),
        (r"\pdv{f}{x}{y}", "by two variables"),
        (r"\pdv[2]{x}(x^T A x)", "second derivative"),
    ],
)
def test_what_it_cannot_stand_for_is_refused(text: str, words: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=words):
        matdiff.derive(text, wrt="x")
