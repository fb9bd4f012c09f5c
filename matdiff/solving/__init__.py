"""Equations solved for their unknown, law by law, and what kind of stationary point the solution is."""
