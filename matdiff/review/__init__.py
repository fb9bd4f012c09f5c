"""Somebody's derivation in, a verdict on each of its lines out: the first wrong one, and what kind of slip it is."""
