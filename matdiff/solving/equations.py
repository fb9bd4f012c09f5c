"""What an equation is, what solves it, and the conditions under which a law may be used.

An equation is an expression that is zero, with its unknown.  A law of equations is a function from it to the roots, or
None where it does not apply; each step of a root is an equality that holds at the root.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Symbol, replace, symbols
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose, coefficient
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.symmetry import assumed
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.definiteness.certificate import certificate
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of
from matdiff.records import NamedTuple
from matdiff.solving.terms import Term, holding, in_lowest_terms, multiplied_out, turned

REGULAR = frozenset(("invertible", "spd", "orthogonal"))


class Demand(NamedTuple):
    """What an expression has to be: ``invertible``, ``nonzero``, ``positive``, ``definite``, or ``entries`` not 0.

    Of a Sylvester equation the ``spectra`` must not meet.
    """

    about: Expr
    word: str

    def said(self) -> str:
        """The demand in words."""
        m = self.about
        if self.word == "spectra":
            return f"no eigenvalue of {m.operands[0]} is the negative of one of {m.operands[1]}"
        if self.word == "definite":
            return f"{m} is positive definite"
        if self.word == "entries":
            return f"every entry of {m} is not 0"
        if self.word == "positive":
            return f"{m} > 0" if m.is_scalar else f"every entry of {m} is positive"
        gram = gram_factor(m)
        if self.word == "nonzero" or m.is_scalar:
            return f"{gram} ≠ 0" if gram is not None and gram.cols is ONE else f"{m} ≠ 0"
        if gram is None:
            return f"{m} is invertible"
        base, rank = (gram.operands[0], "row") if isinstance(gram, Transpose) else (gram, "column")
        return f"{m} is invertible, which it is where {base} has full {rank} rank"


Demands = tuple[Demand, ...]


class Root(NamedTuple):
    """A solution of an equation, where it holds, and how it was found."""

    value: Expr
    conditions: tuple[Demand, ...] = ()
    steps: tuple[Step, ...] = ()


class Equation:
    """An expression that is zero, its unknown, and the names of sizes, which are positive."""

    def __init__(self, left: Expr, unknown: Expr, sizes: Collection[str] = ()) -> None:
        self.left = left
        self.unknown = unknown
        self.sizes = sizes

    @cached_property
    def holds(self) -> Callable[[Expr], bool]:
        """Whether a part holds the unknown."""
        return holding(self.unknown)

    @cached_property
    def terms(self) -> list[Term]:
        """The terms, in lowest terms."""
        return in_lowest_terms(multiplied_out(self.left, self.unknown), self.holds)

    def regular(self, m: Expr) -> Demands | None:
        """What must hold so that a matrix or a number has an inverse; None where it is zero."""
        return regular(m, self.sizes)


def equation_law(title: str, statement: str, **more: Any) -> Callable[[Callable[[Equation], list[Root] | None]], Law]:
    """Declares a law of equations; its statement puts the solution into the equation."""
    return lambda apply: Law(apply.__name__, title, statement, "equation", apply, **more)


def form_law(name: str, title: str, statement: str, **more: Any) -> Law:
    """Declares a law that only brings an equation into a form."""
    return Law(name, title, statement, "equation", only_a_form, **more)


def only_a_form(_: Equation) -> list[Root] | None:
    """No roots."""
    return None


# ---- conditions -------------------------------------------------------------------------------------------


def is_invertible(m: Expr) -> bool:
    """Whether a square matrix is known to be invertible, by its declaration or its form."""
    base = m
    while isinstance(base, (Inverse, Transpose)):
        base = base.operands[0]
    if base.rows is not base.cols:
        return False
    if isinstance(m, Inverse) or not assumed(base).isdisjoint(REGULAR):
        return True
    if isinstance(base, Product):
        return all(is_invertible(f) for f in base.operands)
    return False


def sign_of(e: Expr, sizes: Collection[str] = ()) -> str:
    """What is known of the sign of a number or a symmetric matrix; nothing where nothing is."""
    found = certificate(e, sizes)
    if found is not None or not e.is_scalar:
        return "" if found is None else found.kind
    interval = entries_of(BothSigns(frozenset(sizes)), e).interval
    return "positive" if interval.is_positive else "nonnegative" if interval.is_nonnegative else ""


def regular(m: Expr, sizes: Collection[str] = ()) -> Demands | None:
    """The demands under which m⁻¹ exists; None where m is zero."""
    if m.number is not None:
        return None if m.number == 0 else ()
    if is_invertible(m):
        return ()
    if isinstance(m, Scale) or (isinstance(m, Hadamard) and m.is_scalar):
        parts = [regular(o, sizes) for o in m.operands]
        return None if None in parts else tuple(dict.fromkeys(c for p in parts for c in p or ()))
    if m.is_scalar and isinstance(m, Power) and (m.operands[1].number or 0) != 0:
        return regular(m.operands[0], sizes)
    if isinstance(m, Sqrt):
        return regular(m.operands[0], sizes)
    if isinstance(m, DiagonalMatrix):
        return entries_nonzero(m.operands[0])
    if isinstance(m, Norm):
        return (Demand(m.operands[0], "nonzero"),)
    sign = sign_of(m, sizes)
    if sign in ("positive definite", "negative definite", "positive", "negative"):
        return ()
    return None if sign == "zero" else (Demand(m, "nonzero" if m.is_scalar else "invertible"),)


def entries_nonzero(e: Expr) -> Demands | None:
    """What must hold so that one can divide by every entry; None where one cannot."""
    if isinstance(e, (Identity, Zeros)):
        return None
    if "positive" in assumed(e) or isinstance(e, Ones):
        return ()
    if isinstance(e, Power) and e.operands[1].number is not None:
        return entries_nonzero(e.operands[0])
    if isinstance(e, (Hadamard, Scale)):
        parts = [regular(o) if o.is_scalar else entries_nonzero(o) for o in e.operands]
        return None if None in parts else tuple(dict.fromkeys(d for p in parts for d in p or ()))
    return (Demand(e, "entries"),)


def gram_factor(m: Expr) -> Expr | None:
    """A of AᵀA, or of AᵀPA with a positive definite P."""
    if not isinstance(m, Product):
        return None
    factors = m.operands
    half = len(factors) // 2
    if [tidy(turned(f)) for f in reversed(factors[:half])] != [*factors[len(factors) - half :]]:
        return None
    if len(factors) % 2 and sign_of(factors[half]) != "positive definite":
        return None
    kept = [*factors[len(factors) - half :]]
    while len(kept) > 1 and is_invertible(kept[0]):
        del kept[0]
    return Product.of(*kept)


def in_words(
    demands: Iterable[Demand], values: Mapping[Expr, Expr], sizes: Collection[str], told: Callable[[Expr], Expr]
) -> tuple[str, ...]:
    """Demands in words after unknowns have got their values; those that are fulfilled are not said.

    *told* gives an expression the form in which it is said.
    """
    found: list[str] = []
    for d in demands:
        about = tidy(replace(d.about, values.get))
        is_square = gram_factor(coefficient(about)[1] or about) is not None or sign_of(about, sizes) == "nonnegative"
        word = "nonzero" if d.word == "positive" and is_square else d.word
        if word in ("invertible", "nonzero"):
            left = (Demand(about, word),) if word == "nonzero" and not about.is_scalar else regular(about, sizes)
        else:
            left = () if fulfilled(word, about, sizes) else (Demand(about, word),)
        found += [c._replace(about=told(c.about)).said() for c in left or () if not is_all_ones(c)]
    return tuple(dict.fromkeys(found))


def is_all_ones(d: Demand) -> bool:
    """Whether it is 1ᵀA1 that must not be 0, for a definite A."""
    return isinstance(gram_factor(d.about), Ones)


def fulfilled(word: str, e: Expr, sizes: Collection[str]) -> bool:
    """Whether a demand for a sign is known to be met."""
    if word == "entries":
        return entries_nonzero(e) == () or entries_of(BothSigns(frozenset(sizes)), e).interval.is_positive
    if word == "positive" and not e.is_scalar:
        return entries_of(BothSigns(frozenset(sizes)), e).interval.is_positive
    return sign_of(e, sizes) in ("positive", "positive definite")


# ---- the form of an equation --------------------------------------------------------------------------------


def inverse_of(m: Expr) -> Expr:
    """m⁻¹; 1/m of a scalar"""
    return Power(m, Number(-1)) if m.is_scalar else Inverse(m)


def negated(e: Expr) -> Expr:
    """−e in its simplest form."""
    return tidy(-e)


def fresh_symbol(name: str, like: Expr, within: Expr) -> Symbol:
    """A symbol in the place of an expression, with a name that nothing has within another one."""
    taken = {s.name for s in symbols(within)}
    while name in taken:
        name += "_"
    return Symbol(name, like.shape, assumed(like), like.ranges if isinstance(like, Symbol) else ())


def product_of(factors: Sequence[Expr]) -> Expr | None:
    """The product of some factors, or None of nothing."""
    return Product.of(*factors) if factors else None
