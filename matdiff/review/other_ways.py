"""Other readings of a side, which are tried where it is refused, or before it is called wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

from matdiff import regex as re
from matdiff.language.outside import closing, outside
from matdiff.review.habits import STAR
from matdiff.review.names import TURNED
from matdiff.review.operators import LETTER

HIGH = str.maketrans({"²": "^2", "³": "^3"})
POWER = r"(?<=[\w)])\^\{?([23])\}?(?!\w)"  # of A^2
BEFORE_LOG = rf"(\)|(?<![A-Za-z]){LETTER})\s*(?=log\b)"  # y log p, (1 − y) log(1 − p)
COMPLEMENT = rf"(\)|(?<![A-Za-z^]){LETTER})\s*\(\s*1(?=\s*[-−])"  # s(1 − s), not ∑_i^N (1 − s)
INNER = rf"({LETTER}\s*{TURNED})\s*({LETTER})(?!\s*{TURNED}|[\w^(])"
CALLED = rf"(?<![A-Za-z])((?:log\s*)?(?:det|tr))\s+({LETTER})\s*(?=\(|{LETTER})"
ROOT = rf"√\s*({LETTER}|\d+)"  # of √n/s
ROOT_OVER = rf"sqrt\(({LETTER}|\d+)\)\s*/\s*({LETTER})"
FACTOR_ONE = r"(?<=[\w)\]'′ᵀ⊤}])\s*(?:(?<=\s)|(?<=ᵀ)|(?<=⊤))1(?=\s*(?:[/)+−-]|$))"


def in_doubt(side: str) -> Iterator[str]:
    """Other readings of a side, which are tried before it is called wrong: powers by entries beside such products.

    >>> list(in_doubt("(A - Y) ⊙ (1 - A²)"))
    ['(A - Y) ⊙ (1 - A.^2)']
    """
    spelt = side.translate(HIGH)
    if re.search(r"⊙|∘|\.\*", spelt) and re.search(POWER, spelt):
        yield re.sub(POWER, r".^\1", spelt)
    if (spelt := re.sub(CALLED, r"(\1(\2)) ", side)) != side:  # det X (1 + t), log det F F⁻ᵀ are of no product
        yield spelt
    if (spelt := re.sub(ROOT_OVER, r"sqrt(\1/\2)", side)) != side:
        yield spelt


def with_commutation(side: str, letter: str, sizes: Collection[str]) -> Iterator[str]:
    """A side with commutation matrices of all sizes in place of the letter that a text has for one."""
    spelt = rf"(?<![A-Za-z]){letter}(?![A-Za-z])"
    if letter and re.search(spelt, side):
        yield from (re.sub(spelt, f" commutation({m}, {n}) ", side) for m, n in product(sizes, repeat=2))


def by_entries(side: str, refused: str) -> str:
    """A side whose quotient or product of vectors is refused, where authors mean another: 1/x, s(1 − s), a ⊙ (Bc)."""
    if refused.startswith("√"):
        return re.sub(ROOT, r"sqrt(\1)", side)
    if refused.startswith("only a square matrix has"):
        return next(in_doubt(re.sub(STAR, ".*", side)), side)
    if refused.startswith("the terms of a sum have different shapes"):
        return re.sub(r"(?<![\w.])1\s*(?=unit\([^()]*\)\s*(?:ᵀ|\^))", " vector(1) ", side)
    if refused.startswith("an entrywise product"):
        return _with_loose_signs(side)
    if re.match("the product (?:does not fit|has factors)", refused):
        spelt = re.sub(INNER, r"(\1 \2)", side)  # I xᵀx
        return spelt if spelt != side else re.sub(STAR, ".*", side)
    if refused.startswith("division by"):
        return re.sub(r"(?<!\.)/", "./", side) if "/" in side else side
    if not re.search("^the product of two column vectors|is no product of vectors", refused):
        return side
    if "*" in side:
        return re.sub(STAR, ".*", side)
    return re.sub(BEFORE_LOG, r"\1 .* ", re.sub(COMPLEMENT, r"\1 .* (1", side))


def _with_loose_signs(side: str) -> str:
    """A side in which all factors behind a sign ⊙ belong together: a ⊙ (B c) for a ⊙ B c."""
    found, place = "", 0
    for m in re.finditer(r"⊙|\.\*", side):
        signs = outside(side, r"[-+−⊙/]|\.\*", m.end())
        end = next((sign.start() for sign in signs), closing(side, m.end()))
        if m.start() >= place and side[m.end() : end].strip():
            found += f"{side[place : m.end()]} ({_with_loose_signs(side[m.end() : end])})"
            place = end
    return found + side[place:]


def with_ones(side: str, rows: str = "") -> str:
    """A side in which a factor 1 behind another is the vector of ones, (Y − T)ᵀ1/N; of *rows* one in front."""
    side = re.sub(r"^\s*1(?=\s*/)", f"ones({rows}, 1)", side) if rows else side  # 1/(1ᵀS1)
    return re.sub(FACTOR_ONE, " vector(1)", side)
