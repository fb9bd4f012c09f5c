"""The rules of the standard form by name, and how terms and powers are taken apart."""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import OPERATORS, UNIT, Expr, Operator, fact
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.linear import Bilinear, Directed, Linear, places
from matdiff.algebra.operators.open_functions import OpenHessian
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.softmax import SoftmaxOfColumns, SoftmaxOfRows
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.operators.triangles import (
    Centering,
    LowerTriangle,
    SkewPart,
    SymmetricPart,
    UpperTriangle,
)
from matdiff.algebra.operators.vectorisation import Commutation
from matdiff.records import NamedTuple

SUMS, LIKE_TERMS, POWERS_OF_SUMS = "sums in front", "like terms", "powers of sums"
EQUAL_BASES, OF_POWERS, OF_FACTORS, OF_MATRICES = (
    "equal bases",
    "powers of powers",
    "powers of factors",
    "powers of matrices",
)
POWERS = frozenset((EQUAL_BASES, OF_POWERS, OF_FACTORS, OF_MATRICES))
OF_PRODUCTS, OF_MULTIPLES, OF_SCALARS = "sums in a product", "multiples of a sum", "sums of scalars"
ENTRYWISE, OF_OPERATIONS, TERM_BY_TERM = "sums in an entrywise product", "sums in an operation", "sums within a sum"
MULTIPLYING_OUT = frozenset((OF_PRODUCTS, OF_MULTIPLES, OF_SCALARS, ENTRYWISE, OF_OPERATIONS, TERM_BY_TERM))
KNOWN_SUMS, ENTRIES, STACKS = "known sums", "entries", "sums over rows"
BEYOND = tuple(
    map(
        frozenset,
        (
            (SUMS,),
            (LIKE_TERMS,),
            (LIKE_TERMS, KNOWN_SUMS),
            (LIKE_TERMS, *MULTIPLYING_OUT),
            (*POWERS,),
            (LIKE_TERMS, *MULTIPLYING_OUT, *POWERS),
            (LIKE_TERMS, *MULTIPLYING_OUT, *POWERS, POWERS_OF_SUMS),
            (LIKE_TERMS, *MULTIPLYING_OUT, *POWERS, KNOWN_SUMS),
        ),
    )
)
IN_TWO_SPELLINGS = BEYOND[2]  # like terms, sum(x) and 1ᵀx

BY_FACTORS = BEYOND[3]
BY_ENTRIES, BY_STACKS = BY_FACTORS | {ENTRIES}, BY_FACTORS | {STACKS}
MOST_TERMS = 400  # of a product that is multiplied out
MOST_WRITTEN = 12  # terms of a sum over an index that are written out
MOST_SUMS = 3  # in one another that are tried in every order
UNSPOKEN = (
    "order of terms",
    "order of factors",
    "scalars in front",
    "inner products in front",
    "zero",
    "identity",
    "ones",
    "transpose of a transpose",
    "transpose of a scalar",
    "transpose of a product",
    "transpose of a multiple",
    "transpose of a sum",
    "transpose of an entrywise product",
    "transpose of a function",
    "transpose of an inverse",
    "transpose of an indexed sum",
    "transpose of a constant",
    "transpose of a declared matrix",
    "transpose of a skew matrix",
    "transpose of blocks",
    "transpose of a symmetric part",
    "transpose of a skew part",
    "transpose of a triangle",
    "transpose of the identity",
    "transpose of a diagonal matrix",
    "transpose beside the identity",
    "transpose of a softmax",
    "sense of a difference",
    "names of indices",
    "order of sums",
    "constants in front of an indexed sum",
    "trace of a scalar",
    "transpose within a trace",
    "numbers in a sum",
    "root as a power",
    "trace of an indexed sum",
)

OF_TRACES = ("trace of an indexed sum", "multiples out of Trace")
IMPLIED_BY = {  # what a rule may be hidden behind
    "order of terms": ("numbers in a sum",),
    "transpose of an entrywise product": ("ones",),
    "transpose beside the identity": ("transpose of a sum", "transpose of a product", "transpose of a function"),
    "scalars in front": (
        "ones",
        "trace of a scalar",
        "inner products in front",
    ),
    "constants in front of an indexed sum": ("trace of an indexed sum",),
}


def hiding(*some: str) -> set[str]:
    """Rules, and those that they may be hidden behind."""
    return set(some).union(*map(implied, some))


def implied(rule: str) -> set[str]:
    """The rules that one may be hidden behind."""
    found = set(IMPLIED_BY.get(rule.partition(" out of ")[0], ()))
    if rule == "scalars in front":
        found |= {*multiples()}
    if rule in OF_TRACES:
        found |= {"trace of a scalar"}
    if rule.startswith("transpose"):
        found |= {"transpose of a scalar", "transpose within a trace"}
    return found


def rule_of(e: Expr) -> str | None:
    """The rule that takes a transpose into an operation."""
    for classes, rule in TRANSPOSES:
        if isinstance(e, classes):
            return rule
    turns = isinstance(e, (OpenHessian, Commutation, Centering)) or (isinstance(e, Operator) and e.mirrors)
    return f"transpose of {type(e).__name__}" if turns else None


def rules() -> tuple[str, ...]:
    """The names of all rules; operators that are linear, or say how they are transposed, have one each."""
    own = [n for n, c in OPERATORS.items() if c.mirrors or c in (OpenHessian, Commutation, Centering)]
    return (*UNSPOKEN, *multiples(), *[f"transpose of {name}" for name in own])


def multiples() -> list[str]:
    """The names of the rules by which a number or a scalar in an operand may stand in front of an operation."""
    return [f"multiples out of {name}" for name, kind in OPERATORS.items() if issubclass(kind, (Linear, Directed))]


def may_matter(rule: str, there: set[str]) -> bool:
    """Whether a rule may be about a step with these operators: one of an operator only where that is there."""
    about = rule.rpartition(" of ")[2]
    return about in there or about not in OPERATORS


def linear_places(e: Expr) -> range:
    """The places of the operands in which an operation is linear, in each by itself."""
    if isinstance(e, Directed):
        return range(len(e.operands) - len(e.directions), len(e.operands))
    found = places(e) if isinstance(e, Linear) else range(0)
    return found if len(found) == 1 or isinstance(e, Bilinear) else range(0)


TRANSPOSES: tuple[tuple[tuple[type[Expr], ...], str], ...] = (
    ((Product,), "transpose of a product"),
    ((Scale,), "transpose of a multiple"),
    ((Sum,), "transpose of a sum"),
    ((Hadamard,), "transpose of an entrywise product"),
    ((Entrywise, Power, Unspecified), "transpose of a function"),
    ((IndexedSum,), "transpose of an indexed sum"),
    ((HorizontalStack, VerticalStack), "transpose of blocks"),
    ((SymmetricPart,), "transpose of a symmetric part"),
    ((SkewPart,), "transpose of a skew part"),
    ((LowerTriangle, UpperTriangle), "transpose of a triangle"),
    ((Inverse, MatrixPower, SymbolicPower), "transpose of an inverse"),
    ((DiagonalMatrix,), "transpose of a diagonal matrix"),
    ((SoftmaxOfRows, SoftmaxOfColumns), "transpose of a softmax"),
)


def is_all_ones(e: Expr) -> bool:
    """1, or 11ᵀ."""
    match e:
        case Product(operands=(Ones(), Transpose(operands=(Ones(),)))):
            return True
        case _:
            return isinstance(e, Ones) or (isinstance(e, Transpose) and isinstance(e.operands[0], Ones))


def depth(e: Expr) -> int:
    """How many sums over an index stand in one another."""
    return fact("sums", e, lambda node, below: max(below, default=0) + isinstance(node, IndexedSum))


# ---- terms and powers --


class Term(NamedTuple):
    """number × scalars × core, where the core is no scalar, or None."""

    number: Fraction
    scalars: tuple[Expr, ...]
    core: Expr | None


def term(e: Expr) -> Term:
    """An expression in standard form as a term."""
    scalars, core = (
        (e.operands if isinstance(e, Scale) else (e, None)) if e.is_scalar or isinstance(e, Scale) else (None, e)
    )
    if scalars is None:
        return Term(UNIT, (), core)
    factors = scalars.operands if isinstance(scalars, Hadamard) else (scalars,)
    number = factors[0].number
    return Term(UNIT, factors, core) if number is None else Term(number, factors[1:], core)
