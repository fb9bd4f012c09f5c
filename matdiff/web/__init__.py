"""The page of ``matdiff serve``: a server for this machine alone, what it answers, and files for the browser."""
