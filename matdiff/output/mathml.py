"""LaTeX as MathML, which browsers and notebooks show as it stands.

latex2mathml translates; what it takes for a letter or an operator wrongly is put right here.  Without it a formula
stays LaTeX between dollars, as notebooks typeset it too.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

from matdiff.regex import regex

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

UPRIGHT = regex(r"\\mathrm\{(.)\}")  # a single letter, which would be set as a variable
FUNCTION = regex(r"[A-Za-z]{2,}\d*")
NAME = regex(r"\\operatorname\{([A-Za-z]+(?:\\_|\d)(?:\\_|\w)*)\}")  # log1p, softmax_rows: not letters alone
NAMED = regex(r"[A-Za-z]+[\d_]\w*")
SIGNS, BARS, BRACKETS = frozenset("⪰⪯≻≺⇒⊗⊖⊘∗‖"), frozenset("|‖"), frozenset("([|‖⌈⌊")
CLOSING = frozenset(")]⌉⌋")
THIN = "0.17em"
LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}  # of a sum: beside it only within a line


@lru_cache(maxsize=4096)
def mathml(latex: str, display: bool = False) -> str:
    r"""A formula as a MathML element, or between dollars where it cannot be translated; *display* gives it room.

    >>> mathml(r"x^{2}")
    '<math alttext="x^{2}"><mrow><msup><mi>x</mi><mrow><mn>2</mn></mrow></msup></mrow></math>'
    """
    named = NAME.sub(lambda m: rf"\text{{{m[1]}}}".replace(r"\_", "_"), latex)
    made = _translated(UPRIGHT.sub(r"\\text{\1}", named), display)
    if made is None:
        return f'<span class="tex">{escape(f"$${latex}$$" if display else f"${latex}$")}</span>'
    from xml.etree.ElementTree import tostring

    made.attrib = {"alttext": latex, "displaystyle": "true"} if display else {"alttext": latex}
    for node in made.iter():
        node.text = unescape(node.text or "")
    for node in made.iter():
        children = list(node)
        if display and node.tag in LIMITS and node[0].text in ("∑", "∏"):
            node.tag = LIMITS[node.tag]
        for before, child, behind in zip([None, *children], children, [*children[1:], None], strict=False):
            _put_right(before, child, behind)
    return tostring(made, encoding="unicode")


def _translated(latex: str, display: bool) -> Element | None:
    """The element of a formula; None where there is no translator, or it does not know a command."""
    try:
        from latex2mathml import exceptions
        from latex2mathml.converter import convert_to_element
    except ImportError:
        return None
    faults = tuple(e for e in vars(exceptions).values() if isinstance(e, type) and issubclass(e, Exception))
    try:
        made: Element = convert_to_element(latex, display="block" if display else "inline")
    except faults:
        return None
    except (StopIteration, RecursionError):  # what it raises for brackets without a partner, and for deep nesting
        return None
    return None if any("\\" in (node.text or "") for node in made.iter() if node.tag != "mtext") else made


def _put_right(before: Element | None, node: Element, behind: Element | None) -> None:
    """Makes signs operators, keeps bars close to what stands between them, and names of functions at a distance."""
    sign = node.text or ""
    begins = before is None or (before.tag == "mo" and before.text not in CLOSING)
    if node.tag not in ("mi", "mo") and not (node.tag == "mtext" and NAMED.fullmatch(sign)):
        return
    if sign in SIGNS:
        node.tag = "mo"
    if sign == "⊤":
        node.tag = "mi"  # no operator between two terms
    elif sign == "−" and begins:
        node.attrib["form"] = "prefix"
    if sign in BARS and "fence" not in node.attrib:
        node.attrib |= {"lspace": "0", "rspace": "0", "stretchy": "false"}
    elif FUNCTION.fullmatch(sign) or NAMED.fullmatch(sign):
        node.tag = "mo"
        node.attrib |= {"lspace": "0" if begins else THIN, "rspace": "0" if _begins_with_bracket(behind) else THIN}


def _begins_with_bracket(node: Element | None) -> bool:
    """Whether what follows is a bracket, or begins with one."""
    while node is not None and len(node):
        node = node[0]
    return node is None or (node.tag == "mo" and node.text in BRACKETS)
