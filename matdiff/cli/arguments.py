"""The arguments of the commands, in the groups that commands share."""

from __future__ import annotations

from argparse import ArgumentParser

from matdiff.page import FORMS

CODE = ("numpy", "jax", "torch", "julia", "matlab")  # the libraries and languages that code is written for
DIALECTS = "plain, latex, numpy, jax, torch, sympy, cvxpy, matlab or julia"
DECLARATIONS = 'shapes and properties: "X: m x n; S: d x d spd; x[i=1..N]: d"'


def _format(command: ArgumentParser, *forms: str) -> None:
    command.add_argument("--format", choices=forms, default="text", help="form of the output")


def _no_check(command: ArgumentParser, meaning: str) -> None:
    command.add_argument("--no-check", action="store_true", help=meaning)


def text(command: ArgumentParser) -> None:
    """What is read."""
    command.add_argument(
        "expression",
        metavar="EXPR",
        nargs="?",
        help="an expression of vectors and matrices; @FILE reads a file, - standard input, FILE.py:NAME a function",
    )
    command.add_argument("--from-module", metavar="MODULE:NAME", help="a Python function of a module, instead of EXPR")
    reading(command)


def reading(command: ArgumentParser) -> None:
    """How a text is read."""
    command.add_argument("--where", metavar="DECLS", help=DECLARATIONS)
    command.add_argument(
        "--dialect",
        metavar="NAME",
        help=f"how EXPR is written: {DIALECTS}; without it LaTeX and Python are recognised",
    )


def setting(command: ArgumentParser) -> None:
    """How a page of text is set."""
    command.add_argument("--width", type=int, metavar="N", help="of the page; without it that of the terminal, or 100")
    command.add_argument("--ascii", action="store_true", help="write the page in nothing but the signs of ASCII")


def derivation(command: ArgumentParser, *also: str, needs_unknowns: bool = False) -> None:
    """What all derivations share; *also* are further forms of the output."""
    text(command)
    meaning = "the unknowns, where EXPR does not name them; may be repeated"
    command.add_argument("--wrt", required=needs_unknowns, action="append", default=[], metavar="X[,Y]", help=meaning)
    steps(command, *also)


def steps(command: ArgumentParser, *also: str) -> None:
    """How a derivation is shown, and whether it is checked; *also* are further forms of the output."""
    command.add_argument("--steps", choices=("full", "textbook", "none"), default="textbook", help="level of detail")
    command.add_argument("--explain", action="store_true", help="state the laws beside the lines in full, with sources")
    _format(command, *FORMS, *also)
    command.add_argument(
        "--document", action="store_true", help="a whole document of LaTeX or HTML instead of a piece of one"
    )
    _no_check(command, "do not check the result numerically")
    setting(command)


def _layout(command: ArgumentParser, default: str, meaning: str) -> None:
    """Which layout the answers have."""
    command.add_argument("--layout", choices=("numerator", "denominator"), default=default, help=meaning)


def derive(command: ArgumentParser) -> None:
    derivation(command, *CODE)
    _layout(command, "denominator", "∂f/∂X of the shape of X, or also its transpose")
    command.add_argument("--no-expand", action="store_true", help="leave the answers in terms of the links of a chain")


def jacobian(command: ArgumentParser) -> None:
    derivation(command, *CODE)
    _layout(command, "numerator", "J, or its transpose")


def hessian(command: ArgumentParser) -> None:
    derivation(command, *CODE)


def expectation(command: ArgumentParser) -> None:
    text(command)
    meaning = 'means and covariances, where EXPR does not say them: "x ~ N(mu, Sigma); X ~ (M, kron(V, U)); z ~ nu"'
    command.add_argument("--of", metavar="MOMENTS", help=meaning)
    steps(command, *CODE)


def implicit(command: ArgumentParser) -> None:
    derivation(command, *CODE, needs_unknowns=True)
    command.add_argument("--solve-for", required=True, metavar="X", help="what the equation defines")
    command.add_argument("--objective", metavar="L", help="a function of it whose gradients are asked for")


def solve(command: ArgumentParser) -> None:
    derivation(command, *CODE)
    command.add_argument("--alternate", action="store_true", help="solve for each unknown in turn, the others fixed")


def stationary(command: ArgumentParser) -> None:
    derivation(command, *CODE, needs_unknowns=True)


def code(command: ArgumentParser) -> None:
    text(command)
    command.add_argument("--wrt", action="append", default=[], metavar="X[,Y]", help="the unknowns; may be repeated")
    command.add_argument("--backend", choices=CODE, default="numpy", help="the library of arrays")
    outputs = "what is computed, some of value, gradient, hessian, hvp, jacobian, jvp, vjp"
    command.add_argument("--outputs", metavar="OUT[,OUT]", help=outputs)
    command.add_argument("--name", default="f", help="the name of the function")
    command.add_argument("-o", "--output", metavar="FILE", help="where the source is written; without it, printed")
    _no_check(command, "do not run the function")


def parse(command: ArgumentParser) -> None:
    text(command)
    _format(command, "text", "ascii", "numpy", "latex", "json")


def equal(command: ArgumentParser) -> None:
    command.add_argument("expression", metavar="A", help="an expression; @FILE reads a file, - standard input")
    command.add_argument("other", metavar="B", help="the expression that it is compared with")
    reading(command)
    command.add_argument("--steps", choices=("full", "none"), default="none", help="whether the proof is shown")
    _format(command, "text", "json")
    setting(command)


def check(command: ArgumentParser) -> None:
    what = "a file, - for the standard input, or the derivation itself"
    command.add_argument("expression", metavar="FILE|-|TEXT", help=what)
    command.add_argument("--where", metavar="DECLS", help=DECLARATIONS)
    command.add_argument("--wrt", metavar="X", help="the unknown, where the text does not name it")
    more = "the steps between the lines, with their laws"
    command.add_argument("--steps", nargs="?", const="full", choices=("full", "none"), default="none", help=more)
    _format(command, "text", "latex", "markdown", "json")


def lint(command: ArgumentParser) -> None:
    what = "documents (LaTeX, Markdown, reStructuredText, Python modules with docstrings), or folders of such"
    command.add_argument("paths", nargs="+", metavar="FILE", help=what)
    command.add_argument("--where", metavar="DECLS", help=DECLARATIONS)
    _format(command, "text", "github", "json")


def laws(command: ArgumentParser) -> None:
    what = "what a name, a statement or an operator has to speak of"
    command.add_argument("word", nargs="*", metavar="WORD", help=what)
    _format(command, "text", "markdown", "json")


def serve(command: ArgumentParser) -> None:
    command.add_argument(
        "--port", type=int, metavar="N", help="where it listens; without it a usual one, or a free one"
    )
    command.add_argument("--no-browser", action="store_true", help="do not open the page in a browser")


def nothing(command: ArgumentParser) -> None:
    """A command by itself."""


def completion(command: ArgumentParser) -> None:
    command.add_argument("shell", choices=("bash", "zsh", "fish"), help="the shell that the script is for")
