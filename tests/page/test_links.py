"""Answers in the links of a chain: what stands in several answers is said once, as δ in books."""

from __future__ import annotations

from test_models import derivation, models
from test_naming import section

import matdiff
from matdiff.algebra.expr import Symbol, postorder
from matdiff.algebra.operators.structure import Named
from matdiff.numeric.check import check_gradient
from matdiff.page.links import in_links

EXACT = 1e-6  # of central differences


def test_answers_in_links_are_the_gradients() -> None:
    """By central differences, for every model that has such answers for a letter."""
    seen = 0
    for model in models():
        told = derivation(model.name)._told
        for name, answer in in_links(told).answers.items():
            unknown = told.unknowns[name]
            if answer is not told.gradients[name] and isinstance(unknown, Symbol):
                assert check_gradient(told.function, unknown, answer, seed=seen) < EXACT, (model.name, name)
                seen += 1
    assert seen > 20


def test_factor_analysis_is_told_as_books_tell_it() -> None:
    where = "L: d x k; p: d positive; S: d x d symmetric; N: scalar"
    page = matdiff.derive("C = L*L' + diag(p); N/2*(log(det C) + tr(inv(C)*S))", ("L", "p"), where).to_text()
    assert section(page, "Chain rule") == ["δ_C = ∇_C f = ½NC⁻¹(C − S)C⁻¹"]
    assert section(page, "Gradient") == ["∇_L f = 2δ_C L", "∇_p f = diag(δ_C)"]


def test_a_link_that_is_short_or_stands_once_is_written_out() -> None:
    found = matdiff.derive("h = W x + b; z = tanh(h); y'z", ("W", "b"), "W: m x n; y: m")
    assert not in_links(found._told).links  # y ⊙ (1 − z.^2) is short
    assert not in_links(matdiff.derive("h = W x; z = tanh(h); exp(y'z)*y'z", "W", "W: m x n; y: m")._told).links


def test_pages_of_answers_alone_have_no_links() -> None:
    found = matdiff.derive("h = W x + b; z = sigmoid(h); ‖z − y‖²", ("W", "b"), "W: m x n")
    assert "δ_h" in found.to_text()
    assert "δ_h" not in found.to_text("none")
    assert not any(isinstance(n, Named) and n.name == "delta_h" for g in found.gradients.values() for n in postorder(g))
