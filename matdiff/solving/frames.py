"""Matrices with orthonormal columns, rotations and matrices of low rank, whose best attains a bound.

tr(WᵀSW) ≤ Σ of the k largest λ(S) where WᵀW = I  (Ky Fan),   tr(QᵀM) ≤ Σ σ(M) where QᵀQ = I  (von Neumann),
‖B − X‖² ≥ Σ of all σ(B)² but the k largest where X has rank k  (Eckart, Young, Mirsky)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Number, Symbol, postorder, replace
from matdiff.algebra.identities.transposes import untransposed
from matdiff.algebra.operators.eigenvalues import Eigenvectors
from matdiff.algebra.operators.matrix_functions import Sqrtm
from matdiff.algebra.operators.norms import Norm, inner
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose, coefficient
from matdiff.algebra.operators.singular import Polar
from matdiff.algebra.operators.slices import Slice
from matdiff.algebra.operators.spectral import LargestEigenvector, SmallestEigenvector
from matdiff.algebra.operators.square import Determinant, Inverse
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.algebra.rewriting import Step
from matdiff.algebra.simplification import tidy
from matdiff.calculus.conditions import size_names
from matdiff.calculus.gradient import gradients
from matdiff.solving.equations import Equation, form_law, fresh_symbol, sign_of
from matdiff.solving.linear import divided_by_scalar
from matdiff.solving.quadratics import Bound
from matdiff.solving.terms import Term, holding, multiplied_out, total

eigenspace = form_law(
    "columns_that_span_an_eigenspace",
    "SW = W(WᵀSW)",
    "S*eigvecs(S) = eigvecs(S)*(eigvecs(S)'*S*eigvecs(S))",
    where="S: n x n symmetric",
    requires="the columns of W are orthonormal and span a space that S maps into itself",
)
nearest_orthogonal = form_law(
    "polar_factor",
    "M = QH, Q orthogonal, H symmetric",
    "polar(M)*(polar(M)'*M) = M",
    where="M: n x n invertible",
    requires="M has full rank",
)
nearest_rotation = form_law(
    "nearest_rotation",
    "M = QH, Q orthogonal with |Q| = 1, H symmetric",
    "det(polar(M)*(eye(n) - (1 - det(polar(M)))*eigvec_min(M'*M)*eigvec_min(M'*M)')) = 1",
    where="M: n x n invertible",
    requires="M is invertible",
    source="Kabsch (1976), Acta Cryst. A32; Umeyama (1991), IEEE PAMI 13",
)
singular_part = form_law(
    "singular_part",
    "the rest is orthogonal to the first singular components",
    "(B - B*eigvec_max(B'*B)*eigvec_max(B'*B)')*(B*eigvec_max(B'*B)*eigvec_max(B'*B)')' = zeros(m, m)",
    where="B: m x n",
    source="Eckart and Young (1936), Psychometrika 1",
)


# ---- orthonormal columns ------------------------------------------------------------------------------


def on_frames(f: Expr, constraints: tuple[Expr, ...], w: Expr, sense: str) -> Bound | None:
    """The extreme of tr(WᵀM), or of tr(WᵀSW), where WᵀW = I; of tr(QᵀM) also among rotations, |Q| = 1."""
    others = [c for c in constraints if c is not of_rotations(w)]
    metric = metric_of(others[0], w) if len(others) == 1 else None
    if w.cols is ONE or metric is None:
        return None
    g = gradients(f, {"w": w}).gradients["w"]
    terms = multiplied_out(g, w)
    is_plain = isinstance(metric, Identity)
    parts = [reduced(t, w) for t in terms] if is_plain else terms
    linear = [t for t in parts if w not in t.factors and Transpose(w) not in t.factors]
    rest = [t for t in parts if t not in linear and not (is_plain and is_normal(t, w))]
    if any(t.factors.count(w) != 1 or t.factors[-1] is not w or Transpose(w) in t.factors for t in rest):
        return None
    if rest and not linear and len(others) == len(constraints):
        s = total([t.around(t.factors[:-1]) for t in rest], (w.rows, w.rows))
        return of_subspace(s, w, sense, metric) if is_symmetric(s) else None
    if linear and not rest and isinstance(metric, Identity):
        m = total([t.expression() for t in linear], w.shape)
        return (of_polar if len(others) == len(constraints) else of_rotation)(m, w, sense)
    return None


def of_rotations(q: Expr) -> Expr | None:
    """|Q| − 1"""
    return Sum.of(Determinant(q), Number(-1)) if q.rows is q.cols else None


def metric_of(c: Expr, w: Expr) -> Expr | None:
    """The P of a constraint WᵀPW = I that is known to be positive definite; of QQᵀ = I for a square Q it is I."""
    terms = c.operands if isinstance(c, Sum) else ()
    products = [t for t in terms if isinstance(t, Product)]
    if len(terms) != 2 or len(products) != 1 or tidy(-Identity(w.cols)) not in terms:
        return None
    factors = products[0].operands
    if factors in ((Transpose(w), w), *([(w, Transpose(w))] if w.rows is w.cols else [])):
        return Identity(w.rows)
    if len(factors) == 3 and factors[0] is Transpose(w) and factors[2] is w:
        return factors[1] if sign_of(factors[1]) == "positive definite" else None
    return None


def reduced(t: Term, w: Expr) -> Term:
    """A term in which WᵀW is left out."""
    factors = list(t.factors)
    k = 0
    while k + 1 < len(factors):
        if factors[k] is Transpose(w) and factors[k + 1] is w and len(factors) > 2:
            del factors[k : k + 2]
            k = max(0, k - 1)
        else:
            k += 1
    return t._replace(factors=tuple(factors))


def is_normal(t: Term, w: Expr) -> bool:
    """Whether a term is W times a symmetric matrix: along the set where WᵀW = I nothing changes by it."""
    if t.factors == (w,):
        return True
    if t.factors[0] is w and is_symmetric(tidy(t.around(t.factors[1:]))):
        return True
    is_square = w.rows is w.cols
    return is_square and t.factors[-1] is w and is_symmetric(tidy(t.around(t.factors[:-1])))


def of_polar(m: Expr, q: Expr, sense: str) -> Bound | None:
    """The orthogonal Q with the largest tr(QᵀM)."""
    m = upwards(m, sense)
    value = Polar(m)
    return Bound(
        {"x": value},
        (Step(nearest_orthogonal, q, value),),
        "polar factor, by the singular value decomposition",
        f"the trace of {Product.of(Transpose(q), m)} is at most the sum of the singular values of {m} (von Neumann)",
        (f"{m} is invertible",) if m.rows is m.cols else (f"{m} has full rank",),
        "",
        needs=(Inverse(tidy(Product.of(Transpose(m), m))),),
    )


def upwards(m: Expr, sense: str) -> Expr:
    """The M of a trace tr(QᵀM) that is to be as large as it can be, without positive numbers in front."""
    m = tidy(-m) if sense == "minimise" else m
    number, rest = coefficient(m)
    return rest if rest is not None and number > 0 else m


def of_rotation(m: Expr, q: Expr, sense: str) -> Bound | None:
    """The rotation Q with the largest tr(QᵀM): the polar factor, reflected at its last direction if |M| < 0."""
    m = upwards(m, sense)
    gram = tidy(Product.of(Transpose(m), m))
    polar, v = Polar(m), SmallestEigenvector(gram)
    twice = Number(1) - Determinant(polar)
    value = tidy(Product.of(polar, Identity(q.rows) - Scale.of(twice, Product.of(v, Transpose(v)))))
    return Bound(
        {"x": value},
        (Step(nearest_rotation, q, value),),
        "polar factor among rotations, by the singular value decomposition",
        f"the trace of {Product.of(Transpose(q), m)} is at most the sum of the singular values of {m}, the smallest of "
        "them with the sign of its determinant (von Neumann, Kabsch)",
        (f"{m} is invertible", f"the smallest singular value of {m} is simple where |{m}| < 0"),
        "",
        needs=(Inverse(gram),),
    )


def of_subspace(s: Expr, w: Expr, sense: str, metric: Expr) -> Bound | None:
    """The columns of W are the eigenvectors to the k eigenvalues at an end of the spectrum."""
    number, rest = coefficient(s)
    is_largest = (sense == "maximise") is (rest is None or number > 0)
    s = s if rest is None else rest
    is_plain = isinstance(metric, Identity)
    right = w if is_plain else Product.of(metric, w)
    root = None if is_plain else Inverse(Sqrtm(metric))
    m = s if root is None else tidy(Product.of(root, s, root))
    columns = Slice.of(Eigenvectors(m), None, (w.rows - w.cols + ONE, w.rows) if is_largest else (ONE, w.cols))
    value = columns if root is None else Product.of(root, columns)
    end, beyond = ("largest", "larger") if is_largest else ("smallest", "smaller")
    whose = f"{s}" if is_plain else f"the pencil ({s}, {metric})"
    return Bound(
        {"x": value},
        (Step(eigenspace, Product.of(s, w), Product.of(right, Transpose(w), s, w)), Step(eigenspace, w, value)),
        f"{'' if is_plain else 'generalised '}eigenvalue problem {s}{w} = {right}Λ",
        f"the trace of WᵀSW is between the sums of the {w.cols} eigenvalues at the ends of the spectrum (Ky Fan); "
        f"the columns of {w} span the space of the eigenvectors to the {w.cols} {end} ones",
        (f"of the {w.cols} {end} eigenvalues λ of {whose} each is {beyond} than the others",),
        "rotation",
    )


# ---- low rank ---------------------------------------------------------------------------------------------


def of_low_rank(f: Expr, variables: Mapping[str, Expr], sense: str) -> Bound | None:
    """The least ‖B − UVᵀ‖² for factors with k columns: U = BV with the first k right singular vectors V of B."""
    own = [*variables.values()]
    pairs = [n for n in postorder(f) if isinstance(n, Product) and {*map(untransposed, n.operands)} == {*own}]
    if len({*pairs}) != 1 or len(pairs[0].operands) != 2:
        return None
    (pair,) = {*pairs}
    left, right = pair.operands
    y = fresh_symbol("X", pair, f)
    b = nearest_to(replace(f, lambda node: y if node is pair else None), y, own, sense)
    if b is None or left.cols is left.rows or pair.shape != b.shape:
        return None
    v = leading(b, left.cols)
    values = {left: tidy(Product.of(b, v)), right: tidy(Transpose(v))}
    names = {x: name for name, x in variables.items()}
    turned_back = {names[untransposed(x)]: e if x in names else tidy(Transpose(e)) for x, e in values.items()}
    steps = tuple(Step(singular_part, variables[n], e) for n, e in turned_back.items())
    return low_rank(b, left.cols, {n: turned_back[n] for n in variables}, steps, "basis")


def of_rank(f: Expr, variables: Mapping[str, Expr], ranks: Mapping[str, Size], sense: str) -> Bound | None:
    """The least ‖B − X‖² for an X of rank k at most: the first k singular components of B."""
    ((name, x),) = variables.items() if len(variables) == 1 else ((None, None),)
    b = nearest_to(f, x, (), sense) if x is not None and {*ranks} == {name} else None
    if b is None or name is None or x is None:
        return None
    v = leading(b, ranks[name])
    value = tidy(Product.of(b, v, Transpose(v)))
    return low_rank(b, ranks[name], {name: value}, (Step(singular_part, x, value),), "")


def nearest_to(f: Expr, x: Expr, others: Sequence[Expr], sense: str) -> Expr | None:
    """B where a function is c‖X − B‖² with c > 0, or < 0 where it is to be large, and a constant."""
    if not isinstance(x, Symbol) or x.cols is ONE or assumed(x) or holding(*others)(f):
        return None
    f = f.operands[0] if isinstance(f, Norm) else f
    slope = gradients(inner(f, f) if not f.is_scalar else f, {"x": x}).gradients["x"]
    q = Equation(slope if sense == "minimise" else tidy(-slope), x, size_names(slope))
    found = divided_by_scalar(q)
    c = [t.scalar() for t in q.terms if x in t.factors]
    return found[0].value if found and sign_of(tidy(Sum.of(*c)), q.sizes) == "positive" else None


def leading(b: Expr, k: Size) -> Expr:
    """The right singular vectors to the k largest singular values."""
    gram = tidy(Product.of(Transpose(b), b))
    return LargestEigenvector(gram) if k is ONE else Slice.of(Eigenvectors(gram), None, (b.cols - k + ONE, b.cols))


def low_rank(b: Expr, k: Size, values: Mapping[str, Expr], steps: tuple[Step, ...], up_to: str) -> Bound:
    """What the theorem of Eckart and Young says."""
    return Bound(
        values,
        steps,
        f"truncated singular value decomposition of {b}",
        f"no matrix of rank {k} is nearer to {b} than its first {k} singular components (Eckart, Young, Mirsky)",
        (f"the singular value number {k} of {b} is larger than the next",),
        up_to,
    )
