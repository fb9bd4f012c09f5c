"""The models of the project in all libraries: the same values, gradients and Hessians."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import matdiff

PATH = Path(__file__).parent.parent / "models.toml"
MODELS = {m["name"]: m for m in tomllib.loads(PATH.read_text(encoding="utf-8"))["model"]}
GIVEN = [name for name in MODELS if "open activation" not in name]  # a function that is not given has no code


def errors(model: dict[str, Any], backend: str, *outputs: str) -> float:
    """How far the code of a library is off for all unknowns of a model."""
    unknowns = list(model["gradients"])
    return matdiff.code(model["program"], unknowns, model["where"], backend, outputs, check=False).verify(seed=5)


@pytest.mark.parametrize("name", GIVEN)
def test_a_model_has_the_same_gradients_in_numpy_and_torch(name: str) -> None:
    pytest.importorskip("torch")
    assert errors(MODELS[name], "numpy", "value", "gradient") < 1e-6
    assert errors(MODELS[name], "torch", "value", "gradient") < 1e-6


@pytest.mark.parametrize("name", GIVEN[::5])
def test_a_model_has_the_same_gradients_in_jax(name: str) -> None:
    pytest.importorskip("jax")
    assert errors(MODELS[name], "jax", "value", "gradient") < 1e-6


@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_hessians_are_the_same_in_all_libraries(backend: str) -> None:
    if backend != "numpy":
        pytest.importorskip(backend)
    for name in GIVEN[::9]:
        for u in MODELS[name]["gradients"]:
            one = MODELS[name] | {"gradients": {u: ""}}
            assert errors(one, backend, "hessian") < 1e-6
