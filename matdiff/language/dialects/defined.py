"""Functions of libraries that are formulas of other ones, each in one line, and methods that work in place."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matdiff.language.dialects import MODULES
from matdiff.language.dialects.inlining import bound_arguments
from matdiff.language.dialects.python_text import VALUES
from matdiff.language.dialects.statements import replace, written

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

NUMPY = {
    "subtract.outer": "lambda x, y: x[:, None] - y[None, :]",
    "add.outer": "lambda x, y: x[:, None] + y[None, :]",
    "multiply.outer": "lambda x, y: np.outer(x, y)",
    "add.reduce": "lambda x, axis=0: np.sum(x, axis=axis)",
}
DISTANCES = {
    "euclidean": "lambda u, v: np.linalg.norm(u - v)",
    "sqeuclidean": "lambda u, v: np.sum((u - v)**2)",
    "cityblock": "lambda u, v: np.sum(np.abs(u - v))",
    "cosine": "lambda u, v: 1 - np.dot(u, v) / (np.linalg.norm(u) * np.linalg.norm(v))",
}
SILENT = ("device", "requires_grad")  # options that change no value
FACTORS = {"cho_factor": "lambda a, lower=False: (np.linalg.cholesky(a), True)"}  # see _require_factor
TENSORFLOW = {
    "squared_difference": "lambda x, y: (x - y)**2",
    "clip_by_value": "lambda t, clip_value_min, clip_value_max: np.clip(t, clip_value_min, clip_value_max)",
}
OF_NUMPY = {  # functions of TensorFlow and of Keras's K that NumPy has
    "tf": {"expand_dims": "expand_dims", "tensordot": "tensordot", "matvec": "matmul", "diag_part": "diagonal"}
    | {"reduce_variance": "var", "reduce_std": "std", "reduce_logsumexp": "logsumexp"},
    "K": {name: name for name in "square exp log abs sqrt sign tanh sum mean max min var std pow sigmoid".split()}
    | {name: name for name in "maximum minimum dot transpose logsumexp".split()},
}
KERAS = {
    "epsilon": "lambda: 1e-7",
    "clip": "lambda x, min_value, max_value: np.clip(x, min_value, max_value)",
}
TORCH = {
    "lerp": "lambda input, end, weight: input + weight * (end - input)",
    "frobenius_norm": "lambda input: torch.norm(input)",
    "nuclear_norm": "lambda input: torch.linalg.norm(input, 'nuc')",
}
OPTAX = {
    "l2_loss": "lambda predictions, targets=0: 0.5 * (predictions - targets)**2",
    "squared_error": "lambda predictions, targets=0: (predictions - targets)**2",
    "sigmoid_binary_cross_entropy": "lambda logits, labels: jax.nn.softplus(logits) - labels * logits",
    "softmax_cross_entropy": "lambda logits, labels: -jnp.sum(labels * jax.nn.log_softmax(logits, axis=-1), axis=-1)",
}
CVXPY = {
    "psd_wrap": "lambda A: A",
    "scalar_product": "lambda x, y: x.T @ y",
    "quad_form": "lambda x, P: x.T @ P @ x",
    **dict.fromkeys(("sum_squares", "sum_square"), "lambda X: norm2(X)**2"),
    "tr_inv": "lambda X: cp.trace(cp.inv(X))",
    "xexp": "lambda x: cp.multiply(x, cp.exp(x))",
    "rel_entr": "lambda x, y: cp.multiply(x, cp.log(x) - cp.log(y))",
    "kl_div": "lambda x, y: cp.multiply(x, cp.log(x) - cp.log(y)) - x + y",
    "neg": "lambda x: cp.pos(-x)",
    "square_pos": "lambda x: cp.pos(x)**2",
    "inv_pos": "lambda x: x**-1",
    "power": "lambda x, p: x**p",
    "quad_over_lin": "lambda x, y: norm2(x)**2 / y",
    "matrix_frac": "lambda X, P: X.T @ cp.inv(P) @ X",
    "entr": "lambda x: -cp.multiply(x, cp.log(x))",
    "huber": "lambda x, M=1: 2 * huber(x, M)",  # twice what is called so elsewhere
    "pnorm": "lambda x, p=2: cp.norm(x, p)",
}
OF_MODULES = {"tf": TENSORFLOW, "K": KERAS, "torch": TORCH, "optax": OPTAX, "np": NUMPY, "numpy": NUMPY}
OF_MODULES |= dict.fromkeys(("cp", "cvx", "cvxpy"), CVXPY)


def unfolded(to: Converter, tree: ast.AST) -> ast.AST:
    """A program with the formulas in the place of such functions, and x.pow(2).add(1) in that of x.pow(2).add_(1)."""
    whole = ast.Module([tree], [])  # type: ignore[list-item]
    _require_diagonal(to, whole)
    for call in [node for node in ast.walk(whole) if isinstance(node, ast.Call)][::-1]:
        _out_of_place(to, call)
        root, *path = _path(call.func)
        if path and root not in to.names and (root != "K" or to.is_keras) and path[-1] in OF_NUMPY.get(root, {}):
            call.func = written(f"np.{OF_NUMPY[root][path[-1]]}", call.func, {})
        call.keywords = [option for option in call.keywords if option.arg not in SILENT]
        if factors := _factors(to, call):
            replace(whole, call, written("x @ y", call, dict(zip("xy", factors, strict=True))))
        elif formula := _formula(to, call):
            made = ast.parse(formula, mode="eval").body
            assert isinstance(made, ast.Lambda)
            replace(whole, call, written(ast.unparse(made.body), call, bound_arguments(to, call, made.args)))
    return whole.body[0]


def _factors(to: Converter, call: ast.Call) -> list[ast.expr]:
    """The two factors of np.dot(X, A) and X.dot(A) beside cvxpy, in which dot is of NumPy."""
    if to.dialect.name != "cvxpy" or not isinstance(call.func, ast.Attribute) or call.func.attr != "dot":
        return []
    factors = call.args if _path(call.func)[0] in MODULES else [call.func.value, *call.args]
    return factors if len(factors) == 2 else []


def of_matrices(to: Converter, tree: ast.AST) -> list[ast.Name]:
    """The names that nothing gives a value and that can be matrices only, as P of cp.quad_form(x, P)."""
    nodes = [*ast.walk(tree)]
    given = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    calls = [node for node in nodes if _is(node, "quad_form", "matrix_frac")] if to.dialect.name == "cvxpy" else []
    places = [call.args[1] for call in calls if isinstance(call, ast.Call) and len(call.args) == 2]
    places = [place.args[0] if _is(place, "psd_wrap") else place for place in places]  # type: ignore[attr-defined]
    places = [place.value if getattr(place, "attr", "") in VALUES else place for place in places]  # type: ignore[attr-defined]
    return [place for place in places if isinstance(place, ast.Name) and place.id not in given]


def _formula(to: Converter, call: ast.Call) -> str | None:
    """The formula of the function that is called, if it is one of these."""
    root, *path = _path(call.func)
    is_module = to.is_keras if root == "K" else root in MODULES
    if root in to.names or (path and not is_module):
        return None
    table = OF_MODULES.get(root, {}) if path else CVXPY if to.dialect.name == "cvxpy" else {}
    if ".".join(path) in table:
        return table[".".join(path)]
    if path and root != "K":
        to.module(call.func)
    name = path[-1] if path else root
    if name in FACTORS:
        return FACTORS[name]
    return DISTANCES.get(name) if "distance" in path[:-1] else table.get(name)


def _path(func: ast.expr) -> list[str]:
    """The names in np.linalg.norm; one that nothing has where something else stands in front of a dot."""
    names: list[str] = []
    while isinstance(func, ast.Attribute):
        names.append(func.attr)
        func = func.value
    return [func.id if isinstance(func, ast.Name) else "", *reversed(names)]


def _require_diagonal(to: Converter, whole: ast.AST) -> None:
    """Refuses L of L, lower = cho_factor(A) but in cho_solve and for its diagonal: its other triangle says nothing."""
    nodes = [*ast.walk(whole)]
    made = [(node.targets[0], node.value) for node in nodes if isinstance(node, ast.Assign)]
    pairs = [target.elts[0] for target, value in made if isinstance(target, ast.Tuple) and _is(value, "cho_factor")]
    factors = {first.id for first in pairs if isinstance(first, ast.Name)}
    used = [part for node in nodes if _is(node, "diag", "diagonal", "cho_solve") for part in ast.walk(node)]
    for node in nodes if factors else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in factors and node not in used:
            raise to.refused(node, f"one triangle of {node.id} says nothing", "np.linalg.cholesky(A) has zeros there")


def _is(node: ast.AST, *names: str) -> bool:
    """Whether a node calls a function or a method with one of some names."""
    return isinstance(node, ast.Call) and _path(node.func)[-1] in names


def _out_of_place(to: Converter, call: ast.Call) -> None:
    """x.pow(2).add_(1) changes what nothing else has; x.add_(1) changes x, which is refused."""
    func = call.func
    if not (isinstance(func, ast.Attribute) and func.attr[-1:] == "_" and func.attr[:-1].isidentifier()):
        return
    if not isinstance(func.value, (ast.Call, ast.BinOp)):
        raise to.refused(call, f"{ast.unparse(func)} changes {ast.unparse(func.value)} in place", "write x = x + y")
    func.attr = func.attr[:-1]
