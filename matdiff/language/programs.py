"""Programs of MATLAB, Octave and Julia: their comments, the frame of a function, and values that are added up.

In goes the plain spelling of a text; what frames the statements goes out of it, and ``l = a; l += b`` is one statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import AmbiguityError
from matdiff.language.functions_of_programs import respelt
from matdiff.language.names import ABBREVIATED, GREEK_WORDS
from matdiff.language.outside import between, closing, outside
from matdiff.language.transcript import Copy, Edit, Transcript
from matdiff.regex import regex

COMMENT = regex(
    r"(?:(?<=[;\n])|^)[ \t]*[%#][^\n]*"  # of a line, or behind a semicolon
    r"|(?<=\S)(?:[ \t]+#|[ \t]{2,}%)[^\n]*"
)
PROMPT = regex(r"(?:(?<=\n)|^)[ \t]*(?:>>|octave:\d+>|julia>)(?=[ \t])", given=">")
GLOBAL = regex(  # and what stands around a problem of CVX
    r"(?:(?<=[;\n])|^)[ \t]*(?:(?:global|persistent)\b[\w ]*|cvx_(?:begin|end|quiet|solver|precision)\b[^\n;=]*;?)",
    given=("global", "persistent", "cvx_"),
)
CONTINUED = regex(r"\.\.\.[ \t]*\n")
BROKEN = regex(r"(?<!\\)\\[ \t]*\n", given="\\")  # a line that goes on, as in Python, and no A\b
GENERATED = regex(r"(?<![\w.])(?P<name>sum|prod|maximum|minimum)\(")
RUNS = regex(  # i in 1:n, i = 1:length(x), i ∈ eachindex(x)
    r"\s*(?P<letter>[^\W\d]\w*)\s*(?:=|∈|\bin\b)\s*(?:(?:1:(?:length|size)|eachindex|axes)\((?P<array>\w+)[\s,12]*\)"
    r"|(?P<first>\w+):(?P<last>[\w+\-* ]*\w))\s*"
)
ROUND = (  # for i = 1:m, J
    r"(?<![\w.])for\s*+(?P<run>(?:[^\s,;(]|[^\S\n]++(?![,;\n])|\([^()\n]*\))++)\s*+[,;]?\s*+(?P<name>\w+)\s*"
)
ENDED = r"(?<![:(])\bend(?:for)?\b"
LOOP = regex(  # for i = 1:m, J = J + x(i)^2; end
    ROUND + rf"(?:=\s*(?P=name)\s*(?=[-+])|(?P<sign>[-+])=)(?P<term>[^;\n]+?)[;,\s]*{ENDED}", given="for"
)
LOCAL = regex(  # for i = 1:m, r = x(i) - y(i); J = J + r^2; end
    ROUND + rf"=(?!=)\s*(?P<value>[^;\n]+)[;\n](?P<rest>(?:(?!\bfor\b)[\s\S])*?){ENDED}", given="for"
)
FOR = regex(r"(?:(?<=[;\n])|^)\s*for\b[^;,\n]*+(?=[^$]*\bend(?:for)?\b)", given="for")
CLAUSES = r",(?![^()]*\))|\bfor\b"
BIG = {"maximum": "max", "minimum": "min"}
OWNER = "obj|self|this|opts?|options|param?s?|problem"  # an object, or a structure of MATLAB
SIGNS_OF_CODE = (
    rf"[%#]|>[ \t]|\bfunction\b|\breturn\b|[-+*/]=|\n|;|\d\.[\s)+-]|\b(?:{OWNER})\.|σ\.\(|:\s*(?:size|length|numel)\("
)
WHOLE = regex(r"(?<![\w.])\d+(?P<point>\.)(?=[-+)]|\s+(?:[-+*/)]|\.[*/^]))")  # 1. of 1. + x and 1. ./ x
OWN = regex(rf"(?<![\w.])(?P<owner>(?:{OWNER}|model|data)\.)(?P<name>[A-Za-z]\w*)(?![\w(])")  # obj.X, in a class
DOTTED = regex(r"(?<=σ)(?P<point>\.)(?=\()", given="σ")  # σ.(x) of Julia, which is of entries as σ(x) is
HANDLE = regex(
    r"(?:(?<=[\n;])|^|(?<=; ))[ \t]*(?P<name>[A-Za-z]\w*)[ \t]*=[ \t]*@[ \t]*(?P<arguments>\([\w, ]+\))", given="@"
)
FRAME = regex(
    r"(?:^|(?<=\n))\s*function\b\s*(?:\[?(?P<given>\w+(?:[\s,]+\w+)*)\s*\]?\s*=\s*)?(?P<name>\w+)[ \t]*"
    r"(?P<arguments>\([^()\n]*\))[ \t]*[;,]?[ \t]*(?=\n)"
)
END = regex(r"(?:(?<=[\n;])|(?<=[\n;] ))\s*end(?:function)?\b[\s;]*$")
FIRST_GIVEN = regex(  # theta(1) = 0
    r"(?:(?<=[;\n])|^)[ \t]*(?P<name>[^\W\d]\w*)(?P<part>\(1\))[ \t]*=[ \t]*0(?=[ \t]*(?:;|\n|$))", given="(1)"
)
RETURN = regex(r"(?:(?<=[\n;])|^)[ \t]*return[ \t]+(?=[^\n;]*[\s;]*$)")
GOES_ON = regex(r"[ \t]*\n\s*[-+*/=.^]")  # the next line with what this one says
SHAPE = regex(r"\[\s*(\w+)[\s,]+(\w+)\s*\]\s*=\s*size\s*\(\s*(\w+)\s*\)", given="size")  # [m, n] = size(X)
SIZE_OF = regex(r"(?<![\w.])size\((\w+)\)\(([12])\)", given="size")  # size(X)(2), as in Octave
ONE_OF_BOTH = r"size(\1, \2)"
BOTH = r"\1 = size(\3, 1); \2 = size(\3, 2)"
COUNT = regex(r"size\(\w+(?:,\s*[12])?\)|(?:length|numel)\(\w+\)")
TAIL = regex(rf"(?<![\w.])(?P<name>[^\W\d]\w*)\(\s*[0-9]+\s*:\s*(?P<last>{COUNT.pattern}|\w+)\s*\)")  # theta(2:n)
SIZED = r"(?<![\w.])(?:ones|zeros|eye|repmat)\([^()]*\)"  # what takes sizes
LONGEST = 4000  # of what is written in several places
EMPTY = r"[\d.]+|zeros\s*\(.*\)"  # what a value begins with
WORDS = frozenset((*GREEK_WORDS, *ABBREVIATED, *FUNCTIONS, "lambda", "abs2"))
ASSIGNMENT = r"\s*(?P<name>[^\W\d_]\w*)\s*(?P<part>\([^()=]*\))?\s*(?P<sign>[-+*/])?=(?!=)[ \t]*"


class Statement(NamedTuple):
    """A statement that gives a name a value, alone or with its own former one; where it stands, and where the value."""

    name: str
    sign: str
    start: int
    value: int
    end: int


class Program(NamedTuple):
    """The statements of a program; what is to be said of it, and the places in the source that are done with."""

    script: Transcript
    notes: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()

    def without(self, spans: Iterable[tuple[int, int]]) -> Program:
        """The program with a space in the place of some pieces."""
        return self.edited([(start, end, " ") for start, end in spans])

    def edited(self, edits: Sequence[Edit | Copy]) -> Program:
        """The program with other pieces in some places."""
        done = (self.script.span(start, end) for start, end, _ in edits)
        return self._replace(script=self.script.edited(edits), spans=(*self.spans, *done))


def unframed(script: Transcript) -> Program:
    """A program as one statement for each name; a text of mathematics as it stands."""
    program = Program(script).edited(_generators(script.text) if " for " in script.text else ())
    program = program.edited(respelt(program.script.text))
    program = program.without([m.span() for m in BROKEN.finditer(program.script.text)])
    script = program.script
    is_latex = "\\" in script.source and FRAME.match(script.text) is None  # and not A \ b of a program
    if is_latex or not re.search(SIGNS_OF_CODE, script.text):
        return program
    for pattern in (PROMPT, COMMENT, CONTINUED, GLOBAL):
        program = program.without([m.span() for m in pattern.finditer(program.script.text)])
    while edits := _loops(program.script.text) or _put_in(program.script.text):
        program = program.edited(edits)
    if loop := FOR.search(program.script.text):
        raise program.script.error(loop.span(), "a loop is read where it adds up one value", "write sum(i=1..m, …)")
    points = [(*m.span("point"), "") for sign in (WHOLE, DOTTED) for m in sign.finditer(program.script.text)]
    program = program.edited(sorted([*points, *_owners(program.script.text)]))
    text = program.script.text
    called = (m for m in HANDLE.finditer(text) if _calls(text[: m.start()] + text[m.end() :], m["name"]))
    program = program.edited([(*m.span(), f"{m['name']}{m['arguments']} = ") for m in called])  # g(z) = … of g = @(z) …
    program, frame = with_helpers(program)
    program = program.without([m.span() for m in RETURN.finditer(program.script.text)])
    program = program.edited([(*m.span(), m.expand(BOTH)) for m in SHAPE.finditer(program.script.text)])
    program = program.edited([(*m.span(), m.expand(ONE_OF_BOTH)) for m in SIZE_OF.finditer(program.script.text)])
    program = program.edited(_counted(program.script.text, frame is not None))
    program = program.edited([*_first_given(program.script.text)])
    program = _without_unused(program, frame) if frame else program
    while (changed := added_up(program)) is not program:
        program = changed
    return program


def _generators(text: str) -> list[Edit]:
    """(∑_{i=1}^{n} (x[i]^2)) in the place of sum(x[i]^2 for i in 1:n), which is Julia's.

    >>> [piece for _, _, piece in _generators("sum(A[i,j] for i in 1:n, j in axes(A, 2))")]
    ['(sum_{i=1}^{n} sum_{j} (', '))']
    """
    edits: list[Edit] = []
    for m in GENERATED.finditer(text) if " for " in text else ():
        start = next((word.start() for word in outside(text, r"\bfor\b", m.end())), 0)
        stop, body = closing(text, m.end()), text[m.end() : start]
        signs = [_sign(m["name"], clause, body) for clause in re.split(CLAUSES, text[start:stop])[1:]]
        if all(signs):
            edits += [(m.start(), m.end(), f"({' '.join(signs)} ("), (start, stop + 1, "))")] if start else []
    return sorted(edits)


def _loops(text: str) -> list[Edit]:
    """J = J + (∑_{i=1}^{m} (x[i]^2)) in the place of for i = 1:m, J = J + x(i)^2; end"""
    edits: list[Edit] = []
    for m in LOOP.finditer(text):
        run = m["run"][1:-1] if m["run"].startswith("(") else m["run"]
        letter = run[: re.search(r"\W|$", run).start()]  # type: ignore[union-attr]
        place = re.compile(rf"(?<![\w.])(?!(?:{'|'.join(WORDS)})\b)\w+(\()(?=[^()]*\b{letter}\b)[\w:,+ -]+(\))")
        signs = [(p.start(k), p.end(k), "[]"[k - 1]) for p in place.finditer(text, *m.span("term")) for k in (1, 2)]
        term = m["term"].replace("(", "[").replace(")", "]")
        sign = _sign("sum", run, term) if re.search(rf"(?<!\w){m['name']}(?!\w)", term) is None else ""
        if sign:
            start, end = m.span("term")
            edits.append((m.start(), start, f"{m['name']} = {m['name']} + ({sign} ({m['sign'] or ''}"))
            edits += [*signs, (end, m.end(), "))")]
    return edits


def _put_in(text: str) -> list[Edit | Copy]:
    """J = J + (x(i) - y(i))^2 for r = x(i) - y(i); J = J + r^2 in a loop, outside of which no r stands."""
    for m in LOCAL.finditer(text):
        uses = [u.span() for u in re.finditer(rf"(?<![\w.]){m['name']}(?!\w)", text)]
        inner = [u for u in uses if m.start("rest") <= u[0] < m.end("rest")]
        is_given_again = re.search(rf"(?<![\w.]){m['name']}(?:\([^()]*\))?\s*[-+*/]?=(?!=)", m["rest"])
        if inner and len(uses) == len(inner) + 1 and not is_given_again:
            copies = (edit for use in inner for edit in _put(m.span("value"), *use))
            return [(m.start("name"), m.start("rest"), ""), *copies]
    return []


def _first_given(text: str) -> Iterator[Edit | Copy]:
    """t = (theta - theta(1)*unit(1)) in the place of t = theta; t(1) = 0, where a penalty leaves out the intercept."""
    for m in FIRST_GIVEN.finditer(text):
        head = rf"(?:^|.*[;\n])\s*(?P<whole>{m['name']}[ \t]*=[ \t]*(?P<of>\w+)[ \t]*;?)(?=\s)"
        copied = re.compile(head, flags=re.S).match(text, 0, m.start())
        of, part, start = copied.span("of") if copied else m.span("name"), m.span("part"), m.start("part")
        if copied:
            yield (*copied.span("whole"), " ")
        yield start, start, " = ("
        yield start, start + 1, of
        yield start + 1, start + 1, " - "
        yield start + 1, start + 2, of
        yield start + 2, start + 3, part
        yield start + 3, start + 3, "*unit"
        yield start + 3, start + 4, part
        yield start + 4, m.end(), ")"


def _sign(name: str, clause: str, body: str) -> str:
    """sum_{i=1}^{n} of i in 1:n, and sum_{i} of i in eachindex(x) where x[i] stands in the body; else nothing."""
    run = RUNS.fullmatch(clause)
    if run is None or not (run["last"] or re.search(rf"(?<!\w){run['array']}\[[^\]]*\b{run['letter']}\b", body)):
        return ""
    limits = f"{run['letter']}={run['first']}}}^{{{run['last']}" if run["last"] else run["letter"]
    return f"{BIG.get(name, name)}_{{{limits}}}"


def _counted(text: str, is_framed: bool) -> list[Edit]:
    """ones(size(X, 1), 1) in the place of ones(m, 1) where m = size(X, 1); outside of functions what is unused goes."""
    said = [(s, text[s.value : s.end].strip()) for s in statements(text) if not s.sign]
    counts = {s.name: (s, value) for s, value in said if COUNT.fullmatch(value)}
    edits = [
        (call.start() + m.start(), call.start() + m.end(), counts[m[0]][1])
        for call in (re.finditer(SIZED, text) if counts else ())
        for m in re.finditer(r"(?<=[(,\s])\w+(?=\s*[,)])", call[0])
        if m[0] in counts
    ]
    last = {name: value for name, (_, value) in counts.items()}
    edits += [(*m.span("last"), "") for m in TAIL.finditer(text) if _is_end(text, m, last.get(m["last"], m["last"]))]
    if is_framed:
        counts = {}  # which notes name
    elif said and not text[said[-1][0].end :].strip("; \n"):
        counts.pop(said[-1][0].name, None)  # which the text is about
    put = [text[start:end] for start, end, _ in edits]
    uses = {name: len(re.findall(rf"(?<![\w.]){name}(?!\w)", text)) - put.count(name) for name in counts}
    unused = [s for name, (s, _) in counts.items() if uses[name] == 1]
    return sorted([*edits, *((s.start, s.end, " ") for s in unused)])


def _is_end(text: str, part: re.Match[str], last: str) -> bool:
    """Whether theta(2:n) goes to the end of theta: n = length(theta), or size(X, 2) where X*theta stands."""
    m = re.fullmatch(r"(?:(?P<of>size|length|numel)\((?P<name>\w+)(?:,\s*(?P<axis>[12]))?\))", last)
    if m is None or m["axis"] != "2":
        return m is not None and m["name"] == part["name"]
    return re.search(rf"(?<![\w.]){m['name']}\s*\*\s*{part['name']}(?!\w)", text) is not None


def _owners(text: str) -> list[Edit]:
    """The obj. of obj.X in a text that has no other X."""
    found = list(OWN.finditer(text))
    is_one = not any(_is_used(m["name"], text) for m in found)
    return [(*m.span("owner"), "") for m in found if is_one]


def _is_used(name: str, text: str) -> bool:
    """Whether a name stands in a program, in which no sign of a product is left out."""
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) is not None


def _without_unused(program: Program, frame: re.Match[str]) -> Program:
    """The program of a function without the definitions that its first value does not need, which are noted."""
    given = re.split(r"[\s,]+", frame["given"]) if frame["given"] else []
    text = program.script.text
    said = statements(text)
    first = given[0] if given else said[-1].name if said and not text[said[-1].end :].strip("; \n") else ""
    for name in [s.name for s in reversed(said) if s.name != first]:
        own = [(s.start, s.end) for s in statements(program.script.text) if s.name == name]
        if own and not _is_used(name, Program(program.script).without(own).script.text):
            shown = "is another value of the function" if name in given else "takes no part in what is returned"
            program = program.without(own)
            program = program._replace(notes=(*program.notes, f"{name} {shown}"))
    return program


def with_helpers(program: Program) -> tuple[Program, re.Match[str] | None]:
    """A program without the frame of its function, and with those that this one calls as definitions; the frame."""
    text = program.script.text
    frames = list(FRAME.finditer(text))
    pieces = list(zip(frames, [*[f.start() for f in frames[1:]], len(text)], strict=False))
    script = text[: frames[0].start()] if frames else ""  # which its functions stand behind
    called = {f for f in frames for g, end in pieces if g is not f and _calls(text[g.end() : end], f["name"])}
    free = [f for f in frames if f not in called and not _calls(script, f["name"])]
    if len(free) > 1:
        message = f"{' and '.join(f['name'] for f in free)} are functions, and none calls the other"
        raise program.script.error(free[1].span(), message, "keep the one that is meant", AmbiguityError)
    stray = END.search(text) if not frames else None  # of the body of a function without its head
    edits: list[Edit] = [(stray.start(), len(text), "\n")] if stray else []
    for frame, end in pieces:
        closing = END.search(text, frame.end(), end)
        stop = closing.start() if closing else end
        edits += [(*frame.span(), " "), *([(stop, end, "\n")] if stop < end else [])]
        if frame in free:
            edits += [(*m.span(), " ") for m in RETURN.finditer(text, frame.end(), stop)]
        else:
            edits.append(_as_definition(program, frame, stop))
    return program.edited(sorted(edits)), free[0] if free else None


def _calls(text: str, name: str) -> bool:
    """Whether a function is called in a text."""
    return re.search(rf"(?<![\w.]){re.escape(name)}\s*\(", text) is not None


def _as_definition(program: Program, frame: re.Match[str], stop: int) -> Edit:
    """What makes g(z) = z.^2 of a function with this one statement."""
    start = rf"\s*(?:{frame['given']}\s*=(?!=)|return\b)?\s*"
    body = re.compile(rf"{start}(?P<value>[^;\n]+?)[;\s]*").fullmatch(program.script.text, frame.end(), stop)
    head = frame["name"] + frame["arguments"]
    if body is None or re.search("[^=<>~!]=(?!=)", body["value"]):
        message = f"{frame['name']} is a function with several statements"
        raise program.script.error(frame.span(), message, f"write it as one, {head} = …")
    return frame.end(), body.start("value"), f"{head} = "


def statements(text: str) -> list[Statement]:
    """The assignments in a text, each on its own line."""
    found = []
    for start, end in between(text, "[;\n]"):
        m = re.compile(ASSIGNMENT).match(text, start, end)
        if m is None:
            continue
        goes_on = GOES_ON.match(text, end) or text[start:end].rstrip().endswith(tuple("-+*/=(,"))
        if not goes_on:
            found.append(Statement(m["name"], m["sign"] or "", m.start("name"), m.end(), end))
    return found


def _stands(name: str, text: str) -> bool:
    """Whether a name may stand in a text: by itself, or in a run of letters that is no word."""
    text = re.sub(r"\w+_\w{2,}|\w{2,}_\w+", " ", text)  # J_reg is a name of its own
    words = (word for word in re.findall(r"[^\W_]+", text) if word not in WORDS)
    return any(name in word for word in words) or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def added_up(program: Program) -> Program:
    """A program in which a value that is made of the former value of its name has that in its place, once for each.

    Where another statement uses the former value too, or nothing does, the name is defined twice, which is refused.
    """
    text = program.script.text
    former: dict[str, Statement] = {}
    edits: dict[str, list[Edit | Copy]] = {}
    for statement in statements(text):
        name = statement.name
        if (before := former.get(name)) is None and not edits and (anew := [*_given_anew(text, statement)]):
            notes = (*program.notes, f"{name} is {_new_name(text, name)} from where it is given anew")
            return program.edited(anew)._replace(notes=notes)
        if before and name not in edits and not _stands(name, text[before.end : statement.start]):
            edits |= {name: pair} if (pair := _together(text, before, statement)) else {}
        former[name] = statement
    return program.edited([edit for pair in edits.values() for edit in pair]) if edits else program


def _new_name(text: str, name: str) -> str:
    """X1 for what X is from where it is given anew, t_new beside the place t(1)."""
    return f"{name}_new" if re.search(rf"(?<![\w.]){re.escape(name)}\(1\)", text) else f"{name}1"


def _given_anew(text: str, statement: Statement) -> Iterator[Edit]:
    """X1 = [ones(m, 1), X] of a program in which that is a new X, and X1 for X from there on."""
    name = statement.name
    use = rf"(?<![\w.]){re.escape(name)}(?!\w)"
    if statement.sign or not re.search(use, text[statement.value : statement.end]):
        return
    new = _new_name(text, name)
    is_line = re.compile(r";?[^\S\n]*\n").match(text, statement.end) is not None and "*" in text and ";\n" in text
    if is_line and len(re.findall(rf"{use}\s*=(?!=)", text)) == 1 and not _stands(new, text):
        yield statement.start, statement.start + len(name), new
        yield from ((*m.span(), new) for m in re.compile(use).finditer(text, statement.end))


def _together(text: str, before: Statement, statement: Statement) -> list[Edit | Copy]:
    """What makes one statement of l = a; l += b, and of l = a; l = b with l in b; nothing if it is neither."""
    name, start, given = statement.name, statement.value, (before.value, before.end)
    value = text[start : statement.end].rstrip()
    use = rf"(?<![\w.]){re.escape(name)}(?!\w|\s*[(\[]|\.[A-Za-z])"
    if _stands(name, value if statement.sign else re.sub(use, " ", value)):
        return []
    edits: list[Edit | Copy] = [(before.start, before.end, " ")]
    is_zero = re.fullmatch(r"0+(?:\.0*)?", text[slice(*given)].strip()) is not None
    if statement.sign:
        head, end = statement.start + len(name), start + len(value)
        if is_zero and statement.sign == "+":
            return [*edits, (head, start, " = ")]
        edits += [(head, head, " = ("), (head, start, given)]
        return [*edits, (start, start, f") {statement.sign} ("), (end, end, ")")]
    uses = [(start + m.start(), start + m.end()) for m in re.finditer(use, value)]
    is_short = len(uses) * (given[1] - given[0]) < LONGEST if uses else re.fullmatch(EMPTY, text[slice(*given)].strip())
    if is_zero and (m := re.match(rf"{use}\s*(?:\+|(?=-))", value)):
        return [*edits, (start, start + m.end(), "")]  # loss = 0; loss = loss + r
    return [*edits, *(edit for place in uses for edit in _put(given, *place))] if is_short else []


def _put(given: tuple[int, int], start: int, end: int) -> list[Edit | Copy]:
    """A piece in brackets in the place of another one."""
    return [(start, start, "("), (start, end, given), (end, end, ")")]
