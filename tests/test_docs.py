"""What the documents show is what the program does: README, guide, how to contribute, change log and notebooks."""

from __future__ import annotations

import ast
import doctest
import io
import json
import re
import shlex
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import matdiff
from matdiff.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "matdiff" / "docs" / "text").glob("*.md"))
NAMES = ("README.md", "GUIDE.md", "CONTRIBUTING.md", *TEXTS)
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in NAMES}
SCREENS = 160  # lines of three screens
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class Block(NamedTuple):
    """A fenced block of a page and the line it starts at."""

    page: str
    body: str
    line: int


def blocks(language: str) -> list[Block]:
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [
        Block(name, m[1], text.count("\n", 0, m.start()) + 1)
        for name, text in PAGES.items()
        for m in fence.finditer(text)
    ]


def commands(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block, each with the output that is shown below it."""
    parts = re.split(r"^\$ ", block.body, flags=re.MULTILINE)
    assert not parts[0].strip(), "a console block starts with a command"
    return [(command, output.rstrip()) for command, _, output in (part.partition("\n") for part in parts[1:])]


CONSOLE = [
    pytest.param(command, output, id=f"{block.page} line {block.line}: {command}")
    for block in blocks("console")
    for command, output in commands(block)
]
PYTHON = [pytest.param(block, id=f"{block.page} line {block.line}") for block in blocks("python")]


def test_the_readme_shows_commands_and_python() -> None:
    assert CONSOLE
    assert PYTHON


def comparable(page: str) -> list[str]:
    """The lines without the size of rounding errors, which depends on the machine."""
    page = re.sub(r"(relative error ≤|max_error=) ?[\d.e-]+", r"\1 …", page)
    return [line.rstrip() for line in page.rstrip().splitlines()]


@pytest.mark.parametrize(("command", "output"), CONSOLE)
def test_the_output_of_a_command_is_the_one_shown(
    command: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = shlex.split(command)
    assert program == "matdiff"
    with suppress(SystemExit):  # --help and --version
        main(arguments)
    captured = capsys.readouterr()
    assert comparable(captured.out + captured.err) == comparable(output)


@pytest.mark.parametrize("block", PYTHON)
def test_python_is_a_doctest_that_passes(block: Block) -> None:
    assert ">>> " in block.body
    names = {"matdiff": matdiff}
    test = doctest.DocTestParser().get_doctest(block.body, names, block.page, block.page, block.line)
    report = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    with redirect_stdout(report):
        runner.run(test, out=report.write)
    assert runner.summarize(verbose=False).failed == 0, report.getvalue()


def test_the_readme_is_short_and_what_it_links_to_is_there() -> None:
    assert len(README.splitlines()) <= SCREENS
    for name, text in PAGES.items():
        for target in re.findall(r"\]\((?!http)([^)#]+)", text):
            assert (ROOT / name).parent.joinpath(target).exists(), target


def test_the_sections_that_the_guide_lists_are_there() -> None:
    guide = PAGES["GUIDE.md"]
    listed = re.findall(r"^- \[(.+)\]\(#", guide, re.MULTILINE)
    assert listed == re.findall(r"^## (.+)$", guide, re.MULTILINE)


def test_the_readme_has_two_commands_under_install() -> None:
    section = README.split("## Install", 1)[1].split("\n## ", 1)[0]
    shells = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert len(shells) == 2
    assert "pip install" in shells[0]
    assert "matdiff derive" in shells[0]
    assert "pytest" in shells[1]


def test_the_change_log_names_the_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[?{re.escape(matdiff.__version__)}\b", changes, re.MULTILINE)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{matdiff.__version__}"' in project


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


def shown(outputs: list[dict[str, Any]]) -> list[str]:
    """What is stored below a cell beside its formulas: what it prints, and its value."""
    texts = [o.get("text") or o["data"]["text/plain"] for o in outputs if o["output_type"] != "display_data"]
    return comparable("".join(map("".join, texts)))


def run(cell: str, names: dict[str, Any]) -> list[str]:
    """What a cell shows now; a value that stands last is shown unless a semicolon stands behind it."""
    tree, printed = ast.parse(cell), io.StringIO()
    is_value = bool(tree.body) and isinstance(tree.body[-1], ast.Expr) and not cell.rstrip().endswith(";")
    last = ast.Expression(tree.body.pop().value) if is_value else None  # type: ignore[attr-defined]
    with redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(last, "cell", "eval"), names) if last else None
        if value is not None:
            print(repr(value))
    return comparable(printed.getvalue())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.name for path in NOTEBOOKS])
def test_a_notebook_says_what_it_is_stored_with(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    display = pytest.importorskip("IPython.display")
    monkeypatch.setattr(display, "display", lambda formula: None)
    names: dict[str, Any] = {}
    text = path.read_text(encoding="utf-8")
    for library in ("dask", "jax", "matplotlib"):
        if f"import {library}" in text:
            pytest.importorskip(library)
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code":
            assert cell["execution_count"], "the notebook is stored without its outputs"
            assert run("".join(cell["source"]), names) == shown(cell["outputs"])
