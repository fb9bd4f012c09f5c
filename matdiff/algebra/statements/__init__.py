"""Statements of laws: matched with expressions, and with what their letters stand for put in."""
