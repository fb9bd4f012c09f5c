"""Means and covariances: ``x ~ N(mu, Sigma)`` or ``{"x": ("mu", "Sigma")}`` in, expressions by what is random out.

A name that is new stands for a mean in the shape of the random symbol, or for a covariance, which is positive definite.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set

from matdiff import regex as re
from matdiff.algebra.constants import is_zero
from matdiff.algebra.dims import ONE, Shape
from matdiff.algebra.expr import Expr, symbols
from matdiff.algebra.operators.products import Sum, zero
from matdiff.errors import DeclarationError, NotationError, ShapeError
from matdiff.language.answers import unknown_in
from matdiff.language.declarations import declare, texts_of
from matdiff.language.declared import Where
from matdiff.language.names import canonical
from matdiff.language.outside import between, closing, split
from matdiff.language.spelling import plain
from matdiff.language.together import read_beside

Said = str | Expr
Moments = tuple[dict[Expr, Expr], dict[Expr, Expr]]
Distribution = Mapping[str, Said | tuple[Said, ...]]

TILDE = r"[~∼]|\\sim(?![A-Za-z])"
NORMAL = r"(?:\\mathcal\s*\{\s*N\s*\}|\\mathcal\s*N|𝒩|N)?\s*(?:\\left)?"
OTHER = (  # U(0, 1), Poisson(a)
    r"(?:\\(?:mathrm|mathcal|text|operatorname)\s*)?\{?(?:[A-Z](?=\}?\s*\([^()]*,)|[A-Z][a-z]{2,}\w*)\}?(?=\s*\()"
)
MEAN = (
    r"\s*(?:𝔼|E|\\(?:mathbb|mathrm|operatorname|mathsf)\s*\{?\s*E\s*\}?)\s*(?:_(?P<over>\w|\{\w+\}))?\s*"
    r"(?:\\left|\\bigl?|\\Bigl?)?(?P<open>[(\[])"
)
CLOSES = {"(": ")", "[": "]"}
KIND = r"[:∈]|\\in(?![A-Za-z])"  # between a name and what is declared of it
RANGE = r"=[^,\]]*"  # of the index i=1..N
BEFORE = rf"(?=[^,;\n]*(?:{TILDE}))"
PARTS = rf"[;\n]|,{BEFORE}|\b(?:where|with|for|if|and){BEFORE}"  # between a function and what is said to be random


def told_apart(text: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """A text without the brackets of its E[…] and without what it says to be random, and that.

    >>> told_apart("E[x'A x], x ~ N(mu, Sigma)")
    ("x'A x", {'x': ('mu', 'Sigma')})
    """
    pieces = split(text, PARTS)
    told = [piece for piece in pieces if re.search(TILDE, piece)]
    kept = "; ".join(piece.strip() for piece in pieces if piece.strip() and piece not in told)
    said = said_of("; ".join(told))
    return _without_mean(kept, said), said


def _without_mean(text: str, random: Collection[str]) -> str:
    """f of E[f], and of E_x[f] where x is random; anything else as it is, which the reader refuses."""
    m = re.match(MEAN, text)
    if m is None or not (m["over"] is None or m["over"].strip("{}") in random):
        return text
    end = closing(text, m.end())
    is_whole = text[end : end + 1] == CLOSES[m["open"]] and not text[end + 1 :].strip(" .")
    return re.sub(r"\\(?:right|bigr?|Bigr?)\s*$", "", text[m.end() : end]) if is_whole else text


def said_of(text: str) -> dict[str, tuple[str, ...]]:
    """What a text says of the mean and the covariance of names, statement by statement.

    >>> said_of("x ~ N(mu, Sigma); X ~ (0, kron(V, U)); z ~ nu")
    {'x': ('mu', 'Sigma'), 'X': ('0', 'kron(V, U)'), 'z': ('nu',)}

    Errors: NotationError for what is no such statement.
    """
    found: dict[str, tuple[str, ...]] = {}
    for start, end in between(text, PARTS):
        if not text[start:end].strip():
            continue
        name, _, right = re.sub(TILDE, "~", text[start:end]).partition("~")
        m = re.fullmatch(rf"\s*{NORMAL}\((?P<inside>.*?)(?:\\right)?\)[\s.]*", right, flags=re.DOTALL)
        inside = m["inside"] if m else right.strip()
        if not m and (other := re.match(OTHER, inside)):
            message, hint = f"{other[0].strip()} is no distribution that is known here", "give its mean and covariance"
            raise NotationError(message, text=text, span=(start, end), suggestion=f"{hint}, as in x ~ (mu, Sigma)")
        if not name.strip() or inside in ("", "N", "𝒩") or "~" in inside:
            hint = "write x ~ (mu, Sigma), with the mean and the covariance of x"
            raise NotationError("this says of no name what its mean is", text=text, span=(start, end), suggestion=hint)
        found[name.strip()] = tuple(map(str.strip, split(inside, ",")))
    return found


def declared_apart(where: Where) -> tuple[Where, dict[str, tuple[str, ...]]]:
    """Declarations without what they say to be random, and that; what is said of a member is so of all members.

    >>> declared_apart("A: n x n; x[i=1..N]: n ~ N(mu, Sigma)")
    ('A: n x n; x[i=1..N]: n', {'x[i]': ('mu', 'Sigma')})
    """
    kept, said = list[str](), dict[str, tuple[str, ...]]()
    for item in texts_of(where or ""):
        declared, *random = re.split(TILDE, item, maxsplit=1)
        names, *kind = re.split(KIND, declared, maxsplit=1)
        if kind or not random:
            kept.append(declared.strip())
        for name in re.split(r",(?![^\[]*\])", names) if random else ():
            said |= said_of(f"{re.sub(RANGE, '', name)} ~ {random[0]}")
    return ("; ".join(kept), said) if said else (where, said)


def said_together(*said: Distribution) -> Distribution:
    """What several places say to be random; DeclarationError where two speak of one name."""
    found: dict[str, Said | tuple[Said, ...]] = {}
    for distribution in said:
        if twice := [name for name in distribution if name in found]:
            raise DeclarationError(f"{twice[0]} is said to be random twice", suggestion="Say it once.")
        found |= distribution
    return found


def read_distribution(f: Expr, of: str | Distribution, where: Where = None) -> Moments:
    """The means and the covariances of symbols of an expression; a mean by itself is for what is linear in it.

    *of* is a text, or a mapping.  A name is that of a symbol, of a family, or of a general member ``x[i]``, for a mean
    and a covariance that depend on i.
    """
    mean: dict[Expr, Expr] = {}
    covariance: dict[Expr, Expr] = {}
    for name, said in (said_of(of) if isinstance(of, str) else of).items():
        key = read_beside(f, name, where) if "[" in name else unknown_in(f, name)
        parts = said if isinstance(said, (tuple, list)) else (said,)
        if not 1 <= len(parts) <= 2:
            raise DeclarationError(f"{name} has a mean and a covariance, and not {len(parts)} parameters")
        entries = key.rows * key.cols
        both = ((key.shape, "", mean), ((entries, entries), "spd", covariance))
        for text, (shape, words, found) in zip(parts, both, strict=False):
            where = _with_new_name(f, text, shape, words, where)
            found[key] = _value(f, text, shape, where)
    return mean, covariance


def _with_new_name(f: Expr, said: Said, shape: Shape, words: str, where: Where) -> Where:
    """The declarations, with one for a name that has none."""
    if not isinstance(said, str) or not said.strip().isidentifier():
        return where
    name = canonical(plain(said).strip())
    if not _is_new(said.strip(), name, {"I", *declare(where), *(s.name for s in symbols(f))}):
        return where
    rows, cols = shape
    if rows is ONE and cols is ONE:
        right = "scalar positive" if words else "scalar"
    else:
        right = f"{rows}" if cols is ONE else f"{rows} x {cols} {words}"
    return "; ".join([*texts_of(where or ""), f"{name}: {right}"])


def _is_new(written: str, name: str, known: Set[str]) -> bool:
    """Whether a text is one name that stands for nothing yet, as mu and S1 may; no product of what is known, Xβ, sI."""
    is_word = written.isascii() and written.isalpha() and len(written) > 2
    is_one = len(written) == 1 or is_word or re.fullmatch(r"[^\W\d_]\d+|[^\W\d_]+_\w+", written) is not None
    return name not in known and (is_one or not any(canonical(letter) in known for letter in written))


def _value(f: Expr, said: Said, shape: Shape, where: Where) -> Expr:
    if isinstance(said, Expr):
        return said
    if said.strip() == "0":
        return zero(shape)
    try:
        return read_beside(f, said, where)
    except ShapeError:  # s I, whose size is that of the random symbol
        rows, cols = shape
        found = read_beside(f, f"{said} + zeros({rows}, {cols})", where)
        return Sum.of(*[term for term in found.operands if not is_zero(term)])
