"""The pages of differentials, Jacobians and Hessians."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.identities import jacobians as laws
from matdiff.algebra.notation import TEXT
from matdiff.algebra.operators.blocks import blocks_one_by_one
from matdiff.algebra.operators.recurrence import Iterate, Recurrence
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry
from matdiff.algebra.rewriting import Step
from matdiff.calculus.derivation import Block, Gradients, Phase, is_unspoken
from matdiff.calculus.hessian import Hessians
from matdiff.calculus.naming import letter_of
from matdiff.output.notation import Printer, write
from matdiff.page.gradients import (
    added_definitions,
    declared,
    definition,
    definitions,
    derivation,
    head,
    in_names,
    piece_names,
    projected,
    said,
)
from matdiff.page.links import Linked
from matdiff.page.model import (
    PARTIAL,
    TOP,
    VEC,
    Answer,
    D,
    Formula,
    Line,
    Page,
    Pen,
    Section,
    fraction,
    joined,
    nabla,
    name_repeated,
    named,
    plain,
    require_level,
    sign,
)
from matdiff.page.pieces import both, shaped, steps_record, symbols_record

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate

QUIET = {
    laws.terms_one_by_one,
    laws.scalars_to_the_front,
    laws.scalar_to_the_end,
    laws.row_as_column,
    laws.sums_to_the_front,
    blocks_one_by_one,
}
FIRST = {"Differential": "First differential"}  # above that of the gradient
IDENTIFICATION = "Identification"
HEADINGS = ("Differential", "Vec form", "Linear form", IDENTIFICATION, "Substitution", "Projection", "Simplified")


# ---- names of derivatives -------------------------------------------------------------------------------


def column(e: Expr, name: Formula | None = None) -> Formula:
    """x, or vec X of a matrix"""
    name = name or plain(e)
    return name if e.cols is ONE else joined([VEC, name])


def as_row(e: Expr, name: Formula | None = None) -> Formula:
    """xᵀ, or (vec X)ᵀ; a scalar as it is"""
    if e.is_scalar:
        return name or plain(e)
    return joined([column(e, name), TOP] if e.cols is ONE else ["(", column(e, name), ")", TOP])


def symbol_of_jacobian(f: Expr, name: Formula, unknown: Expr, layout: str = "numerator") -> Formula:
    """∂f/∂xᵀ, ∂vec F/∂(vec X)ᵀ or ∂F/∂t, as the shapes want it; in the denominator layout ∂fᵀ/∂x."""
    if unknown.is_scalar:
        return fraction(joined([PARTIAL, name]), joined([PARTIAL, plain(unknown)]))
    rows = layout == "numerator"
    over, under = (column(f, name), as_row(unknown)) if rows else (as_row(f, name), column(unknown))
    return fraction(joined([PARTIAL, over]), joined([PARTIAL, under]))


def symbol_of_hessian(f: Expr, x: Expr, y: Expr) -> Formula:
    """∂²f/∂x∂yᵀ"""
    under = joined([PARTIAL, column(x), sign("∂", r" \partial "), as_row(y)])
    return fraction(joined([sign("∂²", r"\partial^{2} "), letter_of(f)]), under)


def in_indices(e: Expr) -> str:
    """An expression with δ_{ij} for the entries of the identity."""
    deltas: dict[Expr, str] = {}
    for node in postorder(e):
        if isinstance(node, Entry) and isinstance(node.operands[0], Identity) and len(node.operands) == 3:
            i, j = (write(index, TEXT) for index in node.operands[1:])
            between = "" if len(i) == len(j) == 1 else ", "
            deltas[node] = f"δ_{{{i}{between}{j}}}"
    return deltas.get(e) or Printer(TEXT, deltas).write(e)


# ---- lines ----------------------------------------------------------------------------------------------


def sections(found: Gradients, name: Formula, pen: Pen, full: bool) -> Iterator[Section]:
    """The headings and lines of a derivation of dF, where F is written under a name."""
    for block in found.blocks:
        is_state = isinstance(block.node, Iterate)
        own = name if block.node is found.function else pen(block.node) if is_state else named(block.name)
        shown = last = ""
        for phase in block.phases:
            left = joined([D, " ", VEC, own] if phase.start.shape != block.node.shape else [D, own])
            if is_jacobian(phase) or not block.name:
                left = name_of_jacobian(found, block, phase, name)
            written = left(TEXT)
            lines = [Line(left, pen(e), titles) for e, titles in lines_of(phase, full, written != shown)]
            if lines and written == shown and lines[0].right(TEXT) == last:
                lines.pop(0)
            if len(lines) > 1 and not full and phase.title == HEADINGS[0] and not lines[0].laws:
                lines.pop(0)  # dh = d(Wx): the head says what h is
            if len(lines) == 1 and block.node is found.function and is_jacobian(phase):
                lines.pop()  # it is the answer
            if lines:
                yield Section(phase.title if phase.title in HEADINGS else IDENTIFICATION, lines)
                shown, last = written, lines[-1].right(TEXT)


def by_heading(told: Iterable[Section]) -> list[Section]:
    """The lines of a chain under each heading once: the differentials of all names, and then what follows of them."""
    lines: dict[str, list[Line]] = {heading: [] for heading in HEADINGS}
    for section in told:
        lines[section.heading] += section.lines
    return [Section(heading, rows) for heading, rows in lines.items() if rows]


def is_jacobian(phase: Phase) -> bool:
    """Whether the lines of a phase are about a Jacobian."""
    return phase.title.startswith(JACOBIAN)


JACOBIAN = "Jacobian"


def lines_of(phase: Phase, full: bool, fresh: bool) -> Iterator[tuple[Expr, tuple[str, ...]]]:
    """The lines of a phase with the laws beside them; where they are about something new, the first as well."""
    lines = list(phase.lines(full))
    opens = phase.title in ("Vec form", "Linear form") or is_jacobian(phase)
    if fresh and opens and (not lines or lines[0].expression is not phase.start):
        yield phase.start, ()
    for line in lines:
        spoken = (law.title for law in line.laws if law not in QUIET and law is not Named.d and not is_unspoken(law))
        yield line.expression, tuple(dict.fromkeys(spoken))


def name_of_jacobian(found: Gradients, block: Block, phase: Phase, name: Formula) -> Formula:
    """The left side of lines about a Jacobian: that of the whole function, or of a block under its name."""
    by = phase.title.removeprefix("Jacobian by ") if block.name else ""
    unknown = found.unknowns.get(by, block.node)
    if block.node is found.function or not block.name:
        return symbol_of_jacobian(found.function, name, unknown)
    label = named(f"J_{block.name}" if len(found.unknowns) == 1 else f"J_{block.name}_{by}")
    if not isinstance(block.node, Iterate):
        return label
    return joined([sign("", "{"), label, sign("[", "}_{"), plain(block.node.operands[1]), sign("]", "}")])


def derived(found: Gradients, steps: str) -> tuple[Pen, list[Line], list[Section]]:
    """The pen of a page, what the function is, and the lines of its differential."""
    require_level(steps)
    pen = Pen(piece_names(found))
    lines = list(sections(found, joined([letter_of(found.function)]), pen, steps == "full")) if steps != "none" else []
    lines = lines if steps == "full" else by_heading(lines)
    name_repeated([pen], found.function, lines, steps == "full")
    return pen, head(found.function, found.unknowns.values(), pen), lines


# ---- pages ----------------------------------------------------------------------------------------------


def of_differential(found: Gradients, result: Expr, steps: str) -> Page:
    """The page of a differential."""
    _, opening, lines = derived(found, steps)
    return Page(
        head=opening,
        parts=[lines] if lines else [],
        heading="Result" if lines else "",
        answers=[Answer(joined([D, letter_of(found.function)]), result)],
        conditions=said(found),
        subject="the differential",
        record=lambda: record("differential", found.function, {"d": result}, found.steps()),
    )


def of_jacobian(
    found: Gradients, answers: Sequence[Answer], results: Mapping[str, Expr], layout: str, steps: str
) -> Page:
    """The page of a Jacobian."""
    pen, opening, lines = derived(found, steps)
    return Page(
        head=opening,
        parts=[lines] if lines else [],
        heading="Jacobian" if lines else "",
        answers=[in_names(a, a.value, pen) for a in answers],
        before=list(of_recurrences(found.function, results.values(), pen)),
        conditions=said(found),
        subject="the Jacobian",
        record=lambda: record("jacobian", found.function, results, found.steps(), layout=layout),
    )


def of_hessian(
    found: Hessians, answers: Sequence[Answer], certified: Callable[[], Certificate | None], steps: str
) -> Page:
    """The page of a Hessian."""
    require_level(steps)
    pens = [Pen(piece_names(part)) for part in (found.first, *(part.whole for part in found.second.values()))]
    lines = list(hessian_sections(found, pens, steps == "full")) if steps != "none" else []
    name_repeated(pens, found.function, lines, steps == "full")
    blocks = {f"{a},{b}": block for (a, b), block in found.blocks.items()}
    certificate = certified()
    return Page(
        head=head(found.function, found.unknowns.values(), pens[0]),
        parts=[lines] if lines else [],
        heading="Hessian" if lines else "",
        answers=[in_names(a, a.value, pens[0]) for a in answers],
        before=list(of_recurrences(found.function, blocks.values(), pens[0])),
        conditions=said(found),
        subject="the Hessian",
        certificate=certificate,
        record=lambda: record(
            "hessian", found.function, blocks, found.steps(), certificate=certificate_record(certificate)
        ),
    )


def of_recurrences(f: Expr, answers: Iterable[Expr], pen: Pen) -> Iterator[Line]:
    """What the recurrences are that answers have and the function has not."""
    for node in added_definitions(f, answers):
        if isinstance(node, Recurrence):
            yield from definition(node, pen)


def hessian_sections(found: Hessians, pens: Sequence[Pen], full: bool) -> Iterator[Section]:
    """The derivation of the gradients G, then that of dG for every unknown, each with its pen."""
    labels = {name: joined([nabla(u), f" {letter_of(found.function)}"]) for name, u in found.unknowns.items()}
    told = derivation(found.first, Linked(found.first.gradients, {}), pens[0], full)
    yield from (s._replace(heading=FIRST.get(s.heading, s.heading)) for part in told.parts for s in part)
    answers = found.first.gradients.items()
    yield Section("Gradient", [Line(labels[name], pens[0](g), told.laws.get(name, ())) for name, g in answers])
    second = joined([paired(joined([D, labels[n]]), u) for n, u in found.unknowns.items()], " + ")
    lines = [Line(joined([D, sign("²", "^{2}"), letter_of(found.function)]), second)]
    heading = "Second differential"
    for pen, (name, part) in zip(pens[1:], found.second.items(), strict=True):
        made = list(sections(part.whole, labels[name], pen, full))
        lines += definitions(part.whole.function, pen) if made else []  # they stand before what uses them
        for section in made:
            yield Section(heading, lines)
            heading, lines = section.heading, [*section.lines]
    yield Section(heading, lines)


def paired(g: Formula, unknown: Expr) -> Formula:
    """gᵀdx, or Tr(GᵀdX)"""
    change = joined([" ", D, plain(unknown)])
    if unknown.is_scalar:
        return joined(["(", g, ")", change])
    product = joined(["(", g, ")", TOP, change])
    return product if unknown.cols is ONE else joined(["Tr(", product, ")"])


def remarks(unknown: Expr, free: Expr | None) -> list[tuple[str, Expr | None]]:
    """What is said below the answer for an unknown with a property."""
    return [] if free is None else [(projected(unknown, declared(unknown)), free)]


# ---- for other programs ---------------------------------------------------------------------------------


def record(kind: str, f: Expr, answers: Mapping[str, Expr], steps: Sequence[Step], **more: Any) -> dict[str, Any]:
    """The function and its reading, the answers, the steps, and what else is said of them."""
    return {
        "function": both(f),
        "symbols": symbols_record(f),
        "kind": kind,
        **more,
        "answers": {name: shaped(a) for name, a in answers.items()},
        **steps_record(steps),
    }


def certificate_record(certificate: Certificate | None) -> dict[str, object] | None:
    """A certificate as JSON."""
    if certificate is None:
        return None
    steps = [{"claim": c.text(), "reason": c.reason.replace("`", "")} for c in certificate.steps]
    return {
        "kind": certificate.kind,
        "conclusion": certificate.conclusion,
        "sentence": str(certificate),
        "steps": steps,
    }
