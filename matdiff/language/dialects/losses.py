"""Losses and activations of machine learning, as PyTorch and JAX have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matdiff.algebra.expr import FUNCTIONS as OPERATORS
from matdiff.algebra.operators.activations import Huber
from matdiff.errors import AmbiguityError
from matdiff.language.applications import apply
from matdiff.language.dialects.arrays import Site, axes_of, lengths_of, made
from matdiff.language.dialects.functions import (
    OF_TORCH,
    TABLE,
    Function,
    function,
    of_entries,
    of_matrices,
)
from matdiff.language.dialects.linear import require_equal
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED
from matdiff.recording.arrays import UFUNCS, Traced

# ---- losses -----------------------------------------------------------------------------------------


def loss(entry_by_entry: Callable[[Traced, Traced], Traced]) -> Function:
    """A loss of predictions and targets, whose mean is taken unless reduction says otherwise"""

    def typed(site: Site, a: Typed, b: Typed, reduction: Any = "mean") -> Typed:
        require_equal(site, a, b)
        if reduction not in ("mean", "sum", "none"):
            raise site.misfit(f"reduction={reduction!r} is not known")
        if reduction == "none":
            return made(site, lengths_of(a), [a, b], entry_by_entry)
        return made(site, (), [a, b], lambda x, y: RECORDED[reduction](entry_by_entry(x, y)))

    return typed


def softplus(x: Traced) -> Traced:
    found: Traced = UFUNCS["softplus"](x)
    return found


def log(x: Traced) -> Traced:
    found: Traced = UFUNCS["log"](x)
    return found


MSE = loss(lambda x, y: (x - y) ** 2)
LOSSES = {
    **dict.fromkeys(("mse_loss", "mse"), MSE),
    "l1_loss": loss(lambda x, y: abs(x - y)),
    "binary_cross_entropy": loss(lambda p, t: -(t * log(p) + (1 - t) * log(1 - p))),
    "binary_cross_entropy_with_logits": loss(lambda z, t: softplus(z) - t * z),
    "soft_margin_loss": loss(lambda z, y: softplus(-y * z)),
}
TABLE |= LOSSES


def cross_entropy_of_logits(site: Site, z: Typed, y: Typed, reduction: Any = "mean") -> Typed:
    """F.cross_entropy(z, y) with probabilities y: −yᵀ log softmax(z), the mean over rows"""
    require_equal(site, z, y)
    if y.guessed:
        shown = site.attempt.written(y.node)
        said = f"{shown} holds probabilities, one for every class; labels of classes become such by one_hot"
        site.attempt.note(site.node, said)
    if axes_of(z) == 1:
        logs = of_matrices(site, z, name="log_softmax")
        return made(site, (), [logs, y], lambda a, b: -RECORDED["sum"](b * a))
    logs = apply(site.attempt, site.node, OPERATORS["logsoftmax_rows"], [z])
    whole = made(site, (z.rows,), [logs, y], lambda a, b: -RECORDED["sum"](b * a, axis=1))
    if reduction not in ("mean", "sum"):
        raise site.misfit(f"reduction={reduction!r} is not known")
    return made(site, (), [whole], RECORDED[reduction])


OF_TORCH["cross_entropy"] = cross_entropy_of_logits


@function("cross_entropy")
def cross_entropy(site: Site, p: Typed, q: Typed) -> Typed:
    raise site.misfit(
        "cross_entropy(a, b) takes logits and probabilities in PyTorch, elsewhere two distributions",
        "write F.cross_entropy(z, y), or -np.sum(p * np.log(q))",
        AmbiguityError,
    )


@function("logsigmoid", "log_sigmoid", "log_expit")
def log_sigmoid(site: Site, a: Typed) -> Typed:
    """log σ(a) = −softplus(−a)"""
    return made(site, lengths_of(a), [a], lambda x: -softplus(-x))


@function("gelu")
def gelu(site: Site, a: Typed, approximate: Any = None) -> Typed:
    """a Φ(a); JAX takes an approximation unless it is told otherwise"""
    is_rough = approximate not in (None, False, "none") or (
        approximate is None and site.attempt.bound.dialect.name == "jax"
    )
    if is_rough:
        raise site.misfit("gelu by its approximation with tanh is not known", "write approximate=False")
    return of_entries(site, a, operator=OPERATORS["gelu"])  # type: ignore[arg-type]


@function("leaky_relu", "elu")
def with_slope(site: Site, a: Typed, alpha: Any = None, negative_slope: Any = None) -> Typed:
    """leaky_relu(x, c), elu(x, alpha)"""
    given = [c for c in (alpha, negative_slope) if isinstance(c, Typed)]
    return of_entries(site, a, *given, operator=OPERATORS[site.node.value.name])  # type: ignore[arg-type]


@function("sum_squares")
def sum_squares(site: Site, a: Typed) -> Typed:
    """Σ aᵢ²"""
    return made(site, (), [a], lambda x: RECORDED["sum"](x**2))


@function("huber")
def huber(site: Site, delta: Typed, a: Typed) -> Typed:
    """scipy.special.huber(c, x), in whose order the arguments are told apart"""
    if "special" not in site.node.value.module:
        hint = "write scipy.special.huber(c, x)"
        raise site.misfit("huber may have the bound first or last", hint, AmbiguityError)
    return of_entries(site, a, delta, operator=Huber)
