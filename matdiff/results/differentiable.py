"""Functions of JAX and PyTorch whose derivative by the unknowns is the closed form; it can be derived again.

By the other arguments the derivative is that of the library, of the code for the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

Function = Callable[..., Any]


def in_jax(function: Function, places: Sequence[int], sizes: Sequence[int]) -> Function:
    """The value of a function of value and gradients as a ``jax.custom_vjp``; *sizes* are the places of lengths."""
    jax = import_module("jax")

    def value(*arguments: Any) -> Any:
        return function(*arguments)[0]

    def forward(*arguments: Any) -> Any:
        found, gradients = function(*arguments)
        return found, (arguments, gradients)

    def backward(*kept: Any) -> tuple[Any, ...]:
        (arguments, gradients), slope = kept[len(sizes) :]
        by_place = dict(zip(places, gradients if len(places) > 1 else [gradients], strict=True))
        others = [k for k in range(len(arguments)) if k not in by_place and k not in sizes]

        def of_others(*varying: Any) -> Any:
            filled = dict(zip(others, varying, strict=True))
            return value(*[filled.get(k, a) for k, a in enumerate(arguments)])

        _, pulled = jax.vjp(of_others, *[arguments[k] for k in others])
        slopes = {k: slope * g for k, g in by_place.items()} | dict(zip(others, pulled(slope), strict=True))
        return tuple([slopes[k] for k in range(len(arguments)) if k not in sizes])

    made: Function = jax.custom_vjp(value, nondiff_argnums=tuple(sizes))
    made.defvjp(forward, backward)  # type: ignore[attr-defined]
    return made


def in_torch(function: Function, places: Sequence[int], sizes: Sequence[int]) -> Function:
    """The same as a ``torch.autograd.Function``, which computes what is asked for."""
    torch = import_module("torch")

    class ClosedForm(torch.autograd.Function):  # type: ignore[name-defined, misc]
        @staticmethod
        def forward(context: Any, *arguments: Any) -> Any:
            tensors = [k for k, a in enumerate(arguments) if isinstance(a, torch.Tensor)]
            context.plain = {k: a for k, a in enumerate(arguments) if k not in tensors}
            context.save_for_backward(*[arguments[k] for k in tensors])
            return torch.as_tensor(function(*arguments)[0])

        @staticmethod
        def backward(context: Any, slope: Any) -> tuple[Any, ...]:
            saved = iter(context.saved_tensors)
            count = len(context.plain) + len(context.saved_tensors)
            arguments = [context.plain[k] if k in context.plain else next(saved) for k in range(count)]
            wanted = [k for k in range(count) if context.needs_input_grad[k]]
            found: dict[int, Any] = {}
            with torch.enable_grad():
                if any(k in places for k in wanted):
                    _, gradients = function(*arguments)
                    by_place = zip(places, gradients if len(places) > 1 else [gradients], strict=True)
                    found = {k: slope * g for k, g in by_place}
                others = [k for k in wanted if k not in places]
                if others:
                    value = torch.as_tensor(function(*arguments)[0])
                    along = [arguments[k] for k in others]
                    slopes = torch.autograd.grad(value, along, slope, create_graph=True)
                    found |= dict(zip(others, slopes, strict=True))
            return tuple([found.get(k) if k in wanted else None for k in range(count)])

    made: Function = ClosedForm.apply
    return made


WRAPPERS = {"jax": in_jax, "torch": in_torch}
