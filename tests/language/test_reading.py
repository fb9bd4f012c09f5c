"""Texts that are read: which expression, which shapes, which reading of an ambiguous sign."""

from __future__ import annotations

import time
from fractions import Fraction
from itertools import pairwise

import pytest

import matdiff
import matdiff.algebra.operators
from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, shape_text
from matdiff.algebra.expr import Index, Number, Symbol, symbols
from matdiff.algebra.laws import CATALOGUE
from matdiff.algebra.operators.entrywise import Abs, Unspecified
from matdiff.algebra.operators.norms import EntrywiseNorm1, Frobenius, Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Determinant, Inverse, MatrixPower, Trace
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member
from matdiff.errors import MatdiffError
from matdiff.language import parse, read, read_law

A, B = Symbol("A", parse("A", "A: n x n").shape), Symbol("B", parse("A", "A: n x n").shape)
X = Symbol("X", parse("X", "X: m x n").shape)
w, y = parse("w", "w: n"), parse("y", "y: m")
a = Symbol("a")
WHERE = "A, B: n x n; X: m x n; w, x: n; y: m; a, b, c: scalar"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["AB", "A B", "A*B", "A·B", "A@B", "(A)(B)"], Product(A, B)),
        (["A'", "Aᵀ", "A^T", "A^{T}", "A⊤", "A^⊤", "transpose(A)"], Transpose(A)),
        (["A⁻¹", "A^-1", "A^{-1}", "A^(-1)", "inv(A)", "A^−1"], Inverse(A)),
        (["A⁻ᵀ", "A^-T", "A^{-T}", "inv(A')"], Inverse(Transpose(A))),
        (["A²", "A^2"], MatrixPower(A, 2)),
        (["A.^2", "square(A)"], Power(A, Number(2))),
        (["w.^2", "w**2"], Power(w, Number(2))),
        (["A ⊙ B", "A .* B", "A∘B", "hadamard(A, B)"], Hadamard(A, B)),
        (["A ./ B", "A ⊘ B"], Hadamard(A, Power(B, Number(-1)))),
        (["A : B", "A:B"], Frobenius(A, B)),
        (["|A|", "det A", "det(A)"], Determinant(A)),
        (["|a|", "abs(a)"], Abs(a)),
        (["‖w‖", "||w||", "∥w∥", "norm2(w)", "norm(w)", "||w||_2", "‖w‖₂", "|w|"], Norm(w)),
        (["‖w‖₁", "||w||_1", "norm(w, 1)", "norm1(w)"], EntrywiseNorm1(w)),
        (["norm(A, 'fro')", "‖A‖_F", "‖A‖"], Norm(A)),
        (["tr AᵀB", "Tr(A'B)", "trace(A^T B)"], Trace(Product(Transpose(A), B))),
        (["2Xw", "2 X w", "2*X*w", "X*2*w", "2(Xw)"], Scale(Number(2), Product(X, w))),
        (["Xw − y", "X*w - y", "Xw–y"], Sum(Product(X, w), Scale(Number(-1), y))),
        (["1/2 aa", "½ a a", "0.5aa", "a a/2", "1/2*a*a"], Hadamard(Number(Fraction(1, 2)), a, a)),
        (["A + 1", "A + ones(n, n)", "A + 1_{n×n}", "A + matrix(1)"], Sum(A, Ones("n", "n"))),
        (["A + I", "A + eye", "A + I_n", "A + eye(n)"], Sum(A, Identity("n"))),
        (["e^a", "exp(a)", "exp a", "e^{a}"], parse("exp(a)", "a: scalar")),
        (["g(A)"], Unspecified("g", 0, A)),
        (["g′(A)", "g'(A) + 0*g(A) - 0*g(A)"][:1], Unspecified("g", 1, A)),
    ],
)
def test_spellings_of_one_expression(texts: list[str], expected: object) -> None:
    for text in texts:
        assert parse(text, WHERE) is expected, text


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("x'Ax/x'x", "(x'*A*x)/(x'*x)"),
        ("x' A x / x' x", "(x'*A*x)/(x'*x)"),
        ("a/2 ‖w‖²", "(a/2)*norm2(w)^2"),
        ("1/2x'x", "0.5*(x'*x)"),
        ("2a/3b", "(2*a)/(3*b)"),
        ("X (x'w)", "(x'*w)*X"),
        ("X x'w", "(x'*w)*X"),
        ("-x'Ax", "-(x'*A*x)"),
        ("log|A|", "log(det(A))"),
        ("log det A", "log(det(A))"),
        ("a log|A||B|", "a*log(det(A)*det(B))"),
        ("|A||B|", "det(A)*det(B)"),
        ("a + ∑_{i=1}^n w_i x_i", "a + sum(i=1..n, w[i]*x[i])"),
        ("∑ᵢ wᵢxᵢ + a", "sum(i=1..n, w[i]*x[i]) + a"),
        ("∑_{i,j} |A_ij|", "sum(i=1..n, sum(j=1..n, abs(A[i,j])))"),
        ("sum(|x|)", "sum(abs(x))"),
        ("log_softmax(x)", "x - logsumexp(x)*ones(n)"),
        ("mean(x)", "sum(x)/n"),
        ("σ(w)", "sigmoid(w)"),
        ("s := x'w; s^2", "(x'*w)^2"),
        ("x\n+ w", "x + w"),
    ],
)
def test_readings_of_declared_text(text: str, other: str) -> None:
    assert parse(text, WHERE) is parse(other, WHERE)


@pytest.mark.parametrize(
    ("text", "wrt", "shapes"),
    [
        ("xᵀAy", "A", {"x": "m", "A": "m×n", "y": "n"}),
        ("‖Xw − y‖²", "w", {"X": "m×n", "w": "n", "y": "m"}),
        ("N log|Σ| + Σᵢ (xᵢ−μ)ᵀΣ⁻¹(xᵢ−μ)", "Σ", {"N": "scalar", "Sigma": "n×n", "x": "n", "mu": "n"}),
        ("N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)", "μ", {"N": "scalar", "Sigma": "n×n", "x": "n", "mu": "n"}),
        ("Tr(Lᵀ(AX + b1ᵀ))", "b", {"L": "m×n", "A": "m×p", "X": "p×n", "b": "m"}),
        ("‖g(XW) − Y‖²", "W", {"X": "m×n", "W": "n×p", "Y": "m×p"}),
        ("aᵀXa", "X", {"a": "n", "X": "n×n"}),
        ("β Σᵢ Σⱼₖ |ΦᵢᵀΦᵢ − I|ⱼₖ", "Φᵢ", {"beta": "scalar", "Phi": "m×n"}),
        ("xᵀA σ(B⁻¹z + b)", "B", {"x": "m", "A": "m×n", "B": "n×n", "z": "n", "b": "n"}),
        ("−yᵀ log(exp(Wx)/(1ᵀexp(Wx)))", "W", {"y": "m", "W": "m×n", "x": "n"}),
        ("‖C + 1x‖²", "x", {"C": "m×n", "x": "1×n"}),
        ("‖C + x1ᵀ‖²", "x", {"C": "m×n", "x": "m"}),
        ("log Σᵢ exp(xᵢ)", "x", {"x": "scalar"}),
        ("Σ_{i=1}^N (y_i - w'x_i)²", "w", {"y": "scalar", "w": "n", "x": "n"}),
        ("h = W x + b; z = sigmoid(h); ‖z - y‖²", "W", {"W": "m×n", "x": "n", "b": "m", "y": "m"}),
        ("(x - u)'(x - μ)", "x", {"x": "n", "u": "n", "mu": "n"}),
        ("||X2 w1 - y||^2", "w1", {"X2": "m×n", "w1": "n", "y": "m"}),
    ],
)
def test_shapes_are_inferred_by_use_and_custom(text: str, wrt: str, shapes: dict[str, str]) -> None:
    reading = read(text, wrt=[wrt], scalar=True)
    assert {name: shape_text(s.shape) for name, s in reading.symbols.items()} == shapes
    assert reading.unknown(wrt)


def test_one_sign_means_a_matrix_and_a_sum() -> None:
    bare = read("N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)", wrt=["Sigma"], scalar=True).expr
    assert bare is read("N log|Σ| + ∑ᵢ (xᵢ−μ)ᵀΣ⁻¹(xᵢ−μ)", wrt=["Sigma"], scalar=True).expr
    declared = "N: scalar; Sigma: d x d spd; x[i=1..N]: d; mu: d"
    assert isinstance(read("N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)", declared).expr.operands[1], IndexedSum)


def test_definitions_are_named_and_shared() -> None:
    expr = parse("h = W*x; norm2(h)^2 + sum(h)", "W: m x n; x: n")
    named = Named("h", parse("W*x", "W: m x n; x: n"))
    assert expr is Sum(Power(Norm(named), Number(2)), parse("sum(y)", "y: m").make((named,)))
    assert parse("h = W*x; h", "W: m x n; x: n") is parse("W*x", "W: m x n; x: n")


def test_subscripts_are_indices_names_or_entries() -> None:
    assert [s.name for s in symbols(parse("x_1'x₂ + x1'x2", "x1, x2: n"))] == ["x1", "x2"]
    assert [s.name for s in symbols(parse("x_k'x_k"))] == ["x_k"]
    family = parse("∑_i x_i", "x[i=1..N]: d")
    assert isinstance(family.operands[0], Member)
    assert isinstance(parse("∑_i w_i", "w: n").operands[0], Entry)
    assert [s.name for s in symbols(parse("loss_weight*x'x"))] == ["loss_weight", "x"]


def test_unknown_is_a_symbol_a_family_or_a_member() -> None:
    reading = read("∑_i ‖x_i − μ‖²", "x[i=1..N]: d; mu: d")
    family = reading.symbols["x"]
    assert reading.unknown("x") is family
    assert reading.unknown("mu") is reading.unknown("μ") is reading.symbols["mu"]
    for spelling, index in (("x_k", "k"), ("x[k]", "k"), ("xⱼ", "j"), ("x_{i}", "i")):
        assert reading.unknown(spelling) is Member(family, Index(index, "N"))


def test_free_index_of_a_declared_family_is_read_where_no_scalar_is_asked_for() -> None:
    assert parse("2(x[i] - mu)", "x[i=1..N]: d; mu: d").free


@pytest.mark.parametrize(
    "text",
    [
        "2Xᵀ(Xw − y)",
        "A.^2",
        "½‖x‖²",
        "A⁻ᵀ",
        "2x/(3b)",
        "sigmoid(w) ⊙ (1 − sigmoid(w))",
        "x 1ᵀA",
        "b^a + b^(1/3)",
        "g′(AB)",
        "h = Ax + w; ‖h‖²",
        "abs(A)",
        "∑_{i=1}^{n} (w[i] − a)²",
        "a(X + 1)/b",
        "−(x ⊙ w)",
    ],
)
def test_printed_text_is_read_as_the_same_expression(text: str) -> None:
    expr = parse(text, WHERE)
    assert parse(str(expr), WHERE) is expr


def test_every_law_is_readable_on_both_sides() -> None:
    for law in CATALOGUE.values():
        left, right = read_law(law)
        assert left.shape == right.shape, law.name


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("f(t) = t*log(t); sum(f(x))", "sum(x .* log(x))"),
        ("f(t) = t log t; f(a) + f(b)", "a*log(a) + b*log(b)"),
        ("entropy(p) = -p log p; sum(entropy(softmax(x)))", "sum(-(softmax(x) .* log(softmax(x))))"),
        ("sum(f(X w)) where f(t) = exp(-t^2/2)", "sum(exp(-1/2*(X*w).^2))"),
        ("f(t) = a t^2 + 1; sum(f(x))", "sum(a*x.^2 + 1)"),
        ("L(w) = x'w", "x'*w"),
    ],
)
def test_functions_given_by_a_formula(text: str, other: str) -> None:
    assert parse(text, WHERE) is parse(other, WHERE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f(t) = t A; f(x)", "the product does not fit"),
        ("f(t) = t^2; f'(x) + f(x)", "write its derivative"),
        ("f(t) = det(A) t; f'(x) + f(x)", "write its derivative"),
    ],
)
def test_formulas_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(MatdiffError, match=message):
        parse(text, WHERE)


@pytest.mark.parametrize(
    ("text", "where", "other"),
    [
        ("X W + b", "X: m x n; W: n x p; b: p", "X*W + ones(m)*b'"),
        ("W X + b", "W: p x n; X: n x m; b: p", "W*X + b*ones(m)'"),
        ("X - μ'", "X: m x n; μ: n", "X - ones(m)*μ'"),
        ("x @ y", "x, y: n", "x'*y"),
        ("x @ A @ y", "x: m; A: m x n; y: n", "x'*A*y"),
        ("A \\ b", "A: n x n; b: n", "inv(A)*b"),
        ("tr A X B", "A: n x m; X: m x p; B: p x n", "tr(A*X*B)"),
        ("sin²(a)", "a: scalar", "sin(a)^2"),
        ("<A, B>", "A, B: m x n", "A : B"),
        ("1 : A", "A: m x n", "sum(A)"),
        ("sum(A, axis=0)", "A: m x n", "A'*ones(m)"),
        ("A.sum(1)", "A: m x n", "A*ones(n)"),
        ("sum(A, 1)", "A: m x n", "(A'*ones(m))'"),
        ("σ ⊙ (x)", "x: n", "sigmoid(x)"),
        ("x ⊙ (1 − x)", "x: n", "x .* (1 - x)"),
        ("A†x", "A: m x n; x: m", "pinv(A)*x"),
        ("∑_{i=1}^N (x^{(i)} - μ)'(x^{(i)} - μ)", "x[i=1..N]: d; μ: d", "sum(i=1..N, (x[i] - μ)'*(x[i] - μ))"),
    ],
)
def test_habits_of_other_places(text: str, where: str, other: str) -> None:
    assert parse(text, where) is parse(other, where)


def test_a_kronecker_product_gets_its_sizes_factor_by_factor() -> None:
    shapes = {name: shape_text(s.shape) for name, s in read("vec(X)'(B⊗A)vec(X)").symbols.items()}
    assert shapes == {"X": "m×n", "B": "n×n", "A": "m×m"}


def test_definitions_behind_where_stand_in_any_order() -> None:
    texts = ["e = x", "d = e", "c = e + d", "b = e + d + c", "a = e + d + c + b"]
    in_order = parse("; ".join(texts) + "; a'a", "x: n")
    for behind in (texts, texts[::-1], texts[2:] + texts[:2]):
        assert parse("a'a where " + ", ".join(behind), "x: n") is in_order
    with pytest.raises(MatdiffError, match="in a circle"):
        parse("a'a where a = b + x, b = c, c = a", "x: n")


@pytest.mark.parametrize(
    ("layer", "weight"),
    [
        ("tanh(W{0} {1} + b{0})", "W"),
        ("σ(A_{0}*({1}) + c_{0})", "A"),
        (r"\sigma\left(W^{{({0})}} {1} + b^{{({0})}}\right)", "W"),
        (r"\max(0, U_{{{0}}} {1} + b_{{{0}}})", "U"),
    ],
)
def test_twelve_layers_are_read_without_declarations(layer: str, weight: str) -> None:
    text = "x"
    for k in range(1, 13):
        text = layer.format(k, text)
    start = time.process_time()
    found = {s.name: s for s in symbols(matdiff.parse(f"‖{text} − y‖²"))}
    assert time.process_time() - start < 3
    weights = [found[f"{weight}{k}"] for k in range(1, 13)]
    assert all(a.cols is b.rows and b.rows is not b.cols for b, a in pairwise(weights))
    assert len({s.rows for s in weights}) == 12
    biases = [s for s in found.values() if s.name[0] in "bc"]
    assert len(biases) == 12
    assert all(not s.is_scalar and s.cols is ONE for s in biases)


def test_siblings_differ_in_kind_where_the_text_says_so() -> None:
    text = "a1'x*a2 + a3*a4*a5*norm2(x)"
    found = {s.name: s.is_scalar for s in symbols(matdiff.parse(text, "x: n"))}
    assert found == {"a1": False, "x": False, **{f"a{k}": True for k in range(2, 6)}}


@pytest.mark.parametrize("place", ["x[n-k]", "x(n-k)"])
def test_what_stands_at_the_difference_of_two_indices_is_no_product(place: str) -> None:
    read = matdiff.parse(rf"\sum_{{n=1}}^N (d[n] - \sum_{{k=1}}^{{M}} w[k] {place})^2")
    assert {s.name for s in symbols(read)} == {"d", "w"}


def test_a_price_times_an_open_function_is_a_number_times_its_value() -> None:
    assert "f: a function of n with scalar values" in matdiff.derive("p f(x) - w'x", "x").to_text()


@pytest.mark.parametrize(
    ("text", "wrt", "where"),
    [
        (r"\sum_{i=1}^n \alpha_i - \frac12 \sum_{i,j} \alpha_i \alpha_j y_i y_j K(x_i, x_j)", "α", "K: d, d -> scalar"),
        ("sum_{i,j} a_i a_j k(x_i, x_j)", "x", "k: d, d -> scalar"),
        ("k(x, z) + k(z, z)", "z", "k: d, d -> scalar"),
        (r"\sum_i \ell(y_i, w^\top x_i) + c\|w\|^2", "w", "l: scalar, scalar -> scalar; y[i=1..N]: scalar"),
    ],
)
def test_kernels_distances_and_losses_may_be_left_open(text: str, wrt: str, where: str) -> None:
    found, declared = matdiff.derive(text, wrt), matdiff.derive(text, wrt, where)
    assert str(found.gradient) == str(declared.gradient)
    assert any("left open" in note for note in found.notes)


def test_numbers_that_stand_beside_entries_of_a_vector_are_entries_too() -> None:
    d = matdiff.derive(r"L = -\sum_{c=1}^{C} y_c \log p_c, p = \text{softmax}(Wx + b)", "W")
    assert {s.name: shape_text(s.shape) for s in symbols(d.function)}["y"] == "C"
    assert str(d.gradient) == "p = softmax(Wx + b); ((1ᵀy)p − y)xᵀ"
    d = matdiff.derive(r"\sum_{i,j} K_{ij} a_i a_j + b^\top a", "a")
    assert str(d.gradient) == "(K + Kᵀ)a + b"
    d = matdiff.derive("sum_i a_i x_i + x'x", "a")  # the unknown stays as it is written
    assert {s.name: len(s.ranges) for s in symbols(d.function)} == {"a": 1, "x": 0}


@pytest.mark.parametrize("text", ["‖g (XW) g(XW) − Y‖²", "g'(a) + g"])
def test_a_letter_is_a_function_everywhere_or_nowhere(text: str) -> None:
    with pytest.raises(MatdiffError, match="g is a function in one place and a letter in another"):
        matdiff.parse(text)
