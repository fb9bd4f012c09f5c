"""What a command is asked about: a text, a file, the standard input, or a Python function."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import Any

from matdiff.errors import MatdiffError


def question(options: Namespace) -> Any:
    """What is asked about: the text, or the expression that a Python function computes."""
    place = options.from_module or (options.expression if _is_function(options.expression) else None)
    if place is None:
        return text(options.expression)
    from matdiff.api import from_function
    from matdiff.api.functions import function_at

    return from_function(function_at(place), options.where)


def unknowns(options: Namespace) -> list[str]:
    """The names behind --wrt; without them the text has to name its unknown."""
    return list(options.wrt)


def _is_function(argument: str | None) -> bool:
    """Whether an argument names a Python function in a file."""
    return argument is not None and ".py:" in argument and os.path.isfile(argument.partition(":")[0])


def text(name: str | None) -> str:
    """The text that is to be read: the argument itself, of a file, or of the standard input."""
    if name is None:
        raise MatdiffError("a function of a module is for derive, jacobian, hessian, differential and code")
    if name == "-":
        return sys.stdin.read()
    return file_text(name[1:]) if name.startswith("@") and "\n" not in name else name  # @jit stands before a function


def file_text(path: str) -> str:
    """The text in a file."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise MatdiffError(f"the file {path} cannot be read: {reason}") from None
