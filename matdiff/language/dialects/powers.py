"""Powers as MATLAB takes them: from left to right, 2^3^2 is (2^3)^2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff.language.syntax import Node

if TYPE_CHECKING:
    from matdiff.language.binding import Bound


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
    bound.note(
        node, f"{shown} is ({bound.text[inner.start : inner.end]})^{bound.text[power.start : power.end]} in MATLAB"
    )
