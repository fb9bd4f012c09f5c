"""Distributions that a text states, y ~ N(Xβ, σ²I), where it asks for their log-likelihood: log N(y; Xβ, σ²I).

In goes the plain spelling of a text, out comes the same with the log-likelihood in the place of the statement, and a
note of it.  A statement beside another function is refused, since a derivative has no use for it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from matdiff.language.names import GREEK_CLASS, MARKS, SUBS, SUBSCRIPTS
from matdiff.language.outside import closing
from matdiff.language.transcript import Copy, Edit, Transcript
from matdiff.regex import regex

LETTER = rf"(?:[A-Za-z{GREEK_CLASS}][{MARKS}]*)"
LOW = rf"(?:_\{{?(?P<low>[a-z])\}}?|(?P<sub>[{SUBS}]))"
MANY = rf"{LETTER}_?\{{?[1₁]\}}?\s*,\s*(?:\.\.\.?|…|⋯)\s*,\s*{LETTER}_?\{{?(?P<last>[A-Za-z]|[{SUBS}])\}}?"
STATED = regex(
    rf"(?<!\w)(?:(?P<many>{MANY})|(?P<name>{LETTER}){LOW}?)\s*(?:i\.?\s?i\.?\s?d\b\.?\s*)?(?P<given>[|∣][^~∼;\n]*)?[~∼]\s*(?:i\.?\s?i\.?\s?d\b\.?\s*)?"
    r"⟪?(?:N(?:_\w+)?|[Nn]ormal|Gaussian|MVN)⟫?\s*\("
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
    r"(?:the\s+)?(?P<negative>[Nn]egative\s+|[-−]\s*)?(?:[Ll]og[-\s]?(?:joint|posterior)(?:\s+density)?"
    r"|(?<![A-Za-z])(?:log|ln)\s*p\s*\((?P<of>[^()]*)\))(?:\s+of(?=\s+\S+\s*[~∼]))?(?!\s*=)"
)
IN_FRONT = regex(r"(?:,\s*|\s)(?:where|with|and|for|given|if)\s+$")
BELOW = r"_\{[^{}]*[~∼]"  # i ~ j below a sum, of neighbours
BEHIND = r"(?P<iid>(?:\s*,?\s*i\.?\s?i\.?\s?d\b\.?(?!\s*[~∼]))?)\s*[.;,]?"
ESTIMATED = regex(r"[Mm]aximum[-\s]likelihood|\bMLEs?\b|\bML\s+estimat|[Mm]aximi[sz]e")
INDICES = "ijnkst"
AS_FORMULA = "write the logarithm of the density as a formula, as in log N(y; m, S)"


def with_likelihoods(script: Transcript) -> tuple[Transcript, tuple[str, ...], tuple[tuple[int, int], ...]]:
    """The text in which log N(y; m, S) stands for «the log-likelihood» of y ~ N(m, S), a note, and what these replace.

    Errors: NotationError where the log-likelihood is not asked for, or the distribution is none that has a formula.
    """
    text = (script := _without_noise(script)).text
    every = list(ANY.finditer(text)) if ("~" in text or "∼" in text) and not re.search(BELOW, text) else []
    if not every:
        return script, (), ()
    stated = list(STATED.finditer(text))
    of = joint["of"] if (joint := JOINT.search(text)) else None
    if len(stated) == len(every) > 1 or (len(stated) == len(every) and of and not re.search("[|∣]", of)):
        return _joint(script, stated)
    if len(stated) != 1 or len(every) > 1:
        message = "several distributions are stated" if every[1:] else f"{every[0][0]} states no normal distribution"
        raise script.error(every[0].span(), message, AS_FORMULA)
    m = stated[0]
    end = closing(text, m.end())
    shown = script.source[slice(*script.span(m.start(), end + 1))]
    asked = [found for found in ASKED.finditer(text) if found["log"] or ESTIMATED.search(text)]
    if len(asked) > 1 or not (asked or ESTIMATED.search(text)):
        hint = "ask for its log-likelihood, or write log N(y; m, S); expectations are taken by matdiff.expectation"
        raise script.error(m.span(), f"{shown} states a distribution, and is no function", hint)
    _require_observed(script, m, end)
    sign = "−" if asked and asked[0]["negative"] else ""
    behind = re.compile(BEHIND).match(text, end + 1)
    assert behind is not None
    whole = m.start(), behind.end() if asked else behind.end("iid")
    said = f"the function is the {'negative ' if sign else ''}log-likelihood of {shown}"
    place = asked[0].span() if asked else whole
    edits: list[Edit | Copy] = [(*whole, " ")] if whole != place else []
    edits += [(place[0], place[0], f" ({sign}{_density(text, m)}"), (*place, (m.end(), end))]
    edits.append((place[1], place[1], "))"))
    return script.edited(edits), (said,), (script.span(*whole), script.span(*place))


def _without_noise(script: Transcript) -> Transcript:
    """The text with y ~ N(Xβ, σ²I) for y = Xβ + ε, ε ~ N(0, σ²I)."""
    found = NOISY.search(script.text) if "~" in script.text or "∼" in script.text else None
    return script.edited([(*found.span("equals"), "~ N("), (*found.span("noise"), ", ")]) if found else script


def _joint(
    script: Transcript, stated: list[re.Match[str]]
) -> tuple[Transcript, tuple[str, ...], tuple[tuple[int, int], ...]]:
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
    ends = [closing(text, m.end()) for m in stated]
    for m, end in zip(stated, ends, strict=True):
        _require_observed(script, m, end, names)
    wholes = list[tuple[int, int]]()
    for m, end in zip(stated, ends, strict=True):
        front, behind = IN_FRONT.search(text[: m.start()]), re.compile(BEHIND).match(text, end + 1)
        start = max(front.start(), wholes[-1][1] if wholes else 0) if front else m.start()
        wholes.append((start, behind.end() if behind else end + 1))
    terms = (f"{_density(text, m)}{text[m.end() : end]})" for m, end in zip(stated, ends, strict=True))
    sign = "−" if asked["negative"] else ""
    edits = [*((*whole, " ") for whole in wholes), (*asked.span(), f"{sign}({' + '.join(terms)})")]
    shown = script.source[slice(*script.span(*asked.span()))]
    said = f"{shown} is the sum of the logarithms of the densities that are stated"
    return script.edited(edits), (said,), tuple(script.span(*whole) for whole in (*wholes, asked.span()))


def _density(text: str, m: re.Match[str]) -> str:
    """∑_i log N(x_i; of what a statement is about, up to the parameters."""
    if not m["many"]:
        index = SUBSCRIPTS.get(m["sub"] or "", m["low"])
        return f"∑_{index} log N({m['name']}_{index}; " if index else f"log N({m['name']}; "
    index = next(letter for letter in INDICES if letter not in text)
    last = SUBSCRIPTS.get(m["last"], m["last"])
    return f"∑_{{{index}=1}}^{{{last}}} log N({m['many'][0]}_{index}; "


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
