"""Modules of torch.nn and distributions in code, by themselves or under a name.

nn.MSELoss()(z, y) is F.mse_loss(z, y), Normal(m, s).log_prob(x) and norm(m, s).logpdf(x) stats.norm.logpdf(x, m, s).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from matdiff.language.dialects.statements import written
from matdiff.recording.arrays import FUNCTIONS as RECORDED
from matdiff.recording.layers import MODULES
from matdiff.recording.special import OF_DISTRIBUTIONS

if TYPE_CHECKING:
    from matdiff.language.dialects.python import Converter

FUNCTIONS = MODULES | {"Tanh": "tanh", "Sigmoid": "sigmoid"}
NN = ("nn", "torch.nn")
SHORT = ("D", "td", "tfd", "dist", "dists", "distributions")  # names that torch.distributions is given
HOME = "torch.nn.functional"


def unfolded(to: Converter, body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements with functions in the place of modules, and without those that give a module a name."""
    named: dict[str, ast.Call] = {}
    rest = []
    for item in body:
        match item:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (module := made(to, value)) is not None:
                named[name] = module
            case _:
                rest.append(item)
    for node in [part for item in rest for part in ast.walk(item) if isinstance(part, ast.Call)]:
        func = node.func
        if isinstance(func, ast.Attribute):
            of = named.get(func.value.id) if isinstance(func.value, ast.Name) else func.value
            if isinstance(of, ast.Call):
                _put_density(to, node, func.attr, of)
        module = named.get(func.id) if isinstance(func, ast.Name) else made(to, func)
        if module is not None and called(module) in FUNCTIONS:
            _call(node, f"{HOME}.{FUNCTIONS[called(module)]}", [], module.keywords)
    return rest


def _put_density(to: Converter, node: ast.Call, method: str, of: ast.Call) -> None:
    """stats.norm.logpdf(x, m, s) in the place of norm(m, s).logpdf(x) and Normal(m, s).log_prob(x)."""
    name = called(of)
    if f"stats.{name}.{method}" in RECORDED:
        _call(node, f"stats.{name}.{method}", of.args, of.keywords)
    elif method == "log_prob" and name in OF_DISTRIBUTIONS and _is_owned(to, of.func):
        density, parameters = OF_DISTRIBUTIONS[name]
        given = dict(zip(parameters, of.args, strict=False)) | {k.arg: k.value for k in of.keywords}
        if given.keys() != set(parameters):
            raise to.refused(of, f"{name} has the parameters {', '.join(parameters)}")
        _call(node, density, [given[p] for p in parameters], [])


def _is_owned(to: Converter, func: ast.expr) -> bool:
    """Whether Normal stands by itself, in a known module or behind a usual short name of one."""
    owner = func.value if isinstance(func, ast.Attribute) else None
    return owner is None or (isinstance(owner, ast.Name) and owner.id in SHORT) or to.module(func) is not None


def _call(node: ast.Call, path: str, arguments: list[ast.expr], options: list[ast.keyword]) -> None:
    """Calls another function, with further arguments."""
    node.func = written(path, node.func, {})
    node.args, node.keywords = [*node.args, *arguments], [*node.keywords, *options]


def made(to: Converter, node: ast.expr) -> ast.Call | None:
    """The call that makes a module or a distribution: nn.MSELoss(reduction="sum"), Normal(m, s)."""
    if not isinstance(node, ast.Call):
        return None
    name = called(node)
    if name in OF_DISTRIBUTIONS:
        return node
    if not (isinstance(node.func, ast.Attribute) and name[0].isupper()) or to.module(node.func) not in NN:
        return None
    if name not in FUNCTIONS:
        hint = "write F.linear(x, W, b) for nn.Linear(m, n)(x)"
        raise to.refused(node, f"nn.{name} is not known: its weights have no names", hint)
    if node.args:
        raise to.refused(node, f"{name} has options without a name", "give their names, as in dim=1")
    return node


def called(call: ast.Call) -> str:
    """The name of the function or method that is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
