"""The rules of typing for sums, signs and brackets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.products import FLATTEN, Sum, quotient
from matdiff.language.broadcasting import broadcast, repeat
from matdiff.language.customs import kind_of
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, rule


@rule("sum")
def type_sum(attempt: Attempt, node: Node) -> Typed:
    """A + B − …; a scalar is broadcast to the shape of the others, a vector to the rows or columns of a matrix."""
    terms: list[Typed] = [part.typed for part in node.parts]
    signs = [-1 if sign == "subtract" else 1 for sign in node.value]
    shaped = next((t for t in terms if t.rows is not ONE and t.cols is not ONE), None)
    shaped = shaped or next((t for t in terms if not t.is_scalar), None)
    if shaped is None:
        return attempt.scalar(node, tuple(terms), partial(make_sum, signs))
    for k, term in enumerate(terms):
        if term.is_scalar:
            terms[k] = broadcast(attempt, term, shaped, node)
        elif not (
            kind_of((shaped.rows, shaped.cols)) == kind_of((term.rows, term.cols)) and attempt.same_shape(shaped, term)
        ):
            repeated = repeat(attempt, term, shaped, node)
            if repeated is None:
                raise attempt.clash(node, "the terms of a sum have different shapes", shaped, term)
            terms[k] = repeated
    return attempt.typed(node, (shaped.rows, shaped.cols), tuple(terms), partial(make_sum, signs))


def make_sum(signs: Sequence[int], *terms: Expr) -> Expr:
    """The sum of terms with their signs."""
    return Sum.of(*[-t if sign < 0 else t for sign, t in zip(signs, terms, strict=True)])


@rule("negative")
def type_negative(attempt: Attempt, node: Node) -> Typed:
    """−A"""
    return negative(attempt, node, node.parts[0].typed)


def negative(attempt: Attempt, node: Node, a: Typed) -> Typed:
    """−A; −(−A) without brackets is A."""
    if a.negated:
        return a.negated
    result = attempt.typed(node, (a.rows, a.cols), (a,), lambda e: -e)
    result.negated = a
    result.number = -a.number if a.number is not None else None
    return result


@rule("positive", "body", "step")
def type_inside(attempt: Attempt, node: Node) -> Typed:
    """+A, and what a definition with parameters or a step gives: what stands inside"""
    typed: Typed = node.parts[0].typed
    return typed


@rule("group")
def type_group(attempt: Attempt, node: Node) -> Typed:
    """(A): the brackets keep a product or a sign together."""
    a: Typed = node.parts[0].typed
    is_chain = a.factors is not None and not a.is_scalar and not any(f.is_scalar for f in a.factors)
    is_chain = is_chain and not any(f.rows is ONE for f in (a.factors or [])[1:])  # xᵀ(yzᵀ)w keeps yzᵀ together
    is_chain = is_chain and len(a.factors or []) <= FLATTEN  # so that deep nesting stays linear
    if a.negated is None and (is_chain or (a.factors is None and a.make is not quotient)):
        return a  # A(BC) is ABC
    result = attempt.typed(node, (a.rows, a.cols), (a,), lambda e: e)
    result.number = a.number
    return result
