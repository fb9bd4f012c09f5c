"""The page as files that any server of files can show: Python runs in the browser, and nothing is sent anywhere.

    python -m matdiff.web build DIR

Pyodide comes from npm, or from a folder that has it, and compiles the modules while node runs it.  NumPy is not part
of it: numbers, those of the checks among them, are computed by matdiff.arrays, and the page says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from zlib import compress, crc32

from matdiff.errors import MatdiffError
from matdiff.web.server import FILES, STATIC

PYODIDE = "pyodide@314.0.7"
PYTHON = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
PACKAGES = ("matdiff", "matdiff.grammar", "latex2mathml")  # the table of the grammar is there, so lark is not needed
UNASKED = ("matdiff/cli/", "matdiff/docs/", "matdiff/services/", "matdiff/testing/", "matdiff/web/static/")
LIGHTER = {  # what makes a package load clients of the web and of mail, for its version and what is not asked of it
    "latex2mathml/__init__.py": (b"from importlib import metadata\n\n__version__ = metadata.version(", b"str("),
    "latex2mathml/converter.py": (b"from xml.sax.saxutils import unescape", b"from html import unescape"),
}


def build(folder: Path, pyodide: Path | None = None) -> None:
    """Writes the page into a folder; *pyodide* is a folder that has Pyodide, which else is fetched."""
    (folder / "python").mkdir(parents=True, exist_ok=True)
    for name, (path, _) in FILES.items():
        shutil.copyfile(path, folder / (name[1:] or "index.html"))
    shutil.copyfile(STATIC / "worker.js", folder / "worker.js")
    index = folder / "index.html"
    index.write_text(in_the_browser(index.read_text(encoding="utf-8")), encoding="utf-8")
    with zipfile.ZipFile(folder / "packages.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in files():
            packed.writestr(name, content)
    with tempfile.TemporaryDirectory() as passing:
        source = pyodide or fetched(Path(passing))
        for name in PYTHON:
            shutil.copyfile(source / name, folder / "python" / name)
    compile_all(folder)
    (folder / "offline.js").write_text(offline(folder), encoding="utf-8")


def offline(folder: Path) -> str:
    """What keeps the files of a page in the browser: their names, and a version that is theirs alone."""
    needed = [*FILES, "/worker.js", "/packages.zip", *(f"/python/{name}" for name in PYTHON)]
    paths = [*(f".{name}" for name in needed), "./index.html"]
    known = crc32("".join(paths).encode())
    for name in needed:
        known = crc32((folder / (name[1:] or "index.html")).read_bytes(), known)
    script = (STATIC / "offline.js").read_text(encoding="utf-8")
    script = script.replace("FILES = []", f"FILES = {json.dumps(paths)}")
    return script.replace('VERSION = ""', f'VERSION = "matdiff {known:08x}"')


def in_the_browser(html: str) -> str:
    """The page, told that it has no server."""
    return html.replace('<html lang="en">', '<html lang="en" data-python="worker.js">').replace(
        "Computed on this machine;", "Computed in your browser, numbers by matdiff's own arithmetic on lists;"
    )


def files() -> Iterator[tuple[str, bytes]]:
    """The files of the packages that Python needs, by their names there."""
    for name in PACKAGES:
        found = find_spec(name)
        if found is None or not found.submodule_search_locations:
            raise MatdiffError(f"the page needs {name}", suggestion='pip install "matdiff[html]"')
        root = Path(next(iter(found.submodule_search_locations)))
        for path in sorted(root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                there = f"{name.replace('.', '/')}/{path.relative_to(root).as_posix()}"
                if there.startswith(UNASKED) or path.suffix == ".md":
                    continue
                yield there, path.read_bytes().replace(*LIGHTER.get(there, (b"", b"")))


def fetched(folder: Path) -> Path:
    """Pyodide from npm."""
    if shutil.which("npm") is None:
        raise MatdiffError(
            "npm, which Pyodide is fetched with, is not installed", suggestion="Or name a folder: --pyodide"
        )
    subprocess.run(["npm", "pack", "--silent", PYODIDE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


def compile_all(folder: Path) -> None:
    """Puts byte code in place of the source of the modules, which takes Python two thirds of its time to begin."""
    if shutil.which("node") is None:
        raise MatdiffError("node, in which the modules of the page are compiled, is not installed")
    command = ["node", str(STATIC / "compile.mjs"), str(folder.resolve()), str(Path(__file__).with_name("bytecode.py"))]
    if (done := subprocess.run(command, capture_output=True, encoding="utf-8")).returncode:
        said = next((line for line in done.stderr.splitlines() if "Error" in line), done.stderr)
        raise MatdiffError(f"the modules of the page could not be compiled: {said.strip()[:200]}")


def packed(folder: Path) -> int:
    """How many bytes a visitor fetches, where the server packs what it sends."""
    return sum(len(compress(f.read_bytes(), 9)) for f in folder.rglob("*") if f.is_file())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command ``python -m matdiff.web build DIR``."""
    parser = ArgumentParser(prog="python -m matdiff.web", description="The page as files that any server can show.")
    parser.add_argument("what", choices=["build"])
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--pyodide", metavar="DIR", type=Path, help="a folder that has Pyodide; else it comes from npm")
    options = parser.parse_args(arguments)
    try:
        build(options.folder, options.pyodide)
    except MatdiffError as error:
        print(f"matdiff: {error}", file=sys.stderr)
        return 2
    print(f"{options.folder}: {packed(options.folder) / 1e6:.1f} MB, packed")
    return 0
