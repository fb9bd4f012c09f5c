"""The customs of the field: what kind an undeclared letter is, and how undeclared sizes are called.

A kind is S (scalar), V (vector), M (matrix) or R (row vector); every kind has a cost, 0 for the custom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

from matdiff import regex as re
from matdiff.algebra.dims import ONE, Shape, Size, size
from matdiff.language.names import ABBREVIATED, GREEK_WORDS, SMALL_CONSTANTS, canonical, font_of
from matdiff.language.scopes import Name
from matdiff.language.syntax import Node, postorder, without_brackets
from matdiff.regex import regex

Kinds = tuple[tuple[str, int], ...]

SCALARS: Kinds = (("S", 0), ("V", 1), ("M", 5), ("R", 5))
PARAMETERS: Kinds = (("S", 0), ("V", 1), ("M", 6))  # β of ‖Y − Xβ‖², which is a vector rather than Y a matrix
CONSTANTS: Kinds = (("S", 0), ("V", 4), ("M", 5), ("R", 6))  # ε and λ are added to vectors as scalars
MULTIPLIERS: Kinds = (("V", 0), ("S", 1), ("M", 5))  # λ of Aᵀλ and λᵀb: a number stands in front of a matrix
TIMES = CONSTANTS
VECTORS: Kinds = (("V", 0), ("S", 2), ("M", 4), ("R", 5))
FAMILY: Kinds = (*VECTORS[:3], ("R", 6))  # y_i is rather one of several numbers
BOLD_VECTORS: Kinds = (("V", 0), ("M", 4), ("S", 6), ("R", 6))  # bold, or with an arrow
ARROWS: Kinds = (("V", 0), ("R", 6))
BOLD_MATRICES: Kinds = (("M", 0), ("V", 4), ("S", 8), ("R", 8))
MATRICES: Kinds = (("M", 0), ("S", 3), ("V", 4), ("R", 6))
COUNTS: Kinds = (("M", 0), ("S", 1), ("V", 4), ("R", 6))  # N observations, K classes, T steps
POWERED: Kinds = (("M", 0), ("S", 2), ("V", 4), ("R", 6))  # K of K^α
ITALIC: Kinds = (("S", 0), ("V", 1), ("M", 1))  # beside the same letter in bold
COUNTED = frozenset("size num count len margin temperature threshold smooth".split())  # batch_size, num_train
MANY = 5  # as many numbered letters are of one kind where the text allows it
WEIGHTS = ("w", "theta", "beta", "coef")  # of the columns of data: X w
LETTERS_OF_COUNTS = frozenset("CDKLMNT")
DIVISORS: Kinds = (("S", 0), ("V", 1), ("M", 3))  # m of (X.T @ r) / m
RANGES: Kinds = (("S", 0), ("M", 3), ("V", 4))
INDICES: Kinds = (("S", 0),)
PART_OF = regex(  # w_i are the rows of W
    r"(?<![\w^])(?P<x>[a-z])_\{?(?P<i>[a-z])\}?(?:['ᵀ⊤]|\^\{?[T⊤]\}?)?\s+(?:is|are|denotes?)\s+(?:the\s+)?"
    r"(?:\$?(?P=i)\$?-?\s?th\s+)?(?P<what>row|column)s?\s+of\s+(?:the\s+)?(?:[a-z]+\s+)?(?P<of>[A-Z])(?!\w)",
    given=("row", "column"),
)
PARTS: Kinds = (("rows", 0), ("columns", 0), ("S", 5), ("V", 5))  # of a matrix with the same letter
ENTRIES: Kinds = (("entry", 0), ("S", 3))  # a_ij beside A
ONE_INDEX: Kinds = (("V", 0),)
TWO_INDICES: Kinds = (("M", 0),)
QUADRATIC_FAMILY: Kinds = (("M", 0), ("S", 4), ("V", 6))
TWO_INDEX_FAMILY: Kinds = (("S", 0), ("V", 1), ("M", 3))


def written_bold(source: str) -> frozenset[str]:
    r"""The letters that a text writes bold or with an arrow, as vectors and matrices are: \mathbf{x}, \vec{v}, 𝐰.

    >>> sorted(written_bold(r"\mathbf{X}\vec v + \bm{\mu} 𝐛"))
    ['X', 'b', 'mu', 'v']
    """
    if source.isascii() and "\\" not in source:
        return frozenset()
    from unicodedata import normalize

    found = [first + second + number for first, second, number in _lettered(source, f"{BOLD}|{ARROW}", NUMBERED)]
    found += [normalize("NFKC", sign) for sign in re.findall(BOLD_LETTERS, source)]
    found += re.findall(ARROWED, source)
    return frozenset(canonical(name.strip().lstrip("\\")) for name in found)


def indexed_in_italics(source: str, bold: Collection[str]) -> frozenset[str]:
    r"""Of the letters that a text writes bold those that have an index in italics, as entries have: \alpha_i beside 𝛂.

    >>> sorted(indexed_in_italics(r"f(\boldsymbol{\alpha}, \mathbf{x}_i) = \sum_i \alpha_i", {"alpha", "x"}))
    ['alpha']
    """
    if not bold or "_" not in source:
        return frozenset()
    plain = re.sub(rf"\\(?:{BOLD}|{ARROW})\s*(?:\{{[^{{}}]*\}}|\\?[A-Za-z]+)", " ", source)
    return frozenset(name for name in bold if re.search(rf"(?<![A-Za-z]){name}\s*_", plain))


def written_with_arrow(source: str) -> frozenset[str]:
    r"""The letters with an arrow, which are vectors: \vec{F}."""
    if source.isascii() and "\\" not in source:
        return frozenset()
    found = [first + second for first, second in _lettered(source, ARROW, LETTER)]
    return frozenset(canonical(name.lstrip("\\")) for name in [*found, *re.findall(ARROWED, source)])


def _lettered(source: str, commands: str, letter: str) -> list[tuple[str, ...]]:
    r"""The letters behind commands for a font, and behind those that the text defines so: \newcommand{\v}[1]{\vec{#1}}.

    >>> _lettered(r"\def\v#1{\vec{#1}} \v a \cdot \v{x}", ARROW, LETTER)
    [('', 'a'), ('x', '')]
    """
    if "\\" not in source:
        return []
    defined = set(re.findall(DEFINED, source))
    known = "|".join(name for name in commands.split("|") if name not in defined)
    own = re.findall(rf"{DEFINED}\s*\}}?\s*{HANDED_ON}(?:{known})\b(?:\s*\{{?\s*#1)?", source) if defined else []
    return re.findall(rf"\\(?:{'|'.join([known, *own])})(?![A-Za-z])\*?\s*{letter}", source)


ARROW = "vec|overrightarrow|va|vectorarrow"
BOLD = "mathbf|boldsymbol|bm|pmb|symbf|bold|mathbold|textbf|vb|vectorbold"
LETTER = r"(?:\{\s*(\\?[A-Za-z]+)\s*\}|(\\[A-Za-z]+|[A-Za-z]))"
NUMBERED = r"(?:\{\s*(\\?[A-Za-z]+)\s*\}|\{?(\\[A-Za-z]+|[A-Za-z]))\s*(?:[_^]\s*(?:\{\s*)?[(\[]?\s*([0-9]+)|)"
DEFINED = r"\\(?:(?:new|renew|provide)command\*?\s*\{?|def|let)\s*\\([A-Za-z]+)"
HANDED_ON = r"(?:=|\[1\]\s*\{|#1\s*\{)?\s*(?:\\ensuremath\s*\{)?\s*\\"  # to \vec, as the only argument
BOLD_LETTERS = "[\U0001d400-\U0001d433\U0001d468-\U0001d49b\U0001d6a8-\U0001d6e1\U0001d71c-\U0001d755][₀-₉]*"
ARROWED = "([^\\W\\d_])\u20d7"


def kinds(name: Name, ranges: Collection[str], bold: Collection[str] = (), is_inside: bool = False) -> Kinds:
    """The kinds that an undeclared symbol may have, with their costs; *is_inside* a quadratic form it is a matrix."""
    if name.is_index:
        return INDICES
    if name.whole and name.indexed == 2:
        return ENTRIES
    if name.whole:
        is_usual = name.name[0] >= "h" and name.whole not in LETTERS_OF_COUNTS
        return PARTS if is_usual else (*PARTS[:2], ("S", 3), ("V", 3))
    if name.indexed and name.plain:
        return ONE_INDEX if name.indexed == 1 else TWO_INDICES
    if name.indexed > 1:
        return QUADRATIC_FAMILY if is_inside else TWO_INDEX_FAMILY
    if name.name in ranges and not name.indexed:
        return RANGES
    found = customary(name.name, bold)
    return FAMILY if found == VECTORS and name.indexed else found


def customary(name: str, bold: Collection[str] = ()) -> Kinds:
    """The kinds of a letter, or of a word, by the custom of the field; *bold* are the letters that are written so."""
    stem, behind, _ = name.partition("_")
    base = stem if behind else stem.rstrip("0123456789")
    if stem in bold or font_of(name)[1] == "bold":
        return BOLD_MATRICES if base[0].isupper() else BOLD_VECTORS
    if base == "Delta":
        return COUNTS  # a margin
    if name == "k_B":
        return CONSTANTS  # Boltzmann's
    if base.startswith("nabla"):
        return MATRICES if base.endswith("2") else VECTORS
    if base in GREEK_WORDS:  # a small one is no row: σ(W x) is a function before that
        return MATRICES if base[0].isupper() else CONSTANTS[:3] if base in SMALL_CONSTANTS else PARAMETERS
    if len(base) > 1 and re.fullmatch("d?[A-Z][A-Za-z]*|inv", base):  # dZ, Wq in code, inv_M
        return MATRICES
    if len(base) > 1:
        return CONSTANTS if base in ABBREVIATED or not COUNTED.isdisjoint(name.split("_")) else SCALARS
    if base.isupper():
        return COUNTS if base in LETTERS_OF_COUNTS else MATRICES
    return VECTORS if base >= "h" else SCALARS


def siblings(choices: Mapping[Any, Kinds]) -> dict[str, str]:
    """For many numbered letters the first of them, whose kind is theirs: b₁ … b₁₂ of a network.

    >>> siblings({f"b{k}": SCALARS for k in range(1, 6)})
    {'b2': 'b1', 'b3': 'b1', 'b4': 'b1', 'b5': 'b1'}
    """
    if len(choices) < MANY:
        return {}
    families: dict[tuple[str, Kinds], list[str]] = {}
    for name, of in choices.items():
        if isinstance(name, str) and (m := re.fullmatch(r"([^\W\d_])[0-9]+", name)):
            families.setdefault((m[1], of), []).append(name)
    return {name: family[0] for family in families.values() if len(family) >= MANY for name in family[1:]}


def is_time(letter: str, text: str) -> bool:
    """Whether t is a number: beside a matrix in an exponent, or in front of a letter wherever it stands, as a step is.

    >>> is_time("t", "e^{At} x"), is_time("t", r"e^{-\\mathbf{A}t}"), is_time("t", "A t")
    (True, True, False)
    >>> is_time("t", "φ(t) = f(x + t d)"), is_time("t", "t'x + t d"), is_time("t", "A x - t")
    (True, False, False)
    """
    if letter != "t":
        return False
    alone, steps = (len(re.findall(pattern, text)) for pattern in (ALONE, STEP))
    return re.search(TIME, text) is not None or 0 < steps == alone


def is_of_chances(text: str) -> bool:
    """Whether a text is about numbers alone, as the likelihood k log p + (n − k) log(1 − p) of a chance p is.

    >>> is_of_chances("p^k (1-p)^{n-k}"), is_of_chances("sum(y .* log(p) + (1-y) .* log(1-p))")
    (True, False)
    >>> is_of_chances(r"z = w^\\top x; p = \\sigma(z); y \\log p + (1-y) \\log(1-p)")
    False
    """
    chance = re.search(CHANCE, text) if "1" in text else None
    if chance is None or any(chance[1] not in pair for pair in re.findall(DOTTED, text)):
        return False  # q(1 − q), q = u·v
    words = rf"(?<![^\W\d_\\])(?!{OF_VECTORS})(?:[A-Z]?[a-z]{{2,}}|[A-Z]{{3,}})(?![\w(_^'])"  # find the MLE
    return re.search(rf"{SAYS_SHAPE}|\\(?:{OF_VECTORS}|\|)", re.sub(words, " ", text)) is None


OF_VECTORS = r"(?:sum|prod|top|intercal|odot|math(?:bf|sf)|boldsymbol|bm|vec|[lr]?Vert)(?![a-z])"  # commands of LaTeX


def is_of_numbers(text: str) -> bool:
    """Whether a text is about numbers alone: chances, or a function of several letters that are but multiplied."""
    return is_of_chances(text) or bool(several_numbers(text))


def several_numbers(text: str) -> frozenset[str]:
    """The letters of which a text gives a function in which they are but multiplied, as in a course of calculus.

    >>> sorted(several_numbers("h(x,y,z) = xy + yz + zx")), several_numbers("f(x, y) = x'y + y")
    (['x', 'y', 'z'], frozenset())
    """
    m = re.search(OF_SEVERAL, text)
    if m is None or written_bold(text) or re.search(rf"{SAYS_SHAPE}|[·•⋅×⟨<:|]|\.[^\W\d]|\\[a-z]", m["right"]):
        return frozenset()
    return frozenset(re.findall("[a-z]", m["letters"]))


def is_noise(text: str) -> bool:
    """Whether ε is a term beside a product with a matrix, as in Xβ + ε, and no small number in a logarithm or root.

    >>> is_noise("‖y − Xβ − ε‖²"), is_noise("log(Ax + ε)"), is_noise("‖x‖ + ε")
    (True, False, False)
    """
    return re.search(NOISE, text) is not None and re.search(SMALL, text) is None


EPSILON = r"\\?(?:[εϵ]|(?:var)?epsilon|eps)(?![A-Za-z])"
NOISE = rf"[A-Z]\}}?\s*\\?[a-zα-ω]\w*\}}?\s*[-+−]\s*{EPSILON}(?!\()"
SMALL = rf"(?:log|ln|sqrt|√|/)\s*\([^()]*{EPSILON}"
CHANCE = r"(\\(?:theta|pi|phi)|(?<![A-Za-z\\])[a-zθπφ][\u0300-\u036f]?)(?![A-Za-z]).*\(\s*1\s*[-−]\s*\1\s*\)"
DOTTED = r"(?<![A-Za-z\\])([a-z])\s*(?:[·⋅]|\\cdot)\s*([a-z])(?![A-Za-z])"
OF_SEVERAL = (
    r"[A-Za-z]\((?P<letters>\s*[a-z](?:\s*,\s*[a-zλμ])+)\s*\)\s*=(?!=)"
    r"(?P<right>(?:(?!\.\s|,\s|\s[a-z]{3,}\s)[^;\n?])*)"
)
SAYS_SHAPE = r"['′ᵀ⊤⊙∑ΣΠ∏_[A-Z‖@]|\.\*|\^\s*\{?\s*T|(?<![a-z])(?:sum|dot|norm|prod|mean|diag|vector|softmax)(?![a-z])"
MATRIX = r"(?:\\[a-z]+\s*\{\s*[A-Z]\s*\}|[A-Z])"
TIME = rf"(?:(?<![A-Za-z])e\s*\^|expm?)\s*[{{(]\s*[-−]?\s*(?:{MATRIX}\s*[*·]?\s*t|t\s*[*·]?\s*{MATRIX})\s*[}})]"


ASKED = (
    r"(?<!by )(?<!in )(?<!wrt )(?<!w\.r\.t\. )(?<!respect to )(?<!d/d)(?<!∂)"  # the question says nothing of its kind
)
ALONE = rf"(?<![A-Za-z\\])(?<![\w'′]\(){ASKED}t(?![A-Za-z]{{2}}|r\W|\w*\()"
STEP = r"(?:^|[-+−(,=])\s*t\s*[*·]?\s*(?:\\[a-z]+\s*\{\s*)?[A-Za-z](?![A-Za-z])"


def data(names: Iterable[Name], wrt: Collection[str]) -> frozenset[str]:
    """The names that a bare Σ(…) runs over: declared families, else small letters used only in such sums."""
    families = [n.name for n in names if n.declared and n.declared.indices and n.plain]
    if families:
        return frozenset(families)
    undeclared = (n for n in names if n.in_sums and n.plain and not n.declared and not n.indexed)
    letters = (n.name for n in undeclared if n.name not in wrt and is_small(n.name))
    return frozenset(name for name in letters if not name.endswith("_bar"))  # x̄ is the mean of them


def bars_of_entries(order: Iterable[Node], measured: Collection[int]) -> frozenset[int]:
    """The bars of cᵀ|x|, ‖A|x|‖, ‖|Ax|² − y‖: a term, perhaps behind what is no vector as the x of x|x|, by vectors."""

    def kinds(parts: Iterable[Node]) -> set[str]:
        named = (n.value[0] for part in parts for n in postorder(part) if n.kind in ("symbol", "member"))
        return {customary(name)[0][0] for name in named}

    found = set[int]()
    for node in order:
        whole = without_brackets(node.parts[0]) if node.kind in ("norm", "transpose") else node
        is_sum = whole.kind == "sum" and id(whole) in measured
        for part in whole.parts if is_sum else [whole] if whole is not node else []:
            term = part.parts[0] if part.kind == "negative" else part
            *front, last = term.parts if term.kind in ("product", "tight") and "divide" not in term.value else [term]
            base = without_brackets(last.parts[0] if last.kind == "power" else last)
            others = kinds(other for other in whole.parts if other is not part) if is_sum else {"V"}
            is_beside = bool(others & {"V", "M"} if whole is node else others)  # a sum by its name may be of numbers
            if base.kind == "bars" and is_beside and "V" not in kinds(front):
                found.add(id(base))
        if node.kind in ("product", "tight") and "divide" not in node.value:
            pairs = [(a, b) for a, b in pairwise(map(without_brackets, node.parts)) if b.kind == "bars"]
            found |= {id(b) for a, b in pairs if a.kind == "transpose" and "V" in kinds([b])}  # cᵀ|w|, not xᵀ|A|x
    return frozenset(found)


def beside_entries(order: Iterable[Node], names: Mapping[str, Name], wrt: Collection[str]) -> frozenset[str]:
    """Names like y of ∑_c y_c log p_c, p = softmax(z): if y_c is a number, y is a vector; K of K_ij is a matrix.

    That is where each of its indices numbers the entries of a vector or matrix somewhere.
    """
    nodes = list(order)
    parts = [n for n in nodes if n.kind == "entry" or (n.kind == "member" and not names[n.value[0]].is_family)]
    places = [n.value if n.kind == "entry" else n.value[1] for n in parts]
    counting = {id(index) for indices in places for index in indices}
    found = (n for n in names.values() if n.is_family and n.declared is None and n.indexed in (1, 2) and not n.places)
    return frozenset(
        n.name
        for n in (found if counting else ())
        if n.name not in wrt
        if all(any(id(use) in counting for use in n.uses.get(k, ())) for k in range(n.indexed))
    )


def is_small(name: str) -> bool:
    """Whether a name is a small Latin letter, with a number or a subscript behind it."""
    return name[0].islower() and re.sub(r"[0-9]+$|_.*", "", name) not in GREEK_WORDS


def kind_of(shape: Shape) -> str:
    """The kind of a declared shape."""
    rows, cols = shape
    return ("S" if rows is ONE else "V") if cols is ONE else "R" if rows is ONE else "M"


def size_names(
    symbols: list[tuple[Size, Size, bool]], taken: Collection[str], told: Mapping[Size, Size]
) -> dict[Size, Size]:
    """Names for the open sizes of symbols: m×n when the first matrix is rectangular, then n, p, q, r …

    Each symbol gives its rows, its columns, and whether these are the range of a family; *told* are those with a name.
    """
    found: dict[Size, Size] = {}
    letters = (c for c in "nmpqrskdhtuvwabcefgijlxyz" if c not in taken)
    ranges = (c for c in "NMKTLPQRSJH" if c not in taken)
    first = next(((r, c) for r, c, is_range in symbols if not is_range and _open(r) and _open(c)), None)
    if first and first[0] is not first[1] and not {"m", "n"} & set(taken):
        found = {first[0]: size("m"), first[1]: size("n")}
        letters = (c for c in "pqrskdhtuvwabcefgijlxyz" if c not in taken)
    count = 0
    found |= told
    for rows, cols, is_range in symbols:
        for s in (*_open_in(rows), *_open_in(cols)):
            if s not in found:
                count += 1
                found[s] = size(next(ranges if is_range else letters, f"n{count}"))
    return found


def _open_in(s: Size) -> list[Size]:
    """The open sizes in a size, as in 2*?1 + 1."""
    return [s] if _open(s) else [size(name) for name in sorted(s.names()) if name.startswith("?")]


def _open(s: Size) -> bool:
    return (s.name or "").startswith("?")


# ---- words for kinds --------------------------------------------------------------------------------

VECTORS_OF = {0: "zeros", 1: "ones"}  # what a number with a transpose is a vector of
WORDS = {  # what is said of a choice
    "S": "is a scalar",
    "V": "is a vector",
    "M": "is a matrix",
    "R": "is a row vector",
    "zeros": "is the vector of zeros",
    "rows": "is a row of the matrix with its capital letter",
    "columns": "is a column of it",
    "entry": "is an entry of the matrix with its capital letter",
    "ones": "is the vector of ones",
    "number": "is the number",
    "members": "runs over members",
    "all entries": "runs over entries",
    "entrywise": "is taken of each entry",
    "valued": "has scalar values",
    "whole": "is taken as a whole",
    "entries": "is taken of each entry",
}
DECLARED = {"S": "scalar", "V": "vector", "M": "matrix", "R": "row vector"}
