r"""LaTeX is written out in the plain spelling of the language.

In goes the source, out comes a ``Transcript``: plain text for the lexer, and for each of its characters the place
in the source.  One pass over the tokens, with a stack of what is open: groups, formulas and environments, which wait
for what closes them, and constructs (fractions, scripts, accents), which wait for their arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import AmbiguityError
from matdiff.language.latex.commands import BARS, COMMANDS, DELIMITERS, DIRECTED
from matdiff.language.latex.constructs import Accent, Brace, Construct, Fence, Fraction, Root, Script
from matdiff.language.latex.macros import Token, is_word
from matdiff.language.latex.nesting import Frame
from matdiff.language.latex.page import in_word
from matdiff.language.latex.wording import Wording
from matdiff.language.names import nearest
from matdiff.language.transcript import NAME_ENDS, Transcript
from matdiff.regex import regex

EVIDENT = frozenset(r"\, \; \: \! \> \{ \}".split())
SEPARATING = frozenset(r"} & \\ \end \right $ $$ \) \]".split())  # no argument starts with one of them
DIMENSION = r"\[\s*-?[0-9.]+\s*(?:pt|em|ex|cm|mm|in|mu)\s*\]"
INDEX = r"(?:[A-Za-z0-9+,:_ ]|\{\w+\}|\[\w+\]){1,10}\]"  # behind a letter: x[i], W[y_i, :]
ONE_INDEX = r"\s*(?:[A-Za-z](?:_\w|_\{\w+\}|\[\w\])?|[0-9]+|:)\s*"
INDICES = rf"{ONE_INDEX}(?:,{ONE_INDEX})*\]"  # behind a bracket: (W x)[t], A^{-1}[i, j]
NUMBER = r"\s*[i-np-t]\s*(?:[-+−]\s*[0-9]\s*)?"
NUMBERS = rf"{NUMBER}(?:,{NUMBER})*\]"  # behind a letter in a font or with an accent: \hat{y}[k + 1]
OPENS_ROUND = ("(", r"\left", r"\big", r"\bigl", r"\Big", r"\Bigl")
ARROWS = (r"\vec", r"\overrightarrow")
GOAL = r"(?:(?:text|mathrm|operatorname)?[*{]*)*\s*(?:arg)?\s*\{?(?:min|max|inf|sup)"
OPERATOR_ENDS = rf"[∑∏Σ∫{NAME_ENDS}]$|[A-Za-z]{{2}}$"  # what may have limits
ONE_BLOCK = r"(?:\\(?!q?quad)[A-Za-z]+\s*)*(?:\{[^{}]*\}|[A-Za-z])(?:[_^](?:\{[^{}]*\}|\\?[A-Za-z0-9]+))*"
BLOCKS = regex(  # [A\ b], which is no product, behind no letter or name of a function
    rf"(?<![\w}}\s])\s*(?:\\left\s*)?\[\s*{ONE_BLOCK}"
    rf"(?:\s*(?:\\[;: ]|~|\\q?quad(?![A-Za-z]))+\s*{ONE_BLOCK})+\s*(?:\\right\s*)?\]",
    given=("[",),
)
MOST_UNKNOWN = 5  # words behind backslashes that are looked at before a text counts as plain


def is_latex(text: str) -> bool:
    r"""Whether a text is LaTeX: it has a dollar or a command, and not only the left division of A\b.

    >>> is_latex(r"x^\top A x"), is_latex(r"A\b"), is_latex("x'x")
    (True, False, False)
    """
    if "$" in text:
        return True
    unknown: set[str] = set()
    for m in re.finditer(r"\\([A-Za-z]+|.)", text, flags=re.DOTALL):
        sign = m.group()
        if sign in EVIDENT or (sign == r"\(" and r"\)" in text) or (sign == r"\[" and r"\]" in text):
            return True
        if sign == r"\|" and (text.count(sign) > 1 or "|" not in text[m.end() :]):
            return True
        if not is_word(sign):
            continue
        if sign in COMMANDS or (len(sign) > 2 and sign[1:] in FUNCTIONS):
            return True
        if sign not in unknown and len(unknown) < MOST_UNKNOWN:
            unknown.add(sign)
            if not _divides(text, m.start(), sign) or (len(sign) > 3 and nearest(sign, COMMANDS)):
                return True
    return False


def _divides(text: str, place: int, sign: str) -> bool:
    r"""Whether a backslash stands behind an operand, as in A\b and A \b."""
    before = place - 1
    while len(sign) == 2 and before >= 0 and text[before].isspace():
        before -= 1
    return before >= 0 and (in_word(text[before]) or text[before] in ")]}'⊤|‖")


def transcribe(source: str, functions: Collection[str]) -> Transcript:
    r"""The plain spelling of LaTeX; *functions* are the words that are functions.

    >>> transcribe(r"\mathbf{x}^\top\Sigma^{-1}x", ()).text
    '𝐱^⊤Σ^{-1}x'
    """
    if m := BLOCKS.search(source):
        message = f"{m.group().strip()} can be blocks side by side, or a product"
        hint = r"write \begin{bmatrix} A & b \end{bmatrix} for blocks, and A b for the product"
        raise AmbiguityError(message, text=source, span=m.span(), suggestion=hint)
    return _Pass(source, functions).run()


def _words(tokens: Sequence[Token]) -> str:
    """The letters of tokens and the names of commands among them."""
    return "".join(token.text.lstrip("\\") for token in tokens)


class _Pass(Wording):
    """The pass over one source."""

    def __init__(self, source: str, functions: Collection[str]) -> None:
        super().__init__(source, functions)
        self.letters: dict[str, str] = {}  # which command wrote a Greek letter that has two forms
        self.squares: list[bool] = []  # for every [ that is open: whether it is written as a round bracket

    def run(self) -> Transcript:
        """The transcript of the source."""
        while True:
            top = self.stack[-1] if self.stack else None
            waiting = top if isinstance(top, Construct) else None
            token = self.stream.pull(waiting is not None)
            if token is None:
                break
            if waiting is None:
                self.token(token)
            elif token.text not in (" ", "\n"):
                self.argument(waiting, token)
        if isinstance(top, Frame):
            raise self.error(f"{top.opener.text} is never closed", top.opener, f"{top.closer} is missing behind it")
        if top is not None:
            raise self.missing(top)
        if self.formulas:
            self.leave_outside()
        return self.page.finished(self.functions)

    def token(self, token: Token) -> None:
        """Writes what a token stands for, or puts on the stack what waits for more."""
        text, page = token.text, self.page
        action = COMMANDS.get(text)
        if action:
            page.raw_end = page.raw_end if text in "[]" else -1
            HANDLERS[action[0]](self, token, action[1])
        elif len(text) > 1 and text[0] == "\\":
            page.raw_end = -1
            self.function(token)
        else:
            if page.number_end == token.start and page.script_end == len(page) and text.isdecimal():
                raise self.error("a script of several digits stands in braces", token, "write ^{12} or _{12}")
            page.raw(self.styled(text), token.start, token.end)

    # ---- arguments ---------------------------------------------------------------------------------

    def argument(self, construct: Construct, token: Token) -> None:
        """A token where a construct waits for an argument: a group, or the argument itself."""
        if token.text in SEPARATING or (isinstance(construct, Script) and token.text in ("_", "^")):
            raise self.missing(construct)
        self.page.raw_end = -1
        construct.begin(self.page, token)
        if token.text == "{":
            self.stack.append(Frame(token, "}", len(self.page)))
            return
        self.token(token)
        if self.stack[-1] is construct:
            self.settle(token._replace(end=max(token.end, self.stream.end)))  # x_\text{goal}

    # ---- signs and spaces --------------------------------------------------------------------------

    def sign(self, token: Token, sign: str) -> None:
        """A sign; log ⊙ (X) is the logarithm taken entry by entry, a function too."""
        page = self.page
        is_behind = self.function_end > 0 and self.function_end in (len(page), len(page) - 1)
        if sign in ("⊙", "∘") and is_behind and self.stream.peek() in OPENS_ROUND:
            page.write("⊙", token.start, token.end)
            self.function_end = len(page)
        else:
            page.write(sign, token.start, token.end)

    def letter(self, token: Token, letter: str) -> None:
        r"""A Greek letter; \phi and \varphi are one name, so a text has only one of them."""
        name = token.text.replace(r"\var", "\\")
        other = self.letters.setdefault(name, token.text)
        if other != token.text:
            raise self.error(f"{token.text} and {other} would be one name", token, "call one of them by another letter")
        self.page.write(self.styled(letter), token.start, token.end)

    def blank(self, token: Token, gap: str) -> None:
        """White space; only outside of everything a line break has a meaning, and in front of a prime none: x \'."""
        if self.stream.peek() != "'":
            self.page.blank(" " if self.stack else gap, token.start, token.end)

    def space(self, token: Token, space: str) -> None:
        """A command for white space, which is no gap."""
        self.page.blank(space, token.start, token.end)

    def vanish(self, token: Token, _: str) -> None:
        """A command that says only how a formula looks."""
        if token.text.endswith("limits") and not re.search(OPERATOR_ENDS, self.page.last()):
            hint = r"it belongs behind \sum, \max and the like"
            raise self.error(f"{token.text} stands behind no operator", token, hint)

    def line(self, token: Token, _: str) -> None:
        r"""A new line, perhaps with more space: \\[2pt]."""
        self.stream.skip("*")
        following = "".join(t.text for t in self.stream.pending[-1:-16:-1])
        doubled = re.match(r"[A-Za-z]{3,}", following) if token.text == "\\\\" else None
        if doubled and "\\" + doubled.group() in COMMANDS:
            word = "\\" + doubled.group()
            raise self.error(f"there are two backslashes before {word[1:]}", token, f"write {word}")
        if re.match(DIMENSION, following):
            self.stream.optional()
            token = token._replace(end=self.stream.end)
        if self.in_cases():
            self.separate(token)
        elif not self.in_blocks():
            self.page.blank("\n", token.start, token.end)
        elif self.stream.peek() != r"\end":
            self.page.write("); (", token.start, token.end)

    def cell(self, token: Token, _: str) -> None:
        """& stands between the blocks of a matrix, or before a condition; elsewhere it only aligns."""
        if self.in_cases():
            self.separate(token)
        elif self.in_blocks():
            self.page.write("), (", token.start, token.end)

    def separate(self, token: Token) -> None:
        """A comma between cases and their conditions, in place of a stop that stands there."""
        self.page.unstop()
        if self.stream.peek() != r"\end":
            self.page.write(",", token.start, token.end)

    def negate(self, token: Token, _: str) -> None:
        r"""\not= is ≠."""
        if not self.stream.skip("="):
            raise self.error(r"only \not= has a meaning", token, r"write \ne")
        self.page.write("≠", token.start, token.end)

    def substack(self, token: Token, _: str) -> None:
        r"""\substack{i = 1 \\ i \ne j}: conditions on the lines below a sign; \substack{minimize \\ x} is \min_{x}."""
        content = self.stream.argument(token)
        first = next((k for k, part in enumerate(content) if part.text == "\\\\"), 0)
        if re.match(GOAL, _words(content[:first])):
            self._over(content[first + 1 :], content[:first], token)
            return
        for part in reversed(content):
            self.stream.pending.append(part._replace(text=",") if part.text == "\\\\" else part)

    def fence(self, token: Token, way: str) -> None:
        r"""\left( and its kin."""
        self.stream.skip_blanks()
        sign = self.stream.pull()
        if sign is None or (sign.text not in BARS and sign.text not in DELIMITERS):
            shown = sign.text if sign else ""
            hint = rf"write {token.text}\{shown}" if shown in ("{", "}") else r"as in \left( … \right)"
            raise self.error(f"{token.text} needs a bracket or a bar", token, hint)
        if sign.text in BARS:
            self.page.bar(BARS[sign.text], way or DIRECTED.get(sign.text, ""), token.start, sign.end)
        elif DELIMITERS[sign.text]:
            self.page.write(DELIMITERS[sign.text], token.start, sign.end)
            self.page.pair_up(DELIMITERS[sign.text])

    def bar(self, token: Token, sign: str) -> None:
        """A bar or double bar by its name."""
        self.page.bar(sign, DIRECTED.get(token.text, ""), token.start, token.end)

    def square(self, token: Token, _: str) -> None:
        """[ is a bracket like any other, but x[i] is a member of a family."""
        page = self.page
        following = "".join(t.text for t in self.stream.pending[-1:-12:-1])
        last = page.last()[-1:] or " "
        if page.raw_end == len(page) or last in ")]}":
            pattern = INDEX if in_word(last) else INDICES if last in ")]}" else None
        else:
            pattern = NUMBERS if in_word(last) else None
        self.squares.append(pattern is None or not re.match(pattern, following))
        page.write("(" if self.squares[-1] else "[", token.start, token.end)

    def bracket(self, token: Token, closer: str) -> None:
        """] closes the degree of a root, or the bracket that was opened."""
        top = self.stack[-1] if self.stack else None
        if isinstance(top, Frame) and top.closer == closer:
            self.close(token, closer)
        else:
            is_round = self.squares.pop() if self.squares else False
            self.page.write(")" if is_round else "]", token.start, token.end)

    # ---- constructs --------------------------------------------------------------------------------

    def script(self, token: Token, sign: str) -> None:
        """A subscript or superscript.  X^-1 and x^(1/2) are plain text, and stay; P_k^- K is P_k^{-} K."""
        following = "".join(part.text for part in self.stream.pending[-1:-3:-1])
        is_label = re.fullmatch(r"[-−][\s)\]}_=,]", following) or (following == "-(" and self.page.last().isupper())
        if following.startswith(("-", "−", "(", "[")) and not is_label:
            self.page.close_up()
            self.page.raw(sign, token.start, token.end)
        elif sign == "_" or self.stream.peek() not in ("'", "′"):
            asks, weighs = self.page.names_unknown(), self.page.ends_norm()
            if sign == "^" and self.page.last() != "e":
                self.stream.split_label(token)
            holds_set = asks and self.page.last() != "∇"  # \min_{W ∈ ℝ^{d×k}}
            self.stack.append(Script(token, self.page, nested=self.lowered > 0 or holds_set))
            self.has_fonts = self.has_fonts if self.lowered else sign == "_" and (asks or weighs)
            self.lowered += sign == "_"

    def fraction(self, token: Token, _: str) -> None:
        self.stack.append(Fraction(token, self.page))

    def derivative(self, token: Token, sign: str) -> None:
        r"""\pdv[2]{f}{x} is \frac{\partial^2 f}{\partial x^2}, \dv{x} is \frac{\partial}{\partial x}."""
        self.stream.skip("*")
        order = self.stream.optional()
        over, low = [], self.stream.argument(token)
        if self.stream.peek() == "{":
            over, low = low, self.stream.argument(token)
        if self.stream.peek() == "{" or any(part.text == "," for part in low):
            raise self.error("the text asks for a derivative by two variables", token, "derive by one after the other")
        mark = {text: Token(text, token.start, self.stream.end) for text in (r"\frac", "{", "}", sign, "^")}
        power = [mark["^"], mark["{"], *order, mark["}"]] if order else []
        top, below = [mark[sign], *power, *over], [mark[sign], *low, *power]
        parts = [mark[r"\frac"], mark["{"], *top, mark["}"], mark["{"], *below, mark["}"]]
        self.stream.pending += parts[::-1]

    def root(self, token: Token, _: str) -> None:
        self.stack.append(Root(token, self.page))
        if self.stream.peek() == "[":
            self.stream.skip_blanks()
            self.stack.append(Frame(self.stream.skip("[") or token, "]", len(self.page)))

    def accent(self, token: Token, mark: str) -> None:
        self.stack.append(Accent(token, self.page, mark))

    def font(self, token: Token, _: str) -> None:
        if token.text == r"\vec" and self.stream.peek() == "(" and "vec" in self.functions:
            self.function(token)
        elif token.text in ARROWS and not (self._letter_follows() or self.stream.peek()[:1] in ("{", "0", "1")):
            raise self.error(f"{token.text} stands over no letter", token)
        else:
            self.set_font(token)

    def norm(self, token: Token, sign: str) -> None:
        r"""\norm{x}; \norm(x) is the function of that name."""
        self.stream.skip("*")
        if self.stream.peek() == "{":
            self.stack.append(Fence(token, self.page, sign))
        else:
            self.function(token)

    def brace(self, token: Token, label: str) -> None:
        if self.stream.peek() != "{":
            raise self.error(f"what stands under {token.text} is not in braces", token)
        self.stack.append(Brace(token, self.page, label))

    def behind(self, token: Token, _: str) -> None:
        r"""\textcolor{red}{x} is x."""
        self.stream.optional()
        self.stream.argument(token)
        self.set_font(token)

    def below(self, token: Token, _: str) -> None:
        r"""\underset{x}{\min} is \min_{x}; what stands below anything else is a label, and vanishes."""
        low = self.stream.argument(token)
        over = self.stream.argument(token)
        self._over(low if re.search("min|max|inf|sup", _words(over)) else [], over, token)

    def _over(self, low: list[Token], over: list[Token], token: Token) -> None:
        """Reads on with a sign and what stands below it."""
        over[:1] = [part._replace(start=token.start) for part in over[:1]]
        marks = [Token(sign, token.start, token.end if sign != "}" else self.stream.end) for sign in "{}_{}"]
        label = [marks[2], marks[3], *low, marks[4]] if low else []
        self.stream.pending += [*label[::-1], marks[1], *over[::-1], marks[0]]

    def swallow(self, token: Token, gap: str) -> None:
        self.stream.skip("*")
        self.stream.optional()
        self.stream.argument(token)
        if gap:
            self.space(token, gap)

    def define(self, token: Token, _: str) -> None:
        self.stream.define(token)

    def refuse(self, token: Token, reason: str) -> None:
        raise self.error(reason, token)


HANDLERS: dict[str, Callable[[_Pass, Token, str], None]] = {
    kind: getattr(_Pass, kind) for kind in {kind for kind, _ in COMMANDS.values()}
}
