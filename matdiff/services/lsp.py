"""matdiff for editors: a language server that marks wrong claims of derivatives in .tex, .md and docstrings.

    matdiff lsp

It speaks over standard input and output, by pygls.  A document is looked at when it is opened and when it is saved, as
`matdiff lint` does it; a finding is a warning at the claim.
"""

from __future__ import annotations

from typing import Any

from matdiff.errors import MatdiffError
from matdiff.review.lint import Finding, linted
from matdiff.version import __version__


def server() -> Any:
    """The server, which has nothing to say of documents that are closed."""
    try:
        from lsprotocol import types
        from pygls.lsp.server import LanguageServer
    except ImportError as error:
        raise MatdiffError("this needs pygls", suggestion='pip install "matdiff[lsp]"') from error

    made = LanguageServer("matdiff", __version__)

    def look(uri: str) -> None:
        document = made.workspace.get_text_document(uri)
        found = linted([(document.path, document.source)]).found
        rows = document.source.split("\n")
        said = [diagnostic(finding, rows[finding.line - 1]) for finding in found]
        made.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, said, document.version))

    def diagnostic(finding: Finding, row: str) -> Any:
        start, end = (types.Position(finding.line - 1, units(row[:k])) for k in extent(finding, row))
        return types.Diagnostic(
            types.Range(start, end), f"{finding.kind}: {finding.message}", types.DiagnosticSeverity.Warning,
            finding.code, source="matdiff",
        )  # fmt: skip

    def opened(given: types.DidOpenTextDocumentParams) -> None:
        look(given.text_document.uri)

    def saved(given: types.DidSaveTextDocumentParams) -> None:
        look(given.text_document.uri)

    def closed(given: types.DidCloseTextDocumentParams) -> None:
        made.text_document_publish_diagnostics(types.PublishDiagnosticsParams(given.text_document.uri, []))

    made.feature(types.TEXT_DOCUMENT_DID_OPEN)(opened)
    made.feature(types.TEXT_DOCUMENT_DID_SAVE)(saved)
    made.feature(types.TEXT_DOCUMENT_DID_CLOSE)(closed)
    return made


def extent(finding: Finding, row: str) -> tuple[int, int]:
    """Where a finding begins and ends in its row: behind its last sign that is no space."""
    start = min(finding.column - 1, len(row))
    return start, max(len(row.rstrip()), start)


def units(text: str) -> int:
    """The length of a text as editors count it, in units of UTF-16.

    >>> units("∇f"), units("𝓛")
    (2, 2)
    """
    return len(text.encode("utf-16-le")) // 2
