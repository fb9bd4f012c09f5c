r"""Normal distributions in texts: \mathcal{N}(x | μ, Σ), its logarithm, and KL(N(μ₁, Σ₁) ‖ N(μ₂, Σ₂)).

The bar or semicolon in such brackets separates, as a comma does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from matdiff import regex as re
from matdiff.algebra.constants import PI, Identity, is_zero
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Number
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.entrywise import HALF, Exp, Log
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose, quotient
from matdiff.algebra.operators.square import Inverse
from matdiff.errors import NotationError
from matdiff.language.broadcasting import filled
from matdiff.language.outside import closing, outside, separator
from matdiff.language.syntax import Node, postorder
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, special
from matdiff.regex import match_at, regex

SEPARATED = ("normal", "log_normal", "kl")  # functions whose arguments may stand on two sides of a bar
PLACES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {  # of the variables and means, and of the covariances
    "normal": ((0, 1), (2,)),
    "log_normal": ((0, 1), (2,)),
    "kl_normal": ((0, 2), (1, 3)),
}
ARITHMETIC = ("symbol", "NUMBER", "power", "group", "product", "tight")
DIVERGENCE = r"D_?\{?\s*(?:KL|kl)\s*\}?(?=\s*\()"
PLACE = r"\s*(?:[A-Za-z]?[0-9]*|[i-n]{2})\s*"  # E[i, j], E[1:n, :]
EXPECTATION = (
    r"E\s*(?:_\{[^{}]*\}|_\w+|[ₐ-ₜᵢ-ᵥ]+)?\s*"
    rf"\[(?!{PLACE}(?::{PLACE})?(?:,{PLACE}(?::{PLACE})?)?\])"
)
EXPECTED = r"E\s*(?:_\{[^{}]*\}|_\w+|[ₐ-ₜᵢ-ᵥ]+)?\s*(?=\()"
BEFORE_TERM = regex(r"(?:^|[-+−=;,/½]|(?<!tr)(?<!trace)(?<!det)\(|[0-9⋅·]\s*|Σ|∑.*)\s*$")
BEHIND_TERM = r"\s*(?:$|[-+−^²/;,)])"


def has_comma(text: str, end: int) -> bool:
    """Whether brackets with a comma stand behind a place, as the arguments of a function do."""
    opening = match_at(r"\s*\(", text, end)
    return opening is not None and any(outside(text, ",", opening.end()))


def is_density(text: str, end: int) -> bool:
    """Whether N(x | μ, Σ) or N(x; μ, Σ) stands before *end*, which is behind the letter."""
    opening = match_at(r"\s*\(", text, end)
    found = separator(text, opening.end()) if opening else ()
    return bool(found) and match_at(r"[^()|‖;]*(?:\([^()]*\)[^()|‖;]*)*,", text, found[0] + 1) is not None


def numbers_of_densities(nodes: Iterable[Node]) -> frozenset[str]:
    """x, m and s of N(x | m, s²) and KL(N(x, s) ‖ N(m, t)), for small letters are variances; but s of N(y | Xw, s²).

    What is a vector in one density is one in the others: f of N(f | 0, K)N(y | f, s²), and so is y.
    """
    found = [density for node in nodes for density in _letters_of(node)]
    numbers = [variables for variables, variances in found if variances is not None]
    arrays = frozenset[str]().union(*(variables for variables, variances in found if variances is None))
    for _ in numbers:
        arrays = arrays.union(*(variables for variables in numbers if not arrays.isdisjoint(variables)))
    return frozenset[str]().union(*numbers, *(variances or () for _, variances in found)) - arrays


def _letters_of(node: Node) -> Iterator[tuple[frozenset[str], frozenset[str] | None]]:
    """The variables of a density that are bare names, and the small letters of its variances; None of matrices."""
    variables, spreads = PLACES.get(str(node.value), ((), ()))
    given = node.parts[0].parts if node.parts and node.parts[0].kind == "list" else node.parts
    if not variables or len(given) != len(variables) + len(spreads):
        return
    inside = [part for k in spreads for part in postorder(given[k])]
    letters = frozenset(str(part.value[0]) for part in inside if part.kind == "symbol")
    bare = frozenset(str(given[k].value[0]) for k in variables if given[k].kind == "symbol")
    are_variances = all(part.kind in ARITHMETIC for part in inside) and all(name[0].islower() for name in letters)
    are_bare = all(given[k].kind in ("symbol", "member", "NUMBER") for k in variables)
    yield bare, letters if are_variances and are_bare else None
    if are_variances:
        yield frozenset(), letters


def require_no_expectation(text: str, source: str, start: int, place: int) -> None:
    """Refuses 𝔼[…] and E[…], by the name of what takes expectations."""
    found = match_at(EXPECTATION, text, start) or _mean_of_term(text, start)
    if found or source[place : place + 1] == "𝔼":
        span = (start, found.end() if found else start + 1)
        message = "an expectation is no part of an expression: the command expectation or matdiff.expectation takes it"
        hint = "give what is inside, and the distribution of x; a product is written E*(…)"
        raise NotationError(message, text=text, span=span, suggestion=hint)


def _mean_of_term(text: str, start: int) -> re.Match[str] | None:
    """E(…) where it is a term, or a factor behind a number: a matrix E would have a factor beside it."""
    found = match_at(EXPECTED, text, start)
    is_term = found and match_at(BEHIND_TERM, text, closing(text, found.end() + 1) + 1)
    return found if is_term and BEFORE_TERM.search(text[:start]) else None


# ---- what they mean ---------------------------------------------------------------------------------


@special("normal", "log_normal")
def type_density(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """N(x | μ, Σ), the density of the normal distribution, of a vector or a number"""
    if len(operands) != 3:
        raise attempt.misfit(node, "a normal density is N(x | μ, Σ)", "write what it is a density of before the bar")
    x, mean, spread = operands
    mean = in_shape_of(attempt, x, mean)
    if x.cols is not ONE or not attempt.same_shape(x, mean):
        raise attempt.clash(node, "N(x | μ, Σ) needs x and μ of one shape", x, mean)
    require_spread(attempt, node, x, spread)
    if spread.is_scalar:
        attempt.note(node, f"{attempt.shown(spread)} is the variance of the normal distribution")
    return attempt.scalar(node, (x, mean, spread), log_density if node.value == "log_normal" else density)


def in_shape_of(attempt: Attempt, x: Typed, mean: Typed) -> Typed:
    """The mean 0 of a vector is a vector."""
    if mean.number is None or x.is_scalar:
        return mean

    def make(c: Expr) -> Expr:
        return filled(c, attempt.resolve(x.rows, mean.node, "the mean"), ONE)

    return attempt.typed(mean.node, (x.rows, x.cols), (mean,), make)


def require_spread(attempt: Attempt, node: Node, x: Typed, spread: Typed) -> None:
    """The covariance fits: a matrix for a vector, a variance for a number, or that of every entry."""
    fits = spread.is_scalar or (attempt.unify(spread.rows, x.rows) and attempt.unify(spread.cols, x.rows))
    if not fits:
        raise attempt.clash(node, "the covariance of a normal distribution does not fit", x, spread)
    if spread.is_scalar and not x.is_scalar:
        attempt.penalty(node, 1, x, spread)


def square(x: Expr, mean: Expr, spread: Expr) -> Expr:
    """(x − μ)ᵀΣ⁻¹(x − μ), or ‖x − μ‖²/v"""
    x = x if is_zero(mean) else x - mean
    if spread.is_scalar:
        return quotient(x**2 if x.is_scalar else Product.of(Transpose.of(x), x), spread)
    return Product.of(Transpose.of(x), *inverse_of(spread), x)


def inverse_of(spread: Expr) -> tuple[Expr, ...]:
    """Σ⁻¹ as a factor, of which nothing is written where Σ is I."""
    return () if isinstance(spread, Identity) else (Inverse.of(spread),)


def log_size(x: Expr, spread: Expr) -> Expr:
    """log|Σ|, or d log v"""
    if isinstance(spread, Identity):
        return Number(0)
    if spread.is_scalar:
        return Log(spread) if x.is_scalar else Hadamard.of(count(x.rows), Log(spread))
    return Log(FUNCTIONS["det"].of(spread))


def log_density(x: Expr, mean: Expr, spread: Expr) -> Expr:
    """log N(x | μ, Σ) = −½d log 2π − ½ log|Σ| − ½(x − μ)ᵀΣ⁻¹(x − μ)"""
    constant: Expr = Log(Scale.of(Number(2), PI))
    constant = constant if x.is_scalar else Hadamard.of(count(x.rows), constant)
    terms = (constant, log_size(x, spread), square(x, mean, spread))
    return Sum.of(*[-Hadamard.of(HALF, term) for term in terms if not is_zero(term)])


def density(x: Expr, mean: Expr, spread: Expr) -> Expr:
    """N(x | μ, Σ)"""
    return Exp(log_density(x, mean, spread))


@special("kl_normal")
def type_divergence(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """KL(N(μ₁, Σ₁) ‖ N(μ₂, Σ₂))"""
    if len(operands) != 4:
        raise attempt.misfit(node, "a normal distribution is N(μ, Σ) here")
    a, first, b, second = operands
    b, a = in_shape_of(attempt, a, b), in_shape_of(attempt, b, a)
    if a.cols is not ONE or not attempt.same_shape(a, b) or first.is_scalar is not second.is_scalar:
        raise attempt.clash(node, "the divergence is of two normal distributions of one size", a, b)
    require_spread(attempt, node, a, first)
    require_spread(attempt, node, b, second)
    return attempt.scalar(node, (a, first, b, second), divergence)


def divergence(a: Expr, first: Expr, b: Expr, second: Expr) -> Expr:
    """½(log|Σ₂| − log|Σ₁| − d + tr(Σ₂⁻¹Σ₁) + (μ₁ − μ₂)ᵀΣ₂⁻¹(μ₁ − μ₂))"""
    ratio = quotient(first, second) if first.is_scalar else None
    if ratio is None:
        ratio = FUNCTIONS["tr"].of(Product.of(*inverse_of(second), first))
    elif not a.is_scalar:
        ratio = Hadamard.of(count(a.rows), ratio)
    terms = (log_size(a, second), -log_size(a, first), -count(a.rows), ratio, square(a, b, second))
    whole = Sum.of(*[term for term in terms if not is_zero(term)])
    return Scale.of(HALF, whole) if not whole.is_scalar else Hadamard.of(HALF, whole)
