"""Functions by the names that people give them: in any case (ReLU, SoftPlus), with a parameter below (Swish₁), as a
Greek letter (Γ), as an argument of another (sum(abs2, X)); and projections, which are refused by name.

In goes a word at its place in the text, out comes the name of the function and where it ends.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.errors import AmbiguityError, UnsupportedError
from matdiff.language.names import LETTER, canonical
from matdiff.language.transcript import Transcript
from matdiff.regex import match_at, regex

Found = tuple[str, int]
PARAMETER = r"_\{?\s*(?:([0-9]+)|\\?[A-Za-zα-ω]+)\s*\}?|([₀-₉]+)"
CALL_FOLLOWS = r"\s*\("
LOGARITHM = r"(?:log|ln)[^\w)]{0,3}"
PSI = r"(?:ψ|(?<![A-Za-z])psi(?![A-Za-z]))"
ORDER = r"\s*\^\s*(?:\{\s*)?\(\s*([0-9])\s*\)(?:\s*\})?(?=\()"
PRIMES = "['′]{0,3}"
OF_GAMMA = r"(?:Γ|Gamma)[ \t]*\(|(?<![A-Za-z])(?:l|log|di|poly)?gamma(?:ln)?[ \t]*\(|gammaln|" + PSI + ORDER
SINGLE = r"\s*\(\s*(?:⟪\w+⟫|\w)[\w₀-₉ᵢⱼₖ]*(?:_\{[^{}]*\}|_\w+)?\s*\)"
PROJECTION = (
    r"(?:P|Π|Pi|⟪?[Pp]roj⟫?)_?(?:\{?\s*(?:Ω|Omega)\s*\}?|(?<=[Πij⟫]_)\{?\s*[A-Z]\s*\}?|(?<=P_)\{?\s*[B-Z]\s*\}?)\s*\("
)

SPOKEN = {"hyperbolic tangent": "tanh", "logistic": "sigmoid", "logistic sigmoid": "sigmoid", "rectifier": "relu"}
SPOKEN |= {"rectified linear unit": "relu"}
IS_A_FUNCTION = regex(  # σ = tanh, g is the logistic function
    r"(?::?=|(?<=\s)(?:is|denotes|being)(?=\s)|(?<=\s)the(?=\s))\s*(?:the\s+|an?\s+)?(?P<what>[A-Za-z][a-z_]*(?:\s[a-z]+){0,2}?)"
    r"(?P<noun>(?:\s+(?:function|activation|non-?linearity|unit))*)(?:,?\s+(?:applied\s+)?(?:element|entry|point)-?wise)?(?=\s*(?:[.,;:)\n?]|$|where\b))",
    given=("=", "is", "denotes", "being", "the"),
)
NAMED = regex(rf"(?<![^\W_])(?P<f>{LETTER})\s*\Z")
FAR = 20  # signs in front of = that are looked at


def with_functions(script: Transcript) -> Transcript:
    """Writes σ(z) = tanh(z) for σ = tanh and «σ is the hyperbolic tangent», where the text has a σ(…).

    >>> with_functions(Transcript("g(W x), g = tanh", "g(W x), g = tanh")).text
    'g(W x), g(t) = tanh(t)'

    Errors: AmbiguityError of a σ that is said to be another function, which has no name.
    """
    text, edits = script.text, []
    for m in IS_A_FUNCTION.finditer(text):
        named, what = NAMED.search(text, max(0, m.start() - FAR), m.start()), m["what"].lower()
        function = SPOKEN.get(what) or SPOKEN.get(f"{what}{m['noun']}") or function_named(what, FUNCTIONS)
        if named is None or re.search(rf"(?<![^\W\d_]){named['f']}['′]*\(", text) is None:
            continue
        name, span = named["f"], (named.start(), m.end())
        if function:
            argument = next(letter for letter in "tzusvwxy" if letter not in name)
            edits.append((*span, f"{name}({argument}) = {function}({argument})"))
        elif m["noun"] and canonical(name) == "sigma":
            message = f"{name}(…) is the sigmoid, and the text says that {text[slice(*span)]}"
            hint = f"name the function, as in {name} = tanh, or give one that is open another letter"
            raise script.error(span, message, hint, AmbiguityError)
    return script.edited(edits)


def is_entrywise(name: object) -> bool:
    """Whether a function is taken of every entry, as log and exp are.

    >>> is_entrywise("tanh"), is_entrywise("det")
    (True, False)
    """
    operator = FUNCTIONS.get(str(name))
    return operator is not None and issubclass(operator, Entrywise)


def function_named(word: str, functions: Collection[str]) -> str:
    """The function that a word names in any case, else nothing.

    >>> function_named("SoftPlus", {"softplus"}), function_named("Tanh", {"tanh"}), function_named("W", {"w"})
    ('softplus', 'tanh', '')
    """
    if word in functions:
        return word
    low = word.lower()
    if low == word or (len(word) < 3 and low != "kl"):
        return ""
    return low if low in functions else next((f for f in functions if f.replace("_", "") == low), "")


def spelt_function(text: str, start: int, end: int, functions: Collection[str]) -> Found | None:
    """SoftPlus(, Swish_1(, abs2.(: a function before its bracket, which may have a parameter below."""
    if text[start:end] == "abs2" and match_at(r"\.?\(", text, end):  # of Julia
        return "square", end
    name = function_named(text[start:end], functions)
    parameter = match_at(PARAMETER, text, end) if name in ("silu", "swish") else None
    if parameter is not None and match_at(CALL_FOLLOWS, text, parameter.end()):
        if canonical("x" + parameter.group()) != "x1":
            message = f"{text[start : parameter.end()]} with another parameter than 1 is not known"
            hint = "write z .* sigmoid(β*z)"
            raise UnsupportedError(message, text=text, span=(start, parameter.end()), suggestion=hint)
        return name, parameter.end()
    if name and name != text[start:end] and match_at(CALL_FOLLOWS, text, end):
        if name == "corr":
            message = f"{text[start:end]} can be a coefficient of correlation, or the cross-correlation of signals"
            hint = "write cov(x, y)/(std(x)*std(y)) for the first, corr(x, y) for the second"
            raise AmbiguityError(message, text=text, span=(start, end), suggestion=hint)
        return name, end
    return None


def argument(text: str, start: int, end: int, functions: Collection[str]) -> Found | None:
    """abs2 in sum(abs2, X), as in Julia: a function that is applied before the sum."""
    word = text[start:end]
    is_function = word == "abs2" or (len(word) > 1 and word in functions)
    return (word, end) if is_function and match_at(r"\s*,", text, end) else None


def gamma_function(text: str, start: int, end: int, alone: bool) -> Found | None:
    """Γ(α), gamma(x): the gamma function, if a logarithm stands before it, or the argument of gamma is one name.

    *alone* is whether the letter stands nowhere but before brackets.
    """
    if not alone or text[end : end + 1] != "(":
        return None
    letter = text[start:end]
    if re.search(rf"{LOGARITHM}{letter}[ \t]*\(", text) or (letter == "gamma" and match_at(SINGLE, text, end)):
        return "tgamma", end
    if text[start:end] == "gamma":
        message = "gamma(…) can be the gamma function or a product with γ"
        hint = "write tgamma(…) for the function, gamma*(…) for the product"
        raise AmbiguityError(message, text=text, span=(start, end), suggestion=hint)
    return None


def psi_function(text: str, end: int) -> tuple[int, int] | None:
    """ψ^{(1)}(a), and ψ(a), ψ′(a) beside a gamma function: which derivative of digamma, and the end of its head.

    None where the letter stands somewhere else too.
    """
    if re.search(rf"{PSI}(?!{PRIMES}\(|{ORDER})", text):
        return None
    if m := match_at(ORDER, text, end):
        return int(m.group(1)), m.end()
    m = match_at(rf"({PRIMES})\(", text, end)
    return (len(m.group(1)), m.end() - 1) if m and re.search(OF_GAMMA, text) else None


def require_no_projection(text: str, start: int, names: Collection[str]) -> None:
    """Refuses 𝒫_Ω(A), which is no product with a matrix."""
    found = match_at(PROJECTION, text, start) if text[start] in "PpΠ⟪" else None
    if found is None or canonical(found.group()[:-1].strip().replace("⟪", "").replace("⟫", "")) in names:
        return
    if canonical(found.group()[0]) in names:
        return
    shown = found.group()[:-1].strip().replace("⟪", "").replace("⟫", "")
    is_mask = "Ω" in shown or "Omega" in shown
    message = f"{shown}(…) is a projection, not a product with a matrix, and is not available"
    hint = "write the observed entries with a mask of 0 and 1: Ω ⊙ (…)" if is_mask else "write a product as P*(…)"
    raise UnsupportedError(message, text=text, span=(start, found.end() - 1), suggestion=hint)
