"""Rows of a text without the remarks that stand in a column at their right."""

from __future__ import annotations

import re

ITEM = r"^\s*(?:[-•]\s+)?\d+(?:\.\d+)*\.\s+(?=[^\W\d]|[\\∂∇⇒=])"  # 4.1. dh = …


def _label(row: str) -> str:
    """The words in front of a formula, up to their colon, or its number: ``Hessian:``, ``3.``."""
    m = re.match(rf"\s*[^\W\d]+(?: [^\W\d]+)*:\s*|{ITEM}", row)
    return m.group() if m else ""


def without_remark(row: str, column: int) -> tuple[str, int]:
    """A row without the remark that stands in a column at its right, and that column, or the one above."""
    m = re.compile(r"(?<=[^\s,;.]) {3,}(?!(?:where|with)\s.*=)(?=\S)").search(row.rstrip(), len(_label(row)))
    if m is None or "&" in row:
        indent = len(row) - len(row.lstrip())
        is_deep = indent > (24 if row.lstrip()[:1] in "([" else 16)
        is_remark = (is_deep and re.match(r"\s*[=+·*&\\⇒−/)⊙⊗-]", row) is None) or (
            column and indent > 8 and abs(indent - column) <= 1 and re.match(r"\s*[+−/)⊙⊗-]", row) is None
        )
        return ("" if is_remark else row), column
    return row[: m.start()], m.end()
