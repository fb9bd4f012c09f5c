"""Gradients and steps: right ones pass, wrong ones are refuted, and instances are what they must be."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest

import matdiff
from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import Expr, Index, Number, Symbol, symbols
from matdiff.algebra.operators.activations import Relu, Sigmoid
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Abs, Exp, Log, Sign, Sqrt, Unspecified
from matdiff.algebra.operators.norms import EntrywiseNorm1, Norm
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Transpose, reciprocal
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries
from matdiff.errors import CheckError
from matdiff.numeric.check import check_gradient, check_steps, verify
from matdiff.numeric.comparison import compare
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Environment
from matdiff.numeric.instances import Sampler, project, scale_of
from matdiff.numeric.program import Program
from matdiff.numeric.rounding import noises


class Step(NamedTuple):
    law: object
    before: Expr
    after: Expr


m, n, p, d, N, K = (size(name) for name in "mnpdNK")
X, w, y = Symbol("X", (m, n)), Symbol("w", (n, ONE)), Symbol("y", (m, ONE))
A, B, S = Symbol("A", (n, n)), Symbol("B", (n, n)), Symbol("S", (d, d))
a, b = Symbol("a"), Symbol("b")
x, mu, R = Symbol("x", (d, ONE), (), (N,)), Symbol("mu", (d, ONE)), Symbol("R", ranges=(N, K))
i, j, k = Index("i", N), Index("j", N), Index("k", K)

residual = X * w - y
least_squares = residual.T * residual
normal = 2 * X.T * residual
centred = Member(x, i) - mu
gauss = Symbol("N") * Log(Determinant(S)) + IndexedSum(centred.T * Inverse(S) * centred, i)
St = Inverse(Transpose(S))
gauss_by_S = Symbol("N") * St - St * IndexedSum(centred * centred.T, i) * St

RIGHT = {
    "least squares by w": (least_squares, w, normal),
    "least squares by X": (least_squares, X, 2 * residual * w.T),
    "a scalar": (Exp(a * b), a, b * Exp(a * b)),
    "quadratic form": (w.T * A * w, w, (A + A.T) * w),
    "log-likelihood by S": (gauss, S, gauss_by_S),
    "log-likelihood by mu": (gauss, mu, -IndexedSum((Inverse(S) + St) * centred, i)),
    "a general member": (gauss, x, (Inverse(S) + St) * (Member(x, j) - mu)),
    "a member with an index": (gauss, Member(x, j), (Inverse(S) + St) * (Member(x, j) - mu)),
    "one member": (gauss, Member(x, Number(2)), (Inverse(S) + St) * (Member(x, Number(2)) - mu)),
    "a family of scalars": (
        IndexedSum(IndexedSum(Power(Member(R, i, k), Number(2)), i), k),
        R,
        2 * Member(R, j, Index("c", K)),
    ),
    "the same for all members": (IndexedSum(mu.T * Member(x, i), i), x, mu),
    "a function with a free index": (Power(Norm(Member(x, j) - mu), Number(2)), Member(x, j), 2 * (Member(x, j) - mu)),
    "its other unknown": (Power(Norm(Member(x, j) - mu), Number(2)), mu, 2 * (mu - Member(x, j))),
    "tall matrices only": (Log(Determinant(X.T * X)), X, 2 * X * Inverse(X.T * X)),
    "wide matrices only": (Log(Determinant(X * X.T)), X, 2 * Inverse(X * X.T) * X),
    "the trace of an inverse": (Trace(Inverse(A) * B), A, -(Inverse(A) * B * Inverse(A)).T),
    "the 1-norm": (EntrywiseNorm1(residual), w, X.T * Sign(residual)),
    "relu": (SumOfEntries(Relu(X * w)), w, X.T * (Scale.of(Number("1/2"), Ones(m) + Sign(X * w)))),
    "log of a sum of exponentials": (
        Log(SumOfEntries(Exp(w))),
        w,
        Scale.of(reciprocal(SumOfEntries(Exp(w))), Exp(w)),
    ),
    "a bounded domain": (Log(1 - w.T * w), w, -2 * reciprocal(1 - w.T * w) * w),
    "positive entries": (SumOfEntries(Sqrt(w)), w, Scale.of(Number("1/2"), Power(Sqrt(w), Number(-1)))),
    "an unspecified function": (
        SumOfEntries(Unspecified("g", 0, X * w)),
        w,
        X.T * Unspecified("g", 1, X * w),
    ),
    "large numbers": (1_000_000_000 * (w.T * w), w, 2_000_000_000 * w),
    "no dependence": (w.T * w, a, Number(0)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_gradient_passes(name: str) -> None:
    f, unknown, gradient = RIGHT[name]
    assert check_gradient(f, unknown, gradient, trials=3) < 1e-8


@pytest.mark.parametrize("name", [name for name in RIGHT if name != "no dependence"])
def test_a_gradient_that_is_off_by_a_factor_is_refuted(name: str) -> None:
    f, unknown, gradient = RIGHT[name]
    assert check_gradient(f, unknown, 2 * gradient) > 0.1


@pytest.mark.parametrize(
    ("f", "unknown", "wrong"),
    [
        (w.T * A * w, w, 2 * A * w),
        (w.T * A * w, A, 2 * w * w.T),
        (LogDeterminant(A), A, Inverse(A)),
        (Log(Determinant(A)), A, Inverse(A)),  # needs det A > 0, and must not fall back to symmetric A
        (gauss, S, Symbol("N") * Inverse(S) - Inverse(S) * IndexedSum(centred * centred.T, i) * Inverse(S)),
        (gauss, mu, -2 * IndexedSum(Inverse(S) * centred, i)),
        (gauss, x, (Inverse(S) + St) * (Member(x, Number(1)) - mu)),
        (least_squares, X, 2 * w * residual.T),
        (least_squares, w, normal.T),
        (least_squares, w, Exp(normal)),
        (w.T * w, w, 2 * w + Scale.of(Number("1/1000"), Ones(n))),
        (Trace(A), A, Ones(n, n)),
        (IndexedSum(mu.T * Member(x, i), i), mu, Member(x, j)),
    ],
)
def test_a_wrong_gradient_is_refuted(f: Expr, unknown: Expr, wrong: Expr) -> None:
    assert check_gradient(f, unknown, wrong, trials=3) > 1e-6


def test_small_constants_hide_nothing() -> None:
    f = Scale.of(Number("1/1000000"), w.T * w)
    assert check_gradient(f, w, Scale.of(Number("1/1000000"), w)) > 1e-6


@pytest.mark.parametrize("prop", ["symmetric", "spd", "skew", "diagonal", "lower", "upper"])
def test_an_unknown_varies_in_its_subspace(prop: str) -> None:
    P = Symbol("P", (n, n), [prop])
    free = 2 * P * A * A.T  # of Tr(P A Aᵀ Pᵀ)
    f = Trace(P * A * A.T * P.T)
    projected = {
        "symmetric": Scale.of(Number("1/2"), free + free.T),
        "skew": Scale.of(Number("1/2"), free - free.T),
        "diagonal": Hadamard.of(free, Identity(n)),
    }
    if prop in ("symmetric", "spd"):
        assert check_gradient(f, P, projected["symmetric"]) < 1e-8
    elif prop in projected:
        assert check_gradient(f, P, projected[prop]) < 1e-8
    assert check_gradient(f, P, free) > 1e-3  # it has a part outside the subspace


def test_steps_are_compared_line_by_line() -> None:
    change, dw = Differential(least_squares), Differential(w)
    lines = [change, residual.T * Differential(residual) * 2, 2 * residual.T * X * dw, Trace(normal.T * dw)]
    steps = [Step("", u, v) for u, v in pairwise(lines)]
    error, place = check_steps(steps, [w])
    assert place is None
    assert error < 1e-9
    steps[1] = Step("", lines[1], residual.T * X * dw)
    assert check_steps(steps, [w])[1] == 1


def test_verify_says_what_failed() -> None:
    right = verify(least_squares, {w: normal, X: 2 * residual * w.T}, [Step("law", normal, normal)])
    assert right.ok
    assert right.max_error < 1e-9
    assert (right.trials, right.lines, right.failure) == (3, 1, "")
    wrong = verify(least_squares, {w: 2 * normal})
    assert not wrong.ok
    assert wrong.max_error > 0.4
    assert "gradient by w" in wrong.failure
    step = verify(least_squares, {w: normal}, [Step("A = B", normal, -normal)])
    assert not step.ok
    assert "step 1 (A = B)" in step.failure
    assert "shape" in verify(least_squares, {w: normal.T}).failure
    assert "index" in verify(gauss, {mu: Member(x, j)}).failure


def test_several_unknowns_vary_together() -> None:
    change = Differential(X * w)
    after = Differential(X) * w + X * Differential(w)
    assert check_steps([Step("", change, after)], [X, w])[1] is None
    assert check_steps([Step("", change, X * Differential(w))], [X, w])[1] == 0


def test_one_member_varies_alone() -> None:
    second, total = Member(x, Number(2)), IndexedSum(Member(x, i), i)
    assert check_steps([Step("", Differential(total), Differential(second))], [second])[1] is None
    assert check_steps([Step("", Differential(total), Differential(second))], [x])[1] == 0


def test_a_check_repeats_itself() -> None:
    assert verify(gauss, {S: gauss_by_S}, seed=4) == verify(gauss, {S: gauss_by_S}, seed=4)


def test_a_function_without_a_domain_is_an_error_that_names_it() -> None:
    never = Log(-(w.T * w))
    with pytest.raises(CheckError, match="no random instance"):
        check_gradient(never, w, w)


def test_declared_sizes_that_are_too_large_are_refused() -> None:
    big = Symbol("W", (size(3_000_000), ONE))
    with pytest.raises(CheckError, match="too large"):
        check_gradient(Norm(big * big.T), big, big)


def test_large_unknowns_are_checked_on_some_entries() -> None:
    big = Symbol("W", (size(300), size(200)))
    f = Power(Norm(big), Number(2))
    assert check_gradient(f, big, 2 * big) < 1e-8
    assert check_gradient(f, big, big) > 0.1


def test_sizes_are_distinct_and_members_exist() -> None:
    program = Program([residual, Entry(w, Number(9)), IndexedSum(Member(x, i), i)])
    instance = Sampler(program, [w]).instance(Draws(0))
    sizes = instance.environment.sizes
    assert len(set(sizes.values())) == len(sizes) == 4
    assert sizes["n"] >= 9
    assert 1 not in sizes.values()


PROPERTIES = {
    "symmetric": lambda v: np.allclose(v, v.T),
    "skew": lambda v: np.allclose(v, -v.T),
    "spd": lambda v: np.allclose(v, v.T) and np.linalg.eigvalsh(v).min() > 0.05,
    "psd": lambda v: np.linalg.eigvalsh(v).min() >= 0,
    "diagonal": lambda v: np.allclose(v, np.diag(np.diag(v))),
    "lower": lambda v: np.allclose(v, np.tril(v)),
    "upper": lambda v: np.allclose(v, np.triu(v)),
    "orthogonal": lambda v: np.allclose(v @ v.T, np.eye(len(v))),
    "invertible": lambda v: np.linalg.cond(v) < 1e4,
    "positive": lambda v: v.min() > 0,
    "nonnegative": lambda v: v.min() >= 0,
    "integer": lambda v: np.allclose(v, np.rint(v)),
}


@pytest.mark.parametrize("prop", PROPERTIES)
@pytest.mark.parametrize("attempt", range(9))
def test_declared_properties_hold(prop: str, attempt: int) -> None:
    P = Symbol("P", (n, n), [prop])
    environment = Sampler(Program([P]), []).draw(Draws(1), attempt)
    assert environment is not None
    assert PROPERTIES[prop](environment.arrays[P][0])


def test_kinks_are_avoided() -> None:
    program = Program([Differential(SumOfEntries(Abs(residual)))])
    for seed in range(20):
        instance = Sampler(program, [w]).instance(Draws(seed))
        assert np.abs(instance.values[program.place[residual]]).min() > 0.004


def test_a_projection_is_idempotent() -> None:
    v = np.random.default_rng(0).normal(size=(2, 4, 4))
    for prop in PROPERTIES:
        once = project(frozenset([prop]), v)
        np.testing.assert_allclose(project(frozenset([prop]), once), once)


def test_a_deep_chain_is_checked() -> None:
    h: Expr = w
    steps = []
    for k in range(2_000):
        V = Symbol(f"V{k % 3}", (n, n))
        after = Sigmoid(Product.of(V, h))
        steps.append(Step("", after, after))
        h = after
    assert verify(None, {}, steps, unknowns=[w]).ok


def test_constant_diagonals_are_no_kinks() -> None:
    D = Symbol("D", (n, n), ["diagonal"])
    assert check_gradient(EntrywiseNorm1(D), D, Sign(D)) < 1e-8
    assert check_gradient(SumOfEntries(Abs(DiagonalMatrix(w))), w, Sign(w)) < 1e-8


def test_draws_are_uniform_and_normal() -> None:
    draws = Draws(3)
    u, z = draws.uniform(0.0, 1.0, (100, 200)), draws.normal((100, 200))
    for sample, mean, variance in ((u, 1 / 2, 1 / 12), (z, 0.0, 1.0)):
        assert abs(sample.mean() - mean) < 0.02
        assert abs(sample.var() - variance) < 0.03
    assert abs(np.corrcoef(u[:, 0], u[:, 1])[0, 1]) < 0.3
    assert abs(np.mean(z**4) - 3) < 0.3
    assert sorted(draws.permutation(7)) == list(range(7))
    assert {draws.below(3) for _ in range(50)} == {0, 1, 2}
    assert (Draws(3).uniform(0.0, 1.0, (5,)) == Draws(3).uniform(0.0, 1.0, (5,))).all()
    assert (Draws(3).uniform(0.0, 1.0, (5,)) != Draws(4).uniform(0.0, 1.0, (5,))).all()


@pytest.mark.parametrize("trials", [0, -1, None, 0.5, "3"])
def test_a_check_on_no_instance_is_refused(trials: Any) -> None:
    with pytest.raises(matdiff.MatdiffError, match="no number of random instances"):
        matdiff.derive("x'x", "x").verify(trials=trials)
    with pytest.raises(matdiff.MatdiffError, match="no number of random instances"):
        compare(*(matdiff.parse(side, "a, b: scalar") for side in ("sqrt(a^2*b)", "a*sqrt(b)")), trials=trials)


FAR = """
log(a - 5); log(a - 100); sqrt(a - 3); log(log(log(a))); sin(1000*a); 1e30*a^2; log(a - 1000000); sin(1000000*a)
log(a - 1e12); log(-1000 - a); arcsin(a - 10); log(5 - a) + log(a - 4.9); exp(exp(exp(a))); 1e-30*a^2; a^1000000
exp(-a^2*1000); exp(-a^2*1e8); sigmoid(-50 - a^2); normcdf(-9 - a^2); 1/cosh(300*a); 1/(1e9 + a^2)
"""
FAR_CASES = [text.strip() for line in FAR.splitlines() for text in line.split(";") if text.strip()]


@pytest.mark.parametrize("text", FAR_CASES)
def test_instances_are_found_at_other_scales(text: str) -> None:
    """Where no value near 1 will do: the gradient passes, and twice the gradient does not."""
    derived = matdiff.derive(text, "a", "a: scalar")
    (unknown,) = symbols(derived.function)
    assert derived.verify().ok
    assert not verify(derived.function, {unknown: 2 * derived.gradient}).ok


WIDE = {"tr(A^100*B)": "A", "softmax(1000*x)'*y": "x", "sum(x.^1000000)": "x", "1e-20*logdet(B'*B + A*A')": "A"}


@pytest.mark.parametrize("text", WIDE)
def test_small_values_hide_no_error(text: str) -> None:
    derived = matdiff.derive(text, WIDE[text], "A, B: n x n; x, y: n")
    unknown = next(s for s in symbols(derived.function) if s.name == WIDE[text])
    assert derived.verify(trials=1).ok
    assert not verify(derived.function, {unknown: 2 * derived.gradient}, trials=1).ok


def test_what_underflows_everywhere_is_not_judged() -> None:
    with pytest.raises(CheckError, match="underflow hides"):
        matdiff.derive("exp(-1e6 - a^2)", "a", "a: scalar").verify()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("sum(softmax(x))", "x: n"),
        ("x'*K*x", "x: n; K: n x n skew"),
        ("sin(sum(x))^2 + cos(sum(x))^2", "x: n"),
        ("(x + 100*y)'*(x + 100*y) - 200*x'*y - 10000*y'*y", "x, y: n"),
    ],
)
def test_what_rounding_explains_is_no_error(text: str, where: str) -> None:
    derived = matdiff.derive(text, "x", where)
    x = next(s for s in symbols(derived.function) if s.name == "x")
    assert derived.verify().ok
    assert not verify(derived.function, {x: derived.gradient + Ones(n)}).ok


def test_an_error_counts_however_small_the_values_are() -> None:
    assert not matdiff.equal("1e-30*x'*x", "1e-30*x'*x + 1e-34*sum(abs(x))", "x: n")
    assert not matdiff.equal("exp(-50 - a^2)", "exp(-50 - a^2)*(1 + 1e-5*tanh(a))", "a: scalar")
    assert matdiff.equal("1e-30*sin(2*a)", "2e-30*sin(a)*cos(a)", "a: scalar")


def test_what_has_a_length_or_is_a_whole_number_is_not_scaled() -> None:
    for properties in (["orthogonal"], ["unit"], ["integer"]):
        assert scale_of(Symbol("Q", (size("n"), ONE if "unit" in properties else size("n")), properties), 100.0) == 1.0
    assert scale_of(Symbol("S", (size("n"), size("n")), ["spd"]), 100.0) == 100.0


def test_what_is_one_by_saturation_is_not_exact() -> None:
    """1 − σ(50) is 0 in floating-point numbers, and is no counterexample to σ(−50) > 0."""
    where = "x: scalar; c: scalar positive"
    a, b = (matdiff.parse(text, where) for text in ("sigmoid(c*x)*(1 - sigmoid(c*x))", "sigmoid(c*x)*sigmoid(-c*x)"))
    program = Program([a, b])
    given = {s: np.full((1, 1, 1), v) for s in symbols(a) for v in [7.1 if s.name == "x" else 7.2]}
    environment = Environment({}, given)
    values = program.run(environment)
    left, right = (values[program.place[e]] for e in (a, b))
    assert left == 0 != right
    noise = noises(program, environment, values)
    assert abs(left - right) <= noise[program.place[a]]
