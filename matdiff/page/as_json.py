"""Pages as JSON, for other programs: what a page records, where it holds, its notes, and what a check found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from matdiff.opening import without_collector
from matdiff.page.model import Page, Setting

if TYPE_CHECKING:
    from matdiff.numeric.check import Verification


@without_collector
def write(page: Page, check: Verification | None, setting: Setting) -> str:
    """The JSON of a page."""
    content = {**page.record(), "conditions": list(map(str, page.conditions)), "notes": list(page.notes)}
    if check is not None:
        content["check"] = check._asdict()
    return json.dumps(content, ensure_ascii=False, indent=2)
