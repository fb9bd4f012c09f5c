"""The gallery: models of the literature, each with its formula, derivation, check, curves and code, for the site."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from matdiff import api
from matdiff.display.in_html import checked, html
from matdiff.docs.markdown import raw, slug
from matdiff.docs.pictures import picture
from matdiff.errors import MatdiffError
from matdiff.records import NamedTuple
from matdiff.regex import regex
from matdiff.results.gradient import Derivation

HEADING = regex(r"^# -+ (.*?) -+$", re.MULTILINE)
INTRODUCTION = """# Gallery of models

Each model is a short program: definitions that keep their names, and last the function. The gradients are compared by
the tests with the closed forms of the source that is named, and here with differences of values. The curves are the
function along a line through a random point, for each unknown; dashed is the tangent that the gradient gives.
"""


class Model(NamedTuple):
    """A model, the subject that it stands under, and where its gradients are known from."""

    subject: str
    name: str
    program: str
    where: str
    source: str
    unknowns: tuple[str, ...]

    def derivation(self) -> Derivation:
        """The gradients by all of its unknowns."""
        return _derivation(self)


@cache
def _derivation(model: Model) -> Derivation:
    return api.derive(model.program, model.unknowns, model.where)


def models(path: Path) -> tuple[Model, ...]:
    """The models of a file, under the headings of its comments."""
    _, *parts = HEADING.split(path.read_text(encoding="utf-8"))
    return tuple(
        Model(subject, m["name"], m["program"].strip(), m["where"], m["source"], tuple(m["gradients"]))
        for subject, text in zip(parts[::2], parts[1::2], strict=True)
        for m in tomllib.loads(text)["model"]
    )


def pages(path: Path) -> Iterator[tuple[str, str]]:
    """A page for every subject."""
    known = models(path)
    subjects = tuple(dict.fromkeys(m.subject for m in known))
    listed = "\n".join(slug(subject) for subject in subjects)
    yield "gallery/index", f"{INTRODUCTION}\n```{{toctree}}\n:maxdepth: 2\n\n{listed}\n```\n"
    for subject in subjects:
        title = subject[0].upper() + subject[1:]
        shown = [_shown(m) for m in known if m.subject == subject]
        yield f"gallery/{slug(subject)}", "\n\n".join([f"# {title}", *shown]) + "\n"


def _shown(model: Model) -> str:
    """A model: where it is from, its derivation with what the check finds, and code."""
    name = model.name[0].upper() + model.name[1:]
    program = "\n".join(part.strip() for part in re.split(r"[;\n]", model.program))
    found = model.derivation()
    verdict = checked(found)
    if verdict is None or isinstance(verdict, MatdiffError) or not verdict.ok:
        raise MatdiffError(f"the check of {name} fails")
    typed = f"```text\n{program}\n```\n\nDeclared: `{model.where}`. Source: {model.source}."
    drawn = picture(found)
    return "\n\n".join([f"## {name}", typed, raw(html(found)), *[raw(drawn)] * bool(drawn), *_code(found)])


def _code(found: Derivation) -> Iterator[str]:
    """NumPy for value and gradients, to be unfolded; functions that a model leaves open have none."""
    try:
        written = api.code(found)
    except MatdiffError:
        return
    yield raw("<details><summary>NumPy</summary>")
    yield f"```python\n{written.source.rstrip()}\n```"
    yield raw("</details>")
