"""Vectors and matrices that a text gives by their entries: K_ij = exp(−‖x_i − x_j‖²), used as K in yᵀKy.

In goes a definition for every i and j, out comes one of the whole, of the kind ``entries``, beside it.  However the
entries are written, K(θ)_ij, [K]_ij and [f(x)]_i, in the text stands K_ij and f_i.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import AmbiguityError
from matdiff.language.limits import Limits, Range
from matdiff.language.names import GREEK_CLASS, MARKS, SUBS
from matdiff.language.parameters import Given
from matdiff.language.syntax import Node, copied, is_double, postorder
from matdiff.language.transcript import APART, Edit, Transcript
from matdiff.regex import regex

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

NAME = rf"(?:⟪\w+⟫|[A-Za-z{GREEK_CLASS}])[{MARKS}]*"
ARGUMENTS = r"\(\s*[^()=]*\)"
LOW = rf"(?:_\{{\s*[a-z]\s*,?\s*[a-z]?\s*\}}|_[a-z](?!\w)|[{SUBS}]{{1,2}})"
BEGINS = r"(?:^|[;\n,]|\b(?:let|where|with|and)\b)\s*"
ENTRY = regex(  # [K]_ij =, [f(x)]_i =, f(x)_i =, f_i(x) =
    rf"{BEGINS}(?P<head>[\[(](?P<a>{NAME})(?P<of_a>{ARGUMENTS})?[\])](?P<low_a>{LOW})"
    rf"|(?P<b>{NAME})(?P<of_b>{ARGUMENTS})(?P<low_b>{LOW})|(?P<c>{NAME})(?P<low_c>{LOW})(?P<of_c>{ARGUMENTS}))"
    r"(?=\s*:?=(?!=))",
    given="=",
)
FUNCTION = regex(rf"{BEGINS}(?P<name>{NAME})(?:{LOW})?(?P<of>{ARGUMENTS})\s*:?=(?!=)", given="=")
CALL = rf"(?<![A-Za-z⟪])NAME(?P<low>{LOW})?(?P<of>\((?:[^()]|\([^()]*\))*\))"


def with_entries_named(script: Transcript) -> Transcript:
    """The text with K_ij for [K]_ij = …, and K for the K(θ) whose entries K(θ)_ij = … or K_ij(θ) = … it gives.

    >>> text = "K(t)_{ij} = exp(-t*(x_i - x_j)^2); y'K(t)y"
    >>> with_entries_named(Transcript(text, text)).text
    "K_{ij} = exp(-t*(x_i - x_j)^2); y'K\u200ay"
    """
    text, edits = script.text, list[Edit]()
    for m in ENTRY.finditer(text):
        kind = next(kind for kind in "abc" if m[kind])
        name, of, low = m[kind], m[f"of_{kind}"], m[f"low_{kind}"]
        if len(name.strip("⟪⟫")) > 1 and name.strip("⟪⟫") in FUNCTIONS:
            continue
        calls = _calls(text, name, of) if of else []
        if calls is not None and (kind != "c" or any(not call["low"] for call in calls)):
            edits.append((*m.span("head"), f"{name}{low}"))
            for call in calls:
                if not m.start("head") <= call.start() < m.end("head"):
                    is_before_letter = text[call.end() :][:1].isalnum()
                    edits.append((*call.span(), name + (call["low"] or APART * is_before_letter)))
    return script.edited(edits)


def _calls(text: str, name: str, of: str) -> list[re.Match[str]] | None:
    """Where f(x) and f_i(x) stand in a text; None where f, or a g(x) = … beside it, is called with something else."""
    letters = set(re.findall(r"\w+", of))
    beside = {m["name"] for m in FUNCTION.finditer(text) if letters.intersection(re.findall(r"\w+", m["of"]))}
    calls = {g: list(re.finditer(CALL.replace("NAME", re.escape(g)), text)) for g in {name} | beside}
    is_one = all(len({re.sub(r"\s", "", call["of"]) for call in own}) == 1 for own in calls.values())
    return calls[name] if is_one else None


def wholes(bound: Bound, items: Collection[Node]) -> Iterator[Node]:
    """The definitions of what stands without an index somewhere, and is given by its entries.

    Errors: AmbiguityError where the μ beside μ_k may be another thing, as the mean of all beside those of groups.
    """
    trees = [(item, *_names(item)) for item in (*items, *(given.body for given in bound.given.values()))]
    bare = set[object]().union(*(names for _, names, _ in trees))
    for given in bound.given.values():
        is_general = given.indexed and given.ends is None and not given.offset and len(given.parameters) <= 2
        if is_general and given.name in bare and all(len(letter) == 1 for letter in given.parameters):
            is_matrix = len(given.parameters) == 2 and given.name[0].isupper()
            has_members = any(given.name in low for tree, _, low in trees if tree is not given.body)
            if given.name in bound.wrt or (has_members and not is_matrix):
                member = f"{given.name}_{''.join(given.parameters)}"
                message = f"{given.name} can be the vector of all {member}, or another thing beside them"
                hint = f"call one of them otherwise, or write ∑_{given.parameters[0]} with {member}"
                raise bound.error(given.item, message, hint, AmbiguityError)
            yield _whole(bound, given)


def _whole(bound: Bound, given: Given) -> Node:
    """K with the entries K_ij; D_ii are those on the diagonal of D."""
    start, end = given.item.start, given.item.end
    letters = dict.fromkeys(given.parameters)
    limits = Limits(tuple([Range(letter, ONE, None) for letter in letters]), None, end, True)
    whole = Node("big_sum", [copied(given.body)], ("entries", limits), start, end)
    low = "".join(given.parameters)
    if len(letters) < len(given.parameters):
        whole = Node("call", [whole], "diag", start, end)
        bound.note(given.item, f"{given.name} is diagonal, with the entries {given.name}_{low}")
    else:
        bound.note(given.item, f"{given.name} has the entries {given.name}_{low}")
    return Node("define", [whole], given.name, start, end)


def _names(tree: Node) -> tuple[set[object], set[object]]:
    """The names that stand in a tree without an index, and those with one."""
    nodes = list(postorder(tree))
    low = {id(n.parts[0]) for n in nodes if n.kind in ("subscript", "index")}
    low |= {id(n.parts[0]) for n in nodes if n.kind == "power" and len(n.parts) > 1 and is_double(n.parts[1])}
    names = [n for n in nodes if n.kind == "NAME"]
    return {n.value for n in names if id(n) not in low}, {n.value for n in names if id(n) in low}
