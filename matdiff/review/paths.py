"""Matrices that depend on a number in a way that a text does not give: A(t), of which dA/dt is a symbol of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Number, Symbol, postorder, replace, symbols
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.differentials import Differential
from matdiff.calculus.forms import RESULT, differential_form
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.language.declared import Declaration
from matdiff.language.names import named
from matdiff.language.together import read_equation, read_line
from matdiff.review.derivatives import derivative
from matdiff.review.operators import FUNCTION, LETTER, Asked, D, increments_in, letters_in, with_names

if TYPE_CHECKING:
    from matdiff.review.chain import Chain
    from matdiff.review.lines import Line
    from matdiff.review.scope import Scope

TWO_DOTS = "\u0308"
DOT, RATES = r"(?:\u0307|_dot(?![A-Za-z]))", ("_dot", "_ddot")  # of ẋ
LINEAR = frozenset(("symmetric", "skew", "diagonal", "lower", "upper"))


def find_paths(scope: Scope, lines: list[Line]) -> None:
    """Notes the letters of which a text has the derivatives alone, and the numbers by which it differentiates them.

    Where that is one number, whatever has an increment depends on it.  Of x in a text with V̇ or dV/dt it is ẋ.
    """
    asked: set[Asked] = set()

    def note(one: Asked) -> str:
        asked.add(one)
        return " "

    statements = [[with_rates(scope, side) for side in s.sides] for line in lines for s in line.statements]
    sides = [side for spelt in statements for side in spelt]
    rest = [with_names(side, scope.functions, note) for side in sides]
    pairs = {(named(one.of), one.by.strip()) for one in asked if one.of and not one.of.startswith("(")}
    for of, by in pairs:
        parameter = named(by)
        plain = [re.sub(rf"({LETTER})\s*{_argument(by)}|{D}\s*{re.escape(by)}", r"\1 ", side) for side in rest]
        used = {one for side in plain for letter in letters_in(side) for one in (letter, _base(letter))}
        is_number = re.fullmatch(LETTER, by) is not None and not by[0].isupper()
        is_number = is_number and (scope.declared.get(parameter) or Declaration(parameter, SCALAR)).shape == SCALAR
        is_number = is_number and not {parameter, _base(parameter)} & used and parameter not in scope.texts
        moving = {of} & used if not {of, _base(of)} & scope.functions else _leaves(scope, of, by, statements)
        for name in sorted(moving) if is_number else ():
            scope.paths.setdefault(name, by)
            scope.declared.table.setdefault(parameter, Declaration(parameter, SCALAR))
    if len({*scope.paths.values()}) == 1:
        (by,) = {*scope.paths.values()}
        moving = {name for side in rest for name in increments_in(side, scope.names())} - scope.texts.keys()
        scope.paths.update(dict.fromkeys(sorted(moving - {named(by)}), by))
    for name in sorted(n for n in {letter for side in rest for letter in letters_in(side)} if n.endswith(RATES)):
        base = name.removesuffix("_dot") if name.endswith("_dot") else f"{name.removesuffix('_ddot')}_dot"
        scope.rates[base] = name
        called = {named(m) for side in sides for m in re.findall(rf"({LETTER})\s*\(t\)", side)}
        scope.paths |= {base: "t"} if base in called - scope.texts.keys() or "t" in {one.by for one in asked} else {}
    for spelt in statements if scope.paths or scope.rates else ():
        _find_shapes(scope, spelt)
    for base, name in sorted(scope.rates.items()):
        if base in scope.declared and name not in scope.declared:
            scope.declared.table[name] = Declaration(name, scope.declared[base].shape)


def _leaves(scope: Scope, of: str, by: str, statements: Sequence[Sequence[str]]) -> Collection[str]:
    """The letters of a definition that stand nowhere else, K and σ of C = K + σ²I, where no line says what ∂C/∂θ is."""
    said = scope.texts.get(of, "")
    others = [side for sides in statements for side in sides if side != said]
    called = [(sides, re.match(rf"({LETTER})\s*{_argument(by)}", sides[0])) for sides in statements]
    if beside := [sides for sides, m in called if m and named(m[1]) not in scope.functions]:
        return letters_in(said) & letters_in(" ".join(beside[0]))  # x of A(p)x = b
    claimed = rf"[\s()]*{D}\s*{LETTER}[\s()]*/[\s()]*{D}\s*{re.escape(by)}[\s()]*"
    firsts = (sides[0] for sides in statements if re.fullmatch(claimed, sides[0]))
    if any(of in letters_in(side) for side in firsts) or any(re.search(DOT, side) for side in others):
        return set()  # where ẇ stands it is w that moves
    return letters_in(said) - scope.texts.keys() - {"I"} - set().union(*map(letters_in, others))


def with_rates(scope: Scope, side: str) -> str:
    """dV/dt for V̇, and d²V/dt² for V̈, of a V that is defined."""

    def rate(m: re.Match[str]) -> str:
        spelt = f"(d²{m[1]}/dt²)" if m[2] == TWO_DOTS else f"((d{m[1]})/(dt))"
        return spelt if named(m[1]) in scope.texts else m[0]

    return re.sub(rf"([^\W\d_])({DOT}|{TWO_DOTS})", rate, side)


def _find_shapes(scope: Scope, sides: Sequence[str]) -> None:
    """Declares what moves as it is used, ∂K/∂θ being as large as K: that of K⁻¹ ∂K/∂θ y is square, and A of ẋ = Ax."""
    plain = [
        with_names(s, scope.functions, lambda one: f" {one.of} " if one.of in scope.paths else " ∇ ") for s in sides
    ]
    plain = [re.sub(rf"{DOT}|\u0308", "", side) for side in plain] if scope.rates else plain
    with suppress(MatdiffError):
        if sides[1:] and named(plain[0].strip()) in scope.paths and plain[0] != sides[0]:
            read_equation(plain[0], plain[1], scope.declared)
    for side, spelt in zip(sides, plain, strict=True):
        if spelt != side and not letters_in(spelt) & {*scope.texts, "∇"}:
            with suppress(MatdiffError):
                for s in symbols(read_line(spelt, scope.declared)):
                    scope.declared.table[s.name] = scope.declared[s.name]._replace(shape=s.shape)


def with_paths(scope: Scope, side: str) -> str:
    """A side with A for A(t), and dV/dt for V̇."""
    side = with_rates(scope, side)
    for name, by in scope.paths.items():
        side = re.sub(rf"(?<![A-Za-z])({FUNCTION})\s*{name}\s*{_argument(by)}", rf"\1({name})", side)  # det A(t) tr(B)
        spelt = "|".join(re.escape(n) for n in {*re.findall(LETTER, side)} if named(n) == name) or "(?!)"
        side = re.sub(rf"(?<![A-Za-z])({spelt})\s*{_argument(by)}", r"\1 ", side)
    return side


def _base(name: str) -> str:
    """The letter of a name: o of o_k."""
    return re.split("_|[0-9]", name)[0]


def _argument(by: str) -> str:
    """The pattern of (θ), also behind what depends on θ_j."""
    return rf"\(\s*(?:{re.escape(by)}|{re.escape(_base(by))})\s*\)"


def along(scope: Scope, asked: Asked, function: Expr | None) -> Expr | None:
    """A derivative by a number on which letters of the text depend; None of any other.

    >>> from matdiff.review.reviewing import review
    >>> [line.verdict for line in review("f = tr(AB)\\ndf/dt = tr(B dA/dt)").lines]
    ['not a claim', 'proved']
    """
    if named(asked.by) not in map(named, scope.paths.values()) or asked.order != 1:
        return None
    if function is None:
        known = scope.declared.get(named(asked.of))
        if known is None or known.name not in scope.paths:
            return None
        return slope_by(scope, Symbol(known.name, known.shape, known.properties), asked.by)
    f = scope.unfolded(function)
    moving = {s: slope_by(scope, s, asked.by) for s in symbols(f) if scope.paths.get(s.name, "") and not s.ranges}
    if not moving or named(asked.by) in {s.name for s in symbols(f)}:
        raise UnsupportedError(f"how the function depends on {asked.by} is not known")
    places = [{*symbols(node)} for node in postorder(f) if is_a(node, "Unspecified")]
    if still := next((inside for inside in places if inside.isdisjoint(moving)), None):  # x of U(x), where v is ẋ
        raise UnsupportedError(f"how {min(map(str, still))} moves is not said")
    form = differential_form(f, {str(s): s for s in moving}).gradients[RESULT]
    return replace(form, {Differential(s): slope for s, slope in moving.items()})


def of_motion(scope: Scope, chain: Chain, value: Expr) -> dict[str, Expr] | None:
    """What a side says of how something moves of which the text gives nothing else, as m dv/dt = −kx − cv of dv/dt."""
    truth = chain.truth
    slopes, others = ({s for s in symbols(e) if s.name.rpartition("_")[0] in scope.paths} for e in (truth, value))
    is_told = not letters_in(chain.first).isdisjoint(scope.definitions)
    if not slopes or others or is_told or truth.shape != value.shape:
        return None
    (slope,) = slopes if len(slopes) == 1 else (None,)
    if slope is truth:
        return {slope.name: value}
    if (
        slope is None
        or truth.shape != SCALAR
        or slope.shape != SCALAR
        or slope in symbols(factor := derivative(truth, slope, 1))
    ):
        return {}
    return {slope.name: value / factor}


def slope_by(scope: Scope, moving: Symbol, by: str) -> Symbol:
    """∂A/∂θ as a symbol, in the subspace where A varies; ẋ where a text has that."""
    name = scope.rates.get(moving.name) or f"{moving}_{str(Symbol(named(by), SCALAR)).replace('_', '')}"
    return Symbol(name, moving.shape, linear(moving))


def in_rates(scope: Scope, form: Expr) -> Expr:
    """A differential by the time: Ẋ for dX."""
    moving = {s: named(s.name[1:]) for s in symbols(form) if s.name[0] == "d"}
    rates = {s: Symbol(scope.rates[x], s.shape, s.properties) for s, x in moving.items() if x in scope.rates}
    return replace(form, rates | {s: Number(1) for s, x in moving.items() if x == "t"})


def linear(moving: Symbol) -> frozenset[str]:
    """The properties of a symbol that its differential has too."""
    symmetric = {"symmetric"} if moving.properties & {"spd", "psd"} else set()
    return (moving.properties & LINEAR) | symmetric
