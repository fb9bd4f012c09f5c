"""Texts that are read together: a line beside its symbols, both sides of a law or of an equation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from matdiff import regex as re
from matdiff.algebra.dims import Size, size
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law, Statement
from matdiff.errors import MatdiffError, NotationError
from matdiff.language.answers import noted
from matdiff.language.counting import name_sizes
from matdiff.language.declarations import declare, declare_members, leading_declarations
from matdiff.language.declared import Declaration, Declarations, Where, declare_symbols
from matdiff.language.outside import outside
from matdiff.language.parameters import bound_letters
from matdiff.language.reading import Readings
from matdiff.language.search import ANY_COST, Budget, Search
from matdiff.language.syntax import Node
from matdiff.language.typed import build

EQUALS = " = "  # between the sides of an equation


def read_line(text: str, declared: Declarations, scalar: bool = False) -> Expr:
    """A side of a line of a derivation, in which d(X) is the differential of X; its symbols are declared from then on.

    *scalar* asks for a scalar.

    >>> print(read_line("-X^-1 d(X) X^-1", declare("X: n x n")))
    −X⁻¹ dX X⁻¹
    """
    read, table, general = _line(text, tuple(declared.table.items()), tuple(declared.general.items()), scalar)
    declared.table.clear()
    declared.table.update(table)
    declared.general.update(general)
    if isinstance(read, MatdiffError):
        raise read.with_traceback(None)
    return read


@lru_cache(maxsize=1 << 12)
def _line(
    text: str, known: tuple[tuple[str, Declaration], ...], general: tuple[tuple[str, Size], ...], scalar: bool
) -> tuple[Expr | MatdiffError, dict[str, Declaration], dict[str, Size]]:
    """A side under what is known, or the error in it, and what is declared then; a derivation is read several times."""
    declared = Declarations(dict(known))
    declared.general.update(general)
    is_matrix = any(name.startswith("Sigma_") for name in declared)  # Σ_{k}, which is no sum
    try:
        declare_members(declared, bound_letters(text.replace("Σ", "S") if is_matrix else text))
        expr = Readings(text, declared, [], scalar, True).best().expr
    except MatdiffError as error:
        return error.with_traceback(None), declared.table, declared.general
    declare_symbols(expr, declared)
    return expr, declared.table, declared.general


def read_within(text: str, declared: Declarations, scalar: bool = True) -> None:
    """Declares the symbols of a number, or of anything, that is written with definitions in front: a = Wx; aᵀa."""
    declare_symbols(Readings(text, declared, [], scalar, False).best().expr, declared)


def read_law(law: Law | Statement) -> tuple[Expr, Expr]:
    """Both sides of a law, or of one of its statements; undeclared capital letters are square matrices of one size."""
    declared = declare(law.where)
    n = size("n")
    for letter in dict.fromkeys(re.findall(r"(?<![A-Za-z])[A-Z](?![A-Za-z])", law.statement)):
        if letter not in declared and letter != "I":
            declared.table[letter] = Declaration(letter, (n, n))
    left, right = _split_statement(law.statement)
    return _read_together([Readings(side, declared, [], False, True) for side in (left, right)])


def read_pair(left: str, right: str, where: Where = None, dialect: str | None = None) -> tuple[Expr, Expr]:
    """Two texts whose symbols are the same and whose shapes agree."""
    fronts, rests = zip(*map(leading_declarations, (left, right)), strict=True)
    declared = declare(where, [*fronts[0], *fronts[1]])
    return _read_together([Readings(rest, declared, [], False, False, dialect) for rest in rests])


def read_beside(known: Expr, text: str, where: Where = None, dialect: str | None = None) -> Expr:
    """A text whose symbols are those of an expression, as far as they occur there."""
    front, rest = leading_declarations(text)
    declared = declare(where, front)
    declare_symbols(known, declared)
    return Readings(rest, declared, [], False, False, dialect).best().expr


def read_equation(left: str, right: str, declared: Declarations) -> tuple[Expr, Expr]:
    """Both sides of an equation of a derivation; their symbols are declared from then on."""
    pair = _read_together([Readings(side, declared, [], False, True) for side in (left, right)])
    for side in pair:
        declare_symbols(side, declared)
    return pair


def _read_together(sides: Sequence[Readings]) -> tuple[Expr, Expr]:
    """Both sides of an equation under one search."""
    trees = [side.bind((), []) for side in sides]
    joined = trees[0]
    for tree in trees[1:]:
        tree.shift(len(joined.text) + len(EQUALS))
        joined.text += EQUALS + tree.text
        joined.names.update({k: v for k, v in tree.names.items() if k not in joined.names})
        joined.free_indices.update(tree.free_indices)
        joined.kin.update(tree.kin)
        joined.shaped |= tree.shaped
        joined.notes.extend(tree.notes)
    joined.tree = Node("equation", [t.tree for t in trees], None, 0, len(joined.text))
    joined.order = [*trees[0].order, *trees[1].order, joined.tree]
    found = Search(joined, False, Budget()).run(ANY_COST)
    if found is None:
        raise NotationError("the two sides cannot be read together", text=joined.text, span=(0, len(joined.text)))
    name_sizes(found, joined)
    pair = build(found.typed.operands[0]), build(found.typed.operands[1])
    for side in pair if not sides[0].laws else ():  # what is said of a user's text is not for a law to change
        side.facts["notes"] = noted(found, joined)
    return pair


def _split_statement(statement: str) -> tuple[str, str]:
    """The sides of an equality: split at the = outside brackets."""
    if sign := next(outside(statement, "="), None):
        return statement[: sign.start()], statement[sign.end() :]
    raise NotationError("a law is an equality", text=statement, span=(0, len(statement)))
