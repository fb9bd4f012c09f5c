"""A text in, its review out: the verdicts, and the diagnosis of the first wrong line."""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.rewriting import Simplifier
from matdiff.errors import require_text
from matdiff.review.judging import WRONG, Judge
from matdiff.review.report import Review
from matdiff.review.slips import diagnosed


def review(text: str, where: str | Mapping[str, str] | None = None, wrt: str | None = None) -> Review:
    """The verdicts on all lines of a text, and what kind of slip the first wrong one is."""
    require_text(text, "the derivation")
    judge = Judge(text, where, wrt)
    judged = list(judge.verdicts())
    first = next((j for j in judged if j.verdict == WRONG), None)
    if first is None or first.fault is None:
        return Review(judged)
    fault = first.fault._replace(truth=Simplifier(SIMPLIFICATIONS)(first.fault.truth)[0])
    slip = diagnosed(fault, judge.scope)
    return Review(judged, slip.kind, slip.should_be, slip.said)
