"""The search for the one reading that types: least unusual first.

In goes a bound tree; out comes the attempt that typed at the least cost.  An assignment gives each
choice (the kind of an undeclared symbol, a doubtful 1) one of its alternatives.  When it breaks at a
node, only the choices that the break depends on are varied, so the search stays small; when the text
is fully declared there is nothing to vary and it is one pass.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

from matdiff.algebra.dims import ONE, SCALAR
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.binding import Bound
from matdiff.language.calls import CUSTOMARY_FUNCTIONS
from matdiff.language.customs import ITALIC, Kinds, kind_of, kinds, written_bold
from matdiff.language.leaves import is_of_entries
from matdiff.language.names import font_of
from matdiff.language.scopes import BARE, Name
from matdiff.language.syntax import Node
from matdiff.language.typed import Misfit, Typed
from matdiff.language.typing import Attempt, Key, function_key

MOST_TRIES = 1500
MOST_QUEUED = 20_000
FAR_FETCHED = 4  # a reading that makes more of vectors and matrices scalars is not taken
VALUED = 1  # what it costs that an open function has scalar values
ANY_COST = 10**9
MOST_WORK = 400_000  # nodes typed in all tries together


Assignment = tuple[tuple[int, int], ...]  # (choice, alternative) for each choice that goes against custom
Heap = list[tuple[int, Assignment, bool]]


class Found(NamedTuple):
    """A reading that types, and what it costs."""

    attempt: Attempt
    typed: Typed
    cost: int


class Search:
    """The readings of one tree."""

    def __init__(self, bound: Bound, scalar: bool, valued: bool = False) -> None:
        """*valued* is whether open functions may have scalar values without a declaration."""
        self.bound = bound
        self.scalar = scalar
        self.bold = written_bold(bound.text)
        pairs = [(*font_of(name), name) for name in bound.names]
        self.italic = {stem: name for stem, font, name in pairs if font == "bold" and stem in bound.names}
        self.choices: dict[Key, Kinds] = {
            name.name: self._kinds(name) for name in bound.names.values() if not (name.declared or self._is_tied(name))
        }
        self._ones()
        if valued:
            self._open_functions()
        self.keys = list(self.choices)
        self.place = {key: k for k, key in enumerate(self.keys)}
        self.customary: dict[Key, str] = {key: alternatives[0][0] for key, alternatives in self.choices.items()}
        self.first_error: MatdiffError | None = None
        self.not_scalar: MatdiffError | None = None  # how the customary reading fails when it is but no scalar

    def _is_tied(self, name: Name) -> bool:
        """Whether the kind of a name is that of another undeclared one, as the kind of x^* is that of x."""
        head = self.bound.kin.get(name.name)
        return head is not None and self.bound.names[head].declared is None

    def _kinds(self, name: Name) -> Kinds:
        """The kinds that an undeclared name may have."""
        head = self.bound.kin.get(name.name)
        if head is not None and (declared := self.bound.names[head].declared):
            return ((kind_of(declared.shape), 0),)
        if name.name in self.italic:
            return ITALIC
        found = kinds(name, self.bound.ranges, self.bold)
        shaped = tuple(kind for kind in found if kind[0] != "S")
        return (shaped or found) if name.name in self.bound.shaped else found

    def _ones(self) -> None:
        """Where 1 may be the vector of ones: as a factor; custom reads it so beside a factor without a sign."""
        for node in self.bound.order:
            if node.kind in ("product", "tight"):
                for k, part in enumerate(node.parts):
                    one = part.parts[0] if part.kind == "transpose" else part
                    signs = node.value[max(k, 1) : k + 2]
                    if one.kind == "NUMBER" and one.value == 1 and "divide" not in signs:
                        implicit = "loose" in signs or "juxtapose" in signs or part.kind == "transpose"
                        implicit = implicit or any(p.kind == "transpose" for p in node.parts[k + 1 : k + 2])
                        self.choices[id(one)] = (
                            (("ones", 0), ("number", 4)) if implicit else (("number", 0), ("ones", 2))
                        )
            if node.kind == "big_sum" and any(binder.bare for binder in node.value.binders):
                self.choices[BARE] = (("members", 0), ("entries", 3))
            if node.kind == "applied" and is_of_entries(node):
                self.choices[id(node)] = (("whole", 0), ("entries", 1))
            if node.kind == "filled":
                self.choices[id(node)] = (("S", 0), ("V", 1), ("M", 2))
            if node.kind == "transpose" and node.parts[0].kind == "NUMBER" and node.parts[0].value in VECTORS_OF:
                self.choices[id(node.parts[0])] = ((VECTORS_OF[node.parts[0].value], 0), ("number", 5))

    def _open_functions(self) -> None:
        """Which of the open functions may have scalar values: rather the outer one of two, and none with primes."""
        names = [n.value[0] for n in self.bound.order if n.kind == "unspecified" and n.value[1] == 0]
        primed = {n.value[0] for n in self.bound.order if n.kind == "unspecified" and n.value[1] > 0}
        for k, name in enumerate(dict.fromkeys(reversed(names))):  # what stands inside comes before what is outside
            if name not in primed and name in CUSTOMARY_FUNCTIONS and name not in self.bound.declared:
                self.choices[function_key(name)] = (("entrywise", 0), ("valued", VALUED + (k > 0)))

    def run(self, most: int) -> Found | None:
        """The reading of least cost, if one costs at most *most*."""
        heap: Heap = [(0, (), False)]
        seen: set[Assignment] = {()}
        complete: dict[Assignment, Found] = {}
        tries = 0
        while heap:
            cost, vector, done = heappop(heap)
            if cost > most:
                return None
            if done:
                if self.scalar and self.first_error is not None and self._made_scalar(vector) > FAR_FETCHED:
                    raise self.not_scalar or self.first_error
                if isinstance(self.first_error, AmbiguityError) and cost >= FAR_FETCHED:
                    raise self.first_error
                self._check_unique(complete[vector], vector, heap, complete)
                self._check_fonts(complete[vector].attempt)
                return complete[vector]
            tries += 1
            if (
                len(seen) > MOST_QUEUED
                or tries > MOST_TRIES
                or tries * len(self.bound.order) > MOST_WORK + len(self.bound.order)
            ):
                raise self._too_many()
            culprits = self._try(vector, cost, complete)
            if vector in complete:
                heappush(heap, (complete[vector].cost, vector, True))
            for key in culprits:
                self._push_next(heap, seen, cost, vector, self.place[key])
        return None

    def _made_scalar(self, vector: Assignment) -> int:
        """What it costs that letters customary for vectors and matrices are read as scalars."""
        taken = [(self.choices[self.keys[k]], n) for k, n in vector]
        scalars = [(kinds[0][0], kinds[n][1]) for kinds, n in taken if kinds[n][0] == "S"]
        is_matrix = any(custom == "M" and cost >= 3 for custom, cost in scalars)  # X is no scalar, N may be one
        return sum(cost for _, cost in scalars) + FAR_FETCHED * is_matrix

    def _push_next(self, heap: Heap, seen: set[Assignment], cost: int, vector: Assignment, k: int) -> None:
        """Queues the assignment that takes the next alternative of one choice."""
        alternatives = self.choices[self.keys[k]]
        taken = dict(vector)
        now = taken.get(k, 0)
        if now + 1 < len(alternatives):
            following = tuple(sorted({**taken, k: now + 1}.items()))
            if following not in seen:
                seen.add(following)
                heappush(heap, (cost + alternatives[now + 1][1] - alternatives[now][1], following, False))

    def _try(self, vector: Assignment, cost: int, complete: dict[Assignment, Found]) -> list[Key]:
        """Types one assignment; answers the choices that a better reading has to vary."""
        assumed = dict(self.customary)
        for k, n in vector:
            assumed[self.keys[k]] = self.choices[self.keys[k]][n][0]
        assumed |= {name: assumed[head] for name, head in self.bound.kin.items() if head in assumed}
        attempt = Attempt(self.bound, assumed)
        try:
            typed = attempt.run()
            if self.scalar and not typed.is_scalar:
                misfit = attempt.misfit(
                    self.bound.tree,
                    f"a scalar is needed here, but {attempt.described(typed)}",
                    "a gradient is that of a scalar: take the sum, the trace or a norm",
                )
                self.not_scalar = misfit.error if not vector else self.not_scalar
                raise misfit
            if typed.rows is ONE and typed.cols is not ONE:
                attempt.penalty(self.bound.tree, 2, typed)  # nobody writes a row vector as the value of a text
        except Misfit as misfit:
            self.first_error = self.first_error or misfit.error
            return self.keys if attempt.sizes.disagreement else self._choices_in([misfit.node])
        complete[vector] = Found(attempt, typed, cost + sum(p for _, p in attempt.penalties))
        parts = [name.name for name in self.bound.names.values() if name.whole]  # rows or columns: both are looked at
        return [*self._choices_in([node for node, _ in attempt.penalties]), *parts]

    def _choices_in(self, roots: list[Node]) -> list[Key]:
        """The choices on which the nodes below some nodes depend."""
        if not self.keys or not roots:
            return []
        found: dict[Key, None] = {}
        stack, seen = list(roots), set[int]()
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if node.kind in ("definition", "before", "start", "iterate"):
                return self.keys
            if node.kind == "argument":
                stack.extend(node.value[1:])
                continue
            key: Key = node.value[0] if node.kind in ("symbol", "member") else id(node)
            key = function_key(node.value[0]) if node.kind == "unspecified" else key
            key = BARE if node.kind == "big_sum" else key
            key = self.bound.kin.get(key, key) if isinstance(key, str) and key not in self.place else key
            if key in self.place:
                found[key] = None
            stack.extend(node.parts)
        return list(found)

    def _check_unique(
        self,
        found: Found,
        vector: Assignment,
        heap: Heap,
        complete: dict[Assignment, Found],
    ) -> None:
        """Raises AmbiguityError when another reading has the same cost."""
        ties = [v for cost, v, _ in heap if cost == found.cost and v != vector][:50]
        for other in ties:
            if other not in complete:
                self._try(other, sum(self.choices[self.keys[k]][n][1] for k, n in other), complete)
            if other in complete and complete[other].cost == found.cost:
                raise self._ambiguous(found.attempt, complete[other].attempt)

    def _check_fonts(self, attempt: Attempt) -> None:
        """Raises AmbiguityError where a letter is a vector or matrix both in bold and in italics: it may be one."""
        for name, bold in self.italic.items():
            declared = self.bound.names[name].declared, self.bound.names[bold].declared
            if attempt.shape_of(self.bound.names[name])[0] == SCALAR or all(declared):
                continue
            raise AmbiguityError(
                f"bold {name} and plain {name} can be one thing, or two of which neither is a scalar",
                text=self.bound.text,
                span=(self.bound.tree.start, self.bound.tree.end),
                suggestion=f"write both in one font, or declare both, {bold} and {name}",
            )

    def _ambiguous(self, one: Attempt, two: Attempt) -> AmbiguityError:
        differing = [key for key in self.keys if one.assumed[key] != two.assumed[key]]
        shown = [
            ", ".join(
                f"{k} {WORDS[a.assumed[k]]}" if isinstance(k, str) else f"1 as {WORDS[a.assumed[k]]}" for k in differing
            )
            for a in (one, two)
        ]
        return AmbiguityError(
            f"two readings are possible: {shown[0]}; or {shown[1]}",
            text=self.bound.text,
            span=(self.bound.tree.start, self.bound.tree.end),
            suggestion="declare the sizes to decide, as in X: m x n; w: n; a: scalar",
        )

    def _too_many(self) -> AmbiguityError:
        undeclared = ", ".join(k for k in self.keys if isinstance(k, str))
        return AmbiguityError(
            "too many undeclared names to find out their sizes" if undeclared else "too many readings of 1",
            text=self.bound.text,
            span=(self.bound.tree.start, self.bound.tree.end),
            suggestion=f"declare some of {undeclared[:200]}",
        )


VECTORS_OF = {0: "zeros", 1: "ones"}  # what a number with a transpose is a vector of
WORDS = {
    "S": "is a scalar",
    "V": "is a vector",
    "M": "is a matrix",
    "R": "is a row vector",
    "zeros": "the vector of zeros",
    "rows": "is a row of the matrix with its capital letter",
    "columns": "is a column of it",
    "entry": "is an entry of the matrix with its capital letter",
    "ones": "the vector of ones",
    "number": "the number",
    "entrywise": "is taken of each entry",
    "valued": "has scalar values",
    "whole": "is taken as a whole",
    "entries": "is taken of each entry",
}
