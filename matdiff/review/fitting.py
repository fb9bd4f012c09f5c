"""The value of a side, read so that it has the shape that it should have: of I, of ones, of letters that are new."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from matdiff import regex as re
from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, postorder, symbols
from matdiff.algebra.operators.products import zero
from matdiff.errors import MatdiffError, ShapeError, UnsupportedError
from matdiff.language.together import read_equation
from matdiff.review import doubts
from matdiff.review.comparing import compared
from matdiff.review.operators import letters_in
from matdiff.review.other_ways import by_entries, with_commutation, with_ones
from matdiff.review.scope import Scope

OF_SIZE = r"(?<![A-Za-z_])(?:I_(?P<brace>\{)?|eye(?P<call>\())(?P<size>[a-z]|\d+)(?(brace)\})(?(call)\))(?![A-Za-z_])"
BARE_SUM = r"∑\s*(?![_^{])(.+)"
RUNS = r"the index \w+ runs to (?P<said>[A-Za-z]), but \w+ to (?P<own>[a-z])"
IDENTITY = r"(?<![A-Za-z_])I(?![A-Za-z_ᵀ⁻])"


def fitted(scope: Scope, side: str, truth: Expr) -> tuple[str, Expr]:
    """A side as it can be read, and what it means; I has the size of what stands beside it."""
    if side.strip() in ("I", "dI") and "I" not in scope.names() and truth.shape[0] == truth.shape[1]:
        return side, Identity(truth.shape[0]) if side.strip() == "I" else zero(truth.shape)
    if known := _commuted(scope, side, truth):
        return known
    if (m := re.fullmatch(BARE_SUM, side)) and _over_rows(scope, m[1], truth):
        side = f"({m[1]}).sum(0)"
    for index in truth.free:  # Σ_{j≠k} (x_k − x_j) of ∂E/∂x_k, which runs over j alone
        side = re.sub(rf"([∑Σ]_\{{\s*([a-z]))(\s*(?:≠|!=)\s*{index}\s*\}})", r"\1=1, \2\3", side)
    told = {s.name for value in scope.definitions.values() for s in symbols(value)} | scope.given
    told |= scope.definitions.keys() | scope.members.keys()
    for index in truth.free if "e" not in told else ():  # e_y of −log p_y
        unit = rf"(?<![A-Za-z])e_(?:\{{{index}\}}|{index}(?!\w))"
        side = re.sub(unit, lambda _, i=index: f" unit({i}, {i.last}) ", side)  # type: ignore[misc]
    if len({m["size"] for m in re.finditer(OF_SIZE, side)} - scope.said_sizes()) == 1:  # I_p, where X has other sizes
        side = re.sub(OF_SIZE, lambda m: m[0] if m["size"] in scope.said_sizes() else " I ", side)
    try:
        return _of_shape(scope, side, truth)
    except MatdiffError as error:
        spelt = _to_the_end(scope, by_entries(side, error.message), error.message)
        if re.match("the size of [1I] ", error.message):
            return of_identity(scope, with_ones(side), truth)
        is_chain = error.message.startswith("the product does not fit") and scope.asks(side)
        if spelt == side and not is_chain:
            raise
    if spelt == side:
        return side, _in_a_layout(scope, side)
    try:
        return spelt, scope.value(spelt)
    except MatdiffError as error:
        if not error.message.startswith("division by"):  # (a − y)/(a(1 − a))
            raise
        spelt = by_entries(spelt, error.message)
    return spelt, scope.value(spelt)


def _over_rows(scope: Scope, side: str, truth: Expr) -> bool:
    """Whether a side is a matrix whose rows are summed up where a sum says nothing of its index: ∂L/∂b = ∑ ∂L/∂Z."""
    with suppress(MatdiffError):
        return truth.cols is ONE is not truth.rows is scope.tried(side).cols
    return False


def _to_the_end(scope: Scope, side: str, message: str) -> str:
    """A side whose sum runs to B, of which nothing else is said, with the size of ours over which it runs."""
    m = re.fullmatch(RUNS, message)
    if m is None or m["own"] in scope.said_sizes() or {m["said"]} & {*scope.sizes(), *scope.names()}:
        return side
    return re.sub(rf"(?<=\^)\{{?\s*{m['said']}(?![\w])\s*\}}?", f"{{{m['own']}}}", side)


def _commuted(scope: Scope, side: str, truth: Expr) -> tuple[str, Expr] | None:
    """A side with a commutation matrix of the sizes with which it is right, or else of some that fit."""
    sizes = sorted({str(size) for s in symbols(truth) for size in s.shape})
    read = _read(scope, with_commutation(side, scope.habits.commutation, sizes))
    fitting = [pair for pair in read if pair[1].shape == truth.shape]
    return next((pair for pair in fitting if compared(pair[1], truth).equal), next(iter(fitting), None))


def _read(scope: Scope, spellings: Iterable[str]) -> list[tuple[str, Expr]]:
    """The spellings of a side that can be read, each with its value."""
    read = []
    for spelt in spellings:
        with suppress(MatdiffError):
            read.append((spelt, scope.value(spelt)))
    return read


def of_identity(scope: Scope, side: str, truth: Expr) -> tuple[str, Expr]:
    """A side in which I, or 1, has the size that makes its shape that of what it should be, and the value of it."""
    sizes = [str(truth.shape[0]), *doubts.said_sizes(scope)]
    sizes += [str(size) for node in postorder(truth) for size in node.shape]
    spelt = (re.sub(IDENTITY, f" eye({n}) ", side).replace("vector(1)", f"ones({n}, 1)") for n in dict.fromkeys(sizes))
    read = _read(scope, spelt)
    if not read:
        raise UnsupportedError("the size of I is not determined")
    return next((pair for pair in read if pair[1].shape == truth.shape), read[0])


def _of_shape(scope: Scope, side: str, truth: Expr) -> tuple[str, Expr]:
    """A side and its value; a factor 1 behind a matrix is the vector of ones where the shapes ask for that."""
    value, spelt = _beside(scope, side, truth), with_ones(side, str(truth.rows) if scope.habits.names_ones else "")
    if value.shape != truth.shape and doubts.found_out(scope, value, truth.shape):
        value = scope.value(side)
    if value.shape != truth.shape and spelt != side:
        with suppress(MatdiffError):
            other = scope.value(spelt)
            return (spelt, other) if other.shape == truth.shape else (side, value)
    return side, value


def _beside(scope: Scope, side: str, truth: Expr) -> Expr:
    """The value of a side, in which new letters are as large as the shape asks for that it should have."""
    is_new = not scope.asks(side) and not letters_in(side) <= scope.names()
    if is_new and not _fits(scope, side, truth):
        before = dict(scope.declared.table)
        with suppress(MatdiffError):
            read_equation(scope.stored(truth), side, scope.declared)
            if "d" in before or "d" not in scope.declared.table:  # du is no product
                return scope.value(side)
        scope.declared.table.clear()
        scope.declared.table.update(before)
    return scope.value(side)


def _fits(scope: Scope, side: str, truth: Expr) -> bool:
    """Whether a side has the shape that it should have, as it is read by itself."""
    with suppress(MatdiffError):
        return scope.tried(side).shape == truth.shape
    return False


def _in_a_layout(scope: Scope, side: str) -> Expr:
    """What a product of derivatives means in a layout where it fits: (∂J/∂e)(∂e/∂θ) of rows, or the reverse."""
    with suppress(ShapeError), scope.habits.turning("gradients"):
        return scope.value(side)
    with scope.habits.turning("jacobians"):
        return scope.value(side)
