"""What is said in words: functions such as the trace of X'X.

In goes the plain spelling of a text, out comes the same with the signs of such functions, and without idle words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

from matdiff import regex as re
from matdiff.errors import AmbiguityError, MatdiffError
from matdiff.language.descriptions import SQUARE, SQUARES
from matdiff.language.names import GREEK_WORDS, SUBS
from matdiff.language.outside import closing, outside
from matdiff.language.questions import WITH_RESPECT
from matdiff.language.rearranged import BARS
from matdiff.language.sentences import is_polite, sentences
from matdiff.language.transcript import Edit, Transcript
from matdiff.regex import match_at, regex

NORM = r"[-\s]*norm"
RESIDUALS = r"(?:entries|elements|residuals)"
SPOKEN = {  # what stands in front of «of», and what it writes around what stands behind
    "trace": ("tr(", ")"),
    r"log(?:arithm\s+of\s+the\s+|\s+of\s+the\s+|[-\s])det(?:erminant)?": ("log(det(", "))"),
    "det(?:erminant)?": ("det(", ")"),
    "inverse": ("inv(", ")"),
    r"pseudo-?inverse": ("pinv(", ")"),
    "transpose": ("(", ")'"),
    r"matrix\s+exponential": ("expm(", ")"),
    r"log[-−\s]?sum[-−\s]?exp": ("logsumexp(", ")"),
    r"square\s+root": ("sqrt(", ")"),
    r"(?:natural\s+)?log(?:arithm)?": ("log(", ")"),
    r"sum\s+of\s+(?:all\s+)?(?:the\s+)?(?:entries|elements)": ("sum(", ")"),
    rf"(?:(?:L_?2|2|Euclidean|Frobenius|matrix|vector){NORM}|norm)": ("norm2(", ")"),
    rf"L_?1{NORM}": ("norm1(", ")"),
    rf"(?:spectral|operator){NORM}|(?:largest|max(?:imum|imal)?)\s+singular\s+value": ("norm_spec(", ")"),
    rf"(?:nuclear|trace){NORM}": ("norm_nuc(", ")"),
    rf"(?:L_?inf(?:inity|ty)?|infinity|max|maximum){NORM}": ("norm_inf(", ")"),
    r"(?:largest|max(?:imum|imal)?|biggest|top|dominant)\s+eigenvalue": ("lambda_max(", ")"),
    r"(?:smallest|min(?:imum|imal)?)\s+eigenvalue": ("lambda_min(", ")"),
    rf"sum\s+of\s+(?:the\s+)?(?:squared\s+{RESIDUALS}|squares(?:\s+of\s+(?:the\s+|all\s+)?{RESIDUALS})?)": (
        "sum((",
        ").^2)",
    ),
    r"(?:Frobenius[-\s])?(?:inner|scalar|dot)[-\s]product": ("⟨", ", ", "⟩"),
    r"(?:matrix[-\s])?product": ("(", ") * (", ")"),
    r"outer[-\s]product": ("outer(", ", ", ")"),
    r"Kronecker[-\s]product": ("kron(", ", ", ")"),
    r"(?:Hadamard|element-?wise|entry-?wise)[-\s]product": ("hadamard(", ", ", ")"),
    r"(?:Euclidean[-\s])?distance": ("norm2((", ") - (", "))"),
    r"sum\s+of\s+(?:the\s+)?squared\s+(?:errors|differences)": ("sum(((", ") - (", ")).^2)"),
    r"mean[-\s]squared?[-\s]error|mse": ("mse(", ", ", ")"),
    r"cosine(?:[-\s]similarity|\s+of\s+the\s+angle)": ("cosine_similarity(", ", ", ")"),
    r"cross[-\s]entropy": ("cross_entropy(", ", ", ")"),
    r"(?:KL|Kullback[-\s–]Leibler)[-\s]divergence": ("kl(", ", ", ")"),
    r"sum\s+of\s+(?:the\s+)?absolute\s+values": ("sum(abs(", "))"),
    r"sum": ("sum(", ")"),
    r"mean|average": ("mean(", ")"),
    r"variance": ("var(", ")"),
    r"difference": ("((", ") - (", "))"),
    r"quotient|ratio": ("((", ") / (", "))"),
    r"exp(?:onential)?": ("exp(", ")"),
    **{name: (f"{name}(", ")") for name in ("sigmoid", "softmax", "softplus", "tanh", "relu", "sin", "cos")},
}  # of those of two things what stands between them, too
OF = (
    r"(?<![\w.])(?<!\bis )(?<!\bis the )(?<!\bbe )(?<!\bbe the )(?:the\s+)?"
    r"(?:(?P<times>half|twice|negative)\s+(?:of\s+)?)?(?:the\s+)?"
    r"(?P<squared>squared\s+(?=\S*[-\s]*(?:norm|distance)\b)|square\s+of\s+the\s+)?"
    rf"(?P<what>{'|'.join(SPOKEN)})(?P<behind>\s+squared(?=\s+of))?(?:\s+(?:of|between)|(?<=residuals))"
    r"\s+(?:the\s+(?:matrix|vector)\s+)?(?=[^\s,;.])"
)
PHRASE = regex(OF, re.IGNORECASE)
CUES = regex(r" (?:of|between) ")
STOPS = (  # where what is spoken of ends
    r"(?:[;,\n=?]|\.(?=\s|$)|\s\((?=where|with|if|for|given|[^()]*[∈≻⪰])"
    r"|(?<!\w)(?:wrt|w\.r\.t|with|over|by|where|when|for|if|and|to|vs|versus|is|as|in|at|on|subject|such|given|assuming"
    r"|squared(?!\s+\S*[-\s]*(?:norm|distance)\b)"
    r"|does|do|can)(?!\w))"
)
BETWEEN = r"(?P<sign>(?<=[\w)\]}'ᵀ²|‖ ])[-+−*](?!\w*\s?norm)|(?<!\w)(?:plus|minus|times)(?!\w))"
ANOTHER = regex(rf"{OF}|(?<!\w)(?:tr|trace|det|logdet|norm\w*)\s*\(|[‖|]", re.IGNORECASE)
LETTERS = r"(?:-|−|minus)[\s\w'ᵀ]*"
SQUARED = regex(r"\s*,?\s*squared(?!\w)")
BEHIND = regex(r"(?:[)\]‖|²'ᵀ]|['ᵀ)\w]\s?[^\W\d_])\s\(\Z")  # a formula of more than a number
ADDED = ("sum", "mean", "average")
OF_A_DIFFERENCE = regex(r"(?i:norm|squares|residuals|entries|elements|values)$")
SQUARED_ALREADY = regex(rf"[∑Σ|^_{SUBS}]|\bsum|{SQUARE}")  # or of one index
AND = regex(r"\s+(?P<word>and|with|vs\.?|versus|to)\s+(?:the\s+(?:matrix|vector)\s+)?")
SIGNS = {"plus": "+", "minus": "-", "negative": "-", "times": "*", "half": "1/2*", "twice": "2*"}
SIGNS |= {"two": "2", "three": "3", "four": "4"}
WRITTEN = regex(  # half x'Ax minus b'x
    r"(?<=\s)(?:plus|minus|times)(?=\s)|(?<![\w-])(?:[Tt]wo|[Tt]hree|[Ff]our)(?=\s+times\s)|(?<![\w-])(?:[Hh]alf|[Tt]wice)(?:\s+of)?(?=\s+(?:[‖|(]|(?!a\s)[^\W\d_](?![^\W_])|[a-z]+\())",
    given=("plus", "minus", "times", "alf", "wice"),
)


class Spoken(NamedTuple):
    """A text in signs, what is said of it, the places of the words, and the doubt about how far a function goes."""

    script: Transcript
    notes: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    doubt: MatdiffError | None


def in_signs(script: Transcript, known: Collection[str], far: bool, is_prose: bool) -> Spoken:
    """The text with signs for its words; *far* is whether «the norm of A x − b» is that of all, or of A x.

    Where it *is_prose* the words that belong to no formula are left out.

    >>> in_signs(Transcript("the trace of X'X", "the trace of X'X"), (), True, False).script.text
    "tr(X'X)"
    """
    text = script.text
    (edits, notes), doubt = _left_out(text, known, is_prose), None
    phrases, closings = list(PHRASE.finditer(text)) if CUES.search(text) else [], dict[int, str]()
    taken = {place for start, end, _ in edits for place in range(start, end)}
    phrases = [m for m in phrases if m.start() not in taken and not _is_aside(m, known)]
    used = set[int]()  # the places of the words «and» that stand between what a function is taken of
    for m in reversed(phrases):  # the inner one closes first
        before, *between, behind = _around(m)
        place = m.end()
        if between:
            second = AND.match(text, _ends(text, m, place, used)[1])
            if second is None:
                continue
            edits += _between(m, second, between[0])
            place = second.end()
            used.add(second.start("word"))
        short, long = _ends(text, m, place, used)
        is_sum = not between and m["what"].lower() in ADDED and AND.match(text, long)  # the sum of x and y
        if is_sum or (SQUARES.search(m["what"]) and SQUARED_ALREADY.search(text, place, long)):
            continue
        end = long if far else short
        squared = SQUARED.match(text, end) if m["what"].lower().endswith("norm") else None
        if squared:
            edits.append((*squared.span(), " "))
            behind += "^2"
        edits.append((*m.span(), before))
        closings[end] = closings.get(end, "") + behind
        doubt = _doubt(script, m, short, long) if short < long else doubt
    edits += [(end, end, behind) for end, behind in closings.items()]
    edits += [_in_sign(script, m) for m in WRITTEN.finditer(text)]
    spans = tuple(script.span(start, end) for start, end, _ in edits if start < end)
    return Spoken(script.edited(edits), notes, spans, doubt)


def _left_out(text: str, known: Collection[str], is_prose: bool) -> tuple[list[Edit], tuple[str, ...]]:
    """What changes without sentences and headings, and notes of it."""
    idle, taken = list[tuple[int, int]](), set[int]()
    for span in sentences(text, known) if is_prose else ():
        idle += [span] if taken.isdisjoint(range(*span)) else []
        taken.update(range(*span))
    unused = (text[slice(*span)].strip(" ,.!?:;\u200a") for span in idle)
    notes = (f"the answer does not use the words “{words}”" for words in unused if not is_polite(words))
    return [(*span, "") for span in idle], tuple(notes)


def _is_aside(m: re.Match[str], known: Collection[str]) -> bool:
    """Whether words in brackets say what stands in front of them: Σ_i r_i² (sum of squares), w'x (norm of w)."""
    of = match_at(r"(?:[a-z]+[-\s]+)*([a-z]{4,})\)", m.string, m.end())
    is_word = of is not None and of[1] not in known and of[1] not in GREEK_WORDS
    is_last = match_at(rf"\)\s*(?:[.,;?\n]|\Z|{WITH_RESPECT}\s)", m.string, closing(m.string, m.end()))
    return is_word or bool(is_last and BEHIND.search(m.string, 0, m.start()))


def _between(m: re.Match[str], second: re.Match[str], sign: str) -> Iterator[Edit]:
    """What stands for the word between two things, and for the second one where it is the first itself."""
    yield (*second.span(), sign)
    if itself := match_at(r"itself(?!\w)", m.string, second.end()):
        yield (*itself.span(), m.string[m.end() : second.start()])


def _in_sign(script: Transcript, m: re.Match[str]) -> Edit:
    """The sign for a word; half of a + b may be half of a, or of both."""
    text, sign = script.text, SIGNS[m.group().lower().split()[0]]
    shown = re.sub(BARS, lambda bars: "x" * len(bars.group()), text)
    signs = outside(shown, r"(?<=\S)\s*[-+−=;,\n]", m.end()) if m.group().endswith("of") else iter(())
    end = next(signs, None)
    if end and end.group().strip() in ("+", "-", "−"):
        first = text[m.end() : end.start()].strip()
        message = f"“{m.group()}” can go with {first}, or with all that follows"
        raise script.error(m.span(), message, f"write {sign}{first} … or {sign}({first} …)", AmbiguityError)
    return (*m.span(), sign)


def _around(m: re.Match[str]) -> tuple[str, ...]:
    """What the words of a function write in front of what it is taken of, between two such things, and behind."""
    pattern = next(pattern for pattern in SPOKEN if re.fullmatch(pattern, m["what"], flags=re.IGNORECASE))
    *around, behind = SPOKEN[pattern]
    around[0] = SIGNS.get((m["times"] or "").lower(), "") + around[0]
    return *around, behind + "^2" * bool(m["squared"] or m["behind"])


def _ends(text: str, m: re.Match[str], place: int, used: Collection[int]) -> tuple[int, int]:
    """Where what is spoken of ends: in front of a first sign, and behind all terms but those of another function.

    Nobody says the norm of A x − b of ‖A x‖ − b.
    """
    marks = list(_marks(text, place, used))
    terms = [k for k, sign in marks if sign not in ("*", "times")]
    long = next((k for k, then in pairwise(terms) if (a := ANOTHER.search(text, k)) and a.start() <= then), terms[-1])
    is_difference = OF_A_DIFFERENCE.search(m["what"]) and marks[0][1] in ("-", "−", "minus") and marks[0][0] < long
    first = marks[1] if is_difference and re.fullmatch(LETTERS, text[marks[0][0] : marks[1][0]]) else marks[0]
    return len(text[: first[0]].rstrip()), len(text[:long].rstrip())


def _marks(text: str, place: int, used: Collection[int]) -> Iterator[tuple[int, str]]:
    """The signs between the terms behind a place, and at last the end."""
    for m in outside(text, f"{STOPS}|{BETWEEN}", place):
        if m.start() not in used:
            yield m.start(), m.group()
            if not m["sign"]:
                return
    yield min(closing(text, place), len(text.rstrip(" .?"))), ""


def _doubt(script: Transcript, m: re.Match[str], short: int, long: int) -> MatdiffError:
    """The error where what is spoken of may end in front of a sign."""
    text = script.text
    before, *between, behind = _around(m)
    message = f"“{m.group().strip()}” can go with {text[m.end() : short]}, or with {text[m.end() : long]}"
    said = [text[m.end() : end] for end in (short, long)]
    one, all_ = (WRITTEN.sub(lambda sign: SIGNS[sign.group().lower().split()[0]], words) for words in said)
    one, all_ = (AND.sub(between[0], said) if between else said for said in (one, all_))
    hint = f"write {before}{one}{behind}{all_[len(one) :]} or {before}{all_}{behind}"
    return script.error((m.start(), long), message, hint, AmbiguityError)
