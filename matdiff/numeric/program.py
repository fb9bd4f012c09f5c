"""Expressions in, NumPy arrays out: one pass over the distinct nodes of any number of expressions.

Every node has an array with the axes (batch, one axis for each index, rows, columns).  The batch axis
holds instances that are computed side by side; the axis of an index has length 1 where the node does
not depend on it, so that a sum over an index is a sum over its axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from matdiff.algebra.expr import Expr, Index, Number, Symbol, postorder
from matdiff.algebra.operators.piecewise import Piecewise, holds, is_number
from matdiff.algebra.operators.products import Sum
from matdiff.algebra.operators.recurrence import Recurrence, open_states
from matdiff.algebra.operators.sums import IndexedSum, Member
from matdiff.numeric.careful import CAREFUL
from matdiff.numeric.environments import Array, Environment, shape_in, size_in, sized
from matdiff.numeric.leaves import SPECIAL, member
from matdiff.numeric.recurrences import Steps, Values

Excluded = list[tuple[frozenset[Index], Array]]  # sets of indices, and where a condition on them does not hold


class Program:
    """The distinct nodes of some expressions, operands first, and the axis of each index."""

    __slots__ = ("axes", "closed", "excluding", "indices", "nodes", "place", "plan", "roots", "steps", "unit")

    def __init__(self, roots: Iterable[Expr], indices: Sequence[Index] = (), lenient: bool = False) -> None:
        """*indices* come first among the axes, so that programs can share a layout.

        A *lenient* program asks nothing of the terms that a condition on indices leaves out, as 1/‖xᵢ − xⱼ‖ at i = j
        of a sum over i ≠ j: what is not defined there is NaN, and does not matter.
        """
        self.roots = tuple(roots)
        self.nodes = distinct_nodes(self.roots)
        self.place = {node: k for k, node in enumerate(self.nodes)}
        self.indices = tuple(dict.fromkeys([*indices, *indices_of(self.nodes)]))
        self.axes = {index: 1 + k for k, index in enumerate(self.indices)}
        self.unit = (1,) * (1 + len(self.indices))
        self.plan = [
            (node, SPECIAL.get(type(node)), [self.place[o] for o in node.operands], node.data) for node in self.nodes
        ]
        self.excluding = [node for node in self.nodes if lenient and leaves_out(node)]
        self.steps: dict[int, Steps] = {}
        self.closed: Iterable[int] = range(len(self.nodes))
        recurrences = [node for node in self.nodes if isinstance(node, Recurrence)]
        if recurrences:
            self.closed = [k for k, node in enumerate(self.nodes) if not open_states(node)]
        own = {node: set(postorder(node.operands[1])) for node in recurrences}
        elsewhere = set(self.nodes).difference(*own.values())  # lines of a derivation about a step
        last = {node.state: node for node in recurrences}  # of those with one state and different steps
        for node in recurrences:
            places = range(len(self.nodes) if last[node.state] is node else self.place[node])
            mine = own[node] | elsewhere.intersection(self.nodes[k] for k in places)
            inner = [n for n in self.nodes if n in mine and node.state in open_states(n)]
            self.steps[self.place[node]] = Steps(node, inner, self.place, self.axes[node.index])

    def run(self, environment: Environment) -> list[Array]:
        """The array of every node, in the order of *nodes*.  What is undefined is NaN or infinite."""
        with np.errstate(all="ignore"):
            return self.computed(environment)

    def watched(self, environment: Environment) -> tuple[list[Array], bool]:
        """The array of every node, and whether a value underflowed."""
        seen: list[str] = []
        with np.errstate(all="ignore", under="call", call=lambda kind, flag: seen.append(kind)):
            return self.computed(environment), bool(seen)

    def computed(self, environment: Environment) -> list[Array]:
        """All nodes, one after the other."""
        values: list[Any] = [None] * len(self.nodes)
        self.execute(self.closed, values, environment)
        return values

    def execute(self, places: Iterable[int], values: Values | list[Any], environment: Environment) -> None:
        """Computes the nodes at some places from the values of their operands."""
        excluded = self.excluded(environment)
        for k in places:
            node, special, below, data = self.plan[k]
            operands = [values[p] for p in below]
            if excluded and isinstance(node, IndexedSum):
                operands = [that_matters(node.operands[0], operands[0], excluded)]
            if special is not None:
                values[k] = special(self, environment, node, *operands)
            elif k in self.steps:
                values[k] = self.states(self.steps[k], values, environment)
            else:
                values[k] = self.value(environment, node, operands, data)
            if environment.moved is not None:
                values[k] = environment.moved(values[k], operands)
            for indices, outside in excluded:
                if indices <= node.free:
                    values[k] = np.where(outside & ~np.isfinite(values[k]), np.nan, values[k])

    def value(self, environment: Environment, node: Expr, operands: list[Array], data: tuple[Any, ...]) -> Array:
        """What the operator of a node makes of the values of its operands."""
        try:
            if sized(data):
                data = tuple(size_in(environment, d) for d in data)
            value: Array = node.numpy(CAREFUL, *operands, *data)  # type: ignore[attr-defined]
            return value if operands else value.reshape(*self.unit, *value.shape)
        except np.linalg.LinAlgError:
            return self.undefined(environment, node, operands)

    def excluded(self, environment: Environment) -> Excluded:
        """Sets of indices, and where a condition on them does not hold."""

        def count(e: Expr) -> Array:
            if isinstance(e, Member):
                family, *places = e.operands
                return member(self, environment, e, count(family), *map(count, places))
            terms = e.operands if isinstance(e, Sum) else (e,)
            return np.asarray(sum(SPECIAL[type(term)](self, environment, term) for term in terms))

        return [
            (left.free | right.free, np.logical_not(holds(node.data[0], count(left), count(right))))
            for node in self.excluding
            for left, right in [node.operands[:2]]
        ]

    def that_matter(self, values: list[Array], environment: Environment) -> list[Array]:
        """The values with 0 where a term that is left out is not defined."""
        excluded = self.excluded(environment)
        pairs = zip(self.nodes, values, strict=True)
        return [that_matters(node, value, excluded) for node, value in pairs] if excluded else values

    def states(self, steps: Steps, values: Values | list[Any], environment: Environment) -> Array:
        """All states of a recurrence."""
        count = size_in(environment, steps.recurrence.index.last)
        found: Array = steps.run(values, count, lambda places, local: self.execute(places, local, environment))
        return found

    def results(self, environment: Environment) -> list[Array]:
        """The arrays of the roots."""
        values = self.run(environment)
        return [values[self.place[root]] for root in self.roots]

    def undefined(self, environment: Environment, node: Expr, operands: list[Array]) -> Array:
        """NaN in the shape of a node, as the inverse of a singular matrix."""
        lead = np.broadcast_shapes(*[o.shape[:-2] for o in operands])
        return np.full((*lead, *shape_in(environment, node)), np.nan)

    def along(self, index: Index, row: Array) -> Array:
        """A one-dimensional array laid along the axis of an index."""
        shape = [*self.unit, 1, 1]
        shape[self.axes[index]] = len(row)
        return row.reshape(shape)


def run(roots: Iterable[Expr], environment: Environment) -> list[Array]:
    """The arrays of some expressions, computed in one pass."""
    return Program(roots).results(environment)


def distinct_nodes(roots: Iterable[Expr]) -> list[Expr]:
    """Every distinct node of the expressions once, operands before operations."""
    nodes: dict[Expr, None] = {}
    for root in roots:
        for node in postorder(root, nodes.__contains__):
            nodes.setdefault(node)
    return list(nodes)


def indices_of(nodes: Iterable[Expr]) -> list[Index]:
    """The indices that occur, free or bound."""
    found: dict[Index, None] = {}
    for node in nodes:
        if isinstance(node, Index):
            found[node] = None
        elif isinstance(node, (IndexedSum, Recurrence)):
            found[node.index] = None
    return list(found)


def leaves_out(node: Expr) -> bool:
    """Whether a node leaves out terms by a condition on indices."""
    return (
        isinstance(node, Piecewise) and bool(node.free) and all(is_number(a) or is_size(a) for a in node.operands[:2])
    )


def is_size(e: Expr) -> bool:
    """Whether an expression may be a size with a whole number more or less, T − 1."""
    return all(isinstance(term, (Symbol, Number)) for term in (e.operands if isinstance(e, Sum) else (e,)))


def that_matters(node: Expr, value: Array, excluded: Excluded) -> Array:
    """The value of a node with 0 where a term that is left out is not defined."""
    for indices, outside in excluded:
        if indices <= node.free:
            value = np.where(outside & np.isnan(value), 0.0, value)
    return value
