"""What square brackets hold: blocks, [A B; C D], [x; y], numbers, [0.5, 1; 2, -3], or what [X w − y] does.

A bracket with a comma or a semicolon holds blocks.  Without a comma, gaps separate the blocks of a row, as in
MATLAB, where every row has equally many of them; else a gap is a product, as in [X w; y].
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from matdiff import regex as re
from matdiff.language.syntax import Token
from matdiff.regex import regex

GAP = "GAP"  # a sign behind a gap that belongs to what follows, as in [a −b; c d]; it holds the place of a comma

INDICES = r"\s*(?::\w*|\w[\w:]*)\s*(?:,\s*(?::\w*|\w[\w:]*)\s*)*\]"
NO_INDICES = r"[^][,:=<>]*['′ᵀ⊤^²³⁻⊙‖][^][,:=<>]*\]"  # a transpose or a power, and no comma, range or condition
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


def indexes(before: str, text: str, place: int) -> bool:
    """Whether a bracket directly behind an operand holds indices: not in 2[x + y], [X w − y]ᵀ[X w − y], A[BᵀB]⁻¹."""
    if before == "TRANSPOSE":
        return re.compile(INDICES).match(text, place) is not None
    return before != "NUMBER" and re.compile(NO_INDICES).match(text, place) is None


class Marks:
    """What stands in an open bracket, outside of the brackets in it; *opening* is the place of its token."""

    def __init__(self, opening: int) -> None:
        self.opening = opening
        self.commas = self.numbers = False
        self.rows: list[list[int]] = [[]]  # for every row the places of the gaps between factors

    def note(self, kind: str, place: int) -> None:
        """A token in the bracket."""
        if kind == "SEPARATOR":
            self.rows.append([])
        elif kind == "COMMA":
            self.commas = True
        elif kind in ("LOOSE", GAP):
            self.rows[-1].append(place)

    def settle(self, tokens: list[Token], custom: Callable[[], bool]) -> None:
        """Says at the closing bracket what it holds: the tokens that turn out to separate blocks are exchanged.

        *custom* is asked where the gaps may be either; they are products where shapes do not fit otherwise.
        """
        if tokens[-1].type == "SEPARATOR":
            tokens.pop()  # [x; y;]
            self.rows.pop()
        has_ones = bool(self.rows[0]) and tokens[self.opening + 1].value in ("ones", "zeros", "eye")  # [ones(m, 1) X]
        is_block = self.commas or self.numbers or len(self.rows) > 1 or has_ones
        if tokens[self.opening].type != "LEFT" or not is_block:
            return
        tokens[self.opening] = tokens[self.opening]._replace(type="LEFT_BLOCK")
        counts = {len(gaps) for gaps in self.rows}
        if self.commas or len(counts) > 1 or counts == {0} or not custom():
            return
        for gaps in self.rows:
            for place in gaps:
                tokens[place] = tokens[place]._replace(type="COMMA")
