"""What notebooks show: every kind of answer typeset, errors without a traceback, completion of public names."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import matdiff
from matdiff.displayed import Displayed

REVIEWED = "f(x) = x'A x\ngrad f = 2 A x"
KINDS = {
    "a derivation": lambda: matdiff.derive("||X w - y||^2", wrt="w"),
    "an expression": lambda: matdiff.parse("x'A x + lam ||x||^2"),
    "a law": lambda: matdiff.laws()[3],
    "a review": lambda: matdiff.check(REVIEWED, "A: n x n; x: n"),
    "code": lambda: matdiff.code("x'x", "x", check=False),
    "an equality": lambda: matdiff.equal("tr(A B)", "tr(B A)"),
    "a solution": lambda: matdiff.solve("minimise ||x - b||^2", "x"),
    "a Jacobian": lambda: matdiff.jacobian("A x", "x"),
    "a differential": lambda: matdiff.differential("inv(X) A"),
    "an error": lambda: matdiff.MatdiffError("there is a <stray> bracket", text="x + )", span=(4, 5)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_has_html(kind: str) -> None:
    shown = KINDS[kind]()
    assert isinstance(shown, Displayed)
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == repr(shown)
    style, _, body = bundle["text/html"].partition("</style>")
    assert ".matdiff" in style
    assert ElementTree.fromstring(body).get("class") == "matdiff"


def test_a_result_is_shown_with_its_check_and_has_latex() -> None:
    bundle = matdiff.derive("x'x", wrt="x")._repr_mimebundle_()
    assert "checked: " in bundle["text/html"]
    assert bundle["text/latex"].startswith(r"\begin{align*}")
    assert matdiff.parse("x'x")._repr_mimebundle_()["text/latex"] == r"$\displaystyle x^{\top} x$"


def test_a_result_that_cannot_be_checked_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def verify(*_: object) -> None:
        raise matdiff.errors.CheckError("no instance could be found")

    monkeypatch.setattr(matdiff.Derivation, "verify", verify)
    assert "not checked: no instance could be found" in matdiff.derive("x'x", wrt="x")._repr_mimebundle_()["text/html"]


def test_a_review_shows_the_wrong_line_and_what_it_should_be() -> None:
    pytest.importorskip("latex2mathml")
    html = KINDS["a review"]()._repr_mimebundle_()["text/html"]
    assert '<td class="verdict wrong">wrong</td>' in html
    assert 'alttext="(A + A^{\\top}) x"' in html


def test_a_law_shows_its_statement_and_condition() -> None:
    law = next(law for law in matdiff.laws() if law.name == "differential_of_inverse")
    assert "d(inv(A)) = -inv(A)*d(A)*inv(A)" in law._repr_mimebundle_()["text/html"]


def test_only_public_names_are_completed() -> None:
    assert dir(matdiff) == sorted(matdiff.__all__)


def test_an_error_is_shown_without_the_traceback() -> None:
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.parse("x + )")
    assert caught.value._render_traceback_() == str(f"NotationError: {caught.value}").splitlines()
    assert interactive
