"""Take the pictures of the page that the documentation shows.

Run from the root of the project, in an environment with ``.[dev]`` and a browser::

    python docs/screenshots.py

Writes docs/images/*.png anew. They are taken of the shipped graph, so they change with it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.conftest import ARGUMENTS  # noqa: E402 - found once tests/ is on the path
from browser.install_chromium import find_chromium  # noqa: E402
from browser.waiting import wait_until  # noqa: E402

from blastradius import analyze  # noqa: E402

IMAGES = ROOT / "docs" / "images"
DESKTOP = {"width": 1280, "height": 800}
TABLET = {"width": 820, "height": 1180}


def select_volkswagen(page: Page) -> None:
    """Show why one carmaker scores what it scores."""
    page.click("tr[data-id=volkswagen]")


def try_a_control(page: Page) -> None:
    """Show a what-if that lowers every score, and a statement."""
    page.click("tr[data-id=bmw]")
    page.click("#tab-whatif")
    page.evaluate("BlastPage.whatIf.put({control: 'continental', effect: 0.6})")
    page.evaluate("BlastPage.whatIf.put({observe: 'porsche', state: 'confirmed'})")
    wait_until(page, "BlastPage.whatIf.settled()")


SHOTS = {
    "page-light": (DESKTOP, "light", "continental", select_volkswagen),
    "page-dark-what-if": (DESKTOP, "dark", "continental", try_a_control),
    "page-tablet": (TABLET, "light", "kojima-industries-2022", None),
}


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        for name in SHOTS:
            take(browser, name, Path(folder))
        browser.close()


def take(browser: Browser, name: str, folder: Path) -> None:
    """Take one picture."""
    size, scheme, target, act = SHOTS[name]
    file = folder / f"{name}.html"
    file.write_text(analyze("automotive", target).to_html(), encoding="utf-8")
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    if act is not None:
        act(page)
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()
    print(IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
