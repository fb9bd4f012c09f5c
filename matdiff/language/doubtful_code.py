"""What is asked of a reading of code: words, axes and products tell less of kinds than letters do."""

from __future__ import annotations

from itertools import pairwise, permutations

from matdiff.algebra.dims import ONE
from matdiff.errors import AmbiguityError
from matdiff.language.binding import Bound
from matdiff.language.broadcasting import is_bias, is_diagonal, is_product, is_term
from matdiff.language.customs import COUNTED, customary
from matdiff.language.doubtful_products import inside
from matdiff.language.names import ABBREVIATED, GREEK_WORDS, SMALL_CONSTANTS
from matdiff.language.other_kinds import KindsError, typed_as
from matdiff.language.scopes import Fixed
from matdiff.language.syntax import Node
from matdiff.language.typing import Attempt, Key


def require_vectors(bound: Bound, attempt: Attempt, scalar: bool) -> None:
    """Raises KindsError where code takes the entries of what x @ w makes, and one of the two may as well be a matrix.

    In code small letters are samples in rows, too: np.mean((x @ w - y)**2).
    """
    if bound.dialect is None or not bound.dialect.is_python:
        return
    if bound.dialect.name == "cvxpy":
        _require_no_outer(bound)
        _require_no_numbers(bound, attempt)
    pairs = [node for node in bound.order if node.kind == "array" and node.value.name in ("matmul", "dot")]
    products = [node for node in pairs if node.typed is not None and len({*_letters(node, attempt)}) == 2]
    typed_as(bound, attempt, [letter for node in products for letter in _letters(node, attempt)])
    for product in [node for node in products if node.typed.is_scalar]:
        first, second = _letters(product, attempt)
        matrices = (typed_as(bound, attempt, [name], kind="M") for name in (first, second))
        is_open = not scalar and (is_word(bound, first) or is_word(bound, second))
        if any(typed and (typed.is_scalar or is_open) for typed in matrices):
            shown = attempt.written(product)
            message = f"{shown} is one number if {first} and {second} are vectors; one may be a matrix"
            hint = f"declare {first}: vector; {second}: vector or {first}: matrix; {second}: vector to decide"
            raise bound.error(product, message, hint, KindsError)


def require_words(bound: Bound, attempt: Attempt, scalar: bool) -> None:
    """Raises KindsError where an undeclared word is a number or a row beside a matrix, and may be a matrix.

    Letters are what custom makes them; of labels * np.log(X @ W) and XW - target nothing but the word is known.
    Of code, a Greek letter is asked about where a power or another function of it is added, as in log_var - mu**2.
    """
    signs = [n for n in bound.order if n.kind == "array" and n.value.name in BESIDE and len(n.parts) == 2]
    signs += [n for n in bound.order if n.kind == "sum" and any(is_word(bound, part) for part in n.parts)]
    pairs = [(node, *pair) for node in signs for pair in permutations(node.parts, 2)]
    attempt.restore()
    for node, part, other in [pair for pair in pairs if _is_beside_axes(*pair[1:])]:
        name, shown = _only_name(bound, part), attempt.written(other)
        is_doubtful = is_word(bound, name) and not (is_bias(part) and is_term(node)) and not is_diagonal(node)
        is_doubtful = is_doubtful or (node.kind == "array" and _are_alike(bound, part, other))
        is_doubtful = is_doubtful or (name in GREEK_WORDS - SMALL_CONSTANTS and part.kind != "symbol" and is_term(node))
        typed = typed_as(bound, attempt, [name], kind="M") if is_doubtful else None
        if typed is None or (scalar and not typed.is_scalar):
            continue
        ways = f"a number beside every entry of {shown}, a vector beside every row, or a matrix of its shape"
        hint = f"declare {name}: scalar, {name}: vector or {name}: matrix to decide"
        raise bound.error(node, f"{name} can be {ways}", hint, KindsError)


def require_products(bound: Bound, attempt: Attempt, scalar: bool) -> None:
    """Raises KindsError where A @ s is a vector beside every row of a matrix, and s may be a matrix: A @ s + A @ B."""
    for node in [n for n in bound.order if n.kind == "array" and n.value.name in ("add", "sub") and len(n.parts) == 2]:
        for part, other in permutations(node.parts):
            if not (is_matrix(other) and part.kind == "array" and _is_vector(part)):
                continue
            names = [name for name in sorted(names_in(bound, part)) if attempt.assumed.get(name) == "V"]
            typed = typed_as(bound, attempt, names, kind="M")
            if typed is not None and (typed.is_scalar or not scalar):
                attempt.restore()
                shown, ways = attempt.written(part), "a vector beside every row, or a matrix"
                hints = [", ".join(names) + f": {kind}" for kind in ("vector", "matrix")]
                raise bound.error(node, f"{shown} can be {ways}", f"declare {' or '.join(hints)} to decide", KindsError)
    attempt.restore()


BESIDE = frozenset("add sub subtract mul multiply div divide pow power maximum minimum logaddexp".split())
OF_EACH = frozenset("negative exp log sqrt square abs tanh sigmoid relu".split())


def _are_alike(bound: Bound, part: Node, other: Node) -> bool:
    """Whether a letter stands beside one that is a matrix against custom, as a of (a - p).sum(axis=1) beside p."""
    names = [node.value[0] for node in (part, other) if node.kind == "symbol"]
    is_open = len(names) == 2 and all(bound.names[name].declared is None for name in names)
    return is_open and customary(names[1])[0][0] != "M"


def _only_name(bound: Bound, root: Node) -> str:
    """The undeclared name of a piece that is made of its entries alone, one by one: mu of mu**2; else empty.

    Of words alone it is the first, as of pred - target.
    """
    stack, names = [root], set()
    while stack:
        node = stack.pop()
        if node.kind == "symbol" and bound.names[node.value[0]].declared is None:
            names.add(node.value[0])
        elif node.kind != "NUMBER" and not (node.kind == "array" and node.value.name in BESIDE | OF_EACH):
            return ""
        stack += node.parts
    return min(names) if len(names) == 1 or (names and all(is_word(bound, name) for name in names)) else ""


def _is_beside_axes(part: Node, other: Node) -> bool:
    """Whether what is no matrix stands beside one, or a number beside w[:, None]."""
    if is_matrix(other) or other.typed is None or part.typed is None:
        return is_matrix(other) and not is_matrix(part)
    return part.typed.is_scalar and (other.typed.has_two_axes or other.typed.third is not None)


def is_word(bound: Bound, of: Node | str) -> bool:
    """Whether a name is undeclared, of several letters or with a word as its label, and no Greek letter or count."""
    name = of if isinstance(of, str) else of.value[0] if of.kind == "symbol" else ""
    stem, _, label = name.partition("_")
    is_word = (len(stem) > 1 and stem.isalpha() and stem not in GREEK_WORDS | ABBREVIATED) or len(label) > 1
    return is_word and COUNTED.isdisjoint(name.split("_")) and bound.names[name].declared is None


def is_matrix(node: Node) -> bool:
    """Whether a piece has several rows and columns."""
    return node.typed is not None and ONE not in (node.typed.rows, node.typed.cols)


def _require_no_outer(bound: Bound) -> None:
    """Raises AmbiguityError for u @ u.T of a vector, which has one axis in cvxpy and is a column on paper."""
    for node in [node for node in bound.order if node.kind == "product"]:
        for left, right in pairwise(part.typed for part in node.parts):
            if left.cols is ONE and left.rows is not ONE and right.rows is ONE and right.cols is not ONE:
                shown = bound.text[node.start : node.end]
                message = f"{shown} is an inner product of arrays with one axis, and the outer product of columns"
                hint = "declare a matrix, or write cp.sum_squares(u) or cp.outer(u, v)"
                raise bound.error(node, message, hint, AmbiguityError)


def _require_no_numbers(bound: Bound, attempt: Attempt) -> None:
    """Raises KindsError for c @ x of two numbers, of which cvxpy has no such product."""
    for node in [node for node in bound.order if node.kind == "product" and "matmul" in node.value]:
        if all(part.typed.is_scalar for part in node.parts):
            message = f"{attempt.written(node)} is no product of two numbers"
            raise bound.error(node, message, "declare their kinds or sizes", KindsError)


def require_axes(bound: Bound, attempt: Attempt, scalar: bool) -> None:
    """Raises KindsError where code reduces what a vector makes as if it were a matrix.

    Such are a vector along an axis, za.mean(dim=0), and the mean of one number, as of F.pairwise_distance(za, zb).
    """
    attempt.restore()
    reduced = [n for n in bound.order if n.kind == "array" and n.value.name in REDUCTIONS and n.parts[0].typed]
    for node in reduced:
        inner = node.parts[0].typed
        names = [name for name in sorted(names_in(bound, node)) if attempt.assumed.get(name) == "V"]
        is_doubtful = node.value.name in MEANS if inner.is_scalar else inner.cols is ONE and has_axis(node)
        typed = typed_as(bound, attempt, names, kind="M") if is_doubtful else None
        if is_doubtful and typed is None and node.value.name in OF_ROWS:  # a of the distances of (a, b) and (a, c)
            pairs = [other for other in reduced if other.value.name in OF_ROWS]
            names = sorted({n for pair in pairs for n in names_in(bound, pair) if attempt.assumed.get(n) == "V"})
            typed = typed_as(bound, attempt, names, kind="M")
        if typed is not None and (typed.is_scalar or not scalar):
            ways = (f"{'; '.join(f'{name}: {kind}' for name in names)}" for kind in ("vector", "matrix"))
            of = "of one number, or of a matrix" if inner.is_scalar else "of a vector, or of a matrix along an axis"
            of = "one number, or one for each row of matrices" if node.value.name in OF_ROWS else of
            hint = f"declare {' or '.join(ways)} to decide"
            raise bound.error(node, f"{attempt.written(node)} is {of}", hint, KindsError)


def names_in(bound: Bound, root: Node) -> set[str]:
    """The names in a piece, also in the definitions that it needs."""
    return {node.value[0] for node in inside(bound, root) if node.kind == "symbol"}


def require_columns(bound: Bound, attempt: Attempt) -> None:
    """Raises KindsError for the b of W @ X + b, a row to NumPy, and a column where the samples are the columns of X."""
    for node in [n for n in bound.order if n.kind == "array" and n.value.name == "add" and len(n.parts) == 2]:
        for product, b in permutations(node.parts):
            is_product = product.kind == "array" and product.value.name in PRODUCTS and is_matrix(product)
            if not is_product or not is_bias(b) or bound.names[b.value[0]].declared is not None:
                continue
            first, last = (part.value[0] if part.kind in ("symbol", "definition") else "" for part in product.parts[:2])
            if first.startswith(WEIGHTS) and last and not last.startswith(WEIGHTS) and not b.typed.is_scalar:
                name, shown = b.value[0], attempt.written(product)
                message = f"{name} can stand beside every row of {shown}, or be a column"
                hint = f"write {name}[:, None] for a column, or declare {name}: vector for a row"
                raise bound.error(node, message, hint, KindsError)


def require_one_axis(bound: Bound, attempt: Attempt) -> None:
    """Raises KindsError where X @ w stands beside a column and makes a matrix with it, but w may be a column too."""
    for node in [n for n in bound.order if n.kind == "array" and n.value.name in BESIDE and len(n.parts) == 2]:
        for column, other in permutations(node.parts):
            if not (_is_vector(column) and column.typed.has_two_axes and _is_vector(other)) or other.kind == "symbol":
                continue
            names = [name for name in sorted(names_in(bound, other)) if attempt.assumed.get(name) == "V"]
            if names and not other.typed.has_two_axes:
                shown, two = attempt.written(other), attempt.written(column)
                message = f"{shown} has one axis and {two} two, which makes a matrix; {shown} may be a column, too"
                hint = f"declare {names[-1]}: n x 1 for a column, or {names[-1]}: vector for one axis"
                raise bound.error(node, message, hint, KindsError)


def _is_vector(node: Node) -> bool:
    return node.typed is not None and node.typed.cols is ONE is not node.typed.rows


def require_no_rows(bound: Bound, attempt: Attempt, names: list[Key]) -> None:
    """Raises KindsError where a name of code is a row so that something fits, and may be a matrix."""
    of_code = bound.is_code and bound.dialect is not None and bound.dialect.entrywise
    for name in [name for name in names if of_code and typed_as(bound, attempt, [name], kind="M")]:
        hint = f"declare {name}: 1 x n or {name}: matrix to decide"
        raise bound.error(bound.tree, f"{name} can be one row, or a matrix", hint, KindsError)


WEIGHTS = ("W", "Theta")  # in front of data with samples in columns
PRODUCTS = frozenset(("matmul", "dot", "mm"))


def require_rows(bound: Bound, attempt: Attempt) -> None:
    """Raises KindsError for params[0] of a word or a small letter that is made a matrix: it may be a list of arrays."""
    items = [n for n in bound.order if n.kind == "array" and n.value.name == "item"]
    for node in [n for n in items if n.parts[0].kind == "symbol"]:
        name, key = node.parts[0].value[0], node.parts[1].value
        is_open = bound.names[name].declared is None and customary(name)[0][0] != "M"
        if is_open and is_matrix(node.parts[0]) and len(key) == 1 and isinstance(key[0], int):
            message = f"{attempt.written(node)} can be a row of a matrix, or one of several arrays"
            hint = f"declare {name}: vector or {name}: matrix, or give each array a name of its own"
            raise bound.error(node, message, hint, KindsError)


def require_entries_of_one(bound: Bound) -> None:
    """Raises KindsError for c[k] beside an array, where c stands nowhere else: it may be a row, or rows by labels."""
    wholes = {n.value[0] for n in bound.order if n.kind == "symbol"}
    for node in [n for n in bound.order if n.kind == "array" and n.value.name in BESIDE and len(n.parts) == 2]:
        for part, other in permutations(node.parts):
            base, (index, *others) = part.value if part.kind == "member" else ("", [None])
            name = index.name if isinstance(index, Fixed) and not others else ""
            is_open = name and base not in wholes and bound.names[base].declared is None
            if is_open and part.typed.is_scalar and not other.typed.is_scalar:
                shown = bound.text[part.start : part.end]
                message = f"{shown} can be an entry of a vector, or a row of a matrix"
                hint = f"declare {base}: vector for the entry; give a row a name of its own, {base}_{name}"
                raise bound.error(part, message, hint, KindsError)


MEANS = frozenset("mean reduce_mean".split())
OF_ROWS = frozenset("pairwise_distance cosine_similarity".split())  # along the last axis
REDUCTIONS = frozenset("sum mean var std max min amax amin prod norm logsumexp".split()) | OF_ROWS


def has_axis(node: Node) -> bool:
    """Whether a reduction of code has an axis: x.sum(0), np.sum(x, axis=0)"""
    if node.value.name in OF_ROWS:
        return True
    first = len(node.parts) - len(node.value.names)
    named = dict(zip(node.value.names, node.parts[first:], strict=True))
    is_said = first > 1 and node.parts[1].kind == "NUMBER" and node.value.name != "norm"
    given = [named[name] for name in ("axis", "dim") if name in named]
    return is_said or any(axis.kind != "literal" or axis.value is not None for axis in given)


def say_samples(bound: Bound, attempt: Attempt) -> None:
    """Notes that x of x @ W is one sample, where code has as often many of them in rows."""
    products = (node for node in bound.order if node.kind == "array" and node.value.name in ("matmul", "dot"))
    for x, w in (node.parts[:2] for node in products):
        names = [part.value[0] for part in (x, w) if part.kind == "symbol" and not bound.names[part.value[0]].declared]
        if len(names) == 2 and names[1][0] == "W" and [attempt.assumed.get(name) for name in names] == ["V", "M"]:
            if is_word(bound, names[0]):
                hint = f"declare {names[0]}: vector or {names[0]}: matrix to decide"
                raise bound.error(x, f"{names[0]} can be a vector, or a matrix with samples in rows", hint, KindsError)
            attempt.note(x, f"{names[0]} is read as a vector; if its rows are samples, declare it: {names[0]}: matrix")


def say_coefficients(bound: Bound, attempt: Attempt) -> None:
    """Notes that the k of 0.5*k*x is an array, or the unknown w or b of w*x + b; each is mostly one number, too."""
    symbols = [node.value[0] for node in bound.order if node.kind == "symbol"]
    pairs = [(n, [part.kind for part in n.parts]) for n in bound.order if is_product(n)]
    behind = [node.parts[1] for node, kinds in pairs if kinds == ["NUMBER", "symbol"]]
    doubtful = [node for node in behind if symbols.count(node.value[0]) == 1 and node.value[0] not in bound.wrt]
    lines = [id(node) for node, kinds in pairs if kinds in (["symbol", "symbol"], ["symbol", "array"])]
    for node in [node for node in bound.order if is_term(node) and not {*map(id, node.parts)}.isdisjoint(lines)]:
        is_sum = node.kind == "array" and node.value.name == "add"  # and no residual y - w*x
        factors = [factor for part in node.parts if id(part) in lines for factor in part.parts]
        names = [part for part in (*factors, *(node.parts if is_sum else [])) if part.kind == "symbol"]
        doubtful += [name for name in names if name.value[0] in bound.wrt and symbols.count(name.value[0]) == 1]
    for node in doubtful:
        name = node.value[0]
        is_open = bound.names[name].declared is None and attempt.assumed.get(name) == "V"
        if is_open and typed_as(bound, attempt, [name], kind="S") is not None:
            attempt.note(node, f"{name} is read as a vector; if it is a scalar, declare it: {name}: scalar")
    attempt.restore()


def say_divisors(bound: Bound, attempt: Attempt) -> None:
    """Notes that the word below a vector, scale of (x - m) / scale**2, is a number, where it may have its entries."""
    for node in [n for n in bound.order if n.kind == "array" and n.value.name in ("divide", "div")]:
        above, below = node.parts[:2]
        name = _only_name(bound, below)
        is_open = is_word(bound, name) and not name.startswith(("n_", "N_")) and attempt.assumed.get(name) == "S"
        if is_open and above.typed and not above.typed.is_scalar and typed_as(bound, attempt, [name]) is not None:
            attempt.note(node, f"{name} is read as a scalar; if it is a vector, declare it: {name}: vector")
    attempt.restore()


def _letters(product: Node, attempt: Attempt) -> list[str]:
    """The undeclared vectors of x @ w and x.T @ w."""
    factors = [part.parts[0] if part.kind == "transpose" else part for part in product.parts[:2]]
    return [f.value[0] for f in factors if f.kind == "symbol" and attempt.assumed.get(f.value[0]) == "V"]
