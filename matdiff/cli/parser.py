"""The parser of arguments: help, and what is said of commands and options that do not exist."""

from __future__ import annotations

import re
import sys
from argparse import Action, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from matdiff.cli.terminal import columns
from matdiff.errors import MatdiffError

if TYPE_CHECKING:
    from matdiff.cli.commands import Command

EXAMPLES = """examples:
  matdiff derive "||Xw - y||^2" --wrt w
  matdiff derive "N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)" --wrt Σ,μ
  matdiff derive "tr(inv(X)*A)" --wrt X --where "A: n x n symmetric" --steps full
  matdiff derive "x'Ax/x'x" --wrt x --format latex
  matdiff derive @model.txt --wrt W
  matdiff jacobian "A*X*B" --wrt X
  matdiff hessian "||Xw - y||^2" --wrt w
  matdiff differential "inv(X)*A"
  matdiff expectation "E[x'A x], x ~ N(mu, Sigma)" --where "A: n x n"
  matdiff implicit "A X + X A' = Q" --solve-for X --wrt A,Q --objective "tr(X)"
  matdiff stationary "minimise x'P x subject to A x = b" --wrt x
  matdiff solve "minimise ||Xw - y||^2 + lam*||w||^2" --wrt w --where "lam: scalar positive"
  matdiff code "||Xw - y||^2" --wrt w --outputs value,gradient,hvp
  matdiff parse "\\frac12 \\|Xw-y\\|_2^2" --format numpy
  matdiff equal "tr(A B)" "tr(B A)"
  matdiff check derivation.tex --where "X: m x n; w: n; y: m"
  matdiff lint paper.tex notes.md src/ --format github
  matdiff laws --format markdown
"""
USED = ("lark", "numpy", "scipy", "sympy", "jax", "torch", "latex2mathml")


class Parser(ArgumentParser):
    """A parser whose complaints are MatdiffErrors that say what may be meant."""

    def error(self, message: str) -> NoReturn:
        wrong = re.match(r"argument (.*): invalid choice: '?(.*?)'? \(choose from (.*)\)$", message)
        if wrong is None:
            raise MatdiffError(f"{self.own_name}: {message}", suggestion=f"`{self.prog} --help` shows what it takes.")
        what, given, choices = wrong.groups()
        known = re.findall(r"[\w-]+", choices)
        name = "command" if what == "COMMAND" else f"{what} called"
        raise MatdiffError(f"there is no {name} {given}", suggestion=nearest(given, known))

    @property
    def own_name(self) -> str:
        """The name without that of the program."""
        return self.prog.rpartition(" ")[2]

    def options(self) -> Iterable[Action]:
        """The options and arguments, but for the commands of the whole."""
        return self._actions


def nearest(given: str, known: Sequence[str]) -> str:
    """What may be meant by a name that does not exist.

    >>> nearest("derve", ["derive", "parse"]), nearest("?", ["derive", "parse"])
    ('Did you mean derive?', 'Take one of derive, parse.')
    """
    from difflib import get_close_matches

    found = get_close_matches(given, known, 1)
    return f"Did you mean {found[0]}?" if found else f"Take one of {', '.join(known)}."


class _Version(Action):
    def __call__(self, parser: ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        from matdiff.version import __version__

        print(f"matdiff {__version__}")
        used = [f"Python {sys.version.partition(' ')[0]}"]
        for name in USED:
            try:
                used.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                continue
        print(f"with {', '.join(used)}")
        parser.exit()


class _Help(RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - 2)


def parser(table: Mapping[str, Command], words: Sequence[str] = ()) -> Parser:
    """The parser of all commands in the table, or of the one that some words begin with."""
    whole = Parser(
        prog="matdiff",
        description="Derives matrix derivatives as on paper, with every step named and checked.",
        epilog=EXAMPLES,
        formatter_class=_Help,
    )
    whole.add_argument("--version", action=_Version, nargs=0, help="show the version, those of what it uses, and exit")
    batch = "a file with a problem a line, - for standard input; a line of JSON for each comes out"
    whole.add_argument("--batch", metavar="FILE", help=batch)
    whole.set_defaults(command=None)
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", prog=whole.prog)
    named = table.get(words[0]) if words else None
    for command in table.values() if named is None else (named,):
        epilog = EXAMPLES if command.name == "derive" else None
        own = commands.add_parser(
            command.name, help=command.help, description=command.help, epilog=epilog, formatter_class=_Help
        )
        command.arguments(own)
        own.set_defaults(command=command, own=own)
    return whole


def parsed(table: Mapping[str, Command], arguments: Sequence[str]) -> Namespace:
    """The options of a command; MatdiffError for what does not exist."""
    whole = parser(table, arguments)
    options, left = whole.parse_known_args([_unsigned(a) for a in arguments])
    own: Parser = options.own if options.command else whole
    if left:
        known = [name for action in own.options() for name in action.option_strings if name.startswith("--")]
        given = left[0].partition("=")[0]
        if not given.startswith("-"):
            own.error(f"there is no place for {left[0]!r}; a text with spaces stands between quotes")
        raise MatdiffError(f"{own.own_name} has no option {given}", suggestion=nearest(given, known))
    if "from_module" in options and options.expression is None and options.from_module is None:
        own.error("EXPR is missing: the expression that it is about")
    return options


def _unsigned(argument: str) -> str:
    """An expression that begins with a minus sign would be taken for an option; the true minus sign is not."""
    is_option = argument.startswith("--") or len(argument) <= 2
    return argument if is_option or not argument.startswith("-") else "\N{MINUS SIGN}" + argument[1:]
