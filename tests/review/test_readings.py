r"""Lines that can be read in several ways: a slip is one in all of them.

Each text is right, and wrong where one piece is written as another.
"""

from __future__ import annotations

import pytest

import matdiff

GAIN = r"""$$L = \text{trace}(P)$$
$$ P = (I - K H) Q (I - K H)^{T} + K R K^{T} $$
where $Q$ and $R$ are symmetric.
$${\frac{\partial L}{\partial K}} = -2(I - KH)Q H^T + 2K R = 0$$
$$K = Q H^T (H Q H^T + R)^{-1}$$"""
COVARIANCE = r"""$\ell = -\frac{n}{2}\log|\Sigma| - \frac{1}{2}\sum_i tr((X_i-\mu)(X_i-\mu)^T\Sigma^{-1})$
$\frac{\partial \ell}{\partial\Sigma} = -\frac{n}{2}(\Sigma^{-1})^T
-\frac{1}{2}\sum_i \frac{\partial}{\partial\Sigma}tr((X_i-\mu)(X_i-\mu)^T\Sigma^{-1})$
$\partial\Sigma^{-1}=-\Sigma^{-1}\partial\Sigma\Sigma^{-1}$, by substitution:
$=-\frac{n}{2}(\Sigma^{-1})^T+\frac{1}{2}\sum_i (\Sigma^{-1}(X_i-\mu)(X_i-\mu)^T\Sigma^{-1})^T$"""
QUARTIC = r"""$$\eqalign{ C &= A-B \\ Y &= Z^TCZ-Z^TZXX^TZ^TZ }$$
$$\eqalign{ F &= Z^TCZX-Z^TZXX^TZ^TZX \\
dF &= Z^TCZ\,\color{red}{dX} -Z^TZ\,dX\,X^TZ^TZX -Z^TZX\,dX^TZ^TZX -Z^TZXX^TZ^TZ\,dX \\
&= Y\,dX -Z^TZ\,dX\,X^TZ^TZX -Z^TZX\,dX^TZ^TZX }$$"""
LAYER = r"""\begin{align}
Z &= W X, \quad A = \tanh(Z), \quad L = \tfrac12\|A - Y\|_F^2 \\
\frac{\partial L}{\partial Z} &= (A - Y) \odot (1 - A^2)
\end{align}"""
TRACE = """A and B depend on a scalar θ.
τ = tr(AB)
dτ = tr(dA B) + tr(A dB)
dτ/dθ = tr(B dA/dθ) + tr(A dB/dθ)"""
PATH = r"""$$\eqalign{ \lambda &= \log(\det(A)) \cr
d\lambda &= A^{-T}:dA \cr
&= A^{-T}:\frac{dA}{d\theta}d\theta \cr
\frac{d\lambda}{d\theta} &= A^{-T}:\frac{dA}{d\theta} \cr
&= \operatorname{tr}\Big(A^{-1}\frac{dA}{d\theta}\Big) \cr }$$"""
KERNEL = """L(θ) = -½ yᵀ K(θ)⁻¹ y - ½ log|K(θ)|, α = K⁻¹y
∂K⁻¹/∂θ_j = -K⁻¹ ∂K/∂θ_j K⁻¹
∂L/∂θ_j = ½ yᵀ K⁻¹ ∂K/∂θ_j K⁻¹ y - ½ tr(K⁻¹ ∂K/∂θ_j)
= ½ tr((ααᵀ - K⁻¹) ∂K/∂θ_j)"""
TIME = r"""\frac{d}{dt} A^{-1} = -A^{-1} \frac{dA}{dt} A^{-1}
\frac{d}{dt} \det A = \det(A) \operatorname{tr}(A^{-1} \frac{dA}{dt})"""
TRACE_OF_LOG = r"""$$\eqalign{ \lambda &= \log(\det(A)) \cr
d\lambda &= d\operatorname{tr}(\log(A)) \cr &= A^{-T}:dA \cr }$$"""
ENTROPY = r"""\[L = - \sum_i y_i \log p_i\]
\[p_i = \frac{ \exp (o_i) }{\sum_j \exp(o_j) }\]
$\sum_i y_i = 1$ because $y$ is a one-hot vector.
\begin{equation}\begin{split} \frac{\partial L}{\partial o_k} &= - \sum_i y_i \frac{\partial \log p_i}{\partial o_k} \\
&= - \sum_i \frac{y_i}{p_i} \frac{\partial p_i}{\partial o_k} \\
&= - y_k + \sum_i y_i p_k \\
&= p_k - y_k \end{split}\end{equation}"""
LABELS = r"""$$ Z=X W+b $$
$L = \frac{1}{2}\|Z - Y\|^2$ with $\delta = \frac{\partial L}{\partial Z} = Z - Y$
$$ \delta^{\text{prev}} = \frac{\partial L}{\partial X} = \delta \cdot W^T $$"""
FACTORS = """L(W, H) = ½‖V − WH‖²_F
∂L/∂H = Wᵀ(WH − V)
∂²L/∂(vec H)² = I ⊗ WᵀW"""
UPRIGHT = r"""Let $f : \mathbb R^n \to \mathbb R$ be defined by
$$f (\mathrm x) := \rm x^\top A \, x$$
$$\nabla_{\mathrm x} \, f (\mathrm x) = \left(\mathrm A + \mathrm A^\top\right) \,\mathrm x$$"""
ATTENTION = """S = QKᵀ, O = SV
∂L/∂V = Sᵀ ∂L/∂O
∂L/∂S = ∂L/∂O Vᵀ
∂L/∂Q = ∂L/∂S K
∂L/∂K = (∂L/∂S)ᵀ Q"""
LOSS = r"""z = W x + b, a = σ(z), δ = ∂L/∂z
∂L/∂W = δ xᵀ, ∂L/∂b = δ, ∂L/∂x = Wᵀδ
∂L/∂z = ∂L/∂a ⊙ σ'(z)"""
GIVEN = """z = W x + b
∂L/∂z = p − y
∂L/∂x = Wᵀ(p − y)"""
PROGRAM = """Y = XW + 1bᵀ
dX = dY Wᵀ
dW = Xᵀ dY
db = dYᵀ 1"""
COMMUTED = r"""$$ d\,\operatorname{vec}(XX^\top) = \operatorname{vec}(dX X^\top + X dX^\top) $$
$$ = (I + K)(X \otimes I) \operatorname{vec}(dX) $$ with the commutation matrix $K$."""
MEANS = """J(μ) = ∑_{n=1}^N ∑_{k=1}^K r_{nk} ‖x_n − μ_k‖²
∂J/∂μ_k = −2 ∑_{n=1}^N r_{nk} (x_n − μ_k) = 0
μ_k = ∑_n r_{nk} x_n / ∑_n r_{nk}"""
CURVED = """p = softmax(W h)
L = -t' log(p), sum(t) = 1
dL/dh = W' (p - t)
d2L/dh2 = W' (diag(p) - p p') W"""
STEP = r"""f(x) = \tfrac12 x^\top Q x + c^\top x, Q ≻ 0
\nabla f(x) = Qx + c
x_{k+1} = x_k - Q^{-1}(Q x_k + c) = -Q^{-1}c"""
CENTRED = """x̂ = (x − μ1)/s, with μ = 1ᵀx/n
d x̂ = (dx − 1 dμ)/s − (x − μ1) ds/s²"""
UNNAMED = """g(w) = ∇_w NLL(w) = −∑_{n=1}^N ∇_w [y_n log μ_n + (1 − y_n) log(1 − μ_n)], μ_n = σ(wᵀx_n)
= ∑_{n=1}^N (μ_n − y_n) x_n"""
IDENTITIES = r"""\begin{align}
&(5) && \frac{\partial}{\partial X} \operatorname{tr}(A X) = A^T \\
&(6) && \frac{\partial}{\partial X} \operatorname{tr}(X^T A X) = (A + A^T) X \\
&(7) && \frac{\partial}{\partial X} \operatorname{tr}(A X B) = A^T B^T
\end{align}"""
TABLE = r"""$$ \begin{align*} \frac{\partial x^T a}{\partial x}&=a \\ \frac{\partial Ax}{\partial x}&=A^T \\
\frac{\partial a^T X^T X b}{\partial X}&=Xb a^T+Xa b^T \end{align*} $$"""
DUAL = r"""$$\mathcal{L}(w) = \frac{1}{2} w^Tw - \sum_{n=1}^N \alpha_n(y_n w^Tx_n - 1)$$
$$\frac{\partial \mathcal{L}}{\partial w} = w - \sum_{n=1}^N \alpha_n y_n x_n = 0
 \Leftrightarrow w = \sum_{n=1}^N \alpha_n y_n x_n ~~~~ (5)$$"""
NUMBERED_PIECES = """f(W) = ∑_{k=1}^{K} ‖r₂[k]‖²        X[k=1..K]: m×n   W: n×r   a[k=1..K]: r   y[k=1..K]: m
r₂[k] = X[k]Wa[k] − y[k]        r₂[k=1..K]: m
dr₂[k] = X[k] dW a[k]                           d(A ± B), product law"""
DIVERGENCE = r"""KL = \frac12\left(\operatorname{tr}(\Sigma_2^{-1}\Sigma_1) - d
+ \log\frac{|\Sigma_2|}{|\Sigma_1|}\right)
\nabla_{\Sigma_1} KL = \frac12\left(\Sigma_2^{-1} - \Sigma_1^{-1}\right)"""
LSE = """(1) LSE(x) = log(1ᵀexp(x))
(2) ∂LSE/∂x = exp(x)/(1ᵀexp(x)) =: p
(3) ∂²LSE/∂x∂xᵀ = diag(p) − ppᵀ"""
HINGE = """L = ∑ᵢ max(0, 1 − yᵢ wᵀxᵢ)
∇L = −∑ᵢ 1[1 − yᵢwᵀxᵢ > 0] yᵢ xᵢ"""
CALLED = """Loss = ‖Xw − y‖²
Gradient = 2Xᵀ(Xw − y)
Hessian = 2XᵀX"""
STEPPED = """R = X − WV, Wnew = W + ηRVᵀ
∂(½‖R‖²)/∂W = −RVᵀ"""
OF_TIME = r"""(a) $\frac{d}{dt}\det A(t) = \det A(t)\,\mathrm{tr}\left(A^{-1}\frac{dA}{dt}\right)$
(b) $\frac{d}{dt}(A^TA) = \frac{dA^T}{dt}A + A^T\frac{dA}{dt}$"""
STARS = """let A = X W1, H = relu(A), Y = H W2, L = sum((Y - T)^2)
dL/dY = 2 (Y - T)
dL/dH = dL/dY W2^T
dL/dW1 = X^T (dL/dH * (A > 0))    (* elementwise)"""
CASES = [
    (OF_TIME, "", "+ A^T", "- A^T", 2, "sign"),
    (STARS, "X: m x n; W1: n x h; W2: h x p; T: m x p", "dL/dY W2^T", "W2 dL/dY^T", 3, "transpose"),
    (CALLED, "X: m x n; w: n; y: m", "Gradient = 2", "Gradient = ", 2, "factor"),
    (STEPPED, "X: m x n; W: m x k; V: k x n; η: scalar", "= −R", "= R", 2, "sign"),
    (DIVERGENCE, "Σ1, Σ2: d x d spd", "- \\Sigma_1^{-1}", "- \\Sigma_1", 3, "inverse"),
    (LSE, "x: n", "− ppᵀ", "+ ppᵀ", 3, "sign"),
    (HINGE, "x[i=1..N]: d; y[i=1..N]: scalar; w: d", "= −∑", "= ∑", 2, "sign"),
    (IDENTITIES, "", "= A^T B^T", "= A^T B", 4, "transpose"),
    (DUAL, "w: d; x[n=1..N]: d; y[n=1..N]: scalar; α[n=1..N]: scalar", "= w - ", "= 2w - ", 2, "factor"),
    (NUMBERED_PIECES, "", "= X[k] dW", "= 2X[k] dW", 3, "factor"),
    (COMMUTED, "X: n x m", "(I + K)", "(I - K)", 2, "sign"),
    (
        MEANS,
        "x[n=1..N]: d; μ[k=1..K]: d; r[n=1..N, k=1..K]: scalar",
        "= ∑_n r_{nk} x_n",
        "= 2∑_n r_{nk} x_n",
        3,
        "factor",
    ),
    (CURVED, "W: c x n; h: n; t: c", "- p p'", "+ p p'", 4, "sign"),
    (STEP, "Q: n x n spd; x, c: n; x_k: n", "= -Q^{-1}c", "= Q^{-1}c", 3, "sign"),
    (CENTRED, "x: n; s: scalar; n: scalar; μ: scalar", ")/s − (x", ")/s + (x", 2, "sign"),
    (UNNAMED, "x[n=1..N]: D; y[n=1..N]: scalar; w: D", "(μ_n − y_n) x", "(μ_n + y_n) x", 2, "sign"),
    (ATTENTION, "Q, K, V: n x d", "(∂L/∂S)ᵀ Q", "∂L/∂S Q", 5, "transpose"),
    (LOSS, "W: m x n; x: n; b: m", "Wᵀδ", "Wδ", 2, "transpose"),
    (GIVEN, "W: m x n; x: n; b, p, y: m", "Wᵀ(", "W(", 3, "transpose"),
    (PROGRAM, "X: m x n; W: n x p; b: p", "dY Wᵀ", "W dYᵀ", 2, "transpose"),
    (TRACE_OF_LOG, "", "A^{-T}:dA", "A^{-T}:dA^T", 2, "transpose"),
    (ENTROPY, "", "+ \\sum_i", "- \\sum_i", 6, "sign"),
    (LABELS, "X: m x n; W: n x p; Y: m x p; b: 1 x p", "\\cdot W^T", "\\cdot W", 3, "transpose"),
    (FACTORS, "V: m x n; W: m x k; H: k x n", "WᵀW", "2WᵀW", 3, "factor"),
    (UPRIGHT, "", "+ \\mathrm A^", "- \\mathrm A^", 3, "sign"),
    (TRACE, "", "tr(B dA/dθ) + ", "", 4, "missing term"),
    (PATH, "", r"(A^{-1}\frac", r"(A\frac", 5, "inverse"),
    (KERNEL, "K: n x n spd; y: n", "½ yᵀ K⁻¹ ∂K", "-½ yᵀ K⁻¹ ∂K", 3, "sign"),
    (TIME, "", "= -A", "= A", 1, "sign"),
    (GAIN, "", r"2K R = 0", r"2R K = 0", 4, "order"),
    (COVARIANCE, "X[i=1..n]: p; μ: p; Σ: p x p invertible; n: scalar", r"+\frac{1}{2}", r"+\frac{1}{1}", 5, "factor"),
    (QUARTIC, "", r"&= Y\,dX -Z", r"&= -Y\,dX -Z", 4, "sign"),
    (LAYER, "W: h x n; X: n x m; Y: h x m", "1 - A^2", "1 + A^2", 3, "sign"),
]


@pytest.mark.parametrize(("text", "where", "right", "wrong", "line", "kind"), CASES)
def test_another_reading_is_tried_before_a_line_is_called_wrong(
    text: str, where: str, right: str, wrong: str, line: int, kind: str
) -> None:
    review = matdiff.check(text, where=where or None)
    assert review.ok, review.to_text()
    assert all(one.verdict != "not read" for one in review.lines), review.to_text()
    assert right in text
    off = matdiff.check(text.replace(right, wrong), where=where or None)
    assert (off.first_wrong, off.kind) == (line, kind), off.to_text()


@pytest.mark.parametrize(
    ("text", "where", "kind"),
    [
        ("f(X) = tr(AXXᵀB)\ndf = tr(XᵀBA dX) + tr(BA X dXᵀ)\n= tr(XᵀBA dX) + tr(XᵀBA dX)", "A, B: n x n", "transpose"),
        ("f = tr(X'X X'X)\ndf = tr(dX'X X'X) + tr(X'dX X'X) + tr(X'X dX'X)", "X: m x n", "missing term"),
        ("f = C log(1 + exp(-w'x))\n∇_w f = -x/(1 + exp(w'x))", "w, x: n; C: scalar", "constant"),
        ("f = ½(xᵀx)²\n∇²f = 2(xᵀx) I + 2xxᵀ", "x: n", "factor"),
        ("f = tr(S^-1 (A + B))\ndf/dS = -S^-2 (A + B)", "S: n x n spd; A, B: n x n symmetric", "order"),
    ],
)
def test_the_kind_of_a_slip_is_told(text: str, where: str, kind: str) -> None:
    assert matdiff.check(text, where).kind == kind


def test_what_is_said_once_more_in_other_letters_is_no_slip() -> None:
    text = "y = w'x\n= w'B z\ndy = w' dB z"
    review = matdiff.check(text, "w, x: n; B: n x m; z: m")
    assert [line.verdict for line in review.lines] == ["not a claim", "not a claim", "proved"]
    assert matdiff.check("y = w'x\n= w'x + w'x", "w, x: n").first_wrong == 2


def test_a_loss_that_is_said_elsewhere_is_no_slip() -> None:
    assert matdiff.check("R = XW - Y\n∂L/∂W = 2XᵀR").ok
    assert matdiff.check("Y = XW\n∂L/∂W = Xᵀ ∂L/∂Y + λW").ok  # a penalty may be meant
    assert matdiff.check("F = AX\ndX = A⁻¹ dF", "A: n x n invertible; X: n x m").ok


def test_a_table_of_identities_may_stand_in_one_row() -> None:
    assert all(line.verdict != "not read" for line in matdiff.check(TABLE).lines)


def test_a_covariance_is_symmetric_and_an_equation_may_be_changed() -> None:
    text = "f = Tr(W Σ Wᵀ)\n∂f/∂W = 2 W Σ"
    assert matdiff.check(text).lines[1].verdict == "right under a convention"
    assert matdiff.check(text, "Σ: n x n; W: m x n").kind == "symmetry"
    normal = "J(θ) = ‖Xθ − y‖²\n∇J = 2Xᵀ(Xθ − y) = 0\nθ = (XᵀX)⁻¹Xᵀy\n{}θ = (XᵀX + 10^{{-8}}I)⁻¹Xᵀy"
    where = "X: m x n; θ: n; y: m"
    assert matdiff.check(normal.format("We add regularization to prevent problems:\n"), where).ok
    assert matdiff.check(normal.format(""), where).first_wrong == 4


def test_a_table_goes_on_behind_a_row_and_an_identity_has_its_size_below_it() -> None:
    """As pages of Hessians and of determinants have them."""
    table = r"\begin{bmatrix} X_{2,2} & -X_{2,1} \\ -X_{1,2} & X_{1,1} \end{bmatrix}^{\top}"
    text = r"$f(X) = \det(X)$" + "\n" + rf"$df = \operatorname{{Tr}}\left({table} \, \mathrm{{d}}X\right)$"
    assert [line.verdict for line in matdiff.check(text, "X: 2 x 2").lines][1] in ("proved", "agrees")
    text = "p = softmax(Wx)\nG = p xᵀ\nd vec G = vec((p ⊙ (dW x) − (pᵀ dW x)p)xᵀ)"
    text += "\n = (x ⊗ I_k)(p ⊙ (dW x)) − (pᵀ dW x)(x ⊗ I_k)p"
    assert [line.verdict for line in matdiff.check(text, "W: k x d; x: d").lines][3] == "proved"
