"""Pieces of Markdown for pages that are made; and an extension of Sphinx, by which formulas in a text are MathML."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from matdiff.output.mathml import mathml
from matdiff.regex import regex

DOLLARS = regex(r"(?<![\\$])\$([^$\n]+)\$(?!\$)", given="$")


def raw(html: str) -> str:
    """HTML as it stands, as a block."""
    return f"``````{{raw}} html\n{html}\n``````"


def with_formulas(text: str) -> str:
    r"""Markdown as notebooks have it, with its formulas as the role that Sphinx has for them.

    >>> with_formulas(r"so $\hat w$ is")
    'so {math}`\\hat w` is'
    """
    return DOLLARS.sub(r"{math}`\1`", text)


def setup(app: Any) -> dict[str, bool]:
    """Makes this an extension of Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(_typeset, None))
    return {"parallel_read_safe": True}


def _typeset(writer: Any, node: Any) -> NoReturn:
    """Writes a formula as MathML."""
    from docutils.nodes import SkipNode  # type: ignore[import-untyped]

    writer.body.append(mathml(node.astext()))
    raise SkipNode


def slug(title: str) -> str:
    """The name of the page of a title, which is that of the place where a page has it as a heading.

    >>> slug("Differentials and Taylor's formula")
    'differentials-and-taylors-formula'
    """
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.casefold()).strip())
