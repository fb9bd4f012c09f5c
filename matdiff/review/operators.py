"""The derivatives that a side speaks of, ∂L/∂W, ∇_w f, f′(w), each under a name, and its increments dX as d(X)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

from matdiff import regex as re
from matdiff.errors import NotationError, UnsupportedError
from matdiff.language.names import MARKS, SPELT_GREEK, SUBS, canonical, named
from matdiff.language.outside import closing, outside
from matdiff.language.questions import Question, question_at
from matdiff.language.transcript import CLOSES
from matdiff.records import NamedTuple
from matdiff.review.word_names import MATHEMATICAL

LETTER = rf"(?![ᵀᴴ⁻⁰-⁹¹²³ⁿ½¼₀-₉])[^\W\d_∂∇][{MARKS}]*(?:_\{{\w+\}}|_(?:[A-Za-z0-9]+|[α-ω])[{SUBS}]*|[{SUBS}]+|[0-9]+)?"
GREEK = rf"(?<![A-Za-z])(?:{SPELT_GREEK})"
SPELT = rf"{GREEK}(?:_\w+|\d+)?(?![A-Za-z])"
WORDY = rf"(?:[a-zA-Z]{{2,}}|{LETTER})"
D = r"(?:∂|(?<![A-Za-z_])d)"
SIZE_D = (  # d/2, 1/d, √d, (2π)^d
    r"(?:(?<![A-Za-z\\])|(?<=(?<![A-Za-z\\])[A-Za-z]))d(?=\s*\)*\s*/\s*\(?\d)|(?<=\)\^)d(?![A-Za-z(])"
    r"|(?<=[-+−] )d(?=\s*(?:[-+−)]|$))|(?<=[-+−])d(?=\s*(?:[-+−)]|$))"
    r"|(?<=/)d(?=\s*(?:[-+−*)]|$))|(?<=/\()d(?=\))|(?<=√)d(?![A-Za-z(])|(?<=√\()d(?=\))|(?<=sqrt\()d(?=\))"
)
TWICE = r"(?P<twice>\^\{?2\}?|²|2(?=[^\W\d_]))?"  # also of d2L
SQUARE = r"(?:\^\{?2\}?|²)"
HELD = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
SQUARED_OFF = (  # ∇_w [y log μ], d[(AᵀA)⁻¹]
    r"((?:∇(?:_\w|_\{[^{}]*\})?|∂|(?<![^\W_])d)\s*)\[(?!\w(?:,\s*\w)*\])([^\[\]]*)\]"
)
PLACE = r"(?:\[[^\[\]]*\]|_\{\w(?:,\s*\w)+\})"  # of c[k], R[i, j], R_{i,j}
ARGUMENT = r"(?:\s*\([^()=]*\))?"
TURNED = r"\s*(?:[ᵀ⊤'′]|\^\s*\{?\s*[T⊤]\s*\}?)"
ROW = rf"(?P<row>{TURNED})?"  # ∂f/∂xᵀ
BY_ROW = (  # ∂/∂xᵀ
    rf"(?:\(\(\s*{D}\s*\)\s*/\s*\(\s*|{D}\s*/\s*){D}\s*(?P<x>{LETTER}){TURNED}"
    r"(?:\s*\)\s*\))?"
)
LINKED = rf"\(\(\s*{D}\s*({LETTER})\s*\)\s*/\s*\(\s*{D}\s*({LETTER})\s*\)\)|{D}\s*({LETTER})\s*/\s*{D}\s*({LETTER})"
AT = rf"\|{CLOSES}?\s*_\{{?\s*{LETTER}\s*=[^{{}}|=]+?(?:\}}|(?![\w.]))"  # the place of f|_{x=0}
FRACTION = (
    rf"\(\(\s*{D}\s*{TWICE}\s*(?P<f>{LETTER}|{HELD})?{ARGUMENT}\s*\)\s*/\s*\(\s*{D}\s*(?P<x>{LETTER}|{HELD}){ROW}"
    rf"(?P<square>{SQUARE})?(?P<mixed>\s*(?!det|diag)[∂d]\s*(?:{LETTER}|{HELD})(?:{SQUARE}|{TURNED})?)?\s*\)\)(?P<at>\s*{AT})?"
)
RATIO = (
    rf"{D}{TWICE}\s*(?P<f>{LETTER}|{HELD})?(?:\([^()=]*\))?\s*/\s*{D}\s*(?P<x>{LETTER}|{HELD}){ROW}(?P<square>{SQUARE})?"
    rf"(?P<mixed>\s*(?!det|diag)[∂d]\s*(?:{LETTER}|{HELD})(?:{SQUARE}|{TURNED})?(?!\s*/))?(?!⁻|\^\{{?[-−])(?P<at>\s*{AT})?"
)
BELOW = (
    r"(?:_\{(?P<low>[^{}]*(?:\{[^{}]*\}[^{}]*)?)\}"
    rf"|_(?P<letter>[A-Za-zα-ωΑ-Ω](?:_\{{?[a-z]\}}?(?![A-Za-z])|[0-9{SUBS}]*))(?:\[(?P<member>[a-z])\])?|(?P<sub>[{SUBS}]+))"
)
NABLA = (
    rf"(?:∇|∂(?=_|[{SUBS}])|(?<![A-Za-z])(?:grad|hess)(?![a-z]))(?P<twice>\^\{{?2\}}?|²)?\s*{BELOW}?"
    r"(?P<square>\^\{?2\}?|²)?"
)
LINK = rf"∇\s*_\s*(?:\{{(?P<braced>{LETTER})\}}|(?P<bare>{LETTER}))"
AFTER = r"⁻¹|⁻ᵀ|[ᵀ⊤²³]|\s*\^"  # what makes a formula of a name: M⁻¹ of an M that is defined
OF_INVERSE = rf"(?<![A-Za-z])d\s*({LETTER}\s*(?:⁻¹|\^\{{?\s*[-−]\s*1\s*\}}?))(?=[\s)]*/[\s(]*d)"  # dK⁻¹/dθ
BY_PART = (  # ∂f/∂Σ⁻¹, ∂f/∂vec X
    rf"(/\s*\(?\s*{D}\s*)({LETTER}\s*(?:⁻¹|\^\{{?\s*[-−]\s*1\s*\}}?)|vec(?:\s+{LETTER}|\s*\(\s*{LETTER}\s*\)))"
)
NABLAS = rf"∇(\s*_\s*(?:\w|\{{\w+\}}))?\s*∇(?(1)\1){TURNED}?"  # ∇∇f, ∇_w ∇_wᵀ f
LIKE_NABLA = (  # ∂_x ‖x‖, grad log(x), D vec(AXB)
    r"(?:∂(?=_(?:\{[^{}]*\}|\w))|(?<![A-Za-z])(?:grad|D(?= vec\b)))(?=\S*\s*(?:[‖|(\[]|[a-z]{2,}[\s(|‖]))"
)
D_BY = rf"(?<![A-Za-z])D_(\w|\{{\w\}})\s*(?=({LETTER}))"  # D_x f
OF_BARE = (  # ∇ in front of ‖Xw − y‖², log(w), xᵀAx
    r"∇(²|\^\{?2\}?)?\s*(?=[½¼\d]*\s*[‖|(\[]|[a-z]{2,}[\s(]"
    rf"|{LETTER}\s*(?:[ᵀ⊤']|\^\{{?[T⊤]\}}?)\s*[^\W\d_ᵀ⊤][^()]*$)"
)
OF = (
    rf"\s*(?P<f>{GREEK}(?![A-Za-z])|{LETTER})"
    rf"(?P<arguments>\([^()=]*\)|\s+\(\s*{LETTER}(?:\s*,\s*{LETTER})*\s*\))?(?P<at>\s*{AT})?"
)
PRIME = rf"(?<![\w{MARKS}])(?P<f>{SPELT}|{LETTER})(?P<primes>['′]{{1,2}})(?=\s*\((?P<x>[^()]*)\))\s*\([^()]*\)"
FUNCTION = "|".join(sorted((re.escape(w) for w in MATHEMATICAL if len(w) > 1), key=len, reverse=True))
LIKE_INCREMENTS = tuple(w for w in MATHEMATICAL if w[0] == "d" and len(w) > 1)  # dg is d(g) where g is a name
OF_NORM = r"(?<=[‖|])_\{?\w+\}?"  # F of ‖X‖_F
ABOVE = rf"\||(?:{FUNCTION})(?![A-Za-z])"  # what ∂ may stand in front of
OPERATOR = (
    r"\(\(\s*[d∂]|∇|∂|(?<![A-Za-z])(?:grad_|hess_|D_|d(?:\^\{?2\}?|²)?\s*[/(]"
    rf"|d(?=\s*(?:{ABOVE})[^=/]*/\s*d[^\W\d_]))"
)
NEXT_TERM = rf"[-+−]\s*(?:[\w½ ]{{0,3}}|\([\w()/]+\)\s*)(?:{OPERATOR})"  # − ½∇_w g
SIGNS = ("d", "∂", "∇", "hess", "D_", "D vec")  # of which there is one in most derivatives
WHOLE = rf"(?<![A-Za-z])(?P<op>[DHJ])\s*_?\{{?(?P<f>{LETTER})\}}?(?P<arguments>\s*\([^()=]*\))?"  # D f, H_f(x)
OF_VEC = (  # ∂vec(Y)/∂(vec X)ᵀ is ∂Y/∂X
    rf"({D})\s*(?:\(\s*vec\s*(?:\(\s*({LETTER})\s*\)|\s({LETTER}))\s*\)|vec\s*\(\s*({LETTER})\s*\)|vec\s+({LETTER})|vec\s*({HELD}))"
)
NABLA_OF = rf"{D}\s*(?:vec\s*)?∇\s*_\s*\{{?\s*(?P<x>{LETTER})\s*\}}?\s*(?P<f>{LETTER})"
BY_SAME = rf"{D}\s*(?:\(?\s*vec\s*(?P=x)\s*\)?|(?P=x)){TURNED}"
OF_NABLA = rf"(?P<open>\(\(\s*)?{NABLA_OF}\s*(?(open)\)\s*/\s*\(\s*{BY_SAME}\s*\)\s*\)|/\s*{BY_SAME})"  # ∂∇_x f/∂xᵀ


@lru_cache(maxsize=4096)
def letters_in(side: str) -> frozenset[str]:
    """The names of one letter that stand in a side, none of them within the name of a function.

    >>> sorted(letters_in("log(x_i) + Aᵀ exp(b) beta"))
    ['A', 'b', 'beta', 'x_i']
    """
    bare = re.sub(rf"(?<![A-Za-z_])(?:{FUNCTION})(?![A-Za-z])|{OF_NORM}", " ", side)
    return frozenset(map(named, re.findall(rf"{SPELT}|{LETTER}", bare)))


def is_chain_rule(*sides: str) -> bool:
    """Whether two sides are a derivative and the product of those that lead to it, each by what the next is of.

    >>> is_chain_rule("∂C/∂w", "∂C/∂a · ∂a/∂z · ∂z/∂w"), is_chain_rule("∂C/∂w", "∂C/∂a · ∂z/∂w")
    (True, False)
    """
    chains = [re.findall(LINKED, side) for side in sides]
    alone = all(not re.sub(LINKED, " ", side).strip(" ·⋅.*") for side in sides)
    if not alone or len(chains[0]) != 1 or len(chains[1]) < 2:
        return False
    links = [(named(f or of), named(x or by)) for f, x, of, by in (chains[0][0], *chains[1])]
    (first, last), *between = links
    return [first, *(x for _, x in between)] == [*(f for f, _ in between), last]


class Asked(NamedTuple):
    """A derivative: of which function, by which unknown (each as it is written, or empty), and how often.

    *is_row* where it is by xᵀ: the row of the partial derivatives of a number; *at* is the place, (0) or |_{x=0};
    *then* is y of ∂²f/∂x∂y.
    """

    of: str
    by: str
    order: int = 1
    is_row: bool = False
    at: str = ""
    then: str = ""


Name = Callable[[Asked], str]


def with_names(
    side: str, functions: Collection[str], name: Name, defined: Collection[str] = (), moving: Collection[str] = ()
) -> str:
    """A side with a name in place of every derivative; *functions* are the names that may stand behind ∇.

    Behind the letters D, H and J stand those that are *defined*; the *moving* ones depend on a number, as K of ∂K/∂θ.

    >>> with_names("W' ∇_h L", {"L"}, lambda asked: f"<{asked.of} by {asked.by}>")
    "W'  <L by h> "
    """
    if any(map(side.__contains__, SIGNS)):
        side = re.sub(OF_INVERSE, r"d(\1)", re.sub(BY_PART, r"\1(\2)", side)) if "/" in side else side
        side = re.sub(NABLAS, r"∇²\1", side) if side.count("∇") > 1 else side
        side = re.sub(OF_NABLA, r"∂²\g<f>/∂\g<x>²", side) if "∇" in side and "/" in side else side
        if side.count("vec") > 1 and re.search(rf"/\s*\(*\s*{OF_VEC}", side) and len(re.findall(OF_VEC, side)) > 1:
            side = re.sub(OF_VEC, lambda m: f"{m[1]} {next(filter(None, m.groups()[1:]))}", side)
        side = re.sub(LIKE_NABLA, lambda m: m[0] if m[0] in defined else "∇", side)
        side = re.sub(D_BY, lambda m: f"∇_{m[1]} " if named(m[2]) in functions else m[0], side)
        side = _of_formulas(side, functions, name, moving)
        for pattern in (FRACTION, RATIO) if "/" in side else ():
            side = re.sub(pattern, lambda m: _said(m, name), side)
        side = _nablas(side, functions, name)
    side = re.sub(WHOLE, lambda m: _whole(m, defined, name), side) if defined else side
    return re.sub(PRIME, lambda m: _of_prime(m, functions, name), side) if "'" in side or "′" in side else side


def link_of(side: str) -> str:
    """The h of a side that is ∇_h and nothing more, by which a text calls a gradient; else nothing.

    >>> link_of("∇_{t₁}"), link_of("∇_h f")
    ('t1', '')
    """
    m = re.fullmatch(LINK, side.strip())
    return named(m.group("braced") or m.group("bare")) if m else ""


def links_by_name(side: str, links: Collection[str], objective: str, name: Name) -> str:
    """A side with a name in place of ∇_h for every link, of which nothing is taken in that stands behind it.

    But ∇_h f says what the function is.
    """

    def told(m: re.Match[str]) -> str:
        letter = m.group("braced") or m.group("bare")
        behind = re.match(rf"\s*({LETTER})", side[m.end() :])
        is_whole = behind is not None and named(behind.group(1)) == objective != named(letter)
        return m.group() if named(letter) not in links or is_whole else f" {name(Asked('', letter))} "

    return re.sub(LINK, told, side) if links else side


def _of_formulas(side: str, functions: Collection[str], name: Name, moving: Collection[str]) -> str:
    """∇_w ‖Xw − y‖², ∂/∂X tr(AX), ∂(x'Ax)/∂x: the derivatives of functions that stand as formulas in a side."""
    side = re.sub(SQUARED_OFF, r"\1(\2)", side)
    found, place = "", 0
    taken: set[str] = set()  # the unknowns by which formulas in front are differentiated
    for m in re.finditer(OPERATOR, side):
        if m.start() < place:
            continue
        end = next((other.start() for other in outside(side, NEXT_TERM, m.start())), closing(side, m.start()))
        if whole := _of_rest(side, m.start(), end, functions):
            found, place = f"{found}{side[place : m.start()]} {name(whole)} ", end
            continue
        asked = _question(side[:end], m.start(), functions)
        if asked is None or not asked.order or len(asked.names) != 1:
            continue
        function = None if asked.inner else re.compiled(rf"{OF}(?!{AFTER})").match(side, asked.end)
        if function and named(function.group("f")) in functions:
            whole = _called(function, asked)
            found += f"{side[place : m.start()]} {name(whole)} "
            place = function.end()
            continue
        rest = function and (side[: m.start()].strip() or side[function.end() :].strip())
        if function and rest and (function.group("arguments") or "").strip(" ()") == asked.names[0]:
            end = function.end()  # ∇_x h(x)/h(x) of an h that is not given
            taken.add(asked.names[0])
        start, stop = asked.inner or (asked.end, end)
        of = side[start:stop].strip()
        is_above = asked.inner is not None and re.match(ABOVE, of) is not None  # ∂ log|K|/∂θ
        if not (is_above or _is_formula(of, asked.names[0], functions, moving) or (of and asked.names[0] in taken)):
            continue
        taken.add(asked.names[0])
        found += f"{side[place : m.start()]} {name(Asked(f'({of})', asked.names[0], asked.order))} "
        place = asked.end if asked.inner else end
    return found + side[place:]


def _of_rest(side: str, place: int, end: int, functions: Collection[str]) -> Asked | None:
    """The derivative of all that stands behind ∂/∂xᵀ, or behind ∇ alone and is no function that has a name."""
    bare = re.compiled(OF_BARE).match(side, place)
    first = re.compiled(LETTER).match(side, bare.end()) if bare else None
    if bare and not (first and named(first[0]) in functions):  # and no ∇Lᵀẇ
        return Asked(f"({side[bare.end() : end]})", "", 2 if bare.group(1) else 1)
    row = re.compiled(BY_ROW).match(side, place)
    of = side[row.end() : end].strip() if row else ""
    return Asked(f"({of})", row["x"], 1, is_row=True) if row and of else None


def _called(function: re.Match[str], asked: Question) -> Asked:
    """The derivative of f by x, at the place behind it, or of the formula f(x + tv) by t."""
    given, at = function["arguments"] or "", function["at"] or ""
    is_bare = re.fullmatch(rf"[\s(,)]*(?:{LETTER}[\s(,)]*)*", given) is not None
    if asked.names[0] in letters_in(given) and not is_bare:
        return Asked(f"({function['f']}{given})", asked.names[0], asked.order, at=at)
    return Asked(function["f"], asked.names[0], asked.order, at=at or given)


def _question(side: str, place: int, functions: Collection[str]) -> Question | None:
    try:
        found = question_at(side, place, (), functions)
    except NotationError:
        return None
    by_square = re.search(rf"{D}\s*({LETTER}){SQUARE}[\s)]*$", side[place : found.end]) if found else None  # ∂/∂σ²
    return found._replace(names=(f"({by_square[1]}^2)",)) if found and by_square and found.order == 1 else found


def _is_formula(of: str, by: str, functions: Collection[str], moving: Collection[str]) -> bool:
    """Whether what stands behind an operator is a function of its unknown as a formula, and neither f nor a factor."""
    first = re.match(LETTER, of)
    called = re.fullmatch(rf"\(\s*({LETTER})\s*\)", of[first.end() :]) if first else None
    if first and called and (len(named(first.group())) == 1 or named(called.group(1)) == named(by)):
        return False  # R(w)
    if first and re.fullmatch(r"⁻¹|⁻ᵀ|[ᵀ⊤²³]|\^\s*(?:\{[^{}]*\}|[-−]?\w)", of[first.end() :].strip()):
        return True  # M⁻¹ of an M that is defined
    if re.match(r"[-+−⊙⊘⊗*/=^]", of) or (first and (first.group() == of or named(first.group()) in functions)):
        return False
    letters = {named(n) for n in re.findall(LETTER, of)}
    letters |= {name.partition("_")[0] for name in letters}  # x of x_i
    if not letters.isdisjoint({*functions, *moving}):
        return True  # tr(P) of a P that is defined
    names = {name.lower() for name in letters} | {w.lower() for w in re.findall(r"[^\W\d_]{2,}", of)}
    by = named(by.strip("()").removesuffix("^2"))
    if re.fullmatch(HELD, of):
        return True
    return not names.isdisjoint((by.lower(), re.split(r"[\d_]", by.lower())[0]))  # ∂/∂W_ij of what holds W


def _said(m: re.Match[str], name: Name) -> str:
    order = 2 if m.group("twice") or m.group("mixed") else 1
    if m.group("f") is None and m.group() != m.string.strip():  # ∂/∂μ = … is by μ, of the function so far
        return m.group()
    if m.group("square") and order == 1:
        return f" {name(Asked(m['f'], m['x'].join(('(', '^2)'))))} "  # ∂L/∂σ²
    asked = Asked(m["f"] or "", m["x"], order, m["row"] is not None, m["at"] or "")
    also = re.fullmatch(
        rf"\s*[∂d]\s*(?P<x>{LETTER}|{HELD})(?:(?P<square>{SQUARE})|(?P<row>{TURNED}))?", m["mixed"] or ""
    )
    if also is None or (not also["square"] and named(also["x"]) == named(m["x"])):
        return f" {name(asked)} "
    other = f"({also['x']}^2)" if also["square"] else also["x"]
    by, other = (other, m["x"]) if asked.is_row else (m["x"], other)
    return f" {name(asked._replace(by=by, is_row=asked.is_row or also['row'] is not None, then=other))} "


def _nablas(side: str, functions: Collection[str], name: Name) -> str:
    """∇_w f, ∇²f, grad, with the name of the function behind it taken in."""
    found, place = "", 0
    for m in re.finditer(NABLA, side):
        if m.start() < place:
            continue
        member = f"{m.group('letter')}_{m.group('member')}" if m.group("member") else ""  # c[k], which is c_k
        low = member or m.group("low") or m.group("letter") or canonical("x" + (m.group("sub") or ""))[1:].lstrip("_")
        order = 2 if m.group("twice") or m.group("square") or m.group().startswith("hess") else 1
        of = re.compiled(OF).match(side, m.end())
        function = of.group("f") if of and named(of.group("f")) in functions else ""
        is_whole = of is not None and not side[: m.start()].strip() and not side[of.end() :].strip()
        if of and is_whole and not function and re.fullmatch(rf"\(\s*{LETTER}\s*\)", of.group("arguments") or ""):
            function = of.group("f")  # ∇_w R(w) of an R that is not given
        function = "" if function and named(function) == named(low.strip("{}")) else function  # ∇_J J is a product
        try:
            at = (of["at"] or of["arguments"] or "").strip() if of and function else ""
            shown, end = name(Asked(function, low, order, at=at)), of.end() if of and function else m.end()
        except UnsupportedError:  # ∇_z r is a product where r does not depend on z
            if not low or not function or named(function) not in functions:
                raise
            shown, end = name(Asked("", low, order)), m.end()
        found += side[place : m.start()] + f" {shown} "
        place = end
    return found + side[place:]


def _whole(m: re.Match[str], defined: Collection[str], name: Name) -> str:
    if named(m.group("f")) not in defined or m.group("op") in defined:
        return m.group()
    return f" {name(Asked(m.group('f'), '', 2 if m.group('op') == 'H' else 1))} "


def _of_prime(m: re.Match[str], functions: Collection[str], name: Name) -> str:
    is_factor = m.group("f")[0].isupper() and re.fullmatch(LETTER, m.group("x").strip()) is None  # Zᵀ(S − T)
    if named(m.group("f")) not in functions or is_factor:
        return m.group()
    of, by, order = m.group("f"), m.group("x"), len(m.group("primes"))
    is_place = re.fullmatch(r"\s*\d+\s*", by) is not None  # g′(0), by the argument of g
    at_place = Asked(of, "", order, at=f"({by})")
    try:
        return f" {name(at_place if is_place else Asked(of, by, order))} "
    except UnsupportedError:
        if re.fullmatch(rf"\s*(?:\d+|{LETTER})\s*", by):
            return f" {name(at_place)} "  # f'(x_k) of f(x) = x³ − 2
        return m.group()  # p'(B + λI)⁻¹p of a vector p


def with_increments(side: str, known: Collection[str]) -> str:
    """A side in which every increment is d(…): dX, ∂X, d log|Σ|; *known* are names.

    >>> with_increments("X'dX + ∂|D|", {"X", "D"})
    "X' d(X) + d(|D|)"
    """
    if "d" not in side and "∂" not in side:
        return side.removeprefix(" ")
    d = D if "d" not in known else "∂"
    if "d" not in known:
        side = re.sub(BEHIND_CAPITAL, lambda m: f"{m[1]} d" if m[1] in known or m[1] != m[2] else m[0], side)
        side = re.sub(r"(?<![A-Za-z])(d[a-z])(?=d[a-z](?![a-z]))", r"\1 ", side)  # dxdxᵀ
    spelt = tuple(sorted((k for k in known if len(k) > 1 and k in side and k.isalpha()), key=lambda k: (-len(k), k)))
    calls, bare, twice = _varying(d, spelt, frozenset(w for w in LIKE_INCREMENTS if w in side and w[1:] in known))
    side = twice.sub(r" d(d(\1))", side)
    norm = rf"(\||‖)[^|‖]+\2{CLOSES}?(?:_\{{?\w+\}}?|\^\{{?\d\}}?|²)*"  # d‖r‖² is that of the square
    side = re.sub(rf"{d}\s*({norm})", r" d(\1)", side)
    side = re.sub(rf"{d}\s*(?=\()", " d", side) if "d" not in known else side.replace("∂(", " d(")
    side = re.sub(rf"(?<![A-Za-z])d({HELD}(?:{INVERTED}|{POWERED}))", r" d(\1)", side)  # d(AᵀA)⁻¹, d(tr X)²
    for pattern in (calls, bare):
        side = pattern.sub(r" d(\1)", side)
    return re.sub(r" {2,}d\(", " d(", side).removeprefix(" ")


INVERTED = r"(?:⁻¹|⁻ᵀ|⁺|\^\s*\{?\s*[-−]\s*(?:1|T|⊤|\\top)\s*\}?)"
POWERED = r"(?:²|³|\^\{(?:\d+(?:/\d+)?|[a-su-z])\}|\^\(\d+/\d+\)|\^(?:\d+|[a-su-z])(?!\w))"
BEHIND_CAPITAL = rf"(?<![a-z])(\^?([A-Z]))d(?={LETTER})"  # of x^TA dx and P^TdP, written as x^TAdx


@lru_cache(maxsize=128)
def _varying(d: str, spelt: tuple[str, ...], increments: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    """The increments of calls and of names, of which some are *spelt* as words; dg may be one of the *increments*."""
    functions = (w for w in MATHEMATICAL if len(w) > 1 and w not in increments)
    calls = "|".join(sorted(functions, key=len, reverse=True))
    words = "|".join([*spelt, LETTER])
    operand = rf"(?:{HELD}|\|[^|]*\||\s(?:{words})(?:{INVERTED}|{TURNED})?){POWERED}?"
    whole = rf"(?!(?:{calls}|delta)(?![A-Za-z]))"  # det, diag, delta are words
    called = rf"(?:(?:{calls})\s*)+{operand}"
    return (
        re.compiled(rf"{d}\s*({called})"),
        re.compiled(rf"{whole}{d}\s*((?:{words})(?:{PLACE}|{INVERTED})?)"),
        re.compiled(rf"{d}{SQUARE}\s*({called}|{HELD}|{LETTER})"),
    )


def names_in(side: str, known: Collection[str]) -> set[str]:
    """The names that stand in a side, beside functions; *known* are names."""
    bare = re.sub(r"(?<![A-Za-z])d\(|[∑∏]_(?:\{[^{}]*\}|\w)|[\^_]\{?[-−]?[T⊤]\}?", "(", with_increments(side, known))
    bare = re.sub(rf"(?<![A-Za-z])(?:{FUNCTION})(?![A-Za-z])|{OF_NORM}", " ", bare)
    found = {named(n) for n in re.findall(rf"{SPELT}|{LETTER}(?:\^\{{?\(\d\)\}}?)?", bare)}
    return {n if n in known else re.sub(r"_[a-z,]{1,3}$", "", n) for n in found}  # y of y_j


def increments_in(side: str, known: Collection[str]) -> list[str]:
    """The names whose increment stands in a side."""
    inside = re.findall(rf"(?<![A-Za-z])d\((?:[A-Za-z]+\()?({WORDY}){PLACE}?\)", with_increments(side, known))
    return [named(n) for n in inside]
