"""The static page of a triage in a browser: nothing runs, nothing is fetched, anybody can read it."""

from __future__ import annotations

import pytest
import triage_sample
from axe_playwright_python.sync_playwright import Axe

from blastradius.report.triage_view import TriageView


@pytest.fixture
def page(tab, tmp_path):
    path = tmp_path / "triage.html"
    path.write_text(TriageView(triage_sample.TRIAGE).to_html(tlp="AMBER"), encoding="utf-8")
    tab.goto(path.as_uri())
    return tab


def test_hostile_names_are_words(page):
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.images.length") == 0
    said = page.locator("main").inner_text()
    for name in (triage_sample.SCRIPT, "<img src=x onerror=alert(1)>", triage_sample.FORMULA):
        assert name in said
    assert not set(said) & set("\x1b\x9b\u202e\u2028\u200b")


def test_it_fetches_nothing(page, watch):
    assert [url for url in watch.requests if not url.startswith("data:")] == [page.url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(page, scheme):
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(item["id"], [node["html"] for node in item["nodes"]]) for item in found] == []


def test_paper_is_light_and_whole(page):
    page.emulate_media(media="print", color_scheme="dark")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("width", [360, 1280])
def test_only_tables_scroll_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_tables_are_reached_by_keyboard(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.locator(".wide").first.get_attribute("tabindex") == "0"
