"""Words of NumPy and MATLAB for what has a sign here: multiply(A, B), solve(A, b), dot(x, y), outer(x, y)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Number
from matdiff.algebra.operators.norms import Frobenius
from matdiff.language.applications import apply
from matdiff.language.arithmetic import SIGNED, multiply
from matdiff.language.powers import make_power, power, transpose
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import SPECIAL, WORDED, Attempt, special


def as_sign(sign: str) -> Callable[[Attempt, Node, list[Typed]], Typed]:
    """A function that is a sign between its two arguments: multiply(A, B), matmul(A, B), divide(A, B)."""

    def type_as_sign(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
        if len(operands) != 2:
            raise attempt.misfit(node, f"{node.value} takes 2 arguments, not {len(operands)}")
        a, b = operands
        return SIGNED[sign](attempt, node, a, b) if sign in SIGNED else multiply(attempt, node, [a, b])

    return type_as_sign


@special("dot", "vdot", "outer")
def type_dot(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """dot(x, y) = xᵀy for vectors, the product for matrices; vdot(A, B) = A : B; outer(x, y) = xyᵀ in one piece"""
    if len(operands) != 2:
        raise attempt.misfit(node, f"{node.value} takes 2 arguments, not {len(operands)}")
    a, b = operands
    if node.value == "outer" and a.cols is ONE and b.cols is ONE:
        return attempt.typed(node, (a.rows, b.rows), (a, b), lambda x, y: x * y.T)
    if node.value == "outer":
        return multiply(attempt, node, [a, transpose(attempt, node, b)])
    if node.value == "vdot" and attempt.same_shape(a, b):
        return attempt.scalar(node, (a, b), Frobenius.of)
    vectors = a.cols is ONE and b.cols is ONE and not (a.is_scalar or b.is_scalar)
    return multiply(attempt, node, [transpose(attempt, node, a) if vectors else a, b])


@special("matrix_power")
def type_matrix_power(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """matrix_power(A, 3) is A³"""
    if len(operands) != 2 or not operands[1].is_scalar:
        raise attempt.misfit(node, "matrix_power takes a matrix and an integer")
    return power(attempt, node, *operands)


@special("square")
def type_square(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """square(A) is A.^2"""
    if len(operands) != 1:
        raise attempt.misfit(node, f"square takes 1 argument, not {len(operands)}")
    two = attempt.scalar(node, (), lambda: Number(2))
    return attempt.typed(node, (operands[0].rows, operands[0].cols), (operands[0], two), make_power)


SPECIAL["multiply"] = as_sign("dot_times")
SPECIAL["divide"] = as_sign("dot_divide")
SPECIAL["solve"] = as_sign("left_divide")
SPECIAL["matmul"] = as_sign("times")


ALONG = {  # a reduction over the entries → over each column, over each row
    "sum": ("colsum", "rowsum"),
    "mean": ("colmean", "rowmean"),
    "softmax": ("softmax_cols", "softmax_rows"),
    "log_softmax": ("logsoftmax_cols", "logsoftmax_rows"),
    "logsumexp": ("logsumexp_cols", "logsumexp_rows"),
}

BY_ROWS = {  # where a matrix is given and no axis, as in attention
    "softmax": "softmax({0}) is taken along each row; softmax_cols({0}) is along each column",
    "log_softmax": "log_softmax({0}) is taken along each row; logsoftmax_cols({0}) is along each column",
}
WORDED.update(dict.fromkeys(ALONG, "keyword"))


@special(*ALONG)
def type_along(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """sum(A, axis=0) of NumPy, a vector with an entry for every column; sum(A, 1) of MATLAB, a row of them."""
    by_column, by_row = ALONG[node.value]
    if len(operands) != 2:
        is_matrix = len(operands) == 1 and ONE not in (operands[0].rows, operands[0].cols)
        if node.value in BY_ROWS and is_matrix:
            attempt.note(node, BY_ROWS[node.value].format(attempt.written(node.parts[0])))
            return apply(attempt, node, FUNCTIONS[by_row], operands)
        return apply(attempt, node, FUNCTIONS[node.value], operands)
    axis = node.parts[1]
    named = axis.kind == "keyword"
    number: Fraction | None = axis.parts[0].typed.number if named else operands[1].number
    ways: dict[object, str] = {0: by_column, 1: by_row, -1: by_row} if named else {1: by_column, 2: by_row}
    if number not in ways or (named and axis.value not in ("axis", "dim")):
        hint = f"{node.value}(A, axis=0) is over each column, axis=1 over each row"
        raise attempt.misfit(node, f"{node.value} along {attempt.written(axis)} has no meaning", hint)
    result = apply(attempt, node, FUNCTIONS[ways[number]], operands[:1])
    is_row = not named and number == 1 and result.cols is ONE
    return transpose(attempt, node, result) if is_row else result
