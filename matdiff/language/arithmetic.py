"""The rules of typing for products and quotients."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise

from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import FUNCTIONS, Expr, Number
from matdiff.algebra.operators.norms import Frobenius, inner
from matdiff.algebra.operators.products import (
    FLATTEN,
    Hadamard,
    Product,
    Scale,
    Transpose,
    coefficient,
    entrywise_reciprocal,
    multiple,
    quotient,
)
from matdiff.algebra.operators.square import Inverse
from matdiff.errors import AmbiguityError
from matdiff.language.additions import negative
from matdiff.language.broadcasting import axis_of, repeat
from matdiff.language.counting import COUNTS
from matdiff.language.named_functions import is_entrywise
from matdiff.language.powers import is_of_terms
from matdiff.language.reach import reaches_on
from matdiff.language.syntax import Node, without_brackets
from matdiff.language.typed import Typed, described, is_vector
from matdiff.language.typing import Attempt, rule


@rule("contract")
def type_contraction(attempt: Attempt, node: Node) -> Typed:
    """A : B"""
    a, b = (part.typed for part in node.parts)
    if a.is_scalar is not b.is_scalar and 1 in (a.number, b.number):  # 1 : A is the sum of the entries
        return attempt.scalar(node, (b if a.is_scalar else a,), FUNCTIONS["sum"].of)
    if a.is_scalar and b.is_scalar:
        _require_meant(attempt, node, a, b, ":")
        message, hint = f"{attempt.written(node)} can be a quotient or a product of numbers", "write / or *"
        raise AmbiguityError(message, text=attempt.bound.text, span=(node.start, node.end), suggestion=hint)
    if not attempt.same_shape(a, b):
        raise attempt.clash(node, "A : B needs two equal shapes", a, b)
    return attempt.scalar(node, (a, b), Frobenius.of)


@rule("inner")
def type_inner(attempt: Attempt, node: Node) -> Typed:
    """⟨A, B⟩ is A : B, and ⟨x, y⟩ is xᵀy"""
    a, b = (part.typed for part in node.parts)
    if a.is_scalar or b.is_scalar or not attempt.same_shape(a, b):
        raise attempt.clash(node, "⟨A, B⟩ needs two equal shapes", a, b)
    return attempt.scalar(node, (a, b), lambda x, y: inner(x, y) if x.cols is ONE else Frobenius.of(x, y))


# ---- products -------------------------------------------------------------------------------------

MULTIPLICATIONS = frozenset(("first", "times", "dot", "matmul", "loose", "juxtapose"))


@rule("product", "tight")
def type_product(attempt: Attempt, node: Node) -> Typed:
    """Factors with their signs, from left to right; signs of factors are pulled to the front."""
    minus = False
    factors: list[Typed] = []
    parts = [part.typed for part in node.parts]
    place = 0
    while place < len(parts):
        sign, piece = node.value[place], parts[place]
        place += 1
        if piece.negated and piece.number is None:
            minus, piece = not minus, piece.negated
        if sign == "matmul":
            factors = matmul(attempt, node, factors, piece)
        if sign == "dot" and is_vector(factors[-1]) and is_vector(left := multiply(attempt, node, factors)):
            while place < len(parts) and node.value[place] == "loose":
                piece = multiply(attempt, node, [*(piece.factors or [piece]), parts[place]])
                place += 1
            if "dot" in node.value[: place - 1] and left.guessed and piece.guessed and is_vector(piece):
                shown = attempt.written(piece.node)
                attempt.note(node, f"the dot before {shown} is that of two vectors; a number is declared: scalar")
            factors = [inner_product(attempt, node, left, piece)] if is_vector(piece) else [*factors, piece]
            continue
        if sign in ("times", "dot"):
            between = attempt.bound.text[node.parts[place - 2].end : node.parts[place - 1].start]
            _require_one_product(attempt, node, factors[-1], piece, between)
        if sign in MULTIPLICATIONS:
            factors.extend(piece.factors or [piece])
            continue
        left = multiply(attempt, node, factors)
        while place < len(parts) and node.value[place] == "loose" and reaches_on(attempt, sign, left, piece):
            piece = multiply(attempt, node, [*(piece.factors or [piece]), parts[place]])
            place += 1
        factors = [SIGNED[sign](attempt, node, left, piece)]
    result = multiply(attempt, node, factors)
    return negative(attempt, node, result) if minus else result


OF_NUMBERS = 5  # what it costs that y_i · log p_i is the product of two vectors, unless they are bold


def inner_product(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """x · y = xᵀy"""
    if not attempt.same_shape(a, b):
        raise attempt.clash(node, "x · y needs two vectors of one length", a, b)
    if a.node.kind == "member" and b.node.kind == "call" and is_entrywise(b.node.value):
        attempt.penalty(node, OF_NUMBERS, a, b)
    return attempt.scalar(node, (a, b), lambda x, y: Product.of(Transpose.of(x), y))


def matmul(attempt: Attempt, node: Node, factors: list[Typed], right: Typed) -> list[Typed]:
    """x @ y and x @ A of NumPy: a vector in front is a row, since x @ y of two columns has no other meaning."""
    left = factors[-1]
    if left.is_scalar or right.is_scalar or left.cols is not ONE or right.rows is ONE or len(factors) > 1:
        return factors
    return [attempt.typed(left.node, (left.cols, left.rows), (left,), Transpose.of)]


def multiply(attempt: Attempt, node: Node, factors: list[Typed]) -> Typed:
    """The product of factors.

    Factors are joined from left to right; a row vector that does not fit to what stands before it
    starts an inner product: X aᵀb is (aᵀb) X.
    """
    if len(factors) == 1:
        return factors[0]
    if not any(f.is_scalar for f in factors) and fits_in_a_row(attempt, factors):
        return product(attempt, node, factors)
    waiting: list[list[Typed]] = []  # the runs of factors that wait for an inner product to close
    run: list[Typed] = []
    done: list[Typed] = []  # scalars, in order
    for factor in factors:
        if factor.is_scalar:
            if run and factor.number is None and run[-1].cols is not ONE and run[-1].guessed:
                attempt.penalty(node, 2, run[-1], factor)  # scalars are written first: in N log a, N is one
            done.append(factor)
            continue
        if run and run[-1].cols is not ONE and factor.rows is ONE:
            waiting.append(run)
            run = []
        elif run and not attempt.unify(run[-1].cols, factor.rows):
            if is_of_terms(attempt, node, run[-1], factor):
                run[-1] = hadamard(attempt, node, run[-1], factor)
            elif not is_by_entry(attempt, node, run[-1], factor):
                raise mismatch(attempt, node, run[-1], factor)
            continue
        run.append(factor)
        if run[0].rows is ONE and factor.cols is ONE:
            done.append(product(attempt, node, run))
            run = waiting.pop() if waiting else []
    if waiting:
        raise mismatch(attempt, node, waiting[-1][-1], run[0])
    return product(attempt, node, [*done, *run])


def is_by_entry(attempt: Attempt, node: Node, a: Typed, b: Typed) -> bool:
    """Whether x*y of two columns is let pass, with the shape that x .* y has."""
    if attempt.columns is None or not (is_vector(a) and is_vector(b) and attempt.same_shape(a, b)):
        return False
    attempt.columns.append(node)
    return True


def fits_in_a_row(attempt: Attempt, factors: list[Typed]) -> bool:
    """Whether a product of matrices needs no regrouping; sizes are unified on the way."""
    last = len(factors) - 1
    if any(f.rows is ONE for f in factors[1:]) or any(f.cols is ONE for f in factors[:last]):
        return False
    return all(attempt.unify(a.cols, b.rows) for a, b in pairwise(factors))


def product(attempt: Attempt, node: Node, factors: list[Typed]) -> Typed:
    """The product of factors that fit; numbers come first."""
    if len(factors) == 1:
        return factors[0]
    matrices = [f for f in factors if not f.is_scalar]
    shape = (matrices[0].rows, matrices[-1].cols) if matrices else SCALAR
    result = attempt.typed(node, shape, tuple(factors), partial(make_product, [f.make is quotient for f in factors]))
    result.factors = factors
    return result


def make_product(divided: Sequence[bool], *factors: Expr) -> Expr:
    """The product, its numbers multiplied and in front; quotients X/b before other factors are opened."""
    number = Fraction(1)
    scalars: list[Expr] = []
    matrices: list[Expr] = []
    below: list[Expr] = []  # reciprocals stand last, as a person writes X y/b
    for factor, is_quotient in zip(factors, divided, strict=True):
        for e in opened(factor, is_quotient):
            if isinstance(e, Number):
                number *= e.value
            elif is_quotient and e.is_scalar and e.reciprocal:
                below.append(e)
            else:
                (scalars if e.is_scalar else matrices).append(e)
    made = Product.of(*matrices) if matrices else None
    if made is not None and made.is_scalar:
        scalars.append(made)
        made = None
    if made is not None:  # a(2X) is 2aX
        inner, made = coefficient(made)
        number *= inner
    scale = Hadamard.of(*scalars, *below) if scalars or below else None
    if made is None or scale is None:
        return multiple(number, scale if made is None else made)
    return multiple(number, Scale.of(scale, made))


def opened(factor: Expr, is_quotient: bool) -> Sequence[Expr]:
    """The factors of a factor: of a product of scalars, and of a quotient cA."""
    if isinstance(factor, Scale) and is_quotient:
        return (*opened(factor.operands[0], False), factor.operands[1])
    is_short = isinstance(factor, Hadamard) and factor.is_scalar and len(factor.operands) <= FLATTEN
    return factor.operands if is_short else (factor,)


def mismatch(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Exception:
    """The error for two factors that do not fit, and what would fit."""
    left, right = attempt.shown(a), attempt.shown(b)
    if a.cols is ONE and b.cols is ONE and not (a.rows is ONE or b.rows is ONE):
        hint = f"{left}ᵀ{right} or {left} .* {right} may be meant"
        return attempt.clash(node, "the product of two column vectors", a, b, hint=hint)
    find = attempt.sizes.find
    columns, rows = find(a.cols), find(b.rows)
    if "?" in f"{columns}{rows}":
        return attempt.clash(node, "the product has factors that do not fit", a, b)
    fitting = [f"{left} .* {right}"] * ((find(a.rows), columns) == (rows, find(b.cols)))
    fitting += [f"{flipped(left)} {right}"] * (find(a.rows) is rows)
    fitting += [f"{left} {flipped(right)}"] * (columns is find(b.cols))
    message = f"the product does not fit: {left} has {counted(columns, 'column')}, {right} has {counted(rows, 'row')}"
    return attempt.clash(node, message, a, b, hint=f"{' or '.join(fitting)} would fit" if fitting else "")


def flipped(text: str) -> str:
    """The transpose of what somebody wrote."""
    if text.endswith(("'", "ᵀ")):
        return text[:-1]
    return f"{text}ᵀ" if text.isalnum() else f"({text})ᵀ"


def counted(count: object, word: str) -> str:
    """«1 row», «n rows»"""
    return f"{count} {word}" if str(count) == "1" else f"{count} {word}s"


# ---- division, entrywise and Kronecker products ---------------------------------------------------


def divide(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """A/b for a scalar b; 1/(1 + exp(−Xw)) is entry by entry, and B/A is BA⁻¹ in MATLAB and Julia"""
    of_matrices = not a.is_scalar and ONE not in (b.rows, b.cols)
    if of_matrices and not attempt.bound.dialect.is_python:
        return multiply(attempt, node, [a, inverted(attempt, node, b, "B/A", "for least squares write B*A'*inv(A*A')")])
    names = [piece.node.value[0] for piece in (a, b) if piece.node.kind == "symbol"]
    calls = (n for n in attempt.bound.order if n.kind in ("call", "apply") and is_entrywise(n.value))
    is_argument = any(without_brackets(part) is node for call in calls for part in call.parts)
    if len(names) == 2 and is_argument and COUNTS.isdisjoint(names) and is_of_terms(attempt, node, a, b):
        return dot_divide(attempt, node, a, b)  # ∑ p log(p/q)
    if not b.is_scalar and a.number is not None and b.cols is ONE and is_by_entries(b.node):
        shown = attempt.shown(b)
        attempt.note(node, f"the division by {shown} is entry by entry")
        attempt.penalty(node, 4, b)
        return dot_divide(attempt, node, a, b)
    if not b.is_scalar:
        kind = described(*attempt.sizes.shape((b.rows, b.cols)))
        hint = "./ divides entry by entry" if a.is_scalar or a.cols is ONE or a.rows is not ONE else "put brackets"
        if ONE not in (b.rows, b.cols):
            hint = f"inv({attempt.shown(b)}) is the inverse, ./ divides entry by entry"
        raise attempt.misfit(node, f"division by {attempt.shown(b)}, which is {kind}", hint)
    if b.number == 0:
        raise attempt.misfit(node, "division by zero")
    if a.rows is ONE and not a.is_scalar and b.guessed and (name := attempt.shown(b)).isupper():  # y'/K y of MATLAB
        attempt.note(node, f"{name} is read as a scalar; if it is a matrix, write inv({name}) behind a *")
    result = attempt.typed(node, (a.rows, a.cols), (a, b), quotient)
    if a.number is not None and b.number is not None:
        result.number = a.number / b.number
    return result


def is_by_entries(node: Node) -> bool:
    """Whether a sum with a number has a function of entries in it: 1 + exp(−z)."""
    node = without_brackets(node)
    of_entries = any(part.kind == "call" and (part.value == "e^" or is_entrywise(part.value)) for part in node.parts)
    return node.kind == "sum" and of_entries and any(part.kind == "NUMBER" for part in node.parts)


def left_divide(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """A\\b is A⁻¹b, as in MATLAB"""
    if a.is_scalar:
        return divide(attempt, node, b, a)
    if b.is_scalar:
        attempt.penalty(node, 3, b)
    return multiply(attempt, node, [inverted(attempt, node, a, "A\\b", "for least squares write inv(A'*A)*A'*b"), b])


def inverted(attempt: Attempt, node: Node, a: Typed, division: str, hint: str) -> Typed:
    """The inverse of what divides, a square matrix."""
    if not attempt.unify(a.rows, a.cols):
        raise attempt.misfit(node, f"{division} needs a square matrix: {attempt.described(a)}", hint)
    return attempt.typed(a.node, (a.rows, a.cols), (a,), Inverse.of)


AGAINST_SIGN = 5  # what it costs to read a in a ⊙ x as a scalar, for which nobody writes ⊙


def hadamard(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """A ⊙ B; with a scalar it is the ordinary multiple."""
    if a.is_scalar or b.is_scalar:
        for number in (a, b):
            if number.is_scalar:
                attempt.penalty(node, AGAINST_SIGN, number)
        shaped = b if a.is_scalar else a
        return attempt.typed(node, (shaped.rows, shaped.cols), (a, b), partial(make_product, (False, False)))
    for vector, shaped in ((b, a), (a, b)):
        is_along = axis_of(vector.node) or not attempt.bound.dialect.is_python  # P ./ sum(P, 1)
        if is_along and (repeated := repeat(attempt, vector, shaped, node)):
            _say_repeated(attempt, vector.node, shaped.node)
            return attempt.typed(node, (shaped.rows, shaped.cols), (repeated, shaped), Hadamard.of)
    if not attempt.same_shape(a, b):
        raise attempt.clash(node, "an entrywise product needs two equal shapes", a, b)
    return attempt.typed(node, (a.rows, a.cols), (a, b), Hadamard.of)


def _say_repeated(attempt: Attempt, vector: Node, matrix: Node) -> None:
    """Notes that A*w stands beside every column of X in (A*w) .* X, where X may be a vector as well."""
    if matrix.kind == "symbol" and vector.kind != "symbol" and not axis_of(vector):
        name = matrix.value[0]
        if attempt.bound.names[name].declared is None:
            said = f"{attempt.written(vector)} stands beside every column or row of {name}"
            attempt.note(matrix, f"{said}; if {name} is a vector, declare it: {name}: vector")


def dot_divide(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """A ./ B = A ⊙ B.^(−1)"""
    if b.is_scalar:
        return divide(attempt, node, a, b)
    inverse = attempt.typed(b.node, (b.rows, b.cols), (b,), entrywise_reciprocal)
    return inverse if a.number == 1 else hadamard(attempt, node, a, inverse)


def kronecker(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """A ⊗ B"""
    _require_meant(attempt, node, a, b, "⊗")
    shape = attempt.sizes.product(a.rows, b.rows), attempt.sizes.product(a.cols, b.cols)
    return attempt.typed(node, shape, (a, b), FUNCTIONS["kron"].of)


def correlate(attempt: Attempt, node: Node, a: Typed, b: Typed) -> Typed:
    """X ⋆ K, where K lies within X"""
    from matdiff.language.applications import related

    return related(attempt, node, "corr", (a, b), ())


SIGNED = {
    "divide": divide,
    "left_divide": left_divide,
    "dot_times": hadamard,
    "dot_divide": dot_divide,
    "kronecker": kronecker,
    "correlate": correlate,
}


# ---- signs that stand for several products ----------------------------------------------------------


def _require_meant(attempt: Attempt, node: Node, a: Typed, b: Typed, sign: str) -> None:
    """Refuses a ⊗ b and a : b of letters that nothing but this makes numbers."""
    if a.is_scalar and b.is_scalar and a.guessed and b.guessed:
        hint = "write a product of numbers with *, or declare them: a: scalar"
        raise attempt.misfit(node, f"{sign} is no product of numbers in {attempt.written(node)}", hint)


def _require_one_product(attempt: Attempt, node: Node, a: Typed, b: Typed, between: str) -> None:
    """Refuses a × b of vectors, C • X and A ∗ B of matrices, with signs that stand for several products."""
    written = attempt.written(node)
    if "×" in between or r"\times" in between:
        letters = [t.node.value[0] for t in (a, b) if t.guessed and t.node.kind == "symbol" and ONE in (t.rows, t.cols)]
        message = f"{written} can be a product of numbers, or the cross product of vectors"
        hint = "write a product of numbers with *, or declare them: a: scalar; there is no cross product here"
        is_doubtful = len(letters) == 2 and attempt.bound.ranges.isdisjoint(letters)
    elif "•" in between or r"\bullet" in between:
        message = f"{written} can be the inner product of matrices, as in semidefinite programming, or their product"
        hint = "write C : X for the inner product, C X for the product"
        is_doubtful = ONE not in (a.cols, b.rows, b.cols)
    elif "∗" in between or r"\ast" in between:
        message = f"{written} can be a product, a convolution, or the Khatri–Rao product"
        hint = "write A*B, conv(A, B) or khatri_rao(A, B)"
        is_doubtful = not (a.is_scalar or b.is_scalar)
    else:
        return
    if is_doubtful:
        raise AmbiguityError(message, text=attempt.bound.text, span=(node.start, node.end), suggestion=hint)
