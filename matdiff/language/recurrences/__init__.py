"""Recurrences in a text: their heads and steps, the items that belong together, their states and shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matdiff.opening import opener

if TYPE_CHECKING:
    from matdiff.language.recurrences.states import label_clash, numbered_name, resolve_state, summed, written_low

__all__ = ["label_clash", "numbered_name", "resolve_state", "summed", "written_low"]

__getattr__ = opener(  # most texts have none
    __name__, {"matdiff.language.recurrences.states": "label_clash numbered_name resolve_state summed written_low"}
)
