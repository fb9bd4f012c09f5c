"""What the names in a user's code mean while a function is recorded: np, jnp, torch, norm, len, range, …

A library takes no array but its own, so while the function is called the modules and functions of libraries in its
globals, closures and default values are replaced by stand-ins that know traced arrays, and put back afterwards.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, reduce
from inspect import unwrap
from operator import add
from types import CodeType, FunctionType, ModuleType
from typing import Any

from matdiff.recording.arrays import FUNCTIONS, LIBRARY, OF_TORCH, UFUNCS, Traced, call, extent, lift, refuse
from matdiff.recording.counting import counted_sum, index_of_list
from matdiff.recording.differences import cumsum
from matdiff.recording.hints import hint_for
from matdiff.recording.loops import backwards, enumerated, in_range, zipped
from matdiff.recording.reductions import largest, smallest, total
from matdiff.recording.stacking import array
from matdiff.recording.torch import in_words_of_numpy

HOMES = {  # where functions live, and what stands before their names in the tables
    "numpy": "",
    "numpy.linalg": "linalg.",
    "math": "",
    "scipy": "scipy.",
    "scipy.special": "special.",
    "scipy.linalg": "scipy.linalg.",
    "scipy.stats": "stats.",
    "scipy.spatial": "scipy.spatial.",
    "scipy.spatial.distance": "distance.",
    "jax": "jax.",
    "jax.numpy": "",
    "jax.numpy.linalg": "linalg.",
    "jax.nn": "nn.",
    "jax.lax": "jax.lax.",
    "jax.scipy": "jax.scipy.",
    "jax.scipy.special": "special.",
    "jax.scipy.linalg": "scipy.linalg.",
    "jax.scipy.stats": "stats.",
    "torch": "",
    "torch.special": "special.",
    "torch.linalg": "linalg.",
    "torch.nn": "torch.nn.",
    "torch.nn.functional": "nn.",
    "torch.distributions": "distributions.",
}
ROOTS = frozenset(name.partition(".")[0] for name in HOMES)
CREATED = "eye identity ones zeros full empty ones_like zeros_like full_like empty_like array stack"
MADE = frozenset((*CREATED.split(), "no_grad", "inference_mode"))
ALWAYS = ("jax.", "torch.nn.", "distributions.")  # what takes functions or options, and gives a function
SAME = {"": "numpy", "linalg.": "numpy.linalg"}
BY_NUMPY = "numpy for jax"  # the functions of JAX are called with numbers, by those of NumPy
IN_NUMPY: ContextVar[Mapping[str, Callable[..., Any]]] = ContextVar("IN_NUMPY")  # those that NumPy has not by name
STATS = "jax.scipy.stats."
FALLBACK = {
    "special.": ("", "linalg."),
    "scipy.linalg.": ("linalg.", ""),
    "nn.": ("special.", ""),
    "linalg.": ("",),
    "": ("linalg.", "special.", "nn."),
    "jax.lax.": ("", "special."),
    "distance.": (),
}


# ---- what stands for a module or a function of a library ----------------------------------------------


def meaning(prefix: str, name: str, torch: bool = False) -> Callable[..., Any] | None:
    """What a function of a library means, if it is known; universal functions take no options."""
    for home in (prefix, *FALLBACK.get(prefix, ())):
        if torch and home + name in OF_TORCH:
            return OF_TORCH[home + name]
        if home + name in FUNCTIONS:
            return FUNCTIONS[home + name]
        if not home and name in UFUNCS:
            return partial(of_entries, name)
    return None


def of_entries(name: str, *arrays: Any, **options: Any) -> Any:
    """A universal function."""
    if options:
        refuse(f"{name} with {', '.join(options)}=", "Assign the result to a name." if "out" in options else "")
    return UFUNCS[name](*map(lift, arrays))


class Word:
    """A function of a library that knows traced arrays too."""

    def __init__(self, original: Any, name: str, operation: Callable[..., Any] | None, home: str = "") -> None:
        self.original, self.name, self.operation = original, name, operation
        self.torch, self.shown = home.startswith("torch"), f"{short(home)}.{name}".lstrip(".")

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if LIBRARY.get() == BY_NUMPY:
            return self.in_numpy()(*arguments, **options)
        is_made = self.operation is not None and (self.name in MADE or self.name.startswith(ALWAYS))
        if not any(map(has_traced, (*arguments, *options.values()))):
            if not is_made:
                return self.original(*arguments, **options)
            if self.name in MADE and is_whole(known := self.original(*arguments, **options)):
                return known
        if self.operation is None:
            refuse(self.shown, hint_for(self.name))
        options.pop("like", None)
        if self.torch:
            arguments, options = in_words_of_numpy(arguments, options)
        if isinstance(self.operation, partial):
            return self.operation(*arguments, **options)
        return call(self.shown, self.operation, arguments, options)

    def in_numpy(self) -> Any:
        """The function of NumPy that stands for one of JAX; another function itself."""
        if library_named(self.original) not in ("jax", "jaxlib"):
            return self.original
        found = IN_NUMPY.get().get(self.name.rpartition(".")[2]) or IN_NUMPY.get().get(self.shown.removeprefix(STATS))
        if found is None:
            raise NotImplementedError(f"NumPy has no {self.name}")
        return found

    def __getattr__(self, name: str) -> Any:
        if name == "outer" and isinstance(self.operation, partial):
            return lambda a, b: self.operation(lift(a)[..., None], lift(b)) if lift(b).ndim == 1 else refuse("outer")
        if name == "accumulate" and self.name in ACCUMULATED:
            return Word(getattr(self.original, name), name, ACCUMULATED[self.name], "numpy")
        reduced = REDUCTIONS.get(self.name) if name == "reduce" else None
        if reduced is not None:
            return Word(getattr(self.original, name), reduced, meaning("", reduced), "numpy")
        return getattr(self.original, name)


def short(home: str) -> str:
    """A module as people call it: np.linalg, jnp."""
    return re.sub(r"^(jax\.)?numpy", lambda m: "jnp" if m[1] else "np", home)


def is_whole(array: Any) -> bool:
    """Whether an array has whole numbers or truth values, such as places and masks."""
    return any(word in str(getattr(array, "dtype", "")) for word in ("int", "bool"))


ACCUMULATED: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, axis=0: cumsum(a, axis),
    "logaddexp": lambda a, axis=0: UFUNCS["log"](cumsum(UFUNCS["exp"](lift(a)), axis)),
}
REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logaddexp": "special.logsumexp"}


def has_traced(value: Any) -> bool:
    """Whether an argument has a traced array in it."""
    waiting = [value]
    while waiting:
        v = waiting.pop()
        if isinstance(v, Traced):
            return True
        if isinstance(v, tuple | list):
            waiting += v
        elif isinstance(v, dict):
            waiting += v.values()
    return False


class StandIn:
    """A module, or an object with functions such as scipy.stats.norm, whose functions know traced arrays."""

    def __init__(self, module: Any, prefix: str, home: str) -> None:
        self.module, self.prefix, self.home = module, prefix, home

    def __getattr__(self, name: str) -> Any:
        return stand_in(getattr(self.module, name), self.prefix, name, self.home)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """norm(μ, σ): a distribution whose parameters are given."""
        return Frozen(self.prefix, arguments, options)


class Frozen:
    """A distribution with traced parameters: scipy.stats.norm(μ, σ)."""

    def __init__(self, prefix: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        self.prefix, self.arguments, self.options = prefix, arguments, options

    def __getattr__(self, name: str) -> Any:
        operation = FUNCTIONS.get(f"{self.prefix}{name}")
        if operation is None:
            refuse(f"{self.prefix}{name}")
        return lambda x: call(f"{self.prefix}{name}", operation, (x, *self.arguments), self.options)


def stand_in(value: Any, prefix: str, name: str, home: str) -> Any:
    """What stands for an attribute of a module."""
    if isinstance(value, ModuleType):
        return of_module(value)
    operation = meaning(prefix, name, home.startswith("torch"))
    if not callable(value) and not hasattr(value, "logpdf"):
        return value
    if operation is None and any(key.startswith(f"{prefix}{name}.") for key in FUNCTIONS):
        return StandIn(value, f"{prefix}{name}.", home)
    if operation is None and (isinstance(value, type) or not callable(value)):
        return value
    known = f"{prefix}{name}" if prefix in ("jax.", "jax.lax.", "torch.nn.", "distributions.") else name
    return Word(plain(value, prefix, name), known, operation, home)


def plain(value: Any, prefix: str, name: str) -> Any:
    """The function for arrays of numbers: NumPy's, where JAX has the same."""
    is_of_jax = library_named(value) in ("jax", "jaxlib")
    return getattr(sys.modules.get(SAME.get(prefix, "")), name, value) if is_of_jax else value  # JAX has imported NumPy


def library_named(value: Any) -> str:
    """The library that a function says it is from."""
    return str(getattr(value, "__module__", None) or type(value).__module__).partition(".")[0]


def of_module(module: ModuleType) -> Any:
    """What stands for a module; one of no library is left alone."""
    name = module.__name__
    prefix = HOMES.get(name)
    if name.startswith(STATS):
        prefix = f"stats.{name.removeprefix(STATS)}."
    if prefix is None:
        return module
    return StandIn(module, prefix, name)


def replacement(name: str, value: Any) -> Any:
    """What stands for a global name of the user: a module, a function or an object of a library; else the value."""
    if isinstance(value, ModuleType):
        return of_module(value)
    library = (getattr(value, "__module__", None) or type(value).__module__ or "").partition(".")[0]
    if type(value).__module__.startswith("jax") and hasattr(value, "__wrapped__"):
        return unwrap(value) if library not in ROOTS else located(name, value)
    if library not in ROOTS and not (type(value).__module__ == "builtins" and callable(value)):
        return value
    return located(name, value)


def located(name: str, value: Any) -> Any:
    """The stand-in of a function that was imported by its name."""
    names = dict.fromkeys(n for n in (getattr(value, "__name__", None), getattr(value, "name", None), name) if n)
    for home, prefix in HOMES.items():
        module = sys.modules.get(home)
        for known in names if module is not None else ():
            if isinstance(known, str) and module.__dict__.get(known) is value:
                return stand_in(value, prefix, known, home)
    return value


# ---- PyTorch --------------------------------------------------------------------------------------------


def of_torch(function: Any, arguments: Any, options: Any) -> Any:
    """A function of PyTorch that is called with a traced array."""
    name = function.__name__
    bare = name.strip("_").removeprefix("linalg_").removeprefix("special_")
    for prefix in ("", "linalg.", "special.", "nn."):
        operation = meaning(prefix, bare, torch=True) or meaning(prefix, bare.removeprefix("r"), torch=True)
        if operation is not None:
            if name.startswith("__r") and not meaning(prefix, bare, torch=True):
                arguments = arguments[::-1]
            return Word(function, bare, operation, "torch")(*arguments, **options)
    return refuse(f"torch.{name}")


FUNCTIONS["torch"] = of_torch

# ---- words of Python ------------------------------------------------------------------------------------


def is_listed(values: Any) -> bool:
    """Whether a list has a member that stands for all rounds of a loop over a symbolic length."""
    members = values if isinstance(values, list | tuple) else ()
    return any(isinstance(v, Traced) and index_of_list(v) for v in members)


def _length(x: Any) -> Any:
    """len(x)"""
    if is_listed(x):
        return extent(array(x).lengths[0])
    return extent(x.lengths[0]) if isinstance(x, Traced) and x.lengths else len(x)


def _sum(values: Any, *start: Any, **options: Any) -> Any:
    """sum(x), along the first axis of an array, or over the places of a symbolic length"""
    if isinstance(values, Traced) and not (start or options):
        return total(values, 0)
    if is_listed(values) and not options:
        return reduce(add, (total(array(values), 0), *start))
    if isinstance(values, Iterator) and not options:
        return counted_sum(values, *start)
    return sum(values, *start, **options)


def _extreme(builtin: Any, of_array: Any, name: str) -> Any:
    """max(x) of a vector, max(0, a) of numbers"""

    def choose(*values: Any, **options: Any) -> Any:
        if not any(map(has_traced, values)):
            return builtin(*values, **options)
        if len(values) == 1 and is_listed(values[0]):
            values = (array(values[0]),)
        several = list(values[0]) if len(values) == 1 and not isinstance(values[0], Traced) else values
        if options or any(lift(v).lengths[1:] for v in several):
            refuse(f"{name}() of these arrays", f"np.{name} and np.{name}imum say over which entries.")
        return of_array(*several) if len(several) == 1 else reduce(UFUNCS[f"{name}imum"], map(lift, several))

    return choose


BUILTINS: Mapping[str, Any] = {
    "len": _length,
    "sum": _sum,
    "max": _extreme(max, largest, "max"),
    "min": _extreme(min, smallest, "min"),
    "range": in_range,
    "zip": zipped,
    "enumerate": enumerated,
    "reversed": backwards,
}

# ---- putting the words in -------------------------------------------------------------------------------

LOCK = threading.RLock()


@contextmanager
def in_our_words(functions: list[FunctionType], library: str) -> Iterator[None]:
    """While this lasts, the functions of the user see the stand-ins."""
    with LOCK:
        undo: list[Callable[[], None]] = []
        token = LIBRARY.set(library)
        try:
            for function in functions:
                replace_in(function, undo)
            yield
        finally:
            LIBRARY.reset(token)
            for back in reversed(undo):
                back()


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


ABSENT = object()


def replace_in(f: FunctionType, undo: list[Callable[[], None]]) -> None:
    """Puts the stand-ins into the globals, the closure and the default values of a function."""
    space = f.__globals__
    for name, value in [*space.items()]:
        if name.startswith("__"):
            continue
        put(space, name, replacement(name, value), undo)
    for name, word in BUILTINS.items():
        if name not in space:
            put(space, name, word, undo)
    for cell in f.__closure__ or ():
        if not is_empty(cell):
            old, new = cell.cell_contents, replacement("", cell.cell_contents)
            if new is not old:
                cell.cell_contents = new
                undo.append(partial(setattr, cell, "cell_contents", old))
    if f.__defaults__:
        old_defaults = f.__defaults__
        f.__defaults__ = tuple(replacement("", v) for v in old_defaults)
        undo.append(partial(setattr, f, "__defaults__", old_defaults))


def put(space: dict[str, Any], name: str, value: Any, undo: list[Callable[[], None]]) -> None:
    """Gives a global name another value, for a while."""
    old = space.get(name, ABSENT)
    if old is value:
        return
    space[name] = value
    undo.append(partial(space.pop, name) if old is ABSENT else partial(space.__setitem__, name, old))


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
