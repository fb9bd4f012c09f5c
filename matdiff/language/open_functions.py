"""The rules of typing for open functions with scalar values, f(A, B), and their derivatives ∇₂f(A, B), ∇²f(A)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matdiff.algebra.dims import Shape, shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.paths import Path
from matdiff.errors import NotationError
from matdiff.language.broadcasting import require_no_point
from matdiff.language.doubtful_calls import OF_SEVERAL
from matdiff.language.names import CUSTOMARY_FUNCTIONS
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed, described
from matdiff.language.typing import Attempt
from matdiff.language.words import Called

GIVEN = "it is given as in {}(x, z) = …"
OF_A_NUMBER = 4  # what it costs to read ∇f(c) as f′(c) for a letter c that is not declared


def operands(attempt: Attempt, node: Node) -> list[Typed]:
    """The typed arguments of a call, and the directions behind them."""
    pieces: list[Typed] = []
    for part in node.parts:
        for piece in part.parts if part.kind == "list" else [part]:
            if piece.typed is None:
                raise attempt.misfit(piece, f"{attempt.written(piece)} is no argument of a function")
            pieces.append(piece.typed)
    return pieces


def call_of_letter(attempt: Attempt, node: Node, name: str, order: int, pieces: list[Typed]) -> Typed:
    """f(A, B) for an f that is not declared: by custom some letters are functions."""
    if order:
        raise attempt.misfit(node, f"{name}′ is the derivative of a function of one scalar", f"write ∇₁{name}(…)")
    front = node.parts[0]
    if name in OF_SEVERAL and front.kind == "list":
        require_points(attempt, node, name, front.parts)
        attempt.note(node, f"{name} is a function with scalar values that is left open; {GIVEN.format(name)}")
    elif name.rstrip("0123456789") not in CUSTOMARY_FUNCTIONS:
        raise attempt.misfit(node, f"{name} is not known as a function", f"declare it, as in {name}: m, n -> scalar")
    return call(attempt, node, Called(name, 0), pieces)


def require_points(attempt: Attempt, node: Node, name: str, parts: Sequence[Node]) -> None:
    """Refuses K(θ, φ), which can be a matrix."""
    if name.isupper() and all(p.kind == "symbol" and p.typed is not None and p.typed.is_scalar for p in parts):
        shown = attempt.written(node)
        raise attempt.misfit(node, f"{shown} is a function that is not given", GIVEN.format(name))


def call(attempt: Attempt, node: Node, called: Called, pieces: list[Typed]) -> Typed:
    """f(A, B), ∇₂f(A, B), ∇²f(A)[E]: the arguments first, then the directions; without the last one a matrix."""
    from matdiff.algebra.operators.open_functions import OpenDerivative, OpenFunction, OpenHessian

    front, *behind = node.parts
    count = len(front.parts) if front.kind == "list" else 1
    directed = len(pieces) - count
    if not behind and called.order > 2:
        shown = attempt.written(node)
        raise attempt.misfit(node, f"{shown} is a linear map", f"write what it is applied to: {shown}[E]")
    is_matrix = 0 <= directed == called.order - 2
    if not is_matrix and directed != max(0, called.order - 1):
        raise attempt.misfit(node, f"a derivative of order {called.order} is taken in {called.order - 1} directions")
    arguments, directions = pieces[:count], pieces[count:]
    require_arguments(attempt, node, called.name, arguments)
    if front.kind == "list":
        points = {p.value[0] for p in front.parts if p.kind == "symbol"}
        for part in (p for p in front.parts if p.kind == "member" and p.value[0] in points):
            require_no_point(attempt, part)
    if not called.order:
        return attempt.scalar(node, tuple(arguments), partial(OpenFunction.applied, called.name))
    places = places_of(attempt, node, called, count)
    if count == 1 and arguments[0].is_scalar:
        attempt.penalty(node, OF_A_NUMBER, arguments[0])
    for direction, place in zip(directions, places[1:], strict=False):
        if not attempt.same_shape(direction, arguments[place - 1]):
            pair = (direction, arguments[place - 1])
            raise attempt.clash(node, "a direction has the shape of the argument that it changes", *pair)
    form = OpenHessian if is_matrix else OpenDerivative
    first, last = (arguments[places[end] - 1] for end in (0, -1))
    product = attempt.sizes.product
    shape = (product(first.rows, first.cols), product(last.rows, last.cols)) if is_matrix else (first.rows, first.cols)

    def make(*built: Expr) -> Expr:
        return form(called.name, places, built[:count], built[count:])

    return attempt.typed(node, shape, tuple(pieces), make)


def path(attempt: Attempt, node: Node) -> Typed:
    """A(t), A′(t) for a matrix or vector A that the text leaves open."""
    text, order = node.value
    name, (t,) = attempt.bound.names[text], operands(attempt, node)
    if not t.is_scalar:
        raise attempt.misfit(node, f"{text} is a function of a scalar: {attempt.described(t)}")
    result = attempt.typed(node, attempt.shape_of(name)[0], (t,), lambda e: Path(attempt.symbol(name, node), e, order))
    result.guessed = name.declared is None
    return result


def places_of(attempt: Attempt, node: Node, called: Called, count: int) -> tuple[int, ...]:
    """The arguments by which a function is derived, which need not be written where there is only one."""
    if not called.places and count == 1:
        return (1,) * called.order
    if len(called.places) != called.order or not all(0 < place <= count for place in called.places):
        hint = f"write ∇₁{called.name}(…), ∇₂{called.name}(…)" if count > 1 else f"write ∇{called.name}(…)"
        problem = f"{called.name} has {count} argument{'s' * (count > 1)}"
        raise attempt.misfit(node, f"{problem}: it is not clear by which to derive", hint, NotationError)
    return called.places


def require_one_use(attempt: Attempt, node: Node, name: str, own: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """What an open function takes in its first call: nothing where it is taken of each entry."""
    if name in attempt.bound.names and own:
        raise attempt.misfit(node, f"{name} is used as a function and as a factor", f"declare {name}: m -> scalar")
    known = attempt.functions.setdefault(name, own)
    if bool(known) != bool(own):
        message = f"{name} is used in two ways, of each entry and with scalar values"
        raise attempt.misfit(node, message, f"declare {name}: m -> scalar")
    return known


def require_arguments(attempt: Attempt, node: Node, name: str, arguments: Sequence[Typed]) -> None:
    """The arguments have the shapes that are declared, or those of the call before."""
    from matdiff.algebra.operators.open_functions import MOST_ARGUMENTS

    if len(arguments) > MOST_ARGUMENTS:
        raise attempt.misfit(node, f"an open function has at most {MOST_ARGUMENTS} arguments, not {len(arguments)}")
    declaration = attempt.bound.declared.get(name)
    declared = declaration.arguments if declaration else None
    own: tuple[Shape, ...] = tuple((a.rows, a.cols) for a in arguments)
    known = declared if declared is not None else require_one_use(attempt, node, name, own)
    said = f"{name} is declared as a function of" if declared is not None else f"{name} is used as a function of"
    shapes = [shape_text(s) if declared is not None else described(*attempt.sizes.shape(s)) for s in known]
    if len(known) != len(arguments):
        count = f"{len(arguments)} argument{'s' * (len(arguments) > 1)}"
        raise attempt.misfit(node, f"{name} has {count} here, but {said} {' and '.join(shapes)}")
    for argument, shape, shown in zip(arguments, known, shapes, strict=True):
        if not (attempt.unify(argument.rows, shape[0]) and attempt.unify(argument.cols, shape[1])):
            raise attempt.clash(argument.node, f"{said} {shown}", argument)
