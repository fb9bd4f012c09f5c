"""Functions of libraries whose meaning is said once, where Python functions are recorded (matdiff.recording).

Their shapes are found by a trial: the function is applied to arrays with the sizes that are known by now, and two
lengths in which it fails are made one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from itertools import count
from typing import Any

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Symbol
from matdiff.errors import MatdiffError
from matdiff.language.dialects import PATHS
from matdiff.language.dialects.arrays import Site, axes_of, lengths_of, made
from matdiff.language.syntax import Node
from matdiff.language.typed import Misfit, Typed
from matdiff.recording.arrays import FUNCTIONS, METHODS, Operation, Traced, call, extent
from matdiff.recording.shapes import Lengths, LengthsDiffer, shape_of
from matdiff.recording.torch import in_words_of_numpy
from matdiff.recording.words import HOMES, meaning
from matdiff.records import NamedTuple

Function = Callable[..., Typed]
DISTRIBUTIONS = frozenset(name.split(".")[1] for name in FUNCTIONS if name.startswith("stats."))  # stats.norm
NAMES = frozenset("eye identity ones zeros reshape ravel einsum outer diff cdist".split())  # that tell it, too
EXTENTS = {"len": 0, "shape[0]": 0, "shape[1]": 1, "shape[-1]": -1, "shape[-2]": -2}
IMPORTED = ("linalg.", "scipy.linalg.", "special.", "nn.")  # whose functions have names that tell where they are from
UNFIT = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)  # of unfit arguments
MOST_TIED = 20  # lengths that one function makes one


@cache
def known(module: str, name: str, is_method: bool, torch: bool) -> Function | None:
    """What a function of a module, or a method, means where functions are recorded."""
    operation: Operation | None = None
    if module:
        root, _, rest = module.partition(".")
        path, _, of = f"{PATHS[root]}.{rest}".rstrip(".").rpartition(".stats.")  # norm of scipy.stats.norm
        home = f"stats.{of}." if path else HOMES.get(of)
        operation = meaning(home, name, torch) if home is not None else None
        if operation is None and home == HOMES["numpy.linalg"] and not torch:  # linalg may be that of SciPy
            operation = meaning(HOMES["scipy.linalg"], name, torch)
    elif is_method:
        operation = FUNCTIONS["method of torch"](name) if torch else METHODS.get(name)
    else:
        homes = ("", *IMPORTED) if name in NAMES else IMPORTED
        operation = next((FUNCTIONS[home + name] for home in homes if home + name in FUNCTIONS), None)
    return None if operation is None else typed_by(operation, name, torch)


def typed_by(operation: Operation, name: str, torch: bool = False, same: bool = False) -> Function:
    """The typing of a function that is recorded; *same* where its first two arrays have one shape."""

    def typed(site: Site, *values: Any, **options: Any) -> Typed:
        given, named = in_words_of_numpy(values, options) if torch else (values, options)
        given, named = with_sizes(given), {option: with_sizes(value) for option, value in named.items()}
        operands = [a for value in (*given, *named.values()) for a in arrays_in(value)]
        if same and len(operands) > 1:
            require_equal(site, *operands[:2])
        if operands and operands[0].is_scalar and not site.node.value.module.endswith(tuple(DISTRIBUTIONS)):
            site.attempt.penalty(site.node, 5, operands[0])  # a function of arrays is rarely applied to a number

        def applied(*arrays: Traced) -> Any:
            rest = iter(arrays)
            placed = tuple(put(site, value, rest) for value in given)
            return call(name, operation, placed, {option: put(site, value, rest) for option, value in named.items()})

        return made(site, lengths_by_trial(site, operands, (operation, name, given, named)), operands, applied)

    return typed


def arrays_in(value: Any) -> list[Typed]:
    """The arrays in an argument, which may be a list of them; numbers that are written are none."""
    if isinstance(value, (tuple, list)):
        return [a for part in value for a in arrays_in(part)]
    return [value] if isinstance(value, Typed) and value.number is None else []


def with_sizes(value: Any) -> Any:
    """An argument with the sizes that it says, len(x) and X.shape[0], as such."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(with_sizes, value))
    said = size_said(value.node) if isinstance(value, Typed) else None
    return value if said is None else said


def put(site: Site, value: Any, arrays: Any) -> Any:
    """An argument with the next of some arrays in the places of its own."""
    if isinstance(value, (tuple, list)):
        return type(value)(put(site, part, arrays) for part in value)
    if isinstance(value, Size):
        find = site.attempt.sizes.find
        return extent(site.attempt.resolve(value, site.node, "a size") if site.attempt.names else find(value))
    if not isinstance(value, Typed):
        return value
    number = value.number
    return next(arrays) if number is None else int(number) if number.denominator == 1 else number


def size_said(part: Node) -> Size | None:
    """The size that an argument says: len(x), X.shape[0] and X.size(0)."""
    if part.kind != "array" or not part.parts or part.parts[0].typed is None:
        return None
    lengths, k = lengths_of(part.parts[0].typed), EXTENTS.get(part.value.name)
    if part.value.name == "size" and len(part.parts) == 2 and part.parts[1].kind == "NUMBER":
        k = int(part.parts[1].value)
    return lengths[k] if k is not None and -len(lengths) <= k < len(lengths) else None


def size_written(part: Node) -> Size | None:
    """The size that is written, 3 or n."""
    if part.kind == "NUMBER":
        return size(int(part.value)) if part.value.denominator == 1 and part.value > 0 else None
    return size(str(part.value[0])) if part.kind == "symbol" else None


def require_equal(site: Site, a: Typed, b: Typed) -> None:
    """Two arrays have one shape."""
    same = axes_of(a) == axes_of(b)
    if not same or not all(site.unify(m, n) for m, n in zip(lengths_of(a), lengths_of(b), strict=True)):
        raise site.misfit(f"{site.node.value.name} takes two equal shapes: {site.shown(a)}, {site.shown(b)}")


def lengths_by_trial(site: Site, operands: list[Typed], call: tuple[Operation, str, Any, dict[str, Any]]) -> Lengths:
    """The lengths of what a function gives, and those of its arrays that it makes one."""
    operation, name, given, named = call
    for _ in range(MOST_TIED):
        options = tuple((option, measured(site, value)) for option, value in named.items())
        try:
            lengths: Lengths | None = tried(operation, name, measured(site, given), options)
        except LengthsDiffer as error:
            if ONE in (error.one, error.other) or not site.unify(error.one, error.other):
                raise misfit(site, operands, error) from None
            continue
        except MatdiffError as error:
            raise misfit(site, operands, error) from None
        except UNFIT as error:
            raise misfit(site, operands, MatdiffError(f"? {error}")) from None
        if lengths is None:
            hint = f"write {site.attempt.written(site.node)}[0] for the first of them"
            raise site.misfit(f"{site.node.value.name} gives several arrays", hint)
        if len(lengths) > 3:
            raise site.misfit("an array with four axes is not known")
        return lengths
    raise site.misfit(f"the shapes of {site.attempt.written(site.node)} are not found out")


class Measured(NamedTuple):
    """An array of which only the lengths are known."""

    lengths: Lengths


def measured(site: Site, value: Any) -> Any:
    """An argument with what is known of its arrays and sizes by now."""
    find = site.attempt.sizes.find
    if isinstance(value, (tuple, list)):
        return tuple(measured(site, part) for part in value)
    if isinstance(value, Typed) and value.number is None:
        return Measured(tuple(map(find, lengths_of(value))))
    return find(value) if isinstance(value, Size) else put(site, value, iter(()))


@lru_cache(maxsize=4096)
def tried(operation: Operation, name: str, given: tuple[Any, ...], named: tuple[tuple[str, Any], ...]) -> Any:
    """The lengths of what a function gives; None where it gives several arrays."""
    names = count()

    def placed(value: Any) -> Any:
        if isinstance(value, Measured):
            return stand_in(f"_{next(names)}", value.lengths)
        if isinstance(value, tuple):
            return tuple(map(placed, value))
        return extent(value) if isinstance(value, Size) else value

    found = call(name, operation, placed(given), {option: placed(value) for option, value in named})
    return found.lengths if isinstance(found, Traced) else None


def stand_in(name: str, lengths: Lengths) -> Traced:
    """An array of certain lengths, for a trial."""
    if len(lengths) == 3:
        return stand_in(name, lengths[:2])[:, :, None] * stand_in(f"{name}_", lengths[2:])
    return Traced(Symbol(name, shape_of(lengths)), lengths)


def misfit(site: Site, operands: list[Typed], error: MatdiffError) -> Misfit:
    """What is said of a function that cannot be applied, in the words of the text."""
    message = error.message.replace("cannot be recorded", "is not known")
    message = re.sub(r",? (?:not )?of (?:the )?shape \([^()]*\?[^()]*\)", "", message)  # which is not known yet
    if "?" in message or "_0" in message or "<traced" in message:
        message = f"{site.node.value.name} does not fit: {' and '.join(map(site.shown, operands))}"
    return site.misfit(message, error.suggestion or "", type(error) if not isinstance(error, LengthsDiffer) else None)
