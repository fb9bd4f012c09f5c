"""Functions applied entry by entry: f(A) has the entries f(aᵢⱼ), and d f(A) = f′(A) ⊙ dA."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from matdiff.algebra.dims import ONE, Shape
from matdiff.algebra.expr import Data, Expr, Number, Ones, Operator, Zeros
from matdiff.algebra.laws import Law
from matdiff.algebra.notation import ATOM, Notation, Slot, Style, call, fenced
from matdiff.algebra.operators.products import Hadamard, Power, Scale, Transpose
from matdiff.algebra.operators.square import Determinant


def ones_like(e: Expr) -> Expr:
    """1 in the shape of an expression."""
    if e.is_scalar:
        return Number(1)
    return Transpose(Ones(e.cols)) if e.rows is ONE else Ones(*e.shape)


def filled(value: Expr, e: Expr) -> Expr:
    """A scalar broadcast to the shape of an expression."""
    return value if e.is_scalar else Scale.of(value, ones_like(e))


class Entrywise(Operator):
    """A function f of a scalar, applied to every entry.  *slope* states f′(A), *derivative* builds it."""

    __slots__ = ()
    slope: ClassVar[str] = ""
    domain: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        cls.signature = "m×n → m×n"
        super().__init_subclass__()
        name = cls.names[0]
        cls.d = Law(
            f"differential_of_{name}",
            f"d {name}(A)",
            f"d({name}(A)) = {cls.slope} .* d(A)",
            "differential",
            lambda node, da: Hadamard.of(node.derivative(), da),
            where="A: m x n positive" if cls.domain == "positive" else "A: m x n",
            requires="entries not 0" if cls.kink else "",
        )

    def derivative(self) -> Expr:
        """f′(A)"""
        raise NotImplementedError

    def condition(self) -> str:
        a = self.operands[0]
        return self.requires.format(a if a.is_scalar else f"every entry of {a}")

    def notation(self, style: Style) -> Notation:
        return call(self.names[0], self.operands, style)


class Exp(Entrywise):
    """exp a"""

    __slots__ = ()
    names = ("exp",)
    slope = "exp(A)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.exp(a)

    def derivative(self) -> Expr:
        return self


class Log(Entrywise):
    """log a, the natural logarithm"""

    __slots__ = ()
    names = ("log", "ln")
    slope = "A.^(-1)"
    domain = "positive"
    requires = "{0} > 0"

    def notation(self, style: Style) -> Notation:
        a = self.operands[0]
        if isinstance(a, Determinant):  # log|A| needs no brackets
            return Notation((style.pick("log", r"\log"), Slot(a, ATOM)))
        return super().notation(style)

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.log(a)

    def derivative(self) -> Expr:
        return Power(self.operands[0], Number(-1))


class Sqrt(Entrywise):
    """√a"""

    __slots__ = ()
    names = ("sqrt",)
    slope = "1/2*sqrt(A).^(-1)"
    domain = "positive"
    requires = "{0} > 0"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sqrt(a)

    def derivative(self) -> Expr:
        return Scale.of(Number("1/2"), Power(self, Number(-1)))


class Sin(Entrywise):
    """sin a"""

    __slots__ = ()
    names = ("sin",)
    slope = "cos(A)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sin(a)

    def derivative(self) -> Expr:
        return Cos(self.operands[0])


class Cos(Entrywise):
    """cos a"""

    __slots__ = ()
    names = ("cos",)
    slope = "(-sin(A))"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.cos(a)

    def derivative(self) -> Expr:
        return -Sin(self.operands[0])


class Tan(Entrywise):
    """tan a"""

    __slots__ = ()
    names = ("tan",)
    slope = "(1 + tan(A).^2)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.tan(a)

    def derivative(self) -> Expr:
        return ones_like(self) + Power(self, Number(2))


class Arcsin(Entrywise):
    """arcsin a"""

    __slots__ = ()
    names = ("arcsin", "asin")
    slope = "sqrt(1 - A.^2).^(-1)"
    requires = "−1 < {0} < 1"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.arcsin(a)

    def derivative(self) -> Expr:
        return Power(Sqrt(ones_like(self) - Power(self.operands[0], Number(2))), Number(-1))


class Arccos(Entrywise):
    """arccos a"""

    __slots__ = ()
    names = ("arccos", "acos")
    slope = "(-sqrt(1 - A.^2).^(-1))"
    requires = "−1 < {0} < 1"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.arccos(a)

    def derivative(self) -> Expr:
        return -Power(Sqrt(ones_like(self) - Power(self.operands[0], Number(2))), Number(-1))


class Arctan(Entrywise):
    """arctan a"""

    __slots__ = ()
    names = ("arctan", "atan")
    slope = "(1 + A.^2).^(-1)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.arctan(a)

    def derivative(self) -> Expr:
        return Power(ones_like(self) + Power(self.operands[0], Number(2)), Number(-1))


class Tanh(Entrywise):
    """tanh a"""

    __slots__ = ()
    names = ("tanh",)
    slope = "(1 - tanh(A).^2)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.tanh(a)

    def derivative(self) -> Expr:
        return ones_like(self) - Power(self, Number(2))


class Sigmoid(Entrywise):
    """σ(a) = 1/(1 + exp(−a)), the logistic function"""

    __slots__ = ()
    names = ("sigmoid",)
    slope = "sigmoid(A) .* (1 - sigmoid(A))"

    def notation(self, style: Style) -> Notation:
        return fenced(self.operands[0], style, ("sigmoid(", ")"), (r"\sigma\left(", r"\right)"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return 0.5 * (1 + np.tanh(0.5 * a))  # does not overflow

    def derivative(self) -> Expr:
        return Hadamard.of(self, ones_like(self) - self)


class Softplus(Entrywise):
    """log(1 + exp(a))"""

    __slots__ = ()
    names = ("softplus",)
    slope = "sigmoid(A)"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.logaddexp(0.0, a)

    def derivative(self) -> Expr:
        return Sigmoid(self.operands[0])


class Abs(Entrywise):
    """|a|, the absolute value"""

    __slots__ = ()
    names = ("abs",)
    slope = "sign(A)"
    kink = True
    requires = "{0} ≠ 0"

    def notation(self, style: Style) -> Notation:
        return fenced(self.operands[0], style, ("abs(", ")"), (r"\left|", r"\right|"))

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.abs(a)

    def derivative(self) -> Expr:
        return Sign(self.operands[0])


class Sign(Entrywise):
    """sign a: −1, 0 or 1"""

    __slots__ = ()
    names = ("sign",)
    slope = "0"
    kink = True
    requires = "{0} ≠ 0"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.sign(a)

    def derivative(self) -> Expr:
        return Number(0) if self.is_scalar else Zeros(*self.shape)


class Relu(Entrywise):
    """max(0, a)"""

    __slots__ = ()
    names = ("relu",)
    slope = "1/2*(1 + sign(A))"
    kink = True
    requires = "{0} ≠ 0"

    @staticmethod
    def numpy(np: Any, a: Any) -> Any:
        return np.maximum(a, 0.0)

    def derivative(self) -> Expr:
        return Scale.of(Number("1/2"), ones_like(self) + Sign(self.operands[0]))


class Unspecified(Operator):
    """g(A) for a function g of a scalar that the text leaves open; data: its name and how often it is derived."""

    __slots__ = ()

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
        prime = style.pick("′", "'")
        return fenced(
            self.operands[0], style, (f"{name}{prime * order}(", ")"), (rf"{name}{prime * order}\left(", r"\right)")
        )

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
        requires="g differentiable",
    )
