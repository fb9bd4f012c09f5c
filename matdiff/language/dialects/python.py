"""Python code to the syntax tree, by Python's own parser; nothing is executed.

Arrays (NumPy, JAX, PyTorch) become nodes of the kind ``array``, whose value is a ``Call``: an operator is the call of
the function that it stands for.  SymPy and cvxpy mean matrices; they become the nodes of the language itself.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate
from typing import Any

from matdiff import regex as re
from matdiff.errors import MatdiffError, NotationError, UnknownNameError, UnsupportedError
from matdiff.language.dialects import (
    MODULES,
    SUBMODULES,
    Dialect,
    algebra,
    aliasing,
    classes,
    defined,
    fields,
    functionals,
    is_keras,
    layers,
    loops,
    problems,
    python_text,
    statements,
    subscripts,
)
from matdiff.language.dialects.functionals import together
from matdiff.language.dialects.inlining import inlined
from matdiff.language.dialects.python_text import LAMBDA, NotPython, empty, parsed
from matdiff.language.dialects.recorded import DISTRIBUTIONS
from matdiff.language.extents import Excerpt
from matdiff.language.names import GREEK_CLASS, MARKS, canonical, nearest
from matdiff.language.syntax import Node
from matdiff.language.words import Vocabulary
from matdiff.recording.arrays import FUNCTIONS
from matdiff.records import NamedTuple

LETTER = rf"[A-Za-z0-9_{GREEK_CLASS}{MARKS}]"  # of a name, as in the other spellings


class Call(NamedTuple):
    """What is called: a function by its name, the names of the arguments that have one, its module, and its place."""

    name: str
    names: tuple[str, ...] = ()
    module: str = ""
    place: tuple[int, int] = (0, 0)


def tree(text: str, dialect: Dialect, names: frozenset[str], known: Vocabulary) -> Said:
    """What a piece of Python says; *names* are declared, and *known* are the open functions among them."""
    found, written, shift = parsed(text)
    converter = Converter(text, written, shift, dialect, names, known)
    unknowns = problems.unknowns(converter, found)
    return converter.whole(found)._replace(unknowns=unknowns)


class Said(NamedTuple):
    """The tree of a piece of Python, what it says of names, X: matrix, what is to be noted, and what it says varies."""

    tree: Node
    told: tuple[tuple[Excerpt, str], ...] = ()
    notes: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()


class Converter:
    """The nodes of one piece of Python; *shift* is how many signs stand in front of the text in what was parsed."""

    def __init__(
        self, text: str, written: str, shift: int, dialect: Dialect, names: frozenset[str], known: Vocabulary
    ) -> None:
        self.text = text
        self.shift = shift
        self.dialect = dialect
        self.names = names
        self.known = known
        self.is_keras = is_keras(text)
        lines = written.splitlines(keepends=True)
        self.lines = [line.encode() for line in lines] or [b""]
        self.starts = [0, *accumulate(map(len, lines))]
        self.done: dict[int, Node] = {}
        self.letters = set[str]()  # that count the rounds of loops

    # ---- places and errors ---------------------------------------------------------------------------

    def span(self, node: Any) -> tuple[int, int]:
        """The place of a node in the text."""
        return self.place(node.lineno, node.col_offset), self.place(node.end_lineno, node.end_col_offset)

    def place(self, line: int, column: int) -> int:
        before = len(self.lines[line - 1][:column].decode(errors="ignore"))
        return min(max(self.starts[line - 1] + before - self.shift, 0), len(self.text))

    def refused(
        self, node: Any, message: str, hint: str = "", error: type[MatdiffError] = UnsupportedError
    ) -> MatdiffError:
        """The error for what has no meaning in an expression."""
        return error(message, text=self.text, span=self.span(node), suggestion=hint)

    # ---- statements ----------------------------------------------------------------------------------

    def whole(self, parsed: ast.Expression | ast.Module) -> Said:
        """Definitions, and the expression last."""
        said: list[tuple[Excerpt, str]] = []
        notes: list[str] = []
        aliasing.require_apart(self, parsed)
        if self.dialect.name == "cvxpy" and isinstance(parsed, ast.Expression):
            parsed = ast.Module([ast.copy_location(ast.Expr(parsed.body), parsed.body)], [])
        loops.unfolded(self, parsed)
        if isinstance(parsed, ast.Module):
            parsed.body = inlined(self, parsed.body)
        if self.dialect.name == "cvxpy" and isinstance(parsed, ast.Module):
            parsed.body, said, notes = problems.unfolded(self, parsed.body)
        notes += fields.unfolded(self, parsed)
        said += [(Excerpt(n.id, self.span(n)[0], self.text), "matrix") for n in defined.of_matrices(self, parsed)]
        defined.unfolded(self, parsed)
        said += [(Excerpt(n.id, self.span(n)[0], self.text), "vector") for n in fields.of_numbers(parsed)]
        for labels, note in classes.unfolded(self, parsed):
            said.append((labels, "matrix"))
            notes.append(note)
        aliasing.require_own(self, statements.of_function(parsed))
        if isinstance(parsed, ast.Expression):
            layers.unfolded(self, loops.inside(self, [ast.copy_location(ast.Expr(parsed.body), parsed.body)]))
            return Said(self.function_of(parsed.body), tuple(said), tuple(notes))
        returned = bool(parsed.body) and isinstance(parsed.body[-1], (ast.Return, ast.FunctionDef, ast.ClassDef))
        body = statements.with_values(statements.statements_of(parsed.body))
        body = statements.renamed(body if returned else statements.in_order(body))
        body = statements.with_sizes(loops.inside(self, body), functionals.SIZED)
        said += [(Excerpt(name.id, self.span(name)[0], self.text), "matrix") for name in statements.matrices(body)]
        body, unused = statements.needed(layers.unfolded(self, body), returned)
        items = [self.statement(item, item is body[-1]) for item in body]
        if not items:
            raise empty(self.text)
        signs = ["first", *["then"] * (len(items) - 1)]
        whole = Node("sequence", items, signs, items[0].start, items[-1].end) if len(items) > 1 else items[0]
        return Said(whole, tuple(said), (*notes, *(f"{name} takes no part in what is returned" for name in unused)))

    def statement(self, item: ast.stmt, is_last: bool) -> Node:
        """name = expression; an expression, perhaps with return, is the last statement."""
        match item:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                said = self.function_of(value) if is_last else self.expression(value)
                return Node("define", [said], self.name(name), *self.span(item))
            case ast.Expr(value=ast.Name() as value) if is_last and self.span(item) != self.span(value):  # (h)
                return Node("group", [self.expression(value)], None, *self.span(item))
            case ast.Expr(value=value) | ast.Return(value=ast.expr() as value) if is_last:
                return self.function_of(value)
            case ast.Expr() | ast.Return():
                raise self.refused(item, "only definitions can stand before the last statement", error=NotationError)
        word = python_text.STATEMENTS.get(type(item).__name__, "this statement")
        hint = "matdiff.from_function records whole functions"
        raise self.refused(item, f"{word} cannot stand in an expression", hint)

    def function_of(self, value: ast.expr) -> Node:
        """The node of what the text is about."""
        if isinstance(value, ast.Tuple):
            raise self.refused(value, "several values are given", "keep the one that is meant")
        if isinstance(value, ast.Compare):
            message = "a condition stands where the function is expected"
            raise self.refused(value, message, "np.where(x > 0, a, b) chooses by one")
        return self.expression(value)

    # ---- expressions ---------------------------------------------------------------------------------

    def expression(self, root: ast.expr) -> Node:
        """The node of an expression: what stands inside is done first."""
        order: list[ast.expr] = []
        stack = [root]
        while stack:
            node = stack.pop()
            order.append(node)
            stack.extend(self.parts(node))
        for node in reversed(order):
            self.done[id(node)] = HANDLERS[type(node)](self, node)
        return self.done[id(root)]

    def parts(self, node: ast.expr) -> list[ast.expr]:
        """The expressions inside an expression."""
        match node:
            case ast.Lambda(body=body):
                return [body]
            case ast.UnaryOp(operand=operand):
                return [operand]
            case ast.BinOp(left=left, right=right):
                return [left, right]
            case ast.Compare(left=left, comparators=[right]) if self.dialect.entrywise:
                return [left, right]
            case ast.Call() if (cast := functionals.cast_of(self, node)) is not None:
                return [cast]
            case ast.Attribute() if functionals.epsilon(self, node):
                return []
            case ast.Call(args=arguments) if (said := functionals.word(self, node)) is not None:
                return [a for a in arguments if a is not said]
            case ast.Call(func=func, keywords=keywords):
                if (operands := functionals.operands(self, node)) is not None:
                    return node.args[:operands]
                owner = [func.value] if isinstance(func, ast.Attribute) and self.module(func) is None else []
                return [*owner, *self.listed(node), *[k.value for k in keywords]]
            case ast.Attribute(value=value) if self.module(node) is None:
                return [value]
            case ast.Subscript(value=value):
                return [value, *functionals.directions(self, node)]
            case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt) if self.dialect.entrywise:
                return [elt]
            case ast.Tuple(elts=elements) | ast.List(elts=elements) if not python_text.is_literal(node):
                return elements
            case ast.Starred(value=value):
                raise self.refused(node, "a * in front of an argument cannot be read")
            case _ if type(node) in HANDLERS and not isinstance(node, ast.Compare):
                return []
        if isinstance(node, (ast.BoolOp, ast.Compare, ast.IfExp)):
            hint = "np.maximum, np.abs, np.sign and np.clip say what most of them are for"
            raise self.refused(node, "a condition cannot be read", hint)
        word = python_text.EXPRESSIONS.get(type(node).__name__, "this expression")
        raise self.refused(node, f"{word} cannot be read", "write the whole as operations on arrays")

    def listed(self, node: ast.Call) -> list[ast.expr]:
        """The arguments of a function of matrices, which for hstack([A, B]) stand in one list."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if self.dialect.entrywise or name not in python_text.STACKS or len(node.args) != 1:
            return node.args
        return node.args[0].elts if isinstance(node.args[0], (ast.Tuple, ast.List)) else node.args

    def name(self, written: str) -> str:
        return "lambda" if written == LAMBDA else canonical(written)

    def module(self, node: ast.expr) -> str | None:
        """np.linalg of np.linalg.norm, stats.norm of norm.cdf, S of S.Trace; None where the owner is an array."""
        names: list[str] = []
        name = getattr(node, "attr", "")
        while isinstance(node, ast.Attribute):
            node = node.value
            names.append(node.attr if isinstance(node, ast.Attribute) else "")
        if not isinstance(node, ast.Name) or not names or canonical(node.id) in self.names:
            return None
        if names == [""] and f"stats.{node.id}.{name}" in FUNCTIONS:
            return f"stats.{node.id}"
        if node.id not in MODULES:
            is_class = name[:1].isupper() and name in algebra.CALLED and len(node.id) == 1  # S.Trace
            return node.id if is_class and self.dialect.name == "sympy" else None
        if node.id == "F" and self.dialect.name != "torch":
            return None
        inner = [name for name in reversed(names) if name]
        strange = next((part for part in inner if part not in SUBMODULES), None)
        if strange and not ("stats" in (node.id, *inner[:-1]) and strange == inner[-1] in DISTRIBUTIONS):
            path = ".".join([node.id, *inner])
            raise self.refused(node, f"{path} is not a known module", nearest(strange, SUBMODULES), UnknownNameError)
        return ".".join([node.id, *inner])

    def named(self, node: ast.Name) -> Node:
        if strange := next((sign for sign in node.id if not re.match(LETTER, sign)), ""):
            raise self.refused(node, f"the character {strange} has no meaning here", error=NotationError)
        if not node.id.lstrip("_")[:1].isalpha():
            raise self.refused(node, "a name starts with a letter", error=NotationError)
        said = Node("NAME", [], self.name(node.id), *self.span(node))
        one = Node("NUMBER", [], Fraction(1), *self.span(node))
        return self.array(node, "subtract", [said, one]) if node.id in self.letters else said

    def constant(self, node: ast.Constant) -> Node:
        value: Any = node.value
        if isinstance(value, complex):
            raise self.refused(node, "complex numbers are not known: matdiff is about real matrices")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            start, end = self.span(node)
            if len(str(value)) > python_text.LONGEST_NUMBER or value in (float("inf"), float("-inf")):
                raise self.refused(node, "the number is too long", error=NotationError)
            return Node("NUMBER", [], Fraction(str(value)), start, end)
        return Node("literal", [], value, *self.span(node))

    def sequence(self, node: ast.Tuple | ast.List) -> Node:
        if python_text.is_literal(node):
            return Node("literal", [], tuple(ast.literal_eval(node)), *self.span(node))
        return Node("arrays", [self.done[id(e)] for e in node.elts], None, *self.span(node))

    def function(self, node: ast.Lambda) -> Node:
        """lambda w: …: what it gives"""
        return self.done[id(node.body)]

    def unary(self, node: ast.UnaryOp) -> Node:
        a = self.done[id(node.operand)]
        if isinstance(node.op, ast.UAdd):
            return a
        if isinstance(node.op, ast.Invert) and self.dialect.entrywise:
            return self.array(node, "logical_not", [a])
        if not isinstance(node.op, ast.USub):
            raise NotPython
        if a.kind == "NUMBER":
            return Node("NUMBER", [], -a.value, *self.span(node))
        if self.dialect.entrywise:
            return self.array(node, "negative", [a])
        return Node("negative", [a], None, *self.span(node))

    def binary(self, node: ast.BinOp) -> Node:
        signs = python_text.SIGNS | (python_text.LOGICAL if self.dialect.entrywise else {})
        alias = signs.get(type(node.op))
        if alias is None and isinstance(node.op, (ast.Mod, ast.FloorDiv)):
            raise self.refused(node, "the remainder of a division cannot be read")
        if alias is None:
            raise NotPython  # ^ and | are no operators on real arrays
        parts = [self.done[id(node.left)], self.done[id(node.right)]]
        return self.array(node, alias, parts) if self.dialect.entrywise else algebra.sign(self, node, alias, parts)

    def compared(self, node: ast.Compare) -> Node:
        """x > 0, of every entry"""
        alias = python_text.COMPARISONS.get(type(node.ops[0]))
        if alias is None:
            raise self.refused(node, "only numbers can be compared")
        return self.array(node, alias, [self.done[id(node.left)], self.done[id(node.comparators[0])]])

    def attribute(self, node: ast.Attribute) -> Node:
        """X.T, np.pi, X.shape"""
        name = node.attr
        if (number := functionals.epsilon(self, node)) is not None:
            return number
        if (module := self.module(node)) is not None:
            if name == "pi":
                return Node("pi", [], None, *self.span(node))
            if name == "e":
                return self.call(node, "exp", [Node("NUMBER", [], Fraction(1), *self.span(node))])
            if name in python_text.LITERALS:
                return Node("literal", [], python_text.LITERALS[name], *self.span(node))
            raise self.refused(node, f"{module}.{name} is not known")
        if name in subscripts.KEYS and (part := subscripts.part_of(self, node, node.value, subscripts.KEYS[name])):
            return part
        return self.call(node, python_text.ATTRIBUTES.get(name, f".{name}"), [self.done[id(node.value)]])

    def called(self, node: ast.Call) -> Node:
        """np.sum(X, axis=0), X.sum(0), norm(x), funm(log, S), nabla_f(x)"""
        if (word := functionals.word(self, node)) is not None:
            return functionals.call(self, node, word)
        if (operands := functionals.operands(self, node)) is not None:
            return functionals.made(self, node, operands)
        if (cast := functionals.cast_of(self, node)) is not None:
            return functionals.cast(self, node, cast)
        names = tuple(k.arg or "" for k in node.keywords)
        if "" in names:
            raise self.refused(node, "** in front of an argument cannot be read")
        parts = [self.done[id(a)] for a in (*self.listed(node), *[k.value for k in node.keywords])]
        module = ""
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            module = self.module(node.func) or ""
            if not module:
                parts.insert(0, self.done[id(node.func.value)])
                name = python_text.METHODS.get(name, name)
        elif isinstance(node.func, ast.Name):
            name = node.func.id
        else:
            raise self.refused(node.func, "only functions that have a name can be called", error=NotationError)
        is_plain = isinstance(node.func, ast.Name) and bool(parts) and not names
        if is_plain and (called := functionals.open_function(self, name)):
            return Node("unspecified", [together(parts)], called, *self.span(node))
        return self.call(node, name, parts, names, module)

    def call(self, node: ast.expr, name: str, parts: list[Node], names: tuple[str, ...] = (), module: str = "") -> Node:
        if self.dialect.entrywise:
            return self.array(node, name, parts, names, module)
        return algebra.call(self, node, name, parts, names)

    def array(
        self, node: ast.expr, name: str, parts: list[Node], names: tuple[str, ...] = (), module: str = ""
    ) -> Node:
        """The call of a function of arrays."""
        start, end = self.span(node)
        place = start, end
        named = node.func if isinstance(node, ast.Call) else node
        if isinstance(named, ast.Attribute):
            place = self.span(named.value)[1], self.span(named)[1]
        elif isinstance(named, ast.Name):
            place = self.span(named)
        return Node("array", parts, Call(name, names, module, place), start, end)


HANDLERS: dict[type, Callable[[Converter, Any], Node]] = {
    ast.Name: Converter.named,
    ast.Constant: Converter.constant,
    ast.Tuple: Converter.sequence,
    ast.List: Converter.sequence,
    ast.Lambda: Converter.function,
    ast.UnaryOp: Converter.unary,
    ast.BinOp: Converter.binary,
    ast.Compare: Converter.compared,
    ast.Attribute: Converter.attribute,
    ast.Call: Converter.called,
    ast.Subscript: subscripts.subscript,
    ast.ListComp: loops.many,
    ast.GeneratorExp: loops.many,
}
