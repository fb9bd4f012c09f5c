"""Laws as their statements: whether an equality is an instance of a law, found by matching."""
