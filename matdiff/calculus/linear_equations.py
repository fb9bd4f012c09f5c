"""Linear equations 𝓛(V) = C for a matrix V: in go a map and C, out comes V and where there is exactly one.

c V = C,    A V B = C,    A V + V B = C,    else vec(V) = M⁻¹vec(C) with the matrix M of vec 𝓛(V) = M vec(V)
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Symbol, fold
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.kronecker import Unvec
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, quotient
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.sylvester import Sylvester
from matdiff.algebra.simplification import tidy
from matdiff.calculus.adjoint import pushed
from matdiff.calculus.jacobian import jacobians
from matdiff.calculus.vecform import as_vec
from matdiff.records import NamedTuple


class Solution(NamedTuple):
    """V, and the condition under which it is the only solution, in words."""

    value: Expr
    condition: str


class Linear(NamedTuple):
    """scalar × left · V · right"""

    scalar: Expr = Number(1)
    left: tuple[Expr, ...] = ()
    right: tuple[Expr, ...] = ()


def solved(f: Expr, unknown: Symbol, right: Expr) -> Solution:
    """V of 𝓛(V) = C, where 𝓛 is the differential of f by the unknown."""
    change = Differential(unknown)
    terms = None if _is_column(unknown) else linear_terms(pushed(f, {unknown: change}), change)
    closed = None if terms is None else _closed(terms, right)
    if closed is None:
        matrix = jacobians(f, {"X": unknown}).whole.gradients["X"]
        closed = Solution(Unvec.of(Product.of(Inverse(matrix), as_vec(right)), *unknown.shape), _invertible(matrix))
    return Solution(tidy(closed.value), closed.condition)


def _is_column(e: Expr) -> bool:
    return e.cols is ONE and not e.is_scalar


def linear_terms(e: Expr, variable: Expr) -> list[Linear] | None:
    """The terms of an expression that is linear in V; None where V does not stand as a factor in every one."""
    found: list[Linear] = []
    waiting = [(e, Linear())]
    while waiting:
        node, t = waiting.pop()
        inner = [o for o in node.operands if _holds(o, variable)]
        if node is variable:
            found.append(t)
        elif isinstance(node, Sum) and len(inner) == len(node.operands):
            waiting.extend((o, t) for o in reversed(inner))
        elif isinstance(node, Scale) and inner == [node.operands[1]]:
            waiting.append((inner[0], t._replace(scalar=Hadamard.of(t.scalar, node.operands[0]))))
        elif isinstance(node, Hadamard) and node.is_scalar and len(inner) == 1:
            others = [o for o in node.operands if o is not inner[0]]
            waiting.append((inner[0], t._replace(scalar=Hadamard.of(t.scalar, *others))))
        elif isinstance(node, Product) and len(inner) == 1 and node.operands.count(inner[0]) == 1:
            k = node.operands.index(inner[0])
            left, after = (*t.left, *node.operands[:k]), (*node.operands[k + 1 :], *t.right)
            waiting.append((inner[0], t._replace(left=left, right=after)))
        else:
            return None
    return found


def _holds(e: Expr, variable: Expr) -> bool:
    return fold(e, lambda node, *below: node is variable or any(below))


def _closed(terms: Sequence[Linear], right: Expr) -> Solution | None:
    """The solution without vec, if the terms have one of the forms that have it."""
    plain = [t.scalar for t in terms if not t.left and not t.right]
    lefts = [t for t in terms if t.left and not t.right]
    rights = [t for t in terms if t.right and not t.left]
    if len(plain) == len(terms):
        total = tidy(Sum.of(*plain))
        return Solution(quotient(right, total), "" if total.number else f"{total} ≠ 0")
    if len(terms) == 1:
        return _between(terms[0], right)
    if len(plain) + len(lefts) + len(rights) < len(terms):
        return None
    before = _total([(t.scalar, t.left) for t in lefts], plain)
    after = _total([(t.scalar, t.right) for t in rights], [] if lefts else plain)
    if before is None and after is not None:
        return Solution(Product.of(right, Inverse(after)), _invertible(after))
    if after is None and before is not None:
        return Solution(Product.of(Inverse(before), right), _invertible(before))
    if before is None or after is None:
        return None
    return Solution(Sylvester(before, after, right), f"no eigenvalue of {before} is the negative of one of {after}")


def _between(t: Linear, right: Expr) -> Solution | None:
    """c A V B = C"""
    sides = [tidy(Product.of(*side)) if side else None for side in (t.left, t.right)]
    matrices = [m for m in sides if m is not None]
    if any(m.rows is not m.cols for m in matrices):
        return None
    before, after = (None if m is None else Inverse(m) for m in sides)
    value = Product.of(*[f for f in (before, right, after) if f is not None])
    conditions = [_invertible(m) for m in matrices]
    return Solution(value if t.scalar.number == 1 else quotient(value, t.scalar), ", ".join(conditions))


def _total(terms: Sequence[tuple[Expr, tuple[Expr, ...]]], multiples: Sequence[Expr]) -> Expr | None:
    """Σ c A, and multiples of the identity."""
    if not terms:
        return None
    matrices = [Scale.of(c, Product.of(*factors)) for c, factors in terms]
    identity = Identity(matrices[0].rows)
    return tidy(Sum.of(*[Scale.of(c, identity) for c in multiples], *matrices))


def _invertible(matrix: Expr) -> str:
    return f"{matrix} ≠ 0" if matrix.is_scalar else f"{matrix} is invertible"
