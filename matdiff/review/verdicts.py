"""What can be said of a line of a derivation."""

from __future__ import annotations

PROVED, AGREES, CONVENTION, WRONG, UNREAD, NO_CLAIM = (
    "proved", "agrees", "right under a convention", "wrong", "not read", "not a claim",
)  # fmt: skip
RIGHT = (PROVED, AGREES, CONVENTION)
GRAVEST = (WRONG, UNREAD, CONVENTION, AGREES, PROVED, NO_CLAIM)  # first

MISFIT = (
    r"the (?:product|index|terms of a sum|inverse)|an entrywise|only a square|\w+ needs a square|division by"
    r"|⟨A, B⟩ needs|A : B"
)  # how the reasons begin why a line is not read whose shapes do not fit
