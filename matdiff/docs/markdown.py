"""Pieces of Markdown for pages that are made."""

from __future__ import annotations

import re


def raw(html: str) -> str:
    """HTML as it stands, as a block."""
    return f"``````{{raw}} html\n{html}\n``````"


def slug(title: str) -> str:
    """The name of the page of a title.

    >>> slug("What is checked, and how")
    'what-is-checked-and-how'
    """
    return re.sub(r"[^\w]+", "-", title.casefold()).strip("-")


def row(*cells: str) -> str:
    """A row of a table."""
    return "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table with a head."""
    return "\n".join([row(*head), row(*["---"] * len(head)), *(row(*cells) for cells in rows)]) + "\n"
