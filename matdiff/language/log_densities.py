r"""Distributions of numbers by their densities: \log \mathrm{Bern}(y | p) is y log p + (1 − y) log(1 − p).

In goes the plain spelling of a text, out comes the same with the formula in the place of the density, and notes of what
its parameters are where books differ.  Of the normal distribution, whose density is typed, N(x | μ, Σ) stays.
"""

from __future__ import annotations

from matdiff import regex as re
from matdiff.language.outside import closing, separator, split
from matdiff.language.transcript import Edit, Transcript
from matdiff.records import NamedTuple
from matdiff.regex import match_at, regex


class Density(NamedTuple):
    """The logarithm of a density as a formula in its letters, the first of which is the variable."""

    letters: str
    formula: str
    says: str = ""  # what is said of the parameters, which are numbered


BERNOULLI = Density("yp", "y*log(p) + (1 - y)*log(1 - p)")
BINOMIAL = Density("knp", "gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + k*log(p) + (n - k)*log(1 - p)")
POISSON = Density("yl", "y*log(l) - l - gammaln(y + 1)")
EXPONENTIAL = Density("xl", "log(l) - l*x", "{1} is the rate of the exponential distribution, and no mean")
LAPLACE = Density("xmb", "-log(2*b) - abs(x - m)/b")
GAMMA = Density(
    "xab", "a*log(b) - gammaln(a) + (a - 1)*log(x) - b*x", "{2} is the rate of the gamma distribution, and no scale"
)
INVERSE_GAMMA = Density("xab", "a*log(b) - gammaln(a) - (a + 1)*log(x) - b/x")
BETA = Density("xab", "gammaln(a + b) - gammaln(a) - gammaln(b) + (a - 1)*log(x) + (b - 1)*log(1 - x)")
DIRICHLET = Density("pa", "gammaln(sum(a)) - sum(gammaln(a)) + sum((a - 1) .* log(p))")
DENSITIES = {
    **dict.fromkeys(("Bern", "Ber", "Bernoulli"), BERNOULLI),
    **dict.fromkeys(("Bin", "Binom", "Binomial"), BINOMIAL),
    **dict.fromkeys(("Poisson", "Pois", "Poi"), POISSON),
    **dict.fromkeys(("Exp", "Expon", "Exponential"), EXPONENTIAL),
    **dict.fromkeys(("Laplace", "Lap"), LAPLACE),
    **dict.fromkeys(("Gamma", "Gam", "Ga"), GAMMA),
    **dict.fromkeys(("InvGamma", "InverseGamma", "IG"), INVERSE_GAMMA),
    "Beta": BETA,
    **dict.fromkeys(("Dir", "Dirichlet"), DIRICHLET),
}
NAMES = "|".join(sorted(DENSITIES, key=len, reverse=True))
CALLED = regex(rf"(?:(?P<log>(?<!\w)(?:log|ln)(?:\s+|(?=⟪)))|(?<![\w⟪]))⟪?(?P<name>{NAMES})⟫?\s*\(")

DEFINES = r"\s*:?=(?!=)"  # Gam(x; a) = x^a is a function of the text


def is_density(name: str, behind: str) -> bool:
    """Whether a name with what stands behind it is a density: Poisson(y | λ), but not Gamma(a)."""
    return name in DENSITIES and any(bar < closing(behind, 1) for bar in separator(behind, 1))


def with_log_densities(script: Transcript) -> tuple[Transcript, tuple[str, ...]]:
    """The text with the formulas of densities Poisson(y | λ) or Poisson(y; λ), and what is said of their parameters.

    >>> with_log_densities(Transcript("log Bern(y|p)", "log Bern(y|p)"))[0].text
    '((y)*log((p)) + (1 - (y))*log(1 - (p)))'
    """
    text, edits, notes = script.text, list[Edit](), dict[str, None]()
    own = {m["name"] for m in CALLED.finditer(text) if match_at(DEFINES, text, closing(text, m.end()) + 1)}
    for m in CALLED.finditer(text) if any(bar in text for bar in "|∣;") else ():
        density, end = DENSITIES[m["name"]], closing(text, m.end())
        if not is_density(m["name"], text[m.end() - 1 : end]) or m["name"] in own:
            continue
        (bar,) = separator(text, m.end())
        parts = [text[m.end() : bar].strip(), *map(str.strip, split(text[bar + 1 : end], ","))]
        if len(parts) != len(density.letters):
            shown = ", ".join(density.letters[1:])
            message = f"the density of {m['name']} is {m['name']}({density.letters[0]} | {shown})"
            raise script.error((m.start("name"), end + 1), message, "write what it is a density of before the bar")
        said = dict(zip(density.letters, parts, strict=True))
        formula = re.sub(r"(?<!\w)[a-z](?!\w)", lambda letter: f"({said[letter[0]]})", density.formula)  # noqa: B023
        edits.append((m.start(), end + 1, f"({formula})" if m["log"] else f"exp({formula})"))
        if density.says:
            notes[density.says.format(*parts)] = None
    return script.edited(edits), tuple(notes)
