"""Sums, products and powers: the arithmetic of matrices.

A scalar factor of a matrix is a node of its own (``Scale``), since scalars commute and matrices do
not.  The product of scalars is the entrywise product of 1×1 matrices and shares its laws.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import pairwise
from operator import mul
from typing import Any

from matdiff.algebra.arithmetic import bits
from matdiff.algebra.constants import NOUGHT, UNITY, Ones, Zeros
from matdiff.algebra.dims import ONE, SCALAR, Shape, shape_text
from matdiff.algebra.expr import FLATTEN as FLATTEN
from matdiff.algebra.expr import FUNCTIONS, OPERATORS, SHAPE, UNIT, Data, Expr, Number, Operator, flattened, rejoined
from matdiff.algebra.kinds import is_a
from matdiff.algebra.laws import differential, shift, vec
from matdiff.algebra.notation import SUM, Notation, Style, entrywise_product, power, product, signed_sum
from matdiff.algebra.operators.transpose import Transpose as Transpose
from matdiff.algebra.operators.transpose import turned as turned
from matdiff.errors import ShapeError

Differentials = Expr | None  # the differential of an operand; None where the operand is constant

MOST_FACTORS, MOST_BITS = 64, 1000  # of a power of a number that is worked out


def factors_of(e: Expr) -> tuple[Expr, ...]:
    """The factors of a product of matrices; anything else is its only one."""
    return e.operands if isinstance(e, Product) else (e,)


def scalars_of(e: Expr) -> tuple[Expr, ...]:
    """The factors of a product of scalars, or entry by entry; anything else is its only one."""
    return e.operands if isinstance(e, Hadamard) else (e,)


def coefficient(e: Expr) -> tuple[Fraction, Expr | None]:
    """Splits off the number that a product starts with: 2 A B is (2, A B), 3 is (3, None)."""
    kind = type(e)
    if kind is Number:
        return e.data[0], None
    if kind is not Scale and kind is not Hadamard:
        return UNIT, e
    found: tuple[Fraction, Expr] | None = e.facts.get("coefficient")
    if found is None:
        found = _coefficient(e)
        if found[1] is not e:  # it would hold itself in memory
            e.facts["coefficient"] = found
    return found


def _coefficient(e: Expr) -> tuple[Fraction, Expr]:
    if isinstance(e, Scale):
        k, rest = coefficient(e.operands[0])
        if k is not UNIT:
            return k, e.operands[1] if rest is None else Scale(rest, e.operands[1])
    elif isinstance(e.operands[0], Number):
        return e.operands[0].value, Hadamard.of(*e.operands[1:])
    return UNIT, e


def both(k: Fraction, j: Fraction) -> Fraction:
    """The product of two numbers, of which one is 1 as a rule."""
    return j if k is UNIT else k if j is UNIT else k * j


def multiple(k: Fraction | int, e: Expr | None) -> Expr:
    """k e for a number k and a product without a leading number; None stands for the product of nothing."""
    number = UNITY if k is UNIT else Number(k)
    if e is None or number is UNITY:
        return number if e is None else e
    if e.is_scalar:
        return Hadamard.of(number, e)
    if isinstance(e, Scale):
        return Scale(Hadamard.of(number, e.operands[0]), e.operands[1])
    return Scale(number, e)


def zero(shape: Shape) -> Expr:
    """0 in a shape."""
    return NOUGHT if shape == SCALAR else Zeros(*shape)


def ones_like(e: Expr) -> Expr:
    """1 in the shape of an expression."""
    if e.is_scalar:
        return Number(1)
    return Transpose(Ones(e.cols)) if e.rows is ONE else Ones(*e.shape)


def reciprocal(e: Expr) -> Expr:
    """1/e for a scalar e, factor by factor, as division reads it."""
    if isinstance(e, Number):
        return Number(1 / e.value)
    if isinstance(e, Hadamard):
        return Hadamard.of(*[reciprocal(f) for f in e.operands])
    return entrywise_reciprocal(e)


def entrywise_reciprocal(e: Expr) -> Expr:
    """1 ./ A, with A.^(-k) for a power A.^k."""
    if isinstance(e, Power) and (k := e.operands[1].number) is not None:
        return e.operands[0] if k == -1 else Power(e.operands[0], Number(-k))
    return Power(e, Number(-1))


def quotient(e: Expr, divisor: Expr) -> Expr:
    """e / divisor for a scalar divisor: numbers go to the front, the reciprocal scalars stand last."""
    k, rest = coefficient(e)
    j, below = coefficient(reciprocal(divisor))
    if below is None:
        return multiple(k * j, rest)
    if rest is None or rest.is_scalar:
        return multiple(k * j, below if rest is None else Hadamard.of(rest, below))
    c, a = rest.operands if isinstance(rest, Scale) else (None, rest)
    return multiple(k * j, Scale(below if c is None else Hadamard.of(c, below), a))


class Sum(Operator):
    """A + B + …, all of one shape."""

    signature = "m×n… → m×n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        flat = flattened(cls, operands)
        return flat[0] if len(flat) == 1 else cls.make(flat)

    rebuild = rejoined

    def notation(self, style: Style) -> Notation:
        return signed_sum(self.operands, style)

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        return reduce(np.add, values)

    def lower(self, to: Any, *terms: Any) -> Any:
        return to.add(*terms)

    @differential("differential_of_sum", "d(A + B) = d(A) + d(B)", title="d(A ± B)", where="A, B: m x n")
    def d(self: Expr, *changes: Differentials) -> Expr:
        return Sum.of(*[c for c in changes if c is not None])


class Scale(Operator):
    """c A: a scalar times a matrix."""

    signature = "1×1, m×n → m×n"
    seen_through = True

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        (k, c), (j, a) = map(coefficient, operands)
        number = both(k, j)
        if c is None or a is None:
            return multiple(number, c if a is None else a)
        if isinstance(a, Scale):
            c, a = Hadamard.of(c, a.operands[0]), a.operands[1]
        return multiple(number, Hadamard.of(c, a) if a.is_scalar else cls.make((c, a)))

    rebuild = rejoined

    def notation(self, style: Style) -> Notation:
        c, a = self.operands
        if c.number is not None and c.number.denominator == 1 and a.reciprocal:
            quotient = entrywise_product((a,), style, str(abs(c.number)))  # 2 ./ x
            return quotient if c.number > 0 else Notation((style.pick("−", "-"), *quotient.parts), SUM)
        scalars = c.operands if isinstance(c, Hadamard) else (c,)
        return product(scalars, written_factors(a) if isinstance(a, Product) else (a,), style)

    @property
    def leading_number(self) -> Fraction:
        return self.operands[0].leading_number

    @staticmethod
    def numpy(np: Any, c: Any, a: Any) -> Any:
        return c * a

    def lower(self, to: Any, c: Any, a: Any) -> Any:
        return to.hadamard(c, a)

    @differential(
        "differential_of_multiple",
        "d(c*A) = d(c)*A + c*d(A)",
        title="d(cA)",
        where="a, c: scalar; A: m x n",
        also=("d(c*a) = d(c)*a + c*d(a)",),
    )
    def d(self: Expr, dc: Differentials, da: Differentials) -> Expr:
        c, a = self.operands
        terms = [Scale.of(dc, a)] if dc is not None else []
        return Sum.of(*terms, *([Scale.of(c, da)] if da is not None else []))


class Product(Operator):
    """The matrix product A B C …"""

    shown = "A: m×n, B: n×p"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        if SCALAR in map(SHAPE, operands):
            factor = reduce(Scale.of, [o for o in operands if o.shape == SCALAR])
            matrices = [o for o in operands if o.shape != SCALAR]
            return Scale.of(factor, cls.of(*matrices)) if matrices else factor
        flat = flattened(cls, operands)
        return flat[0] if len(flat) == 1 else cls.make(flat)

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        for a, b in pairwise(operands):
            if a.shape[1] is not b.shape[0]:
                raise ShapeError(
                    f"the product needs as many rows on the right as columns on the left: "
                    f"{shape_text(a.shape)} times {shape_text(b.shape)}"
                )
        return (operands[0].shape[0], operands[-1].shape[1])

    rebuild = rejoined

    def notation(self, style: Style) -> Notation:
        return product((), written_factors(self), style)

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        return reduce(np.matmul, values)

    def lower(self, to: Any, *factors: Any) -> Any:
        return reduce(to.product, factors)

    @differential("product_law", "d(A*B) = d(A)*B + A*d(B)", title="product law", where="A: m x n; B: n x p")
    def d(self: Expr, *changes: Differentials) -> Expr:
        f = self.operands
        return Sum.of(*[Product.of(*f[:k], c, *f[k + 1 :]) for k, c in enumerate(changes) if c is not None])


def written_factors(e: Expr) -> tuple[Expr, ...]:
    """The factors as they are written: xᵀ(yzᵀ)w has a bracket, since xᵀyzᵀw is read as a product of scalars."""
    factors = list(e.operands)
    outer = [k for k in range(len(factors) - 1) if factors[k].cols is ONE and factors[k + 1].rows is ONE]
    if len(outer) > 1 or factors[0].rows is ONE or factors[-1].cols is ONE:
        for k in reversed(outer):
            factors[k : k + 2] = [Product(factors[k], factors[k + 1])]
    return tuple(factors)


class Hadamard(Operator):
    """A ⊙ B ⊙ …, entry by entry; for scalars the ordinary product."""

    names = ("hadamard",)
    signature = "m×n… → m×n"
    seen_through = True

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        flat = flattened(cls, operands)
        if Number in map(type, flat) and (flat[0] is UNITY or Number in map(type, flat[1:])):  # multiplied, in front
            number = reduce(mul, [f.number for f in flat if f.number is not None])
            others = tuple([f for f in flat if f.number is None])
            flat = others if number == 1 and others else (Number(number), *others)
        return flat[0] if len(flat) == 1 else cls.make(flat)

    rebuild = rejoined

    def notation(self, style: Style) -> Notation:
        return product(self.operands, (), style) if self.is_scalar else entrywise_product(self.operands, style)

    @property
    def leading_number(self) -> Fraction:
        number = self.operands[0].number
        return UNIT if number is None else number

    @staticmethod
    def numpy(np: Any, *values: Any) -> Any:
        return reduce(np.multiply, values)

    def lower(self, to: Any, *factors: Any) -> Any:
        return reduce(to.hadamard, factors)

    @differential(
        "product_law_of_hadamard", "d(A .* B) = d(A) .* B + A .* d(B)", title="product law", where="A, B: m x n"
    )
    def d(self: Expr, *changes: Differentials) -> Expr:
        f = self.operands
        return Sum.of(*[Hadamard.of(*f[:k], c, *f[k + 1 :]) for k, c in enumerate(changes) if c is not None])

    @shift(
        "trace_of_hadamard",
        "Tr(Cᵀ(D ⊙ F)) = Tr((C ⊙ D)ᵀF)",
        "tr(C'*(D .* F)) = tr((C .* D)'*F)",
        where="C, D, F: m x n",
    )
    def shift(self: Expr, h: Expr, place: int) -> Expr:
        f = self.operands
        others = Hadamard.of(*f[:place], *f[place + 1 :])
        if isinstance(h, Transpose) and not h.is_scalar:
            return Transpose(Hadamard.of(h.operands[0], others))
        return Hadamard.of(h, Transpose(others))

    @vec("vec_of_hadamard", "vec(A ⊙ B) = diag(vec(A))vec(B)", "vec(A .* B) = diag(vec(A))*vec(B)", where="A, B: m x n")
    def vec(self: Expr, place: int) -> Expr:
        f = self.operands
        others = Hadamard.of(*f[:place], *f[place + 1 :])
        return others if self.is_scalar else OPERATORS["DiagonalMatrix"].of(OPERATORS["Vec"].of(others))


class Power(Operator):
    """a^s, a scalar or entry by entry, with a scalar exponent."""

    signature = "m×n, 1×1 → m×n"

    @classmethod
    def of(cls, *operands: Expr) -> Expr:
        base, s = operands[0].number, operands[1].number
        if s == 1 or (s == 0 and base is None):
            return operands[0] if s else ones_like(operands[0])
        if base is not None and s is not None and s.denominator == 1 and (base or s > 0):
            short = abs(s) < MOST_FACTORS and abs(s) * bits(base) < MOST_BITS
            return Number(base ** int(s)) if short or abs(base) == 1 else cls.make(operands)
        return cls.make(operands)

    @property
    def copies(self) -> int:  # type: ignore[override]
        return 2 if is_a(self.operands[0], "Norm") else 1

    rebuild = rejoined

    def notation(self, style: Style) -> Notation:
        if self.reciprocal is not None:
            return product((self,), (), style) if self.is_scalar else entrywise_product((self,), style)
        base, exponent = self.operands
        return power(base, exponent, style, entrywise=not self.is_scalar)

    def condition(self) -> str:
        base, exponent = self.operands
        k = exponent.number
        if k is not None and k.denominator == 1 and k >= 0:
            return ""
        entries = f"{base}" if base.is_scalar else f"every entry of {base}"
        return f"{entries} {'>' if k is None or k.denominator != 1 else '≠'} 0"

    @property
    def reciprocal(self) -> tuple[Expr, Fraction] | None:
        base, exponent = self.operands
        k = exponent.number
        if k is None or k >= 0 or (isinstance(base, Power) and base.operands[1].number is not None):
            return None  # 1/b² is b⁻², so (b²)⁻¹ has to be written as it is
        if k == -1 and self.is_scalar and isinstance(base, Hadamard):
            return None  # 1/(bc) is b⁻¹c⁻¹
        return (base, -k)

    @staticmethod
    def numpy(np: Any, a: Any, s: Any) -> Any:
        return np.power(a, s)

    def lower(self, to: Any, a: Any, s: Any) -> Any:
        k = self.operands[1].number
        if k is None:
            return to.map("a ** b", a, s)
        if k.denominator == 1 and abs(k) <= 8:  # products of few factors are faster than powers
            whole = to.entry_power(a, abs(int(k)))
            return to.map("1 / a", whole) if k < 0 else whole
        root = abs(k) == Fraction(1, 2)
        whole = to.map("sqrt(a)", a) if root else to.map("a ** b", a, s)
        return to.map("1 / a", whole) if root and k < 0 else whole

    @differential(
        "differential_of_power",
        "d(A.^s) = s*(A.^(s - 1) .* d(A)) + d(s)*(A.^s .* log(A))",
        title="d(aˢ)",
        where="s: scalar; A: m x n positive",
    )
    def d(self: Expr, da: Differentials, ds: Differentials) -> Expr:
        a, s = self.operands
        terms = []
        if da is not None:
            lower = Number(s.value - 1) if isinstance(s, Number) else s - 1
            slope = Power(a, lower) if lower is not Number(1) else a
            terms.append(Scale.of(s, Hadamard.of(slope, da)))
        if ds is not None:
            terms.append(Scale.of(ds, Hadamard.of(self, FUNCTIONS["log"](a))))
        return Sum.of(*terms)
