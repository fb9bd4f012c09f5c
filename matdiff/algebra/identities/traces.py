"""The properties of the trace (a = Tr a, transpose, sum, cyclic order), as laws of a line and as simplifications."""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.laws import Statement, of_a_line
from matdiff.algebra.stated import stated

trace_of_scalar = stated("tr(a) = a", where="a: scalar")
trace_of_multiple = stated("tr(c*A) = c*tr(A)", where="c: scalar; A: n x n")
total_of_multiple = stated("sum(c*A) = c*sum(A)", where="c: scalar; A: m x n")
total_of_squares = stated("sum(x.^2) = x'*x", where="x: n")
trace_of_transpose = stated("tr(A') = tr(A)", where="A: n x n")
trace_of_outer_product = stated("tr(x*y') = y'*x", where="x, y: n")


trace_with_ones = stated(  # as in the gradient by a bias
    "tr(A'*ones(m, n)) = sum(A)",
    where="A: m x n; B: n x m",
    also=("tr(ones(m, n)*A') = sum(A)", "tr(B*ones(m, n)) = sum(B)", "tr(ones(m, n)*B) = sum(B)"),
    when=lambda e: all(ONE not in f.shape for f in e.operands[0].operands if isinstance(f, Ones)),
)
powers_in_a_circle = stated(
    "tr(A^(k)*B*A^(s)) = tr(A^(k + s)*B)", title="Tr(AⁱBAʲ) = Tr(Aⁱ⁺ʲB)", where="A, B: n x n; k, s: integer", among=()
)

# Laws that the trace form applies to the terms of a line; calculus.traceform carries them out.

scalar_as_trace = of_a_line("a = Tr(a)", "a = tr(a)", where="a: scalar")
factors_before_trace = of_a_line("Tr(A)b = b Tr(A)", "tr(A)*b = b*tr(A)", where="A: n x n; b: scalar")
trace_of_sum = of_a_line(
    "Tr(A + B) = Tr(A) + Tr(B)", "tr(A*(B + C)*D) = tr(A*B*D) + tr(A*C*D)", where="A: k x m; B, C: m x n; D: n x k"
)
trace_of_cycle = of_a_line("Tr(AB) = Tr(BA)", "tr(A*B) = tr(B*A)", where="A: m x n; B: n x m")
trace_of_transposed_product = of_a_line("Tr(Aᵀ) = Tr(A)", "tr(A'*B) = tr(B'*A)", where="A, B: m x n")
trace_of_indexed_sum = of_a_line(
    "Tr Σᵢ = Σᵢ Tr", "tr(sum(i=1..N, X[i])) = sum(i=1..N, tr(X[i]))", where="X[i=1..N]: n x n"
)
collected_traces = of_a_line(
    "Tr(A) + Tr(B) = Tr(A + B)", "tr(A*C) + tr(B*C) = tr((A + B)*C)", where="A, B: m x n; C: n x m"
)
transposed_factor = of_a_line(
    "A = (Aᵀ)ᵀ",
    "tr(A*B) = tr((A')'*B)",
    also=(
        Statement("tr(a*B) = tr(a'*B)", "a: scalar; B: n x n"),
        Statement("sum(i=1..N, tr(X[i]*C)) = tr(sum(i=1..N, X[i])*C)", "X[i=1..N]: m x n; C: n x m"),
    ),
)
chain_rule = of_a_line(
    "df = Tr(δᵀdh)",
    "d(f) = tr(g'*d(h))",
    where="f: scalar; g, h: n",
    kind="definition",
    requires="g is the gradient of f with respect to h",
)
read_off = of_a_line(
    "read off",
    "h = A",
    where="h, A: m x n",
    kind="definition",
    requires="h is the gradient that df = tr(A'*d(X)) shows",
)
contributions_added = of_a_line(
    "contributions added",
    "h = A + B",
    where="h, A, B: m x n",
    kind="definition",
    requires="h is the gradient with respect to what is used in several places, of which A and B are the contributions",
)
substitution = of_a_line(
    "values inserted", "h = A", where="h, A: m x n", kind="definition", requires="h is defined as A"
)
definition_turned = of_a_line(
    "A = c(A/c)", "A = c*h", where="h, A: m x n; c: scalar", kind="definition", requires="h is defined as A/c"
)
