"""Powers of scalars that terms share are taken out of a sum where that makes it shorter."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.identities.denominators import common_powers, denominators_multiplied
from matdiff.algebra.reading_cost import reading_cost

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
    ("v'*w/(1 + w'*w)", "v, w: n", "w", "(v - 2*(v'*w)*w/(1 + w'*w))/(1 + w'*w)"),
    ("sum(1/2*x.*(1 + erf(x/sqrt(2))))", "x: n", "x", "normcdf(x) + x .* normpdf(x)"),
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
    ],
)
def test_shared_powers_are_taken_out(before: str, after: str) -> None:
    where = "A, B: m x n; x, y, z: n; a, b, c: scalar positive"
    e, wanted = matdiff.parse(before, where), matdiff.parse(after, where)
    found = common_powers(e)
    assert str(found) == str(wanted)
    assert common_powers.explains(e, found)
    assert not common_powers.explains(e, -found)


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
