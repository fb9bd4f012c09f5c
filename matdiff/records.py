"""Named tuples as ``typing`` has them, but for the annotations, which nothing asks for when the program runs.

``typing`` and ``collections`` compile a constructor for each, which is three quarters of the time that a class takes:
all with as many fields share the code of one here, under the names of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter as field_at
    from functools import cache
    from types import FunctionType

    class _Record(tuple):
        __slots__ = ()

        @classmethod
        def _make(cls, values: Any) -> Any:
            return cls(*values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, /, **changes: Any) -> Any:
            made = tuple.__new__(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return made

        def __repr__(self) -> str:
            values = ", ".join([f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True)])
            return f"{type(self).__name__}({values})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    @cache
    def _constructor(size: int) -> FunctionType:
        """That of records with so many fields, under names of no one's."""
        names = "".join([f"_{place}, " for place in range(size)])
        return eval(f"lambda cls, {names}: made(cls, ({names}))", {"made": tuple.__new__})

    class _Records(type):
        def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> type:
            """The named tuple whose fields a class annotates, with its defaults and its methods."""
            fields = tuple(space.get("__annotations__", ()))
            defaults = {field: space[field] for field in fields if field in space}
            shared = _constructor(len(fields))
            code = shared.__code__.replace(co_varnames=("cls", *fields), co_qualname=f"{name}.__new__")
            space |= {
                "__new__": FunctionType(code, shared.__globals__, "__new__", tuple(defaults.values())),
                "__slots__": (),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": defaults,
            }
            space |= {field: field_at(place, f"field {place}") for place, field in enumerate(fields)}
            return type(name, (_Record,), space)

    NamedTuple = type.__new__(_Records, "NamedTuple", (), {})
