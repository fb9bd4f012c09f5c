"""A problem is one problem, however it is led in and however its constraints are told."""

from __future__ import annotations

import pytest

import matdiff

LEADS = """
minimise @
min @
min_x @
argmin_x @
x* = argmin_x @
x̂ = argmin @
solve min_x @
Solve the problem: min_x @
find x that minimises @
find x minimizing @
Find the value of x that minimizes @
which value of x minimizes @
minimize over x: @
minimize over x ∈ R^n @
minimize over x ∈ R^n f(x) = @
solve for x: minimise @
""".strip().splitlines()

CONSTRAINTS = """
@ subject to A x = b
@ s.t. A x = b
@ st A x = b
@, such that A x = b
@ under the constraint A x = b
@ with the constraint that A x = b
@ constrained to A x = b
@ so that A x = b
@ given that A x = b
@ keeping A x = b
@, while keeping A x = b
""".strip().splitlines()

WHERE = "x, z: n; A: m x n; b: m"


def solution(problem: str) -> str:
    found = matdiff.solve(problem, "x", WHERE)
    return str(found.solutions[0]["x"])


@pytest.mark.parametrize("lead", LEADS)
def test_a_problem_is_led_in_by_words(lead: str) -> None:
    assert solution(lead.replace("@", "||x - z||^2 + x'x")) == "½z"


@pytest.mark.parametrize("told", CONSTRAINTS)
def test_constraints_are_told_in_words(told: str) -> None:
    plain = solution("minimise ||x - z||^2 subject to A x = b")
    assert solution(told.replace("@", "minimize ||x - z||^2")) == plain
    assert plain == "z − Aᵀ(AAᵀ)⁻¹(Az − b)"


def test_several_unknowns_are_sought_at_once() -> None:
    found = matdiff.solve("find a and c minimizing ||y - a*u - c*v||^2", ("a", "c"), "a, c: scalar; u, v, y: n")
    assert set(found.solutions[0]) == {"a", "c"}


@pytest.mark.parametrize("told", ["A full column rank", "A has full rank", "A is of full column rank"])
def test_a_rank_in_words_is_no_equation(told: str) -> None:
    found = matdiff.solve(f"x* = argmin_x ‖Ax − b‖², {told}")
    assert str(found.solutions[0]["x"]) == "(AᵀA)⁻¹Aᵀb"


def test_what_an_argmin_is_called_is_asked_for_again() -> None:
    found = matdiff.solve("x̂ = argmin_x ‖Ax − b‖². What is x̂?")
    assert str(found.solutions[0]["x"]) == "(AᵀA)⁻¹Aᵀb"


def test_the_covariance_of_the_errors_is_positive_definite() -> None:
    found = matdiff.solve("Solve for x: min (b − Ax)'V⁻¹(b − Ax), where V is the covariance matrix of the errors")
    assert str(found.solutions[0]["x"]) == "(AᵀV⁻¹A)⁻¹AᵀV⁻¹b"


@pytest.mark.parametrize("goal", ["min x² + y²", "minimise over x, y: x² + y²"])
def test_the_prices_of_two_numbers_are_numbers(goal: str) -> None:
    found = matdiff.solve(f"{goal} subject to p x + q y = m" + " over x, y" * ("over" not in goal))
    values = {"p": 2.0, "q": -1.0, "m": 3.0}
    x, y = (float(matdiff.evaluate(v, {k: values[k] for k in values})) for v in found.solutions[0].values())
    assert (x, y) == pytest.approx((6 / 5, -3 / 5))  # the point of 2x − y = 3 nearest to 0


@pytest.mark.parametrize("told", ["t > 0", r"\tau > 0"])
def test_a_weight_that_is_positive_is_no_bound(told: str) -> None:
    found = matdiff.solve(rf"minimise \|x - z\|^2 + {told[:-4]} \|x\|^2 over x, {told}")
    assert found.kind == "minimum"
    name = "tau" if "tau" in told else "t"
    value = matdiff.evaluate(found.solutions[0]["x"], {name: 0.5, "z": [3.0, -6.0]})
    assert value == pytest.approx([2.0, -4.0])  # 2(x − z) + 2·½x = 0


def test_the_gradient_is_set_to_zero_and_solved() -> None:
    found = matdiff.solve("q(v) = v'Av + 2b'v (A symmetric). Set the gradient to zero and solve for v.")
    assert str(found.solutions[0]["v"]) == "−A⁻¹b"


def test_a_variance_is_solved_for_under_its_name() -> None:
    found = matdiff.solve("l = −n/2 log σ² − q/(2σ²). Set ∂l/∂σ² = 0 and solve for σ².")
    (variance,) = found.solutions[0].values()
    assert matdiff.evaluate(variance, {"q": 6.0, "n": 3.0}) == pytest.approx(2.0)  # −n/(2v) + q/(2v²) = 0


@pytest.mark.parametrize(
    "text",
    [
        "r = b − Ax; S = r'r + c x'x; find x minimizing S",
        "minimise ‖z − b‖² + c‖x‖² over x where z = Ax",
        "J(x) = ‖z − b‖² + c‖x‖² where z = Ax. Set the gradient to zero.",
    ],
)
def test_what_is_defined_is_put_in(text: str) -> None:
    found = matdiff.solve(text)
    x = matdiff.evaluate(found.solutions[0]["x"], {"A": [[1.0, 2.0], [0.0, 1.0]], "b": [1.0, -1.0], "c": 0.5})
    gradient = matdiff.derive("‖Ax − b‖² + c‖x‖²", wrt="x").gradient
    slope = matdiff.evaluate(gradient, {"A": [[1.0, 2.0], [0.0, 1.0]], "b": [1.0, -1.0], "c": 0.5, "x": x})
    assert slope == pytest.approx([0.0, 0.0], abs=1e-12)


def test_a_chance_is_a_number_also_among_words() -> None:
    found = matdiff.solve("Log-likelihood for Bernoulli data: l(p) = k log p + (n − k) log(1 − p). Find the MLE of p.")
    assert matdiff.evaluate(found.solutions[0]["p"], {"k": 3.0, "n": 12.0}) == pytest.approx(0.25)
