"""``python -m matdiff.docs build DIR``: see matdiff.docs.build."""

import sys

from matdiff.docs.build import main

if __name__ == "__main__":
    sys.exit(main())
