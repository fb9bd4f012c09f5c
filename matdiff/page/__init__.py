"""A result as a page, and the writers of pages: in goes a page, out comes its text in a form that is chosen by key."""
