"""Random programs of NumPy and PyTorch have the value that the library gives them, or are refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import matdiff
from fuzz import examples
from fuzz.arrays import INPUTS, SIZES, program
from matdiff.algebra.expr import symbols

REFUSED = 0.05  # of the programs at most


def value(text: str, library: str, inputs: dict[str, Any]) -> Any:
    """What the library makes of a program."""
    module = np if library == "numpy" else pytest.importorskip("torch")
    arrays = {name: a.copy() if library == "numpy" else module.tensor(a) for name, a in inputs.items()}
    names = {"np" if library == "numpy" else "torch": module} | arrays
    body, _, last = text.rpartition("\n")
    exec(body, names)
    return np.asarray(eval(last, names))


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_programs_have_the_value_that_the_library_gives(library: str) -> None:
    refused, tried = 0, examples(60)
    for seed in range(tried):
        text = program(seed, library)
        used = [name for name in INPUTS if re.search(rf"\b{name}\b", text)]
        rng = np.random.default_rng(seed)
        inputs = {name: rng.normal(size=[SIZES.get(s, 1) for s in INPUTS[name]]) for name in used}  # type: ignore[arg-type]
        where = {name: " x ".join(map(str, INPUTS[name])) or "scalar" for name in used}
        try:
            expected = value(text, library, inputs)
        except (RuntimeError, ValueError):  # an array that is stretched is not changed in place
            continue
        try:
            found = matdiff.parse(text, where, dialect=library)
        except matdiff.MatdiffError:
            refused += 1
            continue
        known = {s.name for s in symbols(found)}
        result = matdiff.evaluate(found, SIZES | {name: a for name, a in inputs.items() if name in known})
        np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-9, err_msg=text)
    assert refused < REFUSED * tried
