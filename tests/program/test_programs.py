"""The array programs of all models and identities: nothing that is formed in vain is in any of them."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import size
from matdiff.program.arrays import Array, Arrays, in_order, with_steps

HERE = Path(__file__).parent.parent


class Question(NamedTuple):
    """What there is code for."""

    text: str
    wrt: str | tuple[str, ...]
    where: str
    outputs: tuple[str, ...]


def questions() -> Iterator[Question]:
    """The models by all of their unknowns, and by each; the identities of the cookbook."""
    for model in tomllib.loads((HERE / "models.toml").read_text(encoding="utf-8"))["model"]:
        if "open activation" not in model["name"]:
            yield Question(model["program"], tuple(model["gradients"]), model["where"], ("value", "gradient"))
            for u in model["gradients"]:
                yield Question(model["program"], u, model["where"], ("hessian",))
    for line in (HERE / "cookbook.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, where, u, *_ = [part.strip() for part in line.split(" ; ")]
            if not re.search(r"\b[fg]\(", text):  # a function that is not given has no code
                yield Question(
                    text, u, re.sub(r", (?=\w+(\[[^\]]*\])?:)", "; ", where), ("value", "gradient", "hessian")
                )


QUESTIONS = list(questions())


def versions(question: Question) -> Iterator[Sequence[Array]]:
    """The answers of each way to compute them."""
    made = matdiff.code(question.text, question.wrt, question.where, outputs=question.outputs, check=False)
    yield from (version.roots for version in made._found.versions)


def is_multiplied(a: Array, product: Array) -> bool:
    """Whether a matrix is multiplied by another array, and summed over one of its axes."""
    if product.op != "contract" or len(product.args) != 2:
        return False
    words = [word for x, word in zip(product.args, product.data, strict=False) if x is a]
    return any(len(word) == 2 and len({*word} - {*product.data[2]}) == 1 for word in words)


def multiplied_alone(program: Sequence[Array], answers: Sequence[Array], matrix: Array) -> bool:
    """Whether a matrix, or a sum with it or its transpose, is formed for nothing but products with other matrices."""
    uses = defaultdict(list)
    for a in program:
        for x in a.args:
            uses[x].append(a)
    found, seen, stack = False, set(), [matrix]
    while stack:
        a = stack.pop()
        if a in answers:
            return False
        if a in seen:
            continue
        seen.add(a)
        for product in uses[a]:
            if is_multiplied(a, product):
                found = True
            elif product.op in ("sum", "add_at") or (product.op == "contract" and len(product.args) == 1):
                stack.append(product)
            else:
                return False  # its entries are needed
    return found


def untransposed(a: Array) -> Array:
    """A of Aᵀ."""
    return a.args[0] if a.op == "contract" and len(a.args) == 1 and len(a.axes) == 2 else a


def is_diagonal(a: Array) -> bool:
    """Whether an array is a vector laid out on a diagonal."""
    return a.op == "embed" and a.data[-1] == "aa"


def is_kronecker(a: Array) -> bool:
    """Whether an array is a product of all entries of two matrices, laid out as a matrix."""
    inner = a.args[0] if a.op == "reshape" and len(a.axes) == 2 else a
    return (
        inner is not a and inner.op == "contract" and len(inner.args) == 2 and len(inner.axes) == 4 and is_outer(inner)
    )


def is_outer(a: Array) -> bool:
    """Whether a product is summed over nothing and ties no axes."""
    return len(a.axes) == sum(len(x.axes) for x in a.args)


def offences(answers: Sequence[Array]) -> list[Array]:
    """Matrices that are formed to be multiplied, and matrices that are factorised again."""
    arrays = list(with_steps(in_order(answers)))
    formed = [a for a in arrays if a.op == "inverse" or is_diagonal(a) or is_kronecker(a)]
    factorised = [untransposed(a.args[0]) for a in arrays if a.op == "factor"]
    again = [a for a, count in Counter(factorised).items() if count > 1]
    return [a for a in formed if multiplied_alone(arrays, answers, a)] + again


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q.text[:40]} by {q.wrt}"[:60])
def test_no_matrix_is_formed_to_be_multiplied_and_none_is_factorised_twice(question: Question) -> None:
    assert [offences(answers) for answers in versions(question)] in ([[]], [[], []])


def test_such_programs_are_told_from_others() -> None:
    table, n = Arrays(), size("n")
    symbols = [matdiff.parse(name, f"{name}: n x n") for name in "AB"]
    a, b = (table.make("input", (), (symbol,), (n, n)) for symbol in symbols)
    v = table.contract([a], ["ab"], "a")
    factor, transposed = table.make("factor", [a], ("lu",), (n, n)), table.contract([a], ["ab"], "ba")
    inverse = table.make("inverse", [factor], ("lu", False), (n, n))
    sum_ = table.make("sum", [inverse, b], ((Fraction(1), Fraction(1)), ((0, 1), (0, 1))), (n, n))
    diagonal = table.make("embed", [v], ("a", "aa"), (n, n))
    kronecker = table.reshape(table.contract([a, b], ["ab", "cd"], "acbd"), (n * n, n * n))
    again = table.make("factor", [transposed], ("lu",), (n, n))
    stacked = table.reshape(b, (n * n,))
    for matrix, x in ((inverse, b), (sum_, b), (diagonal, b), (kronecker, stacked)):
        product = table.contract([matrix, x], ["ab", "bc"[: len(x.axes)]], "ac"[: len(x.axes)])
        assert offences([product])
        assert not offences([product, inverse, diagonal, kronecker])
    assert offences([factor, again]) == [a]
    assert not offences([table.contract([inverse, b], ["ab", "ba"], "")])  # Tr(A⁻¹B)


@pytest.mark.parametrize(
    ("text", "operations"),
    [("log det(S) + tr(inv(S)*C)", ["inverse"]), ("y'inv(S)*y + log det(S)", ["inverse", "solve"])],
    ids=["a matrix is multiplied", "a vector has a solution"],
)
def test_an_inverse_that_is_there_in_any_case_multiplies(text: str, operations: list[str]) -> None:
    made = matdiff.code(text, "S", "S: n x n spd; C: n x n symmetric; y: n")
    assert [a.op for a in made._found.versions[0].program if a.op in ("inverse", "solve")] == operations


def test_powers_of_an_inverse_are_solutions_one_after_the_other() -> None:
    source = matdiff.code("a'*X^-3*b", "X", "X: n x n; a,b: n").source
    assert "inverse" not in source
    for shape in ("p x q", "p x r"):
        (version,) = matdiff.code("norm2(kron(A, X))^2", "X", f"X: m x n; A: {shape}")._found.versions
        assert max(len(a.axes) for a in version.program) == 2


@pytest.mark.parametrize("shape", [(3, 4), (40, 4), (4, 4)])
def test_many_right_sides_have_the_solution_of_few(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(0).normal(size=shape) + np.eye(*shape) * 3
    made = matdiff.code("log det(X'X + I)", "X", "X: m x n")
    value, gradient = made.function(x)
    gram = x.T @ x + np.eye(4)
    assert value == pytest.approx(np.linalg.slogdet(gram)[1])
    assert gradient == pytest.approx(2 * np.linalg.solve(gram, x.T).T, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "where", "most"),
    [
        ("1/2*w'(X'X + c*eye(n))*w - b'w", "X: m x n; w, b: n; c: scalar", 1),
        ("sum(exp((A - B)*w)) + w'w", "A, B: m x n; w: n", 1),
        ("sum(i=1..N, sum(j=1..N, exp(-||w[i] - w[j]||^2)))", "w[i=1..N]: d", 2),
        (
            "sum(i=1..N, log(sum(k=1..K, p[k]*exp(-||x[i] - w[k]||^2))))",
            "x[i=1..N]: d; w[k=1..K]: d; p[k=1..K]: scalar positive",
            2,
        ),
        ("sum(i=1..N, sum(j=1..N, A[i,j]*norm2(w[i] - w[j])^2))", "A: N x N; w[i=1..N]: d", 2),
    ],
    ids=["a matrix and a multiple of I", "a difference", "distances", "centres", "weighted differences"],
)
def test_no_array_is_larger_than_it_has_to_be(text: str, where: str, most: int) -> None:
    (version,) = matdiff.code(text, "w", where)._found.versions
    assert max(len(a.axes) for a in version.program if a.op != "input") == most


def test_a_matrix_and_its_transpose_are_computed_once() -> None:
    where = "S: n x n spd; C, D: n x n symmetric"
    (version,) = matdiff.code("tr(inv(S)*C*inv(S)*D)", "S", where, outputs=["gradient"])._found.versions
    assert [a.op for a in version.program if a.op in ("solve", "inverse")] == ["solve"] * 3  # of D, and on both sides
    source = matdiff.code("-sum(log(diag(softmax_rows(A B'))))", "A,B", "A, B: n x d").source
    assert source.count("np.exp") == 1
    assert "np.diagonal(A @ B.T -" not in source  # only what is on the diagonal is subtracted


def test_distances_of_points_that_are_far_away_have_their_digits() -> None:
    x = np.random.default_rng(0).normal(size=(6, 3))
    made = matdiff.code("sum(i=1..N, sum(j=1..N, exp(-||x[i] - x[j]||^2)))", None, "x[i=1..N]: d")
    assert made.function(x + 1e6)[0] == pytest.approx(made.function(x)[0], rel=1e-8)
    assert made.function(np.float32(x))[0].dtype == np.float32


def test_a_matrix_beside_its_inverse_is_left_out() -> None:
    text, where = "S = H P H' + R; log det(S) + (z - H x)'inv(S)*(z - H x)", "H: m x n; P: n x n spd; R: m x m spd"
    (version,) = matdiff.code(text, "H", f"{where}; z: m; x: n")._found.versions
    solved = [len(a.args[1].axes) for a in version.program if a.op == "solve"]
    assert sorted(solved) == [1, 2]  # of the innovation, and of HP
    where = "A: n x n spd; y: n; s: scalar positive"
    text = "K = A + s*eye(n); y'inv(K)*y + log det(K)"  # K⁻²(K − yyᵀ) is K⁻¹ − K⁻²yyᵀ
    (version,) = matdiff.code(text, "s", where)._found.versions
    assert not [a for a in version.program if a.op == "contract" and [len(x.axes) for x in a.args] == [2, 2]]


@pytest.mark.parametrize(
    ("text", "where", "most"),
    [
        ("p = exp(x)/sum(exp(x)); sum(p.*log(p))", "x: n", 2),
        ("x'y/(norm2(x)*norm2(y))", "x, y: n", 2),
        ("x'A*x/(x'x)", "x: n; A: n x n symmetric", 2),
    ],
    ids=["entropy", "cosine", "Rayleigh's quotient"],
)
def test_outer_products_with_a_vector_in_common_are_one(text: str, where: str, most: int) -> None:
    made = matdiff.code(text, "x", where, outputs=["hessian"])
    (version,) = made._found.versions
    products = [a for a in version.program if a.op == "contract" and len(a.axes) == 2 and len(a.args) == 2]
    assert len([a for a in products if [len(x.axes) for x in a.args] == [1, 1]]) <= most
    assert all(len(x.axes) for a in products for x in a.args if a.args[0].op == "contract")  # c(xyᵀ) is (cx)yᵀ


def test_what_one_output_needs_another_one_takes() -> None:
    text, where = "tr(A'X'Y*B) - ||A'X'X*A - eye(k)||^2", "X: n x p; Y: n x d; A: p x k; B: d x k"
    made = matdiff.code(text, "A,B", where)
    assert made.source.count("Y @ B") + made.source.count("B.T @ Y.T") == 1
    assert made.source.count("X @ A") + made.source.count("A.T @ X.T") == 1


def test_sums_of_a_product_are_those_of_the_product_that_there_is() -> None:
    made = matdiff.code("||M .* (T - U V' - b*ones(n)')||^2", "U,b", "M, T: m x n; U: m x k; V: n x k; b: m")
    assert "einsum" not in made.source


GRAPH = ("sum(i=1..n, sum(j=1..n, W[i,j]*norm2(x[i] - x[j])^2))", "x", "W: n x n; x[i=1..n]: d")


@pytest.mark.parametrize("place", [0.0, 1e5])
@pytest.mark.parametrize("apart", [1.0, 1e-4, 0.0])
def test_weighted_distances_keep_their_digits(place: float, apart: float) -> None:
    made = matdiff.code(*GRAPH)
    rng = np.random.default_rng(0)
    x = np.concatenate([(start := rng.integers(-8, 9, (3, 2))), start + apart * rng.integers(1, 9, (3, 2))]) + place
    weights = np.zeros((6, 6))
    weights[[0, 1, 2], [3, 4, 5]] = 1.0, 2.0, 3.0  # between near points alone
    value, gradient = made.function(*[{"W": weights, "x": x}[n] for n in made.arguments])
    between = x[:, None] - x
    np.testing.assert_allclose(value, np.vdot(weights, (between**2).sum(-1)), rtol=1e-13)
    exact = 2 * np.einsum("ij,ijk->ik", weights + weights.T, between)
    np.testing.assert_allclose(gradient, exact, atol=1e-13 * np.abs(weights).max() * np.ptp(x))


def test_a_sum_of_weighted_distances_needs_no_distances() -> None:
    made = matdiff.code(*GRAPH, check=False)
    assert all(
        len(a.axes) < 3 for version in versions(Question(*GRAPH, ("value", "gradient"))) for a in in_order(version)
    )
    assert "W @" in made.source
    taken = matdiff.code(
        "sum(i=1..n, sum(j=1..n, exp(-norm2(x[i] - x[j])^2)*norm2(x[i] - x[j])^2))", "x", "x[i=1..n]: d"
    )
    assert taken.source.count("_square_distances(x, x)") == 1
    assert "_weighted" not in taken.source


def test_products_that_are_there_in_any_case_make_those_of_a_sum() -> None:
    question = Question("tr(W'*A*W)/tr(W'*B*W)", "W", "W: n x k; A, B: n x n symmetric", ("value", "gradient"))
    (roots,) = versions(question)
    squares = [a for a in in_order(roots) if a.op != "input" and [str(n) for n in a.axes] == ["n", "n"]]
    assert not squares  # (cB − A)W by AW and BW
    question = Question(
        "sum(t=1..T, (y[t] - C*x[t])'*R*(y[t] - C*x[t]))", "x",
        "x[t=1..T]: n; y[t=1..T]: p; C: p x n; R: p x p symmetric", ("value", "gradient"),
    )  # fmt: skip
    (roots,) = versions(question)
    assert all([str(n) for n in a.axes] != ["p", "p"] for a in in_order(roots) if a.op != "input")  # R(y − Cx) once
