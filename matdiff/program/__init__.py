"""From an expression to code that runs: a typed array program, rewritten by cost, and its text for an array library.

expressions ──► tensors with named axes ──► arrays, each computed once ──► statements of a backend
                lowering.py                 contraction.py, linear.py      writing.py
"""
