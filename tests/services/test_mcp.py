"""The server for assistants, asked by the client of the SDK, in memory."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from matdiff.errors import MatdiffError
from matdiff.services import mcp as service

pytestmark = pytest.mark.filterwarnings("ignore")  # what the SDK warns of is its own


def asked(tool: str, **arguments: str) -> Any:
    """What the client is given for a call of a tool."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    from mcp.client import Client

    async def ask() -> Any:
        async with Client(service.server()) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(ask())


def text(tool: str, **arguments: str) -> str:
    """The answer of a tool."""
    found = asked(tool, **arguments)
    assert not found.is_error, found
    return "".join(part.text for part in found.content)


def test_the_tools_are_there_with_what_they_take() -> None:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    from mcp.client import Client

    async def listed() -> Any:
        async with Client(service.server()) as client:
            return await client.list_tools()

    tools = {tool.name: tool for tool in asyncio.run(listed()).tools}
    assert [*tools] == ["derive", "jacobian", "hessian", "solve", "check", "code", "equal", "laws"]
    assert all(tool.description for tool in tools.values())
    assert tools["derive"].input_schema["required"] == ["formula"]
    assert tools["derive"].input_schema["properties"]["steps"]["enum"] == ["none", "textbook", "full"]


def test_answers_are_short_and_say_what_the_check_found() -> None:
    answer = text("derive", formula="||X w - y||^2", wrt="w")
    assert answer.splitlines()[0].startswith("f(w) = ‖Xw − y‖²        X: m×n")
    assert "∇_w f = 2Xᵀ(Xw − y)" in answer
    assert "checked: 10 steps" in answer
    assert len(answer.splitlines()) == 5
    assert "product law" in text("derive", formula="||X w - y||^2", wrt="w", steps="textbook")
    assert "diag(softmax(x)) − softmax(x)softmax(x)ᵀ" in text("jacobian", formula="softmax(x)", wrt="x")
    assert "positive semidefinite, so f is convex" in text("hessian", formula="||A x||^2", wrt="x")
    solved = text("solve", problem="minimise ||Xw - y||^2 + c*||w||^2", wrt="w", where="c: scalar positive")
    assert "w = (cI + XᵀX)⁻¹Xᵀy" in solved
    assert "checked" in solved
    assert "proved" in text("equal", left="tr(A B)", right="tr(B A)")
    assert "d(inv(A)) = -inv(A)*d(A)*inv(A)" in text("laws", word="differential of inverse")
    source = text("code", formula="x'x", wrt="x", outputs="value, gradient")
    program, _, verdict = source.rpartition("\n")
    assert verdict.startswith("checked: the program agrees with the formula")
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["f"]([3.0, 4.0])[0] == 25.0


def test_the_first_wrong_line_is_named() -> None:
    said = text("check", derivation="f(x) = x'A x\n∇f = 2 A x", where="A: n x n; x: n")
    assert "(A + Aᵀ)x" in said
    assert "wrong" in said


def test_bad_input_is_an_error_that_shows_the_place() -> None:
    found = asked("derive", formula="A x + B y", wrt="x", where="A, B: m x n; y: p")
    assert found.is_error
    assert "the product does not fit" in found.content[0].text
    assert "^^^" in found.content[0].text
    assert asked("derive", formula="x'x", steps="every").is_error


def test_what_is_wrong_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    from matdiff.results.gradient import Derivation

    class Failed:
        ok, failure = False, "the gradient is wrong"

    monkeypatch.setattr(Derivation, "verify", lambda self: Failed())
    found = asked("derive", formula="x'x", wrt="x")
    assert found.is_error
    assert "CHECK FAILED: the gradient is wrong" in found.content[0].text
    assert "2x" not in found.content[0].text


def test_without_the_sdk_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mcp.server", None)
    with pytest.raises(MatdiffError, match="the SDK of MCP"):
        service.server()
