"""Calls of what a text defines: f for f(x), a name for f(x + h), the value at a solution for f(x*)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Index, Symbol, replace, symbols
from matdiff.algebra.operators.products import zero
from matdiff.calculus.expectations.independence import put_all
from matdiff.errors import MatdiffError
from matdiff.language.declared import Declaration
from matdiff.language.names import SUBS, named
from matdiff.language.together import read_equation
from matdiff.review.definitions import STARRED
from matdiff.review.names import base_named
from matdiff.review.opened import Inserted
from matdiff.review.operators import FUNCTION, LETTER, Asked

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

CALL = rf"(?<![A-Za-z])(?:{FUNCTION})(?![A-Za-z])|(?P<name>{LETTER})\s*\((?P<arguments>[^()=]*)\)"  # f(x)
ENTRY = rf"(?:(?<![A-Za-z\\])|(?<=(?<![A-Za-z\\])d))([^\W\d_∂])(_\{{\d+\}}|_\d+|[₀-₉]+)(?![\w{SUBS}])"  # z_2
MOVED = rf"(?:∂|(?<![A-Za-z])d\}}?\s*\(?)(?:{ENTRY})"


def with_entries(scope: Scope, side: str) -> str:
    """z[2] for z_2 in a text with dz_2, where z is a vector that is declared, and z_2 no name of its own."""

    def entry(m: re.Match[str]) -> str:
        whole, own = scope.declared.get(m[1]), named(m[1] + m[2])
        is_vector = whole is not None and not whole.indices and whole.shape[0] != SCALAR[0] == whole.shape[1]
        is_entry = is_vector and m[1] in scope.given and own not in scope.given | scope.texts.keys()
        is_entry = is_entry and not re.search(r"/[\s(]*[∂d]$", side[: m.start()])  # ∂L/∂z_2 asks for it
        return f"{m[1]}[{own[1:].lstrip('_')}]" if is_entry else m[0]

    return re.sub(ENTRY, entry, side) if re.search(ENTRY, side) and re.search(MOVED, scope.text) else side


def without_place(scope: Scope, m: re.Match[str]) -> str:
    """d(f²) for d(f²)(X), the differential at X, which is the argument of f."""
    inside = {named(n) for n in re.findall(LETTER, m.group(1))}
    is_place = any(scope.arguments.get(name) == (named(m.group(2)),) for name in inside)
    return m.group(1) if is_place else m.group()


def without_arguments(scope: Scope, m: re.Match[str]) -> str:
    """f for f(x), where that is what was defined; a name for f(x + h)."""
    if m.group("name") is None:
        return m.group()  # log, in which no g stands
    value = scope.definitions.get(named(m.group("name")))
    known = scope.arguments.get(named(m.group("name"))) if value is not None else None
    given = m.group("arguments").split(",")
    whole, names = re.escape(named(m["arguments"].strip())), {s.name for s in symbols(value)} if value else set()
    if not known and whole not in names and any(re.fullmatch(rf"{whole}_?\d", name) for name in names):
        return f"{m.group('name')} "  # V(θ) of V = θ₁K + θ₂I
    if not known or len(given) != len(known):
        return m.group()
    if tuple(map(base_named, given)) == known:
        return f"{m.group('name')} "
    if named(m.group("name")) in {named(n) for n in re.findall(LETTER, m.group("arguments"))}:
        return m.group()  # p(1 − p) is a product
    found = _put_in(scope, scope.unfolded(scope.definitions[named(m.group("name"))]), known, given)
    if found is None and value is not None and value.shape == SCALAR:  # g(Wx) of a number g(s) is that of each entry
        formula = Inserted(m["name"], known[0], scope.texts[named(m["name"])]).at(f"({m['arguments']})")
        return re.sub(r"(?<!\.)/(?!\s*\d)", "./", formula)
    if found is None:
        return m.group()
    scope.moved[named(m.group("name"))] = found
    return f" {scope.stored(found, frozenset(given))} "


def at_place(scope: Scope, e: Expr, asked: Asked) -> Expr:
    """A derivative at the place that stands behind it, ∇f(0), where that is not the argument itself."""
    known, given = scope.arguments.get(named(asked.of), ()), asked.at.strip()[1:-1].split(",")
    if m := re.search(rf"({LETTER})\s*=([^{{}}]+)", asked.at):
        known, given = (named(m[1]),), [m[2]]
    if not asked.at or len(given) != len(known) or tuple(map(base_named, given)) == known:
        return e
    with suppress(MatdiffError):
        return _put_in(scope, e, known, given) or e
    return e


def _put_in(scope: Scope, e: Expr, known: Sequence[str], given: Sequence[str]) -> Expr | None:
    """An expression with other values of its arguments, p(j) for p(k) of φ_k; None where these have other shapes."""
    pairs = {name: text.strip() for name, text in zip(known, given, strict=True)}
    places = [(i, Index(pairs[i.name], i.last)) for i in e.free if i.name in pairs and pairs[i.name].isalpha()]
    e = put_all(e, *zip(*places, strict=True)) if places else e
    there: dict[Expr, Expr] = {s: _argument(scope, s, pairs[s.name]) for s in symbols(e) if s.name in pairs}
    return replace(e, there) if all(s.shape == value.shape for s, value in there.items()) else None


def _argument(scope: Scope, argument: Symbol, text: str) -> Expr:
    """What stands for an argument: 0, of x* the solution for x, where there is one."""
    is_solution = re.sub(STARRED, "", named(text.strip())) == argument.name
    solved = scope.solutions.get(scope.read(argument.name)) if is_solution else None
    solved = zero(argument.shape) if text.strip() == "0" else solved
    if re.fullmatch(LETTER, text.strip()):  # f(x_1) is that of a vector like x
        scope.declared.table.setdefault(named(text.strip()), Declaration(named(text.strip()), argument.shape))
    elif argument.shape != SCALAR:
        with suppress(MatdiffError):  # the y of φ(y) is as large as the x of φ(x), where nothing else is said of it
            read_equation(argument.name, text, scope.declared)
    return scope.read(text) if solved is None else solved
