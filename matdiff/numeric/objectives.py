"""A function and its derivatives in the form that optimisers take: all unknowns packed into one vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from matdiff.algebra.assumptions import implied
from matdiff.algebra.expr import Expr, Symbol
from matdiff.errors import MatdiffError, ShapeError, UnknownNameError


class Code(Protocol):
    """A function and the names of its arguments."""

    @property
    def function(self) -> Callable[..., Any]: ...

    @property
    def inputs(self) -> Sequence[str]: ...


TRIANGLES = {"symmetric": np.tril_indices, "lower": np.tril_indices, "upper": np.triu_indices}


class Objective:
    """f(x) and ∇f(x) of one vector x, for ``scipy.optimize.minimize(objective, objective.x0, jac=True)``.

    x0              the start, packed
    hessp(x, v)     the Hessian at x times v
    unpack(x)       the values of the unknowns, by name
    pack(values)    the vector of such values

    Of a symmetric or triangular unknown x has the entries that are free, of a diagonal one the diagonal.  Where a step
    leaves the matrices that the function is one of, as the positive definite ones, the value is infinite: BFGS and
    trust-ncg take a shorter step, L-BFGS-B stops.
    """

    def __init__(
        self, code: Code, second: Callable[[], Code], unknowns: Sequence[Expr], fixed: Mapping[str, Any], start: Any
    ) -> None:
        if not all(isinstance(u, Symbol) for u in unknowns):
            raise MatdiffError("only whole symbols are packed into a vector")
        self._unknowns = [u for u in unknowns if isinstance(u, Symbol)]
        names = [u.name for u in self._unknowns]
        given = dict(start) if isinstance(start, Mapping) else {names[0]: start}
        missing = [n for n in code.inputs if n not in fixed and n not in names] + [n for n in names if n not in given]
        if missing:
            raise UnknownNameError(f"no value is given for {missing[0]}")
        self._code, self._second, self._fixed = code, second, dict(fixed)
        self._products: Code | None = None  # written when it is asked for first
        self._has_value = False  # somewhere
        self._shapes = {n: real_array(n, given).shape for n in names}
        self.x0 = self.pack(given)

    def pack(self, values: Mapping[str, Any]) -> Any:
        """The free entries of the unknowns, one after the other."""
        return np.concatenate([np.ravel(real_array(u.name, values)[self._free(u)]) for u in self._unknowns])

    def unpack(self, x: Any) -> dict[str, Any]:
        """The unknowns that a vector holds."""
        found: dict[str, Any] = {}
        at = 0
        for u in self._unknowns:
            value = np.zeros(self._shapes[u.name])
            count = value[self._free(u)].size
            value[self._free(u)] = x[at : at + count].reshape(value[self._free(u)].shape)
            if kind(u) == "symmetric":
                value = np.tril(value) + np.tril(value, -1).T
            found[u.name] = value if value.ndim else float(value)
            at += count
        if at != len(x):
            raise ShapeError(f"the vector has {len(x)} entries, and the unknowns have {at}")
        return found

    def __call__(self, x: Any) -> tuple[float, Any]:
        """The value and the gradient."""
        try:
            value, gradient = self._run(self._code, self.unpack(x))
        except np.linalg.LinAlgError:
            if not self._has_value:  # the start, or what is fixed, is no such matrix
                raise
            return np.inf, np.zeros(len(x))
        self._has_value = True
        return float(value), self._packed(gradient)

    def hessp(self, x: Any, v: Any) -> Any:
        """The product of the Hessian with a vector."""
        self._products = self._products or self._second()
        directions = self.unpack(v)
        values = [*self.unpack(x).items(), *((f"V_{n}", d) for n, d in directions.items())]
        return self._packed(self._run(self._products, dict(values))[0])

    def _run(self, code: Code, values: Mapping[str, Any]) -> Any:
        given = {**self._fixed, **values}
        return code.function(*[given[n] for n in code.inputs])

    def _packed(self, gradients: Any) -> Any:
        """The derivative by the free entries: an entry of a symmetric matrix off its diagonal occurs twice."""
        parts = [gradients] if len(self._unknowns) == 1 else gradients
        found: dict[str, Any] = {}
        for u, g in zip(self._unknowns, parts, strict=True):
            twice = kind(u) == "symmetric"
            found[u.name] = np.asarray(g) * (2 - np.eye(len(g))) if twice else g
        return self.pack(found)

    def _free(self, u: Symbol) -> Any:
        """The places of the free entries."""
        shape = self._shapes[u.name]
        if kind(u) == "diagonal":
            return np.diag_indices(shape[0])
        triangle = TRIANGLES.get(kind(u))
        return ... if triangle is None else triangle(shape[0])


def kind(u: Symbol) -> str:
    """Which entries of an unknown are free: those of a triangle, the diagonal, or all."""
    known = implied(u.properties)
    return next((p for p in ("diagonal", "symmetric", "lower", "upper") if p in known), "")


def real_array(name: str, values: Mapping[str, Any]) -> Any:
    """The value of a name as an array of real numbers."""
    if name not in values:
        raise UnknownNameError(f"no value is given for {name}")
    try:
        return np.asarray(values[name], dtype=float)
    except (TypeError, ValueError):
        raise MatdiffError(f"the value of {name} is no array of real numbers") from None
