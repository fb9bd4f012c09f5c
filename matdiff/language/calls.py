"""Functions in the lexer: those of the table with and without brackets, open ones, whether a letter before a bracket is
called or multiplied, and what the gradient of a function with scalar values looks like.

In goes a word at its place in the text; out go the tokens of a call.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from matdiff import regex as re
from matdiff.language.densities import DIVERGENCE, is_density, require_no_expectation
from matdiff.language.doubtful_calls import ARGUMENT, ONE_LETTER, PLACES, DoubtfulCalls
from matdiff.language.named_functions import argument, gamma_function, psi_function, spelt_function
from matdiff.language.names import CUSTOMARY_FUNCTIONS, GREEK_CLASS, SUBSCRIPT, SUPERS, canonical, is_letter
from matdiff.language.outside import holds_all, outside
from matdiff.language.parameters import head_at
from matdiff.language.tokens import WIDE, Reach
from matdiff.language.transcript import Transcript
from matdiff.language.words import BIG, FUNCTIONALS, PATH, Called, Vocabulary, superscript
from matdiff.regex import match_at

CALLED = r"(['′]*)(?: ?⊙ ?)?\((?!\s*:\s*\))"  # σ ⊙ (h) is σ entry by entry
OPERAND_FOLLOWS = rf"\s*[A-Za-z0-9(\[{{⟨<|‖√½¼¾∑∏⟪∇{GREEK_CLASS}]"
POWER_OF_FUNCTION = (
    rf"\s*(?:([{SUPERS}]+)|\^\s*(?:\{{\s*([-−]?\s*[0-9]+)\s*\}}|([0-9]+)))(?=\s*(?:\(|[A-Za-z{GREEK_CLASS}]))"
)
DIFFERENCE = rf"\(\s*{ONE_LETTER}(?:\s*[-+−]\s*(?:{ONE_LETTER}|[0-9]+))+\s*\)"  # (n − k), (i + j − 1)
PRIMES = "'′"
OF_SCALAR = rf"(?P<primes>[{PRIMES}]*)(?P<open>\()\s*(?P<t>{ONE_LETTER})\s*\)"
PARAMETERS = frozenset(  # of which matrices are functions
    "t s tau theta alpha lambda eta xi rho phi psi omega gamma sigma kappa zeta epsilon delta".split()
)
UNORDERED = r"(?:\\\{|(?<=\{)\{)\s*\w+\s*,\s*\w+\s*\\?\}(?=\s*(?:∈|\\in\b))"  # {i, j} ∈ E
IN_CAPITALS = {"Phi": "normcdf", "Gamma": "tgamma"}  # functions whose letters are those of matrices as well
LETTER_MULTIPLIED = 8  # what it costs to read the brackets of h(x) as those of a product
MOST_SHOWN = 6  # names in an error message


class Calls(DoubtfulCalls):
    """The tokens of one text so far, and the names and functions that are known in it."""

    def __init__(self, script: Transcript, vocabulary: Vocabulary, other: Collection[int] = ()) -> None:
        super().__init__(script, vocabulary, other)
        self.defines = "=" in self.text
        self.repeating = False  # whether the item defines a state, so that its steps may follow
        self.linear: set[int] = set()  # the places of the brackets with the arguments of such derivatives as ∇²f(A)[E]
        self.functionals: set[int] = set()  # those of the brackets behind funm, which hold the name of a function
        self.divergences: set[int] = set()  # those of the brackets behind KL
        self.places: set[int] = set()  # those of the brackets that hold places, square or as in x(2)
        self.behind = -1  # how many tokens there are where a bracket would hold such directions

    def takes_direction(self, start: int) -> bool:
        """Whether a bracket that opens here holds the directions of ∇²f(A)[E]; one with its arguments is noted.

        A round one behind ∇²f(x) is a factor, unless that does not type: of matrices ∇²f(A)(E) is ∇²f(A)[E].
        """
        top = self.tokens[-1] if self.tokens else None
        if self.last == "UNSPECIFIED" and top is not None and isinstance(top.value, Called) and top.value.order > 1:
            self.linear.add(start)
        if self.last == "FUNCTION" and top is not None and top.value in FUNCTIONALS:
            self.functionals.add(start)
        if self.behind != len(self.tokens):
            return False
        span = self.script.span(start, start + 1)
        return self.script.source[slice(*span)].endswith("[") or self.decide(start, False, 2)

    def after_arguments(self, start: int) -> None:
        """A bracket that opened at *start* has closed: behind the arguments of ∇²f(A) directions follow."""
        if start in self.linear:
            self.behind = len(self.tokens)

    def nabla(self, m: re.Match[str]) -> int:
        """∇f(x), the gradient of an open function with scalar values; ∇_h, a gradient that has a name."""
        if link := self.vocabulary.link(m.start()):
            if not self.text.startswith("_", m.end()):
                self.note(m.start(), f"{self.text[m.start() : link[1]]} is taken as a name of its own, which is given")
            return self.operand("NAME", link[0], m.start(), link[1])
        found = self.vocabulary.nabla(m.start())
        if found is None:
            message = "a derivative is asked for with wrt, not written in the expression"
            others = sorted(name for name in self.vocabulary.names if name.startswith("nabla_"))
            hint = f"the gradients that have names are {', '.join(others)}" if 0 < len(others) < MOST_SHOWN else ""
            raise self.error(message, m.start(), m.end(), hint)
        return self.operand("UNSPECIFIED", found[0], m.start(), found[1])

    def name_of_function(self, m: re.Match[str]) -> int:
        """log in funm(log, S), f′ in funm(f′, S); 0 where the word is no argument of its own, or no function."""
        if self.last not in ("LEFT", "COMMA") or not self.brackets or self.brackets[-1][1] not in self.functionals:
            return 0
        alone = match_at(r"([^\W\d_]\w*)(['′]*)\s*(?=[,)])", self.text, m.start())
        name = canonical(alone.group(1)) if alone else ""
        known = self.vocabulary
        if alone is None or name in known.names - known.formulas:
            return 0
        if not (alone.group(2) or name in CUSTOMARY_FUNCTIONS or name in known.functions | known.formulas):
            return 0
        name = "sigmoid" if name == "sigma" and not alone.group(2) and name not in known.formulas else name
        return self.emit("STRING", (name, len(alone.group(2))), m.start(), alone.end())

    def open_call(self, m: re.Match[str]) -> int:
        """A function that the text leaves open, or gives by a formula, and its derivatives; else 0."""
        if self.functionals and (end := self.name_of_function(m)):
            return end
        if self.vocabulary.valued and (end := self.valued(m)):
            return end
        name = canonical(m.group())
        called = match_at(CALLED, self.text, m.end()) if name in self.vocabulary.formulas else None
        if called is None:
            return 0
        self.operand("UNSPECIFIED", (name, len(called.group(1))), m.start(), m.end())
        return called.end() - 1

    def valued(self, m: re.Match[str]) -> int:
        """An open function with scalar values, or nabla_f, its gradient in letters; 0 where the word is neither."""
        start = m.start()
        if m.group().startswith(("nabla", "grad")) and (found := self.vocabulary.nabla(start)):
            return self.operand("UNSPECIFIED", found[0], start, found[1])
        for behind in (match_at(SUBSCRIPT, self.text, m.end()), None):
            end = behind.end() if behind else m.end()
            if (name := canonical(self.text[start:end])) in self.vocabulary.valued:
                return self.called_by_name(name, start, end)
        return 0

    def called_by_name(self, name: str, start: int, end: int) -> int:
        """f(x) of an open function with scalar values."""
        if primes := match_at("['′]+", self.text, end):
            raise self.error(f"{name} has scalar values: it has a gradient", start, primes.end(), f"write ∇{name}(…)")
        called = match_at(r"\s*\(", self.text, end)
        if not called:
            raise self.error(f"{name} is a function, used without an argument", start, end, f"write {name}(…)")
        self.operand("UNSPECIFIED", Called(name, 0), start, end)
        return called.end() - 1

    def open_function(self, name: str, called: re.Match[str], start: int) -> bool:
        """Whether a letter before a bracket is a function that the text leaves open."""
        inside = match_at(ARGUMENT, self.text, called.end() - 1)
        is_of_several = inside is not None and self.is_of_several(name, inside)
        custom = is_of_several or name.rstrip("0123456789") in CUSTOMARY_FUNCTIONS or self.is_idle(called, name)
        if "⊙" in called.group() and not (custom and name != "h" and self.vocabulary.only_called(name)):
            return False  # h ⊙ (1 − h)
        if called.group(1) and not self.vocabulary.is_called(name):
            return custom and self.decide(start, name != "h", 2 - (name == "h"))  # h′(x − y) is rather an inner product
        if inside and inside.group(1) and canonical(inside.group(1)) in self.vocabulary.running:
            return False  # h(t) below ∑_t is the member h_t
        is_of_letter = inside is not None and inside.group(1) is not None and self.vocabulary.only_called(name)
        is_between = match_at(DIFFERENCE, self.text, called.end() - 1) is not None  # x[n − k]
        is_entry = match_at(PLACES, self.text, called.end() - 1) is not None  # A(2)
        may_be = custom or (not is_entry and (name[0].isupper() or is_between))
        reads = may_be and self.decide(start, custom, LETTER_MULTIPLIED if custom and is_of_letter else 3 - custom)
        if not reads and name in IN_CAPITALS and self.vocabulary.only_called(name):
            written = self.text[start : called.start()]
            self.note(start, f"{written}(…) is a product; of each entry {IN_CAPITALS[name]} is written in letters")
        return reads

    def is_idle(self, called: re.Match[str], name: str) -> bool:
        """Whether a bracket is idle in a product: Φ(Z v) would be Φ Z v of a matrix Φ, and Φ(x + y) would not."""
        if name not in IN_CAPITALS or not self.vocabulary.only_called(name):
            return False
        start = called.end()
        return not any(self.text[start : sign.start()].strip() for sign in outside(self.text, "[-+−]", start))

    # ---- definitions with parameters ---------------------------------------------------------------------

    def defined(self, start: int) -> int:
        """What begins here, if it is the head of a definition, or a call of what a definition gives; else 0."""
        known = self.vocabulary
        if known.states and (state := self.state(start)):
            return state
        head = head_at(self.text, start) if self.defines and self.begins_item() else None
        if head and head.name in known.heads.called:
            return self.operand("FORMULA", (head.name, head.parameters), start, head.end)
        if head and head.name not in known.functions:
            return self.operand("NAME", head.name, start, head.end)  # L(w) = …: the name is L
        found = known.heads.call_at(self.text, start)
        if found and found[0] in known.heads.doubtful:
            self.require_no_product(*found, start)
            return 0
        return self.call_of_definition(*found, start) if found else 0

    def takes_place(self, start: int) -> bool:
        """Whether a bracket behind a name holds places: y(t) under ∑_t is y_t, and x(2), A(1, :) are as in MATLAB."""
        if self.last != "NAME" or self.gap:
            return False
        inside, name, known = match_at(ARGUMENT, self.text, start), self.tokens[-1].value, self.vocabulary
        if (places := match_at(PLACES, self.text, start)) and (known.kinds.get(name) != "S" or name in known.shaped):
            begin = self.tokens[-1].start
            shown, low = self.script.source[slice(*self.script.span(begin, places.end()))], places.group()[1:-1]
            if known.kind(name) == "M" and name not in known.shaped and low.strip().isdecimal():
                message = f"{shown} can be the value of a function, a place, or a product"
                hint = f"write {name}[{low}, :] for a row, {name}*{low} for the product"
                raise self.error(message, begin, places.end(), hint)
            product = f"; a product is {name}*({low})" if low.strip().isdecimal() else ""
            self.note(begin, f"{shown} is taken as {name}[{low}], a place as in MATLAB{product}")
            return True
        if known.kinds.get(name) == "S" and name not in known.shaped:
            return False
        if inside is None or not inside.group(1) or canonical(inside.group(1)) not in known.running:
            return self.takes_difference(name, start)
        return True

    def takes_difference(self, name: str, start: int) -> bool:
        """Whether x[n − k] of two indices stands here, as a LaTeX text has it; x(n − k) can be a product as well."""
        inside, running = match_at(DIFFERENCE, self.text, start), self.vocabulary.running
        if inside is None or running.isdisjoint(map(canonical, re.findall(ONE_LETTER, inside.group()))):
            return False
        if self.script.source[slice(*self.script.span(start, start + 1))].endswith("["):
            return True
        begin = self.tokens[-1].start
        shown, difference = self.text[begin : inside.end()], inside.group().strip()
        hint = f"write {name}*{difference} for the product, conv(h, x) for a convolution"
        message = f"{shown} can be a place of {name}, the value of a function, or a product"
        raise self.error(message, begin, inside.end(), hint)

    def path(self, name: str, start: int, end: int) -> int:
        """A(t), a matrix or vector that is an open function of a scalar: the place behind its name; else 0.

        A name that stands alone somewhere, or a letter that is an index, makes it something else.
        """
        behind = next((place for place in range(end, len(self.text)) if self.text[place] not in PRIMES), end)
        opens = self.text.startswith("(", behind)
        called, known = match_at(OF_SCALAR, self.text, end) if opens else None, self.vocabulary
        argument = canonical(called.group("t")) if called else ""
        base, _, dots = name.rpartition("_")
        order = ("dot", "ddot").index(dots) + 1 if dots in ("dot", "ddot") and argument == "t" else 0
        name = base if order else name
        if called is None or argument in known.running or name in known.heads.called or name in known.heads.plain:
            return 0
        if argument in known.asked and argument not in known.kinds:
            from matdiff.language.fonts import BOLD

            if re.search(BOLD, self.script.source[slice(*self.script.span(*called.span("t")))]):
                return 0  # θ in bold is a vector
        is_asked = argument in known.asked and known.kind(argument) == "S"
        is_parameter = argument.rstrip("0123456789") in PARAMETERS or is_asked
        is_scalar = known.kinds[argument] == "S" if argument in known.kinds else is_parameter
        is_array = known.kind(name) in ("M", "V") and (name in known.kinds or is_letter(name))
        if not (is_scalar and is_array) or not known.only_called(name, re.escape(called.group("t"))):
            return 0
        self.operand("UNSPECIFIED", (name, order + len(called.group("primes")), PATH), start, called.start("open"))
        return called.start("open")

    def call_of_definition(self, name: str, end: int, start: int) -> int:
        """h(A x), where h is given with a parameter; r(w) is r where it is always called so."""
        if name in self.vocabulary.heads.plain:
            own = match_at(r"\s*\([^()]*\)", self.text, end)
            return self.operand("NAME", name, start, own.end() if own else end)
        called = match_at(rf"\s*{CALLED}", self.text, end)
        if called is None and self.functionals:
            return 0
        if called is None:
            raise self.error(f"{name} is a function, used without an argument", start, end, f"write {name}(…)")
        self.operand("UNSPECIFIED", (name, len(called.group(1))), start, end)
        return called.end() - 1

    # ---- whole names, and functions of the table --------------------------------------------------------

    def state(self, start: int) -> int:
        """z[k+1] = …, z_{1} = …: the state of a recurrence that an item defines; 0 where there is none."""
        from matdiff.language.recurrences.heads import head_at as state_at

        head = state_at(self.text, start) if self.begins_item() else None
        if head is None or head.is_worded or head.name not in self.vocabulary.states:
            return 0
        self.repeating = True
        return self.operand("STATE", head, start, head.end)

    def accented(self, m: re.Match[str]) -> int:
        """x̂, μ̄₁: a letter with an accent, and its number."""
        if defined := self.defined(m.start()):
            return defined
        start, letter = m.start(), m.group().rstrip("0123456789").rstrip("_")
        end = start + len(letter)
        cost = self.vocabulary.cost_of_name(letter, end)
        if cost and self.decide(self.numbered.setdefault(canonical(letter), start), True, cost):  # x̂_2 is an entry
            return self.operand("NAME", canonical(letter), start, end)
        number = match_at(r"_?(?:[0-9]+|\{[0-9]+\})|[₀-₉]+", self.text, end)
        end = number.end() if number else end
        return self.whole_name(canonical(self.text[start:end]), start, end)

    def quoted(self, m: re.Match[str]) -> int:
        """⟪loss⟫: a name of several letters, as LaTeX marks it."""
        if defined := self.defined(m.start()):
            return defined
        return self.whole_name(canonical(m.group()[1:-1]), m.start(), m.end())

    def whole_name(self, name: str, start: int, end: int) -> int:
        """A name, with the subscript behind it where it is known with that: x̂_t, ⟪loss⟫_{weight}."""
        if name in self.vocabulary.valued:
            return self.called_by_name(name, start, end)
        if path := self.path(name, start, end):
            return path
        if name not in self.vocabulary.names:
            self.require_given(name, start, end)  # f̂(x)
            self.require_no_customary(name, start, end)
        below = match_at(SUBSCRIPT, self.text, end)
        whole = canonical(name + below.group()) if below else ""
        if below and whole in self.vocabulary.names:
            return self.operand("NAME", whole, start, below.end())
        return self.operand("NAME", name, start, end)

    def big(self, operator: str, start: int, end: int) -> int:
        """The sign of a sum, a product, a minimum or a maximum over indices, with its limits."""
        from matdiff.language.limits import read_limits

        limits = read_limits(self.text, end)
        source = self.script.source[slice(*self.script.span(start, max(limits.end, start + 1)))]
        if unordered := re.search(UNORDERED, source):
            message = f"{unordered.group()} says nothing of the order: every pair may be meant once or twice"
            raise self.error(message, start, limits.end, "write (i, j) ∈ E, and with i < j where each is meant once")
        return self.operand("BIG_SUM", (operator, limits), start, limits.end)

    def named_function(self, m: re.Match[str]) -> int:
        """SoftPlus(, Swish_1(, Γ(, and abs2 in sum(abs2, X); 0 where the word is no such function."""
        start, end, known = m.start(), m.end(), self.vocabulary
        name = canonical(m.group())
        in_divergence = self.brackets and self.brackets[-1][1] in self.divergences  # KL(N(μ₁, Σ₁) ‖ N(μ₂, Σ₂))
        if m.group() == "N" and (in_divergence or is_density(self.text, end)):
            return self.function("normal", start, end)
        if name[0] == "D" and (named := match_at(DIVERGENCE, self.text, start)):
            return self.function("kl", start, named.end())
        if name in known.names:
            return 0
        if name == "E":
            require_no_expectation(self.text, self.script.source, start, self.script.span(start, end)[0])
        is_first = self.last == "LEFT" and len(self.tokens) > 1 and self.tokens[-2].value in ("sum", "mean")
        if is_first and (found := argument(self.text, start, end, known.functions)):
            return self.emit("STRING", found[0], start, found[1])
        if name == "psi" and (derivative := psi_function(self.text, end)):
            return self.psi(start, *derivative)
        if name in ("Gamma", "gamma"):
            found = gamma_function(self.text, start, end, known.only_called(name))
        else:
            found = spelt_function(self.text, start, end, known.functions)
        return self.function(found[0], start, found[1]) if found else 0

    def psi(self, start: int, order: int, end: int) -> int:
        """ψ(a) as digamma(a), ψ^{(1)}(a) as polygamma(1, a)."""
        if not order:
            return self.function("digamma", start, end)
        self.operand("FUNCTION", "polygamma", start, end)
        self.push("(", end)
        self.emit("LEFT", None, end, end + 1)
        self.emit("NUMBER", Fraction(order), end, end + 1)
        return self.emit("COMMA", None, end, end + 1)

    def function(self, name: str, start: int, end: int) -> int:
        """A function with its bracket, or before an operand; sin²(x) is the square of sin(x)."""
        from matdiff.language.limits import Limits, read_head

        value: str | tuple[str, Fraction] = name
        if power := match_at(POWER_OF_FUNCTION, self.text, end):
            digits = next(g for g in power.groups() if g).replace("−", "-").replace(" ", "")
            exponent = superscript(digits)[0] if power.group(1) else Fraction(digits)
            if isinstance(exponent, Fraction):
                value, end = (name, exponent), power.end()
        if called := match_at(r"\s*(?:⊙\s*)?\(|\.\(", self.text, end):
            bracket = self.text.index("(", end)
            head = read_head(self.text, bracket + 1) if name in BIG else None
            if name == "sum" and head is None and self.runs_by_itself(end):
                if bracket > end:
                    return self.big(name, start, end)  # sum (y_i − a)^2 is ∑_i (y_i − a)^2
                head = Limits((), None, bracket + 1, False)
            if head:
                self.operand("SUM_OF", (name, head), start, head.end)
                self.push("(", bracket)
                return head.end
            self.say(end, called.end() - 1)  # exp⊙(A)
            self.operand("FUNCTION", value, start, end)
            return called.end() - 1
        braces = match_at(r"\s*(?=\{)", self.text, end) if name in ("max", "min") else None  # max{0, 1 − y w'x}
        if braces or holds_all(self.text, end):
            self.operand("FUNCTION", value, start, end)
            return braces.end() if braces else end
        if name == "sum" and self.runs_by_itself(end):
            return self.big(name, start, end)
        if not match_at(OPERAND_FOLLOWS, self.text, end):
            raise self.error(f"the function {name} is used without an argument", start, end, f"write {name}(…)")
        self.operand("PREFIX", value, start, end)
        is_before_number = match_at(r"\s*(?:[0-9]|π(?![_^]))", self.text, end) is not None
        is_root = name == "sqrt" and is_before_number  # √2 x
        self.reaches[-1] = Reach(start, name in WIDE or (is_before_number and not is_root), is_root)  # log 2 π σ²
        return end

    def runs_by_itself(self, end: int) -> bool:
        """Whether a sum that names no index runs over the one that numbers what it is of, as ∑ x_i y_i does."""
        from matdiff.language.limits import runs_over_a_letter

        known = self.vocabulary
        return runs_over_a_letter(self.text, end, {*known.names, *known.kinds}, known.bound)

    def root(self, m: re.Match[str]) -> int:
        return self.function("sqrt", m.start(), m.end())
