"""Labels of classes in code: P[np.arange(N), y] is the entry of each row by its label, np.sum(Y * P, axis=1).

The labels are no numbers to derive by.  In their place stands Y, y_onehot by name, a matrix of 0 and 1 with a row for
every label, which holds 1 in the column of the class.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from matdiff.errors import AmbiguityError
from matdiff.language.dialects import MODULES
from matdiff.language.dialects.statements import axis_said, next_name, replace, written
from matdiff.language.extents import Excerpt
from matdiff.regex import regex

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

PICKED, ONE_HOT, ROWS = "what is picked by labels", "rows of labels", "rows for a number"  # what no text can call
RANGES = ("range", "arange")
COUNT = regex(r"\d+|[^\W\d]\w*(?:\.(?:shape\[0\]|size\((?:dim=)?0\)))?|len\([^\W\d][\w.]*\)")  # of samples
MARK = "ǁ"  # a letter that no text has in a name
MOVES = ("to", "cuda", "long", "type", "astype")
IDENTITIES = ("eye", "identity")


def unfolded(to: Converter, tree: ast.AST) -> Iterator[tuple[Excerpt, str]]:
    """Puts matrices of 0 and 1 in the places of labels; yields each at its place, and what is said of it."""
    labels: dict[str, ast.Name] = {}
    _put_ranges(tree)
    _reassign(tree, labels)
    for node in [n for n in ast.walk(tree) if isinstance(n, (ast.Call, ast.Subscript))]:
        if (meant := _meant(node)) is not None:
            label, new = meant
            for part in ast.walk(new):
                ast.copy_location(part, node) if not hasattr(part, "lineno") else part
            replace(tree, node, new)
            if label is not None:
                labels.setdefault(label.id, label)
    _require_no_numbers(to, tree, labels)
    for name, label in labels.items():
        shown = _with_name(tree, name)
        said = f"{shown} stands for the labels {name}: each row of it is 0 but for 1 in the column of the class"
        yield Excerpt(shown, to.span(label)[0], to.text), said


def _put_ranges(tree: ast.AST) -> None:
    """Takes rows = np.arange(len(y)) out of the statements, and puts the range in the places of rows."""
    found: dict[str, ast.expr] = {}
    for owner in [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.FunctionDef)]:
        rest = []
        for item in owner.body:
            match item:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_range(value):
                    found[name] = value
                case _:
                    rest.append(item)
        owner.body = rest or owner.body
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(slice=ast.Tuple(elts=[ast.Name(id=name), *_] as keys)) if name in found:
                keys[0] = found[name]
            case ast.Call(args=[_, ast.Name(id=name)]) if name in found:
                node.args[1] = found[name]


def _is_range(value: ast.expr) -> bool:
    """Whether a value is np.arange(n), torch.arange(0, n, device=d) or torch.arange(n).to(d)."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in MOVES:
        value = value.func.value
    args = [ast.unparse(a) for a in value.args] if isinstance(value, ast.Call) else []
    options = {k.arg for k in value.keywords} if isinstance(value, ast.Call) else set()
    is_range = _called(value) in RANGES and options <= {"device", "dtype"}
    return is_range and bool(args) and COUNT.fullmatch(args[-1]) is not None and args[:-1] in ([], ["0"])


def _reassign(tree: ast.AST, labels: dict[str, ast.Name]) -> None:
    """M *= 1 - Y in the place of M[np.arange(N), y] = 0, and M += c * Y in that of M[np.arange(N), y] += c."""
    for owner in [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.FunctionDef)]:
        body: list[ast.stmt] = []
        for item in owner.body:
            changes = _changes(item)
            meant = _meant(changes[0]) if changes else None
            if changes is None or meant is None or meant[0] is None:
                body.append(item)
                continue
            labels.setdefault(meant[0].id, meant[0])
            new = ast.parse("\n".join(changes[1])).body
            _put_rows(new, meant[0], changes[0])
            for node in [n for form in new for n in ast.walk(form)]:
                ast.copy_location(node, item)
            body += new
        owner.body = body


def _put_rows(new: list[ast.stmt], label: ast.Name, part: ast.Subscript) -> None:
    """Puts the matrix in the places of the mark; it has as many rows as the range says: M[np.arange(N), y]."""
    sizes = [a for node in ast.walk(part.slice) if isinstance(node, ast.Call) for a in node.args[:1]]
    for item in new:
        for node in [n for n in ast.walk(item) if isinstance(n, ast.Name) and n.id == MARK]:
            replace(item, node, _call(ROWS, None, label, *sizes[:1]))


def _changes(item: ast.stmt) -> tuple[ast.Subscript, list[str]] | None:
    """The part that a statement changes, and how it changes the whole, by the matrix of the part, here a mark."""
    match item:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) as part], value=ast.Constant(value=c)):
            return part, [f"{name} *= 1 - {MARK}", *([f"{name} += {c!r} * {MARK}"] if c else [])]
        case ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name)) as part, op=ast.Add() | ast.Sub() as op):
            sign = "+" if isinstance(op, ast.Add) else "-"
            return part, [f"{name} {sign}= ({ast.unparse(item.value)}) * {MARK}"]
    return None


def one_hot(name: str) -> str:
    """What stands for the matrix of 0 and 1 until all names are known."""
    return f"{name}{MARK}"


def _with_name(tree: ast.AST, label: str) -> str:
    """Gives the matrix of some labels a name that nothing else has, and answers it."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    taken = {node.id for node in nodes}
    name = f"{label}_onehot"
    if name in taken:
        name = next_name(name, taken)
    for node in nodes:
        node.id = name if node.id == one_hot(label) else node.id
    return name


def _require_no_numbers(to: Converter, tree: ast.AST, labels: dict[str, ast.Name]) -> None:
    """Gives len(y) and y.shape[0] the matrix, and refuses labels that stand elsewhere."""
    sized = {id(said[0]) for node in ast.walk(tree) if isinstance(node, ast.expr) and (said := axis_said(node))}
    for node in [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in labels]:
        if id(node) not in sized:
            message = f"{node.id} stands for labels of classes, and for an array of numbers"
            raise to.refused(node, message, "give one of them another name", AmbiguityError)
        node.id = one_hot(node.id)


def _meant(node: ast.expr) -> tuple[ast.Name | None, ast.expr] | None:
    """The labels in an expression that picks by them, and what it means."""
    match node:
        case ast.Subscript(value=of, slice=ast.Tuple(elts=[ast.Call(args=[size]) as rows, ast.Name() as label])):
            return (label, _call(PICKED, of, label, size)) if _called(rows) in RANGES else None
        case ast.Subscript(value=ast.Call(args=[size]) as eye, slice=ast.Name() as label):
            return (label, _call(ONE_HOT, None, label, size)) if _called(eye) in IDENTITIES else None
        case ast.Call(func=ast.Attribute(value=of, attr="gather"), args=[axis, column], keywords=[]):
            return _from_column(of, axis, column)
        case ast.Call(args=[of, axis, column], keywords=[]) if _called(node) == "gather":
            return _from_column(of, axis, column)
        case ast.Call(args=[of, column, *axes]) if _called(node) in ("take_along_axis", "take_along_dim"):
            given = [*axes, *[k.value for k in node.keywords if k.arg in ("axis", "dim")]]
            return _from_column(of, given[0], column) if len(given) == 1 else None
        case ast.Call(args=[ast.Name() as label, *sizes], keywords=options) if _called(node) == "one_hot":
            sizes = [*sizes, *[k.value for k in options if k.arg in ("num_classes", "depth")]]
            is_plain = len(sizes) < 2 and all(k.arg in ("num_classes", "depth", "dtype") for k in options)
            return (label, _call(ONE_HOT, None, label, *sizes)) if is_plain else None
        case ast.Call(func=func, args=[of, labels], keywords=[]) if _is_range(labels):  # each row has its own class
            return _own_class(_called(node), func, of)
        case ast.Call(args=[of, ast.Name() as label], keywords=[]) if _called(node) == "nll_loss":
            mean = ast.Call(ast.Name("mean", ast.Load()), [_call(PICKED, of, label)], [])
            return label, ast.UnaryOp(ast.USub(), mean)
    return None


def _own_class(name: str, func: ast.expr, logits: ast.expr) -> tuple[None, ast.expr] | None:
    """−mean(diag(log softmax(Z))) of F.cross_entropy(Z, torch.arange(n)); the rows of Z are as many as its columns."""
    if name not in ("cross_entropy", "nll_loss"):
        return None
    home = ast.unparse(func).rpartition(".")[0]
    form = f"-mean({home}.log_softmax(Z, dim=1).diagonal())" if name == "cross_entropy" else "-mean(Z.diagonal())"
    return None, written(form, logits, {"Z": logits})


def _called(node: ast.expr) -> str:
    """The name of the function of a library in a call: arange of np.arange(N)."""
    home, _, name = ast.unparse(node.func).rpartition(".") if isinstance(node, ast.Call) else ("", "", "")
    return name if not home or home.partition(".")[0] in MODULES else ""


def _call(name: str, of: ast.expr | None, label: ast.Name, *sizes: ast.expr) -> ast.expr:
    """The call of a function with the matrix of some labels."""
    classes = ast.copy_location(ast.Name(one_hot(label.id), ast.Load()), label)
    return ast.Call(ast.Name(name, ast.Load()), [*([of] if of else []), classes, *sizes], [])


def _from_column(of: ast.expr, axis: ast.expr, column: ast.expr) -> tuple[ast.Name, ast.expr] | None:
    """A column of the entries that a column of labels picks, along the last axis of a matrix."""
    label = _of_column(column)
    if label is None or ast.unparse(axis) not in ("1", "-1"):
        return None
    key = ast.Tuple([ast.Slice(), ast.Constant(None)], ast.Load())
    return label, ast.Subscript(_call(PICKED, of, label), key, ast.Load())


def _of_column(column: ast.expr) -> ast.Name | None:
    """y of y[:, None], y.unsqueeze(1), y.view(-1, 1)"""
    match column:
        case ast.Subscript(value=ast.Name() as label, slice=key):
            is_column = ast.unparse(key).strip("()") in (":, None", ":, np.newaxis", ":, jnp.newaxis")
        case ast.Call(func=ast.Attribute(value=ast.Name() as label, attr=name), args=args):
            given = ", ".join(map(ast.unparse, args))
            is_column = given in (("1", "-1") if name == "unsqueeze" else ("-1, 1", "(-1, 1)"))
            is_column = is_column and name in ("unsqueeze", "view", "reshape")
        case _:
            return None
    return label if is_column else None
