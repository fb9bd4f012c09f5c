"""The solution of a linear matrix equation, a named piece of the derivatives of roots and polar factors."""

from __future__ import annotations

from typing import Any

from matdiff.algebra.expr import Expr
from matdiff.algebra.laws import differential
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.linear import Linear
from matdiff.algebra.operators.products import Differentials, Product, Sum, Transpose, reciprocal
from matdiff.algebra.operators.square import Inverse
from matdiff.algebra.operators.vectorisation import unit_matrix


class Sylvester(Linear):
    """sylvester(A, B, C): the solution X of AX + XB = C."""

    names = ("sylvester",)
    shown = "A: m×m spd, B: n×n spd, C: m×n"
    stated = ("A: m×m, B: n×n, C: m×n",)
    signature = "m×m, n×n, m×n → m×n"
    linear = slice(2, 3)
    kink = True
    requires = "AX + XB = C has one solution X for A = {0}, B = {1}"
    definition = "sylvester(A, B, C) is the solution X of AX + XB = C"
    code = "solve_sylvester(a, b, c)"

    @staticmethod
    def numpy(np: Any, a: Any, b: Any, c: Any) -> Any:
        """(I ⊗ A + Bᵀ ⊗ I) vec(X) = vec(C)"""
        m, n = a.shape[-1], b.shape[-1]
        left = np.eye(n)[:, None, :, None] * a[..., None, :, None, :]
        right = np.swapaxes(b, -1, -2)[..., :, None, :, None] * np.eye(m)[None, :, None, :]
        whole = left + right
        columns = np.swapaxes(c, -1, -2).reshape(*c.shape[:-2], m * n, 1)
        solution = np.linalg.solve(whole.reshape(*whole.shape[:-4], m * n, m * n), columns)
        return np.swapaxes(solution.reshape(*solution.shape[:-2], n, m), -1, -2)

    @staticmethod
    def gap(np: Any, a: Any, b: Any, c: Any) -> Any:
        """How far the sums of eigenvalues of A and B keep from 0; never 0 itself, which would do harm."""
        sums = np.linalg.eigvals(a)[..., :, None] + np.linalg.eigvals(b)[..., None, :]
        return np.maximum(1e-15, np.abs(sums).min(axis=(-2, -1)) / np.maximum(1.0, np.abs(sums).max(axis=(-2, -1))))

    @differential(
        "differential_of_sylvester",
        "d(sylvester(A, B, C)) = sylvester(A, B, d(C) - d(A)*sylvester(A, B, C) - sylvester(A, B, C)*d(B))",
        where="A: m x m spd; B: n x n spd; C: m x n",
        requires="AX + XB = C has one solution",
    )
    def d(self: Expr, da: Differentials, db: Differentials, dc: Differentials) -> Expr:
        a, b, _ = self.operands
        terms = [dc] if dc is not None else []
        terms += [-Product.of(da, self)] if da is not None else []
        terms += [-Product.of(self, db)] if db is not None else []
        return Sylvester(a, b, Sum.of(*terms))

    def adjoint(self, h: Expr) -> Expr:
        a, b, _ = self.operands
        return Sylvester(b, a, h)

    def matrix(self) -> Expr:
        a, b, _ = self.operands
        across = b if b.is_scalar else Transpose(b)
        whole = Kronecker.of(unit_matrix(b.rows), a) + Kronecker.of(across, unit_matrix(a.rows))
        return reciprocal(whole) if whole.is_scalar else Inverse(whole)
