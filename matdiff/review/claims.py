"""A claimed derivative as an expression, beside the function: the review of one line."""

from __future__ import annotations

from matdiff import regex as re
from matdiff.algebra.constants import Constant
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, replace, symbols
from matdiff.algebra.operators.products import Scale
from matdiff.language.declared import Declaration
from matdiff.review.chain import Chain
from matdiff.review.derivatives import derivative
from matdiff.review.judging import Judge
from matdiff.review.lines import Line
from matdiff.review.report import WRONG, Review
from matdiff.review.reviewing import reviewed
from matdiff.review.sides import Judged

TABLE = r"\[[^][]*\d[^][]*\]"  # of numbers, as it is shown
FEW, WIDE = 4, 24  # entries and signs of a table that is shown as it is
SHOULD_BE = "; it should be "


def claim(
    f: Expr, value: Expr, unknown: Symbol, order: int = 1, name: str = "f", *, has_layout: bool = False
) -> Review:
    """What is to be said of ∇_x f = value, of ∇²_x f for the order 2; an array *has a layout*, and no other."""
    judge = Judge("", None, unknown.name)
    for s in dict.fromkeys((*symbols(f), *symbols(value))):
        indices = tuple((f"i{k}", last) for k, last in enumerate(s.ranges, 1))
        judge.scope.declared.table[s.name] = Declaration(s.name, s.shape, s.properties, indices)
    judge.scope.where = judge.scope.given = frozenset(judge.scope.declared)
    text = f"∇{'²' if order == 2 else ''}_{unknown} {name} = {value}"
    line = Line(1, text, (0, len(text)), ())
    chain = judge.chain = Chain(derivative(f, unknown, order), is_derivative=True)
    chain.is_jacobian = f.shape != SCALAR and not has_layout
    review = reviewed([judge.compared(line, chain, str(value), value)._replace(scope=judge.scope)])
    if review.should_be is not None:
        review.message = f"{review.message.split(SHOULD_BE)[0]}{SHOULD_BE}{shortened(review.should_be)}"
    return review


def measured(text: str, verdict: str, said: str) -> Review:
    """The review of a claim that was compared with numbers only."""
    line = Line(1, text, (0, len(text)), ())
    return Review([Judged(line, verdict, said)], "", None, said if verdict == WRONG else "")


def abridged(formula: str) -> str:
    """A formula with the sizes of its tables of numbers in their place: the data of a test are no formula."""

    def shown(table: re.Match[str]) -> str:
        rows = table.group().split(";")
        columns = rows[0].count(",") + 1
        is_short = len(rows) * columns <= FEW and len(table.group()) <= WIDE
        return table.group() if is_short else f"[{len(rows)}×{columns} numbers]"

    return re.sub(TABLE, shown, formula)


def shortened(e: Expr) -> str:
    """An expression as it is shown, with the sizes of the arrays of numbers in it."""

    def named(node: Expr) -> Expr | None:
        is_data = node.shape != SCALAR and not symbols(node) and not isinstance(node, (Constant, Scale))
        rows, columns = node.shape
        return Symbol(f"[{rows}×{columns} numbers]", node.shape) if is_data and not node.free else None

    return abridged(str(replace(e, named)))
