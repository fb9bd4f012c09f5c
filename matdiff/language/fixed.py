"""Indices that no sum binds: constant ones, as in z_y and (Wx)_t, and class labels, as in w_{y_i}.

In go the places of the tree that have such an index, when all other names are known; out come the same nodes as
entries, members, or symbols whose name has the subscript.  One name is one thing: beside z or z_j, z_y is the entry y
of z, unless y is something else, or the shapes leave no other reading than that z_y is a name of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.dims import ONE, SCALAR, size
from matdiff.errors import AmbiguityError
from matdiff.language import doubtful_indices
from matdiff.language.customs import LETTERS_OF_COUNTS
from matdiff.language.doubtful_indices import as_written, part_or_name
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.names import MARKS, canonical
from matdiff.language.places import Indices, binder_of, used
from matdiff.language.places import place as located
from matdiff.language.scopes import Binder, Fixed, Name, Place, Position, Scope, Shifted
from matdiff.language.syntax import Node, postorder
from matdiff.records import NamedTuple
from matdiff.regex import regex

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

LABEL = rf"([^\W\d_][\w{MARKS}]*?)(?:_\{{?([^\W_]+)\}}?|\[\s*([^\W_]+)\s*\])"
CUSTOMARY = frozenset("cijklmnpqrsty")  # letters that number entries
PAIRED = frozenset("pq")  # of them, those that do so together
REFERRED = frozenset("cr")  # those of a centre and of a reference
WORDS = frozenset(("true", "target", "label", "correct", "gold"))  # of a class: z_target
NAMED = 1  # what it costs that z_k beside z is a name of its own


class Unbound(NamedTuple):
    """A node with indices that no sum binds: its operand, or the name of it, and what is written as each index.

    *spans* are the places of indices in brackets; none of those that are written low.
    """

    node: Node
    base: Node
    pieces: list[str]
    scope: Scope
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def is_low(self) -> bool:
        return not self.spans

    @property
    def is_free(self) -> bool:
        """Whether a sum binds none of the indices."""
        return self.scope.keys().isdisjoint(map(canonical, self.pieces))


def position_of(bound: Bound, piece: str, scope: Scope) -> Position | None:
    """An index of a sum, or a class label y_i of one: what needs nothing else of the text.

    The label c[k], and c_k where c is declared as several, is one of them also where nothing binds k.
    """
    name = canonical(piece)
    if name in scope and name:
        return scope[name]
    label = re.fullmatch(LABEL, piece.strip())
    if label is None:
        return None
    of, letter = canonical(label.group(1)), canonical(label.group(2) or label.group(3))
    index = scope.get(letter)
    declared = bound.declared.get(of)
    if index is None and len(letter) == 1 and letter.isalpha() and (label.group(3) or (declared and declared.indices)):
        index = (bound.general("", letter, scope) if letter not in bound.declared else None) or fixed(bound, letter)
    return fixed(bound, of, index) if isinstance(index, (Binder, Shifted, Fixed)) else None


def fixed(bound: Bound, name: str, *indices: Binder | Shifted | Fixed) -> Fixed:
    """The constant index of a name, or the member of a family of labels."""
    entry = bound.entry_of(name)
    entry.is_index = True
    entry.indexed = len(indices)
    entry.note(indices)
    for index in indices:
        used(index)
    return Fixed(name, indices)


def resolve_unbound(bound: Bound) -> None:
    """Resolves the indices that no sum binds, from left to right; first those beside one that a sum binds."""
    if not bound.free:
        doubtful_indices.require_no_convention(bound)
    for capital in sorted(bound.wrt.difference(bound.names, bound.definitions)):
        if bound.names.get(capital[:1].lower() + capital[1:]):
            bound.entry_of(capital).plain = True  # it stands but in the question: argmin_W ∑ᵢ (yᵢ − ∑ⱼ w_ij xⱼ)²
    for place in sorted(bound.pending, key=lambda unbound: (unbound.is_free, unbound.node.start)):
        doubtful_indices.require_outside(bound, place)
        if place.base.kind != "NAME" or not (place.is_low or _is_only_numbered(bound, place)):
            _part(bound, place)
        else:
            _low(bound, place)
        if place.node.kind == "entry" and place.base.kind == "NAME" and place.base.value in bound.definitions:
            place.base.kind = "definition"
    doubtful_indices.require_one_meaning(bound)
    for name in bound.names.values():
        if not (name.declared or name.plain or name.is_index) and name.indexed in (1, 2):
            name.whole = whole_of(bound, name.name)
    _require_no_numbered_part(bound)
    _tell_numbered_names(bound)


def _is_only_numbered(bound: Bound, place: Unbound) -> bool:
    """Whether y[k] is written as y_k is, of a y that stands nowhere by itself: outside of code it is one of several."""
    is_number = CUSTOMARY.issuperset(map(canonical, place.pieces))
    return is_number and not (bound.free or bound.is_code) and _whole(bound, place.base.value) is None


def whole_of(bound: Bound, letter: str) -> str:
    """The matrix that has the capital letter of rows or columns: W of w_k; none where it is no matrix."""
    capital = letter[0].upper() + letter[1:]
    known, declared = bound.names.get(capital), bound.declared.get(capital)
    if known is None or known.is_index or capital == letter or capital in bound.ranges:
        return ""
    is_latin = len(letter) == 1 or letter[1] == "_" or letter in ("theta", "phi", "psi")
    is_matrix = ONE not in declared.shape and not declared.indices if declared else known.plain and known.indexed != 1
    return capital if is_latin and is_matrix else ""


def _low(bound: Bound, place: Unbound) -> None:
    """x_k: the entry or member k of x, or a name of its own."""
    node, base, pieces, scope, _ = place
    whole = canonical(f"{base.value}_{''.join(map(canonical, pieces))}")
    known = _whole(bound, base.value)
    if known is not None and not _counts(known, pieces) and _counts(known, letters := _letters(pieces)):
        place, pieces = place._replace(pieces=letters), letters
    if ":" in pieces or any(canonical(piece) in scope for piece in pieces):
        _part(bound, place)
    elif known is None or not _counts(known, pieces):
        _named(bound, place, whole, known is not None)
    elif (places := _last_places(bound, place)) and known.declared:
        bound.as_part(node, base, places, scope)
    elif _is_last_member(bound, known, pieces):
        bound.as_symbol(node, whole, scope)
    elif _is_label(bound, place):
        _own(bound, place, whole, True)
    elif not _is_one_of(bound, known, place) and (
        any(_rivals(bound, piece, known) for piece in pieces) or _is_alone(known, place)
    ):
        if bound.decide(node, whole, 0, doubtful_indices.entry_or_name(bound, place, whole)):
            _own(bound, place, whole, True)
        else:
            _try_part(bound, place)
    elif _is_settled(bound, known, pieces) or bound.decide(node, whole, NAMED):
        _part(bound, place)
    else:
        _own(bound, place, whole, True)


def _named(bound: Bound, place: Unbound, whole: str, is_doubtful: bool) -> None:
    """A name of its own, unless x_i can be a row or a column of X."""
    letters = _letters(place.pieces)
    is_part = len(letters) <= 2 and CUSTOMARY.issuperset(letters)
    matrix = whole_of(bound, place.base.value) if is_part else ""
    place = place._replace(pieces=letters) if matrix else place
    if not matrix or bound.free or bound.decide(place.node, whole, 0, part_or_name(bound, place, matrix)):
        _own(bound, place, whole, is_doubtful)
    else:
        bound.entry_of(place.base.value).indexed = len(letters)  # as of a family
        _try_part(bound, place)


def _try_part(bound: Bound, place: Unbound) -> None:
    """The node as a part of what carries the name of its base, only to see whether it can be one."""
    trial: Indices = [fixed(bound, f"{piece} of {place.base.value}") for piece in place.pieces]
    bound.as_part(place.node, place.base, trial, place.scope)


def _letters(pieces: list[str]) -> list[str]:
    """The letters of a subscript of two: ij is i and j."""
    return list(pieces[0]) if len(pieces) == 1 and re.fullmatch(r"[^\W\d_]{2}", pieces[0]) else pieces


def _whole(bound: Bound, base: str) -> Name | None:
    """What has entries or members and is called as the base of a subscript."""
    known = bound.names.get(base)
    declared = bound.declared.get(base)
    if declared is not None and (declared.indices or declared.shape != SCALAR):
        return known or Name(base, declared)
    is_used = known is not None and (known.plain or known.indexed)
    if declared is None and (base in bound.definitions or base in bound.wrt or is_used):
        return known or Name(base, None)
    return None


def _counts(known: Name, pieces: list[str]) -> bool:
    """Whether a symbol may have so many indices."""
    if known.declared is None and not known.indexed:
        return len(pieces) == 1 + (known.name.isupper() or known.name[0].isupper())
    if known.declared is None:
        return known.indexed == len(pieces)
    declared = known.declared
    return len(pieces) == (len(declared.indices) or sum(extent is not ONE for extent in declared.shape))


def _rivals(bound: Bound, piece: str, known: Name) -> bool:
    """Whether an index is rather a part of the name: it is a value elsewhere, a size, or no letter that counts."""
    name = canonical(piece)
    declared = bound.declared.get(name)
    if declared is not None:
        return INDEX not in declared.properties and "integer" not in declared.properties
    if known.declared is not None and known.declared.indices:
        return False
    entry = bound.names.get(name)
    is_value = entry is not None and (entry.plain or bool(entry.indexed)) and not entry.is_index
    letter = re.fullmatch(LABEL, piece)
    return is_value or name in bound.ranges or (name[:1] if letter else name) not in CUSTOMARY


def _is_label(bound: Bound, place: Unbound) -> bool:
    """Whether f of x_f says no number, as in x_ref, or beside Q_f and Q, of which it is no entry: the final x."""
    others = [p for p in bound.pending if p.pieces == place.pieces and p.base.kind == "NAME"]
    counted = [_whole(bound, p.base.value) for p in others if p.base.value != place.base.value]
    is_none = [known and not _counts(known, place.pieces) for known in counted]
    is_word = all(len(piece) > 2 and piece.isalpha() and piece not in WORDS for piece in place.pieces)
    return is_word or (CUSTOMARY.isdisjoint(place.pieces) and any(is_none))


def _is_one_of(bound: Bound, known: Name, place: Unbound) -> bool:
    """Whether u_o stands beside a sum of u_w, and nowhere inside of it: u is a family, of which it is one."""
    summed = {binder_of(use) for use in known.uses.get(0, ())} - {None}
    is_letter = re.fullmatch("[a-z]", place.pieces[0]) is not None and len(place.pieces) == 1
    same = (p for p in bound.pending if p.base.value == place.base.value and p.pieces == place.pieces)
    is_outside = all(summed.isdisjoint(map(binder_of, p.scope.values())) for p in same)
    return is_letter and not (known.declared or known.plain) and bool(summed) and is_outside


def _is_alone(known: Name, place: Unbound) -> bool:
    """Whether a letter that is customary in pairs, X_pq, stands alone: μ_p beside μ, x_k − x_r under a sum over k."""
    if len(place.pieces) != 1 or known.declared is not None:
        return False
    summed = {binder_of(use) for use in known.uses.get(0, ())} & {binder_of(index) for index in place.scope.values()}
    return place.pieces[0] in (REFERRED if summed - {None} else frozenset() if known.indexed else PAIRED)


def _is_last_member(bound: Bound, known: Name, pieces: list[str]) -> bool:
    """Whether x_T stands beside x_t with ∑ up to T − 1: it is the member T, as is said when all names are known.

    Beside a sum up to T, a_T may as well be a name.
    """
    if known.declared is not None or known.plain or known.indexed != 1 or len(pieces) != 1:
        return False
    name = canonical(pieces[0])
    uses = known.uses.get(0, ())
    ends = {use.binder.last + size(use.offset) for use in uses if use.binder.last is not None}
    return size(name) - ONE in ends and name in bound.written_sizes and name not in bound.names


def _is_settled(bound: Bound, known: Name, pieces: list[str]) -> bool:
    """Whether declarations leave no doubt that an index is one."""
    declared = [bound.declared.get(canonical(piece)) for piece in pieces]
    return all(d is not None for d in declared) or bool(known.declared and known.declared.indices)


def _part(bound: Bound, place: Unbound) -> None:
    """The node as an entry, a row, a column or a member."""
    node, base, pieces, scope, _ = place
    pieces = pieces if base.kind == "NAME" or not place.is_low else _letters(pieces)
    word = next((p for p in pieces if len(p) > 1 and p.isalpha() and p not in WORDS), None)
    if place.is_low and base.kind != "NAME" and word is not None:
        raise doubtful_indices.not_bound(bound, place, word)
    indices: Indices = []
    for piece in pieces:
        index = located(Excerpt(piece, node.start, bound.text), scope, bound.ranges) or position_of(bound, piece, scope)
        indices.append(index or _constant(bound, place, piece))
    bound.as_part(node, base, indices, scope)


def _constant(bound: Bound, place: Unbound, piece: str) -> Position:
    """An index that nothing binds: a general one where those are allowed, else an arbitrary, constant number."""
    base = place.base.value if place.base.kind == "NAME" else ""
    name = canonical(piece)
    if bound.free and name not in bound.declared:
        index = bound.general(base, name, place.scope)
        if index is None:
            raise doubtful_indices.not_bound(bound, place, piece)
        return index
    declared = bound.declared.get(base) if base else None
    if declared and name in dict(declared.indices) and name not in bound.declared:
        raise doubtful_indices.not_bound(bound, place, piece)
    found = fixed(bound, name)
    over = "" if "_" in name else f"; a sum over it is written ∑_{name}"
    own = place.is_low and place.base.kind == "NAME" and name not in CUSTOMARY
    is_word = name == "n" and place.pieces == ["i", "n"] and "in" in bound.text[place.node.start : place.node.end]
    is_word = is_word and all("i" in p.pieces for p in bound.pending if "n" in p.pieces)
    is_goal = own and name in "befgh" and not {base, f"{base}0"}.isdisjoint(bound.wrt)  # x_g, a background x_b
    if is_word or is_goal:  # b_in, the bias of the inputs
        raise doubtful_indices.entry_or_name(bound, place, canonical(f"{base}_{''.join(place.pieces)}"))
    over += f"; where {as_written(place)} is a name of its own, declare it" if own else ""
    bound.note(place.node, f"{name} is a constant index{over}")
    return found


def _own(bound: Bound, place: Unbound, whole: str, is_doubtful: bool) -> None:
    """The node as a symbol whose name has the subscript."""
    if whole in bound.labelled:
        base, index = place.base.value, ",".join(place.pieces)
        message = f"{as_written(place)} and {base}^{index} would be one name"
        raise bound.error(place.node, message, "use another letter")
    bound.as_symbol(place.node, whole, place.scope)
    if is_doubtful:
        base, index = place.base.value, ", ".join(place.pieces)
        known = _whole(bound, base)
        part = f"{base}[{index}]"
        part = part if known is None or _counts(known, place.pieces) else f"{base}[{index}, :]"
        bound.note(place.node, f"{as_written(place)} is a name of its own, and no part of {base}; {part} would be one")


def _last_places(bound: Bound, place: Unbound) -> Indices:
    """The places of a subscript made of sizes: x_n is the last entry of x."""
    pieces = place.pieces
    if not bound.ranges.issuperset(map(canonical, pieces)):
        return []
    return [Place(parse_size(Excerpt(piece, place.node.start, bound.text))) for piece in pieces]


NUMBERED = regex("([a-z])([1-9])([1-9]|(?<=[h-z][1-9]))", given="123456789")  # a_12, x_1


def _require_no_numbered_part(bound: Bound) -> None:
    """a_12 beside A, and x_1 beside X, can be parts of it."""
    found = {name: m for name in bound.names if name not in bound.declared and (m := NUMBERED.fullmatch(name))}
    for node in postorder(bound.tree) if found else ():
        if node.kind != "symbol" or node.value[0] not in found:
            continue
        letter, row, column = found[node.value[0]].groups()
        matrix = whole_of(bound, letter)
        if matrix and (bound.declared.get(matrix) or matrix not in LETTERS_OF_COUNTS):
            part = f"the entry {row}, {column}" if column else f"the row or the column {row}"
            message = f"{letter}_{row}{column} can be {part} of {matrix}, or a name of its own"
            hint = f"write {matrix}[{row}, {column or ':'}] for the part; declare {node.value[0]} for the name"
            raise bound.error(node, message, hint, AmbiguityError)


def _tell_numbered_names(bound: Bound) -> None:
    """W_1 beside W, of which nothing is declared, is another matrix: the text may mean all of them by W."""
    numbered = [n for n in bound.names if n[0].isupper() and n[1:].isdecimal() and n[0] in bound.names]
    told = {n for n in numbered if not (n in bound.declared or n[0] in bound.declared or bound.names[n[0]].is_family)}
    for node in postorder(bound.tree) if told else ():
        if node.kind == "symbol" and node.value[0] in told:
            name = node.value[0]
            told.remove(name)
            bound.note(node, f"{name[0]}_{name[1:]} is a name of its own, and no part of {name[0]}")
