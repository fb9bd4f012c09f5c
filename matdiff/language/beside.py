"""What a text says beside its function: the question, conditions, what it is called; all that is taken out of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from matdiff.errors import MatdiffError, UnknownNameError
from matdiff.language.declarations import declare_members
from matdiff.language.declared import Declarations
from matdiff.language.dialects import Dialect
from matdiff.language.parameters import bound_letters
from matdiff.language.transcript import Transcript

if TYPE_CHECKING:
    from matdiff.language.answers import Reading, Says
    from matdiff.language.reading import Readings


class Beside:
    """The part of the reading of a text that takes out of it what stands beside the function."""

    script: Transcript
    whole: Transcript  # with what is taken out
    declared: Declarations
    wrt: list[str]
    dialect: Dialect | None
    said: Says  # laws say nothing but a function
    asked_at = (0, 0)
    beside: Sequence[tuple[int, int]] = ()  # the places of the question and of the constraints
    doubt: MatdiffError | None = None  # how far a function in words goes
    constraints: tuple[str, ...] = ()

    def take_out(self, asks: bool, far: bool, is_prose: bool) -> None:
        """Takes out of the text what it says beside the function and its definitions, with the unknowns it names."""
        from matdiff.language.entries_given import with_entries_named
        from matdiff.language.increments import increments, parted, require_no_factor
        from matdiff.language.layers import with_entries, with_labels, with_layers, with_points
        from matdiff.language.left_sides import with_probabilities
        from matdiff.language.likelihoods import with_divergences, with_formulas, with_tildes
        from matdiff.language.named_functions import with_functions
        from matdiff.language.programs import Program, unframed
        from matdiff.language.quantifiers import without_quantifiers
        from matdiff.language.rearranged import rearranged
        from matdiff.language.side_conditions import declare_conditions, unseen_names
        from matdiff.language.spoken import in_signs
        from matdiff.language.statements import said_in

        declared = self.declared
        program = unframed(self.script) if not (self.dialect and self.dialect.is_python) else Program(self.script)
        script, normals = with_divergences(program.script)
        spoken = in_signs(with_functions(with_tildes(script)), {*declared, *self.wrt}, far, is_prose)
        self.doubt = spoken.doubt
        whole, stated, replaced = with_formulas(parted(spoken.script, declared))
        whole, layers = with_layers(with_probabilities(whole), {*declared, *self.wrt})
        whole, changes = increments(whole, {*declared, *self.wrt})
        whole, points = with_points(with_labels(whole), declared)
        whole, quantified = without_quantifiers(with_entries_named(with_entries(whole, declared, self.wrt)))
        said = said_in(whole, {*declared, *self.wrt}, asks)
        self.whole = whole
        unseen = unseen_names(whole.text, said.conditions)
        notes = (*program.notes, *spoken.notes, *stated, *layers, *points, *changes, *said.notes, *unseen)
        (self.script, moved), *others = map(rearranged, (said.script, *said.sides))
        moved = (*normals, *quantified, *moved, *(span for _, also in others for span in also))
        spans = (*(whole.span(*span) for span in said.spans), *moved, *replaced, *spoken.spans, *program.spans)
        self.said = said._replace(sides=tuple(side for side, _ in others), notes=notes, spans=spans)
        declare_conditions(declared, said.conditions, whole)
        places = [whole.span(c.start, c.end) for c in said.conditions if c.is_constraint]
        self.constraints = tuple(whole.source[start:end] for start, end in places)
        is_covariance = any(name.startswith("Sigma") for name in declared)
        declare_members(declared, bound_letters(whole.text.replace("Σ", "") if is_covariance else whole.text))
        self._asked(whole, places)
        require_no_factor(self.script, declared, self.wrt)

    def _asked(self, whole: Transcript, places: list[tuple[int, int]]) -> None:
        """Notes the unknowns of the question, and where it and the conditions stand: constraints at *places*."""
        asked = self.said.question
        self.asked_at = whole.span(asked.start, asked.end) if asked else (0, 0)
        inner = whole.span(*asked.inner) if asked and asked.inner else self.asked_at[1:] * 2
        own = [(self.asked_at[0], inner[0]), (inner[1], self.asked_at[1]), *places] if asked else []
        self.beside = [*own, *(whole.span(c.start, c.end) for c in self.said.conditions if not c.is_constraint)]
        self.wrt = self.wrt or list(asked.names if asked else ())


def heard(make: Callable[..., Readings], text: str, solving: bool) -> Reading:
    """The reading that *make* makes of a text; where there is none, that without the words of no formula."""
    try:
        return _of_one_reach(make, solving)
    except MatdiffError as error:
        from matdiff.language.sentences import sentences

        if "$" in text or ("\\text" in text and ":" in text) or any(sentences(text, ())):
            try:
                return _of_one_reach(partial(make, is_prose=True), solving)
            except UnknownNameError:
                raise error from None
        raise


def _of_one_reach(make: Callable[..., Readings], solving: bool) -> Reading:
    """The reading of a text, of which «the norm of A x − b» is that of all or of A x: where both fit it is an error."""
    far = make()
    if far.doubt is None:
        return far.in_full(solving)
    found: list[Reading] = []
    for readings in (far, make(far=False)):
        with suppress(MatdiffError):
            found.append(readings.in_full(solving))
    if len(found) > 1:
        raise far.doubt
    return found[0] if found else make().in_full(solving)
