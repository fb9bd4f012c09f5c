"""How far a denominator and a function without brackets reach; what may be either is refused.

A product without signs or spaces binds tighter than the division, so that it may be a denominator as a whole: a/2b is
a/(2b).  Behind a coefficient the custom is another one: λ/2‖w‖² is (λ/2)‖w‖², and nobody closes a bracket, as in
1/(2n)‖x‖², to go on below the line.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from matdiff.algebra.dims import ONE, SCALAR
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.customs import LETTERS_OF_COUNTS, customary
from matdiff.language.named_functions import is_entrywise
from matdiff.language.scopes import Scope, resolves
from matdiff.language.syntax import Node, postorder

if TYPE_CHECKING:
    from matdiff.language.binding import Bound
    from matdiff.language.typed import Typed
    from matdiff.language.typing import Attempt


def reaches_on(attempt: Attempt, sign: str, left: Typed, piece: Typed) -> bool:
    """Whether a product goes on behind a sign: A/x'y is A/(x'y), s ⊙ A x is s ⊙ (Ax), and so is A ⊙ X W if it fits."""
    if sign != "dot_times" or left.is_scalar or ONE in (piece.rows, piece.cols):
        return sign == "divide" and not piece.is_scalar
    return left.cols is ONE or not attempt.same_shape(left, piece)


@resolves("sum")
def extend_sums(bound: Bound, node: Node, scope: Scope) -> None:
    """∑_n y_n a_n + (1 − y_n)b_n is one sum: nothing else than it can say what n is in its second term."""
    _require_clear_number(bound, node)
    sums = [_sum_at_the_end(part) for part in node.parts]
    if not any(sums[:-1]):
        return
    from matdiff.language.summing import free_letters

    free = [free_letters(part, None) for part in node.parts]
    last = {letter: k for k, letters in enumerate(free) for letter in letters}
    parts, signs, k = list[Node](), list[str](), 0
    while k < len(free):
        part, found, end = node.parts[k], sums[k], k + 1
        letters = _letters_of(found) - {*scope, *bound.declared} if found else set()
        while end < len(free) and letters & free[end]:
            end += 1
        if found and end > k + 1 and end > max(last[i] for i in letters if i in last):
            terms = [found.parts[0], *node.parts[k + 1 : end]]
            found.parts = [Node("sum", terms, ["first", *node.value[k + 1 : end]], terms[0].start, terms[-1].end)]
            found.end = part.end = terms[-1].end
            shown = ", ".join(sorted(letters))
            bound.note(found, f"the sum over {shown} takes in all terms with {shown}; brackets make it end before")
        else:
            end = k + 1
        parts.append(part)
        signs.append(node.value[k])
        k = end
    node.parts, node.value = parts, signs
    if len(parts) == 1:
        node.kind, node.value = "group", None


def _require_clear_number(bound: Bound, node: Node) -> None:
    """Refuses log 1 − p: nobody writes log 1 for 0, and log(1 − p) may be meant."""
    for last, behind in pairwise([*map(_last_factor, node.parts)]):
        inside = bound.text[last.parts[0].start : last.parts[0].end] if last.kind == "apply" else ""
        if inside == "1" and is_entrywise(last.value):
            other = bound.text[last.parts[0].end : behind.end]
            raise _two_ways(bound, last, behind.end, f"{last.value}(1{other})", f"{last.value}(1){other}")


def _last_factor(term: Node) -> Node:
    while term.kind in ("negative", "product", "tight"):
        term = term.parts[-1]
    return term


def _sum_at_the_end(node: Node) -> Node | None:
    """The sum over an index in which a term ends: −½∑_n a_n."""
    node = _last_factor(node)
    is_sum = node.kind == "big_sum" and isinstance(node.value, tuple) and node.value[0] == "sum"
    return node if is_sum and len(node.parts) == 1 and not _sum_at_the_end(node.parts[0]) else None


def _letters_of(found: Node) -> set[str]:
    """The letters that a sum binds; without limits the one that numbers what it is of."""
    from matdiff.language.limits import Range, bound_by
    from matdiff.language.summing import free_letters

    clauses = found.value[1].clauses
    inside = set[str]() if clauses else free_letters(found.parts[0], None)
    if len(inside) == 1:
        return inside
    ranges = [clause for clause in clauses if isinstance(clause, Range)]  # the k of i: y_i = k is given
    return {letter for clause in ranges or clauses for letter in bound_by(clause)}


BARS = frozenset(("norm", "bars"))
BRACKETS = BARS | {"group"}
OF_COEFFICIENTS = frozenset(("NUMBER", "NAME", "subscript", "power", "tight", "product", "sum", "group", "negative"))
STOOD_BEHIND = frozenset(("power", "dot_power", "subscript", "index"))


@resolves("product")
def settle_quotients(bound: Bound, node: Node, scope: Scope) -> None:
    """The denominators in a product: whole, or the first factor of them, or refused."""
    require_clear_sum(bound, node)
    require_clear_function(bound, node)
    _require_clear_line(bound, node)
    places = [k for k, sign in enumerate(node.value) if sign == "divide" and node.parts[k].kind == "tight"]
    for k in reversed(places):
        first, *rest = node.parts[k].parts
        is_coefficient = _is_coefficient(bound, node.parts[k - 1])
        if not _is_doubtful(first, rest, is_coefficient):
            continue
        if not is_coefficient or (rest[0].kind == "call" and first.kind != "group") or _is_short(first, rest):
            raise _doubt(bound, node.parts[k - 1], node.parts[k], first)
        quotient, behind = _shown(bound, node.parts[k - 1], node.parts[k], first)
        bound.note(node.parts[k], f"{quotient}{behind} is read as ({quotient})*{behind}; {ALL_BELOW}")
        tail = rest[0] if len(rest) == 1 else Node("tight", rest, ["first"], rest[0].start, rest[-1].end)
        if tail.kind == "tight":
            tail.value += ["juxtapose"] * (len(tail.parts) - 1)
        node.parts[k : k + 1], node.value[k : k + 1] = [first, tail], ["divide", "loose"]


def _require_clear_line(bound: Bound, node: Node) -> None:
    """Refuses ‖x‖² / 2 s² as it is spaced: s² may stand behind the fraction, or below the line."""
    for k, (above, below, sign) in enumerate(zip(node.parts, node.parts[1:], node.value[1:], strict=False)):
        goes_on = node.value[k + 2 : k + 3] == ["loose"] and _base(node.parts[k + 2]).kind == "NAME"
        is_spaced = bound.text[above.end : below.start] == " / "
        if sign == "divide" and below.kind == "NUMBER" and goes_on and is_spaced and not _is_coefficient(bound, above):
            quotient, behind = bound.text[above.start : below.end], node.parts[k + 2]
            last = bound.text[behind.start : behind.end]
            shown, line = bound.text[above.start : above.end], bound.text[below.start : below.end]
            raise _two_ways(bound, above, behind.end, f"({quotient})*{last}", f"{shown}/({line}*{last})")


ALL_BELOW = "for the other reading put brackets around all that is below the line"


def _is_doubtful(first: Node, rest: list[Node], is_coefficient: bool) -> bool:
    """Whether a denominator may end behind its first factor: ‖x‖‖y‖, 2b and xᵀx go on."""
    if _base(first).kind in BARS or first.kind == "transpose":
        return False
    if _base(first).kind == "group" or _base(rest[0]).kind in BRACKETS or rest[0].kind == "call":
        return True
    return is_coefficient and any(factor.kind == "transpose" for factor in rest)


def _is_short(first: Node, rest: list[Node]) -> bool:
    """1/(2π)σ²: behind the bracket are names alone, which may as well stand below the line."""
    return _base(first).kind == "group" and all(_base(factor).kind in ("NAME", "NUMBER") for factor in rest)


def _is_coefficient(bound: Bound, numerator: Node) -> bool:
    """Whether a numerator is made of numbers and scalars, as 1, λ, N and C/2 are."""
    return all(_may_be_in_coefficient(bound, node) for node in postorder(numerator))


def _may_be_in_coefficient(bound: Bound, node: Node) -> bool:
    if node.kind != "NAME":
        return node.kind in OF_COEFFICIENTS
    if node.value in bound.declared:
        return bound.declared[node.value].shape == SCALAR
    return node.value in LETTERS_OF_COUNTS or customary(node.value)[0][0] == "S"


def _base(node: Node) -> Node:
    """What a power is taken of, or an index stands behind."""
    while node.kind in STOOD_BEHIND and node.parts:
        node = node.parts[0]
    return node


def _shown(bound: Bound, numerator: Node, denominator: Node, first: Node) -> tuple[str, str]:
    """The quotient and the factors behind it, 1/(2n) and ‖x‖², as they are written."""
    return bound.text[numerator.start : first.end], bound.text[first.end : denominator.end].strip()


def _doubt(bound: Bound, numerator: Node, denominator: Node, first: Node) -> MatdiffError:
    quotient, behind = _shown(bound, numerator, denominator, first)
    above, below = bound.text[numerator.start : numerator.end], bound.text[denominator.start : denominator.end]
    return _two_ways(bound, numerator, denominator.end, f"({quotient})*{behind}", f"{above}/({below})")


@resolves("tight")
def require_clear_fraction(bound: Bound, node: Node, scope: Scope) -> None:
    """1/2m and 1/2σ² before a space or a bracket are refused: the fraction may end behind the 2 or behind the name."""
    number, name, *rest = node.parts
    base = _base(name)
    is_fraction = number.kind == "NUMBER" and "/" in bound.text[number.start : number.end]
    is_whole = (bound.text[number.start - 1 : number.start], bound.text[name.end : name.end + 1]) == ("(", ")")
    is_number = base.kind == "NAME" and (base.value in BELOW_THE_LINE or (is_whole and base.value.islower()))
    below = is_number and base.value not in bound.wrt
    if not (is_fraction and below) or (rest and _base(rest[0]).kind not in BRACKETS):
        return
    if base.value in bound.declared and bound.declared[base.value].shape != SCALAR:
        return
    shown, short = bound.text[number.start : name.end], bound.text[number.start : number.end]
    above, _, line = short.partition("/")
    letter = bound.text[name.start : name.end]
    message = f"{shown} can be {above}/({line}{letter}) or ({short})*{letter}"
    raise bound.error((number.start, name.end), message, "write the one that is meant", AmbiguityError)


BELOW_THE_LINE = frozenset(("m", "n", "d", "sigma", *LETTERS_OF_COUNTS))


def require_clear_function(bound: Bound, node: Node) -> None:
    """log p/q is refused: it is written for log(p)/q and for log(p/q); and so is sum p log p."""
    for k, (sign, part) in enumerate(zip(node.value, node.parts, strict=True)):
        function = node.parts[k - 1]
        function = function.parts[0] if function.kind == "negative" else function
        if k and function.kind == "apply" and function.value in ("sum", "mean") and sign in ("loose", "times"):
            inside, behind = function.parts[0], bound.text[part.start : node.end]
            front = bound.text[inside.start : inside.end]
            one = f"{function.value}({bound.text[inside.start : node.end]})"
            raise _two_ways(bound, function, node.end, one, f"{function.value}({front})*{behind}")
        if sign != "divide" or function.kind != "apply" or bound.text[function.end : part.start] not in ("/", "÷"):
            continue
        inside = function.parts[0]
        is_closed = _base(inside).kind in BRACKETS and _base(part).kind not in BARS
        is_count = part.kind == "NUMBER" or (isinstance(part.value, str) and part.value in LETTERS_OF_COUNTS)
        if is_closed or is_count or not is_entrywise(function.value):
            continue
        a, b = bound.text[inside.start : inside.end], bound.text[part.start : part.end]
        raise _two_ways(bound, function, part.end, f"{function.value}({a}/{b})", f"{function.value}({a})/{b}")


@resolves("apply")
def settle_application(bound: Bound, node: Node, scope: Scope) -> None:
    """A function without brackets takes in the product behind it; log softmax(z)ᵀy is refused."""
    from matdiff.language.named_calls import resolve_function

    inside = node.parts[0]
    first = inside.parts[0] if inside.kind == "tight" else node
    is_call = first.kind == "transpose" and first.parts[0].kind == "call"
    if is_call and is_entrywise(node.value):
        start, middle, end = inside.start, first.parts[0].end, inside.end
        whole, front, behind = bound.text[start:end], bound.text[start:middle], bound.text[middle:end]
        raise _two_ways(bound, node, end, f"{node.value}({whole})", f"{node.value}({front}){behind}")
    resolve_function(bound, node, scope)


def _two_ways(bound: Bound, node: Node, end: int, one: str, two: str) -> MatdiffError:
    hint = "write the one that is meant, with its brackets"
    return bound.error((node.start, end), f"{bound.text[node.start : end]} can be {one} or {two}", hint, AmbiguityError)


def require_clear_sum(bound: Bound, node: Node) -> None:
    """a/∑_j b_j c_i is refused: c_i may stand behind the sum, or in it."""
    divided = [p for sign, p in zip(node.value, node.parts, strict=True) if sign == "divide" and p.kind == "big_sum"]
    if not divided:
        return
    from matdiff.language.limits import Range
    from matdiff.language.summing import letters_in

    for part in divided:
        body = part.parts[0]
        letters = {clause.letter for clause in part.value[1].clauses if isinstance(clause, Range)}
        factors = body.parts[1:] if body.kind == "product" else []
        if any(letters.isdisjoint(letters_in(factor)[1]) for factor in factors):
            message = "how far the sum in the denominator reaches is not clear"
            raise bound.error(part, message, "put brackets around it, and around what it takes in")
