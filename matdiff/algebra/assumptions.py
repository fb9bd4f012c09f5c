"""What can be assumed of a symbol: a property is one record, and the words in declarations are the records' names.

A declared property holds for every value of the symbol.  As an unknown the symbol varies in a linear subspace
(symmetric, lower, …), which a gradient is projected on, or on a curved or shifted set (orthogonal, of length 1, …),
whose laws say nothing of the neighbourhood and are not used on it.

>>> hollow = Property("hollow", SQUARE, projection=lambda g: g - FUNCTIONS["dg"].of(g))
>>> import matdiff
>>> matdiff.derive("tr(A*X)", wrt="X", where="X: n x n hollow").verify().ok
True
>>> hollow.forget()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from matdiff.algebra.dims import ONE, Shape
from matdiff.algebra.drawing import (
    Array,
    Drawing,
    away_from_zero,
    definite,
    orthogonal,
    projector,
    rows_of_one,
    shares,
    transpose,
    well_conditioned,
)
from matdiff.algebra.expr import FUNCTIONS, Expr
from matdiff.opening import ByNeed
from matdiff.records import NamedTuple

PROPERTIES: ByNeed[Property] = ByNeed()
ALSO: dict[str, str] = {}  # other words, and those that stand for them
INDEX = "index"  # of a scalar that says which entry or member is meant: a number from 1 on


class Kind(NamedTuple):
    """What a property can be a property of, the word for it in declarations, and which shapes it has."""

    title: str
    kind: str
    fits: Callable[[Shape], bool]


SQUARE = Kind("a square matrix", "square", lambda shape: shape[0] is shape[1])
MATRIX = Kind("a matrix", "matrix", lambda shape: shape[1] is not ONE)
VECTOR = Kind("a column vector", "vector", lambda shape: shape[1] is ONE and shape[0] is not ONE)
SCALAR = Kind("a scalar", "", lambda shape: shape[0] is shape[1] is ONE)
ENTRIES = Kind("anything", "", lambda shape: True)

Draw = Callable[[Array, Drawing], Array]
Test = Callable[[Any, Array], bool]  # of the array module and arrays


class Property:
    """A property that a symbol can be declared to have.

    word         its name in declarations; *also* are others
    of           what can have it
    implies      words for what follows from it
    follows      words of properties from which it follows together, several times where there are several
    clashes      words of properties that only 0, or no matrix at all, has with it
    projection   of a linear subspace: the orthogonal projection on it, which commutes with those of other properties
    curved       whether it singles out a curved or shifted set
    convex       whether it singles out a convex set
    drawn        what makes a random array have it, before the projection on the subspace, and
    fitted       after it; each is left out where there is nothing to do
    held         whether arrays have it, with some room for rounding; where there is a projection it says so
    """

    def __init__(
        self,
        word: str,
        of: Kind,
        *,
        also: str = "",
        implies: str = "",
        follows: tuple[str, ...] = (),
        clashes: str = "",
        projection: Callable[[Expr], Expr] | None = None,
        curved: bool = False,
        convex: bool = True,
        drawn: Draw | None = None,
        fitted: Draw | None = None,
        held: Test | None = None,
    ) -> None:
        if PROPERTIES.is_made(word):
            raise ValueError(f"the property {word} is stated twice")
        self.word = word
        self.of = of
        self.implies = frozenset(implies.split())
        self.follows = tuple(frozenset(words.split()) for words in follows)
        self.clashes = frozenset(clashes.split())
        self.projection = projection
        self.curved = curved
        self.convex = convex
        self.drawn = drawn
        self.fitted = fitted
        self.held = held
        PROPERTIES[word] = self
        ALSO.update(dict.fromkeys(also.split(), word))
        _implied.clear()

    def forget(self) -> None:
        """Takes the property out of the language again."""
        del PROPERTIES[self.word]
        for other in [other for other, word in ALSO.items() if word == self.word]:
            del ALSO[other]
        _implied.clear()


def property_word(word: str) -> str:
    """The name of a property that a word is another name for; any other word itself."""
    return ALSO.get(word, word)


# ---- what follows ---------------------------------------------------------------------------------------

_implied: dict[frozenset[str], frozenset[str]] = {}


def least(properties: frozenset[str]) -> list[str]:
    """The properties in their order, without those that follow from the others.

    >>> least(frozenset(("spd", "symmetric", "invertible")))
    ['spd']
    """
    return sorted(p for p in properties if p not in implied(properties - {p}))


def implied(properties: frozenset[str]) -> frozenset[str]:
    """The properties and all that follow from them.

    >>> sorted(implied(frozenset(("spd",))))
    ['invertible', 'psd', 'spd', 'symmetric']
    """
    found = _implied.get(properties)
    if found is None:
        found, before = properties, frozenset[str]()
        while found != before:
            before = found
            for _, p in PROPERTIES.made():
                if p.word in found:
                    found |= p.implies
                elif any(words <= found for words in p.follows):
                    found |= {p.word}
        _implied[properties] = found
    return found


def records(words: Iterable[str]) -> list[Property]:
    """The properties that some words name, in the order of the table."""
    named = frozenset(words)
    return [p for word, p in PROPERTIES.made() if word in named] if named else []


def curved(words: Iterable[str]) -> frozenset[str]:
    """Those of the properties that single out curved or shifted sets."""
    return frozenset(p.word for p in records(words) if p.curved)


def clash(properties: frozenset[str]) -> bool:
    """Whether nothing has all of the properties, or nothing but 0."""
    known = implied(properties)
    return any(p.clashes & known for p in records(known))


def convex(properties: frozenset[str]) -> bool:
    """Whether what has the properties is a convex set; what follows from such a property takes nothing away."""
    known = records(implied(properties))
    whole = [implied(frozenset((p.word,))) for p in known if p.convex]
    return all(p.convex or any(p.word in words for words in whole) for p in known)


def subspace(properties: frozenset[str]) -> list[Property]:
    """The fewest properties that say in which linear subspace a symbol varies.

    >>> [p.word for p in subspace(frozenset(("diagonal",)))], [p.word for p in subspace(frozenset(("spd",)))]
    (['diagonal'], ['symmetric'])
    """
    found = [p for p in records(implied(properties)) if p.projection is not None]
    return [p for p in found if not any(p is not q and p.word in implied(frozenset((q.word,))) for q in found)]


def onto_subspace(g: Expr, properties: frozenset[str]) -> Expr:
    """The projection on the subspace in which a symbol with these properties varies."""
    for p in subspace(properties):
        assert p.projection is not None
        g = p.projection(g)
    return g


# ---- whether arrays have a property -------------------------------------------------------------------

ROUNDING = 1e-4  # relative: values may have been rounded to 32 bits


def close(np: Any, a: Array, b: Array) -> bool:
    """Whether arrays are equal up to rounding, measured by their largest entry."""
    return bool(np.all(np.abs(a - b) <= ROUNDING * np.max(np.abs(a), initial=0.0)))


def definite_held(np: Any, a: Array, least: float) -> bool:
    """Whether symmetric matrices have no eigenvalue below so much of the largest."""
    values = np.linalg.eigvalsh(a)
    return bool(np.all(values[..., 0] >= least * np.max(np.abs(values), axis=-1)))


def sums_held(np: Any, a: Array, axis: int) -> bool:
    """Whether the sums along an axis are 1."""
    return bool(np.all(np.abs(a.sum(axis=axis) - 1) <= ROUNDING))


# ---- the properties, in the order in which instances are made to have them ------------------------------

Property("psd", SQUARE, implies="symmetric", drawn=definite, held=lambda np, a: definite_held(np, a, -ROUNDING))
Property(
    "spd",
    SQUARE,
    also="pd",
    implies="psd invertible",
    follows=("psd orthogonal", "psd invertible"),
    held=lambda np, a: bool(np.all(np.linalg.eigvalsh(a)[..., 0] > 0)),
)
Property(
    "invertible",
    SQUARE,
    also="nonsingular",
    convex=False,
    drawn=well_conditioned,
    fitted=away_from_zero,
    held=lambda np, a: bool(np.all(np.linalg.matrix_rank(a) == a.shape[-1])),
)
Property("symmetric", SQUARE, also="sym", clashes="skew", projection=lambda g: (g + g.T) / 2)
Property(
    "skew",
    SQUARE,
    also="antisymmetric",
    clashes="symmetric lower upper idempotent nonnegative orthogonal",
    projection=lambda g: (g - g.T) / 2,
)
Property(
    "diagonal",
    SQUARE,
    also="diag",
    implies="symmetric lower upper",
    follows=("lower upper", "symmetric lower", "symmetric upper"),
    projection=lambda g: FUNCTIONS["dg"].of(g),
)
Property("lower", SQUARE, projection=lambda g: FUNCTIONS["tril"].of(g))
Property("upper", SQUARE, projection=lambda g: FUNCTIONS["triu"].of(g))
Property(
    "orthogonal",
    SQUARE,
    also="orth",
    implies="invertible",
    clashes="idempotent",  # but for I
    curved=True,
    convex=False,
    fitted=orthogonal,
    held=lambda np, a: close(np, transpose(a) @ a, np.broadcast_to(np.eye(a.shape[-1]), a.shape)),
)
Property(
    "idempotent",
    SQUARE,
    also="projector projection",
    curved=True,
    convex=False,
    fitted=projector,
    held=lambda np, a: close(np, a, a @ a),
)
Property(
    "unit",
    VECTOR,
    curved=True,
    convex=False,
    fitted=lambda a, d: a / d.np.linalg.norm(a, axis=-2, keepdims=True),
    held=lambda np, a: sums_held(np, a * a, -2),
)
Property("simplex", VECTOR, implies="nonnegative", curved=True, fitted=shares, held=lambda np, a: sums_held(np, a, -2))
Property(
    "stochastic",
    MATRIX,
    implies="nonnegative",
    curved=True,
    fitted=rows_of_one,
    held=lambda np, a: sums_held(np, a, -1),
)
Property("positive", ENTRIES, implies="nonnegative", held=lambda np, a: bool(np.all(a > 0)))
Property(
    "nonnegative",
    ENTRIES,
    fitted=lambda a, d: a if curved(d.known) else d.project(d.np.abs(a) + 0.2),
    held=lambda np, a: bool(np.all(a >= 0)),
)
Property(
    "integer",
    ENTRIES,
    convex=False,
    fitted=lambda a, d: d.np.where(a < 0, d.np.floor(2 * a), d.np.ceil(2 * a)),
    held=lambda np, a: bool(np.all(a == np.rint(a))),
)
Property(
    "sign",
    ENTRIES,
    implies="integer",
    clashes="idempotent invertible lower orthogonal psd simplex skew stochastic unit upper",
    curved=True,
    convex=False,
    fitted=lambda a, d: d.np.where(a < 0, -1.0, 1.0),
    held=lambda np, a: bool(np.all(np.abs(a) == 1)),
)
Property(
    "binary",
    ENTRIES,
    also="mask",
    implies="nonnegative integer",
    clashes="orthogonal positive psd sign simplex skew stochastic unit",
    curved=True,
    convex=False,
    fitted=lambda a, d: d.np.where(a < 0, 0.0, 1.0),
    held=lambda np, a: bool(np.all(a * a == a)),
)
Property(INDEX, SCALAR, implies="positive integer")
