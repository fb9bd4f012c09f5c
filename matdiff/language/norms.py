"""The rules of typing for norms and bars: ‖A‖ with the sign of its kind, |A|."""

from __future__ import annotations

from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import AmbiguityError, UnsupportedError
from matdiff.language.applications import apply, is_inner_product
from matdiff.language.customs import customary, written_bold
from matdiff.language.powers import require_square
from matdiff.language.scopes import BARE
from matdiff.language.syntax import Node, postorder
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, rule, special
from matdiff.regex import regex

OF_ROWS = {  # what norm(A, 1) and norm(A, inf) are not, although they are this in MATLAB and NumPy
    "1": "the sum of the absolute values; that of the largest column is max(colsum(abs(A)))",
    "inf": "the largest absolute value; the largest sum of a row is max(rowsum(abs(A)))",
}
OF_MATLAB = regex(r"(?<!\d)\.[*/^]", given=".")  # signs that other languages have as well


@special("norm")
def type_norm_call(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """norm(A), norm(A, 'fro'), norm(x, 1), norm(x, p)"""
    from matdiff.language.named_calls import NORMS

    is_matrix = bool(operands) and ONE not in (operands[0].rows, operands[0].cols)
    of_operator = is_matrix and attempt.bound.dialect.name in ("matlab", "cvxpy")
    if len(node.parts) != 2:
        if of_operator and len(operands) == 1:
            return apply(attempt, node, FUNCTIONS["norm_spec"], operands)
        if is_matrix and not attempt.bound.is_code and OF_MATLAB.search(attempt.bound.text):
            shown = attempt.written(node)
            attempt.note(node, f"{shown} is the root of the sum of squares; MATLAB's is norm_spec({shown[5:]}")
        return norm(attempt, node, "", operands)
    kind = node.parts[1]
    if kind.kind == "STRING" or attempt.written(kind) in NORMS:
        sign = str(kind.value) if kind.kind == "STRING" else attempt.written(kind)
        if of_operator and sign.lower() in ("1", "2", "inf"):
            if sign != "2":
                rows = "column" if sign == "1" else "row"
                message = f"{attempt.written(node)} is the largest sum of a {rows} of absolute values"
                hint = f"write max({rows[:3]}sum(abs(A))), or norm1(A) for the sum of all"
                raise attempt.misfit(node, message, hint, UnsupportedError)
            return apply(attempt, node, FUNCTIONS["norm_spec"], operands[:1])
        if is_matrix and not attempt.bound.is_code and (other := OF_ROWS.get(sign.lower())):
            attempt.note(node, f"{attempt.written(node)} is {other}")
        return norm(attempt, node, sign, operands[:1])
    return norm_of_letter(attempt, node, operands)


def norm(attempt: Attempt, node: Node, sign: str, operands: list[Typed]) -> Typed:
    """A norm by the sign of its kind."""
    from matdiff.language.named_calls import NORMS, TWO

    if len(operands) != 1:
        raise attempt.misfit(node, f"norm takes one argument, not {len(operands)}")
    a = operands[0]
    if sign in TWO and ONE not in (a.rows, a.cols):
        message = f"‖{attempt.shown(a)}‖₂ of a matrix can be its spectral norm or its Frobenius norm"
        raise attempt.misfit(node, message, "write norm_spec(A) or ‖A‖_F", AmbiguityError)
    operator = FUNCTIONS.get(NORMS.get(sign, ""))
    if operator is None:
        raise attempt.misfit(node, f"the norm with the sign {sign} is not available", error=UnsupportedError)
    if operator is FUNCTIONS["norm_inf"]:
        _require_no_matrix(attempt, node, a)
    if a.is_scalar and not is_inner_product(a):
        _require_no_entry(attempt, node, a)
        attempt.penalty(node, 2, a)
    return apply(attempt, node, operator, operands)


def _require_no_entry(attempt: Attempt, node: Node, a: Typed) -> None:
    """Refuses ‖β_g‖ beside Xβ, where β_g may be a group of entries; ‖β[g]‖ is that of an entry."""
    leaves, shown = _leaves(a.node), attempt.written(a.node)
    wholes = {name for name, (shape, *_) in attempt.shapes.items() if shape != SCALAR}
    is_entry = [leaf.kind == "member" and leaf.value[0] in wholes for leaf in leaves]
    if "[" in shown or not is_entry or not all(is_entry):
        return
    part, whole = attempt.written(leaves[0]), leaves[0].value[0]
    message = f"{part} can be a group of the entries of {whole}, or one entry"
    hint = f"write |{shown}| for the absolute value of entries; groups are vectors of their own, as in ∑_g X_g {part}"
    raise attempt.misfit(node, message, hint, AmbiguityError)


def norm_of_letter(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """‖x‖_p with a scalar p, ‖x‖_S = √(xᵀSx) with a matrix S"""
    x, kind = operands
    _require_no_matrix(attempt, node, x)
    if x.is_scalar or x.cols is not ONE or not (kind.is_scalar or attempt.unify(x.rows, kind.rows)):
        raise attempt.clash(node, "a norm with a letter is that of a vector, ‖x‖_p or ‖x‖_S", x, kind)
    if not kind.is_scalar:
        require_square(attempt, kind.node, kind, "a quadratic form")
    return apply(attempt, node, FUNCTIONS["normp" if kind.is_scalar else "mahalanobis"], [x, kind])


def _require_no_matrix(attempt: Attempt, node: Node, x: Typed) -> None:
    """Refuses ‖A‖_∞ and ‖A‖_p, which are norms of vectors here, with a capital letter that is not declared."""
    base = x.node.value[0] if x.node.kind == "symbol" else ""
    if (base[:1].isupper() and base not in attempt.bound.declared) or ONE not in (x.rows, x.cols):
        hint = f"of a vector, declare it: {base}: vector" if base else ""
        raise attempt.misfit(node, f"the norm ‖{base}‖ of a matrix is not known with this sign", hint)


@rule("norm")
def type_norm(attempt: Attempt, node: Node) -> Typed:
    """‖A‖, ‖A‖₁, ‖A‖_F, ‖A‖_*, ‖x‖_p, ‖x‖_S"""
    operands = [part.typed for part in node.parts]
    return norm(attempt, node, node.value, operands) if len(operands) == 1 else norm_of_letter(attempt, node, operands)


@rule("bars")
def type_bars(attempt: Attempt, node: Node) -> Typed:
    """|A|: a determinant, an absolute value or a length; entry by entry where single entries are asked for."""
    a: Typed = node.parts[0].typed
    if a.is_scalar and _is_of_members(attempt, node):
        shown = attempt.written(node)
        attempt.note(node, f"{shown} is taken as the absolute value of a number; the length of a vector is ‖…‖")
    summed = id(node) in attempt.bound.summed and attempt.assumed.get(BARE) == "all entries"
    is_spread = id(node) in attempt.bound.spread and not a.is_scalar
    if is_spread:
        attempt.note(node, f"{attempt.written(node)} is taken of each entry; the length of a vector is ‖…‖")
    if a.is_scalar or summed or is_spread or node.value == "entrywise":
        return attempt.typed(node, (a.rows, a.cols), (a,), FUNCTIONS["abs"].of)
    if a.rows is ONE:
        attempt.penalty(node, 3, a)  # nobody writes the length of a row vector with bars
    elif a.cols is ONE and _is_of_vectors(attempt, node):
        attempt.penalty(node, 5, a)  # |x_i − μ| is rather a distance of numbers
    if a.cols is ONE or a.rows is ONE:
        return attempt.scalar(node, (a,), FUNCTIONS["norm2"].of)
    require_square(attempt, node, a, "a determinant")
    if any(customary(leaf.value[0])[0][0] == "V" and not leaf.typed.is_scalar for leaf in _leaves(node)):
        attempt.penalty(node, 1, a)  # |𝐫 − 𝐑| is rather a distance
    return attempt.scalar(node, (a,), FUNCTIONS["det"].of)


def _is_of_members(attempt: Attempt, node: Node) -> bool:
    """Whether bars are around undeclared members alone that are numbers, though their letter is one for vectors."""
    leaves = _leaves(node)
    if not all(leaf.typed.is_scalar for leaf in leaves):
        return False
    guessed = [leaf.value[0] for leaf in leaves if leaf.kind == "member" and leaf.typed.guessed]
    return any(customary(name)[0][0] == "V" and attempt.bound.names[name].is_family for name in guessed)


def _is_of_vectors(attempt: Attempt, node: Node) -> bool:
    """Whether bars are around members that are not in bold, and there is no matrix among them."""
    leaves, bold = _leaves(node), written_bold(attempt.bound.text)
    members = [leaf for leaf in leaves if leaf.kind == "member"]
    return any(leaf.value[0].partition("_")[0] not in bold for leaf in members) and all(
        leaf.typed.cols is ONE for leaf in leaves
    )


def _leaves(node: Node) -> list[Node]:
    """The names in a node, with an index or without."""
    return [part for part in postorder(node) if part.kind in ("symbol", "member")]
