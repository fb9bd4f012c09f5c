"""The operators, one block each, grouped by subject.

A module is loaded when one of its operators is first asked for, in the tables ``OPERATORS`` and ``FUNCTIONS`` of
matdiff.algebra.expr, or one of its laws or properties: ``grammar/operators.table`` tells what they and the modules of
the identities make, and ``python -m matdiff.language.tables`` writes it.  Where it does not know a module all are
loaded at once.
"""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from matdiff.algebra.arithmetic import Arithmetic
from matdiff.algebra.assumptions import PROPERTIES, Property
from matdiff.algebra.expr import FUNCTIONS, OPERATORS, Expr
from matdiff.algebra.laws import CATALOGUE, Law
from matdiff.files import grammar_path, modules, read_text
from matdiff.opening import ByNeed

MODULES = modules(__path__)
TABLES: tuple[ByNeed[Any], ...] = (OPERATORS, FUNCTIONS, CATALOGUE, PROPERTIES)
TABLE = "operators.table"


def announce() -> None:
    """Tells the tables which modules fill them."""
    known = stored()
    if not known.keys() >= {f"{__name__}.{name}" for name in MODULES}:
        for name in MODULES:
            import_module(f"{__name__}.{name}")
        return
    for table, several in zip(TABLES, zip(*known.values(), strict=True), strict=True):
        table.announce(dict(zip(known, several, strict=True)))


def stored() -> dict[str, list[str]]:
    """What the modules make, as the stored table has it."""
    try:
        rows = [line.split(" ; ") for line in read_text(grammar_path(TABLE)).splitlines()]
    except (OSError, UnicodeError):
        return {}
    return {module: names for module, *names in rows if len(names) == len(TABLES)}


def table_text(identities: Iterable[str]) -> str:
    """The table, one module a line, in the order of the law book; the modules of the *identities* have been loaded.

    Operators keep the order in which their modules stand in it already; new ones are put behind.
    """
    own = [import_module(f"{__name__}.{name}").__name__ for name in MODULES]
    ordered = dict.fromkeys((*(name for name in stored() if name in own), *own, *identities))
    made: dict[str, list[list[str]]] = {name: [[] for _ in TABLES] for name in ordered}
    owner = dict(owners())
    for number, table in enumerate(TABLES):
        for name, entry in table.made():
            home = owner.get(entry, entry.apply.__module__) if isinstance(entry, Law) else entry.__module__
            home = getattr(entry.projection, "__module__", "") if isinstance(entry, Property) else home
            if home in made:
                made[home][number].append(name)
    return "".join(" ; ".join([module, *map(" ".join, several)]) + "\n" for module, several in made.items())


def laws() -> list[Law]:
    """The laws that the blocks of the operators here state."""
    return [law for law, module in owners() if module in {f"{__name__}.{name}" for name in MODULES}]


def owners() -> Iterator[tuple[Law, str]]:
    """The laws that the blocks of operators state, with the modules of these."""
    for _, block in (*OPERATORS.made(), *FUNCTIONS.made()):
        for law in (block.d, block.shift, block.vec):
            for each in law.each if law is not None else ():
                yield each, block.__module__


def part(e: Expr, places: Any) -> Expr:
    """What stands at places of an expression: x[1], A[1, :]."""
    from matdiff.algebra.operators.parts import part

    return part(e, places)


announce()
Arithmetic.part = part
