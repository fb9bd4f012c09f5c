"""Expressions as they are computed best: products that need not be formed, and symmetric ones with half the work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from matdiff.algebra.constants import Identity
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, postorder
from matdiff.algebra.identities.transposes import flipped, transposed, untransposed
from matdiff.algebra.operators.entrywise import Sqrt
from matdiff.algebra.operators.kronecker import Kronecker
from matdiff.algebra.operators.products import Product, Scale, Sum, Transpose, coefficient, factors_of, multiple
from matdiff.algebra.operators.softmax import SoftmaxOfColumns, SoftmaxOfRows
from matdiff.algebra.operators.square import Inverse, MatrixPower, Trace
from matdiff.algebra.operators.structure import DiagonalMatrix
from matdiff.algebra.operators.symmetry import is_symmetric
from matdiff.algebra.walks import remade
from matdiff.calculus.conditions import size_names
from matdiff.calculus.definiteness.opposite_signs import BothSigns
from matdiff.calculus.definiteness.signs import entries_of

MOST_PRODUCTS = 2  # Ax and Bx take less time than A + B and (A + B)x, so do two of them


class Rewriting:
    """Rewrites the expressions of a program; with *halves* the library computes ZᵀZ with half the work."""

    def __init__(self, exprs: Sequence[Expr], halves: bool, formed: Sequence[Expr] = ()) -> None:
        self.halves = halves
        self.signs = BothSigns(frozenset(n for e in exprs for n in size_names(e)))
        self.beside_vectors = sums_beside_vectors(exprs)
        self.pairs = neighbours(exprs)
        self.done: dict[Expr, Expr] = {}
        self.formed = set(formed)  # what is one array, however it is used

    def __call__(self, e: Expr) -> Expr:
        """An equal expression."""
        return remade(e, self.rewritten, self.done)

    def rewritten(self, node: Expr, found: Expr) -> Expr:
        """A node, of which *found* is the form with operands that are rewritten."""
        match found:
            case Trace(operands=(Sum(operands=terms),)):
                return Sum.of(*map(Trace, terms))
            case Sum():
                return with_transposes(found)
            case SoftmaxOfColumns(operands=(a,)):
                return transposed(SoftmaxOfRows(flipped(a)))
            case Product():
                apart = self.multiplied(node, found) or self.by_products(found) or spread(found) or found
                return self.with_halves(apart) if self.halves else apart
        return found

    def with_halves(self, e: Expr) -> Expr:
        """A sum, or a single term, with its symmetric products computed with half the work."""
        terms = e.operands if isinstance(e, Sum) else (e,)
        found = []
        for k, t in map(coefficient, terms):
            half = self.halved(t) if isinstance(t, Product) else None
            found.append(multiple(k, half or t))
        return Sum.of(*found) if isinstance(e, Sum) else found[0]

    def by_products(self, e: Product) -> Expr | None:
        """(A + B)C = AC + BC where both products are there in any case, and C(A + B) likewise."""
        for k, f in enumerate(e.operands):
            terms = [chain_of(t) for t in f.operands] if isinstance(f, Sum) else []
            left, right = e.operands[max(k - 1, 0) : k], e.operands[k + 1 : k + 2]
            if right and terms and all((t[-1], right[0]) in self.pairs for t in terms):
                total = Sum.of(*[part(Product.of(t, *right)) for t in f.operands])
                return Product.of(*e.operands[:k], total, *e.operands[k + 2 :])
            if left and terms and all((left[0], t[0]) in self.pairs for t in terms):
                total = Sum.of(*[part(Product.of(*left, t)) for t in f.operands])
                return Product.of(*e.operands[: k - 1], total, *e.operands[k + 1 :])
        return None

    def multiplied(self, node: Expr, found: Product) -> Expr | None:
        """(A + B)xyᵀ = (Ax + Bx)yᵀ where nothing else needs A + B, yxᵀ(A + B) likewise, and (diag(x) + A)B."""
        if len(node.operands) != len(found.operands):
            return None
        for k, (f, g) in enumerate(zip(node.operands, found.operands, strict=True)):
            before, after = found.operands[:k], found.operands[k + 1 :]
            if untransposed(f) not in self.beside_vectors:
                continue
            terms = [transposed(t) for t in g.operands[0].operands] if isinstance(g, Transpose) else g.operands
            right = next((j for j, h in enumerate(after, 1) if h.cols is ONE), None)
            if right is not None:
                total = Sum.of(*[part(Product.of(t, *after[:right])) for t in terms])
                return Product.of(*before, total, *after[right:])
            left = next((j for j in reversed(range(k)) if before[j].rows is ONE), None)
            if left is not None:
                total = Sum.of(*[part(Product.of(*before[left:], t)) for t in terms])
                return Product.of(*before[:left], total, *after)
            return Sum.of(*[part(Product.of(*before, t, *after)) for t in terms])
        return None

    def halved(self, e: Expr) -> Expr | None:
        """Aᵀdiag(v)A = ZᵀZ with Z = diag(√v)A where no entry of v is negative."""
        middle = len(e.operands) // 2
        d, right = e.operands[middle], e.operands[middle + 1 :]
        if not isinstance(d, DiagonalMatrix) or e.operands[:middle] != tuple(map(turned_round, reversed(right))):
            return None
        if (
            not right
            or any(isinstance(f, Kronecker) for f in right)
            or not entries_of(self.signs, d.operands[0]).interval.is_nonnegative
        ):
            return None
        z = Product.of(DiagonalMatrix(Sqrt(d.operands[0])), *right)
        self.formed.add(z)
        return Product(Transpose(z), z)


def sums_beside_vectors(exprs: Sequence[Expr]) -> set[Expr]:
    """The sums of matrices that are needed for nothing but products with vectors, and for two of them at most."""
    parents: dict[Expr, list[Expr | None]] = defaultdict(list)
    for e in exprs:
        parents[e].append(None)
    for node in dict.fromkeys(n for e in exprs for n in postorder(e)):
        for o in dict.fromkeys(node.operands):
            parents[o].append(node)
    for node in [n for n in parents if isinstance(n, Transpose)]:  # a sum is needed for what its transpose is
        parents[node.operands[0]].remove(node)
        parents[node.operands[0]] += parents[node]
    return {
        node
        for node, above in parents.items()
        if isinstance(node, Sum)
        and ONE not in node.shape
        and len(above) <= MOST_PRODUCTS
        and all(isinstance(p, Product) for p in above)
        and (
            any(map(is_diagonal, node.operands))
            or all(any(f.cols is ONE or f.rows is ONE for f in p.operands) for p in above if p is not None)
        )
    }


def is_diagonal(term: Expr) -> bool:
    """Whether a term is diag(x), or a multiple of it or of I."""
    rest = term.operands[1] if isinstance(term, Scale) else term
    return isinstance(rest, (DiagonalMatrix, Identity))


def neighbours(exprs: Sequence[Expr]) -> set[tuple[Expr, Expr]]:
    """The factors beside each other, as they are and transposed, of which one is no square matrix."""
    found: set[tuple[Expr, Expr]] = set()
    for node in dict.fromkeys(n for e in exprs for n in postorder(e)):
        if isinstance(node, Product):
            for f, g in zip(node.operands, node.operands[1:], strict=False):
                if f.shape != g.shape and not isinstance(f, Sum) and not isinstance(g, Sum):
                    found |= {(f, g), (turned_round(g), turned_round(f))}
    return found


def chain_of(term: Expr) -> tuple[Expr, ...]:
    """The factors of a term beside its scalars."""
    return factors_of(term.operands[1] if isinstance(term, Scale) else term)


def turned_round(e: Expr) -> Expr:
    """Aᵀ, which is A where A is symmetric."""
    return e if is_symmetric(e) else transposed(e)


def with_transposes(e: Sum) -> Expr:
    """A + B where B is Aᵀ: A is computed once."""
    seen: dict[Expr, Expr] = {}
    terms = []
    for k, t in map(coefficient, e.operands):
        turned = Product.of(*map(turned_round, reversed(t.operands))) if isinstance(t, Product) else None
        if turned in seen and turned is not t:
            t = Transpose(seen[turned])
        elif isinstance(t, Product):
            seen[t] = t
        terms.append((k, t))
    if all(not isinstance(t, Transpose) for _, t in terms):
        return e
    return Sum.of(*[multiple(k, t) for k, t in terms])


def spread(e: Expr) -> Expr | None:
    """(A ⊗ I + …)B = (A ⊗ I)B + …: what is sparse by its places stays so only in products, and A⁻¹B is a solution."""
    for k, f in enumerate(e.operands):
        if is_spread(f):
            before, after = e.operands[:k], e.operands[k + 1 :]
            return Sum.of(*[part(Product.of(*before, t, *after)) for t in f.operands])
    return None


def part(e: Expr) -> Expr:
    """A term, multiplied out in its turn, with its scalar in front."""
    factors, scalars = [], []
    for f in e.operands if isinstance(e, Product) else ():
        scalars += [f.operands[0]] if isinstance(f, Scale) else []
        factors.append(f.operands[1] if isinstance(f, Scale) else f)
    whole = cancelled(factors) if factors else e
    whole = (spread(whole) if isinstance(whole, Product) else None) or whole
    terms = whole.operands if is_spread(whole) else (whole,)
    for s in scalars:
        terms = tuple([Scale.of(s, t) for t in terms])
    return Sum.of(*terms)


def is_spread(e: Expr) -> bool:
    """Whether an expression is a sum with terms that are sparse by their places."""
    return isinstance(e, Sum) and any(map(is_sparse, e.operands))


def cancelled(factors: Sequence[Expr]) -> Expr:
    """The product of some factors, where AA⁻¹ and A⁻¹A are left out, and A⁻²A is A⁻¹."""
    left: list[Expr] = []
    for f in factors:
        (base, k), (before, m) = power_of(f), power_of(left[-1]) if left else (None, 0)
        if base is before and k * m < 0:
            left[-1:] = [raised(base, k + m)] if k + m else []
        else:
            left.append(f)
    return Product.of(*left) if left else Identity(factors[0].rows)


def power_of(e: Expr) -> tuple[Expr, int]:
    """A and k of Aᵏ."""
    match e:
        case Inverse(operands=(a,)):
            return a, -1
        case MatrixPower(operands=(a,), data=(int() as k,)):
            return a, k
    return e, 1


def raised(a: Expr, k: int) -> Expr:
    """Aᵏ for a number k that is not 0."""
    return a if k == 1 else Inverse(a) if k == -1 else MatrixPower(a, k)


def is_sparse(e: Expr) -> bool:
    """Whether a term has a factor A ⊗ I or I ⊗ A, or is xyᵀ or A⁻¹."""
    rest = e.operands[1] if isinstance(e, Scale) else e
    if power_of(rest)[1] < 0:
        return True
    factors = rest.operands if isinstance(rest, Product) else (rest,)
    if any(f.cols is ONE for f in factors[:-1]):
        return True
    return any(isinstance(f, Kronecker) and any(isinstance(o, Identity) for o in f.operands) for f in factors)
