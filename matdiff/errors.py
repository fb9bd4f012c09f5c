"""Everything that bad input can cause: one family of exceptions, each with a place in the user's text."""

from __future__ import annotations

from matdiff.displayed import Displayed

Span = tuple[int, int]


class MatdiffError(Displayed, Exception):
    """The root of every error that bad input can cause.

    *message* is one sentence, *span* the place in *text* that it is about, *suggestion* what to do.
    ``str(error)`` shows all of them, with a caret under the place.

    >>> print(MatdiffError("there is a stray bracket", text="x + )", span=(4, 5), suggestion="remove it"))
    there is a stray bracket
      x + )
          ^
    remove it
    """

    def __init__(
        self, message: str, *, text: str | None = None, span: Span | None = None, suggestion: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.span = span
        self.suggestion = suggestion

    def __str__(self) -> str:
        lines = [self.message]
        if self.text is not None and self.span is not None:
            lines += self._excerpt(self.text, self.span)
        if self.suggestion:
            lines.append(self.suggestion)
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback through matdiff: the line of the cell, and the message."""
        from traceback import extract_tb  # only for the error at hand

        cells = [
            f for f in extract_tb(self.__traceback__) if "ipython-input" in f.filename or "ipykernel" in f.filename
        ]
        own = [f for f in cells if "get_ipython().run_" not in (f.line or "")]  # which IPython writes for a magic
        place = f"line {own[-1].lineno}: {own[-1].line}\n" if own else ""
        return f"{place}{type(self).__name__}: {self}".splitlines()

    @staticmethod
    def _excerpt(text: str, span: Span) -> list[str]:
        """The line of the text that holds the place, cut to a readable width, and carets below it."""
        start, end = span
        end = min(end, start + 100)
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", start)
        last = len(text) if last < 0 else last
        left, right = max(first, start - 50), min(last, max(end, start) + 30)
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[left:right])
        before, below = _columns(text[left:start]), _columns(text[start : min(end, right)])
        head = "…" if left > first else ""
        tail = "…" if right < last else ""
        return [f"  {head}{shown}{tail}", " " * (2 + len(head) + before) + "^" * max(1, below)]


def _columns(text: str) -> int:
    """The columns that a text takes on a terminal: signs that combine with a letter take none, wide ones two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # only for the error at hand

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def shortly(value: object) -> str:
    """What somebody gave, as an error shows it.

    >>> shortly(None), shortly([0] * 100)
    ('None', 'a value of type list')
    """
    try:
        shown = repr(value)
    except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError, RecursionError):
        # as of a number of 5,000 digits
        shown = "\n"
    return shown if len(shown) < 40 and "\n" not in shown else f"a value of type {type(value).__name__}"


class NotationError(MatdiffError):
    """The text is not an expression of the language."""


class ShapeError(MatdiffError):
    """Two shapes that must agree do not."""


class AmbiguityError(MatdiffError):
    """The text has several readings and nothing decides between them."""


class DeclarationError(MatdiffError):
    """A declaration in ``where`` is malformed or contradicts another."""


class UnknownNameError(MatdiffError):
    """A function, symbol or unknown that does not exist."""


class UnsupportedError(MatdiffError):
    """No law covers what was asked."""


class MisuseError(MatdiffError, TypeError):
    """Python cannot do with a formula what it does with a number or a list; also a TypeError, as Python expects."""


class MissingError(MatdiffError, AttributeError):
    """A formula has no such attribute; also an AttributeError, as Python expects."""


class CheckError(MatdiffError):
    """A numeric check refuted a line or a gradient, or no instance to check on could be found."""
