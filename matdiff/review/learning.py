"""What the definitions of a text say: they are read in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Any

from matdiff import regex as re
from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, postorder, symbols
from matdiff.algebra.notation import GREEK
from matdiff.errors import MatdiffError
from matdiff.language.declarations import declare
from matdiff.language.declared import Declaration
from matdiff.language.names import SUBS, named
from matdiff.language.other_kinds import KindsError
from matdiff.language.together import read_equation, read_within
from matdiff.review.asking import NotSaid
from matdiff.review.assumed import GRAPH, TRACED, assume
from matdiff.review.definitions import Definition, definitions_in, leaves, solutions_in, with_families
from matdiff.review.doubts import is_a_name, is_misfit
from matdiff.review.edits import terms
from matdiff.review.lines import Line
from matdiff.review.members import by_entries, family, general_member, open_family
from matdiff.review.operators import LETTER, increments_in, letters_in
from matdiff.review.other_ways import by_entries as entrywise
from matdiff.review.paths import find_paths
from matdiff.review.scope import Scope
from matdiff.review.upstream import unsaid_losses

KNOWN = ("definitions", "members", "given_by", "unread")  # what is known of names, besides their shapes
OF_IDENTITY = r"(?=.*(?<![A-Za-z])I(?!\w))(?:[^A-Z]|(?<![A-Za-z])[IT])*"  # σ²I, I − 11ᵀ/n, as large as what is beside
IN_FRONT = rf"(?:\\[dt]?frac\s*\{{|[\d½¼(])*\s*({LETTER})(?!\s*[_^ᵀ⊤'′])(\s*\()?"  # s of s/2 tr(X), m of T = m(vᵀv)
OF_SQUARE = rf"(?P<traced>{TRACED})({LETTER})(?:\([a-zα-ω]\))?\s*(?:[-+−),=;]|$)|({LETTER})\s*⁻¹"


TARGET = r"two readings are possible: (?:.*\b)?([yt]) is a (?:vector|matrix)"  # of sum((a − y)^2) with a matrix a
SUMMED_ROWS = r"sum\(\s*d([A-Za-z]\d?)\s*,\s*axis\s*=\s*0|(?<![A-Za-z])d([A-Za-z]\d?)\.sum\((?:axis\s*=\s*)?0"  # db = …
ARRAY = r"[A-HJ-MO-SU-Z]|[h-jo-z](?![a-z])"  # and no I, N, T, nor a size


def learn(scope: Scope, lines: list[Line]) -> None:
    """Finds the definitions of a text and what is varied in it, and reads the definitions, those of others first."""
    said, again = definitions_in(lines, scope)
    scope.texts = {name: d.sides[0] for name, d in said.items()}
    unsaid = unsaid_losses(scope, lines)
    members = {f"{name}_{d.indices[0]}" for name, d in said.items() if len(d.indices) == 1}  # L_i of ∇L_i
    scope.functions, scope.losses = scope.functions | {*said} | unsaid | members, scope.losses | unsaid
    scope.note_varied(lines)
    scope.solved = solutions_in(lines, scope.asked.union(*(d.arguments for d in said.values())), said)
    scope.losses -= {name for name, d in said.items() if scope.asks_alone(d.sides[0])}  # ψ = ∇log q beside ∇ψ
    find_paths(scope, lines)
    _vary_below(scope, said, lines)
    whole = {name for line in lines for s in line.statements for side in s.sides for name in letters_in(side)}
    assume(scope, scope.text, curved=True)
    for name in () if scope.varied else (name for d in said.values() for name in d.arguments):
        scope.vary(name)  # where nothing is said to vary, the arguments of functions do
    _find_noise(scope, lines)
    order = _ordered(said)
    _find_families(scope, said)
    _find_batches(scope, said)
    _find_squares(scope, said, lines)
    before = _state(scope)
    _read(scope, said, order, whole)
    if others := {name: again[name] for name in scope.unread & again.keys() if not said[name].arguments}:
        said |= others
        scope.below = {*others}
        scope.texts |= {name: d.sides[0] for name, d in others.items()}
        _put(scope, before)
        _read(scope, said, order, whole)
    if faults := _faults(scope):
        first = _state(scope)
        _put(scope, before)
        _find_shapes(scope, said, order)
        _read(scope, said, order, whole)
        if _faults(scope) >= faults:
            _put(scope, first)
    _find_means(scope, whole)
    _find_degrees(scope)


def _vary_below(scope: Scope, said: Mapping[str, Definition], lines: list[Line]) -> None:
    """Lets a letter vary of which a name is made that varies in a line, Q of dA for A = softmax(QKᵀ), if none does."""
    moving = {name.partition("_")[0] for name in (*scope.varied, *scope.paths)}
    behind = (side for line in lines for s in line.statements for side in s.sides[not s.goes_on :])
    for name in sorted({name for side in behind for name in increments_in(side, scope.names())} & said.keys()):
        inside = {letter.partition("_")[0] for letter in leaves(said[name].sides[0], said) - said.keys()}
        arrays = [letter for letter in sorted(inside) if re.match(ARRAY, letter)]
        if arrays and scope.varied and inside.isdisjoint(moving):  # where none does, all vary
            scope.vary(arrays[0])


def _faults(scope: Scope) -> int:
    """How many definitions are not read, losses are no numbers, and Σ_i are names that may be sums."""
    losses = (scope.definitions[name] for name in scope.losses & scope.definitions.keys())
    names = (name for name in scope.declared if name.startswith("Sigma_") and name not in scope.given)
    return len(scope.unread) + sum(value.shape != SCALAR for value in losses) + len([*names])


def _state(scope: Scope) -> dict[str, Any]:
    """What is known of names, and which are not read."""
    return {"table": dict(scope.declared.table), **{name: copy(getattr(scope, name)) for name in KNOWN}}


def _put(scope: Scope, known: Mapping[str, Any]) -> None:
    """Takes a scope back to what it knew."""
    scope.declared.table.clear()
    scope.declared.table.update(known["table"])
    for name in KNOWN:
        setattr(scope, name, copy(known[name]))


def _read(scope: Scope, said: Mapping[str, Definition], order: Sequence[str], whole: Collection[str]) -> None:
    """Reads the definitions in their order, each by the first side that can be read."""
    for name in order:
        sides, scope.arguments[name], indices = said[name]
        scope.declared.general.clear()  # each index runs anew
        for k, side in enumerate(sides):
            known = dict(scope.declared.table)
            try:
                _define_by(scope, name, side, indices, name in whole)
                scope.given_by[name] = k
                if side is sides[-1] or not is_a_name(scope, scope.definitions.get(name)):
                    break
                scope.declared.table = known
            except (MatdiffError, RecursionError) as error:
                scope.declared.table = known
                scope.why[name] = getattr(error, "message", "")
                scope.unfit |= {name} if is_misfit(scope, scope.why[name]) else set()
                if isinstance(error, NotSaid):  # ε = ½(∇u + ∇uᵀ) of a u that is not given
                    scope.texts.pop(name, None)
        read = scope.definitions.keys() | scope.members.keys() | scope.implicit.keys()
        scope.unread |= ({name} & scope.texts.keys()) - read


def _find_shapes(scope: Scope, said: Mapping[str, Definition], order: Sequence[str]) -> None:
    """Declares the letters of definitions: those of the last one as it says with all that it needs, W of W tanh(Wx).

    And what uses other names first: ZᵀCZ says more of C = A − B than A − B does.
    """
    sides = {n: said[n].sides[0] for n in order if not said[n].indices and not scope.asks(said[n].sides[0])}
    needed = {*[*sides][-1:]}
    for name in reversed(sides):
        needed |= with_families(sides[name]) if name in needed else set()
    with suppress(MatdiffError, RecursionError, IndexError):
        front = "; ".join(f"{name} = {side}" for name, side in sides.items() if name in needed)
        read_within(f"{front}; {[*sides][-1]}", scope.declared, scalar=[*sides][-1] in scope.losses)
    for name in reversed(sides):
        with suppress(MatdiffError, RecursionError):
            read_equation(name, sides[name], scope.declared)


def _find_squares(scope: Scope, said: Mapping[str, Definition], lines: list[Line]) -> None:
    """Declares the F of det F as square, the letters of S = AB⁻¹C as tr(S) or S⁻¹ asks for, and of P = APAᵀ + Q."""
    for first, side, *_ in (s.sides for line in lines for s in line.statements if len(s.sides) > 1):
        new = letters_in(side) - scope.names()
        if named(first or "0") in new and "d" not in new and not scope.asks(side):
            with suppress(MatdiffError, RecursionError):
                read_equation(named(first), side, scope.declared)
    sides = [side for line in lines for s in line.statements for side in s.sides]
    found = {(named(m[2] or m[3]), m["traced"] is not None) for side in sides for m in re.finditer(OF_SQUARE, side)}
    within = {name for d in said.values() for name in letters_in(d.sides[0]) if name.isupper()} - {*said, "I"}
    for name in (name for name, is_traced in found if is_traced and name in within):
        scope.declared.table.setdefault(name, declare(f"{name}: square")[name])
    for name in (n for n, d in said.items() if re.fullmatch(OF_IDENTITY, d.sides[0]) and n not in scope.declared):
        with suppress(MatdiffError, StopIteration):
            beside = next(side for side in sides if name in letters_in(side) != {name} and not scope.asks(side))
            spelt = rf"(?<![A-Za-z])(?:{name}|{GREEK.get(name, name)})(?![\d_{SUBS}])"
            whole = scope.read(re.sub(spelt, f"({said[name].sides[0]})", beside))
            same = next(node for node in postorder(whole) if isinstance(node, Identity))
            scope.declared.table[name] = Declaration(name, same.shape)
    for name in {name for name, _ in found} & said.keys():
        if name not in scope.declared and not said[name].indices and not scope.asks(said[name].sides[0]):
            with suppress(MatdiffError, RecursionError):
                known = declare(f"{name}: square")
                read_equation(name, said[name].sides[0], known)
                more = {n: d for n, d in known.table.items() if n not in scope.declared and n != name}
                scope.declared.table.update(more)


def _find_families(scope: Scope, said: Mapping[str, Definition]) -> None:
    """Declares the letters of y_n = σ(wᵀx_n) as the first sum says that is made of them."""
    given = {name: f"{name}_{{{','.join(d.indices)}}} = {d.sides[0]}; " for name, d in said.items() if d.indices}
    front = "".join(given.values())
    for side in (d.sides[0] for d in said.values() if given and not d.indices):
        if re.search("[∑Σ]", side) and _mentions(side, {*given}) and not scope.asks(side):
            with suppress(MatdiffError, RecursionError):
                read_within(front + side, scope.declared)
                return


def _find_batches(scope: Scope, said: Mapping[str, Definition]) -> None:
    """Declares the Z of db = dZ.sum(axis=0) as a matrix."""
    summed = {name for m in re.findall(SUMMED_ROWS, scope.text) for name in m}
    for name in summed & said.keys() - scope.declared.table.keys():
        scope.declared.table[name] = declare(f"{name}: matrix")[name]


def _find_noise(scope: Scope, lines: list[Line]) -> None:
    """Takes ε of a model y = Xβ + ε for y − Xβ, where nothing else is said of it."""
    for first, side, *_ in (s.sides for line in lines for s in line.statements if len(s.sides) > 1):
        *_, (start, end) = [*terms(side)] or [(0, 0)]
        noise = named(side[start:end].strip())
        if noise == "epsilon" and start and re.fullmatch(LETTER, first) and noise not in {*scope.given, *scope.texts}:
            with suppress(MatdiffError):
                scope.define(noise, scope.read(f"{first} - ({side[:start].rstrip(' +')})"))


def _find_means(scope: Scope, names: set[str]) -> None:
    """Takes ȳ for the mean of a family y, or of the entries y_i of a vector, where nothing else is said of it."""
    for name in sorted(names - scope.names()):
        base = name.removesuffix("_bar")
        known = scope.declared.get(base) if base != name else None
        is_vector = known is not None and known.shape[0] != ONE == known.shape[1] and f"{base}_i" in names
        if known is None or not (is_vector or len(known.indices) == 1):
            continue
        end = known.indices[0][1] if known.indices else known.shape[0]
        if str(end) in names or "n" not in names:  # or it is n that may say how many there are
            member = f"sum(i=1..{end}, {base}[i])" if known.indices else f"sum({base})"
            scope.define(name, scope.read(f"{member}/({end})"))


def _find_degrees(scope: Scope) -> None:
    """Takes D for the sums of the rows of W, where a text has the Laplacian D − W of a graph."""
    if (graph := re.search(GRAPH, scope.text)) and not {"D"} & {*scope.texts, *scope.where}:
        with suppress(MatdiffError):
            scope.define("D", scope.read(f"diag({graph[1] or graph[2]} vector(1))"))


def _define_by(scope: Scope, name: str, side: str, indices: Sequence[str], is_whole: bool) -> None:
    """Notes what a side says of a name, or of the members of a family; *is_whole* where that stands by itself."""
    if indices and name in scope.declared and scope.declared[name].indices:
        scope.members[name] = general_member(scope, name, side, indices)
        return
    if indices and not is_whole:
        with suppress(MatdiffError):
            scope.members[name] = family(scope, name, side, indices)
            return
    if name.endswith("_this") and scope.habits.of_time:  # h_t is as large as h_{t-1}
        with suppress(MatdiffError):
            read_equation(name, side.replace("_prev", "_this"), scope.declared)
            before = name.replace("_this", "_prev")
            scope.declared.table.setdefault(before, scope.declared[name]._replace(name=before))
    if (name in letters_in(side) or name in scope.declared) and not (indices or scope.asks(side)):
        with suppress(MatdiffError):  # z = tanh(Wz + x), p = softmax(v) of p_i beside q_i: both sides have one shape
            read_equation(name, side, scope.declared)
    if name in scope.declared and re.fullmatch(OF_IDENTITY, side):
        scope.define(name, read_equation(name, side, scope.declared)[1])
        return
    try:
        value = by_entries(scope, side, indices, is_whole) if indices else _value(scope, name, side)
    except KindsError as error:
        if (target := re.search(TARGET, error.message)) is None or target[1] in scope.declared:
            raise
        scope.declared.table[target[1]] = declare(f"{target[1]}: matrix")[target[1]]
        value = _value(scope, name, side)
    except MatdiffError as error:
        spelt = entrywise(side, error.message)
        if indices and not is_whole:
            scope.members[name] = open_family(scope, name, side, indices)
            return
        is_sized = error.message.endswith("is not determined") and name in scope.declared
        if indices or (spelt == side and not is_sized) or error.message[0] == "√":
            raise
        value = read_equation(name, side, scope.declared)[1] if is_sized else scope.read(spelt)
    scope.define(name, value)


def _value(scope: Scope, name: str, side: str) -> Expr:
    """What a side says: a number where only the letters in front of its terms would make it none: s of s‖z‖²/2."""
    before = dict(scope.declared.table)
    value = scope.read(side, scalar=name in scope.losses)
    root = re.match(r"sqrt\(", side) if name[0].islower() else None  # t = √(n(x − μ)ᵀ…) of t² = …, which is a number
    places = terms(side, root.end(), len(side) - 1) if root else terms(side)
    found = (re.compiled(IN_FRONT).match(side, start, end) for start, end in places)
    is_number = name.isupper() or root is not None
    letters = [m[1] for m in found if m and m[1][0].islower() and (not m[2] or is_number)]  # but no f = v(wᵀx)
    fronts = {named(letter) for letter in letters if side.count(letter) == 1} - before.keys()
    if value.shape == SCALAR or not fronts:
        return value
    first, scope.declared.table = scope.declared.table, before
    with suppress(MatdiffError):
        number = scope.read(side, scalar=True)
        if number.shape == SCALAR and _numbers(value) < _numbers(number) <= _numbers(value) | fronts:
            return number
    scope.declared.table = first
    return value


def _numbers(e: Expr) -> set[str]:
    return {s.name for s in symbols(e) if s.shape == SCALAR}


def _ordered(said: Mapping[str, Definition]) -> list[str]:
    """The names, each behind those that it is defined by."""
    order: list[str] = []
    waiting = list(said)
    while waiting:
        ready = [n for n in waiting if not _mentions(" ".join(said[n].sides), {*waiting} - {n})] or waiting[:1]
        order += ready
        waiting = [n for n in waiting if n not in ready]
    return order


def _mentions(text: str, names: set[str]) -> bool:
    spelt = letters_in(text) | set(re.findall(r"[a-zA-Z]+", text))  # no f is in a softmax
    return bool((spelt | {name.rpartition("_")[0] for name in spelt}) & names)
