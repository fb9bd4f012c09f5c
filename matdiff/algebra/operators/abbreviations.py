"""What an abbreviation is, and the sizes that some speak of.

The language knows the name of an abbreviation, and expressions are made of what it stands for; so it has
no law of its own, but a definition in the catalogue.
"""

from __future__ import annotations

from typing import ClassVar

from matdiff.algebra.dims import Size
from matdiff.algebra.expr import OPERATORS, Expr, Number, Operator, Symbol
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.products import Hadamard, Sum


class Abbreviation(Operator):
    """A name for an expression made of operators; *of* builds it, *meaning* says it in the language."""

    meaning: ClassVar[str] = ""
    where: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        del OPERATORS[cls.__name__]  # no node is ever one
        name = cls.names[0]
        Law(f"definition_of_{name}", f"{name}(…)", cls.meaning, "definition", cls.of, where=cls.where)


def count(number: Size) -> Expr:
    """A size as a scalar.

    >>> from matdiff.algebra.dims import size
    >>> count(size("m") * size("n"))
    Expr('mn': scalar)
    """
    terms: list[Expr] = []
    for names, coefficient in number.terms:
        factors = [Number(coefficient)] * (coefficient != 1 or not names) + [Symbol(name) for name in names]
        terms.append(Hadamard.of(*factors))
    return Sum.of(*terms) if terms else Number(0)
