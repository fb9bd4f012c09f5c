"""The manual page, from the parser of arguments."""

from __future__ import annotations

from argparse import Action
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from matdiff.cli.parser import EXAMPLES, Parser, parser
from matdiff.version import __version__

if TYPE_CHECKING:
    from matdiff.cli.commands import Command

STATUS = {
    "0": "the answer is there, or what was asked is so",
    "1": "a check failed, a line is wrong, or expressions differ",
    "2": "the input cannot be read, or no law covers it; a message says where",
}


def page(table: Mapping[str, Command]) -> str:
    """The page in the language of man: ``matdiff man | man -l -``.

    >>> page({}).splitlines()[0].split()[:3]
    ['.TH', 'MATDIFF', '1']
    """
    return "\n".join(_rows(table)) + "\n"


def _rows(table: Mapping[str, Command]) -> Iterator[str]:
    """The rows of the page."""
    whole = parser(table)
    about = whole.description or ""
    yield f'.TH MATDIFF 1 "" "matdiff {__version__}" "User Commands"'
    yield from (".SH NAME", rf"matdiff \- {_plain(about[0].lower() + about[1:].rstrip('.'))}")
    yield from (".SH SYNOPSIS", r".B matdiff", r"\fICOMMAND\fR [\fIOPTION\fR ...]", ".SH OPTIONS")
    for action in whole.options():
        yield from _option(action)
    yield from (".SH COMMANDS", "Options that several commands share are explained at the first of them.")
    told: set[str] = set()
    for command in table.values():
        own = Parser(prog=f"matdiff {command.name}", add_help=False)
        command.arguments(own)
        usage = " ".join(own.format_usage().removeprefix("usage: ").split())
        yield from (f".SS {command.name}", _plain(command.help + "."), ".PP", rf"\fB{_plain(usage)}\fR")
        new = dict.fromkeys("\n".join(_option(action)) for action in own.options())
        yield from (option for option in new if option and option not in told)
        told.update(new)
    yield ".SH EXIT STATUS"
    for status, meaning in STATUS.items():
        yield from (".TP", status, meaning)
    yield from (".SH EXAMPLES", ".nf", *map(_plain, EXAMPLES.strip().splitlines()[1:]), ".fi")


def _option(action: Action) -> Iterator[str]:
    """An option or an argument with what it is for; the commands have a section of their own."""
    if action.dest == "command" or (action.choices and not action.help):
        return
    choices = "|".join(map(str, action.choices or ()))
    takes = action.metavar or ("" if action.nargs == 0 else choices or action.dest.upper())
    names = ", ".join(rf"\fB{_plain(name)}\fR" for name in action.option_strings)
    yield from (".TP", " ".join(filter(None, [names, rf"\fI{_plain(str(takes))}\fR" if takes else ""])))
    yield _plain(action.help or "")


def _plain(text: str) -> str:
    """A text in which nothing is a command of man.

    >>> _plain(".5 - a")
    '\\\\&.5 \\\\- a'
    """
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped
