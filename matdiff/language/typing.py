"""The typing of one reading: every node of the tree gets a shape, or the reading breaks.

``Attempt`` holds what one reading assumes (the kind of every undeclared symbol, the meaning of every
doubtful 1) and what it finds out (sizes).  The rules for the kinds of nodes stand in
matdiff.language.arithmetic and matdiff.language.applications.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from matdiff.algebra.assumptions import INDEX
from matdiff.algebra.dims import ONE, SCALAR, Shape, Size, shape_text, size
from matdiff.algebra.expr import Index, Symbol
from matdiff.errors import MatdiffError, ShapeError
from matdiff.language.binding import Bound
from matdiff.language.scopes import BARE, Binder, Fixed, Name
from matdiff.language.sizes import Sizes, flexible_names
from matdiff.language.syntax import Node, postorder
from matdiff.language.typed import Make, Misfit, Typed, described
from matdiff.opening import ByNeed
from matdiff.records import NamedTuple

MOST_REASONS = 4  # symbols whose shapes an error explains
Key = str | int  # a choice: the name of a symbol, or the id of a node


def function_key(name: str) -> str:
    """The key of the choice what an open function is; no symbol has such a name."""
    return f"{name}(…)"


class Penalty(NamedTuple):
    """What an unusual reading of a node costs, and the pieces whose kinds it comes from."""

    node: Node
    cost: int
    reasons: tuple[Typed, ...]


class Attempt:
    """One reading of a bound tree."""

    def __init__(self, bound: Bound, assumed: dict[Key, str], columns: list[Node] | None = None) -> None:
        """*columns* collects products of two columns, which break the reading where it is None."""
        self.bound = bound
        self.columns = columns
        self.assumed = assumed
        self.sizes = Sizes()
        self.sizes.bound.update({size(name): size(number) for name, number in bound.numbers.items()})
        self.shapes: dict[str, tuple[Shape, tuple[Size, ...]]] = {}
        self.ranges: dict[Binder | str, Size] = {}  # of the indices of sums, and of constant ones by name
        self.definitions: dict[str, Typed] = {}
        self.formulas: dict[str, tuple[Typed, str]] = {}
        self.functions: dict[str, tuple[Shape, ...]] = {}  # what open functions with scalar values take
        self.penalties: list[Penalty] = []
        self.notes: list[tuple[int, str]] = []
        self.taken_of: dict[int, str] = {}  # functions of matrices: whether of the entries or of the matrix
        self.names: dict[Size, Size] = {}
        self.pieces: list[Any] = []  # what was found of every node

    def run(self) -> Typed | None:
        """Types every node in order; the last one is the whole text.  What has no value, such as None, has no type."""
        sizes = self.sizes
        for node in self.bound.order:
            sizes.now = node
            node.typed = RULES[node.kind](self, node)
        typed: Typed | None = self.bound.tree.typed
        if typed is not None and typed.third is not None:
            raise self.misfit(self.bound.tree, "an array with three axes is not known", "reduce it along an axis")
        self.pieces = [node.typed for node in self.bound.order]
        return typed

    def restore(self) -> None:
        """Gives the nodes what they were in this reading, when others have been tried since."""
        for node, piece in zip(self.bound.order, self.pieces, strict=True):
            node.typed = piece

    # ---- sizes -------------------------------------------------------------------------------------

    def unify(self, a: Size, b: Size) -> bool:
        """Makes two sizes equal, if they can be."""
        return a is b or self.sizes.unify(a, b)

    def same_shape(self, a: Typed, b: Typed) -> bool:
        """Makes two shapes equal, if they can be."""
        return self.unify(a.rows, b.rows) and self.unify(a.cols, b.cols)

    def shape_of(self, name: Name) -> tuple[Shape, tuple[Size, ...]]:
        """The shape of a symbol and the ranges of a family: declared, or by the kind that is assumed."""
        known = self.shapes.get(name.name)
        if known is None:
            if name.declared:
                known = name.declared.shape, tuple(last for _, last in name.declared.indices)
            else:
                is_datum = name.name in self.bound.data and self.assumed.get(BARE) != "all entries"
                count = name.indexed if name.is_family else int(is_datum)
                known = self._assumed_shape(name), tuple(self.sizes.fresh() for _ in range(count))
                if name.name in self.bound.beside and known[0] == SCALAR:
                    known = (known[1][0], known[1][1] if count == 2 else ONE), ()
            self.shapes[name.name] = known
        return known

    def _assumed_shape(self, name: Name) -> Shape:
        kind = self.assumed[name.name]
        return ONE if kind in "SR" else self.sizes.fresh(), ONE if kind in "SV" else self.sizes.fresh()

    def range_of(self, index: Binder | Fixed) -> Size:
        """The range of an index: written or declared, or open."""
        key = index.name if isinstance(index, Fixed) else index
        if key not in self.ranges:
            declared = self.bound.names[index.name].declared if isinstance(index, Fixed) else index
            last = declared.last if declared is not None else None
            self.ranges[key] = last if last is not None else self.sizes.fresh()
        return self.ranges[key]

    # ---- typed pieces ------------------------------------------------------------------------------

    def typed(self, node: Node, shape: Shape, operands: tuple[Typed, ...], make: Make) -> Typed:
        """A typed piece, with what is known of its shape by now."""
        find = self.sizes.find
        return Typed(find(shape[0]), find(shape[1]), operands, make, node)

    def scalar(self, node: Node, operands: tuple[Typed, ...], make: Make) -> Typed:
        """A typed piece that is a scalar."""
        return Typed(ONE, ONE, operands, make, node)

    def penalty(self, node: Node, cost: int, *reasons: Typed, beside: tuple[Typed, ...] = ()) -> None:
        """An unusual reading: costs something when it rests on the guessed kind of a symbol.

        Another kind of what stands *beside* would avoid it, too.
        """
        if any(r.guessed for r in reasons):
            self.penalties.append(Penalty(node, cost, (*reasons, *beside)))

    def note(self, node: Node, sentence: str) -> None:
        """Says how a doubtful place was read, and how to say the other thing; it is shown if this reading is taken."""
        self.notes.append((node.start, sentence))

    def misfit(self, node: Node, message: str, suggestion: str = "", error: type[MatdiffError] = ShapeError) -> Misfit:
        """The reading breaks at a node."""
        span = (node.start, max(node.end, node.start + 1))
        return Misfit(node, error(message, text=self.bound.text, span=span, suggestion=suggestion))

    def clash(self, node: Node, message: str, *pieces: Typed, hint: str = "") -> Misfit:
        """The reading breaks at a node because the shapes of some pieces disagree: which, and why they have them."""
        lines = [", ".join(self.described(p) for p in pieces), "; ".join(self.reasons(node, pieces)), hint]
        return self.misfit(node, message, "\n".join(filter(None, lines)))

    def reasons(self, node: Node, pieces: Iterable[Typed]) -> list[str]:
        """Where the shapes of the symbols in some pieces come from."""
        found: dict[str, str] = {}
        for below in (n for piece in pieces for n in postorder(piece.node)):
            if below.kind not in ("symbol", "member") or below.value[0] in found or len(found) == MOST_REASONS:
                continue
            name = self.bound.names[below.value[0]]
            shape, _ = self.shape_of(name)
            known = self.sizes.shape(shape)
            if known == SCALAR or flexible_names(known[0]) | flexible_names(known[1]):
                continue
            text = self.written(below)
            cause = next((self.sizes.why[s] for s in shape if s in self.sizes.why), None)
            if name.declared:
                found[name.name] = f"{text} is declared {shape_text(known)}"
            elif cause is not None and cause is not node:
                found[name.name] = f"{text} is {shape_text(known)} because of {self.written(cause)}"
        return list(found.values())

    def shown(self, piece: Typed) -> str:
        """A piece as it was written, shortened."""
        return self.written(piece.node)

    def written(self, node: Node) -> str:
        """A node as it was written, shortened; what is defined by its name."""
        if node.kind in ("define", "abbreviate"):
            return self.bound.text[node.start : node.end].partition("=")[0].rstrip(": ")
        text = " ".join(self.bound.text[node.start : node.end].split())
        return text if len(text) <= 40 else text[:20] + " … " + text[-17:]

    def described(self, piece: Typed) -> str:
        """«X w is a vector with m rows»"""
        return f"{self.shown(piece)} is {described(*self.sizes.shape((piece.rows, piece.cols)))}"

    # ---- when the reading is kept -------------------------------------------------------------------

    def resolve(self, s: Size, node: Node, what: str) -> Size:
        """A size that is known at the end; the caller names its open sizes."""
        s = self.sizes.find(s)
        if s in self.names:
            s = self.names[s]
        elif flexible_names(s):
            s = s.substitute(lambda name: self.names.get(_size_named(name), _size_named(name)))
        if flexible_names(s):
            short = what in ("1", "I")
            hint = f"say it, as in {what}_n" if short else "declare a size, or give it as in eye(n), ones(n)"
            raise self.misfit(node, f"the size of {what} is not determined", hint).error
        return s

    def symbol(self, name: Name, node: Node) -> Symbol:
        """The symbol of a name, with its sizes."""
        (rows, cols), ranges = self.shape_of(name)
        shape = self.resolve(rows, node, name.name), self.resolve(cols, node, name.name)
        properties = name.declared.properties if name.declared else frozenset[str]()
        properties = properties | {INDEX} if name.is_index else properties
        return Symbol(name.name, shape, properties, tuple(self.resolve(r, node, name.name) for r in ranges))

    def index(self, binder: Binder, node: Node) -> Index:
        """The index of a sum, with its range."""
        return Index(binder.name, self.resolve(self.range_of(binder), node, binder.name))


def _size_named(name: str) -> Size:
    return Size((((name,), 1),))


Rule = Callable[[Attempt, Node], "Typed | None"]
RULES: ByNeed[Rule] = ByNeed()
RULES.announce(
    {
        "matdiff.language.additions": "sum negative positive body step group",
        "matdiff.language.applications": "unspecified path list STRING keyword tuple call sized_call",
        "matdiff.language.arithmetic": "contract inner product tight",
        "matdiff.language.blocks": "block ARRAY row rows all",
        "matdiff.language.leaves": "NUMBER constant symbol member entry counter unit sized_constant define abbreviate "
        "formula pi parameter applied argument definition sequence equation",
        "matdiff.language.norms": "norm bars",
        "matdiff.language.powers": "transpose inverse_transpose pseudo_inverse power dot_power",
        "matdiff.language.recurrences.shapes": "filled like recurrence before start iterate after",
        "matdiff.language.sums": "big_sum cardinality cases comparison",
    }
)
rule = RULES.declares  # how nodes of these kinds are typed

Special = Callable[[Attempt, Node, "list[Typed]"], "Typed"]
SPECIAL: ByNeed[Special] = ByNeed()
SPECIAL.announce(
    {
        "matdiff.language.applications": "vector matrix",
        "matdiff.language.blocks": "hstack vstack",
        "matdiff.language.densities": "normal log_normal kl_normal",
        "matdiff.language.functions_of_matrices": "e^ exp log ln sqrt sin cos sinh cosh tan funm frechet_funm chol "
        "cholesky",
        "matdiff.language.habits": "dot vdot outer polygamma mse cross_entropy kl cosine_similarity cos_sim "
        "var std cov matrix_power length numel size maximum minimum square multiply divide solve matmul sum mean "
        "softmax log_softmax logsoftmax logsumexp",
        "matdiff.language.norms": "norm",
    }
)
ALONG = {  # a reduction over the entries → over each column, over each row
    "sum": ("colsum", "rowsum"),
    "mean": ("colmean", "rowmean"),
    "softmax": ("softmax_cols", "softmax_rows"),
    **dict.fromkeys(("log_softmax", "logsoftmax"), ("logsoftmax_cols", "logsoftmax_rows")),
    "logsumexp": ("logsumexp_cols", "logsumexp_rows"),
}
WORDED = {  # those whose second argument may be a word: norm(A, 'fro'), sum(A, axis=0)
    **dict.fromkeys(("norm", "chol", "cholesky"), ("STRING",)),
    **dict.fromkeys(ALONG, ("keyword", "STRING")),
}

special = SPECIAL.declares  # how functions are typed that are no operators of their own
