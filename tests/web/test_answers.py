"""What the page is told: readings with symbols and places of errors, results, code, reviews, the gallery."""

from __future__ import annotations

from typing import Any

import pytest

import matdiff
from matdiff.numeric.check import Verification
from matdiff.web.answers import answer, answered, examples, read
from matdiff.web.examples import EXAMPLES


def reading(text: str, **more: str) -> dict[str, Any]:
    return answered(read, {"text": text, **more})


def asked(kind: str, text: str, **more: object) -> dict[str, Any]:
    return answered(answer, {"kind": kind, "text": text, **more})


def test_a_text_is_read_with_its_symbols() -> None:
    found = reading("‖Xw − y‖²")
    assert [(s["name"], s["kind"]) for s in found["symbols"]] == [("X", "m×n"), ("w", "n"), ("y", "m")]
    assert found["scalar"] is True
    assert found["suggested"] == ["w"]
    assert found["html"]
    assert reading("  ") == {}


def test_definitions_are_unknowns_too_and_families_are_data() -> None:
    found = reading("h = W x + b; ‖h − y‖²")
    assert [s["name"] for s in found["symbols"] if s["definition"]] == ["h"]
    assert reading("∑ᵢ (x_i'μ)", where="x_i: n")["suggested"] == ["mu"]


def test_a_text_may_ask_for_its_unknown_itself() -> None:
    assert reading("gradient of x'A z with respect to z")["asked"] == ["z"]
    assert reading("gradient of x'A z with respect to z")["suggested"] == ["z"]


def test_a_problem_is_read_with_its_constraints() -> None:
    found = reading("minimise x'P x subject to A x = b")
    assert len(found["beside"]) == 1
    assert [s["name"] for s in found["symbols"]] == ["x", "P", "A", "b"]
    assert found["notes"] == []


@pytest.mark.parametrize(
    ("text", "where", "field", "span"),
    [("x + )", "", "text", (4, 5)), ("x'x", "x n", "where", (0, 3)), ("A B", "A, B: m x n", "text", (0, 3))],
)
def test_an_error_has_its_place(text: str, where: str, field: str, span: tuple[int, int]) -> None:
    error = reading(text, where=where)["error"]
    assert error["message"]
    assert (error["field"], error["span"]) == (field, span)


@pytest.mark.parametrize("kind", ["gradient", "hessian", "solve"])
def test_a_result_is_shown_and_can_be_copied(kind: str) -> None:
    found = asked(kind, "‖x − b‖²", wrt=["x"])
    assert "checked: " in found["html"]
    assert found["copies"]["LaTeX"].startswith(r"\begin{align*}")
    assert set(found["copies"]) == {"LaTeX", "Markdown", "text"}


def test_steps_layout_and_outputs_are_as_asked() -> None:
    assert "<details" not in asked("gradient", "x'x", wrt=["x"], steps="none")["html"]
    rows = asked("jacobian", "A x", wrt=["x"], layout="denominator")
    assert "= Aᵀ" in rows["copies"]["text"]
    code = asked("code", "‖Xw − y‖²", wrt=["w"], backend="torch", outputs="gradient")
    assert "import torch" in code["copies"]["code"]


def test_a_derivation_is_reviewed() -> None:
    found = asked("check", "", derivation="f(x) = x'x\n∇f = 3x")
    assert found["ok"] is False
    assert "wrong" in found["html"]


def test_a_wrong_answer_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matdiff.Derivation, "verify", lambda *_: Verification(False, 0.5, 3, 10, "step 1 is off"))
    found = asked("gradient", "x'x", wrt=["x"])
    assert found["error"]["message"].startswith("CHECK FAILED: step 1 is off")
    assert "html" not in found
    assert "withheld" in matdiff.derive("x'x", wrt="x")._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    "content",
    [None, 3, [], {"text": 3}, {"nothing": "x"}, {"wrt": "x"}, {"wrt": [1]}, {"text": "x" * 30_000}, {"kind": "eval"}],
)
def test_what_is_no_request_is_refused(content: object) -> None:
    assert answered(answer, content)["error"]["message"]


@pytest.mark.parametrize("text", ["@/etc/passwd", "-", "conftest.py:x", "__import__('os').getpid()"])
def test_a_text_is_only_ever_a_text(text: str) -> None:
    assert "error" in reading(text) or reading(text)["html"]
    assert "root" not in str(reading(text))


def test_the_gallery_can_be_read() -> None:
    found = answered(examples, {})["examples"]
    assert [e["title"] for e in found] == [e["title"] for e in EXAMPLES]
    assert all(e["html"] for e in found)


@pytest.mark.parametrize("example", EXAMPLES, ids=[e["title"] for e in EXAMPLES])
def test_every_example_has_an_answer(example: dict[str, str]) -> None:
    more = {name: example[name] for name in ("where", "derivation") if name in example}
    found = asked(example.get("kind", "gradient"), example["text"], wrt=example["wrt"].split(","), **more)
    assert "error" not in found, found
