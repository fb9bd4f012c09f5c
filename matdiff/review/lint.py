"""Documents in, findings out: the claims of derivatives that are wrong, with file, line and a code for the slip."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from matdiff import regex as re
from matdiff.algebra.expr import postorder
from matdiff.algebra.operators.products import Transpose
from matdiff.errors import MatdiffError
from matdiff.language.declarations import declare
from matdiff.language.names import GREEK_WORDS
from matdiff.records import NamedTuple
from matdiff.review.chain import Fault, has_increments
from matdiff.review.comparing import compared
from matdiff.review.documents import Passage, passages
from matdiff.review.doubts import holds, is_square
from matdiff.review.judged import Judged
from matdiff.review.lines import Line
from matdiff.review.report import NO_CLAIM, UNREAD, WRONG
from matdiff.review.reviewing import parts
from matdiff.review.scope import Scope
from matdiff.review.slips import SAID, diagnosed
from matdiff.review.word_names import MATHEMATICAL

CODES = {kind: f"MD{number}" for number, kind in enumerate(SAID, 101)}
SKIP, SKIP_ALL = "matdiff: skip", "matdiff: skip-file"
WORD = r"(?<![A-Za-z])d([a-z]{3,})\w*"
WHERE = r"matdiff: where\s+([^\n]*?)\s*(?:-->|$)"


class Finding(NamedTuple):
    """A claim that is wrong: where it stands, the code of the slip, and what is said of it."""

    path: str
    line: int
    column: int
    code: str
    kind: str
    message: str


class Findings(NamedTuple):
    """What was found in documents, and how many of their claims were read."""

    found: tuple[Finding, ...]
    read: int
    claims: int
    files: int

    @property
    def ok(self) -> bool:
        return not self.found

    def written(self, form: str) -> str:
        """The findings as ``text``, ``github`` (annotations of a workflow) or ``json``."""
        if form not in FORMS:
            raise MatdiffError(f"findings have no form {form!r}", suggestion=f"Take one of {', '.join(FORMS)}.")
        return FORMS[form](self)


def linted(documents: Sequence[tuple[str, str]], where: str | None = None) -> Findings:
    """What is wrong in documents, each with its path and its text.

    >>> found = linted([("notes.md", "# Traces\\n\\nNote that $\\\\frac{d}{dX} \\\\operatorname{tr}(AX) = A$.")])
    >>> print(found.written("text"))  # doctest: +ELLIPSIS
    notes.md:3:1: MD101 [transpose] a transpose is missing, or one too many: ...; it should be Aᵀ
    1 finding in 1 file; 1 of 1 claims read
    """
    found: list[Finding] = []
    read = claims = 0
    for path, text in documents:
        if SKIP_ALL in text:
            continue
        rows = text.split("\n")
        said = "; ".join([where or "", *re.findall(WHERE, text, flags=re.M)]).strip("; ")
        for passage in passages(path, text):
            for lines in parts(passage.text, _declared(said, passage.declared) or None, counts=claims_derivative):
                judged = [j for j in lines if j.verdict != NO_CLAIM and j.scope and claims_derivative(j.line, j.scope)]
                claims += len(judged)
                read += sum(j.verdict != UNREAD for j in judged)
                found += _findings(path, rows, judged, passage)
    return Findings(tuple(sorted(found)), read, claims, len(documents))


def _declared(said: str, told: Sequence[tuple[str, str]]) -> str:
    """What is said of shapes, and what a passage tells of other names than those."""
    with suppress(MatdiffError):
        known = declare(said or None)
        more = (f"{name}: {shape}" for name, shape in dict(told).items() if name not in known)
        return "; ".join([*filter(None, [said]), *more])
    return said


def _findings(path: str, rows: Sequence[str], judged: list[Judged], part: Passage) -> Iterator[Finding]:
    """The claims of derivatives that are wrong, but for those that are to be skipped."""
    for one in judged:
        if one.verdict != WRONG or one.fault is None or one.scope is None or not _is_sure(one.fault, one.scope):
            continue
        before = part.text[: one.line.span[0]]
        number = part.line + before.count("\n")
        if any(SKIP in row for row in rows[max(number - 2, 0) : number]):
            continue
        slip = diagnosed(one.fault, one.scope)
        column = len(before) - before.rfind("\n")
        yield Finding(path, number, column, CODES[slip.kind], slip.kind, slip.said)


def claims_derivative(line: Line, scope: Scope) -> bool:
    """Whether a line says what a derivative or a differential is."""
    known = MATHEMATICAL | GREEK_WORDS  # dtheta and dvec are increments, data and dataset_0 are none
    sides = [re.sub(WORD, lambda m: m[0] if m[1] in known else " ", side) for s in line.statements for side in s.sides]
    return any(scope.asks(side) or has_increments(side, scope) for side in sides)


def _is_sure(fault: Fault, scope: Scope) -> bool:
    """Whether a wrong side is that of a derivative or a differential: other equations may be conditions.

    What is right where matrices are symmetric of which a document does not say what they are, and which it does not
    transpose, may be right; so may a derivative in either layout, where a document speaks of one.
    """
    if fault.is_equation or not (fault.is_derivative or has_increments(fault.side, scope)):
        return False
    value, truth = fault.value, fault.truth
    if value is None:
        return True
    if scope.habits.states_numerator and compared(Transpose(value), truth).equal:
        return False
    apart = {*scope.given, *(str(n.operands[0]) for n in postorder(value) if isinstance(n, Transpose))}
    return not holds(value, truth, "symmetric", lambda s: is_square(s) and s.name not in apart)


def _text(findings: Findings) -> str:
    """A row for each finding, as linters print it, and a summary."""
    return "\n".join([*(f"{_place(f)}: {f.code} [{f.kind}] {f.message}" for f in findings.found), _summary(findings)])


def _place(f: Finding) -> str:
    return f"{f.path}:{f.line}:{f.column}"


def _summary(findings: Findings) -> str:
    count = len(findings.found)
    found = f"{count} finding{'s' * (count != 1)} in {findings.files} file{'s' * (findings.files != 1)}"
    return f"{found}; {findings.read} of {findings.claims} claims read"


def _github(findings: Findings) -> str:
    """Annotations of a workflow."""
    rows = [
        f"::error title={f.code},file={f.path},line={f.line},col={f.column}::{_place(f)}: {f.code} {f.message}"
        for f in findings.found
    ]
    return "\n".join([*(row.replace("%", "%25") for row in rows), _summary(findings)])


def _json(findings: Findings) -> str:
    """Everything as JSON."""
    said = {"findings": [f._asdict() for f in findings.found], "read": findings.read, "claims": findings.claims}
    return json.dumps(said, ensure_ascii=False, indent=2)


FORMS: dict[str, Callable[[Findings], str]] = {"text": _text, "github": _github, "json": _json}
