"""The operators, one block each, grouped by subject.  Importing the package fills the tables ``OPERATORS`` and
``FUNCTIONS`` of matdiff.algebra.expr with those of every module in it; a new module is found by itself."""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
