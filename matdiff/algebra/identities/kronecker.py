"""Kronecker products: (A ⊗ B)(C ⊗ D) = AC ⊗ BD, and what functions make of A ⊗ B."""

from __future__ import annotations

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import Shape
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Scale, Sum
from matdiff.algebra.stated import stated
from matdiff.algebra.statements.gathering import in_place_of


def is_square(e: Expr) -> bool:
    return e.rows is e.cols


def kronecker_factors(e: Expr) -> tuple[Expr, Expr] | None:
    """A and B of A ⊗ B."""
    return (e.operands[0], e.operands[1]) if isinstance(e, Kronecker) else None


# ---- Kronecker products ----------------------------------------------------------------------------


multiple_in_kronecker = stated(
    "kron(c*A, B) = c*kron(A, B)", where="c: scalar; A: m x n; B: p x q", also=("kron(A, c*B) = c*kron(A, B)",)
)
kronecker_of_constants = stated(
    "kron(eye(m), eye(n)) = eye(m*n)",
    also=(
        Statement("kron(zeros(m, n), A) = zeros(m*p, n*q)", "A: p x q"),
        Statement("kron(A, zeros(m, n)) = zeros(p*m, q*n)", "A: p x q"),
        "kron(ones(m, n), ones(p, q)) = ones(m*p, n*q)",
    ),
)
kronecker_of_column_and_row = stated("kron(x, y') = x*y'", where="x: m; y: n", transposed=True)
mixed_product = stated(
    "kron(A, B)*kron(C, D) = kron(A*C, B*D)",
    title="(A ⊗ B)(C ⊗ D) = AC ⊗ BD",
    where="A: m x n; B: p x q; C: n x k; D: q x l",
)
transpose_of_kronecker = stated("kron(A, B)' = kron(A', B')", where="A: m x n; B: p x q")
inverse_of_kronecker = stated(
    "inv(kron(A, B)) = kron(inv(A), inv(B))",
    where="A: m x m invertible; B: n x n invertible",
    requires="A and B invertible",
)
power_of_kronecker = stated(
    "kron(A, B)^k = kron(A^k, B^k)", title="(A ⊗ B)ᵏ = Aᵏ ⊗ Bᵏ", where="A: m x m; B: n x n; k: integer"
)
pseudo_inverse_of_kronecker = stated("pinv(kron(A, B)) = kron(pinv(A), pinv(B))", where="A: m x n; B: p x q")


@identity(
    "kron(A, B) + kron(A, C) = kron(A, B + C)",
    where="A: m x n; B, C: p x q",
    also=(
        Statement("kron(eye(m), B) + c*eye(m*p) = kron(eye(m), B + c*eye(p))", "B: p x p; c: scalar"),
        Statement("kron(B, eye(m)) + c*eye(m*p) = kron(B + c*eye(p), eye(m))", "B: p x p; c: scalar"),
    ),
    among=(Kronecker,),
)
def common_kronecker_factor(e: Expr) -> Expr | None:
    """The terms that share their first factor, else those that share their second one; I is I ⊗ I beside I ⊗ B."""
    for place in (0, 1):
        groups: dict[tuple[Expr, Shape], list[tuple[int, Expr]]] = {}
        ones = list[tuple[int, Expr | None]]()
        for k, term in enumerate(e.operands):
            c, product = term.operands if isinstance(term, Scale) else (None, term)
            if pair := kronecker_factors(product):
                other = pair[1 - place]
                group = groups.setdefault((pair[place], other.shape), [])
                group.append((k, other if c is None else Scale.of(c, other)))
            elif isinstance(product, Identity):
                ones.append((k, c))
        for (shared, shape), members in groups.items():
            if isinstance(shared, Identity) and shape[0] is shape[1]:
                one = Identity(shape[0])
                members += [(k, one if c is None else Scale.of(c, one)) for k, c in ones]
                members.sort(key=lambda member: member[0])
        for (shared, _), members in groups.items():
            if len(members) > 1:
                inside = Sum.of(*[other for _, other in members])
                joined = Kronecker(shared, inside) if place == 0 else Kronecker(inside, shared)
                return in_place_of(e, [k for k, _ in members], joined)
    return None


kronecker_and_commuted = stated(
    "kron(A, B) + kron(B, A)*commutation(q, n) = (eye(p*m) + commutation(p, m))*kron(A, B)", where="A: m x n; B: p x q"
)


# ---- functions of a Kronecker product --------------------------------------------------------------


trace_of_kronecker_product = stated("tr(kron(A, B)) = tr(A)*tr(B)", where="A: m x m; B: n x n", under_d=True)
trace_of_identity = stated("tr(eye(n)) = n", where="n: scalar")
determinant_of_kronecker = stated(
    "det(kron(A, B)) = det(A)^n*det(B)^m", title="|A ⊗ B| = |A|ⁿ|B|ᵐ", where="A: m x m; B: n x n; m, n: scalar"
)
logdet_of_kronecker = stated(
    "logdet(kron(A, B)) = n*logdet(A) + m*logdet(B)",
    title="log|A ⊗ B| = n log|A| + m log|B|",
    where="A: m x m; B: n x n; m, n: scalar",
    under_d=True,
)
norm_of_kronecker = stated("norm2(kron(A, B)) = norm2(A)*norm2(B)", where="A: m x n; B: p x q", under_d=True)


def is_of_kronecker(e: Expr) -> bool:
    """Whether the base of a power is a function of a Kronecker product."""
    return any(isinstance(o, Kronecker) for o in e.operands[0].operands)


square_of_norm_of_kronecker = stated(
    "norm2(kron(A, B))^2 = norm2(A)^2*norm2(B)^2",
    where="A: m x n; B: p x q",
    when=is_of_kronecker,
    under_d=True,
    shorter=False,
)
norm1_of_kronecker = stated("norm1(kron(A, B)) = norm1(A)*norm1(B)", where="A: m x n; B: p x q", under_d=True)
nuclear_norm_of_kronecker = stated(
    "norm_nuc(kron(A, B)) = norm_nuc(A)*norm_nuc(B)", where="A: m x n; B: p x q", under_d=True
)
spectral_norm_of_kronecker = stated(
    "norm_spec(kron(A, B)) = norm_spec(A)*norm_spec(B)", where="A: m x n; B: p x q", under_d=True
)
sum_of_kronecker = stated("sum(kron(A, B)) = sum(A)*sum(B)", where="A: m x n; B: p x q", under_d=True)
