"""Shapes that a function says itself: in annotations, in its docstring, in comments beside its parameters.

def f(X: Float[Array, "n d"], …)      X : (n, d) array      X (np.ndarray): shape (n, d)      X,  # (n, d)
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

LENGTH = r"[A-Za-z]\w*(?:\s*[-+*]\s*\w+)*|[0-9]+"
SEVERAL = rf"[(\[]\s*((?:{LENGTH})\s*,(?:\s*(?:{LENGTH})\s*,?)?)\s*[)\]]"
ALONE = rf"\bshape:?\s+[(\[]?({LENGTH})\b(?!\s*[,x×])[)\]]?"
CROSSED = rf"\b((?:{LENGTH})\s*(?:\bx\b|×)\s*(?:{LENGTH}))\b"
SHAPE = f"{SEVERAL}|{ALONE}|{CROSSED}"
SPELT = r"""\[[^"']*["']([\w\s,+*-]*)["']"""  # Float[Array, "n d"], NDArray[Shape["n, d"], Any]
NUMBER = r"(?::|\()\s*(?:float|scalar|number)\b"
MOST_AXES = 2


def said_shapes(f: Callable[..., Any], parameters: Iterable[inspect.Parameter]) -> dict[str, str]:
    """The shapes that a function says of some parameters, as declarations; the annotations before the texts."""
    while isinstance(f, partial):
        f = f.func
    texts = [inspect.getdoc(f) or "", comments(f)]
    found: dict[str, str] = {}
    for p in parameters:
        said = [of_annotation(p.annotation), *(of_text(p.name, text) for text in texts)]
        if shape := next(filter(None, said), ""):
            found[p.name] = shape
    return found


def of_annotation(annotation: Any) -> str:
    """The shape in an annotation, or in its text."""
    if annotation is float or annotation == "float":
        return "scalar"
    lengths = getattr(annotation, "dim_str", None)
    if lengths is None:
        spelt = re.search(SPELT, annotation if isinstance(annotation, str) else repr(annotation))
        lengths = spelt[1] if spelt else None
    return declaration(re.split(r"[\s,]+", lengths.strip(" ,"))) if lengths is not None else ""


def of_text(name: str, text: str) -> str:
    """The shape of a parameter in the first line that begins with its name, or has it beside a comment."""
    for line in lines_about(name, text):
        if m := re.search(SHAPE, line):
            return declaration(re.split(r"\s*,\s*|\s+x\s+|\s*×\s*", next(filter(None, m.groups())).strip(" ,")))
        if re.match(NUMBER, line.strip()):
            return "scalar"
    return ""


def lines_about(name: str, text: str) -> Iterator[str]:
    """What stands behind a name at the beginning of a line: X : …, X, Y : …, X (array): …, X = … # …"""
    for line in text.splitlines():
        m = re.match(rf"\s*(?:[-*]\s+)?`*(?:\w+,\s*)*{re.escape(name)}\b`*(?:,\s*\w+)*\s*(?=[:(,=#])", line)
        if m:
            yield line[m.end() :]


def comments(f: Callable[..., Any]) -> str:
    """The lines of the head of a function that have a comment: X,  # (n, d)"""
    try:
        source = inspect.getsource(f)
    except (OSError, TypeError):
        return ""
    head = re.split(r"\)\s*(?:->[^:]*)?:\s*(?:#.*)?\n", source, maxsplit=1)[0]
    found = re.findall(r"(\w+)\s*(?::[^,#]*)?,?\s*#(.*)", head)
    return "\n".join(f"{name}: {comment}" for name, comment in found)


def declaration(lengths: list[str]) -> str:
    """Lengths as a declaration: n x d, n, scalar; nothing for what has more axes or is no length."""
    lengths = [k for k in lengths if k]
    known = all(re.fullmatch(LENGTH, k) for k in lengths) and len(lengths) <= MOST_AXES
    return " x ".join(lengths) or "scalar" if known else ""
