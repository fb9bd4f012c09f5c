"""The page that the pass over LaTeX writes: pieces of plain text, each with its place in the source.

What is written last may still be changed, since what a sign means may be seen only behind it: W^{(1)} is W₁.
Letters and digits that different commands wrote are kept apart, so that they do not become one name.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.language.latex.commands import WIDE_SPACE
from matdiff.language.left_sides import HEAD
from matdiff.language.log_densities import is_density
from matdiff.language.names import no_function
from matdiff.language.transcript import APART, CLOSES, NAME_ENDS, NAMED, OPENS, Scribe, Transcript
from matdiff.regex import regex

Piece = tuple[str, int, int]
GAPS = (APART, " ", WIDE_SPACE, "\n")  # what separates, the weakest first
BLANKS = frozenset((*GAPS, ""))
SHORT = 64  # pieces: what is longer is not rearranged, so that deep nesting costs no more than its length
FEW = 4  # pieces: { arg min }
GOALS = frozenset("argmin argmax minimize minimise maximize maximise min max".split())


def in_word(sign: str) -> bool:
    """Whether a character is part of a name or a number: a letter, a digit, or an accent over one."""
    return sign.isalnum() or "\u0300" <= sign <= "\u036f"


class Page:
    """The pieces so far.

    raw_end     where a run of characters that stood together in the source ends, so that more may join
    script_end  where the last subscript or superscript ends; raised and lowered say where it begins
    number_end  where in the source it ends if it is a digit without braces
    numbers     for each name with a number the sign, _ or ^, behind which the number stood
    operators   the pieces that are names of operators: what stands behind them is their operand
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces: list[Piece] = []
        self.raw_end = self.script_end = -1
        self.raised = self.lowered = self.number_end = -1
        self.operators: set[int] = set()
        self.numbers: dict[str, str] = {}
        self.bars: list[int] = []
        self.rounds: list[int] = []
        self.pair = (-1, -1)

    def __len__(self) -> int:
        return len(self.pieces)

    # ---- writing -----------------------------------------------------------------------------------

    def write(self, text: str, start: int, end: int) -> None:
        """Adds what a command stands for."""
        if text and (in_word(text[0]) and in_word(self.last()[-1:])):
            self.pieces.append((APART, start, end))
        self.pieces.append((text, start, end))

    def raw(self, text: str, start: int, end: int) -> None:
        """Adds a character of the source; characters that stand together stay together."""
        if self.raw_end == len(self.pieces):
            self.pieces.append((text, start, end))
        else:
            self.write(text, start, end)
        self.raw_end = len(self.pieces)
        if text in "()":
            self.pair_up(text)
        if text in "'′ᵀ⊤":
            if self.raised < 0 or self.script_end != len(self.pieces) - 1:
                self.raised, self.lowered = len(self.pieces) - 1, -1
            self.script_end = len(self.pieces)

    def pair_up(self, bracket: str) -> None:
        """Remembers which round brackets belong together; the last piece is one."""
        if bracket == "(":
            self.rounds.append(len(self.pieces) - 1)
        elif bracket == ")" and self.rounds:
            self.pair = self.rounds.pop(), len(self.pieces) - 1

    def blank(self, text: str, start: int, end: int) -> None:
        """Adds white space: one piece of it is enough, the strongest."""
        before = self.pieces[-1][0] if self.pieces else ""
        if before not in GAPS:
            self.pieces.append((text, start, end))
        elif GAPS.index(before) < GAPS.index(text):
            self.pieces[-1] = (text, start, end)

    def unstop(self) -> None:
        """Takes back the white space and the stops that are written last."""
        while self.pieces and self.pieces[-1][0] in (*BLANKS, ",", ".", ";"):
            self.pieces.pop()

    def separate(self, start: int, end: int) -> None:
        """Keeps what follows from being the argument of a function or a name: g\\frac12 is g times a half."""
        last = self.last()
        if in_word(last[-1:]) or last[-1:] in tuple("'′" + NAME_ENDS):
            self.pieces.append((APART, start, end))

    def bar(self, sign: str, way: str, start: int, end: int) -> None:
        r"""Adds a bar, whose direction may be known; \left|\left|x\right|\right| is one pair of double bars."""
        if way and self.last()[-1:] == "|":
            self.pieces.append((APART, start, end))
        self.pieces.append((sign + {"opens": OPENS, "closes": CLOSES}.get(way, ""), start, end))
        here = len(self.pieces) - 1
        if way == "opens":
            self.bars.append(here)
        elif way == "closes" and self.bars:
            opener, inner = self.bars.pop(), self.pair
            self.pair = (opener, here)
            if sign == "|" and inner == (self.solid(opener + 1, 1), self.solid(here - 1, -1)):
                self.join_bars(opener, *inner, here)

    def join_bars(self, opener: int, inner_opener: int, inner_closer: int, closer: int) -> None:
        """Makes one pair of double bars of two pairs of single ones."""
        if any(self.pieces[k][0][0] != "|" for k in (opener, inner_opener, inner_closer, closer)):
            return
        start, end = self.pieces[opener][1], self.pieces[closer][2]
        self.pieces[opener] = ("‖" + OPENS, start, self.pieces[inner_opener][2])
        self.pieces[closer] = ("‖" + CLOSES, self.pieces[inner_closer][1], end)
        self.change(inner_opener, "")
        self.change(inner_closer, "")

    def change(self, place: int, text: str) -> None:
        """Another text for a piece."""
        self.pieces[place] = (text, *self.pieces[place][1:])

    def extend(self, place: int, end: int) -> None:
        """A piece stands for more of the source."""
        text, start, _ = self.pieces[place]
        self.pieces[place] = (text, start, end)

    def widen(self, first: int, start: int, end: int) -> None:
        """The pieces from a place on stand for the whole of a command, \\hat{x}."""
        if first < len(self.pieces):
            text, begin, stop = self.pieces[first]
            self.pieces[first] = (text, min(begin, start), stop)
            text, begin, stop = self.pieces[-1]
            self.pieces[-1] = (text, begin, max(stop, end))

    # ---- looking back ------------------------------------------------------------------------------

    def last(self) -> str:
        """The text of the last piece that has any."""
        return next((text for text, _, _ in reversed(self.pieces) if text), "")

    def names_unknown(self) -> bool:
        """Whether what is written last is a sign below which the unknown stands: min, argmin, ∇."""
        return self.short(max(len(self.pieces) - FEW, 0)).rstrip("}" + NAME_ENDS).endswith(("∇", *GOALS))

    def ends_norm(self) -> bool:
        """Whether what is written last ends a norm, perhaps with its square: ‖x‖ and ‖x‖^{2}."""
        return re.search(rf"‖[{CLOSES}]?(?:\^\{{?2\}}?)?$", self.short(max(len(self.pieces) - FEW, 0))) is not None

    def solid(self, place: int, step: int) -> int:
        """The first piece from a place on, in a direction, that is not blank."""
        while 0 <= place < len(self.pieces) and self.pieces[place][0] in BLANKS:
            place += step
        return place

    def close_up(self) -> None:
        """Takes back the white space before a subscript or superscript."""
        k = len(self.pieces) - 1
        while k >= 0 and self.pieces[k][0] in GAPS:
            self.change(k, "")
            k -= 1

    def short(self, mark: int) -> str:
        """The text from a mark on without its white space, if it is short; else nothing."""
        if len(self.pieces) - mark > SHORT:
            return ""
        return "".join(text for text, _, _ in self.pieces[mark:] if text not in BLANKS)

    # ---- the whole ---------------------------------------------------------------------------------

    def finished(self, functions: Collection[str]) -> Transcript:
        """The transcript: without white space and full stops at the end of it and of its equations."""
        kept: list[Piece] = []
        depth = 0
        words = [k for k, (text, _, _) in enumerate(self.pieces) if NAMED in text]
        defined = {self.pieces[k][0] for k in words if self._is_left_side(self.solid(k + 1, 1))}
        for k, piece in enumerate(self.pieces):
            text = piece[0]
            if NAMED in text and text not in defined:
                self._check_call(k, functions)
            depth += (text in _OPENING) - (text in _CLOSING)
            if text in ("\n", WIDE_SPACE, "where") and not depth and not _says_such_that(kept):
                stop = _strip(kept, ".,;" if text == "where" else ".,")
                text = ";" if text == WIDE_SPACE and stop == "," else " where" if text == "where" else text
            if text == WIDE_SPACE:
                behind = next((t for t, _, _ in reversed(kept) if t not in BLANKS), "")
                is_word = len(behind) > 1 and behind[-1].isalpha()  # subject to
                text = "\n" if behind and not (depth or is_word) and self._defines(k + 1) else APART
            is_typed = text == "(" and kept and kept[-1][0] in GAPS and self.source[piece[1] : piece[2]].endswith("(")
            if is_typed and CALLED.search("".join(t for t, _, _ in kept[-12:])):
                _strip(kept, "")  # a blank is nothing in TeX: f (x) is f(x)
            piece = (text, *piece[1:])
            if text and (kept or text not in BLANKS):
                kept.append(piece)
        _strip(kept, ".,;")
        scribe = Scribe(self.source)
        for text, start, end in kept:
            scribe.write(text, start, end)
        return scribe.finished()

    def _check_call(self, place: int, functions: Collection[str]) -> None:
        r"""Refuses what is used as a function and is none: \operatorname{rank}(X) is not rank times X."""
        text, start, end = self.pieces[place]
        behind = self.solid(place + 1, 1)
        follows = self.pieces[behind][0][0] if behind < len(self.pieces) else ""
        called = follows == "("
        if place in self.operators:
            called = follows in tuple("([{|‖√∑⟨") or bool(follows and in_word(follows))
        before = "".join(text for text, _, _ in self.pieces[max(0, place - 12) : place])
        name = text.strip(NAMED + NAME_ENDS)
        if called and (name.lower() in GOALS or is_density(name, "".join(t for t, *_ in self.pieces[behind:]))):
            return
        if called and not re.search(r"∇[\s_^{}0-9]*$|[∈~∼]\s*$", before):  # the gradient of an open function, and a set
            raise no_function(name, functions, self.source, (start, end))

    def _defines(self, place: int) -> bool:
        """Whether the text from a place on begins with the left side of a definition: r = …, h_θ(x) = …"""
        return HEAD.match("".join(text for text, _, _ in self.pieces[place : place + SHORT])) is not None

    def _is_left_side(self, place: int) -> bool:
        """Whether the bracket that opens at a place closes before a sign =, as in RSS(w) = …"""
        depth = 0
        for k in range(place, min(place + SHORT, len(self.pieces))):
            text = self.pieces[k][0]
            depth += (text in _OPENING) - (text in _CLOSING)
            if depth <= 0:
                behind = self.solid(k + 1, 1)
                return "".join(text for text, *_ in self.pieces[behind : behind + 2]).startswith(("=", ":="))
        return False


def _says_such_that(kept: list[Piece]) -> bool:
    """Whether s.t. ends here, whose last stop is none."""
    return re.search(r"\bs\.\s?t\.\s*$", "".join(text for text, _, _ in kept[-8:])) is not None


def _strip(kept: list[Piece], stops: str) -> str:
    """Takes white space and full stops off the end; the answer is the last of them."""
    taken = ""
    while kept and kept[-1][0] in (*BLANKS, *stops):
        taken = taken or kept[-1][0].strip()
        kept.pop()
    return taken


CALLED = regex(r"(?<![^\W\d_])[fghφψ𝐟𝐠𝐡𝒇𝒈𝒉](?:_\{[^{}]*\}|_\w)?['′]*\s+$")
_OPENING = frozenset("([{⟨")
_CLOSING = frozenset(")]}⟩")
SCRIPTED = regex(r"[(\[]([0-9]+)[)\]]")
