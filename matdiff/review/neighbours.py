"""Neighbours of a general member: x_{k−1} and x_{k+1} of ∂E/∂x_k, which are there for k away from the ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import Size, size
from matdiff.algebra.expr import Expr, Index
from matdiff.calculus.expectations.independence import put
from matdiff.records import NamedTuple
from matdiff.review.report import CONVENTION, RIGHT

if TYPE_CHECKING:
    from matdiff.review.chain import Chain
    from matdiff.review.judged import Judged
    from matdiff.review.scope import Scope

BELOW = r"_(?:\{{\s*{0}\s*(?:([-+−])\s*(\d)\s*)?\}}|{0}(?![A-Za-z0-9_,]))"  # x_{{k-1}}, x_k


class Inside(NamedTuple):
    """The index k of a derivative by x_k whose sides have x_{k−1} or x_{k+1}, and so many steps to both ends."""

    letter: Index
    reach: int

    @property
    def last(self) -> Size:
        """How many members have all these neighbours."""
        return self.letter.last - size(2 * self.reach)

    def value(self, e: Expr) -> Expr:
        """An expression with k + reach for k, which begins at 1 again and ends so much earlier at both ends."""
        return put(e, self.letter, Index(self.letter.name, self.last) + self.reach)

    def of_members(self, e: Expr) -> Expr:
        """The same in terms of x_{k−1}, x_k and x_{k+1} again."""
        return put(e, Index(self.letter.name, self.last), self.letter - self.reach)

    def noted(self, judged: Judged) -> Judged:
        """A verdict that says where a line is right, or is wrong there."""
        if judged.verdict in RIGHT:
            return judged._replace(verdict=CONVENTION, reason=f"right for {self.letter} away from the ends")
        return judged._replace(fault=judged.fault and judged.fault._replace(inside=self))

    def respelt(self, side: str) -> str:
        """The same of a side: x_{k} for x_{k−1} where the reach is 1."""

        def moved(m: re.Match[str]) -> str:
            step = int(m[2] or 0) * (1 if m[1] == "+" else -1) + self.reach
            return f"_{{{self.letter.name}+{step}}}" if step else f"_{self.letter.name}"

        return re.sub(BELOW.format(self.letter.name), moved, side)


def from_the_ends(scope: Scope, chain: Chain, sides: list[str]) -> None:
    """Takes a derivative away from the ends where its sides have neighbours of a member, none of them below a sum."""
    for index in chain.truth.free if chain.is_derivative else ():
        steps = [int(m[2]) for side in sides for m in re.finditer(BELOW.format(index.name), side) if m[2]]
        if steps and not any(re.search(r"[∑Σ∏]", side) for side in sides):
            chain.inside = Inside(index, max(steps))
            scope.declared.general[index.name] = chain.inside.last
            chain.truth = chain.stated = chain.inside.value(chain.truth)
            return
