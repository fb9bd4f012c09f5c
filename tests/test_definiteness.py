"""Certificates of definiteness: what is said of Hessians, where nothing is said, and every claim against numbers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from fractions import Fraction
from math import inf

import numpy as np
import pytest

import matdiff
from matdiff.algebra.dims import size
from matdiff.algebra.expr import OPERATORS, Expr, Symbol, postorder
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.algebra.operators.products import Hadamard, Sum
from matdiff.calculus.conditions import size_names
from matdiff.calculus.definiteness import intervals as iv
from matdiff.calculus.definiteness.certificate import certificate, certificate_of, needs_positive
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.cli import main
from matdiff.errors import CheckError
from matdiff.numeric.definiteness import against, refutation
from matdiff.numeric.draws import Draws
from matdiff.numeric.environments import Array
from matdiff.numeric.instances import Sampler
from matdiff.numeric.program import Program

PSD, PD, NSD, ND = "positive semidefinite", "positive definite", "negative semidefinite", "negative definite"
SOFTMAX = "z: n; t: n simplex"
LOGISTIC = "X: n x d; w: d; y: n"

# What convex analysis says of these functions (Boyd and Vandenberghe, ch. 3; Magnus and Neudecker, ch. 10).
CERTIFIED = [
    ("||A x - b||²", "x", "", PSD, "f is convex"),
    ("||A x - b||² + λ ||x||²", "x", "λ: scalar positive", PD, "f is strictly convex"),
    ("||A x - b||² + ||x - c||²", "x", "", PD, "f is strictly convex"),
    ("||X w - y||² + ||D w||²", "w", "", PSD, "f is convex"),
    ("(y - X w)' inv(S) (y - X w)", "w", "S: n x n spd; w: d", PSD, "f is convex"),
    ("-½ (y - X w)' inv(S) (y - X w)", "w", "S: n x n spd; w: d", NSD, "f is concave"),
    ("sum(log(1+exp(-y .* (X w))))", "w", LOGISTIC, PSD, "f is convex"),
    ("sum(softplus(X w)) - y'X w", "w", LOGISTIC, PSD, "f is convex"),
    ("-y' log(sigmoid(X w)) - (1-y)' log(1 - sigmoid(X w))", "w", LOGISTIC, PSD, "f is convex"),
    ("½||w||² + C sum(softplus(-y .* (X w)))", "w", f"{LOGISTIC}; C: scalar positive", PD, "f is strictly convex"),
    ("sum(i=1..N, log(1+exp(-y[i]*x[i]'*w)))", "w", "x[i=1..N]: d; y[i=1..N]: scalar; w: d", PSD, "f is convex"),
    ("sum(exp(X w)) - y' X w", "w", LOGISTIC, PSD, "f is convex"),
    ("log(sum(exp(x)))", "x", "x: n", PSD, "f is convex"),
    ("log(sum(exp(A x + b)))", "x", "", PSD, "f is convex"),
    ("log(w' exp(A x))", "x", "w: m positive; A: m x n", PSD, "f is convex"),
    ("log(sum(exp(A x))) + λ x'x", "x", "λ: scalar positive; A: m x n", PD, "f is strictly convex"),
    ("-t' log(softmax(z))", "z", SOFTMAX, PSD, "f is convex"),
    ("logsumexp(z) - t'z", "z", SOFTMAX, PSD, "f is convex"),
    ("-t' log_softmax(W x)", "W", "t: c simplex; W: c x n; x: n", PSD, "f is convex"),
    ("-logdet(X)", "X", "X: n x n spd", PSD, "f is strictly convex"),
    ("logdet(X)", "X", "X: n x n spd", NSD, "f is strictly concave"),
    ("tr(S X) - logdet(X)", "X", "X, S: n x n spd", PSD, "f is strictly convex"),
    (
        "N/2 logdet(L) - ½ sum(i=1..N, (x[i]-u)'L(x[i]-u))",
        "L",
        "L: d x d spd; x[i=1..N]: d; u: d",
        NSD,
        "f is strictly concave",
    ),
    ("sum(i=1..N, (x[i] - u)'*inv(S)*(x[i] - u))", "u", "x[i=1..N]: d; u: d; S: d x d spd", PD, "f is strictly convex"),
    ("-sum(log(b - A x))", "x", "", PSD, "f is convex where every entry of b − Ax > 0"),
    ("-sum(log(x))", "x", "x: n positive", PD, "f is strictly convex"),
    ("-½ log(1 - x'x)", "x", "x: n", PD, "f is strictly convex on every convex set where 1 − xᵀx > 0"),
    ("x'S x", "x", "S: n x n psd", PSD, "f is convex"),
    ("x'(I - P)x", "x", "P: n x n symmetric idempotent", PSD, "f is convex"),
    ("x'D x", "x", "D: n x n diagonal positive", PD, "f is strictly convex"),
    ("||Q x||²", "x", "Q: n x n invertible", PD, "f is strictly convex"),
    ("exp(a'x)", "x", "", PSD, "f is convex"),
    ("exp(x'S x)", "x", "S: n x n spd", PD, "f is strictly convex"),
    ("(a'x)²", "x", "", PSD, "f is convex"),
    ("-(a'x)²", "x", "", NSD, "f is concave"),
    ("||x||²", "x", "x: n", PD, "f is strictly convex"),
    ("||x||", "x", "x: n", PSD, "f is convex on every convex set where x ≠ 0"),
    ("||A x - b||", "x", "", PSD, "f is convex on every convex set where Ax − b ≠ 0"),
    ("||A x - b||⁴", "x", "", PSD, "f is convex"),
    ("sqrt(1+||x||²)", "x", "x: n", PD, "f is strictly convex"),
    ("sum(sqrt(1 + x.^2))", "x", "x: n", PD, "f is strictly convex"),
    ("sum(x.^4)", "x", "x: n", PSD, "f is convex"),
    ("sum((A x).^4)", "x", "", PSD, "f is convex"),
    ("sum(x.^3)", "x", "x: n positive", PD, "f is strictly convex"),
    ("sum(cosh(x))", "x", "x: n", PD, "f is strictly convex"),
    ("-sum(log(cosh(x)))", "x", "x: n", ND, "f is strictly concave"),
    ("-logdet(X' diag(w) X)", "w", "X: m x n; w: m positive", PSD, "Xᵀdiag(w)X is invertible"),
    ("-logdet(A + diag(x))", "x", "A: n x n spd; x: n positive", PD, "f is strictly convex"),
    ("a' inv(A + diag(x)) a", "x", "A: n x n spd; x: n positive", PSD, "f is convex"),
    ("a' inv(X) a", "X", "X: n x n spd", PSD, "f is convex"),
    ("tr(inv(X))", "X", "X: n x n spd", PSD, "f is strictly convex"),
    ("x' log(x)", "x", "x: n positive", PD, "f is strictly convex"),
    ("||R - U V'||²", "U", "", PSD, "f is convex"),
    ("||A X B - C||²", "X", "", PSD, "f is convex"),
    ("tr((X - M)' S (X - M))", "X", "S: m x m spd; X: m x n", PD, "f is strictly convex"),
    ("tr(X'X)^2", "X", "X: m x n", PSD, "f is convex"),
    ("sum(exp(X)) + sum(X.^4)", "X", "X: m x p", PD, "f is strictly convex"),
    ("sum(huber(A x - b))", "x", "", PSD, "f is convex on every convex set"),
    ("sum(maximum(0, 1 - y .* (X w)).^2)", "w", LOGISTIC, PSD, "f is convex on every convex set"),
    ("t^4 + exp(t)", "t", "t: scalar", "positive", "f is strictly convex"),
    ("1/t^2", "t", "t: scalar", "positive", "f is strictly convex on every convex set where t ≠ 0"),
    ("log(t)", "t", "t: scalar positive", "negative", "f is strictly concave"),
    ("a'x", "x", "", "zero", "f is affine"),
    ("sum(abs(x))", "x", "x: n", "zero", "f is affine on every convex set where every entry of x ≠ 0"),
    ("||A x + B y||²", "x,y", "", PSD, "f is convex in x, y together"),
    ("||x - y||²", "x,y", "x, y: n", PSD, "f is convex in x, y together"),
    ("x'x + y'y", "x,y", "x: n; y: m", PD, "f is strictly convex in x, y together"),
    ("x'x/t", "x,t", "t: scalar positive; x: n", PSD, "f is convex in x, t together"),
    ("p'(log(p) - log(q))", "p,q", "p, q: n positive", PSD, "f is convex in p, q together"),
    (
        "½ λ ||w||² + sum(softplus(X w + b*vector(1))) - y'(X w + b*vector(1))",
        "w,b",
        "b: scalar; X: n x d; y: n; λ: scalar positive",
        PSD,
        "f is convex in w, b together",
    ),
]
# Where silence is right: these are not convex, or are so for reasons that nothing here tells.
SILENT = [
    ("x'A x", "x", ""),
    ("x'A x", "x", "A: n x n symmetric"),
    ("x'D x", "x", "D: n x n diagonal"),
    ("x'A x/x'x", "x", ""),
    ("||R - U V'||²", "U,V", ""),
    ("x'y", "x,y", "x, y: n"),
    ("x'x + 3 x'y + y'y", "x,y", "x, y: n"),
    ("λ ||x||²", "x", "λ: scalar"),
    ("-t' log(softmax(z))", "z", "z: n; t: n"),
    ("exp(-||x||²)", "x", "x: n"),
    ("1/(a'x)", "x", ""),
    ("sum(x.^3)", "x", "x: n"),
    ("sum(tanh(x))", "x", "x: n"),
    ("sum(sin(x))", "x", "x: n"),
    ("log(1 + x'x)", "x", "x: n"),
    ("x'(A'A - B'B)x", "x", "x: n"),
    ("norm2(V*tanh(W*x) - y)^2", "W", "W: p x n; V: p x p; x: n; y: p"),
    ("||A x - b||² + μ sum(log(1+x.^2))", "x", ""),
    ("logdet(S) + tr(inv(S) B)", "S", "S, B: n x n spd"),
    ("det(X)", "X", "X: n x n spd"),
    ("t^3", "t", "t: scalar"),
]


def hessian(text: str, wrt: str, where: str) -> matdiff.results.second.Hessian:
    """The Hessian by one unknown or several, separated by commas."""
    return matdiff.hessian(text, wrt.split(","), where or None)


@pytest.mark.parametrize(("text", "wrt", "where", "kind", "conclusion"), CERTIFIED)
def test_a_certificate_is_given_and_numbers_agree(text: str, wrt: str, where: str, kind: str, conclusion: str) -> None:
    found = hessian(text, wrt, where)
    known = certificate_of(found._found)
    assert known is not None
    assert known.kind == kind
    assert conclusion in known.heading
    assert not refutation(known.kind, found.result, found.function)
    assert str(found.certificate) == str(known)


@pytest.mark.parametrize(("text", "wrt", "where", "kind", "conclusion"), CERTIFIED)
def test_the_conclusion_holds_along_lines(text: str, wrt: str, where: str, kind: str, conclusion: str) -> None:
    """f at the middle of two near points against the mean, by values of f alone."""
    found = hessian(text, wrt, where)
    unknowns = [u for u in found.unknowns.values() if isinstance(u, Symbol)]
    program = Program([found.function])
    instance = Sampler(program, unknowns).instance(Draws(3))
    arrays = {s: a[:1] for s, a in instance.environment.arrays.items()}
    h = 2e-3
    moved = dict(arrays)
    for u in unknowns:  # the directions of the sampler have the properties that are declared
        direction = instance.environment.directions[u]
        moved[u] = np.concatenate([arrays[u] - h * direction, arrays[u], arrays[u] + h * direction])
    low, middle, high = program.results(instance.environment._replace(arrays=moved))[0].ravel()
    bend = (low + high - 2 * middle) / max(1.0, abs(middle))
    if kind == "zero":
        assert abs(bend) < 1e-10
    else:
        assert bend * (1 if "convex" in known_conclusion(found) else -1) > -1e-12


def known_conclusion(found: matdiff.results.second.Hessian) -> str:
    """What is said of the function."""
    known = certificate_of(found._found)
    return "" if known is None else known.conclusion


@pytest.mark.parametrize(("text", "wrt", "where"), SILENT)
def test_nothing_is_said_where_nothing_is_known(text: str, wrt: str, where: str) -> None:
    assert hessian(text, wrt, where).certificate is None


def test_no_conclusion_is_drawn_on_a_set_that_is_not_convex() -> None:
    known = hessian("tr(Q'S*Q)", "Q", "Q: n x n orthogonal; S: n x n psd").certificate
    assert known is None or not known.conclusion
    known = hessian("u'S*u", "u", "S: n x n psd; u: n unit").certificate
    assert known is not None
    assert not known.conclusion


# ---- numbers refute what is wrong -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text"),
    [(PSD, "-A'*A"), (PD, "A'*A - B'*B"), (NSD, "A'*A"), (PSD, "A + 2*B'*B"), ("zero", "A'*A"), (ND, "eye(n)")],
)
def test_a_wrong_certificate_is_refuted(kind: str, text: str) -> None:
    e = matdiff.parse(text, "A, B: n x n")
    assert refutation(kind, e, e)


def test_an_eigenvalue_of_the_wrong_sign_is_seen_and_rounding_is_not() -> None:
    turned = np.array([[[3.0, 1.0], [1.0, 1 / 3 - 1e-12]]])
    assert not against(PSD, turned)
    assert against(PSD, turned - 1e-3 * np.eye(2))
    assert against(NSD, turned)
    assert "symmetric" in against(PSD, np.array([[[1.0, 0.5], [0.0, 1.0]]]))


def test_a_refuted_certificate_is_withheld(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from matdiff.numeric import definiteness

    monkeypatch.setattr(definiteness, "refutation", lambda *_: "an eigenvalue has the wrong sign")
    assert hessian("||A x||²", "x", "").certificate is None
    assert main(["hessian", "||A x||²", "--wrt", "x"]) == 0
    assert "convex" not in capsys.readouterr().out


def test_what_cannot_be_checked_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from matdiff.numeric import definiteness

    def fails(*_: object) -> str:
        raise CheckError("no random instance was found")

    monkeypatch.setattr(definiteness, "refutation", fails)
    assert hessian("||A x||²", "x", "").certificate is None


# ---- every claim about every node -------------------------------------------------------------------


def claims_hold(roots: list[Expr], f: Expr, positive: tuple[Expr, ...] = (), trials: int = 2) -> int:
    """Compares the claims about all nodes with values; how many of them tell a sign."""
    signs = BothSigns(size_names(f), dict.fromkeys(positive, iv.POSITIVE))
    program = Program([*roots, f])
    sampler, draws, start, told = Sampler(program, ()), Draws(5), 0, 0
    for _ in range(trials):
        instance = sampler.instance(draws, start)
        start = instance.attempt + 1
        for node, k in program.place.items():
            value = instance.values[k]
            entries, spectrum = signs.entries(node), signs.spectrum(node)
            assert_inside(entries.interval, value, f"{node}: {entries.interval}")
            told += entries.interval.has_sign
            if spectrum is not None and not node.is_scalar:
                turned = np.swapaxes(value, -1, -2)
                assert np.allclose(value, turned, rtol=1e-7, atol=1e-7 * (1 + np.abs(value).max())), node
                assert_inside(
                    spectrum.interval, np.asarray(np.linalg.eigvalsh((value + turned) / 2), dtype=float), f"λ({node})"
                )
                told += spectrum.interval.has_sign
    return told


def assert_inside(interval: iv.Interval, value: Array, what: str) -> None:
    """Whether all numbers are in an interval, up to rounding."""
    slack = 1e-9 * (1 + float(np.abs(value).max()))
    assert value.min() >= float(interval.low) - slack, what
    assert value.max() <= float(interval.high) + slack, what
    if interval.is_positive or interval.is_negative:  # no entry is 0, and no matrix is singular
        assert np.abs(value).min() > 1e-13 * np.abs(value).max(), what


@pytest.mark.parametrize(("text", "wrt", "where"), [c[:3] for c in CERTIFIED] + SILENT)
def test_claims_about_all_nodes_of_a_derivation_hold(text: str, wrt: str, where: str) -> None:
    found = hessian(text, wrt, where)
    positive = tuple(n.operands[0] for n in postorder(found.function) if needs_positive(n))
    roots = [*found.gradients.values(), *found.blocks.values()]
    told = claims_hold(roots, found.function, positive)
    assert told > 0 or (text, where) == ("x'A x", "")


WHERE = (
    "A, B: n x n; S: n x n spd; P: n x n psd; D: n x n diagonal; E: n x n symmetric; R: n x n symmetric idempotent;"
    "Q: n x n orthogonal; M: m x n; x, y: n; p: n simplex; w: n positive; v: n nonnegative; u: n unit;"
    "a: scalar; c: scalar positive; k: scalar nonnegative"
)
MATRICES = [
    "A",
    "B",
    "S",
    "P",
    "D",
    "E",
    "R",
    "Q",
    "M'*M",
    "diag(x)",
    "diag(w)",
    "x*y'",
    "x*x'",
    "eye(n)",
    "ones(n, n)",
]
VECTORS = ["x", "y", "p", "w", "v", "u", "ones(n)"]
SCALARS = ["a", "c", "k", "2", "-1/2", "norm2(x)"]
OF_MATRICES = [
    "({0} + {1})", "({0} - {1})", "({0}*{1}*({0})')", "(({0})'*({0}))", "({0} .* {1})", "({2})*({0})", "({0})^2",
    "inv(({0})'*({0}) + eye(n))", "expm(0.2*(({0}) + ({0})'))", "diag({3})", "({3})*({3})'", "({0}).^2",
    "exp(0.3*({0}))", "sqrtm(({0})*({0})' + eye(n))", "pinv(({0})*({0})' + S)", "({0})'",
    "sym({0})", "(diag({3}) - ({3})*({3})')", "(({2})*({0}) + ({0})'*({2}))", "(S*({0}) - ({0})'*S)", "dg({0})",
]  # fmt: skip
OF_VECTORS = [
    "({0})*({1})", "({1} .* {4})", "({1} + {4})", "exp({1})", "sigmoid({1})", "(1 - sigmoid({1}))", "tanh({1}).^2",
    "softmax({1})", "abs({1})", "({1}).^3", "1 ./ (1 + ({1}).^2)", "relu({1})", "step({1})", "softplus({1})",
    "cosh({1})", "diag({0})", "({2})*({1})", "sqrt(1 + ({1}).^2)",
    "log(1 + ({1}).^2)", "(1 - tanh({1}).^2)", "maximum({1}, {4})", "normcdf({1})",
]  # fmt: skip
OF_SCALARS = [
    "({1})'*({0})*({1})", "tr({0})", "tr(({0})*({4}))", "sum({1})", "({1})'*({3})", "exp({2})",
    "({2})^2", "1/(1 + ({2})^2)", "norm2({1})", "({2} + {5})", "({2})*({5})", "sigmoid({2})", "tr(({0})'*({0})*S)",
    "lambda_max(({0})*({0})')", "max({1})",
]  # fmt: skip


def random_texts(seed: int, rounds: int) -> Iterator[str]:
    """Matrices, vectors and scalars made of each other by chance."""
    draw = random.Random(seed)
    matrices, vectors, scalars = list(MATRICES), list(VECTORS), list(SCALARS)
    for _ in range(rounds):
        m, n = draw.sample(matrices, 2)
        v, w = draw.sample(vectors, 2)
        s, t = draw.sample(scalars, 2)
        matrices.append(draw.choice(OF_MATRICES).format(m, n, s, v))
        vectors.append(draw.choice(OF_VECTORS).format(m, v, s, v, w))
        scalars.append(draw.choice(OF_SCALARS).format(m, v, s, w, n, t))
        yield from [x[-1] for x in (matrices, vectors, scalars) if len(x[-1]) < 150]


@pytest.mark.parametrize("seed", range(12))
def test_claims_about_random_expressions_hold(seed: int) -> None:
    told = 0
    for text in random_texts(seed, 12):
        e = matdiff.parse(text, WHERE)
        try:
            told += claims_hold([e], e, trials=1)
        except CheckError:  # huge or undefined
            continue
    assert told > 50


# ---- what operators say of their values -------------------------------------------------------------

GRID = np.linspace(-30, 30, 4001)
OTHERS = {
    "Commutation": "commutation(m, n)", "Duplication": "duplication(n)", "Elimination": "elimination(n)",
    "UnitVector": "unit(2, n)", "Norm": "norm2(M)", "EntrywiseNorm1": "norm1(M)", "MaximumNorm": "norm_inf(x)",
    "PowerNorm": "norm(x, 3)", "OneHotMax": "onehot_max(x)", "OneHotMin": "onehot_min(x)", "Softmax": "softmax(x)",
    "SoftmaxOfRows": "softmax_rows(M)", "SoftmaxOfColumns": "softmax_cols(M)", "NuclearNorm": "norm_nuc(M)",
    "SpectralNorm": "norm_spec(M)", "Polar": "polar(M)", "LeftSingular": "left_singular(M)",
    "RightSingular": "right_singular(M)", "LargestEigenvector": "eigvec_max(E)", "SmallestEigenvector": "eigvec_min(E)",
}  # fmt: skip
STATED = {name: cls for name, cls in OPERATORS.items() if cls.bounds and cls.__module__.startswith("matdiff.")}


TOLD = [n for n, c in OPERATORS.items() if issubclass(c, Entrywise) and (c.bounds or c.increasing)]


@pytest.mark.parametrize("name", TOLD)
def test_bounds_and_growth_of_entrywise_functions_hold(name: str) -> None:
    cls = OPERATORS[name]
    assert issubclass(cls, Entrywise)
    parameters = [np.full((1, 1), float(Fraction(p))) for p in cls.parameters]
    with np.errstate(all="ignore"):
        values = np.array([cls.numpy(np, np.full((1, 1), t), *parameters).item() for t in GRID])
    values = values[np.isfinite(values)]
    assert len(values) > 50
    if cls.bounds:
        bounds = iv.from_text(cls.bounds)
        assert float(bounds.low) <= values.min()
        assert values.max() <= float(bounds.high)
        if not bounds.open_low:  # a bound that belongs to the values is taken, or nearly so on the grid
            assert values.min() == pytest.approx(float(bounds.low), abs=0.2)
    if cls.increasing:
        assert (np.diff(values) >= 0).all()


@pytest.mark.parametrize("inner", ["tanh(x)", "-abs(x)", "sigmoid(x)", "-sigmoid(x)", "x.^2", "1 + x.^2", "-1 - x.^2"])
@pytest.mark.parametrize("name", [n for n in TOLD if OPERATORS[n].increasing])  # type: ignore[attr-defined]
def test_an_increasing_function_of_bounded_numbers_reaches_no_more_than_is_said(name: str, inner: str) -> None:
    """Also bounds that are said not to be reached, which a function that is constant in places does reach."""
    e = matdiff.parse(f"{OPERATORS[name].names[0]}({inner})", "x: n")
    interval = BothSigns().entries(e).interval
    found = np.asarray(matdiff.evaluate(e, {"x": np.linspace(-2, 2, 41)}, allow_nan=True))
    for value in found[np.isfinite(found)]:
        assert holds(interval, Fraction(float(value))), (interval, value)


def test_bounds_of_all_other_operators_hold() -> None:
    bases = {"Eigenvector", "NormOfSingularValues", "OneHot", "SoftmaxOfLines"}
    assert {n for n, c in STATED.items() if not issubclass(c, Entrywise)} == set(OTHERS) | bases
    for name, text in OTHERS.items():
        e = matdiff.parse(text, WHERE)
        assert any(type(n).__name__ == name for n in postorder(e)), name
        claims_hold([e], e, trials=3)


# ---- intervals --------------------------------------------------------------------------------------

INTERVALS = [iv.from_text(t) for t in ("(0, 1)", "[−2, 3)", "(−∞, −1]", "[0, ∞)", "(1/2, 4]", "[0, 0]", "(−∞, ∞)")]


def members(a: iv.Interval) -> list[Fraction]:
    """Some numbers of an interval, its bounds among them where they belong to it."""
    low = max(a.low, Fraction(-50))
    high = min(a.high, Fraction(50))
    inner = [Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(k, 7) for k in range(1, 7)]
    ends = [Fraction(b) for b, is_open in ((a.low, a.open_low), (a.high, a.open_high)) if not is_open]
    return [*inner, *ends] if low != high else [Fraction(low)]


def holds(a: iv.Interval, t: Fraction) -> bool:
    """Whether a number is in an interval."""
    above = t > a.low or (t == a.low and not a.open_low)
    return above and (t < a.high or (t == a.high and not a.open_high))


@pytest.mark.parametrize("a", INTERVALS)
@pytest.mark.parametrize("b", INTERVALS)
def test_operations_on_intervals_hold_all_results(a: iv.Interval, b: iv.Interval) -> None:
    for s in members(a):
        assert holds(iv.minus(a), -s)
        assert holds(iv.hull(a, b), s)
        for k in (2, 3, 4, -1, -2, -3):
            assert (k < 0 and s == 0) or holds(iv.power(a, Fraction(k)), s**k)
        for t in members(b):
            assert holds(iv.plus(a, b), s + t)
            assert holds(iv.times(a, b), s * t)


def test_bounds_that_are_not_reached_stay_open() -> None:
    zero_to_one = iv.from_text("(0, 1)")
    assert str(iv.times(zero_to_one, iv.plus(iv.ONE, iv.minus(zero_to_one)))) == "(0, 1)"
    assert str(iv.plus(iv.ONE, iv.minus(iv.power(iv.from_text("(−1, 1)"), Fraction(2))))) == "(0, 1]"
    assert str(iv.reciprocal(iv.from_text("[1, ∞)"))) == "(0, 1]"
    assert str(iv.times(iv.from_text("[0, 1)"), iv.POSITIVE)) == "[0, ∞)"
    assert iv.power(iv.REAL, Fraction(2)) == iv.NONNEGATIVE
    assert iv.mapped(iv.from_text("[2, ∞)"), lambda t: inf if t == inf else float(t) ** 0.5).low < Fraction(2**0.5)


# ---- sharing, depth, pages --------------------------------------------------------------------------


def test_long_and_deep_matrices_are_refused_politely() -> None:
    n = size("n")
    a = Symbol("A", (n, n), ("symmetric",))
    deep: Expr = a
    for _ in range(5_000):
        deep = Hadamard(Sum(deep, a), a)
    assert certificate(deep) is None
    wide = Sum.of(*[Symbol(f"S{k}", (n, n), ("psd",)) for k in range(400)])
    found = certificate(wide)
    assert found is not None
    assert found.kind == PSD


def test_a_certificate_of_any_symmetric_matrix() -> None:
    e = matdiff.parse("[A'*A, A'*B; B'*A, B'*B + c*eye(p)]", "A: m x n; B: m x p; c: scalar positive")
    found = certificate(e)
    assert found is not None
    assert found.kind == PSD
    assert not refutation(found.kind, e, e)
    assert certificate(matdiff.parse("A*B", "A, B: n x n")) is None
    assert str(certificate(matdiff.parse("kron(S, diag(exp(x))) .* T", "S: n x n spd; x: n; T: n*n x n*n spd"))) == (
        "positive definite: S ≻ 0 (declared); every entry of exp(x) > 0 (values of exp); "
        "diag(exp(x)) ≻ 0 (its entries on the diagonal); S ⊗ diag(exp(x)) ≻ 0 (A ⊗ B has the products of the "
        "eigenvalues); T ≻ 0 (declared); A ⊙ B ⪰ 0 for A, B ⪰ 0"
    )


def test_the_steps_lead_to_the_claim() -> None:
    known = hessian("sum(exp(A*x))", "x", "").certificate
    assert known is not None
    assert [c.text() for c in known.steps] == [
        "every entry of exp(Ax) > 0",
        "diag(exp(Ax)) ≻ 0",
        "Aᵀdiag(exp(Ax))A ⪰ 0",
    ]


def test_the_page_the_latex_and_the_json_say_it(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["hessian", "sum(exp(A*x))", "--wrt", "x", "--steps", "none"]
    assert main(arguments) == 0
    page = capsys.readouterr().out.splitlines()
    row = next(k for k, line in enumerate(page) if "∂²f" in line)
    assert page[row + 1].strip().startswith("positive semidefinite, so f is convex: every entry of exp(Ax) > 0")
    assert main([*arguments, "--format", "latex"]) == 0
    latex = capsys.readouterr().out
    assert r"\text{positive semidefinite, so f is convex:}" in latex
    assert r"\text{$A^{\top}DA$ with $D \succeq  0$}" in latex
    assert main([*arguments, "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)["certificate"]
    assert record["kind"] == PSD
    assert record["conclusion"] == "f is convex"
    assert record["steps"][-1] == {"claim": "Aᵀdiag(exp(Ax))A ⪰ 0", "reason": "AᵀDA with D ⪰ 0"}
    assert main(["hessian", "x'*A*x", "--wrt", "x", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["certificate"] is None
