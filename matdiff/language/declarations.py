"""What the user declares: names with sizes, properties and index ranges.

In goes ``"X: m x n; S: d x d spd; a: scalar; x[i=1..N]: d"`` or a mapping of the left sides to the right
sides; out comes a ``Declarations``: for each canonical name its shape, its properties and its indices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from matdiff.algebra.assumptions import CLASHES, OF_MATRICES, OF_VECTORS, PROPERTIES, SQUARE, implied
from matdiff.algebra.dims import ONE, SCALAR, Shape, Size, size
from matdiff.errors import DeclarationError
from matdiff.language.names import MARKS, SUPERSCRIPTS, canonical, nearest
from matdiff.language.spelling import plain

SYNONYMS = {
    "pd": "spd", "sym": "symmetric", "antisymmetric": "skew", "diag": "diagonal", "orth": "orthogonal",
    "nonsingular": "invertible", "projector": "idempotent", "projection": "idempotent",
}  # fmt: skip


class Declaration(NamedTuple):
    """One declared name; *indices* are the index names and ranges of a family."""

    name: str
    shape: Shape
    properties: frozenset[str] = frozenset()
    indices: tuple[tuple[str, Size], ...] = ()


class Declarations:
    """The declared names in order; iterating gives the names."""

    __slots__ = ("table",)

    def __init__(self, table: dict[str, Declaration] | None = None) -> None:
        self.table = table if table is not None else {}

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __contains__(self, name: object) -> bool:
        return name in self.table

    def __getitem__(self, name: str) -> Declaration:
        return self.table[name]

    def get(self, name: str) -> Declaration | None:
        """The declaration of a canonical name, if there is one."""
        return self.table.get(name)

    def sizes(self) -> set[str]:
        """The names of the sizes that occur."""
        found: set[str] = set()
        for d in self.table.values():
            for s in (*d.shape, *(last for _, last in d.indices)):
                found |= s.names()
        return found


class Excerpt(NamedTuple):
    """A piece of the declarations and where it starts, for errors that point at it."""

    text: str
    start: int
    whole: str

    def part(self, start: int, end: int) -> Excerpt:
        """A piece of the piece, without the white space around it."""
        piece = self.text[start:end]
        return Excerpt(piece.strip(), self.start + start + len(piece) - len(piece.lstrip()), self.whole)

    def error(self, message: str, suggestion: str = "") -> DeclarationError:
        """An error that points at the piece."""
        span = (self.start, self.start + max(1, len(self.text)))
        return DeclarationError(message, text=self.whole, span=span, suggestion=suggestion)


def declare(where: str | Mapping[str, str] | None, front: Iterable[Excerpt] = ()) -> Declarations:
    """The declarations of a text or a mapping, and those in *front* of an expression.

    >>> declare("b, c: n; S: d x d spd")["S"].shape
    (d, d)
    """
    result = Declarations()
    items = list(front)
    if isinstance(where, str):
        items += [Excerpt(where, 0, where).part(m.start(), m.end()) for m in re.finditer(r"[^;\n]+", where)]
    elif where:
        texts = [f"{left}: {right}" for left, right in where.items()]
        items += [Excerpt(text, 0, text) for text in texts]
    for item in items:
        if item.text:
            _declare(_respelt(item), result)
    return result


def leading_declarations(text: str) -> tuple[list[Excerpt], str]:
    """The declarations that stand before an expression, and the text with blanks in their place.

    >>> front, rest = leading_declarations("X: m x n; w: n; X w")
    >>> [item.text for item in front], rest.strip()
    (['X: m x n', 'w: n'], 'X w')
    """
    front: list[Excerpt] = []
    rest = text
    while item := re.match(LEADING, rest):
        if not rest[item.end() :].strip(" ;\n\t$"):
            break  # the last item is the expression: A : B
        front.append(Excerpt(text, 0, text).part(*item.span(1)))
        rest = " " * item.end() + rest[item.end() :]
    return front, rest


LEADING = r"[\s;]*((?:[^\W\d_]|\\[a-zA-Z]+)[^=:;\n()|‖∈+*/·−-]*?(?:\[[^\]]*\]\s*)?(?::(?!=)|∈|\\in\b)[^=;\n[]*)[;\n]+"


def _respelt(item: Excerpt) -> Excerpt:
    """A declaration in the plain spelling: \\Sigma \\in \\mathbb{R}^{d \\times d} is Σ: d×d."""
    text = plain(item.text)
    text = re.sub(rf"(?<=[RS])([{SUPERS}]+)", lambda m: "^{" + m.group().translate(_RAISED) + "}", text)
    space = re.fullmatch(r"(.*?)\s*(?:∈|\bin\b|:)\s*([RS])\s*(?:\^\{?([^{}]*?)\}?)?(?:_?\{?([+]{1,2})\}?)?\s*", text)
    if space:
        name, kind, sizes, sign = space.groups()
        shape = (sizes or "scalar") if kind == "R" else f"{sizes} x {sizes} " + SYMMETRIC[sign or ""]
        text = f"{name}: {shape}"
    return item if text == item.text else Excerpt(text, item.start, item.whole)


SUPERS = "".join(SUPERSCRIPTS)
_RAISED = {ord(sign): letter for sign, letter in SUPERSCRIPTS.items()}
SYMMETRIC = {"": "symmetric", "+": "psd", "++": "spd"}


def _declare(item: Excerpt, result: Declarations) -> None:
    """Adds one declaration: names, a colon, sizes and properties."""
    colon = item.text.find(":")
    if colon < 0:
        raise item.error("a declaration needs a colon", "write name: sizes properties, as in S: d x d spd")
    right = item.part(colon + 1, len(item.text))
    shape, properties = _right_side(right)
    last = 0
    for match in re.finditer(r"((?:[^,\[\]]|\[[^\]]*\]?)+)(?:,|$)", item.text[:colon]):
        left = item.part(*match.span(1))
        name, indices = _left_side(left)
        if name in result:
            raise left.error(f"{name} is declared twice")
        _require_fitting(properties, shape, f"{name} is {right.text}", right)
        result.table[name] = Declaration(name, shape, properties, indices)
        last = match.end()
    if last < colon or not item.text[:colon].strip():
        raise item.error("a declaration needs a name before its colon")


def _require_fitting(properties: frozenset[str], shape: Shape, shown: str, right: Excerpt) -> None:
    """Raises DeclarationError for properties that the shape cannot have, or that nothing has together."""
    for kind, of_kind, fits in (
        ("a square matrix", SQUARE, shape[0] is shape[1]),
        ("a matrix", OF_MATRICES, shape[1] is not ONE),
        ("a column vector", OF_VECTORS, shape[1] is ONE and shape[0] is not ONE),
    ):
        if properties & of_kind and not fits:
            raise right.error(f"only {kind} can be {' '.join(sorted(properties & of_kind))}", shown)
    if any(clash <= implied(properties) for clash in CLASHES):
        raise right.error(f"{' and '.join(sorted(properties))} do not go together", shown)


# ---- the left side: x, W_1, x[i=1..N], R[i=1..N, k=1..K] ------------------------------------------

NAME = rf"[^\W\d_][\w₀-₉ᵢⱼₖ{MARKS}′]*(?:_\{{\w+\}})?"
RANGE = r"\s*([^\W\d_]\w*)\s*(?:=\s*(\S+?)\s*(?:\.\.\.?|…)\s*(.+?))?\s*"


def _left_side(left: Excerpt) -> tuple[str, tuple[tuple[str, Size], ...]]:
    """The name that is declared, with its indices."""
    match = re.match(NAME, left.text)
    if not match:
        raise left.error(f"{left.text or 'nothing'} is not a name", "a name starts with a letter")
    rest = left.part(match.end(), len(left.text))
    if not rest.text:
        return canonical(match.group()), ()
    if not (rest.text.startswith("[") and rest.text.endswith("]")):
        raise rest.error(f"{rest.text} cannot follow a name", "an index is declared as in x[i=1..N]")
    indices = []
    for piece in re.finditer(r"[^,]+", rest.text[1:-1]):
        excerpt = rest.part(1 + piece.start(), 1 + piece.end())
        found = re.fullmatch(RANGE, excerpt.text)
        if not found or not found.group(3):
            raise excerpt.error("an index needs a range", "write x[i=1..N]")
        if found.group(2) != "1":
            raise excerpt.error("a range starts at 1", f"write {found.group(1)}=1..{found.group(3)}")
        indices.append((canonical(found.group(1)), parse_size(excerpt.part(found.start(3), found.end(3)))))
    if len({name for name, _ in indices}) < len(indices):
        raise rest.error("an index is declared twice")
    return canonical(match.group()), tuple(indices)


# ---- the right side: m x n spd --------------------------------------------------------------------

BETWEEN = r"(\w+?)x(\w+)"


def _right_side(right: Excerpt) -> tuple[Shape, frozenset[str]]:
    """The shape and the properties."""
    properties = set()
    end = len(right.text)
    while match := re.search(r"([^\W\d_]\w*)[\s,]*$", right.text[:end]):
        word = SYNONYMS.get(match.group(1).lower(), match.group(1).lower())
        if word not in PROPERTIES:
            break
        properties.add(word)
        end = match.start()
    return _shape(right.part(0, end), bool(properties & SQUARE)), frozenset(properties)


def _shape(sizes: Excerpt, square: bool) -> Shape:
    """The shape that sizes separated by x or × make."""
    text = sizes.text
    if text in ("scalar", "", "1", "number", "real"):
        if square:
            raise sizes.error("the sizes are missing", "write n x n before the properties")
        return SCALAR
    pieces = [sizes.part(*m.span()) for m in re.finditer(r"(?:(?!×|\sx\s|\sby\s).)+(?:\s(?=x\s|by\s))?", text)]
    pieces = [
        p.part(1 if re.match(r"x\s", p.text) else 2 if re.match(r"by\s", p.text) else 0, len(p.text)) for p in pieces
    ]
    joined = re.fullmatch(BETWEEN, text)
    if joined and (len(joined.group(1)) == len(joined.group(2)) == 1 or text[0].isdecimal()):
        pieces = [sizes.part(*joined.span(1)), sizes.part(*joined.span(2))]
    if len(pieces) > 2:
        raise sizes.error(
            f"{len(pieces)} sizes: a matrix has two", "a family of matrices is declared with an index: X[i=1..N]: m x n"
        )
    if not pieces:
        raise _wrong_size(sizes)
    found = [parse_size(piece) for piece in pieces]
    return (found[0], found[1]) if len(found) == 2 else (found[0], ONE)


TERM = r"\s*([+-]?)\s*((?:\w+)(?:\s*\*\s*\w+)*)\s*"


def parse_size(piece: Excerpt) -> Size:
    """A size: sums and products of numbers and names."""
    text = piece.text
    if re.fullmatch(r"\(.*\)", text):
        text = " " + text[1:-1] + " "
    total, place = size(0), 0
    while place < len(text) or not place:
        match = re.compile(TERM).match(text, place)
        if not match or (place and not match.group(1)):
            raise _wrong_size(piece)
        product = size(1)
        for factor in re.findall(r"\w+", match.group(2)):
            if len(factor) > 100 or not (factor.isdecimal() or re.fullmatch(r"[^\W\d]\w*", factor)):
                raise _wrong_size(piece)
            product = product * size(int(factor) if factor.isdecimal() else canonical(factor))
        total = total - product if match.group(1) == "-" else total + product
        place = match.end()
    if total.number is not None and total.number < 1:
        raise piece.error(f"a size is at least 1, not {total}")
    return total


def _wrong_size(piece: Excerpt) -> DeclarationError:
    """The error for a piece that is no size: maybe a misspelt property."""
    word = piece.text.split()[-1] if piece.text.split() else ""
    hint = nearest(word.lower(), PROPERTIES)
    if len(piece.text.split()) > 1:
        start = len(piece.text) - len(word)
        return piece.part(start, len(piece.text)).error(
            f"{word} is not a property", hint or "the properties are " + ", ".join(sorted(PROPERTIES))
        )
    return piece.error(f"{piece.text or 'nothing'} is not a size", hint or "a size is a number, a name, n*p or n+1")
