"""The spellings of one language: LaTeX and the many signs of Unicode, written in the signs that the lexer knows.

In goes what somebody typed or pasted, out comes its ``Transcript``.  Mathematical letters (𝐱, 𝒙, ℝ) become
plain ones, accented letters a letter with a combining sign, the many dashes, dots, quotes and bars the customary one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from matdiff import regex as re
from matdiff.algebra.notation import ACCENTS
from matdiff.errors import MatdiffError
from matdiff.language.names import RAISED as LETTERS_ABOVE
from matdiff.language.names import SUPERSCRIPTS
from matdiff.language.outside import closing
from matdiff.language.transcript import APART, CLOSES, NAME_ENDS, NAMED, OPENS, Edit, Scribe, Transcript
from matdiff.regex import regex

SPELLINGS = ("plain", "latex")
SAME = {
    **dict.fromkeys("—‒﹣－⁃", "−"),
    **dict.fromkeys("’‘ʹ´`＇", "'"),
    **dict.fromkeys("•∙⋅⸱", "·"),
    **dict.fromkeys("〈⟨", "⟨"),
    **dict.fromkeys("〉⟩", "⟩"),
    **dict.fromkeys("ǁ∥", "‖"),
    **dict.fromkeys("⁎＊", "*"),
    "∣": "|",
    "⊺": "⊤",
    "∶": ":",
    "≔": ":=",
    "∖": "\\",
    "⨀": "⊙",
    "⨂": "⊗",
    "̅": ACCENTS["bar"],
    **dict.fromkeys("\N{ZERO WIDTH SPACE}\N{WORD JOINER}\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}", ""),
}
RAISED = {"⁽": "^{(", "⁾": ")}"}  # x⁽ⁱ⁾ is x^{(i)}
ABOVE = SUPERSCRIPTS | {"⁺": "+", "½": "1/2", "ᐟ": "/"}
DIGIT, LETTER = "[⁰¹²³⁴-⁹]", f"[{LETTERS_ABOVE}]"
TERM_ABOVE = rf"(?:{DIGIT}*{LETTER}|{DIGIT}+)"
EXPONENT = regex(rf"⁻?(?:{TERM_ABOVE}(?:[⁺⁻]{TERM_ABOVE})+|{DIGIT}+{LETTER}|{DIGIT}+ᐟ{DIGIT}+)|⁻½")
MATHEMATICAL = (("\U0001d400", "\U0001d7ff"), ("\u2100", "\u214f"), ("\uff01", "\uff5e"))  # 𝐱, ℝ, full width
MARKS = frozenset(ACCENTS.values())
SPELT = {"|": "given", "-": "minus", "−": "minus", "+": "plus", ":": "to"}
PLACE = r"\w+(?:\s*[-−+:,]\s*\w+)*"
DEFINED = regex(r"(?:\A|[;\n])[^;\n=≡]*≡", given=("≡",))  # J ≡ …
HYPHENED = regex(r"(?<![\w-])[a-z]{3,}-[a-z]{3,}(?=\s*(?:\([^()=]*\)\s*)?:?=(?!=))", given=("-",))
LOG_OF = regex(r"(?<![^\W\d_])log(?=2\s*π)", given=("π",))  # log2π is log(2π), and no log₂
LIMITS = regex(r"(?:[∑∏]|(?<![A-Za-z])(?:sum|prod|max|min))\s*_\{[^{}]*\}")
BELOW_SIGN = regex(
    r"(?:∑|∏|(?<![^\W\d_])(?:sum|prod))(\s+)(?=_\{?[^\W\d_]|_\{\(|[ᵢⱼₖₗₘₙₜ])", given=("∑", "∏", "sum", "prod")
)
GOAL = regex(r"(?i)(?<![a-z])(?:arg)?m(?:in|ax)(?![a-z])|m(?:in|ax)imi[sz]|m(?:in|ax)imum")
NORM_CALL = regex(r"(?<!\w)norm\s*\((?=[^\n;]*\)\s*[_₁₂])", given=("norm",))
CONSTRAINED = regex(  # minimise f under the constraint that A x = b, max f st A x = b
    r"(?<!\w)(?:(?:under|with|given|satisfying)\s+(?:the\s+)?constraints?(?:\s+that)?|constrained\s+(?:to|by)|(?:so|given)\s+that|(?:while\s+)?keeping(?=\s[^,;\n]*[=≤≥∈<>]))\b:?"
    r"|(?<=\s)st(?=:?\s[^,;\n]*[=≤≥∈<>]):?",
    given=("constrain", "st", "that", "keeping"),
)
OPTIMUM = regex(r"(?<![\w)\]])([^\W\d_]{1,7})[*∗⋆](?=\s*:?=\s*arg)", given=("arg",))  # w* = argmin f
GIVEN = regex(rf"(?<=[\w{''.join(MARKS)}])(?<!sum)(?<!prod)_\{{\s*(?P<low>{PLACE}\s*\|\s*{PLACE})\s*\}}", given=("_{",))
SIGNED = regex(r"(?P<name>[^\W\d_])(?P<low>_(?:\{\s*(?P<in>[-−+])\s*\}|(?P<sign>[-−+])(?![\w(])))", given=("_",))
TWO_ABOVE = regex(  # y^{(i, j)}, which is y_{i, j}
    rf"(?<=[\w{''.join(MARKS)}])(\^\s*\{{?\s*\()\s*[a-z]\s*,\s*[a-z]\s*(\)(?:\s*\}})?)", given=("^",)
)
BRACES_TWICE = regex(  # A^{{(1)}}, which is A^{(1)}
    r"[\^_]\s*\{\s*(?P<opens>\{)[^{}]*(?P<closes>\})\s*\}", given=("^", "_")
)
OF_SPACE = regex(rf"‖[{CLOSES}]?(?:²|\^2|\^\{{2\}})?\s*_\{{?\s*(?P<sign>[^\x00-\x7f])", given=("‖",))


def transcript(text: str, functions: Collection[str] = (), spelling: str | None = None) -> Transcript:
    """The plain spelling of a text; *spelling* forces ``latex`` or ``plain`` where it is not to be recognised."""
    if spelling not in (None, *SPELLINGS):
        raise MatdiffError(f"{spelling} is not a spelling", suggestion="the spellings are " + ", ".join(SPELLINGS))
    found = Transcript(text, text)
    if spelling == "latex" or (spelling is None and ("\\" in text or "$" in text)):
        from matdiff.language.latex.transcription import is_latex, transcribe  # only where it is needed

        if spelling or is_latex(text):
            found = transcribe(text, functions)
    twice = BRACES_TWICE.finditer(found.text) if "{{" in "".join(text.split()) else ()
    found = found.edited([(*m.span(brace), "") for m in twice for brace in ("opens", "closes")])
    if not found.text.isascii():
        _require_no_space(found)
        found = _customary(found, functions)
        found = found.edited(list(_raised(found.text)))
        apart = [(m.end(), m.end(), APART) for m in LOG_OF.finditer(found.text)]
        found = found.edited([*apart, *((m.end() - 1, m.end(), ":=") for m in DEFINED.finditer(found.text))])
    found = found.edited(list(_conditional(found.text))) if "|" in found.text else found
    found = found.edited(list(_signed(found.text))) if "_" in found.text else found
    found = found.edited([e for m in TWO_ABOVE.finditer(found.text) for e in ((*m.span(1), "_{"), (*m.span(2), "}"))])
    found = found.edited(list(_hyphened(found.text)))
    found = found.edited(list(_in_bars(found.text)))
    found = found.edited(list(_of_optimum(found.text)))
    found = found.edited([(*m.span(1), "") for m in BELOW_SIGN.finditer(found.text)])  # sum _i, ∑ _{i=1}^n
    has_primes = "_{" in found.text and ("'" in found.text or "′" in found.text)
    return found.edited(list(_primed(found.text))) if has_primes else found


def plain(text: str) -> str:
    """The plain spelling of a name or a declaration.

    >>> plain("𝐱: n"), plain(r"\\hat{x}") == "x̂"
    ('x: n', True)
    """
    return transcript(text).text


def _require_no_space(found: Transcript) -> None:
    """Refuses x ∈ ℂⁿ, and ‖f‖_ℋ, the norm of a space of functions, which is no weight as the S of ‖x‖_S is."""
    from matdiff.language.fonts import taken_apart

    if m := re.search(r"(?:∈|\bin)\s*ℂ", found.text):
        raise found.error(m.span(), "ℂ has the complex numbers, and matdiff is about real matrices", "write ℝ")
    for m in OF_SPACE.finditer(found.text):
        if (letter := taken_apart(m["sign"])) and letter.font == "cal":
            message = f"‖·‖ with the sign {m['sign']} is the norm of a space, and is not available"
            hint = f"give its formula, as in α'K α; with the weight {letter.letter} it is written ‖x‖_{letter.letter}"
            raise found.error(m.span(), message, hint)


def _conditional(text: str) -> Iterator[Edit]:
    """Spells what stands below P_{t|t-1} and Σ_{x|y}, which is a label: P_{tgiventminus1}."""
    for m in GIVEN.finditer(text):
        pieces = (SPELT.get(piece, piece) for piece in re.findall(r"\w+|[-−+|:]", m["low"]))
        yield m.start("low"), m.end("low"), "".join(pieces)


def _signed(text: str) -> Iterator[Edit]:
    """Spells the sign of k_+ beside k_i or k_-, which is a label: k_{plus}; alone it may be a positive part."""
    for m in SIGNED.finditer(text):
        if len(set(re.findall(rf"(?<![^\W\d_]){m['name']}_\{{?\s*([-−+\w])", text))) > 1:
            yield *m.span("low"), f"_{{{SPELT[m['in'] or m['sign']]}}}"


def _hyphened(text: str) -> Iterator[Edit]:
    """Spells the name of log-loss = …, where the text defines it and wherever it uses it: log_loss."""
    for name in {m[0] for m in HYPHENED.finditer(text)}:
        for m in re.finditer(rf"(?<![\w-]){name}(?![\w-])", text):
            yield *m.span(), name.replace("-", "_")


def _of_optimum(text: str) -> Iterator[Edit]:
    """w^* for the w* of w* = argmin f, and subject to for other words in front of constraints."""
    yield from ((m.end(1), m.end(1), "^") for m in OPTIMUM.finditer(text))
    if GOAL.search(text):
        yield from ((*m.span(), "subject to") for m in CONSTRAINED.finditer(text))


def _in_bars(text: str) -> Iterator[Edit]:
    """‖A‖_F for norm(A)_F, whose sign stands below what closes it."""
    for m in NORM_CALL.finditer(text):
        end = closing(text, m.end())
        if text[end + 1 :].lstrip().startswith(("_", "₁", "₂")):
            yield *m.span(), "‖" + OPENS
            yield end, end + 1, "‖" + CLOSES


def _primed(text: str) -> Iterator[Edit]:
    """Another letter for the i' of ∑_{i'} that stands below a name: ∑_{ii'} K_{ii'} is ∑_{ij} K_{ij}."""
    bound = {letter for m in LIMITS.finditer(text) for letter in re.findall(r"([a-z])['′](?!['′])", m.group())}
    free = (letter for letter in "jklmpqrsuvnhgi" if not re.search(rf"(?<![a-z]){letter}|_\{{?\w?{letter}", text))
    others = dict(zip(sorted(bound), free, strict=False))
    for low in re.finditer(r"_\{[^{}]*\}", text) if others else ():
        for m in re.finditer(r"([a-z])['′](?!['′])", low.group()):
            if m.group(1) in others:
                yield low.start() + m.start(), low.start() + m.end(), others[m.group(1)]


def _raised(text: str) -> Iterator[Edit]:
    """^{k-1} for ᵏ⁻¹, which is no inverse of the power k, ^{2k} for ²ᵏ, and ^{-1/2} for ⁻½."""
    for m in EXPONENT.finditer(text):
        if re.search(rf"[½ᐟ]|{LETTER}", m.group()):
            yield m.start(), m.end(), "^{" + "".join(map(ABOVE.__getitem__, m.group())) + "}"


def _customary(found: Transcript, functions: Collection[str]) -> Transcript:
    """The text with every sign in its customary form; letters in two fonts are told apart."""
    from functools import partial
    from unicodedata import normalize

    from matdiff.language.fonts import marks

    compatible, apart = partial(normalize, "NFKC"), partial(normalize, "NFD")
    scribe = Scribe(found.source)
    marked = marks(found.text, functions)
    last, is_raised, in_word = "", False, False
    for place, sign in enumerate(found.text):
        in_word = sign == NAMED or (in_word and sign != NAME_ENDS)
        is_raised = sign != "⁾" and (is_raised or sign == "⁽")
        written = RAISED.get(sign) or (ABOVE.get(sign, "") if is_raised else "")
        written = written or (sign if sign.isascii() or in_word else _sign(sign, compatible, apart))
        written += marked.get(place, "")
        if written != sign and written.isdecimal() and last.isalnum():
            written = APART + written  # X𝟏 is no name
        scribe.write(written, *found.span(place, place + 1))
        last = written[-1:] or last
    return scribe.finished()


def _sign(sign: str, compatible: Callable[[str], str], apart: Callable[[str], str]) -> str:
    """A sign in its customary form: of several characters where it is composed."""
    from matdiff.language.fonts import plain_letter, taken_apart

    if sign in SAME:
        return SAME[sign]
    if taken_apart(sign):
        return plain_letter(sign)
    composed = apart(sign)
    if composed[1:] in MARKS and composed[0].isalpha():
        return composed
    return compatible(sign) if any(low <= sign <= high for low, high in MATHEMATICAL) else sign
