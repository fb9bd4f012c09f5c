"""A page has the forms for which there is a module, and no list elsewhere names them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

import matdiff
from matdiff import page
from matdiff.cli.arguments import derivation

MODULES = {module.stem.removeprefix("as_") for module in Path(page.__file__).parent.glob("as_*.py")}


def test_forms_are_the_modules_of_that_name() -> None:
    assert set(page.FORMS) == MODULES > {"text", "latex"}
    found = matdiff.derive("x'x", "x")
    assert len({found.written(form, "none") for form in MODULES}) == len(MODULES)
    with pytest.raises(matdiff.MatdiffError, match="no form 'shouted'"):
        found.written("shouted", "none")


def test_commands_offer_every_form() -> None:
    command = ArgumentParser()
    derivation(command)
    for form in MODULES:
        assert command.parse_args(["x'x", "--format", form]).format == form
    assert command.parse_args(["x'x"]).format == "text"
