"""Functions applied entry by entry: f(A) has the entries f(aᵢⱼ), and d f(A) = f′(A) ⊙ dA.

A function is one block: its names, its meaning, and its slope f′(t) as an expression in a scalar t.  What
holds for the whole matrix, the law of d and its statement, follows; so a block in a user's own module is as
good as one here:

>>> import matdiff
>>> class Bump(Entrywise):
...     \"\"\"exp(−a²)\"\"\"
...     names = ("bump",)
...     numpy = staticmethod(lambda np, a: np.exp(-a * a))
...     slope = staticmethod(lambda t: -2 * t * Bump(t))
>>> found = matdiff.derive("sum(bump(X w))", wrt="w")
>>> found.gradient
Expr('−2Xᵀ((Xw) ⊙ bump(Xw))': n)
>>> found.verify().ok
True
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

from matdiff.algebra.constants import is_zero
from matdiff.algebra.dims import Shape, size
from matdiff.algebra.expr import Data, Expr, Number, Operator, Symbol, postorder
from matdiff.algebra.laws import Law
from matdiff.algebra.notation import ATOM, POSTFIX, SUM, TERM, Notation, Slot, Style, call, fenced, name_text
from matdiff.algebra.operators.products import Differentials, Hadamard, Power, Scale, Sum, ones_like, zero
from matdiff.algebra.operators.square import Determinant

HALF = Number("1/2")
ENTRY = Symbol("·entry")  # an entry of a matrix, which no name in a text can be

# ---- from a scalar to a matrix ----------------------------------------------------------------------


def filled(value: Expr, e: Expr) -> Expr:
    """A scalar broadcast to the shape of an expression; a value of that shape as it is."""
    if value.number == 0:
        return zero(e.shape)
    return value if value.shape == e.shape else Scale.of(value, ones_like(e))


def lifted(e: Expr, parts: list[Expr]) -> Expr | None:
    """An operation on scalars done entry by entry on *parts*, which may be matrices; None where it cannot be."""
    matrices = [p for p in parts if not p.is_scalar]
    if not matrices:
        return e.rebuild(tuple(parts))
    match e:
        case Hadamard():
            scalars = [p for p in parts if p.is_scalar and p.number != 1]
            product = Hadamard.of(*matrices)
            return Scale.of(Hadamard.of(*scalars), product) if scalars else product
        case Sum():
            return Sum.of(*[filled(p, matrices[0]) for p in parts])
        case Entrywise() | Power() | OfEntries() if all(p.is_scalar for p in parts[1:]):
            return e.rebuild(tuple(parts))
        case _:
            return None


def at_entries(formula: Expr, t: Expr, a: Expr) -> Expr:
    """A formula in a scalar t, with every entry of a matrix for t.

    >>> from matdiff.algebra.dims import ONE, size
    >>> t, x = Symbol("t"), Symbol("x", (size("n"), ONE))
    >>> at_entries(1 / (1 + t**2), t, x)
    Expr('1 ./ (1 + x.^2)': n)
    """
    done = {t: a}
    for node in postorder(formula):
        if node not in done:
            parts = [done[o] for o in node.operands]
            constant = all(p is o for p, o in zip(parts, node.operands, strict=True))
            whole = node if constant else lifted(node, parts)
            if whole is None:
                raise ValueError(f"{formula} is not made of operations on single entries")
            done[node] = whole
    return filled(done[formula], a)


# ---- the functions ----------------------------------------------------------------------------------


_formulas: dict[tuple[object, ...], tuple[Expr, ...]] = {}


class Entrywise(Operator):
    """A function f of a scalar, applied to every entry; further operands are scalar parameters.

    slope         f′(t), a function of a scalar expression t and the parameters
    by_parameter  where there are parameters: the derivatives by them, likewise
    parameters    what the parameters are when they are not given
    domain        properties that A needs in the statement of the law
    parity        1 of an even function, −1 of an odd one: f(−a) = ±f(a)
    twin          the function of a square matrix that is spelt alike on paper
    increasing    whether f(a) < f(b) for all a < b; with a *kink*, f(a) ≤ f(b)
    array         the formula of the code for a, with the parameters b, c, …; where neither it nor *numpy* is given,
                  both are the function of NumPy with the first of the names
    """

    parameters: ClassVar[tuple[str, ...]] = ()
    domain: ClassVar[str] = ""
    increasing: ClassVar[bool] = False
    parity: ClassVar[int] = 0
    twin: ClassVar[str] = ""
    array: ClassVar[str] = ""
    slope: ClassVar[Callable[..., Expr]]
    by_parameter: ClassVar[Callable[..., tuple[Expr, ...]]] = staticmethod(lambda t: ())

    def __init_subclass__(cls) -> None:
        cls.signature = "m×n" + ", 1×1" * len(cls.parameters) + " → m×n"
        super().__init_subclass__()
        if not {"array", "numpy"} & vars(cls).keys():
            name = cls.names[0]
            cls.array, cls.numpy = f"{name}(a)", staticmethod(lambda np, a: getattr(np, name)(a))  # type: ignore[method-assign]
        letters = "".join(f"; {c}: scalar" for c in "abc"[: len(cls.parameters)])
        cls.d = Law(
            f"differential_of_{cls.names[0]}",
            f"d {cls.names[0]}(A)",
            cls.statement,
            "differential",
            lambda node, *changes: node.change(*changes),
            where=f"A: m x n {cls.domain}".rstrip() + letters,
            requires=cls.requires.format("every entry of A", *"abc"),
        )

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """f(A), with the usual parameters where they are left out."""
        return cls.make((*operands, *map(Number, cls.parameters[len(operands) - 1 :])))

    def derivatives(self) -> list[Expr]:
        """f′(A), and the derivatives by the parameters."""
        a, *parameters = self.operands
        if a.is_scalar:
            return [self.slope(a, *parameters), *self.by_parameter(a, *parameters)]
        key = (type(self), *parameters)
        if key not in _formulas:  # those of a class without parameters are needed again and again
            found = (self.slope(ENTRY, *parameters), *self.by_parameter(ENTRY, *parameters))
            if parameters:
                return [at_entries(f, ENTRY, a) for f in found]
            _formulas[key] = found
        return [at_entries(f, ENTRY, a) for f in _formulas[key]]

    def change(self, *changes: Differentials) -> Expr:
        """d f(A), given the differentials of the operands."""
        (da, slope), *others = zip(changes, self.derivatives(), strict=True)
        terms = [Hadamard.of(slope, da)] if da is not None and not is_zero(slope) else []
        terms += [Scale.of(dp, by_p) for dp, by_p in others if dp is not None]
        return Sum.of(*terms) if terms else zero(self.shape)

    @classmethod
    def statement(cls) -> str:
        """The law of d in words of the language."""
        letters = "abc"[: len(cls.parameters)]
        node = cls(Symbol("A", (size("m"), size("n"))), *[Symbol(c) for c in letters])
        slope, *others = node.derivatives()
        terms = ["zeros(m, n)" if is_zero(slope) else f"{_bracketed(slope)} .* d(A)"]
        terms += [f"d({c})*{_bracketed(by_c)}" for c, by_c in zip(letters, others, strict=True)]
        return f"d({cls.names[0]}({', '.join(['A', *letters])})) = {' + '.join(terms)}"

    def lower(self, to: Any, *operands: Any) -> Any:
        if not self.array:
            raise NotImplementedError(self.title())
        return to.map(self.array, *operands)

    def condition(self) -> str:
        if not self.requires:  # the text of a long operand would cost for nothing
            return ""
        a, *parameters = self.operands
        return self.requires.format(a if a.is_scalar else f"every entry of {a}", *parameters)

    def notation(self, style: Style) -> Notation:
        usual = tuple(map(Number, self.parameters)) == self.operands[1:]
        if self.twin and self.rows is self.cols and not self.is_scalar:  # exp⊙(X) is no matrix exponential
            return call(self.names[0], self.operands, style, style.entry_by_entry)
        return call(self.names[0], self.operands[:1] if usual else self.operands, style)


def _bracketed(e: Expr) -> str:
    """The text of a factor."""
    text = str(e)
    return f"({text})" if " " in text or not text[0].isalnum() else text


class Exp(Entrywise):
    """exp a"""

    names = ("exp",)
    twin = "expm"
    bounds = "(0, ∞)"
    increasing = True
    slope = staticmethod(lambda t: Exp(t))


class Expm1(Entrywise):
    """exp a − 1, exact for small a"""

    names = ("expm1",)
    bounds = "(−1, ∞)"
    increasing = True
    slope = staticmethod(lambda t: Exp(t))


class Log(Entrywise):
    """log a, the natural logarithm"""

    names = ("log", "ln")
    twin = "logm"
    increasing = True
    domain = "positive"
    requires = "{0} > 0"
    slope = staticmethod(lambda t: 1 / t)

    @property
    def open_ended(self) -> bool:
        return isinstance(self.operands[0], Determinant) and not self.operands[0].named

    def notation(self, style: Style) -> Notation:
        a = self.operands[0]
        if isinstance(a, Determinant) and not a.named:  # no brackets; it takes in what follows without a sign
            return Notation((style.pick("log", r"\log"), Slot(a, ATOM)), POSTFIX if style.explicit else TERM)
        return super().notation(style)


class Log1p(Entrywise):
    """log(1 + a), exact for small a"""

    names = ("log1p",)
    increasing = True
    requires = "{0} > −1"
    slope = staticmethod(lambda t: 1 / (1 + t))


class Log2(Entrywise):
    """The logarithm to base 2"""

    names = ("log2",)
    increasing = True
    domain = "positive"
    requires = "{0} > 0"
    slope = staticmethod(lambda t: Hadamard.of(Log(Number(2)) ** -1, t**-1))


class Log10(Entrywise):
    """The logarithm to base 10"""

    names = ("log10",)
    increasing = True
    domain = "positive"
    requires = "{0} > 0"
    slope = staticmethod(lambda t: Hadamard.of(Log(Number(10)) ** -1, t**-1))


class Sqrt(Entrywise):
    """√a"""

    names = ("sqrt",)
    twin = "sqrtm"
    bounds = "[0, ∞)"
    increasing = True
    domain = "positive"
    requires = "{0} > 0"
    slope = staticmethod(lambda t: HALF / Sqrt(t))

    def notation(self, style: Style) -> Notation:
        if style.latex and (self.is_scalar or self.rows is not self.cols):
            return Notation((r"\sqrt{", Slot(self.operands[0], SUM), "}"))
        return super().notation(style)


class Abs(Entrywise):
    """|a|, the absolute value"""

    names = ("abs", "absolute", "fabs")
    parity = 1
    bounds = "[0, ∞)"
    kink = True
    requires = "{0} ≠ 0"
    slope = staticmethod(lambda t: Sign(t))

    def notation(self, style: Style) -> Notation:
        return fenced(self.operands[0], style, ("abs(", ")"), (r"\left|", r"\right|"))


class Sign(Entrywise):
    """sign a: −1, 0 or 1"""

    names = ("sign", "sgn")
    parity = -1
    bounds = "[−1, 1]"
    increasing = True
    kink = True
    requires = "{0} ≠ 0"
    slope = staticmethod(lambda t: Number(0))


class OfEntries(Operator):
    """A function of every entry that is known by its data."""


class Unspecified(OfEntries):
    """g(A) for a function g of a scalar that the text leaves open; data: its name and how often it is derived."""

    shown = "A: m×n"
    shown_with = ("g", 0)

    def __new__(cls, name: str, order: int, operand: Expr) -> Expr:  # type: ignore[misc]
        return cls.make((operand,), (name, order))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return operands[0].shape

    @classmethod
    def title(cls) -> str:
        return "an unspecified function"

    def notation(self, style: Style) -> Notation:
        name, order = self.data
        written = name_text(name, style) + style.pick("′", "'") * order
        return fenced(self.operands[0], style, (f"{written}(", ")"), (rf"{written}\left(", r"\right)"))

    @staticmethod
    def numpy(np: Any, a: Any, name: str, order: int) -> Any:
        """A stand-in for the open function in numeric checks: sin(ct + φ), with c and φ from the name."""
        code = sum(map(ord, name))
        c, phase = 0.7 + 0.1 * (code % 7), 0.3 * (code % 11)
        return c**order * np.sin(c * a + phase + order * math.pi / 2)

    d = Law(
        "differential_of_unspecified_function",
        "d g(A)",
        "d(g(A)) = g′(A) .* d(A)",
        "differential",
        lambda node, da: Hadamard.of(Unspecified(node.data[0], node.data[1] + 1, node.operands[0]), da),
        where="A: m x n",
        requires="g differentiable",
    )


def exact_root(number: Fraction) -> Number | None:
    """√a where it is a fraction, for a number a > 0."""
    root = Fraction(math.isqrt(number.numerator), math.isqrt(number.denominator)) if number > 0 else None
    return Number(root) if root is not None and root * root == number else None


def to_power(base: Expr, k: Fraction) -> Expr:
    """aᵏ, with √a for a^½."""
    if k == 1:
        return base
    if k.denominator == 2 and abs(k) < 2:
        root = Sqrt(base)
        return root if k == Fraction(1, 2) else Power(root, Number(2 * k))
    return Power.of(base, Number(k))
