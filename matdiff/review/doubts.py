"""Why a line that seems to be wrong may not be: sizes that nobody declared, letters that nobody introduced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import permutations
from math import prod

from matdiff import regex as re
from matdiff.algebra.constants import Identity, Ones
from matdiff.algebra.dims import ONE, SCALAR, Shape
from matdiff.algebra.expr import Expr, Number, Symbol, exchanged, postorder, replace, symbols
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.products import Product, Transpose, zero
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import Entry, UnitVector
from matdiff.errors import MatdiffError
from matdiff.language.declared import OPEN, Declaration
from matdiff.language.names import named
from matdiff.review.chain import Chain
from matdiff.review.comparing import compared, spread
from matdiff.review.names import TURNED
from matdiff.review.operators import LETTER
from matdiff.review.scope import MARK, Scope

MISFIT = (
    r"the (?:product|index|terms of a sum|inverse)|an entrywise|only a square|\w+ needs a square|division by"
    r"|⟨A, B⟩ needs|A : B"
)  # how the reasons begin why a line is not read whose shapes do not fit
BY_SIZES = "the (?:line before it is|shapes do) not|the sides of"  # how other reasons begin that sizes may give
MOST_SIZES = 6  # that are tried in place of those that are not declared
OFF_DIAGONAL = (
    r"\bdifferent (?:component|ind|entr)|(?<![A-Za-z\\])[i-n]\s*(?:≠|!=|\\neq?(?![A-Za-z]))\s*[i-n](?![A-Za-z])"
)
ON_DIAGONAL = r"(?:,|quad|\b(?:[Ii]f|[Ff]or|[Ww]hen)\b|\()[\s$]*[i-n]\s*=\s*[i-n][\s$).,]*$"  # a_i(1 − a_i), i = j
CASE = (  # for i ≠ k
    r"(?:\b(?:[Ff]or|[Ii]f|[Ww]hen|[Cc]ase)\s|,|\(|quad)[\s$(]*(?P<i>[a-z])[\s$]*(?:=|(?P<off>≠|!=|\\neq?(?![A-Za-z])))"
    r"[\s$]*(?P<k>[a-z]|\d)(?=[\s$]*(?:[):,.]|\\|then\b|$))"
)
UNDER = r"\b(?:for|if|when|whenever|unless)\b.*(?:[<>≤≥]|\\[gl]eq?\b|(?:≠|\\neq?\b)(?!\s*0\b))"  # = 1 for x > 0
CONDITIONS = (  # z > 0 of “for z > 0”, i ≠ j; what is ≠ 0 is so on random instances
    r"(?:\b(?:for|if|when|whenever)\b|,|\(|quad)[\s$]*(?P<condition>[^\s,;:.()=$&][^,;:.()=&\[]*?"
    r"(?:[<>≤≥]|\\[lg]eq?(?![A-Za-z])|(?:≠|\\neq?(?![A-Za-z]))(?!\s*0\b))[^,;:.()=&]*?)[\s$]*(?:[,;:.)]|\\(?!l|g|n)|$)"
)
BELOW_SUM = r"(?:[∑Σ∏]|\\(?:sum|prod))\s*_\s*\{[^{}]*\}"  # Σ_{j≠k}, which says over what is summed
COUNTS = frozenset("dkmnpqrKMNT")
MATRIX = 2  # indices
OPEN_ONES = ("OpenFunction", "OpenDerivative", "OpenHessian")  # of an f that is not given
PLAIN = frozenset(("positive", "nonnegative", "invertible"))  # which leave a vector free to sum to 1


def said_sizes(scope: Scope) -> list[str]:
    """The sizes of what is declared, some of them where there are many."""
    said = {str(size) for n in scope.given if not scope.is_open(n) for size in scope.declared[n].shape}
    return sorted(said - {"1"})[:MOST_SIZES]


def is_misfit(scope: Scope, reason: str) -> bool:
    """Whether something is not read because shapes do not fit: its own, or those of a definition or a line above."""
    of = re.match("the definition of (.*) is not read", reason)
    return of[1] in scope.unfit if of else re.match(rf"{MISFIT}|{BY_SIZES}", reason) is not None


def squared(scope: Scope, one: str) -> dict[str, str]:
    """The declarations, with one size in place of all those that are not declared."""
    sizes = {*said_sizes(scope), "1"}

    def said(d: Declaration) -> str:
        return " x ".join(str(size) if str(size) in sizes else one for size in d.shape)

    known = {n: d for n, d in scope.declared.table.items() if not n.startswith(MARK) and n not in scope.definitions}
    ranges = {n: ", ".join(f"{i}=1..{last}" for i, last in d.indices) for n, d in known.items()}
    return {
        f"{n}[{ranges[n]}]" if ranges[n] else n: " ".join((said(d), *sorted(d.properties)))
        for n, d in known.items()
        if not d.arguments
    }


def lacks_a_vector(chain: Chain, value: Expr, text: str) -> bool:
    """Whether a number is claimed for the gradient, or the Hessian, by a vector, one that the text has beside a
    transpose, σ(aᵀx) for σ(aᵀx)a; or aᵀb for a matrix, or Hp for pᵀHp."""
    origin = chain.origin
    if chain.truth.shape == SCALAR != value.shape:
        beside = [s for s in symbols(chain.truth) if s.shape == value.shape and ONE in s.shape and not s.ranges]
        return any(compared(Product.of(Transpose(s), value), chain.truth).equal for s in beside)
    if isinstance(value, Product) and isinstance(value.operands[0], Transpose) and ONE not in chain.truth.shape:
        return chain.is_derivative and value.shape == SCALAR
    if origin is None or not origin.order or value.shape != SCALAR or value.number is not None:
        return False
    if len(origin.unknowns) != 1 or chain.truth.shape == SCALAR or re.search(TURNED, text) is None:
        return False
    sides = {origin.unknowns[0], Transpose(origin.unknowns[0])}
    products = (node.operands for node in postorder(origin.function) if isinstance(node, Product))
    return any(isinstance(o, Transpose) for os in products if not sides.isdisjoint(os) for o in os)


def found_out(scope: Scope, value: Expr, wanted: Shape) -> bool:
    """Whether sizes that nobody said follow from the shape that a value has to have; they are noted."""
    sizes = dict(zip(value.shape, wanted, strict=True))
    is_new = False
    for s in symbols(value):
        known = scope.declared.get(s.name)
        if known and any(str(extent)[0] == OPEN for extent in known.shape) and sizes.keys() & {*s.shape}:
            rows, columns = (sizes.get(extent, extent) for extent in s.shape)
            scope.declared.table[s.name] = known._replace(shape=(rows, columns))
            is_new = True
    return is_new


def condition_of(scope: Scope, line: str, chain: Chain, value: Expr) -> str:
    """The condition under which a side may be what it should be, in a sentence; empty if a text says of none."""
    truth = chain.truth
    if truth.shape != value.shape and (said := function_in(scope, chain.first)):
        return said
    held = {s.name for e in (truth, value) for s in symbols(e) if scope.conditions.get(s.name) == "idempotent"}
    if held:
        return f"what is said of {min(held)} may make it so"
    unsaid = [s for e in (truth, value) for s in symbols(e) if s.ranges and s.name not in scope.given]
    if any(s.name == "e" for s in unsaid):
        return "e_i may be a unit vector"
    if tensor := next((s for s in unsaid if len(s.ranges) > MATRIX), None):
        return f"{tensor} may have symmetries that nobody said"  # c_ijkl = c_klij
    said = re.sub(BELOW_SUM, " ", line)
    is_said = re.search(f"{UNDER}|{OFF_DIAGONAL}|{ON_DIAGONAL}|{CONDITIONS}", said)
    return "it is said to hold under a condition" if is_said else ""


def function_in(scope: Scope, first: str) -> str:
    """That P(K) = (I − KH)P(I − KH)ᵀ may say what a function is, and no product PK, in a sentence; else empty."""
    called = re.fullmatch(rf"({LETTER})\s*\(\s*{LETTER}\s*\)", first.strip())
    is_declared = called is not None and named(called[1]) in scope.given - scope.texts.keys()
    return f"{first.strip()} may be a function, though {called[1]} is declared" if called and is_declared else ""


def equal_under_conditions(scope: Scope, text: str, truth: Expr, value: Expr) -> bool | None:
    """Whether two sides are equal where the conditions hold that a text says of numbers and indices; None if that is
    not known."""
    free = {Symbol(i.name, SCALAR): i for i in truth.free | value.free}
    said = [m["condition"] for m in re.finditer(CONDITIONS, re.sub(BELOW_SUM, " ", text))]
    with suppress(MatdiffError):
        held = prod((replace(scope.tried(f"1[{one}]"), free) for one in said), start=Number(1))
        is_of_one = held.free <= truth.free | value.free  # y_i < 0 says nothing of a sum over all i
        is_seen = bool(said) and is_of_one and compared(held, zero(SCALAR)).equal is False
        return compared(truth * held, value * held).equal if is_seen else None
    return None


def in_case(text: str, truth: Expr, value: Expr) -> tuple[Expr, Expr] | None:
    """Two sides as they are where i = k, or what is off the diagonal where i ≠ k, if a text speaks of one such case."""
    cases = {(m["i"], m["k"], m["off"] is None) for m in re.finditer(CASE, text)}
    one, other, is_on = next(iter(cases)) if len(cases) == 1 else ("", "", False)
    free = {i.name: i for i in truth.free | value.free}
    i, k = free.get(one), Number(int(other)) if other.isdecimal() else free.get(other)
    if i is None or k is None:
        return None
    if is_on:
        return exchanged(truth, i, k), exchanged(value, i, k)
    off = 1 - Entry.of(Identity(i.last), i, k)
    diagonal = (e for e in postorder(truth) if isinstance(e, Identity | DiagonalMatrix | UnitVector))
    found = replace(truth, {e: zero(e.shape) for e in diagonal})
    if compared(truth * off, found * off).equal:
        return found, value
    return (truth * off, value * off) if truth.shape == SCALAR and compared(truth * off, value * off).equal else None


def has_known_shapes(scope: Scope, truth: Expr, value: Expr) -> bool:
    """Whether two sides have one shape, no number spread but λ for λI, or shapes that follow from what is declared."""
    names = {s.name for e in (truth, value) for s in symbols(e)}
    settled = (scope.is_settled(n) or (n[0] == "d" and scope.is_settled(named(n[1:]))) for n in names)
    is_plain = scope.habits.spells_ones or not spread(truth, value)  # which spells it out
    is_spread = truth.shape == SCALAR != value.shape and any(isinstance(node, Ones) for node in postorder(value))
    return (is_plain and truth.shape == value.shape) or (all(settled) and (is_spread <= scope.habits.spells_ones))


def is_strange(scope: Scope, truth: Expr, value: Expr) -> bool:
    """Whether one of two sides has a symbol that is neither declared nor in the other."""
    one, other = ({s.name for s in symbols(e)} for e in (truth, value))
    said = ({s.name for s in symbols(v)} for v in scope.definitions.values())
    known = (scope.given or frozenset().union(*said)) | scope.said_sizes()
    known |= {name for name in one | other if name[0] == "d" and named(name[1:]) in known}
    known |= {name for name in one | other if name.rpartition("_")[0] in known & scope.paths.keys()}  # A_θ
    known |= one & scope.sizes() if known else set()  # N of x_i, i < N, that a derivative has
    known |= {name for s in symbols(truth) for last in s.ranges for name in last.names()}  # n of 2nμ, where i = 1, …, n
    odd = one ^ other
    sizes = {name for node in postorder(value) for size in node.shape for name in size.names()}
    declared = scope.sizes()
    is_open = any(size.startswith("?") for size in declared)  # of an A: matrix
    if isinstance(value, Symbol) and value.name in odd - scope.given and not known:
        return True  # K of D vec(Xᵀ) = K
    slopes = {name for name in odd if name.rpartition("_")[0] in scope.paths}
    is_slope = bool(slopes & one) and (isinstance(truth, Symbol) or not slopes <= one)  # ∂J/∂θ of a J nobody gives
    return bool((known and odd - known) or is_slope or (sizes - declared and not is_open))


def with_sizes(scope: Scope, value: Expr, truth: Expr) -> Iterator[tuple[Expr, Expr]]:
    """Two sides with the sizes of shapes in place of letters that say how many there are: tr(H) = p of an X: n × p."""
    leaves = {*symbols(value), *symbols(truth)}
    letters = (s for s in leaves if s.name in COUNTS and s.shape == SCALAR and not s.ranges)
    every = sorted((s for s in letters if s.name not in scope.given), key=str)
    own = [s for s in every if s not in symbols(truth)]  # n of 2/n Xᵀ(Xw − y), where the mean is over m
    sizes = sorted({str(size) for s in leaves if scope.is_open(s.name) for size in s.shape} - {"1"})
    chosen = (
        zip(found, some, strict=True) for found in (every, own) if found for some in permutations(sizes, len(found))
    )
    for pairs in chosen:
        said = {letter: Symbol(size, SCALAR) for letter, size in pairs}
        yield replace(value, said), replace(truth, said)


def is_a_name(scope: Scope, value: Expr | None) -> bool:
    """Whether a value is ∇_w L of an L that is not given, or −log p, a name alone, which says little."""
    value = scope.unfolded(value) if value is not None else None
    return value is not None and any(value in (s, -s) and s.name not in scope.given for s in symbols(value))


def is_untold(chain: Chain, value: Expr) -> bool:
    """Whether an identity would need what nobody said: y = wᵀx = wᵀBz, where each side has a letter of its own.

    Or ∇f(x)ᵀp = −pᵀAp of an f that is not given.
    """
    one, other = (set(symbols(e)) for e in (chain.truth, value))
    moves = any(s.name[0] == "d" and len(s.name) > 1 for s in one | other)
    are_apart = bool(one - other) and bool(other - one)
    functions, said = ({n.data[0] for n in postorder(e) if is_a(n, *OPEN_ONES)} for e in (chain.truth, value))
    return are_apart or not functions <= said if functions else are_apart and not (chain.is_derivative or moves)


def needed(scope: Scope, value: Expr, truth: Expr) -> str:
    """What a side needs of matrices that nobody declared to be right: symmetry; empty if that is not it."""
    unsaid = [s for s in symbols(value) if is_square(s) and s.name not in scope.given]
    is_it = value.shape == truth.shape and holds(value, truth, "symmetric", unsaid.__contains__)
    return f"right where {', '.join(map(str, unsaid))} is symmetric" if is_it else ""


def is_square(s: Symbol) -> bool:
    """Whether a symbol is a square matrix, and no number."""
    return s.shape[0] == s.shape[1] and s.shape != SCALAR


def holds(
    value: Expr, truth: Expr, word: str, applies: Callable[[Symbol], bool], *, of_increments: bool = False
) -> bool:
    """Whether a side is right where symbols have a property, *of increments* those too."""
    leaves = {*symbols(value), *symbols(truth)}
    table: dict[Expr, Expr] = {
        s: Symbol(s.name, s.shape, s.properties | {word}, s.ranges)
        for s in leaves
        if (of_increments or not s.name.startswith("d")) and applies(s) and s.properties <= PLAIN
    }
    if not table:
        return False
    try:
        return compared(replace(value, table), replace(truth, table)).equal is True
    except MatdiffError:
        return False
