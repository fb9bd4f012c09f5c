"""Documents with right and wrong claims of derivatives, and what stands in them that is no formula."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import matdiff
from matdiff.cli import main
from matdiff.review.documents import passages
from matdiff.review.lint import linted

PAPER = r"""\documentclass{article}
\newcommand{\norm}[1]{\left\|#1\right\|}
\DeclareMathOperator{\tr}{tr}
\begin{document}
\section{Least squares}
Let $f(w) = \norm{Xw - y}^2$. % and not $\nabla f = 0$
\begin{align}
  \nabla f &= 2 X^\top (Xw - y), \\
  \nabla^2 f &= X^\top X.
\end{align}
\begin{verbatim}
$\frac{d}{dX} \tr(AX) = A$
\end{verbatim}
\section{Traces}
We set $x = x + 1$, and $\frac{\partial}{\partial X} \tr(AX) = A$.
% matdiff: skip
Also $\frac{\partial}{\partial X} \tr(AX) = 2A$.
\end{document}
"""
NOTES = """# Notes

With $f(x) = x^T A x$ we get $\\nabla f = (A + A^T) x$, and not `$\\nabla f = 2 A x$`.

```python
gradient = "$\\nabla f = A x$"
```

> - A remark: $\\frac{d}{dx} \\|x\\|^2 = x$

```math
d \\log\\det X = \\operatorname{tr}(X^{-1} dX)
```
"""
MODULE = '''"""The quadratic form.

f(x) = x'A x
∇f = 2 A'x
"""

def g(x):
    """Its use.

    The identity is :math:`\\\\frac{d}{dx} \\\\|x\\\\|^2 = 2x`.

    >>> g(1)
    ∇f = 5
    """
'''


@pytest.mark.parametrize(
    ("path", "text", "found", "claims"),
    [
        ("paper.tex", PAPER, [(9, 3, "factor"), (15, 1, "transpose")], 4),
        ("notes.md", NOTES, [(9, 5, "factor")], 3),
        ("quadratic.py", MODULE, [(4, 1, "symmetry")], 2),
        ("paper.tex", PAPER + "% matdiff: skip-file", [], 0),
        ("broken.py", "def", [], 0),
    ],
)
def test_wrong_claims_are_found_with_their_places(
    path: str, text: str, found: list[tuple[int, int, str]], claims: int
) -> None:
    findings = linted([(path, text)])
    assert [(f.line, f.column, f.kind) for f in findings.found] == found
    assert (findings.read, findings.claims) == (claims, claims)


def test_what_should_stand_there_has_a_value() -> None:
    text = "\\begin{align}\n\\partial A = 0 \\\\\n\\partial (Tr(X)) = Tr(\\partial A) \\\\\n\\end{align}"
    assert [f.message.rpartition(" ")[2] for f in linted([("notes.md", text)]).found] == ["Tr(dX)"]


def test_shapes_are_declared_in_comments() -> None:
    text = "% matdiff: where W: m x n; x: n; y: m\n$L = \\|Wx - y\\|^2$, $\\frac{\\partial L}{\\partial W} = 2(Wx - y)$"
    assert linted([("notes.tex", text)]).found[0].line == 2


@pytest.mark.parametrize(
    "text",
    [
        # a letter that means something else, with and without a heading; what is not read hides what was said before
        "Let $f(x) = x^Tx$. Then $\\nabla f = 2x$.\nLet $f(x) = x^TAx$. Then $\\nabla f = (A + A^T)x$.",
        "$L = \\|Xw - y\\|^2$, $\\nabla_w L = 2X^T(Xw - y)$\n\n## Nets\n\n$L = F(X; \\ldots)$, so $\\nabla_w L = w$",
        "$L = \\|Xw - y\\|^2$, $\\nabla_w L = 2X^T(Xw - y)$\nNow $L = \\oint w \\ldots$, so $\\nabla_w L = w$",
        # updates, conditions and solutions
        "$f(w) = \\|Xw - y\\|^2$, $w = w - \\eta \\nabla f$, $X^TXw = X^Ty$, $w = 0$",
        # a side below whose left side stands in a row of its own belongs to that one, though shapes clash above
        r"""$$z = Wx + b$$
$$\mathbf{Y} = \mathbf{W} \mathbf{X}$$
$$\frac{\partial \mathbf{L}}{\partial \mathbf{W}} = \mathbf{X}^T \frac{\partial \mathbf{L}}{\partial \mathbf{Y}}$$
$$\mathbf{L}^T \mathbf{L} = \Sigma$$
$$
\frac{\partial \log p(\mathbf{x} \mid \mu)}{\partial \mathbf{x}}
& = -\frac{1}{2} \Sigma^{-1} (2\mathbf{x} - 2\mu)
\\ & = -(\mathbf{L} \mathbf{L}^T)^{-1} (\mathbf{x} - \mu)
$$
$$
\frac{\partial \log p(\mathbf{x} \mid \mu)}{\partial \mu}
& = \frac{1}{2} \Sigma^{-1} (2\mathbf{x} - 2\mu)
$$""",
    ],
)
def test_nothing_right_is_called_wrong(text: str) -> None:
    assert linted([("notes.md", text)]).ok


def test_macros_are_expanded_and_lines_stay() -> None:
    (passage,) = passages("paper.tex", PAPER)
    rows = passage.text.split("\n")
    assert len(rows) == len(PAPER.split("\n"))
    assert rows[5].startswith(r"Let $f(w) = \left \|Xw - y\right \|^2$")
    assert "nabla f = 0" not in passage.text


@pytest.mark.parametrize("form", ["text", "github", "json"])
def test_the_command_lists_findings_and_fails(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.md"
    path.write_text("So $\\frac{d}{dX} \\operatorname{tr}(AX) = A$.", encoding="utf-8")
    assert main(["lint", str(tmp_path), "--format", form]) == 1
    printed = capsys.readouterr().out
    if form == "json":
        assert json.loads(printed)["findings"][0]["code"] == "MD101"
    else:
        assert "1 of 1 claims read" in printed
        assert f"{path}:1:1: MD101" in printed
    path.write_text("So $\\frac{d}{dX} \\operatorname{tr}(AX) = A^T$.", encoding="utf-8")
    assert main(["lint", str(path)]) == 0
    assert main(["lint", str(tmp_path / "none.md")]) == 2


@pytest.mark.parametrize("paths", [None, 3, [3], b"x", ["\0"], "no such file", {"a": 1}])
def test_what_is_no_document_is_refused(paths: object) -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.lint(paths)  # type: ignore[arg-type]


def test_one_path_may_stand_alone(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(r"$\frac{d}{dX} \operatorname{tr}(AX) = A$")
    assert matdiff.lint(note).found == matdiff.lint(str(note)).found == matdiff.lint([tmp_path]).found
    assert matdiff.lint(note).found


MODULE = '''
def affine(X, W, b, T):
    r"""Affine layer, ``dL = X W``.

    .. math:: Y = X W + 1 b^\\top, \\quad L = \\tfrac12 \\|Y - T\\|_F^2
       :label: affine

    .. math::

        \\frac{\\partial L}{\\partial W} &= X^\\top (Y - T) \\\\
        \\frac{\\partial L}{\\partial b} &= (Y - T)^\\top 1

        \\frac{\\partial L}{\\partial X} = (Y - T) W

    :param X: data, shape (n, p)
    Args:
        W, b (ndarray): weights of shape (p, q)
        b (ndarray): bias of shape (q,).
        T (np.ndarray[float], shape (n, q)): targets
    """
def logistic(X, y, w, c):
    """
    Loss: J(w) = c*sum(log(1 + exp(-y .* (X w))))
    Gradient: grad J(w) = -c*X' (y ./ (1 + exp(y .* (X w))))

    Parameters
    ----------
    X : (n, p) array_like
    y : array_like, shape = [n]
    w : ndarray of shape (p,)
    c : float
    """
'''


def test_docstrings_declare_their_arguments_and_hold_directives() -> None:
    found = linted([("module.py", MODULE)])
    assert [(f.line, f.kind) for f in found.found] == [(13, "transpose")]
    assert (found.read, found.claims) == (4, 4)
    declared = dict(list(passages("module.py", MODULE))[1].declared)
    assert declared == {"X": "n x p", "y": "n", "w": "p", "c": "scalar"}


def test_a_matrix_of_which_nothing_is_said_may_be_symmetric() -> None:
    text = "$L = \\tfrac12 v^T M v$ and so $\\frac{\\partial L}{\\partial v} = M v$"
    assert linted([("notes.md", text)]).ok
    assert not linted([("notes.md", text)], "M: n x n; v: n").ok
    assert not linted([("notes.md", text.replace("= M v", "= 2 M v"))]).ok


def test_formulas_between_dollars_and_backquotes_are_read() -> None:
    text = "Firstly\n$`\n\\mathcal{L}(u) = u^T A u\n`$\nand $`\\nabla \\mathcal{L}(u) = (A + A) u`$."
    assert not linted([("notes.md", text)], "A: n x n; u: n").ok
    assert linted([("notes.md", text.replace("A + A)", "A + A^T)"))], "A: n x n; u: n").read == 1


def test_items_and_words_of_a_docstring_are_no_claims() -> None:
    """A list of names, a distance d(x, y) and a word that begins with d claim no derivative."""
    module = '"""Names.\n\n- device_put_all\n- d(x, y) = d(y, x)\n- dataset_0 = [value_0]\n- pdf = exp(-x)\n"""\n'
    findings = linted([("names.py", module)])
    assert (findings.ok, findings.claims) == (True, 0)


BROKEN = """# Layer

$$
Y = X W
$$

$$
\\frac{\\partial L}{\\partial W}
=
X^T
\\frac{\\partial L}{\\partial Y}
$$

$$
\\frac{\\partial L}{\\partial X}
=
\\frac{\\partial L}{\\partial Y}
W
$$
"""


def test_the_rest_of_a_displayed_side_stands_in_a_row_of_its_own() -> None:
    found = linted([("notes.md", BROKEN)])
    assert [(f.line, f.kind) for f in found.found] == [(18, "transpose")]
    assert (found.read, found.claims) == (2, 2)


CHAINS = [
    "# Chain\n\n$∂C/∂w = ∂C/∂a · ∂a/∂z · ∂z/∂w$",
    "# Sigmoid\n\n$\\sigma(x) = \\frac{1}{1 + e^{-x}}$, $\\frac{d}{dx}\\tanh(x) = 1 - \\tanh^2(x)$",
    "# Layer\n\n$a = \\sigma(z)$, $L = L(a)$\n\n$∂L/∂z = ∂L/∂a \\odot \\sigma'(z)$",
    "# Rows\n\n$Y = XW$\n\n$∂L/∂X = ∂L/∂Y ∂Y/∂X = ∂L/∂Y W^T$",
]


@pytest.mark.parametrize("text", CHAINS)
def test_chains_of_functions_that_are_not_given_are_read(text: str) -> None:
    found = linted([("notes.md", text)])
    assert not found.found
    assert found.read == found.claims == 1


def test_what_a_chain_of_derivatives_comes_to_is_judged() -> None:
    assert [f.kind for f in linted([("notes.md", CHAINS[-1].replace("W^T$", "W$"))]).found] == ["transpose"]


def test_samples_above_a_letter_are_rows_too() -> None:
    text = "$J(w) = \\frac{1}{2m}\\sum_{i=1}^m (w^T x^{(i)} - y^{(i)})^2$\n\n$\\nabla_w J = \\frac{1}{m} X^T(Xw - y)$"
    assert linted([("notes.md", text)])[:3] == ((), 1, 1)
    assert linted([("notes.md", text.replace("{1}{m} X", "{2}{m} X"))]).found


def test_docstrings_of_backward_passes_have_no_findings() -> None:
    unit = '"""Since A = sigmoid(Z), dZ = dA * A * (1 - A)."""'
    loss = '"""L = -(y log a + (1-y) log(1-a)), a = sigmoid(z)\n\ndL/da = (a - y) / (a (1 - a))\nda/dz = a (1 - a)\n"""'
    found = [linted([("unit.py", text)]) for text in (unit, loss)]
    assert [(len(one.found), one.read, one.claims) for one in found] == [(0, 1, 1), (0, 2, 2)]


def test_directives_of_restructured_text_are_formulas() -> None:
    rows = ["Loss", "====", "", ".. math::", "", "   f(x) = x^T A x", "", "so that :math:`\\nabla f(x) = A x`."]
    assert [found.line for found in linted([("notes.rst", "\n".join(rows))]).found] == [len(rows)]


def test_an_equation_that_does_not_move_with_its_letters_is_no_crash() -> None:
    text = (
        "We want to maximize $V^TCV$ subject to $||V|| = 1$\n"
        r"This is done by $\mathcal{L}(x, \lambda)= f(x) + \lambda g(x)$, where $g(x)$ is the constraint, $1 - ||V||$,"
        "and $f(x)$ is the function we want to maximize, in this case the variability of the projection $V$ onto $X$, "
        "$f(x) = V^TCV$.\n"
        r"$\mathcal{L}(x, \lambda)= V^TCV + \lambda (1 - ||V||)$"
    )
    assert linted([("notes.md", text)]).ok


def test_a_part_without_a_function_speaks_of_the_last_one_above_it() -> None:
    rows = ["# A number", r"$f(x) = x^2 + \log a$", "## By x", r"$\frac{df}{dx} = 2x$", "# Many", r"$f(x) = x^T A x$"]
    found = linted(
        [("notes.md", "\n\n".join([*rows, "## By x", r"$\nabla_x f = (A + A^T)x$", "## Twice", "$∇²f = A$"]))]
    )
    assert [(f.line, f.kind) for f in found.found] == [(19, "missing term")]
    assert found.read == found.claims == 3
