"""The rules of typing for functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Shape, Size, too_large
from matdiff.algebra.expr import FUNCTIONS, Expr, Number, Operator, Symbol
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.products import reciprocal
from matdiff.errors import ShapeError, UnsupportedError
from matdiff.language.broadcasting import filled
from matdiff.language.fonts import BOLD
from matdiff.language.names import nearest
from matdiff.language.syntax import Node, without_brackets
from matdiff.language.typed import Make, Typed
from matdiff.language.typing import SPECIAL, WORDED, Attempt, function_key, rule, special
from matdiff.language.words import FUNCTIONALS, PATH, Called

FEATURES = ("phi", "psi", "varphi")


# ---- functions ------------------------------------------------------------------------------------


@rule("unspecified")
def type_unspecified(attempt: Attempt, node: Node) -> Typed:
    """g(A) for an open function g"""
    from matdiff.language import open_functions

    pieces = open_functions.operands(attempt, node)
    if isinstance(node.value, Called):
        return open_functions.call(attempt, node, node.value, pieces)
    name, order = node.value
    if len(pieces) > 1 or attempt.assumed.get(function_key(name)) == "valued":
        return open_functions.call_of_letter(attempt, node, name, order, pieces)
    a = pieces[0]
    open_functions.require_one_use(attempt, node, name, ())
    if not order and name[0].isupper() and name not in attempt.bound.declared:
        attempt.note(node, f"{name} is a function of each entry that is left open; the product is {name}*(…)")
    elif not (order or a.is_scalar or name in attempt.bound.declared) and _may_be_of_whole(attempt, node, a):
        attempt.note(node, f"{name} is taken as a function of each entry; one of the whole vector has to be given")
    return attempt.typed(node, (a.rows, a.cols), (a,), partial(Unspecified, name, order))


def _may_be_of_whole(attempt: Attempt, node: Node, a: Typed) -> bool:
    """Whether h(x) may be of the whole vector: h is bold, or x the letter that is asked for; of h(W x) it is not.

    φ(x_i) may be a vector of features, and f(x_t) the state that follows.
    """
    is_of_data = a.node.kind == "before" or (node.value[0] in FEATURES and a.node.kind in ("symbol", "member"))
    is_asked = a.node.kind == "symbol" and a.node.value[0] in attempt.bound.wrt
    return is_asked or is_of_data or re.match(BOLD, attempt.written(node).lstrip("{ ")) is not None


@rule(PATH)
def type_path(attempt: Attempt, node: Node) -> Typed:
    """A(t) for an open function A with matrices for values"""
    from matdiff.language import open_functions

    return open_functions.path(attempt, node)


@rule("list", "STRING", "keyword", "tuple")
def type_arguments(attempt: Attempt, node: Node) -> None:
    """Arguments are read by the function"""


@rule("call")
def type_call(attempt: Attempt, node: Node) -> Typed:
    """f(A, B)"""
    name = node.value
    operands = [part.typed for part in node.parts]
    if not operands:
        raise attempt.misfit(node, f"{name} is used without an argument")
    word = next((part for part, typed in zip(node.parts, operands, strict=True) if typed is None), None)
    is_known = word is not None and word.kind in WORDED.get(name, ()) and node.parts[1:] == [word]
    if word is not None and not is_known and name not in FUNCTIONALS:
        raise attempt.misfit(word, f"{attempt.written(word)} is no argument of {name}")
    if name in SPECIAL:
        return SPECIAL[name](attempt, node, operands)
    if name in SCALAR_FORMS and len(operands) == 1 and operands[0].is_scalar:
        attempt.penalty(node, 1, operands[0])
        return attempt.scalar(node, (operands[0],), SCALAR_FORMS[name])
    operator = FUNCTIONS.get(name)
    if operator is None:
        hint = nearest(name, FUNCTIONS)
        raise attempt.misfit(node, f"the function {name} is not available", hint, UnsupportedError)
    return apply(attempt, node, operator, operands)


@rule("sized_call")
def type_sized_call(attempt: Attempt, node: Node) -> Typed:
    """unvec(c, m, n), corr(X, K, 2): operands with sizes behind them"""
    name, given = node.value
    word = next((part for part in node.parts if part.typed is None), None)
    if word is not None:
        raise attempt.misfit(word, f"{attempt.written(word)} is no argument of {name}")
    return related(attempt, node, name, tuple([part.typed for part in node.parts]), given)


def related(attempt: Attempt, node: Node, name: str, operands: tuple[Typed, ...], given: Sequence[Size]) -> Typed:
    """An operator that says how the shapes of its operands, the sizes behind them and its result are related."""
    operator = FUNCTIONS[name]
    shapes = [attempt.sizes.shape((o.rows, o.cols)) for o in operands]
    fitting = (r.fit(shapes, given, attempt.unify, attempt.sizes.fresh) for r in operator.relations)
    shape = next((s for s in fitting if s is not None), None)
    if len(operands) > 1 and all(o.is_scalar and o.guessed for o in operands):
        raise attempt.misfit(node, f"{name} takes vectors and matrices, not numbers")
    if shape is None:
        shown = "; ".join(attempt.described(o) for o in operands)
        raise attempt.misfit(node, f"{name} needs {operator.needs(shapes, given)}: {shown}")
    if too_large(shape):
        raise attempt.misfit(node, f"the sizes of {name} are too large")

    def make(*expressions: Expr) -> Expr:
        return operator.of(*expressions, *[attempt.resolve(s, node, name) for s in given])  # type: ignore[arg-type]

    return attempt.typed(node, shape, operands, make)


SCALAR_FORMS: dict[str, Make] = {"inv": reciprocal, "inverse": reciprocal, "transpose": lambda e: e}


def apply(attempt: Attempt, node: Node, operator: type[Operator], operands: list[Typed]) -> Typed:
    """An operator on operands, whose shapes are matched with its signature."""
    operator = next((o for o in operator.overloads if len(o.inputs) == len(operands)), operator)
    dispatches = operator.of.__func__ is not Operator.of.__func__  # type: ignore[attr-defined]
    if not (operator.variadic or dispatches) and operator.inputs and len(operands) != len(operator.inputs):
        count = len(operator.inputs)
        raise attempt.misfit(node, f"{node.value} takes {count} argument{'s' * (count > 1)}, not {len(operands)}")
    square = operator.inputs == (("n", "n"),)
    shape = matched(attempt, operator, operands)
    if shape is None:
        shape = tried(attempt, operator, operands)
    if shape is None:
        shown = "; ".join(attempt.described(o) for o in operands)
        needs = "a square matrix" if square else operator.signature
        raise attempt.misfit(node, f"{node.value} needs {needs}: {shown}")
    if node.value == "diag" and operands[0].is_scalar and operands[0].guessed:  # p_i of diag(p_i(1 − p_i)) runs
        message = f"diag needs a vector: {attempt.described(operands[0])}"
        raise attempt.misfit(node, message, "diag(p) has the entries of a vector p on its diagonal")
    if operator.inputs == (("n", "1"),) and operator.output == ("n", "1") and operands[0].is_scalar:
        raise attempt.misfit(node, f"{node.value} takes a vector: {attempt.described(operands[0])}")
    if len(operands) == 1 and operands[0].is_scalar and not issubclass(operator, Entrywise) and not square:
        attempt.penalty(node, 1 if is_inner_product(operands[0]) else 5, operands[0])  # nobody takes the sum of 2a
    if square and operands[0].is_scalar:
        attempt.penalty(node, _of_a_number(operator, operands[0]), operands[0])
    elif square:
        _say_states(attempt, node, operands[0])
    return attempt.typed(node, shape, tuple(operands), operator.of)


def is_inner_product(operand: Typed) -> bool:
    """Whether a number is a product of vectors, as xᵀAy, or a sum of such: its sum or norm may well be meant."""
    if not operand.is_scalar or operand.of_numbers:
        return False
    terms, products = [without_brackets(operand.node)], 0
    while terms:
        node = terms.pop()
        if node.kind in ("sum", "negative"):
            terms.extend(map(without_brackets, node.parts))
        elif node.kind in ("product", "tight"):
            products += 1
        else:
            return False
    return products > 0


STATES = ("rho", "sigma")  # what physics calls density matrices


def _say_states(attempt: Attempt, node: Node, operand: Typed) -> None:
    """The note that ρ of Tr(ρH) is taken for a number."""
    for factor in operand.operands:
        name = factor.node.value[0] if factor.node.kind == "symbol" else ""
        if name in STATES and factor.is_scalar and factor.guessed:
            attempt.note(node, f"{name} is read as a scalar; if it is a matrix, declare it: {name}: matrix")


def _of_a_number(operator: type[Operator], operand: Typed) -> int:
    """What it costs that an operator on square matrices is applied to a number: Tr(ρ log ρ) is of a matrix ρ."""
    if operator.output == ("1", "1"):
        return 6 if operand.of_numbers else 1  # Tr(xᵀAx) is written often
    return 5 if operator.output[1] == "1" else 1


def matched(attempt: Attempt, operator: type[Operator], operands: list[Typed]) -> Shape | None:
    """The shape of the result by the signature; None where the operands do not match it."""
    if not operator.inputs or any("*" in extent for pattern in operator.inputs for extent in pattern):
        return None
    if not operator.variadic and len(operands) != len(operator.inputs):
        return None
    bound: dict[str, Size] = {"1": ONE}
    before = dict(attempt.sizes.bound), attempt.sizes.disagreement
    patterns = operator.inputs * len(operands) if operator.variadic else operator.inputs
    for operand, pattern in zip(operands, patterns, strict=True):
        for letter, found in zip(pattern, (operand.rows, operand.cols), strict=True):
            if not attempt.unify(bound.setdefault(letter, found), found):
                if operator.of.__func__ is not Operator.of.__func__:  # type: ignore[attr-defined]
                    attempt.sizes.bound, attempt.sizes.disagreement = before
                return None
    rows, cols = ([bound[letter] for letter in size.split("*")] for size in operator.output)
    return attempt.sizes.product(*rows), attempt.sizes.product(*cols)


def tried(attempt: Attempt, operator: type[Operator], operands: list[Typed]) -> Shape | None:
    """The shape of the result of an operator that dispatches on shapes: it is applied to stand-ins."""
    if operator.of.__func__ is Operator.of.__func__:  # type: ignore[attr-defined]
        return None
    try:
        made = operator.of(*[stand_in(attempt, o) for o in operands])
    except (ShapeError, ValueError):  # of another number of operands than it takes apart
        return None
    return made.shape


def stand_in(attempt: Attempt, operand: Typed) -> Expr:
    """An expression of the shape of an operand; a number is itself."""
    if operand.number is not None:
        return Number(operand.number)
    return Symbol("·", attempt.sizes.shape((operand.rows, operand.cols)))


@special("vector", "matrix")
def type_filled(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """vector(c), matrix(c): c in every entry, in the shape that the context asks for"""
    if len(operands) != 1 or not operands[0].is_scalar:
        raise attempt.misfit(node, f"{node.value} takes one scalar")
    shape = attempt.sizes.fresh(), ONE if node.value == "vector" else attempt.sizes.fresh()

    def make(c: Expr) -> Expr:
        return filled(c, *[attempt.resolve(s, node, attempt.written(node)) for s in shape])

    return attempt.typed(node, shape, (operands[0],), make)
