"""Certificates: what is said of a Hessian, «positive semidefinite, so f is convex», with the claims that lead there.

In goes a symmetric matrix or a derivation of second order, out comes a certificate; None where no rule tells, never
a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from matdiff.algebra.assumptions import convex
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.operators.entrywise import Log, Sqrt
from matdiff.algebra.operators.products import Hadamard, Power, Product, Scale, Sum, Transpose
from matdiff.algebra.operators.square import Trace
from matdiff.algebra.operators.structure import DiagonalMatrix, DiagonalVector, Named
from matdiff.algebra.operators.sums import Entry, IndexedSum, Member, SumOfEntries
from matdiff.algebra.operators.symmetry import assumed
from matdiff.calculus.conditions import size_names
from matdiff.calculus.definiteness import intervals as iv
from matdiff.calculus.definiteness.grids import grid_claim, grid_of
from matdiff.calculus.definiteness.opposite_signs import BothSigns, total
from matdiff.calculus.definiteness.signs import EIGENVALUES, Claim
from matdiff.calculus.demands import WITHIN
from matdiff.calculus.gradient import independent
from matdiff.calculus.hessian import Hessians
from matdiff.calculus.naming import letter_of
from matdiff.records import NamedTuple

LARGEST = 1500  # nodes of a matrix that is looked at
LONGEST_CLAIM, MOST_CLAIMS = 70, 6
PLAIN = frozenset(("a sum", "a product", "a multiple"))  # reasons that go without saying
UPWARDS = frozenset(("positive definite", "positive semidefinite", "positive", "nonnegative"))
STRICT = frozenset(("positive definite", "negative definite", "positive", "negative"))


class Certificate(NamedTuple):
    """What is known of a symmetric matrix.

    kind        ``positive definite``, ``negative semidefinite``, … or ``zero``; of a number ``nonnegative``, …
    matrix      the form of the matrix that the claims are about
    steps       the claims that lead there, each with a reason; the last one is about the matrix
    conclusion  of a Hessian: what follows for the function, as in ``f is convex``
    where       the conditions under which it follows, where there are any
    on_pieces   whether these single out no convex set, so that it follows on the convex sets among them only
    """

    kind: str
    matrix: Expr
    steps: tuple[Claim, ...]
    conclusion: str = ""
    where: tuple[str, ...] = ()
    on_pieces: bool = False

    @property
    def heading(self) -> str:
        """The certificate without its reasons."""
        place = "on every convex set where" if self.on_pieces else "where"
        domain = f" {place} {', '.join(self.where)}" if self.where else ""
        return self.sign + (f", so {self.conclusion}{domain}" if self.conclusion else "")

    @property
    def sign(self) -> str:
        """The kind in words; a projected Hessian is 0 in the directions in which the unknown does not vary."""
        strict = " is strictly" in self.conclusion and self.kind not in STRICT
        return f"{self.kind}, and definite for the changes that the unknowns can have" if strict else self.kind

    def reasons(self) -> tuple[str, ...]:
        """The reasons without the claims, each once."""
        told = [c.reason for c in self.steps if c.reason not in PLAIN]
        return tuple(dict.fromkeys(told))

    def facts(self) -> tuple[Claim, ...] | None:
        """The claims that are told, each with its reason; None where the reasons alone are enough to follow."""
        claims = tuple(c for c in self.steps[:-1] if c.reason not in PLAIN)
        is_long = len(claims) > MOST_CLAIMS or any(len(c.text()) > LONGEST_CLAIM for c in claims)
        return None if is_long else claims

    @property
    def last_reason(self) -> str:
        """Why the last claim follows, where that needs saying."""
        reason = self.steps[-1].reason if self.steps else ""
        return "" if reason in PLAIN else reason

    def __str__(self) -> str:
        claims = self.facts()
        if claims is None:
            told = list(self.reasons())
        else:
            told = [f"{c.text()} ({c.reason})" for c in claims] + [self.last_reason] * bool(self.last_reason)
        return f"{self.heading}: {'; '.join(told)}".replace("`", "") if told else self.heading


def certificate(e: Expr, sizes: Iterable[str] = ()) -> Certificate | None:
    """What can be told of a symmetric matrix, or a number, by the way it is written.

    >>> from matdiff.algebra.dims import size
    >>> from matdiff.algebra.expr import Symbol
    >>> a = Symbol("A", (size("m"), size("n")))
    >>> str(certificate(a.T * a))
    'positive semidefinite: AᵀA'
    """
    if e.rows is not e.cols or not is_small(e):
        return None
    claim = claimed(BothSigns(frozenset(sizes)), e)
    kind = None if claim is None else kind_of(claim)
    return None if claim is None or kind is None else Certificate(kind, e, tuple(claim.steps()))


def is_small(e: Expr) -> bool:
    """Whether an expression has few enough nodes."""
    return sum(1 for _ in islice(postorder(e), LARGEST + 1)) <= LARGEST


def claimed(signs: BothSigns, e: Expr) -> Claim | None:
    """A claim about the eigenvalues that tells their sign: of e as it is written, multiplied out, or by its blocks."""
    grid = grid_of(e)
    if grid is not None:
        return grid_claim(signs, grid, e)
    claim = signs.spectrum(e)
    if (claim is None or not claim.interval.has_sign) and not e.is_scalar:
        found = total(signs, e)
        claim = claim if found is None else Claim(e, EIGENVALUES, *found)
    return claim if claim is not None and claim.interval.has_sign else None


def kind_of(claim: Claim) -> str | None:
    """The word for matrices with such eigenvalues, or for such numbers."""
    a, is_number = claim.interval, claim.expr.is_scalar
    for holds, of_matrix, of_number in (
        (a.is_zero, "zero", "zero"),
        (a.is_positive, "positive definite", "positive"),
        (a.is_negative, "negative definite", "negative"),
        (a.is_nonnegative, "positive semidefinite", "nonnegative"),
        (a.is_nonpositive, "negative semidefinite", "nonpositive"),
    ):
        if holds:
            return of_number if is_number else of_matrix
    return None


# ---- Hessians ---------------------------------------------------------------------------------------


def certificate_of(found: Hessians) -> Certificate | None:
    """What can be told of a Hessian by all its unknowns, and of its function."""
    blocks = found.blocks.values()
    if any(b.free for b in blocks) or not all(is_small(b) for b in (*blocks, found.function)):
        return None
    sizes = size_names(found.function)
    signs = BothSigns(sizes, {n.operands[0]: iv.POSITIVE for n in postorder(found.function) if needs_positive(n)})
    whole = found.whole()
    claim = claimed(signs, whole)
    kind = None if claim is None else kind_of(claim)
    strict = kind in STRICT
    free = without_projection(found)
    if not strict and free is not whole:
        of_free = claimed(signs, free)
        word = None if of_free is None else kind_of(of_free)
        if of_free is not None and word is not None and word != kind:
            claim, kind, strict = of_free, word.replace(" definite", " semidefinite"), word in STRICT
    if claim is None or kind is None:
        return None
    said = conclusion(found, kind, strict)
    domain, others = where_it_holds(found) if said else ((), ())
    return Certificate(kind, claim.expr, tuple(claim.steps()), said, (*domain, *others), bool(others))


def without_projection(found: Hessians) -> Expr:
    """The Hessian before the projections on the subspaces in which unknowns vary: its form is the same on these."""
    free = {(a, b): j for a, part in found.second.items() for b, j in part.whole.unconstrained.items()}
    if not free:
        return found.whole()
    below = {(b, a): Transpose.of(j) for (a, b), j in free.items() if a != b}
    return found._replace(blocks={**found.blocks, **below, **free}).whole()


def conclusion(found: Hessians, kind: str, strict: bool) -> str:
    """What the certificate says of the function; nothing where an unknown varies in a set that is not convex."""
    if not all(map(convex, map(assumed, found.unknowns.values()))):
        return ""
    word = "affine" if kind == "zero" else "convex" if kind in UPWARDS else "concave"
    said = f"{letter_of(found.function)} is {'strictly ' if strict else ''}{word}"
    return said + (f" in {', '.join(found.unknowns)} together" if len(found.unknowns) > 1 else "")


def where_it_holds(found: Hessians) -> tuple[Sequence[str], Sequence[str]]:
    """The conditions on the unknowns: those that single out a convex set, and the others."""
    varies = independent(found.function, found.unknowns.values())
    of_unknowns = [c for c in found.where() if varies(c.about)]
    convex = [c for c in of_unknowns if c.demand == WITHIN and is_affine(c.about, varies)]
    return [str(c) for c in convex], [str(c) for c in of_unknowns if c not in convex]


def needs_positive(n: Expr) -> bool:
    """Whether an operation is defined for positive entries only."""
    k = n.operands[1].number if isinstance(n, Power) else None
    return isinstance(n, (Log, Sqrt)) or (isinstance(n, Power) and (k is None or k.denominator != 1))


LINEAR = (Sum, Transpose, DiagonalMatrix, DiagonalVector, SumOfEntries, IndexedSum, Trace, Named)
BILINEAR = (Product, Scale, Hadamard)


def is_affine(e: Expr, varies: Callable[[Expr], bool]) -> bool:
    """Whether an expression is an affine function of the unknowns by the way it is written."""
    for node in postorder(e, prune=lambda n: not varies(n) or isinstance(n, Member)):
        if not varies(node) or isinstance(node, LINEAR) or not node.operands or isinstance(node, Member):
            continue
        if isinstance(node, Entry) or (isinstance(node, BILINEAR) and sum(map(varies, node.operands)) == 1):
            continue
        return False
    return True
