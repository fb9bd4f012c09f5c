"""Archives of modules as byte code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from matdiff.web.bytecode import compiled

SOURCES = {
    "part/__init__.py": 'def asked():\n    """Words."""\n    return [k + 1 for k in range(3)]\n\n\n'
    'class Kind:\n    """Said."""\n\n    def only(self):\n        "Words."\n',
    "part/data.txt": "as it is",
    "part/": "",
    "email/__init__.py": "",
}


def archive(folder: Path, optimize: int) -> Path:
    made = folder / f"modules{optimize}.zip"
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in SOURCES.items():
            packed.writestr(name, content)
    compiled(str(made), optimize)
    return made


def test_modules_are_byte_code_and_the_rest_is_kept(tmp_path: Path) -> None:
    packed = zipfile.ZipFile(archive(tmp_path, 0))
    assert packed.namelist() == ["part/__init__.pyc", "part/data.txt"]
    assert packed.read("part/data.txt") == b"as it is"


def test_an_archive_of_byte_code_is_imported_as_it_stands(tmp_path: Path) -> None:
    """Without the numbers of lines, and without what is said of functions; classes are listed by what they say."""
    for optimize, words in ((0, "Said."), (2, "None")):
        program = (
            "import part; print(part.asked(), part.Kind.__doc__, list(part.asked.__code__.co_lines()));"
            "assert not part.asked.__doc__ and not part.Kind.only.__doc__ and part.Kind().only() is None"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(archive(tmp_path, optimize))},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert (done.stderr, done.stdout) == ("", f"[1, 2, 3] {words} []\n")
