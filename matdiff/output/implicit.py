"""What an equation says of its unknown, as text, LaTeX and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, notes_of
from matdiff.algebra.notation import LATEX, TEXT, Style
from matdiff.calculus.implicit import Implicit
from matdiff.output import latex
from matdiff.output.notation import with_pieces, write
from matdiff.output.second import symbol_of_jacobian
from matdiff.output.text import reading, remarks, text

Row = tuple[str, str]  # the left and the right side of a line


def page(found: Implicit, check: str = "") -> str:
    """The equation, its differential solved for dX, the Jacobians and the gradients, as a page of text."""
    unknown = write(found.unknown, TEXT)
    rows = [f"F({unknown}) = {_write(found.equation, TEXT)} = 0        {reading(found.equation)}"]
    if found.objective is not None:
        rows.append(f"L = {_write(found.objective, TEXT)}        {reading(found.objective)}")
    rows += remarks(*found.read)
    for title, lines in _sections(found, TEXT):
        rows += ["", title, *(f"  {left} = {right}" for left, right in lines)]
    rows += ["", "valid where " + ", ".join(conditions)] if (conditions := found.conditions()) else []
    return "\n".join([*rows, *(["", check] if check else [])]) + "\n"


def align(found: Implicit) -> str:
    """The same as an ``align*``."""
    rows = [rf"F &= {_write(found.equation, LATEX)} = 0"]
    if found.objective is not None:
        rows.append(rf"L &= {_write(found.objective, LATEX)}")
    rows += latex.remarks(*found.read)
    rows += [f"{left} &= {right}" for _, lines in _sections(found, LATEX) for left, right in lines]
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _sections(found: Implicit, style: Style) -> Iterator[tuple[str, list[Row]]]:
    """The headings and the lines under them."""
    d = style.pick("d", r"\mathrm{d}")
    yield "Differential", [(f"{d}F", f"{_write(found.linear + found.data, style)} = 0")]
    yield "Solved", [(d + write(found.unknown, style), _write(found.change, style))]
    lines = [
        (
            symbol_of_jacobian(found.unknown, write(found.unknown, style), found.parameters[name], style),
            _write(j, style),
        )
        for name, j in found.jacobians.items()
    ]
    yield "Jacobian", lines
    if found.gradients:
        nabla = [
            style.pick(f"∇_{write(found.parameters[n], style)} L", rf"\nabla_{{{write(found.parameters[n], style)}}} L")
            for n in found.gradients
        ]
        yield "Gradient", [(n, _write(g, style)) for n, g in zip(nabla, found.gradients.values(), strict=True)]


def _write(e: Expr, style: Style) -> str:
    return with_pieces(e, style, definitions=False)


def record(found: Implicit) -> str:
    """The same for other programs."""
    content = {
        "equation": _both(found.equation),
        "unknown": write(found.unknown, TEXT),
        "linear": _both(found.linear),
        "data": _both(found.data),
        "change": _both(found.change),
        "jacobians": {name: _both(j) for name, j in found.jacobians.items()},
        "gradients": {name: _both(g) for name, g in found.gradients.items()},
        "conditions": list(found.conditions()),
        "notes": notes_of(*found.read),
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _both(e: Expr) -> dict[str, str]:
    return {"text": text(e), "latex": latex.latex(e), "shape": shape_text(e.shape)}
