"""Where a text parts into statements: at commas, semicolons, line breaks, full stops and words such as where.

In goes the plain spelling of a text, out come its statements, each with the sign or word in front of it; and once
conditions and questions are taken out, the changes that leave definitions and a function with the signs between them.
"""

from __future__ import annotations

from collections.abc import Iterator

from matdiff import regex as re
from matdiff.errors import NotationError
from matdiff.language.left_sides import HEAD, Piece
from matdiff.language.names import ABBREVIATED, DOTS, LETTER, MARKS, NAMES, SPELT_GREEK, TWICE, as_index
from matdiff.language.outside import between, outside
from matdiff.language.phrases import RANK, description, said_of_names
from matdiff.language.questions import FUNCTION, GOAL_OVER, WITH_RESPECT
from matdiff.language.requests import AT_END, BEHIND_A_SIGN, GREETING, ROLE, VERB, asks_behind, is_verb
from matdiff.language.side_conditions import DECLARED, INNER, OF_SET, TOLD
from matdiff.language.transcript import Edit
from matdiff.regex import match_at, regex, search_in

IN_FRONT = frozenset("let assume suppose given with for if when".split())
RANGED = r"=\s*[-−+\w\s()]*(?:\.\.|…|⋯|[,:;.\n]|to\b|$)"  # = 1..K; what is defined has signs of other kinds
COUNTED = rf"(?!\s+(?:(?:all|each|every)\s+)?\w+\s*(?:{RANGED}|,\s*\w+\s*=|\bin\b(?!\s*R)|∈\s*\{{|[;.,\n]|$))"
SUMMED = r"(?:all\s+)?(?:summed|summing|added)(?:\s+up)?"
SUMMED = rf",\s*(?:(?:{SUMMED}|sum)\s+over\b|{SUMMED}(?=[\s.?]*(?:$|[;\n])))"  # … , summed over i, j
STEPS_SHOWN = r"[Ss]how\s+(?:(?:all|each|every|me|the|your)\s+)*(?:steps?|work(?:ing)?|derivation)"
TO_ZERO = r"set\s+(?:(?:it|them|this)\s+)?(?:equal\s+)?to\s+(?:zero|0)"
SOLVED = rf"(?:(?:and|[Pp]lease)\s+)?(?:simplify(?:\s+it)?|{STEPS_SHOWN}|{TO_ZERO})(?=[\s.]*$)"
HEADING = (
    r"(?:(?i:(?:quick|simple|basic|my)\s+q(?:uestion)?|question|problem|homework|task|example"
    r"|q(?=\s*:\s+(?:[∂∇]|d\w*/d|[a-z]{3})))(?:\s+[0-9.]+)?\s*(?::|[-–—]+(?=\s)))"  # Q: df/dx?
)
LEARNT = (  # given, now suppose that we have, let us assume the loss is
    r"(?:(?:(?:[Ii](?:\s+a|')m|[Ii]\s+was|[Ww]e(?:\s+a|')re)\s+|(?<!\bis )(?<!\bare )(?<!\ba ))[Gg]iven(?!\s+by\b)"
    r"|(?:(?:[Nn]ow|[Ss]ay)\s+)?(?:[Aa]ssum(?:e|ing)|[Ss]uppose))"
    rf"(?:\s+that|\s+(?:I|we|you)(?:\s+have|\s+are\s+given))?(?:\s+(?:there\s+is\s+)?{FUNCTION}(?:\s+is)?(?=\s))?"
)
WORD = (
    rf"(?<![\w.])(?:{SOLVED}|"
    rf"(?<!\S)(?:{GREETING}\s*[,!.:]+|{HEADING})|(?:[Ii]|[Ww]e)\s+have(?!\s+to\b)|[Ww]here|[Hh]ere|[Ww]ith(?!\s+respect)"
    rf"|[Ss]ubject\s+to|such\s+that|[Ll]et(?!'s|\s+(?:us|me)\b)|{LEARNT}|[Nn]ote\s+that"
    rf"|(?<!\bthe )(?<!\ba ){VERB}"
    rf"|[Aa]nd(?:\s+also)?|[Aa]lso|[Tt]hen|[Ii]f|[Ww]hen|s\.\s?t\.|⟪s\.?t\.?⟫|⟪given⟫|[Ff]or{COUNTED})(?![\w(\[]|\s*:?=)(?:(?<=\w):(?=\s))?"
)
# a full stop, but not in s. t., nor in 2. unless a question follows, or a letter behind h = A x - 1 or n by 1
ASKS = r"(?:(?:the\s+)?(?i:(?:sub)?grad|deriv|partials|hess|jacob)|[∇∂]|d\w*\s*/|δ\w*\s*/\s*δ)"
SAYS = rf"[A-Z][a-z]+\s|{LETTER}(?:(?:,\s*|\s+and\s+){LETTER})*\s+(?:is|are)\s"  # Here …, R is …
BEFORE_ONE = rf"(?=\s+(?:(?:{VERB}|[Dd]ifferentiate|[Mm](?:in|ax)imi[sz]e)\s|{ASKS}|{SAYS}))"
ENDS = rf"[\w)\]}}'′⊤|‖₊+{MARKS}]"
FULL_STOP = rf"(?<=\d)\.{BEFORE_ONE}|(?<=\bby \d)\.(?=\s)|"
FULL_STOP += r"(?<=[<>≤≥≻⪰=] 0)\.(?=\s)|(?:(?<=[-+−*/]\s\d)|(?<=[-+−*/]\d))\.(?=\s+[^\W\d_]|\s+[‖|∑√])|"
FULL_STOP += rf"(?<=[\w)\]'′²] )\.(?=\s+(?:[A-Z][a-z]{{2,}}|{WITH_RESPECT}\s|\w+\s*=))|"  # X^T . Then
FULL_STOP += rf"(?:(?<={ENDS})|(?<=[_^]\*))(?<!\.\w)(?<!\bwrt)(?<!\A\d)(?<![\s(*/+=-]\d)"
FULL_STOP += r"(?!(?<=\ss)\.\s?t\b|(?<=\As)\.\s?t\b)\.(?=\s(?!(?:pos|def|semi)\b))"
FULL_STOP += rf"|(?:(?<={ENDS})|(?<={ENDS}\s))(?:{DOTS}(?=\s*$)|(?:{DOTS}|(?<=\s)\.){BEFORE_ONE})"
QUALIFYING = rf"(?:\(|(?<=\s)\[)(?:{WORD}\s+)?(?P<condition>[^()]*(?:\([^()]*\)[^()]*)*)[)\]][\s.]*$"
COMPARED = rf"{NAMES}\s*(?:[<>]=?|[≤≥⩽⩾≠])\s*[\w.]+(?:\s+(?:is|are)\s.*)?"
OF_NAMES = (  # gradients for W and b
    r"(?:[Gg]radient|[Dd]erivative|[Cc]ondition|[Jj]acobian|[Hh]essian|[Ss]core|FOC|MLE|[Ee]stimat(?:or|e))s?\s+"
    rf"(?:for(?=\s)|{WITH_RESPECT}(?=\s[^:;\n]*:))(?:\s+{LETTER}(?:(?:,\s*|\s+and\s+){LETTER})*(?=:\s))?"
)
STEPS = r"=\s*[-+\w]+\s*,(?:\s*\w+\s*,)?\s*(?:\.\.\.?|…|⋯)\s*,"  # t = 1, …, T
MEMBERS = r"(?P<of>[^\W\d_])_1\s*,(?:\s*(?P=of)_2\s*,)?\s*(?:…|⋯|\.\.\.?)\s*,\s*(?P=of)_"  # x_1, …, x_n
ARROW = rf"(?:[-=]>|[→⇒]|:|(?<=\s)(?:---?|[–—])(?=\s))(?=\s*(?:{VERB}\s+)?(?:{ASKS}|\?|m(?:in|ax)(?![^\W_]|\()))"
ARROW += rf"|(?<=\s)[-−](?=\s+{VERB}\s+(?:the\s+)?{ASKS})"  # x'Ax - find grad f
ASKED = r"(?:(?<=/[dδ∂]\w)|(?<=/[dδ∂]\w\w))"  # dU/dw =
SEVERAL = (  # a and b minimising
    r"[^\W\d_]\w{,5}\s+and\s+[^\W\d_]\w{,5}(?=\s+(?:(?:that|which)\s+)?m(?:in|ax)imi[sz](?:es?|ing)\b)"
)
MARK = rf"(?P<whole>{OF_NAMES}|{SEVERAL}|{STEPS}|{MEMBERS}|{INNER}|{GOAL_OVER}|{SUMMED})|[;,]|\n"
MARK += rf"|(?:(?:=|(?<=\s)is)\s*(?:{DOTS}\s*)?)?\?|{ASKED}\s+(?=[dδ∂]\w*/)"
MARK += rf"|{ASKED}\s*=(?=[\s.]*$|\s*[dδ∂]\w+/[dδ∂]\w+\s*=)"
MARK += rf"|{ARROW}|{FULL_STOP}|{WORD}"
TABLE = regex(r"\s*\[[-+.,;eE\s\[\]0-9]*\]\s*", given="[")  # of numbers, which is one statement
CLOSING = (")", "]")
OF_A_NAME = rf"\bof\s+(?:{FUNCTION}|{LETTER}(?:\([^()]*\))?){AT_END}"
ONE_NAME = rf"\s*(?:{SPELT_GREEK}|{'|'.join(ABBREVIATED)}|[^\W\d_][{MARKS}]*)[0-9₀-₉]*(?:_\w|_\{{\w+\}})?{TWICE}?\s*"
LED = r"(?:(?:both|all\s+of|(?:treat|hold|keep)(?:ing)?)(?=\s))?"  # both Q and R are symmetric, holding V and u fixed
LISTED = rf"\s*{NAMES}\s*(?:[∈≻⪰≥>]|\bin\b|:\s*\w+\s*(?:[x×]|$))"

LISTING = (",", "and", ", and")


def pieces_of(text: str) -> list[Piece]:
    """The statements of a text in their order."""
    return _with_names(text, list(_with_chains(text, _pieces(text))))


def _pieces(text: str) -> Iterator[Piece]:
    """The statements of a text: commas, semicolons, line breaks and words such as where stand between them."""
    start, lead = 0, (0, 0)
    for m in outside(text, MARK) if not TABLE.fullmatch(text) else ():
        if m["whole"]:
            continue
        is_idle = len(m[0]) > 1 or (m[0] == "\n" == text[lead[0] : lead[0] + 1])  # . Then, and empty lines
        if is_idle and not text[start : m.start()].strip() and not text[slice(*lead)].strip().isalpha():
            lead = (lead[0], m.end())
        else:
            yield from _parted(text, Piece(lead, start, m.start()))
            lead = m.span()
        start = m.end()
    yield from _parted(text, Piece(lead, start, len(text)))


def says_nothing(text: str, piece: Piece) -> bool:
    """Whether a piece is but a comma or a full stop, or asks to set what is found to zero."""
    lead = re.sub(DOTS, "", text[slice(*piece.lead)].lstrip("=\n\t "))
    is_idle = re.fullmatch(rf"(?:is\s*)?[,.?]?|[\s.,;?]*{SOLVED}", lead) is not None
    return is_idle and not text[piece.start : piece.end].strip()


def word_of(text: str, piece: Piece) -> str:
    """The word in front of a statement, in small letters; empty where there is but a sign."""
    word = text[slice(*piece.lead)].strip(" .,;:=?\n\u200a⟪⟫(-−–—").lower().removesuffix("that").rstrip()
    return word if len(word) > 1 else ""


def _with_chains(text: str, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The statements, of which those that begin with = go on from the line before them."""
    last: Piece | None = None
    for piece in pieces:
        if last and re.compile(r"\s*=").match(text, piece.start, piece.end) and text[last.start : last.end].strip():
            last = last._replace(end=piece.end)
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _with_names(text: str, pieces: list[Piece]) -> list[Piece]:
    """The statements, of which A, B ∈ ℝⁿ is one."""
    found: list[Piece] = []
    for piece in reversed(pieces):
        behind = found[-1] if found else piece
        alone = found and re.fullmatch(rf"\s*{LED}{ONE_NAME}", text[piece.start : piece.end])
        is_list = text[slice(*behind.lead)] in LISTING and behind is not piece
        is_last = is_list and re.fullmatch(ONE_NAME, text[behind.start : behind.end].rstrip(" ."))  # vectors x, y
        is_first = alone and re.match(LISTED, text[behind.start : behind.end])
        own = text[piece.start : piece.end]  # wrt a and b, f by a and b, gradient in a and b
        is_role = is_last or (is_list and _has_role(text, behind, own))  # the weights w and the bias b
        is_asked = is_role and asks_behind(own)
        more = text[behind.start : behind.end].strip(" .")
        is_more = description(more) if is_list else behind is not piece and re.fullmatch(RANK, more)
        is_list = is_list or bool(is_more)  # K stiffness matrix, symmetric; X is k by n with full row rank
        is_phrase = is_asked or (
            (alone or is_last or is_more) and said_of_names(text[piece.start : behind.end].strip(" .")) is not None
        )
        if is_list and (is_first or is_phrase):
            found[-1] = piece._replace(end=behind.end)
            while is_phrase and found[1:] and _goes_on(text, None if is_asked else piece, found[-2]):
                found[-2:] = [piece._replace(end=found[-2].end)]  # vectors a, b, x; wrt a, b and x
        else:
            found.append(piece)
    return found[::-1]


def _goes_on(text: str, first: Piece | None, behind: Piece) -> bool:
    """Whether the list of names of which a statement says something goes on with the name behind it; or any list."""
    own = text[behind.start : behind.end].rstrip(" .")
    if first is None and _has_role(text, behind, "the "):
        return True
    is_listed = text[slice(*behind.lead)] in LISTING and re.fullmatch(ONE_NAME, own) is not None
    return is_listed and (first is None or said_of_names(text[first.start : behind.end].strip(" .")) is not None)


def _has_role(text: str, piece: Piece, front: str) -> bool:
    """Whether a statement is a name with words in front, as lists of unknowns have it: w and the bias b.

    Behind a comma that is so where the name in front has such words, too: the weights w, the bias b.
    """
    own, lead = text[piece.start : piece.end], text[slice(*piece.lead)]
    is_told = "and" in lead or (lead == "," and all(re.search(r"\b(?:the|our|my)\s[^,]*$", of) for of in (front, own)))
    return is_told and re.fullmatch(rf"\s*{ROLE}{ONE_NAME}", own.rstrip(" .")) is not None


def _parted(text: str, piece: Piece) -> Iterator[Piece]:
    """A statement, and the condition at its end or in front: tr(X) (X ∈ ℝⁿ), with A symmetric: x'A x."""
    own = text[piece.start : piece.end]
    colon = own.find(":") if word_of(text, piece) in IN_FRONT else own.find(": ")
    is_asked = colon >= 0 and _says_by_what(text, piece, own[:colon])
    ahead = own[:colon].strip()
    is_more = text[slice(*piece.lead)] in LISTING and description(ahead)  # A symmetric, positive: x'A x
    is_told = said_of_names(ahead) or re.fullmatch(OF_SET, ahead)  # labels y_i ∈ {−1, 1}: f
    if colon >= 0 and own[colon + 1 :].strip() and (is_asked or is_told or is_more):
        middle = piece.start + colon
        yield piece._replace(end=middle)
        yield Piece((middle, middle + 1), middle + 1, piece.end)
        return
    if over := re.search(rf"(?<=\))\s+{WITH_RESPECT}\s+{LETTER}[\s.?]*$", own):  # f (X: m x n) over w
        own = own[: over.start()]
    m = re.search(QUALIFYING, own) if own.rstrip(" .").endswith(CLOSING) else None
    says = m.group("condition") if m else ""
    is_one = said_of_names(says.strip(" .")) is not None
    parts = [(0, len(says))] if is_one else list(between(says, r",|;|\band\b"))
    is_said = m and any(_tells(says[slice(*part)], own[m.start() - 1]) for part in parts)
    if m is None or not is_said:
        yield piece
        return
    inside = piece.start + m.start("condition")
    yield piece._replace(end=piece.start + m.start())
    lead = piece.start + m.start()
    for start, end in parts:
        yield Piece((lead, inside + start), inside + start, inside + end)
        lead = inside + end
    if over:
        yield Piece((lead, piece.start + over.start()), piece.start + over.start(), piece.end)


def _says_by_what(text: str, piece: Piece, words: str) -> bool:
    """Whether words in front of a colon say by what is asked: derivative of f wrt x: f = …, FOC for β, solve for β."""
    asked = match_at(BEHIND_A_SIGN, words, 0)
    is_sought = word_of(text, piece) == "solve for" and re.fullmatch(ONE_NAME, words) is not None
    return is_sought or bool(asked and asked["names"]) or re.search(OF_A_NAME, words) is not None


def _tells(says: str, before: str) -> bool:
    """Whether what stands in brackets tells of names, X ∈ ℝⁿ, y: vector; or defines, behind a blank: (h = A x)."""
    says = says.strip(" .")
    if said_of_names(says) is not None and not description(says):
        return True
    if re.fullmatch(DECLARED, says) and re.search(r"\w: ", says):
        return True  # but A : B is a product
    if before == " " and (is_item(says, Piece((0, 0), 0, len(says))) or re.fullmatch(COMPARED, says)):
        return True
    outside_of_sums = re.sub(r"_\{[^{}]*\}", "", says)  # (1 + ∑_{j ∈ N} x_j) tells nothing
    return bool(re.search("[∈≻⪰]", outside_of_sums) or re.fullmatch(TOLD, says))


# ---- how they stand together ---------------------------------------------------------------------------------


def joined(text: str, pieces: list[Piece], kept: set[int]) -> Iterator[Edit]:
    """Takes out the conditions, and the signs and words in front of them."""
    begins = next((k for k, p in enumerate(pieces) if p.start in kept and text[p.start : p.end].strip()), 0)
    condition: tuple[int, int] | None = None  # a word whose first statement was a condition
    is_first = False  # let h = A x, h'h
    for k, piece in enumerate(pieces):
        lead, word = text[slice(*piece.lead)], word_of(text, piece)
        ends = not word and lead.rstrip()[-1:] in tuple(".?:→⇒>-–—…⋯")
        if condition and (word or (ends and k > begins and piece.start in kept)):  # f where A ≻ 0. df/dx
            yield (*condition, " ")
            condition = None
        if says_nothing(text, piece):
            yield piece.lead[0], piece.end, " "  # f, where A ≻ 0; f if A is symmetric?
        elif piece.start not in kept:
            closes = text.startswith(CLOSING, piece.end)  # tr(X) (X ∈ ℝⁿ)
            yield piece.start, piece.end + closes, " "
            if word and not closes and not is_verb(word):
                condition = piece.lead
            else:
                yield (*piece.lead, " ")
        elif condition and k == begins:  # let A ≻ 0; f
            yield from ((*piece.lead, " "), (*condition, " "))
            condition = None
        elif word and k == begins:
            is_first = _leads_in(text, piece, word)
            is_let = is_first or lead == "let"  # let h = A x in h'h
            yield (*piece.lead, "let " if is_let and re.search(r"\bin\b", text) else " ")
        elif word:
            is_and = word == "and" and any(is_item(text, one) for one in (piece, pieces[k - 1]))
            is_next = word == "then" or is_verb(word) or is_first or is_and
            yield (*piece.lead, ";" if is_next else " and " if word == "and" else " where ")
        elif condition:
            yield from ((*piece.lead, " "), (*condition, ";" if is_first or not is_item(text, piece) else " where "))
            condition = None
        elif (counts := _is_count(text, piece, pieces[k - 1])) or ends:  # h_t = tanh(W h_{t-1}), t = 1..T
            yield (*piece.lead, " for " if counts else ";" if k > begins else " ")
        elif lead == "(" or (lead == "," and (is_first or _parts(text, piece, pieces[k - 1], kept))):
            yield (*piece.lead, ";")
    yield from [(*condition, " ")] if condition else []
    yield from ((end, end + 1, " ") for end in _closed(text, pieces, kept))


def _closed(text: str, pieces: list[Piece], kept: set[int]) -> Iterator[int]:
    """The places of the brackets that close behind statements: (h = A x)."""
    yield from (piece.end for piece in pieces if piece.start in kept and text.startswith(CLOSING, piece.end))


def _leads_in(text: str, piece: Piece, word: str) -> bool:
    """Whether a word that begins a text leads in a definition; an if must have one or a condition behind it."""
    defines = is_item(text, piece)
    if word in ("if", "when") and not defines:
        message = f"what stands behind {word} is no condition"
        raise NotationError(message, text=text, span=piece.lead, suggestion=f"leave out the word {word}")
    return word in IN_FRONT and defines


def _parts(text: str, piece: Piece, before: Piece, kept: set[int]) -> bool:
    """Whether a comma parts two statements: one of them defines something, or the first is a condition."""
    if is_item(text, piece) or before.start not in kept:
        return True
    own = text[piece.start : piece.end]
    is_range = re.fullmatch(r"\s*(?:[0-9]+|(?:\.\.|…|⋯).*)\s*", own, flags=re.DOTALL)  # k = 1, …, K
    return is_range is None and is_item(text, before)


def _is_count(text: str, piece: Piece, before: Piece) -> bool:
    """Whether a statement says which steps the definition in front of it has."""
    m = COUNT.match(text, piece.start)
    is_step = m is not None and HEAD.match(text, before.start, before.end) is not None
    return is_step and search_in(as_index(m["letter"]), text[before.start : before.end]) is not None  # type: ignore[index]


COUNT = regex(r"\s*(?P<letter>[a-z])\s*=\s*[-+\w\s]+(?:\.\.|,\s*(?:\w+\s*,\s*)?(?:\.\.|…|⋯)|…|⋯|:)")
RANGE = r"\s*(?:[0-9]+\s*,?\s*(?:\.\.|…)|\w+\s*(?:\.\.|…))"


def is_item(text: str, piece: Piece) -> bool:
    """Whether a statement defines something, and is no range as in for k = 1, …, K; or asks for ∂L/∂A."""
    if re.compile(r"\s*(?:\(\(\s*)?[∂δ][^/=]*/").match(text, piece.start, piece.end):
        return True
    m = HEAD.match(text, piece.start, piece.end)
    return m is not None and (
        re.match(rf"{RANGE}|\s*[0-9]+\s*$", text[m.end() : piece.end]) is None
        or re.compile(r"\s*[0-9]+\s*,(?!\s*(?:[0-9]|\.\.|…|⋯))").match(text, m.end()) is not None  # s = 5, r/s
    )
