"""The catalogue: every statement is true, every law does what its statement says, every operator is complete."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

import matdiff
from matdiff.algebra.constants import Ones, Zeros
from matdiff.algebra.dims import ONE, size
from matdiff.algebra.expr import (
    FUNCTIONS,
    OPERATORS,
    Expr,
    Index,
    Number,
    Operator,
    Symbol,
    postorder,
    replace,
    symbols,
)
from matdiff.algebra.identities import EXPANSIONS, OF_PARTS, SIMPLIFICATIONS, TIDYING
from matdiff.algebra.identities.commuting import commuting_functions
from matdiff.algebra.identities.likeness import key
from matdiff.algebra.laws import CATALOGUE, Law, Statement
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.notation import LATEX, TEXT
from matdiff.algebra.operators.differentials import Differential
from matdiff.algebra.operators.entrywise import Entrywise, Unspecified
from matdiff.algebra.operators.extremes import Maximum
from matdiff.algebra.operators.paths import Path
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose
from matdiff.algebra.operators.sums import IndexedSum, Member
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.rewriting import Rewriter, Simplifier, Step
from matdiff.algebra.statements.conditions import under_any_condition
from matdiff.calculus.equality.normal_form import NORMAL
from matdiff.errors import MatdiffError
from matdiff.language import read_law
from matdiff.numeric.check import check_steps

LAWS = [pytest.param(law, id=law.name) for law in matdiff.laws()]
EQUALITIES = [
    pytest.param(law, id=law.name)
    for law in matdiff.laws()
    if law.kind != "definition" or law.name.startswith(("definition_of_", "expectation_of_"))
]
FURTHER = [
    pytest.param(law, statement, id=f"{law.name}: {statement.statement}")
    for law in matdiff.laws()
    if law.kind != "definition"
    for statement in law.statements[1:]
]
DIFFERENTIALS = [pytest.param(law, id=law.name) for law in matdiff.laws() if law.kind == "differential"]
IDENTITIES = [pytest.param(law, id=law.name) for law in matdiff.laws() if law.kind == "identity"]

# Titles in words, or with a letter for any function or signs of their own, that stand for many statements.
SCHEMES = frozenset(
    """
    absolute_of_negative blocks_one_by_one by_scalar cases_of_one_condition column_by_unit_vector
    commuting_direction commuting_direction_2 commuting_direction_3 commuting_direction_4 commuting_direction_5
    commuting_direction_6 commuting_functions commuting_right_side commuting_right_side_2 composed_of_eigenvectors
    constant_body
    constants_beside_softmax determinant_of_two
    direction_of_identity entries_in_a_table entry_by_entry entry_of_function_of_given_vector
    entry_of_given_vector entry_of_unit_vector even_and_odd function_of_repeated half_at_zero
    log_of_determinant mean_taken_off multiple_direction nothing_at_one nothing_at_zero
    ones_as_product part_of_constant powers_in_a_circle
    powers_in_product product_of_blocks product_of_exponentials product_with_given_vector
    ptrace1_of_outer_product ptrace2_of_outer_product root_of_number rows_together
    sum_of_centred_columns sum_of_unit_vectors sum_over_eigenvalues sum_over_entries
    sum_with_delta trace_of_band_matrix trace_of_commuting_direction
    trace_of_commuting_solution trace_of_convolution trace_of_convolution_2 trace_of_cross_correlation
    trace_of_cross_correlation_2 trace_of_dilated trace_of_indexed_sum trace_of_open_hessian trace_of_padded
    trace_of_patches trace_of_slice trace_of_subsampled transpose_of_function_of_several
    transpose_of_patches transpose_of_sized unit_vector_in_hadamard vec_of_convolution vec_of_convolution_2
    vec_of_cross_correlation vec_of_padded vec_of_product_with_diagonal vec_of_slice vec_of_subsampled
    """.split()
)
MEANT = {r"\bp\b": "a ≤ b", r"\bL\(": "frechet_expm(", r"\bf\(": "exp(", r"λ\(": "eigvals(", r"Φ\(": "normcdf("}
TITLES_WHERE = (  # what letters of titles are that the statements do not have
    "",
    "A[i=1..N], B[i=1..N]: m x n; a, b, c: scalar",
    "A: m x n; B[i=1..N]: n x p; C: p x q",
    "A: m x n; B, D: n x p; a, b, c: scalar",
    "A, B: m x n; C: n x m; a, b, c: scalar",
    "A, B: n x n",
    "a, b: scalar; c[i=1..N]: scalar; A: m x n; a, b: scalar",
)
TITLED = [
    pytest.param(law, id=law.name)
    for law in matdiff.laws()
    if law.kind in ("identity", "trace", "vec") and law.title != Law.printed(law)
]


m, n = size("m"), size("n")
A, a, b = Symbol("A", (m, n)), Symbol("a"), Symbol("b")
i, X = Index("i", "N"), Symbol("X", (m, ONE), ranges=(size("N"),))
x, y, z = Symbol("x", (m, ONE)), Symbol("y", (n, ONE)), Symbol("z", (n, ONE))

# Laws that apply only where they shorten a line, or whose left side the constructors settle: a left side for each.
LEFT_SIDES: dict[str, Expr] = {
    "transpose_of_scalar": Transpose(a),
    "transpose_of_sum": matdiff.parse("(A' + B')'", "A, B: m x n"),
    "transpose_within_slice": matdiff.parse("inv(A')[1:3, 2:4]'", "A: n x n"),
    "transpose_of_hadamard": matdiff.parse("(A' .* B')'", "A, B: m x n"),
    "transpose_of_blocks": matdiff.parse("hstack(A', B')'", "A: m x n; B: p x n"),
    "transpose_of_blocks_2": matdiff.parse("vstack(A', B')'", "A: m x n; B: m x p"),
    "transpose_of_entrywise": matdiff.parse("exp(A')'", "A: m x n"),
    "transpose_of_indexed_sum": matdiff.parse("sum(i=1..N, A[i]')'", "A[i=1..N]: m x n"),
    "traces_in_one_order": matdiff.parse("tr(A*B) + tr(B*A)", "A: m x n; B: n x m"),
    "trace_of_commuting_direction": matdiff.parse("tr(frechet_expm(2*A^3, E)*A^2)", "A, E: n x n"),
    "transpose_of_power": matdiff.parse("((A')^2)'", "A: n x n"),
    "transpose_of_softmax": matdiff.parse("softmax_rows(A')'", "A: m x n"),
    "transpose_of_triangle": matdiff.parse("tril(A')'", "A: m x n"),
    "idempotent_power_2": matdiff.parse("(P')^3", "P: n x n idempotent"),
    "transpose_of_softmax_2": matdiff.parse("softmax_cols(A')'", "A: m x n"),
    "transpose_of_triangle_2": matdiff.parse("triu(A')'", "A: m x n"),
    "idempotent_power": matdiff.parse("P^3", "P: n x n idempotent"),
    "power_of_diagonal_matrix": matdiff.parse("diag(x)^2", "x: n"),
    "roots_of_numbers": matdiff.parse("sqrt(8)/sqrt(2)"),
    "entrywise_power_of_identity": matdiff.parse("eye(n).^2"),
    "odd_power_of_sign": matdiff.parse("sign(A).^3", "A: m x n"),
    "sign_of_power_of_absolute": matdiff.parse("abs(A).^3 .* sign(A)", "A: m x n"),
    "power_of_outer_product": matdiff.parse("(x*y').^2", "x: m; y: n"),
    "power_of_ones": matdiff.parse("1^(1/2)"),
    "power_of_ones_2": matdiff.parse("ones(m, n).^2"),
    "scalar_in_product": Product(x, Transpose(y), z),
    "unit_vector_in_hadamard": matdiff.parse("x .* unit(2, n)", "x: n"),
    "equal_bases": matdiff.parse("a^2*a^3", "a: scalar"),
    "power_under_a_name": matdiff.parse("J = sqrt(a); a/J", "a: scalar positive"),
    "power_of_power": matdiff.parse("(a^3)^2", "a: scalar"),
    "power_of_product": matdiff.parse("(a*b)^3", "a, b: scalar"),
    "power_of_product_2": matdiff.parse("1 ./ (A ./ B)", "A, B: m x n"),
    "power_of_product_3": matdiff.parse("(c*A).^2", "A: m x n; c: scalar"),
    "powers_in_product": matdiff.parse("A^2*A^3", "A: n x n"),
    "powers_in_a_circle": matdiff.parse("tr(A^2*B*A^3)", "A, B: n x n"),
    "unit_multiple": Scale(Number(1), A),
    "nested_multiple": Scale(a, Scale(b, A)),
    "maximum_with_zero": Maximum(A, Zeros(m, n)),
    "distinct_indices": IndexedSum(IndexedSum(Member(X, i), i) + Member(X, i), i),
}
STANDARD = Standard()
WRITTEN_ALIKE = 0.9  # of the laws give the right side of their statement to the letter


def left_side(law: Law) -> Expr:
    return LEFT_SIDES[law.name] if law.name in LEFT_SIDES else read_law(law)[0]


def agrees(law: Law, left: Expr, right: Expr) -> bool:
    """Both sides have equal values on random instances, in which every symbol varies but A of A(t)."""
    functions = {node.operands[0] for node in postorder(left) if isinstance(node, Path)}
    unknowns = [s for s in dict.fromkeys(symbols(left) + symbols(right)) if s not in functions]
    steps = [Step(law, *sides) for sides in under_any_condition(left, right)]  # so that each case is seen
    return all(check_steps([step], unknowns)[1] is None for step in steps)


def is_refuted(law: Law, left: Expr, right: Expr) -> bool:
    """Both sides differ on random instances, or one of them has no value on any."""
    try:
        return not agrees(law, left, right)
    except MatdiffError:
        return True


def wrong(right: Expr) -> Iterator[Expr]:
    """The right side of a statement with another sign, another factor, and another sign of each of its terms."""
    if right.number == 0 or isinstance(Standard().of(right), Zeros):
        yield right + 1 if right.is_scalar else Ones(*right.shape)
        return
    yield from (-right, 2 * right)
    for node in postorder(right):
        if isinstance(node, Sum) and not (node.free or node.number is not None):
            for k, term in enumerate(node.operands):
                turned = Sum.of(*node.operands[:k], -term, *node.operands[k + 1 :])
                yield replace(right, lambda e, node=node, turned=turned: turned if e is node else None)  # type: ignore[misc]


def turned(right: Expr) -> Iterator[Expr]:
    """The right side transposed, with one transpose less, and with two neighbours in a product exchanged."""
    if right.rows is right.cols and not right.is_scalar:
        yield Transpose(right)
    for node in (n for n in postorder(right) if not n.free):
        other: list[Expr] = list(node.operands) if isinstance(node, Transpose) and node.rows is node.cols else []
        f = node.operands if isinstance(node, Product) else ()
        for k, (a, b) in enumerate(pairwise(f)):
            if a.shape == b.shape and a.rows is a.cols:
                other.append(Product.of(*f[:k], b, a, *f[k + 2 :]))
        yield from [replace(right, lambda e, n=node, o=o: o if e is n else None) for o in other]  # type: ignore[misc]


def in_order(e: Expr) -> Expr:
    """The standard form with functions of one matrix in their order, where a symmetric matrix changes symmetrically."""

    def changed(node: Expr) -> Expr | None:
        s = node.operands[0] if isinstance(node, Differential) else None
        if isinstance(s, Symbol) and is_symmetric(s):
            return Symbol(f"d{s.name}", s.shape, frozenset(("symmetric",)))
        return commuting_functions.apply(node) if isinstance(node, Product) else None

    return STANDARD.of(Rewriter(changed)(STANDARD.of(e)))


def applied(law: Law, left: Expr) -> Expr | None:
    """What the function of a law makes of the left side of its statement."""
    if law.kind == "differential":
        e = left.operands[0]
        return law(e, *[None if is_fixed(o, e) else Differential(o) for o in e.operands])
    return law(left)


def is_fixed(e: Expr, inside: Expr) -> bool:
    """Whether a letter of a statement cannot vary: a number, an index, an integer, A of A(t)."""
    if isinstance(inside, Path) and e is inside.operands[0]:
        return True
    return isinstance(e, Number | Index) or (isinstance(e, Symbol) and "integer" in e.properties)


def test_names_are_unique_and_kinds_known() -> None:
    assert len(matdiff.laws()) == len(CATALOGUE) > 80
    kinds = {"differential", "trace", "vec", "identity", "equation", "definition"}
    assert {law.kind for law in matdiff.laws()} <= kinds
    for name, law in CATALOGUE.items():
        assert name == law.name
        assert name.isidentifier()
        assert law.title
        assert copy.deepcopy(law) is law
        assert pickle.loads(pickle.dumps(law)) is law


@pytest.mark.parametrize("law", LAWS)
def test_the_statement_is_readable_and_its_sides_have_one_shape(law: Law) -> None:
    left, right = read_law(law)
    assert left.shape == right.shape


@pytest.mark.parametrize("law", EQUALITIES)
def test_both_sides_of_the_statement_are_equal_in_value(law: Law) -> None:
    assert agrees(law, *read_law(law))


@pytest.mark.parametrize(("law", "statement"), FURTHER)
def test_both_sides_of_a_further_statement_are_equal_in_value(law: Law, statement: Statement) -> None:
    assert agrees(law, *read_law(statement))


def meanings(law: Law) -> Iterator[Statement]:
    """The ways to read a title as an equality."""
    meant = law.title
    for sign, word in MEANT.items():
        meant = re.sub(sign, word, meant)
    yield from (Statement(t, where) for t in dict.fromkeys((law.title, meant)) for where in (law.where, *TITLES_WHERE))


def is_true(law: Law, title: Statement) -> bool:
    try:
        return agrees(law, *read_law(title))
    except MatdiffError:
        return False


@pytest.mark.parametrize("law", TITLED)
def test_a_title_is_an_equality_that_is_true_or_a_scheme(law: Law) -> None:
    assert any(is_true(law, title) for title in meanings(law)) is not (law.name in SCHEMES)


@pytest.mark.parametrize("law", EQUALITIES)
def test_a_statement_with_a_wrong_right_side_is_refuted(law: Law) -> None:
    for statement in law.statements:
        left, right = read_law(statement)
        assert all(is_refuted(law, left, other) for other in wrong(right)), statement


@pytest.mark.parametrize("law", EQUALITIES)
def test_a_statement_with_a_transposed_side_or_another_order_is_refuted(law: Law) -> None:
    """But for what is proved to be equal: traces of two factors turned, symmetric results, what commutes."""
    for statement in law.statements if law.name != "trace_of_open_hessian" else ():  # true either way, as ∇³f is
        left, right = read_law(statement)
        own = in_order(right)
        others = [(o, form) for o in turned(right) if (form := in_order(o)) is not own]
        pairs = [(law, left, o) for o, form in others if not matdiff.equal(form, own).equal]
        assert all(is_refuted(*pair) or matdiff.equal(pair[2], right).equal for pair in pairs), statement


@pytest.mark.parametrize("law", DIFFERENTIALS)
def test_the_function_of_a_differential_gives_the_right_side(law: Law) -> None:
    left, right = read_law(law)
    found = applied(law, left)
    assert found is not None
    simplify = Simplifier(SIMPLIFICATIONS)
    assert found is right or key(simplify(found)[0]) == key(simplify(right)[0])


@pytest.mark.parametrize("law", IDENTITIES)
def test_the_function_of_an_identity_maps_left_to_right(law: Law) -> None:
    left, right = left_side(law), read_law(law)[1]
    found = applied(law, left)
    assert found is not None
    assert found is not left
    assert found.shape == left.shape
    assert agrees(law, left, found)
    if law.name not in LEFT_SIDES:
        simplify = Simplifier(SIMPLIFICATIONS)
        assert found is right or key(simplify(found)[0]) == key(simplify(right)[0])


def test_nearly_all_laws_give_the_right_side_to_the_letter() -> None:
    laws = [law for law in matdiff.laws() if law.kind in ("differential", "identity") and law.name not in LEFT_SIDES]
    alike = [law for law in laws if applied(law, read_law(law)[0]) is read_law(law)[1]]
    assert len(alike) >= WRITTEN_ALIKE * len(laws)


def test_an_identity_stands_in_a_table_and_applies_to_its_root() -> None:
    tabled: dict[Law, list[type[Expr]]] = {}
    tables = SIMPLIFICATIONS, EXPANSIONS, TIDYING, NORMAL, OF_PARTS
    for root, laws in (row for table in tables for row in table.items()):
        for law in laws:
            tabled.setdefault(law, []).append(root)
    for law in matdiff.laws():
        if law.kind == "identity":
            assert law in tabled, law.name
            left, roots = left_side(law), tuple(tabled[law])
            assert isinstance(left, roots) or (isinstance(left, Unspecified) and Entrywise in roots), law.name


@pytest.mark.parametrize("law", IDENTITIES)
def test_an_identity_does_not_apply_to_what_it_has_made(law: Law) -> None:
    found = applied(law, left_side(law))
    for _ in range(5):
        again = law(found) if found is not None and type(found) is type(left_side(law)) else None
        if again is None or again is found:
            return
        found = again
    pytest.fail("the law goes on forever")


# ---- operators --------------------------------------------------------------------------------------

ABSTRACT = {
    "Entrywise": "the base of the functions that are applied entry by entry",
    "Abbreviation": "the base of the names of expressions",
    "PartialTrace": "the base of the two partial traces",
    "Blocks": "the base of blocks beside and below each other",
    "Within": "the base of the operators with a kernel within the matrix",
    "ExtremeOfTwo": "the base of max and min of two",
    "ExtremeEntry": "the base of max and min of all entries",
    "OneHot": "the base of the places of the largest and the smallest entry",
    "Triangle": "the base of both triangles",
    "HalfOfBoth": "the base of the symmetric and the skew part",
    "NormOfSingularValues": "the base of the nuclear and the spectral norm",
    "SoftmaxOfLines": "the base of the softmax of rows and columns",
    "AtEnd": "the base of what is said of the ends of the spectrum",
    "Eigenvalue": "the base of the eigenvalues at the ends of the spectrum",
    "Eigenvector": "the base of the eigenvectors to them",
    "Frechet": "the base of the derivatives of functions of a matrix",
    "OfEntries": "the base of the functions of every entry that their data name",
    "OfOneSize": "the base of the matrices that one size determines",
    "Linear": "the base of the operators that are linear",
    "Bilinear": "the base of those that are linear in each of two operands",
    "Directed": "the base of derivatives in directions",
    "Windowed": "the base of the operators that move a window over a matrix",
}
EVALUATED_BY_THE_PROGRAM = {
    "IndexedSum": "an axis of the arrays is summed",
    "Member": "the family is an array with an axis for each index",
    "Entry": "the entry is looked up",
    "UnitVector": "it is built from the index",
    "Row": "it is looked up",
    "Column": "it is looked up",
    "Differential": "it is a difference of values",
    "Recurrence": "it is computed step by step",
    "Iterate": "it is looked up",
}
WITHOUT_D = {
    "Member": "a leaf: it is an unknown or constant",
    "UnitVector": "constant",
    "Centering": "constant",
    "Commutation": "constant",
    "Duplication": "constant",
    "Elimination": "constant",
    "Exchange": "constant",
    "Differential": "second differentials are not taken yet",
    "Recurrence": "its adjoint is a recurrence that runs the other way",
    "Iterate": "it is an unknown of the block above its recurrence",
}
WITHOUT_NAME = {
    "Sum": "A + B",
    "Scale": "cA",
    "Product": "AB",
    "Power": "aˢ",
    "Named": "h = …",
    "IndexedSum": "Σᵢ",
    "Member": "xᵢ",
    "Entry": "aᵢⱼ",
    "UnitVector": "written unit(i, n)",
    "Row": "A[i, :]",
    "Column": "A[:, j]",
    "Slice": "A[1:3, :]",
    "MatrixPower": "Aᵏ",
    "SymbolicPower": "Aᵏ",
    "Recurrence": "z[1] = …; z[k + 1] = … for k = 1..K",
    "Iterate": "z[k]",
    "Unspecified": "any other letter",
    "OpenFunction": "any other letter",
    "OpenDerivative": "∇f",
    "OpenHessian": "∇²f",
    "Path": "A(t)",
    "Frobenius": "A : B",
}


@pytest.mark.parametrize("name", [name for name in OPERATORS if name not in ABSTRACT])
def test_an_operator_says_everything_about_itself(name: str) -> None:
    cls = OPERATORS[name]
    assert cls.__doc__
    assert cls.notation is not Expr.notation
    assert (cls.numpy is Operator.numpy) == (name in EVALUATED_BY_THE_PROGRAM)
    assert (cls.d is None) == (name in WITHOUT_D)
    assert (not cls.names) == (name in WITHOUT_NAME)
    assert cls.signature or cls.shape_of.__func__ is not Operator.shape_of.__func__  # type: ignore[attr-defined]
    assert cls.title()
    for spelling in cls.names:
        assert FUNCTIONS[spelling] is cls


@pytest.mark.parametrize(
    "name", [name for name, cls in OPERATORS.items() if cls.inputs and cls.names and name != "Differential"]
)
def test_an_operator_is_written_and_read_by_its_name(name: str) -> None:
    cls = OPERATORS[name]
    patterns = cls.inputs * (2 if cls.variadic else 1)
    shapes = [tuple("1" if s == "1" else s for s in pattern) for pattern in patterns]
    where = "; ".join(f"{letter}: {r} x {c}" for letter, (r, c) in zip("ABC", shapes, strict=False))
    letters = ", ".join("ABC"[: len(shapes)])
    e = matdiff.parse(f"{cls.names[0]}({letters})", where)
    assert type(e) is cls
    assert e.notation(TEXT).parts
    assert e.notation(LATEX).parts
    assert matdiff.parse(str(e), where) is e
