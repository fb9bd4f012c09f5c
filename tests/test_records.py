"""Records do what the named tuples of Python do."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from matdiff import records


class Ours(records.NamedTuple):
    """A place."""

    row: int
    column: int = 1
    name: str = ""

    @property
    def total(self) -> int:
        return self.row + self.column


class Theirs(typing.NamedTuple):
    """A place."""

    row: int
    column: int = 1
    name: str = ""

    @property
    def total(self) -> int:
        return self.row + self.column


class Nothing(records.NamedTuple):
    """It has no field at all."""


@pytest.mark.parametrize("arguments", [((2,), {}), ((2, 3), {}), ((2,), {"name": "x"}), ((), {"column": 4, "row": 2})])
def test_they_are_made_and_shown_alike(arguments: tuple[tuple[int, ...], dict[str, typing.Any]]) -> None:
    values, named = arguments
    ours, theirs = Ours(*values, **named), Theirs(*values, **named)
    assert ours == theirs == tuple(ours)
    assert hash(ours) == hash(theirs)
    assert repr(ours).replace("Ours", "Theirs") == repr(theirs)
    assert (ours.row, ours.column, ours.name, ours.total) == (theirs.row, theirs.column, theirs.name, theirs.total)
    assert ours._asdict() == theirs._asdict()
    assert ours._fields == theirs._fields
    assert ours._replace(row=7) == theirs._replace(row=7)
    assert type(ours._replace(row=7)) is Ours
    assert Ours._make([1, 2, "z"]) == Theirs._make([1, 2, "z"])
    assert Ours._field_defaults == Theirs._field_defaults
    assert Ours.__doc__ == Theirs.__doc__
    for other in (pickle.loads(pickle.dumps(ours)), copy.copy(ours), copy.deepcopy(ours)):
        assert other == ours
        assert type(other) is Ours


def test_they_match_by_their_fields() -> None:
    match Ours(2, 3, "x"):
        case Ours(row, column, name=name):
            assert (row, column, name) == (2, 3, "x")


def test_they_refuse_alike() -> None:
    for wrong in (lambda kind: kind(), lambda kind: kind(1, 2, "", 4), lambda kind: kind(1, rows=2)):
        for kind in (Ours, Theirs):
            with pytest.raises(TypeError):
                wrong(kind)
    with pytest.raises(ValueError, match="rows"):
        Ours(1)._replace(rows=2)
    with pytest.raises(AttributeError):
        Ours(1).row = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours(1).other = 2  # type: ignore[attr-defined]


def test_one_may_have_no_field() -> None:
    assert Nothing() == ()
