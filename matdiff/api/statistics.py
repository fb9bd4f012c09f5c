"""Statistics: sums over samples and data matrices, expectations, the Fisher information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.algebra.expr import Expr
from matdiff.api.inputs import Where, function_of, parse, with_notes

if TYPE_CHECKING:
    from matdiff.results.expectation import ExpectedValue

Moments = str | Mapping[str, str | Expr | tuple[str | Expr, ...]]


def matrix_form(expr: Expr | str, names: Mapping[str, str] | None = None, where: Where = None) -> Expr:
    """Sums over data as products of data matrices, whose rows are the samples: Σᵢ xᵢxᵢᵀ = XᵀX.

    *names* gives the matrix of a family (``{"x": "X"}``); without it the capital letter is taken.  Raises
    UnknownNameError when a name is no family, or is in use.

    >>> print(matrix_form("∑_i (w'x_i - y_i)^2", where="x[i=1..N]: d; w: d; y[i=1..N]: scalar"))
    ‖Xw − y‖²
    """
    from matdiff.calculus.samples.matrices import matrix_form

    f = parse(expr, where) if isinstance(expr, str) else expr
    return with_notes(matrix_form(f, names), f)


def sum_form(expr: Expr | str, names: Mapping[str, str], where: Where = None) -> Expr:
    """Data matrices as families of samples, which are their rows: XᵀX = Σᵢ xᵢxᵢᵀ, the way back from matrix_form.

    *names* gives the family of a matrix or vector.  Raises UnsupportedError, which names the part, where nothing sums
    over the samples.

    >>> print(sum_form("norm2(X w - y)^2", {"X": "x", "y": "y"}, "X: N x d; w: d; y: N"))
    ∑_{i=1}^{N} (x[i]ᵀw − y[i])²
    """
    from matdiff.calculus.samples.sums import sum_form

    f = parse(expr, where) if isinstance(expr, str) else expr
    return with_notes(sum_form(f, names), f)


def expect(expr: str | Expr, of: Moments | None = None, where: Where = None) -> ExpectedValue:
    """The expectation of an expression that is at most quadratic in random symbols, with its steps.

    *of* gives the mean and the covariance of every random symbol, as a text or by name; a text *expr* may say them
    itself, and so may a declaration: ``"x: n ~ N(mu, Sigma)"``.  They hold for every distribution with these moments,
    N(mu, Sigma) among them; random symbols are independent of each other.  A name that is new is a mean or a
    covariance in the shape that fits.  Members of a family are independent: ``x`` for members that are alike, ``x[i]``
    for a mean and a covariance that depend on i.  The covariance of a matrix X is that of vec(X), as ``kron(V, U)``
    with U for the rows and V for the columns.  What is linear needs a mean alone.  Raises UnsupportedError, which names
    the part, for what is not quadratic.

    >>> expect("E[x'A x], x ~ N(mu, Sigma)", where="A: n x n")
    E[xᵀAx] = μᵀAμ + Tr(AΣ)
    >>> print(expect("norm2(A*x - b)^2", "x ~ (mu, Sigma)", "A: m x n").result)
    ‖Aμ − b‖² + Tr(AᵀAΣ)
    """
    from matdiff.calculus.expectations.expectation import derived
    from matdiff.language.distributions import declared_apart, read_distribution, said_of, said_together, told_apart
    from matdiff.results.expectation import ExpectedValue

    where, declared = declared_apart(where)
    text, said = told_apart(expr) if isinstance(expr, str) else (expr, {})
    f = parse(text, where) if isinstance(text, str) else text
    given = said_of(of) if isinstance(of, str) else of or {}
    return ExpectedValue(derived(f, *read_distribution(f, said_together(said, given, declared), where)))


def expectation(expr: str | Expr, of: Moments, where: Where = None) -> Expr:
    """E[f] alone, as ``expect`` finds it.

    >>> print(expectation("norm2(A*x - b)^2", {"x": ("mu", "Sigma")}, "A: m x n"))
    ‖Aμ − b‖² + Tr(AᵀAΣ)
    >>> print(expectation("c = ∑_i x_i/N; ∑_i ‖x_i - c‖²", {"x": ("mu", "Sigma")}, "x[i=1..N]: d"))
    Tr(Σ)N − Tr(Σ)
    >>> print(expectation("X'*A*X", {"X": ("0", "kron(V, U)")}, "X: m x n; U: m x m spd; V: n x n spd"))
    Tr(AU)V
    """
    found = expect(expr, of, where)
    return with_notes(found.result, found.function)


def fisher(
    expr: str | Expr, wrt: str | Expr | Sequence[str | Expr], of: Moments, where: Where = None
) -> Expr | Mapping[tuple[str, str], Expr]:
    """The Fisher information: the expectation of the Hessian of a negative log-likelihood, under the model itself.

    *of* gives the mean and the covariance of the data as in ``expectation``.  With several unknowns a mapping from
    pairs of names to blocks.  For a symmetric unknown S the block is that of the quadratic form in vec(dS).

    >>> gaussian = "N/2*log det S + 1/2*sum(i=1..N, (x[i] - mu)'inv(S)*(x[i] - mu))"
    >>> blocks = fisher(gaussian, ("mu", "S"), {"x": ("mu", "S")}, "S: d x d spd; x[i=1..N]: d; mu: d")
    >>> for pair, block in blocks.items():
    ...     print(*pair, block)
    mu mu NS⁻¹
    mu S 0_{d×d*d}
    S mu 0_{d*d×d}
    S S ½N(S⁻¹ ⊗ S⁻¹)
    >>> print(fisher("norm2(y - X w)^2/(2 s)", "w", {"y": ("X w", "s*eye(N)")}, "X: N x d; s: scalar positive"))
    XᵀX/s
    """
    from matdiff.calculus.expectations.fisher import fisher as information
    from matdiff.language.distributions import read_distribution

    f, unknowns = function_of(expr, wrt, where, True)
    found = information(f, unknowns, *read_distribution(f, of, where)).blocks
    return next(iter(found.values())) if isinstance(wrt, (str, Expr)) else found
