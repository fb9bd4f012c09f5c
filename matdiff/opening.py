"""Packages that open their rooms on request: a module is loaded when a name that lies in it is first asked for.

What is made then stays, so Python's collector of cycles rests meanwhile, as it does during a derivation.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def without_collector(work: Callable[P, T]) -> Callable[P, T]:
    """A function during which Python's collector of cycles rests, if it was not at rest before.

    >>> import gc
    >>> without_collector(gc.isenabled)(), gc.isenabled()
    (False, True)
    """

    @wraps(work)
    def run(*arguments: P.args, **named: P.kwargs) -> T:
        if not gc.isenabled():
            return work(*arguments, **named)
        gc.disable()
        try:
            return work(*arguments, **named)
        finally:
            gc.enable()

    return run


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
