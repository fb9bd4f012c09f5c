"""``python -m matdiff.cli`` is the command ``matdiff``."""

from matdiff.cli import command

if __name__ == "__main__":
    command()
