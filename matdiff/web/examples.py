"""The gallery of the page."""

EXAMPLES: tuple[dict[str, str], ...] = (
    {"title": "Least squares", "text": "‖Xw − y‖²", "wrt": "w"},
    {
        "title": "Ridge regression, solved",
        "text": "minimise ‖Xw − y‖² + λ‖w‖²",
        "wrt": "w",
        "where": "λ: scalar positive",
        "kind": "solve",
    },
    {"title": "Logistic regression", "text": "∑ᵢ log(1 + exp(−yᵢ xᵢᵀw))", "wrt": "w", "where": "x_i: n; y_i: scalar"},
    {"title": "Hessian of log-sum-exp", "text": "log(sum(exp(A x + b)))", "wrt": "x", "kind": "hessian"},
    {
        "title": "Gaussian likelihood",
        "text": "N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)",
        "wrt": "Σ,μ",
        "where": "Σ: d x d spd",
    },
    {"title": "Backpropagation", "text": "h = W x + b; z = sigmoid(h); ‖z − y‖²", "wrt": "W,b"},
    {"title": "Trace of an inverse", "text": "tr(X⁻¹A)", "wrt": "X"},
    {"title": "Rayleigh quotient", "text": "x'A x / x'x", "wrt": "x", "where": "A: n x n symmetric"},
    {"title": "Matrix factorisation", "text": "‖T − U Vᵀ‖²", "wrt": "U,V"},
    {"title": "Log-determinant", "text": "log det(XᵀX)", "wrt": "X"},
    {"title": "Jacobian of softmax", "text": "softmax(x)", "wrt": "x", "kind": "jacobian"},
    {"title": "Jacobian of a product", "text": "A X B", "wrt": "X", "kind": "jacobian"},
    {
        "title": "Quadratic programme, solved",
        "text": "minimise ½xᵀPx − qᵀx subject to Ax = b",
        "wrt": "x",
        "where": "P: n x n spd",
        "kind": "solve",
    },
    {"title": "Pasted LaTeX", "text": r"\frac{1}{2} \|X w - y\|_2^2 + \lambda \|w\|_2^2", "wrt": "w"},
    {"title": "Pasted NumPy", "text": "np.sum((X @ w - y)**2) / 2", "wrt": "w"},
    {
        "title": "Which line is wrong?",
        "text": "x'A x",
        "wrt": "x",
        "where": "A: n x n; x: n",
        "kind": "check",
        "derivation": "f(x) = x'A x\n∇f = 2 A x",
    },
)
