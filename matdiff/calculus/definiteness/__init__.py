"""Whether a symmetric matrix is positive definite or semidefinite, and why: signs of entries and of eigenvalues."""
