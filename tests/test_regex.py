"""An expression that is compiled for texts in ASCII finds in them what the whole expression finds."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

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
