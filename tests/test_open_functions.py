"""Open functions with scalar values: f(W x + b), its gradient ∇f and its second derivative ∇²f(A)[E].

Gradients are compared with differences of values of functions that are given here, computed by NumPy alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.open_functions import OpenDerivative, OpenFunction, stand_in
from matdiff.errors import AmbiguityError, DeclarationError, MatdiffError, NotationError, ShapeError, UnknownNameError
from matdiff.language.declarations import declare

SPELLINGS = ("unicode", "ascii", "latex", "numpy")
m, n, p, q = 3, 4, 2, 5
generator = np.random.default_rng(7)
VALUES: dict[str, Any] = {
    "W": generator.normal(size=(m, n)), "x": generator.normal(size=n), "b": generator.normal(size=m),
    "y": generator.normal(size=n), "A": generator.normal(size=(m, n)), "X": generator.normal(size=(n, p)),
    "u": generator.normal(size=(q, n)), "v": generator.normal(size=(q, m)), "S": np.diag([1.0, 2.0, 4.0, 3.0]),
}  # fmt: skip


def loss(z: Any) -> float:
    """A function with scalar values without symmetry, for arguments of any shape."""
    a = np.asarray(z)
    weights = np.cos(1.0 + np.arange(a.size)).reshape(a.shape)
    return float(np.sum(weights * a**3) + np.sin(np.sum(weights * a)))


def slope(z: Any) -> Any:
    """Its gradient."""
    a = np.asarray(z)
    weights = np.cos(1.0 + np.arange(a.size)).reshape(a.shape)
    return 3 * weights * a**2 + np.cos(np.sum(weights * a)) * weights


def curvature(z: Any, e: Any) -> Any:
    """Its second derivative in a direction."""
    a, e = np.asarray(z), np.asarray(e)
    weights = np.cos(1.0 + np.arange(a.size)).reshape(a.shape)
    return 6 * weights * a * e - np.sin(np.sum(weights * a)) * np.sum(weights * e) * weights


GIVEN = {"f": loss, "∇f": slope, "∇²f": curvature}


def differences(value: Callable[[Any], float], at: Any, step: float = 1e-4) -> Any:
    """The gradient by central differences, entry by entry."""
    at = np.array(at, dtype=float)
    found = np.zeros_like(at)
    for place in np.ndindex(at.shape):
        change = np.zeros_like(at)
        change[place] = step
        found[place] = (value(at + change) - value(at - change)) / (2 * step)
    return found


# ---- gradients ---------------------------------------------------------------------------------------

GRADIENTS = [
    ("f(W x + b)", "W", "", "∇f(Wx + b)xᵀ"),
    ("f(W x + b)", "x", "", "Wᵀ∇f(Wx + b)"),
    ("f(W x + b)", "b", "", "∇f(Wx + b)"),
    ("f(A X)", "X", "", "Aᵀ∇f(AX)"),
    ("f(A X)", "A", "f: m x p -> scalar; A: m x n; X: n x p", "∇f(AX)Xᵀ"),
    ("1/2||x - y||^2 + f(A x)", "x", "", "x − y + Aᵀ∇f(Ax)"),
    ("f(x)", "x", "x: n", "∇f(x)"),
    ("f(x)", "x", "f: n -> 1", "∇f(x)"),
    ("f(S)", "S", "S: n x n symmetric", "½(∇f(S) + ∇f(S)ᵀ)"),
    ("f(A X)^2", "X", "", "2f(AX)Aᵀ∇f(AX)"),
    ("exp(f(x))", "x", "x: n", "exp(f(x))∇f(x)"),
    ("f(x .* y)", "x", "x, y: n", "∇f(x ⊙ y) ⊙ y"),
    ("f(tanh(W x))", "W", "", "(∇f(tanh(Wx)) ⊙ (1 − tanh(Wx).^2))xᵀ"),
    ("h = W x; f(h)", "W", "", "h = Wx; ∇f(h)xᵀ"),
    ("f(A') + f(2A)", "A", "f: n x n -> scalar", None),
    ("sum(i=1..N, f(W u[i] - v[i]))", "W", "", "∑_{i=1}^{N} ∇f(Wu[i] − v[i])u[i]ᵀ"),
    ("y'nabla f(x)", "x", "x, y: n", "∇²f(x)y"),
    ("||nabla f(x)||^2", "x", "x: n", "2∇²f(x)∇f(x)"),
    ("nabla f(A) : nabla f(A)", "A", "A: m x n", None),
]


@pytest.mark.parametrize(("text", "unknown", "where", "expected"), GRADIENTS)
def test_gradient(text: str, unknown: str, where: str, expected: str | None) -> None:
    found = matdiff.derive(text, unknown, where or None)
    assert expected is None or str(found.gradient) == expected
    assert found.verify().ok
    values = {**VALUES, **({"A": VALUES["W"] @ VALUES["W"].T} if "n x n ->" in where else {}), **GIVEN}
    change = differences(lambda at: matdiff.evaluate(found.function, {**values, unknown: at}), values[unknown])
    change = (change + change.T) / 2 if "symmetric" in where else change
    assert np.allclose(matdiff.evaluate(found.gradient, values), change, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("text", "unknown", "where", "expected"), GRADIENTS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_answer_is_read_back(text: str, unknown: str, where: str, expected: str | None, spelling: str) -> None:
    gradient = matdiff.derive(text, unknown, where or None).gradient
    known = matdiff.parse(text, where or None)
    shapes = {s.name: s for s in matdiff.algebra.expr.symbols(gradient)}
    declarations = {
        name + ("[i=1..N]" if s.ranges else ""): f"{shape_text(s.shape)} {' '.join(s.properties)}"
        for name, s in shapes.items()
    }
    assert matdiff.parse(format(gradient, spelling), declarations) is gradient
    assert known is not gradient


def test_several_arguments_have_partial_gradients() -> None:
    found = matdiff.derive("f(W x, X)", ("W", "X"), "X: n x p")
    assert [str(g) for g in found.gradients.values()] == ["∇₁f(Wx, X)xᵀ", "∇₂f(Wx, X)"]
    assert found.verify().ok

    def pair(z: Any, k: Any) -> float:
        return float(np.sum(z) ** 2 * np.sum(np.cos(k)))

    functions = {
        "f": pair,
        "∇₁f": lambda z, k: 2 * np.sum(z) * np.sum(np.cos(k)) * np.ones_like(z),
        "nabla_2_f": lambda z, k: -(np.sum(z) ** 2) * np.sin(k),
    }
    for name, gradient in found.gradients.items():
        values = {**VALUES, **functions}
        change = differences(lambda at: matdiff.evaluate(found.function, {**values, name: at}), values[name])  # noqa: B023
        assert np.allclose(matdiff.evaluate(gradient, values), change, rtol=1e-5, atol=1e-5)


def test_a_scalar_among_the_arguments() -> None:
    found = matdiff.derive("f(W x, a)", ("a", "x"), "a: scalar")
    assert [str(g) for g in found.gradients.values()] == ["∇₂f(Wx, a)", "Wᵀ∇₁f(Wx, a)"]
    assert found.verify().ok


@pytest.mark.parametrize(
    ("text", "unknown", "where"),
    [
        ("y'nabla^2 f(W x)[W z]", "x", "y: m"),
        ("y'nabla2_21_f(W x, b)[x]", "x", "W: n x n; x, y, b: n"),
        ("nabla^2 f(A X)[Y] : B", "X", "A: m x n; X: n x p; Y, B: m x p"),
        ("nabla^3 f(x)[y, z]'x", "x", "x, y, z: n"),
    ],
)
def test_derivatives_of_derivatives(text: str, unknown: str, where: str) -> None:
    found = matdiff.derive(text, unknown, where)
    assert found.verify().ok


def test_the_second_derivative_of_the_stand_in_is_self_adjoint_and_derives_its_gradient() -> None:
    a, e, h = (generator.normal(size=(1, 3, 2)) for _ in range(3))

    def inner(c: Any, d: Any) -> float:
        return float(np.sum(c * d))

    def at(point: Any, places: tuple[int, ...], directions: tuple[Any, ...]) -> Any:
        return stand_in(np, "f", (point,), places, directions)

    step = 1e-4
    value = (at(a + step * e, (), ()) - at(a - step * e, (), ())) / (2 * step)
    assert np.isclose(float(value.item()), inner(at(a, (1,), ()), e), rtol=1e-6)
    change = (at(a + step * e, (1,), ()) - at(a - step * e, (1,), ())) / (2 * step)
    assert np.allclose(change, at(a, (1, 1), (e,)), rtol=1e-6)
    assert np.isclose(inner(h, at(a, (1, 1), (e,))), inner(e, at(a, (1, 1), (h,))))
    assert not np.allclose(at(a, (1, 1), (e,)), 0)


# ---- Hessians ----------------------------------------------------------------------------------------

HESSIANS = [
    ("f(W x + b)", "x", "", "Wᵀ∇²f(Wx + b)W"),
    ("f(W x + b)", "W", "", "(xxᵀ) ⊗ ∇²f(Wx + b)"),
    ("f(x)", "x", "x: n", "∇²f(x)"),
    ("f(X)", "X", "f: n x p -> scalar; X: n x p", "∇²f(X)"),
    ("f(A X)", "X", "A: m x n; X: n x p", "(I_p ⊗ Aᵀ)∇²f(AX)(I_p ⊗ A)"),
    ("f(X')", "X", "f: p x n -> scalar; X: n x p", "commutation(p, n)∇²f(Xᵀ)commutation(n, p)"),
    ("exp(f(x)/8)", "x", "x: n", None),
    ("f(x) + x'x", "x", "x: n", "∇²f(x) + 2I"),
    ("sum(i=1..N, f(W u[i] - v[i]))", "W", "", "∑_{i=1}^{N} (u[i]u[i]ᵀ) ⊗ ∇²f(Wu[i] − v[i])"),
    ("f(tanh(W x))", "x", "f: m -> scalar", None),
    ("f(S)", "S", "S: n x n symmetric", None),
]


def as_matrix(z: Any) -> Any:
    """The second derivative of the loss by its definition, as a matrix by vec."""
    weights = np.cos(1.0 + np.arange(z.size)).reshape(z.shape).ravel("F")
    return np.diag(6 * weights * z.ravel("F")) - np.sin(np.sum(weights * z.ravel("F"))) * np.outer(weights, weights)


@pytest.mark.parametrize("second", [curvature, as_matrix], ids=["with its direction", "as a matrix"])
@pytest.mark.parametrize(("text", "unknown", "where", "expected"), HESSIANS)
def test_hessian(text: str, unknown: str, where: str, expected: str | None, second: Callable[..., Any]) -> None:
    found = matdiff.hessian(text, unknown, where or None)
    assert expected is None or str(found.result) == expected
    assert found.verify().ok
    functions = {"f": loss, "∇f": slope, "∇²f": second}
    small = {name: value / 4 for name, value in VALUES.items()}
    at = small[unknown]

    def gradient(point: Any) -> Any:
        change = differences(lambda p: matdiff.evaluate(found.function, {**small, **functions, unknown: p}), point)
        return ((change + change.T) / 2 if unknown == "S" else change).ravel("F")

    columns = []
    for k in range(at.size):
        unit = np.eye(at.size)[k].reshape(at.shape, order="F")
        unit = (unit + unit.T) / 2 if unknown == "S" else unit
        columns.append((gradient(at + 1e-3 * unit) - gradient(at - 1e-3 * unit)) / 2e-3)
    got = matdiff.evaluate(found.result, {**small, **functions})
    assert np.allclose(got, np.stack(columns, axis=-1), rtol=1e-4, atol=1e-4)
    assert np.allclose(got, got.T)


def test_the_blocks_of_a_function_of_several_arguments() -> None:
    found = matdiff.hessian("f(W x, X)", ("x", "X"), "W: m x n; X: n x p; f: m, n x p -> scalar")
    assert {names: str(block) for names, block in found.blocks.items()} == {
        ("x", "x"): "Wᵀ∇²₁₁f(Wx, X)W",
        ("x", "X"): "Wᵀ∇²₁₂f(Wx, X)",
        ("X", "x"): "∇²₂₁f(Wx, X)W",
        ("X", "X"): "∇²₂₂f(Wx, X)",
    }
    assert found.verify().ok
    by_scalar = matdiff.hessian("f(x, a)", ("x", "a"), "x: n; a: scalar")
    assert [str(block) for block in by_scalar.blocks.values()][1:] == ["∇²₁₂f(x, a)", "∇²₂₁f(x, a)", "∇²₂₂f(x, a)"]
    assert by_scalar.verify().ok


@pytest.mark.parametrize(
    ("text", "unknown", "where", "expected"),
    [
        ("tr(B nabla^2 f(x))", "x", "B: n x n; x: n; f: n -> scalar", None),
        ("tr(B nabla^2 f(A))", "A", "B: m*n x m*n; A: m x n; f: m x n -> scalar", None),
        ("logdet(nabla^2 f(x) + S)", "x", "x: n; S: n x n spd", None),
        ("y'nabla^2 f(x) z", "x", "x, y, z: n", "∇³f(x)[y, z]"),
        ("f(c) + ∇f(c)ᵀ(x − c) + ½(x − c)ᵀ∇²f(c)(x − c)", "x", "", "∇f(c) + ∇²f(c)(x − c)"),
        ("||∇²f(c)(x) − b||^2", "x", "", "2∇²f(c)(∇²f(c)x − b)"),
        ("tr ∇²f(x)", "x", "x: n", None),
        ("log det ∇²f(x)", "x", "x: n", None),
        ("x'nabla^2 f(x) x", "x", "x: n", "2∇²f(x)x + ∇³f(x)[x, x]"),
        ("y'nabla2_12_f(x, A) vec(B)", "A", "y, x: n; A, B: p x q", "∇³₂₁₂f(x, A)[y, B]"),
        ("y'nabla^3 f(x)[z] z", "z", "x, y, z: n", "2∇³f(x)[z, y]"),
        ("nabla f(x)'inv(nabla^2 f(x))*nabla f(x)", "x", "x: n", None),
        ("nabla2_22_f(x, a)", "a", "x: n; a: scalar", None),
        ("unvec(nabla^2 f(A) vec(B), m, n) : C", "B", "A, B, C: m x n", "∇²f(A)[C]"),
        ("vec(C)'nabla^2 f(A) vec(B)", "A", "A, B, C: m x n", None),
    ],
)
def test_derivatives_of_a_hessian(text: str, unknown: str, where: str, expected: str | None) -> None:
    found = matdiff.derive(text, unknown, where or None)
    assert expected is None or str(found.gradient) == expected
    assert found.verify().ok
    found.gradients = {unknown: found.gradient * 2}
    assert not found.verify().ok


@pytest.mark.parametrize(
    ("text", "unknown", "where", "expected"),
    [
        ("nabla f(W x)", "x", "f: m -> scalar", "∇²f(Wx)W"),
        ("nabla^2 f(x) y", "x", "x, y: n", "∇³f(x)[y]"),
        ("nabla^2 f(A)[B]", "A", "A, B: m x n", "∇³f(A)[B]"),
        ("nabla^2 f(A)[B]", "B", "A, B: m x n", "∇²f(A)"),
        ("nabla^2 f(x)", "x", "x: n", None),
    ],
)
def test_jacobians(text: str, unknown: str, where: str, expected: str | None) -> None:
    found = matdiff.jacobian(text, unknown, where)
    assert expected is None or str(found.result) == expected
    assert found.verify().ok


EQUAL = [
    ("nabla^2 f(x)'", "nabla^2 f(x)", "x: n"),
    ("nabla2_12_f(x, y)'", "nabla2_21_f(x, y)", "x: n; y: m"),
    ("x'nabla^2 f(x) y", "y'nabla^2 f(x) x", "x, y: n"),
    ("vec(nabla^2 f(A)[E])", "nabla^2 f(A) vec(E)", "A, E: m x n"),
    ("unvec(nabla^2 f(A) vec(E), m, n)", "nabla^2 f(A)[E]", "A, E: m x n"),
    ("nabla^2 f(A)[2 E]", "2 nabla^2 f(A)[E]", "A, E: m x n"),
    ("nabla^3 f(x)[y] z", "nabla^3 f(x)[z, y]", "x, y, z: n"),
]


@pytest.mark.parametrize(("left", "right", "where"), EQUAL)
def test_equalities_are_proved(left: str, right: str, where: str) -> None:
    found = matdiff.equal(left, right, where)
    assert found.equal
    assert "no proof" not in found.message


@pytest.mark.parametrize(
    ("left", "right", "where"),
    [
        ("nabla2_12_f(x, y)", "nabla2_21_f(x, y)", "x, y: n"),
        ("nabla^2 f(x)", "nabla^2 g(x)", "x: n"),
        ("nabla3_112_f(x, y)[x, y]", "nabla3_112_f(x, y)[y, x]", "x, y: n"),
        ("nabla^2 f(x) y", "nabla^2 f(y) x", "x, y: n"),
    ],
)
def test_what_is_different_is_refuted(left: str, right: str, where: str) -> None:
    assert not matdiff.equal(left, right, where).equal


def test_a_second_derivative_may_be_given_in_two_forms() -> None:
    x, e = VALUES["x"], VALUES["y"]
    a, direction = VALUES["A"], VALUES["W"]
    bare, applied = matdiff.parse("∇²f(A)", "A: m x n"), matdiff.parse("∇²f(A)[E]", "A, E: m x n")
    column = matdiff.parse("∇²f(x)e", "x, e: n")
    for second in (curvature, as_matrix, lambda *given: (curvature if len(given) > 1 else as_matrix)(*given)):
        assert np.allclose(matdiff.evaluate(bare, {"A": a, "∇²f": second}), as_matrix(a))
        assert np.allclose(matdiff.evaluate(applied, {"A": a, "E": direction, "∇²f": second}), curvature(a, direction))
        assert np.allclose(matdiff.evaluate(column, {"x": x, "e": e, "nabla2_f": second}), curvature(x, e))
    with pytest.raises(ShapeError, match=r"∇²f must give an array of the shape \(12, 12\)"):
        matdiff.evaluate(bare, {"A": a, "∇²f": lambda z: z})
    with pytest.raises(UnknownNameError, match="∇²f"):
        matdiff.evaluate(bare, {"A": a, "∇f": slope})
    with pytest.raises(ShapeError, match="∇²f must take 1 argument"):
        matdiff.evaluate(bare, {"A": a, "∇²f": lambda x, y, z: x})
    with pytest.raises(ShapeError, match="f must take 1 argument"):
        matdiff.evaluate(matdiff.parse("f(x)", "x: n; f: n -> scalar"), {"x": x, "f": lambda: 1.0})
    for given in (np.sum, max):  # of the second one Python knows no signature
        assert matdiff.evaluate(matdiff.parse("f(x)", "x: n; f: n -> scalar"), {"x": [1, 2], "f": given}) in (2.0, 3.0)


# ---- readings ----------------------------------------------------------------------------------------


def test_where_it_types_a_function_is_taken_of_each_entry() -> None:
    assert str(matdiff.derive("sum(g(X w))", "w").gradient) == "Xᵀg′(Xw)"
    assert str(matdiff.derive("g(x)", "x").gradient) == "g′(x)"
    assert str(matdiff.derive("g(w'x)", "x", "w, x: n").gradient) == "g′(wᵀx)w"
    assert matdiff.parse("f(A X)").shape == matdiff.parse("A X").shape


def test_the_outer_one_of_two_functions_has_scalar_values() -> None:
    assert str(matdiff.derive("f(g(W x))", "W").gradient) == "(∇f(g(Wx)) ⊙ g′(Wx))xᵀ"


def test_declared_names() -> None:
    found = matdiff.derive("loss(W x) + lambda ||W||^2", "W", "loss: m -> scalar")
    assert str(found.gradient) == "∇loss(Wx)xᵀ + 2λW"
    assert format(found.gradient, "latex") == r"\nabla \mathrm{loss}\left(W x\right) x^{\top} + 2 \lambda W"
    for declared in ("g: scalar -> scalar", "g: function of each entry"):
        assert str(matdiff.derive("sum(g(X w))", "w", declared).gradient) == "Xᵀg′(Xw)"
    first = matdiff.derive("ℓ(W x)", "W", "ℓ: ℝᵐ → ℝ")
    assert str(first.gradient) == "∇l(Wx)xᵀ"
    in_front = matdiff.derive(r"f: \mathbb{R}^{m \times p} \to \mathbb{R}; f(A X)", "X")
    assert str(in_front.gradient) == "Aᵀ∇f(AX)"
    assert matdiff.derive("f(A X)", "X", {"f": "m x p -> scalar"}).function is in_front.function


def test_the_echo_says_what_a_function_is() -> None:
    text = matdiff.derive("f(A X) + sum(g(X)) + h(x, X)", "X", "A: m x n; X: n x p; x: n").to_text(steps="none")
    assert "f: a function of m×p with scalar values" in text
    assert "g: a function of each entry" in text
    assert "h: a function of n and n×p with scalar values" in text


DECLARATIONS = [
    ["f: m x n -> scalar", "f: m×n → ℝ", "f: ℝᵐˣⁿ → ℝ", r"f: \mathbb{R}^{m \times n} \to \mathbb{R}",
     "f: function of m x n", "f: R^{m x n} -> R", "f: (m x n) -> 1", "f: a function of m×n with scalar values"],
    ["f: m, n -> scalar", "f: ℝᵐ × ℝⁿ → ℝ", "f: function of m and n",
     r"f: \mathbb R^m \times \mathbb R^n \to \mathbb R"],
    ["g: ℝ → ℝ", "g: scalar -> scalar", "g: function of each entry"],
]  # fmt: skip


@pytest.mark.parametrize("texts", DECLARATIONS, ids=lambda texts: texts[0])
def test_spellings_of_a_declaration(texts: list[str]) -> None:
    first = declare(texts[0])
    (name,) = first
    assert first[name].arguments
    for text in texts[1:]:
        assert declare(text)[name] == first[name], text


READ = [
    ("∇f(x)", ["nabla f(x)", "nabla_f(x)", "grad f(x)", r"\nabla f(x)", "∇ f (x)", "∇¹f(x)"], "x: n"),
    ("∇²f(A)[E]", ["nabla^2 f(A)[E]", "nabla2_f(A)[E]", r"\nabla^{2} f(A)[E]", "∇²f(A)(E)", "∇^2 f(A) [E]"],
     "A, E: m x n"),
    ("∇₂f(x, A)", ["∇_2 f(x, A)", "nabla_2_f(x, A)", r"\nabla_{2} f(x, A)"], "x: n; A: m x n"),
    ("∇²f(x)y", ["∇²f(x)[y]", "∇²f(x)(y)", "∇^2 f(x) y", r"\nabla^2 f(x)[y]", "nabla2_f(x) @ y"], "x, y: n"),
    ("∇²f(x)(y − x)", ["∇²f(x)[y − x]", r"\nabla^2 f(x)(y - x)", "nabla2_f(x)*(y - x)"], "x, y: n"),
    ("∇²₁₂f(x, y)z", [r"\nabla_{12}^{2} f(x, y)[z]", "nabla2_12_f(x, y)[z]", "∇_{12}^2 f(x, y)[z]"], "x: n; y, z: m"),
    ("∇²₁₂f(x, A)[E]", [r"\nabla_{12}^{2} f(x, A)[E]", "nabla2_12_f(x, A)(E)"], "x: n; A, E: m x n"),
    ("∇²f(x)", ["nabla^2 f(x)", "nabla2_f(x)", r"\nabla^{2} f(x)", "∇^2 f(x)"], "x: n"),
    ("∇²₁₂f(x, A)", ["nabla2_12_f(x, A)", r"\nabla_{12}^2 f(x, A)"], "x: n; A: m x n"),
    ("∇²f(A)vec(E)", ["nabla2_f(A)*vec(E)"], "A, E: m x n"),
    ("∇²f(A)(vec(E) + vec(A))", [r"\nabla^2 f(A) (vec(E) + vec(A))"], "A, E: m x n"),
    ("∇²f(x)⁻¹∇f(x)", ["inv(nabla^2 f(x))*nabla f(x)", r"(\nabla^2 f(x))^{-1} \nabla f(x)"], "x: n"),
    ("∇²f(x)(A + B)ᵀ", ["nabla^2 f(x)*(A + B)'"], "x: n; A, B: m x n"),
    ("∇²f(x)(A + B)⁻¹", [r"\nabla^2 f(x) (A + B)^{-1}"], "x: n; A, B: n x n"),
    ("∇²f(x)[1, 2]", ["(nabla^2 f(x))[1, 2]", r"\nabla^2 f(x)_{12}"], "x: n"),
    ("∇²f(x)[1, :]", ["(nabla^2 f(x))[1, :]"], "x: n"),
    ("(∇²₁₂f(x, a))[2]", ["(nabla2_12_f(x, a))[2]"], "x: n; a: scalar"),
    ("2∇²₁₂f(x, a)", ["∇²₁₂f(x, a)[2]", "nabla2_12_f(x, a)*2"], "x: n; a: scalar"),
    ("∇³f(x)[y]", [r"\nabla^3 f(x)[y]", "∇³f(x)(y)", "nabla3_f(x)[y]"], "x, y: n"),
    ("∇³f(x)[y](x − y)", [r"\nabla^3 f(x)[y](x - y)"], "x, y: n"),
    ("∇³f(x)[y][1, 2]", ["(∇³f(x)[y])[1, 2]"], "x, y: n"),
    ("∇³f(A)[E, A]", [r"\nabla^3 f(A)[E, A]", "nabla3_f(A)[E, A]"], "A, E: m x n"),
    ("∇f₁(x)", ["nabla_f1(x)", "∇f_1(x)", r"\nabla f_{1}(x)"], "x: n"),
    ("∇f(x)ᵀ∇²f(x)y", ["(∇f(x))'*∇²f(x)[y]"], "x, y: n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "others", "where"), READ)
def test_spellings(text: str, others: list[str], where: str, is_read_back: Callable[..., bool]) -> None:
    e = matdiff.parse(text, where)
    assert str(e) == text
    for other in others:
        assert matdiff.parse(other, where) is e, other
    for spelling in SPELLINGS:
        assert is_read_back(e, spelling, where), format(e, spelling)


ERRORS: list[tuple[str, str, type[MatdiffError], str, str | None]] = [
    ("f(A)", "f: n -> scalar; A: m x p", ShapeError, "f is declared as a function of n", "A"),
    ("f(x, y)", "f: n -> scalar; x, y: n", ShapeError, "f has 2 arguments here", "f(x, y)"),
    ("f + 1", "f: n -> scalar", NotationError, "f is a function, used without an argument", "f"),
    ("f'(x)", "f: n -> scalar", NotationError, "f has scalar values", "f'"),
    ("∇f(x, y)", "x, y: n", NotationError, "not clear by which", "∇f(x, y)"),
    ("∇₃f(x, y)", "x, y: n", NotationError, "f has 2 arguments", "∇₃f(x, y)"),
    ("∇³f(x)", "x: n", ShapeError, "is a linear map", "∇³f(x)"),
    ("∇²f(x, y)", "x, y: n", NotationError, "not clear by which", "∇²f(x, y)"),
    ("∇²f(A) B", "A, B: m x n", ShapeError, "the product does not fit", None),
    ("∇²f(x)'y", "x: n; y: m", ShapeError, "the product does not fit", None),
    ("∇²f(A)[B]", "A: m x n; B: n x m", ShapeError, "a direction has the shape", "∇²f(A)[B]"),
    ("∇²f(x)[y, y]", "x, y: n", ShapeError, "of order 2 is taken in 1 direction", "∇²f(x)[y, y]"),
    ("∇ x'x", "", NotationError, "asked for with wrt", "∇"),
    ("∇log(x)", "", NotationError, "asked for with wrt", "∇"),
    ("f(x) + f(x, y)", "x, y: n", ShapeError, "f is used", None),
    ("f(x)", "f: n -> m", DeclarationError, "scalar values", "m"),
    ("f(x)", "f: -> scalar", DeclarationError, "what the function takes", None),
    ("f(x)", "f: m x n x p -> scalar", DeclarationError, "3 sizes", None),
    ("f(x)", "f[i=1..N]: n -> scalar", DeclarationError, "has no index", "f[i=1..N]"),
    ("A(x, y)", "", NotationError, "is a function that is not given", "A(x,"),
    ("A(x, y)", "A: n x n", NotationError, "a comma can only separate", ","),
]


@pytest.mark.parametrize(("text", "where", "kind", "message", "place"), ERRORS)
def test_errors(text: str, where: str, kind: type[MatdiffError], message: str, place: str | None) -> None:
    with pytest.raises(MatdiffError) as caught:
        matdiff.parse(text, where or None)
    error = caught.value
    assert isinstance(error, kind | AmbiguityError if place is None else kind)
    assert message in str(error)
    assert error.text is not None
    assert error.span is not None
    assert place is None or error.text[slice(*error.span)] == place
    assert "^" in str(error)


# ---- values ------------------------------------------------------------------------------------------


def test_functions_that_are_missing_or_misshapen_are_named() -> None:
    gradient = matdiff.derive("f(W x)", "x").gradient
    with pytest.raises(UnknownNameError, match="∇f"):
        matdiff.evaluate(gradient, {"W": VALUES["W"], "x": VALUES["x"], "f": loss})
    with pytest.raises(ShapeError, match=r"∇f must give an array of the shape \(3,\)"):
        matdiff.evaluate(gradient, {"W": VALUES["W"], "x": VALUES["x"], "∇f": lambda z: 1.0})


def test_functions_see_values_as_users_do() -> None:
    seen: list[Any] = []

    def noted(*arguments: Any) -> float:
        seen.append([np.shape(a) for a in arguments])
        return 1.0

    e = matdiff.parse("f(x, A, r, a)", "x: n; A: m x n; r: 1 x n; a: scalar")
    assert matdiff.evaluate(e, {"x": [1, 2], "A": np.ones((3, 2)), "r": [[1, 2]], "a": 2, "f": noted}) == 1.0
    assert seen == [[(2,), (3, 2), (1, 2), ()]]


def test_of_one_scalar_it_is_a_function_of_each_entry() -> None:
    a = matdiff.parse("a")
    assert OpenFunction.applied("f", a) is matdiff.parse("f(a)", "f: scalar -> scalar; a: scalar")
    found: Expr = OpenDerivative("f", (1,), (a,))
    assert str(found) == "f′(a)"


def test_deep_and_long_texts() -> None:
    deep = "f(" * 300 + "x" + ")" * 300
    with pytest.raises(MatdiffError):
        matdiff.derive(deep, "x", "x: n; f: n -> scalar")
    chain = "; ".join(["h0 = W x", *[f"h{k} = tanh(h{k - 1})" for k in range(1, 200)], "f(h199)"])
    assert matdiff.derive(chain, "x", "W: n x n; x: n").gradient.shape == matdiff.parse("x", "x: n").shape
