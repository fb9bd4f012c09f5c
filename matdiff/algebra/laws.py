"""The Law record and the catalogue of laws.  No law is stated here: each stands with its operator
or in matdiff.algebra.identities."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from matdiff.displayed import Displayed
from matdiff.errors import MatdiffError
from matdiff.opening import ByNeed
from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.algebra.expr import Expr

IDENTITIES = "matdiff.algebra.identities.", "matdiff.calculus.equality."  # which lie in modules of these packages
Words = str | Callable[[], str]  # or what makes them, when somebody asks


class Statement(NamedTuple):
    """An equality in matdiff's own language, with the declarations that its letters need."""

    statement: str
    where: str


class Law(Displayed):
    """A named equality that is applied from left to right.

    name       unique, in words joined by underscores: ``differential_of_inverse``; a law that none is given for has
               that which its module calls it by, once the module has been read
    title      the short form shown beside a line: ``d(A⁻¹)``; where none is given it is the statement as it is printed
    statement  the equality in matdiff's own language: ``d(inv(A)) = -inv(A)*d(A)*inv(A)``, or what makes its text
    requires   the side condition in words, where there is one: ``A invertible``
    where      declarations that the letters of the statement need: ``A: n x n``
    also       further statements of the same law, where one does not say it all: of columns, of a mirror image
    kind       ``differential``, ``trace``, ``vec``, ``identity``, or ``definition`` (true by what letters stand for)
    positive   what has to be positive where the law is applied, where there is such a condition
    on         the classes of what it applies to, where the left sides of its statements do not show them
    among      classes of which one must be among the operands, seen through transposes and multiples, for the law
               to apply, or names of some that need not be loaded; none where that cannot be told from the classes,
               None where its statements tell
    within     classes of which one must occur in the operands, at some depth and in definitions apart, for the law to
               apply; of a law that is its statement the statement tells
    under_d    whether it is applied under d as well; *shorter* tells whether it is also applied elsewhere
    apply      the function that maps a left-hand side to the right-hand side
    """

    __slots__ = (
        "among",
        "apply",
        "called",
        "declared",
        "kind",
        "known_as",
        "more",
        "on",
        "others",
        "positive",
        "requires",
        "shorter",
        "source",
        "stated",
        "under_d",
        "within",
    )

    # What reads, prints and applies statements, and tells whether a step is an instance of one: the package gives it.
    read: ClassVar[Callable[[Statement], tuple[Expr, Expr]]]
    read_anew: ClassVar[Callable[[Statement], tuple[Expr, Expr]]]  # whatever the table of statements has
    printed: ClassVar[Callable[[Law], str]]
    changed: ClassVar[Callable[[Law, Expr, Sequence[Expr | None]], Expr]]
    explained: ClassVar[Callable[[Law, Expr, Expr], bool]]

    def __init__(
        self,
        name: str,
        title: Words,
        statement: Words,
        kind: str,
        apply: Callable[..., Any],
        *,
        requires: str = "",
        where: Words = "",
        source: str = "",
        positive: Callable[[Expr], Expr] | None = None,
        on: tuple[type, ...] = (),
        among: tuple[type | str, ...] | None = (),
        within: tuple[type | str, ...] = (),
        under_d: bool = False,
        shorter: bool = True,
        also: Sequence[str | Statement] | Callable[[], Sequence[Statement]] = (),
    ) -> None:
        self.called = title
        self.stated = statement
        self.kind = kind
        self.apply = apply
        self.requires = requires
        self.declared = where
        self.source = source
        self.positive = positive
        self.on = on
        self.among = among
        self.within = within
        self.under_d = under_d
        self.shorter = shorter
        self.more = also
        self.others: tuple[Law, ...] = ()
        self.known_as = ""
        if name:
            self.enter(name)

    @property
    def name(self) -> str:
        if not self.known_as and self.apply.__module__.startswith(IDENTITIES):
            laws_of(sys.modules[self.apply.__module__])
        return self.known_as

    def enter(self, name: str) -> None:
        """Enters the law in the catalogue by its name, those that were declared with it by that and a number."""
        for k, law in enumerate(self.each, 1):
            law.known_as = name if k == 1 else f"{name}_{k}"
            if CATALOGUE.is_taken(law.known_as):
                raise MatdiffError(f"the law {law.known_as} is stated twice")
            CATALOGUE[law.known_as] = law

    @property
    def title(self) -> str:
        self.called = _told(self.called) or Law.printed(self)  # once, since every line that it is used in has it
        return self.called

    @property
    def statement(self) -> str:
        return _told(self.stated)

    @property
    def where(self) -> str:
        return _told(self.declared)

    @property
    def each(self) -> tuple[Law, ...]:
        """The law and those that were declared with it, which have a statement and a title of their own."""
        return (self, *self.others)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All of them, each with its own declarations."""
        also = self.more() if callable(self.more) else self.more
        more = [Statement(s, self.where) if isinstance(s, str) else s for s in also]
        return (Statement(self.statement, self.where), *more)

    def forget(self) -> None:
        """Takes the law, and those that were declared with it, out of the catalogue."""
        for law in self.each:
            if dict.get(CATALOGUE, law.known_as) is law:
                del CATALOGUE[law.known_as]

    def __call__(self, *arguments: Any) -> Any:
        return self.apply(*arguments)

    def explains(self, before: Expr, after: Expr) -> bool:
        """Whether a step from *before* to *after* is an instance of one of the statements."""
        return Law.explained(self, before, after)

    def __repr__(self) -> str:
        return f"Law({self.name})"

    def __reduce__(self) -> tuple[Callable[[str], Law], tuple[str]]:
        return law_named, (self.name,)


def _told(words: Words) -> str:
    return words if isinstance(words, str) else words()


@cache
def laws_of(module: ModuleType) -> tuple[Law, ...]:
    """The identities that a module of them states, in its order; a law is called as its module calls it."""
    if not module.__name__.startswith(IDENTITIES):
        return ()
    found: list[Law] = []
    for name, law in vars(module).items():
        if isinstance(law, Law) and law.apply.__module__ == module.__name__:
            law.forget()
            law.enter(name)
            found += law.each if law.kind == "identity" else ()
    return tuple(found)


CATALOGUE: ByNeed[Law] = ByNeed(laws_of)


def law_named(name: str) -> Law:
    """The law of this name in the catalogue."""
    return CATALOGUE[name]


OF_OPERATOR = "what the operator requires"
Change = Callable[..., Any]  # a function of the node and the differentials of its operands


def differential(
    name: str, statement: str, *, title: str = "", requires: str = OF_OPERATOR, **more: Any
) -> Callable[[Change], Law]:
    """Declares the law of d of an operator; its title is d f(A) where no other one is given."""
    named = title or f"d {statement.partition(' = ')[0][2:-1]}"
    return lambda apply: Law(name, named, statement, "differential", apply, requires=requires, **more)


def stated_differential(name: str, statement: str, **more: Any) -> Law:
    """Declares the law of d of an operator that is its statement; *also* has those for special operands."""

    def apply(e: Expr, *changes: Expr | None) -> Expr:
        return Law.changed(law, e, changes)

    apply.__module__ = sys._getframe(1).f_globals.get("__name__", __name__)  # where the law book looks it up
    law = differential(name, statement, **more)(apply)
    return law


def of_a_line(
    title: str,
    statement: Words,
    where: Words = "",
    kind: str = "trace",
    requires: str = "",
    also: Sequence[str | Statement] | Callable[[], Sequence[Statement]] = (),
    name: str = "",
) -> Law:
    """Declares a law that a derivation applies to the terms of a line, and that changes nothing by itself."""

    def apply(e: Expr) -> Expr | None:
        return None

    apply.__module__ = sys._getframe(1).f_globals["__name__"]
    return Law(name, title, statement, kind, apply, where=where, requires=requires, also=also)


def shift(name: str, title: str, statement: str, **more: Any) -> Callable[[Callable[..., Any]], Law]:
    """Declares how Tr(H op(… L …)) becomes Tr(H' L): a function of the node, H and the place of L giving H'."""
    return lambda apply: Law(name, title, statement, "trace", apply, **more)


def vec(name: str, title: str, statement: str, **more: Any) -> Callable[[Callable[..., Any]], Law]:
    """Declares M with vec(op(… L …)) = M vec(L): a function of the node and the place of L."""
    return lambda apply: Law(name, title, statement, "vec", apply, **more)


def identity(statement: str, *, title: Words = "", **more: Any) -> Callable[[Callable[[Any], Expr | None]], Law]:
    """Declares an equality between expressions; its name is the function's, and None means «does not apply»."""
    return lambda apply: Law(apply.__name__, title, statement, "identity", apply, **more)


def enter(block: type[Any], operators: ByNeed[Any], functions: ByNeed[Any]) -> None:
    """Enters an operator in the tables, by its class and by its names.

    Where one is taken it is refused with a MatdiffError, and the laws that its block has stated are forgotten.
    """
    taken = next(filter(functions.is_taken, block.names), None)
    if taken is not None or operators.is_taken(block.__name__):
        for law in vars(block).values():
            if isinstance(law, Law):
                law.forget()
        what = f"the name {taken} is that of {functions[taken].__name__}" if taken else "there is one of this name"
        raise MatdiffError(f"the operator {block.__name__} is refused: {what}", suggestion="Take another name.")
    operators[block.__name__] = block
    for name in block.names:
        functions[name] = block
