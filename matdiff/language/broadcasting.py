"""A scalar or a vector beside a matrix: what broadcasting makes of it, and when it is meant."""

from __future__ import annotations

from matdiff.algebra.constants import Ones, Zeros
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Number
from matdiff.algebra.operators.products import Product, Scale, Transpose
from matdiff.errors import AmbiguityError
from matdiff.language.customs import customary
from matdiff.language.names import SMALL_CONSTANTS, is_letter
from matdiff.language.scopes import Place
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt
from matdiff.regex import regex


def repeat(attempt: Attempt, vector: Typed, matrix: Typed, node: Node) -> Typed | None:
    """1bᵀ for XW + b with samples as rows, b1ᵀ with samples as columns, 1r for a row vector r.

    Where both fit, samples are the rows, as NumPy has it, unless the matrix is a product that ends in data: WX + b.
    In MATLAB and Julia a column stands beside every column.
    """
    named = vector.node.parts[0] if vector.node.kind == "transpose" else vector.node
    axis = axis_of(vector.node)
    along = axis or (0 if attempt.bound.dialect.is_python else 1 if vector.rows is ONE else 2)
    is_kind = named.kind in REPEATED or along > 0
    if ONE in (matrix.rows, matrix.cols) or ONE not in (vector.rows, vector.cols) or not is_kind:
        return None
    if is_against_custom(attempt, matrix):
        return None
    is_row = vector.rows is ONE
    size = vector.cols if is_row else vector.rows
    if along and not attempt.unify(matrix.cols if along == 1 else matrix.rows, size):
        return None
    columns_first = not is_row and (along == 2 or ends_in_data(matrix))
    by_rows = along == 1 or (not columns_first and attempt.unify(matrix.cols, size))
    if not by_rows and (is_row or not attempt.unify(matrix.rows, size)):
        if is_row or not columns_first or not attempt.unify(matrix.cols, size):
            return None
        by_rows = True
    is_named = named.kind == "symbol" and matrix.factors is not None
    is_likely = "call" in (vector.node.kind, named.kind) or axis > 0 or (is_named and is_bias(named))
    attempt.penalty(node, 1 if is_likely else 4, vector, matrix)
    of_arrays = attempt.bound.is_code and attempt.bound.dialect.is_python
    if not is_row and not of_arrays and is_open(attempt, named):
        beside = f"{attempt.written(vector.node)} stands beside every {'row' if by_rows else 'column'}"
        attempt.note(node, f"{beside} of {attempt.written(matrix.node)}; else declare the sizes")

    def make(b: Expr) -> Expr:
        count = attempt.resolve(matrix.rows if by_rows else matrix.cols, node, "the sum")
        if by_rows:
            return Product.of(Ones(count), b if is_row else Transpose.of(b))
        return Product.of(b, Transpose.of(Ones(count)))

    return attempt.typed(vector.node, (matrix.rows, matrix.cols), (vector,), make)


def axis_of(node: Node) -> int:
    """2 of mean(X, 2) of MATLAB and dims=2 of Julia, a column, and 1 of a row, also where it has a name; else 0."""
    node = node.parts[0] if node.kind == "define" else node
    axis = node.parts[1] if node.kind == "call" and node.value in ALONG and len(node.parts) == 2 else node
    axis = axis.parts[0] if axis.kind == "keyword" and axis.value == "dims" else axis
    return int(axis.value) if axis.kind == "NUMBER" else 0


def is_open(attempt: Attempt, node: Node) -> bool:
    """Whether nothing is declared of a symbol."""
    return node.kind == "symbol" and attempt.bound.names[node.value[0]].declared is None


def is_bias(node: Node) -> bool:
    """Whether a piece is called as what is added to every row is: b, b1, b_out, bias."""
    return node.kind == "symbol" and BIAS.fullmatch(node.value[0]) is not None


def is_term(node: Node) -> bool:
    """Whether a node of code is a sum, in which a vector beside a matrix may be a bias."""
    return node.kind == "sum" or (node.kind == "array" and node.value.name in ("add", "subtract"))


def is_identity(node: Node) -> bool:
    """Whether a node is the identity matrix, np.eye(n)"""
    is_made = node.kind == "array" and node.value.name in ("eye", "identity")
    return is_made or (node.kind == "constant" and node.value[0] == "eye")


def is_diagonal(node: Node) -> bool:
    """Whether a node is s**2 * np.eye(n), in which s is mostly a number."""
    return is_product(node) and any(map(is_identity, node.parts))


def is_product(node: Node) -> bool:
    """Whether a node of code is a product entry by entry."""
    return node.kind == "array" and node.value.name in ("multiply", "mul")


def ends_in_data(matrix: Typed) -> bool:
    """Whether the last factor, and not the first, is called as data and hidden layers are: X, H, Z."""
    factors = matrix.factors or [matrix]
    first, last = (f.node.value[0] if f.node.kind in ("symbol", "member") else "" for f in (factors[0], factors[-1]))
    return len(factors) > 1 and last[:1] in DATA and first[:1] not in DATA


SAID = frozenset(("product", "tight", "bars", "power"))  # what may have been meant as a matrix
SAID_CALLS = frozenset(("tr", "det", "logdet", "log"))
BIAS = regex(r"(?:[a-dm]|b[a-z]|bias|intercept|alpha|beta|mu)[0-9]*(?:_.*)?")  # as in X W + b, X W + 1μᵀ
NEAR_ZERO = frozenset("epsilon eps epsi delta".split())  # which only keep from dividing by 0
DATA = ("X", "H", "Z")
ALONG = frozenset(("sum", "mean", "std", "var", "prod"))
REPEATED = frozenset(("symbol", "member", "definition", "call"))  # a vector with a name, not a misfit of a product


def is_against_custom(attempt: Attempt, matrix: Typed) -> bool:
    """Whether a product is a matrix since a letter of it is no vector, against custom.

    The b of ‖A x − b‖² + tr(x) is a matrix as well then, and beside x' b is not added to the rows of A times a number.
    """
    names = [part.node.value[0] for part in matrix.factors or (matrix,) if part.node.kind == "symbol"]
    return any(attempt.assumed.get(name, "V") in "MS" and customary(name)[0][0] == "V" for name in names)


def broadcast(attempt: Attempt, scalar: Typed, other: Typed, node: Node) -> Typed:
    """c·Ones in the shape of another term; a note says so of what nobody would take for a constant."""
    attempt.penalty(node, 1 if is_constant(scalar) else 3, scalar, beside=(other,))
    require_no_point(attempt, scalar.node, node, other.node)
    shown = attempt.written(scalar.node)
    is_open = scalar.node.kind == "unspecified" and scalar.node.value[0] not in attempt.bound.declared
    if is_open and other.node.kind != "unspecified":
        message = f"{shown} is a function with one value, which is no term beside {attempt.written(other.node)}"
        raise attempt.misfit(scalar.node, message, f"give the function, as in {shown} = …, or declare its values")
    _require_one_mean(attempt, scalar.node, other)
    name = scalar.node.value[0] if scalar.guessed and scalar.node.kind in ("symbol", "member") else ""
    if is_letter(name.partition("_")[0]) and (id(node) in attempt.bound.measured or is_against_custom(attempt, other)):
        kind = "vector" if ONE in (other.rows, other.cols) else "matrix"
        message = f"{shown} is no number beside {attempt.written(other.node)}"
        raise attempt.misfit(scalar.node, message, f"declare it: {shown}: {kind}")
    is_said = scalar.node.kind in SAID or (scalar.node.kind == "call" and scalar.node.value in SAID_CALLS)
    if is_said or (scalar.guessed and name in SMALL_CONSTANTS - NEAR_ZERO):
        attempt.note(scalar.node, f"{shown} is one number, added to every entry of {attempt.written(other.node)}")

    def make(c: Expr) -> Expr:
        return filled(c, attempt.resolve(other.rows, node, "the sum"), attempt.resolve(other.cols, node, "the sum"))

    return attempt.typed(scalar.node, (other.rows, other.cols), (scalar,), make)


def _require_one_mean(attempt: Attempt, mean: Node, of: Typed) -> None:
    """Refuses X − mean(X) of a matrix, also with μ = mean(X), which centres all entries, the columns or the rows."""
    mean = mean.parts[0] if mean.kind == "define" else mean
    is_own = mean.kind == "call" and mean.value == "mean" and attempt.written(mean.parts[0]) == attempt.written(of.node)
    if is_own and ONE not in (of.rows, of.cols):
        written, shown = attempt.written(mean), attempt.written(of.node)
        message = f"{written} beside {shown} can be the mean of all entries, of each column or of each row"
        hint = f"write mean(vec({shown})), colmean({shown}) or rowmean({shown})"
        raise attempt.misfit(mean, message, hint, AmbiguityError)


def require_no_point(attempt: Attempt, part: Node, within: Node | None = None, beside: Node | None = None) -> None:
    """Refuses ‖x − x_i‖² and k(x, x_i), where x_i would be an entry of x: it can be one of several points.

    Beside y_i, of which nothing is declared, x_i may be an entry where y_i is a number.
    """
    is_entry = part.kind == "member" and not attempt.bound.names[part.value[0]].is_family
    whole, shown = (part.value[0], attempt.written(part)) if is_entry else ("", "")
    if not is_entry or "[" in shown or all(isinstance(index, Place) for index in part.value[1]):
        return
    message = f"{shown} can be an entry of {whole}, or one of several like {whole}"
    hint = f"call one of the two otherwise, as in ‖z − {shown}‖²; an entry is written {whole}[i]"
    if within and beside and beside.kind == "member" and not attempt.bound.names[beside.value[0]].declared:
        raise attempt.misfit(within, message, hint)
    raise AmbiguityError(message, text=attempt.bound.text, span=(part.start, part.end), suggestion=hint)


def is_constant(scalar: Typed) -> bool:
    """Whether a piece is a letter that is customary for constants: x.^2 + ε."""
    return scalar.node.kind == "symbol" and scalar.node.value[0] in SMALL_CONSTANTS


def filled(c: Expr, *shape: object) -> Expr:
    """c in every entry."""
    if isinstance(c, Number) and c.value in (0, 1):
        return Ones(*shape) if c.value else Zeros(*shape)  # type: ignore[arg-type]
    return Scale.of(c, Ones(*shape))  # type: ignore[arg-type]
