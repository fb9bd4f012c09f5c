"""The rules of typing for names, constants, functions, norms, bars, and sums over an index."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from matdiff.algebra.dims import ONE, Shape, Size
from matdiff.algebra.expr import FUNCTIONS, Expr, Identity, Number, Ones, Operator, Symbol, Zeros
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.products import Power
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, UnitVector
from matdiff.errors import ShapeError, SyntaxError, UnsupportedError
from matdiff.language.arithmetic import divide, filled
from matdiff.language.binding import Binder
from matdiff.language.names import nearest
from matdiff.language.powers import require_square
from matdiff.language.syntax import Node
from matdiff.language.typed import Make, Typed
from matdiff.language.typing import Attempt, rule

# ---- names and constants --------------------------------------------------------------------------


@rule("NUMBER")
def type_number(attempt: Attempt, node: Node) -> Typed:
    """A number, or 1 as a vector of ones."""
    if attempt.assumed.get(id(node)) == "ones":
        return constant(attempt, node, (attempt.sizes.fresh(), ONE), Ones, "1")
    value: Fraction = node.value
    result = attempt.scalar(node, (), lambda: Number(value))
    result.number = value
    return result


def constant(attempt: Attempt, node: Node, shape: Shape, make: type[Expr], what: str) -> Typed:
    """A constant whose size may come from context."""
    return attempt.typed(node, shape, (), lambda: make(*[attempt.resolve(s, node, what) for s in shape]))  # type: ignore[arg-type]


@rule("constant")
def type_constant(attempt: Attempt, node: Node) -> Typed:
    """I, eye(n), 1_n, zeros(m, n)"""
    kind, sizes = node.value
    if kind == "eye":
        n = sizes[0] if sizes else attempt.sizes.fresh()
        return attempt.typed(node, (n, n), (), lambda: Identity(attempt.resolve(n, node, attempt_text(attempt, node))))
    shape = (sizes[0], sizes[1] if len(sizes) > 1 else ONE)
    return constant(attempt, node, shape, Ones if kind == "ones" else Zeros, kind)


def attempt_text(attempt: Attempt, node: Node) -> str:
    """The text of a node."""
    return attempt.bound.text[node.start : node.end]


@rule("symbol")
def type_symbol(attempt: Attempt, node: Node) -> Typed:
    """A declared or undeclared symbol; in a sum without an index, data are read with its index."""
    text, bare = node.value
    name = attempt.bound.names[text]
    shape, ranges = attempt.shape_of(name)
    if not ranges:
        result = attempt.typed(node, shape, (), lambda: attempt.symbol(name, node))
        result.guessed = name.declared is None
        return result
    if bare is None:
        index = name.declared.indices[0][0] if name.declared else "i"
        hint = f"write {text}[{index}] under a sum"
        raise attempt.misfit(node, f"{text} is a family of values, one for every {index}", hint)
    if len(ranges) > 1:
        raise attempt.misfit(node, f"{text} has several indices: write them", f"∑_ij … {text}_ij")
    bare.used = True
    return member(attempt, node, text, [bare])


@rule("member")
def type_member(attempt: Attempt, node: Node) -> Typed:
    """x_i: a member of a family, or an entry."""
    text, binders = node.value
    name = attempt.bound.names[text]
    if name.is_family:
        return member(attempt, node, text, binders)
    shape, _ = attempt.shape_of(name)
    base = attempt.typed(node, shape, (), lambda: attempt.symbol(name, node))
    base.guessed = name.declared is None
    return entry(attempt, node, base, binders)


def member(attempt: Attempt, node: Node, text: str, binders: list[Binder]) -> Typed:
    """A member of a family, whose ranges are those of the indices."""
    name = attempt.bound.names[text]
    shape, ranges = attempt.shape_of(name)
    if len(ranges) != len(binders):
        raise attempt.misfit(node, f"{text} has {len(ranges)} indices, not {len(binders)}", error=SyntaxError)
    require_ranges(attempt, node, binders, ranges, text)

    def make() -> Expr:
        return Member(attempt.symbol(name, node), *[attempt.index(b, node) for b in binders])

    result = attempt.typed(node, shape, (), make)
    result.guessed = name.declared is None
    return result


def require_ranges(attempt: Attempt, node: Node, binders: list[Binder], ranges: tuple[Size, ...], what: str) -> None:
    """Makes the ranges of indices agree with what they count."""
    for binder, last in zip(binders, ranges, strict=True):
        if not attempt.unify(attempt.range_of(binder), last):
            found = attempt.sizes.find(attempt.range_of(binder))
            raise attempt.misfit(
                node, f"the index {binder.name} runs to {found}, but {what} to {attempt.sizes.find(last)}"
            )


@rule("entry")
def type_entry(attempt: Attempt, node: Node) -> Typed:
    """(A + B)_{jk}"""
    return entry(attempt, node, node.parts[0].typed, node.value)


def entry(attempt: Attempt, node: Node, base: Typed, binders: list[Binder]) -> Typed:
    """An entry of a vector or matrix."""
    sizes = (base.rows,) if base.cols is ONE else (base.rows, base.cols)
    if base.is_scalar or len(sizes) != len(binders):
        plural = "index" if len(binders) == 1 else "indices"
        raise attempt.misfit(node, f"{attempt.described(base)}, which has no entry with {len(binders)} {plural}")
    require_ranges(attempt, node, binders, sizes, attempt.shown(base))
    return attempt.scalar(node, (base,), lambda a: Entry(a, *[attempt.index(b, node) for b in binders]))


@rule("counter")
def type_counter(attempt: Attempt, node: Node) -> Typed:
    """The index of a sum as a number."""
    return attempt.scalar(node, (), lambda: attempt.index(node.value, node))


@rule("unit")
def type_unit(attempt: Attempt, node: Node) -> Typed:
    """unit(i, n): the unit vector of an index"""
    binder, rows = node.value
    if not attempt.unify(attempt.range_of(binder), rows):
        raise attempt.misfit(node, f"the index {binder.name} does not run to {rows}")
    return attempt.typed(node, (rows, ONE), (), lambda: UnitVector(attempt.index(binder, node), rows))


# ---- definitions ----------------------------------------------------------------------------------


@rule("define")
def type_definition(attempt: Attempt, node: Node) -> Typed:
    """h = …: a node with a name"""
    body: Typed = node.parts[0].typed
    result = attempt.typed(node, (body.rows, body.cols), (body,), partial(Named, node.value))
    attempt.definitions[node.value] = result
    return result


@rule("abbreviate")
def type_abbreviation(attempt: Attempt, node: Node) -> Typed:
    """h := …: the right side wherever h stands"""
    body: Typed = node.parts[0].typed
    result = attempt.typed(node, (body.rows, body.cols), (body,), lambda e: e)
    attempt.definitions[node.value] = result
    return result


@rule("definition")
def type_use_of_definition(attempt: Attempt, node: Node) -> Typed:
    """A name that stands for a definition before it"""
    if node.value not in attempt.definitions:
        raise attempt.misfit(node, f"{node.value} is used before its definition", error=SyntaxError)
    return attempt.definitions[node.value]


@rule("sequence")
def type_sequence(attempt: Attempt, node: Node) -> Typed:
    """Definitions, and the expression last"""
    last = node.parts[-1]
    if last.kind == "definition":
        return attempt.definitions[last.value].operands[0]
    typed: Typed = last.typed
    return typed


@rule("equation")
def type_equation(attempt: Attempt, node: Node) -> Typed:
    """Both sides of a law"""
    left, right = (part.typed for part in node.parts)
    if right.is_scalar and not left.is_scalar and right.number is not None:
        right = attempt.typed(
            right.node, (left.rows, left.cols), (right,), lambda c: filled(c, *attempt_shape(attempt, left))
        )
        node.parts[1].typed = right
    if not attempt.same_shape(left, right):
        raise attempt.misfit(
            node, "the two sides have different shapes", f"{attempt.described(left)}, {attempt.described(right)}"
        )
    return attempt.typed(node, (left.rows, left.cols), (left, right), lambda a, b: a)


def attempt_shape(attempt: Attempt, piece: Typed) -> Shape:
    """The shape of a piece at the end."""
    shown = attempt.shown(piece)
    return attempt.resolve(piece.rows, piece.node, shown), attempt.resolve(piece.cols, piece.node, shown)


# ---- sums over an index ---------------------------------------------------------------------------


@rule("big_sum")
def type_big_sum(attempt: Attempt, node: Node) -> Typed:
    """∑ᵢ body"""
    body: Typed = node.parts[0].typed
    binders: list[Binder] = node.value
    bare = next((b for b in binders if b.bare and not b.used), None)
    if bare:
        raise attempt.misfit(node, "there is nothing to sum over", "write ∑_i with x_i, or sum(i=1..N, …)")

    def make(e: Expr) -> Expr:
        for binder in reversed(binders):
            e = IndexedSum(e, attempt.index(binder, node))
        return e

    return attempt.typed(node, (body.rows, body.cols), (body,), make)


# ---- functions ------------------------------------------------------------------------------------


@rule("unspecified")
def type_unspecified(attempt: Attempt, node: Node) -> Typed:
    """g(A) for an open function g"""
    name, order = node.value
    a: Typed = node.parts[0].typed
    return attempt.typed(node, (a.rows, a.cols), (a,), partial(Unspecified, name, order))


@rule("list", "STRING")
def type_arguments(attempt: Attempt, node: Node) -> None:
    """Arguments are read by the function"""


@rule("call")
def type_call(attempt: Attempt, node: Node) -> Typed:
    """f(A, B)"""
    name = node.value
    operands = [part.typed for part in node.parts]
    if name in SPECIAL:
        return SPECIAL[name](attempt, node, operands)
    if name in SCALAR_FORMS and len(operands) == 1 and operands[0].is_scalar:
        attempt.penalty(node, 1, operands[0])
        return attempt.scalar(node, (operands[0],), SCALAR_FORMS[name])
    operator = FUNCTIONS.get(name)
    if operator is None:
        hint = nearest(name, FUNCTIONS)
        raise attempt.misfit(node, f"the function {name} is not available", hint, UnsupportedError)
    if any(part.kind == "STRING" for part in node.parts) or len(operands) == 0:
        raise attempt.misfit(node, f"{name} is used without an argument" if not operands else f"{name} takes no text")
    return apply(attempt, node, operator, operands)


SCALAR_FORMS: dict[str, Make] = {
    "inv": lambda e: Power(e, Number(-1)),
    "inverse": lambda e: Power(e, Number(-1)),
    "transpose": lambda e: e,
}


def apply(attempt: Attempt, node: Node, operator: type[Operator], operands: list[Typed]) -> Typed:
    """An operator on operands, whose shapes are matched with its signature."""
    if not operator.variadic and operator.inputs and len(operands) != len(operator.inputs):
        count = len(operator.inputs)
        raise attempt.misfit(node, f"{node.value} takes {count} argument{'s' * (count > 1)}, not {len(operands)}")
    shape = matched(attempt, operator, operands)
    if shape is None:
        shape = tried(attempt, operator, operands)
    if shape is None:
        shown = "; ".join(attempt.described(o) for o in operands)
        needs = "a square matrix" if operator.inputs == (("n", "n"),) else operator.signature
        raise attempt.misfit(node, f"{node.value} needs {needs}: {shown}")
    if operator.inputs == (("n", "n"),) and operands[0].is_scalar:
        attempt.penalty(node, 1, operands[0])
    return attempt.typed(node, shape, tuple(operands), operator.of)


def matched(attempt: Attempt, operator: type[Operator], operands: list[Typed]) -> Shape | None:
    """The shape of the result by the signature; None where the operands do not match it."""
    bound: dict[str, Size] = {"1": ONE}
    before = dict(attempt.sizes.bound), attempt.sizes.disagreement
    patterns = operator.inputs * len(operands) if operator.variadic else operator.inputs
    for operand, pattern in zip(operands, patterns, strict=True):
        for letter, found in zip(pattern, (operand.rows, operand.cols), strict=True):
            if not attempt.unify(bound.setdefault(letter, found), found):
                if operator.of.__func__ is not Operator.of.__func__:  # type: ignore[attr-defined]
                    attempt.sizes.bound, attempt.sizes.disagreement = before
                return None
    rows, cols = ONE, ONE
    for letter in operator.output[0].split("*"):
        rows = rows * attempt.sizes.find(bound[letter])
    for letter in operator.output[1].split("*"):
        cols = cols * attempt.sizes.find(bound[letter])
    return rows, cols


def tried(attempt: Attempt, operator: type[Operator], operands: list[Typed]) -> Shape | None:
    """The shape of the result of an operator that dispatches on shapes: it is applied to stand-ins."""
    if operator.of.__func__ is Operator.of.__func__:  # type: ignore[attr-defined]
        return None
    try:
        made = operator.of(*[Symbol("·", attempt.sizes.shape((o.rows, o.cols))) for o in operands])
    except ShapeError:
        return None
    return made.shape


def type_filled(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """vector(c), matrix(c): c in every entry, in the shape that the context asks for"""
    if len(operands) != 1 or not operands[0].is_scalar:
        raise attempt.misfit(node, f"{node.value} takes one scalar")
    shape = attempt.sizes.fresh(), ONE if node.value == "vector" else attempt.sizes.fresh()

    def make(c: Expr) -> Expr:
        return filled(c, *[attempt.resolve(s, node, attempt_text(attempt, node)) for s in shape])

    return attempt.typed(node, shape, (operands[0],), make)


def type_softmax(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """softmax(v) = exp(v)/sum(exp(v)), logsumexp(v) = log(sum(exp(v)))"""
    if len(operands) != 1 or operands[0].cols is not ONE or operands[0].is_scalar:
        shown = "; ".join(attempt.described(o) for o in operands)
        raise attempt.misfit(node, f"{node.value} takes one vector: {shown}")
    exponential = apply(attempt, node, FUNCTIONS["exp"], operands)
    total = apply(attempt, node, FUNCTIONS["sum"], [exponential])
    if node.value == "logsumexp":
        return apply(attempt, node, FUNCTIONS["log"], [total])
    return divide(attempt, node, exponential, total)


NORMS = {"2": "norm2", "F": "norm2", "fro": "norm2", "Fro": "norm2", "1": "norm1", "*": "norm_nuc", "nuc": "norm_nuc"}


def type_norm_call(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """norm(A), norm(A, 'fro'), norm(x, 1)"""
    sign = "2"
    if len(node.parts) == 2:
        sign = str(node.parts[1].value if node.parts[1].kind in ("STRING", "NUMBER", "symbol") else "?")
        operands = operands[:1]
    return norm(attempt, node, sign, operands)


def norm(attempt: Attempt, node: Node, sign: str, operands: list[Typed]) -> Typed:
    """A norm by the sign of its kind."""
    operator = FUNCTIONS.get(NORMS.get(sign, ""))
    if operator is None:
        raise attempt.misfit(node, f"the norm with the sign {sign} is not available", error=UnsupportedError)
    if len(operands) != 1:
        raise attempt.misfit(node, f"norm takes one argument, not {len(operands)}")
    if operands[0].is_scalar:
        attempt.penalty(node, 1, operands[0])
    return apply(attempt, node, operator, operands)


@rule("norm")
def type_norm(attempt: Attempt, node: Node) -> Typed:
    """‖A‖, ‖A‖₁, ‖A‖_F"""
    return norm(attempt, node, node.value, [node.parts[0].typed])


@rule("bars")
def type_bars(attempt: Attempt, node: Node) -> Typed:
    """|A|: a determinant, an absolute value or a length; entry by entry where single entries are asked for."""
    a: Typed = node.parts[0].typed
    if a.is_scalar or node.value == "entrywise":
        return attempt.typed(node, (a.rows, a.cols), (a,), FUNCTIONS["abs"].of)
    if a.cols is ONE or a.rows is ONE:
        return attempt.scalar(node, (a,), FUNCTIONS["norm2"].of)
    require_square(attempt, node, a, "a determinant")
    return attempt.scalar(node, (a,), FUNCTIONS["det"].of)


SPECIAL = {"vector": type_filled, "matrix": type_filled, "norm": type_norm_call}
for _name in ("softmax", "logsumexp"):
    if _name not in FUNCTIONS:
        SPECIAL[_name] = type_softmax
