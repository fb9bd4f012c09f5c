"""What can be said of a line of a derivation."""

from __future__ import annotations

PROVED, AGREES, CONVENTION, WRONG, UNREAD, NO_CLAIM = (
    "proved", "agrees", "right under a convention", "wrong", "not read", "not a claim",
)  # fmt: skip
