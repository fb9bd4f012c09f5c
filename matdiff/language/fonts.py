r"""Fonts: where a text has a bold 𝐍 beside the N of a count, they are two names, N_bold and N.

In LaTeX a letter in another font is written as the mathematical letter of Unicode, 𝐍 for \mathbf{N}; here these are
taken apart again.  A letter that stands in one font only keeps its plain name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from matdiff.algebra.notation import FONTS
from matdiff.language.names import FONT_MARKS, GREEK_CLASS, MARKS, SUBS, canonical
from matdiff.records import NamedTuple
from matdiff.regex import regex

LATIN, GREEK = 0x1D400, 0x1D6A8  # where the mathematical letters begin: bold capitals first
PER_LATIN, PER_GREEK, CAPITALS = 52, 58, 26
LATIN_FONTS = ("bold", "", "bold", "cal", "cal", "frak", "bb", "frak", "sf", "sf", "sf", "sf", "")
GREEK_FONTS = ("bold", "", "bold", "sf", "sf")
GREEK_LETTERS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΘΣΤΥΦΧΨΩ∇αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ"
ELSEWHERE = {  # the letters that Unicode has had before the others
    "cal": dict(zip("BEFHILMRegol", "ℬℰℱℋℐℒℳℛℯℊℴℓ", strict=True)),
    "frak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "bb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
}
LETTERS = {sign: (letter, font) for font, found in ELSEWHERE.items() for letter, sign in found.items()} | {
    "ℎ": ("h", "")
}
COMMANDS = {
    **dict.fromkeys(r"\mathbf \boldsymbol \bm \pmb \symbf \bold \mathbold \bf \bfseries \textbf".split(), "bold"),
    **dict.fromkeys(r"\mathcal \mathscr \cal \scr".split(), "cal"),
    **dict.fromkeys(r"\mathbb \mathbbm \mathds \symbb \Bbb".split(), "bb"),
    **dict.fromkeys(r"\mathfrak \frak".split(), "frak"),
    **dict.fromkeys(r"\mathsf \textsf \sf".split(), "sf"),
}
BOLD = r"\\(?:boldsymbol|bm|mathbf|vec|pmb|symbf)\b|[\U0001d400-\U0001d433\U0001d6a8-\U0001d6e1]"
CONSTANTS = frozenset("I")  # the identity is one in every font
WORDS = frozenset("let in and for max min be is are of the wrt to how can its via all any has get arg".split())
STYLED = r"[\U0001d400-\U0001d7cb\u2102-\u213b]"
ONE = rf"(?:[A-Za-z]|[{GREEK_CLASS}]|{STYLED})(?!\w)"
ASKED = regex(  # where a letter is only named: it has the font of the function
    rf"∇_\{{?\w+\}}?\s*{ONE}(?:\([^()=;]*\)|(?=\s*(?:[.,;?]|$)))|(?:∇|∂|min|max|⟫)\s*(?:_\s*\{{?\s*)?{ONE}|/\s*\(?\s*d\s*{ONE}"
    rf"|(?:\A|:)\s*{ONE}(?=\s*[↦→])"
    rf"|{ONE}[{MARKS}]?(?:\s*\^\s*\{{?[*⋆]\}}?)?(?=\s*:?=\s*arg)|\b(?:respect\s+to|w\.?r\.?t\.?|over)\s+{ONE}"
    rf"|{ONE}(?=(?:\s*,\s*{ONE})*\s*(?:∈|\bin\b)\s*[ℝ𝕊RS](?!\w))"  # x, y ∈ ℝ^n
)
PIECE = regex(
    r"\A\s*[A-Z]{2,}\s*=(?!=)|[^\W\d_]\w{,40}+\([^()=;]*\)\s*:?=(?!=)|⟪\w+⟫|_\{[^{}=]*=[^{}]*\}\s*\^\s*\{?(?P<limit>\w)"
    rf"|[\^_]\s*(?:\{{\s*[A-Za-z{GREEK_CLASS}]+\s*\}}|[A-Za-z{GREEK_CLASS}])|𝒩\s*\(|(?:∈|→|\bin)\s*[ℝ𝕊𝔼ℕℂ]|(?P<styled>{STYLED})|(?P<plain>[A-Za-z]+|[{GREEK_CLASS}])"
)
# an accent, and a number
BEHIND = regex(rf"[{MARKS}]+(?:\s*_?\{{?[0-9]+|[₀-₉]+)?|\s*_\s*\{{?\s*[0-9]+(?!\w)|[0-9]+|[₀-₉]+")
LOW = regex(rf"\s*_|[{SUBS}]")


class Styled(NamedTuple):
    """A letter and its font."""

    letter: str
    font: str


def styled(letter: str, font: str) -> str:
    """The mathematical letter in a font; a sign that has none as it is."""
    if letter in ELSEWHERE.get(font, ()):
        return ELSEWHERE[font][letter]
    if letter.isascii() and letter.isalpha() and font:
        place = ord(letter) - ord("A") if letter.isupper() else ord(letter) - ord("a") + CAPITALS
        return chr(LATIN + PER_LATIN * LATIN_FONTS.index(font) + place)
    if font == "bold" and letter in GREEK_LETTERS:
        return chr(GREEK + GREEK_LETTERS.index(letter))
    return letter


def taken_apart(sign: str) -> Styled | None:
    """The letter and the font of a mathematical letter; None of another sign."""
    if sign in LETTERS:
        return Styled(*LETTERS[sign])
    place = ord(sign) - LATIN
    if 0 <= place < PER_LATIN * len(LATIN_FONTS):
        k = place % PER_LATIN
        letter = chr(ord("A") + k) if k < CAPITALS else chr(ord("a") + k - CAPITALS)
        return Styled(letter, LATIN_FONTS[place // PER_LATIN])
    place = ord(sign) - GREEK
    if 0 <= place < PER_GREEK * len(GREEK_FONTS):
        return Styled(GREEK_LETTERS[place % PER_GREEK], GREEK_FONTS[place // PER_GREEK])
    return None


def plain_letter(sign: str) -> str:
    """A mathematical letter without its font; another sign as it is."""
    found = taken_apart(sign)
    return found.letter if found else sign


def marks(text: str, functions: Collection[str]) -> Mapping[int, str]:
    """For the places of letters that stand in several fonts their marks; the plain one, else the bold one, has none."""
    found = list(occurrences(text, functions))
    asked = {place for m in ASKED.finditer(text) for place in range(*m.span())}
    stands = {one[1:] for one in found if one[0] not in asked}
    found = [one for one in found if one[1:] in stands]
    fonts: dict[str, set[str]] = {}
    for _, name, font in found:
        fonts.setdefault(name, set()).add(font)
    first = {name: min(several, key=("", *FONTS).index) for name, several in fonts.items()}
    return {place: FONT_MARKS[font] for place, name, font in found if font != first[name] and name not in CONSTANTS}


def occurrences(text: str, functions: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """The places of the letters of names, each with its accent and number, and their fonts.

    A plain letter with another subscript may be an entry of a bold one, 𝐱 and x_i, and does not count.
    """
    for m in PIECE.finditer(text):
        word, sign = m.group("plain"), m.group("styled")
        behind = BEHIND.match(text, m.end())
        tail = canonical("_" + behind.group()) if behind else ""
        if letter := m.group("limit"):
            yield m.start(), letter, ""
        elif sign and (found := taken_apart(sign)):
            yield m.start(), found.letter + tail, found.font
        elif word and word not in functions and word.lower() not in WORDS and len(word) < 4:
            yield from ((m.start(), letter, "") for letter in word[:-1])
            if (behind and behind.group()[-1].isalnum()) or not LOW.match(text, behind.end() if behind else m.end()):
                yield m.start(), word[-1] + tail, ""
