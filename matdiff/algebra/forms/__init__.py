"""What expressions are made of when they are seen entry by entry or row by row."""
