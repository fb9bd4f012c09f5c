"""How ASCII and NumPy-like text differ from Unicode text, which is what the operators describe.

Signs are translated piece by piece.  NumPy-like text calls every operator that has a name by that name,
as in ``np.linalg.inv(A)``, and ``FORMS`` holds what neither rule gives.  In goes a node, out comes its notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from matdiff.algebra.constants import Constant, Identity, Ones
from matdiff.algebra.dims import ONE, Size
from matdiff.algebra.expr import Expr, Index, Number, Operator, Symbol, fact, postorder
from matdiff.algebra.identities.transposes import flipped
from matdiff.algebra.kinds import is_a
from matdiff.algebra.notation import (
    ASCII,
    ATOM,
    LATEX,
    NUMPY,
    POSTFIX,
    PYTHON,
    SUM,
    TEXT,
    Notation,
    Part,
    Slot,
    Style,
    above_and_below,
    call,
    exponent_text,
    name_text,
    power,
    product,
)
from matdiff.algebra.operators.entrywise import Abs
from matdiff.algebra.operators.products import Hadamard, Product, Transpose
from matdiff.algebra.operators.square import Determinant
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry, UnitVector, called_over, terms
from matdiff.output.ascii import ascii_signs


def notation(node: Expr, style: Style) -> Notation:
    """How a node is written in a style; in the explicit ones with nothing but the signs of ASCII."""
    if style is TEXT:
        return node.notation(style)
    has_name = isinstance(node, Operator) and bool(node.names) and not node.data
    by_name = has_name and (style in (NUMPY, PYTHON) or node.names[0] in CALLED[style])  # type: ignore[attr-defined]
    form = FORMS[style].get(type(node).__name__) or (called if by_name else type(node).notation)
    found = form(node, style)
    if style is LATEX:
        return found
    parts = tuple([ascii_signs(p) if isinstance(p, str) else p for p in found.parts])
    if has_name and not all(p.isascii() for p in parts if isinstance(p, str)):
        return called(node, style)
    return Notation(parts, found.level)


def called(node: Expr, style: Style) -> Notation:
    """f(A, B), by the name that the style has for the operator; operands that are left out stay so."""
    name: str = node.names[0]  # type: ignore[attr-defined]
    spelt = NUMPY_NAMES.get(name, name) if style in (NUMPY, PYTHON) else name
    usual = node.notation(style)
    if usual.parts[0] == f"{name}(":
        return Notation((f"{spelt}(", *usual.parts[1:]))
    return call(spelt, node.operands, style)


# What is called by its name: Tr is not customary in ASCII, and ||A||_**B no sight; nobody could tell ‖A‖₂ of a matrix
# from ‖A‖, log det A from log |A|, and [A, B] from a bracket.
CALLED = {
    ASCII: frozenset(("tr", "norm_nuc")),
    LATEX: frozenset(("norm_spec", "logdet", "commutator", "ptrace1", "ptrace2")),
}


# ---- what NumPy calls otherwise ---------------------------------------------------------------------

SAME_NAMES = """
    exp expm1 log log1p log2 log10 sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh abs sign
    sum mean max min maximum minimum diag kron flip
"""
NUMPY_NAMES = {
    **{name: f"np.{name}" for name in SAME_NAMES.split()},
    "Diag": "np.diag",
    "tr": "np.trace",
    "det": "np.linalg.det",
    "inv": "np.linalg.inv",
    "pinv": "np.linalg.pinv",
    "norm2": "np.linalg.norm",
}


def transpose(node: Expr, style: Style) -> Notation:
    """A.T"""
    return Notation((Slot(node.operands[0], ATOM), ".T"), POSTFIX)


def quoted(node: Expr, style: Style) -> Notation:
    """A'; (A^T)^T, since x + (x')' could have another x' in it"""
    inner = node.operands[0]
    return (
        Notation(("(", Slot(inner.operands[0], ATOM), "^T)^T"))
        if isinstance(inner, Transpose)
        else node.notation(style)
    )


def constant(node: Expr, style: Style) -> Notation:
    """np.eye(n), np.ones(n), np.ones(n).T, zeros(m, n)"""
    if isinstance(node, Identity):
        return Notation((f"np.eye({node.rows})",))
    name = "ones" if isinstance(node, Ones) else "zeros"
    if style is PYTHON and node.rows is ONE and node.cols is not ONE:
        return Notation((f"np.{name}({node.cols}).T",), POSTFIX)  # as every row it has one axis
    return Notation((f"np.{name}({node.rows})" if node.cols is ONE else f"{name}({node.rows}, {node.cols})",))


def matrix_product(node: Expr, style: Style) -> Notation:
    """A @ B; np.outer(x, y) of a column and a row, since NumPy knows neither: x @ y.T would be an inner product

    An inner product that ends in .T is np.dot(x, y), so that nobody takes it for an outer one; an array with one row,
    which has two axes, stands first.
    """
    x, row = node.operands[0], node.operands[-1]
    if _is_doubtful(node, style):
        while isinstance(row, Transpose):
            row = row.operands[0]
        first = Product.of(*node.operands[:-1])
        return call("np.dot", (row, flipped(first)) if _has_two_axes(row) else (first, row), style)
    if _is_outer(*node.operands) and _is_one_piece(row, style):
        return call("np.outer", (x, row.operands[0] if isinstance(row, Transpose) else row), style)
    return product((), _factors(node, style), style)


def multiple(node: Expr, style: Style) -> Notation:
    """a * A @ B"""
    c, a = node.operands
    return product(c.operands if isinstance(c, Hadamard) else (c,), _factors(a, style), style)


def _is_outer(*factors: Expr) -> bool:
    return len(factors) == 2 and factors[0].cols is ONE and factors[1].rows is ONE


def _is_doubtful(e: Expr, style: Style) -> bool:
    """Whether Python of an inner product would end in .T."""
    return style is PYTHON and e.is_scalar and len(e.operands) > 1 and isinstance(e.operands[-1], Transpose)


def _has_two_axes(row: Expr) -> bool:
    """Whether a row is one in NumPy too: it is made of an array that is declared with one row."""
    return any(isinstance(s, Symbol) and s.rows is ONE and s.cols is not ONE for s in postorder(row))


def _is_one_piece(row: Expr, style: Style) -> bool:
    """Whether an outer product is called by its name; in mathematics np.outer takes two columns."""
    return isinstance(row, Transpose) or style is PYTHON


def _factors(e: Expr, style: Style) -> list[Expr]:
    """The factors of a matrix, with outer products in one piece."""
    if not isinstance(e, Product) or _is_doubtful(e, style):
        return [e]
    if _is_outer(*e.operands):
        return [e] if _is_one_piece(e.operands[1], style) else list(e.operands)
    factors: list[Expr] = []
    for factor in e.operands:
        if factors and _is_outer(factors[-1], factor):
            factors[-1] = Product(factors[-1], factor)
        else:
            factors.append(factor)
    return factors


def entrywise_product(node: Expr, style: Style) -> Notation:
    """np.multiply(A, B), np.divide(A, B**2); of scalars a * b"""
    if node.is_scalar:
        return product(node.operands, (), style)
    above, below = above_and_below(node.operands)
    parts: list[Part] = [*["np.divide("] * len(below), *["np.multiply("] * (len(above) - 1)]
    parts.append(Slot(above[0], SUM) if above else "1")
    for factor in above[1:]:
        parts += [", ", Slot(factor, SUM), ")"]
    for base, exponent in below:
        parts += [", ", *_raised(base, exponent, style), ")"]
    return Notation(tuple(parts))


def _raised(base: Expr, exponent: Fraction, style: Style) -> list[Part]:
    return [Slot(base, SUM)] if exponent == 1 else [Slot(base, ATOM), exponent_text(exponent, style)]


def entrywise_power(node: Expr, style: Style) -> Notation:
    """x**2, np.divide(1, x); of scalars 1 / x"""
    if node.reciprocal is None:
        base, exponent = node.operands
        return power(base, exponent, style, entrywise=not node.is_scalar)
    if node.is_scalar:
        return product((node,), (), style)
    return Notation(("np.divide(1, ", *_raised(*node.reciprocal, style), ")"))


def matrix_power(node: Expr, style: Style) -> Notation:
    """np.linalg.matrix_power(A, 3)"""
    a, k = node.operands if is_a(node, "SymbolicPower") else (node.operands[0], Number(node.data[0]))
    return Notation(("np.linalg.matrix_power(", Slot(a, SUM), ", ", Slot(k, SUM), ")"))


def frobenius(node: Expr, style: Style) -> Notation:
    """np.vdot(A, B), which flattens both"""
    return call("np.vdot", node.operands, style)


def indexed_sum(node: Expr, style: Style) -> Notation:
    """sum(i=1..N, x[i])"""
    index: Index = node.data[0]
    return called_over("sum", index, terms(node.operands[0], index), style)


def between_bars(node: Expr, style: Style) -> Notation:
    """|a|, |A|; by name where there are such bars inside, and abs(A) of a matrix, since |A| is its determinant"""
    is_plain = not holds_bars(node.operands[0]) and (node.is_scalar or not isinstance(node, Abs))
    return node.notation(style) if is_plain else called(node, style)


def holds_bars(e: Expr) -> bool:
    """Whether something in an expression is written between single bars in LaTeX."""
    return fact("single bars", e, lambda node, below: isinstance(node, (Abs, Determinant)) or any(below))


def indexed(node: Expr, style: Style) -> Notation:
    """x_{i}; {x_{t}}_{i} of what has a subscript, since TeX refuses a second one; x[n + 1], as x_{n+1} may be a name"""
    found = node.notation(style)
    if isinstance(node, Entry) and any(is_a(place, "Sum") for place in node.operands[1:]):
        inner, _, *places, _ = found.parts
        return Notation((inner, "[", *places, "]"), found.level)
    base = node.operands[0]
    has_one = isinstance(base, Constant) or is_a(base, "State", "Iterate")
    has_one = has_one or FORMS[LATEX].get(type(base).__name__) is indexed
    if not has_one and not (isinstance(base, (Symbol, Named)) and "_" in name_text(base.name, style)):
        return found
    inner, opening, *rest = found.parts
    return Notation(("{", inner, f"}}{opening}", *rest), found.level)


def stacked(node: Expr, style: Style) -> Notation:
    """np.hstack((A, x[:, None])), np.vstack((A, B)); np.hstack((x, y)) lengthens vectors, which have one axis"""
    below, is_code = is_a(node, "VerticalStack"), style is PYTHON
    lengthens = is_code and node.cols is ONE and not all(block.is_scalar for block in node.operands)
    parts: list[Part] = ["np.vstack((" if below and not lengthens else "np.hstack(("]
    for k, block in enumerate(node.operands):
        is_column = is_code and not below and block.cols is ONE and not block.is_scalar
        parts += [", "] * (k > 0) + ([Slot(block, ATOM), "[:, None]"] if is_column else [Slot(block, SUM)])
    return Notation((*parts, "))"))


def kron(node: Expr, style: Style) -> Notation:
    """np.kron(A, B); np.kron(A, x[:, None]), where a vector stands beside a matrix, and x[None, :] for xᵀ"""
    is_mixed = not any(all(block.shape[k] is ONE for block in node.operands) for k in (0, 1))
    parts: list[Part] = ["np.kron("]
    for k, block in enumerate(node.operands):
        parts += [", "] * (k > 0)
        if is_mixed and block.cols is ONE:
            parts += [Slot(block, ATOM), "[:, None]"]
        elif is_mixed and block.rows is ONE and not _has_two_axes(block):
            parts += [Slot(flipped(block), ATOM), "[None, :]"]
        else:
            parts.append(Slot(block, SUM))
    return Notation((*parts, ")"))


def clip(node: Expr, style: Style) -> Notation:
    """np.clip(x, -1, 1), with both ends"""
    return call("np.clip", node.operands, style)


def huber(node: Expr, style: Style) -> Notation:
    """scipy.special.huber(c, x)"""
    return call("scipy.special.huber", node.operands[::-1], style)


def vec(node: Expr, style: Style) -> Notation:
    """A.T.ravel(), column by column"""
    return Notation((Slot(node.operands[0], ATOM), ".T.ravel()"), POSTFIX)


DEEPEST = 90  # brackets in each other, which are too many for Python itself not far above


def is_python(text: str) -> bool:
    """Whether a text is Python: there is no sum(i=1..N, …) in it, and no g'(x).

    >>> is_python("np.sum(x[1:])"), is_python("sum(i=1..N, x[i])")
    (True, False)
    """
    import ast  # only where it is asked for

    if "'" in text:
        return False
    depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if depth > DEEPEST:
            return False
    try:
        ast.parse(re.sub(r"\blambda\b", "λ", text))  # the name of a symbol
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def at_places(node: Expr, style: Style) -> Notation:
    """x[0], A[1, :], x[1:3]: numbers and sizes are counted from 0, the last one of a range is not in it; letters stay.

    A row has one axis; a unit vector is np.eye(n)[:, 0].
    """
    if isinstance(node, UnitVector):
        return Notation((f"np.eye({node.rows})[:, ", _from_zero(node.operands[0]), "]"))
    a, *given = node.operands
    places: list[Part] = [_from_zero(p) for p in given]
    if is_a(node, "Slice"):
        places = [_range(*ends, extent) for ends, extent in zip(node.ranges, a.shape, strict=True)]  # type: ignore
    elif not isinstance(node, Entry):
        places.insert(is_a(node, "Row"), ":")
    if ONE in a.shape:
        places = places[-1:] if a.rows is ONE else places[:1]
    parts = [part for place in places for part in (", ", place)][1:]
    return Notation((Slot(a, ATOM), "[", *parts, "]"))


def _from_zero(place: Expr) -> Slot:
    if place.number is not None:
        return Slot(Number(place.number - 1), SUM)
    letters = (node for node in postorder(place) if isinstance(node, (Index, Symbol)))
    is_size = not any(isinstance(node, Index) or "index" in node.properties for node in letters)
    return Slot(place - Number(1) if is_size else place, SUM)


def _range(first: Size, last: Size, extent: Size) -> str:
    """The part of an axis between two places, which are counted from 1."""
    start = "" if first is ONE else str(first - ONE)
    return f"{start}:{'' if last is extent else last}".replace(" ", "")


Form = Callable[[Expr, Style], Notation]
FORMS: dict[Style, dict[str, Form]] = {
    ASCII: {"IndexedSum": indexed_sum, "Transpose": quoted},
    LATEX: {
        "Abs": between_bars,
        "Determinant": between_bars,
        "Member": indexed,
        "Entry": indexed,
        "Row": indexed,
        "Column": indexed,
        "Slice": indexed,
    },
    NUMPY: {
        "Transpose": transpose,
        "Identity": constant,
        "Ones": constant,
        "Zeros": constant,
        "Product": matrix_product,
        "Scale": multiple,
        "Hadamard": entrywise_product,
        "Power": entrywise_power,
        "MatrixPower": matrix_power,
        "SymbolicPower": matrix_power,
        "Frobenius": frobenius,
        "IndexedSum": indexed_sum,
        "HorizontalStack": stacked,
        "VerticalStack": stacked,
    },
}
PLACED = ("Entry", "Row", "Column", "Slice", "UnitVector")
FORMS[PYTHON] = {
    **FORMS[NUMPY],
    "Vec": vec,
    "Kronecker": kron,
    "Clip": clip,
    "Huber": huber,
    **dict.fromkeys(PLACED, at_places),
}
