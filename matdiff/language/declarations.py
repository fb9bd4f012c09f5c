"""What the user declares: names with sizes, properties and index ranges.

In goes ``"X: m x n; S: d x d spd; a: scalar; x[i=1..N]: d"`` or a mapping of the left sides to the right
sides; out comes a ``Declarations``: for each canonical name its shape, its properties and its indices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet

from matdiff import regex as re
from matdiff.algebra.assumptions import INDEX, MATRIX, PROPERTIES, SQUARE, VECTOR, clash, property_word, records
from matdiff.algebra.dims import ONE, SCALAR, Shape, Size, size
from matdiff.errors import DeclarationError, shortly
from matdiff.language.declared import OPEN, Declaration, Declarations, Where
from matdiff.language.extents import KINDS, Excerpt, parse_shape, parse_size
from matdiff.language.lines_of_cvx import declared_by_cvx
from matdiff.language.names import LINK, MARKS, RAISED, SUPERS, SUPERSCRIPTS, canonical, changed, named
from matdiff.language.phrases import tells_kind
from matdiff.language.spelling import plain
from matdiff.regex import match_at


def texts_of(where: object) -> list[str]:
    """The declarations in a text, a mapping or a list, each as a text; a shape may be one of Python's.

    >>> texts_of("X: m x n; w: n"), texts_of({"X": (3, "n"), "a": (), "w": "n"})
    (['X: m x n', ' w: n'], ['X: 3 x n', 'a: scalar', 'w: n'])
    """
    if isinstance(where, str):
        return re.split(r"[;\n]", where)
    if isinstance(where, Mapping):
        told = {k: " x ".join(map(str, v)) or "scalar" if isinstance(v, (tuple, list)) else v for k, v in where.items()}
        return [f"{left}: {right}" for left, right in told.items()]
    if isinstance(where, (list, tuple)) and all(isinstance(item, str) for item in where):
        return list(where)
    hint = 'A text, a mapping or a list of texts does: "X: m x n; w: n".'
    raise DeclarationError(f"where is {shortly(where)}, which declares nothing", suggestion=hint)


def declare(where: Where, front: Iterable[Excerpt] = ()) -> Declarations:
    """The declarations of a text or a mapping, and those in *front* of an expression.

    >>> declare("b, c: n; S: d x d spd")["S"].shape
    (d, d)
    """
    result = Declarations()
    items = list(front)
    if isinstance(where, str):
        items += [Excerpt(where, 0, where).part(m.start(), m.end()) for m in re.finditer(r"[^;\n]+", where)]
    elif where is not None:
        items += [Excerpt(text, 0, text) for text in texts_of(where)]
    for item in items:
        if item.text:
            _declare(_respelt(item), result)
    return result


def add_condition(declared: Declarations, name: str, says: str, place: Excerpt, beside: Collection[str] = ()) -> None:
    """Adds what the text says of a name, A ≻ 0 or A ∈ ℝ^{n×n}, to what is declared of it, maybe *beside* the text."""
    found = Declarations()
    _declare(_respelt(Excerpt(f"{name}: {says.replace('₊', '+')}", place.start, place.whole)), found)
    (new,) = found.table.values()
    known = declared.table.setdefault(new.name, new)
    new = new if tells_kind(says) else new._replace(shape=known.shape)  # α ∈ ℝ^n positive
    shape = new.shape if _is_open(known.shape) and not _is_open(new.shape) else known.shape
    if not _agree(shape, new.shape) or not _agree(shape, known.shape):
        whose = " beside the text" if new.name in beside else ""
        raise place.error(f"{new.name} is declared with other sizes{whose}", place.text)
    together = known.properties | new.properties
    _require_fitting(together, shape, f"{new.name} is {says}", place)
    declared.table[new.name] = known._replace(shape=shape, properties=together)


def declare_members(declared: Declarations, bound: AbstractSet[str]) -> None:
    """Makes x_i, whose index some sum binds, a member of a family; its range is found out by use."""
    for name, declaration in [*declared.table.items()]:
        member = re.fullmatch(MEMBER, name)
        if not member or not set(member.group(2)) <= bound:
            continue
        base, letters = member.groups()
        known = declared.get(base)
        if known and (len(known.indices) != len(letters) or not _agree(known.shape, declaration.shape)):
            continue
        indices = tuple((letter, size(f"{OPEN}range of {letter} in {base}")) for letter in letters)
        together = declaration.properties | (known.properties if known else frozenset())
        of_family = known or declaration._replace(name=base, indices=indices)
        del declared.table[name]
        declared.table[base] = _of_whole(of_family._replace(properties=together))


MEMBER = r"([^\W_]+)_([a-z]{1,2})"  # x_i, w_ij


def _is_open(shape: Shape) -> bool:
    """Whether the sizes of a shape are found out by use."""
    return any(name[0] == OPEN for extent in shape for name in extent.names())


def _agree(shape: Shape, other: Shape) -> bool:
    """Whether a shape is another one, or one of the kind that is all that the other says."""
    if not _is_open(other):
        return shape == other
    (rows, cols), (p, q) = shape, other
    return (rows is ONE) == (p is ONE) and (cols is ONE) == (q is ONE) and (p is not q or rows is cols)


def leading_declarations(text: str) -> tuple[list[Excerpt], str]:
    """The declarations that stand before an expression, and the text with blanks in their place.

    >>> front, rest = leading_declarations("X: m x n; w: n; X w")
    >>> [item.text for item in front], rest.strip()
    (['X: m x n', 'w: n'], 'X w')
    """
    front, rest = declared_by_cvx(text)
    while (";" in rest or "\n" in rest) and (item := match_at(LEADING, rest)):
        if not rest[item.end() :].strip(" ;\n\t$"):
            break  # the last item is the expression: A : B
        if re.match(r"\s*class\s|(?!.*:)\s*\w+\s+\w", item.group(1)):
            break  # symmetric A ∈ ℝ^{n×n} is a phrase, class M: … a program
        if re.search(r"\\(?:begin|label|tag)\b", item.group(1)):
            break  # \label{eq:1} declares nothing
        if re.search(r"\bwhere\b|:.*(?:['′ᵀ∑‖|√²½]|Σ_|(?<!\w)[a-z]{2,}\()", item.group(1)):
            break  # A : X where A is square; …, and probit: ∑ y log Φ(x'β); …
        declared = Excerpt(text, 0, text).part(*item.span(1))
        if ":" not in item.group(1) and ":" not in _respelt(declared).text:
            break  # p ∈ Δ is a condition
        front.append(declared)
        rest = " " * item.end() + rest[item.end() :]
    return front, rest


LEADING = (
    r"[\s;]*((?:[^\W\d_]|∇_|\\[a-zA-Z]+)[^=:;\n()|‖∈+*/·−-]*?(?:\[[^\]]*\]\s*)?"
    r"(?::(?!=)|∈|\\in\b)[^=;\n[]*)(?<!\\)[;\n]+"
)


IN_SPACE = r"(.*?)\s*(?:∈|\bin\b|:)\s*([RS])\s*(?:\^[{(]?([^{}()]*?)[})]?)?(?:_?\{?([+]{1,2}|[≥>]0)\}?)?\s*"  # A ∈ ℝ^n


def _respelt(item: Excerpt) -> Excerpt:
    """A declaration in the plain spelling: \\Sigma \\in \\mathbb{R}^{d \\times d} is Σ: d×d."""
    text = changed(plain(item.text))
    in_space = "R" in text or "S" in text
    if in_space:
        text = text.replace("₊", "+")
        sign, raised = r"_?\{?(?:[+]{1,2}|[≥>]\s*0)\}?", rf"[{SUPERS}ˣ]+"
        text = re.sub(rf"(?<=[RS])({sign})\s*(\^(?:\{{[^{{}}]*\}}|\w+)|{raised})", r"\2\1", text)  # ℝ_+^n
        text = re.sub(rf"(?<=[RS]){raised}", lambda m: "^{" + m.group().translate(_RAISED) + "}", text)
    mapped = any(arrow in text for arrow in OF_FUNCTIONS)
    space = None if mapped or not in_space else re.fullmatch(IN_SPACE, text)
    if space and (space[2] == "R" or space[3]):  # 𝕊^n, and not the size S
        name, kind, sizes, sign = space.groups()
        shape = (sizes or "scalar") if kind == "R" else _on_sphere(name, sizes, sign) or _symmetric(sizes, sign)
        text = f"{name}: {shape}"
    return item if text == item.text else Excerpt(text, item.start, item.whole)


def _on_sphere(name: str, size: str, sign: str | None) -> str:
    """What x ∈ 𝕊^{n−1} says of a vector; empty of a matrix."""
    m = re.fullmatch(r"(\w+)\s*[-−]\s*1|(\d+)", size)
    is_small = all(re.match(r"\s*\W*[a-z]", one) for one in name.split(","))
    return f"{m[1] or int(m[2]) + 1} unit" if m and is_small and not sign else ""


def _symmetric(size: str, sign: str | None) -> str:
    return f"{size} x {size} {SYMMETRIC[sign or '']}"


_RAISED = {ord(sign): letter for sign, letter in SUPERSCRIPTS.items()} | {ord("ˣ"): " x "}
SYMMETRIC = {"": "symmetric", "+": "psd", "≥0": "psd", "++": "spd", ">0": "spd"}


def _declare(item: Excerpt, result: Declarations) -> None:
    """Adds one declaration: names, a colon, sizes and properties."""
    colon = item.text.find(":")
    if "=" in item.text and (mirrored := re.fullmatch(MIRRORED, item.text)):
        _declare_mirrored(mirrored, item, result)
        return
    if colon < 0:
        raise item.error("a declaration needs a colon", "write name: sizes properties, as in S: d x d spd")
    right = item.part(colon + 1, len(item.text))
    arguments = argument_shapes(right)
    told, properties = _right_side(right) if arguments is None else (SCALAR, frozenset[str]())
    last = 0
    for match in re.finditer(r"((?:[^,\[\]]|\[[^\]]*\]?)+)(?:,|$)", item.text[:colon]):
        left = item.part(*match.span(1))
        name, indices, zeros = _left_side(left)
        shape = told if isinstance(told, tuple) else _open_shape(told, name)
        if indices and arguments is not None:
            raise left.error(f"{name} is a function: it has no index")
        end = _end_of_index(right, result)
        is_column = shape[0] is not ONE and re.search(COLUMN, right.text) is not None
        known = _of_whole(Declaration(name, shape, properties, indices, arguments, end, zeros, is_column))
        _require_fitting(properties, known.shape, f"{name} is {right.text}", right)
        before = result.table.setdefault(name, known)
        if before._replace(properties=properties) != known._replace(properties=properties):
            raise left.error(f"{name} is declared twice")
        result.table[name] = known._replace(properties=before.properties | known.properties)
        last = match.end()
    if last < colon or not item.text[:colon].strip():
        raise item.error("a declaration needs a name before its colon")


COLUMN = r"(?:x|×|by)\s*1\b"  # m x 1
PAIR = r"(?:\[(\w+),\s*(\w+)\]|_\{?(\w)(\w)\}?)"
TURNED = r"(?:\[\3,\s*\2\]|_\{?\5\4\}?)"
MIRRORED = rf"([^\W_]+){PAIR}\s*=\s*(?P<minus>[−-])?\s*\1{TURNED}"  # w[i, j] = w[j, i], w_ij = −w_ji


def _declare_mirrored(mirrored: re.Match[str], item: Excerpt, result: Declarations) -> None:
    """Adds that the entries on both sides of the diagonal are equal, or opposite."""
    name, word = named(mirrored[1]), "skew" if mirrored["minus"] else "symmetric"
    entry = f"{name}_{''.join(filter(None, mirrored.groups()[1:5]))}"
    written = entry if entry in result else name
    family = result.get(written) or Declaration(name, _open_shape("square", name))
    known = _of_whole(family._replace(properties=family.properties | {word}))
    _require_fitting(known.properties, known.shape, f"{item.text} says that {name} is {word}", item)
    result.table[written] = known


def _of_whole(family: Declaration) -> Declaration:
    """Scalars w[i, j] that are symmetric, or p[k] that sum to 1, are the entries of such a matrix or vector."""
    last = [extent for _, extent in family.indices]
    wholes = {VECTOR} if len(last) == 1 else {SQUARE, MATRIX} if len(last) == 2 else set()
    if family.shape != SCALAR or not any(p.of in wholes for p in records(family.properties)):
        return family
    return family._replace(shape=(last[0], last[1] if len(last) == 2 else ONE), indices=())


def _require_fitting(properties: frozenset[str], shape: Shape, shown: str, right: Excerpt) -> None:
    """Raises DeclarationError for properties that the shape cannot have, or that nothing has together."""
    unfit = [p for p in records(properties) if not p.of.fits(shape)]
    if unfit:
        words = sorted(p.word for p in unfit if p.of is unfit[0].of)
        raise right.error(f"only {unfit[0].of.title} can be {' '.join(words)}", shown)
    if clash(properties):
        raise right.error(f"{' and '.join(sorted(properties))} do not go together", shown)


# ---- the left side: x, W_1, x[i=1..N], R[i=1..N, k=1..K] ------------------------------------------

HIGH = rf"(?:\^(?:\{{[^{{}}]*\}}|[^\s\[])|['′⁺⁻*]|[{RAISED}]+)"
NAME = rf"[^\W\d_](?:(?!_\{{)[\w₀-₉ᵢⱼₖ{MARKS}′])*(?:_\{{\w+(?:[-+−][0-9]+)?\}})?{HIGH}?|{LINK}"
RANGE = r"\s*([^\W\d_]\w*)\s*(?:=\s*(\S+?)\s*(?:\.\.\.?|…)\s*(.+?))?\s*"


def _left_side(left: Excerpt) -> tuple[str, tuple[tuple[str, Size], ...], frozenset[int]]:
    """The name that is declared, with its indices, and which of them count from 0: y[t=0..T]."""
    match = match_at(NAME, left.text)
    if not match:
        raise left.error(f"{left.text or 'nothing'} is not a name", "a name starts with a letter")
    rest = left.part(match.end(), len(left.text))
    if not rest.text:
        return named(match.group()), (), frozenset()
    if not (rest.text.startswith("[") and rest.text.endswith("]")):
        raise rest.error(f"{rest.text} cannot follow a name", "an index is declared as in x[i=1..N]")
    indices, zeros = [], set()
    for piece in re.finditer(r"[^,]+", rest.text[1:-1]):
        excerpt = rest.part(1 + piece.start(), 1 + piece.end())
        found = re.fullmatch(RANGE, excerpt.text)
        if not found:
            raise excerpt.error(f"{excerpt.text} is not an index", "write x[i=1..N]")
        if not found.group(3):
            indices.append((canonical(found.group(1)), size(f"{OPEN}range of {left.text}")))
            continue
        if found.group(2) not in ("0", "1"):
            raise excerpt.error("a range starts at 1 or 0", f"write {found.group(1)}=1..{found.group(3)}")
        zeros |= {len(indices)} if found.group(2) == "0" else set()
        extent = parse_size(excerpt.part(found.start(3), found.end(3)), least=1 - (found.group(2) == "0"))
        indices.append((canonical(found.group(1)), extent + size(found.group(2) == "0")))
    if len({name for name, _ in indices}) < len(indices):
        raise rest.error("an index is declared twice")
    return named(match.group()), tuple(indices), frozenset(zeros)


# ---- constant indices and class labels: y: index 1..n, y: index of z, y[i=1..N]: index 1..K -------------

COUNTER = r"(?:scalar\s+)?(?:index|label)(?:\s+(?:from\s+)?1\s*(?:\.\.\.?|…|to)\s*(?P<last>.+)|\s+of\s+(?P<whole>.+))?"


def _end_of_index(right: Excerpt, known: Declarations) -> Size | None:
    """The last number that an index may be, where it is said; *known* are the declarations before it."""
    counter = re.fullmatch(COUNTER, right.text)
    if counter is None:
        return None
    if counter.group("last"):
        return parse_size(right.part(*counter.span("last")))
    whole = known.get(canonical(counter.group("whole") or ""))
    return None if whole is None else whole.indices[0][1] if whole.indices else whole.shape[0]


# ---- the right side: m x n spd --------------------------------------------------------------------


def _right_side(right: Excerpt) -> tuple[Shape | str, frozenset[str]]:
    """The shape, or where no size is given the kind, and the properties."""
    if re.fullmatch(COUNTER, right.text):
        return SCALAR, frozenset((INDEX,))
    properties, kinds = set[str](), set[str]()
    end = len(right.text)
    while match := re.search(r"([^\W\d_]\w*)[\s,]*$", right.text[:end]):
        word = property_word(match.group(1).lower())
        if not PROPERTIES.is_taken(word) and word not in KINDS:
            break
        word = "symmetric" if word == "orthogonal" and "idempotent" in properties else word  # an orthogonal projection
        (kinds if word in KINDS else properties).add(KINDS.get(word, word))
        end = match.start()
    if not re.fullmatch(FILLING, right.text[:end]):
        shape = parse_shape(right.part(0, end))
        if not all(fits(*shape) for kind, fits in OF_KIND.items() if kind in kinds):
            raise right.error(f"{right.text}: the sizes are not those of a {' '.join(sorted(kinds))}")
        return shape, frozenset(properties)
    told = {WIDER.get(kind, kind) for kind in kinds}  # what else a property asks for is refused by its name, later
    asked = {p.of.kind for p in records(properties)} - {""}
    kinds |= {kind for kind in asked if not told or WIDER.get(kind, kind) in told}
    if len({WIDER.get(kind, kind) for kind in kinds}) > 1:
        raise right.error(f"{right.text} is no kind", "the kinds are scalar, vector, matrix, square matrix")
    return next((kind for kind in OF_KIND if kind in kinds), "scalar"), frozenset(properties)


FILLING = r"(?:an?\s+)?(?:real\s+)?(?:column\s*)?"
WIDER = {"square": "matrix", "row": "vector"}
OF_KIND: dict[str, Callable[[Size, Size], bool]] = {  # the narrower kinds first
    "square": lambda rows, cols: rows is cols is not ONE,
    "matrix": lambda rows, cols: cols is not ONE,
    "row": lambda rows, cols: rows is ONE is not cols,
    "vector": lambda rows, cols: ONE in (rows, cols) and rows is not cols,
    "scalar": lambda rows, cols: rows is cols is ONE,
}


def _open_shape(kind: str, name: str) -> Shape:
    """The shape of a name of which only the kind is declared: its sizes are found out by use."""
    rows, cols = size(f"{OPEN}rows of {name}"), size(f"{OPEN}columns of {name}")
    shapes = {"square": (rows, rows), "matrix": (rows, cols), "row": (ONE, cols), "vector": (rows, ONE)}
    return shapes.get(kind, SCALAR)


# ---- what an open function takes ---------------------------------------------------------------------


MAPPED = r"(.*?)\s*(?:->|→|⟶|↦|⟼)\s*(.*)"
FUNCTION_OF = r"(?:an?\s+)?(?:open\s+)?(?:scalar(?:-valued)?\s+)?function\s+of\s+(.*?)(?:\s+with\s+scalar\s+values)?"
SPACE = r"R\s*(?:\^\s*(?:\{([^{}]*)\}|\(([^()]*)\)|(\w+)))?"
OF_FUNCTIONS = ("->", "→", "⟶", "↦", "⟼", "function")
SCALAR_VALUES = frozenset(("scalar", "1", "number", "real", "R", "R^1", "R^{1}", "1 x 1"))


def argument_shapes(right: Excerpt) -> tuple[Shape, ...] | None:
    """The shapes of the arguments of an open function with scalar values; None where no function is declared."""
    if not any(sign in right.text for sign in OF_FUNCTIONS):
        return None
    if mapped := re.fullmatch(MAPPED, right.text, flags=re.DOTALL):
        values = right.part(*mapped.span(2))
        if values.text not in SCALAR_VALUES:
            raise values.error("an open function has scalar values", "write f: m x n -> scalar")
    described = mapped or re.fullmatch(FUNCTION_OF, right.text, flags=re.DOTALL)
    if described is None:
        raise right.error("a function is declared by what it takes", "write f: m x n -> scalar")
    domain = right.part(*described.span(1))
    if not domain.text:
        raise right.error("it is not said what the function takes", "write f: m x n -> scalar")
    if domain.text in ("each entry", "every entry"):
        return (SCALAR,)
    if re.match(SPACE + r"\s*(?:$|[×x,])", domain.text):
        return tuple([_space(domain, space) for space in re.finditer(SPACE, domain.text)])
    inner = re.fullmatch(r"\(((?:[^()]|\([^()]*\))*)\)", domain.text)
    domain = domain.part(*inner.span(1)) if inner else domain
    pieces = re.finditer(r"(.+?)(?:,|\band\b|$)", domain.text or " ")
    return tuple([parse_shape(domain.part(*piece.span(1))) for piece in pieces])


def _space(domain: Excerpt, space: re.Match[str]) -> Shape:
    """The shape of ℝ, ℝᵐ, ℝ^{m×n}."""
    place = next((k for k in (1, 2, 3) if space.group(k) is not None), 0)
    return parse_shape(domain.part(*space.span(place))) if place else SCALAR
