"""Functions of a symmetric matrix: funm(f, S), its derivatives, and functions of the vector of the eigenvalues.

The values that are compared are computed here by NumPy's eigenvalues and by differences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import FUNCTIONS
from matdiff.algebra.operators.divided_differences import divided_differences, formula, scalar
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.errors import MatdiffError, ShapeError, UnsupportedError

WHERE = "S: n x n symmetric; A: n x n symmetric; B: n x n; a: scalar; w: n"
SPELLINGS = ("unicode", "ascii", "latex", "numpy")
generator = np.random.default_rng(3)
ROTATION = np.linalg.qr(generator.normal(size=(4, 4)))[0]


def with_eigenvalues(values: list[float]) -> Any:
    whole = ROTATION @ np.diag(values) @ ROTATION.T
    return (whole + whole.T) / 2


def symmetric() -> Any:
    a = generator.normal(size=(4, 4))
    return (a + a.T) / 2


def applied(f: Callable[[Any], Any], s: Any) -> Any:
    values, vectors = np.linalg.eigh(s)
    return vectors @ np.diag(f(values)) @ vectors.T


def along(value: Callable[[Any], float], at: Any, direction: Any, step: float = 1e-3) -> float:
    """The derivative in a direction by differences of fourth order."""
    near, far = (value(at + k * step * direction) - value(at - k * step * direction) for k in (1, 2))
    return (8 * near - far) / (12 * step)


ANSWERS = [
    ("tr(funm(f, S))", "funm(f′, S)"),
    ("tr(funm(S, tanh))", "I − funm(tanh, S)²"),
    ("tr(funm(exp, S))", "expm(S)"),
    ("tr(funm(log, S))", "S⁻¹"),
    ("f(t) = t log t; tr(funm(f, S))", "logm(S) + I"),
    ("f(t) = log(1 + t); tr(funm(f, S))", "(I + S)⁻¹"),
    ("f(t) = t^3 - 2t; tr(funm(f, S))", "3S² − 2I"),
    ("f(t) = a exp(t); tr(funm(f, S))", "a expm(S)"),
    ("tr(funm(relu, S))", "funm(step, S)"),
    ("tr(funm(f', S))", "funm(f′′, S)"),
    ("tr(funm(digamma, S))", "funm(digamma′, S)"),
    ("tr(funm(digamma', S))", "funm(digamma′′, S)"),
    ("tr(funm(tanh', S))", "−2funm(tanh, S)(I − funm(tanh, S)²)"),
    ("tr(A funm(f, S))", "frechet_funm(f, S, A)"),
    ("tr(B funm(tanh, S))", "½frechet_funm(tanh, S, Bᵀ + B)"),
    ("tr(S funm(tanh, S))", "funm(tanh, S) + S(I − funm(tanh, S)²)"),
    ("tr(funm(f, S)^2)", "2funm(f, S)funm(f′, S)"),
    ("tr(frechet_funm(f, S, B))", "½frechet_funm(f′, S, Bᵀ + B)"),
    ("tr(funm(f, a S + eye(n)))", "a funm(f′, aS + I)"),
    ("sum(f(eigvals(S)))", "funm(f′, S)"),
    ("f(t) = t log t; sum(f(eigvals(S)))", "logm(S) + I"),
    ("sum(log(eigvals(S)))", "S⁻¹"),
    ("sum(eigvals(S).^2)", "2S"),
    ("sum(abs(eigvals(S)))", "funm(sign, S)"),
    ("logsumexp(eigvals(S))", "expm(S)/Tr(expm(S))"),
    ("w'eigvals(S)", "eigvecs(S)diag(w)eigvecs(S)ᵀ"),
]


@pytest.mark.parametrize(("text", "expected"), ANSWERS)
def test_gradient(text: str, expected: str, is_read_back: Callable[..., bool]) -> None:
    found = matdiff.derive(text, "S", WHERE)
    assert str(found.gradient) == expected
    assert found.verify().ok
    for spelling in SPELLINGS:
        assert is_read_back(found.gradient, spelling, WHERE), spelling


def test_other_unknowns_than_the_matrix() -> None:
    assert str(matdiff.derive("tr(funm(f, B + B'))", "B", WHERE).gradient) == "2funm(f′, Bᵀ + B)"
    for text, unknown in [
        ("tr(funm(elu, S, a))", "a"),
        ("tr(funm(f, B'B))", "B"),
        ("f(t) = a t^2; tr(funm(f, S))", "a"),
    ]:
        assert matdiff.derive(text, unknown, WHERE).verify().ok
    with pytest.raises(UnsupportedError, match="is not derived by its parameters"):
        matdiff.derive("tr(B frechet_funm(elu, S, a, B))", "a", WHERE)


@pytest.mark.parametrize(
    "name", [n for n, cls in FUNCTIONS.items() if issubclass(cls, Entrywise) and n == cls.names[0]]
)
def test_every_function_of_the_table_can_be_applied_to_a_matrix(name: str) -> None:
    for text in (f"tr(funm({name}, S))", f"tr(A funm({name}, S))"):
        found = matdiff.derive(text, "S", WHERE)
        assert found.verify().ok, text


EIGENVALUES = [[1.0, 1.0, 1.0, 1.0], [0.5, 0.5, 2.0, 2.0], [1.0, 1.0 + 1e-9, 1.001, 3.0], [0.5, 0.509, 0.511, 0.6]]


@pytest.mark.parametrize("values", EIGENVALUES)
@pytest.mark.parametrize(
    ("name", "f"),
    [("tanh", np.tanh), ("softplus", lambda t: np.log1p(np.exp(t))), ("arctan", np.arctan), ("f", np.cos)],
)
def test_repeated_eigenvalues(name: str, f: Callable[[Any], Any], values: list[float]) -> None:
    s, a, e, c = with_eigenvalues(values), symmetric(), symmetric(), symmetric()
    functions = {"f": np.cos, "f'": lambda t: -np.sin(t), "f''": lambda t: -np.cos(t), "f'''": np.sin}
    first = matdiff.derive(f"tr(A funm({name}, S))", "S", WHERE).gradient
    change = along(lambda at: float(np.trace(a @ applied(f, at))), s, e)
    given = {"S": s, "A": a, **functions}
    assert np.isclose(np.sum(matdiff.evaluate(first, given) * e), change, rtol=1e-7, atol=1e-9)
    second = matdiff.derive(f"tr(C frechet_funm({name}, S, A))", "S", WHERE + "; C: n x n symmetric").gradient
    whole = matdiff.parse(f"tr(C frechet_funm({name}, S, A))", WHERE + "; C: n x n symmetric")
    change = along(lambda at: matdiff.evaluate(whole, {**given, "C": c, "S": at}), s, e)
    assert np.isclose(np.sum(matdiff.evaluate(second, {**given, "C": c}) * e), change, rtol=1e-6, atol=1e-8)


def test_divided_differences_of_a_cubic() -> None:
    """Of t³ they are the complete symmetric polynomials."""
    assert str(formula("exp", 2)) == "exp(·entry)"
    values = np.array([[0.3, 0.3, 0.304, 2.0]])

    def cubic(t: Any, order: int) -> Any:
        return (t**3, 3 * t**2, 6 * t, 6 + 0 * t)[order]

    x = values[0]
    found = divided_differences(np, cubic, values, 2)[0]
    a, b, c = x[:, None, None], x[None, :, None], x[None, None, :]
    assert np.allclose(found, a + b + c, rtol=1e-10)
    assert np.allclose(divided_differences(np, cubic, values, 1)[0], (a**2 + a * b + b**2)[..., 0], rtol=1e-10)
    assert np.allclose(divided_differences(np, cubic, values, 3), 1.0, rtol=1e-8)


def test_slopes_of_the_table_by_differences() -> None:
    for name in ("tanh", "sigmoid", "gelu", "arctan", "silu"):
        f = scalar(np, name, 0, [])
        t = np.linspace(-1.5, 1.5, 7)
        for order in (0, 1, 2):
            change = (f(t + 1e-4, order) - f(t - 1e-4, order)) / 2e-4
            assert np.allclose(change, f(t, order + 1), rtol=1e-6, atol=1e-7), name


def test_values() -> None:
    s = with_eigenvalues([-1.0, 0.5, 2.0, 3.0])
    assert np.allclose(matdiff.evaluate(matdiff.parse("funm(tanh, S)", WHERE), {"S": s}), applied(np.tanh, s))
    assert np.allclose(matdiff.evaluate(matdiff.parse("funm(f, S)", WHERE), {"S": s, "f": np.cos}), applied(np.cos, s))
    assert np.allclose(matdiff.evaluate(matdiff.parse("eigvals(S)", WHERE), {"S": s}), [-1.0, 0.5, 2.0, 3.0])
    formula_of_s = matdiff.parse("f(t) = t^2 exp(t)/2; funm(f, S)", WHERE)
    assert np.allclose(matdiff.evaluate(formula_of_s, {"S": s}), applied(lambda t: t**2 * np.exp(t) / 2, s))
    with pytest.raises(MatdiffError, match="no function is given for f"):
        matdiff.evaluate(matdiff.parse("funm(f, S)", WHERE), {"S": s})


def test_conditions_and_definitions_are_said() -> None:
    found = matdiff.derive("tr(A funm(arctanh, S))", "S", WHERE)
    assert "−1 < λ < 1 for every eigenvalue λ of S" in found.conditions
    assert any("Q(F ⊙ QᵀEQ)Qᵀ" in condition for condition in found.conditions)
    assert matdiff.derive("w'eigvals(S)", "S", WHERE).conditions[0] == "the eigenvalues of S are simple"


def test_symmetry() -> None:
    assert matdiff.equal("funm(f, B'B)'", "funm(f, B'B)", WHERE).equal
    assert matdiff.equal("funm(f, S)'", "funm(f, S)", WHERE).equal
    assert matdiff.equal("S funm(tanh, S)", "funm(tanh, S) S", WHERE).equal


@pytest.mark.parametrize(
    ("text", "kind", "message", "place"),
    [
        ("tr(funm(tanh, B))", UnsupportedError, "B is not known to be symmetric", "B"),
        ("tr(funm(B, tanh))", UnsupportedError, "B is not known to be symmetric", "B"),
        ("tr(funm(S))", ShapeError, "takes a function and a symmetric matrix", "funm(S)"),
        ("tr(funm(norm2, S))", ShapeError, "norm2 is no function of a scalar", "norm2"),
        ("tr(funm(f, S, S))", ShapeError, "takes one matrix", "funm(f, S, S)"),
        ("tr(funm(tanh, w w' S))", UnsupportedError, "is not known to be symmetric", "w w' S"),
        ("tr(frechet_funm(f, S))", ShapeError, "directions behind the matrix", "frechet_funm(f, S)"),
        ("tr(frechet_funm(f, S, w))", ShapeError, "a direction has the shape", "frechet_funm(f, S, w)"),
    ],
)
def test_errors(text: str, kind: type[MatdiffError], message: str, place: str) -> None:
    with pytest.raises(kind) as caught:
        matdiff.parse(text, WHERE)
    error = caught.value
    assert message in str(error)
    assert error.text is not None
    assert error.span is not None
    assert error.text[slice(*error.span)] == place


def test_hessians_of_eigenvalues_go_through_the_eigenvectors() -> None:
    """d²(aᵀλ(S + tE)) against second differences of the values that NumPy gives."""
    random = np.random.default_rng(11)
    s, e = (m + m.T for m in random.normal(size=(2, 4, 4)))
    a = random.normal(size=4)

    def along(t: float) -> float:
        return float(a @ np.linalg.eigvalsh(s + t * e))

    for text in ("a'*eigvals(S)", "a'*eigvals(S + 0*S)"):
        found = matdiff.hessian(text, "S", "S: n x n symmetric; a: n")
        assert found.verify().ok
        h = matdiff.evaluate(found.result, {"S": s, "a": a})
        expected = (along(1e-3) - 2 * along(0) + along(-1e-3)) / 1e-6
        assert abs(e.T.ravel() @ h @ e.T.ravel() - expected) < 1e-4 * (1 + abs(expected))
    assert matdiff.hessian("max(eigvals(S))^2", "S", "S: n x n symmetric").verify().ok
    with pytest.raises(matdiff.MatdiffError, match=r"eigvecs\(A\) is differentiated only where A"):
        matdiff.jacobian("eigvecs(A)", "A", "A: n x n")
