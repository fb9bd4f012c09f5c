"""An expression that is compiled for texts in ASCII finds in them what the whole expression finds."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from re import _parser  # type: ignore[attr-defined]
from re._constants import ASSERT, BRANCH, IN, LITERAL, MAX_REPEAT, MIN_REPEAT, RANGE, SUBPATTERN  # type: ignore[import-not-found]
from typing import Any

import pytest

import matdiff.language
from matdiff import regex
from matdiff.regex import for_ascii

TEXTS = [
    line
    for name in ("cookbook.txt", "equalities.txt", "traps.txt")
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    if line.isascii()
]


def sources() -> Iterator[tuple[str, int]]:
    """The expressions that are constants of the modules of the language, as texts or late ones."""
    for module in pkgutil.walk_packages(matdiff.language.__path__, "matdiff.language."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, regex._Late):
                yield value.source
            elif isinstance(value, str) and name.isupper() and not value.isascii():
                yield value, 0


def found(pattern: re.Pattern[str], text: str) -> list[tuple[tuple[int, int], ...]]:
    return [tuple(m.regs) for m in pattern.finditer(text)]


def late() -> Iterator[regex._Late]:
    """The expressions that name signs or words of which one is in all that they match."""
    for module in pkgutil.walk_packages(matdiff.__path__, "matdiff."):
        if module.name.partition(".")[2].partition(".")[0] in ("language", "output"):
            values = vars(import_module(module.name)).values()
            yield from (value for value in values if isinstance(value, regex._Late) and value.given)


def signs_of(members: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    """The signs of a class, and none that any word has for what is no sign and no range."""
    for kind, value in members:
        yield from map(chr, (value,) if kind is LITERAL else range(value[0], value[1] + 1) if kind is RANGE else (0,))


def has_one(parsed: Iterable[tuple[Any, Any]], given: Sequence[str]) -> bool:
    """Whether all that a parsed expression matches has one of some words: one stands in a row of its letters."""
    row = ""
    for kind, value in parsed:
        if kind is LITERAL:
            row += chr(value)
            if any(word in row for word in given):
                return True
            continue
        row = ""
        if kind is IN and all(sign in given for sign in signs_of(value)):
            return True
        if kind in (SUBPATTERN, ASSERT) and has_one(value[-1], given):
            return True
        if kind is BRANCH and all(has_one(branch, given) for branch in value[1]):
            return True
        if kind in (MAX_REPEAT, MIN_REPEAT) and value[0] and has_one(value[2], given):
            return True
    return False


def test_what_is_given_is_needed() -> None:
    found = list(late())
    assert len(found) > 10
    for value in found:
        text, flags = value.source
        assert has_one(_parser.parse(text, flags), value.given), text
    assert not has_one(_parser.parse("ab|c"), "a")


def test_it_finds_the_same() -> None:
    seen = {source for source in sources() if for_ascii(source[0]) != source[0]}
    assert min(len(seen), len(TEXTS)) > 100
    for text, flags in seen:
        try:
            whole = re.compile(text, flags)
        except re.error:  # some texts are no expressions, but signs
            continue
        plain = re.compile(for_ascii(text), flags)
        assert plain.groupindex == whole.groupindex
        for line in TEXTS[::7]:
            assert found(plain, line) == found(whole, line), (text, line)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("[a-zα-ω]", "[a-z]"),
        ("[^a½]", "[^a]"),
        ("[½]", r"[^\s\S]"),
        ("[^½]", r"[\s\S]"),
        (r"[A-\u03ff]", r"[A-\x7f]"),
        (r"[\]\w₀-₉-]", r"[\]\w-]"),
        (r"\[½\]", r"\[½\]"),
        ("[]½]+", "[]]+"),
    ],
)
def test_classes_lose_what_is_not_in_ascii(written: str, plain: str) -> None:
    assert for_ascii(written) == plain


def test_texts_of_both_kinds_are_told_apart() -> None:
    letters = regex.regex("[aα]+")
    assert [letters.search(text) is not None for text in ("xa", "xα", "x")] == [True, True, False]
    assert letters.sub("b", "aαx") == "bx"
