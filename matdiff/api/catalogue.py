"""The catalogue of operators and laws, and how it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Operator
from matdiff.algebra.laws import CATALOGUE, Law

if TYPE_CHECKING:
    pass

Class = TypeVar("Class", bound=type[Operator])


def laws(word: str = "") -> tuple[Law, ...]:
    """The catalogue of laws, each with its statement and condition; with a *word* those it occurs in.

    >>> [law.name for law in laws("trace of cycle")]
    ['trace_of_cycle']
    """
    import matdiff.calculus.equality.normal_form
    import matdiff.calculus.expectations.expectation
    import matdiff.solving.problem  # noqa: F401 - states the laws of equations and of bounds

    if not word:
        return tuple(CATALOGUE.values())
    from matdiff.output.law_book import has_word

    return tuple(law for law in CATALOGUE.values() if has_word(word, law.name, law.title, law.statement, law.source))


def law_book(form: str = "text", word: str = "") -> str:
    """All operators and all laws as a page of ``text`` or ``markdown``, or ``json``; with a *word* those it occurs in.

    >>> print(law_book(word="trace of cycle"), end="")
    LAWS OF THE TRACE
    trace_of_cycle  [trace]
        tr(A*B) = tr(B*A)
        where A: m x n; B: n x m
    """
    from matdiff.output.law_book import book

    laws()
    return book(form, word)


def register(cls: Class) -> Class:
    """Checks an operator of your own numerically; one that fails is refused with a MatdiffError that says why.

    A class that derives from Operator or Entrywise is in the language from its creation on; this checks its shape rule,
    its meaning, its laws and its spellings.  Call it behind the class.
    """
    from matdiff.numeric.registration import register as checked

    return checked(cls)
