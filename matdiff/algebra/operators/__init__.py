"""The operators, one block each, grouped by subject.  Importing the package fills the tables ``OPERATORS`` and
``FUNCTIONS`` of matdiff.algebra.expr with those of every module in it; a new module is found by itself."""

from importlib import import_module

from matdiff.files import modules

MODULES = modules(__path__)
for name in MODULES:
    import_module(f"{__name__}.{name}")
