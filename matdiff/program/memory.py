"""Statements in which arrays that nothing needs any more give their memory to what is computed from them.

t3 = t1 * t2 - Y       t1 *= t2           where t1 is needed no longer; it stands for t3 from then on
                       t1 -= Y
(t1 - y) @ A           t1 -= y
                       t1 @ A

New memory takes longer to get than to compute with: a statement in place costs a half to a fifth.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from matdiff.program.arrays import Array, Axes, with_steps
from matdiff.program.statements import FUNCTIONS
from matdiff.program.syntax import Node, name
from matdiff.records import NamedTuple

NEW = ("sum", "map", "reduce", "solve", "factor", "inverse", "add_at", "concatenate")  # arrays of their own
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
COMMUTATIVE = (ast.Add, ast.Mult)


class Change(NamedTuple):
    """What is done to an array: a function of it alone, or with another one on its right (*is_left*) or on its left."""

    function: Node
    other: Node | None = None
    operator: ast.operator = ast.Add()
    is_left: bool = True


class Way(NamedTuple):
    """Which variable is changed, and how, one change after the other."""

    base: ast.Name
    changes: tuple[Change, ...] = ()

    def then(self, change: Change) -> Way:
        """The same with one more change."""
        return Way(self.base, (*self.changes, change))


class Memory(ast.NodeTransformer):
    """Goes through the statements of a function.

    *made* are the arrays of variables, *program* is all that is computed, *variable* makes a new variable.  Vectors
    are short: they are left alone.
    """

    def __init__(
        self, lines: Sequence[str], made: Mapping[str, Array], program: Sequence[Array], variable: Callable[[], str]
    ) -> None:
        self.made = made
        self.variable = variable
        self.lines: list[str] = []
        self.changes = 0
        self.stands: dict[str, str] = {}  # the variable whose memory one is computed in
        self.memory: dict[str, tuple[str, ...]] = {}  # the variables that one may share its memory with
        self.are_flat = all(len(a.axes) <= 2 for a in with_steps(program))
        statements = ast.parse("\n".join(lines)).body
        for s in statements:
            self.note_aliases(s)
        reading = list(map(self.memory_in, statements))
        self.last = {v: k for k, found in enumerate(reading) for v in found}
        for k, s in enumerate(statements):
            self.uses, self.place = reading[k], k
            match s:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if target in made:
                    self.assign(target, value)
                case ast.Assign() | ast.Return():
                    self.write(self.generic_visit(s))
                case _:
                    self.write(s)

    def write(self, s: ast.AST) -> None:
        """Notes a statement with the variables that there are."""
        renamed = Renaming(self.stands).visit(s) if self.stands else s
        self.lines += ast.unparse(renamed).split("\n")

    def assign(self, target: str, value: Node) -> None:
        """Notes what gives a variable its value."""
        match value:
            case ast.Call(func=ast.Attribute(attr="array"), args=[ast.Name(id=copied)]) if self.is_free(copied):
                self.stands[target] = self.stands.get(copied, copied)
                return
        way = self.own(value, self.made[target].axes)
        if way is None:
            value = self.inside(value)
            free = next((v for v in self.memory_in(value) if self.is_free(v)), None)
            if free is not None and self.made[target].axes:  # what is behind the name is given back
                self.stands[target] = self.stands.get(free, free)
            self.write(ast.Assign([name(target)], value, lineno=0))
        else:
            self.change(way)
            self.stands[target] = self.stands.get(way.base.id, way.base.id)

    def visit(self, node: ast.AST) -> ast.AST:
        """An expression within a statement, of which a part is computed in place before."""
        return self.part(node) if isinstance(node, ast.expr) else self.generic_visit(node)

    def part(self, e: Node) -> Node:
        """The same of a whole expression."""
        way = self.own(e) if self.are_flat else None
        if way is None:
            return self.inside(e)
        self.change(way)
        return way.base

    def inside(self, e: Node) -> Node:
        """An expression whose operands are computed in place where that is possible."""
        found = self.generic_visit(e)
        assert isinstance(found, ast.expr)
        return found

    def change(self, way: Way) -> None:
        """Notes the changes of a variable; what is computed from the variable is computed before."""
        target = way.base
        self.changes += 1
        for function, other, operator, is_left in self.computed_before(way):
            if other is not None and (is_left or isinstance(operator, COMMUTATIVE)):
                self.write(ast.AugAssign(ast.Name(target.id, ast.Store()), operator, other))
            else:
                arguments: list[Node] = [target] if other is None else [other, target]
                self.write(ast.Expr(ast.Call(function, arguments, [ast.keyword("out", target)])))

    def computed_before(self, way: Way) -> list[Change]:
        """The changes, where operands that need the variable itself are variables as well."""
        found = []
        for c in way.changes:
            if c.other is not None and not is_same(c.other, way.base):
                c = c._replace(other=self.part(c.other))
            if c.other is not None and self.needs(c.other, way.base) and not is_same(c.other, way.base):
                before = name(self.variable())
                self.write(ast.Assign([before], c.other, lineno=0))
                c = c._replace(other=before)
            found.append(c)
        return found

    # ---- whose memory it is -----------------------------------------------------------------------

    def note_aliases(self, s: ast.stmt) -> None:
        """Notes with which variables one that is assigned may share its memory."""
        match s:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                is_own = target in self.made and is_new(self.made[target])
                shared = [] if is_own else [v for n in names_in(value) for v in self.memory.get(n, (n,))]
                self.memory[target] = tuple(dict.fromkeys([target, *shared]))

    def memory_in(self, s: ast.AST) -> Counter[str]:
        """How often each memory is read."""
        return Counter(v for n in names_in(s) for v in self.memory.get(n, (n,)))

    def needs(self, e: Node, base: ast.Name) -> bool:
        """Whether an operand is computed from a variable."""
        return base.id in self.memory_in(e)

    def own(self, e: Node, axes: Axes | None = None) -> Way | None:
        """The way in which an expression is computed in the memory of a variable; None of no such.

        Without its *axes* it has those of a matrix in it, where there are no arrays with more.
        """
        return next((way for way in ways(e) if way.changes and self.is_possible(way, axes)), None)

    def is_free(self, variable: str) -> bool:
        """Whether a variable is a matrix that nothing needs behind this statement."""
        a = self.made.get(variable)
        return a is not None and len(a.axes) > 1 and is_new(a) and self.last.get(variable) == self.place

    def is_possible(self, way: Way, axes: Axes | None) -> bool:
        """Whether the memory of the variable is free for the result."""
        base = way.base.id
        if not self.is_free(base) or axes not in (None, self.made[base].axes):
            return False
        reading = [(c.other, self.memory_in(c.other)[base]) for c in way.changes if c.other is not None]
        if self.uses[base] != 1 + sum(count for _, count in reading):
            return False
        first = way.changes[0].other  # A * A may be computed in A, (A * A) * A may not
        return all(
            not count or is_computed(other) or (other is first and is_same(other, way.base)) for other, count in reading
        )


class Renaming(ast.NodeTransformer):
    """Puts other variables for some."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> Node:
        return ast.Name(self.names[node.id], node.ctx) if node.id in self.names else node


def ways(e: Node) -> Iterator[Way]:
    """The variables that an expression changes entry by entry, and how."""
    match e:
        case ast.Name():
            yield Way(e)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            for way in ways(left):
                yield way.then(Change(numpy(OPERATORS[type(op)]), right, op))
            for way in ways(right):
                yield way.then(Change(numpy(OPERATORS[type(op)]), left, op, is_left=False))
        case _ if (function := function_of(e)) is not None:
            for way in ways(function[1]):
                yield way.then(Change(function[0]))


def function_of(e: Node) -> tuple[Node, Node] | None:
    """A function that can write over its argument, and the argument."""
    match e:
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return numpy("negative"), inner
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr=called) as function, args=[inner], keywords=[]):
            return (function, inner) if called in FUNCTIONS else None
    return None


def numpy(function: str) -> Node:
    """A function of NumPy."""
    return ast.Attribute(name("np"), function, ast.Load())


def is_new(a: Array) -> bool:
    """Whether an array has memory of its own."""
    is_sum = a.op == "contract" and len({*a.data[0]}) > len(a.axes)
    return not a.axes or a.op in NEW or is_sum or (a.op == "contract" and len(a.args) > 1)


def is_computed(e: Node) -> bool:
    """Whether an operand is no part of an array that is there."""
    match e:
        case ast.Subscript(value=inner) | ast.Attribute(value=inner, attr="T"):
            return is_computed(inner)
        case ast.Call(func=ast.Attribute(attr=called)):
            return called in ("sum", "max", "min") or (called == "einsum" and len(e.args) > 2)
    return isinstance(e, ast.BinOp)


def is_same(e: Node | None, base: ast.Name) -> bool:
    """Whether an operand is the variable itself."""
    return isinstance(e, ast.Name) and e.id == base.id


def names_in(s: ast.AST) -> Iterator[str]:
    """The variables in a statement."""
    return (n.id for n in ast.walk(s) if isinstance(n, ast.Name))
