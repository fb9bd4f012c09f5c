"""Signs that compare, and what stands high or low: transposes, powers, subscripts, primes, and the labels of names.

In goes a sign at its place in the text; out come its tokens, or those of a condition, as [y = k] and 1{x > 0}.  A
label (x^*, θ^{old}, z^{t}, W^{(1)}, x′) is part of the name before it, whose token it changes.  Whether a sign is a
label is decided in matdiff.language.labels.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.errors import AmbiguityError, UnsupportedError
from matdiff.language.calls import Calls
from matdiff.language.labels import DOUBTFUL, FACTOR, TRANSPOSED, Labels
from matdiff.language.names import CUSTOMARY_FUNCTIONS, LOWERED, SUBSCRIPT, High, canonical, high_at, no_function
from matdiff.language.tokens import ENDERS
from matdiff.language.transcript import Transcript
from matdiff.language.words import Vocabulary, superscript
from matdiff.regex import match_at, regex, search_in

QUOTES = ("'", "′")
QUOTED = r"'(\w+)'|\"(\w+)\""
OF_SPECTRA = ("lambda", "sigma")  # λ_max(A)
LONGEST_NUMBER = 100
TWO_LABELS = r"\s*\^\s*\{\s*(?:\[\s*\w+\s*\]|\(\s*\w+\s*\))\s*(?:\[\s*\w+\s*\]|\(\s*\w+\s*\))[^{}]*\}"
SHIFTED = (  # x^{k+1}, a^{(l-1)}
    r"\^\s*\{\s*(?P<bracket>\()?\s*(?P<letter>[A-Za-z])\s*(?P<sign>[-+−])\s*(?P<by>[0-9]+)\s*(?(bracket)\))"
    r"\s*(?P<transposed>[⊤ᵀ'])?\s*\}"
)
UPRIGHT = regex(r"\\(?:text(?!style)|mathrm|rm\b)", given="\\")
TOWER = rf"(?!{TRANSPOSED})\s*\^"
OF_MATRIX = r"\((?:\s*(?:[B-HJ-Z]|A)(?:[_'ᵀ⊤]|\^\{?[T⊤]\}?)?)+\s*\)"  # of capitals alone: (A), (XᵀX)
RELATIONS = {"⩽": "≤", "⩾": "≥", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
_SIDE = r"(?:[^()\[\]{}=<>≤≥⩽⩾≠;!:]|\([^()]{0,60}\)|\[[^\[\]]{0,60}\]|\{[^{}]{0,60}\})"
CONDITION = rf"{_SIDE}{{1,80}}?([<>!=]=|[=<>≤≥⩽⩾≠]){_SIDE}{{1,80}}?(?:[<>≤≥⩽⩾]{_SIDE}{{1,80}}?)?[)\]}}]"
COMPARING = frozenset("<>!=≤≥⩽⩾≠")
CONDITION_BELOW = rf"_\{{(?=\(?{CONDITION})"
MARKS_OF_INDICATORS = (1, "I", "chi")


class Comparisons(Calls):
    """The tokens of one text so far, and its brackets that hold conditions."""

    def __init__(self, script: Transcript, vocabulary: Vocabulary, other: Collection[int] = ()) -> None:
        super().__init__(script, vocabulary, other)
        self.conditions: set[int] = set()  # the places of these brackets
        self.may_compare = not COMPARING.isdisjoint(self.text)

    def relation(self, m: re.Match[str]) -> int:
        """≤, ≠, and in brackets that hold a condition also < and =."""
        if m.group() == "!=" and self.last not in ENDERS:
            raise self.error("a comparison has a left side", m.start(), m.end())
        return self.emit("RELATION", RELATIONS.get(m.group(), m.group()), m.start(), m.end())

    def compares(self) -> bool:
        """Whether < or = is a comparison: in the brackets of a condition, behind an operand."""
        return self.last in ENDERS and bool(self.brackets) and self.brackets[-1][1] in self.conditions

    def opens_condition(self, start: int, end: int) -> bool:
        """Whether a bracket holds a condition: [y = k], 1{y = k}, (x > 0), but not (x = 0) by itself."""
        inside = match_at(CONDITION, self.text, end) if self.may_compare else None
        if inside is None or self.last == "FUNCTION":
            return False
        one = self.tokens[-1] if self.last in ("NAME", "NUMBER") and not self.gap else None
        marked = one is not None and one.value in MARKS_OF_INDICATORS
        marked = marked or (self.last == "LEFT" and self.brackets[-1][1] in self.conditions)  # 1_{(y = k)}
        plain = inside.group(1) == "=" or "," in inside.group() or {"<", ">"} <= set(inside.group())
        source = self.script.source[slice(*self.script.span(start, start + 1))]  # LaTeX writes [ ] as ( )
        return marked or source.endswith("[") or not plain

    def condition(self, m: re.Match[str]) -> int:
        """The bracket around a condition; a 1 or an I before it says no more than the bracket."""
        if self.last in ("NAME", "NUMBER") and not self.gap and self.tokens[-1].value in MARKS_OF_INDICATORS:
            mark = self.tokens.pop()
            self.say(mark.start, mark.end)
            self.last = self.tokens[-1].type if self.tokens else ""
            if self.last in ("JUXT", "LOOSE"):
                self.tokens.pop()
                self.last = self.tokens[-1].type
        self.conditions.add(m.start())
        self.push(m.group()[-1], m.start())
        self.marks[-1] = None
        return self.opening("LEFT", m.start(), m.end())


class Scripts(Comparisons):
    """The tokens of one text so far, and the names in it that carry labels.

    labelled   for each such name the one without the label, and whether the label is one that may be an exponent
    """

    def __init__(self, script: Transcript, vocabulary: Vocabulary, other: Collection[int] = ()) -> None:
        super().__init__(script, vocabulary, other)
        self.labels = Labels(vocabulary, script.source)
        self.labelled: dict[str, tuple[str, bool]] = {}
        self.settled: dict[tuple[str, str], bool] = {}  # whether what stands high behind a name is a label of it
        self.sure: set[tuple[str, str]] = set()  # those of which custom has no doubt

    # ---- transposes and inverses -------------------------------------------------------------------

    def positive_part(self, m: re.Match[str]) -> int:
        """[z]₊ is max(z, 0), entry by entry."""
        if self.last != "RIGHT":
            message = f"{m.group()} can be the positive part or belong to the name"
            raise self.error(message, max(m.start() - 1, 0), m.end(), "write [z]_+ for max(z, 0)")
        return self.emit("POSITIVE_PART", None, m.start(), m.end())

    def entries(self, m: re.Match[str]) -> int:
        """X(:) is vec(X), as in MATLAB."""
        if self.last not in ENDERS:
            raise self.error(f"{m.group()} stands behind a matrix", m.start(), m.end(), "X(:) is vec(X)")
        return self.emit("ENTRIES", None, m.start(), m.end())

    def factorial(self, m: re.Match[str]) -> int:
        """n! is Γ(n + 1); n!! is another function."""
        if self.last not in ENDERS:
            raise self.error("! stands behind a number", m.start(), m.end(), "n! is Γ(n + 1)")
        if self.last == "FACTORIAL":
            raise self.error("a double factorial is not known", m.start(), m.end(), "write (n!)! for n! factorial")
        is_factor = len(self.tokens) > 1 and self.tokens[-2].type in ("JUXT", "LOOSE")
        if is_factor and not self.text[m.end() :].strip():
            hint = f"leave it out, or write ({self.text[self.tokens[-1].start : m.end()]}) for the factorial"
            raise self.error("the ! at the end can be a factorial, or an exclamation mark", m.start(), m.end(), hint)
        return self.emit("FACTORIAL", None, m.start(), m.end())

    def transpose(self, m: re.Match[str]) -> int:
        word = match_at(r"\^\s*([A-Za-z]\w+)(\(?)", self.text, m.start())  # a^Tr(A), a^Time
        if word and word.group(1) in (self.vocabulary.functions if word.group(2) else self.vocabulary.names):
            return self.emit("CARET", None, m.start(), m.start() + 1)
        if "T" in m.group() and m.group()[0] == "^" and self.vocabulary.kinds.get("T") == "S":
            return self.emit("CARET", None, m.start(), m.start() + 1)  # a number may have the exponent T
        base = self.bearer() if "T" in m.group() else -1
        if base >= 0 and self.written(base) in self.labels.of_teachers:
            self.note(m.start(), f"{self.written(base)}^T is taken as a name of its own; write ⊤ for the transpose")
            return self.attach(base, "T", m.end())
        self.require_mean(m)
        return self.emit("TRANSPOSE", m.group(), m.start(), m.end())

    def inverse_transpose(self, m: re.Match[str]) -> int:
        return self.emit("INVERSE_TRANSPOSE", None, m.start(), m.end())

    def pseudo_inverse(self, m: re.Match[str]) -> int:
        """A† and A^+ of a matrix; x^+ of a vector has a label, and x† is complex."""
        if end := self.label(m.start()):
            return end
        base = self.bearer()
        if "†" in m.group() and base >= 0 and self.vocabulary.kind(self.tokens[base].value) != "M":
            raise self.not_real(base, m.end())
        return self.emit("PSEUDO_INVERSE", None, m.start(), m.end())

    # ---- complex numbers ---------------------------------------------------------------------------

    def conjugate(self, m: re.Match[str]) -> int:
        """Aᴴ, A^H, unless H is known as a number, which is an exponent."""
        if m.group()[0] == "^" and (self.last == "NUMBER" or self.vocabulary.kinds.get("H") == "S"):
            return self.emit("CARET", None, m.start(), m.start() + 1)
        raise self.not_real(self.bearer(), m.end())

    def not_real(self, base: int, end: int) -> UnsupportedError:
        """The error for a conjugate transpose, of a name that is known by the place of its token."""
        start = self.tokens[base if base >= 0 else -1].start if self.tokens else end - 1
        message = f"{self.text[start:end].strip()} is a conjugate transpose, and matdiff is about real matrices"
        hint = "of a real vector or matrix it is the transpose: xᵀ, Aᵀ"
        return UnsupportedError(message, text=self.text, span=(start, end), suggestion=hint)

    def require_no_spectrum(self, m: re.Match[str]) -> None:
        """Refuses λ(A), λ_i(A), σ_i(XᵀX), λmax(A): the eigenvalues and singular values, and no products."""
        letter, _, extreme = self.tokens[-3:] if len(self.tokens) > 2 else (None, None, None)
        if letter and extreme and extreme.value in ("max", "min") and letter.value in OF_SPECTRA:
            span = (letter.start, m.start())
            if letter.end == extreme.start:
                raise no_function(self.text[slice(*span)], self.vocabulary.functions, self.text, span)
        base = self.bearer()
        name = self.tokens[base].value if base >= 0 else ""
        is_one = name.rstrip("0123456789") in OF_SPECTRA and name not in self.vocabulary.names
        if is_one and match_at(OF_MATRIX, self.text, m.start()):
            start = self.tokens[base].start
            raise no_function(self.text[start : m.start()], (), self.text, (start, m.start()))

    def require_mean(self, m: re.Match[str]) -> None:
        """Refuses z̄ᵀAz, which may be the conjugate transpose of z; where no z stands beside it z̄ is a mean."""
        base = self.bearer()
        name = self.tokens[base].value if base >= 0 else ""
        if name.endswith("_bar") and self.labels.stands_bare(name.removesuffix("_bar")):
            start = self.tokens[base].start
            shown = self.text[start : m.end()]
            message = f"{shown} beside {name[:-4]} can be the conjugate transpose, or that of a mean"
            hint = "matdiff is about real matrices: write xᵀ, or another letter for the mean"
            raise AmbiguityError(message, text=self.text, span=(start, m.end()), suggestion=hint)

    def require_real_star(self, base: int, high: High) -> None:
        """Refuses x^*A x and A A^*: a star before a factor, or behind the same letter, is the conjugate transpose."""
        name = self.tokens[base].value
        if high.transposed or canonical(name + "_star") in self.vocabulary.names:
            return
        before = self.tokens[max(base - 2, 0) : base]
        is_square = len(before) == 2 and before[0].value == name and before[1].type in ("JUXT", "LOOSE")
        is_conjugated = len(name.rstrip("0123456789")) == 1 or self.labels.stands_bare(name)  # not that of lambda1^*
        is_factor = match_at(FACTOR, self.text, high.end) is not None and is_conjugated
        if is_square or is_factor:
            raise self.not_real(base, high.end)

    # ---- primes ------------------------------------------------------------------------------------

    def quote(self, m: re.Match[str]) -> int:
        """A transpose, a prime that makes a name, or the start of a word in quotes behind a comma."""
        if self.last == "COMMA" and (quoted := match_at(QUOTED, self.text, m.start())):
            return self.emit("STRING", quoted.group(1) or quoted.group(2), m.start(), quoted.end())
        self.require_brackets("NAME", m.start(), m.end())
        base = self.bearer()
        twice = self.text.startswith(QUOTES, m.end()) and not self.text.startswith(QUOTES, m.end() + 1)
        if base >= 0 and twice and self.vocabulary.kind(self.tokens[base].value) != "M":
            shown = self.written(base) + 2 * m.group()
            message = f"{shown} can be a transpose of a transpose, or a name of its own"
            raise self.error(message, self.tokens[base].start, m.end() + 1, "write another letter")
        if base >= 0 and self.is_prime(base, m):
            return self.attach(base, "prime", m.end())
        if m.group() != "'" and not self.labels.primes_transpose:
            raise self.error(f"{m.group()} has no meaning here", m.start(), m.end(), "g′(…) is the derivative of g")
        self.require_mean(m)
        return self.emit("TRANSPOSE", None, m.start(), m.end())

    def is_prime(self, base: int, m: re.Match[str]) -> bool:
        """Whether a quote behind a name is a prime, at all places of the text or at none."""
        if m.group() == "′" and not self.labels.primes_transpose:
            return True
        name, written = self.tokens[base].value, self.written(base)
        if m.group() == "'" and self.vocabulary.is_code:
            return False
        if (name, "'") not in self.settled:
            custom, cost = self.labels.prime(name, written)
            matrices = "\\" in self.script.source and self.labels.is_difference(written)  # X − X' of a formula
            is_open = cost == DOUBTFUL or bool(cost and not custom and matrices)
            doubt = self.doubt_of_quote(name, written, m) if is_open else None
            custom = custom or doubt is not None  # then the transpose is the other reading, which must not fit as well
            self.settled[name, "'"] = self.decide(m.start(), custom, cost, doubt) if cost else custom
            if self.settled[name, "'"]:
                said = f"{written}' is taken as a name of its own, {name}_prime; the transpose is {written}ᵀ"
                self.note(m.start(), said)
            elif self.labels.is_difference(written):
                self.note(m.start(), f"{written}' is the transpose; another one beside {written} is {name}_prime")
        return self.settled[name, "'"]

    def doubt_of_quote(self, name: str, written: str, m: re.Match[str]) -> AmbiguityError:
        """The doubt about x' beside x, where both another name and the transpose make sense."""
        message = f"{written}' beside {written} can be the transpose, or a name of its own"
        hint = f"write {written}ᵀ for the transpose, {name}_prime for another one"
        error = AmbiguityError(message, text=self.text, span=(m.start() - len(written), m.end()), suggestion=hint)
        self.relocated(error)
        return error

    # ---- powers and labels -------------------------------------------------------------------------

    def superscript(self, m: re.Match[str]) -> int:
        if len(m.group()) > LONGEST_NUMBER:
            raise self.error("the exponent is too long", m.start(), m.end())
        if end := self.label(m.start()):
            return end
        value, length = superscript(m.group())
        if value == "-":
            raise self.error(f"an exponent is expected behind {m.group()[0]}", m.start(), m.end())
        return self.emit("SUPERSCRIPT", value, m.start(), m.start() + length)

    def label(self, start: int) -> int:
        """The place behind a label that starts here; 0 where there is none."""
        high = high_at(self.text, start) if self.last in ENDERS and not self.gap else None
        base = self.bearer()
        self.require_one_label(base, start)
        if high is None:
            return self.shifted(base, start)
        if base < 0:
            if high.label == "star" and self.last != "NUMBER" and self.text[start] == "^":
                raise self.not_real(base, high.end)
            return 0
        name, begin = self.tokens[base].value, self.tokens[base].start
        if high.kind == "label" and name in CUSTOMARY_FUNCTIONS and self.text.startswith("(", high.end):
            raise self.error(f"the function {self.text[begin : high.end]} is not known", begin, high.end)
        if high.label == "star":
            self.require_real_star(base, high)
        is_label, is_matrix = self.is_label(base, high), name[:1].isupper() and name not in self.vocabulary.kinds
        if high.kind in ("label", "exponent") and not high.transposed and (is_label or is_matrix):
            self.require_given(canonical(f"{name}_{high.label}"), begin, high.end)  # V^π(s), and no G^l(x)
        if not is_label and high.label == "minus":
            message = f"{self.text[begin : high.end]} can be a generalised inverse, or a name of its own"
            raise self.error(message, begin, high.end, "the pseudo-inverse is A^+; call another matrix otherwise")
        if not is_label:
            return 0
        may_be_exponent = high.kind == "exponent" and (name, high.label) not in self.sure  # nobody takes the power true
        end = self.attach(base, high.label, high.end, may_be_exponent)
        return self.emit("TRANSPOSE", None, end - 1, end) if high.transposed else end

    def require_one_label(self, base: int, start: int) -> None:
        """Refuses a^{[L](i)}, of layer L and sample i, which is no power with a product as its exponent."""
        is_braced = base >= 0 and "{" in self.text and self.tokens[base].value != "e"
        two = match_at(TWO_LABELS, self.text, start) if is_braced else None
        if two:
            shown = self.text[self.tokens[base].start : two.end()]
            hint = f"write both low, as in {self.text[self.tokens[base].start : start].strip()}_{{i,j}}"
            raise self.error(f"{shown} can have two labels, or a product as its exponent", start, two.end(), hint)

    def require_no_call(self, end: int) -> None:
        """Refuses f_θ(x) and f_i(x): functions, unless the names are known."""
        base = self.bearer()
        start = self.tokens[base].start if base >= 0 else end
        low = match_at(SUBSCRIPT, self.text, self.tokens[base].end) if base >= 0 else None
        if low is None or low.end() != end:
            return
        name = canonical(self.text[start:end])
        if name not in self.vocabulary.names and self.tokens[base].value not in self.vocabulary.kinds:
            self.require_given(name, start, end)
            self.require_no_loss(self.tokens[base].value, start, end, self.tokens[base - 1].type if base else "")
            self.require_not_parametrised(name, start, end)

    def shifted(self, base: int, start: int) -> int:
        """The place behind the label of a^{(l-1)} beside W^{(l)}; x^{k+1} where x^{k} may have a label is refused."""
        m = match_at(SHIFTED, self.text, start) if base >= 0 and "{" in self.text else None
        if not m or m["letter"] in self.labels.bound | self.vocabulary.states:
            return 0
        name, (begin, end) = self.tokens[base].value, (self.tokens[base].start, m.end())
        is_numbered = m["bracket"] and search_in(rf"\^\s*\{{\s*\(\s*{m['letter']}\s*\)", self.text)
        if is_numbered or m["letter"] == self.labels.step:
            self.attach(base, f"{m['letter']}{'plus' if m['sign'] == '+' else 'minus'}{m['by']}", end)
            return self.emit("TRANSPOSE", None, end - 1, end) if m["transposed"] else end
        is_label = any(label == m["letter"] for (_, label), settled in self.settled.items() if settled)
        is_vector = self.vocabulary.kind(name) == "V" or is_label  # a^{l-1} of W^l a^{l-1}
        if is_vector and name not in self.vocabulary.states | self.vocabulary.shaped:
            message = f"{self.text[begin:end]} can be one of several vectors, or a power"
            hint = f"write {name}_next for a vector of its own, or a declaration of {name}"
            raise AmbiguityError(message, text=self.text, span=(begin, end), suggestion=hint)
        return 0

    def is_label(self, base: int, high: High) -> bool:
        """Whether what stands high behind a name is a label of it, at all places of the text or at none."""
        key = self.tokens[base].value, high.label
        if high.kind == "exponent" and match_at(TOWER, self.text, high.end):
            return False  # a^b^c is a^(b^c)
        if key not in self.settled:
            is_upright = key[0] != "e" and self.is_upright(self.tokens[-1].end, high.end)
            custom, cost = (True, 0) if is_upright else self.labels.custom(key[0], high, self.written(base))
            self.settled[key] = self.decide(self.tokens[base].start, custom, cost) if cost else custom
            self.sure |= {key} if custom and not cost else set()
            if self.settled[key] and not custom:
                self.require_no_power(base, high)
            if self.settled[key] and cost:
                name = canonical("_".join(key))
                said = f"{self.written(base)}^{high.label} is taken as a name of its own, {name}; for a power declare"
                self.note(self.tokens[base].start, f"{said} {high.label} as a scalar and {key[0]}")
        return self.settled[key]

    def is_upright(self, start: int, end: int) -> bool:
        r"""Whether \text or \mathrm stands at a place, whose letters are a label: b_{\text{in}}, y^{\mathrm{a}}."""
        return UPRIGHT.search(self.script.source, *self.script.span(start, end)) is not None

    def require_no_power(self, base: int, high: High) -> None:
        """Refuses B^n as a name so that shapes fit: of a capital letter it is rather a power."""
        written = f"{self.written(base)}^{high.label}"
        if self.vocabulary.kind(self.tokens[base].value) == "M":
            name = canonical(f"{self.tokens[base].value}_{high.label}")
            message = f"{written} can be a power of {self.written(base)}, or a name of its own"
            hint = f"declare {high.label}: scalar and {self.written(base)} for the power, {name} for the name"
            raise self.error(message, self.tokens[base].start, high.end, hint)

    def bearer(self) -> int:
        """The place among the tokens of the name that ends here, perhaps with a subscript; -1 where there is none."""
        k = len(self.tokens) - 1
        while k > 0 and self.tokens[k].type == "SUBSCRIPT":
            k -= 1
        return k if k >= 0 and self.tokens[k].type == "NAME" and not self.gap else -1

    def written(self, base: int) -> str:
        """A name as it is written."""
        return self.text[self.tokens[base].start : self.tokens[base].end]

    def attach(self, base: int, label: str, end: int, may_be_exponent: bool = False) -> int:
        """Makes a label part of a name."""
        token = self.tokens[base]
        name = canonical(f"{token.value}_{label}")
        self.labelled[name] = token.value, may_be_exponent
        self.say(self.tokens[-1].end, end)
        self.tokens[base] = token._replace(value=name, end=end if base == len(self.tokens) - 1 else token.end)
        return end

    # ---- subscripts --------------------------------------------------------------------------------

    def subscript(self, m: re.Match[str]) -> int:
        if condition := match_at(CONDITION_BELOW, self.text, m.start()):
            return self.condition(condition)  # 1_{y = k}
        if self.last not in ENDERS or self.gap:
            raise self.error("a subscript belongs directly behind a name", m.start(), m.end())
        sized = self.last == "NUMBER" or self.tokens[-1].value == "I"
        short = match_at("_[A-Za-z][0-9]*(?![a-z]{2})", self.text, m.start()) if sized else None
        m = short or m  # I_n A: the size of a constant is one letter, or stands in braces
        text = m.group().lstrip("_").strip("{} ").translate(LOWERED)
        is_doubtful = text.isalpha() and (len(text) == 2 or not self.labels.bound.isdisjoint(text))
        if is_doubtful and self.is_upright(*m.span()) and self.bearer() >= 0 and {*text} - self.labels.bound:
            return self.attach(self.bearer(), text, m.end())  # the word of b_{\text{in}}, w_{\text{prior}} under ∑_i
        return self.emit("SUBSCRIPT", text, m.start(), m.end())
