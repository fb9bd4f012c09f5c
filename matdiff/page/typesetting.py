"""How wide LaTeX is when it is set, which brackets of it need not grow, and its lines.

In goes LaTeX as the printer writes it, out come widths in em of Computer Modern, and lines that fit a width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from matdiff.algebra.notation import LATEX_OWN
from matdiff.page.breaking import BESIDE, BOUND, FACTORS, RELATIONS, TERMS, Piece, cost, indented, lines
from matdiff.records import NamedTuple
from matdiff.regex import regex

TEXT_WIDTH = 34.5  # em of a line in an article at 10pt with its own margins
TOKEN = regex(
    r"\\(?:left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\.|.)|\\(?:begin|end)\{[a-z*]+\}|\\(?:[A-Za-z]+|.)| +|.", re.DOTALL
)

# ---- widths -------------------------------------------------------------------------------------------

LOWER = dict(zip("abcdefghijklmnopqrstuvwxyz", (
    .53, .43, .43, .52, .47, .55, .48, .58, .35, .41, .52, .30, .88, .60, .49, .50, .45, .45, .47, .36, .57, .49, .72,
    .57, .49, .47,
), strict=True))  # fmt: skip
UPPER = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
    .75, .76, .72, .83, .74, .65, .79, .84, .44, .56, .85, .68, .97, .81, .76, .65, .79, .76, .62, .59, .69, .59, .95,
    .83, .59, .69,
), strict=True))  # fmt: skip
SPACED = dict.fromkeys(
    ("+", "-", r"\pm", r"\odot", r"\oslash", r"\otimes", r"\ast", r"\cdot", r"\times", r"\circ"), 1.22
)
SPACED |= dict.fromkeys(("=", "<", ">", r"\leq", r"\geq", r"\neq", r"\succ", r"\succeq", r"\prec", r"\preceq"), 1.34)
SIGNS = {**LOWER, **UPPER, **SPACED, **dict.fromkeys("0123456789", 0.5), **dict.fromkeys("()[]/|", 0.4), ",": 0.45}
SIGNS |= {r"\,": 0.17, r"\;": 0.28, r"\:": 0.23, r"\ ": 0.34, r"\quad": 1.0, r"\qquad": 2.0, r"\|": 0.5, r"\sum": 1.45}
SIGNS |= {r"\top": 0.78, r"\nabla": 0.83, r"\partial": 0.59, r"\{": 0.5, r"\}": 0.5, "'": 0.3, ".": 0.28, ";": 0.45}
SIGNS |= {r"\ldots": 1.2, r"\dots": 1.2, **{"\\" + name: 0.17 + 0.53 * len(name) for name in LATEX_OWN}}
GREEK, NAME, GROWN, SMALL, UPRIGHT = 0.65, 1.9, 0.6, 0.72, 0.56  # em of what is in no table; how small scripts are
SILENT = frozenset(
    (r"\phantom", r"\textstyle", r"\displaystyle", r"\scriptstyle", "&", r"\!", r"\limits", r"\bigl", r"\bigr")
)
GREEK_NAME = regex(r"\\[a-zA-Z]{2,7}\Z")
UPRIGHT_NAMES = frozenset((r"\mathrm", r"\operatorname", r"\text", r"\textbf", r"\mathbf", r"\operatorname*"))
SCALES = {"script": SMALL, "limit": SMALL, "small": SMALL, "under small": SMALL}


class _Frame:
    """A group that is being measured: how wide it is so far, at which scale, and what it is."""

    def __init__(self, role: str, scale: float, upright: bool, display: bool) -> None:
        self.role, self.scale, self.upright = role, scale, upright
        self.display = display  # whether the limits of a sum stand above and below it
        self.width = 0.0
        self.pending: list[str] = []  # what the next groups in it are
        self.over = 0.0  # of a fraction what stands above the bar
        self.rows: list[list[float]] = [[]]  # of a matrix the widths of its cells


def measure(latex: str) -> float:
    """How wide a formula is, in em.

    >>> 3 < measure(r"X w - y") < 4
    True
    """
    stack = [_Frame("", 1.0, False, True)]
    after_sum = False
    for token in TOKEN.findall(latex):
        top = stack[-1]
        if token == "{":
            role = top.pending.pop(0) if top.pending else "group"
            upright, display = top.upright or role == "upright", top.display and role in ("group", "upright")
            stack.append(_Frame(role, top.scale * SCALES.get(role, 1.0), upright, display))
        elif token == "}":
            if len(stack) > 1:
                _close(stack.pop(), stack[-1])
        elif token.startswith(r"\begin{"):
            stack.append(_Frame("matrix", top.scale, top.upright, False))
        elif token.startswith(r"\end{") and len(stack) > 1:
            stack[-2].width += _matrix(stack.pop())
        elif top.role == "matrix" and token in ("&", "\\\\"):
            top.rows[-1].append(top.width)
            top.width = 0.0
            top.rows += [[]] * (token != "&")
        elif token in ("^", "_"):
            top.pending = ["limit" if after_sum and top.display else "script"]
            continue
        elif token in (r"\frac", r"\tfrac"):
            top.pending = ["over", "under"] if token == r"\frac" else ["small", "under small"]
        elif token in UPRIGHT_NAMES:
            top.pending = ["upright"]
        elif token == "$":
            top.upright = not top.upright
        elif token == r"\sqrt":
            top.width += 0.85 * top.scale
        elif not (token.isspace() and not top.upright):
            top.width += _sign(token, top.upright) * top.scale
        after_sum = token == r"\sum" or (after_sum and len(stack) > 1) or (after_sum and token == "}")
    return stack[0].width


def _sign(token: str, upright: bool) -> float:
    """The width of a sign at full size."""
    if token.startswith((r"\left", r"\right")):
        return 0.0 if token.endswith(".") else GROWN
    if token in SILENT:
        return 0.0
    if upright:
        return 0.34 if token.isspace() else UPRIGHT + 0.2 * token.isupper()
    return SIGNS.get(token) or (GREEK if len(token) == 1 or GREEK_NAME.match(token) else NAME)


def _close(frame: _Frame, parent: _Frame) -> None:
    """Adds a group to the one that it stands in."""
    match frame.role:
        case "over" | "small":
            parent.over = frame.width
        case "under" | "under small":
            parent.width += max(parent.over, frame.width) + 0.25
        case "limit":
            parent.width += max(frame.width - SIGNS[r"\sum"] * parent.scale, 0)
        case _:
            parent.width += frame.width + 0.1 * (frame.role == "upright")


def _matrix(frame: _Frame) -> float:
    """The width of a matrix: its widest cells, the gaps between them and the brackets."""
    frame.rows[-1].append(frame.width)
    columns = [max(column) for column in zip_longest(*frame.rows, fillvalue=0.0)]
    return sum(columns) + (len(columns) - 1) + 1.2


# ---- brackets -----------------------------------------------------------------------------------------

TALL = regex(r"\\(?:d?frac|sum|prod|int|begin|sqrt|overline)(?![A-Za-z])")


class _Bracket(NamedTuple):
    """An opening bracket, and whether something tall has been seen since."""

    place: int
    tall: bool


def small_brackets(latex: str) -> str:
    r"""The same with brackets that grow only around what is tall.

    >>> small_brackets(r"\left(X w\right) + \left(\frac{a}{b}\right)")
    '(X w) + \\left(\\frac{a}{b}\\right)'
    """
    tokens = TOKEN.findall(latex)
    stack: list[_Bracket] = []
    for k, token in enumerate(tokens):
        if token.startswith(r"\left") and not token[5:6].isalpha():
            stack.append(_Bracket(k, False))
        elif token.startswith(r"\right") and not token[6:7].isalpha() and stack:
            place, tall = stack.pop()
            if not tall and not token.endswith(".") and not tokens[place].endswith("."):
                tokens[place], tokens[k] = tokens[place][5:].strip(), token[6:].strip()
                if tokens[place][1:].isalpha() and tokens[place + 1][:1].isalpha():  # \\lfloor x
                    tokens[place] += " "
            if stack and tall:
                stack[-1] = stack[-1]._replace(tall=True)
        elif stack and TALL.match(token):
            stack[-1] = stack[-1]._replace(tall=True)
    return "".join(tokens)


# ---- lines --------------------------------------------------------------------------------------------

RANKS = {"=": RELATIONS, ":=": RELATIONS, "+": TERMS, "-": TERMS, r"\quad": TERMS}
RANKS |= dict.fromkeys((r"\odot", r"\oslash", r"\otimes", r"\ast"), FACTORS)
OPENING, CLOSING = frozenset(("(", "[", r"\lVert")), frozenset((")", "]", r"\rVert"))
FRACTION = regex(r"\\frac\{")


def set_lines(latex: str, first: float, others: float) -> list[str]:
    """The lines of a formula, of which the first may be as wide as *first*, in em, and the others as *others*."""
    if measure(latex) <= first:
        return [latex]
    pieces = list(pieces_of(latex))
    for _ in range(3):  # a fraction that is wider than a line is written with a stroke, which can be broken
        if all(piece.width <= others or not FRACTION.search(piece.text) for piece in pieces):
            break
        stroked = "".join(
            p.space + (with_stroke(p.text) if p.width > others and FRACTION.search(p.text) else p.text) for p in pieces
        )
        pieces = list(pieces_of(stroked))
    made = []
    for k, line in enumerate(lines(pieces, first, others)):
        text = line[0].text + "".join(piece.space + piece.text for piece in line[1:])
        sign = "{} " if k and text.split(" ", 1)[0] in RANKS else ""
        made.append(r"\quad " * (indented(line[0]) // 2 if k else 0) + sign + text)
    return _balanced(made)


def pieces_of(latex: str) -> Iterator[Piece]:
    """The pieces of a formula: they begin at spaces that stand in no braces and in no matrix."""
    braces, brackets = 0, list[str]()
    piece, space, last, rank, depth = "", "", "", RELATIONS, 0
    for token in TOKEN.findall(latex):
        if token.isspace() and not braces:
            if piece:
                yield Piece(piece, measure(piece), space, cost(depth, rank), depth)
                last, piece = piece, ""
            depth, space = len(brackets), token
            rank = BOUND if r"\sum" in last or last in RANKS or last in SIGNS else BESIDE
            continue
        if not piece:
            rank = RANKS.get(token, rank)
        braces += (token == "{" or token.startswith(r"\begin{")) - (token == "}" or token.startswith(r"\end{"))
        bar = token == r"\|" and not braces
        if not braces and (token.startswith(r"\right") or token in CLOSING or (bar and brackets[-1:] == [token])):
            del brackets[-1:]
        elif not braces and (bar or token in OPENING or (token.startswith(r"\left") and not token[5:6].isalpha())):
            brackets.append(token)
        piece += token
    if piece:
        yield Piece(piece, measure(piece), space, cost(depth, rank), depth)


def with_stroke(piece: str) -> str:
    r"""A piece with its first fraction as a quotient with a stroke.

    >>> with_stroke(r"\frac{a + b}{2 c}")
    '(a + b) / (2 c)'
    """
    match = FRACTION.search(piece)
    if match is None:
        return piece
    over, end = _group(piece, match.end())
    under, end = _group(piece, end + 1)
    under = under if len(TOKEN.findall(under)) == 1 else f"({under})"
    return f"{piece[: match.start()]}({over}) / {under}{piece[end:]}"


def _group(latex: str, start: int) -> tuple[str, int]:
    """What stands between braces that open right before a place, and where what follows begins."""
    depth, place = 1, start
    for match in TOKEN.finditer(latex, start):
        depth += (match.group() == "{") - (match.group() == "}")
        place = match.end()
        if not depth:
            break
    return latex[start : place - 1], place


def _balanced(rows: list[str]) -> list[str]:
    """The rows with brackets of one size where a pair of growing ones was torn apart."""
    tokens = [TOKEN.findall(row) for row in rows]
    stack: list[tuple[int, int]] = []
    for r, row in enumerate(tokens):
        for k, token in enumerate(row):
            if token.startswith(r"\left") and not token[5:6].isalpha():
                stack.append((r, k))
            elif token.startswith(r"\right") and not token[6:7].isalpha() and stack:
                opened, place = stack.pop()
                if opened != r:
                    tokens[opened][place] = r"\bigl" + tokens[opened][place][5:]
                    row[k] = r"\bigr" + token[6:]
    return ["".join(row) for row in tokens]
