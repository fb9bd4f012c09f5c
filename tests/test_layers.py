"""Modules import only from the layers above them in the list of the design, and stay short."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "matdiff"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400
LONGEST_FUNCTION = 40

# What each layer may import from, without exceptions; a layer may always import from itself.
ALGEBRA = [
    "records",
    "displayed",
    "errors",
    "files",
    "opening",
    "algebra.dims",
    "algebra.fresh",
    "algebra.kinds",
    "algebra.laws",
    "algebra.letters",
    "algebra.memory",
    "regex",
    "version",
    "algebra.notation",
    "algebra.walks",
    "algebra.arithmetic",
    "algebra.nodes",
    "algebra.expr",
    "algebra.drawing",
    "algebra.assumptions",
    "algebra.constants",
    "algebra.relations",
    "algebra.operators",
    "algebra.reading_cost",
    "algebra.forms",
    "algebra.statements",
    "algebra.heads",
    "algebra.stated",
    "algebra.identities",
    "algebra.matching",
    "algebra.rewriting",
    "algebra.simplification",
]
MAY_IMPORT = {layer: set(ALGEBRA[: k + 1]) for k, layer in enumerate(ALGEBRA)}
MAY_IMPORT["algebra.dims"] = {"algebra.dims"}
MAY_IMPORT["recording"] = {*ALGEBRA, "recording"}
MAY_IMPORT["language"] = {*ALGEBRA, "recording", "language"}
MAY_IMPORT["recording.functions"] = {*ALGEBRA, "recording", "language", "recording.functions"}
MAY_IMPORT["calculus"] = {*ALGEBRA, "calculus"}
MAY_IMPORT["solving"] = {*ALGEBRA, "calculus", "solving"}
MAY_IMPORT["output"] = {*ALGEBRA, "calculus", "output"}
MAY_IMPORT["page"] = {*MAY_IMPORT["output"], "solving", "page"}
MAY_IMPORT["numeric"] = {*ALGEBRA, "language", "calculus", "output", "numeric"}
MAY_IMPORT["review"] = {*MAY_IMPORT["numeric"], "solving", "review"}
MAY_IMPORT["program"] = {*ALGEBRA, "calculus", "program"}
MAY_IMPORT["results"] = {*MAY_IMPORT["numeric"], "solving", "page", "program", "results"}
MAY_IMPORT["api"] = {*MAY_IMPORT["results"], "recording.functions", "review", "api"}
MAY_IMPORT["testing"] = {*MAY_IMPORT["api"], "testing"}
MAY_IMPORT["display"] = {*MAY_IMPORT["api"], "display"}
MAY_IMPORT["display.magic"] = {"errors", "results", "cli", "display.magic"}
MAY_IMPORT["web"] = {*MAY_IMPORT["display"], "web", ""}
MAY_IMPORT["docs"] = {*MAY_IMPORT["testing"], "display", "docs", ""}
MAY_IMPORT["services"] = {"errors", "version", "api", "review", "services"}
MAY_IMPORT["cli"] = {"errors", "records", "regex", "version", "page", "api", "web", "services", "cli"}
MAY_IMPORT["__main__"] = {"cli"}
MAY_IMPORT["wiring"] = {
    "algebra.expr",
    "algebra.heads",
    "algebra.laws",
    "algebra.stated",
    "algebra.statements",
    "display",
    "displayed",
    "language",
    "output",
    "numeric",
    "wiring",
}  # lower rooms are given upper ones
MAY_IMPORT[""] = {
    "records",
    "algebra.expr",
    "algebra.laws",
    "api",
    "display.magic",
    "errors",
    "opening",
    "results",
    "version",
    "wiring",
    "",
}
LAYERS = sorted(MAY_IMPORT, key=len, reverse=True)


def name_of(module: Path) -> str:
    parts = module.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(p for p in parts if p != "__init__")


def layer_of(name: str) -> str:
    """The layer of a module, by its name without the package."""
    return next(layer for layer in LAYERS if layer == "" or name == layer or name.startswith(layer + "."))


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def type_checking_only(tree: ast.Module) -> set[ast.AST]:
    blocks = [n for n in tree.body if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test)]
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return str(getattr(node.func, "attr", getattr(node.func, "id", "")))


def imports(module: Path) -> Iterator[str]:
    """The full names of the modules that a module imports when it runs."""
    tree = tree_of(module)
    skipped = type_checking_only(tree)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name} has a relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in KNOWN else node.module or ""
        elif isinstance(node, ast.Call) and called(node) == "import_module":
            name = ast.unparse(node.args[0])
            own = name.startswith("f'{__name__}.")  # a module of the package that it stands in
            yield from [] if own or module.name == "opening.py" else [str(ast.literal_eval(node.args[0]))]
        elif isinstance(node, ast.Call) and called(node) == "opener":  # what opening.py imports
            yield from ast.literal_eval(node.args[1])


IDS = [name_of(module) or "matdiff" for module in MODULES]
BY_NAME = {f"matdiff.{name_of(module)}".rstrip("."): module for module in MODULES}
KNOWN = set(BY_NAME)


@pytest.mark.parametrize("module", MODULES, ids=IDS)
def test_imports_go_one_way(module: Path) -> None:
    layer = layer_of(name_of(module))
    for imported in imports(module):
        if imported.split(".")[0] != "matdiff":
            continue
        assert layer_of(imported.removeprefix("matdiff").lstrip(".")) in MAY_IMPORT[layer], imported


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Those that nothing imports, and nothing but them, are taken away until none is left; a circle would stay."""
    left = {name: {i for i in imports(module) if i in KNOWN and i != name} for name, module in BY_NAME.items()}
    while free := [name for name in left if not any(name in needed for needed in left.values())]:
        for name in free:
            del left[name]
    assert not left


def test_no_module_of_matdiff_is_imported_by_its_name_as_a_text() -> None:
    calls = {m.relative_to(PACKAGE).as_posix() for m in MODULES if 'import_module("matdiff' in m.read_text("utf-8")}
    assert not calls


@pytest.mark.parametrize("module", MODULES, ids=IDS)
def test_nothing_heavy_is_imported_when_a_module_is(module: Path) -> None:
    for node in tree_of(module).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            heads = {name.split(".")[0] for name in names}
            assert "sympy" not in heads
            assert "dataclasses" not in heads
            if layer_of(name_of(module)) != "numeric":
                assert "numpy" not in heads


@pytest.mark.parametrize("module", MODULES, ids=IDS)
def test_modules_and_functions_are_short_and_begin_with_a_docstring(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    tree = tree_of(module)
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(tree) or not text.strip()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, node.name


@pytest.mark.parametrize("module", MODULES, ids=IDS)
def test_no_exception_is_swallowed(module: Path) -> None:
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert ast.unparse(node.type) not in ("Exception", "BaseException")
