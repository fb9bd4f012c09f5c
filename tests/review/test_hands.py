"""Letters, words, labels and pages in the hands of several people, each read as what it is in its text."""

from __future__ import annotations

import pytest

import matdiff


def test_weights_that_are_asked_for_are_not_said_to_add_up_to_one() -> None:
    text = "minimise w'S w with 1'w = 1\nL = w'S w - a (1'w - 1)\n∂L/∂w = 2 S w - a 1\n"
    assert matdiff.check(text, "S: n x n symmetric; w: n; a: scalar").lines[2].verdict == "proved"


OFF = [
    ("f = ||X w - y||^2\ndf = 2 (X w - y)'X dw\nso G = ", "2X'(X w - y)", "X'(X w - y)", "factor"),
    ("z = X w .* y\ndz = (X dw) .* y\nJ = ", "diag(y) X", "X diag(y)", "order"),
    ("Y = A X B\ndY = A dX B\nJ = ", "kron(B', A)", "kron(B, A)", "transpose"),
]


@pytest.mark.parametrize(("text", "right", "wrong", "kind"), OFF)
def test_what_is_read_off_a_differential_is_judged(text: str, right: str, wrong: str, kind: str) -> None:
    where = "A, B: n x n; X: n x n; w, y: n"
    assert [line.verdict for line in matdiff.check(text + right, where).lines[1:]] == ["proved", "proved"]
    slip = matdiff.check(text + wrong, where)
    assert (slip.first_wrong, slip.kind) == (3, kind)


def test_a_letter_of_another_shape_is_not_read_off() -> None:
    text = "y = A x\ndy = A dx\nJ = 1/2 y'y\n∇J = A'A x"
    review = matdiff.check(text, "A: m x n; x: n")
    assert [line.verdict for line in review.lines] == ["not a claim", "proved", "not a claim", "proved"]


FACTORS = """f = sum_{i=1}^N sum_{j=1}^M (R_ij - u_i'v_j)^2
∂f/∂u_i = -2 sum_{j=1}^M (R_ij - u_i'v_j) v_j
∇_v[j] f = -2 sum_{i=1}^N (R_ij - u_i'v_j) u_i"""


def test_the_derivative_by_a_member_is_judged() -> None:
    where = "u[i=1..N]: d; v[j=1..M]: d; R: N x M"
    assert [line.verdict for line in matdiff.check(FACTORS, where).lines] == ["not a claim", "proved", "proved"]
    slip = matdiff.check(FACTORS.replace("v_j) u_i", "v_j) v_j"), where)
    assert (slip.first_wrong, slip.kind) == (3, "index")
    assert str(slip.should_be) == "−2∑_{i=1}^{N} (R[i, j] − u[i]ᵀv[j])u[i]"


OWN = [
    (
        "sum(i=1..N, sum(j=1..M, (norm2(L*(x[i] - z[j]))^2 - D[i,j])^2))",
        "L",
        "L: r x d; x[i=1..N]: d; z[j=1..M]: d; D[i=1..N, j=1..M]: scalar",
    ),
    ("tr(A*sum(k=1..K, theta[k]*S[k]))", "theta", "A: n x n; theta[k=1..K]: scalar; S[k=1..K]: n x n"),
    ("sum(k=1..K, norm2(X[k]*W*a[k] - y[k])^2)", "W", "X[k=1..K]: m x n; W: n x r; a[k=1..K]: r; y[k=1..K]: m"),
    ("sum(exp(A*X))", "X", "A, X: n x n"),
    ("tr(A'*sqrt(X))", "X", "A, X: n x n"),
    ("x'*sqrtm(A)*x", "x", "A: n x n spd; x: n"),
    ("sum(k=1..K, norm2(X[k] - A*diag(c[k])*B')^2)", "c", "X[k=1..K]: m x n; A: m x p; B: n x p; c[k=1..K]: p"),
    ("-N/2*(log(det(W*W' + s^2*eye(n))) + tr(inv(W*W' + s^2*eye(n))*S))", "W", "S: n x n symmetric; W: n x p"),
    ("J(w) = (w'*S_B*w)/(w'*S_W*w)", "w", "S_B, S_W: n x n symmetric"),
    ("w'*((x - sum(x)/n) ./ sqrt(sum((x - sum(x)/n).^2)/n + epsilon))", "x", "x, w: n"),
    ("sum(i=1..N, min(k=1..K, norm2(x[i] - c[k])^2))", "c", "x[i=1..N]: n; c[k=1..K]: n"),
]


@pytest.mark.parametrize(("text", "wrt", "where"), OWN)
@pytest.mark.parametrize("form", ["to_text", "to_latex", "to_markdown"])
def test_what_a_page_declares_is_taken_in(text: str, wrt: str, where: str, form: str) -> None:
    """Properties, families and members on matdiff's own pages."""
    review = matdiff.check(getattr(matdiff.derive(text, wrt, where), form)())
    assert review.ok, review.to_text()
    assert sum(line.verdict in ("proved", "agrees") for line in review.lines) >= 3


def test_a_formula_with_a_sign_behind_words_does_not_go_on() -> None:
    text = r"""Let $X \in \mathbb{R}^{n\times n}$ be invertible. Then $d \log\det X = \operatorname{tr}(X^{-1} dX)$.
The Jacobian of $X \mapsto X^{-1}$ is $-(X^{-\top} \otimes X^{-1})$."""
    assert [line.verdict for line in matdiff.check(text).lines] == ["proved", "not a claim"]
    rows = "f = x'A x - b'x\ndf = 2 x'A dx\n     - b'dx"
    assert [line.verdict for line in matdiff.check(rows, "A: n x n symmetric; x, b: n").lines][-1] == "proved"


def test_dmu_is_no_word_and_a_label_no_formula() -> None:
    """dKL/dmu went as a word, so that the row was read as the next side; of `Hessian:   H f =` the label was left."""
    text = "KL = 1/2 (tr(S) + mu'mu - k - log det S)\ndKL/dmu = mu\ndKL/dS = 1/2 (I - S^-1)"
    where = "S: k x k spd; mu: k"
    assert [line.verdict for line in matdiff.check(text, where).lines] == ["not a claim", "proved", "proved"]
    assert matdiff.check(text.replace("= mu", "= 2 mu"), where).first_wrong == 2
    text = "f(w) = 1/2 ||A w - b||^2\nHessian:   hess f(w) = A A'"
    assert matdiff.check(text, "A: m x n; w: n; b: m").kind == "transpose"


def test_lam_is_a_letter_and_no_word() -> None:
    text = "L = 1/2||y - Phi w||^2 + lam/2 w'w\ndL/dw = -Phi'(y - Phi w) + lam w = 0\n(Phi'Phi + lam I) w = Phi' y"
    assert [line.verdict for line in matdiff.check(text).lines][1] == "proved"
    wrong = matdiff.check(text.replace("+ lam w", "- lam w"))
    assert wrong.first_wrong == 2
    assert wrong.kind == "sign"


RIDGE = r"""We minimise $J(w) = \frac{1}{2n}\|Xw-y\|^2 + \frac{\lambda}{2}\|w\|^2$.
Setting the gradient to zero gives $(X^\top X + n\lambda I) w = X^\top y$"""


def test_an_equation_may_be_multiplied_by_a_number() -> None:
    where = "X: n x p; y: n; w: p; lambda: scalar"
    assert matdiff.check(RIDGE, where).lines[1].verdict == "agrees"
    assert matdiff.check(RIDGE.replace("+ n", "- n"), where).kind == "sign"


def test_of_a_square_matrix_rows_are_not_taken_for_granted() -> None:
    text = "f = sum_i (x_i'b)^2\n∇_b f = 2 X'X b"
    assert matdiff.check(text, "X: n x p; b: p").lines[1].verdict == "proved"
    assert matdiff.check(text, "X: n x n; b: n").lines[1].verdict == "not read"


def test_an_activation_that_is_left_out_is_a_slip_of_the_chain_rule() -> None:
    text = "h = σ(V x);  E = ½ ‖W h − t‖²\n∂E/∂V = Wᵀ(W h − t) xᵀ"
    assert matdiff.check(text, "V: h x n; W: k x h; x: n; t: k").kind == "chain rule"


def test_what_is_tried_for_a_diagnosis_declares_no_letter() -> None:
    text = "f = Tr(AXBXᵀC)\ndf = Tr(A dX BXᵀC) + Tr(AXB dXᵀC)\n= Tr(BXᵀAC dX) + Tr(CAXB dXᵀ)"
    assert matdiff.check(text, "A, X, B, C: n x n").kind == "order"


def test_a_vector_with_the_name_of_a_size_is_no_reason_to_call_an_equation_wrong() -> None:
    text = """phi(m) = ||G m - d||^2 + lam^2 ||m - m0||^2
Setting grad phi = 0:
(G'G + lam^2 I) m = G'd + lam^2 m0"""
    assert matdiff.check(text, "G: m x n; lam: scalar; m0: n; d: m").ok


def test_the_name_of_a_derivative_that_nobody_wrote_is_not_shown() -> None:
    text = "u = A x\nv = B u\nf = ½ (v − c)ᵀ(v − c)\n∂f/∂v = v − c\n∂f/∂x = Aᵀ ∂f/∂v"
    message = matdiff.check(text, "A: m x n; B: p x m; x: n; c: p").message
    assert "the derivative has p rows" in message


def test_de_is_a_word_of_french_in_front_of_a_function() -> None:
    text = "Nous calculons la différentielle de f(X) = tr(XᵀX)² :\ndf = 4 tr(XᵀX) tr(Xᵀ dX)"
    assert [line.verdict for line in matdiff.check(text, "X: m x n").lines] == ["not a claim", "proved"]
    assert matdiff.check(text.replace("= 4", "= 2"), "X: m x n").kind == "factor"


TWO_SENSES = [
    ("d*(w'*w) + d*log(w'x)", "w", "d: scalar; w, x: n"),
    ("(w'*d)^2 + w'A d", "d", "d, w: n; A: n x n"),
    ("(v - d - 1)*log(det(S))/2 - tr(inv(V)*S)/2", "S", "v, d: scalar; S, V: d x d spd"),
    ("f'a - e*exp(f/e)'K exp(g/e)", "f", "f, a: m; g: n; K: m x n; e: scalar"),
    ("exp(f'x)", "x", "f, x: n"),
]


@pytest.mark.parametrize(("text", "wrt", "where"), TWO_SENSES)
@pytest.mark.parametrize("form", ["to_text", "to_latex", "to_markdown"])
def test_every_line_of_a_page_is_read_where_a_name_is_d_or_f(text: str, wrt: str, where: str, form: str) -> None:
    review = matdiff.check(getattr(matdiff.derive(text, wrt, where), form)())
    claims = [line.verdict for line in review.lines if line.verdict != "not a claim"]
    assert len(claims) >= 3
    assert {*claims} <= {"proved", "agrees"}, review.to_text()


def test_a_slip_is_found_beside_a_name_d_and_told_in_the_letters_of_the_text() -> None:
    off = matdiff.check(r"$f(w) = d w^\top w$" + "\n" + r"$\mathrm{d}f = d w^\top \mathrm{d}w$", "d: scalar; w: n")
    assert (off.first_wrong, off.kind, str(off.should_be)) == (2, "factor", "2d wᵀdw")
    doubtful = matdiff.check("f(w) = d·wᵀw + aᵀw\ndf = 2 d(wᵀ dw)", "d: scalar; a, w: n")
    assert [line.reason for line in doubtful.lines][1] == "d is a name and the sign of a differential"


def test_a_function_is_not_called_as_one_of_its_names() -> None:
    assert str(matdiff.hessian("exp(f'x)", "x", "f, x: n").certificate).startswith(
        "positive semidefinite, so L is convex"
    )
    page = matdiff.derive("L + f'x", "x", "L: scalar; f, x: n").to_latex()
    assert r"J(x) &= L + f^{\top} x" in page
    assert r"\nabla_{x} J &= f" in page
    assert r"S: d\times d\text" in matdiff.derive("log(det(S))", "S", "S: d x d spd").to_latex()


SIGNS = [
    ("sum(i=1..N, sum(j=i+1..N, (x[i] - x[j])^2)) + sum(i=1..N, c[i]*x[i])", "x", "x[i=1..N], c[i=1..N]: scalar"),
    ("logsumexp(z) - z[2]", "z", "z: n"),
    ("tr(W'*Sb*W)/tr(W'*Sw*W)", "W", "W: m x r; Sw: m x m spd; Sb: m x m symmetric"),
    ("sum(0.5*x .* (1 + tanh(c*(x + 0.044715*x.^3))))", "x", "x: n; c: scalar"),
    ("vec(X)'*kron(B, A)*vec(X)", "X", "X: m x n; B: n x n; A: m x m"),
    ("L_{Ridge}(w) = ||y - X w||^2 + λ||w||^2", "w", "X: m x n; y: m; w: n"),
    ("log p = -1/2 (x - μ)^T S^{-1} (x - μ)", "μ", "x, μ: n; S: n x n spd"),
    ("-1/2 (x - μ_k)^T Σ_k^{-1} (x - μ_k) - 1/2 log |Σ_k|", "μ_k", None),
]


@pytest.mark.parametrize(("text", "wrt", "where"), SIGNS)
@pytest.mark.parametrize("form", ["to_text", "to_latex", "to_markdown"])
def test_every_line_of_a_page_is_read(text: str, wrt: str, where: str | None, form: str) -> None:
    """Cases, entries, upright names, abbreviations with a number, vec in brackets, names of functions."""
    review = matdiff.check(getattr(matdiff.derive(text, wrt, where), form)())
    assert {line.verdict for line in review.lines} <= {"proved", "agrees", "not a claim"}, review.to_text()


@pytest.mark.parametrize("form", ["to_text", "to_latex", "to_markdown"])
@pytest.mark.parametrize(
    ("text", "wrt", "where"), [("inv(X)", "X", "X: n x n"), ("[10*(x[2] - x[1]^2); 1 - x[1]]", "x", "x: 2")]
)
def test_every_line_of_a_jacobian_is_read(text: str, wrt: str, where: str, form: str) -> None:
    review = matdiff.check(getattr(matdiff.jacobian(text, wrt, where), form)())
    assert {line.verdict for line in review.lines} <= {"proved", "agrees", "not a claim"}, review.to_text()


def test_equations_about_families_of_definite_matrices_are_solved() -> None:
    text = (
        "Q = −½ Σ_i Σ_k r_ik [log|S_k| + (x_i − μ_k)ᵀ S_k⁻¹ (x_i − μ_k)]\n"
        "∂Q/∂μ_k = Σ_i r_ik S_k⁻¹ (x_i + μ_k) = 0\nμ_k = 2 Σ_i r_ik x_i / Σ_i r_ik"
    )
    where = "r[i=1..N, k=1..K]: scalar; x[i=1..N]: d; mu[k=1..K]: d; S[k=1..K]: d x d spd"
    assert matdiff.check(text, where).first_wrong == 2


def test_vectors_are_not_multiplied_with_a_cross() -> None:
    text = "T = ½ ω'Jω\nJ ω̇ = τ − ω×(Jω)\ndT/dt = ω'J ω̇"
    review = matdiff.check(text, "J: 3 x 3 symmetric; ω, τ: 3")
    assert [line.verdict for line in review.lines] == ["not a claim", "not read", "proved"]
    assert "cross product" in review.lines[1].reason


def test_symmetries_of_a_tensor_that_nobody_said_are_no_slip() -> None:
    assert "symmetries" in matdiff.check("W = ½c_ijkl ε_ij ε_kl\n∂W/∂ε_ij = c_ijkl ε_kl").lines[1].reason


def test_of_a_function_that_is_not_given_nothing_is_known_that_a_text_does_not_say() -> None:
    for claim in ("∇f(x)ᵀp = −pᵀHp", "∇f(x)ᵀp = −∇f(x)ᵀH∇f(x)", "d/dt f(x + tp) = xᵀAp"):
        assert [line.verdict for line in matdiff.check(claim).lines] == ["not read"]
    assert matdiff.check("s = −∇f(x)\n∇f(x)ᵀs = ‖s‖²").first_wrong == 2


def test_what_may_follow_from_a_line_that_is_not_read_is_not_wrong() -> None:
    text = "p x + q y = m\nα/x = λ p, β/y = λ q\nx = α m/((α + β) p)\nλ = ‖μ‖"
    assert "wrong" not in [line.verdict for line in matdiff.check(text).lines]


def test_a_mask_is_no_sign_of_what_is_said() -> None:
    assert matdiff.check("relu'(z) = z > 0").ok


def test_a_conjugate_is_no_product() -> None:
    text = "f(x) = ½ xᵀQx, Q spd\nf*(y) = sup_x yᵀx − f(x)\nx = Q⁻¹y\nf*(y) = ½ yᵀQ⁻¹y"
    assert matdiff.check(text).ok
    assert "f^*" in matdiff.check(text).lines[1].reason


def test_a_step_in_code_is_no_gradient() -> None:
    text = "f = 0.5 * x.T @ A @ x - b.T @ x\ndx = {}"
    assert matdiff.check(text.format("-(A @ x - b)")).ok
    assert matdiff.check(text.format("-np.linalg.solve(A, A @ x - b)")).ok
