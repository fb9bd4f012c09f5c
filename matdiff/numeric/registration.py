"""A user's operator in, the same operator out, checked; or an error that says which check it fails.

A class that derives from Operator or Entrywise stands in the tables of operators from its creation on, so
the parser, the printers and the catalogue of laws know it.  What a test run checks of the operators of matdiff,
``register`` checks of a user's: the names, the shape rule, the numeric meaning, the law of d against differences
of values, the trace law and the vec law, the statements of the laws, and that what is printed is read back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar
from weakref import WeakSet

import numpy as np

from matdiff.algebra.dims import SCALAR, polynomial, shape_text
from matdiff.algebra.expr import FUNCTIONS, OPERATORS, Expr, Number, Operator, Symbol
from matdiff.algebra.laws import Law
from matdiff.algebra.notation import STYLES
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Product, Scale
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.rewriting import Step
from matdiff.errors import MatdiffError, shortly
from matdiff.language import parse, read_law
from matdiff.numeric.check import check_steps
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import shape_in
from matdiff.numeric.instances import Sampler
from matdiff.numeric.program import Program
from matdiff.numeric.rounding import relative_error

Class = TypeVar("Class", bound=type[Operator])
registered: WeakSet[type[Operator]] = WeakSet()
MISTAKES = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, NameError, AssertionError)


def register(cls: Class) -> Class:
    """Checks an operator; one that fails is taken out of the tables again, and a MatdiffError says what is wrong.

    It can decorate a class that does not mention itself.

    >>> register(3)
    Traceback (most recent call last):
    matdiff.errors.MatdiffError: 3 is no operator
    A class that derives from Operator is registered.
    """
    if not (isinstance(cls, type) and issubclass(cls, Operator)):
        raise MatdiffError(
            f"{shortly(cls)} is no operator", suggestion="A class that derives from Operator is registered."
        )
    if cls in registered or cls.__module__.partition(".")[0] == "matdiff":
        raise MatdiffError(f"the operator {cls.__name__} is registered already")
    passed = False
    try:
        for check in (names, sample, meaning, law_of_d, trace_law, vec_law, statements, spellings):
            try:
                check(cls)
            except MISTAKES as mistake:
                what = f"{type(mistake).__name__}: {mistake}"
                raise refusal(cls, f"its {check.__doc__ or check.__name__} cannot be checked ({what})") from mistake
        passed = True
    finally:
        if not passed:
            unregister(cls)
    registered.add(cls)
    return cls


def unregister(cls: type[Operator]) -> None:
    """Takes an operator and its laws out of the tables."""
    registered.discard(cls)
    if OPERATORS.get(cls.__name__) is cls:
        del OPERATORS[cls.__name__]
    for name in cls.names:
        if FUNCTIONS.get(name) is cls:
            del FUNCTIONS[name]
    for law in laws(cls):
        law.forget()


def laws(cls: type[Operator]) -> Iterator[Law]:
    """What an operator states."""
    yield from (each for law in (cls.d, cls.shift, cls.vec) if law is not None for each in law.each)


def others(cls: type[Operator]) -> Iterator[type[Operator]]:
    """All other operators."""
    yield from (other for other in dict.fromkeys((*OPERATORS.values(), *FUNCTIONS.values())) if other is not cls)


def refusal(cls: type[Operator], message: str, suggestion: str = "") -> MatdiffError:
    """The error that says why an operator is refused."""
    return MatdiffError(f"the operator {cls.__name__} is refused: {message}", suggestion=suggestion)


# ---- the checks ---------------------------------------------------------------------------------------------


def names(cls: type[Operator]) -> None:
    """names"""
    if not cls.names:
        raise refusal(cls, "it has no name", 'Give it one: names = ("log1p",).')
    for name in cls.names:
        if not name.isidentifier():
            raise refusal(cls, f"{name!r} cannot be a name in the language", "Take letters, digits and _.")
        taken = next((other for other in others(cls) if name in other.names), None)
        if taken is not None:
            raise refusal(cls, f"the name {name} is that of {taken.__name__}", "Take another name.")
    if OPERATORS.get(cls.__name__) is not cls:
        raise refusal(cls, "it is not among the operators", "It has been refused before; define it again.")
    if not cls.__doc__:
        raise refusal(cls, "it has no docstring", "Say in a line what it is.")


def sample(cls: type[Operator]) -> Operator:
    """shape rule"""
    if not cls.inputs and not cls.shown:
        raise refusal(cls, "it has no signature", 'Say the shapes: signature = "m×n → 1×1".')
    node = cls.sample()
    wanted = (polynomial(cls.output[0]), polynomial(cls.output[1]))
    if cls.inputs and node.shape != wanted:
        raise refusal(cls, f"its shape rule gives {shape_text(node.shape)}, its signature {shape_text(wanted)}")
    return node


def meaning(cls: type[Operator]) -> None:
    """numeric meaning"""
    node = sample(cls)
    program = Program([node])
    sampler, draws = Sampler(program, node.operands), Draws(0)
    instance = sampler.instance(draws)
    together = instance.values[program.place[node]]
    wanted = shape_in(instance.environment, node)
    if np.shape(together)[-2:] != wanted:
        raise refusal(
            cls,
            f"numpy gives an array with the last axes {np.shape(together)[-2:]} where the signature says {wanted}",
            "Arrays have the axes (…, rows, columns); keep both of them with keepdims=True.",
        )
    first = {s: a[:1] for s, a in instance.environment.arrays.items()}
    alone = program.results(instance.environment._replace(arrays=first))[0]
    if not relative_error(together[:1], alone) < 1e-9:
        raise refusal(cls, "numpy mixes instances that are computed side by side", "Reduce the last two axes only.")


def law_of_d(cls: type[Operator]) -> None:
    """law of d"""
    if cls.d is None:
        return
    node = sample(cls)
    letters = {k: o for k, o in enumerate(node.operands) if isinstance(o, Symbol)}
    after = cls.d.apply(node, *[Differential(o) if k in letters else None for k, o in enumerate(node.operands)])
    compare(cls, "its law of d", Step(cls.d, Differential(node), after), node.operands)
    for k, operand in letters.items():
        changes = [Differential(operand) if j == k else None for j in range(len(node.operands))]
        single = cls.d.apply(node, *changes)
        compare(cls, f"its law of d in {operand} alone", Step(cls.d, Differential(node), single), [operand])


def trace_law(cls: type[Operator]) -> None:
    """trace law"""
    law = cls.shift
    if law is None:
        return
    for node, place in linear_uses(cls, "a trace law"):
        h = Symbol("H", (node.cols, node.rows))
        moved = law(node, h, place)
        sides = [Product.of(h, node), Product.of(moved, node.operands[place])]
        before, after = (Trace(e) if e.shape != SCALAR else e for e in sides)
        compare(cls, "its trace law", Step(law, before, after), [])


def vec_law(cls: type[Operator]) -> None:
    """vec law"""
    law = cls.vec
    if law is None:
        return
    for node, place in linear_uses(cls, "a vec law"):
        operand, matrix = node.operands[place], law(node, place)
        wanted = (node.rows * node.cols, operand.rows * operand.cols)
        if matrix.shape not in (wanted, SCALAR):
            raise refusal(cls, f"the matrix of its vec law is {shape_text(matrix.shape)}, not {shape_text(wanted)}")
        compare(cls, "its vec law", Step(law, Vec.of(node), Product.of(matrix, Vec.of(operand))), [])


def linear_uses(cls: type[Operator], stated: str) -> list[tuple[Operator, int]]:
    """Operations that are linear in an operand, each with its place."""
    if issubclass(cls, Linear):
        uses: list[tuple[Operator, int]] = [use for e in cls.examples() for use in cls.alone(e)]
    else:
        node = sample(cls)
        uses = [(node, k) for k in range(len(node.operands)) if is_linear(node, k)]
    crooked = [node.operands[place] for node, place in uses if not is_linear(node, place)]
    if crooked or not uses:
        raise refusal(cls, f"it has {stated}, but is not linear in {crooked[0] if crooked else 'any operand'}")
    return uses


def is_linear(node: Operator, place: int) -> bool:
    """Whether doubling an operand doubles the value."""
    f = node.operands
    doubled = node.rebuild((*f[:place], Scale.of(Number(2), f[place]), *f[place + 1 :]))
    return check_steps([Step(node.d, doubled, Scale.of(Number(2), node))], [])[1] is None  # type: ignore[arg-type]


def statements(cls: type[Operator]) -> None:
    """statements of its laws"""
    for law in laws(cls):
        for statement in law.statements if law.kind != "definition" else ():
            try:
                left, right = read_law(statement)
            except MatdiffError as error:
                raise refusal(cls, f"the statement {statement.statement} cannot be read: {error.message}") from None
            used = [s for s in _symbols(left, right) if not s.is_scalar or s.name not in "mnpqN"]
            compare(cls, f"the statement {statement.statement}", Step(law, left, right), used)


def spellings(cls: type[Operator]) -> None:
    """spellings"""
    node = sample(cls)
    where = "; ".join(
        " ".join([f"{s.name}: {s.rows} x {s.cols}", *sorted(s.properties)])
        for s in node.operands
        if isinstance(s, Symbol)
    )
    for style in STYLES.values():
        if not node.notation(style).parts:
            raise refusal(cls, f"it has no notation in the spelling {style.name}")
    for spelling in ("unicode", "ascii"):
        written = format(node, spelling)
        try:
            back: Expr | None = parse(written, where)
        except MatdiffError:
            back = None
        if back is not node:
            raise refusal(cls, f"what is printed, {written}, is read as {back if back is not None else 'nothing'}")


def compare(cls: type[Operator], what: str, step: Step, unknowns: Sequence[Expr]) -> None:
    """Refuses an operator when the two sides of an equality differ on random instances."""
    varying = [u for u in unknowns if not isinstance(u, Number)]
    error, place = check_steps([step], varying)
    if place is not None:
        by = f" by {error:.0e}" if np.isfinite(error) else ""
        raise refusal(cls, f"{what} is wrong{by}: {step.before} is not {step.after}")


def _symbols(*expressions: Expr) -> list[Symbol]:
    return [n for n in Program(expressions).nodes if isinstance(n, Symbol)]
