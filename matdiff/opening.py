"""Packages that open their rooms on request: a module is loaded when what lies in it is first asked for.

What is made then stays, so Python's collector of cycles rests meanwhile, as it does during a derivation.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from functools import wraps
from importlib import import_module
from types import ModuleType
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


class ByNeed(dict[str, T]):
    """A table that modules fill when they are loaded: one is when an entry of it is first asked for.

    *homes* tells the modules of the entries to come; their names are known, who wants all entries loads all modules.
    """

    def __init__(self, read: Callable[[ModuleType], object] | None = None) -> None:
        """*read* enters what a module makes, where it does not do so itself."""
        super().__init__()
        self.read = read
        self.homes: dict[str, str] = {}
        self.changes = 0  # how many there have been

    def announce(self, homes: Mapping[str, str]) -> None:
        """Tells of entries to come, by the modules that make them."""
        self.homes.update((name, module) for module, names in homes.items() for name in names.split())

    def declares(self, *keys: str) -> Callable[[T], T]:
        """Declares what stands below it as the entry with some keys."""

        def declare(entry: T) -> T:
            for key in keys:
                self[key] = entry
            return entry

        return declare

    def load(self, module: str) -> None:
        """Loads a module, which enters what it makes."""
        loaded = import_module(module)
        if self.read is not None:
            self.read(loaded)

    def is_taken(self, key: str) -> bool:
        """Whether there is an entry by now; the module that is to make it may be at work."""
        if self.homes.get(key, "") not in ("", *sys.modules):
            self.load(self.homes[key])
        return super().__contains__(key)

    def is_made(self, key: str) -> bool:
        """Whether there is an entry by now."""
        return super().__contains__(key)

    def names(self) -> dict[str, None]:
        """The names of all entries: first of those that have been announced, in that order."""
        return dict.fromkeys(self.homes) | dict.fromkeys(super().keys())

    def made(self) -> list[tuple[str, T]]:
        """The entries that there are by now."""
        return list(super().items())

    def __missing__(self, key: str) -> T:
        self.load(self.homes[key])
        if not super().__contains__(key):
            raise KeyError(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or key in self.homes

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - this is what it says

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        return self.names().keys()

    def values(self) -> ValuesView[T]:  # type: ignore[override]
        return {name: self[name] for name in self}.values()

    def items(self) -> ItemsView[str, T]:  # type: ignore[override]
        return {name: self[name] for name in self}.items()

    def __setitem__(self, key: str, entry: T) -> None:
        self.changes += 1
        super().__setitem__(key, entry)

    def __delitem__(self, key: str) -> None:
        self.changes += 1
        super().__delitem__(key)

    def pop(self, key: str, default: Any = None) -> Any:
        self.changes += 1
        return super().pop(key, default)
