"""Which sign the entries and the eigenvalues of an expression have, and why.

In goes an expression, out come claims: an interval that holds every entry, and of a matrix that is symmetric by
the way it is written, an interval that holds every eigenvalue.  Both follow from those of the operands; a claim
holds wherever the expression is defined.  What one operator says of its values stands in its block (``bounds``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import reduce
from math import inf

from matdiff.algebra import intervals as iv
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Identity, Index, Number, Ones, Symbol, Zeros, postorder
from matdiff.algebra.identities.transposes import transposed
from matdiff.algebra.intervals import Bound, Interval
from matdiff.algebra.operators import structure as diagonal
from matdiff.algebra.operators.entrywise import Cosh if False else Entrywise
