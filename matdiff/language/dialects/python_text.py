"""The text of Python: where its statements part, what its own parser makes of it, and what its signs are called."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import accumulate
from typing import Any
from warnings import catch_warnings, simplefilter

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.regex import regex

DEEPEST = 90  # brackets in each other
LONGEST = 100_000  # characters
LAMBDA = "_ambda"  # λ is a keyword of Python
LEAD = r"\s(?:s\.\s?t\.|subject\s+to|such\s+that|with|where)|[,;]"  # of a constraint
DEFINING = regex(  # what stands in front of a definition, or of an indented line that begins anew
    r"(?:\s*[,;]\s*(?:where\b|with\b)?|\s+where\b)(?=\s*[A-Za-z_]\w*(?:\([^()=]*\))?\s*=(?!=))"
    r"|(?<=[\w)\]])[ \t]*\n[ \t]+(?=[A-Za-z_])"
)
LISTED = r"(?:^|[;\n])[ \t]*[A-Za-z_]\w*(?:\s*,\s*\w+)*$"  # a, b of a, b = 1, 2
HEAD = r"(?:^|(?<=[;\n]))[ \t]*[A-Za-z_]\w*(\([^()=]*\))[ \t]*=(?!=)"  # loss(w) = …
LONGEST_NUMBER = 100
STACKS = ("hstack", "vstack", "concatenate", "concat", "cat")
SIGNS: dict[type, str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.MatMult: "matmul",
}
LOGICAL: dict[type, str] = {ast.BitAnd: "logical_and", ast.BitOr: "logical_or"}
COMPARISONS: dict[type, str] = {
    ast.Gt: "greater",
    ast.Lt: "less",
    ast.GtE: "greater_equal",
    ast.LtE: "less_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
LITERALS = {"newaxis": None, "inf": float("inf")}
ATTRIBUTES = {"T": "transpose", "mT": "transpose", "I": "inv", "logabsdet": "slogdet[1]", "logdet": "slogdet[1]"}
ATTRIBUTES |= {"size": "size", "shape": "shape", "H": ".H"}
VALUES = ("values", "value")  # of pandas and cvxpy
ATTRIBUTES |= dict.fromkeys(VALUES, "copy")
METHODS = {"t": "transpose", "add": "add", "item": "copy", "doit": "copy", "to_numpy": "copy"}
STATEMENTS = {
    "AugAssign": "an assignment like +=",
    "Assign": "an assignment to anything but one name",
    "FunctionDef": "def",
    "For": "a loop",
    "While": "a loop",
    "If": "a condition",
    "Import": "import",
    "ImportFrom": "import",
}
EXPRESSIONS = {
    "ListComp": "a loop in brackets",
    "GeneratorExp": "a loop in brackets",
    "Dict": "a dictionary",
    "Set": "a set",
    "JoinedStr": "a string",
    "NamedExpr": "an assignment in an expression",
}


class NotPython(Exception):
    """The text is no Python: it may be mathematics all the same."""


def parsed(text: str) -> tuple[Any, str, int]:
    """What Python makes of a text: the tree, the text that was parsed, and how many signs stand in front of it."""
    if len(text) > LONGEST or max(depths(text), default=0) > DEEPEST:
        raise NotPython
    if not text.strip():
        raise empty(text)
    text = re.sub(r"^(\s*)−", r"\1-", text)  # which a command line has in front
    named = re.sub(r"\blambda\b(?!\s*(?:[A-Za-z_]\w*\s*(?:,\s*\w+\s*)*)?:)", LAMBDA, text)
    for spelt in dict.fromkeys((named, parted(named))):  # a text that is Python parts its statements itself
        bare = re.sub(HEAD, lambda m: m.group().replace(m.group(1), " " * len(m.group(1))), spelt)
        script, head = bare.lstrip(), block_head(bare)
        gap = len(bare) - len(script)
        ways = ((f"({bare})", "eval", 1), (script, "exec", -gap), (head + script, "", len(head) - gap))
        for written, mode, shift in ways:
            try:
                with catch_warnings():
                    simplefilter("ignore")  # of 2if
                    found: Any = ast.parse(written, mode=mode or "exec")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            return (found if mode else ast.Module(found.body[0].body, [])), written, shift
    raise NotPython


def block_head(text: str) -> str:
    """What makes a block of statements from within a function, which stand indented, but for the first perhaps.

    >>> block_head("r = X @ w - y\\n    r @ r")
    'if 1:\\n    '
    """
    rest = [line for line in text.strip().splitlines()[1:] if line.strip()]
    indents = [line[: len(line) - len(line.lstrip())] for line in rest]
    return "if 1:\n" + min(indents, key=len, default="")


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
        is_list = m.group().startswith(",") and re.search(LISTED, text[: m.start()])
        return ";".ljust(len(m.group())) if depth[m.start()] == 0 and not is_list else m.group()

    return text if "#" in text else DEFINING.sub(semicolon, text)


def empty(text: str) -> NotationError:
    """The error for a text that says nothing."""
    return NotationError("there is no expression: the text is empty", text=text, span=(0, len(text)))


def is_literal(node: ast.expr) -> bool:
    """Whether a list has nothing but what is written: (0, 1)"""
    try:
        return ast.literal_eval(node) is not None
    except (ValueError, TypeError, RecursionError):
        return False
