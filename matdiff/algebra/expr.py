"""What expressions are made of: numbers, symbols, and operations, whose blocks say everything about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from operator import attrgetter
from typing import Any, ClassVar, Self

from matdiff.algebra.arithmetic import COMMON, LONGEST_NUMBER, Arithmetic, bits
from matdiff.algebra.arithmetic import FUNCTIONS as FUNCTIONS
from matdiff.algebra.arithmetic import OPERATORS as OPERATORS
from matdiff.algebra.dims import ONE, SCALAR, Pattern, Relation, Shape, Size, pattern, resolved, shape_text
from matdiff.algebra.kinds import DECLARED, Classes
from matdiff.algebra.laws import OF_OPERATOR, Law, enter
from matdiff.algebra.nodes import UNIT as UNIT
from matdiff.algebra.nodes import Data as Data
from matdiff.algebra.nodes import Expr as Expr
from matdiff.algebra.nodes import Index as Index
from matdiff.algebra.nodes import Leaf as Leaf
from matdiff.algebra.nodes import Letter as Letter
from matdiff.algebra.notation import Notation, Style, call, number_text
from matdiff.algebra.walks import exchanged as exchanged
from matdiff.algebra.walks import fact as fact
from matdiff.algebra.walks import fold as fold
from matdiff.algebra.walks import nodes_in as nodes_in
from matdiff.algebra.walks import postorder as postorder
from matdiff.algebra.walks import replace as replace
from matdiff.errors import ShapeError, UnsupportedError

SHAPE = attrgetter("shape")
FLATTEN = 64  # a nested sum or product with more operands stays nested, so that building stays linear


class Number(Leaf):
    """An exact rational number.

    >>> Number(0.5) is Number(Fraction(1, 2))
    True
    """

    common: ClassVar[dict[tuple[int, int], Self]] = {}

    def __new__(cls, value: int | float | Fraction | str) -> Self:
        if isinstance(value, float):
            value = repr(float(value))  # 0.1 means one tenth, not the binary fraction next to it
        if type(value) is not int and type(value) is not Fraction:
            value = Fraction(value)
        parts = value.as_integer_ratio()
        known = cls.common.get(parts)  # to look up a fraction takes as long as all else
        if known is None:
            known = cls.make((), (Fraction(value),))
            if max(map(abs, parts)) <= COMMON:
                cls.common[parts] = known
        return known

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        if bits(data[0]) > LONGEST_NUMBER:
            raise UnsupportedError("a number of thousands of digits came up", suggestion="Write it as a power.")
        return SCALAR

    @property
    def value(self) -> Fraction:
        return self.data[0]  # type: ignore[no-any-return]

    number = value
    leading_number = value

    def notation(self, style: Style) -> Notation:
        return number_text(self.value, style)


Arithmetic.numeral = Number


class Symbol(Letter):
    """A named scalar, vector or matrix with declared properties; with *ranges*, a family of them."""

    def __new__(
        cls,
        name: str,
        shape: Shape = SCALAR,
        properties: Iterable[str] = (),
        ranges: tuple[Size, ...] = (),
    ) -> Self:
        return cls.make((), (name, shape, frozenset(properties), ranges))

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        shape: Shape = data[1]
        return shape

    @classmethod
    def kinds_of(cls, operands: tuple[Expr, ...], data: Data) -> Classes:
        return DECLARED if data[2] else 0

    @property
    def properties(self) -> frozenset[str]:
        properties: frozenset[str] = self.data[2]
        return properties

    @property
    def ranges(self) -> tuple[Size, ...]:
        ranges: tuple[Size, ...] = self.data[3]
        return ranges


class Operator(Expr):
    """An operation.  A subclass is one block that says everything about it.

    names        what it is called in the language (``tr``, ``trace``); none when it has only a sign
    signature    shapes, as in ``"m×n, n×p → m×p"``; ``1`` is one, other words are sizes to be matched;
                 dots after the only operand (``"m×n… → m×n"``) mean any number of operands of that shape
    d            the law of d, a function of the node and the differentials of its operands (None: constant)
    shift        of an operator that is linear in an operand L: how Tr(H op(L)) becomes Tr(H' L)
    vec          of such an operator: the matrix M with vec(op(L)) = M vec(L)
    numpy        its meaning as a function of an array module and arrays (…, rows, columns)
    code         how code computes it as a whole, from arrays a, b, c for its operands: "solve_sylvester(a, b, c)"
    lower        the same where more is to be said: the tensor of the node from those of its operands
    sizes        how many sizes stand behind the operands in a call, as in ``unvec(c, m, n)``; they are its data
    relations    of such an operator: how its shapes and sizes fit together, the first that applies is taken
    constant     whether it has sizes and no operand, as centering(n)
    definition   of a named piece, what it stands for: said wherever an answer has it
    mirrors      whether f(A, B)ᵀ = f(Aᵀ, Bᵀ)
    copies       how many terms with the differential of an operand the law of d has
    """

    names: ClassVar[tuple[str, ...]] = ()
    signature: ClassVar[str] = ""
    d: ClassVar[Law | None] = None
    shift: ClassVar[Law | None] = None
    vec: ClassVar[Law | None] = None
    inputs: ClassVar[tuple[Pattern, ...]] = ()
    output: ClassVar[Pattern] = ("1", "1")
    is_as_operands: ClassVar[bool] = False  # whether all operands have the shape of the output
    shapes: ClassVar[dict[tuple[Shape, ...], Shape]] = {}  # of the operations that have been made, by those of operands
    variadic: ClassVar[bool] = False
    overloads: ClassVar[tuple[type[Operator], ...]] = ()  # what the names mean with other numbers of operands
    kink: ClassVar[bool] = False  # not differentiable where the operand, or what *gap* makes of the operands, is 0
    gap: ClassVar[Callable[..., Any] | None] = None  # of an array module and arrays, as *numpy*
    requires: ClassVar[str] = ""  # where it is defined and differentiable, with {0} for the operand
    sizes: ClassVar[int] = 0
    relations: ClassVar[tuple[Relation, ...]] = ()
    constant: ClassVar[bool] = False
    definition: ClassVar[str] = ""
    mirrors: ClassVar[bool] = False
    domain: ClassVar[str] = ""  # properties that the first operand needs in a statement
    shown: ClassVar[str] = ""  # what it is shown with where no signature tells: "X: m×n, K: p×q; 2"
    shown_with: ClassVar[Data] = ()  # data that are no sizes
    code: ClassVar[str] = ""
    bounds: ClassVar[str] = ""  # an interval that holds every entry of every value: "(0, 1)"

    def __init_subclass__(cls) -> None:
        enter(cls, OPERATORS, FUNCTIONS)
        if cls.d is not None and cls.d.requires is OF_OPERATOR:
            cls.d.requires = cls.requires.format(*"ABC")
        if cls.signature:
            cls.shapes = {}
            left, right = cls.signature.split(" → ")
            cls.variadic = left.endswith("…")
            cls.inputs = tuple(pattern(p) for p in left.rstrip("…").split(", "))
            cls.output = pattern(right)
            are_free = "1" not in cls.output and cls.output[0] != cls.output[1]
            cls.is_as_operands = are_free and cls.inputs == (cls.output,)

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        """The operation as the language applies it; an operator may override it to dispatch on shapes."""
        return cls.make(operands)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        shapes = tuple(map(SHAPE, operands))
        if cls.variadic:
            return shapes[0] if cls.is_as_operands and len({*shapes}) == 1 else cls._shape_of(operands)
        known = cls.shapes.get(shapes)
        if known is None:
            if len(operands) != len(cls.inputs):
                raise ShapeError(f"{cls.title()} takes {len(cls.inputs)} operands, not {len(operands)}")
            known = cls.shapes[shapes] = cls._shape_of(operands)
        return known

    @classmethod
    def _shape_of(cls, operands: tuple[Expr, ...]) -> Shape:
        """By the letters of the signature."""
        bound: dict[str, Size] = {"1": ONE}
        patterns = cls.inputs * len(operands) if cls.variadic else cls.inputs
        for operand, letters in zip(operands, patterns, strict=True):
            for name, found in zip(letters, operand.shape, strict=True):
                if bound.setdefault(name, found) is not found:
                    shapes = " and ".join(shape_text(o.shape) for o in operands)
                    raise ShapeError(f"{cls.title()} ({cls.signature}) does not take {shapes}")
        return (resolved(cls.output[0], bound), resolved(cls.output[1], bound))

    @classmethod
    def sample(cls, shown: str = "") -> Self:
        """The operation on letters: those of a line, or those that it is shown with."""
        from matdiff.algebra.letters import by_signature, declared

        letters, sizes = declared(shown or cls.shown or by_signature(cls.inputs, cls.variadic, cls.domain))
        operands = [Symbol(*a[:3]) if a.last is None else Index(a.name, a.last) for a in letters]
        return cls.make(tuple(operands), (*cls.shown_with, *sizes))

    def lower(self, to: Any, *operands: Any) -> Any:
        return to.apply(self.code, self.shape, *operands) if self.code else super().lower(to, *operands)

    def notation(self, style: Style) -> Notation:
        """f(A, B): an operator with another notation overrides it."""
        return call(self.names[0], self.operands, style)

    def condition(self) -> str:
        """Where this very operation is differentiable, in words; empty when everywhere."""
        return self.requires.format(*self.operands)

    @classmethod
    def needs(cls, shapes: Sequence[Shape], sizes: Sequence[Size]) -> str:
        """What operands an operator with sizes needs, for an error message."""
        return " and ".join(cls.relations[0].text.partition(" → ")[0].split(", "))

    @classmethod
    def title(cls) -> str:
        """The name that error messages use."""
        return cls.names[0] if cls.names else cls.__name__

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        raise NotImplementedError


def rejoined(self: Operator, operands: tuple[Expr, ...]) -> Expr:
    """The operation on other operands, as the language applies it."""
    return self.of(*operands)


def symbols(root: Expr) -> list[Symbol]:
    """The distinct symbols in the order of their first appearance."""
    return [node for node in postorder(root) if isinstance(node, Symbol)]


def flattened(cls: type[Operator], operands: Sequence[Expr]) -> tuple[Expr, ...]:
    """The operands with nested operations of the same class opened."""
    if cls not in map(type, operands):
        return tuple(operands)
    flat: list[Expr] = []
    for o in operands:
        if type(o) is cls and len(o.operands) <= FLATTEN:
            flat.extend(o.operands)
        else:
            flat.append(o)
    return tuple(flat)
