"""What words say of names: A symmetric, S is an n x n positive definite matrix, vectors x and y, symmetric A ∈ ℝ^{n×n}.

In goes a statement, out come the names in it, each with what a declaration would say of it at the right of its colon.
"""

from __future__ import annotations

from itertools import dropwhile

from matdiff import regex as re
from matdiff.algebra.assumptions import PROPERTIES, property_word
from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.extents import KINDS
from matdiff.language.formulas import COUNT as COUNT
from matdiff.language.names import LISTED, listed
from matdiff.regex import regex

VERB = (  # and R = correlation matrix
    r"(?:\s*=\s*(?=[A-Za-z]{3,}(?:[-\s(]|$))|\s+(?:(?:is|are|be|being|denotes?)\s+"
    r"|(?=ha(?:s|ve)\s+(?:size|shape|length|dimensions?)\b)))"
)
EMPTY = frozenset(
    "a an the some any all both each every given fixed frozen known unknown constant real general arbitrary valued "
    "triangular nonzero of and with entries parameter parameters constants variable variables weight weights "
    "coefficient coefficients bias biases input inputs mean design data feature features response target targets label "
    "labels points samples measurement measurements observation observations noise regularization regularisation "
    "penalty learning rate step gain control return returns risk mass stiffness adjacency graph factor large small big "
    "dense sparse observed noisy one-hot const learned learnable trainable".split()
)  # words that add nothing to the others
DENIED = (
    r"(?:symmetric|square|invertible|diagonal|orthogonal|(?:positive|negative)[- ](?:semi[- ]?)?definite|spd|psd|pd)"
)
SYNONYMS = {
    regex(  # what it is not needs no declaration, but it is one
        r"\b(?:not|non)[-\s]*(?:(?:necessarily|assumed|required|always)\s+(?:to\s+be\s+)?)*"
        rf"{DENIED}(?:(?:\s+(?:and|or|nor)\b)?\s+{DENIED})*\b"
    ): "matrix",
    regex(r"\bpos(?:itive|\.)?[- ]semi[- ]?def(?:inite\b|\b\.?)|\bp\.\s?s\.\s?d\b|\bPSD\b"): "psd",
    regex(r"\b(?:strictly\s+)?pos(?:itive|\.)?[- ]def(?:inite\b|\b\.?)|\b(?:s\.\s?)?p\.\s?d\b|\bS?PD\b"): "spd",
    regex(r"\bskew[- ]symmetric\b|\banti-?symmetric\b"): "skew",
    regex(r"\bnon-?negative\b"): "nonnegative",
    regex(r"\b(?:non-?singular|full[- ]rank square)\b"): "invertible",
    regex(r"\bunit(?:[- ]norm|[- ]length)\b"): "unit",
    regex(  # what is estimated may be singular
        r"\b(?:(?:graph\s+)?[Ll]aplacian|(?:sample|empirical|estimated)\s+covariance)(?:\s+matri(?:x|ces))?\b"
        r"|\b(?:kernel|[Gg]ram|scatter|auto-?correlation)\s+matri(?:x|ces)\b"
    ): "psd matrix",
    regex(  # of the noise
        r"\b(?:covariance|precision)s?(?:\s+matri(?:x|ces))?\b(?:\s+of\s+(?:the\s+)?(?:[a-z]+\s+)?[a-z]{4,})?"
    ): "spd matrix",
    regex(
        r"\b(?:(?:0[-/]1|binary|zero-one)\s+)?masks?(?:\s+matri(?:x|ces))?\b|\b(?:0[-/]1|zero-one)\s+matri(?:x|ces)\b"
    ): "binary matrix",
    regex(r"\bnumbers?\b|(?<=\ba )constant$"): "scalar",
    regex(r"-valued\b|\b(?:of\s+)?full(?:[- ](?:column|row))?[- ]rank\b|\bcolumn(?=[- ]?vectors?\b)"): "",
}
OF_SIZE = r"(?:\b(?:of|has|have)\s+(?:size|shape|dimensions?|order|length)\s+)"
SIZES = regex(
    rf"{OF_SIZE}?\(?(?<!\w)(?!exp)(?P<rows>{COUNT})\s*(?:×|x|-?\bby\b-?)\s*(?P<cols>{COUNT})(?!\w)\)?"
    rf"|{OF_SIZE}(?P<length>{COUNT})\b|\b(?P<many>{COUNT})-(?=vectors?\b|dim)(?:dimensional\b|dim\b)?"
)
SPACE = r"[RS](?:\s*(?:\^\{[^{}]*\}|\^\([^()]*\)|\^\w+|[₊⁰¹²³⁴-⁹ᵃ-ᶻⁿᵈᵐᵏᵖˣ]+|_\{?(?:\+{1,2}|[≥>]\s*0)\}?))*(?!\w)"
MEMBER = regex(
    rf"(?P<front>.*?)\s*(?:∈|\b(?:(?:(?:be|is|are|lies?)\s+)?in|belongs?\s+to)\b)\s*(?P<space>{SPACE})(?P<behind>(?:[\s.].*)?)"
)

LENGTH = r"\A\(\s*([dkmnpqDKMN]|[1-9][0-9]*)\s*\)\Z"  # x (n)
NEGATED = regex(r"\b(?:(?:is|are)n['’]?t|(?:need|may|might)(?:\s+not|n['’]?t)\s+be)\b")  # A isn't, need not be
HELD = regex(rf"(?:treat|hold|keep|regard)(?:ing)?\s+(?P<names>{LISTED})\s+(?:as\s+)?(?:an?\s+)?(?:constants?|fixed)")
KEPT = regex(r"\b(is|are)\s+(?:treated|held|kept|regarded)\s+(?:as\s+)?", given=("eld", "ept", "reated", "egarded"))
ALL_OF = r"(?:(?:both|all\s+of)\s+)?"  # both Q, R symmetric
RANK = r"(?:of\s+)?(?:a\s+)?full(?:[-\s](?:row|column))?[-\s]rank"
FIXED = rf"(?:arbitrary|one-hot|const(?:ant)?|given|fixed|frozen|known|real|{RANK})$"
ROLE = rf"(?:an?|the)\s|{FIXED}"
LONGEST = 300  # characters of a phrase
Said = list[tuple[tuple[str, ...], str]]


def said_of_names(statement: str) -> Said | None:
    """The names of a statement and what it says of them; None of a statement that is no such phrase.

    >>> said_of_names("S, T are symmetric n x n matrices"), said_of_names("vectors x and y"), said_of_names("A x")
    ([(('S', 'T'), 'n x n symmetric matrix')], [(('x', 'y'), 'vector')], None)
    """
    if len(statement) > LONGEST:
        return None
    statement = KEPT.sub(r"\1 ", NEGATED.sub("is not", statement))
    if HELD.fullmatch(statement):
        return []  # holding V fixed
    if statement.startswith("not ") and description(statement) == "matrix":
        return []  # S is symmetric and not diagonal
    if member := MEMBER.fullmatch(statement):
        front = member.group("front")
        found: Said | None = [(listed(front), "")] if re.fullmatch(LISTED, front) else _phrase(front, True)
        behind = description(re.sub(rf"^{VERB}", "", member.group("behind")))
        if found is None or behind is None:
            return None
        space = member["space"]
        found = [one for one in found if EMPTY.isdisjoint({*one[0]} - {"a"})]  # all vectors in R^n
        return [(names, what) for names, own in found for what in (space, own, behind) if what]
    return _phrase(statement)


def _phrase(statement: str, is_member: bool = False) -> Said | None:
    """A symmetric; A is symmetric; the matrices A and B are symmetric; symmetric A; points x in front of ∈ ℝⁿ."""
    verb = re.search(VERB, statement)
    if not verb:
        told = rf"{ALL_OF}(?P<names>{LISTED})\s+(?P<what>(?:[a-z(]|Laplacian|S?PS?D\b).*)"
        m = re.fullmatch(told, statement)
        what = description(m.group("what")) if m else None
        is_told = what and (" x " not in what or re.search(r" by |\(|\w×\w", statement) or what.count(" ") > 2)
        if m and what and is_told:  # A n x n is a product, and all matrices symmetric says nothing of an «all»
            names = listed(m.group("names"))
            return [(names, what)] if is_member or (EMPTY - {"a"}).isdisjoint(names) else None
        if m and what == "" and re.match(ROLE, m["what"]):  # A the adjacency graph
            return []
    verb = verb or re.search(r"\s+(?=\([^()]*\)$)", statement)  # matrices X and Y (n × p)
    subject, predicate = (statement[: verb.start()], statement[verb.end() :]) if verb else (statement, "")
    predicate = re.sub(LENGTH, r"of length \1", predicate)
    found = re.fullmatch(rf"(?:(?P<what>.*?)\s+)??(?P<names>{LISTED})", subject)
    ahead = (found and found.group("what")) or ""
    what = None if ahead in FUNCTIONS else description(f"{ahead} {predicate}".strip())  # diag x is a call
    is_role = verb and "=" not in verb[0]  # b = bias may be a definition
    if found is None or what is None or not (what or is_role or is_member or re.match(FIXED, ahead)):
        return None
    names = listed(found.group("names"))
    return [(names, what)] if what else ([(names, "")] if is_member else [])  # a is constant, known X


def description(words: str) -> str | None:
    """What words say as a declaration does; empty where they say nothing, None where some of them are other words.

    >>> description("a symmetric positive semi-definite matrix"), description("n-dimensional vectors"), description("x")
    ('symmetric psd matrix', 'n vector', None)
    """
    if not words:
        return ""
    words = words[0].lower() + words[1:] if words[1:2].islower() else words  # The matrix
    for pattern, word in SYNONYMS.items():
        words = pattern.sub(word, words)
    sized = SIZES.search(words)
    if sized:
        words = f"{words[: sized.start()]} {words[sized.end() :]}"
    kept = [property_word(word) for word in re.split(r"[\s(),.]+", words) if word and word not in EMPTY]
    kept = [KINDS.get(word, word) for word in kept]
    if not all(word in PROPERTIES or word in KINDS for word in kept):
        return None
    if sized:
        rows = sized.group("rows") or sized.group("length") or sized.group("many")
        cols = sized.group("cols") or (rows if "matrix" in kept or "square" in kept else "")
        kept.insert(0, f"{rows} x {cols}" if cols else rows)
    return " ".join(kept)


LEADS = frozenset(
    "where here with let assume assuming suppose given that for if when then and in is are be being denotes".split()
)


def without_lead(words: list[str]) -> list[str]:
    """Words without those in front that only lead in a phrase: where X is diagonal."""
    return list(dropwhile(lambda word: word.lower() in LEADS, words))


def is_said(words: list[str]) -> bool:
    """Whether words are those of a phrase, whose names stand beside them: with, is a symmetric matrix.

    >>> is_said(["Let"]), is_said("be a symmetric matrix".split()), is_said(["loss"])
    (True, True, False)
    """
    said = [word.strip(".,;:") for word in words]
    rest = [word for word in said if word.lower() not in LEADS]
    what = description(" ".join(rest))
    return not rest or bool(what) or (what is not None and len(said) > 1)


def tells_kind(says: str) -> bool:
    """Whether the right side of a declaration tells a kind or a size: positive does not."""
    return any(word not in PROPERTIES or PROPERTIES[word].of.kind for word in says.split())
