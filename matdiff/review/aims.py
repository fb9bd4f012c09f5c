"""What a text minimises or differentiates without a name for it: ``minimise ‖Ax − b‖²/(1 + ‖x‖²)`` says what f is."""

from __future__ import annotations

from functools import lru_cache

from matdiff import regex as re

NAMES = "fJLEF"
GOAL = (
    r"(?:\b[Mm](?:ini|axi)mi[sz](?:e|es|ing)|\\m(?:in|ax)\s*(?:_\{[^{}]*\}|_\w)|\bm(?:in|ax)_\w+"
    r"|\b[Dd]ifferentiat(?:e|ing)|(?:\b[Gg]radient|\b[Dd](?:erivative|ifferential)|\bd/d\w+)\s+of(?!.*\b(?:is|equals)\b)"
    r"|\b(?:[Ww]ant|[Cc]ompute|[Ff]ind|[Nn]eed|[Ee]valuate)\s+(?P<open>\$+)?\s*(?:∇|\\nabla)(?:_\w|_\{[^{}]*\})?(?![^=$]*=))"
    r"(?:\s+(?:over|w\.?r\.?t\.?)\s+\$?[^\W\d]\w*\$?)?[\s:,]*(?P<sign>\$+|\\\[)?(?:\s|\\[,;:!])*"
)
END = (
    r"(?:[,;]\s|[.,;:]?\s*(?:$|\$|\\\]|\\text|\\q?quad|\bs\.t\.|\bw\.?r\.?t\b"
    r"|\b(?:subject|over|with|for|where|gives|yields)\b))"
)
FORMULA = r"(?P<f>(?=[^=$]*?(?:\^|[²'ᵀ‖|]|\\[lr]?Vert|\\\|))[^=$\s,.;](?:[^=$,.;]|[.,](?!\s|$))*?)"
CHOICE = (  # x̂ = argmin_x f = …
    r"(?P<x>(?:\\(?:wide)?hat\s*)?[^\s=$&]+)\s*&?\s*:?=\s*(?:\\operatorname\*?\{)?\\?arg[\s\\,]*m(?:in|ax)(?![a-z])\}?\s*"
    r"(?:_(?:\{(?=\s*\\?\w+\s*\}))?(?P<low>\\?\w+)\}?|_\{[^{}]*\})?(?P<f>(?:(?!\b(?:s\.t|subject|wh))[^=$,;.]|[,.](?!\s|$))*)(?P<more>=?)"
)
AIM = rf"{GOAL}(?={FORMULA}{END})"
BEGIN = r"(?m)(?:^|[,;:$&.]|(?<![\\A-Za-z])(?!(?i:grad|hess|jac|min|max))[A-Za-z]{2,})\s*"  # the Lagrangian L = …
FUNCTION = rf"{BEGIN}[{NAMES}Qℓgh](?:_\w)?\s*(?:\([^()=]*\))?\s*&?\s*:?=(?!=)|\\(?:mathcal|ell)"
ASKED = rf"(?:∇|\\nabla\s*)(?:_\w|_\{{\w+\}})?\s*([{NAMES}])(?!\w)|[d∂]([{NAMES}])\s*(?:/|=)|\\partial\s*([{NAMES}])\b"


def with_aim(text: str, row: str) -> str:
    """A row of a text with a name for what is minimised in it, the one that the text uses, if it gives no function.

    >>> with_aim("", "Total least squares: minimise ‖Ax − b‖²/(1 + ‖x‖²).")
    'Total least squares:  f = ‖Ax − b‖²/(1 + ‖x‖²).'
    """
    gives_one = _gives_function(text)
    spelt = r"\g<x> \g<more>" if gives_one else r"minimise \g<f>; \g<x> \g<more>"
    chosen = re.search(CHOICE, row) if "arg" in row else None
    row = re.sub(CHOICE, spelt, row) if chosen else row
    aim = None if gives_one else re.search(AIM, row)
    if aim is None:
        return row
    asked = re.search(ASKED, text)
    name = next(filter(None, asked.groups())) if asked else next(n for n in NAMES if not re.search(rf"\b{n}\b", text))
    name += f"({chosen['low']})" if chosen and chosen["low"] else ""
    return f"{row[: aim.start()]} {aim['open'] or aim['sign'] or ''}{name} = {row[aim.end() :]}"


@lru_cache(maxsize=8)
def _gives_function(text: str) -> bool:
    """Whether a text, which is asked for each of its rows, says what a function is."""
    return re.search(FUNCTION, text) is not None
