"""Functions that a text does not give, but of whose gradients it speaks: ∇(fg) = f∇g + g∇f, ∇f(x) + Aᵀν."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR, size
from matdiff.errors import MatdiffError
from matdiff.language.declared import Declaration
from matdiff.language.names import named
from matdiff.language.together import read_line
from matdiff.review.lines import Line
from matdiff.review.operators import FUNCTION, HELD

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

SYMBOL = r"[fghuvFGHUVφψ](?:_0|_\{0\}|₀)?"
NABLA = r"∇(?:\^\{?2\}?|²)?\s*(?:_\{?[^\W\d_]\}?)?"
SPOKEN = rf"{NABLA}\s*({SYMBOL})(?=\s*\(|[\s)+·−∇-]|$)"  # ∇f, ∇f(x)
OF_PRODUCT = rf"{NABLA}\s*\(\s*({SYMBOL})\s*[/·]?\s*({SYMBOL})\s*\)"  # ∇(fg), ∇(f/g)
TOLD = (  # what begins a line that says what f is, or ∇f
    r"(?:∇(?:\^\{{?2\}}?|²)?\s*|[dD∂]\s*)?{0}\s*(?:\([^()]*\))?|∇\S{{0,8}}\s*{0}\s*(?:\(\s*\w\s*\))?"
)
OF_VECTORS = (
    r"(?<![A-Za-z]){0}\s*(?:[ᵀ⊤'′_\[]|\^\s*\{{?(?:T|⊤)|[₀-₉])|[d∂]\s*{0}(?![A-Za-z])"  # of which f is no number
)
BY_ENTRIES = r"(?<![A-Za-z])\\?(g|[φϕψρ]|phi|varphi|psi|rho)['′]\s*\("  # g′(Wx)
SIZES = "nmpqkr"


def by_entries(text: str, given: Collection[str]) -> str:
    """Declares the functions by entries of whose slopes a text speaks, and that it does not give.

    >>> by_entries("y = φ(Wx), dy = φ'(Wx) ⊙ dW x", ())
    'phi: R -> R'
    """
    spoken = {(name, named(name)) for name in re.findall(BY_ENTRIES, text)}
    is_given = r"(?<![A-Za-z]){}(?:['′][A-Z]|\s*(?:\([^()=]*\))?\s*&?:?=)"  # or a vector: g'X
    names = {name for spelt, name in spoken if name not in given and not re.search(is_given.format(spelt), text)}
    return "; ".join(f"{name}: R -> R" for name in sorted(names))


def with_arguments(scope: Scope, lines: list[Line]) -> list[Line]:
    """The lines with f(x) for f, of every ∇f that no line gives; these functions are declared, with numbers as values.

    >>> from matdiff.review.reviewing import review
    >>> review("∇(fg) = f∇g + g∇f").lines[0].verdict, review("∇(fg) = f∇g").ok
    ('proved', False)
    """
    sides = [side for line in lines for s in line.statements for side in s.sides]
    firsts = [s.sides[0] for line in lines for s in line.statements if not s.goes_on and s.sides[1:]]
    text = "\n".join(sides)
    spoken = {m.group(1) for m in re.finditer(SPOKEN, text)} - scope.given
    multiplied = {f for m in re.finditer(OF_PRODUCT, text) for f in m.groups()} - scope.given if spoken else set()
    spoken |= multiplied
    told = {f for f in spoken if any(re.fullmatch(TOLD.format(f), first) for first in firsts)}
    open_ones = {f for f in spoken - told if not re.search(OF_VECTORS.format(f), text)}
    called = {f: re.findall(rf"(?<![A-Za-z_]){f}\s*({HELD})", text) for f in sorted(open_ones)}
    bare = {f for f in open_ones if f in multiplied or re.search(rf"{NABLA}\s*{f}(?!\s*\()", text)}
    alone = (f for f in open_ones if re.search(rf"{f}(?![A-Za-z])", re.sub(rf"{NABLA}\s*{f}", " ", text)))  # f of f∇g
    if any(len({*called[f]}) > 1 for f in bare) or not open_ones <= {*alone, *filter(called.get, called)}:
        return lines
    usual = next((held for f in sorted(open_ones) for held in called[f]), "(x)")
    for f in called:
        _declare(scope, f, (called[f] or [usual])[0])
    put = partial(_called, functions=bare, held=usual)
    return [one._replace(statements=tuple(s.respelt(put) for s in one.statements)) for one in lines if bare] or lines


def _called(side: str, functions: Collection[str], held: str) -> str:
    """A side with the argument behind all of some functions."""
    pattern = rf"(?<![A-Za-z])(?:{FUNCTION})(?![A-Za-z])|({'|'.join(sorted(functions))})(?!\s*\()"
    return re.sub(pattern, lambda m: f" {m.group(1)}{held} " if m.group(1) else m.group(), side)


def _declare(scope: Scope, f: str, held: str) -> None:
    """Declares a function by the shape of what it is called with; a letter of which nothing is said is a vector."""
    inner = held[1:-1].strip()
    if named(inner) not in scope.declared and re.fullmatch(r"[a-zα-ω]", inner):
        taken = scope.names() | scope.sizes()
        fresh = size(next(letter for letter in SIZES if letter not in taken))
        scope.declared.table[named(inner)] = Declaration(named(inner), (fresh, ONE))
    with suppress(MatdiffError):
        shape = read_line(inner, scope.declared).shape
        scope.declared.table[named(f)] = Declaration(named(f), SCALAR, arguments=(shape,))
