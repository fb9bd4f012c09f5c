"""Arrays on lists against NumPy: every function that there is, and only what matdiff asks for."""

from __future__ import annotations

import inspect
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.expr import OPERATORS
from matdiff.algebra.operators.entrywise import Entrywise
from matdiff.arrays import module

LISTS: Any = module()
RANDOM = np.random.default_rng(7)
ROOT = RANDOM.standard_normal((2, 4, 4))
GIVEN = {
    "a": RANDOM.standard_normal((2, 3, 4)),
    "b": RANDOM.standard_normal((2, 3, 4)),
    "c": RANDOM.standard_normal((4, 1)),
    "s": ROOT @ np.swapaxes(ROOT, -1, -2) + 0.5 * np.eye(4),
    "z": RANDOM.standard_normal((3, 5, 5)),
    "v": RANDOM.standard_normal(6),
    "u": np.abs(RANDOM.standard_normal(6)) / 4 + 0.1,
    "k": np.array([[2, 0, 1], [1, 1, 0]]),
    "odd": np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 800.0, -800.0, 0.5]),
    "one": np.array(3.0),
    "low": np.outer(np.arange(1.0, 6.0), np.arange(2.0, 6.0)) + np.outer(np.arange(5.0) ** 2, np.ones(4)),  # of rank 2
    "turn": np.roll(np.eye(5), 1, axis=0),
}
CALLS = """
a + b; a - c[:3]; 2 / a; a * c.T; -a; abs(a); a**2; 2.0**a; a % 2; k // 2; k + 1.5; a > b; (a >= 0) & (b < 0)
~(a > 0); (a > 0) | (b > 0); (a > 0) ^ (b > 0); a == a; a != b; k >> 1; a @ c; a @ s; v @ v; c.T @ c; s @ v[:4]
odd / 0; odd * 0; 1 / odd; odd**odd[::-1]; odd - odd; odd < 1; np.float64(2) / v; np.float64(0) * odd; one + v; a[0]
a[..., 0]; a[:, ::-1]; a[a > 0]; a[..., None, :]; a[:, [2, 0]]; a[[0, 1], [1, 2]]; a[:, 1:3, ::2]; a[-1, -1, -1]; v[k]
a[0, [0, 1]][:, [1, 3]]; a[np.array([True, False])]; a.T; a.reshape(6, -1); a.ravel(); a.transpose(2, 0, 1)
a.swapaxes(0, -1); a.tolist(); a.astype(int); k.astype(float); (a > 0).astype(float); a.copy(); a.real; a.imag
a.sum(); a.max(axis=1); a.min(); a.mean(axis=(0, 2)); a.prod(-1); (a > 0).all(-1); (a > 0).any(0, keepdims=True)
v.argmax(); v.argmin(); v.cumsum(); v.argsort(); a.shape; a.ndim; a.size; len(a); float(one); bool(one); one.item()
[float(x) for x in v]; f"{one:.3f}"; a.dtype.kind; k.dtype.kind; np.array([[1, 2], [3, 4]]); np.array([1.0, 2])
np.array([True, False]); np.asarray(3); np.asarray(k, dtype=float); np.shape([[1, 2, 3]]); np.ndim(v); np.size(a)
np.result_type(k, v).kind; np.dtype(float).kind; isinstance(a, np.ndarray); np.intp(3)
np.uint64(2**63) * np.uint64(3); np.bool_(True); np.broadcast_to(c, (2, 4, 3)); np.broadcast_to(1.0, (2, 2))
np.broadcast_shapes((3, 1), (2, 1, 4)); np.broadcast_arrays(c, a[0, 0, :3]); np.full((2, 3), 1.5); np.full(3, 2)
np.zeros((2, 0)); np.zeros(3, dtype=int); np.ones((2, 2)); np.empty((2, 3)).shape; np.full_like(k, 4)
np.zeros_like(a); np.ones_like(k); np.empty_like(a).shape; np.eye(3); np.eye(2, 3); np.eye(3, dtype=bool)
np.arange(5); np.arange(2, 9, 3); np.arange(1.0, 4.0); np.linspace(0, 1, 5); list(np.ndindex(2, 3))
list(np.ndindex((2, 2))); np.diag(v); np.diag(s[0]); np.diag(a[0]); np.tril_indices(3); np.tril_indices(3, -1)
np.triu_indices(4, 1); np.diag_indices(3); np.concatenate([a, b]); np.concatenate([a, k[:, :, None]], axis=-1)
np.stack([a, b], axis=1); np.stack([a, b], axis=-1); np.exp(odd); np.expm1(odd); np.sqrt(odd); np.log(odd)
np.log1p(odd); np.log2(odd); np.log10(odd); np.sin(v); np.cos(odd); np.tan(v); np.arcsin(odd); np.arccos(odd)
np.arctan(odd); np.sinh(odd); np.cosh(odd); np.tanh(odd); np.arcsinh(odd); np.arccosh(odd); np.arctanh(odd)
np.abs(odd); np.abs(k); np.abs(np.linalg.eigvals(turn)) > 0.999; np.sign(odd); np.floor(odd); np.ceil(odd)
np.rint(odd); np.round(v); np.isfinite(odd); np.isnan(odd); np.logical_not(k); np.maximum(odd, 0.5)
np.minimum(odd, odd[::-1]); np.fmax(odd, odd[::-1]); np.maximum(1, 2.5); np.add(a, b); np.subtract(a, 1)
np.multiply(a, b); np.divide(1, odd); np.power(u, 2.5); np.logaddexp(odd, 0.0)
np.maximum.reduce(a, axis=-1, keepdims=True); np.minimum.reduce(a); np.add.reduceat(v, [0, 2, 3])
np.subtract.outer(v, u); np.where(a > 0, a, b); np.where(k, 1, 0.5); np.clip(odd, -1, 1)
np.vectorize(lambda x: x * x)(v); np.allclose(a, a + 1e-9); np.allclose(a, b); np.sum(a, axis=(-2, -1), keepdims=True)
np.sum(k); np.sum(a > 0, axis=0); np.prod(a, axis=-1); np.mean(a, axis=1); np.max(a, axis=-1, keepdims=True)
np.max(a[:, :0], axis=1, initial=0.0); np.max(odd); np.min(a); np.nanmax(odd); np.nanmin(odd); np.any(a > 1, axis=1)
np.all(a > -3); np.argmax(a, axis=-1); np.argmin(a, axis=0); np.sort(a, axis=1); np.argsort(a, axis=-1)
np.cumsum(a, axis=1); np.diff(a, axis=1); np.diff(v, append=0.0); np.reshape(a, (4, 6)); np.ravel(a); np.transpose(a)
np.transpose(a, (1, 0, 2)); np.swapaxes(a, -1, -2); np.squeeze(c, -1); np.flip(a, -1); np.flip(a)
np.resize(v, (4, 4)); np.take(a, [2, 0], axis=1); np.take_along_axis(a, np.argsort(a, axis=-1), -1)
np.take_along_axis(a, k[:, :, None], -1); np.flatnonzero(k); np.diagonal(a, axis1=-2, axis2=-1)
np.trace(s, axis1=-2, axis2=-1); np.tril(a); np.triu(s, 1); np.tril(s, -1); np.pad(a, [(0, 0), (1, 2), (0, 1)])
np.matmul(a, s); np.vdot(a, b); np.einsum("...ij,...kj->...ik", a, b); np.einsum("ij,jk,k->i", a[0], s[0], v[:4])
np.einsum("bii->b", s); np.pi + np.e; np.inf; np.nan; np.linalg.solve(z, z[..., :2]); np.linalg.solve(s, v[:4])
np.linalg.inv(z); np.linalg.det(z); np.linalg.det(low[:4]); np.linalg.slogdet(z); np.linalg.slogdet(np.zeros((2, 2)))
np.linalg.matrix_power(z, 3); np.linalg.matrix_power(z, -2); np.linalg.matrix_power(z, 0); np.linalg.cholesky(s)
np.linalg.eigvalsh(s); np.linalg.eigvalsh(np.eye(3)); np.linalg.eigh(s)[0]; np.linalg.eigvalsh(low[:4] + low[:4].T)
np.linalg.svd(a, compute_uv=False); np.linalg.svd(low, compute_uv=False); np.linalg.pinv(a); np.linalg.pinv(low)
np.linalg.pinv(low.T, 1e-6); np.linalg.pinv(np.zeros((2, 3))); np.linalg.matrix_rank(low); np.linalg.matrix_rank(a)
np.linalg.norm(a); np.linalg.norm(a, axis=-1); np.linalg.norm(v); np.polynomial.legendre.leggauss(7)
isinstance(np.linalg.LinAlgError("x"), ValueError)
""".replace("\n", ";")
EXPRESSIONS = [part for text in CALLS.split(";") if (part := text.strip())]
PARTS = {  # what is not unique: what it is to give
    "np.linalg.eigh(s)": lambda p: (p[1] * p[0][..., None, :]) @ np.swapaxes(p[1], -1, -2) - GIVEN["s"],
    "np.linalg.svd(a, full_matrices=False)": lambda p: (p[0] * p[1][..., None, :]) @ p[2] - GIVEN["a"],
    "np.linalg.svd(np.swapaxes(a, -1, -2))": lambda p: (
        (p[0][..., :3] * p[1][..., None, :]) @ p[2] - np.swapaxes(GIVEN["a"], -1, -2)
    ),
    "np.linalg.svd(low)": lambda p: (p[0][..., :4] * p[1][..., None, :]) @ p[2] - GIVEN["low"],
    "np.linalg.qr(np.swapaxes(a, -1, -2))": lambda p: p[0] @ p[1] - np.swapaxes(GIVEN["a"], -1, -2),
}


def of(value: Any) -> Any:
    """A value of either kind as one of NumPy."""
    if isinstance(value, LISTS.ndarray):
        return np.array(value.flat, dtype={"b": bool, "i": int, "u": np.uint64}.get(value.dtype.kind)).reshape(
            value.shape
        )
    return tuple(of(v) for v in value) if isinstance(value, tuple | list) else value


def in_lists(text: str) -> Any:
    given = {name: LISTS.array(value.tolist()) for name, value in GIVEN.items()}
    with warnings.catch_warnings(), LISTS.errstate(all="ignore"):
        warnings.simplefilter("error")
        return of(eval(text, {"np": LISTS, **given}))


def in_numpy(text: str) -> Any:
    with np.errstate(all="ignore"):
        return eval(text, {"np": np, **GIVEN})


def alike(got: Any, want: Any) -> None:
    if isinstance(want, tuple | list):
        assert len(got) == len(want)
        for g, w in zip(got, want, strict=True):
            alike(g, w)
    elif isinstance(want, str | bool):
        assert got == want
    else:
        assert np.shape(got) == np.shape(want)
        assert np.asarray(got).dtype.kind == np.asarray(want).dtype.kind
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_lists_give_what_numpy_gives(text: str) -> None:
    alike(in_lists(text), in_numpy(text))


@pytest.mark.parametrize("text", PARTS)
def test_factors_multiply_to_what_they_are_of(text: str) -> None:
    factors, theirs = in_lists(text), tuple(in_numpy(text))
    assert [f.shape for f in factors] == [t.shape for t in theirs]
    assert np.abs(PARTS[text](factors)).max() < 1e-12
    for f in factors if "eigh" not in text else factors[1:]:
        if f.ndim == theirs[0].ndim and "qr" not in text:
            narrow = f if f.shape[-1] <= f.shape[-2] else np.swapaxes(f, -1, -2)
            assert np.abs(np.swapaxes(narrow, -1, -2) @ narrow - np.eye(narrow.shape[-1])).max() < 1e-12


@pytest.mark.parametrize("name", ["z", "turn", "s", "low4", "block"])
def test_eigenvalues_of_any_matrix(name: str) -> None:
    others = {"low4": GIVEN["low"][:4], "block": np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 2]])}
    matrix = {**GIVEN, **others}[name]
    got, want = of(LISTS.linalg.eigvals(LISTS.array(matrix.tolist()))), np.linalg.eigvals(matrix)
    for g, w in zip(got.reshape(-1, got.shape[-1]), want.reshape(-1, want.shape[-1]), strict=True):
        for value in w:
            near = np.abs(g - value).argmin()
            assert abs(g[near] - value) < 1e-7
            g = np.delete(g, near)


@pytest.mark.parametrize(
    "text",
    ["a + v", "a @ v", "a.reshape(5, 5)", "v[9]", "np.concatenate([a, c])", "np.linalg.solve(a[:, :, :3] * 0, a)"],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises((ValueError, IndexError, np.linalg.LinAlgError)):
        in_numpy(text)
    with pytest.raises((ValueError, IndexError, LISTS.linalg.LinAlgError)):
        in_lists(text)


def test_a_part_is_set() -> None:
    for value in ("a[0]", "-1.0", "c.T"):
        got, want = LISTS.array(GIVEN["a"].tolist()), GIVEN["a"].copy()
        got[1], want[1] = (
            eval(value, {"a": x, "c": c}) for x, c in ((got, LISTS.array(GIVEN["c"].tolist())), (want, GIVEN["c"]))
        )
        alike(of(got), want)


def test_what_is_missing_says_so() -> None:
    for ask in (lambda: LISTS.fft, lambda: LISTS.linalg.eig, lambda: LISTS.array([1]).choose):
        with pytest.raises(ModuleNotFoundError):
            ask()


def functions(of_module: Any) -> set[str]:
    """The names of a module that are numpy's too."""
    theirs = np if of_module is LISTS else np.linalg
    found = {name for name, value in vars(of_module).items() if callable(value) and not inspect.isclass(value)}
    if of_module is LISTS.linalg:
        found = {name for name in found if vars(of_module)[name].__module__ == of_module.__name__}
    return {name for name in found if name[0] != "_" and not inspect.isclass(getattr(theirs, name, int))}


def test_every_function_is_asked_for_and_tested() -> None:
    sources = [p for p in Path(matdiff.__file__).parent.rglob("*.py") if p.parent.name not in ("arrays", "recording")]
    asked = "\n".join(p.read_text(encoding="utf-8") for p in sources)
    by_name = (kind.names[0] for kind in OPERATORS.values() if issubclass(kind, Entrywise) and kind.names)
    asked += " ".join(f"np.{name}" for name in by_name)
    tested = Path(__file__).read_text(encoding="utf-8")
    for here, prefix in ((LISTS, ""), (LISTS.linalg, r"linalg\.")):
        for name in functions(here):
            assert re.search(rf"\b(np|LISTS)\.{prefix}{name}\b", tested), f"{name} has no test"
            assert re.search(rf"\bnp\.{prefix}{name}\b", asked), f"nobody asks for {name}"
