r"""A text is a list of statements: a function, its definitions, a question, declarations and conditions, in any order.

In goes the plain spelling of a text, out comes what it ``Says``: the text that holds the function and its definitions
only, what is asked, what is declared (``A ≻ 0``, ``x ∈ ℝⁿ``, ``A = Aᵀ``), and under which further conditions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from matdiff import regex as re
from matdiff.algebra.expr import FUNCTIONS
from matdiff.errors import MatdiffError, NotationError
from matdiff.language import left_sides
from matdiff.language.answers import Says
from matdiff.language.asked_twice import as_one, name_behind, with_one_question, with_second, without_request
from matdiff.language.formulas import is_formula
from matdiff.language.left_sides import Piece
from matdiff.language.names import LETTER, named
from matdiff.language.outside import outside
from matdiff.language.parameters import running_letters
from matdiff.language.parting import CLOSING, ONE_NAME, is_item, joined, pieces_of, word_of
from matdiff.language.questions import Question, question_at
from matdiff.language.requests import GOAL_AHEAD, of_a_name
from matdiff.language.side_conditions import COMPARES, Condition, condition_of, model_of, relocated
from matdiff.language.transcript import Edit, Transcript
from matdiff.language.unsayable import (
    are_formulas,
    one_side,
    refuse_claim,
    refuse_differential,
    refuse_other_questions,
    refuse_unread,
    set_to_zero,
)
from matdiff.records import NamedTuple
from matdiff.regex import match_at, regex

IN_FRONT = regex(r"[^:=;]*(?:[ᵀ⊤‖|]|\^\{?T|[A-Za-z]'\s*[A-Za-z])[^:=;]*=(?!=)")  # WᵀW = I, in front of a function
CONSTRAINING = regex(r"subject|such|s\.")
SEVERAL = regex(  # μ̂, Σ̂ = arg max …; g, = torch.autograd.grad(f, x)
    rf"(?:^|(?<=[;\n]))[^\S\n]*(?:(?:\(\s*)?{LETTER}(?:\s*,\s*{LETTER})+(?:\s*\))?\s*:?=\s*(?=⟪?arg(?:min|max|\s))"
    rf"|(?P<given>{LETTER}(?:\s*,(?:\s*{LETTER})?)*)\s*=\s*(?=(?:torch\.)?autograd\.|\w*tape\.))"
)


def said_in(script: Transcript, known: Collection[str], asks: bool) -> Says:
    """What a text says; *known* are declared names and unknowns, *asks* whether a derivative may be asked for."""
    if is_formula(script.text):
        return Says(script)
    try:
        without, problem, unused = with_one_question(script)
        said = _said_in(without, known)
        said = said._replace(notes=(*unused, *said.notes), spans=(*problem, *said.spans)) if problem else said
        if said.question and said.question.order and not asks:
            message = "a derivative is asked for with wrt, not written in the expression"
            raise NotationError(message, text=script.text, span=(said.question.start, said.question.end))
        return said
    except MatdiffError as error:
        raise relocated(error, script) from None


class Around(NamedTuple):
    """What stands around a statement.

    known, defined  the names that are declared or asked for, and those that the text defines
    own             what functions are called by letters that stand for other things on the right; the D of D(p‖q)
    is_only         whether every statement has a left side, of which at most one is used by none
    is_alone        whether there is no other statement
    is_constrained  whether a condition is stated by «subject to»
    """

    known: Collection[str]
    defined: Collection[str]
    own: Collection[str]
    is_only: bool
    is_alone: bool
    is_constrained: bool


def _said_in(script: Transcript, known: Collection[str]) -> Says:
    script, several, in_front = _before_arg_min(script)
    text = script.text
    refuse_other_questions(script)
    pieces, question, asking = without_request(text, pieces_of(text))
    kept, conditions = _sorted_out(text, pieces, question)
    standing = {piece.start for piece in kept}
    edits = [*joined(text, pieces, standing), *((*span, " ") for span in asking)]
    sides, heads = list[list[Edit]](), list[re.Match[str]]()
    stand = [piece for piece in kept if text[piece.start : piece.end].strip()]
    firsts = [next(left_sides.heads_of(text, piece), None) for piece in stand]
    around = _surroundings(text, pieces, stand, firsts, known)
    edits += (general := _of_members(text, kept))
    signs = [*asking, *((start, end) for start, end, _ in general), *several]
    conditions += _told_in(text, question)
    edits = _as_items(edits) if question and _is_of_a_name(text, question) else edits
    for piece in kept:
        asked, changes, others, named = _function(text, piece, around)
        heads += named
        question, asked = as_one(question, asked)
        if asked and question:
            question, edit = with_second(text, question, asked, piece, heads)
            edits = _instead(edits, [edit])
            signs.append(edit[:2])
            continue
        edits = _as_items(edits) if asked and not question and (asked.inner or name_behind(text, asked)) else edits
        question = question or asked
        signs += [(start, end) for start, end, _ in changes] if asked else []  # G = ∂/∂X f: G is what is asked for
        conditions += _told_in(text, asked)
        sides = [[*side, *(() if others else changes)] for side in sides] + [[*edits, *other] for other in others]
        signs += _between_members(text, changes, others)
        edits = _instead(edits, changes)
    changed = script.edited(edits)
    refuse_unread(changed, known)
    refuse_differential(changed, known)
    members = tuple(script.edited(side) for side in sides)
    signs += [*_leads(text, pieces, standing), *((c.start, c.end) for c in conditions), *map(re.Match.span, heads)]
    names, of, doubts = _left_sides(text, heads, firsts, question)
    question = question._replace(start=several[0][0]) if question and several else question
    return Says(changed, question, tuple(conditions), members, (*in_front, *names), of, doubts, tuple(signs))


def _as_items(edits: list[Edit]) -> list[Edit]:
    """Statements behind which one of them may be asked about: f = …; C = W B; df/dW?"""
    return [(start, end, ";" if sign in (" where ", " and ") else sign) for start, end, sign in edits]


def _is_of_a_name(text: str, asked: Question) -> bool:
    """Whether a question in words is about a name: f = … where …, the gradient of f."""
    return bool(asked.inner and re.fullmatch(rf"[\s(]*{LETTER}[\s)]*", text[slice(*asked.inner)]))


def _between_members(text: str, changes: list[Edit], others: list[list[Edit]]) -> Iterator[tuple[int, int]]:
    """The places of the signs between the members of a chain."""
    chained = [*changes, *(edit for other in others for edit in other)] if others else []
    for place in {start for start, end, _ in chained if start < end}:
        if text[place] == "=":
            yield place, place + 1


def _instead(edits: list[Edit], changes: list[Edit]) -> list[Edit]:
    """The changes with further ones, of which one from a sign between statements on stands instead of another there."""
    whole = {start for start, end, _ in changes if start < end}
    return [*(e for e in edits if e[0] not in whole or e[0] == e[1]), *changes] if changes else edits


def _before_arg_min(script: Transcript) -> tuple[Transcript, list[tuple[int, int]], tuple[str, ...]]:
    """The text without the several names in front of an arg min, or of autograd.grad, their places, and the former."""
    found = [*SEVERAL.finditer(script.text)]
    spans = [*map(re.Match.span, found)]
    names = tuple(m[0].strip().rstrip(" :=") for m in found if not m["given"])
    return script.edited([(k, k + 1, " ") for span in spans for k in range(*span)]), spans, names


def _surroundings(
    text: str,
    pieces: Sequence[Piece],
    stand: Sequence[Piece],
    firsts: Sequence[re.Match[str] | None],
    known: Collection[str],
) -> Around:
    """What stands around the statements, of which those that *stand* as formulas may begin with a left side."""
    told = list(zip(firsts, stand, strict=True))
    goals = (match_at(GOAL_AHEAD, text, piece.start) for head, piece in told if not head)
    goal_heads = (left_sides.HEAD.match(text, m.end()) for m in goals if m)  # min E(u) = …
    roots = [head for head, piece in told if head and left_sides.root_of(text, piece, [head])]  # of χ² = … it is χ
    heads = (head for head in (*firsts, *goal_heads) if head and head not in roots)
    return Around(
        known,
        {of for head in heads for of in (left_sides.called(head), head[0].partition("(")[0].strip(" :="))},
        {left_sides.called(head) for head, piece in told if head and left_sides.is_its_own(text, head, piece.end)}
        | {left_sides.called(head) for head in firsts if head and left_sides.has_bar(head)},
        None not in firsts and sum(not left_sides.is_used(text, head) for head in firsts if head) <= 1,
        len(firsts) == len(pieces) == 1 and not word_of(text, pieces[0]),
        any(CONSTRAINING.match(word_of(text, piece)) for piece in pieces),
    )


def _leads(text: str, pieces: Iterable[Piece], standing: Collection[int]) -> Iterator[tuple[int, int]]:
    """The places of the words and signs between statements; a let that defines nothing takes no part."""
    for piece in pieces:
        yield from [(piece.end, piece.end + 1)] if text.startswith(CLOSING, piece.end) else []
        if piece.start not in standing:
            yield piece.start, piece.end  # given A and b
        if text[slice(*piece.lead)] != "let" or piece.start not in standing or is_item(text, piece):
            yield piece.lead


def _told_in(text: str, asked: Question | None) -> Iterator[Condition]:
    """What a question says of its unknowns."""
    for below in [Piece((0, 0), *place) for place in asked.declared] if asked else []:
        yield from condition_of(text, below, True) or [_constraint(text, below)]


def _left_sides(
    text: str, heads: list[re.Match[str]], firsts: list[re.Match[str] | None], question: Question | None
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What left sides call the function, which minimise f may ask about, its arguments there, and what is doubtful."""
    sought = name_behind(text, question) if question and not question.names else ""
    named = {head.start() for head in heads}
    own = [head for head in firsts if head and head.start() not in named]
    for head in own:
        left_sides.require_arguments(text, head)
    defining = {head.end() for head in own}  # before σ(z) of ŷ = σ(z) = …
    heads = [head for head in heads if head.start() not in defining]
    others = [head for head in firsts if head]
    others = [head for head in others if not others[1:] or left_sides.called(head) not in FUNCTIONS]  # softplus(z) = …
    of = left_sides.arguments(
        heads or [h for h in others if not left_sides.is_named_again(text, h) or left_sides.called(h) == sought]
    )
    return tuple(filter(None, map(left_sides.called, heads))), of, tuple(left_sides.unseen(text, [*heads, *own]))


def _of_members(text: str, kept: list[Piece]) -> list[Edit]:
    """What changes where y(x_n, w) = … and r_i(x) = … are said for every member that is summed over."""
    bound = running_letters(text) if "(" in text else frozenset[str]()
    return [edit for piece in kept for edit in left_sides.of_any_member(text, piece, bound)] if bound else []


def _said_again(text: str, piece: Piece, first: Question, around: Around) -> Question | None:
    """The next question of ∂L/∂w = ∂/∂w (…), ∇ log p(x) = ∇(…), argmax J(w) = argmax …, whose first gives a name."""
    head = (re.compile(r"\s*=(?!=)") if first.inner else left_sides.HEAD).match(text, first.end, piece.end)
    if head is None or (first.inner and re.search(r"[-−+*/|‖\s]", text[slice(*first.inner)].partition("(")[0].strip())):
        return None
    asked = question_at(text[: piece.end], head.end(), around.known, around.defined, around.is_constrained)
    of = re.findall(LETTER, head["arguments"] or "") if first.sense else ()
    if asked is None or (of and {*map(named, of)}.isdisjoint(asked.names)):
        return None  # argmax_θ p(x | α)
    alike = [(q.names, q.order, "arg" in text[q.start : q.end].lower() if q.sense else "") for q in (first, asked)]
    return asked if alike[0] == alike[1] else None


def _sorted_out(text: str, pieces: list[Piece], asked: Question | None) -> tuple[list[Piece], list[Condition]]:
    """The statements that hold the function and its definitions, and the conditions."""
    kept: list[Piece] = []
    conditions: list[Condition] = []
    constrained = is_listing = False
    is_plain = bool(pieces) and next(outside(text[pieces[-1].start : pieces[-1].end], COMPARES), None) is None
    for piece in pieces:
        is_inner = asked and (piece.start == piece.end or asked.inner == (piece.start, piece.end))
        if is_inner and not text[piece.start : piece.end].strip():
            continue  # find the gradient with respect to x, and d/db: of what stands elsewhere
        is_listing = word_of(text, piece).endswith("given") or (is_listing and text[slice(*piece.lead)] in (",", "and"))
        if is_listing and re.fullmatch(ONE_NAME, text[piece.start : piece.end]):
            continue  # given A and b
        constrained = constrained or bool(CONSTRAINING.match(word_of(text, piece)))
        is_beside = constrained or bool(kept) or (is_plain and IN_FRONT.match(text, piece.start, piece.end))
        found = condition_of(text, piece, bool(is_beside)) or model_of(text, piece)
        says = text[piece.start : piece.end].strip() if constrained and found is None else ""
        if says and not question_at(text[: piece.end], piece.start, ()):  # no constraint is ∂L/∂w behind g = 0
            found = [_constraint(text, piece)]
        if found is None:
            kept.append(piece)
        else:
            conditions += found
    if conditions and not any(text[piece.start : piece.end].strip() for piece in kept):
        first = conditions[0]
        message = f"{text[first.start : first.end]} is a condition, and there is no function that it is about"
        hint = "write the function in front of its conditions"
        raise NotationError(message, text=text, span=(first.start, first.end), suggestion=hint)
    return kept, conditions


def _constraint(text: str, piece: Piece) -> Condition:
    said = text[piece.start : piece.end].strip(" \u200a")
    start = text.find(said, piece.start)
    return Condition(said, start, start + len(said))


# ---- the function: its left sides, its question, its chain -----------------------------------------------


def _function(
    text: str, piece: Piece, around: Around
) -> tuple[Question | None, list[Edit], list[list[Edit]], list[re.Match[str]]]:
    """The question of a statement, the changes that leave what it says, and those for the other sides of a chain.

    The left sides that are taken out come last.
    """
    heads = list(left_sides.heads_of(text, piece))
    place = heads[-1].end() if heads else piece.start
    blank = None if heads else re.compile(r"\s*(?P<zero>0\s*)?=(?!=)").match(text, place, piece.end)
    begin = blank.end() if blank else place
    question = question_at(text[: piece.end], begin, around.known, around.defined, around.is_constrained)
    if blank and blank["zero"]:  # 0 = ∂/∂x f asks where it is so, 0 = A x − b gives no function
        blank, begin, question = (blank, begin, question._replace(order=0)) if question else (None, place, None)
    edits: list[Edit] = [(place, begin, " ")] if blank else []  # = … behind an &
    place = begin
    if not question and (minus := re.compile(r"\s*[-−](?=\s*[d∂(∇gn])").match(text, place, piece.end)):
        found = _behind_minus(text, text[: piece.end], minus.end(), around)
        is_sought = found and found.inner and not (heads and left_sides.stands_twice(text, heads[-1]))
        question = found if is_sought else None
    while question and (again := _said_again(text, piece, question, around)):
        edits, question = [*edits, (question.start, again.start, " ")], again
    if question is None and (root := left_sides.root_of(text, piece, heads)):
        return None, [*edits, *root], [], []
    if question is None:
        is_own = bool(heads) and left_sides.is_its_own(text, heads[-1], piece.end)
        is_plain = heads and (around.is_only or is_own or len(heads) > 1 or left_sides.is_odd(text, heads[0]))
        named = left_sides.taken_out(text, heads, around.is_alone or is_own) if is_plain else []
        begins = ";" if "\n" in text[slice(*piece.lead)] else " "  # a line of its own, also f = −½‖u‖² without its f
        edits += [(head.start(), head.end(), begins) for head in named]
        is_chain = heads or edits or (around.is_alone and are_formulas(text, piece))
        return None, *(one_side(text, place, piece.end, edits, -1) if is_chain else (edits, [])), named
    refuse_claim(text, question, piece)
    of = re.sub(r"\s*\(.*\)$", "", text[slice(*question.inner or (question.end, piece.end))].strip())
    if not heads and (of in around.own or (re.search("[ ²^]", of) and of in around.defined)):
        return question, [(piece.lead[0], piece.end, " ")], [], []  # ∂L/∂W, where L(W) = tr(WᵀLW) stands elsewhere
    return _asked(text, piece, question, heads, edits)


def _behind_minus(text: str, own: str, place: int, around: Around) -> Question | None:
    """The question of F = −∂U/∂x, −∇U and −∇_r U, which is that of −U."""
    found = question_at(own, place, around.known, around.defined) or of_a_name(own, place, text)
    of = re.compile(rf"\s*({LETTER})(?=\s*(?:$|[.,;?\n]))").match(own, found.end) if found else None
    if found and of and not found.inner and of[1] in around.defined:
        return found._replace(end=of.end(1), inner=of.span(1))
    return found


def _asked(
    text: str, piece: Piece, question: Question, heads: list[re.Match[str]], edits: list[Edit]
) -> tuple[Question, list[Edit], list[list[Edit]], list[re.Match[str]]]:
    """A question with the changes that leave the function in its statement, and the left sides of that function."""
    if not (question.names or question.order) and heads and (sought := left_sides.estimated(text, heads[-1])):
        question = question._replace(names=(sought,))
    is_goal = not question.order
    begin = question.inner[0] if question.inner else question.end
    within = list(left_sides.heads_of(text, piece._replace(start=begin)))  # minimise f(x) = …, d/dx of f(x) = …
    if not is_goal and (
        equal := set_to_zero(text, within[-1].end() if within else question.end, piece, question.names)
    ):
        edits.append((*equal, " "))
        question = question._replace(order=0)
    edits += [(head.start(), head.end(), " ") for head in (*heads, *within)]
    if question.inner:
        edits += [(question.start, question.inner[0], "("), (question.inner[1], question.end, ")")]
        return question, edits, [], within
    edits.append((question.start, question.end, " "))
    place = within[-1].end() if within else begin
    return question, *(one_side(text, place, piece.end, edits, 0) if is_goal else (edits, [])), within
