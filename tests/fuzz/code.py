"""Random calls of the functions of libraries, with arguments that fit and others, as text and the dialect it is in."""

from __future__ import annotations

import random

from matdiff.language.dialects import DIALECTS, functions

NAMES = sorted({*functions.TABLE, *functions.OF_TORCH, *functions.SPELT, *functions.INSTEAD})
MODULES = ("np", "np.linalg", "torch", "jnp", "F", "torch.nn.functional", "x", "A", "")
ARGUMENTS = (
    *("x", "y", "A", "A[0]", "x > 0", "2", "-1", "0", "1.5", "1e400", "True", "None", "()", "[]", "[]*2", "..."),
    *("[x]", "(x, y)", "[x, 2]", "[[x], [y]]", "[A, [x]]", "(2, 3)", "'ij'", "lambda t: t"),
)
OPTIONS = ("axis", "dim", "keepdims", "ord", "p", "reduction", "k", "dims", "axes", "side", "beta", "weight", "alpha")
AROUND = ("{}", "np.sum({})", "y @ {}", "{}.sum()", "s = {}; np.sum(s * x)", "np.sum(x*s), s = {}")


def call(seed: int) -> tuple[str, str | None]:
    """A text with a call in it, and the dialect in which it is read."""
    draw = random.Random(seed)
    positional = [draw.choice(ARGUMENTS) for _ in range(draw.randint(0, 3))]
    named = [f"{draw.choice(OPTIONS)}={draw.choice(ARGUMENTS)}" for _ in range(draw.choice((0, 0, 1, 2)))]
    name = ".".join(filter(None, [draw.choice(MODULES), draw.choice(NAMES)]))
    text = draw.choice(AROUND).format(f"{name}({', '.join([*positional, *named])})")
    return text, draw.choice((None, *DIALECTS))
