"""Functions of a text: f for f(x), a name for f(x + h), and those that it does not give, ∇(fg) = f∇g + g∇f."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR, size
from matdiff.algebra.expr import Expr, Index, Symbol, replace, symbols
from matdiff.algebra.operators.products import zero
from matdiff.calculus.expectations.independence import put_all
from matdiff.errors import MatdiffError
from matdiff.language.declarations import declare
from matdiff.language.declared import Declaration
from matdiff.language.names import SUBS, named
from matdiff.language.together import read_equation, read_line
from matdiff.records import NamedTuple
from matdiff.review.definitions import STARRED, with_families
from matdiff.review.lines import Line, Statement
from matdiff.review.names import TURNED, base_named
from matdiff.review.numbers import speaks_of_matrices
from matdiff.review.operators import FUNCTION, GREEK, HELD, LETTER, SPELT, Asked, letters_in

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

CALL = rf"(?<![A-Za-z])(?:{FUNCTION})(?![A-Za-z])|(?P<name>{SPELT}|{LETTER})\s*\((?P<arguments>[^()=]*)\)"  # f(x)
FRONT = r"(?:(?<![A-Za-z\\])|(?<=(?<![A-Za-z\\])d))"
SHIFTED = rf"{FRONT}([^\W\d_∂])(?:_\{{|\[)\s*([a-z])\s*[-+−]"  # z_{i+1}
ENTRY = rf"{FRONT}([^\W\d_∂])(_\{{\d+\}}|_\d+|[₀-₉]+)(?![\w{SUBS}])"  # z_2
MOVED = rf"(?:∂|(?<![A-Za-z])d\}}?\s*\(?)(?:{ENTRY})"
OF_LETTERS = r"(?P<f>[fghuvFφψz])\s*\((?P<by>\s*[a-z]\s*(?:,\s*[a-z]\s*)+)\)"  # f(x, y)
OF_ENTRY = (  # ∇r_i(x) of a vector r
    r"(?P<nabla>∇(?:\^\{?2\}?|²)?)\s*(?P<r>(?P<base>[a-z])_\{?[i-n]\}?)(?!\w)(?:\s*\(\s*[a-z]\s*\))?"
)
SYMBOL = r"(?:[fghuvFGHUVφψ](?:_0|_\{0\}|₀)?|A(?=\s*\(\s*[a-zα-ω]\s*\)))"  # and A(η), the logarithm of a normaliser
NABLA = r"∇(?:\^\{?2\}?|²)?\s*(?:_\{?[^\W\d_]\}?)?"
SPOKEN = rf"{NABLA}\s*({SYMBOL})(?=\s*\(|[\s)+·−∇-]|$)"  # ∇f, ∇f(x)
OF_PRODUCT = rf"{NABLA}\s*\(\s*({SYMBOL})\s*[/·]?\s*({SYMBOL})\s*\)"  # ∇(fg), ∇(f/g)
TOLD = (  # what begins a line that says what f is, or ∇f
    r"(?:∇(?:\^\{{?2\}}?|²)?\s*|[dD∂]\s*)?{0}\s*(?:\([^()]*\))?|∇\S{{0,8}}\s*{0}\s*(?:\(\s*\w\s*\))?"
)
OF_VECTORS = (
    r"(?<![A-Za-z]){0}\s*(?:[ᵀ⊤'′_\[]|\^\s*\{{?(?:T|⊤)|[₀-₉])|[d∂]\s*{0}(?![A-Za-z])"  # of which f is no number
)
BY_ENTRIES = r"(?<![A-Za-z])\\?(g|[φϕψρ]|phi|varphi|psi|rho)['′]\s*\("  # g′(Wx)
ENERGY = r"(?<![A-Za-z'′])([UV])\s*\(\s*\\?[^\W\d_]+\s*\)"  # V(r)
SIZES = "nmpqkr"
PARAMETER = r"_(?:\{\s*[^\W\d_](?:\s*,\s*[^\W\d_])*\s*\}|[^\W\d_])"
MEMBER = r"(?:_\{?[a-z]\}?|\^\{?\([a-z]\)\}?)"  # of x_i, x^{(i)}
AT_LETTER = r"(?<![A-Za-z])([A-Z])\s*\(\s*([a-zα-ω])\s*\)"  # M(q)
AT_SMALL = r"(?<![A-Za-z∂∇])([f-hstuzφψ])\s*\(\s*([a-zα-ω])\s*\)"  # f(θ)
AT_MEMBER = r"(?<![A-Za-z∂∇])([A-Za-zφψ])\s*\(\s*([a-z])_\{?[a-z]\}?\s*\)"  # T(x_i)
DATA = r"p(?:_\{?\\?\w+\}?)?\s*\(\s*([a-z])(?:_\{?[a-z]\}?)?\s*(?:[|∣;]|\\mid|\\vert)"  # x of p(x|η), p(x_i|η)
CALLED = rf"(?P<h>[A-Za-zφψσπμρ](?P<low>{PARAMETER})?)\s*\(\s*(?P<x>[^\W\d_](?P<member>{MEMBER})?)\s*\)"

ENTRY_OF_MEMBER = (  # x_ij
    rf"{FRONT}(?P<x>{LETTER})_(?:\{{(?P<i>[a-z])\s*,?\s*(?P<k>[a-z])\}}|(?P<m>[a-z])(?P<n>[a-z])(?!\w))"
)


def with_entries(scope: Scope, side: str) -> str:
    """z[2] for z_2 in a text with dz_2, and z[i] for z_i beside z_{i+1}, where z is a vector that is declared.

    A name z_2 of its own is none, nor what ∂L/∂z_2 asks for. And (x_i)_k for x_ik of vectors x_i.
    """

    def entry(m: re.Match[str]) -> str:
        whole, own = scope.declared.get(m[1]), named(m[1] + m[2])
        is_vector = whole is not None and not whole.indices and whole.shape[0] != SCALAR[0] == whole.shape[1]
        is_entry = is_vector and m[1] in scope.given and own not in scope.given | scope.texts.keys()
        is_entry = is_entry and not re.search(r"/[\s(]*[∂d]$", side[: m.start()])
        return f"{m[1]}[{own[1:].lstrip('_')}]" if is_entry else m[0]

    def of_entry(m: re.Match[str]) -> str:
        base = scope.definitions.get(m["base"])
        is_entry = base is not None and SCALAR[0] != base.rows and base.cols is ONE and named(m["r"]) not in scope.texts
        return f"{m['nabla']}({m['r']})" if is_entry else m[0]

    def of_member(m: re.Match[str]) -> str:
        base = scope.declared.get(named(m["x"]))
        is_vector = base is not None and len(base.indices) == 1 and SCALAR[0] != base.shape[0] and base.shape[1] is ONE
        return f"({m['x']}_{m['i'] or m['m']})_{m['k'] or m['n']}" if is_vector else m[0]

    side = re.sub(ENTRY_OF_MEMBER, of_member, re.sub(OF_ENTRY, of_entry, side))
    beside = [rf"{FRONT}({x})(_{i}(?!\w)|_\{{{i}\}})" for x, i in set(re.findall(SHIFTED, side))]
    numbered = [ENTRY] if re.search(ENTRY, side) and re.search(MOVED, scope.text) else []
    for pattern in (*numbered, *beside):
        side = re.sub(pattern, entry, side)
    return side


def without_place(scope: Scope, m: re.Match[str]) -> str:
    """d(f²) for d(f²)(X), the differential at X, which is the argument of f."""
    inside = {named(n) for n in re.findall(LETTER, m.group(1))}
    is_place = any(scope.arguments.get(name) == (named(m.group(2)),) for name in inside)
    return m.group(1) if is_place else m.group()


def without_arguments(scope: Scope, m: re.Match[str]) -> str:
    """f for f(x), where that is what was defined; a name for f(x + h)."""
    if m.group("name") is None:
        return m.group()  # log, in which no g stands
    value = scope.definitions.get(named(m.group("name")))
    known = scope.arguments.get(named(m.group("name"))) if value is not None else None
    given = m.group("arguments").split(",")
    if _is_said_of(scope, named(m["name"]), named(m["arguments"].strip() or "0")):
        return f"{m['name']} "
    whole, names = re.escape(named(m["arguments"].strip())), {s.name for s in symbols(value)} if value else set()
    if not known and whole not in names and any(re.fullmatch(rf"{whole}_?\d", name) for name in names):
        return f"{m.group('name')} "  # V(θ) of V = θ₁K + θ₂I
    if not known or len(given) != len(known):
        return m.group()
    if tuple(map(base_named, given)) == known:
        return f"{m.group('name')} "
    if named(m.group("name")) in {named(n) for n in re.findall(LETTER, m.group("arguments"))}:
        return m.group()  # p(1 − p) is a product
    found = _put_in(scope, scope.unfolded(scope.definitions[named(m.group("name"))]), known, given)
    if found is None and value is not None and value.shape == SCALAR:  # g(Wx) of a number g(s) is that of each entry
        formula = Inserted(m["name"], known[0], scope.texts[named(m["name"])]).at(f"({m['arguments']})")
        return re.sub(r"(?<!\.)/(?!\s*\d)", "./", formula)
    if found is None:
        return m.group()
    scope.moved[named(m.group("name"))] = found
    return f" {scope.stored(found, frozenset(given))} "


def _is_said_of(scope: Scope, name: str, argument: str) -> bool:
    """Whether a name is said to be what has a letter in it, and is called with that: ℓ_n(θ) of ℓ_n = log σ(θᵀx_n)."""
    base = next((n for n in (name, name.rpartition("_")[0]) if n in scope.texts), "")
    is_argument = any(argument in known for known in scope.arguments.values())
    known = scope.arguments.get(base) if base != name else None  # r_i(x) of r(x) = Ax − b
    is_own = known == (argument,) or not scope.arguments.get(base)
    return bool(base) and is_argument and is_own and argument in letters_in(scope.texts[base])


def at_place(scope: Scope, e: Expr, asked: Asked) -> Expr:
    """A derivative at the place that stands behind it, ∇f(0), where that is not the argument itself."""
    known, given = scope.arguments.get(named(asked.of), ()), asked.at.strip()[1:-1].split(",")
    if m := re.search(rf"({LETTER})\s*=([^{{}}]+)", asked.at):
        known, given = (named(m[1]),), [m[2]]
    if not asked.at or len(given) != len(known) or tuple(map(base_named, given)) == known:
        return e
    with suppress(MatdiffError):
        return _put_in(scope, e, known, given) or e
    return e


def _put_in(scope: Scope, e: Expr, known: Sequence[str], given: Sequence[str]) -> Expr | None:
    """An expression with other values of its arguments, p(j) for p(k) of φ_k; None where these have other shapes."""
    pairs = {name: text.strip() for name, text in zip(known, given, strict=True)}
    places = [(i, Index(pairs[i.name], i.last)) for i in e.free if i.name in pairs and pairs[i.name].isalpha()]
    e = put_all(e, *zip(*places, strict=True)) if places else e
    there: dict[Expr, Expr] = {s: _argument(scope, s, pairs[s.name]) for s in symbols(e) if s.name in pairs}
    return replace(e, there) if all(s.shape == value.shape for s, value in there.items()) else None


def _argument(scope: Scope, argument: Symbol, text: str) -> Expr:
    """What stands for an argument: 0, of x* the solution for x, where there is one."""
    is_solution = re.sub(STARRED, "", named(text.strip())) == argument.name
    solved = scope.solutions.get(scope.read(argument.name)) if is_solution else None
    solved = zero(argument.shape) if text.strip() == "0" else solved
    if re.fullmatch(LETTER, text.strip()):  # f(x_1) is that of a vector like x
        scope.declared.table.setdefault(named(text.strip()), Declaration(named(text.strip()), argument.shape))
    elif argument.shape != SCALAR:
        with suppress(MatdiffError):  # the y of φ(y) is as large as the x of φ(x), where nothing else is said of it
            read_equation(argument.name, text, scope.declared)
    return scope.read(text) if solved is None else solved


def by_entries(text: str, given: Collection[str]) -> str:
    """Declares the functions by entries of whose slopes a text speaks, and that it does not give; and a potential V(r).

    >>> by_entries("y = φ(Wx), dy = φ'(Wx) ⊙ dW x", ())
    'phi: R -> R'
    """
    energies = [] if speaks_of_matrices(text) else re.findall(ENERGY, text)
    spoken = {(name, named(name)) for name in (*re.findall(BY_ENTRIES, text), *energies)}
    is_given = r"(?<![A-Za-z]){}(?:['′][A-Z]|\s*(?:\([^()=]*\))?\s*&?:?=)"  # or a vector: g'X
    names = {name for spelt, name in spoken if name not in given and not re.search(is_given.format(spelt), text)}
    return "; ".join(f"{name}: R -> R" for name in sorted(names))


def with_arguments(scope: Scope, lines: list[Line]) -> list[Line]:
    """The lines with f(x) for f, of every ∇f that no line gives; these functions are declared, with numbers as values.

    >>> from matdiff.review.reviewing import review
    >>> review("∇(fg) = f∇g + g∇f").lines[0].verdict, review("∇(fg) = f∇g").ok
    ('proved', False)
    """
    sides = [side for line in lines for s in line.statements for side in s.sides]
    firsts = [s.sides[0] for line in lines for s in line.statements if not s.goes_on and s.sides[1:]]
    text = "\n".join(sides)
    spoken = {m.group(1) for m in re.finditer(SPOKEN, text)} - scope.given
    multiplied = {f for m in re.finditer(OF_PRODUCT, text) for f in m.groups()} - scope.given if spoken else set()
    spoken |= multiplied
    begun = {f: next(side for side in sides if re.search(rf"{NABLA}\s*{f}", side)) for f in spoken - multiplied}
    said = {f: [first for first in firsts if re.fullmatch(TOLD.format(f), first)] for f in spoken}
    told = {f for f in spoken if any("∇" not in first or begun.get(f, first) in firsts for first in said[f])}
    open_ones = {f for f in spoken - told if not re.search(OF_VECTORS.format(f), text)}
    called = {f: re.findall(rf"(?<![A-Za-z_]){f}\s*({HELD})", text) for f in sorted(open_ones)}
    bare = {f for f in open_ones if f in multiplied or re.search(rf"{NABLA}\s*{f}(?!\s*\()", text)}
    alone = (f for f in open_ones if re.search(rf"{f}(?![A-Za-z])", re.sub(rf"{NABLA}\s*{f}", " ", text)))  # f of f∇g
    if any(len({*called[f]}) > 1 for f in bare) or not open_ones <= {*alone, *filter(called.get, called)}:
        return lines
    usual = next((held for f in sorted(open_ones) for held in called[f]), "(x)")
    for f in called:
        _declare(scope, f, (called[f] or [usual])[0])
    put = partial(_called, functions=bare, held=usual)
    return [one._replace(statements=tuple(s.respelt(put) for s in one.statements)) for one in lines if bare] or lines


def _called(side: str, functions: Collection[str], held: str) -> str:
    """A side with the argument behind all of some functions."""
    pattern = rf"(?<![A-Za-z])(?:{FUNCTION})(?![A-Za-z])|({'|'.join(sorted(functions))})(?!\s*\()"
    return re.sub(pattern, lambda m: f" {m.group(1)}{held} " if m.group(1) else m.group(), side)


def _declare(scope: Scope, f: str, held: str) -> None:
    """Declares a function by the shape of what it is called with; a letter of which nothing is said is a vector."""
    inner = held[1:-1].strip()
    if named(inner) not in scope.declared and re.fullmatch(r"[a-zα-ω]", inner):
        taken = scope.names() | scope.sizes()
        fresh = size(next(letter for letter in SIZES if letter not in taken))
        scope.declared.table[named(inner)] = Declaration(named(inner), (fresh, ONE))
    with suppress(MatdiffError):
        shape = read_line(inner, scope.declared).shape
        scope.declared.table[named(f)] = Declaration(named(f), SCALAR, arguments=(shape,))


class Inserted(NamedTuple):
    """A function by its letter, the letter of its argument, and its formula."""

    name: str
    argument: str
    formula: str

    def at(self, held: str) -> str:
        """The formula at another argument, in brackets; the index of a sum that is called so has another name then."""
        argument = held.strip() if re.search(r"[-+−]", held) else held[1:-1].strip()
        formula, fresh = self.formula, next(letter for letter in "jkcrsl" if letter not in self.formula + argument)
        if re.search(rf"[∑Σ]_\{{?{re.escape(argument)}(?![A-Za-z])", formula):
            formula = re.sub(rf"(?<=_)(\{{?){argument}(?![A-Za-z])", rf"\1{fresh}", formula)
        word = rf"(?<![A-Za-z])(?:{FUNCTION}|{GREEK})(?![A-Za-z])"  # but Qx has an x
        spelt = rf"{word}|(?<!\\)({re.escape(self.argument)})(?=([A-Za-z])?)"
        return f"({re.sub(spelt, lambda m: argument + ' ' * bool(m[2]) if m[1] else m[0], formula)})"

    def fits(self, held: str) -> bool:
        """Whether the formula can be taken at an argument: the entries x_1 of another are not told by it."""
        argument = held[1:-1].strip()
        has_entries = re.search(rf"(?<![A-Za-z\\]){re.escape(self.argument)}[_^]", self.formula) is not None
        return "," not in re.sub(r"\[[^\]]*\]", "", argument) and (argument == self.argument or not has_entries)


def with_formulas(lines: list[Line], given: Collection[str]) -> list[Line]:
    """The lines with their formulas in place of such functions, which are no names of the text then.

    >>> from matdiff.review.lines import lines_of
    >>> lines = with_formulas(lines_of("h_θ(x) = θ'x\\nJ = (h_θ(x_i) - y_i)^2"), ())
    >>> [line.statements[0].sides for line in lines if line.statements]
    [('J', "((θ'x_i) - y_i)^2")]
    """
    for found in _functions(lines, given):
        put = [[_put(s, found) for s in line.statements] for line in lines]
        kept = (tuple(s for s in statements if s.sides[1:] or s.goes_on) for statements in put)
        lines = [line._replace(statements=statements) for line, statements in zip(lines, kept, strict=True)]
    return lines


def with_constants(lines: list[Line], scope: Scope) -> list[Line]:
    """The lines with M for M(q) where q stands nowhere but behind letters: M is one matrix for all that is done there.

    So is h for the h(x) of a density p(x|η), whose x is data.

    >>> from matdiff.review.judging import Judge
    >>> Judge("T(q, v) = v'M(q)v", None).lines[0].statements[0].sides[1]
    "v'M v"
    """
    text = "\n".join(side for line in lines for s in line.statements for side in s.sides)
    data = {x for line in lines for x in re.findall(DATA, line.text)}
    small = {(f, q) for f, q in re.findall(AT_SMALL, text) if q in data or is_by(text, f)}
    of_data = {(f, q) for f, q in re.findall(AT_MEMBER, text) if q in data}
    called = {*re.findall(AT_LETTER, text)} | small | of_data
    rest = re.sub(rf"({LETTER})\s*\((?:\s*{LETTER}\s*[,|;]?)+\)", r"\1 ", text) if called else ""
    for f, q in called:
        at = rf"\s*\(\s*{q}({MEMBER})?\s*\)" if q in data else rf"\s*\(\s*{q}()\s*\)"
        bare = re.sub(rf"[∂d]\s*{f}(?![A-Za-z])", " ", text) if is_by(text, f) else text
        is_whole = re.search(rf"(?<![A-Za-z]){f}(?!{at})", bare) is None
        is_moved = re.search(rf"[d∂∇]\s*{f}", text) is not None and not is_by(text, f)
        if is_whole and named(q) not in with_families(rest) and not is_moved:
            put = partial(re.sub, rf"(?<![A-Za-z]){f}{at}", rf"{f}\1 ")
            if q in data and re.search(rf"{TURNED}\s*{f}\s*\(\s*{q}\s*\)", text):  # ηᵀT(x)
                scope.declared.table |= declare(f"{f}: vector").table
            lines = [line._replace(statements=tuple(s.respelt(put) for s in line.statements)) for line in lines]
    return lines


def with_partials(lines: list[Line]) -> list[Line]:
    """The lines with ∂f/∂x for f_x, and ∂²f/∂x∂y for f_xy, of an f(x, y) that a line gives; L_x = … of L = … x ….

    >>> from matdiff.review.reviewing import review
    >>> review("f(x, y) = x²y\\nf_x = 2xy\\nf_xy = 2x").lines[2].verdict
    'proved'
    """
    told = [s.sides for line in lines for s in line.statements if s.sides[1:] and not s.goes_on]
    by_letters = {m["f"]: {*re.findall(r"[^\W\d_]", m["by"])} for f, *_ in told if (m := re.fullmatch(OF_LETTERS, f))}
    for f, side, *_ in told:
        found = (re.fullmatch(rf"{re.escape(f)}_\{{?([a-zα-ω]{{1,2}})\}}?", first) for first, *_ in told if len(f) == 1)
        below = "".join(m[1] for m in found if m)
        if below and letters_in(side).issuperset(map(named, below)):
            by_letters.setdefault(f, {*below})
    for name, letters in by_letters.items():
        by = "".join(letters)
        low = rf"(?<![A-Za-z∂]){name}_(?:\{{\s*)?([{by}])([{by}])?(?![\w])\s*\}}?"

        def spelt(low: re.Match[str], f: str = name) -> str:
            return f"((∂²{f})/(∂{low[1]}∂{low[2]}))" if low[2] else f"((∂{f})/(∂{low[1]}))"

        put = partial(re.sub, low, spelt)
        lines = [line._replace(statements=tuple(s.respelt(put) for s in line.statements)) for line in lines]
    return lines


def is_by(text: str, f: str) -> bool:
    """Whether a text differentiates by what a function is: ∂ℓ/∂f of ℓ = log(1 + e^{f(θ)})."""
    return re.search(rf"/[\s(]*[∂d]\s*{f}(?![A-Za-z(])", text) is not None


def _functions(lines: list[Line], given: Collection[str]) -> list[Inserted]:
    """The functions that a text defines and takes at members, each with the last formula of its line."""
    text = "\n".join(side for line in lines for s in line.statements for side in s.sides)
    found: dict[str, Inserted] = {}
    for statement in (s for line in lines for s in line.statements if not s.goes_on and s.sides[1:] and not s.unread):
        m = re.fullmatch(CALLED, statement.sides[0])
        if m is None or m.group("h") in {*found, *given}:
            continue
        name = rf"(?<![A-Za-z\\]){re.escape(m.group('h'))}"
        uses = re.findall(rf"{name}\s*({HELD})", text)
        one = Inserted(m.group("h"), m.group("x"), statement.sides[-1])
        is_bare = re.search(rf"{FRONT}{re.escape(m.group('h'))}(?!\s*[(\w]|\s*{HELD})", text) is not None  # dh/dx
        of_members = rf"\(\s*{m.group('x')}{MEMBER}\s*\)|\((?=.*[-+−]).*_\{{?[i-n]\b.*\)"  # h(x_i), ρ(y_i − xᵀw)
        is_special = m.group("low") or any(re.fullmatch(of_members, held) for held in uses)
        if is_special and not is_bare and all(map(one.fits, uses)) and not re.search(name, statement.sides[-1]):
            found[one.name] = one
    return [*found.values()]


def _put(statement: Statement, function: Inserted) -> Statement:
    """A statement with a formula in place of a function; its definition is what other sides say of the formula."""
    called = rf"(?<![A-Za-z\\]){re.escape(function.name)}\s*({HELD})"
    m = None if statement.goes_on else re.fullmatch(CALLED, statement.sides[0])
    sides = statement.sides
    if m is not None and m.group("h") == function.name and m.group("x") == function.argument:
        sides = sides[1:]
    return statement._replace(sides=tuple(re.sub(called, lambda m: function.at(m.group(1)), side) for side in sides))
