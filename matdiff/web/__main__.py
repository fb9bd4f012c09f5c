"""``python -m matdiff.web build DIR``: see matdiff.web.build."""

import sys

from matdiff.web.build import main

if __name__ == "__main__":
    sys.exit(main())
