"""The value of an expression for somebody who asks: node by node, and by code where it is asked for often.

The code is that of an expression which has a value everywhere, so that it cannot give one where the nodes have none;
and whatever is not as usual goes node by node, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matdiff.algebra.expr import Expr, Operator, postorder, symbols
from matdiff.calculus.conditions import holds, size_names
from matdiff.calculus.definiteness.eigenvalues import Signs
from matdiff.calculus.demands import VALUED, of_operation
from matdiff.errors import MatdiffError

if TYPE_CHECKING:
    from matdiff.numeric.asking import Usual

OFTEN = 200  # values, which take as long as to write the code and to compare it with them
KEPT = 64  # expressions that are counted


def value(expr: Expr, values: Mapping[str, Any], named: Mapping[str, Any], allow_nan: bool) -> Any:
    """The value where the symbols have the *values*, and those that are *named* one by one."""
    asked = question(expr)
    if asked.usual is not None and (found := asked.usual.value({**values, **named} if named else values)) is not None:
        return found
    from matdiff.numeric.asking import answer

    asked.count += 1
    if asked.count == OFTEN:
        asked.usual = written(expr)
    return answer(expr, values, named, allow_nan)


class Question:
    """An expression, how often its value was found node by node, and what gives it from then on."""

    __slots__ = ("count", "usual")

    def __init__(self) -> None:
        self.count = 0
        self.usual: Usual | None = None


@lru_cache(maxsize=KEPT)
def question(expr: Expr) -> Question:
    """The question for the value of an expression."""
    return Question()


def written(expr: Expr) -> Usual | None:
    """The code of an expression that always has a value, compared with it; None where there is no such code."""
    from matdiff.numeric.asking import Usual
    from matdiff.program.stable import stable
    from matdiff.results.code import code_for

    inputs = symbols(expr)
    if expr.free or not has_a_value(expr):
        return None
    try:
        code = code_for({"value": (stable(expr),)}, inputs, "numpy", "f", meant={"value": (expr,)})
        code.verify()
    except MatdiffError:  # an operation that code is not written for, or no random instance
        return None
    return Usual(code.function, inputs, expr) if list(code.inputs) == [s.name for s in inputs] else None


def has_a_value(expr: Expr) -> bool:
    """Whether all operations have a value for all values that the symbols may have; a kink is no place without one."""
    signs = Signs(size_names(expr))
    return all(
        holds(signs, c)
        for n in postorder(expr)
        if isinstance(n, VALUED) or (isinstance(n, Operator) and n.requires and not n.kink)
        for c in of_operation(n)
    )
