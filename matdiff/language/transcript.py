"""One text in two spellings: what somebody typed, and the plain spelling that the lexer reads.

In goes the source, out comes a ``Transcript``: the text, and for each of its characters the place in the
source that it stands for, so that every error points at what was typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from matdiff.errors import MatdiffError, NotationError

APART = "\u200a"  # separates two pieces, but is no gap between factors
OPENS, CLOSES = "\u23b8", "\u23b9"  # behind a bar: its direction is known
NAMED, NAME_ENDS = "⟪", "⟫"  # around a name of several letters in LaTeX, whose letters may have accents of their own


Edit = tuple[int, int, str]  # a piece of a text, and what stands there instead
Copy = tuple[int, int, tuple[int, int]]  # a piece of a text, and the place of the piece that stands there instead


class Transcript:
    """A text and the origin of its characters; *origins* is empty where the text is the source itself."""

    __slots__ = ("origins", "source", "text")

    def __init__(self, text: str, source: str, origins: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self.source = source
        self.origins = origins

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the source of text[start:end]."""
        if not self.origins:
            return start, end
        if start >= len(self.origins):
            return len(self.source), len(self.source)
        last = max(start, min(end, len(self.origins)) - 1)
        (start, begin), (stop, end) = self.origins[start], self.origins[last]
        return min(start, stop), max(begin, end)  # what stands below a sign is written behind it

    def error(
        self, place: tuple[int, int], message: str, hint: str = "", error: type[MatdiffError] = NotationError
    ) -> MatdiffError:
        """The error that points at a place of the text in what was typed."""
        return error(message, text=self.source, span=self.span(*place), suggestion=hint)

    def edited(self, edits: Sequence[Edit | Copy]) -> Transcript:
        """The text with pieces replaced; every character keeps its place in the source."""
        if not edits:
            return self
        scribe = Scribe(self.source)
        place = 0
        for start, end, piece in sorted(edits):
            if start < place:
                continue
            scribe.copy(self, place, start)
            if isinstance(piece, tuple):
                scribe.copy(self, *piece)
            else:
                scribe.write(piece, *self.span(start, max(end, start + 1)))
            place = end
        scribe.copy(self, place, len(self.text))
        return scribe.finished()


class Scribe:
    """Writes a transcript piece by piece."""

    __slots__ = ("origins", "pieces", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.pieces: list[str] = []
        self.origins: list[tuple[int, int]] = []

    def write(self, piece: str, start: int, end: int) -> None:
        """Adds a piece that stands for source[start:end]."""
        self.pieces.append(piece)
        self.origins.extend([(start, end)] * len(piece))

    def copy(self, script: Transcript, start: int, end: int) -> None:
        """Adds a piece of a transcript as it is."""
        self.pieces.append(script.text[start:end])
        self.origins += script.origins[start:end] if script.origins else [(k, k + 1) for k in range(start, end)]

    def finished(self) -> Transcript:
        """The transcript of what was written."""
        return Transcript("".join(self.pieces), self.source, self.origins)
