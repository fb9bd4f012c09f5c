"""Pieces of Markdown for pages that are made."""

from __future__ import annotations

import re


def raw(html: str) -> str:
    """HTML as it stands, as a block."""
    return f"``````{{raw}} html\n{html}\n``````"


def slug(title: str) -> str:
    """The name of the page of a title, which is that of the place where a page has it as a heading.

    >>> slug("Differentials and Taylor's formula")
    'differentials-and-taylors-formula'
    """
    return re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.casefold()).strip())
