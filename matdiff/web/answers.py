"""What the page asks and what it is told: requests and answers are plain data, errors have their place in the text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from matdiff import api
from matdiff.algebra.dims import shape_text
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.expr import symbols as symbols_of
from matdiff.algebra.notation import LATEX, name_text
from matdiff.algebra.operators.structure import Named
from matdiff.arrays import in_use
from matdiff.display.in_html import checked, inner_html, of_result
from matdiff.errors import CheckError, MatdiffError
from matdiff.language import read as read_text
from matdiff.language.problems import read_problem
from matdiff.output.mathml import mathml
from matdiff.output.text import declarations
from matdiff.page.as_html import typeset
from matdiff.page.model import LEVELS, joined, whole
from matdiff.records import NamedTuple
from matdiff.results.base import Shown
from matdiff.web.examples import EXAMPLES

LONGEST = 20_000  # signs of a text
USUAL = (
    "w",
    "x",
    "theta",
    "beta",
    "W",
    "X",
    "mu",
    "Sigma",
    "A",
    "S",
    "z",
)  # what people derive by, the likeliest first
Answer = dict[str, Any]


class Request(NamedTuple):
    """What the page asks: a text, how it is declared, the unknowns, and how the answer is wanted."""

    text: str = ""
    where: str = ""
    wrt: tuple[str, ...] = ()
    kind: str = "gradient"
    steps: str = "textbook"
    layout: str = ""
    backend: str = "numpy"
    outputs: str = "value,gradient"
    derivation: str = ""
    check: str = ""  # "later": where arithmetic is slow, the answer is shown before it is checked


def request(content: object) -> Request:
    """A request from data that came from outside; MatdiffError for what is none."""
    if not isinstance(content, Mapping):
        raise MatdiffError("a request is an object")
    given: dict[str, Any] = {}
    for name, value in content.items():
        usual = Request._field_defaults.get(name)
        if name == "wrt" and isinstance(value, list) and all(isinstance(v, str) for v in value):
            given[name] = tuple(value)
        elif isinstance(usual, str) and isinstance(value, str):
            given[name] = value
        else:
            raise MatdiffError(f"a request has no {str(name)[:40]} of this kind")
    if sum(len(v) for v in (*given.values(), *given.get("wrt", ()))) > LONGEST:
        raise MatdiffError(f"the text is longer than {LONGEST} signs", suggestion="Give it to the command line.")
    return Request(**given)


def answered(ask: Callable[[Request], Answer], content: object) -> Answer:
    """The answer to a request, or the error that it causes."""
    try:
        return ask(request(content))
    except CheckError as error:
        return {
            "error": {**_error(error, content), "message": f"CHECK FAILED: {error.message} The answer is withheld."}
        }
    except MatdiffError as error:
        return {"error": _error(error, content)}


def in_json(method: str, content: str) -> str:
    """The same in JSON, for a browser in which Python runs; what needs more than there is says so."""
    try:
        return json.dumps(answered(METHODS[method], json.loads(content)), ensure_ascii=False)
    except ModuleNotFoundError as error:
        hint = "On a machine with Python: pip install matdiff, matdiff serve."
        fault = MatdiffError(f"This needs {error.name}, which a browser does not have.", suggestion=hint)
        return json.dumps({"error": _error(fault, None)}, ensure_ascii=False)


def _error(error: MatdiffError, content: object) -> Answer:
    """An error, with the field of the request that its place is in."""
    fields = ("text", "where", "derivation")
    asked = content if isinstance(content, Mapping) else {}
    field = next((f for f in fields if error.text is not None and asked.get(f) == error.text), None)
    said = {"message": error.message, "suggestion": error.suggestion, "field": field, "span": error.span}
    return {**said, "excerpt": "" if field else str(error)}


# ---- the reading --------------------------------------------------------------------------------------


def read(asked: Request) -> Answer:
    """How a text is read: typeset, with its shape, its symbols, and what it asks for itself."""
    if not asked.text.strip():
        return {}
    found = read_text(asked.text, asked.where)
    names = list(found.question.names) if found.question is not None else []
    beside: list[tuple[Expr, str]] = []
    if found.question is not None and not found.question.order:
        problem = read_problem(asked.text, asked.where, asked.wrt)
        found = problem.reading
        beside = [*((c, " = 0") for c in problem.constraints), *((b, r" \geq 0") for b in problem.bounds)]
    symbols = {s["name"]: s for e in (found.expr, *(c for c, _ in beside)) for s in _symbols(e)}
    return {
        "html": typeset(whole(found.expr)),
        "beside": [typeset(joined([whole(c), relation])) for c, relation in beside],
        "shape": shape_text(found.expr.shape),
        "scalar": found.expr.is_scalar,
        "symbols": list(symbols.values()),
        "notes": list(found.notes),
        "asked": names,
        "suggested": names or _suggested(found.expr),
    }


def _symbols(e: Expr) -> Iterator[Answer]:
    """The symbols with how they were read, then the definitions, by which derivatives are taken too."""
    names = {s.name: s for s in symbols_of(e)}
    for (name, symbol), (shown, kind) in zip(names.items(), declarations(e), strict=False):
        yield {"name": name, "html": mathml(format(symbol, "latex")), "shown": shown, "kind": kind, "definition": False}
    for node in postorder(e):
        if isinstance(node, Named) and not node.free:
            html = mathml(name_text(node.name, LATEX))
            kind = shape_text(node.shape)
            yield {"name": node.name, "html": html, "shown": node.name, "kind": kind, "definition": True}


def _suggested(e: Expr) -> list[str]:
    """The unknown that is likeliest meant; the members of a family are data rather."""
    known = symbols_of(e)
    names = [s.name for s in known if not s.ranges] or [s.name for s in known]
    return ([n for n in USUAL if n in names] or names)[:1]


# ---- the answers --------------------------------------------------------------------------------------


def _unknowns(asked: Request) -> tuple[str, ...] | None:
    return asked.wrt or None


def _gradient(asked: Request) -> Shown:
    return api.derive(asked.text, _unknowns(asked), asked.where, layout=asked.layout or "denominator")


def _jacobian(asked: Request) -> Shown:
    return api.jacobian(asked.text, _unknowns(asked), asked.where, asked.layout or "numerator")


def _hessian(asked: Request) -> Shown:
    return api.hessian(asked.text, _unknowns(asked), asked.where)


def _solve(asked: Request) -> Shown:
    return api.solve(asked.text, _unknowns(asked), asked.where)


RESULTS: dict[str, Callable[[Request], Shown]] = {
    "gradient": _gradient,
    "jacobian": _jacobian,
    "hessian": _hessian,
    "solve": _solve,
}


def answer(asked: Request) -> Answer:
    """What is asked for, as HTML and as texts to be copied."""
    if asked.kind == "code":
        return _code(asked)
    if asked.kind == "check":
        return _review(asked)
    if asked.kind not in RESULTS:
        raise MatdiffError(f"there is no kind {asked.kind!r}", suggestion=f"Take one of {', '.join(RESULTS)}.")
    found = RESULTS[asked.kind](asked)
    found.detail = asked.steps if asked.steps in LEVELS else "textbook"
    later = in_use() and asked.check == "later"
    check = None if later else checked(found)
    copies = {
        "LaTeX": found.to_latex(found.detail),
        "Markdown": found.to_markdown(found.detail),
        "text": found.to_text(found.detail),
    }
    return {"html": of_result(found, check), "copies": copies, "unchecked": later and hasattr(found, "verify")}


def _code(asked: Request) -> Answer:
    """A function as source; it is written, not run."""
    outputs = asked.outputs.split(",")
    found = api.code(asked.text, _unknowns(asked), asked.where, asked.backend, outputs, check=False)
    return {"html": inner_html(found), "copies": {"code": found.source}}


def _review(asked: Request) -> Answer:
    """What is said of somebody's derivation."""
    found = api.check(asked.derivation, asked.where, ", ".join(asked.wrt) or None)
    return {"html": inner_html(found), "copies": {"text": found.to_text()}, "ok": found.ok}


def examples(_: Request) -> Answer:
    """The gallery: each example with its formula."""
    return {"examples": list(_gallery())}


def _gallery() -> Iterator[Answer]:
    """The examples that can be read where this runs."""
    for example in EXAMPLES:
        try:
            found = read_text(example["text"], example.get("where", ""))
        except ModuleNotFoundError:  # code is read with NumPy, which a browser does not have
            continue
        yield {**example, "html": typeset(whole(found.expr))}


METHODS = {"read": read, "answer": answer, "examples": examples}
