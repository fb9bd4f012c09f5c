"""Random small programs of arrays, whose value the library itself tells."""

from __future__ import annotations

import random

SIZES = {"m": 3, "n": 4, "k": 5}
INPUTS: dict[str, tuple[str | int, ...]] = {
    "X": ("m", "n"),
    "Y": ("m", "n"),
    "W": ("n", "k"),
    "S": ("n", "n"),
    "x": ("n",),
    "y": ("m",),
    "t": ("k",),
    "a": (),
    "col": ("m", 1),
    "row": (1, "n"),
}
Shape = tuple[str | int, ...]
Piece = tuple[str, Shape]


def program(seed: int, library: str) -> str:
    """A few assignments, some in place, and an expression."""
    return Programs(random.Random(seed), library).whole()


def together(a: Shape, b: Shape) -> Shape | None:
    """The shape of two arrays that are broadcast."""
    count = max(len(a), len(b))
    pairs = zip(((1,) * count + a)[-count:], ((1,) * count + b)[-count:], strict=True) if count else ()
    found = [p if q == 1 else q if p in (1, q) else None for p, q in pairs]
    return None if None in found else tuple(s for s in found if s is not None)


class Programs:
    def __init__(self, rng: random.Random, library: str) -> None:
        self.rng, self.library = rng, {"numpy": "np", "torch": "torch"}[library]
        self.axis, self.keep = ("dim", "keepdim") if library == "torch" else ("axis", "keepdims")
        self.made: dict[str, Shape] = {}

    def whole(self) -> str:
        lines: list[str] = []
        for k in range(self.rng.randint(1, 3)):
            text, shape = self.piece(self.rng.randint(1, 2))
            name = self.rng.choice([*self.made, f"h{k}"])
            in_place = name in self.made and together(self.made[name], shape) == self.made[name]
            name = name if in_place else f"h{k}"
            lines.append(f"{name} {self.rng.choice(['+=', '-=', '*='])} {text}" if in_place else f"{name} = {text}")
            self.made[name] = self.made[name] if in_place else shape
        return "\n".join([*lines, " + ".join(f"{self.library}.sum({name})" for name in self.made)])

    def piece(self, depth: int) -> Piece:
        ways = (
            self.pair,
            self.pair,
            self.product,
            self.reduced,
            self.of_each,
            self.turned,
            self.part,
            self.chosen,
            self.spread,
        )
        for _ in range(20 if depth else 0):
            if found := self.rng.choice(ways)(depth - 1):
                return found
        name = self.rng.choice([*self.made, *self.made, *INPUTS])
        return name, self.made.get(name, INPUTS.get(name, ()))

    def two(self, depth: int) -> tuple[str, str, Shape] | None:
        (a, s), (b, t) = self.piece(depth), self.piece(0)
        shape = together(s, t)
        return None if shape is None else (a, b, shape)

    def pair(self, depth: int) -> Piece | None:
        if (found := self.two(depth)) is None:
            return None
        a, b, shape = found
        below = f"{self.library}.exp(-({b})**2) + 1"
        return self.rng.choice([f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} / ({below}))"]), shape

    def product(self, depth: int) -> Piece | None:
        (a, s), (b, t) = self.piece(depth), self.piece(0)
        if not (s and t) or s[-1] != t[0]:
            return None
        return self.rng.choice([f"({a}) @ ({b})", f"{self.library}.matmul({a}, {b})"]), (*s[:-1], *t[1:])

    def reduced(self, depth: int) -> Piece | None:
        a, s = self.piece(depth)
        if not s:
            return None
        k, keep = self.rng.randrange(len(s)), self.rng.random() < 0.4
        options = f"{self.axis}={self.rng.choice([k, k - len(s)])}" + f", {self.keep}=True" * keep
        shape = tuple(1 if i == k else size for i, size in enumerate(s) if keep or i != k)
        name = self.rng.choice(["sum", "mean", "amax"])
        return self.rng.choice([f"{self.library}.{name}({a}, {options})"]), shape

    def spread(self, depth: int) -> Piece | None:
        """Two arrays that have three axes together, of which one is reduced."""
        (a, s), (b, t) = self.piece(depth), self.piece(0)
        if len(s) != 2 or len(t) not in (1, 2) or 1 in (*s, *t):
            return None
        k = self.rng.randrange(3)
        left = f"({a})[{', '.join('None' if i == k else ':' for i in range(3))}]"
        right = f"({b})" if len(t) == 1 or self.rng.random() < 0.5 else f"({b})[None]"
        shape = together((*s[:k], 1, *s[k:]), t)
        if shape is None:
            return None
        sign, j = self.rng.choice("-+*"), self.rng.randrange(3)
        whole = f"{self.library}.{self.rng.choice(['tanh', 'square', 'abs'])}({left} {sign} {right})"
        options = f"{self.axis}={self.rng.choice([j, j - 3])}"
        return f"{self.library}.{self.rng.choice(['sum', 'mean'])}({whole}, {options})", (*shape[:j], *shape[j + 1 :])

    def of_each(self, depth: int) -> Piece:
        a, s = self.piece(depth)
        name = self.rng.choice(["tanh", "sin", "square", "abs"])
        return f"{self.library}.{name}({a})", s

    def turned(self, depth: int) -> Piece | None:
        a, s = self.piece(depth)
        return (f"({a}).T", s[::-1]) if len(s) == 2 else (f"({a})[:, None]", (*s, 1)) if len(s) == 1 else None

    def part(self, depth: int) -> Piece | None:
        a, s = self.piece(depth)
        keys = [("1:", 1) if size != 1 and self.rng.random() < 0.3 else (":", 0) for size in s]
        if not s or any(cut and size not in SIZES for (_, cut), size in zip(keys, s, strict=True)):
            return None
        shape = tuple(SIZES[size] - 1 if cut else size for (_, cut), size in zip(keys, s, strict=True))  # type: ignore[index]
        return f"({a})[{', '.join(key for key, _ in keys)}]", shape

    def chosen(self, depth: int) -> Piece | None:
        if (found := self.two(depth)) is None or not found[2]:
            return None
        a, b, shape = found
        return f"{self.library}.where({a} > {b}, {a}, {b})", shape
