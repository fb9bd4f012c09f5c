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

    *homes* tells the modules of the entries that are known before; who goes through the whole table has all of them.
    """

    def __init__(
        self,
        read: Callable[[ModuleType], object] | None = None,
        module_of: Callable[[T], str] = lambda made: made.__module__,
    ) -> None:
        """*read* finds in a module what it does not enter itself, and *module_of* tells where an entry was made."""
        super().__init__()
        self.read = read
        self.module_of = module_of
        self.homes: dict[str, str] = {}
        self.first: set[str] = set()

    def announce(self, homes: Mapping[str, str]) -> None:
        """Tells the modules of entries to come, in the order in which they shall stand behind those that are there."""
        self.first = set(super().keys())
        self.homes = dict(homes)

    def awaits(self, key: str, module: str) -> bool:
        """Whether the entry of a key is to come from a module."""
        return self.homes.get(key) == module and not super().__contains__(key)

    def whole(self) -> None:
        """Loads all modules; their entries stand in the order in which these were announced."""
        if homes := self.homes:
            place = {module: k for k, module in enumerate(dict.fromkeys(homes.values()))}
            for module in place:
                self.load(module)
            self.homes = {}

            def order(entry: tuple[str, T]) -> int:
                return -1 if entry[0] in self.first else place.get(self.module_of(entry[1]), len(place))

            entries = sorted(super().items(), key=order)
            self.clear()
            self.update(entries)

    def load(self, module: str) -> None:
        """Loads a module, which enters what it makes."""
        loaded = import_module(module)
        if self.read is not None:
            self.read(loaded)

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
        self.whole()
        return super().__iter__()

    def __len__(self) -> int:
        self.whole()
        return super().__len__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self.whole()
        return super().keys()

    def values(self) -> ValuesView[T]:  # type: ignore[override]
        self.whole()
        return super().values()

    def items(self) -> ItemsView[str, T]:  # type: ignore[override]
        self.whole()
        return super().items()
