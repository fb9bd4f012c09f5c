"""The words that a text knows: its names, its functions, and what it defines, in the ``Vocabulary`` of a reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from fractions import Fraction
from functools import cached_property

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import NotationError
from matdiff.language.customs import customary, kind_of
from matdiff.language.declared import Declarations
from matdiff.language.names import GREEK, GREEK_WORDS, LINK, MARKS, PLAIN_SUBSCRIPT, SUBS, SUPERSCRIPTS, canonical
from matdiff.language.parameters import Heads, bound_letters, running_letters
from matdiff.records import NamedTuple
from matdiff.regex import match_at

ENTRY = rf"_\{{\s*[1-9][0-9]*\s*\}}|_[1-9][0-9]*(?![0-9A-Za-z_])|[₁-₉][₀-₉]*(?![{SUBS}])"  # the subscript of x_2
MEMBER = ENTRY.replace("[1-9]", "[0-9]").replace("[₁-₉]", "[₀-₉]")  # of what is declared to be counted from 0
LOW_SIGNS = frozenset(("_", *SUBS))  # what a subscript begins with
PLACEHOLDERS = frozenset(("eye", "I"))  # names of constants that are no functions
KEYWORDS = frozenset(("end", "inf", "Inf", "pi", "abs2"))  # of MATLAB and Julia
MAKERS = frozenset(("eye", "identity", "ones", "zeros", "vector", "matrix", "unit", "kron", "repmat"))
FUNCTIONALS = ("funm", "frechet_funm")  # an argument of them is the name of a function
BIG = ("sum", "prod", "min", "max")  # what may have limits below it
PATH = "path"  # marks a call of an open function with matrices or vectors for values


class Called(NamedTuple):
    """What is called, an open function with scalar values (order 0) or a derivative of it: f, ∇f, ∇₂f, ∇²f.

    *places* are those of the arguments by which it is derived; none are written where there is only one.
    """

    name: str
    order: int
    places: tuple[int, ...] = ()


NOTHING = frozenset[str]()


def _steps_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the states that a text defines, and the letters that number their steps."""
    from matdiff.language.recurrences.heads import states, step_letters

    names = frozenset(states(text))
    return names, step_letters(text, names)


def _siblings(text: str, names: Iterable[str]) -> frozenset[str]:
    """Wx, Wy and bh beside the Wh that is declared or asked for: where one letter has a label, others have one.

    >>> sorted(_siblings("tanh(Wx x + Wh h + bh)", ["Wh"])), _siblings("Ax + Wh h", ["Wh"])
    (['Wh', 'Wx', 'bh'], frozenset())
    """
    capitals = {name[0] for name in names if re.fullmatch("[A-Z][a-z]", name)}
    runs = set(re.findall(r"(?<![^\W\d_])[A-Za-z][a-z](?![\w(])", text)) if capitals else set[str]()
    found = {run for run in runs if run[0] in capitals}
    labels = {run[1] for run in found}
    return frozenset(found | {run for run in runs if run[1] in labels and run[0].islower()} if len(found) > 1 else ())


def _runs(text: str, functions: Set[str]) -> frozenset[str]:
    """The names of code of two signs or more: tc, Xtr, w_P; no functions, strings or calls."""
    runs = re.findall(r"(?<![\w.'\"@])[^\W\d_]\w+(?!\w|\s*\()", text)
    return frozenset(map(canonical, runs)) - functions - PLACEHOLDERS - KEYWORDS


class Vocabulary:
    """The names and functions that are known in a text: those declared, those of unknowns, and the tables."""

    def __init__(
        self, text: str, declared: Declarations, functions: Set[str], wrt: Sequence[str] = (), is_code: bool = False
    ) -> None:
        """In code (*is_code*) a run of letters is one name, whatever its letters are elsewhere."""
        self.text, self.is_code = text, is_code
        self.alone: dict[str, bool] = {}
        known = declared.table.values()
        self.kinds = {d.name: kind_of(d.shape) for d in known}
        bases = [w for w in (w.partition("[")[0] for w in wrt) if w == "d" or w not in FUNCTIONS]
        bases = [w for w in bases if w.isidentifier() and "_" not in w.removeprefix("nabla_")]
        names = (*declared, *bases)
        self.asked = frozenset(bases).difference(declared)  # undeclared unknowns
        self.shaped = frozenset(d.name for d in known if d.indices or d.shape != SCALAR)  # with entries or members
        self.from_zero = frozenset(d.name for d in known if d.zeros)  # families with a member 0
        defined = [canonical(re.sub("[⟪⟫]", "", m[1])) for m in re.finditer(DEFINED, text)] if "=" in text else []
        links = re.finditer(DEFINED_LINK, text) if "∇_" in text else ()
        defined += [canonical(m.group(1)) for m in links]
        self.states, self.steps = _steps_in(text) if "=" in text else (NOTHING, NOTHING)
        self.heads = Heads(text)
        self.bound = bound_letters(text)
        self.running = running_letters(text)
        defined = [name for name in defined if not self._is_member(name)]
        self.defined = frozenset(defined)
        of_heads = (*self.heads.plain, *self.heads.called, *self.heads.named)
        self.names = frozenset((*names, *defined, *self.states, *of_heads))
        self.names |= _runs(text, functions) if is_code else _siblings(text, names)
        self.longest = max(map(len, self.names), default=0)
        self.functions = functions if self.names.isdisjoint(functions) else functions - self.names
        self.formulas = frozenset(self.heads.called) | {d.name for d in known if d.arguments == (SCALAR,)}
        self.declared = frozenset(d.name for d in known if d.arguments and d.arguments != (SCALAR,))
        self.valued = self.declared | self._derived()

    def _is_member(self, name: str) -> bool:
        """Whether a name is that of a member: p_k where p_k = … defines one for every k; E_total is none."""
        base, _, index = name.rpartition("_")
        return base in self.states and index.isalpha() and len(index) < 3

    def _derived(self) -> frozenset[str]:
        """The open functions whose gradient is written, as in ∇f(x): they have scalar values wherever they stand."""
        if not any(sign in self.text for sign in NABLAS):
            return frozenset()
        written = [m for m in re.finditer(NABLA, self.text) if not self.link(m.start())]
        found = {canonical(m.group("name").strip("⟪⟫")) for m in written}
        return frozenset(found - self.functions - self.formulas)

    def link(self, place: int) -> tuple[str, int] | None:
        """∇_h where that is a name, of a definition or declared, or ∇f_k, the gradient at a step, and its end."""
        if self.text[place] != "∇":  # nabla_z(x − y), unless z is declared as a function
            word = match_at(r"\w+", self.text, place)
            if word is None or canonical(word.group().removeprefix("nabla_")) in self.declared:
                return None
            return (word.group(), word.end()) if canonical(word.group()) in self.names else None
        m = match_at(LINK, self.text, place)
        if m is None:
            at_step = match_at(AT_STEP, self.text, place)
            if at_step is None or (name := canonical(at_step[2])) in self.defined | self.asked:
                return None
            return f"nabla{'2' * bool(at_step[1])}_{name}", at_step.end()
        shortest = m.end() if m.group().endswith("}") else place + len("∇_h")
        for end in range(min(m.end(), max(shortest, place + self.longest)), shortest - 1, -1):
            if self.text[end - 1] != "_" and (name := canonical(self.text[place:end])) in self.names:
                return name, end
        return None

    def nabla(self, place: int) -> tuple[Called, int] | None:
        """∇f, ∇²₁₂f, nabla2_12_f before a bracket, and the place of the bracket."""
        m = None if self.link(place) else match_at(NABLA, self.text, place)
        called = self.derivative(m) if m else None
        return (called, m.end()) if m and called else None

    def open_function(self, word: str) -> Called | tuple[str, int] | None:
        """What is called by a word alone: f, nabla2_12_f, where f is an open function."""
        name = canonical(word)
        if name in self.formulas and name not in self.heads.called:
            return name, 0
        if name in self.valued:
            return Called(name, 0)
        m = match_at(NABLA, f"{word}(", 0)
        return self.derivative(m) if m else None

    def derivative(self, m: re.Match[str]) -> Called | None:
        """The derivative of an open function that a match of ``NABLA`` names."""
        name = canonical(m.group("name").strip("⟪⟫"))
        if name not in self.valued:
            return None
        scripts = m.group("scripts").translate(PLAIN_SUBSCRIPT)
        raised = "".join(SUPERSCRIPTS.get(sign, sign) for sign in "".join(re.findall(RAISED, scripts)))
        order = int(re.sub(r"[^0-9]", "", (m.group("order") or "") + raised) or 1)
        places = tuple(map(int, re.sub(r"[^0-9]", "", re.sub(RAISED, "", scripts))))
        return Called(name, order, places)

    def kind(self, name: str) -> str:
        """The kind of a name: declared, or by custom."""
        return self.kinds.get(name) or customary(name)[0][0]

    def is_identity(self, letter: str, low: str) -> bool:
        """Whether I_3 is the identity with its size, unless there is an I_1, which makes I_3 the third of several."""
        size = low.strip("_{}").translate(PLAIN_SUBSCRIPT)
        if letter != "I" or not size.isdecimal() or {"I", f"I{size}"} & self.names:
            return False
        return re.search(r"(?<![A-Za-z])I(?:_?\{?[01](?![0-9])|[₀₁])", self.text) is None

    @cached_property
    def has_basis(self) -> bool:
        """Whether e_3 may be a unit vector: e is no name of the text, but for e^x."""
        used = re.search(rf"(?<![^\W\d])e(?![\w{MARKS}{SUBS}^(]|\s*(?:\^|:?=))", self.text)
        return "e" not in self.names and used is None

    @cached_property
    def lonely(self) -> frozenset[str]:
        """The small letters that stand by themselves somewhere in the text."""
        return frozenset(re.findall(rf"(?<![^\W\d])([a-z])(?![\w{MARKS}])", self.text))

    def numbered(self, letter: str) -> bool:
        """Whether the text has the letter with another number than 1, so that b1 is a name like b2."""
        return re.search(rf"{letter}(?:[02-9]|1[0-9]|_|[₀₂-₉])", self.text) is not None

    def is_called(self, name: str) -> bool:
        """Whether a letter stands before a bracket somewhere, as a function does."""
        return re.search(rf"(?:{name}|{LETTER_OF.get(name, name)})\(", self.text) is not None

    def only_called(self, name: str, argument: str = "") -> bool:
        """Whether a letter stands nowhere but before a bracket, or where *argument* is given before (t) and ′(t)."""
        letter = name.rstrip("0123456789")
        written = rf"(?:{letter}|{LETTER_OF.get(letter, letter)})[0-9₀-₉]*"
        call = rf"[′']*\(\s*{argument}\s*\)" if argument else r"\s*⊙?\s*\("
        return re.search(rf"(?<![A-Za-z]){written}(?![\u0307\u0308]?{call}|[A-Za-z0-9₀-₉])", self.text) is None

    def cost_of_name(self, word: str, end: int) -> int:
        """What it costs to read x_2, A₁₂, e_3 as a name where x is known without a number; 0 where it is no entry."""
        name = canonical(word)
        number = MEMBER if name in self.from_zero else ENTRY
        below = match_at(number, self.text, end) if self.text[end : end + 1] in LOW_SIGNS else None
        known = below and canonical(name + below.group()) in self.names - self.asked  # who asks for x_2 names no thing
        if not below or name in self.functions or known:
            return 0
        if name not in self.from_zero and self.counts_from_zero(word):  # w_0 is no entry: neither is w_1
            if name in self.shaped and not self.stands_alone(word):
                end = below.end()
                message = f"{word} is counted from 0 in the text, but its entries are counted from 1"
                hint = f"write {word}[1], {word}[2], or declare {word}_0 and {word}_1 instead of {word}"
                span = (end - len(below.group()) - len(word), end)
                raise NotationError(message, text=self.text, span=span, suggestion=hint)
            return 0
        return 2 if name in self.shaped or (name == "e" and self.has_basis) else int(self.stands_alone(word))

    def counts_from_zero(self, word: str) -> bool:
        """Whether a text numbers the entries of a vector from 0: w_0 beside w_1."""
        letter = LETTER_OF.get(canonical(word), word)
        return re.search(rf"(?<![A-Za-z])(?:{word}|{letter})(?:_?0|_\{{0\}}|₀)(?![0-9])", self.text) is not None

    def stands_alone(self, letter: str) -> bool:
        """Whether a letter that is customary for vectors and matrices stands somewhere without a number."""
        if letter not in self.alone:
            name = canonical(letter)
            is_customary = name in GREEK_WORDS or (len(name) == 1 and ("h" <= name <= "z" or "A" <= name <= "Z"))
            high = f"[ᵀ{''.join(SUPERSCRIPTS)}]"  # w beside Xᵀ, wᵀ and w²
            first = rf"(?:(?<![^\W\d])|(?<={high}))(?:[a-z]?[A-Z]{{1,3}})?"  # or a factor of Xw
            alone = rf"{first}(?:{name}|{LETTER_OF.get(name, name)})(?!(?!{high})[\w{SUBS}{MARKS}(]|\s*:?=)"
            self.alone[letter] = is_customary and re.search(alone, self.text) is not None
        return self.alone[letter]


NABLAS = ("∇", "nabla", "grad")
RAISED = rf"\s*\^\s*(?:\{{\s*[0-9]\s*\}}|[0-9])|[{''.join(SUPERSCRIPTS)}]+"
LOWERED = rf"\s*_\s*(?:\{{[\s0-9,]*\}}|[0-9]+)|[{SUBS}]+"
NABLA = (
    rf"(?:∇|(?<![A-Za-z])(?:nabla|grad)(?P<order>[0-9]?)(?![A-Za-z]))(?P<scripts>(?:{RAISED}|{LOWERED})*)[\s_]*"
    rf"(?P<name>(?![{''.join(SUPERSCRIPTS)}])[^\W\d_](?:(?![ᵀ{''.join(SUPERSCRIPTS)}])[\w{MARKS}])*?(?:_\{{\w+\}})?|⟪\w+⟫)\s*(?=\()"
)
AT_STEP = rf"∇(\^\{{?2\}}?|²)?\s*([A-Za-zΑ-Ωα-ω](?:_\{{[a-z]\}}|_[a-z](?!\w)|[{SUBS}]))(?!\s*\()"
LETTER_OF = {name: sign for sign, name in reversed(GREEK.items())}
DEFINED = (
    r"(?:^|[;\n,]|\((?=[A-Za-z]{2})|\b(?:let|where|and)\b)[ \t]*"
    rf"((?:⟪\w+⟫|[^\W\d_])[\w₀-₉{MARKS}]*(?:_\{{\w+\}})?)\s*:?="
    r"(?!\s*\w+\s*,?\s*(?:\.\.|…))"
)
DEFINED_LINK = rf"(?:^|[;\n,(]|\b(?:let|where|and)\b)[^\S\n]*({LINK})\s*:?="


def superscript(signs: str) -> tuple[Fraction | str, int]:
    """What superscript signs mean, and how many of them: a number or a letter."""
    plain = "".join(SUPERSCRIPTS[s] for s in signs)
    number = re.match(r"-?[0-9]+", plain)
    if number:
        return Fraction(number.group()), number.end()
    letter = re.match(r"-?[A-Za-z]", plain)
    return (letter.group(), letter.end()) if letter else (plain[0], 1)
