"""Sums of entries that may be sums over data: of sum(y*log(s(w'x))) either y has entries, or there are many x and y."""

from __future__ import annotations

from collections.abc import Iterator

from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.binding import Bound
from matdiff.language.customs import kind_of
from matdiff.language.syntax import Node
from matdiff.language.typing import Attempt

SIGMA = "Sigma"
SUMMED = ("sum", "mean")
MULTIPLIED = ("product", "tight", "inner", "array")
OF_PAIRS = ("dot", "inner")


def require_entries(bound: Bound, attempt: Attempt) -> None:
    """Raises AmbiguityError where a sum without an index has a number w'x of two vectors beside the entries of y.

    Declarations of y, or of w and x, say that it is one.
    """
    for call in bound.order:
        if call.kind != "call" or call.value not in SUMMED or len(call.parts) != 1:
            continue
        parts = list(inside(bound, call.parts[0]))
        for product in parts:
            pair = _vectors(bound, attempt, [product]) if _is_inner(product) else []
            if len(pair) < 2 or all(bound.names[name].declared for name in pair):
                continue
            vectors = (name for name in _vectors(bound, attempt, parts) if not bound.names[name].declared)
            besides = [name for name in vectors if name not in pair]
            if besides:
                raise _of_data(bound, attempt, call, product, besides[0], pair)


def require_one_sigma(bound: Bound) -> None:
    """Raises AmbiguityError where Σ sums in one place and is undeclared numbers in another: Σ_i w_i x_i / Σ_i w_i."""
    sums = [node for node in bound.order if node.kind == "big_sum" and bound.text[node.start] == "Σ"]
    for node in bound.order if sums and SIGMA in bound.names and not bound.names[SIGMA].declared else ():
        if node.kind in ("symbol", "member") and node.value[0] == SIGMA and node.typed.is_scalar:
            message = "Σ is the sign of a sum in one place, and would be a number here"
            hint = "put brackets around all that the first sum takes in, (Σ_i …)/(Σ_j …)"
            raise bound.error(node, message, hint, AmbiguityError)


def _is_inner(node: Node) -> bool:
    """w'x, w·x, ⟨w, x⟩, dot(w, x)"""
    is_product = node.kind in MULTIPLIED or (node.kind == "call" and node.value in OF_PAIRS)
    return is_product and node.typed is not None and node.typed.is_scalar


def inside(bound: Bound, root: Node) -> Iterator[Node]:
    """The nodes of a tree and of the definitions that it uses."""
    defined = {n.value: n for n in bound.order if n.kind in ("define", "abbreviate")}
    stack, seen = [root], set[str]()
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.parts)
        if node.kind == "definition" and node.value in defined and node.value not in seen:
            seen.add(node.value)
            stack.append(defined[node.value])


def _vectors(bound: Bound, attempt: Attempt, roots: list[Node]) -> list[str]:
    """The vectors among nodes and directly below them, in their order."""
    parts = [part for root in roots for part in (root, *root.parts)]
    below = [n for part in parts for n in part.parts]  # and below these in turn, as in −w'
    nodes = {id(n): n for n in (*parts, *below, *(n for part in below for n in part.parts))}
    symbols = sorted((n for n in nodes.values() if n.kind == "symbol"), key=lambda n: n.start)
    return list(dict.fromkeys(n.value[0] for n in symbols if _is_vector(bound, attempt, n.value[0])))


def _is_vector(bound: Bound, attempt: Attempt, name: str) -> bool:
    declared = bound.names[name].declared
    return kind_of(declared.shape) == "V" if declared else attempt.assumed.get(name) == "V"


def _of_data(bound: Bound, attempt: Attempt, call: Node, product: Node, entries: str, pair: list[str]) -> MatdiffError:
    shown = attempt.written(product)
    data = next((name for name in reversed(pair) if name not in bound.wrt), pair[-1])
    message = (
        f"{attempt.written(call)} can be over data, with one {entries} and one {data} for each of them, or over the "
        f"entries of {entries}, for all of which {shown} is one number"
    )
    hint = f"write ∑_i with {entries}_i and {data}_i, or declare {entries}: m; {pair[0]}, {pair[1]}: n"
    return bound.error(call, message, hint, AmbiguityError)
