"""exp, log, √, sin of a square matrix: of each entry, or of the matrix.  How the value is used tells what is meant.

e^A is the exponential of the matrix.  exp(A), log(A) and √A are taken entry by entry where entries are used, in
sum(exp(A)), A ⊙ exp(B), exp⊙(A), and in code.  The root and the logarithm of a positive matrix are those of the
matrix.  Anything else is a doubt, and an error that names both; sin and the like are of each entry, with a note.
"""

from __future__ import annotations

from functools import partial

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Symbol, replace
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.errors import AmbiguityError, UnsupportedError
from matdiff.language.applications import apply
from matdiff.language.named_functions import is_entrywise
from matdiff.language.powers import is_positive, transpose
from matdiff.language.sizes import is_flexible
from matdiff.language.syntax import Node
from matdiff.language.typed import Typed
from matdiff.language.typing import SPECIAL, Attempt, special
from matdiff.regex import regex

NAMES = {"exp": "exponential", "log": "logarithm", "sqrt": "square root", "sin": "sine", "cos": "cosine"}
NAMES |= {"sinh": "hyperbolic sine", "cosh": "hyperbolic cosine", "tan": "tangent"}
OF_ENTRIES, OF_THE_MATRIX, DOUBTFUL = "entries", "matrix", "doubt"
CODE = regex(r"(?<![\^_{])\*|@|\b(?:np|jnp|torch|numpy)\.|\.T\b")  # in code exp is of each entry
SIGNED = regex(r"(?:\\operatorname\s*\{\s*\w+\s*\}|\\?\w+)\s*(?:⊙|∘|\\odot|\\circ|\.\()")  # exp⊙(A), exp.(A)
BRACED = regex(r"\{[^{}]*\}")  # √{A}
PASSING = frozenset(("group", "negative", "positive", "transpose", "sum", "big_sum", "sequence", "where"))
BY_ENTRIES = frozenset("sum mean norm1 max min rowsum colsum rowmean colmean hadamard multiply divide var std".split())


@special("e^", "exp", "log", "ln", "sqrt", "sin", "cos", "sinh", "cosh", "tan")
def type_function(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """exp(A), e^A: of a scalar, of each entry, or of the matrix"""
    operator = FUNCTIONS["exp" if node.value == "e^" else node.value]
    if node.value == "cos" and len(operands) == 2:  # of the angle between two vectors
        return SPECIAL["cosine_similarity"](attempt, node, operands)
    if len(operands) == 1 and ONE not in (operands[0].rows, operands[0].cols):
        attempt.taken_of[id(node)] = OF_ENTRIES
        a = operands[0]
        return attempt.typed(node, (a.rows, a.cols), (a,), partial(made, attempt, node))
    return apply(attempt, node, operator, operands)


def made(attempt: Attempt, node: Node, a: Expr) -> Expr:
    """The function of the entries or of the matrix; of a square one it is said which."""
    operator = FUNCTIONS["exp" if node.value == "e^" else node.value]
    assert issubclass(operator, Entrywise)
    way, twin = attempt.taken_of[id(node)], operator.twin
    shown, inside = attempt.written(node), attempt.written(node.parts[0])
    inside = inside[1:-1] if BRACED.fullmatch(inside) else inside
    inside = inside if node.parts[0].kind != "group" else inside.removeprefix("(").removesuffix(")")
    function, name = operator.names[0], NAMES[operator.names[0]]
    entries, matrix = f"{function}⊙({inside})", f"{twin}({inside})" if twin else f"funm({function}, {inside})"
    if a.rows is not a.cols or is_signed(attempt, node):
        return operator.of(a)
    if way == DOUBTFUL and function in ("log", "sqrt") and is_positive(a):
        way = OF_THE_MATRIX
    if way == OF_THE_MATRIX and twin:
        attempt.note(node, f"{shown} is the {name} of the matrix, {matrix}; {entries} takes that of each entry")
        return FUNCTIONS[twin].of(a)
    if way == OF_ENTRIES or (way == DOUBTFUL and not twin):
        attempt.note(node, f"{shown} is taken entry by entry; the matrix {name} is {matrix}")
        return operator.of(a)
    hint = f"write {matrix} for the matrix {name}, {entries} for that of each entry"
    message = f"{shown} can be the {name} of the matrix or of each entry"
    raise attempt.misfit(node, message, hint, AmbiguityError).error


def settle(attempt: Attempt) -> None:
    """Finds out what the functions of matrices are taken of, once all sizes are known that the text tells."""
    waiting = [node for node in attempt.bound.order if id(node) in attempt.taken_of]
    parents = {id(part): node for node in attempt.bound.order for part in node.parts}
    name = attempt.bound.dialect.name
    is_code = name == "matlab" or ("\\" not in attempt.bound.text and CODE.search(attempt.bound.text) is not None)
    for node in waiting:
        a: Typed = node.parts[0].typed
        rows, cols = attempt.sizes.shape((a.rows, a.cols))
        is_letter = rows is not cols and is_flexible(rows) and is_flexible(cols) and is_symbol(node.parts[0])
        if not (rows is cols or is_letter) or is_signed(attempt, node):
            continue
        if name == "julia" and attempt.unify(rows, cols):
            attempt.taken_of[id(node)] = OF_THE_MATRIX
            continue
        if node.value != "e^" and (is_code or is_used_by_entries(attempt, node, parents)):
            continue
        if node.value == "e^" and is_letter and is_used_by_entries(attempt, node, parents):
            continue
        attempt.unify(rows, cols)
        attempt.taken_of[id(node)] = OF_THE_MATRIX if node.value == "e^" else DOUBTFUL


def is_signed(attempt: Attempt, node: Node) -> bool:
    """Whether a sign behind the name says that the function is of each entry: exp⊙(A)."""
    return SIGNED.match(attempt.bound.text, node.start) is not None


def is_symbol(node: Node) -> bool:
    """Whether a piece of text is a letter for a matrix, perhaps with a sign and scalars, or RᵀR_d of one letter."""
    while True:
        if node.kind in ("group", "negative", "positive"):
            node = node.parts[0]
        elif node.kind in ("product", "tight") and len(rest := [p for p in node.parts if not p.typed.is_scalar]) == 1:
            node = rest[0]
        elif node.kind in ("product", "tight") and len(rest) == 2 and rest[0].kind == "transpose":
            pair = (rest[0].parts[0], rest[1])
            return all(map(is_symbol, pair)) and len({re.split("[_0-9]", p.value[0])[0] for p in pair}) == 1
        else:
            return node.kind in ("symbol", "member")


def is_used_by_entries(attempt: Attempt, node: Node, parents: dict[int, Node]) -> bool:
    """Whether all that is made of a value is made of its entries."""
    waiting = [node]
    while waiting:
        child = waiting.pop()
        parent = parents.get(id(child))
        if parent is None:
            return False
        if parent.kind in ("define", "abbreviate"):
            waiting += [n for n in attempt.bound.order if n.kind == "definition" and n.value == parent.value]
        elif parent.kind in ("product", "tight"):
            place = next(k for k, part in enumerate(parent.parts) if part is child)
            if {"dot_times", "dot_divide"} & set(parent.value[max(place, 1) : place + 2]):
                continue
            others = [part for part in parent.parts if part is not child and not part.typed.is_scalar]
            if any(attempt.assumed.get(id(part)) != "ones" and part.kind != "constant" for part in others):
                return False
            waiting += [parent] if not others else []
        elif parent.kind == "call" and (parent.value in BY_ENTRIES or is_entrywise(parent.value)):
            continue
        elif parent.kind in PASSING:
            waiting.append(parent)
        elif parent.kind != "dot_power":
            return False
    return True


# ---- funm --------------------------------------------------------------------------------------------


HINT = "write funm(log, S), or funm(f, S) with f(t) = t log t in front of it"


@special("funm", "frechet_funm")
def type_matrix_function(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """f(S), and its derivative in some directions"""
    words = [part for part in node.parts if part.kind == "STRING" and isinstance(part.value, tuple)]
    pieces = [operand for operand in operands if operand is not None]
    if len(words) != 1 or len(pieces) != len(operands) - 1 or not pieces or node.parts.index(words[0]) > 1:
        raise attempt.misfit(node, f"{node.value} takes a function and a symmetric matrix", HINT)
    (name, order), s = words[0].value, pieces[0]
    if not attempt.unify(s.rows, s.cols):
        raise attempt.misfit(node, f"{node.value} needs a square matrix: {attempt.described(s)}")
    function = FUNCTIONS.get(name)
    if name in SPECIAL if function is None else not issubclass(function, Entrywise):
        raise attempt.misfit(words[0], f"{name} is no function of a scalar", HINT)
    count = number_of_parameters(attempt, node, name, pieces[1:])
    if name in attempt.formulas:
        return of_formula(attempt, node, name, order, pieces)

    def make(*built: Expr) -> Expr:
        return made_of(attempt, node, (name, order), built, count)

    return attempt.typed(node, (s.rows, s.cols), tuple(pieces), make)


def number_of_parameters(attempt: Attempt, node: Node, name: str, rest: list[Typed]) -> int:
    """How many of the arguments behind the matrix are parameters; the others are directions of its shape."""
    scalars = sum(piece.is_scalar for piece in rest)
    function = FUNCTIONS.get(name)
    most = len(function.inputs) - 1 if function is not None and name not in attempt.formulas else 0
    is_derivative = node.value == "frechet_funm"
    if scalars not in (0, most) or any(p.is_scalar for p in rest[scalars:]) or (len(rest) > scalars) != is_derivative:
        what = "directions behind the matrix" if is_derivative else "one matrix"
        raise attempt.misfit(node, f"{node.value} of {name} takes {what}", HINT)
    s = next(part.typed for part in node.parts if part.typed is not None)
    for direction in rest[scalars:]:
        if not attempt.same_shape(direction, s):
            raise attempt.clash(node, "a direction has the shape of the matrix", direction, s)
    return scalars


def made_of(attempt: Attempt, node: Node, what: tuple[str, int], built: tuple[Expr, ...], count: int) -> Expr:
    """The expression, once the matrix is known to be symmetric."""
    from matdiff.algebra.operators.spectral_functions import FrechetOfFunction, MatrixFunction

    name, order = what
    require_symmetric(attempt, node, built[0])
    whole = MatrixFunction.applied(name, order, *built[: 1 + count])
    directions = built[1 + count :]
    if not directions:
        return whole
    if not isinstance(whole, MatrixFunction):
        raise attempt.misfit(node, f"{name} of a matrix has a derivative of its own", f"write frechet_{name}m").error
    return FrechetOfFunction.make((*whole.operands, *directions), (*whole.data, len(directions)))


def of_formula(attempt: Attempt, node: Node, name: str, order: int, pieces: list[Typed]) -> Typed:
    """The formula of f with the matrix for its letter: t log t is S logm(S)."""
    from matdiff.algebra.operators.spectral_functions import of_matrix

    if order or len(pieces) > 1:
        raise attempt.misfit(node, f"{name} is given by a formula: write its derivative as one, too")
    formula, parameter = attempt.formulas[name]

    def make(f: Expr, s: Expr) -> Expr:
        t = Symbol(parameter)
        if s.is_scalar:
            return replace(f, lambda n: s if n is t else None)
        require_symmetric(attempt, node, s)
        try:
            return of_matrix(f, t, s)
        except ValueError:
            raise attempt.misfit(node, f"{name} is not made of operations on single entries").error from None

    return attempt.typed(node, (pieces[0].rows, pieces[0].cols), (formula, pieces[0]), make)


def require_symmetric(attempt: Attempt, node: Node, s: Expr) -> None:
    """f is applied to the eigenvalues, which only a symmetric matrix is known to have."""
    if not is_symmetric(s):
        place = next(part for part in node.parts if part.typed is not None)
        shown = attempt.written(place)
        hint = f"declare it, as in {shown}: n x n symmetric" if place.kind == "symbol" else "declare what it is made of"
        raise attempt.misfit(place, f"{shown} is not known to be symmetric", hint, UnsupportedError).error


# ---- chol --------------------------------------------------------------------------------------------


@special("chol", "cholesky")
def type_factor(attempt: Attempt, node: Node, operands: list[Typed]) -> Typed:
    """chol(A), the lower factor, and chol(A, 'lower'); MATLAB's is the upper one, and cholesky(A) of Julia acts as A"""
    said = node.parts[1].value if len(node.parts) == 2 and node.parts[1].kind == "STRING" else ""
    factor = apply(attempt, node, FUNCTIONS["chol"], operands[:1] if said else operands)
    dialect, shown = attempt.bound.dialect.name if attempt.bound.is_code else "", attempt.written(node)
    if said or (dialect and attempt.bound.dialect.is_python):
        return transpose(attempt, node, factor) if said == "upper" else factor
    if node.value == "cholesky" and dialect == "julia":
        return attempt.typed(node, (factor.rows, factor.cols), tuple(operands), lambda a: a)
    if node.value == "cholesky":
        message = f"{shown} can be the lower factor, or one that acts as the matrix in Julia"
        raise attempt.misfit(node, message, "write chol(A) for the factor, A where it acts as this", AmbiguityError)
    if not dialect and UPPER.search(attempt.bound.text[: node.start]):
        attempt.note(node, f"{shown} is the lower factor; the upper one, as MATLAB has it, is ({shown})ᵀ")
    return transpose(attempt, node, factor) if dialect == "matlab" else factor


UPPER = regex(r"(?<!\w)[RU]\w*\s*=\s*$", given="=")  # R = chol(A)
