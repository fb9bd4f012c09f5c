"""The whole process `matdiff derive …` against the whole process `python -c "import sympy"`.

The three commands take turns, so that a busy moment of the machine meets all of them alike.
Run it with `python tests/benchmarks/startup.py`; the exit status is 1 when a figure is over its bar.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from measure import milliseconds, seconds, table, verdict

ROUNDS = 21
SCRIPT = Path(sys.executable).with_name("matdiff")
MATDIFF = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-m", "matdiff.cli"]
DERIVE = [*MATDIFF, "derive", "||Xw - y||^2", "--wrt", "w"]
COMMANDS = {
    "derive --no-check": [*DERIVE, "--no-check"],
    "derive": DERIVE,
    "import sympy": [sys.executable, "-c", "import sympy"],
    "python": [sys.executable, "-c", "pass"],
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(command: list[str]) -> None:
    """One process from start to end."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)


def main() -> int:
    """Measures, prints, judges."""
    for command in COMMANDS.values():
        run(command)  # once untimed: byte code is written, files are in memory
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(seconds(lambda command=command: run(command)))
    median = {name: statistics.median(found) for name, found in times.items()}
    reference = median["import sympy"]
    rows = [
        [name, milliseconds(median[name]), milliseconds(min(found)), f"{median[name] / reference:.3f}"]
        for name, found in times.items()
    ]
    print(table(["process", "median ms", "best ms", "ratio"], rows), end="\n\n")
    good = verdict("derive --no-check / import sympy", median["derive --no-check"] / reference, 0.4)
    return 0 if verdict("derive / import sympy", median["derive"] / reference, 0.75) and good else 1


if __name__ == "__main__":
    sys.exit(main())
