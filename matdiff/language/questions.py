r"""The question that stands in front of a function: ``∂/∂X tr(AX)``, ``∇_w f``, ``min_w f``, ``argmin_{x ∈ ℝⁿ} f``.

In goes the plain spelling of a text and a place, out comes a ``Question``: the unknowns that it names, how often is
differentiated, and what of the text is the function.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.dialects import MODULES
from matdiff.language.names import (
    LETTER,
    LINK,
    MARKS,
    NAMES,
    SPELT_GREEK,
    SUBS,
    SUBSCRIPTS,
    TWICE,
    as_index,
    canonical,
    listed,
    named,
)
from matdiff.language.outside import between, closing, outside
from matdiff.language.phrases import SPACE, description
from matdiff.records import NamedTuple
from matdiff.regex import search_in

GREEK = rf"(?:{SPELT_GREEK})(?![A-Za-z])"
BRACED = (
    r"(?:_\{(?P<low>(?:[^{}]|\{[^{}]*\})*)\}" rf"|_(?P<letter>(?:{GREEK}|[^\W\d_][{MARKS}]*)[0-9]*)|(?P<sub>[{SUBS}]))"
)
DERIVATIVE = rf"(?:(?P<partial>[∂δ])|(?<![A-Za-z])d)(?P<twice>{TWICE})?\s*"  # δ/δx is ∂/∂x of finitely many numbers
SIGNS = {"d": "d", "δ": "delta"}  # of derivatives, which can be names
INVERSE = r"(?:\s*⁻¹|\s*\^\s*\{?\s*[-−]\s*1(?!\s*[/.\d])(?:\s*\})?)"
BELOW = (
    rf"\s*[∂δd]\s*(?P<x>{GREEK}|{LETTER}(?![{MARKS}]))\s*(?P<square>{TWICE}|(?:\^\{{?\s*)?[⊤ᵀT'](?:\s*\}})?|{INVERSE})?"
    rf"\s*(?:(?:∂|d(?!(?:ot|et|iag)(?!\w)))\s*(?P<again>{LETTER})\s*(?:\^?\{{?\s*[⊤ᵀT']\s*\}}?)?\s*)?"
)
SO = rf"(?:[-=]>|[→⇒])\s*(?:{LETTER})?"  # ⇒ x = ?
UNSAID = (  # behind an operator whose function stands elsewhere: df/dx should be
    r"\s*=?(?:,?\s+(?:is|be|equals?|gives|yields|looks?|(?:sh|w)ould\s+be|must\s+be)"
    r"(?:\s+(?:given\s+by|then|thus|therefore|what|like))?(?=[\s.?]*$))?[\s.?]*$"
)
RATIO = rf"{DERIVATIVE}/\s*\(?{BELOW}\)?(?:(?![\w^_(\[]|\s*[-+*/^=,;)]|\s*$)|(?=[(\[{{]|{UNSAID})"
RATIO += r"|(?(partial)(?=\s*[-−])|(?!)))"  # no d/dx − y, where d and x may be names
FRACTION = rf"\(\(\s*{DERIVATIVE}\)\s*/\s*\({BELOW}\)\)"
BRACKETED = rf"\(\s*{DERIVATIVE}/\s*{BELOW}\)(?=\s*[^\s*/^.,;:=)+−-])"  # (∂/∂x) f
BY_POWER = rf"(?:\(\(\s*)?∂\s*\)?\s*/\s*\(?∂\s*(?P<x>{LETTER})(?!{INVERSE})\s*(?:\^\s*\{{?\s*[-−]|⁻)"
NABLA = rf"(?:[∇∂]|(?<![A-Za-z])(?:grad|hess|D|⟪(?:grad|hess)⟫))(?P<twice>{TWICE})?\s*{BRACED}(?P<square>{TWICE})?"
NOUNS = (  # what a formula is, which stands behind it
    r"(?:function(?:al)?|objective|n?ll|criterion|loss|cost|errors?|energy|risk|(?:log[-−\s]?)?(?:lik(?:elihood)?|posterior)|evidence"
    r"|[Ll]agrangian|entropy|density|penalty|regulari[sz](?:er|ation)|ELBO|utility|smoothness|potential|[Hh]amiltonian|network|autoencoder"
    r"|bound|price|volatility|output|revenue|problem|primal|dual|model|regression|prior|barrier|reward|profit|deviance|stress|ratio|quotient)"
)
FUNCTION = (  # the norm of X is no name of what follows
    rf"(?:(?:(?:the|an?|my|our|this|these)\s+|(?=log[-\s]?likelihood))(?:[A-Z]?[a-z]+(?:-[a-z]+)*\s+){{0,3}}?(?:{NOUNS}|expression|form|norm|distance|divergence"
    r"|term)(?:\s+function)?\b(?!\s+(?:of|estimat\w+|solutions?)\b)(?:\s?:)?"
    rf"|(?:{NOUNS})(?=\s+{LETTER}\([^()]*\)\s*=))"  # maximise profit P(x) = …
)
ONE_UNKNOWN = rf"{LETTER}{TWICE}?"
UNKNOWNS = rf"{ONE_UNKNOWN}(?:\s*(?:,|\band\b)\s*{ONE_UNKNOWN})*"
WITH_RESPECT = r"(?:over|w\.?\s?r\.?\s?t\.?|with\s+respect\s+to)"
IN = r"\s*(?:∈|\bin\b)"
HEADED = rf"{UNKNOWNS}(?:(?:{IN}[^:;\n]*)?(?=\s*(?::|of\b))|(?:{IN}\s*{SPACE})?(?=\s+(?:[‖|½∑Σ(]|(?<=\w\s)\w+\()))"
GOAL_OVER = rf"(?i:\b(?:arg\s?)?(?:min|max|inf|sup)(?:imi[sz]e)?)\s+{WITH_RESPECT}\s+{HEADED}"
VERB = "(?:minimi[sz]e|maximi[sz]e)"
GOAL = (
    r"(?P<open>[{(])?\s*⟪?(?:(?P<word>" + VERB + r")(?:_over)?|(?P<arg>arg\s*)?(?:min|max|inf|sup))⟫?\s*(?(open)[})])"
    rf"(?![A-Za-z(])\s*(?:{BRACED}|(?:{WITH_RESPECT}|in)\s+(?P<over>{HEADED}|{LETTER}(?=[\s:]|,(?!\s*{LETTER}[\s,]))))?\s*(?:[:,]|of\b)?(?:\s*{FUNCTION})?"
)
CONSTRAINED = r"(?<=[\s\u200a])\S|[‖|]"  # min f subject to …
UNCONSTRAINED = (  # min x'A x, min (x − m)'(x − m) and min ½‖x‖², and not the entries of min x or min (x)
    r"[‖|½∑]|\(\s*[0-9.]+\s*/\s*\w+\s*\)\s*[^\s.,;:)\]}*/+-]|[-−]?\s*\(\([^()]*\)/|(?<=[\s\u200a])\((?!\s*\w+\s*\))(?:[^(),]|\([^(),]*\))*\)\s*[²'′ᵀ⊤^(\w]"
    rf"|(?<=[\s\u200a])(?!{LETTER}\s*(?:[-+),.;]|$))[^\W_]"
)
CALLED = (
    r"(?:(?:sp|sympy|sym|sy|(?:torch\.)?autograd|\w*tape)\.)?"
    r"(?:diff|grad|gradient|[Dd]erivative|jacobian|(?P<twice>hessian))\("
)
BEHIND_CALLED = r"\)(?:(?P<first>\[0\])|\.doit\(\))?[ ;.]*"
KEPT = r"(?:,\s*(?:create_graph|retain_graph|allow_unused)\s*=\s*\w+\s*)*"  # of torch.autograd.grad
BY_METHOD = rf"(?P<owner>\w*)\.diff\(\s*(?P<x>{LETTER})\s*\)[\s;.]*$"
OVER = rf"\s+(?P<aside>\()?(?:{WITH_RESPECT}|(?:by|in)(?=\s+{UNKNOWNS}[\s.]*$))\s+(?P<low>\S.*?)(?(aside)\))[\s.]*$"
BEHIND_LINK = r"\s*(?:$|[-+*/,;=)⊙⊗:.@ᵀ⊤'′⁻\[]|\^\{?\s*(?:[T⊤]|[-−])|\w*[\s\u200a]*(?:ᵀ|⊤|\^\{?[T⊤]|')\s*(?:$|[-+,;)]))"
TOLD = r"(?:(?!and\b|for\b)[a-z]{3,}(?:-[a-z]+)*\s+){1,6}(?!(?:of|and|for)\b)"  # symmetric matrix X
GROUPED = rf"(?<![\w)}}\]])[({{]\s*({ONE_UNKNOWN}(?:\s*,\s*{ONE_UNKNOWN})*)\s*[)}}]"
MEMBERS = (  # u_0, …, u_{N-1} and u_{0:N-1} below a sign are the family u
    rf"(?P<of>[^\W\d_][{MARKS}]*)(?:_\{{?[01]\}}?\s*,(?:\s*(?P=of)_\{{?[12]\}}?\s*,)?\s*(?:…|⋯|\.\.\.?)\s*,"
    r"\s*(?P=of)_(?:\{(?P<last>[^{}]*)\}|(?P<end>\w))|_\{[01](?::|to)(?P<to>[^{},]*)\})"
)
BETWEEN = rf"[^≤≥<>⪯⪰,]+(?P<sign>[≤≥<>⪯⪰])\s*(?P<name>{LETTER})\s*(?P=sign)[^≤≥<>⪯⪰,]+"  # 0 ≤ α ≤ C
UNKNOWN = rf"\s*({ONE_UNKNOWN})\s*(?P<space>(?:∈|\bin\b|[≥≤≻⪰⊥≠>:]).*)?"
GOAL_OVER_SET = rf"(?i)\s*{VERB}\b.*{OVER}"  # minimise f over X ≻ 0


class Question(NamedTuple):
    """What a text asks for.

    names     the unknowns
    order     how often is differentiated; 0 where the function is to be minimised or maximised
    start, end   its place
    inner     where the function stands that the operator itself holds, as in ∂f/∂x
    declared  the places of the conditions in it, as x ∈ ℝⁿ
    sense     *minimise* or *maximise*; empty where neither is asked for
    """

    names: tuple[str, ...]
    order: int
    start: int
    end: int
    inner: tuple[int, int] | None = None
    declared: tuple[tuple[int, int], ...] = ()
    sense: str = ""


def sense_of(goal: str | None) -> str:
    """*minimise* or *maximise*, whichever a word such as argmax, minimiser, sup asks for; empty of none."""
    return "" if goal is None else "maximise" if re.search("max|sup", goal.lower()) else "minimise"


def question_at(
    text: str, place: int, known: Collection[str], defined: Collection[str] = (), constrained: bool = False
) -> Question | None:
    """The question that begins at a place; *known* names are declared or asked for, *defined* ones have a formula.

    *constrained* says that a condition is stated by «subject to».
    """
    place = re.compile(r"\s*").match(text, place).end()  # type: ignore[union-attr]
    if place == len(text):
        return None
    operator = _around_all(text, place) or _goal(text, place, known, defined, constrained)
    operator = operator or (_derivative(text, place, known) if "/" in text else None)
    operator = (
        operator or _nabla(text, place, known, defined) or _of(text, place, known, defined) or _called(text, place)
    )
    if operator is None or operator.inner:
        return operator
    of = re.compile(rf"\s*\bof\s+(?:{FUNCTION})?").match(text, operator.end)  # d/dX of tr(AX)
    return operator._replace(end=of.end()) if of else operator


def _goal(
    text: str, place: int, known: Collection[str], defined: Collection[str], constrained: bool
) -> Question | None:
    """min_w, argmax_{x ∈ ℝⁿ}, minimise, minimize over x, minimise f over x, min f subject to …, min f; f = …"""
    m = re.compile(GOAL, re.IGNORECASE).match(text, place) if search_in("(?i)min|max|inf|sup", text, place) else None
    if m is None:
        return _glued_goal(text, place)
    low = m.group("low") or m.group("letter") or m.group("over") or SUBSCRIPTS.get(m.group("sub") or "", "")
    behind = None if low else re.compile(OVER).search(text, m.end())
    is_bare = re.compile(CONSTRAINED if constrained else UNCONSTRAINED).match(text, m.end())
    named_alone = re.compile(rf"({LETTER})[\s.?]*$").match(text, m.end())
    is_bare = is_bare or (named_alone if named_alone and named(named_alone[1]) in defined else None)
    if not (low or behind or m.group("word") or m.group("arg") or is_bare):
        return None
    if low and not m.group("arg") and not m.group("word") and _runs(text, m, low, known):
        return None
    place_of_low = m.start("low" if m.group("low") else "over") if not behind else behind.start("low")
    low = behind.group("low") if behind else low
    _require_all(text, low or "", m)
    below, conditions = _below(re.sub(r"\band\b", ",  ", low)) if low else ((), ())
    if low and not below:
        shown = text[m.start() : m.end()].strip()
        hint = "write min_x or min_{x, y}"
        raise NotationError(f"{shown} does not name an unknown", text=text, span=m.span(), suggestion=hint)
    names = tuple(map(named, below))
    declared = tuple((place_of_low + start, place_of_low + end) for start, end in conditions)
    sense = sense_of(m.group("word") or m.group())
    if behind:
        return Question(names, 0, place, behind.end(), (m.end(), behind.start()), declared, sense)
    return Question(names, 0, place, m.end(), declared=declared, sense=sense)


def _require_all(text: str, low: str, goal: re.Match[str]) -> None:
    """Refuses u_0, …, u_{N-2} below a sign where the function speaks of no u up to N-2."""
    m = re.search(MEMBERS, low) if "_" in low else None
    end = re.escape((m["last"] or m["end"] or m["to"]).strip()) if m else ""
    if m and not re.search(rf"(?<!\w){end}(?!\w)|[_^]{end}(?!\w)", text[goal.end() :]):
        message = f"the function does not say that {m['of']} ends there"
        hint = f"write {m['of']} below the sign for all of them"
        raise NotationError(message, text=text, span=goal.span(), suggestion=hint)


def _glued_goal(text: str, place: int) -> Question | None:
    """maxw(…), as max with a w below it is typed, where w stands in what follows."""
    m = re.compile(r"(?P<goal>(?:arg)?(?:min|max))(?P<x>[a-z])\s*(?=[(\[{])").match(text, place)
    if m is None or re.search(rf"(?<![^\W\d_]){m['x']}(?![^\W\d_])", text[m.end() :]) is None:
        return None
    return Question((m["x"],), 0, place, m.end(), sense=sense_of(m["goal"]))


def _around_all(text: str, place: int) -> Question | None:
    """minimize(f), as modelling languages write it, and ∇(f), whose unknown is said elsewhere."""
    goal, nabla = rf"(?:(?:cp|cvxpy|cvx)\.)?(?P<goal>{VERB})\s*\(", rf"∇(?P<twice>{TWICE})?\s*[(\[]"
    m = re.compile(f"{goal}|{nabla}", re.IGNORECASE).match(text, place)
    end = closing(text, m.end()) if m else 0
    if m is None or text[end + 1 :].strip(" .?"):
        return None
    order = 0 if m["goal"] else 2 if m["twice"] else 1
    return Question((), order, place, len(text), (m.end(), end), sense=sense_of(m["goal"]))


Span = tuple[int, int]


def _below(low: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The unknowns that stand below a sign, and the places of the conditions on them.

    >>> _below("U, V ∈ R^n, w"), _below("w: ‖w‖ = 1"), _below("‖w‖ = c")
    ((('U', 'V', 'w'), ((0, 10),)), (('w',), ((3, 10),)), ((), ()))
    """
    names, conditions = list[str](), list[Span]()
    low = re.sub(GROUPED, r" \1 ", low)  # {R_i, t_i}, {X_j}
    low = re.sub(MEMBERS, lambda m: m["of"].ljust(len(m[0])), low) if "_" in low else low
    if m := re.fullmatch(BETWEEN, low):
        return (m.group("name"),), ((0, len(low)),)
    first = 0  # of names that one set is said of: U, V ∈ S
    for start, end in between(low, r"[,\n]"):
        m = re.fullmatch(UNKNOWN, low[start:end])
        told = re.fullmatch(rf"\s*(?:the\s+)?(?P<what>{TOLD})({LETTER})", low[start:end])
        if told and description(told.group("what")) is not None:
            names.append(told.group(2))
            conditions += [(start, end)] if description(told.group("what")) else []
            continue
        if m is None and names and re.search("[=≤≥∈⪰⪯≻⊥≠]", low[start:end]):  # x ∈ R^n, A x = b
            conditions.append((start, end))
            first = end + 1
            continue
        if m is None:
            break
        names.append(m.group(1))
        if of := re.match(r"\s*:\s*(?=.*[=≤≥])", low[start + m.end(1) :]):  # w: ‖w‖ = 1, w ≥ 0
            return tuple(names), (*conditions, (start + m.end(1) + of.end(), len(low)))
        if m.group("space"):
            conditions.append((first, end))
        first = end + 1 if m.group("space") else first
    else:
        return tuple(names), tuple(conditions)
    if names:
        return (), ()
    about = [_constrained(low[start:end]) for start, end in between(low, ",")]  # WᵀW = I
    return (tuple(about), tuple(between(low, ","))) if all(about) else ((), ())


def _constrained(condition: str) -> str:
    """The only letter of ‖w‖ = 1 or WᵀW = I; none where there are several."""
    plain = re.sub(r"_\{\w+\}|\^\{?[T⊤]\}?|[ᵀ⊤]", " ", condition)
    letters = set(re.findall(r"(?<!_)[^\W\d_]", plain)) - {"I"}
    return letters.pop() if len(letters) == 1 and re.search("[=≤≥]", condition) else ""


def _runs(text: str, goal: re.Match[str], low: str, known: Collection[str]) -> bool:
    """Whether min_k runs over an index, with which something in the text is indexed: it is no unknown."""
    if (m := re.fullmatch(BETWEEN, low)) and not re.fullmatch("[a-z]", m.group("name")):
        return False  # 0 ≤ α ≤ C
    if re.match(r"\s*\w\s*(?:=|(?:≠|!=)(?!\s*0\s*$)|<|≤)|\s*1\s*[≤<]", low):
        return True
    names = re.split("[∈≥≻⪰⊥≠:]", low)[0]
    letters = set(re.findall(r"(?<![^\W\d_])[^\W\d_](?![^\W\d_])", re.sub(r"_\{?\w+", "", names))) - set(known)
    behind = re.sub(r"(?:[‖|⟩]|min|max)\s*_\{?\w", "‖", text[goal.end() :])  # the F of ‖X‖_F is no index
    values = {c for c in re.sub(r"_(?:\{[^{}]*\}|\w)", " ", behind) if c.isupper()}  # the S of ‖W_S S‖ is one
    return any(search_in(as_index(letter), behind) for letter in letters - values)


def _derivative(text: str, place: int, known: Collection[str]) -> Question | None:
    """∂/∂X, d/dX, and as a fraction ((∂)/(∂X))."""
    if m := re.compile(BY_POWER).match(text, place):
        raise _power(text, m)
    for pattern in (FRACTION, BRACKETED, RATIO):
        m = re.compile(pattern).match(text, place)
        if m and SIGNS.get(m.group().lstrip("( ")[0]) not in known:
            return Question(*_by(text, m, m["twice"]), place, m.end())
    return None


def _by(text: str, m: re.Match[str], twice: str | None) -> tuple[tuple[str, ...], int]:
    """The unknowns below the line of ∂/∂x, ∂/∂σ², ∂/∂X⁻¹ and ∂²/∂x², and how often is differentiated."""
    square = m["square"] or ""
    if m["again"] and re.search("[2²]", square):
        return (f"{m['x']}²", named(m["again"])), 2  # ∂²ℓ/∂σ²∂μ
    if not square or twice or m["again"]:
        return _unknowns(m), 2 if twice or m["again"] else 1
    if re.match(r"[\^\s{]*[⊤ᵀT']", square):
        raise _row(text, m)
    return (f"{m['x']}{'⁻¹' if '1' in square or '¹' in square else '²'}",), 1


def _row(text: str, m: re.Match[str]) -> NotationError:
    """The error of ∂/∂xᵀ."""
    message = f"the derivative by a transpose is the row of derivatives, the transpose of ∂/∂{m.group('x')}"
    hint = f"write ∂/∂{m.group('x')}, and transpose the answer"
    return NotationError(message, text=text, span=m.span(), suggestion=hint)


def _power(text: str, m: re.Match[str]) -> NotationError:
    """The error of ∂/∂σ² and ∂/∂Σ⁻¹, whose unknown has no name of its own."""
    message = "a derivative by a power is no derivative by a name"
    hint = f"write the function with a new name for the power of {m.group('x')}"
    return NotationError(message, text=text, span=m.span(), suggestion=hint)


def _nabla(text: str, place: int, known: Collection[str], defined: Collection[str]) -> Question | None:
    """∇_w, ∇²_{W}, grad_w, D_x; not ∇_h f, which is the name of a gradient, nor ∇f(x) of an open function."""
    m = re.compile(NABLA).match(text, place)
    if m is None:
        return None
    low = m.group("low") or m.group("letter") or SUBSCRIPTS[m.group("sub")]
    if re.fullmatch(NAMES, low.strip()) is None:
        return None
    of_definition = text[m.end() :].strip(" .=?") in defined
    if m.group().startswith("D") and not of_definition and _is_matrix(text, m, low, known):
        return None
    link = re.compile(LINK).match(text, place)
    name = canonical(link.group()) if link else ""
    is_defined = link and re.search(rf"{re.escape(link.group())}\s*:?=", text)
    is_glued = link and text[m.end() : link.end()] in defined  # ∇_xf
    is_name = link and not is_glued and (re.compile(BEHIND_LINK).match(text, link.end()) or link.end() > m.end())
    if is_defined or name in known or is_name:
        return None
    again = "hess" in m.group()[:5] or m["twice"] or m["square"]
    return Question(tuple(map(named, listed(low))), 2 if again else 1, place, m.end())


def _is_matrix(text: str, operator: re.Match[str], low: str, known: Collection[str]) -> bool:
    """Whether D_x is a name: declared, used twice, no factor in front, or with an x that is but an index behind it."""
    behind = text[operator.end() :]
    unknowns = listed(low)
    is_name = not {"D", named(operator.group())}.isdisjoint(known) or operator.group() in behind
    is_name = is_name or re.match(rf"[^\W_]|{BEHIND_LINK}", behind) is not None
    return is_name or not all(re.search(rf"(?<![_{{]){re.escape(x)}", behind) for x in unknowns)


def _called(text: str, place: int) -> Question | None:
    """diff(f, x), f.diff(x) of SymPy, autograd.grad(f, [W, b]), hessian(f, x), around the whole function."""
    behind = re.compile(BY_METHOD).search(text, place) if ".diff(" in text else None
    if behind and behind["owner"] not in MODULES and not any(outside(text[place : behind.end("owner")], r"[-+*/@=;]")):
        return Question((named(behind["x"]),), 1, place, len(text), (place, behind.end("owner")))
    m = re.compile(CALLED).match(text, place)
    end = closing(text, m.end()) if m else 0
    behind = re.fullmatch(BEHIND_CALLED, text[end:])
    if m is None or behind is None:
        return None
    *_, comma = [0, *(sign.start() for sign in outside(text[m.end() : end], r",(?!\s*\w+\s*=)"))]
    x = re.fullmatch(rf"\s*[\[(]?({NAMES})[\])]?\s*{KEPT}", text[m.end() + comma + 1 : end])
    names = tuple(map(named, listed(x[1])))[: 1 if behind["first"] else None] if comma and x else ()
    return Question(names, 1 + bool(m["twice"]), place, len(text), (m.end(), m.end() + comma)) if names else None


def _of(text: str, place: int, known: Collection[str], defined: Collection[str]) -> Question | None:
    """((∂ f)/(∂X)), ∂(f)/∂X, ∂‖Ax‖²/∂x, d(f)/dx, dL/dW where L = …: the operator holds the function."""
    is_fraction = text.startswith("((", place)
    head = re.compile(rf"(?:\(\(\s*)?{DERIVATIVE}").match(text, place)
    letter = head.group().lstrip("( ")[0] if head else ""
    is_word = letter in SIGNS and not is_fraction
    name = re.compile(rf"{LETTER}(?=\s*(?:\)|/))").match(text, head.end()) if head else None
    last = re.compile(rf"\s*/\s*(?={letter}){BELOW}{UNSAID}").search(text, head.end()) if head else None
    held = text[head.end() : last.start()].strip() if head and last else ""
    is_named = (name is not None and named(name.group()) in defined) or held in defined  # d log L/dμ, dσ²/dw
    is_held = is_named or bool(held and (held.endswith("²") or not re.fullmatch(LETTER, held)))
    is_held = is_held or bool(head and text.startswith("(", head.end()))
    if head is None or (is_word and (SIGNS[letter] in known or not is_held)):
        return None
    end = closing(text, head.end()) if is_fraction else _bracket(text, head.end())
    middle = r"\)\s*/\s*\(" if is_fraction else r"\s*/\s*"
    m = re.compile(middle + BELOW + (r"\)\)" if is_fraction else r"(?!\w)")).match(text, end)
    if m is None and last and not is_fraction:
        m, end = last, last.start()
    if m and is_held and re.compile(r"\s*(?:\^\{?\s*[-−]?\s*[0-9]|[⁻¹³⁴⁵⁶⁷⁸⁹])").match(text, m.end()):
        raise _power(text, m)
    zero = rf"=\s*0(?:\s*{SO}|\s+for\s+{m['x']})?[\s.?]*$" if m else ""  # solve df/dx = 0 for x
    more = rf"(?!{UNSAID})\s*(?!{zero})[^\s.]" if is_word else r"\s*(?:[-+−*·]|\(\s*[0-9])"  # ∂L/∂w + …
    if m and re.compile(more).match(text, m.end()):
        message = "a derivative can only be asked for in front of the whole function"
        hint = "name the unknown with wrt" + (", or declare d: scalar" if is_word else "")
        raise NotationError(message, text=text, span=(place, m.end()), suggestion=hint)
    if m is None or not text[head.end() : end].strip():
        return None
    if is_fraction and letter in SIGNS and not is_named:
        return None
    names, order = _by(text, m, head["twice"])
    whole = len(text) if re.compile(UNSAID).match(text, m.end()) else m.end()
    return Question(names, order, place, whole, (head.end(), end))


def _bracket(text: str, place: int) -> int:
    """The end of a bracket, or of a single name, that begins at a place."""
    if text.startswith("(", place):
        return closing(text, place + 1) + 1
    name = re.compile(rf"{LETTER}(?=\s*/|\()").match(text, place)
    end = name.end() if name else place
    return closing(text, end + 1) + 1 if name and text.startswith("(", end) else end


def _unknowns(m: re.Match[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(named(name) for name in (m["x"], m.groupdict().get("again")) if name))
