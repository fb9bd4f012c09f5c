"""Bad input: what is said, where the caret stands, and that nothing crashes or hangs."""

from __future__ import annotations

from contextlib import suppress

import pytest

from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import (
    AmbiguityError,
    DeclarationError,
    MatdiffError,
    NotationError,
    ShapeError,
    UnknownNameError,
    UnsupportedError,
)
from matdiff.language import parse, read
from matdiff.language.typing import SPECIAL


@pytest.mark.parametrize(
    ("text", "where", "kind", "message", "place"),
    [
        (
            "norm2(X*w - y)^2",
            "X: m x n; w, y: n",
            ShapeError,
            "X*w is a vector with m rows, y is a vector with n",
            "X*w - y",
        ),
        ("X w", "X: m x n; w: m", ShapeError, "X has n columns, w has m rows", "X w"),
        ("w*w", "w: n", ShapeError, "product of two column vectors", "w*w"),
        ("A : B", "A: m x n; B: n x m", ShapeError, "A is a matrix of size m×n", "A : B"),
        ("a'*inv(X)*b", "a: m; b: n; X: m x n", ShapeError, "square", "inv(X)"),
        ("sum(y/x)", "x, y: n", ShapeError, "./", "y/x"),
        ("X", "X: m x n", ShapeError, "take the sum, the trace or a norm", "X"),
        ("tr(eye)*x'*x", "x: n", ShapeError, "the size of eye is not determined", "eye"),
        ("tr(A, B)", "A, B: n x n", ShapeError, "tr takes 1 argument, not 2", "tr(A, B)"),
        ("norm2()", "", ShapeError, "without an argument", "norm2()"),
        ("sum(sigmod(X*w))", "X: m x n; w: n", UnknownNameError, "did you mean sigmoid?", "sigmod"),
        ("tr*X", "X: n x n", NotationError, "used without an argument", "tr"),
        ("abc", "a, ab, bc, c: scalar", AmbiguityError, "a*bc or as ab*c", "abc"),
        ("", "", NotationError, "empty", ""),
        ("norm2(X*w - y))^2", "", NotationError, "superfluous )", ")"),
        ("(x", "", NotationError, "( is never closed", "("),
        ("*x'*x", "x: n", NotationError, "no left operand", "*"),
        ("x'*/A*x", "x: n", NotationError, "no left operand", "/"),
        ("x +", "x: n", NotationError, "an operand is expected", ""),
        ("x' § x", "x: n", NotationError, "§ has no meaning", "§"),
        ("x' $ x", "x: n", NotationError, "leave only the formula", "x'"),
        ("x'*\0x", "x: n", NotationError, "U+0000", "\0"),
        (
            r"r_i = w^\top x_i for i = 1..\mathbf{N}; \sum_{i=1}^{N} r_i^2",
            "",
            NotationError,
            "font of this letter",
            r"\mathbf{N}",
        ),
        ("x'*A*x = 1", "x: n; A: n x n", NotationError, "an equation is not an expression", "="),
        ("∂/∂X tr(AX) = A'", "A, X: n x n", NotationError, "true says matdiff check", "∂/∂X"),
        ("df = tr(A dX)", "A, X: n x n", NotationError, "true says matdiff check", "dX"),
        ("x[i]'x[i]", "x[i=1..N]: d", NotationError, "the index i is not bound", "i"),
        ("∑_i ∑_i x_i", "", NotationError, "bound twice", "∑_i ∑_i x_i"[4:]),
        ("sum(i=p..N, x[i])", "", NotationError, "starts at p", "sum(i=p..N, x[i])"),
        ("∑_i a_i + x'x", "x[i=1..N]: d", ShapeError, "family", "x"),
        ("2 3", "", NotationError, "an operator is missing", "3"),
        ("x/0", "x: scalar", ShapeError, "division by zero", "x/0"),
        ("norm(x, 'frob')", "x: n", UnsupportedError, "the sign frob is not available", "norm(x, 'frob')"),
        ("‖X‖₂", "X: m x n", AmbiguityError, "spectral norm or its Frobenius norm", "‖X‖₂"),
        ("exp⁻¹(a)", "a: scalar", AmbiguityError, "the inverse function or the reciprocal", "exp⁻¹(a)"),
        ("A\\b", "A: m x n; b: m", ShapeError, "A\\b needs a square matrix", "A\\b"),
        ("X.foo()", "X: m x n", UnknownNameError, ".foo is not known", ".foo"),
        ("sum(X, axis=2)", "X: m x n", ShapeError, "has no axis 2", "sum(X, axis=2)"),
        ("eye(m, n)", "", NotationError, "eye takes one size", "eye(m, n)"),
        ("sin²", "", NotationError, "write sin(…)", "sin"),
        ("‖X w + b‖", "X: m x n; w: n; b: k", ShapeError, "b is declared k", "X w + b"),
        ("X: m x n; w: m; ‖X w‖", "", ShapeError, "X has n columns, w has m rows", "X w"),
        ("h'h where h = A z, z = B h", "", NotationError, "in a circle", "z = B h"),
        ("x'x where 2", "", NotationError, "only definitions can stand behind where", "2"),
        ("h = A x; h = x; h'h", "", DeclarationError, "defined twice", "h"),
        ("⟨A, B", "", NotationError, "⟨ is never closed", "⟨"),
        ("∑_{2} x", "", NotationError, "2 is not an index", "2"),
        ("x ± y", "", NotationError, "± has no meaning", "±"),
        ("∇ x'x", "", NotationError, "asked for with wrt", "∇"),
        (r"\frobnicate{x}^\top x", "", NotationError, "not known", r"\frobnicate"),
        (r"\frac{x^\top x}", "", NotationError, "an argument of \\frac is missing", r"\frac"),
        (r"\frac{x^\top x}{2", "", NotationError, "{ is never closed", "{"),
        (r"\left\| x \right)", "", NotationError, "is not closed before )", r"\left\|"),
        (r"\|Xw - y\|", "X: m x n; w, y: n", ShapeError, "different shapes", "Xw - y"),
        ("∑_{i=1}^N x_i", "x[i=1..M]: scalar", ShapeError, "runs to N", "x_i"),
    ],
)
def test_message_and_place(text: str, where: str, kind: type[MatdiffError], message: str, place: str) -> None:
    with pytest.raises(kind) as caught:
        read(text, where, scalar=True)
    error = caught.value
    assert message in f"{error.message} {error.suggestion}"
    assert error.span is not None
    assert text[slice(*error.span)].startswith(place)


@pytest.mark.parametrize(
    ("unknown", "message"),
    [
        ("tr", "tr is a function"),
        ("i", "i is the index of a sum"),
        ("wᵀ", "ask for w"),
        ("ww", "the symbols are x, w, A"),
        ("q", "declared, but does not occur"),
        ("", "nothing cannot be the unknown"),
    ],
)
def test_unknown_that_is_not_there(unknown: str, message: str) -> None:
    reading = read("sum(i=1..N, x[i]'*w) + tr(A)", "x[i=1..N]: d; w: d; A: n x n; q: d", wrt=[unknown])
    with pytest.raises(UnknownNameError) as caught:
        reading.unknown(unknown)
    assert message in str(caught.value)


def test_an_unknown_that_cancels() -> None:
    reading = read("np.sum(x - z + z)", "x, z: n", wrt=["z"])
    with pytest.raises(UnknownNameError, match="z cannot be the unknown: the function does not depend on it"):
        reading.unknown("z")


def test_two_equally_good_readings_are_both_shown() -> None:
    with pytest.raises(AmbiguityError) as caught:
        read("h x")
    assert caught.value.message == (
        "two readings are possible: h is a scalar, x is a vector; or h is a vector, x is a scalar"
    )


def outcome(text: str, where: str) -> str:
    """«read», or the message of the error; any other exception fails the test."""
    try:
        parse(text, where)
    except MatdiffError as error:
        return str(error)
    return "read"


N = 4_000  # several times Python's limit of recursion


@pytest.mark.parametrize(
    "text",
    [
        "(" * N + "x" + ")" * N,
        "sin(" * N + "x" + ")" * N,
        "(" * N,
        "-" * N + "x",
        "x" + "'" * N,
        "+".join(["x"] * N),
        "*".join(["A"] * N),
        ".*".join(["x"] * N),
        "x" * N,
        "|" * N + "x" + "|" * N,
        "x" + "²" * N,
        "f(" * N + "x" + ")" * N,
        "Σ(" * 1000 + "x" + ")" * 1000,
        "+".join(f"x{k}" for k in range(1000)) + "+ A",
    ],
    ids=lambda text: text[:6],
)
def test_deep_and_long_input_is_read_or_refused(text: str) -> None:
    assert len(outcome(text, "A: n x n")) < 1000


ARGUMENTS = {"x": "x: n", "X": "X: n x n", "a": "a: scalar", "x, y": "x, y: n", "X, Y": "X, Y: n x n"}
ARGUMENTS |= {
    "X, x": "X: n x n; x: n",
    "x, a": "x: n; a: scalar",
    "X, Y, Z": "X, Y, Z: n x n",
    "x, y, a": "x, y: n; a: 1",
}


@pytest.mark.parametrize("name", sorted({*FUNCTIONS, *SPECIAL}))
def test_any_arguments_have_a_value_or_an_error(name: str) -> None:
    """A function of the table with any number of arguments is read, or refused: nothing else is raised."""
    for arguments, where in ARGUMENTS.items():
        with suppress(MatdiffError):
            parse(f"{name}({arguments})", where)


def test_a_number_of_arguments_is_said() -> None:
    """colmean of two arrays is refused with what it takes."""
    with pytest.raises(MatdiffError, match="colmean needs m×n → n×1"):
        parse("colmean(X, Y)", "X, Y: n x n")


def test_an_index_has_no_index_and_no_name_of_a_family() -> None:
    """w_kDw_k in a sum over k is refused; it was a member w[k, D, w], or a KeyError; so was i[y] in a sum over i."""
    for text in ("∑_k w_kDw_k", "w'D ∑_k w_kDw_k", "w'Δ ∑_k Δw_kΔw_k", "sum(i=1..N, i[y]*x[i])"):
        with pytest.raises(MatdiffError, match="is an index, and cannot have one itself"):
            parse(text)
    assert str(parse("∑_k Δw_kΔw_k")) == "∑_{k=1}^{N} Δw[k]Δw[k]"


def test_every_side_of_a_chain_is_read_by_its_own_words() -> None:
    """A ∇ in the other side stands behind the end of the first."""
    with pytest.raises(MatdiffError, match="not written in the expression"):
        parse("let h = W x i∇=n h'h")


def test_a_power_of_a_sum_along_an_axis_is_a_power() -> None:
    """The axis of the sum has no type."""
    with suppress(MatdiffError):
        parse("A + X.sum(axis=0)¹", "A: n x n; X: m x n")


def test_an_unknown_that_is_missing_beside_commands_of_latex() -> None:
    reading = read(r"\min_{\beta_0, \beta} \lambda \sum_{j=1}^{p} \beta_j^2", wrt=["beta0"])
    with pytest.raises(UnknownNameError, match="beta0 cannot be the unknown"):
        reading.unknown("beta0")


@pytest.mark.parametrize(
    "text",
    [
        r"r(wb) = X w - y; r(w)'\(w)",  # a function called with what it is not defined of
        r"\sum_{t=1}^{T}\|\mathbf{y}_t - A\mathbf{x}_t\|^X2",  # an exponent beside a family
        "sum(i=1.._, x[i]'x[i])",  # a limit that is a blank
    ],
)
def test_a_slip_of_the_pen_is_an_error_of_the_text(text: str) -> None:
    with pytest.raises(MatdiffError):
        parse(text)
