"""Random operations: every operator, of short expressions of the shapes that it takes, and a name to derive by."""

from __future__ import annotations

from random import Random

import matdiff
from matdiff.algebra.expr import OPERATORS, Expr, Operator, Symbol, symbols
from matdiff.errors import MatdiffError

PROPERTIES = ("", "", "symmetric", "spd", "diagonal", "lower", "skew", "orthogonal")
WHERE = "a, b: scalar positive; x, y, z: n; u, v: m; A, B: n x n {}; S: n x n symmetric; M, K: m x n; C: m x m"
OPERANDS = {
    "1,1": "a b 2 3 1/2 tr(A) x'*y sin(a) (a*b) norm2(x) x'*A*x",
    "n,1": "x y z A*x (x+y) sin(x) x.*y diag(A) a*x A'*y (x-y) ones(n) [a;x][2:n+1]",
    "m,1": "u v M*x (u+v) tanh(u) a*u u.*v M*y",
    "n,n": "A B S A*B (A+B) A' inv(A) a*A A.*B exp(A) diag(x) x*y' A*A (A-B') eye(n) A'*A (S+a*eye(n)) [A,x][:,1:n]",
    "m,n": "M K (M+K) M*A u*x' a*M M.*K sin(M) [A;M][n+1:n+m,:]",
    "n,m": "M' A*M' x*u' (M+K)'",
    "m,m": "C M*M' u*v' C*C M*K' (C+C')",
}
AROUND = ("{0}", "{0}", "{0}", "2*({0})", "a*({0})", "({0})'", "sin({0})", "({0}) + ({0})*a", "({0}) .* ({0})")


def operand(draw: Random, shape: tuple[str, str]) -> str:
    """An expression of a shape, as text."""
    if shape[0] == "1" != shape[1]:
        return f"({operand(draw, shape[::-1])})'"
    return draw.choice(OPERANDS[",".join(shape)].split())


def operation(seed: int) -> tuple[Expr, Symbol] | None:
    """An operation and one of its letters; None where the operands do not fit, or none is a letter."""
    draw = Random(seed)
    kinds: list[type[Operator]] = [kind for name, kind in OPERATORS.items() if kind.inputs and kind.names]
    kind = draw.choice([k for k in kinds if k.__name__ != "Differential"])
    is_square, sizes = draw.random() < 0.6, {"1": "1"}
    operands = []
    for pattern in kind.inputs * (2 if kind.variadic else 1):
        rows, cols = (sizes.setdefault(size, "n" if is_square else draw.choice("mnn")) for size in pattern)
        operands.append(operand(draw, (rows, cols)))
    text = draw.choice(AROUND).format(f"{kind.names[0]}({', '.join(operands)})")
    try:
        e = matdiff.parse(text, WHERE.format(draw.choice(PROPERTIES)))
    except MatdiffError:
        return None
    letters = [s for s in symbols(e) if type(s) is Symbol and s.name not in "mn"]
    return (e, draw.choice(letters)) if letters else None
