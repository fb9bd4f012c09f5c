"""vec, unvec, Kronecker products and partial traces: against NumPy, against differences, against the textbook.

The functions on the side that is compared with are written here, with loops over blocks where that is plainest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import Expr, Number, Symbol
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.operators.kronecker import Kronecker, PartialTrace2, Unvec, Vec, divided
from matdiff.algebra.operators.products import Product, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.rewriting import Simplifier
from matdiff.errors import MatdiffError, NotationError, ShapeError

draw = np.random.default_rng(11)
m, n, p, q = 4, 3, 2, 5
WHERE = """A: m x n; B: p x q; C, D: n x n; E, F: p x p; V: p x n; X, Y: m x n; S: n x n symmetric; T: p x p symmetric;
c: m*n; e: n*p; u: m; v: n; w: p; M: n*q x m*p; N: n*p x n*p; a: scalar; G: n x m; H: q x p"""
VALUES: dict[str, Any] = {
    "A": draw.normal(size=(m, n)), "B": draw.normal(size=(p, q)), "C": draw.normal(size=(n, n)) + 3 * np.eye(n),
    "D": draw.normal(size=(n, n)), "E": draw.normal(size=(p, p)) + 3 * np.eye(p), "F": draw.normal(size=(p, p)),
    "V": draw.normal(size=(p, n)), "X": draw.normal(size=(m, n)), "Y": draw.normal(size=(m, n)),
    "S": (lambda s: s + s.T)(draw.normal(size=(n, n))), "T": (lambda s: s + s.T)(draw.normal(size=(p, p))),
    "c": draw.normal(size=m * n), "e": draw.normal(size=n * p), "u": draw.normal(size=m), "v": draw.normal(size=n),
    "w": draw.normal(size=p), "M": draw.normal(size=(n * q, m * p)), "N": draw.normal(size=(n * p, n * p)) / 5,
    "a": 0.7, "G": draw.normal(size=(n, m)), "H": draw.normal(size=(q, p)), "m": m, "n": n, "p": p, "q": q,
}  # fmt: skip
trace, det, inv, kron = np.trace, np.linalg.det, np.linalg.inv, np.kron
norm = np.linalg.norm


def vec(a: Any) -> Any:
    """The columns, one below the other."""
    return np.concatenate([a[:, j] for j in range(a.shape[1])])


def unvec(c: Any, rows: int, cols: int) -> Any:
    return np.column_stack([c[rows * j : rows * (j + 1)] for j in range(cols)])


def block(a: Any, i: int, j: int, rows: int, cols: int) -> Any:
    return a[rows * i : rows * (i + 1), cols * j : cols * (j + 1)]


def ptrace1(a: Any, by: Any) -> Any:
    """Σᵢⱼ aⱼᵢMᵢⱼ"""
    r, c = a.shape[0] // by.shape[1], a.shape[1] // by.shape[0]
    return sum(by[j, i] * block(a, i, j, r, c) for i in range(by.shape[1]) for j in range(by.shape[0]))


def ptrace2(a: Any, by: Any) -> Any:
    """[Tr(MᵢⱼB)]"""
    rows, cols = a.shape[0] // by.shape[1], a.shape[1] // by.shape[0]
    return np.array([[trace(block(a, i, j, *by.T.shape) @ by) for j in range(cols)] for i in range(rows)])


def parse(text: str) -> Expr:
    return matdiff.parse(text, WHERE)


def value(e: Expr | str) -> Any:
    return matdiff.evaluate(parse(e) if isinstance(e, str) else e, VALUES)


def simplified(e: Expr | str) -> Expr:
    return Simplifier(SIMPLIFICATIONS)(parse(e) if isinstance(e, str) else e)[0]


def slopes(f: Callable[..., Any], name: str) -> Any:
    """The gradient of a NumPy function of the values by central differences."""
    start = np.asarray(VALUES[name], dtype=float)
    found = np.zeros_like(start)
    for place in np.ndindex(start.shape):
        step = np.zeros_like(start)
        step[place] = 1e-5
        ahead, behind = ({**VALUES, name: start + sign * step} for sign in (1, -1))
        found[place] = (f(**ahead) - f(**behind)) / 2e-5
    return found


# ---- the operators mean what NumPy's mean -----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vec(A)", lambda A, **_: vec(A)),
        ("vec(A')", lambda A, **_: A.reshape(-1)),
        ("vec(u)", lambda u, **_: u),
        ("vec(v')", lambda v, **_: v),
        ("unvec(c, m, n)", lambda c, **_: unvec(c, m, n)),
        ("unvec(c, n, m)", lambda c, **_: unvec(c, n, m)),
        ("kron(A, B)", lambda A, B, **_: kron(A, B)),
        ("A ⊗ B'", lambda A, B, **_: kron(A, B.T)),
        ("u ⊗ v", lambda u, v, **_: kron(u, v)),
        ("kron(a, A)", lambda a, A, **_: a * A),
        ("kron(A, a)", lambda a, A, **_: a * A),
        ("ptrace1(M, A)", lambda M, A, **_: ptrace1(M, A)),
        ("ptrace2(M, B)", lambda M, B, **_: ptrace2(M, B)),
        ("tr(M*kron(A, B))", lambda M, A, B, **_: trace(M @ kron(A, B))),
        ("tr(ptrace1(M, A)*B)", lambda M, A, B, **_: trace(M @ kron(A, B))),
        ("tr(ptrace2(M, B)*A)", lambda M, A, B, **_: trace(M @ kron(A, B))),
        ("ptrace2(N, eye(p))", lambda N, **_: np.einsum("iaja->ij", N.reshape(n, p, n, p))),
        ("ptrace1(N, eye(n))", lambda N, **_: np.einsum("iaib->ab", N.reshape(n, p, n, p))),
    ],
)
def test_values(text: str, expected: Callable[..., Any]) -> None:
    np.testing.assert_allclose(value(text), expected(**VALUES), rtol=1e-12, atol=1e-12)


# ---- gradients --------------------------------------------------------------------------------------


class Example(NamedTuple):
    """A function in the language and in NumPy, and for unknowns the printed gradient ("": any)."""

    text: str
    f: Callable[..., Any]
    gradients: dict[str, str]


EXAMPLES = [
    Example("tr(kron(A', I_p)*kron(X, E))", lambda A, X, E, **_: trace(A.T @ X) * trace(E), {"X": "Tr(E)A"}),
    Example("tr(kron(E, C))", lambda E, C, **_: trace(kron(E, C)), {"C": "Tr(E)I_n", "E": "Tr(C)I_p"}),
    Example(
        "tr(M*kron(A, B))",
        lambda M, A, B, **_: trace(M @ kron(A, B)),
        {"A": "ptrace2(M, B)ᵀ", "B": "ptrace1(M, A)ᵀ", "M": "Aᵀ ⊗ Bᵀ"},
    ),
    Example("tr(kron(C, E)*N)", lambda C, E, N, **_: trace(kron(C, E) @ N), {"C": "", "E": "", "N": "Cᵀ ⊗ Eᵀ"}),
    Example("tr(N*kron(C, I_p))", lambda N, C, **_: trace(N @ kron(C, np.eye(p))), {"C": "ptrace2(N, I_p)ᵀ"}),
    Example("‖A ⊗ B‖²", lambda A, B, **_: norm(kron(A, B)) ** 2, {"A": "2‖B‖²A", "B": "2‖A‖²B"}),
    Example("‖A ⊗ B‖", lambda A, B, **_: norm(kron(A, B)), {"A": "‖B‖A/‖A‖"}),
    Example("norm1(kron(A, B))", lambda A, B, **_: abs(kron(A, B)).sum(), {"A": "‖B‖₁sign(A)", "B": ""}),
    Example("logdet(kron(C, E))", lambda C, E, **_: np.log(abs(det(kron(C, E)))), {"C": "pC⁻ᵀ", "E": "nE⁻ᵀ"}),
    Example("det(kron(C, E))", lambda C, E, **_: det(kron(C, E)), {"C": "", "E": ""}),
    Example("tr(inv(kron(C, E)))", lambda C, E, **_: trace(inv(kron(C, E))), {"C": "", "E": ""}),
    Example("tr(inv(kron(C, E) + N))", lambda C, E, N, **_: trace(inv(kron(C, E) + N)), {"C": "", "E": "", "N": ""}),
    Example("sum(kron(A, B))", lambda A, B, **_: kron(A, B).sum(), {"A": "sum(B)1_{m×n}"}),
    Example("sum(exp(kron(A, B)))", lambda A, B, **_: np.exp(kron(A, B)).sum(), {"A": "ptrace2(exp(A ⊗ B), Bᵀ)"}),
    Example("vec(X)'*vec(A)*a", lambda X, A, a, **_: a * vec(X) @ vec(A), {"X": "aA", "A": "aX", "a": "Tr(XᵀA)"}),
    Example(
        "½vec(V)'*kron(S, T)*vec(V)",
        lambda V, S, T, **_: vec(V) @ kron(S, T) @ vec(V) / 2,
        {"V": "TVS", "S": "½VᵀTV", "T": "½VSVᵀ"},
    ),
    Example(
        "vec(V)'*kron(C, E)*vec(V)",
        lambda V, C, E, **_: vec(V) @ kron(C, E) @ vec(V),
        {"V": "EVCᵀ + EᵀVC", "C": "VᵀEV", "E": "VCVᵀ"},
    ),
    Example(
        "c'*vec(A*C)",
        lambda c, A, C, **_: c @ vec(A @ C),
        {"A": "unvec(c, m, n)Cᵀ", "C": "Aᵀunvec(c, m, n)", "c": "vec(AC)"},
    ),
    Example(
        "‖vec(A) − c‖²",
        lambda A, c, **_: norm(vec(A) - c) ** 2,
        {"A": "2(A − unvec(c, m, n))", "c": "2(c − vec(A))"},
    ),
    Example("‖(C ⊗ E)e‖²", lambda C, E, e, **_: norm(kron(C, E) @ e) ** 2, {"C": "", "E": "", "e": ""}),
    Example("‖v ⊗ w − e‖²", lambda v, w, e, **_: norm(kron(v, w) - e) ** 2, {"v": "", "w": "", "e": ""}),
    Example("sum(exp(vec(A)))", lambda A, **_: np.exp(A).sum(), {"A": "exp(A)"}),
    Example("c'*(vec(A) .* vec(Y))", lambda c, A, Y, **_: c @ (vec(A) * vec(Y)), {"A": "unvec(c, m, n) ⊙ Y", "Y": ""}),
    Example("‖unvec(e, p, n)*v‖²", lambda e, v, **_: norm(unvec(e, p, n) @ v) ** 2, {"e": "", "v": ""}),
    Example("sum(unvec(c, m, n))", lambda c, **_: c.sum(), {"c": "1_{m*n}"}),
    Example(
        "tr(ptrace2(M, B)*A)",
        lambda M, B, A, **_: trace(M @ kron(A, B)),
        {"M": "Aᵀ ⊗ Bᵀ", "B": "ptrace1(M, A)ᵀ", "A": "ptrace2(M, B)ᵀ"},
    ),
    Example("‖ptrace1(M, A)‖²", lambda M, A, **_: norm(ptrace1(M, A)) ** 2, {"M": "", "A": ""}),
    Example("exp(a*tr(kron(E, C)))/‖C‖", lambda a, E, C, **_: np.exp(a * trace(E) * trace(C)) / norm(C), {"C": ""}),
    Example(
        "log(1 + tr(M*kron(A, B))^2)",
        lambda M, A, B, **_: np.log(1 + trace(M @ kron(A, B)) ** 2),
        {"M": "", "A": "", "B": ""},
    ),
]
CASES = [pytest.param(e, u, id=f"{e.text} by {u}") for e in EXAMPLES for u in e.gradients]


@pytest.mark.parametrize(("example", "unknown"), CASES)
def test_gradients(example: Example, unknown: str) -> None:
    found = matdiff.derive(example.text, unknown, WHERE)
    if expected := example.gradients[unknown]:
        assert str(found.gradient) == expected
    assert parse(str(found.gradient)) is found.gradient
    assert found.verify().ok
    slope = slopes(example.f, unknown)
    if unknown in "ST":
        slope = (slope + slope.T) / 2
    np.testing.assert_allclose(value(found.gradient), slope, rtol=1e-5, atol=1e-6)


def test_several_unknowns_share_one_derivation() -> None:
    found = matdiff.derive("‖(C ⊗ E)e‖² + c'vec(A)", ("C", "E", "e", "A"), WHERE)
    assert list(found.gradients) == ["C", "E", "e", "A"]
    assert found.verify().ok
    assert str(found.gradients["A"]) == "unvec(c, m, n)"


def test_a_named_piece_of_the_answer_is_explained() -> None:
    conditions = matdiff.derive("tr(M*kron(A, B))", "A", WHERE).conditions
    assert conditions == ("ptrace2(M, B) has the entries Tr(MᵢⱼB) for the blocks Mᵢⱼ of M",)
    assert matdiff.derive("tr(kron(E, C))", "C", WHERE).conditions == ()


# ---- simplification ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("kron(C, E)*kron(D, F)", "kron(C*D, E*F)"),
        ("kron(C, E)*kron(inv(C), inv(E))", "eye(n*p)"),
        ("inv(kron(C, E))", "kron(inv(C), inv(E))"),
        ("kron(A, B)'", "kron(A', B')"),
        ("kron(C, E)^3", "kron(C^3, E^3)"),
        ("pinv(kron(A, B))", "kron(pinv(A), pinv(B))"),
        ("kron(u, v')", "u*v'"),
        ("kron(v', u)", "u*v'"),
        ("kron(a*A, 2*B)", "2*a*kron(A, B)"),
        ("kron(A, B) + kron(X, B)", "kron(A + X, B)"),
        ("kron(C, E) - 3*kron(C, F)", "kron(C, E - 3*F)"),
        ("kron(C, E)*vec(V)", "vec(E*V*C')"),
        ("vec(V)'*kron(C, E)", "vec(E'*V*C)'"),
        ("vec(A)'*vec(X)", "tr(A'*X)"),
        ("kron(v, u)'*vec(A)", "u'*A*v"),
        ("vec(u*v')", "kron(v, u)"),
        ("vec(A) + 2*vec(X)", "vec(A + 2*X)"),
        ("vec(unvec(c, m, n))", "c"),
        ("unvec(vec(A), m, n)", "A"),
        ("unvec(kron(v, u), m, n)", "u*v'"),
        ("unvec(c + 2*vec(A), m, n)", "unvec(c, m, n) + 2*A"),
        ("vec(A + unvec(c, m, n))", "vec(A) + c"),
        ("unvec(kron(C, E)*e, p, n)", "E*unvec(e, p, n)*C'"),
        ("exp(vec(A)).^2", "vec(exp(A).^2)"),
        ("tr(eye(n))", "n"),
        ("ptrace1(kron(G, H), A)", "tr(G*A)*H"),
        ("ptrace2(kron(G, H), B)", "tr(H*B)*G"),
        ("ptrace2(eye(n*p), E)", "tr(E)*eye(n)"),
        ("ptrace2(kron(C, E)*N, F)", "C*ptrace2(N, F*E)"),
        ("ptrace1(N*kron(C, E), D)", "ptrace1(N, C*D)*E"),
        ("ptrace2(vec(V)*e', E)", "V'*E'*unvec(e, p, n)"),
        ("‖vec(A)‖", "‖A‖"),
    ],
)
def test_short_forms(long: str, short: str) -> None:
    assert simplified(long) is simplified(short)
    np.testing.assert_allclose(value(long), value(short), rtol=1e-9, atol=1e-12)


def test_what_does_not_fit_stays_as_it_is() -> None:
    """Sizes agree as a whole, but not those of the factors."""
    for text in ("kron(A, B)*kron(ones(q, m), ones(n, p))", "unvec(kron(w, ones(m*n)), n, m*p)", "tr(kron(A, G))"):
        e = parse(text)
        np.testing.assert_allclose(value(simplified(e)), value(e), rtol=1e-12, atol=1e-12)
    assert "Tr(A ⊗ G)" in str(simplified("tr(kron(A, G))"))


def test_tr_of_a_product_of_rectangular_factors_has_its_gradient() -> None:
    found = matdiff.derive("tr(kron(A, G))", "A", WHERE)
    slope = slopes(lambda A, G, **_: trace(kron(A, G)), "A")
    np.testing.assert_allclose(value(found.gradient), slope, atol=1e-8)


# ---- refusals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("unvec(c, n, n)", ShapeError, "unvec needs a vector with n*n rows"),
        ("unvec(A, m, n)", ShapeError, "unvec needs a vector"),
        ("unvec(c)", NotationError, "an operand and 2 sizes"),
        ("unvec(c, A, n)", ShapeError, "unvec needs a vector with A*n rows"),
        ("ptrace2(A, B)", ShapeError, "ptrace2 needs n*q×m*p, p×q"),
        ("ptrace1(M, D)", ShapeError, "ptrace1 needs n*q×m*p, m×n"),
        ("vec(A) + vec(B)", ShapeError, "different shapes"),
        ("kron(A)", ShapeError, "kron needs"),
        ("vec(A, B)", ShapeError, "vec needs m×n"),
    ],
)
def test_refusals(text: str, error: type[MatdiffError], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        parse(text)


def test_shapes_are_checked_at_construction() -> None:
    rows, cols = size("m"), size("n")
    c = Symbol("c", (rows * cols, ONE))
    assert Unvec(c, rows, cols).shape == (rows, cols)
    assert Unvec.of(c, rows * cols, ONE) is c
    assert Unvec.of(c, ONE, rows * cols) is Transpose(c)
    with pytest.raises(ShapeError, match="takes m\\*m rows"):
        Unvec(c, rows, rows)
    with pytest.raises(ShapeError, match="2 operands"):
        PartialTrace2(c)
    with pytest.raises(ShapeError, match="needs an M of size"):
        PartialTrace2(Symbol("M", (rows, cols)), Symbol("B", (rows, rows)))


def test_sizes_are_divided_as_polynomials() -> None:
    a, b = size("a"), size("b")
    assert divided(a * b * size(6), a * size(2)) is b * size(3)
    assert divided((a + b) * (a + size(1)), a + b) is a + size(1)
    assert divided((a - b) * (a + b), a + b) is a - b
    for extent, divisor in ((a, b), (a, size(2)), (a * b + size(1), a), (a * a + b, a + b)):
        assert divided(extent, divisor) is None


# ---- size -------------------------------------------------------------------------------------------


def test_long_and_deep_expressions() -> None:
    """Each is derived in a time that grows with its length."""
    rows, cols = size("n"), size("p")
    x, c = Symbol("X", (rows, rows)), Symbol("c", (rows * rows, ONE))
    whole = Symbol("M", (rows * cols, rows * cols))
    vecs = [Vec.of(Symbol(f"A{k}", (rows, rows)) * x) for k in range(500)]
    krons = [Kronecker.of(Symbol(f"A{k}", (rows, rows)) * x, Symbol(f"B{k}", (cols, cols))) for k in range(500)]
    deep: Expr = x
    for _ in range(500):
        deep = Unvec.of(Vec.of(deep) * Number(2), rows, rows) + x
    for f in (Transpose(c) * Sum.of(*vecs), Trace(Product.of(whole, Sum.of(*krons))), Trace(deep)):
        assert matdiff.derive(f, x).gradient.shape == x.shape


def test_the_transpose_of_a_kronecker_product_names_its_own_law() -> None:
    e = matdiff.parse("kron(A', B')'", "A: m x n; B: p x q")
    simple, steps = Simplifier(SIMPLIFICATIONS)(e)
    assert simple is matdiff.parse("kron(A, B)", "A: m x n; B: p x q")
    assert steps[0].law.name == "transpose_of_kronecker"
