"""What all results have in common: steps, lines and conditions of the record behind them, and a page in any form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from matdiff.algebra.expr import Expr
from matdiff.algebra.rewriting import Step
from matdiff.algebra.walks import notes_of
from matdiff.calculus.derivation import Line
from matdiff.displayed import Displayed
from matdiff.errors import MatdiffError

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification
    from matdiff.page.model import Page


class Record(Protocol):
    """What the calculus gives back."""

    @property
    def read(self) -> tuple[Expr, ...]: ...

    def steps(self) -> tuple[Step, ...]: ...

    def conditions(self) -> tuple[str, ...]: ...


class RecordOfLines(Record, Protocol):
    """What the calculus gives back when it derives line by line."""

    def lines(self) -> tuple[Line, ...]: ...


class Shown(Displayed):
    """What has a page.

    notes  how doubtful places of the text were read, and how to say the other thing, in sentences: what was noted
           when this was derived, since another text may later be read as the same expression
    called what the text calls its function: J of J(w) = …
    detail the level of detail that notebooks show
    """

    notes: tuple[str, ...]
    called: tuple[str, ...] = ()
    detail: str = "textbook"

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, of the same question."""
        return self is other or (isinstance(other, Shown) and self._said() == other._said())

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> tuple[type, str]:
        """What is told apart."""
        return type(self), self.to_text("full")

    def _page(self, steps: str) -> Page:
        """The page at a level of detail."""
        raise NotImplementedError

    def page(self, steps: str = "textbook") -> Page:
        """What is shown: see matdiff.page.model."""
        return self._page(steps).said(self.notes, self.called)

    def applied(self) -> Sequence[Step]:
        """The applications of laws behind the page, where there are such."""
        return ()

    def written(
        self,
        form: str,
        steps: str = "textbook",
        check: Verification | None = None,
        explain: bool = False,
        **setting: Any,
    ) -> str:
        """The page in a form (one of matdiff.page.FORMS: ``text``, ``latex`` …), with what a check found.

        *steps* is ``full``, ``textbook`` or ``none``; with *explain* the laws beside the lines are stated in full;
        the *setting* is that of matdiff.page.model.
        """
        from matdiff.page import written
        from matdiff.page.model import Setting  # only where a page is asked for

        page = self.page(steps)
        if explain:
            from matdiff.page.explaining import explained

            page = explained(page, self.applied())
        return written(page, form, check, Setting(**setting))

    def to_text(
        self,
        steps: str = "textbook",
        check: Verification | None = None,
        width: int = 100,
        ascii: bool = False,
        explain: bool = False,
    ) -> str:
        """The page as text of a *width*, with what a check found; with *ascii* in nothing but the signs of ASCII.

        With *explain* the laws beside the lines are stated in full.

        >>> import matdiff
        >>> print(matdiff.derive("x'A x", wrt="x").to_text("none", ascii=True), end="")
        f(x) = x'*A*x        x: n   A: n x n
        <BLANKLINE>
          nabla_x f = (A + A')*x        n
        """
        return self.written("text", steps, check, explain, width=width, ascii=ascii)

    def to_latex(self, steps: str = "textbook", document: bool = False) -> str:
        r"""The page as a LaTeX ``align*`` that fits an article, with the laws at the right; or as a whole *document*.

        Outside a document ``\allowdisplaybreaks`` lets a long page go on on the next one.
        """
        return self.written("latex", steps, document=document)

    def to_markdown(self, steps: str = "textbook", check: Verification | None = None) -> str:
        """The page as Markdown with formulas between dollars, with what a check found."""
        return self.written("markdown", steps, check)

    def to_html(self, steps: str = "textbook", check: Verification | None = None, document: bool = False) -> str:
        """The page as HTML with formulas in MathML, the answer first; by itself or as a whole *document*.

        MathML needs ``pip install "matdiff[html]"``; without it formulas stay LaTeX between dollars.
        """
        return self.written("html", steps, check, document=document)

    def to_json(self, check: Verification | None = None) -> str:
        """The question, the answers, steps, conditions and notes as JSON, with what a check found."""
        return self.written("json", "none", check)


class Result(Shown):
    """An answer with the steps that led to it."""

    _found: Record

    def __init__(self, found: Record) -> None:
        self._found, read = found, found.read
        self.notes = notes_of(*read)
        self.called = read[0].called

    @property
    def read(self) -> tuple[Expr, ...]:
        """The expressions that the question consists of."""
        return self._found.read

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every application of a law: Step(law, before, after)."""
        return self._found.steps()

    def applied(self) -> Sequence[Step]:
        return self.steps

    @property
    def conditions(self) -> tuple[str, ...]:
        """The side conditions of the laws that were used, in words."""
        return self._found.conditions()

    def computed(self) -> Mapping[str, Sequence[Expr]]:
        """The answers that code computes, by title: one expression, or one for each unknown."""
        raise MatdiffError(f"there is no code for a {type(self).__name__}")

    def usual(self) -> tuple[str, ...]:
        """The titles of the answers that code computes where no outputs are asked for."""
        return tuple(self.computed())

    def needs(self) -> tuple[Expr, ...]:
        """What has to have a value, where the answers do not show it."""
        return ()


class DerivedResult(Result):
    """An answer with the lines that led to it."""

    _found: RecordOfLines

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines at the textbook level of detail: Line(expression, laws)."""
        return self._found.lines()
