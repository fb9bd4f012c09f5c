"""The reference: every public function and every result with its members, from their docstrings.

This is an extension of Sphinx too, which reads the docstrings of matdiff as they are written: names in a column with
what they stand for are a list.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import matdiff
from matdiff import api, errors
from matdiff.algebra.laws import Law
from matdiff.docs.markdown import slug
from matdiff.numeric.check import Verification
from matdiff.numeric.objectives import Objective
from matdiff.regex import regex
from matdiff.results.code import Code
from matdiff.results.differential import DifferentialForm
from matdiff.results.equations import ImplicitDerivative, StationaryPoint
from matdiff.results.expectation import ExpectedValue
from matdiff.results.second import Hessian, Jacobian
from matdiff.results.solution import Scheme, Solution
from matdiff.review.lint import Finding, Findings
from matdiff.review.report import Review, Verdict
from matdiff.testing import assert_gradient, assert_hessian, assert_jacobian

RESULTS = (
    matdiff.Derivation, Jacobian, Hessian, DifferentialForm, ExpectedValue, ImplicitDerivative, StationaryPoint,
    Solution, Scheme, matdiff.Equality, Review, Verdict, Finding, Findings, Code, Objective, Verification,
    matdiff.Expr, Law,
)  # fmt: skip
ASSERTIONS = (assert_gradient, assert_jacobian, assert_hessian)
INNER = frozenset(  # what other parts ask of results and expressions
    "__init__ __new__ applied bundle called computed free_of leading_number make needs notation number numeral ones "
    "open_ended page part rebuild reciprocal shape_of usual written".split()
)
NAMES = regex(r"^(\S(?:.*?\S)?)\s{2,}(?=\S)")


def pages() -> Iterator[tuple[str, str]]:
    """A page for each subject of the functions, one for the results, and one for the errors."""
    functions = [getattr(api, name) for name in api.__all__]
    by_subject = {
        subject: [*members]
        for subject, members in groupby(sorted(functions, key=lambda f: f.__module__), key=lambda f: _subject(f))
    }
    by_subject["Assertions for tests"] = [*ASSERTIONS]
    names = [*map(slug, by_subject), "results", "errors"]
    listed = "\n".join(names)
    yield "reference/index", f"# Reference\n\n```{{toctree}}\n:maxdepth: 2\n\n{listed}\n```\n"
    for subject, members in by_subject.items():
        home = "matdiff.testing" if members[0] in ASSERTIONS else "matdiff"
        shown = [f"## {f.__name__}\n\n{_auto('autofunction', f'{_home(f, home)}.{f.__name__}')}" for f in members]
        yield f"reference/{slug(subject)}", "\n\n".join([f"# {subject}", *shown]) + "\n"
    options = ":members:\n:inherited-members: tuple, BaseException, AttributeError"
    for name, classes in (("Results", RESULTS), ("Errors", _errors())):
        shown = [f"## {c.__name__}\n\n{_auto('autoclass', f'{c.__module__}.{c.__name__}', options)}" for c in classes]
        yield f"reference/{slug(name)}", "\n\n".join([f"# {name}", *shown]) + "\n"


def _subject(function: Any) -> str:
    """What the module of a function is about, in a few words."""
    return re.split(r"[.:;]", sys.modules[function.__module__].__doc__ or "")[0]


def _home(function: Any, home: str) -> str:
    """The package that a function is called from."""
    return home if home != "matdiff" or function.__name__ in matdiff.__all__ else "matdiff.api"


def _errors() -> list[type]:
    """The errors that bad input can cause, the root first."""
    return [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, matdiff.MatdiffError)]


def _auto(directive: str, name: str, options: str = "") -> str:
    """A directive of autodoc."""
    inner = "\n".join(f"   {line}" for line in options.splitlines())
    return f"````{{eval-rst}}\n.. {directive}:: {name}\n{inner}\n````"


# ---- docstrings as Sphinx reads them ---------------------------------------------------------------------


def setup(app: Any) -> dict[str, bool]:
    """Makes this an extension of Sphinx."""
    app.connect("autodoc-process-docstring", _prepared)
    app.connect("autodoc-skip-member", _is_inner)
    return {"parallel_read_safe": True}


def _is_inner(app: Any, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Whether a member is left out; None where the rules of Sphinx decide."""
    return True if name in INNER else None


def _prepared(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Puts the lists into the lines of a docstring."""
    lines[:] = [line for paragraph in _paragraphs(lines) for line in (*in_reST(paragraph), "")]


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """The lines of each paragraph."""
    for is_empty, paragraph in groupby(lines, key=lambda line: not line.strip()):
        if not is_empty:
            yield [*paragraph]


def in_reST(paragraph: list[str]) -> list[str]:
    """A paragraph for Sphinx: names with what they stand for at one column are a list.

    >>> in_reST(["ok      whether it is right", "reason  why it is not,", "        if it is not"])
    ['``ok``', '   whether it is right', '``reason``', '   why it is not,', '   if it is not']
    """
    found = NAMES.match(paragraph[0])
    column = found.end() if found else 0
    aligned = all(line[column - 1 : column + 1].lstrip() == line[column : column + 1] != "" for line in paragraph)
    if found is None or not aligned or paragraph[0].startswith(">>>") or len(paragraph) == 1:
        return [line if line.startswith(">>>") else line.replace("|", r"\|") for line in paragraph]
    made = []
    for line in paragraph:
        names, words = line[:column].strip(), line[column:]
        made += [", ".join(f"``{name}``" for name in names.split(", "))] * bool(names) + [f"   {words}"]
    return made
