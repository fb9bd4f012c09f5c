"""Arrays of numbers that stand in a text: [0.5, 1; 2, -3], read at one glance where they are long."""

from __future__ import annotations

from fractions import Fraction

from matdiff.regex import regex

LONG = 150  # characters, from which on an array is read as a whole
NUMBER = r"\s*[-−]?(?:[0-9]{1,100}(?:\.[0-9]{1,100})?|\.[0-9]{1,100})(?:[eE][-+]?[0-9]{1,2})?\s*"
NUMBERS = regex(rf"{NUMBER}(?:,{NUMBER})+")


def array_of(text: str, place: int) -> list[list[Fraction]]:
    """The rows of an array that begins at a bracket, with commas and semicolons between its numbers; else nothing.

    >>> array_of(f"x'[{'; '.join(['1, -0.5'] * 40)}]x", 2)[:2]
    [[Fraction(1, 1), Fraction(-1, 2)], [Fraction(1, 1), Fraction(-1, 2)]]
    """
    end = text.find("]", place)
    if end - place < LONG or ";" not in (inside := text[place + 1 : end]):
        return []
    lines = inside.split(";")
    if not all(map(NUMBERS.fullmatch, lines)):
        return []
    rows = [[Fraction(entry.strip().replace("−", "-")) for entry in line.split(",")] for line in lines]
    return rows if len({len(row) for row in rows}) == 1 else []
