"""The rules of typing for transposes, inverses and powers."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import FUNCTIONS, Expr, Number
from matdiff.algebra.operators.entrywise import Exp, Log, Sqrt
from matdiff.algebra.operators.products import Power, Product, Scale, Transpose, reciprocal
from matdiff.algebra.operators.square import Inverse, matrix_power
from matdiff.algebra.operators.symbolic_powers import SymbolicPower
from matdiff.algebra.operators.symmetry import assumed, is_symmetric
from matdiff.errors import AmbiguityError, UnsupportedError
from matdiff.language.broadcasting import filled
from matdiff.language.syntax import Node, postorder, without_brackets
from matdiff.language.typed import Typed, is_vector
from matdiff.language.typing import Attempt, rule

NUMBERS = ("NUMBER", "norm", "bars")  # what is a number by its signs, of which nobody takes a transpose


@rule("transpose")
def type_transpose(attempt: Attempt, node: Node) -> Typed:
    """Aᵀ"""
    return transpose(attempt, node, node.parts[0].typed)


def transpose(attempt: Attempt, node: Node, a: Typed) -> Typed:
    """Aᵀ; a scalar is its own transpose, but γ^T may be a power of it."""
    if a.of_numbers and re.search(r"\^\s*\{?\s*T\s*\}?$", shown := attempt.written(node)):
        number = attempt.written(node.parts[0])
        message = f"{shown} can be a power of the number {number}, or the transpose of it, which is {number} itself"
        raise attempt.misfit(node, message, f"write {number}^(T) for the power, and leave out ^T for the number")
    if a.guessed and a.rows is ONE and "T" in attempt.bound.names and attempt.written(node).rstrip("}").endswith("T"):
        message = f"{attempt.written(node)} beside T can be a power, or have T as a label, or be the transpose of a row"
        raise attempt.misfit(node, message, "write ⊤ for transposes, and give what has a label another name")
    if a.is_scalar:
        attempt.penalty(node, 3, a)
        of = without_brackets(node.parts[0])
        of = without_brackets(of.parts[0]) if of.kind == "power" else of
        if of.kind in NUMBERS:
            message = f"{attempt.written(node)} is no transpose: a number is its own"
            raise attempt.misfit(node, message, "leave out the sign")
        if of.kind == "definition" and re.search(_beside(attempt.written(of)), attempt.bound.text):
            shown, name = attempt.written(of), of.value
            message = f"{shown}' beside {shown} is no transpose: {shown} is a number"
            raise attempt.misfit(node, message, f"write {name}_prime for another value")
        shown = attempt.written(node)
        name = a.node.value[0] if a.guessed and a.node.kind in ("symbol", "member") else ""
        if name and (a.node.kind == "symbol" or name[0].islower()):  # U_i of a matrix U is rather a row of it
            hint = f"declare {name}: vector and the sizes of what stands beside it, or {name}: scalar"
            raise attempt.misfit(node, f"{shown} is no transpose of a number, and nothing else fits", hint)
        if of.kind in ("product", "tight", "sum"):
            said = f"{attempt.written(node)} is the transpose of a number, which is the number itself"
            attempt.note(node, f"{said}; a derivative is asked for with wrt")
        return a
    return attempt.typed(node, (a.cols, a.rows), (a,), Transpose.of)


def _beside(name: str) -> str:
    """A pattern of Q' − Q and r + γQ' − Q."""
    name = rf"(?<![^\W\d_]){re.escape(name)}"
    return rf"{name}['′]\s*[-−]\s*{name}(?![\w'′])|{name}\s*[-−]\s*\S{{0,9}}?\s*{name}['′]"


@rule("inverse_transpose")
def type_inverse_transpose(attempt: Attempt, node: Node) -> Typed:
    """A⁻ᵀ"""
    a: Typed = node.parts[0].typed
    if a.is_scalar:
        attempt.penalty(node, 3, a)
        return attempt.scalar(node, (a,), reciprocal)
    require_square(attempt, node, a, "an inverse")
    return attempt.typed(node, (a.rows, a.cols), (a,), lambda e: Inverse(Transpose(e)))


def require_square(attempt: Attempt, node: Node, a: Typed, what: str) -> None:
    """Makes a matrix square, if it can be."""
    if not attempt.unify(a.rows, a.cols):
        hint = f"{attempt.shown(a)}.^2 takes entry by entry" if what == "a power" else ""
        raise attempt.misfit(node, f"only a square matrix has {what}: {attempt.described(a)}", hint)


@rule("pseudo_inverse")
def type_pseudo_inverse(attempt: Attempt, node: Node) -> Typed:
    """A†, which may be the conjugate transpose in a text of another custom, and [x]^+, the positive part"""
    a: Typed = node.parts[0].typed
    written = attempt.written(node)
    is_dagger = re.search(r"†|\\dag", written) is not None
    if not is_dagger and a.cols is ONE:
        return attempt.typed(node, (a.rows, a.cols), (a,), FUNCTIONS["relu"].of)
    if re.match(r"(?:\\left)?\[", written):
        message, hint = f"{written} can be a pseudoinverse or a positive part", "write pinv(…) or relu(…)"
        raise attempt.misfit(node, message, hint, AmbiguityError)
    if is_dagger:
        shown = attempt.shown(a)
        attempt.note(node, f"{written} is the pseudoinverse of {shown}; the transpose of a real matrix is {shown}ᵀ")
    return attempt.typed(node, (a.cols, a.rows), (a,), FUNCTIONS["pinv"].of)


@rule("power")
def type_power(attempt: Attempt, node: Node) -> Typed:
    """aˢ of a scalar, Aᵏ of a square matrix"""
    a: Typed = node.parts[0].typed
    require_inside(attempt, node)
    if len(node.parts) == 1:
        value = node.value
        exponent = attempt.scalar(node, (), lambda: Number(value))
        exponent.number = value
    else:
        exponent = node.parts[1].typed
    return power(attempt, node, a, exponent)


def require_inside(attempt: Attempt, node: Node) -> None:
    """Refuses sum (y − x)^2, which is the sum of squares on paper, and the square of the sum in code."""
    call = node.parts[0]
    is_bare = call.kind == "call" and call.value in ("sum", "mean") and len(call.parts) == 1  # and no sum(X, axis=0)
    if not is_bare or call.parts[0].typed.is_scalar:
        return
    written, inside = attempt.written(node), attempt.written(call.parts[0])
    name, bracket, _ = attempt.bound.text[call.start : call.end].partition("(")
    behind = attempt.bound.text[call.end : node.end].strip()
    within = f"{call.value}(({inside}){behind})"
    if bracket and name != name.rstrip():
        message = f"{written} can be the {call.value} of the powers, or the power of the {call.value}"
        raise attempt.misfit(node, message, f"write {within} or ({call.value}({inside})){behind}", AmbiguityError).error
    if call.parts[0].kind == "sum":
        attempt.note(node, f"{written} is the power of the {call.value}; the {call.value} of the powers is {within}")


def power(attempt: Attempt, node: Node, a: Typed, exponent: Typed) -> Typed:
    """aˢ of a scalar, Aᵏ of a square matrix; ‖x‖_S² is xᵀSx"""
    if node.parts[0].kind == "norm" and len(node.parts[0].parts) > 1 and exponent.number == 2:
        return attempt.scalar(node, (a,), lambda e: e.operands[0] if isinstance(e, Sqrt) else make_power(e, Number(2)))
    if a.is_scalar:
        return scalar_power(attempt, node, a, exponent)
    if exponent.node.kind == "symbol" and exponent.node.value[0] == "T":
        return transpose(attempt, node, a)
    k = exponent.number
    if ONE in (a.rows, a.cols) and exponent.is_scalar and (k is None or k > 0):
        return power_of_entries(attempt, node, a, exponent)
    if id(node) in attempt.bound.summed and k is not None and k > 0:
        shown = attempt.written(node)
        if attempt.sizes.find(a.rows) is not attempt.sizes.find(a.cols):
            attempt.note(node, f"{shown} is taken entry by entry, as in a sum of squares")
            return attempt.typed(node, (a.rows, a.cols), (a, exponent), make_power)
        inside = attempt.written(node.parts[0])
        attempt.note(node, f"{shown} is a power of the matrix; {inside}.^{k} is that of each entry")
    require_square(attempt, node, a, "a power")
    if not exponent.is_scalar:
        raise attempt.misfit(node, f"an exponent is a scalar: {attempt.described(exponent)}", "expm is exp of a matrix")
    if k is None:
        return attempt.typed(node, (a.rows, a.cols), (a, exponent), partial(literal_power, attempt, node))
    if abs(k) > MOST_FACTORS:
        raise attempt.misfit(node, f"the power {k} of a matrix is too large", error=UnsupportedError)
    return attempt.typed(node, (a.rows, a.cols), (a,), partial(fractional_power, attempt, node, k))


MOST_FACTORS = 1000  # d(Aᵏ) has k terms
WHOLE = frozenset("ijklmnpqrstKLMNT")  # letters that are customary for whole numbers


def power_of_entries(attempt: Attempt, node: Node, a: Typed, exponent: Typed) -> Typed:
    """x² of a vector: the square of each entry, which is said, since xᵀx may be meant."""
    attempt.penalty(node, 1 if id(node) in attempt.bound.summed else 3, a)
    x = attempt.written(node.parts[0])
    x = x if x.isalnum() else x.join("()") if not x.startswith(("(", "\\left(")) else x
    attempt.note(node, f"{attempt.written(node)} is taken entry by entry; the inner product is {x}'*{x}")
    return attempt.typed(node, (a.rows, a.cols), (a, exponent), make_power)


def fractional_power(attempt: Attempt, node: Node, k: Fraction, a: Expr) -> Expr:
    """Aᵏ with a number k: A^½ is the square root of the matrix, and A^⅓ = expm(⅓ logm(A))."""
    if k.denominator == 1:
        return matrix_power(a, int(k))
    if not is_symmetric(a):
        shown, inside = attempt.written(node), attempt.written(node.parts[0])
        attempt.note(node, f"{shown} is a power of the matrix; {inside}.^({k}) takes that of each entry")
    from matdiff.algebra.operators.spectral_functions import power as power_of_matrix

    return power_of_matrix(a, Number(k))


def literal_power(attempt: Attempt, node: Node, a: Expr, s: Expr) -> Expr:
    """Aˢ with a letter: any real number where A is known to be positive, else a whole one."""
    told = [attempt.bound.names[n.value[0]] for n in postorder(node.parts[-1]) if n.kind in ("symbol", "member")]
    if all(name.declared and "integer" in name.declared.properties for name in told):
        return SymbolicPower.of(a, s)
    is_whole = all(name.name[0] in WHOLE or name.name in attempt.bound.ranges for name in told if not name.declared)
    is_whole = is_whole and not any(name.declared for name in told if name.name not in attempt.bound.ranges)
    if not is_whole and is_positive(a):
        from matdiff.algebra.operators.spectral_functions import power as power_of_matrix

        return power_of_matrix(a, s)
    if not is_whole:
        base, power = attempt.written(node.parts[0]), attempt.written(node)
        attempt.note(node, f"{s} in {power} is a whole number; a real power is that of an {base} declared spd")
    return SymbolicPower.of(a, s)


def is_positive(a: Expr) -> bool:
    """Whether a matrix is declared positive, or is MMᵀ."""
    if "psd" in assumed(a):
        return True
    factors = a.operands if isinstance(a, Product) else ()
    is_even = bool(factors) and len(factors) % 2 == 0
    return is_even and all(f.T is g or g.T is f for f, g in zip(factors, reversed(factors), strict=True))


def scalar_power(attempt: Attempt, node: Node, a: Typed, exponent: Typed) -> Typed:
    """aˢ with a scalar exponent"""
    if not exponent.is_scalar:
        raise attempt.misfit(node, f"an exponent is a scalar: {attempt.described(exponent)}", "exp(x) is entrywise")
    k = exponent.number
    if a.number is not None and k is not None and is_small_power(a.number, k):
        value = a.number ** int(k)
        result = attempt.scalar(node, (), lambda: Number(value))
        result.number = value
        return result
    return attempt.scalar(node, (a, exponent), make_power)


def is_small_power(base: Fraction, exponent: Fraction) -> bool:
    """Whether a power of numbers is a number that is worth writing out."""
    length = base.numerator.bit_length() + base.denominator.bit_length()
    return exponent.denominator == 1 and length * abs(exponent) < 1000 and bool(base or exponent > 0)


def make_power(a: Expr, s: Expr) -> Expr:
    """aˢ, with a¹ = a and a⁰ = 1; 2ˣ of every entry of x is exp(log(2)x)."""
    if not s.is_scalar:
        return Exp(Scale.of(Log(a), s))
    if isinstance(s, Number) and s.value in (0, 1):
        return a if s.value else filled(Number(1), *a.shape) if not a.is_scalar else Number(1)
    return Power(a, s)


@rule("dot_power")
def type_dot_power(attempt: Attempt, node: Node) -> Typed:
    """A.^s and 2.^x, entry by entry"""
    a, exponent = (part.typed for part in node.parts)
    if a.number is not None and a.number > 0 and not exponent.is_scalar:
        return attempt.typed(node, (exponent.rows, exponent.cols), (a, exponent), make_power)
    if a.is_scalar or not exponent.is_scalar:
        return scalar_power(attempt, node, a, exponent)
    return attempt.typed(node, (a.rows, a.cols), (a, exponent), make_power)


def is_of_terms(attempt: Attempt, node: Node, a: Typed, b: Typed) -> bool:
    """Whether x y of two columns is what is summed, ∑ y log p: each letter stands for its entries there.

    The unknown m of ∑ w (y − m)² may as well be one value.
    """
    if id(node) not in attempt.bound.summed or not (is_vector(a) and is_vector(b) and attempt.same_shape(a, b)):
        return False
    terms = (part for n in postorder(node) if n.kind == "sum" for part in n.parts if part.kind == "symbol")
    if any(part.value[0] in attempt.bound.wrt and part.typed.guessed for part in terms):
        return False
    attempt.note(node, f"{attempt.written(node)} is taken entry by entry, as what is summed is")
    return True
