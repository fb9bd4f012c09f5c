"""Whole derivations (derivations/*.toml), each right as it stands and wrong with the one slip that is put into it.

A block of such a file is a text and its slip, which was put in by hand:

    [[derivation]]
    text = '''…'''                        # as somebody writes it: no line of it is wrong, none is not read
    where = "X: m x n; w: n"              # the declarations that its author would give; often none
    right = "2X'("                        # the last place where the text says this
    wrong = "X'("                         # says that instead,
    line = 3                              # which makes this line the first wrong one,
    kind = "factor"                       # and the slip is called so; any kind where nothing is said
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import matdiff

FILES = sorted((Path(__file__).parent / "derivations").glob("*.toml"))
DERIVATIONS = [
    pytest.param(derivation, id=f"{file.stem}-{number}")
    for file in FILES
    for number, derivation in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["derivation"])
]


@pytest.mark.parametrize("derivation", DERIVATIONS)
def test_what_is_right_is_read_and_a_slip_in_it_is_found(derivation: dict[str, Any]) -> None:
    text, where = derivation["text"], derivation.get("where")
    review = matdiff.check(text, where)
    assert [line.reason for line in review.lines if line.verdict in ("wrong", "not read")] == []
    head, found, tail = text.rpartition(derivation["right"])
    assert found
    slip = matdiff.check(head + derivation["wrong"] + tail, where)
    assert (slip.first_wrong, slip.kind) == (derivation["line"], derivation.get("kind", slip.kind)), slip.to_text()
