"""An expression in, the same expression in SymPy out.

Scalars become SymPy scalars, matrices become matrix expressions over MatrixSymbol, sizes become
positive integer symbols.  SymPy is imported when the conversion is asked for and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from matdiff.algebra import constants
from matdiff.algebra import expr as leaves
from matdiff.algebra.dims import Size
from matdiff.algebra.expr import Expr, Symbol, fold, postorder
from matdiff.algebra.operators import (
    activations,
    entrywise,
    inverses,
    kronecker,
    norms,
    products,
    softmax,
    square,
    structure,
    sums,
    trigonometric,
)
from matdiff.errors import MatdiffError, UnsupportedError

ASSUMPTIONS = frozenset(("positive", "nonnegative", "integer"))  # properties that SymPy's scalars have too


def to_sympy(expr: Expr) -> Any:
    """The SymPy expression; UnsupportedError names an operator that SymPy's matrix expressions do not have.

    >>> from matdiff.algebra.dims import size
    >>> to_sympy(Symbol("a") * Symbol("X", (size("m"), size("n")))).shape  # doctest: +SKIP
    (m, n)
    """
    try:
        sympy = import_module("sympy")
    except ImportError:
        raise MatdiffError("SymPy is not installed", suggestion="pip install sympy") from None
    try:
        return fold(expr, Converter(sympy, expr).convert)
    except RecursionError:  # SymPy's own: the fold has none
        raise UnsupportedError("the expression is nested too deeply for SymPy") from None


class Converter:
    """Converts one node whose operands are converted; *sizes* are the size names of the whole expression."""

    def __init__(self, sympy: Any, root: Expr) -> None:
        self.sympy = sympy
        self.sizes = {name for node in postorder(root) for extent in node.shape for name in extent.names()}

    def convert(self, node: Expr, *operands: Any) -> Any:
        """The node as SymPy's expression."""
        if isinstance(node, Symbol):
            return self.symbol(node)
        if isinstance(node, constants.Constant):
            return getattr(self.sympy, CONSTANTS[type(node)])(*map(self.size, node.shape[: SIZES.get(type(node), 2)]))
        if type(node) in FUNCTIONS:
            function, parameters = FUNCTIONS[type(node)], operands[1:]
            return self.entry_by_entry(node, operands[0], lambda sympy, t: function(sympy, t, *parameters))
        rule = RULES.get(type(node))
        if rule is None:
            name = node.title() if isinstance(node, leaves.Operator) else type(node).__name__
            raise UnsupportedError(f"{name} cannot be written in SymPy: {str(node)[:100]}")
        return rule(self, node, *operands)

    def symbol(self, node: Symbol) -> Any:
        """A scalar symbol with its assumptions, or a matrix symbol; a scalar that names a size is that size."""
        if node.ranges:
            raise UnsupportedError(f"the family {node.name} cannot be written in SymPy")
        if not node.is_scalar:
            return self.sympy.MatrixSymbol(node.name, *map(self.size, node.shape))
        if node.name in self.sizes:
            return self.size_name(node.name)
        return self.sympy.Symbol(node.name, **dict.fromkeys(node.properties & ASSUMPTIONS, True))

    def size(self, extent: Size) -> Any:
        """A size as a polynomial in positive integer symbols."""
        terms = [self.sympy.Mul(c, *map(self.size_name, names)) for names, c in extent.terms]
        return self.sympy.Add(*terms)

    def size_name(self, name: str) -> Any:
        return self.sympy.Symbol(name, integer=True, positive=True)

    def entry_by_entry(self, node: Expr, operand: Any, function: Function) -> Any:
        """f(a) of a scalar, and t ↦ f(t) applied to every entry of a matrix."""
        if node.is_scalar:
            return function(self.sympy, operand)
        t = self.sympy.Dummy("t")
        return operand.applyfunc(self.sympy.Lambda(t, function(self.sympy, t)))

    def product(self, node: Expr, *factors: Any) -> Any:
        """A B C …; a 1×1 product is its only entry."""
        matrix = self.sympy.MatMul(*factors).doit(deep=False)
        return self.entry(matrix) if node.is_scalar else matrix

    def entry(self, matrix: Any) -> Any:
        """The only entry of a 1×1 matrix, not expanded into a sum."""
        return import_module("sympy.matrices.expressions.matexpr").MatrixElement(matrix, 0, 0)

    def total(self, matrix: Any) -> Any:
        """1ᵀA1"""
        rows, cols = matrix.shape
        return self.entry(self.sympy.MatMul(self.sympy.OneMatrix(1, rows), matrix, self.sympy.OneMatrix(cols, 1)))

    def inner(self, a: Any, b: Any) -> Any:
        """aᵀb of vectors, Tr(AᵀB) of matrices."""
        product = self.sympy.MatMul(self.sympy.Transpose(a), b)
        return self.entry(product) if a.shape[1] == 1 else self.sympy.Trace(product)

    def norm(self, node: Expr, a: Any) -> Any:
        """‖A‖"""
        return self.sympy.Abs(a) if node.operands[0].is_scalar else self.sympy.sqrt(self.inner(a, a))

    def frobenius(self, node: Expr, a: Any, b: Any) -> Any:
        """A : B"""
        return a * b if node.operands[0].is_scalar else self.inner(a, b)

    def norm1(self, node: Expr, a: Any) -> Any:
        """‖A‖₁"""
        absolute = self.entry_by_entry(node.operands[0], a, FUNCTIONS[entrywise.Abs])
        return absolute if node.operands[0].is_scalar else self.total(absolute)

    def logsumexp(self, node: Expr, v: Any) -> Any:
        """log(sum(exp(v)))"""
        return self.sympy.log(self.total(v.applyfunc(self.sympy.exp)))

    def softmax(self, node: Expr, v: Any) -> Any:
        """exp(v)/sum(exp(v))"""
        exponentials = v.applyfunc(self.sympy.exp)
        return self.sympy.MatMul(1 / self.total(exponentials), exponentials)

    def softmax_of_rows(self, node: Expr, a: Any) -> Any:
        """exp(A) ./ (exp(A)11ᵀ)"""
        exponentials = a.applyfunc(self.sympy.exp)
        sums = self.sympy.MatMul(exponentials, self.sympy.OneMatrix(a.shape[1], a.shape[1]))
        return self.sympy.HadamardProduct(exponentials, self.sympy.HadamardPower(sums, -1))

    def softmax_of_columns(self, node: Expr, a: Any) -> Any:
        """exp(A) ./ (11ᵀexp(A))"""
        return self.sympy.Transpose(self.softmax_of_rows(node, self.sympy.Transpose(a)))


Function = Callable[..., Any]

CONSTANTS: Mapping[type[Expr], str] = {
    constants.Ones: "OneMatrix",
    constants.Zeros: "ZeroMatrix",
    constants.Identity: "Identity",
}
SIZES: Mapping[type[Expr], int] = {constants.Identity: 1}  # how many sizes a constant is made from, if not 2

FUNCTIONS: Mapping[type[Expr], Function] = {
    entrywise.Exp: lambda sympy, t: sympy.exp(t),
    entrywise.Expm1: lambda sympy, t: sympy.exp(t) - 1,
    entrywise.Log: lambda sympy, t: sympy.log(t),
    entrywise.Log1p: lambda sympy, t: sympy.log(1 + t),
    entrywise.Log2: lambda sympy, t: sympy.log(t, 2),
    entrywise.Log10: lambda sympy, t: sympy.log(t, 10),
    entrywise.Sqrt: lambda sympy, t: sympy.sqrt(t),
    trigonometric.Sin: lambda sympy, t: sympy.sin(t),
    trigonometric.Cos: lambda sympy, t: sympy.cos(t),
    trigonometric.Tan: lambda sympy, t: sympy.tan(t),
    trigonometric.Arcsin: lambda sympy, t: sympy.asin(t),
    trigonometric.Arccos: lambda sympy, t: sympy.acos(t),
    trigonometric.Arctan: lambda sympy, t: sympy.atan(t),
    trigonometric.Sinh: lambda sympy, t: sympy.sinh(t),
    trigonometric.Cosh: lambda sympy, t: sympy.cosh(t),
    trigonometric.Tanh: lambda sympy, t: sympy.tanh(t),
    trigonometric.Arcsinh: lambda sympy, t: sympy.asinh(t),
    trigonometric.Arccosh: lambda sympy, t: sympy.acosh(t),
    trigonometric.Arctanh: lambda sympy, t: sympy.atanh(t),
    entrywise.Abs: lambda sympy, t: sympy.Abs(t),
    entrywise.Sign: lambda sympy, t: sympy.sign(t),
    activations.Step: lambda sympy, t: sympy.Heaviside(t, 0),
    activations.Relu: lambda sympy, t: sympy.Max(0, t),
    activations.LeakyRelu: lambda sympy, t, c: sympy.Max(0, t) + c * sympy.Min(0, t),
    activations.Elu: lambda sympy, t, c: sympy.Max(0, t) + c * (sympy.exp(sympy.Min(0, t)) - 1),
    activations.Clip: lambda sympy, t, low, high: sympy.Min(sympy.Max(t, low), high),
    activations.Huber: lambda sympy, t, c: sympy.Min(t**2, c**2) / 2 + c * sympy.Max(sympy.Abs(t) - c, 0),
    activations.Softsign: lambda sympy, t: t / (1 + sympy.Abs(t)),
    activations.Sigmoid: lambda sympy, t: 1 / (1 + sympy.exp(-t)),
    activations.Logit: lambda sympy, t: sympy.log(t / (1 - t)),
    activations.Softplus: lambda sympy, t: sympy.log(1 + sympy.exp(t)),
    activations.Silu: lambda sympy, t: t / (1 + sympy.exp(-t)),
    activations.NormalDensity: lambda sympy, t: sympy.exp(-(t**2) / 2) / sympy.sqrt(2 * sympy.pi),
    activations.NormalDistribution: lambda sympy, t: (1 + sympy.erf(t / sympy.sqrt(2))) / 2,
    activations.Erf: lambda sympy, t: sympy.erf(t),
    activations.Gelu: lambda sympy, t: t * (1 + sympy.erf(t / sympy.sqrt(2))) / 2,
}

RULES: Mapping[type[Expr], Callable[..., Any]] = {
    leaves.Number: lambda to, e: to.sympy.Rational(e.value.numerator, e.value.denominator),
    products.Sum: lambda to, e, *a: to.sympy.Add(*a) if e.is_scalar else to.sympy.MatAdd(*a).doit(deep=False),
    products.Scale: lambda to, e, c, a: to.sympy.MatMul(c, a).doit(deep=False),
    products.Product: Converter.product,
    products.Hadamard: lambda to, e, *a: to.sympy.Mul(*a) if e.is_scalar else to.sympy.HadamardProduct(*a),
    products.Power: lambda to, e, a, s: to.sympy.Pow(a, s) if e.is_scalar else to.sympy.HadamardPower(a, s),
    products.Transpose: lambda to, e, a: a if e.is_scalar else to.sympy.Transpose(a),
    square.Inverse: lambda to, e, a: 1 / a if e.is_scalar else to.sympy.Inverse(a),
    square.MatrixPower: lambda to, e, a: a ** e.data[0] if e.is_scalar else to.sympy.MatPow(a, e.data[0]),
    square.Trace: lambda to, e, a: a if e.operands[0].is_scalar else to.sympy.Trace(a),
    square.Determinant: lambda to, e, a: a if e.operands[0].is_scalar else to.sympy.Determinant(a),
    square.LogDeterminant: lambda to, e, a: to.sympy.log(
        to.sympy.Abs(a if e.operands[0].is_scalar else to.sympy.Determinant(a))
    ),
    sums.SumOfEntries: lambda to, e, a: a if e.operands[0].is_scalar else to.total(a),
    norms.Norm: Converter.norm,
    norms.EntrywiseNorm1: Converter.norm1,
    norms.Frobenius: Converter.frobenius,
    softmax.LogSumExp: Converter.logsumexp,
    softmax.Softmax: Converter.softmax,
    softmax.SoftmaxOfRows: Converter.softmax_of_rows,
    softmax.SoftmaxOfColumns: Converter.softmax_of_columns,
    kronecker.Kronecker: lambda to, e, a, b: to.sympy.KroneckerProduct(a, b),
    inverses.Commutator: lambda to, e, a, b: to.sympy.MatAdd(to.sympy.MatMul(a, b), to.sympy.MatMul(-1, b, a)),
    structure.DiagonalMatrix: lambda to, e, a: to.sympy.DiagMatrix(a),
    structure.DiagonalVector: lambda to, e, a: to.sympy.DiagonalOf(a),
    structure.Named: lambda to, e, a: a,
}
