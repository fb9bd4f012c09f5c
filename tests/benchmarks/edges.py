"""How the cost of long, deep and wide input grows: what is typed is read, derived and written, or refused.

Every family is measured at three sizes, each twice the one before, in seconds of work, so that what else runs does not
count; its exponent is the slope through them.

    python tests/benchmarks/edges.py                 every family
    python tests/benchmarks/edges.py terms blocks    some of them

The exit status is 1 when an exponent or a time is over its bar.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from measure import exponent, milliseconds, table, verdict

import matdiff

MOST_EXPONENT, MOST_SECONDS, ROUNDS = 1.2, 1.0, 2


class Family(NamedTuple):
    """A text of every size with its unknown and declarations, the smallest size, and whether it is refused soon."""

    text: Callable[[int], str]
    wrt: str
    where: str | None
    size: int
    refused: bool = False


def links(n: int) -> str:
    """Definitions that stand in each other."""
    steps = [f"a{k} := a{k - 1}*a{k - 1} + sin(a{k - 1})" for k in range(1, n)]
    return "; ".join(["a0 := x'x", *steps, f"a{n - 1}"])


def letters(n: int) -> list[str]:
    """Names that nothing declares."""
    return [f"{'abcdefgh'[k % 8]}{k // 8}" for k in range(n)]


def block(n: int) -> str:
    """A form whose matrix has n numbers."""
    side = round(n**0.5)
    rows = (", ".join(str((7 * i + 3 * j) % 11) for j in range(side)) for i in range(side))
    return f"ones({side})'*[{'; '.join(rows)}]*ones({side})*x"


def determinant(n: int) -> str:
    """A determinant of n entries."""
    side = round(n**0.5)
    rows = (", ".join(f"A[{i},{j}]" for j in range(1, side + 1)) for i in range(1, side + 1))
    return f"det([{'; '.join(rows)}])"


FAMILIES = {
    "factors": Family(lambda n: "*".join("x" * n), "x", "x: scalar", 800),
    "terms": Family(lambda n: " + ".join(f"{k * k}*x^{k - 1}" for k in range(1, n + 1)), "x", "x: scalar", 750),
    "equal terms": Family(lambda n: " + ".join(f"{k * k}*x" for k in range(1, n + 1)), "x", "x: scalar", 750),
    "nested": Family(lambda n: "tanh(" * n + "x" + ")" * n, "x", "x: scalar", 750),
    "links": Family(links, "x", "x: n", 25),
    "blocks": Family(block, "x", "x: scalar", 2500),
    "determinant": Family(determinant, "A", "A: n x n", 64),
    "one letter": Family("x".__mul__, "x", None, 25_000),
    "quotes": Family(lambda n: "x" + "'" * n, "x", None, 25_000),
    "undeclared product": Family(lambda n: "*".join(letters(n)), "a0", None, 125, refused=True),
    "undeclared sum": Family(lambda n: " + ".join(f"{a}*{a}0" for a in letters(n // 2)), "a0", None, 125, refused=True),
}


def work(family: Family, n: int) -> float:
    """The time that one text takes, from reading to its written gradient."""
    text = family.text(n)
    gc.collect()
    start = time.process_time()
    with suppress(matdiff.MatdiffError):
        str(matdiff.derive(text, family.wrt, family.where).gradient)
    return time.process_time() - start


def main() -> int:
    """Measures, prints, judges."""
    options = argparse.ArgumentParser(description="how the cost of long, deep and wide input grows")
    options.add_argument("families", nargs="*", default=list(FAMILIES), help=", ".join(FAMILIES))
    rows, verdicts = [], []
    for name in options.parse_args().families:
        family = FAMILIES[name]
        sizes = [family.size, 2 * family.size, 4 * family.size]
        work(family, 9)  # once untimed: what is loaded on first use is loaded
        times = [min(work(family, n) for _ in range(ROUNDS)) for n in sizes]
        slope = exponent(sizes, times)
        rows.append([name, *(f"{n}: {milliseconds(t)}" for n, t in zip(sizes, times, strict=True)), f"{slope:.2f}"])
        verdicts.append((f"{name}: growth exponent", slope, MOST_EXPONENT))
        if family.refused:
            verdicts.append((f"{name}: seconds until {sizes[-1]} are refused", times[-1], MOST_SECONDS))
    print(table(["", "ms", "ms", "ms", "exponent"], rows), end="\n\n")
    good = [verdict(*each) for each in verdicts]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
