"""The command ``matdiff``: arguments in, one call of the library, text out; no mathematics here."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from matdiff.errors import CheckError, MatdiffError

if TYPE_CHECKING:
    from argparse import Namespace

INTERRUPTED = 130
MANY = 100_000  # objects between two looks of Python's collector


def command() -> NoReturn:
    """A command that is a process: what it makes stays to its end, when nothing need be taken apart."""
    gc.set_threshold(MANY)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices of a check are small: threads wait for each other
    ended: list[int] = []
    atexit.register(lambda: os._exit(ended[0]) if ended else None)  # registered first, it comes last
    ended.append(main(sys.argv[1:]))
    sys.stderr.flush()
    sys.exit(ended[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; the exit status is 0, 2 for bad input, 1 for a failed check and for expressions that differ."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without mathematics is no reason to crash
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except CheckError as error:
        print(f"matdiff: CHECK FAILED: {error}\nThe answer is withheld.", file=sys.stderr)
        return 1
    except MatdiffError as error:
        print(f"matdiff: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough; nothing more is written when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(arguments: Sequence[str]) -> int:
    """Shows help, works through a file of problems, or carries out a command."""
    from matdiff.cli.commands import COMMANDS
    from matdiff.cli.parser import parsed, parser

    options = parsed(COMMANDS, arguments)
    if options.batch is not None:
        from matdiff.cli.batch import run

        return run(options.batch)
    if options.command is None:
        parser(COMMANDS).print_help()
        return 0
    return carried_out(options)


def carried_out(options: Namespace) -> int:
    """Asks what the command asks, and shows what comes back."""
    status: int | None = options.command.show(options, options.command.ask(options))
    return status or 0
