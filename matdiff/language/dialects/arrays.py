"""Arrays in texts: how many axes a piece has, how shapes are broadcast, and what each operation means.

The shapes are found here, with sizes that may still be open; the expressions are built by the operations that record
Python functions (matdiff.recording), so that a formula means the same in a text and in a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from inspect import Signature, signature
from typing import Any

from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import FUNCTIONS, Expr
from matdiff.errors import AmbiguityError, MatdiffError, UnsupportedError
from matdiff.language.arithmetic import multiply as multiply_matrices
from matdiff.language.broadcasting import is_bias, is_constant, is_diagonal, is_identity, is_term
from matdiff.language.customs import LETTERS_OF_COUNTS, WEIGHTS
from matdiff.language.dialects.subscripts import Further
from matdiff.language.entries import entry
from matdiff.language.places import Indices, at
from matdiff.language.scopes import Binder, Place, Position, Shifted
from matdiff.language.sizes import flexible_names
from matdiff.language.syntax import Node
from matdiff.language.typed import Misfit, Typed
from matdiff.language.typing import Attempt
from matdiff.recording.arrays import UFUNCS, Traced
from matdiff.recording.shapes import Lengths, flip, shape_of, written

Meaning = Callable[..., Traced]


class Site:
    """Where an operation stands: the reading that is tried, and the node of the call."""

    __slots__ = ("attempt", "node")

    def __init__(self, attempt: Attempt, node: Node) -> None:
        self.attempt = attempt
        self.node = node

    def unify(self, a: Size, b: Size) -> bool:
        return self.attempt.unify(a, b)

    def misfit(self, message: str, hint: str = "", error: type[MatdiffError] | None = None) -> Misfit:
        """The reading breaks here."""
        return self.attempt.misfit(self.node, message, hint, *([error] if error else []))

    def shown(self, a: Typed) -> str:
        """«X of shape (m, n)»; sizes that are not known are not shown."""
        lengths = written(tuple(map(self.attempt.sizes.find, lengths_of(a))))
        return self.attempt.shown(a) + ("" if "?" in lengths else f" of shape {lengths}")


def lengths_of(a: Typed) -> Lengths:
    """The lengths of the axes of a piece; a vector has one axis unless it is known to have two."""
    return (a.rows, a.cols)[: axes_of(a)] if a.third is None else (a.rows, a.cols, a.third)


def axes_of(a: Typed) -> int:
    """How many axes a piece has."""
    if a.third is not None:
        return 3
    if a.is_scalar:
        return a.ones
    return 1 if a.cols is ONE and not a.has_two_axes else 2


def made(site: Site, lengths: Lengths, operands: Sequence[Typed], meaning: Meaning) -> Typed:
    """A piece of certain lengths, built by an operation on arrays; one with three axes has no expression of its own."""
    counts = [axes_of(o) for o in operands]

    def make(*expressions: Any) -> Any:
        arrays = [traced(e, count) for e, count in zip(expressions, counts, strict=True)]
        try:
            found: Traced = meaning(*arrays)
        except MatdiffError as error:  # what the operation says, at its place in the text
            message = error.message.replace("cannot be recorded", "is not known")
            raise site.attempt.misfit(site.node, message, error.suggestion or "", type(error)).error from None
        return found if len(found.lengths) > 2 else found.expr

    result = site.attempt.typed(site.node, shape_of(lengths[:2]), tuple(operands), make)
    result.has_two_axes = len(lengths) == 2
    result.third = lengths[2] if len(lengths) > 2 else None
    result.ones = len(lengths) if result.is_scalar else 0
    return result


def traced(e: Expr | Traced, axes: int) -> Traced:
    """The array of an expression with so many axes."""
    return e if isinstance(e, Traced) else Traced(e, e.shape[:axes])


def broadcast(site: Site, *arrays: Typed) -> Lengths:
    """The lengths that arrays have together: axes are matched from the last one on."""
    count = max(len(lengths_of(a)) for a in arrays)
    if makes_square(site, arrays):
        raise misfit_of_shapes(site, arrays)
    result: list[Size] = [ONE] * count
    for a in arrays:
        own = lengths_of(a)
        for k, length in enumerate(own, count - len(own)):
            if result[k] is ONE:
                result[k] = length
            elif length is not ONE and not site.unify(result[k], length):
                raise misfit_of_shapes(site, arrays)
    penalise(site, arrays, count)
    return tuple(result)


def makes_square(site: Site, arrays: Sequence[Typed]) -> bool:
    """Whether a vector with an entry for every row stands beside the columns, as in A / A.sum(axis=1)."""
    find = site.attempt.sizes.find
    matrices = [(find(a.rows), find(a.cols)) for a in arrays if axes_of(a) == 2 and ONE not in (a.rows, a.cols)]
    lengths = [find(a.rows) for a in arrays if axes_of(a) == 1]
    return any(length is rows and rows is not cols for length in lengths for rows, cols in matrices)


def misfit_of_shapes(site: Site, arrays: Sequence[Typed]) -> Misfit:
    """The error for shapes that cannot be broadcast."""
    shown = " and ".join(site.shown(a) for a in arrays if not a.is_scalar)
    vector = next((a for a in arrays if axes_of(a) == 1), None)
    is_beside = any(ONE not in (a.rows, a.cols) for a in arrays)
    hint = f"{site.attempt.shown(vector)}[:, None] is a column" if vector and is_beside else ""
    return site.misfit(f"{shown} cannot be broadcast together", hint)


def penalise(site: Site, arrays: Sequence[Typed], count: int) -> None:
    """Numbers beside arrays, and vectors beside matrices, are less likely than equal shapes where kinds are guessed."""
    if is_diagonal(site.node):
        site.attempt.penalty(site.node, 8, *[a for a in arrays if not (a.is_scalar or is_identity(a.node))])
        return
    for a in arrays:
        if axes_of(a) == count or (a.is_scalar and is_multiple(a.node)) or is_intercept(a, arrays):
            continue
        if count == 3 and axes_of(a) == 2:  # X[:, None] - Y
            continue
        is_likely = is_coefficient(a.node) if a.is_scalar else is_term(site.node) and is_bias(a.node)
        site.attempt.penalty(site.node, 1 if is_likely else 3 if a.is_scalar else 4, *arrays)


def is_multiple(node: Node) -> bool:
    """Whether a number is written so, or 1/m, 0.5 * gamma or gamma / 2."""
    is_product = node.kind == "array" and node.value.name in ("divide", "multiply")
    return any(part.kind == "NUMBER" for part in (node.parts if is_product else [node]))


def is_coefficient(root: Node) -> bool:
    """Whether a number is a letter that is customary for constants and counts, or made of such: 0.5 * C, 1 - eps."""
    stack = [root]
    while stack:
        node = stack.pop()
        is_product = node.kind == "array" and node.value.name in ("multiply", "divide", "negative", "add", "subtract")
        is_count = node.kind == "symbol" and node.value[0] in LETTERS_OF_COUNTS
        is_letter = node.typed is not None and (is_constant(node.typed) or is_count)
        if not (is_product or is_letter or node.kind == "NUMBER"):
            return False
        stack += node.parts if is_product else []
    return root.kind != "NUMBER"


def is_intercept(a: Typed, arrays: Sequence[Typed]) -> bool:
    """Whether a is the b of X @ w + b, where w has a weight for every column."""
    if not (a.is_scalar and is_bias(a.node)):
        return False
    terms = [x.node for x in arrays if x is not a]
    while terms:
        node = terms.pop()
        if node.kind == "array" and node.value.name in ("add", "subtract", "negative"):
            terms += node.parts
        elif node.kind == "array" and node.value.name in ("matmul", "dot", "mv") and node.parts[1].kind == "symbol":
            return node.parts[1].value[0].startswith(WEIGHTS)  # type: ignore[no-any-return]
    return False


# ---- arithmetic -------------------------------------------------------------------------------------


def entrywise(name: str) -> Callable[..., Typed]:
    """An operation on arrays that are broadcast: np.add, np.maximum, np.exp."""

    def typed(site: Site, *arrays: Typed) -> Typed:
        try:
            arguments_of(name).bind(*arrays)
        except TypeError:
            raise site.misfit(f"{name} cannot have {len(arrays)} argument{'s' * (len(arrays) != 1)}") from None
        return made(site, broadcast(site, *arrays), arrays, UFUNCS[name])

    return typed


@cache
def arguments_of(name: str) -> Signature:
    """How many arrays a universal function takes."""
    return signature(UFUNCS[name])


def negative(site: Site, a: Typed) -> Typed:
    """−A; a number is one"""
    result = made(site, lengths_of(a), [a], UFUNCS["negative"])
    result.number = -a.number if a.number is not None else None
    return result


def times(site: Site, a: Typed, b: Typed) -> Typed:
    """A * B, entry by entry"""
    say_dialect(site, a, b, "*")
    if a.is_scalar and b.is_scalar:
        return multiply_matrices(site.attempt, site.node, [a, b])
    return made(site, broadcast(site, a, b), [a, b], UFUNCS["multiply"])


def over(site: Site, a: Typed, b: Typed) -> Typed:
    """A / B, entry by entry"""
    if b.number == 0:
        raise site.misfit("division by zero")
    lengths = lengths_of(a) if b.is_scalar else broadcast(site, a, b)  # arrays are divided by numbers
    result = made(site, lengths, [a, b], UFUNCS["divide"])
    if a.number is not None and b.number is not None:
        result.number = a.number / b.number
    return result


def power(site: Site, a: Typed, s: Typed) -> Typed:
    """A ** s, entry by entry"""
    say_dialect(site, a, a, "**")
    if not (a.is_scalar or s.is_scalar):
        hint = "np.exp(y * np.log(x)) is x ** y for positive x"
        raise site.misfit("a power whose exponent is an array is not known", hint, UnsupportedError)
    lengths = lengths_of(a) if s.is_scalar and not s.ones else broadcast(site, a, s)
    result = made(site, lengths, [a, s], UFUNCS["power"])
    if a.number is not None and s.number is not None and s.number.denominator == 1 and 0 <= s.number < 100:
        result.number = a.number ** int(s.number)
    return result


def say_dialect(site: Site, a: Typed, b: Typed, sign: str) -> None:
    """Says how * and ** are read where they could have another meaning elsewhere."""
    if ONE in (a.rows, a.cols) and ONE in (b.rows, b.cols):
        return
    if not (a.is_scalar or b.is_scalar) and sign in site.attempt.written(site.node):
        title = site.attempt.bound.dialect.title
        other = "the matrix product is @" if sign == "*" else "the power of a matrix is np.linalg.matrix_power"
        site.attempt.note(site.node, f"{sign} of {title} is entry by entry; {other}")


def matmul(site: Site, a: Typed, b: Typed, transpose_a: Any = False, transpose_b: Any = False) -> Typed:
    """A @ B; a vector in front is a row, behind a column, and its axis goes"""
    a, b = transpose(site, a) if transpose_a else a, transpose(site, b) if transpose_b else b
    left, right = lengths_of(a), lengths_of(b)
    if any(is_identity(x.node) and site.attempt.written(x.node) == "I" for x in (a, b)):
        raise site.misfit("I can be the identity, or a matrix of this name", "declare I: matrix", AmbiguityError)
    if not (left and right):
        raise site.misfit(f"@ takes no number: {site.shown(a if not left else b)}", "write * for a multiple")
    first = a.node.parts[0].typed if is_call(a.node, "matmul") else None  # x @ A is the product of a row, if anything
    is_row = first is not None and axes_of(first) == 1
    if (
        first is not None and not is_row and (axes_of(a), axes_of(b)) == (1, 2)
    ):  # A @ s @ A.T, where s is rather a matrix
        site.attempt.penalty(site.node, 20, a, b)
    if axes_of(a) == axes_of(b) == 1 and is_call(b.node, "transpose") and not is_row:
        shown = f"{site.attempt.shown(a)} @ {site.attempt.shown(b)}"
        message = f"{shown} is an inner product of arrays with one axis, and the outer product of columns"
        raise site.misfit(message, "write np.dot(x, y) or np.outer(x, y)", AmbiguityError)
    if left[-1] is not right[0] and not site.unify(left[-1], right[0]):
        raise site.misfit(f"the product does not fit: {site.shown(a)} @ {site.shown(b)}")
    return made(site, (*left[:-1], *right[1:]), [a, b], UFUNCS["matmul"])


def is_call(node: Node, name: str) -> bool:
    """Whether a node is the call of a function of arrays."""
    return node.kind == "array" and node.value.name == name


def transpose(site: Site, a: Typed) -> Typed:
    """A.T; an array with one axis is its own"""
    if axes_of(a) < 2:
        return made(site, lengths_of(a), [a], lambda x: x)
    return made(site, lengths_of(a)[::-1], [a], lambda x: Traced(flip(x.expr), x.lengths[::-1]))


# ---- entries and slices -----------------------------------------------------------------------------


def item(site: Site, a: Typed, key: tuple[Any, ...], *letters: Typed) -> Typed:
    """a[0], a[:, 0], a[1:], a[:, None], counted from 0 as in Python; a[i + 1] with the letter of a loop"""
    if not isinstance(key, tuple):
        raise site.misfit("item is a method: x.item()")
    counters = iter(letters)
    key = tuple(at(next(counters).node.value, k.offset) if isinstance(k, Further) else k for k in key)
    if a.is_scalar and key == (0, 0) and site.attempt.bound.dialect.name == "sympy":
        return a
    if key and len(key) == axes_of(a) and all(k == slice(None, None, -1) for k in key):  # x[::-1]
        return made(site, lengths_of(a), [a], lambda x: Traced(FUNCTIONS["flip"].of(x.expr), x.lengths))
    given = [k for k in key if k is not None and k is not Ellipsis]
    if len(given) > axes_of(a):
        raise site.misfit(f"{site.shown(a)} has no {len(given)} axes", "declare its shape")
    if all(k == slice(None) for k in given):
        return with_axes(site, a, key)
    if len(given) < len(key):
        raise site.misfit("new axes beside places are not known", "give the part a name first")
    keys = [*key, *[slice(None)] * (axes_of(a) - len(given))]
    kept = sum(isinstance(k, slice) for k in keys)
    if a.cols is ONE and keys[1:] in ([slice(None)], [0], [-1]):
        keys = keys[:1]  # of a column
    places: Indices = [placed(site, k, extent) for k, extent in zip(keys, lengths_of(a), strict=False)]
    part = entry(site.attempt, site.node, a, places)
    part.has_two_axes, part.ones = kept == 2, kept if part.is_scalar else 0
    return part


def with_axes(site: Site, a: Typed, key: tuple[Any, ...]) -> Typed:
    """a[:, None] and a[None, :], which have a new axis of length 1"""
    rest = list(lengths_of(a))
    found: list[Size] = []
    for k in key:
        if k is Ellipsis:
            found, rest = [*found, *rest], []
        else:
            found.append(ONE if k is None else rest.pop(0))
    found += rest
    if len(found) > 3:
        hint = "write the sum over an index: sum(i=1..N, …), or cdist(X, Y) for the distances of rows"
        raise site.misfit("an array with four axes is not known", hint, UnsupportedError)
    return made(site, tuple(found), [a], lambda x: x[key])


def placed(site: Site, key: Any, extent: Size) -> Position:
    """A place or a range, counted from 1."""
    if isinstance(key, Shifted) and flexible_names(site.attempt.sizes.find(site.attempt.range_of(key.binder))):
        site.unify(site.attempt.range_of(key.binder), extent - size(key.offset))  # x[i + 1] of the last i is the last
    if isinstance(key, (Binder, Shifted)):
        return key
    if isinstance(key, int):
        return Place(counted(key, extent) + ONE)
    if key.step not in (None, 1):
        raise site.misfit("a slice with a step is not known")
    if key == slice(None):
        return Place()
    last = extent if key.stop is None else counted(key.stop, extent)
    return Place(counted(key.start or 0, extent) + ONE, last, "")


def counted(key: int | Size, extent: Size) -> Size:
    """A place from the front, or with a minus from the end."""
    if isinstance(key, Size):
        return key
    return size(key) if key >= 0 else extent + size(key)
