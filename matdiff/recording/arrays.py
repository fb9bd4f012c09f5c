"""Arrays that remember what was done to them.

A ``Traced`` array stands for a NumPy array in a call of a user's function: every operation on it gives
another one, with the expression of the result.  NumPy hands its own functions over by the protocols
``__array_ufunc__`` and ``__array_function__``; the tables ``UFUNCS`` and ``FUNCTIONS``, which the modules
beside this one fill, say what they mean.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from fractions import Fraction
from functools import partial, wraps
from operator import add, mul, sub
from typing import Any, NoReturn, TypeVar
from weakref import ref

from matdiff.algebra.dims import Size, product_of, size
from matdiff.algebra.expr import Expr
from matdiff.algebra.operators.abbreviations import count
from matdiff.algebra.operators.kronecker import divided
from matdiff.errors import ShapeError, UnsupportedError
from matdiff.recording.hints import COMPARE, JUMPS, ONE_VALUE, NoSuchAttribute, hint_for
from matdiff.recording.shapes import Lengths, flip, number, realigned, written

Operation = Callable[..., Any]
Declared = TypeVar("Declared", bound=Operation)

UFUNCS: dict[str, Callable[..., Traced]] = {}  # by the names of NumPy: np.add(a, b); their arguments are traced arrays
FUNCTIONS: dict[str, Operation] = {}  # np.sum, linalg.norm: called with the arguments that the user gave
METHODS: dict[str, Operation] = {}  # x.sum(): functions whose first argument is the array itself
OF_TORCH: dict[str, Operation] = {}  # functions and methods of PyTorch whose names or arguments are its own
LIBRARY: ContextVar[str] = ContextVar("LIBRARY", default="numpy")  # in whose sense methods are meant


def ufunc(*names: str) -> Callable[[Declared], Declared]:
    """Declares what the universal functions with these names mean."""

    def declare(operation: Declared) -> Declared:
        applied = over_members(operation)
        UFUNCS.update(dict.fromkeys(names, applied))
        return applied

    return declare


def over_members(operation: Declared) -> Declared:
    """An operation entry by entry, which on arrays with more than two axes is done member by member."""

    @wraps(operation)
    def applied(*arrays: Any) -> Any:
        if any(isinstance(a, Traced) and a.ndim > 2 for a in arrays):
            return FUNCTIONS["entrywise of members"](applied, list(map(lift, arrays)))
        if any(hasattr(type(a), "whole") for a in arrays):
            return FUNCTIONS["entrywise of selected"](applied, list(map(lift, arrays)))
        return operation(*arrays)

    return applied  # type: ignore[return-value]


def function(*names: str, method: str = "") -> Callable[[Declared], Declared]:
    """Declares what the functions with these names mean, and the method of arrays that is the same."""

    def declare(operation: Declared) -> Declared:
        FUNCTIONS.update(dict.fromkeys(names, operation))
        METHODS.update({method: operation} if method else {})
        return operation

    return declare


def refuse(what: str, suggestion: str = "") -> NoReturn:
    """The error for an operation that has no counterpart in an expression."""
    raise UnsupportedError(f"{what} cannot be recorded", suggestion=suggestion)


def call(name: str, operation: Operation, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """A function of the tables, if it takes the arguments that the user gave."""
    from inspect import signature

    try:
        signature(operation).bind(*arguments, **options)
    except TypeError:
        shown = f" with {', '.join(options)}=" if options else f" with {len(arguments)} arguments"
        refuse(name + shown)
    return operation(*arguments, **options)


def as_traced(found: Any) -> Traced:
    """What an operation of the tables gives."""
    assert isinstance(found, Traced)
    return found


def _refused(what: str, suggestion: str = "") -> Callable[..., NoReturn]:
    return lambda self, *arguments, **options: refuse(what, suggestion)


def _binary(name: str) -> Callable[[Traced, Any], Traced]:
    return lambda self, other: UFUNCS[name](self, lift(other))


def _unary(name: str) -> Callable[[Traced], Traced]:
    return lambda self: UFUNCS[name](self)


def _reflected(name: str) -> Callable[[Traced, Any], Traced]:
    return lambda self, other: UFUNCS[name](lift(other), self)


def _in_place(name: str) -> Callable[[Traced, Any], Traced]:
    """a += b, which changes the array itself, and with it whatever shares its memory."""

    def method(self: Traced, other: Any) -> Traced:
        result = UFUNCS[name](self, lift(other))
        if not self.lengths or hasattr(type(self), "whole"):
            return result  # a number is replaced
        if result.lengths != self.lengths:
            raise ShapeError(f"a result of shape {written(result.lengths)} has no place in {written(self.lengths)}")
        self.take(result)
        return self

    return method


class Traced:
    """An array with symbolic lengths: its expression, its lengths, and the arrays that share its memory."""

    __slots__ = ("__weakref__", "expr", "lengths", "part_of", "sharing")
    expr: Expr

    def __init__(self, expr: Expr, lengths: Lengths) -> None:
        self.expr = realigned(expr, lengths)
        self.lengths = lengths
        self.sharing: list[ref[Traced]] = [ref(self)]
        self.part_of: tuple[Traced, Any] | None = None  # the array and the place of what X[i] gives

    def __repr__(self) -> str:
        return f"<traced array of shape {written(self.lengths)}: {self.expr}>"

    def viewed(self, expr: Expr, lengths: Lengths) -> Traced:
        """The same entries in other axes."""
        return self.shared_with(Traced(expr, lengths))

    def shared_with(self, other: Traced) -> Traced:
        """Another array, which has its entries in the memory of this one."""
        self.sharing[:] = [*(r for r in self.sharing if r() is not None), ref(other)]
        other.sharing = self.sharing
        return other

    def take(self, other: Traced) -> None:
        """Has the entries of another array from now on; a part X[i] is changed in its array."""
        if self.part_of is None:
            self.become(other.expr)
            return
        whole, key = self.part_of
        self.sharing[:] = [r for r in self.sharing if r() is not self]
        whole[key] = other
        self.expr = other.expr
        whole.shared_with(self)

    def become(self, expr: Expr) -> None:
        """Has other entries from now on."""
        self.require_alone()
        self.expr = expr

    def require_alone(self) -> None:
        """Raises UnsupportedError where another array would change too."""
        if any((other := r()) is not None and other is not self for r in self.sharing):
            refuse("a change in place of an array that another one is a view of", "Write a = a + b.")

    # ---- what arrays tell about themselves ----------------------------------------------------------

    @property
    def shape(self) -> tuple[Any, ...]:
        return tuple(map(extent, self.lengths))

    @property
    def ndim(self) -> int:
        return len(self.lengths)

    @property
    def size(self) -> Any:
        """The number of entries; in PyTorch a method that tells the shape."""
        if LIBRARY.get() == "torch":
            return lambda dim=None: self.shape if dim is None else self.shape[dim]
        return extent(product_of(self.lengths))

    @property
    def dtype(self) -> Any:
        import numpy as np

        return np.dtype(float)

    @property
    def at(self) -> Any:
        """x.at[0].set(v) of JAX."""
        if LIBRARY.get() != "jax":
            raise NoSuchAttribute("the attribute .at of an array cannot be recorded")
        return FUNCTIONS["at"](self)

    mT = property(_unary("matrix transpose"))

    @property
    def T(self) -> Traced:
        return self if self.ndim < 2 else self.viewed(flip(self.expr), self.lengths[::-1])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        operation = FUNCTIONS["method of torch"](name) if LIBRARY.get() == "torch" else METHODS.get(name)
        if operation is None:
            raise NoSuchAttribute(f"the attribute .{name} of an array cannot be recorded", suggestion=hint_for(name))
        return partial(self.called, name, operation)

    def called(self, name: str, operation: Operation, *arguments: Any, **options: Any) -> Any:
        """x.sum(…)"""
        if LIBRARY.get() == "torch":
            arguments, options = FUNCTIONS["arguments of torch"](arguments, options)
        return call(f".{name}()", operation, (self, *arguments), options)

    def __len__(self) -> int:
        if not self.lengths:
            refuse("len() of a number")
        if self.lengths[0].number is None:
            refuse("len() of a symbolic size, in this place", "Write x.shape[0] for len(x).")
        return self.lengths[0].number

    def __getitem__(self, key: Any) -> Traced:
        return as_traced(METHODS["__getitem__"](self, key))

    def __setitem__(self, key: Any, value: Any) -> None:
        METHODS["__setitem__"](self, key, value)

    def __iter__(self) -> Any:
        return METHODS["__iter__"](self)

    # ---- what NumPy asks ----------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        name = ufunc.__name__
        if method == "reduce" and name == "add":
            return FUNCTIONS["sum"](inputs[0], **{"axis": 0, **options})
        if method != "__call__" or name not in UFUNCS:
            refuse(f"np.{name}" + f".{method}" * (method != "__call__"), hint_for(name))
        if options:
            refuse(f"np.{name} with {', '.join(options)}=", "Assign the result to a name." if "out" in options else "")
        return UFUNCS[name](*map(lift, inputs))

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        home = (function.__module__ or "").removeprefix("numpy").strip(".")
        name = f"{home}.{function.__name__}".lstrip(".")
        if name not in FUNCTIONS:
            refuse(f"np.{name}", hint_for(name))
        return call(f"np.{name}", FUNCTIONS[name], arguments, options)

    @classmethod
    def __torch_function__(cls, function: Any, types: Any, arguments: Any = (), options: Any = None) -> Any:
        return FUNCTIONS["torch"](function, arguments, options or {})

    __array__ = _refused(
        "the conversion to a plain array, as in np.array([…]) or in a function of another library",
        "Use NumPy's functions on the parameters themselves.",
    )

    # ---- operators ----------------------------------------------------------------------------------

    __add__, __radd__, __iadd__ = _binary("add"), _reflected("add"), _in_place("add")
    __sub__, __rsub__, __isub__ = _binary("subtract"), _reflected("subtract"), _in_place("subtract")
    __mul__, __rmul__, __imul__ = _binary("multiply"), _reflected("multiply"), _in_place("multiply")
    __truediv__, __rtruediv__, __itruediv__ = _binary("divide"), _reflected("divide"), _in_place("divide")
    __matmul__, __rmatmul__, __imatmul__ = _binary("matmul"), _reflected("matmul"), _in_place("matmul")
    __pow__, __rpow__, __ipow__ = _binary("power"), _reflected("power"), _in_place("power")

    __neg__, __pos__, __abs__, __invert__ = map(_unary, ("negative", "positive", "absolute", "logical_not"))
    __floordiv__ = __rfloordiv__ = _refused("the operator //", JUMPS)
    __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _refused("the operator %", JUMPS)
    __and__, __rand__ = _binary("logical_and"), _reflected("logical_and")
    __or__, __ror__ = _binary("logical_or"), _reflected("logical_or")
    __xor__ = __rxor__ = _refused("the operator ^", COMPARE)
    __lshift__ = __rlshift__ = __rshift__ = __rrshift__ = _refused("a shift of bits")
    __lt__, __le__, __gt__, __ge__ = map(_binary, ("less", "less_equal", "greater", "greater_equal"))
    __eq__, __ne__ = _binary("equal"), _binary("not_equal")  # type: ignore[assignment]

    def __format__(self, spec: str) -> str:
        if spec:
            refuse(f"a text with the digits of a value, as {{:{spec}}} asks for,", "Leave the printing out.")
        return str(self)

    __hash__ = object.__hash__
    __bool__ = _refused("the truth of an array (if, and, or, not, bool())", COMPARE)
    __float__ = _refused("float(), or a function of math,", ONE_VALUE)
    __int__ = _refused("int()", ONE_VALUE)
    __complex__ = _refused("complex()", ONE_VALUE)
    __round__ = __trunc__ = __floor__ = __ceil__ = _refused("rounding", JUMPS)
    __index__ = _refused(
        "a symbolic number as a count or an index, as in range(n),",
        "np.eye(n, like=X), with one of the parameters, makes an array of symbolic size; sums are for whole arrays.",
    )
    __contains__ = _refused("the operator in", COMPARE)


# ---- symbolic sizes ---------------------------------------------------------------------------------


def _compared_size(name: str) -> Operation:
    def method(self: TracedSize, other: Any) -> Traced:
        if extent_of(other) is not None:
            hint = "Declare the length as a number; a loop over it is for i in range(n)."
            refuse(f"the comparison of the size {self.extent} with another", hint)
        return UFUNCS[name](self, lift(other))

    return method


def _size_or_number(name: str, of_sizes: Callable[[Size, Size], Size]) -> Operation:
    """An operation on a size, which with a number that is no size gives a number."""

    def method(self: TracedSize, other: Any) -> Any:
        k = extent_of(other)
        return getattr(Traced, name)(self, other) if k is None else extent(of_sizes(self.extent, k))

    return method


class TracedSize(Traced):
    """A length that is a name, as X.shape[0] gives it: in arithmetic it is a number, in np.eye(n) a size."""

    __slots__ = ("extent",)

    def __init__(self, of: Size) -> None:
        super().__init__(count(of), ())
        self.extent = of

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        if isinstance(other, TracedSize) and other.extent is self.extent:
            return True
        if isinstance(other, (int, TracedSize)):
            refuse(f"the comparison of the size {self.extent} with another", "Give equal sizes the same name in where.")
        return False

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return not self == other

    __lt__, __le__ = _compared_size("less"), _compared_size("less_equal")
    __gt__, __ge__ = _compared_size("greater"), _compared_size("greater_equal")

    def __hash__(self) -> int:
        return hash(self.extent)

    __add__ = __radd__ = _size_or_number("__add__", add)
    __mul__ = __rmul__ = _size_or_number("__mul__", mul)
    __sub__, __rsub__ = _size_or_number("__sub__", sub), _size_or_number("__rsub__", lambda one, other: other - one)

    def __floordiv__(self, other: Any) -> Any:
        k = extent_of(other)
        parts = divided(self.extent, k) if k is not None and k.terms else None
        return refuse(f"the division of the size {self.extent} with //") if parts is None else extent(parts)


def extent(length: Size) -> Any:
    """A length as Python sees it: an int, or a symbolic size."""
    return TracedSize(length) if length.number is None else length.number


def extent_of(value: Any) -> Size | None:
    """The size that a user's value means, None when it is none."""
    import numpy as np

    if isinstance(value, TracedSize):
        return value.extent
    return size(int(value)) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else None


# ---- constants --------------------------------------------------------------------------------------


def lift(value: Any) -> Traced:
    """A value in an operation as a traced array: numbers, and arrays of numbers of any library."""
    import numpy as np

    if isinstance(value, Traced):
        return value
    if isinstance(value, (int, Fraction, np.bool_, np.integer)):
        return Traced(number(value if isinstance(value, Fraction) else int(value)), ())
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            refuse(f"the number {value}")
        return Traced(number(float(value)), ())
    if isinstance(value, (list, tuple)) and any(isinstance(v, (Traced, list, tuple)) for v in value):
        return as_traced(FUNCTIONS["array"](value))
    if isinstance(value, (np.ndarray, list, tuple)) or is_foreign_array(value):
        return as_traced(FUNCTIONS["array of numbers"](np.asarray(getattr(value, "detach", lambda: value)())))
    refuse(f"a value of type {type(value).__name__}")


def is_foreign_array(value: Any) -> bool:
    """Whether a value is an array of JAX or a tensor of PyTorch."""
    return type(value).__module__.partition(".")[0] in ("jax", "jaxlib", "torch") and hasattr(value, "__array__")
