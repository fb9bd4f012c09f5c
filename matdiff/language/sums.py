"""The rules of typing for sums, products and extremes over indices, and for cases."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from matdiff.algebra.constants import is_zero
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import FUNCTIONS, Expr, Index, Number, postorder, replace
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.activations import Step
from matdiff.algebra.operators.entries import assembled, vectorised
from matdiff.algebra.operators.entrywise import Log, Sqrt
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.piecewise import Piecewise
from matdiff.algebra.operators.products import Power, Product, zero
from matdiff.algebra.operators.sums import IndexedSum, UnitVector, substitute_index
from matdiff.algebra.simplification import tidy
from matdiff.errors import NotationError
from matdiff.language.broadcasting import filled
from matdiff.language.entries import index_of, require_label
from matdiff.language.scopes import BARE, Binder, Fixed, Place, Position, Shifted
from matdiff.language.sizes import flexible_names
from matdiff.language.summing import Summation
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, rule
from matdiff.recording.shapes import flip

NEUTRAL = {"sum": 0, "prod": 1}  # what a term that is left out is replaced by


@rule("big_sum")
def type_big_sum(attempt: Attempt, node: Node) -> Typed:
    """∑ᵢ, ∏ᵢ, minᵢ of a body"""
    body: Typed = node.parts[0].typed
    summation: Summation = node.value
    bare = next((b for b in summation.binders if b.bare), None)
    if bare and attempt.assumed[BARE] == "all entries" and not body.is_scalar:
        return attempt.scalar(node, (body,), FUNCTIONS["sum"].of)
    if bare and not bare.used:
        raise attempt.misfit(node, "there is nothing to sum over", "write ∑_i with x_i, or sum(i=1..N, …)")
    for left, _, right in summation.conditions:
        settle_together(attempt, node, left, right)
    for binders in attempt.bound.sets.values():
        for binder in binders[1:]:
            attempt.unify(attempt.range_of(binders[0]), attempt.range_of(binder))
    if summation.operator != "sum":
        return reduction(attempt, node, body, summation)
    if not body.is_scalar:
        attempt.penalty(node, 2, body)
    return attempt.typed(node, (body.rows, body.cols), (body,), partial(total, attempt, node, summation))


def settle_together(attempt: Attempt, node: Node, left: Position, right: Position) -> None:
    """Indices that are compared run through the same numbers, unless their ranges are written."""
    one, two = (p.binder if isinstance(p, Shifted) else p for p in (left, right))
    for label in (one, two):
        if isinstance(label, Fixed):
            require_label(attempt, node, label)
    if isinstance(one, Place) or isinstance(two, Place):
        return
    more = offset(right) - offset(left)  # l − 1 ≤ k: the index l of the text runs up to k, that from 1 one further
    ranges = attempt.range_of(one), attempt.range_of(two)
    if flexible_names(attempt.sizes.find(ranges[0])):
        attempt.unify(ranges[0], ranges[1] + size(more))
    elif flexible_names(attempt.sizes.find(ranges[1])):
        attempt.unify(ranges[1], ranges[0] - size(more))


def offset(index: Position) -> int:
    """How much more an index of the text is than the one that runs from 1."""
    return index.offset if isinstance(index, Shifted) else 0


def total(attempt: Attempt, node: Node, summation: Summation, e: Expr) -> Expr:
    """The sum of an expression over the indices for which there is a term."""
    e = with_equal_indices(attempt, node, summation, e)
    e = restricted(attempt, node, summation, e, zero(e.shape))
    for binder in reversed(summation.binders):
        e = IndexedSum(e, attempt.index(binder, node))
    return e


def with_equal_indices(attempt: Attempt, node: Node, summation: Summation, e: Expr) -> Expr:
    """A term that is also asked for where two indices are equal has a value there, or the sum is refused."""
    own = [attempt.index(binder, node) for binder in summation.binders]
    apart = [{left, right} for left, relation, right in summation.conditions if relation in "<≠"]
    kept = [{index_of(attempt, node, side) for side in pair} for pair in apart]
    for k, j in enumerate(own):
        others = [i for i in sorted(e.free - set(own), key=str) if isinstance(i, Index)] + own[:k]
        for i in [i for i in others if i.last is j.last and {i, j} not in kept]:
            try:
                e = where_equal(e, i, j)
            except Undefined as undefined:
                nothing = undefined.nothing
                message = f"the sum has terms with {i} = {j}, which are not defined: {nothing} is 0 there"
                raise attempt.misfit(node, message, f"write {i} ≠ {j} below the sum to leave them out").error from None
    return e


def restricted(attempt: Attempt, node: Node, summation: Summation, e: Expr, otherwise: Expr) -> Expr:
    """An expression under the conditions of a sum."""
    for left, relation, right in reversed(summation.conditions):
        sides = index_of(attempt, node, left), index_of(attempt, node, right)
        e = Piecewise(sides[0], relation, sides[1], e, otherwise)
    return e


def reduction(attempt: Attempt, node: Node, body: Typed, summation: Summation) -> Typed:
    """∏ᵢ aᵢ, minᵢ aᵢ: of the vector with the entries aᵢ"""
    operator = summation.operator
    if operator == "list":
        return listed(attempt, node, body, summation.binders[0])
    if operator == "entries":
        return whole_of(attempt, node, body, summation.binders)
    if summation.conditions and operator not in NEUTRAL:
        raise attempt.misfit(node, f"{operator} over an index cannot have a condition")
    if not body.is_scalar:
        raise attempt.misfit(node, f"{operator} over an index is of scalars: {attempt.described(body)}")

    def make(e: Expr) -> Expr:
        if summation.conditions:
            e = restricted(attempt, node, summation, e, Number(NEUTRAL[operator]))
        for binder in reversed(summation.binders):
            e = FUNCTIONS[operator].of(stacked(e, attempt.index(binder, node)))
        return e

    return attempt.scalar(node, (body,), make)


def listed(attempt: Attempt, node: Node, body: Typed, binder: Binder) -> Typed:
    """[aᵢ for i in …] of code: a vector with these entries, or a matrix with these rows"""
    if body.cols is not ONE or body.has_two_axes or body.third is not None:
        raise attempt.misfit(node, "a list of matrices is not known")

    def make(e: Expr) -> Expr:
        index = attempt.index(binder, node)
        rows = Product.of(UnitVector(index, index.last), flip(e)) if not e.is_scalar else e
        return stacked(e, index) if e.is_scalar else IndexedSum(rows, index)

    return attempt.typed(node, (attempt.range_of(binder), ONE if body.is_scalar else body.rows), (body,), make)


def whole_of(attempt: Attempt, node: Node, body: Typed, binders: list[Binder]) -> Typed:
    """The vector or matrix with the entries that a text gives: K of K_ij = exp(−‖x_i − x_j‖²)"""

    def make(e: Expr) -> Expr:
        if not e.is_scalar:  # h_i = W x_i is read so, with a matrix W, and not with a number
            hint = f"write ∑_{binders[0].name} with its members"
            raise attempt.misfit(node, "what is used as a whole is given by members that are no numbers", hint).error
        indices = [attempt.index(binder, node) for binder in binders]
        return assembled(e, indices) if indices[1:] else stacked(e, indices[0])

    attempt.penalty(node, 4 * (not body.is_scalar), body)
    rows, cols, *_ = *map(attempt.range_of, binders), ONE
    return attempt.typed(node, (rows, cols), (body,), make)


def stacked(e: Expr, index: Index) -> Expr:
    """The vector whose entries are the values of a scalar for all values of an index."""
    whole = vectorised(e, (index,))
    if whole is not None and not whole.is_scalar:
        return whole
    return assembled(e, (index,))


@rule("cardinality")
def type_cardinality(attempt: Attempt, node: Node) -> Typed:
    """|S|: how many values an index in S has"""
    binder: Binder = node.value
    return attempt.scalar(node, (), lambda: count(attempt.index(binder, node).last))


@rule("cases")
def type_cases(attempt: Attempt, node: Node) -> Typed:
    """cases(A, a ≤ b, C)"""
    left, right, a, b = (part.typed for part in node.parts)
    positions = [part.value for part in node.parts[:2] if part.kind == "counter"]
    if len(positions) == 2 and any(isinstance(p, Fixed) for p in positions):
        settle_together(attempt, node, *positions)
    arrays = [side for side in (left, right) if not side.is_scalar]
    is_mask, text = [a.number, b.number] == [1, 0], attempt.bound.text
    is_code = bool(arrays) or attempt.bound.dialect.name == "matlab"
    if is_mask and is_code and text[node.start] == "(" and text[: node.start].rstrip()[-1:].isalpha():  # x(x > 0)
        hint = "write (x > 0).*x for x with 0 in the place of the others"
        raise attempt.misfit(node, "entries that a condition picks are not known", hint, NotationError)
    if arrays and is_mask and node.value in "<≤" and attempt.same_shape(arrays[0], arrays[-1]):
        return type_mask(attempt, node, left, right)
    for side in arrays:
        raise attempt.misfit(node, f"a condition compares scalars: {attempt.described(side)}", "write x_i for x")
    if not (a.is_scalar or b.is_scalar or attempt.same_shape(a, b)):
        raise attempt.clash(node, "the cases have different shapes", a, b)
    shape = (b.rows, b.cols) if a.is_scalar else (a.rows, a.cols)

    def make(left: Expr, right: Expr, a: Expr, b: Expr) -> Expr:
        if a.shape != b.shape:
            a, b = (filled(e, *(b if e is a else a).shape) if e.is_scalar else e for e in (a, b))
        return Piecewise(left, node.value, right, a, b)

    return attempt.typed(node, shape, (left, right, a, b), make)


def type_mask(attempt: Attempt, node: Node, left: Typed, right: Typed) -> Typed:
    """(x > 0) of a vector or matrix: step(x), which is 1 in the entries where the condition holds, and 0 elsewhere"""
    whole = right if left.is_scalar else left
    attempt.penalty(node, 2, left, right)

    def make(left: Expr, right: Expr) -> Expr:
        shape = (left if right.is_scalar else right).shape
        left, right = (filled(e, *shape) if e.is_scalar else e for e in (left, right))
        return Step(right if is_zero(left) else right - left)

    return attempt.typed(node, (whole.rows, whole.cols), (left, right), make)


@rule("comparison")
def type_comparison(attempt: Attempt, node: Node) -> Typed:
    """A condition has no value of its own"""
    hint = "a factor of 0 and 1 is [x > 0], cases are cases(a, x ≤ 0, b)"
    raise attempt.misfit(node, "a condition is no argument of a function", hint)


# ---- terms at which two indices are equal ------------------------------------------------------------


class Undefined(Exception):
    """A term that is not defined where two indices are equal, because something is 0 there."""

    def __init__(self, nothing: Expr) -> None:
        super().__init__(str(nothing))
        self.nothing = nothing


def where_equal(e: Expr, i: Index, j: Index) -> Expr:
    """A term as two cases where it has no differential at i = j."""
    vanishing = {node for node in singular(unprotected(e, i, j), i, j) if at_equal(node.operands[0], i, j)}
    if not vanishing:
        return e
    broken = next((node for node in vanishing if is_undefined(node)), None)
    if broken is not None:
        raise Undefined(broken.operands[0])
    rest = replace(e, lambda node: Number(0) if node in vanishing else None)
    there = tidy(substitute_index(rest, j, i))
    undefined = next((n for n in postorder(there) if is_undefined(n) and is_zero(n.operands[0])), None)
    if undefined is not None:
        raise Undefined(next(iter(vanishing)))
    return Piecewise(i, "≠", j, e, there)


def unprotected(e: Expr, i: Index, j: Index) -> Expr:
    """What a term is at i = j, as far as its own conditions say that."""

    def change(node: Expr) -> Expr | None:
        is_apart = isinstance(node, Piecewise) and {*node.operands[:2]} == {i, j} and node.data[0] in "≠<"
        return node.operands[3] if is_apart else None

    return replace(e, change)


def singular(e: Expr, i: Index, j: Index) -> Iterator[Expr]:
    """The nodes that have no differential where their operand is 0, other than ‖A‖²."""
    smooth = {n.operands[0] for n in postorder(e) if isinstance(n, Power) and n.operands[1].number == 2}
    rough = {o for n in postorder(e) for o in n.operands if not (isinstance(n, Power) and n.operands[1].number == 2)}
    for node in postorder(e):
        exponent = node.operands[1].number if isinstance(node, Power) else None
        is_root = exponent is not None and Fraction(0) < exponent < 1
        is_rough = isinstance(node, (Norm, Sqrt)) or is_undefined(node) or is_root
        if is_rough and {i, j} <= node.free and (node not in smooth or node in rough):
            yield node


def is_undefined(node: Expr) -> bool:
    """Whether a node is not defined where its operand is 0."""
    exponent = node.operands[1].number if isinstance(node, Power) else None
    return isinstance(node, Log) or (exponent is not None and exponent < 0)


def at_equal(a: Expr, i: Index, j: Index) -> bool:
    """Whether an expression is 0 where two indices are equal."""
    if isinstance(a, (Norm, Sqrt)):
        return at_equal(a.operands[0], i, j)
    return is_zero(tidy(substitute_index(a, j, i)))
