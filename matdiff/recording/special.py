"""Special functions and densities of SciPy, JAX and PyTorch: logsumexp, softmax, log Φ, norm.logpdf, …"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce, wraps
from typing import Any

from matdiff.algebra.constants import PI
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Number
from matdiff.algebra.operators.activations import Huber, NormalDistribution
from matdiff.algebra.operators.entrywise import Log, Sqrt
from matdiff.algebra.operators.gamma import Polygamma
from matdiff.algebra.operators.products import Scale, Transpose, quotient
from matdiff.algebra.operators.softmax import (
    LogSumExp,
    LogSumExpOfColumns,
    LogSumExpOfRows,
    Softmax,
    SoftmaxOfColumns,
    SoftmaxOfRows,
)
from matdiff.recording.arrays import FUNCTIONS, UFUNCS, Traced, as_traced, function, lift, refuse, ufunc
from matdiff.recording.axes import ravel
from matdiff.recording.linear import inverse, logdet_of, square_matrix
from matdiff.recording.masks import Masked
from matdiff.recording.operations import add, divide, log, matmul, multiply, negative, square, subtract
from matdiff.recording.reductions import along_one, axes_of, total, without
from matdiff.recording.shapes import repeated

# ---- softmax and logsumexp along an axis ----------------------------------------------------------------


@function("special.logsumexp", "nn.logsumexp", "logsumexp", method="logsumexp")
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False) -> Traced:
    x = lift(a)
    if b is not None:
        return log(total(multiply(lift(b), exp(x)), axis, keepdims=keepdims))
    if isinstance(x, Masked):
        return log(total(exp(x), axis, keepdims=keepdims))
    axes = axes_of(x, axis)
    if x.ndim > 2:
        return along_one(logsumexp, x, axes, keepdims)
    lengths = without(x, axes, keepdims)
    e = x.expr
    if not axes or all(x.lengths[k] is ONE for k in axes):
        return Traced(e, lengths)
    if len(axes) == x.ndim:
        return Traced(LogSumExp(e if e.cols is ONE else ravel(x).expr), lengths)
    if axes == (1,):
        return Traced(LogSumExpOfRows(e), lengths)
    return Traced(Transpose(LogSumExpOfColumns(e)) if keepdims else LogSumExpOfColumns(e), lengths)


def exp(x: Traced) -> Traced:
    """exp A; where A is −∞ it is 0."""
    found: Traced = UFUNCS["exp"](x.finite if isinstance(x, Masked) else x)
    return multiply(x.kept, found) if isinstance(x, Masked) else found


@function("special.softmax", "nn.softmax", "softmax", method="softmax")
def softmax(x: Any, axis: Any = None) -> Traced:
    a = lift(x)
    if isinstance(a, Masked):
        powers = exp(a)
        return divide(powers, total(powers, axis, keepdims=True))
    axes = axes_of(a, axis)
    if len(axes) != 1:
        refuse("a softmax over all entries of a matrix")
    if a.ndim > 2:
        return as_traced(FUNCTIONS["transformed members"](softmax, a, axes[0]))
    e = a.expr
    if e.cols is ONE:
        return Traced(Softmax(e) if axes == (0,) else repeated(Number(1), e.shape), a.lengths)
    return Traced(SoftmaxOfRows(e) if axes == (1,) else SoftmaxOfColumns(e), a.lengths)


@function("special.log_softmax", "nn.log_softmax", "log_softmax", method="log_softmax")
def log_softmax(x: Any, axis: Any = None) -> Traced:
    a = lift(x)
    return subtract(a, logsumexp(a, axis, keepdims=True))


# ---- entrywise functions ----------------------------------------------------------------------------------


@ufunc("log_ndtr")
def log_ndtr(a: Traced) -> Traced:
    return Traced(Log(NormalDistribution(a.expr)), a.lengths)


@ufunc("erfc")
def erfc(a: Traced) -> Traced:
    return 1 - UFUNCS["erf"](a)


gammaln = UFUNCS["gammaln"]


@function("special.polygamma", "polygamma")
def polygamma(n: Any, x: Any) -> Traced:
    a = lift(x)
    return Traced(Polygamma.of(a.expr, lift(n).expr), a.lengths)


@ufunc("betaln")
def betaln(a: Traced, b: Traced) -> Traced:
    return gammaln(a) + gammaln(b) - gammaln(a + b)


@ufunc("xlog1py")
def xlog1py(a: Traced, b: Traced) -> Traced:
    return multiply(a, UFUNCS["log1p"](b))


@ufunc("rel_entr")
def rel_entr(a: Traced, b: Traced) -> Traced:
    """a log(a/b)"""
    return multiply(a, subtract(log(a), log(b)))


@ufunc("kl_div")
def kl_div(a: Traced, b: Traced) -> Traced:
    """a log(a/b) − a + b"""
    return rel_entr(a, b) - a + b


@function("special.huber")
def huber(delta: Any, r: Any) -> Traced:
    d, a = lift(delta), lift(r)
    return Traced(Huber.of(a.expr, d.expr), a.lengths)


@function("special.multigammaln")
def multigammaln(a: Any, d: int) -> Traced:
    """log Γ_d(a) = d(d − 1)/4 log π + Σ log Γ(a + (1 − j)/2)"""
    if not isinstance(d, int):
        refuse("multigammaln of a symbolic dimension")
    x = lift(a)
    constant = Traced(Scale.of(lift(d * (d - 1)).expr / Number(4), Log(PI)), ())
    return reduce(add, [gammaln(x - Fraction(j, 2)) for j in range(d)], constant)


@ufunc("rsqrt")
def rsqrt(a: Traced) -> Traced:
    return divide(lift(1), Traced(Sqrt(a.expr), a.lengths))


@ufunc("arctan2", "atan2")
def arctan2(y: Traced, x: Traced) -> Traced:
    """The angle of (x, y): 2 arctan(y/(r + x)) with r² = x² + y²"""
    return 2 * UFUNCS["arctan"](y / (UFUNCS["hypot"](x, y) + x))


@ufunc("cbrt")
def cbrt(a: Traced) -> Traced:
    return UFUNCS["sign"](a) * UFUNCS["power"](UFUNCS["absolute"](a), lift(Fraction(1, 3)))


@ufunc("deg2rad", "radians")
def radians(a: Traced) -> Traced:
    return a * Traced(quotient(PI, Number(180)), ())


@ufunc("sinc")
def sinc(a: Traced) -> Traced:
    """sin(πx)/(πx)"""
    angle = a * Traced(PI, ())
    return UFUNCS["sin"](angle) / angle


# ---- densities ---------------------------------------------------------------------------------------------

LOG_2_PI = Log(Scale.of(Number(2), PI))


def standardised(x: Any, loc: Any, scale: Any) -> Traced:
    """(x − μ)/σ"""
    centred = lift(x) if is_number(loc, 0) else subtract(lift(x), lift(loc))
    return centred if is_number(scale, 1) else divide(centred, lift(scale))


def is_number(value: Any, number: int) -> bool:
    return isinstance(value, (int, float)) and value == number


def less_log(whole: Traced, scale: Any) -> Traced:
    """A − log σ"""
    return whole if is_number(scale, 1) else subtract(whole, log(lift(scale)))


@function("stats.norm.logpdf")
def norm_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    """−½z² − log σ − ½ log 2π"""
    z = standardised(x, loc, scale)
    return less_log(square(z) * lift(-0.5), scale) - Traced(Scale.of(Number(1) / Number(2), LOG_2_PI), ())


@function("stats.norm.pdf")
def norm_pdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    found: Traced = UFUNCS["normpdf"](standardised(x, loc, scale))
    return found if is_number(scale, 1) else divide(found, lift(scale))


@function("stats.norm.cdf")
def norm_cdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    z = standardised(x, loc, scale)
    return Traced(NormalDistribution(z.expr), z.lengths)


@function("stats.norm.sf")
def norm_sf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    return norm_cdf(negative(standardised(x, loc, scale)))


@function("stats.norm.logcdf")
def norm_logcdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    return log_ndtr(standardised(x, loc, scale))


@function("stats.norm.logsf")
def norm_logsf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    return log_ndtr(negative(standardised(x, loc, scale)))


@function("stats.multivariate_normal.logpdf")
def multivariate_normal_logpdf(x: Any, mean: Any = None, cov: Any = 1) -> Traced:
    """−½(d log 2π + log|Σ| + (x − μ)ᵀΣ⁻¹(x − μ)), row by row"""
    a, sigma = lift(x), lift(cov)
    if sigma.ndim != 2:
        refuse("multivariate_normal with a covariance that is no matrix")
    square_matrix(sigma, "multivariate_normal")
    if mean is not None and lift(mean).ndim == 0:
        refuse("multivariate_normal with a mean that is a number")
    centred = a if mean is None else subtract(a, lift(mean))
    weighted = matmul(centred, inverse(sigma))
    distance = matmul(weighted, centred) if centred.ndim == 1 else total(multiply(weighted, centred), 1)
    d = lift(sigma.shape[0])
    return (distance + logdet_of(sigma) + d * Traced(LOG_2_PI, ())) * lift(-0.5)


@function("stats.multivariate_normal.pdf")
def multivariate_normal_pdf(x: Any, mean: Any = None, cov: Any = 1) -> Traced:
    return exp(multivariate_normal_logpdf(x, mean, cov))


@function("stats.t.logpdf")
def t_logpdf(x: Any, df: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    """log Γ((ν + 1)/2) − log Γ(ν/2) − ½ log νπ − (ν + 1)/2 log(1 + z²/ν)"""
    z, nu = standardised(x, loc, scale), lift(df)
    half = (nu + 1) / 2
    constant = gammaln(half) - gammaln(nu / 2) - log(nu * Traced(PI, ())) / 2
    return less_log(constant - half * UFUNCS["log1p"](square(z) / nu), scale)


@function("stats.gamma.logpdf")
def gamma_logpdf(x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    """(a − 1) log z − z − log Γ(a)"""
    z, shape = standardised(x, loc, scale), lift(a)
    return less_log((shape - 1) * log(z) - z - gammaln(shape), scale)


@function("stats.invgamma.logpdf")
def invgamma_logpdf(x: Any, a: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    """−(a + 1) log z − 1/z − log Γ(a)"""
    z, shape = standardised(x, loc, scale), lift(a)
    return less_log(-(shape + 1) * log(z) - 1 / z - gammaln(shape), scale)


@function("stats.beta.logpdf")
def beta_logpdf(x: Any, a: Any, b: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    """(a − 1) log z + (b − 1) log(1 − z) − log B(a, b)"""
    z, p, q = standardised(x, loc, scale), lift(a), lift(b)
    return less_log((p - 1) * log(z) + (q - 1) * UFUNCS["log1p"](-z) - betaln(p, q), scale)


@function("stats.expon.logpdf")
def expon_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    return less_log(-standardised(x, loc, scale), scale)


@function("stats.laplace.logpdf")
def laplace_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    return less_log(-abs(standardised(x, loc, scale)) - log(lift(2)), scale)


@function("stats.cauchy.logpdf")
def cauchy_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    z = standardised(x, loc, scale)
    return less_log(-UFUNCS["log1p"](square(z)) - log(Traced(PI, ())), scale)


@function("stats.logistic.logpdf")
def logistic_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    z = standardised(x, loc, scale)
    return less_log(-z - 2 * UFUNCS["softplus"](-z), scale)


@function("stats.lognorm.logpdf")
def lognorm_logpdf(x: Any, s: Any, loc: Any = 0, scale: Any = 1) -> Traced:
    """log N(log z | 0, s²) − log z"""
    z = standardised(x, loc, scale)
    return less_log(norm_logpdf(log(z), 0, s) - log(z), scale)


@function("stats.poisson.logpmf")
def poisson_logpmf(k: Any, mu: Any) -> Traced:
    """k log μ − μ − log k!"""
    x, rate = lift(k), lift(mu)
    return multiply(x, log(rate)) - rate - gammaln(x + 1)


@function("stats.bernoulli.logpmf")
def bernoulli_logpmf(k: Any, p: Any) -> Traced:
    x, q = lift(k), lift(p)
    return multiply(x, log(q)) + (1 - x) * UFUNCS["log1p"](-q)


@function("stats.binom.logpmf")
def binom_logpmf(k: Any, n: Any, p: Any) -> Traced:
    x, m = lift(k), lift(n)
    chosen = gammaln(m + 1) - gammaln(x + 1) - gammaln(m - x + 1)
    return chosen + multiply(x, log(lift(p))) + (m - x) * UFUNCS["log1p"](-lift(p))


@function("stats.dirichlet.logpdf")
def dirichlet_logpdf(x: Any, alpha: Any) -> Traced:
    a = lift(alpha)
    return gammaln(total(a)) - total(gammaln(a)) + total(multiply(a - 1, log(lift(x))))


def of_logarithm(density: Any) -> Any:
    """The density of its logarithm"""
    return wraps(density)(lambda *arguments, **options: exp(density(*arguments, **options)))


for _name in [n for n in FUNCTIONS if n.startswith("stats.")]:
    for _log, _whole in (("logpdf", "pdf"), ("logpmf", "pmf")):
        if _name.endswith(_log):
            FUNCTIONS.setdefault(_name.removesuffix(_log) + _whole, of_logarithm(FUNCTIONS[_name]))


# ---- torch.distributions ---------------------------------------------------------------------------------

OF_DISTRIBUTIONS: dict[str, tuple[str, tuple[str, ...]]] = {  # the density, and the names of its parameters
    "Normal": ("stats.norm.logpdf", ("loc", "scale")),
    "Laplace": ("stats.laplace.logpdf", ("loc", "scale")),
    "MultivariateNormal": ("stats.multivariate_normal.logpdf", ("loc", "covariance_matrix")),
    "Poisson": ("stats.poisson.logpmf", ("rate",)),
    "Beta": ("stats.beta.logpdf", ("concentration1", "concentration0")),
    "StudentT": ("stats.t.logpdf", ("df", "loc", "scale")),
    "Dirichlet": ("stats.dirichlet.logpdf", ("concentration",)),
}


class Distribution:
    """A distribution with its parameters in the order of its density."""

    def __init__(self, density: Any, parameters: tuple[Any, ...]) -> None:
        self.density, self.parameters = density, parameters

    def log_prob(self, value: Any) -> Traced:
        found: Traced = self.density(value, *self.parameters)
        return found


def distribution(density: str, names: tuple[str, ...]) -> Any:
    """torch.distributions.Normal(μ, σ)"""

    def made(*arguments: Any, **options: Any) -> Distribution:
        given = dict(zip(names, arguments, strict=False)) | options
        if set(given) - set(names) or not all(n in given for n in names):
            refuse(f"a distribution with {', '.join(options)}=")
        return Distribution(FUNCTIONS[density], tuple(given[n] for n in names))

    return made


for _name, (_density, _parameters) in OF_DISTRIBUTIONS.items():
    FUNCTIONS[f"distributions.{_name}"] = distribution(_density, _parameters)
