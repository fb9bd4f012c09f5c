"""The names of a derivation: letters, letters with indices; small letters of entries, rows and columns: a_ij of A."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.algebra.notation import GREEK as SPELT
from matdiff.language.declared import Declaration
from matdiff.language.names import GREEK_WORDS, PLAIN_SUBSCRIPT, SUBS, canonical, named

INDEXED = r"(?P<base>[^\W\d_]+(?:_hat)?)(?:_(?P<below>(?!hat$)[\w,]+)|(?P<number>\d+))"  # W_ij, x1, y_hat_i
NEXT = r"(?<![A-Za-z])([^\W\d_])(?:₊|_\{?\+\}?)"  # x₊ = …, the next x
PRIMED = r"(?<![A-Za-z\\])([^\W\d_])['′](?!\s*\()"
NEXT_BY_PRIME = (  # h′ = tanh(Wh + b), a = Wh + b, h′ = tanh(a)
    rf"{PRIMED}\s*&?\s*=[^=\n$]*?(?<![a-z\\])\1(?![a-z'′])|(?m:^|[,;]|\$)\s*([a-z])['′]\s*&?\s*=(?!\s*\2\W)"
)
STARTS = r"(?m:^|[,;$&]|\b(?:so|then|with|and|let|Let))\s*"  # a formula
OF_FUNCTION = r"\\[a-z]+|(?<![a-z])(?:sin|cos|tan|sinh|cosh|tanh|arc\w+|exp|ln|log|sqrt|sigmoid)(?![a-z])"
SPELT_LOW = {sign: f"_{letter}" for sign, letter in PLAIN_SUBSCRIPT.items()}
GREEK_WORDS_LOWER = frozenset(word.lower() for word in GREEK_WORDS)
BARE_SUM = (  # ∑_i, which is no Σ_k⁻¹; the ∑ of ∑ (x_i − μ)
    r"(?:[∑Σ]|\\sum(?![a-z])|(?<![A-Za-z])sum)(?:_\{([a-z])\}|_([a-z])(?![A-Za-z])|([ᵢ-ᵪₐ-ₜⱼ]))(?!\s*[⁻^|)}ᵀ',;=+*/−-])"
    r"|(?:[∑Σ](?=[\s(])|\\sum(?![a-z]))(?=(?:\s|\(|\\left|\\?l(?:n|og))*\\?[a-zα-ω]+(?:_(?:\{([ij])\}|([ij])(?!\w))|([ᵢⱼ])))"
)
MATRIX_SIGMA = r"Σ\s*[⁻^|)ᵀ=]|\\Sigma"
COUNTED = (  # n/2, 1/n, nΣ⁻¹, nλ
    r"(?:(?:/|\\[dt]?frac\s*\{?\w?\}?\s*\{?)\s*n|(?<![A-Za-z_^\\{,])n\s*(?:/\s*2|\\?(?:log|ln|Sigma|lambda|theta|mu)|[A-ZΛΣΩλθμ]))(?![A-Za-z])"
)
RANGE = (  # i = 1, …, N
    r"(?<![\w_{^])[h-n]\s*=\s*[01]\s*,\s*(?:…|\.{2,3}|\\[cl]?dots(?![a-z]))\s*,\s*\\?\w+(?:\s*[-−+]\s*1)?"
)
LIMITED = (  # ∑_{i=1}, x_n, ℝⁿ
    r"_(?:\{\s*[a-z]\s*=|[a-z]=\d|\{?n(?![A-Za-z]))|(?<=[∑Σℝ])ⁿ|(?:[∑ΣℝR}]|sum)\s*\^\s*\{?\s*n|(?:×|\\times|\bx)\s*n\b"
)
FROM_ZERO = r"∑\s*_\{\s*(\w)\s*=\s*0\s*\}\s*\^\s*\{\s*(\w)\s*[-−]\s*1\s*\}"  # whose members are as many as from 1 to n
TURNED = (  # behind what is transposed, in all spellings
    r"(?:['′ᵀ⊤]|\^\s*\{?\s*(?:T|⊤|\\(?:top|intercal|prime)|\\(?:math|text)[a-z]{2}\s*\{?\s*T)(?![a-z])\s*\}{0,2})"
)
SAME_INDEX = (  # 1[k = y], 𝟙{i = j}, 1_{i=j}
    r"(?<![\w.])(?:[1𝟏𝟙]|\\(?:mathbf|mathbb|mathbbm|boldsymbol)\s*\{?\s*1\s*\}?)\s*_?[\[({\\]+\s*([a-z]\s*=\s*[a-z])\s*[\])}\\]+"
)
TWO_BELOW = rf"(?:_(?:\{{\s*\w\s*,?\s*\w\s*\}}|[a-z]{{2}}(?![A-Za-z]))|[{SUBS}]{{2}})"
ENTRIES = rf"(?<![A-Za-z\\])(?P<of>\\[a-z]+|[a-zα-ω])(?={TWO_BELOW})"
SPELT_LETTER = r"\\[a-z]+|[^\W\d_]"
ONE_BELOW = rf"(?<![A-Za-z\\])(?P<of>[a-zφψ])(?:_(?:\{{\s*[a-z]\s*\}}|[a-z](?![A-Za-z,]))|[{SUBS}](?![{SUBS}]))"


def is_canonical(name: str) -> bool:
    """Whether a name is that of a letter: Sigma, x_hat, h1."""
    return re.fullmatch(r"[A-Za-z](?:[0-9]+|_\w+)|(?:[A-Z]?[a-z]+)(?:_?[0-9]+|_\w+)?", name) is not None and (
        name.lower().partition("_")[0].rstrip("0123456789") in GREEK_WORDS_LOWER
        or len(name.partition("_")[0].rstrip("0123456789")) == 1
    )


def base_named(written: str) -> str:
    """The name of an argument or an unknown, sigma of σ² and (σ^2).

    >>> base_named("σ²"), base_named("x_1")
    ('sigma', 'x1')
    """
    m = re.fullmatch(r"\(?\s*([^\s()^]+?)\s*(?:\^\{?2\}?|²)\s*\)?", written.strip())
    return named(m[1] if m else written.strip())


def is_symmetry(name: str, side: str) -> bool:
    """Whether an equation says that a matrix is symmetric: σ_ij = σ_ji, A = Aᵀ."""
    if re.fullmatch(rf"{name}\s*(?:ᵀ|⊤|'|\^\{{?[T⊤]\}}?)", side.strip()):
        return True
    one, other = (re.fullmatch(INDEXED, n) for n in (name, named(side.strip()) if side.strip() else ""))
    same = one and other and one.group("base") == other.group("base") and one.group() != other.group()
    return bool(same and one and other and sorted(one.group()) == sorted(other.group()))


def sign_of_next(text: str) -> str:
    """The pattern of x₊ where x₊ = …, the next x; of h′ where h′ = tanh(Wh + b), and primes mean nothing else."""
    if re.search(rf"{NEXT}\s*&?\s*=", text):
        return NEXT
    named_so = {m[1] or m[2] for m in re.finditer(NEXT_BY_PRIME, text)}
    only = bool(named_so) and named_so == {m[1] for m in re.finditer(PRIMED.removesuffix(r"(?!\s*\()"), text)}
    return rf"(?<![a-z\\])([{''.join(named_so)}])['′]" if only else ""


def slopes_of(text: str) -> dict[str, str]:
    """The numbers y whose derivative is written as y′, each with the letter by which, where primes mean nothing else.

    >>> slopes_of("y = x e^x\\ny' = (x + 1)e^x"), slopes_of("y = Ax\\ny' = x'A'"), slopes_of("a = wx\\na' = tanh(a)")
    ({'y': 'x'}, {}, {})
    """
    found: dict[str, str] = {}
    for name, side in re.findall(rf"{STARTS}([a-zσφψ])\s*&?\s*=([^=\n,;$&]*)", text):
        letters = {*re.findall("[a-zα-ω]", re.sub(OF_FUNCTION, " ", side))} - {"e", "π"}
        by = next((x for x in ("x", "t") if x in letters), "".join(letters))
        slope = re.search(rf"{STARTS}{name}['′]{{1,2}}\s*&?\s*=([^\n,;$]*)", text)
        is_number = name not in letters and len(by) == 1 and re.search("[A-ZᵀΑ-Ω]", side) is None
        if slope and is_number and not re.search(rf"[A-Za-z]{{2,}}\s*\([^()]*(?<!\w){name}|‖", slope[1]):
            found[name] = by
    return found if found.keys() >= {m[1] for m in re.finditer(PRIMED, text)} else {}


def with_slopes(side: str, slopes: Mapping[str, str]) -> str:
    """A side with y′(x) for the y′ of such a number."""
    return re.sub(rf"([{''.join(slopes)}])(['′]+)(?!\s*\()", lambda m: f" {m[1]}{m[2]}({slopes[m[1]]}) ", side)


def with_lines(side: str, lines: Mapping[str, str]) -> str:
    """A side with X[i,:]' in place of the x_i of which that is said."""
    for letter, line in lines.items():
        below = rf"(?:_\{{([a-z])\}}|(?:_([a-z])|([{SUBS}]))(?![A-Za-z0-9_,]))"
        side = re.sub(rf"(?:(?<![A-Za-z])|(?<=\bd)){letter}{below}", partial(_written, line), side)
    return side


def with_identity(side: str) -> str:
    """A side with delta[i,j] for δ_ij, delta_ij and 1[i = j]."""

    def entry(m: re.Match[str]) -> str:
        return f"delta[{','.join(re.findall('[a-z0-9]', m[1] or named(m.group()).removeprefix('delta')))}]"

    return re.sub(rf"(?:δ|(?<![A-Za-z])delta){TWO_BELOW}|{SAME_INDEX}", entry, side)


def small_entries(text: str, given: Collection[str]) -> str:
    """The pattern of letters with two indices, a_ij, that are the entries of what is declared as A; empty if none."""
    letters = {m.group("of") for m in re.finditer(ENTRIES, text)} - {"δ", "\\delta"}
    small = [named(letter.removeprefix("\\")) for letter in sorted(letters)]
    found = [n for n in small if n not in given and n.capitalize() in given]
    spelt = "|".join(SPELT.get(n, n) for n in found)
    return rf"(?<![A-Za-z\\])(?:{spelt})(?={TWO_BELOW})" if found else ""


def rows_of(text: str, declared: Mapping[str, Declaration]) -> dict[str, str]:
    """The letters x of which only x_i stands in a text, each with how this row of X is written.

    X is declared, n x p, or stands with Xβ beside x_iᵀβ.

    Of a square matrix a text must say that these are rows; it is a column beside a vector of n entries, as in x_iᵀv.
    """
    plain = re.sub(r"\\(?:mathbf|boldsymbol|bm|vec)\s*(?:\{\s*([a-z])\s*\}|([a-z])(?![a-z]))", r"\1\2", text)
    found = {}
    plain = re.sub(r"\\(phi|psi)(?![a-z])", lambda m: SPELT[m[1]], plain)
    for letter in {m.group("of") for m in re.finditer(ONE_BELOW, plain)} - declared.keys():
        known = declared.get(named(letter.upper()))
        is_bare = re.search(rf"(?<![A-Za-z\\]){letter}(?![A-Za-z_{SUBS}])", plain) is not None
        speaks_of_columns = re.search(r"\bcolumns?\b(?![- ](?:rank|vector))", text) is not None
        times = {*re.findall(rf"(?<![A-Za-z\\]){letter}_?\{{?\w\}}?\s*{TURNED}\s*({SPELT_LETTER})", plain)}
        multiplied = rf"(?<![A-Za-z\\]){letter.upper()}\s*(?:{'|'.join(map(re.escape, times))})(?![A-Za-z])"
        is_matrix = not (known.indices or SCALAR[0] in known.shape) if known else re.search(multiplied, plain) and times
        if not is_matrix or is_bare or speaks_of_columns:
            continue
        sizes = {declared[n].shape[0] for one in times if (n := named(one.lstrip("\\"))) in declared}
        if known and known.shape[0] in sizes - {known.shape[1]}:
            found[letter] = rf"({letter.upper()}[:,\1])"
        elif known is None or known.shape[0] != known.shape[1] or re.search(r"\brows?\b", text):
            found[letter] = rf"({letter.upper()}[\1,:]')"
    return found


def _written(whole: str, m: re.Match[str]) -> str:
    """(X[i,:]') for x_i, the row of X as a column."""
    return whole.replace(r"\1", m[1] or m[2] or canonical("x" + m[3])[1:].lstrip("_"))


def sums_in(text: str) -> set[str]:
    """The indices of Σ_n where it sums beside a matrix Σ, no power and no sign following it, and x_n does; of Σ_ij.

    >>> sums_in("Σ⁻¹ Σ_n (x_n − μ)"), sums_in("Σ_k⁻¹ Σ_n x_n"), sums_in("Σ⁻¹ + Σ_k⁻¹ x_k"), sums_in("Σ_ij W_ij x_i")
    ({'n'}, set(), set(), {'ij'})
    """
    is_beside = re.search(r"(?:Σ|\\Sigma(?![a-z]))(?!\s*[_ᵢ-ᵪₐ-ₜⱼ])", text) is not None
    told: dict[str, bool] = {}
    for m in re.finditer(
        rf"(?:Σ|\\Sigma\s*)(?:_\{{?\s*([a-z]{'' if is_beside else ',?[a-z]'})\s*\}}?|([ᵢ-ᵪₐ-ₜⱼ]))(?=([^\n]*))", text
    ):
        indices = m[1] or m[2].translate(PLAIN_SUBSCRIPT)
        is_sum = re.match(r"\s*(?:[⁻^|)}ᵀ',;=+*/−-]|$)", m[3]) is None
        low = (rf"_\{{?(?:[a-z],?)?{i}(?:,?[a-z])?(?![A-Za-z])" for i in indices if i != ",")
        is_sum = is_sum and all(re.search(one, m[3].translate(SPELT_LOW)) for one in low)
        told[indices] = told.get(indices, is_beside or len(indices) > 1) and is_sum
    return {indices for indices, is_sum in told.items() if is_sum}


def count_in(text: str) -> str:
    """The n of 1/n beside sums without limits over one index, of which nothing else is said.

    >>> count_in("∑_i (x_i − μ) = 0, μ = (1/n) ∑_i x_i"), count_in("μ = (1/n) ∑_{i=1}^n x_i"), count_in("∑_i x_i")
    ('n', '', '')
    """
    sums = [*re.finditer(BARE_SUM, text)]
    if any(m[0].strip() == "Σ" for m in sums) and re.search(MATRIX_SIGMA, text):
        return ""
    indices = {index_of(m) for m in sums}
    is_counted = len(indices) == 1 and re.search(COUNTED, text) is not None
    return "n" if is_counted and not re.search(LIMITED, text) else ""


def index_of(m: re.Match[str]) -> str:
    """The index of a sum."""
    found: str = next(filter(None, m.groups()))
    return found.translate(PLAIN_SUBSCRIPT)


def counted_from_one(side: str) -> str:
    """A side with a sum from 1 for one from 0 of as many members, where its index stands nowhere but below names.

    >>> counted_from_one("∑_{i=0}^{n-1} x_i"), counted_from_one("∑_{i=0}^{n-1} i x_i")
    ('∑_{i=1}^{n} x_i', '∑_{i=0}^{n-1} i x_i')
    """

    def counted(m: re.Match[str]) -> str:
        elsewhere = rf"(?<![A-Za-z_\\,])(?<!_\{{){m[1]}(?![A-Za-z])"
        return m[0] if re.search(elsewhere, m.string[m.end() :]) else f"∑_{{{m[1]}=1}}^{{{m[2]}}}"

    return re.sub(FROM_ZERO, counted, side)
