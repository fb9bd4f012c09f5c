"""What Python's operators and NumPy's functions make of expressions; the operators stand in matdiff.algebra.operators.

A product is that of matrices; a number that is added to a vector or matrix is added to every entry.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from numbers import Integral
from numbers import Real as AnyReal
from typing import TYPE_CHECKING, Any, ClassVar, Never, TypeAlias, cast

from matdiff.displayed import Displayed
from matdiff.errors import MatdiffError, MissingError, MisuseError, shortly
from matdiff.opening import ByNeed

if TYPE_CHECKING:
    from matdiff.algebra.expr import Expr, Operator

Real: TypeAlias = int | float | Fraction
Operand: TypeAlias = "Arithmetic | Real"
OPERATORS: ByNeed[type[Operator]] = ByNeed()
FUNCTIONS: ByNeed[type[Operator]] = ByNeed()
COMMON = 12  # numbers of no larger parts stay in memory
LONGEST_NUMBER = 13_000  # bits; Python does not write numbers of more than 4,300 digits


def bits(value: Fraction) -> int:
    """How long a number is: the bits of its numerator or its denominator.

    >>> bits(Fraction(1024)), bits(Fraction(1, 3))
    (11, 2)
    """
    return max(value.numerator.bit_length(), value.denominator.bit_length())


class Arithmetic(Displayed):
    """What can be added, multiplied, transposed, and taken functions of."""

    __slots__ = ()
    numeral: ClassVar[Callable[[Real], Expr]]  # a number as an expression
    ones: ClassVar[Callable[..., Expr]]  # the vector or matrix of ones
    part: ClassVar[Callable[[Expr, Any], Expr]]  # what stands at a place

    def __add__(self, other: Operand) -> Expr:
        return applied("Sum", *alike(coerce(self), coerce(other)))

    def __radd__(self, other: Real) -> Expr:
        if type(other) is int and other == 0:
            return coerce(self)  # which Python's sum begins with
        return coerce(other) + self

    def __neg__(self) -> Expr:
        return applied("Scale", -1, self)

    def __pos__(self) -> Expr:
        return coerce(self)

    def __abs__(self) -> Expr:
        return called("abs", self)

    def __sub__(self, other: Operand) -> Expr:
        return self + (-coerce(other))

    def __rsub__(self, other: Real) -> Expr:
        return coerce(other) + (-self)

    def __mul__(self, other: Operand) -> Expr:
        a, b = coerce(self), coerce(other)
        if are_columns(a, b):
            hint = "x.T * y is the inner product, numpy.multiply(x, y) the product entry by entry."
            raise MatdiffError(f"{a} * {b} is no product: both are vectors", suggestion=hint)
        return applied("Product", a, b)

    def __rmul__(self, other: Real) -> Expr:
        return coerce(other) * self

    def __matmul__(self, other: Operand) -> Expr:
        return self * other

    def __rmatmul__(self, other: Real) -> Expr:
        return coerce(other) * self

    def __truediv__(self, other: Operand) -> Expr:
        b = coerce(other)
        if not b.is_scalar:
            hint = "numpy.divide(A, B) is entry by entry, A * B.inv() by a matrix."
            raise MatdiffError(f"{self} / {b} divides by what is no number", suggestion=hint)
        return b**-1 * self

    def __rtruediv__(self, other: Real) -> Expr:
        return coerce(other) * self**-1

    def __pow__(self, other: Operand) -> Expr:
        return applied("Power", self, other)

    def __rpow__(self, other: Real) -> Expr:
        return applied("Power", other, self)

    def __getitem__(self, places: Any) -> Expr:
        """x[2], A[1, :], A[1:3, 2]: places are counted from 1, and a range has its last one, as in formulas."""
        return Arithmetic.part(coerce(self), places)

    def __lt__(self, other: Operand) -> Any:
        raise MatdiffError(f"{self} is no number that could be compared", suggestion="cases(x, y, a < b) is a text.")

    __le__ = __gt__ = __ge__ = __lt__

    def __iter__(self) -> Never:
        raise MisuseError(
            "a formula is not run through", suggestion="x.sum() is the sum of its entries, x[1] the first."
        )

    def __contains__(self, _: object) -> Never:
        iter(self)

    def __len__(self) -> Never:
        raise MisuseError("a formula has no length: its sizes may be letters", suggestion="x.shape has them.")

    def __bool__(self) -> bool:
        return True  # of what has a length Python asks for that

    if not TYPE_CHECKING:  # which knows all attributes that there are

        def __getattr__(self, name: str) -> Never:
            raise MissingError(f"a formula has no attribute {name}", suggestion=INSTEAD.get(name, ""))

    def __floordiv__(self, _: object) -> Never:
        raise MisuseError("a formula has no whole quotient and no remainder", suggestion="x/2 divides.")

    __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__

    def __round__(self, _: object = None) -> Never:
        raise MisuseError("a formula is not rounded", suggestion="matdiff.evaluate gives its value, which can be.")

    __floor__ = __ceil__ = __trunc__ = __round__

    def __float__(self) -> float:
        if (number := coerce(self).number) is None:
            raise MatdiffError(f"{self} is no number", suggestion="matdiff.evaluate gives its value.")
        return float(number)

    def __int__(self) -> int:
        if not (number := float(self)).is_integer():
            raise MatdiffError(f"{self} is no whole number")
        return int(number)

    @property
    def T(self) -> Expr:
        """The transpose."""
        return applied("Transpose", self)

    def inv(self) -> Expr:
        """The inverse of a square matrix."""
        return called("inv", self)

    def det(self) -> Expr:
        """The determinant of a square matrix."""
        return called("det", self)

    def trace(self) -> Expr:
        """The sum of the entries on the diagonal."""
        return called("trace", self)

    def sum(self) -> Expr:
        """The sum of all entries."""
        return called("sum", self)

    def norm(self) -> Expr:
        """The Euclidean norm, of a matrix the Frobenius norm."""
        return called("norm", self)

    def diag(self) -> Expr:
        """The diagonal of a matrix; of a vector the matrix with it as its diagonal."""
        return called("diag", self)

    # What NumPy asks of what is no array of its own.

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **options: Any) -> Expr:
        if method != "__call__" or options:
            raise unknown(ufunc)
        if make := UFUNCS.get(ufunc.__name__):
            return make(*map(coerce, operands))
        return called_like(ufunc, operands)

    def __array_function__(self, function: Any, types: Any, operands: Any, options: Any) -> Expr:
        make = FUNCTIONS_OF_NUMPY.get(function.__name__)
        if make is not None and not options and len(operands) == 2:
            return make(*map(coerce, operands))
        if options or function.__name__ not in LIKE_NUMPY:
            raise unknown(function)
        return called_like(function, operands)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise MatdiffError(f"{self} is no array", suggestion="matdiff.evaluate gives its value.")


INSTEAD = {  # of attributes that arrays have, and results
    **dict.fromkeys(["transpose", "t"], "A.T is the transpose."),
    **dict.fromkeys(["dot", "matmul", "inner"], "A * b is the product, x.T * y the inner product."),
    "solve": "A.inv() * b is the solution of A*x = b; matdiff.solve solves equations.",
    "mean": "numpy.mean(x) is the mean of the entries.",
    "exp": "numpy.exp(x) is entry by entry.",
    "log": "numpy.log(x) is entry by entry.",
    "size": "x.shape has its sizes.",
    "gradient": "matdiff.derive gives the gradient.",
}
UFUNCS: dict[str, Callable[..., Expr]] = {  # the others have the names that they have here
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b if a.is_scalar or b.is_scalar else applied("Hadamard", a, b),
    "divide": lambda a, b: a / b if a.is_scalar or b.is_scalar else applied("Hadamard", a, b**-1),
    "matmul": lambda a, b: a * b,
    "power": lambda a, b: a**b,
    "square": lambda a: a**2,
    "reciprocal": lambda a: a**-1,
    "negative": lambda a: -a,
    "positive": lambda a: a,
}
FUNCTIONS_OF_NUMPY: dict[str, Callable[..., Expr]] = {  # with what they do to vectors
    "dot": lambda a, b: a.T * b if are_columns(a, b) else a * b,
    "inner": lambda a, b: a.T * b if are_columns(a, b) else a * b.T,
    "vdot": lambda a, b: applied("Frobenius", a, b),
    "outer": lambda a, b: a * b.T,
    "solve": lambda a, b: a.inv() * b,
}
LIKE_NUMPY = frozenset("sum mean prod trace diag transpose kron inv pinv det norm tril triu".split())


def applied(operator: str, *operands: Operand) -> Expr:
    """The operator of a name, of expressions and numbers."""
    return OPERATORS[operator].of(*map(coerce, operands))


def called(name: str, *operands: Operand) -> Expr:
    """The function that has a name in the language, of expressions and numbers."""
    return FUNCTIONS[name].of(*map(coerce, operands))


def called_like(function: Any, operands: Any) -> Expr:
    """The function of the language that has the name and the meaning of one of NumPy's; MatdiffError without one."""
    name = function.__name__
    known = FUNCTIONS.get(name)
    if known is None or len(operands) != len(known.inputs):
        raise unknown(function)
    return called(name, *operands)


def unknown(function: Any) -> MatdiffError:
    """What is said of a function that is not there, or not with these arguments."""
    return MatdiffError(
        f"numpy.{function.__name__} with these arguments takes no expressions",
        suggestion="matdiff.evaluate gives values; matdiff.from_function reads functions of arrays.",
    )


def are_columns(a: Expr, b: Expr) -> bool:
    """Whether both are vectors: a column times a column is no product of matrices."""
    one = Arithmetic.numeral(1).cols
    return not a.is_scalar and not b.is_scalar and a.cols is one and b.cols is one


def alike(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Two terms; a number beside a vector or matrix stands for one with this number as every entry."""
    if a.shape == b.shape or a.is_scalar is b.is_scalar:
        return a, b
    if a.is_scalar:
        return spread(a, b), b
    return a, spread(b, a)


def spread(a: Expr, like: Expr) -> Expr:
    """A number as every entry of a vector or matrix of the shape of another one."""
    return Arithmetic.ones(*like.shape) * a


def coerce(value: Operand) -> Expr:
    """A number as an expression; an expression as it is; MatdiffError for what is neither."""
    if isinstance(value, Arithmetic):
        return cast("Expr", value)
    if not isinstance(value, AnyReal):
        array = "Give it a name in the expression, and its values to matdiff.evaluate."
        hint = "matdiff.parse reads a text." if isinstance(value, str) else array * hasattr(value, "shape")
        raise MatdiffError(f"{shortly(value)} is no expression and no real number", suggestion=hint)
    if not isinstance(value, (int, float, Fraction)):  # a number of NumPy's
        value = int(value) if isinstance(value, Integral) else float(value)
    try:
        return Arithmetic.numeral(value)
    except (ValueError, OverflowError):
        raise MatdiffError(f"{value} is no real number") from None
