"""Arrays of numbers on lists, for where there is no NumPy, as in a browser: its functions under its names.

What the checks of matdiff ask for is here, and nothing else.  Values are those of NumPy up to rounding, undefined ones
NaN or infinite.  Where there is NumPy, none of this is loaded.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def stand_in() -> None:
    """Makes ``import numpy`` find these arrays where there is no NumPy."""
    if sys.modules.get("numpy") is None and find_spec("numpy") is None:
        sys.modules["numpy"] = made = module()
        sys.modules["numpy.linalg"] = made.linalg


def in_use() -> bool:
    """Whether these arrays stand for NumPy."""
    return "of_lists" in vars(sys.modules.get("numpy") or sys)


def module() -> ModuleType:
    """A module with the names of NumPy; ``ModuleNotFoundError`` says which part of it is missing."""
    from matdiff.arrays import array, building, entrywise, linalg, polynomial, products, rearranging, reducing

    made = ModuleType("numpy")
    for part in (array, building, entrywise, products, rearranging, reducing):
        vars(made).update({n: value for name, value in vars(part).items() for n in (name, name.rstrip("_")) if n})
    inner = ModuleType("numpy.linalg")
    vars(inner).update(vars(linalg), __getattr__=missing("numpy.linalg"))
    vars(made).update(of_lists=True, linalg=inner, polynomial=polynomial, __getattr__=missing("numpy"))
    return made


def missing(name: str) -> Any:
    """What says that a part of a module is not here."""

    def asked(part: str) -> Any:
        if part.startswith("__"):
            raise AttributeError(part)
        raise ModuleNotFoundError(f"there is no {name}.{part} on lists", name=f"{name}.{part}")

    return asked
