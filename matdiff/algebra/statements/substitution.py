"""Substitutions: what the letters of a statement stand for, and what a side of the statement then is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import prod
from typing import Any

from matdiff.algebra.constants import Constant, Zeros
from matdiff.algebra.dims import ONE, Size, solution
from matdiff.algebra.expr import Expr, Index, Number, Operator, Symbol, postorder
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.products import Hadamard, Sum, Transpose, ones_like, turned, zero
from matdiff.algebra.operators.sums import Member, substitute_index
from matdiff.errors import ShapeError
from matdiff.records import NamedTuple

Found = dict[Any, Any]  # what letters, families, indices and sizes of a statement stand for


class Family(NamedTuple):
    """What xᵢ stands for under Σᵢ: a body with its own index."""

    bound: Index
    body: Expr

    def at(self, place: Expr) -> Expr:
        return substitute_index(self.body, self.bound, place)


class Applied(NamedTuple):
    """What an open function g of a statement stands for: a function of every entry, with its parameters, or a formula
    in what it is a function *of*."""

    node: Expr
    of: Expr

    def to(self, a: Expr) -> Expr:
        return self.node.rebuild((a, *self.node.operands[1:]))


class Derived(NamedTuple):
    """What f stands for in funm(f, S): a function by its name, how often it is derived, and its parameters."""

    name: str
    order: int
    parameters: tuple[Expr, ...]


def substituted(p: Size, found: Found) -> Size:
    """A size of a statement with what its letters stand for."""
    return p.substitute(lambda name: found[name] if name in found else Size((((name,), 1),)))


Maker = Callable[[Expr, Found, dict[Expr, Expr]], Expr]


class Unbound(Exception):
    """A letter of the other side that nothing is known of."""


def with_sizes(found: Found) -> Found:
    """The substitution with the sizes that waited for others to be known, which they have to fit."""
    waiting = found.get("sizes", ())
    for _ in waiting:
        for size, actual in waiting:
            unknown = [n for n in size.names() if n not in found]
            if len(unknown) == 1:
                value = solution(size, unknown[0], actual, found)
                if value is None:
                    raise Unbound(str(size))
                found = {**found, unknown[0]: value}
    for size, actual in waiting:
        if all(n in found for n in size.names()) and substituted(size, found) is not actual:
            raise Unbound(str(size))
    return found


@cache
def plan(p: Expr) -> tuple[tuple[Expr, Maker], ...]:
    """The nodes of a side of a statement, operands first, each with what makes an instance of it."""
    return tuple([(node, MAKERS.get(type(node)) or _maker(node)) for node in postorder(p)])


def instance(p: Expr, found: Found) -> Expr | None:
    """A side of a statement with what its letters stand for; None where a letter is not known, or nothing fits."""
    done: dict[Expr, Expr] = {}
    try:
        found = with_sizes(found) if "sizes" in found else found
        for node, make in plan(p):
            done[node] = make(node, found, done)
    except (Unbound, ShapeError, ValueError, TypeError, KeyError):
        return None
    return done[p]


def _letter(node: Expr, found: Found, done: dict[Expr, Expr]) -> Expr:
    """What a letter, an index or a differential stands for."""
    known: Expr | None = found.get(node)
    if known is not None:
        return node if type(node) is Symbol and node.ranges else known  # a family is asked for with its index
    if type(node) is Index:
        return Index(node.name, substituted(node.last, found))
    if type(node) is Differential:
        return _operation(node, found, done)
    name: str = node.data[0]
    if isinstance(found.get(name), Size):
        return count(found[name])
    raise Unbound(name)


def _member(node: Expr, found: Found, done: dict[Expr, Expr]) -> Expr:
    family = found.get(node.operands[0])
    return family.at(done[node.operands[1]]) if isinstance(family, Family) else _operation(node, found, done)


def _function(node: Expr, found: Found, done: dict[Expr, Expr]) -> Expr:
    known = found.get(node.data[0])
    return _applied(known, node, done) if isinstance(known, Applied) else _operation(node, found, done)


def _operation(node: Expr, found: Found, done: dict[Expr, Expr]) -> Expr:
    if node in found:
        return found[node]  # type: ignore[no-any-return]
    operands = tuple(map(done.__getitem__, node.operands))
    if type(node) is Sum or type(node) is Hadamard:
        numbers = [o.number for o in operands if o.number is not None]
        if len(numbers) == len(operands):
            return Number(sum(numbers) if isinstance(node, Sum) else prod(numbers))
    if not node.operands and not node.data:
        return node
    data = tuple([_datum(d, found, done) for d in node.data]) if node.data else ()
    function = found.get(data[0]) if data and isinstance(data[0], str) else None
    if isinstance(function, Derived):
        data = (function.name, function.order + data[1], *data[2:])
        operands = (operands[0], *function.parameters, *operands[1:])
    elif isinstance(function, Applied):
        return node.instance((*function, *operands), data)
    if isinstance(node, Constant):  # of one entry it is a number
        made = node.make((), data)
        return zero(made.shape) if isinstance(node, Zeros) else ones_like(made) if ONE in made.shape else made
    if isinstance(node, Operator) and constructs(type(node)) and len(data) == node.sizes:
        return type(node).of(*operands, *data)
    return node.instance(operands, data)


def _maker(node: Expr) -> Maker:
    """What makes an operation: most have no data, and nothing else is to be asked about these."""
    is_plain = node.operands and not node.data and isinstance(node, Operator) and not node.sizes
    return _plain if is_plain and not isinstance(node, (Sum, Hadamard, Constant)) else _operation


def _plain(node: Expr, found: Found, done: dict[Expr, Expr]) -> Expr:
    known: Expr | None = found.get(node)
    if known is not None:
        return known
    operands = tuple(map(done.__getitem__, node.operands))
    return type(node).of(*operands) if constructs(type(node)) else node.instance(operands, ())  # type: ignore


MAKERS: dict[type[Expr], Maker] = {
    **dict.fromkeys((Symbol, Index, Differential), _letter),
    Transpose: lambda node, found, done: turned(done[node.operands[0]]),
    Member: _member,
    Unspecified: _function,
}


@cache
def constructs(kind: type) -> bool:
    """Whether an operator has a constructor of its own, of operands and sizes, that writes what it makes plainly."""
    return any("of" in vars(c) for c in kind.__mro__ if c is not Operator)


def _applied(function: Applied, node: Expr, done: dict[Expr, Expr]) -> Expr:
    a = done[node.operands[0]]
    if node.data[1] == 0:
        return function.to(a)
    if isinstance(function.node, Unspecified):
        name, order = function.node.data
        return Unspecified(name, order + node.data[1], a)
    raise Unbound(node.data[0])


def _datum(d: Any, found: Found, done: dict[Expr, Expr]) -> Any:
    if isinstance(d, Size):
        if any(n not in found for n in d.names()):
            raise Unbound(str(d))
        return substituted(d, found)
    if isinstance(d, Index):
        known = found.get(d)
        return known if isinstance(known, Index) else Index(d.name, substituted(d.last, found))
    return d
