"""What can be assumed of a symbol, and what follows from it: words in, words out.

The words are those of the declarations.  A declared property holds for every value of the symbol; as an
unknown, the symbol varies in a linear subspace (symmetric, lower, …), which a gradient is projected on, or on
a curved or shifted set (``CONSTRAINTS``), whose laws say nothing of the neighbourhood and are not used on it.
"""

from __future__ import annotations

SQUARE = frozenset(
    ("symmetric", "skew", "psd", "spd", "diagonal", "lower", "upper", "orthogonal", "invertible", "idempotent")
)
OF_MATRICES = frozenset(("stochastic",))  # with any numbers of rows and columns
OF_VECTORS = frozenset(("simplex", "unit"))
OF_ENTRIES = frozenset(("positive", "nonnegative", "integer"))
PROPERTIES = SQUARE | OF_MATRICES | OF_VECTORS | OF_ENTRIES
INDEX = "index"  # of a scalar that says which entry or member is meant: a number from 1 on
CONSTRAINTS = frozenset(("orthogonal", "idempotent", "stochastic", "simplex", "unit"))

# On the left properties that together have those on the right.
FOLLOWS: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(left.split()), frozenset(right.split()))
    for left, right in (
        ("spd", "psd invertible"),
        ("psd", "symmetric"),
        ("diagonal", "symmetric lower upper"),
        ("lower upper", "diagonal"),
        ("symmetric lower", "diagonal"),
        ("symmetric upper", "diagonal"),
        ("orthogonal", "invertible"),
        ("psd orthogonal", "spd"),
        ("psd invertible", "spd"),
        ("stochastic", "nonnegative"),
        ("simplex", "nonnegative"),
        ("positive", "nonnegative"),
        ("index", "positive integer"),
    )
)
# Properties that only 0, no matrix at all, or (the last one) only matrices of even size have together.
CLASHES = tuple(
    frozenset(("skew", other)) for other in ("symmetric", "lower", "upper", "idempotent", "nonnegative", "orthogonal")
)
_implied: dict[frozenset[str], frozenset[str]] = {}


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
            for left, right in FOLLOWS:
                found = found | right if left <= found else found
        _implied[properties] = found
    return found
