"""What a text says of its own signs: σ is the softmax, bars are absolute values, * is by entries; rows or columns."""

from __future__ import annotations

import re
from collections.abc import Collection

from matdiff.review.operators import LETTER


class Habits:
    """The signs of one text, and the layout of derivatives that it states.

    stands_in           whether g is a function that is not given, in whose place tanh is taken
    states_numerator    whether derivatives are said to be rows
    states_columns      whether they are said to be columns
    """

    def __init__(self, text: str, given: Collection[str]) -> None:
        self.names_sigma = "sigma" in given
        self.states_numerator = re.search(r"(?m)^[^=\n]*numerator layout[^=\n]*$", text) is not None
        self.states_columns = re.search(r"column (?:vectors|gradients)|gradients are column", text) is not None
        self.stands_in = re.search(r"(?<![A-Za-z])g['′]\s*\(", text) is not None and "g" not in given
        self._softmax = re.search(r"(?:sigma|σ)\W{1,9}(?:text\s*\{)?\s*(?:be|is|denotes?) the softmax", text)
        self._adjugate = "adjugate" in text
        self._absolute = re.search(r"\|(?:\\cdot|[·\s])*\|.{0,40}absolute value", text) is not None
        self._is_code = re.search(r"@|\.T\b", text) is not None

    def respelt(self, side: str) -> str:
        """A side with its signs in the spelling that the reader knows."""
        if not self.names_sigma:
            side = re.sub(r"σ(?=['′]?\s*\()", "softmax" if self._softmax else "sigmoid", side)
        side = re.sub(r"(?:1|𝟙|𝟏|I)\s*[({]\s*([^()<>]+?)\s*>\s*0\s*[)}]", r" step(\1) ", side)
        if self.stands_in:
            side = re.sub(r"(?<![A-Za-z])g(?=['′]?\s*\()", "tanh", side)
        if self._adjugate:
            side = re.sub(rf"({LETTER})\s*\^\{{?[*∗]\}}?", r"(det(\1) inv(\1))", side)
        if self._absolute:
            side = re.sub(r"/(?=\(?abs)", "./", re.sub(r"\|([^|]*)\|", r"abs(\1)", side))
        if self._is_code:
            side = re.sub(r"(?<![.*])\*(?!\*)", ".*", side).replace("@", " ").replace(".T", "'")
        return side
