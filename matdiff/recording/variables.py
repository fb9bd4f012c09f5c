"""The variables of a running frame: local names, the members of lists, dicts and objects, the entries of arrays."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from functools import partial
from numbers import Number as AnyNumber
from types import FrameType
from typing import Any

from matdiff.algebra.operators.structure import value_of
from matdiff.recording.arrays import Traced
from matdiff.records import NamedTuple


class Variable(NamedTuple):
    """A name and its value; what has members is a variable of its own, whose value they are."""

    name: str
    value: Any
    put: Callable[[Any], None]


Variables = dict[Any, Variable]


class Entries(Traced):
    """What an array has as its entries at one time."""

    __slots__ = ()


def variables(frame: FrameType) -> Variables:
    """Every variable that the code of a frame can change without a function's help."""
    found: Variables = {}
    waiting = [(name, value) for name, value in frame.f_locals.items()]
    for name, value in waiting:
        found[name] = Variable(name, value, partial(set_local, frame, name))
    while waiting:
        name, value = waiting.pop()
        if id(value) in found:
            continue
        if type(value) is Traced and value.lengths:
            found[id(value)] = Variable(name, Entries(value.expr, value.lengths), partial(set_entries, value))
        elif isinstance(value, list):
            found[id(value)] = Variable(name, list(value), partial(value.__setitem__, slice(None)))
            waiting += [(f"{name}{k}", v) for k, v in enumerate(value, 1)]
        elif (members := members_of(value)) is not None:
            found[id(value)] = Variable(name, dict(members), members.update)
            waiting += [(str(key), v) for key, v in members.items()]
        elif isinstance(value, tuple):
            waiting += [(f"{name}{k}", v) for k, v in enumerate(value, 1)]
    return found


def members_of(value: Any) -> dict[Any, Any] | None:
    """What a dict has, or an object of a class of the user."""
    if isinstance(value, dict):
        return value
    home = type(value).__module__.partition(".")[0]
    is_users = home not in ("builtins", "numpy", "scipy", "jax", "jaxlib", "torch", "matdiff", "types")
    return vars(value) if is_users and isinstance(getattr(value, "__dict__", None), dict) else None


def set_local(frame: FrameType, name: str, value: Any) -> None:
    """Gives a local variable of a running function another value."""
    frame.f_locals[name] = value
    if sys.version_info < (3, 13):  # from there on f_locals writes through
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))


def set_entries(a: Traced, value: Traced) -> None:
    """Gives an array other entries, whoever else has it."""
    a.expr = value.expr


def is_same(a: Any, b: Any) -> bool:
    """Whether a variable has the value that it had."""
    if a is b:
        return True
    if isinstance(a, Entries) and isinstance(b, Entries):
        return value_of(a.expr) == value_of(b.expr)
    if isinstance(a, (list, tuple)) and type(a) is type(b):
        return len(a) == len(b) and all(map(is_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(is_same(a[key], b[key]) for key in a)
    if isinstance(a, (AnyNumber, str)) and type(a) is type(b):
        return bool(a == b)
    return False


def leaves(value: Any) -> Iterator[Any]:
    """The values in lists, tuples and dicts, one after the other."""
    if isinstance(value, (list, tuple)):
        for member in value:
            yield from leaves(member)
    elif isinstance(value, dict):
        for member in value.values():
            yield from leaves(member)
    else:
        yield value
