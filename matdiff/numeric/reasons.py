"""Steps in, which of them are instances of the laws that stand beside them out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law
from matdiff.algebra.matching.explaining import Explainer
from matdiff.algebra.matching.reason import Reason
from matdiff.algebra.statements.conditions import under_any_condition
from matdiff.language import read_law


@cache
def reasons(law: Law) -> tuple[Reason, ...]:
    """The statements of a law, read."""
    sides = [pair for statement in law.statements for pair in under_any_condition(*read_law(statement))]
    return tuple([Reason(left, right, law.kind) for left, right in sides])


def explains(law: Law, before: Expr, after: Expr) -> bool:
    """Whether a statement of the law turns *before* into *after*."""
    return Explainer().explains(reasons(law), before, after)


def unexplained(steps: Iterable[Any]) -> list[int]:
    """The places of the steps that are not; each has a *law*, a line *before* and a line *after*."""
    explainer, places = Explainer(), list[int]()
    for k, step in enumerate(steps):
        is_law = isinstance(step.law, Law)
        if not is_law or not explainer.explains(reasons(step.law), step.before, step.after):
            places.append(k)
    return places
