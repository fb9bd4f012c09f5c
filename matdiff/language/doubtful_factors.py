"""What is said of factors that may be numbers or matrices: the I of ω'Iω, the sigma of x' sigma x, the P of (P/n)HHᵀ.

In goes a reading that is about to be taken; notes name the other reading, and the declaration that makes it so.
"""

from __future__ import annotations

from itertools import pairwise

from matdiff.algebra.dims import ONE
from matdiff.errors import AmbiguityError
from matdiff.language.binding import Bound
from matdiff.language.customs import is_time
from matdiff.language.other_kinds import typed_as
from matdiff.language.splitting import one_name
from matdiff.language.syntax import postorder, without_brackets
from matdiff.language.typing import Attempt
from matdiff.regex import regex

PRODUCTS = ("product", "tight")
ONE_RUN = regex("[A-Z][a-z]")
OPENS = ("(", *(f"\\{size}(" for size in ("left", "big", "bigl", "Big", "Bigl")))


def say_identities(bound: Bound, attempt: Attempt) -> None:
    """Notes that the I of ω'Iω is the identity, which nobody writes there: it may be a matrix, as of inertia."""
    for node in [node for node in bound.order if node.kind in PRODUCTS]:
        ones = [part for part in node.parts if part.kind == "constant" and part.value == ("eye", ())]
        others = [part for part in node.parts if part not in ones and part.typed is not None]
        written = [one for one in ones if attempt.written(one) == "I"]
        if written and any(part.kind in ("symbol", "transpose") and not part.typed.is_scalar for part in others):
            attempt.note(written[0], "I is the identity matrix; if it is another one, declare it: I: square")


def require_one_name(bound: Bound, attempt: Attempt) -> None:
    """Refuses the Qf and Kp of x'Qf x and Kp x, whose small letter stands nowhere else: nobody means Q times f.

    It may be a vector behind a matrix, as in X'Xb, but not before a number.
    """
    for node in [node for node in bound.order if node.kind in PRODUCTS]:
        factors = [n for part in node.parts for n in (part.parts if part.kind == "tight" else [part])]
        for first, second, *behind in zip(factors, factors[1:], [*factors[2:], None], strict=False):
            names = [part.value[0] for part in (first, second) if part.kind == "symbol"]
            is_run = len(names) == 2 and ONE_RUN.fullmatch(bound.text[first.start : second.end])
            if not is_run or bound.names[names[1]].declared or names[1] in bound.wrt or is_time(names[1], bound.text):
                continue
            is_number = second.typed.is_scalar or (behind[0] is not None and behind[0].typed.is_scalar)
            run = bound.text[first.start : second.end]
            stands = [n for n in bound.order if n.kind in ("symbol", "member") and n.value[0] == names[1]]
            if is_number and all(bound.text[n.start - 1 : n.end] == run for n in stands):
                raise one_name(bound.text, first.start, second.end)


def say_middles(bound: Bound, attempt: Attempt) -> None:
    """Notes that sigma of x' * sigma * x is a number, where a matrix stands mostly."""
    for node in [n for n in bound.order if n.kind in PRODUCTS and len(n.parts) > 2]:
        for left, middle, right in zip(node.parts, node.parts[1:], node.parts[2:], strict=False):
            name = middle.value[0] if middle.kind == "symbol" else ""
            is_number = attempt.assumed.get(name) == "S" and not bound.names[name].declared
            is_form = left.typed.rows is ONE is not left.typed.cols and right.typed.cols is ONE is not right.typed.rows
            if is_number and is_form and typed_as(bound, attempt, [name], kind="M"):
                shown = f"{attempt.written(left)} and {attempt.written(right)}"
                said = f"{name} is read as a number between {shown}; if it is a matrix, declare it: {name}: matrix"
                attempt.note(middle, said)
    attempt.restore()


def require_no_projection(bound: Bound, attempt: Attempt) -> None:
    """Refuses π(K x), of which π can be a function of a vector that is not given, or the number."""
    for node in [n for n in bound.order if n.kind in PRODUCTS] if bound.pi == "custom" else ():
        for left, right in pairwise(node.parts):
            is_call = left.kind == "symbol" and left.value[0] == "pi" and right.start == left.end
            if is_call and bound.text.startswith(OPENS, left.end) and not right.typed.is_scalar:
                shown = attempt.written(left)
                message = f"{shown}(…) can be a function of a vector that is not given, or the number 3.14… times it"
                raise bound.error(node, message, f"write {shown}*(…) for the product", AmbiguityError)


def say_fractions(bound: Bound, attempt: Attempt) -> None:
    """Notes that P of (P/n)HHᵀ is a matrix, where a letter above a line in front of a matrix may be a number."""
    for node in [node for node in bound.order if node.kind in PRODUCTS]:
        fractions = [part for part in map(without_brackets, node.parts[:-1]) if part.kind in PRODUCTS]
        for fraction in [part for part in fractions if "divide" in part.value]:
            above = without_brackets(fraction.parts[0])
            is_over_letters = any(n.kind == "symbol" for part in fraction.parts[1:] for n in postorder(part))
            name = above.value[0] if above.kind == "symbol" and is_over_letters else ""
            is_open = attempt.assumed.get(name) == "M" and not bound.names[name].declared
            if is_open and typed_as(bound, attempt, [name], kind="S"):
                said = f"{name} is read as a matrix above a line; if it is a number, declare it: {name}: scalar"
                attempt.note(fraction, said)
    attempt.restore()
