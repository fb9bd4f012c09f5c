r"""A question in words: ``the gradient of f with respect to x``, ``differentiate f wrt X``, ``minimum of f over x``.

In goes the plain spelling of a statement, out comes the ``Question`` that it is.
"""

from __future__ import annotations

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.descriptions import are_acting
from matdiff.language.left_sides import HEAD, arguments, called, stands
from matdiff.language.names import AND, GREEK_WORDS, LETTER, LISTED, SUBS, listed, named
from matdiff.language.phrases import SPACE, description
from matdiff.language.questions import FUNCTION, GOAL, SO, TOLD, UNSAID, WITH_RESPECT, Question, question_at, sense_of
from matdiff.regex import match_at, regex, search_in

VERBS = frozenset(
    "find,compute,calculate,determine,evaluate,derive,get,obtain,estimate,take,explain,consider,set,check,verify,show,give,"
    "solve,know,understand,solve for,what does,what would,what should,what is,what are,what's,whats,tell me,show me,"
    "give me,how about,set up,write down,write,state,when is,when does".split(",")
)
DOING = frozenset("finding computing calculating determining evaluating deriving getting obtaining taking".split())
GREETING = r"(?:[Hh]i|[Hh]ello|[Hh]ey)(?:\s+(?:all|everyone|there|guys|folks))?"
LEADS = (  # how can I, we are trying to
    r"(?i:please|pls|now|first(?:ly)?|next|finally|how|what(?=\s+the)|can(?:not|['’]?t)?|could(?:n['’]?t)?|must|would|should|do|i|we|you|one|someone|anyone|i'[md]|we'd|am|are|want|need|like|have|wish"
    r"|trying|asked|to|help|me|show|go|about|wonder(?:ing)?|was|not|don['’]?t|sure|does|let(?:'s|\s+us|\s+me)"
    r"|us(?:e|ing)\s+(?:the\s+)?(?:[a-z]+\s+){1,2}(?:rules?|trick|identity|lemma|formula))"
)
SHOWN = (  # the gradient dL/dW
    r"(?:[Tt]he\s+)?(?:partial\s+)?(?:(?:gradient|derivative|[Jj]acobian)s?(?:\s+matrix)?(?=\s+(?:∇|[∂d]\w*/[∂d]))"
    r"|[Hh]essian(?:\s+matrix)?(?=\s+(?:∇²|[∂d]²))"
    r"|(?:stationarity|optimality|first[-\s]order)\s+conditions?(?=\s+(?:∇|[∂d]\w*/[∂d])))"
)
NEED = r"(?:[Ww]ant|[Nn]eed(?!\s+not)|[Ll]ooking\s+for|(?<=d\s)like)(?!\s+to)"
VERB = (
    rf"(?:and\s+(?:then\s+)?)?(?:{GREETING}\s+)?(?:(?:{LEADS},?\s+)*(?:"
    + "|".join(
        rf"[{verb[0].upper()}{verb[0]}]{verb[1:]}".replace(" ", r"\s+") for verb in sorted(VERBS | DOING, reverse=True)
    )
    + rf"|{NEED})(?!\s+that\b)"
    rf"(?:\s+(?:(?:(?:all|the)\s+)*(?:steps|derivation|proof)\s+(?:for|of)|{FUNCTION}|{SHOWN}|my(?=\s)))?"
    rf"|{SHOWN}"
    rf"|(?!to\b)(?:{LEADS}\s+)*{LEADS}(?=,?\s+(?:differentiate|m(?:in|ax)imi[sz]e|the\s+(?:gradient|derivative))\b))"
)
DERIVED = (
    r"(?:(?:the|its|my|our|this|both|all|an?)\s+)*(?:(?:first(?:[-\s]order)?|partial|total|matrix|vector|full|correct|right|exact|analytic(?:al)?|closed[-\s]form|vectori[sz]ed|formula\s+for\s+the)\s+)*"
    r"(?:(?P<twice>(?:second|2nd)[-\s]+(?:order\s+|partial\s+)?derivatives?|hessian)|deriv(?:atives?|\b)|(?:\(?sub\)?)?gradients?(?!\s+(?:de|a)scent)|subdifferential|grads?|diff|∇(?=\s+of\b)|jacobian|score(?:\s+function)?|partials|back-?prop(?:agation)?)"
    r"(?:\s+(?:matrix|vector))?"
)
THANKS = r"(?:please|pls|(?:[Tt]hanks|[Tt]hank\s+you|thx)(?:\s+(?:in\s+advance|a\s+lot|so\s+much))?!*)"
ENDING = (  # the gradient wrt x is, …, step by step
    rf"(?:(?!\s*=){UNSAID}|(?:,?\s+(?:is|we\s+(?:get|have|obtain|find)|analytically|explicitly|exists|only|first|computed|found"
    rf"|calculated|derived|obtained|have\s+a\s+closed\s+form|and\s+simplify|step[-\s]by[-\s]step|{THANKS}))?[\s.?]*$)"
)
RESPECT = rf"{WITH_RESPECT}(?![\w.])\s+"
BY = rf"{RESPECT}(?:the\s+)?(?:{TOLD})?"
ASKED_BY = rf"(?:by\s+|in\s+|at\s+|{BY})"  # as people say behind the word derivative; a size is n by n, too
NAMES = rf"(?P<names>{LISTED})"
ROLE = rf"(?:{RESPECT}|(?:in|by)\s+)?(?:(?:the|our|my)\s+)?(?:{TOLD})?"
TOLD_NAMES = rf"(?P<names>{LETTER}(?:{AND}{ROLE}{LETTER})*)"  # of the weights w and the bias b, and wrt b
ALL = rf"(?:for|in|{WITH_RESPECT})\s+(?:both|each|every|all)(?:\s+(?:of\s+them|variables?|arguments?|parameters?))?"
POINTS = (
    r"(?P<points>(?:stationary|critical)(?:\s+points?)?|stationarity(?:\s+conditions?)?|first[-\s]order\s+conditions?"
    r"|FOCs?(?!\w)|equilibrium(?:\s+conditions?)?|normal\s+equations?)(?:\s+(?:for|of)\s+m(?:in|ax)(?:imi[sz]ing)?(?=\s))?"
)
BEST = rf"(?:all\s+)?(?:the\s+)?(?:(?P<best>minimum|maximum|minimi[sz]er|maximi[sz]er)(?:\s+value)?|{POINTS})"
IT = r"(?:this|it|that|everything|the\s+(?:above|whole\s+thing))"
OF = rf"(?:\s+(?:of|for)\b(?:\s+(?:{FUNCTION}|{IT}(?=\s+{ASKED_BY})))?|\s*:)\s*"
IN_SPACE = rf"(?P<space>\s*(?:(?:∈|\bin\b)\s*{SPACE}|(?:[≻⪰≽≥>]|>=)\s*0(?![\w.])|\((?:[a-z]+[\s-])*[a-z]{{4,}}\)))?"
# wrt x ∈ ℝ^n, over X ≻ 0, wrt X (symmetric)
VALUE_OF = (
    r"(?:the\s+|(?:for\s+)?(?:which|what)\s+)?(?:optimal\s+|best\s+)?(?:values?|choices?)\s+(?:of|for)\s+(?:the\s+)?"
)
ASKED = (
    rf"(?i)\s*(?:(?:{DERIVED}|{BEST}|(?P<direct>differentiat(?:e|ing)))(?:\s+(?P<open>\()?{ASKED_BY}{TOLD_NAMES}{IN_SPACE}(?(open)\s*\)))?(?:(?P<of>{OF})|{ENDING}|(?=[\s.?]|$))"
    rf"|(?:{VALUE_OF}|(?:the|an?)\s+|(?:for\s+)?(?:which|what)\s+)?(?P<told>{TOLD})?(?P<sought>(?!(?:that|which)\b){LETTER}(?:(?:,\s*|\s+and\s+){LETTER})*)\s+(?:(?:that|which|so\s+as\s+to|to|by)\s+)?(?P<goal>m(?:in|ax)imi[sz](?:es?|ing))\b)"
    rf"(?:\s+(?:{FUNCTION}|(?:it|this)(?=[\s.?]*$|\s+{ASKED_BY})))?"
)
IN_A_SET = rf"\s+{LETTER}\s*(?:[∈≻⪰≽≥>]|in\b)"  # of a over b the first may be a number
AT_END = rf"(?:^|\s|(?<=\s)){BY}{TOLD_NAMES}{IN_SPACE}{ENDING}"
ASKED_AT_END = rf"(?:^|\s|(?<=\s)){ASKED_BY}{TOLD_NAMES}{IN_SPACE}{ENDING}"
BEHIND = (  # f wrt X, f(X) by X, f – gradient by X, f (gradient by X)
    rf"(?:(?:(?<=\S)\s+|(?<=\n)\s*)(?P<bracket>[\[(])?\s*(?(bracket)|(?!over(?!{IN_A_SET}|\s+[A-Z][\s.?]*$)))(?:[Dd]ifferentiat(?:ed?|ing)\s+)?{BY}"
    r"|(?:(?<=[)\]'′|‖²³ᵀ,;₁₂])|(?<=[\^_]\d))\s+by\s+"
    rf"|(?<=\S)\s+(?:[-−–—:]\s+)?(?P<within>\()?(?i:{DERIVED})\s+{ASKED_BY}){TOLD_NAMES}{IN_SPACE}"
    rf"(?(bracket)\s*[\])]|(?(within)\s*\))){ENDING}"
)
ALONE_BEHIND = (  # f gradient x, f gradient?, f d/dx
    rf"(?<=[^-+−–*/=\s])(?<!\bby)\s+(?i:{DERIVED}\s*|(?:d/d|∂/∂)(?=\S))"
    rf"(?P<names>(?:(?<=[\sd∂])(?:{'|'.join(GREEK_WORDS)}|[^\W\d_])[0-9]?)?)[\s.?]*$"
)
BEHIND_A_SIGN = (  # f, gradient? f, gradients for W and b
    rf"\s*(?i:{DERIVED}|(?:all\s+)?(?:the\s+)?{POINTS}|(?P<goal>m(?:in|ax)))(?:\s+(?:please|pls|thanks|first|{ALL}|(?:(?:for|to|in|by|through)\s+(?:both\s+)?)?{NAMES}))?!*{ENDING}"
)
ESTIMATE = (  # the maximum likelihood estimator of μ: ℓ
    r"(?i)\s*(?:the\s+)?(?:(?:maximum[-\s]likelihood|ML)\s+(?:estimat(?:ors?|es?)|solutions?)|MLEs?)"
    rf"\s+(?:of|for)\s+(?P<what>(?:the\s+)?(?:{TOLD})?){NAMES}(?:\s*:(?:\s*(?P<goal>m(?:in|ax)(?:imi[sz]e)?)(?![\w(]))?|\s+(?:from|under|in)\b|(?=[\s.?]*$))"
)
GOAL_ALONE = rf"(?i)\s*m(?:in|ax)(?:imi[sz]ed?)?\s+{RESPECT}{NAMES}{IN_SPACE}[\s.?]*$"
GOAL_BEHIND = (  # f, minimise over x
    r"(?:^|(?<=\S)\s+|(?<=\s))(?i:(?P<goal>(?:arg\s?)?m(?:in|ax)(?:imi[sz]ed?)?))"
    rf"(?:\s+(?:{RESPECT}|(?<=[sz]e\s)){NAMES}{IN_SPACE}"
    rf"|_(?P<low>\{{)?{NAMES.replace('names', 'under')}(?(low)\}}))[\s.?]*$"
)
SOUGHT = (  # f, find W; f, optimal W; f, W is the unknown
    rf"\s*(?P<best>(?:the\s+)?(?:optimal|best)\s+(?P<role>{TOLD})?)?(?P<x>{LETTER})"
    r"(?P<told>\s+(?:is|are|being)\s+(?:the|my)\s+(?:variable|unknown))?[\s.?]*$"
)
TELLS = regex(r"optimal|best|variable|unknown")
TO_ZERO = (  # set the derivative of f to zero; when is the gradient zero?
    rf"(?:\s+(?:equal\s+)?to\s+(?:zero|0)|(?<!\bat)(?<!\bat\s\w)\s+zero|\s+vanish|\s*=\s*0)(?:\s*{SO})?[\s.?]*$"
)
OPERATOR = regex(r"\s*\(*[∂∇d]")
OF_NAMES = rf"\s*(?:(?:\(\s*|{RESPECT}){NAMES}\s*\)?)?(?:\s*=(?=[\s.?]*$))?{ENDING}"
NABLA = (
    rf"\s*(?:(?P<g>{LETTER})\s*:?=\s*)?(?:(?P<twice>∇²\s*|hess\s+)|∇\s*|(?:grad|nabla)\s+|(?P<d>D)\s*)(?P<log>log\s+)?"
    rf"(?P<f>{LETTER}){OF_NAMES}"
)
BARE = (  # f, ∇_x; f, over x
    rf"\s*(?:(?:[∇∂]|nabla)(?P<twice>²|\^\{{?2\}}?)?\s*(?P<low>_)?\s*\{{?|over\s)\s*{NAMES}\s*\}}?[\s.?]*$"
)
GLUED = rf"\s*d(?P<f>{LETTER})d(?P<names>{LETTER})[\s.?]*$"  # f = tr(A B), dfdA?
PRIMED = rf"\s*(?P<f>{LETTER})\s*['′]{OF_NAMES}"
OF_THE_FUNCTION = (  # dL/dw behind a function that has no name, and dw
    rf"\s*(?:\(\(\s*)?(?P<sign>[d∂])(?:\s*(?P<f>⟪?[A-Za-z](?:(?!²)\w)*⟫?)\s*\)?\s*/\s*\(?\s*(?P=sign)\s*)?(?P<x>{LETTER})"
    rf"\s*(?:\)\))?\s*=?{ENDING}"
)
GOAL_AHEAD = rf"(?i)\s*{GOAL}"
SQUARED, SQUARE = regex(r"(?i)\bsquared?\b"), regex(r"²|\^\s*\{?2|['ᵀ⊤]|\^\s*\{?T|[^\W\d_]\(|\b(?:mse|sse)\b")
TOPICS = regex(  # of a question
    r"(?i)deriv|diff|d/d|∂/∂|∇|point|station|critical|m(?:in|ax)(?:_|\s|$)|first|FOC|equilib|partials|hess|grad|jacob|score|minim|maxim|ML|backprop|normal\s+eq"
)
BY_WHAT = regex("(?i)respect|over|by|w.{0,2}r.{0,2}t")
DEFINED = r"(?<![\w∇∂]){}\s*(?:\((?P<arguments>[^()=;|]*)[^()]*\)|\[[^][]*\])?\s*:?="
QUOTIENT = r"[d∂]\w*/[d∂]\w+|∇\w*|\w['′](?:\(\w+\))?"  # dL/dW, ∇f, f′(x)
GOALS = tuple(f"m{kind}imi{s}{end}" for kind in ("in", "ax") for s in "sz" for end in ("e", "es", "ing"))
ALONE = frozenset(("of", "wrt", "over", "differentiate", *GOALS, *VERBS))
ANSWERS = frozenset(
    "derivative derivatives gradient gradients grad hessian jacobian minimum maximum stationary critical minimizer "
    "minimiser maximizer maximiser".split()
)
WORDS = ALONE.union(
    ANSWERS,
    "the its first second order partial total matrix vector full point points value for function expression "
    "objective loss to with respect what is that which likelihood log-likelihood negative".split(),
)


def is_verb(word: str) -> bool:
    """Whether a word in front of a statement does but ask for it: find, what is, now compute."""
    m = re.match(VERB, f"{word} ∇", flags=re.IGNORECASE)  # the gradient is a word of a verb in front of ∇f
    return m is not None and m.end() == len(word)


def is_request(words: list[str]) -> bool:
    """Whether words are those of a question, beside which its formulas stand.

    >>> is_request("Find the gradient of".split()), is_request("find dL/dW".split()), is_request(["loss", "on"])
    (True, True, False)
    """
    asked = re.sub(FUNCTION, "function", re.sub(rf"^{VERB}", "find", re.sub(AT_END, " wrt", " ".join(words)))).lower()
    said = [word.strip(".,;:?") for word in asked.replace("w.r.t", "wrt").split()]
    if said[1:2] == ["that"] and said[0] in VERBS:
        return False  # a claim
    if len(said) > 1 and said[0] in VERBS and re.fullmatch(QUOTIENT, said[-1]):
        said.pop()
    return said[0] in ALONE if len(said) == 1 else all(word in WORDS for word in said)


def asks_behind(statement: str) -> bool:
    """Whether a statement ends with an unknown: f wrt x, f (gradient by x), the derivative of f by x; not n by n."""
    at_end = ASKED_AT_END if match_at(rf"\s*(?i:{DERIVED})\s", statement, 0) else AT_END
    found = search_in(at_end, statement) or search_in(BEHIND, statement) or match_at(BEHIND_A_SIGN, statement, 0)
    return found is not None


def request_at(text: str, place: int, whole: str = "") -> Question | None:
    """The question in words that a text is from a place on, the beginning of a *whole* one; None of another.

    >>> request_at("the gradient of x'A x wrt x", 0)
    Question(names=('x',), order=1, start=0, end=27, inner=(16, 21), declared=(), sense='')
    """
    if of_name := of_a_name(text, place, whole or text) or _sought(text, place, whole) or _set_to_zero(text, place):
        return of_name
    operator = question_at(text, place, ()) if OPERATOR.match(text, place) else None
    if operator and operator.order and not operator.inner and match_at(UNSAID, text, operator.end):
        return operator._replace(end=len(text), inner=(len(text), len(text)))  # f; ∂/∂x = ?
    bare = match_at(BARE, text, place) if text[:place].strip() else None
    last = bare["names"][1:] if bare else ""
    is_glued = last and re.search(DEFINED.format(re.escape(last)), text[:place])  # f = …, ∇_xf
    is_by = bare and (bare["low"] or "over" in bare[0] or ("∇" in bare[0] and _is_open(bare["names"], text[:place])))
    if bare and is_by and not is_glued and bare.group().strip(" .?") not in text[:place]:
        return Question(_listed(bare["names"]), 2 if bare["twice"] else 1, place, len(text), (len(text), len(text)))
    if unnamed := _of_the_function(text, place, whole):
        return unnamed
    if not TOPICS.search(text, place):
        return _asked_behind(text, place) if BY_WHAT.search(text, place) else None
    behind = match_at(BEHIND_A_SIGN, text, place)
    is_ahead = not text[:place].strip() and not whole.startswith(":", len(text))  # gradient? f(x) = …
    behind = None if behind and behind["names"] and is_ahead else behind
    if behind and not (behind["names"] and re.search(DEFINED.format(re.escape(behind["names"])), whole or text)):
        names = _listed(behind["names"] or "") or _arguments(text, len(text))
        order = 0 if behind["points"] or behind["goal"] else 2 if behind["twice"] else 1
        return Question(names, order, place, len(text), (len(text), len(text)), (), sense_of(behind["goal"]))
    if estimate := match_at(ESTIMATE, text, place):
        declared = _told(text, estimate) if estimate["what"] else ()
        inner = estimate.end(), len(text.rstrip(" .?"))
        return Question(
            _listed(estimate["names"]), 0, place, len(text), inner, declared, sense_of(estimate["goal"] or "max")
        )
    asked = match_at(ASKED, text, place)
    return _asked_ahead(text, place, asked, whole or text) if asked else _asked_behind(text, place)


def _asked_ahead(text: str, place: int, asked: re.Match[str], whole: str) -> Question | None:
    """What is asked in front of the function: the gradient of f wrt x, the minimum of f over x."""
    sought = asked.group("sought")
    is_word = sought and re.fullmatch("[A-Za-z]{3,}", sought) and sought not in GREEK_WORDS
    if is_word and not stands(sought, whole.replace(asked[0], "")):
        sought = None  # a firm maximises
    ahead = asked.group("names") or sought
    by = None if ahead else search_in(ASKED_AT_END, text, asked.end())
    names = _listed(by.group("names") if by else ahead) if by or ahead else _arguments(text, asked.end())
    if not by and not names and not any(asked.group("of", "direct", "sought")):
        return None
    goal = asked.group("best") or asked.group("goal")
    order = 0 if goal or asked.group("points") else 2 if asked.group("twice") else 1
    inner = asked.end(), by.start() if by else len(text.rstrip(" .?"))
    if SQUARED.search(asked[0]) and not SQUARE.search(whole.replace(asked[0], "")):
        message = "the words say that the function is a square, and the formula shows none"
        raise NotationError(message, text=text, span=asked.span(), suggestion="leave out the words")
    declared = _told(text, by or asked) if by or asked.group("names") else ()
    if sought and asked["told"]:
        _require_description(text, asked.span("told"), asked["sought"])
        declared += ((asked.start("told"), asked.end("sought")),)
    return Question(names, order, place, len(text), inner, declared, sense_of(goal))


def of_a_name(text: str, place: int, whole: str) -> Question | None:
    """∇f, grad f, dfdx and f'(x) of an f that the whole text defines; the h' of h = A x is a transpose."""
    nabla = match_at(NABLA, text, place) if any(sign in text for sign in ("∇", "grad", "nabla", "hess", "D")) else None
    glued = match_at(GLUED, text, place) if text[place:].lstrip().startswith("d") and not nabla else None
    nabla = glued if glued and not re.search(DEFINED.format(glued.group().strip(" .?")), text) else nabla
    of_name = nabla or (match_at(PRIMED, text, place) if "'" in text or "′" in text else None)
    head = re.search(DEFINED.format(of_name.group("f")), whole) if of_name else None
    d = of_name.groupdict().get("d") if of_name else None  # of Df, which may be a product
    if not (of_name and head and (head.group("arguments") or (nabla and not d))):
        return None
    if d and stands(d, whole[:place] + whole[of_name.end("d") :]):
        return None
    if (g := of_name.groupdict().get("g")) and stands(g, whole[:place] + whole[len(text) :]):
        return None  # g = ∇f(x), which something else uses
    names, given = _listed(of_name.group("names") or head.group("arguments") or ""), head.group("arguments") or ""
    if {re.sub(rf"[_{SUBS}].*", "", name) for name in names} <= {*_listed(given)}:
        names = _listed(given)  # ∇f(x_k) of f(x) = …
    inner = of_name.span("f")
    if log := of_name.groupdict().get("log"):  # ∇ log p of log p(x) = …, or of p(x) = …
        inner = (len(text),) * 2 if whole[: head.start()].endswith(log) else (of_name.start("log"), inner[1])
    return Question(names, 2 if of_name.groupdict().get("twice") else 1, place, len(text), inner)


def _is_open(name: str, front: str) -> bool:
    """Whether a text has a name and does not define it: β of f, ∇β."""
    return stands(name, front) and not re.search(DEFINED.format(re.escape(name)), front)


def _of_the_function(text: str, place: int, whole: str) -> Question | None:
    """dL/dw behind a function without a name, and dw, where neither L nor a formula of w stands elsewhere."""
    m = match_at(OF_THE_FUNCTION, text, place) if text[:place].strip() else None
    if m is None:
        return None
    f, x, rest = m["f"], m["x"], text[:place] + whole[len(text) :]
    if f:
        rest = re.sub(rf"(?<![^\W\d_]){f}_(?:\w{{2,}}|\{{\w{{2,}}\}})(?=\s*:?=)", " ", rest)  # L_ridge = …, dL/dw
        is_open = f.strip("⟪⟫") not in re.sub(rf"[^\W\d_]{{3,}}|[d∂]\s?{re.escape(f)}\s*/", " ", rest)
        if is_open:
            _require_same(text, f, m.span("f"), place)
    elif re.match("[A-Za-z]{2}", x) or text[:place].rstrip().endswith(":"):
        is_open = False  # delta
    else:
        is_open = stands(x, text[:place]) and not re.search(DEFINED.format(re.escape(x)), rest)
    return Question((named(x),), 1, place, len(text), (len(text), len(text))) if is_open else None


def _require_same(text: str, f: str, span: tuple[int, int], place: int) -> None:
    """Refuses dg/dx behind f = …, where each statement has a left side; loss, dL/dw has a short name."""
    parts = [part for part in re.split(r"[;\n]|[.?]\s|,(?![^()]*\))|\bwhere\b", text[:place]) if part.strip()]
    heads = [HEAD.match(part) for part in parts]
    names = [called(head) for head in heads if head]
    initials = f.strip("⟪⟫")[0].lower() + "l" * f.endswith("LL")  # NLL, of a negative log-likelihood
    nouns = [name for name in names if re.fullmatch("[a-z]{4,}", name) and name not in GREEK_WORDS]  # cost, dJ/dw
    is_short = f.strip("⟪⟫").isalpha() and (nouns or any(name[:1].lower() in initials for name in names))
    if all(heads) and not is_short:
        message = f"{f} is a function that is not given; the text gives {' and '.join(names)}"
        raise NotationError(message, text=text, span=span, suggestion=f"ask for that of {names[0]}, or give {f} = …")


def _sought(text: str, place: int, whole: str) -> Question | None:
    """The W of f, find W, and of solve for W: f, which the text has and does not define."""
    front = text[:place].rstrip()
    is_asked = re.search(r"(?:[Ff]ind|[Dd]etermine|[Ss]olve\s+for)$", front[-40:])  # a verb and its blanks
    m = match_at(SOUGHT, text, place) if is_asked or TELLS.search(text) else None
    rest = front + (whole[len(text) :] if whole.startswith(":", len(text)) else "")
    if not (m and (is_asked or m["best"] or m["told"]) and stands(m["x"], rest)) or are_acting(m["role"] or ""):
        return None
    is_defined = re.search(DEFINED.format(re.escape(m["x"])), text)
    end = len(text)
    return None if is_defined else Question((named(m["x"]),), 1 if m["told"] else 0, place, end, (end, end))


def _set_to_zero(text: str, place: int) -> Question | None:
    """Set the derivative of f to zero: the points where it is."""
    zero = search_in(TO_ZERO, text, place) if re.search("0|zero|vanish", text) else None
    asked = request_at(text[: zero.start()], place) if zero else None
    return asked._replace(order=0, end=len(text)) if asked and asked.order == 1 else None


def _asked_behind(text: str, place: int) -> Question | None:
    """What is asked behind the function: f by X, f over X, minimised over X."""
    seeks = re.search("(?i)min|max|inf|sup", text)
    is_goal = seeks and match_at(GOAL_AHEAD, text, place)
    is_last = seeks and (not is_goal or match_at(GOAL_ALONE, text, place))
    last = search_in(GOAL_BEHIND, text, place) if is_last else None
    behind = last or (None if is_goal else search_in(BEHIND, text, place))
    if seeks and not behind and place and match_at(GOAL_AHEAD, text):
        behind = search_in(AT_END, text, place)  # minimise f where a = x − b, over x
    if behind is None:
        alone = search_in(ALONE_BEHIND, text, place)
        if alone is None:
            return None
        names = _listed(alone["names"] or "")
        return Question(names, 2 if alone["twice"] else 1, place, len(text), (place, alone.start()))
    order = 0 if last else 2 if behind.groupdict().get("twice") else 1
    sense = sense_of(last and last["goal"])
    inner = place, behind.start()
    under = last and last["under"]
    told = () if under else _told(text, behind)
    return Question(_listed(under or behind["names"]), order, place, len(text), inner, told, sense)


def _told(text: str, asked: re.Match[str]) -> tuple[tuple[int, int], ...]:
    """The places of «symmetric matrix X» and «X ∈ ℝ^{n×n}» where a question by X says what X is.

    Errors: NotationError where words there say something else, as in wrt log X.
    """
    start, end = asked.span("names")
    keyword = [*re.finditer(rf"{RESPECT}|\bby\s+", text[asked.start() : start])][-1:]
    begins = [asked.start() + keyword[0].end() if keyword else start]
    begins += [start + sign.end() for sign in re.finditer(rf"{AND}(?:{RESPECT}|(?:in|by)\s+)?", text[start:end])]
    ends = [*(start + sign.start() for sign in re.finditer(AND, text[start:end])), end]
    told = []
    for first, last in zip(begins, ends, strict=True):
        place = max(first, last - len(text[first:last].split()[-1]))
        if _require_description(text, (first, place), text[place:last]):
            told.append((first, last))
    of_space = ((start, asked.end("space")),) if asked.groupdict().get("space") else ()
    return (*told, *of_space)


def _require_description(text: str, span: tuple[int, int], names: str) -> str:
    """What words say of the unknowns behind them; refused where they say nothing that is known."""
    words = text[slice(*span)]
    says = description(words)
    if says is None and re.match(r"(?:the|our|my)\s", words) and not are_acting(words):
        return words  # the portfolio weights w
    if says is None:
        message = f"{words.strip()} says nothing of {names} that is known"
        raise NotationError(message, text=text, span=span, suggestion=f"write wrt {names}, and declare what it is")
    return says


def _arguments(text: str, place: int) -> tuple[str, ...]:
    """The x of f(x) = … at a place; of the only such left side where nothing stands there, or f or f(x)."""
    said, own = re.sub(r"(?:\(.*|²|\^2)$", "", text[place:].strip(" .?")), HEAD.match(text, place)  # f(x), f²
    own_names = (said, named(said)) if said else ()  # φ is phi
    heads = [own] if own else [head for head in HEAD.finditer(text) if not said or called(head) in own_names]
    found = {names for head in heads if (names := arguments([head]))}
    return tuple(map(named, found.pop())) if len(found) == 1 else ()


def _listed(names: str) -> tuple[str, ...]:
    return tuple(named(name.split()[-1]) for name in listed(names) if name)
