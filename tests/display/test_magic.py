"""The magics of notebooks: they take what the command takes, and give back what it asks for."""

from __future__ import annotations

from typing import Any

import pytest

import matdiff
from matdiff.display.magic import matdiff as magic
from matdiff.results.second import Jacobian

CELL = "h = W x + b\n‖sigmoid(h) − y‖²\n"


def test_a_cell_is_a_text_and_its_line_a_command_with_options() -> None:
    found = magic("--wrt b", CELL)
    assert isinstance(found, matdiff.Derivation)
    assert list(found.gradients) == ["b"]
    assert isinstance(magic("jacobian --wrt X", "A X B"), Jacobian)
    assert magic("check", "f(x) = x'x\n∇f = 3x").first_wrong == 2


def test_a_line_needs_no_quotes() -> None:
    assert str(magic("derive x'A x --wrt x").gradient) == "(A + Aᵀ)x"
    assert str(magic("parse x' A x")) == "xᵀAx"


def test_the_level_of_detail_is_the_one_that_is_asked_for() -> None:
    few, many = (magic(f"--wrt w --steps {steps}", "||X w - y||^2") for steps in ("textbook", "full"))
    lines = [f._repr_mimebundle_()["text/html"].count("<tr>") for f in (few, many)]
    assert lines[0] < lines[1]


def test_another_form_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert magic("--wrt x --format latex", "x'x") is None
    assert capsys.readouterr().out.startswith(r"\begin{align*}")
    assert magic("laws trace of cycle") is None
    assert "trace_of_cycle" in capsys.readouterr().out


def test_errors_say_what_may_be_meant() -> None:
    with pytest.raises(matdiff.MatdiffError, match=r"Did you mean --wrt\?"):
        magic("--wtr x", "x'x")
    with pytest.raises(matdiff.MatdiffError, match="from a terminal"):
        magic("serve")


def test_ipython_is_given_the_magic_and_shows_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    shell: Any = interactive.InteractiveShell()
    shell.run_line_magic("load_ext", "matdiff")
    shell.run_cell("%%matdiff --wrt w\n||X w - y||^2")
    assert "∇_w f = 2Xᵀ(Xw − y)" in capsys.readouterr().out
    shell.run_cell("import matdiff\nmatdiff.parse('x + )')")
    shown = capsys.readouterr().out
    assert "line 2: matdiff.parse('x + )')" in shown
    assert "NotationError: there is a superfluous )" in shown
    assert "Traceback" not in shown
    assert "language" not in shown
    shell.run_cell("%%matdiff --wrt x\nx'x + )")
    shown = capsys.readouterr().out
    assert "NotationError: there is a superfluous )" in shown
    assert "get_ipython" not in shown
