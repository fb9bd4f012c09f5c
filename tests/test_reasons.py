"""The law beside a step is its reason: the step is an instance of the law's statement, and of no other one.

The steps are those of the gradients of the literature (cookbook.txt), of the models (models.toml), and of Jacobians
and Hessians of some of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from test_cookbook import rows

import matdiff
from matdiff.algebra.constants import Zeros
from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import Law
from matdiff.algebra.matching.explaining import Explainer
from matdiff.algebra.matching.reason import Reason
from matdiff.algebra.matching.shared import with_letters
from matdiff.algebra.matching.standard import Standard
from matdiff.algebra.rewriting import Step
from matdiff.numeric.reasons import reasons, unexplained

EVERY = 8  # one in so many functions has its Hessian derived
APPLICATIONS = 3  # of a law that its changed statements are tried on


@cache
def cookbook() -> tuple[Step, ...]:
    return tuple(s for row in rows() for s in matdiff.derive(row.function, row.unknown, row.where).steps)


@cache
def hessians() -> tuple[Step, ...]:
    return tuple(s for row in rows()[::EVERY] for s in matdiff.hessian(row.function, row.unknown, row.where).steps)


def without_reason(steps: tuple[Step, ...]) -> list[str]:
    left = [steps[k] for k in unexplained(steps)]
    return [f"{s.law.name}: {s.before} = {s.after}" for s in left]


def test_every_step_of_the_cookbook_is_an_instance_of_its_law() -> None:
    assert len(cookbook()) > 800
    assert not without_reason(cookbook())


def test_every_step_to_a_hessian_is_an_instance_of_its_law() -> None:
    assert len(hessians()) > 200
    assert not without_reason(hessians())


def test_every_step_to_a_jacobian_by_entries_is_an_instance_of_its_law() -> None:
    assert not without_reason(matdiff.jacobian("[p[1]*sin(p[2]); p[2]; p[1]^2]", "p", "p: 2").steps)


@pytest.mark.parametrize(
    ("function", "unknown", "where"),
    [
        ("norm2(A - diag(x) - diag(2*x))^2", "x", "A: n x n; x: n"),
        ("norm_nuc(5*eye(p) + tanh(inv(5*eye(p) + tanh(a*eye(p)))^2))", "a", "a: scalar"),
        ("norm2(kron(step(A - X), X.^2))", "X", "A, X: n x n"),
        ("tr(A*funm(clip, sym(X))')", "X", "A, X: n x n"),  # a function with parameters
    ],
)
def test_every_step_from_a_function_to_its_hessian_is_an_instance_of_its_law(
    function: str, unknown: str, where: str
) -> None:
    assert not without_reason(matdiff.hessian(function, unknown, where).steps)


def test_the_last_line_counts_the_reasons() -> None:
    found = matdiff.derive("||X w - y||^2", "w").verify()
    assert found.reasons == found.lines > 0
    assert f"{found.lines} steps with their laws" in found.summary()
    assert "9 steps, 8 of them with their laws," in found._replace(lines=9, reasons=8).summary()


def law_named(name: str) -> Law:
    return next(law for law in matdiff.laws() if law.name == name)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("inverse_in_product", "X*X", "X^2"),
        ("equal_bases", "(1/b)*a", "a/b"),
        ("transpose_of_symmetric_part", "triu(B')'", "tril(B)"),
        ("transpose_of_identity", "diag(x)'", "diag(x)"),
        ("transpose_of_function", "(A*B)'", "B'*A'"),
        ("trace_of_cycle", "tr(A*B)", "tr(B'*A')"),
        ("like_terms", "A*B + A*X", "A*(B + X)"),
        ("like_terms", "tr(A*B)*X - tr(B*A)*X", "zeros(n, n)"),
        ("double_transpose", "A*B", "B*A"),
        ("sum_of_centred", "(U - V)*ones(n)", "ones(n)"),
        ("equal_bases", "sqrt(8)/sqrt(2)", "2"),
        ("trace_of_frechet_funm", "tr(X*frechet_funm(elu, S, A))", "tr(frechet_funm(relu, S, X)*A)"),
        ("trace_of_frechet_funm", "tr(X*frechet_funm(huber, S, A))", "tr(frechet_funm(huber, S, A)*X')"),
        ("open_exponents", "(1/p)^a/(1/p)^b", "(1/p)^(b - a)"),
        ("open_exponents", "(1/2)*(1/2)^a", "(1/2)^(a - 1)"),
        ("trace_of_transposed_product", "tr(x'*(1 + y) + y'*x)", "tr(x'*(1 + y)) + tr(y'*x)"),
        ("multiple_in_polar", "polar(5*A)", "-polar(A)"),
        ("commuting_direction_5", "frechet_funm(tanh, S, S)", "S*funm(tanh, S)"),
        ("sum_over_eigenvalues", "sum(sin(eigvals(S)))", "tr(funm(cos, S))"),
        ("sum_over_eigenvalues", "sum(a*eigvals(S) + exp(eigvals(S)))", "tr(a*S + S)"),
        ("commuting_direction_3", "frechet_logm(A + a*eye(n), X)", "X*inv(A + a*eye(n))"),
        ("logit_of_logarithms_2", "2*log(1 - x) - 3*log(x)", "-2*logit(x)"),
        ("multiple_in_polar", "polar(-p*A)", "polar(A)"),
        ("transpose_of_kronecker", "(k*A')'", "k*A"),
        ("transpose_of_skew_part", "(A*B')'", "B*A'"),
        ("constant_body", "tr(A'*B) + tr(A*B)", "tr((A' + A)*B)"),
        ("common_matrix", "A*x + A'*x", "(A + A')*x"),
        ("common_right_factor", "a*A + a*B", "a*(A + B)"),
        ("common_powers", "A*B + A*X", "A*(B + X)"),
        ("common_denominator", "A*x + B*x", "(A + B)*x"),
        ("difference_of_slopes", "a*A + a*B", "a*(A + B)"),
        ("residual_is_orthogonal", "A*B + A*X", "A*(B + X)"),
        ("sum_of_centred", "A*x - A*y", "A*(x - y)"),
        ("terms_one_by_one", "A*x + B*x", "(A + B)*x"),
        ("power_under_a_name", "A*B + A*X", "A*(B + X)"),
        ("power_of_product", "A*A", "A^2"),
        ("power_of_power", "x .* x", "x.^2"),
        ("transpose_of_skew", "(a*A)'", "a*A'"),
        ("trace_of_multiple", "A*(a*x)", "a*A*x"),
        ("trace_of_transposed_product", "x'*ones(n)", "ones(n)'*x"),
        ("ones_first", "(A*x)'", "x'*A'"),
        ("power_of_ones_2", "A*eye(n)", "A"),
        ("ones_first", "(A')'", "A"),
        ("cancelling_products", "A + A", "2*A"),
        ("like_terms_in_one_sense", "A + A", "2*A"),
        ("slice_of_slice", "A[2:5, :][2:3, :]", "A[2:3, :]"),
        ("slice_of_blocks", "[A; B][n+1:n+n, :]", "A"),
        ("slice_of_blocks", "[A; B][1:3, :]", "A[2:4, :]"),
        ("slice_beside_diagonal", "eye(n)[3:5, 4:8]", "zeros(3, 5)"),
        ("placed_vector", "eye(n+n)[:, 1:n]*x", "[zeros(n); x]"),
        ("blocks_one_by_one", "[A, B]", "[A, zeros(n, n)] - [zeros(n, n), B]"),
        ("sum_of_centred_columns", "centering(n)*(x - softmax(y))", "x - softmax(y)"),
        ("trace_of_frechet_expm", "tr(X*frechet_expm(A, B))", "tr(frechet_expm(A, B)*X')"),
    ],
)
def test_another_reason_is_refused(name: str, before: str, after: str) -> None:
    where = "a, b: scalar; k: scalar positive integer; p: scalar positive; x, y: n; A, B, X: n x n"
    where += "; U, V: n x n stochastic; S: n x n symmetric"
    assert not law_named(name).explains(matdiff.parse(before, where), matdiff.parse(after, where))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("powers_in_product", "X*X", "X^2"),
        ("powers_in_a_circle", "tr(inv(X)*B*inv(X)^2)", "tr(inv(X)^3*B)"),
        ("reciprocals_last", "(1/b)*a", "a/b"),
        ("transpose_of_triangle", "triu(B')'", "tril(B)"),
        ("transpose_of_product", "(A*B*X)'", "X'*B'*A'"),
        ("inverse_in_product", "B*X*inv(X)*A", "B*A"),
        ("common_left_factor", "A*B + A*X", "A*(B + X)"),
        ("vec_of_slice_2", "vec(x[2:n])", "eye(n)[2:n, :]*vec(x)"),  # of k + l + m places none is behind the slice
        ("trace_of_cycle", "tr(diag(x)*B*eye(n))", "tr(eye(n)*diag(x)*B)"),  # where I is as good as any matrix
        ("factors_before_trace", "tr(A)*b", "b*tr(A)"),
        ("trace_of_cycle", "tr(x'*y*(z'*w))", "tr(z'*w*(x'*y))"),
        ("trace_of_cycle", "tr(diag(x)*diag(y)')", "tr(diag(y)'*diag(x))"),
        ("zero_in_product", "zeros(n, n)*eye(n)", "zeros(n, n)"),  # by AI = A as well
        ("zero_in_sum", "0 + a", "a"),
        ("trivial_commutator_2", "commutator(A, eye(n))", "zeros(n, n)"),
        ("maximum_with_zero", "max(A, B)", "relu(A - B) + B"),
        ("power_of_exponential", "expm(A)^3", "expm(3*A)"),
        ("sign_of_power_of_absolute", "sign(x) .* abs(x).^3", "x .* abs(x).^2"),
        ("even_power", "abs(x).^6", "x.^6"),
        ("power_under_a_name", "h = a^2 + b; r = sqrt(h); r/h", "h = a^2 + b; r = sqrt(h); 1/r"),
        ("sum_of_centred", "(U - V)*ones(n)", "zeros(n)"),
        ("constant_body", "sum(i=1..k, A^(k - 1))", "k*A^(k - 1)"),  # where k is declared, and a size as well
        ("roots_of_numbers", "sqrt(3)*a*sqrt(3)", "3*a"),
        ("roots_of_numbers", "sqrt(8)/sqrt(2)", "2"),
        ("equal_bases", "sqrt(2)*a/sqrt(2)", "a"),
        ("scalars_of_some", "A + a*B + a*X", "A + a*(B + X)"),
        ("common_scalars", "2*A - 2*B", "2*(A - B)"),
        ("common_powers", "3*(a - 1)^2/b - (a - 1)^3/b^2", "(a - 1)^2*(3/b - (a - 1)/b^2)"),
        ("denominators_multiplied", "1/((1 + a^2/b^2)*b)", "b/(b^2 + a^2)"),
        ("trace_of_sum", "tr(x'*(1 + y + y) + (y - z)'*(x + x))", "tr(x'*(1 + y + y)) + tr((y - z)'*(x + x))"),
        ("multiple_in_polar", "polar(5*eye(n))", "polar(eye(n))"),
        ("unvec_of_sum_2", "unvec(1 - vec(A), n, n)", "unvec(ones(n*n), n, n) - A"),
        ("common_powers", "sin(a)*(1 - sin(a))^2 - sin(a)^2*(1 - sin(a))", "sin(a)*(1 - sin(a))*(1 - sin(a) - sin(a))"),
        ("common_denominator", "1/(a^2 + 1)^2 - 4*a^2/(a^2 + 1)^3", "(a^2 + 1 - 4*a^2)/(a^2 + 1)^3"),
        ("common_denominator", "2/(a^2 + 1) - 4*a^2/(a^2 + 1)^2", "(2*(a^2 + 1) - 4*a^2)/(a^2 + 1)^2"),
        ("common_denominator", "1/(a^2 + 1)^3 - 6*a^2/(a^2 + 1)^4", "(a^2 + 1 - 6*a^2)/(a^2 + 1)^4"),
        ("denominator_divided", "(1 + b/a)*(a + b)/a*x", "(1 + b/a)*(1 + b/a)*x"),
        ("power_of_ones", "1/1^(1/2)", "1"),
        ("like_terms", "ones(n)'*x + a - sum(x)", "a"),
        ("twins_under_d", "2*sum(x)*d(sum(x)) + d(sum(x))*(ones(n)'*x) + sum(x)*d(ones(n)'*x)", "4*sum(x)*d(sum(x))"),
        ("softmax_of_vector", "(z'*x)*exp(x)/sum(exp(x))^2", "(z'*x)*softmax(x)/sum(exp(x))"),
        ("softmax_of_vector", "a*A*y*exp(x)'/sum(exp(x))^2", "a*A*y*softmax(x)'/sum(exp(x))"),
        ("power_of_ones_2", "(ones(n)').^3", "ones(n)'"),
        ("diagonals_joined", "24*a^4*diag(x) - 3*a^2*diag(y)", "diag(24*a^4*x - 3*a^2*y)"),
        ("diagonal_part_of_diagonal", "eye(n) .* (diag(x) .* exp(A))'", "(diag(x) .* exp(A))'"),
        ("commuting_direction_4", "frechet_logm(A, zeros(n, n))", "zeros(n, n)"),
        ("commuting_right_side_2", "sylvester(A, A, zeros(n, n))", "zeros(n, n)"),
        ("by_scalar", "A*frechet_expm(B, a*X) + a*A", "a*(A*frechet_expm(B, X) + A)"),
        ("by_scalar", "sylvester(A, B, a*X) + a*X", "a*(sylvester(A, B, X) + X)"),
        ("by_scalar", "a*b*tr(A) + (1 + b)*tr(zeros(n, n)) + tr(a*X)", "a*(b*tr(A) + (1 + b)*tr(zeros(n, n)) + tr(X))"),
        ("like_terms", "(A + B)' - (A + B)'", "zeros(n, n)"),
        ("common_right_factor", "X*(A + B) - B'*(A + B) + (A + B)'*B", "(X - B')*(A + B) + (A + B)'*B"),
        ("common_right_factor", "a*x'*y*z' - a*x'*w*z'", "a*(x'*y - x'*w)*z'"),
        ("common_scalars", "2*(1 + a)*A - 2*(1 + a)*eye(n)", "2*(1 + a)*(A - eye(n))"),
        ("scalar_in_product", "x'*(y*x')*y", "(x'*y)*(x'*y)"),
        ("transpose_of_function", "flip(A')'", "flip(A)"),
        ("trace_of_transposed_product", "tr(inv(K)*K'*A)", "tr(A'*K*inv(K)')"),
        ("factor_of_a_denominator", "x ./ (x .* y).^2", "1 ./ x ./ y.^2"),
        ("equal_bases", "a^b*a^(2 - b)/(a^b)^2", "a^(2 - b)/a^b"),
        ("like_terms_in_one_sense", "cos(1 - (-A).^2) + cos(1 - A.^2)", "2*cos(1 - A.^2)"),
        ("cancelling_products", "A' + (A + B)'", "2*A' + B'"),
        ("sum_over_eigenvalues", "sum(eigvals(S))", "tr(S)"),
        ("sum_over_eigenvalues", "sum(sin(eigvals(S)))", "tr(funm(sin, S))"),
        ("sum_over_eigenvalues", "sum(eigvals(S).^3)", "tr(S^3)"),
        ("commuting_direction_5", "frechet_funm(tanh, S, S)", "S*(eye(n) - funm(tanh, S)^2)"),
        ("sum_of_directions_5", "frechet_funm(sin, S, A) - 2*frechet_funm(sin, S, B)", "frechet_funm(sin, S, A - 2*B)"),
        ("logit_of_logarithms_2", "2*log(1 - x) - 2*log(x)", "-2*logit(x)"),
        ("product_of_patches_3", "im2col(A, k, k)'*vec(ones(n-k+1, n-k+1))", "vec(corr(A, ones(n-k+1, n-k+1)))"),
        ("trace_of_commuting_direction", "tr(frechet_expm(A, B))", "tr(B*expm(A))"),
        ("vec_of_kronecker", "vec(A kron ones(n))", "(eye(n*n) kron ones(n))*vec(A)"),
        ("vec_of_partial_trace1", "ptrace1(A, B)", "vec(B')'*vec(A)"),
        ("trace_of_frechet_expm", "tr(X*frechet_expm(A, B, S))", "tr(frechet_expm(A, X, S)*B)"),
        ("diagonals_joined", "2*diag(x) - 2*diag(y)", "diag(2*(x - y))"),
        ("twins_under_d", "tr(S*A'*B + S*B'*A)", "2*tr(S*B'*A)"),
        ("softmax_of_vector", "exp(x)/sum(i=1..n, exp(x[i]))", "softmax(x)"),
        ("common_powers", "(1 + sum(x))^2 - sum(x)*(1 + sum(x))", "(1 + sum(x))*(1 + sum(x) - sum(x))"),
        ("common_powers", "(1 - a)^2 - (1/b + a)*(1 - a)", "(1 - a)*(1 - a - (1/b + a))"),
        ("common_last_kronecker_factor_3", "kron(A, eye(n))/2 + b*eye(n*n)/2", "kron(A + b*eye(n), eye(n))/2"),
        ("entries_in_a_table", "[0, a] + [b, 0] + [a*b, 0]", "[b + a*b, a]"),
        ("definition_turned", "m = sum(x); m*y", "m = sum(x); s = exp(m); h = y/s; m*s*h"),
        ("step_of_rectified", "relu(a)^2*step(a)", "relu(a)^2"),
        ("sum_as_product", "sum(i=1..n-1, (1 - x[i])*unit(i, n))", "[1 - x[1:n-1]; 0]"),
        ("common_scalars", "(1 - a)*A + (a - 1)*B", "(1 - a)*(A - B)"),
        ("common_entrywise_factor", "A + 3*((3*X - B) .* X) - (3*X - B) .* B", "A + (3*X - B) .* (3*X - B)"),
        ("trace_of_cycle", "tr(x'*(y*z')*w)", "tr(z'*(w*x')*y)"),
        ("trace_of_cycle", "tr(x'*(y*z')*w)/(x'*w)", "tr(z'*(w*x')*y)/(x'*w)"),
        ("cancelling_products", "pinv(A)*(A + B)*pinv(A)^2 - pinv(A)*B*pinv(A)^2", "pinv(A)^2"),
        ("power_of_product", "(-a)^2", "a^2"),
        ("commuting_direction_3", "frechet_logm(A^2, inv(A))", "inv(A)*inv(A^2)"),
        ("trace_of_commuting_direction", "tr(frechet_logm(a*A, B)*A)", "tr(B*A*inv(a*A))"),
        ("commuting_direction_3", "frechet_logm(A + a*eye(n), A)", "A*inv(A + a*eye(n))"),
        ("sum_over_eigenvalues", "sum(a*eigvals(S) + exp(eigvals(S)) .* eigvals(S))", "tr(a*S + expm(S)*S)"),
        (
            "common_entrywise_factor",
            "(1 - A).*(B + 1 ./ X) + a*((1 - A).*(B + 1 ./ X))",
            "(B + 1 ./ X + a*(B + 1 ./ X)).*(1 - A)",
        ),
        ("multiple_in_convolution", "flip(a*A)", "a*flip(A)"),
        ("constant_matrix", "sum(i=1..n, x[i]*y[i]*A)", "sum(i=1..n, x[i]*y[i])*A"),
        ("rows_together_2", "sum(i=1..n, unit(i, n)*A[i, :])", "A"),
        ("sum_as_product", "sum(i=1..n, x[i]*ones(n) - x)", "(x*ones(n)' - ones(n)*x')'*ones(n)"),
        ("slice_of_slice", "A[2:n, 2:n][1:3, 1:n-3]", "A[2:4, 2:n-2]"),
        ("slice_of_slice", "eye(n+n)[1:n, :][:, n+1:n+n]", "eye(n+n)[1:n, n+1:n+n]"),
        ("slice_of_slice", "x[2:n][1:3]", "x[2:4]"),
        ("slice_of_blocks", "[x, A][2:3, 2:n+1]", "A[2:3, :]"),
        ("slice_of_blocks", "[A; B; X][n+2:n+4, :]", "B[2:4, :]"),
        ("slice_of_blocks", "[A; B; X][n+1:n+n+n, 1:3]", "[B; X][:, 1:3]"),
        ("slice_of_blocks", "[A; B; X][:, 1:3]", "[A[:, 1:3]; B[:, 1:3]; X[:, 1:3]]"),
        ("slice_beside_diagonal", "eye(n+n)[n+1:n+n, 1:n]", "zeros(n, n)"),
        ("slice_beside_diagonal", "eye(n)[3:5, 7:8]", "zeros(3, 2)"),
        ("placed_vector", "eye(n+2)[:, 2:n+1]*A*x", "[0; A*x; 0]"),
        ("placed_vector", "eye(n+n)[:, 1:n]*A*x/a", "[A*x; zeros(n)]/a"),
        ("blocks_one_by_one", "-tr([A, A]*[B; X])", "-tr([A, zeros(n, n)]*[B; X]) - tr([zeros(n, n), A]*[B; X])"),
        ("blocks_one_by_one", "a*tr([B, x]*[A; y'])", "a*tr([B, x]*[A; zeros(1, n)]) + a*tr([B, x]*[zeros(n, n); y'])"),
        (
            "blocks_one_by_one",
            "sum(i=1..k, tr([X, x*y']*[A; B]))",
            "sum(i=1..k, tr([X, x*y']*[A; zeros(n, n)])) + sum(i=1..k, tr([X, x*y']*[zeros(n, n); B]))",
        ),
        ("slice_of_blocks", "[A; B][2:4, 2:3]", "A[2:4, 2:3]"),
        ("blocks_of_zeros", "[zeros(n, n); zeros(n, n)]", "zeros(n+n, n)"),
        ("both_halves_3", "halftril(a*A) + halftril(a*A)'", "2*sym(halftril(a*A))"),
        ("transpose_within_slice", "inv(A')[1:3, 2:5]'", "inv(A)[2:5, 1:3]"),
        ("multiple_direction", "frechet_funm(sin, S, 2*a*A, B)", "2*a*frechet_funm(sin, S, A, B)"),
        (
            "sum_of_centred_columns",
            "h = centering(n)*x; t = h/norm(h); t'*centering(n)",
            "h = centering(n)*x; (h/norm(h))'",
        ),
        ("sum_of_centred_columns", "centering(n)*(softmax(x) - softmax(y))", "softmax(x) - softmax(y)"),
        ("trace_of_frechet_funm", "tr(X*frechet_funm(elu, S, A))", "tr(frechet_funm(elu, S, X)*A)"),
        ("zero_in_convolution", "flip(zeros(n, n))", "zeros(n, n)"),
        ("open_exponents", "(1/a)^b/(1/a)^c", "(1/a)^(b - c)"),
        ("open_exponents", "(1/2)*(1/2)^a*log(1/2)", "(1/2)^(a + 1)*log(1/2)"),
        ("open_exponents", "3*c*3^a", "c*3^(a + 1)"),
        ("entry_of_stack", "[a; x; y][1]*b", "a*b"),
        ("sum_of_centred_columns", "centering(n)*(x - sum(x)/n*ones(n))", "x - sum(x)/n*ones(n)"),
    ],
)
def test_the_reason_is_accepted(name: str, before: str, after: str) -> None:
    where = "a, b, c: scalar; k: scalar positive integer; x, y, z, w: n; A, B, X: n x n; U, V: n x n stochastic"
    where += "; K: n x n skew; S: n x n symmetric"
    assert law_named(name).explains(matdiff.parse(before, where), matdiff.parse(after, where))


def test_a_product_with_zeros_has_its_shape_when_it_is_transposed() -> None:
    e = matdiff.parse("A*zeros(n, m)", "A: p x n")
    assert Standard().flipped(e).shape == e.T.shape


def test_what_both_sides_share_is_a_letter_whatever_it_is_made_of() -> None:
    where = "A, B, C: n x n"
    before, after = (matdiff.parse(t, where) for t in ("(A + B)*C + (A + B)*B", "(A + B)*(C + B)"))
    assert list(map(str, with_letters(before, after))) == ["·₀C + ·₀B", "·₀(C + B)"]


def test_a_reason_is_found_without_multiplying_out_what_both_sides_share() -> None:
    sums = "*".join(["(A + B)"] * 20)  # of 2²⁰ terms
    before, after = (matdiff.parse(t, "A, B, C: n x n") for t in (f"{sums}*A + {sums}*C", f"{sums}*(A + C)"))
    assert law_named("common_left_factor").explains(before, after)


# ---- changed statements -----------------------------------------------------------------------------


def changed(reason: Reason) -> Iterator[Expr]:
    """The right side of a statement with another sign, another factor, or transposed."""
    if isinstance(reason.right, Zeros) or reason.right.number == 0:
        return
    yield -reason.right
    yield 2 * reason.right
    if reason.right.rows is reason.right.cols and not Standard().equates(reason.right, reason.right.T):
        yield reason.right.T


def applications() -> dict[Law, list[Step]]:
    found: dict[Law, list[Step]] = defaultdict(list)
    for step in (*cookbook(), *hessians()):
        if step.law.kind != "definition" and len(found[step.law]) < APPLICATIONS:
            found[step.law].append(step)
    return found


def test_a_law_with_a_changed_statement_explains_less() -> None:
    """A sign may be lost where the law is used twice, as in d(AXB), so that not every application refutes it."""
    explainer, accepted = Explainer(), list[str]()
    for law, steps in applications().items():
        for reason in reasons(law):
            for right in changed(reason):
                wrong = (Reason(reason.left, right, law.kind),)
                if all(explainer.explains(wrong, s.before, s.after) for s in steps):
                    accepted.append(f"{law.name} = {right}: {steps[0].before} = {steps[0].after}")
    assert not accepted
