"""The forms of a page by name; a further one is a module with a function ``write`` and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from matdiff.page import as_json, as_latex, as_markdown, as_text
from matdiff.page.model import USUAL, Page, Setting

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification

Writer = Callable[[Page, "Verification | None", Setting], str]
WRITERS: dict[str, Writer] = {
    "text": as_text.write,
    "latex": as_latex.write,
    "json": as_json.write,
    "markdown": as_markdown.write,
}


def written(page: Page, form: str, check: Verification | None = None, setting: Setting = USUAL) -> str:
    """A page in one of the forms, with what a check of it found."""
    return WRITERS[form](page, check, setting)
