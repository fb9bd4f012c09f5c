"""What code gives back: a source, and the function that it defines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from matdiff.algebra.expr import Expr, Symbol
from matdiff.displayed import Displayed
from matdiff.errors import MatdiffError
from matdiff.program.costs import Work

if TYPE_CHECKING:
    from matdiff.program.low_rank import LowRank
    from matdiff.program.source import Generated, Output


@contextmanager
def array_type(backend: str) -> Iterator[Callable[[Any], Any]]:
    """What makes an array of a library of NumPy's, with 64 bits; MatdiffError where it is not installed."""
    try:
        if backend == "torch":
            torch = import_module("torch")
            yield lambda a: torch.tensor(a) if hasattr(a, "shape") else a
        elif backend == "jax":
            jax = import_module("jax")
            with jax.enable_x64(True):
                yield lambda a: jax.numpy.asarray(a) if hasattr(a, "shape") else a
        else:
            yield lambda a: a
    except ImportError as error:
        hint = f"pip install {error.name}, or leave the check out: --no-check, check=False"
        raise MatdiffError(f"the code is checked with {error.name}, which is not installed", suggestion=hint) from None


def code_for(
    answers: Mapping[str, Sequence[Expr]],
    inputs: Sequence[Symbol],
    backend: str,
    name: str,
    sizes: Mapping[str, int] | None = None,
    conditions: Sequence[str] = (),
    meant: Mapping[str, Sequence[Expr]] | None = None,
    needs: Sequence[Expr] = (),
    shortcut: LowRank | None = None,
    unknowns: Sequence[str] = (),
) -> Code:
    """The code for some answers, by their titles, with the arguments that come first.

    Some are *meant* to be other expressions, of which they are a form that is computed well.  *needs* has to have a
    value where the code is checked.  A *shortcut* are the answers where a size is less than another.
    """
    from matdiff.program.backends import backend as backend_of
    from matdiff.program.source import Shortcut, generated

    outputs = outputs_of(answers, meant or {})
    short = None if shortcut is None else Shortcut(shortcut, outputs_of(shortcut.answers, meant or {}))
    made = generated(outputs, inputs, backend_of(backend), name, sizes, conditions, short, unknowns)
    return Code(made, backend, name, outputs, needs, unknowns)


def outputs_of(answers: Mapping[str, Sequence[Expr]], meant: Mapping[str, Sequence[Expr]]) -> list[Output]:
    """Answers by their titles, with the order of their free indices and what they are meant to be."""
    from matdiff.algebra.operators.sums import free_indices
    from matdiff.program.source import Output

    axes = {title: tuple([tuple(free_indices(e)) for e in es]) for title, es in answers.items()}
    return [Output(t, tuple(es), axes[t], tuple(meant.get(t, ()))) for t, es in answers.items()]


SOURCE_ONLY = ("julia", "matlab")


class Code(Displayed):
    """A function as source.

    source      a text that needs nothing but the libraries that it imports
    function    what the source defines; it returns a tuple
    arguments   the names of its arguments
    inputs      the names of matdiff for the arguments, which Python may not allow
    cost        operations and numbers kept, as polynomials in the sizes, and the factorisations
    """

    def __init__(
        self,
        found: Generated,
        backend: str,
        name: str,
        outputs: Sequence[Output],
        needs: Sequence[Expr] = (),
        unknowns: Sequence[str] = (),
    ) -> None:
        self.source = found.source
        self.arguments = found.arguments
        self.cost: Work = found.work
        self.backend = backend
        self.name = name
        self.inputs: Sequence[str] = (*[s.name for s in found.inputs], *found.sizes)
        self._outputs = tuple(outputs)
        self._needs = tuple(needs)
        self._unknowns = tuple(unknowns)
        self._function: Callable[..., Any] | None = None
        self._found = found

    @property
    def function(self) -> Callable[..., Any]:
        """The function, compiled when it is asked for first."""
        if self.backend in SOURCE_ONLY:
            raise MatdiffError(f"code for {self.backend} is source only", suggestion="Save source in a file.")
        if self._function is None:
            space: dict[str, Any] = {}
            try:
                exec(compile(self.source, f"<matdiff: {self.name}>", "exec"), space)
            except ImportError as error:
                raise MatdiffError(f"the code needs {error.name}, which is not installed") from None
            self._function = space[self.name]
        return self._function

    @property
    def differentiable(self) -> Callable[..., Any]:
        """The value as a function of JAX or PyTorch whose derivative by the unknowns is the closed form.

        It is a ``jax.custom_vjp``, or applies a ``torch.autograd.Function``; derivatives of derivatives work, those by
        other arguments are the library's.
        """
        from matdiff.results.differentiable import WRAPPERS

        titles = tuple(o.title for o in self._outputs)
        if self.backend not in WRAPPERS or titles != ("value", "gradient"):
            raise MatdiffError(
                f"code for {self.backend} with the outputs {', '.join(titles)} is not differentiable",
                suggestion='Take backend="jax" or "torch", and the outputs value and gradient.',
            )
        places = [self.inputs.index(n) for n in self._unknowns if n in self.inputs]
        if len(places) != len(self._outputs[1].exprs):
            raise MatdiffError("a definition is no argument: it has no derivative as a function")
        sizes = range(len(self._found.inputs), len(self.inputs))
        return WRAPPERS[self.backend](self.function, places, tuple(sizes))

    def verify(self, seed: int = 0, values: Mapping[str, Any] | None = None) -> float:
        """Compares the function with *evaluate* on some values or a random instance; CheckError where they differ.

        Where the sizes decide which of two ways is taken, both are compared.
        """
        from matdiff.numeric.functions import instance

        if self.backend in SOURCE_ONLY:
            return self._in_numpy().verify(seed, values)
        if values is not None:
            return self._compared(values)
        worst, ways = 0.0, set()
        for k in range(seed, seed + 10):
            random, sizes = instance(self._answers(), self._found.inputs, k, self._needs)
            branch = self._found.branch
            way = branch is not None and branch[0].value(sizes) < branch[1].value(sizes)
            if way not in ways:
                worst = max(worst, self._compared({**sizes, **random}))
            ways.add(way)
            if branch is None or len(ways) == 2:
                break
        return worst

    def _in_numpy(self) -> Code:
        """The same function for NumPy: what is computed is the same program."""
        from matdiff.program.backends import backend
        from matdiff.program.source import generated

        made = generated(self._outputs, self._found.inputs, backend("numpy"), self.name)
        return Code(made, "numpy", self.name, self._outputs, self._needs, self._unknowns)

    def _answers(self) -> list[Expr]:
        """What the outputs are meant to be."""
        return [e for o in self._outputs for e in o.meant or o.exprs]

    def _compared(self, given: Mapping[str, Any]) -> float:
        """The largest error on some values."""
        from matdiff.numeric.functions import largest_error

        outputs = [o.meant or o.exprs for o in self._outputs]
        with array_type(self.backend) as array:
            arguments = [array(given[n]) for n in self.inputs]
            return largest_error(self.function, arguments, outputs, given)

    def __str__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return f"<code {self.name}({', '.join(self.arguments)}) for {self.backend}>"
