"""Questions as people type them: the blocks of language/readings/*.toml (test_readings.py says what they hold)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, eq=False)
class Reading:
    """A block of a file."""

    group: str
    text: str
    wrt: str = ""
    where: str = ""
    kind: str = "gradient"
    means: str = ""
    given: str = ""
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    values: dict[str, int] = field(default_factory=dict)


def readings() -> list[Reading]:
    found = []
    for path in sorted((Path(__file__).parent / "language" / "readings").glob("*.toml")):
        blocks = tomllib.loads(path.read_text(encoding="utf-8"))["reading"]
        found += [Reading(path.stem, **block) for block in blocks]
    return found


READINGS = readings()
