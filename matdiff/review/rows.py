"""Rows of a text as formulas: without remarks in a column at their right, with a name for what is minimised."""

from __future__ import annotations

from functools import lru_cache

from matdiff import regex as re

ITEM = r"^\s*(?:[-•]\s+)?\d+(?:\.\d+)*\.\s+(?=[^\W\d]|[\\∂∇⇒=])"  # 4.1. dh = …
ENDED = r"\s*(?:[∎□■]|\bQ\.?E\.?D\b|\\(?:qed(?:here)?|square|blacksquare)(?![A-Za-z]))(?=[\s.$]*$)"
CLAIMS = r"\b(?:is|are|equals|gives)\b|∇|\\nabla"
ASIDE = (  # df = …  # chain rule, df = … [by the product rule], df = … — done; but no claim in words
    rf"{ENDED}|\s+(?:#|//|%|<-+|←|--+|—)(?!.*(?:{CLAIMS}))(?:(?<=/)|\s*(?=[^=]*[A-Za-z]{{3}})[^\W\d_(])[^=]*$"
    r"|(?<=\S)\s+\[(?=[^\]]*[a-z]{4})(?:[A-Za-z]{2,}[ '’-]?)+\][.,]?\s*$"
)
AXIS = r"(?:\b(?:axis|dim)\s*=\s*)?(\d)\s*(?:,\s*keepdims?\s*=\s*True\s*)?\)"
REDUCED = (  # np.sum(x, axis=0), sum(x, axis=0)
    r"(?:\b(?:np|jnp|torch)\.|(?<![\w.])(?=[^=]*\b(?:axis|dim)\s*=))"
    rf"(sum|mean)\(((?:[^()]|\([^()]*\))*?),\s*{AXIS}"
)
NAMES = "fJLEF"
GOAL = (
    r"(?:\b[Mm](?:ini|axi)mi[sz](?:e|es|ing)|\b(?:[Ll]oss|[Oo]bjective|[Cc]ost|[Ff]actori[sz]ation)(?=:?\s+[$‖|])|\\m(?:in|ax)\s*(?:_\{[^{}]*\}|_\w)|\bm(?:in|ax)_\w+"
    r"|\b[Dd]ifferentiat(?:e|ing)|(?:\b[Gg]radient|\b[Dd](?:erivative|ifferential)|\bd/d\w+)\s+of(?!.*\b(?:is|equals)\b)"
    r"|\b(?:[Ww]ant|[Cc]ompute|[Ff]ind|[Nn]eed|[Ee]valuate)\s+(?P<open>\$+)?\s*(?:∇|\\nabla)(?:_\w|_\{[^{}]*\})?(?![^=$]*=))"
    r"(?:\s+(?:over|w\.?r\.?t\.?)\s+\$?[^\W\d]\w*\$?)?[\s:,]*(?P<sign>\$+|\\\[)?(?:\s|\\[,;:!])*"
)
END = (
    r"(?:[,;]\s|[.,;:]?\s*(?:$|\$|\\[)\]]|\\text|\\q?quad|\bs\.t\.|\bw\.?r\.?t\b"
    r"|\b(?:subject|over|with|for|where|gives|yields)\b))"
)
FORMULA = r"(?P<f>(?=[^=$]*?(?:\^|[²'ᵀ‖|]|\\[lr]?Vert|\\\|))[^=$\s,.;](?:[^=$,.;]|[.,](?!\s|$))*?)"
CHOICE = (  # x̂ = argmin_x f = …
    r"(?P<x>(?:\\(?:wide)?hat\s*)?[^\s=$&]+)\s*&?\s*:?=\s*(?:\\operatorname\*?\{)?\\?arg[\s\\,]*m(?:in|ax)(?![a-z])\}?\s*"
    r"(?:_(?:\{(?=\s*\\?\w+\s*\}))?(?P<low>\\?\w+)\}?|_\{[^{}]*\})?(?P<f>(?:(?!\b(?:s\.t|subject|wh))[^=$,;.]|[,.](?!\s|$))*)(?P<more>=?)"
)
LEAST = (  # = inf_x L(x, λ), which is known by the x that solves for it; = min_w (…) = …
    r"=\s*\\?(?:min|max|inf|sup)(?:\\limits)?\s*_\s*(?:\{\s*\\?(?![i-n](?![a-z]))(?:[^{}]|\{[^{}]*\})*\}|\\[a-z]+|(?![i-n])[^\W\d_])"
    r"(?:[^=$&;]*?(?==)|\s*[^\W\d_]\s*\([^()=]*\)(?=\s*[.,;$]*\s*$|[.,;]\s))"
)
AIM = rf"{GOAL}(?={FORMULA}{END})"
BEGIN = r"(?m)(?:^|[,;:$&.]|(?<![\\A-Za-z])(?!(?i:grad|hess|jac|min|max))[A-Za-z]{2,})\s*"  # the Lagrangian L = …
FUNCTION = rf"{BEGIN}[{NAMES}Qℓgh](?:_\w)?\s*(?:\([^()=]*\))?\s*&?\s*:?=(?!=)|\\(?:mathcal|ell)"
ASKED = rf"(?:∇|\\nabla\s*)(?:_\w|_\{{\w+\}})?\s*([{NAMES}])(?!\w)|[d∂]([{NAMES}])\s*(?:/|=)|\\partial\s*([{NAMES}])\b"

SOLVED = r"([^\W\d_])\u0302\s*&?=|\\hat\s*\{?\s*(\\[a-z]+|[^\W\d_])\s*\}?\s*&?="


def with_aim(text: str, row: str) -> str:
    """A row of a text with a name for what is minimised in it, the one that the text uses, if it gives no function.

    >>> with_aim("", "Total least squares: minimise ‖Ax − b‖²/(1 + ‖x‖²).")
    'Total least squares:  f = ‖Ax − b‖²/(1 + ‖x‖²).'
    """
    gives_one = _gives_function(text)
    row = re.sub(r"(?<![\w)])([fghF])\*\((\w)\)(?=\s*=)", r"\1^*(\2)", row)  # of a dual, which is no product
    row = re.sub(LEAST, " ", row) if gives_one else row
    spelt = r"\g<x> \g<more>" if gives_one else r"minimise \g<f>; \g<x> \g<more>"
    chosen = re.search(CHOICE, row) if "arg" in row else None
    row = re.sub(CHOICE, spelt, row) if chosen else row
    aim = None if gives_one else re.search(AIM, row)
    if aim is None:
        return row
    asked = re.search(ASKED, text)
    name = next(filter(None, asked.groups())) if asked else next(n for n in NAMES if not re.search(rf"\b{n}\b", text))
    name += f"({chosen['low']})" if chosen and chosen["low"] else ""
    solved = {m[1] or m[2] for m in re.finditer(SOLVED, text)}  # β̂ = …
    name += (
        f"({solved.pop()})" if len(solved) == 1 and not chosen and solved <= {*re.findall(r"\\?\w", aim["f"])} else ""
    )
    return f"{row[: aim.start()]} {aim['open'] or aim['sign'] or ''}{name} = {row[aim.end() :]}"


@lru_cache(maxsize=8)
def _gives_function(text: str) -> bool:
    """Whether a text, which is asked for each of its rows, says what a function is."""
    return re.search(FUNCTION, text) is not None


def by_places(row: str) -> str:
    """A row with sums over an axis in one spelling.

    >>> by_places("db = np.sum(dZ, axis=0)"), by_places("db = dZ.sum(axis=0, keepdims=True)")
    ('db = (dZ).sum(0)', 'db = dZ.sum(0)')
    """
    return re.sub(rf"\.(sum|mean)\({AXIS}", r".\1(\2)", re.sub(REDUCED, r"(\2).\1(\3)", row)) if "(" in row else row


def without_remark(row: str, column: int) -> tuple[str, int]:
    """A row without the remark that stands in a column at its right, and that column, or the one above.

    >>> without_remark("df = 2x'dx  # chain rule", 0)[0], without_remark("= tr(A dX) [cyclic property] ∎", 0)[0]
    ("df = 2x'dx", '= tr(A dX)')
    """
    row = re.sub(ASIDE, "", re.sub(ENDED, "", row))
    front = re.match(rf"(?:\s*[^\W\d]+(?: [^\W\d]+)*(?::\s*| {{3,}}(?=[^=]+=))|{ITEM})?", row)  # ``Hessian:``, ``3.``
    m = front and re.compiled(r"(?<=[^\s,;.]) {3,}(?!(?:where|with)\s.*=)(?=\S)").search(row.rstrip(), front.end())
    if m is None or "&" in row:
        indent = len(row) - len(row.lstrip())
        is_deep = indent > (24 if row.lstrip()[:1] in "([" else 16)
        is_remark = (is_deep and re.match(r"\s*[=+·*&\\⇒−/)⊙⊗-]", row) is None) or (
            column and indent > 8 and abs(indent - column) <= 1 and re.match(r"\s*[+−/)⊙⊗-]", row) is None
        )
        return ("" if is_remark else row), column
    return row[: m.start()], m.end()
