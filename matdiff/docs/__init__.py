"""The documentation as a site: the pages that the project has, a reference, the law book typeset, and a gallery."""
