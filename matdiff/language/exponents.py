"""What stands high behind an operand in the tree: an exponent, as in e^x, or an index, as in x^{(i)}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.customs import customary
from matdiff.language.names import canonical
from matdiff.language.places import binder_of, is_sum_of_names, position, word_among
from matdiff.language.scopes import Binder, Scope, resolves
from matdiff.language.syntax import Node, is_double

if TYPE_CHECKING:
    from matdiff.language.binding import Bound

EXPONENTIAL = r"(?<![^\W\d_\\])e\s*(?:\^|\*\*)\s*(?:[-−({\s])*(?:[A-Za-z\\]|[^\x00-\x7f])"  # e^x, e^{-\alpha x}


MEANS = frozenset("mu sigma theta pi phi psi omega xi zeta nu".split())  # of which nobody takes that power


@resolves("power")
def resolve_power(bound: Bound, node: Node, scope: Scope) -> Scope | None:
    """Powers: e^x is exp(x), and a superscript letter is an exponent."""
    settle_dialect(bound, node)
    if isinstance(node.value, str):
        exponent = Node("NAME", [], node.value.removeprefix("-"), node.end - 1, node.end)
        if node.value.startswith("-"):
            exponent = Node("negative", [exponent], None, node.end - 1, node.end)
        node.parts.append(exponent)
    _regroup(node)
    base = node.parts[0]
    if _is_member(base, node, bound, scope):
        _put_low_last(node)
        return bound.subscript(node, scope)
    _require_no_entry_of_inverse(bound, base, node)
    if _takes_both(bound, base, node, scope):
        return bound.subscript(node, scope)
    if base.kind != "NAME" or len(node.parts) < 2:
        return None
    exponent = node.parts[1]
    in_two = is_double(exponent)
    if in_two:
        exponent = exponent.parts[0]  # x^{(i)}
    index = exponent.parts[0] if exponent.kind == "group" else exponent
    if exponent.kind == "group" and in_two and bound.is_numbered(base):
        return bound.numbered(node, base.value, bound.excerpt(index), scope)
    may_index = exponent.kind in ("group", "NAME") and scope and is_sum_of_names(index)
    found = position(bound.excerpt(index), scope) if may_index else None
    if found is not None and binder_of(found) is not None:
        if bound.is_numbered(base):
            return bound.numbered(node, base.value, bound.excerpt(index), scope)
        if in_two or _is_raised(bound, node, base.value, bound.excerpt(index).text):
            bound.as_part(node, base, [found], scope)
        return None  # else it is a power: A^(i − 1) of a matrix
    if base.value == "e" and "e" not in bound.declared and "e" not in bound.definitions:
        _exponential(bound, node)
    return None


def _require_no_entry_of_inverse(bound: Bound, base: Node, node: Node) -> None:
    """Refuses the C_ij^{-1} of a matrix, which may be the entry of its inverse; a_ij^{-1} and D_ii^{-1} are numbers."""
    name = base.parts[0].value if base.kind == "subscript" and base.parts[0].kind == "NAME" else ""
    letters = re.fullmatch(r"\s*([i-l])\s*,?\s*([i-l])\s*", base.value) if name[:1].isupper() else None
    is_inverse = re.match(r"[\s}]*(?:⁻¹|\^\s*\{?\s*\(?\s*[-−]\s*1(?![\s\d]*[/.\d]))", bound.text[base.end : node.end])
    if letters and letters[1] != letters[2] and is_inverse and name not in bound.declared:
        low = f"{letters[1]}{letters[2]}"
        message = f"{bound.text[node.start : node.end]} can be an entry of the inverse of {name}, or one over an entry"
        hint = f"write ({name}^{{-1}})_{{{low}}} for the first, 1/{name}_{{{low}}} for the second"
        raise bound.error(node, message, hint, AmbiguityError)


def _exponential(bound: Bound, node: Node) -> None:
    """e^x is exp(x); e^2 only where the text has such a power as well, else e may be an error that is squared."""
    if node.parts[1].kind != "NUMBER" or re.search(EXPONENTIAL, bound.text):
        node.kind, node.value, node.parts = "call", "e^", [node.parts[1]]
    else:
        k = node.parts[1].value
        bound.note(node, f"e^{k} is taken as a power of the name e; of Euler's number it is exp({k})")


def _is_raised(bound: Bound, node: Node, name: str, index: str) -> bool:
    """Whether x^i is the member i of several: of vectors and means, or where other names have the index high.

    W^k alone is a power, and so is γ^t; beside a vector x^k both are said of numbers, and W^k is a matrix of several.
    """
    declaration = bound.declared.get(name)
    if declaration is not None:
        return bool(declaration.indices) or (ONE in declaration.shape and declaration.shape != SCALAR)
    if name in bound.definitions:
        return False
    found = re.findall(rf"([^\W\d_])\}}?\s*\^\s*[{{(]?\s*{re.escape(index)}(?!\w)", bound.text)
    with_index = {canonical(letter) for letter in found} - {"e"}
    kinds = {customary(letter)[0][0] for letter in with_index if letter not in bound.declared}
    is_one = customary(name)[0][0] == "V" or name in MEANS
    if not is_one and ("V" not in kinds or name == "e"):
        return False
    doubt = _power_or_index(bound, node, name, index)
    is_clear = len(with_index) > 1 and (is_one or customary(name)[0][0] == "M")
    return bound.decide(node, f"{name}^", 0, None if is_clear else doubt)


def _takes_both(bound: Bound, base: Node, node: Node, scope: Scope) -> bool:
    """Makes X_{s,i} of X_s^i under a sum over i; where a power makes sense as well, that is the doubt."""
    if base.kind != "subscript" or base.parts[0].kind != "NAME" or len(node.parts) < 2:
        return False
    name, high = base.parts[0].value, node.parts[1]
    index = high.parts[0] if high.kind == "group" else high
    if index.kind != "NAME" or not isinstance(scope.get(index.value), Binder) or customary(name)[0][0] == "S":
        return False
    is_declared = has_two_indices(bound, name)
    if not is_declared and (name in bound.declared or name in bound.definitions or bound.is_numbered(base.parts[0])):
        return False
    node.parts[1] = index
    if not is_declared and not bound.decide(node, f"{name}^", 0, _power_or_index(bound, node, name, index.value)):
        return False
    shown, power = bound.text[node.start : node.end], f"({name}_{base.value})^{index.value}"
    if not is_declared:
        bound.note(node, f"{index.value} of {shown} is taken as an index; the power is written {power}")
    node.kind, node.value, node.parts = "subscript", f"{base.value},{index.value}", base.parts
    return True


def _power_or_index(bound: Bound, node: Node, name: str, index: str) -> MatdiffError:
    message = f"{name}^{index} can be the power {index} of {name}, or number {index} of several"
    hint = f"write {name}^{{({index})}} or {name}_{index} for one of several, or declare {name}: scalar"
    return bound.error(node, message, hint, AmbiguityError)


def _is_member(base: Node, node: Node, bound: Bound, scope: Scope) -> bool:
    """Whether x_j^{(i)} is the entry j of the member i of several: nobody puts brackets around a letter as exponent."""
    high = node.parts[1] if base.kind == "subscript" and len(node.parts) > 1 else base
    inside = high.parts[0] if high.kind == "group" else high
    is_letter = inside.kind == "NAME" and bound.text.startswith("(", high.start)
    if high is base or not (is_letter or is_double(high)):
        return False
    found = position(bound.excerpt(inside.parts[0] if is_double(high) else inside), scope)
    return found is not None and binder_of(found) is not None


def _put_low_last(node: Node) -> None:
    """x_j^{(i)} is x^{(i)}_j."""
    low, high = node.parts
    high = high if is_double(high) else Node("group", [high], None, high.start, high.end)
    member = Node("power", [low.parts[0], high], None, node.start, node.end)
    node.kind, node.value, node.parts = "subscript", low.value, [member]


def of_two(bound: Bound, base: Node, low: str, scope: Scope) -> str:
    """The indices of x_i^{(t)}, which is no number, the entry i of x^{(t)}, but one of several vectors with two.

    The word of W_{out}^{(l)} is none, but a label.
    """
    if base.kind != "power" or len(base.parts) < 2 or base.parts[0].kind != "NAME" or not is_double(base.parts[1]):
        return ""
    name = base.parts[0].value
    high = bound.excerpt(base.parts[1].parts[0]).text.strip("() ")
    if word_among([high, low], {*scope, *bound.declared}, scope) == low:
        return f"{high},{low}"
    letter, index = (canonical(re.split("[-+−]", written)[0]) for written in (high, low))
    is_open = name not in bound.declared and name not in bound.definitions and not bound.is_numbered(base.parts[0])
    is_index = index in scope or (len(low) == 1 and low.isalpha())  # of z_i^{(k)}, with two views i and j
    if not (letter in scope and is_index and (is_open or has_two_indices(bound, name))):
        return ""
    if is_open and bound.decide(base, f"{name}[,]", 0):
        return ""
    if is_open:
        bound.entry_of(name).indexed = 2
    return f"{high},{low}"


def has_two_indices(bound: Bound, name: str) -> bool:
    """Whether a name is declared as a family with two indices."""
    return name in bound.declared and len(bound.declared[name].indices) == 2


def _regroup(node: Node) -> None:
    """Σ^{(k)}^{-1} is a power of Σ^{(k)}, since an index is not what an exponent belongs to."""
    tower = node.parts[1] if len(node.parts) > 1 else node
    if tower.kind == "power" and tower is not node and is_double(tower.parts[0]):
        base, index = node.parts[0], tower.parts[0]
        member = Node("power", [base, index], node.value, base.start, index.end)
        node.parts, node.value = [member, *tower.parts[1:]], tower.value


# ---- powers of MATLAB --------------------------------------------------------------------------------


def settle_dialect(bound: Bound, node: Node) -> None:
    """a^(b^c), as the grammar has it, becomes (a^b)^c in MATLAB, which a note says."""
    if bound.dialect.name != "matlab" or len(node.parts) != 2 or node.parts[1].kind != node.kind:
        return
    shown = bound.text[node.start : node.end]
    bases, power = [node.parts[0]], node.parts[1]
    while power.kind == node.kind and len(power.parts) == 2:
        bases.append(power.parts[0])
        power = power.parts[1]
    inner = bases[0]
    for exponent in bases[1:]:
        inner = Node(node.kind, [inner, exponent], node.value, node.start, exponent.end)
    node.parts = [inner, power]
    base, last = bound.text[inner.start : inner.end], bound.text[power.start : power.end]
    bound.note(node, f"{shown} is ({base})^{last} in MATLAB")
