"""Entrywise functions: sigmoids recognised where they are spelt out, and products of signs and steps."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from matdiff.algebra.constants import is_one, is_zero
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.factoring import like_terms
from matdiff.algebra.identities.powers import has_positive_exponent
from matdiff.algebra.laws import Statement, identity
from matdiff.algebra.operators.activations import Sigmoid
from matdiff.algebra.operators.entrywise import Sqrt, exact_root
from matdiff.algebra.operators.products import Hadamard, Power, Sum, coefficient, multiple, ones_like
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.stated import stated

# ---- sigmoids ---------------------------------------------------------------------------------------


sigmoid_of_exponential = stated(
    "(1 + exp(-A)).^(-k) = sigmoid(A).^k",
    title="1/(1 + exp(−a)) = σ(a)",
    where="A: m x n; k: scalar",
    also=("(1 + exp(A)).^(-k) = sigmoid(-A).^k",),
    under_d=True,
)
sigmoid_of_quotient = stated(
    "exp(A) ./ (1 + exp(A)) = sigmoid(A)",
    title="exp(a)/(1 + exp(a)) = σ(a)",
    where="A: m x n",
    also=("exp(A) .* sigmoid(-A) = sigmoid(A)",),  # since the quotient may be known as σ(−a) already
    under_d=True,
)
softplus_of_exponential = stated(
    "log(1 + exp(A)) = softplus(A)", title="log(1 + exp(a)) = softplus(a)", where="A: m x n", under_d=True
)
softplus_of_log1p = stated(
    "log1p(exp(A)) = softplus(A)", title="log(1 + exp(a)) = softplus(a)", where="A: m x n", under_d=True
)
log_of_quotient = stated(
    "log(exp(A) ./ B) = A - log(B)",
    title="log(exp(a)/b) = a − log b",
    where="A, B: m x n",
    under_d=True,
    shorter=False,
)
complement_of_sigmoid = stated("1 - sigmoid(-A) = sigmoid(A)", title="1 − σ(−a) = σ(a)", where="A: m x n")


@identity(
    "(1 - B) .* sigmoid(A) - B .* sigmoid(-A) = sigmoid(A) - B",
    title="σ(−a) = 1 − σ(a)",
    where="A, B: m x n",
    within=(Sigmoid,),
)
def opposite_sigmoids(e: Expr) -> Expr | None:
    """Terms with σ(a) and with σ(−a), where there is less to read with σ(a) alone."""
    arguments = [f.operands[0] for t in e.operands for f in factors_of(t)[1] if isinstance(f, Sigmoid)]
    for a in dict.fromkeys(arguments):
        whole = with_one_sigmoid(e, a) if a.leading_number > 0 and -a in arguments else e
        if reading_cost(whole) < reading_cost(e):
            return whole
    return None


def with_one_sigmoid(e: Expr, a: Expr) -> Expr:
    """A sum with 1 − σ(a) in place of σ(−a), and the terms with σ(a) collected."""
    rest, with_a = list[Expr](), list[Expr]()
    if all(Sigmoid(a) in factors or Sigmoid(-a) not in factors for _, factors in map(factors_of, e.operands)):
        return e
    for term in e.operands:
        number, factors = factors_of(term)
        found = [f for f in factors if f in (Sigmoid(a), Sigmoid(-a))]
        if len(found) != 1:
            rest.append(term)
            continue
        others = [f for f in factors if f is not found[0]]
        beside = multiple(number, Hadamard.of(*others) if others else ones_like(e))
        if found[0] is Sigmoid(-a):
            rest.append(beside)
            beside = -beside
        with_a.append(beside)
    factor = like_terms.apply(Sum.of(*with_a)) or Sum.of(*with_a)
    return Sum.of(Sigmoid(a) if is_one(factor) else Hadamard.of(factor, Sigmoid(a)), *rest)


def factors_of(term: Expr) -> tuple[Fraction, tuple[Expr, ...]]:
    """The number of a term and its factors, entry by entry."""
    number, body = coefficient(term)
    return number, body.operands if isinstance(body, Hadamard) else (body or Number(1),)


normal_distribution = stated("1 + erf(A/sqrt(2)) = 2*normcdf(A)", title="1 + erf(a/√2) = 2Φ(a)", where="A: m x n")


@identity("sqrt(a)*sqrt(b) = sqrt(a*b)", title="√a√b = √(ab)", where="a, b: scalar positive", among=(Sqrt, Power))
def roots_of_numbers(e: Expr) -> Expr | None:
    """A product of two roots of numbers, or of one and a reciprocal of one, that is a number."""
    roots = [(k, root) for k, f in enumerate(e.operands) if (root := square_of_root(f)) is not None]
    for (j, a), (k, b) in combinations(roots, 2):
        found = exact_root(a * b)
        if found is not None and found is not Number(1):
            return Hadamard.of(found, *[f for i, f in enumerate(e.operands) if i not in (j, k)])
    return None


def square_of_root(e: Expr) -> Fraction | None:
    """The square of √a or 1/√a for a number a."""
    base, sign = (e.operands[0], -1) if isinstance(e, Power) and e.operands[1].number == -1 else (e, 1)
    number = base.operands[0].number if isinstance(base, Sqrt) else None
    return None if number is None or number <= 0 else number**sign


logit_of_logarithms = stated(
    "log(a) - log(1 - a) = logit(a)",
    where="a: scalar",
    also=(Statement("log(x) - log(1 - x) = logit(x)", "x: n"),),
)
opposite_exponents = stated("exp(A) .* exp(-A) = 1", title="exp(a)exp(−a) = 1", where="A: m x n")


# ---- quotients of sines and cosines -----------------------------------------------------------------


tangent_of_quotient = stated(
    "sinh(A) ./ cosh(A) = tanh(A)",
    title="sinh(a)/cosh(a) = tanh(a)",
    where="A: m x n; k: scalar",
    also=(
        "sin(A) ./ cos(A) = tan(A)",
        "sinh(A) .* cosh(A).^(-k) = tanh(A) .* cosh(A).^(1 - k)",
        "sin(A) .* cos(A).^(-k) = tan(A) .* cos(A).^(1 - k)",
    ),
)


# ---- signs and steps --------------------------------------------------------------------------------


step_of_rectified = stated(
    "relu(A).^k .* step(A) = relu(A).^k",
    title="relu(a)step(a) = relu(a)",
    where="A: m x n; k: scalar",
    also=("relu(A) .* step(A) = relu(A)",),
)
sign_of_itself = stated("A .* sign(A) = abs(A)", title="a sign(a) = |a|", where="A: m x n")
sign_of_absolute = stated("abs(A) .* sign(A) = A", title="|a| sign(a) = a", where="A: m x n")
sign_of_power_of_absolute = stated(
    "abs(A).^k .* sign(A) = A .* abs(A).^(k - 1)",
    title="|a|ᵏ sign(a) = a|a|ᵏ⁻¹",
    where="A: m x n; k: scalar",
    when=lambda e: any(isinstance(f, Power) and f.operands[1].number is not None for f in e.operands),
)
even_power = stated("abs(A).^(2*k) = A.^(2*k)", title="|a|²ᵏ = a²ᵏ", where="A: m x n; k: integer")
power_of_step = stated(
    "step(A).^k = step(A)", title="step(a)ᵏ = step(a)", where="A: m x n; k: scalar positive", when=has_positive_exponent
)


odd_power_of_sign = stated(
    "sign(A).^(2*k + 1) = sign(A)",
    title="sign(a)²ᵏ⁺¹ = sign(a)",
    where="A: m x n; k: integer",
    when=has_positive_exponent,
)
absolute_of_negative = stated("abs(-A) = abs(A)", title="|−A| = |A|", where="A: m x n")


# ---- the larger of two ------------------------------------------------------------------------------


maximum_of_equals = stated("max(A, A) = A", where="A: m x n", also=("min(A, A) = A",))


@identity(
    "max(A, B) = relu(A - B) + B",
    title="max(A, 0) = relu(A)",
    where="A, B: m x n",
    also=("max(A, B) = A + relu(B - A)", "min(A, B) = B - relu(B - A)", "min(A, B) = A - relu(A - B)"),
)
def maximum_with_zero(e: Expr) -> Expr | None:
    """Also the minimum, which is −relu(−A)."""
    return type(e).of(*e.operands) if any(map(is_zero, e.operands)) else None  # type: ignore[attr-defined]
