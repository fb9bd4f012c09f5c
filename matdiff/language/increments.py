"""Letters beside each other: Δx is one name, the change of x, where Δ is none; W_1x is W_1 x, and S_wW may have W.

In goes a text in the plain spelling, out comes one in which Δx is its letter with a mark, as x̂ is, and subscripts end.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.labels import TRANSPOSED
from matdiff.language.names import (
    CHANGE_MARKS,
    CHANGE_SIGNS,
    CUSTOMARY_FUNCTIONS,
    GREEK_CLASS,
    MARKED_LETTER,
    MARKS,
    SPELT_GREEK,
    SUBS,
    canonical,
)
from matdiff.language.transcript import APART, Edit, Transcript
from matdiff.records import NamedTuple
from matdiff.regex import regex

RUN = regex(rf"[ {APART}]?(?P<run>(?P<letter>{MARKED_LETTER})[A-Za-z]*)")
SIGN = rf"(?:{SPELT_GREEK}|[A-Za-z{GREEK_CLASS}])"
AFTER_NUMBER = rf"{SIGN}_[0-9]+(?={SIGN})"  # W_1x
INDEXED = rf"(?:{SIGN}_(?P<low>[a-z]{{1,2}}))(?={SIGN}_(?P=low)(?![A-Za-z0-9]))"  # a_ix_i
STARRED = rf"(?<=[A-Za-z{GREEK_CLASS}{MARKS}])_(?:[*∗⋆]|\{{\s*[*∗⋆]\s*\}})"  # k_*
HELD = rf"\{{({SIGN})_\{{([A-Za-z]{{2,}})\}}\}}(?=_)"  # {s_{ch}}_{t}
INTO = rf"(?:{AFTER_NUMBER}|{INDEXED})"
OF_TWO = regex(rf"(?<![A-Za-z0-9_{{])(?P<base>{SIGN})_(?P<low>[A-Za-z0-9])(?P<factor>{SIGN})(?![A-Za-z0-9_])")
LETTERS = ("Δ", "∆", "δ", "elta")
NUMBERED = regex(rf"[_0-9{SUBS}]")  # Δ_k is another name


class Use(NamedTuple):
    """A letter behind Δ: the place of both, and the letter, which is none where Δ stands by itself."""

    start: int
    end: int
    letter: str


def increments(script: Transcript, known: Collection[str]) -> tuple[Transcript, tuple[str, ...]]:
    """The text with a mark on the letters of such names, and what is to be said of them; *known* names are declared
    or asked for.

    Raises AmbiguityError for δxᵀPδx, where δx may be a name or a product.
    """
    if not any(sign in script.text for sign in LETTERS):
        return script, ()
    capital = list(_uses(script.text, CHANGE_SIGNS["increment"]))
    if "Delta" in known or not all(use.letter for use in capital):  # Δ is a name, and Δx one where it is declared
        capital = [use for use in capital if f"{canonical(use.letter)}_increment" in known]
    for use in capital:
        if script.text.startswith("(", use.end) and canonical(use.letter) in CUSTOMARY_FUNCTIONS:
            raise _doubt(script, use, "the Laplacian, a change", "Δ*f(…)")
        turned = rf"(?<![^\W\d_]){re.escape(use.letter)}(?:{TRANSPOSED})\s*$"  # LᵀΔL can be the form of a matrix Δ
        if f"{canonical(use.letter)}_increment" not in known and re.search(turned, script.text[: use.start]):
            raise _doubt(script, use, "a name of its own", f"Δ*{use.letter}")
    small = [] if "delta" in known else list(_uses(script.text, CHANGE_SIGNS["variation"]))
    if not any(name.partition("_")[2].startswith("variation") for name in known):
        letters = [use.letter for use in small]
        twice = next((use for use in small if all(letters) and letters.count(use.letter) > 1), None)
        if twice:
            raise _doubt(script, twice, "a name of its own", f"δ*{twice.letter}")
        small = []
    marked = [*((use, "increment") for use in capital), *((use, "variation") for use in small if use.letter)]
    edits: list[Edit] = [
        (use.start, use.end, " " * script.text[: use.start][-1:].isalnum() + use.letter + CHANGE_MARKS[change])
        for use, change in marked  # w_kΔw_k
    ]
    names = dict.fromkeys(use.letter for use in capital)
    return script.edited(edits), tuple(f"Δ{x} is taken as one name; a product is Δ*{x}" for x in names)


def _uses(text: str, sign: str) -> Iterator[Use]:
    """What stands behind each Δ; that of ΔΔ is a letter."""
    done = 0
    for m in re.finditer(sign, text):
        if m.start() < done or NUMBERED.match(text, m.end()):
            continue
        behind = RUN.match(text, m.end())
        letter = behind.group("letter") if behind and behind.group("run") not in FUNCTIONS else ""
        done = behind.end("letter") if behind and letter else m.end()
        yield Use(m.start(), done, letter)


def _doubt(script: Transcript, use: Use, other: str, product: str) -> MatdiffError:
    message = f"{script.source[slice(*script.span(use.start, use.end))]} can be {other}, or a product"
    hint = f"write {product} for the product, another letter for the rest"
    return script.error((use.start, use.end), message, hint, AmbiguityError)


def parted(script: Transcript, declared: Container[str]) -> Transcript:
    """The text with a small space behind such subscripts, but in names that are declared; k_* is k_star.

    And in S_wW where S_w and W are declared.
    """
    if "_" not in script.text:
        return script
    stars = [(m.start(), m.end(), "_{star}") for m in re.finditer(STARRED, script.text)]
    held = [(m.start(), m.end(), f"⟪{m[1]}_{m[2]}⟫") for m in re.finditer(HELD, script.text)]
    both = [m for m in OF_TWO.finditer(script.text) if canonical(m.group()) not in declared]
    both = [m for m in both if canonical(m[0][:-1]) in declared and canonical(m["factor"]) in declared]
    apart = [(m.start("factor"), m.start("factor"), APART) for m in both]
    return script.edited([*_ends(script.text, declared), *stars, *held, *apart])


def _ends(text: str, declared: Container[str]) -> Iterator[Edit]:
    """Where a subscript ends and a factor begins, which may have such a subscript itself."""
    first, following = re.compile(rf"(?<![A-Za-z_]){INTO}"), re.compile(INTO)
    m = first.search(text)
    while m:
        run = re.compile(r"\w*").match(text, m.start())
        if run is None or canonical(run.group()) not in declared:
            yield m.end(), m.end(), APART
        m = following.match(text, m.end()) or first.search(text, m.end())


def require_no_factor(script: Transcript, declared: Container[str], unknowns: Collection[str]) -> None:
    """Raises AmbiguityError for S_wW by W, which can be a name or have the factor W."""
    for m in OF_TWO.finditer(script.text) if "_" in script.text else ():
        whole, factor = canonical(m.group()), canonical(m.group("factor"))
        if factor in unknowns and whole not in declared and whole not in unknowns:
            base, low, last = m.group("base", "low", "factor")
            message = f"{m.group()} can be a name, or the product of {base}_{low} and {last}"
            hint = f"write {base}_{low} {last} for the product, {base}_{{{low}{last}}} for the name"
            raise script.error(m.span(), message, hint, AmbiguityError)
