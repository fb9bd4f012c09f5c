"""Equality: true identities are proved by steps that hold, false ones refuted by numbers, and nothing false is proved.

The pairs stand in equalities.txt, what holds on some instances alone in traps.txt.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from fuzz import CHUNKS, in_chunks, seeds

import matdiff
from matdiff.algebra.expr import FUNCTIONS, Expr, postorder
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.rewriting import Rewriter
from matdiff.calculus.equality.normal_form import NORMAL, NormalForm
from matdiff.calculus.equality.proof import prove
from matdiff.cli import main
from matdiff.numeric.check import check_steps
from matdiff.numeric.comparison import compare

PAIRS = (Path(__file__).parent / "equalities.txt").read_text(encoding="utf-8")


class Pair(NamedTuple):
    left: str
    right: str
    where: str


def pairs(text: str) -> list[Pair]:
    rows = [row.split(" | ") for row in text.splitlines() if " | " in row and not row.startswith("#")]
    return [Pair(*row) for row in rows]


TRUE, FALSE = map(pairs, PAIRS.split("\n-----\n"))
TRAPS, PARTLY_TRUE = (Path(__file__).parent / "traps.txt").read_text(encoding="utf-8").split("\n-----\n")


def test_there_are_enough_pairs() -> None:
    assert len(TRUE) >= 60
    assert len(FALSE) >= 40


@pytest.mark.parametrize("pair", TRUE, ids=lambda p: f"{p.left} = {p.right}")
def test_a_true_identity_is_proved_by_steps_that_hold(pair: Pair) -> None:
    found = matdiff.equal(*pair)
    assert found.equal is True, found.message
    assert found
    assert found.proof is not None
    assert found.counterexample is None
    assert check_steps(found.proof.steps, [], trials=2)[1] is None
    assert compare(found.left, found.right).counterexample is None


@pytest.mark.parametrize("pair", FALSE, ids=lambda p: f"{p.left} = {p.right}")
def test_a_false_identity_is_refuted_with_numbers(pair: Pair) -> None:
    found = matdiff.equal(*pair)
    assert found.equal is False
    assert not found
    assert found.proof is None
    if found.left.shape != found.right.shape:
        assert "the left side is" in found.message
        return
    example = found.counterexample
    assert example is not None
    values = dict(example.values)
    difference = matdiff.evaluate(found.left - found.right, values)
    assert np.allclose(difference, np.asarray(example.left) - np.asarray(example.right))
    assert np.abs(difference).max() > 1e-6


@pytest.mark.parametrize("pair", FALSE, ids=lambda p: f"{p.left} = {p.right}")
def test_a_false_identity_has_no_proof(pair: Pair) -> None:
    found = matdiff.equal(*pair)
    assert found.left.shape != found.right.shape or prove(found.left, found.right) is None


@pytest.mark.parametrize("pair", TRUE, ids=lambda p: f"{p.left} = {p.right}")
def test_a_true_identity_times_two_on_one_side_is_not_proved(pair: Pair) -> None:
    found = matdiff.equal(*pair)
    wrong = found.right + 1 if found.right.number == 0 else 2 * found.right
    zero = type(found.right).__name__ == "Zeros"
    assert zero or prove(found.left, wrong) is None


# ---- what holds on some instances alone ----------------------------------------------------------------------


@in_chunks
def test_no_trap_is_called_true(chunk: int) -> None:
    traps = pairs(TRAPS)
    assert len(traps) > 190
    for pair in traps[chunk::CHUNKS]:
        found = matdiff.equal(*pair)
        assert not found, f"{pair}: {found.message}"
        assert found.equal is False or "undecided" in found.message


@pytest.mark.parametrize("row", [row for row in PARTLY_TRUE.splitlines() if row])
def test_it_is_said_where_both_sides_have_a_value(row: str) -> None:
    *pair, where = row.split(" | ")
    found = matdiff.equal(*pair)
    assert found
    assert f"where {where}; the " in found.message
    assert "defined elsewhere too" in found.message


def test_it_is_said_where_a_trap_is_true() -> None:
    found = matdiff.equal("sqrt(a^2*b)", "a*sqrt(b)", "a, b: scalar")
    assert found.message == "different: there is a counterexample; equal on samples where a > 0"


@pytest.mark.parametrize(
    "pair",
    [
        ("sqrt(a^2*b)", "abs(a)*sqrt(b)", "a, b: scalar"),
        ("chol(L*L')", "L*diag(sign(diag(L)))", "L: n x n lower"),
        ("A*pinv(A)*A", "A", "A: m x n"),
        ("adj(A)*A", "det(A)*eye(n)", "A: n x n"),
        ("norm_nuc(A)", "tr(sqrtm(A'*A))", "A: n x n"),
        ("det(expm(A))", "exp(tr(A))", "A: n x n"),
        ("(A + B)^3 - A^3 - B^3", "A*A*B + A*B*A + B*A*A + A*B*B + B*A*B + B*B*A", "A, B: n x n"),
        ("arctan(tan(arctan(a)))", "arctan(a)", "a: scalar"),
        ("softmax(x + a)", "softmax(x)", "x: n; a: scalar"),
    ],
)
def test_what_is_true_everywhere_is_not_refuted_far_from_one(pair: tuple[str, str, str]) -> None:
    found = matdiff.equal(*pair)
    assert found, found.message
    assert "where" not in found.message


# ---- what is said -------------------------------------------------------------------------------------------


def test_what_is_true_without_a_proof_is_called_so() -> None:
    found = matdiff.equal("lambda_max(A + a*eye(n))", "lambda_max(A) + a", "A: n x n symmetric; a: scalar")
    if found.equal is None:
        assert found.message == "equal on 5 random instances, no proof"
        assert found
        assert found.trials == 5
    assert found.counterexample is None


def test_undeclared_symbols_get_shapes_that_suit_both_sides() -> None:
    found = matdiff.equal("X'X w - X'y", "X'(X w - y)")
    assert found.equal
    assert [str(s) for s in found.left.shape] == [str(s) for s in found.right.shape]
    assert matdiff.equal("w'y", "0").equal is False


def test_different_shapes_are_different() -> None:
    found = matdiff.equal("x*x'", "x'*x", "x: n")
    assert found.equal is False
    assert found.message == "different: the left side is n×n, the right side is scalar"


def test_expressions_and_texts_are_compared() -> None:
    x = matdiff.parse("x", "x: n")
    assert matdiff.equal(x.T * x, "‖x‖²").equal
    assert matdiff.equal("sum(x.^2)", x.T * x).equal
    assert matdiff.equal(x.T * x, x.T * x).equal


def test_properties_are_used_and_hold_in_counterexamples() -> None:
    assert matdiff.equal("x'A y", "y'A x", "A: n x n symmetric; x, y: n").equal
    found = matdiff.equal("A*B", "B*A", "A, B: n x n spd")
    assert found.counterexample is not None
    a = np.array(found.counterexample.values["A"])
    assert np.allclose(a, a.T)
    assert np.linalg.eigvalsh(a).min() > 0


def test_what_cannot_be_read_is_an_error() -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.equal("x +", "y")
    with pytest.raises(matdiff.MatdiffError):
        matdiff.equal("A*B", "A*B", "A: m x n; B: m x n")


def test_a_condition_of_a_law_is_said() -> None:
    found = matdiff.equal("log(det(A))", "logdet(A)", "A: n x n")
    assert found.equal
    assert found.proof is not None
    assert "valid where" in found.to_text()


def test_long_and_deep_expressions_come_to_an_end() -> None:
    deep = matdiff.parse("a", "a: scalar")
    for _ in range(4_000):
        deep = FUNCTIONS["sin"].of(deep)
    assert matdiff.equal(deep, deep).equal
    factors = " * ".join(f"(a{k} + b{k})" for k in range(14))
    assert matdiff.equal(factors, factors.replace("a0 + b0", "b0 + a0")).equal
    where = "; ".join(f"a{k}, b{k}: scalar" for k in range(14))
    assert matdiff.equal(factors, factors.replace("a0 + b0", "a0 - b0"), where).equal is False


# ---- the command --------------------------------------------------------------------------------------------


def test_the_command_answers_by_its_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["equal", "tr(A B)", "tr(B A)"]) == 0
    assert "equal, proved" in capsys.readouterr().out
    assert main(["equal", "A B", "B A", "--where", "A, B: n x n"]) == 1
    out = capsys.readouterr().out
    assert "different: there is a counterexample" in out
    assert "left side" in out
    assert main(["equal", "A B", "B +"]) == 2
    assert "matdiff:" in capsys.readouterr().err


def test_the_command_writes_json_and_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["equal", "(A B)'", "B'A'", "--format", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["equal"] is True
    assert content["proof"]["steps"]
    assert main(["equal", "A B", "B A", "--where", "A, B: n x n", "--format", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert set(content["counterexample"]) == {"values", "left", "right"}
    assert main(["equal", "tr(A(B + C))", "tr(B A) + tr(A C)", "--steps", "full"]) == 0
    assert "From the left side" in capsys.readouterr().out


# ---- random law applications --------------------------------------------------------------------------------


@cache
def known() -> list[Expr]:
    """Both sides of the equalities."""
    return [e for found in (matdiff.equal(*p) for p in TRUE) for e in (found.left, found.right)]


def rewritten(e: Expr, draw: Random) -> Expr:
    """The expression after a few random applications of laws at random places."""
    for _ in range(draw.randint(1, 4)):
        options = [
            (node, after)
            for node in postorder(e)
            for table in (NORMAL, SIMPLIFICATIONS)
            for law in table.get(type(node), ())
            if (after := law.apply(node)) is not None and after is not node and not (node.free - e.free)
        ]
        if not options:
            break
        node, after = draw.choice(options)
        e = Rewriter(before=lambda n, node=node, after=after: after if n is node else None)(e)
    return e


@in_chunks
def test_an_expression_equals_itself_after_laws(chunk: int) -> None:
    for seed in seeds(120, chunk):
        draw = Random(seed)
        e = draw.choice(known())
        other = rewritten(e, draw)
        found = matdiff.equal(e, other)
        assert found.equal is not False, f"{seed}: {e} and {other}: {found.to_text()}"


@in_chunks
def test_nothing_false_is_proved(chunk: int) -> None:
    """Two expressions that differ in one leaf: a proof, where there is one, agrees with numbers."""
    for seed in seeds(300, chunk):
        draw = Random(seed)
        e = draw.choice(known())
        leaves = [n for n in postorder(e) if not (n.operands or n.free or getattr(n, "ranges", ()))]
        swaps = [
            (a, b) for a in leaves for b in leaves if a is not b and a.shape == b.shape and a.number is b.number is None
        ]
        if not swaps:
            continue
        a, b = draw.choice(swaps)
        other = Rewriter(lambda n, a=a, b=b: b if n is a else None)(e)
        if other.shape == e.shape and prove(e, other) is not None:
            assert compare(e, other).counterexample is None, (seed, str(e), str(other))


@pytest.mark.parametrize("pair", TRUE, ids=lambda p: f"{p.left} = {p.right}")
def test_the_normal_form_is_at_rest(pair: Pair) -> None:
    found = matdiff.equal(*pair)
    form, _ = NormalForm()(found.left)
    assert NormalForm()(form)[0] is form
