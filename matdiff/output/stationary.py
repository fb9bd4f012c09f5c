"""The conditions of a constrained problem, and the system that follows from them, as text, LaTeX and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from matdiff.algebra.constants import Zeros
from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, notes_of
from matdiff.algebra.notation import LATEX, TEXT, Style, name_text
from matdiff.algebra.operators.blocks import HorizontalStack, VerticalStack
from matdiff.calculus.stationary import Stationary
from matdiff.output import latex
from matdiff.output.notation import Printer, write
from matdiff.output.text import name_list, reading, remarks, text


def page(found: Stationary, check: str = "") -> str:
    """The problem, its Lagrangian, the conditions, their differentials, and the system, as a page of text."""
    p = Printer(TEXT, {})
    variables = ", ".join(write(u, TEXT) for n, u in found.unknowns.items() if n in _variables(found))
    left = f"f({variables})"
    objective = p.write(found.objective)
    shown = left if objective == left else f"{left} = {objective}"
    rows = [f"minimise {shown}        {reading(found.lagrangian)}"]
    rows += [f"subject to {p.write(c)} = 0" for c in found.constraints]
    rows += remarks(*found.read)
    rows += ["", "Lagrangian", f"  L({name_list(found.unknowns)}) = {p.write(found.lagrangian)}"]
    rows += ["", "Stationary where"]
    rows += [f"  {_gradient(found, name, TEXT)} = {p.write(g)} = 0" for name, g in found.gradients.items()]
    rows += ["", "Differentials"]
    rows += [f"  d({_gradient(found, name, TEXT)}) = {p.write(d)}" for name, d in found.differentials.items()]
    rows += ["", "System", *(f"  {row}" for row in _system(found, p))]
    if conditions := found.conditions():
        rows += ["", "valid where " + ", ".join(conditions)]
    return "\n".join([*rows, *(["", check] if check else [])]) + "\n"


def _variables(found: Stationary) -> list[str]:
    """The unknowns that are no multipliers."""
    return list(found.unknowns)[: len(found.unknowns) - len(found.constraints)]


def _gradient(found: Stationary, name: str, style: Style) -> str:
    """∇_x L"""
    label = write(found.unknowns[name], style)
    return style.pick(f"∇_{label} L", rf"\nabla_{{{label}}} L")


def _system(found: Stationary, p: Printer) -> Iterator[str]:
    """The system as a table of blocks: [ ∇²f  Aᵀ ] [ dx ] = − [ … ]"""
    columns = [[_cell(e, p) for e in column] for column in zip(*_blocks(found.matrix), strict=True)]
    step = [row[0] for row in _blocks(found.step)]
    right = [row[0] for row in _blocks(found.residual)]
    columns += [[p.write(e) for e in step], [p.write(e) for e in right]]
    widths = [max(map(len, column)) for column in columns]
    for k in range(len(step)):
        cells = [column[k].ljust(width) for column, width in zip(columns, widths, strict=True)]
        *matrix, unknown, known = cells
        middle = "= −" if k == (len(step) - 1) // 2 else "   "
        yield f"[ {'   '.join(matrix)} ] [ {unknown} ] {middle} [ {known} ]"


def _cell(e: Expr, p: Printer) -> str:
    """A block; the size of 0 follows from the blocks beside it."""
    return "0" if isinstance(e, Zeros) else p.write(e)


def _blocks(e: Expr) -> list[tuple[Expr, ...]]:
    """The rows of a matrix of blocks."""
    rows = e.operands if isinstance(e, VerticalStack) else (e,)
    return [row.operands if isinstance(row, HorizontalStack) else (row,) for row in rows]


def align(found: Stationary) -> str:
    """The same as an ``align*``."""
    p = Printer(LATEX, {})
    names = ", ".join(write(u, LATEX) for u in found.unknowns.values())
    rows = [rf"L({names}) &= {p.write(found.lagrangian)}", *latex.remarks(*found.read)]
    rows += [rf"{_gradient(found, name, LATEX)} &= {p.write(g)} = 0" for name, g in found.gradients.items()]
    d = r"\mathrm{d}"
    rows += [rf"{d} {_gradient(found, name, LATEX)} &= {p.write(e)}" for name, e in found.differentials.items()]
    rows.append(rf"{_matrix(found.matrix, p)} {_matrix(found.step, p)} &= - {_matrix(found.residual, p)}")
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _matrix(e: Expr, p: Printer) -> str:
    rows = r" \\ ".join(" & ".join(_cell(block, p) for block in row) for row in _blocks(e))
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def record(found: Stationary) -> str:
    """The same for other programs."""
    content = {
        "objective": _both(found.objective),
        "constraints": [_both(c) for c in found.constraints],
        "lagrangian": _both(found.lagrangian),
        "gradients": {name: _both(g) for name, g in found.gradients.items()},
        "differentials": {name: _both(d) for name, d in found.differentials.items()},
        "matrix": _both(found.matrix),
        "step": [name_text(name, TEXT) for name in found.unknowns],
        "residual": _both(found.residual),
        "conditions": list(found.conditions()),
        "notes": notes_of(*found.read),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _both(e: Expr) -> dict[str, str]:
    return {"text": text(e), "latex": latex.latex(e), "shape": shape_text(e.shape)}
