"""Operators and checks where arrays on lists stand for NumPy, against the same with NumPy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def found() -> tuple[Any, Any]:
    """What is found on lists, and with NumPy."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent), "PYTHONIOENCODING": "utf-8"}
    commands = [[sys.executable, str(HERE / "samples.py"), arrays] for arrays in ("lists", "numpy")]
    running = [subprocess.Popen(c, env=environment, stdout=subprocess.PIPE, encoding="utf-8") for c in commands]
    lists, numpy = (json.loads(process.communicate()[0]) for process in running)
    return lists, numpy


def test_every_operator_means_the_same_on_lists(found: tuple[Any, Any]) -> None:
    lists, numpy = (side["values"] for side in found)
    assert len(numpy) > 100
    missing = {name for name, got in lists.items() if got == "numpy.linalg.eig"}
    assert missing == {"LargestEigenvalue", "SmallestEigenvalue"}  # of matrices that are not symmetric
    for name in numpy.keys() - missing:
        got, want = lists[name], numpy[name]
        if isinstance(want, str):
            assert got == want
        else:
            np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9, err_msg=name)


def test_the_examples_of_the_page_are_checked_on_lists(found: tuple[Any, Any]) -> None:
    lists, numpy = (side["verdicts"] for side in found)
    assert lists == numpy
    assert all(lists.values())
