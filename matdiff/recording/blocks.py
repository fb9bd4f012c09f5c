"""What stands in an array when a loop over a symbolic length has filled it: out[i] = v, h[t + 1] = f(h[t])."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import combinations
from typing import TypeGuard

from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.products import Sum
from matdiff.algebra.operators.recurrence import open_states, place_parts
from matdiff.algebra.operators.structure import value_of
from matdiff.algebra.operators.sums import Entry
from matdiff.algebra.walks import replace
from matdiff.recording.arrays import Traced, refuse
from matdiff.recording.assignments import replaced
from matdiff.recording.carried import Carried
from matdiff.recording.filling import Filled, Keys, apart, is_filled
from matdiff.recording.keys import Counted, Range
from matdiff.recording.members import of_list
from matdiff.recording.operations import plus
from matdiff.recording.places import parts
from matdiff.recording.shapes import Lengths, flip, is_repeated, spread
from matdiff.records import NamedTuple


class Block(NamedTuple):
    """What a round writes: the places, and the block as something that is carried from round to round."""

    keys: Keys
    row: Carried
    lengths: Lengths
    moves: bool


class Filling:
    """An array that every round of a loop gives other blocks; the block at the place of the round before is carried."""

    def __init__(self, c: Carried, forward: bool) -> None:
        self.array, self.index, self.forward = c, c.index, forward
        self.reads: dict[Expr, Expr] = {}
        self.rows: list[tuple[int, Expr, Expr]] = []  # an axis, a place of it, and what stands there as a vector
        self.blocks: list[Block] = []
        written, e = list[Filled](), c.step
        while isinstance(e, Filled):
            written.insert(0, e)
            e = e.operands[0]
        if e is not c.state:
            refuse(f"{c.name}, which a round of the loop changes in several ways,")
        for filled in written:
            self.blocks.append(self.block(filled))
        if not all(self.is_beside(a.keys, b.keys) for a, b in combinations(self.blocks, 2)):
            refuse(f"{c.name}, of which a round of the loop fills places that another round fills too,")

    def block(self, filled: Filled) -> Block:
        """A block, whose unknown is the block of the round before, or what is at the place if that stays the same."""
        keys, c = filled.keys, self.array
        lengths = tuple(k.length for k in keys if isinstance(k, Range))
        moves = any(self.moves(k) for k in keys)
        now = Traced(filled.operands[1], lengths)
        row = Carried(c.name, now, now, self.index, self.forward)  # where it starts is said when it is asked
        row.value, row.is_kept = now, moves
        if moves:
            self.stands(keys, parts(value_of(c.first), c.lengths, keys)[0])
        self.stands(self.before(keys) if moves else keys, row.state)
        return Block(keys, row, lengths, moves)

    def stands(self, keys: Keys, e: Expr) -> None:
        """What stands for the unknown array at some places."""
        found, _ = parts(self.array.state, self.array.lengths, keys)
        self.reads |= {found: e} if found.is_scalar else {found: e, flip(found): flip(e)}
        for axis, key in enumerate(keys if len(keys) == 2 else ()):
            other = keys[1 - axis]
            if isinstance(key, Expr) and isinstance(other, Range) and other.length is self.array.lengths[1 - axis]:
                self.rows.append((axis, key, e))

    def read(self, e: Expr) -> Expr | None:
        """What stands for a part of the unknown array; None of anything else."""
        if isinstance(e, Entry) and e.operands[0] is self.array.state and len(e.operands) == 3:
            for axis, key, vector in self.rows:
                if e.operands[1 + axis] == key:
                    return parts(vector, (vector.rows,), [e.operands[2 - axis]])[0]
        return self.reads.get(e)

    def moves(self, key: Expr | Range) -> TypeGuard[Expr]:
        """Whether a place runs with the loop."""
        return isinstance(key, Expr) and self.index in key.free

    def is_beside(self, one: Keys, other: Keys) -> bool:
        """Whether the places of two blocks differ, of whatever two rounds."""
        pairs = [*zip(one, other, strict=True)]
        moving = [(a, b) for a, b in pairs if self.moves(a) or self.moves(b)]
        return all(a == b for a, b in moving) and any(apart(a, b) for a, b in pairs if (a, b) not in moving)

    def before(self, keys: Keys) -> Keys:
        """The places of the round before."""
        change = ONE if not self.forward else ONE - ONE - ONE
        return tuple(Counted(self.index, place_parts(k)[1] + change).place if self.moves(k) else k for k in keys)

    def begin(self, block: Block) -> None:
        """Gives the unknown of a block its start, if a round reads it."""
        row = block.row
        if row.state not in open_states(row.step):
            return
        at = list[Expr | Range | Size](block.keys)
        for axis, key in enumerate(block.keys):
            if self.moves(key):
                _, after = place_parts(key)
                at[axis] = after - ONE if self.forward else self.index.last + after
        row.start = Traced(parts(value_of(self.array.first), self.array.lengths, at)[0], block.lengths)

    def end(self, step: Expr, block: Block, whole: Expr) -> Expr:
        """An array in which the blocks of all rounds stand, of which *step* is the one of the index."""
        if not block.moves:
            return Filled(whole, block.row.value.expr, block.keys)
        several, one = self.index.last, Traced(step, block.lengths)
        if self.index in step.free:
            all_rounds = of_list(one, self.index)
        else:
            all_rounds = Traced(spread(step, block.lengths, (several, *block.lengths)), (several, *block.lengths))
        if isinstance(block.keys[0], Range):
            all_rounds = all_rounds.T
        keys = [self.all_of(k) if self.moves(k) else k for k in block.keys]
        if all(isinstance(k, Range) for k in keys):
            return replaced(Traced(whole, self.array.lengths), keys, all_rounds)
        return Filled(whole, all_rounds.expr, tuple(keys))

    def all_of(self, key: Expr) -> Range:
        """The places of all rounds."""
        _, after = place_parts(key)
        return Range(after, after + self.index.last)


def filled(arrays: Sequence[Filling], others: Sequence[Carried], listed: Sequence[Traced]) -> list[Carried]:
    """The blocks as what is carried instead of the arrays; everything else reads them and no array."""
    rows = [b.row for f in arrays for b in f.blocks]
    for f in arrays:
        for c in (*others, *rows):
            if isinstance(c.value, Traced):
                c.value = Traced(without_zeros(replace(c.step, f.read)), c.value.lengths)
        for v in listed:
            v.expr = without_zeros(replace(v.expr, f.read))
    for c in (*others, *rows):
        if is_filled(c.step):
            refuse(f"{c.name}, which takes more of an array that the loop fills than its own place,")
    unknown = {f.array.state: f.array for f in arrays}
    for e in (*(c.step for c in (*others, *rows)), *(v.expr for v in listed)):
        for state in open_states(e) & unknown.keys():
            name = unknown[state].name
            refuse(f"{name}, of which a round of the loop reads more than its own place and the one before,")
    for f in arrays:
        for block in f.blocks:
            f.begin(block)
    return rows


def without_zeros(e: Expr) -> Expr:
    """An expression in whose sums no zeros stand, such as the entries of an array that is filled."""
    return replace(e, sum_without_zeros)


def sum_without_zeros(e: Expr) -> Expr | None:
    """A sum without its zeros, if it has some; None of anything else."""
    if not isinstance(e, Sum) or not any(is_repeated(o, 0) for o in e.operands):
        return None
    return reduce(plus, map(without_zeros, e.operands))
