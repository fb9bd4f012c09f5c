"""Problems solved in closed form, against NumPy on random data."""

from __future__ import annotations

import json

import numpy as np
import pytest

import matdiff
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.language.problems import read_problem

random = np.random.default_rng(5)


def definite(n: int) -> np.ndarray:
    root = random.normal(size=(n, n))
    return root @ root.T + np.eye(n)


def test_ridge_regression() -> None:
    found = matdiff.solve("minimise ||Z b - t||^2 + g*||b||^2", "b", "g: scalar positive")
    z, t = random.normal(size=(6, 3)), random.normal(size=6)
    got = matdiff.evaluate(found.solutions[0]["b"], {"Z": z, "t": t, "g": 0.7})
    np.testing.assert_allclose(got, np.linalg.solve(z.T @ z + 0.7 * np.eye(3), z.T @ t))
    assert (found.kind, found.proved, found.conditions) == ("minimum", True, ())


def test_least_squares_says_when_its_solution_is_the_only_one() -> None:
    found = matdiff.solve("minimise ||Z b - t||^2", "b")
    assert found.conditions == ("ZᵀZ is invertible, which it is where Z has full column rank",)
    assert str(found.solutions[0]["b"]) == "(ZᵀZ)⁻¹Zᵀt"
    assert found.steps


def test_multipliers_are_eliminated() -> None:
    found = matdiff.solve("minimise u'G u subject to K u = h", "u", "u: n; G: n x n spd; K: m x n; h: m")
    g, k, h = definite(4), random.normal(size=(2, 4)), random.normal(size=2)
    kkt = np.block([[2 * g, k.T], [k, np.zeros((2, 2))]])
    expected = np.linalg.solve(kkt, np.concatenate([np.zeros(4), h]))
    np.testing.assert_allclose(matdiff.evaluate(found.solutions[0]["u"], {"G": g, "K": k, "h": h}), expected[:4])
    np.testing.assert_allclose(matdiff.evaluate(found.multipliers["nu"], {"G": g, "K": k, "h": h}), expected[4:])


def test_of_two_stationary_points_on_a_sphere_the_one_that_is_asked_for_is_given() -> None:
    for sense, sign in (("minimise", -1), ("maximise", 1)):
        found = matdiff.solve(f"{sense} q'z subject to z'z = 4", "z", "z, q: n")
        q = random.normal(size=3)
        assert len(found.solutions) == 1
        np.testing.assert_allclose(
            matdiff.evaluate(found.solutions[0]["z"], {"q": q}), sign * 2 * q / np.linalg.norm(q)
        )
        assert (found.kind, found.proved, found.conditions) == (f"{sense[:5]}mum"[:3] + "imum", True, ("q ≠ 0",))


def test_a_mean_and_then_a_covariance() -> None:
    f = "minimise N*log det(V) + sum(i=1..N, (z[i] - c)'inv(V)*(z[i] - c))"
    found = matdiff.solve(f, ["c", "V"], "z[i=1..N]: d; c: d; V: d x d spd")
    z = random.normal(size=(7, 2))
    values = {"z": z}
    np.testing.assert_allclose(matdiff.evaluate(found.solutions[0]["c"], values), z.mean(axis=0))
    np.testing.assert_allclose(matdiff.evaluate(found.solutions[0]["V"], values), np.cov(z.T, bias=True))
    assert (found.kind, found.proved) == ("minimum", True)


def test_a_saddle_is_no_minimum() -> None:
    found = matdiff.solve("minimise p'M q + c'p", ["p", "q"], "M: n x n invertible; p, q, c: n")
    assert (found.kind, found.proved) == ("saddle", True)
    assert found.notes == ("The stationary point is no minimum but a saddle point.",)


def test_the_maximum_of_a_convex_function_is_not_made_up() -> None:
    found = matdiff.solve("maximise ||z - c||^2", "z")
    assert found.kind == "minimum"
    assert "no maximum" in found.notes[0]


@pytest.mark.parametrize(
    ("problem", "named"),
    [
        ("minimise g'd + d'H d subject to d'd = 1", "secular"),
        ("minimise exp(a*t) + t^2", "transcendental"),
        ("minimise a*t^6 + b*t^2 + c*t", "degree 5"),
    ],
)
def test_what_has_no_closed_form_is_refused_by_name(problem: str, named: str) -> None:
    where = "g, d: n; H: n x n symmetric" if "H" in problem else "a, b, c, t: scalar"
    with pytest.raises(UnsupportedError, match=named):
        matdiff.solve(problem, "d" if "H" in problem else "t", where)


@pytest.mark.parametrize(
    "problem",
    [
        r"\min_w \|Xw - y\|^2",
        r"\underset{w}{\text{minimize}} \; \|Xw - y\|_2^2",
        r"w^* = \arg\min_w \|Xw - y\|^2",
        "argmin_w ||Xw - y||^2",
        "minimize over w: ||Xw - y||^2",
    ],
)
def test_ways_to_write_a_problem(problem: str) -> None:
    assert str(matdiff.solve(problem).solutions[0]["w"]) == "(XᵀX)⁻¹Xᵀy"


def test_a_constraint_in_latex() -> None:
    found = matdiff.solve(r"\max_{x} \; c^\top x \quad \text{s.t.} \quad x^\top x = 1", where="x, c: n")
    assert str(found.solutions[0]["x"]) == "c/‖c‖"


def test_the_page_says_how_and_what() -> None:
    found = matdiff.solve("maximise c'x - ½x'P x", "x", "P: n x n spd; x, c: n")
    text = found.to_text(check=found.verify())
    for line in ("maximise f(x) = cᵀx − ½xᵀPx", "x = P⁻¹c", "maximum", "strictly concave", "AX = C ⇒ X = A⁻¹C"):
        assert line in text
    assert r"\text{maximise}" in found.to_latex()
    assert json.loads(found.to_json())["solutions"][0]["x"]["text"] == "P⁻¹c"


def test_a_problem_has_to_name_its_unknown() -> None:
    with pytest.raises(MatdiffError, match="does not name its unknown"):
        matdiff.solve("minimise ||Xw - y||^2")


def test_entropies_give_softmax_and_the_uniform_distribution() -> None:
    found = matdiff.solve("maximise -sum(q.*log(q)) - c'q subject to sum(q) = 1", "q", "q: n positive; c: n")
    assert str(found.solutions[0]["q"]) == "softmax(−c)"
    uniform = matdiff.solve("maximise -sum(q.*log(q)) subject to sum(q) = 1, q >= 0", "q", "q: n positive")
    np.testing.assert_allclose(matdiff.evaluate(uniform.solutions[0]["q"], {"n": 4}), np.full(4, 0.25))
    assert (uniform.kind, uniform.proved) == ("maximum", True)


def test_an_inequality_that_may_bind_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="depends on the data"):
        matdiff.solve("minimise ||x - z||^2 subject to sum(x) = 1, x >= 0", "x", "x, z: n")


def test_the_members_of_a_family() -> None:
    found = matdiff.solve(
        "minimise sum(i=1..N, sum(k=1..K, r[i,k]*||x[i] - m[k]||^2))",
        "m",
        "x[i=1..N]: d; m[k=1..K]: d; r[i=1..N,k=1..K]: scalar positive",
    )
    x, r = random.normal(size=(6, 2)), random.uniform(0.1, 1.0, size=(6, 3))
    got = matdiff.evaluate(found.solutions[0]["m"], {"x": x, "r": r})
    np.testing.assert_allclose(got, (r.T @ x) / r.sum(axis=0)[:, None])
    assert found.kind == "minimum"


def test_constraints_in_other_forms() -> None:
    skew = matdiff.solve("minimise ||X - A||^2 subject to X = -X'", "X", "X, A: n x n")
    assert str(skew.solutions[0]["X"]) == "½(A − Aᵀ)"
    norm = matdiff.solve("minimise ||x - z||^2 subject to norm2(x) = r", "x", "x, z: n; r: scalar positive")
    assert str(norm.solutions[0]["x"]) == "rz/‖z‖"
    two = matdiff.solve("minimise ||y - x||^2 subject to a'x = b, c'x = d", "x", "x, y, a, c: n; b, d: scalar")
    a, c, y = random.normal(size=(3, 4))
    got = matdiff.evaluate(two.solutions[0]["x"], {"a": a, "c": c, "y": y, "b": 0.3, "d": -1.0})
    rows = np.stack([a, c])
    np.testing.assert_allclose(got, y - np.linalg.pinv(rows) @ (rows @ y - [0.3, -1.0]))


def test_shapes_that_only_a_constraint_tells() -> None:
    found = matdiff.solve("maximise c'x subject to x'P x = 1", "x", "P: n x n spd")
    assert str(found.solutions[0]["x"]) == "P⁻¹c/sqrt(cᵀP⁻¹c)"


def test_a_determinant_under_a_trace() -> None:
    found = matdiff.solve("maximise log det(X) subject to tr(X A) = 1", "X", "X, A: n x n spd")
    assert str(found.solutions[0]["X"]) == "A⁻¹/n"
    assert found.proved


def test_an_inequality_that_must_bind_is_solved_with_its_multiplier() -> None:
    found = matdiff.solve("maximise c'x s.t. x'P x <= 1", "x", "x, c: n; P: n x n spd")
    assert str(found.solutions[0]["x"]) == "P⁻¹c/sqrt(cᵀP⁻¹c)"
    assert "the inequality binds" in found.reason
    with pytest.raises(MatdiffError):
        matdiff.solve("maximise c'x s.t. x'P x >= 1", "x", "x, c: n; P: n x n spd")


@pytest.mark.parametrize(("where", "solution"), [("Q: n x n orthogonal", "polar(BAᵀ)"), ("Q: n x n", "BAᵀ(AAᵀ)⁻¹")])
def test_an_unknown_varies_in_the_set_that_is_declared(where: str, solution: str) -> None:
    found = matdiff.solve("minimise ||Q A - B||^2", "Q", f"{where}; A, B: n x m")
    assert str(found.solutions[0]["Q"]) == solution


@pytest.mark.parametrize("declared", ["lower", "idempotent"])
def test_a_solution_outside_of_the_declared_set_is_refused(declared: str) -> None:
    with pytest.raises(MatdiffError):
        matdiff.solve("minimise ||X - A||^2", "X", f"X: n x n {declared}; A: n x n")


@pytest.mark.parametrize(
    ("problem", "solution"),
    [
        ("minimise ||z - p||^2 subject to ||z - c|| = r", "r(p − c)/‖p − c‖ + c"),
        ("minimise p'z subject to (z - c)'P (z - c) = r^2", "c − rP⁻¹p/sqrt(pᵀP⁻¹p)"),
    ],
)
def test_a_sphere_and_an_ellipsoid_around_a_point(problem: str, solution: str) -> None:
    found = matdiff.solve(problem, "z", "z, p, c: n; P: n x n spd; r: scalar positive")
    assert str(found.solutions[0]["z"]) == solution
    assert (found.kind, found.proved) == ("minimum", True)


ENTROPIES = {  # problem; the solution by hand
    "Boltzmann": (
        "minimise c'p + t*sum(p .* log(p)) s.t. ones(n)'p = 1", lambda c, t: np.exp(-c / t) / np.exp(-c / t).sum()
    ),
    "filling with water": (
        "maximise sum(log(1 + c .* p)) s.t. sum(p) = t", lambda c, t: (t + (1 / c).sum()) / 4 - 1 / c
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ENTROPIES)
def test_multipliers_that_stand_under_a_sum(case: str) -> None:
    problem, by_hand = ENTROPIES[case]
    found = matdiff.solve(problem, "p", "p, c: n positive; t: scalar positive")
    c = random.uniform(1.0, 2.0, 4)
    np.testing.assert_allclose(matdiff.evaluate(found.solutions[0]["p"], {"c": c, "t": 1.7}), by_hand(c, 1.7))
    assert found.proved


def test_likelihoods_are_proved_one_unknown_after_the_other_and_member_by_member() -> None:
    found = matdiff.solve("maximise -n/2*log(v) - 1/(2*v)*||t - Z b||^2", "b,v", "Z: n x p; t: n; v: scalar positive")
    assert str(found.solutions[0]["v"]) == "‖t − Z(ZᵀZ)⁻¹Zᵀt‖²/n"
    assert (found.kind, found.proved) == ("maximum", True)
    found = matdiff.solve(
        "maximise sum(i=1..N, sum(k=1..K, r[i,k]*(-1/2*log det(V[k]) - 1/2*(x[i] - m[k])'inv(V[k])*(x[i] - m[k]))))",
        "V",
        "r[i=1..N,k=1..K]: scalar positive; x[i=1..N]: d; m[k=1..K]: d; V[k=1..K]: d x d spd",
    )
    assert (found.kind, found.proved) == ("maximum", True)


@pytest.mark.parametrize(
    ("problem", "where", "kind"),
    [
        ("minimise sum(log(1 + exp(-t .* (Z w))))", "Z: m x n; t: m; w: n", "transcendental equation in w"),
        ("minimise w^4/4 - a*w^2 - b*w", "w, a, b: scalar", r"degree 3 \(cubic\) in w"),
        ("stationary points of tr(w A w w)/3 + tr(B w)", "w, A, B: n x n", "quadratic matrix equation"),
    ],
)
def test_what_has_no_closed_form_is_named(problem: str, where: str, kind: str) -> None:
    with pytest.raises(UnsupportedError, match=kind):
        matdiff.solve(problem, "w", where)


def test_aligned_problems_of_latex() -> None:
    text = r"\begin{aligned} \min_x \quad & \|x\|^2 \\ \text{s.t.} \quad & Ax = b \end{aligned}"
    assert str(matdiff.solve(text).solutions[0]["x"]) == "Aᵀ(AAᵀ)⁻¹b"
    text = r"\text{minimize } w^\top \Sigma w \text{ subject to } \mu^\top w = r, \; \mathbf{1}^\top w = 1"
    found = matdiff.solve(text, "w", "Sigma: n x n spd; w, mu: n; r: scalar")
    s, mu = definite(4), random.normal(size=4)
    w = matdiff.evaluate(found.solutions[0]["w"], {"Sigma": s, "mu": mu, "r": 0.3})
    rows = np.stack([mu, np.ones(4)])
    kkt = np.block([[2 * s, rows.T], [rows, np.zeros((2, 2))]])
    np.testing.assert_allclose(w, np.linalg.solve(kkt, [0, 0, 0, 0, 0.3, 1])[:4])


def test_generalised_subspaces_and_roots_of_cubics() -> None:
    found = matdiff.solve(
        "minimise tr(V'K V) subject to V'G V = eye(k)", "V", "V: n x k; K: n x n symmetric; G: n x n spd"
    )
    assert found.equation == "generalised eigenvalue problem KV = GVΛ"
    roots = matdiff.solve("stationary points of t^3/3 - a*t", "t", "a: scalar positive; t: scalar").solutions
    assert {str(s["t"]) for s in roots} == {"sqrt(a)", "−sqrt(a)"}
    found = matdiff.solve("minimise t^4 - 2*a*t^2", "t", "a: scalar positive; t: scalar")
    assert {str(s["t"]) for s in found.solutions} == {"sqrt(a)", "−sqrt(a)"}


def test_a_kind_that_depends_on_the_data_is_left_open() -> None:
    found = matdiff.solve("minimise x'A x - 2*b'x", "x", "A: n x n symmetric; x, b: n")
    assert (found.kind, found.proved, found.conditions) == ("stationary", False, ("A is invertible",))
    assert "depends on the data" in found.reason
    assert "for some data at most" in found.notes[0]


@pytest.mark.parametrize(
    ("text", "names", "sense", "constraints"),
    [
        ("min x'A x s.t. x'x = 1", (), "minimise", 1),
        ("minimize f(x) = x'Ax subject to x'x = 1", ("x",), "minimise", 1),
        ("find the x that minimises ||Ax-b||^2 + c*||x||^2", ("x",), "minimise", 0),
        ("Find the maximum of w'm - w'Sw over w subject to 1'w = 1", ("w",), "maximise", 1),
        ("critical points of f(x) = x'Ax + b'x", ("x",), "", 0),
        (r"\min_{x} \|Ax - b\|^2 \quad \text{s.t.} \quad Cx = d, x \in \mathbb{R}^n", ("x",), "minimise", 1),
        (r"\max_{\|w\|_2=1} w^\top S w", ("w",), "maximise", 1),
        ("max_{w: ||w||=1} w'Sw", ("w",), "maximise", 1),
        (r"\min_{x: Ax = b} \|x\|^2", ("x",), "minimise", 1),
        ("w_hat = argmin_w ||Xw - y||^2 such that Cw = d and 1'w = 1", ("w",), "minimise", 2),
    ],
)
def test_a_problem_in_words_has_its_unknowns_its_sense_and_its_constraints(
    text: str, names: tuple[str, ...], sense: str, constraints: int
) -> None:
    found = read_problem(text, None, ())
    asked = found.names or found.reading.arguments()
    assert (asked, found.sense, len(found.constraints)) == (names, sense, constraints)


def test_an_equation_with_the_transposed_inverse_alone_is_turned_round() -> None:
    solution = matdiff.solve("maximise log(det(X)) - tr(S X)", "X")
    assert str(solution.solutions[0]["X"]) == "S⁻¹"


def test_what_all_members_are_has_no_index() -> None:
    solution = matdiff.solve(r"\max_{p} -\sum_i p_i \log p_i \text{ s.t. } \sum_i p_i = 1")
    assert (str(solution.solutions[0]["p"]), solution.kind) == ("1/N", "maximum")


def test_the_mode_of_a_density_that_has_one_for_many_degrees_of_freedom_alone() -> None:
    found = matdiff.solve(
        "maximise (n - p - 1)/2*log det(W) - 1/2*tr(inv(V) W)", "W", "W, V: p x p spd; n: scalar positive"
    )
    assert found.conditions == ("n − p − 1 > 0",)
    assert (str(found.solutions[0]["W"]), found.kind, found.proved) == ("(n − p − 1)V", "maximum", True)


def test_a_length_is_least_where_its_square_is() -> None:
    found = matdiff.solve("minimise ||Z b - t||", "b")
    assert str(found.solutions[0]["b"]) == "(ZᵀZ)⁻¹Zᵀt"
    assert (found.kind, found.proved, str(found.value)) == ("minimum", True, "‖Z(ZᵀZ)⁻¹Zᵀt − t‖")
    page = found.to_text()
    assert "minimise f(b) = ‖Zb − t‖ " in page
    assert "∇_b f² = 2Zᵀ(Zb − t) = 0" in page
    z, t = random.normal(size=(6, 3)), random.normal(size=6)
    slope = matdiff.evaluate(found.envelope("t"), {"Z": z, "t": t})

    def least(t: np.ndarray) -> float:
        return float(np.linalg.norm(z @ np.linalg.lstsq(z, t, rcond=None)[0] - t))

    numerical = [(least(t + 1e-6 * e) - least(t - 1e-6 * e)) / 2e-6 for e in np.eye(6)]
    np.testing.assert_allclose(slope, numerical, atol=1e-7)


@pytest.mark.parametrize(
    ("problem", "where", "solution"),
    [
        ("minimise sqrt(w'S w) subject to 1'w = 1", "S: n x n spd; w: n", "S⁻¹1_n/(1ᵀS⁻¹1)"),
        ("minimise ||w - p|| subject to A w = b", "A: m x n; w, p: n", "p − Aᵀ(AAᵀ)⁻¹(Ap − b)"),
        ("maximise ||A w|| subject to ||w|| = 1", "A: m x n; w: n", "eigvec_max(AᵀA)"),
    ],
)
def test_roots_are_as_large_as_what_is_below_them(problem: str, where: str, solution: str) -> None:
    found = matdiff.solve(problem, "w", where)
    assert str(found.solutions[0]["w"]) == solution
    assert found.proved


@pytest.mark.parametrize(
    ("problem", "coefficients"),
    [
        ("minimise t^4/4 + p*t^2/2 + q*t", lambda p, q: [1, 0, p, q]),
        ("minimise (t - q)^2 + p*t^4", lambda p, q: [4 * p, 0, 2, -2 * q]),
        ("solve t^3 + p*t^2 + p^2*t + q = 0 for t", lambda p, q: [1, p, p**2, q]),
    ],
)
@pytest.mark.parametrize("q", [1.3, -0.4, 0.0])
def test_an_increasing_cubic_has_one_root(problem: str, coefficients: object, q: float) -> None:
    found = matdiff.solve(problem, "t", "t, q: scalar; p: scalar positive")
    (solution,) = found.solutions
    real = [r.real for r in np.roots(coefficients(0.7, q)) if abs(r.imag) < 1e-9]  # type: ignore[operator]
    np.testing.assert_allclose(matdiff.evaluate(solution["t"], {"p": 0.7, "q": q}), real, atol=1e-12)
    assert found.proved


def test_weighted_sums_of_squares_over_a_family() -> None:
    where = "x[i=1..N]: p; y[i=1..N]: scalar; c[i=1..N]: scalar positive"
    found = matdiff.solve("minimise sum_i c_i (y_i - x_i'b)^2", "b", where)
    x, y, c = random.normal(size=(6, 3)), random.normal(size=6), random.uniform(0.5, 2, 6)
    b = np.linalg.lstsq(x * np.sqrt(c)[:, None], y * np.sqrt(c), rcond=None)[0]
    values = {"x": x, "y": y, "c": c}
    np.testing.assert_allclose(matdiff.evaluate(found.solutions[0]["b"], values), b)
    np.testing.assert_allclose(matdiff.evaluate(found.value, values), (c * (y - x @ b) ** 2).sum())


@pytest.mark.parametrize(
    ("problem", "root"),
    [
        ("minimise x^4 + 32x", -2.0),
        ("minimise x^6 - 192x", 2.0),
        ("minimise x^4 + x", -(0.25 ** (1 / 3))),
        ("minimise x^6 + 6x", -1.0),
    ],
)
def test_odd_roots_of_negative_numbers_are_negative(problem: str, root: float) -> None:
    found = matdiff.solve(problem, "x", where="x: scalar")
    assert found.kind == "minimum"
    assert found.proved
    assert matdiff.evaluate(found.solutions[0]["x"]) == pytest.approx(root)


@pytest.mark.parametrize(
    ("problem", "root"),
    [("maximise x exp(-a x)", 0.5), ("maximise x^2 exp(-a x)", 1.0), ("maximise x exp(-x^2/2) + 0*a", 1.0)],
)
def test_an_exponential_in_all_terms_is_never_0(problem: str, root: float) -> None:
    found = matdiff.solve(problem, "x", where="x, a: scalar positive")
    assert found.kind == "maximum"
    assert matdiff.evaluate(found.solutions[0]["x"], {"a": 2.0}) == pytest.approx(root)


def test_a_declared_covariance_is_no_sum_in_a_constraint() -> None:
    found = matdiff.solve("maximise aᵀw subject to wᵀΣw = 1", "w", where="Σ: n x n spd")
    assert found.kind == "maximum"
    assert found.proved
    spread, a = np.diag([1.0, 4.0]), np.array([3.0, 8.0])
    assert np.allclose(matdiff.evaluate(found.solutions[0]["w"], Sigma=spread, a=a), np.array([3.0, 2.0]) / 5)


def test_entropy_over_members_and_over_entries_is_the_softmax() -> None:
    where = "t: scalar positive; p[k=1..N]: scalar positive"
    found = matdiff.solve("min_q ∑_k q_k a_k + t ∑_k q_k log(q_k/p_k) s.t. ∑_k q_k = 1", where=where)
    a, p, t = np.array([0.3, -1.0, 2.0]), np.array([0.5, 0.2, 0.9]), 0.7
    weights = p * np.exp(-a / t)
    (q,) = (s["q"] for s in found.solutions)
    members = [matdiff.evaluate(q, a=a, p=p, t=t, k=k) for k in (1, 2, 3)]
    assert np.allclose(members, weights / weights.sum())
    assert (found.kind, found.proved) == ("minimum", True)
    assert "q[k] = p[k]exp(−a[k]/t)/(∑_{i=1}^{N} p[i]exp(−a[i]/t))" in found.to_text(width=120)
    of_entries = matdiff.solve("minimise q'a + t*sum(q .* log(q)) s.t. sum(q) = 1", "q", where="t: scalar positive")
    assert np.allclose(matdiff.evaluate(of_entries.solutions[0]["q"], a=a, t=t), np.exp(-a / t) / np.exp(-a / t).sum())


def test_symbols_of_constraints_that_a_solution_has_not_have_values_in_its_check() -> None:
    found = matdiff.solve("min_x x'x s.t. a'x = c'x")
    assert str(found.solutions[0]["x"]) == "0_n"
    assert found.verify().ok


@pytest.mark.parametrize(
    ("problem", "quoted"),
    [
        ("min_x x'x s.t. a'x = b foo", ("a'x = b foo", "foo")),
        ("min_x x'x s.t. foo x >= 0", ("foo x >= 0", "foo")),
        ("solve A x = b foo for x", ("A x = b foo", "foo")),
    ],
)
def test_errors_in_constraints_quote_them_as_they_are_written(problem: str, quoted: tuple[str, str]) -> None:
    with pytest.raises(matdiff.MatdiffError) as caught:
        matdiff.solve(problem)
    text, (start, end) = caught.value.text, caught.value.span
    assert (text, text[start:end]) == quoted
