"""What the operators give on drawn values, and what the page says of its examples, as JSON.

With ``lists`` as its argument Python has no NumPy, and the arrays of matdiff stand in.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

if sys.argv[1:] == ["lists"]:
    sys.modules["numpy"] = None  # type: ignore[assignment]
    from matdiff.arrays import stand_in

    stand_in()

from numeric.test_laws import SAMPLED, unknowns

from matdiff.algebra.expr import Operator
from matdiff.errors import MatdiffError
from matdiff.numeric.draws import Draws
from matdiff.numeric.instances import Sampler
from matdiff.numeric.program import Program
from matdiff.web.answers import in_json
from matdiff.web.examples import EXAMPLES


def value(node: Operator) -> Any:
    """The value of an operator, what it lacks, or why it has none."""
    try:
        found: Any = Sampler(Program((node,)), unknowns(node)).instance(Draws(3)).values[-1].ravel().tolist()
    except ModuleNotFoundError as error:
        return error.name
    except MatdiffError as error:
        return error.message
    return found


def verdict(example: dict[str, str]) -> str:
    """What the page says of the check of an example, without the size of the error."""
    asked = {n: v.split(",") if n == "wrt" else v for n, v in example.items() if n != "title"}
    html = json.loads(in_json("answer", json.dumps(asked)))["html"]
    return "; ".join(re.findall(r"checked:[^<≤]*|should be", html))


if __name__ == "__main__":
    values = {name: value(node) for name, node in SAMPLED.items() if isinstance(node, Operator)}
    verdicts = {example["title"]: verdict(example) for example in EXAMPLES}
    print(json.dumps({"values": values, "verdicts": verdicts}))
