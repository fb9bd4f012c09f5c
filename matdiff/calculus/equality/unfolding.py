"""The laws of the normal form that put in place what an operator stands for: norms as square roots of traces,
softmax and the sigmoid as quotients of exponentials, so that few operators are left whose laws have to meet."""

from __future__ import annotations

import matdiff.algebra.operators  # noqa: F401 - fills the tables of operators
from matdiff.algebra.expr import FUNCTIONS, Expr
from matdiff.algebra.identities.expansions import frobenius_as_trace
from matdiff.algebra.laws import Law
from matdiff.algebra.operators.norms import Frobenius, Norm
from matdiff.algebra.stated import stated

MEANINGS = {  # of functions of one matrix, or of every entry
    "sym(A) = (A + A')/2": "n x n",
    "skew(A) = (A - A')/2": "n x n",
    "softmax(A) = exp(A)/sum(exp(A))": "n",
    "softmax_rows(A) = exp(A) ./ (exp(A)*ones(n)*ones(n)')": "m x n",
    "softmax_cols(A) = exp(A) ./ (ones(m)*ones(m)'*exp(A))": "m x n",
    "logsumexp(A) = log(sum(exp(A)))": "n",
    "logsumexp_rows(A) = log(exp(A)*ones(n))": "m x n",
    "logsumexp_cols(A) = log(exp(A)'*ones(m))": "m x n",
    "sigmoid(A) = exp(A) ./ (1 + exp(A))": "m x n",
    "tanh(A) = (exp(2*A) - 1) ./ (exp(2*A) + 1)": "m x n",
    "sinh(A) = (exp(A) - exp(-A))/2": "m x n",
    "cosh(A) = (exp(A) + exp(-A))/2": "m x n",
    "tan(A) = sin(A) ./ cos(A)": "m x n",
    "silu(A) = A .* sigmoid(A)": "m x n",
    "softplus(A) = log(1 + exp(A))": "m x n",
    "softsign(A) = A ./ (1 + abs(A))": "m x n",
    "log1p(A) = log(1 + A)": "m x n positive",
    "expm1(A) = exp(A) - 1": "m x n",
    "log2(A) = log(A)/log(2)": "m x n positive",
    "log10(A) = log(A)/log(10)": "m x n positive",
    "logit(A) = log(A ./ (1 - A))": "m x n",
}


def meaning(statement: str, what: str) -> tuple[type[Expr], tuple[Law, ...]]:
    """The function that a statement begins with, and the law that it is."""
    name = statement.partition("(")[0]
    return FUNCTIONS[name], stated(statement, where=f"A: {what}", name=f"unfolded_{name}").each


UNFOLDED: dict[type[Expr], tuple[Law, ...]] = {
    Norm: stated("norm2(x) = sqrt(x'*x)", where="x: n", name="unfolded_norm").each
    + stated("norm2(A) = sqrt(tr(A'*A))", where="A: m x n", name="unfolded_matrix_norm").each,
    Frobenius: (frobenius_as_trace,),
    FUNCTIONS["commutator"]: stated(
        "commutator(A, B) = A*B - B*A", where="A, B: n x n", name="unfolded_commutator"
    ).each,
    **dict(meaning(statement, what) for statement, what in MEANINGS.items()),
}
