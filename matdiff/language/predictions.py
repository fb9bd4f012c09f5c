"""What a loss may hide: a prediction that no text gives, as ŷ, h or f(xᵢ), is no constant beside a penalty."""

from __future__ import annotations

from collections.abc import Iterable

from matdiff.errors import AmbiguityError
from matdiff.language.binding import Bound
from matdiff.language.doubtful_indices import asked_families
from matdiff.language.doubtful_products import inside
from matdiff.language.syntax import Node, postorder

DIGITS = "0123456789"
NAMED = ("symbol", "member")
VALUES = frozenset("eig eigs eigvals det logdet norm inv tr trace sqrt chol svd".split())  # of a matrix or vector
CALLED = (*NAMED, "unspecified")
OVER_DATA = ("big_sum", "norm", "transpose")
MODELS = frozenset(  # what a model gives, and the last layers of a network, are called so
    "h f out output outputs scores yhat hypothesis hyp a2 a3 a4 A2 A3 AL".split()
)
PREDICTED = frozenset("pred preds predicted prediction predictions probs logits ell loss losses criterion".split())


def require_estimates(bound: Bound) -> None:
    """Refuses ∑ᵢ(yᵢ − ŷᵢ)² + λ‖β‖² by β, where nothing says how ŷ depends on β: only the penalty would be derived."""
    asked, open_names = asked_families(bound), _predictions(bound)
    _require_values(bound, asked)
    sums = [node for node in bound.order if node.kind == "sum" or _is(node, "add", "sub", "subtract")]
    for node in sums if open_names - asked and asked else ():
        terms = [[*inside(bound, part)] for part in node.parts]
        held = [{n.value[0]: n for n in term if n.kind in NAMED} for term in terms]
        losses = [term for term, names in zip(terms, held, strict=True) if names and names.keys().isdisjoint(asked)]
        found = sorted(name for term in losses for name in open_names & _compared(bound, term))
        alike = {name.rstrip(DIGITS) for name in asked}  # Theta2 beside Theta1
        penalties = [names for names in held if names.keys() & asked]
        beside = [n for names in penalties for name, n in names.items() if name.rstrip(DIGITS) not in alike]
        is_penalty = len(losses) < sum(map(bool, held)) and all(n.typed and n.typed.is_scalar for n in beside)
        if found and is_penalty:
            name, hint = found[0], f"give it, as in {found[0]} = …, or declare it where it is constant"
            message = f"{name} may depend on {min(asked)}, and is not given: its derivative would leave out the loss"
            raise bound.error(node, message, hint, AmbiguityError)


def _require_values(bound: Bound, asked: Iterable[str]) -> None:
    """Refuses eigR and norm_w by R and w, which say what they are of and are not given."""
    for name, of in [(name, of) for name in bound.names for of in asked if name.endswith(of) and name != of]:
        if name.removesuffix(of).rstrip("_") in VALUES and not bound.names[name].declared:
            message = f"{name} may depend on {of}, and is not given: its derivative would be left out"
            raise bound.error(bound.tree, message, f"give it, as in {name} = …, or declare it where it is constant")


def _predictions(bound: Bound) -> set[str]:
    """The names that nothing gives and that may be those of losses or predictions: ŷ, y_pred, logits, h, f(xᵢ)."""
    new = {n for n, name in bound.names.items() if not name.declared}
    words = {n for n in new if not PREDICTED.isdisjoint(n.split("_")) or (n == "l" and bound.names[n].indexed)}  # ℓ_n
    functions = {node.value[0] for node in bound.order if node.kind == "unspecified"}.difference(bound.declared)
    return words | {n for n in new if n.endswith("_hat") or n in MODELS} | functions


def _compared(bound: Bound, term: list[Node]) -> set[str]:
    """The names of a term that stand as those of predictions do.

    A word stands so anywhere, ŷ beside y, and all of them in a logarithm or in a difference.
    """
    within = [n for n in term if _is(n, "log", "sub", "subtract") or (n.kind == "sum" and "subtract" in n.value)]
    compared = {part.value[0] for node in within for part in postorder(node) if part.kind in CALLED}
    if not any(n.kind in OVER_DATA or _is(n, "sum", "mean", "dot") for n in term):
        compared = {name for name in compared if len(name) > 1}  # h of ½k(x − h)² is a place
    names = {node.value[0] for node in term if node.kind in NAMED}
    return compared | {n for n in names if n[:-4] in names or not (n.endswith("_hat") or n in MODELS)}


def _is(node: Node, *functions: str) -> bool:
    """Whether a node is a call of one of some functions, in code or in mathematics."""
    return (node.value.name if node.kind == "array" else node.kind == "call" and node.value) in functions
