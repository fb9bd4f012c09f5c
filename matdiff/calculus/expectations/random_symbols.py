"""Random symbols by their means and covariances: what is said of them in, the U and V of their deviations out.

The deviation H = X − M has E[Hᵢⱼ Hₖₗ] = Uᵢₖ Vⱼₗ; the covariance of vec(X) is V ⊗ U.
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, shape_text
from matdiff.algebra.expr import Expr, Index, Symbol, postorder
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Scale
from matdiff.algebra.operators.structure import value_of
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.calculus.varying import symbol_of
from matdiff.errors import DeclarationError, ShapeError, UnsupportedError
from matdiff.records import NamedTuple

Factor = Expr | None  # None stands for the number 1
OF_ENTRIES = frozenset(("positive", "nonnegative", "integer", "invertible"))


class Variable(NamedTuple):
    """A random symbol, or a family with independent members for formal indices: the mean, U and V."""

    symbol: Symbol
    indices: tuple[Index, ...]
    mean: Expr
    rows: Factor = None
    cols: Factor = None
    covariance_known: bool = True


def variables_of(mean: Mapping[Expr, Expr], covariance: Mapping[Expr, Expr]) -> dict[Expr, Variable]:
    """The random symbols; each has a mean and perhaps a covariance, which depend on none of them."""
    if not mean:
        raise DeclarationError("nothing is random", suggestion="Name a mean and a covariance for a symbol.")
    found = {symbol_of(key): _variable(key, mean, covariance) for key in mean}
    missing = [key for key in covariance if key not in mean]
    if missing:
        raise DeclarationError(f"{missing[0]} has a covariance, and no mean")
    for variable in found.values():
        for e in (variable.mean, variable.rows, variable.cols):
            within = [] if e is None else [n for n in postorder(e) if n in found]
            if within:
                raise UnsupportedError(
                    f"the mean or the covariance of {variable.symbol} depends on {within[0]}, a random symbol"
                )
    return found


def _variable(key: Expr, mean: Mapping[Expr, Expr], covariance: Mapping[Expr, Expr]) -> Variable:
    symbol = symbol_of(key)
    if not isinstance(symbol, Symbol):
        raise UnsupportedError(f"{key} is not a symbol, and its distribution is that of its symbols")
    m = mean[key]
    if m.shape != symbol.shape:
        raise ShapeError(f"the mean of {key} is {shape_text(m.shape)}, and {key} is {shape_text(symbol.shape)}")
    indices = _formal_indices(key, symbol)
    for e in (m, covariance.get(key, m)):
        stray = e.free - set(indices)
        if stray:
            raise DeclarationError(f"the mean or the covariance of {key} has the index {min(i.name for i in stray)}")
    if key not in covariance:
        return Variable(symbol, indices, m, covariance_known=False)
    constrained = sorted(symbol.properties - OF_ENTRIES)
    if constrained:
        raise UnsupportedError(
            f"{symbol} is {constrained[0]}, and its covariance is not of the form kron(V, U)",
            suggestion="Leave the covariance out for what is linear in it, or the property.",
        )
    return Variable(symbol, indices, m, *factors(symbol, covariance[key]))


def _formal_indices(key: Expr, symbol: Symbol) -> tuple[Index, ...]:
    if not isinstance(key, Member):
        return tuple(Index(f"·{k}·", last) for k, last in enumerate(symbol.ranges))
    indices = tuple(i for i in key.operands[1:] if isinstance(i, Index))
    if len(set(indices)) < len(symbol.ranges):
        raise UnsupportedError(
            f"{key} is one member of a family, and the distribution is that of all members",
            suggestion="Name a general member, as x[i].",
        )
    return indices


def factors(symbol: Symbol, covariance: Expr) -> tuple[Factor, Factor]:
    """U and V of a covariance, which is symmetric by the way it is written."""
    size = symbol.rows * symbol.cols
    if covariance.shape != (size, size):
        needed, given = shape_text((size, size)), shape_text(covariance.shape)
        raise ShapeError(f"the covariance of {symbol} is {needed}, not {given}")
    if not symbol.is_scalar and not is_symmetric(covariance):
        raise UnsupportedError(
            f"the covariance {covariance} is not symmetric by the way it is written",
            suggestion="Declare it, as in Sigma: n x n spd.",
        )
    if symbol.cols is ONE:
        return covariance, None
    return (None, covariance) if symbol.rows is ONE else _of_matrix(symbol, covariance)


def _of_matrix(symbol: Symbol, covariance: Expr) -> tuple[Factor, Factor]:
    """U and V of V ⊗ U, of a multiple of it, and of the identity."""
    match value_of(covariance):
        case Scale(operands=(c, a)):
            rows, cols = factors(symbol, a)
            return None if rows is None else Scale.of(c, rows), cols
        case Kronecker(operands=(v, u)) if u.rows is symbol.rows and is_symmetric(u) and is_symmetric(v):
            return u, v
        case Identity():
            return Identity(symbol.rows), Identity(symbol.cols)
    raise UnsupportedError(
        f"the covariance {covariance} of vec({symbol}) is not of the form kron(V, U)",
        suggestion=f"Give U for the rows of {symbol} and V for its columns, as kron(V, U); or name vec({symbol}) x.",
    )
