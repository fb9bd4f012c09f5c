"""Sums over samples and products of data matrices: from one form to the other."""
