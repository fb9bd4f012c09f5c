"""From tokens to the syntax tree: the parse table drives one loop with its own stack.

The tree is neutral: it holds what was written and where, not what it means.  Chains are flat: a sum, a
product or a row of factors without signs is one node with as many parts as there are operands.
A second front end (LaTeX) has to make the same nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from matdiff.errors import NotationError
from matdiff.language.tables import END, Table, load
from matdiff.records import NamedTuple


class Token(NamedTuple):
    """A piece of the text: its type in the grammar, what it stands for, and its place."""

    type: str
    value: Any
    start: int
    end: int


class Node:
    """A node of the syntax tree.

    kind    the alias of the alternative in the grammar, or the type of a token
    parts   the operands, in the order in which they were written
    value   what a token stands for; the signs between the parts of a chain
    start, end   the place in the text
    typed   filled by the elaborator: what the node means in the reading that is being tried
    """

    __slots__ = ("end", "kind", "parts", "start", "typed", "value")

    def __init__(self, kind: str, parts: list[Node], value: Any, start: int, end: int) -> None:
        self.kind = kind
        self.parts = parts
        self.value = value
        self.start = start
        self.end = end
        self.typed: Any = None

    def __repr__(self) -> str:
        return f"Node({self.kind}, {len(self.parts)} parts, {self.value!r}, {self.start}:{self.end})"


def postorder(root: Node) -> Iterator[Node]:
    """Every node, parts before wholes, from left to right."""
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if ready or not node.parts:
            yield node
        else:
            stack.append((node, True))
            stack.extend((part, False) for part in reversed(node.parts))


def names_used(node: Node) -> Iterator[object]:
    """The names and functions that a part of the tree uses."""
    for part in postorder(node):
        if part.kind in ("NAME", "unspecified"):
            yield part.value if part.kind == "NAME" else part.value[0]


def without_brackets(node: Node) -> Node:
    """What stands in brackets."""
    while node.kind == "group":
        node = node.parts[0]
    return node


def is_double(node: Node) -> bool:
    """Whether a node stands in two brackets, as an index in x^{(i)}."""
    return node.kind == "group" and node.parts[0].kind == "group"


def copied(root: Node) -> Node:
    """A copy of a tree."""
    made: dict[int, Node] = {}
    for node in postorder(root):
        value = list(node.value) if isinstance(node.value, list) else node.value
        made[id(node)] = Node(node.kind, [made[id(p)] for p in node.parts], value, node.start, node.end)
    return made[id(root)]


# ---- building nodes -------------------------------------------------------------------------------

OPENERS = ("LEFT", "LEFT_INDEX", "BAR_OPEN", "NORM_OPEN", "INNER_OPEN")
CLOSERS = ("RIGHT", "BAR_CLOSE", "NORM_CLOSE", "INNER_CLOSE")
OF_PRODUCTS = "TIMES DOT MATMUL DIVIDE LEFT_DIVIDE DOT_TIMES DOT_DIVIDE KRONECKER STAR".split()
BEHIND = "TRANSPOSE INVERSE_TRANSPOSE PSEUDO_INVERSE SUPERSCRIPT SUBSCRIPT POSITIVE_PART ENTRIES FACTORIAL".split()
OPERATORS = frozenset((*OF_PRODUCTS, *BEHIND, "PLUS", "MINUS", "COLON", "CARET", "DOT_CARET"))
VALUED = frozenset(("NAME", "NUMBER", "ARRAY", "STRING"))  # tokens that are operands of their own
CARRIERS = frozenset(
    "BIG_SUM FUNCTION METHOD NORM_CLOSE PREFIX RELATION SUBSCRIPT SUM_OF SUPERSCRIPT UNSPECIFIED".split()
)
PRODUCTS = "times dot matmul loose divide dot_times dot_divide left_divide kronecker correlate".split()
CHAINS = {  # alias → the kind of flat node that the alternative adds an operand to
    **dict.fromkeys(PRODUCTS, "product"),
    **dict.fromkeys(("add", "subtract"), "sum"),
    "then": "sequence",
    "juxtapose": "tight",
    "list": "list",
    "beside": "row",
    "below": "rows",
}


def chained(alias: str, parts: list[Node]) -> Node:
    """Adds an operand to a chain; a chain in brackets is a node of the kind ``group`` and stays apart."""
    left, right = parts[0], parts[-1]
    if left.kind != CHAINS[alias]:
        left = Node(CHAINS[alias], [left], ["first"], left.start, left.end)
    left.parts.append(right)
    left.value.append(alias)
    left.end = right.end
    return left


def _plain(alias: str, parts: list[Node]) -> Node:
    """A node whose parts are the operands; of the other tokens the first that carries a value is kept."""
    operands = [p for p in parts if p.parts or p.kind in VALUED or p.kind.islower()]
    values = [p.value for p in parts if p.kind in CARRIERS]
    if alias in ("state", "repeat"):
        head = parts[0].value, parts[3].value if alias == "repeat" else None
        return Node(alias, [parts[2]], (*head, parts[0].end), parts[0].start, parts[-1].end)
    if alias in ("define", "abbreviate", "formula", "keyword"):
        return Node(alias, [parts[2]], parts[0].value, parts[0].start, parts[2].end)
    return Node(alias, operands, values[0] if values else None, parts[0].start, parts[-1].end)


# ---- the parser -----------------------------------------------------------------------------------

_tables: list[Table] = []


def table() -> Table:
    """The table of the language, loaded once."""
    if not _tables:
        _tables.append(load())
    return _tables[0]


def parse_tokens(tokens: list[Token], text: str) -> Node:
    """The syntax tree of a text, given its tokens."""
    rules, rows, last = table()
    steps = _steps
    states, values = [0], list[Node]()
    stream = iter(tokens)
    token = next(stream)
    while True:
        row = rows[states[-1]]
        action = row.get(token.type)
        if action is None:
            raise unexpected(token, row, text)
        if action >= 0:
            states.append(action)
            values.append(Node(token.type, [], token.value, token.start, token.end))
            token = next(stream)
            continue
        origin, alias, length = rules[-action - 1]
        if alias:
            parts = values[-length:]
            del values[-length:]
            values.append(chained(alias, parts) if alias in CHAINS else _plain(alias, parts))
        if length == 1:  # an operand of one level becomes one of the next, and again until another token is asked for
            below, kind = states[-2], token.type
            key = below, origin, kind
            state = steps.get(key)
            if state is None:
                state = steps[key] = _climbed(below, origin, kind)
            states[-1] = state
        else:
            del states[len(states) - length :]
            states.append(rows[states[-1]][origin])
        if states[-1] == last and token.type == END:
            return values[-1]


_steps: dict[tuple[int, str, str], int] = {}  # what _climbed has found


def _climbed(below: int, origin: str, kind: str) -> int:
    """The state of an operand above another one, when it has become one of each level at which it stays as it is."""
    rules, rows, last = table()
    state = rows[below][origin]
    while not (state == last and kind == END) and (action := rows[state].get(kind, 0)) < 0:
        origin, alias, length = rules[-action - 1]
        if alias or length != 1:
            break
        state = rows[below][origin]
    return state


def unexpected(token: Token, row: dict[str, int], text: str) -> NotationError:
    """The error for a token that cannot stand where it does."""
    span = (token.start, max(token.end, token.start + 1))
    wanted_operand = "NAME" in row
    shown = text[token.start : token.end].strip()
    for applies, message, suggestion in REASONS:
        if applies(token.type, wanted_operand):
            return NotationError(message.format(shown), text=text, span=span, suggestion=suggestion)
    return NotationError(f"{shown} cannot stand here", text=text, span=span)


Reason = tuple[Callable[[str, bool], bool], str, str]
REASONS: list[Reason] = [
    (lambda kind, operand: kind == END and operand, "the expression ends where an operand is expected", ""),
    (lambda kind, operand: kind == END, "the expression ends too early", "a bracket or a bar may not be closed"),
    (
        lambda kind, operand: kind == "DEFINE",
        "an equation is not an expression",
        "a definition has a name on its left, as in h = W x + b; …; whether an equation is true says matdiff check",
    ),
    (
        lambda kind, operand: kind == "RELATION",
        "the condition with {0} stands alone",
        "as a factor of 0 and 1 it stands in brackets, [x > 0]; cases are cases(a, x ≤ 0, b)",
    ),
    (lambda kind, operand: kind in OPERATORS and operand, "{0} has no left operand: an operand is expected here", ""),
    (lambda kind, operand: kind in CLOSERS and operand, "an operand is expected before {0}", ""),
    (lambda kind, operand: kind == "COMMA", "a comma can only separate the arguments of a function", ""),
    (lambda kind, operand: kind == "BIG_SUM", "a sum can only be the last factor of a product", "put it in brackets"),
    (lambda kind, operand: kind == "COLON", "A : B needs brackets here", ""),
]
