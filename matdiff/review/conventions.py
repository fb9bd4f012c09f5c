"""How a side compares with what it should be, under the conventions of authors: rows, symmetric matrices, constants."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.constants import Ones
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Number, Symbol, postorder, replace, symbols
from matdiff.algebra.kinds import is_a
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Transpose
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member
from matdiff.language.names import MARKS, named
from matdiff.review.assumed import GREEK_CAPITALS, made_symmetric
from matdiff.review.chain import Chain, increments, scaled
from matdiff.review.comparing import Outcome, compared, diagonal_of, without_constants
from matdiff.review.derivatives import derivative
from matdiff.review.doubts import PLAIN, holds, is_square
from matdiff.review.names import TURNED
from matdiff.review.operators import HELD

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

LABELS = ("y", "t")  # of two classes, by custom
IS_SIGN = (
    r"(?<![A-Za-z]){0}(?:_\{{?\w\}}?|[ᵢⱼ])?[\s$]*(?:=\s*(?:±|\\pm)\s*1|(?:∈|\\in)[\s$]*\\?\{{\s*[-−+]?1\s*,\s*[-−+]?1)"
)
CAPITAL = r"(?:[A-Z][a-z]*|[A-ZΑ-Ω])(?:_(?:\{\\?\w+\}|\\?\w+))?"
LOG_DET = rf"(?:log|ln)\s*(?:\(?\\?det\s*\(?|(?:\\left\s*)?\||\\l?vert)\s*\\?({CAPITAL})(?![A-Za-z_])"
INVERSE_SIGN = r"⁻¹|\^\s*\{?\s*[-−]\s*1\s*\}?"
DENSITY = ("Sigma", "Lambda")  # a covariance, and its inverse
IN_SET = r"(?:∈|\\in(?![a-z]))\s*(?:\\(?:mathcal|mathbb)?\s*\{{?)?\s*{0}(?![A-Za-z])"  # (n, m) ∈ O
IN_FONT = r"(?:\\\w+\s*\{|\\d?dot\s+)?"  # of \mathbf{x}, and of \dot q
FORM = (  # ½xᵀPx, ½(Ax − b)ᵀW(Ax − b), (y − Xb)ᵀΩ⁻¹(y − Xb), yᵀ(K + σ²I)⁻¹y, x_iᵀSx_i
    rf"(?P<half>(?:½|\\[dt]?frac\s*(?:12|\{{1\}}\s*\{{2\}})|1/2|0\.5)[\s*]*)?(?:(?<![A-Za-z\\])|(?=\()){IN_FONT}"
    rf"(?P<x>[eghr](?:_\w+)?\s*\([^()]*\)|\\?(?:alpha|beta)|[a-zα-ω][{MARKS}]?(?:_\w|_\{{\w\}}|[ᵢⱼ])?|{HELD})\}}?"
    rf"\s*{TURNED}\s*(?:\\[,;!]\s*)?\(?{IN_FONT}\\?(?P<of>{CAPITAL})\}}?(?:\s*\+[^()A-HJ-Z]*\))?"
    rf"\s*(?P<inverse>{INVERSE_SIGN})?\s*{IN_FONT}(?P=x)(?![A-Za-z])"
)
COSTS = frozenset("QRP")  # of xᵀQx + uᵀRu, and of what is left to pay, xᵀPx
WEIGHT = r"W|[Α-Ω]|[A-Z][a-z]+"
CONGRUENT = (  # AΩAᵀ; (I − KH)P(I − KH)ᵀ + KRKᵀ
    rf"(?<![A-Za-z\\])([A-Z])\s*\\?([Α-Ω]|[A-Z][a-z]+)\s*\1{TURNED}"
    rf"|(\([^()]*\))\s*([A-Z])\s*\3\s*{TURNED}\s*\+\s*([A-Z])\s*([A-Z])\s*\5\s*{TURNED}"
)
SQUARE = rf"{IN_FONT}[a-z]\}}?\s*{TURNED}\s*{IN_FONT}(?P<u>[a-z])(?![A-Za-z])\}}?"
WEIGHED = SQUARE.replace("(?P<u>", rf"\\?(?:{CAPITAL}\s*)?(?P<w>")
IS_UNIT = (  # uᵀu = 1, …/(uᵀu), …/(uᵀBu)
    rf"1\s*[-−]\s*{SQUARE}|(?:/\s*\(?|\}}\s*\{{)\s*{WEIGHED}|{SQUARE.replace('<u>', '<v>')}\s*[-−=]\s*1"
)
MOMENTS = r"\(\s*\\?(?:m|μ|mu)\s*,\s*([A-Z])\s*\)"  # q(m, S), of a mean and a covariance
PRECISION = r"(?:[ΛΩΘ]|\\?(?:Lambda|Omega|Theta)(?![a-z]))"
SCATTER = (  # tr(Σ⁻¹S), tr(V⁻¹W), tr(SΣ⁻¹), tr(ΛS)
    rf"(?:(?P<sigma>Σ|\\Sigma)|(?P<scale>[A-Z]))?\s*(?:{INVERSE_SIGN})\s*(?P<behind>[A-Z])\s*[)\]]"
    rf"|[(\[]\s*(?P<before>[A-Z])\s*(?:Σ|\\Sigma)\s*(?:{INVERSE_SIGN})\s*[)\]]"
    rf"|{PRECISION}[\s*]*(?P<weighed>[A-Z])\s*[)\]]"
    rf"|[(\[]\s*(?P<known>[A-Z])\s*(?:{INVERSE_SIGN})?[\s*]*{PRECISION}\s*[)\]]"
)
HALF = r"(?:½|\{\s*[-−]?\s*(?:1/2|\\[td]?frac\s*(?:12|\{1\}\s*\{2\}))\s*\}|\(\s*[-−]?\s*1/2\s*\))"
ROOTED = rf"(?<![A-Za-z])\\?({CAPITAL})\}}?\s*\^\s*{HALF}"  # A^{1/2}
PLAINLY = (  # Ŝ is as symmetric as S
    (r"\\(?:wide)?(?:hat|bar|tilde)\s*(?:\{\s*([A-Z])\s*\}|([A-Z]))", r"\1\2"),
    (r"(?<!\w)inv\((\w+)\)", r"\1⁻¹"),
    (r"(?<=[\w)'])\s*\*\s*(?=[\w(])", " "),
)
SPREAD = (  # tr(V⁻¹(X − M)ᵀU⁻¹(X − M)) of a normal matrix
    rf"[Tt]r[a-z]*\W+({CAPITAL})\s*(?:{INVERSE_SIGN})\s*(\([^()]*\))\s*{TURNED}\s*\\?({CAPITAL})\s*(?:{INVERSE_SIGN})\s*\2"
)


def under_conventions(line: str, chain: Chain, value: Expr, scope: Scope) -> Outcome:
    """How a side compares with what it should be, under the conventions that authors have."""
    truth = chain.truth
    found = compared(truth, value)
    if found.equal is not False:
        return found
    if truth.shape == value.shape[::-1] and may_turn(line, chain, scope):
        turned = compared(Transpose(truth), value)
        if turned.equal:
            return turned._replace(convention="right where the derivative is written as a row (numerator layout)")
    if chain.is_derivative and ONE not in truth.shape and value.shape == (ONE, truth.rows * truth.cols):
        stacked = compared(Transpose(Vec.of(truth)), value)
        if stacked.equal:
            return stacked._replace(convention="right where the derivative by a matrix is the row of its entries")
    if (symmetric := _symmetric(chain, value, scope) or _short(chain, value)) is not None:
        return symmetric
    is_number = truth.shape != SCALAR == value.shape and {s.name for s in symbols(value)} <= scope.sizes()
    if is_number and compared(truth, value * Ones(*truth.shape)).equal:
        return Outcome(True, None, "right where a number stands for the vector of such entries")
    if isinstance(truth, DiagonalMatrix) and chain.is_derivative and compared(truth.operands[0], value).equal:
        return Outcome(True, None, "right where it is the derivative of each entry")
    if (partly := _partly(truth, value, scope) or _beside_sum(chain, value)) is not None:
        return partly
    if (usual := as_is_usual(truth, value, scope)) is not None:
        return usual
    one, other = without_constants(truth), without_constants(value)
    plain = found if one is truth and other is value else compared(one, other)
    return plain._replace(convention="right up to a constant") if plain.equal else found


def as_is_usual(truth: Expr, value: Expr, scope: Scope) -> Outcome | None:
    """How a side compares where covariances are symmetric, labels sum to 1 and hinges are open, as is usual."""
    return _of_covariance(truth, value, scope) or _of_labels(truth, value, scope) or _indicated(truth, value, scope)


def _indicated(truth: Expr, value: Expr, scope: Scope) -> Outcome | None:
    """How a side compares where the numbers in hinges are positive: [m + ‖a − p‖² − ‖a − n‖²]_+ of a loss.

    And where a sum runs over a set without saying so: ∑_m (r_nm − …) of ∑_{(n,m)∈O} (r_nm − …)².
    """
    are_open = re.search(r"\b(?:positive|active|violat\w+)|> ?0", scope.text) is not None
    steps = [e for e in postorder(truth) if is_a(e, "Step") and e.shape == SCALAR] if are_open else []
    sets = [e for e in postorder(truth) if isinstance(e, Member) and e.operands[0] not in symbols(value)]
    sets = [e for e in sets if re.search(IN_SET.format(e.operands[0]), scope.text)]
    for ones, said in ((steps, "what stands in the hinge is positive"), (sets, "the sum runs over the same set")):
        if ones and compared(replace(truth, dict.fromkeys(ones, Number(1))), value).equal:
            return Outcome(True, None, f"right where {said}")
    return None


def as_usual(scope: Scope) -> Callable[[Expr], Expr]:
    """What takes the matrices for symmetric that are so by custom: Σ, Λ of log|Λ|, S of tr(Σ⁻¹S) and uᵀSu, uᵀu = 1."""
    names = {*_by_custom(scope.text)}
    said = [scope.unfolded(scope.definitions[name]) for name in names & scope.definitions.keys()]
    names |= {named(str(s)) for value in said for s in made_symmetric(scope, value)}  # G and R of V = ZGZᵀ + R

    def meant(node: Expr) -> Expr | None:
        if not isinstance(node, Symbol) or not is_square(node) or node.name in scope.where:
            return None
        name = named(node.name.removeprefix("d")) if node.name != "d" else ""  # of dΛ too
        is_one = re.sub("_(?:hat|bar|tilde)$", "", name) in names or re.sub(r"[_\d].*", "", name) in DENSITY
        is_free = is_one and node.properties <= PLAIN
        return Symbol(node.name, node.shape, node.properties | {"symmetric"}, node.ranges) if is_free else None

    return lambda e: replace(e, meant)


@lru_cache(maxsize=128)
def _by_custom(text: str) -> frozenset[str]:
    """The names of the matrices of a text that are symmetric by custom."""
    for written, plain in PLAINLY:
        text = re.sub(written, plain, text)
    logarithmic = {*map(named, re.findall(LOG_DET, text))}
    names = logarithmic & {*re.findall(MOMENTS, text), *GREEK_CAPITALS}
    found = [m for m in re.finditer(SCATTER, text) if logarithmic or m["sigma"] or m["before"]]
    names |= {m["behind"] or m["before"] or m["weighed"] or m["known"] for m in found}
    names |= {m["scale"] for m in found if m["scale"] and logarithmic & {m["scale"], m["behind"]}}
    names |= {named(of) for m in re.finditer(CONGRUENT, text) for of in m.group(2, 4, 6) if of}
    names |= {*re.findall(ROOTED, text)}.union(*(m.group(1, 3) for m in re.finditer(SPREAD, text)))
    units = {u for m in re.finditer(IS_UNIT, text) for u in m.group("u", "v", "w")}
    forms = [*re.finditer(FORM, text)]
    weights = {"P", *(m["of"] for m in forms)}
    names |= COSTS if COSTS.issubset(weights) else set()
    for m in forms:
        is_weight = m["x"][-1] == ")" and (m["inverse"] or re.fullmatch(WEIGHT, m["of"])) is not None
        is_weight = is_weight or m["of"][0] == "K"  # of kernels, or of springs
        if m["half"] or is_weight or m["x"] in units or named(m["of"]) in logarithmic:
            names.add(named(m["of"]))
    return frozenset(names)


def _of_covariance(truth: Expr, value: Expr, scope: Scope) -> Outcome | None:
    """How a side compares where the matrices are symmetric that are so by custom."""
    one, other = map(as_usual(scope), (truth, value))
    if (one is truth and other is value) or compared(one, other).equal is not True:
        return None
    names = {str(s) for e, plain in ((one, truth), (other, value)) for s in {*symbols(e)} - {*symbols(plain)}}
    return Outcome(True, None, f"right where {', '.join(sorted(names))} is symmetric, as is usual")


def _of_labels(truth: Expr, value: Expr, scope: Scope) -> Outcome | None:
    """How a side compares where the labels of a cross entropy sum to 1, or those of two classes are 1 and −1."""
    nodes = list(postorder(truth))
    of_classes = any(is_a(node, "Softmax", "SoftmaxOfRows", "Exp") for node in nodes)
    of_margins = any(is_a(node, "Sigmoid", "Exp", "Step", "Relu") for node in nodes)
    for label in symbols(truth):
        is_vector = label.shape[1] is ONE
        if label.name in scope.varied or (label.name in scope.given and label.properties):
            continue
        word = "simplex" if is_vector else "stochastic"
        is_open = label.shape != SCALAR and not (is_vector and label.name in scope.given)
        if of_classes and is_open and holds(value, truth, word, {label}.__contains__):
            said = "sums" if is_vector else "has rows that sum"
            return Outcome(True, None, f"right where {label} {said} to 1, as labels do")
        is_sign = of_margins and (label.name in LABELS or re.search(IS_SIGN.format(label), scope.text) is not None)
        if is_sign and holds(value, truth, "sign", {label}.__contains__):
            return Outcome(True, None, f"right where {label} is 1 or −1, as labels of two classes are")
    return None


def _short(chain: Chain, value: Expr) -> Outcome | None:
    """How a side compares with the gradient where df is written for it, or ∇ for that by another letter than x."""
    f, unknowns, order = chain.origin or (chain.truth, (), 0)
    if order:
        is_bare = order == 1 and re.fullmatch(r"(?:∇|grad)\s*", chain.first) is not None
        unknowns = tuple(s for s in symbols(f) if is_bare and s.shape == value.shape and not s.ranges)
    elif len(unknowns) != 1 or chain.truth.shape != SCALAR or SCALAR in (value.shape, unknowns[0].shape):
        return None
    for unknown in unknowns:
        found = compared(derivative(f, unknown, order or 1), value)
        if found.equal:
            said = f"it is the derivative by {unknown}" if order else "df is short for the gradient"
            return found._replace(convention=f"right where {said}", decides=True)
    return None


def _beside_sum(chain: Chain, value: Expr) -> Outcome | None:
    """How a derivative compares where u_o is none of the u_k of a sum that stands in no logarithm, as of a softmax."""
    truth, own = apart(chain)
    found = compared(truth, replace(value, own)) if own else Outcome(None)
    said = f"right where {', '.join(map(str, own))} stands for none of those that are summed"
    return found._replace(convention=said, decides=True) if found.equal else None


def apart(chain: Chain) -> tuple[Expr, dict[Expr, Expr]]:
    """The derivative where u_o is none of the u_k of such a sum, with a letter of its own for each u_o."""
    if chain.origin is None or chain.origin.order != 1 or not isinstance(chain.origin.unknowns[0], Member):
        return chain.truth, {}
    f, (unknown,), _ = chain.origin
    nodes = [*postorder(f)]
    own: dict[Expr, Expr] = {e: Symbol(f"{e}", e.shape) for e in nodes if isinstance(e, Member) and e.free <= f.free}
    if not own or any(is_a(e, "Log") and isinstance(e.operands[0], IndexedSum) for e in nodes):
        return chain.truth, {}
    return derivative(replace(f, own), own.get(unknown, unknown), 1), own


def _partly(truth: Expr, value: Expr, scope: Scope) -> Outcome | None:
    """How a differential compares where nothing varies but that by which the text differentiates."""
    still = unmoved(truth, value, scope)
    if not still:
        return None
    found = compared(scaled(truth, 0, still), scaled(value, 0, still))
    said = f"right where {', '.join(sorted(still))} does not vary"
    return found._replace(convention=said, decides=True) if found.equal else None


def unmoved(truth: Expr, value: Expr, scope: Scope) -> set[str]:
    """The names that do not vary in a differential, as it is written: those by which the text does not differentiate.

    Where a text has no dX, what stands in the d(…) of a side varies; where it has no dμ beside ∂ℓ/∂μ, μ does not, and
    where in no side two of them move, one moves by turns.
    """
    moved, written = ({named(s.name[1:]) for s in increments(e)} for e in (truth, value))
    moving = scope.asked or {argument for name in scope.definitions for argument in scope.arguments.get(name, ())}
    varied = scope.varied.keys() & scope.declared
    still = moved & varied - moving - written if varied else moved - written
    by_turns = all(len(moves & scope.asked) < 2 for moves in scope.moves)
    elsewhere = written if by_turns else set().union(*scope.moves)
    still = still or (moved & scope.asked - elsewhere if written else still)
    return still if moved & (moving if varied else written) else set()


def may_turn(line: str, chain: Chain, scope: Scope) -> bool:
    """Whether a derivative may be written as the transpose of ours."""
    if not chain.is_derivative or scope.habits.states_columns or scope.habits.states_numerator:
        return False
    is_vector = any(str(extent) == "1" for extent in chain.truth.shape)
    by_matrices = chain.origin is None or any(u.shape != SCALAR for u in chain.origin.unknowns)
    return is_vector or (chain.is_jacobian and by_matrices) or "layout" in line  # dR/dθ of a matrix has its shape


def _symmetric(chain: Chain, value: Expr, scope: Scope) -> Outcome | None:
    """How a derivative by a symmetric matrix compares where its entries are one variable, or free."""
    truth, *places = chain.truth.operands if isinstance(chain.truth, Entry) else (chain.truth,)
    varied = [scope.declared[n] for n in scope.varied if n in scope.declared]
    is_structured = any(
        d.properties & {"symmetric", "spd", "psd"} and (d.shape == truth.shape or scope.is_open(d.name)) for d in varied
    )
    is_square = truth.shape[0] == truth.shape[1] and value.shape == chain.truth.shape
    if not chain.is_derivative or not is_structured or not is_square:
        return None
    if not places:
        whole = compared(truth + Transpose(truth), value + Transpose(value))
        if whole.equal:
            return whole._replace(convention="right for a symmetric matrix, whose gradient may be made symmetric")
    free = truth * 2 - diagonal_of(truth)
    once = compared(Entry.of(free, *places) if places else free, value)
    if once.equal:
        return once._replace(convention="right where equal entries of a symmetric matrix are one variable")
    return None
