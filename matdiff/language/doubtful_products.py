"""Products that may be others: in sum(y*log(s(w'x))) y has entries, or there are many x; the I of ω'Iω may be a matrix.

In goes a reading that is about to be taken; notes name the other reading, and the declaration that makes it so.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.errors import AmbiguityError, MatdiffError, ShapeError
from matdiff.language.binding import Bound
from matdiff.language.broadcasting import is_bias
from matdiff.language.customs import customary, is_time, kind_of, several_numbers
from matdiff.language.other_kinds import KindsError, typed_as
from matdiff.language.splitting import one_name
from matdiff.language.syntax import Node, postorder, without_brackets
from matdiff.language.typing import Attempt, Key
from matdiff.regex import match_at, regex

SIGMA = "Sigma"
SUMMED = ("sum", "mean")
MULTIPLIED = ("product", "tight", "inner", "array")
OF_PAIRS = ("dot", "inner")
PRODUCTS = ("product", "tight")
ONE_RUN = regex("[A-Za-z][a-z]")
BY_ENTRIES_IN_TEX = ("\\odot", "\\circ")
BY_ENTRIES = ("⊙", "∘", *BY_ENTRIES_IN_TEX)
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
    """Refuses the Qf and Kp of x'Qf x and Kp x, the xb of x − xb and the rf of μ'w − rf, whose last letter stands
    nowhere else: nobody means Q times f.

    It may be a vector behind a matrix, as in X'Xb, but not before a number.
    """
    terms = {id(part): node for node in bound.order if node.kind == "sum" for part in node.parts}
    asked = several_numbers(bound.text).union(bound.wrt)
    for node in [node for node in bound.order if node.kind in PRODUCTS]:
        factors = [n for part in node.parts for n in (part.parts if part.kind == "tight" else [part])]
        for first, second, *behind in zip(factors, factors[1:], [*factors[2:], None], strict=False):
            names = [part.value[0] for part in (first, second) if part.kind == "symbol"]
            run = bound.text[first.start : second.end]
            is_run = len(names) == 2 and ONE_RUN.fullmatch(run) and names[0] not in bound.ranges  # Nd beside ∑_{i=1}^N
            if not is_run or bound.names[names[1]].declared or names[1] in asked or is_time(names[1], bound.text):
                continue
            others = [part for part in terms[id(node)].parts if part is not node] if id(node) in terms else []
            is_factor = behind[0] is not None and behind[0].kind != "NUMBER" and behind[0].typed.is_scalar  # no /2
            is_number = second.typed.is_scalar or (run[0].isupper() and is_factor)
            is_alone = any(part.kind == "symbol" and part.value == first.value for part in others) or (
                first.typed.is_scalar and any(not p.typed.is_scalar for n in others if _is_inner(n) for p in n.parts)
            )  # kx of ½mv² − kx is a product
            if names[0] in bound.wrt and all(bound.text[n.start : n.end + 1] == run for n in _places(bound, names[0])):
                continue  # e = Wx/‖Wx‖ by W: it is no part of a name
            is_new = all(bound.text[n.start - 1 : n.end] == run for n in _places(bound, names[1]))
            if is_number and is_new and (run[0].isupper() or is_alone):
                raise one_name(bound.text, first.start, second.end)


def require_no_transpose(bound: Bound) -> None:
    """Refuses the T of cTx and AT, which stands behind letters alone and may be a transpose, as it is not in kT."""
    found = _places(bound, "T")
    is_open = found and not bound.names["T"].declared and "T" not in bound.wrt
    if not is_open or not all(re.search(r"(?<![^\W_])[^\W\d_]$", bound.text[: n.start]) for n in found):
        return
    for node in found:
        if not node.typed.is_scalar or match_at(r"[\s*]*[h-z](?!\w)", bound.text, node.end):
            before = bound.text[node.start - 1]
            hint = f"write {before}^T for the transpose, or declare T"
            message = f"{before}T can be the transpose of {before}, or a product with T"
            raise bound.error((node.start - 1, node.end), message, hint, AmbiguityError)


def require_numbers(bound: Bound, attempt: Attempt) -> None:
    """Raises KindsError for the t of [cos t, −sin t; sin t, cos t] as a vector: what stands in a grid may be numbers.

    Of blocks below each other that is so of angles, [cos t; sin t].
    """
    for node in [node for node in bound.order if node.kind == "block" and len(node.value) > 1]:
        angles = [n.parts[0] for n in postorder(node) if n.kind == "call" and n.value in ("sin", "cos")]
        inside = postorder(node) if min(node.value) > 1 else angles
        letters = dict.fromkeys(part.value[0] for part in inside if part.kind == "symbol")
        names = [x for x in letters if attempt.assumed.get(x) == "V" and not bound.names[x].declared]
        is_open = typed_as(bound, attempt, names, kind="S") is not None
        attempt.restore()
        if is_open:
            shown, told = ", ".join(names), " or ".join(f"{', '.join(names)}: {kind}" for kind in ("scalar", "vector"))
            message = f"{shown} in {attempt.written(node)} can be numbers, or vectors below each other"
            raise bound.error(node, message, f"declare {told} to decide", KindsError)


def _places(bound: Bound, name: str) -> list[Node]:
    return [node for node in bound.order if node.kind in ("symbol", "member") and node.value[0] == name]


def say_several(bound: Bound, attempt: Attempt) -> None:
    """Notes that the x and y of f(x, y) = xy + x are numbers, where a letter is mostly a vector."""
    for name in several_numbers(bound.text):
        places = [n for n in bound.order if n.kind == "symbol" and n.value[0] == name]
        if places and customary(name)[0][0] == "V" and attempt.assumed.get(name) == "S":
            attempt.note(places[0], f"{name} is read as a scalar; if it is a vector, declare it: {name}: vector")


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
    """Refuses π(K x), of which π can be a function that is not given, or the number; σ(w'x + b) with a vector σ."""
    for node in [n for n in bound.order if n.kind in PRODUCTS]:
        for left, right in pairwise(node.parts):
            name = left.value[0] if left.kind == "symbol" and right.start == left.end else ""
            is_call = name and bound.text.startswith(OPENS, left.end)
            shown, message = attempt.written(left), ""
            if name == "pi" and bound.pi == "custom" and not right.typed.is_scalar:
                message = f"{shown}(…) can be a function of a vector that is not given, or the number 3.14… times it"
            elif name == "sigma" and attempt.assumed.get(name) in ("V", "M") and not bound.names[name].declared:
                message = (
                    f"{shown}(…) can be the sigmoid, which is one number here, or the product with a vector {shown}"
                )
            if message and is_call:
                raise bound.error(node, message, f"write {shown}*(…) for the product", AmbiguityError)


def require_one_number(bound: Bound, attempt: Attempt) -> None:
    """Refuses w'x + b with a vector b, as ŷ_i makes it of ŷ = w'x + b: by custom b is a number as w'x is."""
    for node in [node for node in bound.order if node.kind == "sum"]:
        numbers = [part for part in node.parts if part.kind in PRODUCTS and part.typed.is_scalar]
        biases = [part.value[0] for part in node.parts if is_bias(part) and attempt.assumed.get(part.value[0]) == "V"]
        for b in biases if numbers and not node.typed.is_scalar else ():
            message = f"{attempt.written(numbers[0])} is one number, and so is {b} beside it by custom"
            hint = f"where they have a value for every i, write the i; else declare {b}: vector"
            raise bound.error(node, message, hint, AmbiguityError)


def require_no_row(bound: Bound, attempt: Attempt, names: list[Key]) -> None:
    """Raises ShapeError where x is a row for no other reason than that x xᵀ of a column is a matrix.

    The T of q_k in p_k^T log q_k^T, which never stands without it, may as well be a label or an exponent; and of
    y_j x_i x_j, in which no sign is that of an inner product, it may be the dot that is left out.
    """
    typed = typed_as(bound, attempt, names)
    if typed is None:
        members = [node for node in bound.order if node.kind == "member" and node.value[0] in names]
        turned = [
            n for n in bound.order if n.kind == "transpose" and n.parts[0] in members and "T" in attempt.written(n)
        ]
        if members and len(members) == len(turned):
            message = f"{attempt.written(turned[0])} can be the transpose of a row, or a name or power of its own"
            raise bound.error(turned[0], message, "write ^⊤ for the transpose, and declare the row", AmbiguityError)
        for first, second in (pair for n in bound.order if n.kind in PRODUCTS for pair in pairwise(n.parts)):
            if first in members and second.kind == "member" and first.value[0][0].islower():
                message = f"{attempt.written(first)} is no row by custom, and two vectors beside each other no product"
                raise bound.error(first, message, "write a dot or ^⊤ for the inner product", AmbiguityError)
        return
    hint = "a gradient is that of a scalar: take the sum, the trace or a norm, or ask matdiff jacobian"
    message = f"a scalar is needed here, but {attempt.described(typed)}"
    raise bound.error(bound.tree, message, f"{hint}; a row is declared, {names[0]}: 1 x n", ShapeError)


def require_clear_fractions(bound: Bound, attempt: Attempt) -> None:
    """Refuses P of (P/n)HHᵀ as a matrix, where a letter above a line in front of a matrix may be a number."""
    for node in [node for node in bound.order if node.kind in PRODUCTS]:
        fractions = [part for part in map(without_brackets, node.parts[:-1]) if part.kind in PRODUCTS]
        for fraction in [part for part in fractions if "divide" in part.value]:
            above = without_brackets(fraction.parts[0])
            is_over_letters = any(n.kind == "symbol" for part in fraction.parts[1:] for n in postorder(part))
            name = above.value[0] if above.kind == "symbol" and is_over_letters else ""
            is_open = attempt.assumed.get(name) == "M" and not bound.names[name].declared
            if is_open and typed_as(bound, attempt, [name], kind="S"):
                message = f"{name} above a line can be a number or a matrix"
                raise bound.error(node, message, f"declare {name}: scalar or {name}: matrix", AmbiguityError)
    attempt.restore()


def require_clear_entries(bound: Bound, attempt: Attempt) -> None:
    """Refuses A ⊙ X W where it can be (A ⊙ X) W or A ⊙ (X W); TeX sets A ⊙ XW in the same way."""
    before = dict(attempt.sizes.bound), attempt.sizes.disagreement
    for node in [node for node in bound.order if node.kind in PRODUCTS and "dot_times" in node.value]:
        places = [*range(len(node.parts))]
        for k in [k for k in places if node.value[k] == "dot_times"]:
            end = next((j for j in places[k + 1 :] if node.value[j] != "loose"), len(places))
            sign = bound.text[node.parts[k - 1].end : node.parts[k].start].strip()
            is_tight = node.parts[k].kind == "tight" and sign in BY_ENTRIES_IN_TEX
            run = node.parts[k].parts if is_tight else node.parts[k:end]
            first, *rest = [part for part in run if not part.typed.is_scalar] or run
            sizes = [size for part in (first, *rest[-1:]) for size in (part.typed.rows, part.typed.cols)]
            if rest and sign in BY_ENTRIES and ONE not in sizes and attempt.unify(sizes[1], sizes[3]):
                left, one, other = (bound.text[part.start : part.end] for part in (node.parts[k - 1], first, rest[0]))
                message = f"this can be ({left} ⊙ {one}) {other}, or {left} ⊙ ({one} {other})"
                raise bound.error(node, message, "write the brackets", AmbiguityError)
    attempt.sizes.bound, attempt.sizes.disagreement = before


def require_entries(bound: Bound, attempt: Attempt) -> None:
    """Raises AmbiguityError where a sum without an index has a number w'x of two vectors beside the entries of y.

    Declarations of y, or of w and x, say that it is one.
    """
    for call in bound.order:
        if call.kind != "call" or call.value not in SUMMED or len(call.parts) != 1:
            continue
        parts = list(inside(bound, call.parts[0]))
        for product in parts:
            pair = _vectors(bound, attempt, [product]) if _is_inner(product) else []
            if len(pair) < 2 or all(bound.names[name].declared for name in pair):
                continue
            vectors = (name for name in _vectors(bound, attempt, parts) if not bound.names[name].declared)
            besides = [name for name in vectors if name not in pair]
            if besides:
                raise _of_data(bound, attempt, call, product, besides[0], pair)


def require_one_sigma(bound: Bound) -> None:
    """Raises AmbiguityError where Σ sums in one place and is undeclared numbers in another: Σ_i w_i x_i / Σ_i w_i."""
    sums = [node for node in bound.order if node.kind == "big_sum" and bound.text[node.start] == "Σ"]
    for node in bound.order if sums and SIGMA in bound.names and not bound.names[SIGMA].declared else ():
        if node.kind in ("symbol", "member") and node.value[0] == SIGMA and node.typed.is_scalar:
            message = "Σ is the sign of a sum in one place, and would be a number here"
            hint = "put brackets around all that the first sum takes in, (Σ_i …)/(Σ_j …)"
            raise bound.error(node, message, hint, AmbiguityError)


def _is_inner(node: Node) -> bool:
    """w'x, w·x, ⟨w, x⟩, dot(w, x)"""
    is_product = node.kind in MULTIPLIED or (node.kind == "call" and node.value in OF_PAIRS)
    return is_product and node.typed is not None and node.typed.is_scalar


def inside(bound: Bound, root: Node) -> Iterator[Node]:
    """The nodes of a tree and of the definitions that it uses."""
    defined = {n.value: n for n in bound.order if n.kind in ("define", "abbreviate")}
    stack, seen = [root], set[str]()
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.parts)
        if node.kind == "definition" and node.value in defined and node.value not in seen:
            seen.add(node.value)
            stack.append(defined[node.value])


def _vectors(bound: Bound, attempt: Attempt, roots: list[Node]) -> list[str]:
    """The vectors among nodes and directly below them, in their order."""
    parts = [part for root in roots for part in (root, *root.parts)]
    below = [n for part in parts for n in part.parts]  # and below these in turn, as in −w'
    nodes = {id(n): n for n in (*parts, *below, *(n for part in below for n in part.parts))}
    symbols = sorted((n for n in nodes.values() if n.kind == "symbol"), key=lambda n: n.start)
    told = {name: bound.names[name].declared for name in dict.fromkeys(n.value[0] for n in symbols)}
    return [x for x, d in told.items() if (kind_of(d.shape) if d else attempt.assumed.get(x)) == "V"]


def _of_data(bound: Bound, attempt: Attempt, call: Node, product: Node, entries: str, pair: list[str]) -> MatdiffError:
    shown = attempt.written(product)
    data = next((name for name in reversed(pair) if name not in bound.wrt), pair[-1])
    message = (
        f"{attempt.written(call)} can be over data, with one {entries} and one {data} for each of them, or over the "
        f"entries of {entries}, for all of which {shown} is one number"
    )
    hint = f"write ∑_i with {entries}_i and {data}_i, or declare {entries}: m; {pair[0]}, {pair[1]}: n"
    return bound.error(call, message, hint, AmbiguityError)
