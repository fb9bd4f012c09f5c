"""The properties of the trace (a = Tr a, transpose, sum, cyclic order), as laws of a line and as simplifications."""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities.products import beside_each_other
from matdiff.algebra.laws import Law, Statement, identity
from matdiff.algebra.operators.products import Product, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.sums import SumOfEntries
from matdiff.algebra.stated import stated

trace_of_scalar = stated("trace_of_scalar", "tr(a) = a", where="a: scalar")


trace_of_multiple = stated("trace_of_multiple", "tr(c*A) = c*tr(A)", where="c: scalar; A: n x n")


total_of_multiple = stated("total_of_multiple", "sum(c*A) = c*sum(A)", where="c: scalar; A: m x n")


total_of_squares = stated("total_of_squares", "sum(x.^2) = x'*x", where="x: n")


trace_of_transpose = stated("trace_of_transpose", "tr(A') = tr(A)", where="A: n x n")


trace_of_outer_product = stated("trace_of_outer_product", "tr(x*y') = y'*x", where="x, y: n")


@identity("tr(A'*ones(m, n)) = sum(A)", where="A: m x n", also=("tr(ones(m, n)*A') = sum(A)",))
def trace_with_ones(e: Expr) -> Expr | None:
    """A matrix of ones at either end of a product adds up the entries of the rest, as in the gradient by a bias."""
    match e.operands[0]:
        case Product(operands=(*rest, Ones() as ones)) | Product(operands=(Ones() as ones, *rest)):
            a = Product.of(*rest)
            return None if ONE in ones.shape else SumOfEntries(a.operands[0] if isinstance(a, Transpose) else a)
        case _:
            return None


@identity("tr(A^(k)*B*A^(s)) = tr(A^(k + s)*B)", title="Tr(AⁱBAʲ) = Tr(Aⁱ⁺ʲB)", where="A, B: n x n; k, s: integer")
def powers_in_a_circle(e: Expr) -> Expr | None:
    """Powers of one matrix, or its inverse, at both ends of the product below a trace."""
    if not isinstance(a := e.operands[0], Product) or len(a.operands) < 3:
        return None
    first, *between, last = a.operands
    joined = beside_each_other(Product.of(last, first), False)
    return None if joined is None else Trace(Product.of(joined, *between))


# Laws that the trace form applies to the terms of a line; calculus.traceform carries them out.


def _not_by_itself(e: Expr) -> Expr | None:
    return None


scalar_as_trace = Law("scalar_as_trace", "a = Tr(a)", "a = tr(a)", "trace", Trace, where="a: scalar")
factors_before_trace = Law(
    "factors_before_trace",
    "Tr(A)b = b Tr(A)",
    "tr(A)*b = b*tr(A)",
    "trace",
    _not_by_itself,
    where="A: n x n; b: scalar",
)
trace_of_sum = Law(
    "trace_of_sum",
    "Tr(A + B) = Tr(A) + Tr(B)",
    "tr(A*(B + C)*D) = tr(A*B*D) + tr(A*C*D)",
    "trace",
    lambda e: Sum.of(*[Trace(t) for t in e.operands[0].operands]),
    where="A: k x m; B, C: m x n; D: n x k",
)
trace_of_cycle = Law(
    "trace_of_cycle",
    "Tr(AB) = Tr(BA)",
    "tr(A*B) = tr(B*A)",
    "trace",
    lambda e: Trace(Product.of(*e.operands[0].operands[1:], e.operands[0].operands[0])),
    where="A: m x n; B: n x m",
)
trace_of_transposed_product = Law(
    "trace_of_transposed_product",
    "Tr(Aᵀ) = Tr(A)",
    "tr(A'*B) = tr(B'*A)",
    "trace",
    lambda e: Trace(Product.of(*[Transpose(f) for f in reversed(e.operands[0].operands)])),
    where="A, B: m x n",
)
trace_of_indexed_sum = Law(
    "trace_of_indexed_sum",
    "Tr Σᵢ = Σᵢ Tr",
    "tr(sum(i=1..N, X[i])) = sum(i=1..N, tr(X[i]))",
    "trace",
    _not_by_itself,
    where="X[i=1..N]: n x n",
)
collected_traces = Law(
    "collected_traces",
    "Tr(A) + Tr(B) = Tr(A + B)",
    "tr(A*C) + tr(B*C) = tr((A + B)*C)",
    "trace",
    lambda e: Trace(Sum.of(*[t.operands[0] for t in e.operands])),
    where="A, B: m x n; C: n x m",
)

transposed_factor = Law(
    "transposed_factor",
    "A = (Aᵀ)ᵀ",
    "tr(A*B) = tr((A')'*B)",
    "trace",
    lambda e: Trace(Product.of(Transpose(Transpose(e.operands[0].operands[0])), *e.operands[0].operands[1:])),
    also=(Statement("sum(i=1..N, tr(X[i]*C)) = tr(sum(i=1..N, X[i])*C)", "X[i=1..N]: m x n; C: n x m"),),
)
chain_rule = Law(
    "chain_rule",
    "df = Tr(∇ᵀdh)",
    "d(f) = tr(g'*d(h))",
    "definition",
    _not_by_itself,
    where="f: scalar; g, h: n",
    requires="g is the gradient of f with respect to h",
)
read_off = Law(
    "read_off",
    "read off",
    "h = A",
    "definition",
    _not_by_itself,
    where="h, A: m x n",
    requires="h is the gradient that df = tr(A'*d(X)) shows",
)
contributions_added = Law(
    "contributions_added",
    "contributions added",
    "h = A + B",
    "definition",
    _not_by_itself,
    where="h, A, B: m x n",
    requires="h is the gradient with respect to what is used in several places, of which A and B are the contributions",
)
substitution = Law(
    "substitution",
    "∇ inserted",
    "h = A",
    "definition",
    _not_by_itself,
    where="h, A: m x n",
    requires="h is defined as A",
)
definition_turned = Law(
    "definition_turned",
    "A = c(A/c)",
    "A = c*h",
    "definition",
    _not_by_itself,
    where="h, A: m x n; c: scalar",
    requires="h is defined as A/c",
)
