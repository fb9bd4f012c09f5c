"""Whether a matrix is symmetric by the way it is written: XᵀX, A + Aᵀ, S⁻¹ for a symmetric S."""

from __future__ import annotations

from collections import Counter

from matdiff.algebra.assumptions import implied
from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.expr import OPERATORS, Expr, Operator, Symbol, postorder
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, coefficient, turned
from matdiff.algebra.operators.square import Inverse, MatrixPower
from matdiff.algebra.operators.structure import DiagonalMatrix, Named
from matdiff.algebra.operators.sums import IndexedSum, Member

NONE: frozenset[str] = frozenset()
TRIANGLES = "LowerTriangle", "UpperTriangle"  # the transpose of one is the other
LONG = 12  # a name for a product of that many factors or more stays closed
Forms = tuple[Expr, Expr]


def assumed(e: Expr) -> frozenset[str]:
    """What is assumed of a symbol, of the members of a family or of a path, and what follows from it."""
    symbol = e.operands[0] if type(e) is Member else e
    if type(symbol) is Symbol:
        return implied(symbol.properties) if symbol.properties else NONE
    declared: frozenset[str] = e.properties if is_a(e, "Path") else NONE  # type: ignore[attr-defined]
    return declared


def is_positive(e: Expr) -> bool:
    """Whether something is a number above 0, a letter that is declared to be one, or a product of such."""
    if isinstance(e, (Hadamard, Scale)):
        return all(map(is_positive, e.operands))
    return e.number > 0 if e.number is not None else "positive" in assumed(e)


def is_not_positive(e: Expr) -> bool:
    """Whether something is 0 or a negative multiple of what is positive."""
    number, rest = coefficient(e)
    return number <= 0 and (rest is None or is_positive(rest))


def is_symmetric(e: Expr) -> bool:
    """Whether e and eᵀ are the same once transposes are pushed to the leaves."""
    if e.rows is not e.cols or ends_differ(e):
        return False
    if "equals its transpose" not in e.facts:
        e.facts["equals its transpose"] = _equals_its_transpose(e)
    found: bool = e.facts["equals its transpose"]
    return found


def _equals_its_transpose(e: Expr) -> bool:
    """The same, found out anew."""
    forms: dict[Expr, Forms] = {}

    def is_known(node: Expr) -> bool:
        """Whether it is a definition that has been asked before, and stays closed."""
        return node is not e and "symmetric" in node.facts and not is_of_factors(node)

    for node in postorder(e, prune=lambda node: node.is_scalar or is_known(node)):
        if is_known(node):
            forms[node] = node, node if node.facts["symmetric"] else Transpose(node)
        else:
            forms[node] = _forms(node, [forms.get(o, (o, o)) for o in node.operands])
            if isinstance(node, Named) and node.rows is node.cols:  # the definitions below are not asked one by one
                node.facts["symmetric"] = forms[node][0] is forms[node][1]
    straight, flipped = forms[e]
    return straight is flipped


def ends_differ(e: Expr) -> bool:
    """Whether e is a product, perhaps named or with a scalar, whose first factor and last one transposed are told apart
    at a glance; then so are e and eᵀ."""
    while isinstance(e, (Named, Scale)):
        e = e.operands[-1]
    if not isinstance(e, Product) or e.is_scalar:
        return False
    first: Expr = e
    last: Expr = e
    while isinstance(first, Product):
        first = first.operands[0]
    while isinstance(last, Product):
        last = last.operands[-1]
    ends = [f.operands[0] if isinstance(f, Transpose) else f for f in (first, last)]
    if not all(f.facts.get("symmetric") is False or (isinstance(f, Symbol) and not f.properties) for f in ends):
        return False
    return ends[0] is not ends[1] or isinstance(first, Transpose) is isinstance(last, Transpose)


def is_symmetric_definition(e: Expr) -> bool:
    """Whether a name stands for a matrix that is symmetric; the answer is kept with the definition."""
    if type(e) is not Named or e.rows is not e.cols or e.is_scalar:
        return False
    if "symmetric" not in e.facts:
        e.facts["symmetric"] = is_symmetric(e)
    return bool(e.facts["symmetric"])


def is_even(e: Expr) -> bool:
    """Whether an exponent is an even number."""
    return e.number is not None and e.number % 2 == 0


def is_opposite(a: Expr, b: Expr) -> bool:
    """Whether B = −A, term by term."""
    while isinstance(a, Scale) and isinstance(b, Scale) and a.operands[0] is b.operands[0]:
        a, b = a.operands[1], b.operands[1]
    terms = [e.operands if isinstance(e, Sum) else (e,) for e in (a, b)]
    return Counter(-t for t in terms[0]) == Counter(terms[1])


def _forms(e: Expr, operands: list[Forms]) -> Forms:
    """e and eᵀ with transposes at the leaves, given these forms of the operands; of a symmetric e the same twice."""
    if e.is_scalar or isinstance(e, (DiagonalMatrix, Identity)) or is_a(e, "SymmetricPart", "Centering"):
        return e, e
    if isinstance(e, (Symbol, Member)) or is_a(e, "Path"):
        return e, e if "symmetric" in assumed(e) else Transpose(e)
    if isinstance(e, (Ones, Zeros)):
        return e, type(e)(e.cols, e.rows)
    if is_a(e, "OpenHessian"):
        return e, e.flipped  # type: ignore[attr-defined]
    straight, flipped = tuple(a for a, _ in operands), tuple(b for _, b in operands)
    if isinstance(e, Transpose):
        return flipped[0], straight[0]
    if isinstance(e, Product):
        return e.rebuild(straight), e.rebuild(flipped[::-1])
    if is_a(e, *TRIANGLES):
        other = OPERATORS[TRIANGLES[is_a(e, TRIANGLES[0])]]
        return e.rebuild(straight), other.make(flipped, e.data)
    if isinstance(e, (Sum, Hadamard)):
        a, b = e.rebuild(straight), e.rebuild(flipped)
        return a, a if Counter(a.operands) == Counter(b.operands) else b
    if isinstance(e, Power) and is_even(e.operands[1]) and is_opposite(straight[0], flipped[0]):
        return e.rebuild(straight), e.rebuild(straight)  # (x1ᵀ − 1xᵀ)², entry by entry
    within = isinstance(e, (Inverse, MatrixPower, Entrywise, Power, IndexedSum, Scale))
    if within or (isinstance(e, Operator) and e.mirrors):
        return e.rebuild(straight), e.rebuild(flipped)
    if is_of_factors(e):
        e.facts["opened"] = True  # no other block is derived as this one was
        return straight[0], flipped[0]
    return e, e if isinstance(e, Named) and straight[0] is flipped[0] else Transpose(e)


def is_of_factors(e: Expr) -> bool:
    """Whether a name stands for a short product in which no factor does so, as T = AB, of which ABTᵀ is symmetric."""
    factors = e.operands[0].operands if is_product(e) else ()
    return 0 < len(factors) < LONG and not any(is_product(turned(f)) or is_product(f) for f in factors)


def is_product(e: Expr) -> bool:
    return isinstance(e, Named) and isinstance(e.operands[0], Product)
