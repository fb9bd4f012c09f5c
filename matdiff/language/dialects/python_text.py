"""The text of Python: where its statements part, their order, and what Python's own parser makes of them."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate, count
from typing import Any
from warnings import catch_warnings, simplefilter

from matdiff.errors import NotationError
from matdiff.language.dialects import MODULES
from matdiff.regex import regex

DEEPEST = 90  # brackets in each other
LONGEST = 100_000  # characters
LAMBDA = "_ambda"  # λ is a keyword of Python
LEAD = r"\s(?:s\.\s?t\.|subject\s+to|such\s+that|with|where)|[,;]"  # of a constraint
DEFINING = regex(  # what stands in front of a definition, or of an indented line that begins anew
    r"(?:\s*[,;]\s*(?:where\b|with\b)?|\s+where\b)(?=\s*[A-Za-z_]\w*(?:\([^()=]*\))?\s*=(?!=))"
    r"|(?<=[\w)\]])[ \t]*\n[ \t]+(?=[A-Za-z_])"
)
HEAD = r"(?:^|(?<=[;\n]))[ \t]*[A-Za-z_]\w*(\([^()=]*\))[ \t]*=(?!=)"  # loss(w) = …


class NotPython(Exception):
    """The text is no Python: it may be mathematics all the same."""


def parsed(text: str) -> tuple[Any, str, int]:
    """What Python makes of a text: the tree, the text that was parsed, and how many signs stand in front of it."""
    if len(text) > LONGEST or max(depths(text), default=0) > DEEPEST:
        raise NotPython
    if not text.strip():
        raise empty(text)
    spelt = re.sub(r"\blambda\b(?!\s*(?:[A-Za-z_]\w*\s*(?:,\s*\w+\s*)*)?:)", LAMBDA, text)
    spelt = parted(spelt)
    spelt = re.sub(HEAD, lambda m: m.group().replace(m.group(1), " " * len(m.group(1))), spelt)
    for written, mode, shift in ((f"({spelt})", "eval", 1), (spelt, "exec", 0)):
        try:
            with catch_warnings():
                simplefilter("ignore")  # of 2if
                return ast.parse(written, mode=mode), written, shift
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    raise NotPython


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text of the same length without a question and without constraints, and the words in front of these.

    >>> without("minimize np.sum(x**2) s.t. x >= 0", [(0, 8), (27, 33)]).strip()
    'np.sum(x**2)'
    """
    for start, end in spans:
        lead = re.search(rf"(?:{LEAD})?\s*$", text[:start])
        first = lead.start() if lead else start
        text = text[:first] + re.sub(r"[^\n]", " ", text[first:end]) + text[end:]
    return re.sub(r"^[\s;]+", lambda m: m.group().replace(";", " "), text)


def depths(text: str) -> list[int]:
    """How many brackets stand open behind each sign, without regard to their kinds."""
    return list(accumulate((sign in "([{") - (sign in ")]}") for sign in text))


def parted(text: str) -> str:
    """A text whose statements are parted by semicolons, as ``np.sum(y*s), where s = X @ w`` has two.

    >>> parted("np.sum(y*s), s = X @ w")
    'np.sum(y*s); s = X @ w'
    """
    depth = depths(text)

    def semicolon(m: re.Match[str]) -> str:
        is_list = m.group().startswith(",") and re.search(
            r"(?:^|[;\n])[ \t]*[A-Za-z_]\w*(?:\s*,\s*\w+)*$", text[: m.start()]
        )
        return ";".ljust(len(m.group())) if depth[m.start()] == 0 and not is_list else m.group()

    return text if "#" in text else DEFINING.sub(semicolon, text)


def statements_of(body: list[ast.stmt]) -> list[ast.stmt]:
    """What is computed: without imports of libraries that are known, and of the only function its own statements."""
    rest = [item for item in body if not (_is_known_import(item) or _makes_symbols(item))]
    match rest:
        case [
            ast.FunctionDef(name=name, body=[*own, ast.Return(value=ast.expr() as value) as last], decorator_list=[])
        ]:
            result = ast.Assign([ast.Name(name, ast.Store())], value)
            said = [item for item in own if not _is_string(item)]  # what the function is for
            return [*said, ast.copy_location(result, last)]
    return rest


def _makes_symbols(item: ast.stmt) -> bool:
    """m, n = symbols('m n') of SymPy, which says that these are numbers or sizes"""
    called = item.value.func if isinstance(item, ast.Assign) and isinstance(item.value, ast.Call) else None
    return isinstance(called, ast.Name | ast.Attribute) and ast.unparse(called).split(".")[-1] in ("symbols", "Symbol")


def _is_known_import(item: ast.stmt) -> bool:
    """import numpy as np, from numpy.linalg import norm"""
    if isinstance(item, ast.ImportFrom):
        is_module = (item.module or "").partition(".")[0] in MODULES
        return is_module and not any(name.asname and name.asname not in MODULES for name in item.names)
    if not isinstance(item, ast.Import):
        return False
    modules = ((name.name.partition(".")[0], name.asname) for name in item.names)
    return all(name in MODULES and (short or name) in MODULES for name, short in modules)


def _is_string(item: ast.stmt) -> bool:
    return isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant) and isinstance(item.value.value, str)


def in_order(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements in an order in which each name is defined before it is used; as they stand if there is none."""
    places: dict[str, list[int]] = {}
    for i, item in enumerate(body):
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            places.setdefault(item.targets[0].id, []).append(i)
    needs: dict[int, list[int]] = {}
    for i, item in enumerate(body):
        used = {part.id for part in ast.walk(item) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
        found = [places[name] for name in used if name in places]
        needs[i] = [at[max(bisect_left(at, i) - 1, 0)] for at in found]  # the last before it, else the first
    if all(j < i for i, at in needs.items() for j in at) and not any(isinstance(item, ast.Expr) for item in body[:-1]):
        return body
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError:
        return body
    return [body[i] for i in sorted(order, key=lambda i: isinstance(body[i], ast.Expr))]


def renamed(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements with a name of its own for each value of a name: x = x @ W; x = np.tanh(x) has x, x1 and x2.

    >>> [ast.unparse(item) for item in renamed(ast.parse("x = x @ W; x += b; x.sum()").body)]
    ['x1 = x @ W', 'x2 = x1 + b', 'x2.sum()']
    """
    taken = {part.id for item in body for part in ast.walk(item) if isinstance(part, ast.Name)}
    now: dict[str, str] = {}
    found: list[ast.stmt] = []
    for item in body:
        match item:
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                before = ast.copy_location(ast.Name(name, ast.Load()), target)
                whole = ast.copy_location(ast.BinOp(before, op, value), item)
                item = ast.copy_location(ast.Assign([target], whole), item)
        used = [part for part in ast.walk(item) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)]
        match item:
            case ast.Assign(targets=[ast.Name(id=name) as target]):
                is_new = name in now or any(part.id == name for part in used)
                target.id = next_name(name, taken) if is_new else name
                names = now | {name: target.id}
            case _:
                names = now
        for part in used:
            part.id = now.get(part.id, part.id)
        now = names
        found.append(item)
    return found


def next_name(name: str, taken: set[str]) -> str:
    """The first of x1, x2, … that nothing has; of h1 it is h1_1."""
    stem = f"{name}_" if name[-1].isdigit() else name
    found = next(f"{stem}{k}" for k in count(1) if f"{stem}{k}" not in taken)
    taken.add(found)
    return found


def empty(text: str) -> NotationError:
    """The error for a text that says nothing."""
    return NotationError("there is no expression: the text is empty", text=text, span=(0, len(text)))
