"""Pages of LaTeX fit an article: brackets no larger than they need be, lines broken, everything said."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from test_models import derivation, models

import matdiff
from matdiff.page.typesetting import TEXT_WIDTH, measure, set_lines, small_brackets

ATTENTION = "½‖softmax_rows(Q Kᵀ/√d) V − Y‖²", ("Q", "K", "V"), "Q, K: n x k; V, Y: n x p; d: scalar positive"
OVERFULL = re.compile(r"Overfull \\hbox \(([\d.]+)pt too wide\)")


def compiled(pages: list[str], folder: Path) -> str:
    """What pdflatex says of a document of these pages."""
    document = matdiff.derive("x'x", "x").to_latex(document=True)
    head, body, tail = document.partition(matdiff.derive("x'x", "x").to_latex())
    assert body
    (folder / "pages.tex").write_text(head + "\n\\newpage\n".join(pages) + tail, encoding="ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "pages.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    return (folder / "pages.log").read_text(errors="replace")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_documents_of_growing_size_compile_and_fit(tmp_path: Path) -> None:
    pages = sorted((derivation(model.name).to_latex() for model in models()[:36]), key=len)
    pages.append(matdiff.derive(*ATTENTION).to_latex())
    pages.append(matdiff.hessian("sum(log(1 + exp(-y .* (X*w))))", "w").to_latex())
    pages.append(matdiff.stationary("minimise ½x'P x + q'x subject to A x = b", "x", "P: n x n symmetric").to_latex())
    pages.append(matdiff.implicit("A X + X A' = Q", "X", ("A", "Q"), "A: n x n", "tr(B X)").to_latex())
    pages.append(matdiff.expect("c = ∑_i x_i/N; ∑_i ‖x_i - c‖²", "x ~ (mu, Sigma)", "x[i=1..N]: d").to_latex())
    pages.append(matdiff.derive("norm2(X - A*khatri_rao(C, B)')^2", "A").to_latex())  # a condition of many words
    pages.append(matdiff.derive("E = logm(C); tr(E*E) + tr(E)^2", "C", "C: 3 x 3 spd").to_latex())
    assert [width for width in OVERFULL.findall(compiled(pages, tmp_path)) if float(width) > 1] == []


def test_a_long_line_is_broken_and_its_brackets_stay_pairs() -> None:
    gradient = matdiff.derive(*ATTENTION).to_latex("none")
    for row in gradient.splitlines()[1:-1]:
        assert row.count(r"\left") == row.count(r"\right")
        assert measure(row.split(r"\tag*")[0]) <= TEXT_WIDTH
    assert gradient.count(r"\bigl") == gradient.count(r"\bigr")


def test_brackets_grow_around_what_is_tall_alone() -> None:
    assert small_brackets(r"\left\|X w\right\|^{2}") == r"\|X w\|^{2}"
    assert small_brackets(r"\left(\sum_{i} x_{i}\right)") == r"\left(\sum_{i} x_{i}\right)"
    assert small_brackets(r"\left(\left(a\right) + \frac{a}{b}\right)") == r"\left((a) + \frac{a}{b}\right)"
    assert small_brackets(r"\left\lfloor x\right\rfloor") == r"\lfloor x\rfloor"


def test_a_fraction_that_is_too_wide_is_written_with_a_stroke() -> None:
    long = r"\frac{" + " + ".join(["A B C"] * 30) + "}{2 c}"
    rows = set_lines(long, 20, 20)
    assert len(rows) > 1
    assert rows[-1].endswith("/ (2 c)")
    assert all(measure(row) <= 21 for row in rows)


def test_shapes_conditions_and_facts_are_part_of_the_document() -> None:
    page = matdiff.hessian("x'A x/(y'y)", "x", "A: n x n psd; x: n; y: m").to_latex()
    assert r"\text{with } " in page
    assert r"A: n\times n\text{ psd}" in page
    assert r"\text{valid where } " in page
    assert "positive semidefinite" in page
    assert r"\textbf{Hessian}" in page


def test_a_sentence_is_broken_between_its_words() -> None:
    found = matdiff.solve("maximise -n/2*log(s) - ||y - X b||^2/(2*s)", ("b", "s"), "s: scalar positive; X: n x p")
    rows = found.to_latex().split("\\\\\n")
    assert not [row for row in rows if re.fullmatch(r"&\\text\{[^{}]{60,}\}\s*", row)]
    assert any("one unknown after the other: f is concave in b;" in row for row in rows)
