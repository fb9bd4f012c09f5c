"""Expectations of what is linear or quadratic in random symbols."""
