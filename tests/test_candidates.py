"""Which laws are tried for a node: those that the classes of its operands rule out would not have applied."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

import matdiff
from matdiff.algebra.expr import Expr, Symbol, postorder
from matdiff.algebra.heads import candidates, told
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import matrix_power
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.rewriting import Simplifier
from matdiff.errors import MatdiffError
from matdiff.language import read_law

MORE = (
    "(Q'*Q*P*P*u)'*(Q'*Q*P*u)",
    "tr((2*A)'*(3*B)) + tr(-A'*B)",
    "ones(n)'*(3*p) + (p'*ones(n))*u'*u",
    "u'*K*u + tr(eye(n) .* (D*A) .* A')",
    "sum(exp(-u) ./ (1 + exp(-u))) + sum(abs(u) .* sign(u))",
    "tr(inv(A)*(2*A)*S') + tr(kron(A, B)*kron(B, A))",
    "vec(A)'*vec(2*B) + vec(A)'*kron(u, p)",
    "sum(S*ones(n)) + 0*tr(A) + tr(A + zeros(n, n))",
    "1 - sigmoid(-tr(A)) + 2*sum(i=1..N, x[i]) - 3*sum(j=1..N, x[j]) - (tr(A) - tr(B))",
)
WHERE = (
    "Q: n x n orthogonal; P: n x n idempotent; K: n x n skew; D: n x n diagonal; S: n x n symmetric;"
    "A, B: n x n; u: n unit; p: n simplex; x[i=1..N]: scalar"
)


@cache
def nodes() -> tuple[Expr, ...]:
    """What stands in the laws, in more expressions, in their simplified forms, and the transposes of all that."""
    sides: list[Expr] = [matdiff.parse(text, WHERE) for text in MORE]
    for law in matdiff.laws():
        try:
            sides += read_law(law)
        except MatdiffError:
            continue  # a statement about d or about rules of reading; tests/numeric/test_laws.py reads them all
    found: dict[Expr, None] = {}
    for side in sides:
        for e in (side, Transpose(side), Simplifier(SIMPLIFICATIONS)(side)[0]):
            for node in postorder(e):
                found |= {node: None, Transpose(node): None}
                if isinstance(node, Product | Hadamard | Sum):
                    found[node.rebuild(tuple(map(_doubled, node.operands)))] = None
                if isinstance(node, Scale):
                    found[Scale(Symbol("c"), node)] = None
                if isinstance(node, SymbolicPower):  # k stands for numbers too
                    found[matrix_power(node.operands[0], 3)] = None
    return tuple(found)


def _doubled(e: Expr) -> Expr:
    return e if e.is_scalar else Scale.of(matdiff.parse("2"), e)


def test_no_law_is_ruled_out_where_it_applies() -> None:
    ruled_out: Counter[str] = Counter()
    for node in nodes():
        laws = SIMPLIFICATIONS.get(type(node), ())
        tried = candidates(SIMPLIFICATIONS, node)
        for law in laws:
            if law not in tried:
                ruled_out[law.name] += 1
                assert law.apply(node) in (None, node), f"{law.name} applies to {node}"
    assert ruled_out.total() > 10_000


def test_every_law_that_asks_for_operands_is_tried_where_they_are() -> None:
    asking = {law for laws in SIMPLIFICATIONS.values() for law in laws if told(law).among}
    tried = {law for node in nodes() for law in candidates(SIMPLIFICATIONS, node)}
    assert asking
    assert asking <= tried


@pytest.mark.parametrize("kind", [Scale, Transpose])
def test_operands_are_seen_through_transposes_and_multiples(kind: type[Expr]) -> None:
    a = Symbol("A", (matdiff.parse("A", "A: n x n").rows,) * 2)
    inner = Product(a, a)
    wrapped = Transpose(inner) if kind is Transpose else Scale(Symbol("c"), inner)
    name, stated = "for_this_test_" + kind.__name__, "A*B = A*B"
    law = Law(name, "", stated, "identity", lambda e: None, where="A, B: n x n", among=(Product,))
    del matdiff.algebra.laws.CATALOGUE[law.name]
    laws, by_class = (law,), {Product: (law,)}
    assert candidates(by_class, Product(a, wrapped)) == laws
    assert candidates(by_class, Product(a, a)) == ()


def test_what_a_law_needs_within_is_seen_at_every_depth_but_in_definitions() -> None:
    law = Law(
        "for_this_test_within",
        "",
        "A*B = A*B",
        "identity",
        lambda e: None,
        where="A, B: n x n",
        within=(Sum, IndexedSum),
    )
    del matdiff.algebra.laws.CATALOGUE[law.name]
    laws, by_class = (law,), {Product: (law,)}
    where = "A, B: n x n; x: n; y[i=1..N]: n"
    deep, over_an_index = matdiff.parse("A*inv(A + B)*x", where), matdiff.parse("A*sum(i=1..N, y[i])", where)
    assert candidates(by_class, deep) == candidates(by_class, over_an_index) == laws
    assert candidates(by_class, matdiff.parse("A*B*x", where)) == ()
    assert candidates(by_class, Product(deep.operands[0], Named("Y", deep.operands[1]))) == ()


@pytest.mark.parametrize(
    ("text", "law"),
    [("A*C + B*C", "common_right_factor"), ("2*A + 3*A", "like_terms"), ("inv(A)*A*B", "powers_in_product")],
)
def test_a_law_about_what_operands_have_in_common_is_tried_where_there_is_something(text: str, law: str) -> None:
    def tried(text: str) -> set[str]:
        return {law.name for law in candidates(SIMPLIFICATIONS, matdiff.parse(text, "A, B, C: n x n"))}

    assert law in tried(text)
    assert law not in tried("A*B - C" if "+" in text else "A*B*C")
