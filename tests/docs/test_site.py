"""The site: it is built without a warning, its links lead somewhere, and what is made from the program is all there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import matdiff
from matdiff import api
from matdiff.docs import build, markdown, pictures, reference, sources
from matdiff.docs.gallery import models
from matdiff.docs.law_book import shortest_steps

pytest.importorskip("latex2mathml")
ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "tests" / "models.toml"


def test_sections_are_parted_at_headings_and_not_in_code() -> None:
    head, (first, second) = sources.sections_of("# A\n\n## B\n```sh\n## no heading\n```\n### C\n## D\n")
    assert head == "# A\n\n"
    assert first == ("B", "```sh\n## no heading\n```\n## C\n")
    assert second.title == "D"


def test_rows_of_an_align_have_their_tags_beside_them() -> None:
    latex = "\\begin{align*}\nf &= x \\\\\n& \\tag*{$n$} \\\\\n&= y\n\\end{align*}"
    assert sources.aligned(latex).count("<tr>") == 2
    assert "\\" not in re.sub(r'alttext="[^"]*"', "", sources.aligned(latex))
    several = "\\begin{align*}\nf &= x \\tag*{$n$} \\\\\n& \\tag*{$m$} \\\\\n&= y\n\\end{align*}"
    made = sources.aligned(several)
    assert made.count("<tr>") == 2
    assert "tag" not in made
    assert all(f"<mi>{letter}</mi>" in made for letter in "nmxy")


def test_formulas_in_notebooks_are_formulas() -> None:
    assert markdown.with_formulas("a $x^2$, and $y$") == "a {math}`x^2`, and {math}`y`"
    for text in ("$$x$$", r"costs \$5 and \$6", "$ matdiff derive"):
        assert markdown.with_formulas(text) == text


def test_everything_public_is_in_the_reference() -> None:
    text = "\n".join(page for _, page in reference.pages())
    for name in api.__all__:
        assert re.search(rf"autofunction:: matdiff\.(api\.)?{name}$", text, re.MULTILINE), name
    given = {getattr(api, name).__annotations__["return"] for name in api.__all__}
    classes = {name for said in given for name in re.findall(r"[A-Z]\w+", said)}
    assert classes - {"Any", "Callable", "Class", "Mapping"} <= {c.__name__ for c in reference.RESULTS}


def test_the_gallery_has_forty_models_and_the_law_book_examples() -> None:
    assert len(models(MODELS)) >= 40
    steps = shortest_steps(MODELS)
    assert len(steps) >= 60
    for name, step in steps.items():
        assert step.law.name == name
        assert step.law.explains(step.before, step.after) or step.law.kind == "definition"


def test_a_picture_has_the_curves_and_says_what_they_are() -> None:
    pytest.importorskip("matplotlib", reason="the extra docs is not installed")
    drawn = pictures.picture(matdiff.derive("a ‖x‖²", "a, x", "a: scalar; x: n"))
    assert 'tabindex="0" role="img"' in drawn
    assert drawn.count("stroke-dasharray") == 2
    assert "x + t dx" in drawn
    assert "<metadata" not in drawn
    assert pictures.picture(matdiff.derive("∑ᵢ ‖xᵢ‖²", "x", "x[i=1..N]: d")) == ""


def test_what_is_no_checkout_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sphinx", reason="the extra docs is not installed")
    assert build.main(["build", str(tmp_path / "site"), "--root", str(tmp_path)]) == 2
    assert "no checkout" in capsys.readouterr().err


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    for name in ("sphinx", "myst_parser", "furo", "matplotlib"):
        pytest.importorskip(name, reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    build.build(folder, ROOT)  # a warning is an error
    return folder


@pytest.mark.filterwarnings("ignore")
def test_notebooks_are_typeset_and_their_pictures_have_a_name(site: Path) -> None:
    pages = [path.read_text(encoding="utf-8") for path in (site / "notebooks").glob("*.html")]
    assert len(pages) > 3
    assert not any("$\\" in re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL) for page in pages)
    assert not any('<img alt=""' in page for page in pages)
    assert any(re.search(r"<p>[^<]*<math ", page) for page in pages)


@pytest.mark.filterwarnings("ignore")
def test_pages_say_to_everybody_what_they_show(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    for said in ('role="heading" aria-level="2"', 'aria-label="All pages"', '<pre tabindex="0">'):
        assert said in text
    assert 'aria-label="On this page"' in (site / "tutorial.html").read_text(encoding="utf-8")
    assert all("<h1" in p.read_text(encoding="utf-8") for p in site.rglob("*.html"))
    assert not any('<th class="head"><p></p></th>' in p.read_text(encoding="utf-8") for p in site.rglob("*.html"))


@pytest.mark.filterwarnings("ignore")
def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) >= 60
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r'href="([^"#:]+)(?:#[^"]*)?"', text):
            assert (page.parent / target.partition("?")[0]).exists(), (page, target)


@pytest.mark.filterwarnings("ignore")
def test_formulas_are_typeset(site: Path) -> None:
    laws = (site / "laws" / "laws-of-the-differential.html").read_text(encoding="utf-8")
    assert laws.count('class="entry"') == sum(law.kind == "differential" for law in matdiff.laws())
    for page in (site / "gallery").glob("*.html"):
        ids = re.findall(r'\bid="([^"]*)"', page.read_text(encoding="utf-8"))
        assert len(ids) == len(set(ids)), page
    for page in (*(site / "laws").glob("*.html"), *(site / "gallery").glob("*.html")):
        assert 'class="tex"' not in page.read_text(encoding="utf-8"), page
