"""What the lower rooms ask of the upper ones without knowing them: the text of an expression, the reason of a step."""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law


def wire() -> None:
    """Gives expressions their printer, and laws what reads and matches their statements."""
    Expr.written = written
    Law.explained = explained


def written(e: Expr, spelling: str) -> str:
    """The text of an expression in a spelling."""
    from matdiff.output.text import text

    return text(e, spelling)


def explained(law: Law, before: Expr, after: Expr) -> bool:
    """Whether a step is an instance of one of the statements of a law."""
    from matdiff.numeric.reasons import explains

    return explains(law, before, after)
