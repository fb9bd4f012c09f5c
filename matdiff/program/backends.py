"""The libraries and languages that code is written for, by their names."""

from __future__ import annotations

from matdiff.errors import UnsupportedError
from matdiff.program.library import Backend

BACKENDS = ("numpy", "jax", "torch", "julia", "matlab")


def backend(name: str) -> Backend:
    """A library by its name."""
    match name:
        case "numpy":
            from matdiff.program.to_numpy import BACKEND
        case "jax":
            from matdiff.program.to_jax import BACKEND
        case "torch":
            from matdiff.program.to_torch import BACKEND
        case "julia":
            from matdiff.program.to_julia import BACKEND
        case "matlab":
            from matdiff.program.to_matlab import BACKEND
        case _:
            raise UnsupportedError(f"there is no backend {name!r}", suggestion=f"take one of {', '.join(BACKENDS)}")
    return BACKEND
