"""The page in a real browser: what is typed is read and derived, errors stand at their place, links hold everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest

from matdiff.web.build import build
from matdiff.web.server import Server

pytest.importorskip("latex2mathml")
SELENIUM = "selenium, which drives the browser, is not installed"
SECONDS = 30
SIZES = {"desk": (1200, 1000), "phone": (390, 844)}


class Page:
    """The page in a browser, as a person sees it."""

    def __init__(self, browser: Any, home: str) -> None:
        self.browser, self.home = browser, home

    def open(self, **state: str) -> None:
        self.browser.get("about:blank")
        self.browser.get(f"{self.home}#" + "&".join(f"{name}={quote(value)}" for name, value in state.items()))

    def find(self, selector: str) -> Any:
        return self.browser.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return " ".join(
            str(e.get_attribute("textContent")) for e in self.browser.find_elements("css selector", selector)
        )

    def formulas(self, selector: str) -> str:
        """The LaTeX of the formulas within something."""
        found = self.browser.find_elements("css selector", f"{selector} math")
        return " ".join(str(e.get_attribute("alttext")) for e in found)

    def type(self, selector: str, text: str) -> None:
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def until(self, holds: Callable[[], Any]) -> Any:
        """What something gives as soon as it gives something; the page draws anew while this looks."""
        from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
        from selenium.webdriver.support.ui import WebDriverWait

        passing = (NoSuchElementException, StaleElementReferenceException)
        wait = WebDriverWait(self.browser, SECONDS, 0.05, passing)
        return wait.until(lambda _: holds())

    def answer(self, words: str) -> str:
        """The answer as soon as it says some words."""
        return str(self.until(lambda: words in self.text("#answer") and self.text("#answer")))

    def faults(self) -> list[str]:
        """What the console of the browser complains of."""
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    pytest.importorskip("selenium", reason=SELENIUM)
    chromium, driver = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("there is no chromium, or no driver for it")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for option in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "window-size=1200,1000"):
        options.add_argument(f"--{option}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield made
    made.quit()


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Page]:
    found = Page(browser, f"http://127.0.0.1:{server.port}/")
    yield found
    assert not found.faults()


def test_what_is_typed_is_read_and_derived(page: Page) -> None:
    page.open(text="")
    page.type("#text", "h = W x + b; norm2(h - y)^2")
    page.until(lambda: "W" in page.text("#unknowns button") and page.find("#formula math"))
    assert "m×n" in page.text("#unknowns")
    page.answer("checked:")
    assert r"\nabla_{x}" in page.formulas("#answer .answers")
    chips = page.browser.find_elements("css selector", "#unknowns button")
    (bias,) = [chip for chip in chips if chip.get_attribute("title").startswith("b")]
    bias.click()
    page.until(lambda: r"\nabla_{b}" in page.formulas("#answer .answers"))


def test_an_error_is_shown_at_its_place(page: Page) -> None:
    page.open(text="")
    page.type("#text", "x + )")
    page.until(lambda: page.text("#said"))
    assert page.text("#marks mark") == ")"
    page.type("#text", "x'x")
    page.answer("checked:")
    assert not page.text("#said")
    assert not page.text("#marks mark")


def test_the_address_holds_all_of_it(page: Page) -> None:
    page.open(text="x'A x", wrt="x", kind="hessian")
    page.answer("checked:")
    page.type("#where", "A: n x n symmetric")
    page.until(lambda: "symmetric" in page.text("#unknowns"))
    address = page.browser.current_url
    page.browser.get("about:blank")
    page.browser.get(address)
    page.answer("checked:")
    assert page.find("#text").get_property("value") == "x'A x"
    assert page.find("#where").get_property("value") == "A: n x n symmetric"
    assert page.find("[role=tab][aria-selected=true]").text == "Hessian"
    assert "2A" in page.text("#answer .answers")


def test_a_derivation_is_checked(page: Page) -> None:
    page.open(text="x'A x", wrt="x", where="A: n x n; x: n")
    page.answer("checked:")
    page.find("#tab-check").click()
    page.type("#derivation", "f(x) = x'A x\n∇f = 2 A x")
    assert "wrong" in page.answer("should be")


def test_code_of_every_library_is_written(page: Page) -> None:
    page.open(text="x'A x", wrt="x", kind="code")
    begins = {
        "numpy": "import numpy",
        "jax": "import jax",
        "torch": "import torch",
        "julia": "function f(",
        "matlab": "function [",
    }
    for name, sign in begins.items():
        page.find(f".options option[value={name}]").click()
        page.until(lambda sign=sign: sign in page.text("#answer pre"))


def test_what_is_wider_than_its_place_is_reached_by_the_keyboard(page: Page) -> None:
    page.open(text="x'A x", wrt="x", kind="latex")
    page.until(lambda: "align" in page.text("#answer pre"))
    assert page.find("#answer pre").get_property("tabIndex") == 0


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_the_window(page: Page, size: str, tmp_path: Path) -> None:
    page.browser.set_window_size(*SIZES[size])
    try:
        page.open(text="N log|Σ| + ∑ᵢ(xᵢ−μ)ᵀΣ⁻¹(xᵢ−μ)", wrt="Sigma,mu", where="Sigma: d x d spd; x_i: d; mu: d")
        page.answer("checked:")
        widths = page.browser.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1] + 1
        kept = Path(os.environ.get("MATDIFF_SCREENSHOTS", tmp_path))
        assert page.browser.save_screenshot(str(kept / f"page-{size}.png"))
    finally:
        page.browser.set_window_size(*SIZES["desk"])


class Files(SimpleHTTPRequestHandler):
    """A server of files as any."""

    extensions_map: ClassVar = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page without a server of its own."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("there is no npm, or no node")
    folder = tmp_path_factory.mktemp("files")
    try:
        build(folder)
    except subprocess.CalledProcessError:
        pytest.skip("Pyodide cannot be fetched")
    made = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=folder))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/"
    made.shutdown()
    made.server_close()
    thread.join()


def test_python_in_the_browser_answers(browser: Any, files: str) -> None:
    page = Page(browser, files)
    page.open(text="x'A x", wrt="x", where="A: n x n; x: n")
    page.answer("Gradient")
    assert r"\nabla_{x}" in page.formulas("#answer .answers")
    page.answer("checked:")
    assert "It is being checked" not in page.text("#answer")
    page.open(text="minimise x'P x - 2 q'x", wrt="x", where="P: n x n spd", kind="solve")
    assert "P⁻¹" in page.answer("checked: every condition") or r"P^{-1}" in page.formulas("#answer .answers")
    page.open(text="lambda_max(A)", wrt="A")
    page.answer("not checked: numpy.linalg.eig is not here")
    page.open(text="x'A x", wrt="x", where="A: n x n; x: n", kind="check", derivation="f = x'A x\n∇f = 2 A x")
    page.answer("should be")
    page.find("#tab-gradient").click()
    for kind, words in {"jacobian": "Jacobian", "hessian": "Hessian", "code": "import numpy", "latex": "align"}.items():
        page.find(f"#tab-{kind}").click()
        page.answer(words)
    page.find("#tab-gradient").click()
    page.type("#text", "x + )")
    page.until(lambda: page.text("#said"))
    assert page.text("#marks mark") == ")"
    assert not page.faults()
