"""What stands in x[…] and in the subscript of x_{…}: indices of sums, and fixed places such as 2, n and 1:3."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Size, size
from matdiff.language.extents import NAMED, Excerpt, parse_size
from matdiff.language.names import GREEK_WORDS, canonical
from matdiff.language.scopes import Binder, Fixed, Place, Position, Scope, Shifted
from matdiff.language.syntax import Node, without_brackets
from matdiff.language.words import Called

Indices = list[Position]
THE_END = "…"  # the size of what is counted, as x[2:] and x[end] say it
NOTHING: Mapping[str, int] = {}
BEST = r"(?<=^[a-z])\^\{?[*∗⋆]\}?$"
ROW, COLUMN = r"(\w+)\s*,?\s*[·⋅•]\s*$", r"^\s*[·⋅•]\s*,?\s*(\w+)"
LINEAR = rf"\s*[+-]?\s*(?:[0-9]{{1,9}}|{NAMED})(?:\s*[-+*]\s*(?:[0-9]{{1,9}}|{NAMED}))*\s*"


def position(
    piece: Excerpt, scope: Scope, sizes: Collection[str] = (), numbers: Mapping[str, int] = NOTHING
) -> Position | None:
    """An index with a whole number more or less, or a place: k + 1, K + 1, 3; None where it is none of them.

    *sizes* can be places; *numbers* are those that are known as numbers.
    """
    text = piece.text.replace("−", "-")
    text = text[1:-1] if re.fullmatch(r"\([^()]*\)", text) else text
    if not re.fullmatch(LINEAR, text):
        return None
    total = parse_size(Excerpt(text.strip(), piece.start, piece.whole), least=None)
    total = total.substitute(lambda name: size(numbers.get(name, name)))
    bound = [name for name in total.names() if name in scope]
    if not bound:
        return Place(total) if total.names() <= set(sizes) else None
    rest = (total - size(bound[0])).number
    return at(scope[bound[0]], rest) if rest is not None else None


def at(index: Position, offset: int = 0) -> Position:
    """A position and a whole number more or less."""
    if isinstance(index, Place):
        return Place(index.first + size(offset)) if index.first is not None and offset else index
    if isinstance(index, Fixed) and not offset:
        return index
    assert not isinstance(index, Fixed)  # no index of a sum or of steps is one
    offset += index.offset
    return Shifted(index.binder, offset) if offset else index.binder


def number_text(number: Size) -> str:
    """A number of a state or member as people write it: K+1."""
    more = int(dict(number.terms).get((), 0))
    letters = number - size(more)
    return f"{letters}{more:+d}" if letters.terms and more else str(number)


def binder_of(index: Position) -> Binder | None:
    """The index that a position is made of, if it is no fixed place."""
    return index.binder if isinstance(index, (Binder, Shifted)) else None


def used(index: Position) -> Position:
    """An index that is used."""
    if (binder := binder_of(index)) is not None:
        binder.used = True
    return index


def place(piece: Excerpt, scope: Scope, sizes: Collection[str] = (), least: int = 1) -> Position | None:
    """The index, the place or the range that is written; None where it is none of them.

    *sizes* can be places, and *least* is the first number of one.
    """
    piece = piece._replace(text=piece.text.replace("−", "-"))
    text = piece.text
    if text == ":":
        return Place()
    if text.count(":") == 1:
        first, last = piece.part(0, text.index(":")), piece.part(text.index(":") + 1, len(text))
        if first.text == "1" and not last.text:  # who counts from 0 leaves out the first one so
            raise piece.error("1: is all there is, since entries are counted from 1", "2: leaves out the first one")
        low = counted(first, sizes) if first.text else ONE
        return Place(low, counted(last, sizes) if last.text else size(THE_END))
    if text.isdecimal() and len(text) < 10:
        if int(text) < least:
            raise piece.error("entries are counted from 1", "the first one is x[1]")
        return Place(parse_size(piece, least), digits=text)
    names = re.findall(r"[^\W\d]\w*", text)
    if any(canonical(name) in scope for name in names) and (shifted := position(piece, scope)):
        return shifted
    known = names and all(canonical(name) in (*sizes, "end") for name in names) and re.fullmatch(r"[\w\s+*-]+", text)
    return Place(counted(piece, sizes)) if known else None


def counted(piece: Excerpt, sizes: Collection[str]) -> Size:
    """A place that is a size; end is the last one, unless it is a size of the text."""
    found = parse_size(piece)
    return found if "end" in sizes else found.substitute(lambda name: size(THE_END if name == "end" else name))


def is_sum_of_names(node: Node) -> bool:
    """Whether an operand is made of names and numbers as an index is: i, k + 1, K − 1."""
    if node.kind == "sum":
        return all(part.kind in ("NAME", "NUMBER") for part in node.parts)
    return node.kind in ("NAME", "NUMBER")


def subscripts(text: Excerpt, scope: Scope, least: int = 1) -> Indices:
    """The indices of a subscript with a number or a range in it; none where it is another subscript."""
    if not re.search(r"[0-9:]", text.text):
        return []
    pieces = [text.part(*m.span()) for m in re.finditer(r"[^,]+", text.text)]
    found = [place(piece, scope, least=least) for piece in pieces]
    return [index for index in found if index is not None] if None not in found else []


def bare_name(node: Node) -> Node:
    """A name without the brackets around it: {x_{t}}_{i} is how TeX wants x_{t} with an index."""
    inner = without_brackets(node)
    return inner if inner.kind == "NAME" else node


def with_colon(low: str) -> str:
    """What is written low, with a colon for a dot in place of an index, and a name for the best of all.

    >>> with_colon("i·"), with_colon("·,j"), with_colon("ij"), with_colon("j^*")
    ('i,:', ':,j', 'ij', 'j_star')
    """
    return re.sub(BEST, "_star", re.sub(COLUMN, r":,\1", re.sub(ROW, r"\1,:", low)))


def word_among(pieces: Collection[str], taken: Collection[str], scope: Scope) -> str:
    """The word among indices, which is a label; none where it may be an index.

    >>> word_among(["pred", "i"], ["i"], {}), word_among(["i", "j"], [], {})
    ('pred', '')
    """
    known = {*taken, *GREEK_WORDS}
    words = [p for p in pieces if len(p) > 2 and p.isalpha() and p not in known and not set(p) <= scope.keys()]
    return words[0] if 0 < len(words) < len(pieces) else ""


def zero_among(pieces: Collection[str], text: str) -> str:
    """The 0 among the indices of μ_{0,i}, which is a label in a text without μ_{1,i}; else none.

    >>> zero_among(["0", "i"], "μ_{0,i}"), zero_among(["0", "i"], "a_{0,i} + a_{1,i}")
    ('0', '')
    """
    return "0" if "0" in pieces and len(pieces) > 1 and not re.search(r"_\{\s*[1-9][0-9]*\s*,", text) else ""


def letters_among(pieces: list[str], scope: Scope) -> list[str]:
    """What stands low, letter by letter where a sum binds one: W_{tj}, W_{2j} under ∑_j, and no word as prior."""
    from matdiff.language.limits import split_letters

    is_bound = len(pieces) == 1 and pieces[0].isalnum() and any(canonical(letter) in scope for letter in pieces[0])
    return list(pieces[0]) if is_bound and len(split_letters(pieces[0])) > 1 else pieces


# ---- what stands in brackets of its own -------------------------------------------------------------


def grid(block: Node) -> list[list[Node]]:
    """The rows of [A, B; C, D]."""
    inside = block.parts[0]
    return [row.parts if row.kind == "row" else [row] for row in (inside.parts if inside.kind == "rows" else [inside])]


def listed(arguments: list[Node]) -> list[Node]:
    """Arguments that may stand in brackets of their own: ones((m, n)), np.hstack([A, B])."""
    only = arguments[0] if len(arguments) == 1 else None
    if only is None or only.kind not in ("tuple", "block"):
        return arguments
    return [part for piece in only.parts for part in (piece.parts if piece.kind in ("list", "row") else [piece])]


def directed(base: Node, parts: list[Node], is_place: Callable[[Node], bool]) -> bool:
    """Whether brackets hold directions, as in ∇²f(A)[E]: more than are open are places, as in ∇²f(x)[1, 2]."""
    if base.kind != "unspecified" or not isinstance(base.value, Called) or base.value.order < 2:
        return False
    given = sum(len(part.parts) if part.kind == "list" else 1 for part in base.parts[1:])
    return given + len(parts) < base.value.order or not all(map(is_place, parts))
