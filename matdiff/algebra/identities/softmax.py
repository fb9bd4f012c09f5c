"""softmax and logsumexp, recognised where they are spelt out, and what they sum to.

An expression in, the shorter one out.  ``EXPANSIONS`` are the laws that are of use under d as well, since
the operators have shorter differentials than what they stand for.
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.expansions import sum_over_entries
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.identities.products import is_ones, is_row_of_ones
from matdiff.algebra.identities.transposes import gets_no_longer
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.entrywise import Exp
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Sum,
    Transpose,
    coefficient,
    multiple,
)
from matdiff.algebra.operators.softmax import Softmax
from matdiff.algebra.operators.structure import value_of
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries
from matdiff.algebra.stated import stated

# ---- what is recognised -----------------------------------------------------------------------------


def summed_exponent(e: Expr) -> Expr | None:
    """v where an expression is sum(exp(v)), also written 1ᵀexp(v) or Σᵢ exp(vᵢ)."""
    if isinstance(e, IndexedSum):
        e = sum_over_entries.apply(e) or e
    match e:
        case SumOfEntries(operands=(Exp(operands=(v,)),)):
            return v if v.cols is ONE else None
        case Product(operands=(row, Exp(operands=(v,)))) if is_row_of_ones(row) and v.cols is ONE:
            return v
        case Product(operands=(Transpose(operands=(Exp(operands=(v,)),)), ones)) if is_ones(ones) and v.cols is ONE:
            return v
        case _:
            return None


def split_power(e: Expr) -> tuple[Expr, int]:
    """(a, k) of a^(-k) with a whole number k > 0, (e, 0) of anything else."""
    below = e.reciprocal
    return (below[0], int(below[1])) if below and below[1].denominator == 1 else (e, 0)


def without_one(factors: Sequence[Expr], place: int) -> tuple[Expr, ...]:
    """The factors with a^(-k) at a place replaced by a^(1-k)."""
    base, k = split_power(factors[place])
    left = (Power(base, Number(1 - k)),) if k > 1 else ()
    return (*factors[:place], *left, *factors[place + 1 :])


def exchanged(factor: Expr, v: Expr) -> Expr | None:
    """A factor with exp(v) in it, transposed or not, with softmax(v) instead."""
    if isinstance(factor, Transpose):
        inside = exchanged_upright(factor.operands[0], v)
        return None if inside is None else Transpose(inside)
    return exchanged_upright(factor, v)


def exchanged_upright(factor: Expr, v: Expr) -> Expr | None:
    """exp(v), or an entrywise product that it is a factor of, with softmax(v) instead."""
    match factor:
        case Exp(operands=(a,)) if a is v:
            return Softmax(v)
        case Hadamard(operands=f) if not factor.is_scalar:
            place = next((k for k, g in enumerate(f) if isinstance(g, Exp) and g.operands[0] is v), None)
            return None if place is None else Hadamard.of(*f[:place], Softmax(v), *f[place + 1 :])
        case _:
            return None


def exchanged_in(e: Expr, v: Expr) -> Expr | None:
    """An expression with one of its matrix factors exchanged."""
    factors = e.operands if isinstance(e, Product) else (e,)
    for k, factor in enumerate(factors):
        new = exchanged(factor, v)
        if new is not None:
            return Product.of(*factors[:k], new, *factors[k + 1 :])
    return None


# ---- vectors ----------------------------------------------------------------------------------------


@identity(
    "exp(v)/sum(exp(v)) = softmax(v)",
    where="c, k: scalar; v: n; y: m",
    also=(
        "exp(v)/sum(j=1..n, exp(v[j])) = softmax(v)",
        "c*exp(v)*sum(exp(v))^k = c*softmax(v)*sum(exp(v))^(k + 1)",
        "c*y*exp(v)'*sum(exp(v))^k = c*y*softmax(v)'*sum(exp(v))^(k + 1)",
    ),
    under_d=True,
    among=(Power, Hadamard),
    within=(Exp,),
)
def softmax_of_vector(e: Expr) -> Expr | None:
    c, a = e.operands
    scalars = c.operands if isinstance(c, Hadamard) else (c,)
    for k, scalar in enumerate(scalars):
        v = summed_exponent(split_power(scalar)[0]) if scalar.reciprocal else None
        new = exchanged_in(a, v) if v is not None else None
        if new is not None:
            rest = without_one(scalars, k)
            return Scale.of(Hadamard.of(*rest), new) if rest else new
    return None


@identity(
    "(a'*exp(v))/sum(exp(v)) = a'*softmax(v)",
    title="exp(v)/sum(exp(v)) = softmax(v)",
    where="a, v: n",
    also=("(a'*exp(v))/(ones(n)'*exp(v)) = a'*softmax(v)",),
    among=(Power,),
    under_d=True,
    within=(Exp,),
)
def softmax_in_scalar(e: Expr) -> Expr | None:
    if not e.is_scalar:
        return None
    f = e.operands
    for k, scalar in enumerate(f):
        v = summed_exponent(split_power(scalar)[0]) if scalar.reciprocal else None
        for j, other in enumerate(f if v is not None else ()):
            new = exchanged_in(other, v) if isinstance(other, Product) and v is not None else None
            if new is not None:
                factors = list(f)
                factors[j] = new
                return Hadamard.of(*without_one(factors, k))
    return None


logsumexp_of_vector = stated("log(sum(exp(v))) = logsumexp(v)", where="v: n", under_d=True)
logsumexp_of_product = stated(
    "log(ones(n)'*exp(v)) = logsumexp(v)", where="v: n", also=("log(exp(v)'*ones(n)) = logsumexp(v)",), under_d=True
)


logsumexp_of_terms = stated("log(sum(i=1..n, exp(v[i]))) = logsumexp(v)", where="v: n", under_d=True)
log_of_softmax = stated("log(softmax(v)) = v - logsumexp(v)*ones(n)", where="v: n", under_d=True)


log_of_softmax_spelt_out = stated(
    "log(exp(v)/sum(exp(v))) = v - logsumexp(v)*ones(n)",
    where="v: n",
    also=[
        f"log(exp(v)/({total})) = v - logsumexp(v)*ones(n)"
        for total in ("ones(n)'*exp(v)", "exp(v)'*ones(n)", "sum(i=1..n, exp(v[i]))")
    ],
    under_d=True,
)


exp_of_log_softmax = stated("exp(v - logsumexp(v)*ones(n)) = softmax(v)", where="v: n")


# what softmaxes sum to, also under a name

sum_of_softmax = stated("sum(softmax(v)) = 1", title="1ᵀsoftmax(v) = 1", where="v: n", opened=True, among=())
rows_of_softmax_summed = stated(
    "softmax_rows(A)*ones(n) = ones(m)",
    where="A: m x n",
    also=("softmax_cols(A)'*ones(m) = ones(n)",),
    opened=True,
    among=(Ones,),
)
columns_of_softmax_summed = stated(
    "ones(m)'*softmax_cols(A) = ones(n)'",
    where="A: m x n",
    also=("ones(n)'*softmax_rows(A)' = ones(m)'",),
    opened=True,
    among=(Ones,),
)
softmax_summed = stated(
    "ones(n)'*softmax(v) = 1", where="v: n", also=("softmax(v)'*ones(n) = 1",), opened=True, among=(Ones,)
)


@identity(
    "(x + c*ones(n)) .* softmax(v) - ((x + c*ones(n))'*softmax(v))*softmax(v)"
    " = x .* softmax(v) - (x'*softmax(v))*softmax(v)",
    title="(x + c1) ⊙ p − ((x + c1)ᵀp)p = x ⊙ p − (xᵀp)p",
    where="x, v: n; c: scalar",
    among=(Hadamard,),
)
def constants_beside_softmax(e: Expr) -> Expr | None:
    """A constant does not change a softmax, and so it leaves the differential of one."""
    for k, term in enumerate(e.operands):
        number, body = coefficient(term)
        if not isinstance(body, Hadamard) or len(body.operands) != 2 or e.cols is not ONE:
            continue
        for p, x in (body.operands, body.operands[::-1]):
            rest = [a for a in x.operands if not is_constant(a)] if isinstance(x, Sum) else []
            if isinstance(value_of(p), Softmax) and 0 < len(rest) < len(x.operands):
                wanted = key(Scale.of(Product.of(Transpose(x), p), p))
                parts = {
                    key(b): j
                    for j, t in enumerate(e.operands)
                    for c, b in [coefficient(t)]
                    if b is not None and c == -number
                }
                if wanted in parts:
                    y = Sum.of(*rest)
                    mean = multiple(-number, Scale.of(Product.of(Transpose(y), p), p))
                    changed = {k: multiple(number, Hadamard.of(y, p)), parts[wanted]: mean}
                    return Sum.of(*[changed.get(j, t) for j, t in enumerate(e.operands)])
    return None


def is_constant(e: Expr) -> bool:
    """A vector whose entries are all the same: 1, or a multiple of it."""
    return is_ones(e.operands[-1] if isinstance(e, Scale) else e)


# ---- rows and columns of a matrix -------------------------------------------------------------------


logsumexp_of_matrix = stated(
    "log(exp(A)*ones(n)) = logsumexp_rows(A)",
    where="A: m x n",
    also=("log(exp(A)'*ones(m)) = logsumexp_cols(A)", "log(ones(m)'*exp(A)) = logsumexp_cols(A)'"),
    under_d=True,
)


softmax_of_rows = stated(
    "exp(A) ./ (exp(A)*ones(n)*ones(n)') = softmax_rows(A)",
    title="exp(A) ./ (exp(A)11ᵀ) = softmax_rows(A)",
    where="A: m x n",
    also=(
        "exp(A) ./ (exp(A)*ones(n, n)) = softmax_rows(A)",
        "exp(A) ./ (exp(A)*ones(n)*ones(n)').^2 = softmax_rows(A) ./ (exp(A)*ones(n)*ones(n)')",
    ),
    under_d=True,
)
softmax_of_columns = stated(
    "exp(A) ./ (ones(m)*ones(m)'*exp(A)) = softmax_cols(A)",
    title="exp(A) ./ (11ᵀexp(A)) = softmax_cols(A)",
    where="A: m x n",
    also=(
        "exp(A) ./ (ones(m, m)*exp(A)) = softmax_cols(A)",
        "exp(A) ./ (ones(m)*ones(m)'*exp(A)).^2 = softmax_cols(A) ./ (ones(m)*ones(m)'*exp(A))",
    ),
    under_d=True,
)
log_of_softmax_of_rows = stated(
    "log(softmax_rows(A)) = A - logsumexp_rows(A)*ones(n)'",
    where="A: m x n",
    also=("log(exp(A) ./ (exp(A)*ones(n)*ones(n)')) = A - logsumexp_rows(A)*ones(n)'",),
    under_d=True,
)
log_of_softmax_of_columns = stated(
    "log(softmax_cols(A)) = A - ones(m)*logsumexp_cols(A)'",
    where="A: m x n",
    also=("log(exp(A) ./ (ones(m)*ones(m)'*exp(A))) = A - ones(m)*logsumexp_cols(A)'",),
    under_d=True,
)
transpose_of_softmax = stated(
    "softmax_rows(A)' = softmax_cols(A')",
    where="A: m x n",
    also=("softmax_cols(A)' = softmax_rows(A')",),
    when=gets_no_longer,
)


softmax_of_one_column = stated("softmax_cols(v) = softmax(v)", where="v: n")
