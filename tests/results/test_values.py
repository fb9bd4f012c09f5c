"""Values that are asked for often: the code gives what the nodes give, and refuses what they refuse."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import matdiff
from matdiff import MatdiffError
from matdiff.numeric.evaluate import evaluate as by_nodes
from matdiff.numeric.functions import instance
from matdiff.results import values
from matdiff.results.values import question


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Code is written for the second value."""
    monkeypatch.setattr(values, "OFTEN", 1)
    question.cache_clear()
    yield
    question.cache_clear()


ALWAYS = [
    ("‖X w − y‖²", None),
    ("xᵀA x", "A: n x n symmetric"),
    ("sum(log(1 + exp(−y ⊙ (X w))))", None),
    ("2Xᵀ(X w − y)", None),
    ("A Bᵀ", None),
    ("Xᵀ", None),
    ("∑ᵢ (yᵢ − xᵢᵀw)² + λ ‖w‖²", "x[i=1..N]: d; y[i=1..N]: scalar; w: d; λ: scalar"),
    ("tanh(A x + b)", None),
    ("‖x‖ + sum(relu(x))", None),
    ("log a + a^(1/2)", "a: scalar positive"),
    ("log|S| + xᵀS⁻¹x", "S: n x n spd"),
]


@pytest.mark.parametrize(("text", "where"), ALWAYS)
def test_the_code_gives_the_value_of_the_nodes(text: str, where: str | None) -> None:
    e = matdiff.parse(text, where)
    shapes = set()
    for seed in range(4):
        given, _ = instance([e], matdiff.algebra.expr.symbols(e), seed)
        found, wanted = matdiff.evaluate(e, given), by_nodes(e, given)
        assert type(found) is type(wanted)
        assert np.shape(found) == np.shape(wanted)
        assert np.allclose(found, wanted, rtol=1e-9)
        shapes.add(tuple(np.shape(v) for v in given.values()))
    assert question(e).usual is not None
    assert question(e).count == 1  # the others came from the code
    assert len(shapes) > 1 or all(np.ndim(v) == 0 for v in given.values())


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("xᵀA⁻¹x", None),
        ("log a", "a: scalar"),
        ("a^(1/2)", "a: scalar"),
        ("sum(g(x))", "x: n"),
        ("(xᵀx)/(xᵀx)", None),
        ("A⁻¹A x", "A: n x n"),
        ("xᵢ²", "x[i=1..N]: scalar"),
    ],
)
def test_what_has_no_value_somewhere_goes_node_by_node(text: str, where: str | None) -> None:
    assert values.written(matdiff.parse(text, where)) is None


def test_where_there_is_no_value_it_is_said_however_often() -> None:
    e = matdiff.parse("(xᵀx)/(xᵀx)")
    for _ in range(4):
        with pytest.raises(MatdiffError, match="has no value here"):
            matdiff.evaluate(e, x=np.zeros(3))


def test_what_is_not_as_usual_is_answered_or_refused_as_ever() -> None:
    e = matdiff.parse("a ‖X w‖²", "a: scalar; X: m x n; w: n")
    X, w = np.arange(6.0).reshape(3, 2), np.array([1.0, -1.0])
    expected = 2 * float(((X @ w) ** 2).sum())
    for a in (2.0, 2, np.float64(2), np.array(2.0), [2.0]):
        assert matdiff.evaluate(e, X=X, w=w, a=a) == pytest.approx(expected)
    assert matdiff.evaluate(e, {"X": X.tolist(), "w": [1, -1], "a": 2, "unused": 3}) == pytest.approx(expected)
    assert question(e).usual is not None
    with pytest.raises(MatdiffError, match="there is no b"):
        matdiff.evaluate(e, X=X, w=w, a=2.0, b=1.0)
    with pytest.raises(MatdiffError, match="no value is given for a"):
        matdiff.evaluate(e, X=X, w=w)
    with pytest.raises(MatdiffError, match="length of 3"):
        matdiff.evaluate(e, X=X, w=np.ones(3), a=2.0)
    with pytest.raises(MatdiffError, match="axes"):
        matdiff.evaluate(e, X=w, w=w, a=2.0)
    with pytest.raises(MatdiffError, match="NaN"):
        matdiff.evaluate(e, X=X, w=np.array([np.nan, 1.0]), a=2.0)
    assert np.isnan(matdiff.evaluate(e, {"X": X, "w": np.array([np.nan, 1.0]), "a": 2.0}, allow_nan=True))
    assert matdiff.evaluate(e, X=X, w=w * 1e200, a=2.0) == np.inf


def test_a_property_is_asked_of_every_value() -> None:
    e = matdiff.parse("xᵀA x", "A: n x n symmetric")
    A, x = np.array([[2.0, 1.0], [1.0, 3.0]]), np.ones(2)
    for _ in range(3):
        assert matdiff.evaluate(e, A=A, x=x) == 7
    assert question(e).usual is not None
    with pytest.raises(MatdiffError, match="A is declared symmetric"):
        matdiff.evaluate(e, A=np.triu(A), x=x)


def test_arrays_of_32_bits_stay_so_and_nothing_is_shared() -> None:
    e = matdiff.parse("Xᵀ")
    X = np.arange(6.0).reshape(2, 3)
    for _ in range(3):
        found = matdiff.evaluate(e, X=X)
        assert not np.shares_memory(found, X)
    assert matdiff.evaluate(e, X=X.astype(np.float32)).dtype == np.float32


def test_no_warning_comes_from_the_code() -> None:
    e = matdiff.parse("sum(exp(x))")
    for _ in range(3):
        assert matdiff.evaluate(e, x=np.array([1.0, 1e4])) == np.inf  # pytest makes a warning an error


def test_numpy_says_nothing_of_an_overflow_and_is_asked_as_before(recwarn: pytest.WarningsRecorder) -> None:
    e, x, before = matdiff.parse("sum(exp(x))"), np.full(3, 1e3), np.geterr()
    for _ in range(3):
        assert matdiff.evaluate(e, x=x) == np.inf
    assert question(e).usual is not None
    assert not recwarn.list
    assert np.geterr() == before
    with np.errstate(over="raise"):
        assert matdiff.evaluate(e, x=x) == np.inf
        with pytest.raises(FloatingPointError):
            np.exp(x)


def test_a_text_is_read_once_and_anew_where_the_language_has_another_function(monkeypatch: pytest.MonkeyPatch) -> None:
    from matdiff.algebra.expr import FUNCTIONS
    from matdiff.api import values as asked

    texts: list[str] = []
    parse = asked.parse
    monkeypatch.setattr(asked, "parse", lambda text: texts.append(text) or parse(text))
    text = "sum(tanh(once))"
    for k in range(3):
        assert matdiff.evaluate(text, once=np.full(2, float(k))) == pytest.approx(2 * np.tanh(k))
    assert texts == [text]
    monkeypatch.setitem(FUNCTIONS, "tanh", FUNCTIONS["exp"])
    assert matdiff.evaluate(text, once=np.full(2, 1.0)) == pytest.approx(2 * np.e)
    assert texts == [text] * 2
