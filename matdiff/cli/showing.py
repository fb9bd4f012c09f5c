"""How answers are printed; what is wrong is withheld."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from matdiff.cli.arguments import CODE
from matdiff.cli.terminal import columns
from matdiff.errors import CheckError, MatdiffError

if TYPE_CHECKING:
    from matdiff.algebra.expr import Expr
    from matdiff.numeric.check import Verification
    from matdiff.results.code import Code
    from matdiff.results.equality import Equality
    from matdiff.review.lint import Findings
    from matdiff.review.report import Review
    from matdiff.web.server import Server


def checked(options: Namespace, found: Any) -> Verification | None:
    """What the check of a result finds, where it is not left out; CheckError where the result is wrong."""
    check: Verification | None = None if options.no_check else found.verify()
    if check is not None and not check.ok:
        raise CheckError(check.failure)
    return check


def result(options: Namespace, found: Any) -> None:
    """Checks a derivation and prints it."""
    check = checked(options, found)
    if options.format in CODE:
        from matdiff.api import code

        as_it_is(options, code(found, backend=options.format, check=not options.no_check).source)
        return
    form = "latex" if options.document and options.format == "text" else options.format
    more = {"explain": options.explain, "document": options.document, **setting(options)}
    print(found.written(form, options.steps, check, **more).rstrip("\n"))


def setting(options: Namespace) -> dict[str, Any]:
    """How a page of text is set: what is asked for, else what the terminal can show."""
    return {
        "width": options.width or columns(100),
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


def reading(options: Namespace, found: Expr) -> None:
    """How an expression was read."""
    from matdiff.api import reading

    print(reading(found, options.format))


def code(options: Namespace, found: Code) -> None:
    """A source, into a file where one is named."""
    if options.output is None:
        as_it_is(options, found.source)
        return
    try:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(found.source)
    except OSError as error:
        raise MatdiffError(f"the file {options.output} cannot be written: {error.strerror}") from None


def equality(options: Namespace, found: Equality) -> int:
    """Whether two expressions are equal."""
    print(found.written(options.format, options.steps, **setting(options)).rstrip("\n"))
    return 0 if found else 1 if found.equal is False else 2


def review(options: Namespace, found: Review) -> int:
    """The verdicts on a derivation."""
    print(found.written(options.format, options.steps).rstrip("\n"))
    return 0 if found.ok else 1


def findings(options: Namespace, found: Findings) -> int:
    """What is wrong in documents."""
    print(found.written(options.format))
    return 0 if found.ok else 1


def served(options: Namespace, found: Server) -> None:
    """Serves the page until it is interrupted."""
    from matdiff.web.server import serve

    serve(found, browser=not options.no_browser)


def answering(options: Namespace, found: Any) -> None:
    """Answers an assistant until it has gone."""
    found.run("stdio")


def editing(options: Namespace, found: Any) -> None:
    """Answers an editor until it has gone."""
    found.start_io()


def as_it_is(options: Namespace, found: str) -> None:
    """A text that ends with a new line."""
    print(found, end="")
