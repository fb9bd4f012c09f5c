"""With --explain a page states the laws beside its lines in full."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.laws import law_named
from matdiff.cli import main
from matdiff.page.explaining import in_words

FUNCTION, WHERE = "log det(S) + x'*inv(S)*x", "S: n x n; x: n"


def test_every_law_beside_a_line_is_stated_once() -> None:
    page = matdiff.derive(FUNCTION, "S", WHERE).to_text(explain=True)
    laws = page.split("The laws\n")[1].split("\n\n")[0]
    for statement in ("d(A⁻¹) = −A⁻¹ dA A⁻¹", "Tr(AB) = Tr(BA)", "d(AB) = dA B + A dB", "a = Tr(a)"):
        assert laws.count(statement) == 1
    assert "Magnus and Neudecker" in laws
    assert "double transpose" not in laws  # no law that no line speaks of


def test_a_page_does_not_explain_where_it_is_not_asked_to() -> None:
    assert "The laws" not in matdiff.derive(FUNCTION, "S", WHERE).to_text()
    assert "The laws" not in matdiff.derive(FUNCTION, "S", WHERE).to_text("none", explain=True)


@pytest.mark.parametrize("form", ["text", "latex", "markdown", "html"])
def test_the_command_explains_in_every_form(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["hessian", "log(sum(exp(x)))", "--wrt", "x", "--explain", "--no-check", "--format", form])
    assert "The laws" in capsys.readouterr().out


def test_the_words_beside_a_law() -> None:
    assert in_words(law_named("product_law")) == "product law"
    assert in_words(law_named("differential_of_inverse")).startswith("differential of inverse, where A invertible")
