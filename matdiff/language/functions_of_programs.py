"""Functions of MATLAB, Octave and Julia that are formulas of other ones: sumsq(x), power(x, 2), cholesky(A).L."""

from __future__ import annotations

from matdiff.language.outside import closing, outside
from matdiff.language.transcript import Edit
from matdiff.regex import regex

INSIDE = r"(?:[^()]|\([^()]*\))*"
FACTOR = regex(rf"\b(?P<name>cholesky)\({INSIDE}(?P<end>\)\.(?P<side>[LU])\b)", given="cholesky")
RESHAPED = regex(rf"(?<![\w.])(?P<name>reshape)\({INSIDE},\s*\w+\s*,\s*\w+\s*\)", given="reshape")
SQUARES = regex(  # of the entries of each column, or of all
    r"(?<![\w.])(?:sumsq(?P<all>r)?|(?P<of_cvx>sum_square(?:_abs)?))\(", given=("sumsq", "sum_square")
)
POSITIVE = regex(r"(?<![\w.])(?P<squared>square_)?pos\(", given="pos(")  # of CVX
OF_CVX = regex(r"(?<!\w)log_det\(|==(?:\s*semidefinite\(\w+\))?")
POWER = regex(r"(?<![\w.])(?:power|realpow)\(", given=("power", "realpow"))

OWN_END = regex(  # X(2:size(X,1),:), X(:,1:size(X,2)-1)
    r"(?<![\w.])(?P<name>\w+)\((?P<rows>[\w:]+\s*,\s*)?\w+\s*:\s*(?P<last>size\((?P=name)\s*,\s*(?(rows)2|1)\))(?=\s*[,)])",
    given="size(",
)
LISTED = regex(  # theta([2:end]), theta([2:size(theta)])
    r"(?<=\w)\((?:[\w:]+,)?\s*(?P<open>\[)\s*\w+\s*:\s*\w+(?:\(\w+\))?\s*(?P<close>\])", given="["
)


def respelt(text: str) -> list[Edit]:
    """chol(A, 'lower') in the place of cholesky(A).L, unvec(x, m, n) in that of reshape(x, m, n), and so on.

    >>> [piece for _, _, piece in respelt("sumsq(A*x) + power(x, 2)")]
    ['sum((', ').^2)', '((', ').^(', '))']
    """
    edits = [(*m.span("name"), "unvec") for m in RESHAPED.finditer(text)]
    for m in SQUARES.finditer(text):
        end = closing(text, m.end())
        before, behind = ("norm2(", ")^2") if m["all"] or m["of_cvx"] else ("sum((", ").^2)")
        edits += [(*m.span(), before), (end, end + 1, behind)]
    for m in POWER.finditer(text):
        end = closing(text, m.end())
        commas = [comma for comma in outside(text, ",", m.end()) if comma.start() < end]
        if len(commas) == 1:
            edits += [(*m.span(), "(("), (*commas[0].span(), ").^("), (end, end + 1, "))")]
    edits += [(*m.span("last"), "") for m in OWN_END.finditer(text)]
    edits += [(*m.span(sign), "") for m in LISTED.finditer(text) for sign in ("open", "close")]
    for m in POSITIVE.finditer(text) if "cvx_" in text or "square_pos" in text else ():
        end = closing(text, m.end())
        edits += [(m.start(), m.end(), "relu("), (end, end + 1, ")^2" if m["squared"] else ")")]
    for m in OF_CVX.finditer(text) if "cvx_" in text else ():
        edits.append((*m.span(), {"log_det(": "logdet(", "==": "="}.get(m[0], "⪰ 0")))
    for m in FACTOR.finditer(text):
        edits += [(*m.span("name"), "chol"), (*m.span("end"), ", 'lower')" if m["side"] == "L" else ", 'upper')")]
    return sorted(edits)
