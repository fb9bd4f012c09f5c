"""Calls of what a text defines: f for f(x), a name for f(x + h), the value at a solution for f(x*)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matdiff.algebra.expr import Expr, replace, symbols
from matdiff.language.names import named
from matdiff.review.definitions import STARRED
from matdiff.review.operators import FUNCTION, LETTER

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

CALL = rf"(?<![A-Za-z])(?:{FUNCTION})(?![A-Za-z])|(?P<name>{LETTER})\s*\((?P<arguments>[^()=]*)\)"  # f(x)


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
