"""What a derivation has said so far: shapes, definitions, what is differentiated; and the value of a side under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from matdiff import regex as re
from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, postorder, replace, symbols
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.products import Product
from matdiff.algebra.operators.sums import Member
from matdiff.calculus.forms import RESULT, differential_form
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.language.declarations import declare
from matdiff.language.declared import OPEN, Declaration, Declarations
from matdiff.language.names import named
from matdiff.language.other_kinds import KindsError
from matdiff.language.together import read_line
from matdiff.review.asking import NotSaid, derivative_asked, entry_asked, entry_of_itself, objective
from matdiff.review.assumed import assume, handed_down, settle
from matdiff.review.calls import CALL, at_place, by_entries, with_entries, without_arguments, without_place
from matdiff.review.definitions import DEFINED
from matdiff.review.filling import Origin
from matdiff.review.habits import LOGARITHMIC, Habits, said_once
from matdiff.review.lines import ENTRYWISE, Line
from matdiff.review.members import General, by_places
from matdiff.review.names import base_named
from matdiff.review.operators import (
    HELD,
    LETTER,
    SIZE_D,
    WORDY,
    Asked,
    increments_in,
    link_of,
    links_by_name,
    with_increments,
    with_names,
)
from matdiff.review.paths import linear, slope_by, with_paths, with_rates

SLOPE = rf"(?<![A-Za-z])(σ|sigma|log|{ENTRYWISE})['′]\s*\(((?:[^()]|\([^()]*\))*)\)"
QUOTIENT = r"∂[^/=]*/\s*\(?\s*∂"  # ∂ln Lᵢ/∂β of an Lᵢ that is not given: no quotient of increments
FUNCTION_OF_MEMBER = r".*_\{?[i-n](?![A-Za-z]).* can be the \w+ of the matrix or of each"
SUMMED = r"∑_\{?\s*([a-z])(?![a-z])"
POTENTIAL = r"(?:(?:∇|\\nabla(?![a-z]))\s*(?!p)|(?<![A-Za-z])(?=p\s*\(\w+\s*[|∣\\]))([UVEfghφψp])(?![A-Za-z_^ᵀ⊤])"  # ∇U
SUMMED_UP = (  # the b of db = np.sum(dZ) / m, which is a number
    r"(?m)(?<![A-Za-z])d(?:[LJ]_?/?d)?_?([a-z])\s*=[^=\n,]*(?<![A-Za-z])(?:sum|mean)\((?:[^(),]|\([^(),]*\))*\)[\s/*\w]*$"
)
NUMBERS = {f"l_{letter}" for letter in ("p", "N", *LOGARITHMIC)}
LOSSES = frozenset(("L", "J", "l", "ell", "E", "Q", "U", "V"))
MARK = "qq"  # begins the names of derivatives; nobody writes it


class Scope:
    """Shapes, definitions and unknowns of one text.

    declared     what is known of names
    definitions  name → value, in terms of other names; members, of families the general one
    arguments    name of a function → its arguments
    varied       the names whose increments occur, or by which is differentiated
    """

    def __init__(self, where: str | Mapping[str, str] | None, text: str, wrt: str | None = None) -> None:
        self.text = text = re.sub(r"(?<!\\)\\[()]", "$", text)
        self.declared: Declarations = declare(where)
        self.where = frozenset(self.declared)
        for name, said in said_once(text).items():
            known = self.declared.get(name) or said
            is_row = known.shape[0] == SCALAR[0] and known.shape != SCALAR
            more = {"stochastic" if is_row and word == "simplex" else word for word in said.properties}
            self.declared.table[name] = known._replace(properties=known.properties | more)
        self.given = frozenset(self.declared)
        self.definitions, self.moved = dict[str, Expr](), dict[str, Expr]()  # the last f(x + αp) of an f
        self.members: dict[str, General] = {}
        self.is_jacobian = False  # whether the last derivative was that of a vector or a matrix
        self.origin: Origin | None = None  # of the last derivative
        self.given_by: dict[str, int] = {}  # by which of the sides behind its name a definition was read
        self.arguments, self.texts = dict[str, tuple[str, ...]](), dict[str, str]()
        self.unread, self.unfit = set[str](), set[str]()  # the names whose definitions are not read; for their shapes
        self.why = dict[str, str]()  # these definitions are not read
        self.jacobian: tuple[str, str, str] | None = None  # f, θ and J, of an f(θ) that is not given
        self.below: set[str] = set()  # those whose first one is not, but another one below
        self.varied: dict[str, None] = {wrt: None} if wrt else {}
        self.conditions: dict[str, str] = {}  # what holds of names and is no property that they can have
        self.asked, self.moves = set[str](), list[set[str]]()  # by which is differentiated; what moves in each side
        self.losses = NUMBERS.union(map(named, re.findall(POTENTIAL, text)))  # of numbers, as their letters say
        self.links: set[str] = set()  # the h of which the text says what ∇_h is, and names no function
        self.derivatives: dict[str, Expr] = {}
        assume(self, text, curved=False)
        self.habits = Habits(text, dict(self.declared.table))
        self.declared.table.update(declare(by_entries(text, self.given)).table)
        self.paths, self.rates = dict[str, str](), dict[str, str]()  # what depends on a number, and on which; ẋ by x
        self.functions, self.upstream = set[str](), set[str]()  # the latter are symbols for ∂L/∂Y of what is not given
        self.told: dict[str, Expr] = {}  # what a text says that these are
        self.adjoints = False  # whether dX is short for ∂L/∂X, as in programs
        self.solutions: dict[Expr, Expr] = {}  # what equations were solved for
        self.solved: dict[str, str] = {}  # the names x* of solutions, each with that of its unknown
        self.implicit: dict[str, Expr] = {}  # what names are equal to that speaks of them too
        self.forms: dict[str, Expr] = {}  # of a function that is not given, its differential as it is written
        counts = {n for d in self.declared.table.values() for _, last in d.indices for n in last.names()} - {"d"}
        numbers = counts.union(re.findall(SUMMED_UP, text)) - self.given
        self.declared.table.update({n: Declaration(n, SCALAR) for n in numbers})

    # ---- definitions -------------------------------------------------------------------------------

    def define(self, name: str, value: Expr) -> None:
        """Notes what a name means; what speaks of itself, z = tanh(Wz + x), is an equation of which dz is known."""
        if any(s.name == name for s in symbols(value)):
            self.implicit[name] = value
            self.texts.pop(name, None)
            self.vary(name)
            return
        self.definitions[name] = value = handed_down(self, name, value)
        self.declared.table[name] = Declaration(name, value.shape)
        settle(self, value)

    def renew(self, name: str, value: Expr, sides: Sequence[str]) -> None:
        """Gives a name another meaning, from here on."""
        self.define(name, value)
        self.texts[name], self.given_by[name] = sides[1], 0
        if (m := re.fullmatch(DEFINED, sides[0])) and m["arguments"]:
            self.arguments[name] = tuple(map(base_named, m["arguments"].split(",")))

    def forget(self, name: str) -> None:
        """Takes a name as one whose meaning is not known from here on."""
        self.definitions.pop(name, None)
        self.unread.add(name)

    def note_varied(self, lines: list[Line]) -> None:
        """The unknowns: what is differentiated by, or varies in a line."""

        def note(asked: Asked) -> str:
            self.losses |= {named(asked.of)} & (LOSSES if asked.order < 2 else {named(asked.of)})  # f of ∂²f/∂w∂wᵀ
            for by in (*re.split(r"\s*,\s*", asked.by), asked.then):
                if re.fullmatch(LETTER, by) or by.endswith("^2)"):
                    self.asked.add(re.sub(r"_.*", "", base_named(by)))
                    self.vary(self._of_family(base_named(by)))
            return MARK

        for statement in (s for line in lines for s in line.statements):
            self.links |= {link for side in statement.sides[:1] if (link := link_of(side))}
            for side in statement.sides:
                rest = with_names(side, self.functions, note)
                self.moves.append({*(moved := increments_in(rest, self.names()))})
                self.losses |= {*moved} & {"l", "ell"}
                for name in moved:
                    self.vary(self._of_family(name))

    def _of_family(self, name: str) -> str:
        """The family c for a member c_k, where that is what is declared."""
        base = re.sub(r"_.*", "", name)
        return base if base in self.given and name not in self.given else name

    def is_settled(self, name: str) -> bool:
        """Whether the shape of a name is declared, or follows from what is."""
        waiting, seen = [name], {name}
        while waiting:
            one = waiting.pop()
            if one in self.upstream:
                waiting.append(one.partition("_")[2])  # ∂L/∂Y has the shape of Y
            elif one in self.definitions:
                inside = {s.name for s in symbols(self.definitions[one])} - seen
                seen |= inside
                waiting.extend(inside)
            elif one not in self.derivatives and not self._is_number(one) and self.is_open(one):
                return False
        return True

    def _is_number(self, name: str) -> bool:
        """Whether a name is that of a size, or of a number in what is one itself: λ of f = ‖Xw − y‖² + λ‖w‖²."""
        values = (value for value in self.definitions.values() if value.shape == SCALAR)
        return name in self.sizes() or any(s.name == name and s.shape == SCALAR for e in values for s in symbols(e))

    def is_open(self, name: str) -> bool:
        """Whether sizes of a name are found out by use, and are not those of what is declared."""
        known = self.declared.get(name)
        if known is None or known.arguments is not None:
            return known is None
        sizes = {size for extent in known.shape for size in extent.names()}
        said = {name, *(f"{name}_{index}" for index, _ in known.indices)}  # x_i: d declares the family x
        if said.isdisjoint(self.given):
            return not sizes or not sizes <= self.said_sizes()
        return any(size[0] == OPEN for size in sizes)

    def said_sizes(self) -> set[str]:
        """The sizes of what is declared."""
        known = (self.declared.get(name) or self.declared.get(re.sub(r"_.*", "", name)) for name in self.given)
        return {n for d in known if d for one in (*d.shape, *(last for _, last in d.indices)) for n in one.names()}

    def vary(self, name: str) -> None:
        if name not in self.texts and (name in self.implicit or name not in self.functions):
            self.varied.setdefault(name)

    def sizes(self) -> set[str]:
        """The names of sizes, which are numbers too: N of an N×N matrix."""
        shapes = (d.shape + tuple(last for _, last in d.indices) for d in self.declared.table.values())
        return {name for shape in shapes for size in shape for name in size.names()}

    def names(self) -> set[str]:
        """The names that are known."""
        return set(self.declared) | set(self.texts)

    # ---- sides -------------------------------------------------------------------------------------

    def read(self, side: str, scalar: bool = False) -> Expr:
        """The expression of a side, with increments d(X) and names of derivatives; *scalar* prefers a number."""
        if any(side.count(a) != side.count(b) for a, b in ("()", "[]", "{}")):
            raise UnsupportedError("a bracket is opened in one line and closed in another")
        call = re.fullmatch(rf"\s*([fghFGφψ])\s*{HELD}\s*", side)
        if call and named(call.group(1)) not in self.names():
            raise UnsupportedError(f"{call.group(1)} is a function that is not given")
        if "d" not in self.declared and re.search(SIZE_D, side):
            size = self.stored(Symbol("d", SCALAR))
            side = re.sub(SIZE_D, f" {size} ", side)
        side = with_entries(self, self._with_unknowns(side))
        side = self._with_links(self._with_open_functions(with_paths(self, side)))
        name = partial(self._name, summed=frozenset(re.findall(SUMMED, side)))
        side = with_names(side, self.functions, name, self._operands(), self.paths)
        if re.search(QUOTIENT, side):
            raise NotSaid("the function that is differentiated here is not given")
        side = re.sub(rf"((?<![A-Za-z])d\s*{HELD})\s*\(({LETTER})\)", partial(without_place, self), side)
        side = re.sub(CALL, partial(without_arguments, self), side)
        side = with_increments(side, self.names())
        if self.adjoints:
            side = re.sub(rf"d\(({WORDY})\)", lambda m: f" {self._name(Asked('', m.group(1)))} ", side)
        side = re.sub(SLOPE, lambda m: f" {self._name(Asked(f'{m.group(1)}', m.group(2), 0))} ", side)
        found = self._expression(side, scalar)
        for unread in {re.sub(r"_[a-z]{1,2}$", "", s.name) for s in symbols(found)} & self.unread:  # e of e_ij too
            raise UnsupportedError(f"the definition of {unread} is not read")
        return found

    def _expression(self, side: str, scalar: bool) -> Expr:
        if scalar:
            with suppress(MatdiffError):
                return read_line(side, self.declared, scalar=True)
        else:
            for m in re.finditer(rf"(?<![A-Za-z])d({HELD})", side):  # d(x'Ax), which is read as a number if it can be
                with suppress(MatdiffError):
                    if re.fullmatch(rf"\({WORDY}\)", m[1]) is None:
                        read_line(m[1], self.declared, scalar=True)
        try:
            return read_line(side, self.declared)
        except KindsError:
            return read_line(side, self.declared, scalar=True)
        except MatdiffError as error:
            if re.match(FUNCTION_OF_MEMBER, error.message):
                return read_line(side, self.declared, scalar=True)  # ∑_i exp(−βE_i), of the numbers E_i
            if (spelt := by_places(self, side, error.message)) != side:
                return self._expression(spelt, scalar)
            if not error.message.startswith("the size of vector(1)"):
                raise
        return read_line(side.replace("vector(1)", "1"), self.declared)  # which is spread over what stands beside it

    def _with_unknowns(self, side: str) -> str:
        """A side with the names of unknowns in place of those of their solutions, w for ŵ."""
        return re.sub(LETTER, lambda m: self.solved.get(named(m[0]), m[0]), side) if self.solved else side

    def asks(self, side: str) -> bool:
        """Whether a side has a derivative in it: ∇f, ∂L/∂W, f′(x)."""
        spelt = with_rates(self, self._with_unknowns(side))
        return "∇" in side or MARK in with_names(spelt, self.functions, lambda _: MARK, self._operands())

    def asks_alone(self, side: str) -> bool:
        """Whether a side is a derivative and nothing more."""
        return not with_names(with_rates(self, side), self.functions, lambda _: "", self._operands()).strip()

    def _with_open_functions(self, side: str) -> str:
        """A side with a name in place of ∇f(x) and ∇²f(x) of a function that is declared, and not given."""
        opened = (n for n, known in self.declared.table.items() if known.arguments)
        names = "|".join(re.sub(r"0$", r"(?:_?0|_\{0\}|₀)", n) for n in opened)
        pattern = rf"∇(?:²|\^\{{?2\}}?)?\s*(?:{names})\s*{HELD}"
        return (
            re.sub(pattern, lambda m: f" {self.stored(read_line(m.group(), self.declared))} ", side) if names else side
        )

    def _with_links(self, side: str) -> str:
        """A side with names in place of the ∇_h that the text has said: what stands behind one is a factor."""
        if not self.links or "∇" not in side:
            return side
        with suppress(MatdiffError):
            return links_by_name(side, self.links, objective(self, ""), self._name)
        return side

    def _operands(self) -> set[str]:
        """What may stand behind the operators D, H and J; the letters of these that are names are no operators."""
        return {*self.arguments, *(self.names() & set("DHJ"))}

    def value(self, side: str) -> Expr:
        """What a side means, in terms of names that are not defined and the increments of those that vary."""
        return self.resolved(self.unfolded(self.read(side)))

    def tried(self, side: str) -> Expr:
        """The value of a side that nobody wrote, whose letters are not declared by it."""
        with self.trying():
            return self.value(side)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Forgets the letters that are declared in between, but for the names of derivatives."""
        table, known = self.declared.table, dict(self.declared.table)
        try:
            yield
        finally:
            known |= {name: said for name, said in table.items() if name.startswith(MARK)}
            table.clear()
            table.update(known)

    def unfolded(self, e: Expr, keep: str = "") -> Expr:
        """An expression with every defined name but one replaced by its value."""

        def meaning(node: Expr) -> Expr | None:
            if isinstance(node, Member):
                name = str(node.operands[0].data[0])
                return self.members[name].at(node) if name in self.members and name != keep else node
            name = node.name if isinstance(node, Symbol) and node.name != keep else ""
            if self.conditions.get(name) == "identity" and name not in self.varied:
                return Identity(node.rows)
            return self.derivatives.get(name, self.definitions.get(name, self.told.get(name)))

        for _ in range(len({*self.names(), *self.members, *self.told}) + 1):
            once = replace(e, meaning)
            if once is e:
                return e
            e = once
        raise UnsupportedError("definitions that refer to each other are not reviewed")

    def resolved(self, e: Expr, by: str = "") -> Expr:
        """An expression without d(…) but for dX of what varies, *by* alone if given: a symbol of the shape of X."""
        known = {s.name: s for s in symbols(e)}
        varying = {**self.varied, **self.paths, **dict.fromkeys((self.jacobian or ())[:1])}
        varied = [known[n] for n in (by,) if n] or [
            known[n] for m in varying for n in (m, m.rpartition("_")[0]) if n in known and n not in self.definitions
        ]
        varied = varied or [s for s in known.values() if s.name not in self.sizes()]
        table: dict[Expr, Expr] = {}
        for node in postorder(e):
            if not isinstance(node, Differential):
                continue
            inner = node.operands[0]
            if isinstance(inner, Symbol) and (inner in varied or inner.name in self.forms):
                form = self.forms.get(inner.name)
                table[node] = self.increment(inner) if form is None else self.resolved(self.unfolded(form))
                continue
            form = differential_form(replace(inner, table), {str(v): v for v in varied}).gradients[RESULT]
            if node is e:
                self.origin = Origin(inner, tuple(varied), 0)
            moves: dict[Expr, Expr] = {v: self.increment(v) for v in varied}
            members = (n for n in postorder(form) if isinstance(n, Differential) and isinstance(n.operands[0], Member))
            moved: dict[Expr, Expr] = {n: replace(n.operands[0], moves) for n in members}  # dx_i is a member of dx
            table[node] = replace(form, moved | {Differential(v): moves[v] for v in varied})
        return replace(e, table)

    def differentials(self, zeros: Sequence[Expr]) -> list[Expr]:
        """The differentials of what is 0, which are 0 too, where nothing in it is one."""
        return [self.resolved(Differential(e)) for e in zeros if not any(s.name[0] == "d" for s in symbols(e))]

    def increment(self, unknown: Expr) -> Expr:
        """dX as a symbol: of the shape of X, in the subspace where X varies."""
        assert isinstance(unknown, Symbol)
        if self.jacobian and unknown.name == self.jacobian[0]:
            inner, jacobian = (Symbol(n, self.declared[n].shape) for n in self.jacobian[1:])
            return Product.of(jacobian, self.increment(inner))
        if by := self.paths.get(unknown.name):
            return slope_by(self, unknown, by) * Symbol(f"d{Symbol(named(by), SCALAR)}", SCALAR)
        return Symbol(f"d{unknown}", unknown.shape, linear(unknown), unknown.ranges)

    # ---- derivatives -------------------------------------------------------------------------------

    def _name(self, asked: Asked, summed: frozenset[str] = frozenset()) -> str:
        """A name for a derivative, with its value; (∇_W L)_ij for ∂L/∂W_ij; *summed* are the indices of sums."""
        if (own := entry_of_itself(self, asked)) is not None:
            return own
        entry = entry_asked(self, asked)
        if entry is not None:
            return f" {entry[1].format(self._name(entry[0], summed))} "
        return self.stored(at_place(self, derivative_asked(self, asked), asked), summed)

    def stored(self, value: Expr, summed: frozenset[str] = frozenset()) -> str:
        """A name for a value; of one with indices over which is summed it is the general member of a family."""
        name = f"{MARK}{_letters(len(self.derivatives))}"
        if indices := sorted((i for i in value.free if i.name in summed), key=str):
            self.derivatives[name], self.members[name] = value, General(tuple(indices), value)
            self.declared.table[name] = Declaration(name, value.shape, indices=tuple((i.name, i.last) for i in indices))
            return f"{name}_{{{','.join(i.name for i in indices)}}}"
        same = next((n for n, v in self.derivatives.items() if v is value), None)
        if same:
            return same
        self.derivatives[name] = value
        self.declared.table[name] = Declaration(name, value.shape)
        return name


def _letters(k: int) -> str:
    return chr(97 + k % 26) + (_letters(k // 26 - 1) if k >= 26 else "")
