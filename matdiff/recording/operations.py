"""What the universal functions of NumPy mean: arithmetic with broadcasting, matrix products, entrywise functions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matdiff.algebra.constants import Ones, is_zero
from matdiff.algebra.dims import ONE, Shape
from matdiff.algebra.expr import FUNCTIONS as NAMED
from matdiff.algebra.expr import Expr, Number, Operator
from matdiff.algebra.operators.activations import Sigmoid, Softplus, Step
from matdiff.algebra.operators.entrywise import Entrywise, Exp, Log, Sqrt
from matdiff.algebra.operators.extremes import Maximum, Minimum
from matdiff.algebra.operators.products import (
    FLATTEN,
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    entrywise_reciprocal,
    quotient,
)
from matdiff.algebra.operators.softmax import (
    LogSumExp,
    LogSumExpOfColumns,
    LogSumExpOfRows,
    Softmax,
    SoftmaxOfColumns,
    SoftmaxOfRows,
)
from matdiff.algebra.operators.structure import DiagonalMatrix, value_of
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.errors import ShapeError
from matdiff.recording.arrays import FUNCTIONS, UFUNCS, Operation, Traced, as_traced, over_members, refuse, ufunc
from matdiff.recording.shapes import (
    aligned,
    broadcast,
    differ,
    flip,
    is_repeated,
    over_columns,
    over_rows,
    realigned,
    repeated,
    shape_of,
    spread,
    written,
)


def entrywise(operator: Callable[..., Expr], *arrays: Traced) -> Traced:
    """An operation on equal shapes, after broadcasting."""
    lengths = broadcast(*[a.lengths for a in arrays])
    return Traced(operator(*[spread(a.expr, a.lengths, lengths) for a in arrays]), lengths)


# ---- sums -------------------------------------------------------------------------------------------


def terms_of(e: Expr) -> tuple[Expr, ...]:
    return e.operands if isinstance(e, Sum) and len(e.operands) <= FLATTEN else (e,)


def plus(a: Expr, b: Expr) -> Expr:
    """A + B, where zeros and opposite terms are left out: m + log(Σ exp(z − m)) is log(Σ exp z)."""
    terms = [t for t in terms_of(a) if not is_repeated(t, 0)]
    for term in terms_of(b):
        if -term in terms:
            terms.remove(-term)
        elif not is_repeated(term, 0):
            terms.append(term)
    return Sum.of(*terms) if terms else repeated(Number(0), a.shape)


@ufunc("add")
def add(a: Traced, b: Traced) -> Traced:
    return entrywise(plus, a, b)


@ufunc("subtract")
def subtract(a: Traced, b: Traced) -> Traced:
    return entrywise(lambda x, y: plus(x, y if is_repeated(y, 0) else -y), a, b)


@ufunc("negative")
def negative(a: Traced) -> Traced:
    return a if is_repeated(a.expr, 0) else Traced(-a.expr, a.lengths)


@ufunc("positive", "conjugate")
def positive(a: Traced) -> Traced:
    return Traced(a.expr, a.lengths)


# ---- products and quotients ---------------------------------------------------------------------------


@ufunc("multiply")
def multiply(a: Traced, b: Traced) -> Traced:
    """A ⊙ B, a scalar factor in front."""
    lengths = broadcast(a.lengths, b.lengths)
    if is_repeated(a.expr, 0) or is_repeated(b.expr, 0):
        return Traced(repeated(Number(0), shape_of(lengths)), lengths)
    x, y = (realigned(t.expr, aligned(t.lengths, len(lengths))) for t in (a, b))
    if x.is_scalar or y.is_scalar:
        c, matrix = (x, y) if x.is_scalar else (y, x)
        return Traced(Scale.of(c, matrix), lengths)
    return Traced(with_scalars_outside(lambda x, y: product_of_entries(x, y, shape_of(lengths)), x, y), lengths)


def with_scalars_outside(operation: Callable[[Expr, Expr], Expr], a: Expr, b: Expr) -> Expr:
    """(cA)(dB) = cd AB, for a product of any kind."""
    scalars = [e.operands[0] for e in (a, b) if isinstance(e, Scale)]
    whole = operation(*[e.operands[1] if isinstance(e, Scale) else e for e in (a, b)])
    return Scale.of(Hadamard.of(*scalars), whole) if scalars else whole


def product_of_entries(x: Expr, y: Expr, shape: Shape) -> Expr:
    """X ⊙ Y; beside a matrix a row scales the columns and a column the rows: A diag(r), diag(c)A."""
    if x.shape == y.shape:
        return Hadamard.of(x, y)
    if x.shape != shape and y.shape != shape:
        return Product.of(x, y) if x.cols is ONE else Product.of(y, x)
    vector, matrix = (x, y) if y.shape == shape else (y, x)
    if vector.cols is ONE:
        return Product.of(DiagonalMatrix(vector), matrix)
    return Product.of(matrix, DiagonalMatrix(flip(vector)))


@ufunc("divide", "true_divide")
def divide(a: Traced, b: Traced) -> Traced:
    if b.expr.number == 0:
        refuse("a division by zero")
    share = softmax_of(a, b)
    if share is not None:
        return Traced(share, a.lengths)
    if b.expr.is_scalar and logistic(b.expr) is None:
        lengths = broadcast(a.lengths, b.lengths)
        return Traced(quotient(spread(a.expr, a.lengths, lengths), b.expr), lengths)
    inverse = reciprocal(b)
    return Traced(inverse.expr, broadcast(a.lengths, b.lengths)) if a.expr.number == 1 else multiply(a, inverse)


@ufunc("reciprocal")
def reciprocal(a: Traced) -> Traced:
    """1/A; 1/(1 + exp(−t)) is the logistic function."""
    t = logistic(a.expr)
    return Traced(entrywise_reciprocal(a.expr) if t is None else Sigmoid(t), a.lengths)


def logistic(e: Expr) -> Expr | None:
    """t of 1 + exp(−t)."""
    e = value_of(e)
    if isinstance(e, Sum) and len(e.operands) == 2:
        for one, other in (e.operands, e.operands[::-1]):
            power = value_of(other)
            if is_repeated(one, 1) and isinstance(power, Exp):
                return -power.operands[0]
    return None


def matmul(a: Traced, b: Traced) -> Traced:
    """A @ B; a vector on the left is a row, on the right a column, and its axis goes."""
    if a.ndim > 2 or b.ndim > 2:
        return as_traced(FUNCTIONS["matmul of members"](a, b))
    if not (a.lengths and b.lengths):
        raise ShapeError("the operator @ does not take a number", suggestion="Write * for a multiple.")
    if a.lengths[-1] is not b.lengths[0]:
        shapes = f"{written(a.lengths)} and {written(b.lengths)}"
        one, other = a.lengths[-1], b.lengths[0]
        raise differ(one, other, f"the product of the shapes {shapes} does not fit: {one} is not {other}")
    if is_repeated(a.expr, 0) or is_repeated(b.expr, 0):
        lengths = (*a.lengths[:-1], *b.lengths[1:])
        return Traced(repeated(Number(0), shape_of(lengths)), lengths)
    if a.ndim == 1 and b.ndim == 2:  # x @ A is Aᵀx
        return Traced(with_scalars_outside(Product.of, flip(b.expr), a.expr), b.lengths[1:])
    left = a.expr if a.ndim == 2 else flip(a.expr)
    return Traced(with_scalars_outside(Product.of, left, b.expr), (*a.lengths[:-1], *b.lengths[1:]))


UFUNCS["matmul"] = matmul

# ---- powers -----------------------------------------------------------------------------------------


@ufunc("power", "float_power")
def power(a: Traced, s: Traced) -> Traced:
    """aˢ, entry by entry"""
    if not s.expr.is_scalar:
        base = a.expr.number
        if base is None or base <= 0:
            refuse("a power whose exponent is an array", "np.exp(y * np.log(x)) is x ** y for positive x.")
        return Traced(Exp(Scale.of(Log(a.expr), s.expr)), s.lengths)
    k = s.expr.number
    lengths = broadcast(a.lengths, s.lengths)
    if k == 0:
        return Traced(repeated(Number(1), shape_of(lengths)), lengths)
    if k == 1:
        return Traced(a.expr, lengths)
    if k == -1:
        return reciprocal(a)
    return Traced(Sqrt(a.expr) if k == Fraction(1, 2) else Power.of(a.expr, s.expr), lengths)


@ufunc("square")
def square(a: Traced) -> Traced:
    return Traced(Power.of(a.expr, Number(2)), a.lengths)


@ufunc("hypot")
def hypot(a: Traced, b: Traced) -> Traced:
    return entrywise(lambda x, y: Sqrt(Power(x, Number(2)) + Power(y, Number(2))), a, b)


# ---- entrywise functions ----------------------------------------------------------------------------

SPELT = {"expit": "sigmoid", "ndtr": "normcdf", "psi": "digamma"}  # names of other libraries


def declare_functions() -> None:
    """The entrywise functions of the table of operators that have no parameters, by their names."""

    def applied(operator: type[Operator]) -> Operation:
        return lambda a: Traced(operator.of(a.expr), a.lengths)

    for name, operator in NAMED.items():
        if issubclass(operator, Entrywise) and not operator.parameters:
            UFUNCS[name] = over_members(applied(operator))
    UFUNCS.update({other: UFUNCS[name] for other, name in SPELT.items()})


declare_functions()


@ufunc("log")
def log(a: Traced) -> Traced:
    """log A; log(Σ exp z) is logsumexp(z)."""
    e = a.expr
    match with_exponentials(e):
        case SumOfEntries(operands=(Exp(operands=(z,)),)) if z.cols is ONE:
            rest, shift = without_constants(z, 0)
            return Traced(plus(LogSumExp(rest), shift), a.lengths)
        case Product(operands=(Exp(operands=(z,)), Ones())):
            rest, shift = without_constants(z, 1)
            return Traced(plus(LogSumExpOfRows(rest), shift), a.lengths)
        case Product(operands=(Transpose(operands=(Ones(),)), Exp(operands=(z,)))):
            rest, shift = without_constants(z, 0)
            return Traced(plus(Transpose(LogSumExpOfColumns(rest)), shift), a.lengths)
        case Product(operands=(Transpose(operands=(Exp(operands=(z,)),)), Ones())):
            rest, shift = without_constants(z, 0)
            return Traced(plus(LogSumExpOfColumns(rest), flip(shift)), a.lengths)
    return Traced(Log(e), a.lengths)


@ufunc("exp2")
def exp2(a: Traced) -> Traced:
    return Traced(Exp(Scale.of(Log(Number(2)), a.expr)), a.lengths)


@ufunc("logaddexp")
def logaddexp(a: Traced, b: Traced) -> Traced:
    """log(exp a + exp b) = a + softplus(b − a), of which nothing but softplus(b) is written where a is 0"""

    def of(x: Expr, y: Expr) -> Expr:
        first, second = (y, x) if is_zero(y) else (x, y)
        return Softplus(second) if is_zero(first) else plus(first, Softplus(plus(second, -first)))

    return entrywise(of, a, b)


@ufunc("heaviside")
def heaviside(a: Traced, at_zero: Traced) -> Traced:
    if at_zero.expr.number != 0:
        refuse("np.heaviside with another value than 0 at 0")
    return Traced(Step(a.expr), a.lengths)


@ufunc("maximum", "fmax")
def maximum(a: Traced, b: Traced) -> Traced:
    return entrywise(Maximum.of, a, b)


@ufunc("minimum", "fmin")
def minimum(a: Traced, b: Traced) -> Traced:
    return entrywise(Minimum.of, a, b)


@ufunc("xlogy")
def xlogy(a: Traced, b: Traced) -> Traced:
    return multiply(a, log(b))


@ufunc("log_expit")
def log_expit(a: Traced) -> Traced:
    return Traced(-Softplus(-a.expr), a.lengths)


@ufunc("entr")
def entr(a: Traced) -> Traced:
    return negative(multiply(a, log(a)))


# ---- softmax and logsumexp as they are written in NumPy -----------------------------------------------


def with_exponentials(e: Expr) -> Expr:
    """A sum of exp(z), where a definition may stand for the sum and another one for exp(z)."""
    e = value_of(e)
    operands = tuple(map(exponential, e.operands)) if isinstance(e, (SumOfEntries, Product)) else e.operands
    return e if operands == e.operands else e.rebuild(operands)


def exponential(e: Expr) -> Expr:
    """What the name of exp(z) stands for; anything else is as it is."""
    inner = e.operands[0] if isinstance(e, Transpose) else e
    value = value_of(inner)
    if inner is value or not isinstance(value, Exp):
        return e
    return Transpose(value) if isinstance(e, Transpose) else value


def constant_along(term: Expr, axis: int) -> Expr | None:
    """c of a term that is c in every entry along an axis: c1 or 1c for a matrix; else None."""
    factor: Expr = Number(1)
    if isinstance(term, Scale):
        factor, term = term.operands
    ones = term.operands[0] if isinstance(term, Transpose) else term
    if isinstance(ones, Ones):
        return repeated(factor, (term.rows, ONE) if axis else (ONE, term.cols))
    if isinstance(term, Product):
        side = term.operands[-1] if axis else term.operands[0]
        if isinstance(side, Transpose if axis else Ones) and (not axis or isinstance(side.operands[0], Ones)):
            return Scale.of(factor, Product.of(*(term.operands[:-1] if axis else term.operands[1:])))
    return None


def without_constants(z: Expr, axis: int) -> tuple[Expr, Expr]:
    """z without the terms that are constant along an axis, and these: z − max(z) has the softmax of z."""
    found = [(t, constant_along(t, axis)) for t in terms_of(value_of(z))]
    kept = [t for t, c in found if c is None]
    if not kept or len(kept) == len(found):
        kept, found = [z], []
    shift = [c for _, c in found if c is not None]
    nothing = repeated(Number(0), (z.rows, ONE) if axis else (ONE, z.cols))
    return Sum.of(*kept), Sum.of(*shift) if shift else nothing


def softmax_of(a: Traced, b: Traced) -> Expr | None:
    """exp(z)/Σ exp(z) along an axis is softmax(z)."""
    e, whole = a.expr, value_of(b.expr)
    power = value_of(e)
    if not isinstance(power, Exp) or e.is_scalar:
        return None
    z = power.operands[0]
    if a.ndim == 1:
        is_whole = whole is SumOfEntries(e) and b.ndim < 2
        return Softmax(without_constants(z, 0)[0]) if is_whole else None
    if ONE in a.lengths:
        return None
    if b.lengths == (a.lengths[0], ONE) and whole is over_columns(e):
        return SoftmaxOfRows(without_constants(z, 1)[0])
    if b.lengths in ((ONE, a.lengths[1]), (a.lengths[1],)) and whole in (over_rows(e), flip(over_rows(e))):
        return SoftmaxOfColumns(without_constants(z, 0)[0])
    return None
