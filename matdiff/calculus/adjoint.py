"""Linear maps between spaces of matrices: the differential of an expression in a direction, and its adjoint.

    dF = 𝓛(dX),        ⟨Y, 𝓛(V)⟩ = ⟨𝓛*(Y), V⟩

``pushed`` is 𝓛(V), the Jacobian-vector product: the laws of d, with directions for the differentials of the
unknowns.  ``pulled`` is 𝓛*(Y), the vector-Jacobian product: the gradient of ⟨Y, F⟩, in which Y is constant.
"""

from __future__ import annotations

from collections.abc import Mapping

from matdiff.algebra.assumptions import subspace
from matdiff.algebra.expr import Expr, Index, Operator, Symbol, postorder, replace
from matdiff.algebra.fresh import fresh
from matdiff.algebra.identities import EXPANSIONS, OF_PARTS, SIMPLIFICATIONS
from matdiff.algebra.operators.norms import inner
from matdiff.algebra.operators.products import Sum, zero
from matdiff.algebra.operators.recurrence import Iterate, Recurrence, State
from matdiff.algebra.operators.structure import Named
from matdiff.algebra.operators.sums import Member
from matdiff.algebra.rewriting import Simplifier
from matdiff.calculus.differential import Dependence
from matdiff.calculus.gradient import gradients
from matdiff.calculus.parts import is_part, placed, whole_of
from matdiff.calculus.varying import projection
from matdiff.errors import DeclarationError, UnsupportedError

# ---- names ------------------------------------------------------------------------------------------


def names_in(e: Expr) -> set[str]:
    """Every name that an expression uses: of symbols, indices, definitions and sizes."""
    found: set[str] = set()
    for node in postorder(e):
        if isinstance(node, (Symbol, Index, Named, Recurrence)):
            found.add(node.name)
        found |= node.rows.names() | node.cols.names()
    return found


def require_new(name: str, e: Expr, purpose: str, option: str) -> None:
    """A name of our own must be a name, and none of the expression."""
    if not name.isidentifier() or name.startswith("_"):
        raise DeclarationError(f"{name or 'nothing'} is not a name", suggestion=f"Give another one: {option}.")
    if name in names_in(e):
        raise DeclarationError(
            f"{name} is a name in the expression, and cannot be {purpose} as well",
            suggestion=f"Give another one: {option}.",
        )


def cotangent(f: Expr, name: str) -> Symbol:
    """Y, in the shape of an expression F."""
    require_new(name, f, "that of the argument of the adjoint", 'by="Z"')
    return Symbol(name, f.shape)


def directions(f: Expr, unknowns: Mapping[str, Expr], names: Mapping[str, str]) -> dict[Expr, Symbol]:
    """A direction for every unknown: V_X for X, or the name that is given."""
    unknown_names = [name for name in names if name not in unknowns]
    if unknown_names:
        raise DeclarationError(f"{unknown_names[0]} is given a direction, and is no unknown")
    found: dict[Expr, Symbol] = {}
    for name, unknown in unknowns.items():
        whole = whole_of(unknown)
        symbol = whole.operands[0] if isinstance(whole, Member) else whole
        own = symbol.name if isinstance(symbol, Symbol) else name
        found[unknown] = direction(unknown, names.get(name, f"V_{own}"))
        require_new(found[unknown].name, f, f"that of the direction of {name}", f'by={{"{name}": "V"}}')
    if len({v.name for v in found.values()}) < len(found):
        raise DeclarationError("two directions have one name")
    return found


def direction(unknown: Expr, name: str) -> Symbol:
    """A symbol for a change of an unknown: of its shape, and in the subspace in which it varies."""
    symbol = unknown.operands[0] if isinstance(unknown, Member) else unknown
    if is_part(unknown):
        return Symbol(name, unknown.shape)
    if not isinstance(symbol, Symbol):
        raise UnsupportedError(f"{unknown} is not a symbol, and has no direction")
    return Symbol(name, symbol.shape, [p.word for p in subspace(symbol.properties)], symbol.ranges)


# ---- forwards ---------------------------------------------------------------------------------------


def pushed(f: Expr, directions: Mapping[Expr, Expr]) -> Expr:
    """dF where the differential of every unknown is its direction; each node is differentiated once."""
    changes = _changes(directions)
    changes |= _states(f, Dependence(changes))
    depends = Dependence(changes)
    found: dict[Expr, Expr] = {}
    stack = [f] if depends(f) else []
    while stack:
        e = stack[-1]
        form = _expanded(e)
        inner = [form] if form is not None else [o for o in e.operands if depends(o)]
        pending = [] if depends.is_unknown(e) else [o for o in inner if o not in found]
        if pending and e not in found:
            stack.extend(reversed(pending))
            continue
        stack.pop()
        if depends.is_unknown(e):
            found[e] = Member(changes[e.operands[0]], *e.operands[1:]) if isinstance(e, Member) else changes[e]
        elif isinstance(e, Recurrence):
            found[e] = _tangent(e, found, changes[e.state])
        elif e not in found:
            found[e] = found[form] if form is not None else _change(e, found)
    laws = OF_PARTS if any(map(is_part, directions)) else SIMPLIFICATIONS
    return Simplifier(laws)(found[f])[0] if f in found else zero(f.shape)


def _changes(directions: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
    """The change of every symbol: that of a part, put in its place in a matrix of zeros."""
    found: dict[Expr, Expr] = {}
    for unknown, v in directions.items():
        whole = whole_of(unknown)
        symbol = whole.operands[0] if isinstance(whole, Member) else whole
        is_one_of_many = isinstance(whole, Member) and not whole.free and isinstance(v, Symbol) and v.ranges
        if is_one_of_many or (is_part(unknown) and (isinstance(whole, Member) or unknown.free)):
            raise UnsupportedError(f"{unknown} has no direction", suggestion="Take the whole family.")
        change = projection(placed(v, unknown), whole) if is_part(unknown) else v
        found[symbol] = Sum.of(found[symbol], change) if symbol in found else change
    return found


def _states(f: Expr, depends: Dependence) -> dict[Expr, Expr]:
    """For the state inside every recurrence that varies, the change of the state."""
    taken = names_in(f)
    found: dict[Expr, Expr] = {}
    for z in postorder(f):
        if isinstance(z, Recurrence) and depends(z):
            name = next(fresh(taken, f"V_{z.name}", [f"V_{z.name}"]))
            found[z.state] = State(name, z.shape, z.index, z.origin, z.forward)
    return found


def _tangent(z: Recurrence, found: Mapping[Expr, Expr], state: Expr) -> Expr:
    """The recurrence of the changes of the states: dz[k+1] = 𝓛ₖ(dz[k]) + …"""
    start, step = (found.get(o, zero(z.shape)) for o in z.operands)
    return Recurrence.make((start, replace(step, {z.state: z.before})), state.data)


def _expanded(e: Expr) -> Expr | None:
    """What an operation is written as before it is differentiated: ‖A‖² as Tr(AᵀA)."""
    forms = (law.apply(e) for law in EXPANSIONS.get(type(e), ()))
    return next((form for form in forms if form is not None), None)


def _change(e: Expr, found: Mapping[Expr, Expr]) -> Expr:
    """The law of d of one operation, with what is found for its operands."""
    if isinstance(e, Iterate):
        if e.operands[1] in found:
            raise UnsupportedError(f"the number of a state cannot vary: {e.operands[1]}")
        return Iterate(found[e.operands[0]], e.operands[1])
    law = e.d if isinstance(e, Operator) else None
    if law is None:
        raise UnsupportedError(
            f"there is no law for the differential of {e.title() if isinstance(e, Operator) else e}",
            suggestion="Write it with operators that have one: `matdiff laws` lists them.",
        )
    change: Expr = law.apply(e, *[found.get(o) for o in e.operands])
    return change


# ---- backwards --------------------------------------------------------------------------------------


def pulled(f: Expr, unknowns: Mapping[str, Expr], y: Symbol) -> Mapping[str, Expr]:
    """𝓛*(Y) for the differential 𝓛 of F with respect to each unknown: the gradient of ⟨Y, F⟩."""
    return gradients(inner(y, f), unknowns).gradients


def adjoint_of(f: Expr, name: str, unknown: Expr, y: Symbol) -> Expr:
    """𝓛*(Y) of a map that is linear or affine in the unknown."""
    depends = Dependence([unknown])
    found = pulled(f, {name: unknown}, y)[name]
    kinks = [n for n in postorder(f) if isinstance(n, Operator) and n.kink and depends(n)]
    if kinks or depends(found):
        because = f"{kinks[0].title()} is not" if kinks else f"its derivative depends on {name}"
        raise UnsupportedError(
            f"{f} is not linear in {name}: {because}" if len(str(f)) < 200 else f"the map is not linear in {name}",
            suggestion="matdiff.vjp gives the adjoint of its differential.",
        )
    return found
