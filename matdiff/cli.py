"""The command ``matdiff``: arguments in, one call of the library, text out; no mathematics here."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matdiff.errors import CheckError, MatdiffError

if TYPE_CHECKING:
    from matdiff.results.differential import DifferentialForm
    from matdiff.results.equations import ImplicitDerivative, StationaryPoint
    from matdiff.results.gradient import Derivation
    from matdiff.results.second import Hessian, Jacobian
    from matdiff.results.solution import Solution

    Result = Derivation | Jacobian | Hessian | DifferentialForm | ImplicitDerivative | StationaryPoint | Solution

CODE = ("numpy", "jax", "torch")  # the libraries that code is written for
EXAMPLES = """examples:
  matdiff derive "||Xw - y||^2" --wrt w
  matdiff derive "N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)" --wrt Σ,μ
  matdiff derive "tr(inv(X)*A)" --wrt X --where "A: n x n symmetric" --steps full
  matdiff derive "x'Ax/x'x" --wrt x --format latex
  matdiff derive @model.txt --wrt W
  matdiff jacobian "A*X*B" --wrt X
  matdiff hessian "||Xw - y||^2" --wrt w
  matdiff differential "inv(X)*A"
  matdiff implicit "A X + X A' = Q" --solve-for X --wrt A,Q --objective "tr(X)"
  matdiff stationary "minimise x'P x subject to A x = b" --wrt x
  matdiff solve "minimise ||Xw - y||^2 + lam*||w||^2" --wrt w --where "lam: scalar positive"
  matdiff code "||Xw - y||^2" --wrt w --outputs value,gradient,hvp
  matdiff parse "\\frac12 \\|Xw-y\\|_2^2" --format numpy
  matdiff equal "tr(A B)" "tr(B A)"
  matdiff check derivation.tex --where "X: m x n; w: n; y: m"
  matdiff laws --format markdown
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; the exit status is 0, 2 for bad input, 1 for a failed check and for expressions that differ."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without mathematics is no reason to crash
    options = _parser().parse_args([_unsigned(a) for a in (sys.argv[1:] if arguments is None else arguments)])
    if "from_module" in options and options.expression is None and options.from_module is None:
        options.wrong_usage("the following arguments are required: EXPR")
    try:
        status: int = options.run(options) or 0
    except CheckError as error:
        print(f"matdiff: CHECK FAILED: {error}\nThe answer is withheld.", file=sys.stderr)
        return 1
    except MatdiffError as error:
        print(f"matdiff: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        status = 0
    return status


def _unsigned(argument: str) -> str:
    """An expression that begins with a minus sign would be taken for an option; the true minus sign is not."""
    is_option = argument.startswith("--") or len(argument) <= 2
    return argument if is_option or not argument.startswith("-") else "\N{MINUS SIGN}" + argument[1:]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="matdiff",
        description="Derives matrix derivatives as on paper, with every step named and checked.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    derive = commands.add_parser(
        "derive",
        help="the gradient of a scalar expression, with its steps",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_derivation(derive, code=True)
    _add_layout(derive, "denominator", "∂f/∂X of the shape of X, or also its transpose")
    derive.add_argument("--no-expand", action="store_true", help="leave the answers in terms of the links of a chain")
    derive.set_defaults(run=_derive)
    _add_second(commands)
    _add_equations(commands)
    parse = commands.add_parser("parse", help="how an expression is read, with every shape, in any spelling")
    _add_text(parse)
    parse.add_argument(
        "--format", choices=("text", "ascii", "numpy", "latex", "json"), default="text", help="form of the output"
    )
    parse.set_defaults(run=_parse)
    _add_code(commands.add_parser("code", help="a function of NumPy, JAX or PyTorch: the value and its derivatives"))
    _add_equal(commands.add_parser("equal", help="whether two expressions are equal: proved, refuted, or neither"))
    _add_check(commands.add_parser("check", help="the first wrong line of a derivation, and what kind of slip it is"))
    laws = commands.add_parser("laws", help="the book of laws: all operators, and all laws with their statements")
    laws.add_argument("word", nargs="*", metavar="WORD", help="what a name, a statement or an operator has to speak of")
    laws.add_argument("--format", choices=("text", "markdown", "json"), default="text", help="form of the output")
    laws.set_defaults(run=_laws)
    return parser


def _add_code(command: argparse.ArgumentParser) -> None:
    """The arguments of ``code``."""
    _add_text(command)
    command.add_argument("--wrt", action="append", default=[], metavar="X[,Y]", help="the unknowns; may be repeated")
    command.add_argument("--backend", choices=CODE, default="numpy", help="the library of arrays")
    outputs = "what is computed, some of value, gradient, hessian, hvp, jacobian, jvp, vjp"
    command.add_argument("--outputs", default="value,gradient", metavar="OUT[,OUT]", help=outputs)
    command.add_argument("--name", default="f", help="the name of the function")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="where the source is written; without it, it is printed"
    )
    command.add_argument("--no-check", action="store_true", help="do not run the function")
    command.set_defaults(run=_code)


def _add_equal(command: argparse.ArgumentParser) -> None:
    """The arguments of ``equal``."""
    command.add_argument("expression", metavar="A", help="an expression; @FILE reads a file, - standard input")
    command.add_argument("other", metavar="B", help="the expression that it is compared with")
    _add_reading(command)
    command.add_argument("--steps", choices=("full", "none"), default="none", help="whether the proof is shown")
    command.add_argument("--format", choices=("text", "json"), default="text", help="form of the output")
    _add_setting(command)
    command.set_defaults(run=_equal)


def _add_check(command: argparse.ArgumentParser) -> None:
    """The arguments of ``check``."""
    command.add_argument(
        "text", metavar="FILE|-|TEXT", help="a file, - for the standard input, or the derivation itself"
    )
    command.add_argument("--where", metavar="DECLS", help='shapes and properties: "X: m x n; S: d x d spd"')
    command.add_argument("--wrt", metavar="X", help="the unknown, where the text does not name it")
    command.add_argument("--format", choices=("text", "latex", "json"), default="text", help="form of the output")
    command.set_defaults(run=_check)


def _add_second(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands ``jacobian`` and ``hessian``."""
    jacobian = commands.add_parser("jacobian", help="the Jacobian of an expression of any shape, with its steps")
    _add_derivation(jacobian, code=True)
    _add_layout(jacobian, "numerator", "J, or its transpose")
    jacobian.set_defaults(run=_jacobian)
    hessian = commands.add_parser("hessian", help="the Hessian of a scalar expression, with its steps")
    _add_derivation(hessian, code=True)
    hessian.set_defaults(run=_hessian)
    differential = commands.add_parser("differential", help="the differential of an expression of any shape")
    _add_derivation(differential)
    differential.set_defaults(run=_differential)


def _add_equations(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The commands ``implicit``, ``stationary`` and ``solve``."""
    implicit = commands.add_parser("implicit", help="the derivative of what an equation defines")
    _add_derivation(implicit, needs_unknowns=True)
    implicit.add_argument("--solve-for", required=True, metavar="X", help="what the equation defines")
    implicit.add_argument("--objective", metavar="L", help="a function of it whose gradients are asked for")
    implicit.set_defaults(run=_implicit)
    stationary = commands.add_parser("stationary", help="the conditions and the system of a constrained problem")
    _add_derivation(stationary, needs_unknowns=True)
    stationary.set_defaults(run=_stationary)
    solve = commands.add_parser("solve", help="the stationary points in closed form, what kind they are, and why")
    _add_derivation(solve)
    solve.set_defaults(run=_solve)


def _add_derivation(command: argparse.ArgumentParser, needs_unknowns: bool = False, code: bool = False) -> None:
    """The arguments that all derivations share; with *code* there are forms that run."""
    _add_text(command)
    help_wrt = "the unknowns, where EXPR does not name them; may be repeated"
    command.add_argument("--wrt", required=needs_unknowns, action="append", default=[], metavar="X[,Y]", help=help_wrt)
    command.add_argument("--steps", choices=("full", "textbook", "none"), default="textbook", help="level of detail")
    command.add_argument(
        "--format",
        choices=("text", "latex", "json", "markdown", "html", *(CODE if code else ())),
        default="text",
        help="form of the output",
    )
    command.add_argument(
        "--document", action="store_true", help="a whole document of LaTeX or HTML instead of a piece of one"
    )
    command.add_argument("--no-check", action="store_true", help="do not check the result numerically")
    _add_setting(command)


def _add_layout(command: argparse.ArgumentParser, default: str, meaning: str) -> None:
    """The option that says which layout the answers have."""
    command.add_argument("--layout", choices=("numerator", "denominator"), default=default, help=meaning)


def _add_setting(command: argparse.ArgumentParser) -> None:
    """The options that say how a page of text is set."""
    command.add_argument("--width", type=int, metavar="N", help="of the page; without it that of the terminal, or 100")
    command.add_argument("--ascii", action="store_true", help="write the page in nothing but the signs of ASCII")


def _add_text(command: argparse.ArgumentParser) -> None:
    """The arguments that say what is read."""
    command.add_argument(
        "expression",
        metavar="EXPR",
        nargs="?",
        help="an expression of vectors and matrices; @FILE reads a file, - standard input, FILE.py:NAME a function",
    )
    command.add_argument("--from-module", metavar="MODULE:NAME", help="a Python function of a module, instead of EXPR")
    command.set_defaults(wrong_usage=command.error)
    _add_reading(command)


def _add_reading(command: argparse.ArgumentParser) -> None:
    """The options that say how a text is read."""
    command.add_argument(
        "--where", metavar="DECLS", help='shapes and properties: "X: m x n; S: d x d spd; x[i=1..N]: d"'
    )
    command.add_argument(
        "--dialect",
        metavar="NAME",
        help="how EXPR is written: plain, latex, numpy, jax, torch, sympy, cvxpy, matlab or julia; without it LaTeX "
        "and Python are recognised",
    )


def _question(options: argparse.Namespace) -> Any:
    """What is asked about: the text, or the expression that a Python function computes."""
    place = options.from_module or (options.expression if _is_function(options.expression) else None)
    if place is None:
        return _text(options.expression)
    from matdiff.api import from_function
    from matdiff.api.functions import function_at

    return from_function(function_at(place), options.where)


def _is_function(argument: str | None) -> bool:
    """Whether an argument names a Python function in a file."""
    return argument is not None and ".py:" in argument and os.path.isfile(argument.partition(":")[0])


def _text(name: str | None) -> str:
    """The text that is to be read: the argument itself, of a file, or of the standard input."""
    if name is None:
        raise MatdiffError("a function of a module is for derive, jacobian, hessian, differential and code")
    if name == "-":
        return sys.stdin.read()
    if not name.startswith("@"):
        return name
    try:
        with open(name[1:], encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise MatdiffError(f"the file {name[1:]} cannot be read: {reason}") from None


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from matdiff import __version__

        print(f"matdiff {__version__}")
        parser.exit()


def _derive(options: argparse.Namespace) -> None:
    from matdiff.api import derive

    text, unknowns = _question(options), _unknowns(options)
    found = derive(text, unknowns, options.where, options.dialect, not options.no_expand, options.layout)
    _show(options, found)


def _jacobian(options: argparse.Namespace) -> None:
    from matdiff.api import jacobian

    text, unknowns = _question(options), _unknowns(options)
    _show(options, jacobian(text, unknowns, options.where, options.layout, options.dialect))


def _hessian(options: argparse.Namespace) -> None:
    from matdiff.api import hessian

    _show(options, hessian(_question(options), _unknowns(options), options.where, options.dialect))


def _differential(options: argparse.Namespace) -> None:
    from matdiff.api import differential

    _show(options, differential(_question(options), _unknowns(options), options.where, options.dialect))


def _implicit(options: argparse.Namespace) -> None:
    from matdiff.api import implicit

    text, unknowns = _question(options), _unknowns(options)
    _show(options, implicit(text, options.solve_for, unknowns, options.where, options.objective))


def _stationary(options: argparse.Namespace) -> None:
    from matdiff.api import stationary

    _show(options, stationary(_text(options.expression), _unknowns(options), options.where))


def _solve(options: argparse.Namespace) -> None:
    from matdiff.api import solve

    _show(options, solve(_text(options.expression), _unknowns(options) or None, options.where))


def _unknowns(options: argparse.Namespace) -> list[str]:
    """The names behind --wrt; without them the text has to name its unknown."""
    return list(options.wrt)


def _show(options: argparse.Namespace, derivation: Result) -> None:
    """Checks a derivation and prints it; a wrong one is withheld."""
    check = None if options.no_check else derivation.verify()
    if check is not None and not check.ok:
        raise CheckError(check.failure)
    if options.format in CODE:
        from matdiff.api import code

        print(code(derivation, backend=options.format, check=not options.no_check).source, end="")
        return
    form = "latex" if options.document and options.format == "text" else options.format
    print(derivation.written(form, options.steps, check, document=options.document, **_setting(options)).rstrip("\n"))


def _setting(options: argparse.Namespace) -> dict[str, Any]:
    """How a page of text is set: what is asked for, else what the terminal can show."""
    from shutil import get_terminal_size

    return {
        "width": options.width or get_terminal_size((100, 24)).columns,
        "ascii": options.ascii or not _can_write(sys.stdout.encoding),
        "colour": sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
    }


def _can_write(encoding: str | None) -> bool:
    """Whether an encoding has the signs of a page."""
    try:
        "‖Σᵀ∇⊙₁−‖".encode(encoding or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


def _parse(options: argparse.Namespace) -> None:
    from matdiff.api import parse, reading

    print(reading(parse(_text(options.expression), options.where, options.dialect), options.format))


def _code(options: argparse.Namespace) -> None:
    from matdiff.api import code

    text, unknowns, outputs = _question(options), _unknowns(options) or None, options.outputs.split(",")
    check = not options.no_check
    found = code(
        text, unknowns, options.where, options.backend, outputs, options.name, check=check, dialect=options.dialect
    )
    if options.output is None:
        print(found.source, end="")
        return
    try:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(found.source)
    except OSError as error:
        raise MatdiffError(f"the file {options.output} cannot be written: {error.strerror}") from None


def _equal(options: argparse.Namespace) -> int:
    from matdiff.api import equal

    found = equal(_text(options.expression), _text(options.other), options.where, dialect=options.dialect)
    print(found.written(options.format, options.steps, **_setting(options)).rstrip("\n"))
    return 0 if found else 1 if found.equal is False else 2


def _check(options: argparse.Namespace) -> int:
    from matdiff.api import check

    name = options.text
    text = _text(f"@{name}" if name != "-" and len(name) < 1_000 and os.path.isfile(name) else name)
    found = check(text, options.where, options.wrt)
    print({"text": found.to_text, "latex": found.to_latex, "json": found.to_json}[options.format]().rstrip("\n"))
    return 0 if found.ok else 1


def _laws(options: argparse.Namespace) -> None:
    from matdiff.api import law_book

    print(law_book(options.format, " ".join(options.word)), end="")


if __name__ == "__main__":
    sys.exit(main())
