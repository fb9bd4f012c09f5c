"""What the benchmarks share: timing one call, a table, and the verdict over a bar."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Sequence


def seconds(call: Callable[[], object]) -> float:
    """The time that one call takes, in a heap without garbage."""
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under a head; the first column is flush left, the others flush right."""
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    lines = [
        "  ".join(
            f"{cell:<{w}}" if not k else f"{cell:>{w}}" for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, ["-" * w for w in widths], *rows)
    ]
    return "\n".join(lines)


def milliseconds(t: float) -> str:
    """A time as text."""
    return f"{1000 * t:.2f}"


def exponent(sizes: Sequence[int], times: Sequence[float]) -> float:
    """The slope of the least squares line through (log n, log t)."""
    x, y = [math.log(n) for n in sizes], [math.log(t) for t in times]
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    steep = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    return steep / sum((a - x_mean) ** 2 for a in x)


def verdict(name: str, value: float, bar: float) -> bool:
    """Prints a figure with its bar; whether it holds."""
    holds = value <= bar
    print(f"{'ok  ' if holds else 'OVER'}  {name}: {value:.3f}, at most {bar}")
    return holds
