"""What a text says of its own signs: σ is the softmax, bars are absolute values, * is by entries; rows or columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial

from matdiff import regex as re
from matdiff.errors import MatdiffError
from matdiff.language.declarations import declare
from matdiff.language.declared import Declaration
from matdiff.language.increments import INTO, OF_TWO
from matdiff.language.named_functions import OF_GAMMA, PSI
from matdiff.language.names import NO_FUNCTIONS, PLAIN_SUBSCRIPT, SUBS, named
from matdiff.language.phrases import said_of_names
from matdiff.language.spelling import transcript
from matdiff.review.lines import ENTRYWISE
from matdiff.review.names import (
    BARE_SUM,
    TURNED,
    count_in,
    counted_from_one,
    index_of,
    rows_of,
    sign_of_next,
    slopes_of,
    small_entries,
    sums_in,
    with_identity,
    with_lines,
    with_slopes,
)
from matdiff.review.operators import HELD, INVERTED, LETTER

TIME = r"(?:['′]|prime).{0,30}d\s*/\s*dt|(?:depends?\s+on|respect\s+to|functions?\s+of)\s+(?:time|\$?t\b)"
NAME = r"(?:\\(?:vec|mathbf|boldsymbol|bm)\s*\{\s*(?:\\[A-Za-z]+|\w)\s*\}|\\[A-Za-z]+|[^\W\d_])(?:_(?:\w|\{\w+\}))?"
SPACE = (  # ℝ^{m × n}, 𝕊^n_{++}
    r"(?:\\math(?:bb|bf|cal)\s*\{?[RS]\}?|[ℝ𝕊]|[RS](?=\^|_\{?\+))"
    r"(?:\s*(?:\^\s*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\w)|_\s*(?:\{\+{1,2}\}|\+{1,2})|[ᵃ-ᶻⁿᵐˣ×₊]+))+"
)
AHEAD = r"(?:(?m:^)|(?<=[$({])|(?<=[a-z]{2} )|(?<=; ))"  # where a list of names may begin
IN_SPACE = rf"\s*(?:∈|\\in(?![A-Za-z]))\s*{SPACE}"
MEMBER = rf"{AHEAD}{NAME}(?:\s*,\s*{NAME})+{IN_SPACE}|(?<![\w\\^]){NAME}{INVERTED}?{IN_SPACE}"  # x, y ∈ ℝⁿ
SOFTMAX = r"(?:\\sigma|σ)\s*\((?:[^()]|\([^()]*\))*\)\s*&?=\s*[^$;\n=]{0,20}exp[^$;\n=]{0,60}(?:1\}?\^|sum|∑|1ᵀ)"
SIGMA_OF_MATRIX = (  # σ(W) = uᵀWv, of its own; σ(w) = √(wᵀΣw)
    r"(?:\\sigma|σ)\s*\(\s*(?:[A-Z]\s*\)\s*&?\s*=(?![^;\n]*(?:exp|e\^|softmax))"
    r"|[a-z]\s*\)\s*&?\s*=[^;\n=]{0,9}(?:\\?sqrt|√|‖|\\\||[a-z](?:ᵀ|\^\{?(?:T|\\top))))"
)
VARIATION = r"(?m)^\W*(?:δ|\\delta\s*)(?:\\?[A-Za-z]+|[^\W\d_]|\([^=\n]*\))\s*&?="  # δf = …, δ(xᵀAx) = …
DELTA = r"(?:δ|\\delta(?![A-Za-z]))\s*(?:[_=+*'ᵀ^):₀-₉⊙-]|\\odot|$)"  # δ, which is a name
IS_SOFTMAX = r"(?:sigma|σ)\W{1,9}(?:text\s*\{)?\s*(?:be|is|denotes?) the softmax"
ADDS_TO_ONE = r"(?:\\sum|sum|∑)[_^{}\w=\s]*?\s([^\W\d_])(?:_\{?\w\}?|[ᵢⱼₖₙ])\s*=\s*1(?!\d)"  # sum_k y_k = 1
ALL_ONES = rf"(?:(?<![\w.])1|𝟏|\\(?:mathbf|boldsymbol|bm)\s*\{{1\}})\s*{TURNED}"
TIMES_ONES = (  # 1ᵀp = 1, 1ᵀyᵢ = 1, sum(p) = 1
    rf"(?:{ALL_ONES}\s*|(?<![A-Za-z\\])sum\()([^\W\d_])(?:_\{{?[a-z]\}}?|[{SUBS}])?\)?\s*=\s*1(?![\w.])"
)
ARGUMENT = r"((?:[^(),]|\((?:[^()]|\([^()]*\))*\))+?)\s*(?:\\(?:right|[bB]igg?r?)\s*)?"
CROSS_ENTROPY = (
    rf"(?<![A-Za-z])CE\}}?\s*(?:\\(?:left|[bB]igg?l?))?\s*\(\s*{ARGUMENT},\s*{ARGUMENT}\)"  # of two that sum to 1
)
BOLD = r"\\(?:mathbf|boldsymbol|bm|vec)(?![A-Za-z])|[{}]"
PREDICTED = r"softmax|sigma|σ|hat|[ŷp̂]"
ONE_HOT = r"(?<![\w\\])\$?([^\W\d_])\$?\s*(?:\(|is\s+|,\s*)?(?:an?\s+)?one-hot"
VARIES = r"(?:∂|(?<![A-Za-z])d\}?|\\partial|(?:∇|\\nabla)\s*_\s*\{?)\s*"  # in front of an unknown
ONES = rf"(?<![\w.])1\s*(?:[a-z]\d?)?{TURNED}"  # 1ᵀ, 1bᵀ, so that · 1 is a vector too
BIAS = (  # f(w, b) = ‖Xw + b1 − y‖², diag(W1), p ⊙ (r − J1), P1 beside Pᵀ1
    r"\([^\W\d_]\s*,\s*([a-z])\)\s*&?=[^\n]*[+−-]\s*\1\s?1(?![\w.])|[dD]iag\s*\(\s*([A-Z])\s?1\s*\)"
    r"|⊙\s*\([^()]*[+−-]\s*([^\W\d_])1\s*\)"
    rf"|(?<![\w\\])([A-Z])1(?![\w.])(?=[\s\S]*?(?<![\w\\])\4\s*{TURNED}\s*1(?![\w.]))"
)
NUMBERED = r"([A-Za-zα-ω])(?:[02-9]|_\{?\d|[₀-₉])|(?m:^|[$,;=])\s*([A-Za-zα-ω])1\s*&?="  # x2, b1 = …
ALONE = r"(?<![\w\\^{])(?:([A-Za-zα-ω])(?![\w₀-₉])|([α-ω])1(?![\w.]))"  # λ of λ1 too
OUTER_ONES = rf"(?<![A-Za-z\d.])1\s*1\s*{TURNED}"  # 1 1ᵀ, ρ11ᵀ
PRIME_TURNS = r"[\w)]′(?:[^\W\d_]|\)\s*[′⁻^])"  # X′X, (X′)⁻¹
PRIME = rf"(?<=[\w)\]])′(?!\()|(?<=[)\]{NO_FUNCTIONS}])′(?=\()"  # and in y′(I − H)y, not in f′(x)
INVERSE_POWER = rf"({LETTER}|{HELD})\s*\^\s*\{{\s*[-−]\s*(\d)\s*[T⊤]\s*\}}"  # X^{{-2T}}
OF_LAYER = r"\^\s*\{?\s*[(\[]\s*[lL]\s*(?:([-+−])\s*1\s*)?[)\]]\s*\}?"  # a^{(l-1)}, a name
OF_TIME = r"(?<=[^\W\d_])(?:_t(?![A-Za-z0-9_])|(?:_\{|\[)\s*t\s*(?:([-+−])\s*1\s*)?[}\]])"  # h_{t-1} beside h_t
VARIED_BY = r"[∂d]\}}?\s*([^\W\d_])_\{{?{0}(?![A-Za-z])"  # ∂E/∂x_k of a sum with x_i
STEPS = r"(?<=[^\W\d_])(?:_\{|\[)\s*([tk])\s*[-+−]\s*1\s*[}\]]"  # of x_{k+1} and x[k+1]
LAYERS = {"": "_this ", "+": "_next ", "-": "_prev ", "−": "_prev "}
DELTAS = r"(\(\(\s*|(?<!\w))δ(\s*[^()/=]*(?:\([^()]*\))?\s*\)?\s*/\s*\(?\s*)δ(?=\s*[^\W\d_])"  # δf/δx
NAMED_DELTA = (  # δh = ∂L/∂h
    r"(?:δ|\\delta\s*)([a-zα-ω])\s*&?:?=\s*(?:∂\w/∂\1|\\[dt]?frac\s*\{\\partial\s*\\?\w+\}\{\\partial\s*\1\})"
)
IS_NEXT = r"(?:[⁺₊]|\^\{?\+\}?)\s*(?:\([^()]*\))?\s*&?\s*="  # P⁺ = …: a new P, and no generalised inverse
INVERSE = r"(?i)pseudo.?inverse|Moore|Penrose|generali[sz]ed inverse|pinv"
LOGARITHM = r"(?:\\?(?:log|ln))\s*"
LIKELIHOOD = (
    rf"{LOGARITHM}(\(\s*)?[pPπ]\s*(?:\([^()]*[|∣;][^()]*\)|\(\s*[^\W\d_]\s*\)|$|(?=\s*\)?\s*/\s*\(?[∂d]))(?(1)\s*\))"
)
OF_LETTERS = r"\s*\(\s*\\?\w+(?:\s*[,;|]\s*\\?\w+)*\s*\)"  # of L(β), and not of Z (a + θ)
LOGARITHMIC = {  # ln L(β) = …, log Z(θ) = … of what is known by its logarithm
    letter: rf"(?:\\mathcal\s*(?:\{{\s*{letter}\s*\}}|{letter})|[{signs}])(?![A-Za-z_0-9₀-₉ᵢⱼ'ᵀ])(?:{OF_LETTERS})?"
    for letter, signs in (("L", "Lℒ𝓛"), ("Z", "Z𝒵"), ("f", "f"), ("q", "q"))
}
NORMAL = r"(?:log|ln)\s*(?:N|𝒩)\s*(?:\([^()]*[|∣;][^()]*\)|$)"
SAYS_LIKELIHOOD = (  # log p(x | θ), log p(x) = …, log p = …
    r"(?:log|ln)\s*[({]?\s*(?:[pPπ]|\\pi)\s*\((?:[^()]*(?:[|∣;]|\\mid|\\vert)|[^()]*\)\s*&?\s*=)"
    r"|(?:log|ln) p\s*&?\s*="
)
SAYS_NORMAL = r"(?m)(?:^|[$,&])\s*\\?(?:log|ln)\W[^()∇∂=]*N\}?\s*\([^()]*\)\s*&?="  # log N(x; m, C) = …
PIECE = r"\{([^\W\d_])_\{?(\d)\}?\}_(?:\{\s*(\w(?:\s*,\s*\w)*)\s*\}|(\w))"  # {r_2}_{i,j}, a member of r2
STAR = r"(?<![.*])\*(?!\*)"  # which may be by entries
SLOPE_OF_DIGAMMA = r"(?<![A-Za-z])digamma(['′]+)\s*\("
ENTRY_OF_SOFTMAX = r"softmax\s*\(\s*([^\W\d_])_([a-z]|\{[a-z]\})\s*\)"  # softmax(z_j), which is softmax(z)_j
TRACE_OF_LOG = rf"((?<![A-Za-z])(?:tr|Tr|trace)\s*\(\s*)log(\s*\(\s*{LETTER}\s*\)\s*\))"
LOG_OF_MATRIX = r"(?<![A-Za-z\\])\\?log\s*(?:\(\s*([A-Z])\s*\)|([A-Z])(?![A-Za-z_|(]))"
MINUS = (  # of P⁻, the P before, and no e⁻ˣ
    r"(?:⁻(?![\dᵀ⁰-⁹¹²³ᵃ-ᶿʰ-ʸˡ-ˣⁱⁿ])|\^(?:\{[-−]\}|[-−])(?=\s*[^\w\s({−⊤-]|\s*[A-SU-Z]|\s+[-−]|\s*$))"
)
THE_SIGMOID = (
    r"(?<![A-Za-z\\])([a-zφψ])(?:\([^()]*\))?\$?,?\s*(?:is|denotes)?\s+(?:the|a)\s+(?:sigmoid|logistic\s+function)"
)
MATRIX_FUNCTION = (  # tr(sin X)
    r"(?i:matrix (?:exponential|sine|cosine)|exponential of (?:the|a) (?:\w+ )?matrix)"
    r"|(?<![A-Za-z])(?:tr|Tr|trace)\}?\s*\(?\s*\\?(?:exp|sinh?|cosh?)[\s(]*[-−]?[a-z]?\s?[A-Z]\s*\)"
)
OF_NORMAL = (  # Φ and its slope φ, of N(0, 1): Φ' = φ, log Φ(xᵀβ), Φ(d₁)
    r"(?:Φ|\\Phi)\s*(?:(?:['′]|\^\{?\\prime\}?)(?:\([a-z]\))?\s*=\s*(?:φ|\\v?a?r?phi)|\(\s*d_?[₁₂{12])|(?:log|ln)\s*\(?\s*(?:Φ|\\Phi)\s*\("
    r"|\b(?i:probit|cdf|distribution function|standard normal)\b"
)
BY_ENTRIES = r"(?i)(?:element|component|entry)-?\s?wise|(?:entry|element) by (?:entry|element)"
OF_MATRIX = rf"(?<![A-Za-z])(exp|sinh?|cosh?)\s*({HELD}|[A-Z](?![A-Za-z_]))"
TRACE_WITH_LOG = rf"(?<![A-Za-z])(?:tr|Tr|trace)\}}?\s*\(\s*[A-Z]\s*{LOG_OF_MATRIX}"  # tr(P log P)
COMMUTATION = (
    r"commutation matrix\s+\$?([A-Z])(?![A-Za-z])"
    r"|(?<![A-Za-z])([A-Z])\$?\s+(?:(?:is|be|denotes)\s+)?(?:the|a)\s+commutation matrix"
)
TWICE = r"(?<![A-Za-z])d2\s*([^\W\d_])\s*/\s*d\s*([^\W\d_])2(?!\w)"  # d2L/dh2
STEP = r"(?<=[^\W\d_])_\{\s*[a-z]\s*\+\s*1\s*\}"  # x_{k+1}, the next x
STEPPED = r"Δ\s*([^\W\d_])(?![_\d₀-₉])"  # ΔX, a name
BARE_STEP = r"(?:Δ|\\Delta(?![A-Za-z]))\s*(?:[_=+*'ᵀ^²):₀-₉⊙&\-]|\\|$)"  # Δ, which is one itself
LOW_LETTERS = rf"(?<=[^\W\d_])[ₐ-ₜᵢ-ᵥⱼ]+(?![{SUBS}₊₋])"  # xᵢ, which is x_{i}
OF_CODE = r"@|\.T\b|(?i:\* is element|\*[^\n]*\((?:all )?(?:element|entry)-?wise\))"  # where * is by entries
DISTANCE = (
    r"(?:d|D(?=_))(?:_(?:\w|\{\w(?:,?\s*\w)?\}|\w\w))?(?:\s*\([^()=]*,[^()=]*\)\s*)?(?:²|\^\{?2\}?)"  # d_ij², d(x, y)²
)
OF_SUMS = (  # ∑ₖ rₖ xₖ / ∑ₖ rₖ
    r"([∑Σ]_\{?(?P<i>[a-z])(?:\s*=\s*\w+)?[^/=]*?)\s*/\s*(\(?(?:\w\s)?[∑Σ]_\{?(?P=i)(?:\s*=\s*\w+)?\}?(?:[^/=+−{}-]|\{[^{}]*\})*)$"
)
SIZE = r"\w+(?: ?[-+*] ?\w+)*"  # n - 1
RANGES = rf"\[\w+=1\.\.{SIZE}(?:, \w+=1\.\.{SIZE})*\]"
KIND = rf"(?:index 1\.\.\w+|{SIZE}(?:×{SIZE})?)(?: [a-z]+)*"
REMARK = rf"(?m)(?<=\S)\s{{3,}}([^\W\d_]\w*(?:{RANGES})?: {KIND})(?=\s{{3,}}|\s*$)"
IN_CODE = r"(?m)^\$.*\$ with `([^`]*)`\s*$"  # the head of a page of Markdown
SAID = r",\s*(?=[^\W\d_]\w*(?:\[[^\]]*\])?: )"  # between two declarations
WITH = (
    r"(?m)(?:\\text\{with \}|^&\s*(?!\\text)(?=[^\s:&=]+(?:\[[^\]]*\])?: ))(.*?)\s*(?:\\\\|$)"  # and the rows below it
)


def remarks(text: str) -> Iterator[str]:
    """The declarations that stand beside formulas: in a column at the right, or behind the word with.

    >>> list(remarks("f = x'x     x: n")), list(remarks(r"\\text{with } K: m\\times n,\\; x: n \\\\"))
    (['x: n'], ['K: m x n', 'x: n'])
    """
    for m in re.finditer(REMARK, text):
        yield m.group(1).replace("×", " x ")
    for m in re.finditer(IN_CODE, text):
        yield from (said.replace("×", " x ") for said in re.split(SAID, m.group(1)))
    for m in re.finditer(WITH, text):
        yield from map(_declaration, m.group(1).split(r",\;"))
    labels = [next(filter(None, m.groups())) for m in re.finditer("|".join((ADDS_TO_ONE, TIMES_ONES, ONE_HOT)), text)]
    labels += [re.sub(BOLD, "", _compared(m)[0]).strip() for m in re.finditer(CROSS_ENTROPY, text)]
    for name in labels:
        if not re.search(rf"{VARIES}{name}(?![A-Za-z])", text):  # of an unknown it is a condition
            yield f"{name}: vector simplex"
    yield from (f"{m[1]}: scalar" for m in re.finditer(r"\b(?:number|scalar)s? \$?([a-z])\$?(?![\w(])", text))
    for m in re.finditer(MEMBER, text):
        with suppress(MatdiffError):
            said = transcript(re.sub(INVERTED, "", m.group()), (), "latex" if "\\" in m.group() else None).text
            for names, says in said_of_names(said) or ():  # B⁻¹ ∈ ℝⁿˣⁿ says how large B is
                yield f"{', '.join(names)}: {says}"


def _compared(m: re.Match[str]) -> tuple[str, str]:
    """The y and ŷ of CE(y, ŷ), or of CE(ŷ, y) where the first one is what is predicted."""
    one, other = m.groups()
    is_turned = re.search(PREDICTED, one) is not None and re.search(PREDICTED, other) is None
    return (other, one) if is_turned else (one, other)


def _of_matrix(m: re.Match[str], by_entries: bool) -> str:
    """expm(X), funm(sin, X), or exp⊙(X), of an argument with a matrix."""
    called = f"{m[1]}⊙(" if by_entries else "expm(" if m[1] == "exp" else f"funm({m[1]}, "
    return f"{called}{m[2]})" if re.search("[A-Z]", m[2]) else m[0]


def said_once(text: str) -> dict[str, Declaration]:
    """What a text declares, but for the letters of which it says one thing here and another there."""
    found: dict[str, list[Declaration]] = {}
    for remark in remarks(text):
        with suppress(MatdiffError):
            for name, said in declare(remark).table.items():
                found.setdefault(name, []).append(said)
    return {name: said[0] for name, said in found.items() if all(d.shape == said[0].shape for d in said)}


def _declaration(said: str) -> str:
    """A declaration of a page of LaTeX in the plain spelling."""
    name, _, shape = said.partition(": ")
    low, bracket, last = name.partition("[")
    with suppress(MatdiffError):
        low = re.sub("[⟪⟫{}]", "", transcript(low, (), "latex").text)
    shape = re.sub(r"\\(?:text|mathrm)\s*\{([^{}]*)\}", r" \1", shape).replace(r"\times", " x ")
    return f"{low}{bracket}{last}: {' '.join(shape.split())}"


def _stands_apart(m: re.Match[str], text: str, given: Collection[str]) -> bool:
    """Whether S_w and W, as of S_wW, are names that are given or stand by themselves; no f_xx of f(x, y), or f = …."""
    parts = m[0][:-1], m["factor"]
    is_partial = re.search(rf"(?<![A-Za-z]){m[0][0]}\s*\(\s*[a-z]\s*,|(?m:^\W*){m[0][0]}\s*&?\s*=", text)
    return not is_partial and all(
        named(one) in given or re.search(rf"(?<![A-Za-z0-9_]){one}(?![A-Za-z0-9_])", text) for one in parts
    )


def _steps(text: str, given: Collection[str]) -> set[str]:
    """The letters t of h_t beside h_{t-1}, none of them the index of a sum, nor the k of ∂E/∂x_k of a sum over x_i."""
    summed = r"(?:[∑Σ∏]|sum|prod)\s*[_(]\{{?\s*{0}|_\{{{0}[|,]"
    named_so = {name.rpartition("_")[2] for name in given}  # of an x_k that is declared
    found = {t for t in re.findall(STEPS, text) if t not in named_so and not re.search(summed.format(t), text)}
    varied = [(k, x) for k in found for x in re.findall(VARIED_BY.format(k), text)]
    return found - {k for k, x in varied if re.search(rf"{x}_\{{?[^{k}\W]", text)}


class Habits:
    """The signs of one text, and the layout of derivatives that it states.

    states_numerator    whether derivatives are said to be rows
    turned              which derivatives are the transposes of ours: gradients, Jacobians
    states_columns      whether they are said to be columns
    is_code             whether it is a program, where * is by entries
    of_time             the pattern of what stands below h_t beside h_{t-1}, or x[k] beside x[k+1], if that is no sum's
    """

    def __init__(self, text: str, declared: Mapping[str, Declaration]) -> None:
        given = declared.keys()
        self.names_sigma = "sigma" in given or re.search(SIGMA_OF_MATRIX, text) is not None
        self.states_numerator = re.search(r"(?m)^[^=\n]*numerator layout[^=\n]*$", text) is not None
        self.turned = {"gradients"} if self.states_numerator else set()
        self.states_columns = re.search(r"column (?:vectors|gradients)|gradients are column", text) is not None
        self._primes = ("′" if "′" in text else "'") if re.search(TIME, text) else ""  # d/dt: K′ is the increment dK
        self._varies = re.search(VARIATION, text) is not None and re.search(DELTA, text) is None
        over_layers = re.search(r"(?:∑|sum)\s*_\{?[lL]", text) is not None
        self._has_layers = not over_layers and re.search(r"\^\s*\{?\s*[(\[]\s*[lL]\s*[-+−]", text) is not None
        steps = _steps(text, given)
        self.of_time = OF_TIME.replace("t", steps.pop()) if len(steps) == 1 else ""
        self._names_zero, self._names_delta = re.search(r"_\{?0", text) is not None, "delta" in given
        self._steps = re.search(BARE_STEP, text) is None and "Delta" not in given
        self._small = small_entries(text, given)
        self._rows = rows_of(text, declared)
        is_next = re.search(IS_NEXT, text) and not re.search(INVERSE, text)
        self._next = rf"({LETTER})[⁺₊]" if is_next else r"(\b[a-z])⁺"
        self._turns_with_t = "t" not in given and not re.search(r"(?<![A-Za-z\\^{])t(?![A-Za-z])", text)
        self._note_functions(text, given)
        self._note_likelihoods(text, given)
        self.names_ones = re.search(ONES, text) is not None
        self.spells_ones = self.names_ones or re.search(OUTER_ONES, text) is not None
        numbered = {m[1] or m[2] for m in re.finditer(NUMBERED, f"{text}\n{'='.join(given)}=")}
        letters = {next(filter(None, m.groups())) for m in re.finditer(ALONE if self.names_ones else BIAS, text)}
        self._scales = "".join(sorted(letters - numbered))  # μ1 is μ times ones, and b1 in f(w, b)
        self._has_steps = re.search(rf"{STEP}\s*&?\s*=", text) is not None
        self._sums, self._count = "|".join(sorted(sums_in(text))), count_in(text)
        self._sign_of_next = "" if self._primes or self._slopes else sign_of_next(text)
        is_taken = self._primes or self._sign_of_next or re.search(TURNED.replace("′", ""), text)
        self._primes_turn = not is_taken and re.search(PRIME_TURNS, text) is not None
        told = rf"(?m)(?:^\W*|\$|:\s){DISTANCE}\s*(?:\([^()=ᵀ⊤'^+]*\))?\s*&?\s*="
        self._distance = rf"(?<![A-Za-z]){DISTANCE}" if re.search(told, text) else "(?!)"
        said = re.search(COMMUTATION, text)
        self.commutation = next(filter(None, said.groups())) if said else ""
        self.is_code = re.search(OF_CODE, text) is not None
        unknowns = "".join(sorted({*re.findall(rf"{VARIES}([a-z])(?![A-Za-z_])", text)} - {"r"}))  # of Tr
        pairs = rf"([A-Z])([{unknowns}])|([{unknowns}])(?!\3)([u-z])" if unknowns and not given else "(?!)"
        self._times_unknown = rf"(?<![A-Za-z_\\])(?:{pairs})(?![\w(])"
        self._glued = {m[0] for m in OF_TWO.finditer(text) if m[0] not in given and _stands_apart(m, text, given)}

    def _note_functions(self, text: str, given: Collection[str]) -> None:
        """Which functions a text means by σ, g, log, exp and bars; and the h of a δh = ∂L/∂h."""
        self._slopes = {} if self._primes else slopes_of(text)
        self._deltas = "|".join(re.findall(NAMED_DELTA, text))
        self._softmax = re.search(SOFTMAX, text) is not None or re.search(IS_SOFTMAX, text) is not None
        self._has_matrix_logs = re.search(TRACE_WITH_LOG, text) is not None
        self._has_matrix_functions = re.search(MATRIX_FUNCTION, text) is not None
        self._is_by_entries = not self._has_matrix_functions and re.search(BY_ENTRIES, text) is not None
        self._adjugate = "adjugate" in text
        self._absolute = re.search(r"\|(?:\\cdot|[·\s])*\|.{0,40}absolute value", text) is not None
        aliases = re.findall(rf"(?<![A-Za-z\\])([a-zφψσ])\s*=\s*\\?({ENTRYWISE})(?![\w({{\s*\\])", text)
        aliases += [(name, "sigmoid") for name in re.findall(THE_SIGMOID, text)]
        is_psi = re.search(OF_GAMMA, text) and not re.search(rf"{PSI}(?!['′]*\s*\()", text)
        is_normal = re.search(r"(?:Φ|\\Phi)\s*\((?![^()=]*\)\s*=)", text) and re.search(OF_NORMAL, text)
        aliases += [("Φ", "normcdf"), ("φ", "normpdf")] if is_normal else []
        aliases += [("N", "normcdf")] if re.search(r"(?<![A-Za-z])N\(\s*d_?[₁{1]", text) else []  # of an option's price
        aliases += [("ψ", "digamma")] if is_psi or "digamma func" in text else []
        self._aliases = {name: function for name, function in aliases if name not in given}  # g = tanh

    def _note_likelihoods(self, text: str, given: Collection[str]) -> None:
        """Whether log p(y | X, w), ln L, log Z and log N(x; m, C) are the names of likelihoods that a text gives."""
        gives_p = re.search(r"(?<!log )(?<!ln )(?<!log\})(?<![\w\\])[pP]\s*(?:\([^()]*\)\s*)?&?\s*=", text) is not None
        said = 0 if gives_p else len(re.findall(SAYS_LIKELIHOOD, text))
        self._likelihood = (r"(?:^\s*[-−]\s*\d*\s*)?" if said == 1 else "") + LIKELIHOOD if said else ""
        self._logarithms = {
            letter: of
            for letter, of in LOGARITHMIC.items()
            if letter not in given and re.search(rf"{LOGARITHM}{of}\s*&?\s*=", text)
            if not re.search(rf"(?m)(?:^[^\w∇]*|, |(?:[Ww]ith|[Ww]here|[Ll]et) \W*){of}\s*&?\s*=", text)
        }
        self._says_normal = re.search(SAYS_NORMAL, text) is not None

    @contextmanager
    def turning(self, kind: str) -> Iterator[None]:
        """The layout in which gradients, or Jacobians, are the transposes of ours."""
        before, self.turned = self.turned, {kind}
        try:
            yield
        finally:
            self.turned = before

    def doubt(self, line: str) -> str:
        """Why a line is not read, where σ or f has signs of which the text does not say what they are."""
        if re.search(r"(?:\\sigma|σ)['′]?(?:_\d|[₁₂₃])['′]?\s*(?:\\odot|⊙)?\s*\(", line):
            return "σ with a number is a function that is not given"
        if re.search(r"(?<![\w}])[fg]\s*(?:\\odot|⊙)\s*\(\s*\\?\w+\s*\)", line):
            return "f ⊙ (A) applies a function that is not given to every entry"
        return ""

    def respelt(self, side: str) -> str:
        """A side with its signs in the spelling that the reader knows."""
        side = re.sub(PIECE, lambda m: f"{m[1]}{m[2]}[{m[3] or m[4]}]", side.replace("″", "′′"))
        side = re.sub(self._times_unknown, lambda m: " ".join(filter(None, m.groups())), side)  # Wx, wx, no names
        side = with_slopes(side, self._slopes) if self._slopes else side
        side = re.sub(r"\((\d)/(\d)([A-Za-zα-ω](?:²|\^\{?2\}?)?)\)", r"(\1/(\2\3))", side)  # (1/2n), (1/2σ²)
        side = re.sub(LOW_LETTERS, lambda m: f"_{{{m[0].translate(PLAIN_SUBSCRIPT)}}}", side)
        side = re.sub(rf"Σ_\{{?({self._sums})\}}?", r"∑_{\1} ", side) if self._sums else side
        side = re.sub(BARE_SUM, lambda m: f"∑_{{{index_of(m)}=1}}^{{{self._count}}} ", side) if self._count else side
        side = re.sub(rf"(?<![A-Za-z_]){INTO}", r"\g<0> ", side)
        side = OF_TWO.sub(lambda m: f"{m[0][:-1]} {m[0][-1]}" if m[0] in self._glued else m[0], side)
        side = side if self._names_zero else counted_from_one(side)
        side = re.sub(INVERSE_POWER, r"((\1^{-\2})ᵀ)", side)
        side = re.sub(OF_LAYER, lambda m: LAYERS[m[1] or ""], side) if self._has_layers else side
        if self.of_time:
            side = re.sub(self.of_time, lambda m: LAYERS[m[1] or ""], side)
            side = re.sub(r"(?<=[A-Z])(?=[a-z]_(?:this|next|prev))", " ", side)
        side = re.sub(rf"δ\s*(?=(?:{self._deltas})(?![A-Za-z]))", "δ_", side) if self._deltas else side
        side = re.sub(DELTAS, r"\1∂\2∂", side)
        for name, function in self._aliases.items():
            side = re.sub(rf"(?:(?<![A-Za-z])|(?=[α-ωΦ])){name}(?=['′]*\s*\()", f" {function}", side)
        side = re.sub(SLOPE_OF_DIGAMMA, lambda m: f"polygamma({len(m[1])}, ", side)
        side = re.sub(PRIME, "ᵀ", side) if self._primes_turn else side
        if self._primes:
            side = re.sub(rf"({HELD}|{LETTER}){self._primes}", r" d(\1)", re.sub(r"([^\W\d_])\(t\)", r"\1", side))
        if self._turns_with_t:
            side = re.sub(r"(?<=[\w)\]])\s*\^\s*\{?\s*t\s*\}?(?![A-Za-z])", "ᵀ", side)
        side = re.sub(self._small, lambda m: m.group().upper(), side) if self._small else side
        side = with_lines(side, self._rows)
        side = side if self._names_delta else with_identity(side)
        if self._varies:
            side = re.sub(r"δ\s*(?=[^\W\d_]|\()", "d", side)
        if not self.names_sigma:
            side = re.sub(r"σ(['′]?)\s*⊙?\s*(?=\()", rf"{'softmax' if self._softmax else 'sigmoid'}\1", side)
        return self._with_functions(side)

    def _with_functions(self, side: str) -> str:
        """The same of functions and numbers: cross entropies, steps, adjugates, likelihoods, ones."""
        side = re.sub(TWICE, r"d²\1/d\2²", re.sub(STEP, "_plus", side) if self._has_steps else side)
        side = re.sub(ENTRY_OF_SOFTMAX, r"(softmax(\1))_\2", side)
        side = re.sub(TRACE_OF_LOG, r"\1logm\2", side)
        side = re.sub(LOG_OF_MATRIX, lambda m: f"logm({m[1] or m[2]})", side) if self._has_matrix_logs else side
        if self._has_matrix_functions or self._is_by_entries:
            side = re.sub(OF_MATRIX, partial(_of_matrix, by_entries=self._is_by_entries), side)
        side = re.sub(OF_SUMS, r"(\1)/(\3)", side)
        side = re.sub(CROSS_ENTROPY, lambda m: " (-sum({} .* log({}))) ".format(*_compared(m)), side)
        side = re.sub(r"(?:1|𝟙|𝟏|I)\s*[({[]\s*([^()<>]+?)\s*>\s*0\s*[])}]", r" step(\1) ", side)
        side = re.sub(r"\(\s*([^()<>]+?)\s*>\s*0\s*\)", r" step(\1) ", side)
        if self._adjugate:
            side = re.sub(rf"({LETTER})\s*\^\{{?[*∗]\}}?", r"(det(\1) inv(\1))", side)
        if self._absolute:
            side = re.sub(r"/(?=\(?abs)", "./", re.sub(r"\|([^|]*)\|", r"abs(\1)", side))
        side = re.sub(rf"({LETTER}){MINUS}", r" \1_minus ", side)
        side = re.sub(self._next, r" \1_plus ", re.sub(r"\^\{?\+\}?", "⁺", side))
        side = re.sub(self._sign_of_next, r"\1_plus", side) if self._sign_of_next else side
        side = re.sub(STEPPED, r"\1_Delta", side) if self._steps else side
        side = re.sub(self._distance, "D_sq", side)
        side = re.sub(r"(\(\(?\d+\)?/\(?\d+\)?\))\s*(?=\d)", r"\1 * ", side)  # ½ 2 A x, where no power has come down
        side = re.sub(self._likelihood, " l_p ", side) if self._likelihood else side
        for letter, of in self._logarithms.items():
            side = re.sub(rf"{LOGARITHM}{of}", f" l_{letter} ", side)
            side = re.sub(rf"(?<![A-Za-ce-z_]){of}", f"(exp(l_{letter}))", side) if letter != "L" else side
        side = re.sub(NORMAL, " l_N ", side) if self._says_normal else side
        if self.names_ones:
            side = re.sub(OUTER_ONES, " vector(1) vector(1)' ", side)
            side = re.sub(r"·\s*1(?![\w.])", "· vector(1)", side)
        if self._scales:
            side = re.sub(rf"(?<![A-Za-z^])([{self._scales}])1(?![\w.])", r"\1 vector(1)", side)
        if self.is_code:
            side = re.sub(STAR, ".*", side).replace("@", " ").replace(".T", "'")
        return side
