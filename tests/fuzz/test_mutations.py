"""A law that is wrong is noticed by the check of a derivation that applies it, whatever is wrong with it."""

from __future__ import annotations

import matdiff
from fuzz import CHUNKS, in_chunks
from fuzz.mutations import MUTATIONS, law_named, mutated, uses
from matdiff.errors import MatdiffError

LAWS = 195  # of d and of traces, that the derivations apply
CHANGING = 0.7  # the share of the changes that change an answer: of a number there is no transpose


def outcome(name: str, kind: str) -> str:
    """What comes of a changed law: the same answer, a refusal, or a wrong answer that is noticed or not."""
    f, unknown = uses()[name]
    right = matdiff.derive(f, unknown).gradient
    try:
        with mutated(law_named(name), MUTATIONS[kind]):
            wrong = matdiff.derive(f, unknown)
            if wrong.gradient is right:
                return "same"
            is_noticed = not wrong.verify(trials=2).ok
    except MatdiffError:
        return "refused"
    if is_noticed:
        return "noticed"
    return "same" if matdiff.equal(wrong.gradient, right).equal is not False else "not noticed"


@in_chunks
def test_every_law_that_is_changed_is_noticed(chunk: int) -> None:
    assert len(uses()) >= LAWS
    found = {(name, kind): outcome(name, kind) for name in list(uses())[chunk::CHUNKS] for kind in MUTATIONS}
    assert not [change for change, what in found.items() if what == "not noticed"]
    assert sum(what == "noticed" for what in found.values()) >= CHANGING * len(found)
