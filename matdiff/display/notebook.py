"""What notebooks show: the forms of what is Displayed, by their types."""

from __future__ import annotations

import sys

from matdiff.algebra.expr import Expr
from matdiff.displayed import Displayed
from matdiff.results.base import Shown


def bundle(thing: Displayed) -> dict[str, str]:
    """Plain text, HTML with its style, and LaTeX where there is some; nothing where only text can be shown."""
    if _shows_text_only():
        return {}
    from matdiff.display.in_html import html
    from matdiff.page.as_html import with_style

    made = {"text/plain": repr(thing), "text/html": with_style(html(thing))}
    if isinstance(thing, Shown):
        made["text/latex"] = thing.to_latex()
    elif isinstance(thing, Expr):
        made["text/latex"] = f"$\\displaystyle {thing:latex}$"
    return made


def _shows_text_only() -> bool:
    """Whether IPython runs in a terminal."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and shell.display_formatter.active_types == ["text/plain"]
