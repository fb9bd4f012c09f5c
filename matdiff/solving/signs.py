"""Points whose kind depends on the signs of numbers: those that have to be positive, such as the λ of a penalty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matdiff.algebra.expr import Expr, Index, Symbol, postorder, replace
from matdiff.algebra.operators.products import Hadamard, Power, Scale, coefficient
from matdiff.algebra.operators.sums import Member, substitute_index
from matdiff.algebra.simplification import tidy
from matdiff.calculus.conditions import size_names
from matdiff.solving.equations import fresh_symbol, sign_of
from matdiff.solving.kinds import Verdict, verdict
from matdiff.solving.terms import holding

MOST = 4  # numbers whose signs are asked for

Signs = Mapping[Expr, Expr]  # numbers, and positive ones in their places


def in_signs(e: Expr, values: Mapping[Expr, Expr]) -> Expr:
    """An expression with other numbers, of a family with every index."""
    return tidy(replace(e, by_index(values, e).get)) if values else e


def by_index(values: Mapping[Expr, Expr], e: Expr) -> dict[Expr, Expr]:
    """The values of c[i] for every index of an expression."""
    indices = {n for n in postorder(e) if isinstance(n, Index)}
    found = dict(values)
    for c, v in values.items():
        for i in c.free if len(c.free) == 1 else ():
            found |= {substitute_index(c, i, j): substitute_index(v, i, j) for j in indices if j.last == i.last}
    return found


def under_signs(
    f: Expr,
    variables: Mapping[str, Expr],
    values: Mapping[Expr, Expr],
    order: Sequence[str],
    constrained: bool,
    kind: str,
) -> tuple[Verdict, Signs]:
    """What can be proved of a stationary point, and the numbers that have to be positive so that it is of a *kind*.

    None has to be where the kind is known, or where positive numbers would not tell.
    """
    plain = verdict(f, variables, values, order, constrained)
    if plain.proved or kind not in ("minimum", "maximum"):
        return plain, {}
    f = tidy(f)
    signs = {c: positive(c, f) for c in undecided(f, list(variables.values()))}
    found = tried(f, variables, values, order, constrained, signs) if 0 < len(signs) <= MOST else plain
    if not found.proved or found.kind != kind:
        return plain, {}
    for c in [*signs] if len(signs) > 1 else ():
        others = {k: v for k, v in signs.items() if k is not c}
        fewer = tried(f, variables, values, order, constrained, others)
        if fewer.proved and fewer.kind == kind:
            signs, found = others, fewer
    return found, signs


def tried(
    f: Expr,
    variables: Mapping[str, Expr],
    values: Mapping[Expr, Expr],
    order: Sequence[str],
    constrained: bool,
    signs: Signs,
) -> Verdict:
    """What can be proved with some numbers positive."""
    within = {x: in_signs(v, signs) for x, v in values.items()}
    return verdict(in_signs(f, signs), variables, within, order, constrained)


def undecided(f: Expr, unknowns: Sequence[Expr]) -> list[Expr]:
    """The numbers made of data whose signs are not known, and which multiply or divide what holds an unknown."""
    holds, sizes = holding(*unknowns), size_names(f)
    found: list[Expr] = []
    for n in postorder(f):
        if isinstance(n, (Scale, Hadamard)) and holds(n):
            factors = [o.operands[0] if isinstance(o, Power) else o for o in n.operands if o.is_scalar and not holds(o)]
            found += [c for c in map(without_number, factors) if is_number(c) and not sign_of(c, sizes)]
    return list(dict.fromkeys(found))


def without_number(e: Expr) -> Expr:
    """a of 2a."""
    return coefficient(e)[1] or e


def is_number(e: Expr) -> bool:
    """Whether an expression is made of scalars alone, and is no number that is written out."""
    return e.number is None and all(n.is_scalar or isinstance(n, Index) for n in postorder(e))


def positive(c: Expr, f: Expr) -> Expr:
    """A positive number in the place of another one; a symbol keeps its name."""
    if isinstance(c, Member):
        family = c.operands[0]
        assert isinstance(family, Symbol)
        return Member(
            Symbol(family.name, family.shape, family.properties | {"positive"}, family.ranges), *c.operands[1:]
        )
    if isinstance(c, Symbol):
        return Symbol(c.name, c.shape, c.properties | {"positive"}, c.ranges)
    indices = sorted(c.free, key=str)
    name = fresh_symbol("c", c, f).name
    if indices:
        return Member(Symbol(name, c.shape, {"positive"}, tuple(i.last for i in indices)), *indices)
    return Symbol(name, c.shape, {"positive"})
