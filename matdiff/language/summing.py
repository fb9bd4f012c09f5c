"""Sums over indices: which letters a sum binds, from where to where they run, and which terms there are.

In goes a sum whose limits are clauses, out comes the same sum with its indices, and with the conditions on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Size, size
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.extents import Excerpt
from matdiff.language.fixed import fixed, position_of
from matdiff.language.limits import Among, Chain, Limits, Range, bound_by, bound_text, split_letters
from matdiff.language.named_calls import summed_in
from matdiff.language.names import canonical, font_of
from matdiff.language.places import at, binder_of, position
from matdiff.language.scopes import BARE, Binder, Fixed, Place, Position, Scope, fresh_letter
from matdiff.language.syntax import Node, is_double, postorder, without_brackets
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

INDICES, TARGETS = "ijklmn", "tyc"  # ∑_{i≠j} is over both, ∑_{j≠t} leaves out the class t
Comparison = tuple[str, str, str]


class Summation(NamedTuple):
    """A sum with its indices, the first one outside; *operator* is sum, prod, min or max."""

    operator: str
    binders: list[Binder]
    conditions: list[tuple[Position, str, Position]]


def resolve_sum(bound: Bound, node: Node, scope: Scope) -> Scope:
    """A sum binds its indices in its body."""
    operator, limits = node.value
    if not limits.clauses and (letter := _letter_inside(bound, node, scope)):
        limits = limits._replace(clauses=(Range(letter, ONE, None),))
    if not limits.clauses:
        return _bare(bound, node, scope)
    return _Resolved(bound, node, scope, operator, limits).run()


def _bare(bound: Bound, node: Node, scope: Scope) -> Scope:
    """A sum that names no index runs over the data."""
    free = next((i for i in "ijklst" if i not in scope and i not in bound.spelt), None)
    if node.value[0] != "sum":
        raise bound.error(node, "the index is missing", "write ∏_i, min_k")
    if free is None:
        raise bound.error(node, "too many sums without an index", "write the indices: ∑_i")
    binder = Binder(free, None, bare=True)
    bound.ranges.add("N")
    bound.summed |= summed_in(without_brackets(node.parts[0]))
    node.value = Summation("sum", [binder], [])
    return {**scope, BARE: binder, free: binder}


def _letter_inside(bound: Bound, node: Node, scope: Scope) -> str:
    """The letter over which a sum without limits runs: the only one that numbers what is in it, as in Σ(x_i − μ)²."""
    if bound.text[node.start : node.parts[0].start].strip() not in ("∑", "Σ", r"\sum", r"\Sigma", "sum", "sum("):
        return ""
    inside = free_letters(node.parts[0], None)
    nodes = list(postorder(node.parts[0]))
    pairs = (pair for n in nodes if n.kind == "subscript" and len(pair := _letters(n.value)) == 2 and pair & RUNNING)
    running = inside & RUNNING.union(*pairs)  # u too, of r_ui
    free = running.difference(scope, bound.declared)
    letters = sorted(free - wanted_indices(bound.wrt) or free)  # ∂/∂x_i of Σ x_i² is that of Σ_i x_i²
    named = (str(n.value) for n in nodes if n.kind == "NAME" and n.value in bound.definitions)
    own = [name[-2:] for name in named if name[-3:-2] == "_"]
    letters = next((sorted(low) for low in own if all(re.search(f"_{i}(?!\\w)", bound.text) for i in low)), letters)
    bases = {id(n.parts[0]) for n in nodes if n.kind in ("subscript", "index") or _is_numbered(n)}
    bare = {n.value for n in nodes if n.kind == "NAME" and id(n) not in bases} & DATA - bound.wrt - {*bound.declared}
    if len(letters) > 1 or (letters and bare):
        message = f"it is not clear what the sum runs over: {', '.join([*letters, *sorted(bare)])}"
        raise bound.error(node, message, f"write ∑_{letters[0]}")
    if letters:
        bound.note(node, f"the sum is over {letters[0]}; ∑_k would be over k")
    return letters[0] if letters else ""


RUNNING = frozenset("ijklmnpqrst")
DATA = frozenset("xyz")  # over which a sum without limits runs where they have no index


class _Resolved:
    """One sum.

    letters     the letters that it binds, in order
    low, high   where they start and end, as far as that is written
    conditions  comparisons as they were written
    """

    def __init__(self, bound: Bound, node: Node, scope: Scope, operator: str, limits: Limits) -> None:
        self.bound, self.node, self.scope = bound, node, scope
        self.operator, self.limits = operator, limits
        self.letters: dict[str, None] = {}
        self.low: dict[str, Size] = {}
        self.high: dict[str, Size] = {}
        self.conditions: list[Comparison] = []
        self.masks: list[tuple[str, tuple[str, ...]]] = []
        self.sets: dict[str, str] = {}  # the letter of the set that an index runs through

    def run(self) -> Scope:
        for clause in self.limits.clauses:
            if isinstance(clause, Range):
                self.range(clause)
        for clause in self.limits.clauses:
            if isinstance(clause, Among):
                self.membership(clause)
            elif isinstance(clause, Chain):
                self.bind_letters(clause)
        for clause in self.limits.clauses:
            if isinstance(clause, Chain):
                self.compare(clause)
        if not self.letters:
            raise self.error("the sum has no index of its own", "write ∑_{i=1}^N")
        inner = self.inner()
        conditions = [self.condition(c, inner) for c in self.conditions]
        self.bound.apart.update(frozenset((a, b)) for a, sign, b in conditions if sign in "<≠")
        binders = [b for letter in self.letters if (b := binder_of(inner[letter])) is not None]
        self.node.value = Summation(self.operator, binders, conditions)
        for name, letters in self.masks:
            self.mask(name, letters, inner)
        return inner

    # ---- the letters that are bound ------------------------------------------------------------------

    def bind(self, letter: str) -> None:
        if letter in self.scope or letter in self.letters:
            raise self.error(f"the index {letter} is bound twice", "use another letter for the inner sum")
        self.letters[letter] = None

    def range(self, clause: Range) -> None:
        """i = 1, …, n; where the first or the last number depends on other indices, it becomes a condition."""
        self.bind(clause.letter)
        last = clause.last if clause.last is not None else self.limits.upper
        if self.depends(clause.first):
            self.conditions.append((str(clause.first - ONE), "<", clause.letter))
        else:
            self.low[clause.letter] = clause.first
        if last is not None and (outer := self.moving(last)):
            message = f"the sum to {last} has another end for every {outer}"
            raise self.error(message, "sum to N, over terms that may be 0")
        if last is not None and self.depends(last):
            self.conditions.append((clause.letter, "≤", str(last)))
        elif last is not None:
            self.high[clause.letter] = last

    def depends(self, extent: Size) -> bool:
        return any(name in self.scope or name in self.letters for name in extent.names())

    def moving(self, extent: Size) -> str:
        """The index of an outer sum that is a letter of the end of this one, as n is of ∑_{t=1}^{T_n}."""
        low = (name.partition("_")[2] for name in extent.names())
        return next((letter for letter in low if letter in self.scope or letter in self.letters), "")

    def bind_letters(self, clause: Chain) -> None:
        """The letters of a chain that are indices of this sum: those that its body is indexed with."""
        own = any(canonical(side) in self.letters for side in clause.sides)
        if clause.relations == ("=",) or (own and len(clause.sides) == 2):
            return  # y_i = k, and j ≠ t behind j = 1, say nothing of the range of k or t
        fresh = [c for s in clause.sides if _is_letter(s) and (c := canonical(s)) not in (*self.scope, *self.letters)]
        fresh = [c for c in fresh if c not in self.bound.declared]
        indexed, occurring = letters_in(self.node.parts[0])
        candidates = [c for c in fresh if c in indexed] or [c for c in fresh if c in occurring]
        if len(clause.sides) == 3 and len(candidates) == 3 and canonical(clause.sides[1]) in candidates:
            is_triple = all(c in indexed for c in candidates)
            candidates = candidates if is_triple else [canonical(clause.sides[1])]
        if len(candidates) == 2 and clause.relations == ("≠",):
            candidates = self.pair(candidates)
        for letter in candidates:
            self.bind(letter)
            if self.limits.upper is not None:
                self.high.setdefault(letter, self.limits.upper)

    def pair(self, letters: list[str]) -> list[str]:
        """i ≠ j where nothing binds either: both run, unless one of them also stands outside of the sum."""
        outside = free_letters(self.bound.tree, self.node) | wanted_indices((*self.bound.wrt, *self.bound.left))
        for place in self.bound.pending:  # what stands before the sum
            outside |= {canonical(piece) for piece in place.pieces if len(piece) == 1} - place.scope.keys()
        fixed = [letter for letter in letters if letter in outside]
        first, second = letters
        if not fixed and second in TARGETS and first in INDICES:
            fixed = [second]
            self.bound.note(self.node, f"{second} is one fixed index; ∑_{{{first},{second}}} runs over both")
        if len(fixed) == 1:
            return [letter for letter in letters if letter not in fixed]
        if len(fixed) == 2 or first > second or second in TARGETS:
            both, one = f"∑_{{{second},{first}}}", f"∑_{{{first}={1}, {first}≠{second}}}^{{n}}"
            message = f"a sum over {first} ≠ {second} can run over both indices, or over {first} alone"
            hint = f"write ∑_{second} ∑_{{{first}≠{second}}} for both, or bind {second}: {both} … {one}"
            raise self.bound.error(self.node, message, hint, AmbiguityError)
        said = f"∑ over {first} ≠ {second} runs over all such pairs"
        self.bound.note(self.node, f"{said}; over {first} alone it is {{{first}=1, …}}")
        return letters

    def membership(self, clause: Among) -> None:
        """(i, j) ∈ E is a factor E[i, j] of 0 and 1; an index in a set without a declaration runs through it."""
        if clause.of and not any(c in self.scope or c in self.letters for c in clause.of):
            clause = clause._replace(name=f"{clause.name}_{''.join(clause.of)}", of=())  # C_k of one k
        shape = self.bound.declared[clause.name].shape if clause.name in self.bound.declared else None
        if not clause.paired and shape is not None and ONE in shape:
            for letter in clause.letters:  # each of them in S
                self.membership(clause._replace(letters=(letter,), paired=True))
            return
        if not clause.paired and shape is None:
            shown, name = ", ".join(clause.letters), clause.name
            message = f"{shown} ∈ {name} can be pairs in {name}, or each of them in {name}"
            hint = f"write ({shown}) ∈ {name} for pairs; for each declare {name}: N, a vector of 0 and 1"
            raise self.bound.error(self.node, message, hint, AmbiguityError)
        for letter in clause.letters:
            if letter not in self.scope:
                self.bind(letter)
        name, declared = clause.name, clause.name in self.bound.declared
        indexed, _ = letters_in(self.node.parts[0])
        unused = next((c for c in clause.letters if c not in indexed), None)
        if unused is not None:
            raise self.error(f"{unused} is no index of what is summed", f"write ∑_i with {unused}_i for data")
        if declared or clause.of or len(clause.letters) > 1:
            indices = (*clause.of, *clause.letters)
            self.masks.append((name, indices))
            shown = ", ".join(indices)
            self.bound.note(self.node, f"{name}[{shown}] is 1 where there is a term, and 0 elsewhere")
        else:
            self.sets[clause.letters[0]] = name
            self.high[clause.letters[0]] = count_of(name)

    # ---- ranges and conditions -------------------------------------------------------------------------

    def compare(self, clause: Chain) -> None:
        """What a chain says: the first or last number of an index, or a condition."""
        for (left, right), sign in zip(pairwise(clause.sides), clause.relations, strict=True):
            step = size(sign == "<")
            if sign in "≤<" and canonical(left) in self.letters and (last := self.constant(right)) is not None:
                self.high[canonical(left)] = last - step
            elif sign in "≤<" and canonical(right) in self.letters and (first := self.constant(left)) is not None:
                self.low[canonical(right)] = first + step
            else:
                self.conditions.append((left, sign, right))

    def constant(self, text: str) -> Size | None:
        """A side without an index: a number, or a size, with which nothing in the body is indexed."""
        extent = bound_text(Excerpt(text, self.node.start, self.bound.text))
        indexed, _ = letters_in(self.node.parts[0])
        is_index = bool(extent.names() & (indexed - self.bound.written_sizes))
        return None if self.depends(extent) or is_index else extent

    def inner(self) -> Scope:
        """The scope of the body: an index that starts at a is one from 1 with a − 1 more."""
        inner = dict(self.scope)
        for letter in self.letters:
            first, last = self.low.get(letter, ONE), self.high.get(letter)
            start = first.number
            if start is None:
                raise self.error(f"the index {letter} starts at {first}, which is no number", "shift the index")
            count = None if last is None else last - size(start - 1)
            if count is not None and count.number is not None and count.number < 1:
                raise self.error(f"the sum from {first} to {last} has no terms")
            binder = Binder(fresh_letter(letter, self.scope, self.bound.spelt), count, first=start)
            inner[letter] = at(binder, start - 1)
            self.bound.indices.add(letter)
            self.bound.ranges |= last.names() if last is not None else {"N"}
            self.bound.written_sizes |= last.names() if last is not None else set()
            if letter in self.sets:
                self.bound.sets.setdefault(self.sets[letter], []).append(binder)
        return inner

    def condition(self, comparison: Comparison, inner: Scope) -> tuple[Position, str, Position]:
        left, sign, right = comparison
        sides = self.side(left, inner), self.side(right, inner)
        if sign in "≤<" and any(isinstance(side, Fixed) and side.indices for side in sides):
            message = f"{left} {sign} {right} is no condition on indices"
            raise self.error(message, "multiply the terms by 0 or 1, as [x_i > 0] does")
        for side in sides:
            binder = binder_of(side)
            if binder is not None and binder.name not in self.letters:
                binder.used = True
        return sides[0], sign, sides[1]

    def side(self, text: str, inner: Scope) -> Position:
        """A side of a condition: an index, a number, or an index that nothing binds."""
        found = position(Excerpt(text, self.node.start, self.bound.text), inner, self.bound.ranges, self.bound.numbers)
        found = found or position_of(self.bound, text, inner)
        if found is None and re.fullmatch(r"[^\W\d]\w*", text):
            name = canonical(text)
            general = None if name in self.bound.declared else self.bound.general("", name, inner)
            if general is None and len(low := name.partition("_")[2]) > 1 and inner.keys() >= {*low}:
                hint = f"multiply the terms by 0 or 1, as [{text} = 1] does"
                raise self.error(f"{text} is a number for every {', '.join(low)}, and no index", hint)
            found = general or fixed(self.bound, name)
        if found is None or (isinstance(found, Place) and found.single is None):
            if not _is_letter(text):
                raise self.error(f"{text} is no index with a number more or less")
            raise self.error(f"{text} is not bound by a sum", f"write ∑_{text} …, or a number in its place")
        return found

    def mask(self, name: str, letters: tuple[str, ...], inner: Scope) -> None:
        """The body times E[i, j]."""
        if self.operator != "sum":
            raise self.error(f"{name} is a set of indices, which only a sum can run through")
        if missing := next((c for c in letters if c not in inner), None):
            raise self.error(f"{missing} is not bound by a sum")
        body = self.node.parts[0]
        factor = Node("index", [], None, self.node.start, body.start)
        base = Node("NAME", [], name, self.node.start, body.start)
        self.bound.as_part(factor, base, [inner[c] for c in letters], inner)
        self.node.parts = [Node("product", [factor, body], ["first", "times"], body.start, body.end)]
        self.bound.masks.add(name)

    def error(self, message: str, suggestion: str = "") -> MatdiffError:
        return self.bound.error(self.node, message, suggestion)


def _is_letter(side: str) -> bool:
    return re.fullmatch(r"[^\W\d_][^\W_]*", side) is not None


def count_of(name: str) -> Size:
    """How many members a set has that is not declared: N_S for S."""
    return size(f"N_{font_of(name)[0]}")


# ---- letters of a tree ------------------------------------------------------------------------------------


def letters_in(tree: Node) -> tuple[set[str], set[str]]:
    """The letters that stand as indices in a tree, and all letters of it."""
    indexed, occurring = set[str](), set[str]()
    for node in postorder(tree):
        if node.kind == "NAME":
            occurring.add(node.value)
        elif node.kind == "subscript":
            indexed |= _letters(node.value)
        elif node.kind == "index" or (node.kind == "power" and len(node.parts) > 1 and node.parts[1].kind == "group"):
            indexed |= {n.value for n in postorder(node.parts[1]) if n.kind == "NAME"}
    return indexed, occurring | indexed


def _letters(subscript: str) -> set[str]:
    return {letter for word in re.findall(r"[^\W\d_]+", subscript) for letter in split_letters(word)}


def _is_numbered(node: Node) -> bool:
    """Whether a node is x^{(i)}."""
    return node.kind == "power" and len(node.parts) > 1 and is_double(node.parts[1])


def free_letters(tree: Node, besides: Node | None) -> set[str]:
    """The letters that stand as indices outside of a node, and that no sum binds there."""
    free: dict[int, set[str]] = {}
    for node in postorder(tree):
        letters = set[str]().union(*(free[id(part)] for part in node.parts))
        if node is besides:
            letters = set()
        elif node.kind == "big_sum" and isinstance(node.value, tuple) and not isinstance(node.value, Summation):
            clauses = node.value[1].clauses
            sure = (c._replace(sides=c.sides[1:-1]) if isinstance(c, Chain) else c for c in clauses)  # 1 ≤ i ≤ N
            letters = letters.difference(*map(bound_by, sure))
            letters = letters if clauses or len(letters) > 1 else set()  # λ(1 − ∑ x_i) has no i
        elif node.kind == "subscript":
            letters |= _letters(node.value)
        elif node.kind == "unspecified" and [part.kind for part in node.parts] == ["NAME"]:
            letters.add(node.parts[0].value)  # e(t)
        elif node.kind == "index" or _is_numbered(node):
            letters |= {n.value for n in postorder(node.parts[1]) if n.kind == "NAME"}
        free[id(node)] = letters
    return free[id(tree)]


def wanted_indices(unknowns: Iterable[str]) -> set[str]:
    """The letters of x[i], x_i and L_{ij}, and none of L_{div}."""
    found = (split_letters(run) for name in unknowns for run in re.findall(r"[^\W\d_]+", re.sub(r"^[^\[_]*", "", name)))
    return {letter for letters in found if len(letters) < 3 or {*letters} <= {*"ijkl"} for letter in letters}
