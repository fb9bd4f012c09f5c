r"""Words in LaTeX: the names of functions, names of several letters, and texts between formulas.

``Wording`` is the middle part of the pass in matdiff.language.latex.
"""

from __future__ import annotations

from matdiff import regex as re
from matdiff.errors import NotationError, UnknownNameError
from matdiff.language.fonts import COMMANDS as FONTS
from matdiff.language.fonts import styled
from matdiff.language.latex.commands import COMMANDS
from matdiff.language.latex.constructs import Script
from matdiff.language.latex.macros import Token
from matdiff.language.latex.nesting import Frame, Nesting
from matdiff.language.latex.page import Piece
from matdiff.language.named_functions import function_named
from matdiff.language.names import nearest
from matdiff.language.phrases import is_said, said_of_names, without_lead
from matdiff.language.requests import is_request
from matdiff.language.sentences import are_words
from matdiff.language.transcript import APART, NAME_ENDS, NAMED

CALLING = frozenset(["(", "[", "\\{", "\\left", "\\bigl", "\\Bigl", "\\big", "\\Big", "\\biggl", "\\lparen"])
SPACED = frozenset((" ", "\n", "~", "\\ ", "\\,", "\\!", "\\;", "\\:"))
PROSE = frozenset("if for is are of the to over on all such that then else otherwise subject minimize maximize".split())
PHRASES = {  # in front of a function, and before its conditions
    **{goal: goal for word in ("minim", "maxim") for goal in (word + "ize", word + "ise")},
    **dict.fromkeys(("arg min", "argmin"), "argmin"),
    **dict.fromkeys(("arg max", "argmax"), "argmax"),
    **dict.fromkeys(("s.t", "s . t", "st", "subject to", "constrained to"), "subject to"),
    **{
        f"{word}{the}constraint{s}": "subject to"
        for word in ("under", "with")
        for the in (" the ", " ")
        for s in ("", "s")
    },
    **{word: word for word in ("such that", "over", "given")},
}
STATED = ("subject to", "such that")  # in any font
CONDITIONAL = ("if", "for", "when", "where", "otherwise", "else")  # before the condition of a case
STOP = r"\bw\.\s?r\.\s?t\.?|\bs\s?\.\s?t\s?\.|[.,;:?!]"


class Wording(Nesting):
    """The commands that stand for a word, or have one as their argument."""

    def function(self, token: Token, _: str = "") -> None:
        r"""\log, \tr: the name of a function, or a command that is not known."""
        name = token.text[1:]
        scripted = any(isinstance(construct, Script) for construct in self.stack[-4:])
        if name in self.functions or name in ("inf", "sup"):
            self.word(name, token.start, token.end)
            is_apart = self.source[token.end : token.end + 1].isspace() and self.stream.peek() in CALLING
            if is_apart and name in ("min", "max", "inf", "sup"):
                self.page.blank(APART, token.end, token.end + 1)  # \min (x - a)^2 asks, \min(x) is a function
        elif token.text in COMMANDS and scripted:
            self.page.write(name if self.lowered else NAMED + name + NAME_ENDS, token.start, token.end)
        elif token.text in COMMANDS:
            span = (token.start, token.end)
            raise UnknownNameError(f"{token.text} is not a function that is available", text=self.source, span=span)
        else:
            known = [*COMMANDS, *self.stream.macros, *("\\" + f for f in self.functions)]
            raise self.error(f"the command {token.text} is not known", token, nearest(token.text, known))

    def word(self, name: str, start: int, end: int) -> None:
        """The name of a function."""
        self.page.write(name, start, end)
        self.function_end = len(self.page)

    def upright(self, token: Token, mode: str) -> None:
        r"""\operatorname{tr}, \mathrm{loss}, \text{where}: a word; anything else is a formula in another font."""
        self.stream.skip("*")
        content = self._letters(mode)
        if content is None:
            self.set_font(token)
        elif mode or " ".join(content.split()) in STATED or (self.in_cases() and content.strip(" .") in CONDITIONAL):
            self.text(content, token.start, self.stream.end)
        elif content == "d" and "d" not in self.functions and not self.lowered and self._letter_follows():
            self.page.write("∂", token.start, self.stream.end)
        else:
            content = styled(content, FONTS.get(token.text, "")) if len(content) == 1 and not self.lowered else content
            self.name(content, token.start, self.stream.end, token.text in (r"\operatorname", r"\mathop"))

    def _letter_follows(self) -> bool:
        """Whether a letter comes next, plain or in a font."""
        following = self.stream.peek()
        return following.isalpha() or COMMANDS.get(following, ("",))[0] in ("letter", "font", "accent")

    def _letters(self, mode: str) -> str | None:
        """The argument that comes next, if it is nothing but letters, digits and, in a text, white space and stops."""
        pending = self.stream.pending
        self.stream.skip_blanks()
        if not pending or pending[-1].text != "{":
            return self.stream.argument(pending[-1])[0].text if pending and pending[-1].text.isalnum() else None
        content, place = [], len(pending) - 2
        known = ("_", "\\_", *("-.,;:" if mode else "." if self.in_cases() else ""))
        while place >= 0 and (text := pending[place].text) != "}":
            if text in SPACED:
                text = " "
            elif text not in known and not text.isalnum():
                return None
            content.append(text[-1])
            place -= 1
        if place < 0:
            return None
        self.stream.end = pending[place].end
        del pending[place:]
        return "".join(content)

    def name(self, content: str, start: int, end: int, operator: bool = False) -> None:
        """A word in upright letters: a function, a letter, or a name of several letters."""
        word = "".join(content.split())
        if self.lowered:
            word = re.sub(r"\W", "", word)
            self.page.write(word, start, end)
        elif (function := function_named(word, self.functions)) and (
            word == function or self.is_called(word, function)
        ):
            self.word(function, start, end)
        elif word in ("grad", "Hess", "hess") and self._letter_follows():
            self.page.write("∇" if word == "grad" else "∇²", start, end)
        elif len(word) > 1 and word[0].isalpha():
            self.page.write(NAMED + word + NAME_ENDS, start, end)
            if operator:
                self.page.operators.add(len(self.page) - 1)
        elif word:
            self.page.write(word, start, end)
        else:
            self.page.blank(APART, start, end)

    def is_called(self, word: str, function: str) -> bool:
        r"""Whether a bracket or the parameter of Swish_1 comes next, and the text gives no \mathrm{MSE}(w) = …"""
        if re.search(rf"(?<![A-Za-z]){re.escape(word)}\s*\}}?\s*\([^()]*\)\s*&?\s*:?=", self.source):
            return False
        following = self.stream.peek()
        return following in CALLING or (following == "_" and function in ("swish", "silu"))

    def text(self, content: str, start: int, end: int) -> None:
        """A text: a word as above, one of the words of the language, or prose, which is refused."""
        words = content.strip(" .,;:").split()
        if self.in_cases() and " ".join(words) in CONDITIONAL:
            self.page.blank(" ", start, end)
            if words[-1] in ("otherwise", "else"):
                self.page.write(NAMED + "otherwise" + NAME_ENDS, start, end)
        elif content.rstrip()[-1:] == ":" and self.page.solid(0, 1) == len(self.page) and not is_request(words):
            self.spaced(*((word, start, end) for word in content.split()))  # a heading
        elif not self.lowered and words and (is_said(words) or is_request(words)):
            self.spaced(
                *((word if word.isupper() else word[0].lower() + word[1:], start, end) for word in content.split())
            )
        elif phrase := PHRASES.get(" ".join(words).lower()):
            self.spaced((phrase, start, end))
        elif not self.lowered and re.search(r"[a-z]\.\s", content) and words[0][:1].isalpha() and len(words) > 2:
            self.prose(content, self.source.index(content, start))
        elif (
            (PROSE.intersection(words) or len(words) > 1 or re.fullmatch(r"[^\W\d][\w-]*[^\w-].*", "".join(words)))
            and "".join(words) not in self.functions
            and not self.lowered
        ):
            shown = " ".join(words)
            message = f"the text “{shown[:60]}” is no part of an expression"
            raise NotationError(message, text=self.source, span=(start, end), suggestion="leave only the formula")
        else:
            self.name(" ".join(words).replace("-", "") or content, start, end)  # \text{hinge-loss} has a hyphen

    def spaced(self, *words: Piece) -> None:
        """Words with a space on both sides of each."""
        for word in words:
            self.page.blank(" ", *word[1:])
            self.page.write(*word)
        self.page.blank(" ", *words[-1][1:])

    def prose(self, content: str, start: int) -> None:
        """Text between formulas: questions and conditions, whose formulas and names stand beside them."""
        at = 0
        if len(self.page) and re.match(r"[A-Z]['\w]*\s", content) and re.search(r"\n\s*\Z", self.source[:start]):
            self.page.unstop()
            self.page.write(".", start, start)  # in front of a sentence on a line of its own
            self.page.blank(" ", start, start)
        for stop in re.finditer(rf"{STOP}|$", content):
            clause = content[at : stop.end() if len(stop.group()) > 1 else stop.start()]
            if len(stop.group()) > 1 and stop.end() < len(content):
                continue
            self._clause(clause, start + at)
            at = stop.end()
            if len(stop.group()) == 1 and stop.group() in ",;.?!:":
                self.page.write(stop.group(), start + stop.start(), start + at)
                self.page.blank(" ", start + at, start + at)

    def _clause(self, clause: str, start: int) -> None:
        """Words of a question or of a condition; others are refused."""
        if size := re.match(r"-(?:vectors?|dim\w*)", clause):  # an $n$-vector
            self.page.write(size.group(), start, start + size.end())
            clause, start = clause[size.end() :], start + size.end()
        words = re.sub(r"[()\[\]]", " ", clause).split()
        first = start + len(clause) - len(clause.lstrip())
        if not clause.strip():
            return
        is_phrase = not words or " ".join(words).strip(".").lower() in PHRASES
        is_asked = is_phrase or is_said(words) or is_request(words)
        if not (is_asked or are_words(words) or said_of_names(" ".join(without_lead(words)))):
            span = first, start + len(clause.rstrip())
            message, hint = "text outside of the formula is not read", "leave only the formula"
            raise NotationError(message, text=self.source, span=span, suggestion=hint)
        self.spaced(*((m.group(), start + m.start(), start + m.end()) for m in re.finditer(r"\S+", clause)))

    def switch(self, token: Token, _: str) -> None:
        r"""{\bf x}, {\rm Tr}: a font for the rest of a group; \bf{x} is often meant as \mathbf{x}."""
        if self.stream.peek() == "{":
            self.set_font(token)
            return
        top = self.stack[-1] if self.stack else None
        if not isinstance(top, Frame) or top.closer != "}" or top.start != len(self.page):
            return
        pending = self.stream.pending
        pending.append(Token("{", token.start, token.end))
        content = self._letters("")
        if content is None:
            pending.pop()
            top.fonts += 1
            self.fonts.append(FONTS.get(token.text, ""))
            return
        pending.append(Token("}", self.stream.end - 1, self.stream.end))
        word = "".join(content.split())
        named = len(word) > 1 and (word in self.functions or token.text in (r"\rm", r"\sf", r"\tt"))
        if named:
            self.name(word, token.end, self.stream.end - 1)
        else:
            for sign in content:
                self.page.raw(styled(sign, FONTS.get(token.text, "")), token.end, self.stream.end - 1)
