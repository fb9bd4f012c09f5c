"""What the public functions give back: answers with everything that led to them."""
