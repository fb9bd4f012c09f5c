"""The operators, one block each, grouped by subject.  Importing the package fills the tables
``OPERATORS`` and ``FUNCTIONS`` of matdiff.algebra.expr."""

from matdiff.algebra.operators import differentials, entrywise, norms, products, square, structure, sums

__all__ = ["differentials", "entrywise", "norms", "products", "square", "structure", "sums"]
