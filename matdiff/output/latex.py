"""Expressions and derivations as LaTeX for amsmath."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matdiff.algebra.expr import Expr, notes_of, postorder
from matdiff.algebra.memory import without_collector
from matdiff.algebra.notation import GREEK, LATEX, latex_name, name_text
from matdiff.calculus.derivation import Block, Gradients
from matdiff.output.notation import Printer, defining, is_definition, with_pieces, write
from matdiff.output.notation import line as shown_line
from matdiff.output.text import adjoints, answered, check_level, left_side, piece_names

RAISED = dict(zip("ᵏˢⁱʲⁿᵐ⁺⁻¹²³", "ksijnm+-123", strict=True)) | {"ᵀ": r"\top "}
LOWERED = dict(zip("ᵢⱼₖₘₙ₁₂", "ijkmn12", strict=True))
SIGNS = {
    "‖": r"\|", "⊙": r"\odot ", "Σ": r"\textstyle\sum ", "±": r"\pm ", "−": "-", "′": "'", "∇": r"\nabla ",
    "Tr": r"\operatorname{Tr} ", "≠": r"\neq ", "⊗": r"\otimes ", "∗": r"\ast ", "⊘": r"\oslash ", "…": r"\ldots ",
    "½": r"\tfrac{1}{2}", "√": r"\surd ", "∞": r"\infty ", "𝓛": r"\mathcal{L}",
} | {letter: rf"\{name} " for name, letter in GREEK.items() if name != "nabla" and letter != "Σ"}  # fmt: skip
SIGN = re.compile("|".join(map(re.escape, SIGNS)))
ABOVE, BELOW = (re.compile(f"[{''.join(signs)}]+") for signs in (RAISED, LOWERED))
NAMED = re.compile(r"(?<![\\A-Za-z{])(log|exp)(?![A-Za-z])")
ESCAPED = {sign: rf"\{sign}" for sign in "{}_&%$#"} | {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}
WORD = re.compile(r"[A-Za-z]{3,}")


def latex(e: Expr) -> str:
    """The LaTeX of an expression; definitions and the shared pieces of a long one come first."""
    return with_pieces(e, LATEX, definitions=True)


def title(text: str) -> str:
    """The short form of a law as LaTeX: words upright, signs as mathematics."""
    if re.fullmatch(r"[A-Za-z −:]+", text) and WORD.search(text):
        return rf"\text{{{text}}}"
    pieces = re.split(r"((?<![A-Za-z])[a-z]+(?:_[a-z]+)+)", text)  # conv_full and other names in two words
    return "".join([latex_name(p) if k % 2 else _signs(p) for k, p in enumerate(pieces)])


def _signs(text: str) -> str:
    """Signs as mathematics, and the names of functions upright."""
    typeset = ABOVE.sub(lambda m: f"^{{{''.join(RAISED[sign] for sign in m.group()).strip()}}}", text)
    typeset = BELOW.sub(lambda m: f"_{{{''.join(LOWERED[sign] for sign in m.group())}}}", typeset)
    typeset = SIGN.sub(lambda m: SIGNS[m.group()], typeset)
    typeset = NAMED.sub(r"\\\1 ", typeset)
    return re.sub(r"(?<![\\A-Za-z{])[a-z]{4,}[0-9]?(?![a-z}])", lambda m: rf"\operatorname{{{m.group()}}}", typeset)


def remarks(*read: Expr) -> list[str]:
    """The notes about what was read, as rows of an ``align*``."""
    return [rf"&\phantom{{=}}\ \text{{note: {in_words(note)}}}" for note in notes_of(*read)]


def in_words(sentence: str) -> str:
    """A sentence as LaTeX: what somebody typed stands as it is, and signs are mathematics."""
    escaped = "".join(ESCAPED.get(sign, sign) for sign in sentence)
    return re.sub(r"[^\x00-\x7f’“”]+", lambda m: f"${title(m.group())}$", escaped)


@without_collector
def derivation(found: Gradients, steps: str = "textbook") -> str:
    """A derivation as an ``align*``; the names of the laws stand at the right."""
    check_level(steps)
    names = piece_names(found)
    printer = Printer(LATEX, {node: name_text(name, LATEX) for node, name in names.items()})
    unknowns = ", ".join(write(u, LATEX) for u in found.unknowns.values())
    rows = [rf"f({unknowns}) &= {printer.write(found.function)}", *remarks(found.function)]
    for node in postorder(found.function):
        if is_definition(node):
            rows += defining(node, printer, "&=")
        elif node in names:
            rows.append(rf"{name_text(names[node], LATEX)} &= {printer.write(node)}")
    if steps != "none":
        for block in found.blocks:
            rows += _block(block, found, printer, steps == "full")
    rows += _gradients(found)
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"


def _block(block: Block, found: Gradients, printer: Printer, full: bool) -> Iterator[str]:
    shown = said = ""
    for phase in block.phases:
        collected = phase.title == "Gradient" and shown
        left = shown if collected else left_side(block, phase, found, printer)
        for line in phase.lines(full):
            row = shown_line(line.expression, printer)
            if collected and row == said:
                continue  # Tr(∇_hᵀ dx) = Tr((∇_h)ᵀ dx) need not be said twice
            head = f"{left} " if left != shown else ""
            laws = ",\\; ".join(map(title, line.titles))
            yield f"{head}&= {row}" + (f" && {laws}" if laws else "")
            shown, said = left, row


def _gradients(found: Gradients) -> Iterator[str]:
    printer = Printer(LATEX, {})
    for delta in adjoints(found):
        yield from defining(delta, printer, "&=")
    for name, gradient in found.gradients.items():
        label = write(answered(found, name), LATEX)
        yield rf"\nabla_{{{label}}} f &= {with_pieces(gradient, LATEX, definitions=False)}"
        others = (("unconstrained", found.unconstrained), ("Riemannian", found.riemannian))
        for word, given in others:
            if name in given:
                yield rf"&\phantom{{=}}\ \text{{{word}: }} {with_pieces(given[name], LATEX, definitions=False)}"
