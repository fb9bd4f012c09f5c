"""Taylor's formula and differentials, against differences."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

random = np.random.default_rng(3)
X = random.normal(size=(3, 3)) + 3 * np.eye(3)
x = random.normal(size=3)
CASES = [
    ("log det X", "X", None, {"X": X}),
    ("inv(X)*B", "X", None, {"X": X, "B": random.normal(size=(3, 2))}),
    ("x'A x + b'x", "x", "A: n x n; b: n", {"x": x, "A": X, "b": x + 1}),
    ("log(sum(exp(x)))", "x", None, {"x": x}),
    ("tanh(W x)", "x", None, {"W": X[:2], "x": x}),
    ("norm2(x)", "x", "x: n", {"x": x}),
    ("softmax(x)", "x", None, {"x": x}),
    ("h = W x; sigmoid(h)'h", "W", None, {"W": X, "x": x}),
]


@pytest.mark.parametrize(("text", "unknown", "where", "values"), CASES, ids=[c[0] for c in CASES])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_remainder_has_the_next_order(
    text: str, unknown: str, where: str | None, values: dict[str, object], order: int
) -> None:
    formula = matdiff.taylor(text, unknown, where, order=order, by="H")
    f = matdiff.parse(text, where)
    change = random.normal(size=np.shape(values[unknown]))

    def remainder(t: float) -> float:
        exact = matdiff.evaluate(f, {**values, unknown: values[unknown] + t * change})
        return float(np.linalg.norm(exact - matdiff.evaluate(formula, {**values, "H": t * change})))

    if remainder(0.2) > 1e-9:  # a polynomial of this order has none
        rate = np.log2(remainder(0.02) / remainder(0.01))
        assert rate > order + 0.7


def test_around_a_point() -> None:
    formula = matdiff.taylor("x'A x", "x", "A: n x n symmetric", around="a")
    given = {"x": x, "a": x + 0.5, "A": X + X.T}
    assert matdiff.evaluate(formula, given) == pytest.approx(x @ given["A"] @ x)


@pytest.mark.parametrize(("order", "by"), [(-1, "h"), (9, "h"), (2, "A"), (2, "2h")])
def test_what_cannot_be_expanded_is_refused(order: int, by: str) -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.taylor("x'A x", "x", order=order, by=by)


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [
        ("inv(X)", "X", "−X⁻¹ dX X⁻¹"),
        ("A*X*B", "X", "A dX B"),
        ("det(X)", "X", "|X|Tr(X⁻¹ dX)"),
        ("x'A x", ("x", "A"), ""),
        ("h = W x; tanh(h)", "W", ""),
        ("kron(X, Y)", ("X", "Y"), "dX ⊗ Y + X ⊗ dY"),
        ("X .* Y", ("X", "Y"), "dX ⊙ Y + X ⊙ dY"),
        ("x[i]'M x[i]", "M", ""),
    ],
)
def test_differentials_are_those_of_paper(text: str, wrt: str | tuple[str, ...], expected: str) -> None:
    where = "x[i=1..N]: n" if "[i]" in text else None
    found = matdiff.differential(text if "[i]" not in text else f"sum(i=1..N, {text})", wrt, where)
    assert found.verify().ok
    assert expected in ("", str(found.result))


def test_without_unknowns_every_symbol_varies() -> None:
    found = matdiff.differential("A*x - b", where="A: m x n")
    assert str(found.result) == "dA x + A dx − db"
    assert "product law" in found.to_text()
    assert r"\mathrm{d}" in found.to_latex()
    assert '"differential"' in found.to_json()
