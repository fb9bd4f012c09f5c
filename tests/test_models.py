"""Models of statistics and machine learning (models.toml): the derived gradients are those of the literature.

The closed forms are written down from the sources that the file names, and the derivations are checked against
central differences; so neither side of a comparison comes from the other.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import matdiff
from matdiff.algebra.expr import Expr, postorder, replace, symbols
from matdiff.algebra.notation import TEXT
from matdiff.algebra.operators.structure import Named
from matdiff.output.notation import write

LONGEST = 1.35  # how long an answer may be, in units of the closed form of the literature
PROVED = 0.8  # of the equalities at least, the others hold on random instances


class Model(NamedTuple):
    """A block of the file: definitions and a function, declarations, and for every unknown the known gradient."""

    name: str
    program: str
    where: str
    source: str
    gradients: dict[str, str]


class Case(NamedTuple):
    """A model and one of its unknowns."""

    model: Model
    unknown: str


@cache
def models() -> tuple[Model, ...]:
    text = (Path(__file__).parent / "models.toml").read_text(encoding="utf-8")
    return tuple(Model(**block) for block in tomllib.loads(text)["model"])


MODELS = [pytest.param(model, id=model.name) for model in models()]
CASES = [
    pytest.param(Case(model, unknown), id=f"{model.name} by {unknown}")
    for model in models()
    for unknown in model.gradients
]


@cache
def derivation(name: str) -> matdiff.Derivation:
    """All unknowns of a model in one derivation."""
    (model,) = [m for m in models() if m.name == name]
    return matdiff.derive(model.program.strip(), tuple(model.gradients), model.where)


def found(case: Case) -> Expr:
    return derivation(case.model.name).gradients[case.unknown]


@cache
def known(case_name: str, unknown: str) -> Expr:
    """The closed form of the literature, in which the definitions of the program are known."""
    (model,) = [m for m in models() if m.name == case_name]
    closed = model.gradients[unknown]
    return matdiff.parse("; ".join([*definitions_of(model, closed), closed]), model.where)


@cache
def compared(name: str, unknown: str) -> matdiff.Equality:
    """The derived gradient beside the closed form."""
    (model,) = [m for m in models() if m.name == name]
    return matdiff.equal(found(Case(model, unknown)), known(name, unknown))


def definitions_of(model: Model, closed: str) -> list[str]:
    """The definitions of the program that a closed form uses, itself or by others: any other would be refused."""
    longer = [name for name in re.findall(r"\w+", model.where) if len(name) > 1]
    no_names = re.compile(rf"\b(?:{'|'.join(longer)})\b|[a-z_]{{3,}}(?=\()")
    kept: list[str] = []
    for definition in reversed(re.split(r"[;\n]", model.program.strip())[:-1]):
        name = definition.split("=")[0].strip()
        texts = (closed, *(used.split("=", 1)[1] for used in kept))
        if any(re.search(rf"{name}(?!\d)", no_names.sub(" ", text.replace("ᵀ", "'"))) for text in texts):
            kept.insert(0, definition)
    return kept


def length(e: Expr) -> int:
    """The number of names, words, numbers and signs of an expression; of its definitions only the names count."""
    return signs(e.name if isinstance(e, Named) else str(e).split("; ")[-1])


def signs(text: str) -> int:
    """The number of names, words, numbers and signs of a text."""
    return len(re.findall(r"[^\W\d_]\w*|\d+|[^\w\s]|_", text))


def test_the_file_has_many_models() -> None:
    assert len(models()) >= 45
    assert len(CASES) >= 140
    assert len({model.name for model in models()}) == len(models())
    assert all(model.source for model in models())


@pytest.mark.parametrize("model", MODELS)
def test_every_step_and_every_gradient_agrees_with_differences(model: Model) -> None:
    outcome = derivation(model.name).verify(seed=2)
    assert outcome.ok, outcome.failure
    assert outcome.lines == outcome.reasons  # every step is an instance of its law


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_the_one_of_the_literature(case: Case) -> None:
    assert found(case).shape == known(case.model.name, case.unknown).shape
    outcome = compared(case.model.name, case.unknown)
    assert outcome, outcome.message


@pytest.mark.parametrize("case", CASES)
def test_another_closed_form_is_refuted(case: Case) -> None:
    assert matdiff.equal(found(case), 2 * known(case.model.name, case.unknown)).equal is False


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_about_as_short_as_in_the_literature(case: Case) -> None:
    expected = known(case.model.name, case.unknown)
    assert length(found(case)) <= LONGEST * length(expected), f"{found(case)} is longer than {expected}"


def test_most_equalities_are_proved() -> None:
    outcomes = [compared(model.name, unknown) for model in models() for unknown in model.gradients]
    assert sum(outcome.equal is True for outcome in outcomes) >= PROVED * len(outcomes)


@pytest.mark.parametrize("model", MODELS)
def test_every_page_can_be_written_and_shows_the_answers(model: Model) -> None:
    derived = derivation(model.name)
    for level in ("none", "textbook", "full"):
        page, latex = derived.to_text(level, width=10_000), derived.to_latex(level)
        shown = {name: str(g).split("; ")[-1] for name, g in derived.gradients.items()}
        shown |= {name: shown[name][1:-1] for name, g in derived.gradients.items() if isinstance(g, Named)}  # (h)
        assert page
        answers = page.partition("\nGradient")[2] or page  # in the names that the derivation gives, or closed
        f = "L" if "f" in derived.unknowns else "f"  # a page calls no function as one of its names
        heads = [rf"∇_{re.escape(write(x, TEXT))}(?:\[\w+\])? {f} = " for x in derived.unknowns.values()]
        assert level == "none" or all(re.search(head, answers) for head in heads)
        if level == "none":
            closed = {name: write(g, TEXT) for name, g in derived.gradients.items()}
            assert all(answer in page or closed[name] in page for name, answer in shown.items())
        assert latex.startswith("\\begin{align*}")
        assert latex.isascii()


def test_definitions_stand_in_the_answer_as_they_were_written() -> None:
    derived = matdiff.derive("S = Q (E K)ᵀ/√d; P = softmax_rows(S); ⟨G, P V⟩", ("V", "S"), "d: scalar")
    written = {n.name: n for n in postorder(derived.function) if isinstance(n, Named)}
    for gradient in derived.gradients.values():
        assert all(n is written[n.name] for n in postorder(gradient) if isinstance(n, Named))


def test_the_links_of_a_recurrent_cell_are_those_of_the_literature() -> None:
    """With the sums named, δ_a is what texts call δ: δ₃ = (Vᵀe) ⊙ (1 − h₃²), δ₂ = (Wᵀδ₃) ⊙ (1 − h₂²), …"""
    program = """
        a1 = W h0 + U x1; h1 = tanh(a1); a2 = W h1 + U x2; h2 = tanh(a2); a3 = W h2 + U x3; h3 = tanh(a3)
        e = V h3 − y; ½‖e‖²
    """
    where = "W: n x n; U: n x m; V: p x n; h0: n; x1, x2, x3: m; y: p"
    derived = matdiff.derive(program.strip(), "W", where, expand=False)
    texts = {name: str(link).split("; ")[-1] for name, link in derived.links.items()}
    assert texts["h3"] == "Vᵀδ_e"
    assert texts["a2"] == "δ_h₂ ⊙ (1 − h₂.^2)"
    assert texts["h1"] == "Wᵀδ_a₂"
    assert str(derived.gradient).endswith("; δ_a₃ h₂ᵀ + δ_a₂ h₁ᵀ + δ_a₁ h₀ᵀ")
    assert derived.verify().ok


def test_contributions_of_a_shared_input_add() -> None:
    """Self-attention: the gradient by a shared X is the sum of those by three copies of it."""
    shared = derivation("self-attention with projections").gradients["X"]
    copies = "P = softmax_rows(X1 Wq (X2 Wk)ᵀ/√d); ⟨G, P X3 Wv⟩"
    where = "X1, X2, X3: n x p; Wq, Wk: p x d; Wv: p x q; G: n x q; d: scalar"
    parts = matdiff.derive(copies, ("X1", "X2", "X3"), where).gradients
    X = next(s for s in symbols(shared) if s.name == "X")
    put_in: dict[Expr, Expr] = {s: X for g in parts.values() for s in symbols(g) if s.name in parts}
    total = sum((replace(g, put_in.get) for g in parts.values()), start=0 * X)
    assert matdiff.equal(shared, total)
