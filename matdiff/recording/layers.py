"""Layers of neural networks, as torch.nn.functional and jax.nn have them, and the modules of torch.nn."""

from __future__ import annotations

from functools import partial
from typing import Any

from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.recording.arrays import FUNCTIONS, OF_TORCH, UFUNCS, Traced, function, lift, refuse
from matdiff.recording.axes import swapaxes
from matdiff.recording.linear import norm
from matdiff.recording.masks import Mask, where
from matdiff.recording.operations import divide, matmul, multiply, square, subtract
from matdiff.recording.reductions import mean, variance
from matdiff.recording.special import softmax


@function("nn.linear")
def linear(input: Any, weight: Any, bias: Any = None) -> Traced:
    """XWᵀ + b"""
    product = matmul(lift(input), lift(weight).T)
    return product if bias is None else product + lift(bias)


@function("nn.normalize")
def normalize(input: Any, p: Any = 2.0, axis: int = 1, eps: float = 1e-12) -> Traced:
    """Each row divided by its norm, where that is not as small as ε"""
    x = lift(input)
    return divide(x, norm(x, p, axis, keepdims=True))


@function("nn.layer_norm")
def layer_norm(input: Any, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Traced:
    x = lift(input)
    if not isinstance(normalized_shape, int) and len(normalized_shape) != 1:
        refuse("layer_norm over several axes")
    y = standardize(x, -1, eps)
    y = y if weight is None else multiply(y, lift(weight))
    return y if bias is None else y + lift(bias)


@function("nn.standardize")
def standardize(x: Any, axis: Any = -1, epsilon: float = 1e-5) -> Traced:
    """(x − mean)/√(var + ε)"""
    a = lift(x)
    spread = variance(a, axis, keepdims=True) + lift(epsilon)
    return divide(subtract(a, mean(a, axis, keepdims=True)), Traced(Sqrt(spread.expr), spread.lengths))


@function("nn.rms_norm")
def rms_norm(input: Any, normalized_shape: Any, weight: Any = None, eps: float = 1e-6) -> Traced:
    x = lift(input)
    size = mean(square(x), -1, keepdims=True) + lift(eps)
    y = divide(x, Traced(Sqrt(size.expr), size.lengths))
    return y if weight is None else multiply(y, lift(weight))


@function("nn.dropout")
def dropout(input: Any, p: float = 0.5, training: bool = True) -> Traced:
    return lift(input) if not training or p == 0 else refuse("dropout, which is random,", "Set training=False.")


@function("nn.conv1d")
def conv1d(input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0) -> Traced:
    """The sums of windows times weights, for (N, C, L) and (O, C, K)"""
    x, w = lift(input), lift(weight)
    if stride not in (1, (1,)) or padding not in (0, (0,)):
        refuse("conv1d with a stride or padding")
    shown = FUNCTIONS["windows"](x, -1, w.shape[-1], 1)
    batch = "n" if x.ndim == 3 else ""
    found: Traced = FUNCTIONS["einsum"](f"{batch}clk,ock->{batch}ol", shown, w)
    return found if bias is None else found + lift(bias)[:, None]


@function("nn.scaled_dot_product_attention")
def attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Any = None,
) -> Traced:
    """softmax(QKᵀ/√d)V"""
    q, k, v = lift(query), lift(key), lift(value)
    if dropout_p or is_causal:
        refuse("attention with dropout or is_causal=")
    factor = 1 / UFUNCS["sqrt"](lift(q.shape[-1])) if scale is None else lift(scale)
    scores = matmul(q, swapaxes(k, -1, -2)) * factor
    if attn_mask is not None:
        scores = where(attn_mask, scores, float("-inf")) if is_mask(attn_mask) else scores + lift(attn_mask)
    return matmul(softmax(scores, -1), v)


def is_mask(value: Any) -> bool:
    """Whether a mask says by truth values which scores count."""
    return isinstance(value, Mask) or str(getattr(value, "dtype", "")).endswith("bool")


MODULES = {  # classes of torch.nn: the function that a module of theirs is, and its options
    "MSELoss": "mse_loss", "L1Loss": "l1_loss", "BCELoss": "binary_cross_entropy", "HuberLoss": "huber_loss",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits", "CrossEntropyLoss": "cross_entropy", "NLLLoss": "nll_loss",
    "SmoothL1Loss": "smooth_l1_loss", "ReLU": "relu", "GELU": "gelu", "SiLU": "silu", "ELU": "elu",
    "LeakyReLU": "leaky_relu", "Softplus": "softplus",
    "LogSigmoid": "log_sigmoid", "KLDivLoss": "kl_div", "PoissonNLLLoss": "poisson_nll_loss",
    "SoftMarginLoss": "soft_margin_loss", "GaussianNLLLoss": "gaussian_nll_loss", "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
}  # fmt: skip


def of_module(name: str) -> Any:
    """nn.MSELoss(reduction="sum"): the function with these options."""

    def made(**options: Any) -> Any:
        f = OF_TORCH.get(f"nn.{name}") or FUNCTIONS[f"nn.{name}"]
        return partial(f, **options)

    return made


for _class, _name in MODULES.items():
    FUNCTIONS[f"torch.nn.{_class}"] = of_module(_name)
for _class, _name in (("Tanh", "tanh"), ("Sigmoid", "sigmoid")):
    FUNCTIONS[f"torch.nn.{_class}"] = lambda _name=_name: lambda x: UFUNCS[_name](lift(x))
