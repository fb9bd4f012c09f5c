"""Packages that open their rooms on request: a module is loaded when a name that lies in it is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from matdiff.algebra.memory import without_collector


def opener(package: str, homes: Mapping[str, str], made: Callable[[Any], Any] | None = None) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package, by the modules in which its names lie; *made* is what is made of each.

    What a module makes stays, so Python's collector rests while it is loaded.
    """
    home = {name: module for module, names in homes.items() for name in names.split()}
    space = vars(sys.modules[package])

    @without_collector
    def found(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home[name]), name)
        space[name] = value if made is None else made(value)
        return space[name]

    return found
