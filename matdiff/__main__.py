"""``python -m matdiff`` is the command ``matdiff``."""

from matdiff.cli import command

if __name__ == "__main__":
    command()
