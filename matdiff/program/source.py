"""The source of a function: arguments, checks of their shapes, the statements of the program, what is returned."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from matdiff.algebra.dims import SCALAR, Size, shape_text
from matdiff.algebra.expr import Expr, Index, Symbol
from matdiff.errors import MatdiffError
from matdiff.program.arrays import Array, Arrays, in_order, with_steps
from matdiff.program.costs import Work, work_of
from matdiff.program.library import Backend
from matdiff.program.low_rank import LowRank
from matdiff.program.lowering import Lowering
from matdiff.program.memory import Memory
from matdiff.program.places import without_ones
from matdiff.program.rewriting import Rewriting
from matdiff.program.statements import write
from matdiff.program.syntax import extent, identifier
from matdiff.program.translating import Translator
from matdiff.program.tuning import Tuning
from matdiff.program.writing import Writer, imports_of
from matdiff.records import NamedTuple

LONGEST = 300  # characters of a formula in a docstring


class Output(NamedTuple):
    """One entry of what a function returns: what it is called, and one expression, or one for each unknown."""

    title: str
    exprs: tuple[Expr, ...]
    axes: tuple[tuple[Index, ...], ...]  # the order of the free indices of each
    meant: tuple[Expr, ...] = ()  # what they were before they were written so that they are computed well


class Generated(NamedTuple):
    """A function as source; *inputs* and *sizes* are what its arguments are."""

    source: str
    arguments: tuple[str, ...]
    inputs: tuple[Symbol, ...]
    sizes: tuple[str, ...]
    versions: tuple[Version, ...]
    branch: tuple[Size, Size] | None = None  # the first version runs where the first size is less

    @property
    def work(self) -> Work:
        """What the first version takes."""
        return work_of(self.versions[0].program)


class Shortcut(NamedTuple):
    """The same outputs by matrices of low rank, which is the way where a size is less than another."""

    low: LowRank
    outputs: Sequence[Output]


class Version(NamedTuple):
    """Outputs as arrays, and the program that computes them."""

    outputs: Sequence[Output]
    lowering: Lowering
    roots: list[Array]
    program: list[Array]


def generated(
    outputs: Sequence[Output],
    symbols: Sequence[Symbol],
    target: Backend,
    called: str,
    sizes: Mapping[str, int] | None = None,
    conditions: Sequence[str] = (),
    shortcut: Shortcut | None = None,
    unknowns: Sequence[str] = (),
) -> Generated:
    """The source of a function of some symbols and what else occurs, with the given outputs."""
    if not called.isidentifier() or identifier(called, set()) != called:
        raise MatdiffError(f"{called!r} is no name for a function of Python")
    versions = [lowered(outputs, target, sizes, symbols)]
    if shortcut:
        versions.insert(0, lowered(shortcut.outputs, target, sizes, symbols, shortcut.low.formed))
    every = dict.fromkeys([*symbols, *(s for v in versions for s in v.lowering.symbols)])
    inputs = [s for s in every if versions[-1].lowering.is_input(s)]
    header = Header(inputs, target, called)
    branch = shortcut.low[:2] if shortcut else None
    named = {n for x in branch or () for n in x.names()}
    header.read(named | {n for v in versions for a in with_steps(v.program) for n in sizes_in(a)})
    lines, helpers = written(versions, branch, header)
    head = f"def {called}({', '.join(header.parameters())}) -> tuple[{result_type(outputs, target)}]:"
    body = [
        *docstring(outputs, inputs, header, conditions),
        *header.checks("\n".join(lines), target.convert_all in helpers),
        *lines,
    ]
    function = "\n".join([head, *("    " + line if line else "" for line in body)])
    before = [target.helpers[h] for h in helpers]
    imports = imports_of(target, [function, *before])
    source = "\n\n\n".join([*(["\n".join(imports)] if imports else []), *before, function]) + "\n"
    if target.language is not None:
        ranks = {header.names[s.name]: len(header.axes(s)) for s in inputs} | dict.fromkeys(header.extra, 0)
        names = [header.names[u] for u in unknowns if u in header.names]
        source = Translator(target.language, ranks, [o.title for o in outputs], names).source(function)
    return Generated(source, tuple(header.arguments), tuple(inputs), tuple(header.extra), tuple(versions), branch)


def written(
    versions: Sequence[Version], branch: tuple[Size, Size] | None, header: Header
) -> tuple[list[str], list[str]]:
    """The statements of all versions, the first where one size is less than another; and the helpers that they need."""
    model = next((header.names[s.name] for s in header.inputs if s.ranges or s.shape != SCALAR), "")
    lines: list[str] = []
    helpers: dict[str, None] = {}
    for k, version in enumerate(versions):
        writer = Writer(header.target, header.names, header.taken, model)
        own = statements(writer, version)
        if branch and k == 0:
            lines.append(f"if {header.text(branch[0])} < {header.text(branch[1])}:")
            own = ["    " + line for line in own]
        lines += own
        helpers |= writer.helpers
    return lines, list(helpers)


def result_type(outputs: Sequence[Output], target: Backend) -> str:
    """The types of what is returned."""
    kinds = [[target.array if e.shape != SCALAR or e.free else target.scalar for e in o.exprs] for o in outputs]
    return ", ".join(k[0] if len(k) == 1 else f"tuple[{', '.join(k)}]" for k in kinds)


def lowered(
    outputs: Sequence[Output],
    target: Backend,
    sizes: Mapping[str, int] | None,
    symbols: Sequence[Symbol],
    formed: Sequence[Expr] = (),
) -> Version:
    """The program for some outputs, in which some expressions are *formed*, whatever they are multiplied by."""
    exprs = [e for o in outputs for e in o.exprs]
    rewrite = Rewriting(exprs, target.halves, formed)
    exprs = [rewrite(e) for e in exprs]
    axes = [order for o in outputs for order in o.axes]

    def attempt(arrays: Arrays | None = None, needed: set[Array] | None = None) -> tuple[Lowering, list[Array]]:
        made = Lowering(exprs, sizes, symbols, rewrite.formed, arrays, needed, target.expands)
        return made, [made.answer(made.done[e], order) for e, order in zip(exprs, axes, strict=True)]

    lowering, roots = attempt()
    needed = lowering.contraction.takeable(roots)
    if needed:  # what one output needs in any case, another one may take
        again = attempt(lowering.arrays, needed)
        lowering, roots = min((lowering, roots), again, key=lambda found: lowering.contraction.costs.of(found[1]))
    tuning = Tuning(lowering.arrays, lowering.contraction.costs, roots)
    roots = [tuning(a) for a in roots]
    return Version(outputs, lowering, roots, in_order(roots))


def statements(writer: Writer, version: Version) -> list[str]:
    """The lines that compute the outputs, the last of which returns them."""
    write(writer, version.roots)
    results = iter([ast.unparse(writer.node(root)) for root in version.roots])
    returned = [[next(results) for _ in o.exprs] for o in version.outputs]
    last = f"return {tuple_text([g[0] if len(g) == 1 else tuple_text(g) for g in returned])}"
    lines = [*writer.lines, last]
    if not writer.backend.reuses:
        return lines
    found = Memory(lines, writer.made, version.program, writer.new_variable)
    if found.changes or "out=" in writer.text:
        writer.helpers[writer.backend.convert_all] = None
    return found.lines


def tuple_text(parts: Sequence[str]) -> str:
    """(a, b), (a,)"""
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


WITH_SIZES = ("embed", "reshape", "range", "inverse", "loop")  # operations whose code may name lengths


def sizes_in(a: Array) -> set[str]:
    """The names of the sizes that an operation needs as numbers."""
    found = {n for x in a.data if isinstance(x, Size) for n in x.names()}
    return found | ({n for x in a.axes for n in x.names()} if a.op in WITH_SIZES else set())


class Header:
    """The arguments of a function, and where its sizes are read from."""

    def __init__(self, inputs: Sequence[Symbol], target: Backend, called: str) -> None:
        self.inputs = inputs
        self.target = target
        self.taken = {"np", "jnp", "jax", "torch", "scipy", "lapack", "blas", "int", "abs", "float", "tuple"}
        self.taken |= target.reserved
        self.names = {s.name: identifier(s.name, self.taken) for s in inputs}
        self.arguments = [self.names[s.name] for s in inputs]
        self.known: set[str] = set()
        self.lines: list[tuple[str, str]] = []  # the name of a size that is defined there, or nothing; and the line
        self.extra: list[str] = []

    def read(self, needed: set[str]) -> None:
        """Reads the sizes off the arrays; those that no array shows are arguments."""
        arrays = [s for s in self.inputs if s.ranges or s.shape != SCALAR]
        every = {n for s in arrays for x in self.axes(s) for n in x.names()} | needed
        for n in sorted(every):
            if n not in self.names:
                self.names[n] = identifier(n, self.taken)
        waiting = arrays
        while waiting:
            ready = next((s for s in waiting if all(self.is_clear(x) for x in self.axes(s))), None)
            if ready is None:  # a size such as m*p that no array tells: it is an argument
                hidden = sorted({n for s in waiting for x in self.axes(s) for n in x.names()} - self.known)[0]
                self.extra.append(hidden)
                self.known.add(hidden)
                continue
            waiting = [s for s in waiting if s is not ready]
            self.check(ready)
        self.extra += sorted(needed - self.known - set(self.extra))
        self.arguments += [self.names[n] for n in self.extra]

    def axes(self, s: Symbol) -> tuple[Size, ...]:
        """The lengths of the axes of an argument."""
        return (*s.ranges, *without_ones(s.shape))

    def is_clear(self, x: Size) -> bool:
        """Whether a length is known, or tells the only name that is not."""
        return x.names() <= self.known or (x.name is not None)

    def check(self, s: Symbol) -> None:
        """The lines that check a shape and read the new sizes off it."""
        variable, axes = self.names[s.name], self.axes(s)
        new: dict[str, int] = {}
        for k, x in enumerate(axes):
            if x.name is not None and x.name not in self.known:
                new.setdefault(x.name, k)
        given = self.failure(variable, axes, {n for x in axes for n in x.names()} - set(new))
        if not new:
            self.lines.append(("", f"if {variable}.shape != {self.shape_of(axes)}:{given}"))
            return
        self.lines.append(("", f"if {variable}.ndim != {len(axes)}:{self.failure(variable, axes, set())}"))
        self.lines += [(self.names[n], f"{self.names[n]} = {variable}.shape[{k}]") for n, k in new.items()]
        self.known |= new.keys()
        tests = [f"{variable}.shape[{k}] != {self.text(x)}" for k, x in enumerate(axes) if k not in new.values()]
        if tests:
            failure = self.failure(variable, axes, {n for x in axes for n in x.names()})
            self.lines.append(("", f"if {' or '.join(tests)}:{failure}"))

    def shape_of(self, axes: Sequence[Size]) -> str:
        """(m, n), (n,)"""
        return f"({', '.join(map(self.text, axes))}{',' * (len(axes) == 1)})"

    def failure(self, variable: str, axes: Sequence[Size], sizes: set[str]) -> str:
        """The statement that refuses a shape, with the sizes that are known."""
        known = ", ".join(f"{self.names[n]} = {{{self.names[n]}}}" for n in sorted(sizes))
        told = f"{variable} has the shape {{{variable}.shape}}, which is not {self.shape_of(axes)}"
        return f'\n    raise ValueError(f"{told}{" with " * bool(known)}{known}")'

    def text(self, x: Size) -> str:
        """A size in the names of the source."""
        return ast.unparse(extent(x, lambda n: self.names[n]))

    def parameters(self) -> list[str]:
        """The arguments with their types."""
        found = []
        for s in self.inputs:
            is_array = bool(s.ranges) or s.shape != SCALAR
            found.append(f"{self.names[s.name]}: {self.target.array if is_array else self.target.scalar}")
        return found + [f"{self.names[n]}: int" for n in self.extra]

    def checks(self, rest: str, in_place: bool) -> list[str]:
        """The statements before the program, which may compute *in_place*; a size that nothing needs is not read."""
        found: list[str] = []
        arrays = [self.names[s.name] for s in self.inputs if s.ranges or s.shape != SCALAR]
        scalars = [self.names[s.name] for s in self.inputs if not s.ranges and s.shape == SCALAR]
        if in_place and arrays:
            names = ", ".join(arrays)
            found.append(f"{names if len(arrays) > 1 else f'({names},)'} = _{self.target.convert_all}({names})")
        elif self.target.convert:
            found += [self.target.convert.format(a) for a in arrays]
        if self.target.convert_scalar:
            like = f"{arrays[0]}.dtype" if arrays else self.target.default_type
            found += [self.target.convert_scalar.format(a, like) for a in scalars]
        texts = [line for _, line in self.lines] + [rest]
        for k, (defined, line) in enumerate(self.lines):
            others = texts[:k] + texts[k + 1 :]
            if not defined or any(
                re.search(rf"\b{defined}\b", other) for other in others if not is_message_only(other, defined)
            ):
                found += line.split("\n")
        return found


def is_message_only(text: str, defined: str) -> bool:
    """Whether a size stands in nothing but the shape that a message names."""
    code = re.sub(r'f?"[^"]*"', lambda m: " ".join(re.findall(r"\{(\w+)\}", m.group())), text)
    return re.search(rf"\b{defined}\b", code) is None


def docstring(
    outputs: Sequence[Output], inputs: Sequence[Symbol], header: Header, conditions: Sequence[str]
) -> list[str]:
    """What the function computes, of what shapes, and where it holds."""
    lines = []
    for o in outputs:
        for e in o.exprs:
            text = str(e) if len(str(e)) <= LONGEST else f"an expression of {len(str(e))} characters"
            lines.append(f"{o.title}: {text}")
    shapes = [f"{header.names[s.name]}: {axes_text(s)}" for s in inputs]
    lines += ["", *(["Arguments: " + "; ".join(shapes)] if shapes else [])]
    if conditions:
        lines += [f"It holds where {'; '.join(conditions)}."]
    escaped = [line.replace("\\", "\\\\").replace('"', '\\"') for line in lines if line or len(lines) > 1]
    if len(escaped) == 1:
        return [f'"""{escaped[0]}"""']
    return [f'"""{escaped[0]}', *escaped[1:], '"""']


def axes_text(s: Symbol) -> str:
    """The shape of an argument, with its properties."""
    shape = shape_text(s.shape)
    if s.ranges:
        shape = " × ".join(map(str, s.ranges)) + (f" members, each {shape}" if s.shape != SCALAR else " numbers")
    return " ".join([shape.replace("×", " × "), *sorted(s.properties)])
