"""The titles of laws as LaTeX: what amsmath can typeset, and nothing raised twice."""

from __future__ import annotations

import re

import pytest

import matdiff
from matdiff.algebra.laws import Law
from matdiff.output.latex import title


@pytest.mark.parametrize("law", matdiff.laws(), ids=lambda law: law.name)
def test_a_title_can_be_typeset(law: Law) -> None:
    typeset = title(law.title)
    assert typeset.isascii()
    assert not re.search(r"\^\{[^{}]*\}\^|_\{[^{}]*\}_", typeset)
    assert typeset.count("{") == typeset.count("}")


@pytest.mark.parametrize(
    ("text", "typeset"),
    [
        ("AᵏA = Aᵏ⁺¹", "A^{k}A = A^{k+1}"),
        ("d logsumexp(v)", r"\mathrm{d} \operatorname{logsumexp}(v)"),
        ("d log|A|", r"\mathrm{d} \log |A|"),
        ("product law", r"\text{product law}"),
    ],
)
def test_signs_become_commands(text: str, typeset: str) -> None:
    assert title(text) == typeset
