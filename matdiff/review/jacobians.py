"""Vectors that depend on an unknown in a way that a text does not give, r = y − f(θ), with J for the Jacobian of f."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR, size
from matdiff.algebra.expr import Expr, Symbol, symbols
from matdiff.algebra.operators.products import Product, Sum, Transpose
from matdiff.language.declared import Declaration
from matdiff.language.names import named
from matdiff.review.derivatives import derivative
from matdiff.review.lines import Line
from matdiff.review.operators import Asked

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

OPEN_CALL = r"(?<![A-Za-z∂∇])([a-zφψFR])\s*\(\s*([a-zα-ω])\s*\)"  # f(θ)
BY = r"\(*\s*[∂d]\s*{0}\s*(?:\(\s*{1}\s*\))?\s*\)?\s*/\s*\(?\s*[∂d]\s*{1}\s*(?:[ᵀ⊤']|\^\s*T)?[\s)]*"  # ∂f/∂θᵀ
SAID = (  # J is the Jacobian of f, with the Jacobian J
    r"([A-Z])\$?(?:\(\\?\w+\))?\$?\s*(?:is|be|denotes|=|,)?\s*(?:the\s+)?Jacobian|Jacobian(?:\s+matrix)?\s+\$?([A-Z])(?![a-z])"
)
SIZES = "pqkrsm"


def with_jacobian(scope: Scope, lines: list[Line]) -> list[Line]:
    """The lines with f for f(θ) and J for J(θ), of one vector f that no line gives, and whose Jacobian has a letter.

    >>> from matdiff.review.reviewing import review
    >>> review("S(θ) = ½ ‖y − f(θ)‖², J = ∂f/∂θ\\n∇S = −Jᵀ(y − f(θ))").lines[1].verdict
    'proved'
    """
    statements = [s for line in lines for s in line.statements]
    sides = [side for s in statements for side in s.sides]
    given = {m[1] for s in statements if s.sides[1:] and (m := re.fullmatch(OPEN_CALL, s.sides[0].strip()))}
    called = {m.groups() for side in sides for m in re.finditer(OPEN_CALL, side) if m[1] not in given}
    if len(called) != 1:
        return lines
    ((f, x),) = called
    letter, told = _letter(scope, lines, f, x)
    if not letter or not _fit(scope, f, x, letter) or re.search(rf"∇\s*(?:_\S+\s*)?{f}(?![A-Za-z])", " ".join(sides)):
        return lines
    rows, columns = (size(n) for n in [n for n in SIZES if n not in scope.names() | scope.sizes()][:2])
    for name, shape in ((f, (rows, ONE)), (x, (columns, ONE)), (letter, (rows, columns))):
        scope.declared.table.setdefault(named(name), Declaration(named(name), shape))
    scope.jacobian = named(f), named(x), named(letter)
    spelt = rf"(?<![A-Za-z])({f}|{letter})\s*\(\s*{x}\s*\)"
    kept = ([s for s in line.statements if s not in told] for line in lines)
    put = [tuple(s.respelt(lambda side: re.sub(spelt, r"\1 ", side)) for s in one) for one in kept]
    return [line._replace(statements=one) for line, one in zip(lines, put, strict=True)]


def _letter(scope: Scope, lines: list[Line], f: str, x: str) -> tuple[str, list[object]]:
    """The letter of the Jacobian of f, and the statements that say so: J = ∂f/∂θ, words, or J(θ)."""
    by = BY.format(f, x)
    statements = [s for line in lines for s in line.statements if s.sides[1:]]
    told = [s for s in statements if re.fullmatch(by, s.sides[-1].strip()) and len(s.sides) == 2]
    letters = {re.sub(r"\s*\(.*\)", "", s.sides[0].strip()) for s in told}
    letters |= {m[1] or m[2] for m in re.finditer(SAID, scope.text)}
    if not letters and any(re.search(rf"(?<![A-Za-z])J\s*\(\s*{x}\s*\)", side) for s in statements for side in s.sides):
        letters = {"J"}
    firsts = {re.sub(r"\s*\(.*\)", "", s.sides[0].strip()) for s in statements if s not in told and not s.goes_on}
    (letter,) = letters if len(letters) == 1 else ("",)
    is_free = re.fullmatch("[A-Z]", letter) is not None and letter not in firsts
    return (letter, [*told]) if is_free else ("", [])


def _fit(scope: Scope, f: str, x: str, letter: str) -> bool:
    """Whether nothing is declared of f, θ and J, or that J has the shape of a Jacobian."""
    known = [scope.declared.get(named(n)) for n in (f, x, letter)]
    shapes = [d.shape for d in known if d is not None and not d.indices]
    if not any(known) or len(shapes) < len(known):
        return not any(known)
    return shapes[0][1] is ONE is shapes[1][1] and shapes[2] == (shapes[0][0], shapes[1][0])


def through_jacobian(scope: Scope, asked: Asked, function: Expr, own: tuple[str, ...]) -> Expr | None:
    """The derivative by θ of what depends on it by an f(θ) whose Jacobian is J: Jᵀ∇_f g of a number g, (∂g/∂f)J."""
    if scope.jacobian is None or asked.order != 1:
        return None
    f, x, letter = scope.jacobian
    value = scope.unfolded(function)
    known = {s.name: s for s in symbols(value)}
    if f not in known or (named(asked.by.strip()) or (own[0] if len(own) == 1 else x)) != x:
        return None
    jacobian = Symbol(letter, scope.declared[letter].shape)
    inner = derivative(value, known[f], 1)
    found = Product.of(Transpose(jacobian), inner) if value.shape == SCALAR else Product.of(inner, jacobian)
    scope.is_jacobian = value.shape != SCALAR
    return Sum.of(derivative(value, known[x], 1), found) if x in known else found
