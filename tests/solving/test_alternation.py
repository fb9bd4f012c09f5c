"""Alternating schemes and the envelope theorem, against NumPy and central differences on random data."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff
from matdiff.errors import MatdiffError

random = np.random.default_rng(17)
FACTORS = (
    "minimise ||Y - P Q'||^2 + c*||P||^2 + c*||Q||^2",
    ("P", "Q"),
    "Y: m x n; P: m x k; Q: n x k; c: scalar positive",
)


def test_a_factorisation_alternates_and_never_gets_worse() -> None:
    pytest.importorskip("scipy")
    scheme = matdiff.alternate(*FACTORS)
    assert repr(scheme) == "P ← YQ(cI + QᵀQ)⁻¹\nQ ← YᵀP(cI + PᵀP)⁻¹"
    assert scheme.monotone
    made = matdiff.code(scheme, check=False)
    assert not any(a.op == "inverse" for a in made._found.versions[0].program)
    y, q = random.normal(size=(6, 5)), random.normal(size=(5, 2))
    values = []
    for _ in range(5):
        p, q = made.function(*[{"Y": y, "Q": q, "c": 0.1}[n] for n in made.arguments])
        values.append(np.sum((y - p @ q.T) ** 2) + 0.1 * (np.sum(p**2) + np.sum(q**2)))
    assert values == sorted(values, reverse=True)


def test_the_page_and_the_command_tell_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    from matdiff.cli import main

    assert main(["solve", FACTORS[0], "--wrt", "P,Q", "--where", FACTORS[2], "--alternate"]) == 0
    shown = capsys.readouterr().out
    for said in ("P(cI + QᵀQ) = YQ", "P = YQ(cI + QᵀQ)⁻¹", "Q = YᵀP(cI + PᵀP)⁻¹", "never gets worse", "checked:"):
        assert said in shown
    assert main(["solve", "minimise x'x", "--wrt", "x", "--alternate"]) == 2
    assert r"P &= Y Q" in matdiff.alternate(*FACTORS).to_latex()


def test_what_has_no_closed_form_for_one_unknown_does_not_alternate() -> None:
    with pytest.raises(MatdiffError, match="transcendental"):
        matdiff.alternate("minimise ||exp(a)*b' - Y||^2", ("a", "b"), "Y: m x n; a: m; b: n")


ENVELOPES = {  # problem, unknown, declarations, data by which it is derived
    "ridge": ("minimise ||X w - y||^2 + c*||w||^2", "w", "X: m x n; w: n; y: m; c: scalar positive", ("c", "y", "X")),
    "constrained": ("minimise w'S w subject to F w = h", "w", "S: n x n spd; F: p x n; h: p; w: n", ("h", "F")),
    "a bound": ("maximise (m'w)/sqrt(w'S w)", "w", "S: n x n spd; m, w: n", ("m",)),
}  # fmt: skip


@pytest.mark.parametrize("case", ENVELOPES)
def test_the_optimal_value_changes_as_the_lagrangian_does(case: str) -> None:
    problem, unknown, where, data = ENVELOPES[case]
    found = matdiff.solve(problem, unknown, where)
    assert found.value is not None
    for name in data:
        assert matdiff.check_gradient(found.value, found.envelope(name), name).ok


def test_envelopes_are_of_data_and_need_multipliers() -> None:
    found = matdiff.solve("maximise w'S w subject to w'w = 1", "w", "S: n x n symmetric; w: n")
    with pytest.raises(MatdiffError, match="multipliers"):
        found.envelope("S")
    with pytest.raises(MatdiffError, match="w is no data"):
        found.envelope("w")
