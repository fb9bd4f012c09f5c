"""Random tests: generators of expressions, texts, calls and changed laws, and the tests that use them.

What a generator gives depends on its seed alone, so that a run repeats the one before, and what a failure names is
found again.  MATDIFF_EXAMPLES is the number of examples of every random test, in place of the few of the normal run;
CONTRIBUTING.md says how to run many.
"""

from __future__ import annotations

import os

import pytest

CHUNKS = 6  # tests that share the seeds of a kind, so that processes share the work evenly
in_chunks = pytest.mark.parametrize("chunk", range(CHUNKS))


def examples(normal: int) -> int:
    """The number of examples of a random test: *normal* ones, or what the environment says."""
    return int(os.environ.get("MATDIFF_EXAMPLES", normal))


def seeds(normal: int, chunk: int) -> range:
    """The seeds of one chunk of a test that has *normal* of them in the normal run."""
    each = -(-examples(normal) // CHUNKS)
    return range(chunk * each, (chunk + 1) * each)
