"""The definitions of a text: the names that begin a statement and are not known yet, f(x) = x'Ax, h = Wx + b."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.notation import GREEK
from matdiff.errors import MatdiffError
from matdiff.language.declared import Declaration
from matdiff.language.names import GREEK_WORDS, MARKS, named
from matdiff.language.questions import question_at
from matdiff.records import NamedTuple
from matdiff.review.edits import terms
from matdiff.review.lines import Line, Statement
from matdiff.review.names import base_named, is_canonical, is_symmetry
from matdiff.review.operators import HELD, LETTER, SQUARE, WORDY, Asked, letters_in, with_names
from matdiff.review.word_names import MATHEMATICAL

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

DEFINED = rf"(?P<name>{WORDY})\s*(?:\((?P<arguments>[^()=]*)\))?"
# E[k], R[i, j], R_{i,j}, r2[k]
MEMBER = r"(?P<name>[^\W\d_](?:[₀-₉]|(?<=[a-z])\d)?)(?:\[(?:\w(?:, *\w)*)\]|_\{\w(?:, *\w)+\})(?P<arguments>)"
LOW = rf"(?:(?<=[^\W_])|(?<=[{MARKS})]))(?:_\{{?|\[(?=\w,:\])|\[:,)([\w,]+)"  # below a name, as that of a row X[n,:]
NOISE = r"\w{0,2}\s*(?:[ε𝜀ϵ]|epsilon|noise)(?:_\{?\w+\}?|[₀-₉ᵢⱼₖₙₜ])*"  # a term: ε, σε, ε_i
STARRED = r"_(?:star|hat|opt|MAP|MLE?|OLS|LS)$"
CALLED = rf"\(\s*{LETTER}(?:\s*,\s*{LETTER})*\s*\)"
OF_SQUARE = (  # dσ², ∇D²(x)
    rf"(?P<d>(?:(?<![A-Za-z])(?:d|grad|hess)|∇{SQUARE}?(?:_(?:\w|\{{\w+\}}))?)\s*)?"
    rf"(?P<name>{LETTER})\s*{SQUARE}(?P<arguments>\s*{CALLED})?"
)
SQUARE_OF = rf"sqrt\(\s*({HELD})\s*{SQUARE}\s*\)"
NOTHING = Declaration("", SCALAR)


class Definition(NamedTuple):
    """What a name is said to be: the sides behind it, its arguments, and its indices where its entries are given."""

    sides: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    indices: tuple[str, ...] = ()


def definitions_in(lines: list[Line], scope: Scope) -> tuple[dict[str, Definition], dict[str, Definition]]:
    """The names that are defined, each with what it is said to be; and what is said once more: F = E[…], F(m) = …"""
    found, again = dict[str, Definition](), dict[str, Definition]()
    (asked, moved), used, is_front = _differentiated(lines), set[str](), True  # in front is nothing but definitions
    for line in lines:
        here: set[str] = set()
        for statement in line.statements:
            first, *sides = statement.sides
            m = None if statement.goes_on else re.fullmatch(DEFINED, first) or re.fullmatch(MEMBER, first)
            varied = {argument for d in found.values() for argument in d.arguments}
            name, indices = defined_by(first, sides, scope) if m and sides else ("", ())
            if m and sides and m.group("name") and is_symmetry(named(m.group("name")), sides[0]):
                continue  # σ_ij = σ_ji, A = Aᵀ
            if name and re.fullmatch(rf"{re.escape(name)}\s*\([^()]*\)", sides[0]) and len(sides) == 1:
                continue  # L = L(a)
            arguments = re.split(r"\s*,\s*", m.group("arguments").strip()) if m and m.group("arguments") else []
            if name and name in map(named, arguments):
                scope.unread.add(name)  # f(f) = …
            is_new = name and re.sub("_d?dot$", "", name) not in found  # V̇ of a V that is defined
            is_new = is_new and name not in MATHEMATICAL and _is_name(scope, name)
            is_new = is_new and question_at(first, 0, ()) is None and not _is_solution(name, sides[0], varied | asked)
            is_new = is_new and (name not in leaves(sides[0], found) or sides[0] == name)  # P = Q + AᵀPA
            is_new = is_new and (name in asked or not is_model(first, sides[0], lines, scope))
            is_unknown = f"{name}_{''.join(indices)}" in asked  # μ_k of ∂Q/∂μ_k = 0, which is solved for
            is_member = bool(indices and (scope.declared.get(name) or NOTHING).indices) and not is_unknown
            is_member |= is_front and name not in scope.given  # before anything else is said
            is_new = is_new and (name not in used or is_member or _is_called(arguments) or _is_said(name, line))
            if is_new and name in scope.where and not _says_more(scope, sides):
                is_used = name in used | varied or _stands_beside(first, sides[0], lines)
                is_new = (_is_said(name, line) and name not in asked) or (is_front and (bool(indices) or not is_used))
            if m and is_new and sides[0] != "0" and not _is_increment(m, name):
                found[name] = Definition(tuple(sides), tuple(map(base_named, filter(None, arguments))), indices)
                scope.texts[name] = sides[0]
            elif not statement.goes_on:
                is_front = False
                again |= {name: Definition(tuple(sides), tuple(map(named, arguments)))} if _is_called(arguments) else {}
            here |= (letters := {name for side in statement.sides for name in _used_in(side, moved)})
            used |= letters if statement.sides[-1] == "0" else set()  # what an equation is solved for behind it
        used |= here
    return found, again


def leaves(side: str, found: Mapping[str, Definition]) -> set[str]:
    """The letters of a side, and of what they are said to be: v of M⁻¹p behind p = Mv."""
    waiting, seen = [side], set[str]()
    while waiting:
        new = letters_in(waiting.pop()) - seen
        seen |= new
        waiting += [found[name].sides[0] for name in new & found.keys()]
    return seen


def introduced(lines: list[Line], scope: Scope) -> list[Line]:
    """The lines, in which a new name at the end of a chain, ∂A/∂η_j = e^{η_j}/Z = p_j, has a statement of its own.

    And in which S⁻¹ = A of a new S is S = A⁻¹, and σ² = a of a new σ is σ = √a, behind which dσ² is d(σ²).
    """
    seen, found, told = {*scope.given, "I"}, [], set[str]()
    stated = {*seen}  # what stands elsewhere than in what other names are said to be
    for line in lines:
        spelt: list[Statement] = []
        for statement in line.statements:
            told |= {named(m["name"])} if (m := re.fullmatch(OF_SQUARE, statement.sides[0])) and not m["d"] else set()
            statement = statement.respelt(partial(re.sub, OF_SQUARE, partial(_squared, told)))
            root = _of_itself(statement, stated, scope)
            is_square = root is not statement and re.fullmatch(SQUARE_OF, root.sides[1]) is not None  # e² = (y − z)²
            spelt += (
                [root._replace(sides=root.sides[:2]).respelt(partial(re.sub, SQUARE_OF, r"\1"))] if is_square else []
            )
            statement = statement if is_square else root
            *sides, last = statement.sides
            is_named = bool(sides) and re.fullmatch(LETTER, sides[0]) is not None and not statement.goes_on
            stated |= {_letter(n) for side in (sides[:1] if is_named else statement.sides) for n in letters_in(side)}
            seen |= {_letter(name) for side in sides for name in letters_in(side)}
            is_new = len(sides) > 1 and re.fullmatch(LETTER, last) is not None and _letter(named(last)) not in seen
            is_new = is_new and named(last).removesuffix("_bar") not in seen  # x̄ of x_i is their mean
            seen |= {_letter(name) for name in letters_in(last)}
            spelt += [statement._replace(sides=tuple(sides)), Statement((last, sides[-1]))] if is_new else [statement]
        found.append(line._replace(statements=tuple(spelt)))
    return found


def _of_itself(statement: Statement, seen: Collection[str], scope: Scope) -> Statement:
    """S = A⁻¹ for S⁻¹ = A, and σ = √a for σ² = a, of a letter that was not seen before."""
    first, *sides = statement.sides
    m = re.fullmatch(rf"({LETTER}(?:{CALLED})?)\s*(?:⁻¹|\^\{{?[-−]1\}}?|({SQUARE}))", first)
    name = named(m[1].partition("(")[0]) if m else ""
    if m is None or statement.goes_on or {name, _letter(name)} & {*seen} or re.search(STARRED, name):
        return statement
    if m[2] and (any(name in letters_in(side) for side in sides) or (name.isupper() and not _is_number(sides, scope))):
        return statement
    scope.losses |= {name} if m[2] and name.isupper() else set()
    return statement._replace(sides=(m[1], *(f"sqrt({side})" if m[2] else f"({side})^{{-1}}" for side in sides)))


def with_families(side: str) -> set[str]:
    """The names of one letter that stand in a side, and those of the families that they may be members of."""
    return {name for one in letters_in(side) for name in (one, _letter(one))}


def _squared(told: Collection[str], m: re.Match[str]) -> str:
    """D(x)² for D²(x), d(σ²) for dσ² and ∇(σ²) for ∇σ², of a letter whose square is told."""
    power = f"{m['name']}{m['arguments'] or ''}²"
    return m[0] if named(m["name"]) not in told else f"{m['d']}({power})" if m["d"] else power


def _is_number(sides: Sequence[str], scope: Scope) -> bool:
    """Whether what stands first behind a sign = is a number: 1 − eᵀe/(yᵀy) of R²."""
    with suppress(MatdiffError), scope.trying():
        return scope.read(sides[0], scalar=True).shape == SCALAR
    return False


def _letter(name: str) -> str:
    """A name without what stands below it."""
    return re.sub(r"_\w$", "", name)


def defined_by(first: str, sides: Sequence[str], scope: Scope) -> tuple[str, tuple[str, ...]]:
    """The name that a left side defines; s with the indices (i) where it is s_i = exp(z_i)/…"""
    m = re.fullmatch(DEFINED, first)
    is_elsewhere = m is not None and re.search(r"[-+−*/]", m.group("arguments") or "") is not None  # f(x + h)
    name = named(m.group("name")) if m and not is_elsewhere else ""
    if member := re.fullmatch(MEMBER, first):
        indices = re.findall(r"[^\W_]", first[member.end("name") :])
        return _of_family(named(member.group("name")), indices, scope) or ("", ())
    entry = re.fullmatch(r"([^\W\d_](?:_(?:hat|tilde|bar))?|[a-z]+)_([a-z]{1,2})", name)
    if entry is None or name in scope.given:
        return name, ()
    if (scope.declared.get(entry.group(1)) or NOTHING).indices:
        return _of_family(entry.group(1), entry.group(2), scope) or (name, ())
    rest = [re.sub(LETTER, lambda m: "" if named(m[0]) in scope.texts else m[0], side) for side in sides[:1]]
    is_entry = all(any(index in low for low in re.findall(LOW, side)) for side in rest for index in entry.group(2))
    return (entry.group(1), tuple(entry.group(2))) if is_entry else (name, ())


def _of_family(name: str, indices: Collection[str], scope: Scope) -> tuple[str, tuple[str, ...]] | None:
    """A declared family with the indices of a left side, where they are those of its general member."""
    ranges = (scope.declared.get(name) or NOTHING).indices
    is_general = len({*indices}) == len(indices) == len(ranges) and all(i.isalpha() for i in indices)
    return (name, tuple(indices)) if ranges and is_general else None


def _is_name(scope: Scope, name: str) -> bool:
    """Whether a word is a name, and no product of letters."""
    return name in scope.given or re.fullmatch(LETTER, name) is not None or is_canonical(name) or name.islower()


def _stands_beside(name: str, side: str, lines: Collection[Line]) -> bool:
    """Whether a name and a term of what it is said to be stand in one side, as data and a model do: y = Xw, yᵀXw."""
    beside = [other for other in _sides(lines) if re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", other)]
    return any(part in other for part in _parts(side) for other in beside)


def is_model(name: str, side: str, lines: Collection[Line], scope: Scope) -> bool:
    """Whether a name is data with a model of it: y = Xβ + ε, y = Xβ + u, or y = Xβ where y − Xβ stands somewhere."""
    added = [side[start:end].strip() for start, end in terms(side)]
    if "epsilon" not in scope.given and any(re.fullmatch(NOISE, term) for term in added):
        return True
    if name == "y" and added[1:] and added[-1] in "eu" and sum(added[-1] in letters_in(s) for s in _sides(lines)) == 1:
        return True
    apart = {said for part in _parts(side, scope) for said in (f"{name}-{part}", f"{part}-{name}")}
    return any(re.search(rf"{re.escape(said)}(?![\w{MARKS}])", other) for said in apart for other in _sides(lines))


def _sides(lines: Collection[Line]) -> Iterator[str]:
    yield from (_bare(side) for line in lines for statement in line.statements for side in statement.sides)


def _parts(side: str, scope: Scope | None = None) -> set[str]:
    """A side and its terms, without those of one letter, unless that is the h of an h(x) with a Jacobian."""
    value = _bare(side)
    found = {value, *(value[start:end] for start, end in terms(value))}
    called = (scope.jacobian or ())[:1] if scope else ()
    return {part for part in found if len(re.findall(LETTER, part)) > 1 or part in called}


def _bare(side: str) -> str:
    """A side without spaces, with one sign −."""
    return "".join(side.split()).replace("−", "-")


def _is_solution(name: str, side: str, varied: Collection[str]) -> bool:
    """Whether a name is that of an argument with a hat or a star: β̂ behind L(β); no û = u/‖u‖, which has its u."""
    base = re.sub(STARRED, "", name)
    return name not in varied and base in varied and base not in letters_in(side)


def solutions_in(lines: list[Line], unknowns: Collection[str], known: Collection[str]) -> dict[str, str]:
    """The names x̂ and x* of solutions with the letters of the unknowns, where no formula has both of them.

    None of them is known.
    """
    found: dict[str, str] = {}
    for line in lines if unknowns else ():
        for statement in line.statements:
            used = {name for side in statement.sides for name in letters_in(side)}
            bases = {name: re.sub(STARRED, "", name) for name in used if re.search(STARRED, name)}
            if not used.isdisjoint(bases.values()):
                return {}
            found.update((name, base) for name, base in bases.items() if base in unknowns)
    return {name: GREEK.get(base, base) for name, base in found.items() if not {name} & {*known, *unknowns}}


def without_star(side: str, scope: Scope) -> str:
    """X for X* and X̂, which solve an equation for X."""
    base = re.sub(STARRED, "", named(side)) if re.fullmatch(r"\S+", side) else ""
    return base if base in scope.declared and base != named(side) not in scope.names() else side


def _is_called(arguments: Sequence[str]) -> bool:
    """Whether a name has letters as its arguments, as L(w, λ) that is defined behind a line with ∇L."""
    return bool(arguments) and all(re.fullmatch(LETTER, argument) for argument in arguments)


def _is_said(name: str, line: Line) -> bool:
    """Whether words introduce what a name is: where Q = XW and Z = XV, with \\alpha = K^{-1}y."""
    one = rf"(?:{name}|{GREEK.get(name, name)})"
    claimed = rf":\s(?:.*[^\w\\])?{one}\s*="  # with λ = Px: u = …
    said = rf"\W*(?i:with|where|let)\b(?!.*{claimed})|.*(?:[Ww]ith|[Ww]here|[Ll]et)\W+{one}\s*:?="
    return re.match(said, line.text) is not None


def _used_in(side: str, moved: Collection[str]) -> set[str]:
    """The names in a side; of those that are differentiated somewhere, z of ∂L/∂z beside ∂z/∂w, in no derivative."""
    found = with_families(side)
    return found if found.isdisjoint(moved) else found - ({*moved} - with_families(with_names(side, (), lambda _: " ")))


def _differentiated(lines: Collection[Line]) -> tuple[set[str], set[str]]:
    """The names by which a text differentiates, w of ∇_w f and of ∂L/∂w, and what it does: L, z of ∂z_i/∂w."""
    found, of = set[str](), set[str]()

    def note(asked: Asked) -> str:
        found.update(map(base_named, filter(None, (*re.split(r"\s*,\s*", asked.by), asked.then))))
        of.update((named(asked.of), _letter(named(asked.of))))
        return " "

    for side in (side for line in lines for statement in line.statements for side in statement.sides):
        with_names(side, (), note)
    return found, of


def _says_more(scope: Scope, sides: Collection[str]) -> bool:
    """Whether a side has a capital letter that is not declared: S = L Lᵀ says what the declared S is."""
    return any(
        named(n) not in scope.given for side in sides for n in re.findall(LETTER, side) if n.isupper() and n not in "TI"
    )


def _is_increment(m: re.Match[str], name: str) -> bool:
    is_word = name in GREEK_WORDS or name in MATHEMATICAL
    if name[0] == "d" and name[1:] in MATHEMATICAL:
        return True  # dvec(F)
    return re.fullmatch(rf"[d∂]{LETTER}", m.group("name")) is not None and not is_word and m.group("arguments") is None
