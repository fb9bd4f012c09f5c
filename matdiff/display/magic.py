"""``%load_ext matdiff``: the magics ``%matdiff`` and ``%%matdiff``, which take what the command ``matdiff`` takes.

A cell is a text, and the line above it a command and its options; without a command it is for ``derive``::

    %%matdiff --wrt W
    h = W x + b
    ‖sigmoid(h) − y‖²
"""

from __future__ import annotations

import shlex
from typing import Any

from matdiff.cli import carried_out
from matdiff.cli.batch import arguments
from matdiff.cli.commands import COMMANDS
from matdiff.cli.parser import parsed
from matdiff.results.base import Shown


def matdiff(line: str, cell: str | None = None) -> Any:
    """What a command gives back for a cell, or for the text in a line; with another --format it is printed."""
    words = arguments(line) if cell is None else _of_cell(line, cell)
    options = parsed(COMMANDS, words)
    if options.command.name == "serve":
        options.own.error("the page is opened from a terminal")
    if getattr(options, "format", "text") != "text" or getattr(options, "output", None):
        carried_out(options)
        return None
    found = options.command.ask(options)
    if isinstance(found, str):
        print(found, end="")
        return None
    if isinstance(found, Shown) and "steps" in options:
        found.detail = options.steps
    return found


def _of_cell(line: str, cell: str) -> list[str]:
    """The arguments that a cell and the line above it stand for."""
    words = shlex.split(line)
    command = words.pop(0) if words and words[0] in COMMANDS else "derive"
    return [command, *filter(None, [cell.strip()]), *words]


def load(shell: Any) -> None:
    """Gives the magics to IPython."""
    shell.register_magic_function(matdiff, "line_cell", "matdiff")
