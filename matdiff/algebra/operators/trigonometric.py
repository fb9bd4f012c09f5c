"""The circular and hyperbolic functions and their inverses, entry by entry."""

from __future__ import annotations

from matdiff.algebra.operators.entrywise import Entrywise, Sqrt


class Sin(Entrywise):
    """sin a"""

    names = ("sin",)
    parity = -1
    bounds = "[−1, 1]"
    slope = staticmethod(lambda t: Cos(t))


class Cos(Entrywise):
    """cos a"""

    names = ("cos",)
    parity = 1
    bounds = "[−1, 1]"
    slope = staticmethod(lambda t: -Sin(t))


class Tan(Entrywise):
    """tan a"""

    names = ("tan",)
    parity = -1
    slope = staticmethod(lambda t: 1 + Tan(t) ** 2)


class Arcsin(Entrywise):
    """arcsin a"""

    names = ("arcsin", "asin")
    parity = -1
    bounds = "(−2, 2)"
    increasing = True
    requires = "−1 < {0} < 1"
    slope = staticmethod(lambda t: 1 / Sqrt(1 - t**2))


class Arccos(Entrywise):
    """arccos a"""

    names = ("arccos", "acos")
    bounds = "[0, 4)"
    requires = "−1 < {0} < 1"
    slope = staticmethod(lambda t: -1 / Sqrt(1 - t**2))


class Arctan(Entrywise):
    """arctan a"""

    names = ("arctan", "atan")
    parity = -1
    bounds = "(−2, 2)"
    increasing = True
    slope = staticmethod(lambda t: 1 / (1 + t**2))


class Sinh(Entrywise):
    """sinh a"""

    names = ("sinh",)
    parity = -1
    increasing = True
    slope = staticmethod(lambda t: Cosh(t))


class Cosh(Entrywise):
    """cosh a"""

    names = ("cosh",)
    parity = 1
    bounds = "[1, ∞)"
    slope = staticmethod(lambda t: Sinh(t))


class Tanh(Entrywise):
    """tanh a"""

    names = ("tanh",)
    parity = -1
    bounds = "(−1, 1)"
    increasing = True
    slope = staticmethod(lambda t: 1 - Tanh(t) ** 2)


class Arcsinh(Entrywise):
    """arsinh a"""

    names = ("arcsinh", "asinh", "arsinh")
    parity = -1
    increasing = True
    slope = staticmethod(lambda t: 1 / Sqrt(1 + t**2))


class Arccosh(Entrywise):
    """arcosh a"""

    names = ("arccosh", "acosh", "arcosh")
    bounds = "[0, ∞)"
    increasing = True
    requires = "{0} > 1"
    slope = staticmethod(lambda t: 1 / Sqrt(t**2 - 1))


class Arctanh(Entrywise):
    """artanh a"""

    names = ("arctanh", "atanh", "artanh")
    parity = -1
    increasing = True
    requires = "−1 < {0} < 1"
    slope = staticmethod(lambda t: 1 / (1 - t**2))
