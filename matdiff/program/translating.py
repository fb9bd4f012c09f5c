"""The source of a function in another language: its syntax tree, walked with the ranks of all arrays, by a table.

What is computed and in which order is decided before; a table says how each operation is spelt, for operands of such
ranks.  What it lacks is refused by name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from matdiff.errors import UnsupportedError
from matdiff.program import more_axes
from matdiff.program.texts import ATOM, COMPARED, PLUS, POWER, TIMES, UNARY, Text
from matdiff.records import NamedTuple

SAME = {name: name for name in "exp log sqrt abs sin cos tan sinh cosh tanh asin acos atan log1p expm1 sign".split()}
RENAMED = {  # in every language; a name that ends in _ is that of a helper
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "maximum": "max", "minimum": "min", "relu": "relu_",
    "sigmoid": "sigmoid_", "sigmoid_slope": "sigmoid_slope_", "softplus": "softplus_", "indicator": "indicator_",
}  # fmt: skip


Answer = tuple[str, Sequence[str]]  # a title of what is returned, and its values


class Language(NamedTuple):
    """How a language spells what occurs.

    calls       by the name of a function and the ranks of its operands, such as ``sum 2``; {0}, {1} are operands
    entrywise   how a function of entries is called, for one number and for an array
    functions   functions of entries that have another name, or the same
    operators   of numbers, and of arrays entry by entry
    helpers     functions of our own that a name needs
    transposed  the transpose of {0}
    brackets    {0} at the places {1}, and what the last place is called
    returned    the lines that return results under their titles, at the end of a function or before
    function    the whole text
    """

    name: str
    calls: Mapping[str, str]
    entrywise: tuple[str, str]
    functions: Mapping[str, str]
    operators: Mapping[type[ast.AST], tuple[str, str, int]]
    helpers: Mapping[str, str]
    transposed: str
    brackets: str
    end: str
    parts_of_names: bool  # whether only what has a name can be asked for a part
    returned: Callable[[Translator, Sequence[Answer], bool], list[str]]
    function: Callable[[Function, Translator], str]


class Function(NamedTuple):
    """The parts of a function: statements are lines already."""

    name: str
    arguments: Sequence[str]
    docstring: Sequence[str]
    lines: Sequence[str]


class Translator:
    """Translates the source of one function.

    *ranks* are those of its arguments, *titles* of what it returns, for each of the *unknowns* where there are several.
    """

    def __init__(
        self, language: Language, ranks: Mapping[str, int], titles: Sequence[str], unknowns: Sequence[str]
    ) -> None:
        self.language = language
        self.titles = titles
        self.unknowns = unknowns
        self.argument_ranks = ranks
        self.ranks = dict(ranks)
        self.counters: set[str] = set()  # variables that count from 1 here, and from 0 in the tree
        self.helpers: dict[str, None] = {}
        self.outputs: list[str] = []
        self.named: list[str] = []
        self.count = 0

    def source(self, text: str) -> str:
        """The source in the language."""
        (function,) = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        statements = [line for node in function.body[1:] for line in self.statement(node, node is function.body[-1])]
        lines = [line for statement in statements for line in statement.split("\n")]
        doc = (ast.get_docstring(function) or "").split("\n")
        arguments = [a.arg for a in function.args.args]
        return self.language.function(Function(function.name, arguments, doc, lines), self)

    # ---- statements ---------------------------------------------------------------------------------

    def statement(self, node: ast.stmt, is_last: bool = False) -> list[str]:
        """The lines of a statement, behind those that give names to what it asks for a part."""
        lines = self.spelt_out(node, is_last)
        before, self.named = self.named, []
        return [*before, *lines]

    def spelt_out(self, node: ast.stmt, is_last: bool) -> list[str]:
        """The lines of a statement alone."""
        match node:
            case ast.Assign(targets=[ast.Name() as target], value=value):
                found = self.expression(value)
                self.ranks[target.id] = found.rank
                return [self.spelt("assign", target.id, found.text)]
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                return [self.changed(target, "", self.expression(value))]
            case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
                return [self.changed(target, "+" if isinstance(op, ast.Add) else "-", self.expression(value))]
            case ast.For(target=ast.Name() as k, iter=ast.Call(args=bounds)):
                return self.loop(k.id, bounds, node.body)
            case ast.If(test=ast.Compare(left=ast.Attribute(value=ast.Name(id=name), attr="ndim"))):
                if f"ndim differs {self.ranks[name]}" not in self.language.calls:
                    return []
                text = self.message(node.body[0].exc.args[0])  # type: ignore[attr-defined]
                return [self.spelt("refuse", self.spelt(f"ndim differs {self.ranks[name]}", name), text)]
            case ast.If(test=test, body=[ast.Raise(exc=ast.Call(args=[message]))]):
                return [self.spelt("refuse", self.expression(test).text, self.message(message))]
            case ast.If(test=test, body=body):
                inside = [line for line_of in body for line in self.statement(line_of)]
                head = self.spelt("if", self.expression(test).text)
                return [head, *("    " + line for text in inside for line in text.split("\n")), "end"]
            case ast.Return(value=ast.Tuple(elts=results)):
                parts = [r.elts if isinstance(r, ast.Tuple) else [r] for r in results]
                values = [[self.expression(p).text for p in part] for part in parts]
                answers = [*zip(self.titles, values, strict=True)]
                self.outputs = [name for title, r in answers for name in self.names(title, len(r))]
                return self.language.returned(self, answers, is_last)
        raise self.unknown("a statement of this kind")

    def names(self, title: str, count: int) -> list[str]:
        """What the results of a title are called."""
        parts = self.unknowns if len(self.unknowns) == count else range(1, count + 1)
        return [title] if count == 1 else [f"{title}_{part}" for part in parts]

    def loop(self, k: str, bounds: Sequence[ast.expr], body: Sequence[ast.stmt]) -> list[str]:
        """for k = 1..K, or from K to 1."""
        self.counters.add(k)
        count = self.linear(bounds[0], 1 if len(bounds) > 1 else 0)
        head = self.spelt("loop backwards" if len(bounds) > 1 else "loop", k, count)
        lines = [line for node in body for line in self.statement(node)]
        return [head, *("    " + line for line in lines), "end"]

    def changed(self, target: ast.Subscript, sign: str, value: Text) -> str:
        """Entries of an array that get other values: a part, or the diagonal."""
        rank = 1
        match target.value:
            case ast.Call(func=ast.Name(id="einsum"), args=[ast.Constant(value=word), ast.Name(id=name)]) if (
                self.ranks[name] > 2
            ):
                return more_axes.on_diagonal(self, name, str(word), sign, value)
            case ast.Call(func=ast.Name(id="einsum"), args=[ast.Constant(value="aa->a"), ast.Name(id=name)]):
                place = self.spelt("diagonal of", name)
                value = value if value.rank == 0 else Text(self.spelt("along diagonal", value.text))
            case ast.Name(id=name):
                place, rank = self.place(target)
            case _:
                raise self.unknown("an array that is laid out in another")
        kind = "change" if sign else "put"
        return self.spelt(f"{kind} {min(rank, 1)}", place, value.at(UNARY if sign == "-" else PLUS), sign)

    def message(self, node: ast.expr) -> str:
        """The text of an error, with the values that stand in it."""
        assert isinstance(node, ast.JoinedStr)
        texts, values = "", []
        for part in node.values:
            if isinstance(part, ast.Constant):
                texts += str(part.value)
            elif isinstance(part, ast.FormattedValue):
                values.append(self.expression(part.value).text)
                texts += self.spelt("shape shown" if isinstance(part.value, ast.Attribute) else "shown", values[-1])
        return self.spelt("message", texts, "".join(f", {v}" for v in values))

    # ---- expressions --------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> Text:
        """An expression."""
        match node:
            case ast.Name(id=name):
                return Text(self.linear(node)) if name in self.counters else Text(name, self.ranks.get(name, 0))
            case ast.Constant(value=value):
                return Text(repr(value))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                a = self.expression(operand)
                return Text(f"-{a.at(UNARY)}", a.rank, UNARY)
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return self.call("product", [self.expression(left), self.expression(right)])
            case ast.BinOp(left=left, op=op, right=right):
                return self.counted(node) or self.binary(op, self.expression(left), self.expression(right))
            case ast.Compare(left=ast.Attribute(value=ast.Name(id=name)), comparators=[ast.Tuple(elts=elts)]):
                lengths = ", ".join(self.expression(e).text for e in elts)
                return Text(self.spelt(f"shape differs {len(elts)}", name, lengths), 0, COMPARED)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self.binary(op, self.expression(left), self.expression(right))
            case ast.BoolOp(values=values):
                return Text(self.language.calls["or"].join(self.expression(v).text for v in values), 0, COMPARED)
            case ast.Attribute(value=value, attr="T"):
                a = self.expression(value)
                return a if a.rank < 2 else Text(self.language.transposed.format(a.at(ATOM)), 2)
            case ast.Attribute(value=ast.Name(id=name), attr="shape" | "ndim" as attr):
                return Text(self.spelt(f"{attr} {self.ranks[name]}", name))
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id=name), attr="shape"), slice=ast.Constant(value=k)):
                return Text(self.spelt("length", name, str(int(str(k)) + 1)))
            case ast.Subscript():
                return Text(*self.part(node))
            case ast.Call():
                return self.called(node)
        raise self.unknown("arrays with more than two axes")

    def counted(self, node: ast.BinOp) -> Text | None:
        """The number of a step, k + 1 in the tree."""
        if isinstance(node.left, ast.Name) and node.left.id in self.counters and isinstance(node.right, ast.Constant):
            return Text(self.linear(node), 0, PLUS)
        return None

    def binary(self, op: ast.AST, a: Text, b: Text) -> Text:
        """Entry by entry; a vector beside a matrix is a row of it."""
        of_numbers, of_arrays, level = self.language.operators[type(op)]
        rank = max(a.rank, b.rank)
        a, b = (
            more_axes.aligned(self, x, rank) if rank > 2 else self.as_row(x) if x.rank == 1 and y.rank == 2 else x
            for x, y in ((a, b), (b, a))
        )
        sign = of_arrays if rank else of_numbers
        left = a.at(level + (level == POWER))
        return Text(f"{left} {sign} {b.at(level + (not isinstance(op, ast.Add)))}", rank, level)

    def as_row(self, a: Text) -> Text:
        """A vector as a row."""
        return Text(self.language.transposed.format(a.at(ATOM)), 2)

    def called(self, node: ast.Call) -> Text:
        """A function of arrays."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "sum":
            return self.call("total", [self.expression(node.func.value)])
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        axis = next((k.value for k in node.keywords if k.arg == "axis"), None)
        if isinstance(axis, ast.Constant):
            name = f"{name} axis {axis.value!r}"
        if name == "einsum" and isinstance(node.args[0], ast.Constant):
            name, node = f"einsum {node.args[0].value!s}", ast.Call(node.func, node.args[1:], [])
        if name == "arange":
            return Text(self.spelt("arange", self.linear(node.args[0]), self.linear(node.args[1], -1)), 1)
        if name == "flipped" and isinstance(node.args[1], ast.Tuple) and isinstance(node.args[1].elts[0], ast.Constant):
            name, node = f"flipped {node.args[1].elts[0].value!r}", ast.Call(node.func, node.args[:1], [])
        if name in ("zeros", "ones", "empty", "full"):
            shape, *rest = node.args
            assert isinstance(shape, ast.Tuple)
            lengths = [self.expression(e).text for e in shape.elts]
            filler = [self.expression(e).text for e in rest]
            return Text(self.made(name, lengths, filler), len(lengths))
        if name.startswith("concatenate") and isinstance(node.args[0], ast.Tuple):
            blocks = [self.expression(b) for b in node.args[0].elts]
            joined = self.language.calls.get("between " + name, ", ").join(b.text for b in blocks)
            return self.call(name, [Text(joined, max(b.rank for b in blocks))])
        if name == "reshape" and isinstance(node.args[1], ast.Tuple):
            return self.reshaped(self.expression(node.args[0]), node.args[1].elts)
        return more_axes.called(self, name, node) or self.call(name, [self.expression(a) for a in node.args])

    def reshaped(self, a: Text, lengths: Sequence[ast.expr]) -> Text:
        """A number as a vector, or a vector as a row or a column."""
        single = [isinstance(n, ast.Constant) and n.value == 1 for n in lengths]
        match a.rank, single:
            case (0, []):
                return a
            case (0, [True]):
                return Text(self.spelt("single", a.text), 1)
            case (1, [True, _]):
                return self.as_row(a)
            case (1, [_, True]):
                return a._replace(rank=2)
        return more_axes.reshaped(self, a, [self.expression(n).text for n in lengths])

    def made(self, name: str, lengths: Sequence[str], filler: Sequence[str]) -> str:
        """A new array."""
        known = f"{name} {min(len(lengths), 2)}"
        if known not in self.language.calls:
            raise self.unknown("arrays with more than two axes")
        return self.spelt(known, ", ".join(lengths), *filler)

    def counter(self, text: str) -> str:
        """A variable that counts places, of which no argument has the name."""
        while text in self.ranks:
            text += "_"
        return text

    def call(self, name: str, operands: Sequence[Text]) -> Text:
        """By the table: a function of entries, or one of arrays of these ranks."""
        table, ranks = self.language.calls, " ".join(str(o.rank) for o in operands)
        if any(o.rank > 2 for o in operands):
            ranks = "more"
            if f"{name} {ranks}" not in table and name not in self.language.functions:
                raise self.unknown("arrays with more than two axes")
        spelling = table.get(f"{name} {ranks}", table.get(name))
        if spelling is not None:
            text, _, axes = spelling.partition(" → ")
            self.help(text)
            twice = self.language.transposed.format("") * 2
            at = [o.at(ATOM) for o in operands]
            inside = [o.text for o in operands]
            level = TIMES if text.startswith("(") else ATOM
            text = text[1:-1] if level == TIMES else text
            return Text(text.format(*at, inside=inside).replace(twice, ""), int(axes), level)
        if name not in self.language.functions:
            raise self.unknown(name.split(" axis")[0])
        rank = max(o.rank for o in operands)
        style = self.language.entrywise[rank > 0]
        text = style.format(self.language.functions[name], ", ".join(o.text for o in operands))
        self.help(text)
        return Text(text, rank)

    def help(self, text: str) -> None:
        """Notes the functions of our own in a text."""
        for name, definition in self.language.helpers.items():
            if f"{name}(" in text.replace(".(", "("):
                self.helpers.setdefault(name)
                if definition.count(name) and name not in self.helpers:
                    self.help(definition)

    # ---- parts --------------------------------------------------------------------------------------

    def part(self, node: ast.Subscript) -> tuple[str, int, int]:
        """Some places of an array, counted from 1: a row, a range, a vector as a column."""
        a = self.expression(node.value)
        index = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if any(isinstance(k, ast.Constant) and k.value is None for k in index):
            if a.rank == 1 and isinstance(index[0], ast.Slice) and len(index) == 2:
                return a.text, 2, a.level
            index += [ast.Slice()] * (a.rank - sum(isinstance(k, ast.Slice) for k in index))
            return more_axes.spread(self, a, [k for k, x in enumerate(index) if isinstance(x, ast.Slice)], len(index))
        text, rank = self.place(node)
        if a.rank > rank and not isinstance(index[0], ast.Slice):
            text = self.spelt(f"member {rank}", text, a.text)
        return text, rank, ATOM

    def place(self, node: ast.Subscript) -> tuple[str, int]:
        """The places of a part, and how many axes it has."""
        a = self.expression(node.value)
        index = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if isinstance(index[0], ast.Constant) and index[0].value is Ellipsis:
            return a.text, a.rank
        if self.language.parts_of_names and not a.text.isidentifier():
            self.count += 1
            self.named.append(self.spelt("assign", f"whole_{self.count}", a.text))
            a = Text(f"whole_{self.count}", a.rank)
        index += [ast.Slice()] * (a.rank - len(index))
        places = ", ".join(self.places(k) for k in index)
        return self.language.brackets.format(a.at(ATOM), places), sum(isinstance(k, ast.Slice) for k in index)

    def places(self, k: ast.expr) -> str:
        """The places of one axis, counted from 1."""
        if not isinstance(k, ast.Slice):
            return self.linear(k, 1)
        if k.lower is None and k.upper is None:
            return ":"
        if k.step is not None:
            raise self.unknown("steps between places")
        first = "1" if k.lower is None else self.linear(k.lower, 1)
        return f"{first}:{self.language.end if k.upper is None else self.linear(k.upper)}"

    def linear(self, node: ast.expr, more: int = 0) -> str:
        """A sum of names and numbers, and something more; what counts from 1 is one less in the tree."""
        terms: dict[str, int] = {}
        number = more
        stack = [(node, 1)]
        while stack:
            e, sign = stack.pop()
            match e:
                case ast.Constant(value=int() as value):
                    number += sign * value
                case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
                    stack += [(right, sign if isinstance(op, ast.Add) else -sign), (left, sign)]
                case ast.Name(id=name):
                    terms[name] = terms.get(name, 0) + sign
                    number -= sign * (name in self.counters)
                case ast.Call(func=ast.Name(id="int"), args=[inner]):
                    stack.append((inner, sign))
                case _:
                    text = self.expression(e).at(TIMES)
                    terms[text] = terms.get(text, 0) + sign
        parts = [f"{'-' if c < 0 else '+'} {'' if abs(c) == 1 else f'{abs(c)} * '}{n}" for n, c in terms.items() if c]
        parts += [f"{'-' if number < 0 else '+'} {abs(number)}"] if number or not parts else []
        joined = " ".join(parts)
        return joined[2:] if joined.startswith("+ ") else "-" + joined[2:]

    # ---- spellings ----------------------------------------------------------------------------------

    def spelt(self, name: str, *operands: str) -> str:
        """A spelling of the table with operands."""
        return self.language.calls[name].format(*operands)

    def unknown(self, what: str) -> UnsupportedError:
        """There is no spelling."""
        return UnsupportedError(f"there is no code for {what} in {self.language.name} yet", suggestion="take numpy")
