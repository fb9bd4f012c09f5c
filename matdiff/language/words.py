"""What a run of letters means: names that are known, functions, and how a run is split into them.

In goes a run of letters in the text and the ``Vocabulary`` of the reading; out come pieces.  Known
names are looked up whole, then the run is split into known names (two ways are an error), and what is
left is split into single letters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Set
from fractions import Fraction
from functools import cached_property

from matdiff.errors import AmbiguityError, NotationError
from matdiff.language.customs import customary
from matdiff.language.names import (
    ACCENTED,
    GREEK,
    GREEK_CLASS,
    GREEK_WORDS,
    LINK,
    MARKS,
    SUBS,
    SUBSCRIPT,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    canonical,
    is_letter,
    no_function,
)
from matdiff.language.parameters import Heads, bound_letters
from matdiff.records import NamedTuple
from matdiff.regex import match_at, regex

ENTRY = rf"_\{{\s*[1-9][0-9]*\s*\}}|_[1-9][0-9]*(?![0-9A-Za-z_])|[₁-₉][₀-₉]*(?![{SUBS}])"  # the subscript of x_2
MEMBER = ENTRY.replace("[1-9]", "[0-9]").replace("[₁-₉]", "[₀-₉]")  # of what is declared to be counted from 0
RUN_ON = rf"(?:_?[A-Za-z0-9{GREEK_CLASS}{SUBS}])+"  # what may follow in a name that is declared
LOW_SIGNS = frozenset(("_", *SUBS))  # what a subscript begins with
PLACEHOLDERS = frozenset(("eye", "I"))  # names of constants that are no functions
KEYWORDS = frozenset(("end", "inf", "Inf", "pi"))  # of MATLAB and Julia
MAKERS = frozenset(("eye", "identity", "ones", "zeros", "vector", "matrix", "unit", "kron", "repmat"))
FUNCTIONALS = ("funm", "frechet_funm")  # an argument of them is the name of a function
BIG = ("sum", "prod", "min", "max")  # what may have limits below it
NO_FUNCTIONS: Mapping[str, bool] = {}
NOTHING_DECLARED: Mapping[str, str] = {}


class Piece(NamedTuple):
    """A piece of a run of letters: NAME, FUNCTION, SUM or KRONECKER, what it is called, and its end."""

    kind: str
    value: str
    end: int


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
    """The names and functions that are known in a text."""

    def __init__(
        self,
        text: str,
        names: Collection[str],
        functions: Set[str],
        kinds: Mapping[str, str] = NOTHING_DECLARED,
        shaped: Collection[str] = (),
        open_functions: Mapping[str, bool] = NO_FUNCTIONS,
        from_zero: Collection[str] = (),
        is_code: bool = False,
    ) -> None:
        """*kinds* are those of declared names.

        *open_functions* are those that are declared, and whether they have scalar values or work on each entry.
        In code (*is_code*) a run of letters is one name, whatever its letters are elsewhere.
        """
        self.text = text
        self.alone: dict[str, bool] = {}
        self.kinds = kinds
        self.asked = frozenset(names) - frozenset(kinds)  # undeclared unknowns
        self.shaped = frozenset(shaped)  # vectors, matrices and families, which have entries or members
        self.from_zero = frozenset(from_zero)  # families with a member 0
        defined = [canonical(re.sub("[⟪⟫]", "", m[1])) for m in re.finditer(DEFINED, text)] if "=" in text else []
        links = re.finditer(DEFINED_LINK, text) if "∇_" in text else ()
        defined += [canonical(m.group(1)) for m in links]
        self.states, self.steps = _steps_in(text) if "=" in text else (NOTHING, NOTHING)
        self.heads = Heads(text)
        self.running = bound_letters(text)
        defined = [name for name in defined if not self._is_member(name)]
        self.defined = frozenset(defined)
        self.names = frozenset(
            (*names, *defined, *self.states, *self.heads.plain, *self.heads.called, *self.heads.named)
        )
        self.names |= _runs(text, functions) if is_code else _siblings(text, names)
        self.longest = max(map(len, self.names), default=0)
        self.functions = functions if self.names.isdisjoint(functions) else functions - self.names
        self.formulas = frozenset(self.heads.called)
        self.formulas |= {name for name, has_values in open_functions.items() if not has_values}
        self.declared = frozenset(name for name, has_values in open_functions.items() if has_values)
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
        """∇_h where that is a name, of a definition or declared, and its end."""
        if self.text[place] != "∇":  # nabla_z(x − y), unless z is declared as a function
            word = match_at(r"\w+", self.text, place)
            if word is None or canonical(word.group().removeprefix("nabla_")) in self.declared:
                return None
            return (word.group(), word.end()) if canonical(word.group()) in self.names else None
        m = match_at(LINK, self.text, place)
        if m is None:
            return None
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
        scripts = m.group("scripts").translate(_PLAIN_SUBSCRIPT)
        raised = "".join(SUPERSCRIPTS.get(sign, sign) for sign in "".join(re.findall(RAISED, scripts)))
        order = int(re.sub(r"[^0-9]", "", (m.group("order") or "") + raised) or 1)
        places = tuple(map(int, re.sub(r"[^0-9]", "", re.sub(RAISED, "", scripts))))
        return Called(name, order, places)

    def kind(self, name: str) -> str:
        """The kind of a name: declared, or by custom."""
        return self.kinds.get(name) or customary(name)[0][0]

    def is_identity(self, letter: str, low: str) -> bool:
        """Whether I_3 is the identity with its size, unless there is an I_1, which makes I_3 the third of several."""
        size = low.strip("_{}").translate(_PLAIN_SUBSCRIPT)
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
    rf"(?P<name>[^\W\d_](?:(?![ᵀ{''.join(SUPERSCRIPTS)}])[\w{MARKS}])*?(?:_\{{\w+\}})?|⟪\w+⟫)\s*(?=\()"
)
LETTER_OF = {name: sign for sign, name in reversed(GREEK.items())}
_PLAIN_SUBSCRIPT = {ord(sign): letter for sign, letter in SUBSCRIPTS.items()}
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


# ---- runs of letters ------------------------------------------------------------------------------


def split_word(text: str, start: int, end: int, known: Vocabulary) -> Iterable[Piece]:
    """The pieces of the run of letters (and digits behind it) that stands at text[start:end]."""
    run = text[start:end]
    if long := _long_word(text, start, end, known):
        return [long]
    subscript = match_at(SUBSCRIPT, text, end) if text[end : end + 1] in LOW_SIGNS else None
    if subscript and (len(run) == 1 or run in GREEK or run in GREEK_WORDS):
        accent = match_at(ACCENTED, text, end)
        if accent:  # x_hat is x̂
            return [Piece("NAME", canonical(run + accent.group()), accent.end())]
    if subscript and known.is_identity(run, subscript.group()):
        return [Piece("NAME", run, end)]
    if subscript:
        whole = canonical(run + subscript.group())
        is_number = subscript.group().strip("_{}").translate(_PLAIN_SUBSCRIPT).isdecimal()
        if whole in known.names or (is_number and is_name(run, known)):
            return [Piece("NAME", whole, subscript.end())]
        if whole in known.functions:
            return [Piece("FUNCTION", whole, subscript.end())]
        last = canonical(run[-1] + subscript.group())
        if len(run) > 1 and last in known.names and not is_name(run, known):  # Xw_{ML} has the factor w_ML
            return [*split_word(text, start, end - 1, known), Piece("NAME", last, subscript.end())]
        if run in BIG and run not in known.names:
            return [Piece("SUM", run, end)]
        letters = subscript.group().strip("_{}")
        if letters.isalpha() and len(letters) > 2 and text.startswith("(", subscript.end()):  # lambda_max(A)
            span = (start, subscript.end())
            raise no_function(text[slice(*span)], [*known.functions, *known.names], text, span)
        if _is_labelled(run, subscript.group(), text, subscript.end(), known):
            return [Piece("NAME", whole, subscript.end())]  # loss_weight, inv_M
    name = canonical(run)
    if name not in known.names:
        if run == "kron":
            return [Piece("KRONECKER", run, end)]
        if run in known.functions and (run != "eye" or text.startswith("(", end)):
            return [Piece("FUNCTION", run, end)]
    if is_name(run, known) or run in PLACEHOLDERS:
        return [Piece("NAME", name, end)]
    return _split(text, start, end, known, subscript)


def _is_labelled(run: str, below: str, text: str, end: int, known: Vocabulary) -> bool:
    """Whether a word is one with the label below it: loss_weight, inv_M; log_b x has a base."""
    if len(below) > 2 and below[1] != "{" and len(run) > 1 and not is_name(run, known):
        return True
    letters = below.strip("_{}")
    is_label = run in known.functions and letters[:1].isalpha() and (len(letters) > 1 or run != "log")
    return is_label and not match_at(r"\s*\(|\s+\w", text, end)


def _long_word(text: str, start: int, end: int, known: Vocabulary) -> Piece | None:
    """A function or a declared name that goes on behind the run of letters: log1p, softmax_rows, x_hat_t, W1b."""
    if not (text.startswith("_", end) or text[end : end + 1].isalpha()):
        return None
    tail = match_at(r"[a-z]*(?:_[a-z]+)*(?=\s*\.?\()", text, end)
    if tail and tail.end() > end and text[start : tail.end()] in known.functions:
        return Piece("FUNCTION", text[start : tail.end()], tail.end())
    tail = match_at(RUN_ON, text, end)
    ends = [k for k in range(tail.end(), end, -1) if k == tail.end() or text[k - 1] in SUBS] if tail else []
    names = (Piece("NAME", canonical(text[start:k]), k) for k in ends)
    return next((piece for piece in names if piece.value in known.names), None)


def is_name(run: str, known: Vocabulary) -> bool:
    """Whether a run is one name: declared, a Greek word, or a letter, perhaps with digits; Mu of u'Mu is M u."""
    name = canonical(run)
    return name in known.names or (is_letter(name) and run not in ("Mu", "Nu"))


def _split(text: str, start: int, end: int, known: Vocabulary, subscript: re.Match[str] | None) -> list[Piece]:
    """A run that is no name: known names in a row, else a function before capitals, else single letters."""
    run = text[start:end]
    if text.endswith("^", 0, start) and run[1:].islower() and run.isalpha():
        message = f"the exponent {run} can be a product, or {run[0]} before a product"
        hint = f"write ^({'*'.join(run)}), or {run[0]} {' '.join(run[1:])}"
        raise AmbiguityError(message, text=text, span=(start, end), suggestion=hint)
    found = ways(run, known)
    if len(found) > 1:
        shown = " or as ".join("*".join(way) for way in found[:2])
        hint = "separate the names by spaces or *"
        raise AmbiguityError(f"{run} can be read as {shown}", text=text, span=(start, end), suggestion=hint)
    if found:
        return _pieces(found[0], start, end, subscript)
    front = next((k for k in range(len(run) - 1, 1, -1) if run[:k] in known.functions and run[k].isupper()), 0)
    if front:
        return [Piece("FUNCTION", run[:front], start + front), *split_word(text, start + front, end, known)]
    if text.startswith("(", end):
        error = no_function(run, [*known.functions, *known.names], text, (start, end))
        if error.suggestion or len(run) > 3 or run.islower():
            raise error
    is_doubled = DOUBLED.search(run) and not match_at(r"\s*(?:['′ᵀ⊤^]|\.T)", text, end)
    if is_doubled or _is_beside_its_letter(text, start, end):
        message, hint = f"{run} can be a name of its own, or a product", f"{run[0]}_{{{run[1:]}}} is a name"
        hint += f", {' '.join(run)} a product"
        raise AmbiguityError(message, text=text, span=(start, end), suggestion=hint)
    return _pieces(re.findall(r"[A-Za-z][0-9]*", run), start, end, subscript)


def _is_beside_its_letter(text: str, start: int, end: int) -> bool:
    """Whether a run is the xb of x − xb, where nobody means x times b."""
    letter = text[start]
    if end != start + 2 or not text[start:end].islower():
        return False
    minus = r"\s*[-−]\s*"
    return bool(
        match_at(rf"{minus}{letter}(?![\w('′ᵀ^])", text, end)
        or re.search(rf"(?<![\w'′ᵀ*·)])\s*{letter}{minus}$", text[:start])
    )


DOUBLED = regex(r"^[A-Z]([a-z])\1$")  # Rxx: nobody writes a square so


def _pieces(names: list[str], start: int, end: int, subscript: re.Match[str] | None) -> list[Piece]:
    """Names in a row; a subscript made of digits belongs to the last one."""
    pieces = []
    for name in names:
        start += len(name)
        pieces.append(Piece("NAME", canonical(name), start))
    if subscript and (digits := canonical("x" + subscript.group())[1:]).isdecimal():
        pieces[-1] = Piece("NAME", pieces[-1].value + digits, subscript.end())
    return pieces


Link = tuple["Link | None", str]  # a way to read the front of a run: the way before, and its last piece


def ways(run: str, known: Vocabulary) -> list[list[str]]:
    """The ways to read a run as known names in a row: none, the only one, or two of them."""
    at: list[list[Link | None]] = [[None], *([] for _ in run)]
    for place in range(len(run)):
        for length in range(1, min(known.longest, len(run) - place) + 1) if at[place] else ():
            piece = run[place : place + length]
            if canonical(piece) in known.names:
                at[place + length] = (at[place + length] + [(way, piece) for way in at[place]])[:2]
    found = []
    for link in at[len(run)]:
        way: list[str] = []
        while link is not None:
            link, piece = link
            way.append(piece)
        found.append(way[::-1])
    return found
