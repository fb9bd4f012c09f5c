"""The files of the grammar folder, the grammar itself and the tables that are made of it and of the laws; the modules
of a package, by their names."""

from __future__ import annotations

import os
from collections.abc import Iterable


def grammar_path(name: str) -> str:
    """The grammar folder: inside the installed package, or beside it in a checkout."""
    package = os.path.dirname(__file__)
    for folder in (os.path.join(package, "grammar"), os.path.join(os.path.dirname(package), "grammar")):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return path
    return os.path.join(os.path.dirname(package), "grammar", name)


def read_text(path: str) -> str:
    """The text of a file of the grammar folder."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def modules(package: Iterable[str], prefix: str = "") -> list[str]:
    """The modules of a package's path that begin with a prefix, as source or as byte code alone."""
    files = (file for folder in package for file in os.listdir(folder) if file.endswith((".py", ".pyc")))
    return sorted({file.partition(".")[0] for file in files if file.startswith(prefix) and not file.startswith("_")})
