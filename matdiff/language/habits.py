"""Words of NumPy and MATLAB for what has a sign here: multiply(A, B), solve(A, b), dot(x, y), outer(x, y)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from operator import mul

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Number
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.entrywise import Log, Sqrt, filled
from matdiff.algebra.operators.gamma import Polygamma
from matdiff.algebra.operators.norms import Frobenius
from matdiff.algebra.operators.products import Hadamard, Power, quotient
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.errors import AmbiguityError
from matdiff.language.applications import apply
from matdiff.language.arithmetic import SIGNED, multiply
from matdiff.language.powers import make_power, power, transpose
from matdiff.language.syntax import Node, postorder
from matdiff.language.typed import Typed
from matdiff.language.typing import ALONG, SPECIAL, Attempt, special


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
    if node.value == "dot" and len(operands) == 3 and operands[2].number in (1, 2):  # dot(A, B, 1) of MATLAB
        by_column, by_row = ALONG["sum"]
        product = SIGNED["dot_times"](attempt, node, *operands[:2])
        found = apply(attempt, node, FUNCTIONS[by_column if operands[2].number == 1 else by_row], [product])
        return transpose(attempt, node, found) if operands[2].number == 1 else found
    if node.value == "dot" and len(operands) == 3:  # dot(x, A, y) of Julia
        return multiply(attempt, node, [transpose(attempt, node, operands[0]), *operands[1:]])
    if len(operands) != 2:
        raise attempt.misfit(node, f"{node.value} takes 2 arguments, not {len(operands)}")
    a, b = operands
    if node.value == "dot" and ONE not in (a.rows, a.cols, b.rows, b.cols):
        return dot_of_matrices(attempt, node, a, b)
    if node.value == "outer" and a.cols is ONE and b.cols is ONE:
        return attempt.typed(node, (a.rows, b.rows), (a, b), lambda x, y: x * y.T)
    if node.value == "outer":
        return multiply(attempt, node, [a, transpose(attempt, node, b)])
    if node.value == "vdot" and attempt.same_shape(a, b):
        return attempt.scalar(node, (a, b), Frobenius.of)
    if not (a.is_scalar or b.is_scalar) and ONE in (a.rows, a.cols) and ONE in (b.rows, b.cols):
        a = a if a.rows is ONE else transpose(attempt, node, a)
        b = b if b.cols is ONE else transpose(attempt, node, b)
    return multiply(attempt, node, [a, b])


def dot_of_matrices(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """dot(A, B) of matrices: A : B in Julia, AB in NumPy; where both fit, it is not said which is meant"""
    (m, n), (p, q) = attempt.sizes.shape((a.rows, a.cols)), attempt.sizes.shape((b.rows, b.cols))
    if n is p and not (m is p and n is q):
        return multiply(attempt, node, [a, b])
    if n is not p and attempt.same_shape(a, b) and attempt.sizes.find(n) is not attempt.sizes.find(p):
        return attempt.scalar(node, (a, b), Frobenius.of)
    left, right = attempt.shown(a), attempt.shown(b)
    message = f"{attempt.written(node)} can be the inner product, as in Julia, or the product, as in NumPy"
    raise attempt.misfit(node, message, f"write tr({left}'*{right}) or {left}*{right}", AmbiguityError)


@special("polygamma")
def type_polygamma(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """polygamma(k, A), entry by entry"""
    order = operands[0].number if len(operands) == 2 else None
    if order is None or order.denominator != 1 or order < 1:
        raise attempt.misfit(node, "polygamma takes a whole number from 1 on and what it is taken of")
    a = operands[1]
    return attempt.typed(node, (a.rows, a.cols), (a,), lambda e: Polygamma(e, int(order)))


def of_two_arrays(make: Callable[[Expr, Expr], Expr]) -> Callable[[Attempt, Node, list[Typed]], Typed]:
    """A loss of two arrays of one shape."""

    def typed(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
        if len(operands) != 2 or not attempt.same_shape(*operands):
            shown = "; ".join(attempt.described(o) for o in operands)
            raise attempt.misfit(node, f"{node.value} takes two arrays of one shape: {shown}")
        return attempt.scalar(node, tuple(operands), make)

    return typed


NORM = FUNCTIONS["norm2"].of
SPECIAL["mse"] = of_two_arrays(lambda a, b: FUNCTIONS["mean"].of(Power.of(a - b, Number(2))))
SPECIAL["cross_entropy"] = of_two_arrays(lambda p, q: -SumOfEntries.of(Hadamard.of(p, Log(q))))


@special("kl")
def type_kl(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """kl(p, q) = ∑ p log(p/q); for matrices that need not sum to 1 another divergence has the same name."""
    relative_entropy = of_two_arrays(lambda p, q: SumOfEntries.of(Hadamard.of(p, Log(p) - Log(q))))
    if len(operands) == 2 and ONE not in (operands[0].rows, operands[0].cols):
        p, q = (attempt.shown(a) for a in operands)
        attempt.note(
            node, f"the divergence is ∑ p log(p/q); the generalised one of matrices has − sum({p}) + sum({q}) too"
        )
    return relative_entropy(attempt, node, operands)


@special("cosine_similarity", "cos_sim")
def type_cosine(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """cosine_similarity(x, y) = xᵀy/(‖x‖‖y‖), which is cos(x, y), too"""
    if len(operands) != 2 or any(o.is_scalar or o.cols is not ONE for o in operands):
        raise attempt.misfit(node, f"{node.value} takes two vectors")
    return of_two_arrays(lambda x, y: quotient(x.T * y, NORM(x) * NORM(y)))(attempt, node, operands)


@special("var", "std")
def type_variance(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """var(x) = mean((x − mean(x)).^2), and its square root std(x); MATLAB and Julia divide by n − 1"""
    if len(operands) != 1 or operands[0].is_scalar:
        raise attempt.misfit(node, f"{node.value} takes one vector or matrix")
    _require_sample(attempt, node)
    if attempt.bound.dialect.name == "matlab" and ONE not in (operands[0].rows, operands[0].cols):
        raise attempt.misfit(node, f"{attempt.written(node)} is a row, with that of each column", "write var(X(:))")
    mean = _mean_of_sample(attempt, node, "sqrt(n/(n - 1))" if node.value == "std" else "n/(n - 1)")

    def make(x: Expr) -> Expr:
        variance = mean(Power.of(x - filled(FUNCTIONS["mean"].of(x), x), Number(2)))
        return Sqrt(variance) if node.value == "std" else variance

    return attempt.scalar(node, tuple(operands), make)


def _mean_of_sample(attempt: Attempt, node: Node, factor: str) -> Callable[[Expr], Expr]:
    """The sum over n, with a note, and over n − 1 in MATLAB and Julia."""
    if not attempt.bound.dialect.is_python:
        return lambda e: quotient(SumOfEntries.of(e), count(reduce(mul, e.shape)) - Number(1))
    shown = attempt.written(node)
    attempt.note(node, f"{shown} divides by n; with n − 1 it is {factor}*{shown}")
    return FUNCTIONS["mean"].of


def _require_sample(attempt: Attempt, node: Node) -> None:
    """Refuses Var(a'x), which is about a random vector x, and no sample."""
    letters = [part for part in postorder(node) if part.kind == "symbol"]
    if not all(part.typed.guessed and part.value[0][0].islower() for part in letters):
        return
    for part in (p.parts[0] for p in postorder(node) if p.kind == "transpose"):
        if part.kind == "symbol":
            shown = attempt.written(part)
            message = f"{attempt.written(node)} is about random variables, of which no distribution is given"
            hint = f"Var({shown}'x) is {shown}'*S*{shown} for the covariance S of x; of a sample, var(X*{shown})"
            raise attempt.misfit(node, message, hint)


@special("cov")
def type_covariance(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """cov(x, y) = mean((x − mean(x)) .* (y − mean(y))) of two samples"""
    if len(operands) == 1 and ONE not in (operands[0].rows, operands[0].cols):
        shown = attempt.shown(operands[0])
        message = f"{attempt.written(node)} can be the covariance of the columns or of the rows of {shown}"
        hint = f"write {shown}'*centering(m)*{shown}/m for that of the columns, where m is the number of rows"
        raise attempt.misfit(node, message, hint, AmbiguityError)
    is_pair = len(operands) == 2 and attempt.same_shape(*operands)
    if not is_pair or operands[0].is_scalar or operands[0].cols is not ONE:
        raise attempt.misfit(node, f"{node.value} takes two vectors of one size")
    _require_sample(attempt, node)
    if attempt.bound.dialect.name == "matlab":
        raise attempt.misfit(node, f"{attempt.written(node)} is a matrix of four numbers in MATLAB")
    mean = _mean_of_sample(attempt, node, "n/(n - 1)")

    def make(x: Expr, y: Expr) -> Expr:
        return mean(Hadamard.of(*(e - filled(FUNCTIONS["mean"].of(e), e) for e in (x, y))))

    return attempt.scalar(node, tuple(operands), make)


@special("matrix_power")
def type_matrix_power(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """matrix_power(A, 3) is A³"""
    if len(operands) != 2 or not operands[1].is_scalar:
        raise attempt.misfit(node, "matrix_power takes a matrix and an integer")
    return power(attempt, node, *operands)


@special("length", "numel", "size")
def type_count(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """length(x), numel(X), size(X, 1): how many entries, rows or columns there are, as in MATLAB"""
    a, *along = operands
    places = [axis.number for axis in along]
    if places != [] and (node.value != "size" or places not in ([1], [2])):
        what = "a matrix and 1 or 2" if node.value == "size" else "one array"
        raise attempt.misfit(node, f"{node.value} takes {what}")
    if not places and (node.value == "size" or (node.value == "length" and ONE not in (a.rows, a.cols))):
        hint = "write size(X, 1) for the rows, size(X, 2) for the columns"
        raise attempt.misfit(node, f"{node.value} of {attempt.described(a)} is not one number", hint)
    sides = slice(None) if not places else slice(0, 1) if places == [1] else slice(1, 2)
    return attempt.scalar(node, (a,), lambda x: count(reduce(mul, x.shape[sides])))


@special("maximum", "minimum")
def type_extreme(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """maximum(x) is the largest entry, as in Julia; maximum(x, y) is the larger one entry by entry, as in NumPy"""
    return apply(attempt, node, FUNCTIONS[node.value[:3] if len(operands) == 1 else node.value], operands)


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


BY_ROWS = {  # where a matrix is given and no axis, as in attention
    "softmax": "softmax({0}) is taken along each row; softmax_cols({0}) is along each column",
    "log_softmax": "log_softmax({0}) is taken along each row; logsoftmax_cols({0}) is along each column",
}


@special(*ALONG)
def type_along(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """sum(A, axis=0) of NumPy, a vector with an entry for every column; sum(A, 1) of MATLAB, a row of them; 'all'"""
    by_column, by_row = ALONG[node.value]
    if len(operands) == 2 and node.parts[1].kind == "STRING":
        if node.parts[1].value != "all" or node.value not in ("sum", "mean"):
            raise attempt.misfit(node.parts[1], f"{attempt.written(node.parts[1])} is no argument of {node.value}")
        return apply(attempt, node, FUNCTIONS[node.value], operands[:1])
    if len(operands) != 2:
        is_matrix = len(operands) == 1 and ONE not in (operands[0].rows, operands[0].cols)
        if node.value in BY_ROWS and is_matrix and not attempt.bound.dialect.is_python:  # of MATLAB and Julia
            return apply(attempt, node, FUNCTIONS[by_column], operands)
        if node.value in BY_ROWS and is_matrix:
            attempt.note(node, BY_ROWS[node.value].format(attempt.written(node.parts[0])))
            return apply(attempt, node, FUNCTIONS[by_row], operands)
        if is_matrix and attempt.bound.dialect.name == "matlab" and node.value in ("sum", "mean"):
            return transpose(attempt, node, apply(attempt, node, FUNCTIONS[by_column], operands))
        return apply(attempt, node, FUNCTIONS[node.value], operands)
    axis = node.parts[1]
    number: Fraction | None = axis.parts[0].typed.number if axis.kind == "keyword" else operands[1].number
    named = axis.kind == "keyword" and axis.value != "dims"  # sum(A, dims=1) of Julia is a row, as sum(A, 1) of MATLAB
    ways: dict[object, str] = {0: by_column, 1: by_row, -1: by_row} if named else {1: by_column, 2: by_row}
    if number not in ways or (named and axis.value not in ("axis", "dim")):
        hint = f"{node.value}(A, axis=0) is over each column, axis=1 over each row"
        raise attempt.misfit(node, f"{node.value} along {attempt.written(axis)} has no meaning", hint)
    result = apply(attempt, node, FUNCTIONS[ways[number]], operands[:1])
    return transpose(attempt, node, result) if not named and number == 1 and result.cols is ONE else result
