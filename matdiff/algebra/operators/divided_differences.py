"""Numbers for functions of a symmetric matrix: values, divided differences, and derivatives in directions.

f[x₀, …, x_k] is the mean of f⁽ᵏ⁾ over the simplex with these corners, divided by k!  Points that are apart give it by
differences, points that are close by Gauss's rule (Hermite and Genocchi), so that repeated eigenvalues do no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import permutations, product
from typing import Any

from matdiff.algebra.expr import FUNCTIONS, Expr, Number, Symbol, postorder
from matdiff.algebra.operators.entrywise import ENTRY, Unspecified

PARAMETERS = tuple(Symbol(f"·parameter{k}") for k in range(4))
CLOSE = 0.01  # below this distance differences lose digits, and Gauss's rule is exact to rounding
NODES = 6

Call = Callable[[Any, Any, str, int], Any]  # of an array module: an open function, derived so often, at some numbers
Scalar = Callable[[Any, int], Any]  # f and its derivatives: of numbers, and how often it is derived


def stand_in(np: Any, t: Any, name: str, order: int) -> Any:
    """The open functions of a check."""
    return Unspecified.numpy(np, t, name, order)


def applied(np: Any, function: Scalar, s: Any, directions: Sequence[Any]) -> Any:
    """f(S) for the symmetric part of S, or its derivative in some directions."""
    if not np.isfinite(s).all():
        return np.full(np.broadcast_shapes(s.shape, *[e.shape for e in directions]), np.nan)
    values, vectors = np.linalg.eigh((s + np.swapaxes(s, -1, -2)) / 2)
    across = np.swapaxes(vectors, -1, -2)
    if not directions:
        return vectors * function(values, 0)[..., None, :] @ across
    count = len(directions)
    differences = divided_differences(np, function, values, count)
    turned = [across @ e @ vectors for e in directions]
    letters = "abcdefghijklmnop"[: count + 1]
    pairs = ",".join(f"...{letters[k : k + 2]}" for k in range(count))
    paths = f"...{letters},{pairs}->...{letters[0]}{letters[-1]}"
    whole = sum(np.einsum(paths, differences, *order) for order in permutations(turned))
    return vectors @ whole @ across


def divided_differences(np: Any, function: Scalar, values: Any, count: int) -> Any:
    """f[λ_a, λ_b, …] of count + 1 eigenvalues, with an axis for each of them."""
    n = values.shape[-1]
    lead = values.shape[:-1]
    axes = [values.reshape(*lead, *[n if j == k else 1 for j in range(count + 1)]) for k in range(count + 1)]
    points = np.sort(np.stack(np.broadcast_arrays(*axes)), axis=0)
    table = [function(x, 0) for x in points]
    for k in range(1, count + 1):
        following = []
        for i in range(count + 1 - k):
            spread = points[i + k] - points[i]
            apart = spread > CLOSE
            slopes = (table[i + 1] - table[i]) / np.where(apart, spread, 1.0)
            following.append(np.where(apart, slopes, mean_derivative(np, function, points[i : i + k + 1])))
        table = following
    return table[0]


def mean_derivative(np: Any, function: Scalar, points: Any) -> Any:
    """∫ f⁽ᵏ⁾(x₀ + s₁(x₁ − x₀) + … + s_k(x_k − x_{k−1})) over 1 ≥ s₁ ≥ … ≥ s_k ≥ 0, by Gauss's rule in each variable."""
    k = len(points) - 1
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    rule = list(zip((nodes + 1) / 2, weights / 2, strict=True))
    total = 0.0
    for chosen in product(rule, repeat=k):
        x, s, weight = points[0], 1.0, 1.0
        for j, (node, share) in enumerate(chosen):
            weight *= share * s
            s *= node
            x = x + s * (points[j + 1] - points[j])
        total = total + weight * function(x, k)
    return total


# ---- functions of a scalar ------------------------------------------------------------------------------


@cache
def formula(name: str, order: int) -> Expr:
    """A derivative of a function of the table, as a formula in ENTRY and parameters, by the laws of d."""
    function = FUNCTIONS[name]
    count = len(function.inputs) - 1
    if order == 0:
        return function.make((ENTRY, *PARAMETERS[:count]))
    changes: dict[Expr, Expr | None] = {ENTRY: Number(1)}
    last = formula(name, order - 1)
    for node in postorder(last):
        if node not in changes:
            below = [changes[o] for o in node.operands]
            changes[node] = node.d(node, *below) if any(c is not None for c in below) else None  # type: ignore[attr-defined]
    return changes[last] or Number(0)


def scalar(np: Any, name: str, order: int, parameters: Sequence[Any], call: Call = stand_in) -> Scalar:
    """A function of numbers and its derivatives: of the table with parameters, or an open one by *call*."""
    if name not in FUNCTIONS:
        return lambda t, derived: call(np, t, name, order + derived)

    def function(t: Any, derived: int) -> Any:
        spread = [np.reshape(p, (*p.shape[:-2], *(1,) * (t.ndim - p.ndim + 2))) for p in parameters]
        given: dict[Expr, Any] = {ENTRY: t, **dict(zip(PARAMETERS, spread, strict=False))}
        return t * 0.0 + number(np, formula(name, order + derived), given)

    return function


def number(np: Any, e: Expr, given: Mapping[Expr, Any]) -> Any:
    """The value of a scalar formula for arrays of numbers."""
    values: dict[Expr, Any] = dict(given)
    for node in postorder(e):
        if node not in values:
            of = [values[o] for o in node.operands]
            values[node] = float(node.number) if node.number is not None else node.numpy(np, *of, *node.data)  # type: ignore[attr-defined]
    return values[e]
