"""The plugin of pytest: a fixture ``matdiff_assert`` with the assertions on derivatives."""

from __future__ import annotations

from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def matdiff_assert() -> ModuleType:
    """The module ``matdiff.testing``: ``matdiff_assert.assert_gradient(f, gradient, where="x: n")``."""
    import matdiff.testing

    return matdiff.testing
