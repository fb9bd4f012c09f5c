"""Julia, as source."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from matdiff.program.library import Backend
from matdiff.program.texts import COMPARED, PLUS, POWER, TIMES
from matdiff.program.translating import RENAMED, SAME, Answer, Function, Language, Translator

FACTORS = {
    f"{kind}_{what}": spelling
    for kind, matrix in (
        ("cholesky", "{0}"),
        ("lu", "{0}"),
        ("lower", "LowerTriangular({0})"),
        ("upper", "UpperTriangular({0})"),
    )
    for what, spelling in (
        ("solve 2 1", f"({matrix} \\ {{1}}) → 1"),
        ("solve 2 2", f"({matrix} \\ {{1}}) → 2"),
        ("solve_transposed 2 1", f"({matrix}' \\ {{1}}) → 1"),
        ("solve_transposed 2 2", f"({matrix}' \\ {{1}}) → 2"),
        ("inverse", f"Matrix(inv({matrix})) → 2"),
        ("logdet", f"first(logabsdet({matrix})) → 0" if kind != "cholesky" else "logdet({0}) → 0"),
        ("det", f"det({matrix}) → 0"),
    )
}

CALLS = FACTORS | {
    "assign": "{0} = {1}", "put 0": "{0} = {1}", "put 1": "{0} .= {1}", "change 0": "{0} {2}= {1}",
    "change 1": "{0} .{2}= {1}", "diagonal of": "{0}[diagind({0})]", "along diagonal": "{0}", "member 0": "{0}",
    "member 1": "{0}", "member 2": "{0}", "if": "if {0}", "single": "[{0}]", "arange": "({0}:{1})",
    "flipped 0": "reverse({inside[0]}, dims=1) → 2", "flipped 1": "reverse({inside[0]}, dims=2) → 2",
    "flipped 0 1": "reverse({inside[0]}) → 1", "tril": "tril({inside[0]}) → 2", "triu": "triu({inside[0]}) → 2",
    "loop": "for {0} in 1:{1}", "loop backwards": "for {0} in {1}:-1:1",
    "refuse": "{0} && throw(DimensionMismatch({1}))", "message": '"{0}"', "shown": "${0}", "shape shown": "$({0})",
    "shape 1": "size({0})", "shape 2": "size({0})", "shape 3": "size({0})", "length": "size({0}, {1})",
    "shape differs 1": "size({0}) != ({1},)", "shape differs 2": "size({0}) != ({1})",
    "shape differs 3": "size({0}) != ({1})", "or": " || ", "product 1 1": "dot({0}, {1}) → 0",
    "product 1 2": "({1}' * {0}) → 1", "product 2 1": "({0} * {1}) → 1", "product 2 2": "({0} * {1}) → 2",
    "dot": "dot({inside[0]}, {inside[1]}) → 0", "vdot": "dot({inside[0]}, {inside[1]}) → 0",
    "outer": "({0} * {1}') → 2", "trace": "tr({inside[0]}) → 0", "diagonal": "diag({inside[0]}) → 1",
    "diag": "diagm({inside[0]}) → 2", "total": "sum({inside[0]}) → 0",
    "sum axis 0 2": "vec(sum({inside[0]}, dims=1)) → 1", "sum axis 1 2": "vec(sum({inside[0]}, dims=2)) → 1",
    "einsum ab,ab->a": "vec(sum({0} .* {1}, dims=2)) → 1", "einsum ab,ab->b": "vec(sum({0} .* {1}, dims=1)) → 1",
    "einsum ab,ba->": "dot({0}', {inside[1]}) → 0", "einsum ab,ba->a": "vec(sum({0} .* {1}', dims=2)) → 1",
    "zeros 1": "zeros({0})", "zeros 2": "zeros({0})", "ones 1": "ones({0})", "ones 2": "ones({0})",
    "empty 1": "zeros({0})", "empty 2": "zeros({0})", "eye": "Matrix(1.0I, {inside[0]}, {inside[0]}) → 2",
    "concatenate axis 0 1": "vcat({inside[0]}) → 1", "concatenate axis 0 2": "vcat({inside[0]}) → 2",
    "concatenate axis 1 2": "hcat({inside[0]}) → 2", "max_all": "maximum({inside[0]}) → 0",
    "min_all": "minimum({inside[0]}) → 0", "prod_all": "prod({inside[0]}) → 0",
    "max_along axis 0 2": "vec(maximum({inside[0]}, dims=1)) → 1",
    "max_along axis 1 2": "vec(maximum({inside[0]}, dims=2)) → 1", "norm": "norm({inside[0]}) → 0",
    "cholesky": "cholesky(Symmetric({inside[0]})) → 2", "lu": "lu({inside[0]}) → 2",
    "copied": "copy({inside[0]}) → 2", "copied 1": "copy({inside[0]}) → 1", "expm": "exp({inside[0]}) → 2",
    "permuted": "permutedims({0}, [{1}])", "spread": "spread_({0}, [{1}], {2})", "total more": "sum({inside[0]}) → 0",
    "square_distances": "square_distances_({inside[0]}, {inside[1]}) → 2",
    "vdot more": "dot({inside[0]}, {inside[1]}) → 0",
    "rows first": "rows_first_({0}, [{1}])", "sum over": "total_({0}, [{1}])",
    "product over": "tensordot_({0}, {1}, [{2}], [{3}])", "put part": "{0} .= {1}", "change part": "{0} .{2}= {1}",
    "flip 1": "reverse({inside[0]}) → 1", "where 0 0 0": "ifelse({inside[0]}, {inside[1]}, {inside[2]}) → 0",
    "pinv": "pinv({inside[0]}) → 2",
}  # fmt: skip

NAMES = SAME | RENAMED | {"where": "ifelse"}

HELPERS = {
    "relu_": "relu_(a) = max(a, zero(a))",
    "sigmoid_": "sigmoid_(a) = a < 0 ? exp(a) / (1 + exp(a)) : 1 / (1 + exp(-a))",
    "sigmoid_slope_": "sigmoid_slope_(a) = exp(-abs(a)) / (1 + exp(-abs(a)))^2",
    "softplus_": "softplus_(a) = log1p(exp(-abs(a))) + max(a, zero(a))",
    "square_distances_": """function square_distances_(a, b)
    [sum(abs2, a[i, :] .- b[j, :]) for i in axes(a, 1), j in axes(b, 1)]
end""",
    "spread_": """function spread_(a, places, rank)
    lengths = ones(Int, rank)
    lengths[places] .= size(a)
    reshape(a, lengths...)
end""",
    "rows_first_": """function rows_first_(a, lengths)
    r = reshape(permutedims(a, ndims(a):-1:1), reverse(lengths)...)
    permutedims(r, length(lengths):-1:1)
end""",
    "total_": "total_(a, axes) = dropdims(sum(a, dims=Tuple(axes)), dims=Tuple(axes))",
    "tensordot_": """function tensordot_(a, b, i, j)
    k, l = setdiff(1:ndims(a), i), setdiff(1:ndims(b), j)
    left = reshape(permutedims(a, [k; i]), prod(size(a)[k]), prod(size(a)[i]))
    right = reshape(permutedims(b, [j; l]), prod(size(b)[j]), prod(size(b)[l]))
    reshape(left * right, size(a)[k]..., size(b)[l]...)
end""",
    "indicator_": "indicator_(holds, a) = holds ? one(a) : zero(a)",
}

OPERATORS = {
    ast.Add: ("+", ".+", PLUS), ast.Sub: ("-", ".-", PLUS), ast.Mult: ("*", ".*", TIMES), ast.Div: ("/", "./", TIMES),
    ast.FloorDiv: ("÷", ".÷", TIMES), ast.Pow: ("^", ".^", POWER), ast.Gt: (">", ".>", COMPARED),
    ast.Lt: ("<", ".<", COMPARED), ast.GtE: (">=", ".>=", COMPARED), ast.LtE: ("<=", ".<=", COMPARED),
    ast.Eq: ("==", ".==", COMPARED), ast.NotEq: ("!=", ".!=", COMPARED),
}  # fmt: skip

TYPES = ("Real", "AbstractVector", "AbstractMatrix")
LINEAR_ALGEBRA = """
dot tril triu tr diag diagm diagind norm cholesky lu logdet logabsdet det inv pinv Symmetric I
LowerTriangular UpperTriangular
"""


def returned(t: Translator, results: Sequence[Answer], is_last: bool) -> list[str]:
    """A tuple."""
    parts = [r[0] if len(r) == 1 else f"({', '.join(r)})" for _, r in results]
    return [f"return ({parts[0]},)" if len(parts) == 1 else f"return ({', '.join(parts)})"]


def function(f: Function, t: Translator) -> str:
    """A function with its docstring, behind the helpers."""
    ranks = [t.argument_ranks[a] for a in f.arguments]
    typed = [
        f"{a}::{TYPES[r] if r < 3 else f'AbstractArray{{<:Real, {r}}}'}"
        for a, r in zip(f.arguments, ranks, strict=True)
    ]
    head = [f"    {f.name}({', '.join(f.arguments)})", "", *f.docstring]
    doc = "\n".join(['@doc raw"""', *[line.replace('"""', "''") for line in head], '"""'])
    body = [f"function {f.name}({', '.join(typed)})", *("    " + line for line in f.lines), "end"]
    helpers = [t.language.helpers[h] for h in t.helpers]
    return "\n\n".join(["using LinearAlgebra", *helpers, doc + "\n" + "\n".join(body)]) + "\n"


LANGUAGE = Language(
    "Julia",
    CALLS,
    ("{0}({1})", "{0}.({1})"),
    NAMES,
    OPERATORS,
    HELPERS,
    "{0}'",
    "{0}[{1}]",
    "end",
    False,
    returned,
    function,
)

KEYWORDS = "begin end function for while if else elseif do let local global const struct module quote try catch finally"
OTHERS = """
sum prod maximum minimum size ndims length axes abs2 zeros ones reshape permutedims dropdims setdiff Tuple
vec vcat hcat copy reverse first throw pi one zero max min raw
"""
RESERVED = frozenset(f"{KEYWORDS} {LINEAR_ALGEBRA} {OTHERS}".split()) | {*NAMES.values(), *TYPES}

BACKEND = Backend(
    "", "Array", {}, {}, {}, in_place=True, kinds={"symmetric": "lu"}, language=LANGUAGE, reserved=RESERVED
)
