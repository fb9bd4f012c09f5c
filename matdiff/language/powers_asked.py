"""Unknowns that are powers: the derivative by σ² is that by v, where σ is √v, and that by Σ⁻¹ is by Λ, where Σ is Λ⁻¹.

In goes what a text was read as, out comes the same as a function of a letter of its own, and a note that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number, Symbol, replace, symbols
from matdiff.algebra.fresh import fresh
from matdiff.algebra.operators.entrywise import Log, Sqrt
from matdiff.algebra.operators.products import Power, Scale
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.sums import Member
from matdiff.language.answers import Reading
from matdiff.language.names import Asked, changed, named, power_asked
from matdiff.language.spelling import plain

SHARED = frozenset("symmetric skew psd spd orthogonal diagonal lower upper".split())  # by a matrix and its inverse
NUMBERS, MATRICES = "vsuzqr", ("Lambda", "P", "Q", "K")


def in_powers(reading: Reading, names: Sequence[str]) -> None:
    """Makes the function one of a letter for each of the *names* that is a power of a symbol or of a member."""
    for name in names:
        power = power_asked(plain(name))
        if power is None or reading.constraints or named(changed(plain(name))) in reading.symbols:
            continue
        of = reading.find(power.base)
        whole = of.operands[0] if isinstance(of, Member) else of
        if of is None or not isinstance(whole, Symbol) or not (whole.is_scalar or _has_inverse(whole, power)):
            continue
        letter = _letter(whole, power, reading.expr)
        stand_in = Member(letter, *of.operands[1:]) if isinstance(of, Member) else letter
        said = f"{stand_in} stands for {plain(name)}" + (f", and {of} is its positive root" if power.is_square else "")
        reading.takes(name, stand_in, replace(reading.expr, _turned(whole, letter, power.is_square)), said)


def _has_inverse(whole: Symbol, power: Asked) -> bool:
    """Whether it is a square matrix of which the inverse is asked for, and has all that it is declared to have."""
    rows, cols = whole.shape
    return rows is cols and rows is not ONE and not power.is_square and whole.properties <= SHARED


def _letter(whole: Symbol, power: Asked, f: Expr) -> Symbol:
    """A symbol of a name that the function does not have, of the shape and properties of the power."""
    sizes = {size for s in symbols(f) for extent in (*s.shape, *s.ranges) for size in extent.names()}
    taken = {s.name for s in symbols(f)} | sizes
    if whole.is_scalar:
        kept = {"positive"} if power.is_square else whole.properties & {"positive"}
        return Symbol(next(fresh(taken, "v", NUMBERS)), whole.shape, kept, whole.ranges)
    return Symbol(next(fresh(taken, "Lambda", MATRICES)), whole.shape, whole.properties, whole.ranges)


def _turned(whole: Symbol, letter: Symbol, is_square: bool) -> Callable[[Expr], Expr | None]:
    """What a node is in terms of the letter: σ² is v, σ⁴ is v², log σ is ½ log v; Σ⁻¹ is Λ, and Σ is Λ⁻¹."""

    def stand_in(e: Expr) -> Expr | None:
        if e is whole:
            return letter
        return Member(letter, *e.operands[1:]) if isinstance(e, Member) and e.operands[0] is whole else None

    def turned(e: Expr) -> Expr | None:
        base = stand_in(e.operands[0]) if isinstance(e, (Power, Log, Inverse)) else None
        if isinstance(e, Power) and base is not None and isinstance(e.operands[1], Number):
            exponent = e.operands[1].value / 2 if is_square else -e.operands[1].value
            return base if exponent == 1 else Power.of(base, Number(exponent))
        if isinstance(e, Inverse) and base is not None:
            return base
        if isinstance(e, Log) and base is not None and is_square:
            return Scale.of(Number(Fraction(1, 2)), Log.of(base))
        itself = stand_in(e)
        if itself is None:
            return None
        return Sqrt.of(itself) if is_square else Power.of(itself, Number(-1)) if e.is_scalar else Inverse.of(itself)

    return turned
