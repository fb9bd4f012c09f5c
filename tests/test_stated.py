"""Laws that are applied by matching their statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

import matdiff
from matdiff.algebra import stated as applying
from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import CATALOGUE, Law, Statement
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.stated import MATCHER, stated
from matdiff.algebra.statements.matcher import Matcher
from matdiff.algebra.statements.mirrored import mirrored
from matdiff.algebra.statements.substitution import Found

WHERE = "a, c: scalar; x, y: n; A, B, C, X: n x n; M: m x n; Q: n x n orthogonal; S: n x n symmetric"
Declare = Callable[..., Law]


@pytest.fixture
def law() -> Iterator[Declare]:
    """Declares a law that is taken out of the catalogue again."""
    known = set(CATALOGUE)
    yield lambda statement, **more: stated(statement, name="for_a_test", **more)
    for name in set(CATALOGUE) - known:
        del CATALOGUE[name]


def parsed(text: str) -> Expr:
    return matdiff.parse(text, WHERE)


@pytest.mark.parametrize(
    ("statement", "where", "before", "after"),
    [
        (
            "(A*B)' = B'*A'",
            "A: m x n; B: n x p",
            "(M*A*B')'",
            "B*A'*M'",
        ),  # all factors at once, nothing transposed twice
        ("(A + B)' = A' + B'", "A, B: m x n", "(A + B' + C)'", "A' + B + C'"),
        ("sqrtm(A)*sqrtm(A) = A", "", "M*sqrtm(A)*sqrtm(A)*x", "M*A*x"),  # inside a longer product
        ("Q'*Q = eye(n)", "Q: n x n orthogonal", "A*Q'*Q*B", "A*B"),  # no I beside other factors
        ("Q'*Q = eye(n)", "Q: n x n orthogonal", "Q'*Q", "eye(n)"),
        ("tr(x*y') = y'*x", "x, y: n", "tr(A*x*y'*B)", "y'*B*A*x"),  # a column, a row of several factors
        ("tr(eye(n)) = n", "n: scalar", "tr(eye(3))", "3"),  # the name of a size as a number
        ("sinh(A) ./ cosh(A) = tanh(A)", "A: m x n", "M .* sinh(M) ./ cosh(M)", "M .* tanh(M)"),
        ("tril(A) + triu(A) = A + eye(n) .* A", "", "B + triu(A) + tril(A)", "B + A + eye(n) .* A"),
        ("max(A, A) = A", "A: m x n", "max(M, M)", "M"),
        ("(eye(n) .* A)' = eye(n) .* A", "A: n x n", "(B .* eye(n) .* C)'", "eye(n) .* B .* C"),  # in any order
        ("(A^k)' = (A')^k", "A: n x n; k: integer", "(A^3)'", "(A')^3"),
        ("g(A)' = g(A')", "A: m x n", "(M.^2)'", "(M').^2"),
        ("log(exp(A)) = A", "A: m x n", "log(exp(a))", "a"),
        ("1 - sigmoid(-A) = sigmoid(A)", "A: m x n", "1 - sigmoid(-a)", "sigmoid(a)"),  # 1 of one entry is a number
        ("1 - sigmoid(-A) = sigmoid(A)", "A: m x n", "M + ones(m, n) - sigmoid(-2*M)", "M + sigmoid(2*M)"),
        (
            "1 - sigmoid(-A) = sigmoid(A)",
            "A: m x n",
            "3*sigmoid(-M) + M - 3*ones(m, n)",
            "-3*sigmoid(M) + M",
        ),  # a multiple
        ("abs(-A) = abs(A)", "A: m x n", "abs(-3*c*M)", "abs(3*c*M)"),  # what begins with a minus sign
        ("exp(A) .* exp(-A) = 1", "A: m x n", "exp(-2*M) .* M .* exp(2*M)", "M"),  # no 1 beside other factors
        ("exp(A) .* exp(-A) = 1", "A: m x n", "exp(a)*exp(-a)", "1"),
        ("erf(A/sqrt(2)) = A", "A: m x n", "erf(c*M/sqrt(2))", "c*M"),  # scalars beside it belong to A
        ("det(A*B) = det(A)*det(B)", "A, B: n x n", "det(A*B*C)", "det(A)*det(B)*det(C)"),
        ("hstack(A, B)' = vstack(A', B')", "A: m x n; B: m x p", "hstack(A, B', C)'", "vstack(A', B, C')"),
    ],
)
def test_the_statement_is_applied(law: Declare, statement: str, where: str, before: str, after: str) -> None:
    assert law(statement, where=where)(parsed(before)) is parsed(after)


@pytest.mark.parametrize(
    ("statement", "where", "before"),
    [
        ("sqrtm(A)*sqrtm(A) = A", "", "sqrtm(A)*sqrtm(B)"),  # another matrix
        ("sqrtm(A)*sqrtm(A) = A", "", "sqrtm(A)*M'*M*sqrtm(A)"),  # no neighbours
        ("tr(c*A) = c*tr(A)", "c: scalar", "tr(A*B)"),
        ("tr(x*y') = y'*x", "x, y: n", "tr(A*B)"),  # nothing is a column
        ("Q'*Q = eye(n)", "Q: n x n orthogonal", "A'*A"),  # not orthogonal
        ("sym(S) = S", "S: n x n symmetric", "sym(A)"),
        ("max(A, A) = A", "A: m x n", "max(A, B)"),
        ("1 - sigmoid(-A) = sigmoid(A)", "A: m x n", "1 - sigmoid(a)"),  # no minus sign
        ("1 - sigmoid(-A) = sigmoid(A)", "A: m x n", "2 - sigmoid(-a)"),
        ("exp(A) .* exp(-A) = 1", "A: m x n", "exp(a)*exp(c)"),
        ("erf(A/sqrt(2)) = A", "A: m x n", "erf(M/sqrt(3))"),
        ("det(A*B) = det(A)*det(B)", "A, B: n x n", "det(M'*M)"),  # M is not square
    ],
)
def test_what_is_no_instance_stays(law: Declare, statement: str, where: str, before: str) -> None:
    assert law(statement, where=where)(parsed(before)) is None


def test_a_law_may_be_said_of_what_definitions_stand_for(law: Declare) -> None:
    named = parsed("p = softmax(A*x); ones(n)'*p")
    assert law("ones(n)'*softmax(v) = 1", where="v: n", opened=True, among=(Ones,))(named) is parsed("1")


def test_a_law_of_a_definition_is_said_of_it_only_where_that_is_declared(law: Declare) -> None:
    assert law("ones(n)'*softmax(v) = 1", where="v: n")(parsed("p = softmax(A*x); ones(n)'*p")) is None


def test_a_guard_holds_for_a_part_of_a_product(law: Declare) -> None:
    assert law("Q'*Q = eye(n)", where="Q: n x n orthogonal", when=lambda e: False)(parsed("A*Q'*Q")) is None


def test_further_statements_are_laws_of_their_own_under_the_same_guard(law: Declare) -> None:
    first, second = law(
        "expm(logm(A)) = A", also=("expm(zeros(n, n)) = eye(n)",), when=lambda e: e is not parsed("expm(logm(B))")
    ).each
    assert first(parsed("expm(logm(A))")) is parsed("A")
    assert first(parsed("expm(zeros(n, n))")) is None
    assert second(parsed("expm(zeros(n, n))")) is parsed("eye(n)")
    assert first(parsed("expm(logm(B))")) is None
    assert [one.title for one in (first, second)] == ["expm(logm(A)) = A", "expm(0) = I"]


def test_reading_a_law_leaves_the_notes_of_a_text_alone(law: Declare) -> None:
    e = matdiff.parse("tr(A')", "A: n x n")
    e.facts["notes"] = ("said of the text",)
    law("tr(A') = tr(A)")(e)
    assert e.notes == ("said of the text",)


def test_the_title_is_the_printed_statement_unless_another_one_is_given(law: Declare) -> None:
    assert law("tr(A') = tr(A)").title == "Tr(Aᵀ) = Tr(A)"


@pytest.mark.parametrize(
    ("name", "text", "unknown", "after"),
    [
        ("differential_of_norm1", "norm1(A)", "A", "Tr(sign(A)ᵀ dA)"),
        ("differential_of_norm1", "norm1(x)", "x", "sign(x)ᵀ dx"),  # a special operand, with a statement of its own
        ("differential_of_frobenius", "A : B", "B", "Tr(Aᵀ dB)"),  # what does not vary has no term
        ("differential_of_softmax", "softmax(x)", "x", "softmax(x) ⊙ dx − (softmax(x)ᵀ dx)softmax(x)"),
    ],
)
def test_a_law_of_d_is_applied_by_its_statement(name: str, text: str, unknown: str, after: str) -> None:
    e = parsed(text)
    found = CATALOGUE[name](e, *[Differential(o) if str(o) == unknown else None for o in e.operands])
    assert str(found) == after


def test_a_law_of_d_requires_what_its_operator_requires() -> None:
    assert CATALOGUE["differential_of_norm1"].requires == "no entry of A is 0"


def test_long_products_are_not_searched_for_what_they_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """x yᵀz is no part of a product of square matrices: the tries grow with its length, not with its parts."""
    tries = 0
    chain = type(MATCHER).chain

    def counted(self: Matcher, *arguments: Any) -> Iterable[Found]:
        nonlocal tries
        tries += 1
        return chain(self, *arguments)

    monkeypatch.setattr(Matcher, "chain", counted)
    found = []
    for n in (16, 64):
        tries = 0
        product = "*".join(f"A{k}*X" for k in range(n))
        matdiff.derive(f"tr({product})", "X", {"X": "p x p", **{f"A{k}": "p x p" for k in range(n)}})
        found.append(tries)
    assert found[1] <= 6 * found[0] + 100


# ---- statements mirrored ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "where", "expected"),
    [
        ("kron(B, A)*vec(X) = vec(A*X*B')", "A: p x m; X: m x n; B: q x n", "vec(X)'*kron(B, A) = vec(A'*X*B)'"),
        ("diag(x)*y = x .* y", "x, y: n", "y'*diag(x) = (y .* x)'"),
        ("A*pinv(A)*A = A", "A: m x n", "A'*pinv(A)'*A' = A'"),
        ("P*ones(n) = ones(m)", "P: m x n stochastic", "ones(n)'*P' = ones(m)'"),
        ("commutation(p, n)*kron(x, A) = kron(A, x)", "x: n; A: p x q", "kron(x', A)*commutation(n, p) = kron(A, x')"),
    ],
)
def test_a_mirrored_statement_says_what_follows_for_transposes(statement: str, where: str, expected: str) -> None:
    found = mirrored(Statement(statement, where))
    assert Law.read(found) == Law.read(Statement(expected, found.where))


def test_powers_of_products_are_not_looked_for_in_a_chain_of_inverses(monkeypatch: pytest.MonkeyPatch) -> None:
    """(AB)⁻²AB in Y₁₂ ⋯ Y₁, of which none is a power of a product: one look at every factor, and no two."""
    tried: list[Expr] = []

    def built(right: Expr, ways: Iterable[Found]) -> Expr | None:
        tried.append(right)
        return whole(right, ways)

    whole = applying.built
    monkeypatch.setattr(applying, "built", built)
    steps = "; ".join(f"Y{k} = inv(A{k} + Y{k - 1})" for k in range(1, 13))
    names = ", ".join(["X", *(f"A{k}" for k in range(1, 13))])
    matdiff.derive(f"Y0 = X; {steps}; tr(Y12)", "X", f"{names}: n x n")
    assert len(tried) < 12
