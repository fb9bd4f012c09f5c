"""The page of an equality: the two sides as they were read, the answer, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr
from matdiff.algebra.notation import Style
from matdiff.algebra.rewriting import Step
from matdiff.output.latex import extent
from matdiff.output.text import text
from matdiff.page.model import Formula, Line, Page, Section, joined, require_level, sign, whole, words
from matdiff.page.pieces import steps_record

if TYPE_CHECKING:
    from matdiff.calculus.equality.proof import Proof
    from matdiff.numeric.comparison import Counterexample
    from matdiff.results.equality import Equality

LEVELS = ("full", "none")
LONGEST = 160  # characters of a side of a step


def page(found: Equality, steps: str) -> Page:
    """The two sides as they were read, the answer, and with *steps* ``full`` the proof."""
    require_level(steps, LEVELS)
    proof = found.proof
    return Page(
        head=[side("left", found.left), side("right", found.right)],
        parts=[list(of_proof(proof))] if proof is not None and steps == "full" else [],
        heading=found.message,
        answers=(),
        conditions=proof.conditions() if proof is not None else (),
        subject="the sides",
        record=lambda: record(found),
        before=[Line(None, words(row)) for row in str(found.counterexample or "").splitlines()],
    )


def side(name: str, e: Expr) -> Line:
    """One of the sides, with its shape."""
    shape = sign(f"        {shape_text(e.shape)}", rf"\qquad {extent(shape_text(e.shape))}")
    return Line(words(name), joined([shortened(e), shape]), reading=e)


def of_proof(proof: Proof) -> Iterator[Section]:
    """The steps of both sides, and the form they lead to."""
    for heading, steps in (("From the left side", proof.left), ("From the right side", proof.right)):
        if steps:
            yield Section(heading, [of_step(step) for step in steps])
    if proof.factors:
        yield Section("The difference, multiplied by", [Line(None, shortened(f)) for f in proof.factors])
    yield Section("is" if proof.factors else "Both sides are", [Line(None, shortened(proof.form))])


def of_step(step: Step) -> Line:
    """A step as an equation with its law."""
    return Line(shortened(step.before), shortened(step.after), (step.law.title,))


def shortened(e: Expr) -> Formula:
    """An expression, cut off where it is very long."""

    def in_style(style: Style) -> str:
        written = whole(e)(style)
        return written if len(written) <= LONGEST or style.latex else written[:LONGEST] + "…"

    return in_style


def record(found: Equality) -> dict[str, Any]:
    """The answer for other programs."""
    content: dict[str, Any] = {
        "left": {"text": text(found.left), "shape": shape_text(found.left.shape)},
        "right": {"text": text(found.right), "shape": shape_text(found.right.shape)},
        "equal": found.equal,
        "message": found.message,
        "trials": found.trials,
    }
    if found.proof is not None:
        content["proof"] = proof_record(found.proof)
    if found.counterexample is not None:
        content["counterexample"] = example_record(found.counterexample)
    return content


def proof_record(proof: Proof) -> dict[str, Any]:
    """A proof for other programs."""
    return {
        "method": proof.method,
        "form": text(proof.form),
        "factors": [text(f) for f in proof.factors],
        **steps_record(proof.steps),
    }


def example_record(example: Counterexample) -> dict[str, Any]:
    """A counterexample for other programs."""
    values = {name: numbers(v) for name, v in example.values.items()}
    return {"values": values, "left": numbers(example.left), "right": numbers(example.right)}


def numbers(value: Any) -> Any:
    """An array as nested lists."""
    return value.tolist() if hasattr(value, "tolist") else value
