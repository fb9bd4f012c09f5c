"""Pages as HTML: well-formed, the answer first, formulas in MathML, the laws with their statements."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import pytest

import matdiff
from matdiff.output.mathml import mathml
from matdiff.page.as_html import element

pytest.importorskip("latex2mathml")


def tree(html: str) -> ElementTree.Element:
    """The elements of a piece of HTML, which is written so that it is XML too."""
    return ElementTree.fromstring(f"<body>{html}</body>".replace("&nbsp;", " "))


def words(found: ElementTree.Element) -> str:
    return " ".join("".join(found.itertext()).split())


@pytest.fixture(scope="module")
def gradient() -> str:
    d = matdiff.derive("tr(inv(X) A)", wrt="X")
    return d.to_html(check=d.verify())


def test_the_answer_stands_before_the_derivation_which_can_be_folded(gradient: str) -> None:
    body = tree(gradient)
    kinds = [e.get("class") for e in body.find("div[@class='matdiff']") or ()]
    assert kinds.index("answers") < kinds.index("derivation")
    details = body.find(".//details")
    assert details is not None
    assert "open" not in details.attrib
    assert words(details.find("summary") or details).startswith("Derivation (")


def test_formulas_are_mathml_that_says_its_latex(gradient: str) -> None:
    answer = tree(gradient).find(".//div[@class='answer wide']")
    assert answer is not None
    latex = [e.get("alttext") for e in answer.iter("math")]
    assert latex == [r"\nabla_{X} f", r"-X^{-\top} A^{\top} X^{-\top}"]


def test_conditions_the_check_and_shapes_are_said(gradient: str) -> None:
    said = words(tree(gradient))
    assert "X: n×n" in said
    assert "valid where" in said
    assert "is invertible" in said
    assert "checked: " in said


def test_a_law_says_its_statement(gradient: str) -> None:
    laws = {words(e): e.get("title") or "" for e in tree(gradient).iterfind(".//span[@class='law']")}
    assert "d(inv(A)) = -inv(A)*d(A)*inv(A)" in laws["d(A⁻¹)"]
    assert "where A is invertible" in laws["d(A⁻¹)"] or "where" in laws["d(A⁻¹)"]


def test_a_check_that_failed_stands_out() -> None:
    d = matdiff.derive("x'x", wrt="x")
    html = d.to_html("none", check=d.verify()._replace(ok=False, failure="step 2 <is> off"))
    found = tree(html).find(".//p[@class='check failed']")
    assert found is not None
    assert words(found) == "CHECK FAILED: step 2 <is> off"


def test_what_people_type_is_text_not_html() -> None:
    assert element("p", "", title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;"></p>'
    assert "<script" not in mathml(r'\text{<script>"}')


def test_a_document_is_whole() -> None:
    html = matdiff.derive("x'x", wrt="x").to_html("none", document=True)
    assert html.startswith("<!DOCTYPE html>")
    assert '<meta charset="utf-8">' in html


def test_a_page_without_answers_of_its_own_is_unfolded() -> None:
    html = matdiff.stationary("minimise x'P x subject to A x = b", wrt="x").to_html()
    details = tree(html).find(".//details")
    assert details is not None
    assert "open" in details.attrib


def test_long_lines_are_broken() -> None:
    f = " + ".join(f"||A{k} x - b{k}||^2" for k in range(8))
    assert tree(matdiff.derive(f, wrt="x").to_html()).find(".//div[@class='goes-on']") is not None


@pytest.mark.parametrize(
    ("latex", "piece"),
    [
        (r"\mathrm{d}x", "<mtext>d</mtext>"),
        (r"A \succeq 0", "<mo>⪰</mo>"),
        (r"2 \log x", '<mo lspace="0.17em" rspace="0.17em">log</mo>'),
        (r"n \operatorname{Tr}(A)", '<mo lspace="0.17em" rspace="0">Tr</mo>'),
        (r"\operatorname{softmax\_rows}(S)", '<mo lspace="0" rspace="0">softmax_rows</mo>'),
        (r"a \operatorname{log1p} x", '<mo lspace="0.17em" rspace="0.17em">log1p</mo>'),
        (r"(\log x)", '<mo lspace="0" rspace="0.17em">log</mo>'),
        (r"|S|", '<mo stretchy="false" lspace="0" rspace="0">|</mo>'),
        (r"\log\left|S\right|", '<mo lspace="0" rspace="0">log</mo>'),
        (r"\sum_{i=1}^{N} x_{i}", "<msubsup>"),
        (r"(a)(-b)", '<mo form="prefix">−</mo>'),
        (r"(\sigma(X w) - y)", "<mo>−</mo><mi>y</mi>"),  # a difference, with room on both sides
        (r"f(x) \log y", '<mo lspace="0.17em" rspace="0.17em">log</mo>'),
    ],
)
def test_signs_are_what_they_are_in_mathematics(latex: str, piece: str) -> None:
    assert piece in mathml(latex)


def test_the_limits_of_a_sum_stand_above_and_below_it_where_there_is_room() -> None:
    for latex in (r"\sum_{i=1}^{N} x_{i}", r"\left(\sum_{i=1}^{N} x_{i}\right)"):
        assert "<munderover><mo" in mathml(latex, display=True)


def test_without_a_translator_formulas_stay_latex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "latex2mathml", None)
    mathml.cache_clear()
    try:
        assert mathml("a < b") == '<span class="tex">$a &lt; b$</span>'
        assert mathml("a < b", display=True) == '<span class="tex">$$a &lt; b$$</span>'
    finally:
        mathml.cache_clear()


def test_both_sides_of_an_equality_and_a_counterexample_are_words_and_formulas() -> None:
    html = matdiff.equal("A B", "B A", "A, B: n x n").to_html("none")
    assert r"\text{left}" in html
    assert r"\qquad n\times n" in html
    assert r"\text{  left side  = " in html
