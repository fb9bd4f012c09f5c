"""Unknowns that are parts of what a name stands for: a member of a family, an entry, a row, a column or a block.

``x_i``, ``X_{ij}``, ``x^{(i)}`` and ``Phi[a, :, b]`` are spelt with an index or more in each pair of brackets, x[i],
X[i, j] and Phi[a][:, b], and read as any text is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from matdiff import regex as re
from matdiff.algebra.dims import ONE
from matdiff.algebra.expr import Expr, Symbol
from matdiff.algebra.walks import replace
from matdiff.errors import MatdiffError, NotationError, UnknownNameError
from matdiff.language.binding import Bound
from matdiff.language.declared import Declaration, Declarations, declare_symbols
from matdiff.language.lexer import Lexer
from matdiff.language.names import SUBSCRIPTS, canonical
from matdiff.language.search import ANY_COST, Budget, Search
from matdiff.language.spelling import transcript
from matdiff.language.syntax import parse_tokens
from matdiff.language.typed import build
from matdiff.language.words import Vocabulary

LOW = "".join(SUBSCRIPTS)


def part_named(text: str, whole: Expr, bases: Mapping[str, Expr], moved: Mapping[str, Collection[int]]) -> Expr | None:
    """The part that a text names of what *bases* have in an expression; None where it begins with none of their names.

    *moved* tells of the families that are counted from 0 in what they come from which of their indices are.
    Errors: UnknownNameError where there is no such part.
    """
    text = text.strip()
    name, bracket, inside = text.partition("[")
    if re.sub(r"\[[^\[\]]*\]|\s", "", bracket + inside):
        return None
    groups = re.findall(r"\[([^\[\]]*)\]", bracket + inside)
    for known, low in _split(name.rstrip()):
        base = bases.get(canonical(known))
        if isinstance(base, Symbol) and base.ranges and low == "star":
            return base  # min over p_* is that over all p_i
        if base is not None and (low or groups):
            return _part(text, whole, base, _brackets(text, base, low, groups, moved))
        if base is not None:
            return base
    return None


def _split(name: str) -> Iterator[tuple[str, str]]:
    """A name as it is; then without its subscript, _i or _{ij} or ᵢⱼ, and without an index in brackets that is high."""
    yield name, ""
    if high := re.fullmatch(r"(.*?)\^\{?\(([^()]*)\)\}?|(.*?)\^\{?([a-z])\}?", name):  # x^{(i)}, x^k
        yield high.group(1) or high.group(3), high.group(2) or high.group(4)
        return
    signs = re.fullmatch(rf"(.*?)([{LOW}]+)", name)
    if signs:
        yield signs.group(1), "".join(SUBSCRIPTS[c] for c in signs.group(2))
        return
    base, bar, low = name.rpartition("_{") if name.endswith("}") else name.rpartition("_")
    if bar and base and low.strip("}"):
        yield base, low.removesuffix("}").strip()


def _brackets(text: str, base: Expr, low: str, groups: list[str], moved: Mapping[str, Collection[int]]) -> str:
    """The places in brackets, those of a member apart from those in it; a subscript has its letters or digits apart."""
    members = len(base.ranges) if isinstance(base, Symbol) else 0
    axes = sum(extent is not ONE for extent in base.shape)
    first, *rest = [low, *groups] if low else groups
    pieces = [piece.strip() for piece in re.split(r"[,\s]+" if low else ",", first)]
    is_run = first.isalpha() or (first.isalnum() and 1 not in (members or axes, members + axes))
    if low and len(pieces) == 1 and is_run:
        pieces = list(first)
    if members and isinstance(base, Symbol) and (from_zero := moved.get(base.name)):
        if not low and any(piece.isdigit() for piece in pieces):
            message = f"the text counts {base.name} from 0, and matdiff from 1"
            raise _error(text, message, f"{base.name}_{''.join(pieces[:members])} is the text's")
        pieces = [f"{int(p) + 1}" if k in from_zero and p.isdigit() else p for k, p in enumerate(pieces)]
    if members and len(pieces) == members + axes > members:
        rest = [", ".join(pieces[members:]), *rest]
        pieces = pieces[:members]
    return "".join(f"[{places}]" for places in (", ".join(pieces), *rest))


def _part(text: str, whole: Expr, base: Expr, places: str) -> Expr:
    """What stands at *places* of a symbol or of a definition, which a symbol stands for while it is read."""
    declared = Declarations()
    declare_symbols(whole, declared)
    name = base.name  # type: ignore[attr-defined]
    written = name + places  # Sigma[k], where Σ[k] would be a sum
    if not isinstance(base, Symbol):
        declared.table[name] = Declaration(name, base.shape)
    try:
        script = transcript(written, frozenset())
        lexer = Lexer(script, Vocabulary(script.text, declared, frozenset()))
        bound = Bound(parse_tokens(lexer.run(), written), written, declared, [], True)
        search = Search(bound, False, Budget())
        found = search.run(ANY_COST)
        if found is None:
            raise search.first_error or NotationError("it is no part of anything")
        part = build(found.typed)
    except MatdiffError as error:
        raise _error(text, error.message, error.suggestion or "") from None
    return replace(part, lambda node: base if isinstance(node, Symbol) and node.name == name else None)


def _error(text: str, message: str, suggestion: str) -> UnknownNameError:
    return UnknownNameError(f"{text} cannot be the unknown: {message}", suggestion=suggestion)
