"""From text to a typed expression: ``read``, ``parse`` and ``read_law``."""

from __future__ import annotations

from matdiff.language.reading import Reading, parse, read, read_law

__all__ = ["Reading", "parse", "read", "read_law"]
