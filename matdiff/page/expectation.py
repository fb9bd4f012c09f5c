"""The page of an expectation: what is random, the quadratic terms, and E[f]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Index, Number
from matdiff.algebra.identities.indexed import fresh_index
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.operators.vectorisation import unit_matrix
from matdiff.calculus.expectations.expectation import Expectation
from matdiff.calculus.expectations.independence import names, put_all
from matdiff.calculus.expectations.random_symbols import Variable
from matdiff.page.gradients import head
from matdiff.page.model import VEC, Answer, Formula, Line, Page, Pen, Section, joined, plain, require_level, sign
from matdiff.page.pieces import both, shaped, steps_record, symbols_record

MEAN = sign("E[", r"\operatorname{E}\bigl["), sign("]", r"\bigr]")
COVARIANCE = sign("Cov(", r"\operatorname{Cov}("), sign(")", ")")


def page(found: Expectation, steps: str) -> Page:
    """f and what is random in it, the terms that are quadratic in deviations, E[f] line by line, and the answer."""
    require_level(steps)
    pen = Pen()
    of_f = within(MEAN, plain(found.function))
    terms = [Line(within(MEAN, pen(s.before)), pen(s.after), (s.law.title,)) for s in found.terms]
    lines = [Line(of_f, pen(line.expression), tuple(line.titles)) for line in found.lines()]
    sections = [*([Section("Quadratic terms", terms)] if terms else []), Section("Around the mean", lines)]
    random = [v.symbol for v in found.variables.values()]
    return Page(
        head=[*head(found.function, random, pen), *told(found, pen)],
        parts=[sections] if steps != "none" else [],
        heading="Expectation",
        answers=[Answer(within(MEAN, sign("f", "f")), found.value)],
        conditions=found.where(),
        subject="the expectation",
        record=lambda: record(found),
    )


def within(signs: tuple[Formula, Formula], inside: Formula) -> Formula:
    """E[…], Cov(…)"""
    return joined([signs[0], inside, signs[1]])


def told(found: Expectation, pen: Pen) -> Iterator[Line]:
    """The mean and the covariance of all that is random, of a family those of its general member."""
    for v in found.variables.values():
        indices = named_indices(v, found.function)
        name = plain(Member.of(v.symbol, *indices) if indices else v.symbol)
        mean = put_all(v.mean, v.indices, indices)
        yield Line(within(MEAN, name), pen(mean), reading=mean)
        if v.covariance_known:
            covariance = put_all(covariance_of(v), v.indices, indices)
            whole = name if ONE in v.symbol.shape else joined([VEC, name])
            yield Line(within(COVARIANCE, whole), pen(covariance), reading=covariance)


def named_indices(v: Variable, f: Expr) -> list[Index]:
    """The indices of a general member, with the names that a reader knows."""
    taken = names([f, v.mean])
    found: list[Index] = []
    for index in v.indices:
        is_formal = index.name.startswith("·")
        found.append(fresh_index(Index("i", index.last), taken) if is_formal else index)
        taken = taken | {found[-1].name}
    return found


def covariance_of(v: Variable) -> Expr:
    """V ⊗ U, the covariance of vec(X); of a vector U, of a number its variance."""
    if v.symbol.cols is ONE:
        return v.rows or Number(1)
    if v.symbol.rows is ONE:
        return v.cols or Number(1)
    return Kronecker.of(v.cols or unit_matrix(v.symbol.cols), v.rows or unit_matrix(v.symbol.rows))


def record(found: Expectation) -> dict[str, Any]:
    """The function and its reading, what is random, E[f] and the steps."""
    return {
        "function": both(found.function),
        "symbols": symbols_record(found.function),
        "random": {
            v.symbol.name: {
                "mean": both(v.mean),
                **({"covariance": both(covariance_of(v))} if v.covariance_known else {}),
            }
            for v in found.variables.values()
        },
        "expectation": shaped(found.value),
        **steps_record(found.steps()),
    }
