"""The command: what it prints, its exit statuses, and what is said about bad input."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import matdiff
from matdiff.algebra.laws import CATALOGUE
from matdiff.cli import main
from matdiff.cli.commands import COMMANDS
from matdiff.cli.parser import Parser
from matdiff.numeric.check import Verification

LEAST_SQUARES = ["derive", "||Xw - y||^2", "--wrt", "w"]


class Ran:
    """What a call of main left behind."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> Ran:
        try:
            status = main(arguments)
        except SystemExit as stop:  # argparse
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "matdiff.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=60)


# ---- answers ----------------------------------------------------------------------------------------


def test_a_process_derives_and_checks() -> None:
    done = process(*LEAST_SQUARES)
    assert done.returncode == 0
    assert not done.stderr
    assert "∇_w f = 2Xᵀ(Xw − y)" in done.stdout
    assert "checked:" in done.stdout
    assert "X: m×n   w: n   y: m" in done.stdout


def test_the_installed_command_is_the_same_program() -> None:
    command = Path(sys.executable).with_name("matdiff")
    if not command.exists():
        pytest.skip("matdiff is not installed as a command")
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    asked = [command, *LEAST_SQUARES]
    done = subprocess.run(asked, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=60)
    assert done.stdout == process(*LEAST_SQUARES).stdout


def test_levels_of_detail_differ_in_lines(run: Run) -> None:
    pages = {level: run(*LEAST_SQUARES, "--steps", level).out for level in ("full", "textbook", "none")}
    lengths = [len(pages[level].splitlines()) for level in ("full", "textbook", "none")]
    assert lengths == sorted(lengths, reverse=True)
    assert len(set(lengths)) == 3
    assert run(*LEAST_SQUARES).out == pages["textbook"]
    assert all("2Xᵀ(Xw − y)" in page for page in pages.values())
    assert "Differential" not in pages["none"]


def test_without_a_check_nothing_is_said_of_one(run: Run) -> None:
    page = run(*LEAST_SQUARES, "--no-check")
    assert page.status == 0
    assert "checked" not in page.out
    assert page.out.strip() in run(*LEAST_SQUARES).out


def test_several_unknowns_have_an_answer_each(run: Run) -> None:
    page = run("derive", "||Xw - y||^2", "--wrt", "w, X").out
    assert "∇_w f = 2Xᵀ(Xw − y)" in page
    assert "∇_X f = 2(Xw − y)wᵀ" in page


def test_declarations_are_echoed(run: Run) -> None:
    page = run("derive", "tr(S*A) + logdet(S)", "--wrt", "S", "--where", "S: d x d spd").out
    assert "S: d×d spd" in page
    assert "projected" in page
    assert "valid where" not in page  # what is spd is invertible


def test_latex_is_an_align_environment(run: Run) -> None:
    page = run(*LEAST_SQUARES, "--format", "latex")
    assert page.status == 0
    assert page.out.startswith("\\begin{align*}")
    assert page.out.rstrip().endswith("\\end{align*}")
    assert r"\nabla_{w} f &= 2 X^{\top} (X w - y)" in page.out
    whole = run(*LEAST_SQUARES, "--document").out
    assert whole.startswith("\\documentclass{article}")
    assert page.out in whole


def test_json_holds_the_derivation(run: Run) -> None:
    page = run(*LEAST_SQUARES, "--format", "json")
    content = json.loads(page.out)
    assert content["gradients"]["w"]["text"] == "2Xᵀ(Xw − y)"
    assert content["gradients"]["w"]["shape"] == "n"
    assert content["symbols"]["X"]["shape"] == "m×n"
    assert content["check"]["ok"] is True
    assert all(step["law"] in CATALOGUE for step in content["steps"])
    assert "check" not in json.loads(run(*LEAST_SQUARES, "--format", "json", "--no-check").out)


def test_laws_lists_the_catalogue(run: Run) -> None:
    page = run("laws")
    assert page.status == 0
    for law in matdiff.laws():
        assert law.name in page.out
        assert law.statement in page.out


def test_version_and_help(run: Run) -> None:
    version, used = run("--version").out.splitlines()
    assert version == f"matdiff {matdiff.__version__}"
    assert re.search(r"with Python 3\.\d+.*, lark .*, numpy ", used)
    for arguments in (["--help"], ["derive", "--help"]):
        page = run(*arguments)
        assert page.status == 0
        assert "examples:" in page.out
        assert 'matdiff derive "||Xw - y||^2" --wrt w' in page.out


def test_the_examples_of_the_help_run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.txt").write_text(MODEL, encoding="utf-8")
    (tmp_path / "src").mkdir()
    for name in ("paper.tex", "notes.md", "src/model.py"):
        (tmp_path / name).write_text('"""$x^T x$"""', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    lines = [line.strip() for line in run("--help").out.splitlines() if line.strip().startswith("matdiff ")]
    assert len(lines) >= 4
    for line in lines:
        assert run(*shlex.split(line)[1:]).status == 0, line


# ---- colours ----------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


MODEL = """W: m x n; x: n; b, y: m
h = W x + b
z = sigmoid(h)
‖z − y‖²
"""


def test_parse_says_how_a_text_is_read(run: Run) -> None:
    assert run("parse", "||Xw - y||^2").out == "‖Xw − y‖²        scalar\nX: m×n   w: n   y: m\n"
    assert run("parse", "X'w", "--where", "X: 3 x 2; w: 3").out == "Xᵀw        2\nX: 3×2   w: 3\n"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("ascii", "2*X'*(X*w - y)"),
        ("numpy", "2 * X.T @ (X @ w - y)"),
        ("latex", r"2 X^{\top} \left(X w - y\right)"),
    ],
)
def test_parse_writes_every_spelling_and_reads_it(run: Run, form: str, text: str) -> None:
    assert run("parse", "2Xᵀ(Xw − y)", "--format", form).out == text + "\n"
    assert run("parse", text, "--format", form).out == text + "\n"


def test_parse_as_json_has_every_spelling_and_shape(run: Run) -> None:
    content = json.loads(run("parse", r"\hat{x}^\top S \hat{x}", "--where", "S: d x d spd", "--format", "json").out)
    assert content["ascii"] == "x_hat'*S*x_hat"
    assert content["shape"] == "scalar"
    assert content["symbols"]["S"] == {"shape": "d×d", "properties": ["spd"], "ranges": []}


def test_a_model_is_read_from_a_file_and_from_standard_input(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.txt"
    path.write_text(MODEL, encoding="utf-8")
    from_file = run("derive", f"@{path}", "--wrt", "b", "--steps", "none")
    assert "2((z − y) ⊙ z ⊙ (1 − z))" in from_file.out
    monkeypatch.setattr(sys, "stdin", io.StringIO(MODEL))
    assert run("derive", "-", "--wrt", "b", "--steps", "none").out == from_file.out
    assert "cannot be read" in run("derive", "@no such file", "--wrt", "b").err
    function = "@jit\ndef f(x):\n    return jnp.sum(x**2)"  # a decorator, and no file
    assert "2x" in run("derive", function, "--wrt", "x", "--steps", "none").out


def test_the_spelling_can_be_forced(run: Run) -> None:
    assert run("parse", r"A\b", "--where", "A: n x n; b: n").out.startswith("A⁻¹b")
    assert run("parse", r"\tr(A)", "--dialect", "plain").status == 2
    assert run("parse", "x^T A x", "--dialect", "latex").out.startswith("xᵀAx")


def test_colours_appear_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    plain = run(*LEAST_SQUARES).out
    assert "\033" not in plain
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    assert main(LEAST_SQUARES) == 0
    assert "\033[" in screen.getvalue()
    assert re.sub(r"\033\[\d*m", "", screen.getvalue()) == plain


# ---- bad input --------------------------------------------------------------------------------------

BAD = [
    (["||Xw - y||^2", "--wrt", "w", "--where", "X: m x n; w, y: n"], "m rows", "^"),
    (["sum(sigmod(X*w))", "--wrt", "w"], "did you mean sigmoid", "^^^^^^"),
    (["x'A x", "--wrt", "q"], "q cannot be the unknown", "x, A"),
    (["", "--wrt", "x"], "empty", ""),
    (["   ", "--wrt", "x"], "empty", ""),
    (["||(Xw - y||^2", "--wrt", "w"], "", "^"),
    (["(x'x", "--wrt", "x"], "never closed", "^"),
    (["x'x)", "--wrt", "x"], "superfluous", "^"),
    (["Xw", "--wrt", "w"], "scalar", ""),
    (["x'x", "--wrt", ","], "unknown", ""),
    (["x'x", "--wrt", "x", "--where", "x n"], "colon", "^"),
    (["x'x", "--wrt", "x", "--where", "x: n blue"], "blue", "^"),
    (["x'x = 1", "--wrt", "x"], "equation", "^"),
    (["x' $ x", "--wrt", "x"], "$", "^"),
]


@pytest.mark.parametrize(("arguments", "message", "more"), BAD, ids=[" ".join(b[0]) for b in BAD])
def test_bad_input_is_explained_on_stderr(run: Run, arguments: list[str], message: str, more: str) -> None:
    page = run("derive", *arguments)
    assert page.status == 2
    assert not page.out
    assert page.err.startswith("matdiff: ")
    assert message in page.err
    assert more in page.err
    assert "Traceback" not in page.err


def test_a_process_reports_bad_input_without_a_traceback() -> None:
    done = process("derive", "norm2(X*w - y)^2", "--wrt", "w", "--where", "X: m x n; w, y: n")
    assert done.returncode == 2
    assert not done.stdout
    assert "X*w is a vector with m rows, y is a vector with n" in done.stderr
    lines = done.stderr.splitlines()
    carets = next(k for k, line in enumerate(lines) if line.strip() and not line.strip("^ "))
    start = lines[carets].index("^")
    assert lines[carets - 1][start:].startswith("X*w - y")
    assert "Traceback" not in done.stderr


def test_the_unknown_is_named_by_the_text_or_by_options(run: Run) -> None:
    assert run("derive", "x'y").status == 2
    assert "2x" in run("derive", "min_x x'x").out
    repeated = run("derive", "tr(A B)", "--wrt", "A", "--wrt", "B").out
    assert "∇_A" in repeated
    assert "∇_B" in repeated


@pytest.mark.parametrize(
    ("arguments", "message", "suggestion"),
    [
        (["derive"], "derive: EXPR is missing", "`matdiff derive --help` shows"),
        (["integrate", "x"], "there is no command integrate", "Take one of derive, "),
        (["derve", "x'x"], "there is no command derve", "Did you mean derive?"),
        (["derive", "x'x", "--wrt", "x", "--steps", "some"], "there is no --steps called some", "Take one of full, "),
        (["derive", "x'x", "--format", "lates"], "there is no --format called lates", "Did you mean latex?"),
        (["derive", "x'x", "--wtr=x"], "derive has no option --wtr", "Did you mean --wrt?"),
        (["--verison"], "matdiff has no option --verison", "Did you mean --version?"),
        (["solve", "x'x", "y"], "solve: there is no place for 'y'", "between quotes"),
        (["derive", "A X", "--wrt", "X"], "a scalar is needed here", "matdiff jacobian"),
    ],
)
def test_wrong_usage_has_status_2_and_says_what_may_be_meant(
    run: Run, arguments: list[str], message: str, suggestion: str
) -> None:
    page = run(*arguments)
    assert page.status == 2
    assert not page.out
    assert page.err.startswith(f"matdiff: {message}")
    assert suggestion in page.err


def test_without_a_command_help_is_shown(run: Run) -> None:
    page = run()
    assert page.status == 0
    assert page.out == run("--help").out


def test_an_interrupt_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("matdiff.api.derive", interrupted)
    page = run(*LEAST_SQUARES)
    assert (page.status, page.out, page.err) == (130, "", "")


# ---- a file of problems -----------------------------------------------------------------------------

PROBLEMS = """# a comment, and an empty line

||X w - y||^2 --wrt w
jacobian A*X*B --wrt X --layout denominator
gradient of x'x with respect to x
parse x'x
code x'x --wrt x
check f(x) = x'x; grad f = 3 x
x + )
tr(A X) --wrt q
equal a b
x'x --where 'x
"""


def test_a_file_of_problems_gives_a_line_of_json_each(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "problems.txt"
    path.write_text(PROBLEMS, encoding="utf-8")
    page = run("--batch", str(path))
    found = [json.loads(line) for line in page.out.splitlines()]
    assert [line["problem"] for line in found] == [p for p in PROBLEMS.splitlines() if p and not p.startswith("#")]
    assert [line["ok"] for line in found] == [True] * 5 + [False] * 5
    assert found[0]["gradients"]["w"]["text"] == "2Xᵀ(Xw − y)"
    assert found[0]["check"]["ok"] is True
    assert found[1]["command"] == "jacobian"
    assert found[3]["numpy"] == "x.T @ x"
    assert "def f(x" in found[4]["source"]
    assert found[5]["first_wrong"] is not None
    assert found[6]["span"] == [4, 5]
    assert "one text" in found[8]["error"] or "required" in found[8]["error"]
    assert page.status == 2
    assert not page.err


def test_a_wrong_answer_in_a_file_of_problems_is_withheld(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(matdiff.Derivation, "verify", lambda *_: Verification(False, 0.5, 3, 10, "off"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("x'x --wrt x\n"))
    page = run("--batch", "-")
    assert page.status == 1
    assert json.loads(page.out) == {"problem": "x'x --wrt x", "ok": False, "error": "CHECK FAILED: off"}


# ---- completion -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("matdiff de", "derive"),
        ("matdiff derive x --no-", "--no-check --no-expand"),
        ("matdiff derive x --format mark", "markdown"),
        ("matdiff completion f", "fish"),
    ],
)
def test_bash_completes_commands_options_and_choices(run: Run, words: str, completed: str) -> None:
    script = run("completion", "bash").out
    asked = f"COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _matdiff; echo ${{COMPREPLY[@]}}"
    done = subprocess.run(["bash", "-c", f"{script}\n{asked}"], capture_output=True, text=True, timeout=20)
    assert set(done.stdout.split()) == set(completed.split())


def test_the_scripts_of_the_other_shells_know_every_command(run: Run) -> None:
    for shell in ("zsh", "fish"):
        script = run("completion", shell).out
        assert all(re.search(rf"\b{name}\b", script) for name in ("derive", "jacobian", "solve", "laws"))
    assert "complete -c matdiff -n '__fish_seen_subcommand_from derive' -l wrt -r" in run("completion", "fish").out


def test_the_manual_page_has_every_command_and_option_and_can_be_set(run: Run) -> None:
    page = run("man").out
    plain = page.replace("\\-", "-")
    for name, command in COMMANDS.items():
        own = Parser()
        command.arguments(own)
        assert f"\n.SS {name}\n" in page
        assert all(f"\\fB{word}\\fR" in plain for action in own.options() for word in action.option_strings)
    if shutil.which("groff") is None:
        pytest.skip("there is no groff")
    done = subprocess.run(
        ["groff", "-k", "-man", "-T", "utf8", "-ww"], input=page, capture_output=True, encoding="utf-8"
    )
    assert not done.stderr
    assert "EXIT STATUS" in re.sub(".\x08", "", done.stdout)  # letters are struck twice


def test_a_closed_pipe_is_no_error() -> None:
    command = f'"{sys.executable}" -m matdiff.cli laws | head -n 1'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr


# ---- failed checks ----------------------------------------------------------------------------------


def withheld(page: Ran) -> bool:
    return page.status == 1 and not page.out and "CHECK FAILED" in page.err and "withheld" in page.err


@pytest.mark.parametrize("form", ["text", "latex", "json"])
def test_a_failed_check_withholds_the_answer(monkeypatch: pytest.MonkeyPatch, run: Run, form: str) -> None:
    failed = Verification(False, 0.5, 3, 10, "the gradient by w is off by 5.0e-01")
    monkeypatch.setattr(matdiff.Derivation, "verify", lambda *_, **__: failed)
    page = run(*LEAST_SQUARES, "--format", form)
    assert withheld(page)
    assert "the gradient by w" in page.err


def test_a_wrong_law_is_caught(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    law = CATALOGUE["differential_of_inverse"]
    monkeypatch.setattr(law, "apply", lambda node, da: node * da * node)  # the sign is missing
    page = run("derive", "tr(inv(X)*A)", "--wrt", "X")
    assert withheld(page)
    assert "A⁻¹" in page.err
    monkeypatch.undo()
    assert run("derive", "tr(inv(X)*A)", "--wrt", "X").status == 0


def test_a_wrong_simplification_is_caught(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    law = CATALOGUE["twins_under_d"]
    right = law.apply
    monkeypatch.setattr(law, "apply", lambda e: None if right(e) is None else 2 * right(e))
    assert withheld(run(*LEAST_SQUARES))


def test_a_wrong_gradient_is_caught(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    derive = matdiff.derive

    def wrong(*arguments: object) -> matdiff.Derivation:
        found = derive(*arguments)  # type: ignore[arg-type]
        found.gradients = {name: 2 * g for name, g in found.gradients.items()}
        return found

    monkeypatch.setattr("matdiff.api.derive", wrong)
    assert withheld(run(*LEAST_SQUARES))


# ---- how a page is set ------------------------------------------------------------------------------


def test_a_page_has_the_width_that_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    question = ("derive", "log|S| + (x - m)'inv(S)(x - m) + (z - m)'inv(S)(z - m)", "--wrt", "m,S", "--no-check")
    monkeypatch.setenv("COLUMNS", "70")
    narrow = run(*question).out
    assert max(map(len, narrow.splitlines())) <= 70
    assert run(*question, "--width", "70").out == narrow
    monkeypatch.delenv("COLUMNS")
    assert 70 < max(map(len, run(*question).out.splitlines())) <= 100


def test_a_page_is_in_ascii_where_the_output_can_do_no_more() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "matdiff.cli", *LEAST_SQUARES]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert b"nabla_w f = 2*X'*(X*w - y)" in done.stdout
    assert done.stdout.decode("ascii") == process(*LEAST_SQUARES, "--ascii").stdout


def test_colours_are_for_terminals_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\033" not in run(*LEAST_SQUARES).out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[1mGradient\033[0m" in run(*LEAST_SQUARES).out
    monkeypatch.setenv("TERM", "dumb")
    assert "\033" not in run(*LEAST_SQUARES).out
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033" not in run(*LEAST_SQUARES).out


def test_the_command_is_there_before_anything_is_loaded() -> None:  # so an interrupt while it loads is caught
    script = "import sys; before = {*sys.modules}; import matdiff.cli; print(*sorted({*sys.modules} - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if name.startswith("matdiff")}
    assert loaded == {f"matdiff{name}" for name in ("", ".cli", ".displayed", ".errors", ".opening", ".version")}
