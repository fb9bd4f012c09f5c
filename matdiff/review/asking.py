"""A derivative that a text asks for, ∂L/∂W, ∇f, ∂f/∂W_ij, as an expression in terms of what the text has said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.algebra.expr import Expr, Index, Symbol, replace, symbols
from matdiff.algebra.operators.kronecker import Vec
from matdiff.algebra.operators.products import Transpose, zero
from matdiff.algebra.operators.sums import Member
from matdiff.errors import MatdiffError, UnsupportedError
from matdiff.language.names import named
from matdiff.review.comparing import is_right
from matdiff.review.derivatives import by_expression, derivative, slope
from matdiff.review.equations import CONCLUDES, Equations
from matdiff.review.filling import Origin
from matdiff.review.jacobians import through_jacobian
from matdiff.review.names import INDEXED
from matdiff.review.operators import LETTER, Asked
from matdiff.review.paths import along
from matdiff.review.upstream import below, in_words, is_open

if TYPE_CHECKING:
    from matdiff.review.scope import Scope

IS_CALLED = (
    r"(?:^\W*|\b(?i:the|its|and|with|so)\s+)([Gg]radient|[Hh]essian|[Jj]acobian)(?:\s+matrix)?(?:\s+of\s+\S+)?(?:\s+(?:is|equals|becomes))?"
    r"[\s:,$]*([gGHJ])\s*="
)
INTRODUCED = r"(?i)\b(?:let|with|where|approx\w*|gauss|fisher)\b"  # H = JᵀJ, which is no Hessian
SAID_BY = r"(?:respect to|w\.?r\.?t\.?|arg\W*m(?:in|ax)\W*_\{?|m(?:in|ax)imi[sz]e over)[\s$\\]*([^\W\d_]+)"
SOLVED_FOR = r"([^\W\d_])(?:\u0302|\^?\*)?\s*&?=\s*\\?arg\W*m(?:in|ax)\W*\s(?![_{])"  # α̂ = argmin f
READ_OFF = {(True, 0): "G", (True, 1): "H", (False, 0): "J"}  # behind df, ∇f, dy
DUAL = r"(?i)\bdual|(?<![a-z])(?:inf|min)(?:\\limits)?\s*_"
LAYERED = ("_this", "_next", "_prev")  # of names of layers
MULTIPLIER = r"(?:lambda|mu|nu)(?![a-z])"
CUSTOMARY = (("x", "w", "theta", "beta"), ("X", "W", "Theta"), ("z",))  # unknowns, where a text does not say which


class Independent(UnsupportedError):
    """A function is differentiated by what does not occur in it."""


class NotSaid(UnsupportedError):
    """A function is differentiated that the text does not give."""


def entry_asked(scope: Scope, asked: Asked) -> tuple[Asked, str] | None:
    """For ∂f/∂W_ij the derivative by W, and how its entry is written, ({})_{ij}; None where W_ij is a name of its own.

    For the derivative by a row of W, which is W[i,:]', the row of the derivative; by a column the column.
    """
    if line := re.fullmatch(r"\(([^\W\d_])(\[\w,:\]'|\[:,\w\])\)", asked.by):
        return Asked(asked.of, line.group(1)), f"({{}}{line.group(2)})"
    twice = asked.by if asked.order == 2 and re.fullmatch(r"[^_]+_\w", named(asked.by)) else ""  # ∂²f/∂σ_j²
    one, other = (re.fullmatch(INDEXED, named(by)) for by in (asked.by, asked.then or twice))
    if one and other and one["below"] and other["below"]:
        then = "" if one["base"] == other["base"] else other["base"]
        return Asked(asked.of, one["base"], 2, then=then), f"({{}})_{{{{{one['below']},{other['below']}}}}}"
    m = re.fullmatch(INDEXED, named(asked.by))
    is_whole = named(asked.by) in scope.given | scope.definitions.keys() or asked.by.strip().endswith(LAYERED)
    if m is None or asked.order != 1 or asked.by.strip() in scope.paths.values() or is_whole:
        return None
    base, below = m.group("base"), m.group("below") or m.group("number")
    above = re.fullmatch(INDEXED, named(asked.of))
    if above and (above.group("base") not in scope.functions or above.group("base") in scope.members):
        above = None
    of = _of_loss(scope, asked) if above is None else above.group("base")
    if named(of) not in scope.definitions and is_open(scope, named(of)) and base in scope.declared:
        there = {base: Symbol(base, scope.declared[base].shape)}
    else:
        value, _ = _function(scope, asked._replace(of=of))
        there = {s.name: s for s in symbols(scope.unfolded(value, keep=base))}
        if named(asked.by) in {s.name for s in symbols(scope.unfolded(value))}:
            return None
    if base in scope.definitions and base not in there:  # a = Wx of a softmax(Wx)
        there[base] = Symbol(base, scope.definitions[base].shape)
    base = base if base in there else base[:1].upper() + base[1:]  # ∂f/∂w_ij
    if base not in there or {named(asked.by), asked.by.strip()} & {*there, *scope.definitions}:
        return None
    indices = re.findall(r"\d+|[^\W\d_]", below)
    if there[base].ranges or len(indices) != sum(str(size) != "1" for size in there[base].shape):
        return None
    over = re.findall(r"\d+|[^\W\d_]", above.group("below") or above.group("number")) if above else []
    return Asked(of, base), f"({{}})_{{{{{','.join([*over, *indices])}}}}}"


def _of_loss(scope: Scope, asked: Asked) -> str:
    """What is differentiated; L, of which nothing is said, where dX is short for ∂L/∂X."""
    is_loss = scope.adjoints and not any(value.shape == SCALAR for value in scope.definitions.values())
    return asked.of or ("L" if is_loss else "")


def entry_of_itself(scope: Scope, asked: Asked) -> str | None:
    """δ_ik for ∂x_i/∂x_k, entries of what the text does not define."""
    of, by = (re.fullmatch(INDEXED, named(entry)) for entry in (asked.of, asked.by))
    if of is None or by is None or of.group("base") != by.group("base") or of.group("base") in scope.functions:
        return None
    if asked.by.strip().endswith(LAYERED):
        return None
    pairs = list(zip(of.group("below") or "", by.group("below") or "", strict=False))
    return f" {' '.join(f'delta[{i},{k}]' for i, k in pairs)} " if pairs else None


def objective(scope: Scope, of: str, by: str = "") -> str:
    """The name of the function that is differentiated: the one that is named, or the last one that is a number."""
    if of and named(of) in scope.definitions:
        return named(of)
    if of and named(of) in scope.unread:
        raise UnsupportedError(f"the definition of {of} is not read")
    if (word := in_words(scope, of)) in scope.definitions:
        return word
    if of:
        raise NotSaid(f"what {of} is has not been said")
    numbers = [name for name, value in scope.definitions.items() if value.shape == SCALAR and name != by]
    called = [n for n in scope.texts if n in numbers and (scope.arguments.get(n) or n in tuple("fLJElFQ"))]
    if not (called or numbers):
        raise (UnsupportedError if scope.unread else NotSaid)("there is no function to differentiate")
    return (called or numbers)[-1]


def unknown_of(scope: Scope, asked: Asked, f: Expr, name: str) -> str:
    """The unknown of a derivative: the one that is named, or the only one that the text speaks of."""
    if asked.by:
        return named(asked.by.strip())
    candidates = list(scope.arguments.get(name, ())) or [v for v in scope.varied if v not in scope.definitions]
    leaves = [s.name for s in symbols(f)]
    occurring = [c for c in candidates if c in leaves]
    if not occurring and scope.arguments.get(name):
        raise Independent(f"{', '.join(candidates)} does not occur in the function")
    if len(occurring) > 1 and all(s.shape == SCALAR for s in symbols(f) if s.name in occurring):
        raise UnsupportedError(f"the gradient by {' and '.join(occurring)} is no number")
    candidates = occurring or leaves
    told = {named(by) for pattern in (SAID_BY, SOLVED_FOR) for by in re.findall(pattern, scope.text)}
    candidates = [c for c in candidates if {c} == told] or candidates
    if len(candidates) > 1:  # of a family x and a vector w it is w
        candidates = [s.name for s in symbols(f) if s.name in candidates and not s.ranges] or candidates
    if len(candidates) > 1:
        candidates = next(([c for c in candidates if c in kind] for kind in CUSTOMARY if {*kind} & {*candidates}), [])
    if len(candidates) != 1:
        raise UnsupportedError("by what is differentiated is not said")
    return candidates[0]


def _function(scope: Scope, asked: Asked) -> tuple[Expr, str]:
    """The function that is differentiated, and its name if it has one; of what was solved for its solution."""
    solved = {s.name: value for s, value in scope.solutions.items() if isinstance(s, Symbol)}
    if (of := named(asked.of)) in solved and of not in scope.definitions:
        return solved[of], ""
    if asked.of.startswith("(") or named(asked.of).partition("_")[0] in scope.members:  # ∂h_i/∂θ of h_i = σ(θᵀx_i)
        return scope.read(asked.of, scalar=True), ""
    if not asked.of and scope.origin and all(v.shape != SCALAR for v in scope.definitions.values()):
        return scope.origin.function, ""  # d tr(AXB) = …, grad = …
    name = objective(scope, asked.of, named(asked.by.strip()) if re.fullmatch(LETTER, asked.by.strip()) else "")
    return scope.definitions[name], name


def _member(scope: Scope, f: Expr, by: str) -> Expr | None:
    """The general member c[k] of a family c, which is written c_k."""
    m = re.fullmatch(r"(?P<base>\w+)_(?P<index>[^\W\d_])", by)
    family = next((s for s in symbols(f) if m and s.name == m.group("base") and len(s.ranges) == 1), None)
    if not (m and family):
        return None
    if m.group("index") in scope.sizes():
        raise UnsupportedError(f"{m.group('index')} is an index, and the name of a size")
    return Member(family, Index(m.group("index"), family.ranges[0]))


def derivative_asked(scope: Scope, asked: Asked) -> Expr:
    """The gradient, Jacobian or Hessian that is asked for, in terms of names that are not defined."""
    if asked.order == 0:
        return slope(asked.of, scope.read(asked.by), scope.declared)
    if named(asked.of) in scope.forms or (not asked.of and not scope.definitions and scope.forms):
        return _of_form(scope, named(asked.of) if asked.of else next(iter(scope.forms)), asked)
    if stacked := re.fullmatch(rf"\s*\(?\s*vec\s*\(?\s*({LETTER})[\s)]*", asked.by):
        return _by_stacked(scope, asked, stacked.group(1))
    if asked.then:
        return _mixed(scope, asked)
    if (moved := along(scope, asked, None)) is not None:
        return moved
    of = _of_loss(scope, asked)
    if of and named(of) not in scope.definitions and (link := below(scope, asked._replace(of=of))) is not None:
        return link
    f, name = _function(scope, asked)
    own = scope.arguments.get(name, ())
    if (moved := along(scope, asked, f)) is not None:
        scope.is_jacobian = False
        return moved
    if (moved := through_jacobian(scope, asked, f, own)) is not None:
        return moved
    if asked.by.startswith("("):
        return by_expression(scope.unfolded(f), scope.unfolded(scope.read(asked.by)), asked.order)
    by = unknown_of(scope, asked, scope.unfolded(f, keep=own[0] if len(own) == 1 else ""), name)  # p, though p(λ) = …
    f = scope.unfolded(f, keep=family if (family := by.rpartition("_")[0]) in scope.members else by)
    _require_known(scope, f, by)
    if by not in {s.name for s in symbols(f)}:  # df/dα of f(x + αp), dx/dλ of the solution x
        there = scope.moved.get(name, f)
        f = there if by in {s.name for s in symbols(there)} else replace(f, scope.solutions)
    scope.is_jacobian = f.shape != SCALAR
    unknown = next((s for s in symbols(f) if s.name == by), None) or _member(scope, f, by)
    if unknown is None:
        return _of_still(scope, asked, f, by) if by not in scope.definitions else _of_defined(scope, f, by)
    scope.origin = Origin(f, (unknown,), asked.order)
    found = _unfolded_slope(scope, derivative(f, unknown, asked.order), by)
    return Transpose(found) if asked.order == 1 and _is_turned(scope, asked, f) else found


def _unfolded_slope(scope: Scope, slope: Expr, by: str) -> Expr:
    """A slope in terms of names that are not defined; at any m, where it is 0 at the mean that m is said to be."""
    found = scope.unfolded(slope)
    if found is slope or by not in scope.definitions or not is_right(found, zero(found.shape)):
        return found
    del scope.definitions[by]
    return slope


def _by_stacked(scope: Scope, asked: Asked, unknown: str) -> Expr:
    """The derivative by vec X, in terms of that by X."""
    found = derivative_asked(scope, asked._replace(by=unknown, is_row=False))
    found = found if asked.order == 2 or scope.is_jacobian else Vec.of(found)
    return Transpose(found) if asked.is_row and ONE in found.shape else found


def _require_known(scope: Scope, f: Expr, by: str) -> None:
    """Raises NotSaid where a function has a letter that the text calls one of the unknown: P of P(K) = FPFᵀ + KRKᵀ."""
    names = {s.name for s in symbols(f) if s.shape != SCALAR} - scope.definitions.keys()  # no p of log p(Λ)
    for of, at in re.findall(rf"(?<![A-Za-z])({LETTER})\s*\(\s*({LETTER})\s*\)\s*&?\s*:?=", scope.text):
        if named(of) in names and named(at) == by:
            raise NotSaid(f"how {of} depends on {at} is not said")


def _of_defined(scope: Scope, f: Expr, by: str) -> Expr:
    """The gradient by what a name is said to be, a part of the function."""
    whole, inner = scope.unfolded(f), scope.unfolded(scope.definitions[by])
    if not {*symbols(inner)} <= {*symbols(whole)}:
        raise NotSaid(f"how the function depends on {by} is not said")
    return by_expression(whole, inner)


def _of_still(scope: Scope, asked: Asked, f: Expr, by: str) -> Expr:
    """0, the gradient by what does not occur in a function; raises UnsupportedError where that may be an oversight."""
    if any(s.name.endswith(f"_{by}") for s in symbols(f)):
        raise NotSaid(f"how the function depends on {by} is not said")  # H_λ
    is_plain = asked.of.startswith("(") and any(s.shape != SCALAR for s in symbols(f))  # no σ², which is not given
    if is_plain and asked.order == 1 and f.shape == SCALAR and by in scope.declared:
        return zero(scope.declared[by].shape)  # ∇_θ (yᵀy)
    raise Independent(f"{by} does not occur in the function")


def _is_turned(scope: Scope, asked: Asked, f: Expr) -> bool:
    """Whether the derivative of a function is written as the transpose of ours."""
    kind = "gradients" if f.shape == SCALAR else "jacobians"
    return f.shape == SCALAR if asked.is_row else kind in scope.habits.turned


def _mixed(scope: Scope, asked: Asked) -> Expr:
    """∂²f/∂x∂yᵀ: the derivative of ∇_x f by y, whose rows are x; where nothing says so they may be y."""
    first = derivative_asked(scope, Asked(asked.of, asked.by))
    scope.is_jacobian, scope.origin = not asked.is_row, None
    if asked.then.startswith("("):
        return by_expression(first, scope.unfolded(scope.read(asked.then)))
    f, _ = _function(scope, asked)
    unknown = next((s for s in symbols(scope.unfolded(f)) if s.name == named(asked.then)), None)
    if unknown is None:
        raise Independent(f"{asked.then} does not occur in the function")
    return derivative(first, unknown, 1) if unknown in symbols(first) else zero((first.rows, unknown.rows))


def read_off(scope: Scope, name: str, origin: Origin | None, line: str) -> Expr | None:
    """What G, J or H should be behind df = Tr(Gᵀ dX), dy = J dx or ∇f, and a G that is called so, and a dual g(λ)."""
    if (least := _dual(scope, name)) is not None:
        return least
    if (m := re.search(IS_CALLED, line)) and name == m[2] and name not in scope.given and scope.value(name) is not None:
        vectors = [n for n, value in scope.definitions.items() if n != name and ONE in value.shape != SCALAR]
        of = vectors[-1] if m[1][0] in "jJ" and vectors else ""
        return derivative_asked(scope, Asked(of, "", 2 if m[1][0] in "hH" else 1))
    if origin is None or len(origin.unknowns) != 1 or name in scope.given:
        return None
    is_only = len(re.findall(rf"(?<![^\W\d_]){name}(?![^\W_])", scope.text)) == 1
    is_last = (is_only or re.search(CONCLUDES, line)) and not (name == "H" and re.search(INTRODUCED, line))
    # a G or H that stands elsewhere too is no more than a name, unless words draw it as a conclusion
    if name != READ_OFF.get((origin.function.shape == SCALAR, origin.order)) or not (is_last or name == "J"):
        return None
    f, unknown = scope.unfolded(origin.function), origin.unknowns[0]
    found = scope.unfolded(derivative(f, unknown, origin.order + 1))
    return found if found.shape == scope.value(name).shape else None


def _dual(scope: Scope, name: str) -> Expr | None:
    """L(x, λ) at the x that an equation was solved for, where a text has a dual, inf_x L, and says what g(λ) is."""
    own = {*scope.arguments.get(name, ())} if name in "gqd" and re.search(DUAL, scope.text) else set()
    for of, value in scope.definitions.items() if own else ():
        rest = {*scope.arguments.get(of, ())} - own
        solved = {s: e for s, e in scope.solutions.items() if str(s) in rest}
        if rest and len(solved) == len(rest) and own < {*scope.arguments[of]}:
            return replace(scope.unfolded(value), solved)
    return None


def gradients_of(scope: Scope, words: str) -> Iterator[Expr]:
    """The gradients of the only function, by its arguments or as words say, which a text sets to zero unwritten."""
    every = [n for n, f in scope.definitions.items() if f.shape == SCALAR]
    numbers = [n for n in every if scope.arguments.get(n)]
    yield from _slopes(scope, numbers[0]) if len(numbers) == 1 else ()
    by = re.search(SAID_BY, words)
    with suppress(MatdiffError):
        yield from (derivative_asked(scope, Asked(n, by[1])) for n in every if by and not numbers and not every[1:])


def of_form(scope: Scope, origin: Origin | None) -> Iterator[Expr]:
    """The gradients of a function, a number, whose differential a text gives; they are 0 where that is."""
    if origin is None or origin.order or origin.function.shape != SCALAR:
        return
    for unknown in origin.unknowns:
        with suppress(MatdiffError):
            yield derivative(scope.unfolded(origin.function), unknown, 1)


def conditions_on(scope: Scope, unknown: Expr, value: Expr, equations: Equations) -> Iterator[Expr]:
    """The gradients by λ of functions of it and of others, L(w, λ), at what these were solved for; they are 0."""
    name, inside = named(str(unknown)), {s.name for s in symbols(value)}
    for f, own in scope.arguments.items():
        if name in own[1:] and equations.solutions and not inside & {*own}:  # of no other unknown
            with suppress(MatdiffError):
                slope = derivative_asked(scope, Asked(f, name))
                if unknown not in symbols(slope):  # no U(x, y) = ln x + 2 ln y, in which y is no multiplier
                    yield replace(slope, equations.solutions)


def is_stationary(scope: Scope, difference: Expr, equations: Equations) -> bool:
    """Whether a difference, Ax − b, is 0 where a function is stationary in one argument and equations hold."""
    numbers = [n for n, f in scope.definitions.items() if f.shape == SCALAR]
    several = [n for n in numbers if len(scope.arguments.get(n, ())) > 1 or (n == "L" and [*_arguments(scope, n)])]
    slopes = [one for name in several for one in _slopes(scope, name)]
    return bool(slopes) and equations.give(difference, zero(difference.shape), slopes)


def _slopes(scope: Scope, name: str) -> Iterator[Expr]:
    """The gradients of a function by its arguments."""
    for argument in _arguments(scope, name):
        with suppress(MatdiffError):
            yield derivative_asked(scope, Asked(name, argument))


def _arguments(scope: Scope, name: str) -> Iterator[str]:
    """The arguments of a function; the multipliers of a Lagrangian that is written without any."""
    own = scope.arguments.get(name)
    yield from own or (s.name for s in symbols(scope.definitions[name]) if re.match(MULTIPLIER, s.name))


def _of_form(scope: Scope, name: str, asked: Asked) -> Expr:
    """G where df = Tr(Gᵀ dX) is what is known of f, or follows with what is defined with X."""
    form = scope.resolved(scope.unfolded(scope.forms[name]))
    by = unknown_of(scope, asked, form, "")
    if by in scope.definitions:
        form = scope.resolved(scope.unfolded(scope.forms[name], keep=by), by)
    increment = next((s for s in symbols(form) if s.name[0] == "d" and named(s.name[1:]) == by), None)
    if increment is None or form.shape != SCALAR or asked.order != 1:
        raise UnsupportedError(f"d{by} does not occur in the differential")
    return scope.unfolded(derivative(form, increment, 1))
