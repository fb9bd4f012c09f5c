"""Notation as data: how an operation is written, in pieces.  The bracketing rule that puts the pieces
together is in matdiff.output.notation; here stands only what an operator says about itself.

A *level* tells how tightly a notation binds; an operand is bracketed when it binds less tightly than
its slot asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from matdiff.records import NamedTuple

if TYPE_CHECKING:
    from matdiff.algebra.dims import Shape
    from matdiff.algebra.expr import Expr

SUM, FROBENIUS, TERM, PRODUCT, POSTFIX, ATOM = range(6)
JOIN = None  # an implicit product: nothing, or a space where the names would run together


class Style:
    """A way of writing: LaTeX or one of the plain texts, whose signs are those of Unicode until they are printed.

    scalar, matrix   what stands between a factor of a product and a scalar or a matrix before it: a JOIN,
                     or the sign of an *explicit* style
    over, power, dot_power   the signs of quotients and powers
    entry_by_entry   what marks a function of the entries, exp⊙(A)
    """

    __slots__ = ("dot_power", "entry_by_entry", "explicit", "latex", "matrix", "name", "over", "power", "scalar")

    def __init__(
        self, name: str, scalar: str | None = JOIN, matrix: str | None = JOIN, over: str = "/", power: str = "^"
    ) -> None:
        self.name = name
        self.latex = name == "latex"
        self.explicit = scalar is not JOIN
        self.scalar, self.matrix, self.over, self.power = scalar, matrix, over, power
        self.dot_power = power if power == "**" else ".^"
        self.entry_by_entry = {"latex": r"\odot", "ascii": ".", "numpy": ""}.get(name, "⊙")

    def pick(self, text: str, latex: str) -> str:
        """The spelling of this style; what is still Unicode is spelt by the writer."""
        return latex if self.latex else text


TEXT, LATEX, ASCII = Style("unicode"), Style("latex"), Style("ascii", "*", "*")
NUMPY = Style("numpy", " * ", " @ ", " / ", "**")
PYTHON = Style("numpy", " * ", " @ ", " / ", "**")  # where the whole is Python, places are counted from 0
STYLES = {style.name: style for style in (TEXT, ASCII, LATEX, NUMPY)}


class DifferentialSign(str):
    """The d of dX, which keeps a distance from the factors of a product."""

    __slots__ = ()


class Slot(NamedTuple):
    """A place for an operand, which is bracketed unless its notation has at least this level."""

    operand: Expr
    level: int


class Notation(NamedTuple):
    """The pieces of a notation from left to right, and how tightly the whole binds.

    A piece is text, a slot, or JOIN for the join of an implicit product.
    """

    parts: tuple[Part, ...]
    level: int = ATOM


Part = str | Slot | None


def call(name: str, operands: Sequence[Expr], style: Style, sign: str = "") -> Notation:
    """f(A, B): the notation of a function with a name, and perhaps with a sign behind it."""
    parts: list[Part] = [style.pick(f"{name}{sign}(", latex_name(name) + sign + r"\left(")]
    for k, operand in enumerate(operands):
        parts += [", "] * (k > 0) + [Slot(operand, SUM)]
    return Notation((*parts, style.pick(")", r"\right)")))


LATEX_OWN = frozenset("arccos arcsin arctan cos cosh det exp log max min sin sinh tan tanh".split())


def latex_name(name: str) -> str:
    """A function's name as LaTeX sets it upright."""
    return "\\" + name if name in LATEX_OWN else rf"\operatorname{{{name}}}".replace("_", r"\_")


def fenced(operand: Expr, style: Style, text: tuple[str, str], latex: tuple[str, str]) -> Notation:
    """‖A‖, |A|: an operand between fences."""
    opening, closing = latex if style.latex else text
    return Notation((opening, Slot(operand, SUM), closing))


# ---- names and numbers ----------------------------------------------------------------------------

SMALL = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi
    psi omega
"""
GREEK = dict(zip(SMALL.split(), "αβγδεζηθικλμνξοπρστυφχψω", strict=True))
GREEK |= dict(zip(SMALL.title().split(), "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ", strict=True))
LATIN_SHAPED = frozenset("Alpha Beta Epsilon Zeta Eta Iota Kappa Mu Nu Omicron Rho Tau Chi omicron".split())
GREEK["nabla"] = "∇"  # not Greek, but a spelt-out letter all the same
ACCENTS = {  # x_hat is x̂: the signs stand behind the letter, and all but the prime combine with it
    "hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c",
    "breve": "\u0306", "prime": "\u2032",
}  # fmt: skip
FONTS = {
    "bold": r"\mathbf",
    "cal": r"\mathcal",
    "bb": r"\mathbb",
    "frak": r"\mathfrak",
    "sf": r"\mathsf",
}  # N_bold is 𝐍
CHANGES = {"increment": "Delta", "variation": "delta"}  # x_increment is Δx
OF_NAMES = {  # letters with a name below them, which is written as one by itself, and what is none
    "nabla": (),
    "delta": ("nabla", "delta", *ACCENTS, *CHANGES, *FONTS),
}
ESCAPED = r"\_"  # in LaTeX
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def name_text(name: str, style: Style) -> str:
    """A name as it is written: Greek letters as letters, accents over them, digits at the end as a subscript."""
    if style.explicit:
        return name
    letter, _, below = name.partition("_")
    if letter in OF_NAMES and below and below.partition("_")[0] not in OF_NAMES[letter]:  # ∇_h₁, δ_h₁
        return style.pick(f"{GREEK[letter]}_", rf"\{letter}_{{") + name_text(below, style) + style.pick("", "}")
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    stem, *signs = stem.split("_")
    change = next((sign for sign in signs if sign in CHANGES), "")
    signs = [sign for sign in signs if sign != change]
    in_front = style.pick(GREEK[CHANGES[change]], rf"\{CHANGES[change]} ") if change else ""
    is_letter = len(stem) == 1 or stem in GREEK
    font = signs.pop(0) if style.latex and is_letter and signs[:1] and signs[0] in FONTS else ""
    accent = (
        signs.pop(0) if signs and signs[0] in ACCENTS and is_letter and (style is TEXT or signs[0] != "prime") else ""
    )
    below = "_".join(signs)
    if style.latex:
        letter = "\\" + stem if stem in GREEK and stem not in LATIN_SHAPED else stem
        letter = letter if len(stem) == 1 or letter != stem else rf"\mathrm{{{stem}}}"
        letter = f"{FONTS[font]}{{{letter}}}" if font else letter
        letter = rf"\{accent}{{{letter}}}" if accent else letter
        below = (rf"\mathrm{{{below.replace('_', ESCAPED)}}}" if len(below) > 1 else below) + digits
        return in_front + letter + (f"_{{{below}}}" if below else "")
    letter = in_front + GREEK.get(stem, stem) + ACCENTS.get(accent, "")
    return letter + ("_" + below + digits if below else digits.translate(SUBSCRIPTS))


def number_text(value: Fraction, style: Style) -> Notation:
    """A rational number."""
    minus = style.pick("−", "-") if value < 0 else ""
    text = minus + positive(abs(value), style)
    return Notation((text,), SUM if minus else TERM if "/" in text or "frac" in text else ATOM)


def positive(value: Fraction, style: Style) -> str:
    """A positive rational number: ``3``, ``½``, ``2/3``."""
    if value.denominator == 1:
        return str(value.numerator)
    if is_decimal(value):
        return decimal(value)
    if style.latex:
        return rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"
    is_half = value == Fraction(1, 2) and not style.explicit
    return "½" if is_half else f"{value.numerator}/{value.denominator}"


LONG_FRACTION, DIGITS = 1000, 12  # a denominator, and so many digits behind the point


def is_decimal(value: Fraction) -> bool:
    """Whether a number is written as a decimal: 0.044715, which as a fraction of whole numbers is longer."""
    if value.denominator <= LONG_FRACTION or 10**DIGITS % value.denominator:
        return False
    return len(decimal(value)) <= len(f"{value.numerator}/{value.denominator}")


def decimal(value: Fraction) -> str:
    """A positive number with a finite decimal fraction."""
    whole, digits = divmod(value.numerator * 10**DIGITS // value.denominator, 10**DIGITS)
    return f"{whole}.{digits:0{DIGITS}}".rstrip("0")


def sized(letter: str, shape: Shape, style: Style) -> Notation:
    """I_n, 1_n, 0_{m×n}: a constant matrix with its size."""
    rows, cols = shape
    sizes = [f"({s})" if len(s.terms) > 1 and s.denominator == 1 else str(s) for s in shape]
    sizes = [str(rows)] if letter == "I" or str(cols) == "1" else sizes
    size = style.pick("×", r" \times ").join(sizes)
    bold = rf"\mathbf{{{letter}}}" if style.latex and letter != "I" else letter
    is_short = size.isalnum() and (len(size) == 1 or size[1:].isdecimal()) and not style.latex
    return Notation((f"{bold}_{size}" if is_short else f"{bold}_{{{size}}}",))


def bare(letter: str, style: Style) -> Notation:
    """I, 1, 0: a constant matrix whose size the context tells."""
    return Notation((rf"\mathbf{{{letter}}}" if style.latex and letter != "I" else letter,))


# ---- sums -----------------------------------------------------------------------------------------


def signed_sum(terms: Sequence[Expr], style: Style) -> Notation:
    """a + b − c: a term with a negative coefficient is subtracted."""
    minus = style.pick("−", "-")
    parts: list[Part] = []
    for k, term in enumerate(terms):
        if term.leading_number.numerator < 0:
            parts += [f" {minus} " if k else minus, Slot(-term, FROBENIUS)]
        else:
            parts += [" + "] * (k > 0) + [Slot(term, FROBENIUS)]
    return Notation(tuple(parts), SUM)


# ---- products and fractions -----------------------------------------------------------------------


def above_and_below(factors: Sequence[Expr]) -> tuple[list[Expr], list[tuple[Expr, Fraction]]]:
    """What stands above a bar and below it: the reciprocals (b, k) of b^(-k), if they stand last."""
    below = [f.reciprocal for f in factors if f.reciprocal]
    above = [f for f in factors if not f.reciprocal]
    return (above, below) if list(factors[: len(above)]) == above else (list(factors), [])


def entrywise_product(factors: Sequence[Expr], style: Style, number: str = "1") -> Notation:
    """A ⊙ B ./ C, where the reciprocals stand last, as reading a quotient puts them; a *number* above nothing else."""
    above, below = above_and_below(factors)
    dot = style.pick(" ⊙ ", r" \odot ")
    parts: list[Part] = [] if above else [number]
    for k, factor in enumerate(above):
        parts += [dot] * (k > 0) + [Slot(factor, POSTFIX)]
    for base, exponent in below:
        digits = str(exponent) if exponent.denominator == 1 or style.latex else f"({exponent})"
        raised = [] if exponent == 1 else [style.pick(".^", r"^{\circ "), digits, style.pick("", "}")]
        parts += [style.pick(" ./ ", r" \oslash "), Slot(base, ATOM if raised else POSTFIX), *raised]
    return Notation(tuple(parts), TERM)


def product(scalars: Sequence[Expr], matrices: Sequence[Expr], style: Style) -> Notation:
    """2aX/b: a number, scalars and matrices side by side, the reciprocal scalars below a bar.

    The bar is used only when the reciprocals stand last, since that is how 2aX/b is read.
    """
    number = Fraction(1)
    if scalars and isinstance(value := scalars[0].number, Fraction):
        number, scalars = value, scalars[1:]
    minus = style.pick("−", "-") if number < 0 else ""
    number = abs(number)
    above, below = above_and_below(scalars)
    upper = [*above, *matrices]
    denominator = 1
    if not is_decimal(number) and ((below and number.denominator > 1) or (upper and number.denominator > 2)):
        denominator, number = number.denominator, Fraction(number.numerator)
    digits = positive(number, style) if number != 1 or not upper else ""
    fraction = bool(below) or denominator > 1
    open_ended = bool(upper) and upper[-1].open_ended and not fraction and not style.explicit
    top = _side_by_side(digits, above, matrices, open_ended, fraction and not style.latex, style)
    if fraction:
        return _fraction(minus, top, denominator, below, style)
    level = SUM if minus else TERM if open_ended or (not upper and "/" in digits) else PRODUCT
    return Notation((minus, *top) if minus else tuple(top), level)


def _side_by_side(
    digits: str, scalars: Sequence[Expr], matrices: Sequence[Expr], open_ended: bool, divided: bool, style: Style
) -> list[Part]:
    """2aXY: the last factor needs no brackets where it is the only one, a big sum, or as xᵀAx in ½xᵀAx."""
    factors = [*scalars, *matrices]
    pieces: list[Part] = [digits] if digits else []
    single = len(factors) == 1 and not digits
    for k, factor in enumerate(factors):
        level = POSTFIX
        if k == len(factors) - 1:
            alone = (single or factor.is_inner) and not (divided and _ends_in_ones(factor))
            level = TERM if open_ended else PRODUCT if alone else POSTFIX
        pieces += [style.scalar if k <= len(scalars) else style.matrix] * bool(pieces) + [Slot(factor, level)]
    return pieces


def _fraction(
    minus: str, top: list[Part], denominator: int, below: Sequence[tuple[Expr, Fraction]], style: Style
) -> Notation:
    """−2aX/(3b²)"""
    bottom: list[Part] = [str(denominator)] if denominator > 1 else []
    for base, exponent in below:
        bottom += [style.scalar] * bool(bottom) + [Slot(base, POSTFIX if exponent == 1 else ATOM)]
        bottom += [exponent_text(exponent, style)] * (exponent != 1)
    if style.latex:  # the bar is bracket enough for what stands alone above or below it
        return Notation((minus + r"\frac{", *_alone(top), "}{", *_alone(bottom), "}"), SUM if minus else PRODUCT)
    if len(below) + (denominator > 1) > 1:
        bottom = ["(", *bottom, ")"]
    return Notation(tuple([minus] * bool(minus) + [*top, style.over, *bottom]), SUM if minus else TERM)


def _alone(parts: list[Part]) -> list[Part]:
    """The parts above or below a bar; a single one needs no brackets."""
    only = parts[0]
    return [Slot(only.operand, SUM)] if len(parts) == 1 and isinstance(only, Slot) else parts


def _ends_in_ones(e: Expr) -> bool:
    """Whether what is written last is a vector of ones: xᵀA 1/3 would be a third of xᵀA."""
    return bool(e.operands) and e.operands[-1].letter == "1"


SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def exponent_text(value: Fraction, style: Style) -> str:
    """A number as an exponent."""
    digits = str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    if style.latex:
        return f"^{{{digits}}}"
    if value.denominator > 1:
        return f"{style.power}({digits})"
    return style.power + digits if style.explicit else digits.translate(SUPERSCRIPTS)


def power(base: Expr, exponent: Expr, style: Style, entrywise: bool = False) -> Notation:
    """aˢ; A.^s where the power is taken entry by entry."""
    if entrywise and style.latex:
        return Notation((Slot(base, ATOM), r"^{\circ ", Slot(exponent, SUM), "}"), POSTFIX)
    if entrywise:
        return Notation((Slot(base, ATOM), style.dot_power, Slot(exponent, ATOM)), POSTFIX)
    if exponent.number is not None:
        return Notation((Slot(base, ATOM), exponent_text(exponent.number, style)), POSTFIX)
    if style.latex:
        return Notation((Slot(base, ATOM), "^{", Slot(exponent, SUM), "}"), POSTFIX)
    return Notation((Slot(base, ATOM), style.power, Slot(exponent, ATOM)), POSTFIX)
