"""Recording: arrays whose entries are expressions, with NumPy's functions, and the Python functions that use them.

The arrays know the algebra alone; a formula of code means the same in a text (matdiff.language.dialects) and in a
function (matdiff.recording.functions).
"""

from matdiff.recording import (
    assignments,
    axes,
    differences,
    einsum,
    factorisations,
    layers,
    linear,
    loops,
    masks,
    members,
    networks,
    operations,
    places,
    reductions,
    reshaping,
    special,
    stacking,
    torch,
    transforms,
)

__all__ = [
    "assignments",
    "axes",
    "differences",
    "einsum",
    "factorisations",
    "layers",
    "linear",
    "loops",
    "masks",
    "members",
    "networks",
    "operations",
    "places",
    "reductions",
    "reshaping",
    "special",
    "stacking",
    "torch",
    "transforms",
]
