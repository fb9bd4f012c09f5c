"""What an open function takes: m x n -> scalar, ℝᵐ × ℝⁿ → ℝ, function of m."""

from __future__ import annotations

import re

from matdiff.algebra.dims import SCALAR, Shape
from matdiff.language.extents import Excerpt, parse_shape

MAPPED = r"(.*?)\s*(?:->|→|⟶|↦|⟼)\s*(.*)"
FUNCTION_OF = r"(?:an?\s+)?(?:open\s+)?(?:scalar(?:-valued)?\s+)?function\s+of\s+(.*?)(?:\s+with\s+scalar\s+values)?"
SPACE = r"R\s*(?:\^\s*(?:\{([^{}]*)\}|\(([^()]*)\)|(\w+)))?"
OF_FUNCTIONS = ("->", "→", "⟶", "↦", "⟼", "function")
SCALAR_VALUES = frozenset(("scalar", "1", "number", "real", "R", "R^1", "R^{1}", "1 x 1"))


def argument_shapes(right: Excerpt) -> tuple[Shape, ...] | None:
    """The shapes of the arguments of an open function with scalar values; None where no function is declared."""
    if not any(sign in right.text for sign in OF_FUNCTIONS):
        return None
    if mapped := re.fullmatch(MAPPED, right.text, re.DOTALL):
        values = right.part(*mapped.span(2))
        if values.text not in SCALAR_VALUES:
            raise values.error("an open function has scalar values", "write f: m x n -> scalar")
    described = mapped or re.fullmatch(FUNCTION_OF, right.text, re.DOTALL)
    if described is None:
        raise right.error("a function is declared by what it takes", "write f: m x n -> scalar")
    domain = right.part(*described.span(1))
    if not domain.text:
        raise right.error("it is not said what the function takes", "write f: m x n -> scalar")
    if domain.text in ("each entry", "every entry"):
        return (SCALAR,)
    if re.match(SPACE + r"\s*(?:$|[×x,])", domain.text):
        return tuple([_space(domain, space) for space in re.finditer(SPACE, domain.text)])
    inner = re.fullmatch(r"\(((?:[^()]|\([^()]*\))*)\)", domain.text)
    domain = domain.part(*inner.span(1)) if inner else domain
    pieces = re.finditer(r"(.+?)(?:,|\band\b|$)", domain.text or " ")
    return tuple([parse_shape(domain.part(*piece.span(1))) for piece in pieces])


def _space(domain: Excerpt, space: re.Match[str]) -> Shape:
    """The shape of ℝ, ℝᵐ, ℝ^{m×n}."""
    place = next((k for k in (1, 2, 3) if space.group(k) is not None), 0)
    return parse_shape(domain.part(*space.span(place))) if place else SCALAR
