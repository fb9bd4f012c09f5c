r"""LaTeX as a stream of tokens, in which the macros that the text itself defines are expanded.

In goes the source, out come tokens with their places: control words (\alpha), control signs (\,), white space
(one blank, or a line break where definitions stand line by line) and single characters.  What a macro expands to
has the place of its call.
"""

from __future__ import annotations

from collections.abc import Iterable

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.latex.commands import SPACES, VANISHING
from matdiff.records import NamedTuple
from matdiff.regex import match_at, regex

PATTERN = regex(r"\\m?kern\s*(?P<kern>-?)[\d.]+\s*[a-z]{2}|(?P<word>\\[A-Za-z]+)|\\.|\$\$|%[^\n]*|\s+|.", re.DOTALL)
SENTENCE = r"(?:[A-Z][a-z]+\s+[a-z]{2,}|w\.?r\.?t\.?|with respect)\s"  # a line that begins with words
UNSEEN = (" ", "\n", *SPACES, *VANISHING)
LONGEST_LABEL = 32  # tokens
WORD = r"\\(?:text|textrm|mathrm|textup|mbox)\{\s*[A-Za-z]+\s*\}|[A-Za-z0-9]+|\\ell"
DONE = r"\s*(?:\\top|\\intercal|T|'|\\prime|\\mathsf\s*\{?\s*T|\\mathrm\s*\{?\s*T|-\s*(?:1|T|\\top)\s*\})"
LABEL = rf"\{{\s*(?:\((?:{WORD})\)|\[[^\[\]{{}}]+\]|\*|\\(?:star|ast)\b)(?={DONE})"  # {(1)\top, {[l-1]T, {*-1
LARGEST = 200_000  # signs that all macros together may expand to
CALL = 8  # what a call counts besides, so that one that never ends does end soon
DEFINITION = (  # perhaps behind words
    r"(?m)^(?:[ \t]*[A-Za-z]{2,20}(?=[ \t])){0,5}[ \t]*"
    r"((?:\\[A-Za-z]{1,20}[ \t]*){0,4}[\w{}\\^\u0300-\u036f]{1,40})[ \t]*:?=(?!=)"
)


class Token(NamedTuple):
    """A token and its place in the source."""

    text: str
    start: int
    end: int


class Macro(NamedTuple):
    """What a name expands to: a body with numbers in the places of the arguments.

    *default* stands for a first argument that is left out; a *starred* macro may be followed by a star or a size,
    as \\norm*{x}; a *frozen* one is another name of a command.
    """

    parameters: int
    body: tuple[str | int, ...]
    default: tuple[str, ...] | None = None
    starred: bool = False
    frozen: bool = False


_BRACKETS = Macro(1, (r"\left", "(", 1, r"\right", ")"))
_PRODUCT = Macro(2, (r"\left", r"\langle", 1, ",", 2, r"\right", r"\rangle"))
PACKAGES = {  # what the packages physics and derivative define, unless the text does so itself
    **dict.fromkeys((r"\vb", r"\vectorbold"), Macro(1, (r"\mathbf", "{", 1, "}"), starred=True)),
    **dict.fromkeys((r"\va", r"\vectorarrow"), Macro(1, (r"\vec", "{", 1, "}"), starred=True)),
    **dict.fromkeys((r"\vu", r"\vectorunit"), Macro(1, (r"\hat", "{", 1, "}"), starred=True)),
    **dict.fromkeys((r"\ip", r"\innerproduct"), _PRODUCT),
    **dict.fromkeys((r"\qty", r"\quantity", r"\pqty", r"\bqty"), _BRACKETS),
    **dict.fromkeys((r"\grad", r"\gradient"), Macro(0, (r"\nabla",), frozen=True)),
}
QUANTITY = r"\\(?:qty|quantity|[pb]qty)\s*(?=[(\[|])(?!\[\d\]\s*\{)"  # \qty( is \left(


def is_word(text: str) -> bool:
    """Whether a token is a control word."""
    return len(text) > 1 and text[0] == "\\" and text[1].isalpha()


def tokenize(source: str) -> list[Token]:
    """The tokens of a source.  Comments vanish, and so does the white space that only ends a control word."""
    by_line = line_by_line(source)
    found: list[Token] = []
    behind_word = False
    vanish = {m.start() for m in re.finditer(QUANTITY, source)} if "qty" in source or "quantity" in source else ()
    for m in PATTERN.finditer(source):
        text = m.group()
        if m.start() in vanish or text[0] == "%":
            continue
        if text.isspace():
            is_end = "\n" in text and (by_line or match_at(SENTENCE, source, m.end()))
            if behind_word and not is_end:
                continue
            text = "\n" if is_end else " "
        behind_word = m["word"] is not None
        text = text if (kern := m["kern"]) is None else "\\!" if kern else "\\,"
        found.append(Token(text, m.start(), m.end()))
    return found


def line_by_line(source: str) -> bool:
    """Whether every line is a definition or the expression: there are two definitions, or one that is used below it.

    >>> line_by_line("h = W x\\n\\\\|h\\\\|^2"), line_by_line("f = \\\\sum_i x_i^\\\\top\\n  A x_i")
    (True, False)
    """
    if "\n" not in source.strip() or "=" not in source:
        return False
    heads = [m for m in re.finditer(DEFINITION, source) if m.group(1).count("{") == m.group(1).count("}")]
    if not heads or len(heads) > 1:
        return bool(heads)
    _, _, below = source[heads[0].end() :].partition("\n")
    name = heads[0].group(1)
    return name in (below if "\\" in name else re.sub(r"\\[A-Za-z]+", " ", below))


class Stream:
    """The tokens that are still to be read, next one last, and the macros defined so far."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.pending = tokenize(source)[::-1]
        self.macros: dict[str, Macro] = dict(PACKAGES)
        self.expanded = 0
        self.end = 0  # of the last token that was read

    def error(self, message: str, token: Token, suggestion: str = "") -> NotationError:
        """An error that points at a token."""
        return NotationError(message, text=self.source, span=(token.start, token.end), suggestion=suggestion)

    # ---- reading -----------------------------------------------------------------------------------

    def pull(self, whole: bool = False) -> Token | None:
        """The next token, after expansion; *whole* keeps what a macro expands to together, as one argument."""
        while self.pending:
            token = self.pending.pop()
            self.end = token.end
            macro = self.macros.get(token.text)
            if macro is None:
                return token
            if macro.frozen:
                return Token(str(macro.body[0]), token.start, token.end)
            self._expand(macro, token, whole)
        return None

    def skip(self, *texts: str) -> Token | None:
        """Reads over the next token if it is one of these."""
        if self.pending and self.pending[-1].text in texts:
            self.end = self.pending[-1].end
            return self.pending.pop()
        return None

    def skip_blanks(self) -> None:
        """Reads over what cannot be seen."""
        while self.skip(*UNSEEN):
            pass

    def peek(self) -> str:
        """The text of the next token that can be seen."""
        k = len(self.pending) - 1
        while k >= 0 and self.pending[k].text in UNSEEN:
            k -= 1
        return self.pending[k].text if k >= 0 else ""

    def argument(self, owner: Token) -> list[Token]:
        """The tokens of an argument as they stand: those of a group, or one."""
        self.skip_blanks()
        if not self.pending or self.pending[-1].text == "}":
            raise self.error(f"an argument of {owner.text} is missing", owner, f"write {owner.text}{{…}}")
        first = self.pending.pop()
        self.end = first.end
        return self._until("}", first) if first.text == "{" else [first]

    def optional(self) -> list[Token] | None:
        """The tokens of an argument in square brackets, if there is one."""
        if self.peek() != "[":
            return None
        self.skip_blanks()
        return self._until("]", self.pending.pop())

    def _until(self, closer: str, opener: Token) -> list[Token]:
        """The tokens up to the bracket that closes."""
        found: list[Token] = []
        depth = 0
        while self.pending:
            token = self.pending.pop()
            if token.text == closer and not depth:
                self.end = token.end
                return found
            depth += (token.text == "{") - (token.text == "}")
            found.append(token)
        raise self.error(f"{opener.text} is never closed", opener, f"{closer} is missing behind it")

    def split_label(self, script: Token) -> None:
        r"""Writes ^{(1)\top} as ^{(1)}^{\top}: a label, and what is done with the name that carries it."""
        following = self.pending[-1 : -LONGEST_LABEL - 1 : -1]
        label = re.match(LABEL, "".join(token.text for token in following))
        if label is None:
            return
        place = length = 0
        while length < label.end():
            length += len(following[place].text)
            place += 1
        end = following[place - 1].end
        marks = [Token(sign, script.start, end) for sign in "}^{"]
        self.pending[len(self.pending) - place : len(self.pending) - place] = marks[::-1]

    # ---- expanding ---------------------------------------------------------------------------------

    def _expand(self, macro: Macro, call: Token, whole: bool) -> None:
        """Puts what a macro stands for in front of the tokens to be read."""
        arguments: list[tuple[str, ...]] = []
        if macro.starred and not self.skip("*"):
            self.optional()
        for k in range(macro.parameters):
            chosen = self.optional() if k == 0 and macro.default is not None else self.argument(call)
            arguments.append(macro.default or () if chosen is None else tuple(t.text for t in chosen))
        parts = [(part,) if isinstance(part, str) else arguments[part - 1] for part in macro.body]
        self.expanded += CALL + sum(map(len, parts))
        if self.expanded > LARGEST:
            hint = f"all macros together expand to at most {LARGEST} signs, and none calls itself"
            raise self.error(f"the definition of {call.text} runs away", call, hint)
        start, end = call.start, max(call.end, self.end)
        texts = [text for part in parts for text in part]
        if whole and len(texts) > 1 and texts[0] != "{":
            texts = ["{", *texts, "}"]
        self.pending.extend(Token(text, start, end) for text in reversed(texts))

    # ---- defining ----------------------------------------------------------------------------------

    def define(self, command: Token) -> None:
        r"""Reads a definition: \newcommand{\norm}[1]{\left\|#1\right\|} and its kin."""
        self.skip("*")
        self.skip_blanks()
        named = self.argument(command)
        named = [t for t in named if t.text not in (" ", "\n")]
        if len(named) != 1 or named[0].text[0] != "\\" or len(named[0].text) < 2:
            raise self.error(f"{command.text} needs the name of a command", command, rf"write {command.text}{{\name}}")
        name = named[0].text
        if command.text == r"\let":
            return self._let(name, command)
        if command.text.endswith("def"):
            macro = self._parametrised(name, command)
        elif command.text == r"\DeclareMathOperator":
            body = [t.text for t in self.argument(command)]
            macro = Macro(0, (r"\operatorname", "{", *body, "}"))
        elif command.text == r"\DeclarePairedDelimiter":
            left, right = (self.argument(command), self.argument(command))
            body = [r"\left", *(t.text for t in left), "#", "1", r"\right", *(t.text for t in right)]
            macro = Macro(1, self._body(body, 1, command), starred=True)
        else:
            macro = self._new_command(command)
        if command.text != r"\providecommand" or self.macros.get(name) is PACKAGES.get(name):
            self.macros[name] = macro
        return None

    def _new_command(self, command: Token) -> Macro:
        """The number of parameters, the default of the first, and the body."""
        count = "".join(t.text for t in self.optional() or ()).strip() or "0"
        if count not in tuple("0123456789"):
            raise self.error(f"{count[:20]} is no number of parameters", command, "it has at most nine")
        chosen = self.optional()
        default = None if chosen is None or count == "0" else tuple(t.text for t in chosen)
        body = self._body((t.text for t in self.argument(command)), int(count), command)
        return Macro(int(count), body, default)

    def _parametrised(self, name: str, command: Token) -> Macro:
        r"""The parameters #1#2 and the body of \def."""
        count = 0
        self.skip_blanks()
        while self.skip("#"):
            count += 1
            if not self.skip(str(count)):
                raise self.error(f"the parameters of {name} are #1, #2, … in a row", command)
            self.skip_blanks()
        if not self.pending or self.pending[-1].text != "{":
            raise self.error(f"the definition of {name} has no body", command, rf"write \def{name}{{…}}")
        return Macro(count, self._body((t.text for t in self.argument(command)), count, command))

    def _let(self, name: str, command: Token) -> None:
        r"""\let\old=\command: another name of what the command is now."""
        self.skip_blanks()
        self.skip("=")
        meaning = self.argument(command)
        if len(meaning) != 1:
            raise self.error(r"\let gives another name to one command", command)
        text = meaning[0].text
        self.macros[name] = self.macros.get(text) or Macro(0, (text,), frozen=True)

    def _body(self, texts: Iterable[str], count: int, command: Token) -> tuple[str | int, ...]:
        """A body, with numbers for the parameters, and without the white space around it."""
        body: list[str | int] = []
        marked = False
        for text in texts:
            if marked and text not in tuple("#123456789"[: count + 1]):
                raise self.error(f"#{text} is no parameter", command, f"the definition has {count or 'no'} parameters")
            if marked or text != "#":
                body.append(int(text) if marked and text != "#" else text)
            marked = text == "#" and not marked
        while body and body[-1] in (" ", "\n"):
            body.pop()
        first = next((k for k, part in enumerate(body) if part not in (" ", "\n")), 0)
        return tuple(body[first:])
