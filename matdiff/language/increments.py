"""Increments: Δx is one name, the change of x, where Δ is no name of its own; δx is one where the unknown is called so.

In goes a text in the plain spelling, out comes one in which such a name is its letter with a mark, as x̂ is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.labels import TRANSPOSED
from matdiff.language.names import CHANGE_MARKS, CHANGE_SIGNS, CUSTOMARY_FUNCTIONS, MARKED_LETTER, SUBS, canonical
from matdiff.language.transcript import APART, Edit, Transcript
from matdiff.records import NamedTuple
from matdiff.regex import regex

RUN = regex(rf"[ {APART}]?(?P<run>(?P<letter>{MARKED_LETTER})[A-Za-z]*)")
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
