"""Distributions that a text states, y ~ N(Xβ, σ²I), where it asks for their log-likelihood: log N(y; Xβ, σ²I).

In goes the plain spelling of a text, out comes the same with the log-likelihood in the place of the statement, and a
note of it.  A statement beside another function is refused, since a derivative has no use for it.
"""

from __future__ import annotations

from collections.abc import Collection

from matdiff import regex as re
from matdiff.language.log_densities import NAMES, with_log_densities
from matdiff.language.names import GREEK_CLASS, MARKS, SUBS, SUBSCRIPTS
from matdiff.language.outside import closing
from matdiff.language.transcript import Copy, Edit, Transcript
from matdiff.regex import regex

LETTER = rf"(?:[A-Za-z{GREEK_CLASS}][{MARKS}]*)"
LOW = rf"(?:_\{{?(?P<low>[a-z])\}}?|(?P<sub>[{SUBS}]))"
MANY = rf"{LETTER}_?\{{?[1₁]\}}?\s*,\s*(?:\.\.\.?|…|⋯)\s*,\s*{LETTER}_?\{{?(?P<last>[A-Za-z]|[{SUBS}])\}}?"
IID = r"(?:i\.?\s?i\.?\s?d\b\.?\s*)"
FRONT = rf"(?<!\w)(?:(?P<many>{MANY})|(?P<name>{LETTER}){LOW}?)\s*{IID}?(?P<given>[|∣][^~∼;\n]*)?[~∼]\s*{IID}?"
NORMAL = r"⟪?(?:N(?:_\w+)?|[Nn]ormal|Gaussian|MVN)⟫?\s*\("
STATED = regex(rf"{FRONT}(?:{NORMAL}|⟪?(?P<kind>{NAMES})⟫?\s*\()")
OF_TWO = regex(
    rf"(?:⟪?(?:KL|kl)⟫?|D_?\{{?\s*⟪?(?:KL|kl)⟫?\s*\}}?)\s*\(\s*(?P<p>(?P<of>{LETTER})(?:\([^()]*\))?)\s*(?:‖|\|\|)\s*"
    rf"(?P<q>(?P<beside>{LETTER})(?:\([^()]*\))?)\s*\)",
    given=("KL", "kl"),
)
OF_ANY_KIND = regex(rf"{FRONT}⟪?[A-Z]\w*⟫?\s*\(")
SAMPLED = regex(  # x_1, …, x_n are iid N(μ, Σ), x is distributed as N(μ, Σ)
    rf"(?<!\w)(?:{MANY}|{LETTER}{LOW}?)(?P<says>\s?,?\s(?:(?:are|be|is)\s+)?(?:{IID}(?:(?:samples\s+)?from\s+)?"
    rf"|{IID}?distributed\s+(?:as|according\s+to)\s+))(?=⟪?[A-Z]\w*⟫?\s*\()"
)
NOISY = regex(  # y = Xβ + ε, ε ~ N(0, σ²I) is y ~ N(Xβ, σ²I)
    rf"(?<!\w){LETTER}(?:_\w|[{SUBS}])?\s*(?P<equals>=)(?P<mean>[^=;,\n~∼]*?)"
    rf"(?P<noise>\+\s*(?P<error>{LETTER}(?:_\w|[{SUBS}])?)\s*[,;.]?\s*(?:(?:where|with|and)\s+)?(?P=error)\s*"
    r"(?:i\.?i\.?d\.?\s*)?[~∼]\s*⟪?(?:N|[Nn]ormal)⟫?\s*\(\s*0\s*,)"
)
ANY = regex(r"[^\s,;~∼]*[\w)\]}]\s*[~∼]\s*⟪?[A-Za-z][^\s;,]*")
ASKED = regex(
    r"(?:the\s+)?(?P<negative>negative\s+|minus\s+)?(?P<log>[Ll]og[-\s]?)?[Ll]ikelihood(?:\s+function)?(?!\s+estimat|\s+solution)\b"
    r"(?:\s+of(?=\s+\S+\s*[~∼])|\s+of\s+[A-Za-z](?!\w))?"
)
JOINT = regex(
    r"(?:the\s+)?(?P<negative>[Nn]egative\s+|[-−]\s*)?(?:[Ll]og[-\s]?(?:(?:joint|posterior)(?:\s+density)?|density(?!\s+of\b))"
    r"|(?<![A-Za-z])(?:log|ln)\s*p\s*\((?P<of>[^()]*)\))(?:\s+of(?=\s+\S+\s*[~∼]))?(?!\s*=)"
)
GIVEN = regex(r"(?:(?<!\w)|\s+(?:is\s+)?|\s*:\s*)(?P<name>[^\W\d_]+)[\w₀-₉]*\s*(?:\([^()]*\)\s*)?:?=(?!=)", given="=")
IN_FRONT = regex(r"(?:\A|,\s*|\s)(?i:where|with|and|for|given|if|let|suppose|assume)\s+$")
BELOW = r"_\{[^{}]*[~∼]"  # i ~ j below a sum, of neighbours
BEHIND = r"(?P<iid>(?:\s*,?\s*i\.?\s?i\.?\s?d\b\.?(?!\s*[~∼]))?)\s*[.;,]?"
ESTIMATED = regex(r"[Mm]aximum[-\s]likelihood|\bMLEs?\b|\bML\s+estimat|[Mm]aximi[sz]e")
SCORE = regex(r"\b[Ss]core\b(?:\s+function)?(?!\s*=)")
INDICES = "ijnkst"
AS_FORMULA = "write the logarithm of the density as a formula, as in log N(y; m, S)"

Span = tuple[int, int]
Stated = tuple[Transcript, tuple[str, ...], tuple[Span, ...]]


def with_tildes(script: Transcript) -> Transcript:
    """The text in which x_1, …, x_n ~ N(μ, Σ) stands for x_1, …, x_n are iid N(μ, Σ)."""
    return script.edited([(*m.span("says"), " ~ ") for m in SAMPLED.finditer(script.text)])


def with_divergences(script: Transcript) -> tuple[Transcript, tuple[Span, ...]]:
    """The text with KL(N(m, S) ‖ N(0, I)) for the KL(q ‖ p) of q = N(m, S) and p = N(0, I), and the places of these."""
    text, edits, spans = script.text, list[Edit | Copy](), list[Span]()
    for m in OF_TWO.finditer(text):
        given = [_given_normal(text, m[name]) for name in ("of", "beside")]
        for part, found in zip("pq", given, strict=True) if None not in given else ():
            assert found is not None
            whole, inside = found
            start, end = m.span(part)
            edits += [(start, start, "N("), (start, end, inside), (end, end, ")"), (*whole, " ")]
            spans += [script.span(start, end), script.span(*whole)]
    return script.edited(edits), tuple(spans)


def _given_normal(text: str, name: str) -> tuple[Span, Span] | None:
    """Where q = N(m, S), q ~ N(m, S) or q(z) = N(z; m, S) stands, and what is in its brackets behind a z."""
    lead = r"(?:^|[,;\n]|\b(?:where|with|and|for)\b)\s*"
    found = re.search(rf"{lead}{re.escape(name)}\s*(?:\([^()]*\)\s*)?(?:=|[~∼])\s*{NORMAL}(?:\s*\w+\s*[;|∣])?", text)
    if found is None:
        return None
    end = closing(text, found.end())
    return (found.start(), end + 1), (found.end(), end)


def with_formulas(script: Transcript) -> Stated:
    """The text with formulas for the log-likelihood that it asks for, and for the densities of numbers in it."""
    script, said, replaced = with_likelihoods(script)
    script, notes = with_log_densities(script)
    return script, (*said, *notes), replaced


def with_likelihoods(script: Transcript) -> Stated:
    """The text in which log N(y; m, S) stands for «the log-likelihood» of y ~ N(m, S), a note, and what these replace.

    Errors: NotationError where the log-likelihood is not asked for, or the distribution is none that has a formula.
    """
    if "~" not in script.text and "∼" not in script.text:
        return script, (), ()
    if noisy := NOISY.search(script.text):
        script = script.edited([(*noisy.span("equals"), "~ N("), (*noisy.span("noise"), ", ")])
    text = script.text
    every = [] if re.search(BELOW, text) else list(ANY.finditer(text))
    if not every:
        return script, (), ()
    of_any_kind = list(OF_ANY_KIND.finditer(text))
    if len(of_any_kind) == len(every) and (beside := _beside_a_function(script, of_any_kind)):
        return beside
    stated = list(STATED.finditer(text))
    joint = JOINT.search(text)
    is_joint = joint and ("density" in joint[0] or not re.search("[|∣]", joint["of"] or "|"))
    if len(stated) == len(every) and (len(every) > 1 or is_joint):
        return _joint(script, stated)
    if len(stated) != 1 or len(every) > 1:
        message = "several distributions are stated" if every[1:] else f"{every[0][0]} states no known distribution"
        raise script.error(every[0].span(), message, AS_FORMULA)
    m = stated[0]
    end = closing(text, m.end())
    shown = script.source[slice(*script.span(m.start(), end + 1))]
    is_sought = ESTIMATED.search(text) or SCORE.search(text)
    asked = [found for found in ASKED.finditer(text) if found["log"] or is_sought]
    if len(asked) > 1 or not (asked or is_sought):
        hint = "ask for its log-likelihood, or write log N(y; m, S); expectations are taken by matdiff.expectation"
        raise script.error(m.span(), f"{shown} states a distribution, and is no function", hint)
    _require_observed(script, m, end)
    sign = "−" if asked and asked[0]["negative"] else ""
    behind = re.compile(BEHIND).match(text, end + 1)
    assert behind is not None
    whole = m.start(), behind.end() if asked else behind.end("iid")
    said = f"the function is the {'negative ' if sign else ''}log-likelihood of {shown}"
    return _with_densities(script, stated, [whole], asked[0].span() if asked else whole, sign, said)


def _beside_a_function(script: Transcript, stated: list[re.Match[str]]) -> Stated | None:
    """The text without what it says of y ~ N(Xβ, σ²I) where it gives its function, as S = ‖y − Xβ‖²."""
    text = script.text
    wholes = _wholes(text, stated)
    said = " ".join(text[slice(*whole)] for whole in wholes)
    given = [m for m in GIVEN.finditer(text) if m["name"] not in re.findall(r"[^\W\d_]+", said)]
    asked = (m for pattern in (ASKED, JOINT, ESTIMATED) for m in pattern.finditer(text))
    if not given or not all(GIVEN.match(text, m.end()) for m in asked):
        return None
    spans = [script.span(*whole) for whole in wholes]
    notes = (f"the answer does not use the words “{script.source[slice(*span)].strip(' ,.;')}”" for span in spans)
    return script.edited([(*whole, " ") for whole in wholes]), tuple(notes), tuple(spans)


def _joint(script: Transcript, stated: list[re.Match[str]]) -> Stated:
    """The text in which log N(y; m, S) + log N(b; 0, T) stands for log p(y, b) of y ~ N(m, S) and b ~ N(0, T)."""
    text = script.text
    asked = JOINT.search(text)
    names = {m["name"] for m in stated if m["name"] and not (m["low"] or m["sub"])}
    of = {name.strip() for name in re.split("[,|∣]", asked["of"])} if asked and asked["of"] else names
    if asked is None or of != names or len(names) < len(stated):
        hint = "ask for log p(a, b), the logarithm of their joint density, or write it as a formula, log N(y; m, S) + …"
        message = "several distributions are stated, and it is not said what is asked of them"
        raise script.error(stated[0].span(), message, hint)
    if re.search("posterior|[|∣]", asked[0]):  # the derivative by what stands behind the bar would be another one
        joint = ", ".join(m["name"] for m in stated)
        hint = f"ask for log p({joint}): by what is not behind the bar its derivative is the same"
        raise script.error(asked.span(), f"{asked[0].strip()} is a conditional density, which takes an integral", hint)
    for m in stated:
        _require_observed(script, m, closing(text, m.end()), names)
    wholes = _wholes(text, stated)
    shown = script.source[slice(*script.span(*asked.span()))]
    said = f"{shown} is the sum of the logarithms of the densities that are stated"
    return _with_densities(script, stated, wholes, asked.span(), "−" if asked["negative"] else "", said)


def _with_densities(
    script: Transcript, stated: list[re.Match[str]], wholes: list[Span], place: Span, sign: str, said: str
) -> Stated:
    """The text with the logarithms of densities at a place, in which their statements have no other part."""
    text = script.text
    terms = (f"{_density(text, m)}{text[m.end() : closing(text, m.end())]})" for m in stated)
    edits = [*((*whole, " ") for whole in wholes if whole != place), (*place, f" {sign}({' + '.join(terms)})")]
    return script.edited(edits), (said,), tuple(script.span(*span) for span in (*wholes, place))


def _wholes(text: str, stated: list[re.Match[str]]) -> list[Span]:
    """The places of statements with the words around them: where b ~ N(0, T) i.i.d."""
    wholes = list[Span]()
    for m in stated:
        end = closing(text, m.end()) + 1
        front, behind = IN_FRONT.search(text[: m.start()]), re.compile(BEHIND).match(text, end)
        start = max(front.start(), wholes[-1][1] if wholes else 0) if front else m.start()
        wholes.append((start, behind.end() if behind else end))
    return wholes


def _density(text: str, m: re.Match[str]) -> str:
    """∑_i log N(x_i; of what a statement is about, up to the parameters."""
    kind = m["kind"] or "N"
    if not m["many"]:
        index = SUBSCRIPTS.get(m["sub"] or "", m["low"])
        return f"∑_{index} log {kind}({m['name']}_{index}; " if index else f"log {kind}({m['name']}; "
    index = next(letter for letter in INDICES if letter not in text)
    last = SUBSCRIPTS.get(m["last"], m["last"])
    return f"∑_{{{index}=1}}^{{{last}}} log {kind}({m['many'][0]}_{index}; "


def _require_observed(script: Transcript, m: re.Match[str], end: int, joint: Collection[str] = ()) -> None:
    """Refuses y = Xβ + ε, ε ~ N(0, σ²I), where the likelihood is not that of ε, and a | z that takes no part.

    A name of a *joint* density may stand in the other distributions.
    """
    rest = script.text[: m.start()] + " " + script.text[end:]
    name = m["name"] or m["many"][0]
    behind = r"[^;\n]*=" if joint else r"[^;\n]*=|\s*[-+)]|\s*[;,\n]"
    if re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])(?={behind})", rest):
        hint = "state the distribution of what is observed, as in y ~ N(X*b, s^2*I)"
        raise script.error(m.span(), f"{name} stands elsewhere in the text, too", hint)
    unused = [letter for letter in re.findall(LETTER, m["given"] or "") if letter not in script.text[m.end() : end]]
    if unused:
        raise script.error(m.span(), f"{unused[0]} plays no part in the distribution", "leave it out")
