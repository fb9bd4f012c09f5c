"""What follows from a line that is wrong, so that one slip does not mark the lines below it as well."""

from __future__ import annotations

from contextlib import suppress

from matdiff.algebra.expr import Expr, Symbol
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.review.chain import Chain
from matdiff.review.comparing import compared
from matdiff.review.derivatives import derivative
from matdiff.review.scope import Scope


class Mistake(NamedTuple):
    """What a wrong side says of a function: its value, its differential or its gradient."""

    function: Expr
    stated: Expr
    kind: str


class Mistakes:
    """The wrong sides of a text, as they stand."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.made: list[Mistake] = []

    def note(self, chain: Chain, stated: Expr) -> None:
        """Keeps a side that is wrong, if a derivative may be taken of it or read off it."""
        origin = chain.origin
        if origin is None and not chain.is_derivative and stated.is_scalar:
            self.made.append(Mistake(chain.truth, stated, "value"))
        elif origin is not None and origin.order < 2:
            self.made.append(Mistake(origin.function, stated, "gradient" if origin.order else "differential"))

    def lead_to(self, chain: Chain, value: Expr) -> bool:
        """Whether a derivative is right for a function, its differential or its gradient as a wrong side has it."""
        if chain.origin is None or len(chain.origin.unknowns) != 1:
            return False
        function, (unknown,), order = chain.origin
        for mistake in reversed(self.made):
            taken = order - (mistake.kind == "gradient")
            if taken < 1 or not isinstance(unknown, Symbol) or not compared(mistake.function, function).equal:
                continue
            by = self.scope.increment(unknown) if mistake.kind == "differential" else unknown
            with suppress(MatdiffError):
                if compared(derivative(mistake.stated, by, taken), value).equal:
                    return True
        return False
