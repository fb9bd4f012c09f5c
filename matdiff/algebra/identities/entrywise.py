"""Entrywise functions: sigmoids recognised where they are spelt out, and products of signs and steps."""

from __future__ import annotations

from fractions import Fraction

from matdiff.algebra.expr import Expr, Number, Ones
from matdiff.algebra.laws import Law, identity
from matdiff.algebra.operators.activations import Relu, Sigmoid, Softplus, Step
from matdiff.algebra.operators.entrywise import Abs, Exp, Log, Log1p, Sign, ones_like
from matdiff.algebra.operators.products import Hadamard, Power, Scale, Sum

# ---- sigmoids ---------------------------------------------------------------------------------------


def one_plus_exp(e: Expr) -> Expr | None:
    """a where an expression is 1 + exp(a)."""
    match e:
        case Sum(operands=(one, Exp(operands=(a,)))) | Sum(operands=(Exp(operands=(a,)), one)) if is_one(one):
            return a
        case _:
            return None


def is_one(e: Expr) -> bool:
    return e.number == 1 or isinstance(e, Ones)


@identity("1/(1 + exp(−a)) = σ(a)", "1/(1 + exp(-a)) = sigmoid(a)", where="a: scalar")
def sigmoid_of_exponential(e: Expr) -> Expr | None:
    """Also of powers of it, and entry by entry."""
    base, exponent = e.operands
    a = one_plus_exp(base) if exponent.number is not None and exponent.number < 0 else None
    return None if a is None else power(Sigmoid(-a), -(exponent.number or Fraction(1)))


def power(e: Expr, k: Fraction) -> Expr:
    """eᵏ, which is e for k = 1."""
    return e if k == 1 else Power(e, Number(k))


@identity("exp(a)/(1 + exp(a)) = σ(a)", "exp(a)/(1 + exp(a)) = sigmoid(a)", where="a: scalar")
def sigmoid_of_quotient(e: Expr) -> Expr | None:
    """Also exp(a)σ(−a), since the quotient may be known as σ(−a) already."""
    f = e.operands
    for k, factor in enumerate(f):
        if not isinstance(factor, Exp):
            continue
        a = factor.operands[0]
        for j, other in enumerate(f):
            if other is Sigmoid(-a) or (
                other.reciprocal and other.reciprocal[1] == 1 and one_plus_exp(other.operands[0]) is a
            ):
                return Hadamard.of(*[Sigmoid(a) if i == k else g for i, g in enumerate(f) if i != j])
    return None


@identity("log(1 + exp(a)) = softplus(a)", "log(1 + exp(a)) = softplus(a)", where="a: scalar")
def softplus_of_exponential(e: Expr) -> Expr | None:
    a = one_plus_exp(e.operands[0])
    return None if a is None else Softplus(a)


@identity("log(1 + exp(a)) = softplus(a)", "log1p(exp(a)) = softplus(a)", where="a: scalar")
def softplus_of_log1p(e: Expr) -> Expr | None:
    a = e.operands[0]
    return Softplus(a.operands[0]) if isinstance(a, Exp) else None


# ---- signs and steps --------------------------------------------------------------------------------


def place_of(f: tuple[Expr, ...], kind: type[Expr], a: Expr) -> tuple[int, Fraction] | None:
    """Where among factors a power of kind(a) with a number as exponent stands, and the exponent."""
    for k, factor in enumerate(f):
        base, exponent = factor.operands if isinstance(factor, Power) else (factor, Number(1))
        if type(base) is kind and base.operands[0] is a and exponent.number is not None:
            return k, exponent.number
    return None


@identity("relu(a)step(a) = relu(a)", "relu(a)*step(a) = relu(a)", where="a: scalar")
def step_of_rectified(e: Expr) -> Expr | None:
    f = e.operands
    for k, factor in enumerate(f):
        found = place_of(f, Relu, factor.operands[0]) if isinstance(factor, Step) else None
        if found is not None and found[1] > 0:
            return Hadamard.of(*f[:k], *f[k + 1 :])
    return None


@identity("|a| sign(a) = a", "abs(a)*sign(a) = a", where="a: scalar")
def sign_of_absolute(e: Expr) -> Expr | None:
    """sign(a)|a|ᵏ is aᵏ for odd k, and a|a|ᵏ⁻¹ for others."""
    f = e.operands
    for k, factor in enumerate(f):
        found = place_of(f, Abs, factor.operands[0]) if isinstance(factor, Sign) else None
        if found is None:
            continue
        a, (j, exponent) = factor.operands[0], found
        odd = exponent.denominator == 1 and exponent % 2 == 1
        new = [power(a, exponent)] if odd else [a, power(Abs(a), exponent - 1)]
        above = [g for g in new if not g.reciprocal]
        below = [g for g in new if g.reciprocal]
        rest = [above if i == min(j, k) else [g] for i, g in enumerate(f) if i != max(j, k)]
        return Hadamard.of(*[g for group in rest for g in group], *below)
    return None


@identity("|a|² = a²", "abs(a)^2 = a^2", where="a: scalar")
def even_power(e: Expr) -> Expr | None:
    """|a|ᵏ for even k, step(a)ᵏ = step(a), and sign(a)ᵏ, which is 1 or sign(a)."""
    base, exponent = e.operands
    k = exponent.number
    if k is None or k.denominator != 1:
        return None
    match base:
        case Abs(operands=(a,)) if k % 2 == 0:
            return Power(a, exponent)
        case Step() if k > 0:
            return base
        case Sign():
            return base if k % 2 else ones_like(base)
        case _:
            return None


@identity("|−A| = |A|", "abs(-A) = abs(A)", where="A: m x n")
def absolute_of_negative(e: Expr) -> Expr | None:
    """The sign of the leading number goes."""
    a = e.operands[0]
    if isinstance(a, Scale | Hadamard) and a.leading_number < 0:
        return Abs(-a)
    return None


EXPANSIONS: dict[type[Expr], tuple[Law, ...]] = {
    Power: (sigmoid_of_exponential,),
    Hadamard: (sigmoid_of_quotient,),
    Log: (softplus_of_exponential,),
    Log1p: (softplus_of_log1p,),
}
LAWS: dict[type[Expr], tuple[Law, ...]] = {
    **EXPANSIONS,
    Power: (sigmoid_of_exponential, even_power),
    Hadamard: (sigmoid_of_quotient, step_of_rectified, sign_of_absolute),
    Abs: (absolute_of_negative,),
}
