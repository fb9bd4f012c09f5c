"""What the lower rooms ask of the upper ones without knowing them: the text of an expression, the reason of a step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law, Statement
from matdiff.displayed import Displayed


def wire() -> None:
    """Gives expressions their printer, laws what reads and matches their statements, and notebooks what they show."""
    Expr.written = written
    Law.read = read
    Law.read_anew = read_anew
    Law.printed = printed
    Law.changed = changed
    Law.explained = explained
    Displayed.bundle = bundle


def written(e: Expr, spelling: str) -> str:
    """The text of an expression in a spelling."""
    from matdiff.output.text import text

    return text(e, spelling)


@cache
def read(statement: Statement) -> tuple[Expr, Expr]:
    """Both sides of a statement, as the table has them, or else as they are read."""
    from matdiff.algebra.statements.stored import kept

    return kept(statement) or read_anew(statement)


def read_anew(statement: Statement) -> tuple[Expr, Expr]:
    """Both sides of a statement as they are read."""
    from matdiff.language import read_law

    return read_law(statement)


def printed(law: Law) -> str:
    """The statement of a law as it is printed."""
    from matdiff.algebra.heads import told

    return told(law).title


def changed(law: Law, e: Expr, changes: Sequence[Expr | None]) -> Expr:
    """The differential of an operation by the statement of its law."""
    from matdiff.algebra.stated import changed

    return changed(law, e, changes)


def explained(law: Law, before: Expr, after: Expr) -> bool:
    """Whether a step is an instance of one of the statements of a law."""
    from matdiff.numeric.reasons import explains

    return explains(law, before, after)


def bundle(thing: Displayed) -> dict[str, str]:
    """What a notebook shows of a thing."""
    from matdiff.display.notebook import bundle

    return bundle(thing)
