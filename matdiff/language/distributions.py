"""Means and covariances as text: ``{"x": ("mu", "Sigma")}`` in, expressions by what is random out.

A name that is new stands for a mean in the shape of the random symbol, or for a covariance, which is positive definite.
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.dims import ONE, Shape
from matdiff.algebra.expr import Expr, symbols
from matdiff.algebra.operators.products import zero
from matdiff.errors import DeclarationError
from matdiff.language.answers import unknown_in
from matdiff.language.declarations import declare, texts_of
from matdiff.language.names import canonical
from matdiff.language.spelling import plain
from matdiff.language.together import read_beside

Said = str | Expr
Where = str | Mapping[str, str] | None
Moments = tuple[dict[Expr, Expr], dict[Expr, Expr]]


def read_distribution(f: Expr, of: Mapping[str, Said | tuple[Said, Said]], where: Where = None) -> Moments:
    """The means and the covariances of symbols of an expression; a mean by itself is for what is linear in it.

    A key names a symbol, a family, or a general member ``x[i]``, for a mean and a covariance that depend on i.
    """
    mean: dict[Expr, Expr] = {}
    covariance: dict[Expr, Expr] = {}
    for name, said in of.items():
        key = read_beside(f, name, where) if "[" in name else unknown_in(f, name)
        parts = said if isinstance(said, tuple | list) else (said,)
        if not 1 <= len(parts) <= 2:
            raise DeclarationError(f"{name} has a mean and a covariance, and not {len(parts)} parameters")
        entries = key.rows * key.cols
        for text, shape, words, found in zip(
            parts, (key.shape, (entries, entries)), ("", "spd"), (mean, covariance), strict=False
        ):
            where = _with_new_name(f, text, shape, words, where)
            found[key] = _value(f, text, shape, where)
    return mean, covariance


def _with_new_name(f: Expr, said: Said, shape: Shape, words: str, where: Where) -> Where:
    """The declarations, with one for a name that has none."""
    if not isinstance(said, str) or not said.strip().isidentifier():
        return where
    name = canonical(plain(said).strip())
    if name in declare(where) or name in {s.name for s in symbols(f)}:
        return where
    rows, cols = shape
    if rows is ONE and cols is ONE:
        right = "scalar positive" if words else "scalar"
    else:
        right = f"{rows}" if cols is ONE else f"{rows} x {cols} {words}"
    return "; ".join([*texts_of(where or ""), f"{name}: {right}"])


def _value(f: Expr, said: Said, shape: Shape, where: Where) -> Expr:
    if isinstance(said, Expr):
        return said
    return zero(shape) if said.strip() == "0" else read_beside(f, said, where)
