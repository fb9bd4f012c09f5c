"""softmax and logsumexp, recognised where they are spelt out, and what they sum to.

An expression in, the shorter one out.  ``EXPANSIONS`` are the laws that are of use under d as well, since
the operators have shorter differentials than what they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.identities.transposes import gets_no_longer, untransposed
from matdiff.algebra.laws import identity
from matdiff.algebra.operators.entrywise import Exp, Log
from matdiff.algebra.operators.products import (
    Hadamard,
    Power,
    Product,
    Scale,
    Transpose,
    factors_of,
    scalars_of,
)
from matdiff.algebra.operators.softmax import Softmax
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.stated import stated

# ---- what is recognised -----------------------------------------------------------------------------


def summed_exponent(e: Expr) -> Expr | None:
    """v where an expression is sum(exp(v)), also written 1ᵀexp(v) or Σᵢ exp(vᵢ): its logarithm is logsumexp(v)."""
    laws = (logsumexp_of_vector, *logsumexp_of_product.each, logsumexp_of_terms)
    found: Expr | None = next((made for law in laws if (made := law.apply(Log(e))) is not None), None)
    return None if found is None else found.operands[0]


def totals(scalars: Sequence[Expr]) -> Iterator[tuple[int, Expr]]:
    """The places of powers of 1/sum(exp(v)) among scalars, with v."""
    for k, s in enumerate(scalars):
        v = summed_exponent(split_power(s)[0]) if s.reciprocal else None
        if v is not None:
            yield k, v


def split_power(e: Expr) -> tuple[Expr, int]:
    """(a, k) of a^(-k) with a whole number k > 0, (e, 0) of anything else."""
    below = e.reciprocal
    return (below[0], int(below[1])) if below and below[1].denominator == 1 else (e, 0)


def without_one(factors: Sequence[Expr], place: int) -> tuple[Expr, ...]:
    """The factors with a^(-k) at a place replaced by a^(1-k)."""
    base, k = split_power(factors[place])
    left = (Power(base, Number(1 - k)),) if k > 1 else ()
    return (*factors[:place], *left, *factors[place + 1 :])


def exchanged(e: Expr, v: Expr) -> Expr | None:
    """A product with softmax(v) for exp(v) in one of its factors, transposed or in an entrywise product, or not."""
    factors = factors_of(e)
    for k, factor in enumerate(factors):
        upright = untransposed(factor)
        parts = upright.operands if isinstance(upright, Hadamard) and not upright.is_scalar else (upright,)
        if Exp(v) in parts:
            new = Hadamard.of(*[Softmax(v) if j == parts.index(Exp(v)) else o for j, o in enumerate(parts)])
            return Product.of(*factors[:k], new if upright is factor else Transpose(new), *factors[k + 1 :])
    return None


# ---- vectors ----------------------------------------------------------------------------------------


@identity(
    "exp(v)/sum(exp(v)) = softmax(v)",
    where="c, k: scalar; a, v: n; y: m",
    also=(
        "exp(v)/sum(j=1..n, exp(v[j])) = softmax(v)",
        "c*exp(v)*sum(exp(v))^k = c*softmax(v)*sum(exp(v))^(k + 1)",
        "c*y*exp(v)'*sum(exp(v))^k = c*y*softmax(v)'*sum(exp(v))^(k + 1)",
        "(a'*exp(v))/sum(exp(v)) = a'*softmax(v)",
        "(a'*exp(v))/(ones(n)'*exp(v)) = a'*softmax(v)",
    ),
    under_d=True,
    among=(Power, Hadamard),
    within=(Exp,),
)
def softmax_of_vector(e: Expr) -> Expr | None:
    """Wherever exp(v) stands among the factors of a product beside 1/sum(exp(v)), or of another number beside it."""
    f = (*scalars_of(e.operands[0]), e.operands[1]) if isinstance(e, Scale) else e.operands if e.is_scalar else ()
    for k, v in totals(f):
        for j, other in enumerate(f):
            new = exchanged(other, v) if not e.is_scalar or isinstance(other, Product) else None
            if new is not None:
                *rest, last = without_one((*f[:j], new, *f[j + 1 :]), k)
                return Scale.of(Hadamard.of(*rest), last) if rest else last
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
    transposed=True,
)
softmax_summed = stated(
    "ones(n)'*softmax(v) = 1", where="v: n", also=("softmax(v)'*ones(n) = 1",), opened=True, among=(Ones,)
)


constants_beside_softmax = stated(  # a constant does not change a softmax, and so it leaves the differential of one
    "(x + ones(n)) .* softmax(v) - ((x + ones(n))'*softmax(v))*softmax(v)"
    " = x .* softmax(v) - (x'*softmax(v))*softmax(v)",
    title="(x + c1) ⊙ p − ((x + c1)ᵀp)p = x ⊙ p − (xᵀp)p",
    where="x, v: n; c: scalar",
    also=[
        f"(x + {c}) .* softmax(v) - ({mean})*softmax(v) = x .* softmax(v) - (x'*softmax(v))*softmax(v)"
        for c, mean in (
            ("ones(n)", "softmax(v)'*(x + ones(n))"),
            ("c*ones(n)", "(x + c*ones(n))'*softmax(v)"),
            ("c*ones(n)", "softmax(v)'*(x + c*ones(n))"),
        )
    ],
    opened=True,
    among=(Hadamard,),
    within=(Softmax, Named),
)


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
