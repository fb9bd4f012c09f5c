"""The grammar file, its parse table, and the parser that they drive."""

from __future__ import annotations

import re

from matdiff.language import tables
from matdiff.language.syntax import CHAINS


def grammar() -> str:
    return tables.read_text(tables.grammar_path("expression.lark"))


def parts(table: tables.Table) -> tuple[object, ...]:
    """All that a table says: its rules, its rows, which are read one by one, and its last state."""
    return table.rules, [table.states[state] for state in range(len(table.states.lines))], table.last


def test_stored_table_is_that_of_the_grammar() -> None:
    stored = tables.read_text(tables.grammar_path("expression.table"))
    body = tables.table_text(tables.build(grammar()))
    assert stored == tables.stamp(grammar(), body) + "\n" + body, "run python -m matdiff.language.tables"


def test_table_is_read_back_as_it_was_written() -> None:
    table = tables.build(grammar())
    assert parts(tables.parse_table(tables.table_text(table))) == parts(table)


def test_damaged_absent_or_outdated_table_is_made_anew(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "expression.lark").write_text(grammar(), encoding="utf-8")
    monkeypatch.setattr(tables, "grammar_path", lambda name: str(tmp_path / name))
    whole = parts(tables.load())
    for content in (b"", b"nonsense\n\n\n", b"\xff\xfe", b"LALR(1) table of grammar 00000000, body 00000000\n0"):
        (tmp_path / "expression.table").write_bytes(content)
        assert parts(tables.load()) == whole


def test_grammar_loads_with_strict() -> None:
    assert tables.lark_parser(grammar()) is not None


def test_every_alternative_has_an_alias_or_one_part() -> None:
    for rule in tables.build(grammar()).rules:
        assert rule.alias or rule.length == 1, rule


def test_every_chain_is_an_alias_of_the_grammar() -> None:
    aliases = set(re.findall(r"-> (\w+)", grammar()))
    assert set(CHAINS) <= aliases
