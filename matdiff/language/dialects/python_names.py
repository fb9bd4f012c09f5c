"""What the signs, attributes and words of Python are called where they stand for functions of arrays."""

from __future__ import annotations

import ast

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
METHODS = {"t": "transpose", "add": "add", "item": "copy", "doit": "copy"}
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


def is_literal(node: ast.expr) -> bool:
    """Whether a list has nothing but what is written: (0, 1)"""
    try:
        return ast.literal_eval(node) is not None
    except (ValueError, TypeError, RecursionError):
        return False
