"""An expression in, its normal form out, with the laws that lead there: equal expressions mostly get one form.

Definitions are unfolded, products multiplied out, transposes pushed to the leaves, inverses of products opened,
scalars brought to the front, and what commutes is put in order.  ``NORMAL`` lists the laws by the root they apply to.
"""

from __future__ import annotations

from matdiff.algebra.constants import Ones
from matdiff.algebra.expr import Expr
from matdiff.algebra.identities import (
    ByRoot,
    determinants,
    expansions,
    factoring,
    indexed,
    kronecker,
    powers,
    products,
    shorter,
    stated_in,
    traces,
    transposes,
    vectorisation,
)
from matdiff.algebra.laws import Law, identity, laws_of
from matdiff.algebra.operators.entrywise import Entrywise, Exp, Log, Sqrt
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Determinant, Inverse, LogDeterminant, MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalVector, Named
from matdiff.algebra.operators.sums import IndexedSum, SumOfEntries
from matdiff.algebra.rewriting import Simplifier, Step
from matdiff.algebra.walks import remade
from matdiff.calculus.equality import convolutions, diagonals_apart, functions_apart
from matdiff.calculus.equality import multiplying_out as out
from matdiff.calculus.equality.ordering import (
    least_scalar,
    order,
    ordered_sum,
    place_in_product,
    rotations,
    transposed,
    word_of,
)
from matdiff.calculus.equality.unfolding import UNFOLDED

MOST_STEPS = 4_000  # a proof with more of them is given up

# ---- transposes, scalars, order ----------------------------------------------------------------------------------


@identity("(A + B')' = A' + B", where="A: m x n; B: n x m")
def transpose_at_leaves(e: Expr) -> Expr | None:
    return transposed(e.operands[0])


@identity("tr(B*A) = tr(A*B)", where="A: m x n; B: n x m")
def least_form_of_scalar(e: Expr) -> Expr | None:
    """The least of the forms of a trace, a product or a sum of entries: rotated, transposed, with ⊙ moved about."""
    if not e.is_scalar:
        return None
    word = word_of(e)
    if word is not None and len(word) > 1 and not isinstance(e, SumOfEntries):
        for rotated in rotations(word):
            whole = Product.of(*rotated)
            shorter = out.leading_term_beside_inverse.apply(whole) if isinstance(whole, Product) else None
            if shorter is not None:
                return shorter if shorter.is_scalar else Trace(shorter)
    return least_scalar(e)


@identity("B + A = A + B", where="A, B: m x n")
def terms_in_order(e: Expr) -> Expr | None:
    return ordered_sum(e.operands)


@identity("B .* A = A .* B", where="A, B: m x n")
def factors_in_order(e: Expr) -> Expr | None:
    return Hadamard.of(*sorted(e.operands, key=place_in_product))


@identity("det(B'*A') = det(A*B)", title="|Aᵀ| = |A|", where="A: m x n; B: n x m")
def determinant_in_order(e: Expr) -> Expr | None:
    """The determinant of A and of Aᵀ are the same."""
    a = e.operands[0]
    return e.rebuild((min(a, transposed(a), key=order),))


# ---- the form -------------------------------------------------------------------------------------------------------

LINEAR: tuple[Law, ...] = (out.linear_multiplied_out, out.multiple_of_linear, out.indexed_sum_outside)
NORMAL: dict[type[Expr], tuple[Law, ...]] = {
    Ones: (out.ones_as_product,),
    Entrywise: (*functions_apart.even_and_odd.each, *functions_apart.function_of_repeated.each),
    Transpose: (transposes.transpose_of_scalar, transpose_at_leaves),
    Sum: (factoring.zero_in_sum, factoring.like_terms, terms_in_order),
    Scale: (
        *products.zero_multiple.each,
        products.unit_multiple,
        products.nested_multiple,
        out.multiple_multiplied_out,
        out.indexed_sum_outside,
    ),
    Product: (
        products.zero_in_product,
        products.multiple_in_product,
        *products.identity_in_product.each,
        out.product_multiplied_out,
        out.indexed_sum_outside,
        out.leading_term_beside_inverse,
        products.product_of_diagonals,
        *products.diagonal_times_vector.each,
        diagonals_apart.diagonal_beside_factors,
        *diagonals_apart.row_sums_of_hadamard.each,
        *products.scalar_in_product.each,
        kronecker.mixed_product,
        *vectorisation.kronecker_times_vec.each,
        least_form_of_scalar,
    ),
    Hadamard: (
        products.zero_in_hadamard,
        products.multiple_in_hadamard,
        *products.ones_in_hadamard.each,
        powers.equal_bases,
        powers.reciprocals_last,
        out.hadamard_multiplied_out,
        out.indexed_sum_outside,
        diagonals_apart.hadamard_on_diagonal,
        factors_in_order,
    ),
    Sqrt: (
        functions_apart.root_of_number,
        functions_apart.number_out_of_power,
        functions_apart.common_factor_out_of_power,
        *functions_apart.function_of_repeated.each,
        functions_apart.root_of_positive_factors,
    ),
    Power: (
        *powers.power_of_ones.each,
        powers.power_of_power,
        functions_apart.number_out_of_power,
        functions_apart.common_factor_out_of_power,
        out.power_multiplied_out,
        functions_apart.power_of_positive_factors,
        functions_apart.power_of_outer_product,
        *functions_apart.function_of_repeated.each,
    ),
    Exp: (powers.exp_of_log, *functions_apart.function_of_repeated.each, functions_apart.exponential_of_sum),
    Log: (
        expansions.log_of_determinant,
        powers.log_of_exp,
        *functions_apart.function_of_repeated.each,
        functions_apart.logarithm_of_product,
        functions_apart.common_factor_out_of_logarithm,
    ),
    MatrixPower: (out.power_as_product,),
    Inverse: (
        *powers.inverse_of_power.each,
        *powers.inverse_of_multiple.each,
        *powers.inverse_of_orthogonal.each,
        determinants.inverse_of_diagonal,
        kronecker.inverse_of_kronecker,
        out.inverse_of_square_factors,
        out.inverse_of_common_number,
    ),
    Determinant: (
        out.determinant_of_square_factors,
        out.determinant_of_inverse_expanded,
        *out.determinant_of_multiple_expanded.each,
        kronecker.determinant_of_kronecker,
        out.determinant_of_update,
        determinant_in_order,
    ),
    LogDeterminant: (
        determinants.log_determinant_of_product,
        *determinants.log_determinant_of_inverse.each,
        out.logdet_of_multiple_expanded,
        kronecker.logdet_of_kronecker,
        out.determinant_of_update,
        determinant_in_order,
    ),
    Trace: (
        traces.trace_of_scalar,
        *LINEAR,
        traces.trace_of_outer_product,
        kronecker.trace_of_kronecker_product,
        least_form_of_scalar,
    ),
    SumOfEntries: (*LINEAR, least_form_of_scalar),
    DiagonalVector: (
        *LINEAR,
        products.diagonal_of_identity,
        determinants.diagonal_of_diagonal,
        products.diagonal_of_outer_product,
        *diagonals_apart.diagonal_of_entrywise.each,
        *products.diagonal_of_scaled.each,
        diagonals_apart.diagonal_vector_in_order,
    ),
    IndexedSum: (
        indexed.constant_body,
        out.linear_multiplied_out,
        indexed.constant_scalars,
        *expansions.sum_over_entries.each,
        *indexed.sum_of_unit_vectors.each,
        out.index_renamed,
    ),
}
for _module in (convolutions, diagonals_apart, functions_apart, out):
    laws_of(_module)  # which are called as they are there
for _kind in out.LINEAR:
    NORMAL[_kind] = NORMAL.get(_kind, (*convolutions.NORMAL.get(_kind, ()), *LINEAR))
NORMAL.update(UNFOLDED)
for _kind, _laws in ByRoot(shorter, lambda: stated_in("assumed")).items():
    if _kind not in UNFOLDED:
        NORMAL[_kind] = (*_laws, *NORMAL.get(_kind, ()))


class TooLong(Exception):
    """A normal form that takes more steps than a proof should have."""


class NormalForm(Simplifier):
    """Brings expressions to the normal form."""

    def __init__(self) -> None:
        super().__init__(NORMAL)

    def _change(self, node: Expr) -> Expr | None:
        if len(self.applied) > MOST_STEPS:
            raise TooLong
        general = NORMAL[Entrywise] if isinstance(node, Entrywise) else ()
        return self._first(node, (*NORMAL.get(type(node), ()), *general))

    def _first(self, node: Expr, laws: tuple[Law, ...]) -> Expr | None:
        """The node after the first law that changes it."""
        for law in laws:
            after: Expr | None = law.apply(node)
            if after is not None and after is not node:
                self.applied[node] = Step(law, node, after)
                return after
        return None


def without_names(e: Expr) -> Expr:
    """The expression with its definitions put in place."""
    return remade(e, lambda node, made: made.operands[0] if isinstance(node, Named) else made)
