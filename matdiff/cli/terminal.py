"""What the terminal can show."""

from __future__ import annotations

import os
import sys


def columns(otherwise: int = 80) -> int:
    """How wide it is, as COLUMNS or the terminal itself says; shutil, which asks as well, loads archivers with it."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or otherwise  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # there is no output, or it is no terminal
        return otherwise
