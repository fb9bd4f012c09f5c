"""What the statements of a law are about: the table of it is up to date, and where there is none they are read."""

from __future__ import annotations

import pytest

import matdiff
from matdiff import wiring
from matdiff.algebra import heads, identities, operators, rewriting
from matdiff.algebra.expr import Expr
from matdiff.algebra.heads import ByClass
from matdiff.algebra.kinds import Declared
from matdiff.algebra.laws import Law, Statement
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Power, Product, Transpose
from matdiff.algebra.statements import stored
from matdiff.files import grammar_path, read_text
from matdiff.language import read_law


def law(statement: str, where: str = "") -> Law:
    made = Law("for_this_test", "", statement, "identity", lambda e: None, where=where, among=None)
    made.forget()
    return made


def test_the_table_is_up_to_date() -> None:
    written = read_text(grammar_path(heads.TABLE))
    assert written == heads.table_text(identities.every()), "run `python -m matdiff.language.tables`"


def test_the_table_of_what_modules_make_is_up_to_date() -> None:
    identities.every()
    written = read_text(grammar_path(operators.TABLE))
    assert written == operators.table_text(identities.HOMES), "run `python -m matdiff.language.tables`"


def test_the_table_of_statements_has_them_as_they_are_read() -> None:
    identities.every()
    operators.table_text(identities.HOMES)  # which loads all
    said = {statement for law in (*identities.every(), *operators.laws()) for statement in law.statements}
    assert len(said) > 1000
    written = read_text(grammar_path(stored.TABLE))
    assert written == stored.table_text(said), "run `python -m matdiff.language.tables`"
    for statement in said:
        assert stored.kept(statement) == read_law(statement), statement  # the same nodes


def test_a_statement_that_no_table_has_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Statement("A*B = B*(B*A)", "A, B: n x n")
    assert stored.kept(other) is None
    assert wiring.read(other) == read_law(other)
    monkeypatch.setattr(stored, "stored", dict)
    assert stored.kept(Statement("(A')' = A", "A: m x n")) is None


def test_the_table_speaks_of_classes_that_are_known() -> None:
    known = {base.__name__ for kind in heads.classes().values() for base in kind.__mro__}
    for name, row in heads.stored().items():
        assert {*row.roots, *row.among, *(kind for group in row.occurring for kind in group)} <= known, name


@pytest.mark.parametrize(
    ("statement", "where", "found"),
    [
        ("kron(A, B)*kron(C, D) = kron(A*C, B*D)", "", ((Product,), (Kronecker,))),
        ("vec(x)'*kron(y', A) = x'*kron(y', A)", "x, y: n", ((Product,), (Kronecker,))),  # xᵀ is any row
        ("(A')' = A", "A: m x n", ((Transpose,), (Transpose,))),
        ("g(A)' = g(A')", "A: m x n", ((Transpose,), (Entrywise, Power, Unspecified))),
        ("Q'*Q = eye(n)", "Q: n x n orthogonal", ((Product,), (Declared,))),
        ("A*B = B*A", "A, B: n x n", ((Product,), ())),
    ],
)
def test_statements_tell_what_they_are_about(
    statement: str, where: str, found: tuple[tuple[type, ...], tuple[type, ...]]
) -> None:
    assert heads.read(law(statement, where))[:2] == found


def test_a_law_of_which_the_table_has_another_statement_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    made = law("tr(A') = tr(A)")
    other = heads.row(law("A*B = A*B"))._replace(name=made.name)
    monkeypatch.setattr(heads, "stored", lambda: {made.name: other})
    assert heads.told(made).roots == ("Trace",)


def test_least_squares_try_no_law_of_what_they_do_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = set()
    chosen = rewriting.candidates

    def noted(laws: ByClass, node: Expr) -> tuple[Law, ...]:
        found = chosen(laws, node)
        tried.update(law.apply.__module__.rpartition(".")[2] for law in found)
        return found

    monkeypatch.setattr(rewriting, "candidates", noted)
    matdiff.derive("||X w - y||^2 + c*w'w", "w", "X: m x n; c: scalar")
    assert tried >= {"products", "factoring", "transposes"}
    assert not tried & {"convolution", "given_entries", "structure", "slices", "kronecker", "cholesky", "parts"}
