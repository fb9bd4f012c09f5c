"""Derivations of Jacobians and Hessians as text, LaTeX and JSON.

In go the records of matdiff.calculus.jacobian and matdiff.calculus.hessian, out come pages like those of gradients.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE, shape_text
from matdiff.algebra.expr import Expr, postorder, symbols
from matdiff.algebra.identities import jacobians as laws
from matdiff.algebra.notation import LATEX, TEXT, Style, name_text
from matdiff.algebra.operators.blocks import blocks_one_by_one
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Entry
from matdiff.calculus.derivation import UNSPOKEN, Block, Gradients, Phase
from matdiff.calculus.hessian import Hessians
from matdiff.calculus.rewrite import Step
from matdiff.output import latex
from matdiff.output.latex import title
from matdiff.output.notation import Printer, with_pieces, write
from matdiff.output.text import LAW_COLUMN, check_level, piece_names, reading, remarks, text

if TYPE_CHECKING:
    from matdiff.calculus.definiteness.certificate import Certificate

WIDTH = 110  # of the sentence about a Hessian
RELATION = re.compile(" ([<>≤≥≻≺⪰⪯=]) ")
QUIET = UNSPOKEN | {
    laws.terms_one_by_one,
    laws.scalars_to_the_front,
    laws.scalar_to_the_end,
    laws.row_as_column,
    laws.sums_to_the_front,
    blocks_one_by_one,
}


HEADINGS = {t: t for t in ("Differential", "Vec form", "Linear form", "Substitution", "Projection", "Simplified")}
LATEX_SIGNS = {
    "⊗": r"\otimes ",
    "∗": "*",
    "𝓛": r"\mathcal{L}",
    "σ": r"\sigma ",
    "∂": r"\partial ",
    "⪰": r"\succeq ",
    "⪯": r"\preceq ",
}
LATEX_SIGNS |= {"≤": r"\leq ", "≥": r"\geq "}
LATEX_DELTA = r"\delta"
LATEX_WORDS = ("vec", "diag", "vech", "sum")


class Answer(NamedTuple):
    """A line of the result: what is asked for, the matrix, and a remark."""

    left: str
    value: Expr
    remark: str = ""


class Row(NamedTuple):
    """A line of a derivation: its left side, itself, and the laws beside it; a heading has neither."""

    left: str
    line: str
    laws: tuple[str, ...] = ()


# ---- names of derivatives ---------------------------------------------------------------------------


def symbol_of_jacobian(f: Expr, name: str, unknown: Expr, style: Style, layout: str = "numerator") -> str:
    """∂f/∂xᵀ, ∂vec F/∂(vec X)ᵀ or ∂F/∂t, as the shapes want it; in the denominator layout ∂fᵀ/∂x."""
    d, top = style.pick("∂", r"\partial "), style.pick("ᵀ", r"^{\top}")
    vec = style.pick("vec ", r"\operatorname{vec} ")
    if unknown.is_scalar:
        over, under = name, write(unknown, style)
    else:
        over = name if f.cols is ONE else vec + name
        under = write(unknown, style) if unknown.cols is ONE else vec + write(unknown, style)
        if layout == "numerator":
            under = (under if unknown.cols is ONE else f"({under})") + top
        elif not f.is_scalar:
            over = (over if f.cols is ONE else f"({over})") + top
    if style.latex:
        return rf"\frac{{{d}{over}}}{{{d}{under}}}"
    return f"{d}{over}/{d}{under}"


def symbol_of_hessian(x: Expr, y: Expr, style: Style) -> str:
    """∂²f/∂x∂yᵀ"""
    d, top = style.pick("∂", r"\partial "), style.pick("ᵀ", r"^{\top}")
    vec = style.pick("vec ", r"\operatorname{vec} ")
    under = [write(u, style) if u.cols is ONE else vec + write(u, style) for u in (x, y)]
    last = under[1] if y.is_scalar else (under[1] if y.cols is ONE else f"({under[1]})") + top
    if style.latex:
        return rf"\frac{{\partial^{{2}} f}}{{{d}{under[0]} {d}{last}}}"
    return f"∂²f/∂{under[0]}∂{last}"


def in_indices(e: Expr, style: Style = TEXT) -> str:
    """An expression with δ_{ij} for the entries of the identity."""
    deltas: dict[Expr, str] = {}
    for node in postorder(e):
        if isinstance(node, Entry) and isinstance(node.operands[0], Identity) and len(node.operands) == 3:
            i, j = (write(index, style) for index in node.operands[1:])
            between = "" if len(i) == len(j) == 1 else ", "
            deltas[node] = style.pick("δ", LATEX_DELTA) + f"_{{{i}{between}{j}}}"
    return deltas.get(e) or Printer(style, deltas).write(e)


# ---- lines ------------------------------------------------------------------------------------------


def lines_of(found: Gradients, name: str, printer: Printer, full: bool) -> Iterator[Row]:
    """The headings and lines of a derivation of dF, where F is written under a name."""
    style = printer.style
    letter, vec = style.pick("d", r"\mathrm{d}"), style.pick("vec ", r"\operatorname{vec} ")
    for block in found.blocks:
        own = name if block.node is found.function else name_text(block.name, style)
        shown = last = ""
        for phase in block.phases:
            left = f"{letter} {vec}{own}" if phase.start.shape != block.node.shape else letter + own
            if phase.title.startswith("Jacobian") or not block.name:
                left = _name_of_jacobian(found, block, phase, name, style)
            rows = [Row(left, printer.write(e), titles) for e, titles in _lines(phase, full, left != shown)]
            if rows and rows[0].line == last and left == shown:
                rows.pop(0)
            if len(rows) == 1 and block.node is found.function and phase.title.startswith("Jacobian"):
                rows.pop()  # it is the answer
            if rows:
                yield Row("", HEADINGS.get(phase.title, "Identification"))
                yield from rows
                shown, last = left, rows[-1].line


def _lines(phase: Phase, full: bool, fresh: bool) -> Iterator[tuple[Expr, tuple[str, ...]]]:
    """The lines of a phase with the laws beside them; where they are about something new, the first as well."""
    lines = list(phase.lines(full))
    opens = phase.title in ("Vec form", "Linear form") or phase.title.startswith("Jacobian")
    if fresh and opens and (not lines or lines[0].expression is not phase.start):
        yield phase.start, ()
    for line in lines:
        titles = tuple(dict.fromkeys(law.title for law in line.laws if law not in QUIET))
        yield line.expression, titles


def _name_of_jacobian(found: Gradients, block: Block, phase: Phase, name: str, style: Style) -> str:
    """The left side of lines about a Jacobian: that of the whole function, or of a block under its name."""
    by = phase.title.removeprefix("Jacobian by ") if block.name else ""
    unknown = found.unknowns.get(by, block.node)
    if block.node is found.function or not block.name:
        return symbol_of_jacobian(found.function, name, unknown, style)
    label = f"J_{block.name}" if len(found.unknowns) == 1 else f"J_{block.name}_{by}"
    return name_text(label, style)


def definitions(f: Expr, names: Mapping[Expr, str], printer: Printer) -> Iterator[Row]:
    """What the names of definitions and of long pieces stand for."""
    for node in postorder(f):
        if isinstance(node, Named):
            yield Row(write(node, printer.style), printer.write(node.operands[0]))
        elif node in names:
            yield Row(name_text(names[node], printer.style), printer.write(node))


# ---- pages ------------------------------------------------------------------------------------------


def printer_of(found: Gradients, style: Style) -> Printer:
    """Writes a function with names for the pieces that it was cut into."""
    return Printer(style, {node: name_text(name, style) for node, name in piece_names(found).items()})


def opening(f: Expr, unknowns: Iterable[Expr], found: Gradients, printer: Printer) -> list[Row]:
    """The function, and what its names stand for."""
    style = printer.style
    head = f"f({', '.join(write(u, style) for u in unknowns)})"
    names = {node: name for node, name in piece_names(found).items() if node is not f}
    return [Row(head, printer.write(f)), *definitions(f, names, printer)]


def jacobian_rows(found: Gradients, style: Style, full: bool) -> list[Row]:
    """All lines of the derivation of a Jacobian."""
    return list(lines_of(found, "f", printer_of(found, style), full))


def hessian_rows(found: Hessians, style: Style, full: bool) -> Iterator[Row]:
    """df = Tr(GᵀdX) in one line, then the derivation of dG for every unknown."""
    nabla, d = style.pick("∇_", r"\nabla_"), style.pick("d", r"\mathrm{d}")
    top, two = style.pick("ᵀ", r"^{\top}"), style.pick("²", "^{2}")
    yield Row("", "First differential")
    labels = {name: _labelled(nabla, u, style) + " f" for name, u in found.unknowns.items()}
    yield Row(
        f"{d}f", " + ".join(_paired(labels[n], u, f"{d}{write(u, style)}", top) for n, u in found.unknowns.items())
    )
    for name, g in found.first.gradients.items():
        yield Row(labels[name], with_pieces(g, style, definitions=False))
    yield Row("", "Second differential")
    both = [_paired(d + labels[n], u, f"{d}{write(u, style)}", top) for n, u in found.unknowns.items()]
    yield Row(f"{d}{two}f", " + ".join(both))
    for name, part in [(name, derived.whole) for name, derived in found.second.items()]:
        for k, row in enumerate(lines_of(part, labels[name], printer_of(part, style), full)):
            if k == 0:
                yield from definitions(part.function, piece_names(part), printer_of(part, style))
            yield row


def _labelled(nabla: str, unknown: Expr, style: Style) -> str:
    return f"{nabla}{style.pick('', '{')}{write(unknown, style)}{style.pick('', '}')}"


def _paired(g: str, unknown: Expr, change: str, top: str) -> str:
    """gᵀdx, or Tr(GᵀdX)."""
    bracketed = g if g.endswith(")") else f"({g})"
    if unknown.is_scalar:
        return f"{bracketed} {change}"
    return f"{bracketed}{top} {change}" if unknown.cols is ONE else f"Tr({bracketed}{top} {change})"


def text_page(f: Expr, head: Sequence[Row], rows: Sequence[Row], end: Sequence[str]) -> str:
    """A page of text: the function, the lines under their headings, and the answers."""
    first, *others = head
    out = [f"{first.left} = {first.line}        {reading(f)}".rstrip(), *remarks(f)]
    out += [f"{r.left} = {r.line}" for r in others]
    width = min(LAW_COLUMN, max((len(r.line) for r in rows if r.laws), default=0))
    shown = ""
    for r in rows:
        if not r.left:
            out += ["", r.line]
            shown = ""
            continue
        left = f"  {r.left} = " if r.left != shown else " " * (2 + len(r.left)) + " = "
        out.append(f"{left}{r.line:{width}}   {', '.join(r.laws)}".rstrip())
        shown = r.left
    return "\n".join([*out, *end]) + "\n"


def latex_page(
    f: Expr, head: Sequence[Row], rows: Sequence[Row], answers: Sequence[Answer], certificate: Certificate | None = None
) -> str:
    """The same as an ``align*``; the names of the laws stand at the right."""
    out = [f"{r.left} &= {r.line}" for r in head]
    out[1:1] = latex.remarks(f)
    shown = ""
    for r in rows:
        if not r.left:
            continue
        left = f"{r.left} " if r.left != shown else ""
        beside = ",\\; ".join(map(law_title, r.laws))
        out.append(f"{left}&= {r.line}" + (f" && {beside}" if beside else ""))
        shown = r.left
    for answer in answers:
        out.append(f"{answer.left} &= {with_pieces(answer.value, LATEX, definitions=False)}")
        if answer.remark:
            out.append(rf"&\phantom{{=}}\ \text{{{title_free(answer.remark)}}}")
    out += [rf"&\phantom{{=}}\ {line}" for line in certificate_latex(certificate)]
    return "\\begin{align*}\n" + " \\\\\n".join(out) + "\n\\end{align*}"


def certificate_latex(certificate: Certificate | None) -> list[str]:
    """What is known of the sign of a Hessian, and the reasons line by line."""
    if certificate is None:
        return []
    reasons = certificate.reasons()
    told = [certificate.short_heading + (":" if reasons else ""), *reasons]
    return [rf"\text{{{''.join(with_mathematics(line))}}}" for line in told]


def with_mathematics(line: str) -> Iterator[str]:
    """The pieces of a sentence, with those of mathematics between dollars."""
    for k, piece in enumerate(line.split("`")):
        yield f"${law_title(piece)}$" if k % 2 else piece.replace("_", r"\_")


def law_title(text: str) -> str:
    """The short form of a law as LaTeX, with the signs and words of vec."""
    typeset = title(text)
    for sign, command in LATEX_SIGNS.items():
        typeset = typeset.replace(sign, command)
    for word in LATEX_WORDS:
        typeset = typeset.replace(f"{word}(", rf"\operatorname{{{word}}}(")
    return typeset


def title_free(remark: str) -> str:
    """A remark without signs that LaTeX would take for commands."""
    return remark.split(":")[0].replace("_", r"\_").replace("&", r"\&").replace("ᵀ", "").replace("∂", "")


def ending(
    heading: str,
    answers: Sequence[Answer],
    conditions: Sequence[str],
    check: str,
    certificate: Certificate | None = None,
) -> list[str]:
    """The answers with their shapes, what is known of their sign, where they hold, and what the check found."""
    rows = ["", *([heading] if heading else [])]
    for answer in answers:
        written = with_pieces(answer.value, TEXT, definitions=False)
        rows.append(f"  {answer.left} = {written}        {shape_text(answer.value.shape)}")
        rows += [f"      {answer.remark}"] if answer.remark else []
    if certificate is not None:
        subject = "" if len(answers) == 1 else "The Hessian is "
        sentence = RELATION.sub("\u00a0\\1\u00a0", f"{subject}{certificate}")  # no line ends within a claim
        told = wrap(sentence, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8, break_long_words=False)
        rows += [line.replace("\u00a0", " ") for line in told]
    rows += ["", "valid where " + ", ".join(conditions)] if conditions else []
    return rows + (["", check] if check else [])


def jacobian_text(found: Gradients, answers: Sequence[Answer], steps: str, check: str) -> str:
    """The derivation of a Jacobian as a page of text."""
    check_level(steps)
    head = opening(found.function, found.unknowns.values(), found, printer_of(found, TEXT))
    rows = jacobian_rows(found, TEXT, steps == "full") if steps != "none" else []
    end = ending("Jacobian" if rows else "", answers, found.conditions(), check)
    return text_page(found.function, head, rows, end)


def hessian_text(
    found: Hessians, answers: Sequence[Answer], steps: str, check: str, certificate: Certificate | None = None
) -> str:
    """The derivation of a Hessian as a page of text."""
    check_level(steps)
    head = opening(found.function, found.unknowns.values(), found.first, printer_of(found.first, TEXT))
    rows = list(hessian_rows(found, TEXT, steps == "full")) if steps != "none" else []
    end = ending("Hessian" if rows else "", answers, found.conditions(), check, certificate)
    return text_page(found.function, head, rows, end)


def jacobian_latex(found: Gradients, answers: Sequence[Answer], steps: str) -> str:
    """The derivation of a Jacobian as LaTeX."""
    check_level(steps)
    head = opening(found.function, found.unknowns.values(), found, printer_of(found, LATEX))
    rows = jacobian_rows(found, LATEX, steps == "full") if steps != "none" else []
    return latex_page(found.function, head, rows, answers)


def hessian_latex(
    found: Hessians, answers: Sequence[Answer], steps: str, certificate: Certificate | None = None
) -> str:
    """The derivation of a Hessian as LaTeX."""
    check_level(steps)
    head = opening(found.function, found.unknowns.values(), found.first, printer_of(found.first, LATEX))
    rows = list(hessian_rows(found, LATEX, steps == "full")) if steps != "none" else []
    return latex_page(found.function, head, rows, answers, certificate)


# ---- for other programs -----------------------------------------------------------------------------


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


def record(
    f: Expr, answers: Mapping[str, Expr], steps: Iterable[Step], conditions: Sequence[str], more: Mapping[str, object]
) -> str:
    """A derivation as JSON: function, symbols, answers, steps, conditions, and what else is said of it."""
    content: dict[str, object] = {
        "function": written(f),
        "symbols": {
            s.name: {
                "shape": shape_text(s.shape),
                "properties": sorted(s.properties),
                "ranges": [str(r) for r in s.ranges],
            }
            for s in symbols(f)
        },
        **more,
        "answers": {name: written(a) | {"shape": shape_text(a.shape)} for name, a in answers.items()},
        "steps": [
            {"law": s.law.name, "title": s.law.title, "before": text(s.before), "after": text(s.after)} for s in steps
        ],
        "conditions": list(conditions),
        "notes": f.notes,
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def written(e: Expr) -> dict[str, str]:
    """An expression in both spellings."""
    return {"text": text(e), "latex": latex.latex(e)}
