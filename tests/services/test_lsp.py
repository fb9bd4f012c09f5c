"""The server for editors, asked by the client of pygls over its standard input and output."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from matdiff.errors import MatdiffError
from matdiff.services import lsp as service

TEX = "We have\n\\begin{equation}\n  \\nabla_w \\|Xw - y\\|^2 = 2X(Xw - y)\n\\end{equation}\n"
MODULE = 'r"""Least squares.\n\nThe gradient is $\\nabla_w \\|Xw - y\\|^2 = 2X(Xw - y)$.\n"""\n'
pytestmark = pytest.mark.filterwarnings("ignore")  # what pygls warns of is its own


def told(documents: dict[str, tuple[str, ...]], folder: Path) -> list[Any]:
    """What the editor is told while it opens documents, saves each with the texts behind the first, and closes them."""
    pytest.importorskip("pygls", reason="the extra lsp is not installed")
    from lsprotocol import types
    from pygls.lsp.client import LanguageClient

    heard: list[Any] = []

    async def edit() -> None:
        editor = LanguageClient("editor", "1")
        news = asyncio.Event()

        @editor.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(given: types.PublishDiagnosticsParams) -> None:
            heard.append(given)
            news.set()

        async def answered() -> None:
            await asyncio.wait_for(news.wait(), 60)
            news.clear()

        await editor.start_io(sys.executable, "-m", "matdiff.cli", "lsp")
        await editor.initialize_async(types.InitializeParams(types.ClientCapabilities(), process_id=None))
        editor.initialized(types.InitializedParams())
        for name, (text, *further) in documents.items():
            uri = (folder / name).as_uri()
            item = types.TextDocumentItem(uri, name.rpartition(".")[2], 1, text)
            editor.text_document_did_open(types.DidOpenTextDocumentParams(item))
            await answered()
            for version, changed in enumerate(further, 2):
                at = types.VersionedTextDocumentIdentifier(version, uri)
                whole = types.TextDocumentContentChangeWholeDocument(changed)
                editor.text_document_did_change(types.DidChangeTextDocumentParams(at, [whole]))
                editor.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
                await answered()
            editor.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
            await answered()
        await editor.shutdown_async(None)
        editor.exit(None)
        await editor.stop()

    asyncio.run(edit())
    return heard


def test_wrong_claims_are_marked_until_they_are_put_right(tmp_path: Path) -> None:
    right = TEX.replace("2X(Xw", "2X^\\top(Xw")
    opened, saved, closed, module, _ = told({"paper.tex": (TEX, right), "least.py": (MODULE,)}, tmp_path)
    (wrong,) = opened.diagnostics
    assert (wrong.source, wrong.code) == ("matdiff", "MD101")
    assert "transpose" in wrong.message
    start, end = wrong.range.start, wrong.range.end
    assert (start.line, end.line) == (2, 2)
    assert TEX.splitlines()[2][start.character : end.character] == r"\nabla_w \|Xw - y\|^2 = 2X(Xw - y)"
    assert not saved.diagnostics
    assert not closed.diagnostics
    (wrong,) = module.diagnostics
    assert wrong.range.start.line == 2


def test_what_is_right_or_no_claim_is_not_marked(tmp_path: Path) -> None:
    text = "# Notes\n\n$\\nabla_x x^\\top A x = (A + A^\\top)x$ and $x^2 = 1$.\n"
    opened, closed = told({"notes.md": (text,)}, tmp_path)
    assert not opened.diagnostics
    assert not closed.diagnostics


def test_without_pygls_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    with pytest.raises(MatdiffError, match="pygls"):
        service.server()
