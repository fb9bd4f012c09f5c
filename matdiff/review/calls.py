"""Calls of what a text defines: f for f(x), a name for f(x + h), the value at a solution for f(x*)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, replace, symbols
from matdiff.language.names import SUBS, named
from matdiff.review.definitions import STARRED
from matdiff.review.operators import FUNCTION, LETTER

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
    known = scope.arguments.get(named(m.group("name"))) if named(m.group("name")) in scope.definitions else None
    given = m.group("arguments").split(",")
    if not known or len(given) != len(known):
        return m.group()
    if tuple(named(a.strip()) for a in given) == known:
        return f"{m.group('name')} "
    f = scope.unfolded(scope.definitions[named(m.group("name"))])
    if named(m.group("name")) in {named(n) for n in re.findall(LETTER, m.group("arguments"))}:
        return m.group()  # p(1 − p) is a product
    at: dict[str, Expr] = {a: _argument(scope, a, text) for a, text in zip(known, given, strict=True)}
    if any(at[s.name].shape != s.shape for s in symbols(f) if s.name in at):
        return m.group()
    there: dict[Expr, Expr] = {s: at[s.name] for s in symbols(f) if s.name in at}
    return f" {scope.stored(replace(f, there.get))} "


def _argument(scope: Scope, name: str, text: str) -> Expr:
    """What stands for an argument: of x* the solution for x, where there is one."""
    solved = scope.solutions.get(scope.read(name)) if re.sub(STARRED, "", named(text.strip())) == name else None
    return scope.read(text) if solved is None else solved
