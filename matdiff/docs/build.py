"""The documentation as a site of static files, made by Sphinx from a checkout of the project.

    python -m matdiff.docs build DIR

No text stands twice: README.md is the first page, the sections of GUIDE.md are the guide; the law book, the gallery
and the reference are made from what the program works with.  Formulas are MathML, so that they need no script.
"""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matdiff import __version__
from matdiff.docs.sources import pages
from matdiff.errors import MatdiffError
from matdiff.page import as_html

STYLES = (as_html.STYLE, Path(__file__).with_name("site.css"))
ICON = Path(as_html.__file__).parents[1] / "web" / "static" / "icon.svg"
SETTINGS: dict[str, Any] = {
    "project": "matdiff",
    "release": __version__,
    "html_title": f"matdiff {__version__}",
    "html_theme": "furo",
    "html_favicon": str(ICON),
    "html_show_sphinx": False,
    "html_show_copyright": False,  # which the licence says
    "html_copy_source": False,
    "html_static_path": [str(style) for style in STYLES],
    "html_css_files": [style.name for style in STYLES],
    "extensions": ["myst_parser", "sphinx.ext.autodoc", "matdiff.docs.reference", "matdiff.docs.markdown"],
    "html_math_renderer": "mathml",
    "myst_heading_anchors": 3,
    "default_role": "literal",
    "highlight_language": "none",
    "toc_object_entries": False,
    "add_module_names": False,
    "autodoc_class_signature": "separated",  # results are given, not made
}

MEANT = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="All pages">',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    '<th class="head"><p></p></th>': "<td></td>",  # the corner of a table
    "<pre>": '<pre tabindex="0">',  # which the arrow keys move, where it is too wide
    '<div id="search-results"></div>': '<h1>Search</h1>\n<div id="search-results"></div>',
    '<div class="head wide">': '<div class="head wide" tabindex="0">',
}


def build(folder: Path, root: Path) -> None:
    """Writes the site for the checkout at *root* into a folder; MatdiffError where Sphinx complains of anything."""
    try:
        from sphinx.application import Sphinx
    except ImportError as error:
        raise MatdiffError("the site needs Sphinx", suggestion='pip install "matdiff[docs]"') from error
    if not (root / "GUIDE.md").is_file():
        raise MatdiffError(f"{root} is no checkout of matdiff", suggestion="Name one: --root DIR")
    with tempfile.TemporaryDirectory() as passing:
        source = Path(passing, "source")
        for name, text in pages(root):
            path = source / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        made = Sphinx(
            source, None, folder, Path(passing, "doctrees"), "html", SETTINGS, status=None, warningiserror=True
        )
        made.build()
    if made.statuscode:
        raise MatdiffError("the site has faults, which stand above")
    for path in folder.rglob("*.html"):
        path.write_text(accessible(path.read_text(encoding="utf-8")), encoding="utf-8")


def accessible(html: str) -> str:
    """A page with what the theme leaves out for those who do not see it, or have no mouse.

    >>> accessible('<pre>x</pre>')
    '<pre tabindex="0">x</pre>'
    """
    for said, meant in MEANT.items():
        html = html.replace(said, meant)
    return html


def main(arguments: Sequence[str] | None = None) -> int:
    """The command ``python -m matdiff.docs build DIR``."""
    parser = ArgumentParser(prog="python -m matdiff.docs", description="The documentation as a site of static files.")
    parser.add_argument("what", choices=["build"])
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--root", metavar="DIR", type=Path, default=Path(), help="the checkout; else where this runs")
    options = parser.parse_args(arguments)
    try:
        build(options.folder.resolve(), options.root.resolve())
    except MatdiffError as error:
        print(f"matdiff: {error}", file=sys.stderr)
        return 2
    print(f"{options.folder / 'index.html'}: {sum(1 for _ in options.folder.rglob('*.html'))} pages")
    return 0
