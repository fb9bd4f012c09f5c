"""Texts that nobody would type on purpose.

Valid texts in every spelling, damaged at random and spliced, noise made of the signs of the language, random Unicode,
random bytes, and Python code.
"""

from __future__ import annotations

import inspect
import random

from matdiff.language import search

DECLARED = (
    "",
    "",
    "A, B: n x n; X: m x n; w, x: n; y: m; a, b: scalar",
    "x[i=1..N], y[i=1..N]: d; S: d x d spd; mu: d",
)
PLAIN = (
    "norm2(X*w - y)^2",
    "x'*A*x + b'*x",
    "tr(A*X'*B*X*C)",
    "log(det(inv(X)))",
    "sum(i=1..N, log(1 + exp(-y[i]*(x[i]'*w))))",
    "||X w - y||_2^2 + lambda*||w||_1",
    "h = W*x + b; z = sigmoid(h); norm2(z - y)^2",
    "let h = W x in h'h",
    "sum((A*x - b)**2)",
    "np.linalg.norm(X @ w - y)**2",
    "norm(X*Y - A, 'fro')^2",
    "A\\b + X.sum(axis=0)",
    "(x-mu)^T Sigma^-1 (x-mu)/2",
    "X: m x n; w: n; ||X w||",
    "sum(A .* B ./ C .^ 2)",
    "<A, B> + A : B",
    "trace(kron(A, B)) + vec(X)'vec(X)",
    "sin^2(x)'ones(n) + eye(n)[i, i]",
    "x_hat'W_1 x_hat, where W_1 = A",
    "n! x'x + sum(w(2:end).^2), f(w) = sum(log(y!))",
    "np.sum(x*s), s = A @ w",
)
UNICODE = (
    "‖Xw − y‖²",
    "N log|Σ| + Σ(x−μ)ᵀΣ⁻¹(x−μ)",
    "∑ᵢ log(1 + exp(−yᵢ wᵀxᵢ))",
    "½‖x‖² + λ‖w‖₁",
    "β Σᵢ Σⱼₖ |ΦᵢᵀΦᵢ − I|ⱼₖ",
    "aᵀX⁻ᵀb + tr(X³)",
    "‖g(XW) − Y‖_F²",
    "⟨A, B⟩ + A ⊙ B : C ⊘ D",
    "‖Ŵ₁x̄ − ỹ′‖²",
    "vec(X)ᵀ(B⊗A)vec(X)",
    "√(xᵀx) + sin²(θ)",
    "𝐱ᵀ𝑨𝐱 + 𝟏ᵀ𝐱",
    "Tr(Lᵀ(AX + b1ᵀ))",
    "−yᵀ log(exp(Wx)/(1ᵀexp(Wx)))",
    "X ∈ ℝ^{m×n}; ‖X‖_*",
    "∑_{i=1}^{N} ∑_{j=1}^{M} (R_{ij} − u_iᵀA v_j)²",
    "½Δxᵀ A Δx + wᵀΔx̂ − ∑_k Δw_k",
)
LATEX = (
    r"\frac{1}{2}\|Xw-y\|_2^2 + \lambda \|w\|_1",
    r"\operatorname{tr}(A^\top X B)",
    r"$\ln|\boldsymbol{\Sigma}|$",
    r"\sum_{i=1}^{N} \left( y_i - \mathbf{w}^{\mathsf T} x_i \right)^2",
    r"\[ \langle A, X \rangle + \hat{x}^\top x \]",
    r"\newcommand{\norm}[1]{\left\| #1 \right\|} \norm{X w - y}^2",
    r"\begin{align*} f &= \log\frac{|\Sigma_2|}{|\Sigma_1|} \end{align*}",
    r"\operatorname{vec}(X)^\top (B \otimes A) \operatorname{vec}(X) \odot 1",
    r"\|y - \Delta t A x\|^2 + x^T(A + \Delta A)\delta x",
    r"\sqrt{x^{T} x} \cdot \exp\left(-\tfrac12 x^\top x\right)",
)
VALID = (*PLAIN, *UNICODE, *LATEX)
SIGNS = (
    *"xXyAwabΣΔδμλ12() []{}|‖+-*/^'_ᵀ⁻¹²ᵢ=;,:.∑⊙½√′\n<>⟨⟩\\$&%#@!~\"`°∂∇×·÷∘⊘⊗⟪⟫",
    *"\0\ud800\u0301\u0302\u0663\u200a\u23b8\u23b9\u202e\u200b",  # marks, another digit, signs without width
    *"sum( tr( || Σ_{i=1}^N x_i 1e9 norm2( inv 'fro' .T .sum() ^{-1} ^T".split(),
    *"np. eye(n) := i=1..N 0.5 1/0 softmax( diag(".split(),
    *(" where ", " let ", " in ", "log ", "ones(m, n)", "∈ ℝ^{n}", "X: m x n;"),
    *r"\frac \left| \right| \sum_i \mathbf{x} \begin{align} \end{align} \newcommand \| \\ ^\top".split(),
)
PLANES = (
    (0, 0x20),
    (0x20, 0x7F),
    (0x80, 0x400),
    (0x2000, 0x2C00),
    (0xD800, 0xE000),  # surrogates
    (0x1D400, 0x1D800),  # mathematical letters
    (0x1F300, 0x1FB00),  # emoji
    (0, 0x110000),
)
CODE = inspect.getsource(search)  # some Python


def damaged(draw: random.Random) -> str:
    """A valid text after a few accidents."""
    text = draw.choice(VALID)
    for _ in range(draw.randint(1, 3)):
        start, end = sorted(draw.randint(0, len(text)) for _ in "ab")
        end = min(end, start + draw.randint(1, 6))
        piece = text[start:end]
        accidents = (
            "",
            piece * 2,
            piece[::-1],
            draw.choice(SIGNS) + piece,
            draw.choice(SIGNS),
            piece + " ",
            f"({piece})",
        )
        text = text[:start] + draw.choice(accidents) + text[end:]
    return text


def spliced(draw: random.Random) -> str:
    """The front of one valid text and the end of another."""
    one, two = draw.choice(VALID), draw.choice(VALID)
    front, end = one[: draw.randint(0, len(one))], two[draw.randint(0, len(two)) :]
    return front + draw.choice(("", " ", " + ", "*", ";", "(")) + end


def noise(draw: random.Random) -> str:
    """Signs and words of the language in any order."""
    return "".join(draw.choices(SIGNS, k=draw.randint(1, 16)))


def any_unicode(draw: random.Random) -> str:
    """Characters of all kinds between pieces of the language."""

    def one() -> str:
        return draw.choice(SIGNS) if draw.random() < 0.5 else chr(draw.randrange(*draw.choice(PLANES)))

    return "".join(one() for _ in range(draw.randint(1, 12)))


def any_bytes(draw: random.Random) -> str:
    """Random bytes."""
    return draw.randbytes(draw.randint(1, 30)).decode("latin-1")


def python_code(draw: random.Random) -> str:
    """A piece of a Python module, from a word to some lines."""
    start = draw.randrange(len(CODE))
    return CODE[start : start + draw.choice((10, 30, 100, 300))]


KINDS = (damaged, damaged, damaged, spliced, noise, any_unicode, any_bytes, python_code)  # by their shares


def text(seed: int) -> str:
    """A random text, the same for the same seed."""
    return KINDS[seed % len(KINDS)](random.Random(seed))


def where_of(seed: int) -> str:
    """Declarations that may be given with it."""
    return DECLARED[seed // len(KINDS) % len(DECLARED)]
