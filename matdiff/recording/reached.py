"""The functions of the user that a call may reach, and the library whose arrays they take."""

from __future__ import annotations

from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

ROOTS = frozenset(("numpy", "math", "scipy", "jax", "torch"))


def functions_of(f: Any) -> list[FunctionType]:
    """The user's functions that a call may reach: by the names in its code, by closures, methods and default values."""
    found: dict[int, FunctionType] = {}
    waiting, seen = [f], set[int]()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, FunctionType):
            if value.__module__ is None or value.__module__.partition(".")[0] not in ROOTS:
                found[id(value)] = value
                waiting += reached(value)
        elif isinstance(value, partial):
            waiting += [value.func, *value.args, *value.keywords.values()]
        elif isinstance(value, type):
            waiting += [
                v for c in value.__mro__ if c.__module__ not in ("builtins", "typing") for v in vars(c).values()
            ]
        elif hasattr(value, "__func__") or hasattr(value, "__wrapped__"):
            waiting += [getattr(value, "__func__", None), getattr(value, "__self__", None), getattr(value, "__wrapped__", None)]  # fmt: skip  # noqa: E501
        elif isinstance(value, property):
            waiting += [value.fget]
        elif type(value).__module__.partition(".")[0] not in (*ROOTS, "builtins", "jaxlib", "matdiff"):
            waiting.append(type(value))
    return list(found.values())


def reached(f: FunctionType) -> list[Any]:
    """What a function may call: values of the global names in its code, of its closure and its defaults."""
    names, codes = set[str](), [f.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [c for c in code.co_consts if isinstance(c, CodeType)]
    cells = [cell.cell_contents for cell in f.__closure__ or () if not is_empty(cell)]
    return [f.__globals__[n] for n in names if n in f.__globals__] + cells + [*(f.__defaults__ or ())]


def is_empty(cell: Any) -> bool:
    """Whether a variable of a closure has no value yet."""
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


def library_of(functions: list[FunctionType]) -> str:
    """The library whose arrays some functions take: PyTorch or JAX where their code or module has it; else NumPy.

    What the code and the annotations name decides; where they name no library, what the module has imported.
    """
    named = {root_of(v) for f in functions for v in (*reached(f), *f.__annotations__.values())}
    around = {root_of(v) for f in functions for v in f.__globals__.values() if isinstance(v, ModuleType)}
    for roots in (named, around - named if "numpy" not in named else set()):
        for library in ("torch", "jax"):
            if library in roots:
                return library
    return "numpy"


def root_of(value: Any) -> str:
    """The library of a module, a function or a class; an annotation may be a text."""
    if isinstance(value, str):
        return {"torch": "torch", "Tensor": "torch", "jnp": "jax", "jax": "jax", "np": "numpy"}.get(
            value.partition(".")[0], ""
        )
    module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None) or ""
    root = str(module).partition(".")[0]
    return "jax" if root == "jaxlib" else root
