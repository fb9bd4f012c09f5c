"""What an expression is, and which equalities hold.  Whatever is loaded of it, the upper rooms are wired first."""

from matdiff.wiring import wire

wire()
