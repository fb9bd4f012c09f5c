"""What an expression is: interned, immutable, exact, typed at construction, and of any depth."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
import time
from fractions import Fraction

import numpy as np
import pytest

import matdiff
from matdiff.algebra.constants import Identity, Ones, Zeros
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import FUNCTIONS, Expr, Number, Symbol, fold, postorder, replace, symbols
from matdiff.algebra.operators.products import Hadamard, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Inverse, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import IndexedSum
from matdiff.errors import MatdiffError, ShapeError

m, n = size("m"), size("n")
A, B, S = Symbol("A", (m, n)), Symbol("B", (n, m)), Symbol("S", (n, n))
x, y, a = Symbol("x", (n, ONE)), Symbol("y", (m, ONE)), Symbol("a")
DEPTH = 4_000


def sin(e: Expr) -> Expr:
    return FUNCTIONS["sin"].of(e)


# ---- identity ---------------------------------------------------------------------------------------


def test_equal_expressions_are_one_object() -> None:
    assert Product(A, B) is Product(A, B)
    assert A @ B is A * B
    assert matdiff.parse("A*B", "A: m x n; B: n x m") is Product(A, B)
    assert Symbol("x", (n, ONE)) is x
    assert Symbol("x", (m, ONE)) is not x
    assert Symbol("x", (n, ONE), ["positive"]) is not x
    assert hash(A * B) == hash(A * B)


def test_nodes_that_nobody_holds_are_freed() -> None:
    before = len(Expr.table)
    for k in range(100):
        Symbol(f"temporary{k}") + k
    assert len(Expr.table) < before + 50


@pytest.mark.parametrize("slot", ["operands", "data", "shape", "free", "something"])
def test_expressions_are_immutable(slot: str) -> None:
    with pytest.raises(AttributeError, match="immutable"):
        setattr(A, slot, ())


def test_threads_share_the_table_of_nodes() -> None:
    """At a switch interval of a microsecond, 8 threads that make the same nodes get the same objects."""
    found: list[list[Expr]] = [[] for _ in range(8)]
    together, failures = threading.Barrier(8), list[object]()

    def work(own: list[Expr]) -> None:
        for k in range(100):
            together.wait()
            e: Expr = Symbol(f"t{k}")
            for _ in range(5):
                e = sin(e)
            own.append(e)
        for k in range(500):  # nodes that go while others make them
            sin(sin(Symbol(f"gone{k % 3}")))

    interval, hook = sys.getswitchinterval(), sys.unraisablehook
    sys.unraisablehook = lambda raised: failures.append(raised.exc_value)
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(own,)) for own in found]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
        sys.unraisablehook = hook
    assert all(len({id(own[k]) for own in found}) == 1 for k in range(100))
    assert not failures


def test_copies_and_pickles_are_the_same_object() -> None:
    for e in (A * B, a, Number(3), Identity(n), matdiff.parse("∑_i x_i'x_i", "x[i=1..N]: n")):
        assert copy.copy(e) is e
        assert copy.deepcopy(e) is e
        assert pickle.loads(pickle.dumps(e)) is e
        assert copy.deepcopy({"e": [e]})["e"][0] is e


def test_a_pickle_is_read_in_another_process() -> None:
    e = matdiff.parse("‖A x − y‖²", "A: m x n; x: n; y: m")
    code = "import pickle, sys, matdiff; print(pickle.loads(bytes.fromhex(sys.argv[1])))"
    done = subprocess.run(
        [sys.executable, "-c", code, pickle.dumps(e).hex()], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(e)


# ---- numbers ----------------------------------------------------------------------------------------


def test_numbers_are_exact_rationals() -> None:
    assert Number(0.1).value == Fraction(1, 10)
    assert Number("1/3").value == Fraction(1, 3)
    assert Number(1) is Number(1.0) is Number(True) is Number(Fraction(2, 2))
    assert Number(2) is not Number(3)
    assert matdiff.parse("0.1") is Number(Fraction(1, 10))
    assert matdiff.parse("1e-3") is Number("1/1000")


def test_a_sum_of_tenths_is_exact() -> None:
    found = matdiff.derive("0.1*a + 0.2*a", "a", "a: scalar").gradient
    assert found is Number("3/10")


# ---- shapes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("e", "shape"),
    [
        (A * B, (m, m)),
        (A.T, (n, m)),
        (A * x, (m, ONE)),
        (x.T * x, (ONE, ONE)),
        (x * x.T, (n, n)),
        (2 * A, (m, n)),
        (Trace(S), (ONE, ONE)),
        (Inverse(S), (n, n)),
        (DiagonalMatrix(x), (n, n)),
        (Ones(m, n) + Zeros(m, n), (m, n)),
        (sin(A), (m, n)),
        (a**2 / 3 - 1, (ONE, ONE)),
    ],
)
def test_the_shape_is_known_at_construction(e: Expr, shape: tuple[object, object]) -> None:
    assert e.shape == shape


@pytest.mark.parametrize(
    "build",
    [
        lambda: A * A,
        lambda: A + B,
        lambda: Sum(A, B),
        lambda: Hadamard(A, B),
        lambda: Trace(A),
        lambda: Inverse(A),
        lambda: Product(x, y),
        lambda: DiagonalMatrix(A),
        lambda: Scale(A, B),
        lambda: Transpose(A, B),
        lambda: matdiff.parse("A*x", "A: m x n; x: m"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_at_construction(build: object) -> None:
    with pytest.raises(ShapeError):
        build()  # type: ignore[operator]


def test_a_gradient_of_a_matrix_is_refused() -> None:
    with pytest.raises(ShapeError):
        matdiff.derive(A, A)


# ---- walks ------------------------------------------------------------------------------------------


def test_a_shared_node_is_visited_once() -> None:
    shared = sin(A)
    e = shared * B * shared
    assert [node for node in postorder(e) if node is shared] == [shared]
    assert fold(e, lambda node, *below: 1 + sum(below)) == 6
    assert replace(e, lambda node: B.T if node is shared else None) is B.T * B * B.T


def test_free_indices_are_those_that_no_sum_binds() -> None:
    e = matdiff.parse("∑_i x_i", "x[i=1..N]: n")
    assert isinstance(e, IndexedSum)
    assert not e.free
    assert e.operands[0].free == {e.index}


# ---- depth ------------------------------------------------------------------------------------------


def nested_sines() -> Expr:
    e: Expr = a
    for _ in range(DEPTH):
        e = sin(e)
    return e


def nested_transposes() -> Expr:
    e: Expr = A
    for _ in range(DEPTH):
        e = Transpose(e)
    return e


def nested_sums() -> Expr:
    e: Expr = x
    for k in range(DEPTH):
        e = sin(e) + x if k % 2 else e + e
    return e


DEEP = {"sines": nested_sines, "transposes": nested_transposes, "sums": nested_sums}


@pytest.fixture(scope="module", params=DEEP)
def deep(request: pytest.FixtureRequest) -> Expr:
    return DEEP[request.param]()


def test_a_deep_expression_is_built_compared_copied_and_pickled(deep: Expr) -> None:
    assert sum(1 for _ in postorder(deep)) > DEPTH
    again = [build() for build in DEEP.values()]
    assert deep in again
    assert copy.copy(deep) is deep
    assert copy.deepcopy(deep) is deep
    assert pickle.loads(pickle.dumps(deep)) is deep
    assert hash(deep) == hash(copy.deepcopy(deep))
    assert replace(deep, lambda node: None) is deep


def test_a_deep_expression_is_printed(deep: Expr) -> None:
    assert len(str(deep)) > DEPTH
    assert len(repr(deep)) < 300


def test_a_deep_expression_is_evaluated(deep: Expr) -> None:
    given = {"a": 0.5, "A": np.ones((3, 2)), "x": np.full(2, 1e-3)}
    used = {s.name: given[s.name] for s in symbols(deep)}
    with np.errstate(all="ignore"):
        value = matdiff.evaluate(deep, used)
    assert np.shape(value) == np.shape(next(iter(used.values())))


def test_deep_text_is_read() -> None:
    e = matdiff.parse("sin(" * DEPTH + "a" + ")" * DEPTH, "a: scalar")
    assert e is nested_sines()
    assert matdiff.parse("A" + "'" * DEPTH, "A: m x n") is nested_transposes()
    assert matdiff.parse("(" * DEPTH + "a" + ")" * DEPTH, "a: scalar") is a
    long_sum = matdiff.parse(" + ".join(["a"] * DEPTH), "a: scalar")
    assert str(matdiff.derive(long_sum, "a").gradient) == str(DEPTH)


def test_deep_text_with_an_error_is_refused_politely() -> None:
    for text in ("(" * DEPTH + "a", "sin(" * DEPTH + ")" * DEPTH, "-" * DEPTH, "a^" * DEPTH):
        with pytest.raises(MatdiffError):
            matdiff.parse(text)


def test_a_deep_function_is_differentiated() -> None:
    e: Expr = a
    for _ in range(DEPTH):
        e = sin(e)
    found = matdiff.derive(e, a).gradient
    value = 0.5
    slope = 1.0
    for _ in range(DEPTH):
        slope *= np.cos(value)
        value = np.sin(value)
    assert matdiff.evaluate(found, {"a": 0.5}) == pytest.approx(slope, rel=1e-6)
    assert len(str(found)) < 200 * DEPTH


def test_the_recursion_limit_is_left_alone() -> None:
    code = "import sys; before = sys.getrecursionlimit(); import matdiff; matdiff.derive('x*x', 'x'); "
    code += "assert sys.getrecursionlimit() == before == 1000"
    subprocess.run([sys.executable, "-c", code], check=True)


# ---- sharing ----------------------------------------------------------------------------------------


def test_a_function_with_2_to_the_30_paths_is_derived_quickly() -> None:
    C, D, v = Symbol("C", (n, n)), Symbol("D", (n, n)), Symbol("v", (n, ONE))
    h: Expr = v
    for _ in range(30):
        h = sin(C * h + D * h)
    f = h.T * h
    begin = time.process_time()
    found = matdiff.derive(f, [v, C])
    outcome = found.verify(trials=1)
    assert outcome.ok, outcome.failure
    assert time.process_time() - begin < 20
    assert sum(1 for _ in postorder(found.gradients["v"])) < 2_000
    assert len(str(found.gradients["v"])) < 100_000


def test_a_linear_function_with_2_to_the_30_paths_is_derived_quickly() -> None:
    C, D, v = Symbol("C", (n, n)), Symbol("D", (n, n)), Symbol("v", (n, ONE))
    h: Expr = v
    for _ in range(30):
        h = C * h + D * h
    begin = time.process_time()
    found = matdiff.derive(v.T * h, v)
    outcome = found.verify(trials=1)
    assert outcome.ok, outcome.failure
    assert time.process_time() - begin < 20
    k, draw = 3, np.random.default_rng(0)
    c, d = draw.normal(size=(k, k)) / 5, draw.normal(size=(k, k)) / 5
    power = np.linalg.matrix_power(c + d, 30)
    w = draw.normal(size=k)
    value = matdiff.evaluate(found.gradient, {"C": c, "D": d, "v": w})
    np.testing.assert_allclose(value, (power + power.T) @ w, rtol=1e-8)
