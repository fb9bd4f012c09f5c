"""Answers are no longer than the form that a book prints: what cancels is gone, and what is shared stands once."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.identities.kronecker import kronecker_and_commuted
from matdiff.algebra.identities.powers import power_under_a_name
from matdiff.algebra.identities.products import factor_beside_inverse, product_beside_its_inverse
from matdiff.algebra.laws import Law, law_named
from matdiff.algebra.reading_cost import reading_cost

GRADIENTS = [
    # X(XᵀX)⁻¹Xᵀ times itself is itself
    ("norm2(b - A*inv(A'*A)*A'*b)^2", "A: m x n; b: m", "b", "2*(b - A*inv(A'*A)*A'*b)"),
    ("1/2*norm2(A*inv(A'*A)*A' - S)^2", "A: m x n; S: m x m symmetric", "A",
     "2*(A*inv(A'*A)*A'*S - S)*A*inv(A'*A)"),
    # what stands beside an inverse begins or ends what is inverted
    ("V = diag(s)*C*diag(s); logdet(V)", "s: d positive; C: d x d spd", "s", "2 ./ s"),
    ("V = diag(s)*C*diag(s); u'*inv(V)*u", "s: d positive; C: d x d spd; u: d", "s",
     "V = diag(s)*C*diag(s); -2*((u ./ s) .* (inv(V)*u))"),
    # scalars that are transposes of each other, also below a trace, are one
    ("tr((A - s*B)'*(A - s*B))", "A, B: m x n; s: scalar", "s", "-2*tr(B'*(A - s*B))"),
    ("tr((A - s*B)'*M*(A - s*B))", "A, B: m x n; M: m x m symmetric; s: scalar", "s", "-2*tr(B'*M*(A - s*B))"),
    ("norm2(y - inv(A + l*eye(n))*b)^2", "A: n x n symmetric; y, b: n; l: scalar", "l",
     "2*b'*inv(A + l*eye(n))^2*(y - inv(A + l*eye(n))*b)"),
    ("tr(inv(K + s*eye(n))*C*inv(K + s*eye(n)))", "K, C: n x n; s: scalar", "s", "-2*tr(inv(K + s*eye(n))^3*C)"),
    # a power beside its root under a name, and sizes that are declared
    ("J = sqrt(det(B)); a*(J - 1)^3", "B: n x n spd; a: scalar", "B", "J = sqrt(det(B)); 3*a*(J - 1)^2*J*inv(B)/2"),
    ("r = sqrt(x'*A*x); 1/r", "A: n x n spd; x: n", "x", "r = sqrt(x'*A*x); -A*x/r^3"),
    ("1/n*tr((eye(n) - M/n)^n)", "M: n x n; n: scalar positive integer", "M", "-((eye(n) - M/n)^(n - 1))'/n"),
    # σ(−a) beside σ(a)
    ("t*log(1 + exp(-u)) + (1 - t)*log(1 + exp(u))", "t, u: scalar", "u", "sigmoid(u) - t"),
    ("-y'*log(sigmoid(X*b)) - (1 - y)'*log(sigmoid(-X*b))", "X: m x n; b: n; y: m", "b", "X'*(sigmoid(X*b) - y)"),
    ("p*log(1 + exp(-u)) + q*log(1 + exp(u))", "p, q, u: scalar", "u", "(p + q)*sigmoid(u) - p"),
    # sum(x.^2) beside xᵀx
    ("(x'*x)^2/sum(x.^2)", "x: n", "x", "2*x"),
    ("p = softmax(a); log(sum(p.^2))", "a: n", "a", "p = softmax(a); 2*(p.^2/(p'*p) - p)"),
    # an entry at an index of a sum, or at a label (Bishop, Pattern Recognition and Machine Learning, (4.109))
    ("sum(n=1..N, sum(k=1..K, t[n, k]*log(softmax(W*x[n])[k])))", "W: K x d; x[n=1..N]: d; t[n=1..N, k=1..K]: scalar",
     "W", "sum(n=1..N, (sum(k=1..K, t[n, k]*unit(k, K)) - sum(k=1..K, t[n, k])*softmax(W*x[n]))*x[n]')"),
    ("sum(n=1..N, log(softmax(W*x[n])[c[n]]))", "W: K x d; x[n=1..N]: d; c[n=1..N]: index 1..K", "W",
     "sum(n=1..N, (unit(c[n], K) - softmax(W*x[n]))*x[n]')"),
    ("prod(i=1..N, a[i]'*x - b[i])", "a[i=1..N], x: d; b[i=1..N]: scalar", "x",
     "prod(i=1..N, a[i]'*x - b[i])*sum(j=1..N, a[j]/(a[j]'*x - b[j]))"),
    # a sum beside its multiple
    ("a'*K*a + λ/2*a'*(K + K')*a", "K: n x n; a: n; λ: scalar", "a", "(1 + λ)*(K + K')*a"),
    ("x'*A*x + c*x'*A*x/2 + b'x", "A: n x n; x, b: n; c: scalar", "x", "(1 + c/2)*(A + A')*x + b"),
    # projections: PP = P, (AA⁺)ᵀ = AA⁺, (I − P)² = I − P
    ("norm2(P*u - u)^2", "P: n x n idempotent symmetric; u: n", "u", "2*(u - P*u)"),
    ("norm2(u - D*pinv(D)*u)^2", "D: n x m; u: n", "u", "2*(u - D*pinv(D)*u)"),
    ("norm2((eye(n) - Z*inv(Z'*Z)*Z')*u)^2", "Z: n x m; u: n", "u", "2*(eye(n) - Z*inv(Z'*Z)*Z')*u"),
    # the normal equations: Xᵀ(y − X(XᵀX + λI)⁻¹Xᵀy) = λ(XᵀX + λI)⁻¹Xᵀy
    ("norm2(u - Z*inv(Z'*Z + s*eye(n))*Z'*u)^2", "Z: m x n; u: m; s: scalar", "s",
     "2*s*u'*Z*inv(Z'*Z + s*eye(n))^3*Z'*u"),
    ("norm2(u - Z*inv(Z'*M*Z + S)*Z'*M*u)^2", "Z: m x n; u: m; M: m x m spd; S: n x n spd", "u",
     "2*(u - Z*inv(Z'*M*Z + S)*Z'*M*u - M*Z*inv(Z'*M*Z + S)*Z'*(u - Z*inv(Z'*M*Z + S)*Z'*M*u))"),
    # a difference of numbers is a column times a row, and powers of a length are one denominator
    ("log(u'*u - u'*P*u)", "P: n x n symmetric; u: n", "u", "2*(u - P*u)/(u'*(u - P*u))"),
    ("sum(z.^4)/norm2(z)^4", "z: n", "z", "4*(z.^3 - sum(z.^4)*z/norm2(z)^2)/norm2(z)^4"),
    ("sum(x.^5)/norm2(x)^5", "x: n", "x", "5*(x.^4 - sum(x.^5)*x/norm2(x)^2)/norm2(x)^5"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("f", "wrt", "shown"),
    [
        ("sin(a*x)", "x", "a cos(ax)"),
        ("b*exp(−a*x^2)", "x", "−2bax exp(−ax²)"),
        ("log(1 + exp(a*x + b))", "x", "a sigmoid(ax + b)"),
        ("cos(x)*sin(a*x)*b", "b", "cos(x)sin(ax)"),
    ],
)
def test_letters_stand_before_functions(f: str, wrt: str, shown: str) -> None:
    found = matdiff.derive(f, wrt, "a, b, x: scalar")
    assert str(found.gradient) == shown
    assert found.verify(trials=1).ok


@pytest.mark.parametrize(("f", "where", "unknown", "best"), GRADIENTS)
def test_a_gradient_is_no_longer_than_in_a_book(f: str, where: str, unknown: str, best: str) -> None:
    found = matdiff.derive(f, unknown, where)
    assert found.verify(trials=1).ok
    assert reading_cost(found.gradient) <= reading_cost(matdiff.parse(best, where))


@pytest.mark.parametrize(
    ("f", "where", "best"),
    [
        ("norm2(B*X)^2 + c*norm2(X)^2", "B: m x n; X: n x k; c: scalar", "2*kron(eye(k), B'*B + c*eye(n))"),
        ("norm2(X*B)^2 + c*norm2(X)^2", "B: n x k; X: m x n; c: scalar", "2*kron(B*B' + c*eye(n), eye(m))"),
    ],
)
def test_the_hessian_of_a_ridge_is_one_kronecker_product(f: str, where: str, best: str) -> None:
    found = matdiff.hessian(f, "X", where)
    assert found.verify(trials=1).ok
    assert reading_cost(found.result) <= reading_cost(matdiff.parse(best, where))


@pytest.mark.parametrize("f", ["X'*X", "X*X'", "X'*S*X"])
def test_the_jacobian_of_a_square_has_one_kronecker_product(f: str) -> None:
    found = matdiff.jacobian(f, "X", "X: m x n; S: m x m symmetric")
    assert found.verify(trials=1).ok
    assert str(found.result).count("⊗") == 1


@pytest.mark.parametrize(
    ("law", "before", "after"),
    [
        (product_beside_its_inverse, "X*inv(X'*X)*X'*X*B", "X*B"),
        (factor_beside_inverse, "V = F*G*H; inv(V)*F*G", "inv(H)"),
        (law_named("factor_beside_inverse_2"), "V = F*G*H; G*H*inv(V)*B", "inv(F)*B"),
        (law_named("product_beside_its_inverse_4"), "F*G*(F*G)^-3", "(F*G)^-2"),
        (power_under_a_name, "J = sqrt(a); a^2/J", "J = sqrt(a); J^3"),
        (law_named("common_kronecker_factor_3"), "kron(eye(p), F) + c*eye(p*n)", "kron(eye(p), F + c*eye(n))"),
        (law_named("common_last_kronecker_factor_3"), "kron(F, eye(p)) - eye(p*n)", "kron(F - eye(n), eye(p))"),
        (kronecker_and_commuted, "kron(X, eye(m)) + kron(eye(m), X)*commutation(m, n)",
         "(eye(m*m) + commutation(m, m))*kron(X, eye(m))"),
    ],
)  # fmt: skip
def test_laws_that_shorten_and_their_reasons(law: Law, before: str, after: str) -> None:
    where = "X: m x n; B, F, G, H: n x n invertible; a: scalar positive; c: scalar"
    e, wanted = matdiff.parse(before, where), matdiff.parse(after, where)
    found = law.apply(e)
    assert matdiff.equal(found, wanted)
    assert reading_cost(found) <= reading_cost(e)
    assert law.explains(e, found)
    assert not law.explains(e, -found)


@pytest.mark.parametrize("text", ["inv(X'*X)*X'", "inv(F*G)*G", "F*inv(F*G)", "inv(F)*G", "X*inv(X'*X)*X'"])
def test_what_is_not_beside_its_inverse_stays(text: str) -> None:
    e = matdiff.parse(text, "X: m x n; F, G: n x n")
    assert product_beside_its_inverse.apply(e) is None
    assert factor_beside_inverse.apply(e) is None


@pytest.mark.parametrize("style", ["unicode", "ascii", "latex"])
@pytest.mark.parametrize(
    ("text", "shown"), [("2*(1 ./ x)", "2 ./ x"), ("-(1 ./ x)", "-1 ./ x"), ("y - 3*(1 ./ x.^2)", "y - 3 ./ x.^2")]
)
def test_numbers_stand_above_a_vector(text: str, shown: str, style: str) -> None:
    e = matdiff.parse(text, "x, y: n")
    assert format(e, "ascii") == shown
    assert matdiff.parse(format(e, style), "x, y: n") is e


def test_an_entry_at_a_label_is_explained_by_its_law() -> None:
    derived = matdiff.derive(
        "sum(n=1..N, log(softmax(W*x[n])[c[n]]))", "W", "W: K x d; x[n=1..N]: d; c[n=1..N]: index 1..K"
    )
    assert any(step.law.name == "unit_vector_in_hadamard" for step in derived.steps)
    assert all(step.law.explains(step.before, step.after) for step in derived.steps)
