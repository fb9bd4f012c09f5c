"""Code that matdiff writes, run beside hand-written NumPy, central differences and evaluate."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.errors import MatdiffError

RNG = np.random.default_rng(0)


def values(code: Any, **sizes: tuple[int, ...]) -> list[Any]:
    """Random values for the arguments of a function, by their shapes."""
    return [RNG.normal(size=sizes[a]) for a in code.arguments]


def test_the_gradient_of_least_squares_is_the_one_of_a_hand() -> None:
    made = matdiff.code("||X w - y||^2", wrt="w")
    x, w, y = values(made, X=(5, 3), w=(3,), y=(5,))
    value, gradient = made.function(x, w, y)
    residual = x @ w - y
    assert value == pytest.approx(residual @ residual)
    assert gradient == pytest.approx(2 * x.T @ residual)


def test_blocks_of_numbers_are_arrays_of_the_library() -> None:
    pytest.importorskip("torch")
    made = matdiff.code("sum(([x; 3] - y).^2)", wrt="x", where="x: n; y: n+1", backend="torch")
    assert "reshape(3" not in made.source


def test_a_residual_that_value_and_gradient_share_is_computed_once() -> None:
    source = matdiff.code("||X w - y||^2", wrt="w").source
    assert source.count("X @ w") == 1
    assert "norm" not in source.split('"""')[2]  # no root is taken to be squared again


CASES = {  # what is computed: text, unknowns, declarations, outputs
    "several unknowns": ("||A X B - C||^2", "A,B", "A: m x n; X: n x p; B: p x q; C: m x q", "value,gradient,hvp"),
    "definitions": ("h = tanh(W x + b); ||h - y||^2", "W,b", "W: m x n; x: n; b: m; y: m", "value,gradient,hessian"),
    "a family": ("sum(i=1..N, (x[i] - m)'A*(x[i] - m))", "m,A", "x[i=1..N]: d; m: d; A: d x d", "value,gradient"),
    "a general member": ("sum(i=1..N, ||x[i] - m||^4)", "x", "x[i=1..N]: d; m: d", "value,gradient"),
    "pairs of members": ("sum(i=1..N, sum(j=1..N, exp(-||x[i] - x[j]||^2)))", "x", "x[i=1..N]: d", "value,gradient"),
    "blocks of a Hessian": ("||T - U V'||^2", "U", "T: m x n; U: m x k; V: n x k", "hessian"),
    "a Kronecker product": ("vec(X)'kron(A, B)*vec(X)", "X", "X: m x n; A: n x n; B: m x m", "value,gradient,hessian"),
    "a commutation": ("tr(X X)", "X", "X: n x n", "hessian"),
    "a Jacobian": ("A X B", "X", "A: k x m; X: m x n; B: n x p", "jacobian,jvp,vjp"),
    "entries": ("A[1, 2]*A[2, 3] + x[2]^3", "A,x", "A: 3 x 3; x: 3", "value,gradient"),
    "a diagonal": ("tr(diag(d) A diag(d))", "d,A", "d: n; A: n x n", "value,gradient"),
    "logsumexp": ("logsumexp(A x + b)", "x", "A: m x n; x: n; b: m", "value,gradient,hessian"),
    "rows of a softmax": ("sum(softmax_rows(X W) .* T)", "W", "X: m x n; W: n x k; T: m x k", "value,gradient"),
    "entries of a matrix": ("sum(exp(A) .* sin(A)) + sum(A.^3)", "A", "A: m x n", "value,gradient"),
    "a norm": ("norm2(A x) + norm1(x)", "x", "A: m x n; x: n", "value,gradient"),
    "blocks": ("tr(hstack(A, B)*C)", "A,B", "A: m x n; B: m x p; C: n+p x m", "value,gradient"),
    "a power": ("tr(X^5)", "X", "X: n x n", "value,gradient"),
    "a single place at the end": ("sum(X*x[1:d]) + x[d+1:d+1]^2", "x", "X: n x d; x: d+1", "value,gradient"),
    "identities of two sizes": ("sum((U[2:m, 1:n-1] - U[1:m-1, 1:n-1]).^4 + (U[1:m-1, 2:n] - U[1:m-1, 1:n-1]).^4)",
                                "U", "U: m x n", "gradient"),
    "the other way round": ("sum((exchange(n)*A*exchange(m)).*B)", "A", "A: n x m; B: n x m", "value,gradient"),
    "eigenvalues": ("w'eigvals(A*A') + w'eigvecs(B)*w", "A", "A: 3 x 4; B: 3 x 3 symmetric; w: 3", "value,gradient"),
    "slopes of sigmoids": ("sum(sigmoid(A x).^2 .* sigmoid(-A x) .* b)", "x", "A: m x n; x: n; b: m", "value,gradient"),
    "a spectral norm": ("v'*W*x/norm_spec(W)", "W", "W: m x n; v: m; x: n", "value,gradient"),
    "a size as a number": ("N*x'x/2", "x", "x: N", "value,gradient"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_code_agrees_with_the_numbers_of_evaluate(case: str) -> None:
    text, unknowns, where, outputs = CASES[case]
    made = matdiff.code(text, unknowns, where, outputs=outputs.split(","), check=False)
    assert made.verify(seed=1) < 1e-9


FACTORED = {
    "a Gaussian process": ("y'inv(K)*y + logdet(K)", "K", "K: n x n spd; y: n"),
    "a bilinear form": ("a'inv(X)*b", "X", "X: n x n; a, b: n"),
    "a determinant": ("det(X)", "X", "X: n x n"),
    "a ridge": ("y'inv(X X' + s*eye(n))*y", "X", "X: n x m; y: n; s: scalar positive"),
    "a triangular matrix": ("a'inv(L)*b + logdet(L)", "L", "L: n x n lower; a, b: n"),
    "covariances of a mixture": ("sum(k=1..K, x'inv(S[k])*x)", "x", "S[k=1..K]: d x d spd; x: d"),
}  # fmt: skip


@pytest.mark.parametrize("case", FACTORED)
def test_equations_are_solved_by_one_factorisation(case: str) -> None:
    pytest.importorskip("scipy")
    text, unknowns, where = FACTORED[case]
    made = matdiff.code(text, unknowns, where, check=False)
    assert made.verify(seed=1) < 1e-8
    assert len(made.cost.factorisations) <= 1
    assert "linalg.inv" not in made.source


def test_a_positive_definite_matrix_has_a_cholesky_factor_declared_or_not() -> None:
    declared = matdiff.code("logdet(K)", "K", "K: n x n spd", check=False)
    evident = matdiff.code("logdet(X'X + l*eye(n))", "X", "X: m x n; l: scalar positive", check=False)
    neither = matdiff.code("logdet(X)", "X", "X: n x n", check=False)
    assert [c.cost.factorisations[0].split()[0] for c in (declared, evident, neither)] == ["cholesky", "cholesky", "lu"]


def test_products_are_taken_in_the_cheaper_order() -> None:
    thin = matdiff.code("X Y' v", None, "X: n x k; Y: n x k; v: n", check=False)
    assert "Y.T @ v" in thin.source or "v @ Y" in thin.source
    wide = matdiff.code(
        "A B C", None, "A: m x n; B: n x p; C: p x q", sizes={"m": 2, "n": 9, "p": 9, "q": 9}, check=False
    )
    narrow = matdiff.code(
        "A B C", None, "A: m x n; B: n x p; C: p x q", sizes={"m": 9, "n": 9, "p": 9, "q": 2}, check=False
    )
    assert "A @ B @ C" in wide.source
    assert "A @ (B @ C)" in narrow.source


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("tr(A B)", "A: m x n; B: n x m"),
        ("diag(A B)", "A: m x n; B: n x m"),
        ("diag(d) A", "d: m; A: m x n"),
        ("kron(A, B) vec(C)", "A: m x n; B: p x q; C: q x n"),
        ("commutation(m, n) vec(A)", "A: m x n"),
        ("ones(m)*b' + A", "b: n; A: m x n"),
        ("(diag(d) - A) B", "d: m; A: m x m; B: m x n"),
        ("(A - B)*ones(n)*ones(n)'", "A, B: m x n"),
        ("unit(2, n)'A", "A: n x n"),
    ],
)
def test_structured_matrices_are_not_formed(text: str, where: str) -> None:
    made = matdiff.code(text, None, where)
    body = made.source.split('"""')[2]
    assert not any(word in body for word in ("np.eye", "np.kron", "np.diag(", "np.ones", "np.zeros"))
    assert made.cost.memory.value(dict.fromkeys("mnpq", 100)) <= 3 * 100**2 + 200  # never m·n squared


LOW_RANK = {  # what is inverted by a smaller matrix where that is possible: text, unknown, declarations
    "a diagonal and a few columns": ("S = diag(s) + F F'; log det(S) + y'inv(S)*y", "F",
                                     "s: d positive; F: d x k; y: d"),
    "a multiple of the identity": ("logdet(Z Z' + r*eye(p)) + tr(inv(Z Z' + r*eye(p))*C)", "Z,r",
                                   "Z: p x q; C: p x p; r: scalar positive"),
    "a factor analysis": ("S = F F' + diag(s); log det(S) + tr(inv(S)*C)", "F,s",
                          "F: d x k; s: d positive; C: d x d symmetric"),
    "a weight in the middle": ("S = c*F*diag(w)*F' + 2*diag(s) + eye(d); y'inv(S)*y + log det(S)", "F,w,c,s",
                               "F: d x k; w: k positive; s, y: d positive; c: scalar positive"),
    "inducing points": ("S = Z*inv(K)*Z' + r*eye(p); ||inv(S)*Y||^2 + log det(S)", "r,Z",
                        "Z: p x q; K: q x q spd; Y: p x n; r: scalar positive"),
    "a bound for inducing points": ("S = Z*inv(K)*Z' + r*eye(p); log det(S) + y'inv(S)*y + tr(Z*inv(K)*Z')/r", "r,Z",
                                    "Z: p x q; K: q x q spd; y: p; r: scalar positive"),
    "no few columns beside it": ("S = Z Z' + eye(p); tr(inv(S)*A*inv(S)*B) + sum(diag(inv(S)).^2)", "Z",
                                 "Z: p x q; A, B: p x p"),
}  # fmt: skip


@pytest.mark.parametrize("case", LOW_RANK)
def test_a_few_columns_beside_a_diagonal_make_a_smaller_matrix(case: str) -> None:
    pytest.importorskip("scipy")
    made = matdiff.code(*LOW_RANK[case], check=False)
    few, many = "kd" if "F" in made.arguments else "qp"
    assert f"if {few} < {many}:" in made.source
    assert {*made.cost.factorisations} == {f"cholesky of {few} × {few}"}
    assert made.verify(seed=3) < 1e-8  # by both ways


def test_nothing_with_many_rows_and_columns_is_multiplied_by_its_like() -> None:
    factors = matdiff.code(*LOW_RANK["a factor analysis"], check=False)
    assert factors.cost.flops.value({"d": 1000, "k": 10}) < 8 * 1000 * 1000 * 10
    bound = matdiff.code(*LOW_RANK["a bound for inducing points"], check=False)
    assert bound.cost.flops.value({"p": 1000, "q": 10}) < 20 * 1000 * 10 * 10
    alone = matdiff.code("log det(F F' + diag(s))", "s", "F: d x k; s: d positive", check=False)
    assert alone.cost.flops.value({"d": 1000, "k": 10}) < 9 * 1000 * 10 * 10


def test_weighted_squares_are_computed_with_half_the_work() -> None:
    made = matdiff.code("sum(log(1 + exp(-y .* (X w))))", "w", "X: m x n; w: n; y: m", outputs=("hessian",))
    assert ".T @ t" in made.source
    assert "np.sqrt" in made.source
    kernel = matdiff.code("sum(exp(K a))", "a", "K: n x n symmetric; a: n", outputs=("hessian",))
    assert ".T @ t" in kernel.source  # K is Kᵀ
    softmax = matdiff.code("log(sum(exp(X*b)))", "b", "X: m x n; b: n", outputs=("hessian",))
    assert ".T @ t" in softmax.source  # also in Xᵀ(diag(p) − ppᵀ)X
    length = matdiff.code("norm2(A x - b)", "x", "A: m x n; x: n; b: m", outputs=("hessian",))
    assert "A.T @ A" in length.source  # not Aᵀ times A/‖r‖
    signed = matdiff.code("sum(s .* (X w).^2)", "w", "X: m x n; w: n; s: m", outputs=("hessian",))
    assert "np.sqrt" not in signed.source


def test_the_slope_of_a_sigmoid_takes_one_exponential_and_has_all_its_digits() -> None:
    made = matdiff.code("sum(sigmoid(x) .* sigmoid(-x))", None, "x: n")
    assert "_sigmoid(" not in made.source
    (value,) = made.function(np.array([-700.0, 40.0]))
    assert value == pytest.approx(np.exp(-40.0), rel=1e-12)


def test_sums_of_sparse_matrices_are_multiplied_term_by_term() -> None:
    text, where = "-sum(Y .* log(softmax_rows(X W)))", "X: m x n; W: n x k; Y: m x k stochastic"
    made = matdiff.code(text, "W", where, outputs=("hessian",))
    lengths = {"m": 1000, "n": 30, "k": 5}
    assert made.cost.flops.value(lengths) < 3 * 1000 * (30 * 5) ** 2  # not m·n·k² times k, as with I ⊗ X laid out
    thin = matdiff.code("(a*b' + diag(d)) U", None, "a, b, d: n; U: n x k")
    assert "outer(a, b)" not in thin.source


def test_kernels_that_are_written_out_are_factorised_as_positive_definite_ones() -> None:
    pytest.importorskip("scipy")
    text, where = "K = exp(-D/l) + s*eye(n); y'inv(K)*y + log det(K)", "D: n x n symmetric; y: n; l, s: scalar positive"
    made = matdiff.code(text, "l", where)
    assert made.cost.factorisations == ("symmetric of n × n",)
    distances = np.abs(np.subtract.outer(np.arange(5.0), np.arange(5.0)))
    given = {"D": distances, "y": np.ones(5), "l": 0.7, "s": 0.1}
    for indefinite in (False, True):
        given["s"] = -1.9 if indefinite else 0.1
        value = made.function(*[given[n] for n in made.arguments])[0]
        kernel = np.exp(-distances / 0.7) + given["s"] * np.eye(5)
        wanted = np.ones(5) @ np.linalg.solve(kernel, np.ones(5)) + np.linalg.slogdet(kernel)[1]
        assert value == pytest.approx(wanted)


def test_a_name_cannot_do_any_harm() -> None:
    made = matdiff.code("lambda*x'x + def'x", "x", "x: n; def: n; lambda: scalar")
    tree = ast.parse(made.source)
    assert [a.arg for a in tree.body[-1].args.args] == list(made.arguments)  # type: ignore[attr-defined]
    assert not {"lambda", "def"} & set(made.arguments)
    with pytest.raises(MatdiffError, match="no name for a function"):
        matdiff.code("x'x", "x", name="f(): pass\nimport os #")


def test_wrong_shapes_are_told_by_the_argument_and_the_size() -> None:
    made = matdiff.code("||X w - y||^2", wrt="w")
    with pytest.raises(ValueError, match=r"w has the shape \(4,\), which is not \(n,\) with n = 3"):
        made.function(np.ones((5, 3)), np.ones(4), np.ones(5))
    with pytest.raises(ValueError, match=r"X has the shape \(5,\)"):
        made.function(np.ones(5), np.ones(3), np.ones(5))


def test_a_size_that_a_message_alone_names_is_read_for_it() -> None:
    made = matdiff.code("sum(i=1..n, sum(j=1..n, W[i,j]*norm2(x[i] - x[j])^2))", "x", "W: n x n; x[i=1..n]: d")
    with pytest.raises(ValueError, match=r"x has the shape \(4, 2\), which is not \(n, d\) with d = 2, n = 3"):
        made.function(np.eye(3), np.ones((4, 2)))


def test_single_precision_is_kept() -> None:
    made = matdiff.code("||X w - y||^2 + tr(diag(w))", wrt="w", outputs=("gradient", "hessian"))
    x, w, y = (a.astype(np.float32) for a in values(made, X=(5, 3), w=(3,), y=(5,)))
    assert [a.dtype for a in made.function(x, w, y)] == [np.float32, np.float32]


def test_arguments_are_not_changed() -> None:
    made = matdiff.code("A + eye(n)", None, "A: n x n")
    a = np.ones((3, 3))
    made.function(a)
    assert np.array_equal(a, np.ones((3, 3)))


def test_the_same_question_has_the_same_source() -> None:
    text, where = "logdet(A + B) + tr(inv(A + B) C)", "A: n x n spd; B: n x n spd; C: n x n"
    assert len({matdiff.code(text, "A", where, check=False).source for _ in range(3)}) == 1


def test_results_of_matdiff_are_code_as_well() -> None:
    derived = matdiff.derive("x'A x", wrt="x")
    assert matdiff.code(derived).source == matdiff.code("x'A x", wrt="x").source
    assert "return (2 * (A.T @ A),)" in matdiff.code(matdiff.hessian("||A x||^2", "x").result).source


RESULTS = {  # what gives a result, and what its code computes
    "a solution": (lambda: matdiff.solve("minimise ||A u - b||^2 + r*||u||^2", "u", "r: scalar positive"), ("u",)),
    "a rotation": (
        lambda: matdiff.solve(
            "maximise tr(Q'A'B) subject to Q'Q = eye(n)", "Q", "A: m x n; B: m x n; Q: n x n"
        ),
        ("Q", "value"),
    ),
    "a subspace": (
        lambda: matdiff.solve("maximise tr(W'S W) s.t. W'W = eye(k)", "W", "S: n x n symmetric; W: n x k"), ("W",)
    ),
    "a pair of unknowns": (
        lambda: matdiff.solve(
            "minimise sum(i=1..N, (x[i]-m)'inv(V)*(x[i]-m)) + N*logdet(V)", ("m", "V"), "x[i=1..N], m: d; V: d x d spd"
        ),
        ("m", "V", "value"),
    ),
    "an implicit derivative": (
        lambda: matdiff.implicit("B Z + Z C = Q", "Z", "Q", "B: n x n; C: n x n", "tr(D Z)"), ("jacobian", "gradient")
    ),
    "a system of Newton": (lambda: matdiff.stationary("minimise u'P u s.t. A u = b", "u"), ("gradient", "matrix")),
    "a Hessian": (lambda: matdiff.hessian("(u'P u)^2", "u"), ("value", "gradient", "hessian", "hvp")),
    "a Jacobian": (lambda: matdiff.jacobian("A*exp(u)", "u"), ("jacobian",)),
    "blocks of information": (
        lambda: matdiff.fisher("norm2(y - X w)^2/2", ("w",), {"y": ("X w", "eye(N)")}, "X: N x d"),
        ("w w",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RESULTS)
def test_results_of_every_kind_are_code(case: str) -> None:
    pytest.importorskip("scipy")
    result, outputs = RESULTS[case]
    made = matdiff.code(result(), outputs=outputs, check=False)
    assert made.verify(seed=2) < 1e-8
    assert "linalg.inv" not in made.source


def test_a_solution_is_a_function_of_its_data() -> None:
    pytest.importorskip("scipy")
    found = matdiff.solve("minimise ||A u - b||^2 + r*||u||^2", "u", "r: scalar positive")
    made = matdiff.code(found, outputs=("u", "value"), name="ridge")
    a, b = RNG.normal(size=(5, 3)), RNG.normal(size=5)
    u, value = made.function(*[{"A": a, "b": b, "r": 0.7}[n] for n in made.arguments])
    wanted = np.linalg.solve(a.T @ a + 0.7 * np.eye(3), a.T @ b)
    assert u == pytest.approx(wanted)
    assert value == pytest.approx(np.sum((a @ wanted - b) ** 2) + 0.7 * wanted @ wanted)
    assert made.cost.factorisations == ("cholesky of n × n",)


def test_roots_that_a_problem_has_more_than_one_of_are_a_tuple() -> None:
    found = matdiff.solve("stationary points of t^3 - 3*a^2*t", "t", "t: scalar; a: scalar positive")
    ((first, second),) = matdiff.code(found).function(2.0)
    assert {first, second} == {2.0, -2.0}


def test_a_sum_with_the_number_of_samples_is_known_to_be_definite() -> None:
    made = matdiff.code("inv(inv(P) + N*inv(S))*sum(i=1..N, x[i])", None, "P, S: d x d spd; x[i=1..N]: d", check=False)
    assert {f.split()[0] for f in made.cost.factorisations} == {"cholesky"}


def test_what_has_no_code_is_refused_by_name() -> None:
    for thing in (3, {}, {"a": 1}, matdiff.differential("x'x", "x")):
        with pytest.raises(MatdiffError, match="there is no code for a"):
            matdiff.code(thing)
    with pytest.raises(MatdiffError, match="no closed form that code could compute"):
        matdiff.code(matdiff.solve("minimise ||A x - b||^2/(1 + x'x)", "x", "A: m x n"))
    with pytest.raises(MatdiffError, match="corr_matrix"):
        matdiff.code("sum(corr_matrix(k, 8, 8).^2)", "k", "k: 3 x 3")
    with pytest.raises(MatdiffError, match="no output 'slope'"):
        matdiff.code("x'x", "x", outputs=("slope",))
    with pytest.raises(MatdiffError, match="no backend 'fortran'"):
        matdiff.code("x'x", "x", backend="fortran")


def test_a_deep_expression_is_written_in_time_that_grows_with_it() -> None:
    layers = "; ".join(f"h{k} = tanh(W*h{k - 1})" for k in range(1, 201))
    made = matdiff.code(f"h0 = x; {layers}; sum(h200)", None, "W: n x n; x: n", check=False)
    assert made.source.count("np.tanh") == 200


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_libraries_compute_the_same(backend: str) -> None:
    pytest.importorskip(backend)
    for case in ("definitions", "blocks of a Hessian", "rows of a softmax", "pairs of members"):
        text, unknowns, where, outputs = CASES[case]
        made = matdiff.code(text, unknowns, where, backend, outputs.split(","), check=False)
        assert made.verify(seed=1) < 1e-9
    for case in ("a Gaussian process", "a bilinear form"):
        text, unknowns, where = FACTORED[case]
        assert matdiff.code(text, unknowns, where, backend, check=False).verify(seed=1) < 1e-8


def test_many_factors_keep_all_of_their_numbers() -> None:
    text = "s = sqrt(x'x/n + c); z = x/s; ((g .* h)'z)*z/n"
    made = matdiff.code(text, where="x, g, h: n; c: scalar positive; n: scalar", check=False)
    x, g, h = np.arange(1.0, 4), np.array([1.0, -2, 3]), np.array([0.5, 1, 2])
    s = np.sqrt(x @ x / 3 + 0.25)
    given = {"x": x, "g": g, "h": h, "c": 0.25}
    (value,) = made.function(*[given[a] for a in made.inputs])
    assert value == pytest.approx((g * h) @ x / s * x / s / 3)


def test_vectors_stand_in_front_of_matrices_in_jax() -> None:
    made = matdiff.code("||X w - y||^2", "w", backend="jax", check=False)
    assert "X.T" not in made.source
    assert ".T @" in matdiff.code("||X w - y||^2", "w").source


def test_many_columns_are_solved_for_in_jax_as_few_are() -> None:
    pytest.importorskip("jax")
    made = matdiff.code("log det(X'X + I)", "X", "X: m x n", backend="jax", check=False)
    x = np.random.default_rng(0).normal(size=(20, 3))
    want = matdiff.code("log det(X'X + I)", "X", "X: m x n").function(x)
    for got, expected in zip(made.function(x), want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5)


DIFFERENTIABLE = ("1/2*||X w - y||^2 + c*logsumexp(w)", "w,c", "X: m x n; w: n; y: m; c: scalar")


def test_a_closed_form_is_the_derivative_that_jax_uses() -> None:
    jax = pytest.importorskip("jax")
    f = matdiff.code(*DIFFERENTIABLE, backend="jax", check=False).differentiable
    x, w, y, c = RNG.normal(size=(4, 3)), RNG.normal(size=3), RNG.normal(size=4), 0.3
    residual, p = x @ w - y, np.exp(w) / np.exp(w).sum()

    def of(w: Any, x: Any, c: Any) -> Any:
        return f(x, w, y.astype(w.dtype), c)

    def derivatives(w: Any, x: Any, c: Any) -> Any:
        gradient = jax.grad(of, (0, 1, 2))
        batch = jax.vmap(lambda v: gradient(v, x, c)[0])(w[None])
        return *gradient(w, x, c), jax.hessian(of)(w, x, c), batch[0]

    by_hand = x.T @ residual + c * p
    hessian = x.T @ x + c * (np.diag(p) - np.outer(p, p))
    with jax.enable_x64(True):
        found = jax.jit(derivatives)(w, x, c)
    for got, want in zip(
        found, (by_hand, np.outer(residual, w), np.log(np.exp(w).sum()), hessian, by_hand), strict=True
    ):
        np.testing.assert_allclose(got, want)
    assert jax.eval_shape(jax.grad(of), *[np.float32(a) for a in (w, x, c)]).dtype == np.float32


def test_a_closed_form_is_the_derivative_that_torch_uses() -> None:
    torch = pytest.importorskip("torch")
    f = matdiff.code(*DIFFERENTIABLE, backend="torch", check=False).differentiable
    for kind in (torch.float64, torch.float32):
        x, y = (torch.tensor(RNG.normal(size=s), dtype=kind, requires_grad=True) for s in ((4, 3), 4))
        w = torch.tensor(RNG.normal(size=3), dtype=kind, requires_grad=True)
        c = torch.tensor(0.3, dtype=kind, requires_grad=True)
        plain = 0.5 * ((x @ w - y) ** 2).sum() + c * torch.logsumexp(w, 0)
        got = torch.autograd.grad(f(x, w, y, c), (x, w, y, c), create_graph=True)
        want = torch.autograd.grad(plain, (x, w, y, c), create_graph=True)
        assert [g.dtype for g in got] == [kind] * 4
        for a, b in zip(got, want, strict=True):
            torch.testing.assert_close(a, b)
        twice = [torch.autograd.grad((g[1] ** 2).sum(), (x, w))[0] for g in (got, want)]
        torch.testing.assert_close(*twice)


def test_what_cannot_be_differentiated_by_a_library_is_refused() -> None:
    with pytest.raises(MatdiffError, match="is not differentiable"):
        _ = matdiff.code("x'x", "x").differentiable


def test_the_command_prints_the_source(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    from matdiff.cli import main

    assert main(["code", "x'A x", "--wrt", "x", "--name", "form"]) == 0
    assert capsys.readouterr().out == matdiff.code("x'A x", wrt="x", name="form").source
    assert main(["code", "x'A x", "--wrt", "x", "-o", str(tmp_path / "form.py")]) == 0
    assert (tmp_path / "form.py").read_text(encoding="utf-8").startswith("import numpy as np")
    assert main(["code", "x'A x", "--wrt", "x", "--outputs", "slope"]) == 2


STABLE = {  # what would overflow or lose its digits as it is written: text, values; the value, the gradient
    "log(1 + exp(x))": ("sum(log(1 + exp(x)))", {"x": [-800.0, 0.0, 800.0]}, 800 + np.log(2), [0, 0.5, 1]),
    "log(1 - sigmoid(x))": ("sum(log(1 - sigmoid(x)))", {"x": [-800.0, 800.0]}, -800, [0, -1]),
    "log(sum(exp(x)))": ("log(sum(exp(x)))", {"x": [1000.0, 1000.0]}, 1000 + np.log(2), [0.5, 0.5]),
    "log(softmax(x))": ("log(softmax(x))'a", {"x": [0.0, 1000.0], "a": [1.0, 0.0]}, -1000, [1, -1]),
    "log(1 + a)": ("log(1 + x'x)", {"x": [1e-9]}, 1e-18, [2e-9]),
}  # fmt: skip


@pytest.mark.parametrize("case", STABLE)
def test_functions_are_written_so_that_they_do_not_overflow(case: str) -> None:
    text, given, value, gradient = STABLE[case]
    made = matdiff.code(text, "x", "x, a: n" if "a" in given else "x: n")
    with np.errstate(all="ignore"):
        found = made.function(*[np.array(given[a]) for a in made.arguments])
    assert found[0] == pytest.approx(value, rel=1e-12)
    assert found[1] == pytest.approx(gradient, rel=1e-12, abs=1e-300)


def test_a_softmax_that_is_written_out_does_not_overflow() -> None:
    made = matdiff.code("p = exp(x)/sum(exp(x)); sum(p.*log(p))", "x", "x: n")
    value, gradient = made.function(np.array([1000.0, 1000.0, -1000.0]))
    assert value == pytest.approx(-np.log(2))
    np.testing.assert_allclose(gradient, np.zeros(3), atol=1e-12)


def test_the_logarithm_of_a_determinant_comes_from_the_factor() -> None:
    pytest.importorskip("scipy")
    made = matdiff.code("log(det(K))", "K", "K: n x n spd")
    value, _ = made.function(1e-5 * np.eye(100))
    assert value == pytest.approx(100 * np.log(1e-5))


def test_unknowns_are_packed_into_one_vector_for_an_optimiser() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(6, 2)), rng.normal(size=6)
    found = matdiff.objective(
        "||X w + b*ones(m) - y||^2",
        "w,b",
        "X: m x n; w: n; b: scalar; y: m",
        fixed={"X": x, "y": y},
        start={"w": [1, 2], "b": 3},
    )
    assert found.x0 == pytest.approx([1, 2, 3])
    wide = np.column_stack([x, np.ones(6)])
    assert found(found.x0)[1] == pytest.approx(2 * wide.T @ (wide @ found.x0 - y))
    v = rng.normal(size=3)
    assert found.hessp(found.x0, v) == pytest.approx(2 * wide.T @ wide @ v)


@pytest.mark.parametrize("method", ["trust-ncg", "BFGS"])
def test_a_step_out_of_the_positive_definite_matrices_is_too_long(method: str) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    root = np.random.default_rng(0).normal(size=(4, 4))
    m = root @ root.T + np.eye(4)
    question = ("tr(M*P) - log det(P)", "P", "P: n x n spd; M: n x n symmetric")
    found = matdiff.objective(*question, fixed={"M": m}, start=np.eye(4))
    assert found(found.x0)[0] == pytest.approx(np.trace(m))
    assert found(-found.x0)[0] == np.inf
    hessp = {"hessp": found.hessp} if method == "trust-ncg" else {}
    least = optimize.minimize(found, found.x0, jac=True, method=method, **hessp)
    np.testing.assert_allclose(found.unpack(least.x)["P"], np.linalg.inv(m), atol=1e-4)
    with pytest.raises(np.linalg.LinAlgError):
        matdiff.objective(*question, fixed={"M": m}, start=-np.eye(4))(-found.x0)


@pytest.mark.parametrize(("kind", "entries"), [("symmetric", 6), ("lower", 6), ("upper", 6), ("diagonal", 3)])
def test_only_the_free_entries_of_an_unknown_vary(kind: str, entries: int) -> None:
    a = RNG.normal(size=(3, 3))
    found = matdiff.objective("tr(A X) + tr(X X X)", "X", f"X: n x n {kind}; A: n x n", fixed={"A": a}, start=np.eye(3))
    x, v, h = RNG.normal(size=entries), RNG.normal(size=entries), 1e-5
    slope = (found(x + h * v)[0] - found(x - h * v)[0]) / (2 * h)
    assert found(x)[1] @ v == pytest.approx(slope, rel=1e-6)
    bend = (found(x + h * v)[1] - found(x - h * v)[1]) / (2 * h)
    assert found.hessp(x, v) == pytest.approx(bend, rel=1e-6)
    assert found.pack(found.unpack(x)) == pytest.approx(x)


def test_an_answer_is_a_function_and_a_form_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    from matdiff.cli import main

    x, a = RNG.normal(size=3), RNG.normal(size=(3, 3))
    value, gradient = matdiff.derive("x'A x", wrt="x").to_function()(x, a)
    assert value == pytest.approx(x @ a @ x)
    assert gradient == pytest.approx((a + a.T) @ x)
    assert main(["derive", "x'A x", "--wrt", "x", "--format", "numpy"]) == 0
    assert capsys.readouterr().out == matdiff.code("x'A x", wrt="x").source
    assert main(["hessian", "x'A x", "--wrt", "x", "--format", "torch", "--no-check"]) == 0
    assert "A + A.T" in capsys.readouterr().out
    assert main(["solve", "minimise ||X w - y||^2", "--wrt", "w", "--format", "torch", "--no-check"]) == 0
    assert "_cholesky_solve(t1, X.T @ y)" in capsys.readouterr().out


def test_the_conditions_of_an_answer_stand_in_the_text_above_the_code() -> None:
    assert "x ≠ 0" in matdiff.code("norm2(x)", "x", "x: n", check=False).source


def test_a_mixture_far_from_its_centres_has_a_likelihood() -> None:
    text = "sum(n=1..N, log(sum(k=1..K, p[k]*exp(-||x[n] - m[k]||^2/2))))"
    made = matdiff.code(text, "m", "x[n=1..N]: d; m[k=1..K]: d; p[k=1..K]: scalar positive", check=False)
    p, x, m = np.array([0.3, 0.7]), np.array([[100.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 0.0], [1.0, 1.0]])
    logs = np.log(p) - ((x[:, None] - m) ** 2).sum(-1) / 2
    value, gradient = made.function(p, x, m)
    assert value == pytest.approx(np.logaddexp(*logs.T).sum())
    weights = np.exp(logs - np.logaddexp(*logs.T)[:, None])
    assert gradient == pytest.approx(weights.T @ x - weights.sum(0)[:, None] * m)


@pytest.mark.parametrize(
    "text",
    [
        "p = softmax(W x + b); -y'log(p)",
        r"-\sum_{c=1}^{C} y_c \log p_c, p = \text{softmax}(Wx + b)",
        r"-\sum_c y_c \log softmax(Wx + b)_c",
    ],
)
def test_a_softmax_that_has_a_name_needs_no_quotient_in_its_logarithm(text: str) -> None:
    value, gradient = matdiff.code(text, "W").function(
        y=np.array([0.0, 1.0, 0.0]), W=np.diag([2000.0, 1.0, 0.0]), x=np.array([1.0, 0.0, 1.0]), b=np.zeros(3)
    )
    assert value == 2000.0  # the logarithm of 0 would be infinite
    np.testing.assert_allclose(gradient, np.outer([1.0, -1.0, 0.0], [1.0, 0.0, 1.0]))


def test_a_sigmoid_that_has_a_name_keeps_its_digits() -> None:
    value, gradient = matdiff.code("p = sigmoid(w'x); -(y*log(p) + (1-y)*log(1-p))", "w").function(
        y=0.0, w=np.array([800.0]), x=np.array([1.0])
    )
    assert value == 800.0
    np.testing.assert_allclose(gradient, [1.0])


@pytest.mark.parametrize(
    ("text", "wrt", "where"),
    [
        ("y'inv(K)*y + log det(K)", "K", "K: n x n spd"),
        ("Z = exp(-D/s) + eye(n); y'inv(Z)*y + log det(Z)", "s", "D: n x n symmetric; s: scalar positive"),
    ],
)
def test_outer_products_between_inverses_cost_no_product_of_matrices(text: str, wrt: str, where: str) -> None:
    program = matdiff.code(text, wrt, where)._found.versions[0].program
    assert not any(a.op == "solve" and len(a.args[1].axes) > 1 for a in program)
    assert not any(a.op == "contract" and len({*"".join(a.data)}) > 2 for a in program)
