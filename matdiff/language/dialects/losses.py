"""Losses and activations of machine learning, as PyTorch and JAX have them."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.expr import FUNCTIONS as OPERATORS
from matdiff.algebra.operators.activations import Huber
from matdiff.errors import AmbiguityError
from matdiff.language.dialects import recorded
from matdiff.language.dialects.arrays import Site, made
from matdiff.language.dialects.functions import OF_TORCH, TABLE, as_recorded, function, of_entries
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED

# ---- losses -----------------------------------------------------------------------------------------


# ---- losses -----------------------------------------------------------------------------------------


OF_TWO = (  # losses of predictions and targets, which have one shape
    "mse_loss l1_loss huber_loss smooth_l1_loss binary_cross_entropy binary_cross_entropy_with_logits soft_margin_loss "
    "poisson_nll_loss kl_div gaussian_nll_loss cosine_similarity pairwise_distance"
).split()
OF_TORCH |= {name: recorded.typed_by(RECORDED[f"nn.{name}"], name, torch=True, same=True) for name in OF_TWO}
TABLE |= {name: OF_TORCH[name] for name in OF_TWO if name.endswith(("_loss", "_entropy", "_logits"))}
TABLE["mse"] = OF_TORCH["mse_loss"]
of_logits = recorded.typed_by(RECORDED["nn.cross_entropy"], "cross_entropy", torch=True, same=True)


def cross_entropy_of_logits(site: Site, z: Typed, y: Typed, **options: Any) -> Typed:
    """F.cross_entropy(z, y) with probabilities y: −yᵀ log softmax(z), the mean over rows"""
    if y.guessed:
        shown = site.attempt.written(y.node)
        said = f"{shown} holds probabilities, one for every class; labels of classes become such by one_hot"
        site.attempt.note(site.node, said)
    return of_logits(site, z, y, **options)


OF_TORCH["cross_entropy"] = cross_entropy_of_logits


@function("softmax_cross_entropy_with_logits", "sigmoid_cross_entropy_with_logits")
def of_tensorflow(site: Site, labels: Typed, logits: Typed) -> Typed:
    """the losses of TensorFlow and Optax, whose labels stand first: of each row, of each entry"""
    if "labels" not in site.node.value.names:
        raise site.misfit("which of the two are the labels is not said", "write labels=…, logits=…", AmbiguityError)
    if site.node.value.name.startswith("softmax"):
        return cross_entropy_of_logits(site, logits, labels, reduction="none")
    return as_recorded("binary_cross_entropy_with_logits")(site, logits, labels, reduction="none")


@function("l2_loss")
def half_of_squares(site: Site, a: Typed) -> Typed:
    """tf.nn.l2_loss(A), half of the sum of squares"""
    if not site.node.value.module.startswith("tf"):
        raise site.misfit("l2_loss is of each entry in Optax, and their sum in TensorFlow", "write it out")
    return made(site, (), [a], lambda x: RECORDED["sum"](x**2) / 2)


TABLE["sum_squares"] = recorded.typed_by(lambda x: RECORDED["sum"](x**2), "sum_squares")


@function("cross_entropy")
def cross_entropy(site: Site, p: Typed, q: Typed) -> Typed:
    message = "cross_entropy(a, b) takes logits and probabilities in PyTorch, elsewhere two distributions"
    raise site.misfit(message, "write F.cross_entropy(z, y), or -np.sum(p * np.log(q))", AmbiguityError)


TABLE |= {name: as_recorded(name) for name in ("leaky_relu", "elu")}


@function("gelu")
def gelu(site: Site, a: Typed, **options: Any) -> Typed:
    """a Φ(a); JAX takes an approximation unless it is told otherwise"""
    if site.node.value.module or options or site.attempt.bound.dialect.name == "jax":
        return as_recorded("gelu")(site, a, **options)
    return of_entries(site, a, operator=OPERATORS["gelu"])  # type: ignore[arg-type]


@function("huber")
def huber(site: Site, delta: Typed, a: Typed) -> Typed:
    """scipy.special.huber(c, x), in whose order the arguments are told apart"""
    if "special" not in site.node.value.module:
        hint = "write scipy.special.huber(c, x)"
        raise site.misfit("huber may have the bound first or last", hint, AmbiguityError)
    return of_entries(site, a, delta, operator=Huber)
