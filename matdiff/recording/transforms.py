"""Control flow of JAX: jax.lax.scan and its kin run their function as often as the lengths say, vmap row by row."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from matdiff.recording.arrays import FUNCTIONS, Traced, function, lift, refuse
from matdiff.recording.hints import CONSTANT
from matdiff.recording.loops import backwards, in_range
from matdiff.recording.stacking import stack


def mapped(f: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A function of the arrays in tuples, lists and dicts."""
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*[mapped(f, *members) for members in zip(tree, *others, strict=True)])
    if isinstance(tree, (tuple, list)):
        return type(tree)(mapped(f, *members) for members in zip(tree, *others, strict=True))
    if isinstance(tree, dict):
        return {k: mapped(f, tree[k], *[o[k] for o in others]) for k in tree}
    return None if tree is None else f(tree, *others)


def length_of(tree: Any) -> Any:
    """The length of the first axis of the arrays in a tree."""
    found: list[Any] = []
    mapped(lambda a: found.append(lift(a).shape[0]), tree)
    return found[0] if found else None


@function("jax.lax.scan")
def scan(f: Callable[..., Any], init: Any, xs: Any = None, length: Any = None, reverse: bool = False, unroll: Any = 1) -> Any:  # fmt: skip  # noqa: E501
    """The steps of a loop, which over a symbolic length is one like those of the user."""
    count = length_of(xs) if length is None else length
    name, outputs = parameter(f, 0), []
    state = {name: init}
    places = in_range(count)
    for k in backwards(places) if reverse else places:
        state[name], y = f(state[name], mapped(lambda a, k=k: lift(a)[k], xs))
        if y is not None:
            outputs.append(y)
    if reverse and isinstance(count, int):
        outputs.reverse()
    return state[name], mapped(lambda *members: stack(members), *outputs) if outputs else None


@function("jax.lax.fori_loop")
def fori_loop(lower: Any, upper: Any, body_fun: Callable[..., Any], init_val: Any) -> Any:
    name = parameter(body_fun, 1)
    state = {name: init_val}
    for k in in_range(lower, upper):
        state[name] = body_fun(k, state[name])
    return state[name]


def parameter(f: Callable[..., Any], number: int) -> str:
    """What the author calls a parameter."""
    return [*signature(f).parameters][number]


@function("jax.lax.cond", "jax.lax.while_loop", "jax.lax.switch")
def cond(*arguments: Any, **options: Any) -> Any:
    return refuse("a branch on a value", "jnp.where chooses entry by entry.")


@function("jax.jit", "jax.checkpoint", "jax.remat")
def jit(f: Any = None, **options: Any) -> Any:
    return f if f is not None else lambda g: g


@function("jax.grad", "jax.value_and_grad", "jax.hessian", "jax.jacfwd", "jax.jacrev")
def derivative(*arguments: Any, **options: Any) -> Any:
    return refuse("a derivative in the function itself", "Record the function without it, and derive twice.")


@function("jax.vmap")
def vmap(fun: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """The function of every row, stacked."""
    if out_axes != 0:
        refuse("jax.vmap with out_axes=")

    def batched(*arguments: Any) -> Any:
        axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(arguments)
        taken = [(a, axis) for a, axis in zip(arguments, axes, strict=True) if axis is not None]
        lengths = [lift(a).lengths[axis] for a, axis in taken if not isinstance(a, (tuple, list, dict))]
        if not lengths:
            refuse("jax.vmap over tuples")

        def member(k: Any) -> Traced:
            given = [a if axis is None else FUNCTIONS["member"](lift(a), axis, k) for a, axis in zip(arguments, axes, strict=True)]  # fmt: skip  # noqa: E501
            return lift(fun(*given))

        return FUNCTIONS["stacked members"](lengths[0], member)

    return batched


@function("jax.lax.dynamic_slice", "jax.lax.dynamic_index_in_dim")
def dynamic_slice(*arguments: Any) -> Any:
    return refuse("a slice at a place that depends on values")


@function("jax.lax.stop_gradient", "no_grad", "inference_mode")
def constant(*arguments: Any, **options: Any) -> Any:
    return refuse("what is not to be derived, though it depends on the parameters,", CONSTANT)
