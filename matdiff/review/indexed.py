"""Index notation: sizes of what a text has by its entries alone, and the sums that it leaves out, of x_i A_ij x_j."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Size, size
from matdiff.language.declared import OPEN, Declaration
from matdiff.language.names import MARKS, named
from matdiff.review.edits import parts, terms
from matdiff.review.lines import Line, Statement
from matdiff.review.members import of_entries

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

LETTER = rf"(?:(?<![A-Za-z\\])|(?<=(?<![A-Za-z])d))(?![δd∂∇∑∏])([^\W\d_][{MARKS}]*)"
ENTRY = rf"{LETTER}_(?:\{{\s*([a-z](?:\s*,?\s*[a-z])*)\s*\}}|([a-z]{{1,2}}))(?![A-Za-z0-9_])"
OF_VECTORS = (  # x_iᵀ, (x_i − x_j)ᵀ, x^{{(i)}}, ‖x_i‖, ‖A x_i‖
    rf"{ENTRY}(?:\s*\))?\s*(?:[ᵀ⊤'_\[]|\^\s*\{{?[T⊤(])|\^\s*\{{?\(|[‖|]\s*(?:[A-Z]\s*)?{ENTRY}"
)
UPSTREAM = rf"∂\s*([LJEℓ])\s*\)?\s*/\s*\(?∂\s*{ENTRY}"  # ∂L/∂y_i of an L that is not given
END = r"[∑Σ]_\{\s*([a-z])\s*=\s*1\s*\}\s*\^\s*\{?\s*([A-Za-z])\s*\}?(?![A-Za-z])"
SPEAKS_OF_ENTRIES = r"softmax|delta\[|∂[^/;]*_\w\)?\s*/\s*\(?∂\s*\w_"  # and not of members of families: δ_ij, ∂p_i/∂z_j
SQUARE = frozenset(("symmetric", "skew", "spd", "psd", "diagonal", "orthogonal", "idempotent"))
SIZES = "mnpqkrsuvw"
INDICES = r"_\{?([i-n](?:,?\s*[i-n])*)\}?(?![A-Za-z0-9])|\[([i-n](?:,\s*[i-n])*)\]"
OF_FUNCTION = r"(?:(?<![A-Za-z_{])[A-Za-z]{2,}|(?<![\w{])[fghφψσ])\s*\($"
DIAGONAL = r"(?<![A-Za-z])diag\s*\((?P<inside>(?:[^()]|\([^()]*\))*)\)"
ENTIRE, APART = r"\1", r"(?:(?<=[^\W\d_])|(?<=\)))\s*(?=[^\W\d_]|\()"  # μ for μ_i, and the place before (1 − μ)
SUM = r"∑|Σ_|(?<![A-Za-z])sum"

Place = tuple[str, int]  # a letter, and which of its indices; an index of a statement where there is no letter


def declare_entries(scope: Scope, lines: list[Line]) -> None:
    """Declares the matrices and vectors of a text that has their entries, by the indices that these share.

    >>> from matdiff.review.reviewing import review
    >>> review("y_i = ∑_j W_ij x_j\\nL = ½ ∑_i (y_i − t_i)²\\n∂L/∂W_ij = (y_i − t_i) x_j").lines[2].verdict
    'agrees'
    """
    statements = [s.respelt(of_entries) for line in lines for s in line.statements]
    text = " ; ".join(side for line in lines for s in line.statements for side in s.sides)
    found = [m for m in re.finditer(ENTRY, of_entries(text)) if m.group(1) != "I" or _indices(m) not in scope.sizes()]
    found = [m for m in found if m.group(1) != "Σ" or _indices(m)[1:]]  # which is the sign of a sum
    found = [m for m in found if m.group(1) != "e" or not re.search(r"(?<![A-Za-z])e\s*\^", text)]  # e_y beside e^x
    entries = {(named(m.group(1)), len(_indices(m))) for m in found}  # I_k has a size below it
    letters = dict(entries)
    is_plain = len(letters) == len(entries) and max(letters.values(), default=0) < 3
    is_plain = is_plain and (2 in letters.values() or _speaks_of_entries(text))
    if not is_plain or re.search(OF_VECTORS, text):
        return
    same = _same_extents([" ; ".join(s.sides) for s in statements])
    for name in (n for n in letters if (known := scope.declared.get(n)) and known.properties & SQUARE):
        same[_root(same, (name, 0))] = _root(same, (name, 1))
    sizes = _sizes(scope, same)
    defined = {m.group(1) for s in statements if not s.goes_on and (m := re.fullmatch(ENTRY, s.sides[0]))}
    for name, count in sorted(letters.items()):
        if name not in scope.given and name not in map(named, defined):
            rows, columns = (sizes[_root(same, (name, k))] if k < count else ONE for k in range(2))
            known = scope.declared.get(name) or Declaration(name, (rows, columns))
            scope.declared.table[name] = known._replace(shape=(rows, columns))


def _speaks_of_entries(text: str) -> bool:
    """Whether letters with one index are entries of vectors, and no members of families."""
    losses = {m[1] for m in re.finditer(UPSTREAM, text)}
    is_upstream = bool(losses) and not any(re.search(rf"(?:^|; ){loss}[\s;(]", text) for loss in losses)
    return is_upstream or re.search(SPEAKS_OF_ENTRIES, text) is not None


def _indices(m: re.Match[str]) -> str:
    return re.sub(r"[\s,]", "", m.group(2) or m.group(3))


def _same_extents(statements: list[str]) -> dict[Place, Place]:
    """The places that have one extent, each with another of these or itself: an index stands for one in a statement."""
    same: dict[Place, Place] = {}
    for k, statement in enumerate(statements):
        for m in re.finditer(ENTRY, statement):
            for place, index in enumerate(_indices(m)):
                one, other = _root(same, (named(m.group(1)), place)), _root(same, (f"{index} of", k))
                same[one] = other
        for index, end in re.findall(END, statement):
            same[_root(same, (f"{index} of", k))] = _root(same, (f"to {end}", 0))
    return same


def _root(same: dict[Place, Place], place: Place) -> Place:
    """The place that stands for all those of one extent."""
    while (above := same.setdefault(place, place)) != place:
        place = above
    return place


def _sizes(scope: Scope, same: dict[Place, Place]) -> dict[Place, Size]:
    """The size of every extent: as it is declared, or as a sum says, or a letter of which nothing is said."""
    known: dict[Place, Size] = {}
    for name, place in list(same):
        said = scope.declared.get(name)
        if name.startswith("to "):
            known[_root(same, (name, place))] = size(name[3:])
        elif said and not said.indices and place < 2 and str(said.shape[place])[0] != OPEN:
            known[_root(same, (name, place))] = said.shape[place]
    taken = scope.names() | scope.sizes() | {index[0] for index, _ in same} | {str(one) for one in known.values()}
    fresh = iter(letter for letter in SIZES if letter not in taken)
    for root in dict.fromkeys(_root(same, place) for place in list(same)):
        if root not in known:
            known[root] = size(next(fresh, "N"))
    return known


def with_diagonals(lines: list[Line]) -> list[Line]:
    """The lines with diag(μ ⊙ (1 − μ)) for diag(μ_i (1 − μ_i)), a product of numbers that all have one index."""

    def whole(m: re.Match[str]) -> str:
        inside, entry = m.group("inside"), r"(?<![^\W\d_])([^\W\d_])_\{?\s*([a-z])\s*\}?(?!\w)"
        is_of_one = len({index for _, index in re.findall(entry, inside)}) == 1
        product = re.sub(APART, " .* ", re.sub(entry, ENTIRE, inside))
        is_of_one = is_of_one and ".*" in product and re.search(r"[^\W\d_]", re.sub(entry, "", inside)) is None
        return f"diag({product})" if is_of_one else m.group()

    put = partial(re.sub, DIAGONAL, whole)
    return [line._replace(statements=tuple(s.respelt(put) for s in line.statements)) for line in lines]


def with_sums(lines: list[Line]) -> list[Line]:
    """The lines with the sums over repeated indices written out, of a text that writes none and defines a number so.

    >>> from matdiff.review.lines import lines_of
    >>> lines = with_sums(lines_of("f = x_i A_ij x_j\\n∂f/∂x_k = A_kj x_j + x_i A_ik"))
    >>> [line.statements[0].sides[1] for line in lines]
    ['∑_i ∑_j x_i A_ij x_j', '∑_j A_kj x_j + ∑_i x_i A_ik']
    """
    statements = [statement for line in lines for statement in line.statements]
    writes_sums = any(re.search(SUM, side) for statement in statements for side in statement.sides)
    if writes_sums or not any(map(_is_said, statements)):
        return lines
    found, left = [], set[str]()
    for line in lines:
        spelt: list[Statement] = []
        for statement in line.statements:
            left = left if statement.goes_on else {*_letters(statement.sides[0])}
            sides = [_summed(side, left) for side in statement.sides]
            unread = "" if all(sides) else "an index that is summed stands in a bracket with a power, or in a function"
            spelt.append(statement._replace(sides=tuple(sides) if not unread else statement.sides[:1], unread=unread))
        found.append(line._replace(statements=tuple(spelt)))
    return found


def _is_said(statement: Statement) -> bool:
    """Whether a statement says what a number is, in terms whose indices all stand there twice."""
    first, *others = statement.sides
    if statement.goes_on or re.fullmatch(r"[^\W\d_]\w*", first) is None or not others:
        return False
    counts = [Counter(_outer_letters(others[0][start:end])) for start, end in terms(others[0])]
    is_clear = any(counts) and _summed(others[0], set()) != ""
    return is_clear and all(count == 2 for counted in counts for count in counted.values())


def _letters(term: str) -> list[str]:
    """The indices of a term, each as often as it stands there; what a bracket has summed does not stand in it."""
    return [letter for m in re.finditer(INDICES, term) for letter in re.findall("[i-n]", m.group())]


def _summed(side: str, left: set[str]) -> str:
    """A side with the sums in front of its terms, and of those of brackets; empty where that is not clear.

    >>> _summed("½ (B_kj x_j + B_ik x_i) + a_i (x_i + y_i)", {"k"})
    '½ (∑_j B_kj x_j + ∑_i B_ik x_i) + ∑_i a_i (x_i + y_i)'
    """
    found, place = "", 0
    for start, end in terms(side):
        term = _with_inner(side[start:end], left)
        if term is None:
            return ""
        twice = [i for i, count in Counter(_outer_letters(side[start:end])).items() if count == 2 and i not in left]
        gap = len(term) - len(term.lstrip())
        found += f"{side[place:start]}{term[:gap]}{''.join(f'∑_{i} ' for i in twice)}{term[gap:]}"
        place = end
    return found + side[place:]


def _with_inner(term: str, left: set[str]) -> str | None:
    """A term with the sums of its brackets; None where an index stands in a power, or in the argument of a function."""
    found, place = "", 0
    for start, end in _brackets(term):
        inner = term[start:end]
        is_function = re.search(OF_FUNCTION, term[:start]) is not None
        is_power = re.match(r"\)\s*(?:[²³]|\^)", term[end:]) is not None
        if _letters(inner) and (is_function or is_power):
            return None
        summed = _summed(inner, left)
        found += term[place:start] + summed
        place = end
        if not summed:
            return None
    return found + term[place:]


def _brackets(term: str) -> list[tuple[int, int]]:
    """The places of what stands inside of the outer brackets of a term."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(parts(term)):
        if term[:start].endswith("(") and (not found or start > found[-1][1]):
            found.append((start, end))
    return found


def _outer_letters(term: str) -> list[str]:
    """The indices of a term, those of a bracket once for each that its terms have in common."""
    found, rest = [], term
    for start, end in reversed(_brackets(term)):
        inner, rest = term[start:end], rest[:start] + rest[end:]
        first, *_ = terms(inner)
        counts = Counter(_outer_letters(inner[slice(*first)]))
        found += [letter for letter, count in counts.items() if count == 1]
    return _letters(rest) + found
