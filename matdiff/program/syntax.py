"""Python's own syntax trees as the only way to write code: nothing of a text of the user is ever part of a source."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache

from matdiff.algebra.dims import Size

Node = ast.expr


@cache
def parsed(template: str) -> Node:
    """The syntax tree of a formula."""
    return ast.parse(template, mode="eval").body


class _Filling(ast.NodeTransformer):
    """Puts nodes for the letters of a formula, and the names of a library for those of functions."""

    def __init__(self, letters: Mapping[str, Node], function: Callable[[str], Node]) -> None:
        self.letters = letters
        self.function = function

    def visit_Name(self, node: ast.Name) -> Node:
        return self.letters[node.id] if node.id in self.letters else self.function(node.id)


def filled(template: str, letters: Mapping[str, Node], function: Callable[[str], Node]) -> Node:
    """A formula with operands for its letters."""
    tree = ast.parse(template, mode="eval").body
    found: Node = _Filling(letters, function).visit(tree)
    return found


def name(text: str) -> Node:
    """A variable."""
    return ast.Name(text, ast.Load())


def number(value: Fraction) -> Node:
    """A number: whole, as a decimal where that is exact, else as a quotient."""
    if value < 0:
        return ast.UnaryOp(ast.USub(), number(-value))
    if value.denominator == 1:
        return ast.Constant(int(value))
    if value.denominator & (value.denominator - 1) == 0 and Fraction(float(value)) == value:
        return ast.Constant(float(value))
    return ast.BinOp(ast.Constant(int(value.numerator)), ast.Div(), ast.Constant(int(value.denominator)))


def tuple_of(nodes: Iterable[Node]) -> Node:
    """(a, b)"""
    return ast.Tuple(list(nodes), ast.Load())


def extent(s: Size, called: Callable[[str], str]) -> Node:
    """A size: n*p + 1."""
    divisor = s.denominator
    total: Node | None = None
    for names, c in sorted(s.terms, key=lambda term: (not term[0], term[1] < 0)):
        factors = [name(called(n)) for n in names]
        size = abs(int(c * divisor))
        product: Node | None = ast.Constant(size) if size != 1 or not factors else None
        for factor in factors:
            product = factor if product is None else ast.BinOp(product, ast.Mult(), factor)
        assert product is not None
        if total is None:
            total = ast.UnaryOp(ast.USub(), product) if c < 0 else product
        else:
            total = ast.BinOp(total, ast.Sub() if c < 0 else ast.Add(), product)
    total = total or ast.Constant(0)
    return total if divisor == 1 else ast.BinOp(total, ast.FloorDiv(), ast.Constant(divisor))


def identifier(text: str, taken: set[str]) -> str:
    """A name of Python that none of the taken ones is, which is then taken as well.

    >>> identifier("lambda", set()), identifier("x'", {"x_"}), identifier("2nd", set())
    ('lambda_', 'x_2', 'v_2nd')
    """
    plain = re.sub(r"[^A-Za-z0-9_]", "_", text)
    plain = plain if plain[:1].isalpha() else f"v_{plain.lstrip('_')}"
    plain += "_" * (keyword.iskeyword(plain) or keyword.issoftkeyword(plain))
    found, k = plain, 2
    while found in taken:
        found, k = f"{plain.rstrip('_')}_{k}", k + 1
    taken.add(found)
    return found
