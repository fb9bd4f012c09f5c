"""exp, log, √, sin of a square matrix: of each entry, or of the matrix.  How the value is used tells what is meant.

e^A is the exponential of the matrix.  exp(A), log(A) and √A are taken entry by entry where entries are used, in
sum(exp(A)), A ⊙ exp(B), exp⊙(A), and in code.  The root and the logarithm of a positive matrix are those of the
matrix.  Anything else is a doubt, and an error that names both; sin and the like are of each entry, with a note.
"""

from __future__ import annotations

from functools import partial

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.errors import AmbiguityError
from matdiff.language.applications import apply
from matdiff.language.named_functions import is_entrywise
from matdiff.language.powers import is_positive
from matdiff.language.sizes import is_flexible
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, special
from matdiff.regex import regex

NAMES = {"exp": "exponential", "log": "logarithm", "sqrt": "square root", "sin": "sine", "cos": "cosine"}
NAMES |= {"sinh": "hyperbolic sine", "cosh": "hyperbolic cosine", "tan": "tangent"}
OF_ENTRIES, OF_THE_MATRIX, DOUBTFUL = "entries", "matrix", "doubt"
CODE = regex(r"(?<![\^_{])\*|@|\b(?:np|jnp|torch|numpy)\.|\.T\b")  # in code exp is of each entry
SIGNED = regex(r"(?:\\operatorname\s*\{\s*\w+\s*\}|\\?\w+)\s*(?:⊙|∘|\\odot|\\circ|\.\()")  # exp⊙(A), exp.(A)
BRACED = regex(r"\{[^{}]*\}")  # √{A}
PASSING = frozenset(("group", "negative", "positive", "transpose", "sum", "big_sum", "sequence", "where"))
BY_ENTRIES = frozenset("sum mean norm1 max min rowsum colsum rowmean colmean hadamard multiply divide var std".split())


@special("e^", "exp", "log", "ln", "sqrt", "sin", "cos", "sinh", "cosh", "tan")
def type_function(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """exp(A), e^A: of a scalar, of each entry, or of the matrix"""
    operator = FUNCTIONS["exp" if node.value == "e^" else node.value]
    if len(operands) == 1 and ONE not in (operands[0].rows, operands[0].cols):
        attempt.taken_of[id(node)] = OF_ENTRIES
        a = operands[0]
        return attempt.typed(node, (a.rows, a.cols), (a,), partial(made, attempt, node))
    return apply(attempt, node, operator, operands)


def made(attempt: Attempt, node: Node, a: Expr) -> Expr:
    """The function of the entries or of the matrix; of a square one it is said which."""
    operator = FUNCTIONS["exp" if node.value == "e^" else node.value]
    assert issubclass(operator, Entrywise)
    way, twin = attempt.taken_of[id(node)], operator.twin
    shown, inside = attempt.written(node), attempt.written(node.parts[0])
    inside = inside[1:-1] if BRACED.fullmatch(inside) else inside
    inside = inside if node.parts[0].kind != "group" else inside.removeprefix("(").removesuffix(")")
    function, name = operator.names[0], NAMES[operator.names[0]]
    entries, matrix = f"{function}⊙({inside})", f"{twin}({inside})" if twin else f"funm({function}, {inside})"
    if a.rows is not a.cols or is_signed(attempt, node):
        return operator.of(a)
    if way == DOUBTFUL and function in ("log", "sqrt") and is_positive(a):
        way = OF_THE_MATRIX
    if way == OF_THE_MATRIX:
        attempt.note(node, f"{shown} is the {name} of the matrix, {matrix}; {entries} takes that of each entry")
        return FUNCTIONS[twin].of(a)
    if way == OF_ENTRIES or not twin:
        attempt.note(node, f"{shown} is taken entry by entry; the matrix {name} is {matrix}")
        return operator.of(a)
    raise attempt.misfit(
        node,
        f"{shown} can be the {name} of the matrix or of each entry",
        f"write {matrix} for the matrix {name}, {entries} for that of each entry",
        AmbiguityError,
    ).error


def settle(attempt: Attempt) -> None:
    """Finds out what the functions of matrices are taken of, once all sizes are known that the text tells."""
    waiting = [node for node in attempt.bound.order if id(node) in attempt.taken_of]
    if not waiting:
        return
    parents = {id(part): node for node in attempt.bound.order for part in node.parts}
    name = attempt.bound.dialect.name
    is_code = "\\" not in attempt.bound.text and CODE.search(attempt.bound.text) is not None and name != "julia"
    is_code = is_code or name == "matlab"
    for node in waiting:
        a: Typed = node.parts[0].typed
        rows, cols = attempt.sizes.shape((a.rows, a.cols))
        is_letter = rows is not cols and is_flexible(rows) and is_flexible(cols) and is_symbol(node.parts[0])
        if not (rows is cols or is_letter) or is_signed(attempt, node):
            continue
        if node.value != "e^" and (is_code or is_used_by_entries(attempt, node, parents)):
            continue
        if node.value == "e^" and is_letter and is_used_by_entries(attempt, node, parents):
            continue
        attempt.unify(rows, cols)
        attempt.taken_of[id(node)] = OF_THE_MATRIX if node.value == "e^" else DOUBTFUL


def is_signed(attempt: Attempt, node: Node) -> bool:
    """Whether a sign behind the name says that the function is of each entry: exp⊙(A)."""
    return SIGNED.match(attempt.bound.text, node.start) is not None


def is_symbol(node: Node) -> bool:
    """Whether a piece of text is a letter for a matrix, perhaps with a sign and scalars."""
    while True:
        if node.kind in ("group", "negative", "positive"):
            node = node.parts[0]
        elif node.kind in ("product", "tight") and len(rest := [p for p in node.parts if not p.typed.is_scalar]) == 1:
            node = rest[0]
        else:
            return node.kind in ("symbol", "member")


def is_used_by_entries(attempt: Attempt, node: Node, parents: dict[int, Node]) -> bool:
    """Whether all that is made of a value is made of its entries."""
    waiting = [node]
    while waiting:
        child = waiting.pop()
        parent = parents.get(id(child))
        if parent is None:
            return False
        if parent.kind in ("define", "abbreviate"):
            waiting += [n for n in attempt.bound.order if n.kind == "definition" and n.value == parent.value]
        elif parent.kind in ("product", "tight"):
            place = next(k for k, part in enumerate(parent.parts) if part is child)
            if {"dot_times", "dot_divide"} & set(parent.value[max(place, 1) : place + 2]):
                continue
            others = [part for part in parent.parts if part is not child and not part.typed.is_scalar]
            if any(attempt.assumed.get(id(part)) != "ones" and part.kind != "constant" for part in others):
                return False
            waiting += [parent] if not others else []
        elif parent.kind == "call" and takes_entries(parent.value):
            continue
        elif parent.kind in PASSING:
            waiting.append(parent)
        elif parent.kind != "dot_power":
            return False
    return True


def takes_entries(name: object) -> bool:
    """Whether a function works on the entries of a matrix."""
    return name in BY_ENTRIES or is_entrywise(name)
