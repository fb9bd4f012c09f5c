"""The loops that walk over expressions, each with a stack of its own: depth does not matter."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from matdiff.algebra.expr import Expr

T = TypeVar("T")


def postorder(root: Expr, prune: Callable[[Expr], bool] | None = None) -> Iterator[Expr]:
    """Every distinct node once, operands before operations.  Operands of a pruned node are left out."""
    done: set[Expr] = set()
    stack: list[Expr] = [root]
    push = stack.append
    while stack:
        node = stack[-1]
        if node in done:
            stack.pop()
            continue
        pending = False
        if prune is None or not prune(node):
            for operand in reversed(node.operands):
                if operand not in done:
                    push(operand)
                    pending = True
        if not pending:
            done.add(node)
            stack.pop()
            yield node


def nodes_in(root: Expr) -> tuple[Expr, ...]:
    """The same, kept with an expression that is walked through more than once, as a function that is given."""
    below = root.facts.get("below")
    if below is None:
        *below, _ = postorder(root)  # but itself, lest it hold itself in memory
        root.facts["below"] = below
    return (*below, root)


def fold(root: Expr, visit: Callable[..., T]) -> T:
    """The value of *visit(node, \\*values of its operands)* at the root, each node visited once."""
    done: dict[Expr, T] = {}
    for node in postorder(root):
        done[node] = visit(node, *[done[c] for c in node.operands])
    return done[root]


def fact(name: str, root: Expr, find: Callable[[Expr, list[T]], T], closed: tuple[type, ...] = ()) -> T:
    """A fact about an expression that follows from the same fact about its operands; each node is asked once.

    Of *closed* nodes the fact does not depend on what is below, so that their operands are not asked.
    """
    stack = [] if name in root.facts else [root]
    while stack:
        node, below = stack[-1], list[T]()
        inside = () if closed and isinstance(node, closed) else node.operands
        for o in inside:
            if not o.operands and name not in o.facts:
                o.facts[name] = find(o, [])
            if name in o.facts:
                below.append(o.facts[name])
            else:
                stack.append(o)
        if len(below) == len(inside) and name not in stack.pop().facts:
            node.facts[name] = find(node, below)
    found: T = root.facts[name]
    return found


def replace(root: Expr, change: Callable[[Expr], Expr | None] | Mapping[Any, Expr]) -> Expr:
    """The expression with every node for which *change*, which may be a table, answers replaced by the answer.

    What such a node is made of is not visited.
    """
    done: dict[Expr, Expr] = {}
    told = change if callable(change) else change.get

    def answered(node: Expr) -> bool:
        answer = told(node)
        if answer is not None:
            done[node] = answer
        return answer is not None

    for node in postorder(root, prune=answered):
        if node not in done:
            operands = tuple([done[c] for c in node.operands])
            done[node] = node if operands == node.operands else node.rebuild(operands)
    return done[root]


def remade(
    root: Expr,
    finished: Callable[[Expr, Expr], Expr],
    done: dict[Expr, Expr] | None = None,
    closed: Callable[[Expr], bool] = lambda node: False,
) -> Expr:
    """The expression with *finished(node, made)* in place of every node, where *made* is that node with what has been
    made of its operands; what is *done* is not entered, and neither is what is *closed*."""
    known = {} if done is None else done
    for node in postorder(root, prune=lambda node: node in known or closed(node)):
        if node not in known:
            operands = node.operands if closed(node) else tuple([known[o] for o in node.operands])
            known[node] = finished(node, node if operands == node.operands else node.rebuild(operands))
    return known[root]


def written_out(root: Expr, names: Container[Expr]) -> Expr:
    """The expression with what names stand for in their places, at all depths."""
    return remade(root, lambda node, made: made.operands[0] if node in names else made)


def exchanged(root: Expr, old: Expr, new: Expr) -> Expr:
    """The expression with one thing in place of another."""
    return replace(root, lambda node: new if node is old else None)


def notes_of(*read: Expr) -> tuple[str, ...]:
    """What is said of doubtful places in the texts that some expressions were read from, each sentence once."""
    return tuple(dict.fromkeys(note for e in read for note in e.notes))
