"""What has to change a reading, and what must not: metamorphic properties instead of expected answers.

The texts are those of readings/*.toml, and of the corpora beside the project where they are present.

1. Nothing is dropped: another letter or digit, or a sign left out or put in, is another reading or an error.
2. Renaming: other letters of the same custom rename the reading.
3. Declaring: the declarations that the echo states change nothing.
4. Spelling: what is printed as LaTeX, Unicode or ASCII has that reading.
5. Fresh sizes: no two sizes are tied that the text does not tie (test_readings.py, where all sizes are distinct).
6. Order: statements in another order have one reading.

MATDIFF_EXAMPLES scales how many places of a text are tried (default 300, which stands for one in ten).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from types import MappingProxyType

import pytest
from fuzz import examples
from questions import READINGS, Reading

import matdiff
from matdiff.algebra.dims import ONE, shape_text
from matdiff.algebra.expr import Expr, Symbol, symbols
from matdiff.language import read
from matdiff.language.answers import Reading as Read

EVERY = max(1, 3000 // examples(300))
ACCEPTED = [pytest.param(r, id=f"{r.group}: {r.text}") for r in READINGS if r.means]

# Signs that may be left out: they group, align, or say what also holds without them.
WITHOUT_MEANING = frozenset("(){}[]*·@&$.,;:?=⋅×^_⟨⟩") | frozenset(
    r"""\left \right \big \Big \bigl \bigr \Bigl \Bigr \bigg \Bigg \, \; \: \! \quad \qquad \\ \displaystyle \limits
    \nolimits \cdot \mathrm \operatorname \text \textrm \mathbf \boldsymbol \bm \vec \mathcal \mathscr \mathbb
    \begin \end \mathop \label \tag \nonumber \notag \colon \mathsf \mathit \lVert \rVert \lvert \rvert \langle \rangle
    \{ \} \$ \ jnp np
    """.split()
)
# What frames a program says nothing of its value: types, names of classes and arguments, what is printed or kept.
OF_VALUES = [p for p in ACCEPTED if p.values[0].group != "programs"]  # type: ignore[union-attr]
# The value or the minimiser that a question asks for may have any name, as may what D(q‖p) is a divergence of.
OF_QUESTION = (
    r"^\s*\S*(?:\([^()]*\))?\s*(?:=|≡|\\equiv)\s*(?=\\?(?:arg|min|max|inf|sup|underset))|(?:^|\.)[^.=]*=\s*(?=-∂)"
)
LAYOUT = (
    r"\\begin\{array\}\{[lcr]*\}|\\(?:hspace|label)\{[^{}]*\}|\w+(?= = cp\.M(?:in|ax)imize)"
    r"|-{3} d\w?|D_\{KL\}\([^=]*=|D\([^=()]*\|[^=]*="
)
LINE = r"(?<=\bd[^\W\d_])/(?=d[^\W\d_]\b)"  # dfdx is df/dx
LABELS = re.compile(f"{OF_QUESTION}|{LAYOUT}|{LINE}")
LAST_STEP = re.compile(r"for \w = \d\.\.$")  # what a state is says nothing of steps behind it
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\bj?np\b|\s+|.", re.DOTALL)
GREEK_COMMANDS = r"\alpha \beta \gamma \theta \mu \nu \xi \rho \sigma \tau \omega \Sigma \Omega \Lambda \Psi".split()
GREEK_LETTERS = "αβγθμνξρστωΣΩΛΨ"


def read_as(text: str, reading: Reading) -> Read | None:
    """The reading of a text in place of another one, if it has one."""
    try:
        wrt = [reading.wrt] if reading.wrt else []
        return read(text, reading.where or None, wrt, scalar=reading.kind != "jacobian")
    except matdiff.MatdiffError:
        return None


@cache
def as_it_stands(reading: Reading) -> Read:
    """The reading of a text without any change."""
    found = read_as(reading.text, reading)
    assert found is not None
    return found


def echo(found: Read) -> tuple[object, ...]:
    """All that the page says of a reading."""
    shapes = tuple(
        (s.name, shape_text(s.shape), tuple(map(str, s.ranges)), s.properties) for s in found.symbols.values()
    )
    asked = (found.question.names, found.question.order) if found.question else ()
    return found.expr, shapes, found.notes, found.called, asked, found.sides


# ---- 1. nothing is dropped --------------------------------------------------------------------------


def labelled(text: str) -> frozenset[int]:
    """The places of signs that are names of what is asked for, or layout."""
    return frozenset(place for m in LABELS.finditer(text) for place in range(*m.span()))


def variations(text: str) -> Iterator[tuple[str, str]]:
    """A token of a text, and the text with another one in its place, or with none."""
    labels = labelled(text)
    for m in TOKEN.finditer(text):
        token = m.group()
        if token.isspace() or token in WITHOUT_MEANING or LAST_STEP.search(text, 0, m.start()) or m.start() in labels:
            continue
        yield token, text[: m.start()] + other(token, text) + text[m.end() :]


def other(token: str, text: str) -> str:
    """Another letter or digit of the same kind that the text does not have; nothing for any other sign."""
    kind = next((k for k in ("rstuvwxyzhpq", "ABCDFGHKLMPQRSUVWXYZ", GREEK_LETTERS) if token in k), "")
    if token in GREEK_COMMANDS:
        return next(letter for letter in GREEK_COMMANDS if letter not in text)
    if token.isdecimal() and token.isascii():
        return str(int(token) % 8 + 1)
    return next((letter for letter in kind if letter not in text), "") if kind else ""


@pytest.mark.parametrize("reading", OF_VALUES)
def test_nothing_is_dropped(reading: Reading) -> None:
    whole = as_it_stands(reading)
    said = echo(whole)
    for token, text in [*variations(reading.text)][hash_of(reading.text) % EVERY :: EVERY]:
        found = read_as(text, reading)
        assert found is None or echo(found) != said, f"{token} takes no part: {text}"


INSERTED = ("in", "q", "/", "=")  # let, with and a comma may stand before any definition
INSERTED_IN_LATEX = (
    *INSERTED,
    *r"_{5} ^{new} \sim \rangle \nabla \forall \le \% \to \succ \partial".split(),
    ")",
    "]",
)


@pytest.mark.parametrize("reading", OF_VALUES)
def test_what_is_put_in_takes_part(reading: Reading) -> None:
    whole = read_as(reading.text, reading)
    assert whole is not None
    said, start = echo(whole), hash_of(reading.text)
    labels = labelled(reading.text)
    ends = [m.end() for m in TOKEN.finditer(reading.text) if m.end() not in labels]
    foreign = INSERTED_IN_LATEX if "\\" in reading.text else INSERTED
    for k in range(max(2, len(foreign) // EVERY)):
        word, place = foreign[(start + k) % len(foreign)], ends[start * (k + 1) % len(ends)]
        text = f"{reading.text[:place]} {word} {reading.text[place:]}"
        found = read_as(text, reading)
        assert found is None or echo(found) != said, f"{word} takes no part: {text}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("x'x let let + x'x", "let"),
        ("let x'x", "let"),
        ("let let h = W x in h'h", "let"),
    ],
)
def test_what_is_left_over_is_refused_by_name(text: str, left: str) -> None:
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.parse(text)
    assert caught.value.text is not None
    assert caught.value.span is not None
    assert caught.value.text[slice(*caught.value.span)] == left


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return sum(map(ord, text))


# ---- 2. renaming ------------------------------------------------------------------------------------

NAMES_IN_WHERE = r"[^;:]+(?=:)|\bof \w+"  # what is declared, and not the sizes
CUSTOMS = ("uvwxyz", "ABCDFGHKLMPQRSUVWXYZ")  # letters that are taken for the same kind


@pytest.mark.parametrize("reading", [r for r in ACCEPTED if "\\" not in r.values[0].text])
def test_renamed_letters_rename_the_reading(reading: Reading) -> None:
    whole = as_it_stands(reading)
    old = next((name for name in whole.symbols for custom in CUSTOMS if name in custom), None)
    every = reading.text + " ".join(re.findall(NAMES_IN_WHERE, reading.where)) + reading.wrt
    alone = rf"(?<![A-Za-z_\\.]){old}(?![A-Za-z0-9_(.₀-₉ᵢⱼₖₙₜ'′^*])"
    if old is None or old not in reading.text or len(re.findall(old, every)) != len(re.findall(alone, every)):
        pytest.skip("no letter stands by itself")
    custom = next(c for c in CUSTOMS if old in c)
    new = next((letter for letter in custom if letter.lower() not in every.lower()), None)
    if new is None:
        pytest.skip("no letter of this custom is free")
    where = re.sub(NAMES_IN_WHERE, lambda m: re.sub(alone, new, m.group()), reading.where)
    renamed = Reading(**{**vars(reading), "where": where, "wrt": re.sub(alone, new, reading.wrt)})
    found = read_as(re.sub(alone, new, reading.text), renamed)
    assert found is not None
    assert kinds(found.expr) == kinds(whole.expr, {old: new})


def kinds(e: Expr, names: Mapping[str, str] = MappingProxyType({})) -> list[tuple[str, bool, bool, int]]:
    """The symbols of an expression by their new names, x_star as x, with their kinds."""

    def name(s: Symbol) -> str:
        base, *label = s.name.split("_")
        return "_".join([names.get(base, base), *label])

    return sorted((name(s), s.rows is ONE, s.cols is ONE, len(s.ranges)) for s in symbols(e))


# ---- 3. declaring, 4. spelling ----------------------------------------------------------------------


@pytest.mark.parametrize("reading", ACCEPTED)
def test_what_the_echo_declares_changes_nothing(reading: Reading) -> None:
    whole = as_it_stands(reading)
    sizes = {str(s) for symbol in whole.symbols.values() for s in symbol.shape}
    own = {
        name for name in sizes if re.search(rf"(?<!\w){name} = length\(", reading.text)
    }  # a size that the text defines
    declared = Reading(**{**vars(reading), "where": declarations(whole, whole.notes, own)})
    found = read_as(reading.text, declared)
    assert found is not None
    assert found.expr is whole.expr


def declarations(found: Read, notes: Collection[str] = (), own: Collection[str] = ()) -> str:
    """The declarations that an echo states but of *own*, as the text counts where *notes* say that it is from 0."""
    stated = [s for s in symbols(found.expr) if s.name not in own]
    return "; ".join(
        declaration(s, f"{s.name} is counted from 1" in str(notes), f"{s.name} has two axes" in str(notes))
        for s in stated
    )


def declaration(s: Symbol, from_zero: bool, is_column: bool) -> str:
    is_array = s.cols.number == 1 and not is_column
    shape = "scalar" if s.is_scalar else str(s.rows) if is_array else f"{s.rows} x {s.cols}"
    firsts = [0 if from_zero and (len(s.ranges) == 1 or "+" in str(last)) else 1 for last in s.ranges]
    lasts = [last if first else last - ONE for first, last in zip(firsts, s.ranges, strict=True)]
    ranges = ", ".join(f"{letter}={first}..{last}" for letter, first, last in zip("ijkl", firsts, lasts, strict=False))
    return f"{s.name}{f'[{ranges}]' if ranges else ''}: {shape} {' '.join(sorted(s.properties))}"


@pytest.mark.parametrize("spelling", ["unicode", "ascii", "latex"])
@pytest.mark.parametrize("reading", ACCEPTED)
def test_what_is_printed_is_read_back(reading: Reading, spelling: str) -> None:
    whole = as_it_stands(reading)
    printed = f"{whole.expr:{spelling}}" if spelling != "unicode" else str(whole.expr)
    again = read(printed, declarations(whole), [], scalar=reading.kind != "jacobian" and whole.expr.is_scalar)
    assert again.expr is whole.expr, printed


# ---- 6. order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", [r for r in ACCEPTED if re.search(r";\s", r.values[0].text)])
def test_statements_in_any_order_have_one_reading(reading: Reading) -> None:
    whole = as_it_stands(reading)
    statements = [s.strip() for s in reading.text.split(";")]
    turned = read_as("; ".join([*statements[1:], statements[0]]), reading)
    if turned is None:
        pytest.skip("a text whose objective is not named has it last")
    assert turned.expr is whole.expr
