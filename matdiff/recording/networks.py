"""Activations, losses and layers of neural networks, as jax.nn and torch.nn.functional have them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from matdiff.algebra.constants import PI
from matdiff.algebra.expr import FUNCTIONS as NAMED
from matdiff.algebra.expr import Number
from matdiff.algebra.operators.activations import Clip, Elu, Huber, LeakyRelu, Relu, Silu, Softplus
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.products import quotient
from matdiff.recording.arrays import (
    FUNCTIONS,
    OF_TORCH,
    UFUNCS,
    Traced,
    as_traced,
    function,
    is_foreign_array,
    lift,
    refuse,
)
from matdiff.recording.linear import norm
from matdiff.recording.operations import divide, log, maximum, multiply, square, subtract
from matdiff.recording.places import item
from matdiff.recording.reductions import axes_of, mean, total
from matdiff.recording.special import exp, log_softmax, logsumexp, softmax

# ---- activations ------------------------------------------------------------------------------------------


@function("nn.relu")
def relu(x: Any) -> Traced:
    a = lift(x)
    return Traced(Relu(a.expr), a.lengths)


@function("nn.silu", "nn.swish")
def silu(x: Any) -> Traced:
    a = lift(x)
    return Traced(Silu(a.expr), a.lengths)


def of_slope(operator: Any, x: Any, slope: Any) -> Traced:
    a = lift(x)
    return Traced(operator.of(a.expr, lift(slope).expr), a.lengths)


@function("nn.leaky_relu")
def leaky_relu(x: Any, negative_slope: Any = 0.01) -> Traced:
    return of_slope(LeakyRelu, x, negative_slope)


@function("nn.elu", "nn.celu")
def elu(x: Any, alpha: Any = 1.0) -> Traced:
    return of_slope(Elu, x, alpha)


@function("nn.selu")
def selu(x: Any) -> Traced:
    """λ elu(x, α), with the numbers of Klambauer et al. (2017)"""
    return lift(1.0507009873554805) * elu(x, 1.6732632423543772)


@function("nn.softplus")
def softplus(x: Any, beta: Any = 1, threshold: Any = 20) -> Traced:
    """log(1 + exp(βx))/β; that PyTorch answers x above a threshold is rounding"""
    a = lift(x)
    if beta == 1:
        return Traced(Softplus(a.expr), a.lengths)
    inner = multiply(lift(beta), a)
    return divide(Traced(Softplus(inner.expr), inner.lengths), lift(beta))


@function("nn.log_sigmoid", "nn.logsigmoid")
def log_sigmoid(x: Any) -> Traced:
    return -softplus(-lift(x))


@function("nn.gelu")
def gelu(x: Any, approximate: Any = True) -> Traced:
    """xΦ(x), or ½x(1 + tanh(√(2/π)(x + 0.044715x³)))"""
    a = lift(x)
    if not approximate or approximate == "none":
        return Traced(NAMED["gelu"].of(a.expr), a.lengths)
    root = Traced(Sqrt(quotient(Number(2), PI)), ())
    inner = root * (a + lift(Fraction(44715, 1000000)) * a**3)
    return a * (1 + UFUNCS["tanh"](inner)) * Fraction(1, 2)


@function("nn.relu6")
def relu6(x: Any) -> Traced:
    a = lift(x)
    return Traced(Clip.of(a.expr, Number(0), Number(6)), a.lengths)


@function("nn.hard_tanh", "nn.hardtanh")
def hard_tanh(x: Any, min_val: Any = -1, max_val: Any = 1) -> Traced:
    a = lift(x)
    return Traced(Clip.of(a.expr, lift(min_val).expr, lift(max_val).expr), a.lengths)


@function("nn.mish")
def mish(x: Any) -> Traced:
    return lift(x) * UFUNCS["tanh"](softplus(x))


@function("nn.glu")
def glu(x: Any, axis: int = -1) -> Traced:
    first, second = FUNCTIONS["split"](x, 2, axis)
    return multiply(first, UFUNCS["sigmoid"](second))


@function("nn.softmin")
def softmin(x: Any, axis: Any) -> Traced:
    return softmax(-lift(x), axis)


for _name, _function in (("softmax", softmax), ("log_softmax", log_softmax)):
    FUNCTIONS[f"nn.{_name}"] = lambda x, axis=-1, dtype=None, _f=_function: _f(x, axis)  # JAX: the last axis

OF_TORCH["nn.gelu"] = lambda x, approximate="none": gelu(x, approximate)

# ---- labels -------------------------------------------------------------------------------------------------


def labels_of(value: Any) -> Any:
    """Whole numbers that stand in the code: classes; None for anything else."""
    import numpy as np

    is_array = isinstance(value, (np.ndarray, list, tuple)) or is_foreign_array(value)
    array = np.asarray(value) if is_array else None
    return array if array is not None and array.dtype.kind in "iu" else None


@function("nn.one_hot")
def one_hot(x: Any, num_classes: Any = -1, **options: Any) -> Any:
    """The rows of the identity for labels."""
    import numpy as np

    labels = labels_of(x)
    if labels is None or not isinstance(num_classes, int):
        refuse("the one-hot rows of labels that are not known", "Give them as a parameter: a matrix of 0 and 1.")
    count = num_classes if num_classes > 0 else int(labels.max()) + 1
    return np.eye(count)[labels]


@function("take_along_axis")
def take_along_axis(a: Any, indices: Any, axis: int) -> Traced:
    """One entry of each row, or several."""
    import numpy as np

    x, places = lift(a), labels_of(indices)
    if places is None:
        refuse("take_along_axis with places that are not known")
    (axis,) = axes_of(x, axis)
    if x.ndim == 1:
        return item(x, places)
    columns = [item(x, (np.arange(len(p)), p) if axis == 1 else (p, np.arange(len(p)))) for p in (places.T if axis == 1 else places)]  # fmt: skip  # noqa: E501
    return as_traced(FUNCTIONS["stack"](columns, axis))


OF_TORCH["gather"] = lambda a, axis, index: take_along_axis(a, index, axis)

# ---- losses -----------------------------------------------------------------------------------------------


def reduced(entries: Traced, reduction: str) -> Traced:
    """The mean, the sum, or the entries themselves; the sum over the number of rows."""
    if reduction == "batchmean":
        return as_traced(total(entries) / entries.shape[0])
    if reduction not in ("mean", "sum", "none"):
        refuse(f"reduction={reduction!r}")
    return entries if reduction == "none" else mean(entries) if reduction == "mean" else total(entries)


def loss(*names: str) -> Callable[[Callable[..., Traced]], Callable[..., Traced]]:
    """Declares a loss of entries, whose mean is taken unless *reduction* says otherwise."""

    def declare(entries: Callable[..., Traced]) -> Callable[..., Traced]:
        def whole(a: Any, b: Any, *more: Any, reduction: str = "mean", **options: Any) -> Traced:
            given = [options.pop(name) for name in ("target",) if name in options]
            return reduced(entries(lift(a), lift(b), *given, *more, **options), reduction)

        FUNCTIONS.update(dict.fromkeys(names, whole))
        return entries

    return declare


@loss("nn.mse_loss")
def squared_error(a: Traced, b: Traced) -> Traced:
    return square(subtract(a, b))


@loss("nn.l1_loss")
def absolute_error(a: Traced, b: Traced) -> Traced:
    return abs(subtract(a, b))


@loss("nn.huber_loss")
def huber(a: Traced, b: Traced, delta: Any = 1.0) -> Traced:
    r = subtract(a, b)
    return Traced(Huber.of(r.expr, lift(delta).expr), r.lengths)


@loss("nn.smooth_l1_loss")
def smooth_absolute_error(a: Traced, b: Traced, beta: Any = 1.0) -> Traced:
    """huber(a − b, β)/β"""
    return huber(a, b, beta) if beta == 1 else divide(huber(a, b, beta), lift(beta))


@loss("nn.binary_cross_entropy")
def cross_entropy_of_probabilities(p: Traced, t: Traced) -> Traced:
    return -(t * log(p) + (1 - t) * log(1 - p))


@loss("nn.binary_cross_entropy_with_logits")
def cross_entropy_of_logits(z: Traced, t: Traced, pos_weight: Any = None) -> Traced:
    """log(1 + exp z) − tz; with a weight w of the ones wt softplus(−z) + (1 − t) softplus(z)"""
    if pos_weight is None:
        return softplus(z) - t * z
    return lift(pos_weight) * t * softplus(-z) + (1 - t) * softplus(z)


@loss("nn.soft_margin_loss")
def soft_margin(z: Traced, y: Traced) -> Traced:
    return softplus(-y * z)


@loss("nn.poisson_nll_loss")
def poisson(rate: Traced, y: Traced, log_input: bool = True, full: bool = False, eps: float = 1e-8) -> Traced:
    if full:
        refuse("poisson_nll_loss with full=True")
    return exp(rate) - y * rate if log_input else rate - y * log(rate + eps)


@loss("nn.kl_div")
def divergence(log_p: Traced, q: Traced, log_target: bool = False) -> Traced:
    """q(log q − log p)"""
    return exp(q) * (q - log_p) if log_target else q * (log(q) - log_p)


@function("nn.gaussian_nll_loss")
def gaussian(input: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> Traced:  # fmt: skip  # noqa: E501
    v = maximum(lift(var), lift(eps))
    constant = log(2 * Traced(PI, ())) / 2 if full else 0
    return reduced((log(v) + square(lift(input) - lift(target)) / v) / 2 + constant, reduction)


@function("nn.margin_ranking_loss")
def margin_ranking(a: Any, b: Any, y: Any, margin: Any = 0, reduction: str = "mean") -> Traced:
    return reduced(relu(lift(margin) - lift(y) * (lift(a) - lift(b))), reduction)


@function("nn.nll_loss")
def nll_loss(input: Any, target: Any, reduction: str = "mean") -> Traced:
    """−log p of the label of each row"""
    x, labels = lift(input), labels_of(target)
    if labels is None:
        refuse("the loss of labels that are not known", "Give them as fixed integers, or as a matrix of 0 and 1.")
    if x.ndim == 1:
        return -item(x, int(labels))
    return -reduced(item(x, (list(range(len(labels))), labels)), reduction)


@function("nn.cross_entropy")
def cross_entropy(input: Any, target: Any, reduction: str = "mean", label_smoothing: float = 0.0) -> Traced:
    """log Σ exp z less the logit of the label; of probabilities −Σ y log softmax z"""
    if label_smoothing:
        refuse("cross_entropy with label_smoothing=")
    z = lift(input)
    if labels_of(target) is not None:
        if z.ndim == 1:
            return logsumexp(z) - item(z, int(labels_of(target)))
        chosen = item(z, (list(range(len(labels_of(target)))), labels_of(target)))
        return reduced(logsumexp(z, 1) - chosen, reduction)
    y = lift(target)
    if y.lengths != z.lengths:
        refuse("the loss of labels that are not known", "Give them as fixed integers, or as a matrix of 0 and 1.")
    rows = -total(y * log_softmax(z, -1), -1)
    return reduced(rows, reduction)


@function("nn.cosine_similarity")
def cosine_similarity(x1: Any, x2: Any, axis: int = 1, eps: float = 1e-8) -> Traced:
    a, b = lift(x1), lift(x2)
    return total(a * b, axis) / (norm(a, axis=axis) * norm(b, axis=axis))


@function("nn.pairwise_distance")
def pairwise_distance(x1: Any, x2: Any, p: Any = 2.0, eps: float = 1e-6, keepdims: bool = False) -> Traced:
    return norm(lift(x1) - lift(x2) + lift(eps), p, -1, keepdims)


@function("nn.triplet_margin_loss")
def triplet_margin(anchor: Any, positive: Any, negative: Any, margin: Any = 1.0, p: Any = 2, reduction: str = "mean") -> Traced:  # fmt: skip  # noqa: E501
    near, far = pairwise_distance(anchor, positive, p), pairwise_distance(anchor, negative, p)
    return reduced(relu(near - far + lift(margin)), reduction)
