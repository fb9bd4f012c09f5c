"""The page without a server: its files, and answers where Python has no NumPy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from matdiff.web import build
from matdiff.web.answers import in_json
from matdiff.web.bytecode import compiled

pytest.importorskip("latex2mathml")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    pyodide = tmp_path_factory.mktemp("pyodide")
    for name in build.PYTHON:
        (pyodide / name).write_text(name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "compile_all", lambda _: None)  # these files are no Python
        assert build.main(["build", str(folder), "--pyodide", str(pyodide)]) == 0
    return folder


def test_the_site_has_the_files_of_the_page_and_python(site: Path) -> None:
    html = (site / "index.html").read_text(encoding="utf-8")
    assert 'data-python="worker.js"' in html
    assert "Computed in your browser" in html
    needed = {*re.findall(r'(?:src|href)="([^"#]+)"', html), "worker.js", "packages.zip"}
    needed |= {f"python/{name}" for name in build.PYTHON}
    assert all((site / name).is_file() for name in needed)


def test_what_is_kept_for_a_page_without_a_network_is_all_of_it(site: Path) -> None:
    script = (site / "offline.js").read_text(encoding="utf-8")
    kept = set(json.loads(re.search(r"FILES = (\[.*?\])", script).group(1)))  # type: ignore[union-attr]
    there = {f"./{path.relative_to(site).as_posix()}" for path in site.rglob("*") if path.is_file()}
    assert kept == {*there, "./"} - {"./offline.js"}
    assert re.search(r'VERSION = "matdiff [0-9a-f]{8}"', script)
    before = build.offline(site)
    (site / "worker.js").write_text((site / "worker.js").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert build.offline(site) != before  # another page is kept under another name


def test_the_packages_hold_what_python_needs(site: Path) -> None:
    names = zipfile.ZipFile(site / "packages.zip").namelist()
    for name in (
        "matdiff/web/answers.py",
        "matdiff/grammar/expression.lark",
        "matdiff/grammar/expression.table",
        "latex2mathml/converter.py",
    ):
        assert name in names
    assert not any("__pycache__" in name or name.startswith(("tests", "matdiff/cli/")) for name in names)


BARE = """
import json, sys
sys.path.insert(0, sys.argv[1])
sys.modules["numpy"] = sys.modules["lark"] = None
from matdiff.web.answers import in_json
found = json.loads(in_json("answer", json.dumps({"kind": "gradient", "text": "x'A x", "wrt": ["x"]})))
print(sys.modules["latex2mathml.converter"].__file__, "<math" in found["html"])
print("∇_x f = (A + Aᵀ)x" in found["copies"]["text"])
print({"urllib.request", "http.client", "email", "importlib.metadata"} & set(sys.modules))
"""


@pytest.mark.parametrize("suffix", [".py", ".pyc"])
def test_the_packages_answer_by_themselves_and_load_no_client_of_the_web(
    site: Path, tmp_path: Path, suffix: str
) -> None:
    archive = shutil.copyfile(site / "packages.zip", tmp_path / "packages.zip")
    if suffix == ".pyc":
        compiled(str(archive))
    zipfile.ZipFile(archive).extractall(tmp_path)
    command = [sys.executable, "-X", "utf8", "-S", "-c", BARE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert not done.stderr
    where, answered, loaded = done.stdout.splitlines()
    assert where == f"{tmp_path / 'latex2mathml' / f'converter{suffix}'} True"
    assert answered == "True"
    assert loaded == "set()"


def test_the_worker_asks_what_there_is() -> None:
    script = (build.STATIC / "worker.js").read_text(encoding="utf-8")
    assert "from matdiff.web.answers import in_json" in script
    assert json.loads(in_json("read", json.dumps({"text": "x'x"})))["scalar"] is True


WITHOUT_NUMPY = """
import json, sys
sys.modules["numpy"] = None
from matdiff.web.answers import in_json
for kind in ("gradient", "hessian", "code", "solve"):
    print(in_json("answer", json.dumps({"kind": kind, "text": "x'x - b'x", "wrt": ["x"]})))
"""


def test_without_numpy_answers_are_given_and_said_not_to_be_checked() -> None:
    command = [sys.executable, "-X", "utf8", "-c", WITHOUT_NUMPY]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert not done.stderr
    gradient, hessian, code, solve = map(json.loads, done.stdout.splitlines())
    assert "not checked: numpy is not here" in gradient["html"]
    assert "∇_x f = 2x − b" in gradient["copies"]["text"]
    assert "not checked" in hessian["html"]
    assert "definite" not in hessian["html"]  # numbers have to bear that out
    assert "def f(x" in code["copies"]["code"]
    assert "numpy" in solve["error"]["message"]


@pytest.mark.parametrize("absent", ["npm", "node"])
def test_a_builder_that_lacks_a_tool_says_so(
    absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None if name == absent else name)
    monkeypatch.setattr(build, "fetched", build.fetched if absent == "npm" else lambda _: empty(tmp_path / "pyodide"))
    assert build.main(["build", str(tmp_path)]) == 2
    assert absent in capsys.readouterr().err


def empty(folder: Path) -> Path:
    """The files of Pyodide with nothing in them."""
    folder.mkdir()
    for name in build.PYTHON:
        (folder / name).touch()
    return folder


def test_files_that_are_no_pyodide_are_not_compiled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    command = ["build", str(tmp_path / "site"), "--pyodide", str(empty(tmp_path / "pyodide"))]
    assert build.main(command) == 2
    assert "could not be compiled" in capsys.readouterr().err
