"""Near a point and of a small norm: ½c‖x − b‖² + λ‖x‖ for the norms of entries, of a vector, of singular values.

A kink stands where the minimum is, so that no equation ∇f = 0 gives it.  With t = λ/c Moreau's decomposition does: b is
the sum of the x that is sought and of the point of the dual ball of radius t that is nearest to b.  Of semidefinite
matrices the one that is nearest to B is B without its negative eigenvalues.
"""

from __future__ import annotations

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.expr import Expr, Number, Operator, postorder, replace
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.activations import Relu
from matdiff.algebra.operators.entrywise import Abs, Sign
from matdiff.algebra.operators.matrix_functions import Sqrtm
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose, quotient
from matdiff.algebra.operators.singular import Polar
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.gradient import gradients
from matdiff.solving.equations import Equation, form_law, fulfilled, sign_of
from matdiff.solving.linear import divided_by_scalar
from matdiff.solving.quadratics import HALF, Bound
from matdiff.solving.terms import Term, total

nearest_semidefinite = form_law(
    "nearest_semidefinite",
    "the negative eigenvalues become 0",
    "(1/2*(B + sqrtm(B*B)))*(1/2*(B - sqrtm(B*B))) = zeros(n, n)",
    where="B: n x n symmetric",
    requires="B is symmetric",
)
entries_shrunk = form_law(
    "entries_shrunk",
    "b = sign(b) ⊙ max(|b| − t, 0) + clip(b, −t, t)",
    "sign(b).*relu(abs(b) - t*ones(n)) + clip(b, -t, t) = b",
    where="b: n; t: scalar positive",
    source="Donoho (1995), IEEE Trans. Inf. Theory 41",
)
vector_shrunk = form_law(
    "vector_shrunk",
    "b = max(1 − t/‖b‖, 0)b + b/max(‖b‖/t, 1)",
    "relu(1 - t/norm2(b))*b + (1/max(norm2(b)/t, 1))*b = b",
    where="b: n; t: scalar positive",
    requires="b ≠ 0",
    source="Parikh and Boyd (2014), Proximal Algorithms, 6.5",
)
singular_values_shrunk = form_law(
    "singular_values_shrunk",
    "the singular values s become max(s − t, 0)",
    "(1/2*(H - t*eye(n) + sqrtm((H - t*eye(n))^2)))*(1/2*(H - t*eye(n) - sqrtm((H - t*eye(n))^2))) = zeros(n, n)",
    where="H: n x n spd; t: scalar positive",
    source="Cai, Candès and Shen (2010), SIAM J. Optim. 20",
)


def least(f: Expr, x: Expr, sense: str, sizes: frozenset[str]) -> Bound | None:
    """The solution of a problem without constraints whose minimum is at a kink, or on the border of a domain."""
    known = assumed(x)
    has_kink = any(isinstance(n, Operator) and n.kink and n.operands == (x,) for n in postorder(f))
    if "spd" in known or ("psd" not in known and (known or not has_kink)):
        return None
    slope = gradients(f, {"x": x}).gradients["x"]
    q = Equation(slope if sense == "minimise" else tidy(-slope), x, sizes)
    return on_semidefinite(q) if known else shrunk(q)


# ---- semidefinite matrices ------------------------------------------------------------------------------


def on_semidefinite(q: Equation) -> Bound | None:
    """The least c‖X − B‖² for a semidefinite X: B without its negative eigenvalues, ½(B + √(B²))."""
    x, found = q.unknown, divided_by_scalar(q)
    if not found or any(sign_of(t.scalar(), q.sizes) != "positive" for t in q.terms if x in t.factors):
        return None
    b = found[0].value
    if not is_symmetric(b) or sign_of(b, q.sizes).startswith("positive"):
        return None
    value = without_negative_eigenvalues(b)
    reason = (
        f"{b} without its negative eigenvalues: no semidefinite matrix is nearer, since each has to become 0 at least"
    )
    return Bound({"x": value}, (Step(nearest_semidefinite, x, value),), "", reason, (), "")


def without_negative_eigenvalues(b: Expr) -> Expr:
    """½(B + √(B²))"""
    return tidy(Scale.of(HALF, Sum.of(b, Sqrtm(tidy(Product.of(b, b))))))


# ---- norms ------------------------------------------------------------------------------------------------


def with_smaller_entries(b: Expr, t: Expr) -> Expr:
    """sign(b) ⊙ max(|b| − t, 0)"""
    return Hadamard.of(Sign(b), Relu(tidy(Abs(b) - t)))


def with_smaller_length(b: Expr, t: Expr) -> Expr:
    """max(1 − t/‖b‖, 0)b"""
    return Scale.of(Relu(Number(1) - quotient(t, Norm(b))), b)


def with_smaller_singular_values(b: Expr, t: Expr) -> Expr:
    """U diag(max(s − t, 0))Vᵀ of B = U diag(s)Vᵀ, by Q = UVᵀ and QᵀB = V diag(s)Vᵀ."""
    h = Sum.of(Product.of(Transpose(Polar(b)), b), -Scale.of(t, Identity(b.cols)))
    return Product.of(Polar(b), without_negative_eigenvalues(h))


BECOMES = {
    entries_shrunk: with_smaller_entries,
    vector_shrunk: with_smaller_length,
    singular_values_shrunk: with_smaller_singular_values,
}


def shrunk(q: Equation) -> Bound | None:
    """The minimum of ½c‖x − b‖² + λ‖x‖."""
    x = q.unknown
    kinks = [found for t in q.terms if (found := kink(t, x)) is not None]
    smooth = [t for t in q.terms if kink(t, x) is None]
    laws = {law for law, _ in kinks}
    root = divided_by_scalar(Equation(total([t.expression() for t in smooth], x.shape), x, q.sizes)) if kinks else None
    if len(laws) != 1 or not root:
        return None
    c, weight = (tidy(Sum.of(*es)) for es in ([t.scalar() for t in smooth if x in t.factors], [w for _, w in kinks]))
    if q.holds(weight) or sign_of(c, q.sizes) != "positive" or not fulfilled("positive", weight, q.sizes):
        return None
    (law,), b = laws, root[0].value
    value = tidy(BECOMES[law](b, tidy(quotient(weight, c))))
    reason = "f is strictly convex, and 0 is one of its subgradients there, so this is its global minimum, the only one"
    demands = (f"{b} ≠ 0",) if law is vector_shrunk else ()
    return Bound({"x": value}, (Step(law, x, value),), "", reason, demands, "")


def kink(t: Term, x: Expr) -> tuple[Law, Expr] | None:
    """The law for the norm whose gradient, sign(x), polar(X) or x/‖x‖, a term is a multiple of, and the multiple."""
    direction, signs = Power(Norm(x), Number(-1)), Sign(x)
    if t.factors == (x,) and direction in t.scalars:
        return vector_shrunk, t._replace(scalars=tuple(s for s in t.scalars if s is not direction)).scalar()
    if t.factors == (Polar(x),):
        return singular_values_shrunk, t.scalar()
    e, one = t.expression(), Number(1) if x.is_scalar else Ones(*x.shape)
    if any(n is signs for n in postorder(e)):
        return entries_shrunk, tidy(replace(e, lambda node: one if node is signs else None))
    return None
