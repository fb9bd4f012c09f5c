"""Expectations against closed forms of the literature, and against means over distributions with finitely many points.

The points μ ± √d L eᵢ with LLᵀ = Σ, all of one probability, have the mean μ and the covariance Σ.  Here they are made
with NumPy for all random entries together, apart from the sums that the package makes of them for its own checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import Expr, Index, Symbol, symbols
from matdiff.algebra.laws import CATALOGUE
from matdiff.algebra.operators.entrywise import Exp
from matdiff.algebra.operators.products import Hadamard, Scale, Sum, Transpose
from matdiff.algebra.operators.sums import IndexedSum, Member
from matdiff.algebra.rewriting import Step
from matdiff.calculus.expectations import moments
from matdiff.calculus.expectations.expectation import Expectation, derived, expectation
from matdiff.calculus.expectations.fisher import Fisher, fisher
from matdiff.calculus.expectations.sigma_points import testable as as_equalities
from matdiff.errors import DeclarationError, MatdiffError, ShapeError, UnsupportedError
from matdiff.language import read_beside, read_law, unknown_in
from matdiff.language.distributions import read_distribution
from matdiff.numeric.check import check_steps, verify

Distribution = Mapping[str, Any]
SIZES = {"n": 3, "m": 2, "p": 4, "N": 3, "d": 2, "k": 2}
VECTORS = (
    "x, μ, a, b, c: n; y, ν: p; A, B: m x n; C: n x n; D: n x p; u, v: m; s, t: scalar; S: n x n spd; R: p x p spd"
)
ONE_VECTOR: Distribution = {"x": ("μ", "S")}
MATRICES = "X, M, B: n x m; U: n x n spd; V: m x m spd; A: n x n; D: m x m; a, b: n; e: m; s: scalar"
ONE_MATRIX: Distribution = {"X": ("M", "kron(V, U)")}
FAMILIES = (
    "x[i=1..N], h[i=1..N], g[i=1..N], μ, a: d; S: d x d spd; Q[i=1..N]: d x d spd; C: d x d; K: N x N; w: d; "
    "t[i=1..N], r[i=1..N]: scalar; σ: scalar positive; N: scalar"
)
FAMILY: Distribution = {"x": ("μ", "S")}
MEMBERS: Distribution = {"x[i]": ("h[i]", "Q[i]")}


def found(text: str, where: str, of: Distribution) -> Expectation:
    f = matdiff.parse(text, where)
    return derived(f, *read_distribution(f, of, where))


# ---- a distribution with finitely many points -----------------------------------------------------------


def array_for(symbol: Symbol, random: np.random.Generator) -> Any:
    shape = [extent.value(SIZES) for extent in (*symbol.ranges, *symbol.shape)]
    a = random.normal(size=shape)
    if "spd" in symbol.properties:
        a = a @ np.swapaxes(a, -1, -2) + np.eye(shape[-1])
    if "positive" in symbol.properties:
        a = np.abs(a) + 0.5
    kept = [k for k, extent in enumerate((*symbol.ranges, *symbol.shape)) if extent is not ONE]
    a = a.reshape([shape[k] for k in kept])
    return float(a) if a.ndim == 0 else a


def values_for(expressions: list[Expr], seed: int) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    found_symbols = {s.name: s for e in expressions for s in symbols(e)}
    return {**{name: array_for(s, random) for name, s in found_symbols.items()}, **SIZES}


def points(d: Expectation, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All random entries together at the points μ ± √d L eᵢ."""
    means, roots, places = [], [], []
    for variable in d.variables.values():
        extents = [e.value(SIZES) for e in (*variable.symbol.ranges, *variable.symbol.shape)]
        members = int(np.prod(extents[:-2], dtype=int))
        rows, cols = extents[-2:]
        mean = np.asarray(matdiff.evaluate(variable.mean, values))
        mean = np.broadcast_to(mean.reshape((-1, rows, cols)), (members, rows, cols))
        blocks = []
        for factor, length in ((variable.rows, rows), (variable.cols, cols)):
            block = np.ones((1, 1, 1)) if factor is None else np.asarray(matdiff.evaluate(factor, values))
            blocks.append(np.broadcast_to(block.reshape((-1, length, length)), (members, length, length)))
        for k in range(members):
            means.append(mean[k].T.ravel())
            roots.append(np.linalg.cholesky(np.kron(blocks[1][k], blocks[0][k])))
        places.append((variable.symbol.name, members, rows, cols, variable.symbol))
    center = np.concatenate(means)
    root = np.zeros((center.size, center.size))
    start = 0
    for block in roots:
        root[start : start + len(block), start : start + len(block)] = block
        start += len(block)
    columns = np.sqrt(center.size) * root.T
    return [laid_out(z, places) for z in (*(center + columns), *(center - columns))]


def laid_out(z: Any, places: list[tuple[str, int, int, int, Any]]) -> dict[str, Any]:
    """The values of random symbols from the vector of all their entries."""
    values: dict[str, Any] = {}
    start = 0
    for name, members, rows, cols, symbol in places:
        part = z[start : start + members * rows * cols].reshape(members, cols, rows).transpose(0, 2, 1)
        start += members * rows * cols
        shape = [e.value(SIZES) for e in (*symbol.ranges, *symbol.shape) if e is not ONE]
        values[name] = part.reshape(shape) if shape else float(part.ravel()[0])
    return values


def agrees(d: Expectation, seed: int = 5) -> bool:
    """Whether the mean of f over the points is what was derived."""
    parts = [e for v in d.variables.values() for e in (v.mean, v.rows, v.cols) if e is not None]
    values = values_for([d.function, d.value, *parts], seed)
    sample = [np.asarray(matdiff.evaluate(d.function, {**values, **point})) for point in points(d, values)]
    return bool(np.allclose(np.mean(sample, axis=0), matdiff.evaluate(d.value, values), rtol=1e-9, atol=1e-9))


# ---- closed forms ---------------------------------------------------------------------------------------

TEXTBOOK = [  # The Matrix Cookbook, section 8.2, equations 377 to 385, and what follows from them
    ("x", "μ"),
    ("A x + u", "A μ + u"),
    ("x x'", "S + μ μ'"),
    ("(x - μ)(x - μ)'", "S"),
    ("x' C x", "tr(C S) + μ' C μ"),
    ("(A x)(A x)'", "A (S + μ μ') A'"),
    ("(x + a)(x + a)'", "S + (μ + a)(μ + a)'"),
    ("x' x", "tr(S) + μ' μ"),
    ("(x + a)'(x + a)", "tr(S) + (μ + a)'(μ + a)"),
    ("(A x + u)(B x + v)'", "A S B' + (A μ + u)(B μ + v)'"),
    ("(A x + u)'(A x + u)", "tr(A S A') + (A μ + u)'(A μ + u)"),
    ("(A x + u)'(B x + v)", "tr(A S B') + (A μ + u)'(B μ + v)"),
    ("norm2(A x - u)^2", "norm2(A μ - u)^2 + tr(A S A')"),
    ("(x - b)' inv(S) (x - b)", "n + (μ - b)' inv(S) (μ - b)"),
    ("(a' x)^2", "a' S a + (a' μ)^2"),
    ("(a' x - a' μ)^2", "a' S a"),
    ("(a' x + s)(b' x + t)", "a' S b + (a' μ + s)(b' μ + t)"),
    ("(a' x)*x", "S a + (a' μ)*μ"),
    ("x .* x", "diag(S) + μ .* μ"),
    ("x .^ 2", "diag(S) + μ .^ 2"),
    ("(A x) .* (B x)", "diag(A S B') + (A μ) .* (B μ)"),
    ("kron(x, x)", "vec(S) + kron(μ, μ)"),
    ("kron(A x, B x)", "vec(B S A') + kron(A μ, B μ)"),
    ("kron(x, xᵀ)", "S + μ μ'"),
    ("diag(x) C diag(x)", "C .* (S + μ μ')"),
    ("sum(x)^2", "sum(S) + sum(μ)^2"),
    ("vec(x x')", "vec(S) + kron(μ, μ)"),
    ("s*x + t*a", "s*μ + t*a"),
    ("logdet(S) + (x - μ)' inv(S) (x - μ)", "logdet(S) + n"),
    ("x' C x + a' x + s", "tr(C S) + μ' C μ + a' μ + s"),
]


@pytest.mark.parametrize(("text", "closed"), TEXTBOOK)
def test_closed_forms(text: str, closed: str) -> None:
    d = found(text, VECTORS, ONE_VECTOR)
    assert matdiff.equal(d.value, read_beside(d.value, closed, VECTORS)).equal, d.value
    assert agrees(d)


PRINTED = [
    ("x'C x", "μᵀCμ + Tr(CS)"),
    ("(A x + u)(B x + v)'", "(Aμ + u)(Bμ + v)ᵀ + ASBᵀ"),
    ("norm2(A x - u)^2", "‖Aμ − u‖² + Tr(AᵀAS)"),
    ("(a'x)(b'x)", "(aᵀμ)bᵀμ + aᵀSb"),
    ("x .* x", "μ.^2 + diag(S)"),
    ("x' inv(S) x", "μᵀS⁻¹μ + n"),
]


@pytest.mark.parametrize(("text", "shown"), PRINTED)
def test_answers_are_written_as_in_a_textbook(text: str, shown: str) -> None:
    assert str(found(text, VECTORS, ONE_VECTOR).value) == shown


MATRIX_NORMAL = [  # A. K. Gupta, D. K. Nagar, Matrix Variate Distributions, theorem 2.3.5
    ("X'A X", "tr(A U)*V + M'A M"),
    ("X D X'", "tr(D'V)*U + M D M'"),
    ("X B'X", "U B V + M B'M"),
    ("vec(X) vec(X)'", "kron(V, U) + vec(M) vec(M)'"),
    ("norm2(X)^2", "tr(U)*tr(V) + norm2(M)^2"),
    ("tr(B'X)^2", "tr(B'U B V) + tr(B'M)^2"),
    ("X .* X", "diag(U) diag(V)' + M .* M"),
    ("kron(X, X)", "vec(U) vec(V)' + kron(M, M)"),
    ("(X e) (X e)'", "(e'V e)*U + (M e)(M e)'"),
]


@pytest.mark.parametrize(("text", "closed"), MATRIX_NORMAL)
def test_closed_forms_of_matrices(text: str, closed: str) -> None:
    d = found(text, MATRICES, ONE_MATRIX)
    assert matdiff.equal(d.value, read_beside(d.value, closed, MATRICES)).equal, d.value
    assert agrees(d)


OF_FAMILIES = [
    ("sum(i=1..N, x[i])", "N*μ"),
    ("sum(i=1..N, x[i] x[i]')", "N*(S + μ μ')"),
    ("norm2(sum(i=1..N, x[i]))^2", "N*tr(S) + N^2*μ'μ"),
    ("(sum(i=1..N, x[i])/N) (sum(j=1..N, x[j])/N)'", "S/N + μ μ'"),
    ("sum(i=1..N, norm2(x[i] - sum(j=1..N, x[j])/N)^2)", "(N - 1)*tr(S)"),
    ("sum(i=1..N, sum(j=1..N, norm2(x[i] - x[j])^2))", "2*N*(N - 1)*tr(S)"),
    ("sum(i=1..N-1, norm2(x[i+1] - x[i])^2)", "2*(N - 1)*tr(S)"),
    ("x[1]'C x[2]", "μ'C μ"),
    ("x[1]'C x[1]", "μ'C μ + tr(C S)"),
    ("x[1]'sum(i=1..N, x[i])", "N*μ'μ + tr(S)"),
]


@pytest.mark.parametrize(("text", "closed"), OF_FAMILIES)
def test_families_have_independent_members(text: str, closed: str) -> None:
    d = found(text, FAMILIES, FAMILY)
    expected = read_beside(d.value, closed, FAMILIES)
    assert check_steps([Step(CATALOGUE["product_law"], d.value, expected)], symbols(d.value))[1] is None, d.value
    assert agrees(d)


# ---- every structure ------------------------------------------------------------------------------------

OF_ONE_VECTOR = """
    diag(x) C x;  x'C diag(x);  x'diag(x)*C;  tr(diag(x) C diag(x));  x[1]*x[2];  x[1:2] x[2:3]';  conv(x, x);  diag(x)
    vstack(x, a) vstack(a, x)';  hstack(x, a)'hstack(b, x);  kron(x, C)*x;  kron(C, x)'*kron(C, x);  tril(x x')
    (C .* (x a'))'(x b');  mean(x)^2;  (x + C x)'(x - C x);  (s*x - x)'(x + t*x);  (x x' - C)*a;  sum(C x x')
    vech(x x');  x'C x*C;  khatri_rao(x x', C);  C^2 x x';  sylvester(C'C, S, x x');  unvec(kron(x, x), n, n)
    (diag(x) + x b')^2;  Diag(A'A x) C' Diag(x);  C : (x x');  (x x') .* C;  (a .* x)'(b .* x);  skew(x a') x
    centering(n) x x';  (x + x)'(x - 2*x);  corr(x, a)*x;  x'A'A x + x'C x;  a*x[3]^2;  kron(xᵀ, x)*C
    hstack(x, C x)'C x;  diag(x) .* diag(A'A x);  diag(C x) .* C .* diag(x);  kron(diag(x), diag(x));  diag(x)^2
"""
OF_ONE_MATRIX = """
    X'B X';  tr(X'A X D);  tr(X B')*X;  tr(X B')*X';  (X e)(a'X);  (X e) .* (X e);  kron(X, X');  kron(X', X);  a'X e*X
    B .* X .* X;  (B .* X)'(B .* X);  sum(X)^2;  vec(X)'vec(X);  diag(X e) A X;  X : (A X);  kron(X, a)*kron(X, a)'
    hstack(X, B)'hstack(X, B);  vec(X)*(a'X e);  diag(X B') diag(X B')';  (a'diag(X B'))^2;  X'diag(X e)*A;  X[1, 2]*X
    diag(X e) A diag(X e);  diag(X'a) D X';  diag(X'a) D diag(X'b);  X diag(X'a);  diag(X'a) X';  (X + s*X)(X - s*X)'
    kron(a', X)*kron(a', X)';  kron(X, X)*kron(e, e);  (X[1:2, :])'X[1:2, :];  vstack(B, X) vstack(X, X)'
    X'*kron(X, a');  colsum(X);  colsum(X) colsum(X)';  X(X' + B')A;  (X X') .* A;  tr(X X')*A;  conv(X, X)
    kron(diag(vec(X)), diag(X e));  diag(vec(X)) .* diag(vec(X));  kron(diag(vec(X)), diag(vec(X)))
"""
OF_ONE_FAMILY = """
    sum(i=1..N, t[i]*x[i]) sum(i=1..N, r[i]*x[i])';  sum(i=1..N, x[i]) x[1]';  (a'sum(i=1..N, x[i]))^2
    sum(i=1..N, sum(j=1..N, K[i,j]*x[i]'C x[j]));  sum(i=1..N-1, x[i+1])'sum(j=1..N-1, x[j])
    sum(i=1..N-1, x[i+1]'C sum(j=1..N, x[j]));  norm2(sum(i=1..N, (t[i] - a'g[i])*x[i]))^2
    sum(i=1..N, (x[i] - g[i]) .* (x[i] - g[i]));  sum(i=1..N, t[i]*diag(x[i])) C sum(i=1..N, r[i]*diag(x[i]))
    sum(i=1..N, x[i] sum(j=1..N, K[i,j]*x[j]'));  sum(i=1..N-1, x[i])'sum(i=1..N-1, x[i+1]);  x[2] x[N]'
    sum(i=1..N, t[i]*(a'sum(j=1..N, r[j]*x[j]))*x[i]);  sum(i=1..N, t[i]*sum(j=1..N, r[j]*x[j])'x[2])
    sum(i=1..N, (g[i]'sum(j=1..N, K[i,j]*x[j]))*sum(j=1..N, x[j]))
"""
OF_MEMBERS = """
    sum(i=1..N, x[i] x[i]');  norm2(sum(i=1..N, x[i]))^2;  x[2]'x[2];  sum(i=1..N, sum(j=1..N, K[i,j]*x[i] x[j]'))
    sum(i=1..N-1, norm2(x[i+1] - x[i])^2);  sum(i=1..N-1, x[i+1] x[i]') C sum(i=1..N, r[i]*C);  x[1] sum(j=1..N, x[j])'
"""
SEVERAL = """
    x y';  x'D y;  norm2(x - D y)^2;  kron(x, y);  (x'D y)*C;  vstack(x, y) vstack(x, y)'
"""
STRUCTURES: list[tuple[str, str, Distribution]] = [
    (text.strip(), where, of)
    for block, where, of in (
        (OF_ONE_VECTOR, VECTORS, ONE_VECTOR),
        (OF_ONE_MATRIX, MATRICES, ONE_MATRIX),
        (OF_ONE_FAMILY, FAMILIES, FAMILY),
        (OF_MEMBERS, FAMILIES, MEMBERS),
        (SEVERAL, VECTORS, {"x": ("μ", "S"), "y": ("ν", "R")}),
        ("x x';  norm2(x)^2", VECTORS, {"x": ("D ν", "D R D' + S")}),
        ("t^2;  t^2*C + t*C;  norm2(t*x + a)^2;  (t - s)^2*C", VECTORS, {"t": ("s", "s^2")}),
        ("t*x;  (t*a + x)(t*b + x)'", VECTORS, {"t": ("0", "2"), "x": ("μ", "S")}),
        ("X X';  vec(X) vec(X)'", MATRICES, {"X": ("M", "s^2*eye(n*m)")}),
        ("X'A X", MATRICES, {"X": ("M", "2*kron(V, eye(n))")}),
        ("(a'X)'(b'X)", MATRICES, {"X": ("zeros(n, m)", "kron(V, U)")}),
        ("sum(i=1..N, (t[i] - w'g[i])^2);  norm2(sum(i=1..N, t[i]*g[i]))^2", FAMILIES, {"t[i]": ("w'g[i]", "σ")}),
        ("sum(i=1..N, t[i]*x[i])", FAMILIES, {"t": ("σ", "σ^2"), "x": ("μ", "S")}),
    )
    for text in block.strip().replace("\n", ";").split(";")
    if text.strip()
]


@pytest.mark.parametrize(("text", "where", "of"), STRUCTURES, ids=[s[0] for s in STRUCTURES])
def test_every_structure_has_the_mean_over_the_points(text: str, where: str, of: Distribution) -> None:
    d = found(text, where, of)
    assert agrees(d), d.value
    outcome = verify(None, {}, [*as_equalities([*d.terms, d.whole], d.variables), *d.tidied])
    assert outcome.ok, outcome.failure


def test_sums_whose_indices_have_one_name_are_told_apart() -> None:
    i, j = Index("i", "N"), Index("j", "N")
    r, z, a = Symbol("r", ranges=(size("N"),)), Symbol("z", (n, ONE), ranges=(size("N"),)), Symbol("a", (n, ONE))
    within = IndexedSum(Scale.of(Member(r, j), Member(z, j)), j)
    same = IndexedSum(Scale.of(Member(r, i), Member(z, i)), i)
    for inside in (within, same):
        for body in (Scale.of(Member(r, i), a.T * inside), Scale.of(a.T * inside, Member(z, i))):
            assert agrees(derived(IndexedSum(body, i), {z: μ}, {z: S}))


def test_definitions_are_opened() -> None:
    d = found("h = A x + u; h h'", VECTORS, ONE_VECTOR)
    assert str(d.value) == "(Aμ + u)(Aμ + u)ᵀ + ASAᵀ"


def test_a_wrong_expectation_is_refuted() -> None:
    d = found("x'C x", VECTORS, ONE_VECTOR)
    wrong = [Step(s.law, s.before, 2 * s.after) for s in (*d.terms, d.whole)]
    assert not verify(None, {}, as_equalities(wrong, d.variables)).ok
    assert not agrees(d._replace(value=2 * d.value))


LAWS = [law for law in vars(moments).values() if type(law).__name__ == "Law"] + [CATALOGUE["expectation_of_quadratic"]]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_the_statements_of_the_laws_are_true(law: Any) -> None:
    left, right = read_law(law)
    assert check_steps([Step(law, left, right)], list(dict.fromkeys(symbols(left) + symbols(right))))[1] is None


# ---- refusals -------------------------------------------------------------------------------------------

REFUSED = [
    ("log(x)", "log(x) is not quadratic in x"),
    ("a'exp(x) + x'x", "exp(x) is not quadratic in x"),
    ("x'x*x", "(xᵀx)x is of a degree higher than 2 in x"),
    ("(x'x)^2", "(xᵀx)² is of a degree higher than 2 in x"),
    ("(a'x)^3", "(aᵀx)³ is of a degree higher than 2 in x"),
    ("norm2(x)", "‖x‖ is not quadratic in x"),
    ("1/(a'x)", "1/(aᵀx) is not quadratic in x"),
    ("inv(x x' + C)", "(xxᵀ + C)⁻¹ is not quadratic in x"),
    ("max(x)^2", "max(x) is not quadratic in x"),
    ("abs(x) .* a", "abs(x) is not quadratic in x"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_is_not_quadratic_is_named(text: str, message: str) -> None:
    with pytest.raises(UnsupportedError) as error:
        found(text, VECTORS, ONE_VECTOR)
    assert error.value.message == message


MALFORMED: list[tuple[str, str, Distribution, type[MatdiffError]]] = [
    ("x x'", VECTORS, {"x": ("a", "C")}, UnsupportedError),
    ("x x'", VECTORS, {"x": ("u", "S")}, ShapeError),
    ("x x'", VECTORS, {"x": ("μ", "R")}, ShapeError),
    ("x x'", VECTORS, {"x": ("μ", "x x'")}, UnsupportedError),
    ("x x'", VECTORS, {"x": "μ"}, UnsupportedError),
    ("X X'", MATRICES, {"X": ("M", "kron(U, V)")}, UnsupportedError),
    ("S x", VECTORS, {"S": ("C", "kron(S, S)")}, UnsupportedError),
    ("x[1]'x[2]", FAMILIES, {"x[1]": ("μ", "S")}, UnsupportedError),
    ("x x'", VECTORS, {}, DeclarationError),
]


@pytest.mark.parametrize(("text", "where", "of", "kind"), MALFORMED)
def test_malformed_distributions_are_refused(text: str, where: str, of: Distribution, kind: type[MatdiffError]) -> None:
    with pytest.raises(kind):
        found(text, where, of)


def test_what_is_linear_needs_no_covariance() -> None:
    assert str(found("tr(inv(S) C)", "S, C: n x n spd", {"C": "S"}).value) == "n"


def test_new_names_are_means_and_covariances() -> None:
    d = found("norm2(A*x - b)^2 + s*t^2", "A: m x n", {"x": ("nu", "Omega"), "t": ("0", "c")})
    assert str(d.value) == "‖Aν − b‖² + Tr(AᵀAΩ) + sc"
    assert agrees(d)


DEEP = 1_100
n = size("n")
x, μ, b = (Symbol(name, (n, ONE)) for name in ("x", "μ", "b"))
S = Symbol("S", (n, n), ["spd"])


def test_deep_expressions() -> None:
    f: Expr = x
    for _ in range(DEEP):
        f = Hadamard.make((Transpose(Transpose(f)), b))
    assert expectation(f, {x: μ}, {x: S}).shape == (n, ONE)
    for _ in range(DEEP):
        f = Exp(f)
    with pytest.raises(UnsupportedError, match="not quadratic in x"):
        expectation(f, {x: μ}, {x: S})


def test_many_terms_are_joined_before_they_are_multiplied() -> None:
    whole = Sum.of(*[Symbol(f"A{k}", (n, n)) * x for k in range(300)])
    assert len(derived(whole * whole.T, {x: μ}, {x: S}).terms) == 1


# ---- the Fisher information -----------------------------------------------------------------------------


def information(text: str, where: str, wrt: tuple[str, ...], of: Distribution) -> Fisher:
    f = matdiff.parse(text, where)
    return fisher(f, {name: unknown_in(f, name) for name in wrt}, *read_distribution(f, of, where))


GAUSSIAN = "x[i=1..N]: d; μ: d; S, P: d x d spd; N: scalar"
OF_SIGMA = "N/2*logdet(S) + 1/2*sum(i=1..N, (x[i] - μ)'inv(S)*(x[i] - μ))"
OF_PRECISION = "-N/2*logdet(P) + 1/2*sum(i=1..N, (x[i] - μ)'P*(x[i] - μ))"
REGRESSION = "X: N x d; y: N; w: d; s: scalar positive; N: scalar"
SAMPLES = "x[i=1..N], w: d; y[i=1..N]: scalar; s: scalar positive; N: scalar"
BLOCKS: list[tuple[str, str, tuple[str, ...], Distribution, dict[tuple[str, str], str]]] = [
    (
        *(OF_SIGMA, GAUSSIAN, ("μ", "S"), {"x": ("μ", "S")}),
        {("μ", "μ"): "N*inv(S)", ("μ", "S"): "zeros(d, d*d)", ("S", "S"): "N/2*kron(inv(S), inv(S))"},
    ),
    (
        *(OF_PRECISION, GAUSSIAN, ("μ", "P"), {"x": ("μ", "inv(P)")}),
        {("μ", "μ"): "N*P", ("P", "μ"): "zeros(d*d, d)", ("P", "P"): "N/2*kron(inv(P), inv(P))"},
    ),
    (
        *("N/2*log(s) + norm2(y - X w)^2/(2*s)", REGRESSION, ("w", "s"), {"y": ("X w", "s*eye(N)")}),
        {("w", "w"): "X'X/s", ("w", "s"): "zeros(d)", ("s", "s"): "N/(2*s^2)"},
    ),
    (
        *("N*log(s) + norm2(y - X w)^2/(2*s^2)", REGRESSION, ("w", "s"), {"y": ("X w", "s^2*eye(N)")}),
        {("w", "w"): "X'X/s^2", ("s", "w"): "zeros(d)'", ("s", "s"): "2*N/s^2"},
    ),
    (
        "sum(i=1..N, exp(w'x[i]) - y[i]*w'x[i])",
        *(SAMPLES, ("w",), {"y[i]": ("exp(w'x[i])", "exp(w'x[i])")}),
        {("w", "w"): "sum(i=1..N, exp(w'x[i])*x[i] x[i]')"},
    ),
    (
        "sum(i=1..N, (y[i] - exp(w'x[i]))^2)/(2*s)",  # the Gauss-Newton matrix: the residuals have the mean 0
        *(SAMPLES, ("w",), {"y[i]": ("exp(w'x[i])", "s")}),
        {("w", "w"): "sum(i=1..N, exp(w'x[i])^2*x[i] x[i]')/s"},
    ),
    (
        "N/2*logdet(S) + N/2*tr(inv(S)*C)",
        *("S, C: d x d spd; N: scalar", ("S",), {"C": "S"}),
        {("S", "S"): "N/2*kron(inv(S), inv(S))"},
    ),
    (
        "sum(log(v))/2 + sum((x - μ).^2 ./ v)/2",
        *("v: d positive; x, μ: d", ("μ", "v"), {"x": ("μ", "diag(v)")}),
        {("μ", "μ"): "diag(1 ./ v)", ("μ", "v"): "zeros(d, d)", ("v", "v"): "diag(1 ./ (2*v.^2))"},
    ),
]


@pytest.mark.parametrize(("text", "where", "wrt", "of", "blocks"), BLOCKS)
def test_fisher_information(
    text: str, where: str, wrt: tuple[str, ...], of: Distribution, blocks: dict[tuple[str, str], str]
) -> None:
    known = information(text, where, wrt, of)
    for pair, closed in blocks.items():
        block = known.blocks[pair]
        context = known.second.function
        expected = read_beside(context, closed, where)
        assert block.shape == expected.shape
        every = list(dict.fromkeys(symbols(block) + symbols(expected)))
        assert check_steps([Step(CATALOGUE["product_law"], block, expected)], every)[1] is None, block
    for d in known.expectations.values():
        assert verify(None, {}, [*as_equalities([*d.terms, d.whole], d.variables), *d.tidied]).ok


def test_the_information_is_the_covariance_of_the_score() -> None:
    """E[∇ℓ ∇ℓᵀ] = E[∇²ℓ] for the linear model, whose score is linear in the data."""
    where, of = REGRESSION, {"y": ("X w", "s*eye(N)")}
    score = matdiff.derive("norm2(y - X w)^2/(2*s)", "w", where).gradient
    d = derived(score * score.T, *read_distribution(score, of, where))
    block = information("norm2(y - X w)^2/(2*s)", where, ("w",), of).blocks["w", "w"]
    assert matdiff.equal(d.value, block).equal


def test_a_random_unknown_is_refused() -> None:
    with pytest.raises(UnsupportedError):
        information("norm2(y - X w)^2", REGRESSION, ("y",), {"y": ("X w", "s*eye(N)")})


def test_the_whole_matrix_of_blocks() -> None:
    whole = information(
        "N/2*log(s) + norm2(y - X w)^2/(2*s)", REGRESSION, ("w", "s"), {"y": ("X w", "s*eye(N)")}
    ).whole()
    assert whole.shape == (size("d") + ONE, size("d") + ONE)


# ---- what is random, as a text; the page ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "of", "where", "expected"),
    [
        ("E[x'A x], x ~ N(mu, Sigma)", None, "A: n x n", "mu'*A*mu + tr(A*Sigma)"),
        ("𝔼[‖x − z‖²] where x ~ N(μ, Σ) and z ~ N(ν, Λ)", None, "", "norm2(μ − ν)^2 + tr(Σ) + tr(Λ)"),
        (r"\mathbb{E}\left[w^\top x x^\top w\right], \quad x \sim \mathcal{N}(0, C)", None, "", "w'*C*w"),
        ("(y - Xβ)'(y - Xβ)", "y ~ N(Xβ, sI)", "X: n x p; s: scalar positive", "n*s"),
        ("norm2(A*x)^2", "x ~ (0, I)", "A: m x n", "tr(A'*A)"),
        ("a'x", "x ~ m", "a: n", "a'*m"),
        ("E_x[x'x], x ~ (m, S)", None, "", "m'*m + tr(S)"),
    ],
)
def test_what_is_random_is_said_in_a_text(text: str, of: str | None, where: str, expected: str) -> None:
    found = matdiff.expect(text, of, where or None)
    assert found.verify().ok
    assert matdiff.equal(found.result, read_beside(found.result, expected)).equal, found.result


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("x'A x", "x: vector ~ N(mu, Sigma)", "mu'*A*mu + tr(A*Sigma)"),
        ("E[x'A x]", "x ~ N(0, I)", "tr(A)"),
        ("norm2(x - y)^2", "x, y: n ~ (m, S)", "2*tr(S)"),
        (
            *("∑_i (w'x_i - y_i)^2", "x[i=1..N]: d ~ N(mu, S); y[i=1..N]: scalar ~ (w'mu, s^2); N: scalar"),
            "N*(w'*S*w + s^2)",
        ),
        ("tr(X'A X)", {"X": "m x n ~ (0, kron(V, U))", "U": "m x m spd", "V": "n x n spd"}, "tr(A*U)*tr(V)"),
    ],
)
def test_a_declaration_may_say_what_is_random(text: str, where: Any, expected: str) -> None:
    found = matdiff.expect(text, where=where)
    assert found.verify().ok
    assert matdiff.equal(found.result, read_beside(found.result, expected)).equal, found.result


def test_one_name_is_said_to_be_random_once() -> None:
    with pytest.raises(DeclarationError, match="x is said to be random twice"):
        matdiff.expect("x'x", "x ~ (0, S)", "x: n ~ (m, S)")


@pytest.mark.parametrize(
    ("text", "of", "words"),
    [
        ("x'x", None, "nothing is random"),
        ("x'x", "x mu", "says of no name what its mean is"),
        ("x'x", "x ~", "says of no name what its mean is"),
        ("x'x", "x ~ N", "says of no name what its mean is"),
        ("E_q[x'x], x ~ (m, S)", None, "expectation"),
        ("x'x", "x ~ U(0, 1)", "U is no distribution that is known here"),
        ("x'x", "x ~ Poisson(a)", "Poisson is no distribution that is known here"),
        ("x'x", "x ~ N(mu, S, 3)", "not 3 parameters"),
        ("x'x", "y ~ mu", "y"),
        ("(x'x)^2", "x ~ (mu, S)", "of a degree higher than 2"),
        ("x'x", {"x": 3}, "x ~ \\(mu, Sigma\\)"),
        ("(y - Xβ)'(y - Xβ)", "y ~ (X b, S)", "the mean of y"),
    ],
)
def test_what_says_no_distribution_is_refused(text: str, of: Any, words: str) -> None:
    with pytest.raises(MatdiffError, match=words):
        matdiff.expect(text, of, "X: n x p" if "X" in text else None)


def test_the_page_says_what_is_random_and_every_quadratic_term() -> None:
    where = "X, M: m x n; U: m x m spd; V: n x n spd"
    found = matdiff.expect("norm2(X*w - y)^2", "X ~ (M, kron(V, U)); y ~ (mu, Sigma)", where)
    page = found.to_text(check=found.verify(), width=80)
    for row in ("E[X] = M", "Cov(vec X) = V ⊗ U", "E[y] = μ", "Quadratic terms", "checked: "):
        assert row in page
    assert max(map(len, page.splitlines())) <= 80
    assert found.steps
    assert found.lines
    assert r"\operatorname{E}" in found.to_latex()
    assert r"\operatorname{Cov}" in found.to_markdown()
    assert "Cov" in found.to_html()
    assert matdiff.code(found).source


def test_the_check_of_a_wrong_expectation_fails() -> None:
    found = matdiff.expect("x'A x", "x ~ (mu, Sigma)", "A: n x n")
    wrong = found._found._replace(whole=found._found.whole._replace(after=2 * found.result))
    assert not type(found)(wrong).verify().ok
