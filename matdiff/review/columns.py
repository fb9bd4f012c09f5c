"""Rows of a text without the remarks that stand in a column at their right, and the axes of sums in code."""

from __future__ import annotations

from matdiff import regex as re

ITEM = r"^\s*(?:[-•]\s+)?\d+(?:\.\d+)*\.\s+(?=[^\W\d]|[\\∂∇⇒=])"  # 4.1. dh = …
AXIS = r"(?:\b(?:axis|dim)\s*=\s*)?(\d)\s*(?:,\s*keepdims?\s*=\s*True\s*)?\)"
REDUCED = rf"\b(?:np|jnp|torch)\.(sum|mean)\(((?:[^()]|\([^()]*\))*?),\s*{AXIS}"  # np.sum(x, axis=0)


def by_places(row: str) -> str:
    """A row with sums over an axis in one spelling.

    >>> by_places("db = np.sum(dZ, axis=0)"), by_places("db = dZ.sum(axis=0, keepdims=True)")
    ('db = (dZ).sum(0)', 'db = dZ.sum(0)')
    """
    return re.sub(rf"\.(sum|mean)\({AXIS}", r".\1(\2)", re.sub(REDUCED, r"(\2).\1(\3)", row)) if "(" in row else row


def without_remark(row: str, column: int) -> tuple[str, int]:
    """A row without the remark that stands in a column at its right, and that column, or the one above."""
    front = re.match(rf"(?:\s*[^\W\d]+(?: [^\W\d]+)*:\s*|{ITEM})?", row)  # ``Hessian:``, ``3.``
    m = front and re.compiled(r"(?<=[^\s,;.]) {3,}(?!(?:where|with)\s.*=)(?=\S)").search(row.rstrip(), front.end())
    if m is None or "&" in row:
        indent = len(row) - len(row.lstrip())
        is_deep = indent > (24 if row.lstrip()[:1] in "([" else 16)
        is_remark = (is_deep and re.match(r"\s*[=+·*&\\⇒−/)⊙⊗-]", row) is None) or (
            column and indent > 8 and abs(indent - column) <= 1 and re.match(r"\s*[+−/)⊙⊗-]", row) is None
        )
        return ("" if is_remark else row), column
    return row[: m.start()], m.end()
