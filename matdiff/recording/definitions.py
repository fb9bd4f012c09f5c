"""The author's names: what a variable of the user's code is bound to is a definition in the formula, K = exp(−D/(2l²)).

While a function runs, every array that a local variable is bound to gets its name.  At the end the definitions that do
not pay are opened again, those that are written once and short, and the others have names that nothing else has.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Symbol, postorder
from matdiff.algebra.fresh import fresh
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.algebra.operators.products import Sum
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, State
from matdiff.algebra.operators.slices import Column, Row, Slice
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry
from matdiff.algebra.reading_cost import reading_cost
from matdiff.algebra.walks import remade
from matdiff.recording.arrays import Traced

SHORT, LONG = 4, 24  # signs of a piece that is worth a name where it stands often, and where it stands once
MOST = 50  # arrays of a list that have names
PARTS = (Entry, Row, Column, Slice)
MARK = "?"  # behind the author's name in those of states while the function runs, with a number
WORDS = frozenset("grad nabla where for given subject".split())  # words of the language

# ---- while the function runs ----------------------------------------------------------------------------


@contextmanager
def naming(files: frozenset[str]) -> Iterator[None]:
    """While this lasts, arrays have the names of the variables of the code in some files."""

    def entered(frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        return after_line if frame.f_code.co_filename in files else None

    def after_line(frame: FrameType, event: str, argument: Any) -> Callable[..., Any]:
        for name, value in frame.f_locals.items():
            give_name(name, value)
        return after_line

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        yield
    finally:
        sys.settrace(before)


def give_name(name: str, value: Any) -> None:
    """Makes the expression of an array the definition of a name; arrays in a list have the name and a number."""
    if type(value) is Traced:
        value.expr = defining(name, with_named_rows(name, value.expr))
    elif type(value) in (list, tuple) and len(value) <= MOST:
        for k, member in enumerate(value, 1):
            give_name(f"{name}{k}", member)
    elif type(value) is dict:
        for key, member in value.items():
            give_name(str(key), member)


def defining(name: str, e: Expr) -> Expr:
    """An expression as the definition of a name, if it is worth one."""
    name = name.strip("_")
    is_fit = name.isidentifier() and not (isinstance(e, (Named, Iterate)) or e.free)
    return Named(name, e) if is_fit and reading_cost(e) >= SHORT else e


def with_named_rows(name: str, e: Expr) -> Expr:
    """An array of entries or rows, as a loop fills it, with names for these: x1, x2, …"""
    if not isinstance(e, VerticalStack) or len(e.operands) > MOST:
        return e
    place, rows = ONE, list[Expr]()
    for o in e.operands:
        is_filled = o.rows is ONE and not isinstance(o, HorizontalStack)
        rows.append(defining(f"{name}{place}", o) if is_filled else o)
        place = place + o.rows
    return e.rebuild(tuple(rows))


# ---- when it has run ------------------------------------------------------------------------------------


def defined(e: Expr, taken: Iterable[str], spelt: Callable[[str], str]) -> Expr:
    """An expression with the definitions that pay, under names that nothing else has, as the language spells them."""
    while (named := by_name(e)) is not e:  # once for the entries, once for the arrays that have them
        e = named
    return renamed(opened(e), taken, spelt)


def by_name(e: Expr) -> Expr:
    """An expression in which what has a name stands by its name everywhere, also in front of the end of its line."""
    nodes = list(postorder(e))
    names = {n.operands[0]: n.name for n in reversed(nodes) if isinstance(n, Named)}

    def called(node: Expr, made: Expr) -> Expr:
        return made.operands[0] if isinstance(node, Named) else Named(names[node], made) if node in names else made

    return remade(e, called)


def opened(e: Expr) -> Expr:
    """An expression without the definitions that do not pay: what is short and written once stands in its place."""
    nodes = list(postorder(e))
    often = times_written(nodes)
    in_sums = {o for n in nodes for o in n.operands} - {o for n in nodes if not isinstance(n, Sum) for o in n.operands}
    bound = Counter(n.name for n in nodes if isinstance(n, Named))

    def kept(node: Expr, made: Expr) -> Expr:
        if not isinstance(node, Named):
            return made
        body = made.operands[0]
        is_part = isinstance(body, PARTS) and bound[node.name] > 1  # of a loop over the entries
        is_term = node in in_sums and (isinstance(body, Sum) or bound[node.name] > 1)
        pays = often[node] > 1 or (reading_cost(body) > LONG and not is_term)
        return body if node is e or is_part or not pays or isinstance(body, (Symbol, Named)) else made

    return remade(e, kept)


def times_written(nodes: list[Expr]) -> dict[Expr, int]:
    """How often every node of an expression is written, where a definition is written once."""
    often = dict.fromkeys(nodes, 0)
    often[nodes[-1]] = 1
    for node in reversed(nodes):
        once = 1 if isinstance(node, Named) else min(often[node], 2)
        for o in node.operands:
            often[o] += once
    return often


def renamed(e: Expr, taken: Iterable[str], spelt: Callable[[str], str]) -> Expr:
    """An expression whose definitions have names that nothing else has: of several with one name p1, p2, …

    Recurrences choose first: that of h starts with h1.
    """
    nodes = list(postorder(e))
    definitions = [n for n in nodes if isinstance(n, Named)]
    used = {*taken, *(n.name for n in nodes if isinstance(n, Symbol)), *(i.name for n in nodes for i in n.free)}
    used |= {name for n in nodes for length in n.shape for monomial, _ in length.terms for name in monomial}
    of_states: dict[str, str] = {}
    for old in dict.fromkeys(n.name for n in nodes if isinstance(n, Recurrence)):
        of_states[old] = next(names_for(spelt(old.partition(MARK)[0].strip("_")), used))
        used.add(of_states[old])
    used |= {name for name, times in Counter(spelt(n.name) for n in definitions).items() if times > 1}
    done: dict[Expr, Expr] = {}
    for node in nodes:
        operands = tuple([done[o] for o in node.operands])
        if isinstance(node, (State, Recurrence)):
            old, *rest = node.data
            done[node] = node.make(operands, (of_states[old], *rest))
        elif isinstance(node, Named):
            name = next(names_for(spelt(node.name), used))
            used.add(name)
            done[node] = Named(name, operands[0])
        else:
            done[node] = node if operands == node.operands else node.rebuild(operands)
    return done[e]


def is_unsafe(name: str) -> bool:
    """Whether a name means something else in the language: a function, a word, a conjugate."""
    return name in FUNCTIONS or name in WORDS or name.endswith("_bar")


def is_differential(name: str, used: set[str]) -> bool:
    """Whether a name is read as a differential: dx."""
    return name[0] == "d" and (name[1:] in used or (len(name) == 2 and name[1].isalpha()))


def names_for(name: str, used: set[str]) -> Iterator[str]:
    """The names that a definition may have: its own, delta_x for dx, p1 for p, h1_1 for h1."""
    if is_differential(name, used):
        name = f"delta_{name[1:]}"
    first = [] if is_unsafe(name) else [name]
    return fresh(used, f"{name}_" if name[-1].isdigit() else name, first)
