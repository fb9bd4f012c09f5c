"""Sides that are said to be equal: what they have come to, and one of them that is wrong."""

from __future__ import annotations

from typing import NamedTuple

from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError
from matdiff.review.filling import Origin


class Fault(NamedTuple):
    """A side that is wrong: its text, its value where it has one, and what it should be."""

    side: str
    value: Expr | None
    truth: Expr
    error: MatdiffError | None
    is_derivative: bool
    is_equation: bool = False
    line: str = ""
    origin: Origin | None = None  # of a derivative


class Chain:
    """What a chain of equal sides has come to: the value as it should be, and the last one as it stands."""

    def __init__(self, truth: Expr, is_derivative: bool = False) -> None:
        self.truth = truth
        self.stated = truth
        self.is_derivative = is_derivative
        self.is_equation = False
        self.is_jacobian = False
        self.origin: Origin | None = None
        self.is_told = False  # whether a line said already what the origin comes to
