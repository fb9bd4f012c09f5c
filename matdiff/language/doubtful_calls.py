"""Letters before a bracket that can be functions or factors: ℓ(y_i wᵀx_i), f∘g, f⁻¹(x), K(θ), Δ(xᵀAx).

In goes such a place in the text; what can be read in two ways, or is a function that is not given, is refused by name.
"""

from __future__ import annotations

from matdiff import regex as re
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.names import (
    CUSTOMARY_FUNCTIONS,
    GREEK_CLASS,
    GREEK_WORDS,
    MARKS,
    SPECTRAL,
    SUBS,
    SUBSCRIPT,
    SUBSCRIPTS,
    canonical,
    is_letter,
    no_function,
)
from matdiff.language.parameters import INSIDE
from matdiff.language.splitting import OMITTED, STARRED
from matdiff.language.tokens import ENDERS, Emitter
from matdiff.language.transcript import APART
from matdiff.regex import match_at, regex

STARTERS = ("", "SEPARATOR", "WHERE")  # behind them an item begins
ONE_LETTER = rf"(?:{'|'.join(GREEK_WORDS)}|[A-Za-z{GREEK_CLASS}])(?:_?[0-9]|_\{{[0-9]\}}|[₀-₉])?"
LABEL = r"\^(?:\{?\s*\([^()]*\)\s*\}?|\{?\s*[a-z*∗⋆]\s*\}?)"  # of x^{(i)}, x^i, x^*
ONE_NAME = rf"{ONE_LETTER}[{MARKS}]*(?:{SUBSCRIPT})?(?:{LABEL})?"  # p(x_i) is no product either
INNER = r"⟨[^⟨⟩()\n]*⟩|<[^<>()\n]*>"  # its comma parts no arguments
EQUATION = (  # (3.12), and no (2) + …
    rf"(?P<shown>\([0-9]+(?:\.[0-9]+)*[a-z]?\))(?:(?P<apart>[{APART}\s]+(?=[^\s.,;+*/^])(?![-−]\s))|\s*[.,;]?\s*$)"
)
WITHIN = r"\([^()]*\)"
for _ in range(3):  # brackets in brackets, as \frac makes them
    WITHIN = rf"\((?:[^()]|{WITHIN})*\)"
ARGUMENT = rf"\(\s*(?:({ONE_NAME})\s*([-+−]\s*[0-9]+)?\s*\)|(?:{INNER}|[^()|;=\n⟨<])*[,;])"  # (t), (t − 1), (x, …
POSITION = r"(?:[0-9]+|end(?:\s*-\s*[0-9]+)?)"
PLACE = rf"(?:{POSITION}(?:\s*:\s*(?:{POSITION})?)?|:)"
PLACES = rf"\(\s*(?!:\s*\)){PLACE}(?:\s*,\s*{PLACE})*\s*\)"  # X(:) is vec(X)
OUTER = rf"\s*([A-Za-z{GREEK_CLASS}])(?![^\W_])"  # g of f∘g
OF_LAPLACIAN = rf"\s*(?:\(|(?P<f>[A-Za-z{GREEK_CLASS}])(?![^\W_]))"
CALLIGRAPHIC = regex(r"\{?\s*\\(?:mathcal|mathscr|cal|scr)\b|[\U0001d49c-\U0001d503ℬℰℱℋℐℒℳℛ]")
WRITTEN_OUT = regex(r"1\s*\+\s*(?:e\s*\^\s*[({]?|exp\s*[({\[])\s*[-−]\s*$")  # 1 + e^{−
LOSSES = frozenset(("rho",))  # letters that are customary for losses, where they stand in front of all that is summed
OF_MEMBERS = frozenset(("f", "g", "h", "phi", "psi", "l", "L"))  # f_i(w'x_i) is none of several factors
INVERTED = ("f", "g", "h", "phi", "psi")
POWER_OF_CALL = rf"\s*(?:[²³]|\^\s*\{{?[2-9]\}}?)\s*\(\s*{ONE_NAME}\s*\)"  # f²(x)
INVERSE = r"\s*(?:⁻¹|\^\s*\{?\(?\s*-\s*1\s*\)?\}?)\s*\("
PARAMETERS = frozenset(("theta", "phi", "psi", "omega", "vartheta", "varphi", "Theta", "Phi", "Psi"))
COEFFICIENTS = frozenset(("lambda", "alpha", "beta", "gamma", "eta", "rho", "tau", "nu", "kappa", "delta"))
OF_SEVERAL = frozenset(("k", "K", "kappa", "d", "D", "l", "L"))  # kernels, distances and losses, of several arguments


class DoubtfulCalls(Emitter):
    """The tokens of one text so far, and the names that are known in it."""

    def begins_item(self) -> bool:
        """Whether a definition may begin here: behind a separator, or on a new line."""
        return self.last in STARTERS or (self.line_break and not self.brackets)

    def is_of_several(self, name: str, inside: re.Match[str]) -> bool:
        """Whether k(x, z) stands here, and k nowhere by itself: a function that is left open."""
        return inside.group(1) is None and name in OF_SEVERAL and self.vocabulary.only_called(name)

    def require_given(self, name: str, start: int, end: int) -> None:
        """Refuses A(t) and k(x, z), functions that the text does not give."""
        inside, known = self.text.startswith("(", end) and match_at(ARGUMENT, self.text, end), self.vocabulary
        written, places = self.text[start:end], match_at(PLACES, self.text, end)
        is_member = "_" in written and not name[-1:].isdigit() and name not in known.kinds
        if places and is_member and places.group()[1:-1].strip().isdecimal():  # B_e(0)
            message = f"{written}{places.group()} can be the value of a function, a place, or a product"
            raise self.error(message, start, places.end(), f"write {written}*{places.group()} for the product")
        if not inside or name in known.kinds or inside.group(2) or places:
            return
        argument = inside.group(1)
        is_running = argument is not None and canonical(argument) in known.running
        is_numbered = name.rstrip("0123456789") in SPECTRAL and argument is not None and not is_running  # λ₁(A)
        if name in SPECTRAL or is_numbered:
            raise no_function(written, (), self.text, (start, end))
        if is_running or self.is_of_several(name, inside):
            return
        shown, hint = f"{written}(…)", f"give it, as in {written}(x, z) = …"
        if argument is not None:
            shown = self.text[start : inside.end()]
            hint = f"give it, as in {shown} = …; the product is {written}*{argument}"
        raise self.error(f"{shown} is a function that is not given", start, inside.end(), hint)

    def not_given(self, start: int, end: int, written: str = "") -> MatdiffError:
        """The error of a function in front of a bracket, f_θ(…), or of a loss that is *written* so, ℓ(…)."""
        says = "can be a function that is not given, or a product" if written else "is a function that is not given"
        written = written or self.text[start:end]
        hint = f"give it, as in {written}(z) = …; the product is {written}*(…)"
        return self.error(f"{written}(…) {says}", start, end + 1, hint)

    def require_no_loss(self, name: str, start: int, end: int, before: str) -> None:
        """Refuses ℓ(y_i wᵀx_i), ρ(r/s) and ρ(r_i), perhaps with the sign of a sum *before* it: losses, no products;
        𝒜(UVᵀ), a map that is written so everywhere; g(X*w) beside signs of all products; and 1/(1 + e^{−σ(s)}), where
        σ is rather the slope of the sigmoid.
        """
        if not self.text.startswith("(", end) or name in self.vocabulary.kinds:
            return
        shown = self.script.source[slice(*self.script.span(start, end))].strip()
        is_map = CALLIGRAPHIC.match(shown) is not None and self.vocabulary.only_called(name)
        if name == "sigma" and WRITTEN_OUT.search(self.text[max(0, start - 20) : start]):
            message = f"{shown}(…) in a sigmoid that is written out can be another one, or the product with its slope"
            raise self.error(message, start, end + 1, f"write {shown}*(…) for the product, sigmoid(…) for the function")
        if shown in ("o", "O") and before in ("PLUS", "MINUS"):
            hint = f"leave it out; the product is {shown}*(…)"
            raise self.error(f"{shown}(…) can be what is left out, or a product", start, end + 1, hint)
        several = match_at(ARGUMENT, self.text, end)
        if several and self.is_of_several(name, several):
            return
        is_loss = name in LOSSES and (before == "BIG_SUM" or self.is_argument(end))
        written = self.text[start:end]
        is_summed = before == "BIG_SUM" and name not in CUSTOMARY_FUNCTIONS
        if name in OF_MEMBERS and (is_summed or canonical(written).rpartition("_")[2] in self.vocabulary.running):
            is_loss = re.search(rf"{re.escape(written)}(?!\s*\(|\w)", self.text) is None
        is_other = name in COEFFICIENTS or name == "d"  # d(…) is a differential
        inside = None if is_other else match_at(WITHIN, self.text, end)
        is_open = canonical(written).rstrip("0123456789") in CUSTOMARY_FUNCTIONS
        is_starred = inside and not is_open and STARRED.search(inside.group()) and not OMITTED.search(self.text)
        is_only = is_starred and re.search(rf"(?<!\w){re.escape(written)}(?!\s*\(|\w)", self.text) is None
        if shown in ("ℓ", r"\ell") or is_loss or is_map or is_only:
            raise self.not_given(start, end, shown)

    def is_argument(self, end: int) -> bool:
        """Whether a bracket is one that no factor has, ρ(r/s), or holds what a sum runs over, w_i ρ(r_i − c)."""
        inside = match_at(WITHIN, self.text, end)
        if inside is None:
            return False
        letters = re.findall(rf"_\{{?([a-z])\b|\[([a-z])\]|([{SUBS}])", inside.group())
        runs = {SUBSCRIPTS.get(letter, letter) for found in letters for letter in found if letter}
        return not re.search(r"[-+−]", inside.group()) or not runs.isdisjoint(self.vocabulary.running)

    def require_not_parametrised(self, name: str, start: int, end: int) -> None:
        """Refuses f_θ(Ax + b) where f_θ stands nowhere without a bracket: a network with parameters, and no product."""
        base, _, low = name.rpartition("_")
        of_weights = base in CUSTOMARY_FUNCTIONS and "w" in low.lower() and set(low) <= {*"wWb,"}
        if not (of_weights or (low in PARAMETERS and base not in COEFFICIENTS)) or not self.text.startswith("(", end):
            return
        if re.search(rf"{re.escape(self.text[start:end])}(?!\()", self.text) is None:
            raise self.not_given(start, end)

    def require_no_customary(self, name: str, start: int, end: int) -> None:
        """Refuses f̂(Ax + b): a letter of a function, with an accent, in front of a bracket is no factor."""
        if name.partition("_")[0] in INVERTED and self.text.startswith("(", end):
            raise self.not_given(start, end)

    def number_of_equation(self, start: int) -> int:
        """The place behind the (3.12) that stands apart from a formula, before or behind it, else 0."""
        number = match_at(EQUATION, self.text, start)
        is_behind = self.last == "SEPARATOR" or (self.last in ENDERS and (self.gap or self.text[start - 1] == APART))
        if not number or not (self.begins_item() if number["apart"] else is_behind):
            return 0
        shown = self.text[start : number.end("shown")]
        self.note(start, f"{shown} is taken as the number of the equation; a factor is written {shown[1:-1]}*…")
        return self.say(start, number.end("shown"))

    def require_no_laplacian(self, m: re.Match[str]) -> None:
        """Refuses D(xᵀAx), Δ(xᵀAx), and Δf beside f(x) = …, which can be the Laplacian or a product."""
        known = self.vocabulary.names
        if m.group() == "D" and "D" not in known and self.text.startswith("(", m.end()) and self.begins_item():
            hint = "a derivative is asked for with wrt; a product is D*(…)"
            raise self.error("D(…) can be a derivative, or a product", m.start(), m.end(), hint)
        if m.group() not in ("Δ", "Delta") or "Delta" in self.vocabulary.names or not self.begins_item():
            return
        of = match_at(OF_LAPLACIAN, self.text, m.end())
        if re.search(r"(?:Δ|Delta)\s*:?=", self.text[: m.start()]):
            return  # Δ = …; Δ(x + y)
        if of and (of.group().endswith("(") or re.search(rf"{of.group('f')}\([^()]*\)\s*:?=", self.text)):
            shown = f"{m.group()}{of.group().strip()}"
            hint = f"the Laplacian is the trace of what matdiff hessian gives; a product is {m.group()}*(…)"
            raise self.error(f"{shown} can be the Laplacian, or a product", m.start(), of.end(), hint)

    def require_no_composition(self, m: re.Match[str]) -> None:
        """Refuses f∘g, which is no product of numbers."""
        before, behind = self.tokens[-1].value if self.last == "NAME" else "", match_at(OUTER, self.text, m.end())
        is_function = before in CUSTOMARY_FUNCTIONS - self.vocabulary.names
        if is_function and behind and canonical(behind.group(1)) in CUSTOMARY_FUNCTIONS:
            hint = "write f(g(x)) for the composition, f .* g for the product of entries"
            raise self.error("∘ between functions is their composition", m.start(), m.end(), hint)

    def require_no_inverse(self, name: str, start: int, end: int) -> None:
        """Refuses f⁻¹(x), the inverse of a function rather than a quotient, and f²(x), rather f(x)² than a product."""
        power = match_at(POWER_OF_CALL, self.text, end) if is_letter(name) else None
        if power and name not in self.vocabulary.names:
            shown = self.text[start : power.end()]
            behind = shown[shown.index("(") :]
            hint = f"write {self.text[start:end]}{behind}^{{…}} for the power of a value, or leave the brackets out"
            message = f"{shown} can be a power of the value {self.text[start:end]}{behind}, or a product"
            raise AmbiguityError(message, text=self.text, span=(start, power.end()), suggestion=hint)
        inverse = match_at(INVERSE, self.text, end) if name in INVERTED else None
        if inverse and name not in self.vocabulary.names:
            shown = self.text[start : inverse.end()]
            hint = f"give the inverse a name of its own; the quotient is (…)/{self.text[start:end]}"
            raise self.error(f"{shown}…) is the inverse of a function that is not given", start, inverse.end(), hint)

    def require_no_product(self, name: str, end: int, start: int) -> None:
        """Refuses s(x) beside s = 3, the value of s or a product, and A o B, with a letter for a circle."""
        if name == "o" and self.gap and self.last == "NAME" and match_at(r"[ ]+[A-Za-z(]", self.text, end):
            message = "o can be a name, or the sign of a Hadamard product"
            hint = "write A ∘ B or A .* B for the product"
            raise AmbiguityError(message, text=self.text, span=(start, end), suggestion=hint)
        own = match_at(INSIDE, self.text, end) if name in self.vocabulary.heads.doubtful else None
        if own:
            shown = self.text[start : own.end()]
            message = f"{shown} can be the value of {name}, which does not have what is in brackets, or a product"
            hint = f"write {name}*{own.group()} for the product, {name}{own.group()} = … for a function of it"
            raise AmbiguityError(message, text=self.text, span=(start, own.end()), suggestion=hint)
