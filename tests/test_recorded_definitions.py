"""The author's variables are definitions of the formula: which are kept, and what they are called."""

import numpy as np
import pytest

import matdiff


def kernel(X, y, ell, noise):
    D = (X[:, None] - X[None]) ** 2
    K = np.exp(-D / (2 * ell**2)) + noise * np.eye(len(y))
    return y @ np.linalg.solve(K, y) + np.linalg.slogdet(K)[1]


def moving_average(phi, y):
    e = np.zeros(4)
    for t in range(1, 4):
        e[t] = y[t] - phi * e[t - 1]
    return e @ e


def steps(x, A):
    loss = 0.0
    for _ in range(2):
        x = np.tanh(A @ x)
        loss += x @ x
    return loss


def unpacked(p, t):
    rate, scale = p
    return np.sum(scale * np.exp(-rate * t)) + rate**2 + scale**2


def shadowing(x, y):
    x = x - x.mean()
    dx = x - y * y
    exp = np.exp(x) + dx
    return exp @ exp + dx @ dx


def of_softmax(Z, y):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return (y * np.log(p)).sum()


def once(w, X, y):
    r = X @ w - y
    return np.sum(r**2)


def filled(v):
    M = np.zeros((2, 2))
    M[0, 0], M[0, 1], M[1, 1] = v[0] * v[1] + v[2], v[1], np.exp(v[0] + v[1])
    return np.sum(M @ M)


def runge_kutta(p, x):
    def f(x):
        return np.array([p[0] * x[1], -p[1] * x[0] * x[1]])

    k2 = f(x + (k1 := f(x)) / 2)
    return np.sum((k1 + k2) ** 2)


CASES = [
    (runge_kutta, "p: 2; x: 2",
     "k₁ = vstack(p[1]x[2], −p[2]x[1]x[2]); x₁ = x + ½k₁; k₂ = vstack(p[1]x₁[2], −p[2]x₁[1]x₁[2]); sum((k₁ + k₂).^2)"),
    (kernel, "X: n; y: n; ell: scalar; noise: scalar",
     "K = exp⊙(−(X 1ᵀ − 1Xᵀ).^2/(2ell²)) + noise I; yᵀK⁻¹y + logdet(K)"),
    (moving_average, "phi: scalar; y: 4",
     "e₂ = y[2]; e₃ = y[3] − φ e₂; e = [0; e₂; e₃; y[4] − φ e₃]; eᵀe"),
    (steps, "x: n; A: n x n", "x₁ = tanh(Ax); x₂ = tanh(A x₁); x₁ᵀx₁ + x₂ᵀx₂"),
    (unpacked, "p: 2; t: n", "scale = p[2]; rate = p[1]; sum(scale exp(−rate t)) + rate² + scale²"),
    (shadowing, "x: n; y: n",
     "x₁ = x − sum(x)1_n/n; δ_x = x₁ − y ⊙ y; exp₁ = exp(x₁) + δ_x; exp₁ᵀexp₁ + δ_xᵀδ_x"),
    (of_softmax, "Z: m x n; y: m x n", "sum(y ⊙ log(softmax_rows(Z)))"),
    (once, "w: d; X: n x d; y: n", "sum((Xw − y).^2)"),
    (filled, "v: 3", "M = [v[1]v[2] + v[3], v[2]; 0, exp(v[1] + v[2])]; sum(MM)"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "where", "text"), CASES, ids=[c[0].__name__ for c in CASES])
def test_variables_are_definitions(f, where, text):
    e = matdiff.from_function(f, where)
    assert str(e) == text
    assert str(matdiff.parse(text, where)) == text


def test_derivations_are_chains_through_them():
    d = matdiff.derive(matdiff.from_function(moving_average, "phi: scalar; y: 4"), "phi")
    assert {"e3", "e"} <= set(d.links)
    assert d.verify(trials=1).ok


def test_a_tracer_stays():
    import sys

    before = sys.gettrace()
    matdiff.from_function(once, "w: d; X: n x d; y: n")
    assert sys.gettrace() is before


@pytest.mark.parametrize("text", ["logp = w'w; logp^2", "lik₁ = w'w; lik₁²", "log_base = w'w; log_base + sum(w)"])
def test_names_of_programs_are_read(text):
    assert matdiff.parse(text, "w: d").shape == matdiff.parse("w'w", "w: d").shape


def test_what_is_equal_is_chosen():
    def zero_inflated(p, y):
        return np.where(y == 0, np.log(p + (1 - p) * np.exp(-2.0)), np.log1p(-p) + y).sum()

    e = matdiff.from_function(zero_inflated, "p: scalar positive; y: n")
    y = np.array([0.0, 1.0, 0.0, 3.0])
    assert np.isclose(matdiff.evaluate(e, {"p": 0.3, "y": y}), zero_inflated(0.3, y))


def test_distances_of_a_point_to_itself_are_zero():
    from scipy.spatial.distance import cdist

    X = np.array([[0.1, 0.7], [1 / 3, 1e3], [2.0, 0.3]])
    e = matdiff.from_function(lambda X, s: np.exp(-s * cdist(X, X)).sum(), "X: n x 2; s: scalar")
    assert np.isclose(matdiff.evaluate(e, {"X": X, "s": 0.5}), np.exp(-0.5 * cdist(X, X)).sum(), rtol=1e-12)


def test_what_torch_leaves_out_of_a_derivative_is_refused():
    torch = pytest.importorskip("torch")

    def f(x):
        with torch.no_grad():
            scale = x.sum()
        return (x * scale).sum()

    with pytest.raises(matdiff.MatdiffError, match="not to be derived"):
        matdiff.from_function(f, "x: n")
    with pytest.raises(matdiff.MatdiffError, match="a parameter of its own"):
        matdiff.from_function(lambda x: (x * x.detach()).sum(), "x: n")


# ---- shapes that a function says itself -----------------------------------------------------------------


class Float:
    """An annotation of arrays."""

    def __class_getitem__(cls, item):
        return type("Annotated", (), {"dim_str": item[1]})


def annotated(w: Float[np.ndarray, "d"], X: Float[np.ndarray, "n d"], y: 'Float[Array, "n"]', lam: float):  # noqa: F722, F821
    return np.sum((X @ w - y) ** 2) + lam * w @ w


def documented(w, X, y, lam):
    """Ridge regression.

    w : (d,) array
        weights (of all, and none)
    X (np.ndarray): matrix of shape (n, d)
    y: array, shape n
    lam : float
    """
    return np.sum((X @ w - y) ** 2) + lam * w @ w


def commented(
    w,  # (d,)
    X,  # (n, d)
    y,  # (n,)
    lam: float,
):
    return np.sum((X @ w - y) ** 2) + lam * w @ w


@pytest.mark.parametrize("f", [annotated, documented, commented], ids=lambda f: f.__name__)
def test_shapes_that_a_function_says(f):
    expected = matdiff.from_function(f, "w: d; X: n x d; y: n; lam: scalar")
    assert matdiff.from_function(f) is expected
    assert matdiff.from_function(f, "y: n") is expected
    assert matdiff.from_function(f, {"y": "n"}) is expected
    with pytest.raises(matdiff.MatdiffError, match=r"d is not 3, in line .*X @ w"):
        matdiff.from_function(f, "w: 3")


def test_functions_of_jax_are_compared_by_those_of_numpy():
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    def by_numpy(x):
        return jnp.sum(jnp.exp(x) * jnp.linalg.norm(x))

    def by_jax(x):
        return jax.nn.log_softmax(x)[0]  # whose axis is the last, unlike that of SciPy

    for f in (by_numpy, by_jax):
        e = matdiff.from_function(f, "x: 3")
        x = np.array([0.3, -1.0, 2.0])
        assert np.isclose(matdiff.evaluate(e, {"x": x}), float(f(jnp.asarray(x))), rtol=1e-5)


def test_functions_of_numpy_have_the_values_of_those_of_jax():
    jax = pytest.importorskip("jax")
    stats = pytest.importorskip("jax.scipy.stats")
    from matdiff.numeric.functions_of_jax import IN_NUMPY

    draw = np.random.default_rng(0)
    x, a = draw.normal(size=(3, 4)), draw.normal(size=(4, 4))
    spd = a @ a.T + np.eye(4)
    arguments = {
        "one_hot": [((np.array([2, 0, 1]), 4), {})],
        "solve_triangular": [
            ((a, x.T), {}),
            ((a, x[0]), {"lower": True, "trans": 1}),
            ((a, x[0]), {"unit_diagonal": True}),
        ],
        "cho_solve": [(((spd, True), x[0]), {}), (((spd, False), x.T), {})],
        "cho_factor": [((spd,), {}), ((spd,), {"lower": True})],
        "norm.logpdf": [((x,), {}), ((x, 0.5, 2.0), {})],
        "multivariate_normal.logpdf": [((x[0], a[0], spd), {}), ((x, a[0], spd), {})],
        "logsumexp": [((x,), {}), ((x, 0), {}), ((x,), {"axis": 1, "keepdims": True})],
        "softmax": [((x,), {}), ((x,), {"axis": 0})],
        "log_softmax": [((x,), {}), ((x,), {"axis": 0})],
        "gelu": [((x,), {}), ((x,), {"approximate": False})],
        "xlogy": [((np.abs(x), np.abs(x) + 1), {}), ((np.zeros(3), np.arange(3.0)), {})],
        "gammaln": [((np.abs(x) + 0.1,), {})],
        "rsqrt": [((np.abs(x) + 0.1,), {})],
        "logit": [((1 / (1 + np.exp(-x)),), {})],
    }
    homes = (jax.nn, jax.scipy.special, jax.scipy.linalg, stats, jax.lax)
    with jax.enable_x64(True):
        for name, function in IN_NUMPY.items():
            first, _, second = name.partition(".")
            original = next(getattr(home, first) for home in homes if hasattr(home, first))
            original = getattr(original, second) if second else original
            for given, options in arguments.get(name, [((x,), {})]):
                want, got = original(*given, **options), function(*given, **options)
                if name == "cho_factor":  # the other triangle has whatever it had
                    assert got[1] == want[1]
                    want, got = (np.tril(f[0]) if f[1] else np.triu(f[0]) for f in (want, got))
                np.testing.assert_allclose(got, np.asarray(want), rtol=1e-9, atol=1e-12, err_msg=name)
