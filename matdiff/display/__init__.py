"""Whatever matdiff gives back as HTML, for notebooks and the page: ``in_html`` says how, one function for a kind."""
