r"""Derivations as lecturers write them, right and with one slip, which was put in by hand."""

from __future__ import annotations

import pytest

import matdiff

COMPONENTS = r"""Let $S$ be the (symmetric) covariance matrix. We maximise $w^\top S w$ subject to $w^\top w = 1$.
The Lagrangian is $\mathcal{L}(w,\lambda) = w^\top S w - \lambda (w^\top w - 1)$.
$\nabla_w \mathcal{L} = 2Sw - 2\lambda w = 0$
$\Rightarrow Sw = \lambda w$
Multiplying by $w^\top$ from the left: $w^\top S w = \lambda w^\top w = \lambda$."""
FISHER = r"""Let $A$ and $B$ be symmetric and $J(w) = \frac{w^T A w}{w^T B w}$
$\frac{dJ}{dw} = \frac{2 A w (w^T B w) - 2 B w (w^T A w)}{(w^T B w)^2} = 0$
$\Rightarrow (w^T B w) A w = (w^T A w) B w$
$\Rightarrow A w = J(w) B w$"""
KERNEL = r"""Let $K = K(\theta)$ be the kernel matrix.
$\log p(y|\theta) = -\frac12 y^\top K^{-1} y - \frac12 \log|K| - \frac n2 \log 2\pi$
Using $\frac{\partial \log|K|}{\partial\theta} = \operatorname{tr}\left(K^{-1}\frac{\partial K}{\partial\theta}\right)$,
$\frac{\partial}{\partial\theta}\log p(y|\theta) =
\frac12\operatorname{tr}\left((\alpha\alpha^\top - K^{-1})\frac{\partial K}{\partial\theta}\right)$
where $\alpha = K^{-1}y$."""
LABELS = r"""We have $z = Wx + b$, $\hat y = \mathrm{softmax}(z)$ and
$L = -\sum_k y_k \log \hat y_k$ with $\sum_k y_k = 1$.
$\frac{\partial \hat y_i}{\partial z_j} = \hat y_i(\delta_{ij} - \hat y_j)$.
$$\frac{\partial L}{\partial z_j} = -\sum_k y_k(\delta_{kj} - \hat y_j) = \hat y_j - y_j.$$
Therefore $\frac{\partial L}{\partial x} = W^T(\hat y - y)$"""
ENTRIES = r"""$f(x) = x^TAx = \sum_{i}\sum_{j} a_{ij}x_ix_j$.
\begin{align}
\frac{\partial f}{\partial x_k} &= \sum_{i,j} a_{ij}\frac{\partial x_i}{\partial x_k}x_j
+ \sum_{i,j} a_{ij}x_i\frac{\partial x_j}{\partial x_k}\\
&= \sum_{j} a_{kj}x_j + \sum_{i} a_{ik}x_i
\end{align}"""
DENSITY = """ℓ(μ, Σ) = −(nd/2) log(2π) − (n/2) log|Σ| − ½ ∑ᵢ (xᵢ − μ)ᵀ Σ⁻¹ (xᵢ − μ)
∂ℓ/∂μ = ∑ᵢ Σ⁻¹(xᵢ − μ)
Let S = ∑ᵢ (xᵢ − μ)(xᵢ − μ)ᵀ. Then
dℓ = −(n/2) tr(Σ⁻¹ dΣ) + ½ tr(Σ⁻¹ dΣ Σ⁻¹ S)
   = ½ tr(Σ⁻¹ (S − nΣ) Σ⁻¹ dΣ)
∂ℓ/∂Σ = ½ Σ⁻¹(S − nΣ)Σ⁻¹"""
NEWTON = """p = sigmoid(X w)
f(w) = - y' log(p) - (1 - y)' log(1 - p)
grad f = X' (p - y)
Hessian: H = X' diag(p .* (1 - p)) X"""
LAYER = r"""\begin{aligned}
A &= X W + \mathbf{1} b^\top, \quad H = \mathrm{ReLU}(A), \quad L = \frac{1}{2N}\|H - Y\|_F^2 \\
\frac{\partial L}{\partial H} &= \frac{1}{N}(H - Y) \equiv G \\
\frac{\partial L}{\partial W} &= X^\top (G \odot \mathrm{ReLU}'(A))
\end{aligned}"""
WITH_ITS_WEIGHTS = """f(x) = log ∑_i exp(a_i'x + b_i)
∇f(x) = ∑_i p_i a_i     where p_i = exp(a_i'x + b_i) / ∑_j exp(a_j'x + b_j)
∇²f(x) = ∑_i p_i a_i a_i' − (∑_i p_i a_i)(∑_i p_i a_i)'"""
PROJECTION = """L(x, λ) = ½‖x − z‖² + λᵀ(Ax − b)
∇ₓL = x − z + Aᵀλ = 0, hence x = z − Aᵀλ
A(z − Aᵀλ) = b gives AAᵀλ = Az − b
λ = (AAᵀ)⁻¹(Az − b)
x = z − Aᵀ(AAᵀ)⁻¹(Az − b)"""
MINIMUM = r"""Let $f(x) = \tfrac12 x^\top Q x - c^\top x$ with $Q$ symmetric.
- so $\nabla f(x) = Qx - c$
- minimiser: $x^* = Q^{-1}c$
- minimum: $f(x^*) = -\tfrac12 c^\top Q^{-1} c$"""
FAMILY = r"""Let $A(\eta) = \log \sum_{k=1}^K e^{\eta_k}$, $\ell(\eta) = \eta^\top T - n A(\eta)$.
$\frac{\partial A}{\partial \eta_j} = \frac{e^{\eta_j}}{\sum_{k=1}^K e^{\eta_k}} = p_j$
$\frac{\partial^2 A}{\partial\eta_i\partial\eta_j} = p_i\delta_{ij} - p_ip_j$
$\nabla \ell = T - n p$"""
WORD = """phi(x) = 1/2 (A x - b)' W (A x - b)
grad phi = A' W (A x - b)
hess phi = A' W A"""
MEMBERS = r"""Let $\mu_i = \sigma(w^Tx_i)$ and $E(w) = -\sum_{i=1}^N \left( y_i\ln \mu_i + (1-y_i)\ln(1-\mu_i)\right)$.
$$\nabla E(w) = \sum_{i=1}^N (\mu_i - y_i)x_i$$"""
NORMAL = r"""$J(\beta) = \|X\beta-y\|^2 + \lambda\|\beta\|^2$
$\nabla J(\beta) = 2X^\top(X\beta-y)+2\lambda \beta$
$0 = X^\top X \beta - X^\top y + \lambda \beta$
$(X^\top X + \lambda I)\hat\beta = X^\top y$"""
STATES = """h = tanh(Wx + Uh₀ + b)
L = ½‖h − t‖²
∂L/∂h₀ = Uᵀ((h − t) ⊙ (1 − h ⊙ h))"""
POSTERIOR = r"""\[ \log p(w \mid y) = -\frac{\beta}{2}\|y - \Phi w\|^2 - \frac{\alpha}{2} w^T w + \text{const} \]
Taking the gradient with respect to $w$ and equating it to zero,
\[ \beta\Phi^T(y - \Phi w) - \alpha w = 0 \]
\[ (\beta\Phi^T\Phi + \alpha I) w = \beta\Phi^T y \]
\[ w_{MAP} = \beta(\beta\Phi^T\Phi + \alpha I)^{-1}\Phi^T y \]"""
TEXTS = [
    (COMPONENTS, "", r"\Rightarrow Sw = \lambda w", r"\Rightarrow Sw = -\lambda w", 4, "sign"),
    (FISHER, "w: n", r"A w = J(w) B w", r"A w = -J(w) B w", 4, "sign"),
    (KERNEL, "", r"tr}\left(K^{-1}\frac", r"tr}\left(K\frac", 3, "inverse"),
    (LABELS, "", r"\hat y_i(\delta", r"\hat y_j(\delta", 3, "index"),
    (ENTRIES, "A: n x n; x: n", "a_{ik}x_i\n", "a_{ki}x_i\n", 5, "index"),
    (DENSITY, "x[i=1..n]: d; mu: d; Sigma: d x d spd", "+ ½ tr", "− ½ tr", 4, "sign"),
    (NEWTON, "X: n x d; w: d; y: n", "p .* (1 - p)", "p .* p", 4, "function derivative"),
    (LAYER, "X: N x D; W: D x M; b: M; Y: N x M", r"\frac{1}{N}(H - Y)", r"\frac{2}{N}(H - Y)", 3, "factor"),
    (WITH_ITS_WEIGHTS, "a[i=1..m]: n; b: m; x: n", "− (∑", "+ (∑", 3, "sign"),
    (PROJECTION, "A: m x n; b: m; x, z: n", "λ = (AAᵀ)⁻¹(Az − b)", "λ = (AAᵀ)⁻¹(b − Az)", 4, "sign"),
    (MINIMUM, "", r"f(x^*) = -\tfrac12", r"f(x^*) = \tfrac12", 4, "sign"),
    (MINIMUM, "", "Q^{-1}c$\n", "-Q^{-1}c$\n", 3, "sign"),
    (FAMILY, "", "- p_ip_j", "+ p_ip_j", 3, "sign"),
    (WORD, "A: m x n; x: n; b: m; W: m x m symmetric", "phi = A' W A", "phi = 2 A' W A", 3, "factor"),
    (MEMBERS, "", r"(\mu_i - y_i)", "(y_i - \\mu_i)", 2, "sign"),
    (NORMAL, "X: m x n; beta: n; y: m; lambda: scalar", r"+ \lambda \beta$", r"+ 2\lambda \beta$", 3, "factor"),
    (POSTERIOR, "", r"+ \alpha I) w", r"- \alpha I) w", 4, "sign"),
    (POSTERIOR, "", r"- \alpha w", r"+ \alpha w", 3, "sign"),
    (STATES, "", "Uᵀ((h", "U((h", 3, "transpose"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), TEXTS)
def test_what_is_right_is_read_and_a_slip_in_it_is_found(
    text: str, where: str, right: str, wrong: str, line: int, kind: str
) -> None:
    review = matdiff.check(text, where or None)
    assert [one.reason for one in review.lines if one.verdict in ("wrong", "not read")] == []
    assert right in f"{text}\n"
    slip = matdiff.check(f"{text}\n".replace(right, wrong), where or None)
    assert (slip.first_wrong, slip.kind) == (line, kind)


def test_a_family_that_a_sum_is_made_of_is_read_with_the_sum() -> None:
    loss = "J(w) = -(1/N) Σ_n [t_n log y_n + (1 - t_n) log(1 - y_n)], y_n = σ(w'x_n)\n"
    right = loss + "∇J = (1/N) Σ_n (y_n - t_n) x_n"
    assert [line.verdict for line in matdiff.check(right).lines] == ["not a claim", "proved"]
    assert matdiff.check(right + "\nH = (1/N) Σ_n y_n (1 - y_n) x_n x_n'").ok  # the x_n were numbers
    assert matdiff.check(right.replace("y_n - t_n", "t_n - y_n")).kind == "sign"
