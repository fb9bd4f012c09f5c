"""Sizes as they are written: n, 3, n*p, n + 1, n(n + 1)/2; and pieces of text that know where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from matdiff import regex as re
from matdiff.algebra.assumptions import PROPERTIES
from matdiff.algebra.dims import ONE, SCALAR, Shape, Size, size
from matdiff.errors import DeclarationError, MatdiffError
from matdiff.language.names import canonical, nearest
from matdiff.records import NamedTuple
from matdiff.regex import regex

KINDS = {"column": "vector", "matrices": "matrix", "vectors": "vector", "scalars": "scalar"} | {
    kind: kind for kind in ("square", "matrix", "row", "vector", "scalar")
}  # words that are no names of sizes


class Excerpt(NamedTuple):
    """A piece of the declarations and where it starts, for errors that point at it."""

    text: str
    start: int
    whole: str

    def part(self, start: int, end: int) -> Excerpt:
        """A piece of the piece, without the white space around it."""
        piece = self.text[start:end]
        return Excerpt(piece.strip(), self.start + start + len(piece) - len(piece.lstrip()), self.whole)

    def error(self, message: str, suggestion: str = "", error: type[MatdiffError] = DeclarationError) -> MatdiffError:
        """An error that points at the piece."""
        span = (self.start, self.start + max(1, len(self.text)))
        return error(message, text=self.whole, span=span, suggestion=suggestion)


NAMED = r"(?!\w*ᵀ)(?![¼½¾⅐-⅞⁰¹²³⁴-⁹])[^\W\d]\w*"
TOKEN = regex(r"\s*(\w+|[-−–+*/()])\s*")
RANK = {"(": 0, "+": 1, "-": 1, "*": 2, "/": 2}
MOST_TERMS = 100  # in a product of sums


def parse_size(piece: Excerpt, least: int | None = 1) -> Size:
    """A size such as n*p, n + 1 or n(n + 1)/2, which has to be whole; *least* is the smallest number it may be."""
    total = _polynomial(piece)
    if not total.is_whole:
        names = ", ".join(sorted(total.names()))
        raise piece.error(f"{piece.text} is not a whole number {'for all ' * bool(names)}{names}")
    if least is not None and total.number is not None and total.number < least:
        raise piece.error(f"a size is at least {least}, not {total}")
    return total


def _polynomial(piece: Excerpt) -> Size:
    """The polynomial of a text, by operator precedence: *signs* wait for their right side, *values* for their sign."""
    values: list[Size] = []
    signs: list[str] = []
    complete = False  # whether a value has just ended
    for token in _tokens(piece):
        is_value = token not in RANK and token != ")"
        if complete == (is_value or token == "("):
            raise wrong_size(piece)
        if is_value:
            values.append(_factor(token, piece))
        elif token != "(":
            _combine(values, signs, RANK.get(token, 1), piece)
        if token == ")" and (not signs or signs.pop() != "("):
            raise wrong_size(piece)
        if token in RANK:
            signs.append(token)
        complete = is_value or token == ")"
    if not complete:
        raise wrong_size(piece)
    _combine(values, signs, 1, piece)
    if signs:
        raise wrong_size(piece)
    return values[0]


def _tokens(piece: Excerpt) -> Iterator[str]:
    """The names, numbers and signs of a size; n(n + 1) gets its sign, and −n the 0 before it."""
    place, before = 0, "("
    while place < len(piece.text):
        match = TOKEN.match(piece.text, place)
        if not match:
            raise wrong_size(piece)
        token = match.group(1).replace("−", "-").replace("–", "-")
        if token in "+-" and before == "(":
            yield "0"
        if token == "(" and before not in RANK:
            yield "*"
        yield token
        place, before = match.end(), token


def _factor(token: str, piece: Excerpt) -> Size:
    """A name or a number."""
    if len(token) > 100 or token in KINDS or not (token.isdecimal() or is_size(token)):
        raise wrong_size(piece)
    return size(int(token) if token.isdecimal() else canonical(token))


def is_size(token: str) -> bool:
    """Whether a word can be the name of a size: n and n_1 can, neither xᵀx nor ½N nor a blank, __."""
    is_word = token.isidentifier() if token.isascii() else re.fullmatch(NAMED, token) is not None
    return is_word and token.strip("_") != ""


def _combine(values: list[Size], signs: list[str], rank: int, piece: Excerpt) -> None:
    """Carries out the signs at the end that bind at least as strongly as one of a rank."""
    while signs and RANK[signs[-1]] >= rank:
        sign, right, left = signs.pop(), values.pop(), values.pop()
        if sign in "+-":
            values.append(left + right if sign == "+" else left - right)
        elif sign == "*":
            if min(len(left.terms), len(right.terms)) > 1 and len(left.terms) * len(right.terms) > MOST_TERMS:
                raise piece.error("this size has too many terms")
            values.append(left * right)
        else:
            if not right.number:
                raise piece.error(f"a size cannot be divided by {right}")
            values.append(left.over(right.number))


def wrong_size(piece: Excerpt) -> MatdiffError:
    """The error for a piece that is no size: maybe a misspelt property."""
    word = piece.text.split()[-1] if piece.text.split() else ""
    hint = nearest(word.lower(), PROPERTIES)
    if len(piece.text.split()) > 1:
        start = len(piece.text) - len(word)
        hint = hint or "the properties are " + ", ".join(sorted(PROPERTIES))
        return piece.part(start, len(piece.text)).error(f"{word} is not a property", hint)
    return piece.error(f"{piece.text or 'nothing'} is not a size", hint or "a size is a number, a name, n*p or n+1")


BETWEEN = r"(\w+?)x(\w+)"


def parse_shape(sizes: Excerpt) -> Shape:
    """The shape that sizes separated by x or × make."""
    text = sizes.text
    if text in ("", "1", "scalar", "number", "real"):
        return SCALAR
    pieces = [sizes.part(*m.span()) for m in re.finditer(r"(?:(?!×|\sx\s|\sby\s).)+(?:\s(?=x\s|by\s))?", text)]
    pieces = [p.part(m.end() if (m := re.match(r"(?:x|by)(?=\s)", p.text)) else 0, len(p.text)) for p in pieces]
    joined = re.fullmatch(BETWEEN, text)
    if joined and (len(joined.group(1)) == len(joined.group(2)) == 1 or text[0].isdecimal()):
        pieces = [sizes.part(*joined.span(1)), sizes.part(*joined.span(2))]
    if len(pieces) > 2:
        hint = "a family of matrices is declared with an index: X[i=1..N]: m x n"
        raise sizes.error(f"{len(pieces)} sizes: a matrix has two", hint)
    if not pieces:
        raise wrong_size(sizes)
    found = [parse_size(piece) for piece in pieces]
    return (found[0], found[1]) if len(found) == 2 else (found[0], ONE)
