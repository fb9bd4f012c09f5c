"""What is asked of a reading before it is taken: whether custom, or the spelling of the text, has another in mind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from matdiff.algebra.dims import SCALAR
from matdiff.errors import AmbiguityError, ShapeError
from matdiff.language.binding import Bound
from matdiff.language.customs import SCALARS, customary
from matdiff.language.scopes import BARE
from matdiff.language.syntax import Node, postorder
from matdiff.language.typed import Misfit, Typed
from matdiff.language.typing import Attempt, Key

Turned = Mapping[Key, tuple[str, str]]  # what goes against custom: the kind by custom, and the one that is taken
OF_ENTRIES = ("sum", "mean", "prod")  # functions of the entries of what stands in their brackets


class KindsError(AmbiguityError):
    """The undeclared names of a text may have two sets of kinds."""


def require_customary(bound: Bound, attempt: Attempt, turned: Turned, scalar: bool) -> None:
    """Raises where letters are not what custom makes them for a reason that is none."""
    _require_columns(bound, attempt, [key for key, kinds in turned.items() if kinds == ("V", "M")], scalar)
    _require_columns(bound, attempt, [key for key, kinds in turned.items() if kinds == ("V", "S")], scalar, OF_ENTRIES)
    _require_data(bound, attempt, turned)
    if scalar:
        _require_no_rows(bound, attempt, [key for key, (_, kind) in turned.items() if kind == "R"])


def _require_columns(
    bound: Bound, attempt: Attempt, names: list[Key], scalar: bool, inside: tuple[str, ...] = ()
) -> None:
    """Raises KindsError where x is no vector for no other reason than that x*y of two vectors is no product.

    A number times a vector is common, but not *inside* the brackets of a function of entries, as in sum(y*log(p)).
    """
    products: list[Node] = []
    typed = _typed(bound, attempt, names, products)
    if typed is None or not products or (scalar and not typed.is_scalar):
        return
    if inside and not _within(bound, products[0], inside):
        return
    place, called = products[0], " and ".join(map(str, names))
    raise KindsError(
        f"{attempt.written(place)} is no product of vectors, and by custom {called} would be one",
        text=bound.text,
        span=(place.start, place.end),
        suggestion="write .* for the product entry by entry, x'*y for the inner product, "
        f"or declare a {'number' if inside else 'matrix'}, {names[0]}: {'scalar' if inside else 'square'}",
    )


def _require_no_rows(bound: Bound, attempt: Attempt, names: list[Key]) -> None:
    """Raises ShapeError where x is a row for no other reason than that x xᵀ of a column is a matrix."""
    typed = _typed(bound, attempt, names)
    if typed is None:
        return
    raise ShapeError(
        f"a scalar is needed here, but {attempt.described(typed)}",
        text=bound.text,
        span=(bound.tree.start, bound.tree.end),
        suggestion="a gradient is that of a scalar: take the sum, the trace or a norm, or ask matdiff jacobian; "
        f"a row is declared, {names[0]}: 1 x n",
    )


def _require_data(bound: Bound, attempt: Attempt, turned: Turned) -> None:
    """Raises AmbiguityError where a sum that names no index is over t, and another letter may have a value for every t.

    That is the unknown where it would be a vector by custom, as o of ∑(t − o)², or is the same letter, as ŷ of
    ∑‖y − ŷ‖²; and a coefficient, which a is in ∑(y − a − b x)².
    """
    if attempt.assumed.get(BARE) != "members":
        return
    data = sorted(bound.data)
    coefficients = {name for name in data if customary(name) == SCALARS and not bound.names[name].declared}
    over = [name for name in data if name not in coefficients] or data
    stems = {name.partition("_")[0] for name in over}
    of_numbers = all(attempt.shape_of(bound.names[name])[0] == SCALAR for name in over)
    unknowns = (bound.names[name] for name in sorted(bound.wrt & bound.names.keys()))
    doubtful = [
        name.name
        for name in unknowns
        if name.in_sums and not (name.declared or name.indexed)
        if name.name.partition("_")[0] in stems or (of_numbers and turned.get(name.name) == ("V", "S"))
    ]
    for name in (*doubtful, *sorted(coefficients.difference(over))):
        raise AmbiguityError(
            f"the sum is over {' and '.join(over)}, and {name} may be one value, or one for every term",
            text=bound.text,
            span=(bound.tree.start, bound.tree.end),
            suggestion=f"write ∑_i with {over[0]}_i, and {name} or {name}_i",
        )


def say_means(bound: Bound, attempt: Attempt) -> None:
    """Notes that x̄ is a constant beside the unknown x: where it is their mean the text has to say so."""
    for name in bound.names.values():
        of, is_mean = name.name.removesuffix("_bar"), name.name.endswith("_bar")
        if is_mean and not name.declared and any(re.fullmatch(rf"{of}(_\w)?", unknown) for unknown in bound.wrt):
            place = next(n for n in bound.order if n.kind in ("symbol", "member") and n.value[0] == name.name)
            attempt.note(place, f"{name.name} is a constant here; where it depends on {of}, define it: {name.name} = …")


def _typed(bound: Bound, attempt: Attempt, names: list[Key], columns: list[Node] | None = None) -> Typed | None:
    """The text as it would be if some names were vectors, where that makes sense."""
    if not names:
        return None
    with suppress(Misfit):
        return Attempt(bound, attempt.assumed | dict.fromkeys(names, "V"), columns).run()
    return None


def _within(bound: Bound, place: Node, functions: tuple[str, ...]) -> bool:
    """Whether a node stands in the brackets of one of some functions."""
    calls = (node for node in bound.order if node.kind == "call" and node.value in functions)
    return any(node is place for call in calls for node in postorder(call))


def require_one_font(bound: Bound, attempt: Attempt, italic: Mapping[str, str]) -> None:
    """Raises AmbiguityError where a letter is a vector or matrix both in bold and in italics: it may be one."""
    for name, bold in italic.items():
        if attempt.shape_of(bound.names[name])[0] == SCALAR or (
            bound.names[name].declared and bound.names[bold].declared
        ):
            continue
        raise AmbiguityError(
            f"bold {name} and plain {name} can be one thing, or two of which neither is a scalar",
            text=bound.text,
            span=(bound.tree.start, bound.tree.end),
            suggestion=f"write both in one font, or declare both, {bold} and {name}",
        )
