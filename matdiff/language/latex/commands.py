r"""The commands of LaTeX that a formula may have: what kind each is, and what it stands for.

``COMMANDS`` maps a token (``\alpha``, ``\frac``, ``$``) to its kind, which names what the pass in
matdiff.language.latex does with it, and to a text: the plain sign, the direction of a fence, the reason of a refusal.
"""

from __future__ import annotations

from matdiff.algebra.notation import ACCENTS, GREEK
from matdiff.language.transcript import APART

WIDE_SPACE = "\u2003"  # separates equations in a row


def _pairs(table: str) -> dict[str, str]:
    """A table with a command and its sign in turn."""
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


LETTERS = {
    f"\\{style}{name}": letter
    for name, letter in GREEK.items()
    for style in (("", "up", "var") if name[0].isupper() else ("", "up"))  # \varSigma leans, \uplambda stands upright
} | _pairs(r"\varepsilon ϵ \vartheta ϑ \varphi ϕ \varrho ϱ \varpi ϖ \varsigma ς \varkappa ϰ \ell ℓ \imath i \jmath j")
SIGNS = _pairs(
    r"""
    \cdot · \cdotp · \bullet · \times × \ast * \star ⋆ \odot ⊙ \circ ∘ \otimes ⊗ \oslash ⊘ \div ÷ \colon : \coloneqq :=
    \triangleq := \defeq := \vcentcolon : \coloneq := \backslash \ \setminus \ \top ⊤ \intercal ⊤ \prime ' \infty ∞
    \ldots … \dots … \cdots … \dotsc … \dotsb … \langle ⟨ \rangle ⟩ \lbrace ( \rbrace ) \{ ( \} ) \lbrack ( \rbrack )
    \lparen ( \rparen ) \_ _ \# # \% % \in ∈ \notin ∉ \to → \rightarrow → \mapsto ↦ \approx ≈ \sim ∼ \equiv ≡ \propto ∝
    \le ≤ \leq ≤ \leqslant ≤ \ge ≥ \geq ≥ \geqslant ≥ \ne ≠ \neq ≠ \lt < \gt > \cup ∪ \cap ∩ \subset ⊂ \subseteq ⊆
    \forall ∀ \succ ≻ \succeq ⪰ \prec ≺ \preceq ⪯ \perp ⊥ \ominus ⊖ \iff ⟺ \implies ⟹ \Rightarrow ⇒ \surd √
    \oplus ⊕ \doteq := \partial ∂ \arg arg \argmin argmin \argmax argmax
    \gets ← \leftarrow ← \vdot · \dotproduct · \cross × \crossproduct × \cp ×
    \dagger † \dag † \sum ∑ \prod ∏ \R R \RR R \Reals R \reals R
    """
)
SPACES = r"\, \: \; \> ~ \thinspace \medspace \thickspace \enspace \space \nobreakspace".split()
SPACES += ["\\ ", "\\\n", "\\\t"]
VANISHING = r"""
    \! \/ \- \displaystyle \textstyle \scriptstyle \scriptscriptstyle \limits \nolimits \displaylimits \nonumber
    \notag \boldmath \unboldmath \mathstrut \strut \negthinspace \allowbreak \nobreak \noindent \centering \relax
    \hfill \hfil \null \protect
""".split()
FONTS = r"""
    \mathbf \boldsymbol \bm \mathit \mathcal \mathscr \mathbb \mathbbm \mathds \mathfrak \pmb \mathnormal \symbf \symbb
    \vec \overrightarrow \underline \boxed \fbox \mathopen \mathclose \mathbin \mathrel \mathord \mathinner \mathpunct
    \ensuremath \smash \emph \eqalign \mathbold \symup \symit
    \normalsize \footnotesize \scriptsize \tiny \small \large \Large \LARGE \huge \Huge
""".split()
UPRIGHT = r"\operatorname \mathrm \mathop \mathsf \mathtt \textup \textsf \texttt \textbf \textit \textsc".split()
TEXTS = r"\text \textrm \textnormal \mbox \hbox".split()
SWITCHES = r"\bf \rm \it \tt \sf \cal \scr \frak \Bbb \mit \bold \bfseries \itshape \rmfamily \sl \em".split()
FRACTIONS = r"\frac \tfrac \dfrac \cfrac \nicefrac \sfrac".split()
ACCENTED = {"\\" + name: mark for name, mark in ACCENTS.items() if name != "prime"} | {
    "\\widehat": ACCENTS["hat"],
    "\\overline": ACCENTS["bar"],
    "\\widetilde": ACCENTS["tilde"],
    "\\widebar": ACCENTS["bar"],
}
FENCES = {
    "\\left": "opens",
    "\\right": "closes",
    "\\middle": "",
    **{
        f"\\{size}{side}": way
        for size in ("big", "Big", "bigg", "Bigg")
        for side, way in _pairs("l opens r closes").items()
    },
    **{f"\\{size}{side}": "" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "m")},
}
BARS = {
    **dict.fromkeys(["|", "∣", "\\vert", "\\mid", "\\lvert", "\\rvert"], "|"),
    **dict.fromkeys(["\\|", "‖", "∥", "\\Vert", "\\parallel", "\\lVert", "\\rVert", "\\lnorm", "\\rnorm"], "‖"),
}
DIRECTED = {"\\lvert": "opens", "\\lVert": "opens", "\\rvert": "closes", "\\rVert": "closes"}
DELIMITERS = {
    **{sign: sign for sign in "()⟨⟩/"},
    **_pairs(r"[ ( ] ) \{ ( \} ) \lbrace ( \rbrace ) \lbrack ( \rbrack ) < ⟨ > ⟩ \langle ⟨ \rangle ⟩ \backslash \ "),
    ".": "",
    "\\lparen": "(",
    "\\rparen": ")",
    "\\lt": "⟨",
    "\\gt": "⟩",
}
SWALLOWED = r"""
    \tag \label \vspace \color \phantom \hphantom \vphantom \notes \footnote \ref \usepackage \documentclass
""".split()  # with their argument
BEHIND = r"\textcolor \mathcolor \colorbox \overset \stackrel".split()  # the first argument vanishes, the second stays
BRACES = {r"\underbrace": "_", r"\overbrace": "^", r"\underbracket": "_", r"\overbracket": "^"}
NORMS = {r"\norm": "‖", r"\abs": "|"}
DERIVATIVES = r"\pdv \partialderivative \pderivative \dv \derivative \odv \diffp".split()
LIKE_LOG = r"""
    \arccos \arcsin \arctan \cos \cosh \cot \coth \csc \deg \det \dim \exp \gcd \hom \inf \ker \ln \log \max
    \min \Pr \sec \sin \sinh \sup \tan \tanh
""".split()
DEFINITIONS = r"""
    \newcommand \renewcommand \providecommand \DeclareRobustCommand \def \gdef \edef \xdef \let \DeclareMathOperator
    \DeclarePairedDelimiter
""".split()
REASONS = {
    r"\coprod": "coproducts are not available",
    r"\int \iint \iiint \oint": "integrals are not available",
    r"\lim \limsup \liminf \varlimsup \varliminf": "limits are not available",
    r"\pm \mp": "the sign stands for two expressions: write + or -",
    r"\lfloor \rfloor \lceil \rceil": "rounding has no derivative, and is not available",
    r"\lg": "the base of the logarithm is not said: write \\ln, or \\operatorname{log10}",
    r"\bra \ket \braket \ketbra \ev \expval \mel \matrixel": "these are complex vectors, and matdiff is about real "
    r"ones: \bra{x} A \ket{x} is written x^\top A x",
    r"\binom \dbinom \tbinom \choose": "binomial coefficients are not available",
    r"\Re \Im": "this is a function of complex numbers, and matdiff is about real matrices",
    r"\matrix \pmatrix \bmatrix": "matrices and stacks of single entries are not available",
    r"\if \ifx \else \fi \loop \csname \expandafter \input \include": "programs in TeX are not run",
}
REFUSED = {name: reason for names, reason in REASONS.items() for name in names.split()}

DISPLAYS = frozenset("equation align gather multline displaymath math eqnarray flalign alignat".split())
INNER = frozenset("aligned split gathered alignedat".split())
BLOCKS = frozenset("matrix pmatrix bmatrix Bmatrix smallmatrix vmatrix array".split())
CASES = frozenset("cases dcases".split())
PRINTED = frozenset("Vmatrix tabular".split())

COMMANDS: dict[str, tuple[str, str]] = {
    **{name: ("sign", sign) for name, sign in SIGNS.items()},
    **{name: ("letter", letter) for name, letter in LETTERS.items()},
    **dict.fromkeys(SPACES, ("space", APART)),
    **dict.fromkeys([r"\quad", r"\qquad"], ("space", WIDE_SPACE)),
    **dict.fromkeys(VANISHING, ("vanish", "")),
    **dict.fromkeys(FONTS, ("font", "")),
    **dict.fromkeys(UPRIGHT, ("upright", "")),
    **dict.fromkeys(TEXTS, ("upright", "text")),
    **dict.fromkeys(SWITCHES, ("switch", "")),
    **dict.fromkeys(FRACTIONS, ("fraction", "")),
    r"\sqrt": ("root", ""),
    r"\substack": ("substack", ""),
    r"\not": ("negate", ""),
    r"\over": ("over", ""),
    **{name: ("accent", mark) for name, mark in ACCENTED.items()},
    **{name: ("fence", way) for name, way in FENCES.items()},
    **{name: ("bar", bar) for name, bar in BARS.items() if name not in "|‖∥∣"},
    **{name: ("norm", bar) for name, bar in NORMS.items()},
    **dict.fromkeys(SWALLOWED, ("swallow", "")),
    r"\hspace": ("swallow", WIDE_SPACE),
    **dict.fromkeys(BEHIND, ("behind", "")),
    **dict.fromkeys(DERIVATIVES, ("derivative", r"\partial")),
    r"\underset": ("below", ""),
    **{name: ("brace", sign) for name, sign in BRACES.items()},
    **dict.fromkeys(LIKE_LOG, ("function", "")),
    **dict.fromkeys(DEFINITIONS, ("define", "")),
    **{name: ("refuse", reason) for name, reason in REFUSED.items()},
    **dict.fromkeys(["\\\\", r"\newline", r"\cr"], ("line", "")),
    "&": ("cell", ""),
    r"\begin": ("begin", ""),
    r"\end": ("end", ""),
    "{": ("open", ""),
    "}": ("close", "}"),
    "[": ("square", ""),
    "]": ("bracket", "]"),
    "_": ("script", "_"),
    "^": ("script", "^"),
    "$": ("dollar", "$"),
    "$$": ("dollar", "$$"),
    r"\(": ("open_formula", r"\)"),
    r"\[": ("open_formula", r"\]"),
    r"\)": ("close", r"\)"),
    r"\]": ("close", r"\]"),
    " ": ("blank", " "),
    "\n": ("blank", "\n"),
}
