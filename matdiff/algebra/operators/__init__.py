"""The operators, one block each, grouped by subject.  Importing the package fills the tables
``OPERATORS`` and ``FUNCTIONS`` of matdiff.algebra.expr."""

from matdiff.algebra.operators import (
    activations,
    differentials,
    entrywise,
    extremes,
    inverses,
    kronecker,
    matrix_functions,
    norms,
    products,
    reductions,
    singular,
    softmax,
    spectral,
    square,
    structure,
    sums,
    sylvester,
    symmetry,
)

__all__ = [
    "activations",
    "differentials",
    "entrywise",
    "extremes",
    "inverses",
    "kronecker",
    "matrix_functions",
    "norms",
    "products",
    "reductions",
    "singular",
    "softmax",
    "spectral",
    "square",
    "structure",
    "sums",
    "sylvester",
    "symmetry",
]
