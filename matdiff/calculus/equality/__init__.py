"""Two expressions in, a proof that they are equal out: ``proof.prove`` compares their normal forms."""
