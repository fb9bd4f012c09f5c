"""Convex by composition: sums of convex functions of affine ones, which need no Hessian.

‖Ax + b‖,  (a(x))²,  u(x)ᵀP u(x) with P ⪰ 0,  exp,  −log,  −log det of affine functions, and their sums
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Flag

from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.entrywise import Exp, Log, Sqrt
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum
from matdiff.algebra.operators.softmax import LogSumExp
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum, Member, SumOfEntries
from matdiff.calculus.definiteness.certificate import is_affine
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of
from matdiff.calculus.gradient import independent
from matdiff.solving.equations import sign_of
from matdiff.solving.terms import turned


class Shape(Flag):
    """What a function is: an affine one is both."""

    NEITHER = 0
    CONVEX = 1
    CONCAVE = 2
    AFFINE = 3


TURNED = {Shape.CONVEX: Shape.CONCAVE, Shape.CONCAVE: Shape.CONVEX}


def by_composition(f: Expr, unknowns: Iterable[Expr], sizes: frozenset[str]) -> Shape:
    """Whether a function is convex or concave by the way it is written; of an array in every entry."""
    varies = independent(f, list(unknowns))
    found: dict[Expr, Shape] = {}
    for node in postorder(f, prune=lambda n: not varies(n) or isinstance(n, Member)):
        if not varies(node) or is_affine(node, varies):
            found[node] = Shape.AFFINE
        else:
            found[node] = of_node(node, found, varies, sizes)
    return found[f]


def of_node(node: Expr, found: dict[Expr, Shape], varies: Callable[[Expr], bool], sizes: frozenset[str]) -> Shape:
    """The shape of an operation that is not affine, from those of its operands."""
    below = [found.get(o, Shape.NEITHER) for o in node.operands]
    match node:
        case Sum():
            return all_of(below)
        case IndexedSum() | SumOfEntries() | Named():
            return below[0]
        case Scale() | Hadamard():
            return of_multiple(node, below, varies, sizes)
        case Power():
            return of_power(node, below, sizes)
        case Norm() | LogSumExp() | Exp():
            return Shape.CONVEX if below[0] is Shape.AFFINE else Shape.NEITHER
        case LogDeterminant(operands=(a,)) | Log(operands=(Determinant(operands=(a,)),)):
            return of_determinant(a, found, sizes)
        case Log(operands=(Power(operands=(a, k)),)) if (
            found[a] is Shape.AFFINE and k.number is not None and sign(a, sizes) == 1
        ):
            return Shape.CONCAVE if k.number > 0 else Shape.CONVEX  # log aᵏ = k log a
        case Log() | Sqrt():
            return Shape.CONCAVE if below[0] is Shape.AFFINE else Shape.NEITHER
        case Product() if node.is_scalar:
            return of_form(node.operands, found, varies)
        case Trace() if isinstance(node.operands[0], Product):
            factors = node.operands[0].operands
            turns = (factors[k:] + factors[:k] for k in range(len(factors)))
            return next((s for t in turns if (s := of_form(t, found, varies)) is not Shape.NEITHER), Shape.NEITHER)
    return Shape.NEITHER


def of_determinant(a: Expr, found: dict[Expr, Shape], sizes: frozenset[str]) -> Shape:
    """log det A is concave, and log det A⁻¹ convex, for an affine A that is positive definite."""
    inside = a.operands[0] if isinstance(a, Inverse) else a
    if found[inside] is not Shape.AFFINE or sign_of(inside, sizes) != "positive definite":
        return Shape.NEITHER
    return Shape.CONCAVE if inside is a else Shape.CONVEX


def all_of(shapes: Iterable[Shape]) -> Shape:
    """What all terms of a sum are."""
    whole = Shape.AFFINE
    for s in shapes:
        whole &= s
    return whole


def sign(e: Expr, sizes: frozenset[str]) -> int:
    """1 where no entry is negative, −1 where none is positive, else 0."""
    interval = entries_of(BothSigns(sizes), e).interval
    return 1 if interval.is_nonnegative else -1 if interval.is_nonpositive else 0


def of_multiple(node: Expr, below: list[Shape], varies: Callable[[Expr], bool], sizes: frozenset[str]) -> Shape:
    """c f for a factor c whose sign is known, and c a log a."""
    moving = [k for k, o in enumerate(node.operands) if varies(o)]
    signs = [sign(o, sizes) for k, o in enumerate(node.operands) if k not in moving]
    if 0 in signs:
        return Shape.NEITHER
    shape = below[moving[0]] if len(moving) == 1 else of_entropy([node.operands[k] for k in moving], varies, sizes)
    return TURNED.get(shape, shape) if signs.count(-1) % 2 else shape


def of_entropy(factors: list[Expr], varies: Callable[[Expr], bool], sizes: frozenset[str]) -> Shape:
    """a(b + k log(a/c)) of an affine a that varies, with a positive c and a k whose sign is known."""
    a = next((f for f in factors if is_affine(f, varies)), None)
    other = next((f for f in factors if f is not a), None)
    if a is None or other is None or len(factors) != 2:
        return Shape.NEITHER
    moving = [t for t in (other.operands if isinstance(other, Sum) else (other,)) if varies(t)]
    around = moving[0].operands if isinstance(moving[0], (Hadamard, Scale)) else (moving[0],)
    logarithm, signs = around[-1], [sign(o, sizes) for o in around[:-1]]
    if len(moving) != 1 or not isinstance(logarithm, Log) or 0 in signs or any(map(varies, around[:-1])):
        return Shape.NEITHER
    inside = logarithm.operands[0]
    others = [o for o in inside.operands if o is not a]
    is_multiple = isinstance(inside, (Hadamard, Scale)) and len(others) < len(inside.operands)
    is_ratio = is_multiple and all(sign(o, sizes) == 1 and not varies(o) for o in others)
    if inside is not a and not is_ratio:
        return Shape.NEITHER
    return Shape.CONCAVE if signs.count(-1) % 2 else Shape.CONVEX


def of_power(node: Expr, below: list[Shape], sizes: frozenset[str]) -> Shape:
    """Even powers of affine functions, powers ≥ 1 of norms, reciprocals of positive affine functions."""
    base, k = node.operands[0], node.operands[1].number
    if k is None:
        return Shape.NEITHER
    if isinstance(base, Norm) and k >= 1:
        return below[0]
    if below[0] is not Shape.AFFINE:
        return Shape.NEITHER
    if k.denominator == 1 and k > 0 and k % 2 == 0:
        return Shape.CONVEX
    interval = entries_of(BothSigns(sizes), base).interval
    return Shape.CONVEX if k < 0 and interval.is_positive else Shape.NEITHER


def of_form(factors: tuple[Expr, ...], found: dict[Expr, Shape], varies: Callable[[Expr], bool]) -> Shape:
    """u(x)ᵀP u(x), or Tr(U(x)ᵀP U(x)), for a semidefinite P that does not vary and an affine u."""
    half = len(factors) // 2
    if half == 0 or [turned(f) for f in reversed(factors[:half])] != [*factors[len(factors) - half :]]:
        return Shape.NEITHER
    right = factors[len(factors) - half :]
    if not is_affine(Product.of(*right), varies):
        return Shape.NEITHER
    if len(factors) % 2 == 0:
        return Shape.CONVEX
    middle = factors[half]
    if varies(middle):
        return Shape.NEITHER
    kind = sign_of(middle)
    if kind.startswith("positive"):
        return Shape.CONVEX
    return Shape.CONCAVE if kind.startswith("negative") else Shape.NEITHER
