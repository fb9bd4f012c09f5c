"""Pictures of the gallery: the function of a model along lines, with the tangents that its gradients give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from itertools import islice
from typing import Any

from matdiff.errors import CheckError
from matdiff.numeric.curves import Curve, curves
from matdiff.results.gradient import Derivation

MOST = 4  # curves side by side
CURVE, TANGENT, FRAME = "#4269d0", "#ff725c", "#808080"  # on white and on black
SETTINGS = {
    "svg.fonttype": "none",
    "text.color": FRAME,
    "axes.edgecolor": FRAME,
    "axes.labelcolor": FRAME,
    "xtick.color": FRAME,
    "ytick.color": FRAME,
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def picture(found: Derivation) -> str:
    """The curves of a derivation as a piece of HTML; empty where there is none."""
    try:
        drawn = [*islice(curves(found.function, found.unknowns, found.gradients), MOST)]
    except CheckError:  # no instance of one unknown alone
        return ""
    if not drawn:
        return ""
    names = ", ".join(c.unknown for c in drawn)
    said = f"f along a line through a random point, with the tangent that the gradient gives, for {names}"
    return (
        f'<figure class="curves" tabindex="0" role="img" aria-label="{said}">{svg(drawn, str(found.function))}</figure>'
    )


def svg(drawn: Sequence[Curve], salt: str) -> str:
    """The curves side by side, each with its tangent dashed; no two pictures of a page share the name of a part."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {**SETTINGS, "svg.hashsalt": salt}
    with rc_context(settings):
        figure = Figure((2.4 * len(drawn), 1.8), layout="constrained")
        for axes, curve in zip(figure.subplots(1, len(drawn), squeeze=False)[0], drawn, strict=True):
            axes.plot(curve.places, curve.values, color=CURVE, linewidth=1.6)
            axes.plot(curve.places, curve.tangent, color=TANGENT, linewidth=1.2, linestyle="--")
            axes.plot([0.0], [curve.tangent[len(curve.places) // 2]], "o", color=TANGENT, markersize=3.5)
            axes.set_xlabel(f"{curve.unknown} + t d{curve.unknown}")
            axes.set_ylim(*curve.heights())
            axes.locator_params(nbins=4)
        page = StringIO()
        figure.savefig(page, format="svg", transparent=True, metadata={"Date": None})
    drawing = page.getvalue()
    return re.sub(r'<metadata>.*?</metadata>|(?<=<g) id="[^"]*"', "", drawing[drawing.index("<svg") :], flags=re.DOTALL)
