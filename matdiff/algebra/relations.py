"""Comparisons and their opposites."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
RELATIONS = ("≤", "<", "=", "≠")
COMPLEMENTS = {"≤": "<", "<": "≤", "=": "≠", "≠": "="}  # of the first two with the sides exchanged


def opposite(left: T, relation: str, right: T) -> tuple[T, str, T]:
    """What holds where a comparison does not: b < a for a ≤ b, a ≠ b for a = b."""
    sides = (left, right) if relation in "=≠" else (right, left)
    return sides[0], COMPLEMENTS[relation], sides[1]
