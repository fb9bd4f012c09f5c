"""Problems as people write them: ``minimise f subject to A x = b, C x = d``; text in, expressions out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from matdiff import regex as re
from matdiff.algebra.dims import Size, shape_text
from matdiff.algebra.expr import Expr
from matdiff.errors import MatdiffError, NotationError, ShapeError, Span, UnsupportedError
from matdiff.language import phrases
from matdiff.language.answers import Reading, symbols_by_name
from matdiff.language.declared import Where
from matdiff.language.extents import Excerpt, parse_size
from matdiff.language.names import canonical
from matdiff.language.outside import outside, split
from matdiff.language.reading import question_of, read
from matdiff.language.spelling import plain
from matdiff.language.together import read_beside
from matdiff.records import NamedTuple
from matdiff.regex import regex

GREATER = (">=", "≥", ">", r"\ge", r"\geq", r"\geqslant")
UNEQUAL = regex(r"<=|>=|[≤≥<>]|\\(?:[gl]e|[gl]eq|[gl]eqslant)(?![A-Za-z])")


class Problem(NamedTuple):
    """An objective, what is zero where the constraints hold, and what is asked for: *minimise*, *maximise* or nothing.

    *bounds* are not negative where its inequalities hold; *names* are the unknowns that the text names itself, as min_w
    does; *ranks* are the largest that matrices may have.
    """

    reading: Reading
    constraints: tuple[Expr, ...]
    bounds: tuple[Expr, ...]
    sense: str = ""
    names: tuple[str, ...] = ()
    ranks: Mapping[str, Size] = {}


def read_problem(text: str, where: Where, wrt: Sequence[str], subject_to: Sequence[str] = ()) -> Problem:
    """The objective and the constraints of a text, and of further texts with a constraint each.

    Raises NotationError where a constraint is neither an equation nor an inequality.
    """
    text = RANK_IN_LATEX.sub("rank", text)
    reading = read(text, where, wrt, scalar=True, solving=True)
    unknown = (*wrt, *(reading.question.names if reading.question else ()))
    where, told = _with_signs(where, reading, unknown or reading.arguments())
    reading = read(text, where, wrt, scalar=True, solving=True) if told else reading
    stated = [p for p in reading.constraints if p not in told]
    stated = [p for p in stated if not (m := FULL_RANK.match(p)) or canonical(m["name"]) in unknown]
    pieces = [*map(without_space, stated), *(piece for part in subject_to for piece in _pieces(part))]
    found = {p: m for p in pieces if (m := RANK.match(p))}
    ranks = {canonical(m["name"]): parse_size(Excerpt(m["rank"].strip(), m.start("rank"), p)) for p, m in found.items()}
    pieces = [p for p in pieces if p not in found]
    equations = [p for p in pieces if not UNEQUAL.search(p)]
    inequalities = [link for p in pieces if UNEQUAL.search(p) for link in links(p)]
    try:
        constraints = constraints_beside(reading.expr, equations, where)
    except ShapeError:
        where = _with_shapes(where, equations)
        reading = read(text, where, wrt, scalar=True, solving=True)
        constraints = constraints_beside(reading.expr, equations, where)
    bounds = tuple(_beside(reading.expr, excess(p), p, where) for p in inequalities)
    asked = reading.question
    return Problem(reading, constraints, bounds, asked.sense if asked else "", asked.names if asked else (), ranks)


NAME = r"\\?[A-Za-z\u0370-\u03ff]\w*(?:\{\w+\})?"
NAMES = rf"{NAME}(?:\s*(?:,|and\b)\s*{NAME})*"
SOLVE = regex(
    r"\s*(?:\\text\{\s*)?[Ss]olve\b\s*\}?(?!.*?(?<![A-Za-z])(?:arg\s?)?m(?:in|ax)(?:imi[sz]e)?(?![A-Za-z(]))(?P<equations>.*?)"
    rf"(?:(?:\\text\{{\s*for\s*\}}|\bfor\b)\s*(?P<names>{NAMES}))?[\s.?]*$",
    re.DOTALL,
)
SOLVE_BEHIND = regex(  # A X B = C, solve for X; but not: set the derivative to zero and solve for X
    r"(?!.*(?:[Gg]radient|[Dd]erivative|[∂∇]|(?<!\w)d\w*/d))(?P<equations>.*?\S)(?:\s*[,;:.\n]\s*|\s+)\(?(?:(?:and|to)\s+)?[Ss]olv(?:e|ing)\s+(?:this\s+)?for\s+"
    rf"(?:the\s+)?(?:(?:matrix|vector|unknown)\s+)?(?P<names>{NAMES})\)?[\s.?]*$",
    re.DOTALL,
)
RANK = regex(  # rank(X) ≤ k
    rf"\s*rank\s*\(?\s*(?P<name>{NAME})\s*\)?\s*(?:=|<=|≤|\\leq?(?:slant)?(?![A-Za-z]))\s*(?P<rank>[\w\s*+-]+)$"
)
FULL_RANK = regex(rf"\s*(?P<name>{NAME})\s(?:[a-z]+\s)?{phrases.RANK}[\s.]*$")  # A has full column rank: no equation
POSITIVE = regex(rf"\s*(?P<name>{NAME})\s*(?:>|\\gt(?![a-z]))\s*0\s*$")
RANK_IN_LATEX = regex(r"\\(?:(?:operatorname\*?|mathrm|text)\s*\{\s*rank\s*\}|rank(?![A-Za-z]))")
DEFINING = regex(rf"\s*{NAME}\s*(?:\([^()]*\)\s*)?:?$")  # what is left of = in a definition


def read_equations(text: str, where: Where, wrt: Sequence[str]) -> Problem | None:
    """Equations that are to be solved, ``solve A x = b for x`` or ``A x = b``; None of what is no such text.

    >>> problem = read_equations("solve A X + X B = C for X", None, ())
    >>> problem.names, problem.sense
    (('X',), 'solve')
    """
    ahead = SOLVE.match(text)
    asked = ahead or SOLVE_BEHIND.match(text)
    pieces = [*_pieces(asked["equations"] if asked else text)]
    unknown = asked["names"] if asked else None
    if not pieces or not (ahead or all(is_equation(p) or (unknown and unknown in p.split("=")[0]) for p in pieces)):
        return None  # L = ‖y − Xw‖² is a definition, AX = B is none where X is asked for
    if not asked and (not wrt or question_of(text, where)):
        return None
    names = tuple(re.split(r"\s*(?:,|\band\b)\s*", unknown)) if unknown else tuple(wrt)
    text = difference(pieces[0])
    with quoting(pieces[0], text):
        first = read(text, where, names)
    return Problem(first, constraints_beside(first.expr, pieces[1:], where), (), "solve", names)


def is_equation(piece: str) -> bool:
    """Whether a piece of a text is an equation that defines nothing."""
    places = _equals(piece)
    return len(places) == 1 and not UNEQUAL.search(piece) and not DEFINING.match(piece[: places[0]])


def _with_signs(where: Where, reading: Reading, unknown: Sequence[str]) -> tuple[Where, tuple[str, ...]]:
    """The declarations with λ > 0 of a number λ that is no unknown, and such conditions, which constrain nothing."""
    fixed = {n for n, s in reading.symbols.items() if s.is_scalar and unknown and n not in map(canonical, unknown)}
    found = {p: canonical(plain(m["name"])) for p in reading.constraints if (m := POSITIVE.match(p))}
    told = {p: name for p, name in found.items() if name in fixed}
    if not told:
        return where, ()
    if isinstance(where, Mapping):
        return {**dict.fromkeys(told.values(), "scalar positive"), **where}, tuple(told)
    more = (f"{name}: scalar positive" for name in told.values() if name not in reading.declared)
    return "; ".join([*([where] if where else []), *more]), tuple(told)


def _with_shapes(where: Where, equations: Sequence[str]) -> Where:
    """The declarations, with the shapes that the constraints tell by themselves."""
    told: dict[str, str] = {}
    for piece in equations:
        text = difference(piece)
        with quoting(piece, text):
            found = read(text, where)
        told |= {n: shape_text(s.shape) for n, s in found.symbols.items() if n not in found.declared and not s.ranges}
    if isinstance(where, Mapping):
        return {**told, **where}
    return "; ".join([*([where] if where else []), *(f"{n}: {shape}" for n, shape in told.items())])


def constraints_beside(f: Expr, texts: Sequence[str], where: Where) -> tuple[Expr, ...]:
    """What is zero where the constraints in some texts hold, with the symbols of an objective."""
    return tuple(_beside(f, difference(piece), piece, where) for text in texts for piece in _pieces(text))


def without_space(text: str) -> str:
    """A piece of LaTeX without the spaces and signs of alignment at its ends."""
    return re.sub(r"^(?:\s|&|\\q?quad|\\[,;:!\\])+|(?:\s|&|\\q?quad|\\[,;:!\\]|[,.])+$", "", text)


def difference(text: str) -> str:
    """left − right of an equation, as text."""
    if UNEQUAL.search(text):
        hint = "Equations A x = b are covered; add a slack variable."
        raise UnsupportedError(f"{text} is an inequality", suggestion=hint)
    places = _equals(text)
    if len(places) != 1:
        raise NotationError("an equation has one sign =", text=text, span=(0, len(text)), suggestion="Write A x = b.")
    return _minus(text[: places[0]], text[places[0] + 1 :])


def _equals(text: str) -> list[int]:
    """The places of = outside of brackets."""
    return [m.start() for m in outside(text, "=")]


def links(text: str) -> Iterator[str]:
    """The inequalities of a chain, l ≤ x and x ≤ u of l ≤ x ≤ u."""
    signs = [*UNEQUAL.finditer(text)]
    ends = [0, *(m.end() for m in signs)], [*(m.start() for m in signs), len(text)]
    yield from (text[start:end] for start, end in zip(ends[0], ends[1][1:], strict=False))


def excess(text: str) -> str:
    """What is not negative where an inequality holds, as text: left − right of left ≥ right."""
    m = UNEQUAL.search(text)
    if m is None or UNEQUAL.search(text, m.end()):
        raise NotationError("an inequality has one sign", text=text, span=(0, len(text)), suggestion="Write x >= 0.")
    sides = text[: m.start()], text[m.end() :]
    return _minus(*(sides if m.group() in GREATER else sides[::-1]))


def _minus(left: str, right: str) -> str:
    """left − right"""
    return left if re.fullmatch(r"\s*0(\.0*)?\s*", right) else f"({left}) - ({right})"


@contextmanager
def quoting(piece: str, text: str) -> Iterator[None]:
    """Errors about left − right quote the constraint as it was written."""
    try:
        yield
    except MatdiffError as error:
        if error.text == text and error.span is not None:
            error.text, error.span = piece, _place(piece, text, error.span)
        raise


def _place(piece: str, text: str, span: Span) -> Span:
    """Where in a constraint a place of left − right stands; all of it, where the place is of both sides."""
    equals = next(m.span() for m in (UNEQUAL.search(piece), *outside(piece, "=")) if m)
    for start, end in ((0, equals[0]), (equals[1], len(piece))):
        side = piece[start:end]
        for shown in (f"({side})", side):
            begin = text.find(shown) + (shown != side)
            if shown in text and begin <= span[0] and span[1] <= begin + len(side) + 1:
                return start + span[0] - begin, min(start + span[1] - begin, end)
    return 0, len(piece)


def _beside(f: Expr, text: str, piece: str, where: Where) -> Expr:
    """A side of a constraint with the symbols of the objective; *piece* is the constraint as it was written."""
    with quoting(piece, text):
        c = _of_numbers(f, text, where) or read_beside(f, text, where)
    if c.free:
        raise ShapeError(f"the constraint {piece} has a free index", suggestion="Stack the constraints into a vector.")
    return c


def _of_numbers(f: Expr, text: str, where: Where) -> Expr | None:
    """p x + q y − m where the objective makes x and y numbers, as all other letters are then; None of another text."""
    of = symbols_by_name(f)
    letters = {canonical(name) for name in re.findall(r"[^\W\d_](?:_\w+)?", text)}
    is_of_numbers = len(letters & of.keys()) > 1 and all(s.is_scalar and not s.ranges for s in of.values())
    if not is_of_numbers or (where and not isinstance(where, Mapping)) or re.search(r"[A-Z]|[^\W\d_]{3}|['ᵀ‖|]", text):
        return None
    with suppress(MatdiffError):
        return read_beside(f, text, {**dict.fromkeys(letters - of.keys(), "scalar"), **(where or {})})
    return None


def read_equation(text: str, where: Where, unknown: str) -> tuple[Reading, bool]:
    """What is zero where an equation holds, and whether it is an objective whose gradient by the unknown that is.

    ``argmin_x g(x)`` and ``minimise g(x)`` stand for the condition ∇g = 0; an expression alone is set to zero.
    """
    asked = None if UNEQUAL.search(text) else question_of(text, where)
    if asked and not asked.order:
        return read(text, where, [unknown], scalar=True, solving=True), True
    return read(difference(text) if "=" in text else text, where, [unknown]), False


def _pieces(text: str) -> Iterator[str]:
    """The constraints in a list: commas and semicolons outside brackets, and the word «and», stand between them."""
    return filter(None, map(without_space, split(text, r"(?<!\\)[,;]|\n|\band\b")))
