"""Names that are defined by their members: E_k = X_k − A of a declared family, c_i = aᵢ² of the entries of a vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR, Size, size
from matdiff.algebra.expr import Expr, Index, symbols
from matdiff.algebra.notation import GREEK
from matdiff.algebra.operators.entries import assembled
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.simplification import tidy
from matdiff.calculus.expectations.independence import put_all
from matdiff.errors import UnsupportedError
from matdiff.language.declared import OPEN, Declaration
from matdiff.language.names import MARKS, named
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.review.scope import Scope


INDEXED = rf"([^\W\d_][{MARKS}]*|[A-Za-z]+)_\{{?([A-Za-z](?:,?[A-Za-z])?)(?![A-Za-z0-9_])"


class General(NamedTuple):
    """What the general member of a family is, in terms of its indices."""

    indices: tuple[Index, ...]
    value: Expr

    def at(self, member: Member) -> Expr:
        """The value of a member."""
        return put_all(self.value, self.indices, member.operands[1:])


def general_member(scope: Scope, name: str, side: str, indices: Sequence[str]) -> General:
    """A side that says what the general member of a declared family is."""
    ends = [last for _, last in scope.declared[name].indices]
    extents = dict(zip(indices, ends, strict=True))
    _read_with(scope, side, extents)  # which declares the x_i in it
    for index, end in extents.items():
        _count_members(scope, index, end)
    value = _read_with(scope, side, extents)
    if value.shape != scope.declared[name].shape:
        raise UnsupportedError(f"{side} has another shape than {name}")
    return General(tuple(map(Index, indices, ends)), value)


def family(scope: Scope, name: str, side: str, indices: Sequence[str]) -> General:
    """The general member of a family that a side defines by members of others: yᵢ = σ(wᵀxᵢ)."""
    for index in indices:
        _count_members(scope, index, _end_of_sum(scope, index))
    below = re.findall(INDEXED, side)
    if any(named(one) not in scope.declared for one, _ in below) and re.search("[∑Σ]", side):
        scope.read(side)  # which declares φ of exp(θᵀφ_k)/∑_j exp(θᵀφ_j)
    if not below or not all((known := scope.declared.get(named(one))) and known.indices for one, _ in below):
        raise UnsupportedError(f"{side} is not said by members of families")
    extents = {index: _extent(scope, index, side) for index in indices}
    value = _read_with(scope, side, extents)
    scope.declared.table[name] = Declaration(name, value.shape, indices=tuple(extents.items()))
    return General(tuple(map(Index, indices, extents.values())), value)


def open_family(scope: Scope, name: str, side: str, indices: Sequence[str]) -> General:
    """The same where nothing says how far the indices run, of a number for every sample: L_i = (wᵀx_i − y_i)²."""
    extents = _new_extents(scope, side, indices)
    value = _read_with(scope, side, extents, scalar=True)
    if value.shape != SCALAR or {i.name for i in value.free} != {*indices}:
        raise UnsupportedError(f"how far {', '.join(indices)} runs is not known")
    scope.declared.table[name] = Declaration(name, SCALAR, indices=tuple(extents.items()))
    return General(tuple(map(Index, indices, extents.values())), value)


def _new_extents(scope: Scope, side: str, indices: Sequence[str]) -> dict[str, Size]:
    """A size for how far indices run of which nothing says it; what has them in a side is a family."""
    end = size(next(letter for letter in "NMK" if letter not in scope.names() | scope.sizes()))
    extents = dict.fromkeys(indices, end)
    _read_with(scope, side, extents, scalar=True)  # which declares the x_i in it
    for index in indices:
        _count_members(scope, index, end)
    again = [n for n in scope.declared if n[-1] in indices and (d := scope.declared.get(n[:-2])) and d.indices]
    for member in again:  # x_j beside x_i
        del scope.declared.table[member]
    return extents


def by_entries(scope: Scope, side: str, indices: Sequence[str], is_whole: bool) -> Expr:
    """∑ᵢ cᵢ eᵢ, or ∑ᵢⱼ cᵢⱼ eᵢeⱼᵀ, where the entries c of a vector or a matrix are given; *is_whole* if it is used."""
    for index in indices:
        _count_members(scope, index, _end_of_sum(scope, index))
        _declare_beside(scope, index, side)
    try:
        extents = {index: _extent(scope, index, side) for index in indices}
    except UnsupportedError:
        if not is_whole:
            raise
        extents = _new_extents(scope, side, indices)
    found = _read_with(scope, side, extents)
    bound = {i.name: i for i in found.free}
    if missing := [index for index in indices if index not in bound]:
        raise UnsupportedError(f"{side} does not depend on {missing[0]}")
    return tidy(assembled(found, [bound[index] for index in indices]))


def _declare_beside(scope: Scope, index: str, side: str) -> None:
    """Takes o of o_i, of which nothing is said, for as long as the vector y whose entries y_i the text speaks of."""
    sides = [re.findall(INDEXED, text) for text in scope.texts.values()]
    known = (scope.declared.get(named(name)) for below in sides for name, low in below if low == index)
    vector = next((d for d in known if d and not d.indices and d.shape[0] != ONE == d.shape[1]), None)
    below = {named(name) for name, low in re.findall(INDEXED, side) if low == index}
    new = sorted(name for name in below if name not in scope.given and name not in scope.texts)
    if vector is None or not new:
        return
    if str(vector.shape[0])[0] == OPEN:
        fresh = next(letter for letter in "nmpqkCKN" if letter not in scope.names() | scope.sizes())
        vector = scope.declared.table[vector.name] = vector._replace(shape=(size(fresh), ONE))
    scope.declared.table.update({name: Declaration(name, vector.shape) for name in new})


def _count_members(scope: Scope, index: str, end: Size | None) -> None:
    """Takes x_i: d for a family, where it is known how far i runs."""
    if end is None:
        return
    for member in [n for n in scope.declared if n.endswith(f"_{index}") and not scope.declared[n].indices]:
        name = member.removesuffix(f"_{index}")
        if name not in scope.declared:
            one = scope.declared.table.pop(member)
            scope.declared.table[name] = one._replace(name=name, indices=((index, end),))


def _read_with(scope: Scope, side: str, extents: dict[str, Size], *, scalar: bool = False) -> Expr:
    """A side with free indices that end there."""
    known = dict(scope.declared.general)
    scope.declared.general.update(extents)
    try:
        return scope.read(side, scalar)
    finally:
        scope.declared.general = known


def of_entries(side: str) -> str:
    """A side with z_j for (softmax(z))_j, which says how far j runs as well."""
    return re.sub(r"\(softmax\((\w)\)\)_", r"\1_", side)


def _extent(scope: Scope, index: str, side: str) -> Size:
    """How far an index runs: as far as the members, or the rows or columns, of the names that it stands below."""
    lines = re.findall(rf"([^\W\d_])\[(?:{index},:|(:),{index})\]", side)
    if lines and (known := scope.declared.get(named(lines[0][0]))):
        return known.shape[1 if lines[0][1] else 0]
    for name, low in re.findall(INDEXED, of_entries(side)):
        known, places = scope.declared.get(named(name)), low.replace(",", "")
        if known and index in places:
            ends = _ranges(scope, known.name) if known.indices else known.shape
            return ends[places.index(index) if len(places) > 1 else 0]
    raise UnsupportedError(f"how far {index} runs is not known")


def _ranges(scope: Scope, name: str) -> tuple[Size, ...]:
    """How far the indices of a family run: as it is declared, or as the first definition with it says."""
    said = tuple(last for _, last in scope.declared[name].indices)
    if not any(size[0] == OPEN for extent in said for size in extent.names()):
        return said
    found = (s.ranges for value in scope.definitions.values() for s in symbols(value) if s.name == name and s.ranges)
    indices = [index for index, _ in scope.declared[name].indices]
    ends = next(found, None) or [end for index in indices if (end := _end_of_sum(scope, index)) is not None]
    if len(ends) < len(indices):
        raise UnsupportedError(f"how far the indices of {name} run is not known")
    scope.declared.table[name] = scope.declared[name]._replace(indices=tuple(zip(indices, ends, strict=True)))
    return tuple(ends)


def _end_of_sum(scope: Scope, index: str) -> Size | None:
    """Where the sums of a text over an index end."""
    sums = [
        re.search(rf"∑\s*_\s*\{{?{index}(?:\s*=\s*1\}}?\s*\^\s*\{{?(\w+)|(?!\s*=))", side)
        for side in scope.texts.values()
    ]
    ends = [m.group(1) or "N" for m in sums if m]
    return size(int(ends[0]) if ends[0].isdecimal() else ends[0]) if ends else None


def by_places(scope: Scope, side: str, refused: str) -> str:
    """A side with s[i] for an s_i that may be an entry of s or a name, and (x_i)_k for x_ik of vectors x_i."""
    if of_vector := re.match(r"(\w+) has 1 index, not 2", refused):
        return re.sub(rf"(?<![A-Za-z]){of_vector[1]}_\{{?(\w),?\s*(\w)(?!\w)\}}?", rf"({of_vector[1]}_\1)_\2", side)
    m = re.match(r"(\w+?)_(\w(?:,\w)?) can be the entry", refused)
    known = scope.declared.get(m[1]) if m else None
    if m is None or known is None:
        return side
    scope.declared.general.update(zip(m[2].split(","), known.shape, strict=False))
    name = rf"(?:{m[1]}|{GREEK.get(m[1], m[1])})"
    spelt = rf"(?:\({name}\)|(?<![A-Za-z]){name})_(?:\{{+{m[2]}\}}+|{m[2]}(?![A-Za-z,]))"
    return re.sub(spelt, f"{m[1]}[{m[2]}]", side)
