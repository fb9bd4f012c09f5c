"""Why the lines of a page hold: each law that stands beside one, in full, with its name in words and its source."""

from __future__ import annotations

from collections.abc import Iterable
from re import sub

from matdiff.algebra.laws import Law
from matdiff.algebra.rewriting import Step
from matdiff.page.model import Line, Page, Section, plain

HEADING = "The laws"


def explained(page: Page, steps: Iterable[Step]) -> Page:
    """The page with the statement of every law beside its lines behind the derivation, in the order of their use."""
    shown = {title for part in page.parts for section in part for line in section.lines for title in line.laws}
    laws = [law for law in dict.fromkeys(step.law for step in steps) if law.title in shown]
    if not laws:
        return page
    return page._replace(parts=[*page.parts, [Section(HEADING, [statement(law) for law in laws])]])


def statement(law: Law) -> Line:
    """What a law says, and beside it what it is called."""
    left, right = Law.read(law.statements[0])
    return Line(plain(left), plain(right), (in_words(law),))


def in_words(law: Law) -> str:
    """The name of a law, its side condition and its source.

    >>> from matdiff.algebra.laws import law_named
    >>> import matdiff
    >>> in_words(law_named("differential_of_inverse"))
    'differential of inverse, where A invertible (Magnus and Neudecker, ch. 8, sec. 4)'
    """
    condition = law.requires and f", where {law.requires}"
    source = law.source and f" ({law.source})"
    return f"{sub(r'_[0-9]+$', '', law.name).replace('_', ' ')}{condition}{source}"
