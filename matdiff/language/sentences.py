"""Words that belong to no formula: sentences, what leads in a left side, what is added behind a function.

In goes the plain spelling of a text that cannot be read with them, out come the places of such words.  A word that is
a name of the text, or that may say something of a function or its letters, is none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set
from itertools import groupby, pairwise
from string import ascii_letters, digits

from matdiff import regex as re
from matdiff.algebra.assumptions import PROPERTIES, property_word
from matdiff.algebra.expr import FUNCTIONS
from matdiff.language.descriptions import A_LOSS, ACTING, CHANGING, are_written, describes, is_acting, is_what, parts
from matdiff.language.extents import KINDS
from matdiff.language.left_sides import HEAD
from matdiff.language.names import ABBREVIATED, DOTS, GREEK_WORDS, LETTER
from matdiff.language.phrases import description
from matdiff.language.questions import WITH_RESPECT
from matdiff.language.requests import ANSWERS, GOALS, GREETING, THANKS, VERBS
from matdiff.language.splitting import SHORT
from matdiff.language.words import MAKERS
from matdiff.regex import match_at, regex

POLITE = frozenset("asap please pls plz thanks thx cheers".split())
OPENING = POLITE.union(
    "and but so as for in of on from by to with which that because since using via under into".split()
)
LINKS = OPENING.union(  # words that say something together with others only
    "a an the this these those my our its it i i'm i've we we've you he me us at or who what how do does did is are am "
    "be was been can could should would will have has had get got if about also then now here there any some one "
    "like up w/".split()
)
ALONE = POLITE.union("ok okay alright hi hello hey help hint question exercise homework then now hence thus so".split())
COURTESY = (  # How do I, could you please, thank you so much
    rf"(?i)(?:{GREETING}|{THANKS}|\(?(?:[a-h]|i{{1,3}}|iv)\)|(?:i\s+)?need(?:\s+the)?|(?:how|what|could|can|would)(?:\s+(?:do|does|is|i|you|we|one|would|be|to|the|please))+)?\W*"
)
SAYING = frozenset(  # words that say something of what stands beside them
    "differentiate subject constraint constraints condition conditions solution answer result dimension dimensions "
    "size sizes shape shapes respect plus minus times".split()
).union(*map(str.split, VERBS - {"know", "understand"}), GOALS, ANSWERS, KINDS, PROPERTIES)
TELLING = SAYING | frozenset(
    "assume assuming assumption suppose given let where such unless except excluding ignore ignoring neglect "
    "neglecting without only never no nothing treat treating hold holding definite semidefinite pos".split()
)
INTRODUCING = frozenset("define denote imagine recall remember say using write".split())
LEADING = INTRODUCING.union(
    "is are be as by that given from with on across at have has had like about instance definition get got obtain "
    "obtained find wrote reads gives optimize optimise minimizes minimises maximizes maximises derived".split()
)  # the last of a sentence
PREFIX = r"(?:(?:L?[0-9A-Za-z]|[Tt]wo|[Tt]hree|[Ff]our)-)?"  # 2-layer, k-means, L2-regularised
WORD = (  # and word2vec, ElasticNet, AR(2), and the T of with temperature T:
    rf"(?:w/(?!\S)|{PREFIX}[A-Za-z][a-z]+(?:'[a-z]{{1,2}}|[0-9][a-z]+|[A-Z]+[a-z]*|²(?=\s))?|I'[a-z]{{1,2}}|[aAI]|[0-9]-?D"
    rf"|{PREFIX}[0-9]?[A-Z]{{2,6}}(?:\([0-9](?:,\s?[0-9])*\))?"
    rf"|(?<=[a-z]{{4}} )(?:[A-Zλσγτt]|[a-z]_[a-z]|[0-9.]+[a-h]?)(?=: ))"
)
RUN = regex(rf"(?<![\w⟪'^_.]){WORD}(?:[^\S\n]*[-–—][^\S\n]*{WORD}|[^\S\n]+{WORD})*(?![\w'ᵀ⟫(\[^]|\.\w)")
ENGLISH = regex(r"(?i)(?=.*[aeiouy])(?=.*[^aeiou])[a-z]{3,}(?:'[a-z]+)?")
WRITTEN = regex(rf"{ENGLISH.pattern}|[<>]?=|[<>]|[0-9.]+")  # beside formulas: > 0
SOUGHT = frozenset(("optimal", "best", "both"))
BEGINS = regex(  # maximise Sharpe: f, the gradient of the hinge loss: f
    r"(?:(?:(?:\A|\n)\s*-?|--|[–—.!?;:,>+]|(?<=\s)\()\s*|\b(?:m(?:in|ax)imi[sz]e|of|for|have|and|[Ll]et|[Gg]iven|[Ss]uppose|plus|minus|[Cc]onsider)\s+(?:the\s+)?)\Z"
)
ASKING = regex(rf"(?i)\b(?:{'|'.join(sorted(VERBS, reverse=True))})\s+\Z")  # find the sensitivity ∂y/∂x
DASH = regex(r"\s-\s+\Z")
WONDERING = regex(r"(?:any|how|what|why|who|is|are|can|could|do|does)\s[^?]*\?\s*\Z")  # x'A x - any ideas?
ENDS = regex(r"\s*(?:[.!?]+(?=\s|\Z)|[;:,\n)]|\Z)")
NEXT = regex(
    rf"w/(?!\S)|[a-z]_[a-z](?!\w)|{PREFIX}[0-9]?[A-Za-z]+(?:-[a-z]{{2,}})*(?:'[a-z]+|[0-9][a-z]+|\([0-9, ]+\))?"
    rf"|[λσγτ]|[0-9.]+[a-h]?"
)
ASKED = (
    rf"\s+(?:(?:differentiate|{'|'.join(sorted(VERBS))}|gradients?|derivatives?|grad|jacobian)(?![^\W_])|[∂∇]|d/d"
    r"|(?:arg\s?)?m(?:in|ax)(?![a-z]))"
)
QUOTIENT = r"\s+(?:[-−]?(?:[∂∇]|d\w+\s*/\s*d)|m(?:in|ax)imi[sz]e\b)"  # in regression we minimise f
CLOSED = frozenset(")]|‖'ᵀ²") | frozenset(ascii_letters + digits)
NEAR = 40  # signs in front of a word that are looked at
HEADING = regex(  # logistic regression with labels ±1: f(w) = …
    r"(?:\A|(?<=\n)|(?<=[.!?;]\s))[^\S\n]*"
    r"(?P<says>(?:[A-Z]?[a-z]{2,}|[A-Z]{2,6}(?=\s))(?:'s|[^\n:;=?!'_^*+.∑∂∇‖|]|\.\d)*):\s+",
    given=":",
)
DERIVATIVE_OF = regex(r"(?i)(?:(?:the|a)\s+)?(?:gradient|derivative)\s+of\s+(?:the|an?)\s+(?:[a-z]{3,}\s*)+\Z")
APPOSED = regex(  # differentiate the log-determinant of a sum, log|A + B|, wrt A
    r"\b(?:differentiate|(?:gradient|derivative)\s+of)\s+(?P<says>(?:the|an?|this|my)\s[a-z-]{3,}(?:\s[a-z-]+)*),\s+"
)
NAMED = r"(?<!\w)(?:[^\W\d_](?![^\W\d_])|[A-Za-z]{2,}(?=\s*(?:[*/^+=_]|:=)|\())"  # letters, what has a sign behind it
AHEAD = regex(r"([A-Za-z]+)\s+\Z")
DONE = {
    "given": r" by ",
    "gradient": r" (?:de|a)scent\b",
    "binary": r" (?:cross|classif|logistic)",
    "minimum": r" (?:variance|norm|energy|volume|risk)\b",
    "maximum": r" (?:likelihood|entropy|margin)\b",
}  # what asks for nothing with a word behind it
FRONT = regex(r"(?i)\b(?:the|my|our|this|an?|[a-z]{3,})\s+\Z")
ARTICLE = regex(r"(?i)\b(?:the|my|our|this|an?)\s+\Z")
BESIDE = r"[-\s]+(?!of\s*:|and\b)[a-z]{2,}(?!\w)(?!\s*(?:-(?![a-z]{2})|[+*/^(=_]))"
PRODUCT = r"\s+(?:is|denotes|means|stands\s+for)\s+(?:the\s+)?{}(?:\s+(?:product|multiplication))?"
LETTERS = rf"\s+[({{]+\s*{LETTER}(?:\s*,\s*{LETTER})*\s*[)}}]+(?:_\{{[^{{}}]*\}}\^(?:\w|\{{\w\}}))?"
CUSTOMARY = (  # ‖·‖ is the Euclidean norm, T denotes the transpose, X and y do not depend on w
    r"(?:‖[·.]‖|\|\|[·.]\|\|)\s+(?:is|denotes)\s+the\s+(?:Euclidean|Frobenius)\s+norm|[Aa]ll\s+vectors\s+are\s+column(?:s|\s+vectors)"
    r"|(?:\^?T|'|ᵀ)\s+(?:is|denotes|means)\s+(?:the\s+)?transpos(?:e|ition)\b"
    rf"|(?<!\w){LETTER}(?:(?:,|\s+and)\s+{LETTER})*\s+(?:does|do)(?:\s+not|n['’]t)\s+depend\s+on\s+{LETTER}"
)
ANSWER = r"(?:it|this|the\s+(?:answer|result|gradient|derivative))"
GUESSED = (  # I think it's 2Ax but not sure
    r"(?:(?<=[.;?!]\s)|(?<=[.;?!]\s\s)|(?<=\n))(?:(?:[Bb]ut|[Ss]o)\s+)?(?:[Ii]s\s+"
    rf"{ANSWER}|[Ii]\s+(?:think|believe|guess|suspect)\s+(?:that\s+)?{ANSWER}(?:'s|\s+(?:is|should\s+be))|[Ii]\s+(?:keep\s+getting|get)"
    r"|[Mm]y\s+(?:answer|guess)(?:\s+is|:))\s[^=.;?!\n]*(?:\.[^=.;?!\s][^=.;?!\n]*)*(?:[.?!](?=\s|\Z)|\Z|(?=\n))"
)
EXPLAINED = regex(  # ∘ is the Hadamard product, given data (x_i, y_i), i = 1..n
    rf"(?:(?<!\w)(?:where|with|and|here)\s+)?(?:[∘⊙]{PRODUCT.format('(?:Hadamard|element-?wise|entry-?wise|pointwise)')}"
    rf"|⊗{PRODUCT.format('Kronecker')})|(?<!\w)(?:[Gg]iven\s+|[Ff]or\s+)?(?:(?:the|some|our|iid|training)\s+)*"
    rf"(?:[Dd]ata(?:set|\s+(?:points|pairs|set))?|[Ss]amples|[Oo]bservations|[Pp]airs|[Pp]oints){LETTERS}"
    rf"(?:\s*,?\s*(?:for\s+)?\w\s*=\s*1\s*(?:,?\s*{DOTS}\s*,?|to|:)\s*\w(?!\w))?,?"
    r"|(?:\A|(?<=\n))\s*(?:(?:(?i:homework|hw)\s?[0-9]+,?\s+)?(?P<task>(?i:(?:from\s+)?eq(?:uation|n)?|homework|exercise|question|problem|part|hw|ex|q)[.\s]*\(?)?[0-9][0-9.]*(?:[a-h]|\s?\([a-h]\))?(?:[).:]|(?(task)\s[-−–—]|(?!)))|\(?(?:[a-h]|i{1,3}|iv)\))"
    r"(?=\s)|(?<=\s)\(?(?:[a-h]|i{1,3}|iv)\)(?=\s*(?:[∂∇]|d\w*\s*/\s*d))|\b[Ff]or\s+(?=given\s)"  # 3b), (a)
    rf"|(?<=\s)[:;]-?\)(?=\s*(?:\Z|\n))|(?P<aside>(?<=\s)\()?(?:,?\s*\b(?i:where|with|and|here)\s+)?(?:{CUSTOMARY})(?(aside)\))"
    rf"|{GUESSED}"
)
ACTS_ENTRYWISE = regex(  # σ acts elementwise
    rf"(?:,\s*|(?<!\s)\s*)(?<!\w)(?:(?:where|with|and|here)\s+)?{LETTER}\s+(?:is\s+)?(?:applied|acts|acting|taken)\s+"
    r"(?:element|entry|component|point)-?\s?wise",
    given=("wise",),
)
ENTRYWISE = regex(  # σ(Xβ) (elementwise)
    r"(?<![^\W\d_])(?:[σφϕ]|sigmoid|tanh|[Rr]e[Ll][Uu]|softplus|exp|log|ln|sin|cos)\([^()^⁻]*\)"
    r"(?P<aside>\s*\((?:applied\s+)?(?:element|entry|component|point)[-\s]?wise\))",
    given="wise)",
)
ROLE = regex(  # b is the benchmark
    rf"(?<!\s)(?:,?\s*(?<!\w)(?:(?i:where|with|and|here)\s+)?{LETTER})?"
    r"(?P<is>(?:\s*=\s*(?=[A-Za-z]{3})|\s+(?:is|are|be|denotes?|being)\s+"
    r"|\s+(?:(?<=[,;.]\s[^\W\d_]\s)|(?<=[,;.]\s[^\W\d_]_[a-z]\s)|(?<=\([^\W\d_]\s)|(?<=\sand\s[^\W\d_]\s)|(?<=where\s[^\W\d_]\s)))"
    r"(?:(?<==)|(?<==\s)|(?<=\sare\s)|(?<=0\sis\s)|(?<=\([^\W\d_]\s)(?!\w+\s?\()"
    r"|(?=(?:an?|the|our|some|my|its)\s)"  # and r the cross correlation
    r"|(?P<bare>(?<=[,;.]\s[^\W\d_I]\s)|(?<=[,;.]\s[^\W\d_]_[a-z]\s))(?=[a-z]{3}))"  # T temperature
    rf"(?P<says>{WORD}(?:[-\s](?:\w\s?[×x]\s?\w\s)?{WORD})*))(?=\s*(?:\.(?!\s(?:def|semi))|[,;\n()]|and\b|\Z))"
)
GOAL = regex(r"(?i)\b(?:arg\s?)?(?:min|max)")
SHOWN = regex(  # returns r, of which the text speaks elsewhere
    rf"(?:(?P<first>\A|(?<=[:\n(])|(?<=[.?]\s))|[,;]\s+|\b(?:with|for|[Gg]iven|and)\s+)"
    rf"(?P<says>(?:(?!(?:with|for|[Gg]iven|and)\b){WORD}[-\s]+)+)(?<=\s)(?P<of>{LETTER})"
    r"(?:(?(first)\.(?=\s)|(?!))|(?=\s*(?:[.,;\n)]|\Z|and\b)))"
)
SIDE = regex(r"\s*(?:\([^()]*\)\s*)?:?=")
VALUE = regex(r"\s*:?\s*(?:[-−‖|∑∏(½√0-9\\]|[^\W_]ᵀ|[^\W_]{1,2}(?![^\W\d_])|[a-z]+[_(]|log\s?[|‖])")


def sentences(text: str, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """The places of words in a text that belong to no formula; *known* are declared names and unknowns.

    >>> text = "For this loss L(w) = w'w, I get stuck. dL/dw?"
    >>> [text[start:end] for start, end in sentences(text, ())]
    ['For this loss', ' I get stuck.']
    """
    yield from (m.span() for words in (EXPLAINED, ACTS_ENTRYWISE) for m in words.finditer(text))
    yield from (m.span("aside") for m in ENTRYWISE.finditer(text))
    names = frozenset(re.findall(NAMED, text)).union(known)
    yield from _roles(text, names)
    yield from _headings(text, known)
    for run in RUN.finditer(text):
        words = list(NEXT.finditer(text, *run.span()))
        if SIDE.match(text, run.end()):
            name = words.pop()  # which is what the left side calls its function
            if words and is_what(text, *run.span()) and BEGINS.search(text, max(0, run.start() - NEAR), run.start()):
                yield run.start(), name.start()  # negative log-likelihood = …
                continue
        for group in _idle_runs(words, names):
            start, end = group[0].start(), group[-1].end()
            is_asked = group[3:] and (HEAD.match(text, end) or match_at(QUOTIENT, text, end))
            if is_asked and match_at(r"(?i)what\s(?:is|are)\s", text, start):  # the force F = −∂U/∂x?
                group, start = group[2:], group[2].start()
            if _stands_apart(text, start, end, [word.group() for word in group]):
                is_whole = (m := ENDS.match(text, end)) and (m[0].startswith("!") or _opening(text, start, end))
                last = m.end() if is_whole and m else end
                start -= text[start - 1 : last].startswith("(") and text[:last].endswith(")")  # an aside
                front = text[:start].rstrip(" .,;!-–—" if last == len(text) else " ")
                yield len(front) if ENDS.match(text, end) else start, last


def _headings(text: str, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """The places of words that say what the formula behind a colon or a comma is."""
    for heading in HEADING.finditer(text):
        span, end = heading.span("says"), heading.end()
        head = HEAD.match(text, end)
        own, behind = head and head["name"], frozenset(re.findall(NAMED, text[end:])).union(known)  # KL term: KL = …
        says = re.findall("[a-z-]+", text[slice(*span)].lower())
        is_told = is_what(text, *span) or are_written(says, text[end:])
        is_asked = match_at(ASKED, text, end - 1)
        if is_asked and DERIVATIVE_OF.match(text, *span):
            yield heading.span()  # the derivative of a determinant: ∂ det(A + tB)/∂t
            continue
        is_before = head or (is_told and (VALUE.match(text, end) or is_asked))
        if is_before and all(word[0] == own or _is_idle(word, behind) for word in NEXT.finditer(text, *span)):
            yield heading.span()
    for apposed in APPOSED.finditer(text):
        words = [word[0].lower() for word in NEXT.finditer(text, *apposed.span("says"))]
        if VALUE.match(text, apposed.end()) and are_written(words, text[apposed.end() :]):
            yield apposed.span("says")[0], apposed.end()


def are_words(words: list[str]) -> bool:
    """Whether words between formulas are English, and none could be letters that multiply: I have; not «for a».

    >>> are_words("I have".split()), are_words("consider a".split()), are_words("K steps of".split())
    (True, False, False)
    """
    is_english = all(word.lower() in LINKS | SHORT | ALONE or WRITTEN.fullmatch(word) for word in words)
    pairs = zip(words, [*words[1:], "log"], strict=True)  # what may stand in front of a function
    short = (word.lower() for word, then in pairs if len(word) < 3 and word.isalpha() and then in FUNCTIONS)
    return is_english and SHORT.union(ALONE).issuperset(short)


def _roles(text: str, names: Set[str]) -> Iterator[tuple[int, int]]:
    """The places of words that say what a name stands for: b is the benchmark, returns r."""
    for role in ROLE.finditer(text):
        front = re.split(r"[;,\n]|\.\s|\((?=\w$)|\b(?:where|with|and)\b", text[: role.start("is")])[-1]
        is_defined, is_told = re.search("[=<>≤≥≻⪰]", front), description(role["says"]) is not None
        is_kind = "=" in front and (is_told or A_LOSS.search(role["says"]))
        words = list(NEXT.finditer(text, *role.span("says")))
        if role["bare"] is not None and (GOAL.search(text) or not ACTING.isdisjoint(parts(role["says"]))):
            continue  # x is integer, x squared
        if is_kind or (not is_told and all(_says_nothing(word, names) for word in words)):
            start, end = role.span("is" if is_defined else 0)
            is_aside = text[:start].endswith("(") and text.startswith(")", end)
            end += text.startswith(". ", end) and not text[:start].strip()
            yield start - is_aside, end + is_aside  # of b is the benchmark, and L = D − W is the graph Laplacian
        elif not (is_defined or is_told) and role.start() < role.start("is"):
            acts = (ACTING - PROPERTIES.keys()).intersection(word[0].lower() for word in words)
            runs = [run for run in _idle_runs(words, names) if not LINKS.issuperset(word[0] for word in run)]
            beside = (two for two in (*pairwise(words), *pairwise(words[::-1])) if any(two[0] in run for run in runs))
            alters = any(property_word(of[0].lower()) in PROPERTIES for one, of in beside if one[0] not in LINKS)
            spans = [(run[0].start() - 1, run[-1].end()) for run in runs]
            rest = "".join(text[k] for k in range(*role.span("says")) if not any(a <= k < b for a, b in spans))
            is_formula = "=" in role["is"] and any(word[0] in {*names, "of"} for word in words)  # m = mean of x
            if (acts or not alters) and not is_formula:  # block diagonal is not diagonal
                yield from [role.span()] if acts and not description(rest) else spans  # the n×n error covariance
    for shown in SHOWN.finditer(text):
        if re.search(rf"{WITH_RESPECT}[^.,;?\n]*$", text[: shown.start("says")]):
            continue  # wrt the weights w and the data X
        *words, last = NEXT.finditer(text, *shown.span("says"))
        is_kind = last[0] in KINDS and bool(words)  # the impact matrix G
        words += [] if is_kind else [last]
        said = {word[0].lower() for word in words}
        is_idle = said.isdisjoint(ACTING | MAKERS) and all(_says_nothing(word, names) for word in words)
        if is_idle and shown["of"] in names and words[-1][0] not in LINKS | SOUGHT:
            yield (words[0].start(), words[-1].end()) if is_kind else shown.span()


def is_polite(words: str) -> bool:
    """Whether words are nothing that could be missed: How do I, thank you so much, :)

    >>> is_polite("Thanks"), is_polite("I'm stuck on this"), is_polite(":)")
    (True, False, True)
    """
    return re.fullmatch(COURTESY, words) is not None


def _idle_runs(words: list[re.Match[str]], names: Set[str]) -> Iterator[list[re.Match[str]]]:
    """The words beside each other that say nothing."""
    yield from (list(found) for idle, found in groupby(words, lambda word: _says_nothing(word, names)) if idle)


def _says_nothing(m: re.Match[str], names: Set[str]) -> bool:
    """Whether a word is one of a sentence, and no name, function or word of mathematics."""
    word, text = m.group().rpartition("-")[2].lstrip("0123456789"), m.string
    low = word.lower()
    if (len(word.lstrip(".")) < 2 or "_" in word) and text.startswith(": ", m.end()):
        return True
    before = _ahead(AHEAD, text, m.start())
    if (low == "of" and before and before[1].lower() in ANSWERS) or (
        low == "and" and not (before and ENGLISH.fullmatch(before[1]))
    ):
        return False
    if low in LINKS:
        behind = NEXT.search(text, m.end())
        is_name = word in "AI" and (
            not behind or behind[0] in OPENING.union(("is", "are", "has", "was", "must", "will"))
        )
        is_name = is_name or (low == "a" and not match_at(r"\s+[^\W_]-?[^\W_]", text, m.end()))
        return not is_name and (word != "A" or _ahead(BEGINS, text, m.start()) is not None)
    is_function = "-" not in m.group() and not FUNCTIONS.keys().isdisjoint((word, low))  # M-step
    is_term, is_property = low in KINDS or is_function, property_word(low) in PROPERTIES
    is_last = text.startswith(")", m.end()) and low not in TELLING  # (squared norm)
    if (is_term and (is_last or match_at(BESIDE, text, m.end()))) or match_at(DONE.get(low, "(?!)"), text, m.end()):
        return True  # softmax regression in matrix form
    if (is_term or is_property) and len(low) > 4 and HEAD.match(text, m.end()) and _ahead(FRONT, text, m.start()):
        return True  # the projection P = …, cov matrix C = …
    if low in TELLING or is_property or is_function:
        return False
    is_used = m.group() in names and not _ahead(ARTICLE, text, m.start())
    is_titled = word.istitle() and match_at(BESIDE, text, m.end()) is not None  # Gamma regression
    if (low in GREEK_WORDS and not is_titled) or low in ABBREVIATED or is_used:
        return False
    if not word.isupper():
        return ENGLISH.fullmatch(word) is not None
    rest = re.sub("[A-Z]?[a-z]{2,}", " ", text[: m.start()] + " " * len(m[0]) + text[m.end() :])
    return not names | set(rest) >= set(word)  # KH is a product of letters that stand elsewhere


def _is_idle(m: re.Match[str], names: Set[str]) -> bool:
    """Whether a word in front of a left side and a colon is a number, or that of a sentence or a function."""
    word = m.group()
    if word.islower() and word[1:] and names.isdisjoint((word, *word)):
        return True  # kf: P = …
    return not word[1:].isalpha() or word.lower() in FUNCTIONS or bool(A_LOSS.search(word)) or _says_nothing(m, names)


def _stands_apart(text: str, start: int, end: int, words: list[str]) -> bool:
    """Whether words are a sentence, or stand in front of a left side or a colon, or behind a function."""
    begins, ends = _opening(text, start, end), ENDS.match(text, end)
    last, first, are_many = words[-1].lower(), words[0].lower(), len(words) > 1
    begins = begins or (_ahead(ASKING, text, start) if last not in LINKS else None)
    if begins and first not in ("what", "how", "why", "who"):
        if (last == "of" or "what" in words) and not ACTING.isdisjoint("-".join(words).lower().split("-")):
            return False  # the root of what we have
        is_value = last in LEADING if are_many else first in INTRODUCING
        is_value = (is_value and not (begins[0].startswith("of") or is_acting(text, start, end))) or is_what(
            text, start, end
        )
        is_named = text.startswith(": ", end) and first not in {"hint", "note", *CHANGING}
        is_named = is_named or bool(are_many and ends and HEAD.match(text, ends.end()))  # two springs, U(x) = …
        if is_named or HEAD.match(text, end) or (is_value and VALUE.match(text, end)):
            return not (HEAD.match(text, end) and begins[0].startswith("minus"))  # minimise minus profit P(x) = …
    is_aside = begins is not None and text[start - 1 : start] == "(" and text.startswith(")", end)
    if is_aside and (is_what(text, start, end) or describes(text, start, end)):
        return True
    if not ACTING.isdisjoint("-".join(words[3 if first in ("i", "i'm") else 0 :]).lower().split("-")):  # I am not sure
        return False
    if begins and (match_at(QUOTIENT, text, end) or (are_many and last in LINKS and match_at(ASKED, text, end))):
        return True  # is there a closed form for the gradient of f, momentum dL/dv
    if begins or not ends:
        is_alone = (
            is_aside or first in ALONE or (words[0][1:].islower() and words[0].istitle() and not text[:start].strip())
        )
        return bool(ends) and not (begins and begins[0][:1].isalpha()) and (are_many or is_alone)
    before = _ahead(AHEAD, text, start)
    is_behind = not before or before[1].lower() not in (TELLING - ANSWERS) | ACTING | {"of"}  # the norm of residuals
    is_style = text[:start].rstrip()[-1:] in CLOSED and text[end : end + 1] != ":"
    is_style = is_style and (first not in LINKS or is_what(text, start, end))  # u'Su/u'u the Rayleigh quotient
    return is_behind and (first in POLITE or (are_many and (is_style or first in OPENING)))  # x'A x DPO style


def _opening(text: str, start: int, end: int) -> re.Match[str] | None:
    """The sign behind which words at a place begin a sentence, if one does."""
    is_aside = text.startswith("?", end) and WONDERING.match(text, start)
    return _ahead(BEGINS, text, start) or (_ahead(DASH, text, start) if is_aside else None)


def _ahead(pattern: re.Pattern[str], text: str, place: int) -> re.Match[str] | None:
    """What ends at a place, if it is not long."""
    return pattern.search(text, max(0, place - NEAR), place)
