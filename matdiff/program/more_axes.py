"""Arrays with more than two axes in other languages, whose entries lie columns first and which align axes in front.

a[:, None, :]           its axes at places among others        transpose, reshape      of all axes, rows first
a + b                  fewer axes are the last ones            tensordot, einsum, sum  over some axes
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matdiff.program.texts import Text

if TYPE_CHECKING:
    from matdiff.program.translating import Translator


def counted(places: Sequence[int]) -> str:
    """Places of axes, counted from 1."""
    return ", ".join(str(k + 1) for k in places)


def spelt(t: Translator, name: str, *operands: str) -> str:
    """A spelling of the table, whose helpers are noted."""
    text = t.spelt(name, *operands)
    t.help(text)
    return text


def called(t: Translator, name: str, node: ast.Call) -> Text | None:
    """A function of arrays with any number of axes; None where the table of the language has it."""
    function, _, further = name.partition(" ")
    if function not in ("transpose", "tensordot", "einsum", "sum"):
        return None
    operands = [t.expression(a) for a in node.args if not isinstance(a, ast.Tuple)]
    options = [ast.literal_eval(a) for a in node.args if isinstance(a, ast.Tuple)]
    if f"{name} {' '.join(str(a.rank) for a in operands)}" in t.language.calls or name in t.language.calls:
        return None
    match function:
        case "transpose":
            return permuted(t, operands[0], options[0])
        case "tensordot":
            return tensordot(t, operands[0], operands[1], *options[0])
        case "einsum":
            return einsum(t, further, operands)
    axis = ast.literal_eval(node.keywords[0].value)
    return total(t, operands[0], axis if isinstance(axis, tuple) else (axis,))


def permuted(t: Translator, a: Text, order: Sequence[int]) -> Text:
    """The axes in another order."""
    if list(order) == sorted(order):
        return a
    return Text(spelt(t, "permuted", a.text, counted(order)), a.rank)


def spread(t: Translator, a: Text, places: Sequence[int], rank: int) -> Text:
    """An array whose axes lie at some places among others of length 1."""
    if a.rank in (0, rank):
        return a
    return Text(spelt(t, "spread", a.text, counted(places), str(rank)), rank)


def aligned(t: Translator, a: Text, rank: int) -> Text:
    """The axes of an array as the last ones."""
    return spread(t, a, range(rank - a.rank, rank), rank)


def reshaped(t: Translator, a: Text, lengths: Sequence[str]) -> Text:
    """The same entries, rows first, with other axes."""
    return Text(spelt(t, "rows first", a.text, ", ".join(lengths), str(a.rank)), len(lengths))


def total(t: Translator, a: Text, axes: Sequence[int]) -> Text:
    """The sums over some axes."""
    if len(axes) == a.rank:
        return t.call("total", [a])
    return Text(spelt(t, "sum over", a.text, counted(axes), str(a.rank)), a.rank - len(axes))


def tensordot(t: Translator, a: Text, b: Text, mine: Sequence[int], others: Sequence[int]) -> Text:
    """The products of two arrays, summed over some axes of each."""
    given = a.text, b.text, counted(mine), counted(others), str(a.rank), str(b.rank)
    return Text(spelt(t, "product over", *given), a.rank + b.rank - 2 * len(mine))


def einsum(t: Translator, word: str, operands: Sequence[Text]) -> Text | None:
    """Arrays multiplied entry by entry and summed over the letters that the result lacks; None of a diagonal."""
    words, _, out = word.partition("->")
    given = words.split(",")
    if len(given) != len(operands) or any(len({*w}) < len(w) for w in given):
        return None
    order = out + "".join(c for c in dict.fromkeys(words.replace(",", "")) if c not in out)
    parts = []
    for w, a in zip(given, operands, strict=True):
        a = permuted(t, a, sorted(range(len(w)), key=lambda k, w=w: order.index(w[k])))  # type: ignore[misc]
        parts.append(spread(t, a, sorted(map(order.index, w)), len(order)))
    found = parts[0]
    for part in parts[1:]:
        found = t.binary(ast.Mult(), found, part)
    summed = range(len(out), len(order))
    return total(t, found, summed) if summed else found


def on_diagonal(t: Translator, target: str, word: str, sign: str, value: Text) -> str:
    """Entries where two axes agree get other values, one place of these axes after the other."""
    whole, _, view = word.partition("->")
    own = view[len(view) - value.rank :]
    tied = [c for c in dict.fromkeys(whole) if whole.count(c) > 1]
    counters = {c: t.counter(c) for c in tied}
    rest = [c for c in whole if c not in tied]
    lines = []
    if value.rank:
        order = sorted(range(len(own)), key=lambda k: (own[k] in rest, rest.index(own[k]) if own[k] in rest else k))
        own = "".join(own[k] for k in order)
        t.count += 1
        name = t.counter(f"part_{t.count}")
        lines.append(t.spelt("assign", name, permuted(t, value, order).text))
        value = Text(t.language.brackets.format(name, ", ".join(counters.get(c, ":") for c in own)), len(rest))
        if len(own) == 1:
            value = Text(t.language.brackets.format(name, counters.get(own, ":")), value.rank)
    place = t.language.brackets.format(target, ", ".join(counters.get(c, ":") for c in whole))
    kind = ("change" if sign else "put") + (" part" if rest else " 0")
    inner = t.spelt(kind, place, value.text, sign)
    for c in reversed(tied):
        head = t.spelt("loop", counters[c], t.spelt("length", target, str(whole.index(c) + 1)))
        inner = "\n".join([head, *("    " + line for line in inner.split("\n")), "end"])
    return "\n".join([*lines, inner])
