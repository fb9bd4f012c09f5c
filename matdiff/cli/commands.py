"""The table of commands: what each is called, what it takes, what it asks the library, and how the answer is shown."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any

from matdiff.cli import arguments, showing
from matdiff.cli.texts import question, text, unknowns
from matdiff.records import NamedTuple


class Command(NamedTuple):
    """A command: *ask* gives what the library gives back, *show* prints it and says the exit status."""

    name: str
    help: str
    arguments: Callable[[ArgumentParser], None]
    ask: Callable[[Namespace], Any]
    show: Callable[[Namespace, Any], int | None]


# ---- what is asked --------------------------------------------------------------------------------------


def _derive(options: Namespace) -> Any:
    from matdiff.api import derive

    asked, names = question(options), unknowns(options)
    return derive(asked, names, options.where, options.dialect, not options.no_expand, options.layout)


def _jacobian(options: Namespace) -> Any:
    from matdiff.api import jacobian

    return jacobian(question(options), unknowns(options), options.where, options.layout, options.dialect)


def _hessian(options: Namespace) -> Any:
    from matdiff.api import hessian

    return hessian(question(options), unknowns(options), options.where, options.dialect)


def _differential(options: Namespace) -> Any:
    from matdiff.api import differential

    return differential(question(options), unknowns(options), options.where, options.dialect)


def _expectation(options: Namespace) -> Any:
    from matdiff.api import expect

    return expect(text(options.expression), options.of, options.where)


def _implicit(options: Namespace) -> Any:
    from matdiff.api import implicit

    return implicit(question(options), options.solve_for, unknowns(options), options.where, options.objective)


def _stationary(options: Namespace) -> Any:
    from matdiff.api import stationary

    return stationary(text(options.expression), unknowns(options), options.where)


def _solve(options: Namespace) -> Any:
    from matdiff.api import alternate, solve

    return (alternate if options.alternate else solve)(
        text(options.expression), unknowns(options) or None, options.where
    )


def _parse(options: Namespace) -> Any:
    from matdiff.api import parse

    return parse(text(options.expression), options.where, options.dialect)


def _code(options: Namespace) -> Any:
    from matdiff.api import code

    return code(
        question(options), unknowns(options) or None, options.where, options.backend,
        options.outputs.split(",") if options.outputs else None,
        options.name, check=not options.no_check, dialect=options.dialect,
    )  # fmt: skip


def _equal(options: Namespace) -> Any:
    from matdiff.api import equal

    return equal(text(options.expression), text(options.other), options.where, dialect=options.dialect)


def _lint(options: Namespace) -> Any:
    from matdiff.api import lint

    return lint(options.paths, options.where)


def _check(options: Namespace) -> Any:
    from matdiff.api import check

    name = options.expression
    is_file = name != "-" and len(name) < 1_000 and os.path.isfile(name)
    return check(text(f"@{name}" if is_file else name), options.where, options.wrt)


def _laws(options: Namespace) -> Any:
    from matdiff.api import law_book

    return law_book(options.format, " ".join(options.word))


def _serve(options: Namespace) -> Any:
    from matdiff.web.server import begin

    return begin(options.port)


def _mcp(options: Namespace) -> Any:
    from matdiff.services.mcp import server

    return server()


def _lsp(options: Namespace) -> Any:
    from matdiff.services.lsp import server

    return server()


def _man(options: Namespace) -> Any:
    from matdiff.cli.man import page

    return page(COMMANDS)


def _completion(options: Namespace) -> Any:
    from matdiff.cli.completion import script

    return script(options.shell, COMMANDS)


COMMANDS = {
    command.name: command
    for command in (
        Command("derive", "the gradient of a scalar expression, with its steps",
                arguments.derive, _derive, showing.result),
        Command("jacobian", "the Jacobian of an expression of any shape, with its steps",
                arguments.jacobian, _jacobian, showing.result),
        Command("hessian", "the Hessian of a scalar expression, with its steps",
                arguments.hessian, _hessian, showing.result),
        Command("differential", "the differential of an expression of any shape",
                arguments.derivation, _differential, showing.result),
        Command("expectation", "the mean of what is at most quadratic in random vectors and matrices, with its steps",
                arguments.expectation, _expectation, showing.result),
        Command("implicit", "the derivative of what an equation defines",
                arguments.implicit, _implicit, showing.result),
        Command("stationary", "the conditions and the system of a constrained problem",
                arguments.stationary, _stationary, showing.result),
        Command("solve", "the stationary points in closed form, what kind they are, and why",
                arguments.solve, _solve, showing.result),
        Command("parse", "how an expression is read, with every shape, in any spelling",
                arguments.parse, _parse, showing.reading),
        Command("code", "a function of NumPy, JAX or PyTorch: the value and its derivatives",
                arguments.code, _code, showing.code),
        Command("equal", "whether two expressions are equal: proved, refuted, or neither",
                arguments.equal, _equal, showing.equality),
        Command("check", "the first wrong line of a derivation, and what kind of slip it is",
                arguments.check, _check, showing.review),
        Command("lint", "the claims of derivatives in documents that are wrong",
                arguments.lint, _lint, showing.findings),
        Command("laws", "the book of laws: all operators, and all laws with their statements",
                arguments.laws, _laws, showing.as_it_is),
        Command("serve", "the page in a browser, on this machine alone",
                arguments.serve, _serve, showing.served),
        Command("mcp", "a server for assistants (Model Context Protocol), over standard input and output",
                arguments.nothing, _mcp, showing.answering),
        Command("lsp", "a language server for editors: wrong claims in .tex, .md and docstrings are marked",
                arguments.nothing, _lsp, showing.editing),
        Command("man", "the manual page: matdiff man | man -l -",
                arguments.nothing, _man, showing.as_it_is),
        Command("completion", "a script that completes commands and options in a shell",
                arguments.completion, _completion, showing.as_it_is),
    )
}  # fmt: skip
