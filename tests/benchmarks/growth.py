"""How the cost of a derivation grows with the size of the function.

Families of functions of growing size are read, derived and written.  Where JAX is installed (it is no requirement;
a virtual environment of its own will do: `pip install jax numpy lark` and this package without its requirements),
the time of `derive` is compared with that of `jax.make_jaxpr(jax.grad(f))` for the same function in the same run.

    python tests/benchmarks/growth.py                      every family, n = 10 … 1,000, and JAX if it is there
    python tests/benchmarks/growth.py --pages --memory     also text, LaTeX and JSON, and the memory that is added
    python tests/benchmarks/growth.py net rnn --sizes 10,100

The exit status is 1 when a figure is over its bar.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from measure import exponent, milliseconds, seconds, table, verdict

import matdiff

MOST_EXPONENT, MOST_OF_JAX, MOST_OF_A_PAGE, MOST_MEGABYTES = 1.15, 0.5, 2.0, 100.0
SIZES = "10,30,100,300,1000"
Where = dict[str, str]


class Problem(NamedTuple):
    """A function as text, its declarations, its unknowns, and the same function of arrays with its arguments."""

    text: str
    where: Where
    unknowns: Sequence[str]
    in_jax: Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]


def square(letters: str, n: int) -> Where:
    """Declarations of square matrices A1 … An for every letter."""
    return {f"{letter}{k}": "p x p" for letter in letters for k in range(1, n + 1)}


def quadratic_forms(n: int) -> Problem:
    """Σ xᵀA_k x written out, by x."""
    terms = " + ".join(f"x'*A{k}*x" for k in range(1, n + 1))
    return Problem(
        terms, {"x": "p", **square("A", n)}, ["x"], lambda np: (lambda x: sum(x @ a @ x for a in [EYE] * n), (VECTOR,))
    )


def product(n: int) -> Problem:
    """Tr(A₁X A₂X …), by X."""

    def in_jax(np: Any) -> Any:
        def f(x: Any) -> Any:
            total = EYE @ x
            for _ in range(n - 1):
                total = total @ EYE @ x
            return np.trace(total)

        return f, (EYE,)

    factors = "*".join(f"A{k}*X" for k in range(1, n + 1))
    return Problem(f"tr({factors})", {"X": "p x p", **square("A", n)}, ["X"], in_jax)


def layers(n: int, step: str, run: Callable[[Any, Any, Any, Any], Any], unknowns: Sequence[str]) -> Problem:
    """‖z_n − y‖² where z_k = step(z_{k−1}), by some of the parameters."""
    steps = [f"z{k} = " + step.format(k=k, z=f"z{k - 1}") for k in range(1, n + 1)]
    where = {**dict.fromkeys(("x", "y", "b", "b0"), "p"), **dict.fromkeys("WU", "p x p"), **square("W", n)}
    where |= {f"b{k}": "p" for k in range(1, n + 1)}

    def in_jax(np: Any) -> Any:
        def f(*parameters: Any) -> Any:
            z, tied = VECTOR, "W" in unknowns
            given = dict(zip(unknowns, parameters, strict=True))
            for k in range(1, n + 1):
                w = given["W"] if tied else given.get(f"W{k}", EYE)
                z = run(np, w, z, given.get(f"b{k}", VECTOR))
            return np.sum((z - VECTOR) ** 2)

        return f, tuple(VECTOR if name[0] == "b" else EYE for name in unknowns)

    used = "; ".join(["z0 = x", *steps, f"norm2(z{n} - y)^2"])
    return Problem(used, {name: shape for name, shape in where.items() if name in used}, unknowns, in_jax)


def sigmoid(np: Any, a: Any) -> Any:
    """1/(1 + exp(−a))"""
    import jax

    return jax.nn.sigmoid(a)


def network(n: int) -> Problem:
    """n layers sigmoid(W_k z + b_k), by W₁."""
    return layers(n, "sigmoid(W{k}*{z} + b{k})", lambda np, w, z, b: sigmoid(np, w @ z + b), ["W1"])


def all_parameters(n: int) -> Problem:
    """The same, by every W_k and b_k."""
    names = [f"{letter}{k}" for k in range(1, n + 1) for letter in "Wb"]
    return layers(n, "sigmoid(W{k}*{z} + b{k})", lambda np, w, z, b: sigmoid(np, w @ z + b), names)


def residual_network(n: int) -> Problem:
    """n blocks z + sigmoid(W_k z + b_k), by W₁."""
    return layers(n, "{z} + sigmoid(W{k}*{z} + b{k})", lambda np, w, z, b: z + sigmoid(np, w @ z + b), ["W1"])


def recurrent_network(n: int) -> Problem:
    """n steps tanh(Wz + Ux + b) with the same W, by W."""
    return layers(n, "tanh(W*{z} + U*x + b)", lambda np, w, z, b: np.tanh(w @ z + EYE @ VECTOR + b), ["W"])


def many_paths(n: int) -> Problem:
    """‖y_n − y‖² where y_k = Ay_{k−1} + By_{k−1}, by the start: 2ⁿ paths."""
    step, where = "A*{z} + B*{z}", {"A": "p x p", "B": "p x p"}
    found = layers(n, step, lambda np, w, z, b: EYE @ z + (EYE + EYE) @ z, [])
    return found._replace(where=found.where | where, unknowns=["x"], in_jax=lambda np: _paths_in_jax(np, n))


def _paths_in_jax(np: Any, n: int) -> Any:
    def f(z: Any) -> Any:
        for _ in range(n):
            z = EYE @ z + EYE @ z
        return np.sum((z - VECTOR) ** 2)

    return f, (VECTOR,)


def nested_inverses(n: int) -> Problem:
    """Tr of Y_k = (A_k + Y_{k−1})⁻¹, by the innermost Y."""

    def in_jax(np: Any) -> Any:
        def f(x: Any) -> Any:
            for _ in range(n):
                x = np.linalg.inv(EYE + x)
            return np.trace(x)

        return f, (EYE,)

    steps = [f"Y{k} = inv(A{k} + Y{k - 1})" for k in range(1, n + 1)]
    return Problem("; ".join(["Y0 = X", *steps, f"tr(Y{n})"]), {"X": "p x p", **square("A", n)}, ["X"], in_jax)


def nested_exponentials(n: int) -> Problem:
    """s_k = exp(−s_{k−1} Tr(A_k X)), by X."""

    def in_jax(np: Any) -> Any:
        def f(x: Any) -> Any:
            s = np.trace(x)
            for _ in range(n):
                s = np.exp(-s * np.trace(EYE @ x))
            return s

        return f, (EYE,)

    steps = [f"s{k} = exp(-s{k - 1}*tr(A{k}*X))" for k in range(1, n + 1)]
    return Problem("; ".join(["s0 = tr(X)", *steps, f"s{n}"]), {"X": "p x p", **square("A", n)}, ["X"], in_jax)


FAMILIES: dict[str, Callable[[int], Problem]] = {
    "quad": quadratic_forms,
    "chain": product,
    "net": network,
    "netall": all_parameters,
    "resnet": residual_network,
    "rnn": recurrent_network,
    "paths": many_paths,
    "nestinv": nested_inverses,
    "nestexp": nested_exponentials,
}
EYE: Any = None
VECTOR: Any = None


# ---- measuring --------------------------------------------------------------------------------------


def times(problem: Problem, rounds: int) -> tuple[float, float]:
    """The times of reading and of deriving a function whose nodes nobody knows yet."""
    found = []
    for _ in range(rounds):
        read = seconds(lambda: matdiff.parse(problem.text, problem.where))
        f = matdiff.parse(problem.text, problem.where)
        found.append((read, seconds(lambda f=f: matdiff.derive(f, wrt=tuple(problem.unknowns)))))
        del f
    return min(read for read, _ in found), min(derived for _, derived in found)


def jax_time(problem: Problem, rounds: int) -> float:
    """The time of tracing the same gradient."""
    import jax

    f, arguments = problem.in_jax(jax.numpy)
    unknowns = tuple(range(len(arguments)))

    def trace() -> object:  # JAX remembers what it has traced, unless the gradient is a new function
        return jax.make_jaxpr(jax.grad(f, argnums=unknowns))(*arguments)

    return min(seconds(trace) for _ in range(rounds))


def prepare_jax() -> bool:
    """Whether JAX is there; then the constants of the families are arrays."""
    global EYE, VECTOR
    if importlib.util.find_spec("jax") is None:
        return False
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    import jax

    EYE, VECTOR = jax.numpy.eye(3), jax.numpy.ones(3)
    return True


def megabytes(problem: Problem) -> float:
    """The memory that a derivation takes at most, beside its function."""
    f = matdiff.parse(problem.text, problem.where)
    tracemalloc.start()
    matdiff.derive(f, wrt=tuple(problem.unknowns))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def growth(names: Sequence[str], sizes: Sequence[int], with_jax: bool) -> bool:
    """Times of deriving, their exponents and, at the largest size, the ratio to JAX."""
    rows, verdicts = [], []
    for name in names:
        times(FAMILIES[name](5), 1)  # once untimed: what is loaded on first use is loaded
        found = [times(FAMILIES[name](n), 3 if n <= 100 else 2) for n in sizes]
        derived = [derive for _, derive in found]
        slope = exponent(sizes, derived) if len(sizes) > 1 else 0.0
        other = jax_time(FAMILIES[name](sizes[-1]), 2) if with_jax else 0.0
        ratio = derived[-1] / other if other else 0.0
        verdicts.append((name, slope, ratio))
        shown = [milliseconds(other), f"{ratio:.2f}"] if other else ["", ""]
        rows.append([name, *map(milliseconds, derived), f"{slope:.2f}", milliseconds(found[-1][0]), *shown])
    head = ["derive, ms for n =", *map(str, sizes), "exponent", "parse ms", "JAX ms", "ratio"]
    print(table(head, rows), end="\n\n")
    good = [verdict(f"{name}: growth exponent", slope, MOST_EXPONENT) for name, slope, _ in verdicts]
    good += [verdict(f"{name}: derive / JAX", ratio, MOST_OF_JAX) for name, _, ratio in verdicts if ratio]
    return all(good)


def pages(names: Sequence[str], n: int) -> bool:
    """The times of writing a derivation, and the sizes of what is written."""
    rows, good = [], True
    for name in names:
        problem = FAMILIES[name](n)
        derivation = matdiff.derive(problem.text, tuple(problem.unknowns), problem.where)
        row = [name]
        for write in (derivation.to_text, derivation.to_latex, derivation.to_json):
            written: list[str] = []
            t = seconds(lambda write=write, written=written: written.append(write()))
            good &= t <= MOST_OF_A_PAGE
            row += [f"{t:.2f}", f"{len(written[0]) / 1e6:.2f}"]
        rows.append(row)
    print("\n" + table([f"n = {n}", "text s", "MB", "LaTeX s", "MB", "JSON s", "MB"], rows))
    print(f"{'ok  ' if good else 'OVER'}  each in at most {MOST_OF_A_PAGE} s")
    return good


def main() -> int:
    """Measures, prints, judges."""
    options = argparse.ArgumentParser(description="how the cost of a derivation grows")
    options.add_argument("families", nargs="*", default=list(FAMILIES), help=", ".join(FAMILIES))
    options.add_argument("--sizes", default=SIZES)
    options.add_argument("--pages", action="store_true")
    options.add_argument("--memory", action="store_true")
    given = options.parse_args()
    sizes = [int(n) for n in given.sizes.split(",")]
    good = growth(given.families, sizes, prepare_jax())
    if given.pages:  # the answers by all parameters are as many as they are long
        good &= pages([name for name in given.families if name != "netall"], sizes[-1])
    for name in given.families if given.memory else ():
        good &= verdict(f"{name}: megabytes for n = {sizes[-1]}", megabytes(FAMILIES[name](sizes[-1])), MOST_MEGABYTES)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
