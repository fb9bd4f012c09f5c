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
from matdiff.algebra.expr import FUNCTIONS, Expr
from matdiff.records import NamedTuple

Array = Any
PROPERTIES: dict[str, Property] = {}
ALSO: dict[str, str] = {}  # other words, and those that stand for them
INDEX = "index"  # of a scalar that says which entry or member is meant: a number from 1 on


class Drawing(NamedTuple):
    """What the drawing of an instance may use.

    np        the array module
    known     all that is assumed of the symbol
    style     how it is drawn where nothing is assumed
    draws     the random numbers
    project   the projection on the subspace in which the symbol varies
    """

    np: Any
    known: frozenset[str]
    style: str
    draws: Any
    project: Callable[[Array], Array]

    def eye(self, a: Array) -> Array:
        """The identity in the size of an array."""
        return self.np.eye(a.shape[-1])


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
        if word in PROPERTIES:
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
            for p in PROPERTIES.values():
                if p.word in found:
                    found |= p.implies
                elif any(words <= found for words in p.follows):
                    found |= {p.word}
        _implied[properties] = found
    return found


def records(words: Iterable[str]) -> list[Property]:
    """The properties that some words name, in the order of the table."""
    named = frozenset(words)
    return [p for p in PROPERTIES.values() if p.word in named]


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


# ---- how instances are drawn ----------------------------------------------------------------------------


def transpose(a: Array) -> Array:
    """Aᵀ of every matrix."""
    return a.swapaxes(-1, -2)


def definite(a: Array, d: Drawing) -> Array:
    """AAᵀ/n + 0.3 I"""
    return a @ transpose(a) / a.shape[-1] + 0.3 * d.eye(a)


def well_conditioned(a: Array, d: Drawing) -> Array:
    """QDQ′ with a D that is not small; a definite matrix is as it should be."""
    if "psd" in d.known or d.style != "normal":
        return a
    left, right = orthogonal_factor(a, d), orthogonal_factor(d.draws.normal(a.shape), d)
    return left * d.draws.uniform(0.5, 2.0, (*a.shape[:-2], 1, a.shape[-1])) @ right


def away_from_zero(a: Array, d: Drawing) -> Array:
    """A triangular matrix with a diagonal that is not small."""
    if not d.known & {"lower", "upper"}:
        return a
    return a + d.np.where(a * d.eye(a) < 0, -0.5, 0.5) * d.eye(a)


def orthogonal_factor(a: Array, d: Drawing) -> Array:
    """The orthogonal factor of a matrix; of a wide one, orthogonal rows."""
    wide = a.shape[-2] < a.shape[-1]
    q, r = d.np.linalg.qr(transpose(a) if wide else a)
    q = q * d.np.where(d.np.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)[..., None, :]
    return transpose(q) if wide else q


def orthogonal(a: Array, d: Drawing) -> Array:
    """An orthogonal matrix: of a triangular one its signs, of a symmetric one I − 2vvᵀ/vᵀv."""
    triangular = d.known & {"lower", "upper"}
    if "idempotent" in d.known:
        return d.np.broadcast_to(d.eye(a), a.shape)
    if "stochastic" in d.known:  # a permutation
        return d.np.broadcast_to(d.eye(a)[:: 1 if triangular or "psd" in d.known else -1], a.shape)
    if triangular or "psd" in d.known:
        return d.np.where((a < 0) & ("psd" not in d.known), -1.0, 1.0) * d.eye(a)
    if "symmetric" not in d.known:
        return orthogonal_factor(a, d)
    v = a[..., :, :1] + 0.1
    return d.eye(a) - 2 * v @ transpose(v) / d.np.sum(v * v, axis=-2, keepdims=True)


def projector(a: Array, d: Drawing) -> Array:
    """A matrix with PP = P of half the rank; where it is symmetric, along the orthogonal complement."""
    n = a.shape[-1]
    if "orthogonal" in d.known:
        return a
    if "invertible" in d.known:
        return d.np.broadcast_to(d.eye(a), a.shape)
    if "stochastic" in d.known and not d.known & {"lower", "upper"}:  # 1pᵀ
        weights = d.np.ones_like(a) if "symmetric" in d.known else d.np.abs(a) + 0.2
        row = weights[..., :1, :] / weights[..., :1, :].sum(axis=-1, keepdims=True)
        return d.np.broadcast_to(row, a.shape)
    if d.known & {"lower", "upper"}:  # zeros and ones on the diagonal, in turn; with rows that sum to 1 ones only
        ones = (d.np.arange(n) % 2 == 0) | ("stochastic" in d.known)
        return d.np.broadcast_to(d.np.diag(ones).astype(float), a.shape)
    q = orthogonal_factor(a, d)[..., :, : (n + 1) // 2]
    other = q if "symmetric" in d.known else q + 0.3 * d.draws.normal(q.shape)
    return q @ d.np.linalg.solve(transpose(other) @ q, transpose(other))


def rows_of_one(a: Array, d: Drawing) -> Array:
    """A matrix whose rows sum to 1; of a symmetric one the diagonal holds what the other entries leave."""
    if d.known & {"orthogonal", "idempotent"}:
        return a
    weights = d.project(d.np.abs(a) + 0.2)
    if "symmetric" not in d.known:
        return weights / weights.sum(axis=-1, keepdims=True)
    beside = weights * (1 - d.eye(a))
    beside = beside / (2 * beside.sum(axis=-1, keepdims=True).max(axis=-2, keepdims=True) + 0.1)
    return beside + (1 - beside.sum(axis=-1, keepdims=True)) * d.eye(a)


def shares(a: Array, d: Drawing) -> Array:
    """Positive entries that sum to 1."""
    weights = d.np.abs(a) + 0.2
    return a if "unit" in d.known else weights / weights.sum(axis=-2, keepdims=True)


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
Property(INDEX, SCALAR, implies="positive integer")
