"""Any call of a public function gives a result, which can be shown and checked, or is refused with a MatdiffError."""

from __future__ import annotations

import time
import warnings

import pytest

import matdiff
from fuzz import in_chunks, seeds
from fuzz.calls import FUNCTIONS, call

PATIENCE = 20.0  # seconds of work for one call; it takes milliseconds


@in_chunks
def test_any_call_is_answered_or_refused(chunk: int) -> None:
    for seed in seeds(1200, chunk):
        called = call(seed)
        start, message = time.process_time(), "answered"
        try:
            with warnings.catch_warnings(action="ignore"):
                found = called.function(*called.arguments, **called.named)
                assert repr(found)
                for shown in ("to_text", "to_latex", "to_json"):
                    if hasattr(found, shown):
                        assert getattr(found, shown)()
        except matdiff.MatdiffError as error:
            message = str(error)
        except Exception as error:
            pytest.fail(f"{seed}: {called} raises {type(error).__name__}: {error}")
        assert 0 < len(message) < 3000, called
        assert time.process_time() - start < PATIENCE, f"{seed}: {called}"


def test_every_public_function_is_called() -> None:
    assert len({call(seed).function for seed in range(len(FUNCTIONS))}) == len(FUNCTIONS) > 20
    assert str(call(5)) == str(call(5))


CRASHED = {
    "declarations in a list, for a function without a text": lambda: matdiff.from_function(len, ["A: n x n", "x: n"]),
    "a recurrence alone": lambda: matdiff.parse("v[k+1] = A v[k] for k = 1..K"),
    "nothing, in code": lambda: matdiff.parse(" ", dialect="numpy"),
    "an empty tuple": lambda: matdiff.parse("()", dialect="numpy"),
    "None in code": lambda: matdiff.parse("x + None", dialect="numpy"),
    "a list in code": lambda: matdiff.parse("x @ []", dialect="numpy"),
    "a class as a function": lambda: matdiff.check_gradient("x'x", int),  # type: ignore[arg-type]
    "numbers as unknowns": lambda: matdiff.derive("x'x", range(3)),  # type: ignore[arg-type]
    "numbers as moments": lambda: matdiff.expectation("x'A x", {"x": (3,)}),  # type: ignore[dict-item]
    "nothing that is to be solved": lambda: matdiff.solve(" ", wrt="x"),
    "a complex start": lambda: matdiff.objective("x'A x", "x", fixed={"A": 1.0}, start=1j),
    "a start of words": lambda: matdiff.objective("x'x", "x", fixed={}, start="here"),
    "a start with rows of two lengths": lambda: matdiff.objective("x'x", "x", fixed={}, start=[[1.0], [2.0, 3.0]]),
    "an order of 5,000 digits": lambda: matdiff.taylor("x'x", "x", order=10**5000),
    "no unknown": lambda: matdiff.solve(matdiff.parse("x'x", "x: n")),
    "a value of 400 digits": lambda: matdiff.evaluate("x'x", {"x": 10**400}),
    "a number of 5,000 digits": lambda: matdiff.derive("x'x", 10**5000),  # type: ignore[arg-type]
    "a product of 6,000 digits": lambda: matdiff.derive("*".join(["1e99"] * 60) + "*x", "x"),
    "brackets as the name of a file": lambda: matdiff.lint("(" * 5000),
    "1e5000": lambda: matdiff.derive("1e5000*x", "x"),
}


@pytest.mark.parametrize("name", CRASHED)
def test_what_once_raised_another_error_is_read_or_refused(name: str) -> None:
    if name == "a recurrence alone":
        assert str(CRASHED[name]()) == "v[1] = v₁; v[k + 1] = Av[k] for k = 1..K; v[K + 1]"
    else:
        with pytest.raises(matdiff.MatdiffError):
            CRASHED[name]()
