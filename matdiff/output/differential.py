"""A differential as text and LaTeX."""

from __future__ import annotations

from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import LATEX, TEXT, Style
from matdiff.calculus.derivation import Gradients
from matdiff.output.second import Answer, Row, ending, latex_page, lines_of, opening, printer_of, text_page
from matdiff.output.text import check_level


def page(found: Gradients, result: Expr, steps: str, check: str) -> str:
    """The lines and the result as a page of text."""
    head, rows = _rows(found, steps, TEXT)
    end = ending("Result" if rows else "", [Answer("df", result)], found.conditions(), check)
    return text_page(found.function, head, rows, end)


def align(found: Gradients, result: Expr, steps: str) -> str:
    """The same as an ``align*``."""
    head, rows = _rows(found, steps, LATEX)
    return latex_page(found.function, head, rows, [] if rows else [Answer(r"\mathrm{d}f", result)])


def _rows(found: Gradients, steps: str, style: Style) -> tuple[list[Row], list[Row]]:
    """What the function is, and the lines of its differential."""
    check_level(steps)
    printer = printer_of(found, style)
    rows = list(lines_of(found, "f", printer, steps == "full")) if steps != "none" else []
    return opening(found.function, found.unknowns.values(), found, printer), rows
