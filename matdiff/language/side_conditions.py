"""Conditions among statements, and the declarations that they are: A ≻ 0, A = Aᵀ, x ∈ ℝⁿ, A symmetric, w ≥ 0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import MatdiffError, NotationError
from matdiff.language.customs import PART_OF
from matdiff.language.declarations import add_condition
from matdiff.language.declared import Declarations
from matdiff.language.extents import Excerpt
from matdiff.language.left_sides import HEAD, Piece, stands
from matdiff.language.names import CHANGE_MARKS, DOTS, GREEK_WORDS, LETTER, MARKS, NAMES, SUPERS, listed
from matdiff.language.outside import between, outside
from matdiff.language.phrases import COUNT, DENIED, SPACE, Said, description, said_of_names, tells_kind
from matdiff.language.questions import GOAL_OVER_SET, MEMBERS
from matdiff.language.transcript import CLOSES, NAME_ENDS, NAMED, OPENS, Transcript
from matdiff.records import NamedTuple
from matdiff.regex import regex

INNER = r"<[^<>;\n=]*,[^<>;\n=]*>"  # ⟨A, B⟩
TRANSPOSED = r"\s*(?:\^\s*\{?\s*[⊤ᵀT']\s*\}?|[ᵀ⊤'])\s*"
SYMMETRIC = rf"(?P<name>{LETTER})\s*=\s*(?P<minus>[-−])?\s*(?P<again>{LETTER}){TRANSPOSED}"
SYMMETRIC_TOO = rf"(?P<name>{LETTER}){TRANSPOSED}=\s*(?P<minus>[-−])?\s*(?P<again>{LETTER})\s*"
TOLD = rf"(?P<names>{NAMES})\s+(?:(?P<has>has|have|(?:is|are)(?=\s+(?:of\s+)?full\b))\s[a-z -]+|(?:is|are)\s.*)"
BOUNDED = regex(  # scalar α > 0, and λ > 0 is the weight of the penalty
    rf"(?P<front>(?:[a-z]+\s+)*?)(?P<said>(?P<names>{NAMES})\s*(?:[<>]=?|[≤≥⩽⩾])\s*[0-9.]+)"
    r",?(?:\s+(?:is|are|being)(?=\s))?(?P<behind>(?:\s+[a-z]+)*)",
    given="<>≤≥⩽⩾",
)
HAS_PROPERTY = (  # X'X is invertible, the rows of Y sum to 1
    rf"[^=\s.]*[^\w\s=.][^=.]*\s(?:is|are)\s+{DENIED}"
    rf"|(?:(?:the|each|all)\s+)?(?:row|column|entrie)s?\s+of\s+{LETTER}\s+(?:all\s+)?sums?\s+to\s+(?:1|one|zero)"
)
CHOICE = r"[-−+±]?\s*[0-9.]+"
ONE_OF = regex(  # y_i is +1 or -1
    rf"(?:the\s+)?(?:labels?\s+)?(?P<names>{NAMES})(?:\s+(?:is|are)\s+(?:each\s+|always\s+)?|\s*=\s*)(?:either\s+)?"
    rf"(?P<choices>±\s*[0-9.]+|{CHOICE}(?:\s*,\s*{CHOICE})*,?\s+or\s+{CHOICE})",
)
BY_ENTRIES = regex(  # K(θ)_{ij} = …, [K]_{ij} = …, (f(x))_i = …
    rf"[\[(]*(?P<name>{LETTER})\s*(?:\([^()]*\)\s*)?(?:(?<=\))|[\])])\s*[\])]?_(?:\{{[a-z,\s]+\}}|[a-z])\s*=(?!=)",
    given="_",
)
INDEX_SET = regex(  # P = {(i, j) | r_i > r_j}, over which a sum runs
    rf"(?P<name>{NAMES})\s*=\s*[({{]\s*(?:[a-z]|\(\s*[a-z](?:\s*,\s*[a-z])+\s*\))\s*[|:∣].*[)}}]"
)
DECLARED = rf"(?P<names>{NAMES})\s*:\s*(?P<says>(?P<size>{COUNT}(?:\s*[x×]\s*{COUNT})?)?(?:(?(size)\s+|\s*)[a-z]+)*)"
NAME = rf"[^\W\d_][\w{MARKS}]*"
MADE_BY_SYMPY = (
    rf"(?P<name>{NAME})\s*=\s*(?:(?:sympy|sym|sy|sp)\.)?MatrixSymbol"
    rf"\(\s*(?P<quote>['\"])(?P=name)(?P=quote)\s*,\s*(?P<rows>{COUNT})\s*,\s*(?P<cols>{COUNT})\s*\)"
)
OF_SET = rf"((?:[A-Za-z]+\s+)*?)({NAMES})\s+(?:in|∈)\s+((?:\{{.*\}}|\[.*\])(?:\^\S+)?)"  # labels y in {{0, 1}}^n
COMPARES = r"(?<![:!])(?:[∈≻⪰≽≺⪯≤≥⩽⩾⊥≠]|[<>]=?|=)"
SPACES = rf"{SPACE}(?:\s*×\s*{SPACE})*"
SET = rf"(?:{SPACES}|[{{(\[].*[)\]}}]|⟪?\w+⟫?(?:\(.*\))?)(?:\^\S+)?"
LIKE_SPACE = rf"(?<!\w)[RS](?=\s*[_^{SUPERS}⊤'])"  # R⊤^n, S^n_{{++q}}
RELATIONS = r"(?:[∈≻⪰≺⪯≤≥⩽⩾⊥≠∀]|(?:<|(?<!-)>)=?)\s*(?=\S)"
SMALL = regex(rf"[a-z][{MARKS}]*(?:_.*)?")


MODEL = regex(rf"\s*(?P<said>(?P<name>{LETTER})\s*=\s*(?P<mean>[^=]+?)(?:\s*\+\s*{LETTER})?)[\s.]*")


UNSHOWN = f"{OPENS}{CLOSES}{NAMED}{NAME_ENDS}"
SHOWN = str.maketrans({**dict.fromkeys(UNSHOWN, ""), **dict(zip(CHANGE_MARKS.values(), "Δδ", strict=True))})


class Condition(NamedTuple):
    """What is said of names, as a declaration says it; where nothing is, it is a constraint."""

    text: str
    start: int
    end: int
    names: tuple[str, ...] = ()
    says: str = ""

    @property
    def is_constraint(self) -> bool:
        return not self.names

    @property
    def shown(self) -> str:
        """The condition without the marks of its bars, and with Δ and δ where they stood."""
        return re.sub(rf"([^\W\d_])([{''.join(CHANGE_MARKS.values())}])", r"\2\1", self.text).translate(SHOWN).strip()


def declare_conditions(declared: Declarations, conditions: Sequence[Condition], script: Transcript) -> None:
    """Adds the conditions in a text to what is declared."""
    beside = frozenset(declared)
    try:
        for condition in conditions:
            place = Excerpt(condition.text, condition.start, script.text)
            for name in condition.names:
                add_condition(declared, name, condition.says, place, beside)
    except MatdiffError as error:
        raise relocated(error, script) from None


def relocated(error: MatdiffError, script: Transcript) -> MatdiffError:
    """An error about a plain spelling, pointing at what was typed."""
    if error.text and script.text.startswith(error.text) and error.span is not None:
        error.text, error.span = script.source, script.span(*error.span)
    return error


def condition_of(text: str, piece: Piece, behind: bool) -> list[Condition] | None:
    """The condition that a statement is; None of another."""
    said = text[piece.start : piece.end].strip(" \u200a\t.")
    said = said if HEAD.match(said) else said.strip(" \u200a\t.⟪⟫")  # of ⟪ab⟫_{1} = … they belong to the name
    start = text.find(said, piece.start) if said else piece.start
    end = start + len(said)
    if re.match(GOAL_OVER_SET, said):
        return None
    of_set = re.fullmatch(OF_SET, said)
    if of_set and description(of_set[1].strip()) == "":
        return [Condition(f"{of_set[2]} ∈ {of_set[3]}", start, end)]
    index_set = INDEX_SET.fullmatch(said)
    if index_set and re.search(rf"∈\s*{re.escape(index_set['name'].strip())}(?!\w)", text):
        return [Condition(said, start, end)]
    if one_of := ONE_OF.fullmatch(said):
        choices = re.sub(r",?\s+or\s+", ", ", one_of["choices"])
        return [Condition(f"{one_of['names']} ∈ {{{choices}}}", start, end)]
    bounded = BOUNDED.fullmatch(said)
    if bounded and (says := description("".join(bounded.group("front", "behind")).strip())) is not None:
        own = [Condition(said, start, end, listed(bounded["names"]), says)] if says else []
        place = start + bounded.start("said")
        return [Condition(bounded["said"], place, place + len(bounded["said"])), *own]
    told = _told_by_signs(said)
    told = _told_of_function(said, text) if told is None else told
    told = _told_behind_colon(said, text) if told is None and behind else told
    told = _told_of_members(said, text) if told is None else told
    told = said_of_names(said) if told is None else told
    if told is not None and any(tells_kind(says) for _, says in told):  # w positive: which shape w has is not said
        return [Condition(said, start, end, names, says) for names, says in told]
    if (of := PART_OF.fullmatch(said)) and of["of"].lower() == of["x"]:
        is_part = stands(of["of"], text[:start] + text[end:])  # else they are a family
        return [Condition(said, start, end, *(((of["of"],), "matrix") if is_part else ()))]
    in_words = re.fullmatch(TOLD, said) if told is None else None
    if in_words and not in_words.group("has"):
        hint = "conditions are written as in A is symmetric, A is an m x n matrix, x ∈ ℝ^n"
        raise NotationError(f"{said} is not understood", text=text, span=(start, end), suggestion=hint)
    is_said = told is not None or in_words or re.fullmatch(HAS_PROPERTY, said)
    return [_compared(text, said, start, end)] if is_said or _is_constraint(said, behind) else None


def _compared(text: str, said: str, start: int, end: int) -> Condition:
    """A constraint, which K(θ)_{ij} = … is not."""
    if of_entries := BY_ENTRIES.match(said):
        message = f"{of_entries[0].rstrip('= ')} gives the entries of {of_entries['name']}, of which no matrix is made"
        hint = "write the entry where it is used, as in ∑_i ∑_j K_ij, K_ij = …"
        raise NotationError(message, text=text, span=(start, end), suggestion=hint)
    return Condition(said, start, end)


def model_of(text: str, piece: Piece) -> list[Condition] | None:
    """y = Xβ + ε beside ‖y − Xβ‖², which says where y comes from: put into it, it would leave nothing of β."""
    if (m := MODEL.fullmatch(text, piece.start, piece.end)) is None:
        return None
    name, mean = ("".join(part.split()) for part in m.group("name", "mean"))
    residuals = (f"{name}-{mean.replace('+', '-')}", f"{name}-({mean})", f"{mean}-{name}")
    whole = [r for r in residuals if r in _without_blanks(text)]
    alone = rf"(?<![\w*·'ᵀ^/])(?:{'|'.join(map(re.escape, whole))})(?![\w*·^/(])"  # in no 2a − c b
    return [Condition(m["said"], *m.span("said"))] if whole and re.search(alone, _without_blanks(text)) else None


@lru_cache(maxsize=1)
def _without_blanks(text: str) -> str:
    """A text as a piece of it is looked for."""
    return "".join(text.split()).replace("−", "-")


def _told_by_signs(said: str) -> Said | None:
    """What A ≻ 0, A = Aᵀ and A = MatrixSymbol('A', m, n) say of A; empty where it is no name, as in A − B ⪰ 0."""
    if m := re.fullmatch(MADE_BY_SYMPY, said):
        return [((m["name"],), f"{m['rows']} x {m['cols']}")]
    above = re.sub(rf"0(?:_\{{?{COUNT}(?:\s*[x×]\s*{COUNT})?\}}?)?$", "", said).rstrip()  # 0, 0_n, 0_{n×n}
    if above != said and (m := re.fullmatch(r"(.*?)\s*(?:([≻>])|[⪰≽≥]|>=)", above)):
        word = "spd" if m[2] else "psd"
        if found := re.fullmatch(rf"({LETTER})(?:{TRANSPOSED})?\s*=\s*({LETTER})(?:{TRANSPOSED})?", m[1]):
            return [((found[1],), word)] if found[1] == found[2] else None  # P = Pᵀ > 0, too
        names = listed(m[1]) if above[-1] in "≻⪰≽" and re.fullmatch(NAMES, m[1]) else ()
        return [(names, word)] if names and not all(map(SMALL.fullmatch, names)) else []  # x ⪰ 0 of a vector
    for pattern in (SYMMETRIC, SYMMETRIC_TOO):
        if (m := re.fullmatch(pattern, said)) and m.group("name") == m.group("again"):
            return [((m.group("name"),), "skew" if m.group("minus") else "symmetric")]
    return None


def _told_behind_colon(said: str, text: str) -> Said | None:
    """What A: m x n symmetric says of A behind a function; A : B is a product where the text defines A or B."""
    m = re.fullmatch(DECLARED, said)
    if m is None or not _defined_in(text).isdisjoint(re.findall(NAME, said)):
        return None
    says = description(m["says"]) or (m["says"] if m["size"] else None)
    return [(listed(m["names"]), says)] if says else None


def _told_of_members(said: str, text: str) -> Said | None:
    """What data x_1, …, x_n ∈ ℝ^d say of x_i, which the text has elsewhere."""
    m = re.search(MEMBERS, said) if "_" in said else None
    own = re.search(rf"(?<!\w){m['of']}(?:_\{{?[i-n]\}}?(?!\w)|[ᵢⱼₖ])", text.replace(said, "")) if m else None
    if m is None or own is None:
        return None
    front, behind = said[: m.start()], said[m.end() :]
    return said_of_names(f"{front}{own[0]}{behind}") or (
        [] if description(front.strip()) == behind.strip() == "" else None
    )


@lru_cache(maxsize=1)
def _defined_in(text: str) -> frozenset[str]:
    """The names of which a text says what they are, other than numbers."""
    return frozenset(re.findall(rf"({NAME})\s*:?=(?!=)(?!\s*[0-9]+\s*(?:[;,\n]|$))", text))


def _told_of_function(said: str, text: str) -> Said | None:
    """What f : ℝⁿ → ℝ says of the x of f(x) = …"""
    m = re.fullmatch(rf"(?P<f>{LETTER})\s*:\s*(?P<space>{SPACE})\s*(?:→|->)\s*{SPACE}", said)
    if m is None:
        return None
    head = re.search(rf"(?<!\w){re.escape(m.group('f'))}\s*\(\s*(?P<x>{LETTER})\s*\)\s*:?=", text)
    return [((head.group("x"),), m.group("space"))] if head else []


def _is_constraint(said: str, behind: bool) -> bool:
    """Whether a statement compares two sides: x ≥ 0, and *behind* a function A x = b."""
    head = HEAD.match(said)
    is_value = head and behind and head["arguments"] and head["name"] != "d" and head["name"] in FUNCTIONS  # sum(w) = 1
    if (head and not is_value) or re.match(r"[Ff]or\b", said):
        return False
    named = re.match(r"(?:[A-Za-z]{3,}\s+)+(?![A-Za-z]{2})", said)
    if named and FUNCTIONS.keys().isdisjoint(named[0].split()) and HEAD.match(said, named.end()):
        return False  # the matrix C = XᵀX defines C
    shown = _with_inner_products(said)
    if re.match(r"\s*[^\W\d_]|\s*[‖|0-9]", said) and any(outside(shown, RELATIONS)):
        return True
    equals = next(outside(shown, "="), None) if behind else None
    left = shown[: equals.start()] if equals else ""
    is_assigned = left.rstrip().endswith((":", "!", "<", ">")) or left.endswith(("+", "-", "*", "/"))  # loss += …
    return bool(left.strip()) and not is_assigned and not re.match(r"[\s(]*(?:[∇∂]|[dδ]\w*\s*/\s*[dδ])", said)


def _with_inner_products(condition: str) -> str:
    """A condition in which <A, B> is a bracket."""
    return re.sub(INNER, lambda m: f"({'x' * (len(m.group()) - 2)})", condition) if "<" in condition else condition


def unseen_names(text: str, conditions: Sequence[Condition]) -> Iterator[str]:
    """What is said of names that conditions declare and that stand nowhere else in a text; words are no names."""
    rest = text
    for condition in conditions:
        rest = rest[: condition.start] + " " * (condition.end - condition.start) + rest[condition.end :]
    for name in dict.fromkeys(name for condition in conditions for name in condition.names):
        if not stands(name, rest):
            if re.fullmatch("[a-z]{4,}", name) and name not in GREEK_WORDS:  # without the diagonal, for unit vectors
                said = next(condition for condition in conditions if name in condition.names)
                message = f"{said.text} is not understood"
                raise NotationError(message, text=text, span=(said.start, said.end), suggestion="leave it out")
            yield f"{name.strip('⟪⟫')} does not occur in the function"


def compared(condition: str) -> list[tuple[int, int]]:
    """The places of the sides of a constraint; none where it is said in words.

    >>> [*map(lambda side: "a <= Bx < 1"[slice(*side)], compared("a <= Bx < 1"))], compared("A has full rank")
    (['a', ' Bx ', ' 1'], [])
    """
    if INDEX_SET.fullmatch(condition):
        return []
    tail = re.search(rf"(?:∀|\b[Ff]or\b|(?<!\w)[a-z]\s*=\s*[0-9]\s*,.*{DOTS}).*", condition)  # …, i = 1, …, n
    said = condition[: tail.start()].rstrip(" ,") if tail else condition
    shown = _with_inner_products(said)
    first, *others = between(shown, COMPARES)
    names = re.match(rf"\s*(?:(\()\s*)?(?P<all>{NAMES})\s*(?(1)\)\s*)$", shown[slice(*first)])  # W, H ≥ 0
    listed = [(names.start("all") + a, names.start("all") + b) for a, b in between(names["all"], ",")] if names else []
    return [*(listed or [first]), *others] if others else []


def fault_of_side(condition: str, start: int, end: int) -> str:
    """What is wrong about a side of a constraint before it is read; empty if nothing is."""
    before, side = condition[:start].rstrip()[-1:], condition[start:end].strip()
    if not side:
        return "a side of it is missing"
    if re.fullmatch(r"[a-z]\s*['′]", side):
        return f"{side} can say how {side[0]} changes with time, or be its transpose"
    if before == "∈" and re.search(LIKE_SPACE, side) and not re.fullmatch(SPACES, side):
        return f"{side} is no space; there are ℝ^n, ℝ^{{m×n}}, 𝕊^n, 𝕊^n_+, 𝕊^n_{{++}}"
    if before and before in "≻⪰≽≺⪯" and re.fullmatch(r"[0-9. \u200a]*[1-9][0-9. \u200a]*", side):
        return f"a matrix is compared with 0 or a matrix, and not with {side}"
    return ""


def is_set(condition: str, start: int, end: int) -> bool:
    """Whether a side of a constraint is a set, {0, 1}, [0, 1] or a space: behind ∈."""
    side = condition[start:end].strip(" \u200a\t")
    return condition[:start].rstrip().endswith("∈") and re.fullmatch(SET, side) is not None
