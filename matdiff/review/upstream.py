"""The chain rule below a function that a text does not give: ∂L/∂W = Xᵀ ∂L/∂Y for Y = XW, whatever L is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR, Shape
from matdiff.algebra.expr import Expr, Symbol, exchanged, replace, symbols
from matdiff.algebra.operators.norms import Frobenius
from matdiff.algebra.operators.products import Sum
from matdiff.language.names import named
from matdiff.review.derivatives import PART, derivative
from matdiff.review.names import base_named
from matdiff.review.operators import LETTER, Asked

if TYPE_CHECKING:
    from matdiff.review.lines import Line
    from matdiff.review.scope import Scope

UNSAID = r"([LJFℓ])(?![A-Za-z])"
NABLA_BY = r"∇\s*_(?:\{[^{}]*\}|[^\W\d_])\s*"
IN_WORDS = {"l_oss": "Ll", "c_ost": "CJ", "o_bjective": "J", "e_rror": "E", "e_nergy": "E"}  # as word_names spells them


def below(scope: Scope, asked: Asked) -> Expr | None:
    """The gradient, by a matrix, of what is not given, in terms of those by what is defined with it; None of others.

    That by a matrix with which nothing is defined is a symbol; that by σ² is that by σ, over 2σ.

    >>> from matdiff.review.reviewing import review
    >>> [line.verdict for line in review("Y = XW\\n∂L/∂W = Xᵀ ∂L/∂Y").lines]
    ['not a claim', 'proved']
    """
    of, by = named(asked.of), base_named(asked.by)
    known = scope.declared.get(by)
    if asked.order != 1 or known is None or known.indices or not is_open(scope, of) or by == of:
        return None
    found = _gradient(scope, of, by, known.shape)
    return found / (2 * Symbol(by, SCALAR)) if asked.by.startswith("(") else found


def _gradient(scope: Scope, of: str, by: str, shape: Shape) -> Expr:
    """∂L/∂X: a sum over what is defined with X; of the last ones nothing is known but that they exist."""
    found = [
        _along(_gradient(scope, of, user, value.shape), value, unknown)
        for user, value in _by_each_other(scope)
        for unknown in symbols(value)
        if unknown.name == by and not unknown.ranges and not value.free
    ]
    if found:
        return Sum.of(*found) if len(found) > 1 else found[0]
    scope.upstream.add(f"{of}_{by}")
    return Symbol(f"{of}_{by}", shape)


def _by_each_other(scope: Scope) -> Iterator[tuple[str, Expr]]:
    """The definitions, of which y = tanh(Wx + b) beside a = Wx + b is y = tanh(a)."""
    whole = {other: Symbol(name, other.shape) for name, other in scope.definitions.items() if other.operands}
    for user, value in scope.definitions.items():
        yield user, replace(value, {other: name for other, name in whole.items() if other is not value})


def _along(link: Expr, value: Expr, unknown: Expr) -> Expr:
    """The gradient of ⟨∂L/∂Y, Y⟩ by an unknown of Y, where ∂L/∂Y is held."""
    held = Symbol(PART, value.shape)
    paired = held * value if value.shape == SCALAR else Frobenius.of(held, value)
    return exchanged(derivative(paired, unknown, 1), held, link)


def is_open(scope: Scope, name: str) -> bool:
    """Whether nothing is said of a function but its derivatives."""
    is_letter = re.fullmatch(LETTER, name) is not None or name == "ell"
    is_given = (name in scope.functions and name not in scope.losses) or name in scope.texts
    is_called = {name, name.partition("_")[0]} & {*scope.forms, *scope.paths, *scope.members} or in_words(scope, name)
    return is_letter and not (is_given or is_called)


def in_words(scope: Scope, letter: str) -> str:
    """The word by which a text calls the function of a letter: dL/dW of loss = …"""
    return next((word for word in scope.texts if letter and letter in IN_WORDS.get(word, "")), "")


def unsaid_losses(scope: Scope, lines: Collection[Line]) -> set[str]:
    """The letters of losses, as of L in ∇_W L, of which a text says nothing else."""
    text = " ; ".join(side for line in lines for s in line.statements for side in s.sides)
    found = {named(loss) for loss in re.findall(NABLA_BY + UNSAID, text)}
    elsewhere = re.sub(NABLA_BY + UNSAID, " ", text)  # ∇_w Lᵀ v is (∇_w L)ᵀ v
    used = {named(loss) for loss in re.findall(rf"(?<![∂dA-Za-z]){UNSAID}\s*(?:[ᵀ⊤⁻'_\[]|\^)", elsewhere)}
    return found - used - scope.names()


def links_in(scope: Scope, e: Expr) -> set[Symbol]:
    """The derivatives of what is not given in an expression."""
    return {s for s in symbols(e) if s.name in scope.upstream}


def is_told(scope: Scope, truth: Expr, side: str) -> bool:
    """Whether a side says of its own what the derivative of such a function is; of the last link that is noted."""
    links = links_in(scope, truth)
    said = scope.value(side) if links else truth
    if not links or links & {*symbols(said)} or said.shape != truth.shape:
        return False
    if isinstance(truth, Symbol):
        scope.told[truth.name] = said
    return True
