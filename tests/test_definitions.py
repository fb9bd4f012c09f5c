"""Gradients with respect to definitions: the links of backpropagation, alone and together with parameters."""

from __future__ import annotations

import numpy as np
import pytest

import matdiff

NETWORK = "h1 = W1 x + b1; z1 = sigmoid(h1); h2 = W2 z1 + b2; −y'log(softmax(h2))"
WHERE = "y: p simplex"


def values() -> dict[str, np.ndarray]:
    draws = np.random.default_rng(3)
    return {
        "W1": draws.normal(size=(4, 3)),
        "b1": draws.normal(size=4),
        "x": draws.normal(size=3),
        "W2": draws.normal(size=(2, 4)),
        "b2": draws.normal(size=2),
        "y": np.array([0.3, 0.7]),
    }


def test_the_chain_of_a_network_link_by_link() -> None:
    derived = matdiff.derive(NETWORK, ("h2", "z1", "h1", "W1", "b1"), WHERE)
    v = values()
    h1 = v["W1"] @ v["x"] + v["b1"]
    z1 = 1 / (1 + np.exp(-h1))
    h2 = v["W2"] @ z1 + v["b2"]
    p = np.exp(h2) / np.exp(h2).sum()
    expected = {"h2": p - v["y"]}
    expected["z1"] = v["W2"].T @ expected["h2"]
    expected["h1"] = expected["z1"] * z1 * (1 - z1)
    expected["W1"] = np.outer(expected["h1"], v["x"])
    expected["b1"] = expected["h1"]
    for name, gradient in derived.gradients.items():
        assert np.allclose(matdiff.evaluate(gradient, v), expected[name], rtol=1e-10), name
    assert derived.verify().ok


@pytest.mark.parametrize("name", ["h1", "z1", "h2"])
def test_a_definition_alone_has_the_gradient_that_it_has_in_company(name: str) -> None:
    alone = matdiff.derive(NETWORK, name, WHERE)
    together = matdiff.derive(NETWORK, (name, "W1"), WHERE)
    assert alone.gradient is together.gradients[name]
    assert alone.verify().ok


def test_a_residual_connection_adds_its_contributions() -> None:
    derived = matdiff.derive("z = tanh(V x); h = W z + z; ‖h − y‖²", "z")
    assert derived.verify().ok
    gradient = matdiff.evaluate(
        derived.gradient, {"V": np.eye(2), "x": [1.0, 2.0], "W": [[0.0, 1.0], [2.0, 0.0]], "y": [0.0, 0.0]}
    )
    z = np.tanh([1.0, 2.0])
    w = np.array([[0.0, 1.0], [2.0, 0.0]]) + np.eye(2)
    assert np.allclose(gradient, 2 * w.T @ (w @ z))


def test_a_wrong_gradient_of_a_definition_is_refuted() -> None:
    derived = matdiff.derive(NETWORK, "h2", WHERE)
    derived.gradients = {"h2": 2 * derived.gradient}
    assert not derived.verify().ok
