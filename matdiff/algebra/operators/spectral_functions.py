"""Functions of a symmetric matrix through its eigenvalues: funm(f, S) = Q diag(f(λ))Qᵀ for S = Q diag(λ)Qᵀ.

f is a function of a scalar: one of the table, one that the text leaves open, or a derivative of it.  What a formula
makes of a matrix is made of such functions, sums, products and powers (``of_matrix``).  The derivative in a direction
E, after Daleckii and Krein, is Q(F ⊙ QᵀEQ)Qᵀ with the divided differences Fᵢⱼ = (f(λᵢ) − f(λⱼ))/(λᵢ − λⱼ),
Fᵢᵢ = f′(λᵢ).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import Shape
from matdiff.algebra.expr import FUNCTIONS, Data, Expr, Number, Operator, postorder, replace
from matdiff.algebra.laws import differential, shift
from matdiff.algebra.notation import SUM, Notation, Part, Slot, Style, latex_name, name_text
from matdiff.algebra.operators.divided_differences import PARAMETERS, Call, applied, formula, scalar, stand_in
from matdiff.algebra.operators.entrywise import ENTRY, Entrywise, Exp, Expm1, Log, Log1p, Sqrt, Unspecified
from matdiff.algebra.operators.gamma import Digamma, Polygamma
from matdiff.algebra.operators.inverses import NEGLIGIBLE
from matdiff.algebra.operators.linear import Directed, changed_along, moved_along
from matdiff.algebra.operators.matrix_functions import Expm, Logm, Sqrtm
from matdiff.algebra.operators.products import Differentials, Hadamard, Power, Product, Scale, Sum, reciprocal
from matdiff.algebra.operators.singular import transposed
from matdiff.algebra.operators.softmax import Softmax
from matdiff.algebra.operators.square import Trace, matrix_power
from matdiff.errors import ShapeError, UnsupportedError

# ---- what a formula makes of a matrix -----------------------------------------------------------------


def of_matrix(formula: Expr, t: Expr, s: Expr) -> Expr:
    """A formula in a scalar t, or in a vector t of eigenvalues, with a symmetric matrix for t.

    Raises ValueError where the formula is not made of operations on single entries.
    """
    depending = {t}
    for node in postorder(formula, prune=lambda n: n is t):
        if any(o in depending for o in node.operands) and (
            t.is_scalar or not node.is_scalar
        ):  # ‖λ‖ is a number beside λ
            depending.add(node)
    done = {t: s}
    for node in postorder(formula, prune=lambda n: n is t or n not in depending):
        if node not in done:
            is_constant = node not in depending
            whole = constant(node, s) if is_constant else combined(node, [done[o] for o in node.operands], s)
            if whole is None:
                raise ValueError(f"{formula} is not made of operations on single entries")
            done[node] = whole
    return as_matrix(done[formula], s)


def constant(e: Expr, s: Expr) -> Expr | None:
    """A number stays what it is, and the vector of ones stands for the identity."""
    if e.is_scalar:
        return e
    return Identity(s.rows) if isinstance(e, Ones) and e.rows is s.rows else None


def as_matrix(e: Expr, s: Expr) -> Expr:
    """A function of s: a number c is cI."""
    return Scale.of(e, Identity(s.rows)) if e.is_scalar else e


def combined(node: Expr, parts: Sequence[Expr], s: Expr) -> Expr | None:
    """An operation on entries as one on functions of a matrix, which commute with each other."""
    scalars, matrices = [p for p in parts if p.is_scalar], [p for p in parts if not p.is_scalar]
    if any(m.shape != s.shape for m in matrices):
        return None
    match node:
        case Sum():
            return Sum.of(*[as_matrix(p, s) for p in parts])
        case Hadamard() | Scale():
            whole = Product.of(*matrices)
            return Scale.of(Hadamard.of(*scalars), whole) if scalars else whole
        case Power():
            return power(parts[0], parts[1])
        case Entrywise() if all(p.is_scalar for p in parts[1:]):
            return MatrixFunction.applied(node.names[0], 0, *parts)
        case Unspecified():
            return MatrixFunction.applied(*node.data, *parts)
        case Polygamma():
            return MatrixFunction.make((parts[0],), (Digamma.names[0], node.data[0]))
        case Softmax():
            exponential = Expm(parts[0])
            return Scale.of(reciprocal(Trace(exponential)), exponential)
        case _:
            return None


def power(base: Expr, exponent: Expr) -> Expr:
    """Bᵉ of commuting matrices or scalars, one of which at least is a matrix."""
    k = exponent.number
    if k is not None and k.denominator <= 2:
        root = base if k.denominator == 1 else Sqrtm(base)
        return matrix_power(root, int(k * k.denominator))
    logarithm = Log(base) if base.is_scalar else Logm(base)
    return Expm(Product.of(exponent, logarithm))


# ---- the functions ------------------------------------------------------------------------------------


class MatrixFunction(Operator):
    """funm(f, S) = Q diag(f(λ))Qᵀ for a symmetric S = Q diag(λ)Qᵀ; data: the function and how often it is derived.

    Behind S there are the parameters that the function has.
    """

    names = ("funm",)
    shown = "S: n×n symmetric"
    shown_with = ("f", 0)
    mirrors = True
    kink = True
    definition = "funm(f, A) = Q diag(f(λ))Qᵀ for the symmetric A = Q diag(λ)Qᵀ"

    @classmethod
    def applied(cls, name: str, order: int, s: Expr, *parameters: Expr) -> Expr:
        """f(S), by its own name where it has one, as the exponential of a matrix."""
        function = FUNCTIONS.get(name)
        if s.is_scalar:
            return Unspecified(name, order, s) if function is None else derived(name, order, s, *parameters)
        if function is None:
            return cls.make((s,), (name, order))
        if order:
            return of_matrix(derived(name, order, ENTRY, *parameters), ENTRY, s)
        if function in OWN:
            return OWN[function](s)
        known = function.of(ENTRY, *parameters)
        return cls.make((s, *known.operands[1:]), (function.names[0], 0))

    def instance(self, operands: tuple[Expr, ...], data: Data) -> Expr:
        has_formula = len(operands) > 1 and data[0] not in FUNCTIONS  # of which one of the table has parameters
        return of_matrix(*operands) if has_formula else self.applied(*data, *operands)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        if operands[0].rows is not operands[0].cols:
            raise ShapeError("funm needs a square matrix")
        return operands[0].shape

    def notation(self, style: Style) -> Notation:
        return written("funm", self.data, self.operands, style)

    def condition(self) -> str:
        function = FUNCTIONS.get(self.data[0])
        if function is None or not function.requires:
            return ""
        s, *parameters = self.operands
        condition = function.requires.format("λ", *parameters)
        if "{0}" not in function.requires:
            return "" if all(p.number is not None for p in parameters) else condition
        return f"{condition} for every eigenvalue λ of {s}"

    def gap(self, np: Any, s: Any, *parameters: Any) -> Any:
        """How far the eigenvalues are from the kinks of the function."""
        return distance(np, self.data[0], s, parameters)

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        *operands, name, order = values
        return value(np, (name, order), operands)

    @differential(
        "differential_of_matrix_function",
        "d(funm(f, S)) = frechet_funm(f, S, d(S))",
        title="d f(S)",
        where="S: n x n symmetric",
        requires="S symmetric, f differentiable at its eigenvalues",
        source="Bhatia, Matrix Analysis, sec. V.3 (Daleckii and Krein)",
    )
    def d(self: Expr, da: Differentials, *changes: Differentials) -> Expr:
        s, *parameters = self.operands
        terms: list[Expr] = [] if da is None else [FrechetOfFunction.make((*self.operands, da), (*self.data, 1))]
        by_parameter = FUNCTIONS[self.data[0]].by_parameter(ENTRY, *parameters) if parameters else ()  # type: ignore[attr-defined]
        for change, partial in zip(changes, by_parameter, strict=True):
            if change is not None:
                terms.append(Scale.of(change, of_matrix(partial, ENTRY, s)))
        return Sum.of(*terms)


OWN: dict[type[Operator], Callable[[Expr], Expr]] = {
    Exp: Expm,
    Log: Logm,
    Sqrt: Sqrtm,
    Expm1: lambda s: Expm(s) - Identity(s.rows),
    Log1p: lambda s: Logm(Identity(s.rows) + s),
}


def derived(name: str, order: int, t: Expr, *parameters: Expr) -> Expr:
    """f(t) of a function of the table, or a derivative of it: tanh′(t) is 1 − tanh(t)²."""
    function = FUNCTIONS[name]
    assert issubclass(function, Entrywise)
    if not order:
        return function.of(t, *parameters)
    if order == 1:
        return function.slope(*function.of(t, *parameters).operands)
    given: dict[Expr, Expr] = dict(zip((ENTRY, *PARAMETERS), function.of(t, *parameters).operands, strict=False))
    return replace(formula(name, order), lambda node: given.get(node))


def slope(e: Expr) -> Expr:
    """f′(S) of f(S), or of a derivative of it in a direction."""
    name, order, *count = e.data
    s, *parameters = e.operands[: len(e.operands) - sum(count)]
    return MatrixFunction.applied(name, order + 1, s, *parameters)


class FrechetOfFunction(Directed):
    """frechet_funm(f, S, E, …), the derivative of funm(f, S) in some directions; data: as there, and their number."""

    names = ("frechet_funm",)
    shown = "S: n×n symmetric, E: n×n"
    shown_with = ("f", 0, 1)
    mirrors = True
    kink = True
    definition = (
        "frechet_funm(f, A, E) = Q(F ⊙ QᵀEQ)Qᵀ is the derivative of funm(f, A) in the direction E, "
        "Fᵢⱼ = (f(λᵢ) − f(λⱼ))/(λᵢ − λⱼ), Fᵢᵢ = f′(λᵢ), A = Q diag(λ)Qᵀ"
    )

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        if any(o.shape != operands[0].shape for o in operands[len(operands) - data[2] :]):
            raise ShapeError("the directions of frechet_funm have the shape of the matrix")
        return MatrixFunction.shape_of(operands, data)

    @property
    def directions(self) -> tuple[Expr, ...]:
        """E, …"""
        return self.operands[len(self.operands) - self.data[2] :]

    def notation(self, style: Style) -> Notation:
        return written("frechet_funm", self.data, self.operands, style)

    def gap(self, np: Any, s: Any, *others: Any) -> Any:
        """As for the function itself."""
        return distance(np, self.data[0], s, others[: len(others) - self.data[2]])

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        *operands, name, order, count = values
        return value(np, (name, order, count), operands)

    @differential(
        "differential_of_frechet_funm",
        "d(frechet_funm(f, S, E)) = frechet_funm(f, S, d(E)) + frechet_funm(f, S, E, d(S))",
        title="d L(S, E)",
        where="S: n x n symmetric; E: n x n",
        requires="S symmetric, f twice differentiable at its eigenvalues",
        also=lambda: changed_along(FrechetOfFunction)[1:],
    )
    def d(self: Expr, da: Differentials, *changes: Differentials) -> Expr:
        """Linear in every direction; a change of S is one direction more."""
        name, order, count = self.data
        f, first = self.operands, len(self.operands) - count
        if any(c is not None for c in changes[: first - 1]):
            raise UnsupportedError(f"the derivative of {name} is not derived by its parameters")
        terms = [self.rebuild((*f[:k], c, *f[k + 1 :])) for k, c in enumerate(changes, 1) if c is not None]
        more = [FrechetOfFunction.make((*f, da), (name, order, count + 1))] if da is not None else []
        return Sum.of(*terms, *more)

    @shift(
        "trace_of_frechet_funm",
        "Tr(H L(S, E)) = Tr(L(S, H)E)",
        "tr(H*frechet_funm(f, S, E)) = tr(frechet_funm(f, S, H)*E)",
        where="S: n x n symmetric; E, H: n x n",
        requires="S symmetric",
        also=lambda: moved_along(FrechetOfFunction)[1:],
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        return self.rebuild((*self.operands[:place], h, *self.operands[place + 1 :]))


def written(name: str, data: Data, operands: Sequence[Expr], style: Style) -> Notation:
    """funm(f′, S): the function as a word before the operands; parameters only where they are unusual."""
    function = FUNCTIONS.get(data[0])
    label = data[0] if function is not None else name_text(data[0], style)
    if function is not None and style.latex:
        label = latex_name(data[0])
    label += style.pick("′", "'") * data[1]
    shown = list(operands)
    if function is not None and issubclass(function, Entrywise):
        usual = tuple(map(Number, function.parameters))
        if usual and tuple(operands[1 : 1 + len(usual)]) == usual:
            del shown[1 : 1 + len(usual)]
    parts: list[Part] = [style.pick(f"{name}(", latex_name(name) + r"\left("), label]
    for operand in shown:
        parts += [", ", Slot(operand, SUM)]
    return Notation((*parts, style.pick(")", r"\right)")))


# ---- numbers ------------------------------------------------------------------------------------------


def value(np: Any, data: Data, operands: Sequence[Any], call: Call = stand_in) -> Any:
    """funm(f, S), or its derivative in the directions that the data count; *call* evaluates open functions."""
    name, order, count = (*data, 0)[:3]
    split = len(operands) - count
    s, *parameters = operands[:split]
    return applied(np, scalar(np, name, order, parameters, call), s, operands[split:])


def distance(np: Any, name: str, s: Any, parameters: Sequence[Any]) -> Any:
    """Numbers that are 0 where an eigenvalue is at a kink of the function."""
    function = FUNCTIONS.get(name)
    if function is None or not function.kink:
        return np.ones((*s.shape[:-1], 1))
    values = eigenvalues(np, s)
    largest = np.abs(values).max(axis=-2, keepdims=True, initial=0.0)
    values = np.where(np.abs(values) > NEGLIGIBLE * largest, values, 0.0)
    return values if function.gap is None else function.gap(np, values, *parameters)


def eigenvalues(np: Any, s: Any) -> Any:
    """The eigenvalues of the symmetric part as a column, smallest first."""
    if not np.isfinite(s).all():
        return np.full((*s.shape[:-1], 1), np.nan)
    return np.linalg.eigvalsh((s + transposed(np, s)) / 2)[..., None]


def where_symmetric(np: Any, s: Any, values: Any) -> Any:
    """Values that have a meaning for a symmetric matrix only."""
    off = np.abs(s - transposed(np, s)).max(axis=(-2, -1), keepdims=True, initial=0.0)
    return np.where(off <= 1e-9 * np.abs(s).max(axis=(-2, -1), keepdims=True, initial=0.0), values, np.nan)
