"""The search for the one reading that types: least unusual first.

In goes a bound tree; out comes the attempt that typed at the least cost.  An assignment gives each
choice (the kind of an undeclared symbol, a doubtful 1) one of its alternatives.  When it breaks at a
node, only the choices that the break depends on are varied, so the search stays small; when the text
is fully declared there is nothing to vary and it is one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import chain

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.errors import AmbiguityError, MatdiffError, UnsupportedError
from matdiff.language.binding import Bound
from matdiff.language.broadcasting import is_product
from matdiff.language.choices import Options
from matdiff.language.customs import BOLD_MATRICES, BOLD_VECTORS, DECLARED, Kinds
from matdiff.language.doubtful_code import is_word
from matdiff.language.doubts import require_customary, require_one_font, say_doubts
from matdiff.language.names import GREEK_WORDS
from matdiff.language.other_kinds import ambiguous, too_many
from matdiff.language.predictions import require_estimates
from matdiff.language.scopes import BARE
from matdiff.language.syntax import Node, postorder
from matdiff.language.typed import Misfit, Typed
from matdiff.language.typing import Attempt, Key, Penalty, function_key
from matdiff.language.words import PATH
from matdiff.records import NamedTuple

MOST_QUEUED = 20_000
FAR_FETCHED = 4  # a reading that makes more of vectors and matrices scalars is not taken
FARTHEST = 12  # nor is one that makes vectors and matrices against customs of more weight than that together
UNUSUAL = 2  # what it costs that a name is read against custom, and not only as custom often has it
ANY_COST = 10**9
MOST_WORK = 40_000  # nodes typed in all tries together
FEW = 4  # penalties of which every way to avoid them is tried
VISITS = 3  # how often every node is looked at, on average, for the choices that it depends on
PUSHED = 5  # as many nodes are typed while an assignment is queued

SUMMED = ("add", "subtract", "matmul")  # what is no product entry by entry
ONE_OF_MANY = frozenset("mean avg average median std offset shift bias baseline margin threshold".split())

Choices = dict[int, int]  # the alternatives of some choices
Assignment = tuple[tuple[int, int], ...]  # (choice, alternative) for each choice that goes against custom
Seen = dict[Assignment, int]  # the least that each assignment on the heap can cost
Heap = list[tuple[int, int, Assignment, bool]]  # the least that it can cost, how much of it are penalties, done


class Budget:
    """The work that all searches for the readings of one text may do together."""

    def __init__(self) -> None:
        self.left = MOST_WORK

    def spent(self, nodes: int) -> bool:
        """Counts nodes that are typed; whether it was too much, the first time apart."""
        is_first = self.left == MOST_WORK
        self.left -= nodes
        return self.left < 0 and not is_first


class Way(NamedTuple):
    """The cheapest way to avoid a penalty: by which choice, None to pay it; and the choices it depends on."""

    cost: int
    key: Key | None
    keys: list[Key]


class Tried(NamedTuple):
    """What an assignment came to: the choices that a better one has to vary, and the penalties on the way."""

    culprits: list[Key]
    penalties: list[Penalty]


class Found(NamedTuple):
    """A reading that types, and what it costs."""

    attempt: Attempt
    typed: Typed
    cost: int


class Search(Options):
    """The readings of one tree, by the choices that it has."""

    def __init__(self, bound: Bound, scalar: bool, budget: Budget, valued: bool = False, apart: bool = False) -> None:
        """*valued* is whether open functions may have scalar values, *apart* whether siblings may differ in kind."""
        super().__init__(bound, valued, apart)
        self.budget = budget
        self.scalar = scalar
        self.keys = list(self.choices)
        self.place = {key: k for k, key in enumerate(self.keys)}
        self.customary: dict[Key, str] = {key: alternatives[0][0] for key, alternatives in self.choices.items()}
        self.visited = 0
        self.first_error: MatdiffError | None = None
        self.first_culprits: list[Key] = []  # the choices that it depends on
        self.not_scalar: MatdiffError | None = None  # how the customary reading fails when it is but no scalar

    def run(self, most: int) -> Found | None:
        """The reading of least cost, if one costs at most *most*.

        An assignment waits with the least that it can cost in the end: what it costs itself, and for each penalty of
        the assignment that it comes from, unless it may avoid this, the cheapest way to pay or to avoid it.
        """
        heap: Heap = [(0, 0, (), False)]
        seen: Seen = {(): 0}
        settled = set[Assignment]()
        complete: dict[Assignment, Found] = {}
        while heap:
            cost, _, vector, done = heappop(heap)
            if cost > most:
                return None
            if done:
                grown = sum(of[n][1] for _, of, n in self._taken(vector) if of[n][0] in "VMR")
                is_far = grown > FARTHEST or self._made_less(vector) > FAR_FETCHED
                if self.first_error is not None and is_far:
                    raise self._with_declarations(self.not_scalar or self.first_error, vector)
                about = cost - self._cost((k, n) for k, n in vector if self.keys[k] not in self.first_culprits)
                if isinstance(self.first_error, (AmbiguityError, UnsupportedError)) and about >= FAR_FETCHED:
                    raise self.first_error
                self._accept(complete[vector], vector, heap, complete)
                return complete[vector]
            if vector in settled:
                continue
            settled.add(vector)
            if len(seen) > MOST_QUEUED or self.budget.spent(len(self.bound.order)):
                raise too_many(self.bound, self.keys)
            tried = self._try(vector, complete)
            self.budget.left -= PUSHED * len(tried.culprits)
            if vector in complete:
                heappush(heap, (complete[vector].cost, 0, vector, True))
            self._push_next(heap, seen, vector, tried)
        return None

    def _accept(self, found: Found, vector: Assignment, heap: Heap, complete: dict[Assignment, Found]) -> None:
        """Raises an error where a reading is not the one that custom leaves; says what is doubtful in it."""
        turned = {key: (of[0][0], of[n][0]) for key, of, n in self._taken(vector)}
        found.attempt.restore()
        require_customary(self.bound, found.attempt, turned, self.scalar)
        self._check_unique(found, vector, heap, complete)
        found.attempt.restore()
        require_one_font(self.bound, found.attempt, self.italic)
        require_estimates(self.bound)
        self._say_kinds(found, vector)
        say_doubts(self.bound, found.attempt)
        settled(found.attempt)

    def _cost(self, vector: Iterable[tuple[int, int]]) -> int:
        """What the choices of an assignment cost."""
        return sum(self.choices[self.keys[k]][n][1] for k, n in vector)

    def _taken(self, vector: Assignment) -> list[tuple[Key, Kinds, int]]:
        """The choices of an assignment: what each is about, its alternatives, and which of them is taken."""
        return [(self.keys[k], self.choices[self.keys[k]], n) for k, n in vector]

    def _made_less(self, vector: Assignment) -> int:
        """What it costs that letters customary for vectors and matrices are read as less, so that all is a scalar."""
        names = {k: self.bound.names.get(str(self.keys[k])) for k, _ in vector}
        rows = {k for k, name in names.items() if name is None or not name.is_family or name.whole}
        plain = [(k, n) for k, n in vector if k in rows]  # x_i may be anything, but not the row w_k of W
        taken = [(self.choices[self.keys[k]], n) for k, n in plain]
        scalars = [(kinds[0][0], kinds[n][1]) for kinds, n in taken if kinds[n][0] == "S"]
        is_matrix = any(custom == "M" and cost >= 3 for custom, cost in scalars)  # X is no scalar, N may be one
        if [custom for custom, _ in scalars] == ["M"]:  # nothing fits but one number, as R of w'm − R
            sums = (part for node in self.bound.order if node.kind == "sum" for part in node.parts)
            inner = (part.parts[0] if part.value in ("log", "ln") and part.parts else part for part in sums)  # + log Z
            terms = {part.value[0] for part in inner if part.kind == "symbol"}
            fitting = self.capitals & terms if self.not_scalar else self.capitals
            is_matrix &= fitting.isdisjoint(self.keys[k] for k, _ in plain)
        turned = sum(kinds[0][0] == "M" and kinds[n][0] in "VR" for kinds, n in taken)
        is_bold = any(self.choices[self.keys[k]] in (BOLD_VECTORS, BOLD_MATRICES) for k, n in vector if n)
        turned += sum((kinds[0][0], kinds[n][0]) == ("V", "M") for kinds, n in taken)  # (uᵀv)u is a vector
        is_turned = (turned > 0 or is_bold) and self.not_scalar is not None  # softmax(QKᵀ)V, ∑ᵢ αᵢ𝐱ᵢ
        paths = {node.value[0] for node in self.bound.order if node.kind == PATH}
        is_path = any(self.keys[k] in paths and self.choices[self.keys[k]][0][0] == "M" for k, _ in plain)
        is_array = any(  # x of ‖x‖ and k_jᵀ is no number, a capital letter no row, nor x without xᵀ
            (k in rows and of[n][0] == "R" and (of[0][0] == "M" or self._is_turned(k)))
            or ((of[0][0], of[n][0]) == ("V", "S") and self.keys[k] in self.arrays)
            for (k, n), of in ((pair, self.choices[self.keys[pair[0]]]) for pair in vector)
        )
        stems = [re.sub("_.*|[0-9]+$", "", str(self.keys[k])) for k, _ in plain]  # of x₁, x₂ and w_{box}, w_{cls}
        one_each = {stem: self.choices[self.keys[k]][n] for stem, (k, n) in zip(stems, plain, strict=True)}
        made = sum(cost for key, (kind, cost) in one_each.items() if kind == "S" and key not in self.prices)
        return made + (FAR_FETCHED + 1) * (is_matrix or is_turned or is_path or is_array)

    def _is_turned(self, k: int) -> bool:
        """Whether a column stands nowhere below a transpose or behind a column of ones, as rows do: x S xᵀ, 1x."""
        turned = [part for node in self.bound.order if node.kind == "transpose" for part in postorder(node)]
        names = {part.value[0] for part in turned if part.kind in ("symbol", "member")}
        is_repeated = re.search(rf"(?<![\d.])1[\s*]*{self.keys[k]}(?!\w)", self.bound.text) is not None
        return self.choices[self.keys[k]][0][0] == "V" and self.keys[k] not in names and not is_repeated

    def _with_declarations(self, error: MatdiffError, vector: Assignment) -> MatdiffError:
        """The error of the customary reading, with the declarations that another reading has."""
        taken = [(key, of[n][0]) for key, of, n in self._taken(vector) if key in self.bound.names]
        told = [(key, DECLARED[kind]) for key, kind in taken if kind in DECLARED and kind != "R"]
        if told and len(told) == len(vector) <= FEW:
            declared = "; ".join(f"{key}: {kind}" for key, kind in told)
            error.suggestion = "; ".join(filter(None, (error.suggestion, f"with {declared} declared it is read")))
        return error

    def _push_next(self, heap: Heap, seen: Seen, vector: Assignment, tried: Tried) -> None:
        """Queues the assignments that take the next alternative of one choice, and one that avoids what it can."""
        cost = self._cost(vector)
        taken = dict(vector)
        ways = list(self._ways(tried.penalties, taken))
        rest = sum(way.cost for way in ways)
        saved: dict[Key, int] = {}
        for way in ways:
            for key in way.keys:
                saved[key] = saved.get(key, 0) + way.cost
        for key in tried.culprits:
            self._push(heap, seen, cost, taken, self._next(key, taken), rest - saved.get(key, 0))
        avoided = [way.key for way in ways if way.key is not None]
        if len(set(avoided)) > 1:
            changed = dict(chain.from_iterable(self._next(key, taken).items() for key in avoided))
            self._push(heap, seen, cost, taken, changed, sum(way.cost for way in ways if way.key is None))

    def _push(self, heap: Heap, seen: Seen, cost: int, taken: Choices, changed: Choices, rest: int) -> None:
        """Queues the assignment that changes some choices; what the others cost is not added up again."""
        following = tuple(sorted({**taken, **changed}.items()))
        now = rest + cost + self._cost(changed.items()) - self._cost((k, taken[k]) for k in changed if k in taken)
        if now < seen.get(following, now + 1):  # it may be known to cost less than another way to it promised
            seen[following] = now
            heappush(heap, (now, rest, following, False))

    def _next(self, key: Key, taken: Choices) -> Choices:
        """The next alternative of a choice, if there is one."""
        k = self.place[key]
        now = taken.get(k, 0)
        return {k: now + 1} if now + 1 < len(self.choices[key]) else {}

    def _ways(self, penalties: list[Penalty], taken: Choices) -> Iterator[Way]:
        """The ways to avoid penalties, of as many as can be asked in linear time.

        A few may be avoided by any choice below their nodes.  Of many, as in a network of layers, each is avoided by
        the choices for the pieces that it comes from, or else all ways to avoid some of them would be tried.
        """
        most = self.visited + VISITS * len(self.bound.order)
        for penalty in penalties:
            if self.visited > most:
                return
            reasons = [reason.node for reason in penalty.reasons]
            yield self._way(penalty.cost, [penalty.node] if len(penalties) <= FEW else reasons, taken)

    def _way(self, cost: int, nodes: list[Node], taken: Choices) -> Way:
        """The cheapest way to avoid a penalty by one choice, or else to pay it."""
        keys = self._choices_in(nodes)
        best = Way(cost, None, keys)
        for key in keys:
            for n in self._next(key, taken).values():
                more = self.choices[key][n][1] - self.choices[key][n - 1][1]
                best = Way(more, key, keys) if more < best.cost else best
        return best

    def _try(self, vector: Assignment, complete: dict[Assignment, Found]) -> Tried:
        """Types one assignment; answers what a better reading has to vary."""
        assumed = dict(self.customary)
        for k, n in vector:
            assumed[self.keys[k]] = self.choices[self.keys[k]][n][0]
        assumed |= {name: assumed[head] for name, head in self.kin.items() if head in assumed}
        attempt = Attempt(self.bound, assumed)
        try:
            typed = attempt.run()
            if typed is None:  # an empty list, None, …
                raise attempt.misfit(self.bound.tree, "this is no expression")
            if self.scalar and not typed.is_scalar:
                message = f"a scalar is needed here, but {attempt.described(typed)}"
                hint = "a gradient is that of a scalar: take the sum, the trace or a norm, or ask matdiff jacobian"
                misfit = attempt.misfit(self.bound.tree, message, hint)
                self.not_scalar = misfit.error if not vector else self.not_scalar
                raise misfit
            if typed.rows is ONE and typed.cols is not ONE:
                attempt.penalty(self.bound.tree, 2, typed)  # nobody writes a row vector as the value of a text
        except Misfit as misfit:
            culprits = self.keys if attempt.sizes.disagreement else self._choices_in([misfit.node])
            if self.first_error is None:
                self.first_error, self.first_culprits = misfit.error, culprits
            return Tried(culprits, attempt.penalties)
        complete[vector] = Found(attempt, typed, self._cost(vector) + sum(p.cost for p in attempt.penalties))
        parts = [name.name for name in self.bound.names.values() if name.whole]  # rows or columns: both are looked at
        return Tried([*self._choices_in([p.node for p in attempt.penalties]), *parts], attempt.penalties)

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
            self.visited += 1
            if node.kind in ("before", "start", "iterate"):
                return self.keys
            if node.kind == "argument":
                stack.extend(node.value[1:])
                continue
            if node.kind == "definition" and node.value in self.defined:
                stack.append(self.defined[node.value])
            key: Key = node.value[0] if node.kind in ("symbol", "member", PATH) else id(node)
            key = function_key(node.value[0]) if node.kind == "unspecified" else key
            key = BARE if node.kind == "big_sum" else key
            key = self.kin.get(key, key) if isinstance(key, str) and key not in self.place else key
            if key in self.place:
                found[key] = None
            stack.extend(node.parts)
        return list(found)

    def _check_unique(self, found: Found, vector: Assignment, heap: Heap, complete: dict[Assignment, Found]) -> None:
        """Raises AmbiguityError when another reading has the same cost."""
        ties = [v for cost, rest, v, _ in heap if cost == found.cost and rest == 0 and v != vector][:50]
        for other in ties:
            if other not in complete:
                self._try(other, complete)
            if other in complete and complete[other].cost == found.cost:
                raise ambiguous(self.bound, self.keys, found.attempt, complete[other].attempt)

    def _say_kinds(self, found: Found, vector: Assignment) -> None:
        """Notes the names that are read against custom, and how to say the other thing."""
        for k, n in vector:
            key = self.keys[k]
            (custom, _), (kind, cost) = self.choices[key][0], self.choices[key][n]
            is_usual = cost < UNUSUAL * (1 + self.others[key]) and not self._may_be_number(vector, k)
            name = self.bound.names.get(str(key))
            if custom not in DECLARED or is_usual or name is None or (name.indexed and (custom, kind) != ("V", "R")):
                continue
            place = next(n for n in self.bound.order if n.kind in ("symbol", "member", PATH) and n.value[0] == key)
            other = DECLARED[custom]
            written = found.attempt.written(place)
            shown = written if written.isalpha() else key  # η, and not eta
            declared = f"{key}[i=1..N]: n" if name.indexed == 1 else f"{shown}: {other}"
            said = f"{shown} is read as a {DECLARED[kind]}; if it is a {other}, declare it: {declared}"
            found.attempt.note(place, said)

    def _may_be_number(self, vector: Assignment, k: int) -> bool:
        """Whether a letter that is read as an array may as well be a number, as alpha of np.sum(alpha * x).

        A Latin letter that is added to a product of matrices is none, as b of A @ x - b, nor a word beside words, as in
        pred - target, unless it is the word for one number of many, as in data - mean.
        """
        key = self.keys[k]
        if self.choices[key][0][0] != "S" or not any(n.kind == "array" for n in self.bound.order):
            return False
        beside = [n for n in self.bound.order for part in n.parts if part.kind == "symbol" and part.value[0] == key]
        others = [part for n in beside for part in n.parts if part.kind != "symbol" or part.value[0] != key]
        are_terms = all(n.kind == "array" and n.value.name in SUMMED for n in beside)
        is_one = not ONE_OF_MANY.isdisjoint(str(key).split("_"))
        is_plain = all(part.kind != "symbol" and part.typed and part.typed.cols is ONE for part in others)
        is_plain = is_plain and not any(is_product(n) for part in others for n in postorder(part))  # w*x + b
        if is_word(self.bound, str(key)):
            is_plain = not is_one and all(is_word(self.bound, part) for part in others)
        if str(key) not in GREEK_WORDS and are_terms and is_plain:
            return False
        tried: dict[Assignment, Found] = {}
        other = tuple((place, n) for place, n in vector if place != k)
        self._try(other, tried)
        return other in tried


def settled(attempt: Attempt) -> None:
    """Finds out what the functions of matrices are taken of, if there are such."""
    if attempt.taken_of:
        from matdiff.language.functions_of_matrices import settle

        settle(attempt)
