"""What calls of functions refer to: sizes and indices as arguments, methods, powers of functions, norms.

In goes a node of the tree, out comes the same node with its function and its arguments as they are meant.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import AmbiguityError
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.fixed import fixed, position_of
from matdiff.language.named_functions import is_entrywise
from matdiff.language.names import canonical, is_letter
from matdiff.language.places import listed, place, used
from matdiff.language.scopes import Place, Position, Scope, resolves
from matdiff.language.syntax import Node, without_brackets

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

TWO = ("2", "l2", "L2", "l_2", "ℓ2", "ℓ_2")  # of a matrix the spectral norm, or that of its entries
NORMS = {
    **dict.fromkeys(("", "F", "fro", "Fro", "Frob", "HS", *TWO), "norm2"),
    **dict.fromkeys(("1", "l1", "L1", "l_1", "ℓ1", "ℓ_1"), "norm1"),
    **dict.fromkeys(("*", "∗", "nuc", "tr"), "norm_nuc"),
    **dict.fromkeys(("∞", "inf", "infty", "sup"), "norm_inf"),
    **dict.fromkeys(("op", "spec"), "norm_spec"),
}
ENTRYWISE_INSIDE = frozenset("sum mean max min norm norm1 norm2 tr trace Tr vec diag".split())


@resolves("call")
def resolve_function(bound: Bound, node: Node, scope: Scope) -> None:
    """A function; sizes as arguments are no symbols."""
    from matdiff.language.conditions import resolve_cases
    from matdiff.language.sized_constants import counted, make_constant, make_repeated

    node.kind = "call"
    arguments = node.parts[0].parts if node.parts and node.parts[0].kind == "list" else node.parts
    node.parts = list(arguments)
    name_distributions(bound, node)
    if len(node.parts) == 2 and node.parts[0].kind == "STRING" and node.value in ("sum", "mean"):
        word, inside = node.parts  # sum(abs2, X) of Julia
        name = "square" if word.value == "abs2" else word.value
        node.parts = [Node("call", [inside], name, word.start, inside.end)]
    if isinstance(node.value, tuple):
        power_of_function(bound, node, *node.value)
    elif node.value in ("eye", "identity", "ones", "zeros"):
        make_constant(bound, node, node.value, [counted(bound, a) for a in listed(arguments)])
    elif node.value == "repmat":
        node.parts = listed(arguments)
        make_repeated(bound, node)
    elif node.value == "cases":
        resolve_cases(bound, node)
    elif node.value == "unit" and len(arguments) in (1, 2):
        index = index_of_unit(bound, arguments[0], scope)
        if counts := [a for a in arguments[1:] if not isinstance(counted(bound, a), Excerpt)]:
            raise bound.error(counts[0], "the size of a unit vector is a number or a letter", "leave it out: unit(1)")
        sizes = [parse_size(bound.excerpt(size)) for size in arguments[1:]]
        node.kind, node.value, node.parts = "unit", (index, sizes[0] if sizes else None), []
    elif node.value in ("hstack", "vstack"):
        node.parts = listed(arguments)
    elif (operator := FUNCTIONS.get(node.value)) is not None and (operator.sizes or operator.relations):
        settle(bound, node)
    elif len(node.parts) == 1 and node.value in ENTRYWISE_INSIDE:
        inside = without_brackets(node.parts[0])
        if inside.kind == "bars":
            inside.value = "entrywise"
        if node.value in ("sum", "mean"):
            bound.summed |= summed_in(inside)


def summed_in(inside: Node) -> set[int]:
    """What is summed: the whole, and the powers and products in its terms, as x² of sum(x² − log x²)."""
    found, stack = {id(inside)}, [inside]
    while stack:
        node = without_brackets(stack.pop())
        found |= {id(node)} if node.kind in ("power", "product", "tight") else set()
        is_function = node.kind in ("call", "apply") and is_entrywise(node.value)
        stack += node.parts if is_function or node.kind in ("sum", "negative", "product", "tight") else []
    return found


def index_of_unit(bound: Bound, node: Node, scope: Scope) -> Position:
    excerpt = bound.excerpt(node)
    index = place(excerpt, scope, bound.ranges) or position_of(bound, excerpt.text, scope)
    if index is None and node.kind == "NAME":
        index = None if node.value in bound.declared else bound.general("", node.value, scope)
        index = index or fixed(bound, node.value)
    if index is None or (isinstance(index, Place) and index.single is None):
        raise bound.error(node, "unit needs a number or the index of a sum")
    return used(index)


def power_of_function(bound: Bound, node: Node, name: str, exponent: Fraction) -> None:
    """sin²(x) is the square of sin(x); sin⁻¹ is arcsin, and other inverses have two readings."""
    if exponent == -1:
        if "arc" + name not in FUNCTIONS:
            hint = f"write 1/{name}(…) or {name}(…)^-1 for the reciprocal"
            raise bound.error(node, f"{name}⁻¹ can be the inverse function or the reciprocal", hint, AmbiguityError)
        node.value = "arc" + name
        return
    inner = Node("call", node.parts, name, node.start, node.end)
    node.kind, node.value = "dot_power", None
    node.parts = [inner, Node("NUMBER", [], exponent, node.start, node.end)]


def name_distributions(bound: Bound, node: Node) -> None:
    """log N(x | μ, Σ), log Γ(a), log n! and KL(N(μ₁, Σ₁) ‖ N(μ₂, Σ₂)) have formulas of their own."""
    inside = list(map(without_brackets, node.parts))
    for part in inside:
        if part.kind == "factorial":
            resolve_behind(bound, part, {})
    if node.value in ("log", "ln") and [(part.kind, part.value) for part in inside] == [("call", "tgamma")]:
        node.value, node.parts = "gammaln", inside[0].parts
        return
    if not all(part.kind == "call" and part.value == "normal" for part in inside):
        return
    listed = [part.parts[0].parts if part.parts and part.parts[0].kind == "list" else part.parts for part in inside]
    if node.value in ("log", "ln") and len(inside) == 1:
        node.value, node.parts = "log_normal", list(listed[0])
    elif node.value == "kl":
        node.value, node.parts = "kl_normal", [part for parts in listed for part in parts]


@resolves("positive_part", "entries", "factorial")
def resolve_behind(bound: Bound, node: Node, scope: Scope) -> None:
    """[z]₊ is relu(z), X(:) is vec(X), n! is Γ(n + 1)."""
    if node.kind == "factorial":
        one = Node("NUMBER", [], Fraction(1), node.end - 1, node.end)
        node.parts = [Node("sum", [*node.parts, one], ["first", "add"], node.start, node.end)]
    node.kind, node.value = "call", {"positive_part": "relu", "entries": "vec", "factorial": "tgamma"}[node.kind]


@resolves("method")
def resolve_method(bound: Bound, node: Node, scope: Scope) -> None:
    """X.sum() is sum(X), x.dot(y) is dot(x, y)."""
    owner, *rest = node.parts
    if node.value in ("T", "t"):
        node.kind, node.parts = "transpose", [owner]
        return
    arguments = rest[0].parts if rest and rest[0].kind == "list" else rest
    if [a.kind for a in arguments] == ["NUMBER"]:  # X.sum(1) counts axes from 0, as NumPy does
        arguments = [Node("keyword", [arguments[0]], "axis", arguments[0].start, arguments[0].end)]
    node.parts = [Node("list", [owner, *arguments], None, node.start, node.end)]
    resolve_function(bound, node, scope)


@resolves("norm")
def resolve_norm(bound: Bound, node: Node, scope: Scope) -> None:
    """‖A‖ with the sign of its kind; another number, letter or declared name is a part: ‖x‖_3, ‖x‖_S."""
    if node.parts[0].kind == "bars":
        node.parts[0].value = "entrywise"
    if node.value in NORMS:
        return
    name = canonical(node.value)
    if name.isdecimal() and name != "0":
        node.parts.append(Node("NUMBER", [], Fraction(name), node.end - 1, node.end))
    elif name[:1].isalpha() and (is_letter(name) or name in bound.declared):
        node.parts.append(Node("NAME", [], name, node.end - 1, node.end))
    else:
        hint = "the signs are 1, 2, F, *, ∞, op"
        raise bound.error(node, f"the norm with the sign {node.value} is not known", hint)


@resolves("weighted")
def resolve_weighted(bound: Bound, node: Node, scope: Scope) -> None:
    """‖x‖_{Σ⁻¹}, whose sign is an expression."""
    node.kind, node.value = "norm", ""


# ---- sizes -------------------------------------------------------------------------------------------


def settle(bound: Bound, node: Node) -> None:
    """Tells the operands of a call from its sizes."""
    name, operator = node.value, FUNCTIONS[node.value]
    relations, count = operator.relations, operator.sizes
    operands, optional = (len(relations[0].operands), relations[0].optional) if relations else (0, 0)
    if not operands + count - optional <= len(node.parts) <= operands + count:
        raise bound.error(node, f"{name} takes {wanted(operands, count, optional)}")
    letters = relations[0].letters if relations else ()
    for argument, letter in zip(node.parts[operands:], letters, strict=False):
        if argument.kind == "keyword" and argument.value != letter:
            raise bound.error(argument, f"{argument.value} is no argument of {name}", f"write {letter}=…")
    given = [a.parts[0] if a.kind == "keyword" else a for a in node.parts[operands:]]
    sizes = tuple(parse_size(bound.excerpt(a)) for a in given)
    kind = "sized_call" if operands else "sized_constant"
    node.kind, node.value, node.parts = kind, (name, sizes), node.parts[:operands]


def wanted(operands: int, count: int, optional: int) -> str:
    """The arguments in words: an operand and 3 sizes, the last of which may be left out."""
    what = [] if not operands else ["an operand"] if operands == 1 else [f"{operands} operands"]
    behind = [] if not count else ["one size"] if count == 1 else [f"{count} sizes"]
    ending = (
        ""
        if not optional
        else ", which may be left out"
        if optional == count
        else ", the last of which may be left out"
    )
    return " and ".join(what + behind) + ending
