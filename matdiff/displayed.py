"""What notebooks show typeset, whatever it is: a class says that it is Displayed, and the package how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar


class Displayed:
    """What has a form in HTML."""

    __slots__ = ()
    bundle: ClassVar[Callable[[Displayed], dict[str, str]]]  # which the package gives it

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """The forms that a notebook may choose from, by their types."""
        return Displayed.bundle(self)
