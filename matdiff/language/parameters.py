"""Definitions with parameters: how they are written, h(x) = …, q(x, A) = …, and what they give.

In goes a text, out come the heads of its definitions, of which the lexer makes one token each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matdiff import regex as re
from matdiff.algebra.dims import Size
from matdiff.language.limits import implied_letters
from matdiff.language.names import MARKS, SUBS, SUBSCRIPT, SUBSCRIPTS, canonical
from matdiff.language.syntax import Node
from matdiff.records import NamedTuple
from matdiff.regex import regex

NAMED = rf"(?:⟪\w+⟫|[^\W\d_][A-Za-z0-9{MARKS}]*)(?:{SUBSCRIPT})?"
PARAMETER = rf"\s*({NAMED}['′]*)\s*"
CALL = rf"({NAMED})\s*\(((?:{PARAMETER})(?:[,;|]{PARAMETER})*)\)"
HEAD = rf"\s*{CALL}\s*(?=:?=(?!=))"
INSIDE = rf"\((?P<inside>{PARAMETER}(?:[,;|]{PARAMETER})*)\)"
ITEM = rf"(?:^|[;\n,]|\b(?:let|where|with|and)\b){HEAD}"
UNCALLED = rf"(?:^|[;\n,]|\b(?:let|where|with|and)\b)\s*({NAMED})\s*:?=(?!=)"  # E = …, which may be called E(w)
BINDERS = ("∑", "∏", "Σ", "sum", "prod", "max", "min")
CAPITAL_SIGMA = (  # that sums: Σ_{i=1}, Σᵢ and Σ^N, or Σ_i (…) and Σ_i t_i, but not the Σ_i of rᵀΣ_i(…)
    rf"Σ(?=_\{{\s*\w+\s*[=:≠<∈]|[{SUBS}]|\^|(?<![ᵀ'′|]Σ)(?<![ᵀ'′|] Σ)_\{{?(\w)\w{{0,2}}\}}?\s*"
    r"(?:[(\[{|‖√½∑Σ]|[a-z]{2,}\b|[^-+−;=\n]{0,60}?_\{?\w?\1))"
)
BINDER = regex(  # also (x_i, y_i) ∈ D
    rf"(?:[∑∏]|(?<![A-Za-z_])(?:sum|prod|max|min)|{CAPITAL_SIGMA})\s*(?:\^(?:\{{[^{{}}]*\}}|\w)\s*)?"
    rf"(?:_\{{[\s(]*[^\W\d_]+(?:_\{{?|\^\{{?\()([a-z])(?!\w)[^{{}}]*(?:\{{[^{{}}]*\}}[^{{}}]*)*(?:∈|\\in\b)"
    rf"|_\{{[\s(]*([\w\s,]+(?:(?:[<≤]=?|\\le[a-z]*)[\w\s]+|(?:≠|!=|\\ne[a-z]*)\s*\w(?!\w)\s*)*)|_([a-z]{{2,3}}(?![A-Za-z])|\w)|([{SUBS}]+)|\(\s*(\w)\s*=)"
)


class Head(NamedTuple):
    """A definition with parameters, h(x): its name, its parameters, and the place behind it."""

    name: str
    parameters: tuple[str, ...]
    end: int


def head_at(text: str, place: int, pattern: str = HEAD) -> Head | None:
    """The head of a definition with parameters that starts at a place, or another name with names in brackets."""
    found = re.compile(pattern).match(text, place)
    return _head(found) if found else None


def _head(found: re.Match[str]) -> Head:
    return Head(written_name(found.group(1)), _parameters(found.group(2)), found.end())


def written_name(written: str) -> str:
    """The canonical form of a name as the lexer sees it."""
    return canonical(re.sub("[⟪⟫]", "", written))


def _parameters(inside: str) -> tuple[str, ...]:
    """The names between brackets; a prime is part of a name."""
    pieces = [piece.strip() for piece in re.split("[,;|]", inside)]
    return tuple(written_name(re.sub("['′]+", "_prime", piece)) for piece in pieces)


def bound_letters(text: str) -> frozenset[str]:
    """The letters that sums and the like bind."""
    if not any(sign in text for sign in BINDERS):
        return frozenset()
    found = [re.sub(r"\\[a-z]+", "", "".join(filter(None, m.groups()))) for m in BINDER.finditer(text)]
    letters = {SUBSCRIPTS.get(c, c) for written in found for c in written}
    return frozenset(canonical(letter) for letter in letters if letter.isalpha())


def running_letters(text: str) -> frozenset[str]:
    """The letters that sums bind, and those that number what sums without limits are of: the i of ∑ (y^{(i)} − b)²."""
    return bound_letters(text) | implied_letters(text)


class Heads:
    """The definitions with parameters in a text.

    called   those that are called with other arguments than their parameters: what these stand for is replaced
    plain    those that are called with their parameters only, r(w) being another spelling of r, also of r = X w − y
    named    those of several letters that are used without arguments as well: sum(Norm .* b) beside Norm(x) = …
    doubtful those without parameters that are called with names which they do not have: s(x) beside s = 3
    """

    def __init__(self, text: str) -> None:
        self.called: dict[str, tuple[str, ...]] = {}
        self.plain: dict[str, tuple[str, ...]] = {}
        self.named: set[str] = set()
        items = list(re.finditer(ITEM, text)) if "=" in text and "(" in text else []
        bound = running_letters(text) if items else frozenset[str]()
        for item in items:
            head, written = _head(item), _spelt(item.group(1))
            calls = list(re.finditer(rf"(?<![a-z]{{2}})(?<!\b[lt]){written}['′]*\s*\(", text))  # no p of exp(x)
            if len(head.name) > 1 and re.search(rf"(?<![\w⟪]){written}(?![\w{MARKS}'′]|\s*\()", text):
                self.named.add(head.name)
            own = [m for m in calls if (call := head_at(text, m.start(), CALL)) and call.parameters == head.parameters]
            if len(calls) > 1 or ("funm" in text and re.search(rf"[(,]\s*{written}\s*[,)]", text)):
                same = 1 < len(own) == len(calls) and not bound.intersection(head.parameters)
                (self.plain if same else self.called)[head.name] = head.parameters
        shared = {letter for letters in self.called.values() for letter in letters}
        while unsafe := [name for name, letters in self.plain.items() if shared.intersection(letters)]:
            self.called.update((name, self.plain.pop(name)) for name in unsafe)  # g(x) in the body of f(x)
            shared = {letter for letters in self.called.values() for letter in letters}
        self.doubtful: frozenset[str] = frozenset()
        all_written = [item.group(1) for item in items]
        if "=" in text and "(" in text:
            all_written += self._uncalled(text)
        names = sorted(map(_spelt, all_written), key=len, reverse=True)
        self.pattern = re.compile(rf"({'|'.join(names)})(?![\w{MARKS}{SUBS}])") if names else None

    def _uncalled(self, text: str) -> Iterator[str]:
        """The written names of definitions without parameters that are called with names, E(w) beside E = ‖Xw − y‖²."""
        items = list(re.finditer(UNCALLED, text))
        ends = [*(item.start() for item in items[1:]), len(text)][: len(items)]
        bodies = {item.group(1): text[item.end() : end] for item, end in zip(items, ends, strict=True)}
        doubtful: set[str] = set()
        called: dict[str, set[str]] = {}
        for m in re.finditer(rf"(?<![\w⟪])({NAMED}){INSIDE}", text):
            called.setdefault(m.group(1), set()).add(m.group("inside"))
        for written, own in bodies.items():
            name, calls = written_name(written), called.get(written)
            if not calls or name in self.called or name in self.plain:
                continue
            others = (body for other, body in bodies.items() if other != written and _has(own, other))
            reached = " ".join([own, *others])
            parameters = [_parameters(inside) for inside in calls]
            if len(set(parameters)) == 1 and all(_has(reached, p.strip()) for p in re.split("[,;|]", calls.pop())):
                self.plain[name] = parameters[0]
            else:
                doubtful.add(name)
            yield written
        self.doubtful = frozenset(doubtful)

    def call_at(self, text: str, place: int) -> tuple[str, int] | None:
        """The name of a definition with parameters that stands at a place, and its end."""
        found = self.pattern.match(text, place) if self.pattern else None
        name = written_name(found.group(1)) if found else ""
        return (name, found.end()) if found and name in {*self.called, *self.plain, *self.doubtful} else None


def _spelt(written: str) -> str:
    """A pattern of a name with braces around its label or without, ρ_τ and ρ_{τ}."""
    base, _, low = written.partition("_")
    label = low.strip("{}")
    return re.escape(base) + rf"_(?:\{{{label}\}}|{label})" if label.isalnum() else re.escape(written)


def _has(body: str, written: str) -> bool:
    """Whether a name stands in a formula, perhaps beside another letter, as w in Xw."""
    alone = re.escape(written)
    return re.search(rf"(?<![a-z]){alone}|{alone}(?![a-z])", body) is not None


class Given:
    """What a definition gives for its parameters.

    parameters   the letters that its body has for the arguments or indices
    indexed      whether they are indices: p_k instead of h(x)
    ends         the first and the last place of an index, where they are said: for k = 1..K
    offset       c of the member a[k + c] that is defined
    """

    def __init__(self, name: str, parameters: Sequence[str], item: Node, indexed: bool = False) -> None:
        self.name = name
        self.parameters = tuple(parameters)
        self.item = item
        self.body = item.parts[0]
        self.indexed = indexed
        self.ends: tuple[Size, Size] | None = None
        self.offset = 0

    def __str__(self) -> str:
        """h(x), p[k]"""
        inside = ", ".join(self.parameters)
        return f"{self.name}[{inside}]" if self.indexed else f"{self.name}({inside})"
