"""What stands around a function, a greeting, what it is called, the question, does not change what it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import matdiff

TEXT = Path(__file__).with_name("frames.txt").read_text(encoding="utf-8")
LEADS, ASKED, ASKED_OF_A_NAME, TOLD, IN_LATEX = (part.splitlines() for part in TEXT.split("\n\n")[1::2])
BARE, NAMED = ("‖Xw − y‖² + λ‖w‖²", "w"), ("f(x) = x'A x + b'x", "x")
SIGNS = (". ", "\n", "; ", ", ")
TELLING = (", where {}", ". Here {}.", " ({})", " with {}", "\n{}", " where {}. Gradient?")


@cache
def gradient(text: str, wrt: str | None = None) -> str:
    return str(matdiff.derive(text, wrt=wrt).gradient) if wrt else str(matdiff.derive(text).gradient)


def behind(sign: str, question: str) -> str:
    """A question, which begins small behind a comma."""
    first = question.partition(" ")[0]
    is_word = first.isalpha() and first.istitle() and first != "I" and "#" not in first
    return sign + (question[0].lower() + question[1:] if sign in ("; ", ", ") and is_word else question)


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize(("function", "unknown"), [BARE, NAMED])
def test_what_leads_in_a_function_is_no_part_of_it(lead: str, function: str, unknown: str) -> None:
    assert gradient(f"{lead} {function}", unknown) == gradient(function, unknown)


@pytest.mark.parametrize(("place", "question"), [*enumerate(ASKED)])
@pytest.mark.parametrize(("function", "unknown"), [BARE, NAMED])
def test_what_is_asked_behind_a_function(place: int, question: str, function: str, unknown: str) -> None:
    asked = behind(SIGNS[place % len(SIGNS)], question).replace("@", unknown)
    assert gradient(function + asked) == gradient(function, unknown)


@pytest.mark.parametrize(("place", "question"), [*enumerate(ASKED_OF_A_NAME)])
def test_what_is_asked_of_a_name(place: int, question: str) -> None:
    function, unknown = NAMED
    asked = behind(SIGNS[place % len(SIGNS)], question).replace("@", unknown).replace("#", function[0])
    assert gradient(function + asked) == gradient(function, unknown)


@pytest.mark.parametrize(("place", "told"), [*enumerate(TOLD)])
def test_what_is_told_of_what_stands_in_a_function(place: int, told: str) -> None:
    function, unknown = BARE
    for telling in (TELLING[place % len(TELLING)], TELLING[(place + 3) % len(TELLING)]):
        assert gradient(function + telling.format(told), unknown) == gradient(function, unknown)


@pytest.mark.parametrize("written", IN_LATEX)
def test_what_stands_around_formulas_in_latex(written: str) -> None:
    for gap in (" ", "\n"):
        text = written.replace(". ", f".{gap}").replace("F", r"$\|Xw - y\|^2 + \lambda \|w\|^2$", 1)
        assert gradient(text, BARE[1]) == gradient(*BARE)


@pytest.mark.parametrize(
    "text",
    [
        r"We solve my $x^\top A x$",
        r"consider a $x^\top A x$",
        r"I $x^\top A x$",
        r"The root of what we have $x^\top A x$",
        "The root of what we have x'A x",
        "It gives the square root of f = x'A x",
        "x'A x, rounded down",
        "x'A x after whitening",
    ],
)
def test_words_that_may_act_are_not_left_out(text: str) -> None:
    with pytest.raises(matdiff.MatdiffError):
        matdiff.derive(text, wrt="x")
