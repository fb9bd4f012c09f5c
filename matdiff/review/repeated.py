"""Sums that a text in index notation leaves out: f = x_i A_ij x_j is summed over i and j, which stand there twice."""

from __future__ import annotations

from collections import Counter

from matdiff import regex as re
from matdiff.review.edits import parts, terms
from matdiff.review.lines import Line, Statement

INDICES = r"_\{?([i-n](?:,?\s*[i-n])*)\}?(?![A-Za-z0-9])|\[([i-n](?:,\s*[i-n])*)\]"
SUM = r"∑|Σ_|(?<![A-Za-z])sum"


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
            spelt.append(statement._replace(sides=tuple(_summed(side, left) for side in statement.sides)))
        found.append(line._replace(statements=tuple(spelt)))
    return found


def _is_said(statement: Statement) -> bool:
    """Whether a statement says what a number is, in terms whose indices all stand there twice."""
    first, *others = statement.sides
    if statement.goes_on or re.fullmatch(r"[^\W\d_]\w*", first) is None or not others:
        return False
    counts = [Counter(_letters(others[0][start:end])) for start, end in terms(others[0])]
    return any(counts) and all(count == 2 for counted in counts for count in counted.values())


def _letters(term: str) -> list[str]:
    """The indices of a term, each as often as it stands there."""
    return [letter for m in re.finditer(INDICES, term) for letter in re.findall("[i-n]", m.group())]


def _summed(side: str, left: set[str]) -> str:
    """A side with the sums in front of its terms; as it is where an index stands within a bracket."""
    inner = [side[start:end] for start, end in parts(side) if side[:start].endswith("(")]
    if any(map(_letters, inner)):
        return side
    found, place = "", 0
    for start, end in terms(side):
        term = side[start:end]
        twice = [i for i, count in Counter(_letters(term)).items() if count == 2 and i not in left]
        gap = start + len(term) - len(term.lstrip())
        found += side[place:gap] + "".join(f"∑_{i} " for i in twice) + side[gap:end]
        place = end
    return found + side[place:]
