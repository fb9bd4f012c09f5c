"""How names are written: Greek letters and their spellings, subscripts, and which name was probably meant.

In goes a name as somebody typed it (``Σ``, ``W₁``, ``W_1``, ``x_{t}``, ``∇_h``), out comes its canonical form
(``Sigma``, ``W1``, ``W1``, ``x_t``, ``nabla_h``): names are compared in that form everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from matdiff import regex as re
from matdiff.algebra.notation import ACCENTS, CHANGES, FONTS
from matdiff.algebra.notation import GREEK as SPELT
from matdiff.errors import UnknownNameError
from matdiff.records import NamedTuple
from matdiff.regex import regex

GREEK = {
    **{letter: name for name, letter in SPELT.items() if name != "nabla"},
    "ϵ": "epsilon",
    "ϕ": "phi",
    "ϑ": "theta",
    "ϱ": "rho",
    "ϖ": "pi",
    "ς": "sigma",
    "ϰ": "kappa",
    "\N{MICRO SIGN}": "mu",
    "\N{OHM SIGN}": "Omega",
    "∆": "Delta",
    "ℓ": "l",
}
GREEK_CLASS = "Α-ΡΣ-Ωα-ωϵϕϑϱϖϰ\N{MICRO SIGN}\N{OHM SIGN}∆ℓ"  # for a character class of a regular expression
FONT_MARKS = {font: chr(0xE000 + k) for k, font in enumerate(FONTS)}  # signs that nobody types, behind a bold N
CHANGE_MARKS = {change: chr(0xE010 + k) for k, change in enumerate(CHANGES)}  # likewise, behind the x of Δx
MARKED_BY = ACCENTS | FONT_MARKS | CHANGE_MARKS
CUSTOMARY_FUNCTIONS = frozenset(("f", "g", "h", "phi", "psi", "sigma", "varphi"))
NO_FUNCTIONS = frozenset("abcvwxyzβμABCMWXYZΣΘ")  # vectors and matrices, of which nobody makes functions
MARKS = "".join(mark for mark in MARKED_BY.values() if mark != "′")  # they belong to a letter
LABELS = {"*": "star", "∗": "star", "⋆": "star", "+": "plus", "⁺": "plus", "-": "minus", "−": "minus", "⁻": "minus"}
MARKED = rf"(?:{'|'.join([*MARKED_BY, 'star', 'plus', 'minus'])})(?:_(?:{'|'.join(CHANGES)}))?(?:_?[0-9]+)?"
ACCENTED = rf"_(?:\{{{MARKED}\}}|{MARKED}(?![A-Za-z]))"  # spelt: x_hat
GREEK_WORDS = frozenset(name for name in GREEK.values() if len(name) > 1)
MARKED_LETTER = rf"(?:[A-Za-z]|[{GREEK_CLASS}])[{MARKS}]*"
CHANGE_SIGNS = {  # of Δx and δx, in front
    "increment": r"(?:[Δ∆]|(?<![A-Za-z_])Delta(?= ))",
    "variation": r"(?:δ|(?<![A-Za-z_])delta(?= ))",
}
LINK = rf"(?:∇_)+(?:\{{[^{{}}]+\}}|[^\W\d_][\w{MARKS}′]*)"  # ∇_h, ∇_{h_1}: a gradient that has a name
ABBREVIATED = frozenset("lam lamb lamda lambd lmbda alph bet gam del eps epsi omeg sig".split())  # Greek ones
SMALL_CONSTANTS = frozenset(  # rarely vectors
    "epsilon eps epsi lambda lam lamb lamda lambd lmbda tau eta rho kappa delta".split()
)

SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789aehijklmnoprstuvx", strict=True))
SUPERSCRIPTS = dict(
    zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿⁱᵏˢᵐᵖᵗᵈʳᵃᵇᶜᵉᶠᵍʰʲˡᵒᵘᵛʷˣʸᶻᴺᴷᴹ", "0123456789-niksmptdrabcefghjlouvwxyzNKM", strict=True)
)
SUBS, SUPERS = "".join(SUBSCRIPTS), "".join(SUPERSCRIPTS)
LOW_SIGN = {letter: sign for sign, letter in SUBSCRIPTS.items()}
PLAIN_SUBSCRIPT = {ord(sign): letter for sign, letter in SUBSCRIPTS.items()}
LOWERED = PLAIN_SUBSCRIPT | {ord("₊"): "+", ord("₋"): "-", ord("−"): "-"}
SCRIPTS = frozenset((*"_^.'ᵀ⊤", *SUBS))  # what subscripts and transposes begin with
SUBSCRIPT = rf"_\{{[^{{}}]*\}}|_[A-Za-z0-9{GREEK_CLASS}]+|[{SUBS}]++(?:[₊₋][{SUBS}]++)*+"  # possessive: no second try
LETTER = rf"(?:⟪\w+⟫|[^\W\d_∂∇][\w{MARKS}]*?(?:{SUBSCRIPT})?(?:\^\{{?[*∗⋆]\}}?|\^\{{?(?:\([^()]*\)|\[\w+\])\}}?)?)"
NAMES = rf"{LETTER}(?:\s*,\s*{LETTER})*"
AND = r"\s*(?:,(?:\s*and\b)?|\band\b)\s*"
LISTED = rf"{LETTER}(?:{AND}{LETTER})*"
SPELT_GREEK = "|".join(sorted(GREEK_WORDS, key=len, reverse=True))
TWICE = r"(?:\^\{?\s*2\s*\}?|²)"
DOTS = r"(?:\.\.\.?|…|⋯)"


def canonical(name: str) -> str:
    """The canonical form of a name.

    >>> canonical("Σ₁"), canonical("W_1"), canonical("x_{t}"), canonical("x̂_1"), canonical("∇_{h_1}")
    ('Sigma1', 'W1', 'x_t', 'x_hat1', 'nabla_h1')
    >>> canonical("w_{t-1}"), canonical("k_{**}")
    ('w_tminus1', 'k_starstar')
    """
    if name.isascii() and name.isalnum():
        return name
    plain = name.translate(_PLAIN).replace("{", "").replace("}", "").replace(" ", "")
    base, _, subscript = plain.rpartition("_")
    if base and not subscript.isalnum():  # k_{**} and w_{t-1}
        plain = f"{base}_{''.join(LABELS.get(sign, sign) for sign in subscript)}"
    return base + subscript if subscript.isdecimal() and base else plain.strip("_")


_PLAIN: dict[int, str] = {ord(sign): name for sign, name in GREEK.items()} | {ord("∇"): "nabla"}
_PLAIN |= {ord(sign): digit if digit.isdecimal() else "_" + digit for sign, digit in SUBSCRIPTS.items()}
_PLAIN |= {ord(mark): "_" + name for name, mark in MARKED_BY.items()}


def listed(names: str) -> tuple[str, ...]:
    """The names of a list.

    >>> listed("x, y and z")
    ('x', 'y', 'z')
    """
    return tuple(re.split(AND, names.strip())) if names else ()


def as_index(letter: str) -> str:
    """A pattern of a letter that stands as an index behind a name: x_i, x_{ij}, x[i], xᵢ."""
    sub = LOW_SIGN.get(letter, letter)
    places = rf"_\{{?[^\Wᵀ]{{0,9}}{letter}|_\{{[^}}]{{0,20}}\b{letter}\b|\[[^\]]{{0,20}}\b{letter}\b"
    return rf"(?:{places}|{sub}(?<!{letter}))"


WITH_FONT = rf"(.*?)_({'|'.join(FONTS)})((?:_.*|[0-9].*)?)"


def font_of(name: str) -> tuple[str, str]:
    """A name without its font, and the font: N and bold for N_bold.

    >>> font_of("N_bold"), font_of("x_t")
    (('N', 'bold'), ('x_t', ''))
    """
    found = re.fullmatch(WITH_FONT, name) if "_" in name else None
    return (found.group(1) + found.group(3), found.group(2)) if found else (name, "")


# ---- what stands high behind a name ----------------------------------------------------------------

RAISED = "".join(sign for sign, letter in SUPERSCRIPTS.items() if letter.isalpha())
CLOSES = r"[)\]},;:=|‖⟩>\n\u23b9]"
ENDS = rf"(?=\s*(?:{CLOSES}|[⊤ᵀ'′^]|$)|[-+−]\s|\s+[-+−=])"  # no factor follows
INSIDE = r"(?P<star>[*∗⋆])|(?P<sign>[-+−])|[(\[]\s*(?P<low>\w+)\s*[)\]]|(?P<number>[0-9]+)"
INSIDE += rf"|(?P<word>[1-4]D|(?:(?![{SUBS}])[^\W\d_])+)"  # also 2D
BRACED = regex(rf"\^\s*\{{\s*(?:{INSIDE})\s*(?P<transposed>[⊤ᵀ']|(?<![^\W_])T)?\s*\}}")
OPENS_BARS = rf"\s*[|‖]{{1,2}}(?:\s*[A-Za-z0-9(\[√{GREEK_CLASS}]|[-−]\w)"  # λ*||w||², and not ‖x − x*‖²
OPEN = regex(
    rf"\^\s*(?:(?P<star>[*∗⋆])|(?P<sign>[-−+])(?!{OPENS_BARS}){ENDS}|\[\s*(?P<low>\w+)\s*\]"
    rf"|\(\s*(?P<bracketed>[0-9]+)\s*\)|(?P<number>[0-9]+)(?![\w./])|(?P<word>(?![TH])[A-Za-z{GREEK_CLASS}])(?!\w))"
)
UNICODE = regex(
    rf"(?P<star>[*∗⋆])(?!{OPENS_BARS}){ENDS}|(?P<sign>[⁺⁻])(?![{SUPERS}ᵀ])"
    rf"|(?P<word>[{RAISED}]+)(?![{SUPERS}])|(?P<number>[⁰¹²³⁴-⁹]+)(?![{SUPERS}])"
)

STARS = frozenset("*∗⋆")
STANDS_HIGH = frozenset(("^", *STARS, *"⁺⁻", *SUPERSCRIPTS))  # what they begin with


class High(NamedTuple):
    """What stands high behind a name: as a label, its end, whether a transpose ends it as in x^{*⊤}, and its kind.

    A letter, or several, may be an ``exponent``; one in brackets, x^{(i)}, may be an ``index``; a ``number``, and a
    ``bracketed`` one as in W^(1), are labels where they number several; a star, a sign and the rest is a ``label``.
    """

    label: str
    end: int
    transposed: bool
    kind: str


def high_at(text: str, place: int) -> High | None:
    """What stands high at a place, if it can be a label."""
    sign, behind = text[place : place + 1], text[place + 1 : place + 2]
    if sign not in STANDS_HIGH or (sign in STARS and behind.isascii() and behind.isalnum()):  # a product, as mostly
        return None
    m = (UNICODE if sign != "^" else BRACED if text[place + 1 :].lstrip().startswith("{") else OPEN).match(text, place)
    if m is None:
        return None
    found = m.groupdict()
    written = found.get("low") or found["word"] or found.get("number") or found.get("bracketed")
    label = "".join(SUPERSCRIPTS.get(sign, sign) for sign in written or LABELS[found["star"] or found["sign"]])
    kind = next((kind for kind in ("number", "bracketed") if found.get(kind)), "label")
    kind = "exponent" if found["word"] else "index" if found.get("low") and not label.isdecimal() else kind
    return High(label, m.end(), bool(found.get("transposed")), kind)


def has_script(text: str, place: int) -> bool:
    """Whether a subscript or a transpose may stand at a place."""
    return text[place : place + 1] in SCRIPTS


@lru_cache(maxsize=1 << 13)
def named(text: str) -> str:
    """The canonical form of a name with what stands high behind it.

    >>> named("θ^*"), named("W^{(1)}"), named("w^{old}"), named("x'"), named("σ^2")
    ('theta_star', 'W1', 'w_old', 'x_prime', 'σ²')
    """
    if is_plain(text):
        return canonical(text)
    if power := power_asked(text):
        return f"{power.base}{'²' if power.is_square else '⁻¹'}"
    base = re.match(rf"([^\W\d_][\w{MARKS}]*?)((?:{SUBSCRIPT})?)(?=[\^'′⁺⁻{RAISED}*])", text)
    if base is None:
        return canonical(text)
    high = high_at(text, base.end())
    label, end = (high.label, high.end) if high else ("prime", base.end() + 1) if text[base.end()] in "'′" else ("", 0)
    return canonical(f"{base.group(1)}_{label}{base.group(2)}") if end == len(text) else canonical(text)


class Asked(NamedTuple):
    """What an unknown is a power of, and whether it is the square; else it is the inverse."""

    base: str
    is_square: bool


SQUARE = r"(?P<square>²|(?:\^|\*\*)\s*\{?\s*2\s*\}?)"
INVERSE = r"⁻¹|(?:\^|\*\*)\s*[{(]{0,2}\s*[-−]\s*1\s*[)}]{0,2}"
POWERS = frozenset("²⁻^*")
POWER = rf"(?P<base>[^\W\d][^\^*²⁻]*?)\s*(?:{SQUARE}|{INVERSE})"


def power_asked(name: str) -> Asked | None:
    """The power that an unknown is, if it is one.

    >>> power_asked("σ²"), power_asked("Sigma_k^{-1}"), power_asked("W^{(2)}")
    (Asked(base='σ', is_square=True), Asked(base='Sigma_k', is_square=False), None)
    """
    found = re.fullmatch(POWER, name.strip()) if not POWERS.isdisjoint(name) else None
    return Asked(found["base"], found["square"] is not None) if found else None


def is_plain(name: str) -> bool:
    """Whether a name is of letters of ASCII and digits: it has no mark."""
    return name.isascii() and name.isalnum()


def changed(name: str) -> str:
    """A name, or declarations of names, where Δx and k_* are always one.

    >>> canonical(changed("Δx")), canonical(changed("δu_1")), changed("Δ: n x n")
    ('x_increment', 'u_variation1', 'Δ: n x n')
    """
    if is_plain(name):
        return name
    if not STARS.isdisjoint(name):
        name = re.sub(r"_(?:[*∗⋆]|\{\s*[*∗⋆]\s*\})", "_star", name)
    if not any(sign in name for sign in ("Δ", "∆", "δ", "elta ")):
        return name
    for kind, sign in CHANGE_SIGNS.items():
        name = re.sub(rf"{sign}[ \u200a]?({MARKED_LETTER})(?![A-Za-z])", rf"\1{CHANGE_MARKS[kind]}", name)
    return name


COMPLEX = frozenset("conj conjugate Re Im real imag ctranspose hermitian".split())
SPECTRAL = frozenset("eig eigs eigh eigenvalue eigenvalues svd spec lambda sigma".split())


def is_letter(name: str) -> bool:
    """Whether a name is one letter, Latin or Greek, perhaps with a number: σ₁.

    >>> is_letter("sigma1"), is_letter("l1"), is_letter("TV")
    (True, True, False)
    """
    name = name.rstrip("0123456789")
    return len(name) == 1 or name in GREEK_WORDS


def no_function(shown: str, known: Iterable[str], text: str, span: tuple[int, int]) -> UnknownNameError:
    """The error for a word or letter that is called, and is no function."""
    name = canonical(shown)
    if name in COMPLEX:
        message = f"{shown} is a function of complex numbers, and matdiff is about real matrices"
        return UnknownNameError(message, text=text, span=span, suggestion="leave it out where everything is real")
    hint = OF_CODE.get(name) or nearest(name, known)
    if name.rstrip("0123456789") in SPECTRAL or (not hint and name.partition("_")[0].rstrip("0123456789") in SPECTRAL):
        hint = "there are lambda_max(A), lambda_min(A), eigvals(A) of a symmetric matrix, norm_spec(A) and svdvals(A)"
    return UnknownNameError(f"{shown} is not a known function", text=text, span=span, suggestion=hint)


ELSEWHERE = {"lg": "log10(x) or log2", "tg": "tan", "ctg": "1/tan", "sh": "sinh", "ch": "cosh", "th": "tanh"}
OF_CODE = {  # functions of other languages and what to write in their place
    **{name: f"write {call}(x); a product is {'*'.join(name)}" for name, call in ELSEWHERE.items()},
    **dict.fromkeys(("vecnorm", "eachcol"), "write sqrt(sum(X.^2, 1)) for the norms of the columns of X"),
    **dict.fromkeys(("inf", "sup"), "inf_x and sup_x can only stand in front of the whole function"),
    "eachrow": "write sqrt(sum(X.^2, 2)) for the norms of the rows of X",
    "cumsum": "write tril(ones(n, n))*x for the sums of the first entries of x",
    **dict.fromkeys(("Symmetric", "Hermitian"), "declare the matrix as symmetric, K: n x n symmetric"),
    "diff": "write x[2:n] - x[1:n-1] for the differences of the entries of x",
}


def nearest(name: str, known: Iterable[str]) -> str:
    """«did you mean …?» when a known name is near, else nothing."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=128)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    """The same, remembered: a document speaks of an unknown command in many places."""
    from difflib import get_close_matches  # only when something is already wrong: the import takes milliseconds

    found = get_close_matches(name, known, n=1, cutoff=0.7)
    return f"did you mean {found[0]}?" if found else ""
