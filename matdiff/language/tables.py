"""The parse table of a grammar: from ``grammar/expression.lark`` to plain lists that drive the parser.

lark turns the grammar into an LALR(1) table; that and importing lark take some 60 ms, so the table is
kept beside the grammar as text (``expression.table``).  A table that is absent, damaged or older than
its grammar is made anew in memory, so the file is never more than a shortcut.
``python -m matdiff.language.tables`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from matdiff.files import grammar_path as grammar_path
from matdiff.files import read_text as read_text
from matdiff.records import NamedTuple

Row = dict[str, int]  # symbol of the grammar → n ≥ 0: go to state n; n < 0: reduce by rule −n − 1
END = "$END"


class Rule(NamedTuple):
    """origin → *length* symbols, which makes a node of the kind *alias* (empty: passes its one part on)."""

    origin: str
    alias: str
    length: int


class Rows(dict[int, Row]):
    """The rows of an LALR(1) table by the numbers of their states, each read when the parser first comes to it."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)

    def __missing__(self, state: int) -> Row:
        words = self.lines[state].split()
        self[state] = row = dict(zip(words[::2], map(int, words[1::2]), strict=True))
        return row


class Table(NamedTuple):
    """An LALR(1) table; state 0 is the first, and *last* is the state in which the text is accepted."""

    rules: list[Rule]
    states: Rows
    last: int


def load(name: str = "expression") -> Table:
    """The table of a grammar, from its file when that is sound and up to date."""
    grammar = read_text(grammar_path(f"{name}.lark"))
    try:
        stored = read_text(grammar_path(f"{name}.table"))
    except (OSError, UnicodeError):
        return build(grammar)
    header, _, body = stored.partition("\n")
    return parse_table(body) if header == stamp(grammar, body) else build(grammar)


def stamp(grammar: str, body: str) -> str:
    """The first line of a table: which grammar it belongs to, and a checksum of itself."""
    return f"LALR(1) table of grammar {crc32(grammar.encode()):08x}, body {crc32(body.encode()):08x}"


def parse_table(body: str) -> Table:
    """Reads the text form of a table."""
    last, rules, states = body.split("\n\n", 2)
    parts = [line.split() for line in rules.split("\n")]
    made = [Rule(origin, "" if alias == "-" else alias, int(length)) for origin, alias, length in parts]
    return Table(made, Rows(states.split("\n")), int(last))


def table_text(table: Table) -> str:
    """The text form of a table, one rule or state a line."""
    rules = "\n".join(f"{r.origin} {r.alias or '-'} {r.length}" for r in table.rules)
    return "\n\n".join([str(table.last), rules, "\n".join(table.states.lines)])


def build(grammar: str) -> Table:
    """The table that lark makes of a grammar, with states numbered in the order in which they are reached."""
    from lark.parsers.lalr_analysis import Shift

    parser = lark_parser(grammar)
    made = parser.parser.parser._parse_table
    rules = sorted({_rule(r) for r in parser.rules})
    number = {rule: k for k, rule in enumerate(rules)}
    order = [made.start_states["start"]]
    place = {order[0]: 0}
    lines: list[str] = []
    for state in order:
        row: Row = {}
        for symbol, (action, target) in sorted(made.states[state].items()):
            if action is not Shift:
                row[symbol] = -number[_rule(target)] - 1
                continue
            if target not in place:
                place[target] = len(order)
                order.append(target)
            row[symbol] = place[target]
        lines.append(" ".join(f"{symbol} {n}" for symbol, n in sorted(row.items())))
    return Table(rules, Rows(lines), place[made.end_states["start"]])


def lark_parser(grammar: str) -> Any:
    """lark's parser of a grammar; ``strict`` refuses conflicts."""
    from lark import Lark  # only here: the import alone takes as long as a derivation
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        """matdiff has its own lexer; the terminals of the grammar only document it."""

        def __init__(self, configuration: Any) -> None:
            pass

        def lex(self, lexer_state: Any, parser_state: Any) -> Any:
            raise NotImplementedError

    return Lark(grammar, parser="lalr", lexer=NoLexer, strict=True)


def _rule(rule: Any) -> Rule:
    return Rule(rule.origin.name, rule.alias or "", len(rule.expansion))


def write(name: str = "expression") -> None:
    """Writes the table of a grammar beside it."""
    path = grammar_path(f"{name}.lark")
    grammar = read_text(path)
    body = table_text(build(grammar))
    with open(path.removesuffix(".lark") + ".table", "w", encoding="utf-8") as file:
        file.write(stamp(grammar, body) + "\n" + body)


def write_laws() -> None:
    """Writes statements as they are read, what they are about, and which modules make the operators and the laws."""
    from matdiff.algebra import heads, identities, operators
    from matdiff.algebra.statements import stored

    laws = identities.every()
    modules = operators.table_text(identities.HOMES)  # loads every module, so that the operators' laws are all known
    statements = [statement for law in (*laws, *operators.laws()) for statement in law.statements]
    texts = {operators.TABLE: modules, stored.TABLE: stored.table_text(statements)}
    for name, text in (texts | {heads.TABLE: heads.table_text(laws)}).items():
        with open(grammar_path(name), "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    write()
    write_laws()
