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
from functools import partial
from inspect import unwrap
from types import FunctionType, ModuleType
from typing import Any

from matdiff.recording.arrays import FUNCTIONS, LIBRARY, OF_TORCH, UFUNCS, call, lift, refuse
from matdiff.recording.differences import cumsum
from matdiff.recording.hints import hint_for
from matdiff.recording.python import BUILTINS, has_traced, without_worst
from matdiff.recording.reached import ROOTS, is_empty
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
    found = without_worst(name, arrays)
    return UFUNCS[name](*map(lift, found)) if len(found) == len(arrays) else lift(found[0])


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
