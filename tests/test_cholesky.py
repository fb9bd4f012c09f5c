"""The Cholesky factor: gradients as short as in Murray (2016) and Giles (2008), compared with differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import matdiff
from matdiff.algebra.identities import SIMPLIFICATIONS
from matdiff.algebra.rewriting import Simplifier

WHERE = (
    "A: n x n spd; B: n x n; x, y: n; X: m x n; L: n x n lower; U: n x n upper; S: n x n symmetric; D: n x n diagonal"
)


def values(seed: int = 0, n: int = 4) -> dict[str, Any]:
    draw = np.random.default_rng(seed).normal
    a, b, s = draw(size=(n, n)), draw(size=(n, n)), draw(size=(n, n))
    drawn = {
        "A": a @ a.T + np.eye(n),
        "B": b,
        "x": draw(size=n),
        "y": draw(size=n),
        "X": draw(size=(3, n)),
        "S": s + s.T,
    }
    return {**drawn, "L": np.tril(b), "U": np.triu(b), "D": np.diag(draw(size=n)), "n": n}


@pytest.mark.parametrize(
    ("f", "gradient"),
    [
        ("sum(chol(A))", "chol(A)⁻ᵀsym(halftril(chol(A)ᵀ1_{n×n}))chol(A)⁻¹"),
        ("tr(B chol(A))", "chol(A)⁻ᵀsym(halftril(chol(A)ᵀBᵀ))chol(A)⁻¹"),
        ("x'chol(A) y", "chol(A)⁻ᵀsym(halftril(chol(A)ᵀxyᵀ))chol(A)⁻¹"),
        ("‖chol(A) − B‖²", "2chol(A)⁻ᵀsym(halftril(chol(A)ᵀ(chol(A) − B)))chol(A)⁻¹"),
        ("x'inv(chol(A)) y", "−chol(A)⁻ᵀsym(halftril(xyᵀchol(A)⁻ᵀ))chol(A)⁻¹"),
        ("tr(chol(A))", "½chol(A)⁻ᵀ(I ⊙ chol(A))chol(A)⁻¹"),
        ("‖chol(A)‖²", "I_n"),
        ("‖inv(chol(A)) x‖²", "−A⁻¹xxᵀA⁻¹"),
        ("‖chol(A)'B‖²", "BBᵀ"),
        ("x'inv(chol(A)')inv(chol(A)) x", "−A⁻¹xxᵀA⁻¹"),
        ("tr(chol(A)chol(A)'B)", "½(Bᵀ + B)"),
        ("log det(chol(A))", "½A⁻¹"),
        ("logdet(chol(A))", "½A⁻¹"),
        ("det(chol(A))^2", "|A|A⁻¹"),
        ("2 sum(log(diag(chol(A))))", "A⁻¹"),
    ],
)
def test_a_gradient_is_as_short_as_in_the_papers(f: str, gradient: str) -> None:
    found = matdiff.derive(f, "A", WHERE)
    assert str(found.gradient) == gradient
    assert found.verify().ok
    given = values()
    g = matdiff.evaluate(found.gradient, given)
    e = matdiff.parse(f, WHERE)
    for seed in range(3):
        h = np.random.default_rng(seed).normal(size=(4, 4))
        h = (h + h.T) * 1e-5
        ahead, behind = (matdiff.evaluate(e, {**given, "A": given["A"] + s * h}) for s in (1, -1))
        assert np.sum(g * h) == pytest.approx((ahead - behind) / 2, rel=1e-6, abs=1e-12)


def test_a_gradient_through_the_matrix() -> None:
    found = matdiff.derive("sum(chol(X'X + I))", "X", WHERE)
    assert str(found.gradient) == "L := chol(XᵀX + I); 2XL⁻ᵀsym(halftril(Lᵀ1_{n×n}))L⁻¹"
    assert found.verify().ok


def test_the_gaussian_likelihood_by_its_factor() -> None:
    by_factor = matdiff.derive("½‖inv(chol(A))(x − y)‖² + sum(log(diag(chol(A))))", "A", WHERE).gradient
    directly = matdiff.derive("½(x − y)'inv(A)(x − y) + ½log det(A)", "A", WHERE).gradient
    assert matdiff.equal(by_factor, directly).equal


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("tril(B) + triu(B) − eye(n) .* B", "B"),
        ("3 tril(B) + 3 triu(B) − 3 eye(n) .* B", "3B"),
        ("tril(B) + triu(B')' + x x' − ½ eye(n) .* B", "halftril(B) + tril(B) + xxᵀ"),
        ("tril(B) − ½ eye(n) .* B", "halftril(B)"),
        ("tril(S) + tril(S)' − eye(n) .* S", "S"),
        ("halftril(B) + 2 halftril(S) − y x'", "halftril(B + 2S) − yxᵀ"),
        ("halftril(B)' + halftril(S)'", "halftril(B + S)ᵀ"),
        ("halftril(3 B)", "3halftril(B)"),
        ("halftril(S) + halftril(S)'", "S"),
        ("halftril(B) + halftril(B)'", "2sym(halftril(B))"),
        ("sym(halftril(S))", "½S"),
        ("halftril(U)", "½(I ⊙ U)"),
        ("halftril(D)", "½D"),
        ("tril(halftril(B))", "halftril(B)"),
        ("tril(chol(A))", "chol(A)"),
        ("chol(A)chol(A)'", "A"),
        ("inv(chol(A)')inv(chol(A))", "A⁻¹"),
        ("inv(chol(A)) A inv(chol(A)')", "I_n"),
        ("A inv(chol(A)') x", "chol(A)x"),
        ("inv(A) chol(A)", "chol(A)⁻ᵀ"),
        ("chol(A)'inv(A)", "chol(A)⁻¹"),
        ("chol(B)chol(B)'", "chol(B)chol(B)ᵀ"),
        ("chol(A)'chol(A)", "chol(A)ᵀchol(A)"),
    ],
)
def test_what_becomes_shorter_keeps_its_value(text: str, simple: str) -> None:
    e = matdiff.parse(text, WHERE)
    found, _ = Simplifier(SIMPLIFICATIONS)(e)
    assert found is matdiff.parse(simple, WHERE)
    if "chol(B)" not in text:
        assert np.allclose(matdiff.evaluate(found, values(3)), matdiff.evaluate(e, values(3)))


def test_the_halved_triangle() -> None:
    b = values()["B"]
    found = matdiff.evaluate(matdiff.parse("halftril(B)", WHERE), {"B": b})
    assert np.allclose(found, np.tril(b, -1) + np.diag(np.diag(b)) / 2)
    assert matdiff.derive("tr(B'halftril(tanh(B)))", "B", WHERE).verify().ok


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("sum(chol(I + A*B*(A*B)'))", "A"),
        ("T = A*B; sum(chol(I + T'*A*B)) + norm(T)", "A"),
        ("T = w*w'; norm(chol(I + T'*w*w'))", "w"),
        ("sum(sqrt(chol(I + (exchange(n)*S/2)*(exchange(n)*S/2)').^2 + 1))", "S"),
    ],
)
def test_a_matrix_is_seen_to_be_symmetric_where_a_name_stands_for_some_of_its_factors(text: str, unknown: str) -> None:
    assert matdiff.derive(text, unknown, "A, B: n x n; S: n x n symmetric; w: n").verify(trials=1).ok
