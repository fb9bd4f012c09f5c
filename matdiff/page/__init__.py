"""Results as pages: what a page is made of, and its forms; a form is a module ``as_…`` with a function ``write``,
which is found by its name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from matdiff.errors import MatdiffError
from matdiff.files import modules

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification
    from matdiff.page.model import Page, Setting

FORMS = [name.removeprefix("as_") for name in modules(__path__, "as_")]


def written(page: Page, form: str, check: Verification | None, setting: Setting) -> str:
    """A page in one of the forms, with what a check of it found; only the module of that form is loaded."""
    if form not in FORMS:
        raise MatdiffError(f"a page has no form {form!r}", suggestion=f"Take one of {', '.join(FORMS)}.")
    made: str = import_module(f"{__name__}.as_{form}").write(page, check, setting)
    return made
