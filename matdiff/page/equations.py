"""The pages of equations: what an equation says of its unknown, and the conditions of a constrained problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from matdiff.algebra.constants import Zeros
from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import TEXT, Style, name_text
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.calculus.implicit import Implicit
from matdiff.calculus.naming import letter_of
from matdiff.calculus.stationary import Stationary
from matdiff.output.notation import write
from matdiff.page.derivatives import symbol_of_jacobian
from matdiff.page.model import (
    D,
    Formula,
    Line,
    Page,
    Pen,
    Section,
    function_of,
    joined,
    nabla,
    plain,
    require_level,
    sign,
    whole,
)
from matdiff.page.pieces import shaped, steps_record

ZERO: Formula | str = " = 0"
SUBJECT_TO = sign("subject to ", r"\text{subject to}\quad & ")
NOT_NEGATIVE = sign(" ≥ 0", r" \ge 0")


# ---- implicit derivatives -------------------------------------------------------------------------------


def of_implicit(found: Implicit, steps: str) -> Page:
    """The equation, its differential solved for dX, the Jacobians and the gradients."""
    require_level(steps)
    head = [Line(function_of("F", [found.unknown]), joined([whole(found.equation), ZERO]), reading=found.equation)]
    if found.objective is not None:
        head.append(Line(joined(["L"]), whole(found.objective), reading=found.objective))
    of = plain(found.unknown)
    lines = [
        Section("Differential", [Line(joined([D, "F"]), joined([whole(found.linear + found.data), ZERO]))]),
        Section("Solved", [Line(joined([D, of]), whole(found.change))]),
    ]
    jacobians = [
        Line(symbol_of_jacobian(found.unknown, of, found.parameters[name]), whole(j))
        for name, j in found.jacobians.items()
    ]
    lines.append(Section("Jacobian", jacobians))
    gradients = [Line(joined([nabla(found.parameters[n]), " L"]), whole(g)) for n, g in found.gradients.items()]
    if gradients:
        lines.append(Section("Gradient", gradients))
    return Page(
        head=head,
        parts=[lines if steps != "none" else lines[2:]],
        heading="",
        answers=(),
        conditions=found.conditions(),
        subject="the answer",
        record=lambda: implicit_record(found),
    )


def implicit_record(found: Implicit) -> dict[str, Any]:
    """The equation, what was solved, the answers and the steps."""
    return {
        "equation": shaped(found.equation),
        "unknown": write(found.unknown, TEXT),
        "linear": shaped(found.linear),
        "data": shaped(found.data),
        "change": shaped(found.change),
        "jacobians": {name: shaped(j) for name, j in found.jacobians.items()},
        "gradients": {name: shaped(g) for name, g in found.gradients.items()},
        **steps_record(found.steps()),
    }


# ---- stationary points ----------------------------------------------------------------------------------


def of_stationary(found: Stationary, steps: str) -> Page:
    """The problem, its Lagrangian, the conditions, their differentials, and the system."""
    require_level(steps)
    pen = Pen()
    variables = list(found.unknowns.values())[: len(found.unknowns) - len(found.constraints)]
    labels = {name: joined([nabla(u), " L"]) for name, u in found.unknowns.items()}
    lagrangian = Line(function_of("L", found.unknowns.values()), pen(found.lagrangian))
    conditions = [Line(labels[n], joined([pen(g), ZERO])) for n, g in found.gradients.items()]
    changes = [
        Line(joined([sign("d(", r"\mathrm{d} "), labels[n], sign(")", "")]), pen(d))
        for n, d in found.differentials.items()
    ]
    lines = [
        Section("Lagrangian", [lagrangian]),
        Section("Stationary where", conditions),
        Section("Differentials", changes),
        Section("System", [Line(None, system(found, pen))]),
    ]
    return Page(
        head=list(asked(found.objective, found.constraints, variables, found.sense, pen, found.lagrangian)),
        parts=[lines if steps != "none" else lines[1::2]],
        heading="",
        answers=(),
        conditions=found.conditions(),
        subject="the gradients",
        record=lambda: stationary_record(found),
    )


def asked(
    f: Expr,
    constraints: Sequence[Expr],
    variables: Iterable[Expr],
    sense: str,
    pen: Pen,
    reading: Expr,
    bounds: Sequence[Expr] = (),
) -> Iterator[Line]:
    """minimise f subject to c = 0 and b ≥ 0; maximise and «stationary points of» as the problem says"""
    left, objective = function_of(letter_of(f), variables), pen(f)
    function = left if left(TEXT) == objective(TEXT) else joined([left, " = ", objective])
    verb = sense or "stationary points of"
    yield Line(None, joined([sign(f"{verb} ", rf"\text{{{verb}}}\quad & "), function]), reading=reading)
    for c in (*constraints, *bounds):
        relation = ZERO if c in constraints else NOT_NEGATIVE
        yield Line(None, joined([SUBJECT_TO, pen(c), relation]))


def system(found: Stationary, pen: Pen) -> Formula:
    """The system as a table of blocks: [ ∇²f  Aᵀ ] [ dx ] = − [ … ]"""

    def in_style(style: Style) -> str:
        if not style.latex:
            return "\n".join(table(found, pen, style))
        matrix, step, residual = (typeset(e, pen, style) for e in (found.matrix, found.step, found.residual))
        return f"{matrix} {step} = - {residual}"

    return in_style


def table(found: Stationary, pen: Pen, style: Style) -> Iterator[str]:
    """The rows of the system, its blocks in columns."""
    columns = [[cell(e, pen, style) for e in column] for column in zip(*blocks(found.matrix), strict=True)]
    step = [row[0] for row in blocks(found.step)]
    right = [row[0] for row in blocks(found.residual)]
    columns += [[pen(e)(style) for e in step], [pen(e)(style) for e in right]]
    widths = [max(map(len, column)) for column in columns]
    for k in range(len(step)):
        *matrix, unknown, known = [column[k].ljust(width) for column, width in zip(columns, widths, strict=True)]
        middle = "= −" if k == (len(step) - 1) // 2 else "   "
        yield f"[ {'   '.join(matrix)} ] [ {unknown} ] {middle} [ {known} ]"


def typeset(e: Expr, pen: Pen, style: Style) -> str:
    """A matrix of blocks in LaTeX."""
    rows = r" \\ ".join(" & ".join(cell(block, pen, style) for block in row) for row in blocks(e))
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def cell(e: Expr, pen: Pen, style: Style) -> str:
    """A block; the size of 0 follows from the blocks beside it."""
    return "0" if isinstance(e, Zeros) else pen(e)(style)


def blocks(e: Expr) -> list[tuple[Expr, ...]]:
    """The rows of a matrix of blocks."""
    rows = e.operands if isinstance(e, VerticalStack) else (e,)
    return [row.operands if isinstance(row, HorizontalStack) else (row,) for row in rows]


def stationary_record(found: Stationary) -> dict[str, Any]:
    """The problem, its conditions, the system and the steps."""
    return {
        "objective": shaped(found.objective),
        "constraints": [shaped(c) for c in found.constraints],
        "lagrangian": shaped(found.lagrangian),
        "gradients": {name: shaped(g) for name, g in found.gradients.items()},
        "differentials": {name: shaped(d) for name, d in found.differentials.items()},
        "matrix": shaped(found.matrix),
        "step": [name_text(name, TEXT) for name in found.unknowns],
        "residual": shaped(found.residual),
        **steps_record(found.steps()),
    }
