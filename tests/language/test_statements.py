"""Statements: left sides, the question in the text, conditions, chains."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.expr import symbols
from matdiff.language.formulas import is_formula


@pytest.mark.parametrize(
    ("text", "where", "means", "unknown"),
    [
        (r"\mathcal{L}_{\text{ML}}(\theta) = \|y - X\theta\|^2", None, "norm2(y - X*theta)^2", "theta"),
        (r"\log p(y \mid X, w) = -\|y - Xw\|^2", None, "-norm2(y - X*w)^2", "w"),
        ("D(A‖B) = tr(A inv(B))", None, "tr(A*inv(B))", "B"),
        (r"J(w;\lambda) \doteq \|Xw - y\|^2 + \lambda w^\top w", None, "norm2(X*w - y)^2 + lambda*w'*w", "w"),
        ("cost(θ) = ‖Aθ‖²", None, "norm2(A*theta)^2", "theta"),
        ("J(w) = ‖Xw − y‖² = (Xw − y)ᵀ(Xw − y)", None, "norm2(X*w - y)^2", "w"),
        (r"\frac{\partial}{\partial V} \operatorname{tr}(AV)", None, "tr(A*V)", None),
        (r"\frac{\partial \operatorname{tr}(AV)}{\partial V}", None, "tr(A*V)", None),
        ("∇_u ‖Cu − d‖²", None, "norm2(C*u - d)^2", None),
        ("d/dV tr(A V)", None, "tr(A*V)", None),
        (r"\underset{u}{\text{minimize}}\quad \|Cu - d\|^2", None, "norm2(C*u - d)^2", None),
        (r"\operatorname*{arg\,min}_{u \in \mathbb{R}^k} \|Cu - d\|^2", None, "norm2(C*u - d)^2", None),
        (r"\max_u\ c^\top u - u^\top Q u \quad \text{s.t. } u^\top u = 1", None, "c'*u - u'*Q*u", None),
        (r"\log\det V - \operatorname{tr}(SV), \quad V \succ 0", "S: n x n symmetric", "logdet(V) - tr(S*V)", "V"),
        ("uᵀBu, B = Bᵀ", None, "u'*B*u", "u"),
    ],
)
def test_statements(text: str, where: str | None, means: str, unknown: str | None) -> None:
    found = matdiff.derive(text, unknown, where)
    name = next(iter(found.gradients))
    declared = {"u'*B*u": "B: n x n symmetric", "logdet(V) - tr(S*V)": "V: n x n spd; S: n x n symmetric"}.get(means)
    wanted = matdiff.derive(means, name, declared)
    assert str(found.gradient) == str(wanted.gradient)


@pytest.mark.parametrize(
    ("text", "wrt", "message"),
    [
        ("A ≻ 0", "A", "condition"),
        ("s.t. xᵀx = 1", "x", "condition"),
        (r"\text{subject to } Ax = b", "x", "condition"),
        ("∇_w ‖Xw − y‖²", "y", "derivative by w"),
        (r"\nabla^2_w \|Xw\|^2", None, "second derivative"),
        ("J(w) = ‖Xw‖² = wᵀXᵀXw + 1", "w", "not the same"),
        (r"2 \partial x", "x", "derivative"),
        (r"2w : \mathrm{d}w", "w", "derivative"),
        (r"\frac{dy}{dx}", None, "unknown"),
    ],
)
def test_refusals(text: str, wrt: str | None, message: str) -> None:
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.derive(text, wrt)
    assert message in caught.value.message


def test_unknowns_in_one_text() -> None:
    assert list(matdiff.derive("tr(A B)", "A, B").gradients) == ["A", "B"]


def test_a_power_on_the_left_is_an_unknown() -> None:
    found = matdiff.derive(r"\ell(\mu, \sigma^{2}) = -n\ln(\sigma^2) - \frac{1}{\sigma^2}\sum_{i=1}^{n}(x_i - \mu)^2")
    assert found.notes == ("v stands for σ^{2}, and σ is its positive root",)
    at = {"mu": 0.5, "v": 2.0, "n": 3.0, "x": [1.0, -1.0, 2.0]}
    squares = 0.25 + 2.25 + 2.25
    assert matdiff.evaluate(found.gradients["σ^{2}"], at) == pytest.approx(-3 / 2 + squares / 4)
    assert matdiff.evaluate(found.gradients["mu"], at) == pytest.approx(2 * (2.0 - 1.5) / 2)


def test_a_definition_is_not_lost_when_its_name_gets_an_index() -> None:
    assert str(matdiff.parse("h = tanh(W x); h_t'h_t")) == "h = tanh(Wx); h[t]h[t]"


def test_an_argument_without_a_value_is_refused() -> None:
    with pytest.raises(matdiff.MatdiffError, match="A = x - b is no argument of loss"):
        matdiff.parse("loss(r) = sum(r.^2); loss(A = x - b)")


@pytest.mark.parametrize(
    ("text", "called", "notes"),
    [
        ("J(w) = ||X w - y||^2", ("J",), ()),
        (r"\ell(\mu) = \ln p(x|\mu) = -(x-\mu)^\top(x-\mu)", ("l", "log p"), ()),
        ("J(v) = w'w", ("J",), ("v of J(v) does not occur in the function",)),
        ("loss = np.sum(x)", ("loss",), ()),
        ("h = W x; s = h'h", ("s",), ()),
        ("f: X ↦ tr(X'X)", ("f",), ()),
        ("x'x", (), ()),
    ],
)
def test_what_the_text_calls_its_function_is_shown(text: str, called: tuple[str, ...], notes: tuple[str, ...]) -> None:
    found = matdiff.parse(text)
    assert found.called == called
    assert found.notes == notes


def test_the_page_begins_with_the_name_of_the_text() -> None:
    found = matdiff.derive("J(w) = ||X w - y||^2", "w")
    assert found.to_text("none").startswith("J = f(w) = ‖Xw − y‖²")
    assert r"J = f(w) &= " in found.to_latex("none")


def test_an_argument_on_the_left_stands_once() -> None:
    with pytest.raises(matdiff.MatdiffError, match="z stands twice on the left side"):
        matdiff.parse("k(z, z) = exp(-(z - y)'(z - y))")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("np.linlg.inv(S) @ x", "np.linlg is not a known module"),
        ("np.mean(X, axis=1, keepdims=Tru)", "keepdims is True or False"),
    ],
)
def test_words_of_code_are_known(text: str, message: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=message):
        matdiff.parse(text)


def test_a_set_has_a_count_of_its_own() -> None:
    text = r"\frac{1}{|\mathcal{B}|} \sum_{i \in \mathcal{B}} \|x_i - c\|^2"
    assert str(matdiff.parse(text)) == "(1/N_B)∑_{i=1}^{N_B} ‖x[i] − c‖²"
    assert matdiff.parse(text, "x[i=1..N_B]: n; c: n") is matdiff.parse(text)
    with pytest.raises(matdiff.MatdiffError, match="has other members as well"):
        matdiff.parse(text, "x[i=1..N]: n; c: n")


def test_an_invented_size_is_no_index_of_the_text() -> None:
    found = matdiff.parse(r"\sum_{n=1}^N \|t_n - B^\top\phi_n\|^2")
    assert "n" not in {name for s in symbols(found) for extent in s.shape for name in extent.names()}


@pytest.mark.parametrize(
    "text", ["tr(A'dX)", "x'A dx", r"\operatorname{tr}(A\,d\mathbf{X})", "2x'dx + dy", "d tr(AX)", "d(x'A x)"]
)
def test_a_differential_is_no_product(text: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match="is the differential of"):
        matdiff.parse(text)


def test_a_step_of_time_that_is_declared_is_a_name() -> None:
    e = matdiff.parse("‖x + dt v‖² + dx1", "x, v: n; dt, dx1: scalar")
    assert matdiff.evaluate(e, x=[1.0], v=[2.0], dt=0.5, dx1=3.0) == 7.0
    with pytest.raises(matdiff.MatdiffError, match="dx is the differential of x"):
        matdiff.parse("dt v'dx", "v: n; dt: scalar")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a x'x + cx'y + dy'y", "a*x'*x + c*x'*y + d*y'*y"),
        ("d + dx'x", "d + d*x'*x"),
        ("d tr(x y') - c x'y", "d*tr(x*y') - c*x'*y"),
    ],
)
def test_a_coefficient_d_is_a_number(text: str, same: str) -> None:
    where = "x: n; y: n; a: scalar; c: scalar"
    assert matdiff.parse(text, where) is matdiff.parse(same, f"{where}; d: scalar")


@pytest.mark.parametrize(
    "text", ["softmax(z)'*diag(w)*z", "tr(expm(W .* W)) - d", "norm2(W'*W - eye)^2", "alpha*A : B"]
)
def test_a_formula_alone_says_nothing_beside_itself(text: str) -> None:
    assert is_formula(text)


@pytest.mark.parametrize(
    "text", ["A diag", "S spd", "min_x x'x", "d/dx x'x", "D_x x'x", "n x n A", "x'x. Let A", "d X"]
)
def test_a_text_with_other_words_is_searched(text: str) -> None:
    assert not is_formula(text)
