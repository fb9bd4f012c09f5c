"""Random values of symbols: a symbol and a style in, an array with the properties that are declared out."""

from __future__ import annotations

from functools import lru_cache, partial
from math import sqrt

import numpy as np

from matdiff.algebra.assumptions import implied, onto_subspace, records, subspace
from matdiff.algebra.dims import ONE, SCALAR, size
from matdiff.algebra.drawing import Drawing
from matdiff.algebra.expr import Symbol
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array, Environment
from matdiff.numeric.program import Program

# No style makes an undeclared matrix symmetric: a wrong transpose could pass.
STYLES = "normal, dominant, positive, definite, small, unit, dominant positive, contraction, large, mixed".split(", ")
WIDE, DEGENERATE = "wide", "degenerate"  # all signs and several magnitudes; rank one, or equal eigenvalues


def draw_symbol(s: Symbol, shape: tuple[int, ...], style: str, draws: Draws) -> Array:
    """A random value of a symbol in a style, with the properties that are declared; of a *change* it is 0."""
    if "change" in s.properties:
        return draws.normal(shape) * 0.0
    if style == "mixed":
        style = STYLES[draws.below(len(STYLES) - 1)]
    if style in (WIDE, DEGENERATE):
        value = (draw_wide if style == WIDE else draw_degenerate)(shape, draws)
        return with_properties(s.properties, value, style, draws)
    square = s.rows is s.cols and s.rows is not ONE
    value = draw_square(shape, style, draws) if square else draw_entries(s.shape == SCALAR, shape, style, draws)
    return with_properties(s.properties, value, style, draws)


def draw_wide(shape: tuple[int, ...], draws: Draws) -> Array:
    """Entries of all signs, or of one, about one magnitude between 1/3 and 10 for each along the first axis."""
    scale = 10.0 ** draws.uniform(-0.5, 1.0, (shape[0], *(1,) * (len(shape) - 1)))
    signs = draws.signs(shape if draws.below(2) else ())
    value: Array = scale * signs * draws.uniform(0.2, 1.0, shape)
    return value


def draw_degenerate(shape: tuple[int, ...], draws: Draws) -> Array:
    """A matrix of rank one or, if it is square, a multiple of I; a vector along an axis."""
    rows, cols = shape[-2:]
    sign = float(draws.signs(()))
    if rows == cols > 1 and draws.below(2):
        return sign * np.broadcast_to(np.eye(rows), shape)
    if draws.below(2):
        return np.full(shape, sign)
    place = (np.arange(rows)[:, None] == draws.below(rows)) & (np.arange(cols) == draws.below(cols))
    return sign * np.broadcast_to(place.astype(float), shape)


def draw_entries(scalar: bool, shape: tuple[int, ...], style: str, draws: Draws) -> Array:
    """The entries of a scalar, a vector or a rectangular matrix."""
    if style in ("unit", "contraction"):
        return draws.uniform(0.1, 0.35, shape)
    if style == "large":
        return draws.uniform(1.2, 2.5, shape)
    if style in ("positive", "dominant positive") or (scalar and style in ("definite", "dominant")):
        return draws.uniform(0.5, 1.5, shape)
    if scalar:  # away from 0, since scalars are divided by
        value: Array = draws.signs(shape) * draws.uniform(0.4, 1.4, shape)
        return value
    return draws.normal(shape) * (0.3 if style == "small" else 1.0)


def draw_square(shape: tuple[int, ...], style: str, draws: Draws) -> Array:
    """A square matrix."""
    n = shape[-1]
    if style == "positive":
        return draws.uniform(0.5, 1.5, shape)
    if style == "unit":
        return draws.uniform(0.1, 0.35, shape)
    if style == "large":
        return draws.uniform(1.2, 2.5, shape)
    if style == "dominant positive":
        return draws.uniform(0.1, 0.6, shape) + n / 2 * np.eye(n)
    normal = draws.normal(shape)
    if style in ("definite", "contraction"):  # xᵀAx > 0 for all x, which a skew part leaves as it is
        definite: Array = normal @ np.swapaxes(normal, -1, -2) / n + 0.5 * np.eye(n)
        definite = definite + 0.3 * (normal - np.swapaxes(normal, -1, -2))
        if style == "contraction":
            definite = definite / (2 * np.trace(definite, axis1=-2, axis2=-1)[..., None, None])
        return definite
    if style == "dominant":
        return 0.5 * normal / sqrt(n) + np.eye(n)
    return normal * (0.3 if style == "small" else 1.0)


def with_properties(properties: frozenset[str], a: Array, style: str, draws: Draws) -> Array:
    """An array made to have declared properties, close to how it was drawn."""
    if not properties:
        return a
    known = implied(properties)
    drawing = Drawing(np, known, style, draws, partial(project, properties))
    for p in records(known):
        a = a if p.drawn is None else p.drawn(a, drawing)
    a = project(properties, a)
    for p in records(known):
        a = a if p.fitted is None else p.fitted(a, drawing)
    return a


def project(properties: frozenset[str], a: Array) -> Array:
    """The orthogonal projection onto the subspace in which an unknown with these properties varies."""
    if not subspace(properties) or not a.size:
        return a
    symbol, program = projection(properties, *a.shape[-2:])
    environment = Environment({}, {symbol: a.reshape(-1, *a.shape[-2:])})
    return program.results(environment)[0].reshape(a.shape)


@lru_cache(256)
def projection(properties: frozenset[str], rows: int, cols: int) -> tuple[Symbol, Program]:
    """A matrix of a size, and the program for its projection."""
    symbol = Symbol("A", (size(rows), size(cols)))
    return symbol, Program([onto_subspace(symbol, properties)])
