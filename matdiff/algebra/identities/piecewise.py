"""Cases: conditions that are decided; and factors go inside, so that nothing is asked of terms that do not occur."""

from __future__ import annotations

from matdiff.algebra.expr import Expr, fact, replace
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.piecewise import Piecewise, decided, restricted
from matdiff.algebra.operators.products import Hadamard, coefficient, multiple
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.algebra.stated import stated


def restriction(e: Expr) -> Piecewise | None:
    """An expression that is 0 where its condition does not hold."""
    return e if isinstance(e, Piecewise) and e.is_restriction else None


@identity("cases(A, 1 ≤ 2, B) = A", where="A, B: m x n")
def decided_case(e: Expr) -> Expr | None:
    """Also where both sides of the condition are one, and where the cases are."""
    left, right, a, b = e.operands
    known = True if a is b else decided(e.data[0], left, right)
    return None if known is None else a if known else b


@identity(
    "cases(exp(cases(A, a ≤ b, B)), a ≤ b, C) = cases(exp(A), a ≤ b, C)",
    title="cases(f(cases(A, p, B)), p, C) = cases(f(A), p, C)",
    where="A, B, C: m x n; a, b: scalar",
)
def case_in_case(e: Expr) -> Expr | None:
    """A condition that holds, or does not hold, is not asked again inside."""
    left, right, a, c = e.operands

    def settled(whole: Expr, place: int) -> Expr:
        def known(node: Expr) -> Expr | None:
            if isinstance(node, IndexedSum) and (node.index in left.free or node.index in right.free):
                return node  # there the letter is another index
            is_same = isinstance(node, Piecewise) and node.compared == (left, e.data[0], right)
            return node.operands[place] if is_same else None

        return replace(whole, known) if holds_cases(whole) else whole

    return Piecewise(left, e.data[0], right, settled(a, 2), settled(c, 3))


def holds_cases(e: Expr) -> bool:
    """Whether there are cases in an expression."""
    found: bool = fact("has cases", e, lambda node, below: isinstance(node, Piecewise) or any(below))
    return found


@identity(
    "cases(2*A, a ≤ b, zeros(m, n)) = 2*cases(A, a ≤ b, zeros(m, n))",
    title="cases(2A, p, 0) = 2cases(A, p, 0)",
    where="A: m x n; a, b: scalar",
    also=(
        Statement("cases(c*A, a ≤ b, zeros(m, n)) = c*cases(A, a ≤ b, zeros(m, n))", "A: m x n; a, b, c: scalar"),
        Statement("cases(c*d, a ≤ b, 0) = c*cases(d, a ≤ b, 0)", "a, b, c, d: scalar"),
    ),
)
def number_in_case(e: Expr) -> Expr | None:
    number, rest = coefficient(e.operands[2])
    return multiple(number, restricted(e, rest)) if restriction(e) and number != 1 and rest is not None else None


matrix_into_case = stated(
    "cases(c, a ≤ b, 0)*A = cases(c*A, a ≤ b, zeros(m, n))",
    title="cases(a, p, 0)B = cases(aB, p, 0)",
    where="A: m x n; a, b, c: scalar",
)
factor_into_case = stated(
    "c*cases(A, a ≤ b, zeros(m, n)) = cases(c*A, a ≤ b, zeros(m, n))",
    title="a cases(B, p, 0) = cases(aB, p, 0)",
    where="A: m x n; a, b, c: scalar",
    also=(Statement("c*cases(d, a ≤ b, 0) = cases(c*d, a ≤ b, 0)", "a, b, c, d: scalar"),),
    when=lambda e: e.operands[0].number is None or type(e) is Hadamard,
)
product_into_case = stated(
    "A*cases(B, a ≤ b, zeros(n, p)) = cases(A*B, a ≤ b, zeros(m, p))",
    title="A cases(B, p, 0)C = cases(ABC, p, 0)",
    where="A: m x n; B: n x p; a, b: scalar",
    also=("cases(A, a ≤ b, zeros(m, n))*B = cases(A*B, a ≤ b, zeros(m, p))",),
)
hadamard_into_case = stated(
    "A .* cases(B, a ≤ b, zeros(m, n)) = cases(A .* B, a ≤ b, zeros(m, n))",
    title="A ⊙ cases(B, p, 0) = cases(A ⊙ B, p, 0)",
    where="A, B: m x n; a, b: scalar",
    when=lambda e: not e.is_scalar,
)
transpose_of_case = stated(
    "cases(A, a ≤ b, C)' = cases(A', a ≤ b, C')",
    title="cases(A, p, C)ᵀ = cases(Aᵀ, p, Cᵀ)",
    where="A, C: m x n; a, b: scalar",
)


cases_of_one_condition = stated(
    "a*cases(A, s ≤ t, zeros(m, n)) + b*cases(B, s ≤ t, zeros(m, n)) = cases(a*A + b*B, s ≤ t, zeros(m, n))",
    where="A, B: m x n; a, b, s, t: scalar",
    also=(
        Statement(
            "a*cases(c, s ≤ t, 0) + b*cases(d, s ≤ t, 0) = cases(a*c + b*d, s ≤ t, 0)", "a, b, c, d, s, t: scalar"
        ),
    ),
    among=(Piecewise,),  # a may be 1
)


constants_in_case = stated(
    "sum(i=1..N, cases(c*A[i], a[i] ≤ b[i], zeros(m, n))) = c*sum(i=1..N, cases(A[i], a[i] ≤ b[i], zeros(m, n)))",
    title="Σᵢ cases(cAᵢ, p, 0) = c Σᵢ cases(Aᵢ, p, 0)",
    where="a[i=1..N], b[i=1..N]: scalar; A[i=1..N]: m x n; c: scalar",
    also=(
        Statement(
            "sum(i=1..N, cases(c*d[i], a[i] ≤ b[i], 0)) = c*sum(i=1..N, cases(d[i], a[i] ≤ b[i], 0))",
            "c: scalar; a[i=1..N], b[i=1..N], d[i=1..N]: scalar",
        ),
    ),
)
constant_factors_in_case = stated(
    "sum(i=1..N, cases(A*B[i], a[i] ≤ b[i], zeros(m, p))) = A*sum(i=1..N, cases(B[i], a[i] ≤ b[i], zeros(n, p)))",
    title="Σᵢ cases(ABᵢC, p, 0) = A(Σᵢ cases(Bᵢ, p, 0))C",
    where="a[i=1..N], b[i=1..N]: scalar; A: m x n; B[i=1..N]: n x p",
    also=(
        Statement(
            "sum(i=1..N, cases(B[i]*A, a[i] ≤ b[i], zeros(m, p))) "
            "= sum(i=1..N, cases(B[i], a[i] ≤ b[i], zeros(m, n)))*A",
            "a[i=1..N], b[i=1..N]: scalar; A: n x p; B[i=1..N]: m x n",
        ),
    ),
)
constant_matrix_in_case = stated(
    "sum(i=1..N, cases(d[i]*A, a[i] ≤ b[i], zeros(m, n))) = sum(i=1..N, cases(d[i], a[i] ≤ b[i], 0))*A",
    title="Σᵢ cases(cᵢA, p, 0) = (Σᵢ cases(cᵢ, p, 0))A",
    where="a[i=1..N], b[i=1..N], d[i=1..N]: scalar; A: m x n",
)
