"""Partial traces of Kronecker products and outer products, which need no partial trace."""

from __future__ import annotations

from matdiff.algebra.laws import Statement
from matdiff.algebra.stated import stated

ptrace1_of_kronecker = stated(
    "ptrace1(kron(C, D), A) = tr(C*A)*D",
    where="C: n x m; D: q x p; A: m x n",
    also=(Statement("ptrace1(eye(n*q), A) = tr(A)*eye(q)", "A: n x n"),),
)
ptrace2_of_kronecker = stated(
    "ptrace2(kron(C, D), B) = tr(D*B)*C",
    where="C: n x m; D: q x p; B: p x q",
    also=(Statement("ptrace2(eye(n*q), B) = tr(B)*eye(n)", "B: q x q"),),
)
ptrace1_of_outer_product = stated(
    "ptrace1(x*y', A) = unvec(x, q, n)*A'*unvec(y, p, m)'",
    title="ptrace1(xyᵀ, A) = UAᵀVᵀ",
    where="x: n*q; y: m*p; A: m x n",
    also=(
        Statement("ptrace1(x, a') = unvec(x, q, n)*a", "x: n*q; a: n"),
        Statement("ptrace1(y', a) = a'*unvec(y, p, m)'", "y: m*p; a: m"),
    ),
)
ptrace2_of_outer_product = stated(
    "ptrace2(x*y', B) = unvec(x, q, n)'*B'*unvec(y, p, m)",
    title="ptrace2(xyᵀ, B) = UᵀBᵀV",
    where="x: n*q; y: m*p; B: p x q",
    also=(
        Statement("ptrace2(x, b') = unvec(x, q, n)'*b", "x: n*q; b: q"),
        Statement("ptrace2(y', b) = b'*unvec(y, p, m)", "y: m*p; b: p"),
    ),
)
kronecker_in_ptrace1 = stated(
    "ptrace1(kron(C, D)*M, A) = D*ptrace1(M, A*C)",
    where="C: n x k; D: q x l; M: k*l x m*p; A: m x n",
    also=(Statement("ptrace1(M*kron(C, D), A) = ptrace1(M, C*A)*D", "C: k x m; D: l x p; M: n*q x k*l; A: m x n"),),
)
kronecker_in_ptrace2 = stated(
    "ptrace2(kron(C, D)*M, B) = C*ptrace2(M, B*D)",
    where="C: n x k; D: q x l; M: k*l x m*p; B: p x q",
    also=(Statement("ptrace2(M*kron(C, D), B) = ptrace2(M, D*B)*C", "C: k x m; D: l x p; M: n*q x k*l; B: p x q"),),
)
