"""What may be read in several ways, and what it costs: the kinds of undeclared names, a doubtful 1, bare sums.

In goes a bound tree, out come its ``Options``, among which matdiff.language.search looks for the reading of least cost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate, islice

from matdiff import regex as re
from matdiff.algebra.dims import SCALAR
from matdiff.language import customs
from matdiff.language.binding import Bound
from matdiff.language.customs import Kinds
from matdiff.language.densities import PLACES, numbers_of_densities
from matdiff.language.named_functions import is_entrywise
from matdiff.language.names import CUSTOMARY_FUNCTIONS, GREEK_WORDS, font_of
from matdiff.language.scopes import BARE, ZEROS, Name
from matdiff.language.syntax import Node, postorder, without_brackets
from matdiff.language.typing import Key, function_key
from matdiff.language.words import BIG
from matdiff.regex import search_in

VALUED = 1  # what it costs that an open function has scalar values
OVER_MEMBERS: Kinds = (("members", 0), ("all entries", 3))  # ∑(x − μ)²
OVER_ENTRIES: Kinds = (("all entries", 0), ("members", 1))  # ∑(Xw − y)²

BOLD_ONE = r"(?:\\(?:mathbf|mathbb|mathbbm|boldsymbol|bm|bf|vec)\s*\{?\s*1\s*\}?|[𝟏𝟙])\Z"  # no number


class Options:
    """The choices of one tree, each with its alternatives and their costs, the customary one first.

    entries   the letters in bold that have an index in italics, α_i beside 𝛂
    siblings, kin   the names whose kind is that of another one
    others    how many share the kind of a letter
    italic    the plain letters that stand beside the same one in bold
    arrays    the names that are taken as arrays, as x in ‖x‖ and diag(x)
    capitals  those that may be one number where no matrix fits, as A of m'w − A w'Sw, since they are no functions
    divisors  the letters for numbers that arrays are divided by
    numbers   those that are numbers since a variance is: x of N(x | m, s²)
    behind    the last factors of products, behind a capital letter
    dotted    the arguments of dot(a, b), of which nobody says so where they are numbers
    powered   the capital letters that are numbers where a number is needed: A, K and L of A K^α L^(1−α)
    prices    these, the letters that are squared, as x of ½ k x², and what stands in a product with one of them alone,
              as k there and w and r of A K^α L^β − w L − r K
    defined   the definitions by name
    """

    def __init__(self, bound: Bound, valued: bool, apart: bool) -> None:
        """*valued* is whether open functions may have scalar values, *apart* whether siblings may differ in kind."""
        self.bound = bound
        self.defined = {n.value: n for n in bound.order if n.kind in ("define", "abbreviate")}
        self.bold = customs.written_bold(bound.text)
        arrays = any(name.declared and name.declared.shape != SCALAR for name in bound.names.values())
        self.is_of_numbers = not arrays and customs.is_of_numbers(bound.text)
        self.entries = customs.indexed_in_italics(bound.text, self.bold)
        self.arrows = customs.written_with_arrow(bound.text)
        products = [node for node in bound.order if node.kind in ("product", "tight")]
        self.contracted = frozenset(name for node in products for name in _contracted(node))
        self.terms = frozenset(_terms_like_the_whole(bound))
        self.quadratic = frozenset(name for node in products for name in _inside_quadratic(node))
        self.behind = frozenset(name for node in products for name in _behind_matrix(node))
        self.powered, self.prices = _numbers_by_powers(bound.order, products)
        letters = {name for name in bound.names if len(name.partition("_")[0]) == 1 and name[0].isupper()}
        called = {name for name in letters if re.search(rf"{name}\s*\(", bound.text)} if "(" in bound.text else set()
        self.capitals = frozenset(letters - called)
        self.divisors = divisors(self.bound.order)
        self.numbers = numbers_of_densities(node for node in bound.order if node.kind == "call")
        taken = (node for node in bound.order if node.kind in ("norm", "transpose", "call", "array"))
        self.arrays = frozenset(name for node in taken for name in _as_arrays(node))
        dots = (node for node in bound.order if node.kind == "call" and node.value == "dot")
        self.dotted = frozenset(name for node in dots for name in _as_arrays(node))
        pairs = [(*font_of(name), name) for name in bound.names]
        self.italic = {stem: name for stem, font, name in pairs if font == "bold" and stem in bound.names}
        self.choices: dict[Key, Kinds] = {
            name.name: self._kinds(name) for name in bound.names.values() if not (name.declared or self._is_tied(name))
        }
        self.siblings = {} if apart else customs.siblings(self.choices)
        self.kin = {name: self.siblings.get(head, head) for name, head in bound.kin.items()} | self.siblings
        self.others = Counter[Key](self.siblings.values())  # how many share the kind of a letter
        self.choices = {
            key: tuple((kind, cost * (1 + self.others[key])) for kind, cost in of)
            for key, of in self.choices.items()
            if key not in self.siblings
        }
        self._numbers()
        if valued:
            self._open_functions()

    def _is_tied(self, name: Name) -> bool:
        """Whether the kind of a name is that of another undeclared one, as the kind of x^* is that of x."""
        head = self.bound.kin.get(name.name)
        return head is not None and self.bound.names[head].declared is None

    def _kinds(self, name: Name) -> Kinds:
        """The kinds that an undeclared name may have."""
        head = self.bound.kin.get(name.name)
        if head is not None and (declared := self.bound.names[head].declared):
            return ((customs.kind_of(declared.shape), 0),)
        is_entry = name.name in self.entries and name.indexed == 1 and not (name.plain or name.whole)  # x_i beside 𝐱
        if is_entry or name.name in self.italic:
            return customs.ITALIC
        told = {m["what"] for m in customs.PART_OF.finditer(self.bound.text) if m["x"] == name.name and name.whole}
        if len(told) == 1:
            return ((f"{told.pop()}s", 0),)
        if not self.bound.scalars.isdisjoint((name.name, name.name.partition("_")[0])):  # θ̂ beside I(θ)
            return (("S", 0),)
        if name.name in self.numbers and not name.indexed:
            return customs.CONSTANTS
        if name.name in self.terms or (name.name in self.contracted and not name.plain):
            return customs.CONSTANTS
        if name.name in self.arrows and not (name.indexed and name.plain):
            return customs.ARROWS
        if customs.is_time(name.name, self.bound.text):
            return customs.TIMES
        if name.name == "epsilon" and customs.is_noise(self.bound.text):
            return customs.VECTORS
        if self.is_of_numbers and len(name.name.partition("_")[0]) == 1:
            return customs.CONSTANTS
        if name.name in self.divisors:
            return customs.DIVISORS
        if name.name in self.powered - customs.LETTERS_OF_COUNTS:
            return customs.POWERED
        bold = self.bold - self.entries if name.indexed else self.bold
        found = customs.kinds(name, self.bound.ranges, bold, name.name in self.quadratic)
        arrays = self.behind | (self.arrays if found != customs.PARAMETERS else frozenset())  # γ^T may be a power
        if found in (customs.CONSTANTS[:3], customs.PARAMETERS) and name.name in arrays:
            return customs.MULTIPLIERS
        shaped = tuple(kind for kind in found if kind[0] != "S")
        return (shaped or found) if name.name in self.bound.shaped | self.dotted else found

    def _numbers(self) -> None:
        """What a 1 and a 0 may be, a bare sum, a function of what has entries, and vector(c).

        1 may be the vector of ones as a factor; custom reads it so beside a factor without a sign.  The last one, as in
        b·1, is as often one as the number.
        """
        from matdiff.language.leaves import is_of_entries

        for node in self.bound.order:
            if node.kind in ("product", "tight"):
                for k, part in enumerate(node.parts):
                    one = part.parts[0] if part.kind == "transpose" else part
                    signs = node.value[max(k, 1) : k + 2]
                    if one.kind == "NUMBER" and one.value == 1 and "divide" not in signs:
                        implicit = "loose" in signs or "juxtapose" in signs or part.kind == "transpose"
                        implicit = implicit or any(p.kind == "transpose" for p in node.parts[k + 1 : k + 2])
                        is_last = 0 < k == len(node.parts) - 1 and node.parts[k - 1].kind != "NUMBER"
                        of_sign: Kinds = (("number", 0), ("ones", 0 if is_last else 2))
                        ways: Kinds = (("ones", 0), ("number", 4)) if implicit else of_sign
                        is_bold = implicit and search_in(BOLD_ONE, self.bound.text[: one.end])
                        self.choices[id(one)] = ways[:1] if is_bold else ways
            if node.kind == "big_sum" and any(binder.bare for binder in node.value.binders):
                self.choices[BARE] = OVER_ENTRIES if self._has_matrix(node) else OVER_MEMBERS
            if node.kind == "applied" and is_of_entries(node):
                self.choices[id(node)] = (("whole", 0), ("entries", 1))
            if node.kind == "block":
                of_matrices = self._has_matrix(node) or any(part.kind == "constant" for part in postorder(node))
                ways = ((ZEROS, 0),) if of_matrices else (("number", 0), (ZEROS, 1))
                self.choices |= {id(zero): ways for zero in _open_zeros(node)}
            if node.kind == "filled":
                self.choices[id(node)] = (("S", 0), ("V", 1), ("M", 2))
            turned = node.parts[0] if node.kind == "transpose" else None  # 0ᵀ is no number
            if turned and turned.kind == "NUMBER" and turned.value in customs.VECTORS_OF:
                self.choices[id(turned)] = ((customs.VECTORS_OF[turned.value], 0), ("number", 5))

    def _has_matrix(self, node: Node) -> bool:
        """Whether a capital letter of a matrix stands in a node: ∑(Xw − y)² is over all entries."""
        parts = list(postorder(node))
        used = {part.value for part in parts if part.kind == "definition"}  # ∑(y − ŷ)² where ŷ = X b
        parts += [part for name in used & self.defined.keys() for part in postorder(self.defined[name])]
        symbols = [part.value[0] for part in parts if part.kind == "symbol"]
        letters = [name for name in symbols if name.isascii() and len(name) == 1]
        return any(self.choices.get(name, customs.ITALIC)[0][0] == "M" for name in letters)

    def _open_functions(self) -> None:
        """Which of the open functions may have scalar values: rather the outer one of two, and none with primes."""
        names = [n.value[0] for n in self.bound.order if n.kind == "unspecified" and n.value[1] == 0]
        primed = {n.value[0] for n in self.bound.order if n.kind == "unspecified" and n.value[1] > 0}
        for k, name in enumerate(dict.fromkeys(reversed(names))):  # what stands inside comes before what is outside
            if (
                name not in primed
                and name.rstrip("0123456789") in CUSTOMARY_FUNCTIONS
                and name not in self.bound.declared
            ):
                self.choices[function_key(name)] = (("entrywise", 0), ("valued", VALUED + (k > 0)))


def _open_zeros(block: Node) -> Iterator[Node]:
    """The zeros that fill a row or column of a block matrix, as in [b; 0]: no other block says how large they are."""
    cells = [without_brackets(part) for part in block.parts]
    if all(cell.kind == "NUMBER" for cell in cells):
        return
    ends = list(accumulate(block.value))
    rows = [cells[end - count : end] for end, count in zip(ends, block.value, strict=True)]
    columns = [list(column) for column in zip(*rows, strict=True)] if len(set(block.value)) == 1 else []
    for line in (*rows, *columns):
        if all(cell.kind == "NUMBER" and cell.value == 0 for cell in line):
            yield from line


def divisors(order: Iterable[Node]) -> frozenset[str]:
    """The letters for counts that stand in code below a line only: m of (X.T @ r) / m and 1/(2*m), N of / (N - 1)."""
    nodes = list(order)
    divisions = [node for node in nodes if node.kind == "array" and node.value.name in ("divide", "div")]
    stack = [part for node in divisions for part in node.parts[1:2]]
    below, less = set[int](), set[str]()
    while stack:
        node = stack.pop()
        if node.kind == "symbol":
            below.add(id(node))
        elif node.kind == "array":
            is_less = node.value.name == "subtract" and _is_count_less(*node.parts)
            less |= {part.value[0] for part in node.parts[1:] if is_less and part.kind == "symbol"}  # p of n - p
            stack += node.parts if is_less or node.value.name in ("multiply", "power", "sqrt") else []
    symbols = [node for node in nodes if node.kind == "symbol"] if below else []
    letters = [node for node in symbols if node.value[0].partition("_")[0] in LETTERS or node.value[0] in less]
    above = {node.value[0] for node in letters if id(node) not in below}
    return frozenset(node.value[0] for node in letters) - above


def _is_count_less(*terms: Node) -> bool:
    """Whether a difference is N - 1 or n - p, a count less a number or a letter."""
    if [term.kind for term in terms] not in (["symbol", "NUMBER"], ["symbol", "symbol"]):
        return False
    return terms[0].value[0].partition("_")[0] in LETTERS


LETTERS = frozenset("mnhstB") | customs.LETTERS_OF_COUNTS  # for how many there are, and how wide they are


OF_ARRAYS = frozenset(  # functions and methods of code that nobody calls with a number
    "sum mean prod norm outer kron transpose swapaxes reshape view ravel flatten squeeze unsqueeze expand_dims cumsum"
    " tril triu".split()
)


def _as_arrays(node: Node) -> Iterator[str]:
    """The names that a node takes as arrays: x of ‖x‖, diag(x), xᵀ and (x − m)ᵀ, of which no number is written so."""
    is_function = node.kind == "call" and isinstance(node.value, str) and not is_entrywise(node.value)
    is_function &= node.value not in (*PLACES, "e^") and not (node.value in BIG and len(node.parts) > 1)
    is_function |= node.kind == "array" and node.value.name in OF_ARRAYS
    if node.kind in ("norm", "transpose") or is_function:
        parts = [part for piece in node.parts for part in (piece.parts if piece.kind == "list" else [piece])]
        parts = parts[:1] if node.kind == "norm" or node.value == "matrix_power" else parts  # p of ‖x‖_p is a number
        if node.kind == "transpose" and (terms := without_brackets(node.parts[0])).kind == "sum":
            parts = terms.parts
        yield from (part.value[0] for part in parts if part.kind in ("symbol", "member"))


def _powered(node: Node) -> Iterator[str]:
    """K of K^α and K^(1 − α), and the letters beside such powers alone, as A of A K^α L^β."""
    factors = node.parts if node.kind in ("product", "tight") else [node]
    powers = [part.parts for part in factors if part.kind == "power" and len(part.parts) == 2]
    bases = [base.value[0] for base, exponent in powers if base.kind == "symbol" and _is_of_numbers(exponent)]
    is_usual = len(bases) > 1 or not customs.LETTERS_OF_COUNTS.isdisjoint(bases)
    if is_usual and all(part.kind in PLAIN_FACTORS for part in factors):
        letters = [*bases, *(part.value[0] for part in factors if part.kind == "symbol")]
        yield from (name for name in letters if name[0].isupper() and name.isascii())


def _numbers_by_powers(order: Iterable[Node], products: list[Node]) -> tuple[frozenset[str], frozenset[str]]:
    """The capital letters that are numbers by their powers; and these, squared letters, and what multiplies them."""
    powered = frozenset(name for node in order for name in _powered(node))
    powered |= {name for node in products for name in _in_front(node, powered)} if powered else set()
    numbers = powered.union(*(_squared(node) for node in order if node.kind == "power"))
    return powered, numbers.union(*(_beside(node, numbers) for node in products if numbers))


def _squared(node: Node) -> Iterator[str]:
    """x of x²."""
    base, *exponent = node.parts
    if base.kind == "symbol" and [part.kind for part in exponent] in ([], ["NUMBER"]):
        yield base.value[0]


def _in_front(node: Node, powered: Collection[str]) -> Iterator[str]:
    """A of A[αK^ρ + (1 − α)L^ρ]^(1/ρ), in front of a power of a bracket that holds such powers."""
    bases = [part.parts[0] for part in node.parts if part.kind == "power" and part.parts[0].kind == "group"]
    names = {n.value[0] for base in bases for n in postorder(base) if n.kind == "symbol"}
    letters = [part.value[0] for part in node.parts if part.kind == "symbol"] if names & {*powered} else []
    yield from (name for name in letters if name[0].isupper() and name.isascii())


PLAIN_FACTORS = frozenset(("NUMBER", "symbol", "power"))


def _beside(node: Node, powered: Collection[str]) -> frozenset[str]:
    """The letters of a product of numbers, letters and powers that has one of some letters."""
    factors = (part.parts[0] if part.kind == "power" else part for part in node.parts)
    bases = {str(part.value[0]) for part in factors if part.kind == "symbol"}
    is_plain = all(part.kind in PLAIN_FACTORS for part in node.parts)
    return frozenset(bases if is_plain and not bases.isdisjoint(powered) else ())


MOST_IN_EXPONENT = 10  # letters and numbers; of a^a^a^… every rest is an exponent


def _is_of_numbers(exponent: Node) -> bool:
    """Whether an exponent is made of small Greek letters, a, b and numbers, as α and 1 − a."""
    leaves = list(islice((part for part in postorder(exponent) if not part.parts), MOST_IN_EXPONENT))
    names = [part.value[0].partition("_")[0].rstrip("0123456789") for part in leaves if part.kind == "symbol"]
    is_plain = len(leaves) < MOST_IN_EXPONENT and all(part.kind in ("symbol", "NUMBER") for part in leaves)
    return (
        is_plain
        and bool(names)
        and all(name in ("a", "b") or (name in GREEK_WORDS and name.islower()) for name in names)
    )


def _contracted(node: Node) -> Iterator[str]:
    """x, y and z of T_{ijk} x_i y_j z_k: two members or more without a transpose that have the indices of one."""
    members = [part for part in node.parts if part.kind == "member"]
    single = [(part.value[0], part.value[1][0]) for part in members if len(part.value[1]) == 1]
    for indices in [part.value[1] for part in members if len(part.value[1]) > 1]:
        found = [str(name) for name, index in single if any(index is other for other in indices)]
        yield from found if len(found) > 1 else ()


def _terms_like_the_whole(bound: Bound) -> Iterator[str]:
    """E_0 and E_LJ of E_total = E_0 + λ E_LJ, whose value is a number: they are of the kind of the whole."""
    stems = {_stem(name) for name in bound.left if not bound.free}
    whole = bound.tree.parts[-1] if bound.tree.kind == "sequence" else bound.tree
    for term in whole.parts if stems and whole.kind == "sum" else ():
        factors = term.parts if term.kind in ("product", "tight") else [term]
        names = [part.value[0] for part in factors if part.kind == "symbol"]
        yield from (n for n in names if len(names) == len(factors) and _stem(n) in stems)


def _stem(name: str) -> str:
    """A name without its subscript: E of E_LJ and of E0."""
    return name.partition("_")[0].rstrip("0123456789")


def _behind_matrix(node: Node) -> Iterator[str]:
    """η of B η and Bᵀη, the last factor: a number stands in front of a matrix."""
    before, last = node.parts[-2:]
    matrix = before.parts[0] if before.kind in ("transpose", "power") else before
    if {last.kind, matrix.kind} <= {"symbol", "member"} and node.value[-1] != "divide":
        name = str(matrix.value[0])
        yield from [str(last.value[0])] if name[0].isupper() and name != "Delta" else []


def _inside_quadratic(node: Node) -> Iterator[str]:
    """The capital letters of members that stand behind a transpose, as Ω of eᵢⱼᵀΩᵢⱼeᵢⱼ: a number stands in front."""
    parts = [factor for part in node.parts for factor in (part.parts if part.kind == "tight" else [part])]
    for before, part, behind in zip(parts, parts[1:], parts[2:], strict=False):
        if before.kind == "transpose" and part.kind == "member" and behind.kind != "NUMBER":
            name = str(part.value[0])
            yield from [name] if name[:1].isupper() else []
