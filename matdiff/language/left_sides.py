r"""Left sides: what a text calls its function, J(w) = …, ``ln p(x|μ) = …``, ``\mathcal{L}_{ML}(θ) = …``, f: X ↦ …

f = @(x) … of MATLAB and x -> … of Julia are such as well.  In goes a statement at its place in the plain
spelling of a text; out come its left sides, and what is said of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import NotationError
from matdiff.language.names import LETTER, MARKS, NAMES, SUBS, SUBSCRIPT, SUBSCRIPTS, SUPERS, TWICE, named, power_asked
from matdiff.language.outside import split
from matdiff.language.parameters import INSIDE, bound_letters
from matdiff.language.transcript import Edit, Transcript
from matdiff.records import NamedTuple
from matdiff.regex import regex

ARGUMENTS = (  # (x, y), (x | μ), and (y = 1 | x)
    r"\((?P<arguments>[^()=]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()=]*)*|[^\W\d_]\w*\s*=\s*[-−+]?\w+\s*[|∣][^()]*)\)"
)
SCRIPTS = rf"(?:[{MARKS}'′⊤ᵀ]|{SUBSCRIPT}|\^\{{[^{{}}]*\}}|\^\(?[\w*∗⋆⊤]\)?|[{SUPERS}]+|\[[^][]*\])*"
GIVEN = regex(  # what stands between the commas of (x, x′, x_{1:n}, {y_i}, y = 1, …, ·)
    rf"\s*[{{(]?\s*(?:⟪\w+⟫|[^\W\d_∂∇]\w*){SCRIPTS}(?:\s*=\s*[-−+]?\w+)?\s*[)}}]?{SCRIPTS}\s*|\s*(?:…|⋯|\.\.\.?|[·⋅])\s*"
)
DENSITY = regex(rf"\s*{LETTER}\s*\(.*\)\s*")  # D(q(z|x) ‖ p(z))
LABEL = r"\^\{(?:[1-4]D|[A-Za-z]{2,}|[a-z]\s*\+\s*[0-9])\}|\^\{?[α-ω]\}?(?=\s*\()"  # β^{ridge}, x^{k+1}, L^τ(u)
HEAD = regex(  # logit(p) and logistic(t) are no logarithms
    r"\s*(?:(?P<factor>[-−]?\s*[0-9]+\s*|[-−]\s*)?(?P<log>ln|log)(?![A-Za-z]\w*\s*:?=|(?:it|istic)\s*\()\s*"
    rf"(?P<around>\((?!{LETTER}\s*[,;|]))?\s*|(?P<minus>[-−])\s*(?=[A-Zlℓ⟪]))?"
    rf"(?P<name>⟪\w+⟫|[^\W\d_](?:(?!ᵀ)[\w{MARKS}])*(?:(?<=_[^\W_])['′])?)(?P<low>(?:{SUBSCRIPT}['′]?|\[[^\][=;]*\]|\^\{{?\([^()]*\)\}}?|\^\{{?[-−+*∗⋆]\}}?|{LABEL})*)\s*"
    rf"(?P<squared>\^\{{?2\}}?|²)?\s*(?:{ARGUMENTS}|(?<=cos )(?P<angle>[^\W\d_]+))?\s*"
    r"(?P<power>\^\{?2\}?|²)?\s*(?(around)\)\s*)(?P<sign>:?=)(?!=)",
    given="=",
)
MEMBER = (
    rf"(?P<base>[^\W\d_][{MARKS}]*)\s*"
    rf"(?:_\{{?(?P<low>[a-z])\}}?|\[(?P<place>[a-z])\]|\^\{{?\((?P<high>[a-z])\)\}}?|(?P<sub>[{SUBS}]))"
)
PROBABILITY = (
    r"(?<![^\W\d_])(?<!log )(?<!ln )(?<!log)(?<!ln)(?P<name>[^\W\d_])\s*\((?P<given>[^()|]*\|[^()|]*)\)\s*:?=(?!=)"
)
FUNCTIONAL = rf"(?:\A|(?<=[;\n:.,]))\s*(?P<name>{LETTER})\[\s*(?P<of>{LETTER})\s*\]\s*:?=(?!=)"
MAPPED = regex(
    rf"\s*(?:(?P<function>{LETTER})\s*[:=]\s*)?"
    rf"(?:(?P<argument>{LETTER})\s*(?:[↦⟼]|->)|\((?P<arguments>{NAMES})\)\s*(?:[↦⟼]|->)|@\s*\((?P<handle>{NAMES})\))",
    given=("↦", "⟼", "->", "@"),
)
ARGUMENTS_OF = ("arguments", "argument", "handle", "angle")
WORD = regex("[A-Za-z]{2,}")
MOST_SIDES = 20


class Piece(NamedTuple):
    """A statement and the sign or word in front of it."""

    lead: tuple[int, int]
    start: int
    end: int


def heads_of(text: str, piece: Piece) -> Iterator[re.Match[str]]:
    """The left sides of a statement: ℓ(μ) = log p(x; μ) = …"""
    place = piece.start
    if m := MAPPED.match(text, place, piece.end):
        yield m
        return
    left = MOST_SIDES
    while m := HEAD.match(text, place, piece.end):
        are_names = all(map(GIVEN.fullmatch, re.split("[,;|]", m.group("arguments") or "x")))
        if m.group("name") in FUNCTIONS and (place > piece.start or not are_names):
            return  # a side of J = log(exp(z_i)/∑_j exp(z_j)) = …, and tr(WᵀW) = …
        yield m
        place = m.end()
        left -= 1
        if not left:
            raise NotationError("there are too many signs =", text=text, span=m.span(), suggestion="write one function")


def is_odd(text: str, head: re.Match[str]) -> bool:
    """Whether a left side is more than a name, perhaps with arguments or an index."""
    found = head.groupdict()
    arguments = found.get("arguments") or ""
    if ";" in arguments and text.count(found["name"] + "(") < 2:
        return True
    return bool(
        found.get("log")
        or found.get("minus")
        or is_squared(head)
        or (found.get("name") or "²").endswith("²")
        or has_bar(head)
    )


def has_bar(head: re.Match[str]) -> bool:
    """Whether a left side is D(p‖q) or p(y|x)."""
    return re.search(r"[|‖]", head.groupdict().get("arguments") or "") is not None


def is_squared(head: re.Match[str]) -> bool:
    """Whether a left side is e², e(w)² or χ²(p)."""
    return bool({"power", "squared"}.intersection(head.groupdict()) and any(head.group("power", "squared")))


def root_of(text: str, piece: Piece, heads: list[re.Match[str]]) -> list[Edit]:
    """What changes where σ² = w'Sw defines σ, which another statement uses: it is the root of what is defined."""
    found = heads[0].groupdict() if len(heads) == 1 else {}
    written = (found.get("name") or "") + (found.get("low") or "")
    if not (found.get("squared") or written.endswith("²")) or any(map(found.get, ("log", "power"))):
        return []
    name = written.removesuffix("²")
    base = re.escape(re.split(rf"[_{SUBS}\[^]", name)[0])
    elsewhere = text[: piece.start] + " " * (piece.end - piece.start) + text[piece.end :]
    elsewhere = re.sub(rf"[∂d]\s?{base}\s*{TWICE}\s*/", " ", elsewhere)  # ∂σ²/∂w asks for σ² itself
    is_called = found["arguments"] and re.search(rf"(?<![^\W\d_]){base}{TWICE}?\s*\(", elsewhere)
    if is_called or re.search(rf"(?<![^\W\d_]){base}(?![^\W\d_²])", elsewhere) is None:
        return []
    return [(heads[0].start(), heads[0].end(), f" {name} = √("), (piece.end, piece.end, ")")]


def is_its_own(text: str, head: re.Match[str], end: int) -> bool:
    """Whether L stands by itself on the right of L(W) = tr(WᵀLW) too, which the function called L can't do."""
    found = head.groupdict()
    name, given = found.get("name") or "", found.get("arguments")
    if not name or given is None or name in given or name not in text[head.end() : end]:
        return False
    around = "[a-z]" if name.isupper() else r"[^\W\d_]"  # L stands in LW, too
    bare = rf"(?<!{around}){re.escape(name)}(?!{around}|[\d_{MARKS}{SUBS}]|\s*[(\[^])"
    return re.search(bare, text[head.end() : end]) is not None


def taken_out(text: str, heads: list[re.Match[str]], is_alone: bool) -> list[re.Match[str]]:
    """The left sides that nothing else in the text uses; of ŷ = σ(z) = … it uses ŷ."""
    *front, last = heads
    is_state = "[" in (last.groupdict().get("low") or "")
    if is_odd(text, last) or (is_alone and not is_state) or not is_used(text, last):
        known = (head for head in front[::-1] if not is_odd(text, head) and stands_twice(text, head))
        return [head for head in heads if head is not (None if is_alone else next(known, None))]
    return front


def is_used(text: str, head: re.Match[str]) -> bool:
    """Whether the name on a left side stands elsewhere in the text, or is that of a state."""
    found = head.groupdict()
    name, low = found.get("name") or "", found.get("low") or ""
    if (low and "," not in low) or re.search(rf"[_0-9{SUBS}]", name):
        return True  # a name of its own, as L_{i,j} is not
    return stands_twice(text, head)


def is_named_again(text: str, head: re.Match[str]) -> bool:
    """Whether what a left side calls its function, L_{CE} of L_{CE}(W), stands elsewhere in the text."""
    found = head.groupdict()
    low = found.get("low") or ""
    return text.count((found.get("name") or "") + low) > 1 if low else is_used(text, head)


def stands_twice(text: str, head: re.Match[str]) -> bool:
    """Whether the name on a left side stands elsewhere in the text."""
    name = head.groupdict().get("name") or ""
    stands = text.count(name) if name else 0  # l does not stand in log, nor F in Find
    words = WORD.findall(text) if stands > 1 else []
    inside: int = sum(word.count(name) for word in words if word in FUNCTIONS or re.fullmatch("[A-Z][a-z]{3,}", word))
    return stands - inside > 1


def of_any_member(text: str, piece: Piece, bound: AbstractSet[str]) -> Iterator[Edit]:
    """Takes the index out of y(x_n, w) = wᵀφ(x_n), which says what y(x, w) is for every member that is summed over."""
    head = HEAD.match(text, piece.start, piece.end)
    arguments = head.group("arguments") if head else None
    if head is None or not arguments:
        return
    yield from _without_arguments(text, head, arguments)
    for argument in map(str.strip, re.split("[,;|]", arguments)):
        m = re.fullmatch(MEMBER, argument)
        index = next(filter(None, m.group("low", "place", "high", "sub")), "") if m else ""
        if m is None or SUBSCRIPTS.get(index, index) not in bound:
            continue
        own = text[piece.start : piece.end]
        if re.search(rf"(?<![a-z0-9_]){m.group('base')}(?!\s*[\w\[^{SUBS}{MARKS}])", own):
            continue  # x beside x_n is another thing
        for found in re.finditer(rf"(?<![a-z0-9_]){re.escape(argument)}(?!\w)", own):
            yield piece.start + found.start(), piece.start + found.end(), m.group("base")


def _without_arguments(text: str, head: re.Match[str], arguments: str) -> Iterator[Edit]:
    """Takes (x) away from r_i(x) = a_iᵀx − b_i, which is called with x only, r_k(x): it is another spelling of r_i."""
    name = head.group("name") + head.group("low")
    m = re.fullmatch(rf"(?P<base>.+?)(?:_\{{?[a-z](?:,?\s*[a-z])?\}}?|[{SUBS}]{{1,2}})", name)
    if m is None:
        return
    low = rf"(?:_\{{[a-z0-9](?:,?\s*[a-z0-9])?\}}|_[a-z0-9]{{1,2}}|[{SUBS}]{{1,2}})"
    written = rf"(?<![a-z0-9_]){re.escape(m['base'])}{low}\s*"
    calls = list(re.finditer(rf"{written}(\(\s*{re.escape(arguments.strip())}\s*\))", text))
    if len(calls) == len(re.findall(written + r"\(", text)):
        yield from ((*call.span(1), "") for call in calls)


def with_probabilities(script: Transcript) -> Transcript:
    """Writes p for a p(y | X, w) that the text gives, p(y | X, w) = …, and has elsewhere too: it is a definition.

    And E(w) for the E[w] of which nothing but its formula is given.
    """
    text, edits = script.text, list[Edit]()
    for m in re.finditer(FUNCTIONAL, text) if "[" in text else ():
        name, of = m["name"], m["of"]
        used = re.search(rf"(?<![\w{{]){of}(?![\w\[])", text[m.end() :])
        if used and text.count(f"{name}[") == 1 and not re.search(rf"[_\[,]\{{?{of}(?!\w)", text[m.end() :]):
            edits += [(m.start("of") - 1, m.start("of"), "("), (m.end("of"), m.end("of") + 1, ")")]
    for head in re.finditer(PROBABILITY, text) if "|" in text else ():
        edits += _of_a_probability(text, head)
    return script.edited(edits)


def _of_a_probability(text: str, head: re.Match[str]) -> Iterator[Edit]:
    """p for p(y | x), and p_i for p(y_i | x_i), where no other p is meant; p(x, θ) where p(x_i | θ) is called."""
    own = re.sub(r"\s", "", head["given"])
    index = {*re.findall(r"_\{?([a-z])\}?(?!\w)", own)}
    name = f"{head['name']}_{min(index)}" if len(index) == 1 and index <= bound_letters(text) else head["name"]
    calls = list(re.finditer(rf"(?<![^\W\d_]){re.escape(head['name'])}(?![A-Za-z])\s*(\([^()|]*(\|)?[^()|]*\))?", text))
    written = [re.sub(r"\s", "", call[1] or "") for call in calls]
    if len(calls) > 1 and {"", f"({own})"}.issuperset(written):  # −log p may be that of p(y | X, w), too
        yield from ((*call.span(), name) for call in calls if call[1])
    elif re.fullmatch(INSIDE, f"({own})") and all(call[2] for call in calls):
        yield from ((*call.span(2), ",") for call in calls)


def called(head: re.Match[str]) -> str:
    """What a left side calls the function: J, log p, e²."""
    found = head.groupdict()
    name = named((found.get("name") or found.get("function") or "").strip("⟪⟫") + (found.get("low") or ""))
    factor = re.sub(r"\s", "", found.get("factor") or "").replace("-", "−")
    log = factor + " " * factor[-1:].isdigit() + "log " if found.get("log") else ""
    return (found.get("minus") or log) + name + ("^2" if is_squared(head) else "")


def estimated(text: str, head: re.Match[str]) -> str:
    """The b of b̂ = argmin … and b = argmin …, which stands elsewhere in the text; empty of another left side."""
    m = re.fullmatch(r"(?P<of>.+?)(?:_(?:hat|star|opt|ols|ls|ml|mle|map))?", called(head), flags=re.IGNORECASE)
    rest = f"{text[: head.start()]} {text[head.end() :]}"
    return m["of"] if m and m["of"] in map(named, re.findall(rf"(?<![^\W\d_]){LETTER}(?!\w)", rest)) else ""


def arguments(heads: list[re.Match[str]]) -> tuple[str, ...]:
    """x and y of f(x, y) = …; none of p(x | μ) and f(x; θ), of which either part may be the unknown."""
    given = [_inside(head) for head in heads]
    inside = next(filter(None, given), "")
    return () if re.search("[;|‖(]", inside) else tuple(filter(None, map(str.strip, inside.split(","))))


def _inside(head: re.Match[str]) -> str:
    """What stands in the brackets of a left side, or in front of ↦."""
    found = head.groupdict()
    return next((inside.strip() for name in ARGUMENTS_OF if (inside := found.get(name))), "")


def of_steps(called: Iterable[str], numbers: Collection[str]) -> Iterator[str]:
    """Notes that θ_{t+1} = θ_t − ηg is a step of numbers, where θ and g may be vectors.

    >>> list(of_steps(["theta_tplus1"], ["theta_t", "eta", "g"]))
    ['theta_t is read as a scalar; if it is a vector, declare it: theta_t: vector']
    """
    for name in called:
        state = name.removesuffix("plus1")
        if state != name and state in numbers:
            yield f"{state} is read as a scalar; if it is a vector, declare it: {state}: vector"


def also_within(called: Iterable[str], are_numbers: Mapping[str, bool], text: str) -> Iterator[str]:
    """Notes that the L of L = tr(HᵀLH) is two things; a number that is said by itself is an error.

    >>> list(also_within(["L"], {"H": False, "L": False}, "L = tr(H'L H)"))
    ['L on the left is what the function is called, and L on the right is another thing']
    """
    for name in called:
        if are_numbers.get(name):
            message = f"{name} stands on both sides of its own definition"
            hint = f"call one of the two otherwise; an equation for {name} is differentiated by matdiff implicit"
            raise NotationError(message, text=text, suggestion=hint)
        if name in are_numbers:
            yield f"{name} on the left is what the function is called, and {name} on the right is another thing"


def unseen(text: str, heads: list[re.Match[str]]) -> Iterator[str]:
    """What is said of arguments on left sides that stand nowhere else; one that stands twice or is none is an error."""
    rest = text
    for head in heads:
        rest = rest[: head.start()] + " " * (head.end() - head.start()) + rest[head.end() :]
    for head in heads:
        listed = _inside(head)
        inside = split(re.sub(r"^[({](.*)[)}]$", r"\1", listed), r"\s*(?:\|\||[,;|∣‖])\s*") if listed else []
        if re.search(r"‖|\|\|", listed):
            inside = [argument for argument in inside if not DENSITY.fullmatch(argument)]
        for k, argument in enumerate(inside):
            if fault := _fault_of(argument, inside[:k], head, rest):
                message, hint = fault
                raise NotationError(message, text=text, span=head.span(), suggestion=hint)
            if not stands(argument, rest):
                whole = text[head.start() : head.end()].rstrip("=: ").strip()
                low = argument.lower() if len(argument) == 1 and argument.isupper() else ""
                is_family = low and re.search(rf"(?<![^\W\d_]){low}(?:_|[{SUBS}])", rest)
                says = f"stands for all {low} with an index" if is_family else "does not occur in the function"
                yield re.sub("[⟪⟫]", "", f"{argument} of {whole} {says}")


def require_arguments(text: str, head: re.Match[str]) -> None:
    """Refuses f( / W) = … where f alone is used, and the arguments say nothing more."""
    found = head.groupdict()
    name, inside = found.get("name") or "", found.get("arguments") or ""
    rest = text[: head.start()] + text[head.end() :]
    wrong = [one for one in map(str.strip, split(inside, ",")) if not _is_argument(one, rest)] if inside else []
    if wrong and not re.search(rf"{re.escape(name)}\s*\(", rest):
        message, hint = _no_argument(wrong[0], name)
        raise NotationError(message, text=text, span=head.span(), suggestion=hint)


VALUE = rf"{LETTER}\({NAMES}\)"  # the f(x) of L(y, f(x))


def _is_argument(argument: str, rest: str) -> bool:
    """Whether an argument is a name, or the f(x) of L(y, f(x)) that stands in the rest of a text as well."""
    is_value = re.fullmatch(VALUE, argument) is not None and argument in rest
    return is_value or GIVEN.fullmatch(argument) is not None


def _fault_of(argument: str, others: list[str], head: re.Match[str], rest: str) -> tuple[str, str] | None:
    """What is wrong about an argument on a left side, and what to do."""
    found = head.groupdict()
    name = found.get("name") or ""
    is_seen = stands(argument, rest)
    if not is_seen and re.fullmatch("[A-Z][a-z]", argument) and all(stands(letter, rest) for letter in argument):
        return f"{argument} on the left side is a product", "write the right side alone, and name the unknown with wrt"
    if name == "cos" and re.fullmatch(LETTER, argument) and not is_seen:
        return None  # of an angle
    if name in FUNCTIONS and (found["log"] or found.get("angle") or not is_seen):  # log det(X) = …, tr(AXB) = …
        message = f"{head.group().rstrip('=: ').strip()} on the left side is a formula, and no name of a function"
        return message, "write one of the sides; whether they are equal says matdiff equal"
    if not _is_argument(argument, rest) and not (others and re.fullmatch(VALUE, argument)):
        return _no_argument(argument, name)
    is_twice = argument in others and argument.strip(".…⋯·⋅")
    return (f"{argument} stands twice on the left side", "name each argument once") if is_twice else None


def _no_argument(argument: str, name: str) -> tuple[str, str]:
    """What is wrong about what stands in the place of an argument, and what to do; theta(1) = 0 is about a part."""
    if re.fullmatch(r"[\d:]+(?:end)?", argument) and "'" not in name:
        message = f"a part of {name} is given another value, which is not read"
        return message, f"give the whole another name, as in {name}_new = [0; {name}(2:end)]"
    message = f"{argument} is no argument of a function" if argument else "an argument is missing on the left side"
    return message, "on the left side stand the names of the arguments, as in f(x, y) ="


def stands(argument: str, rest: str) -> bool:
    """Whether an argument stands in the rest of a text, or a member of the family of which x_1 is one."""
    power = power_asked(argument)
    bare = (power.base if power else argument).strip("⟪⟫(){} ")
    family = re.match(rf"([^\W\d_][{MARKS}]*)(?:_|[{SUBS}])", bare)
    return bare in rest or not bare[:1].isalpha() or bool(family and f"{family.group(1)}_" in rest)
