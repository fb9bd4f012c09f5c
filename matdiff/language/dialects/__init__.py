"""Texts that are code: how they are recognised, and in which dialect their operators are meant.

In NumPy, JAX and PyTorch ``*``, ``/`` and ``**`` work entry by entry and arrays are broadcast; in SymPy and cvxpy ``*``
is the matrix product.  MATLAB and Julia write as the language itself does, but for a few customs; they are asked for.
"""

from __future__ import annotations

from matdiff import regex as re
from matdiff.errors import AmbiguityError, MatdiffError, NotationError
from matdiff.records import NamedTuple
from matdiff.regex import regex


class Dialect(NamedTuple):
    """A language or library whose code is read: its title, whether ``*`` is entry by entry, whether it is Python."""

    name: str
    title: str
    entrywise: bool
    is_python: bool = True


NUMPY = Dialect("numpy", "NumPy", True)
DIALECTS = {
    "numpy": NUMPY,
    "jax": Dialect("jax", "JAX", True),
    "torch": Dialect("torch", "PyTorch", True),
    "sympy": Dialect("sympy", "SymPy", False),
    "cvxpy": Dialect("cvxpy", "cvxpy", False),
    "matlab": Dialect("matlab", "MATLAB", False, is_python=False),
    "julia": Dialect("julia", "Julia", False, is_python=False),
}
NAMES = ("plain", "latex", *DIALECTS)
PATHS = {  # names of modules in code, and the modules
    **dict.fromkeys(("np", "numpy", "onp"), "numpy"),
    **dict.fromkeys(("linalg", "LA", "la", "nla", "npla", "npl"), "numpy.linalg"),
    **dict.fromkeys(("scipy", "sp"), "scipy"),
    **dict.fromkeys(("sla", "spla", "slin", "aspl"), "scipy.linalg"),
    "anp": "numpy",
    "optax": "jax.optax",
    **{name: f"scipy.{name}" for name in ("special", "stats")},
    **{name: name for name in ("math", "tf", "jax", "torch")},
    "jnp": "jax.numpy",
    "jsp": "jax.scipy",
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    **dict.fromkeys(("cp", "cvx", "cvxpy"), "cvxpy"),
    **dict.fromkeys(("sympy", "sy", "sym"), "sympy"),
}
MODULES = {name: found if (found := path.partition(".")[0]) in DIALECTS else "numpy" for name, path in PATHS.items()}
SUBMODULES = frozenset(  # np.linalg, torch.nn.functional
    "linalg special nn functional numpy scipy math lax spatial distance stats distributions".split()
)
OF_SCIPY = "linalg special stats spatial optimize sparse integrate signal fft".split()
PREFIX = regex(
    rf"(?<![\w.)\]])({'|'.join(MODULES)})(?:\s*\.\s*(?=[A-Za-z_])(?!(?:T|mT)\b)(?!t\()|(?=\s+import\b))",
    given=(".", "import"),
)
PI = r"(?:(?:np|numpy|math)\s*\.\s*)?pi"
ARRAYS_OF_NUMPY = (  # what is no number, as np.pi, np.sqrt(2) and np.log(2 * np.pi) are
    r"(?<![\w.)\]])(?:np|numpy)\s*\.\s*(?!(?:pi|e|inf)\b"
    rf"|(?:log|sqrt|exp)\(\s*(?:[\d.]+|{PI})(?:\s*\*\s*(?:[\d.]+|{PI}))?\s*\))"
)
SYMPY = regex(
    r"\b(?:Trace|Determinant|MatrixSymbol|HadamardProduct|KroneckerProduct|Inverse|Transpose|symbols|Symbol)\s*\(|\.(?:doit|inv)\(\)",
    given=("Tra", "Det", "Mat", "Had", "Kro", "Inv", "ymbol", "doit", "inv"),
)
MATLAB = regex(  # f = @(x) …, function J = f(x), sum(sum(A)), A(:, 2:end), chol(A) beside R'\y
    r"(?:^|[=(,;\n])\s*@\s*\(|(?:^|\n)\s*function\s+(?:\[[\w\s,]*\]|\w+)\s*=\s*\w+\s*\("
    r"|\bsum\(sum\((?!\w+\s*=)|(?<=\w)\((?:[\w\s:+-]*,)?\s*(?::|\w+:end)\s*[,)]"
    r"|\bchol\((?=[^$]*(?:\w\\\(|'\s*\\|\\[A-Za-z]\b))|(?:\w\\\(|'\s*\\|\w\\[A-Za-z]\b)(?=[^$]*\bchol\()"
    r"|(?:^|[;\n])\s*\w+\s*=\s*(?:length|numel|size)\([^()\n]*\)\s*;|(?<![\w.])sumsq\(|\bcvx_begin\b",
    given=("@", "function", "sum(sum(", ":", "chol(", "length", "numel", "size", "sumsq", "cvx_"),
)
JULIA = regex(  # x .- y, sum(abs2, x), dims=1, opnorm(A), exp.(x) beside exp(A); exp.(x) alone is everybody's
    r"(?<=[A-Za-z_)\]'\s])\.\+(?=[\s\w(])|(?<=[A-Za-z_)\]'\s])\.-(?=[\s\w(])|\(abs2\s*,|\bdims\s*=|\b(?:Diagonal|diagm|opnorm)\("
    r"|(?<![\w.])([^\W\d]\w*)\.\(.*?(?<![\w.])\1\(|(?<![\w.])([^\W\d]\w*)\(.*?(?<![\w.])\2\.\(",
    given=(".+", ".-", ".(", "abs2", "dims", "Diagonal", "diagm", "opnorm"),
)
CVXPY = regex(
    r"\b(?:sum_squares?|quad_form|log_det|matrix_frac|quad_over_lin|log_sum_exp|inv_pos|normNuc)\s*\(", given="_N"
)
OF_MATRIX_F = regex(
    r"(?<![\w.])F\s*\.\s*(?:sum|mean|trace|dot|pow|norm|det|inverse|diagonal|transpose)\s*\(", given="F"
)
ARRAYS = regex(
    r"(?<!s\.)(?<!s\.\s)[\w)\]]\s*\.(?!T\b)[A-Za-z_]\w*\s*\(|@|\b(?:axis|dim|keepdims|keepdim)\s*=|\bNone\s*[\],]"
    r"|\bfor\s[\w\s,()]+\sin\s+(?:range|zip|enumerate)\(|(?:^|\n)\s*for\s[\w\s,()]+\sin\s[^\n]+:\s*\n",
    given=(*".@=N", "for"),
)
SHARED = regex(
    r"\.(?:trace|det|norm|transpose)\(\s*\)", given=".("
)  # matrices of SymPy and Eigen have these methods, too
OF_MATRICES = regex(  # A * x, (A + B) * x, x.T * y, x * y.T, A**2: signs that are others for matrices than for arrays
    r"(?:(?<![\w.])[A-Z]\w*\)?|\.T|\.transpose\(\s*\))\s*\*(?:(?!\*)|\*\s*\d)"
    r"|(?<!\*)\*\s*[A-Za-z]\w*\.(?:T\b|transpose\(\s*\))",
    given="*",
)
PLACES = regex(r"(?<=[\w)\]])\[(?:0|:?-\d+:?)\]", given="[")  # x[0], x[:-1], where places are counted from 0
PROGRAM = regex(
    r"\s*(?:@[\w.]+[^\n]*\n\s*)*(?:def\s+\w+\s*\(|class\s+\w+\s*[(:]|import\s+\w|from\s+[\w.]+\s+import\s)",
    given=("def", "class", "import"),
)
OF_TENSORS = regex(  # methods and options that PyTorch has, and NumPy has not
    r"(?<=[\w)\]])\s*\.(?:abs|exp|log|log1p|sqrt|tanh|sigmoid|relu|pow|square|norm|softmax|log_softmax|logsumexp|"
    r"logdet|t|mm|mv|mul|div|sub|neg|matmul|unsqueeze|clamp|view|permute|numel|detach|float|double|inverse)\s*\("
    r"|\b(?:dim|keepdim)\s*=",
    given=".=",
)

SIGNS_OF_CPP = (
    r"\bEigen::|\.(?:squaredNorm|colwise|rowwise|array|asDiagonal)\(\s*\)|\.(?:cwise\w+|lpNorm|noalias)\b"
    r"|\barma::|\b(?:accu|as_scalar)\s*\(|(?:^|[;\n])\s*(?:const\s+)?(?:double|float|auto)\s+\w+\s*="
)
SIGNS_OF_R = r"%\*%|%o%|\b(?:crossprod|(?:col|row)(?:Sums|Means))\s*\(|\b[dp]norm\(|(?:<-|=)\s*function\s*\("
SIGNS_OF_MATHEMATICA = r"\b(?:Transpose|Inverse|Norm|Total|(?:Tr|Det|Log|Exp|Sqrt)\[[^][]*(?:\w\.\w|[A-Z][a-z]+))\["
SIGNS_OF_MATHEMATICA += r"|\b(?:Tr|Det|Log|Exp|Sqrt)\[[^][]*\w\s?\.\s?\w"  # Tr[A B] is mathematics
FOREIGN = {  # signs of languages that are not read, their names, and what to write in their place
    SIGNS_OF_R: ("R", "write A*B for A %*% B, X' for t(X), X'*X for crossprod(X), inv(A) for solve(A)"),
    r"\bbsxfun\s*\(": ("bsxfun of MATLAB", "write A - ones(m)*b' for bsxfun(@minus, A, b')"),
    r",\s*\[\s*\]\s*,": ("MATLAB's max(A, [], 2)", "give the largest entries a name, a: m"),
    r"(?<=\w)\(\s*\w+\s*->": ("a function within a call, as Julia has it", "write sum(x.^2) for sum(x -> x^2, x)"),
    r"@\.": ("Julia's @. macro", "write its dots: exp.(-x.^2/2)"),
    r"@(?:NL)?(?:objective|expression|constraint|variable)\s*\(": ("JuMP", "write the function alone"),
    r"_lp[dm]f\s*\(|\btarget\s*\+=": ("Stan", "write the logarithm of the density"),
    SIGNS_OF_CPP: ("C++, as with Eigen and Armadillo", "write A*B, A' for transposes, A .* B for products by entries"),
    SIGNS_OF_MATHEMATICA: ("Mathematica's language", "write x'*A*x for Transpose[x].A.x, tr(A*B) for Tr[A.B]"),
}
SEEN = (
    "% [ -> @ :: _lp target crossprod norm( Norm wise Sums Means function bsxfun ccu s_scalar array noalias float auto"
)
ANY_FOREIGN = regex("|".join(FOREIGN), given=(*SEEN.split(), "Diagonal", "double"))


def require_known(text: str) -> None:
    """Refuses a text in a language that is not read, by its name."""
    if "\\" not in text and (found := ANY_FOREIGN.search(text)):
        language, hint = next(said for signs, said in FOREIGN.items() if re.compile(signs).match(text, found.start()))
        raise NotationError(f"this is {language}, which is not read", text=text, span=found.span(), suggestion=hint)


CONTINUED = r"(?<!\\)\\[ \t]*\n"  # a line of Python that goes on


def recognised(text: str) -> Dialect | None:
    """The dialect of a text that is evidently code; ``x.T`` and ``**`` alone are no evidence.

    >>> recognised("np.sum((X @ w - y)**2)").title, recognised("Trace(X**2*B)").title, recognised("x'*A*x")
    ('NumPy', 'SymPy', None)
    """
    if MATLAB.search(text):
        return DIALECTS["matlab"]
    if "\\" in re.sub(CONTINUED, "", text) or "$" in text:
        return None
    found = {"sympy" if is_sympy(m) else MODULES[m.group(1)] for m in PREFIX.finditer(text)}
    if "torch." not in text and OF_MATRIX_F.search(text):
        found.discard("torch")  # F is a matrix
    if {"jax", "torch"} <= found and re.search(r"\btorch\b|(?<!\w)F\s*\.", text) is None:
        found.discard("torch")  # nn of Flax
    if "numpy" in found and found & {"jax", "torch", "cvxpy"}:  # math.pi beside torch.exp
        found -= {"numpy"} if "torch" not in found or not re.search(ARRAYS_OF_NUMPY, text) else set()
    if len(found) > 1:
        titles = " and ".join(DIALECTS[name].title for name in sorted(found))
        hint = "their functions differ: write it with one of them"
        raise AmbiguityError(f"the text mixes {titles}", text=text, span=(0, len(text)), suggestion=hint)
    if found:
        return DIALECTS[found.pop()]
    if SYMPY.search(text):
        return DIALECTS["sympy"]
    if CVXPY.search(text):
        return DIALECTS["cvxpy"]
    if (sign := OF_MATRICES.search(text)) and SHARED.search(text) and not is_of_arrays(SHARED.sub("", text)):
        message = "* can be the product of entries, as in NumPy, or of matrices, as in SymPy and Eigen"
        hint = "write @ for the product of matrices, A.T * B for that of entries, or say the dialect"
        raise AmbiguityError(message, text=text, span=sign.span(), suggestion=hint)
    if OF_TENSORS.search(text) and not is_keras(text):
        return DIALECTS["torch"]
    if JULIA.search(text):
        return DIALECTS["julia"]
    return NUMPY if is_of_arrays(text) else None


def is_of_arrays(text: str) -> bool:
    """Whether a text has methods, options or places that arrays have, and matrices have not."""
    is_counted = PLACES.search(text) and re.search(r"\*\*|\bpow\(", text)
    return bool(ARRAYS.search(text) or PROGRAM.match(text) or is_counted)


def is_sympy(prefix: re.Match[str]) -> bool:
    """Whether sp is SymPy, as of sp.Matrix; SciPy has only modules, as in sp.linalg."""
    return prefix.group(1) == "sp" and re.match(rf"(?:{'|'.join(OF_SCIPY)})\b", prefix.string[prefix.end() :]) is None


def is_keras(text: str) -> bool:
    """Whether K is the backend of Keras, as in K.mean(K.square(x)), and no matrix, which K.exp() has a method of."""
    return re.search(OF_KERAS, text) is not None and re.search(r"(?<![\w.])K(?!\s*\.\s*[a-z]\w*\()\b", text) is None


OF_KERAS = r"(?<![\w.])K\s*\.\s*(?:epsilon\(|(?:square|exp|log|sqrt|abs|sum|mean)\(\s*(?!axis|\d|-\s*\d)[A-Za-z(-])"


def is_program(text: str, dialect: Dialect | None) -> bool:
    """Whether a text is a piece of a program in Python, in which nothing is asked or declared in words."""
    is_problem = dialect is not None and dialect.name == "cvxpy" and re.search(r"\b(?:Problem|Variable)\s*\(", text)
    is_script = dialect is not None and dialect.name == "sympy" and re.search(r"\b(?:def|class)\b", text) is None
    is_marked = re.search(r"(?:^|\n)\s*(?:assert\s|#)", text)  # conditions and comments are those of a program
    is_piece = is_problem or is_marked or (PROGRAM.match(text) and not is_script)
    return dialect is not None and dialect.is_python and bool(is_piece)


def of_text(text: str, asked: str | None) -> Dialect | None:
    """The dialect that is asked for, or else the one that is evident; none of plain text and LaTeX."""
    if asked is not None and asked not in NAMES:
        raise MatdiffError(f"{asked} is not a dialect", suggestion="the dialects are " + ", ".join(NAMES))
    require_known(text)
    return DIALECTS.get(asked) if asked else recognised(text)


def said(dialect: Dialect | None, text: str) -> list[str]:
    """The language whose operators a text has, where they may differ from those of mathematics."""
    if dialect is None or (dialect.is_python and re.search(SIGNS, text) is None):
        return []
    return [f"the text is read as {dialect.title}"]


SIGNS = r"[\w)\]]\s*(?:\*|/)"


def require_one_meaning(text: str, dialect: Dialect) -> None:
    """Refuses code that is mixed with mathematics where * may be either product, or ^ either power."""
    caret = re.search(r"\^(?!\s*\{?\s*(?:[T'⊤]|-))", text)
    if caret and dialect.entrywise and PREFIX.search(text):
        hint = "write ** for the power of each entry, np.linalg.matrix_power for that of a matrix"
        raise AmbiguityError("^ is no power in Python", text=text, span=caret.span(), suggestion=hint)
    sign = re.search(PRODUCT, text)
    if sign and dialect.entrywise:
        hint = "write @ for the matrix product and .* for the entrywise one, or the whole as Python"
        message = f"the text is no Python, but written as with {dialect.title}: * may be either product"
        raise AmbiguityError(message, text=text, span=sign.span("sign"), suggestion=hint)


PRODUCT = r"[A-Za-z)\]'\d_]\s*(?<![.*\d]) ?(?P<sign>\*)(?!\*)\s*(?=[A-Za-z(\[])"
