"""Breaking a formula into lines: before operators, the outermost first, in as few lines as that takes.

In goes a formula cut into pieces, each of which may begin a line at a cost; out come the lines that cost least.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

from matdiff.records import NamedTuple
from matdiff.regex import regex

LINE, LEVEL, RANK = 1.0, 2.0, 0.5  # what a line costs, a level of brackets, and a rank among the operators of a level
RELATIONS, TERMS, FACTORS, BESIDE, BOUND, ANYWHERE = range(6)  # the ranks, from the loosest operators to none at all
TORN = 40.0  # what it costs to begin a line where there is no operator
INDENT, DEEPEST = 2, 3  # how far a line is indented for every level of brackets that it begins in


class Piece(NamedTuple):
    """A piece of a formula: how wide it is, and the space before it, which a break swallows.

    A line may begin with it at a *cost*, in brackets of some *depth*.
    """

    text: str
    width: float
    space: str = ""
    cost: float = 0.0
    depth: int = 0


def cost(depth: int, rank: int) -> float:
    """What it costs to begin a line in brackets of a depth before an operator of a rank."""
    return LEVEL * depth + RANK * rank + TORN * (rank == ANYWHERE) + LEVEL * (rank == BOUND)


def indented(piece: Piece) -> int:
    """How far a line that begins with a piece is indented."""
    return INDENT * min(piece.depth, DEEPEST)


def lines(pieces: Sequence[Piece], first: float, others: float) -> list[list[Piece]]:
    """The pieces line by line, where the first line and the others may be so wide.

    Of all ways to break them it is the one of least cost; ragged lines cost a little.
    """
    rooms = [first, *(max(others - indented(piece), 1) for piece in pieces[1:])]
    begins: list[float] = []  # where each piece would begin and end if all stood in one line
    ends: list[float] = []
    for piece in pieces:
        begins.append((ends[-1] if ends else 0.0) + len(piece.space))
        ends.append(begins[-1] + piece.width)
    least = [0.0]  # for k pieces: the least cost, and where their last line begins
    opening: list[int] = []
    for last, end in enumerate(ends):
        found, place = inf, last
        for start in range(last, -1, -1):
            width, room = end - begins[start], rooms[start]
            price = least[start] + LINE + pieces[start].cost * (start > 0)
            if width > room:
                if found < inf:
                    break
                price += TORN * (width - room)
            elif last + 1 < len(pieces):
                price += (1 - width / room) ** 2 / 2
            if price < found:
                found, place = price, start
        least.append(found)
        opening.append(place)
    made: list[list[Piece]] = []
    end = len(pieces)
    while end:
        start = opening[end - 1]
        made.append(list(pieces[start:end]))
        end = start
    return made[::-1]


# ---- plain text ---------------------------------------------------------------------------------------

TOKEN = regex(r"( +)|(\|\||[‖|])|([(\[{])|([)\]}])|(\.\*|[*@/])|([^ ‖|()\[\]{}*@/]+|.)")
RANKS = (
    dict.fromkeys(("=", ":="), RELATIONS) | dict.fromkeys("+−-", TERMS) | dict.fromkeys(("⊙", "./", "⊗", "∗"), FACTORS)
)
NAMED = regex(r"[A-Za-z_⊙.]\w*\.?\Z|\^\Z")  # a bracket behind a name holds arguments


def broken(text: str, first: int, others: int) -> list[str]:
    """The lines of a formula of plain text; a line that begins in brackets is indented a little.

    >>> broken("AᵀB + f(x + y) + C", 14, 14)
    ['AᵀB + f(x + y)', '+ C']
    """
    if len(text) <= first:
        return [text]
    pieces = [small for piece in pieces_of(text) for small in torn(piece, min(first, others) - INDENT * DEEPEST)]
    made = []
    for k, line in enumerate(lines(pieces, first, others)):
        opening = line[0]
        rest = "".join(piece.space + piece.text for piece in line[1:])
        made.append(" " * (indented(opening) if k else 0) + opening.text + rest)
    return made


def torn(piece: Piece, room: int) -> Iterator[Piece]:
    """A piece that is wider than a line in parts of that width."""
    if piece.width <= room:
        yield piece
        return
    yield piece._replace(text=piece.text[:room], width=room)
    for k in range(room, len(piece.text), room):
        part = piece.text[k : k + room]
        yield Piece(part, len(part), "", cost(piece.depth, ANYWHERE), piece.depth)


def pieces_of(text: str) -> Iterator[Piece]:
    """The pieces of a formula of plain text: beginning at spaces, signs of a product, and brackets beside one."""
    open_brackets: list[str] = []
    piece, space, last, rank, depth = "", "", "", RELATIONS, 0
    for match in TOKEN.finditer(text):
        blank, bar, opening, closing, times, _ = match.groups()
        token = match.group()
        closes = bool(closing) or (bool(bar) and bool(open_brackets) and open_brackets[-1] == bar)
        beside = token == "(" and bool(piece) and not NAMED.search(piece)  # f( is a call
        if blank or times or beside:
            if piece:
                yield Piece(piece, len(piece), space, cost(depth, rank), depth)
                last, piece, space = piece, "", ""
            rank = BOUND if last.endswith("}") and "∑" in last else BESIDE
            depth = len(open_brackets)
        if blank:
            space = blank
            continue
        if not piece and token in RANKS:
            rank = RANKS[token]
        if closes:
            if open_brackets:
                open_brackets.pop()
        elif opening or bar:
            open_brackets.append(token)
        piece += token
    if piece:
        yield Piece(piece, len(piece), space, cost(depth, rank), depth)
