"""Source for Julia and MATLAB: golden texts that were checked by hand, runs of Octave, names and brackets of Julia."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import matdiff
from matdiff.errors import MatdiffError, UnsupportedError

RNG = np.random.default_rng(0)

JULIA = '''using LinearAlgebra

@doc raw"""
    f(X, w, y)

value: ‖Xw − y‖²
gradient: 2Xᵀ(Xw − y)

Arguments: X: m × n; w: n; y: m
"""
function f(X::AbstractMatrix, w::AbstractVector, y::AbstractVector)
    m = size(X, 1)
    n = size(X, 2)
    size(w) != (n,) && throw(DimensionMismatch("w has the shape $(size(w)), which is not (n,) with n = $n"))
    size(y) != (m,) && throw(DimensionMismatch("y has the shape $(size(y)), which is not (m,) with m = $m"))
    t1 = X * w .- y
    return (dot(t1, t1), 2 .* (X' * t1))
end
'''

MATLAB = """function [value, gradient] = f(x, mu, S)
    % value: (x − μ)ᵀS⁻¹(x − μ)
    % gradient: 2S⁻¹(x − μ)
    %
    % Arguments: x: n; mu: n; S: n × n spd
    if size(x, 2) ~= 1
        error('matdiff:shape', 'x has the shape %s, which is not (n, 1)', mat2str(size(x)));
    end
    n = size(x, 1);
    if ~isequal(size(mu), [n, 1])
        error('matdiff:shape', 'mu has the shape %s, which is not (n, 1) with n = %d', mat2str(size(mu)), n);
    end
    if ~isequal(size(S), [n, n])
        error('matdiff:shape', 'S has the shape %s, which is not (n, n) with n = %d', mat2str(size(S)), n);
    end
    t1 = chol(S, 'lower');
    t2 = x - mu;
    t3 = t1.' \\ (t1 \\ t2);
    value = t3.' * t2;
    gradient = 2 .* t3;
end
"""

STEP = """    for t in 1:T
        h[t + 1, :] .= tanh.(A * h[t, :] .+ t1[t, :])
    end
"""


def test_least_squares_in_julia() -> None:
    assert matdiff.code("||X w - y||^2", "w", backend="julia").source == JULIA


def test_a_distance_in_matlab() -> None:
    text, where = "(x - mu)'inv(S)*(x - mu)", "x, mu: n; S: n x n spd"
    assert matdiff.code(text, "x", where, backend="matlab").source == MATLAB


def test_results_for_several_unknowns_have_their_names() -> None:
    source = matdiff.code("||A - u*v'||^2", "u,v", "A: m x n; u: m; v: n", "matlab", check=False).source
    assert source.startswith("function [value, gradient_u, gradient_v] = f(A, u, v)\n")


def test_a_loop_counts_from_one() -> None:
    text = "h[t] = tanh(A h[t-1] + B x[t]); h[0] = c; sum(t=1..T, ||h[t] - y[t]||^2)"
    where = "A: n x n; B: n x m; c: n; x[t=1..T]: m; y[t=1..T]: n"
    source = matdiff.code(text, "A", where, backend="julia", check=False).source
    assert STEP in source
    assert "for t in T:-1:1" in source
    assert "delta[2:end, :]" in source


CASES = {  # text, unknowns, declarations, shapes of the arguments; S is positive definite
    "least squares": ("||X w - y||^2", "w", "", {"X": (4, 2), "w": (2,), "y": (4,)}),
    "logistic": ("sum(log(1 + exp(-y .* (X w))))", "w", "X: m x n; w: n; y: m", {"y": (4,), "X": (4, 2), "w": (2,)}),
    "a process": ("1/2*y'inv(S)*y + 1/2*logdet(S)", "S", "S: n x n spd; y: n", {"y": (3,), "S": (3, 3)}),
    "equations": ("a'inv(X)*b + log(det(X)^2)", "X", "a: n; X: n x n; b: n", {"a": (3,), "X": (3, 3), "b": (3,)}),
    "several unknowns": ("||A - u*v'||^2", "u,v", "A: m x n; u: m; v: n", {"A": (3, 2), "u": (3,), "v": (2,)}),
    "rows": ("sum(softmax_rows(X W) .* T)", "W", "X: m x n; W: n x k; T: m x k",
             {"T": (3, 2), "X": (3, 4), "W": (4, 2)}),
    "a few columns": ("K = diag(s) + U U'; logdet(K) + y'inv(K)*y", "U", "s: d positive; U: d x k; y: d",
                      {"U": (4, 2), "s": (4,), "y": (4,)}),
    "names of the language": ("end'*A*sum + size'*size", "size,sum", "end: m; A: m x n; sum: n; size: n",
                              {"end": (2,), "A": (2, 3), "sum": (3,), "size": (3,)}),
    "neighbours": ("sum(i=1..n-1, (x[i+1] - x[i])^2)*a", "x,a", "x: n; a: scalar", {"x": (4,), "a": ()}),
    "a recurrence": ("h[t] = tanh(A h[t-1] + x[t]); h[0] = c; sum(t=1..T, ||h[t]||^2)", "A,c",
                     "A: n x n; c: n; x[t=1..T]: n", {"A": (2, 2), "c": (2,), "x": (3, 2)}),
    "distances": ("sum(i=1..N, sum(j=1..N, exp(-||x[i] - x[j]||^2)))", "x", "x[i=1..N]: d", {"x": (4, 3)}),
    "a tensor": ("sum(k=1..K, norm2(X[k] - A*diag(c[k])*B')^2)", "A,c",
                 "X[k=1..K]: m x n; A: m x r; c[k=1..K]: r; B: n x r",
                 {"X": (2, 3, 4), "A": (3, 2), "c": (2, 2), "B": (4, 2)}),
}  # fmt: skip
SECOND = {  # the same with Hessians and Jacobians of matrices
    "a block for each row": ("||T - U V'||^2", "U", "T: m x n; U: m x k; V: n x k", "hessian",
                             {"T": (3, 4), "U": (3, 2), "V": (4, 2)}),
    "weighted blocks": ("sum(log(1 + exp(-T .* (U V'))))", "U", "T: m x n; U: m x k; V: n x k", "hessian",
                        {"T": (3, 4), "U": (3, 2), "V": (4, 2)}),
    "a determinant": ("log det(X)", "X", "X: n x n", "hessian", {"X": (3, 3)}),
    "classes": ("-sum(Y .* log(softmax_rows(X W)))", "W", "X: m x n; W: n x k; Y: m x k stochastic", "hessian",
                {"Y": (4, 2), "X": (4, 3), "W": (3, 2)}),
    "a product": ("A X B", "X", "A: k x m; X: m x n; B: n x p", "jacobian", {"A": (2, 3), "X": (3, 4), "B": (4, 2)}),
    "a layer": ("W tanh(X a)", "X", "W: k x m; X: m x n; a: n", "jacobian", {"W": (2, 3), "X": (3, 2), "a": (2,)}),
}  # fmt: skip


def drawn(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Random numbers, of which s is positive and S positive definite."""
    a = RNG.normal(size=shape)
    return a @ a.T + np.eye(len(a)) if name == "S" else np.abs(a) + 1 if name == "s" else a


def literal(a: np.ndarray) -> str:
    """An array in the words of MATLAB: a vector is a column."""
    if np.ndim(a) > 2:
        return f"reshape({literal(np.ravel(a, order='F'))}, [{', '.join(map(str, a.shape))}])"
    rows = np.atleast_2d(a).T if np.ndim(a) < 2 else a
    return f"[{'; '.join(', '.join(map(repr, map(float, row))) for row in rows)}]"


def test_octave_computes_what_numpy_does(tmp_path: Path) -> None:
    octave = shutil.which("octave-cli") or pytest.skip("there is no Octave")
    script, wanted = [], []
    first = [(*case[:3], ("value", "gradient"), case[3]) for case in CASES.values()]
    second = [(*case[:3], (case[3],), case[4]) for case in SECOND.values()]
    for k, (text, unknowns, where, outputs, shapes) in enumerate(first + second):
        made = matdiff.code(text, unknowns, where, "matlab", outputs, check=False, name=f"f{k}")
        given = {name: drawn(name, shape) for name, shape in shapes.items()}
        found = matdiff.code(text, unknowns, where, outputs=outputs, check=False).function(
            *[given[n] for n in made.inputs]
        )
        flat = [a for part in found for a in (part if isinstance(part, tuple) else (part,))]
        wanted += [np.ravel(a, order="F") for a in flat]
        (tmp_path / f"f{k}.m").write_text(made.source)
        names = [f"r{i}" for i in range(len(flat))]
        script.append(f"[{', '.join(names)}] = f{k}({', '.join(literal(given[n]) for n in made.inputs)});")
        script += [f"printf('%.17g ', {name}); printf('\\n');" for name in names]
    (tmp_path / "main.m").write_text("\n".join(script))
    command = [octave, "-q", "--no-init-file", "main.m"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    for line, want in zip(done.stdout.splitlines(), wanted, strict=True):
        assert np.array(line.split(), float) == pytest.approx(want, rel=1e-9, abs=1e-12)


KNOWN = set(
    "size zeros ones dot diag diagm diagind vec sum maximum prod vcat hcat cholesky Symmetric Matrix inv lu logdet "
    "logabsdet first det norm copy tanh exp log log1p abs max zero one sqrt reverse throw DimensionMismatch "
    "permutedims reshape setdiff dropdims ndims length axes Tuple".split()
)


@pytest.mark.parametrize("case", [*CASES, *SECOND])
def test_julia_is_balanced_and_calls_what_there_is(case: str) -> None:
    text, unknowns, where, *outputs = (SECOND[case] if case in SECOND else CASES[case])[:-1]
    source = matdiff.code(text, unknowns, where, "julia", outputs or None, check=False).source
    code = re.sub(r'"""[\s\S]*?"""|"[^"]*"', '""', source)
    for opening, closing in ("()", "[]"):
        assert code.count(opening) == code.count(closing)
    assert len(re.findall(r"^ *(?:function|for|if)\b", code, re.M)) == len(re.findall(r"^ *end$", code, re.M))
    own = set(re.findall(r"^(?:function )?(\w+_)\(", code, re.M)) | {"f"}
    called = set(re.findall(r"([A-Za-z_]\w*)\.?\(", code)) - {"raw"}
    assert called <= KNOWN | own
    assert "''" not in code


def test_what_has_no_spelling_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedError, match="no code for expm_frechet in Julia"):
        matdiff.code("tr(A expm(X))", "X", "A, X: n x n", "julia")


def test_source_alone_is_no_function() -> None:
    made = matdiff.code("x'x", "x", "x: n", "matlab")
    with pytest.raises(MatdiffError, match="source only"):
        made.function  # noqa: B018
