"""The rules of typing for names, constants, members of families, entries, and definitions."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from matdiff.algebra.constants import PI, Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, SCALAR, Shape, Size
from matdiff.algebra.expr import FUNCTIONS, Expr, Number, Symbol
from matdiff.algebra.operators.entrywise import at_entries
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry, Member, UnitVector
from matdiff.errors import NotationError
from matdiff.language.broadcasting import filled
from matdiff.language.places import Indices
from matdiff.language.scopes import Place
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import Attempt, Penalty, rule

# ---- names and constants --------------------------------------------------------------------------


@rule("NUMBER")
def type_number(attempt: Attempt, node: Node) -> Typed:
    """A number, or 1 as a vector of ones and 0 as one of zeros."""
    if made := FILLED.get(attempt.assumed.get(id(node), "")):
        return constant(attempt, node, (attempt.sizes.fresh(), ONE), made, str(node.value))
    value: Fraction = node.value
    result = attempt.scalar(node, (), lambda: Number(value))
    result.number = value
    return result


FILLED: dict[str, type[Expr]] = {"ones": Ones, "zeros": Zeros}


def constant(attempt: Attempt, node: Node, shape: Shape, make: type[Expr], what: str) -> Typed:
    """A constant whose size may come from context."""
    return attempt.typed(node, shape, (), lambda: make(*[attempt.resolve(s, node, what) for s in shape]))  # type: ignore[arg-type]


@rule("constant")
def type_constant(attempt: Attempt, node: Node) -> Typed:
    """I, eye(n), 1_n, zeros(m, n)"""
    kind, sizes = node.value
    sizes = [s if isinstance(s, Size) else _side(node.parts[s[0]].typed, s[1]) for s in sizes]
    if kind == "eye":
        n = sizes[0] if sizes else attempt.sizes.fresh()
        return attempt.typed(node, (n, n), (), lambda: Identity(attempt.resolve(n, node, attempt.written(node))))
    shape = (sizes[0], sizes[1] if len(sizes) > 1 else ONE)
    return constant(attempt, node, shape, Ones if kind == "ones" else Zeros, kind)


def _side(a: Typed, axis: int) -> Size:
    """How many rows (1) or columns (2) there are, or entries of a vector (0)."""
    return a.rows if axis == 1 or (axis == 0 and a.cols is ONE) else a.cols


@rule("symbol")
def type_symbol(attempt: Attempt, node: Node) -> Typed:
    """A declared or undeclared symbol; in a sum without an index, data are read with its index."""
    text, bare = node.value
    name = attempt.bound.names[text]
    shape, ranges = attempt.shape_of(name)
    if not ranges:
        if text == "pi" and attempt.bound.pi and shape == SCALAR:
            if attempt.bound.pi == "custom":
                attempt.note(node, "π is taken as the number 3.14…; for a name of its own declare it: pi: scalar")
            return attempt.scalar(node, (), lambda: PI)
        result = attempt.typed(node, shape, (), lambda: attempt.symbol(name, node))
        result.guessed = name.declared is None
        if attempt.bound.is_code and name.declared and name.declared.is_column:
            result.has_two_axes = True
            attempt.note(node, f"{text} has two axes, as declared: {shape[0]} x 1")
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
    from matdiff.language.entries import WAYS, entry, part_of_whole, require_another

    text, binders = node.value
    name = attempt.bound.names[text]
    if name.whole and attempt.assumed[text] in WAYS:
        return part_of_whole(attempt, node, name, binders)
    if name.whole:
        require_another(attempt, node, name)
    shape, ranges = attempt.shape_of(name)
    if name.is_family and (ranges or text not in attempt.bound.beside):
        return member(attempt, node, text, binders)
    base = attempt.typed(node, shape, (), lambda: attempt.symbol(name, node))
    base.guessed = name.declared is None
    return entry(attempt, node, base, binders)


def member(attempt: Attempt, node: Node, text: str, indices: Indices) -> Typed:
    """A member of a family, whose ranges are those of the indices."""
    from matdiff.language.entries import index_of, require_range

    name = attempt.bound.names[text]
    shape, ranges = attempt.shape_of(name)
    if len(ranges) != len(indices):
        count = f"{len(ranges)} {'index' if len(ranges) == 1 else 'indices'}"
        raise attempt.misfit(node, f"{text} has {count}, not {len(indices)}", error=NotationError)
    if any(isinstance(i, Place) and i.single is None for i in indices):
        raise attempt.misfit(node, f"{text} is a family, which has members and no slices", error=NotationError)
    for index, last in zip(indices, ranges, strict=True):
        require_range(attempt, node, index, last, text, name)

    def make() -> Expr:
        return Member(attempt.symbol(name, node), *[index_of(attempt, node, i) for i in indices])

    result = attempt.typed(node, shape, (), make)
    result.guessed = name.declared is None
    return result


@rule("entry")
def type_entry(attempt: Attempt, node: Node) -> Typed:
    """(A + B)_{jk}"""
    from matdiff.language.entries import entry

    return entry(attempt, node, node.parts[0].typed, node.value)


@rule("counter")
def type_counter(attempt: Attempt, node: Node) -> Typed:
    """The index of a sum as a number."""
    from matdiff.language.entries import index_of

    return attempt.scalar(node, (), lambda: index_of(attempt, node, node.value))


@rule("unit")
def type_unit(attempt: Attempt, node: Node) -> Typed:
    """unit(i, n), and e_3, whose size the context tells: the unit vector of an index"""
    from matdiff.language.entries import index_of, require_place

    index, known = node.value
    rows = known or attempt.sizes.fresh()
    require_place(attempt, node, index, rows, "the unit vector")

    def make() -> Expr:
        return UnitVector(index_of(attempt, node, index), attempt.resolve(rows, node, attempt.written(node)))

    return attempt.typed(node, (rows, ONE), (), make)


@rule("sized_constant")
def type_sized_constant(attempt: Attempt, node: Node) -> Typed:
    """centering(n), commutation(m, n)"""
    name, sizes = node.value
    operator = FUNCTIONS[name]
    if len(sizes) == 1:
        attempt.sizes.product(*sizes, *sizes)  # n·n columns are those that a vec has: n for each of n
    return attempt.typed(node, operator.shape_of((), sizes), (), lambda: operator.of(*sizes))


# ---- definitions ----------------------------------------------------------------------------------


def defining(attempt: Attempt, node: Node) -> Typed:
    """What stands behind the = of a definition, which is a value and no empty list."""
    body: Typed | None = node.parts[0].typed
    if body is None:
        raise attempt.misfit(node, "nothing stands behind the = here", "write what the name stands for", NotationError)
    return body


def with_name(name: str, value: Expr) -> Expr:
    """A value with a name; but m = length(y) is a size m that is declared, and x1 = x[1] the entry x₁."""
    match value:
        case Symbol() if value.name == name:
            return value
        case Entry(operands=(Symbol() as whole, Number() as place)) if name == f"{whole.name}{place.value}":
            return value
        case _:
            return Named(name, value)


@rule("define", "abbreviate")
def type_definition(attempt: Attempt, node: Node) -> Typed:
    """h = …: a node with a name; h := …: the right side wherever h stands"""
    body = defining(attempt, node)
    is_named = node.kind == "define" and body.third is None
    make = partial(with_name, node.value) if is_named else (lambda e: e)
    result = attempt.typed(node, (body.rows, body.cols), (body,), make)
    result.has_two_axes, result.ones, result.third = body.has_two_axes, body.ones, body.third
    attempt.definitions[node.value] = result
    return result


@rule("formula")
def type_formula(attempt: Attempt, node: Node) -> Typed:
    """f(t) = …, for funm(f, S): a scalar made of the scalar t"""
    name, (parameter, *others) = node.value
    body = defining(attempt, node)
    if others or not body.is_scalar:
        raise attempt.misfit(node, f"a formula gives a scalar for one scalar: {attempt.described(body)}")
    attempt.formulas[name] = body, parameter
    return body


@rule("pi")
def type_pi(attempt: Attempt, node: Node) -> Typed:
    """The number π"""
    return attempt.scalar(node, (), lambda: PI)


@rule("parameter")
def type_parameter(attempt: Attempt, node: Node) -> Typed:
    """The letter t of a formula"""
    name: str = node.value
    return attempt.scalar(node, (), lambda: Symbol(name))


@rule("applied")
def type_applied(attempt: Attempt, node: Node) -> Typed:
    """h(A x), where h(x) is defined: the body with A x for x, or f(x) with every entry of x for t"""
    *arguments, body = (part.typed for part in node.parts)
    if attempt.assumed.get(id(node)) == "entries":
        return entries(attempt, node, arguments[0], body)
    if is_of_entries(node) and ONE not in (arguments[0].rows, arguments[0].cols):
        attempt.penalties.append(Penalty(node, OF_A_MATRIX, (arguments[0],)))
    return attempt.typed(node, (body.rows, body.cols), (body,), lambda e: e)


OF_A_MATRIX = 2  # what it costs to take f(t) of a matrix as a whole, where t is no capital letter


def is_of_entries(node: Node) -> bool:
    """Whether a call may be taken entry by entry: that of a function of one letter, which is no capital."""
    letters = node.value.parameters
    return len(node.parts) == 2 and len(letters) == 1 and not letters[0][:1].isupper()


def entries(attempt: Attempt, node: Node, a: Typed, body: Typed) -> Typed:
    """f(x) with f taken of every entry of x."""
    name, parameter = node.value.name, node.value.parameters[0]
    if a.is_scalar or not body.is_scalar:
        raise attempt.misfit(node, f"{node.value} is defined, but this does not fit {attempt.shown(a)}")
    shown = attempt.written(node)
    attempt.note(node, f"{shown} is {name} of every entry, since {parameter} stands for a number in {node.value}")

    def make(f: Expr, e: Expr) -> Expr:
        try:
            return at_entries(f, Symbol(parameter), e)
        except ValueError:
            raise attempt.misfit(node, f"{name} is not made of operations on single entries").error from None

    return attempt.typed(node, (a.rows, a.cols), (body, a), make)


@rule("argument")
def type_argument(attempt: Attempt, node: Node) -> Typed:
    """What stands for a parameter: an argument as a whole, or one entry of it"""
    parameter, argument, call = node.value
    if attempt.assumed.get(id(call)) != "entries":
        given: Typed = argument.typed
        return attempt.typed(node, (given.rows, given.cols), (given,), lambda e: e)
    result = attempt.scalar(node, (), lambda: Symbol(parameter))
    result.guessed = True
    return result


@rule("definition")
def type_use_of_definition(attempt: Attempt, node: Node) -> Typed:
    """A name that stands for a definition before it"""
    if node.value not in attempt.definitions:
        raise attempt.misfit(node, f"{node.value} is used before its definition", error=NotationError)
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
        both = f"{attempt.described(left)}, {attempt.described(right)}"
        raise attempt.misfit(node, "the two sides have different shapes", both)
    return attempt.typed(node, (left.rows, left.cols), (left, right), lambda a, b: a)


def attempt_shape(attempt: Attempt, piece: Typed) -> Shape:
    """The shape of a piece at the end."""
    shown = attempt.shown(piece)
    return attempt.resolve(piece.rows, piece.node, shown), attempt.resolve(piece.cols, piece.node, shown)
