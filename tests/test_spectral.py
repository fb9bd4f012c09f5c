"""Singular values, eigenvalues, functions of a matrix, pseudo-inverse and adjugate.

The values are compared with functions that are written here in another way (eigenvectors, series, cofactors),
the gradients with differences of these and with the closed forms of textbooks.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np
import pytest
from fuzz.dressed import declarations

import matdiff
from matdiff.algebra.dims import size
from matdiff.algebra.expr import OPERATORS, Expr, Number, Symbol
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.inverses import Adjugate, Commutator, PseudoInverse
from matdiff.algebra.operators.matrix_functions import Expm, FrechetExpm, Logm, Sqrtm, base
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose
from matdiff.algebra.operators.singular import NuclearNorm, Polar
from matdiff.algebra.operators.spectral import LargestEigenvalue
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.rewriting import Simplifier
from matdiff.errors import MatdiffError, UnsupportedError

trace, det, inv, norm, eye = np.trace, np.linalg.det, np.linalg.inv, np.linalg.norm, np.eye
draw = np.random.default_rng(7)
m, n, q = 4, 3, 5
WHERE = """X, Y: m x n; A, B, C, G: n x n; S: n x n symmetric; P, R: n x n spd; K: n x n skew; F: n x q;
D: n x n diagonal; u: m; v, w: n; a, t: scalar; L: m x m symmetric"""


def normal(*shape: int) -> Any:
    return draw.normal(size=shape)


VALUES: dict[str, Any] = {
    "X": normal(m, n), "Y": normal(m, n), "A": normal(n, n) / 2, "B": normal(n, n) / 2,
    "C": normal(n, n) / 3 + 2 * eye(n), "G": draw.uniform(0.5, 1.5, (n, n)),
    "S": (lambda s: s + s.T)(normal(n, n)), "P": (lambda s: s @ s.T + np.eye(n))(normal(n, n)),
    "R": (lambda s: s @ s.T + np.eye(n))(normal(n, n)), "K": (lambda s: s - s.T)(normal(n, n)), "F": normal(n, q),
    "D": np.diag([0.5, -1.0, 2.0]), "u": normal(m), "v": normal(n), "w": normal(n), "a": 0.7, "t": 0.4,
    "L": (lambda s: s + s.T)(normal(m, m)), "m": m, "n": n, "q": q,
}  # fmt: skip
PROJECTIONS: dict[str, Callable[[Any], Any]] = {
    "S": lambda g: (g + g.T) / 2, "P": lambda g: (g + g.T) / 2, "R": lambda g: (g + g.T) / 2,
    "K": lambda g: (g - g.T) / 2, "D": lambda g: np.diag(np.diag(g)),
}  # fmt: skip


def function(f: Callable[[Any], Any], a: Any) -> Any:
    """f(A) through eigenvectors, which the matrices here have enough of."""
    values, vectors = np.linalg.eig(a)
    return (vectors @ np.diag(f(values.astype(complex))) @ inv(vectors)).real


def expm(a: Any) -> Any:
    return function(np.exp, a)


def logm(a: Any) -> Any:
    return function(np.log, a)


def sqrtm(a: Any) -> Any:
    return function(np.sqrt, a)


def cofactors(a: Any) -> Any:
    """The adjugate, entry by entry, from the definition of the determinant."""

    def minor(b: Any) -> float:
        k = len(b)
        signs = {s: det(eye(k)[list(s)]) for s in permutations(range(k))}
        return float(sum(sign * np.prod([b[i, s[i]] for i in range(k)]) for s, sign in signs.items()))

    k = range(len(a))
    return np.array([[(-1) ** (i + j) * minor(np.delete(np.delete(a, j, 0), i, 1)) for j in k] for i in k])


def leading(a: Any) -> tuple[float, Any, Any]:
    """The largest singular value with its vectors, the entry of v that is largest made positive."""
    left, values, right = np.linalg.svd(a)
    sign = np.sign(right[0][np.argmax(abs(right[0]))])
    return values[0], sign * left[:, 0], sign * right[0]


def eigenvector(a: Any, which: int) -> Any:
    vector = np.linalg.eigh(a)[1][:, which]
    return vector * np.sign(vector[np.argmax(abs(vector))])


def polar(a: Any) -> Any:
    """A(AᵀA)^(−1/2) of a tall A of full rank."""
    return a @ inv(sqrtm(a.T @ a))


def parse(text: str) -> Expr:
    return matdiff.parse(text, WHERE)


def value(e: Expr | str) -> Any:
    return matdiff.evaluate(parse(e) if isinstance(e, str) else e, VALUES)


def simplified(text: str) -> Expr:
    return Simplifier(SIMPLIFICATIONS)(parse(text))[0]


def slopes(f: Callable[..., Any], name: str) -> Any:
    """The gradient of a NumPy function by differences; of a declared space, its projection."""
    start = np.asarray(VALUES[name], dtype=float)
    project = PROJECTIONS.get(name, lambda g: g)
    found = np.zeros_like(start)
    for place in np.ndindex(start.shape):
        step = np.zeros_like(start)
        step[place] = 1
        step = 1e-5 * project(step) if name in PROJECTIONS else 1e-5 * step
        ahead, behind = ({**VALUES, name: start + sign * step} for sign in (1, -1))
        found[place] = (f(**ahead) - f(**behind)) / 2e-5
    return found


# ---- values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("norm_nuc(X)", lambda X, **_: norm(X, "nuc")),
        ("‖X‖_*", lambda X, **_: norm(X, "nuc")),
        ("norm(X, 'nuc')", lambda X, **_: norm(X, "nuc")),
        ("norm_spec(X)", lambda X, **_: norm(X, 2)),
        ("norm_nuc(v)", lambda v, **_: norm(v)),
        ("norm_spec(v')", lambda v, **_: norm(v)),
        ("polar(X)", lambda X, **_: polar(X)),
        ("polar(v*w')", lambda v, w, **_: np.outer(v, w) / norm(v) / norm(w)),
        ("polar(X')", lambda X, **_: polar(X).T),
        ("left_singular(X)", lambda X, **_: leading(X)[1]),
        ("right_singular(X)", lambda X, **_: leading(X)[2]),
        ("lambda_max(S)", lambda S, **_: np.linalg.eigvalsh(S)[-1]),
        ("lambda_min(S)", lambda S, **_: np.linalg.eigvalsh(S)[0]),
        ("lambda_max(G)", lambda G, **_: max(np.linalg.eigvals(G).real)),
        ("eigvec_max(S)", lambda S, **_: eigenvector(S, -1)),
        ("eigvec_min(S)", lambda S, **_: eigenvector(S, 0)),
        ("expm(A)", lambda A, **_: expm(A)),
        ("expm(9*S)", lambda S, **_: expm(9 * S)),
        ("expm(K)*expm(K)'", lambda K, **_: eye(n)),
        ("logm(P)", lambda P, **_: logm(P)),
        ("logm(C)", lambda C, **_: logm(C)),
        ("sqrtm(C)", lambda C, **_: sqrtm(C)),
        ("sqrtm(P)^2", lambda P, **_: P),
        ("pinv(X)", lambda X, **_: inv(X.T @ X) @ X.T),
        ("pinv(X')", lambda X, **_: X @ inv(X.T @ X)),
        ("adj(A)", lambda A, **_: cofactors(A)),
        ("adj(v*w')", lambda v, w, **_: cofactors(np.outer(v, w))),
        ("commutator(A, B)", lambda A, B, **_: A @ B - B @ A),
        ("frechet_expm(A, B)", lambda A, B, **_: (expm(A + 1e-5 * B) - expm(A - 1e-5 * B)) / 2e-5),
        ("frechet_logm(C, B)", lambda C, B, **_: (logm(C + 1e-5 * B) - logm(C - 1e-5 * B)) / 2e-5),
    ],
)
def test_values(text: str, expected: Callable[..., Any]) -> None:
    np.testing.assert_allclose(value(text), expected(**VALUES), rtol=1e-8, atol=1e-8)


def test_sylvester_solves_its_equation() -> None:
    x = value("sylvester(P, C, A)")
    np.testing.assert_allclose(VALUES["P"] @ x + x @ VALUES["C"], VALUES["A"], atol=1e-12)


def test_second_derivatives_of_the_exponential_in_two_directions() -> None:
    a, b, c = (VALUES[k] for k in "ABC")

    def first(a: Any) -> Any:
        return matdiff.evaluate("frechet_expm(A, B)", {"A": a, "B": b})

    expected = (first(a + 1e-5 * c) - first(a - 1e-5 * c)) / 2e-5
    np.testing.assert_allclose(value("frechet_expm(A, B, C)"), expected, atol=1e-8)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("expm(A)", [[0, 1], [0, 0]], [[1, 1], [0, 1]]),
        ("expm(A)", [[0, -np.pi / 2], [np.pi / 2, 0]], [[0, -1], [1, 0]]),
        ("expm(A)", [[0, 0], [0, 0]], [[1, 0], [0, 1]]),
        ("expm(A)", [[700, 0], [0, -700]], [[np.exp(700), 0], [0, np.exp(-700)]]),
        ("sqrtm(A)", [[4, 1], [0, 4]], [[2, 0.25], [0, 2]]),
        ("logm(A)", [[1, 1], [0, 1]], [[0, 1], [0, 0]]),
        ("logm(A)", [[1e6, 0], [0, 1e-6]], [[6 * np.log(10), 0], [0, -6 * np.log(10)]]),
        ("sqrtm(A)", [[-1, 0], [0, 1]], [[np.nan] * 2] * 2),
        ("logm(A)", [[-1, 0], [0, -2]], [[np.nan] * 2] * 2),
        ("lambda_max(A)", [[0, -1], [1, 0]], np.nan),
        ("pinv(A)", [[2, 0], [0, 0]], [[0.5, 0], [0, 0]]),
        ("adj(A)", [[1, 2], [3, 4]], [[4, -2], [-3, 1]]),
        ("adj(A)", [[0, 0], [0, 0]], [[0, 0], [0, 0]]),
    ],
)
def test_matrices_at_the_edge(text: str, given: Any, expected: Any) -> None:
    np.testing.assert_allclose(matdiff.evaluate(text, {"A": given}, allow_nan=True), expected, rtol=1e-11, atol=1e-11)


# ---- gradients --------------------------------------------------------------------------------------


class Example(NamedTuple):
    """A function in the language and in NumPy, and for unknowns the printed gradient ("": any)."""

    text: str
    f: Callable[..., Any]
    gradients: dict[str, str]


EXAMPLES = [
    Example("norm_nuc(X)", lambda X, **_: norm(X, "nuc"), {"X": "polar(X)"}),
    Example(
        "norm_nuc(X*A - Y)",
        lambda X, A, Y, **_: norm(X @ A - Y, "nuc"),
        {"X": "polar(XA − Y)Aᵀ", "A": "Xᵀpolar(XA − Y)", "Y": "−polar(XA − Y)"},
    ),
    Example(
        "norm_nuc(X) + a*norm1(Y − X)",
        lambda X, Y, a, **_: norm(X, "nuc") + a * abs(Y - X).sum(),
        {"X": "polar(X) − a sign(Y − X)"},
    ),
    Example("log(norm_nuc(2*X))", lambda X, **_: np.log(norm(2 * X, "nuc")), {"X": ""}),
    Example("norm_nuc(u*v')", lambda u, v, **_: norm(u) * norm(v), {"u": "‖v‖u/‖u‖", "v": "‖u‖v/‖v‖"}),
    Example(
        "norm_spec(X)", lambda X, **_: norm(X, 2), {"X": "left_singular(X)right_singular(X)ᵀ"}
    ),
    Example("u'*X*v/norm_spec(X)", lambda u, X, v, **_: u @ X @ v / norm(X, 2), {"X": "", "v": ""}),
    Example("norm_spec(X*A)^2", lambda X, A, **_: norm(X @ A, 2) ** 2, {"X": "", "A": ""}),
    Example("tr(polar(X)'*Y)", lambda X, Y, **_: trace(polar(X).T @ Y), {"X": ""}),
    Example("tr(polar(X')*Y)", lambda X, Y, **_: trace(polar(X).T @ Y), {"X": ""}),
    Example("tr(polar(C)*B)", lambda C, B, **_: trace(polar(C) @ B), {"C": ""}),
    Example("u'*left_singular(X)", lambda u, X, **_: u @ leading(X)[1], {"X": ""}),
    Example("v'*right_singular(X)", lambda v, X, **_: v @ leading(X)[2], {"X": ""}),
    Example("lambda_max(S)", lambda S, **_: np.linalg.eigvalsh(S)[-1], {"S": "eigvec_max(S)eigvec_max(S)ᵀ"}),
    Example(
        "lambda_max(X'*X)",
        lambda X, **_: norm(X, 2) ** 2,
        {"X": "2X eigvec_max(XᵀX)eigvec_max(XᵀX)ᵀ"},
    ),
    Example("lambda_min(X'*X)", lambda X, **_: norm(X, -2) ** 2, {"X": "2X eigvec_min(XᵀX)eigvec_min(XᵀX)ᵀ"}),
    Example(
        "lambda_max(S + diag(v)) - sum(v)/n",
        lambda S, v, **_: np.linalg.eigvalsh(S + np.diag(v))[-1] - v.sum() / n,
        {"v": "", "S": ""},
    ),
    Example(
        "lambda_max(t*S + a*P)",
        lambda t, S, a, P, **_: np.linalg.eigvalsh(t * S + a * P)[-1],
        {"t": "eigvec_max(tS + aP)ᵀS eigvec_max(tS + aP)", "P": ""},
    ),
    Example("lambda_max(G)", lambda G, **_: max(np.linalg.eigvals(G).real), {"G": ""}),
    Example("log(lambda_max(P)/lambda_min(P))", lambda P, **_: np.log(np.linalg.cond(P)), {"P": ""}),
    Example("v'*eigvec_max(S)", lambda v, S, **_: v @ eigenvector(S, -1), {"S": ""}),
    Example("v'*eigvec_min(X'*X)", lambda v, X, **_: v @ eigenvector(X.T @ X, 0), {"X": ""}),
    Example("A : expm(B)", lambda A, B, **_: trace(A.T @ expm(B)), {"B": "frechet_expm(Bᵀ, A)", "A": "expm(B)"}),
    Example("tr(expm(A))", lambda A, **_: trace(expm(A)), {"A": "expm(A)ᵀ"}),
    Example("tr(expm(A .* A)) - n", lambda A, **_: trace(expm(A * A)) - n, {"A": "2(expm(A.^2)ᵀ ⊙ A)"}),
    Example(
        "tr(A*expm(t*B))",
        lambda A, t, B, **_: trace(A @ expm(t * B)),
        {"t": "Tr(AB expm(tB))", "A": "expm(tB)ᵀ", "B": ""},
    ),
    Example(
        "w'*expm(t*B)*v",
        lambda w, t, B, v, **_: w @ expm(t * B) @ v,
        {"t": "wᵀB expm(tB)v", "v": "expm(tB)ᵀw", "B": ""},
    ),
    Example("‖expm(A − A')*F − F‖²", lambda A, F, **_: norm(expm(A - A.T) @ F - F) ** 2, {"A": "", "F": ""}),
    Example("tr(expm(t*A + B))", lambda t, A, B, **_: trace(expm(t * A + B)), {"t": "", "A": "t expm(tA + B)ᵀ"}),
    Example("log(tr(expm(S)))", lambda S, **_: np.log(trace(expm(S))), {"S": "expm(S)/Tr(expm(S))"}),
    Example("logdet(expm(A) + P)", lambda A, P, **_: np.log(det(expm(A) + P)), {"A": "", "P": ""}),
    Example("logdet(expm(A))", lambda A, **_: trace(A), {"A": "I_n"}),
    Example("tr(expm(A)*B*expm(A))", lambda A, B, **_: trace(expm(A) @ B @ expm(A)), {"A": "", "B": "expm(2A)ᵀ"}),
    Example("w'*expm(K)*v", lambda w, K, v, **_: w @ expm(K) @ v, {"K": ""}),
    Example("tr(frechet_expm(A, B)*C)", lambda A, B, C, **_: trace(value("frechet_expm(A, C)") @ B), {"B": ""}),
    Example("tr(logm(P))", lambda P, **_: np.log(det(P)), {"P": "P⁻¹"}),
    Example("tr(P*logm(P) − P*logm(R))", lambda P, R, **_: trace(P @ (logm(P) - logm(R))), {"P": "", "R": ""}),
    Example("tr(B*logm(C))", lambda B, C, **_: trace(B @ logm(C)), {"C": "frechet_logm(C, B)ᵀ", "B": "logm(C)ᵀ"}),
    Example("tr(sqrtm(P))", lambda P, **_: trace(sqrtm(P)), {"P": "½sqrtm(P)⁻¹"}),
    Example("tr(P + R − 2sqrtm(P*R))", lambda P, R, **_: trace(P + R - 2 * sqrtm(P @ R)), {"P": "", "R": ""}),
    Example("tr(B*sqrtm(C))", lambda B, C, **_: trace(B @ sqrtm(C)), {"C": "", "B": "sqrtm(C)ᵀ"}),
    Example("tr(pinv(X)*Y)", lambda X, Y, **_: trace(np.linalg.pinv(X) @ Y), {"X": "", "Y": "pinv(X)ᵀ"}),
    Example("‖u − X*pinv(X)*u‖²", lambda X, u, **_: norm(u - X @ np.linalg.pinv(X) @ u) ** 2, {"X": "", "u": ""}),
    Example("tr(adj(C)*B)", lambda C, B, **_: trace(cofactors(C) @ B), {"C": "", "B": "adj(C)ᵀ"}),
    Example(
        "‖commutator(A, B)‖²",
        lambda A, B, **_: norm(A @ B - B @ A) ** 2,
        {"A": "2commutator(commutator(A, B), Bᵀ)", "B": "2commutator(Aᵀ, commutator(A, B))"},
    ),
    Example("a*norm_nuc(X)*lambda_max(S) + tr(expm(a*D))", lambda a, X, S, D, **_: a * norm(X, "nuc")
            * np.linalg.eigvalsh(S)[-1] + trace(expm(a * D)), {"a": "", "X": "", "S": "", "D": ""}),
]  # fmt: skip
CASES = [pytest.param(e, u, id=f"{e.text} by {u}") for e in EXAMPLES for u in e.gradients]


@pytest.mark.parametrize(("example", "unknown"), CASES)
def test_gradients(example: Example, unknown: str) -> None:
    found = matdiff.derive(example.text, unknown, WHERE)
    if expected := example.gradients[unknown]:
        assert str(found.gradient) == expected
    assert matdiff.parse(str(found.gradient), declarations(found.function)) is found.gradient
    assert found.verify().ok
    np.testing.assert_allclose(value(found.gradient), slopes(example.f, unknown), rtol=2e-5, atol=2e-6)


def test_the_gradient_of_a_sylvester_solution() -> None:
    found = matdiff.derive("tr(sylvester(A, B, C)*J)", ("A", "B", "C"), "A: m x m; B: n x n; C: m x n; J: n x m")
    assert found.verify().ok
    assert str(found.gradients["C"]) == "sylvester(Aᵀ, Bᵀ, Jᵀ)"


# ---- conditions and refusals ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unknown", "conditions"),
    [
        ("norm_nuc(X)", "X", ["X has full rank", "polar(A) = UVᵀ"]),
        ("norm_spec(X)", "X", ["the largest singular value of X is simple and not 0", "left_singular(A) is", "right_"]),
        ("lambda_max(S)", "S", ["the largest eigenvalue of S is simple", "eigvec_max(A) is the unit eigenvector"]),
        ("lambda_min(C)", "C", ["the smallest eigenvalue of C is real and simple", "eigvec_min(A) is"]),
        ("tr(pinv(X)*Y)", "X", ["X has constant rank"]),
        ("tr(adj(C))", "C", ["C is invertible"]),
        ("tr(B*logm(C))", "C", ["C has no eigenvalue that is real and ≤ 0", "frechet_logm(A, E, …) is the derivative"]),
        ("tr(A*expm(B))", "B", ["frechet_expm(A, E, …) is the derivative of expm at A in the directions E, …"]),
        ("tr(expm(A))", "A", []),
    ],
)
def test_conditions_and_definitions_are_told(text: str, unknown: str, conditions: list[str]) -> None:
    found = matdiff.derive(text, unknown, WHERE).conditions
    assert len(found) == len(conditions)
    assert all(told.startswith(c) for told, c in zip(found, conditions, strict=True))


def test_eigenvectors_of_matrices_that_are_not_symmetric_are_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"eigvec_max\(C\) is differentiated only where C"):
        matdiff.derive("v'*eigvec_max(C)", "C", WHERE)


def test_a_norm_with_the_sign_2_of_a_matrix_is_asked_back() -> None:
    with pytest.raises(MatdiffError, match="can be its spectral norm"):
        parse("norm(X, 2)")


@pytest.mark.parametrize(
    ("name", "given", "gap"),
    [
        ("LargestEigenvalue", np.diag([1.0, 3.0, 3.5]), 0.5 / 3.5),
        ("LargestEigenvalue", np.diag([1.0, 3.0, 3.0]), 0.0),
        ("SmallestEigenvalue", np.diag([1.0, 3.0, 3.0]), 2.0),
        ("LargestEigenvalue", np.array([[2.0]]), np.inf),
        ("SpectralNorm", np.diag([2.0, -2.0]), 0.0),
        ("SpectralNorm", np.diag([2.0, -1.0]), 0.5),
        ("NuclearNorm", np.diag([2.0, 0.0]), 0.0),
        ("NuclearNorm", np.diag([2.0, 1.0]), 0.5),
        ("PseudoInverse", np.diag([2.0, 0.0]), 1.0),
        ("Sqrtm", np.diag([2.0, 0.5]), 0.5),
        ("Logm", np.diag([2.0, -0.5]), 0.0),
        ("Logm", np.array([[0.0, 1.0], [-1.0, 0.0]]), 1.0),
    ],
)
def test_checks_keep_away_from_where_the_derivative_ends(name: str, given: Any, gap: float) -> None:
    cls = OPERATORS[name]
    assert cls.kink
    assert cls.gap is not None
    np.testing.assert_allclose(np.min(cls.gap(np, given[None])), gap)


def test_an_eigenvalue_that_stays_multiple_does_no_harm() -> None:
    found = matdiff.derive("lambda_max(kron(S, eye(m))) + norm_nuc(w*v' + v*w')", ("S", "v"), WHERE)
    assert found.verify().ok
    np.testing.assert_allclose(value(found.gradients["S"]), value("eigvec_max(S)*eigvec_max(S)'"), atol=1e-9)


@pytest.mark.parametrize("text", ["expm(X)", "lambda_max(X)", "sqrtm(u)", "adj(X)", "commutator(A, X)"])
def test_square_matrices_are_asked_for(text: str) -> None:
    with pytest.raises(MatdiffError, match="needs"):
        parse(text)


# ---- simplification ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("norm_nuc(X')", "norm_nuc(X)"),
        ("polar(-3*X)", "-polar(X)"),
        ("polar(X')'", "polar(X)"),
        ("expm(S)'", "expm(S)"),
        ("eigvec_max(S)'*eigvec_max(S)", "1"),
        ("S*eigvec_max(S)", "lambda_max(S)*eigvec_max(S)"),
        ("X*pinv(X)*X", "X"),
        ("pinv(X)*X*pinv(X)", "pinv(X)"),
        ("X'*pinv(X)'*X'", "X'"),
        ("pinv(pinv(X))", "X"),
        ("A*adj(A)*B", "det(A)*B"),
        ("adj(A)'*A'", "det(A)*eye(n)"),
        ("commutator(A, A)", "zeros(n, n)"),
        ("commutator(A, B)'", "commutator(B', A')"),
        ("expm(zeros(n, n))", "eye(n)"),
        ("expm(diag(v))", "diag(exp(v))"),
        ("expm(logm(P))", "P"),
        ("expm(A)*expm(-A)", "eye(n)"),
        ("expm(A)*expm(2*A)", "expm(3*A)"),
        ("inv(expm(A))", "expm(-A)"),
        ("det(expm(A))", "exp(tr(A))"),
        ("sqrtm(P)*sqrtm(P)", "P"),
        ("frechet_expm(A, eye(n))", "expm(A)"),
        ("frechet_expm(t*A, A)", "A*expm(t*A)"),
        ("frechet_expm(A, 2*B)", "2*frechet_expm(A, B)"),
        ("frechet_expm(A, B) - frechet_expm(A, C)", "frechet_expm(A, B - C)"),
        ("frechet_expm(A, B)'", "frechet_expm(A, B)'"),
        ("tr(frechet_expm(A, B)*A^2)", "tr(B*A^2*expm(A))"),
        ("tr(frechet_logm(P, B))", "tr(B*inv(P))"),
        ("sylvester(P, P, P^2)", "½P"),
    ],
)
def test_short_forms(long: str, short: str) -> None:
    assert simplified(long) is simplified(short)
    np.testing.assert_allclose(value(long), value(short), rtol=1e-9, atol=1e-10)


def test_matrices_that_do_not_commute_stay_apart() -> None:
    for text in (
        "frechet_expm(A, B)",
        "expm(A)*expm(B)",
        "expm(A)*expm(A')",
        "frechet_expm(A, A')",
        "tr(frechet_expm(A, B)*A')",
    ):
        assert simplified(text) is parse(text)


@pytest.mark.parametrize(
    ("text", "symmetric"),
    [
        ("S", True), ("D", True), ("A", False), ("X'*X", True), ("A + A'", True), ("A - A'", False), ("inv(P)", True),
        ("X'*L*X", True), ("(A*B)'*A*B", True), ("A*B", False), ("P*S*P", True), ("P*S", False), ("P*S + S*P", True),
        ("exp(S) .* P", True), ("expm(S)", True), ("kron(S, P)", True), ("kron(S, A)", False), ("v*v'", True),
        ("v*w'", False), ("a*(v*w' + w*v')", True), ("eye(n) + diag(v)", True), ("S^3", True), ("pinv(X'*X)", True),
        ("X*pinv(X)", False), ("ones(n, n)", True), ("K", False), ("h = A*A'; h*S*h", True),
        ("h = exp(v); q = v*h'; q'*v*h'", True), ("h = exp(v); q = v*h'; q*v*h'", False),
        ("A + a*B + (A + a*B)'", True), ("A + a*B + (A - a*B)'", False),
        ("tril(S) + triu(S)", True), ("tril(A) + triu(A')", True), ("tril(A) + triu(A)", False),
    ],
)  # fmt: skip
def test_symmetry_is_told_from_the_way_a_matrix_is_written(text: str, symmetric: bool) -> None:
    """Never of a matrix that has another transpose; X X⁺ is symmetric for another reason."""
    e = parse(text)
    assert is_symmetric(e) is symmetric
    if symmetric:
        np.testing.assert_allclose(value(e), value(e).T, atol=1e-12)


# ---- size -------------------------------------------------------------------------------------------


def nested(wrap: Callable[[Expr], Expr], leaf: Expr, depth: int) -> Expr:
    for _ in range(depth):
        leaf = wrap(leaf)
    return leaf


a, b = (Symbol(name, (size("n"), size("n"))) for name in "AB")


@pytest.mark.parametrize(
    ("wrap", "depth"),
    [
        (Expm, 400),
        (lambda e: Sqrtm(e) + b, 300),
        (lambda e: Logm(e + b), 300),
        (lambda e: PseudoInverse(e + b), 30),
        (lambda e: Adjugate(e + b), 30),
        (lambda e: Polar(e + b), 30),
        (lambda e: Commutator(e, b), 300),
        (lambda e: Scale.of(LargestEigenvalue(e + b), b), 100),
        (lambda e: Scale.of(NuclearNorm(e + b), b), 100),
    ],
)
def test_nested_functions_are_derived(wrap: Callable[[Expr], Expr], depth: int) -> None:
    gradient = matdiff.derive(Trace(nested(wrap, a, depth)), a).gradient
    assert gradient.shape == a.shape


def test_walks_do_not_recurse() -> None:
    deep = nested(Expm, a, 2_000)
    assert base(deep) == (a, False)
    assert is_symmetric(Product.of(deep, Transpose(deep)))
    wide = Sum.of(*[Scale.of(Number(k), FrechetExpm(a, Symbol(f"E{k}", a.shape))) for k in range(2, 1000)])
    assert isinstance(Simplifier(SIMPLIFICATIONS)(wide)[0], FrechetExpm)


# ---- the Cholesky factor ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["tr(chol(A)B)", "sum(log(diag(chol(A))))", "‖inv(chol(A))x‖²", "x'chol(A + B'B)x"])
def test_the_cholesky_factor_has_its_gradient(text: str) -> None:
    assert matdiff.derive(text, "A", "A: n x n spd; B: n x n; x: n").verify().ok


def test_the_cholesky_factor_gives_half_the_log_determinant() -> None:
    a = np.array([[2.0, 0.5], [0.5, 1.0]])
    found = matdiff.derive("2*sum(log(diag(chol(A))))", "A", "A: n x n spd").gradient
    assert np.allclose(matdiff.evaluate(found, {"A": a}), np.linalg.inv(a))


def test_the_cholesky_factor_of_any_matrix_is_refused() -> None:
    with pytest.raises(matdiff.MatdiffError, match="known to be symmetric"):
        matdiff.derive("tr(chol(A))", "A", "A: n x n")
