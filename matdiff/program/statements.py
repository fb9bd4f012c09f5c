"""What each operation of a program is in Python: a node of its syntax, and statements before it where it needs them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from matdiff.algebra.dims import ONE, product_of
from matdiff.program.arrays import Array, one_by_one
from matdiff.program.looping import loop
from matdiff.program.syntax import Node, name, number, tuple_of
from matdiff.program.writing import Writer


def write(w: Writer, roots: Sequence[Array]) -> None:
    """Writes all statements that some arrays need."""
    order = one_by_one(roots)
    w.uses.update(Counter(arg for a in order for arg in a.args))
    w.uses.update(roots)
    w.uses.update(x for a in order if a.op == "loop" for x in a.args[1:] if not is_view(x))  # not once for each step
    if w.backend.reuses:  # what is returned is computed early where that needs larger arrays no longer
        w.uses.update(a for a in roots[:-1] if any(len(x.axes) > len(a.axes) for x in a.args))
    for a in order:
        w.keep(a, NODES[a.op](w, a), w.uses[a])


def is_view(a: Array) -> bool:
    """Whether an array is an argument, or the transpose of one."""
    return a.op == "input" or (a.op == "contract" and len(a.args) == 1 and is_view(a.args[0]) and len(a.axes) == 2)


def _input(w: Writer, a: Array) -> Node:
    return name(w.names[a.data[0].name])


def _number(w: Writer, a: Array) -> Node:
    return number(a.data[0])


def _size(w: Writer, a: Array) -> Node:
    return w.size(a.data[0])


def _range(w: Writer, a: Array) -> Node:
    return w.create("arange(1, a + 1)", a=w.size(a.axes[0]))


def _map(w: Writer, a: Array) -> Node:
    formula, places = a.data
    operands = [
        lifted(w, x) if CALL.search(formula) and is_python_number(x) else w.placed(x, at, len(a.axes))
        for x, at in zip(a.args, places, strict=True)
    ]
    node = w.fill(formula, **dict(zip("abcdefgh", operands, strict=False)))
    match node:
        case ast.Call(func=ast.Attribute(attr=called), args=[ast.BinOp() | ast.UnaryOp() as new], keywords=[]):
            if w.backend.reuses and called in FUNCTIONS and len(a.axes) > 1:  # of a new array, in its memory
                target = w.assigned(new)
                w.made[target.id] = a
                w.lines.append(f"{ast.unparse(node.func)}({target.id}, out={target.id})")
                return target
    return node


FUNCTIONS = ("exp", "tanh", "log", "log1p", "sqrt", "sin", "cos", "abs")  # that can write over their argument


CALL = re.compile(r"\w\(")


def is_python_number(a: Array) -> bool:
    """Whether an array is a number of Python: it comes from lengths and numbers by arithmetic."""
    if a.op == "map" and CALL.search(a.data[0]):
        return False
    return a.op in ("size", "number") or (
        a.op in ("map", "sum", "contract") and not a.axes and bool(a.args) and all(map(is_python_number, a.args))
    )


def lifted(w: Writer, a: Array) -> Node:
    """A number of Python as what the functions of the library take."""
    return w.create("as_tensor(a)", a=w.node(a)) if w.backend.lifts else w.node(a)


def _sum(w: Writer, a: Array) -> Node:
    """Positive terms first, of these what is computed here: its memory takes the sum."""
    terms = list(zip(*a.data, a.args, strict=True))
    terms.sort(key=lambda term: (term[0] < 0, abs(term[0]) == 1 and not isinstance(w.node(term[2]), ast.BinOp)))
    total: Node | None = None
    for k, places, x in terms:
        node = times(abs(k), w.placed(x, places, len(a.axes)))
        if total is None:
            total = node if k > 0 else times(k, w.placed(x, places, len(a.axes)))
        else:
            total = ast.BinOp(total, ast.Add() if k > 0 else ast.Sub(), node)
    assert total is not None
    return total


def times(k: Fraction, node: Node) -> Node:
    """k times something: a/3 rather than 0.333…a."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return number(k * node.value)
    if k in (1, -1):
        return node if k == 1 else ast.UnaryOp(ast.USub(), node)
    if k.numerator == 1 and k.denominator & (k.denominator - 1):
        return ast.BinOp(node, ast.Div(), ast.Constant(k.denominator))
    return ast.BinOp(number(k), ast.Mult(), node)


def _contract(w: Writer, a: Array) -> Node:
    return _one(w, a) if len(a.args) == 1 else _two(w, a)


def _one(w: Writer, a: Array) -> Node:
    """One array, summed over axes or along a diagonal."""
    word, out = a.data
    node = w.node(a.args[0])
    if word == "aa":
        return w.fill("diagonal(a)", a=node) if out else w.fill("trace(a)", a=node)
    if len(set(word)) < len(word):
        return einsum(w, a.data, [node])
    gone = [k for k, c in enumerate(word) if c not in out]
    if gone:
        node = w.fill("a.sum()", a=node) if not out else w.fill("sum(a, axis=b)", a=node, b=axes_of(gone))
        word = "".join(c for c in word if c in out)
    return w.permuted(node, [word.index(c) for c in out])


def axes_of(places: Sequence[int]) -> Node:
    """One axis, or several."""
    return ast.Constant(places[0]) if len(places) == 1 else tuple_of(map(ast.Constant, places))


def _two(w: Writer, a: Array) -> Node:
    """The product of two arrays, in the form that the library is best at."""
    left, right, out = a.data
    x, y = (w.node(arg) for arg in a.args)
    shared = [c for c in left if c in right]
    summed = [c for c in shared if c not in out]
    if not summed:
        return entrywise_or_outer(w, a)
    if len(summed) < len(shared):
        return batched(w, a, summed)
    mine, other = ("".join(c for c in word if c not in summed) for word in (left, right))
    if not mine and not other:
        if left == right:
            return w.fill("a @ b" if len(left) == 1 else "vdot(a, b)", a=x, b=y)
        return einsum(w, a.data, [x, y])
    if len(summed) == 1 and len(mine) < 2 and len(other) < 2:
        if out != mine + other:
            (left, x), (right, y), (mine, other) = (right, y), (left, x), (other, mine)
        if w.backend.vectors_first and not other and left != mine + summed[0]:
            return w.fill("a @ b", a=y, b=x)
        x = x if left == mine + summed[0] else ast.Attribute(x, "T", ast.Load())
        y = y if right == summed[0] + other else ast.Attribute(y, "T", ast.Load())
        return w.fill("a @ b", a=x, b=y)
    if out not in (mine + other, other + mine):
        return einsum(w, a.data, [x, y])
    axes = [tuple_of([ast.Constant(word.index(c)) for c in summed]) for word in (left, right)]
    if out != mine + other:
        (x, y), axes = (y, x), axes[::-1]
    return w.fill("tensordot(a, b, c)", a=x, b=y, c=tuple_of(axes))


def entrywise_or_outer(w: Writer, a: Array) -> Node:
    """A product without sums."""
    left, right, out = a.data
    x, y = a.args
    if len(left) == len(right) == 1 and left != right:
        return w.fill(
            "outer(a, b)", a=w.node(x if out == left + right else y), b=w.node(y if out == left + right else x)
        )
    nodes = [
        w.placed(arg, [out.index(c) for c in word], len(out)) for arg, word in zip(a.args, (left, right), strict=True)
    ]
    for over, under in (nodes, nodes[::-1]):
        below = one_over(under)
        if below is not None and (len(right if under is nodes[1] else left) == len(out)):
            return w.fill("a / b", a=over, b=below)
    if len(left) > len(right) and not right:
        nodes.reverse()
    return w.fill("a * b", a=nodes[0], b=nodes[1]) if nodes[0] is not nodes[1] else w.fill("a * a", a=nodes[0])


def one_over(node: Node) -> Node | None:
    """x of 1/x; what is multiplied by many numbers is divided by them rather."""
    match node:
        case ast.BinOp(left=ast.Constant(value=1), op=ast.Div(), right=below):
            return below
    return None


def batched(w: Writer, a: Array, summed: Sequence[str]) -> Node:
    """Products of many matrices: NumPy's einsum would not hand them to BLAS."""
    left, right, out = a.data
    x, y = (w.node(arg) for arg in a.args)
    batch = [c for c in out if c in left and c in right]
    mine, other = ([c for c in out if c in word and c not in batch] for word in (left, right))
    if not w.backend.in_place or not mine or not other:
        return einsum(w, a.data, [x, y])
    lengths = {
        c: n for arg, word in zip(a.args, (left, right), strict=True) for c, n in zip(word, arg.axes, strict=True)
    }

    def as_matrices(node: Node, word: str, *groups: Sequence[str]) -> Node:
        order = [c for group in groups for c in group]
        node = w.permuted(node, [word.index(c) for c in order])
        if all(len(group) == 1 for group in groups[-2:]):
            return node
        joined = [product_of(tuple([lengths[c] for c in group])) for group in groups[-2:]]
        return w.fill("reshape(a, b)", a=node, b=w.shape([*(lengths[c] for c in batch), *joined]))

    product = w.fill(
        "a @ b", a=as_matrices(x, left, batch, mine, summed), b=as_matrices(y, right, batch, summed, other)
    )
    order = [*batch, *mine, *other]
    if len(mine) > 1 or len(other) > 1:
        product = w.fill("reshape(a, b)", a=product, b=w.shape([lengths[c] for c in order]))
    return w.permuted(product, [order.index(c) for c in out])


def einsum(w: Writer, words: Sequence[str], nodes: Sequence[Node]) -> Node:
    """A product by the letters of its axes."""
    spelt = ast.Constant(f"{','.join(words[:-1])}->{words[-1]}")
    return w.fill(f"einsum(s, {', '.join('abcd'[: len(nodes)])})", s=spelt, **dict(zip("abcd", nodes, strict=False)))


def _reshape(w: Writer, a: Array) -> Node:
    node = w.node(a.args[0])
    return w.fill("reshape(a, b)", a=node, b=w.shape(a.axes))


def _select(w: Writer, a: Array) -> Node:
    (axis,) = a.data
    index: list[Node] = [ast.Slice() for _ in range(axis)] + [position(w, a.args[1])]
    return ast.Subscript(w.node(a.args[0]), tuple_of(index) if axis else index[0], ast.Load())


def position(w: Writer, at: Array) -> Node:
    """A place that is counted from 1 as one that is counted from 0."""
    if at.number is not None:
        return number(at.number - 1)
    if at.op == "size":
        return w.size(at.data[0] - ONE)
    if at.op == "counter":
        return w.place_of_step(at)
    return w.fill("int(a) - 1", a=w.node(at))


def _part(w: Writer, a: Array) -> Node:
    axis, start, stop = a.data
    low = w.size(start) if start.terms else None
    high = None if stop is a.args[0].axes[axis] else w.size(stop)
    index: list[Node] = [*[ast.Slice() for _ in range(axis)], ast.Slice(low, high)]
    return ast.Subscript(w.node(a.args[0]), tuple_of(index) if axis else index[0], ast.Load())


def _take(w: Writer, a: Array) -> Node:
    axis, start, stop = a.data
    places = w.fill("arange(a, b)", a=w.size(start), b=w.size(stop))
    last = w.fill("a - 1", a=w.size(a.args[0].axes[axis]))
    index: list[Node] = [*[ast.Slice() for _ in range(axis)], w.fill("clip(a, 0, b)", a=places, b=last)]
    return ast.Subscript(w.node(a.args[0]), tuple_of(index) if axis else index[0], ast.Load())


def _loop(w: Writer, a: Array) -> Node:
    return loop(w, a, lambda w, x: NODES[x.op](w, x))


def _flip(w: Writer, a: Array) -> Node:
    return w.fill("flipped(a, b)", a=w.node(a.args[0]), b=tuple_of([ast.Constant(a.data[0])]))


def _concatenate(w: Writer, a: Array) -> Node:
    blocks = tuple_of([w.fill("reshape(a, ())", a=n) if not x.axes else n for x in a.args for n in [w.node(x)]])
    return w.fill("concatenate(a, axis=b)", a=blocks, b=ast.Constant(a.data[0]))


def _reduce(w: Writer, a: Array) -> Node:
    function, axes = a.data
    if len(axes) == len(a.args[0].axes):
        return w.fill(f"{function}_all(a)", a=w.node(a.args[0]))
    return w.fill(f"{function}_along(a, axis=b)", a=w.node(a.args[0]), b=axes_of(axes))


def _apply(w: Writer, a: Array) -> Node:
    return w.fill(a.data[0], **dict(zip("abcdefgh", map(w.node, a.args), strict=False)))


def _factor(w: Writer, a: Array) -> Node:
    return w.fill(f"{w.kind(a)}(a)", a=w.node(a.args[0]))


def _solve(w: Writer, a: Array) -> Node:
    """A⁻¹B or A⁻ᵀB."""
    _, transposed, places = a.data
    kind = w.kind(a)
    factor, b = a.args
    node = w.node(b)
    if kind == "batch":
        rank = len(factor.axes)
        node = w.placed(b, [*places, rank - 2, rank - 1], rank)
        return w.fill("solve_each(a, b)" if not transposed else "solve_each(swapped(a), b)", a=w.node(factor), b=node)
    suffix = "_transposed" if transposed else ""
    return w.fill(f"{kind}_solve{suffix}(a, b)", a=w.node(factor), b=node)


def _inverse(w: Writer, a: Array) -> Node:
    return w.fill(f"{w.kind(a)}_inverse(a)", a=w.node(a.args[0]))


def _determinant(w: Writer, a: Array) -> Node:
    return w.fill(f"{w.kind(a)}_{a.op}(a)", a=w.node(a.args[0]))


def _embed(w: Writer, a: Array) -> Node:
    """An array laid out among zeros, or repeated."""
    word, out = a.data
    node = w.node(a.args[0])
    k = a.args[0].number
    if out == "aa" and not word:
        eye = w.create("eye(a)", a=w.size(a.axes[0]))
        return eye if k == 1 else w.fill("a * b", a=node, b=eye)
    if (word, out) == ("a", "aa"):
        return w.fill("diag(a)", a=node)
    if k == 0 or (k is not None and is_plain(out)):
        return times(k or Fraction(1), w.create("ones(a)" if k else "zeros(a)", a=w.shape(a.axes)))
    if is_plain(out):
        node = lifted(w, a.args[0]) if is_python_number(a.args[0]) else node
        return w.fill("repeated(a, b)", a=w.spread(node, [out.index(c) for c in word], len(out)), b=w.shape(a.axes))
    if w.backend.in_place:
        target = w.assigned(w.create("zeros(a)", a=w.shape(a.axes)))
        w.lines.append(f"{view(w, target, a)} = {ast.unparse(node)}")
        return target
    return masked(w, a, node)


def _add_at(w: Writer, a: Array) -> Node:
    """An array with another added on a diagonal."""
    base, piece, *_ = a.args
    k = a.data[0]
    if not w.backend.in_place:
        return ast.BinOp(w.node(base), ast.Add() if k > 0 else ast.Sub(), times(abs(k), masked(w, a, w.node(piece))))
    target = w.own(base)
    sign, amount = "+" if k > 0 else "-", times(abs(k), w.node(piece))
    w.lines.append(f"{view(w, target, a)} {sign}= {ast.unparse(amount)}")
    return target


def is_plain(out: str) -> bool:
    """Whether no axes are tied and no place is single."""
    return "." not in out and len(set(out)) == len(out)


def view(w: Writer, target: Node, a: Array) -> str:
    """The part of an array where another one goes: a view of its diagonal, in the order of the axes of the other."""
    word, out = a.data[-2:]
    places = iter([x for x in a.args if not x.axes][-out.count(".") :] if "." in out else [])
    if "." in out:
        index = [position(w, next(places)) if c == "." else ast.Slice() for c in out]
        target = ast.Subscript(target, tuple_of(index), ast.Load())
        out = out.replace(".", "")
    wanted = "".join(dict.fromkeys(c for c in out if c not in word)) + word
    if wanted != out:
        return f"{ast.unparse(einsum(w, (out, wanted), [target]))}[...]"
    return ast.unparse(target) + "[...]" * isinstance(target, ast.Name)


def masked(w: Writer, a: Array, node: Node) -> Node:
    """The same as a product with identity matrices and unit vectors."""
    word, out = a.data[-2:]
    rank = len(out)
    found = w.spread(node, [out.index(c) for c in word], rank)
    places = iter(a.args[len(a.args) - out.count(".") :])
    for k, c in enumerate(out):
        if c == ".":
            mask = w.fill("a == b", a=w.fill("arange(a)", a=w.size(a.axes[k])), b=position(w, next(places)))
            found = w.fill("a * b", a=found, b=w.spread(mask, [k], rank))
        elif out.index(c) < k:
            eye = w.create("eye(a)", a=w.size(a.axes[k]))
            tied = w.spread(eye, [out.index(c), k], rank)
            is_one = isinstance(found, ast.Constant) and found.value == 1
            found = tied if is_one else w.fill("a * b", a=found, b=tied)
    is_repeated = any(c not in word and out.count(c) == 1 for c in out.replace(".", ""))
    return w.fill("repeated(a, b)", a=found, b=w.shape(a.axes)) if is_repeated else found


NODES = {
    "input": _input, "number": _number, "size": _size, "range": _range, "map": _map, "sum": _sum, "contract": _contract,
    "reshape": _reshape, "select": _select, "part": _part, "flip": _flip, "concatenate": _concatenate,
    "reduce": _reduce, "apply": _apply, "factor": _factor, "solve": _solve, "inverse": _inverse, "logdet": _determinant,
    "det": _determinant, "embed": _embed, "add_at": _add_at, "take": _take, "loop": _loop,
}  # fmt: skip
