"""Recording: arrays whose entries are expressions, with NumPy's functions, and the Python functions that use them.

The arrays know the algebra alone; a formula of code means the same in a text (matdiff.language.dialects) and in a
function (matdiff.recording.functions).
"""

from matdiff.recording import axes, einsum, linear, operations, reductions

__all__ = ["axes", "einsum", "linear", "operations", "reductions"]
