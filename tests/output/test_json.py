"""Derivations as JSON: short ones as they are, long ones with their pieces written once."""

from __future__ import annotations

import json
import re

import matdiff


def network(n: int) -> matdiff.Derivation:
    layers = "; ".join(f"z{k} = sigmoid(W{k}*z{k - 1} + b{k})" for k in range(1, n + 1))
    where = {
        "x": "p",
        "y": "p",
        **{f"W{k}": "p x p" for k in range(1, n + 1)},
        **{f"b{k}": "p" for k in range(1, n + 1)},
    }
    return matdiff.derive(f"z0 = x; {layers}; norm2(z{n} - y)^2", "W1", where)


def test_the_steps_of_a_short_derivation_stand_for_themselves() -> None:
    found = matdiff.derive("||X w - y||^2", "w")
    content = json.loads(found.to_json())
    assert "pieces" not in content
    assert [step["before"] for step in content["steps"]] == [str(step.before) for step in found.steps]


def test_the_json_of_a_long_derivation_grows_with_its_length() -> None:
    short, long = (len(network(n).to_json()) for n in (60, 120))
    assert long < 2.3 * short


def test_every_piece_that_is_used_is_in_the_table() -> None:
    content = json.loads(network(60).to_json())
    pieces = content["pieces"]
    written = " ".join([*pieces.values(), *(step[side] for step in content["steps"] for side in ("before", "after"))])
    used = set(re.findall(r"t[₀-₉]+", written))
    assert used
    assert used | {"z₆₀", "δ_z₁"} <= set(pieces)
    assert max(len(text) for text in pieces.values()) < 200
