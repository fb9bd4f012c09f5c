"""Operators that are linear in an operand.  Each says its adjoint once; what holds for it follows:

    d op(A) = op(dA)        Tr(H op(A)) = Tr(op*(H)A)        vec(op(A)) = M vec(A)

A block in a user's own module is as good as one here:

>>> import matdiff
>>> class Backwards(Linear):
...     \"\"\"backwards(A): the columns of A from the last one to the first\"\"\"
...     names = ("backwards",)
...     signature = "m×n → m×n"
...     numpy = staticmethod(lambda np, a: a[..., ::-1])
...     def adjoint(self, h):
...         return Backwards(h.T).T
>>> found = matdiff.derive("tr(B backwards(X))", wrt="X")
>>> found.gradient
Expr('backwards(Bᵀ)': n×m)
>>> found.verify().ok
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain, product
from typing import ClassVar, Self

from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE, Shape
from matdiff.algebra.expr import OPERATORS, Data, Expr, Number, Operator, Symbol, replace, symbols
from matdiff.algebra.laws import Law, Statement
from matdiff.algebra.notation import Notation, Style
from matdiff.algebra.operators.products import Differentials, Product, Sum, zero
from matdiff.errors import UnsupportedError
from matdiff.regex import regex


class Linear(Operator):
    """An operation that is linear in its first operand, or in several operands taken together.

    linear    which operands these are
    adjoint   op*(H), for which Tr(H op(A)) = Tr(op*(H)A)
    matrix    M with vec(op(A)) = M vec(A); where it is not said the sum over all entries stands for it
    stated    what the statements are about where that is not what is shown, as *shown*: with numbers for the sizes
    source    where the laws can be looked up
    """

    linear: ClassVar[slice] = slice(1)
    stated: ClassVar[tuple[str, ...]] = ()
    source: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.names or cls.shown:
            declare(cls)

    def adjoint(self, h: Expr) -> Expr:
        """H′ with Tr(H op(A)) = Tr(H′A)."""
        raise NotImplementedError(type(self).__name__)

    def matrix(self) -> Expr:
        """M with vec(op(A)) = M vec(A)."""
        raise NotImplementedError(type(self).__name__)

    def adjoint_at(self, h: Expr, place: int) -> Expr:
        """The adjoint with respect to one of several operands."""
        return self.adjoint(h)

    def matrix_at(self, place: int) -> Expr:
        """The matrix for one of several operands."""
        return self.matrix()

    def form(self) -> int:
        """Which of the examples it is like, for an operator that has a law for each of them."""
        return 0

    def change(self, *changes: Differentials) -> Expr:
        """op(dA), given the differentials of the operands; in place of those that do not vary stands 0."""
        linear, made = places(self), list[Expr]()
        for k, (o, change) in enumerate(zip(self.operands, changes, strict=True)):
            if change is not None and k not in linear:
                raise UnsupportedError(f"{o} cannot vary in {self}")
            made.append(change if change is not None else zero(o.shape) if k in linear else o)
        return self.rebuild(tuple(made))

    @classmethod
    def examples(cls) -> list[Self]:
        """What the statements are about."""
        return [cls.sample(line) for line in cls.stated or ("",)]

    @classmethod
    def alone(cls, sample: Linear) -> Iterator[Use]:
        """A sample in which one operand varies, with its place: beside it stands 0."""
        for place in places(sample):
            f = [zero(o.shape) if k in places(sample) and k != place else o for k, o in enumerate(sample.operands)]
            yield cls.make(tuple(f), sample.data), place


class Bilinear(Linear):
    """An operation that is linear in each of its two operands, so that the product law holds for it."""

    linear = slice(2)

    def change(self, *changes: Differentials) -> Expr:
        """op(dA, B) + op(A, dB)"""
        f = self.operands
        return Sum.of(*[self.rebuild((*f[:k], c, *f[k + 1 :])) for k, c in enumerate(changes) if c is not None])

    @classmethod
    def alone(cls, sample: Linear) -> Iterator[Use]:
        """A sample, with the place of each operand."""
        yield from ((sample, place) for place in places(sample))


class Directed(Operator):
    """A derivative in some directions, which are its last operands; it is linear in each of them."""

    @property
    def directions(self) -> tuple[Expr, ...]:
        raise NotImplementedError(type(self).__name__)


def places(e: Linear) -> range:
    """The places of the operands in which an operation is linear."""
    return range(*e.linear.indices(len(e.operands)))


# ---- the laws -----------------------------------------------------------------------------------------


Sides = tuple[Expr, Expr]
Use = tuple["Linear", int]  # an operation, and the place of the operand that varies
Uses = Callable[[Linear], Iterable[Use]]
CALLED = regex(r"\w+\(.*\)")  # tril(A), not A[i, :]


def declare(cls: type[Linear]) -> None:
    """States the laws of a linear operator, but for those that it states itself."""
    if cls.d is None:
        cls.d = by_form(cls, "differential", differential, lambda e, *changes: e.change(*changes), first)
    uses = (first, second) if issubclass(cls, Bilinear) else (cls.alone,)
    cls.shift = by_form(cls, "trace", trace, lambda e, h, place: e.adjoint_at(h, place), *uses)
    if (cls.matrix, cls.matrix_at) != (Linear.matrix, Linear.matrix_at):
        cls.vec = by_form(cls, "vec", vec, lambda e, place: e.matrix_at(place), *uses)


def first(e: Linear) -> list[Use]:
    return [(e, 0)]


def second(e: Linear) -> list[Use]:
    return [(e, 1)]


def by_form(
    cls: type[Linear], kind: str, sides: Callable[[Linear, int], Sides], apply: Callable[..., Expr], *uses: Uses
) -> Law:
    """A law; where there are several forms, or two operands, one for each of them, so that the title says which."""
    forms = range(len(cls.stated)) if cls.form is not Linear.form else (None,)
    law, *others = [
        law_of(cls, kind, sides, apply, use, form, f"_{k}" if k > 1 else "")
        for k, (form, use) in enumerate(product(forms, uses), 1)
    ]
    law.others = tuple(others)
    return law


def law_at(law: Law, e: Expr, place: int = 0) -> Law:
    """The one among the laws of an operator that is about an operation in which an operand varies."""
    if not law.others or not isinstance(e, Linear):
        return law
    uses = len(law.each) // len(e.stated) if type(e).form is not Linear.form else len(law.each)
    return law.each[e.form() * uses + (place if uses > 1 else 0)]


def law_of(
    cls: type[Linear],
    kind: str,
    sides: Callable[[Linear, int], Sides],
    apply: Callable[..., Expr],
    uses: Uses,
    form: int | None,
    mark: str,
) -> Law:
    """A law that follows from the operator: it has a statement for every operand in each of the examples of a form."""

    def title() -> str:
        e, place = next(iter(uses(cls.examples()[form] if form else cls.sample())))
        if kind != "differential":
            return " = ".join(map(brief, sides(e, place)))
        written = brief(e)
        return f"d {written}" if CALLED.fullmatch(written) else f"d({written})"

    @cache
    def statements() -> list[Statement]:
        examples = cls.examples() if form is None else [cls.examples()[form]]
        return [stated(*sides(*use)) for e in examples for use in uses(e)]

    apply.__module__ = cls.__module__  # where the law book looks it up
    return Law(
        f"{kind}_of_{words(cls.__name__)}{mark}",
        title,
        lambda: statements()[0].statement,
        kind,
        apply,
        where=lambda: statements()[0].where,
        also=lambda: statements()[1:],
        requires=cls.requires.format(*"ABC"),
        source=cls.source,
    )


def differential(e: Linear, place: int) -> Sides:
    """d op(A) = op(dA)"""
    return d(e), e.change(*[d(o) if k in places(e) else None for k, o in enumerate(e.operands)])


def trace(e: Linear, place: int) -> Sides:
    """Tr(H op(A)) = Tr(op*(H)A); for a scalar op(A) = Tr(op*(1)A)"""
    h = Number(1) if e.is_scalar else Symbol("h" if ONE in e.shape else "H", (e.cols, e.rows))
    return traced(h, e), traced(e.adjoint_at(h, place), e.operands[place])


def vec(e: Linear, place: int) -> Sides:
    """vec(op(A)) = M vec(A)"""
    column = OPERATORS["Vec"].of
    return column(e), Product.of(e.matrix_at(place), column(e.operands[place]))


MOST_DIRECTIONS = 3  # that are stated: a Hessian of a derivative in one direction has as many


def along(kind: type[Directed]) -> Iterator[Directed]:
    """Samples of a derivative in one direction, in two of them, and so on: L(A, E), L(A, E, F)."""
    first = kind.sample()
    a, size = first.operands[0], len(first.data)
    for count in range(1, MOST_DIRECTIONS + 1):
        directions = [Symbol(name, a.shape) for name in "EFG"[:count]]
        yield kind.make((a, *directions), (*first.data[:-1], count) if size else ())


def changed_along(kind: type[Directed]) -> list[Statement]:
    """d L(A, E, …), which is linear in every direction; a change of A is one direction more."""
    return [stated(d(e), kind.d.apply(e, *map(d, e.operands))) for e in along(kind) if kind.d]


def moved_along(kind: type[Directed]) -> list[Statement]:
    """Tr(H L(A, E, …)) = Tr(L(A, H, …)E), of each direction."""
    h = Symbol("H", kind.sample().shape)
    uses = [(e, k) for e in along(kind) for k in range(1, len(e.operands))]
    return [stated(traced(h, e), traced(kind.shift.apply(e, h, k), e.operands[k])) for e, k in uses if kind.shift]


def traced(*factors: Expr) -> Expr:
    """Tr(HA), and HA itself where that is a scalar."""
    e = Product.of(*factors)
    return e if e.is_scalar else OPERATORS["Trace"].of(e)


def words(name: str) -> str:
    """LowerTriangle in words joined by underscores."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


# ---- how they are written ---------------------------------------------------------------------------------


class Sign(Expr):
    """What stands in the place of a part of an equation: I, K, d(A); data: the sign and the shape of the part."""

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        shape: Shape = data[1]
        return shape

    def notation(self, style: Style) -> Notation:
        return Notation((self.data[0],))


LOW = str.maketrans("ij", "ᵢⱼ")


def d(e: Expr) -> Expr:
    """d(A), as it is spelt out in a statement."""
    return Sign.make((e,), (f"d({e:ascii})", e.shape))


def letter(e: Expr) -> Expr | None:
    """What a matrix that only its size determines is called: I, K, 11ᵀ."""
    sign = "11ᵀ" if isinstance(e, Ones) and ONE not in e.shape else e.letter.format(*e.operands).translate(LOW)
    return Sign.make((), (sign, e.shape)) if sign else None


def brief(e: Expr) -> str:
    """An expression as it stands in a title."""
    return str(replace(e, letter))


def stated(left: Expr, right: Expr) -> Statement:
    """An equation in the language, with the declarations of its letters."""
    shapes: dict[str, list[str]] = {}
    for s in dict.fromkeys(chain(symbols(left), symbols(right))):
        shape = (
            "scalar"
            if s.is_scalar
            else f"{s.rows} x {s.cols}".removesuffix(" x 1").replace(" ", "").replace("x", " x ")
        )
        shapes.setdefault(" ".join([shape, *sorted(s.properties)]), []).append(s.name)
    where = "; ".join(f"{', '.join(names)}: {shape}" for shape, names in shapes.items())
    return Statement(f"{left:ascii} = {right:ascii}", where)
