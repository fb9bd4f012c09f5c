"""Powers, inverses and the product of equal bases."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from matdiff.algebra.expr import UNIT, Expr, Number, Symbol
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.entrywise import Entrywise, Sqrt, to_power
from matdiff.algebra.operators.norms import Norm
from matdiff.algebra.operators.products import Hadamard, Power, Scale, ones_like
from matdiff.algebra.operators.structure import Named, value_of
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.symmetry import is_positive
from matdiff.algebra.stated import stated

POWERS = frozenset((Power, Sqrt))
HALF = Fraction(1, 2)


def base_and_exponent(e: Expr) -> tuple[Expr, Fraction]:
    """aᵏ with a number k is (a, k), a square root (a, ½), anything else (e, 1)."""
    if type(e) is Power and (k := e.operands[1].number) is not None:
        base, i = base_and_exponent(e.operands[0])
        return (base, k) if i is UNIT else (base, i * k) if i == 1 or i.denominator > 1 else (e.operands[0], k)
    return (e.operands[0], HALF) if type(e) is Sqrt else (e, UNIT)


@identity("a^i*a^j = a^(i + j)", title="aⁱaʲ = aⁱ⁺ʲ", where="a: scalar positive; i, j: scalar")
def equal_bases(e: Expr) -> Expr | None:
    """Powers of one base are joined, where there are any."""
    return collected(e) if has_equal_bases(e.operands) else None


@identity("(1/b)*a = a/b", title="ab = ba", where="a, b: scalar positive", among=(Power,))
def reciprocals_last(e: Expr) -> Expr | None:
    """Reciprocals go last, also entry by entry."""
    below = [f.reciprocal is not None for f in e.operands]
    return collected(e) if below != sorted(below) and not has_equal_bases(e.operands) else None


@identity("exp(a)*b = b*exp(a)", title="ab = ba", where="a, b: scalar", among=(Entrywise,))
def letters_first(e: Expr) -> Expr | None:
    """Letters stand before functions of numbers: a cos(ax)."""
    if not e.is_scalar or not any(isinstance(f, Entrywise) for f in e.operands):
        return None
    places = [0 if f.number is not None or is_letter(f) else 1 for f in e.operands]
    if places == sorted(places):
        return None
    return Hadamard.of(*[f for _, f in sorted(zip(places, e.operands, strict=True), key=lambda pair: pair[0])])


def is_letter(e: Expr) -> bool:
    """A letter, a member of a family, or a power of one."""
    base = e.operands[0] if isinstance(e, Power) else e
    return isinstance(base, (Symbol, Member, Named)) and e.reciprocal is None


def has_equal_bases(factors: Sequence[Expr]) -> bool:
    """Whether a base stands in two factors."""
    if not POWERS.isdisjoint(map(type, factors)):
        factors = [base_and_exponent(f)[0] for f in factors]
    return len(set(factors)) < len(factors)


def collected(e: Expr) -> Expr:
    """Numbers are multiplied to the front and powers of one base joined; reciprocals go last."""
    number, exponents = UNIT, dict[Expr, Fraction]()
    first: dict[Expr, Expr] = {}
    for factor in e.operands:
        if factor.number is not None:
            number *= factor.number
            continue
        base, k = base_and_exponent(factor)
        first.setdefault(base, factor)
        exponents[base] = exponents.get(base, Fraction(0)) + k
    factors = [first[b] if base_and_exponent(first[b])[1] == k else to_power(b, k) for b, k in exponents.items() if k]
    factors.sort(key=lambda f: f.reciprocal is not None)
    head: list[Expr] = [Number(number)] if number != 1 and e.is_scalar else []
    return Hadamard.of(*head, *factors) if head or factors else ones_like(e)


@identity(
    "a^i*(a^k)^j = (a^k)^(i/k + j)",
    title="aⁱaʲ = aⁱ⁺ʲ",
    where="a: scalar positive; i, j, k: scalar",
    also=("a^i*a^(-i) = 1", Statement("A.^i .* A.^(-i) = ones(m, n)", "A: m x n positive; i: scalar")),
    among=(Named, Power),
)
def power_under_a_name(e: Expr) -> Expr | None:
    """A factor that is a power of a definition which stands beside it: |C|/J = J where J = √|C|."""
    powers = [base_and_exponent(f) for f in e.operands]
    known = {}
    for name, _ in powers:
        if isinstance(name, Named):
            base, j = base_and_exponent(value_of(name))
            known[base] = name, j
    for k, (base, i) in enumerate(powers):
        name, j = known.get(base, (base, UNIT))
        if name is not base and (i / j).denominator == 1:
            return collected(Hadamard.of(*e.operands[:k], to_power(name, i / j), *e.operands[k + 1 :]))
    return None


@identity(
    "x ./ (x .* y) = 1 ./ y",
    title="a ./ (a ⊙ b) = 1 ./ b",
    where="x, y: n",
    also=(
        "(x .* y) ./ (x .* y) = ones(n)",
        Statement("x.^i .* (x .* y).^j = x.^(i + j) .* y.^j", "x, y: n positive; i, j: scalar"),
    ),
    among=(Power,),
)
def factor_of_a_denominator(e: Expr) -> Expr | None:
    """Entry by entry a product below a bar is opened where one of its factors stands above it."""
    bases = [base_and_exponent(f) for f in e.operands]
    for k, (whole, i) in enumerate(bases if not e.is_scalar else ()):
        if i < 0 and i.denominator == 1 and isinstance(whole, Hadamard):
            below = {base_and_exponent(f)[0] for f in whole.operands}
            if any(b in below and j > 0 for b, j in bases):
                opened = [Power.of(f, Number(i)) for f in whole.operands]
                whole = Hadamard.of(*e.operands[:k], *opened, *e.operands[k + 1 :])
                return collected(whole) if isinstance(whole, Hadamard) else whole
    return None


@identity(
    "b/sqrt(a*b)^3 = 1/(a*sqrt(a*b))", title="b/√(ab)³ = 1/(a√(ab))", where="a, b: scalar positive", among=(Power,)
)
def factor_of_a_root(e: Expr) -> Expr | None:
    """A factor beside a root of a product that it is a factor of as well."""
    for k, factor in enumerate(e.operands if e.is_scalar else ()):
        whole, i = base_and_exponent(factor)
        if i.denominator == 1 or i > -1 or not isinstance(whole, Hadamard):
            continue
        for j, b in enumerate(e.operands):
            if b in whole.operands:
                others = [to_power(a, Fraction(-1)) for a in whole.operands if a is not b]
                rest = [f for n, f in enumerate(e.operands) if n not in (j, k)]
                return Hadamard.of(*rest, *others, to_power(whole, i + 1))
    return None


@identity(
    "a^s*a = a^(s + 1)",
    title="aˢa = aˢ⁺¹",
    where="a: scalar positive; s, t: scalar",
    also=("a^s/a^t = a^(s - t)",),
    among=(Power,),
)
def open_exponents(e: Expr) -> Expr | None:
    """Two powers of one base, of which at least one has an exponent that is not a number."""
    powers = [base_and_open_exponent(f) for f in e.operands]
    for j, (base, s) in enumerate(powers):
        for k, (other, i) in enumerate(powers[:j]):
            if other is base and not (s.number is not None and i.number is not None):
                joined = Power.of(base, i + s)
                return Hadamard.of(*e.operands[:k], joined, *e.operands[k + 1 : j], *e.operands[j + 1 :])
    return None


def base_and_open_exponent(e: Expr) -> tuple[Expr, Expr]:
    """aˢ is (a, s), 1/(aˢ)ᵏ is (a, −ks), anything else (e, 1)."""
    if not isinstance(e, Power):
        return e, Number(1)
    base, s = e.operands
    is_open = s.number is not None and isinstance(base, Power) and base.operands[1].number is None
    return (base.operands[0], s * base.operands[1]) if is_open else (base, s)


def has_positive_exponent(e: Expr) -> bool:
    """Whether a power has a number above 0 as its exponent, or a letter that is declared to be one."""
    return is_positive(e.operands[1])


power_of_zero = stated(
    "zeros(m, n).^k = zeros(m, n)",
    title="0ᵏ = 0",
    where="k: scalar positive",
    also=("0^k = 0",),
    when=has_positive_exponent,
)
power_of_ones = stated(
    "1^k = 1",
    title="1ᵏ = 1",
    where="k: scalar",
    also=("ones(m, n).^k = ones(m, n)",),
    when=lambda e: e.operands[1].number is not None,
)


@identity(
    "(a^i)^j = a^(i*j)",
    title="(aⁱ)ʲ = aⁱʲ",
    where="a: scalar positive; i, j: scalar",
    also=("(a^(1/2))^j = sqrt(a)^j",),
)
def power_of_power(e: Expr) -> Expr | None:
    """For whole outer exponents, and for roots and norms, which are not negative."""
    base, exponent = e.operands
    j = exponent.number
    if j is None:
        return None
    inner, i = base_and_exponent(base)
    if i == 1:
        return None
    again = to_power(inner, i * j) if j.denominator == 1 or isinstance(inner, Norm) else e
    return again if again is not e else None


def is_opened(e: Expr) -> bool:
    """Whether a power has a whole exponent and a base of numbers, or one with a number in front, or where a quotient is
    turned upside down: 1 ./ (A ./ B) = B ./ A."""
    base, exponent = e.operands
    k = exponent.number
    if k is None or k.denominator != 1:
        return False
    return e.is_scalar or isinstance(base, Scale) or (k < 0 and any(f.reciprocal for f in base.operands))


power_of_product = stated(
    "(a*b)^k = a^k*b^k",
    title="(ab)ᵏ = aᵏbᵏ",
    where="a, b: scalar positive; k: scalar",
    also=(
        Statement("(A .* B).^k = A.^k .* B.^k", "A, B: m x n positive; k: scalar"),
        Statement("(c*A).^k = c^k*A.^k", "c: scalar positive; A: m x n positive; k: scalar"),
    ),
    when=is_opened,
)
exp_of_log = stated("exp(log(A)) = A", title="exp(log a) = a", where="A: m x n positive")
log_of_exp = stated("log(exp(A)) = A", title="log(exp a) = a", where="A: m x n")
inverse_of_power = stated(
    "inv(inv(A)) = A", requires="A invertible", where="A: n x n invertible; k: integer", also=("inv(A^k) = A^(-k)",)
)
inverse_of_multiple = stated(
    "inv(c*A) = c^-1*inv(A)",
    title="(cA)⁻¹ = c⁻¹A⁻¹",
    requires="c ≠ 0",
    where="c: scalar; A: n x n invertible",
    also=("inv(eye(n)) = eye(n)",),
)
inverse_of_orthogonal = stated(
    "inv(Q) = Q'", requires="Q orthogonal", where="Q: n x n orthogonal", also=("inv(Q') = Q",)
)
norm_of_zero = stated("norm2(zeros(m, n)) = 0")
