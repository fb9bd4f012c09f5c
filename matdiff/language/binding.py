"""What the names of a syntax tree refer to: symbols, definitions, indices of sums, data.

In goes the tree, out comes the same tree with its names resolved (kinds ``symbol``, ``counter``,
``member``, ``entry``, ``definition``, ``constant``), a table of the symbols, and the list of nodes in
the order in which they are typed.  Nothing here depends on kinds or sizes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.errors import MatdiffError, NotationError
from matdiff.language import recurrences
from matdiff.language.counting import count_from_one, counted, settle_sets
from matdiff.language.customs import bars_of_entries, beside_entries, data
from matdiff.language.declared import Declarations
from matdiff.language.dialects import NUMPY, Dialect
from matdiff.language.extents import Excerpt
from matdiff.language.fixed import Unbound, position_of, resolve_unbound
from matdiff.language.names import SUPERSCRIPTS, canonical
from matdiff.language.parameters import Given
from matdiff.language.places import bare_name, letters_among, subscripts, used, with_colon, word_among, zero_among
from matdiff.language.scopes import BARE, HANDLERS, Binder, Fixed, Name, Place, Position, Scope
from matdiff.language.spelling import plain
from matdiff.language.syntax import Node, postorder, without_brackets
from matdiff.language.tokens import Decision

if TYPE_CHECKING:
    from matdiff.language.recurrences.recursion import Recursion

Labelled = Mapping[str, tuple[str, bool]]
NO_LABELS: Labelled = {}
STEP = r"[^\W\d_]\s*[-+−]\s*[0-9]+|[*∗⋆]{2}|[A-Z]\s*\^\s*c"  # w_{t-1}, of which no sum binds t, k_{**} and x_{S^c}


class Bound:
    """A tree with resolved names."""

    spans: tuple[tuple[int, int], ...] = ()  # the places of all tokens
    called: tuple[str, ...] = ()  # the name of the definition that is the function itself
    unknowns: tuple[str, ...] = ()  # what a piece of code says to vary
    coupled = frozenset[str]()  # the states that depend on each other
    written = 0  # nodes that stand for a[k], where that is defined for every k

    def __init__(
        self,
        tree: Node,
        text: str,
        declared: Declarations,
        wrt: Iterable[str],
        free: bool,
        labelled: Labelled = NO_LABELS,
        other: Collection[int] = (),
        decisions: list[Decision] | None = None,
        dialect: Dialect | None = None,
        counts: dict[str, str] | None = None,  # of a member of a = b: how many x_i another one sums
        left: Iterable[str] = (),  # names on left sides
    ) -> None:
        """*labelled* have a label, *other* are places of *decisions* against custom."""
        self.tree, self.text, self.is_member, self.unused = tree, text, counts is not None, dict[str, MatdiffError]()
        self.is_code, self.dialect = dialect is not None, dialect or NUMPY  # whose operators a piece of code means
        self.declared, self.free = declared, free
        self.wrt, self.left, self.labelled, self.other = frozenset(wrt), tuple(left), labelled, other
        self.decisions = decisions if decisions is not None else []
        self.decided: dict[str, int] = {}
        self.pending: list[Unbound] = []  # indices that no sum binds, to be resolved when all names are known
        self.notes: list[tuple[int, str]] = []  # places of the text, and what is said of them
        self.names: dict[str, Name] = {}
        self.definitions, self.indices, self.scalars = set[str](), set[str](), set[str]()  # scalars: t of A(t)
        self.free_indices = {name: Binder(name, last) for name, last in declared.general.items()}
        self.recursions: dict[str, Recursion] = {}
        self.moved: dict[str, set[int]] = {}  # of families that the text counts from 0, the places of those indices
        self.given, self.counts = dict[str, Given](), counts or {}  # definitions with parameters
        self.numbers: dict[str, int] = {}  # sizes that the text gives as numbers: K = 3
        self.written_sizes = declared.sizes()  # names that sizes have in the declarations and in limits of sums
        self.ranges = set(self.written_sizes)  # those that are scalars where they stand in a formula
        self.sets: dict[str, list[Binder]] = {}  # the indices that run through a set of the text
        self.summed, self.masks, self.apart = set[int](), set[str](), set[frozenset[Position]]()  # apart: i < j
        self._resolve()
        self.order = list(postorder(self.tree))
        self.counted = {name: of for name, of in counted(self.order).items() if name not in {*self.wrt, *self.declared}}
        self.ranges |= self.counted.keys()
        self.data = data(self.names.values(), self.wrt)
        self.kin, self.shaped = self._kin()

    @cached_property
    def beside(self) -> frozenset[str]:
        """Undeclared names whose members are entries where they are numbers: y beside a vector p."""
        return beside_entries(self.order, self.names, self.wrt)

    @cached_property
    def measured(self) -> frozenset[int]:
        """What norms and transposes are taken of, as it stands or by its name, or stand beside: no number is spread."""
        both = [n for n in self.order if n.kind in ("product", "tight") and any(p.kind == "transpose" for p in n.parts)]
        taken = [node.parts[:1] for node in self.order if node.kind in ("norm", "transpose")]
        parts = [part for parts in (*taken, *(node.parts for node in both)) for part in parts if not self.is_code]
        named = {part.value for part in parts if part.kind == "definition"}
        parts += [node.parts[0] for node in self.order if node.kind in ("define", "abbreviate") and node.value in named]
        applied = [part for part in parts if part.kind == "applied"]  # ε_i = η_i − Xθ_i
        parts += [body for part in applied for body in part.parts[-1].parts[:1]]
        return frozenset(id(without_brackets(part)) for part in parts)

    @cached_property
    def spread(self) -> frozenset[int]:
        """Bars at the end of a term of what norms and transposes are taken of: each entry, no length."""
        return bars_of_entries(self.order, self.measured)

    @cached_property
    def spelt(self) -> frozenset[str]:
        """The small letters that stand by themselves in the text."""
        return frozenset(re.findall(r"(?<![^\W\d_])[a-z](?![^\W\d_])", self.text))

    def _kin(self) -> tuple[dict[str, str], frozenset[str]]:
        """For names with a label the one that tells their kind, x for x^*, and which of them are no scalars."""
        kin: dict[str, str] = {}
        shaped: set[str] = set()
        for name, (base, is_exponent) in self.labelled.items():
            if name not in self.names or self.names[name].declared:
                continue
            head = kin.setdefault(base, base if base in self.names else name)
            kin[name] = head
            shaped |= {head} if is_exponent and self.names[name].indexed < 2 else set()  # z^A_{b,i} is an entry
        return {name: head for name, head in kin.items() if name in self.labelled and head != name}, frozenset(shaped)

    def _resolve(self) -> None:
        """Walks down the tree, carrying the indices that are bound, and resolves every name."""

        if self.tree.kind in ("state", "repeat", "formula"):
            self.tree = Node("sequence", [self.tree], ["first"], self.tree.start, self.tree.end)
        stack: list[tuple[Node, Scope]] = [(self.tree, {})]
        while stack:
            node, scope = stack.pop()
            handler = HANDLERS.get(node.kind)
            if handler:
                scope = handler(self, node, scope) or scope
            stack.extend((part, scope) for part in reversed(node.parts))
        self.pi = ""
        if "pi" in self.names:
            from matdiff.language.sized_constants import settle_pi

            self.pi = settle_pi(self, self.tree)
        resolve_unbound(self)
        if self.tree.kind == "sequence":
            from matdiff.language.items import require_meant

            require_meant(self, self.tree)
        for node in () if self.free else postorder(self.tree):
            binders = node.value.binders if node.kind == "big_sum" else ()
            if unused := next((b for b in binders if not (b.used or b.bare)), None):
                raise self.error(node, f"the index {unused.name} of the sum does not occur in it", "multiply instead")
        for recursion in self.recursions.values():
            recursion.require_use(self)
        if self.recursions:
            from matdiff.language.recurrences.gathering import put_in_order

            put_in_order(self, self.tree)
        count_from_one(self, self.names, self.tree)
        settle_sets(self, self.names, self.tree)
        self._count_free()

    def _count_free(self) -> None:
        """The letter of a general member x[k] is a number where it stands by itself: k x[k]."""
        letters = {name for name in self.free_indices if name in self.names and name not in self.declared}
        for node in postorder(self.tree) if letters else ():
            if node.kind == "member" and node.value[0] in letters:
                raise self.error(node, f"{node.value[0]} is an index, and cannot have one itself")
            if node.kind == "symbol" and node.value[0] in letters:
                self.names.pop(node.value[0], None)
                self._index(node, self.free_indices[node.value[0]])

    def shift(self, offset: int) -> None:
        """Moves all places, when other text comes in front."""
        for node in {id(node): node for node in self.order}.values():
            node.start, node.end = node.start + offset, node.end + offset
        self.notes = [(place + offset, sentence) for place, sentence in self.notes]

    def note(self, node: Node, sentence: str) -> None:
        """Says how a doubtful place was read; it is shown if this reading is taken."""
        self.notes.append((node.start, sentence))

    def decide(self, node: Node, name: str, cost: int, doubt: MatdiffError | None = None) -> bool:
        """Custom's answer for a name with a subscript, or the other one where the search asks for it.

        Where a *doubt* is given and both answers can be read, it is raised.
        """
        if name not in self.decided:
            self.decided[name] = place = len(self.text) + node.start  # behind the places of the lexer
            self.decisions.append(Decision(place, cost, doubt))
        return self.decided[name] not in self.other

    # ---- names and subscripts ----------------------------------------------------------------------

    def _name(self, node: Node, scope: Scope) -> Scope | None:
        name = node.value
        if name in scope:
            self._index(node, scope[name])
        elif (self.recursions or self.given) and (
            low := recurrences.written_low(self, name, self.text[node.start : node.end])
        ):
            return self.numbered(node, low[0], Excerpt(low[1], node.start, self.text), scope)
        elif name in self.given and name not in self.definitions:
            hint = f"write {self.given[name]}, or ∑ over its members" if self.given[name].indexed else ""
            raise self.error(node, f"{name} is not defined by itself, but {self.given[name]} is", hint)
        elif name in self.recursions:
            raise self.error(node, f"{name} has a value for every step", f"write {self.recursions[name].state(0)}")
        elif name in self.definitions and self.recursions and (state := recurrences.label_clash(self.recursions, name)):
            raise self.error(node, f"{name} is another name of a state of {state}")
        elif name in self.definitions:
            node.kind = "definition"
        elif name == "eye" or (name == "I" and name not in self.declared):
            node.kind, node.value = "constant", ("eye", ())
        else:
            self.as_symbol(node, name, scope)
        return None

    def _index(self, node: Node, index: Position) -> None:
        node.kind, node.value, node.parts = "counter", used(index), []

    def as_symbol(self, node: Node, name: str, scope: Scope) -> None:
        """A name without an index."""
        entry = self.entry_of(name)
        bare = scope.get(BARE)
        entry.plain = True
        entry.in_sums = entry.in_sums and bare is not None
        node.kind, node.value, node.parts = "symbol", (name, bare), []

    def entry_of(self, name: str) -> Name:
        if name not in self.names:
            self.names[name] = Name(name, self.declared.get(name))
        return self.names[name]

    def subscript(self, node: Node, scope: Scope) -> Scope | None:
        """x_i, 1_n, (A + B)_{jk}: a subscript that was written low; X_{i·} is the row i."""
        from matdiff.language.exponents import of_two
        from matdiff.language.sized_constants import resolve_letter, resolve_sized

        node.parts[0] = bare_name(node.parts[0])
        if both := of_two(self, node.parts[0], node.value, scope):
            node.parts, node.value = node.parts[0].parts[:1], both
        base, text = node.parts[0], with_colon(node.value)
        if (label := re.search(r"\w\((\w+)\)", text)) and canonical(label.group(1)) in scope:
            text = text.replace("(", "[").replace(")", "]")  # μ_{c(i)} is μ_{c_i}
        is_sized = base.kind == "NUMBER" or (base.kind == "NAME" and base.value == "I" and "I" not in self.declared)
        if is_sized and resolve_sized(self, node, base, text, scope):
            return None
        if base.kind == "NAME" and resolve_letter(self, node, base.value, text.strip(), scope):
            return None
        if self.is_numbered(base):
            return self.numbered(node, base.value, self._low(node, text), scope)
        pieces = re.split(r"[\s,]+", text.strip())
        low = word_among(pieces, {*scope, *self.declared}, scope) or zero_among(pieces, self.text)
        if word := base.kind == "NAME" and low:
            return self._labelled(node, base, word, [piece for piece in pieces if piece != word], scope)
        if fixed := subscripts(self._low(node, text), self.with_general(scope), self.first_place(base)):
            self.as_part(node, base, fixed, scope)
            return None
        if base.kind == "NAME" and re.fullmatch(STEP, text):
            self.leave(node, base, [re.sub(r"[\s^]", "", text)], scope)
            return None
        if "" in pieces or not re.fullmatch(r"(?:[\w\s,]|\[\w+\]|:(?=\s*(?:,|$)))+", text):
            is_bracket = re.fullmatch(r"\(\w+\)", text)
            hint = "it may be one of the sorted values; write x_i for a member" if is_bracket else ""
            raise self.error(node, f"the subscript {text} is not made of letters and digits", hint)
        self._require_no_binder(node, text, scope)
        for written in (pieces, list(text)):
            found = [Place() if piece == ":" else position_of(self, piece, scope) for piece in written]
            if None not in found:
                self.as_part(node, base, [index for index in found if index is not None], scope)
                return None
        self.leave(node, base, letters_among(pieces, scope), scope)
        return None

    def _labelled(self, node: Node, base: Node, word: str, others: list[str], scope: Scope) -> Scope | None:
        """y_{pred,i} is the member i of y_pred, and Y_{0,pre} a name."""
        name, numbers = canonical(f"{base.value}_{word}"), "".join(others)
        if numbers.isdecimal() and not (name in self.names and self.names[name].indexed):
            self.as_symbol(node, canonical(f"{name}_{numbers}"), scope)
            return None
        base.value, node.value = name, ",".join(others)
        return self.subscript(node, scope)

    def _require_no_binder(self, node: Node, text: str, scope: Scope) -> None:
        """Refuses x_{k|k-1} under a sum over k, where the label would be another one in every term."""
        letters = re.split("given|minus|plus", text) if "given" in text else ()
        if binder := next((letter for letter in letters if canonical(letter) in scope), None):
            hint = f"write a family with a label of its own, x_{{pred,{binder}}}"
            raise self.error(node, f"the label of a name has the index {binder} of a sum", hint)

    def is_numbered(self, base: Node) -> bool:
        """Whether a name stands for the states of a recurrence, or for members that a definition gives."""
        given = self.given.get(base.value) if base.kind == "NAME" else None
        return given.indexed if given else base.kind == "NAME" and base.value in self.recursions

    def numbered(self, node: Node, name: str, piece: Excerpt, scope: Scope) -> Scope | None:
        """z[k] of a recurrence, p_k of a definition by members."""
        from matdiff.language.substitution import resolve_member

        if name in self.given:
            resolve_member(self, node, self.given[name], piece, scope)
            return None
        return recurrences.resolve_state(self, node, self.recursions[name], piece, scope)

    def first_place(self, base: Node) -> int:
        """The first number of a place: 0 of what is declared so, y[t=0..T]."""
        declaration = self.declared.get(base.value) if base.kind == "NAME" else None
        return 0 if declaration and declaration.zeros else 1

    def _low(self, node: Node, text: str) -> Excerpt:
        """What is written low behind an operand."""
        return Excerpt(text.strip(), max(node.start, node.end - len(text)), self.text)

    def leave(
        self, node: Node, base: Node, pieces: list[str], scope: Scope, spans: tuple[tuple[int, int], ...] = ()
    ) -> None:
        """Leaves a node with an index that no sum binds until all other names are known."""
        self.pending.append(Unbound(node, base, pieces, scope, spans))
        node.kind, node.parts = "unbound", [] if base.kind == "NAME" else [base]

    def with_general(self, scope: Scope) -> Scope:
        """The indices of sums, and the free ones that are declared: x[i + 1] of the member i."""
        return {**self.free_indices, **scope}

    def general(self, base: str, name: str, scope: Scope) -> Position | None:
        """A free index, where those are allowed; in a sum a family has none but those that it is declared with."""
        declaration = self.declared.get(base)
        if name in scope:
            return scope[name]
        if name not in self.free_indices:
            indices = dict(declaration.indices) if declaration else {}
            if not self.free or (any(scope) and indices and not indices.keys() & {name, "i1"}):  # which nobody wrote
                return None
            self.free_indices[name] = Binder(name, indices.get(name))
        return self.free_indices[name]

    def as_part(self, node: Node, base: Node, binders: Sequence[Position], scope: Scope) -> None:
        for index in binders:
            used(index)
        if base.kind == "NAME" and (written := recurrences.numbered_name(self, base.value, binders)):
            self.as_symbol(node, written, scope)
            return
        if base.kind == "NAME" and isinstance(scope.get(base.value), Binder):
            raise self.error(node, f"{base.value} is an index, and cannot have one itself")
        if base.value == "delta" and len(binders) == 2:
            from matdiff.language.sized_constants import kronecker

            base = kronecker(self, node, base, binders)
        if base.kind == "NAME" and base.value not in self.definitions and base.value not in scope:
            entry = self.entry_of(base.value)
            in_steps = [i for i in binders if isinstance(i, Place) and i.in_steps]
            is_fixed = not in_steps and any(isinstance(i, Place) for i in binders)
            is_constant = any(isinstance(i, Fixed) and not i.indices for i in binders) and not entry.indexed
            entry.plain, entry.in_sums = entry.plain or is_fixed or is_constant, entry.in_sums and not is_fixed
            entry.indexed = entry.indexed if is_fixed else len(binders)
            entry.note(binders)
            entry.places += in_steps
            node.kind, node.value, node.parts = "member", (base.value, binders), []
            return
        if base.kind == "bars":
            base.value = "entrywise"
        node.kind, node.value, node.parts = "entry", binders, [base]

    # ---- sums, functions, definitions --------------------------------------------------------------

    def _sum(self, node: Node, scope: Scope) -> Scope:
        """A sum binds its indices in its body."""
        from matdiff.language.summing import resolve_sum

        return scope if self.recursions and recurrences.summed(self, node, scope) else resolve_sum(self, node, scope)

    def excerpt(self, node: Node) -> Excerpt:
        written = plain(self.text[node.start : node.end]).strip()
        if all(sign in SUPERSCRIPTS for sign in written):  # of x⁽ⁱ⁾
            written = "".join(SUPERSCRIPTS[sign] for sign in written)
        return Excerpt(written, node.start, self.text)

    def error(
        self, at: Node | tuple[int, int], message: str, hint: str = "", error: type[MatdiffError] = NotationError
    ) -> MatdiffError:
        """The error that points at a node, or at a place in the text."""
        start, end = at if isinstance(at, tuple) else (at.start, at.end)
        return error(message, text=self.text, span=(start, max(end, start + 1)), suggestion=hint)


HANDLERS.update(NAME=Bound._name, subscript=Bound.subscript, big_sum=Bound._sum)
HANDLERS.announce(
    {
        "matdiff.language.conditions": "indicator",
        "matdiff.language.exponents": "power",
        "matdiff.language.items": "formula sequence step where",
        "matdiff.language.named_calls": "call method positive_part entries factorial norm weighted",
        "matdiff.language.reach": "apply product sum tight",
        "matdiff.language.square_brackets": "block index",
        "matdiff.language.substitution": "body unspecified",
    }
)
