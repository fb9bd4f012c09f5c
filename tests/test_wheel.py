"""A built wheel, installed elsewhere, derives from outside the checkout: grammar and tables are in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import matdiff

ROOT = Path(__file__).resolve().parents[1]
BUILD_BACKEND = 77  # the setuptools that the project asks for
IGNORED = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "notebooks")

pytestmark = pytest.mark.slow


def run(*command: str | Path, **more: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return str(done.stdout)


def backend_is_installed() -> bool:
    try:
        return int(version("setuptools").split(".")[0]) >= BUILD_BACKEND
    except ModuleNotFoundError:
        return False


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=IGNORED)
    isolation = ["--no-build-isolation"] if backend_is_installed() else []
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "wheel", "--no-deps", *isolation, "-w", folder, source, cwd=folder)
    return next(folder.glob("matdiff-*.whl"))


def test_the_wheel_holds_the_grammar_and_the_marker_of_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for module in (ROOT / "matdiff").rglob("*.py"):
        assert module.relative_to(ROOT).as_posix() in names
    for data in (ROOT / "grammar").iterdir():
        if data.suffix in (".lark", ".table", ".py"):
            assert f"matdiff/grammar/{data.name}" in names
    found = [(ROOT / "matdiff").rglob(f"{folder}/*") for folder in ("static", "text")]
    for data in (*found, (ROOT / "matdiff").rglob("*.css")):
        assert {path.relative_to(ROOT).as_posix() for path in data} <= set(names)
    assert "matdiff/py.typed" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_an_unpacked_source_distribution_is_whole_and_passes_tests(tmp_path: Path) -> None:
    source = tmp_path / "source"
    hidden = shutil.ignore_patterns(".git", ".*_cache", "build", "dist", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=hidden)
    isolation = ["--no-isolation"] if backend_is_installed() else []
    run(sys.executable, "-m", "build", "--sdist", *isolation, "--outdir", tmp_path, source)
    with tarfile.open(next(tmp_path.glob("matdiff-*.tar.gz"))) as packed:
        packed.extractall(tmp_path, filter="data")
    unpacked = tmp_path / f"matdiff-{matdiff.__version__}"
    for folder in ("matdiff", "grammar", "tests", "notebooks"):
        wanted = {p.relative_to(source) for p in (source / folder).rglob("*") if p.is_file()}
        assert not {path for path in wanted if not (unpacked / path).is_file()}
    for name in ("README.md", "GUIDE.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "SECURITY.md", "LICENSE"):
        assert (unpacked / name).is_file()
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "PYTHONIOENCODING": "utf-8"}
    tests = ["tests/test_stated.py", "tests/test_law_book.py"]
    place = run(sys.executable, "-c", "import matdiff; print(matdiff.__file__)", cwd=unpacked, env=environment)
    assert Path(place.strip()).is_relative_to(unpacked)
    run(sys.executable, "-m", "pytest", "-q", *tests, cwd=unpacked, env=environment)


def test_the_wheel_derives_from_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    target = ["--target", site, "--no-deps", "--no-index", "--quiet"]
    run(sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *target, wheel)
    # The dependencies come from the environment of the tests; matdiff must not.
    import lark
    import numpy

    for dependency in (lark, numpy):
        found = Path(dependency.__file__ or "").parent
        for folder in (found, found.with_name(f"{found.name}.libs")):
            if folder.exists():
                (site / folder.name).symlink_to(folder)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"PYTHONIOENCODING": "utf-8"}
    where = run(python, "-c", "import matdiff; print(matdiff.__file__)", cwd=tmp_path, env=clean)
    assert Path(where.strip()).is_relative_to(site)
    command = [python, "-m", "matdiff.cli", "derive", "||Xw - y||^2", "--wrt", "w"]
    page = run(*command, cwd=tmp_path, env=clean)
    assert "2Xᵀ(Xw − y)" in page
    assert "checked:" in page
    assert "sin" in run(
        python, "-c", "import matdiff; print(matdiff.derive('sin(a)^2', 'a').gradient)", cwd=tmp_path, env=clean
    )
