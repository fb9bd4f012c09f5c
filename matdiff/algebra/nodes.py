"""What an expression is: interned immutable nodes with shapes.

Equal expressions are one object, so ``==`` is ``is`` and a shared subexpression is shared work.
Every walk has an explicit stack; nothing here or elsewhere recurses over an expression.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar, Self

from matdiff.algebra.arithmetic import Arithmetic
from matdiff.algebra.dims import SCALAR, Shape, Size, shape_text, size
from matdiff.algebra.kinds import LETTERS, MARKS, SEEN_IN_DEFINITIONS, Classes, marks
from matdiff.algebra.memory import TABLE, Known, forget, kept
from matdiff.algebra.notation import Notation, Style, name_text
from matdiff.algebra.walks import postorder

Data = tuple[Any, ...]
UNIT = Fraction(1)
NO_INDICES: frozenset[Index] = frozenset()


class Slotted(type):
    """The type of the kinds of expressions: none has attributes of its own in its nodes, unless it says which."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **given: Any) -> dict[str, object]:
        return {"__slots__": ()}


class Expr(Arithmetic, metaclass=Slotted):
    """A typed expression.

    *operands* are expressions, *data* are plain values (a name, a number); together with the class
    they are the identity of the node.  *shape*, the free indices and the classes follow from them.
    """

    __slots__ = ("__weakref__", "below", "classes", "data", "facts", "free", "inside", "kinds", "operands", "shape")
    operands: tuple[Expr, ...]
    data: Data
    shape: Shape
    free: frozenset[Index]
    kinds: Classes  # what it is as an operand, seen through transposes and multiples
    inside: Classes  # what its operands are so
    classes: Classes  # all that it is made of, with the bases and letters of that, in definitions apart
    below: Classes  # the same of its operands
    facts: dict[str, Any]  # what has been found out about the node and need not be found out again

    table: ClassVar[dict[Any, Known]] = TABLE
    written: ClassVar[Callable[[Expr, str], str]]  # the text in a spelling, which the package gives it

    def __new__(cls, *operands: Expr) -> Self:
        return cls.make(operands)

    @classmethod
    def make(cls, operands: tuple[Expr, ...], data: Data = ()) -> Self:
        """The one node of this class with these operands and data."""
        key = (cls, operands, data)
        known = TABLE.get(key)
        if known is not None and (found := known()) is not None:
            return found  # type: ignore[no-any-return]
        node: Any = Blank()
        node.operands = operands
        node.data = data
        node.shape = cls.shape_of(operands, data)
        inside = below = 0
        free = NO_INDICES
        for o in operands:
            inside |= o.kinds
            below |= o.classes
            if o.free is not free:
                free = free | o.free
        own, known_as, is_plain = MARKS.get(cls) or marks(cls)
        if data and type(name := data[0]) is str and name:  # the bit of its letter, which others may have as well
            known_as |= 1 << (3 * ord(name[0]) + 4 * ord(name[-1])) % LETTERS  # another one for every Latin letter
        node.inside = inside
        node.below = below
        if not is_plain:
            free = free if cls.free_of is None else cls.free_of(operands, data)
            own |= operands[-1].kinds if cls.seen_through else 0
            declared = 0 if cls.kinds_of is None else cls.kinds_of(operands, data)
            own, known_as = own | declared, known_as | declared
            below = below & SEEN_IN_DEFINITIONS if cls.closed else below
        node.free = free
        node.classes = below | known_as
        node.kinds = own
        node.facts = {}
        try:
            node.__class__ = cls
        except TypeError:  # a registered operator may have further attributes
            node = filled(object.__new__(cls), node)
        known = Known(node, forget)
        known.key = key
        is_first = TABLE.setdefault(key, known) is known  # which is one step of Python
        return node if is_first else kept(known, node)  # type: ignore[no-any-return]

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        """The shape of a node, or ShapeError when the operands do not fit."""
        raise NotImplementedError(cls.__name__)

    copies: ClassVar[int] = 1  # how many terms with the differential of an operand the law of d has
    closed: ClassVar[bool] = False  # whether it is a definition, in which few classes are seen
    seen_through: ClassVar[bool] = False  # whether a law sees its last operand too where it is an operand
    # Of operands and data: the free indices, where these are not those of the operands; and the classes that a law sees
    # where the node is an operand, besides its own.  To call a method for every node would take long.
    free_of: ClassVar[Callable[..., frozenset[Index]] | None] = None
    kinds_of: ClassVar[Callable[..., Classes] | None] = None

    def rebuild(self, operands: tuple[Expr, ...]) -> Expr:
        """The same operation on other operands."""
        return self.make(operands, self.data)

    def instance(self, operands: tuple[Expr, ...], data: Data) -> Expr:
        """What it is in a statement whose letters stand for other things; an operator may write that more simply."""
        return self.rebuild(operands) if data == self.data else self.make(operands, data)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"expressions are immutable: cannot set {name}")

    def __deepcopy__(self, memo: object = None) -> Self:
        return self

    __copy__ = __deepcopy__

    def __reduce__(self) -> tuple[Callable[..., Expr], tuple[list[tuple[Any, ...]]]]:
        nodes = list(postorder(self))
        place = {node: k for k, node in enumerate(nodes)}
        return _restore, ([(type(n), n.data, tuple(place[c] for c in n.operands)) for n in nodes],)

    def __str__(self) -> str:
        return format(self)

    def __format__(self, spelling: str) -> str:
        return type(self).written(self, spelling)

    def __repr__(self) -> str:
        shown = str(self)
        return f"Expr({shown if len(shown) <= 200 else shown[:200] + '…'!r}: {shape_text(self.shape)})"

    def notation(self, style: Style) -> Notation:
        """How the node is written."""
        raise NotImplementedError(type(self).__name__)

    def lower(self, to: Any, *operands: Any) -> Any:
        raise NotImplementedError(type(self).__name__)

    @property
    def is_scalar(self) -> bool:
        return self.shape == SCALAR

    @property
    def rows(self) -> Size:
        return self.shape[0]

    @property
    def cols(self) -> Size:
        return self.shape[1]

    @property
    def notes(self) -> tuple[str, ...]:
        """How doubtful places of the text were taken that the expression was read from last, in sentences."""
        return tuple(self.facts.get("notes", ()))

    @property
    def called(self) -> tuple[str, ...]:
        """What the text calls the expression that it was read from last: J of J(w) = …"""
        return tuple(self.facts.get("called", ()))

    barred: ClassVar[bool] = False  # written between bars, as |A| and ‖A‖
    letter: ClassVar[str] = ""  # what it usually is in a formula, whatever its size: I, K, with {0} for the operand

    # What the notation of products and sums asks of a factor; the operators concerned override it.
    @property
    def is_inner(self) -> bool:
        """Whether it is a scalar made of matrices, as xᵀAx is, which needs no brackets at the end of a product."""
        return self.is_scalar and any(not o.is_scalar for o in self.operands)

    @property
    def open_ended(self) -> bool:
        """Whether what is written last goes on to the end of the product: ∑ᵢ xᵢ, log|A|."""
        return False

    @property
    def number(self) -> Fraction | None:
        """The value of a number, None of anything else."""
        return None

    @property
    def leading_number(self) -> Fraction:
        """The number that a product starts with, or 1."""
        return UNIT

    @property
    def reciprocal(self) -> tuple[Expr, Fraction] | None:
        """(b, k) of b^(-k), a scalar or entrywise, with a number k > 0, else None."""
        return None


class Blank(Expr):
    """A node while it is made: its attributes may be set, which takes a third of the time that it takes later."""

    __new__ = object.__new__  # type: ignore[assignment]
    __setattr__ = object.__setattr__  # type: ignore[assignment]


def filled(node: Any, blank: Expr) -> Any:
    """A node with the attributes of another one."""
    for name in Expr.__slots__[1:]:  # but that of weak references
        object.__setattr__(node, name, getattr(blank, name))
    return node


_set_free = vars(Expr)["free"].__set__


def _restore(rows: list[tuple[Any, ...]]) -> Expr:
    """Unpickles: the nodes of an expression in postorder."""
    nodes: list[Expr] = []
    for cls, data, places in rows:
        nodes.append(cls.make(tuple(nodes[p] for p in places), data))
    return nodes[-1]


class Leaf(Expr):
    """An expression without operands."""


class Letter(Leaf):
    """A leaf that is written as its name."""

    @property
    def name(self) -> str:
        return self.data[0]  # type: ignore[no-any-return]

    def notation(self, style: Style) -> Notation:
        return Notation((name_text(self.name, style),))


class Index(Letter):
    """The index of a sum, running from 1 to a size."""

    def __new__(cls, name: str, last: int | str | Size) -> Self:
        return cls.make((), (name, size(last)))

    @classmethod
    def make(cls, operands: tuple[Expr, ...], data: Data = ()) -> Self:
        node = super().make(operands, data)
        if not node.free:
            _set_free(node, frozenset((node,)))
        return node

    @classmethod
    def shape_of(cls, operands: tuple[Expr, ...], data: Data) -> Shape:
        return SCALAR

    @property
    def last(self) -> Size:
        last: Size = self.data[1]
        return last
