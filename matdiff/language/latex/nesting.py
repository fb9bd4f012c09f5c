r"""What is open while LaTeX is read: groups, formulas, environments, and constructs that wait for an argument.

``Nesting`` is the lower half of the pass in matdiff.language.latex: a stack, and the tokens that open and close.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.fonts import COMMANDS, styled
from matdiff.language.latex.commands import BLOCKS, CASES, DISPLAYS, INNER, PRINTED
from matdiff.language.latex.constructs import Brace, Construct, Font, Root, Script
from matdiff.language.latex.macros import Stream, Token
from matdiff.language.latex.page import BLANKS, SHORT, Page, in_word
from matdiff.language.names import nearest
from matdiff.language.transcript import NAMED
from matdiff.regex import regex

ALONE = regex(r"[∑∏](?:[_^](?:\{[^{}]*\}|[^{}]))*")  # a sum with its limits


class Frame:
    """What waits for a sign that closes it: a group, a formula, an environment.

    start   where on the page its contents start
    after   what is written when it closes
    outer   the formula around it
    fonts   how many fonts are set for the rest of it
    """

    def __init__(self, opener: Token, closer: str, start: int, after: str = "", outer: str = "") -> None:
        self.opener = opener
        self.closer = closer
        self.start = start
        self.after = after
        self.outer = outer
        self.fonts = 0


class Nesting:
    """The stream of tokens, the page, and the stack of what is open."""

    def __init__(self, source: str, functions: Collection[str]) -> None:
        self.source = source
        self.functions = functions
        self.stream = Stream(source)
        self.page = Page(source)
        self.stack: list[Frame | Construct] = []
        self.lowered = 0  # how many subscripts are open
        self.has_fonts = False  # whether the outermost of them is no index: \min_{\mathbf w}, \|x\|_{\mathbf M}
        self.fonts = [""]  # of what is open, the innermost last
        self.formula = ""  # what closes the outermost formula
        self.formulas = 0
        self.outside = 0  # where on the page the text behind the last formula starts
        self.function_end = -1  # where on the page the name of a function ends

    def settle(self, token: Token) -> None:
        """An argument is complete, and with it perhaps the construct, which may itself be an argument."""
        self.page.raw_end = -1
        while self.stack and isinstance(construct := self.stack[-1], Construct):
            construct.taken += 1
            construct.end(self.page, token)
            if construct.taken < construct.arguments:
                return
            self.stack.pop()
            if isinstance(construct, Font):
                self.fonts.pop()
            elif isinstance(construct, Script):
                self.lowered -= construct.command.text == "_"
            elif isinstance(construct, Brace) and self.stream.peek() == construct.sign:
                self.stream.skip_blanks()
                self.stream.skip(construct.sign)
                self.stream.argument(construct.command)

    def set_font(self, token: Token) -> None:
        """Waits for what stands in another font."""
        self.fonts.append(COMMANDS.get(token.text, self.fonts[-1]))
        self.stack.append(Font(token, self.page))

    def styled(self, sign: str) -> str:
        """A letter in the font that is set; an index has none, but an unknown, its set and a weight."""
        is_index = self.lowered and self.page.last() != "∈" and not self.has_fonts
        return sign if is_index else styled(sign, self.fonts[-1])

    def missing(self, construct: Construct) -> NotationError:
        """The error for an argument that is not there."""
        name = construct.command.text
        return self.error(f"an argument of {name} is missing", construct.command, f"write {name}{{…}}")

    def error(self, message: str, token: Token, suggestion: str = "") -> NotationError:
        """An error that points at a token."""
        return self.stream.error(message, token, suggestion)

    def open(self, token: Token, _: str) -> None:
        """A group.  Behind the name of a function it is the bracket around its argument."""
        called = self.function_end == len(self.page)
        self.page.write("(" if called else "{", token.start, token.end)
        self.stack.append(Frame(token, "}", len(self.page), ")" if called else "}"))

    def close(self, token: Token, closer: str) -> None:
        """The end of what is open."""
        frame = self.stack[-1] if self.stack else None
        if not isinstance(frame, Frame):
            raise self.error(f"there is a superfluous {token.text}", token, "remove it, or open it before")
        if frame.closer != closer:
            message = f"{frame.opener.text} is not closed before {token.text}"
            raise self.error(message, frame.opener, f"{frame.closer} is missing")
        self.stack.pop()
        del self.fonts[len(self.fonts) - frame.fonts :]
        if closer == "]":
            root = self.stack[-1]
            assert isinstance(root, Root)
            root.take_degree(self.page)
            return
        if closer == self.formula and not frame.outer:
            self.formula = ""
            self.outside = len(self.page)
        elif frame.after:
            self.end_group(frame, token)
        self.settle(token)

    def end_group(self, frame: Frame, token: Token) -> None:
        """The bracket that closes; an empty group and one around a single name have none."""
        page, opening = self.page, frame.start - 1
        only = page.pieces[frame.start] if len(page) == frame.start + 1 else ("", 0, 0)
        if len(page) == frame.start or only[0].isspace():
            del page.pieces[opening:]
        elif frame.after == "}" and (only[0] in self.functions or _is_name(only[0])):
            is_operator = frame.start in page.operators
            del page.pieces[opening:]
            page.write(*only)
            self.function_end = len(page) if only[0] in self.functions else -1
            if is_operator:
                page.operators.add(len(page) - 1)
        elif frame.after == "}" and (self._is_one_sign(frame.start) or self._is_all(opening)):
            page.change(opening, "")
        else:
            page.write(frame.after, token.start, token.end)

    def _is_one_sign(self, start: int) -> bool:
        r"""Whether a group holds one pair of bars or brackets, or a sum alone: {\|x\|}_2, σ{\left(x\right)}, {∑_i}."""
        page = self.page
        first, last = page.solid(start, 1), page.solid(len(page) - 1, -1)
        looked_at = range(first, len(page)) if len(page) - start < SHORT else ()
        bars = [k for k in looked_at if page.pieces[k][0][:1] in ("|", "‖")]
        return page.pair == (first, last) or bars == [first, last] or ALONE.fullmatch(page.short(start)) is not None

    def _is_all(self, opening: int) -> bool:
        r"""Whether a group is all that its surroundings hold: {J(w) = w'w}, x^{{-1}}."""
        around = self.stack[-1] if self.stack else None
        following = self.stream.peek()  # \end of \end{align}
        if not (following and around.closer.startswith(following) if isinstance(around, Frame) else not following):
            return False
        start = around.start if isinstance(around, Frame) else self.outside
        if start and self.page.short(opening + 1).startswith("("):
            return False  # a label, A^{{(1)}}
        return all(not piece or piece.isspace() for piece, _, _ in self.page.pieces[start:opening])

    def over(self, token: Token, _: str) -> None:
        r"""{a \over b} is a fraction of all that stands in the group."""
        frame = self.stack[-1] if self.stack else None
        if not isinstance(frame, Frame) or frame.closer != "}":
            raise self.error(r"\over stands between braces", token, r"write \frac{a}{b}")
        page = self.page
        if frame.after == "}":
            page.change(frame.start - 1, "((")
            frame.after = "))"
        else:
            if len(page) > frame.start:
                page.change(frame.start, "((" + page.pieces[frame.start][0])
            frame.after = "))" + frame.after
        page.script_end = -1
        page.write(")/(", token.start, token.end)

    def dollar(self, token: Token, sign: str) -> None:
        """A dollar opens or closes a formula."""
        if self.formula == "$" and sign == "$$":
            self.close(Token("$", token.start, token.start + 1), "$")
            self.open_formula(Token("$", token.start + 1, token.end), "$")
        elif self.formula in ("$", "$$"):
            self.close(token, sign)
        else:
            self.open_formula(token, sign)

    def open_formula(self, token: Token, closer: str) -> None:
        """The start of a formula: outside of formulas there is no text."""
        if not self.stack:
            is_first = not self.formulas
            self.leave_outside()
            if not is_first and len(self.page) == self.outside:
                self.page.blank("\n", token.start, token.end)
            self.formulas += 1
        self.stack.append(Frame(token, closer, len(self.page), outer=self.formula))
        self.formula = self.formula or closer

    def leave_outside(self) -> None:
        """Takes back the white space and stops outside of formulas; anything else there is prose."""
        pieces = self.page.pieces[self.outside :]
        del self.page.pieces[self.outside :]
        pieces = [p for p in pieces if p[0] not in BLANKS]
        if any(p[0] not in ",.;" for p in pieces):
            self.prose(self.source[pieces[0][1] : pieces[-1][2]], pieces[0][1])
        elif len(pieces) == 1 and pieces[0][0] == "," and self.stream.pending:
            self.page.write(*pieces[0])  # $A$, $B$

    def prose(self, content: str, start: int) -> None:
        """Text between formulas."""
        raise NotImplementedError

    def begin(self, token: Token, _: str) -> None:
        r"""\begin{align}."""
        name = "".join(t.text for t in self.stream.argument(token))
        opener = Token(rf"\begin{{{name}}}", token.start, self.stream.end)
        closer, kind = rf"\end{{{name}}}", name.removesuffix("*")
        if kind in PRINTED:
            raise self.error(f"the environment {name} is not available", opener, "blocks stand in bmatrix or pmatrix")
        if kind == "array":
            self.stream.argument(token)  # the alignment of the columns
            last = next((piece for piece, _, _ in reversed(self.page.pieces) if not piece.isspace()), "")
            kind = "cases" if self._is_of_cases(token) else kind if last.endswith(("(", "[", "|")) else "aligned"
        if kind in BLOCKS:
            self.page.blank(" ", opener.start, opener.end)  # two matrices: no index
            bar = "|" if kind == "vmatrix" else ""
            self.page.write(bar + "[(", opener.start, opener.end)
            self.stack.append(Frame(opener, closer, len(self.page), ")]" + bar, self.formula))
            return
        if kind in CASES:
            self.page.write("cases(", opener.start, opener.end)
            self.stack.append(Frame(opener, closer, len(self.page), ")", self.formula))
            return
        if kind not in DISPLAYS and kind not in INNER:
            raise self.error(f"the environment {name} is not known", opener, nearest(kind, DISPLAYS | INNER))
        if kind.endswith("at"):
            self.stream.argument(token)
        elif kind in INNER:
            self.stream.optional()
        if kind in DISPLAYS:
            self.open_formula(opener, closer)
        else:
            self.stack.append(Frame(opener, closer, len(self.page), outer=self.formula))

    def _is_of_cases(self, token: Token) -> bool:
        r"""Whether \left\{ stands in front, which is taken back: with \right. behind it an array is a list of cases."""
        if not re.search(r"\\left\s*\\(?:\{|lbrace\b)\s*$", self.source[max(0, token.start - 20) : token.start]):
            return False
        self.page.change(self.page.solid(len(self.page) - 1, -1), " ")
        return True

    def in_blocks(self) -> bool:
        """Whether the innermost that is open is a matrix of blocks."""
        frame = self.stack[-1] if self.stack else None
        return isinstance(frame, Frame) and frame.after.startswith(")]")

    def in_cases(self) -> bool:
        """Whether the innermost that is open is a list of cases."""
        frame = self.stack[-1] if self.stack else None
        return isinstance(frame, Frame) and frame.after == ")" and frame.closer.startswith(r"\end{")

    def end(self, token: Token, _: str) -> None:
        r"""\end{align}."""
        is_list = self.in_cases()
        if is_list:
            self.page.unstop()
        name = "".join(t.text for t in self.stream.argument(token))
        closer = rf"\end{{{name}}}"
        self.close(Token(closer, token.start, self.stream.end), closer)
        for sign in (r"\right", ".") if is_list and name == "array" else ():
            self.stream.skip_blanks()
            if not self.stream.skip(sign):
                raise self.error(r"cases between \left\{ and \right. are not closed", token, r"write \right.")


def _is_name(text: str) -> bool:
    """Whether a piece is one letter, perhaps with an accent, or one digit, or a name of several letters."""
    return text.startswith(NAMED) or (text[:1].isalnum() and all(map(in_word, text)) and not text[1:].isalnum())
