"""vec(op(L)) = M vec(L) for every operator that is linear in an operand L.

The matrix M is compared with the images of the unit matrices eᵢeⱼᵀ, column by column: that needs nothing but the
numeric meaning of the operator.  Where there is a usual formula, M is compared with it in NumPy, too.
"""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import OPERATORS, Expr, Operator, Symbol, symbols
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.rewriting import Simplifier
from matdiff.numeric.evaluate import evaluate

Array = np.ndarray
SIZES = {"m": 3, "n": 2, "p": 4, "q": 5, "k": 3}
WHERE = (
    "A, B: m x n; C: n x p; F, G: n x n; M: n*q x m*p; P: p x q; S: m x m spd; T: n x n spd; Q: k x n; "
    "D: 2*m-1 x 2*n-1; x, y: n; z: m; c: m*n; a, b: scalar; r, t: 1 x n; s: 1 x m"
)

# Every operator with a trace law, in the shapes in which its matrix is written differently: text, operand.
SAMPLES: dict[str, list[tuple[str, str]]] = {
    "Hadamard": [("A .* B", "A"), ("A .* B", "B"), ("x .* y", "x"), ("a*b", "b"), ("r .* x'", "r"), ("x.*y.*x", "y")],
    "Transpose": [("A'", "A"), ("x'", "x"), ("r'", "r"), ("F'", "F")],
    "SumOfEntries": [("sum(A)", "A"), ("sum(x)", "x"), ("sum(r)", "r")],
    "Entry": [("A[2, 1]", "A"), ("x[2]", "x"), ("r[1, 2]", "r"), ("A[3, 2]", "A")],
    "Row": [("A[2, :]", "A"), ("F[2, :]", "F"), ("M[3, :]", "M")],
    "Column": [("A[:, 2]", "A"), ("F[:, 1]", "F"), ("M[:, 5]", "M")],
    "Slice": [("A[2:3, 1:2]", "A"), ("A[1:2, :]", "A"), ("P[:, 2:4]", "P"), ("P[2:3, 2:4]", "P"), ("z[2:3]", "z")],
    "HorizontalStack": [("[A, B]", "A"), ("[A, B]", "B"), ("[x, y, x]", "y"), ("hstack(a, b)", "b"), ("[A, z]", "z")],
    "VerticalStack": [("[A; B]", "A"), ("[A; B; A]", "B"), ("[x; z]", "x"), ("vstack(a, b)", "a"), ("[x; a]", "a")],
    "DiagonalMatrix": [("diag(x)", "x")],
    "DiagonalVector": [("diag(F)", "F")],
    "Trace": [("tr(F)", "F")],
    "LowerTriangle": [("tril(A)", "A"), ("tril(C)", "C"), ("tril(x)", "x"), ("tril(r)", "r")],
    "UpperTriangle": [("triu(A)", "A"), ("triu(C)", "C"), ("triu(x)", "x"), ("triu(r)", "r")],
    "HalvedTriangle": [("halftril(F)", "F")],
    "SymmetricPart": [("sym(F)", "F")],
    "SkewPart": [("skew(F)", "F")],
    "Vec": [("vec(A)", "A")],
    "Vech": [("vech(F)", "F"), ("vech(S)", "S")],
    "Unvec": [("unvec(c, m, n)", "c")],
    "Kronecker": [
        *[(f"kron({left}, {right})", left) for left, right in ("AC", "Ax", "xA", "xz", "Ar", "rA", "FG")],
        *[(f"kron({left}, {right})", right) for left, right in ("AC", "Ax", "xA", "xz", "Ar", "rA", "sF")],
    ],
    "KhatriRao": [
        *[("khatri_rao(A, Q)", "A"), ("khatri_rao(A, Q)", "Q"), ("khatri_rao(A, r)", "r"), ("khatri_rao(A, r)", "A")],
        *[("khatri_rao(r, A)", "A"), ("khatri_rao(r, A)", "r")],
    ],
    "PartialTrace1": [("ptrace1(M, A)", "M"), ("ptrace1(M, A)", "A")],
    "PartialTrace2": [("ptrace2(M, P)", "M"), ("ptrace2(M, P)", "P")],
    "Commutator": [("commutator(F, G)", "F"), ("commutator(F, G)", "G")],
    "CrossCorrelation": [("corr(P, A)", "P"), ("corr(P, A)", "A"), ("corr(z, x)", "z"), ("corr(z, x)", "x")],
    "Convolution": [("conv(P, A)", "P"), ("conv(P, A)", "A"), ("conv(P, z)", "P"), ("conv(P, z)", "z")],
    "FullConvolution": [("conv_full(P, A)", "P"), ("conv_full(P, A)", "A"), ("conv_full(x, z)", "x")],
    "FullCrossCorrelation": [("corr_full(P, A)", "P"), ("corr_full(P, A)", "A"), ("corr_full(x, z)", "z")],
    "Flipped": [("flip(A)", "A"), ("flip(x)", "x"), ("flip(r)", "r")],
    "Dilated": [("dilate(A, 2)", "A"), ("dilate(x, 3)", "x"), ("dilate(r, 2)", "r")],
    "Subsampled": [("subsample(D, 2)", "D")],
    "Padded": [("pad(A, 2)", "A"), ("pad(x, 1)", "x"), ("pad(r, 1)", "r")],
    "OpenDerivative": [("nabla^2 f(A)[B]", "B"), ("nabla^2 f(r)[t]", "t"), ("nabla^2 f(F)[G]", "G")],
    "Piecewise": [
        *[("cases(A, a < 1, B)", "A"), ("cases(A, 1 <= a, B)", "B"), ("cases(x, a < 1, y)", "x")],
        *[("cases(r, 1 < a, t)", "t"), ("cases(a, b < 2, 3)", "a")],
    ],
    "Sylvester": [("sylvester(S, T, A)", "A"), ("sylvester(S, a, z)", "z"), ("sylvester(b, T, r)", "r")],
}
WITHOUT = {
    "Patches": "the sum over all entries stands for it",
    "PatchSum": "the sum over all entries stands for it",
    "BandMatrix": "the sum over all entries stands for it",
    "BandSum": "the sum over all entries stands for it",
    "ToeplitzPart": "the sum over all entries stands for it",
    "FrechetExpm": "no closed form: its matrix is a power series in I ⊗ A and Aᵀ ⊗ I",
    "FrechetOfFunction": "its closed form needs the eigenvectors of A",
    "FrechetLogm": "no closed form: its matrix is the inverse of such a series",
    "OpenHessian": "the matrix of a third derivative has no notation",
}
CASES = [(name, text, letter) for name, cases in SAMPLES.items() for text, letter in cases]


def test_every_operator_with_a_trace_law_has_a_vec_law() -> None:
    shifted = {name for name, cls in OPERATORS.items() if cls.shift is not None}
    lawful = {name for name, cls in OPERATORS.items() if cls.vec is not None}
    assert shifted - lawful <= set(WITHOUT)
    assert not lawful & set(WITHOUT)
    assert lawful <= set(SAMPLES), "a new law needs samples here"


def drawn(e: Expr) -> dict[str, Array]:
    """Random values for the symbols."""
    generator = np.random.default_rng(7)
    values: dict[str, Array] = {}
    for s in sorted(symbols(e), key=lambda s: s.name):
        value = generator.normal(size=(s.rows.value(SIZES), s.cols.value(SIZES)))
        value = value + value.T if "symmetric" in s.properties else value
        values[s.name] = value @ value.T + np.eye(len(value)) if "spd" in s.properties else value
    return values


def curvature(a: Array, e: Array | None = None) -> Array:
    """The second derivative of Σ wₖaₖ³ + sin(Σ wₖaₖ) in a direction, or its matrix by vec."""
    weights = np.cos(1.0 + np.arange(a.size)).reshape(a.shape)
    wave = -np.sin(np.sum(weights * a))
    if e is None:
        return np.diag((6 * weights * a).ravel("F")) + wave * np.outer(weights.ravel("F"), weights.ravel("F"))
    return 6 * weights * a * e + wave * np.sum(weights * e) * weights


def evaluated(e: Expr, values: dict[str, Array]) -> Array:
    """The value of an expression as a matrix."""
    shape = e.rows.value(SIZES), e.cols.value(SIZES)
    given = {s.name: values[s.name].ravel() if s.cols is ONE else values[s.name] for s in symbols(e)}
    given = {name: value.item() if value.size == 1 else value for name, value in given.items()}
    return np.reshape(evaluate(e, {**SIZES, **given, "∇²f": curvature}), shape)


def stacked(a: Array) -> Array:
    return a.reshape(-1, 1, order="F")


def images(node: Expr, letter: str, values: dict[str, Array]) -> Array:
    """The matrix whose columns are vec(op(eᵢeⱼᵀ))."""
    shape = values[letter].shape
    rest = stacked(evaluated(node, {**values, letter: np.zeros(shape)}))  # the other blocks of a block matrix
    columns = []
    for k in range(values[letter].size):
        unit = np.zeros(values[letter].size)
        unit[k] = 1
        columns.append(stacked(evaluated(node, {**values, letter: unit.reshape(shape, order="F")})) - rest)
    return np.hstack(columns)


def law_at(text: str, letter: str) -> tuple[Expr, Expr]:
    """An operation, and the matrix of its law for an operand."""
    node = matdiff.parse(text, WHERE)
    assert isinstance(node, Operator)
    place = next(k for k, o in enumerate(node.operands) if isinstance(o, Symbol) and o.name == letter)
    assert node.vec is not None
    return node, node.vec(node, place)


@pytest.mark.parametrize(("name", "text", "letter"), CASES)
def test_the_law_gives_the_images_of_unit_matrices(name: str, text: str, letter: str) -> None:
    node, matrix = law_at(text, letter)
    assert type(node).__name__ == name
    values = drawn(node)
    expected = images(node, letter, values)
    assert (matrix.rows.value(SIZES), matrix.cols.value(SIZES)) == expected.shape
    found = evaluated(matrix, values)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    assert np.abs(expected).max() > 0


# ---- the usual formulas, in NumPy -------------------------------------------------------------------


def commutation(m: int, n: int) -> Array:
    """Σᵢⱼ eᵢeⱼᵀ ⊗ eⱼeᵢᵀ"""
    units = [(np.eye(m)[:, [i]], np.eye(n)[:, [j]]) for i in range(m) for j in range(n)]
    return np.sum([np.kron(x @ y.T, y @ x.T) for x, y in units], axis=0)


def duplication(n: int) -> Array:
    """The columns vec(eᵢeⱼᵀ + eⱼeᵢᵀ), and vec(eᵢeᵢᵀ), for i ≥ j."""
    columns = []
    for j in range(n):
        for i in range(j, n):
            unit = np.zeros((n, n))
            unit[i, j] = unit[j, i] = 1
            columns.append(stacked(unit))
    return np.hstack(columns)


def elimination(n: int) -> Array:
    """The rows (eⱼ ⊗ eᵢ)ᵀ for i ≥ j."""
    one = np.eye(n)
    return np.array([np.kron(one[j], one[i]) for j in range(n) for i in range(j, n)])


USUAL = {
    "A'": lambda v: commutation(3, 2),
    "sum(A)": lambda v: np.ones((1, 6)),
    "A[2, 1]": lambda v: np.kron([1.0, 0.0], [0.0, 1.0, 0.0])[None],
    "A[2, :]": lambda v: np.kron(np.eye(2), [0.0, 1.0, 0.0]),
    "A[:, 2]": lambda v: np.kron([0.0, 1.0], np.eye(3)),
    "tr(F)": lambda v: stacked(np.eye(2)).T,
    "sym(F)": lambda v: (np.eye(4) + commutation(2, 2)) / 2,
    "skew(F)": lambda v: (np.eye(4) - commutation(2, 2)) / 2,
    "vech(F)": lambda v: elimination(2),
    "A .* B": lambda v: np.diag(stacked(v["B"]).ravel()),
    "sylvester(S, T, A)": lambda v: np.linalg.inv(np.kron(np.eye(2), v["S"]) + np.kron(v["T"].T, np.eye(3))),
    "commutator(F, G)": lambda v: np.kron(v["G"].T, np.eye(2)) - np.kron(np.eye(2), v["G"]),
    "kron(A, C)": lambda v: (
        np.kron(np.kron(np.eye(2), commutation(4, 3)), np.eye(2)) @ np.kron(np.eye(6), stacked(v["C"]))
    ),
}


@pytest.mark.parametrize("text", USUAL)
def test_the_law_is_the_usual_formula(text: str) -> None:
    node = matdiff.parse(text, WHERE)
    letter = "A" if "A" in text else "F"
    _, matrix = law_at(text, letter)
    np.testing.assert_allclose(evaluated(matrix, drawn(node)), USUAL[text](drawn(node)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "letter", "expected"),
    [
        ("x .* y", "x", "diag(y)"),
        ("sum(x)", "x", "1ᵀ"),
        ("x[2]", "x", "unit(2, n)ᵀ"),
        ("z[2:3]", "z", "I[2:3, :]"),
        ("diag(x)", "x", "khatri_rao(I, I)"),
        ("[x; z]", "x", "[I; 0]"),
        ("tr(F)", "F", "vec(I)ᵀ"),
        ("kron(x, z)", "x", "I ⊗ z"),
        ("kron(x, z)", "z", "x ⊗ I"),
        ("x'", "x", "I"),
        ("sym(F)", "F", "½(I + commutation(n, n))"),
        ("A[:, 2]", "A", "unit(2, n)ᵀ ⊗ I"),
        ("A .* B", "A", "diag(vec(B))"),
    ],
)
def test_the_matrix_of_a_law_is_short(text: str, letter: str, expected: str) -> None:
    """For vectors it has no Kronecker product with a number and no vec."""
    shown = str(law_at(text, letter)[1])
    for size in ("n*n", "m*n", "n", "m"):
        shown = shown.replace(f"I_{size}", "I").replace(f"I_{{{size}}}", "I").replace(f"1_{size}ᵀ", "1ᵀ")
    assert shown.replace("0_{m×n}", "0") == expected


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_duplication_and_elimination_as_in_textbooks(n: int) -> None:
    np.testing.assert_array_equal(np.reshape(matdiff.evaluate("duplication(n)", {"n": n}), (n * n, -1)), duplication(n))
    np.testing.assert_array_equal(np.reshape(matdiff.evaluate("elimination(n)", {"n": n}), (-1, n * n)), elimination(n))


def test_vech_stacks_the_columns_of_the_lower_triangle() -> None:
    a = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    assert matdiff.evaluate("vech(A)", {"A": a}).tolist() == [1, 4, 7, 5, 8, 9]
    assert matdiff.evaluate("vech(a)", {"a": 3.0}) == 3.0


# ---- what the matrices do to each other -------------------------------------------------------------

LETTERS = (
    "A, B: m x n; F, G: n x n; C: n x p; S: n x n symmetric; x, y: n; z: m; Q: k x n; c: scalar; t: n(n+1)/2; U: m x m"
)
SHORTER = [
    ("commutation(n, m)*commutation(m, n)", "I_{m*n}"),
    ("commutation(n, n)'", "commutation(n, n)"),
    ("commutation(m, n)'", "commutation(n, m)"),
    ("commutation(m, n)*vec(A)", "vec(Aᵀ)"),
    ("vec(A)'*commutation(n, m)", "vec(Aᵀ)ᵀ"),
    ("commutation(m, n)*kron(x, z)", "z ⊗ x"),
    ("kron(x', z')*commutation(n, m)", "zᵀ ⊗ xᵀ"),
    ("commutation(n, m)*kron(A, x)", "x ⊗ A"),
    ("commutation(n, m)*kron(A, F)*commutation(n, n)", "F ⊗ A"),
    ("commutation(n, m)*kron(A, F)", "(F ⊗ A)commutation(n, n)"),
    ("commutation(n, m)*kron(A, F)*duplication(n)", "(F ⊗ A)duplication(n)"),
    ("duplication(n)'*kron(C, F)*commutation(p, n)", "duplication(n)ᵀ(F ⊗ C)"),
    ("commutation(n, m)*kron(A, F) - kron(F, A)*commutation(n, n)", "0_{m*n×n*n}"),
    ("commutation(n, n)*duplication(n)", "duplication(n)"),
    ("duplication(n)'*commutation(n, n)", "duplication(n)ᵀ"),
    ("elimination(n)*duplication(n)*t", "t"),
    ("duplication(n)*elimination(n)*duplication(n)", "duplication(n)"),
    ("duplication(n)*vech(S)", "vec(S)"),
    ("duplication(n)*vech(F)", "duplication(n)vech(F)"),
    ("elimination(n)*vec(F)", "vech(F)"),
    ("vec(F)'*elimination(n)'", "vech(F)ᵀ"),
    ("inv(duplication(n)'*duplication(n))*duplication(n)'", "pinv(duplication(n))"),
    ("duplication(n)*inv(duplication(n)'*duplication(n))", "pinv(duplication(n))ᵀ"),
    ("pinv(duplication(n))*duplication(n)*t", "t"),
    ("pinv(duplication(n))*vec(S)", "vech(S)"),
    ("pinv(duplication(n))*commutation(n, n)", "pinv(duplication(n))"),
    ("vech(c*F)", "c vech(F)"),
    ("kron(A, F)*khatri_rao(eye(n), eye(n))", "khatri_rao(A, F)"),
    ("khatri_rao(eye(n), eye(n))'*kron(A', F')", "khatri_rao(A, F)ᵀ"),
    ("khatri_rao(A, F)'*khatri_rao(B, G)", "(AᵀB) ⊙ (FᵀG)"),
    ("khatri_rao(A, F)'*kron(z, x)", "(Aᵀz) ⊙ (Fᵀx)"),
    ("khatri_rao(eye(n), eye(n))*x", "vec(diag(x))"),
    ("khatri_rao(eye(n), eye(n))'*vec(F)", "diag(F)"),
    ("commutation(m, n)*khatri_rao(F, A)", "khatri_rao(A, F)"),
    ("unvec(khatri_rao(F, A)*x, m, n)", "A diag(x)Fᵀ"),
    ("khatri_rao(x', A)", "A diag(x)"),
    ("khatri_rao(c*A, Q)", "c khatri_rao(A, Q)"),
    ("diag(ones(n))", "I_n"),
    ("diag(vec(ones(m, n)))*vec(A)", "vec(A)"),
    ("diag(x)*diag(y)", "diag(x ⊙ y)"),
    ("diag(x)*y", "x ⊙ y"),
    ("[F; zeros(m, n)] + [zeros(n, n); A]", "[F; A]"),
    ("[eye(n); zeros(m, n)]*F", "[F; 0_{m×n}]"),
    ("x'*[eye(n), zeros(n, m)]", "[xᵀ, 0_{1×m}]"),
    ("kron(x', z)", "zxᵀ"),
    ("kron(eye(m), eye(n))", "I_{m*n}"),
    ("kron(c*A, F)", "c(A ⊗ F)"),
    ("kron(A, F)'", "Aᵀ ⊗ Fᵀ"),
    ("kron(A, F)*kron(x, C)", "(Ax) ⊗ (FC)"),
    ("inv(kron(F, G))", "F⁻¹ ⊗ G⁻¹"),
]


@pytest.mark.parametrize(("text", "expected"), SHORTER)
def test_products_of_the_matrices_of_vectorisation(text: str, expected: str) -> None:
    e = matdiff.parse(text, LETTERS)
    simple, _ = Simplifier(SIMPLIFICATIONS)(e)
    assert str(simple) == expected
    values = drawn(e)
    np.testing.assert_allclose(evaluated(simple, values), evaluated(e, values), rtol=1e-9, atol=1e-9)


# ---- sizes that are triangular numbers --------------------------------------------------------------


@pytest.mark.parametrize("text", ["n(n+1)/2", "n*(n+1)/2", "(n*n + n)/2", "(n + 1)*n/2", "n*n - n(n-1)/2"])
def test_triangular_sizes_are_declared_in_any_spelling(text: str) -> None:
    e = matdiff.parse("c'*vech(A)", f"c: {text}")
    assert str(symbols(e)[0].shape[0]) == "(n + n*n)/2"
    assert matdiff.parse(str(e), f"c: {text}; A: n x n") is e


def test_sizes_of_vech_follow_from_use() -> None:
    assert {s.name: str(s.rows) for s in symbols(matdiff.parse("c'*vech(A)", "c: 6"))} == {"c": "6", "A": "3"}
    assert str(symbols(matdiff.parse("duplication(k)*vech(A)"))[0].rows) == "k"
    assert str(matdiff.parse("elimination(n)*vec(A)")) == "elimination(n)vec(A)"


@pytest.mark.parametrize("text", ["n/2", "n*m/2", "n/m", "n/0", "n(n+1)/4", "(n", "n+", "n(", "/2", "n 2", "7/2"])
def test_sizes_that_are_no_whole_numbers_are_refused(text: str) -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.parse("sum(c)", f"c: {text}")


def test_deep_sizes_are_read_or_refused() -> None:
    deep = "(" * 50_000 + "n" + ")" * 50_000
    assert str(matdiff.parse("c", f"c: {deep}").rows) == "n"
    with pytest.raises(matdiff.MatdiffError, match="too many terms"):
        matdiff.parse("c", "c: " + "(n+1)" * 50_000)


@pytest.mark.parametrize(
    ("text", "letter", "where"),
    [
        ("c'*vech(A)", "A", None),
        ("sum(exp(vech(A*A')))", "A", None),
        ("norm2(duplication(n)*t - vec(B))^2", "t", "t: n(n+1)/2; B: n x n"),
        ("c'*vech(S*B*S)", "S", "S: n x n symmetric"),
        ("norm2(khatri_rao(A, B)*x - c)^2", "A", None),
        ("norm2(khatri_rao(A, B)*x - c)^2", "x", None),
        ("sum(exp(khatri_rao(A, B)))", "B", None),
    ],
)
def test_gradients_through_vech_and_the_khatri_rao_product(text: str, letter: str, where: str | None) -> None:
    found = matdiff.derive(text, wrt=letter, where=where)
    assert found.verify().ok


def test_a_triangular_number_of_entries_tells_the_size() -> None:
    e = matdiff.parse("duplication(n)*c", "c: n(n+1)/2")
    assert matdiff.evaluate(e, {"c": [1, 2, 3]}).tolist() == [1, 2, 2, 3]
    with pytest.raises(matdiff.MatdiffError):
        matdiff.evaluate(e, {"c": [1, 2, 3, 4]})
