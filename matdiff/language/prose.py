"""Words among the letters of a formula: names as people give them (lam, bias), and English, which is refused.

A run of small letters is a product of letters on paper, where nobody writes words in italics.  What is typed has words:
those with vowels and consonants, whose letters do not stand by themselves elsewhere in the text, are names, and a note
says so.  A word that nothing but a space joins to what stands beside it is English, as is one that asks for something.
"""

from __future__ import annotations

from matdiff.errors import NotationError, UnknownNameError
from matdiff.language.names import ABBREVIATED, ELSEWHERE, GREEK_WORDS, SUBS, canonical, nearest, no_function
from matdiff.language.splitting import is_name, ways
from matdiff.language.words import Vocabulary
from matdiff.regex import regex

SHORT = frozenset("an as at be by do if in is it no of on or so to we wrt".split())  # words of sentences
ASKING = frozenset("derivative differentiate gradient hessian jacobian maximise maximize minimise minimize".split())
GREEK = "|".join(GREEK_WORDS)
HUMPED = rf"(?!(?:{GREEK})[A-Z]|[a-z]+(?:{GREEK})$)(?:[a-z]+[A-Z][a-z]{{3,}}|[a-z]{{3,}}[A-Z][a-z]{{2,}})"  # nSamples
WORD = regex(rf"(?=.*[aeiou])(?=.*[^aeiou])(?:[a-z]{{3,}}|{HUMPED})")
SENTENCE = regex(r"(?=.*[aeiou])[A-Z][a-z]{3,}")  # a word that begins a sentence
ACCENTED = regex(rf"(?!(?:that|what|chat)$)(?:[a-z]|{'|'.join(GREEK_WORDS)})(?:hat|bar|tilde|dot)")  # qdot, thetahat
JOINED = regex(r"\s+(?:[^\W_]|[(‖√∑∇∂\[])")  # an operand behind a space
BEHIND = frozenset(("(", "_", *SUBS))  # a call or a subscript
STARRED = regex(r"[\w)\]'ᵀ]\s*\.?\*\s*[A-Za-z(]", given="*")  # A*x
OMITTED = regex(r"[\w)\]'ᵀ]\s+[^\W\d_]|[)\]'ᵀ][^\W_]|\d[^\W\d_]|(?<![^\W\d_])[A-Z][a-z](?!\w)")  # A x, 2x, x'A, Ax
OUTER = regex(r"\s*(?:['ᵀ⊤^]|\.T)")  # xy' may be an outer product
LONGEST_PRODUCT = 3  # of letters that somebody may have meant by a word
ASIDE = regex(r"(?:[)\]|‖²'ᵀ0-9]|(?<![^\W\d_])[^\W\d_])[^\S\n]+\(\Z")  # x'x (entropy)
HEADING = regex(r":\s")  # loss: x'x


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
    if text[end : end + 1] in BEHIND:
        return None
    if run in ELSEWHERE and JOINED.match(text, end) and (known.lonely | known.names).isdisjoint(run):
        raise no_function(run, known.functions, text, (start, end))
    if not (is_short or begins or WORD.fullmatch(stem)):
        return canonical(run) if _is_beside_signs(text, start, end, known) else None
    if stem != run and text[end : end + 1].isalpha():  # col2im
        return None
    if stem in known.functions or is_name(run, known) or ways(run, known) or known.lonely.issuperset(stem):
        return None
    is_heading = not text[:start].strip() and HEADING.match(text, end) is not None
    is_behind = is_behind or (text.startswith(")", end) and ASIDE.search(text, 0, start) is not None)
    is_letter = stem in ABBREVIATED or ACCENTED.fullmatch(run) is not None
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
