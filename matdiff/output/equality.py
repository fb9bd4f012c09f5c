"""Whether two expressions are equal, as a page of text and as JSON: the reading, the answer, and what it rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, notes_of, symbols
from matdiff.calculus.rewrite import Step
from matdiff.errors import MatdiffError
from matdiff.output.text import reading, remarks, text

if TYPE_CHECKING:
    from matdiff.calculus.equality.proof import Proof
    from matdiff.numeric.comparison import Counterexample

LEVELS = ("full", "none")
LONGEST = 160  # characters of a side of a step


def page(
    left: Expr, right: Expr, message: str, proof: Proof | None, example: Counterexample | None, steps: str = "none"
) -> str:
    """The two sides as they were read, the answer, and with *steps* ``full`` the proof."""
    if steps not in LEVELS:
        raise MatdiffError(f"there is no level of detail {steps!r}", suggestion=f"Take one of {', '.join(LEVELS)}.")
    read = "   ".join(filter(None, (reading(s) for s in dict.fromkeys([*symbols(left), *symbols(right)]))))
    rows = [f"left   {_shortened(left)}        {shape_text(left.shape)}"]
    rows += [f"right  {_shortened(right)}        {shape_text(right.shape)}", *([f"       {read}"] if read else [])]
    rows += [*remarks(left, right), ""]
    if proof is not None and steps == "full":
        rows += _proof(proof)
    rows.append(message)
    if proof is not None and (conditions := proof.conditions()):
        rows.append(f"valid where {', '.join(conditions)}")
    if example is not None:
        rows.append(str(example))
    return "\n".join(rows) + "\n"


def _proof(proof: Proof) -> Iterator[str]:
    """The steps of both sides, and the form they lead to."""
    for side, steps in (("From the left side", proof.left), ("From the right side", proof.right)):
        if steps:
            yield side
            yield from (f"  {row}" for s in steps for row in _step(s))
    if proof.factors:
        yield "The difference, multiplied by"
        yield from (f"  {_shortened(f)}" for f in proof.factors)
    yield "Both sides are" if not proof.factors else "is"
    yield f"  {_shortened(proof.form)}"
    yield ""


def _step(step: Step) -> Iterator[str]:
    """A step as an equation with its law."""
    yield f"{_shortened(step.before)} = {_shortened(step.after)}    {step.law.title}"


def _shortened(e: Expr) -> str:
    written = text(e)
    return written if len(written) <= LONGEST else written[:LONGEST] + "…"


def record(
    left: Expr,
    right: Expr,
    equal: bool | None,
    message: str,
    proof: Proof | None,
    example: Counterexample | None,
    trials: int,
) -> str:
    """The answer as JSON."""
    content: dict[str, Any] = {
        "left": {"text": text(left), "shape": shape_text(left.shape)},
        "right": {"text": text(right), "shape": shape_text(right.shape)},
        "equal": equal,
        "message": message,
        "trials": trials,
        "notes": notes_of(left, right),
    }
    if proof is not None:
        steps = [{"law": s.law.name, "before": text(s.before), "after": text(s.after)} for s in proof.steps]
        content["proof"] = {
            "method": proof.method,
            "form": text(proof.form),
            "conditions": list(proof.conditions()),
            "factors": [text(f) for f in proof.factors],
            "steps": steps,
        }
    if example is not None:
        values = {name: _plain(v) for name, v in example.values.items()}
        content["counterexample"] = {"values": values, "left": _plain(example.left), "right": _plain(example.right)}
    return json.dumps(content, ensure_ascii=False, indent=2)


def _plain(value: Any) -> Any:
    """An array as nested lists."""
    return value.tolist() if hasattr(value, "tolist") else value
