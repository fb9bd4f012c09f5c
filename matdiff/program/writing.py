"""An array program as statements of Python: each array once, short ones where they are used."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from matdiff.algebra.dims import Size
from matdiff.program.arrays import Array
from matdiff.program.library import Backend
from matdiff.program.syntax import Node, extent, filled, identifier, name, tuple_of

ALWAYS_INLINE = ("number", "size", "input")
NEVER_INLINE = ("factor", "add_at", "loop")
DEEPEST = 4  # operations in each other in one line


class Writer:
    """Statements for the arrays of a program; *names* are those of inputs and sizes, *model* is an array among them."""

    def __init__(self, backend: Backend, names: dict[str, str], taken: set[str], model: str = "") -> None:
        self.backend = backend
        self.names = names
        self.taken = taken
        self.model = model
        self.lines: list[str] = []
        self.helpers: dict[str, None] = {}
        self._nodes: dict[Array, Node] = {}
        self._depth: dict[Array, int] = {}
        self._count = 0
        self._counters: dict[str, str] = {}
        self.uses: Counter[Array] = Counter()
        self.made: dict[str, Array] = {}  # the arrays of variables

    def keep(self, a: Array, node: Node, uses: int) -> None:
        """Notes what stands for an array: a variable, unless it is short and used once."""
        depth = 0 if a.op in ALWAYS_INLINE else 1 + max((self._depth[x] for x in a.args), default=0)
        if a.op not in ALWAYS_INLINE and (a.op in NEVER_INLINE or uses != 1 or depth > DEEPEST):
            node, depth = self.assigned(node), 0
            self.made.setdefault(ast.unparse(node), a)
        self._nodes[a], self._depth[a] = node, depth

    def assigned(self, node: Node) -> ast.Name:
        """A new variable with a value."""
        if isinstance(node, ast.Name):
            return node
        variable = ast.Name(self.new_variable(), ast.Load())
        self.line(variable, node)
        return variable

    def new_variable(self) -> str:
        """The next variable."""
        self._count += 1
        while f"t{self._count}" in self.taken:
            self._count += 1
        return f"t{self._count}"

    def variable(self, text: str) -> str:
        """A variable with a name of its own."""
        return identifier(text, self.taken)

    def counter(self, text: str) -> str:
        """The variable that counts the steps of a loop: loops one behind the other have the same."""
        if text not in self._counters:
            self._counters[text] = self.variable(text)
        return self._counters[text]

    def place_of_step(self, counter: Array) -> Node:
        """The number of a step, counted from 0."""
        return name(self._counters[counter.data[0].data[2].name])

    def stand_for(self, a: Array, node: Node) -> None:
        """Says what stands for an array that no operation of the program makes."""
        self._nodes[a], self._depth[a] = node, 0

    def line(self, target: Node, node: Node) -> None:
        """A statement that gives something a value."""
        self.lines.append(f"{ast.unparse(target)} = {ast.unparse(node)}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """The statements that are written meanwhile stand below a head."""
        before, self.lines = self.lines, []
        yield
        self.lines = [*before, head, *("    " + line for line in self.lines)]

    def own(self, a: Array) -> Node:
        """An array that may be changed: it is new and nothing else needs it, or it is a copy."""
        node = self.node(a)
        is_new = a.op in ("sum", "map", "contract", "embed", "add_at") and self.uses[a] == 1
        if not is_new or (a.op == "contract" and len(a.args) == 1):
            node = self.fill("copied(a)", a=node)
        return self.assigned(node)

    def node(self, a: Array) -> Node:
        """What stands for an array."""
        return self._nodes[a]

    def fill(self, template: str, **letters: Node) -> Node:
        """A formula with operands; what it has twice is a variable."""
        for letter, node in letters.items():
            if not isinstance(node, (ast.Name, ast.Constant)) and occurrences(template, letter) > 1:
                letters[letter] = self.assigned(node)
        return filled(template, letters, self.function)

    def function(self, called: str) -> Node:
        """A function of the library, or one that stands before the function that is written."""
        if called in self.backend.helpers:
            self._help(called)
            return name(f"_{called}")
        plain = called if called in BUILTIN or not self.backend.module else f"{self.backend.module}.{called}"
        text = self.backend.functions.get(called, plain)
        return ast.parse(text, mode="eval").body

    def _help(self, called: str) -> None:
        """Notes a helper and those that it calls."""
        if called not in self.helpers:
            text = self.backend.helpers[called]
            for other in self.backend.helpers:
                if f"_{other}(" in text and other != called:
                    self._help(other)
            self.helpers[called] = None

    @property
    def text(self) -> str:
        """All statements."""
        return "\n".join(self.lines)

    def kind(self, a: Array) -> str:
        """The kind of factorisation in the library."""
        return self.backend.kinds.get(a.data[0], a.data[0])

    def create(self, template: str, **letters: Node) -> Node:
        """A new array of the type of numbers that the arguments have."""
        call = self.fill(template, **letters)
        assert isinstance(call, ast.Call)
        like = self.backend.like if self.model else self.backend.unlike
        model = {"a": name(self.model)} if self.model else {}
        call.keywords += [ast.keyword(word, filled(value, model, self.function)) for word, value in like.items()]
        return call

    def size(self, s: Size) -> Node:
        """A size as a number."""
        return extent(s, lambda n: self.names[n])

    def shape(self, axes: Sequence[Size]) -> Node:
        """The lengths of some axes."""
        return tuple_of([self.size(n) for n in axes])

    def placed(self, a: Array, places: Sequence[int], rank: int) -> Node:
        """An array whose axes lie at some places among others, along which it is repeated."""
        return self.spread(self.node(a), places, rank)

    def spread(self, node: Node, places: Sequence[int], rank: int) -> Node:
        """The same of a node: x[:, None], or A.T."""
        node = self.permuted(node, sorted(range(len(places)), key=lambda k: places[k]))
        at = sorted(places)
        if not at or at == list(range(rank - len(at), rank)):
            return node
        index: list[Node] = [ast.Slice() if k in at else ast.Constant(None) for k in range(at[0], rank)]
        return ast.Subscript(node, tuple_of(index), ast.Load())

    def permuted(self, node: Node, order: Sequence[int]) -> Node:
        """The axes in another order."""
        if list(order) == list(range(len(order))):
            return node
        if len(order) == 2:
            return ast.Attribute(node, "T", ast.Load())
        return self.fill("transpose(a, b)", a=node, b=tuple_of(map(ast.Constant, order)))


def imports_of(backend: Backend, texts: Sequence[str]) -> list[str]:
    """The imports that some texts need, in the order that tools sort them in."""
    code = "\n".join(texts)
    found = [line for word, line in backend.imports.items() if re.search(rf"\b{re.escape(word)}", code)]
    return sorted(found, key=lambda line: (line.startswith("from"), line))


BUILTIN = ("int", "float", "abs", "range")


def occurrences(template: str, letter: str) -> int:
    """How often a letter stands in a formula."""
    tree = ast.parse(template, mode="eval")
    return sum(isinstance(n, ast.Name) and n.id == letter for n in ast.walk(tree))
