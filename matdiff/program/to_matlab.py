"""MATLAB, as source that Octave runs as well: a vector is a column."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from matdiff.program.library import Backend
from matdiff.program.texts import COMPARED, PLUS, POWER, TIMES
from matdiff.program.translating import RENAMED, SAME, Answer, Function, Language, Translator

SOLVES = {
    "cholesky_solve": r"({0}.' \ ({0} \ {1}))",
    "lu_solve": "lu_solve_({inside[0]}, {inside[1]})",
    "lu_solve_transposed": "lu_solve_transposed_({inside[0]}, {inside[1]})",
    "lower_solve": r"(tril({inside[0]}) \ {1})",
    "lower_solve_transposed": r"(tril({inside[0]}).' \ {1})",
    "upper_solve": r"(triu({inside[0]}) \ {1})",
    "upper_solve_transposed": r"(triu({inside[0]}).' \ {1})",
}

CALLS = {f"{name} 2 {rank}": f"{spelling} → {rank}" for name, spelling in SOLVES.items() for rank in (1, 2)} | {
    "assign": "{0} = {1};", "put 0": "{0} = {1};", "put 1": "{0} = {1};", "change 0": "{0} = {0} {2} {1};",
    "change 1": "{0} = {0} {2} {1};", "diagonal of": "{0}(1:size({0}, 1) + 1:end)", "along diagonal": "({0}).'",
    "member 0": "{0}", "member 1": "{0}.'", "if": "if {0}", "single": "{0}", "arange": "({0}:{1}).'",
    "member 2": "reshape({0}, size({1}, 2), size({1}, 3))", "flipped 0": "flip({inside[0]}, 1) → 2",
    "flipped 1": "flip({inside[0]}, 2) → 2", "flipped 0 1": "flip({inside[0]}) → 1", "tril": "tril({inside[0]}) → 2",
    "triu": "triu({inside[0]}) → 2", "loop": "for {0} = 1:{1}", "loop backwards": "for {0} = {1}:-1:1",
    "refuse": "if {0}\n    error('matdiff:shape', {1});\nend", "message": "'{0}'{1}", "shown": "%d",
    "shape shown": "%s", "shape 1": "mat2str(size({0}))", "shape 2": "mat2str(size({0}))",
    "shape 3": "mat2str(size({0}))", "length": "size({0}, {1})", "shape differs 1": "~isequal(size({0}), [{1}, 1])",
    "shape differs 2": "~isequal(size({0}), [{1}])", "shape differs 3": "~isequal(size({0}), [{1}])",
    "ndim differs 1": "size({0}, 2) ~= 1", "or": " || ", "product 1 1": "({0}.' * {1}) → 0",
    "product 1 2": "({1}.' * {0}) → 1", "product 2 1": "({0} * {1}) → 1", "product 2 2": "({0} * {1}) → 2",
    "vdot": "sum(sum({0} .* {1})) → 0", "outer": "({0} * {1}.') → 2", "trace": "trace({inside[0]}) → 0",
    "diagonal": "diag({inside[0]}) → 1", "diag": "diag({inside[0]}) → 2", "total": "sum(sum({inside[0]})) → 0",
    "total 1": "sum({inside[0]}) → 0", "sum axis 0 2": "sum({inside[0]}, 1).' → 1",
    "sum axis 1 2": "sum({inside[0]}, 2) → 1", "einsum ab,ab->a": "sum({0} .* {1}, 2) → 1",
    "einsum ab,ab->b": "sum({0} .* {1}, 1).' → 1", "einsum ab,ba->": "sum(sum({0} .* {1}.')) → 0",
    "einsum ab,ba->a": "sum({0} .* {1}.', 2) → 1", "zeros 1": "zeros({0}, 1)", "zeros 2": "zeros({0})",
    "ones 1": "ones({0}, 1)", "ones 2": "ones({0})", "empty 1": "zeros({0}, 1)", "empty 2": "zeros({0})",
    "eye": "eye({inside[0]}) → 2", "concatenate axis 0 1": "[{inside[0]}] → 1",
    "concatenate axis 0 2": "[{inside[0]}] → 2", "between concatenate axis 0": "; ",
    "concatenate axis 1 2": "[{inside[0]}] → 2", "max_all": "max(max({inside[0]})) → 0",
    "min_all": "min(min({inside[0]})) → 0", "max_all 1": "max({inside[0]}) → 0", "min_all 1": "min({inside[0]}) → 0",
    "prod_all": "prod(prod({inside[0]})) → 0", "prod_all 1": "prod({inside[0]}) → 0",
    "max_along axis 0 2": "max({inside[0]}, [], 1).' → 1", "max_along axis 1 2": "max({inside[0]}, [], 2) → 1",
    "norm 1": "norm({inside[0]}) → 0", "norm 2": "norm({inside[0]}, 'fro') → 0",
    "cholesky": "chol({inside[0]}, 'lower') → 2", "cholesky_inverse": r"({0}.' \ ({0} \ eye(size({0}, 1)))) → 2",
    "cholesky_logdet": "(2 * sum(log(diag({inside[0]})))) → 0", "cholesky_det": "prod(diag({inside[0]}))^2 → 0",
    "lu": "lu_({inside[0]}) → 2", "lu_inverse": "lu_solve_({inside[0]}, eye(size({0}.L, 1))) → 2",
    "lu_logdet": "sum(log(abs(diag({0}.U)))) → 0", "lu_det": "(det({0}.P) * prod(diag({0}.U))) → 0",
    "lower_inverse": r"(tril({inside[0]}) \ eye(size({0}, 1))) → 2",
    "upper_inverse": r"(triu({inside[0]}) \ eye(size({0}, 1))) → 2",
    "lower_logdet": "sum(log(abs(diag({inside[0]})))) → 0", "upper_logdet": "sum(log(abs(diag({inside[0]})))) → 0",
    "lower_det": "prod(diag({inside[0]})) → 0", "upper_det": "prod(diag({inside[0]})) → 0",
    "copied": "{inside[0]} → 2", "copied 1": "{inside[0]} → 1", "expm": "expm({inside[0]}) → 2",
    "permuted": "permute({0}, [{1}])", "spread": "spread_({0}, [{1}], {2})",
    "total more": "sum(reshape({inside[0]}, [], 1)) → 0",
    "square_distances": "square_distances_({inside[0]}, {inside[1]}) → 2",
    "vdot more": "sum(reshape({0} .* {1}, [], 1)) → 0",
    "rows first": "rows_first_({0}, [{1}], {2})", "sum over": "total_({0}, [{1}], {2})",
    "product over": "tensordot_({0}, {1}, [{2}], [{3}], {4}, {5})", "put part": "{0} = {1};",
    "change part": "{0} = {0} {2} reshape({1}, size({0}));",
    "flip 1": "flipud({inside[0]}) → 1", "pinv": "pinv({inside[0]}) → 2",
}  # fmt: skip

NAMES = SAME | RENAMED | {"where": "where_", "erf": "erf", "gamma": "gamma", "gammaln": "gammaln"}

HELPERS = {
    "relu_": """function r = relu_(a)
    r = max(a, 0);
end""",
    "sigmoid_": """function r = sigmoid_(a)
    % 1/(1 + exp(-a)), which does not overflow
    small = exp(-abs(a));
    r = small;
    r(a >= 0) = 1;
    r = r ./ (1 + small);
end""",
    "sigmoid_slope_": """function r = sigmoid_slope_(a)
    % the derivative of 1/(1 + exp(-a)), with all its digits
    small = exp(-abs(a));
    r = small ./ (1 + small).^2;
end""",
    "softplus_": """function r = softplus_(a)
    % log(1 + exp(a)), which does not overflow
    r = log1p(exp(-abs(a))) + max(a, 0);
end""",
    "indicator_": """function r = indicator_(holds, a)
    % 1 where something holds, else 0
    r = double(holds) + zeros(size(a));
end""",
    "where_": """function r = where_(holds, a, b)
    % a where something holds, else b
    holds = logical(holds + zeros(size(a + b)));
    a = a + zeros(size(holds));
    r = b + zeros(size(holds));
    r(holds) = a(holds);
end""",
    "square_distances_": """function r = square_distances_(a, b)
    % the squares of the distances between the rows of two matrices
    r = zeros(size(a, 1), size(b, 1));
    for k = 1:size(a, 2)
        r = r + (a(:, k) - b(:, k).').^2;
    end
end""",
    "spread_": """function r = spread_(a, places, rank)
    % the axes of an array at some places among others
    lengths = ones(1, rank);
    for k = 1:numel(places)
        lengths(places(k)) = size(a, k);
    end
    r = reshape(a, lengths);
end""",
    "rows_first_": """function r = rows_first_(a, lengths, rank)
    % the entries, rows first, in other axes
    count = numel(lengths);
    r = reshape(permute(a, [rank:-1:1, rank + 1]), [fliplr(lengths), 1]);
    r = permute(r, [count:-1:1, count + 1]);
end""",
    "total_": """function r = total_(a, axes, rank)
    % the sums over some axes
    lengths = arrayfun(@(k) size(a, k), setdiff(1:rank, axes));
    for k = axes
        a = sum(a, k);
    end
    r = reshape(a, [lengths, 1, 1]);
end""",
    "tensordot_": """function r = tensordot_(a, b, i, j, p, q)
    % the products of two arrays, summed over the axes i of one and j of the other
    k = setdiff(1:p, i);
    l = setdiff(1:q, j);
    m = arrayfun(@(n) size(a, n), [k, i]);
    n = arrayfun(@(n) size(b, n), [j, l]);
    left = reshape(permute(a, [k, i, p + 1]), prod(m(1:numel(k))), []);
    right = reshape(permute(b, [j, l, q + 1]), [], prod(n(numel(j) + 1:end)));
    r = reshape(left * right, [m(1:numel(k)), n(numel(j) + 1:end), 1, 1]);
end""",
    "lu_": """function f = lu_(a)
    [f.L, f.U, f.P] = lu(a);
end""",
    "lu_solve_": """function x = lu_solve_(f, b)
    x = f.U \\ (f.L \\ (f.P * b));
end""",
    "lu_solve_transposed_": """function x = lu_solve_transposed_(f, b)
    x = f.P.' * (f.L.' \\ (f.U.' \\ b));
end""",
}

OPERATORS = {
    ast.Add: ("+", "+", PLUS), ast.Sub: ("-", "-", PLUS), ast.Mult: ("*", ".*", TIMES), ast.Div: ("/", "./", TIMES),
    ast.FloorDiv: ("/", "./", TIMES), ast.Pow: ("^", ".^", POWER), ast.Gt: (">", ">", COMPARED),
    ast.Lt: ("<", "<", COMPARED), ast.GtE: (">=", ">=", COMPARED), ast.LtE: ("<=", "<=", COMPARED),
    ast.Eq: ("==", "==", COMPARED), ast.NotEq: ("~=", "~=", COMPARED),
}  # fmt: skip


def returned(t: Translator, results: Sequence[Answer], is_last: bool) -> list[str]:
    """Values for the names of the results."""
    values = [text for _, r in results for text in r]
    return [f"{name} = {value};" for name, value in zip(t.outputs, values, strict=True)] + ["return"] * (not is_last)


def function(f: Function, t: Translator) -> str:
    """A function with its description, and the functions that it needs behind it."""
    lines = [line.replace(",)", ", 1)") if "error(" in line else line for line in f.lines]
    comment = [f"% {line}".rstrip() for line in f.docstring]
    head = f"function [{', '.join(t.outputs)}] = {f.name}({', '.join(f.arguments)})"
    body = [head, *("    " + line for line in [*comment, *lines]), "end"]
    return "\n\n".join(["\n".join(body), *[t.language.helpers[h] for h in t.helpers]]) + "\n"


LANGUAGE = Language(
    "MATLAB", CALLS, ("{0}({1})", "{0}({1})"), NAMES, OPERATORS, HELPERS, "{0}.'",
    "{0}({1})", "end", True, returned, function,
)  # fmt: skip

KEYWORDS = """
break case catch classdef continue else elseif end for function global if otherwise parfor persistent return spmd
switch try while
"""
RESERVED = (
    frozenset(KEYWORDS.split())
    | {*NAMES.values(), *HELPERS}
    | frozenset(
        "sum prod max min size zeros ones trace diag norm chol lu det inv pinv eye expm tril triu flip isequal error "
        "mat2str logical double permute reshape fliplr numel arrayfun setdiff "
        "value gradient hessian hvp jacobian jvp vjp pi i j ans".split()
    )
)

BACKEND = Backend(
    "", "Array", {}, {}, {}, in_place=True, kinds={"symmetric": "lu"}, language=LANGUAGE, reserved=RESERVED
)
