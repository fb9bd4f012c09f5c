"""matdiff for assistants: a server of the Model Context Protocol, by its official SDK.

    matdiff mcp

It speaks over standard input and output.  Each tool is a public function; its answer is a page of text, as short as is
asked for, with what the check found.  What is wrong is withheld, and bad input is an error that shows the place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

import matdiff.api as api
from matdiff.errors import CheckError, MatdiffError
from matdiff.version import __version__

LONGEST = 6_000  # signs of an answer
Steps = Literal["none", "textbook", "full"]
Backend = Literal["numpy", "jax", "torch", "julia", "matlab"]
INSTRUCTIONS = """Closed forms of matrix derivatives, derived by laws and checked numerically.
Formulas are text as on paper (‖Xw − y‖²), LaTeX, NumPy or MATLAB. Vectors are columns; a gradient has the shape of its
unknown. `where` declares shapes and properties, as far as they do not follow from use: "X: m x n; S: d x d spd;
λ: scalar positive". The first line of an answer says how the formula was read: see that it is what was meant."""


def derive(formula: str, wrt: str = "", where: str = "", steps: Steps = "none") -> str:
    """The gradient of a scalar formula by one unknown or several (wrt="W,b"); with steps its derivation, law by law."""
    return checked(api.derive(formula, wrt or None, where), steps)


def jacobian(formula: str, wrt: str = "", where: str = "", steps: Steps = "none") -> str:
    """The Jacobian of a formula of any shape: ∂f/∂xᵀ of a vector, d vec F = J d vec X of a matrix."""
    return checked(api.jacobian(formula, wrt or None, where), steps)


def hessian(formula: str, wrt: str = "", where: str = "", steps: Steps = "none") -> str:
    """The Hessian of a scalar formula, and whether it is semidefinite, with the reason."""
    return checked(api.hessian(formula, wrt or None, where), steps)


def solve(problem: str, wrt: str = "", where: str = "", steps: Steps = "none") -> str:
    """A problem in closed form: "minimise ‖Xw − y‖² subject to 1'w = 1". What kind of point it is, and why."""
    return checked(api.solve(problem, wrt or None, where), steps)


def check(derivation: str, where: str = "", wrt: str = "") -> str:
    """A verdict on every line of somebody's derivation; the first wrong one, the slip, and what the line should be."""
    return api.check(derivation, where, wrt or None).to_text()


def code(
    formula: str, wrt: str = "", where: str = "", backend: Backend = "numpy", outputs: str = "value,gradient"
) -> str:
    """Source of a function; outputs are value, gradient, hessian, hvp, jacobian, jvp, vjp; without wrt the value."""
    chosen = [name.strip() for name in outputs.split(",")] if wrt else None
    made = api.code(formula, wrt or None, where, backend, chosen, check=False)
    error = f"relative error ≤ {made.verify():.0e}"
    return f"{made.source}\nchecked: the program agrees with the formula on random values, {error}"


def equal(left: str, right: str, where: str = "") -> str:
    """Whether two formulas are equal: proved, refuted by a counterexample, or only numbers to go by."""
    return api.equal(left, right, where).to_text()


def laws(word: str) -> str:
    """The laws and operators that speak of a word: "trace inverse", "softmax"."""
    return api.law_book("text", word)


TOOLS: tuple[Callable[..., str], ...] = (derive, jacobian, hessian, solve, check, code, equal, laws)


def checked(found: Any, steps: str) -> str:
    """The page of a result with what its check found; CheckError where it is wrong."""
    verdict = found.verify()
    if not verdict.ok:
        raise CheckError(verdict.failure)
    return str(found.to_text(steps, verdict))


def server() -> Any:
    """The server, with a tool for each function."""
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
    except ImportError as error:
        raise MatdiffError("this needs the SDK of MCP", suggestion='pip install "matdiff[mcp]"') from error

    def answering(tool: Callable[..., str]) -> Callable[..., str]:
        @wraps(tool)
        def answer(*arguments: Any, **named: Any) -> str:
            try:
                return shortened(tool(*arguments, **named))
            except CheckError as error:
                raise ToolError(f"CHECK FAILED: {error}\nThe answer is withheld.") from error
            except MatdiffError as error:
                raise ToolError(str(error)) from error

        return answer

    made = MCPServer("matdiff", instructions=INSTRUCTIONS, version=__version__)
    for tool in TOOLS:
        made.add_tool(answering(tool), structured_output=False)
    return made


def shortened(text: str) -> str:
    """An answer of at most so many signs, which says what it leaves out.

    >>> shortened("line\\n" * 3000).splitlines()[-1]
    '… 1800 further lines are left out'
    """
    if len(text) <= LONGEST:
        return text
    kept = text[: text.rindex("\n", 0, LONGEST)]
    return f"{kept}\n… {text[len(kept) :].strip().count(chr(10)) + 1} further lines are left out"
