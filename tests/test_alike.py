"""Blocks that are alike: derived once, they say the same as derived one by one."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import matdiff
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.structure import Named
from matdiff.calculus import alike, gradient
from matdiff.calculus.alike import Alike

NEVER = sys.maxsize


def layers(step: str, last: str, n: int = 5, first: str = "x") -> str:
    """h1 = step of the first, h2 = step of h1, …, and a function of the last one."""
    steps = [step.format(k=k, h=first if k == 1 else f"h{k - 1}", odd="UW"[k % 2]) for k in range(1, n + 1)]
    return "; ".join([*(f"h{k} = {s}" for k, s in enumerate(steps, 1)), last.format(h=f"h{n}")])


PROGRAMS = {
    "a network": (layers("tanh(W{k}*{h} + b{k})", "norm2({h} - y)^2"), "W1, b2, x", "W1, W2, W3, W4, W5: n x n"),
    "layers of several sizes": (
        layers("sigmoid(W{k}*{h})", "norm2({h})^2", 4),
        "W1, x",
        "x: p; W1: n x p; W2: n x n; W3: n x n; W4: m x n",
    ),
    "spelt out": (layers("1 ./ (1 + exp(-(A*{h})))", "y'*{h}"), "x, A", "x, y: n; A: n x n"),
    "residuals": (layers("{h} + sigmoid(A*{h})", "norm2({h} - y)^2"), "x, A", "x, y: n; A: n x n"),
    "two weights in turn": (layers("tanh({odd}*{h} + A*x)", "sum({h})"), "W, x", "x: n; W, U, A: n x n"),
    "biases by ones": (layers("tanh(A*{h} + b*ones(1, p))", "sum({h} .* Y)", first="X"), "b, X", "X, Y: n x p; b: n"),
    "normalised": (layers("tanh(centering(n)*(A*{h}))", "sum({h}) + y'*{h}"), "x, A", "x, y: n; A: n x n"),
    "centred at last": (layers("A*{h} - mean(A*{h})*ones(n)", "ones(n)'*{h} + norm2({h})^2"), "x", "x: n; A: n x n"),
    "softmax": (layers("softmax(A*{h})", "ones(n)'*{h} + y'*log({h})"), "x, A", "x, y: n; A: n x n"),
    "softmax spelt out": (layers("exp(A*{h})/sum(exp(A*{h}))", "y'*{h}", 4), "x", "x, y: n; A: n x n"),
    "symmetric definitions": (layers("inv(S + {h}'*{h})", "tr(A*{h})", 4, "X"), "X", "S: n x n spd; X, A: n x n"),
    "symmetric or not": (
        "P = X*X'; Q = X*B; u = P*A; v = Q*A; tr(u'*B*v)",
        "A, X",
        "X, A, B: n x n",
    ),
    "a softmax or not": ("p = softmax(A*x); q = tanh(A*x); u = sum(p)*x; v = sum(q)*x; u'*v", "x", "A: n x n; x: n"),
    "centred or not": (
        "P = centering(n)*X; Q = A*X; u = tr(ones(n, n)*P*B); v = tr(ones(n, n)*Q*B); (v + 1)*u + v*y'*y",
        "B",
        "X, A, B: n x n; y: n",
    ),
    "a mean or not": (
        "s = 2*sum(x); t = 1/n*sum(x);"
        "u = (ones(n)'*(x - s*ones(n)))*(y'*B*y); v = (ones(n)'*(x - t*ones(n)))*(y'*B*y); u + v^2 + u*v",
        "B",
        "B: n x n; x, y: n",
    ),
    "known by a name or not": (
        "h = tanh(A*x); u = y'*tanh(A*x); v = y'*tanh(A*z); u*v + sum(h)",
        "x, z",
        "A: n x n; x, y, z: n",
    ),
    "known by a name or not when spelt out": (
        "h = sigmoid(A*x); u = y'*(1 ./ (1 + exp(-(A*x)))); v = y'*(1 ./ (1 + exp(-(A*z)))); u*v + sum(h)",
        "x, z",
        "A: n x n; x, y, z: n",
    ),
    "scalars": (layers("exp(-{h}*tr(B*X))", "log({h}^2 + 1)", first="tr(X)"), "X", "B, X: n x n"),
    "a symbol that is a size": (
        "h1 = n*tanh(A*x); h2 = m*tanh(A*h1); h3 = n*tanh(A*h2); h4 = m*tanh(A*h3); sum(h4)",
        "x",
        "x: n; A: n x n; n, m: scalar",
    ),
    "members": (
        "h1 = tanh(V[1]*x); h2 = tanh(V[2]*h1); h3 = tanh(V[3]*h2); norm2(h3)^2",
        "x, V[2]",
        "V[i=1..3]: n x n; x: n",
    ),
    "sums over an index": (
        layers("sum(i=1..N, a[i]*tanh(A*{h}))", "norm2({h})^2", 3),
        "x",
        "a[i=1..N]: scalar; x: n; A: n x n",
    ),
    "products without names": ("tr(" + "*".join(f"A{k}*X" for k in range(1, 8)) + ")", "X", "X: n x n"),
    "a long product": ("tr(" + "*".join(f"A{k}*X" for k in range(1, 41)) + ")", "X", "X: n x n"),
    "matrix functions": (layers("expm(A*{h})", "tr({h}*B)", 4, "X"), "X", "X, A, B: n x n"),
}


def where(text: str, program: str) -> str:
    """Declarations, with those of the matrices A1, A2, … that a program has."""
    more = [f"A{k}: n x n" for k in range(1, 41) if f"A{k}*" in program]
    biases = [f"b{k}: n" for k in range(1, 6) if f"b{k})" in program]
    vectors = ["x, y: n"] if biases else []
    return "; ".join([text, *more, *biases, *vectors])


@pytest.mark.parametrize("name", PROGRAMS)
def test_alike_or_one_by_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, unknowns, declared = PROGRAMS[name]
    found = []
    for many in (NEVER, 1):
        monkeypatch.setattr(gradient, "MANY", many)
        d = matdiff.derive(program, wrt=tuple(unknowns.split(", ")), where=where(declared, program))
        found.append((dict(d.gradients), d.to_text(steps="full"), d.to_latex(), d.to_json()))
    assert found[0] == found[1]
    assert d.verify().ok


@pytest.fixture
def reused(monkeypatch: pytest.MonkeyPatch) -> list[Expr]:
    """The blocks that are read off from others."""
    nodes: list[Expr] = []
    as_before = Alike._as_before

    def noted(self: Alike, kind: alike.Kind, these: list[Expr], name: str) -> alike.Derived | None:
        found = as_before(self, kind, these, name)
        nodes.extend(these[1:2] if found else [])
        return found

    monkeypatch.setattr(Alike, "_as_before", noted)
    monkeypatch.setattr(gradient, "MANY", 1)
    return nodes


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("a network", 1),
        ("residuals", 2),
        ("spelt out", 2),
        ("biases by ones", 2),
        ("softmax", 2),
        ("scalars", 2),
        ("a long product", 3),
    ],
)
def test_most_layers_are_not_derived(name: str, blocks: int, reused: list[Expr]) -> None:
    program, unknowns, declared = PROGRAMS[name]
    matdiff.derive(program, wrt=tuple(unknowns.split(", ")), where=where(declared, program))
    assert len(reused) >= blocks


def test_a_symbol_that_is_a_size_is_not_exchanged(reused: list[Expr]) -> None:
    program, unknowns, declared = PROGRAMS["a symbol that is a size"]
    matdiff.derive(program, wrt=unknowns, where=declared)
    assert not reused


# ---- what laws see of a definition ------------------------------------------------------------------

# The functions that look into definitions: the questions of matdiff.calculus.alike, what opens a definition and says
# so, those for which two definitions are equal just where they are one, and the walks, by which an answer writes out
# what it links.
LOOKING = {
    *("value_of", "seen_through", "columns_cancel", "is_symmetric", "_equals_its_transpose", "ends_differ"),
    *("postorder", "fold", "remade", "fact", "occurs", "_key", "is_shorter", "is_of_factors", "is_product"),
}


@pytest.fixture
def lookers(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The functions of the algebra that ask for the operands of a definition."""
    seen: set[str] = set()
    slot = Expr.__dict__["operands"]

    def operands(self: Any) -> tuple[Expr, ...]:
        frame = sys._getframe(1)
        while frame.f_code.co_name.startswith("<") and frame.f_back is not None:
            frame = frame.f_back
        if "/algebra/" in frame.f_code.co_filename.replace("\\", "/"):
            seen.add(frame.f_code.co_name)
        return tuple[Expr, ...](slot.__get__(self))

    monkeypatch.setattr(Named, "operands", property(operands), raising=False)
    return seen


def test_laws_do_not_look_into_definitions(lookers: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradient, "MANY", NEVER)
    for program, unknowns, declared in PROGRAMS.values():
        matdiff.derive(program, wrt=tuple(unknowns.split(", ")), where=where(declared, program))
    assert "value_of" in lookers  # the watching works
    assert lookers <= LOOKING
