"""What is asked of a reading before it is taken: whether custom, or the spelling of the text, has another in mind."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, permutations

from matdiff import regex as re
from matdiff.algebra.dims import ONE, SCALAR
from matdiff.errors import AmbiguityError
from matdiff.language import doubtful_code, doubtful_products
from matdiff.language.binding import Bound
from matdiff.language.customs import SCALARS, WEIGHTS, customary, is_time
from matdiff.language.dialects import recognised
from matdiff.language.doubtful_code import is_matrix, is_word
from matdiff.language.doubtful_indices import say_families, say_pairs
from matdiff.language.doubtful_products import PRODUCTS
from matdiff.language.names import GREEK_WORDS
from matdiff.language.other_kinds import KindsError, typed_as
from matdiff.language.scopes import BARE
from matdiff.language.syntax import Node, postorder
from matdiff.language.typing import Attempt, Key

Turned = Mapping[Key, tuple[str, str]]  # what goes against custom: the kind by custom, and the one that is taken
VECTOR_VALUED = frozenset(("f", "g", "h", "phi", "psi"))  # letters of open functions but σ
OF_ENTRIES = ("sum", "mean", "prod")  # functions of the entries of what stands in their brackets


def require_customary(bound: Bound, attempt: Attempt, turned: Turned, scalar: bool) -> None:
    """Raises where letters are not what custom makes them for a reason that is none."""
    _require_coefficients(bound, attempt)
    _require_rows(bound, attempt)
    _require_columns(bound, attempt, [key for key, kinds in turned.items() if kinds == ("V", "M")], scalar)
    _require_columns(bound, attempt, [key for key, kinds in turned.items() if kinds == ("V", "S")], scalar, OF_ENTRIES)
    _require_data(bound, attempt, turned)
    doubtful_code.require_vectors(bound, attempt, scalar)
    doubtful_products.require_entries(bound, attempt)
    doubtful_products.require_one_sigma(bound)
    doubtful_products.require_numbers(bound, attempt)
    _require_powers(bound, attempt)
    doubtful_code.require_words(bound, attempt, scalar)
    doubtful_code.require_products(bound, attempt, scalar)
    doubtful_code.require_axes(bound, attempt, scalar)
    doubtful_code.require_rows(bound, attempt)
    doubtful_code.require_entries_of_one(bound)
    doubtful_code.require_columns(bound, attempt)
    doubtful_code.require_one_axis(bound, attempt)
    _require_dots(bound, attempt)
    _require_of_entries(bound)
    rows = [key for key, (_, kind) in turned.items() if kind == "R"]
    doubtful_code.require_no_rows(bound, attempt, rows)
    if scalar:
        doubtful_products.require_no_row(bound, attempt, rows)


def say_doubts(bound: Bound, attempt: Attempt) -> None:
    """Notes what is doubtful in a reading that is taken."""
    doubtful_products.say_identities(bound, attempt)
    say_means(bound, attempt)
    say_sigmoids(bound, attempt)
    doubtful_products.require_no_projection(bound, attempt)
    doubtful_products.require_one_number(bound, attempt)
    doubtful_products.require_one_name(bound, attempt)
    doubtful_products.require_no_transpose(bound)
    doubtful_products.say_middles(bound, attempt)
    doubtful_products.say_several(bound, attempt)
    doubtful_products.require_clear_fractions(bound, attempt)
    doubtful_products.require_clear_entries(bound, attempt)
    say_families(bound, attempt)
    say_pairs(bound, attempt)
    doubtful_code.say_samples(bound, attempt)
    doubtful_code.say_coefficients(bound, attempt)
    doubtful_code.say_divisors(bound, attempt)
    say_offsets(bound, attempt)
    say_rows(bound, attempt)
    say_spread_numbers(bound, attempt)
    say_factors(bound, attempt)
    say_stems(bound, attempt)


def _require_coefficients(bound: Bound, attempt: Attempt) -> None:
    """Raises KindsError where β of X β is a number: a number stands in front of a matrix, and β may be a vector.

    So it is with a word behind any matrix, as cov_S of S⁻¹ cov_S.
    """
    for first, second in (pair for node in bound.order if node.kind in PRODUCTS for pair in pairwise(node.parts)):
        if second.kind != "symbol" or "/" in bound.text[first.end : second.start]:
            continue
        matrix, name = attempt.written(first), second.value[0]
        if attempt.assumed.get(name) != "S" or not is_matrix(first):
            continue
        is_greek = name in GREEK_WORDS and first.kind == "symbol" and not bound.names[name].declared
        if is_greek or (is_word(bound, second) and typed_as(bound, attempt, [name], kind="M")):
            message = f"{name} can be a number behind the matrix {matrix}, or what {matrix} is multiplied by"
            kind = "vector, and what stands beside it," if is_greek else "matrix"
            hint = f"declare {name}: {kind} or {name}: scalar"
            raise bound.error((first.start, second.end), message, hint, KindsError)


def _require_rows(bound: Bound, attempt: Attempt) -> None:
    """Raises AmbiguityError where U is a vector for no other reason than that U_i stands beside ‖U‖_F."""
    for name in bound.names.values():
        is_matrix = customary(name.name)[0][0] == "M" and not (name.declared or name.whole)
        if not (is_matrix and name.indexed == 1 and name.plain and attempt.assumed.get(name.name) == "V"):
            continue
        place = next((n for n in bound.order if n.kind == "member" and n.value[0] == name.name), bound.tree)
        shown, x = attempt.written(place), name.name
        hint = f"write {x}[i, :] or {x}[:, i], or declare {x}: vector"
        message = f"{shown} can be a row or a column of the matrix {x}, or an entry of a vector"
        raise bound.error(place, message, hint, AmbiguityError)


def _require_columns(
    bound: Bound, attempt: Attempt, names: list[Key], scalar: bool, inside: tuple[str, ...] = ()
) -> None:
    """Raises KindsError where x is no vector for no other reason than that x*y of two vectors is no product.

    A number times a vector is common, but not *inside* the brackets of a function of entries, as in sum(y*log(p)).
    """
    products: list[Node] = []
    typed = typed_as(bound, attempt, names, products)
    if typed is None or not products or (scalar and not typed.is_scalar):
        return
    if inside and not _within(bound, products[0], inside):
        return
    place, called = products[0], " and ".join(map(str, names))
    message = f"{attempt.written(place)} is no product of vectors, and by custom {called} would be one"
    other = f"a number, {names[0]}: scalar" if inside else f"a matrix, {names[0]}: square"
    hint = f"write .* for the product entry by entry, x'*y for the inner product, or declare {other}"
    raise bound.error(place, message, hint, KindsError)


def _require_data(bound: Bound, attempt: Attempt, turned: Turned) -> None:
    """Raises AmbiguityError where a sum that names no index is over t, and another letter may have a value for every t.

    That is the unknown where it would be a vector by custom, as o of ∑(t − o)², or is the same letter, as ŷ of
    ∑‖y − ŷ‖²; a coefficient, which a is in ∑(y − a − b x)²; and what is defined, as ŷ = w'x.
    """
    if attempt.assumed.get(BARE) != "members":
        return
    data = sorted(bound.data)
    coefficients = {name for name in data if customary(name) == SCALARS and not bound.names[name].declared}
    over = [name for name in data if name not in coefficients] or data
    stems = {name.partition("_")[0] for name in over}
    of_numbers = all(attempt.shape_of(bound.names[name])[0] == SCALAR for name in over)
    unknowns = (bound.names[name] for name in sorted(bound.wrt & bound.names.keys()))
    doubtful = [
        name.name
        for name in unknowns
        if name.in_sums and not (name.declared or name.indexed)
        if name.name.partition("_")[0] in stems or (of_numbers and turned.get(name.name) == ("V", "S"))
    ]
    is_open = not all(name.declared for name in bound.names.values())
    inside = [node for node in postorder(bound.tree) if is_open and id(node) in bound.summed]
    uses = (part for node in inside for part in postorder(node) if part.kind == "definition")
    defined = {bound.text[use.start : use.end] for use in uses}
    for name in (*doubtful, *sorted(coefficients.difference(over)), *sorted(defined)):
        message = f"the sum is over {' and '.join(over)}, and {name} may be one value, or one for every term"
        raise bound.error(bound.tree, message, f"write ∑_i with {over[0]}_i, and {name} or {name}_i", AmbiguityError)


def makes_numbers(bound: Bound, attempt: Attempt) -> bool:
    """Whether quotes are primes, of letters that are vectors by custom and numbers here: x x' has no numbers."""
    primed = [name for name in bound.names if name.endswith("_prime") and not bound.names[name].declared]
    return any(customary(name)[0][0] == "V" and attempt.assumed.get(name) == "S" for name in primed)


def say_sigmoids(bound: Bound, attempt: Attempt) -> None:
    """Notes that σ(z)_c is the logistic function of z_c, where who takes an entry behind σ may mean softmax."""
    for node in [node for node in bound.order if node.kind == "entry" and node.parts[0].kind == "call"]:
        shown = attempt.written(node.parts[0])
        if node.parts[0].value == "sigmoid" and shown.startswith(("σ", r"\sigma")):
            attempt.note(node, f"{shown} is the logistic function of each entry; the other one is softmax(…)")


OF_LOSSES = frozenset("L J ell loss Loss MSE RSS NLL CE".split())  # letters and words that are customary for functions


def say_means(bound: Bound, attempt: Attempt) -> None:
    """Notes that x̄ is a constant beside the unknown x, the loss in 𝓛 + λ‖w‖², and h_{t-1} in h_t = …: what depends on
    the unknown has to be defined.
    """
    terms = [part for node in bound.order if node.kind == "sum" for part in node.parts if part.kind == "symbol"]
    losses = {part.value[0] for part in terms if part.value[0].partition("_")[0] in OF_LOSSES} - bound.wrt
    for name in bound.names.values():
        of, is_mean = name.name.removesuffix("_bar"), name.name.endswith("_bar")
        unknowns = [one for one in sorted(bound.wrt) if name.name in losses or re.fullmatch(rf"{of}(_\w)?", one)]
        if unknowns and (is_mean or name.name in losses) and not name.declared:
            place = next(n for n in bound.order if n.kind in ("symbol", "member") and n.value[0] == name.name)
            hint = f"where it depends on {of if is_mean else unknowns[0]}, define it: {name.name} = …"
            attempt.note(place, f"{name.name} is a constant here; {hint}")
    for step in (re.fullmatch(r"(\w+_(\w))(?:minus|plus)[0-9]+", name) for name in bound.names):
        if step and step[1] in bound.definitions:
            place = next(n for n in bound.order if n.kind == "symbol" and n.value[0] == step[0])
            hint = f"for the steps write … for {step[2]} = 1..T behind {step[1]} = …"
            attempt.note(place, f"{step[0]} is a constant here; {hint}")


def _require_powers(bound: Bound, attempt: Attempt) -> None:
    """Raises AmbiguityError for X**2 of a matrix, XX on paper and in SymPy, X.^2 in NumPy and in sum(X**2)."""
    found = [node for node in bound.order if node.kind == "dot_power"]
    is_code = bound.is_code or (found and recognised(bound.text) is not None)  # np.exp(g'(X))**2, which is no Python
    for node in found if not is_code else ():
        base, k = node.parts[0], attempt.written(node.parts[1])
        a, shown = base.typed, attempt.written(base)
        is_square = attempt.sizes.find(a.rows) is attempt.sizes.find(a.cols)
        is_open = all(n.kind != "symbol" or not bound.names[n.value[0]].declared for n in postorder(base))
        if ONE in (a.rows, a.cols) or "**" not in bound.text[base.end : node.parts[1].start]:
            continue
        if any(call.kind == "call" and call.value in OF_ENTRIES and node in call.parts for call in bound.order):
            if is_square:
                attempt.note(node, f"{shown}**{k} is taken entry by entry; the power of the matrix is {shown}^{k}")
        elif is_square or is_open:
            message = f"{attempt.written(node)} can be the power of the matrix, or that of each entry, as in NumPy"
            hint = f"write {shown}^{k} for the power of the matrix, {shown}.^{k} for that of each entry"
            raise bound.error(node, message, hint, AmbiguityError)


def _require_of_entries(bound: Bound) -> None:
    """Raises KindsError for ‖f(x) − y‖² by x, where f may be of each entry, or of the vector; sum(f(x)) is plain."""
    for node in [n for n in bound.order if n.kind == "unspecified" and n.value[0] in VECTOR_VALUED and not n.value[1]]:
        a, name = node.parts[-1].typed, node.value[0]
        is_asked = a is not None and a.node.kind in ("symbol", "member") and a.node.value[0] in bound.wrt
        is_vector = is_asked and a.cols is ONE is not a.rows and not node.typed.is_scalar
        if is_vector and name not in bound.declared and not _within(bound, node, OF_ENTRIES):
            message = f"{name} can be a function of each entry, or one of the whole vector, which has to be given"
            hint = f"declare {name}: scalar -> scalar, or give it, {name}({a.node.value[0]}) = …"
            raise bound.error(node, message, hint, KindsError)


def _require_dots(bound: Bound, attempt: Attempt) -> None:
    """Raises KindsError where a·b is a product of numbers beside |a|, which for vectors is a length; so of e_i·e_j."""
    lettered = ("symbol", "member")
    bars = {n.parts[0].value[0] for n in bound.order if n.kind == "bars" and n.parts[0].kind in lettered}
    products = [n for n in bound.order if n.kind in PRODUCTS and "dot" in n.value]
    for node in products:
        for (a, b), sign in zip(pairwise(node.parts), node.value[1:], strict=True):
            parts = [n for n in (a, b) if n.kind in lettered and n.typed is not None and n.typed.is_scalar]
            names = [n.value[0] for n in parts]
            if sign != "dot" or len(names) < 2 or any(bound.names[n].declared for n in names):
                continue
            if bars.isdisjoint(names) and (names[0] != names[1] or attempt.written(a) == attempt.written(b)):
                continue
            if typed_as(bound, attempt, names) is not None:
                both = ", ".join(map(attempt.written, parts))
                hint = f"declare {names[0]}[i=1..N]: d, or {names[0]}: vector if these are its entries"
                hint = hint if names[0] == names[1] else f"declare {both}: vector or {both}: scalar to decide"
                message = f"{attempt.written(node)} can be the inner product of vectors, or a product of numbers"
                raise bound.error(node, message, hint, KindsError)


def say_offsets(bound: Bound, attempt: Attempt) -> None:
    """Notes that the b of X w + b, or y − a x − b, is a vector, where it may be one number for all rows."""
    for node in bound.order:
        is_residual = node.kind == "sum" and len(node.parts) == 2 and "subtract" in node.value  # X w − b
        terms = node.parts if node.kind == "sum" and not is_residual else []
        letters = [part.value[0] for part in terms if part.kind == "symbol"]
        made = [b for b in letters if attempt.assumed.get(b) == "V" and not bound.names[b].declared]
        doubtful = [b for b in made if customary(b)[0][0] == "S"]
        if doubtful and any(_is_prediction(part, attempt) for part in terms):
            (b, *_), kind = doubtful, "scalar"
            attempt.note(node, f"{b} is read as a vector; if it is one number for all rows, declare it: {b}: {kind}")


def say_spread_numbers(bound: Bound, attempt: Attempt) -> None:
    """Notes that the b of A X − b is a number beside every entry of a matrix; it may be one, too."""
    for node in [node for node in bound.order if node.kind == "sum"]:
        matrices = list(filter(is_matrix, node.parts))
        letters = [part.value[0] for part in node.parts if part.kind == "symbol"]
        for b in letters if matrices else ():
            if b in "bc" and attempt.assumed.get(b) == "S" and not bound.names[b].declared:
                said = f"{b} is read as a number beside every entry of {attempt.written(matrices[0])}"
                attempt.note(node, f"{said}; else declare it: {b}: matrix")


def say_rows(bound: Bound, attempt: Attempt) -> None:
    """Notes that X_i and β of X_i β are numbers, where X_i, before what is multiplied by it, may be a row of data."""
    for first, second in (pair for node in bound.order if node.kind in PRODUCTS for pair in pairwise(node.parts)):
        is_pair = (first.kind, second.kind) == ("member", "symbol") and "/" not in bound.text[first.end : second.start]
        names = [first.value[0], second.value[0]] if is_pair and len(first.value[1]) == 1 else []
        numbers = [name for name in names if attempt.assumed.get(name) == "S" and not bound.names[name].declared]
        if len(numbers) == 2 and numbers[0][0].isupper() and customary(numbers[1])[0][0] != "M":
            row, (data, factor) = attempt.written(first), numbers
            said = f"{row} and {factor} are read as numbers; if {row} is a row, declare it: {data}[i=1..n]: 1 x p"
            attempt.note(first, f"{said}; {factor}: p")


def say_stems(bound: Bound, attempt: Attempt) -> None:
    """Notes that θ₁ is a vector beside a number θ₀, where both may be numbers."""
    kinds = {name: attempt.assumed.get(name, "") for name, of in bound.names.items() if not (of.declared or of.indexed)}
    for number in [name for name, kind in kinds.items() if kind == "S" and name[-1:] == "0"]:
        stem = number[:-1]
        others = [name for name, kind in kinds.items() if kind == "V" and re.fullmatch(rf"{stem}[1-9]", name)]
        if others and customary(number)[0][0] == "S":
            place = next(n for n in bound.order if n.kind == "symbol" and n.value[0] == others[0])
            _say_number(attempt, place, others[0], number)
    for node in [n for n in bound.order if n.kind in ("add", "sub", "sum") and len(n.parts) == 2]:
        for one, other in permutations(node.parts):
            is_number = one.kind == "definition" and one.typed is not None and one.typed.is_scalar
            if is_number and other.kind == "symbol" and kinds.get(other.value[0]) == "V":
                _say_number(attempt, other, other.value[0], one.value)


def _say_number(attempt: Attempt, place: Node, vector: str, number: str) -> None:
    """Notes that a name is a vector beside a number."""
    said = f"{vector} is read as a vector beside the number {number}; if it is a number too, declare it"
    attempt.note(place, f"{said}: {vector}: scalar")


def say_factors(bound: Bound, attempt: Attempt) -> None:
    """Notes that of the numbers by custom in σ ε beside a vector μ it is σ that is a vector: it may be ε, or both.

    A word tells nothing of its kind, and so it may be the vector also in s noise, where s is one by custom.
    """
    for node in [node for node in bound.order if node.kind in PRODUCTS and len(node.parts) == 2]:
        names = [part.value[0] for part in node.parts if part.kind == "symbol"]
        made = [name for name in names if attempt.assumed.get(name) == "V"]
        left = [name for name in names if attempt.assumed.get(name) == "S"]
        left = [name for name in left if not is_time(name, bound.text)]
        is_open = [name for name in left if is_word(bound, name) or customary(made[0])[0][0] == "S"] if made else []
        if is_open and len(made) == len(left) == 1 and typed_as(bound, attempt, left, numbers=made):
            (vector,), (number,) = made, left
            said = f"{vector} is read as a vector and {number} as a number; the other way is {number}: vector"
            attempt.note(node, f"{said}, and a product of two vectors entry by entry {vector} .* {number}")
        elif len(made) == len(left) == 1 and names == [*made, *left] and "*" in attempt.written(node):
            (vector,), (number,) = made, left  # x * theta, where a number mostly stands in front
            if _within(bound, node, ("sum", "mean")):
                message = f"{vector} * {number} can be {number} times {vector}, or their product entry by entry"
                hint = f"write {number}*{vector}, or {vector} .* {number}"
                raise bound.error(node, message, hint, AmbiguityError)
            if typed_as(bound, attempt, left, matrices=made) is not None:
                said = f"{vector} is read as a vector and {number} as a number; if {vector} is a matrix, declare it"
                attempt.note(node, f"{said}: {vector}: matrix")
    attempt.restore()


def _is_prediction(product: Node, attempt: Attempt) -> bool:
    """Whether a term is X w or X b, with a weight for every column, or a x, with a number and a vector of data."""
    names = [part.value[0] for part in product.parts if part.kind == "symbol"]
    if product.kind not in PRODUCTS or not len(product.parts) == len(names) == 2:
        return False
    kinds = [attempt.assumed.get(name) for name in names]
    return sorted(map(str, kinds)) == ["S", "V"] or (kinds[0] == "M" and names[1].startswith((*WEIGHTS, "b")))


def _within(bound: Bound, place: Node, functions: tuple[str, ...]) -> bool:
    """Whether a node stands in the brackets of one of some functions."""
    calls = (node for node in bound.order if node.kind == "call" and node.value in functions)
    return any(node is place for call in calls for node in postorder(call))


def require_one_font(bound: Bound, attempt: Attempt, italic: Mapping[str, str]) -> None:
    """Raises AmbiguityError where a letter is a vector or matrix both in bold and in italics: it may be one."""
    for name, bold in italic.items():
        are_declared = bound.names[name].declared and bound.names[bold].declared
        if are_declared or attempt.shape_of(bound.names[name])[0] == SCALAR:
            continue
        message = f"bold {name} and plain {name} can be one thing, or two of which neither is a scalar"
        hint = f"write both in one font, or declare both, {bold} and {name}"
        raise bound.error(bound.tree, message, hint, AmbiguityError)
