"""Expressions and steps for other programs.

The steps of a long derivation have much in common.  It is written once, in the table ``pieces`` from names to texts:
definitions under their own names, and other pieces that occur more than once as t1, t2, …  The texts of steps and
pieces use these names; in a short derivation every text stands for itself, and there is no such table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, postorder, symbols
from matdiff.algebra.fresh import fresh
from matdiff.algebra.notation import STYLES, TEXT, name_text
from matdiff.algebra.rewriting import Step
from matdiff.output.answer_names import is_definition
from matdiff.output.notation import Printer
from matdiff.output.sharing import defining
from matdiff.output.text import text

LONG = 20_000  # nodes of all steps, as trees, above which their pieces are bound
PIECE = 16  # and how long a piece must be to be worth it


def steps_record(steps: Sequence[Step]) -> dict[str, Any]:
    """The steps, and the pieces that their texts are made of where they would be long otherwise."""
    shown = [e for step in steps for e in (step.before, step.after)]
    lengths: dict[Expr, int] = {}
    for e in shown:
        _measure(e, lengths)
    if sum(lengths[e] for e in shown) <= LONG:
        return {"steps": [_step(step, text) for step in steps]}
    pieces = Pieces(shown)
    return {"steps": [_step(step, pieces.text) for step in steps], "pieces": pieces.table()}


def _measure(e: Expr, lengths: dict[Expr, int]) -> None:
    """Notes how many nodes an expression and those below have as trees, with the definitions in front of them."""
    for node in postorder(e, prune=lengths.__contains__):
        if node not in lengths:
            lengths[node] = min(LONG, 1 + sum(lengths[o] for o in node.operands))


def _step(step: Step, written: Callable[[Expr], str]) -> dict[str, str]:
    return {
        "law": step.law.name,
        "title": step.law.title,
        "before": written(step.before),
        "after": written(step.after),
    }


class Pieces:
    """The names under which expressions that have pieces in common are written."""

    def __init__(self, shown: Sequence[Expr]) -> None:
        nodes = self._nodes(shown)
        uses = Counter(o for node in nodes for o in dict.fromkeys(node.operands))
        uses.update(shown)
        taken = {str(node.data[0]) for node in nodes if not node.operands or is_definition(node)}
        free = fresh(taken, "t")
        self.names: dict[Expr, str] = {}
        lengths: dict[Expr, int] = {}
        for node in nodes:
            short = (1 if o in self.names or is_definition(o) else lengths[o] for o in node.operands)
            lengths[node] = 1 + sum(short)
            if lengths[node] >= PIECE and uses[node] > 1 and not node.free and not is_definition(node):
                self.names[node] = next(free)
        self.definitions = [node for node in nodes if is_definition(node)]
        self.printer = Printer(TEXT, {node: name_text(name, TEXT) for node, name in self.names.items()})

    @staticmethod
    def _nodes(shown: Sequence[Expr]) -> list[Expr]:
        """Every node once, operands first."""
        done: dict[Expr, None] = {}
        for e in shown:
            done |= dict.fromkeys(node for node in postorder(e, prune=done.__contains__) if node not in done)
        return list(done)

    def text(self, e: Expr) -> str:
        """An expression in terms of the pieces."""
        return self.printer.names.get(e) or self.printer.write(e)

    def table(self) -> dict[str, str]:
        """What the names stand for."""
        found = {text: self.printer.write(node) for node, text in self.printer.names.items()}
        for node in self.definitions:
            found |= dict(defining(node, self.printer))
        return found


def symbols_record(e: Expr) -> dict[str, Any]:
    """The symbols of an expression with their shapes and properties."""
    return {
        s.name: {
            "shape": shape_text(s.shape),
            "properties": sorted(s.properties),
            "ranges": [str(r) for r in s.ranges],
        }
        for s in symbols(e)
    }


def both(e: Expr) -> dict[str, str]:
    """An expression in two spellings."""
    from matdiff.output.latex import latex  # a page of text has none

    return {"text": text(e), "latex": latex(e)}


def shaped(e: Expr) -> dict[str, str]:
    """An expression in two spellings with its shape."""
    return {**both(e), "shape": shape_text(e.shape)}


def parsed(e: Expr) -> str:
    """An expression and how it was read."""
    import json  # only where it is asked for

    spellings = {name: text(e, name) for name in STYLES}
    content = {**spellings, "shape": shape_text(e.shape), "symbols": symbols_record(e)}
    content |= {"called": e.called, "notes": e.notes}
    return json.dumps(content, ensure_ascii=False, indent=2)
