r"""A text in, its lines out, each with the statements that stand in it, in the plain spelling.

The words between formulas are set aside: ``So, \nabla_w L = …`` is a statement, ``where X is symmetric`` is a fact.
A statement is a chain of sides with = between them; one that begins with = goes on from the line before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache

from matdiff import regex as re
from matdiff.algebra.notation import GREEK
from matdiff.errors import MatdiffError
from matdiff.language.names import FONT_MARKS, GREEK_WORDS
from matdiff.language.outside import closing, outside, split
from matdiff.language.requests import BY, DERIVED, NAMES
from matdiff.language.spelling import transcript
from matdiff.records import NamedTuple
from matdiff.review.names import RANGE
from matdiff.review.operators import HELD, LETTER, TURNED
from matdiff.review.rows import ITEM, by_places, with_aim, without_remark
from matdiff.review.word_names import (
    CONNECTING,
    D_GREEK,
    MATHEMATICAL,
    NAMED_UPRIGHT,
    WORD,
    lettered,
    with_names,
    words_of,
)

ABBREVIATION = "(?:SVD|EVD|OLS|GLS|WLS|MLE|MAP|SPD|PSD|FOC|QED|LHS|RHS)"  # of (SVD), which is no product
SHORT_WORDS = frozenset(
    "is so of be as in by we to an at if it or on let set fix the and for now but"
    " sei mit und wir das die der für où les des une con sia put sea es el los las por".split()
)
MOMENT = r"\s*(?:[E𝔼]\s*\[(?!\s*[ijkn]\s*\])|(?:[Vv]ar|[Cc]ov)\s*[(\[])"
OF_NOISE = rf"{MOMENT}\s*[εuvwe](?:_\w+)?\s*[])]"  # what is assumed of a noise
NUMBERED = (
    r"(?:~{2,}|\\q?quad(?![A-Za-z])|\\hfill|\\hspace\s*\{[^{}]*\}|\\[cl]?dots(?![A-Za-z]))"
    r"[\s~]*\(\d+(?:\.\d+)*\)(?=\s*(?:\$|\\\\|\\\]|$))"
)  # ~~~~ (5), \\qquad (3.1)
BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
TAG = rf"\\tag\*?\s*(?:{BRACES}|[^\\\s{{])"
END_OF_ROW = rf"{TAG}\s*(?:\\\\)?\s*$|\\\\(?:\[[^\]]*\])?\s*$"
END_OF_FORMULA = r"(?:\$|\\\]|\\end\s*\{\w+\*?\})[\s.,;]*$"
WHOLE = r"[=≈<>∈]|[.,;:]\s*$|\\(?:in|begin|end)(?![A-Za-z])"  # in a row that is no left side alone
FIRST_RELATION = r"(?:[\s&]|\\[,;:! ]|\\q?quad(?![A-Za-z]))*="
BESIDE_FORMULA = r"\$(?: \([^()|]*\))? \|"  # behind a formula in a table, and its shape
INDENT = r"^(?:[\s&]|\\phantom\{=\}|\\ |\\q?quad(?![A-Za-z])|\{\})+"  # in front of a row that goes on
LATEX_NAME = r"\\[A-Za-z]+"
SIGNED = r"(?:[\s&$|{}]|\\[,;:! ]|\\q?quad(?![A-Za-z])|\\(?:phantom\{=\}|\[|displaystyle))*(?:[-+−]|\\pm)"  # + B
PROSE = "⸨⸩"  # stands where words stood
TERM = rf"(?:{PROSE}\s*[-+*/@^]\s*(?!{PROSE})[\w(]|[^\s{PROSE}]\s*[-+*/@^]\s*{PROSE})"  # a word that is a name
LAYOUT = (
    rf"{TAG}|"
    r"\\begin\s*\{[^{}]*\}(?:\{[^{}]*\})?|\\end\s*\{[^{}]*\}|\\eqalign\s*\{|\\phantom\s*\{[^{}]*\}"
    r"|\{\}|\\label\{[^{}]*\}|\\nonumber|\\notag|\\(?:therefore|because)(?![A-Za-z])|\\\\(?:\[[^\]]*\])?|\\[\[\]]|\\displaystyle"
)
BROKEN = r"\\\\(?:\[[^\]]*\])?(?:\s|&|\\q?quad(?![A-Za-z]))*(?=[-+])"  # \\ & \qquad + C, which goes on
TABLE = r"\\begin\s*\{(\w*matrix|cases|array)\}.*?\\end\s*\{\1\}"  # which is no layout of rows
DISPLAYED = (
    r"\\\[(?P<inside>.*?)\\\]"
    r"|\\begin\s*\{(?P<of>align|aligned|equation|gather|eqnarray)\*?\}(?P<rows>.*?)\\end\s*\{(?P=of)\*?\}"
)
BARE_TRACE = (  # of all behind it: tr (XᵀX)⁻¹dX, tr(dX)ᵀAX
    rf"(?<![A-Za-z])[tT]r(?:\s+(?=(?:{HELD}|{LETTER}['ᵀ]?)\s*(?:⁻¹|\^\{{?[-−]1))|\s*(?={HELD}{TURNED}\s*[\w(]))"
)
ONES = r"(?:\\(?:vec|mathbf|boldsymbol|bm)\s*\{\s*1\s*\}|𝟏)(?!\s*(?:[_\[]|\\\{))"  # a vector, and no indicator
SWITCH = r"\{\s*\\(?:rm|bf|tt|it|sf|cal|scr)\s*([A-Za-z]+|\d)\s*\}"
POINTER = r"(?<!\S)(?:<?=+>|--?>|→|\\(?:to|rightarrow)(?![A-Za-z]))(?=\s.*=)"  # => G = …, and no x => 0
IMPLIED = r"[⇐⟸]|\\(?:impliedby|(?:Longl|L)eftarrow)(?![A-Za-z])"
ARROWS = (
    rf"\\(?:(?:R|Leftr|Long(?:left)?r)ightarrow|implies|therefore|iff|because|q?quad)(?![A-Za-z])|[⇒⟹⟺⇔∴]|{IMPLIED}"
)
BESIDE = (
    r"(?<=[^\s=])\s*\\q?quad(?![A-Za-z])(?=\s*(?:\\(?:frac|nabla|partial|mathrm)|[^\W\d_])[^=]*=)"  # y = Wx \quad z = …
)
LABELLED = (  # δ^{\text{prev}}, θ^{old}: a name
    r"[_^]\s*\{\s*\\(?:text|mathrm|rm|mathit)\s*\{\s*([a-z]{3,})\s*\}\s*\}|(?<![e\s])\^\{([a-z]{3,})\}"
)
TEXT = r"(?<![{_^])\\(?:textbf|text|mbox|textrm|textit|intertext)\s*\{([^{}]*)\}"
AGAINST_ZERO = r"\s*(?:[≤≥<>]|\\[lg]eq?(?![a-z]))\s*0\s*$"  # dV/dt = … = −‖x‖² ≤ 0
MASK = r"=\s*\(?[^\W\d_](?:_\w+)?\s*[<>≤≥]"  # relu'(z) = z > 0
OPTIMUM = r"^\s*(?:min|max)(?:imi[sz]e)?\s*(?:_\{[^{}]*\}|_\w)\s*(?=[^\W\d]\w*\s*\()"  # min_{x} f(x) = …
ENTRYWISE = "tanh|relu|ReLU|sigmoid|softmax|exp|sin|cos|softplus|normcdf|normpdf"
DEPENDS = (  # K = K(θ), g = tanh, q = N(m, S), α = (α_1, …, α_n)
    rf"\s*(?P<of>[^\W\d]\w*)\s*=\s*(?:(?:(?P=of)|loss|cost|ℓ|ell|[N𝒩](?=\([^()]*,))\s*\((?:[\w\s,^*²]|\([^()]*\))+\)"
    rf"|(?:{ENTRYWISE})|[(\[{{]\s*(?P=of)_?\W?\w[^=]*(?:…|\.\.|dots)[^=]*)\s*"
)
NUMBER = r"[-+−]?[\d.]+"
SEPARATOR = r"[;\n⇒⟹⇐⟸]|,(?=\s|$)|⸨⸩|\.(?=\s|$)"
VALUE = r"[^\W\d_]\s*\([^\W\d_](?:\s*,\s*[^\W\d_])*\)"  # f(w), L(a, b)
BEHIND = r"=\s*:(?!=)|≡"  # y − T =: Δ, whose name stands at the end
RELATION = r"(?<![<>!=≤≥:])(?::=|=(?!=))"
IN_WORDS = rf"(?i:{DERIVED})\s+of\s+(?P<f>\S.*?)\s+{BY}{NAMES}\s*(?:is\b|equals\b|:?=|:)"  # the gradient of f wrt x is
HEADED = (  # of ch. 9: φ(X) = …, y ~ N(Xβ, I): ℓ = …, det X: d det X = …
    r"^\s*(?:\d+(?:\.\d+)*|vec|[^=:]*[~∼][^=:]*|[^=:]{2,}[^=:\s](?=:\s+d\s*\w[^=:]*=)):\s"
)
OF_NUMBER = r"(?:(?:(?<![A-Za-z])d[A-Za-zα-ω]|∇)[^\s:=]{0,4}|[a-zα-ω])\s*="  # df = …, ∇f = …, z = … behind a colon
QUOTED = r"^\s*>\s+(?=[^=]*[A-Za-zα-ωΑ-Ω∇∂][^=]*=)"  # > df = …, as in a mail, and no relation > 0
NUMBERING = (
    r"^[\s&]*(?:\((?:\d{1,2}|[a-h]|i{1,3}|iv|vi?)\)|\[\d{1,2}\]|\d{1,2}\))\s+(?=[^\s+*/-])"  # (1) f(x) = …, (a) …, 1) …
)
LABEL = (  # multiply by a': …, Wiener filter / MSE: …, GP: log p = …
    r"^\s*(?:(?:[A-Za-z\d]{2,}(?:\(\d\))?|a|[A-Z](?=-))(?: ?/ ?|[ –-]))*"
    r"(?:[A-Za-z]{3,}|[A-Z]{2}(?=:\s+[a-zℓ∂∇])|[A-Z][a-z]+\d[a-z]+"
    r"|(?<=[/ -])[A-Z][A-Z\d]|(?:by|for|of|to|wrt) [^\s=:]{1,5}):\s+(?=\S.*=)"
)
NAMED = rf"^\s*(?:[Tt]he\s+)?(?:{ENTRYWISE})\s+(?=[^\W\d_]\s*\([^()]*\)\s*=)"  # sigmoid s(x) = …, whose name is s
BULLET = r"^\s*[-*•]\s+(?=[A-Za-z][a-z]{2,}[^=]*(?::\s|`)|`)"  # - gradient: `∇f = …`
BOLD = r"(?<!\S)\*\*([A-Za-z]{3}[^*=]*)\*\*\s*"  # **Step 1.**
ITEM_OF_FORMULAS = r"^\s*[-*•]\s+(?=[^\s=+*/-][^=\n]*=)"  # - df = …, in a list of such
CASE = r"(?<![_\w{(^])\(?(?<![_^]\()\s*(?<![\w{])[i-n]\s*(?:≠|!=)\s*(?:[i-n]|\d)\s*(?:[):,]|$)"  # for i ≠ j
SIGNS = rf"(?:{PROSE}|,)\s*\w+\s*(?:=\s*(?:±|\\pm)\s*1|(?:∈|\\in)\s*\\?\{{\s*[-−]?1\s*,\s*[-−+]?1\s*\\?\}})"
ONE_OF_TWO = r"=\s*(?:±|\\pm)\s*1(?![\w.])(?=\s*\)?\s*$)"  # y_i = ±1


class Statement(NamedTuple):
    """A chain of sides in one line; *goes_on* where its first side is the last one of the statement before.

    Of a formula that is not read, for a reason, no more than the first side is known.
    """

    sides: tuple[str, ...]
    goes_on: bool = False
    unread: str = ""

    def respelt(self, spelt: Callable[[str], str]) -> Statement:
        """The statement with its sides in another spelling."""
        return self._replace(sides=tuple(spelt(side).strip() for side in self.sides))


class Line(NamedTuple):
    """A line that is not empty: its number from 1, its text, its place in the whole, and its statements."""

    number: int
    text: str
    span: tuple[int, int]
    statements: tuple[Statement, ...]


def lines_of(text: str, known: Sequence[str] = (), respelt: Callable[[str], str] = str) -> list[Line]:
    """The lines of a text; *known* are words that are names, *respelt* gives a side in the signs of the reader.

    >>> [line.statements for line in lines_of("f = x'A x\\n\\nso grad f = 2A x = 0")][1]
    (Statement(sides=('grad f', '2A x', '0'), goes_on=False, unread=''),)
    """
    rows: list[tuple[str, str, int]] = []
    place = column = 0
    is_inside = False  # $$ or \\[ that stands in a row of its own
    is_latex = "\\" in text or "$" in text
    upright = {*re.findall(NAMED_UPRIGHT, text)} - MATHEMATICAL - CONNECTING
    bare = {*upright, "CE", *(name for name in known if len(name) > 1)}
    is_list = len(re.findall(rf"(?m){ITEM_OF_FORMULAS}", text)) > 1
    for row in text.split("\n"):
        if row.strip():
            row = re.sub(QUOTED, lambda m: " " * len(m.group()), row)
            if is_list or re.match(r"\s*[*•]\s", row):
                row = re.sub(ITEM_OF_FORMULAS, lambda m: " " * len(m.group()), row)
            row = re.sub(NUMBERING, lambda m: " " * len(m.group()), row)
            if not is_latex:
                row = re.sub(BULLET, lambda m: " " * len(m.group()), row).replace("`", " ")
            formula, column = without_remark(re.sub(POINTER, "⇒", re.sub(BOLD, r"\1 ", row)), column)
            formula = with_names(with_aim(text, by_places(formula)), bare)
            is_mark = row.strip() in ("$$", r"\[", r"\]")
            is_inside = is_inside != is_mark
            if rows and (
                _goes_on(rows[-1][1], formula) or (is_inside and not is_mark and _is_rest(rows[-1][1], formula))
            ):
                before, above, start = rows[-1]
                rows[-1] = before, "", start
                formula = f"{re.sub(END_OF_ROW, '', above)} {re.sub(INDENT, '', formula)}"
            rows.append((row, formula, place))
        place += len(row) + 1
    words = words_of(text, known, upright)
    lines = [_line(k, *row, is_latex, frozenset(known), words) for k, row in enumerate(rows, 1)]
    return [line._replace(statements=tuple(s.respelt(respelt) for s in line.statements)) for line in _joined(lines)]


def _goes_on(above: str, row: str) -> bool:
    """Whether a row goes on with a formula that is broken off above it, within dollars or a bracket, or at a sign."""
    if above.replace("$$", "").count("$") % 2 and row.replace("$$", "").count("$") % 2:
        return re.search(r"[=\\]", above.rpartition("$")[2]) is not None
    if re.match(r"[\s&]*(?:\\phantom\{=\}|[/)⊙⊗·])", row) or _stands_behind(above, row):
        return bool(above)
    if re.match(FIRST_RELATION, row):
        return is_half(above)
    above = re.sub(END_OF_ROW, "", above)
    if re.search(END_OF_FORMULA, above):
        return False
    above = re.sub(r"\\[][()]", " ", above)
    is_open = above.count("(") > above.count(")") or above.count("[") > above.count("]")
    return "=" in above and (is_open or re.search(r"(?<![\^_{])[-+−=]\s*$", above) is not None)


def _is_rest(above: str, row: str) -> bool:
    """Whether a row of a displayed formula is the rest of a side above it: a factor that stands by itself."""
    is_open = "=" in above and re.search(rf"{END_OF_ROW}|[.,;]\s*$", above) is None
    return is_open and re.search(rf"\\(?:begin|end|text|tag|label|q?quad)|{RELATION}", row) is None


def is_half(above: str) -> bool:
    """Whether a row is nothing but the left side of what goes on below it."""
    is_formula = re.search(r"[^\W\d_]", re.sub(LATEX_NAME, " ", above)) is not None and not has_words(above)
    return is_formula and not re.search(rf"{WHOLE}|{END_OF_FORMULA}", above) and not re.match(SIGNED, above)


def _stands_behind(above: str, row: str) -> bool:
    """Whether a row of formulas stands to the right of the = above it, with no sign of its own: the next factor."""
    indent = len(row) - len(row.lstrip())
    is_factor = re.match(r"\s*(?:[^\W\d_][\w⁰-⁹]*\s*)?[([]", row) is not None and len(split(row, RELATION)) == 1
    return is_factor and 0 <= above.find("=") < indent and not has_words(row)


def has_words(row: str) -> bool:
    """Whether words stand in a row beside formulas, of which dw is none."""
    words = re.findall(WORD, re.sub(LATEX_NAME, " ", row))
    return "text" in row or any(len(word) > 2 and word not in MATHEMATICAL | GREEK_WORDS for word in words)


def _line(number: int, row: str, formula: str, place: int, is_latex: bool, known: frozenset[str], words: str) -> Line:
    if bold := "|".join(name.removesuffix("_bold") for name in known if name.endswith("_bold")):
        formula = re.sub(rf"\\(?:mathbf|boldsymbol|bm)\s*\{{\s*({bold})\s*\}}", rf"\1{FONT_MARKS['bold']}", formula)
    span = place + len(row) - len(row.lstrip()), place + len(row.rstrip())
    statements: list[Statement] = []
    is_signed = re.match(SIGNED, formula) is not None
    for one in _pieces(formula) if is_latex else [formula]:
        piece = re.sub(ONE_OF_TWO, r"\\in \\{-1, 1\\}", one)
        first, *rest = re.split(RELATION, re.sub(f"{ITEM}|{LABEL}|{NAMED}", "", piece), maxsplit=1)
        spelt = re.sub(D_GREEK, lambda m: m[1] + GREEK[m[2]], "=".join((first, *rest)))  # dθ for dtheta
        try:
            plain = lettered(_plain(spelt, is_latex), words)
            statements += _statements(plain, known, is_signed and not statements)
        except MatdiffError as error:
            statements += [Statement((_name(first, is_latex),), False, error.message)] * len(rest)
    return Line(number, row.strip(), span, tuple(statements))


def _pieces(row: str) -> Iterator[str]:
    """The formulas of a row of LaTeX, between its words."""
    if row.lstrip().startswith("| $"):
        row = re.split(BESIDE_FORMULA, row, maxsplit=1)[0] + "$"  # a table whose second column names the laws
    row = re.sub(r"\\[()]", "$", row) if row.count("\\(") == row.count("\\)") else row
    if row.count("$$") % 2 and row.count("$") == 2 * row.count("$$"):
        row = row.replace("$$", " ")  # which opens in one row and closes in another
    if "$" in row:
        row = re.sub(DISPLAYED, _between_dollars, row)
    row = re.sub(SWITCH, lambda m: m.group(1) if len(m.group(1)) == 1 else rf"\operatorname{{{m.group(1)}}}", row)
    row = re.sub(NUMBERED, " ", row)
    row = re.sub(LABELLED, r"_{\1\2}", row)
    held = re.finditer(TABLE, row)
    for piece in _between_tables(re.sub(BROKEN, " ", re.sub(TABLE, "⟪⟫", row))):
        yield re.sub("⟪⟫", lambda _: next(held).group(), piece)


def _between_tables(row: str) -> Iterator[str]:
    """The same of a row with a sign in place of each matrix, and of what holds in cases."""
    if "matrix}" not in row and "cases}" not in row:
        row = re.sub(r"(?<![-+=])(?<![-+=]\s)\\\\(?:\[[^\]]*\])?(?=.*\S)", " ; ", row)
    row = re.sub(LAYOUT, " ", row).replace("&", " ")
    row = re.sub(r"\\(?:text|mathrm|mathsf|rm)\s*\{\s*d\s*\}", r"\\mathrm{d}", row)
    pieces, between = (re.split(r"\$\$?", row)[1::2], BESIDE) if "$" in row else ([row], ARROWS)
    for piece in pieces:
        marked = re.sub(TEXT, lambda m: m.group() if _is_name(m.group(1)) else f"{PROSE} {PROSE}", _balanced(piece))
        for part in marked.split(PROSE)[::2]:
            yield from (p for p in re.split(between, part) if p.strip(" .,;:"))


def _between_dollars(m: re.Match[str]) -> str:
    """A displayed formula among words as one between dollars, unless it stands between such."""
    is_inside = len(re.findall(r"\$\$?", m.string[: m.start()])) % 2
    return m.group() if is_inside else f"${m.group('inside') or m.group('rows')}$"


def _balanced(piece: str) -> str:
    r"""A formula without the last brace where that closes what stood outside, as of \eqalign{…}."""
    return piece.rstrip().removesuffix("}") if piece.count("}") > piece.count("{") else piece


def _is_name(words: str) -> bool:
    word = words.strip()
    return word in MATHEMATICAL or len(word) == 1 or word == "Tr"


def _name(first: str, is_latex: bool) -> str:
    """What a formula that is not read begins with; nothing where that is not read either."""
    with suppress(MatdiffError):
        return _plain(first, is_latex)
    return ""


@lru_cache(maxsize=1024)
def _plain(piece: str, is_latex: bool) -> str:
    """A formula in the plain spelling, with a mark in place of its words."""
    ones = r" \operatorname{vector}(1) " if is_latex else " vector(1) "
    piece = re.sub(ONES, lambda _: ones, piece)
    piece = re.sub(r"\\(?:Longl|L)eftrightarrow(?![A-Za-z])", r"\\iff", piece.strip())
    piece = re.sub(r"(=.*?)(?:\\succ(?:eq)?|[≻⪰≽])\s*0(?=\W*(?:$|\b(?:if|when|since)\b))", r"\1", piece)  # H = XᵀX ≻ 0
    piece = re.sub(r"\\Longrightarrow(?![A-Za-z])", r"\\implies", re.sub(IMPLIED, "⇐", piece))
    found = transcript(piece, MATHEMATICAL - {"d"}, "latex" if is_latex else None).text
    found = re.sub(r"(?<=\)\))(?=\s*\d)", " * ", found) if is_latex else found  # \frac{a}{b} 2c
    found = re.sub(r"⟪\w+⟫", PROSE, re.sub(r",\s*⟪otherwise⟫\s*\)", ")", found)).replace("\u200a", " ")
    found = re.sub(r"<([^<>=]+,[^<>=]+)>", r"⟨\1⟩", found)
    return _with_traces(re.sub(ARROWS, ";", found))


def _with_traces(formula: str) -> str:
    """A formula with tr((X'X)⁻¹ dX) for tr (X'X)⁻¹ dX, a trace of all factors behind it."""
    for m in reversed([*re.finditer(BARE_TRACE, formula)]):
        signs = outside(formula, r"(?<![\^{])[-+−=,;.]", m.end())
        end = min([closing(formula, m.end()), *(sign.start() for sign in signs)])
        formula = f"{formula[: m.end()]}({formula[m.end() : end]}){formula[end:]}"
    return formula


def _statements(formula: str, known: frozenset[str], is_signed: bool) -> Iterator[Statement]:
    """The chains of a formula, without the words around them; *is_signed* where a row begins with it, at a sign."""
    for piece in split(_without_words(formula, known), SEPARATOR):
        piece, *behind = re.split(BEHIND, re.sub(HEADED, "", piece))
        sides = [_bare(side) for side in split(piece, RELATION)]
        told = 1 if re.search(r"[∂∇'′\u0307]|^\(*d", sides[0]) and not re.search(MASK, piece) else 2  # behind f″ = …
        sides[told:] = (re.sub(AGAINST_ZERO, "", side) for side in sides[told:])
        is_case = all(re.fullmatch(r"[i-n]", side) for side in sides) or re.fullmatch(DEPENDS, "=".join(sides))
        if is_case or re.fullmatch(f"{MOMENT}.*", sides[0]):
            if not (is_case or re.fullmatch(OF_NOISE, sides[0])):
                yield Statement((sides[0],), False, "what is said of means and variances is not reviewed")
            continue  # i = j, a case; E[ε] = 0
        if len(sides) > 1 and all(sides[1:]):
            goes_on = not sides[0]
            if not re.fullmatch(NUMBER, sides[1]):
                sides[0] = re.sub(OPTIMUM, "", sides[0])
            is_value = len(sides) > 2 and re.fullmatch(VALUE, sides[1])
            if is_value and re.fullmatch(r"(?:log |ln )?\w+(?:_\{\w+\})?", sides[0]):
                yield Statement((sides.pop(1), sides[1]))  # J = f(w) = … says both what J and what f(w) is
            yield Statement(tuple(sides[1:] if goes_on else sides), goes_on)
            if behind and behind[0].strip():
                yield Statement((_bare(behind[0]), sides[-1]))
        elif is_signed and re.match(r"\s*[+−-][^\w\d]*\w", piece):
            is_signed = False
            yield Statement((_bare(piece),), True)


def _without_words(formula: str, known: frozenset[str]) -> str:
    """A formula with a mark in place of words; a bracket with words alone goes too."""

    def marked(m: re.Match[str]) -> str:
        word = m.group()
        is_word = len(word) > (3 if word[0].isupper() else 2) or word.lower() in SHORT_WORDS
        is_word = is_word and word not in known and not (word[0] == "d" and word[1:] in MATHEMATICAL)  # dvec F
        is_word = is_word and not ({*word} <= arguments or re.match(TURNED, m.string[m.end() :]))  # xyz, dxdxᵀ, szzᵀ
        is_plain = word in ("identity", "matrix") or word not in MATHEMATICAL | GREEK_WORDS  # and no identity(3)
        return PROSE if is_word and is_plain else word

    arguments = {*"".join(re.findall(r"^\s*\w\(([\w, ]*)\)\s*=", formula))}  # of f(x, y, z) = xyz
    formula = re.sub(r"(?<![A-Za-z])d[eu]\s+(?=[^\W\d]\s*\()", f"{PROSE} ", formula)  # la différentielle de f(X) = …
    formula = re.sub(r"(?<![A-Za-z])[Oo]n\s+a(?=\s+[^\W\d])", PROSE, formula)  # on a df = …, which is French
    formula = re.sub(r"sum\s+of\s+squares\s+of\s*\(([^()]*)\)", r"‖\1‖^2", formula)
    found = re.sub(WORD, marked, re.sub(IN_WORDS, _operator, formula))
    found = re.sub(rf"{RANGE}|{SIGNS}|{CASE}|\(\s*{ABBREVIATION}\s*\)|(?<![\w.])s\.\s?t\.(?!\w)", PROSE, found)
    found = re.sub(
        rf"({PROSE}[^=:;]*=[^=:;]*[^\s:]|=\s*\d+(?:\s*{PROSE}[^=:;]*)?|=[^=:;]*[^\s:](?=:\s+{OF_NUMBER})):\s",
        r"\1; ",
        found,
    )
    found = re.sub(rf"\((?![^()]*{TERM})[^()=]*{PROSE}[^()]*\)", PROSE, found)
    return re.sub(
        rf"{PROSE}\s*[^=;,{PROSE}]{{0,3}}\s*(?={PROSE})",
        "",
        re.sub(rf"{PROSE}(?:\s*[^\W\d_](?:,\s[^\W\d_])*(?:\s*[<>≤≥≠]\s*[-−]?\w+)?)?\s*:(?!=)", PROSE, found),
    )


def _bare(side: str) -> str:
    """A side without the stops around it; the point of .5 is none."""
    return re.sub(r"\A(?:[ ,:]|\.(?!\d))+", "", side).rstrip(" .,:")


def _operator(m: re.Match[str]) -> str:
    """∇_{x}(f) = for the gradient of f with respect to x is."""
    return f"∇{'²' if m.group('twice') else ''}_{{{m.group('names')}}} ({m.group('f')}) ="


def _joined(lines: list[Line]) -> list[Line]:
    """The lines, of which one that begins with a sign + goes on with the last side of the line before it."""
    for k in range(1, len(lines)):
        before, line = lines[k - 1], lines[k]
        if not line.statements or not before.statements or not line.statements[0].goes_on:
            continue
        is_row = re.match(r"\s*(?:(?:[&|]|\\\[)\s*)*(?:=|\$)", re.sub(ITEM, "", line.text)) is not None
        sides = line.statements[0].sides
        last = before.statements[-1]
        if len(sides) == 1 and not last.unread and re.match(r"[+−-]", sides[0]) and not is_row:
            joined = last._replace(sides=(*last.sides[:-1], f"{last.sides[-1]} {sides[0]}"))
            lines[k] = line._replace(statements=(joined, *line.statements[1:]))
            lines[k - 1] = before._replace(statements=before.statements[:-1])
    return lines
