"""Recurrences in a text: their heads and steps, the items that belong together, their states and shapes."""
