"""A file of problems, one a line, and a line of JSON for each.

A line is what stands behind ``matdiff``, and no text needs quotes: ``jacobian A*X*B --wrt X``; without a command it is
for ``derive``.  Empty lines and those that begin with # are no problems.
"""

from __future__ import annotations

import json
import shlex
import sys
from typing import Any

from matdiff.cli.commands import COMMANDS
from matdiff.cli.parser import parsed
from matdiff.cli.texts import file_text
from matdiff.errors import CheckError, MatdiffError
from matdiff.regex import regex

WITHOUT_A_TEXT = ("equal", "laws", "serve", "mcp", "lsp", "man", "completion")
TAKES_A_TEXT = tuple(name for name in COMMANDS if name not in WITHOUT_A_TEXT)
OPTIONS = regex(r"\s--(?=[a-z])")  # where the text ends and the options begin


def run(name: str) -> int:
    """Works through a file; the exit status is the gravest of those of the problems."""
    text = sys.stdin.read() if name == "-" else file_text(name)
    problems = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    worst = 0
    for k, problem in enumerate(problems, 1):
        if sys.stderr.isatty():
            print(f"\r{k} of {len(problems)}", end="", file=sys.stderr, flush=True)
        status, content = solved(problem)
        worst = max(worst, status)
        print(json.dumps({"problem": problem, "ok": not status, **content}, ensure_ascii=False), flush=True)
    if sys.stderr.isatty() and problems:
        print("\r\033[K", end="", file=sys.stderr)
    return worst


def solved(problem: str) -> tuple[int, dict[str, Any]]:
    """The exit status that a problem has by itself, and what is said of it."""
    try:
        options = parsed(COMMANDS, arguments(problem))
        if options.command.name not in TAKES_A_TEXT:
            options.own.error("a line of a batch is a problem with one text")
        content = record(options)
        return int(content.get("ok") is False), content
    except CheckError as error:
        return 1, {"error": f"CHECK FAILED: {error.message}"}
    except MatdiffError as error:
        return 2, {"error": error.message, "span": error.span, "suggestion": error.suggestion}


def arguments(problem: str) -> list[str]:
    """The arguments that a line stands for.

    >>> arguments("hessian x'A x --wrt x")
    ['hessian', "x'A x", '--wrt', 'x']
    >>> arguments("gradient of x'x")
    ['derive', "gradient of x'x"]
    """
    first, _, rest = problem.partition(" ")
    command, text = (first, rest) if first in COMMANDS else ("derive", problem)
    found = OPTIONS.search(text)
    end = found.start() if found else len(text)
    try:
        options = shlex.split(text[end:])
    except ValueError as error:
        raise MatdiffError(f"the options cannot be read: {error}", text=problem) from None
    return [command, *filter(None, [text[:end].strip()]), *options]


def record(options: Any) -> dict[str, Any]:
    """What a command gives back, for other programs."""
    from matdiff.cli.showing import checked

    found = options.command.ask(options)
    name = options.command.name
    if name == "code":
        return {"command": name, "source": found.source}
    if name == "parse":
        from matdiff.api import reading

        return {"command": name, **json.loads(reading(found, "json"))}
    written = found.to_json() if name == "check" else found.to_json(checked(options, found))
    return {"command": name, **json.loads(written)}
