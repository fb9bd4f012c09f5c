"""How doubtful places were read is said by notes: on every result, and under the echo of every page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import matdiff
from matdiff.cli import main
from matdiff.language import read

SQUARE = "X: n x n"
NOTE = "exp(X) is taken entry by entry; the matrix exponential is expm(X)"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: matdiff.parse("2*exp(X)", SQUARE),
        lambda: matdiff.derive("sum(exp(X))", "X", SQUARE),
        lambda: matdiff.jacobian("2*exp(X)", "X", SQUARE),
        lambda: matdiff.hessian("sum(exp(X))", "X", SQUARE),
        lambda: matdiff.differential("2*exp(X)", where=SQUARE),
        lambda: matdiff.equal("2*exp(X)", "Y", SQUARE),
        lambda: matdiff.implicit("A*x = exp(X)*b", solve_for="x", wrt="b", where=SQUARE + "; A: n x n"),
        lambda: matdiff.stationary("minimise x'x subject to exp(X)*x = b", wrt="x", where=SQUARE + "; x: n"),
        lambda: matdiff.expectation("x'*exp(X)*x", {"x": ("0", "S")}, SQUARE),
        lambda: matdiff.taylor("sum(exp(X))", "X", SQUARE, order=1),
        lambda: matdiff.vjp("2*exp(X)", "X", SQUARE),
    ],
)
def test_every_result_has_notes(ask: Callable[[], Any]) -> None:
    assert ask().notes == (NOTE,)


def test_both_sides_of_an_equation_have_notes() -> None:
    notes = matdiff.equal("2*exp(X)", "2*exp(X')'", SQUARE).notes
    assert notes == (NOTE, NOTE.replace("(X)", "(X')"))


def test_a_note_is_said_once_and_in_the_order_of_the_text() -> None:
    notes = read("2*log(X) + exp(X) + log(X) + exp(X)", SQUARE).notes
    assert [note.split()[0] for note in notes] == ["log(X)", "exp(X)"]


def test_only_the_reading_that_is_taken_has_notes() -> None:
    assert read("exp(x)", "x: n").notes == ()
    assert read("exp(X)", "X: m x n").notes == ()


def test_notes_are_those_of_the_last_text_with_this_meaning() -> None:
    once = matdiff.parse("2*exp(X)", SQUARE)
    assert once.notes
    assert matdiff.parse("X", SQUARE).notes == ()


@pytest.mark.parametrize("command", ["derive", "hessian", "jacobian", "differential", "parse"])
def test_pages_show_notes_under_the_echo(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [command, "sum(exp(X))", "--where", SQUARE]
    arguments += [] if command == "parse" else ["--wrt", "X", "--no-check"]
    assert main(arguments) == 0
    rows = capsys.readouterr().out.splitlines()
    assert f"note: {NOTE}" in rows[1:3]
    assert main([*arguments, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["notes"] == [NOTE]
    if command != "parse":
        assert main([*arguments, "--format", "latex"]) == 0
        assert f"note: {NOTE}" in in_one_line(capsys.readouterr().out)


def in_one_line(latex: str) -> str:
    """A page of LaTeX with its sentences in one line each."""
    return latex.replace("} \\\\\n&\\text{", " ")


def test_what_was_typed_stands_in_latex_as_it_is() -> None:
    page = matdiff.derive(r"\operatorname{sum}(\exp(\Sigma_1^\top))", "Sigma1", "Sigma1: n x n").to_latex()
    assert r"\textbackslash{}exp(\textbackslash{}Sigma\_1\^{}" in page


def test_pages_of_equations_show_notes() -> None:
    assert f"\nnote: {NOTE}\n" in matdiff.equal("2*exp(X)", "2*exp(X')'", SQUARE).to_text()
    point = matdiff.stationary("minimise x'x subject to exp(X)*x = b", wrt="x", where=SQUARE + "; x: n")
    found = matdiff.implicit("A*x = exp(X)*b", solve_for="x", wrt="b", where=SQUARE + "; A: n x n")
    for result in (point, found):
        assert f"\nnote: {NOTE}\n" in result.to_text()
        assert NOTE in in_one_line(result.to_latex())
        assert json.loads(result.to_json())["notes"] == [NOTE]


def test_a_result_keeps_its_notes_when_another_text_is_read_as_the_same_expression() -> None:
    first = matdiff.derive("sum(x^2)", "x", "x: n")
    second = matdiff.derive("sum(x.^2)", "x", "x: n")
    assert first.function is second.function
    assert "entry by entry" in "".join(first.notes)
    assert "note: " in first.to_text()
    assert second.notes == ()
    assert "note: " not in second.to_text()


def test_a_map_to_features_is_doubted() -> None:
    said = "phi is taken as a function of each entry; one of the whole vector has to be given"
    assert said in matdiff.derive(r"\sum_i (y_i - w^\top \phi(x_i))^2", wrt="w").notes
    assert said not in matdiff.derive("w'φ(A x)", wrt="w").notes  # as an activation is
    assert said not in matdiff.derive("w'φ(x)", wrt="w", where="φ: scalar -> scalar").notes


@pytest.mark.parametrize(
    ("text", "unknown", "where"),
    [
        ("∑_{i,j} K_ij a_i a_j", "a", ""),  # indices of one run
        ("∑_{i,j} a_i a_j x_iᵀx_j", "a", ""),
        ("∑_u b_u² + ∑_i b_i²", "b", ""),  # each sum has its own index
        ("∑_{u,i} (r_ui − b_u − b_i)²", "b", "b[i=1..N]: scalar"),  # it is said
    ],
)
def test_one_family_is_doubted_only_where_it_may_be_two(text: str, unknown: str, where: str) -> None:
    assert not any("one family" in note for note in matdiff.derive(text, wrt=unknown, where=where or None).notes)
    of_two = matdiff.derive("∑_{u,i} (r_ui − b_u − b_i)²", wrt="b")
    assert any("b_u and b_i are members of one family" in note for note in of_two.notes)


def test_a_capital_letter_that_is_an_open_function_is_noted() -> None:
    note = "Q is a function of each entry that is left open; the product is Q*(…)"
    assert matdiff.derive("Q(x'Ax)", wrt="x").notes == (note,)
    assert matdiff.derive("Q(x'Ax)", wrt="x", where="Q: scalar -> scalar").notes == ()


def test_a_capital_whose_bracket_a_product_would_not_need_is_a_function() -> None:
    d = matdiff.derive("sum(log Φ(t ⊙ (Z v)))", wrt="v")
    assert "Φ′(t ⊙ (Zv))" in str(d.gradient)
    assert any("that of the normal distribution is normcdf" in note for note in d.notes)
    assert matdiff.derive("‖Φ(X W) − Φ Y‖²", wrt="W").notes == ()


@pytest.mark.parametrize("letter", [r"\mathbf{h}", "h"])
def test_a_function_that_is_left_open_may_be_one_of_the_whole_vector(letter: str) -> None:
    text = rf"(u - {letter}(z))^\top C (u - {letter}(z))"
    with pytest.raises(matdiff.MatdiffError, match="h can be a function of each entry, or one of the whole vector"):
        matdiff.derive(text, wrt="z")
    assert matdiff.derive(text, wrt="z", where="h: scalar -> scalar").notes == ()


def test_a_function_of_a_layer_is_one_of_each_entry() -> None:
    assert matdiff.derive("c'h(W z)", wrt="z").notes == ()


def test_brackets_around_one_letter_are_those_of_a_call() -> None:
    lagrangian = matdiff.derive("f(z) + λ'h(z)", wrt="z", where="h: scalar -> scalar")
    assert str(lagrangian.gradient) == "∇f(z) + λ ⊙ h′(z)"


def test_a_number_beside_every_entry_of_a_matrix_is_noted() -> None:
    notes = matdiff.derive("sum((A - b).^2) + tr(A)", "A").notes
    assert any("b is read as a number beside every entry of A" in note for note in notes)
    declared = matdiff.derive("sum((A - b).^2) + tr(A)", "A", "A, b: m x m").notes
    assert not any("beside every entry" in note for note in declared)


@pytest.mark.parametrize("letter", ["A", "C", "G"])
def test_a_vector_beside_the_rows_of_a_matrix_is_noted_whatever_the_matrix_is_called(letter: str) -> None:
    result = matdiff.derive(f"||{letter} W - b||^2 + ||W||^2", "W")
    assert f"b stands beside every row of {letter} W; else declare the sizes" in result.notes
    assert str(result.gradient) == f"2({letter}ᵀ({letter}W − 1bᵀ) + W)"


def test_a_vector_beside_the_columns_is_noted_and_one_with_a_size_is_not() -> None:
    columns = matdiff.derive("||A X - b||^2", "A").notes
    assert "b stands beside every column of A X; else declare the sizes" in columns
    assert matdiff.derive("||A X - b||^2", "A", "A: m x n; X: n x p; b: m").notes == ()


def test_an_open_step_is_noted_to_be_of_each_entry() -> None:
    notes = matdiff.parse("x_{t+1} = f(x_t), ‖x_T‖²").notes
    assert "f is taken as a function of each entry; one of the whole vector has to be given" in notes


def test_a_sum_takes_in_no_term_for_a_letter_that_its_condition_is_given() -> None:
    here = matdiff.parse("∑_{i: y_i = k} x_i^2 + q_k")
    assert here is matdiff.parse("(∑_{i: y_i = k} x_i^2) + q_k")
    assert not any("takes in" in note for note in here.notes)
