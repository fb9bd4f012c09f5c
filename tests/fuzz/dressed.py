"""Random expressions with other names and sizes, with open functions of any order, and with definitions put in."""

from __future__ import annotations

from random import Random
from typing import Any

from fuzz.expressions import anything
from matdiff.algebra.dims import ONE, Size, size
from matdiff.algebra.expr import Expr, Index, Symbol, fold, postorder, symbols
from matdiff.algebra.operators.entrywise import Unspecified
from matdiff.algebra.operators.structure import Named

NAMES = """
    Sigma lambda x_hat X_bar mu_tilde y_dot w_ddot q_check r_breve z_prime Theta1 x_hat1 W12 y_bar_t x_t loss_weight
    alpha2 Omega_hat beta_max Xw xi_prime2 Beta a_in
""".split()
SIZES = {"m": size("m"), "n": size("k") + size(1), "p": size("k") * size("m"), "N": size("N")}
DEFINED = ["h", "Delta", "z2", "u_bar", "Q"]
OPEN = ["g", "f", "phi"]


class Dress:
    """Draws other names and sizes for the symbols of an expression, and puts definitions into it."""

    def __init__(self, draw: Random, e: Expr) -> None:
        self.draw = draw
        known = [s.name for s in symbols(e)]
        names = draw.sample([*known, *NAMES], len(known))
        self.names = dict(zip(known, names, strict=True))
        taken = {*self.names.values()}
        self.functions = [f for f in OPEN if f not in taken]
        self.fresh = iter([d for d in DEFINED if d not in taken and d not in self.functions])
        inner = [n for n in postorder(e) if n.operands and not n.free and n is not e]
        self.defined = set(draw.sample(inner, min(len(inner), draw.randint(0, 2))))

    @staticmethod
    def sized(s: Size) -> Size:
        return s.substitute(lambda name: SIZES.get(name, size(name)))

    def __call__(self, node: Expr, *operands: Expr) -> Expr:
        new = self.dressed(node, operands)
        name = next(self.fresh, None) if node in self.defined else None
        return Named(name, new) if name else new

    def dressed(self, node: Expr, operands: tuple[Expr, ...]) -> Expr:
        if isinstance(node, Symbol):
            shape = self.sized(node.rows), self.sized(node.cols)
            return Symbol(self.names[node.name], shape, node.properties, tuple(map(self.sized, node.ranges)))
        if isinstance(node, Unspecified) and self.functions:
            name, order = self.draw.choice(self.functions), self.draw.randint(0, 2)
            return Unspecified(name, order, operands[0])
        data = tuple(self.datum(d) for d in node.data)
        return node.rebuild(operands) if data == node.data else type(node).make(operands, data)

    def datum(self, d: Any) -> Any:
        """A size or an index with another size."""
        if isinstance(d, Size):
            return self.sized(d)
        return Index(d.name, self.sized(d.last)) if isinstance(d, Index) else d


def dressed(seed: int) -> Expr:
    """A random expression in other letters, the same for the same seed."""
    e = anything(seed)
    return fold(e, Dress(Random(seed), e))


def declarations(e: Expr) -> dict[str, str]:
    """What a reader has to be told about the symbols of an expression."""
    told = {}
    for s in symbols(e):
        ranges = ", ".join(f"{i}=1..{last}" for i, last in zip("ijkl", s.ranges, strict=False))
        is_alone = s.cols is ONE and str(s.rows) != "R"  # x: R is a number
        shape = "scalar" if s.is_scalar else f"{s.rows}" if is_alone else f"{s.rows} x {s.cols}"
        told[s.name + (f"[{ranges}]" if ranges else "")] = " ".join([shape, *sorted(s.properties)])
    return told
