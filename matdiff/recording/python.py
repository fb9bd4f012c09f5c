"""What the words of Python mean while a function is recorded: len, sum, max, min, range, zip, enumerate, reversed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

from matdiff.recording.arrays import UFUNCS, Traced, extent, lift, refuse
from matdiff.recording.counting import counted_sum, index_of_list
from matdiff.recording.hints import ORDER
from matdiff.recording.loops import Several, backwards, enumerated, in_range, of_each, several, zipped
from matdiff.recording.reductions import largest, smallest, total
from matdiff.recording.stacking import array


def has_traced(value: Any) -> bool:
    """Whether an argument has a traced array in it."""
    waiting = [value]
    while waiting:
        v = waiting.pop()
        if isinstance(v, Traced):
            return True
        if isinstance(v, (tuple, list)):
            waiting += v
        elif isinstance(v, dict):
            waiting += v.values()
    return False


def is_listed(values: Any) -> bool:
    """Whether a list has a member that stands for all rounds of a loop over a symbolic length."""
    members = values if isinstance(values, (list, tuple)) else ()
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
    if isinstance(values, Several) and not options:
        return counted_sum((v for v in values), *start)
    if isinstance(values, Iterator) and not options:
        return counted_sum(values, *start)
    return sum(values, *start, **options)


def _sorted(values: Any, **options: Any) -> Any:
    """sorted() of numbers that are known"""
    return refuse("sorted() of arrays", ORDER) if several(values) or has_traced(values) else sorted(values, **options)


WORST = {"maximum": -math.inf, "minimum": math.inf}  # where a search for an extreme starts


def without_worst(name: str, values: Sequence[Any]) -> list[Any]:
    """The numbers of which an extreme is taken, without that which is worse than all others."""
    found = [v for v in values if not (isinstance(v, float) and v == WORST.get(name))]
    return found or list(values)


def _extreme(builtin: Any, of_array: Any, name: str) -> Any:
    """max(x) of a vector, max(0, a) of numbers"""

    def choose(*values: Any, **options: Any) -> Any:
        if not any(map(has_traced, values)):
            return builtin(*values, **options)
        if len(values) == 1 and is_listed(values[0]):
            values = (array(values[0]),)
        several = list(values[0]) if len(values) == 1 and not isinstance(values[0], Traced) else values
        several = without_worst(f"{name}imum", several)
        if options or any(lift(v).lengths[1:] for v in several):
            refuse(f"{name}() of these arrays", f"np.{name} and np.{name}imum say over which entries.")
        return (
            of_array(*several)
            if len(several) == 1 and len(values) == 1
            else reduce(UFUNCS[f"{name}imum"], map(lift, several))
        )

    return choose


BUILTINS: Mapping[str, Any] = {
    "len": _length,
    "sum": _sum,
    "max": _extreme(max, largest, "max"),
    "min": _extreme(min, smallest, "min"),
    "sorted": _sorted,
    "map": of_each,
    "range": in_range,
    "zip": zipped,
    "enumerate": enumerated,
    "reversed": backwards,
}
