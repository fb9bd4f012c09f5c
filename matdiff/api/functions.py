"""Python functions: found by the names of file and function, and their gradients as functions of the same arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial, reduce, wraps
from importlib import import_module as load_module
from os.path import isfile
from typing import TYPE_CHECKING, Any

from matdiff.api.inputs import Where, from_function, unknowns_in
from matdiff.api.programs import code
from matdiff.errors import MatdiffError

if TYPE_CHECKING:
    from pathlib import Path

    from matdiff.results.code import Code


def gradient_of(f: Callable[..., Any], wrt: str, where: Where = None, backend: str = "numpy") -> Callable[..., Any]:
    """∇f as a function of the arguments of *f*: recorded, derived and written as code when it is called first.

    Without *where* the shapes are those of the arguments of the call; whole numbers, arrays of whole numbers and what
    is no number are fixed.  Of several unknowns the gradients come in a dict.

    >>> import numpy as np
    >>> def loss(w, X, y):
    ...     return np.sum((X @ w - y) ** 2)
    >>> gradient_of(loss, "w")(np.ones(2), np.eye(2), np.zeros(2))
    array([2., 2.])
    """
    from inspect import signature  # only where there is a function

    names = [str(n) for n in unknowns_in(wrt)]
    known: dict[str, tuple[Code, Mapping[str, str]]] = {}

    @wraps(f)
    def gradient(*arguments: Any, **options: Any) -> Any:
        bound = signature(f).bind(*arguments, **options)
        bound.apply_defaults()
        given = {n: in_numpy(v) if backend == "numpy" else v for n, v in bound.arguments.items()}
        shapes = where if where is not None else {n: s for n, v in given.items() if (s := kind_of(v, n in names))}
        fixed = {n: v for n, v in bound.arguments.items() if isinstance(shapes, Mapping) and n not in shapes}
        key = f"{shapes} {fixed}"
        if key not in known:
            expr = from_function(partial(f, **fixed), shapes)
            made = code(expr, wrt, backend=backend, outputs=("gradient",), check=False)
            known[key] = made, parameters(made, list(given))
            made.verify(values={n: without_ones(given[name]) for n, name in known[key][1].items()})
        made, names_of = known[key]
        (found,) = made.function(*[without_ones(given[names_of[n]]) for n in made.inputs if n in names_of])
        whole = [like(g, given[n]) for g, n in zip([found] if len(names) == 1 else found, names, strict=True)]
        return whole[0] if len(names) == 1 else dict(zip(names, whole, strict=True))

    return gradient


def kind_of(value: Any, is_unknown: bool) -> str:
    """The declaration of a value, nothing where it is fixed; of a matrix that does not vary also its symmetry."""
    import numpy as np

    array = np.asarray(value) if isinstance(value, (int, float)) or hasattr(value, "shape") else None
    if array is None or array.dtype.kind not in "fiu" or (array.dtype.kind != "f" and not is_unknown):
        return ""
    shape = " x ".join(map(str, array.shape)) if array.ndim else "scalar"
    if is_unknown or array.ndim != 2 or array.shape != array.T.shape or not np.array_equal(array, array.T):
        return shape
    return f"{shape} {'spd' if np.linalg.eigvalsh(array)[0] > 0 else 'symmetric'}"


def in_numpy(value: Any) -> Any:
    """An array of NumPy for one of JAX or a tensor of PyTorch."""
    import numpy as np

    root = type(value).__module__.partition(".")[0]
    if root not in ("torch", "jax", "jaxlib") or not hasattr(value, "__array__"):
        return value
    return np.asarray(value.detach() if hasattr(value, "detach") else value)


def in_kind(array: Any, value: Any) -> Any:
    """An array of NumPy as a tensor of PyTorch, where a value is such."""
    is_other = hasattr(value, "new_tensor") and not hasattr(array, "new_tensor")
    return value.new_tensor(array) if is_other else array


def without_ones(value: Any) -> Any:
    """A value as matdiff's functions take it: a matrix of one column is a vector, one of one entry a number."""
    if 1 not in getattr(value, "shape", ()):
        return value
    array = value.reshape([k for k in value.shape if k != 1])
    return array if array.ndim else array[()]


def like(gradient: Any, value: Any) -> Any:
    """A gradient in the shape of the argument."""
    shape = getattr(value, "shape", ())
    return (
        gradient.reshape(shape)
        if getattr(gradient, "shape", ()) != shape and hasattr(gradient, "reshape")
        else gradient
    )


def parameters(made: Code, given: list[str]) -> Mapping[str, str]:
    """The parameters of the user for the inputs of a code, whose names are those of matdiff."""
    from matdiff.language.names import canonical

    return {canonical(n): n for n in given if canonical(n) in made.inputs}


def function_at(place: str) -> Callable[..., Any]:
    """The function that ``loss.py:nll`` or ``package.module:Class.method`` names; its module is executed."""
    home, colon, name = place.rpartition(":")
    if not colon or not name:
        raise MatdiffError(f"{place} names no function", suggestion="write FILE.py:NAME or MODULE:NAME")
    from pathlib import Path

    module = of_file(Path(home)) if home.endswith(".py") else of_name(home)
    try:
        found = reduce(getattr, name.split("."), module)
    except AttributeError:
        raise MatdiffError(f"there is no {name} in {home}") from None
    if not callable(found):
        raise MatdiffError(f"{name} in {home} is no function")
    return found  # type: ignore[no-any-return]


def of_file(path: Path) -> Any:
    """The module in a file, which may import what stands beside it."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not isfile(path) or spec is None or spec.loader is None:
        raise MatdiffError(f"there is no file {path}")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    try:
        sys.modules.setdefault(path.stem, module)
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError) as error:
        raise MatdiffError(f"{path} cannot be imported: {error}") from None
    finally:
        sys.path.remove(str(path.parent))
    return module


def of_name(name: str) -> Any:
    """A module by its name, from the current directory on."""
    sys.path.insert(0, "")
    try:
        return load_module(name)
    except ImportError as error:
        raise MatdiffError(f"{name} cannot be imported: {error}") from None
    finally:
        sys.path.remove("")
