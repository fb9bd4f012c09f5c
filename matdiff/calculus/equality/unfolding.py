"""The laws of the normal form that put in place what an operator stands for: norms as square roots of traces,
softmax and the sigmoid as quotients of exponentials, so that few operators are left whose laws have to meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import matdiff.algebra.operators  # noqa: F401 - fills the tables of operators
from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import FUNCTIONS, Expr, Number, Operator
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.entrywise import Abs, Exp, Log, Sqrt
from matdiff.algebra.operators.norms import Frobenius, inner
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose, ones_like
from matdiff.algebra.operators.sums import SumOfEntries


class Meaning(NamedTuple):
    """What an operator stands for: the statement, with its declarations, and the function that builds it."""

    operator: type[Operator]
    title: str
    statement: str
    where: str
    build: Callable[..., Expr]


def reciprocal(e: Expr) -> Expr:
    """1 ./ A"""
    return Power.of(e, Number(-1))


def one_plus(e: Expr) -> Expr:
    """1 + A, entry by entry."""
    return ones_like(e) + e


def along_rows(a: Expr) -> Expr:
    """A11ᵀ: in every place the sum of the row."""
    return Product.of(a, Ones(a.cols), Transpose(Ones(a.cols)))


def along_columns(a: Expr) -> Expr:
    """11ᵀA: in every place the sum of the column."""
    return Product.of(Ones(a.rows), Transpose(Ones(a.rows)), a)


def log_to_base(base: int) -> Callable[[Expr], Expr]:
    """log(a)/log(b)"""
    return lambda a: Scale.of(reciprocal(Log(Number(base))), Log(a))


def tangent_hyperbolic(a: Expr) -> Expr:
    """(exp(2a) − 1)/(exp(2a) + 1)"""
    return Hadamard.of(Exp(2 * a) - ones_like(a), reciprocal(one_plus(Exp(2 * a))))


F = FUNCTIONS
SCALAR, POSITIVE, MATRIX, VECTOR = "a: scalar", "a: scalar positive", "A: m x n", "v: n"
MEANINGS = (
    Meaning(F["norm2"], "‖A‖ = √Tr(AᵀA)", "norm2(A) = sqrt(tr(A'*A))", MATRIX, lambda a: Sqrt(inner(a, a))),
    Meaning(Frobenius, "A : B = Tr(AᵀB)", "A : B = tr(A'*B)", "A, B: m x n", inner),
    Meaning(
        F["commutator"],
        "[A, B] = AB − BA",
        "commutator(A, B) = A*B - B*A",
        "A, B: n x n",
        lambda a, b: a * b - b * a,
    ),
    Meaning(F["sym"], "sym(A) = ½(A + Aᵀ)", "sym(A) = (A + A')/2", "A: n x n", lambda a: (a + Transpose(a)) / 2),
    Meaning(F["skew"], "skew(A) = ½(A − Aᵀ)", "skew(A) = (A - A')/2", "A: n x n", lambda a: (a - Transpose(a)) / 2),
    Meaning(
        F["softmax"],
        "softmax(v) = exp(v)/Σexp(v)",
        "softmax(v) = exp(v)/sum(exp(v))",
        VECTOR,
        lambda v: Scale.of(reciprocal(SumOfEntries(Exp(v))), Exp(v)),
    ),
    Meaning(
        F["softmax_rows"],
        "softmax of rows",
        "softmax_rows(A) = exp(A) ./ (exp(A)*ones(n)*ones(n)')",
        MATRIX,
        lambda a: Hadamard.of(Exp(a), reciprocal(along_rows(Exp(a)))),
    ),
    Meaning(
        F["softmax_cols"],
        "softmax of columns",
        "softmax_cols(A) = exp(A) ./ (ones(m)*ones(m)'*exp(A))",
        MATRIX,
        lambda a: Hadamard.of(Exp(a), reciprocal(along_columns(Exp(a)))),
    ),
    Meaning(
        F["logsumexp"],
        "logsumexp(v) = log(Σexp(v))",
        "logsumexp(v) = log(sum(exp(v)))",
        VECTOR,
        lambda v: Log(SumOfEntries(Exp(v))),
    ),
    Meaning(
        F["logsumexp_rows"],
        "logsumexp of rows",
        "logsumexp_rows(A) = log(exp(A)*ones(n))",
        MATRIX,
        lambda a: Log(Product.of(Exp(a), Ones(a.cols))),
    ),
    Meaning(
        F["logsumexp_cols"],
        "logsumexp of columns",
        "logsumexp_cols(A) = log(exp(A)'*ones(m))",
        MATRIX,
        lambda a: Log(Product.of(Transpose(Exp(a)), Ones(a.rows))),
    ),
    Meaning(
        F["sigmoid"],
        "σ(a) = exp(a)/(1 + exp(a))",
        "sigmoid(a) = exp(a)/(1 + exp(a))",
        SCALAR,
        lambda a: Hadamard.of(Exp(a), reciprocal(one_plus(Exp(a)))),
    ),
    Meaning(
        F["tanh"],
        "tanh(a) = (exp(2a) − 1)/(exp(2a) + 1)",
        "tanh(a) = (exp(2*a) - 1)/(exp(2*a) + 1)",
        SCALAR,
        tangent_hyperbolic,
    ),
    Meaning(F["sinh"], "sinh(a)", "sinh(a) = (exp(a) - exp(-a))/2", SCALAR, lambda a: (Exp(a) - Exp(-a)) / 2),
    Meaning(F["cosh"], "cosh(a)", "cosh(a) = (exp(a) + exp(-a))/2", SCALAR, lambda a: (Exp(a) + Exp(-a)) / 2),
    Meaning(
        F["tan"],
        "tan(a) = sin(a)/cos(a)",
        "tan(a) = sin(a)/cos(a)",
        SCALAR,
        lambda a: Hadamard.of(F["sin"].of(a), reciprocal(F["cos"].of(a))),
    ),
    Meaning(
        F["silu"], "silu(a) = a σ(a)", "silu(a) = a*sigmoid(a)", SCALAR, lambda a: Hadamard.of(a, F["sigmoid"].of(a))
    ),
    Meaning(
        F["softplus"],
        "softplus(a) = log(1 + exp(a))",
        "softplus(a) = log(1 + exp(a))",
        SCALAR,
        lambda a: Log(one_plus(Exp(a))),
    ),
    Meaning(
        F["softsign"],
        "softsign(a) = a/(1 + |a|)",
        "softsign(a) = a/(1 + abs(a))",
        SCALAR,
        lambda a: Hadamard.of(a, reciprocal(one_plus(Abs(a)))),
    ),
    Meaning(F["log1p"], "log1p(a) = log(1 + a)", "log1p(a) = log(1 + a)", POSITIVE, lambda a: Log(one_plus(a))),
    Meaning(F["expm1"], "expm1(a) = exp(a) − 1", "expm1(a) = exp(a) - 1", SCALAR, lambda a: Exp(a) - ones_like(a)),
    Meaning(F["log2"], "log2(a) = log(a)/log(2)", "log2(a) = log(a)/log(2)", POSITIVE, log_to_base(2)),
    Meaning(F["log10"], "log10(a) = log(a)/log(10)", "log10(a) = log(a)/log(10)", POSITIVE, log_to_base(10)),
    Meaning(
        F["logit"],
        "logit(a) = log(a/(1 − a))",
        "logit(a) = log(a/(1 - a))",
        SCALAR,
        lambda a: Log(Hadamard.of(a, reciprocal(ones_like(a) - a))),
    ),
)


def _unfolding(meaning: Meaning) -> Law:
    operator, title, statement, where, build = meaning
    name = f"unfolded_{operator.__name__.lower()}"
    return Law(name, title, statement, "identity", lambda e: build(*e.operands), where=where)


UNFOLDED: dict[type[Expr], tuple[Law, ...]] = {m.operator: (_unfolding(m),) for m in MEANINGS}
