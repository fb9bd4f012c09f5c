"""Questions in words: what is asked, of which function, by which unknown."""

from __future__ import annotations

import pytest

import matdiff
from matdiff.algebra.expr import symbols

SCORE = "-sum(i=1..N, y[i]*exp(-z[i]'*b) + z[i]'*b)"
PRICE = "sum(t=1..T, c[t]/(1 + r)^t)"
NORMAL = "-sum(i=1..N, (x[i] - m)'*S^-1*(x[i] - m))/2"
RATE = "n*log(lambda) - lambda*s"
PLANE = "sum(i=1..N, ((z[i] + t - q[i])'*n[i])^2)"
ASKED = [
    ("f = x'x + b'x, ∇f wrt x", "x'*x + b'*x", "x"),
    ("max_θ ∑_i log(θ'x_i), gradient", "sum(i=1..N, log(theta'*x[i]))", "theta"),
    ("Consider h = W x and the loss ‖h − y‖². Derivative w.r.t. W?", "h = W*x; norm2(h - y)^2", "W"),
    ("sum of squares of entries of A X B - C, wrt X", "sum((A*X*B - C).^2)", "X"),
    ("log det(A) - tr(SA), find its gradient wrt A and set to 0", "log(det(A)) - tr(S*A)", "A"),
    ("-log σ(x'y) - log σ(-x'z) d/dx", "-log(sigmoid(x'*y)) - log(sigmoid(-x'*z))", "x"),
    ("Derivative of f w.r.t. x: f = a'x x'b", "a'*x*x'*b", "x"),
    ("How can I differentiate tr(A X B X^T) wrt X? A, B arbitrary", "tr(A*X*B*X')", "X"),
    ("x = argmin ‖z - H x‖²", "norm2(z - H*x)^2", "x"),
    ("‖y − Xb‖² + b'b, solve for b", "norm2(y - X*b)^2 + b'*b", "b"),
    ("Econometrics HW: Q(b) = (y - Xb)'W(y - Xb). FOC?", "(y - X*b)'*W*(y - X*b)", "b"),
    ("could someone check the derivative of f(x) = ‖Ax − b‖² wrt x", "norm2(A*x - b)^2", "x"),
    ("mean-variance utility U(w) = w'mu - w'Σw/2, first order condition", "w'*mu - w'*Sigma*w/2", "w"),
    ("SSE(b) = ‖y − Xb‖²; partials wrt b", "norm2(y - X*b)^2", "b"),
    ("L(β) = (y - Xβ)'(y - Xβ). Set derivative wrt β to zero", "norm2(y - X*beta)^2", "beta"),
    ("f = ||C||^2 where C = W B. df/dW?", "C = W*B; norm2(C)^2", "W"),
    ("||XW - Y||_F^2 find W", "norm2(X*W - Y)^2", "W"),
    ("c²(u,v) = (u−v)'M(u−v). Find the derivative of c² wrt M", "c = sqrt((u - v)'*M*(u - v)); c^2", "M"),
    ("c²(u,v) = (u−v)'M(u−v). Derivative wrt M?", "(u - v)'*M*(u - v)", "M"),
    ("χ² = (y − Xb)'V(y − Xb). Minimise χ² over b", "χ = sqrt((y - X*b)'*V*(y - X*b)); χ^2", "b"),
    ("χ² = (y − Xb)'V(y − Xb). d/db of χ²", "χ = sqrt((y - X*b)'*V*(y - X*b)); χ^2", "b"),
    ("r² = z'Vz; L = log r. Minimise L over z", "r = sqrt(z'*V*z); log(r)", "z"),
    ("Firm maximises profit P(x) = p'f − c'x − x'Qx. First order condition?", "p'*f - c'*x - x'*Q*x", "x"),
    ("A household minimises e(x) = ½x'Qx + c'x. FOC?", "x'*Q*x/2 + c'*x", "x"),
    ("OLS minimises S(b) = (y − Xb)'(y − Xb). First order conditions?", "norm2(y - X*b)^2", "b"),
    ("Π(u) = ½ u'K u − f'u. Equilibrium condition?", "u'*K*u/2 - f'*u", "u"),
    (
        "LS with weights v_i: minimise Σ_i v_i (y_i − x_i'b)² over b",
        "sum(i=1..N, v[i]*(y[i] - x[i]'*b)^2)",
        "b",
    ),
    ("z ~ N(m, S). Write down the score with respect to m.", "-(z - m)'*S^-1*(z - m)/2", "m"),
    ("E(t) = Σ_i ‖R p_i + t − q_i‖². Find the optimal translation t.", "sum(i=1..N, norm2(R*p[i] + t - q[i])^2)", "t"),
    ("Use the trace trick to differentiate tr(V^{-1} S) wrt V", "tr(V^-1*S)", "V"),
    ("Using matrix calculus rules differentiate tr(A X) wrt X", "tr(A*X)", "X"),
    ("φ(x) = −Σ_i log(b_i − a_i'x). Gradient of φ?", "-sum(i=1..N, log(b[i] − a[i]'*x))", "x"),
    ("theta minimises ‖Xθ − y‖²", "norm2(X*theta - y)^2", "theta"),
    ("z is distributed as N(m, S). Derivative of the log density wrt m", "-(z - m)'*S^-1*(z - m)/2", "m"),
    ("Let z be distributed as N(m, S). Derivative of the log density wrt m", "-(z - m)'*S^-1*(z - m)/2", "m"),
    ("gradient of x'Ax wrt x", "x'*A*x", "x"),
    ("the derivative of tr(AXB) with respect to the matrix X?", "tr(A*X*B)", "X"),
    ("What is the derivative of log det S w.r.t. S?", "log(det(S))", "S"),
    ("Find the gradient of ‖AX − B‖² with respect to X, where A is symmetric.", "norm2(A*X - B)^2", "X"),
    ("What is the gradient of (Ax - b)'(Ax - b) with respect to x if A is symmetric?", "norm2(A*x - b)^2", "x"),
    ("d/dv of v'Mv", "v'*M*v", "v"),
    ("∂/∂w of the function ‖Xw − y‖²", "norm2(X*w - y)^2", "w"),
    ("compute ∂/∂X tr(XᵀAX)", "tr(X'*A*X)", "X"),
    ("f(x) = x'Ax. Find the gradient with respect to x.", "x'*A*x", "x"),
    ("f(x) = x'Ax; what is ∇f(x)?", "x'*A*x", "x"),
    ("Let f(x) = x'Ax. What is ∇_x f?", "x'*A*x", "x"),
    ("Consider the function f(X) = tr(AXBX). Compute its gradient wrt X.", "tr(A*X*B*X)", "X"),
    ("differentiate tr(AXB) w.r.t. X", "tr(A*X*B)", "X"),
    ("gradient with respect to X of tr(AX)", "tr(A*X)", "X"),
    ("Find the minimum of x'Ax + b'x over x", "x'*A*x + b'*x", "x"),
    ("find x that minimises ||Ax-b||^2", "norm2(A*x - b)^2", "x"),
    ("How do I compute the derivative of x'Ax with respect to x?", "x'*A*x", "x"),
    (r"\text{Find the gradient of } f(x) = x^\top A x \text{ with respect to } x", "x'*A*x", "x"),
    (r"\text{Compute } \nabla_x \|Ax-b\|^2", "norm2(A*x - b)^2", "x"),
    (r"\frac{d}{dX} \text{ of } \mathrm{tr}(AX)", "tr(A*X)", "X"),
    ("tr(AX) with respect to X", "tr(A*X)", "X"),
    ("h = Wx + b, ||h||^2 wrt b", "h = W*x + b; norm2(h)^2", "b"),
    (
        r"Let $f(X) = \|AXB - C\|_F^2$ where $A$, $B$, $C$ are matrices. Find $\partial f/\partial X$.",
        "norm2(A*X*B - C)^2",
        "X",
    ),
    (r"$y = Ax$, $L = \|y\|^2$, $\partial L/\partial A$?", "y = A*x; norm2(y)^2", "A"),
    ("Find the gradient of f(x) = ½x'Ax − b'x", "x'*A*x/2 - b'*x", "x"),
    ("f(x) = x'A x, find ∇f", "x'*A*x", "x"),
    ("I need the derivative of log|X + λI| wrt λ", "log(det(X + lambda*I))", "lambda"),
    ("f: R^n → R, f(x) = x'Ax + c'x. Find its gradient.", "x'*A*x + c'*x", "x"),
    (
        r"How do I take the derivative of $\|Ax - b\|_2^2 + \gamma \|Dx\|_2^2$ w.r.t. $x$?",
        "norm2(A*x - b)^2 + gamma*norm2(D*x)^2",
        "x",
    ),
    (
        r"Let $A \in \mathbb{R}^{n\times n}$ be symmetric. Find the gradient of $f(x)=x^TAx - b^Tx$.",
        "x'*A*x - b'*x",
        "x",
    ),
    (
        r"I want to differentiate $\operatorname{tr}(X^T A X C)$ with respect to $X$, where $A$ is symmetric.",
        "tr(X'*A*X*C)",
        "X",
    ),
    (r"Consider the function: $f(x) = x^TAx$. What is the gradient?", "x'*A*x", "x"),
    (r"$f(x) = x^TAx$, A symmetric. Find $\nabla f$", "x'*A*x", "x"),
    (r"Derivative of the Frobenius norm $\|X - AB\|_F$ wrt A", "norm2(X - A*B)", "A"),
    ("Derive the gradient of the ridge objective (y - Xb)'(y - Xb) + c*b'b wrt b", "norm2(y - X*b)^2 + c*b'*b", "b"),
    ("the gradient wrt X of the nuclear norm ||X||_*", "norm_nuc(X)", "X"),
    (r"If $L = \|p\|^2$ and $p = \tanh(Wx+b)$, find dL/dW.", "p = tanh(W*x + b); norm2(p)^2", "W"),
    ("d(tr(AXBX'C))/dX = ?", "tr(A*X*B*X'*C)", "X"),
    ("L = ||p||^2, p = Wx + b, ∂L/∂W = ?", "p = W*x + b; norm2(p)^2", "W"),
    ("Let f(X) = ||X||_F. Find f'(X).", "norm2(X)", "X"),
    ("gradient of a'x + U where U = x'x wrt x", "U = x'*x; a'*x + U", "x"),
    ("gradient with respect to the matrix X of tr(AX)", "tr(A*X)", "X"),
    ("derivative of ‖XW − Y‖² with respect to the weights W", "norm2(X*W - Y)^2", "W"),
    ("E = ½‖t − y‖², y = Wx; ∂/∂W", "y = W*x; norm2(t - y)^2/2", "W"),
    ("x'Bx − c'x, ∂/∂x = ?", "x'*B*x - c'*x", "x"),
    ("‖Xβ − y‖² derivative by β", "norm2(X*beta - y)^2", "beta"),
    ("log det(S) - the gradient with respect to S?", "log(det(S))", "S"),
    (r"I want to minimize $\|Xw-y\|^2$ over $w$.", "norm2(X*w - y)^2", "w"),
    ("x'Ax + b'x (gradient w.r.t. x)", "x'*A*x + b'*x", "x"),
    ("tr(AXB) (wrt X).", "tr(A*X*B)", "X"),
    ("∂/∂s -logdet(F + s*G)", "-log(det(F + s*G))", "s"),
    (r"Let $f(W) = c^\top [Wx+b]_+$. Find $\nabla f$.", "c'*max(W*x + b, 0)", "W"),
    # a letter that a question names has the font that it has in the function
    (r"\frac{\partial}{\partial x} \mathbf{x}^\top\mathbf{A}\mathbf{x}", "x'*A*x", "x"),
    (r"f \colon w \mapsto \|\mathbf{X}\mathbf{w}\|^2", "norm2(X*w)^2", "w"),
    (r"\hat{r} = \arg\min_{r} \|\mathbf r - \mathbf s\|^2", "norm2(r - s)^2", "r"),
    (r"Find the gradient of $\|B w - \mathbf{t}\|^2$ with respect to $w$.", "norm2(B*w - t)^2", "w"),
    ("find dL/dθ for L = ‖Xθ − y‖²", "norm2(X*theta - y)^2", "theta"),
    ("gradient wrt w for J = w'Rw - 2p'w", "w'*R*w - 2*p'*w", "w"),
    ("tr(XS) - log det X over X in R^{n x n}", "tr(X*S) - log(det(X))", "X"),
    ("minimise ‖Ax − b‖² over x ≥ 0", "norm2(A*x - b)^2", "x"),
    ("derivative w.r.t. c of (t_i - c x_i)^2 (summed over i = 1,...,n)", "sum(i=1..n, (t[i] - c*x[i])^2)", "c"),
    (r"\substack{\text{minimize}\\ \beta} \|X\beta-y\|^2", "norm2(X*beta - y)^2", "beta"),
    ("the maximum likelihood estimator of m: -½∑_i ‖x_i - m‖²", "-sum(i=1..N, norm2(x[i] - m)^2)/2", "m"),
    ("tr((I - KH)P(I - KH)' + KRK') minimise over K", "tr((I - K*H)*P*(I - K*H)' + K*R*K')", "K"),
    ("‖Ax − b‖², minimised over x", "norm2(A*x - b)^2", "x"),
    (r"maxw(w' \mu - \lambda w' \Sigma w)", "w'*mu - lambda*w'*Sigma*w", "w"),
    ("x in R^n, A symmetric: f(x) = x'Ax; gradient?", "x'*A*x", "x"),
    ("¼x'Lx, x in {-1,1}^n; ∂/∂x", "x'*L*x/4", "x"),
    ("can anyone help me find d/dX of tr(X'AX)? A is symmetric", "tr(X'*A*X)", "X"),
    ("Hi, I need the gradient of g(X) = ||AX - B||_F^2 w.r.t. X", "norm2(A*X - B)^2", "X"),
    ("I have h = tanh(Wx + b). Want dE/dW with E = v'h", "h = tanh(W*x + b); E = v'*h; E", "W"),
    ("Find the MLE of v where l(v) = -N log v - c/v", "-N*log(v) - c/v", "v"),
    ("‖Ax − b‖², over x", "norm2(A*x - b)^2", "x"),
    ("||Au - z||^2 (A is p×q, z is p×1) over u", "norm2(A*u - z)^2", "u"),
    ("(∂/∂x) (x'Sx + c'x)", "x'*S*x + c'*x", "x"),
    ("∂_v g, g = v'Sv", "v'*S*v", "v"),
    ("g = v'Sv, ∇_vg", "v'*S*v", "v"),
    ("Poisson loss: 1'exp(Zβ) − y'Zβ, ∇β", "1'*exp(Z*beta) - y'*Z*beta", "beta"),
    ("q(x) = x'Sx/2 - c'x; minimize q", "x'*S*x/2 - c'*x", "x"),
    ("g = ‖Az−c‖². Q: dg/dz?", "norm2(A*z - c)^2", "z"),
    ("g = ‖Az−c‖². dg/dz? Please show all steps.", "norm2(A*z - c)^2", "z"),
    ("quick question – derivative of z'V'V z wrt V?", "z'*V'*V*z", "V"),
    ("score function wrt β of Σ_i (y_i z_i'β − exp(z_i'β))", "sum(i=1..N, y[i]*z[i]'*beta - exp(z[i]'*beta))", "beta"),
    ("MLE of b: maximise −½ (y−Zb)'(y−Zb)/s²", "-(y - Z*b)'*(y - Z*b)/(2*s^2)", "b"),
    ("k log θ − θ Σ_i t_i. MLE for θ?", "k*log(theta) - theta*sum(i=1..N, t[i])", "theta"),
    ("the derivative of a determinant: ∂det(P+sQ)/∂s", "det(P + s*Q)", "s"),
    ("The Lagrangian of max a'x s.t. x'Vx = 1 is L = a'x - λ(x'Vx - 1). ∂L/∂x?", "a'*x - lambda*(x'*V*x - 1)", "x"),
    ("negative log-likelihood = k log v + c/v. dNLL/dv?", "k*log(v) + c/v", "v"),
    ("U = c a/‖r − s‖, force F = −∇_r U", "-c*a/norm2(r - s)", "r"),
    ("g(t) = (t - 1)^2 + 4t, solve dg/dt = 0 for t", "(t - 1)^2 + 4*t", "t"),
    ("u = Mz/‖Mz‖; gradient of uᵀd wrt M", "u = M*z/norm2(M*z); u'*d", "M"),
    ("min ‖Hz − d‖² (over z)", "norm2(H*z - d)^2", "z"),
    ("the loss = ½‖Hz − d‖²; dL/dz", "norm2(H*z - d)^2/2", "z"),
    ("∇ log q where log q(z) = -½(z−m)'(z−m)", "-(z - m)'*(z - m)/2", "z"),
    ("q(z) = exp(-½(z−m)'(z−m)), ∇ log q", "q = exp(-(z - m)'*(z - m)/2); log(q)", "z"),
    ("derive the normal equations for min ‖Hz − d‖² over z", "norm2(H*z - d)^2", "z"),
    ("first order conditions for minimising ‖Hz − d‖² over z", "norm2(H*z - d)^2", "z"),
    ("v^2 = (1/n) Σ_i (z_i - c)^2; dv^2/dc?", "1/n*sum(i=1..n, (z[i] - c)^2)", "c"),
    ("c = rest position. ½ k‖u−c‖². d/du", "k*norm2(u - c)^2/2", "u"),
    ("g = ‖Hz − d‖. ∂g²/∂z", "norm2(H*z - d)^2", "z"),
    ("g(z) = ‖Hz − d‖. dg²/dz", "norm2(H*z - d)^2", "z"),
    ("p(y|z) = σ(w'z + b); ∂p/∂w", "sigmoid(w'*z + b)", "w"),
    ("cost = ½‖Hz − d‖²; dJ/dz", "norm2(H*z - d)^2/2", "z"),
    ("find all critical points of g(t) = t^3 - 3t", "t^3 - 3*t", "t"),
    ("g(v) = v'Sv - a'v. Write down the first order conditions", "v'*S*v - a'*v", "v"),
    ("Volatility is s = sqrt(w'Vw). How do I compute the marginal risk contribution ∂s/∂w?", "sqrt(w'*V*w)", "w"),
    ("U = ½ k ‖r − s‖². Find the force F = −∂U/∂r.", "-k*norm2(r - s)^2/2", "r"),
    ("T = ½ u'Mu; the momentum is L = ∂T/∂u. Compute L.", "u'*M*u/2", "u"),
    ("Derive the FOC for b: (y − Zb)'(y − Zb) + cb'b", "norm2(y - Z*b)^2 + c*b'*b", "b"),
    ("gradient for b: (y − Zb)'(y − Zb)", "(y - Z*b)'*(y - Z*b)", "b"),
    ("q(z) = ½z'Sz − c'z; z_{k+1} = z_k − η∇q(z_k)", "z'*S*z/2 - c'*z", "z"),
    ("z_{k+1} = z_k − η∇q(z_k) with q(z) = ½z'Sz − c'z. What's ∇q(z_k)?", "z'*S*z/2 - c'*z", "z"),
    ("J(W) = ½‖Wz − y‖². ΔW = −η ∂J/∂W. What is ∂J/∂W?", "norm2(W*z - y)^2/2", "W"),
    ("w_new = w − lr * ∂J/∂w, J = (w'z − c)²", "(w'*z - c)^2", "w"),
    ("J = (1/N) Σ_i ‖W z_i − y_i‖² (mean over samples), dJ/dW", "1/N*sum(i=1..N, norm2(W*z[i] - y[i])^2)", "W"),
    ("g(z) = c'z. gradient of g²", "g = c'*z; g^2", "z"),
    ("a = σ(W^{[1]} z), J = ‖a − y‖²; dJ/dW^{[1]}", "a = sigmoid(W1*z); norm2(a - y)^2", "W1"),
    ("Use the product rule to differentiate g(z) = (a'z)(c'z).", "(a'*z)*(c'*z)", "z"),
    ("Gamma regression: g(b) = −Σ_i (y_i exp(−z_i'b) + z_i'b). Find the score vector.", SCORE, "b"),
    ("MSE term of the loss: MSE = (1/N)‖Zw − y‖². dMSE/dw?", "1/N*norm2(Z*w - y)^2", "w"),
    ("L = ½ v'Mv − c q'q. What is the conjugate momentum p = ∂L/∂v?", "v'*M*v/2 - c*q'*q", "v"),
    ("g = w'Vw − c'w. Derivative with respect to the portfolio weights w?", "w'*V*w - c'*w", "w"),
    ("F_ML = log det V + tr(SV^-1). What is dF/dV?", "log(det(V)) + tr(S*V^-1)", "V"),
    ("Bond price P(r) = Σ_{t=1}^T c_t/(1+r)^t. Derivative of the price with respect to r?", PRICE, "r"),
    ("g = Σ_i cosh(w_i'z), where w_i is the i-th row of W. dg/dW?", "sum(i=1..m, cosh(W[i, :]*z))", "W"),
    ("g = Σ_k cosh(w_k'z), w_k are the columns of W. dg/dW?", "sum(k=1..n, cosh(W[:, k]'*z))", "W"),
    ("g = Σ_i (y_i − z_i'b)², where z_iᵀ is the ith row of Z. dg/db", "sum(i=1..N, (y[i] - z[i]'*b)^2)", "b"),
    ("h = tanh(Wz + Vu), g = c'h. Find dg/dW (treat z as constant).", "h = tanh(W*z + V*u); c'*h", "W"),
    ("h = tanh(Wz + Vu), g = c'h, holding V and u fixed. dg/dW?", "h = tanh(W*z + V*u); c'*h", "W"),
    ("l(m) = −½ Σ_i (x_i − m)²/c. Score for m?", "-sum(i=1..N, (x[i] - m)^2)/(2*c)", "m"),
    ("H = u'Ru + p'Bu. Write down the stationarity condition ∂H/∂u = 0", "u'*R*u + p'*B*u", "u"),
    ("g = ‖B^{{(2)}} z‖², find ∂g/∂z", "norm2(B2*z)^2", "z"),
    ("x_1,…,x_n iid N(m, S), the log-likelihood is l = −½ Σ_i (x_i − m)'S⁻¹(x_i − m). ∂l/∂m?", NORMAL, "m"),
    ("Suppose X_1,…,X_n are i.i.d. Exponential(λ). The log-likelihood is l(λ) = n log λ − λ s. Score?", RATE, "lambda"),
    ("y_i ~ Bernoulli(p_i). l(p) = Σ_i p_i². Gradient?", "sum(i=1..N, p[i]^2)", "p"),
    ("q(v) = ½v'Mv − c'v. When is the gradient zero?", "v'*M*v/2 - c'*v", "v"),
    ("When does the derivative of q(v) = ½v'Mv − c'v vanish?", "v'*M*v/2 - c'*v", "v"),
    ("q(v) = ½v'Mv − c'v. Set ∂q/∂v = 0 and solve for v.", "v'*M*v/2 - c'*v", "v"),
    ("Ridge regression: E = ‖Zv − y‖². Gradient w.r.t. the weights v", "norm2(Z*v - y)^2", "v"),
    ("Point-to-plane: E = Σ_i ((z_i + t − q_i)'n_i)². Gradient w.r.t. the translation t", PLANE, "t"),
    ("L = −tr(Y'log(softmax(Z))), each row of Y sums to 1. dL/dZ?", "-tr(Y'*log(softmax(Z)))", "Z"),
    ("Labels y_i ∈ {−1, 1}: L(v) = Σ_i exp(−y_i v'x_i). Gradient?", "sum(i=1..N, exp(-y[i]*v'*x[i]))", "v"),
    (
        "softplus(z) = log(1+e^z). g(v) = Σ_i softplus(−y_i v'x_i). Gradient?",
        "sum(i=1..N, log(1 + exp(-y[i]*v'*x[i])))",
        "v",
    ),
]


@pytest.mark.parametrize(("text", "plain", "unknown"), ASKED)
def test_a_question_in_words_is_that_of_its_formula(text: str, plain: str, unknown: str) -> None:
    asked = matdiff.derive(text)
    assert list(asked.gradients) == [unknown]
    wanted = matdiff.derive(plain, wrt=unknown, where="A: n x n symmetric" if "symmetric" in text else None)
    assert str(asked.gradient) == str(wanted.gradient)


@pytest.mark.parametrize(
    ("text", "plain", "unknowns"),
    [
        ("Let L = ½‖p − y‖², p = Wx + b. Compute ∂L/∂W and ∂L/∂b.", "p = W*x + b; norm2(p - y)^2/2", ["W", "b"]),
        ("L = ‖Xv − y‖² + w'w. Derivative w.r.t. v? And w.r.t. w?", "norm2(X*v - y)^2 + w'*w", ["v", "w"]),
        ("Cauchy loss: log(1 + (y − a'x − b)²). Gradient in a and b", "log(1 + (y - a'*x - b)^2)", ["a", "b"]),
        ("Ridge. E = ‖Zw − y‖². Gradient wrt the weights w and the data Z", "norm2(Z*w - y)^2", ["w", "Z"]),
        ("‖Hz − d‖² w.r.t. the state z, the data d and the operator H", "norm2(H*z - d)^2", ["z", "d", "H"]),
        ("‖Hz − d‖² wrt z and the vector d", "norm2(H*z - d)^2", ["z", "d"]),
        ("D²(x) = (x−m)'V(x−m). What is its gradient in x and in m?", "(x - m)'*V*(x - m)", ["x", "m"]),
        ("L = ‖p − y‖²/2, p = X w. Derivative of L by w and X", "p = X*w; norm2(p - y)^2/2", ["w", "X"]),
        ("h = relu(W x), L = ½‖V h − t‖². Backprop through W and V", "h = relu(W*x); norm2(V*h - t)^2/2", ["W", "V"]),
        ("‖Hz − d‖² wrt z, the vector d", "norm2(H*z - d)^2", ["z"]),
        ("log(1 + (y − a'x − b)²) by a and b", "log(1 + (y - a'*x - b)^2)", ["a", "b"]),
        ("u = a^2 b + sin(ab). Find (i) ∂u/∂a (ii) ∂u/∂b", "a^2*b + sin(a*b)", ["a", "b"]),
        ("u = a^2 b + sin(ab). Find (a) ∂u/∂a, (b) ∂u/∂b.", "a^2*b + sin(a*b)", ["a", "b"]),
        ("min over a, b  Σ_i (y_i − a − b z_i)²", "sum(i=1..N, (y[i] - a - b*z[i])^2)", ["a", "b"]),
        ("L(u, v, λ) = uv − λ(2u + 3v − c)", "u*v - lambda*(2*u + 3*v - c)", ["u", "v", "lambda"]),
        ("U(r, s) = r^a s^b; dU/dr, dU/ds", "r^a*s^b", ["r", "s"]),
        ("gradients for W and b: ‖Wz + b − y‖²", "norm2(W*z + b - y)^2", ["W", "b"]),
        ("‖(V + BA)z − y‖², gradients for B and A (V frozen)", "norm2((V + B*A)*z - y)^2", ["B", "A"]),
    ],
)
def test_two_derivatives_of_one_function_are_one_question(text: str, plain: str, unknowns: list[str]) -> None:
    asked = matdiff.derive(text)
    numbers = "u, v, c, r, s, a, b: scalar" if "(u, v" in text or "(r, s" in text else None
    wanted = matdiff.derive(plain, wrt=unknowns, where=numbers)
    assert list(asked.gradients) == unknowns
    assert {x: str(g) for x, g in asked.gradients.items()} == {x: str(g) for x, g in wanted.gradients.items()}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the Hessian of x'Ax wrt x", "second derivative"),
        ("gradient of x'Ax wrt x, gradient of b'x wrt x", "two derivatives"),
        ("gradient of x'Ax wrt x, where A = yy' wrt y", "two derivatives"),
        ("x'Ax – Hessian by x", "second derivative"),
        ("∂/∂x", "the text is empty"),
        ("gradient of tr(X'AX) wrt log X", "log says nothing of X"),
        ("gradient of x'Ax", "unknown"),
        ("the value of x'x", "the word the"),
        (r"Show that $x^T A x$ is a scalar", "the word Show"),
        ("∂L/∂w + x'w", "in front of the whole function"),
        ("∂(x'Ax)/∂x - b'x", "in front of the whole function"),
        ("∂/∂σ⁻² log(σ²)", "a derivative by a power"),
        ("∂/∂xᵀ (xᵀAx)", "the derivative by a transpose"),
        (r"\frac{\partial}{\partial \Sigma^{-1/2}} \log|\Sigma|", "a derivative by a power"),
        ("(a) z'Sz (b) c'z wrt z", "several functions"),
        ("f(x) = x'Sx. compute the gradient and the Hessian of f", "second derivative"),
        ("f(x) = x'Sx. solve df/dx = 0 for S", "in front of the whole function"),
        ("q(x) = ‖x‖², s(x) = ‖Ax‖². minimize q", "nothing uses it"),
        ("Find the directional derivative of f(X) = log det X", "a directional derivative is"),
        ("Let g = ‖z‖². Show that dg/dz = 2z", "ask whether an equation is true"),
        ("Is the gradient of z'z equal to 2z?", "ask whether an equation is true"),
        ("(x'x) over c", "the word over"),
        ("g = ‖Hz − d‖². ∂q/∂z", "q is a function that is not given"),
        ("g(u, v) = u²v; ∂q/∂u", "q is a function that is not given"),
        ("E_1 = ‖Hz − d‖, dE_2/dz", "E_2 is a function that is not given"),
        ("log-likelihood = −k log v − c/v. dNLL/dv", "the negative log-likelihood is asked about"),
        ("z'S z (trace of S) wrt z", "the word of"),
        ("½ z'S z (norm of S), wrt z", "the word of"),
        ("g = z'z. Find the zero of ∂g/∂z", "in front of the whole function"),
        ("g = z'z. Compute the norm of ∂g/∂z", "in front of the whole function"),
        ("g = z'z. What is the magnitude of the gradient dg/dz?", "the word the"),
        ("s = log sum exp(z). Find the Hessian ∂s/∂z", "in front of the whole function"),
        ("g = b − ∂q/∂z, q = z'Sz", "in front of the whole function"),
        ("g = z³; ∂g/∂z^3", "a derivative by a power"),
        ("g = tr(Z⁻²); ∂g/∂Z⁻²", "a derivative by a power"),
        ("g = z'z; ∂g/∂z (3)", "in front of the whole function"),
        ("J_train = ‖Zw − y‖², J_val = ‖Vw − u‖²; dJ/dw", "J_train is defined, and nothing uses it"),
        ("g = w'Vw. Derivative with respect to the inverse weights w", "says nothing of w"),
        ("g = w'Vw, all matrices symmetric, derivative wrt w", "the word all"),
        ("g = w'Vw, both matrices symmetric, derivative wrt w", "is not understood"),
        ("q(v) = v'Mv − c'v. When is the Hessian zero?", "second derivative"),
        ("q(v) = v'Mv − c'v. What is the gradient at v zero?", "nothing uses it"),
        ("‖Zw − y‖² wrt w and log Z", "log says nothing of Z"),
        ("‖Zw − y‖² wrt w and the inverse of Z", "the word and"),
        ("v'Mv wrt v and show that it is 2Mv", "the word and"),
        ("minimise minus profit P(x) = p'x − x'Qx over x", "the word profit"),
        ("z ~ Exponential(1). L(t) = E[(tz − y)²]. dL/dt", "an expectation is no part"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(text: str, words: str) -> None:
    with pytest.raises(matdiff.MatdiffError, match=words):
        matdiff.derive(text)


SAID = [
    ("z'Sz + u'Ru, both S and R are symmetric, derivative wrt u", "S: n x n symmetric; R: m x m symmetric"),
    ("z'Sz + u'Ru, both S, R symmetric, derivative wrt u", "S: n x n symmetric; R: m x m symmetric"),
    ("z'Sz + u'Ru, all of S, R symmetric, derivative wrt z", "S: n x n symmetric; R: m x m symmetric"),
    ("(x-μ)'Λ(x-μ) with respect to the mean μ and the precision matrix Λ", "Lambda: n x n spd; x, mu: n"),
    ("Rayleigh quotient q(a) = a'Sa/(a'Ma), both S and M symmetric. Gradient?", "S, M: n x n symmetric"),
    ("gradient of log det(A + BXB') wrt diagonal X", "X: m x m diagonal; A: n x n; B: n x m"),
    ("gradient with respect to the symmetric matrix X of tr(AX)", "A: n x n; X: n x n symmetric"),
    ("log det Σ + (x-μ)'Σ^-1(x-μ) with respect to the covariance matrix Σ", "Sigma: n x n spd; x, mu: n"),
    ("maximise log det X - tr(SX) over symmetric positive definite X", "X: n x n symmetric spd; S: n x n"),
    ("maximise log det X - tr(SX) over X ≻ 0", "X: n x n spd; S: n x n"),
    ("log det X - tr(SX) over X ≻ 0", "X: n x n spd; S: n x n"),
    (r"gradient of $\log\det(A + BXB^T)$ w.r.t. $X$ where X is diagonal", "X: m x m diagonal; A: n x n; B: n x m"),
]


@pytest.mark.parametrize(("text", "declared"), SAID)
def test_what_a_question_says_of_its_unknown_is_declared(text: str, declared: str) -> None:
    asked = matdiff.derive(text)
    said = matdiff.derive(str(asked.function), wrt=",".join(asked.gradients), where=declared)
    assert list(map(str, asked.gradients.values())) == list(map(str, said.gradients.values()))
    assert symbols(asked.function) == symbols(said.function)


def test_operators_alone_are_one_question() -> None:
    assert list(matdiff.derive("‖Xw − Ab‖²; ∂/∂w, ∂/∂A").gradients) == ["w", "A"]


def test_the_size_of_what_has_an_index_is_another_letter() -> None:
    read = matdiff.parse("log N(x_n; m, S)")
    assert {str(s.shape[0]) for s in symbols(read)}.isdisjoint({"n"})


def test_a_question_names_several_unknowns() -> None:
    asked = matdiff.derive("differentiate sum_{i=1}^n (y_i - a - b x_i)^2 with respect to a and b")
    assert list(asked.gradients) == ["a", "b"]
    asked = matdiff.derive("gradient of ||y - X beta||^2 + lam*||beta||^2 with respect to beta and lam")
    assert list(asked.gradients) == ["beta", "lam"]


def test_the_words_of_a_question_may_be_names() -> None:
    assert str(matdiff.derive("gradient'*x", wrt="x", where="gradient, x: n").gradient) == "gradient"


def test_two_derivatives_of_one_function_are_asked_for_behind_it() -> None:
    assert list(matdiff.derive("f = w'w + b^2, d/dw and d/db").gradients) == ["w", "b"]


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("L_{CE}(w) = Σ_n t_n log y_n, y_n = exp(w'x_n)", "w"),  # a label below the name of the function
        ("J(W) = Σ_k ‖w_k − a_k‖²", "w"),  # the W are the w_k
        ("f(x) = ‖Ax − b‖², ∇_x", "x"),
        ("E = ∑_j (k_j − k0)², dE/dk0", "k0"),  # a member of the family, whose first one it is
        ("L(W) = tr(W'LW) where L = D − A", "W"),  # L is the function on the left, and a matrix on the right
    ],
)
def test_the_unknown_is_the_argument_on_the_left_or_stands_behind_the_function(text: str, unknown: str) -> None:
    assert list(matdiff.derive(text).gradients) == [unknown]
