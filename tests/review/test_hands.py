"""Derivations in the hands of several people, right and with one slip; the slips were put in by hand."""

from __future__ import annotations

import pytest

import matdiff

LAYER = r"""\begin{aligned}
y &= X W + 1 b^\top, \qquad L = \tfrac{1}{2}\|y - T\|_F^2\\
\frac{\partial L}{\partial y} &= y - T =: \Delta\\
\frac{\partial L}{\partial W} &= X^\top \Delta\\
\frac{\partial L}{\partial b} &= \Delta^\top 1\\
\frac{\partial L}{\partial X} &= \Delta W^\top
\end{aligned}"""
NORMAL = r"""\begin{align}
\ell(\mu,\Lambda) &= \frac{N}{2}\log|\Lambda| - \frac12 \sum_{n=1}^N (x_n-\mu)^\top \Lambda (x_n-\mu) + \text{const}\\
\partial_\mu \ell &= \sum_{n=1}^N \Lambda (x_n - \mu) \\
\partial_\Lambda \ell &= \frac{N}{2}\Lambda^{-1} - \frac12 \sum_{n=1}^N (x_n-\mu)(x_n-\mu)^\top
\end{align}"""
ARROWS = """1. f(X) = tr(A X B X^T)
2. df = tr(A dX B X^T) + tr(A X B dX^T)
3. => df = tr(B X^T A dX) + tr(B^T X^T A^T dX)
4. ==> grad f = A^T X B^T + A X B"""
GERMAN = """Sei f(x) = log(1 + exp(-b a'x)).
Dann gilt für den Gradienten mit der Kettenregel
∇f(x) = -b exp(-b a'x)/(1 + exp(-b a'x)) a
      = -b σ(-b a'x) a
und die Hesse-Matrix ist
∇²f(x) = b^2 σ(b a'x) σ(-b a'x) a a'"""
ROWS = r"""Wir setzen $r = y - X\beta$ und $S(\beta) = r^\top r$.
Ableiten: $\frac{\partial S}{\partial \beta^\top} = -2 r^\top X$
Nullsetzen: $X^\top X \beta = X^\top y$"""
SOFTMAX = """p = softmax(z),  E = -t' log(p),  1't = 1
dE/dz = p - t
Jacobian:  dp/dz = diag(p) - p p'"""
EXPANSION = r"""Let $f(X)=\|AXB-C\|_F^2$. Then $f(X+H) = f(X) + 2 \langle A^T(AXB-C)B^T, H\rangle + \|AHB\|_F^2$,
so $\nabla f(X) = 2A^T(AXB-C)B^T$."""
MEAN = """g(w) = 1/m * sum_{i=1}^m (w'x_i - y_i)^2
dg/dw = 2/m * sum_{i=1}^m (w'x_i - y_i) x_i"""
HANDS = [
    (LAYER, "X: N x d; W: d x k; b: k; T: N x k", r"X^\top \Delta", r"\Delta X^\top", 4, "order"),
    (NORMAL, "Lambda: d x d spd; mu: d; x[n=1..N]: d", r"\Lambda^{-1}", r"\Lambda", 4, "inverse"),
    (ARROWS, "X: m x n; A: m x m; B: n x n", "+ A X B\n", "+ A X B^T\n", 4, "transpose"),
    (GERMAN, "x, a: n; b: scalar", "= -b exp", "= b exp", 3, "sign"),
    (ROWS, "X: n x p; y: n; beta: p", r"-2 r^\top X", r"2 r^\top X", 2, "sign"),
    (SOFTMAX, "z, t: n", "p - t", "t - p", 2, "sign"),
    (EXPANSION, "A: p x m; X: m x n; B: n x n; C: p x n", "B^T$.", "B$.", 2, "transpose"),
    (MEAN, "w: n; x[i=1..m]: n; y[i=1..m]: scalar", ") x_i", ")", 2, "shape"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), HANDS)
def test_what_is_right_is_read_and_a_slip_in_it_is_found(
    text: str, where: str, right: str, wrong: str, line: int, kind: str
) -> None:
    review = matdiff.check(text, where)
    assert review.ok
    assert not [line for line in review.lines if line.verdict == "not read"]
    head, _, tail = f"{text}\n".rpartition(right)
    slip = matdiff.check(f"{head}{wrong}{tail}", where)
    assert (slip.first_wrong, slip.kind) == (line, kind)


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


LIKELY = r"""(1) f(X) = log det(XᵀX + A)
(2) df = tr((XᵀX + A)⁻¹ d(XᵀX))
(3)    = tr((XᵀX + A)⁻¹ (dXᵀ X + Xᵀ dX))
(4)    = 2 tr((XᵀX + A)⁻¹ Xᵀ dX)"""
KL = r"""\mathrm{KL} = \frac12\left(\operatorname{tr} S + m^\top m - k - \log\det S\right)
\nabla_m \mathrm{KL} = m
\nabla_S \mathrm{KL} = \frac12 (I - S^{-1})"""
LABELS = """softmax:  p_i = exp(z_i) / ∑_j exp(z_j)
loss:     L = −∑_i y_i log p_i,   ∑_i y_i = 1
∂L/∂z_i = p_i − y_i"""
PARTITION = """log-partition function: A(eta) = log(sum(exp(eta)))
Writing p = softmax(eta), ∇²A = diag(p) - p p'"""
MAHALANOBIS = """Let delta = x - y and d2 = delta' M delta.
∂d2/∂x = 2 M delta
∂d2/∂y = -2 M delta"""
RIDGE = r"""We minimise $J(w) = \frac{1}{2n}\|Xw-y\|^2 + \frac{\lambda}{2}\|w\|^2$.
Setting the gradient to zero gives $(X^\top X + n\lambda I) w = X^\top y$"""
VECS = "Y = A X B\nvec(dY) = (Bᵀ ⊗ A) vec(dX)\n⇒ ∂vec Y/∂(vec X)ᵀ = Bᵀ ⊗ A"
MORE = [
    (LIKELY, "X: m x n; A: n x n spd", "= 2 tr", "= tr", 4, "factor"),
    (KL, "S: k x k spd; m: k", "S^{-1})", "S)", 3, "inverse"),
    (LABELS, "z, y: n", "p_i − y_i", "y_i − p_i", 3, "sign"),
    (PARTITION, "eta: k", "- p p'", "+ p p'", 2, "sign"),
    (MAHALANOBIS, "M: n x n symmetric; x, y: n", "-2 M delta", "2 M delta", 3, "sign"),
    (VECS, "A: m x n; X: n x p; B: p x q", "= Bᵀ ⊗ A", "= B ⊗ A", 3, "transpose"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), MORE)
def test_labels_numbers_and_words_that_are_names_are_read(
    text: str, where: str, right: str, wrong: str, line: int, kind: str
) -> None:
    test_what_is_right_is_read_and_a_slip_in_it_is_found(text, where, right, wrong, line, kind)


def test_an_equation_may_be_multiplied_by_a_number() -> None:
    where = "X: n x p; y: n; w: p; lambda: scalar"
    assert matdiff.check(RIDGE, where).lines[1].verdict == "agrees"
    assert matdiff.check(RIDGE.replace("+ n", "- n"), where).kind == "sign"


BATCH = """Y = X W + 1 b'
C = 1/(2 N) ||Y - T||_F^2
dC/dY = (Y - T)/N
dC/db = (Y - T)' 1/N"""
ROWS_OF_DATA = r"""\ell(\beta) = \sum_i \left( y_i x_i^T\beta - e^{x_i^T\beta} \right) = y^TX\beta - 1^T e^{X\beta}
\nabla\ell(\beta) = X^T(y - e^{X\beta})"""
GRAM = """f(X) = sum_{i,j} (x_i'x_j - k_ij)^2 = ||X X' - K||_F^2, rows x_i', K symmetric
df/dx_p = 2 sum_j (x_p'x_j - k_pj) x_j + 2 sum_i (x_i'x_p - k_ip) x_i
= 4 sum_j (x_p'x_j - k_pj) x_j"""
ROW_OF_LOGITS = r"""\hat y = \operatorname{softmax}(hU + b), \quad J = CE(y, \hat y)
\delta := \frac{\partial J}{\partial (hU + b)} = \hat y - y
\frac{\partial J}{\partial U} = h^\top \delta"""
CONTROL = """J(u) = x'Qx + u'Ru + (Ax+Bu)'P(Ax+Bu)
Setting the gradient to zero:
u = -(R + B'PB)^{-1}B'PA x"""
DATA = [
    (BATCH, "X: N x D; W: D x M; b: M; T: N x M", "(Y - T)' 1/N", "(Y - T)/N", 4, "shape"),
    (ROWS_OF_DATA, "X: n x p; y: n; beta: p", "(y -", "(y +", 2, "sign"),
    (GRAM, "X: m x n; K: m x m symmetric", "= 4", "= 2", 3, "factor"),
    (ROW_OF_LOGITS, "h: 1 x k; U: k x c; b, y: 1 x c", r"\hat y - y", r"y - \hat y", 2, "sign"),
    (CONTROL, "A: n x n; B: n x m; Q, P: n x n symmetric; R: m x m spd; x: n; u: m", "A x", "A", 3, "shape"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), DATA)
def test_data_in_rows_is_read(text: str, where: str, right: str, wrong: str, line: int, kind: str) -> None:
    """The vector of ones as 1, x_i for a row of X, the cross entropy of rows, equations of sides that do not fit."""
    test_what_is_right_is_read_and_a_slip_in_it_is_found(text, where, right, wrong, line, kind)


def test_of_a_square_matrix_rows_are_not_taken_for_granted() -> None:
    text = "f = sum_i (x_i'b)^2\n∇_b f = 2 X'X b"
    assert matdiff.check(text, "X: n x p; b: p").lines[1].verdict == "proved"
    assert matdiff.check(text, "X: n x n; b: n").lines[1].verdict == "not read"


TERM_BY_TERM = r"""$E(\theta) = \theta^\top X^\top X\theta - 2 y^\top X \theta + y^\top y$
3) Constant term: $\frac{\partial}{\partial\theta}\big(y^\top y\big) = 0$.
$\frac{\partial}{\partial\theta} E(\theta) = 2 X^\top X\theta - 2X^\top y$
Set the gradient to zero: $X^\top X \theta = X^\top y \;\Longleftrightarrow\; \theta^* = (X^\top X)^{-1} X^\top y$"""
DENSITY = r"""\log \mathcal N(x; \mu, S) = -\frac d2 \log 2\pi - \frac12\log|S| - \frac12 (x-\mu)^\top S^{-1}(x-\mu)
\frac{\partial}{\partial \mu}\log \mathcal N = S^{-1}(x-\mu)"""
SPANISH = """Sea f(x) = (1/2) x'Ax - b'x con A simétrica.
Entonces ∇f(x) = Ax - b, y la hessiana es ∇²f(x) = A."""
PUT = """f = ½‖AX + XB − C‖²
Put R = AX + XB − C. Then dR = A dX + dX B and
df = ⟨R, A dX + dX B⟩ = ⟨AᵀR + RBᵀ, dX⟩,"""
WORDS = [
    (TERM_BY_TERM, "X: n x d; y: n; theta: d", r"- 2X^\top y", r"- X^\top y", 3, "factor"),
    (DENSITY, "S: d x d spd; x, mu: d", r"= S^{-1}(x", r"= S(x", 2, "inverse"),
    (SPANISH, "A: n x n symmetric; x, b: n", "es ∇²f(x) = A", "es ∇²f(x) = 2A", 2, "factor"),
    (PUT, "A, B, X, C: n x n", "RBᵀ", "BᵀR", 3, "order"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), WORDS)
def test_an_operator_in_front_of_a_name_and_a_size_called_d_are_read(
    text: str, where: str, right: str, wrong: str, line: int, kind: str
) -> None:
    test_what_is_right_is_read_and_a_slip_in_it_is_found(text, where, right, wrong, line, kind)


def test_an_activation_that_is_left_out_is_a_slip_of_the_chain_rule() -> None:
    text = "h = σ(V x);  E = ½ ‖W h − t‖²\n∂E/∂V = Wᵀ(W h − t) xᵀ"
    assert matdiff.check(text, "V: h x n; W: k x h; x: n; t: k").kind == "chain rule"


ATTENTION = r"""Let $S = QK^\top/\sqrt{d}$, $O = SV$ and $L = \langle G, O\rangle$.
Then $\frac{\partial L}{\partial V} = S^\top G$,
$\frac{\partial L}{\partial Q} = \frac{1}{\sqrt d} G V^\top K$."""
VARIATION = """TV denoising: E(u) = ½‖u − y‖² + λ ∑ᵢ √((Du)ᵢ² + ε)
∇E(u) = u − y + λ Dᵀ((Du) ⊘ √((Du)² + ε))"""
MINIMUM = "f(x) = ½xᵀAx − bᵀx\n∇f(x) = Ax − b\nso x = A⁻¹ b"
OUTER = "e(R) = ||R p - q||^2\nde/dR = 2 R p p' - 2 q p'"
KRONECKER = "Y = AXB\nvec dY = (Bᵀ ⊗ A) vec dX"
SHAPED = [
    (ATTENTION, "Q: n x d; K: m x d; V: m x p; G: n x p", "V^\\top K", "V K", 3, "transpose"),
    (VARIATION, "D: m x n; y: n; lambda, eps: scalar positive", "u − y + λ Dᵀ", "u − y − λ Dᵀ", 2, "sign"),
    (MINIMUM, "A: n x n spd; x, b: n", "A⁻¹ b", "A b", 3, "inverse"),
    (OUTER, "R: m x m; p, q: m", "q p'", "p q'", 2, "transpose"),
    (KRONECKER, "X: m x n; A: p x m; B: n x q", "Bᵀ ⊗ A", "B ⊗ A", 2, "transpose"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), SHAPED)
def test_roots_of_sizes_small_numbers_called_epsilon_and_minima_are_read(
    text: str, where: str, right: str, wrong: str, line: int, kind: str
) -> None:
    test_what_is_right_is_read_and_a_slip_in_it_is_found(text, where, right, wrong, line, kind)


def test_what_is_tried_for_a_diagnosis_declares_no_letter() -> None:
    text = "f = Tr(AXBXᵀC)\ndf = Tr(A dX BXᵀC) + Tr(AXB dXᵀC)\n= Tr(BXᵀAC dX) + Tr(CAXB dXᵀ)"
    assert matdiff.check(text, "A, X, B, C: n x n").kind == "order"


ROBUST = r"""S(b) = \sum_{i=1}^n \rho_i, \qquad \rho = \log(1 + (y - Xb)^2/\tau)
\nabla S = -2X^T\left(\frac{y - Xb}{\tau + (y-Xb)^2}\right)"""
LETTERED = "(a) Ψ(f) = ½ fᵀK⁻¹f + ½‖y − f‖²\n(b) ∇Ψ = K⁻¹f − (y − f)\n(c) ∇²Ψ = K⁻¹ + I"
EXPANDED = r"""$Q(w) = (y - Xw)^\top C (y-Xw)$
Expanding, $Q(w) = y^\top C y - 2 y^\top C X w + w^\top X^\top C X w$."""
STATED_AGAIN = [
    (ROBUST, "X: n x p; y: n; b: p; tau: scalar positive", "-2X^T", "2X^T", 2, "sign"),
    (LETTERED, "K: n x n spd; y, f: n", "K⁻¹ + I", "K + I", 3, "inverse"),
    (EXPANDED, "X: n x p; y: n; w: p; C: n x n spd", "2 y", "y", 2, "factor"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), STATED_AGAIN)
def test_entries_of_what_is_defined_behind_them_and_what_is_said_once_more_are_judged(
    text: str, where: str, right: str, wrong: str, line: int, kind: str
) -> None:
    test_what_is_right_is_read_and_a_slip_in_it_is_found(text, where, right, wrong, line, kind)


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


# ---- other spellings ----------------------------------------------------------------------------------

GLUED = """f = x^TAx
df = dx^TAx + x^TAdx
grad f = (A + A^T)x"""
ROWS_OF_DATA = """f(X) = sum_{i,j} (x_iᵀx_j - k_ij)^2 = ||X Xᵀ - K||_F^2, rows x_iᵀ, K symmetric
df/dx_p = 2 sum_j (x_pᵀx_j - k_pj) x_j + 2 sum_i (x_iᵀx_p - k_ip) x_i
        = 4 sum_j (x_pᵀx_j - k_pj) x_j"""
GREEK_WORD = """L(x) = ½xᵀQx − lambdaᵀ(Ax − b), Q is symmetric, column gradients
∇ₓL = Qx − Aᵀlambda"""
CROSS_ENTROPY = r"""\hat y = \operatorname{softmax}\left(hU + b\right), \quad J = CE\left(y, \hat y\right)
\delta := \frac{\partial J}{\partial \left(hU + b\right)} = \hat y - y
\frac{\partial J}{\partial U} = h^\top \delta"""
SPELT = [
    (GLUED, "x: n; A: n x n", "x^TAdx", "x^TA^Tdx", 2, "transpose"),
    (ROWS_OF_DATA, "X: m x n; K: m x m symmetric", "= 4 sum_j", "= 2 sum_j", 3, "factor"),
    (GREEK_WORD, "Q: n x n symmetric; A: m x n; x: n; b, λ: m", "Aᵀlambda", "lambdaᵀA", 2, "layout"),
    (CROSS_ENTROPY, "h: 1 x k; U: k x c; b, y: 1 x c", r"\hat y - y", r"y - \hat y", 2, "sign"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), SPELT)
def test_a_spelling_changes_no_verdict(text: str, where: str, right: str, wrong: str, line: int, kind: str) -> None:
    test_what_is_right_is_read_and_a_slip_in_it_is_found(text, where, right, wrong, line, kind)


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
