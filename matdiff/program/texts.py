"""What an expression is in another language: its text, with how many axes it has."""

from __future__ import annotations

from matdiff.records import NamedTuple

ATOM, POWER, UNARY, TIMES, PLUS, COMPARED = 5, 4, 3, 2, 1, 0  # how tightly a text holds together


class Text(NamedTuple):
    """What an expression is in the language: how many axes it has, and how tightly it holds together."""

    text: str
    rank: int = 0
    level: int = ATOM

    def at(self, level: int) -> str:
        """In brackets where it holds together less tightly."""
        return self.text if self.level >= level else f"({self.text})"
