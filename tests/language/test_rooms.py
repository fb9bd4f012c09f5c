"""Rooms of the language are loaded when a text needs them: tables tell the truth, and a formula opens few."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pkgutil import walk_packages

import pytest

import matdiff.language
from matdiff.language import binding
from matdiff.language.formulas import is_bare
from matdiff.language.scopes import HANDLERS
from matdiff.language.typing import RULES, SPECIAL

TABLES = {"rules": RULES, "functions": SPECIAL, "names": HANDLERS}


@pytest.mark.parametrize("name", TABLES)
def test_every_entry_lies_where_it_is_announced(name: str) -> None:
    table = TABLES[name]
    for module in walk_packages(matdiff.language.__path__, "matdiff.language."):
        if not module.name.startswith("matdiff.language.dialects"):  # which are loaded for code alone
            import_module(module.name)
    own = {key for key, function in table.made() if function.__module__.startswith("matdiff.language.dialects")}
    own |= {key for key, _ in table.made() if name == "names" and key in ("NAME", "subscript", "big_sum")}
    assert table.homes.keys() == {key for key, _ in table.made()} - own
    for key, home in table.homes.items():
        function = table[key]
        assert function.__module__ == home, key
    assert binding.HANDLERS is HANDLERS


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("||X w - y||^2", True),
        ("log(det(X)) + tr(A*X)", True),
        ("x'A x/2 - b'x", True),
        ("norm of x", False),
        ("x'(t) A x(t)", False),
        ("the trace of X", False),
        ("f = x'x", False),
        ("x'x, x > 0", False),
        ("d(x'x)", False),
        ("minimise x'x", False),
        ("∑_i x_i", False),
    ],
)
def test_a_bare_text_says_nothing_but_its_formula(text: str, bare: bool) -> None:
    assert is_bare(text) is bare


def test_least_squares_open_no_room_that_they_do_not_need() -> None:
    ask = "import sys, matdiff; str(matdiff.derive('||X w - y||^2', 'w').gradient); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    spared = {
        *("algebra.identities." + m for m in ("kronecker", "softmax", "convolution", "cholesky", "slices")),
        *("algebra.operators." + m for m in ("convolution", "resampling", "spectral", "extremes")),
        *("language." + m for m in ("statements", "questions", "likelihoods", "spoken", "sums", "habits", "blocks")),
        *("calculus." + m for m in ("alike", "parts", "recurrences", "hessian")),
    }
    assert not {f"matdiff.{m}" for m in spared} & set(found)
