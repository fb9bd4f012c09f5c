"""``python -m matdiff.cli`` is the command ``matdiff``."""

import sys

from matdiff.cli import main

if __name__ == "__main__":
    sys.exit(main())
