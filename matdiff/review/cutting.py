"""Texts that are cut at marks outside of brackets."""

from __future__ import annotations

import re


def split(text: str, mark: str) -> list[str]:
    """The pieces of a text between marks outside of brackets."""
    depth, start, found = 0, 0, []
    for m in re.finditer(rf"[(\[{{⟨]|[)\]}}⟩]|{mark}", text):
        sign = m.group()
        if sign in tuple("([{⟨"):
            depth += 1
        elif sign in tuple(")]}⟩"):
            depth -= 1
        elif depth <= 0:
            found.append(text[start : m.start()])
            start = m.end()
    return [*found, text[start:]]
