"""Functions of arrays that go along axes, sums, means, variances, extremes, softmax; and the losses and activations of
machine learning, as PyTorch and JAX have them.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS as OPERATORS
from matdiff.algebra.operators.activations import Huber
from matdiff.errors import AmbiguityError
from matdiff.language.dialects import python, recorded
from matdiff.language.dialects.arrays import Site, axes_of, broadcast, entrywise, made
from matdiff.language.dialects.functions import OF_TORCH, TABLE, as_recorded, function, is_method, is_torch, of_entries
from matdiff.language.typed import Typed
from matdiff.recording.arrays import FUNCTIONS as RECORDED

# ---- axes -------------------------------------------------------------------------------------------


def says_axis(given: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Whether arguments behind the array say along which axis."""
    return bool(given) or "axis" in options or "dim" in options


def require_axis(site: Site, a: Typed, given: tuple[Any, ...], options: dict[str, Any]) -> None:
    """Refuses a function along an axis of a matrix that says no axis."""
    if axes_of(a) > 1 and ONE not in (a.rows, a.cols) and not says_axis(given, options):
        hint = f"write axis=1 for each row, axis=0 for each column: {site.node.value.name}(…, axis=1)"
        raise site.misfit(f"along which axis of {site.shown(a)} is not said", hint, AmbiguityError)


TABLE["logsumexp"] = as_recorded("logsumexp")
for reduced in ("mean", "amax", "amin", "prod"):
    TABLE[reduced] = TABLE[f"reduce_{reduced.removeprefix('a')}"] = as_recorded(reduced)  # reduce_max of TensorFlow


@function("sum", "reduce_sum")
def total(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """sum(A), A.sum(axis=0)"""
    is_builtin = not site.node.value.module and not is_method(site)
    if is_builtin and axes_of(a) == 2 and not says_axis(given, options):
        shown = site.attempt.written(site.node.parts[0])
        site.attempt.note(site.node, f"sum({shown}) is of all entries; sum({shown}, axis=0) is over each column")
    return as_recorded("sum")(site, a, *given, **options)


@function("max", "min")
def extreme(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """max(x), max(a, b), x.max(axis=0)"""
    name: str = site.node.value.name
    if given and not site.node.value.module and not is_method(site):
        return reduce(lambda x, y: entrywise(f"{name}imum")(site, x, y), given, a)
    return as_recorded(name)(site, a, *given, **options)


@function("var", "std")
def spread(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """var(x) with n below in NumPy, n − 1 in PyTorch"""
    called: python.Call = site.node.value
    if not (called.module or "ddof" in options or is_torch(site, called)):
        shown = site.attempt.written(site.node)
        site.attempt.note(site.node, f"{shown} divides by n, as in NumPy; ddof=1 divides by n − 1")
    return as_recorded(called.name)(site, a, *given, **options)


@function("softmax", "log_softmax")
def along_axis(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """softmax(X, axis=1); JAX and TensorFlow take the last axis where none is said"""
    called: python.Call = site.node.value
    if site.attempt.bound.dialect.name == "jax" or called.module.startswith("tf"):
        options = options if says_axis(given, options) else {**options, "axis": -1}
    require_axis(site, a, given, options)
    return as_recorded(called.name)(site, a, *given, **options)


@function("cumsum")
def cumsum(site: Site, a: Typed, *given: Any, **options: Any) -> Typed:
    """x[:1].sum(), x[:2].sum(), …"""
    require_axis(site, a, given, options)
    return as_recorded("cumsum")(site, a, *given, **options)


# ---- chosen by conditions, and taken of neighbours ---------------------------------------------------


COMPARISONS = "greater less greater_equal less_equal equal not_equal logical_and logical_or logical_not"
TABLE |= {name: entrywise(name) for name in COMPARISONS.split()}


@function("where")
def where(site: Site, condition: Typed, a: Typed, b: Typed) -> Typed:
    """where(x > 0, a, b): a where the condition holds, else b"""
    return made(site, broadcast(site, condition, a, b), [condition, a, b], RECORDED["where"])


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
