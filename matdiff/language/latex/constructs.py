r"""What a command of LaTeX does with its arguments: scripts, fractions, roots, accents, fonts.

A construct waits for its arguments while these are written on the page; it adds its signs around them, and when the
last one is written it may change what stands there.  None looks at more than a few pieces of what is written, so
nested constructs cost no more than their length.
"""

from __future__ import annotations

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.fonts import plain_letter
from matdiff.language.latex.macros import Token
from matdiff.language.latex.page import SCRIPTED, SHORT, Page, Piece, in_word
from matdiff.language.transcript import CLOSES, NAME_ENDS, NAMED, OPENS
from matdiff.regex import regex

EXPECTATION = "an expectation is no part of an expression: the command expectation or matdiff.expectation takes it"
DIFFERENTIAL = r"(?:d[^\W\d_][\u0300-\u036f]?(?:_.{1,6})?(?:\^.{1,4})?){1,2}"  # dx, below a fraction line

DEFINES_PSI = regex(r"psi\s*\^\s*\{?\s*\([0-9]+\)\s*\}?\s*\([^()=]*\)\s*&?:?=")
WORD = regex(rf"{NAMED}\w+{NAME_ENDS}|[(\[]{NAMED}\w+{NAME_ENDS}[)\]]")  # x^{old}, x^{(old)}


class Construct:
    """A command that waits for its arguments; by itself it leaves them as they are, as a font does.

    command  its token
    sign     what it stands for: the mark of an accent, the bar of a norm, what the label of a brace stands behind
    mark     where on the page it starts
    taken    how many of its arguments are written
    """

    arguments = 1

    def __init__(self, command: Token, page: Page, sign: str = "") -> None:
        self.command = command
        self.sign = sign
        self.mark = len(page)
        self.taken = 0

    def begin(self, page: Page, token: Token) -> None:
        """An argument starts with a token."""

    def end(self, page: Page, token: Token) -> None:
        """An argument ends with a token."""


class Font(Construct):
    r"""\mathbf{x} is x; the blackboard E is no letter."""

    def end(self, page: Page, token: Token) -> None:
        if self.command.text in (r"\mathbb", r"\Bbb") and page.short(self.mark) == "𝔼":
            span = (self.command.start, token.end)
            hint = "give what is inside, and the distribution"
            raise NotationError(EXPECTATION, text=page.source, span=span, suggestion=hint)
        page.widen(self.mark, self.command.start, token.end)


class Brace(Construct):
    r"""\underbrace{…}_{…}: the argument stays, the *label* below or above it vanishes."""


class Fence(Construct):
    r"""\norm{x} and \abs{x}, where the text itself does not define them."""

    def begin(self, page: Page, token: Token) -> None:
        page.write(self.sign + OPENS, self.command.start, token.end)

    def end(self, page: Page, token: Token) -> None:
        page.write(self.sign + CLOSES, token.start, token.end)


class Fraction(Construct):
    r"""\frac{a}{b} is ((a)/(b)), \frac12 is (1/2)."""

    arguments = 2

    def begin(self, page: Page, token: Token) -> None:
        if self.taken:
            self.middle = len(page)
            page.write(")/(", token.start, token.end)
            return
        page.separate(self.command.start, self.command.end)
        self.mark = len(page)
        page.write("((", self.command.start, self.command.end)

    def end(self, page: Page, token: Token) -> None:
        if self.taken < 2:
            return
        numbers = page.short(self.mark)[2:].split(")/(")
        top, low = page.solid(self.mark + 1, 1), page.solid(self.middle + 1, 1)
        is_derivative = re.fullmatch(DIFFERENTIAL, page.short(self.middle)[3:])
        if is_derivative and page.pieces[top][0] == page.pieces[low][0] == "d":
            page.change(top, "∂")  # a derivative is no quotient of products
            page.change(low, "∂")
        simple = len(numbers) == 2 and all(n.isdecimal() and n.isascii() for n in numbers)
        if simple:
            page.change(self.mark, "(")
            page.change(self.middle, "/")
        page.write(")" if simple else "))", token.start, token.end)


class Root(Construct):
    r"""\sqrt{x} is √(x), \sqrt[3]{x} is ((x)^(1/(3)))."""

    def __init__(self, command: Token, page: Page) -> None:
        super().__init__(command, page)
        self.degree: list[Piece] | None = None

    def take_degree(self, page: Page) -> None:
        """What is written since the command is the degree of the root."""
        self.degree = page.pieces[self.mark :]
        del page.pieces[self.mark :]
        if len(self.degree) > SHORT:
            message = "the degree of a root is a number or a letter"
            raise NotationError(message, text=page.source, span=(self.degree[0][1], self.degree[-1][2]))

    def begin(self, page: Page, token: Token) -> None:
        page.separate(self.command.start, self.command.end)
        page.write("√(" if self.degree is None else "((", self.command.start, token.end)

    def end(self, page: Page, token: Token) -> None:
        if self.degree is None:
            page.write(")", token.start, token.end)
            return
        whole = (self.command.start, token.end)
        page.write(")^(1/(", *whole)
        page.pieces += [(text, *whole) for text, _, _ in self.degree]
        page.write(")))", token.start, token.end)


class Accent(Construct):
    r"""\hat{x} is x with a combining sign; \hat{x_1} is \hat{x}_1."""

    def end(self, page: Page, token: Token) -> None:
        place = page.solid(self.mark, 1)
        letter = page.pieces[place][0] if place < len(page) else ""
        alone = page.solid(place + 1, 1) == len(page)
        scripted = page.script_end == len(page) and place + 1 == page.lowered and page.raised < 0
        is_letter = letter[:1].isalpha() and len(letter) <= SHORT and all(map(in_word, letter))
        if not is_letter or letter[1:].isalnum() or not (alone or scripted):
            accent, span = self.command.text, (self.command.start, max(token.end, self.command.end))
            hint = rf"write {accent}{{x}}"
            raise NotationError(f"{accent} stands over one letter", text=page.source, span=span, suggestion=hint)
        page.change(place, letter + self.sign)
        page.widen(place, self.command.start, token.end)


HYPHENED = regex(r"(?=.*[A-Za-z]{3})[A-Za-z]+(?:-[A-Za-z]+)+")  # L_{NT-Xent}
ENTRY = regex("[i-l],?[i-l]")  # and not K^{-1}_{nn}, of a block
STEPPED = regex(r"_\{[^{}]*[-−+|]")
NORMED = regex(r"‖⎹?(?:²|\^\{?2\}?)?$")


class Script(Construct):
    """A subscript or superscript: its sign, a piece for the opening brace if there is one, and what stands in it."""

    def __init__(self, command: Token, page: Page, nested: bool) -> None:
        page.close_up()
        super().__init__(command, page, command.text)
        self.nested = nested  # in a subscript
        self.braced = False
        self.beside = (page.lowered, page.raised) if page.script_end == self.mark else (-1, -1)  # the scripts before it
        page.pieces.append((self.sign, command.start, command.end))

    def begin(self, page: Page, token: Token) -> None:
        self.braced = token.text == "{"
        page.pieces.append(("{" if self.braced else "", token.start, token.end))

    def end(self, page: Page, token: Token) -> None:
        if self.sign == "_" and not self.nested:
            self._clean(page)
        content = page.short(self.mark + 2)
        if self.sign == "^" and content.isalpha() and not content.isascii():
            content = self._plain(page)
        if len(page) == self.mark + 2:
            del page.pieces[self.mark :]  # {}^{}
            return
        if self.sign == "^" and content and not content.strip("'′"):
            self._prime(page, content, token)
            return
        page.number_end = token.end if content.isdecimal() and not self.braced else -1
        self._require_one_number(page, content, token)
        if self.sign == "^":
            self._rewrite(page, content)
        if not self.braced and (len(content) != 1 or content in "+-−"):
            page.change(self.mark + 1, "{")
            self.braced = True
        if self.braced:
            page.pieces.append(("}", token.start, token.end))
        self._place(page, content)
        page.script_end = len(page)

    def _clean(self, page: Page) -> None:
        """An index has no white space, braces or hyphens: x_{i_{1}} is x_{i_1}; ‖x‖_{P_{t-1}^{-1}} is weighted."""
        before = "".join(text for text, _, _ in page.pieces[max(self.mark - 6, 0) : self.mark])
        if NORMED.search(before) and STEPPED.search(page.short(self.mark + 2)):
            return
        inside = page.pieces[self.mark + 2 :]
        without = ("{", "}", "-") if HYPHENED.fullmatch(page.short(self.mark + 2)) else ("{", "}")
        del page.pieces[self.mark + 2 :]
        for text, start, end in inside:
            text = text.strip(NAMED + NAME_ENDS)
            if text not in without and not text.isspace() and text:
                page.pieces.append((text, start, end))
        if page.short(self.mark + 2).startswith("ℓ_") and page.pieces[self.mark - 1][0][:1] == "‖":
            del page.pieces[self.mark + 2 : self.mark + 4]  # the ℓ_1 norm

    def _require_one_number(self, page: Page, content: str, token: Token) -> None:
        """Refuses x_1 beside x^{(1)}, which would be one name."""
        number = content.strip("()[]")
        base = page.pieces[page.solid(self.mark - 1, -1)][0] if self.mark else ""
        if not number.isdecimal() or (self.sign == "^" and number == content) or page.script_end == self.mark:
            return
        other = page.numbers.setdefault(base + number, self.sign)
        if other != self.sign:
            message = f"{base}_{number} and {base}^({number}) would be one name"
            hint = "call one of them by another letter"
            raise NotationError(message, text=page.source, span=(self.command.start, token.end), suggestion=hint)

    def _plain(self, page: Page) -> str:
        """A word that is a whole superscript has no font: x^{\\mathsf T}."""
        for place in range(self.mark + 2, len(page)):
            page.change(place, "".join(plain_letter(sign) for sign in page.pieces[place][0]))
        return page.short(self.mark + 2)

    def _prime(self, page: Page, primes: str, token: Token) -> None:
        """X^{\\prime} is X'."""
        del page.pieces[self.mark :]
        for _ in primes:
            page.raw("'", self.command.start, token.end)

    def _rewrite(self, page: Page, content: str) -> None:
        """X^{∘2} is X.^{2}, W^{(1)} is W_{1}, and a word that is a whole superscript needs no marks."""
        first, last = page.solid(self.mark + 2, 1), len(page) - 1
        if content[:1] in ("∘", "⊙") and len(content) > 1:
            page.change(self.mark, ".^")
            page.extend(self.mark, page.pieces[first][2])
            page.change(first, "")
        elif SCRIPTED.fullmatch(content) and not self._is_order(page, content):
            self.sign = "_"
            page.change(self.mark, "_")
            page.change(first, "")
            page.change(page.solid(last, -1), "")
        elif WORD.fullmatch(content):
            for place in range(self.mark + 2, len(page)):  # x^{(old)} is x^{old}
                page.change(place, page.pieces[place][0].strip("()[]" + NAMED + NAME_ENDS))

    def _is_order(self, page: Page, content: str) -> bool:
        """Whether a number in brackets counts derivatives, as in ψ^{(1)}(a)."""
        is_psi = self.mark > 0 and page.pieces[page.solid(self.mark - 1, -1)][0] == "ψ"
        return is_psi and content[1:-1].isdecimal() and DEFINES_PSI.search(page.source) is None

    def _place(self, page: Page, content: str) -> None:
        """The customary order: W_{1}_i for W_i^{(1)}, and x_i^⊤ for x^⊤_i."""
        lowered, raised = self.beside
        before = self._before(page, content, lowered, raised)
        if before >= 0 and len(page) - before <= SHORT:
            first, second = page.pieces[before : self.mark], page.pieces[self.mark :]
            span = (first[0][1], second[-1][2])
            page.pieces[before:] = [(text, *span) for text, _, _ in second + first]
            behind = before + len(second)
            page.lowered, page.raised = (behind, -1) if before == lowered else (before, behind)
        elif self.sign == "_":
            page.lowered, page.raised = self.mark, -1
        else:
            page.lowered, page.raised = lowered, raised if raised >= 0 else self.mark

    def _before(self, page: Page, content: str, lowered: int, raised: int) -> int:
        """Where the script before this one starts, if this one belongs in front of it."""
        if self.sign != "_":
            return -1
        if content.startswith(("(", "[")):
            return lowered if raised < 0 else -1
        numbered = raised >= 0 and page.pieces[page.solid(raised + 2, 1)][0] == "("
        if (
            raised >= 0
            and ENTRY.fullmatch(content)
            and "".join(p[0] for p in page.pieces[raised : self.mark]) == "^{-1}"
        ):
            return -1  # C^{-1}_{ij} is an entry of the inverse
        return raised if in_word(content[:1] or " ") and not numbered else -1
