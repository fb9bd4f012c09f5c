"""Somebody's derivation in, a review out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from os.path import isdir
from typing import TYPE_CHECKING

import matdiff.algebra.operators  # noqa: F401 - fills the table of operators
from matdiff.api.inputs import Where
from matdiff.errors import MatdiffError

SUFFIXES = (".tex", ".md", ".markdown", ".rst", ".py")

if TYPE_CHECKING:
    from pathlib import Path

    from matdiff.review.lint import Findings
    from matdiff.review.report import Review


def check(text: str, where: Where = None, wrt: str | None = None) -> Review:
    """A verdict on every line of a derivation, and the first wrong line with what it should be.

    *text* is a derivation as people write it, in LaTeX, Unicode or ASCII; *where* declares shapes and properties.

    >>> review = check("f(x) = x'A x\\ngrad f = 2 A x", "A: n x n; x: n")
    >>> review.first_wrong, review.kind, str(review.should_be)
    (2, 'symmetry', '(A + Aᵀ)x')
    """
    from matdiff.review.reviewing import review

    return review(text, where, wrt)


def lint(paths: str | Path | Sequence[str | Path], where: str | None = None) -> Findings:
    """The claims of derivatives in documents that are wrong: LaTeX, Markdown, docstrings of Python modules.

    *paths* is a file, a folder whose documents are taken, or several of these.  A line with ``matdiff: skip`` in it, or
    behind one, is left out; ``matdiff: where X: m x n`` in a comment declares shapes for its document.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     note = pathlib.Path(folder, "note.md")
    ...     _ = note.write_text("The slope $\\\\frac{d}{dX} tr(AX)$ is not\\n$$\\\\frac{d}{dX} tr(AX) = A$$")
    ...     found = lint([note])
    >>> found.ok, found.found[0].line, found.found[0].kind
    (False, 2, 'transpose')
    """
    from matdiff.review.lint import linted

    given = [paths] if isinstance(paths, (str, PathLike)) else paths
    return linted([(str(path), _text_of(path)) for path in _documents(given)], where)


def _documents(paths: Iterable[str | Path]) -> Iterator[Path]:
    from pathlib import Path  # only where there are files

    for path in map(Path, paths):
        if isdir(path):  # of a text that is no path as well, which Path.is_dir refuses in its own words
            yield from sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
        else:
            yield path


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise MatdiffError(f"the file {path!s:.300} cannot be read: {getattr(error, 'strerror', error)}") from None
