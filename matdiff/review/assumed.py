"""What a text says of its matrices: A is symmetric, P² = P, QᵀQ = I; and what would have to be known of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.expr import Expr, Symbol, replace, symbols
from matdiff.algebra.notation import GREEK
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.language.declarations import declare
from matdiff.language.declared import OPEN
from matdiff.language.names import ACCENTED, GREEK_WORDS, MARKED_BY, MARKS, named
from matdiff.review.habits import STEPS
from matdiff.review.names import RANGE, TURNED
from matdiff.review.operators import LETTER

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

CURVED = frozenset(("orthogonal", "idempotent", "diagonal"))  # which say nothing of what is differentiated by
OF_ENTRIES = "binary"  # said of any matrix
GREEK_CAPITALS = frozenset(word for word in GREEK_WORDS if word[0].isupper())
FONT = r"\\(?:mathbf|boldsymbol|bm|mathrm|mathsf)\s*\{\s*(\\?\w+)\s*\}|\{\s*\\bf\s+(\w)\s*\}"
BEGINS_FONT = r"\\text\s*\{|\\(?:mathbf|boldsymbol|bm|mathrm|mathsf)\s+(?=\w)"  # of \mathbf A \text{ s.p.d.}
ADJECTIVE = r"(?:(?:an?|the|any|real|both|square|symmetric|idempotent|orthogonal|positive|definite|and)[\s,]+)*\(?"
ACCENT = r"\\(?:wide)?(hat|tilde|bar)\s*(?:\{\s*(\\?[A-Za-z]+)\s*\}|(\\?[A-Za-z]+))"
BELOW = rf"[{MARKS}]*(?:{ACCENTED}|_\{{?\w{{1,2}}\}}?|[₀-₉])?"
NAME = rf"\\?[A-Za-zΑ-Ωα-ω]+{BELOW}"
NEXT = rf"(?:\\[A-Za-z]+|[A-ZΑ-Ωα-ω]){BELOW}(?![A-Za-z])"
MORE = rf"(?:\$?(?:\s*,\s*|\s*,?\s+and\s+)\$?{NEXT})*"  # , and R
ONE = rf"\$?({NAME}{MORE})\$?"  # A; Q and R
SQUARED = r"(?:²|\^\s*\{?\s*2\s*\}?)"
BEGIN = r"(?m)(?:^|[^\w\s)ᵀ⊤'}=]|\b[a-z]{2,}\b)\s*([A-Z])"  # with no factor in front
MATRIX = r"(?<![A-Za-z\\^_])([A-Z])"
WORDS = {
    "symmetric": (
        r"(?:(?<!skew-)(?<!skew )(?<!anti)symmetric|(?:\w+ )?Laplacian|orthogonal\s+project(?:or|ion)\b"
        r"|(?:\w+ )?(?<!cross-)(?:covariance(?:s|\s+matrix)?(?! of)"
        r"|(?:kernel|Gram|scatter|inertia|mass|stiffness|precision|information)\s+matrix))"
    ),
    "diagonal": r"(?<!off-)(?<!off )(?<!block-)(?<!block )diagonal(?!\s+(?:entr|elem|block|of\b|part))",
    "skew": r"(?:skew|antisymmetric)",
    "idempotent": r"(?:idempotent|(?:orthogonal\s+)?project(?:or|ion)\b)",
    "orthogonal": r"orthogonal(?!\s+(?:project|to\b|compl))",
    "spd": r"(?:positive[- ]definite|(?<!\w)s\.?p\.?d(?!\w))",
    "psd": r"(?:positive[- ]semi-?definite|(?<!\w)p\.?s\.?d(?!\w))",
    "identity": r"identity(?: (?:matrix|tensor)(?![a-z])|(?=(?: \$?[A-Z])?[ $]*(?:[.,;:)\n]|$)))",
    "binary": r"(?:0\s*[-–/,]\s*1\s+|binary\s+|observation\s+)?(?:mask(?![a-z])|(?<=1 )matrix|(?<=binary )matrix)",
}  # a property → the words for it
OVER = (  # f(X) = … on symmetric matrices
    r"(?<![A-Za-z])[A-Za-z]\(([A-Z])\)[^.]{{0,60}}?\bon\s+(?:the\s+\w+\s+of\s+)?(?:all\s+)?{0}"
)
DEGREES = r"=\s*D\s*[-−]\s*([A-Z])(?![A-Za-z^_])"  # L = D − W
EDGES = r"(?:Laplacian|[Gg]raph|[a-z]_\{?i\}?\s*[-−]\s*[a-z]_\{?j\}?\s*(?:\)|\\?[‖|]))"  # or Σ w_ij (f_i − f_j)²
GRAPH = rf"{EDGES}[^.]*{DEGREES}|{DEGREES}[^.]*{EDGES}"  # whose D are the sums of the rows of W
FORMULAS = {
    "symmetric": (
        rf"{GRAPH}|"
        rf"({LETTER})\s*=\s*\3\s*(?:ᵀ|⊤|'|\^\{{?(?:T|\\top))"
        r"|(?:‖|\|)(?:²|\^\{?2\}?)?_\{?([A-EGHJ-Z])(?:⁻¹|\^\{?-1\}?)?(?![A-Z_])"  # ‖x‖²_R
        r"|(?<![A-Za-z])(?:N|𝒩)\s*\}?\s*(?:\\left)?\((?:[^()]|\([^()]*\))*,\s*([A-HJ-Z])\s*(?:\\right)?\)"  # N(m, P)
        r"|(?<![A-Za-z])(?P<of>[A-Za-z])_\{?(?P<i>[i-n])\s?,?\s?(?P<j>[i-n])\}?\s*=\s*(?P=of)_\{?(?P=j)\s?,?\s?(?P=i)(?![a-z])"
    ),
    "skew": rf"{MATRIX}{TURNED}\s*=\s*[-−]\s*\1(?!\w)",
    "idempotent": (
        rf"{MATRIX}(?:\1|\s*{SQUARED})\s*=\s*\1(?![\w^])|{MATRIX}\s*=\s*(?:\2\s*{TURNED}\s*=\s*)?\2(?:\2|\s*{SQUARED})"
    ),
    "orthogonal": (rf"{MATRIX}\s*{TURNED}\s*\1\s*=\s*I(?![a-zA-Z])|{MATRIX}\s*\2\s*{TURNED}\s*=\s*I(?![a-zA-Z])"),
    "spd": rf"{BEGIN}\s*(?:≻|\\succ(?![a-z]))\s*0",
    "psd": rf"{BEGIN}\s*(?:⪰|\\succeq(?![a-z]))\s*0",
    OF_ENTRIES: (  # M_ij ∈ {0, 1}
        rf"{MATRIX}(?:_\{{?[a-z],?[a-z]\}}?|[ᵢⱼₖ]{{2}})\s*(?:∈|\\in)\s*\\?\{{\s*0\s*,\s*1\s*\\?\}}"
    ),
}  # a property → the formulas that say it
CHOLESKY = (  # A = LLᵀ, RᵀR
    rf"(Cholesky[^.=]*)?=[\s$&]*(?:([A-Z])\s*\2\s*{TURNED}|([A-Z])\s*{TURNED}\s*\3)(?![A-Za-z])(?(1)|[^.=\n]*\bCholesky)"
)
FACTORED = (
    r"(?:(?:[Ss]pectral|[Ee]igen(?:[- ]?value)?|[Ss]ingular[- ][Vv]alue)[- ]?(?:decompos|factori[sz]|theorem)|SVD|EVD)"
)
SPECTRAL = (  # A = UΣVᵀ and QΛQᵀ, and in any letters where a text says that it is such a decomposition
    rf"(?P<ahead>{FACTORED}[^.\n]*)?=[\s$&]*(?P<left>[A-Z])\s*(?P<values>Σ|\\Sigma(?![a-z])|[SD]|Λ|\\Lambda(?![a-z]))"
    rf"\s*(?P<right>[A-Z])\s*{TURNED}(?P<behind>[^.\n]*{FACTORED})?"
)
COUNT = r"(?<![A-Za-z\\])([KLNT])"
GRAM = (  # L Lᵀ, L M L', NᵀN: of matrices, though their letters may be numbers of things
    rf"{COUNT}(?:\s*[A-Z])?\s*\1\s*{TURNED}(?!\w)|{COUNT}\s*{TURNED}(?:\s*[A-Z])?\s*\2(?!\w)"
)
TRACED = r"(?:(?<![A-Za-z])(?:tr|Tr|trace|det|logdet)|∂tr|∂det)\}?[\s(\\]*(?:var)?"  # in front of a square matrix
TRIANGULAR = r"(?<![\w$\\])\$?([A-Z])\$?[\s,\\]*(?:text\s*\{\s*)?(?:is|be)?\s*(?:a\s+)?(lower|upper)[- ]triangular"


@lru_cache(maxsize=1024)
def assumptions(text: str) -> tuple[tuple[str, str], ...]:
    """The names of which a text says something, each with the word for it.

    >>> list(assumptions("Let A be symmetric, P = P^T = P^2, and Q^TQ = I."))
    [('A', 'symmetric'), ('P', 'symmetric'), ('P', 'idempotent'), ('Q', 'orthogonal')]
    >>> list(assumptions("where Q and $R$ are symmetric")) == list(assumptions("with symmetric Q, $R$"))
    True
    """
    plain = re.sub(BEGINS_FONT, "", re.sub(FONT, r"\1\2", normalize("NFD", re.sub(RANGE, "", text))))
    plain = re.sub(ACCENT, lambda m: f"{m[2] or m[3]}{MARKED_BY[m[1]]}", plain)
    return (*_assumptions(plain), *_of_factors(plain))


def _of_factors(text: str) -> Iterator[tuple[str, str]]:
    """What is said of the factors of a spectral decomposition, by its name or by its letters.

    >>> list(_of_factors("its eigendecomposition A = PΛP'")), list(_of_factors("the eigenvalues of C = PΣP'"))
    ([('P', 'orthogonal'), ('P', 'orthogonal'), ('Lambda', 'diagonal')], [])
    """
    for m in re.finditer(SPECTRAL, text):
        left, right, values = m["left"], m["right"], named(m["values"].lstrip("\\"))
        if m["ahead"] or m["behind"] or (left in "UQ" and right in "UQV"):
            yield from ((left, "orthogonal"), (right, "orthogonal"), (values, "diagonal"))
            yield from [(values, "spd")] if left != right and values != "Lambda" else ()


def _assumptions(text: str) -> Iterator[tuple[str, str]]:
    """The same of a text without fonts."""
    for word, spelt in WORDS.items():
        behind = rf"(?<![\w$]){ONE}\s*(?:is|be|are|=|,)?\s*{ADJECTIVE}{spelt}(?! \$?\\?[A-ZΑ-Ω]\b)"
        ahead = rf"{spelt}\)?(?:\s+matri(?:x|ces))?(?: +|\s+(?=\$))\$?({NEXT}{MORE})"
        said = [f"{pattern}|{OVER.format(spelt)}" for pattern in (behind, ahead) if re.search(spelt, text)]
        for pattern in (*said, *(FORMULAS[key] for key in {word} & FORMULAS.keys())):
            for m in re.finditer(pattern, text):
                names = re.findall(NAME, re.sub(r"\sand\s", " ", next(filter(None, m.groups()))))
                if word == "identity":  # which one letter is; that I is it need not be said
                    names = [name for name in names[-1:] if re.fullmatch("[A-HJ-Z]", name)]
                for name in names[names[:1] == ["I"] and len(names) > 1 :]:  # of UᵀU = I, A symmetric
                    yield named(re.sub(r"^\\(?:var)?", "", name)), word


def assume(scope: Scope, text: str, curved: bool) -> None:
    """Notes what a text says of its matrices; what says nothing of a neighbourhood, of those that do not vary."""
    said = [*assumptions(text)]
    steps = ("_this", "_next", "_prev") if re.search(STEPS, text) else ()  # of P[k+1] = …, P symmetric
    for name, word in [*said, *((f"{name}{step}", word) for name, word in said for step in steps)]:
        if word == "identity":
            scope.conditions[name] = word
            scope.declared.table.setdefault(name, declare(f"{name}: square")[name])
        elif (word in CURVED) == curved and not (curved and name in scope.varied):
            _note(scope, name, word)
        elif curved and word == "orthogonal":
            scope.conditions[name] = word
    factors = [(m[2] or m[3], "lower" if m[2] else "upper") for m in re.finditer(CHOLESKY, text)]
    for name, word in [*re.findall(TRIANGULAR, text), *factors] if not curved else ():
        _note(scope, name, word)
    for name in {m[1] or m[2] for m in re.finditer(GRAM, text)} - set(scope.declared) if not curved else ():
        is_square = re.search(rf"(?<![A-Za-z\\]){name}\s*(?:⁻|\^\s*\{{?\s*[-−])", text)  # L⁻¹
        scope.declared.table.update(declare(f"{name}: {'square' if is_square else 'matrix'}").table)


def _note(scope: Scope, name: str, word: str) -> None:
    """Adds a property to what is declared of a name; that a matrix has orthonormal columns is kept in mind."""
    base = name.partition("_")[0]
    spelt = f"(?:{base}|{GREEK.get(base, base)})"
    traced = rf"{TRACED}{spelt}|" if base in GREEK else ""  # tr ε, and no tr d(…)
    used = rf"{traced}(?<![A-Za-z]){spelt}(?:_\{{?[a-z],?\s?[a-z](?![a-z])|[ᵢⱼₖ]{{2}})"  # w_ij
    is_matrix = base.isupper() or base in GREEK_CAPITALS or re.search(used, scope.text) is not None
    is_matrix |= base in GREEK and word == "symmetric"  # σ, a stress
    if is_matrix and name not in scope.declared:
        kind = "matrix " if word == OF_ENTRIES else ""
        scope.declared.table.update(declare(f"{name}: {kind}{word}").table)
    known = scope.declared.get(name)
    if known and (word == OF_ENTRIES or known.shape[0] == known.shape[1]) and known.shape != SCALAR:
        scope.declared.table[name] = known._replace(properties=known.properties | {word})
    elif known and known.shape != SCALAR and word in CURVED:
        scope.conditions[name] = word


def handed_down(scope: Scope, name: str, value: Expr) -> Expr:
    """The value of a name that is said to be symmetric, as V = ZGZᵀ + R, whose square letters are so then."""
    if name not in scope.declared or not scope.declared[name].properties & {"symmetric", "psd", "spd"}:
        return value
    table = made_symmetric(scope, value)
    for s in table:
        _note(scope, named(str(s)), "symmetric")
    return replace(value, table)


def made_symmetric(scope: Scope, value: Expr) -> dict[Expr, Expr]:
    """The square letters of a value, each as a symmetric one, if the value is symmetric then and not before."""
    square = [s for s in symbols(value) if s.shape[0] == s.shape[1] != SCALAR[0] and s.name not in scope.where]
    table: dict[Expr, Expr] = {s: Symbol(s.name, s.shape, s.properties | {"symmetric"}, s.ranges) for s in square}
    return table if not is_symmetric(value) and is_symmetric(replace(value, table)) else {}


def settle(scope: Scope, value: Expr) -> None:
    """Takes what is said to be symmetric as from here on as large as it is in a definition."""
    for s in symbols(value):
        known = scope.declared.get(s.name)
        if known and any(str(extent)[0] == OPEN for extent in (*known.shape, *(last for _, last in known.indices))):
            indices = tuple((index, last) for (index, _), last in zip(known.indices, s.ranges, strict=True))
            scope.declared.table[s.name] = known._replace(shape=s.shape, indices=indices)
