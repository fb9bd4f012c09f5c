"""The laws of the normal form about entrywise functions: exponentials of sums, logarithms and powers of products,
roots of numbers.

Every law keeps the value wherever the left side has one; so only what is known to be positive leaves a logarithm or a
root.
"""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import Expr, Number, replace
from matdiff.algebra.identities import powers
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.entrywise import Exp, Log, Sqrt, exact_root, to_power
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Scale,
    Sum,
    coefficient,
    multiple,
    ones_like,
    zero,
)
from matdiff.algebra.stated import stated
from matdiff.calculus.definiteness.eigenvalues import Signs
from matdiff.calculus.equality.ordering import ordered_product

HALF = Number("1/2")


def is_positive(e: Expr) -> bool:
    """Whether every entry of an expression is known to be positive."""
    if "positive" not in e.facts:
        e.facts["positive"] = Signs().entries(e).interval.is_positive
    found: bool = e.facts["positive"]
    return found


@identity("exp(A + B) = exp(A) .* exp(B)", where="A, B: m x n")
def exponential_of_sum(e: Expr) -> Expr | None:
    a = e.operands[0]
    number, rest = coefficient(a)
    if isinstance(a, Sum):
        return Hadamard.of(*map(Exp, a.operands))
    if rest is None:
        return None if number in (0, 1) else Power(Exp(Number(1)), Number(number))
    return Power(Exp(rest), Number(number)) if number != 1 else None


@identity("log(a*b) = log(a) + log(b)", where="a: scalar positive; b: scalar positive")
def logarithm_of_product(e: Expr) -> Expr | None:
    """Only positive factors come out of a logarithm."""
    match e.operands[0]:
        case Hadamard(operands=f) | Scale(operands=f):
            known = [g for g in f if is_positive(g)]
            rest = [g for g in f if not is_positive(g)]
        case Power(operands=(base, exponent)) if is_positive(base) and exponent.is_scalar:
            return Scale.of(exponent, Log(base))
        case Number() as one if one.value == 1:
            return Number(0)
        case Ones() as one:
            return zero(one.shape)
        case _:
            return None
    if not known or len(f) < 2:
        return None
    parts = [*known, *([e.operands[0].rebuild(tuple(rest)) if len(rest) > 1 else rest[0]] if rest else [])]
    return Sum.of(*[_filled(Log(g), e) for g in parts])


def _filled(value: Expr, e: Expr) -> Expr:
    return value if value.shape == e.shape else Scale.of(value, ones_like(e))


@identity("(a*b)^(1/2) = a^(1/2)*b^(1/2)", title="(ab)ˢ = aˢbˢ", where="a: scalar positive; b: scalar positive")
def power_of_positive_factors(e: Expr) -> Expr | None:
    """Any power of positive factors; whole powers of all factors, also entry by entry."""
    base, exponent = e.operands
    whole = exponent.number is not None and exponent.number.denominator == 1
    if not isinstance(base, (Hadamard, Scale)):
        return None
    known = [f for f in base.operands if whole or is_positive(f)]
    rest = [f for f in base.operands if not (whole or is_positive(f))]
    if not known or (rest and isinstance(base, Scale) and not is_positive(base.operands[0])):
        return None
    left = [base.rebuild(tuple(rest)) if len(rest) > 1 else rest[0]] if rest else []
    parts = [Power.of(f, exponent) for f in (*known, *left)]
    scalars, matrices = [p for p in parts if p.is_scalar], [p for p in parts if not p.is_scalar]
    if not matrices:
        return Hadamard.of(*scalars)
    return Scale.of(Hadamard.of(*scalars), Hadamard.of(*matrices)) if scalars else Hadamard.of(*matrices)


function_of_repeated = stated(
    "g(x*ones(n)') = g(x)*ones(n)'",
    title="f(x1ᵀ) = f(x)1ᵀ",
    where="x: m; y: n; c: scalar",
    also=("g(ones(m)*y') = ones(m)*g(y')", "g(c*ones(m, n)) = g(c)*ones(m, n)", "g(ones(m, n)) = g(1)*ones(m, n)"),
)


power_of_outer_product = stated(
    "(x*y').^k = x.^k*(y.^k)'",
    where="x: m; y: n; k: integer",
    when=lambda e: e.operands[1].number is not None,
)


even_and_odd = stated(
    "cos(-A) = cos(A)",
    title="f(−a) = ±f(a)",
    where="A: m x n",
    also=[
        "abs(-A) = abs(A)",
        *[f"{f}(-A) = -{f}(A)" for f in "sin arctan arcsin arcsinh arctanh sign erf".split()],
    ],
)


@identity("sqrt(a*b) = sqrt(a)*sqrt(b)", title="√(ab) = √a√b", where="a, b: scalar positive")
def root_of_positive_factors(e: Expr) -> Expr | None:
    half = power_of_positive_factors.apply(Power(e.operands[0], Number("1/2")))
    if half is None:
        return None
    return replace(half, lambda n: Sqrt(n.operands[0]) if isinstance(n, Power) and n.operands[1] is HALF else None)


@identity("sqrt(4) = 2", title="√(k²) = k")
def root_of_number(e: Expr) -> Expr | None:
    number = e.operands[0].number
    return e.operands[0] if number == 0 else None if number is None else exact_root(number)


@identity("(2*a + 2*b)^-1 = ((a + b)^-1)/2", title="(2A + 2B)ᵏ = 2ᵏ(A + B)ᵏ", where="a, b: scalar")
def number_out_of_power(e: Expr) -> Expr | None:
    """The first term in order gets the number 1, or −1 under a root."""
    base = e.operands[0]
    exponent = e.operands[1].number if isinstance(e, Power) else HALF.value
    if not isinstance(base, Sum) or exponent is None:
        return None
    number = coefficient(base.operands[0])[0]
    number = number if exponent.denominator == 1 else abs(number)
    if number == 1:
        return None
    rest = e.rebuild((Sum.of(*[multiple(1 / number, t) for t in base.operands]), *e.operands[1:]))
    return Scale.of(e.rebuild((Number(number), *e.operands[1:])), rest)


@identity("1/(a*b + a*c) = a^-1/(b + c)", title="(ab + ac)ᵏ = aᵏ(b + c)ᵏ", where="a, b, c: scalar")
def common_factor_out_of_power(e: Expr) -> Expr | None:
    """What all terms of a sum share, or have in a denominator, leaves a whole power, and a root if it is positive."""
    k = e.operands[1].number if isinstance(e, Power) else None
    parts = common_part(e.operands[0], k is not None and k.denominator == 1)
    if parts is None:
        return None
    common, rest = (e.rebuild((part, *e.operands[1:])) for part in parts)
    return Hadamard.of(common, rest)


@identity("log(a*b + a*c) = log(a) + log(b + c)", where="a, b, c: scalar positive")
def common_factor_out_of_logarithm(e: Expr) -> Expr | None:
    """What all terms of a sum share, or have in a denominator, if it is positive."""
    parts = common_part(e.operands[0], False)
    return None if parts is None else Sum.of(*map(Log, parts))


def common_part(e: Expr, any_sign: bool) -> tuple[Expr, Expr] | None:
    """A product of powers and a sum whose product is a given sum; the powers of what is positive, or of anything."""
    if not isinstance(e, Sum):
        return None
    terms = [_powers(t) for t in e.operands]
    least = {base: min(t.get(base, Fraction(0)) for t in terms) for t in terms for base in t}
    least = {base: k for base, k in least.items() if k and (any_sign or is_positive(base))}
    if not least:
        return None
    inverse = [to_power(base, -k) for base, k in least.items()]
    common = ordered_product(to_power(base, k) for base, k in least.items())
    return common, Sum.of(*[_times(inverse, t) for t in e.operands])


def _powers(term: Expr) -> dict[Expr, Fraction]:
    """The factors of a term of an entrywise or scalar product, with their exponents."""
    body = coefficient(term)[1]
    body = body.operands[1] if isinstance(body, Scale) else body
    factors = body.operands if isinstance(body, Hadamard) else () if body is None else (body,)
    return {base: k for base, k in map(powers.base_and_exponent, factors) if not isinstance(base, Ones)}


def _times(factors: list[Expr], term: Expr) -> Expr:
    number, body = coefficient(term)
    return multiple(number, Hadamard.of(*factors, *([] if body is None else [body])))
