"""A derivation as JSON, for other programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, symbols
from matdiff.algebra.notation import STYLES
from matdiff.calculus.derivation import Gradients
from matdiff.output.latex import latex
from matdiff.output.text import text

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification


def derivation(found: Gradients, check: Verification | None = None) -> str:
    """The function and its reading, the gradients, the steps, the conditions and what the check found."""
    content: dict[str, Any] = {
        "function": _both(found.function),
        "symbols": _symbols(found.function),
        "gradients": {name: {**_both(g), "shape": shape_text(g.shape)} for name, g in found.gradients.items()},
        "unconstrained": {name: _both(g) for name, g in found.unconstrained.items()},
        "riemannian": {name: _both(g) for name, g in found.riemannian.items()},
        "steps": [
            {"law": s.law.name, "title": s.law.title, "before": text(s.before), "after": text(s.after)}
            for s in found.steps()
        ],
        "conditions": list(found.conditions()),
    }
    if check is not None:
        content["check"] = check._asdict()
    return json.dumps(content, ensure_ascii=False, indent=2)


def parsed(e: Expr) -> str:
    """An expression and how it was read."""
    spellings = {name: text(e, name) for name in STYLES}
    return json.dumps({**spellings, "shape": shape_text(e.shape), "symbols": _symbols(e)}, ensure_ascii=False, indent=2)


def _symbols(e: Expr) -> dict[str, Any]:
    return {
        s.name: {
            "shape": shape_text(s.shape),
            "properties": sorted(s.properties),
            "ranges": [str(r) for r in s.ranges],
        }
        for s in symbols(e)
    }


def _both(e: Expr) -> dict[str, str]:
    return {"text": text(e), "latex": latex(e)}
