"""The Fisher information E[∂²ℓ/∂(vec X)∂(vec Y)ᵀ] of a negative log-likelihood ℓ: the expectation of its Hessian.

In go ℓ, its unknowns, and the mean and the covariance that the model gives to the data; out come the blocks.
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.expr import Expr
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.rewriting import Simplifier
from matdiff.calculus.expectations.expectation import Expectation, derived
from matdiff.calculus.hessian import Hessians, Pair, hessians
from matdiff.calculus.varying import symbol_of
from matdiff.errors import UnsupportedError
from matdiff.records import NamedTuple


class Fisher(NamedTuple):
    """The blocks by pairs of unknowns, with the Hessian and the expectations that they come from.

    For an unknown with a property such as symmetric, a block is that of the quadratic form d²ℓ in all of vec(X): the
    changes dX that the property allows are put in, as in vec(dX) = D vech(dX).
    """

    second: Hessians
    expectations: Mapping[Pair, Expectation]
    blocks: Mapping[Pair, Expr]

    def whole(self) -> Expr:
        """The information on all unknowns together, as a matrix of blocks."""
        names = list(self.second.unknowns)
        if len(names) == 1:
            return self.blocks[names[0], names[0]]
        if any(block.free for block in self.blocks.values()):
            raise UnsupportedError("the information on a family and other unknowns is no matrix of blocks")
        return VerticalStack.of(*[HorizontalStack.of(*[self.blocks[a, b] for b in names]) for a in names])


def fisher(f: Expr, unknowns: Mapping[str, Expr], mean: Mapping[Expr, Expr], covariance: Mapping[Expr, Expr]) -> Fisher:
    """The Fisher information on the unknowns, for data with these means and covariances."""
    random = {symbol_of(key) for key in mean}
    for name, unknown in unknowns.items():
        if symbol_of(unknown) in random:
            raise UnsupportedError(f"{name} is random, and there is no information on it")
    found = hessians(f, unknowns)
    names = list(unknowns)
    expectations: dict[Pair, Expectation] = {}
    blocks: dict[Pair, Expr] = {}
    for j, a in enumerate(names):
        for b in names[j:]:
            whole = found.second[a].whole
            block = whole.unconstrained.get(b, found.blocks[a, b])
            expectations[a, b] = derived(block, mean, covariance)
            blocks[a, b] = expectations[a, b].value
    simplify = Simplifier(SIMPLIFICATIONS)
    for j, a in enumerate(names):
        for b in names[:j]:
            blocks[a, b] = simplify(Transpose(blocks[b, a]))[0]
    return Fisher(found, expectations, {(a, b): blocks[a, b] for a in names for b in names})
