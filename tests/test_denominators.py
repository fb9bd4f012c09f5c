"""Powers of scalars that terms share are taken out of a sum where that makes it shorter."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.identities.denominators import (
    common_denominator,
    common_powers,
    denominators_multiplied,
    scalars_of_some,
)
from matdiff.algebra.identities.entrywise import opposite_exponents
from matdiff.algebra.identities.joining import inverse_on_both_sides, mean_taken_off
from matdiff.algebra.identities.part_by_part import diagonals_joined, stacks_joined
from matdiff.algebra.identities.powers import factor_of_a_denominator
from matdiff.algebra.laws import Law
from matdiff.algebra.reading_cost import reading_cost

W = "a: m; b: n; C: m x n; A: m x m spd"
ANSWERS = [
    ("a'*u/sqrt(u'*Q*u)", "Q: n x n spd; a, u: n", "u", "(a - (a'*u)*Q*u/(u'*Q*u))/sqrt(u'*Q*u)"),
    ("(p'*z)^2/(z'*z)", "p, z: n", "z", "2*(p'*z)*(p - (p'*z)*z/(z'*z))/(z'*z)"),
    (
        "log(1 + (y - m)'*P*(y - m)/k)",
        "P: d x d spd; y, m: d; k: scalar positive",
        "m",
        "-2*P*(y - m)/(k + (y - m)'*P*(y - m))",
    ),
    ("x'*M*x/(x'*B*x)", "M, B: n x n symmetric; x: n", "x", "2*(M*x - (x'*M*x)*B*x/(x'*B*x))/(x'*B*x)"),
    ("-log(softmax(u)'*y)", "u, y: n", "u", "softmax(u) - (y .* softmax(u))/(softmax(u)'*y)"),
    ("(norm2(p - a) - r)^2", "p, a: d; r: scalar", "p", "2*(1 - r/norm2(p - a))*(p - a)"),
    ("v'*w/(1 + w'*w)", "v, w: n", "w", "(v - 2*(v'*w)*w/(1 + w'*w))/(1 + w'*w)"),
    ("sum(1/2*x.*(1 + erf(x/sqrt(2))))", "x: n", "x", "normcdf(x) + x .* normpdf(x)"),
    ("x/(x + c)", "x, c: scalar", "x", "c/(x + c)^2"),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "x: scalar", "x", "4/(exp(x) + exp(-x))^2"),
    ("p*log(p) + (1 - p)*log(1 - p)", "p: scalar", "p", "logit(p)"),
    ("-sum(i=1..n, p[i]*log(p[i]) + (1 - p[i])*log(1 - p[i]))", "p[i=1..n]: scalar", "p", "-logit(p[i])"),
    (
        "-log(sigmoid(t - x'*w) - sigmoid(s - x'*w))",  # a place between two thresholds
        "x, w: d; s, t: scalar",
        "w",
        "(1 - sigmoid(t - x'*w) - sigmoid(s - x'*w))*x",
    ),
    ("-y*log(p) - (1 - y)*log(1 - p)", "y, p: scalar", "p", "(p - y)/((1 - p)*p)"),
    ("sum(x .* log(x .* y))", "x, y: n positive", "x", "log(x .* y) + 1"),
    (
        "N*log det(S) + sum(i=1..N, (x[i] - m)'*inv(S)*(x[i] - m))",
        "x[i=1..N]: d; S: d x d spd; m: d; N: scalar",
        "S",
        "inv(S)*(N*S - sum(i=1..N, (x[i] - m)*(x[i] - m)'))*inv(S)",
    ),
    ("x^2*y/(x^2 + y^2)", "x, y: scalar", "x", "2*x*y^3/(x^2 + y^2)^2"),
    ("norm2(x)^2/(1 + norm2(x)^2)", "x: n", "x", "2*x/(1 + norm2(x)^2)^2"),
    ("sum(x ./ sqrt(x.^2 + c))", "x: n; c: scalar positive", "x", "c*(1 ./ sqrt(x.^2 + c*ones(n)).^3)"),
    ("a'*C*b/sqrt((a'*A*a)*(b'*b))", W, "a", "(C*b - (a'*C*b)*A*a/(a'*A*a))/sqrt((a'*A*a)*(b'*b))"),
    ("norm2(X*w - mean(X*w)*ones(n))^2", "X: n x m; w: m", "w", "2*X'*centering(n)*X*w"),
    (
        "sum(i=1..n-1, 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)",
        "x: n",
        "x",
        "200*[0; x[2:n] - x[1:n-1].^2] - [400*((x[2:n] - x[1:n-1].^2) .* x[1:n-1]) + 2*(1 - x[1:n-1]); 0]",
    ),
    ("r*log(softmax(A*z)[3])", "A: m x n; z: n; r: scalar", "A", "r*(unit(3, m) - softmax(A*z))*z'"),
]


@pytest.mark.parametrize(("f", "where", "unknown", "least"), ANSWERS)
def test_answers_have_one_denominator(f: str, where: str, unknown: str, least: str) -> None:
    found = matdiff.derive(f, unknown, where)
    assert found.verify().ok
    assert reading_cost(found.gradient) <= reading_cost(matdiff.parse(least, where))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A/a + B/a^2", "(A + B/a)/a"),
        ("x + c*y - c*z", "x + c*(y - z)"),
        ("x/sqrt(b) - y/sqrt(b)^3", "(x - y/b)/sqrt(b)"),
        ("a^2*x + a*b*y", "a*(a*x + b*y)"),
        ("a*b*A + 2*a*b*c*B", "a*b*(A + 2*c*B)"),  # at once
        ("A/(a*b) - c*B/(a*b)", "(A - c*B)/(a*b)"),
        ("a*b*x + a*b*y + a*z", "a*(b*x + b*y + z)"),  # of most terms first
        ("a*b + a*b*c", "a*(b + b*c)"),  # b + bc stays
    ],
)
def test_shared_powers_are_taken_out(before: str, after: str) -> None:
    where = "A, B: m x n; x, y, z: n; a, b, c: scalar positive"
    e, wanted = matdiff.parse(before, where), matdiff.parse(after, where)
    law, found = next((law, found) for law in (scalars_of_some, common_powers) if (found := law(e)) is not None)
    assert str(found) == str(wanted)
    assert law.explains(e, found)
    assert not law.explains(e, -found)


@pytest.mark.parametrize(
    ("f", "where", "least"),
    [
        ("sum(log(1 + x.^2))", "x: n", "2*diag((1 - x.^2) ./ (1 + x.^2).^2)"),
        (
            "sum(sqrt((A*x - b).^2 + c))",
            "A: m x n; x: n; b: m; c: scalar positive",
            "c*A'*diag(1 ./ sqrt((A*x - b).^2 + c*ones(m)).^3)*A",
        ),
    ],
)
def test_the_hessian_of_a_sum_over_entries_is_one_diagonal_matrix(f: str, where: str, least: str) -> None:
    found = matdiff.hessian(f, "x", where)
    assert found.verify().ok
    assert reading_cost(found.result) <= reading_cost(matdiff.parse(least, where)) + 2  # brackets in a stack


@pytest.mark.parametrize(
    ("law", "before", "after"),
    [
        (common_denominator, "1/(a + b) - a/(a + b)^2", "(a + b - a)/(a + b)^2"),
        (common_denominator, "x ./ (x + y) - ones(n)", "(x - ones(n) .* (x + y)) ./ (x + y)"),
        (diagonals_joined, "diag(x) - a*diag(y) + A'*A", "diag(x - a*y) + A'*A"),
        (stacks_joined, "3*[x; 0] - [2*y; 0] + [0; z]", "[3*x - 2*y; 0] + [0; z]"),
        (factor_of_a_denominator, "x ./ (x .* y)", "1 ./ y"),
        (opposite_exponents, "exp(a)*exp(-a)*b", "b"),
        (opposite_exponents, "exp(x) .* y .* exp(-x)", "y"),
        (inverse_on_both_sides, "inv(S) - inv(S)*x*x'*inv(S) + 2*T", "inv(S)*(S - x*x')*inv(S) + 2*T"),
        (inverse_on_both_sides, "a*inv(S) - b*inv(S)*T*inv(S)", "inv(S)*(a*S - b*T)*inv(S)"),
        (mean_taken_off, "A*x - sum(A*x)*ones(m)/m", "centering(m)*A*x"),
        (mean_taken_off, "c*(sum(A*x)/m)*ones(m) - c*A*x", "-c*centering(m)*A*x"),
    ],
)
def test_laws_that_bring_terms_together(law: Law, before: str, after: str) -> None:
    where = "x, y, z: n; A: m x n; S, T: n x n spd; a, b, c: scalar"
    e = matdiff.parse(before, where)
    found = law.apply(e)
    assert found is not None
    assert matdiff.equal(found, matdiff.parse(after, where)).equal is True
    assert reading_cost(found) <= reading_cost(matdiff.parse(after, where))
    assert law.explains(e, found)
    assert not law.explains(e, -found)


@pytest.mark.parametrize(
    ("law", "text"),
    [
        (common_denominator, "1/(a + b) + 1/(a - b)"),
        (common_denominator, "1/(a + b) - c/(a + b)^2"),
        (mean_taken_off, "x - sum(x)*ones(n)/n"),
        (mean_taken_off, "A*x - sum(A*x)*ones(m)/n"),
        (stacks_joined, "[x; 0] + [0; y]"),
        (factor_of_a_denominator, "z ./ (x .* y)"),
        (inverse_on_both_sides, "inv(A'*A) - inv(A'*A)*x*x'*inv(A'*A)"),
    ],
)
def test_terms_that_have_nothing_to_gain_stay_apart(law: Law, text: str) -> None:
    assert law.apply(matdiff.parse(text, "x, y: n; A: m x n; a, b, c: scalar")) is None


@pytest.mark.parametrize("text", ["a + a*b", "A/a + B/b", "a*x + y"])
def test_what_is_short_stays(text: str) -> None:
    assert common_powers(matdiff.parse(text, "A, B: m x n; x, y: n; a, b: scalar")) is None


def test_a_quotient_below_a_bar_is_cleared() -> None:
    where = "a, b, c: scalar positive; x: scalar"
    e = matdiff.parse("x/(b*(c + a/b))", where)
    found = denominators_multiplied(e)
    assert matdiff.equal(found, e)
    assert reading_cost(found) < reading_cost(e)
    assert denominators_multiplied.explains(e, found)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0.044715*x", "0.044715*x"),
        ("x/3000", "x/3000"),
        ("x/1024", "x/1024"),
        ("2.5*x", "5/2*x"),
        ("1e-5*x/y", "0.00001*x/y"),
        ("-0.134145*x", "-0.134145*x"),
    ],
)
def test_decimals_are_written_as_they_were_typed(text: str, shown: str) -> None:
    e = matdiff.parse(text, "x, y: scalar")
    assert format(e, "ascii") == shown
    assert matdiff.parse(str(e), "x, y: scalar") is e
