"""How a run of letters is split: names that are known, functions, and what is left into single letters.

In goes a run of letters in the text and the ``Vocabulary`` of the reading; out come pieces.  Known names are looked up
whole, then the run is split into known names (two ways are an error), and what is left into single letters.

What is typed has words: those with vowels and consonants, whose letters do not stand by themselves elsewhere in the
text, are names, and a note says so.  A word that nothing but a space joins to what stands beside it is English, as is
one that asks for something.
"""

from __future__ import annotations

from collections.abc import Iterable

from matdiff import regex as re
from matdiff.errors import AmbiguityError, NotationError, UnknownNameError
from matdiff.language.names import (
    ABBREVIATED,
    ACCENTED,
    ELSEWHERE,
    GREEK,
    GREEK_CLASS,
    GREEK_WORDS,
    NO_FUNCTIONS,
    PLAIN_SUBSCRIPT,
    SUBS,
    SUBSCRIPT,
    canonical,
    is_letter,
    nearest,
    no_function,
)
from matdiff.language.outside import outside
from matdiff.language.words import BIG, LOW_SIGNS, PLACEHOLDERS, Vocabulary
from matdiff.records import NamedTuple
from matdiff.regex import match_at, regex

RUN_ON = rf"(?:_?[A-Za-z0-9{GREEK_CLASS}{SUBS}])+"  # what may follow in a name that is declared


class Piece(NamedTuple):
    """A piece of a run of letters: NAME, FUNCTION, SUM or KRONECKER, what it is called, and its end."""

    kind: str
    value: str
    end: int


def split_word(text: str, start: int, end: int, known: Vocabulary) -> Iterable[Piece]:
    """The pieces of the run of letters (and digits behind it) that stands at text[start:end]."""
    run = text[start:end]
    if long := _long_word(text, start, end, known):
        return [long]
    subscript = match_at(SUBSCRIPT, text, end) if text[end : end + 1] in LOW_SIGNS else None
    if subscript and (len(run) == 1 or run in GREEK or run in GREEK_WORDS):
        accent = match_at(ACCENTED, text, end)
        if accent:  # x_hat is x̂
            return [Piece("NAME", canonical(run + accent.group()), accent.end())]
    if subscript and known.is_identity(run, subscript.group()):
        return [Piece("NAME", run, end)]
    if subscript:
        whole = canonical(run + subscript.group())
        is_number = subscript.group().strip("_{}").translate(PLAIN_SUBSCRIPT).isdecimal()
        if whole in known.names or (is_number and is_name(run, known)):
            return [Piece("NAME", whole, subscript.end())]
        if whole in known.functions:
            return [Piece("FUNCTION", whole, subscript.end())]
        last = canonical(run[-1] + subscript.group())
        if len(run) > 1 and last in known.names and not is_name(run, known):  # Xw_{ML} has the factor w_ML
            return [*split_word(text, start, end - 1, known), Piece("NAME", last, subscript.end())]
        if run in BIG and run not in known.names:
            return [Piece("SUM", run, end)]
        _refuse_call(text, start, subscript, known)
        if _is_labelled(run, subscript.group(), text, subscript.end(), known):
            return [Piece("NAME", whole, subscript.end())]  # loss_weight, inv_M
    name = canonical(run)
    if name not in known.names:
        if run == "kron":
            return [Piece("KRONECKER", run, end)]
        if run in known.functions and (run != "eye" or text.startswith("(", end)):
            return [Piece("FUNCTION", run, end)]
    if is_name(run, known) or run in PLACEHOLDERS:
        return [Piece("NAME", name, end)]
    return _split(text, start, end, known, subscript)


def _refuse_call(text: str, start: int, below: re.Match[str], known: Vocabulary) -> None:
    """Refuses lambda_max(A) and my_fn(x), which call no known function; A_{obs}(x − y) is a product."""
    run, label = text[start : below.start()], below.group()
    is_long = re.fullmatch(r"_?\{?[A-Za-z]\w{2,}\}?", label) is not None
    is_long = is_long or (run not in known.functions and _is_word(run, label, known))
    called = match_at(r"(?:_\w+)?\(", text, below.end()) if is_long else None
    if called and not (run in NO_FUNCTIONS and any(outside(text, "[-+−]", called.end()))):
        span = (start, called.end() - 1)
        raise no_function(text[slice(*span)], [*known.functions, *known.names], text, span)


def _is_labelled(run: str, below: str, text: str, end: int, known: Vocabulary) -> bool:
    """Whether a word is one with the label below it: loss_weight, inv_M, ref_1; log_b x has a base."""
    letters = below.strip("_{}")
    if _is_word(run, below, known) and (len(letters) > 1 or letters.isdecimal()):
        return True
    if letters.isupper() and len(run) > 1 and _is_beside_signs(text, end - len(run + below), end - len(below), known):
        return True  # nn_X beside signs of all products
    is_label = run in known.functions and letters[:1].isalpha() and (len(letters) > 1 or run != "log")
    return is_label and not match_at(r"\s*\(|\s+\w", text, end)


def _is_word(run: str, below: str, known: Vocabulary) -> bool:
    """Whether letters with a label are one name: loss_weight, my_fn, ref_1; aw_i is a product."""
    is_word = len(below) > 2 or (WORD.fullmatch(run) is not None and not known.lonely.issuperset(run))
    return below.startswith("_") and below[1] != "{" and is_word and len(run) > 1 and not is_name(run, known)


def _long_word(text: str, start: int, end: int, known: Vocabulary) -> Piece | None:
    """A function or a declared name that goes on behind the run of letters: log1p, softmax_rows, x_hat_t, W1b."""
    if not (text.startswith("_", end) or text[end : end + 1].isalpha()):
        return None
    tail = match_at(r"[a-z]*(?:_[a-z]+)*(?=\s*\.?\()", text, end)
    if tail and tail.end() > end and text[start : tail.end()] in known.functions:
        return Piece("FUNCTION", text[start : tail.end()], tail.end())
    tail = match_at(RUN_ON, text, end)
    last = tail.end() if tail else end
    longest = min(last, start + 2 * known.longest)  # no name is longer, however it is written
    ends = [k for k in range(longest, end, -1) if k == last or text[k - 1] in SUBS]
    names = (Piece("NAME", canonical(text[start:k]), k) for k in ends)
    return next((piece for piece in names if piece.value in known.names), None)


def is_name(run: str, known: Vocabulary) -> bool:
    """Whether a run is one name: declared, a Greek word, or a letter, perhaps with digits; Mu of u'Mu is M u."""
    name = canonical(run)
    return name in known.names or (is_letter(name) and run not in ("Mu", "Nu"))


def _split(text: str, start: int, end: int, known: Vocabulary, subscript: re.Match[str] | None) -> list[Piece]:
    """A run that is no name: known names in a row, else a function before capitals, else single letters."""
    run = text[start:end]
    if text.endswith("^", 0, start) and run[1:].islower() and run.isalpha():
        message = f"the exponent {run} can be a product, or {run[0]} before a product"
        hint = f"write ^({'*'.join(run)}), or {run[0]} {' '.join(run[1:])}"
        raise AmbiguityError(message, text=text, span=(start, end), suggestion=hint)
    found = ways(run, known)
    if len(found) > 1:
        shown = " or as ".join("*".join(way) for way in found[:2])
        hint = "separate the names by spaces or *"
        raise AmbiguityError(f"{run} can be read as {shown}", text=text, span=(start, end), suggestion=hint)
    if found:
        return _pieces(found[0], start, end, subscript)
    front = next((k for k in range(len(run) - 1, 1, -1) if run[:k] in known.functions and run[k].isupper()), 0)
    if front:
        return [Piece("FUNCTION", run[:front], start + front), *split_word(text, start + front, end, known)]
    if text.startswith("(", end):
        error = no_function(run, [*known.functions, *known.names], text, (start, end))
        if error.suggestion or len(run) > 3 or run.islower():
            raise error
    is_doubled = DOUBLED.search(run) and not match_at(r"\s*(?:['′ᵀ⊤^]|\.T)", text, end)
    if is_doubled or _is_acronym(text, start, end) or _is_beside_stars(text, start, end):
        raise one_name(text, start, end)
    return _pieces(re.findall(r"[A-Za-z][0-9]*", run), start, end, subscript)


def one_name(text: str, start: int, end: int) -> AmbiguityError:
    """The error of a run that may be a name."""
    run = text[start:end]
    hint = f"{run[0]}_{{{run[1:]}}} is a name, {' '.join(run)} a product"
    message = f"{run} can be a name of its own, or a product"
    return AmbiguityError(message, text=text, span=(start, end), suggestion=hint)


def _is_acronym(text: str, start: int, end: int) -> bool:
    """Whether capitals stand together beside factors that stand apart, and nowhere else: the SNR of SNR H H'."""
    run = text[start:end]
    if not re.fullmatch("[A-Z]{3,}", run) or not set(run).isdisjoint(text[:start] + text[end:]):
        return False
    return bool(match_at(r"[ ]+[A-Z](?![^\W\d_])", text, end) or re.search(r"\b[A-Z]['ᵀ⊤]?[ ]+$", text[:start]))


def _is_beside_stars(text: str, start: int, end: int) -> bool:
    """Whether capitals of which one stands nowhere else are beside the * of matrices, as the SW of W'*SW*W; Xb*w."""
    run, rest = text[start:end], f"{text[:start]} {text[end:]}"
    is_beside = re.search(r"['A-Z)]\s*\*\s*$", text[:start]) or match_at(r"\s*\*\s*[A-Za-z(]", text, end)
    is_name = re.fullmatch("[A-Z]{2,}|[A-Z][a-z]", run) and is_beside and not OMITTED.search(rest)
    new = run[1:] if run[1:].islower() else run  # the x of A*Bx is one that stands alone
    return bool(is_name) and not all(re.search(rf"(?<![^\W\d_]){c}(?![^\W\d])", rest) for c in new)


DOUBLED = regex(r"^[A-Z]([a-z])\1$")  # Rxx: nobody writes a square so


def _pieces(names: list[str], start: int, end: int, subscript: re.Match[str] | None) -> list[Piece]:
    """Names in a row; a subscript made of digits belongs to the last one."""
    pieces = []
    for name in names:
        start += len(name)
        pieces.append(Piece("NAME", canonical(name), start))
    if subscript and (digits := canonical("x" + subscript.group())[1:]).isdecimal():
        pieces[-1] = Piece("NAME", pieces[-1].value + digits, subscript.end())
    return pieces


Link = tuple["Link | None", str]  # a way to read the front of a run: the way before, and its last piece


def ways(run: str, known: Vocabulary) -> list[list[str]]:
    """The ways to read a run as known names in a row: none, the only one, or two of them."""
    at: list[list[Link | None]] = [[None], *([] for _ in run)]
    for place in range(len(run)):
        for length in range(1, min(known.longest, len(run) - place) + 1) if at[place] else ():
            piece = run[place : place + length]
            if canonical(piece) in known.names:
                at[place + length] = (at[place + length] + [(way, piece) for way in at[place]])[:2]
    found = []
    for link in at[len(run)]:
        way: list[str] = []
        while link is not None:
            link, piece = link
            way.append(piece)
        found.append(way[::-1])
    return found


SHORT = frozenset("an as at be by do if in is it no of on or so to we wrt".split())  # words of sentences
ASKING = "derivative differentiate gradient hessian jacobian maximise maximize minimise minimize itself".split()
SPELT = "|".join(GREEK_WORDS)
HUMPED = rf"(?!(?:{SPELT})[A-Z]|[a-z]+(?:{SPELT})$)(?:[a-z]+[A-Z][a-z]{{3,}}|[a-z]{{3,}}[A-Z][a-z]{{2,}})"  # nSamples
WORD = regex(rf"(?=.*[aeiou])(?=.*[^aeiou])(?:[a-z]{{3,}}|{HUMPED})")
SENTENCE = regex(r"(?=.*[aeiou])[A-Z][a-z]{3,}")  # a word that begins a sentence
HATTED = regex(rf"(?!(?:that|what|chat)$)(?:[a-z]|{'|'.join(GREEK_WORDS)})(?:hat|bar|tilde|dot)")  # qdot, thetahat
JOINED = regex(r"\s+(?:[^\W_]|[(‖√∑∇∂\[])")  # an operand behind a space
BEHIND = frozenset(("(", "_", *SUBS))  # a call or a subscript
LABELLED = regex(r"_[A-Za-z](?![A-Za-z0-9_(])")  # ref_x, where loss_weight is a name of its own
STARRED = regex(r"[\w)\]'ᵀ]\s*\.?\*\s*[A-Za-z(]", given="*")  # A*x
OMITTED = regex(  # A x, 2x, x'A, Ax, and no norm(A, 'fro')
    r"[\w)\]'ᵀ]\s+[^\W\d_]|(?:[)\]ᵀ]|(?<![,\s])')[^\W_]|\d[^\W\d_]|(?<![^\W\d_])[A-Z][a-z](?!\w)"
)
OUTER = regex(r"\s*(?:['ᵀ⊤^]|\.T)")  # xy' may be an outer product
LONGEST_PRODUCT = 3  # of letters that somebody may have meant by a word
ASIDE = regex(  # x'x (entropy), x'x (log scale)
    r"(?:[)\]|‖²'ᵀ0-9]|(?<![^\W\d_])[^\W\d_])[^\S\n]+\((?:[A-Za-z]+ )*\Z"
)
HEADING = regex(r"(?:_\{?\w+\}?)?:\s")  # loss: x'x


def word_at(text: str, start: int, end: int, known: Vocabulary, is_behind: bool) -> str | None:
    """The name that a word at text[start:end] is, None where it is none; *is_behind* an operand and a space.

    Errors: UnknownNameError of a word of English.
    """
    run = text[start:end]
    if len(run) == 1 or run.isupper():
        _refuse_heading(text, start, end, known)
        return None
    is_short, begins = run in SHORT, SENTENCE.fullmatch(run) is not None
    stem = run.rstrip("0123456789")  # lam of lam1
    if run in ("inf", "sup") and text.startswith("_", end):
        raise no_function(run, known.functions, text, (start, end))
    label = LABELLED.match(text, end) if run != "nabla" and WORD.fullmatch(run) else None
    is_labelled = label is not None and run + label[0] not in known.names  # reg_t = … defines reg_t
    if text[end : end + 1] in BEHIND and not is_labelled:
        return None
    if run in ELSEWHERE and JOINED.match(text, end) and (known.lonely | known.names).isdisjoint(run):
        raise no_function(run, known.functions, text, (start, end))
    if not (is_short or begins or WORD.fullmatch(stem)):
        return canonical(run) if _is_beside_signs(text, start, end, known) else None
    if stem != run and text[end : end + 1].isalpha():  # col2im
        return None
    if stem in known.functions or is_name(run, known) or ways(run, known) or known.lonely.issuperset(stem):
        return None
    is_heading = HEADING.match(text, end) is not None and re.fullmatch(r"[A-Za-z\s/-]*", text[:start]) is not None
    is_behind = is_behind or (text.startswith(")", end) and ASIDE.search(text, 0, start) is not None)
    is_letter = stem in ABBREVIATED or HATTED.fullmatch(run) is not None
    if run in ASKING or (not is_letter and (is_behind or is_heading or JOINED.match(text, end))):
        declared = f"declare it where it is a name, {run}: scalar"
        is_long = len(run) > LONGEST_PRODUCT
        hint = f"leave out the words, or {declared}" if is_long else f"{declared}; a product is {'*'.join(run)}"
        hint = "leave out what it says; whether that is true says matdiff check" if run == "is" else hint
        hint = nearest(run, known.functions) or hint
        raise UnknownNameError(f"the word {run} has no meaning here", text=text, span=(start, end), suggestion=hint)
    return None if is_short or begins else canonical(run)


def _is_beside_signs(text: str, start: int, end: int, known: Vocabulary) -> bool:
    """Whether small letters that stand nowhere else are one name: tc beside signs of all products, sqrt(dk)."""
    run = text[start:end]
    is_new = run.isalpha() and run.islower() and known.lonely.isdisjoint(run) and run not in known.functions
    if not is_new or is_name(run, known) or ways(run, known):
        return False
    if text[start - 2 : start - 1].isalpha() and (text[start - 1], text[end : end + 1]) == ("(", ")"):
        return True
    return STARRED.search(text) is not None and not OMITTED.search(text) and not OUTER.match(text, end)


def _refuse_heading(text: str, start: int, end: int, known: Vocabulary) -> None:
    """Refuses f: x'x and GLS: x'x, which names a function or is an inner product f : x, where f is not declared."""
    name = text[start:end]
    is_product = name.isupper() and (len(name) == 1 or not (known.lonely | known.names).isdisjoint(name))
    if not HEADING.match(text, end) or text[:start].strip() or is_product or canonical(name) in known.kinds:
        return
    message = f"{name}: can name the function, or be the inner product of {name}"
    hint = f"write {name} = … for the name, {name}'*… for the product"
    raise NotationError(message, text=text, span=(start, end + 1), suggestion=hint)
