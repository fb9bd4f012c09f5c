"""Constants with a size written low, or known by their letter: I_3, 1_n, 0_{m×n}, e_3, e_i, J_n, 2π.

In goes a node of the tree with its letter and what is written low; out comes the same node as a constant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import Size
from matdiff.errors import AmbiguityError
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.fixed import fixed
from matdiff.language.names import canonical
from matdiff.language.places import binder_of
from matdiff.language.scopes import Place, Position, Scope
from matdiff.language.syntax import Node, postorder, without_brackets

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

SIZES = frozenset("nmdNpT")  # letters that are customary for sizes: J_n
INDICES = frozenset("ijk")  # and for places: e_i
DOUBTFUL = frozenset("abcefhjl")  # which may be a size as well as a label: I_b of inertia
COUNTLESS = frozenset("gouvwxyz")  # and those that are no sizes, unless a declaration says so: I_x
LETTERS = {"I": "eye", Fraction(1): "ones", Fraction(0): "zeros"}


def resolve_letter(bound: Bound, node: Node, letter: str, text: str, scope: Scope) -> bool:
    """Makes a unit vector of e_3 and the matrix of ones of J_n, unless e and J are names of the text."""
    taken = (bound.declared, bound.definitions, bound.names, bound.wrt)
    if letter not in ("e", "J") or any(letter in known for known in taken):
        return False
    name, low = f"{letter}_{text}", Excerpt(text, node.start, bound.text)
    if letter == "J" and (text in SIZES or text in bound.declared.sizes()):
        n = parse_size(low)
        node.kind, node.value, node.parts = "constant", ("ones", (n, n)), []
        what = f"the {text}×{text} matrix of ones"
    elif letter == "e" and text.isdecimal() and int(text):
        _make_unit(node, Place(parse_size(low)))
        what = f"unit vector number {text}"
    elif letter == "e" and text in INDICES - scope.keys() and bound.decide(node, name, 2):
        _make_unit(node, fixed(bound, text))
        what = f"unit vector number {text}"
    else:
        return False
    bound.note(node, f"{name} is taken as {what}; for another thing declare {name} or {letter}")
    return True


def _make_unit(node: Node, index: Position) -> None:
    node.kind, node.value, node.parts = "unit", (index, None), []


def kronecker(bound: Bound, node: Node, base: Node, indices: Sequence[Position]) -> Node:
    """δ_ij as an entry of the identity, unless δ is a name of the text, or the sum has no terms with i = j."""
    known = any("delta" in names for names in (bound.declared, bound.definitions, bound.wrt))
    if base.kind != "NAME" or known or frozenset(indices) in bound.apart:
        return base
    bound.note(node, "δ_ij is 1 where i = j, and 0 elsewhere; a matrix δ is declared, δ: n x n")
    return Node("constant", [], ("eye", ()), base.start, base.end)


def _as_entries(bound: Bound, node: Node, base: Node, indices: Sequence[Position]) -> None:
    """I_ij with two indices of sums, which are entries of a matrix I where their ranges differ."""
    first, second = [binder.last if (binder := binder_of(index)) else None for index in indices]
    if first is None or second is None or first == second:
        message = "I_ij can be an entry of the identity, or of a matrix that is called I"
        raise bound.error(node, message, "write δ_ij for the identity; declare I: n x n for the matrix", AmbiguityError)
    bound.note(node, "I_ij are the entries of a matrix that is called I; those of the identity are δ_ij")
    bound.as_part(node, base, indices, {})


def resolve_sized(bound: Bound, node: Node, base: Node, text: str, scope: Scope) -> bool:
    """1_n, 0_{m×n}, I_n; what is no size makes a name, as I_x or I_{world}; False for I_k of a sum over k."""
    if base.value == "I" and text in scope:
        bound.note(node, f"I_{text} is a member of a family that is called I, and no identity")
        return False
    no_sizes = COUNTLESS | DOUBTFUL if len(text) > 2 else COUNTLESS  # I_mat
    if base.value == "I" and text.isalpha() and no_sizes.intersection(text) - bound.written_sizes - scope.keys():
        bound.as_symbol(node, canonical(f"I_{text}"), scope)
        return True
    letters = [canonical(letter) for letter in re.findall(r"\w", text)]
    if base.value == "I" and len(letters) == 2 and all(letter in scope for letter in letters):
        _as_entries(bound, node, base, [scope[letter] for letter in letters])
        return True
    if base.value == "I" and text in DOUBTFUL - bound.written_sizes - scope.keys():
        message = f"I_{text} can be the identity with {text} rows, or a matrix of this name"
        raise bound.error(node, message, f"write I for the identity; declare I_{text}: n x n", AmbiguityError)
    kind = LETTERS.get(base.value)
    if kind is None:
        raise bound.error(node, "a number has no subscript")
    sizes = [written_size(s.strip(), bound.declared.sizes()) for s in re.split(r"×|,|\bx\b", text) if s.strip()]
    if any(canonical(s) in scope for s in sizes):
        raise bound.error(node, f"{bound.text[node.start : node.end]} would change its size in the sum")
    make_constant(bound, node, kind, [Excerpt(s, node.start, bound.text) for s in sizes])
    return True


def counted(bound: Bound, node: Node) -> Excerpt | Node:
    """The size that an argument is: its text, or size(X, 1), length(x) and size(X) themselves."""
    axes = [axis.value for axis in _arguments(node)[1:]] if node.kind == "call" else [None]
    is_count = (node.value == "length" and axes == []) or (node.value == "size" and axes in ([], [1], [2]))
    return node if is_count else bound.excerpt(node)


def _arguments(call: Node) -> list[Node]:
    """What stands in the brackets of a call."""
    return call.parts[0].parts if call.parts and call.parts[0].kind == "list" else call.parts


def make_constant(bound: Bound, node: Node, kind: str, sizes: Sequence[Excerpt | Node]) -> None:
    """eye(n), ones(m, n), zeros(n); ones(size(X, 1), 1) and zeros(size(X)), in which the arrays become parts."""
    kind = "eye" if kind == "identity" else kind
    node.parts, sides = [], list[Size | tuple[int, int]]()
    for said in sizes:
        if isinstance(said, Excerpt):
            sides.append(parse_size(said))
            continue
        array, *axis = _arguments(said)
        axes = [int(axis[0].value)] if axis else [0] if said.value == "length" else [1, 2]  # rows, columns
        sides += [(len(node.parts), k) for k in axes]
        node.parts.append(array)
    if kind == "eye" and len(sides) == 2 and (sides[0] == sides[1] or len(sizes) == 1):
        sides.pop()  # eye(n, n), eye(size(A))
    most = 1 if kind == "eye" else 2
    if not 0 < len(sides) <= most:
        raise bound.error(node, f"{kind} takes {'one size' if most == 1 else 'one or two sizes'}")
    node.kind, node.value = "constant", (kind, tuple(sides))


def make_repeated(bound: Bound, node: Node) -> None:
    """repmat(a, 1, n) of MATLAB is a*ones(n)', and repmat(b, m, 1) of a row ones(m)*b."""
    a, *sizes = node.parts
    m, n = (counted(bound, size) for size in sizes) if len(sizes) == 2 else (None, None)
    one = [isinstance(size, Excerpt) and size.text == "1" for size in (m, n)]
    if m is None or n is None or not any(one):
        hint = "write kron(ones(m, n), A)"
        raise bound.error(node, "repmat takes an array and two sizes, one of which is 1", hint)
    is_row = one[0]
    ones = Node("ones", [], None, sizes[0].start, sizes[1].end)
    make_constant(bound, ones, "ones", [n if is_row else m])
    row = Node("transpose", [ones], None, ones.start, ones.end)
    node.kind, node.value, node.parts = "product", ["first", "times"], [a, row] if is_row else [ones, a]


def written_size(text: str, known: Collection[str]) -> str:
    """A size with its signs, where it is written low as on paper: I_{mn}, I_{2n}, I_{n^2}."""
    text = re.sub(r"(\w+)(?:\^\{?2\}?|²)", r"\1*\1", text)

    def product(m: re.Match[str]) -> str:
        return m[0] if m[0] in known else "*".join(re.findall("[0-9]+|[A-Za-z]", m[0]))

    return re.sub("[0-9]*[A-Za-z]+", product, text)


# ---- π ------------------------------------------------------------------------------------------------


def settle_pi(bound: Bound, tree: Node) -> str:
    """Whether π is the number 3.14… in the text, as 2π says or custom, but where 1 − π says that it is a weight.

    Beside π_k only 2π is, and its node becomes one of the kind ``pi``.  What is declared, defined or asked for
    is another thing.
    """
    name = bound.names.get("pi")
    is_family = name is not None and bool(name.declared and name.declared.indices)
    if name is None or (name.declared and not is_family) or "pi" in bound.definitions:
        return ""
    nodes = list(postorder(tree))
    beside = [found for node in nodes for found in _beside_numbers(node)]
    if is_family or name.indexed or any(unbound.base.value == "pi" for unbound in bound.pending):
        for node in beside:
            node.kind = "pi"
            bound.note(node, "π beside a number is 3.14…, and π with an index another thing")
        name.plain = any(_is_pi(node) for node in nodes)
        return ""
    if "pi" in bound.wrt or any(map(_is_weight, nodes)):
        return ""
    return "said" if beside else "custom"


def _beside_numbers(node: Node) -> Iterator[Node]:
    """The π of a product with a number in front or behind: 2π, 4π², π/2."""
    for one, other in pairwise(node.parts if node.kind in ("tight", "product") else ()):
        for number, factor in ((one, other), (other, one)):
            base = factor.parts[0] if factor.kind == "power" else factor
            if number.kind == "NUMBER" and _is_pi(base):
                yield base


def _is_weight(node: Node) -> bool:
    """1 − π, and (μ − π)ᵀ"""
    if node.kind == "transpose":
        return any(map(_is_pi, without_brackets(node.parts[0]).parts))
    first, *others = node.parts if node.kind == "sum" else (node,)
    return first.kind == "NUMBER" and first.value == 1 and any(map(_is_pi, others))


def _is_pi(node: Node) -> bool:
    return node.kind == "symbol" and node.value[0] == "pi"
