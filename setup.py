"""The packages, found; what else there is to say about the project stands in pyproject.toml."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["matdiff", "matdiff.*"]), "matdiff.grammar"])  # which lies in grammar/
