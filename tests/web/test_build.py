"""The page without a server: its files, and answers where Python has no NumPy."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from matdiff.web import build
from matdiff.web.answers import in_json

pytest.importorskip("latex2mathml")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    pyodide = tmp_path_factory.mktemp("pyodide")
    for name in build.PYTHON:
        (pyodide / name).write_text(name)
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
    assert not any("__pycache__" in name or name.startswith("tests") for name in names)


BARE = """
import json, sys
sys.path.insert(0, sys.argv[1])
sys.modules["numpy"] = sys.modules["lark"] = None
from matdiff.web.answers import in_json
found = json.loads(in_json("answer", json.dumps({"kind": "gradient", "text": "x'A x", "wrt": ["x"]})))
print(sys.modules["latex2mathml.converter"].__file__, "<math" in found["html"])
print({"urllib.request", "http.client", "email", "importlib.metadata"} & set(sys.modules))
"""


def test_the_packages_answer_by_themselves_and_load_no_client_of_the_web(site: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(site / "packages.zip").extractall(tmp_path)
    command = [sys.executable, "-X", "utf8", "-S", "-c", BARE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)
    assert not done.stderr
    assert done.stdout.splitlines() == [f"{tmp_path / 'latex2mathml' / 'converter.py'} True", "set()"]


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


def test_a_builder_without_npm_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert build.main(["build", str(tmp_path)]) == 2
    assert "npm" in capsys.readouterr().err
