"""Labels: what stands high behind a name and is part of it.  The optimum x^*, the old θ^{old}, the second W^{(2)}, x′.

The one rule.  A star, a sign, a word and a number in brackets are labels, since none of them is an exponent.  A letter
is one where a power has no meaning or the same name carries another label, and an exponent else; custom says which is
tried first, and the shapes decide.  A quote is a prime where a transpose has no meaning.

In go a place in a text and the ``Vocabulary`` of the reading; out comes what stands there, and what custom says of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from matdiff import regex as re
from matdiff.errors import AmbiguityError
from matdiff.language.customs import is_of_numbers
from matdiff.language.names import (
    CLOSES,
    CUSTOMARY_FUNCTIONS,
    GREEK_CLASS,
    LOW_SIGN,
    MARKS,
    NO_FUNCTIONS,
    RAISED,
    SUBS,
    SUBSCRIPT,
    SUPERS,
    High,
    canonical,
    has_script,
    high_at,
    is_letter,
)
from matdiff.language.words import Vocabulary
from matdiff.regex import match_at, regex, search_in

TRANSPOSED = r"[ᵀ⊤]|\^\s*\{?\s*[T⊤ᵀ](?![A-Za-z])|\.m?T(?![A-Za-z])"
FACTOR = rf"[^\S\n]*(?:[*@·]\s*)?[A-Za-z0-9(\[{{⟨√½∑⟪∇·{GREEK_CLASS}]"  # · is a letter of a function, as of log(x)
BETWEEN_FACTORS = (  # of a′X, x_i′y, )′( and y′(X − Y)b
    rf"(?:\)|(?<![A-Za-z]{{2}})(?P<letter>[A-Za-z{GREEK_CLASS}])(?:{SUBSCRIPT})?)′"
    rf"(?=[A-Za-z{GREEK_CLASS}]|(?P<bracket>\((?P<compound>[^()]{{2,}}\)\s*[A-Za-z{GREEK_CLASS}])?))"
)
BEFORE_TERM = r"(?:^|[(\[{,|‖⟨<=;+\-−–\n\u23b8])\s*$"
BEHIND_TERM = rf"\s*(?:$|{CLOSES}|[-+−–])"
GREEK = regex(f"[{GREEK_CLASS}]")
LABEL = rf"\s*\^\s*\{{?\s*(?:[*∗⋆(\[]|[^\W\dT_]|[-+−]\s*\}})|[{RAISED}⁺]|['′*∗⋆]"
BARE = rf"(?![\w{MARKS}{SUBS}]|{LABEL})"
LOW = rf"(?:{SUBSCRIPT})?"
ONE = rf"[{GREEK_CLASS}i-np-t]"
CAPITAL = rf"(?P<name>[^\W\d_][{MARKS}]*)(?:{SUBSCRIPT})?(?:\s*\^\s*\{{?\s*(?P<high>[A-Z])(?!\w))?"
PAIR_BELOW = rf"_\{{?((?:{ONE}\s*){{2,4}})(?![\w{GREEK_CLASS}])"  # g_{{μν}}, A_ij
NEXT = regex(
    r"\^\s*\{?\s*\(?\s*([a-z])\s*\+\s*1\s*\)?\s*\}?\s*&?\s*(?::?=|\\leftarrow|←)\s*"
    r"(?:\\[a-z]+\*?\s*\{?\s*)?\\?(?:arg|underset)",
    given="arg",
)
CUSTOM = 3  # what it costs to go against a clear custom
DOUBTFUL = 1  # and where the other reading is as good, if the shapes allow it
Custom = tuple[bool, int]  # whether it is a label, and what the other reading costs; 0 where there is none


class Labels:
    """What a text shows of its names: the labels that they carry, and where they stand without one."""

    def __init__(self, known: Vocabulary, source: str = "") -> None:
        self.known = known
        self.source = source  # what was written, of which the text may be a part

    @cached_property
    def step(self) -> str:
        """The k of Z^{k+1} = argmin …, which numbers what stands beside it, too; "" if there is none."""
        found = NEXT.search(self.source)
        return found[1] if found else ""

    @cached_property
    def text(self) -> str:
        """The text without the letters of words that are no names."""
        return re.sub(r"⟪\w+⟫|[A-Za-z]{2,}", self._masked, self.known.text)

    @cached_property
    def low(self) -> str:
        """The pattern of a subscript behind a name, if the text has such."""
        return "" if self.text.isascii() and "_" not in self.text else LOW

    def _masked(self, m: re.Match[str]) -> str:
        word = m.group()
        return "·" * len(word) if word[0] == "⟪" or word in self.known.functions else word

    @cached_property
    def bound(self) -> frozenset[str]:
        """The letters that sums bind, and those of the steps of a recurrence."""
        return self.known.running | self.known.steps

    def standing(self, names: Iterable[str], behind: str) -> Iterator[tuple[int, int]]:
        """Where one of some names stands before what a pattern matches: where the name begins, and where that ends."""
        for name in names:
            start = self.text.find(name)
            while start >= 0:
                if found := match_at(behind, self.text, start + len(name)):
                    yield start, found.end()
                start = self.text.find(name, start + 1)

    def above(self, written: str) -> frozenset[str]:
        """The labels and letters that stand high behind a name; X^{-T} has none."""
        found = (high_at(self.text, end) for _, end in self.standing((written,), self.low))
        return frozenset(high.label for high in found if high and not (high.transposed and high.label == "minus"))

    def stands_bare(self, name: str, low: str = "") -> bool:
        """Whether a name stands somewhere without a label or a quote; *low* is a pattern of its subscript."""
        signs = {sign for sign in GREEK.findall(self.text) if canonical(sign) == name}
        return any(True for _ in self.standing((name, *signs), low + BARE))

    @cached_property
    def of_teachers(self) -> frozenset[str]:
        """The letters that stand nowhere without T or another capital high behind them, which are labels: p^T, p^S."""
        high: dict[str, set[str]] = {}
        for m in re.finditer(CAPITAL, self.text) if "^" in self.text else ():
            high.setdefault(m["name"], set()).add(m["high"] or "")
        found = (name for name, of in high.items() if "T" in of and "" not in of and len(of) > 1)
        return frozenset(name for name in found if canonical(name) not in self.known.asked)

    # ---- powers ------------------------------------------------------------------------------------

    def custom(self, name: str, high: High, written: str) -> Custom:
        """What custom says of what stands high behind a name."""
        known = self.known
        if high.kind in ("number", "bracketed"):
            if high.kind == "number" and high.label == "0" and not any(map(str.isdigit, self.above(written) - {"0"})):
                return True, 0  # w_i^0, with which something starts: nobody writes a power that is 1
            is_bare = name in known.kinds or name in known.asked  # who speaks of A means a power by A^1
            is_bare = is_bare and high.kind == "number" and canonical(f"{name}{high.label}") not in known.names
            return not is_bare and self._is_numbered(high, written), 0
        self._require_one_name(high, written)
        if canonical(f"{name}_{high.label}") in known.names:
            return True, 0
        if high.label in ("plus", "minus"):
            return known.kind(name) != "M" or (high.label == "minus" and not self._is_inverted(name, written)), 0
        if high.kind == "index":
            is_number = name == "e" and name not in known.names  # e^{(t)}
            is_bound = canonical(high.label) in self.bound or name in known.shaped | known.states
            return not (is_bound or is_number), 0
        if high.kind == "label" or high.label in ("pi", "π"):  # Q^π: nobody takes that power of anything but numbers
            return name != "e" or name in known.names, 0
        is_bound = high.label in known.functions or canonical(high.label) in self.bound
        if is_bound or (name == "e" and name not in known.names):
            return False, 0
        return self._of_letters(name, high, written)

    def _is_inverted(self, name: str, written: str) -> bool:
        """Whether A^- is a generalised inverse, as in A A^- A; P_k^-, and the P^- beside P, are what P was before."""
        own, sign = re.escape(written), r"\s*\^\s*\{?\s*[-−]"
        if re.search(rf"{own}\s*{own}{sign}|{own}{sign}\s*\}}?\s*{own}", self.text):
            return True
        return not (re.search(rf"{own}(?:{SUBSCRIPT}){sign}", self.text) or self.stands_bare(name))

    def _of_letters(self, name: str, high: High, written: str) -> Custom:
        """What custom says of z^t, φ^w, θ^{old}, a^{bc}."""
        known, kind, label = self.known, self.known.kind(name), canonical(high.label)
        if high.label[0].isdigit() or high.label == self.step:
            return high.label == self.step or self._is_of_space(high.label), 0
        letters = [label] if is_letter(label) else list(label)
        self._require_no_component(letters, high, written)
        if label == "t" and kind != "S":
            self._require_no_transpose(high, written)
        if len(letters) > 1 and (label in known.names or all(c in known.names or c in self.bound for c in letters)):
            return False, 0
        if len(letters) > 2 or (len(letters) > 1 and kind != "S"):
            return True, 0
        if (name in known.kinds and kind == "S") or (name in known.asked and not self.stands_bare(name)):
            self._require_powers(name, high, written)
            return False, 0
        if is_of_numbers(known.text) or re.search(rf"/\s*{re.escape(high.label)}(?!\w)", self.text):
            return False, 0  # p^k (1 − p)^{n−k}, (∑ᵢ xᵢ^ρ)^{1/ρ}
        if written in self.of_teachers:
            return True, 0
        if self.above(written) - {high.label} or (kind == "M" and self._numbers_vectors(high.label)):
            return True, CUSTOM
        return {"V": (True, CUSTOM), "S": (False, 1)}.get(kind, (False, 2))

    def _is_of_space(self, label: str) -> bool:
        """Whether the 2D of x^{2D} says where x lies: no D stands by itself, and a vector or matrix has this label."""
        letter, high = label[1], rf"\s*\^\s*\{{\s*{label}\s*\}}"
        is_number = letter in self.known.names or search_in(rf"(?<!\w){letter}(?!\w)", self.text)
        owners = re.findall(rf"([^\W\d_])(?:{SUBSCRIPT})?{high}", self.text)
        return not is_number and any(self.known.kind(canonical(owner)) != "S" for owner in owners)

    def _require_powers(self, name: str, high: High, written: str) -> None:
        """Refuses x_i^a beside x_i^p by an undeclared x, where letters that nobody calls numbers may be labels."""
        others = self.above(written) - {high.label}
        is_member = "_" in written or re.search(rf"{re.escape(written)}(?:{SUBSCRIPT})", self.text)
        if not others or not is_member or not self.known.kinds.keys().isdisjoint({name, high.label, *others}):
            return
        other = min(others)
        start = max(self.known.text.find(written), 0)
        message = f"{written}^{high.label} and {written}^{other} can be powers of {name}, or names of their own"
        hint = f"for powers declare {high.label}: scalar; else the unknown is {name}^{high.label}"
        raise AmbiguityError(message, text=self.known.text, span=(start, start + len(written)), suggestion=hint)

    def _require_no_transpose(self, high: High, written: str) -> None:
        """Refuses x^t A x of a text that has no other t: the transpose, as many write it, or x at a time t."""
        raised = rf"(?:\^\s*(?:t(?!\w)|\{{\s*t\s*\}})|ᵗ)(?={FACTOR})"
        first = search_in(raised, self.text)
        if (
            first is None
            or high.transposed
            or re.search(r"(?<![A-Za-z\\])t(?![A-Za-z])|ᵗ", re.sub(raised, "", self.text))
        ):
            return
        start = max(self.known.text.find(written), 0)
        message = f"{written}^t can be the transpose of {written}, or {written} at a time t"
        hint = f"write {written}ᵀ for the transpose, {written}_t for the other"
        raise AmbiguityError(message, text=self.known.text, span=(start, start + len(written)), suggestion=hint)

    def _require_no_component(self, letters: list[str], high: High, written: str) -> None:
        """Refuses x^μ beside g_{μν}, where letters that nothing binds are indices rather than exponents."""
        low = {c for pair in re.findall(PAIR_BELOW, self.known.text) for c in map(canonical, re.findall(ONE, pair))}
        if low.isdisjoint(letters) or not self.known.kinds.keys().isdisjoint(letters):
            return
        start = self.known.text.find(f"{written}^")
        span = (max(start, 0), max(start, 0) + len(written) + 1)
        message = f"{written}^{high.label} can be a power, or the component {high.label} of {written}"
        hint = f"write components low, {written}_{high.label}, below the signs of the sums over them"
        raise AmbiguityError(message, text=self.known.text, span=span, suggestion=hint)

    def _is_numbered(self, high: High, written: str) -> bool:
        """Whether numbers high behind a name number several: x^1 and W^(1) are no powers, nor is then x^2."""
        bare = rf"{re.escape(written)}(?:\^\s*\{{?\s*1(?![\w./])|¹(?![{SUPERS}]))"
        return re.search(bare if high.kind == "number" else r"\^\(\s*1\s*\)", self.text) is not None

    def _numbers_vectors(self, letter: str) -> bool:
        """Whether a letter stands high behind a vector too, as the layer in W^l x + b^l does."""
        bases = re.finditer(rf"([A-Za-z{GREEK_CLASS}])(?:{SUBSCRIPT})?(?=\^|[{RAISED}])", self.text)
        above = ((canonical(m.group(1)), high_at(self.text, m.end())) for m in bases)
        return any(high and high.label == letter and self.known.kind(base) == "V" for base, high in above)

    def _require_one_name(self, high: High, written: str) -> None:
        """Refuses z^t beside z_t, which would be one name."""
        name, low = re.escape(written), re.escape(high.label)
        digits = "".join(LOW_SIGN.get(letter, "") for letter in high.label)
        both = re.search(rf"{name}(?:_\{{?{low}(?!\w)|{digits or '(?!)'}(?![{SUBS}]))", self.text)
        if both and high.kind != "index":
            message = f"{written}^{high.label} and {both.group()} would be one name"
            hint = "call one of them by another letter"
            raise AmbiguityError(message, text=self.known.text, span=both.span(), suggestion=hint)

    # ---- primes ------------------------------------------------------------------------------------

    def prime(self, name: str, written: str) -> Custom:
        """What custom says of the quotes behind a name: x − x' has two vectors, x'A x has one."""
        text, known = self.text, self.known
        quotes = list(self.standing((written,), rf"{self.low}['′]"))
        if f"{name}_prime" in known.names:
            return True, CUSTOM
        if self.is_argument(name, written):
            return True, 0
        if any(has_script(text, end) and match_at(f"{SUBSCRIPT}|{TRANSPOSED}", text, end) for _, end in quotes):
            # x'_i, x'ᵀ
            return True, CUSTOM
        if name in known.defined:
            return False, CUSTOM  # what g_S is has been said, and g_S' is its transpose
        if name in known.kinds and not self.stands_bare(name, self.low):
            return False, 0  # what is declared occurs
        is_matrix = known.kind(name) == "M"
        before_factor = any(match_at(FACTOR, text, end) for _, end in quotes)
        if search_in(TRANSPOSED, text):
            return not before_factor, CUSTOM
        both = any(map(self._is_term, quotes)) and self.stands_bare(name, self.low)
        if both and not is_matrix and before_factor:
            message = f"{written}' is the transpose of {written} at one place and another vector at another"
            hint = f"write {written}ᵀ for the transpose and {name}_prime for the other vector"
            raise AmbiguityError(message, text=known.text, span=quotes[0], suggestion=hint)
        if both and not is_matrix:
            return True, DOUBTFUL  # x − x' has no transpose, kron(x, x') may have one
        again = re.escape(written)
        if is_matrix and before_factor and self.has_pair and search_in(rf"{again}(?!\s*['′])", text):
            return False, 0 if search_in(rf"{again}(?:['′]\s*|\s+){again}", text) else DOUBTFUL  # W'W
        others = self.quotes_transpose and not both
        return False, 0 if before_factor or others else CUSTOM

    def is_argument(self, name: str, written: str) -> bool:
        """Whether a name and the one with a quote are arguments on a left side: S and S' of D(S, S') = …"""
        letter = rf"[(,;|]\s*(?:\\[a-z]+\s*\{{?)?(?:{re.escape(written)}|\\{re.escape(name)})\}}?"
        heads = re.finditer(r"\w\}?(\([^()=]*['′][^()=]*\))\s*:?=", self.source)
        return any(search_in(rf"{letter}\s*[,;|)]", m[1]) and search_in(rf"{letter}['′]", m[1]) for m in heads)

    @cached_property
    def has_pair(self) -> bool:
        """Whether a vector stands beside another one with a prime, as b and b' do in W'σ(W x + b) + b'."""
        letters = set(re.findall(r"(?<![^\W_])([a-z])['′]", self.text))
        pairs = (letter for letter in letters if self.stands_bare(letter))
        return any(self._is_term(quoted) for letter in pairs for quoted in self.standing((letter,), "['′]"))

    @cached_property
    def quotes_transpose(self) -> bool:
        """Whether a quote stands before a factor somewhere, as in x'A, where it is no prime."""
        return search_in(rf"['′]{FACTOR}", self.text) is not None

    @cached_property
    def primes_transpose(self) -> bool:
        """Whether ′ is the sign of transposes: as in a′Xb, where there is no other one, and no name x′."""
        if "′" not in self.text or "'" in self.text or search_in(rf"{TRANSPOSED}|′\s*=", self.text):
            return False
        return any(map(self._turns, re.finditer(BETWEEN_FACTORS, self.text)))

    def _turns(self, m: re.Match[str]) -> bool:
        """Whether ′ before a factor is that of a transpose: in b′(Ax − b) and a′(X − Y)b, and not in f′(Ax)b."""
        name = canonical(m["letter"] or "")
        if not name or self.stands_bare(name):
            return True
        return bool(m["letter"] in NO_FUNCTIONS and m["compound"]) if m["bracket"] else name not in CUSTOMARY_FUNCTIONS

    def is_difference(self, written: str) -> bool:
        """Whether a name, perhaps with factors, and the one with a quote are subtracted: X − X', X' − A X."""
        if "-" not in self.text and "−" not in self.text:
            return False
        name = re.escape(written)
        whole, factors = rf"{name}'(?!{FACTOR})", r"(?:[^\W\d](?:_\w+)?\s*){0,2}?"
        difference = rf"{name}\s*[-−]\s*{whole}|{BEFORE_TERM[:-1]}{whole}\s*[-−]\s*{factors}{name}(?!['\w])"
        return re.search(difference, self.text) is not None

    def _is_term(self, quoted: tuple[int, int]) -> bool:
        """Whether a name with a quote is a whole term, and does not stand in brackets alone."""
        start, end = quoted
        before, behind = self.text[max(0, start - 12) : start], match_at(BEHIND_TERM, self.text, end)
        only = search_in(r"\(\s*$", before) and match_at(r"\s*\)", self.text, end)
        return behind is not None and search_in(BEFORE_TERM, before) is not None and not only
